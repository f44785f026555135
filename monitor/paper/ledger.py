"""The ledger (台账) as offices keep it: who has published, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.crawler.page_state import STATES
from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.monitor.standing import BEIJING, NAMES, StandingName
from nianbao.storage.queries import FindingFacts, PortalFacts

COLOURS: Mapping[StandingName, str] = {
    "missing": "F8CBAD",
    "late": "FFE699",
    "unknown": "D9D9D9",
    "withdrawn": "F8CBAD",
    "on_time": "C6E0B4",
}
SEVERITIES: Mapping[str, str] = {"error": "必须整改", "warning": "建议核实", "notice": "提示"}
QUALITIES = {"": "", "clean": "无问题", "flagged": "有问题", "unreadable": "部分数据无法读取"}
KINDS = {"town": "乡镇", "subdistrict": "街道", "department": "部门", "county": "县级"}
HEAD = PatternFill("solid", fgColor="1F4E78")
LINE = Side(style="thin", color="BFBFBF")


class Column(NamedTuple):
    title: str
    width: float


class LedgerLine(NamedTuple):
    """A unit's line of the ledger."""

    county: str
    name: str
    unit: str
    kind: str
    deadline: date
    standing: StandingName
    why: str
    days: int
    printed: date | None
    quality: str
    url: str
    proof: str


STANDINGS = (
    Column("序号", 6),
    Column("县（市、区）", 12),
    Column("单位", 18),
    Column("类别", 8),
    Column("公布时限", 12),
    Column("发布状态", 12),
    Column("页面标注日期", 13),
    Column("逾期天数", 9),
    Column("质量", 12),
    Column("问题数", 8),
    Column("依据", 26),
    Column("网址", 26),
    Column("存证指纹", 13),
)
PROBLEMS = (
    Column("序号", 6),
    Column("县（市、区）", 12),
    Column("单位", 18),
    Column("级别", 10),
    Column("规则", 8),
    Column("问题", 60),
    Column("位置", 30),
    Column("可能应为", 14),
    Column("原文", 30),
    Column("处理决定", 22),
    Column("整改情况", 14),
    Column("编号", 24),
)
COLUMNS = (
    Column("序号", 6),
    Column("县（市、区）", 12),
    Column("栏目", 60),
    Column("最近一次", 18),
    Column("时间", 18),
    Column("最近一次完整读取", 20),
)
Row = list[Any]


def ledger(
    title: str,
    year: int,
    day: datetime,
    lines: Sequence[LedgerLine],
    findings: Sequence[FindingFacts],
    portals: Sequence[PortalFacts],
) -> bytes:
    """The workbook: standings, findings, columns."""
    book = Workbook()
    book.properties.created = book.properties.modified = day.replace(tzinfo=None)
    as_of = f"截至{day.astimezone(BEIJING):%Y年%m月%d日%H时}"
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("发布情况")
    heading = f"{title}{year}年度政府信息公开工作年度报告发布情况台账"
    _fill(sheet, heading, as_of, STANDINGS, _standings(lines, findings))
    _shade(sheet, len(lines))
    sheet = book.create_sheet("问题清单")
    _fill(sheet, f"{title}{year}年度年报问题清单", as_of, PROBLEMS, _problems(findings))
    sheet = book.create_sheet("栏目监测")
    _fill(sheet, "栏目监测情况", as_of, COLUMNS, _columns(portals))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _standings(lines: Sequence[LedgerLine], findings: Sequence[FindingFacts]) -> list[Row]:
    held = (each for each in findings if each.verdict != "waived" and each.severity != "notice")
    counts = Counter(finding.unit for finding in held)
    return [
        [
            n,
            line.county,
            line.name,
            KINDS.get(line.kind, line.kind),
            line.deadline,
            NAMES[line.standing][0],
            line.printed,
            line.days or None,
            QUALITIES[line.quality],
            counts.get(line.unit) or None,
            line.why,
            line.url,
            line.proof[:12],
        ]
        for n, line in enumerate(lines, 1)
    ]


