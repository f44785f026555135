"""Web pages -> Document: paragraphs, grids with their spans,
meta tags and links.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from lxml import etree

from nianbao.parser.document import Block, Cell, Document, Grid, Link, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.acting import parts_of_tables
from nianbao.parser.readers.answers import article_in
from nianbao.parser.readers.charset import decode, is_utf8
from nianbao.parser.readers.looks import (
    SMALLER,
    Looks,
    Style,
    Words,
    declarations,
    is_folded,
    looks_of,
    style_in,
)
from nianbao.parser.readers.page.joined import join
from nianbao.parser.readers.plain.tags import tagged
from nianbao.parser.seen import DIGIT, Look, Run, Seen, seen


def read_html(data: bytes) -> Document:
    if not BEGINS_AS_A_PAGE.match(data) and (article := article_in(decode(data)[0])) is not None:
        return document_of(article.encode())
    if not HAS_BLOCKS.search(data):
        text, _ = decode(data)
        data = tagged(text).encode()
    return document_of(data)


BEGINS_AS_A_PAGE = pattern_of(rb"[\s\x00\xef\xbb\xbf]*<")
# without any of these, its lines are its paragraphs
HAS_BLOCKS = pattern_of(
    rb"<\s*(?:html|head|body|p|div|br|span|h[1-6]|script|textarea|!doctype)\b", re.I
)


def document_of(data: bytes) -> Document:
    page = _Page()
    root, source = _parse(data)
    _read(root, source, page)
    if page.looks is not None and not _shows_a_table(page):
        unfolded = _Page(unfolds=True)
        _read(root, source, unfolded)
        if _shows_a_table(unfolded) or not page.blocks:
            page = unfolded
    if not _shows_a_table(page):
        for markup in page.hidden:
            _read(*_parse(markup.encode()), page)
        page.flush()
    blocks = [block for block in page.blocks if block is not A_PICTURE]
    return Document(
        "html",
        tuple(blocks),
        page.meta,
        tuple(page.links),
        page.pictures,
        tuple(dict.fromkeys(page.notes)),
        _places_of_pictures(page.blocks),
    )


# where one stands that may be a picture of a table
A_PICTURE = Paragraph("")


def _places_of_pictures(blocks: list[Block]) -> tuple[int, ...]:
    places = [i for i, block in enumerate(blocks) if block is A_PICTURE]
    return tuple(i - before for before, i in enumerate(places))


A_TABLE = 12  # cells; fewer is a box of page furniture
SMALL_GRID = 4  # cells; with so few a table in a cell may be one number in a frame
MOST_CELLS = 200_000
MOST_PLACES = 500_000  # covered by merged cells of one table
MOST_SPAN = 200
MOST_ELEMENTS = 2_000_000
LONG_CELL = 200  # characters; a cell with more is prose in a layout table
BLOCK_NAMES = (
    "p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd section article header footer "
    "main nav aside form blockquote center address figure figcaption fieldset "
    "legend hr pre body option title label button"
)
BLOCKS = frozenset(BLOCK_NAMES.split())
SKIPPED = frozenset(("style", "noscript", "head"))
# what is seen in a cell and is no text
PICTURES = frozenset(
    ["img", "svg", "object", "embed", "iframe", "canvas", "video", "progress", "meter"]
)
SEEN_BY_NOBODY = frozenset(("hidden", "checkbox", "radio", "file", "range", "color", "image"))
CONTAINER_NAMES = "html body div section article main center form details"
CONTAINERS = frozenset(CONTAINER_NAMES.split())
INLINE = frozenset(
    ("span", "a", "font", "b", "strong", "em", "i", "u", "tbody", "o:p", "st1:chsdate")
)
TABLE_PARTS = frozenset(
    ("td", "th", "tr", "tbody", "thead", "tfoot", "col", "colgroup")
)  # text between them is stray
SPACES = pattern_of(r"[ \t\r\n\f]+")


class _Styled(NamedTuple):
    text: str
    look: Look
    size: float


@dataclass(slots=True)
class _OpenCell:
    row: int
    rowspan: int
    colspan: int
    blocks: list[Block] = field(default_factory=list)
    # its text with its looks, on a page where they differ
    runs: list[_Styled] = field(default_factory=list)
    doubt: str = ""


@dataclass(slots=True)
class _OpenTable:
    rows: list[list[_OpenCell]] = field(default_factory=list)
    cell: _OpenCell | None = None
    columns: list[bool] = field(default_factory=list)  # whether each is hidden, as far as told


@dataclass(slots=True)
class _Page:
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # mark-up inside scripts and text areas
    hidden: list[str] = field(default_factory=list)
    unfolds: bool = False  # parts of the page are shown that a click or a script may show
    pictures: int = 0
    tables: list[_OpenTable] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    styled: list[_Styled] = field(default_factory=list)  # instead of `text`, where looks differ
    cells: int = 0
    looks: Looks | None = None
    acting: Mapping[etree._Element, str] = field(default_factory=dict)  # as parts of a table
    styles: list[Style] = field(default_factory=list)  # of the elements that are open

    def say(self, text: str) -> None:
        """Go on with the paragraph that is being gathered."""
        if self.looks is None:
            self.text.append(text)
        else:
            style = self.styles[-1]
            self.styled.append(_Styled(SPACES.sub(" ", text), style.look, style.size))

    def flush(self) -> None:
        """End the paragraph that is being gathered."""
        if self.styled:
            self._flush_styled()
        if not self.text:
            return
        text = "".join(self.text)
        self.text.clear()
        if not text.isalnum():
            text = SPACES.sub(" ", text).strip(" ")
        if text:
            self.target.append(tuple.__new__(Paragraph, (text, 0, "")))

    def _flush_styled(self) -> None:
        styled, self.styled = self.styled, []
        if self.cell is not None:
            self.cell.runs += [*styled, LINE_END]
        shown = seen(Run(*run[:2]) for run in styled if run.look in ("shown", "odd"))
        text = SPACES.sub(" ", shown.text).strip(" ")
        if text:
            self.target.append(Paragraph(text, doubt=shown.doubt))

    @property
    def cell(self) -> _OpenCell | None:
        return self.tables[-1].cell if self.tables else None

    @property
    def target(self) -> list[Block]:
        if self.tables and (cell := self.tables[-1].cell) is not None:
            return cell.blocks
        return self.blocks

    def doubt(self, why: str) -> None:
        """What the cell that is open shows can't be told."""
        if self.cell is not None:
            self.cell.doubt = why


