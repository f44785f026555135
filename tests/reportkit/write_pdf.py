"""Writes a printed report as a PDF, with the tables drawn in the many ways that office programs draw them."""

from __future__ import annotations

import io
import random
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.reportkit.printed import Box, Printed, Table, Text

WIDTH, MARGIN = 595.0, 50.0
PAD = 3.0  # between the border of a cell and its text
STROKES = ("lines", "thin rectangles", "dashes", "double", "pieces", "frames", "form")


def write_pdf(
    printed: Printed,
    *,
    ruled: bool = True,
    strokes: str = "lines",
    two_up: bool = False,
    rotate: int = 0,
    sideways: bool = False,
    vertical_labels: str = "",
    repeat_header: bool = False,
    page_height: float = 842,
    break_rows: bool = True,
    page_numbers: bool = True,
    running_title: str = "",
    password: str = "",
    size: float = 9,
) -> bytes:
    """`vertical_labels` stands for the labels of many rows: "stacked", "turned", or "" for level writing.

    `rotate` is the page's own rotation, `sideways` draws upright pages lying on their side without saying so.
    """
    pages = Layout(ruled, vertical_labels, repeat_header, page_height, break_rows, size).lay_out(
        printed
    )
    for n, page in enumerate(pages, 1):
        if page_numbers:
            page.text(WIDTH / 2 - 12, page_height - 28, f"- {n} -", 9)
        if running_title:
            page.text(MARGIN, 36, running_title, 9)
    sheets = (
        [pages[i : i + 2] for i in range(0, len(pages), 2)]
        if two_up
        else [[page] for page in pages]
    )
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=password or None, pageCompression=0)
    canvas.setTitle("政府信息公开工作年度报告")
    for sheet in sheets:
        wide, high = (2 * WIDTH if two_up else WIDTH), page_height
        canvas.setPageSize(
            (high, wide) if sideways else (wide, high)
        )  # reportlab swaps them itself for a rotation
        if sideways:
            _turn(canvas, 90, wide, high)
        elif rotate:
            canvas.setPageRotation(rotate)
            _turn(canvas, rotate, wide, high)
        for n, page in enumerate(sheet):
            canvas.saveState()
            canvas.translate(n * WIDTH, 0)
            _draw(canvas, page, page_height, strokes)
            canvas.restoreState()
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def write_scan(
    printed: Printed,
    *,
    dpi: int = 150,
    lean: float = 0.0,
    noise: float = 0.0,
    kind: str = "pdf",
    **layout: Any,
) -> bytes:
    """A report that went through a scanner: pictures of its pages in a PDF, or a TIFF, or the first one as PNG."""
    import pypdfium2
    from PIL import Image

    pictures = []
    for page in pypdfium2.PdfDocument(write_pdf(printed, **layout)):
        picture = page.render(scale=dpi / 72).to_pil().convert("L")
        if lean:
            picture = picture.rotate(lean, Image.Resampling.BICUBIC, fillcolor=255)
        if noise:
            grain = Image.effect_noise(picture.size, 255 * noise)
            picture = Image.blend(picture, grain, min(noise, 0.5))
        pictures.append(picture)
    out = io.BytesIO()
    if kind == "png":
        pictures[0].save(out, "PNG", dpi=(dpi, dpi))
    elif kind == "tiff":
        pictures[0].save(out, "TIFF", save_all=True, append_images=pictures[1:], dpi=(dpi, dpi))
    else:
        pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=dpi)
    return out.getvalue()


@cache
def font_name() -> str:
    """A Chinese font: one that is installed, or the one that every PDF reader promises to have."""
    for path in sorted(Path("/usr/share/fonts").rglob("wqy-*.tt[cf]")):
        try:
            pdfmetrics.registerFont(TTFont("chinese", str(path), subfontIndex=0))
        except (TTFError, OSError):
            continue
        return "chinese"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


# ---- from a report to texts and boxes on pages; y grows downwards


class Words(NamedTuple):
    x: float
    y: float  # of the baseline
    text: str
    size: float
    turn: int = 0


@dataclass
class Leaf:
    words: list[Words] = field(default_factory=list)
    frames: list[tuple[float, float, float, float]] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float, turn: int = 0) -> None:
        self.words.append(Words(x, y, text, size, turn))


@dataclass
class Layout:
    ruled: bool
    vertical_labels: str
    repeat_header: bool
    page_height: float
    break_rows: bool
    size: float
    pages: list[Leaf] = field(default_factory=lambda: [Leaf()])
    y: float = MARGIN

    def lay_out(self, printed: Printed) -> list[Leaf]:
        for part in printed:
            if isinstance(part, Text):
                self._prose(part)
            else:
                _TableLayout(self, part).lay_out()
                self.y += 14
        return self.pages

    @property
    def bottom(self) -> float:
        return self.page_height - 60

    def new_page(self) -> None:
        self.pages.append(Leaf())
        self.y = MARGIN

    def _prose(self, text: Text) -> None:
        size = {"title": 16.0, "heading": 13.0}.get(text.style, 12.0)
        indent = "" if text.style != "body" else "　　"
        for line in wrap(indent + text.text, WIDTH - 2 * MARGIN, size):
            if self.y + 1.6 * size > self.bottom:
                self.new_page()
            x = MARGIN
            if text.style == "title":
                x = (WIDTH - width_of(line, size)) / 2
            elif text.style == "signature":
                x = WIDTH - MARGIN - width_of(line, size)
            self.pages[-1].text(x, self.y + 1.2 * size, line, size)
            self.y += 1.6 * size


