"""Word files: what a person sees in Word is what is read, and no damaged file gives more than a sentence."""

from __future__ import annotations

import random
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.parser.document import Block, Cell, Document, Grid, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.docx import read_docx
from nianbao.parser.readers.numbering import number_text
from tests.amounts import many
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.hostile import cut
from tests.reportkit.printed import Box, Printed, Table, Text
from tests.reportkit.write_docx import NAMESPACES, docx_of, with_parts, write_docx


def printed_blocks(printed: Printed) -> list[Block]:
    """The blocks that a reader without any loss finds in a printed report."""
    return [
        Grid(
            tuple(
                Cell(shown(box.text), r, c, box.rowspan, box.colspan) for r, c, box in block.placed
            )
        )
        if isinstance(block, Table)
        else Paragraph(block.text)
        for block in printed
    ]


def shown(text: str) -> str:
    return "\n".join(line.strip(" ") for line in text.split("\n") if line.strip(" \xa0\u3000"))


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def grids(document: Document) -> list[Grid]:
    return [block for block in document.blocks if isinstance(block, Grid)]


def body_texts(body: str, parts: dict[str, bytes] | None = None) -> list[str]:
    return texts(read_docx(docx_of(body, parts)))


def p(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def table(*rows: list[str]) -> str:
    return "<w:tbl>" + "".join("<w:tr>" + "".join(row) + "</w:tr>" for row in rows) + "</w:tbl>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(r(text)) if not text.startswith('<') else text}</w:tc>"


# ---- round trips


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Any table that can be drawn: random merges, blanks, line breaks, full-width spaces."""
    height, width = draw(st.integers(1, 7)), draw(st.integers(2, 9))
    chance = random.Random(draw(st.integers(0, 2**32)))
    taken: set[tuple[int, int]] = set()
    rows: list[tuple[Box, ...]] = []
    for row in range(height):
        boxes = []
        for col in range(width):
            if (row, col) in taken:
                continue
            free = 1
            while col + free < width and (row, col + free) not in taken:
                free += 1
            colspan = min(free, chance.choice([1, 1, 1, 2, 3]))
            rowspan = min(height - row, chance.choice([1, 1, 1, 2, 4]))
            while any((row + i, col + j) in taken for i in range(rowspan) for j in range(colspan)):
                rowspan -= 1
            taken.update((row + i, col + j) for i in range(rowspan) for j in range(colspan))
            boxes.append(Box(chance.choice(CELL_TEXTS), rowspan, colspan))
        rows.append(tuple(boxes))
    if sum(map(len, rows)) < 2:
        rows = [(Box("总计"), Box("0"))]
    return Table(tuple(row for row in rows if row) if all(rows) else ((Box("总计"), Box("")),))


CELL_TEXTS = [
    "",
    "0",
    "0",
    "12",
    "1,234",
    "\u3000\u30000",
    "\xa0",
    "结果\n维持",
    "（一）予以公开",
    "1.属于国家秘密",
    "<&>\"'",
]


@many(20, 120)
@given(table=tables(), tracked=st.booleans(), nested=st.booleans(), auto_numbering=st.booleans())
def test_tables_come_back_cell_by_cell(
    table: Table, tracked: bool, nested: bool, auto_numbering: bool
) -> None:
    printed: Printed = (Text("表前"), table, Text("表后"))
    document = read_docx(
        write_docx(printed, tracked=tracked, nested=nested, auto_numbering=auto_numbering)
    )
    assert [b for b in document.blocks if b != Paragraph("目录")] == printed_blocks(printed)


@pytest.mark.parametrize("form", ["2021", "2019"])
@pytest.mark.parametrize(
    "drawn",
    [
        "",
        "nested",
        "text_box",
        "tracked",
        "auto_numbering",
        "nested text_box tracked auto_numbering",
    ],
)
def test_statutory_report(form: str, drawn: str) -> None:
    figures: Figures = {key: number for number, key in enumerate(blank_figures(form))}
    figures |= dict.fromkeys(list(figures)[::7])
    printed = compose(figures, form_id=form)
    document = read_docx(write_docx(printed, **dict.fromkeys(drawn.split(), True)))
    assert [b for b in document.blocks if b != Paragraph("目录")] == printed_blocks(printed)
    assert document.format == "docx"
    assert document.meta["docx.title"] == printed[0].text  # type: ignore[union-attr]


# ---- single features


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (r("总体") + r("情况"), "总体情况"),
        ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:noBreakHyphen/><w:t>丙</w:t></w:r>", "甲\t乙-丙"),
        ("<w:r><w:t>\n  漂亮的缩进\n </w:t></w:r>", "漂亮的缩进"),
        (r("一") + r("密", "<w:vanish/>") + r("二"), "一二"),
        (r("一") + r("不密", "<w:vanish w:val='0'/>") + r("二"), "一不密二"),
        (r("5", "<w:strike/>") + r("6"), "6"),
        (r("旧", "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"), "旧"),
        ("<w:ins>" + r("新") + "</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>", "新"),
        ("<w:moveFrom>" + r("旧") + "</w:moveFrom><w:moveTo>" + r("新") + "</w:moveTo>", "新"),
        ("<w:sdt><w:sdtPr><w:rPr/></w:sdtPr><w:sdtContent>" + r("控件") + "</w:sdtContent></w:sdt>", "控件"),
        ("<w:smartTag w:element='place'>" + r("县") + "</w:smartTag>", "县"),
        ("<w:fldSimple w:instr='DATE'>" + r("2024年") + "</w:fldSimple>", "2024年"),
        (
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>" + r("码")
            + "<w:r><w:fldChar w:fldCharType='separate'/></w:r>" + r("7")
            + "<w:r><w:fldChar w:fldCharType='end'/></w:r>",
            "7",
        ),
        ("<w:r><w:sym w:font='Symbol' w:char='F035'/></w:r>", "5"),
        ("<w:r><w:sym w:font='Wingdings' w:char='2460'/></w:r>", "①"),
        ("<w:r><w:ruby><w:rt>" + r("zhèn") + "</w:rt><w:rubyBase>" + r("镇") + "</w:rubyBase></w:ruby></w:r>", "镇"),
        ("<m:oMath><m:r><m:t>12</m:t></m:r></m:oMath>", "12"),
        ("<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>",
         "\ufffd1\ufffd2\ufffd"),
        (r("注") + "<w:r><w:footnoteReference w:id='1'/></w:r>", "注"),
        (f"<mc:AlternateContent><mc:Choice/><mc:Fallback>{r('后备')}</mc:Fallback></mc:AlternateContent>", "后备"),
    ],
)  # fmt: skip
def test_runs(inner: str, expected: str) -> None:
    assert body_texts(p(inner)) == [expected]


def test_line_breaks_part_lines() -> None:
    assert body_texts(p(r("平安县") + "<w:r><w:br/></w:r>" + r("年度报告"))) == [
        "平安县",
        "年度报告",
    ]


def test_a_field_that_never_ends_swallows_no_more_than_its_paragraph() -> None:
    begin = "<w:r><w:fldChar w:fldCharType='begin'/></w:r>"
    assert body_texts(p(r("一") + begin + r("没有")) + p(r("二"))) == ["一", "二"]


def test_a_deleted_paragraph_mark_joins_two_lines() -> None:
    assert body_texts(p(r("政府信"), "<w:rPr><w:del/></w:rPr>") + p(r("息公开"))) == [
        "政府信息公开"
    ]


def test_footnote_marks_in_tables_are_no_digits() -> None:
    document = read_docx(
        docx_of(table([tc("总计"), tc(p(r("5") + r("2", "<w:vertAlign w:val='superscript'/>")))]))
    )
    assert grids(document)[0].cells[1] == Cell("5", 0, 1)


def test_hidden_by_style() -> None:
    styles = (
        f"<w:styles {NAMESPACES}><w:style w:type='character' w:styleId='H'><w:rPr><w:vanish/></w:rPr></w:style>"
        "<w:style w:type='character' w:styleId='B'><w:basedOn w:val='H'/></w:style>"
        "<w:style w:type='paragraph' w:styleId='P'><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"
    ).encode()
    body = p(r("见") + r("不见", "<w:rStyle w:val='B'/>")) + p(r("不见"), "<w:pStyle w:val='P'/>")
    assert body_texts(body, {"word/styles.xml": styles}) == ["见"]


def test_links_pictures_and_properties() -> None:
    rels = (
        b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r7' "
        b"Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink' TargetMode='External' "
        b"Target='http://www.example.gov.cn/a.pdf'/></Relationships>"
    )
    body = p(f"<w:hyperlink r:id='r7'>{r('附件')}</w:hyperlink>") + p(
        "<w:r><w:drawing><a:blip r:embed='r9'/></w:drawing></w:r><w:r><w:pict><v:imagedata/></w:pict></w:r>"
    )
    document = read_docx(docx_of(body, {"word/_rels/document.xml.rels": rels}))
    assert [(link.text, link.href) for link in document.links] == [
        ("附件", "http://www.example.gov.cn/a.pdf")
    ]
    assert document.pictures == 2


def test_embedded_parts_are_noted() -> None:
    body = (
        p("<w:r><w:object><v:shape><v:imagedata/></v:shape></w:object></w:r>")
        + "<w:altChunk r:id='r1'/>"
    )
    document = read_docx(docx_of(body, {"word/vbaProject.bin": b"\0"}))
    assert document.notes == (
        "macros left out",
        "an embedded object left out",
        "an embedded document left out (altChunk)",
    )
    assert document.pictures == 0


def test_horizontal_merges_of_old_files() -> None:
    first = [tc("行政复议", "<w:hMerge w:val='restart'/>"), tc("", "<w:hMerge/>"), tc("其他")]
    document = read_docx(docx_of(table(first, [tc("0"), tc("1"), tc("2")])))
    assert [(c.text, c.row, c.col, c.colspan) for c in grids(document)[0].cells] == [
        ("行政复议", 0, 0, 2), ("其他", 0, 2, 1), ("0", 1, 0, 1), ("1", 1, 1, 1), ("2", 1, 2, 1)
    ]  # fmt: skip


def test_rows_that_begin_late_or_end_early_keep_their_columns() -> None:
    late = "<w:tr><w:trPr><w:gridBefore w:val='2'/></w:trPr>" + tc("8") + "</w:tr>"
    xml = table([tc("a"), tc("b"), tc("c")]).replace("</w:tbl>", late + "</w:tbl>")
    assert grids(read_docx(docx_of(xml)))[0].cells[-1] == Cell("8", 1, 2)


def test_deleted_rows_and_cells_are_gone() -> None:
    gone = "<w:tr><w:trPr><w:del/></w:trPr>" + tc("9") + tc("9") + "</w:tr>"
    hidden = "<w:tr><w:trPr><w:hidden/></w:trPr>" + tc("8") + tc("8") + "</w:tr>"
    xml = table([tc("a"), tc("7", "<w:cellDel/>"), tc("b")], [tc("c"), tc("d")])
    xml = xml.replace("</w:tbl>", gone + hidden + "</w:tbl>")
    document = read_docx(docx_of(xml))
    assert [(c.text, c.row, c.col) for c in grids(document)[0].cells] == [
        ("a", 0, 0), ("b", 0, 1), ("c", 1, 0), ("d", 1, 1)
    ]  # fmt: skip
    assert document.notes == ("hidden table rows left out",)


def test_a_merge_that_fits_nothing_above_is_a_cell_of_its_own() -> None:
    xml = table(
        [tc("a", "<w:gridSpan w:val='2'/>"), tc("b")], [tc("x", "<w:vMerge/>"), tc("y"), tc("z")]
    )
    assert [c.text for c in grids(read_docx(docx_of(xml)))[0].cells] == ["a", "b", "x", "y", "z"]


def test_rows_and_cells_in_content_controls() -> None:
    sdt = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>".format
    row = "<w:tr>" + tc("a") + sdt(tc("b")) + "</w:tr>"
    assert [c.text for c in grids(read_docx(docx_of(f"<w:tbl>{sdt(row)}</w:tbl>")))[0].cells] == [
        "a",
        "b",
    ]


def test_the_strict_variant_of_the_format() -> None:
    data = docx_of(table([tc("总计"), tc("3")]))
    with zipfile.ZipFile(BytesIO(data)) as package:
        xml = package.read("word/document.xml")
    xml = xml.replace(
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert grids(read_docx(with_parts(data, {"word/document.xml": xml})))[0].cells[1].text == "3"


# ---- automatic numbering


@pytest.mark.parametrize(
    ("style", "number", "expected"),
    [
        ("chineseCounting", 1, "一"), ("chineseCountingThousand", 10, "十"), ("chineseCounting", 11, "十一"),
        ("japaneseCounting", 20, "二十"), ("chineseCounting", 21, "二十一"),
        ("chineseCountingThousand", 101, "一百零一"),
        ("chineseCountingThousand", 110, "一百一十"), ("chineseCountingThousand", 1002, "一千零二"),
        ("ideographTraditional", 3, "丙"), ("decimalFullWidth", 12, "１２"), ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircleChinese", 21, "21"), ("upperRoman", 14, "XIV"), ("lowerRoman", 4, "iv"),
        ("upperLetter", 27, "AA"), ("lowerLetter", 2, "b"), ("decimalZero", 3, "03"), ("unheardOf", 3, "3"),
        ("chineseLegalSimplified", 12, "壹拾贰"), ("decimal", 5, "5"),
    ],
)  # fmt: skip
def test_numbers_as_word_writes_them(style: str, number: int, expected: str) -> None:
    assert number_text(number, style) == expected


def numbering(*nums: str) -> bytes:
    levels = (
        "<w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='chineseCounting'/><w:lvlText w:val='%1、'/></w:lvl>"
        "<w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='chineseCounting'/><w:lvlText w:val='（%2）'/></w:lvl>"
        "<w:lvl w:ilvl='2'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:isLgl/><w:lvlText w:val='%1.%3'/></w:lvl>"
    )
    return (
        f"<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId='0'>{levels}</w:abstractNum>"
        f"{''.join(nums)}</w:numbering>"
    ).encode()


def numbered(text: str, level: int, num: int = 1) -> str:
    return p(r(text), f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{num}'/></w:numPr>")


def test_numbered_headings_come_out_complete() -> None:
    part = numbering("<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>")
    body = (
        numbered("总体情况", 0)
        + numbered("主动公开", 1)
        + numbered("依申请公开", 1)
        + numbered("2023年", 2)
    )
    body += (
        numbered("主动公开情况", 0)
        + numbered("机关", 1)
        + p(r("无号"), "<w:numPr><w:numId w:val='0'/></w:numPr>")
    )
    assert body_texts(body, {"word/numbering.xml": part}) == [
        "一、总体情况", "（一）主动公开", "（二）依申请公开", "1.1 2023年", "二、主动公开情况", "（一）机关", "无号"
    ]  # fmt: skip


def test_lists_of_the_same_kind_count_on_and_restart_where_told() -> None:
    part = numbering(
        "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num><w:num w:numId='2'><w:abstractNumId w:val='0'/></w:num>"
        "<w:num w:numId='3'><w:abstractNumId w:val='0'/><w:lvlOverride w:ilvl='0'>"
        "<w:startOverride w:val='6'/></w:lvlOverride></w:num>"
    )
    body = numbered("甲", 0, 1) + numbered("乙", 0, 2) + numbered("丙", 0, 3) + numbered("丁", 0, 3)
    assert body_texts(body, {"word/numbering.xml": part}) == [
        "一、甲",
        "二、乙",
        "六、丙",
        "七、丁",
    ]


def test_numbering_of_a_style() -> None:
    part = numbering("<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>")
    styles = (
        f"<w:styles {NAMESPACES}><w:style w:type='paragraph' w:styleId='H1'><w:pPr><w:numPr>"
        "<w:numId w:val='1'/></w:numPr></w:pPr></w:style>"
        "<w:style w:type='paragraph' w:styleId='H2'><w:basedOn w:val='H1'/></w:style></w:styles>"
    ).encode()
    body = p(r("总体情况"), "<w:pStyle w:val='H2'/>") + p(r("正文"))
    assert body_texts(body, {"word/numbering.xml": part, "word/styles.xml": styles}) == [
        "一、总体情况",
        "正文",
    ]


@pytest.mark.parametrize("text", ["", "5"])
def test_a_number_of_a_list_is_never_the_number_of_a_cell(text: str) -> None:
    part = numbering("<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>")
    document = read_docx(
        docx_of(table([tc("总计"), tc(numbered(text, 2))]), {"word/numbering.xml": part})
    )
    assert grids(document)[0].cells[1].doubt


# ---- hostile and broken files


def document_xml(xml: bytes) -> bytes:
    return with_parts(docx_of(""), {"word/document.xml": xml})


def wrapped(body: str, prolog: str = "") -> bytes:
    return f"{prolog}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>".encode()


LAUGHS = "<!DOCTYPE w [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12)
) + "]>"  # fmt: skip
ELSEWHERE = "<!DOCTYPE w SYSTEM 'http://127.0.0.1:9/x.dtd'>"
EXTERNAL = "<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"


def hostile() -> dict[str, tuple[Callable[[], bytes], set[str]]]:
    """By what is wrong with them: what makes them, when they are wanted, and what may be said."""
    good = write_docx(compose(blank_figures()))
    deep = "<w:sdt><w:sdtContent>" * 10_000 + p(r("1")) + "</w:sdtContent></w:sdt>" * 10_000
    nest = "<w:tbl><w:tr><w:tc>" * 10_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 10_000
    row = "<w:tr>" + "<w:tc><w:p/></w:tc>" * 100 + "</w:tr>"
    broken_rels = {
        "_rels/.rels": b"<Relationships",
        "word/_rels/document.xml.rels": b"\xff\xfe\x00",
    }
    flagged = bytearray(docx_of(p(r("1"))))
    for at in range(len(flagged) - 4):
        if flagged[at : at + 4] == b"PK\x01\x02":
            flagged[at + 8] |= 1
        elif flagged[at : at + 4] == b"PK\x03\x04":
            flagged[at + 6] |= 1
    return {
        **{f"cut at {share}%": (partial(cut, good, share), {"truncated"}) for share in (1, 10, 50, 90, 99)},
        "no document part": (lambda: with_parts(good, {"word/document.xml": None, "word/other.xml": b"<a/>"}), {"broken"}),
        "external entity": (lambda: document_xml(wrapped(p(r("&x;")), EXTERNAL)), {"broken"}),
        "external document type": (lambda: document_xml(wrapped(p(r("1")), ELSEWHERE)), {"broken"}),
        "billion laughs": (lambda: document_xml(wrapped(p(r("&a11;")), LAUGHS)), {"broken", "too_complex"}),
        "no XML": (lambda: document_xml(b"\x00\x01\x02 not XML"), {"broken"}),
        "empty part": (lambda: document_xml(b""), {"broken"}),
        "another root": (lambda: document_xml(b"<html><body>1</body></html>"), {"broken"}),
        "a part of 100 MB": (lambda: document_xml(wrapped(p(r("0" * 100_000_000)))), {"bomb"}),
        "a million cells": (lambda: docx_of("<w:tbl>" + row * 10_000 + "</w:tbl>"), {"too_complex"}),
        "nested 10,000 deep": (lambda: docx_of(deep), {"too_complex"}),
        "tables nested 10,000 deep": (lambda: docx_of(nest), {"too_complex"}),
        "relations of nothing": (lambda: with_parts(good, broken_rels), {""}),
        "password flag": (lambda: bytes(flagged), {"encrypted"}),
        "no package": (lambda: b"PK\x03\x04" + b"\0" * 500, {"truncated"}),
        "an end without a beginning": (lambda: b"PK\x05\x06" + b"\xff" * 18, {"broken", "truncated"}),
    }  # fmt: skip


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    make, codes = HOSTILE[name]
    data = make()
    begin = time.process_time()
    try:
        read_docx(data)
        code = ""
    except ReadError as error:
        code = error.code
    assert code in codes
    assert time.process_time() - begin < 5


def test_invalid_bytes_spoil_only_themselves() -> None:
    xml = wrapped(p(r("总计")) + table([tc("12"), tc("3~4")])).replace(b"~", b"\xff")
    assert [c.text for c in grids(read_docx(document_xml(xml)))[0].cells] == ["12", "3\ufffd4"]


def test_control_characters_are_not_dropped_from_numbers() -> None:
    xml = wrapped(table([tc("1&#x1F;2"), tc("3\x0b4")]))
    assert [c.text for c in grids(read_docx(document_xml(xml)))[0].cells] == [
        "1\ufffd2",
        "3\ufffd4",
    ]


def test_huge_spans_are_bounded() -> None:
    xml = table([tc("a", "<w:gridSpan w:val='999999999'/>"), tc("b", "<w:gridSpan w:val='-3'/>")])
    assert [c.colspan for c in grids(read_docx(docx_of(xml)))[0].cells] == [1, 1]


def test_tables_nested_as_deep_as_xml_may() -> None:
    xml = "<w:tbl><w:tr><w:tc>" * 80 + p(r("底")) + "</w:tc></w:tr></w:tbl>" * 80
    assert body_texts(xml) == ["底"]


@many(40, 300)
@given(st.data())
def test_changed_bytes_give_a_document_or_a_sentence(data: st.DataObject) -> None:
    good = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ReadError):
        read_docx(bytes(good))


GOOD = docx_of(
    table([tc("总计"), tc("3")]) + numbered("总体情况", 0), {"word/numbering.xml": numbering()}
)
