"""Broken and hostile input through the front door: a report, or a typed error with a sentence; never a traceback."""

from __future__ import annotations

import gzip
import io
import random
import re
import resource
import time
import warnings
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nianbao.parser import ReadError, read, to_json
from nianbao.parser.errors import SENTENCES
from nianbao.parser.report import MOST_BYTES
from tests.reportkit.compose import compose
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.figures import blank_figures
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.reportkit.write_text import write_text

PAGE = write_html(compose(blank_figures()))
TEXT = write_text(compose(blank_figures()), "lines")


def page(body: str, title: str = "") -> bytes:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return buffer.getvalue()


def nested_zip(depth: int) -> bytes:
    data = zipped(a__txt=TEXT)
    for _ in range(depth):
        data = zipped(b__zip=data)
    return data


BROKEN: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "nothing": (lambda: b"", {"empty"}),
    "spaces": (lambda: b" \r\n\t " * 100, {"empty", "no_text"}),
    "one byte": (lambda: b"x", {"not_a_report"}),
    "zeros": (lambda: bytes(10_000), {"unsupported", "empty"}),
    "noise": (
        lambda: random.Random(1).randbytes(50_000),
        {"unsupported", "broken", "not_a_report"},
    ),
    "too large": (lambda: b"a" * (MOST_BYTES + 1), {"too_large"}),
    "an executable": (lambda: b"\x7fELF" + bytes(4000), {"unsupported"}),
    "a windows program": (lambda: b"MZ\x90\x00" + bytes(4000), {"unsupported"}),
    "a film": (lambda: b"\0\0\0\x18ftypmp42" + bytes(4000), {"unsupported"}),
    "a rar archive": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100), {"archive_kind"}),
    "a 7z archive": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100), {"archive_kind"}),
    "gzip": (lambda: gzip.compress(TEXT), {"archive_kind", "unsupported"}),
    "404": (lambda: page("<h1>404 Not Found</h1><hr>nginx", "404 Not Found"), {"error_page"}),
    "403": (lambda: page("<h1>403 Forbidden</h1>"), {"error_page"}),
    "502": (lambda: page("<center><h1>502 Bad Gateway</h1></center>"), {"error_page"}),
    "gone": (lambda: page("<p>抱歉，您访问的页面不存在或已被删除</p>"), {"error_page"}),
    "firewall": (lambda: page("<p>您的请求疑似攻击行为，已被安全防护拦截</p>"), {"error_page"}),
    "challenge": (
        lambda: page("<div id=challenge></div>", "Just a moment..."),
        {"error_page", "no_text"},
    ),
    "empty page": (lambda: page(""), {"no_text"}),
    "only a picture": (lambda: page("<img src='a.png'>"), {"no_text"}),
    "only a script": (lambda: page("<script>var a='" + "x" * 10_000 + "'</script>"), {"no_text"}),
    "a news page": (
        lambda: page("<p>我镇召开春季植树活动动员会，干部群众五十余人参加。</p>" * 5),
        {"not_a_report"},
    ),
    "a budget table": (
        lambda: page("<table>" + "<tr><td>预算</td><td>12</td></tr>" * 50 + "</table>"),
        {"not_a_report"},
    ),
    "a poem": (lambda: "床前明月光，疑是地上霜。".encode(), {"not_a_report"}),
    "a poem in gbk": (lambda: "床前明月光，疑是地上霜。".encode("gbk"), {"not_a_report"}),
    "half a character": (lambda: "年度".encode()[:-1], {"not_a_report"}),
    "pdf header alone": (lambda: b"%PDF-1.7\n", {"broken", "truncated"}),
    "pdf of noise": (
        lambda: b"%PDF-1.7\n" + random.Random(2).randbytes(20_000),
        {"broken", "truncated"},
    ),
    "ole header alone": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), set(SENTENCES)),
    "zip header alone": (lambda: b"PK\x03\x04" + bytes(40), set(SENTENCES)),
    "empty zip": (lambda: zipped(), {"empty_archive", "truncated"}),
    "zip without reports": (
        lambda: zipped(a__exe=b"MZ" + bytes(100)),
        {"empty_archive", "unsupported", "not_a_report"},
    ),
    "cut zip": (lambda: zipped(a__txt=TEXT)[:-40], {"truncated", "broken", "bomb"}),
    "deeply nested zip": (
        lambda: nested_zip(12),
        {"empty_archive", "too_complex", "unsupported", "archive_kind", "bomb"},
    ),
    "zip bomb": (lambda: zipped(a__txt=bytes(250_000_000)), {"bomb"}),
    "path traversal": (
        lambda: zipped(**{"../../etc/passwd": b"root"}),
        {"empty_archive", "not_a_report"},
    ),
    "png of nothing": (
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(100),
        {"broken", "truncated", "needs_ocr"},
    ),
    "million cells": (
        lambda: b"<table>" + (b"<tr>" + b"<td>0</td>" * 1000 + b"</tr>") * 1000 + b"</table>",
        {"too_complex"},
    ),
    "wide spans": (
        lambda: (
            b"<table>"
            + b"<tr><td rowspan=99999999 colspan=99999999>0</td></tr>" * 300
            + b"</table>"
        ),
        {"not_a_report", "too_complex"},
    ),
    "nested tables": (
        lambda: b"<table><tr><td>" * 5000 + b"1",
        {"not_a_report", "no_text", "too_complex"},
    ),
    "deep elements": (
        lambda: b"<div>" * 100_000 + b"1",
        {"not_a_report", "too_complex", "no_text"},
    ),
    "billion laughs": (
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + i, (b"&%c;" % (97 + i)) * 10) for i in range(9))
            + b"]><html><body>&j;</body></html>"
        ),
        {"not_a_report", "no_text", "broken", "unsupported"},
    ),
    "external entity": (
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><html>&e;</html>'
        ),
        {"not_a_report", "no_text", "broken", "unsupported"},
    ),
    "million lines": (lambda: b"1\n" * 1_000_000, {"too_complex"}),
    "one long line": (lambda: b"1" * 5_000_000, {"not_a_report"}),
    "long label of brackets": (lambda: ("（" * 200_000).encode(), {"not_a_report"}),
    "pipes": (lambda: b"|" * 1_000_000, {"not_a_report", "no_text"}),
    "tabs": (lambda: b"\t" * 1_000_000, {"not_a_report", "no_text", "empty"}),
    "mostly question marks": (lambda: ("锟斤拷" * 1000).encode(), {"not_a_report"}),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_input_gives_a_sentence(name: str) -> None:
    make, codes = BROKEN[name]
    data = make()
    began = time.process_time()
    with pytest.raises(ReadError) as caught:
        read(data)
    assert caught.value.code in codes
    assert caught.value.zh.endswith("。") or caught.value.zh
    assert "{" not in caught.value.zh + caught.value.en
    assert "?" not in caught.value.en, "a sentence with a hole in it"
    assert time.process_time() - began < 20


