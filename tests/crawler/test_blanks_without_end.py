"""A page of blanks, or of one long word, costs a sweep no minutes: what is looked for in it is
looked for once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial

import pytest

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing import scripts, shells, signs
from nianbao.monitor.paper.drawn import ASKING

MANY = 20_000
BLANKS = " " * MANY


def _sent_on(page: str) -> str:
    body = f"<html><head>{page}</head><body>年报</body></html>".encode()
    return shells.goes_on(Answer("http://a.example/", 200, {}, body))


def _searched(pattern: str) -> object:
    return re.search(pattern, f"第1{BLANKS}x 共1页{BLANKS}x")


CASES: dict[str, Callable[[], object]] = {
    "script": lambda: _sent_on(f"<script>location='/b'{BLANKS}x</script>"),
    "comment": lambda: _sent_on(f"<script>location='/b'{BLANKS}//{BLANKS}x</script>"),
    "refresh": lambda: _sent_on(f'<meta http-equiv="refresh" content="{BLANKS}x">'),
    "loop": lambda: scripts.LOOP.search(f"for({BLANKS}1"),
    "style": lambda: ASKING.sub("none", "a" * 10 * MANY),
    **{f"pages {n}": partial(_searched, each) for n, each in enumerate(signs.TEXT_PAGES)},
    "total": lambda: signs.TEXT_TOTAL.search(f"共{BLANKS}x"),
}


@pytest.mark.parametrize("name", CASES)
def test_blanks_are_looked_through_once(name: str) -> None:
    began = time.process_time()
    CASES[name]()
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("page", "is_sent"),
    [
        ("<script>  window.location.href = '/b' ;  // -->  </script>", True),
        ("<script><!-- location.replace('/b') ; --></script>", True),
        ("<script>location='/b'; x()</script>", False),
        ('<meta http-equiv="refresh" content="  0 ;  url = /b">', True),
        ('<meta http-equiv="refresh" content="\n  url=/b">', True),
        ('<meta http-equiv="refresh" content="300; url=/b">', False),
    ],
)
def test_who_is_sent_on(page: str, is_sent: bool) -> None:
    assert bool(_sent_on(page)) is is_sent


@pytest.mark.parametrize(
    ("said", "pages"),
    [("第 1 页 / 共 7 页", "7"), ("共7页  当前第 2 页", "7"), ("页次： 第2页 / 共 7", "7")],
)
def test_what_is_told_of_pages(said: str, pages: str) -> None:
    found = [re.search(pattern, said) for pattern in signs.TEXT_PAGES]
    assert pages in {each["pages"] for each in found if each}


def test_an_address_in_a_style_is_none() -> None:
    assert ASKING.sub("none", "HTTP://x.example/y ; xhttps://z //q") == "none ; none none"
