"""Web pages -> Document: paragraphs, grids with their spans,
meta tags and links.
"""

from __future__ import annotations

import codecs
import html as entities
import re
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter

from lxml import etree

from nianbao.parser.document import Block, Cell, Document, Grid, Link, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.charset import decode


def read_html(data: bytes) -> Document:
    page = _Page(hides=any(word in data for word in HIDING) and HIDES.search(data) is not None)
    _walk(_parse(data), page)
    if not any(isinstance(block, Grid) and len(block.cells) >= A_TABLE for block in page.blocks):
        for source in page.hidden:
            _walk(_parse(source.encode()), page)
        page.flush()
    return Document(
        "html",
        tuple(page.blocks),
        page.meta,
        tuple(page.links),
        page.pictures,
        tuple(dict.fromkeys(page.notes)),
    )


A_TABLE = 12  # cells; fewer is a box of page furniture
MOST_CELLS = 200_000
MOST_SPAN = 200
MOST_ELEMENTS = 2_000_000
LONG_CELL = 200  # characters; a cell with more is prose in a layout table
BLOCK_NAMES = (
    "p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd section article header footer "
    "main nav aside form blockquote center address figure figcaption fieldset "
    "legend hr pre body option title label button"
)
BLOCKS = frozenset(BLOCK_NAMES.split())
SKIPPED = frozenset(("style", "noscript", "head", "svg", "object", "select"))
INLINE = frozenset(("span", "font", "b", "strong", "em", "i", "u", "tbody", "o:p", "st1:chsdate"))
TABLE_PARTS = frozenset(
    ("td", "th", "tr", "tbody", "thead", "tfoot", "col", "colgroup")
)  # text between them is stray
STRUCK = frozenset(("del", "s", "strike"))
RAISED = frozenset(("sup", "sub"))
HIDING = (
    b"isplay",
    b"ISPLAY",
    b"mso-hide",
)  # looked for first: the pattern is slow on a whole page
HIDES = re.compile(rb"display\s*:\s*none|mso-hide\s*:\s*all", re.I)
HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.I)
SPACES = re.compile(r"[ \t\r\n\f]+")


@dataclass(slots=True)
class _OpenCell:
    row: int
    rowspan: int
    colspan: int
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _OpenTable:
    rows: list[list[_OpenCell]] = field(default_factory=list)
    cell: _OpenCell | None = None


@dataclass(slots=True)
class _Page:
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # mark-up inside scripts and text areas
    hidden: list[str] = field(default_factory=list)
    pictures: int = 0
    tables: list[_OpenTable] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    cells: int = 0
    hides: bool = False  # some style in the page hides something

    def flush(self) -> None:
        """End the paragraph that is being gathered."""
        if not self.text:
            return
        text = SPACES.sub(" ", "".join(self.text)).strip(" ")
        self.text.clear()
        if text:
            self.target.append(Paragraph(text))

    @property
    def target(self) -> list[Block]:
        if self.tables and self.tables[-1].cell is not None:
            return self.tables[-1].cell.blocks
        return self.blocks


def _parse(data: bytes) -> etree._Element | None:
    text, encoding = decode(data)
    # libxml2 reads the bytes themselves fastest; anything but UTF-8 goes
    # through our own decoding first.
    source = (
        data
        if encoding == "utf-8" and not data.startswith(codecs.BOM_UTF8)
        else text.encode("utf-8", "replace")
    )
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(source.replace(b"\0", b""), parser)
    except etree.XMLSyntaxError as error:
        if not text.strip():
            raise ReadError("empty") from None
        raise ReadError("broken", kind="HTML", detail=str(error)[:80]) from None


def _walk(root: etree._Element | None, page: _Page) -> None:
    """One pass over the tree, without recursion:
    hostile pages nest without end.
    """
    if root is None:
        return
    walker = etree.iterwalk(root, events=("start", "end"))
    elements = 0
    text = page.text
    for event, element in walker:
        tag = element.tag
        if event == "start":
            elements += 1
            if elements > MOST_ELEMENTS:
                raise ReadError("too_complex", detail=f"more than {MOST_ELEMENTS} elements")
            if _enter(element, tag, page):
                walker.skip_subtree()
                if element.tail and tag not in TABLE_PARTS:
                    text.append(element.tail)
                continue
            if element.text:
                if tag in RAISED and page.tables:
                    # a footnote mark must not become a digit of its number
                    text.append("^")
                text.append(element.text)
            continue
        if tag == "td" or tag == "th":
            _end_cell(page)
        elif tag == "table":
            _end_table(page)
        elif tag in BLOCKS:
            page.flush()
        elif tag == "a":
            _take_link(element, page)
        if element.tail and tag not in TABLE_PARTS:
            text.append(element.tail)
    page.flush()


