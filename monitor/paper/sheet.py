"""The sheet of evidence (证据单): on one page what was seen, where, when, and why that is all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import ceil

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from nianbao.crawler.proof import PROOFS
from nianbao.crawler.states import STATES
from nianbao.monitor.ledger.first_look import LateLook
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import Lang, by_hand
from nianbao.monitor.paper.cells import writable
from nianbao.monitor.standing import BEIJING
from nianbao.storage.seen import Listed, LookSeen, Page

# What goes into A4 with its margins: a picture no higher than this, beside what is told of it.
WIDTH, HEIGHT = 17.0, 13.5  # centimetres
PIXELS = 1000  # a picture's width
MOST_PIXELS = int(PIXELS * HEIGHT / WIDTH)  # its height
MOST_LISTED = 24  # entries, where there is no picture
LONGEST_TITLE = 40
LONGEST_ADDRESS, LONGEST_WHY, MOST_LOOKS = 150, 130, 6
MOST_COLUMNS = 4
LABEL = Cm(2.6)
PAGE = 21.5  # centimetres for the table and the picture together
LINE = 0.48  # of a line of the table
WIDE, NARROW, ROOM = 0.32, 0.19, 13.6  # of letters, and of the lines that they stand in


@dataclass(frozen=True)
class Shown:
    """A page that is shown: as a picture, else by its links, with why."""

    page: Page
    sm3: str
    listed: Sequence[Listed] = ()  # the links of the whole list, in their order
    png: bytes = b""
    is_whole: bool = True  # the picture shows all of the page
    why: tuple[str, str] = ("", "")  # why there is no picture


@dataclass(frozen=True)
class Sheet:
    """Everything that it tells of one unit's year."""

    county: str
    line: Line
    looks: Sequence[LookSeen]  # that prove it, the oldest first
    shown: Shown
    until: datetime  # what was known by then is told
    version: str
    lang: Lang = "zh"
    late: LateLook | None = None  # where it was first looked at long after the deadline

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en


def written(sheet: Sheet) -> bytes:
    """A .docx of one page."""
    document = _begun(sheet)
    told = _told(sheet)
    left = min(HEIGHT, PAGE - LINE * sum(_height(line) for _, lines in told for line in lines))
    rows = _rows(sheet)[: int(left / LINE)]
    _table(document, told, (LABEL, Cm(WIDTH) - LABEL))
    _paragraph(document, _caption(sheet, len(rows)), size=9, before=6)
    if sheet.shown.png:
        _picture(document, sheet.shown.png, Cm(left))
    elif rows:
        _list(document, rows)
    _paragraph(document, _foot(sheet), size=8, before=4)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


# ---- what it tells

Told = tuple[str, list[str]]  # a label, and lines


def _told(sheet: Sheet) -> list[Told]:
    line, say = sheet.line, sheet.say
    deadline = f"{line.deadline:%Y-%m-%d}"
    page = sheet.shown.page
    unit = say(
        f"{sheet.county} {line.name}（{line.unit}）", f"{sheet.county} {line.name} ({line.unit})"
    )
    year = say(
        f"{line.year}年度政府信息公开工作年度报告，应于{deadline}前（含当日）发布",
        f"open-government-information report for {line.year}, due by the end of {deadline}",
    )
    stands = say(f"{line.word.zh}：{line.standing.zh}", f"{line.word.en}: {line.standing.en}")
    told: list[Told] = [
        (say("单位", "Unit"), [unit]),
        (say("应发布", "Due"), [year]),
        (say("监测结果", "Result"), [_cut(stands, LONGEST_WHY), *_late(sheet), *_waived(sheet)]),
    ]
    columns = list(dict.fromkeys(look.column for look in sheet.looks))
    if columns:
        addresses = [_cut(url, LONGEST_ADDRESS) for url in columns[:MOST_COLUMNS]]
        if len(columns) > 1:
            addresses = [f"{n}. {url}" for n, url in enumerate(addresses, 1)]
        if len(columns) > MOST_COLUMNS:
            addresses.append(say(f"等{len(columns)}个栏目", f"and others, {len(columns)} in all"))
        told.append((say("发布栏目", "Column"), addresses))
        told.append((say("读全依据", "Why all of it"), _looks(sheet)))
    fetched = f"{page.fetched.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    kept = [
        _cut(page.url, LONGEST_ADDRESS),
        say(f"首次取得：{fetched}（北京时间）", f"first fetched: {fetched} (Beijing)")
        + _unchanged(sheet),
        f"SHA-256 {page.sha256}",
        f"SM3 {sheet.shown.sm3 or say('（本机 OpenSSL 不支持）', '(this OpenSSL has none)')}",
    ]
    if others := _others(sheet):
        kept.append(say(f"其他页 SHA-256（前{MARK}位）：", "other pages, SHA-256: ") + others)
    told.append((say("存档网页", "Archived page"), kept))
    return told


def _late(sheet: Sheet) -> list[str]:
    return [] if sheet.late is None else [sheet.say(*sheet.late.told)]


def _waived(sheet: Sheet) -> list[str]:
    why = _cut(sheet.line.waived, LONGEST_WHY)
    told = sheet.say(f"经核实不作为问题：{why}", f"not held against the unit: {why}")
    return [told] if why else []


def _unchanged(sheet: Sheet) -> str:
    """The days on which looks were answered with the same bytes again."""
    page = sheet.shown.page
    first = page.fetched.astimezone(BEIJING).date()
    same = (look.at for look in sheet.looks if page.sha256 in {p.sha256 for p in look.pages})
    days = dict.fromkeys(at.astimezone(BEIJING).date() for at in same)
    later = [f"{day}" for day in days if day > first]
    if not later:
        return ""
    zh, en = "、".join(later), " and ".join(later)
    return sheet.say(f"，{zh}再取相同", f", the same bytes again on {en}")


def _others(sheet: Sheet) -> str:
    """The marks of the other pages that were looked at, of all looks."""
    columns = list(dict.fromkeys(look.column for look in sheet.looks))
    pages = {page.sha256: look.column for look in sheet.looks for page in look.pages}
    pages.pop(sheet.shown.page.sha256, None)

    def column(url: str) -> str:
        number = columns.index(url) + 1
        return sheet.say(f"栏目{number} ", f"column {number} ") if len(columns) > 1 else ""

    marks = [f"{column(url)}{sha256[:MARK]}" for sha256, url in pages.items()]
    rest = f" … ({len(marks)})" if len(marks) > MOST_MARKS else ""
    return "  ".join(marks[:MOST_MARKS]) + rest


MARK, MOST_MARKS = 16, 6  # digits of a hash; how many are printed


def _looks(sheet: Sheet) -> list[str]:
    """Each look, at which column, and what proves that it was whole; the latest where there are
    many.
    """
    columns = list(dict.fromkeys(look.column for look in sheet.looks))
    told = []
    for look in sheet.looks[-MOST_LOOKS:]:
        number = columns.index(look.column) + 1
        column = sheet.say(f"栏目{number}：", f"column {number}: ") if len(columns) > 1 else ""
        told.append(f"{column}{_look(sheet, look)}")
    if (left_out := len(sheet.looks) - len(told)) > 0:
        told.append(sheet.say(f"另有更早的查看{left_out}次", f"and {left_out} earlier looks"))
    return told


def _look(sheet: Sheet, look: LookSeen) -> str:
    at = f"{look.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    state, proof = STATES[look.state], PROOFS.get(look.proof, ("", ""))
    zh, en = f"{at} {state[0]}，{look.read}条", f"{at} {state[1]}, {look.read} entries"
    if look.declared is not None:
        zh += f"（网站声明{look.declared}条）"
        en += f" ({look.declared} declared)"
    if len(look.pages) > 1:
        zh += f"，{len(look.pages)}页"
        en += f", {len(look.pages)} pages"
    zh, en = f"{zh}：{proof[0] or '无'}", f"{en}: {proof[1] or 'none'}"
    return sheet.say(zh, en) + by_hand(look.by_hand, sheet.lang)


def _height(text: str) -> int:
    """Lines that a text takes, rather too many than too few."""
    wide = sum(WIDE if ord(letter) > 0x2000 else NARROW for letter in text)
    return max(1, ceil(wide / ROOM))


def _caption(sheet: Sheet, rows: int) -> str:
    shown, say = sheet.shown, sheet.say
    masked = say("个人信息已遮盖。", "Personal data is masked.")
    if not shown.png:
        why = say(*shown.why)
        count = len(shown.listed)
        zh = f"未附图（{why}）。以下为从该页读到的条目，共{count}条，列出{rows}条；{masked}"
        en = f"No picture ({why}). Entries that were read, {rows} of {count}: {masked}"
        return say(zh, en)
    part_zh, part_en = "全页", "the whole page"
    if not shown.is_whole and not sheet.looks:
        part_zh, part_en = "上部", "its upper part"
    elif not shown.is_whole:
        part_zh, part_en = "该单位条目应在的部分", "the part where the unit's entry would stand"
    return say(
        f"图：存档网页（{part_zh}），按存档字节绘制；未存档的样式、图片和脚本不显示。{masked}",
        f"Archived page ({part_en}), drawn from the archived bytes, without styles, pictures and "
        f"scripts that were not. {masked}",
    )


def _rows(sheet: Sheet) -> list[Listed]:
    """The entries of the year; where there are none, the first."""
    listed = sheet.shown.listed
    of_year = [each for each in listed if each.year == sheet.line.year]
    return list(of_year or listed)[:MOST_LISTED]


def _foot(sheet: Sheet) -> str:
    until = f"{sheet.until.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return sheet.say(
        f"nianbao {sheet.version} 依据截至 {until}（北京时间）的监测生成。"
        "存档字节可用 nianbao evidence verify 核对指纹。",
        f"Made by nianbao {sheet.version} of what was known by {until} (Beijing). "
        "`nianbao evidence verify` holds the archived bytes against their hashes.",
    )


# ---- how it looks


def _begun(sheet: Sheet) -> WordDocument:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.5)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "宋体", Pt(10)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    normal.paragraph_format.space_after = Pt(0)
    title = sheet.say("政府信息公开工作年度报告监测证据单", "Sheet of evidence: OGI annual report")
    head = _paragraph(document, title, size=16)
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.space_after = Pt(6)
    return document


def _paragraph(document: WordDocument, text: str, *, size: float, before: float = 0) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.add_run(writable(text)).font.size = Pt(size)
    paragraph.paragraph_format.space_before = Pt(before)
    return paragraph


def _write(cell: _Cell, lines: Sequence[str]) -> None:
    for n, text in enumerate(lines):
        paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
        paragraph.add_run(writable(text)).font.size = Pt(9)
        paragraph.paragraph_format.line_spacing = Pt(13)


def _picture(document: WordDocument, png: bytes, height: Length) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = paragraph.add_run().add_picture(BytesIO(png), width=Cm(WIDTH - 0.2))
    if shape.height > height:
        narrower = int(shape.width * height / shape.height)
        shape.width, shape.height = Length(narrower), height
    _framed(shape)


def _framed(shape: object) -> None:
    """A thin line around it: a page and a picture are both white."""
    properties = shape._inline.graphic.graphicData.pic.spPr  # type: ignore[attr-defined]
    line = properties.makeelement(qn("a:ln"), {"w": "6350"})
    fill = line.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": "7F7F7F"}))
    line.append(fill)
    properties.append(line)


def _list(document: WordDocument, rows: Sequence[Listed]) -> None:
    told = [
        (_cut(each.title, LONGEST_TITLE), [each.day.isoformat() if each.day is not None else "—"])
        for each in rows
    ]
    _table(document, told, (Cm(WIDTH) - LABEL, LABEL))


def _table(document: WordDocument, rows: Sequence[Told], widths: Sequence[int]) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Length(width)
    for label, lines in rows:
        cells = table.add_row().cells
        for cell, width in zip(cells, widths, strict=True):
            cell.width = Length(width)
        _write(cells[0], [label])
        _write(cells[1], lines)


def _cut(text: str, most: int) -> str:
    """A long text without its middle."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2]}…{text[-(most // 2 - 1) :]}"
