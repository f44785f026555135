"""Where a number stands decides what it is; where that can't be told, it is said so and nothing is lost."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest

from nianbao.parser import ReadError, read
from nianbao.parser.document import Document
from nianbao.parser.fill import request_columns
from nianbao.parser.labels import meanings
from nianbao.parser.readers.html import read_html
from nianbao.parser.readers.text import read_text
from nianbao.parser.report import read_tables
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures, balance, blank_figures
from tests.reportkit.printed import Box, Printed, Table, Text
from tests.reportkit.write_html import write_html
from tests.reportkit.write_text import write_text

REQUESTS, DISPUTES = 4, 5  # which of the printed tables


def figures(seed: int = 1, *, balanced: bool = False) -> Figures:
    chance = random.Random(seed)
    if balanced:
        return balance({key: chance.choice([0, 0, 1, 2, 5, 30]) for key in blank_figures()})
    return {key: chance.randint(1, 400) for key in blank_figures()}


def tables(printed: Printed) -> list[Table]:
    return [block for block in printed if isinstance(block, Table)]


def with_table(printed: Printed, number: int, table: Table) -> Printed:
    old = tables(printed)[number]
    return tuple(table if block is old else block for block in printed)


def turned(table: Table) -> Table:
    rows: list[list[Box]] = [[] for _ in range(table.width)]
    for _, c, box in sorted(table.placed, key=lambda place: (place[1], place[0])):
        rows[c].append(Box(box.text, box.colspan, box.rowspan))
    return Table(tuple(map(tuple, rows)))


def relabelled(table: Table, old: str, new: Box) -> Table:
    return Table(tuple(tuple(new if box.text == old else box for box in row) for row in table.rows))


def outcome(expected: Figures, document: Document, year: int = 2023) -> dict[str, int]:
    """How many cells are right, unreadable, lost, blank though printed, or wrong."""
    cells = read_tables(document, year).values
    found: dict[str, int] = {}
    for key in {*expected, *cells}:
        fate = _fate(expected, key, cells.get(key))
        found[fate] = found.get(fate, 0) + 1
    found.pop("", None)
    return found


def _fate(expected: Figures, key: str, value: object) -> str:
    state = getattr(value, "state", "lost")
    if key not in expected:
        return "" if state == "unreadable" else "invented"
    if state != "value":
        return state
    return "right" if getattr(value, "number", None) == expected[key] else "wrong"


def on_a_page(printed: Printed) -> Document:
    return read_html(write_html(printed))


# ---- labels


@pytest.mark.parametrize(
    "label",
    [
        "上年新收政府信息公开申请数量",
        "今年新收政府信息公开申请数量",
        "结转上年度继续办理",
        "去年处理决定数量",
        "现行有效件数（去年同期）",
        "行政处罚（简易程序）",
        "没有现成信息不需要另行制作",
        "属于三类过程性信息",
        "不予公开总计",
        "不予公开其他",
        "现行无效件数",
    ],
)
def test_a_near_miss_is_not_the_label(label: str) -> None:
    assert meanings(label) == ()


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("本年新收政府信息公开申情数量", "new"),
        ("三、本年度办理结果（三）不予公开1.属于国家秘密", "denied.state_secret"),
        ("（六）其他处理3.其他", "other.misc"),
        ("法人或其他组织-商业企业", "business"),
        ("（二）部分公开（区分处理的，只计这一情形）", "partial"),
    ],
)
def test_a_slip_and_the_labels_above_are_understood(label: str, key: str) -> None:
    assert [hit.key for hit in meanings(label)] == [key]


# ---- money

FEES = "<p>{above}</p><table><tr><td>信息内容<td>{head}<tr><td>{label}<td>{cell}</table>"


@pytest.mark.parametrize(
    ("above", "head", "label", "cell", "amount"),
    [
        ("", "本年收费金额（单位：元）", "行政事业性收费", "123,456", "12.3456"),
        ("", "本年收费金额（单位：亿元）", "行政事业性收费", "0.5", "5000"),
        ("", "本年收费金额（单位：千元）", "行政事业性收费", "248.3", "24.83"),
        ("单位：元", "本年收费金额", "行政事业性收费", "248300", "24.83"),
        ("", "本年收费金额", "行政事业性收费（元）", "248300", "24.83"),
        ("", "本年收费金额（单位：元）", "行政事业性收费", "24.83万元", "24.83"),
        ("", "本年收费金额（单位：万元）", "行政事业性收费", "24.83", "24.83"),
        ("", "本年收费金额（万元）", "行政事业性收费（元）", "248300", None),
        ("", "本年收费金额（单位：美元）", "行政事业性收费", "248300", None),
    ],
)
def test_money_is_in_the_unit_that_is_printed(
    above: str, head: str, label: str, cell: str, amount: str | None
) -> None:
    page = FEES.format(above=above, head=head, label=label, cell=cell)
    value = read_tables(read_html(page.encode())).values["proactive.fees.amount"]
    assert (str(value.number) if value.state == "value" else None) == amount


HEAD = "第二十条第（八）项\n信息内容\n本年收费金额（单位：{unit}）\n"


@pytest.mark.parametrize(
    ("unit", "line", "amount"),
    [
        ("万元", "行政事业性收费24.83", "24.83"),
        ("万元", "行政事业性收费\n24.83", "24.83"),
        ("万元", "行政事业性收费24.83万元", "24.83"),
        ("元", "行政事业性收费 248300", "24.83"),
        ("万元", "行政事业性收费2 483", None),
        ("万元", "行政事业性收费2,4", None),
    ],
)
def test_a_number_run_on_behind_its_label(unit: str, line: str, amount: str | None) -> None:
    document = read_text((HEAD.format(unit=unit) + line).encode())
    value = read_tables(document).values["proactive.fees.amount"]
    assert (str(value.number) if value.state == "value" else None) == amount


# ---- what stands behind a label is never a blank

BEHIND = [
    "│ 8875 │",
    "8875 | ",
    " |\n8875 | ||",
    "8875件",
    " 约12",
    "十二",
    " O",
    " 8O",
    "\n8O",
    " l2",
    "：8875",
    " [见附件1]7",
    " ~~9~~",
]


@pytest.mark.parametrize("behind", BEHIND)
def test_what_stands_behind_a_label_is_read_or_unreadable(behind: str) -> None:
    text = f"第二十条第（五）项\n信息内容 本年处理决定数量\n行政许可{behind}\n"
    value = read_tables(read_text(text.encode())).values["proactive.licensing.decisions"]
    assert value.state == "unreadable" or value.number in (8875, 7)


# the text of a page, a cell a line
BELOW = (
    "第二十条第（五）项\n信息内容\n本年处理决定数量\n行政许可\n{printed}\n"
    "第二十条第（六）项\n信息内容\n本年处理决定数量\n行政处罚\n3\n行政强制\n{printed}\n"
    "三、收到和处理政府信息公开申请情况\n"
)
NO_NUMBERS = (
    "O O件 Ｏ件 壹 壹件 一 二 两 十 十件 三件 l I件 ｌ件 3O Z5 8B件 ? ？ × x ✓ √ # #DIV/0! ① ² Ⅲ (0) 〇〇 "
    "不详 略 见附件 同上 未统计 待定 若干 无数据 n/a N/A … ......"
)


@pytest.mark.parametrize("printed", NO_NUMBERS.split(" "))
def test_what_stands_below_a_label_and_is_no_number_is_told_unreadable(printed: str) -> None:
    values = read_tables(read_text(BELOW.format(printed=printed).encode())).values
    for row in ("licensing", "coercion"):
        value = values[f"proactive.{row}.decisions"]
        assert (value.state, bool(value.raw)) == ("unreadable", True), value
    assert values["proactive.penalties.decisions"].number == 3


@pytest.mark.parametrize("behind", ["？", " ?", " ×", " ✓", " 二", " 不详", " O件"])
def test_what_stands_behind_a_label_and_is_no_number_is_told_unreadable(behind: str) -> None:
    text = BELOW.format(printed="").replace("行政许可", f"行政许可{behind}")
    values = read_tables(read_text(text.encode())).values
    assert values["proactive.licensing.decisions"].state == "unreadable"
    assert values["proactive.penalties.decisions"].number == 3


@pytest.mark.parametrize("printed", ["无", "暂无", "/", "-", "—", "（无）", "", "："])
def test_a_mark_for_none_below_a_label_is_blank(printed: str) -> None:
    values = read_tables(read_text(BELOW.format(printed=printed).encode())).values
    assert values["proactive.licensing.decisions"].state == "blank"
    assert values["proactive.penalties.decisions"].number == 3


@pytest.mark.parametrize("printed", ["〇", "零", "零件", "〇件", "0件"])
def test_a_zero_in_words_below_a_label_is_zero(printed: str) -> None:
    values = read_tables(read_text(BELOW.format(printed=printed).encode())).values
    assert values["proactive.licensing.decisions"].number == 0
    assert values["proactive.coercion.decisions"].number == 0


@pytest.mark.parametrize("printed", ["二", "O件", "？", "不详"])
@pytest.mark.parametrize("many", [1, 3, 7])
def test_words_in_the_cells_of_a_row_are_told_unreadable(printed: str, many: int) -> None:
    cells = [printed] * many + ["0"] * (7 - many)
    heads = "申请人情况\n自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n"
    lines = [
        "三、收到和处理政府信息公开申请情况",
        *heads.split(),
        "一、本年新收政府信息公开申请数量",
        *cells,
        "二、上年结转政府信息公开申请数量",
        *["0"] * 7,
    ]
    values = read_tables(read_text("\n".join(lines).encode())).values
    states = {values[f"requests.new.{column}"].state for column in request_columns()}
    assert states == {"unreadable"}


@pytest.mark.parametrize("number", ["0件", "0", "3", "8875件", " 7", "〇", "Ｏ"])
@pytest.mark.parametrize(
    "label", ["行政规范性文  件", "行政  规范性文件", "行  政规范性  文件", "规范性文   件"]
)
def test_a_number_below_a_label_with_gaps_is_no_part_of_it(label: str, number: str) -> None:
    text = (
        f"第二十条第（一）项\n信息内容\n本年制发件数\n规章\n{label}\n{number}\n第二十条第（五）项\n"
    )
    values = read_tables(read_text(text.encode())).values
    assert values["proactive.normative_documents.issued"].state != "blank"


# ---- tables that contradict themselves


@pytest.mark.parametrize("number", range(6))
def test_a_turned_table_is_refused_aloud(number: int) -> None:
    printed = compose(figures())
    page = on_a_page(with_table(printed, number, turned(tables(printed)[number])))
    found = outcome(figures(), page)
    assert set(found) <= {"right", "unreadable"}
    assert found["right"] >= 25 or number == REQUESTS


@pytest.mark.parametrize("balanced", [True, False])
@pytest.mark.parametrize("span", [1, 2, 4])
def test_a_head_over_too_few_columns_is_refused(span: int, balanced: bool) -> None:
    numbers = figures(2, balanced=balanced)
    printed = compose(numbers)
    head = Box("法人或其他组织", 1, span)
    table = relabelled(tables(printed)[REQUESTS], head.text, head)
    found = outcome(numbers, on_a_page(with_table(printed, REQUESTS, table)))
    assert set(found) <= {"right", "unreadable"}


def test_a_head_over_too_many_columns_is_read() -> None:
    printed = compose(figures())
    head = Box("法人或其他组织", 1, 6)
    table = relabelled(tables(printed)[REQUESTS], head.text, head)
    assert outcome(figures(), on_a_page(with_table(printed, REQUESTS, table))) == {"right": 200}


# ---- two years on a page


def other_years() -> Iterator[tuple[Printed, int]]:
    mine, other = compose(figures()), tables(compose(figures(9)))
    last = tuple(other)
    yield (*mine, Text("2022年数据"), *last), 200
    yield (Text("2022年数据"), *last, *mine), 200
    yield (*mine, Text("上年数据"), other[REQUESTS]), 200
    kept = tuple(block for block in mine if block is not tables(mine)[DISPUTES])
    yield (*kept, Text("上年数据"), other[DISPUTES]), 185


@pytest.mark.parametrize(("printed", "right"), tuple(other_years()))
def test_what_is_not_this_years_is_not_read_as_this_years(printed: Printed, right: int) -> None:
    found = outcome(figures(), on_a_page(printed))
    assert set(found) <= {"right", "unreadable"}
    assert found["right"] == right


def test_two_tables_that_differ_are_both_given_up_with_the_rows_of_one_alone() -> None:
    mine, other = compose(figures()), tables(compose(figures(9)))[REQUESTS]
    less = Table(tuple(row for row in other.rows if not any("国家秘密" in b.text for b in row)))
    found = outcome(figures(), on_a_page((*mine, less)))
    assert found["unreadable"] >= 170
    assert set(found) <= {"right", "unreadable"}


# ---- numbers that no row takes


def test_rows_without_labels_are_not_lost() -> None:
    printed = compose(figures())
    rows = list(tables(printed)[REQUESTS].rows)
    for n, label in ((10, ""), (12, "某某情形")):
        rows[n] = tuple(b if b.text.isdigit() else b._replace(text=label) for b in rows[n])
    page = on_a_page(with_table(printed, REQUESTS, Table(tuple(rows))))
    assert outcome(figures(), page) == {"right": 186, "unreadable": 14}


PLAIN_CELL = r"<td([^>]*)>(\d+)</td>"


@pytest.mark.parametrize(
    ("inner", "fates"),
    [
        (r"<table><tr><td>\2</td></tr></table>", {"right"}),
        (r"<table><tr><td>\2</td><td></td></tr></table>", {"right"}),
        (r"<table><tr><td>\2</td><td>7</td></tr></table>", {"unreadable"}),
        (r"<img src='\2.gif'>", {"unreadable"}),
        (r"<script>document.write('\2')</script>", {"unreadable"}),
        (r"<div><b>\2</b></div>", {"right"}),
    ],
)
def test_what_holds_the_number_of_a_cell(inner: str, fates: set[str]) -> None:
    page = write_html(compose(figures())).decode()
    framed = re.sub(PLAIN_CELL, rf"<td\1>{inner}</td>", page)
    assert set(outcome(figures(), read_html(framed.encode()))) == fates


def drawn(printed: Printed) -> str:
    """Each word at a place of its own, as viewers of PDF files put them on a page."""
    words: list[str] = []
    for top, block in enumerate(printed):
        rows = block.rows if isinstance(block, Table) else ((Box(block.text),),)
        for n, row in enumerate(rows):
            words += [
                f'<span style="left:{60 * i}px;top:{1000 * top + 20 * n}px">{box.text}</span>'
                for i, box in enumerate(row)
            ]
    return "<body>" + "".join(words) + "</body>"


def test_words_at_places_of_their_own_do_not_run_together() -> None:
    assert outcome(figures(), read_html(drawn(compose(figures())).encode())) == {"right": 200}


# ---- text


def one_bar_a_cell(printed: Printed) -> str:
    lines: list[str] = []
    for block in printed:
        rows = block.rows if isinstance(block, Table) else ()
        lines += [block.text] if isinstance(block, Text) else []
        lines += [f"{box.text} |".strip() for row in rows for box in row]
    return "\n".join(lines)


def test_a_lone_bar_is_a_blank_cell() -> None:
    numbers: Figures = {key: n if n and n % 3 else None for key, n in figures().items()}
    text = one_bar_a_cell(compose(numbers))
    cells = read_tables(read_text(text.encode())).values
    rows = {key: n for key, n in numbers.items() if key.startswith("requests.")}
    assert {key: cells[key].number for key in rows} == rows


def a_table_a_row(printed: Printed) -> str:
    parts: list[str] = []
    for block in printed:
        rows = block.rows if isinstance(block, Table) else ()
        parts += [f"# {block.text}"] if isinstance(block, Text) else []
        for row in rows:
            cells = " | ".join(box.text for box in row)
            parts.append(f"### 表\n| {cells} |\n|{'---|' * len(row)}\n")
    return "\n".join(parts)


def rows_in_text(printed: Printed) -> str:
    parts: list[str] = []
    for block in printed:
        rows = block.rows if isinstance(block, Table) else ()
        parts += [block.text] if isinstance(block, Text) else []
        for row in rows:
            cells = (f"<td rowspan={b.rowspan} colspan={b.colspan}>{b.text}</td>" for b in row)
            parts.append("<tr>" + "\n".join(cells) + "</tr>")
    return "\n".join(parts)


@pytest.mark.parametrize("write", [a_table_a_row, rows_in_text], ids=lambda write: write.__name__)
def test_text_with_places_is_read_whole(write: Callable[[Printed], str]) -> None:
    text = write(compose(figures()))
    assert outcome(figures(), read_text(text.encode())) == {"right": 200}


def test_rows_of_mark_up_in_text_leave_the_headings_be() -> None:
    report = read(rows_in_text(compose(figures())).encode())
    assert (report.year, len(report.sections)) == (2023, 6)


@pytest.mark.parametrize("layout", ["lines", "blanks", "tab_rows", "cell_lines"])
def test_page_numbers_make_no_wrong_number(layout: str) -> None:
    chance = random.Random(4)
    numbers: Figures = {k: n if chance.random() > 0.1 else None for k, n in figures().items()}
    lines = write_text(compose(numbers), layout).decode().split("\n")
    text = "\n".join(
        f"{line}\n\n{n // 40}\n" if n % 40 == 0 else line for n, line in enumerate(lines, 1)
    )
    found = outcome(numbers, read_text(text.encode()))
    assert "wrong" not in found
    assert "invented" not in found


HOSTILE = {
    "wide and high": "<table>"
    + "<tr>"
    + "<td rowspan=200 colspan=200>1" * 2000
    + "<tr><td>1" * 200,
    "wide rows": "<table>" + "<tr><td colspan=200>规章" * 3000 + "<tr>" + "<td colspan=200>1" * 300,
    "many rules": "<style>"
    + "".join(f"p:not(.a{i}){{display:none}}" for i in range(3000))
    + "</style>"
    + "<p>1" * 20_000,
    "open braces": "<style>" + "{" * 100_000 + "}" * 100_000 + "</style><p>1",
    "tabs": "\t" * 118_000 + "行政许可",
    "bars": "|" * 118_000,
    "struck": ("| " + "~~" * 50_000 + " |\n") * 3,
    "open tags": "| " + "<s>" * 30_000 + " |\n|---|\n| 1 |\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_layouts_end_soon(name: str) -> None:
    with pytest.raises(ReadError):
        read(HOSTILE[name].encode())


@pytest.mark.parametrize("at", [3, 99])
def test_a_small_table_beside_the_form_takes_nothing_from_it(at: int) -> None:
    small = Table(((Box("规章"), Box("行政规范性文件")), (Box("3"), Box("4"))))
    printed = compose(figures())
    page = on_a_page((*printed[:at], small, *printed[at:]))
    assert outcome(figures(), page) == {"right": 200}


def test_two_rows_of_numbers_under_one_head_are_both_given_up() -> None:
    printed = compose(figures())
    table = tables(printed)[DISPUTES]
    other = tuple(box._replace(text="7") for box in table.rows[-1])
    page = on_a_page(with_table(printed, DISPUTES, Table((*table.rows, other))))
    assert outcome(figures(), page)["unreadable"] >= 14
