"""A row of the form in which one cell alone is filled in: what is printed there is read or listed, in every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nianbao.parser.document import Document
from nianbao.parser.numbers import stands_for_a_number
from nianbao.parser.readers.docx import read_docx
from nianbao.parser.readers.html import read_html
from nianbao.parser.readers.pdf import read_pdf
from nianbao.parser.readers.spreadsheet import read_spreadsheet
from nianbao.parser.readers.text import read_text
from nianbao.parser.report import read_tables
from tests.amounts import one_in, thinned
from tests.reportkit.compose import compose
from tests.reportkit.figures import blank_figures
from tests.reportkit.printed import Printed, Table, Text
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.reportkit.write_pdf import write_pdf
from tests.reportkit.write_spreadsheet import write_ods, write_xls, write_xlsx
from tests.reportkit.write_text import LAYOUTS, write_text

Read = Callable[[Printed], Document]
FORMATS: dict[str, Read] = {
    "xlsx": lambda printed: read_spreadsheet(write_xlsx(printed)),
    "xls": lambda printed: read_spreadsheet(write_xls(printed)),
    "ods": lambda printed: read_spreadsheet(write_ods(printed)),
    "html": lambda printed: read_html(write_html(printed)),
    "docx": lambda printed: read_docx(write_docx(printed)),
    "pdf": lambda printed: read_pdf(write_pdf(printed)),
}
CELLS = {
    "777": 777,
    "777件": 777,
    "零": 0,
    "约777": None,
    "777(其中撤诉1)": None,
    "777（含撤回2件）": None,
    "7 7": None,
    "7?": None,
    "七": None,
    "三件": None,
}
PLACES = [
    "disputes.review.upheld",
    "disputes.review.corrected",
    "disputes.suit_direct.other",
    "disputes.suit_after_review.total",
]


def _text(layout: str) -> Read:
    return lambda printed: read_text(write_text(printed, layout))


READERS = FORMATS | {f"text-{layout}": _text(layout) for layout in LAYOUTS}


def _printed(key: str, text: str, form: str, others: int | None) -> Printed:
    figures = blank_figures(form, others)
    figures |= {cell: None for cell in figures if cell.startswith("disputes.")} | {key: 7654321}
    return tuple(_instead(block, text) for block in compose(figures, form_id=form))


def _instead(block: Text | Table, text: str) -> Text | Table:
    if not isinstance(block, Table):
        return block
    rows = tuple(
        tuple(box._replace(text=text) if box.text == "7654321" else box for box in row)
        for row in block.rows
    )
    return block._replace(rows=rows)


def _cases() -> Iterator[tuple[str, str, int | None]]:
    for form in ("2021", "2019"):
        for key in PLACES:
            yield key, form, None
    yield PLACES[2], "2021", 0


@one_in(3)
@pytest.mark.parametrize(("reader", "text"), thinned(READERS, CELLS, 3))
def test_a_lone_cell_of_disputes_is_never_lost(reader: str, text: str) -> None:
    for key, form, others in _cases():
        values = read_tables(READERS[reader](_printed(key, text, form, others))).values
        value = values.get(key)
        case = (key, form, others)
        assert value is not None, case
        if value.state == "value":
            assert value.number == CELLS[text], case
        else:
            assert value.state == "unreadable", case
        shifted = [
            k
            for k, other in values.items()
            if k.startswith("disputes.") and k != key and other.state == "value"
        ]
        assert not shifted, case


@pytest.mark.parametrize("reader", ["xlsx", "html", "docx", "text-tab_rows", "text-pipes"])
@pytest.mark.parametrize("remark", ["2（其中撤诉1件）", "未统计到数据", "约3件左右"])
def test_a_remark_in_one_cell_leaves_the_others_of_its_row(reader: str, remark: str) -> None:
    figures = blank_figures("2021", 0)
    disputes = [key for key in figures if key.startswith("disputes.")]
    figures |= {key: 11 + n for n, key in enumerate(disputes)} | {disputes[6]: 7654321}
    printed = tuple(_instead(block, remark) for block in compose(figures))
    values = read_tables(READERS[reader](printed)).values
    assert values[disputes[6]].state == "unreadable"
    for key in disputes:
        value = values[key]
        assert value.state == "unreadable" or value.number == figures[key]
    if not reader.startswith("text"):
        assert sum(values[key].state == "value" for key in disputes) == len(disputes) - 1


@pytest.mark.parametrize(
    "line",
    [
        "2024年1月12日",
        "二、收到申请",
        "（一）3件",
        "2.存在问题",
        "0571-88881234",
        "共收到3件。",
        "柳树镇人民政府",
        "三江镇",
        "第3页",
    ],
)
def test_a_line_of_another_kind_stands_for_no_number(line: str) -> None:
    assert not stands_for_a_number(line)
