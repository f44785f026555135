"""PDF -> Document: the characters and lines that pdfium finds on each page,
made into paragraphs and grids.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from ctypes import addressof, byref, c_float, c_int, c_uint, c_ulong, create_string_buffer
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from nianbao.parser.document import Document, Link
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.ink import BLACK, WHITE, Colour, ink
from nianbao.parser.readers.page.blocks import blocks_of
from nianbao.parser.readers.page.shapes import UNMOVED, Box, Glyph, Matrix, Page, times
from nianbao.parser.seen import Look

MOST_PAGES = 200
MOST_GLYPHS = 400_000
MOST_SEGMENTS = 200_000
MOST_OBJECTS = 300_000
MOST_SCANS = 40
DEEPEST = 30  # forms within forms
SCAN_DPI = 200
MOST_PIXELS = 20_000_000  # of a page as a picture

PDFIUM = threading.RLock()  # pdfium is not made for several threads


def read_pdf(data: bytes) -> Document:
    _refuse_cut(data)
    with PDFIUM:
        opened = _open(data)
    drawn: list[Page] = []
    links: list[Link] = []
    notes: list[str] = []
    pictures = scans = 0
    try:
        with PDFIUM:
            meta, count = _meta(opened), len(opened)
        if count > MOST_PAGES:
            raise ReadError("too_complex", detail=f"{count} pages")
        left = _Left()
        for number in range(1, count + 1):
            with PDFIUM:
                sheet = _Sheet(number)
                sheet.read(opened, left)
                picture = sheet.render(opened) if sheet.is_scan else None
                pasted = sheet.pasted() if picture is None else []
                drawing = sheet.render(opened) if pasted and can_read() else None
            pictures += len(sheet.images)
            links += sheet.links
            notes += sheet.notes
            if picture is None:
                drawn.append(_with_pasted(sheet, pasted, drawing))
                continue
            scans += 1
            if scans > MOST_SCANS:
                raise ReadError("too_complex", detail=f"more than {MOST_SCANS} scanned pages")
            from nianbao.parser.readers.scan import look_at

            drawn.append(look_at(picture, number, dpi=picture.width / sheet.width * 72))
            notes.append(f"page {number} is a scan")
    finally:
        with PDFIUM:
            opened.close()
    blocks = blocks_of(drawn)
    if not blocks:
        raise ReadError("no_text", detail=f"{count} pages, {pictures} pictures")
    return Document("pdf", blocks, meta, tuple(links), pictures, tuple(notes))


def _with_pasted(sheet: _Sheet, pasted: list[Box], drawing: Any) -> Page:
    """A page with the tables that were pasted into it as pictures; what is not read is a hole."""
    page = sheet.page
    if not pasted:
        return page
    from nianbao.parser.readers.scan import holds_table, look_at

    glyphs, rules, holes = list(page.glyphs), list(page.rules), []
    for box in pasted:
        seen = None
        if drawing is not None:
            scale = drawing.width / sheet.width
            part = drawing.crop(tuple(round(side * scale) for side in box))
            if holds_table(part):
                seen = look_at(part, sheet.number, dpi=scale * 72)
        if seen is None:
            holes.append(box)
            continue
        glyphs += [
            glyph._replace(
                x0=glyph.x0 + box.x0,
                x1=glyph.x1 + box.x0,
                top=glyph.top + box.top,
                bottom=glyph.bottom + box.top,
            )
            for glyph in seen.glyphs
        ]
        rules += [
            Box(r.x0 + box.x0, r.top + box.top, r.x1 + box.x0, r.bottom + box.top)
            for r in seen.rules
        ]
    return replace(page, glyphs=glyphs, rules=rules, holes=holes)


@dataclass(slots=True)
class _Left:
    """What the document may still hold."""

    glyphs: int = MOST_GLYPHS
    segments: int = MOST_SEGMENTS
    objects: int = MOST_OBJECTS

    def take(self, what: str, count: int) -> None:
        setattr(self, what, getattr(self, what) - count)
        if getattr(self, what) < 0:
            raise ReadError("too_complex", detail=f"too many {what}")


# ---- opening


def can_read() -> bool:
    """Whether pictures can be read here."""
    from nianbao.parser.readers.scan import require

    try:
        require()
    except ReadError:
        return False
    return True


def _refuse_cut(data: bytes) -> None:
    """pdfium mends files whose end is missing,
    and then rows are missing without a word.
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise ReadError("empty")
    if len(data) < 64:
        raise ReadError("truncated", detail="PDF without content")
    linear = re.search(rb"/Linearized.{0,200}?/L\s+(\d{1,12})", data[:2048], re.DOTALL)
    if linear and int(linear[1]) > len(data) + 2:
        raise ReadError("truncated", detail=f"{len(data)} of {int(linear[1])} bytes")
    end = data.rfind(b"%%EOF")
    if end < 0 or b" obj" in data[end:]:
        raise ReadError("truncated", detail="the end mark of the PDF is missing")


