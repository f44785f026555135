"""The ledger (台账) as county offices keep it: who has published, what is wrong, what the
answers rest on.

A column is one entry of a table below; colours and widths follow wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Generic, NamedTuple, TypeVar

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.crawler.states import STATES
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import (
    DECISIONS,
    FIRST_LOOK,
    KINDS,
    QUALITIES,
    SEVERITIES,
    STANDINGS,
)
from nianbao.monitor.ledger.year import Year
from nianbao.monitor.paper.cells import writable
from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.monitor.standing import BEIJING
from nianbao.storage.queries import FindingFacts, PortalFacts

HEAD = PatternFill("solid", fgColor="1F4E78")
LINE = Side(style="thin", color="BFBFBF")
HEAD_ROW = 3
NARROW = 14  # columns up to this width are centred
COLOURED = ("missing", "late", "unknown", "withdrawn", "on_time")

T = TypeVar("T")


class Column(NamedTuple, Generic[T]):
    """A column of a sheet: what stands in it for each row."""

    key: str
    title: str
    width: float
    value: Callable[[T, Year], Any]


UNITS: Sequence[Column[Line]] = (
    Column("county", "县（市、区）", 12, lambda line, year: year.names[line.county]),
    Column("unit", "单位", 18, lambda line, _: line.name),
    Column(
        "kind", "类别", 8, lambda line, _: KINDS[line.kind].zh if line.kind in KINDS else line.kind
    ),
    Column("deadline", "公布时限", 12, lambda line, _: line.deadline),
    Column("standing", "发布状态", 12, lambda line, _: line.word.zh),
    Column("printed", "页面标注日期", 13, lambda line, _: line.printed),
    Column("days", "逾期天数", 9, lambda line, _: line.standing.days or None),
    Column("quality", "质量", 12, lambda line, _: QUALITIES[line.quality].zh),
    Column(
        "problems", "问题数", 8, lambda line, year: len(year.by_unit.get(line.unit, ())) or None
    ),
    Column("why", "依据", 26, lambda line, year: _why(line, year)),
    Column("url", "网址", 26, lambda line, _: line.url),
    Column("proof", "存证指纹", 13, lambda line, _: line.proof[:12]),
)


def _why(line: Line, year: Year) -> str:
    """With the decision that it is not held against the unit, where there is one."""
    decided = year.waived.get(line.unit)
    waived = f"；{DECISIONS['waived'].zh}（{decided}）" if decided else ""
    return f"{line.standing.zh}{waived}"


def _places(finding: FindingFacts) -> str:
    return "、".join(cell_zh(cell) for cell in finding.content["cells"][:4])


def _suggested(finding: FindingFacts) -> str:
    return "；".join(str(value) for _, value, _ in finding.content["suggestions"][:3])


def _level(finding: FindingFacts) -> str:
    """A doubt that a person found to be right must be corrected, too."""
    return SEVERITIES["error" if finding.must_be_corrected else finding.severity].zh


FINDINGS: Sequence[Column[FindingFacts]] = (
    Column("county", "县（市、区）", 12, lambda finding, year: year.names[finding.county]),
    Column("unit", "单位", 18, lambda finding, _: finding.name),
    Column("severity", "级别", 10, lambda finding, _: _level(finding)),
    Column("rule", "规则", 8, lambda finding, _: finding.rule),
    Column("finding", "问题", 60, lambda finding, _: finding.content["zh"]),
    Column("cells", "位置", 30, lambda finding, _: _places(finding)),
    Column("suggested", "可能应为", 14, lambda finding, _: _suggested(finding)),
    Column("quote", "原文", 30, lambda finding, _: finding.content["quote"]),
    Column("decided", "处理决定", 22, lambda finding, _: finding.decided),
    Column("mended", "整改情况", 14, lambda _finding, _: ""),
    Column("mark", "编号", 24, lambda finding, _: finding.fingerprint),
)

PORTALS: Sequence[Column[PortalFacts]] = (
    Column(
        "county",
        "县（市、区）",
        12,
        lambda portal, year: year.names.get(portal.county, portal.name),
    ),
    Column("column", "栏目", 60, lambda portal, _: portal.url),
    Column("state", "最近一次", 18, lambda portal, _: STATES[portal.state][0]),
    Column("at", "时间", 18, lambda portal, _: _minute(portal.at)),
    Column(
        "whole",
        "最近一次完整读取",
        20,
        lambda portal, _: _minute(portal.whole) if portal.whole else "从未",
    ),
)


def workbook(year: Year) -> bytes:
    """Three sheets: where each unit stands, what is wrong, what the answers rest on."""
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = year.now.replace(tzinfo=None)
    title = f"{year.name}{year.year}年度政府信息公开工作年度报告发布情况台账"
    sheet, count = _fill(book, "发布情况", title, year, UNITS, year.lines)
    _colour(sheet, UNITS, count)
    title = f"{year.name}{year.year}年度年报问题清单"
    _fill(book, "问题清单", title, year, FINDINGS, (*year.wrong, *year.doubts))
    _fill(book, "栏目监测", "栏目监测情况", year, PORTALS, year.columns)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _letter_of(columns: Sequence[Column[Any]], key: str) -> str:
    """Where a column stands on the sheet, behind the numbers of the rows."""
    return get_column_letter([column.key for column in columns].index(key) + 2)


def _colour(sheet: Any, columns: Sequence[Column[Any]], count: int) -> None:
    """Rows by where the unit stands, also after a person has changed it."""
    first = HEAD_ROW + 1
    where = f"A{first}:{get_column_letter(len(columns) + 1)}{count + HEAD_ROW}"
    place = f"${_letter_of(columns, 'standing')}{first}"
    for word in (*(STANDINGS[name] for name in COLOURED), FIRST_LOOK):
        shade = PatternFill("solid", bgColor=word.colour)
        rule = Rule(type="expression", dxf=DifferentialStyle(fill=shade))
        rule.formula = [f'{place}="{word.zh}"']
        sheet.conditional_formatting.add(where, rule)


WIDE = re.compile("[^\x00-\xff]")


def _lines(value: Any, width: float) -> int:
    """How many lines a text needs in a column; Chinese characters are two wide."""
    if value is None:
        return 1
    text = str(value)
    wide = len(text) if text.isascii() else len(text) + len(WIDE.findall(text))
    return max(1, -(-wide // max(int(width) - 1, 1)))


def _fill(
    book: Workbook,
    name: str,
    title: str,
    year: Year,
    columns: Sequence[Column[T]],
    rows: Iterable[T],
) -> tuple[Any, int]:
    """Title, date, frozen header with filters, bordered rows; it prints on A4 across. Rows are
    written as they come. Returns the sheet, and how many there were.
    """
    sheet = book.create_sheet(name)
    titles = ["序号", *(column.title for column in columns)]
    widths = [6.0, *(column.width for column in columns)]
    last = get_column_letter(len(titles))
    sheet.freeze_panes = "D4" if len(titles) > 8 else "A4"
    _page(sheet)
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    _head(sheet, title, f"截至{year.now.astimezone(BEIJING):%Y年%m月%d日%H时}", last)
    _titles(sheet, titles)
    cells, count = _Cells(sheet, widths), 0
    for count, row in enumerate(rows, 1):
        values = [count, *(column.value(row, year) for column in columns)]
        _row(sheet, count + HEAD_ROW, values, widths, cells)
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{last}{max(count + HEAD_ROW, HEAD_ROW + 1)}"
    return sheet, count


def _head(sheet: Any, title: str, below: str, last: str) -> None:
    for at in (1, 2):
        sheet.merged_cells.add(f"A{at}:{last}{at}")
    first, second = (WriteOnlyCell(sheet, writable(text)) for text in (title, below))
    first.font = Font(name="宋体", size=16, bold=True)
    first.alignment = Alignment(horizontal="center", vertical="center")
    second.alignment = Alignment(horizontal="right")
    sheet.row_dimensions[1].height = 34
    sheet.row_dimensions[HEAD_ROW].height = 30
    sheet.append([first])
    sheet.append([second])


def _titles(sheet: Any, titles: Sequence[str]) -> None:
    cells = [WriteOnlyCell(sheet, title) for title in titles]
    for cell in cells:
        cell.font = Font(name="宋体", bold=True, color="FFFFFF")
        cell.fill = HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.append(cells)


class _Cells:
    """The cells of a sheet's columns: one style for all that a column holds of one kind."""

    def __init__(self, sheet: Any, widths: Sequence[float]) -> None:
        self.sheet, self.widths = sheet, widths
        self.styles: dict[tuple[int, type], Any] = {}

    def cell(self, n: int, value: Any) -> Any:
        cell: Any = WriteOnlyCell(self.sheet, writable(value))
        if isinstance(value, str):
            cell.data_type = "s"  # never a formula
        kind = n, type(value)
        if kind in self.styles:
            cell._style = self.styles[kind]
            return cell
        cell.border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
        cell.font = Font(name="宋体", size=11)
        side = "center" if self.widths[n] <= NARROW else "left"
        cell.alignment = Alignment(vertical="center", horizontal=side, wrap_text=True)
        self.styles[kind] = cell._style
        return cell


def _row(
    sheet: Any, at: int, values: Sequence[Any], widths: Sequence[float], cells: _Cells
) -> None:
    needed = (_lines(value, width) for value, width in zip(values, widths, strict=True))
    sheet.row_dimensions[at].height = 15 * max(needed, default=1) + 5
    sheet.append([cells.cell(n, value) for n, value in enumerate(values)])
    del sheet.row_dimensions[at]  # it is written


def _page(sheet: Any) -> None:
    sheet.print_title_rows = f"1:{HEAD_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.4)
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
