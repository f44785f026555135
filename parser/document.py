"""What every reader makes of its bytes: paragraphs and grids, in reading
order, whatever the format was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Spot(NamedTuple):
    """Where something stands on a page, in points; y grows downwards."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


class Cell(NamedTuple):
    """One cell of a grid as it was drawn: merged cells appear once,
    at their top left corner.
    """

    text: str
    row: int
    col: int
    rowspan: int = 1
    colspan: int = 1
    # why the text may be wrong (low OCR confidence, …); empty when it is sure
    doubt: str = ""
    # on a page that was neither turned nor taken apart
    spot: Spot | None = None


class Grid(NamedTuple):
    """A table whose cells have known places: blank cells are there, and merged
    cells say how far they reach.
    """

    cells: tuple[Cell, ...]  # in reading order
    page: int = 0  # counted from 1; 0 where the format has no pages


class Paragraph(NamedTuple):
    """A line or paragraph of text.

    Tabs in it are kept: they may part the cells of a table that lost its grid.
    """

    text: str
    page: int = 0
    doubt: str = ""


Block = Paragraph | Grid


class Link(NamedTuple):
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Document:
    format: str  # html, docx, doc, pdf, scan, ofd, xlsx, xls, text
    blocks: tuple[Block, ...]
    meta: Mapping[str, str] = field(
        default_factory=dict
    )  # PubDate, ArticleTitle, … by their lower-case names
    links: tuple[Link, ...] = ()
    pictures: int = 0
    # what the reader left out or could not vouch for
    notes: tuple[str, ...] = ()
    # in front of which blocks a picture stands that may be one of a table, and is not read
    pictures_at: tuple[int, ...] = ()
