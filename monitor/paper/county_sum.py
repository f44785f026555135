"""All tables of a county's units added up, cell by cell: what the county's own report rests on.

A sum is sure only where every unit's cell was surely read or is blank. Where one could not be
read, or a table has no such cell, the sum is marked, and the units are named that it leaves out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.monitor.paper.cells import writable
from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.parser.forms import Form, Label, form_named
from nianbao.storage.content import cells_of

LINE = Side(style="thin", color="808080")
DOUBT = PatternFill("solid", fgColor="FFE699")
WRONG = PatternFill("solid", fgColor="F8CBAD")
HEAD = PatternFill("solid", fgColor="DDEBF7")


class Sum(NamedTuple):
    number: int | Decimal
    of: int  # units whose cell has a number
    blank: tuple[str, ...] = ()  # units whose cell is there and empty
    unread: tuple[str, ...] = ()  # units whose cell could not be read
    absent: tuple[str, ...] = ()  # units whose report does not have the row

    @property
    def sure(self) -> bool:
        return not self.unread and not self.absent

    @property
    def holds(self) -> bool:
        """Whether another report may be held against it: every unit has
        printed a number."""
        return self.sure and not self.blank


@dataclass(frozen=True)
class CountySum:
    form: str
    sums: Mapping[str, Sum]
    units: tuple[str, ...]  # whose reports are in it
    # Units of the county without a report that could be read in this form.
    others: tuple[str, ...]


def county_sum(
    reports: Mapping[str, Mapping[str, Any]], units: Sequence[str], form_id: str
) -> CountySum:
    """`reports` has the JSON of each unit's report; those of
    another form are not added."""
    used = {}
    for unit, content in reports.items():
        if content.get("form") == form_id:
            unread = {each["cell"] for each in content.get("unreadable", ())}
            used[unit] = _Cells(cells_of(content), unread)
    sums = {key: _sum(key, used) for key, _ in form_named(form_id).cells()}
    others = tuple(unit for unit in units if unit not in used)
    return CountySum(form_id, sums, tuple(used), others)


class _Cells(NamedTuple):
    """Of one unit's report."""

    read: Mapping[str, Any]
    unread: set[str]


def _sum(key: str, used: Mapping[str, _Cells]) -> Sum:
    total, count = Decimal(0), 0
    blank, unread, absent = [], [], []
    for unit, cells in used.items():
        if _is_unread(key, cells.unread):
            unread.append(unit)
        elif key not in cells.read:
            absent.append(unit)
        elif cells.read[key] is None:
            blank.append(unit)
        else:
            total += Decimal(str(cells.read[key]))
            count += 1
    return Sum(_whole(total), count, tuple(blank), tuple(unread), tuple(absent))


def _whole(number: Decimal) -> int | Decimal:
    if number == number.to_integral_value():
        return int(number)
    return number


def _is_unread(key: str, unread: set[str]) -> bool:
    return "*" in unread or any(key == cell or key.startswith(f"{cell}.") for cell in unread)


class Difference(NamedTuple):
    cell: str
    county: Any
    sum: Sum


def against(content: Mapping[str, Any], total: CountySum) -> Iterator[Difference]:
    """Where the county's own report prints another number than its units' sum,
    if that is sure."""
    if content.get("form") != total.form or total.others:
        return
    own = cells_of(content)
    for key, added in total.sums.items():
        printed = own.get(key)
        if printed is None or not added.holds:
            continue
        if Decimal(str(printed)) != Decimal(str(added.number)):
            yield Difference(key, printed, added)


def unbalanced(total: CountySum) -> frozenset[str]:
    """Cells whose sums do not add up, where that is sure: of a row and a column that are both off
    the cell where they meet; of one that is off alone its whole.
    """
    off = [each for each in _identities(total) if _is_off(total, each)]
    count = Counter(cell for each in off for cell in (*each.parts, *each.wholes))
    found: set[str] = set()
    for each in off:
        meets = {cell for cell in (*each.parts, *each.wholes) if count[cell] > 1}
        found |= meets or set(each.wholes)
    return frozenset(found)


class Identity(NamedTuple):
    """Cells whose sums must be the same."""

    parts: Sequence[str]
    wholes: Sequence[str]


