"""How the cells of a workbook look: fonts, grounds and number formats."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from nianbao.parser.readers.ink import BLACK, WHITE, Colour, ink
from nianbao.parser.readers.number_format import GENERAL, shown, shown_text
from nianbao.parser.seen import Look, Run, Seen, seen


class Font(NamedTuple):
    size: float = 11
    colour: Colour = BLACK
    struck: bool = False
    raised: bool = False
    symbols: bool = False  # its digits are pictures


class CellStyle(NamedTuple):
    font: Font = Font()
    ground: Colour | None = WHITE  # None where it can't be told
    code: str = GENERAL
    repeated: bool = False  # its text is repeated as often as there is room


PLAIN = CellStyle()
LEAST_SIZE = 2.5  # points: less is a dot at best
SMALL = 0.8


def look_of(font: Font, ground: Colour | None) -> Look:
    if font.size < LEAST_SIZE:
        return "hidden"
    if font.struck:
        return "struck"
    look = ink(font.colour, ground or WHITE)
    if look == "hidden":
        return "odd" if ground is None else "hidden"
    if font.symbols and look == "shown":
        return "odd"
    return "raised" if font.raised else look


def number_seen(number: Decimal, style: CellStyle) -> Seen:
    told = shown(number, style.code)
    return _with_doubt(texts_seen([(told.text, style.font)], style), told.doubt)


def text_seen(runs: list[tuple[str, Font]], style: CellStyle) -> Seen:
    if len(runs) == 1:
        runs = [(shown_text(runs[0][0], style.code), runs[0][1])]
    elif not shown_text("x", style.code):
        return Seen("")
    return texts_seen(runs, style)


def texts_seen(runs: Iterable[tuple[str, Font]], style: CellStyle) -> Seen:
    told = [(Run(text, look_of(font, style.ground)), font.size) for text, font in runs]
    sizes = [size for run, size in told if run.look == "shown" and _has_digits(run.text)]
    largest = max(sizes, default=0)
    as_seen = seen(
        run._replace(look="odd")
        if run.look == "shown" and size < SMALL * largest and _has_digits(run.text)
        else run
        for run, size in told
    )
    repeated = "repeated over the width of its cell" if style.repeated and as_seen.text else ""
    return _with_doubt(as_seen, repeated)


def _with_doubt(told: Seen, doubt: str) -> Seen:
    return told._replace(doubt=told.doubt or doubt) if told.text.strip() else told


def _has_digits(text: str) -> bool:
    return any(c.isdigit() for c in text)