def _open(data: bytes) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        import pypdfium2.raw as pdfium

        code = getattr(error, "err_code", None)
        if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise ReadError("encrypted") from None
        raise ReadError("broken", kind="PDF", detail=str(error)[:80]) from None


def pictured_pages(
    data: bytes, numbers: Collection[int], dpi: float
) -> dict[int, tuple[Any, float]]:
    """Some pages as pictures, each with its pixels for an inch: a scan as it was read."""
    found: dict[int, tuple[Any, float]] = {}
    with PDFIUM:
        opened = _open(data)
        try:
            for number in sorted(numbers):
                sheet = _Sheet(number)
                sheet.read(opened, _Left())
                if sheet.is_scan:
                    from nianbao.parser.readers.scan import straightened

                    picture = sheet.render(opened)
                    found[number] = straightened(picture, picture.width / sheet.width * 72)
                else:
                    found[number] = (opened[number - 1].render(scale=dpi / 72).to_pil(), dpi)
        finally:
            opened.close()
    return found


def _meta(opened: Any) -> dict[str, str]:
    return {
        f"pdf.{name.lower()}": value
        for name, value in opened.get_metadata_dict(skip_empty=True).items()
    }


# ---- a page

Point = tuple[float, float]
LEAN = 0.7  # points that a level or upright line may lean
THICKEST = 3.2  # points, of a filled rectangle that is meant as a line
MOST_LINKS = 500
UNMAPPED = "the font does not say which character this is"
RENAMED = "the file gives another text for what is drawn"


