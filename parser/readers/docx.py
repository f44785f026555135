"""Word files (docx, docm) -> Document, straight from the package: what a
reader sees with all changes accepted.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from lxml import etree

from nianbao.parser.document import Block, Cell, Document, Grid, Link, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.numbering import Numbering, Styles, W, is_on, read_styles, value, whole
from nianbao.parser.readers.package import open_package, parse_xml, parts, unpack
from nianbao.parser.readers.word_looks import Inked, Looks, Said, beside, fill_of, inked, said
from nianbao.parser.seen import Run, Seen, seen


def read_docx(data: bytes, *, within: bool = False) -> Document:
    package = open_package(data, "docx")
    members = parts(package)
    story = _Story(package, members, within=within)
    main = _main_part(story)
    content = unpack(package, members[main], MOST_XML)
    if content.count(b"<w:tc>") + content.count(b"<w:tc ") > MOST_CELLS:
        raise ReadError("too_complex", detail=f"more than {MOST_CELLS} table cells")
    root = parse_xml(_transitional(content), "docx")
    body = root.find(f"{W}body")
    if body is None:
        raise ReadError("broken", kind="docx", detail=f"no body in {main}")
    story.links_of = _targets(story, main)
    story.parts_of = {
        relation.get("Id", ""): _target_part(main, relation.get("Target", ""))
        for relation in _relations(story, main)
    }
    styles = _styles(story, main)
    story.styles = styles
    story.numbering = Numbering(_related(story, main, "numbering"), styles)
    if any(name.endswith("vbaproject.bin") for name in members):
        story.note("macros left out")
    try:
        told = _blocks(body, story, _Place())
        blocks = [*_all_as_paragraphs(told), *_of_page_margins(story, main)]
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
    parts_of: dict[str, str] = field(default_factory=dict)
    within: bool = False  # another document
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: int = 0
    pictures_read: int = 0

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


# ---- blocks: paragraphs and tables


class _Words(NamedTuple):
    """A line of text before it is told what can be seen of it."""

    runs: tuple[Inked, ...]
    doubt: str = ""


Told = _Words | Grid | Paragraph


class _Place(NamedTuple):
    """Where a paragraph stands, and what that says of its looks."""

    in_table: bool = False
    table_style: Said = MappingProxyType({})
    fill: str = ""
    fill_unknown: bool = False


def _blocks(container: etree._Element, story: _Story, place: _Place) -> list[Told]:
    blocks: list[Told] = []
    line = _Line(place)
    for element in _shown_children(container, story):
        if element.tag == P:
            _read_paragraph(element, line, story)
            if _goes_on(element):
                continue
            blocks.extend(_finished(line, story))
        else:
            blocks.extend(_finished(line, story))
            if element.tag == TABLE:
                blocks.extend(_table(element, story))
            else:
                blocks.extend(_embedded(element, story))
        line = _Line(place)
    blocks.extend(_finished(line, story))
    return blocks


def _all_as_paragraphs(told: Iterable[Told]) -> Iterator[Block]:
    for block in told:
        if isinstance(block, _Words):
            yield from _paragraph(block)
        else:
            yield block


def _paragraph(words: _Words) -> Iterator[Paragraph]:
    """Fields that tabs part are told like cells."""
    fields = [seen(beside(runs)) for runs in _parted(words.runs, "\t")]
    texts = [_marked(field) for field in fields]
    if any(text.strip(BLANKS) for text in texts):
        yield Paragraph("\t".join(texts).strip(" "), doubt=words.doubt)


def _marked(field: Seen) -> str:
    """In running text a number has no place for a doubt but itself."""
    if not field.doubt:
        return field.text
    return f"{field.text}\ufffd" if NO_WORDS.fullmatch(field.text) else ""


BLANKS = " \xa0\u3000"
NO_WORDS = pattern_of(r"[\W\d_]{1,20}[件条项元]?")


def _parted(runs: Iterable[Inked], mark: str) -> list[list[Inked]]:
    parts: list[list[Inked]] = [[]]
    for run in runs:
        first, *rest = run.run.text.split(mark)
        parts[-1].append(run._replace(run=run.run._replace(text=first)))
        parts += [[run._replace(run=run.run._replace(text=text))] for text in rest]
    return parts


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
        elif tag == CHUNK:
            yield child
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
CHUNK = f"{W}altChunk"
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


def _finished(line: _Line, story: _Story) -> list[Told]:
    """A gathered paragraph, line by line,
    and the text boxes that are anchored in it.
    """
    shown = [run for run in line.runs if run.run.look != "hidden"]
    blocks: list[Told] = []
    for runs in _parted(shown, "\n"):
        if any(run.run.text.strip(BLANKS) for run in runs):
            blocks.append(_Words(tuple(runs), line.doubt))
    blocks += [Paragraph("", doubt=why) for why in line.holes]
    for name in line.pictures:
        blocks.extend(_tables_in_picture(name, line, story))
    for box, floats in line.boxes:
        inner = _blocks(box, story, line.place)
        blocks.extend(map(_floated, inner) if floats and line.in_table else inner)
    return blocks


def _floated(block: Told) -> Told:
    """A number that floats over the page is anchored in a cell, and may stand elsewhere."""
    if not isinstance(block, _Words):
        return block
    if not NO_WORDS.fullmatch("".join(run.run.text for run in block.runs)):
        return block
    runs = (
        run._replace(run=run.run._replace(look="odd")) if run.run.look == "shown" else run
        for run in block.runs
    )
    return block._replace(runs=tuple(runs))


@dataclass(slots=True)
class _OpenCell:
    row: int
    col: int
    colspan: int
    blocks: list[Told]
    rowspan: int = 1
    doubt: str = ""


def _table(table: etree._Element, story: _Story) -> list[Told]:
    cells: list[_OpenCell] = []
    above: dict[int, _OpenCell] = {}
    place = _place_of(table, story)
    r = 0
    for row in _shown_children(table, story):
        if row.tag != ROW or _is_gone(row, story):
            continue
        drawn = _drawn_cells(row, story)
        if not drawn:
            continue
        doubt = LOW if _height(row) < LOWEST_ROW else ""
        for col, span, continued, elements in drawn:
            upper = above.get(col)
            blocks: list[Told] = []
            for element in elements:
                blocks += _blocks(element, story, _in_cell(place, element))
            if continued and upper and upper.colspan == span and upper.row + upper.rowspan == r:
                upper.rowspan += 1
                if blocks:
                    story.note("text that a merged cell covers left out")
                continue
            above[col] = _OpenCell(r, col, span, blocks, doubt=doubt if blocks else "")
            cells.append(above[col])
            if len(cells) > MOST_CELLS:
                raise ReadError("too_complex", detail=f"more than {MOST_CELLS} table cells")
        r += 1
    return _as_blocks(cells)


LOW = "its row is too low to show it"
UNSEEN_ROW, LOWEST_ROW = 40, 120  # twentieths of a point
TALL = 100_000


def _height(row: etree._Element) -> int:
    """Of a row that does not grow with its text."""
    height = row.find(f"{W}trPr/{W}trHeight")
    if height is None or height.get(f"{W}hRule") != "exact":
        return TALL
    return whole(height.get(f"{W}val"))


def _place_of(table: etree._Element, story: _Story) -> _Place:
    properties = table.find(f"{W}tblPr")
    name = value(properties, "tblStyle") or story.styles.usual_of("table")
    fill = fill_of(properties) or ""
    return _Place(
        True, story.styles.said(name), fill, not fill and story.styles.colours_cells(name)
    )


def _in_cell(place: _Place, cell: etree._Element) -> _Place:
    fill = fill_of(cell.find(f"{W}tcPr"))
    return place if fill is None else place._replace(fill=fill)


def _is_gone(row: etree._Element, story: _Story) -> bool:
    properties = row.find(f"{W}trPr")
    if properties is None:
        return False
    if is_on(properties.find(f"{W}hidden")) or _height(row) < UNSEEN_ROW:
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


def _as_blocks(cells: list[_OpenCell]) -> list[Told]:
    """A table of data is one grid;
    a table that lays out a page is the blocks inside of it.
    """
    inside = list(chain.from_iterable(cell.blocks for cell in cells))
    if len(cells) <= 1 or (_has_tables(cells) and not _holds_data(cells)):
        return inside
    blocks: list[Told] = []
    placed: list[Cell] = []
    offset = reach = 0
    rows: dict[int, list[_OpenCell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    for r in range(max(rows) + 1):
        row = rows.get(r, [])
        told = [_seen_in(cell) for cell in row]
        if reach <= r and _is_prose(row, [text for text, _ in told]):
            if placed:
                blocks.append(Grid(tuple(placed)))
            placed, offset = [], r + 1
            blocks += chain.from_iterable(cell.blocks for cell in row)
            continue
        reach = max(reach, *(cell.row + cell.rowspan for cell in row), 0)
        for cell, (text, doubt) in zip(row, told, strict=True):
            placed.append(Cell(text, r - offset, cell.col, cell.rowspan, cell.colspan, doubt))
    if placed:
        blocks.append(Grid(tuple(placed)))
    return blocks


def _has_tables(cells: list[_OpenCell]) -> bool:
    return any(isinstance(block, Grid) for cell in cells for block in cell.blocks)


def _holds_data(cells: list[_OpenCell]) -> bool:
    """Many cells with words of their own, and few that hold a small table."""
    holders = [cell for cell in cells if any(isinstance(block, Grid) for block in cell.blocks)]
    within = chain.from_iterable(cell.blocks for cell in holders)
    inner = sum(len(block.cells) for block in within if isinstance(block, Grid))
    return len(cells) - len(holders) > max(FEW_CELLS, 3 * inner)


FEW_CELLS = 8


def _seen_in(cell: _OpenCell) -> tuple[str, str]:
    """The text of a cell, and why it may not be what a person reads there."""
    runs: list[Inked] = []
    doubts = [cell.doubt]
    for block in cell.blocks:
        runs.append(LINE_END)
        if isinstance(block, _Words):
            runs += block.runs
            doubts.append(block.doubt)
        elif isinstance(block, Grid):
            filled = [inner for inner in block.cells if inner.text.strip() or inner.doubt]
            runs += [inked(f"{inner.text}\n", {}, Looks()) for inner in filled]
            doubts += [inner.doubt for inner in filled]
            doubts.append("a table within the cell" if len(filled) > 1 else "")
        else:
            doubts.append(block.doubt)
    told = seen(beside(runs))
    lines = (line.strip(" ") for line in told.text.split("\n") if line.strip(BLANKS))
    return "\n".join(lines), "; ".join(filter(None, dict.fromkeys([*doubts, told.doubt])))


LINE_END = Inked(Run("\n"), 0, 0)


def _is_prose(row: list[_OpenCell], texts: list[str]) -> bool:
    return (
        0 < len(row) <= 2
        and all(cell.rowspan == 1 for cell in row)
        and any(len(text) > LONG_CELL for text in texts)
    )


# ---- lines: what the runs of a paragraph show


@dataclass(slots=True)
class _Field:
    code: str = ""
    in_code: bool = True
    choice: str = ""  # of a list


@dataclass(slots=True)
class _Line:
    place: _Place
    runs: list[Inked] = field(default_factory=list)
    boxes: list[tuple[etree._Element, bool]] = field(default_factory=list)  # and whether it floats
    fields: list[_Field] = field(default_factory=list)  # those that are open
    paragraph: Said = field(default_factory=dict)  # what the style of the paragraph says
    fill: str = ""
    reversed: bool = False  # written from right to left, whatever it is
    doubt: str = ""
    holes: list[str] = field(default_factory=list)  # why something in it is not read
    pictures: list[str] = field(default_factory=list)

    def add(self, text: str, own: Said, looks: Looks) -> None:
        told = inked(text, own, looks)
        if self.reversed and told.run.look == "shown":
            told = told._replace(run=told.run._replace(look="odd"))
        self.runs.append(told)

    @property
    def in_table(self) -> bool:
        return self.place.in_table

    @property
    def text(self) -> str:
        return "".join(run.run.text for run in self.runs if run.run.look in ("shown", "odd"))


def _read_paragraph(paragraph: etree._Element, line: _Line, story: _Story) -> None:
    properties = paragraph.find(f"{W}pPr")
    line.paragraph = story.styles.said(
        value(properties, "pStyle") or story.styles.usual_of("paragraph")
    )
    line.fill = fill_of(properties) or ""
    # A field whose code never ends must not swallow the report: each paragraph
    # begins anew.
    line.fields.clear()
    _read_inline(paragraph, line, story)
    mark = inked("x", {}, _looks(line, story, {}))
    if mark.run.look == "hidden" or _mark_is_gone(paragraph):
        return
    if label := story.numbering.label(paragraph):
        text = line.text.lstrip(" \t\xa0\u3000")
        if line.in_table and (not text or text[0].isdigit()):
            line.doubt = "automatic numbering beside a number"
        close = not (label[-1].isalnum() and label[-1].isascii()) and not (
            label[-1] in ".．" and text[:1].isdigit()
        )
        line.runs.insert(0, mark._replace(run=Run(label if close or not text else label + " ")))


def _looks(line: _Line, story: _Story, character: Said) -> Looks:
    place = line.place
    layers = (character, line.paragraph, place.table_style)
    return Looks(layers, story.styles.defaults, line.fill or place.fill, place.fill_unknown)


def _read_inline(element: etree._Element, line: _Line, story: _Story) -> None:
    for child in element:
        tag = child.tag
        if tag == RUN:
            _read_run(child, line, story)
        elif tag == f"{W}hyperlink":
            begin = len(line.runs)
            _read_inline(child, line, story)
            if target := story.links_of.get(child.get(f"{R}id", "")):
                text = "".join(run.run.text for run in line.runs[begin:])
                story.links.append(Link(text.strip(), target))
        elif tag == ALTERNATE:
            _read_inline(_alternative(child), line, story)
        elif tag in (f"{MATH}oMath", f"{MATH}oMathPara"):
            line.add(_math(child), {}, Looks())
        elif tag in TURNED and child.get(f"{W}val") == "rtl":
            line.reversed = True
            _read_inline(child, line, story)
            line.reversed = False
        elif tag not in DELETED and tag not in PROPERTIES and isinstance(tag, str):
            _read_inline(child, line, story)


TURNED = frozenset((f"{W}bdo", f"{W}dir"))


def _read_run(run: etree._Element, line: _Line, story: _Story) -> None:
    properties = run.find(f"{W}rPr")
    looks = _looks(line, story, story.styles.said(value(properties, "rStyle")))
    _read_run_content(run, line, story, said(properties), looks)


def _read_run_content(
    run: etree._Element, line: _Line, story: _Story, own: Said, looks: Looks
) -> None:
    for child in run:
        tag = child.tag
        if tag == f"{W}fldChar":
            if text := _mind_field(child, line):
                line.add(text, own, looks)
        elif tag == f"{W}instrText" and line.fields:
            line.fields[-1].code += child.text or ""
        elif any(open_field.in_code for open_field in line.fields):
            continue
        elif tag == f"{W}t":
            line.add(_plain(child), own, looks)
        elif tag in MARKS:
            line.add(MARKS[tag], own, looks)
        elif tag == f"{W}sym":
            line.add(_symbol(child), own, looks)
        elif tag in NOTE_MARKS and line.in_table:
            # Its number stands in no run; where it is not raised it looks like a digit of the text.
            line.add("^", own, looks)
        elif tag in GRAPHICS:
            _read_graphic(child, line, story)
        elif tag == ALTERNATE:
            _read_run_content(_alternative(child), line, story, own, looks)
        elif tag == f"{W}ruby":
            for base in child.iterfind(f"{W}rubyBase"):
                _read_inline(base, line, story)


NOTE_MARKS = frozenset((f"{W}footnoteReference", f"{W}endnoteReference"))


def _mind_field(mark: etree._Element, line: _Line) -> str:
    """What is shown where a field ends that holds no result of its own."""
    kind = mark.get(f"{W}fldCharType", "")
    if kind == "begin":
        line.fields.append(_Field(choice=_chosen(mark)))
    elif line.fields and kind == "separate":
        line.fields[-1].in_code = False
    elif line.fields and kind == "end":
        done = line.fields.pop()
        if any(outer.in_code for outer in line.fields):
            return ""
        if DRAWN_FIELD.match(done.code):
            return "\ufffd"
        if done.in_code and (done.choice or (line.in_table and SHOWN_FIELD.match(done.code))):
            return done.choice or "\ufffd"
    return ""


DRAWN_FIELD = pattern_of(r"\s*EQ\b", re.I)  # its code is its picture
# Word works these out when it shows them
SHOWN_FIELD = pattern_of(
    r"\s*(?:PAGE|NUMPAGES|SECTION|SECTIONPAGES|SEQ|DATE|TIME|FORMCHECKBOX|FORMDROPDOWN|AUTONUM\w*"
    r"|LISTNUM|SYMBOL|QUOTE|REF|PAGEREF|DOCPROPERTY|DOCVARIABLE|MERGEFIELD|=)(?:\s|$|[A-Z(\d])",
    re.I,
)


def _chosen(mark: etree._Element) -> str:
    """The line that is chosen in a list of lines."""
    lines = mark.find(f"{W}ffData/{W}ddList")
    if lines is None:
        return ""
    entries = [entry.get(f"{W}val", "") for entry in lines.iterfind(f"{W}listEntry")]
    chosen = whole(value(lines, "result") or value(lines, "default"))
    return entries[chosen] if chosen < len(entries) else "\ufffd"


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
        line.holes.append("an embedded object that is not read")
    if any(drawn.get("hidden") in ("1", "true") for drawn in graphic.iter("{*}docPr")):
        return
    waiting = [graphic]
    while waiting:
        element = waiting.pop()
        tag = element.tag
        if tag == f"{W}txbxContent":
            line.boxes.append((element, _floats(graphic)))
        elif tag in (f"{DRAWING}blip", f"{VML}imagedata"):
            story.pictures += not embedded
            if not (line.in_table and _floats(graphic)):
                line.pictures.append(element.get(f"{R}embed", "") or element.get(f"{R}id", ""))
        elif tag in (f"{CHART}chart", f"{DIAGRAM}relIds"):
            story.note("a chart or diagram left out")
            line.holes.append("a chart or diagram that is not read")
        elif tag == ALTERNATE:
            waiting.extend(reversed(_alternative(element)))
        else:
            waiting.extend(reversed(element))


def _floats(graphic: etree._Element) -> bool:
    """Laid over the page, as a seal is."""
    if any(True for _ in graphic.iter("{*}anchor")):
        return True
    return any("absolute" in shape.get("style", "") for shape in graphic.iter(f"{VML}shape"))


# ---- what is written elsewhere and shown here


def _embedded(element: etree._Element, story: _Story) -> list[Told]:
    """Another document that Word shows in this place."""
    found = story.parts_of.get(element.get(f"{R}id", ""), "")
    entry = story.members.get(found)
    if entry is None:
        story.note("an embedded document left out (altChunk)")
        return [Paragraph("", doubt="an embedded document that is not in the file")]
    data = unpack(story.package, entry, MOST_PART)
    try:
        return list(_document_of(data, story).blocks)
    except ReadError as error:
        story.note("an embedded document left out (altChunk)")
        return [Paragraph("", doubt=f"an embedded document that is not read: {error.code}")]


def _document_of(data: bytes, story: _Story) -> Document:
    from nianbao.parser.readers.html import read_html
    from nianbao.parser.sniff import sniff

    kind = sniff(data)
    if kind == "html":
        return read_html(data)
    if kind == "docx" and not story.within:
        return read_docx(data, within=True)
    raise ReadError("unsupported", detail=kind)


def _tables_in_picture(name: str, line: _Line, story: _Story) -> list[Told]:
    """A table that was pasted as a picture; what else is in a picture is not read."""
    from nianbao.parser.readers.page.blocks import blocks_of
    from nianbao.parser.readers.scan import holds_table, look_at, opened, usual_dpi

    hole: list[Told] = [Paragraph("", doubt=PICTURE)]
    entry = story.members.get(story.parts_of.get(name, ""))
    story.pictures_read += 1
    if entry is None or line.in_table or story.pictures_read > MOST_PICTURES:
        return hole
    try:
        picture = opened(unpack(story.package, entry, MOST_PART))
        if not holds_table(picture):
            return hole
        page = look_at(picture, 0, dpi=usual_dpi(picture))
        grids = [block for block in blocks_of([page]) if isinstance(block, Grid)]
    except ReadError:
        return hole
    return [*grids] or hole


PICTURE = "a picture that is not read"
MOST_PICTURES = 12


def _of_page_margins(story: _Story, main: str) -> Iterator[Block]:
    """Tables in the heads, feet and notes of pages are printed, but where they belong can't be
    told; what stands above such a table may say of which year it is.
    """
    for kind in ("header", "footer", "footnotes", "endnotes"):
        for root in _all_related(story, main, kind):
            blocks = list(_all_as_paragraphs(_blocks(root, story, _Place())))
            if any(_has_digits(block) for block in blocks if isinstance(block, Grid)):
                yield from map(_doubted, blocks)


def _has_digits(grid: Grid) -> bool:
    return any(DIGIT.search(cell.text) for cell in grid.cells)


def _doubted(block: Block) -> Block:
    if isinstance(block, Paragraph):
        return block
    return Grid(tuple(cell._replace(doubt=MARGIN) for cell in block.cells))


DIGIT = pattern_of(r"\d")
MARGIN = "it stands in the head, the foot or a note of the page"


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
    usual = _optional(story, f"{posixpath.dirname(part)}/{kind}.xml")
    return next(_all_related(story, part, kind), usual)


def _all_related(story: _Story, part: str, kind: str) -> Iterator[etree._Element]:
    for relation in _relations(story, part):
        if (
            relation.get("Type", "").endswith(f"/{kind}")
            and relation.get("TargetMode") != "External"
        ):
            found = _optional(story, _target_part(part, relation.get("Target", "")))
            if found is not None:
                yield found


def _target_part(part: str, target: str) -> str:
    folder = posixpath.dirname(part)
    return posixpath.normpath(posixpath.join("/" + folder, target.lower())).lstrip("/")


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