def test_memory_stays_bounded() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("million cells", "zip bomb", "deep elements", "million lines"):
        with pytest.raises(ReadError):
            read(BROKEN[name][0]())
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 1_500_000, f"{grown} KiB more at the peak"


@settings(max_examples=150, deadline=None)
@given(cut=st.integers(0, len(PAGE)))
def test_a_page_cut_anywhere(cut: int) -> None:
    survives(PAGE[:cut])


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, len(TEXT) - 1), junk=st.binary(max_size=20))
def test_text_with_junk_in_it(at: int, junk: bytes) -> None:
    survives(TEXT[:at] + junk + TEXT[at:])


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    survives(data)


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(
        alphabet=st.sampled_from(
            "一二（）0123456789|\t\n 规章其他总计自然人行政复议结果维持、.<>table/tr d="
        ),
        max_size=300,
    )
)
def test_any_text(text: str) -> None:
    survives(text.encode())


@pytest.mark.parametrize("between", ["</body></html>\n<html><body>", "</html><!-- --><html>",
                                     "</body></html><!DOCTYPE html><html><head></head><body>"])  # fmt: skip
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_page_that_holds_another_page_is_read_whole(between: str, number: int) -> None:
    """No number is silently gone where a frame holds its tables with an <html> of their own."""
    whole = write_html(print_draft(clean(5)))
    tables = [match.start() for match in re.finditer(b"<table", whole)]
    at = tables[number]
    parted = whole[:at] + between.encode() + whole[at:]
    assert read(parted).cells == read(whole).cells


@pytest.mark.parametrize("tag", ["div", "font", "span"])
@pytest.mark.parametrize("table", [1, 2, 3])
def test_nothing_is_lost_behind_mark_up_that_is_never_closed(tag: str, table: int) -> None:
    whole = read(PAGE)
    parts = re.split(rb"(?=<table\b)", PAGE)
    for depth in (100, 1000, 3000, 20_000):
        nested = b"".join(parts[:table]) + f"<{tag}>".encode() * depth + b"".join(parts[table:])
        if depth > 2000:
            with pytest.raises(ReadError, match="larger inside"):
                read(nested)
        else:
            assert to_json(read(nested)) == to_json(whole)


@pytest.mark.parametrize("other", ["word/document.xml", "Word/Document.xml", "/word\\document.xml"])
def test_of_two_texts_of_one_name_none_is_read(other: str) -> None:
    whole = write_docx(compose(blank_figures()))
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        text = package.read("word/document.xml")
    twice = io.BytesIO(whole)
    with zipfile.ZipFile(twice, "a") as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package.writestr(other, text.replace(b"</w:t>", b"7</w:t>"))
    with pytest.raises(ReadError, match="two parts"):
        read(twice.getvalue())


def survives(data: bytes) -> None:
    try:
        report = read(data)
    except ReadError:
        return
    for value in report.cells.values():
        assert value.state in ("value", "blank", "unreadable")
