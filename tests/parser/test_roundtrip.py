"""What is written is what is read: no layout, format or noise may ever yield a wrong number."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from nianbao.parser.document import Document
from nianbao.parser.readers.docx import read_docx
from nianbao.parser.readers.html import read_html
from nianbao.parser.readers.pdf import read_pdf
from nianbao.parser.readers.spreadsheet import read_spreadsheet
from nianbao.parser.readers.text import read_text
from nianbao.parser.report import read_tables
from tests.amounts import many
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import Style, compose
from tests.reportkit.figures import Figures
from tests.reportkit.printed import Printed
from tests.reportkit.strategies import figures, styles
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.reportkit.write_pdf import STROKES, write_pdf
from tests.reportkit.write_spreadsheet import write_ods, write_xls, write_xlsx
from tests.reportkit.write_text import LAYOUTS, write_text

FORMS = st.sampled_from([("2021", "2021"), ("2021", "2021"), ("2019", "2019"), ("2021", "2019")])


@st.composite
def reports(draw: st.DrawFn) -> tuple[Figures, Printed, Style]:
    form_id, requests_form_id = draw(FORMS)
    style = draw(styles())
    numbers = draw(figures(form_id))
    if requests_form_id != form_id:
        other = draw(figures(requests_form_id))
        numbers = {k: v for k, v in numbers.items() if not k.startswith("requests.")}
        numbers |= {k: v for k, v in other.items() if k.startswith("requests.")}
    return (
        numbers,
        compose(numbers, form_id=form_id, requests_form_id=requests_form_id, style=style),
        style,
    )


def check(numbers: Figures, document: Document, *, lossless: bool) -> None:
    wrong = wrong_cells(numbers, read_tables(document).values, lossless=lossless)
    assert not wrong, "\n".join(wrong[:12])


@many(150, 900)
@given(
    report=reports(),
    word=st.booleans(),
    layout_table=st.booleans(),
    hidden=st.sampled_from(["", "", "textarea", "script"]),
    split_rows=st.sampled_from([0, 0, 4, 9]),
    encoding=st.sampled_from(
        [("utf-8", "utf-8"), ("gb18030", "gb2312"), ("gb18030", "utf-8"), ("utf-8", None)]
    ),
    fragment=st.booleans(),
)
def test_web_pages(
    report: tuple[Figures, Printed, Style],
    word: bool,
    layout_table: bool,
    hidden: str,
    split_rows: int,
    encoding: tuple[str, str | None],
    fragment: bool,
) -> None:
    numbers, printed, style = report
    split_rows = 0 if style.stray_column or style.shuffled else split_rows
    data = write_html(
        printed,
        encoding=encoding[0],
        declared=encoding[1],
        word=word,
        layout_table=layout_table,
        hidden=hidden,
        split_rows=split_rows,
        fragment=fragment,
    )
    check(numbers, read_html(data), lossless=True)


@many(250, 1000)
@given(
    report=reports(),
    layout=st.sampled_from(LAYOUTS),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_plain_text(report: tuple[Figures, Printed, Style], layout: str, encoding: str) -> None:
    numbers, printed, _ = report
    check(numbers, read_text(write_text(printed, layout, encoding=encoding)), lossless=False)


@many(40, 300)
@given(numbers=figures("2021", blanks=False), layout=st.sampled_from(LAYOUTS))
def test_plain_text_without_blanks_is_read_whole(numbers: Figures, layout: str) -> None:
    check(numbers, read_text(write_text(compose(numbers), layout)), lossless=True)


@many(40, 150)
@given(
    report=reports(),
    nested=st.booleans(),
    text_box=st.booleans(),
    tracked=st.booleans(),
    auto_numbering=st.booleans(),
)
def test_word_files(
    report: tuple[Figures, Printed, Style],
    nested: bool,
    text_box: bool,
    tracked: bool,
    auto_numbering: bool,
) -> None:
    numbers, printed, _ = report
    data = write_docx(
        printed, nested=nested, text_box=text_box, tracked=tracked, auto_numbering=auto_numbering
    )
    check(numbers, read_docx(data), lossless=True)


@many(25, 150)
@given(report=reports(), write=st.sampled_from([write_xlsx, write_xls, write_ods]))
def test_workbooks(
    report: tuple[Figures, Printed, Style], write: Callable[[Printed], bytes]
) -> None:
    numbers, printed, _ = report
    # A workbook does not keep the blank cells at its end.
    check(numbers, read_spreadsheet(write(printed)), lossless=False)


@many(20, 100)
@given(
    report=reports(),
    strokes=st.sampled_from(STROKES),
    vertical=st.sampled_from(["", "", "stacked", "turned"]),
)
def test_pdf_files(report: tuple[Figures, Printed, Style], strokes: str, vertical: str) -> None:
    numbers, printed, _ = report
    check(
        numbers,
        read_pdf(write_pdf(printed, strokes=strokes, vertical_labels=vertical)),
        lossless=False,
    )
