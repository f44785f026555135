"""Word files (docx, docm) -> Document, straight from the package: what a
reader sees with all changes accepted.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from lxml import etree

from nianbao.parser.document import Block, Cell, Document, Grid, Link, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.numbering import Numbering, Styles, W, is_on, read_styles, value, whole
from nianbao.parser.readers.package import open_package, parse_xml, parts, unpack


def read_docx(data: bytes) -> Document:
    package = open_package(data, "docx")
    members = parts(package)
    story = _Story(package, members)
    main = _main_part(story)
    content = unpack(package, members[main], MOST_XML)
    if content.count(b"<w:tc>") + content.count(b"<w:tc ") > MOST_CELLS:
        raise ReadError("too_complex", detail=f"more than {MOST_CELLS} table cells")
    root = parse_xml(_transitional(content), "docx")
    body = root.find(f"{W}body")
    if body is None:
        raise ReadError("broken", kind="docx", detail=f"no body in {main}")
    story.links_of = _targets(story, main)
    styles = _styles(story, main)
    story.styles = styles
    story.numbering = Numbering(_related(story, main, "numbering"), styles)
    if any(name.endswith("vbaproject.bin") for name in members):
        story.note("macros left out")
    try:
        blocks = _blocks(body, story, in_table=False)
    except RecursionError:
        raise ReadError("too_complex", detail="elements nested too deep") from None
    return Document(
        "docx",
        tuple(blocks),
        _properties(story),
        tuple(story.links),
        story.pictures,
        tuple(story.notes),
    )


MOST_XML = 32 * 1024 * 1024
MOST_PART = 8 * 1024 * 1024
MOST_CELLS = 200_000
MOST_SPAN = 200
LONG_CELL = 200  # characters; a cell with more is prose in a layout table

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
VML = "{urn:schemas-microsoft-com:vml}"


@dataclass(slots=True)
class _Story:
    """What is known of the whole file while its body is read."""

    package: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]
    links_of: dict[str, str] = field(default_factory=dict)
    styles: Styles = field(default_factory=Styles)
    numbering: Numbering = field(default_factory=lambda: Numbering(None, Styles()))
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: int = 0

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


# ---- blocks: paragraphs and tables


def _blocks(container: etree._Element, story: _Story, *, in_table: bool) -> list[Block]:
    blocks: list[Block] = []
    line = _Line(in_table)
    for element in _shown_children(container, story):
        if element.tag == P:
            _read_paragraph(element, line, story)
            if _goes_on(element):
                continue
            blocks.extend(_finished(line, story))
        else:
            blocks.extend(_finished(line, story))
            blocks.extend(_table(element, story))
        line = _Line(in_table)
    blocks.extend(_finished(line, story))
    return blocks


def _shown_children(container: etree._Element, story: _Story) -> Iterator[etree._Element]:
    """The paragraphs, tables, rows or cells inside of an element, whatever is
    wrapped around them.
    """
    for child in container:
        tag = child.tag
        if tag in UNITS:
            yield child
        elif tag == ALTERNATE:
            yield from _shown_children(_alternative(child), story)
        elif tag == f"{W}altChunk":
            story.note("an embedded document left out (altChunk)")
        elif tag == f"{W}subDoc":
            story.note("a linked document left out")
        elif tag not in DELETED and tag not in PROPERTIES:
            yield from _shown_children(child, story)


def _alternative(element: etree._Element) -> etree._Element:
    """One of the versions of the same content: the newest that says anything."""
    choices = [child for child in element if child.tag in (f"{MC}Choice", f"{MC}Fallback")]
    return next(
        (choice for choice in choices if len(choice)), element if not choices else choices[0]
    )


P, TABLE, ROW, CELL, RUN = (W + name for name in ("p", "tbl", "tr", "tc", "r"))
UNITS = frozenset((P, TABLE, ROW, CELL))
ALTERNATE = f"{MC}AlternateContent"
DELETED = frozenset(W + name for name in ("del", "moveFrom"))
PROPERTIES = frozenset(
    W + name
    for name in (
        "pPr",
        "rPr",
        "tblPr",
        "tblGrid",
        "trPr",
        "tcPr",
        "sectPr",
        "sdtPr",
        "sdtEndPr",
        "tblPrEx",
    )
) | {f"{W}customXmlPr", f"{W}smartTagPr"}


def _goes_on(paragraph: etree._Element) -> bool:
    """Whether the next paragraph stands on the same line."""
    return _mark_is_gone(paragraph) or is_on(paragraph.find(f"{W}pPr/{W}rPr/{W}specVanish"))


def _mark_is_gone(paragraph: etree._Element) -> bool:
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    return mark is not None and (
        mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None
    )


def _finished(line: _Line, story: _Story) -> list[Block]:
    """A gathered paragraph, line by line,
    and the text boxes that are anchored in it.
    """
    blocks: list[Block] = []
    for text in "".join(line.text).split("\n"):
        if text.strip(" \xa0\u3000"):
            blocks.append(Paragraph(text.strip(" "), doubt=line.doubt))
    for box in line.boxes:
        blocks.extend(_blocks(box, story, in_table=line.in_table))
    return blocks


@dataclass(slots=True)
class _OpenCell:
    row: int
    col: int
    colspan: int
    blocks: list[Block]
    rowspan: int = 1


def _table(table: etree._Element, story: _Story) -> list[Block]:
    cells: list[_OpenCell] = []
    above: dict[int, _OpenCell] = {}
    r = 0
    for row in _shown_children(table, story):
        if row.tag != ROW or _is_gone(row, story):
            continue
        drawn = _drawn_cells(row, story)
        if not drawn:
            continue
        for col, span, continued, elements in drawn:
            upper = above.get(col)
            blocks: list[Block] = []
            for element in elements:
                blocks += _blocks(element, story, in_table=True)
            if continued and upper and upper.colspan == span and upper.row + upper.rowspan == r:
                upper.rowspan += 1
                if blocks:
                    story.note("text that a merged cell covers left out")
                continue
            above[col] = _OpenCell(r, col, span, blocks)
            cells.append(above[col])
            if len(cells) > MOST_CELLS:
                raise ReadError("too_complex", detail=f"more than {MOST_CELLS} table cells")
        r += 1
    return _as_blocks(cells)


def _is_gone(row: etree._Element, story: _Story) -> bool:
    properties = row.find(f"{W}trPr")
    if properties is None:
        return False
    if is_on(properties.find(f"{W}hidden")):
        story.note("hidden table rows left out")
        return True
    return properties.find(f"{W}del") is not None


def _drawn_cells(
    row: etree._Element, story: _Story
) -> list[tuple[int, int, bool, list[etree._Element]]]:
    """Column, width, whether it goes on from the row above, and the elements,
    of each cell that a row draws.
    """
    drawn: list[tuple[int, int, bool, list[etree._Element]]] = []
    col = min(whole(value(row.find(f"{W}trPr"), "gridBefore")), MOST_SPAN)
    for cell in _shown_children(row, story):
        properties = cell.find(f"{W}tcPr")
        if cell.tag != CELL or (
            properties is not None and properties.find(f"{W}cellDel") is not None
        ):
            continue
        span = max(1, min(whole(value(properties, "gridSpan")), MOST_SPAN))
        if drawn and _continues(properties, "hMerge"):
            # The older way to merge across: the cells are all there, the later
            # ones are not drawn.
            first, width, continued, elements = drawn[-1]
            drawn[-1] = (first, width + span, continued, [*elements, cell])
        else:
            drawn.append((col, span, _continues(properties, "vMerge"), [cell]))
        col += span
    return drawn


def _continues(properties: etree._Element | None, merge: str) -> bool:
    if properties is None:
        return False
    found = properties.find(W + merge)
    if found is not None:
        return found.get(f"{W}val", "continue") == "continue"
    tracked = properties.find(f"{W}cellMerge") if merge == "vMerge" else None
    return tracked is not None and tracked.get(f"{W}vMerge") == "cont"


def _as_blocks(cells: list[_OpenCell]) -> list[Block]:
    """A table of data is one grid;
    a table that lays out a page is the blocks inside of it.
    """
    inside = list(chain.from_iterable(cell.blocks for cell in cells))
    if len(cells) <= 1 or any(isinstance(block, Grid) for block in inside):
        return inside
    blocks: list[Block] = []
    placed: list[Cell] = []
    offset = reach = 0
    rows: dict[int, list[_OpenCell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    for r in range(max(rows) + 1):
        row = rows.get(r, [])
        texts = [_text(cell) for cell in row]
        if reach <= r and _is_prose(row, texts):
            if placed:
                blocks.append(Grid(tuple(placed)))
            placed, offset = [], r + 1
            blocks += chain.from_iterable(cell.blocks for cell in row)
            continue
        reach = max(reach, *(cell.row + cell.rowspan for cell in row), 0)
        for cell, text in zip(row, texts, strict=True):
            doubt = "; ".join(
                dict.fromkeys(block.doubt for block in cell.blocks if isinstance(block, Paragraph))
            )
            placed.append(
                Cell(text, r - offset, cell.col, cell.rowspan, cell.colspan, doubt.strip("; "))
            )
    if placed:
        blocks.append(Grid(tuple(placed)))
    return blocks


def _text(cell: _OpenCell) -> str:
    return "\n".join(block.text for block in cell.blocks if isinstance(block, Paragraph))


def _is_prose(row: list[_OpenCell], texts: list[str]) -> bool:
    return (
        0 < len(row) <= 2
        and all(cell.rowspan == 1 for cell in row)
        and any(len(text) > LONG_CELL for text in texts)
    )


# ---- lines: what the runs of a paragraph show


@dataclass(slots=True)
class _Line:
    in_table: bool
    text: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    fields: list[bool] = field(
        default_factory=list
    )  # for each open field, whether its code is still going on
    hidden: bool = False  # by the style of the paragraph
    doubt: str = ""


def _read_paragraph(paragraph: etree._Element, line: _Line, story: _Story) -> None:
    line.hidden = story.styles.hides(value(paragraph.find(f"{W}pPr"), "pStyle"))
    # A field whose code never ends must not swallow the report: each paragraph
    # begins anew.
    line.fields.clear()
    _read_inline(paragraph, line, story)
    if line.hidden or _mark_is_gone(paragraph):
        return
    if label := story.numbering.label(paragraph):
        text = "".join(line.text).lstrip(" \t\xa0\u3000")
        if line.in_table and (not text or text[0].isdigit()):
            line.doubt = "automatic numbering beside a number"
        close = not (label[-1].isalnum() and label[-1].isascii()) and not (
            label[-1] in ".．" and text[:1].isdigit()
        )
        line.text.insert(0, label if close or not text else label + " ")


def _read_inline(element: etree._Element, line: _Line, story: _Story) -> None:
    for child in element:
        tag = child.tag
        if tag == RUN:
            _read_run(child, line, story)
        elif tag == f"{W}hyperlink":
            begin = len(line.text)
            _read_inline(child, line, story)
            if target := story.links_of.get(child.get(f"{R}id", "")):
                story.links.append(Link("".join(line.text[begin:]).strip(), target))
        elif tag == ALTERNATE:
            _read_inline(_alternative(child), line, story)
        elif tag in (f"{MATH}oMath", f"{MATH}oMathPara"):
            line.text.append(_math(child))
        elif tag not in DELETED and tag not in PROPERTIES and isinstance(tag, str):
            _read_inline(child, line, story)


def _read_run(run: etree._Element, line: _Line, story: _Story) -> None:
    properties = run.find(f"{W}rPr")
    if _is_hidden(properties, line, story):
        return
    if properties is not None:
        if is_on(properties.find(f"{W}strike")) or is_on(properties.find(f"{W}dstrike")):
            story.note("struck out text left out")
            return
        if line.in_table and value(properties, "vertAlign") in ("superscript", "subscript"):
            # a footnote mark must not become a digit of its number
            line.text.append("^")
    _read_run_content(run, line, story)


def _is_hidden(properties: etree._Element | None, line: _Line, story: _Story) -> bool:
    own = properties.find(f"{W}vanish") if properties is not None else None
    if own is not None:
        return is_on(own)
    return line.hidden or story.styles.hides(value(properties, "rStyle"))


def _read_run_content(run: etree._Element, line: _Line, story: _Story) -> None:
    for child in run:
        tag = child.tag
        if tag == f"{W}fldChar":
            _mind_field(child.get(f"{W}fldCharType", ""), line)
        elif True in line.fields:
            continue
        elif tag == f"{W}t":
            line.text.append(_plain(child))
        elif tag in MARKS:
            line.text.append(MARKS[tag])
        elif tag == f"{W}sym":
            line.text.append(_symbol(child))
        elif tag in GRAPHICS:
            _read_graphic(child, line, story)
        elif tag == ALTERNATE:
            _read_run_content(_alternative(child), line, story)
        elif tag == f"{W}ruby":
            for base in child.iterfind(f"{W}rubyBase"):
                _read_inline(base, line, story)


def _mind_field(kind: str, line: _Line) -> None:
    if kind == "begin":
        line.fields.append(True)
    elif line.fields and kind == "separate":
        line.fields[-1] = False
    elif line.fields and kind == "end":
        line.fields.pop()


def _plain(element: etree._Element) -> str:
    text = (
        "".join(map(str, element.itertext()))
        .replace("\r\n", " ")
        .replace("\n", " ")
        .replace("\r", " ")
    )
    if element.get(PRESERVE) == "preserve":
        return text
    return text.strip(" \t")


def _symbol(element: etree._Element) -> str:
    code = element.get(f"{W}char", "")
    if not re.fullmatch("[0-9A-Fa-f]{1,4}", code):
        return "\ufffd"
    number = int(code, 16)
    if (
        element.get(f"{W}font", "").lower() == "symbol"
        and 0xF020 <= number <= 0xF07E
        and chr(number - 0xF000) in ASCII
    ):
        return chr(number - 0xF000)
    if number >= 32 and not 0xD800 <= number <= 0xDFFF:
        return chr(number)
    return "\ufffd"


def _math(element: etree._Element) -> str:
    """An equation that is no more than a line of text; fractions and powers
    must not become other numbers.
    """
    texts = ["".join(map(str, text.itertext())) for text in element.iter(f"{MATH}t")]
    built = any(child.tag in BUILT for child in element.iter())
    if built:
        return "\ufffd".join(["", *texts, ""])
    return "".join(texts)


PRESERVE = "{http://www.w3.org/XML/1998/namespace}space"
MARKS = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
GRAPHICS = frozenset(W + name for name in ("drawing", "pict", "object"))
ASCII = frozenset("0123456789 .,+-()/=%<>")
BUILT = frozenset(
    MATH + name
    for name in (
        "f",
        "sSup",
        "sSub",
        "sSubSup",
        "sPre",
        "rad",
        "nary",
        "m",
        "eqArr",
        "limLow",
        "limUpp",
        "bar",
    )
)


def _read_graphic(graphic: etree._Element, line: _Line, story: _Story) -> None:
    """Count the pictures and take the text boxes out of a drawing."""
    embedded = graphic.tag == f"{W}object"
    if embedded:
        story.note("an embedded object left out")
    waiting = [graphic]
    while waiting:
        element = waiting.pop()
        tag = element.tag
        if tag == f"{W}txbxContent":
            line.boxes.append(element)
        elif tag in (f"{DRAWING}blip", f"{VML}imagedata"):
            story.pictures += not embedded
        elif tag in (f"{CHART}chart", f"{DIAGRAM}relIds"):
            story.note("a chart or diagram left out")
        elif tag == ALTERNATE:
            waiting.extend(reversed(_alternative(element)))
        else:
            waiting.extend(reversed(element))


# ---- the other parts of the package


def _main_part(story: _Story) -> str:
    rels = _optional(story, "_rels/.rels")
    for relation in rels if rels is not None else ():
        if str(relation.get("Type", "")).endswith("/officeDocument"):
            target = relation.get("Target", "").lstrip("/").lower()
            if target in story.members:
                return target
    if "word/document.xml" in story.members:
        return "word/document.xml"
    raise ReadError("broken", kind="docx", detail="word/document.xml is missing")


def _relations(story: _Story, part: str) -> Iterator[etree._Element]:
    folder, name = posixpath.split(part)
    rels = _optional(story, f"{folder}/_rels/{name}.rels")
    if rels is not None:
        yield from (relation for relation in rels if isinstance(relation.tag, str))


def _targets(story: _Story, part: str) -> dict[str, str]:
    return {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in _relations(story, part)
        if relation.get("TargetMode") == "External"
        and relation.get("Type", "").endswith("/hyperlink")
    }


def _styles(story: _Story, part: str) -> Styles:
    root = _related(story, part, "styles")
    if root is not None:
        return read_styles(root)
    return Styles()


def _related(story: _Story, part: str, kind: str) -> etree._Element | None:
    folder = posixpath.dirname(part)
    for relation in _relations(story, part):
        if (
            relation.get("Type", "").endswith(f"/{kind}")
            and relation.get("TargetMode") != "External"
        ):
            target = relation.get("Target", "").lower()
            found = _optional(
                story, posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            )
            if found is not None:
                return found
    return _optional(story, f"{folder}/{kind}.xml")


def _optional(story: _Story, name: str) -> etree._Element | None:
    """A part that a file can do without: a damaged one is noted, and the text
    is read all the same.
    """
    entry = story.members.get(name)
    if entry is None:
        return None
    try:
        return parse_xml(_transitional(unpack(story.package, entry, MOST_PART)), "docx")
    except ReadError as error:
        if error.code in ("bomb", "encrypted"):
            raise
        story.note(f"{name} could not be read")
        return None


def _properties(story: _Story) -> dict[str, str]:
    root = _optional(story, "docprops/core.xml")
    if root is None:
        return {}
    found = {}
    for element in root.iterchildren(tag=etree.Element):
        name = etree.QName(element).localname
        text = (element.text or "").strip()
        if name in ("title", "created", "modified") and text:
            found[f"docx.{name}"] = text
    return found


def _transitional(content: bytes) -> bytes:
    """The strict variant of the format differs in the names of its namespaces."""
    if b"http://purl.oclc.org/ooxml/" not in content:
        return content
    for strict, usual in STRICT:
        content = content.replace(strict, usual)
    return content


STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/",
        b"http://schemas.openxmlformats.org/drawingml/2006/",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/",
        b"http://schemas.openxmlformats.org/officeDocument/2006/",
    ),
)
