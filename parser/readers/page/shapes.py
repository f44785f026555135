"""What stands on a page: glyphs, rules, and the places that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nianbao.parser.patterns import pattern_of
from nianbao.parser.seen import Look


class Box(NamedTuple):
    x0: float
    top: float
    x1: float
    bottom: float


class Glyph(NamedTuple):
    """A character, or a word that was recognised as one,
    in the box that its font gives it.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0  # degrees that it is turned clockwise: 0, 90, 180 or 270
    doubt: str = ""
    look: Look = "shown"


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    width: float
    height: float
    glyphs: Sequence[Glyph] = ()
    rules: Sequence[Box] = ()  # straight lines, all but without thickness
    # what else is drawn and may be writing: pictures, curves
    drawings: Sequence[Box] = ()
    holes: Sequence[Box] = ()  # pictures that are not read


class Region(NamedTuple):
    """A cell before anything stands in it."""

    row: int
    col: int
    rowspan: int
    colspan: int
    x0: float
    top: float
    x1: float
    bottom: float
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Lattice:
    """The cells that rules enclose."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    regions: tuple[Region, ...]
    # no rule closes the first row above: it goes on from the page before
    open_top: bool = False
    open_bottom: bool = False

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


NUMBERING = pattern_of(
    r"\s*([0-9０-９]+\s*[.．、)）]|[（(]\s*[0-9０-９一二三四五六七八九十]+\s*[)）]"
    r"|[一二三四五六七八九十]+\s*[、.．]|第)"
)
NUMBERLIKE = pattern_of(
    r"[+＋\-－]?\s*[0-9０-９][0-9０-９,，.．\s]*\s*[件条项元个次万]*|[-—－/／–]+|无|零|〇"
)


def in_reading_frame(box: Box, turn: int) -> Box:
    """The box as seen by a reader who turns the head to read what is turned by
    so much.
    """
    if turn == 90:
        return Box(box.top, -box.x1, box.bottom, -box.x0)
    if turn == 180:
        return Box(-box.x1, -box.bottom, -box.x0, -box.top)
    if turn == 270:
        return Box(-box.bottom, box.x0, -box.top, box.x1)
    return box


def numberlike(text: str) -> bool:
    return NUMBERLIKE.fullmatch(text.strip()) is not None


Extent = tuple[int, int]  # column and colspan


Matrix = tuple[float, float, float, float, float, float]
UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def times(first: Matrix, then: Matrix) -> Matrix:
    if then == UNMOVED:
        return first
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )
