"""Letters to a unit: to correct its report (整改), or to publish one (催办)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.text.font import CT_RPr
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from nianbao.monitor.paper.cells import writable
from nianbao.monitor.paper.doors import Door
from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.monitor.settings import Office
from nianbao.storage.queries import FindingFacts

HYPERLINK = RELATIONSHIP_TYPE.HYPERLINK
SEAL = "（印章）"
MARK = 16  # digits of a hash that a letter prints


class Seen(NamedTuple):
    """A look that did not show a report, with its proof."""

    day: date
    document: str  # the hash of what was seen
    by_hand: str = ""  # who saved it in a browser, if we did not ask for it


def letter(
    county: str,
    unit: str,
    year: int,
    findings: Sequence[FindingFacts],
    office: Office,
    day: date,
    answer_by: date,
    *,
    published: date | None = None,
    late: str = "",
    added: str = "",
    door: Door | None = None,
) -> bytes:
    """What must be corrected, what is to be verified, with its places, and by when to answer.

    `published`: the day that its page prints; `late`: by how much it was late, and why that is
    known where no printed day tells it; `added`: what whoever writes it says beside.
    """
    must = [each for each in findings if each.severity == "error" or each.verdict == "accepted"]
    ask = [each for each in findings if each not in must and each.severity == "warning"]
    kind = "整改" if must else "核实"
    document = _begun(f"政府信息公开工作年度报告{kind}通知书", unit)
    opening = f"经对你单位{year}年度政府信息公开工作年度报告进行核查"
    opening += _published(published, late)
    _paragraph(document, f"{opening}，发现{_counted(must, ask)}，现通知如下：")
    numbers = iter("一二三")
    for heading, listed in (("需要整改的问题", must), ("请核实的事项", ask)):
        if listed:
            _heading(document, f"{next(numbers)}、{heading}")
            _table(document, listed)
    if not must and not ask:
        next(numbers)
    _heading(document, f"{next(numbers)}、工作要求")
    _paragraph(
        document,
        f"请于{_day(answer_by)}前{_asked(must, ask)}，并将情况反馈至{_us(office)}。"
        "对本通知所列事项有异议的，可在上述期限内提出。",
    )
    _add(document, added)
    _by_link(document, door)
    return _ended(document, county, office, day)


def _us(office: Office) -> str:
    """How the office speaks of itself: 我办, 我局, 我中心."""
    name = office.name.removesuffix("公室")
    return next(
        (f"我{end}" for end in ("中心", "办", "局", "委", "厅") if name.endswith(end)), "我单位"
    )


def _published(day: date | None, late: str) -> str:
    printed = f"页面标注发布日期：{_day(day)}" if day is not None else ""
    told = "，".join(filter(None, (printed, late)))
    return f"（{told}）" if told else ""


def _counted(must: Sequence[FindingFacts], ask: Sequence[FindingFacts]) -> str:
    parts = []
    if must:
        parts.append(f"需要整改的问题{len(must)}项")
    if ask:
        parts.append(f"请予核实的事项{len(ask)}项")
    return "、".join(parts)


def _asked(must: Sequence[FindingFacts], ask: Sequence[FindingFacts]) -> str:
    parts = []
    if must:
        parts.append("对需要整改的问题进行整改并重新发布，保留更正说明")
    if ask:
        parts.append("对请核实的事项逐项核对，确有误的请更正，属统计口径不同的请书面说明")
    return "；".join(parts)


def urging(
    county: str,
    unit: str,
    year: int,
    office: Office,
    day: date,
    answer_by: date,
    *,
    deadline: date,
    source: str,
    looked: Sequence[Seen],
    url: str,
    columns: int = 1,
    withdrawn: date | None = None,
    last: date | None = None,
    first: date | None = None,
    added: str = "",
    door: Door | None = None,
) -> bytes:
    """To a unit whose report complete looks did not show in time, or is not there any more.

    `looked`: the looks that prove it, the oldest first. `last`: when it was last looked for, where
    that was long ago; `first`: when it was first looked for, where that was long after `deadline`.
    """
    report = f"{year}年度政府信息公开工作年度报告"
    document = _begun("政府信息公开工作年度报告催办通知书", unit)
    if withdrawn is None:
        known = f"按照{source or '工作安排'}，你单位{report}应于{_day(deadline)}前（含当日）发布。"
        days = "、".join(_looked(each) for each in looked)
        both = "两次" if len(looked) == 2 else ""
        where = f"{url} 等{columns}个栏目" if columns > 1 else url
        seen = f"经查看发布栏目（{where}），{days}{both}完整读取栏目内容，未见你单位该年度报告"
        wanted = f"请于{_day(answer_by)}前发布{report}，并将发布网址反馈至{_us(office)}。"
    else:
        known = f"你单位{report}此前已监测到发布（{url}）。"
        seen = f"自{_day(withdrawn)}起，该网址和发布栏目中均未见该年度报告"
        wanted = (
            f"请于{_day(answer_by)}前恢复发布，并将发布网址反馈至{_us(office)}；"
            "更正后重新发布的，请保留更正说明。"
        )
    if last is not None:
        seen += f"（最近一次完整查看为{_day(last)}，此后如已发布，请告知网址）"
    if first is not None:
        seen += (
            f"（发布栏目自{_day(first)}起才有完整查看，此前曾否发布不能认定；曾发布的，请告知网址）"
        )
    _paragraph(document, f"{known}{seen}。现通知如下：")
    _paragraph(document, f"一、{wanted}")
    _paragraph(
        document,
        "二、已在其他栏目或者网站发布的，请在上述期限内反馈网址，以便核对；"
        "因机构新设、撤并等原因无需发布的，请书面说明。",
    )
    _add(document, added)
    kept = [f"{_day(each.day)} {each.document[:MARK]}" for each in looked if each.document]
    if kept:
        told = f"查看时的页面已存证，存证编号（SHA-256前{MARK}位）：{'；'.join(kept)}。"
        _paragraph(document, told)
    _by_link(document, door)
    return _ended(document, county, office, day)


def _add(document: WordDocument, added: str) -> None:
    for text in added.splitlines():
        if text.strip():
            _paragraph(document, text.strip())


def _by_link(document: WordDocument, door: Door | None) -> None:
    """Where the unit answers without an account."""
    if door is None:
        return
    told = f"也可通过以下链接在线答复（{_day(door.until)}前有效，仅供你单位使用，请勿转发）："
    _paragraph(document, told)
    _paragraph(document, "", indent=False)
    paragraph = document.paragraphs[-1]
    key = document.part.relate_to(door.address, HYPERLINK, is_external=True)
    anchor = paragraph._p.makeelement(qn("w:hyperlink"), {qn("r:id"): key})
    _run(paragraph, door.address, 12)
    anchor.append(paragraph.runs[-1]._r)
    paragraph._p.append(anchor)


def _looked(seen: Seen) -> str:
    return _day(seen.day) + (f"（人工查看：{seen.by_hand}）" if seen.by_hand else "")


def _begun(name: str, unit: str) -> WordDocument:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    _style(document)
    _page_number(document)
    _paragraph(document, name, size=22, font="方正小标宋简体", centre=True, indent=False, after=24)
    _paragraph(document, f"{unit}：", indent=False)
    return document


def _ended(document: WordDocument, county: str, office: Office, day: date) -> bytes:
    if office.contact:
        _paragraph(document, f"联系方式：{office.contact}")
    _paragraph(document, "", indent=False)
    _paragraph(document, _signed(county, office.name), right=True)
    _paragraph(document, _day(day), right=True)
    out = BytesIO()
    document.save(out)
    return _timeless(out.getvalue())


def _timeless(packed: bytes) -> bytes:
    """The same letter is the same bytes, whenever it is written."""
    out = BytesIO()
    with ZipFile(BytesIO(packed)) as before, ZipFile(out, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), before.read(name), ZIP_DEFLATED)
    return out.getvalue()


def _signed(county: str, office: str) -> str:
    """The office with its county before it, each part of which is said once."""
    place = county.partition("（")[0]  # a code is for screens
    if place in office:
        return office
    ends = [n for n in range(len(place) - 1) if office.startswith(place[n:])]
    return place[: min(ends, default=len(place))] + office


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _style(document: WordDocument) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "仿宋_GB2312", Pt(16)
    _east_asian(normal.element.get_or_add_rPr(), "仿宋_GB2312")
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)


def _paragraph(
    document: WordDocument,
    text: str,
    *,
    size: int = 16,
    font: str = "",
    centre: bool = False,
    right: bool = False,
    indent: bool = True,
    after: int = 0,
) -> None:
    paragraph = document.add_paragraph()
    _run(paragraph, text, size, font)
    shape = paragraph.paragraph_format
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        shape.line_spacing = None
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        shape.right_indent = Pt(size * 2)
    elif indent:
        shape.first_line_indent = Pt(size * 2)
    shape.space_after = Pt(after)


def _heading(document: WordDocument, text: str) -> None:
    """Never parted from what stands below it."""
    _paragraph(document, text, font="黑体")
    document.paragraphs[-1].paragraph_format.keep_with_next = True


def _page_number(document: WordDocument) -> None:
    """— 1 —, in the middle below."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, "— ", 14, "宋体")
    field = paragraph._p.makeelement(qn("w:fldSimple"), {qn("w:instr"): "PAGE"})
    paragraph._p.append(field)
    _run(paragraph, " —", 14, "宋体")


