"""Layouts of web pages and of text in which places are hard to tell: what is printed is read, or said to be unreadable."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable

import pytest

from nianbao.parser.fill import dispute_keys, request_columns
from nianbao.parser.forms import forms
from nianbao.parser.labels import meanings
from nianbao.parser.numbers import read_number
from nianbao.parser.readers.html import read_html
from nianbao.parser.readers.text import read_text
from nianbao.parser.report import read_tables
from tests.parser.test_placing import figures, on_a_page, outcome, tables, with_table
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures
from tests.reportkit.printed import Box, Printed, Table, Text
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


# ---- tables without <table>


def in_boxes(printed: Printed, table: str, row: str, cell: str, head: str = "") -> str:
    page = write_html(printed).decode()
    page = re.sub(r"<table[^>]*><tbody>", f"<div {table}>", page)
    page = page.replace("</tbody></table>", "</div>")
    page = page.replace("<tr>", f"<div {row}>").replace("</tr>", "</div>")
    page = re.sub(r"<td([^>]*)>", rf"<div {cell}\1>", page).replace("</td>", "</div>")
    return page.replace("</head>", head + "</head>").replace("&nbsp;", "")


BOXES = "<style>.t{display:table}.r{display:table-row}.c{display:table-cell}</style>"


def spread(printed: Printed) -> Printed:
    """Each merged cell as the first of as many cells."""
    blocks = []
    for block in printed:
        if isinstance(block, Table):
            height = len(block.rows)
            rows = [[Box() for _ in range(block.width)] for _ in range(height)]
            for r, c, box in block.placed:
                rows[r][c] = Box(box.text)
            block = Table(tuple(map(tuple, rows)))
        blocks.append(block)
    return tuple(blocks)


@pytest.mark.parametrize(
    ("table", "row", "cell", "head"),
    [
        ("class=t", "class=r", "class=c", BOXES),
        ("style=display:table", "style=display:table-row", "style=display:table-cell", ""),
        ("role=table", "role=row", "role=cell", ""),
        ("role=grid", 'role="row"', "role=gridcell", ""),
        ("ROLE='Grid'", "ROLE='Row'", "ROLE='GridCell'", ""),
    ],
)
@pytest.mark.parametrize("blanks", [False, True])
def test_boxes_that_act_as_tables_are_read(
    table: str, row: str, cell: str, head: str, blanks: bool
) -> None:
    numbers = figures()
    if blanks:
        numbers = {key: n if n and n % 4 else None for key, n in numbers.items()}
    page = in_boxes(spread(compose(numbers)), table, row, cell, head)
    cells = read_tables(read_html(page.encode())).values
    assert {key: cells[key].number for key in numbers} == numbers


def test_boxes_with_spans_are_read() -> None:
    page = in_boxes(compose(figures()), "role=table", "role=row", "role=cell")
    page = re.sub(r"(rowspan|colspan)=", r"aria-\1=", page)
    assert outcome(figures(), read_html(page.encode())) == {"right": 200}


def test_boxes_that_lay_out_a_page_are_no_table() -> None:
    page = write_html(compose(figures())).decode()
    body = page[page.index("<body>") + 6 : page.index("</body>")]
    laid_out = (
        f"{BOXES}<div class=t><div class=r><div class=c>栏目</div><div class=c>{body}</div></div>"
        "<div class=r><div class=c>版权</div><div class=c>备案</div></div></div>"
    )
    assert outcome(figures(), read_html(laid_out.encode())) == {"right": 200}


# ---- words of a header broken over rows


def broken_heads(printed: Printed, number: int, cuts: int, seed: int) -> Printed:
    """Each label in the last row of a header cut into pieces, a row each."""
    chance = random.Random(seed)
    table = tables(printed)[number]
    n = 2  # the last row of the header
    rows: list[list[Box]] = [[] for _ in range(cuts)]
    for box in table.rows[n]:
        at = sorted(chance.sample(range(1, len(box.text)), min(cuts, len(box.text)) - 1))
        pieces = [box.text[i:k] for i, k in zip([0, *at], [*at, len(box.text)], strict=True)]
        pieces += [""] * (cuts - len(pieces))
        for row, piece in zip(rows, pieces, strict=True):
            row.append(Box(piece, 1, box.colspan))
    above = tuple(
        tuple(b._replace(rowspan=b.rowspan + cuts - 1) if _reaches(r, b, n) else b for b in row)
        for r, row in enumerate(table.rows[:n])
    )
    cut = Table((*above, *map(tuple, rows), *table.rows[n + 1 :]))
    return with_table(printed, number, cut)


def _reaches(r: int, box: Box, n: int) -> bool:
    return r + box.rowspan > n


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cuts", [2, 3])
@pytest.mark.parametrize("number", [REQUESTS, DISPUTES])
def test_the_words_of_a_header_may_be_broken(number: int, cuts: int, seed: int) -> None:
    page = on_a_page(broken_heads(compose(figures()), number, cuts, seed))
    assert outcome(figures(), page) == {"right": 200}


@pytest.mark.parametrize("mark", ["无", "/", "—", "零", "见附件", "暂无"])
def test_a_row_of_marks_is_no_piece_of_the_header(mark: str) -> None:
    printed = compose(figures())
    table = tables(printed)[DISPUTES]
    row = tuple(box._replace(text=mark) for box in table.rows[-1])
    page = on_a_page(with_table(printed, DISPUTES, Table((*table.rows[:-1], row))))
    cells = read_tables(page).values
    states = {value.state for key, value in cells.items() if key.startswith("disputes.")}
    assert states == {"零": {"value"}, "见附件": {"unreadable"}}.get(mark, {"blank"})


# ---- a heading and a table for each row

HEADS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]


def a_table_for_each_row(write: Callable[[str, list[list[str]]], str]) -> str:
    numbers = figures()
    rows = forms()[0].request_rows
    parts = []
    for row in rows:
        cells = [str(numbers[f"requests.{row.key}.{column}"]) for column in request_columns()]
        number = row.number + "、" * (len(row.number) == 1)
        title = f"{row.group or ''} {number}{row.label}"
        parts.append(write(title, [HEADS, cells]))
    for group in forms()[0].dispute_groups:
        keys = [key for key in dispute_keys() if key.startswith(group.key)]
        heads = [column.label for column in forms()[0].dispute_columns]
        title = f"{group.group or ''} {group.label}"
        parts.append(write(title, [heads, [str(numbers[f"disputes.{key}"]) for key in keys]]))
    return "\n\n".join(parts)


def in_markdown(title: str, rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return f"### {title}\n\n{lines[0]}\n|{'---|' * len(rows[0])}\n" + "\n".join(lines[1:])


def in_bold(title: str, rows: list[list[str]]) -> str:
    return in_markdown(title, rows).replace("### " + title, f"**{title}**")


def on_the_page(title: str, rows: list[list[str]]) -> str:
    body = "".join(f"<tr><td>{'<td>'.join(row)}" for row in rows)
    return f"<h4>{title}</h4><table>{body}</table>"


@pytest.mark.parametrize("write", [in_markdown, in_bold, on_the_page])
def test_a_table_for_each_row_is_read(write: Callable[[str, list[list[str]]], str]) -> None:
    text = a_table_for_each_row(write)
    document = read_html(text.encode()) if "<table" in text else read_text(text.encode())
    expected = {key: n for key, n in figures().items() if not key.startswith("proactive.")}
    assert outcome(expected, document) == {"right": 190}


def test_a_table_under_a_heading_that_is_not_understood_is_not_lost() -> None:
    text = a_table_for_each_row(on_the_page).replace("不予公开 1.属于国家秘密", "某某情形")
    expected = {key: n for key, n in figures().items() if not key.startswith("proactive.")}
    found = outcome(expected, read_html(text.encode()))
    assert found == {"right": 183, "unreadable": 7}


def test_a_table_of_two_rows_is_not_of_the_row_above_it() -> None:
    rows = [HEADS, ["1"] * 7, ["2"] * 7]
    page = on_the_page("一、本年新收政府信息公开申请数量", rows)
    cells = read_tables(read_html(page.encode())).values
    assert "value" not in {value.state for value in cells.values()}


# ---- the number of a page among cells a line each


@pytest.mark.parametrize("page", [1, 5, 12])
@pytest.mark.parametrize("at", [8, 100, 180])
def test_the_number_of_a_page_doubts_only_what_it_may_be_in(page: int, at: int) -> None:
    numbers: Figures = {key: 100 + n for n, key in enumerate(figures())}
    lines = [line for block in compose(numbers) for line in lines_of(block)]
    filled = [i for i, line in enumerate(lines) if line.isdigit()]
    lines.insert(filled[at], str(page))
    found = outcome(numbers, read_text("\n".join(lines).encode()))
    assert set(found) <= {"right", "unreadable"}
    assert found["unreadable"] <= 15


def lines_of(block: Table | Text) -> list[str]:
    if isinstance(block, Text):
        return ["", block.text, ""]
    return [box.text for row in block.rows for box in row]


# ---- cells of a row in boxes of their own


@pytest.mark.parametrize("tag", ["form", "div", "font", "a", "center", "span"])
def test_cells_in_a_box_of_their_row_do_not_run_together(tag: str) -> None:
    page = write_html(compose(figures())).decode()
    page = page.replace("<tr>", f"<tr><{tag}>").replace("</tr>", f"</{tag}></tr>")
    assert outcome(figures(), read_html(page.encode())) == {"right": 200}


# ---- tables in text, as tools of many kinds write them


def markdown(rows: list[list[str]], rule: str = ":--:") -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [lines[0], "|" + f"{rule}|" * len(rows[0]), *lines[1:]]


def markdown_open(rows: list[list[str]]) -> list[str]:
    lines = [" | ".join(row) for row in rows]
    return [lines[0], "|".join([":-:"] * len(rows[0])), *lines[1:]]


def org(rows: list[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [lines[0], f"|{'+'.join(['---'] * len(rows[0]))}|", *lines[1:]]


def wiki(rows: list[list[str]]) -> list[str]:
    cells = (["|-", *(f"| {cell}".rstrip() for cell in row)] for row in rows)
    return ["{| border=1", *(line for lines in cells for line in lines), "|}"]


def latex(rows: list[list[str]]) -> list[str]:
    return [" & ".join(row) + " \\\\ \\hline" for row in rows]


def dictionary(rows: list[list[str]]) -> list[str]:
    return [json.dumps(rows, ensure_ascii=False)]


def columns(rows: list[list[str]]) -> list[str]:
    return ["   ".join(cell.ljust(12) for cell in row) for row in rows]


def colons(rows: list[list[str]]) -> list[str]:
    return ["：".join(filter(None, row)) for row in rows]


def bullets(rows: list[list[str]]) -> list[str]:
    return ["- " + "、".join(filter(None, row)) for row in rows]


Lines = Callable[[list[list[str]]], list[str]]


def in_text(printed: Printed, write: Lines) -> str:
    lines: list[str] = []
    for block in spread(printed):
        if isinstance(block, Text):
            lines += [block.text, ""]
        else:
            lines += [*write([[box.text for box in row] for row in block.rows]), ""]
    return "\n".join(lines)


def some_blank() -> Figures:
    return {key: n if n and n % 4 else None for key, n in figures().items()}


@pytest.mark.parametrize("write", [markdown, markdown_open, org])
def test_tables_with_places_are_read_with_their_blanks(write: Lines) -> None:
    numbers = some_blank()
    cells = read_tables(read_text(in_text(compose(numbers), write).encode())).values
    assert {key: cells[key].number for key in numbers} == numbers


@pytest.mark.parametrize("write", [wiki, latex, dictionary, columns, colons, bullets])
@pytest.mark.parametrize("numbers", [figures(), some_blank()], ids=["full", "blanks"])
def test_no_number_in_a_text_is_wrong_or_lost(write: Lines, numbers: Figures) -> None:
    cells = read_tables(read_text(in_text(compose(numbers), write).encode())).values
    for key, number in numbers.items():
        if number is not None:
            assert cells[key].state == "unreadable" or cells[key].number == number, key
        elif key in cells:
            assert cells[key].state != "value", key


@pytest.mark.parametrize("mark", ["①", "⑳", "❶", "⓪", "⑴", " ②", "①②", "※", "†"])
def test_the_mark_of_a_note_behind_a_number_is_none_of_it(mark: str) -> None:
    assert read_number(f"707{mark}").number == 707
    assert read_number(f"1,707{mark}").number == 1707


@pytest.mark.parametrize("text", ["①", "①707", "70①7", "707²", "707⒈", "七①", "707①8", "707 2①"])
def test_what_may_be_of_a_number_is_not_taken_for_a_mark(text: str) -> None:
    assert read_number(text).state == "unreadable"


def test_one_cell_that_is_repeated_in_each_column_it_was_merged_over_is_one() -> None:
    lines = "行政许可\t408\t408\t408\n行政处罚\t7\t8\t7\n行政强制\t31\t31\t31"
    text = f"第二十条第（六）项\n信息内容\t本年处理决定数量\t\t\n{lines}\n"
    cells = read_tables(read_text(text.encode())).values
    assert cells["proactive.licensing.decisions"].number == 408
    assert cells["proactive.penalties.decisions"].state == "unreadable"
    assert cells["proactive.coercion.decisions"].number == 31
