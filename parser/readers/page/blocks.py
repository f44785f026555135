"""From glyphs and rules on pages to paragraphs and grids in reading order.

Lengths are points, y grows downwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from nianbao.parser.document import Block, Grid, Paragraph
from nianbao.parser.readers.page.lines import Field, Line
from nianbao.parser.readers.page.marks import without_marks
from nianbao.parser.readers.page.page_ends import drop_running_lines, join_tables
from nianbao.parser.readers.page.placed import place_tables
from nianbao.parser.readers.page.shapes import NUMBERING, Page, numberlike
from nianbao.parser.readers.page.sheets import single_pages, upright
from nianbao.parser.readers.page.tables import Table, lay_out
from nianbao.parser.readers.page.unruled import keep_blanks_in_place


def blocks_of(pages: Iterable[Page]) -> tuple[Block, ...]:
    """The blocks of a whole document.

    Tables and sentences that a page end cuts are put together again.
    """
    found = list(pages)
    standing = [upright(page) for page in found]
    singles = list(single_pages([without_marks(page) for page in standing]))
    whole = {page.number for page, turned in zip(found, standing, strict=True) if turned is page}
    halves = Counter(page.number for page in singles)
    leaves = [
        lay_out(page, n, is_whole=page.number in whole and halves[page.number] == 1)
        for n, page in enumerate(singles)
    ]
    drop_running_lines(leaves)
    place_tables(leaves)
    items = list(chain.from_iterable(leaf.items for leaf in leaves))
    return tuple(_as_blocks(keep_blanks_in_place(join_tables(items))))


def _as_blocks(items: list[Line | Table]) -> Iterator[Block]:
    open_line: Line | None = None
    for item in items:
        if isinstance(item, Table):
            if open_line is not None:
                yield _paragraph(open_line)
                open_line = None
            yield Grid(tuple(item.cells), item.page)
        elif open_line is not None and _goes_on(open_line, item):
            field = _merged(open_line.fields[-1], item.fields[0])
            open_line = Line(open_line.page, item.leaf, item.top, item.bottom, [field], item.full)
        else:
            if open_line is not None:
                yield _paragraph(open_line)
            open_line = item
    if open_line is not None:
        yield _paragraph(open_line)


def _merged(last: Field, rest: Field) -> Field:
    text = last.text
    if text[-1:].isascii() and text[-1:].isalpha() and rest.text[:1].isascii():
        text += " "  # two words
    return Field(text + rest.text, last.x0, rest.x1, last.doubt or rest.doubt)


def _goes_on(line: Line, below: Line) -> bool:
    """A sentence that fills its line and goes on at the left margin of the
    next.
    """
    if not (line.full and below.starts_at_margin and len(line.fields) == len(below.fields) == 1):
        return False
    if line.text.endswith(("。", "！", "？")) or NUMBERING.match(below.text):
        return False
    size, next_size = line.bottom - line.top, below.bottom - below.top
    return abs(size - next_size) < 0.25 * size and (
        line.leaf != below.leaf or below.top - line.bottom < 1.6 * size
    )


def _paragraph(line: Line) -> Paragraph:
    return Paragraph("\t".join(map(_marked, line.fields)), line.page, line.doubt)


def _marked(field: Field) -> str:
    """In running text a number has no place for a doubt but itself."""
    if field.doubt and numberlike(field.text):
        return f"{field.text}\ufffd"
    return field.text