class _TableLayout:
    def __init__(self, layout: Layout, table: Table) -> None:
        self.layout, self.table = layout, table
        self.placed = table.placed
        self.line = 1.3 * layout.size
        self.xs = self._columns()
        self.texts = {(r, c): deque(self._wrapped(r, c, box)) for r, c, box in self.placed}
        self.heights = self._heights()
        first = [box.rowspan for r, _, box in self.placed if r == 0]
        self.header = max(first, default=1)

    def _columns(self) -> list[float]:
        layout, count = self.layout, self.table.width
        natural = [20.0] * count
        for _, c, box in self.placed:
            if box.colspan == 1:
                longest = max(
                    (width_of(part, layout.size) for part in box.text.split("\n")), default=0
                )
                most = 100.0 if any(ch.isdigit() for ch in box.text[-1:]) else 60.0
                if self._is_vertical(box):
                    longest = layout.size * 1.2
                elif len(box.text) > 10:
                    most = 140.0
                natural[c] = max(natural[c], min(longest, most) + 2 * PAD + 1)
        room = WIDTH - 2 * MARGIN
        spare = room - sum(natural)
        if spare > 0:
            natural = [width + spare / count for width in natural]
        else:
            natural = [width * room / sum(natural) for width in natural]
        xs = [MARGIN]
        for width in natural:
            xs.append(xs[-1] + width)
        return xs

    def _is_vertical(self, box: Box) -> bool:
        return (
            bool(self.layout.vertical_labels)
            and box.rowspan >= 3
            and box.colspan == 1
            and len(box.text) <= 16
        )

    def _wrapped(self, r: int, c: int, box: Box) -> list[str]:
        if self._is_vertical(box):
            return [*box.text] if self.layout.vertical_labels == "stacked" else [box.text]
        return wrap(box.text, self.xs[c + box.colspan] - self.xs[c] - 2 * PAD, self.layout.size)

    def _heights(self) -> list[float]:
        heights = [self.line + 2 * PAD] * len(self.table.rows)
        for r, c, box in sorted(self.placed, key=lambda p: p[2].rowspan):
            need = len(self.texts[r, c]) * self.line + 2 * PAD
            if self._is_vertical(box) and self.layout.vertical_labels == "turned":
                need = width_of(box.text, self.layout.size) + 2 * PAD
            have = sum(heights[r : r + box.rowspan])
            if need > have:
                heights[r + box.rowspan - 1] += need - have
        return heights

    def lay_out(self) -> None:
        """Rows onto pages. A slice is a row, or the part of it that fits."""
        layout = self.layout
        slices: list[tuple[int, float, bool]] = []  # row, height, whether the row ends here
        header_height = sum(self.heights[: self.header])
        if layout.y + header_height + 30 > layout.bottom:
            layout.new_page()
        y = layout.y
        for r, height in enumerate(self.heights):
            left = height
            while y + left > layout.bottom:
                fits = int((layout.bottom - y - 2 * PAD) // self.line) * self.line + 2 * PAD
                if (
                    not layout.break_rows
                    or r < self.header
                    or fits < self.line + 2 * PAD
                    or left - fits < self.line
                ):
                    fits = 0
                if fits:
                    slices.append((r, fits, False))
                    left += 2 * PAD - fits
                self._draw(slices)
                slices = []
                layout.new_page()
                if layout.repeat_header and self.header <= r:
                    self._draw_header()
                y = layout.y
                if left > layout.bottom - y and not layout.break_rows:
                    break
            slices.append((r, left, True))
            y += left
        self._draw(slices)

    def _draw_header(self) -> None:
        saved = self.texts
        self.texts = {(r, c): deque(self._wrapped(r, c, box)) for r, c, box in self.placed}
        self._draw([(r, self.heights[r], True) for r in range(self.header)])
        self.texts = saved

    def _draw(self, slices: list[tuple[int, float, bool]]) -> None:
        layout, page = self.layout, self.layout.pages[-1]
        tops: dict[int, float] = {}
        bottoms: dict[int, float] = {}
        for r, height, _ in slices:
            tops.setdefault(r, layout.y)
            layout.y += height
            bottoms[r] = layout.y
        ends = {r for r, _, done in slices if done}
        for r, c, box in self.placed:
            rows = [n for n in range(r, r + box.rowspan) if n in tops]
            if not rows:
                continue
            x0, x1, top, bottom = (
                self.xs[c],
                self.xs[c + box.colspan],
                tops[rows[0]],
                bottoms[rows[-1]],
            )
            if layout.ruled:
                page.frames.append((x0, top, x1, bottom))
            done = r + box.rowspan - 1 in ends
            self._write(page, (r, c), box, (x0, top, x1, bottom), done)

    def _write(
        self,
        page: Leaf,
        place: tuple[int, int],
        box: Box,
        at: tuple[float, float, float, float],
        done: bool,
    ) -> None:
        size, lines = self.layout.size, self.texts[place]
        x0, top, x1, bottom = at
        if self._is_vertical(box) and self.layout.vertical_labels == "turned":
            if lines and bottom - top >= width_of(box.text, size) + 2 * PAD - 1:
                page.text((x0 + x1) / 2 - size / 3, top + PAD, lines.popleft(), size, 90)
            return
        fits = max(int((bottom - top - 2 * PAD + 0.5) // self.line), 0)
        own = [lines.popleft() for _ in range(min(len(lines) if done else fits, len(lines)))]
        y = top + PAD if len(own) > 1 else (top + bottom - self.line) / 2
        for line in own:
            x = x0 + PAD if len(box.text) > 10 else (x0 + x1 - width_of(line, size)) / 2
            page.text(x, y + 0.95 * size, line, size)
            y += self.line


def wrap(text: str, width: float, size: float) -> list[str]:
    lines = []
    for part in text.split("\n"):
        line = ""
        for character in part:
            if line and width_of(line + character, size) > width:
                lines.append(line)
                line = ""
            line += character
        lines.append(line)
    return lines


@cache
def width_of(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, font_name(), size))


# ---- from pages to the canvas


def _turn(canvas: Canvas, degrees: int, width: float, height: float) -> None:
    """Turn what follows counter-clockwise about the page, so that it still fills it."""
    degrees %= 360
    if degrees == 90:
        canvas.translate(height, 0)
    elif degrees == 180:
        canvas.translate(width, height)
    elif degrees == 270:
        canvas.translate(0, width)
    canvas.rotate(degrees)


def _draw(canvas: Canvas, page: Leaf, height: float, strokes: str) -> None:
    for words in page.words:
        canvas.setFont(font_name(), words.size)
        if words.turn:
            canvas.saveState()
            canvas.translate(words.x, height - words.y)
            canvas.rotate(-words.turn)
            canvas.drawString(0, 0, words.text)
            canvas.restoreState()
        else:
            canvas.drawString(words.x, height - words.y, words.text)
    canvas.setLineWidth(0.5)
    if strokes == "form" and page.frames:
        name = f"rules{id(page)}"
        canvas.beginForm(name)
        canvas.setLineWidth(0.5)
        for x0, top, x1, bottom in page.frames:
            canvas.rect(x0 / 2, (height - bottom) / 2, (x1 - x0) / 2, (bottom - top) / 2)
        canvas.endForm()
        canvas.saveState()
        canvas.scale(2, 2)
        canvas.doForm(name)
        canvas.restoreState()
        return
    for frame in page.frames:
        _draw_frame(canvas, frame, height, strokes)


def _draw_frame(
    canvas: Canvas, frame: tuple[float, float, float, float], height: float, strokes: str
) -> None:
    x0, top, x1, bottom = frame
    low, high = height - bottom, height - top
    edges = [(x0, low, x1, low), (x0, high, x1, high), (x0, low, x0, high), (x1, low, x1, high)]
    if strokes == "thin rectangles":
        for a, b, c, d in edges:
            canvas.rect(a - 0.25, b - 0.25, c - a + 0.5, d - b + 0.5, stroke=0, fill=1)
    elif strokes == "dashes":
        for a, b, c, d in edges:
            length, at = max(c - a, d - b), 0.0
            while at < length:
                end = min(at + 3, length)
                level = c - a > d - b
                canvas.line(*((a + at, b, a + end, b) if level else (a, b + at, a, b + end)))
                at += 5
    elif strokes == "double":
        for a, b, c, d in edges:
            dx, dy = (0, 0.75) if c > a else (0.75, 0)
            canvas.line(a - dx, b - dy, c - dx, d - dy)
            canvas.line(a + dx, b + dy, c + dx, d + dy)
    elif strokes == "pieces":
        chance = random.Random(int(x0 * 7 + top))
        for a, b, c, d in edges:
            cut = chance.uniform(0.2, 0.8)
            mx, my = a + (c - a) * cut, b + (d - b) * cut
            canvas.line(a, b, mx, my)
            canvas.line(mx, my, c + chance.uniform(-0.4, 0.4) * (c > a), d)
    elif strokes == "frames":
        path = canvas.beginPath()
        path.rect(x0 - 0.25, low - 0.25, x1 - x0 + 0.5, high - low + 0.5)
        path.rect(x0 + 0.25, low + 0.25, x1 - x0 - 0.5, high - low - 0.5)
        canvas.drawPath(path, stroke=0, fill=1, fillMode=0)
    elif strokes == "lines":
        for edge in edges:
            canvas.line(*edge)
    else:
        raise ValueError(strokes)
