"""The ledger (台账) as county offices keep it: who has published, what is wrong, what the
answers rest on.

A column is one entry of a table below; colours and widths follow wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Generic, NamedTuple, TypeVar

from nianbao.crawler.states import STATES
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import (
    DECISIONS,
    FIRST_LOOK,
    KINDS,
    SEVERITIES,
    STANDINGS,
)
from nianbao.monitor.ledger.year import Year
from nianbao.monitor.paper.xlsx import Row, Shade, Sheet, Style, letter_of, write
from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.monitor.standing import BEIJING
from nianbao.storage.queries import FindingFacts, PortalFacts

HEAD_ROW = 3
SONG = "宋体"
TITLE = Style(SONG, 16, bold=True, across="center", down="center")
BELOW = Style(across="right")
HEAD = Style(
    SONG, bold=True, colour="FFFFFF", fill="1F4E78", across="center", down="center", wraps=True
)
WIDE_CELL = Style(SONG, line="BFBFBF", across="left", down="center", wraps=True)
NARROW_CELL = WIDE_CELL._replace(across="center")
FOOTER = "第 &P 页，共 &N 页"
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
    Column("days", "逾期天数", 9, lambda line, _: line.days_told or None),
    Column("quality", "质量", 12, lambda line, _: line.quality_word.zh),
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
    title = f"{year.name}{year.year}年度政府信息公开工作年度报告发布情况台账"
    stands = _sheet("发布情况", title, year, UNITS, year.lines)
    title = f"{year.name}{year.year}年度年报问题清单"
    wrong = _sheet("问题清单", title, year, FINDINGS, (*year.wrong, *year.doubts))
    columns = _sheet("栏目监测", "栏目监测情况", year, PORTALS, year.columns)
    out = BytesIO()
    write(out, (stands._replace(shades=_shades(UNITS)), wrong, columns), year.now)
    return out.getvalue()


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _letter_of(columns: Sequence[Column[Any]], key: str) -> str:
    """Where a column stands on the sheet, behind the numbers of the rows."""
    return letter_of([column.key for column in columns].index(key) + 2)


def _shades(columns: Sequence[Column[Any]]) -> list[Shade]:
    """Rows by where the unit stands, also after a person has changed it."""
    place = f"${_letter_of(columns, 'standing')}{HEAD_ROW + 1}"
    words = (*(STANDINGS[name] for name in COLOURED), FIRST_LOOK)
    return [Shade(f'{place}="{word.zh}"', word.colour) for word in words]


WIDE = re.compile("[^\x00-\xff]")


def _lines(value: Any, room: int) -> int:
    """How many lines a text needs in a column; Chinese characters are two wide."""
    if value is None:
        return 1
    text = value if isinstance(value, str) else str(value)
    if 2 * len(text) <= room:  # as of most
        return 1
    wide = len(text) if text.isascii() else len(text) + len(WIDE.findall(text))
    return max(1, -(-wide // room))


def _sheet(
    name: str, title: str, year: Year, columns: Sequence[Column[T]], rows: Iterable[T]
) -> Sheet:
    """Title, date, frozen header with filters, bordered rows; it prints on A4 across. Rows are
    written as they come.
    """
    widths = [6.0, *(column.width for column in columns)]
    return Sheet(
        name,
        _rows(title, year, columns, rows, widths),
        titles=HEAD_ROW,
        frozen="D4" if len(widths) > 8 else "A4",
        widths=widths,
        whole=(1, 2),
        footer=FOOTER,
    )


def _rows(
    title: str,
    year: Year,
    columns: Sequence[Column[T]],
    rows: Iterable[T],
    widths: Sequence[float],
) -> Iterator[Row]:
    titles = ["序号", *(column.title for column in columns)]
    yield Row([title], [TITLE], 34)
    yield Row([f"截至{year.now.astimezone(BEIJING):%Y年%m月%d日%H时}"], [BELOW])
    yield Row(titles, [HEAD] * len(titles), 30)
    styles = [NARROW_CELL if width <= NARROW else WIDE_CELL for width in widths]
    rooms = [max(int(width) - 1, 1) for width in widths]
    for count, row in enumerate(rows, 1):
        values = [count, *(column.value(row, year) for column in columns)]
        needed = max(map(_lines, values, rooms))
        yield Row(values, styles, 15 * needed + 5)