def _run(paragraph: Paragraph, text: str, size: float, font: str = "") -> None:
    run = paragraph.add_run(writable(text))
    run.font.size = Pt(size)
    if font:
        run.font.name = font
        _east_asian(run._element.get_or_add_rPr(), font)


def _east_asian(properties: CT_RPr, font: str) -> None:
    """What python-docx sets as the font's name is for Latin letters alone."""
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(document: WordDocument, findings: Sequence[FindingFacts]) -> None:
    table = document.add_table(rows=1, cols=4)
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = width
    for cell, title in zip(table.rows[0].cells, TITLES, strict=True):
        _write(cell.paragraphs[0], title, font="黑体")
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    for n, finding in enumerate(findings, 1):
        for cell, text in zip(table.add_row().cells, _row(n, finding), strict=True):
            _write(cell.paragraphs[0], text)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(row._tr.makeelement(qn("w:cantSplit"), {}))
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = width
    for cell in table.rows[0].cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    head = table.rows[0]._tr.get_or_add_trPr()
    # Again on each page.
    head.append(head.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))


TITLES = ("序号", "位置", "问题", "可能应为")
WIDTHS = (Cm(1.4), Cm(3.8), Cm(8.0), Cm(2.4))


def _row(number: int, finding: FindingFacts) -> tuple[str, str, str, str]:
    content = finding.content
    places = "、".join(cell_zh(cell) for cell in content["cells"][:4]) or "正文"
    problem = content["zh"]
    if content["quote"]:
        problem += f"（原文：“{content['quote']}”）"
    suggested = "；".join(str(value) for _, value, _ in content["suggestions"][:2])
    return str(number), places, problem, suggested


def _write(paragraph: Paragraph, text: str, font: str = "") -> None:
    paragraph.paragraph_format.line_spacing = Pt(20)
    paragraph.paragraph_format.first_line_indent = Pt(0)
    _run(paragraph, text, 12, font)
