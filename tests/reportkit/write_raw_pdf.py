"""A printed report as a PDF of raw operators: no library between, and marks around the digits."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise

from tests.reportkit.marks import Piece, bare, pieces
from tests.reportkit.printed import Printed, Table

WIDTH, HEIGHT, MARGIN, SIZE = 720.0, 1500.0, 40.0, 9.0  # a page that holds the longest table
LINE = 12.0
WAYS = {
    "struck": ("stroke", "rectangle"),
    "raised": ("rise", "matrix"),
    "hidden": ("mode", "white", "covered", "clipped", "tiny", "transparent"),
}


def write_raw_pdf(
    printed: Printed, seed: int = 0, *, inner: bool = True, rotate: int = 0, frame: bool = True
) -> bytes:
    """`inner` draws the rules between cells, `frame` those around a table."""
    pen = _Pen(random.Random(seed), inner, frame)
    for block in printed:
        if isinstance(block, Table):
            pen.table(block)
        else:
            pen.paragraph(block.text)
    return _file(["\n".join(page) for page in pen.pages], rotate)


@dataclass
class _Pen:
    chance: random.Random
    inner: bool
    frame: bool
    pages: list[list[str]] = field(default_factory=lambda: [[]])
    y: float = HEIGHT - MARGIN

    def put(self, operators: str) -> None:
        self.pages[-1].append(operators)

    def room(self, height: float) -> None:
        if self.y - height < MARGIN:
            self.pages.append([])
            self.y = HEIGHT - MARGIN

    def paragraph(self, text: str) -> None:
        for line in _wrapped(text, WIDTH - 2 * MARGIN):
            self.room(LINE)
            self.y -= LINE
            self.written(MARGIN, self.y, [Piece(line)])

    def table(self, table: Table) -> None:
        xs = _columns(table)
        heights = _heights(table, xs)
        starts = {(r, c): box for r, c, box in table.placed}
        ends = {(r + box.rowspan, c): box for (r, c), box in starts.items()}
        top: dict[int, float] = {}
        for r, high in enumerate(heights):
            # what belongs together by a merged cell stays on its page
            if not any(a < r < a + box.rowspan for (a, _), box in starts.items()):
                whole = [box.rowspan for (a, _), box in starts.items() if a == r]
                self.room(min(sum(heights[r : r + max(whole, default=1)]), HEIGHT - 2 * MARGIN))
            top[r] = self.y
            self.y -= high
            for (end, c), box in ends.items():
                if end == r + 1:
                    y0 = top[r + 1 - box.rowspan]
                    self.cell(xs[c], y0, xs[c + box.colspan], self.y, box.text)
            if self.frame and not self.inner:
                self.line(xs[0], top[r], xs[0], self.y)
                self.line(xs[-1], top[r], xs[-1], self.y)
        self.y -= LINE

    def cell(self, x0: float, top: float, x1: float, bottom: float, text: str) -> None:
        if self.inner:
            self.put(f"0.5 w {x0} {bottom} {x1 - x0} {top - bottom} re S")
        lines = text.split("\n") if "⟦" in text else _wrapped(text, x1 - x0 - 4)
        y = (top + bottom) / 2 + LINE * len(lines) / 2 - SIZE
        for line in lines:
            self.written(x0 + 2, y, pieces(line))
            y -= LINE

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.put(f"0.5 w {x0} {y0} m {x1} {y1} l S")

    def written(self, x: float, y: float, parts: list[Piece]) -> None:
        for piece in parts:
            x += getattr(self, piece.look)(x, y, piece.text)

    def shown(self, x: float, y: float, text: str, size: float = SIZE, more: str = "") -> float:
        for ascii_run, part in _runs(text):
            font = "/A" if ascii_run else "/B"
            letters = part.encode("utf-16-be").hex() if not ascii_run else part.encode().hex()
            self.put(f"BT {font} {size} Tf {more} 1 0 0 1 {x:.3f} {y:.3f} Tm <{letters}> Tj ET")
            x += _width(part, size)
        return _width(text, size)

    def struck(self, x: float, y: float, text: str) -> float:
        wide = self.shown(x, y, text)
        middle = y + 0.32 * SIZE
        if self.chance.choice(WAYS["struck"]) == "stroke":
            self.line(x, middle, x + wide, middle)
        else:
            self.put(f"{x} {middle} {wide} 0.6 re f")
        return wide

    def raised(self, x: float, y: float, text: str) -> float:
        if self.chance.choice(WAYS["raised"]) == "rise":
            return self._risen(x, y, text)
        return self.shown(x, y + 0.35 * SIZE, text, 0.6 * SIZE)

    def _risen(self, x: float, y: float, text: str) -> float:
        self.put("q")
        wide = self.shown(x, y, text, 0.6 * SIZE, f"{0.35 * SIZE} Ts")
        self.put("Q")
        return wide

    def hidden(self, x: float, y: float, text: str) -> float:
        way = self.chance.choice(WAYS["hidden"])
        self.put("q")
        wide = 0.0
        if way == "mode":
            wide = self.shown(x, y, text, SIZE, "3 Tr")
        elif way == "white":
            self.put("1 1 1 rg")
            wide = self.shown(x, y, text)
        elif way == "covered":
            self.shown(x, y, text)
            self.put(f"1 1 1 rg {x} {y - 2} {_width(text, SIZE)} {SIZE + 1} re f")
        elif way == "clipped":
            self.put(f"{x} {y + 30} 1 1 re W n")
            self.shown(x, y, text)
        elif way == "tiny":
            wide = self.shown(x, y, text, 0.8)
        else:
            self.put("/G gs")
            wide = self.shown(x, y, text)
        self.put("Q")
        # where nothing is left to be seen the digits may stand close or apart
        return wide if way in ("mode", "white") and self.chance.random() < 0.5 else 0.0


def _columns(table: Table) -> list[float]:
    """Numbers need as much room as their digits do, labels get the rest."""
    width = table.width
    least = [20.0] * width
    for _, c, box in table.placed:
        if box.colspan == 1:
            text = bare(box.text)
            wanted = _width(text, SIZE) + 14 if text.isascii() else 40.0
            least[c] = max(least[c], min(wanted, 60.0))
    spare = max(WIDTH - 2 * MARGIN - sum(least), 0) / max(width, 1)
    xs = [MARGIN]
    for wide in least:
        xs.append(xs[-1] + wide + spare)
    return xs


def _heights(table: Table, xs: list[float]) -> list[float]:
    heights = [LINE + 4] * len(table.rows)
    for r, c, box in table.placed:
        if box.rowspan == 1:
            lines = _wrapped(bare(box.text), xs[c + box.colspan] - xs[c] - 4)
            heights[r] = max(heights[r], len(lines) * LINE + 4)
    for r, c, box in table.placed:
        lines = _wrapped(bare(box.text), xs[c + box.colspan] - xs[c] - 4)
        lacking = len(lines) * LINE + 4 - sum(heights[r : r + box.rowspan])
        if lacking > 0:
            heights[r + box.rowspan - 1] += lacking
    return heights


def _wrapped(text: str, room: float) -> list[str]:
    lines = []
    for part in text.split("\n"):
        line = ""
        for character in part:
            if line and _width(line + character, SIZE) > room:
                lines.append(line)
                line = ""
            line += character
        lines.append(line)
    return lines


def _width(text: str, size: float) -> float:
    return sum(0.556 if c.isascii() else 1.0 for c in text) * size


def _runs(text: str) -> list[tuple[bool, str]]:
    bounds = [i for i in range(1, len(text)) if text[i].isascii() != text[i - 1].isascii()]
    parts = [text[a:b] for a, b in pairwise([0, *bounds, len(text)])]
    return [(part.isascii(), part) for part in parts if part.strip()]


def _file(pages: list[str], rotate: int) -> bytes:
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(pages)))
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        3: "<< /Font << /A 4 0 R /B 5 0 R >> /ExtGState << /G << /ca 0 /CA 0 >> >> >>",
        4: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        5: "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        6: "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 7 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        7: "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /Ascent 859 /Descent -141 /CapHeight 700 "
        "/ItalicAngle 0 /StemV 80 /FontBBox [-25 -254 1000 880] >>",
    }
    for n, content in enumerate(pages):
        objects[10 + 2 * n] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {rotate} "
            f"/Resources 3 0 R /Contents {11 + 2 * n} 0 R >>"
        )
        objects[11 + 2 * n] = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"
    body, offsets = b"%PDF-1.7\n", {}
    for number, content in sorted(objects.items()):
        offsets[number] = len(body)
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    lines = ["0000000000 65535 f "]
    for number in range(1, max(objects) + 1):
        known = number in offsets
        lines.append(
            f"{offsets.get(number, 0):010d} {'00000' if known else '65535'} {'n' if known else 'f'} "
        )
    table = "xref\n0 {}\n{}\n".format(len(lines), "\n".join(lines))
    trailer = f"trailer << /Size {len(lines)} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + (table + trailer).encode()
