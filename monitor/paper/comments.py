"""Word comments in the writer's own file, each beside what it is about."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import NamedTuple
from zipfile import BadZipFile

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import OpcError
from docx.oxml.parser import parse_xml
from docx.oxml.text.paragraph import CT_P
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree

from nianbao.monitor.paper.cells import writable
from nianbao.parser.document import Document, Grid
from nianbao.parser.fill import Value

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = {"w": W}
AUTHOR = "nianbao 年报"
INITIALS = "年报"


class Comment(NamedTuple):
    text: str
    cell: str = ""  # the key of the cell it is about
    quote: str = ""  # or a passage of the text


class CommentError(Exception):
    """The file can't be given comments: it is no docx, or none that can be
    written again."""


# What python-docx says of templates, documents with macros, strict ones, and
# broken packages.
NOT_OPENED = (OpcError, KeyError, ValueError, BadZipFile, etree.XMLSyntaxError)


def commented(
    data: bytes, document: Document, cells: Mapping[str, Value], comments: Sequence[Comment]
) -> bytes:
    """The same docx with the comments in it. What can't be placed stands
    beside the title."""
    try:
        written = docx.Document(io.BytesIO(data))
        _take_out(written)
    except NOT_OPENED as error:
        raise CommentError(str(error)) from None
    placer = _Placer(written.element, document, cells)
    for comment in comments:
        paragraph = placer.place(comment)
        if paragraph is not None:
            _attach(written, Paragraph(paragraph, written), comment)
    target = io.BytesIO()
    written.save(target)
    return target.getvalue()


REPLIES = "commentsExtended+xml"  # the part that says which comment answers which
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"


def _take_out(written: WordDocument) -> None:
    """Our own comments of an earlier time: they tell what was wrong then. Others' stay."""
    ours = [each._comment_elm for each in written.comments if each.author == AUTHOR]
    numbers = {str(comment.id) for comment in ours}
    named = [p.get(f"{{{W14}}}paraId") for comment in ours for p in comment.iter(f"{{{W}}}p")]
    for tag in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        for mark in list(written.element.iter(f"{{{W}}}{tag}")):
            if mark.get(f"{{{W}}}id") in numbers:
                _drop(mark)
    for comment in ours:
        _drop(comment)
    for part in written.part.package.iter_parts():
        if ours and part.content_type.endswith(REPLIES):
            part._blob = _unanswered(part.blob, {name for name in named if name})


def _drop(mark: etree._Element) -> None:
    """A mark of a comment, with the run that holds nothing else."""
    run = mark.getparent()
    if run is None:
        return
    run.remove(mark)
    above = run.getparent()
    if run.tag == f"{{{W}}}r" and above is not None and {each.tag for each in run} <= {RUN_LOOKS}:
        above.remove(run)


RUN_LOOKS = f"{{{W}}}rPr"


def _unanswered(blob: bytes, gone: Collection[str]) -> bytes:
    """Without the comments that are gone; an answer to one of them stands by itself."""
    root = parse_xml(blob)
    for each in list(root):
        if each.get(f"{{{W15}}}paraId") in gone:
            root.remove(each)
        elif each.get(f"{{{W15}}}paraIdParent") in gone:
            del each.attrib[f"{{{W15}}}paraIdParent"]
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _attach(written: WordDocument, paragraph: Paragraph, comment: Comment) -> None:
    # An empty cell has no run, nor has a paragraph that is all one link.
    runs = paragraph.runs or [paragraph.add_run()]
    sentence = "" if comment.cell else _sentence_of(paragraph, comment.quote)
    text = comment.text
    if sentence:
        runs = _runs_of(paragraph, sentence) or runs
        text = f"{text}\n“{sentence.strip()}”"
    added = written.add_comment(runs, writable(text), AUTHOR, INITIALS)
    # No hour: Word shows it as if it were local, and the same file shall come
    # out the next time.
    added._comment_elm.date = None


SENTENCES = re.compile("(?<=[。；！？])")


