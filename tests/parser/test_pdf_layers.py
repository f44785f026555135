"""What lies over, under and beside the text of a PDF: notes, layers, watermarks, texts given for what is drawn."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

from nianbao.parser.document import Cell, Grid
from nianbao.parser.readers.pdf import RENAMED, read_pdf

Draw = Callable[[Canvas], object]


def page(draw: Draw) -> bytes:
    """A table of three rows and columns; the middle column is drawn by the test."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(400, 300), pageCompression=0)
    for x in (50, 150, 250, 350):
        canvas.line(x, 100, x, 220)
    for y in (100, 140, 180, 220):
        canvas.line(50, y, 350, y)
    canvas.setFont("Helvetica", 12)
    for label, y in (("A", 195), ("B", 155), ("C", 115)):
        canvas.drawString(60, y, label)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def cells(data: bytes) -> list[Cell]:
    (grid,) = [block for block in read_pdf(data).blocks if isinstance(block, Grid)]
    return [cell for cell in grid.cells if cell.col == 1]


def numbers(canvas: Canvas, *, without: int = 0) -> None:
    for text, y in (("12", 195), ("34", 155), ("56", 115)):
        if text != str(without):
            canvas.drawString(180, y, text)


def texts(draw: Draw) -> list[str]:
    return [cell.text for cell in cells(page(draw)) if not cell.doubt]


# ---- a text that the file gives for what is drawn


def marked(mark: str, text: str = "7") -> Draw:
    def draw(canvas: Canvas) -> None:
        numbers(canvas, without=12)
        canvas._code.append(f"{mark} BT /F1 12 Tf 1 0 0 1 180 195 Tm ({text}) Tj ET EMC")

    return draw


@pytest.mark.parametrize("given", ["99", "", " ", "x"])
def test_a_digit_that_the_file_calls_otherwise_is_unreadable(given: str) -> None:
    first, *rest = cells(page(marked(f"/Span <</ActualText ({given})>> BDC")))
    assert first.doubt
    assert [cell.text for cell in rest if not cell.doubt] == ["34", "56"]
    assert given != "99" or first.doubt == RENAMED


@pytest.mark.parametrize("mark", ["/Artifact BMC", "/Span <</MCID 0>> BDC", "/OC /Layer BDC"])
def test_other_marks_change_nothing(mark: str) -> None:
    assert texts(marked(mark)) == ["7", "34", "56"]


# ---- layers


def with_layer(data: bytes, *, off: bool) -> bytes:
    """The same file with a layer; the table of its objects is left to be found anew."""
    layer = b"90 0 obj\n<< /Type /OCG /Name (x) >>\nendobj\n"
    named = b"/Resources <<\n/Properties << /Layer 90 0 R >>\n"
    state = b"/OFF [90 0 R]" if off else b"/ON [90 0 R]"
    whole = b"/Type /Catalog /OCProperties << /OCGs [90 0 R] /D << " + state + b" >> >>"
    data = data.replace(b"/Resources <<\n", named).replace(b"/Type /Catalog", whole)
    table, trailer, end = data.index(b"xref\n"), data.index(b"trailer"), data.index(b"startxref")
    return data[:table] + layer + data[trailer:end] + b"startxref\n0\n%%EOF\n"


@pytest.mark.parametrize(("off", "expected"), [(True, ""), (False, "7")])
def test_a_layer_that_is_off_is_not_seen(off: bool, expected: str) -> None:
    data = with_layer(page(marked("/OC /Layer BDC")), off=off)
    assert [cell.text for cell in cells(data)] == [expected, "34", "56"]


# ---- notes that a viewer draws


def note(kind: str, *, flags: int = 4, filled: bool = True, **more: object) -> Draw:
    about: dict[str, object] = {
        "Type": PDFName("Annot"),
        "Subtype": PDFName(kind),
        "Rect": PDFArray([178, 192, 196, 207]),
        "QuadPoints": PDFArray([178, 207, 196, 207, 178, 192, 196, 192]),
        "F": flags,
        "Contents": PDFString("78"),
        "DA": PDFString("/Helv 12 Tf 0 g"),
        "L": PDFArray([178, 199, 196, 199]),
        "InkList": PDFArray([PDFArray([180, 190, 182, 206])]),
        **more,
    }

    def draw(canvas: Canvas) -> None:
        numbers(canvas, without=0 if filled else 12)
        canvas._addAnnotation(PDFDictionary(about))

    return draw


@pytest.mark.parametrize("kind", ["StrikeOut", "Line", "Square", "Redact", "Ink", "FreeText"])
def test_a_digit_under_a_note_is_unreadable(kind: str) -> None:
    assert texts(note(kind)) == ["34", "56"]


@pytest.mark.parametrize("kind", ["FreeText", "Ink", "Stamp"])
def test_a_cell_with_nothing_but_a_note_is_not_blank(kind: str) -> None:
    assert texts(note(kind, filled=False)) == ["34", "56"]


@pytest.mark.parametrize("kind", ["Highlight", "Underline", "Squiggly", "Popup", "Text"])
def test_a_marker_leaves_its_digits(kind: str) -> None:
    assert texts(note(kind)) == ["12", "34", "56"]


def test_a_hidden_note_is_none() -> None:
    assert texts(note("Ink", flags=2)) == ["12", "34", "56"]


# ---- watermarks


def watermark(text: str, grey: float, *, before: bool = False, lean: float = 0.0) -> Draw:
    def draw(canvas: Canvas) -> None:
        if not before:
            numbers(canvas)
        canvas.saveState()
        canvas.setFillGray(grey)
        canvas.setFont("Helvetica", 60)
        canvas.translate(90, 150)
        canvas.rotate(lean)
        canvas.drawString(0, 0, text)
        canvas.restoreState()
        if before:
            canvas.setFont("Helvetica", 12)
            numbers(canvas)

    return draw


@pytest.mark.parametrize("text", ["DRAFT", "2023"])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("lean", [0.0, 30.0])
def test_a_pale_watermark_is_no_part_of_any_cell(text: str, before: bool, lean: float) -> None:
    assert texts(watermark(text, 0.85, before=before, lean=lean)) == ["12", "34", "56"]


def test_what_a_dark_watermark_may_hide_is_unreadable() -> None:
    read = cells(page(watermark("2023", 0.2)))
    assert all(cell.doubt or cell.text in ("12", "34", "56") for cell in read)
    assert read[0].doubt