LINE_END = _Styled("\n", "shown", 0.0)


def _shows_a_table(page: _Page) -> bool:
    grids = [block for block in page.blocks if isinstance(block, Grid)]
    return any(sum(bool(cell.text) for cell in grid.cells) >= A_TABLE for grid in grids)


def _parse(data: bytes) -> tuple[etree._Element | None, bytes]:
    """The tree of a page, and the bytes it was read from."""
    # libxml2 reads the bytes themselves fastest; anything but UTF-8 goes
    # through our own decoding first.
    source = data if is_utf8(data) else decode(data)[0].encode("utf-8", "replace")
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    source = source.replace(b"\0", b"")
    try:
        root = etree.fromstring(source, parser)
        if root is not None and HAS_STRAY_CELLS(root):
            root = etree.fromstring(ROW_BEGINS.sub(rb"\g<0><tr>", source), parser)
        # What stands deeper, and all behind it, is not in the tree, and nothing else says so.
        if any(TOO_DEEP.search(error.message) for error in parser.error_log):
            raise ReadError("too_complex", detail="elements nested too deep")
        if root is not None:
            join(root)
        return root, source
    except etree.XMLSyntaxError as error:
        if not decode(data)[0].strip():
            raise ReadError("empty") from None
        raise ReadError("broken", kind="HTML", detail=str(error)[:80]) from None