def _shade(sheet: Worksheet, count: int) -> None:
    """Each line in the colour of its standing."""
    where = f"A4:{get_column_letter(len(STANDINGS))}{max(count + 3, 4)}"
    for name, colour in COLOURS.items():
        shade = PatternFill("solid", bgColor=colour)
        formula = [f'$F4="{NAMES[name][0]}"']
        rule = Rule("expression", dxf=DifferentialStyle(fill=shade), formula=formula)
        sheet.conditional_formatting.add(where, rule)


def _problems(findings: Sequence[FindingFacts]) -> list[Row]:
    rows = []
    for n, finding in enumerate(findings, 1):
        content = finding.content
        row = [
            n,
            finding.county_name,
            finding.name,
            SEVERITIES[finding.severity],
            finding.rule,
            content["zh"],
            "、".join(cell_zh(cell) for cell in content["cells"][:4]),
            "；".join(f"{value}" for _, value, _ in content["suggestions"][:3]),
            content["quote"],
            finding.decided,
            "",
            finding.fingerprint,
        ]
        rows.append(row)
    return rows


def _columns(portals: Sequence[PortalFacts]) -> list[Row]:
    rows = []
    for n, column in enumerate(portals, 1):
        whole = "从未"
        if column.whole is not None:
            whole = _minute(column.whole)
        state = STATES[column.state][0]
        rows.append([n, column.name, column.url, state, _minute(column.at), whole])
    return rows


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _lines(value: object, width: float) -> int:
    """How many lines a text needs in a column; Chinese
    characters are two wide."""
    if value is None:
        return 1
    text = str(value)
    needed = len(text) + sum(ord(character) > 255 for character in text)
    return max(1, -(-needed // max(int(width) - 1, 1)))


def _fill(
    sheet: Worksheet, title: str, below: str, columns: Sequence[Column], rows: Sequence[Row]
) -> None:
    """Title, date, frozen header with filters, bordered rows, a page that
    prints on A4 across."""
    last = get_column_letter(len(columns))
    _head(sheet, title, below, columns)
    for number, row in enumerate(rows, 4):
        _write_row(sheet, number, columns, row)
    sheet.freeze_panes = "A4"
    if len(columns) > 8:
        sheet.freeze_panes = "D4"
    sheet.auto_filter.ref = f"A3:{last}{max(len(rows) + 3, 4)}"
    _set_page(sheet)


def _head(sheet: Worksheet, title: str, below: str, columns: Sequence[Column]) -> None:
    last = get_column_letter(len(columns))
    sheet.merge_cells(f"A1:{last}1")
    sheet["A1"] = title
    sheet["A1"].font = Font(name="宋体", size=16, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 34
    sheet.row_dimensions[3].height = 30
    sheet.merge_cells(f"A2:{last}2")
    sheet["A2"] = below
    sheet["A2"].alignment = Alignment(horizontal="right")
    for n, column in enumerate(columns, 1):
        cell = sheet.cell(3, n, column.title)
        cell.font = Font(name="宋体", bold=True, color="FFFFFF")
        cell.fill = HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(n)].width = column.width


def _write_row(sheet: Worksheet, number: int, columns: Sequence[Column], row: Row) -> None:
    border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
    highest = 1
    for n, (column, value) in enumerate(zip(columns, row, strict=False), 1):
        cell = sheet.cell(number, n, value)
        if isinstance(value, str):
            cell.data_type = "s"  # never a formula
        cell.border = border
        cell.font = Font(name="宋体", size=11)
        across = "center" if column.width <= 14 else "left"
        cell.alignment = Alignment(vertical="center", horizontal=across, wrap_text=True)
        highest = max(highest, _lines(value, column.width))
    sheet.row_dimensions[number].height = 15 * highest + 5


def _set_page(sheet: Worksheet) -> None:
    sheet.print_title_rows = "1:3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.4)
    footer = sheet.oddFooter
    # openpyxl makes both with the sheet.
    if footer is not None and footer.center is not None:
        footer.center.text = "第 &P 页，共 &N 页"