@dataclass(slots=True)
class _Sheet:
    """What stands on one page, as it is shown:
    points from its upper left corner.
    """

    number: int
    width: float = 0.0
    height: float = 0.0
    rotation: int = 0
    crop: tuple[float, float, float, float] = (
        0,
        0,
        0,
        0,
    )  # in the page's own space: left, low, right, high
    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    drawings: list[Box] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    grounds: list[_Ground] = field(default_factory=list)  # painted areas, in their order
    # characters that something was painted over, with its order
    covered: list[tuple[Glyph, int]] = field(default_factory=list)
    bands: dict[int, list[_Ground]] = field(default_factory=dict)  # the same, by their heights
    texts: dict[int, _Text] = field(default_factory=dict)  # by the address of the object
    layered: set[int] = field(default_factory=set)  # characters of layers, which may be off
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return Page(
            self.number,
            self.width,
            self.height,
            self.glyphs,
            self.rules,
            [*self.drawings, *self.images],
        )

    @property
    def is_scan(self) -> bool:
        """Nothing to read but a picture.

        Invisible text over it is some OCR's, of unknown quality.
        """
        covered = sum(map(_area, self.images)) / max(self.width * self.height, 1)
        if covered > 0.5 and len(self.glyphs) < 30:
            return True
        return not self.glyphs and (covered > 0.05 or len(self.drawings) > 50)

    def read(self, opened: Any, left: _Left) -> None:
        import pypdfium2
        import pypdfium2.raw as pdfium

        page = None
        try:
            page = opened[self.number - 1]
            unpainted = _unpainted_notes(pdfium, page.raw)
            if _has_typed_fields(pdfium, page.raw):
                # What was typed into form fields is no part of the page until
                # it is made one.
                pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
                page.close()
                page = opened[self.number - 1]
            self.rotation, self.crop = page.get_rotation(), page.get_bbox()
            x0, y0, x1, y1 = self.crop
            self.width, self.height = x1 - x0, y1 - y0
            if self.rotation % 180:
                self.width, self.height = self.height, self.width
            self._read_objects(pdfium, page.raw, left)
            self.drawings += [self._placed(*area) for area in unpainted]
            self._read_text(pdfium, opened.raw, page.raw, left)
            if self.layered:
                self.glyphs = _painted(page, self.glyphs, self.layered)
        except pypdfium2.PdfiumError as error:
            raise ReadError(
                "broken", kind="PDF", detail=f"page {self.number}: {error}"[:80]
            ) from None
        finally:
            if page is not None:
                page.close()
        if not self.is_scan and any(
            _area(box) > 0.1 * self.width * self.height for box in self.images
        ):
            self.notes.append(f"page {self.number} has a picture among its text that was not read")

    def pasted(self) -> list[Box]:
        """Large pictures with no text over them."""
        large = [box for box in self.images if _area(box) > PASTED * self.width * self.height]
        middles = [((g.x0 + g.x1) / 2, (g.top + g.bottom) / 2) for g in self.glyphs]
        return [box for box in large if not any(_holds(box, x, y) for x, y in middles)]

    def render(self, opened: Any) -> Any:
        """The page as a picture."""
        from nianbao.parser.readers.scan import require

        require()
        page = opened[self.number - 1]
        try:
            most = math.sqrt(MOST_PIXELS / max(self.width * self.height, 1))
            return page.render(scale=min(SCAN_DPI / 72, most)).to_pil()
        finally:
            page.close()

    def _placed(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """From the page's own space, where y grows upwards."""
        left, low, right, high = self.crop
        if self.rotation == 90:
            return Box(y0 - low, x0 - left, y1 - low, x1 - left)
        if self.rotation == 180:
            return Box(right - x1, y0 - low, right - x0, y1 - low)
        if self.rotation == 270:
            return Box(high - y1, right - x1, high - y0, right - x0)
        return Box(x0 - left, high - y1, x1 - left, high - y0)

    def _is_on_page(self, box: Box) -> bool:
        x, y = (box.x0 + box.x1) / 2, (box.top + box.bottom) / 2
        return -1 <= x <= self.width + 1 and -1 <= y <= self.height + 1

    # ---- text

    def _read_text(self, pdfium: Any, document: Any, page: Any, left: _Left) -> None:
        text = pdfium.FPDFText_LoadPage(page)
        if not text:
            return
        try:
            count = max(pdfium.FPDFText_CountChars(text), 0)
            left.take("glyphs", count)
            self._read_glyphs(pdfium, text, count)
            self._read_links(pdfium, document, page, text)
        finally:
            pdfium.FPDFText_ClosePage(text)

    def _read_glyphs(self, pdfium: Any, text: Any, count: int) -> None:
        box = pdfium.FS_RECTF()
        box_ref = byref(box)
        unicode_of, is_generated = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_IsGenerated
        loose_box, object_of = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetTextObject
        is_unmapped = pdfium.FPDFText_HasUnicodeMapError
        last, turn = 0, 0
        written: Colour | None = BLACK
        text_of = _Text()
        unseen: list[tuple[Glyph, int]] = []
        for i in range(count):
            code = unicode_of(text, i)
            if code in SPACES or is_generated(text, i) == 1 or not loose_box(text, i, box_ref):
                continue
            handle = object_of(text, i)
            address = addressof(handle.contents) if handle else 0
            if address != last or not address:
                last = address
                written, turn = _written(pdfium, text, i, handle), self._turn(pdfium, text, i)
                text_of = self.texts.get(address, LAST_TEXT)
            placed = self._placed(box.left, box.bottom, box.right, box.top)
            if not self._is_on_page(placed):
                continue
            look = "hidden" if written is None else self._look(placed, written, text_of)
            if look == "hidden":
                hidden = Glyph(_character(code)[0], *placed, turn)
                if written is not None and (over := self._covering(placed, text_of)) is not None:
                    self.covered.append((hidden, over))
                else:
                    unseen.append((hidden, text_of.order))
                continue
            if turn < 0:
                self.drawings.append(placed)  # a watermark across the page
                continue
            character, doubt = _character(code)
            if is_unmapped(text, i) == 1:
                doubt = UNMAPPED
            if text_of.renamed:
                doubt = RENAMED
            if text_of.layer:
                self.layered.add(len(self.glyphs))
            self.glyphs.append(Glyph(character, *placed, turn, doubt, look))
        if len(self.covered) > MOST_COVERED:
            self.glyphs = [glyph._replace(look="odd") for glyph in self.glyphs]
        else:
            self.glyphs += self._written_again()
        if unseen:
            self.glyphs += self._seen_after_all(pdfium, unseen)

    def _written_again(self) -> list[Glyph]:
        """PDFium gives a character once that is written twice in one place: the one that was
        painted over, though the one on top is what a person sees.
        """
        return [
            glyph
            for glyph, over in self.covered
            if any(
                text.order > over and _is_within(glyph, text.box) for text in self.texts.values()
            )
            and not any(_shares(glyph, other) for other in self.glyphs)
        ]

    def _seen_after_all(self, pdfium: Any, unseen: list[tuple[Glyph, int]]) -> list[Glyph]:
        """PDFium gives a character once, too, that was written in no ink or in white and then in
        black: the first. Which of a text's characters are meant is only sure where it shows none.
        """
        shown = [
            (text, text.box, colour)
            for text in self.texts.values()
            if text.box is not None and (colour := _drawn_in(pdfium, text.handle)) is not None
        ]
        texts = _by_band(shown, lambda told: told[1])
        glyphs = _by_band(self.glyphs, lambda glyph: Box(*glyph[1:5]))
        found = []
        for glyph, order in unseen:
            place = Box(*glyph[1:5])
            x, y = (place.x0 + place.x1) / 2, (place.top + place.bottom) / 2
            near = glyphs.get(int(y // BAND), [])
            over = [
                box
                for text, box, colour in texts.get(int(y // BAND), ())
                if text.order > order
                and _holds(box, x, y)
                and self._look(place, colour, text) != "hidden"
            ]
            if over and not any(_shares(glyph, other) for other in near):
                alone = not any(_is_within(other, box) for other in near for box in over)
                found.append(glyph if alone else glyph._replace(look="odd"))
        return found

    def _covering(self, placed: Box, text: _Text) -> int | None:
        """When the last was painted that lies over a place."""
        x, y = (placed.x0 + placed.x1) / 2, (placed.top + placed.bottom) / 2
        later = (
            ground.order
            for ground in self._grounds_at(y)
            if ground.order > text.order and ground.colour and _holds(ground.box, x, y)
        )
        return max(later, default=None)

    def _turn(self, pdfium: Any, text: Any, i: int) -> int:
        """How far the characters are turned clockwise;
        -1 when it is not by quarters.
        """
        matrix = pdfium.FS_MATRIX()
        if not pdfium.FPDFText_GetMatrix(text, i, byref(matrix)):
            return self.rotation
        degrees = self.rotation - math.degrees(math.atan2(matrix.b, matrix.a))
        turn = round(degrees / 90) * 90
        if abs(degrees - turn) < 5:
            return turn % 360
        return -1

    def _grounds_at(self, y: float) -> list[_Ground]:
        if not self.bands and self.grounds:
            if len(self.grounds) > MOST_GROUNDS:
                raise ReadError("too_complex", detail="too many painted areas")
            for ground in self.grounds:
                for band in range(int(ground.box.top // BAND), int(ground.box.bottom // BAND) + 1):
                    self.bands.setdefault(band, []).append(ground)
        return self.bands.get(int(y // BAND), [])

    def _look(self, placed: Box, written: Colour, text: _Text) -> Look:
        """By what was painted before it and after it in the same place, and where it is cut off."""
        if (cut := _cut(placed, text.clip)) == "hidden":
            return "hidden"
        x, y = (placed.x0 + placed.x1) / 2, (placed.top + placed.bottom) / 2
        ground: Colour | None = WHITE
        look: Look = cut
        for painted in self._grounds_at(y):
            if not _holds(painted.box, x, y):
                continue
            if painted.order < text.order:
                ground = painted.colour
            elif painted.colour is not None:
                return "hidden"
            elif _area(painted.box) < SMALL_PICTURE * self.width * self.height:
                look = "odd"
        if ground is None:
            return look
        shade = ink(written, ground)
        return look if shade == "shown" else shade

    def _read_links(self, pdfium: Any, document: Any, page: Any, text: Any) -> None:
        position, link, area = c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
        while len(self.links) < MOST_LINKS and pdfium.FPDFLink_Enumerate(
            page, byref(position), byref(link)
        ):
            action = pdfium.FPDFLink_GetAction(link)
            if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
                continue
            target = create_string_buffer(2048)
            size = pdfium.FPDFAction_GetURIPath(document, action, target, 2048)
            if not 0 < size <= 2048 or not pdfium.FPDFLink_GetAnnotRect(link, byref(area)):
                continue
            letters = (pdfium.FPDF_WCHAR * 200)()
            sides = (area.left, area.top, area.right, area.bottom)
            count = pdfium.FPDFText_GetBoundedText(text, *sides, letters, 200)
            words = "".join(chr(code) for code in letters[: max(count, 0)] if code).strip()
            self.links.append(Link(words, target.value.decode("utf-8", "replace")))

    # ---- lines and pictures

    def _read_objects(self, pdfium: Any, page: Any, left: _Left) -> None:
        for order, (handle, kind, matrix) in enumerate(_objects(pdfium, page, left)):
            if kind == pdfium.FPDF_PAGEOBJ_PATH:
                self._read_path(pdfium, handle, matrix, left, order)
                continue
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                clip = self._clip(pdfium, handle, matrix, left)
                box = self._bounds(pdfium, handle, matrix)
                renamed, layer = _marks(pdfium, handle)
                text = _Text(order, clip, box, renamed, layer, handle)
                self.texts[addressof(handle.contents)] = text
                if renamed and box is not None:
                    self.drawings.append(box)  # its own text may be nothing
                continue
            box = self._bounds(pdfium, handle, matrix)
            if box is None:
                continue
            if kind == pdfium.FPDF_PAGEOBJ_SHADING:
                self.grounds.append(_Ground(order, box, None))
            elif min(box.x1 - box.x0, box.bottom - box.top) <= THICKEST:
                self.rules.append(box)  # a border that is a stretched picture
            else:
                self.images.append(box)
                self.grounds.append(_Ground(order, box, None))

    def _bounds(self, pdfium: Any, handle: Any, matrix: Matrix) -> Box | None:
        x0, y0, x1, y1 = c_float(), c_float(), c_float(), c_float()
        if not pdfium.FPDFPageObj_GetBounds(handle, byref(x0), byref(y0), byref(x1), byref(y1)):
            return None
        box = self._around(
            [
                (x0.value, y0.value),
                (x1.value, y1.value),
                (x0.value, y1.value),
                (x1.value, y0.value),
            ],
            matrix,
        )
        return self._clipped(box)

    def _around(self, points: list[Point], matrix: Matrix) -> Box:
        a, b, c, d, e, f = matrix
        xs, ys = [a * x + c * y + e for x, y in points], [b * x + d * y + f for x, y in points]
        return self._placed(min(xs), min(ys), max(xs), max(ys))

    def _clipped(self, box: Box) -> Box | None:
        x0, top = max(box.x0, 0.0), max(box.top, 0.0)
        x1, bottom = min(box.x1, self.width), min(box.bottom, self.height)
        if x0 <= x1 and top <= bottom:
            return Box(x0, top, x1, bottom)
        return None

    def _clip(self, pdfium: Any, handle: Any, matrix: Matrix, left: _Left) -> Box | None:
        """What of the page an object may be drawn on; None where nothing is cut off."""
        path = pdfium.FPDFPageObj_GetClipPath(handle)
        count = pdfium.FPDFClipPath_CountPaths(path) if path else 0
        whole: Box | None = None
        x, y = c_float(), c_float()
        for n in range(min(max(count, 0), MOST_CLIPS)):
            points = []
            size = max(pdfium.FPDFClipPath_CountPathSegments(path, n), 0)
            left.take("segments", size)
            for k in range(size):
                segment = pdfium.FPDFClipPath_GetPathSegment(path, n, k)
                pdfium.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
                points.append((x.value, y.value))
            if points:
                box = self._around(points, matrix)
                whole = box if whole is None else _both(whole, box)
        return whole

    def _read_path(self, pdfium: Any, handle: Any, matrix: Matrix, left: _Left, order: int) -> None:
        fill, stroke = c_int(), c_int()
        pdfium.FPDFPath_GetDrawMode(handle, byref(fill), byref(stroke))
        stroked = bool(stroke.value) and _alpha(pdfium.FPDFPageObj_GetStrokeColor, handle) > 0
        filled = bool(fill.value) and _alpha(pdfium.FPDFPageObj_GetFillColor, handle) > 0
        if not stroked and not filled:
            return
        matrix = times(_matrix_of(pdfium, handle), matrix)
        width = c_float()
        pdfium.FPDFPageObj_GetStrokeWidth(handle, byref(width))
        thickness = width.value * math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))
        frames: list[Box] = []
        drawn = stroked and thickness <= 2 * THICKEST
        for points, curved in _subpaths(pdfium, handle, left):
            if drawn and not curved:
                self._add_strokes(points, matrix)
                if not filled:  # nearly all lines of a table
                    continue
            box = self._clipped(self._around(points, matrix))
            if box is None:
                continue
            wide, high = box.x1 - box.x0, box.bottom - box.top
            if curved:
                self.drawings.append(box)
                continue
            if not filled:
                continue
            if min(wide, high) <= THICKEST:
                self.rules.append(box)
            elif not curved and self._is_level(points, matrix):
                frames.append(box)
            else:
                self.drawings.append(box)
        self._add_frames(pdfium, handle, frames, order)

    def _add_strokes(self, points: list[Point], matrix: Matrix) -> None:
        for start, end in pairwise(points):
            box = self._clipped(self._around([start, end], matrix))
            if box is None:
                continue
            if min(box.x1 - box.x0, box.bottom - box.top) <= LEAN:
                self.rules.append(box)
            else:
                self.drawings.append(box)

    def _is_level(self, points: list[Point], matrix: Matrix) -> bool:
        boxes = [self._around([start, end], matrix) for start, end in pairwise(points)]
        return all(min(box.x1 - box.x0, box.bottom - box.top) <= LEAN for box in boxes)

    def _add_frames(self, pdfium: Any, handle: Any, frames: list[Box], order: int) -> None:
        """Filled rectangles: grounds, or a border drawn as one rectangle with
        another cut out of it.
        """
        for outer, inner in pairwise(frames):
            sides = (
                inner.x0 - outer.x0,
                inner.top - outer.top,
                outer.x1 - inner.x1,
                outer.bottom - inner.bottom,
            )
            if all(0 <= side <= THICKEST for side in sides):
                x0, top, x1, bottom = outer
                self.rules += [Box(x0, top, x1, top), Box(x0, bottom, x1, bottom)]
                self.rules += [Box(x0, top, x0, bottom), Box(x1, top, x1, bottom)]
        if len(frames) != 1:
            return  # of two frames in each other only what lies between them may be painted
        red, green, blue, alpha = _colour(pdfium.FPDFPageObj_GetFillColor, handle)
        if alpha >= SOLID:
            self.grounds.append(_Ground(order, frames[0], Colour(red, green, blue)))


PASTED = 0.06  # of a page
BAND = 24.0
MOST_COVERED = 2000  # characters of a page; of one with more no digit is sure
MOST_GROUNDS = 20_000
SOLID = 250
SMALL_PICTURE = 0.01  # of a page: it lies over single cells, and is no seal or watermark
MOST_CLIPS = 20


class _Ground(NamedTuple):
    order: int
    box: Box
    colour: Colour | None  # None for a picture


class _Text(NamedTuple):
    """Where a text stands among all that is painted, and where it is cut off."""

    order: int = 1 << 30
    clip: Box | None = None
    box: Box | None = None
    renamed: bool = False  # the file gives another text for what is drawn
    layer: bool = False  # it belongs to a layer
    handle: Any = None


LAST_TEXT = _Text()


def _both(a: Box, b: Box) -> Box:
    return Box(max(a.x0, b.x0), max(a.top, b.top), min(a.x1, b.x1), min(a.bottom, b.bottom))


def _is_within(glyph: Glyph, box: Box | None) -> bool:
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    return box is not None and _holds(box, x, y)


def _shares(glyph: Glyph, other: Glyph) -> bool:
    """Whether two characters stand in one place."""
    wide = min(glyph.x1, other.x1) - max(glyph.x0, other.x0)
    high = min(glyph.bottom, other.bottom) - max(glyph.top, other.top)
    return high > 0 and wide > (glyph.x1 - glyph.x0) / 2


T = TypeVar("T")


def _by_band(things: Iterable[T], box_of: Callable[[T], Box]) -> dict[int, list[T]]:
    """What lies in each band of the page."""
    bands: dict[int, list[T]] = {}
    for thing in things:
        box = box_of(thing)
        first = int(box.top // BAND)
        for band in range(first, min(int(box.bottom // BAND), first + MOST_BANDS) + 1):
            bands.setdefault(band, []).append(thing)
    return bands


MOST_BANDS = 1000


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _cut(placed: Box, clip: Box | None) -> Look:
    """A character of which less than half is left is not seen; of most of it, it is."""
    if clip is None:
        return "shown"
    left = _both(placed, clip)
    wide = max(left.x1 - left.x0, 0) / max(placed.x1 - placed.x0, 0.01)
    high = max(left.bottom - left.top, 0) / max(placed.bottom - placed.top, 0.01)
    if wide <= GONE or high <= GONE:
        return "hidden"
    return "shown" if wide >= WHOLE and high >= WHOLE else "odd"


GONE, WHOLE = 0.15, 0.6


def _written(pdfium: Any, text: Any, i: int, handle: Any) -> Colour | None:
    """The colour of a character; None for one that is not drawn."""
    mode = pdfium.FPDFTextObj_GetTextRenderMode(handle) if handle else 0
    if mode in UNSEEN_MODES:
        return None
    getter = (
        pdfium.FPDFText_GetStrokeColor if mode in STROKED_MODES else pdfium.FPDFText_GetFillColor
    )
    r, g, b, a = c_uint(), c_uint(), c_uint(), c_uint()
    if not getter(text, i, byref(r), byref(g), byref(b), byref(a)):
        return BLACK  # a pattern
    if a.value < FAINTEST:
        return None
    return Colour(*(255 - (255 - c.value) * a.value // 255 for c in (r, g, b)))


def _drawn_in(pdfium: Any, handle: Any) -> Colour | None:
    """The colour of a text; None for one that is not drawn."""
    mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
    if mode in UNSEEN_MODES:
        return None
    getter = (
        pdfium.FPDFPageObj_GetStrokeColor
        if mode in STROKED_MODES
        else pdfium.FPDFPageObj_GetFillColor
    )
    r, g, b, a = c_uint(), c_uint(), c_uint(), c_uint()
    if not getter(handle, byref(r), byref(g), byref(b), byref(a)):
        return BLACK  # a pattern
    if a.value < FAINTEST:
        return None
    return Colour(*(255 - (255 - c.value) * a.value // 255 for c in (r, g, b)))


FAINTEST = 20
STROKED_MODES = (1, 5)


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.bottom - box.top)


SPACES = frozenset((*range(2), *range(3, 33), 0x7F, 0xA0, 0x200B, 0x3000, 0xFEFF))
# neither filled nor stroked; only a clip for what follows
UNSEEN_MODES = (3, 7)
HYPHEN = 2  # pdfium's name for a hyphen at the end of a line


def _character(code: int) -> tuple[str, str]:
    if code == HYPHEN:
        return "-", ""
    if (
        0xE000 <= code <= 0xF8FF
        or code in (0xFFFD, 0xFFFE, 0xFFFF)
        or 0xD800 <= code < 0xE000
        or code > 0x10FFFF
    ):
        return "\ufffd", UNMAPPED
    return chr(code), ""


def _marks(pdfium: Any, handle: Any) -> tuple[bool, bool]:
    """Whether a text is marked as standing for another one, and as a part of a layer."""
    renamed = layer = False
    size = c_ulong()
    name = (pdfium.FPDF_WCHAR * 8)()
    for n in range(min(max(pdfium.FPDFPageObj_CountMarks(handle), 0), MOST_MARKS)):
        mark = pdfium.FPDFPageObj_GetMark(handle, n)
        if pdfium.FPDFPageObjMark_GetParamValueType(mark, b"ActualText") != UNKNOWN_TYPE:
            renamed = True
        pdfium.FPDFPageObjMark_GetName(mark, name, 16, byref(size))
        layer = layer or (bytes(name[:2]) == b"OC" and size.value == 6)
    return renamed, layer


MOST_MARKS = 20
UNKNOWN_TYPE = 0


def _painted(page: Any, glyphs: list[Glyph], layered: set[int]) -> list[Glyph]:
    """The characters without those of layers that are off: where they stand nothing is painted."""
    bitmap = page.render(scale=LAYER_SCALE, grayscale=True)
    pixels, stride = bytes(bitmap.buffer), bitmap.stride

    def shades(glyph: Glyph) -> set[int]:
        x0, x1 = (max(int(x * LAYER_SCALE), 0) for x in (glyph.x0, glyph.x1 + 1))
        tops = range(int(glyph.top * LAYER_SCALE), int(glyph.bottom * LAYER_SCALE) + 1)
        found: set[int] = set()
        for y in tops:
            found.update(pixels[y * stride + x0 : y * stride + min(x1, bitmap.width)])
        return found

    def is_there(glyph: Glyph) -> bool:
        found = shades(glyph)
        return bool(found) and max(found) - min(found) > FAINTEST

    return [glyph for n, glyph in enumerate(glyphs) if n not in layered or is_there(glyph)]


LAYER_SCALE = 2.0


def _annotations(pdfium: Any, page: Any) -> Iterator[Any]:
    for n in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_NOTES)):
        annotation = pdfium.FPDFPage_GetAnnot(page, n)
        if annotation:
            yield annotation
            pdfium.FPDFPage_CloseAnnot(annotation)


MOST_NOTES = 2000
# what is typed, drawn or stamped onto a page; marks of a text pen leave its digits to be read
DRAWN_NOTES = (
    *("FREETEXT", "STAMP", "INK", "STRIKEOUT", "LINE"),
    *("SQUARE", "CIRCLE", "POLYGON", "POLYLINE", "REDACT"),
)


def _drawn_notes(pdfium: Any) -> set[int]:
    return {getattr(pdfium, f"FPDF_ANNOT_{name}") for name in DRAWN_NOTES}


def _unpainted_notes(pdfium: Any, page: Any) -> list[tuple[float, float, float, float]]:
    """Where notes stand that a viewer draws itself: what they show is not in the file."""
    drawn, area = _drawn_notes(pdfium), pdfium.FS_RECTF()
    found = []
    for annotation in _annotations(pdfium, page):
        hidden = pdfium.FPDFAnnot_GetFlags(annotation) & pdfium.FPDF_ANNOT_FLAG_HIDDEN
        painted = pdfium.FPDFAnnot_GetAP(
            annotation, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0
        )
        if hidden or painted > 2 or pdfium.FPDFAnnot_GetSubtype(annotation) not in drawn:
            continue
        if pdfium.FPDFAnnot_GetRect(annotation, byref(area)):
            found.append((area.left, area.bottom, area.right, area.top))
    return found


def _has_typed_fields(pdfium: Any, page: Any) -> bool:
    shown = {pdfium.FPDF_ANNOT_WIDGET, *_drawn_notes(pdfium)}
    kinds = (pdfium.FPDFAnnot_GetSubtype(found) for found in _annotations(pdfium, page))
    return any(kind in shown for kind in kinds)


def _objects(pdfium: Any, page: Any, left: _Left) -> Iterator[tuple[Any, int, Matrix]]:
    """What is drawn, in forms too, with the matrix from its space to the page's."""

    def within(
        count: int, take: Any, holder: Any, matrix: Matrix, depth: int
    ) -> Iterator[tuple[Any, int, Matrix]]:
        if depth > DEEPEST:
            raise ReadError("too_complex", detail=f"forms nested more than {DEEPEST} deep")
        left.take("objects", max(count, 0))
        for n in range(count):
            handle = take(holder, n)
            kind = pdfium.FPDFPageObj_GetType(handle)
            if kind != pdfium.FPDF_PAGEOBJ_FORM:
                yield handle, kind, matrix
            else:
                inner = times(_matrix_of(pdfium, handle), matrix)
                size = pdfium.FPDFFormObj_CountObjects(handle)
                yield from within(size, pdfium.FPDFFormObj_GetObject, handle, inner, depth + 1)

    yield from within(
        pdfium.FPDFPage_CountObjects(page), pdfium.FPDFPage_GetObject, page, UNMOVED, 0
    )


def _matrix_of(pdfium: Any, handle: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(handle, byref(found)):
        return UNMOVED
    return found.a, found.b, found.c, found.d, found.e, found.f


def _subpaths(pdfium: Any, handle: Any, left: _Left) -> Iterator[tuple[list[Point], bool]]:
    """The points of each part of a path, and whether it has curves."""
    count = pdfium.FPDFPath_CountSegments(handle)
    left.take("segments", max(count, 0))
    points: list[Point] = []
    curved = False
    x, y = c_float(), c_float()
    x_ref, y_ref = byref(x), byref(y)
    for n in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(handle, n)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x_ref, y_ref)
        if kind == pdfium.FPDF_SEGMENT_MOVETO and points:
            if len(points) > 1:
                yield points, curved
            points, curved = [], False
        curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
        points.append((x.value, y.value))
        if pdfium.FPDFPathSegment_GetClose(segment) and points[0] != points[-1]:
            points.append(points[0])
    if len(points) > 1:
        yield points, curved


def _colour(getter: Any, handle: Any) -> tuple[int, int, int, int]:
    r, g, b, a = c_uint(), c_uint(), c_uint(), c_uint()
    if not getter(handle, byref(r), byref(g), byref(b), byref(a)):
        return 0, 0, 0, 255  # a pattern
    return r.value, g.value, b.value, a.value


def _alpha(getter: Any, handle: Any) -> int:
    return _colour(getter, handle)[3]