TOO_DEEP = pattern_of("excessive depth", re.I)
HAS_STRAY_CELLS = etree.XPath("count(//td) != count(//tr/td)")
# A cell that follows the end of a row begins one, whether <tr> is written or not.
ROW_BEGINS = pattern_of(
    rb"(?:</t(?:r|head|body|foot)\s*>|<t(?:able|head|body|foot)(?:\s[^<>]*)?>)"
    rb"(?:\s|<!--[^<>]{0,200}-->)*(?=<t[dh][\s>])",
    re.I,
)


def _read(root: etree._Element | None, source: bytes, page: _Page) -> None:
    if root is None:
        return
    words = Words(source)
    page.looks = looks_of(root, words)
    page.acting = parts_of_tables(root, words, page.looks)
    _walk(root, page)


def _walk(root: etree._Element, page: _Page) -> None:
    """One pass over the tree, without recursion:
    hostile pages nest without end.
    """
    walker = etree.iterwalk(root, events=("start", "end"))
    elements = 0
    looks = page.looks
    gathered = page.text
    say = gathered.append if looks is None else page.say
    skipped: etree._Element | None = None
    page.styles = [looks.first] if looks is not None else []
    acting = page.acting
    for event, element in walker:
        tag = element.tag
        if acting:
            tag = acting.get(element, tag)
        if event == "start":
            elements += 1
            if elements > MOST_ELEMENTS:
                raise ReadError("too_complex", detail=f"more than {MOST_ELEMENTS} elements")
            gone = looks is not None and _restyle(element, tag, looks, page)
            if tag in BLOCKS and not gone:
                if gathered or looks is not None:
                    page.flush()
                if tag == "li" and _is_numbered(element, page):
                    page.doubt("automatic numbering stands in it")
            elif gone or (tag not in INLINE and _enter(element, tag, page)):
                # its end is told all the same
                walker.skip_subtree()
                skipped = element
                continue
            if element.text:
                say(element.text)
            continue
        if element is skipped:
            skipped = None
        elif tag == "td" or tag == "th":
            _end_cell(page)
        elif tag == "table":
            _end_table(page)
        elif tag in BLOCKS:
            if gathered or looks is not None:
                page.flush()
        elif tag == "a":
            _take_link(element, page)
        if looks is not None:
            page.styles.pop()
            if _is_a_box(looks.declared.get(element)) and page.cell is None:
                page.flush()
        if element.tail and element.tag not in TABLE_PARTS and element is not root:
            say(element.tail)
    page.flush()


def _restyle(element: etree._Element, tag: str, looks: Looks, page: _Page) -> bool:
    """Note how the text in an element looks; true where it has no place on the page."""
    style = page.styles[-1]
    says = looks.declared.get(element)
    if is_folded(element):
        style = style._replace(gone=True)
    elif tag == "summary" and len(page.styles) > 1:
        style = page.styles[-2]
    if says:
        style = style_in(style, says, tag, in_cell=page.cell is not None)
        if says.get("background-color") == "unknown" and tag not in TABLE_PARTS:
            _doubt_its_ground(element, page)
    if tag == "details" and element.get("open") is None:
        style = style._replace(hidden=True)
    if page.unfolds and (tag in CONTAINERS or is_folded(element)):
        seen_again = page.styles[-1]
        style = style._replace(
            gone=False,
            hidden=seen_again.hidden,
            unseen=seen_again.unseen,
            opacity=seen_again.opacity,
        )
    if element in looks.written and tag not in ("td", "th"):
        page.doubt(WRITTEN)
    if _is_a_box(says) and page.cell is None:
        page.flush()
    page.styles.append(style)
    if tag == "col":
        span = _span(element.get("span"))
        if page.tables:
            page.tables[-1].columns += [style.gone or style.hidden] * span
        return False
    if style.gone:
        if tag == "template" and element.get("shadowrootmode"):
            page.doubt("a part of it is shown in place of what stands there")
        _keep_hidden(element, tag, page)
    return style.gone


def _doubt_its_ground(element: etree._Element, page: _Page) -> None:
    """A picture behind nothing may be one of a number."""
    if page.cell is not None and not "".join(map(str, element.itertext())).strip():
        page.doubt("a picture stands in it")


