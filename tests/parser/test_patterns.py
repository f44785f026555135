"""Patterns are compiled when they are first asked, and each of them can be."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from nianbao.parser.patterns import pattern_of

COUNTS = """
import gc, re
import nianbao.crawler.sweep, nianbao.monitor.rules.engine
from nianbao.parser.patterns import Late
made = [one for one in gc.get_objects() if type(one) is Late]
print(len(made), sum("search" in vars(one) for one in made))
for one in made:
    re.compile(one.pattern, one._flags)
"""


def test_it_answers_as_one_that_is_compiled() -> None:
    late, compiled = pattern_of(r"(?P<day>\d+)日", re.I), re.compile(r"(?P<day>\d+)日", re.I)
    text = "3日，14日。"
    assert late.pattern == compiled.pattern
    assert late.flags == compiled.flags
    assert late.groupindex == compiled.groupindex
    assert late.findall(text) == compiled.findall(text)
    assert [found.span() for found in late.finditer(text)] == [(0, 2), (3, 6)]
    assert late.sub("天", text) == compiled.sub("天", text)
    assert late.split(text) == compiled.split(text)
    assert late.fullmatch("5日")
    assert not late.fullmatch("5日前")


def test_bytes_are_asked_as_bytes() -> None:
    assert pattern_of(rb"<table", re.I).search(b"x<TABLE>")


def test_who_asks_the_same_asks_the_same_pattern() -> None:
    assert pattern_of("年[0-9]", re.I) is pattern_of("年[0-9]", re.I)
    assert pattern_of("年[0-9]", re.I) is not pattern_of("年[0-9]")


def test_who_asks_what_a_pattern_does_not_have_is_told_so() -> None:
    with pytest.raises(AttributeError):
        getattr(pattern_of("a"), "found")  # noqa: B009


def test_a_sweep_begins_without_compiling_any_and_all_can_be() -> None:
    asked = [sys.executable, "-P", "-c", COUNTS]
    said = subprocess.run(asked, capture_output=True, text=True, check=True)
    made, compiled = map(int, said.stdout.split())
    assert made > 500
    assert compiled == 0
