"""Scans and pictures: a number is read with certainty or not at all."""

from __future__ import annotations

import builtins
import io
import random
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

import pytest

from nianbao.parser.errors import ReadError
from nianbao.parser.readers import scan
from nianbao.parser.readers.page.lattices import lattices
from nianbao.parser.report import read, read_tables
from tests.amounts import one_in, prove
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.printed import Printed, Table
from tests.reportkit.write_docx import docx_of
from tests.reportkit.write_pdf import write_scan
from tests.reportkit.write_raw_docx import write_raw_docx
from tests.reportkit.write_raw_pdf import write_raw_pdf


@cache
def has_ocr() -> bool:
    try:
        scan._engine()
    except ReadError:
        return False
    return True


needs_ocr = pytest.mark.skipif(
    "not has_ocr()", reason="the OCR extra is not installed: pip install 'nianbao[ocr]'"
)
NUMBERS = [0, 3, None, 12, 345, 0, None, 7, 1, 28, 0, 6409]


def some_figures(seed: int) -> Figures:
    return {key: NUMBERS[(n * seed + n // 7) % 12] for n, key in enumerate(blank_figures())}


def misread(data: bytes, numbers: Figures) -> tuple[list[str], list[str]]:
    """Cells read wrongly, and cells that were given up."""
    wrong = wrong_cells(numbers, read_tables(read(data).document).values, lossless=True)
    unsure = [line for line in wrong if "unreadable" in line or "not read at all" in line]
    return [line for line in wrong if line not in unsure], unsure


@needs_ocr
@pytest.mark.ocr
@pytest.mark.parametrize(
    ("seed", "how", "most_unsure"),
    [
        pytest.param(1, {"dpi": 200, "lean": 0.7, "noise": 0.1, "size": 10.5}, 10, marks=prove),
        pytest.param(7, {"dpi": 150, "noise": 0.25, "lean": -1.0}, 999, marks=prove),
        pytest.param(11, {"dpi": 60}, 999, marks=prove),
    ],
)
def test_scanned_reports(seed: int, how: dict[str, Any], most_unsure: int) -> None:
    numbers = some_figures(seed)
    wrong, unsure = misread(write_scan(compose(numbers), **how), numbers)
    assert not wrong
    assert len(unsure) <= most_unsure


@needs_ocr
@pytest.mark.ocr
@pytest.mark.parametrize(
    ("kind", "way"),
    [
        pytest.param("png", 0, marks=prove),
        pytest.param("png", 90, marks=prove),
        pytest.param("tiff", 0, marks=prove),
    ],
)
def test_pictures(kind: str, way: int) -> None:
    from PIL import Image

    numbers = some_figures(3)
    data = write_scan(compose(numbers)[:6], kind=kind, dpi=130)
    if way:
        turned = io.BytesIO()
        Image.open(io.BytesIO(data)).rotate(way, expand=True).save(turned, "PNG")
        data = turned.getvalue()
    report = read(data)
    assert report.format == "scan"
    for key, value in report.cells.items():
        assert value.state == "unreadable" or value.number == numbers.get(key), key
    assert sum(value.state == "value" for value in report.cells.values()) >= 3
    assert report.year == 2023


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(((width + 7) // 8 + 1) * min(height, 2000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def grain() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("L", (400, 500), random.Random(4).randbytes(200_000)).save(out, "PNG")
    return out.getvalue()


@one_in(3)
@needs_ocr
@pytest.mark.ocr
@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (png(60_000, 60_000), {"too_complex"}),
        (png(500, 700), {"no_text"}),
        (png(1, 1), {"no_text"}),
        (png(500, 700)[:-30], {"truncated", "broken"}),
        (grain(), {"no_text", "not_a_report"}),
        (b"GIF89a" + bytes(40), {"truncated", "broken", "no_text"}),
    ],
    ids=["a bomb", "an empty page", "a dot", "cut", "noise", "a broken gif"],
)
def test_pictures_without_a_report(data: bytes, codes: set[str]) -> None:
    with pytest.raises(ReadError) as caught:
        read(data)
    assert caught.value.code in codes


@needs_ocr
def test_of_too_many_pages_none_is_left_out() -> None:
    """Without its last pages a report would seem to lack their tables."""
    from PIL import Image

    pages = [Image.new("1", (20, 20), 1)] * (scan.MOST_PAGES + 1)
    for kept, is_read in ((pages[1:], True), (pages, False)):
        out = io.BytesIO()
        kept[0].save(out, "TIFF", save_all=True, append_images=kept[1:])
        pictures = scan._pictures(out.getvalue())
        if is_read:
            assert len(list(pictures)) == len(kept)
            continue
        with pytest.raises(ReadError) as caught:
            list(pictures)
        assert caught.value.code == "too_complex"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("rapidocr"):
            raise ImportError(name)
        return real(name, *rest, **named)

    scan._engine.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ReadError) as caught:
        read(grain())
    monkeypatch.undo()
    scan._engine.cache_clear()
    assert caught.value.code == "needs_ocr"
    assert "nianbao[ocr]" in caught.value.en


# ---- tables pasted as pictures


def pasted_table(seed: int) -> tuple[Figures, list[Printed], bytes]:
    """A report, what is printed before and behind its table of requests, and that as a picture."""
    import pypdfium2

    chance = random.Random(seed)
    numbers: Figures = {key: chance.choice([0, 0, 0, 2, 5, 17, 230]) for key in blank_figures()}
    printed = list(compose(numbers))
    at = max(
        (n for n, block in enumerate(printed) if isinstance(block, Table)),
        key=lambda n: len(printed[n].rows),  # type: ignore[union-attr]
    )
    page = pypdfium2.PdfDocument(write_raw_pdf((printed[at],), seed))[0]
    picture = page.render(scale=200 / 72).to_pil().convert("L")
    target = io.BytesIO()
    picture.crop((80, 80, picture.width - 80, picture.height // 2 + 1500)).save(target, "PNG")
    return numbers, [tuple(printed[:at]), tuple(printed[at + 1 :])], target.getvalue()


PICTURE = (
    "<w:p><w:r><w:drawing><wp:inline><a:graphic><a:graphicData><a:blip r:embed='p'/>"
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
)
PICTURE_OF = (
    b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    b"<Relationship Id='p' Target='media/a.png' "
    b"Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/image'/></Relationships>"
)


def docx_with_picture(before: Printed, picture: bytes, behind: Printed) -> bytes:
    first, second = (
        zipfile.ZipFile(io.BytesIO(write_raw_docx(part))).read("word/document.xml").decode()
        for part in (before, behind)
    )
    body = first.partition("<w:body>")[2].partition("</w:body>")[0]
    body += PICTURE + second.partition("<w:body>")[2].partition("</w:body>")[0]
    parts = {"word/media/a.png": picture, "word/_rels/document.xml.rels": PICTURE_OF}
    return docx_of(body, parts)


@needs_ocr
@pytest.mark.ocr
def test_a_table_that_was_pasted_as_a_picture_is_read() -> None:
    numbers, (before, behind), picture = pasted_table(1)
    wrong, unsure = misread(docx_with_picture(before, picture, behind), numbers)
    assert not wrong
    assert len(unsure) <= 5


def test_a_table_in_a_picture_that_is_not_read_is_unreadable_and_not_absent() -> None:
    numbers, (before, behind), _ = pasted_table(2)
    report = read(docx_with_picture(before, b"no picture", behind))
    lost = [key for key in numbers if key not in report.cells]
    assert not lost
    assert report.cells["requests.new.total"].state == "unreadable"
    assert report.cells["disputes.review.total"].state == "value"


# ---- rules


def drawn_table(row: int, *, inner: int = 0) -> Any:
    """A picture of 200 dpi: a row of so many pixels, two columns; the rule between them stops `inner` pixels before the rules above and below."""
    import numpy as np

    ink = np.zeros((400, 600), bool)
    for y in (100, 100 + row):
        ink[y : y + 2, 100:500] = True
    for x in (100, 300, 500):
        gap = inner if x == 300 else 0
        ink[100 + gap : 102 + row - gap, x : x + 2] = True
    return ink


@needs_ocr
@pytest.mark.parametrize("row", [22, 30, 38, 60])
def test_the_rules_of_a_low_row_are_found(row: int) -> None:
    rules, _ = scan._rules(drawn_table(row), 72 / 200)
    (lattice,) = lattices(rules)
    assert (len(lattice.xs), len(lattice.ys)) == (3, 2)


@needs_ocr
@pytest.mark.parametrize("row", [22, 30, 38])
def test_a_stroke_that_reaches_no_rule_is_writing(row: int) -> None:
    rules, drawn = scan._rules(drawn_table(row, inner=3), 72 / 200)
    assert not any(rule.x0 == rule.x1 and 290 < rule.x0 * 200 / 72 < 310 for rule in rules)
    assert not drawn[100 + row // 2, 300]