def _is_a_box(says: Mapping[str, str] | None) -> bool:
    """Whether an element stands at a place of its own, as the words of a drawn page do."""
    if not says:
        return False
    return says.get("position") in ("absolute", "fixed") or ("left" in says and "top" in says)


def _keep_hidden(element: etree._Element, tag: str, page: _Page) -> None:
    """What has no place on the page, for a page that shows no table."""
    if tag in PICTURES:
        page.pictures += tag == "img"
        return
    for inner in element.iter("textarea", "script", "a"):
        if inner.tag == "a":
            _take_link(inner, page)
        else:
            text = "".join(map(str, inner.itertext()))
            _keep_markup(text, page, escaped=inner.tag == "script")


def _enter(element: etree._Element, tag: str, page: _Page) -> bool:
    """Take notice of an element that begins, and is no part of a line;
    true if nothing inside of it is left to read.
    """
    if tag == "td" or tag == "th":
        _begin_cell(element, page)
        return False
    if tag == "tr":
        if page.tables:
            page.flush()
            page.tables[-1].cell = None
            page.tables[-1].rows.append([])
        return False
    if tag == "table":
        page.flush()
        if element.tag == tag and _looks_plain(element, page) and _is_plain(element):
            plain = _plain_table(element, page)
            if plain is not None:
                page.target.extend(plain)
                return True
        page.tables.append(_OpenTable())
        return False
    if tag in PICTURES:
        return _take_picture(element, tag, page)
    if tag == "math" and next(element.iter(*BUILT), None) is not None:
        page.doubt("an equation stands in it")
    if tag == "br":
        page.flush()
    elif tag == "script":
        _keep_markup(element.text or "", page, escaped=True)
        if "write" in (element.text or ""):
            page.doubt("a script writes into it")
        return True
    elif tag == "textarea":
        text = "".join(map(str, element.itertext()))
        _keep_markup(text, page, escaped=False)
        if page.cell is not None and "<" not in text:
            page.say(text)
        return True
    elif tag == "select":
        _take_choice(element, page)
        return True
    elif tag == "input":
        _take_entry(element, page)
    elif tag == "head":
        for meta in element.iter("meta"):
            if (name := meta.get("name")) and (content := meta.get("content")):
                page.meta.setdefault(name.lower(), content.strip())
        title = element.findtext(".//title")
        if title and title.strip():
            page.meta.setdefault("title", SPACES.sub(" ", title).strip())
        for script in element.iter("script"):
            _keep_markup(script.text or "", page, escaped=True)
        return True
    elif tag == "meta":
        if (name := element.get("name")) and (content := element.get("content")):
            page.meta.setdefault(name.lower(), content.strip())
    elif tag in SKIPPED:
        return True
    return False


BUILT_NAMES = (
    "mfrac msup msub msubsup msqrt mroot munder mover munderover mmultiscripts mtable menclose"
)
BUILT = frozenset(BUILT_NAMES.split())


def _is_numbered(item: etree._Element, page: _Page) -> bool:
    """Whether a number that a browser writes stands before it, as far as the page itself tells."""
    around = item.getparent()
    if around is None or around.tag != "ol":
        return False
    declared = page.looks.declared if page.looks is not None else {}
    said = (declared.get(each) or declarations(each.get("style", ""))[0] for each in (item, around))
    return not any("none" in each.get("list-style", "") for each in said)


def _take_picture(element: etree._Element, tag: str, page: _Page) -> bool:
    """A picture may be one of a number; what stands inside is for those who can't see it."""
    page.pictures += tag == "img"
    if (source := element.get("src")) and tag in ("embed", "iframe"):
        page.links.append(Link("", source))
    width, height = _side(element, "width"), _side(element, "height")
    if min(width, height) > NO_PICTURE:
        page.doubt("a picture stands in it")
    if width >= LEAST_WIDTH and height >= LEAST_HEIGHT:
        page.flush()
        page.target.append(A_PICTURE)
    return tag != "embed"  # it has no end, so that libxml2 takes all that follows for its inside


