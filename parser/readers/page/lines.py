"""Glyphs -> lines of text with their fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from nianbao.parser.readers.page.shapes import Box, Glyph, in_reading_frame, numberlike

FIELD_GAP = 1.2  # ems between two fields of a line
SPACE_GAP = 0.25


class Field(NamedTuple):
    text: str
    x0: float
    x1: float
    doubt: str = ""


@dataclass(slots=True)
class Line:
    page: int
    leaf: int
    top: float
    bottom: float
    fields: list[Field]
    full: bool = False  # the next line may go on with its sentence
    starts_at_margin: bool = False

    @property
    def text(self) -> str:
        return "\t".join(f.text for f in self.fields)

    @property
    def doubt(self) -> str:
        return next((f.doubt for f in self.fields if f.doubt), "")


def text_lines(
    glyphs: list[Glyph], page: int, leaf: int, tables: list[tuple[float, float]]
) -> list[Line]:
    found: list[Line] = []
    for turn in (0, 90, 180, 270):
        own = [glyph for glyph in glyphs if glyph.turn == turn]
        if turn:
            for line in lines_of([upright_glyph(glyph) for glyph in own]):
                fields = fields_of(line)
                top = min(g.top for g in own)
                found.append(Line(page, leaf, top, max(g.bottom for g in own), fields))
            continue
        lines = lines_of(own)
        prose = [(line[0].x0, line[-1].x1) for line in lines if len(line) > 20]
        left = min((x0 for x0, _ in prose), default=0.0)
        right = max((x1 for _, x1 in (*prose, *tables)), default=0.0)
        for line in lines:
            top, bottom = min(g.top for g in line), max(g.bottom for g in line)
            em = bottom - top
            fields = numbers_apart(line)
            made = Line(page, leaf, top, bottom, fields)
            made.full = len(fields) == 1 and len(line) > 12 and line[-1].x1 > right - 1.6 * em
            made.starts_at_margin = len(fields) == 1 and line[0].x0 < left + 0.7 * em
            found.append(made)
    return found


def upright_glyph(glyph: Glyph) -> Glyph:
    box = in_reading_frame(Box(*glyph[1:5]), glyph.turn)
    return Glyph(glyph.text, *box, doubt=glyph.doubt, look=glyph.look)


def lines_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs that stand beside each other, from left to right;
    lines from top to bottom.
    """
    lines: list[list[Glyph]] = []
    middle, height = 0.0, 0.0
    for glyph in sorted(glyphs, key=lambda g: g.top + g.bottom):
        at, size = (glyph.top + glyph.bottom) / 2, glyph.bottom - glyph.top
        if lines and at - middle < 0.45 * min(height, max(size, 0.5 * height)):
            line = lines[-1]
            line.append(glyph)
            middle += (at - middle) / len(line)
            height = max(height, size)
        else:
            lines.append([glyph])
            middle, height = at, size
    for line in lines:
        line.sort(key=lambda g: g.x0)
    return [_once(line) for line in lines]


def _once(line: list[Glyph]) -> list[Glyph]:
    """A line without the second strokes of characters that were drawn twice to
    look bold.
    """
    kept: list[Glyph] = []
    for glyph in line:
        em = glyph.bottom - glyph.top
        double = next(
            (
                k
                for k in kept[-3:]
                if k.text == glyph.text and glyph.x0 - k.x0 < 0.15 * em and _overlap(k, glyph) > 0.6
            ),
            None,
        )
        if double is None:
            if kept and kept[-1].text != glyph.text and _overlap(kept[-1], glyph) > 0.6:
                doubt = "characters lie upon each other"
                kept[-1] = kept[-1]._replace(doubt=kept[-1].doubt or doubt)
                glyph = glyph._replace(doubt=glyph.doubt or doubt)
            kept.append(glyph)
    return kept


def _overlap(a: Glyph, b: Glyph) -> float:
    """The share of the narrower one that the other one covers in width."""
    return (min(a.x1, b.x1) - max(a.x0, b.x0)) / max(min(a.x1 - a.x0, b.x1 - b.x0), 0.1)


def fields_of(line: list[Glyph], gap: float = FIELD_GAP) -> list[Field]:
    fields: list[Field] = []
    for n, glyph in enumerate(line):
        em = glyph.bottom - glyph.top
        if fields and glyph.x0 - fields[-1].x1 < gap * em:
            last = fields[-1]
            apart = glyph.x0 - last.x1 > SPACE_GAP * em
            space = " " if apart and not _is_set_evenly(line[max(n - 2, 0) : n + 1]) else ""
            fields[-1] = Field(
                last.text + space + glyph.text,
                last.x0,
                max(last.x1, glyph.x1),
                last.doubt or glyph.doubt,
            )
        else:
            fields.append(Field(glyph.text, glyph.x0, glyph.x1, glyph.doubt))
    return fields


def _is_set_evenly(three: list[Glyph]) -> bool:
    """A point between digits that are set one by one, as far apart as they are: the room behind it
    is its own.
    """
    if len(three) < 3 or three[1].text not in (".", ",") or not three[0].text.isdigit():
        return False
    before, after = three[1].x0 - three[0].x0, three[2].x0 - three[1].x0
    return three[2].text.isdigit() and abs(before - after) < 0.1 * before


def text_of(line: list[Glyph]) -> str:
    return "".join(field.text for field in fields_of(line, float("inf")))


def numbers_apart(line: list[Glyph]) -> list[Field]:
    """The fields of a line; in a row of a table,
    numbers need less room between them than words.
    """
    fields, fine = fields_of(line), fields_of(line, 0.4)
    if len(fields) < 2:
        return fields
    apart: list[Field] = []
    for wide in fields:
        parts = [part for part in fine if wide.x0 <= part.x0 <= wide.x1]
        apart.extend(parts if all(numberlike(part.text) for part in parts) else [wide])
    return apart
