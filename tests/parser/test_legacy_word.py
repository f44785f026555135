"""Old Word files: converted many at a time, none of them lost by a bad one, nothing left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from nianbao.parser.document import Document, Grid, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.docx import read_docx
from nianbao.parser.readers.legacy_word import convert, find_office, read_word
from nianbao.parser.report import read_tables
from nianbao.parser.sniff import sniff
from tests.amounts import prove
from tests.parser.test_docx import printed_blocks
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.printed import Box, Printed, Table, Text
from tests.reportkit.write_compound import write_compound
from tests.reportkit.write_docx import docx_of, write_docx, write_word

needs_office = pytest.mark.skipif(
    find_office() is None, reason="soffice (LibreOffice) is not installed"
)


def figures(form: str) -> Figures:
    numbers: Figures = {key: number for number, key in enumerate(blank_figures(form))}
    return numbers | dict.fromkeys(list(numbers)[::9])


MERGES: Printed = (
    Text("表前"),
    Table(
        (
            (
                Box("申请人情况", 2, 2),
                Box("自然人", 2),
                Box("法人或其他组织", 1, 2),
                Box("总计", 2),
            ),
            (Box("商业企业"), Box("其他")),
            (Box("结果", 2), Box("予以公开"), Box("1"), Box(""), Box("3"), Box("4")),
            (Box("其他"), Box(""), Box("6"), Box(""), Box("")),
        )
    ),
    Text("表后"),
)


@pytest.fixture(scope="module")
def old_files() -> dict[str, list[bytes]]:
    printed = [compose(figures("2021")), compose(figures("2019"), form_id="2019"), MERGES]
    return {extension: write_word(printed, extension) for extension in ("doc", "rtf", "odt")}


@pytest.fixture
def fresh_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.libreoffice
@needs_office
@pytest.mark.parametrize("extension", ["doc", "rtf", "odt"])
def test_round_trip(extension: str, old_files: dict[str, list[bytes]], fresh_temp: Path) -> None:
    files = old_files[extension]
    assert [sniff(data) for data in files] == ["word"] * 3
    documents = [
        read_docx(converted) for converted in convert(files) if isinstance(converted, bytes)
    ]
    assert list(documents[2].blocks) == printed_blocks(MERGES)
    for document, form in zip(documents, ("2021", "2019"), strict=False):
        assert not wrong_cells(figures(form), read_tables(document).values, lossless=True)
        printed = compose(figures(form), form_id=form)
        assert [b.text for b in document.blocks if isinstance(b, Paragraph)] == [
            b.text for b in printed if isinstance(b, Text)
        ]
    assert not list(fresh_temp.iterdir())


@pytest.mark.libreoffice
@needs_office
def test_one_file(old_files: dict[str, list[bytes]]) -> None:
    document = read_word(old_files["doc"][2])
    assert document.format == "doc"
    assert list(document.blocks) == printed_blocks(MERGES)


@pytest.mark.libreoffice
@needs_office
def test_changes_and_numbering_survive_the_old_format() -> None:
    printed = compose(figures("2021"))
    docx = write_docx(printed, tracked=True, auto_numbering=True, text_box=True)
    old = write_word([docx])
    assert not wrong_cells(figures("2021"), read_tables(read_word(old[0])).values, lossless=True)


@prove
@pytest.mark.libreoffice
@needs_office
def test_fifty_files_cost_far_less_than_fifty_runs(old_files: dict[str, list[bytes]]) -> None:
    data = old_files["doc"][0]
    begin = time.perf_counter()
    for _ in range(3):
        convert([data])
    one = (time.perf_counter() - begin) / 3
    begin = time.perf_counter()
    converted = convert([data] * 50)
    together = time.perf_counter() - begin
    assert all(isinstance(result, bytes) for result in converted)
    assert together <= 0.4 * 50 * one


# ---- the formats that LibreOffice does not know by itself

TABLE_PAGE = (
    "<html><head><meta charset=utf-8></head><body><p>标题</p><table border=1>"
    "<tr><td rowspan=2>甲</td><td>1</td><td></td></tr><tr><td>2</td><td>3</td></tr></table></body></html>"
)
WEB_ARCHIVE = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + TABLE_PAGE
    + "\r\n--x--\r\n"
).encode()
WORD_2003 = (
    "<?xml version='1.0' encoding='UTF-8'?><?mso-application progid=\"Word.Document\"?><w:wordDocument "
    "xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'><w:body><w:p><w:r><w:t>标题</w:t></w:r></w:p></w:body>"
    "</w:wordDocument>"
).encode()


def shape(document: Document) -> list[object]:
    return [
        [(c.text, c.row, c.col, c.rowspan) for c in block.cells]
        if isinstance(block, Grid)
        else block.text
        for block in document.blocks
    ]


@pytest.mark.libreoffice
@needs_office
def test_web_archives_and_word_2003() -> None:
    archive, xml = convert([WEB_ARCHIVE, WORD_2003])
    assert isinstance(archive, bytes)
    assert isinstance(xml, bytes)
    assert shape(read_docx(archive)) == [
        "标题", [("甲", 0, 0, 2), ("1", 0, 1, 1), ("", 0, 2, 1), ("2", 1, 1, 1), ("3", 1, 2, 1)]
    ]  # fmt: skip
    assert shape(read_docx(xml)) == ["标题"]


def test_a_docx_in_one_xml_file_needs_no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nianbao.parser.readers.legacy_word.find_office", lambda: None)
    body = "<w:p><w:r><w:t>标题</w:t></w:r></w:p>"
    flat = (
        "<?xml version='1.0'?><pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'>"
        "<pkg:part pkg:name='/word/document.xml'><pkg:xmlData><w:document "
        f"xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>{body}</w:body></w:document>"
        "</pkg:xmlData></pkg:part></pkg:package>"
    ).encode()
    assert sniff(flat) == "word"
    assert shape(read_word(flat)) == ["标题"]


# ---- hostile files, and an office that fails


def word(flags: int = 0) -> bytes:
    return write_compound(
        {"WordDocument": b"\xec\xa5\xc1\0" + b"\0" * 6 + flags.to_bytes(2, "little") + b"\0" * 5000}
    )


REFUSED = {
    "nothing": (b"", "empty"),
    "text": (b"plain text", "unsupported"),
    "program": (b"MZ\x90\0\x03" + b"\0" * 99, "unsupported"),
    "presentation": (write_compound({"PowerPoint Document": b"x"}), "unsupported"),
    "password": (word(0x100), "encrypted"),
    "password of a package": (write_compound({"EncryptedPackage": b"x"}), "encrypted"),
    "groups without end": (b"{\\rtf1" + b"{" * 100_000, "too_complex"),
    "nested groups": (b"{\\rtf1" + b"{\\b" * 100_000 + b"}" * 100_001, "too_complex"),
    "cut rtf": (b"{\\rtf1 {\\b x} \\row", "truncated"),
    "cut behind a group": (b"{\\rtf1 {\\b x}", "truncated"),
    "cut doc": (word()[:700], "truncated"),
    "web archive of nothing": (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x--",
        "no_text",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_are_never_given_to_the_office(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nianbao.parser.readers.legacy_word.find_office", lambda: None)
    data, code = REFUSED[name]
    begin = time.process_time()
    (result,) = convert([data])
    assert isinstance(result, ReadError)
    assert result.code == code
    assert time.process_time() - begin < 5


def test_without_an_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("nianbao.parser.readers.legacy_word.USUAL_PLACES", ())
    first, second = convert([word(), b"{\\rtf1 x}"])
    assert isinstance(first, ReadError)
    assert isinstance(second, ReadError)
    assert (first.code, second.code) == ("needs_libreoffice",) * 2
    assert "libreoffice" in first.zh


@pytest.mark.libreoffice
@needs_office
@pytest.mark.parametrize("share", [3, 20, 45, 70, 85, 99])
def test_a_cut_doc_is_never_read_in_part(share: int, old_files: dict[str, list[bytes]]) -> None:
    data = old_files["doc"][0]
    with pytest.raises(ReadError) as caught:
        read_word(data[: len(data) * share // 100])
    assert caught.value.code in {"truncated", "conversion_failed"}


@pytest.mark.libreoffice
@needs_office
def test_a_broken_file_does_not_lose_the_others(old_files: dict[str, list[bytes]]) -> None:
    good = old_files["doc"][2]
    results = convert([good, word(), b"", good])
    assert [r.code if isinstance(r, ReadError) else "" for r in results] == [
        "",
        "conversion_failed",
        "empty",
        "",
    ]


STAND_IN = """#!{python}
# Converts the files before the first marked one, then ends as the mark says.
import os, signal, subprocess, sys, time
from pathlib import Path
files = [a for a in sys.argv[1:] if "/in/" in a]
options = [a for a in sys.argv[1:] if a not in files]
with open({log!r}, "a") as log:
    log.write(str(len(files)) + "\\n")