# pixels; what is smaller is no picture of a number, of a table
NO_PICTURE, LEAST_WIDTH, LEAST_HEIGHT = 3, 200, 60
UNKNOWN = 1000


def _side(element: etree._Element, name: str) -> int:
    """The width or height of a picture in pixels, as far as it is told."""
    style = declarations(element.get("style", ""))[0]
    found = PIXELS.fullmatch(style.get(name) or element.get(name) or "")
    return int(found[1]) if found else UNKNOWN


PIXELS = pattern_of(r"\s*([0-9]{1,5})(?:\.[0-9]*)?(?:px)?\s*")


def _take_choice(element: etree._Element, page: _Page) -> None:
    """A list in a cell shows the one that is chosen, else the first."""
    if page.cell is None:
        return
    options = list(element.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    if element.get("multiple") is not None or (element.get("size") or "1").strip() != "1":
        page.doubt("a list with more than one line stands in it")
    for option in chosen[-1:]:
        page.say(option.get("label") or "".join(map(str, option.itertext())))


def _take_entry(element: etree._Element, page: _Page) -> None:
    kind = element.get("type", "text").strip().lower()
    if page.cell is None or kind in SEEN_BY_NOBODY:
        return
    if kind == "password":
        page.doubt("what is typed into it is not shown")
    page.say(element.get("value", ""))


def _looks_plain(table: etree._Element, page: _Page) -> bool:
    """Whether all text in a table looks as text does."""
    if page.looks is None:
        return True
    if page.styles[-1].look != "shown":
        return False
    declared, written = page.looks.declared, page.looks.written
    return not any(part in declared or part in written for part in table.iter())


def _is_plain(table: etree._Element) -> bool:
    """Whether every cell holds nothing but words and paragraphs."""
    # libxml2 looks for these itself, without a Python object an element
    return all(inner is table for inner in table.iter(*PLAIN_UNLESS))


FORMATTING = (
    "table br div input textarea select script style img "
    "a li dl h1 h2 h3 h4 pre iframe embed caption object svg noscript canvas video progress meter "
    "math"
)
PLAIN_UNLESS = tuple(FORMATTING.split())
# a paragraph with something beside it in its cell
SECOND_PARAGRAPH = etree.XPath(
    "boolean(.//p[not(parent::td or parent::th)"
    " or following-sibling::*[self::p or normalize-space()]"
    " or preceding-sibling::*[normalize-space()]"
    " or following-sibling::text()[normalize-space()]"
    " or preceding-sibling::text()[normalize-space()]])"
)


def _plain_table(table: etree._Element, page: _Page) -> list[Block] | None:
    """The blocks of a table whose cells hold one paragraph each; None where one holds more.
    Nearly every table is plain, and this is the short way.
    """
    rows = [list(tr) for tr in table.iter("tr")]
    count = sum(map(len, rows))
    blocks: list[Block] = []
    placed = _Places(len(rows))
    for r, row in enumerate(rows):
        cells: list[_Placed] = []
        for td in row:
            if td.tag not in CELL_TAGS:
                return None
            text = td.text or ""
            if len(td):
                if not _holds_one_paragraph(td, text):
                    return None
                text = etree.tostring(td, method="text", encoding="unicode", with_tail=False)
            if not text.isalnum():
                text = SPACES.sub(" ", text).strip(" ")
            rowspan, colspan = td.get("rowspan"), td.get("colspan")
            if rowspan is None is colspan:
                cells.append((text, 1, 1, ""))
            else:
                cells.append((text, _span(rowspan), _span(colspan), ""))
        if count == 1 or (len(row) <= 2 and any(len(cell[0]) > LONG_CELL for cell in cells)):
            blocks += placed.taken_out(r + 1)
            blocks += [Paragraph(text) for text, *_ in cells if text]
        else:
            placed.put(r, cells)
    page.cells += count
    if page.cells > MOST_CELLS:
        raise ReadError("too_complex", detail=f"more than {MOST_CELLS} table cells")
    return blocks + placed.taken_out()


def _holds_one_paragraph(td: etree._Element, text: str) -> bool:
    """So that its text can be taken as a whole. `text` stands in front of what it holds."""
    if len(td) == 1 and not text.strip():
        first = td[0]
        if first.tag == "p" and not (first.tail or "").strip():
            return True
    return not SECOND_PARAGRAPH(td)


CELL_TAGS = frozenset(("td", "th"))
# text, rowspan, colspan, doubt
_Placed = tuple[str, int, int, str]


@dataclass(slots=True)
class _Places:
    """The cells of a table as they are put, row by row, each behind those that stand there."""

    height: int
    columns: list[bool] = field(default_factory=list)  # whether each is hidden
    cells: list[Cell] = field(default_factory=list)
    begin: int = 0  # the row of the table that is the first of the grid
    # the columns of each row that cells of the rows above reach into, and how many these are
    taken: dict[int, set[int]] = field(default_factory=dict)
    places: int = 0

    def put(self, r: int, row: list[_Placed]) -> None:
        taken: AbstractSet[int] = self.taken.get(r, NONE_TAKEN)
        new, add = tuple.__new__, self.cells.append  # a table has hundreds: all fields are given
        line, c = r - self.begin, 0
        for text, rowspan, colspan, doubt in row:
            while c in taken:
                c += 1
            if rowspan > 1:
                rowspan = min(rowspan, self.height - r)
                self._take(r, c, rowspan, colspan)
            if self.columns and any(self.columns[c : c + colspan]):
                doubt = "its column is hidden, in whole or in part"
            add(new(Cell, (text, line, c, rowspan, colspan, doubt, None)))
            c += colspan

    def _take(self, r: int, c: int, rowspan: int, colspan: int) -> None:
        for i in range(r + 1, r + rowspan):
            taken = self.taken.setdefault(i, set())
            self.places -= len(taken)
            taken.update(range(c, c + colspan))
            self.places += len(taken)
        if self.places > MOST_PLACES:
            detail = f"more than {MOST_PLACES} places in merged cells"
            raise ReadError("too_complex", detail=detail)

    def taken_out(self, begin: int = 0) -> list[Block]:
        """The grid of the cells so far; what follows is another one, from a row of the table."""
        grids: list[Block] = [Grid(tuple(self.cells))] if self.cells else []
        self.cells, self.begin, self.taken, self.places = [], begin, {}, 0
        return grids


NONE_TAKEN: frozenset[int] = frozenset()


def _take_link(element: etree._Element, page: _Page) -> None:
    if href := element.get("href"):
        text = "".join(map(str, element.itertext())) if len(element) else element.text or ""
        text = text if text.isalnum() else " ".join(text.split())
        page.links.append(tuple.__new__(Link, (text, href.strip())))


def _begin_cell(element: etree._Element, page: _Page) -> None:
    page.flush()
    if not page.tables:
        return
    table = page.tables[-1]
    if not table.rows:
        table.rows.append([])
    page.cells += 1
    if page.cells > MOST_CELLS:
        raise ReadError("too_complex", detail=f"more than {MOST_CELLS} table cells")
    rowspan = _span(element.get("rowspan", element.get("aria-rowspan")))
    colspan = _span(element.get("colspan", element.get("aria-colspan")))
    table.cell = _OpenCell(len(table.rows) - 1, rowspan, colspan)
    table.rows[-1].append(table.cell)
    if page.looks is not None and element in page.looks.written:
        page.doubt(WRITTEN)


WRITTEN = "its style writes text that is not in the file"


def _end_cell(page: _Page) -> None:
    page.flush()
    if page.tables:
        page.tables[-1].cell = None


BLOCKS_OF = attrgetter("blocks")


def _text_of(cell: _OpenCell) -> Seen:
    """What a cell shows, each paragraph on a line of its own."""
    if len(cell.blocks) == 1 and not cell.runs and isinstance(cell.blocks[0], Paragraph):
        return Seen(cell.blocks[0].text, cell.doubt)
    grids = [block for block in cell.blocks if isinstance(block, Grid)]
    if grids:
        return _text_in_frames(cell, grids)
    if cell.runs:
        shown = seen(_told_apart(cell.runs))
        lines = [SPACES.sub(" ", line).strip(" ") for line in shown.text.split("\n")]
        return Seen("\n".join(filter(None, lines)), cell.doubt or shown.doubt)
    lines = [block.text for block in cell.blocks if isinstance(block, Paragraph)]
    return Seen("\n".join(filter(None, lines)), cell.doubt)


def _text_in_frames(cell: _OpenCell, grids: list[Grid]) -> Seen:
    framed = [part for grid in grids for part in grid.cells]
    doubts = [cell.doubt, *(part.doubt for part in framed)]
    plain = [block.text for block in cell.blocks if isinstance(block, Paragraph)]
    texts = [*plain, *(part.text for part in framed)]
    return Seen("\n".join(filter(None, texts)), next(filter(None, doubts), ""))


def _told_apart(styled: list[_Styled]) -> list[Run]:
    """Digits that are smaller than those beside them may be a mark."""
    shown = [run for run in styled if run.look == "shown" and DIGIT.search(run.text)]
    least = SMALLER * max((run.size for run in shown), default=0.0)
    runs = []
    for text, look, size in styled:
        small = look == "shown" and size < least and DIGIT.search(text)
        runs.append(Run(text, "odd" if small else look))
    return runs


def _end_table(page: _Page) -> None:
    page.flush()
    if not page.tables:
        return
    table = page.tables.pop()
    page.target.extend(_blocks_of(table))


def _blocks_of(table: _OpenTable) -> list[Block]:
    """A table of data is one grid;
    a table that lays out a page is the blocks inside it.
    """
    cells = list(chain.from_iterable(table.rows))
    inside = list(chain.from_iterable(map(BLOCKS_OF, cells)))
    if len(cells) <= 1 or _lays_out(cells, inside):
        return inside
    blocks: list[Block] = []
    placed = _Places(len(table.rows), table.columns)
    for r, row in enumerate(table.rows):
        shown = [(*_text_of(cell), cell) for cell in row]
        if len(row) <= 2 and any(len(text) > LONG_CELL for text, _, _ in shown):
            blocks += placed.taken_out(r + 1)
            blocks += chain.from_iterable(cell.blocks for cell in row)
            continue
        placed.put(r, [(text, cell.rowspan, cell.colspan, doubt) for text, doubt, cell in shown])
    return blocks + placed.taken_out()


def _lays_out(cells: list[_OpenCell], inside: list[Block]) -> bool:
    """Whether tables stand in the cells, and not only a number in a frame of its own."""
    grids = [block for block in inside if isinstance(block, Grid)]
    if not grids or cells[0].row == cells[-1].row:
        return bool(grids)
    framed = [cell for cell in cells if any(isinstance(block, Grid) for block in cell.blocks)]
    alone = all(len(cell.blocks) == 1 for cell in framed)
    return not alone or max(len(grid.cells) for grid in grids) > SMALL_GRID


def _span(value: str | None) -> int:
    if value is None:
        return 1
    digits = re.match(r"\s*([0-9]{1,6})", value)
    if digits:
        return max(1, min(int(digits[1]), MOST_SPAN))
    return 1


def _keep_markup(source: str, page: _Page, *, escaped: bool) -> None:
    """Mark-up that a script writes or a text area hides, kept for a page that
    shows no table of its own.
    """
    if "table" not in source and "TABLE" not in source:
        return
    if escaped:
        source = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), source)
        source = (
            source.replace('\\"', '"').replace("\\'", "'").replace("\\/", "/").replace("\\n", "\n")
        )
        source = re.sub(r"['\"]\s*\+\s*['\"]|\\t|\\r", "", source)
        source = re.sub(r"['\"]\s*\)\s*;?\s*document\.write(?:ln)?\(\s*['\"]", "", source)
    if "<table" not in source.lower():
        source = entities.unescape(source)
    start = source.lower().find("<table")
    end = source.lower().rfind("</table>")
    if 0 <= start < end:
        page.hidden.append(source[start : end + len("</table>")] if escaped else source)