def _identities(total: CountySum) -> Iterator[Identity]:
    form = form_named(total.form)
    columns = [column.key for column in form.request_columns]
    rows = [row.key for row in form.request_rows]
    handled = rows.index("handled_total")
    results = [row for row in rows[:handled] if row not in ("new", "carried_in")]
    for row in rows:
        keys = [f"requests.{row}.{column}" for column in columns]
        yield Identity(keys[:-1], keys[-1:])
    for column in columns:
        whole = [f"requests.handled_total.{column}"]
        yield Identity([f"requests.{row}.{column}" for row in results], whole)
        given = [f"requests.{row}.{column}" for row in ("new", "carried_in")]
        yield Identity(given, [*whole, f"requests.carried_out.{column}"])
    for group in form.dispute_groups:
        keys = [f"disputes.{group.key}.{column.key}" for column in form.dispute_columns]
        yield Identity(keys[:-1], keys[-1:])


def _is_off(total: CountySum, each: Identity) -> bool:
    """Whether the parts do surely not add up to the wholes."""
    cells = [total.sums[key] for key in (*each.parts, *each.wholes)]
    left = sum(Decimal(total.sums[key].number) for key in each.parts)
    right = sum(Decimal(total.sums[key].number) for key in each.wholes)
    return all(cell.sure for cell in cells) and left != right


