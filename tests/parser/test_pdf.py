"""PDFs of every make: what was printed is what is read, blank cells, merged cells and page ends included."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from nianbao.parser.document import Block, Document, Grid, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.fill import Value
from nianbao.parser.readers.pdf import read_pdf
from nianbao.parser.report import read_tables
from tests.amounts import PROVING, many, more
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import Style, compose
from tests.reportkit.figures import Figures, balance, blank_figures
from tests.reportkit.grids import bare, doubts, printed_grid, printed_grids, read_grids
from tests.reportkit.printed import Box, Printed, Table, Text
from tests.reportkit.strategies import figures, styles
from tests.reportkit.tables import tables
from tests.reportkit.write_pdf import STROKES, write_pdf

FEW = many(12, 40)


def some_figures(seed: int = 1, form_id: str = "2021") -> Figures:
    """Zeros, large numbers and blanks in turn."""
    numbers = blank_figures(form_id)
    for n, key in enumerate(numbers):
        numbers[key] = [0, 3, None, 12, 345, 0, None, 7][(n * seed + n // 7) % 8]
    return numbers


REPORT = compose(some_figures())


def paragraphs(data: bytes) -> list[str]:
    return [bare(block.text) for block in read_pdf(data).blocks if isinstance(block, Paragraph)]


# ---- ruled tables


@pytest.mark.parametrize("strokes", STROKES)
def test_borders_of_every_make(strokes: str) -> None:
    document = read_pdf(write_pdf(REPORT, strokes=strokes))
    assert read_grids(document.blocks) == printed_grids(REPORT)
    assert not doubts(document.blocks)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_turned_pages(rotate: int) -> None:
    document = read_pdf(write_pdf(REPORT, rotate=rotate))
    assert read_grids(document.blocks) == printed_grids(REPORT)


def test_pages_lying_on_their_side() -> None:
    document = read_pdf(write_pdf(REPORT, sideways=True))
    assert read_grids(document.blocks) == printed_grids(REPORT)


@pytest.mark.parametrize("vertical", ["stacked", "turned"])
def test_vertical_labels(vertical: str) -> None:
    document = read_pdf(write_pdf(REPORT, vertical_labels=vertical))
    assert read_grids(document.blocks) == printed_grids(REPORT)


@pytest.mark.parametrize("ruled", [True, False])
def test_two_pages_on_one_sheet(ruled: bool) -> None:
    data = write_pdf(REPORT, two_up=True, ruled=ruled, page_height=620, break_rows=False)
    one_up = write_pdf(REPORT, ruled=ruled, page_height=620, break_rows=False)
    assert told(read_pdf(data)) == told(read_pdf(one_up))


def told(document: Document) -> list[Block]:
    """What stands there, wherever that is."""
    found: list[Block] = []
    for block in document.blocks:
        if isinstance(block, Grid):
            cells = tuple(cell._replace(spot=None) for cell in block.cells)
            found.append(block._replace(cells=cells, page=0))
        else:
            found.append(block._replace(page=0))
    return found


def test_a_wide_table_is_not_cut_in_two() -> None:
    table = Table(tuple(tuple(Box(f"{r}{c}") for c in range(8)) for r in range(12)))
    document = read_pdf(write_pdf((table,), page_height=400))
    assert read_grids(document.blocks) == [printed_grid(table)]


@FEW
@given(table=tables(), strokes=st.sampled_from(STROKES))
def test_tables_of_any_shape(table: Table, strokes: str) -> None:
    expected = printed_grid(table)
    assume(len(expected) > 1)
    document = read_pdf(write_pdf((Text("标题"), table, Text("以上。")), strokes=strokes))
    assert read_grids(document.blocks) == [expected]
    assert not doubts(document.blocks)


# ---- page ends


@more
@pytest.mark.parametrize("break_rows", [True, False])
@pytest.mark.parametrize("repeat_header", [True, False])
def test_every_page_end(break_rows: bool, repeat_header: bool) -> None:
    """The end of the page may come at any line of the table: nothing is lost, and nothing moves."""
    numbers = {
        key: number for key, number in some_figures(3).items() if key.startswith("requests.")
    }
    printed: Printed = tuple(part for part in compose(numbers)[-9:-7])
    whole = printed_grids(printed)
    for height in range(300, 760, 9 if PROVING else 27):
        document = read_pdf(
            write_pdf(
                printed, page_height=height, break_rows=break_rows, repeat_header=repeat_header
            )
        )
        assert read_grids(document.blocks) == whole, height


@FEW
@given(
    numbers=figures("2021"), style=styles(), height=st.integers(300, 842), break_rows=st.booleans()
)
def test_reports_over_page_ends(
    numbers: Figures, style: Style, height: int, break_rows: bool
) -> None:
    printed = compose(numbers, style=style)
    document = read_pdf(write_pdf(printed, page_height=height, break_rows=break_rows))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=False)


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_cuts_labels_at_page_ends(tmp_path: Path) -> None:
    from tests.reportkit.write_html import write_html

    sources = []
    for n, filler in enumerate(range(0, 26, 2)):
        printed = (
            Text("题"),
            *(Text(f"第{i}段") for i in range(filler)),
            *compose(some_figures(5))[-10:],
        )
        source = tmp_path / f"report{n}.html"
        source.write_bytes(write_html(printed))
        sources.append((source, printed))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", "pdf:writer_web_pdf_Export", "--outdir", str(tmp_path)]
    subprocess.run(
        [*command, *(str(s) for s, _ in sources)], check=True, capture_output=True, timeout=120
    )
    for source, printed in sources:
        document = read_pdf(source.with_suffix(".pdf").read_bytes())
        assert read_grids(document.blocks) == printed_grids(printed), source.name


# ---- tables without rules


@pytest.mark.parametrize("break_rows", [True, False])
def test_tables_without_rules_yield_no_wrong_number(break_rows: bool) -> None:
    for seed in (1, 3, 5, 7):
        numbers = some_figures(seed)
        document = read_pdf(write_pdf(compose(numbers), ruled=False, break_rows=break_rows))
        assert not wrong_numbers(numbers, read_tables(document).values)


def test_tables_without_rules_and_without_blanks_are_read() -> None:
    numbers = balance(blank_figures(number=3))
    values = read_tables(read_pdf(write_pdf(compose(numbers), ruled=False, size=6))).values
    assert not wrong_numbers(numbers, values)
    assert sum(value.state == "value" for value in values.values()) > 150


def wrong_numbers(expected: Figures, values: Mapping[str, Value]) -> list[str]:
    """A table whose header is broken over lines may not be found at all; but nothing may be read wrongly."""
    return [
        wrong
        for wrong in wrong_cells(expected, values, lossless=False)
        if "not read at all" not in wrong
    ]


def test_a_blank_keeps_its_place_without_rules() -> None:
    rows = [
        ("甲项", "1", "2", "3"),
        ("乙项", "4", "", "6"),
        ("丙项", "", "8", "9"),
        ("丁项", "10", "11", ""),
    ]
    data = write_pdf((Table(tuple(tuple(map(Box, row)) for row in rows)),), ruled=False)
    lines = [block.text for block in read_pdf(data).blocks if isinstance(block, Paragraph)]
    assert lines == ["\t".join(row) for row in rows]


# ---- text


def test_sentences_are_whole_and_page_numbers_are_gone() -> None:
    long = "本年度主动公开政府信息共计" * 12 + "一百二十三条"
    found = paragraphs(
        write_pdf((Text(long), *[Text(f"第{n}句，" + "公开信息" * 30) for n in range(30)]))
    )
    assert found[0] == long
    assert len(found) == 31
    assert not any(re.fullmatch(r"-\d-", text) for text in found)


def test_running_titles_are_dropped() -> None:
    texts = tuple(Text(f"第{n}句" + "公开信息" * 30 + "。") for n in range(60))
    found = paragraphs(write_pdf(texts, running_title="某某镇人民政府年度报告"))
    assert found == [text.text for text in texts]


def test_text_that_nobody_sees_is_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(200, 500, "77")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.saveState()
        hidden = canvas.beginText(200, 520)
        hidden.setTextRenderMode(3)
        hidden.textOut("88")
        canvas.drawText(hidden)
        canvas.restoreState()
        canvas.drawString(900, 500, "99")
        canvas.setFillColorRGB(0.2, 0.2, 0.6)
        canvas.rect(100, 300, 200, 40, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(120, 315, "white on blue")

    assert paragraphs(drawn(draw)) == ["seen", "whiteonblue"]


def test_bold_by_printing_twice_is_one_digit() -> None:
    def draw(canvas: Canvas) -> None:
        for shift in (0, 0.3):
            canvas.drawString(200 + shift, 500, "11")

    assert paragraphs(drawn(draw))[1:] == ["11"]


def test_typed_form_fields_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.acroForm.textfield(
            name="n", value="42", x=200, y=500, width=60, height=20, borderWidth=0
        )

    assert "42" in paragraphs(drawn(draw))


def test_a_number_that_runs_into_the_next_cell_is_doubted() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.grid([100, 120, 140], [500, 520, 540])
        canvas.drawString(102, 505, "12345")

    found = doubts(read_pdf(drawn(draw)).blocks)
    assert len(found) == 2
    assert all("crosses" in doubt for doubt in found)


def test_digits_drawn_as_curves_are_not_a_blank() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.grid([100, 160, 220], [500, 520, 540])
        canvas.circle(130, 510, 4)

    assert doubts(read_pdf(drawn(draw)).blocks) == [
        "'': something is drawn in this cell that is not text"
    ]


def drawn(draw: object) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(50, 800, "seen")
    draw(canvas)  # type: ignore[operator]
    canvas.save()
    return out.getvalue()


# ---- files that are no good


def code_of(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read_pdf(data)
    return caught.value.code


def test_a_password_is_said_to_be_one() -> None:
    assert code_of(write_pdf(REPORT, password="secret")) == "encrypted"


def test_a_file_that_is_cut_short_is_never_read_in_part() -> None:
    data = write_pdf(REPORT)
    for size in (8, 100, len(data) // 3, len(data) // 2, len(data) - 700, len(data) - 8):
        assert code_of(data[:size]) == "truncated"


@FEW
@given(noise=st.binary(max_size=400))
def test_noise_is_broken(noise: bytes) -> None:
    assert code_of(b"%PDF-1.7\n" + noise + b"\n%%EOF") in ("broken", "truncated", "encrypted")


@FEW
@given(at=st.integers(0, 10**6), noise=st.binary(min_size=1, max_size=30))
def test_damage_never_ends_in_another_exception(at: int, noise: bytes) -> None:
    data = SMALL
    at %= len(data)
    with suppress(ReadError):
        read_pdf(data[:at] + noise + data[at + len(noise) :])


SMALL = write_pdf((Text("标题"), Table(((Box("甲"), Box("1")), (Box("乙"), Box(""))))))


def test_too_many_pages() -> None:
    canvas = Canvas(out := io.BytesIO())
    for _ in range(201):
        canvas.drawString(50, 50, "x")
        canvas.showPage()
    canvas.save()
    assert code_of(out.getvalue()) == "too_complex"


def test_a_hundred_thousand_tiny_lines_are_read_or_refused_quickly() -> None:
    for lines in (100_000, 210_000):
        content = "".join(
            f"{n % 500} {n // 500} m {n % 500}.8 {n // 500} l S\n" for n in range(lines)
        )
        started = time.process_time()
        assert code_of(raw_pdf(content)) in ("too_complex", "no_text")
        assert time.process_time() - started < 8


def test_forms_nested_without_end() -> None:
    forms = 60
    names = "".join(
        f"{n} 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</F {n + 1} 0 R>>>>"
        f"/Length 5>>stream\n/F Do\nendstream\nendobj\n"
        for n in range(10, 10 + forms)
    )
    assert code_of(raw_pdf("/F Do", extra=names, resources="/XObject<</F 10 0 R>>")) in (
        "too_complex",
        "no_text",
    )


def raw_pdf(content: str, *, extra: str = "", resources: str = "") -> bytes:
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<{resources}>>>>endobj\n"
        f"4 0 obj<</Length {len(content)}>>stream\n{content}\nendstream\nendobj\n{extra}"
        "trailer<</Root 1 0 R>>\n%%EOF\n"
    ).encode()