for i, file in enumerate(files):
    content = Path(file).read_bytes()
    if b"CRASH" in content or b"HANG" in content:
        if i:
            subprocess.run([{office!r}, *options, *files[:i]])
        if b"HANG" in content:
            subprocess.Popen(["sleep", "300"])
            time.sleep(300)
        os.kill(os.getpid(), signal.SIGSEGV)
sys.exit(subprocess.run([{office!r}, *options, *files]).returncode)
"""


@pytest.mark.libreoffice
@needs_office
def test_crashes_and_hangs_cost_only_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in before the real office falls over marked files, as the real one did over some."""
    places = tmp_path / "bin"
    places.mkdir()
    stand_in = places / "soffice"
    log = tmp_path / "runs"
    stand_in.write_text(STAND_IN.format(python=sys.executable, office=find_office(), log=str(log)))
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{places}{os.pathsep}{os.environ['PATH']}")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    names = [b"one", b"CRASH", b"two", b"HANG", b"three"]
    results = convert([b"{\\rtf1 " + name + b"}" for name in names], timeout=4)
    codes = [r.code if isinstance(r, ReadError) else "" for r in results]
    assert codes == ["", "conversion_failed", "", "timeout", ""]
    assert [shape(read_docx(r)) for r in results if isinstance(r, bytes)] == [
        ["one"],
        ["two"],
        ["three"],
    ]
    assert log.read_text().split()[:3] == ["5", "3", "1"]
    assert not list(scratch.iterdir())
    sleeping = (
        subprocess.run(["pgrep", "-f", "^sleep 300$"], capture_output=True, check=False)
        if shutil.which("pgrep")
        else None
    )
    assert sleeping is None or not sleeping.stdout