def _sentence_of(paragraph: Paragraph, quote: str) -> str:
    """The sentence that a quote is from: the one that has the most of it."""
    text = "".join(run.text for run in paragraph.runs)
    wanted = re.sub(r"\s", "", quote)
    middle = wanted[max(len(wanted) // 2 - 6, 0) : len(wanted) // 2 + 6]
    for part in SENTENCES.split(text):
        bare = re.sub(r"\s", "", part)
        if bare and ((middle and middle in bare) or bare in wanted):
            return part
    return ""


def _runs_of(paragraph: Paragraph, sentence: str) -> list[Run]:
    """The runs that make a sentence; those that hold more are cut at its ends, looks and all."""
    text = "".join(run.text for run in paragraph.runs)
    begin = text.find(sentence)
    for at in (begin, begin + len(sentence)):
        _cut(paragraph, at)
    found, passed = [], 0
    for run in paragraph.runs:
        if begin <= passed < begin + len(sentence) and run.text:
            found.append(run)
        passed += len(run.text)
    return found


def _cut(paragraph: Paragraph, at: int) -> None:
    """Make two runs of the one that goes on over a place. One that holds more than text stays."""
    passed = 0
    for run in paragraph.runs:
        inside = at - passed
        passed += len(run.text)
        if not 0 < inside < len(run.text):
            continue
        if {child.tag for child in run._r} <= {f"{{{W}}}rPr", f"{{{W}}}t"}:
            behind = deepcopy(run._r)
            run._r.addnext(behind)
            whole = run.text
            run.text, Run(behind, paragraph).text = whole[:inside], whole[inside:]
        return


class _Placer:
    """Finds the paragraph that a comment is about."""

    def __init__(
        self, root: etree._Element, document: Document, cells: Mapping[str, Value]
    ) -> None:
        self.cells = cells
        self.paragraphs = [p for p in root.iter(f"{{{W}}}p") if isinstance(p, CT_P)]
        tables = [_places(table) for table in root.iter(f"{{{W}}}tbl")]
        grids = [block for block in document.blocks if isinstance(block, Grid)]
        self.grids = {number: _match(grid, tables) for number, grid in enumerate(grids, 1)}

    def place(self, comment: Comment) -> CT_P | None:
        paragraph = self._in_cell(comment.cell)
        if paragraph is None:  # and not `or`: an empty paragraph is false
            paragraph = self._at_quote(comment.quote)
        if paragraph is None:
            paragraph = self._title()
        return paragraph

    def _in_cell(self, key: str) -> CT_P | None:
        value = self.cells.get(key)
        if value is None:
            return None
        at = value.where.row - 1, value.where.column - 1
        cell = self.grids.get(value.where.table, {}).get(at)
        if cell is None:
            return None
        paragraph = next(cell.iter(f"{{{W}}}p"), None)
        return paragraph if isinstance(paragraph, CT_P) else None

    def _at_quote(self, quote: str) -> CT_P | None:
        bare = re.sub(r"\s", "", quote)
        middle = len(bare) // 2
        wanted = bare[max(middle - 8, 0) : middle + 8]
        if not wanted:
            return None
        holding = (p for p in self.paragraphs if wanted in re.sub(r"\s", "", _text(p)))
        return next(holding, None)

    def _title(self) -> CT_P | None:
        return next((p for p in self.paragraphs if _text(p).strip()), None)


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext(f"{{{W}}}t"))


Places = dict[tuple[int, int], etree._Element]


def _places(table: etree._Element) -> Places:
    """Each cell by the row and grid column that it begins in,
    but what a merge continues."""
    places: Places = {}
    for r, row in enumerate(table.iterfind("w:tr", NS)):
        c = _number(row.find("w:trPr/w:gridBefore", NS), 0)
        for cell in row.iterfind("w:tc", NS):
            merge = cell.find("w:tcPr/w:vMerge", NS)
            if merge is None or merge.get(f"{{{W}}}val") == "restart":
                places[r, c] = cell
            c += _number(cell.find("w:tcPr/w:gridSpan", NS), 1)
    return places


def _number(element: etree._Element | None, otherwise: int) -> int:
    if element is None:
        return otherwise
    return int(element.get(f"{{{W}}}val", str(otherwise)))


def _match(grid: Grid, tables: Sequence[Places]) -> Places:
    """The table that a grid was read from, shifted where the grid begins
    further down."""
    filled = [cell for cell in grid.cells if cell.text.strip()]
    for table in tables:
        for offset in sorted({r for r, _ in table}):
            if all(_same(cell.text, table.get((cell.row + offset, cell.col))) for cell in filled):
                return {(r - offset, c): cell for (r, c), cell in table.items()}
    return {}


def _same(text: str, cell: etree._Element | None) -> bool:
    return cell is not None and re.sub(r"\W", "", text) == re.sub(r"\W", "", _text(cell))