def _enter(element: etree._Element, tag: str, page: _Page) -> bool:
    """Take notice of an element that begins;
    true if nothing inside of it is left to read.
    """
    if tag in INLINE:
        return page.hides and bool(page.tables) and _is_hidden(element)
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
        if _is_plain(element) and not (page.hides and HIDES_PART(element)):
            page.target.extend(_blocks_of(_plain_table(element, page)))
            return True
        page.tables.append(_OpenTable())
        return False
    if tag in BLOCKS:
        page.flush()
        return False
    if tag == "br":
        page.flush()
    elif tag == "img" or tag == "embed" or tag == "iframe":
        page.pictures += tag == "img"
        if (source := element.get("src")) and tag != "img":
            page.links.append(Link("", source))
    elif tag == "script":
        _keep_markup(element.text or "", page, escaped=True)
        return True
    elif tag == "textarea":
        _keep_markup("".join(map(str, element.itertext())), page, escaped=False)
        return True
    elif tag == "input":
        if page.tables and element.get("type", "text").lower() in ("text", "number"):
            page.text.append(element.get("value", ""))
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
    elif tag in STRUCK or tag in SKIPPED:
        return True
    return False


def _is_plain(table: etree._Element) -> bool:
    """Whether every cell holds at most one plain paragraph, so that its text
    can be taken as a whole.
    """
    for inner in table.iter(
        *PLAIN_UNLESS
    ):  # libxml2 looks for these itself, without a Python object an element
        if inner is not table:
            return False
    return not SECOND_PARAGRAPH(table)


FORMATTING = (
    "table br div sup sub del s strike input textarea select script style img "
    "a li dl h1 h2 h3 h4 pre iframe embed caption object svg noscript"
)
PLAIN_UNLESS = tuple(FORMATTING.split())
HIDES_PART = etree.XPath(
    "boolean(.//*[contains(@style,'none') or contains(@style,'NONE') or contains(@style,'None')"
    " or contains(@style,'mso-hide')])"
)
WHOLE_TEXT = etree.XPath("string()", smart_strings=False)
SECOND_PARAGRAPH = etree.XPath("boolean(.//p[following-sibling::p])")


def _plain_table(element: etree._Element, page: _Page) -> _OpenTable:
    table = _OpenTable()
    for tr in element.iter("tr"):
        row: list[_OpenCell] = []
        table.rows.append(row)
        for td in tr:
            attributes = td.attrib
            rowspan = _span(attributes.get("rowspan")) if "rowspan" in attributes else 1
            colspan = _span(attributes.get("colspan")) if "colspan" in attributes else 1
            cell = _OpenCell(len(table.rows) - 1, rowspan, colspan)
            text = str(WHOLE_TEXT(td))
            if len(text) > 1:
                text = SPACES.sub(" ", text).strip(" ")
            if text:
                cell.blocks.append(Paragraph(text))
            row.append(cell)
        page.cells += len(row)
        if page.cells > MOST_CELLS:
            raise ReadError("too_complex", detail=f"more than {MOST_CELLS} table cells")
    return table


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    return style is not None and "none" in style.lower() and HIDDEN.search(style) is not None


def _take_link(element: etree._Element, page: _Page) -> None:
    if href := element.get("href"):
        text = element.text or "" if len(element) == 0 else "".join(map(str, element.itertext()))
        page.links.append(Link(" ".join(text.split()), href.strip()))


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
    attributes = element.attrib
    rowspan = _span(attributes.get("rowspan")) if "rowspan" in attributes else 1
    colspan = _span(attributes.get("colspan")) if "colspan" in attributes else 1
    table.cell = _OpenCell(len(table.rows) - 1, rowspan, colspan)
    table.rows[-1].append(table.cell)


def _end_cell(page: _Page) -> None:
    page.flush()
    if page.tables:
        page.tables[-1].cell = None


BLOCKS_OF = attrgetter("blocks")


def _text_of(cell: _OpenCell) -> str:
    return "\n".join(block.text for block in cell.blocks if isinstance(block, Paragraph))


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
    if len(cells) <= 1 or any(isinstance(block, Grid) for block in inside):
        return inside
    blocks: list[Block] = []
    placed: list[Cell] = []
    offset = 0
    taken: dict[tuple[int, int], bool] = {}
    for r, row in enumerate(table.rows):
        texts = []
        for cell in row:
            # Nearly every cell holds one line: no call for each of them.
            if len(cell.blocks) == 1 and isinstance(cell.blocks[0], Paragraph):
                texts.append(cell.blocks[0].text)
            else:
                texts.append(_text_of(cell))
        if len(row) <= 2 and any(len(text) > LONG_CELL for text in texts):
            if placed:
                blocks.append(Grid(tuple(placed)))
            placed, offset, taken = [], r + 1, {}
            blocks += chain.from_iterable(cell.blocks for cell in row)
            continue
        c = 0
        for cell, text in zip(row, texts, strict=True):
            while taken and (r, c) in taken:
                c += 1
            rowspan = min(cell.rowspan, len(table.rows) - r)
            placed.append(Cell(text, r - offset, c, rowspan, cell.colspan))
            if rowspan > 1:
                for i in range(1, rowspan):
                    for j in range(cell.colspan):
                        taken[r + i, c + j] = True
            c += cell.colspan
    if placed:
        blocks.append(Grid(tuple(placed)))
    return blocks


def _span(value: str | None) -> int:
    digits = re.match(r"\s*([0-9]{1,6})", value or "")
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
