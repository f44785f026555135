"""Layouts of web pages and of text in which places are hard to tell: what is printed is read, or said to be unreadable."""

from __future__ import annotations

import pytest

from nianbao.parser.labels import meanings
from nianbao.parser.numbers import read_number
from nianbao.parser.readers.html import read_html
from nianbao.parser.report import read_tables
from tests.parser.test_placing import figures, outcome, tables, with_table
from tests.reportkit.compose import compose
from tests.reportkit.printed import Box, Printed, Table
from tests.reportkit.write_html import write_html

REQUESTS, DISPUTES = 4, 5  # which of the printed tables


def values_of(page: str) -> dict[str, object]:
    cells = read_tables(read_html(page.encode())).values
    return {key: value.number for key, value in cells.items() if value.state == "value"}


# ---- several rows in one


HEAD = "<tr><td>信息内容<td>本年制发件数<td>本年废止件数<td>现行有效件数"
RULES = {
    f"proactive.{row}.{column}": n
    for n, (row, column) in enumerate(
        (row, column)
        for row in ("regulations", "normative_documents")
        for column in ("issued", "repealed", "in_force")
    )
}


def two_rows(cells: str, labels: str = "规章{}行政规范性文件", end: str = "<br>") -> str:
    return f"<table>{HEAD}<tr><td>{labels.format(end)}{cells.replace('|', end)}</table>"


@pytest.mark.parametrize("end", ["<br>", "<br/>\n", "</p><p>", "<div></div>"])
def test_rows_that_stand_in_one_are_read_line_by_line(end: str) -> None:
    assert values_of(two_rows("<td>0|3<td>1|4<td>2|5", end=end)) == RULES


@pytest.mark.parametrize(
    "cells",
    [
        "<td>0|3|7<td>1|4|7<td>2|5|7",  # a line too many
        "<td>03<td>14<td>25",
        "<td>0 3<td>1 4<td>2 5",
        "<td>0|3<td>1|4",
        "<td>0|3<td>1|4<td>2|5<td>6|7",
        "<td>0||3<td>1|4|<td>2|5|9",
    ],
)
def test_lines_that_do_not_fit_their_labels_are_unreadable(cells: str) -> None:
    found = read_tables(read_html(two_rows(cells).encode())).values
    assert {found[key].state for key in RULES} == {"unreadable"}


def test_a_blank_cell_beside_several_rows_is_blank_for_each() -> None:
    found = read_tables(read_html(two_rows("<td>0|3<td><td>2|5").encode())).values
    blank = {key for key in RULES if key.endswith(".repealed")}
    assert {key for key in RULES if found[key].state == "blank"} == blank
    assert values_of(two_rows("<td>0|3<td><td>2|5")) == {
        key: n for key, n in RULES.items() if key not in blank
    }


def rows_joined(table: Table, begin: int, end: int, line_end: str) -> Table:
    """Rows of the requests as one whose cells hold a line for each."""
    rows = [[box for box in row if box.rowspan == 1][-8:] for row in table.rows[begin:end]]
    boxes = tuple(
        Box(line_end.join(box.text for box in column), 1, column[0].colspan)
        for column in zip(*rows, strict=True)
    )
    first = Box("（三）不予公开")
    return Table((*table.rows[:begin], (first, *boxes), *table.rows[end:]))


@pytest.mark.parametrize(("begin", "end"), [(8, 10), (7, 9), (10, 14)])
def test_joined_rows_of_the_requests_lose_no_number(begin: int, end: int) -> None:
    numbers = figures()
    printed = compose(numbers)
    table = rows_joined(tables(printed)[REQUESTS], begin, end, "\n")
    page = write_html(with_table(printed, REQUESTS, table)).decode().replace("\n", "<br>")
    found = outcome(numbers, read_html(page.encode()))
    assert set(found) <= {"right", "unreadable"}
    assert found["right"] > 150


# ---- labels that go on otherwise than the form's


@pytest.mark.parametrize(
    "label",
    [
        "二、上年结转政府信息公开申请未办结数量",
        "上年结转政府信息公开申请不含撤回数量",
        "结转下年度继续办理其中新收",
        "行政规范性文件未公开",
        "行政规范性文件非公开部分",
        "属于国家秘密不予公开以外",
        "申请人逾期未补正前一次",
        "重复申请（其中）",
        "行政许可（上年度）",
        "信访举报投诉类申请上报",
    ],
)
def test_a_label_that_goes_on_with_a_word_that_decides_is_another(label: str) -> None:
    assert meanings(label) == ()


@pytest.mark.parametrize(
    "rest", ["区分处理的只计这一情形", "（区分处理的，只计这一情形，不计其他情形）"]
)
def test_a_label_that_goes_on_with_its_note_is_the_label(rest: str) -> None:
    assert [hit.key for hit in meanings(f"（二）部分公开{rest}")] == ["partial"]


# ---- thousands parted by spaces


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 234", 1234),
        ("1\xa0234", 1234),
        ("12 345", 12345),
        ("123 456", 123456),
        ("1 234 567", 1234567),
        ("1\u202f234", 1234),
        ("１ ２３４", 1234),
        ("1 234件", 1234),
        ("1  234", None),
        ("1\n234", None),
        ("1\t234", None),
        ("1 23", None),
        ("1 2345", None),
        ("12 34", None),
        ("0 234", None),
        ("1 000", None),
        ("1234 567", None),
        ("1 234 56", None),
    ],
)
def test_thousands_may_be_parted_by_one_space(text: str, number: int | None) -> None:
    assert read_number(text).number == number
    if number is None:
        assert read_number(text).state == "unreadable"


# ---- a picture where a table should be


def without(printed: Printed, number: int, instead: str) -> str:
    table = write_html((tables(printed)[number],)).decode()
    table = table[table.index("<table") : table.index("</table>") + len("</table>")]
    page = write_html(printed).decode()
    assert table in page
    return page.replace(table, instead)


PICTURES = [
    "<img src=t.png>",
    "<p align=center><img src=t.png width=900 height=1200 alt=本年新收6件></p>",
    "<div><a href=t.png><img data-src=t.png style='width:100%'></a></div>",
    "<table><tr><td><img src=t.png></td></tr></table>",
    "<figure><picture><img src=t.png></picture></figure>",
    "<iframe src=t.pdf width=800 height=600></iframe>",
    "<object data=t.pdf type=application/pdf></object>",
    "<embed src=t.pdf>",
    "<canvas width=800 height=600></canvas>",
    "<svg width=800 height=600><text>自然人 7</text></svg>",
]


@pytest.mark.parametrize("number", [REQUESTS, DISPUTES])
@pytest.mark.parametrize("picture", PICTURES)
def test_a_table_that_is_a_picture_is_unreadable_and_not_absent(number: int, picture: str) -> None:
    page = without(compose(figures()), number, picture)
    found = outcome(figures(), read_html(page.encode()))
    unread = {REQUESTS: 175, DISPUTES: 15}[number]
    assert found == {"right": 200 - unread, "unreadable": unread}


@pytest.mark.parametrize(
    "picture", ["", "<img src=icon.gif width=16 height=16>", "<img src=t.png style='display:none'>"]
)
def test_a_table_that_is_not_there_is_absent(picture: str) -> None:
    page = without(compose(figures()), REQUESTS, picture)
    assert outcome(figures(), read_html(page.encode())) == {"right": 25, "lost": 175}
