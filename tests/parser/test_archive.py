"""Zip archives: the reports in them, by the names that people gave them, and no bomb unpacked."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nianbao.parser.errors import ReadError
from nianbao.parser.readers.archive import members
from tests.reportkit.hostile import cut
from tests.reportkit.write_docx import docx_of

PAGE = b"<html><body><p>1</p></body></html>"
DOCX = docx_of("<w:p/>")


def archive(*files: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in files:
            new.writestr(name, content)
    return target.getvalue()


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The archive with the raw bytes of a name changed, without the mark that says UTF-8."""
    assert len(old) == len(new)
    return data.replace(old, new)


def test_files_in_their_order() -> None:
    data = archive(("b.html", PAGE), ("文件夹/a.docx", DOCX), ("c.txt", "年报".encode("gbk")))
    assert members(data) == [
        ("b.html", PAGE),
        ("文件夹/a.docx", DOCX),
        ("c.txt", "年报".encode("gbk")),
    ]


def test_litter_is_left_out() -> None:
    litter = [
        "__MACOSX/._a.docx",
        "Thumbs.db",
        "x/~$a.docx",
        ".DS_Store",
        "a_files/x.png",
        "a_files/y.css",
        "z.bin",
    ]
    data = archive(
        ("dir/", b""),
        *((name, b"\0\1\2\3" * 9) for name in litter),
        ("empty.txt", b""),
        ("a.htm", PAGE),
    )
    assert members(data) == [("a.htm", PAGE)]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("砂河镇.htm".encode("gbk"), "砂河镇.htm"),
        ("砂河镇.htm".encode(), "砂河镇.htm"),
        (b"../../etc/x.htm", "etc/x.htm"),
        (b"/abs/a.htm", "abs/a.htm"),
        (b"C:\\win\\a.htm", "win/a.htm"),
        (b"..\\..\\a.htm", "a.htm"),
        (b"a\x1b[31m.htm", "a[31m.htm"),
    ],
)
def test_names(stored: bytes, shown: str) -> None:
    placeholder = b"n" * len(stored)
    assert members(renamed(archive((placeholder.decode(), PAGE)), placeholder, stored)) == [
        (shown, PAGE)
    ]


def test_an_archive_in_an_archive() -> None:
    innermost = archive(("c.htm", PAGE))
    data = archive(
        ("乡镇.zip", archive(("b.htm", PAGE), ("inner.zip", innermost))), ("a.htm", PAGE)
    )
    assert members(data) == [
        ("乡镇.zip/b.htm", PAGE),
        ("乡镇.zip/inner.zip", innermost),
        ("a.htm", PAGE),
    ]


def test_what_somebody_can_mend_is_not_hidden() -> None:
    rar = b"Rar!\x1a\x07\0" + b"x" * 50
    cut = archive(("x.htm", PAGE))[:-30]
    assert members(archive(("a.rar", rar), ("b.zip", cut), ("c.htm", PAGE))) == [
        ("a.rar", rar), ("b.zip", cut), ("c.htm", PAGE)
    ]  # fmt: skip


def with_password(data: bytes) -> bytes:
    flagged = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = flagged.find(mark)
        flagged[position + at] |= 1
    return bytes(flagged)


def hostile() -> dict[str, tuple[Callable[[], bytes], str]]:
    """By what is wrong with them: what makes them, when they are wanted, and what is said."""
    good = archive(("a.htm", PAGE * 50), ("b.htm", PAGE))
    return {
        **{
            f"cut at {share}%": (partial(cut, good, share), "truncated")
            for share in (5, 30, 60, 95)
        },
        "flat bomb": (lambda: archive(("a.txt", bytes(30_000_000))), "bomb"),
        "nested bomb": (lambda: archive(("a.zip", archive(("b.txt", bytes(30_000_000))))), "bomb"),
        "bomb of many small files": (
            lambda: archive(*((f"{i}.txt", b" " * 9_900_000) for i in range(25))),
            "bomb",
        ),
        "thousands of entries": (
            lambda: archive(*((f"{i}.txt", b"") for i in range(2100))),
            "too_complex",
        ),
        "nothing in it": (lambda: archive(), "empty_archive"),
        "nothing to read in it": (lambda: archive(("a.exe", b"MZ\0\0\0" * 99)), "empty_archive"),
        "password": (lambda: with_password(archive(("a.htm", PAGE))), "encrypted"),
        "rar": (lambda: b"Rar!\x1a\x07\0" + b"x" * 50, "archive_kind"),
        "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + b"x" * 50, "archive_kind"),
        "gzip": (lambda: b"\x1f\x8b\x08" + b"x" * 50, "archive_kind"),
        "an unheard-of method": (lambda: with_method(archive(("a.htm", PAGE)), 99), "broken"),
    }


def with_method(data: bytes, method: int) -> bytes:
    changed = bytearray(data)
    changed[changed.find(b"PK\x03\x04") + 8] = method
    changed[changed.find(b"PK\x01\x02") + 10] = method
    return bytes(changed)


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    make, expected = HOSTILE[name]
    data = make()
    begin = time.process_time()
    try:
        members(data)
        code = ""
    except ReadError as error:
        code = error.code
    assert code == expected
    assert time.process_time() - begin < 5


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_changed_bytes_give_files_or_a_sentence(draw: st.DataObject) -> None:
    changed = bytearray(GOOD)
    for _ in range(draw.draw(st.integers(1, 6))):
        changed[draw.draw(st.integers(0, len(changed) - 1))] = draw.draw(st.integers(0, 255))
    with suppress(ReadError):
        members(bytes(changed))


GOOD = archive(("a.htm", PAGE), ("b.zip", archive(("c.docx", DOCX))))
