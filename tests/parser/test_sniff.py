"""What files are is told by their content, whatever their names say and however they are damaged."""

from __future__ import annotations

import io
import random
import struct
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nianbao.parser.errors import ReadError
from nianbao.parser.readers.compound import Compound
from nianbao.parser.sniff import sniff
from tests.reportkit.compose import compose
from tests.reportkit.figures import blank_figures
from tests.reportkit.write_compound import write_compound
from tests.reportkit.write_docx import docx_of, write_docx
from tests.reportkit.write_html import write_html

CHINESE = "砂河镇人民政府2023年政府信息公开工作年度报告\r\n一、总体情况\r\n\t0\t0\t0\r\n"
RANDOM = random.Random(7).randbytes


def package(*names: str, first: tuple[str, str] | None = None) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        if first:
            new.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in names:
            new.writestr(name, "x" * 300)
    return target.getvalue()


def word(flags: int = 0) -> bytes:
    return struct.pack("<HHHHHH", 0xA5EC, 193, 0, 0, 0, flags).ljust(5000, b"\0")


KINDS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "one letter": (b"a", "text"),
    "one NUL": (b"\0", "binary"),
    "NULs": (b"\0" * 5000, "binary"),
    "random bytes": (RANDOM(5000), "binary"),
    "program for Windows": (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff" + RANDOM(2000), "binary"),
    "program for Linux": (b"\x7fELF\x02\x01\x01" + b"\0" * 9 + RANDOM(2000), "binary"),
    "film": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + RANDOM(2000), "binary"),
    "png": (b"\x89PNG\r\n\x1a\n" + RANDOM(99), "picture"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF" + RANDOM(99), "picture"),
    "gif": (b"GIF89a" + RANDOM(99), "picture"),
    "tiff": (b"II*\0\x08\0\0\0" + RANDOM(99), "picture"),
    "webp": (b"RIFF\x10\0\0\0WEBPVP8 " + RANDOM(99), "picture"),
    "bmp": (b"BM" + struct.pack("<IIII", 999, 0, 54, 40) + RANDOM(99), "picture"),
    "text that begins with BM": (b"BM is no picture, and this is a longer line of text", "text"),
    "rar 4": (b"Rar!\x1a\x07\0" + RANDOM(99), "rar"),
    "rar 5": (b"Rar!\x1a\x07\x01\0" + RANDOM(99), "rar"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + RANDOM(99), "7z"),
    "gzip": (b"\x1f\x8b\x08\0" + RANDOM(99), "gzip"),
    "tar": (b"a.doc".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 300, "tar"),
    "pdf": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "pdf"),
    "pdf behind junk": (b"\xef\xbb\xbf\r\n" + b" " * 900 + b"%PDF-1.7\n" + RANDOM(99), "pdf"),
    "text": (CHINESE.encode(), "text"),
    "text in GBK": (CHINESE.encode("gbk"), "text"),
    "text in Big5": ("政府資訊公開年度報告\r\n".encode("big5"), "text"),
    "text in UTF-16 with mark": (CHINESE.encode("utf-16"), "text"),
    "text in UTF-16": (CHINESE.encode("utf-16-le"), "text"),
    "text in UTF-16, big end first": (CHINESE.encode("utf-16-be"), "text"),
    "text with a stray NUL": (CHINESE.encode() * 20 + b"\0", "text"),
    "text with a sign <": ("件数 < 5，比率 > 3".encode(), "text"),
    "page": (b"<!DOCTYPE html><html><body>1</body></html>", "html"),
    "page with mark": (b"\xef\xbb\xbf\r\n<HTML><head>", "html"),
    "page behind a long comment": (b"<!--" + b"x" * 3000 + b"--><table><tr><td>1</td></tr></table>", "html"),
    "page with XML prolog": (b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'><html xmlns='x'>", "html"),
    "page in UTF-16": ("<html><body>政府</body></html>".encode("utf-16"), "html"),
    "page in UTF-16 without mark": ("<html><body>政府</body></html>".encode("utf-16-le"), "html"),
    "fragment p": ("<p>一、总体情况</p>".encode(), "html"),
    "fragment table": (b"<table border=1><tr><td>0</td></tr></table>", "html"),
    "fragment that begins with text": ("一、总体情况<br/><p>甲</p><table><tr><td>0".encode("gbk"), "html"),
    "Word page": (b"<html xmlns:w='urn:schemas-microsoft-com:office:word'><body>", "html"),
    "page that names other formats": (b"<html><link type='application/vnd.oasis.opendocument.text'>", "html"),
    "rtf": (b"{\\rtf1\\ansi\\ansicpg936 x}", "word"),
    "web archive": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary=x\r\n\r\n--x", "word"),
    "web archive with sender": (b"From: <x>\r\nSubject: =?gb2312?B?1f4=?=\r\nMIME-Version: 1.0\r\n"
                                b"Content-Type: multipart/related; boundary=x\r\n\r\n--x", "word"),
    "Word 2003 XML": (b"<?xml version='1.0'?><?mso-application progid=\"Word.Document\"?><w:wordDocument>", "word"),
    "flat OPC": (b"<pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'>", "word"),
    "flat ODT": (b"<office:document office:mimetype='application/vnd.oasis.opendocument.text'>", "word"),
    "docx": (docx_of(""), "docx"),
    "docx in another order": (package("word/media/a.png", "word/document2.xml", "[Content_Types].xml"), "docx"),
    "docx with backslashes": (package("[Content_Types].xml", "word\\document.xml"), "docx"),
    "xlsx": (package("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
    "ofd": (package("OFD.xml", "Doc_0/Document.xml"), "ofd"),
    "odt": (package("content.xml", first=("mimetype", "application/vnd.oasis.opendocument.text")), "word"),
    "ods": (package("content.xml", first=("mimetype", "application/vnd.oasis.opendocument.spreadsheet")), "xlsx"),
    "zip": (package("年报.docx"), "zip"),
    "zip of an unpacked docx": (package("a/[Content_Types].xml", "a/word/document.xml"), "zip"),
    "empty zip": (package(), "zip"),
    "doc": (write_compound({"WordDocument": word(), "1Table": b"x"}), "word"),
    "doc with a table of Excel in it": (write_compound({"WordDocument": word(), "Workbook": b"x" * 5000}), "word"),
    "xls": (write_compound({"Workbook": b"x" * 5000}), "xls"),
    "xls of 1995": (write_compound({"Book": b"x" * 50}), "xls"),
    "other compound file": (write_compound({"Catalog": b"x"}), "binary"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    data, kind = KINDS[name]
    assert sniff(data) == kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (write_compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"x"}), "encrypted"),
        (write_compound({"WordDocument": word(0x0100)}), "encrypted"),
        (write_compound({"PowerPoint Document": b"x" * 5000}), "unsupported"),
        (package("[Content_Types].xml", "ppt/presentation.xml"), "unsupported"),
        (
            package(
                "content.xml", first=("mimetype", "application/vnd.oasis.opendocument.presentation")
            ),
            "unsupported",
        ),
        (b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook>", "unsupported"),
        (write_compound({"WordDocument": word()})[:600], "truncated"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "truncated"),
    ],
)
def test_files_that_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        sniff(data)
    assert caught.value.code == code


def test_reports_of_the_test_writers() -> None:
    printed = compose(blank_figures())
    assert sniff(write_docx(printed)) == "docx"
    assert sniff(write_html(printed, encoding="gb18030")) == "html"
    assert sniff(write_html(printed, fragment=True)) == "html"


@pytest.mark.parametrize("share", [1, 20, 50, 80, 99])
def test_a_cut_docx_is_still_a_docx(share: int) -> None:
    data = write_docx(compose(blank_figures()))
    assert sniff(data[: len(data) * share // 100]) in {"docx", "zip"}


@pytest.mark.parametrize(
    "content", [b"<p>x</p>", CHINESE.encode("gbk"), b"%PDF-1.4\n", b"\x89PNG\r\n\x1a\n"]
)
def test_large_files_take_no_longer_than_small_ones(content: bytes) -> None:
    data = content * (8_000_000 // len(content))
    begin = time.process_time()
    sniff(data)
    assert time.process_time() - begin < 0.05


def test_a_directory_that_goes_round_in_circles() -> None:
    data = bytearray(write_compound({"WordDocument": word()}))
    fat = (struct.unpack_from("<I", data, 76)[0] + 1) * 512
    for sector in range(128):
        struct.pack_into("<I", data, fat + sector * 4, sector)
    with pytest.raises(ReadError):
        Compound(bytes(data)).content("WordDocument", 10**9)
    assert sniff(bytes(data)) == "word"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.one_of(st.binary(max_size=3000), st.sampled_from([data for data, _ in KINDS.values()])),
    st.data(),
)
def test_any_bytes(data: bytes, draw: st.DataObject) -> None:
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(0, 6)) if data else 0):
        changed[draw.draw(st.integers(0, len(changed) - 1))] = draw.draw(st.integers(0, 255))
    try:
        assert sniff(bytes(changed))
    except ReadError as error:
        assert error.code in {"truncated", "encrypted", "unsupported", "broken"}  # noqa: PT017