def workbook(
    title: str,
    total: CountySum,
    differences: Sequence[Difference] = (),
    wrong: Mapping[str, Sequence[str]] | None = None,
    gone: Mapping[str, date] | None = None,
    left: Mapping[str, str] | None = None,
    brought: Mapping[str, str] | None = None,
) -> bytes:
    """The tables as the form prints them, what they rest on, and what the
    county's report says. `wrong`: what must be corrected in which unit's report;
    `gone`: since when one is withdrawn; `left`: why one that was read is not in it;
    `brought`: by whom, where a person brought it.
    """
    form = form_named(total.form)
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("汇总表")
    row = _title(sheet, f"{title}各单位年报数据汇总", 11)
    looks: Looks = {}
    row = _proactive(sheet, row, form, total, looks)
    row = _requests(sheet, row + 1, form, total, looks)
    _disputes(sheet, row + 1, form, total, looks)
    for n, width in enumerate((20, 46, *([12] * 10)), 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    _basis(book.create_sheet("汇总依据"), total, wrong or {}, gone or {}, left or {}, brought or {})
    if differences:
        _check(book.create_sheet("与县级年报核对"), differences)
    for each in book.worksheets:
        _lay_out(each)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _lay_out(sheet: Worksheet) -> None:
    """As it is printed: across, as wide as the page, its head on each."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if sheet.freeze_panes:
        sheet.print_title_rows = "1:1"


def _basis(
    sheet: Worksheet,
    total: CountySum,
    wrong: Mapping[str, Sequence[str]],
    gone: Mapping[str, date],
    left: Mapping[str, str],
    brought: Mapping[str, str],
) -> None:
    """Each unit, what of it is not in the sums, and what is wrong in it."""
    sheet.append(["单位", "是否计入", "说明", "须整改的问题"])
    for unit in total.units:
        withdrawn = [f"年报自{gone[unit]}起已撤下"] if unit in gone else []
        by = [f"人工提供：{brought[unit]}"] if unit in brought else []
        note = "；".join(filter(None, (*by, *withdrawn, _left_out(unit, total))))
        _texts(sheet, unit, "计入", note, "；".join(wrong.get(unit, ())))
    for unit in total.others:
        _texts(sheet, unit, "未计入", left.get(unit, "没有可读取的同版式年报"))
    for column, width in (("A", 30), ("C", 80), ("D", 80)):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"


def _texts(sheet: Worksheet, *texts: str) -> None:
    """A row of texts, also where one begins like a formula."""
    sheet.append([*map(writable, texts)])
    for cell in sheet[sheet.max_row]:
        cell.data_type = "s"


def _left_out(unit: str, total: CountySum) -> str:
    unread = [key for key, added in total.sums.items() if unit in added.unread]
    absent = [key for key, added in total.sums.items() if unit in added.absent]
    blank = sum(unit in added.blank for added in total.sums.values())
    parts = []
    if unread:
        parts.append(_listed("无法读取", unread))
    if absent:
        parts.append(_listed("表中没有", absent))
    if blank:
        parts.append(f"{blank}格空白，按0计")
    return "；".join(parts)


def _listed(what: str, cells: Sequence[str]) -> str:
    more = "等" if len(cells) > 6 else ""
    return f"{len(cells)}格{what}，未计入：{'、'.join(map(cell_zh, cells[:6]))}{more}"


def _check(sheet: Worksheet, differences: Sequence[Difference]) -> None:
    sheet.append(["单元格", "县级年报", "各单位合计", "相差"])
    for each in differences:
        gap = _whole(Decimal(str(each.county)) - Decimal(str(each.sum.number)))
        sheet.append([cell_zh(each.cell), each.county, each.sum.number, _as_cell(gap)])
    sheet.column_dimensions["A"].width = 50


def _as_cell(number: int | Decimal) -> int | float:
    if isinstance(number, int):
        return number
    return float(number)


def _title(sheet: Worksheet, text: str, width: int) -> int:
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.cell(1, 1, text).font = Font(name="宋体", size=16, bold=True)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center")
    note = (
        "黄色单元格：有单位的该格无法读取或表中没有该格，合计不完整；"
        "红色单元格：合计不平衡，请先核对有误的单位；均见“汇总依据”"
    )
    sheet.cell(2, 1, note).font = Font(name="宋体", size=9)
    return 3


# What is worked out once for all cells of a book that look alike.
Look = tuple[bool, bool, bool]
Looks = dict[Look, StyleArray]


def _put(
    sheet: Worksheet,
    row: int,
    column: int,
    value: str | Sum,
    looks: Looks,
    *,
    head: bool = False,
    span: int = 1,
) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, Sum):
        if value.of:
            cell.value = _as_cell(value.number)
    else:
        cell.value = value
    if span > 1:
        last = column + span - 1
        sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=last)
    doubtful = isinstance(value, Sum) and not value.sure
    _dress(cell, looks, head=head, doubtful=doubtful, across=head or column > 2)


def _dress(cell: Any, looks: Looks, *, head: bool, doubtful: bool, across: bool) -> None:
    """How it looks is worked out for the first cell of its like: openpyxl compares each part of it
    with all others of the book.
    """
    like = head, doubtful, across
    if like in looks:
        cell._style = copy(looks[like])
        return
    if doubtful:
        cell.fill = DOUBT
    if head:
        cell.fill = HEAD
    cell.font = Font(name="宋体", size=10, bold=head)
    cell.border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
    horizontal = "center" if across else "left"
    cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=horizontal)
    looks[like] = copy(cell._style)


def _heading(sheet: Worksheet, row: int, section: Label) -> int:
    text = f"{section.number}、{section.label}"
    sheet.cell(row, 1, text).font = Font(name="黑体", size=12, bold=True)
    return row + 1


def _proactive(sheet: Worksheet, row: int, form: Form, total: CountySum, looks: Looks) -> int:
    row = _heading(sheet, row, form.sections[1])
    for clause in form.proactive:
        sheet.row_dimensions[row].height = 32
        rows = [(each.key, each.label, "") for each in clause.rows]
        row = _grid(sheet, row, clause.clause, clause.columns, rows, total, "proactive", looks)
    return row


def _requests(sheet: Worksheet, row: int, form: Form, total: CountySum, looks: Looks) -> int:
    row = _heading(sheet, row, form.sections[2])
    rows = []
    for n, each in enumerate(form.request_rows, row + 1):
        number = each.number
        if len(number) == 1:
            number += "、"
        sheet.row_dimensions[n].height = 32 if len(each.label) > 20 else 17
        rows.append((each.key, each.group, f"{number}{each.label}"))
    return _grid(sheet, row, "项目", form.request_columns, rows, total, "requests", looks)


def _disputes(sheet: Worksheet, row: int, form: Form, total: CountySum, looks: Looks) -> int:
    row = _heading(sheet, row, form.sections[3])
    rows = [(group.key, group.group, group.label) for group in form.dispute_groups]
    return _grid(sheet, row, "类别", form.dispute_columns, rows, total, "disputes", looks)


def _grid(
    sheet: Worksheet,
    row: int,
    name: str,
    columns: Sequence[Any],
    rows: Sequence[tuple[str, str, str]],
    total: CountySum,
    table: str,
    looks: Looks,
) -> int:
    """A head, then a line for each row: its key, its label, and a second label
    where it has one."""
    off = unbalanced(total)
    _put(sheet, row, 1, name, looks, head=True, span=2)
    for n, column in enumerate(columns, 3):
        _put(sheet, row, n, column.label, looks, head=True)
    for key, label, more in rows:
        row += 1
        _put(sheet, row, 1, label, looks, span=1 if more else 2)
        if more:
            _put(sheet, row, 2, more, looks)
        for n, column in enumerate(columns, 3):
            cell = f"{table}.{key}.{column.key}"
            _put(sheet, row, n, total.sums[cell], looks)
            if cell in off:
                sheet.cell(row, n).fill = WRONG
    return row + 1
