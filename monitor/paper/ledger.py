"""The ledger (台账) as county offices keep it: who has published, what is wrong, what the answers rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from nianbao.crawler.page_state import STATES
from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.monitor.standing import BEIJING, NAMES
from nianbao.storage.queries import FindingFacts, PortalFacts

COLOURS = {
    "missing": "F8CBAD",
    "late": "FFE699",
    "unknown": "D9D9D9",
    "withdrawn": "F8CBAD",
    "on_time": "C6E0B4",
}
SEVERITIES = {"error": "必须整改", "warning": "建议核实", "notice": "提示"}
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
    standing: str
    why: str
    days: int
    printed: date | None
    quality: str
    url: str
    proof: str


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
    counts = Counter(
        finding.unit
        for finding in findings
        if finding.verdict != "waived" and finding.severity != "notice"
    )
    sheet = book.active
    sheet.title = "发布情况"
    columns = (
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
    rows: list[list[Any]] = [
        [
            n,
            each.county,
            each.name,
            KINDS.get(each.kind, each.kind),
            each.deadline,
            NAMES[each.standing][0],
            each.printed,
            each.days or None,
            QUALITIES[each.quality],
            counts.get(each.unit) or None,
            each.why,
            each.url,
            each.proof[:12],
        ]
        for n, each in enumerate(lines, 1)
    ]
    _fill(sheet, f"{title}{year}年度政府信息公开工作年度报告发布情况台账", as_of, columns, rows)
    for name, colour in COLOURS.items():
        where = f"A4:{get_column_letter(len(columns))}{len(rows) + 3}"
        shade = PatternFill("solid", bgColor=colour)
        sheet.conditional_formatting.add(
            where, FormulaRule(formula=[f'$F4="{NAMES[name][0]}"'], fill=shade)
        )
    sheet = book.create_sheet("问题清单")
    columns = (
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
    rows = []
    for n, finding in enumerate(findings, 1):
        told = finding.content
        suggested = "；".join(f"{value}" for _, value, _ in told["suggestions"][:3])
        rows.append(
            [
                n,
                finding.county_name,
                finding.name,
                SEVERITIES[finding.severity],
                finding.rule,
                told["zh"],
                "、".join(cell_zh(cell) for cell in told["cells"][:4]),
                suggested,
                told["quote"],
                finding.decided,
                "",
                finding.fingerprint,
            ]
        )
    _fill(sheet, f"{title}{year}年度年报问题清单", as_of, columns, rows)
    sheet = book.create_sheet("栏目监测")
    columns = (
        Column("序号", 6),
        Column("县（市、区）", 12),
        Column("栏目", 60),
        Column("最近一次", 18),
        Column("时间", 18),
        Column("最近一次完整读取", 20),
    )
    rows = [
        [
            n,
            each.name,
            each.url,
            STATES[each.state][0],
            _minute(each.at),
            _minute(each.whole) if each.whole else "从未",
        ]
        for n, each in enumerate(portals, 1)
    ]
    _fill(sheet, "栏目监测情况", as_of, columns, rows)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _lines(value: Any, width: float) -> int:
    """How many lines a text needs in a column; Chinese characters are two wide."""
    text = "" if value is None else str(value)
    return max(1, -(-sum(2 if ord(c) > 255 else 1 for c in text) // max(int(width) - 1, 1)))


def _fill(
    sheet: Any, title: str, below: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> None:
    """Title, date, frozen header with filters, bordered rows, and a page that prints on A4 across."""
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
    border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
    for i, row in enumerate(rows, 4):
        for n, value in enumerate(row, 1):
            cell = sheet.cell(i, n, value)
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula
            cell.border = border
            cell.font = Font(name="宋体", size=11)
            narrow = columns[n - 1].width <= 14
            cell.alignment = Alignment(
                vertical="center", horizontal="center" if narrow else "left", wrap_text=True
            )
        widest = max((_lines(value, columns[n].width) for n, value in enumerate(row)), default=1)
        sheet.row_dimensions[i].height = 15 * widest + 5
    sheet.freeze_panes = "D4" if len(columns) > 8 else "A4"
    sheet.auto_filter.ref = f"A3:{last}{max(len(rows) + 3, 4)}"
    sheet.print_title_rows = "1:3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.4)
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