def test_an_office_that_does_not_start_is_not_tried_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "runs"
    stand_in = tmp_path / "soffice"
    stand_in.write_text(f"#!/bin/sh\necho run >> {log}\nexit 77\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    results = convert([b"{\\rtf1 x}"] * 20)
    assert all(isinstance(r, ReadError) and r.code == "conversion_failed" for r in results)
    assert log.read_text().count("run") <= 2


@pytest.mark.libreoffice
@needs_office
def test_what_a_file_asks_for_from_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    picture = f'{{\\field{{\\*\\fldinst INCLUDEPICTURE "{address}/p.png"}}{{\\fldrslt x}}}}'
    text = f'{{\\field{{\\*\\fldinst INCLUDETEXT "{address}/t.docx"}}{{\\fldrslt x}}}}'
    rtf = f"{{\\rtf1{{\\*\\template {address}/t.dot}}{picture}{text} y}}".encode()
    page = TABLE_PAGE.replace(
        "<p>", f"<img src='{address}/i.png'><link rel=stylesheet href='{address}/c.css'><p>"
    )
    archive = WEB_ARCHIVE.replace(TABLE_PAGE.encode(), page.encode())
    results = convert([rtf, archive])
    server.shutdown()
    assert all(isinstance(result, bytes) for result in results)
    assert asked == []


def test_reading_docx_needs_no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (result,) = convert([docx_of("<w:p/>")])
    assert isinstance(result, ReadError)
    assert result.code == "unsupported"
