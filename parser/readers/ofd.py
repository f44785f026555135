"""OFD (GB/T 33190): a zip of XML pages with placed characters, lines and
pictures, in millimetres.
"""

from __future__ import annotations

import math
import posixpath
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from lxml import etree

from nianbao.parser.document import Document
from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.ink import BLACK, WHITE, Colour, ink
from nianbao.parser.readers.package import open_package, parse_xml, parts, unpack
from nianbao.parser.readers.page.blocks import blocks_of
from nianbao.parser.readers.page.shapes import UNMOVED, Box, Glyph, Matrix, Page, times
from nianbao.parser.seen import Look

POINTS = 72 / 25.4  # in a millimetre
MOST_XML = 32 * 1024 * 1024
MOST_PICTURE = 40 * 1024 * 1024
MOST_PAGES = 300
MOST_GLYPHS = 600_000
MOST_OBJECTS = 400_000
DEEPEST = 12
THIN = 1.2  # millimetres: of a filled shape that is meant as a line
UNMAPPED = "the font does not say which character this is"


def read_ofd(data: bytes) -> Document:
    package = _Package(open_package(data, "OFD"))
    books = [_Book(package, body) for body in _children(package.xml("ofd.xml"), "DocBody")]
    if not books:
        raise ReadError("broken", kind="OFD", detail="no document in it")
    pages: list[Page] = []
    notes: list[str] = []
    pictures = 0
    for book in books:
        for number, sheet in enumerate(book.sheets(), len(pages) + 1):
            pictures += len(sheet.images)
            page = sheet.page(number)
            if sheet.is_scan and (seen := book.look_at(sheet, number)) is not None:
                page = seen
                notes.append(f"page {number} is a scan")
            pages.append(page)
    blocks = blocks_of(pages)
    if not blocks:
        raise ReadError("no_text", detail=f"{len(pages)} pages, {pictures} pictures")
    return Document("ofd", blocks, books[0].meta, (), pictures, tuple(notes))


class _Resource(NamedTuple):
    """What pages draw with: a way of drawing, a graphic, a picture."""

    element: etree._Element
    folder: str  # where its own file lies


# by kind and number
_Resources = dict[tuple[str, str], _Resource]


@dataclass(slots=True)
class _Sheet:
    """What stands on one page."""

    width: float  # millimetres
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    drawings: list[Box] = field(default_factory=list)
    inks: list[Colour] = field(default_factory=list)  # of the glyphs
    grounds: list[tuple[int, Box, Colour]] = field(default_factory=list)  # behind how many glyphs
    # the picture's name and its place
    images: list[tuple[str, Box]] = field(default_factory=list)
    resources: _Resources = field(default_factory=dict)

    def page(self, number: int) -> Page:
        drawings = [*self.drawings, *(box for _, box in self.images)]
        told = zip(self.glyphs, map(self._look, range(len(self.glyphs))), strict=True)
        glyphs = [glyph._replace(look=look) for glyph, look in told if look != "hidden"]
        return Page(number, self.width * POINTS, self.height * POINTS, glyphs, self.rules, drawings)

    def _look(self, i: int) -> Look:
        """By what was painted before it and after it in the same place."""
        glyph = self.glyphs[i]
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        wide, high = self.width * POINTS, self.height * POINTS
        if not (-1 <= x <= wide + 1 and -1 <= y <= high + 1):
            return "hidden"
        ground = WHITE
        for order, box, colour in self.grounds:
            if box.x0 <= x <= box.x1 and box.top <= y <= box.bottom:
                if order > i:
                    return "hidden"
                ground = colour
        return ink(self.inks[i], ground)

    @property
    def is_scan(self) -> bool:
        covered = sum((box.x1 - box.x0) * (box.bottom - box.top) for _, box in self.images)
        share = covered / max(self.width * self.height * POINTS * POINTS, 1)
        return bool(self.images) and len(self.glyphs) < 30 and share > 0.3


class _Package:
    """The parts by name, and how much may still be drawn of them."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.parts = parts(package)
        self.glyphs_left, self.objects_left = MOST_GLYPHS, MOST_OBJECTS

    def xml(self, name: str) -> etree._Element:
        content = self.content(name, MOST_XML)
        if content is None:
            raise ReadError("broken", kind="OFD", detail=f"{name[:60]} is missing")
        return parse_xml(content, "OFD")

    def content(self, name: str, most: int) -> bytes | None:
        entry = self.parts.get(name.lower())
        return None if entry is None else unpack(self.package, entry, most)


class _Book:
    """A document of the package: its pages, what is written on them later, what they draw with."""

    def __init__(self, package: _Package, body: etree._Element) -> None:
        self.package = package
        info = _child(body, "DocInfo")
        self.meta = {
            f"ofd.{name.lower()}": text
            for name in ("Title", "Author", "CreationDate", "ModDate")
            if (text := _text_of(_child(info, name)))
        }
        name = _resolved("", _text_of(_child(body, "DocRoot")))
        if not name:
            raise ReadError("broken", kind="OFD", detail="no document in it")
        self.document = package.xml(name)
        self.folder = posixpath.dirname(name)
        self.common = _child(self.document, "CommonData")
        self.resources = self._resources(self.common, ("PublicRes", "DocumentRes"))

    def _resources(self, holder: etree._Element | None, kinds: Sequence[str]) -> _Resources:
        found: _Resources = {}
        for listed in (listed for kind in kinds for listed in _children(holder, kind)):
            where = _resolved(self.folder, _text_of(listed))
            if where.lower() not in self.package.parts:
                continue
            root = self.package.xml(where)
            folder = _resolved(posixpath.dirname(where), root.get("BaseLoc", ""))
            for kind in RESOURCES:
                for element in root.iter(f"{{*}}{kind}"):
                    found[kind, element.get("ID", "")] = _Resource(element, folder)
        return found

    def sheets(self) -> Iterator[_Sheet]:
        pages = list(_children(_child(self.document, "Pages"), "Page"))
        if len(pages) > MOST_PAGES:
            raise ReadError("too_complex", detail=f"{len(pages)} pages")
        templates = {
            template.get("ID", ""): template.get("BaseLoc", "")
            for template in _children(self.common, "TemplatePage")
        }
        usual = _box_of(self.common)
        written = self._written_on()
        for listed_page in pages:
            root = self.package.xml(_resolved(self.folder, listed_page.get("BaseLoc", "")))
            x, y, width, height = _box_of(root) or usual or (0.0, 0.0, 210.0, 297.0)
            sheet = _Sheet(width, height)
            start: Matrix = (1.0, 0.0, 0.0, 1.0, -x, -y)
            behind: list[etree._Element] = []
            before: list[etree._Element] = []
            for used in _children(root, "Template"):
                if name := templates.get(used.get("TemplateID", "")):
                    template = self.package.xml(_resolved(self.folder, name))
                    in_front = used.get("ZOrder") == "Foreground"
                    (before if in_front else behind).append(template)
            for drawn in (*behind, root, *before):
                self._draw(drawn, start, sheet)
            for note in written.get(listed_page.get("ID", ""), ()):
                self._draw_note(note, start, sheet)
            yield sheet

    def _written_on(self) -> dict[str, list[etree._Element]]:
        """What was written on each page later, by the page's number."""
        where = _resolved(self.folder, _text_of(_child(self.document, "Annotations")))
        if where.lower() not in self.package.parts:
            return {}
        found: dict[str, list[etree._Element]] = {}
        for page in _children(self.package.xml(where), "Page"):
            name = _resolved(posixpath.dirname(where), _text_of(_child(page, "FileLoc")))
            if name.lower() in self.package.parts:
                notes = _children(self.package.xml(name), "Annot")
                found.setdefault(page.get("PageID", ""), []).extend(notes)
        return found

    def _draw(self, root: etree._Element, start: Matrix, sheet: _Sheet) -> None:
        sheet.resources = self.resources | self._resources(root, ("PageRes",))
        for layer in _children(_child(root, "Content"), "Layer"):
            if _is_drawn(layer):
                self._draw_all(layer, start, sheet, (layer,))

    def _draw_note(self, note: etree._Element, start: Matrix, sheet: _Sheet) -> None:
        """A mark that lets what is under it be seen changes nothing."""
        if not _is_drawn(note) or note.get("Type") in SEEN_THROUGH:
            return
        for appearance in _children(note, "Appearance"):
            x, y, *_ = _numbers(appearance.get("Boundary"), 4) or (0.0, 0.0)
            self._draw_all(appearance, times((1, 0, 0, 1, x, y), start), sheet, (appearance,))

    def _draw_all(
        self,
        holder: etree._Element,
        start: Matrix,
        sheet: _Sheet,
        within: tuple[etree._Element, ...],
    ) -> None:
        """`within` are the layer, and the blocks and graphics that it stands in."""
        if len(within) > DEEPEST + 1:
            raise ReadError("too_complex", detail=f"blocks nested more than {DEEPEST} deep")
        for item in holder:
            self.package.objects_left -= 1
            if self.package.objects_left < 0:
                raise ReadError("too_complex", detail="too many objects")
            kind = _name(item)
            if not _is_drawn(item):
                continue
            if kind == "PageBlock":
                self._draw_all(item, start, sheet, (*within, item))
            elif kind == "CompositeObject":
                self._draw_graphic(item, start, sheet, within)
            elif kind == "TextObject":
                self._draw_text(item, start, sheet, within)
            elif kind == "PathObject":
                _draw_path(item, start, sheet, within)
            elif kind == "ImageObject" and (at := _numbers(item.get("Boundary"), 4)):
                box = _placed(start, at[0], at[1], at[0] + at[2], at[1] + at[3])
                sheet.images.append((item.get("ResourceID", ""), box))

    def _draw_graphic(
        self,
        item: etree._Element,
        start: Matrix,
        sheet: _Sheet,
        within: tuple[etree._Element, ...],
    ) -> None:
        """A graphic that is kept among the resources, and drawn wherever it is named."""
        graphic = sheet.resources.get(("CompositeGraphicUnit", item.get("ResourceID", "")))
        if graphic is None:
            return
        for content in _children(graphic.element, "Content"):
            self._draw_all(content, _own(item, start), sheet, (*within, item))

    def _draw_text(
        self,
        item: etree._Element,
        start: Matrix,
        sheet: _Sheet,
        within: tuple[etree._Element, ...],
    ) -> None:
        drawn = item.get("Fill", "true") != "false" or item.get("Stroke") == "true"
        colour = _colour(_painted("FillColor", item, within, sheet.resources))
        if _numbers(item.get("Boundary"), 4) is None or colour is None or not drawn:
            return
        matrix = _own(item, start)
        clips = _clips(item, start)
        size = _number(item.get("Size")) or 0.0
        if size <= 0:
            return
        reading, facing = _quarter(item.get("ReadDirection")), _quarter(item.get("CharDirection"))
        stretch = _number(item.get("HScale")) or 1.0
        unmapped = _unmapped(item)
        position = 0
        x = y = 0.0
        for code in _children(item, "TextCode"):
            text = code.text or ""
            self.package.glyphs_left -= len(text)
            if self.package.glyphs_left < 0:
                raise ReadError("too_complex", detail="too many characters")
            x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
            xs, ys = _steps(code.get("DeltaX"), len(text)), _steps(code.get("DeltaY"), len(text))
            for n, character in enumerate(text):
                width = (0.5 if character.isascii() else 1.0) * size * stretch
                if not character.isspace():
                    lost = 0xE000 <= ord(character) <= 0xF8FF or ord(character) in (0xFFFD, 0xA4)
                    lost = lost or position in unmapped
                    glyph = _glyph(character, (x, y, width, size), matrix, facing, lost)
                    if _is_within(glyph, clips):
                        sheet.inks.append(colour)
                        sheet.glyphs.append(glyph)
                position += 1
                if xs is None and ys is None:
                    dx, dy = (width, 0.0) if reading % 180 == 0 else (0.0, size)
                else:
                    dx, dy = (xs[n] if xs else 0.0), (ys[n] if ys else 0.0)
                x, y = x + dx, y + dy

    # ---- scanned pages

    def look_at(self, sheet: _Sheet, number: int) -> Page | None:
        """The page's largest picture read as a scan."""
        from nianbao.parser.readers.scan import look_at, opened, require

        require()
        name, box = max(
            sheet.images,
            key=lambda image: (image[1].x1 - image[1].x0) * (image[1].bottom - image[1].top),
        )
        content = self._picture(name, sheet.resources)
        if content is None:
            return None
        picture = opened(content)
        return look_at(picture, number, dpi=picture.width / max(box.x1 - box.x0, 1) * 72)

    def _picture(self, wanted: str, resources: _Resources) -> bytes | None:
        media = resources.get(("MultiMedia", wanted))
        if media is None:
            return None
        name = _resolved(media.folder, _text_of(_child(media.element, "MediaFile")))
        return self.package.content(name, MOST_PICTURE)


RESOURCES = ("DrawParam", "CompositeGraphicUnit", "MultiMedia")
SEEN_THROUGH = frozenset(("Highlight", "Link", "Watermark"))


# ---- objects


def _glyph(
    character: str,
    place: tuple[float, float, float, float],
    matrix: Matrix,
    facing: int,
    lost: bool,
) -> Glyph:
    """`place` is the start of the baseline,
    and the width and height of the character.
    """
    x, y, width, size = place
    turned = math.radians(facing)
    along, up = (math.cos(turned), math.sin(turned)), (math.sin(turned), -math.cos(turned))
    corners = []
    for a, b in CORNERS:
        dx, dy = a * width, b * size
        corners.append((x + along[0] * dx + up[0] * dy, y + along[1] * dx + up[1] * dy))
    box = _around(corners, matrix)
    degrees = math.degrees(math.atan2(matrix[1], matrix[0])) + facing
    turn = round(degrees / 90) * 90 % 360
    return Glyph("\ufffd" if lost else character, *box, turn, UNMAPPED if lost else "")


def _unmapped(item: etree._Element) -> set[int]:
    """Positions whose characters are drawn by other shapes than their own:
    what is seen can't be told.
    """
    lost: set[int] = set()
    for change in _children(item, "CGTransform"):
        first, count = (
            int(_number(change.get("CodePosition"))),
            int(_number(change.get("CodeCount"), 1)),
        )
        shapes = int(_number(change.get("GlyphCount"), 1))
        if count != shapes:
            lost.update(range(first, first + min(count, 1000)))
    return lost


def _draw_path(
    item: etree._Element, start: Matrix, sheet: _Sheet, within: tuple[etree._Element, ...]
) -> None:
    data = _text_of(_child(item, "AbbreviatedData"))
    if _numbers(item.get("Boundary"), 4) is None or not data:
        return
    filled, stroked = item.get("Fill", "false") == "true", item.get("Stroke", "true") != "false"
    line = _painted("StrokeColor", item, within, sheet.resources)
    fill = _painted("FillColor", item, within, sheet.resources)
    if (not filled and not stroked) or (stroked and not filled and _is_white(line)):
        return
    matrix = _own(item, start)
    thick = THIN * POINTS
    painted = _colour(fill) if filled and _is_solid(item, fill) else None
    white = filled and not stroked and _is_white(fill)
    for points, curved in _subpaths(data):
        whole = _around(points, matrix)
        if painted is not None and not curved:
            sheet.grounds.append((len(sheet.glyphs), whole, painted))
            if len(sheet.grounds) > MOST_GROUNDS:
                raise ReadError("too_complex", detail="too many painted areas")
        if white:
            continue
        if curved:
            sheet.drawings.append(whole)
        elif filled and min(whole.x1 - whole.x0, whole.bottom - whole.top) <= thick:
            sheet.rules.append(whole)
        elif stroked:
            for ends in pairwise(points):
                box = _around(list(ends), matrix)
                if min(box.x1 - box.x0, box.bottom - box.top) <= 0.7:
                    sheet.rules.append(box)
                else:
                    sheet.drawings.append(box)


PATH = pattern_of(r"[SMLQBAC]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def _subpaths(data: str) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    points: list[tuple[float, float]] = []
    curved = False
    tokens = PATH.findall(data)
    n = 0
    while n < len(tokens):
        command = tokens[n]
        count = OPERANDS.get(command)
        if count is None:
            n += 1
            continue
        numbers = [_number(token) for token in tokens[n + 1 : n + 1 + count]]
        n += 1 + count
        if len(numbers) < count:
            break
        if command in "SM":
            if len(points) > 1:
                yield points, curved
            points, curved = [(numbers[0], numbers[1])], False
        elif command == "C":
            if points and points[0] != points[-1]:
                points.append(points[0])
        else:
            curved = curved or command != "L"
            points.append((numbers[-2], numbers[-1]))
    if len(points) > 1:
        yield points, curved


# ---- numbers and names


def _steps(text: str | None, count: int) -> list[float] | None:
    """The distances between characters: `g 3 2.5` stands for three times 2.5.

    The last one goes on to the end.
    """
    if not text:
        return None
    steps: list[float] = []
    tokens = text.split()
    n = 0
    while n < len(tokens) and len(steps) < count:
        if tokens[n] == "g":
            times, step, *_ = *map(_number, tokens[n + 1 : n + 3]), 0.0, 0.0
            steps += [step] * min(max(int(times), 0), count)
            n += 3
        else:
            steps.append(_number(tokens[n]))
            n += 1
    last = steps[-1] if steps else 0.0
    return steps + [last] * (count - len(steps))


def _number(text: str | None, default: float = 0.0) -> float:
    try:
        number = float(text) if text else default
    except ValueError:
        return default
    if math.isfinite(number) and abs(number) < 1e7:
        return number
    return default


def _numbers(text: str | None, count: int) -> list[float] | None:
    found = [_number(token) for token in (text or "").split()]
    if len(found) == count:
        return found
    return None


def _quarter(text: str | None) -> int:
    return round(_number(text) / 90) * 90 % 360


def _as_matrix(numbers: list[float] | None) -> Matrix:
    if numbers is None:
        return UNMOVED
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


# in widths and heights, of the baseline
CORNERS = ((0, -0.12), (0, 0.88), (1, -0.12), (1, 0.88))


def _around(points: list[tuple[float, float]], matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    xs = [(a * x + c * y + e) * POINTS for x, y in points]
    ys = [(b * x + d * y + f) * POINTS for x, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _placed(matrix: Matrix, x0: float, y0: float, x1: float, y1: float) -> Box:
    return _around([(x0, y0), (x1, y1)], matrix)


MOST_GROUNDS = 2000


def _painted(
    name: str,
    item: etree._Element,
    within: tuple[etree._Element, ...],
    resources: _Resources,
) -> etree._Element | None:
    """The colour that the object tells, its own way of drawing, or that of what it stands in."""
    colour = _child(item, name)
    if colour is not None:
        return colour
    for holder in (item, *reversed(within)):
        number = holder.get("DrawParam")
        for _ in range(DEEPEST):
            way = resources.get(("DrawParam", number)) if number else None
            if way is None:
                break
            colour = _child(way.element, name)
            if colour is not None:
                return colour
            number = way.element.get("Relative")
    return None


def _is_drawn(item: etree._Element) -> bool:
    return item.get("Visible", "true") != "false" and item.get("Alpha") != "0"


def _clips(item: etree._Element, start: Matrix) -> list[list[Box]]:
    """Where the object is seen at all: in one of the places of each clip.

    Some programs tell the places within the object, others on the page: each is taken for both.
    """
    x, y, *_ = _numbers(item.get("Boundary"), 4) or (0.0, 0.0)
    spaces = (start, times((1, 0, 0, 1, x, y), start), _own(item, start))
    clips = []
    for clip in _children(_child(item, "Clips"), "Clip"):
        boxes: list[Box] = []
        for area in _children(clip, "Area"):
            path = _child(area, "Path")
            if path is None:  # cut out by letters
                return []
            inner = times(_own(path, UNMOVED), _as_matrix(_numbers(area.get("CTM"), 6)))
            for points, _ in _subpaths(_text_of(_child(path, "AbbreviatedData"))):
                boxes += [_around(points, times(inner, space)) for space in spaces]
        clips.append(boxes)
    return [boxes for boxes in clips if boxes]


def _is_within(glyph: Glyph, clips: list[list[Box]]) -> bool:
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    return all(
        any(box.x0 <= x <= box.x1 and box.top <= y <= box.bottom for box in boxes)
        for boxes in clips
    )


def _own(item: etree._Element, start: Matrix) -> Matrix:
    """From the object's own space to the page's."""
    x, y, *_ = _numbers(item.get("Boundary"), 4) or (0.0, 0.0)
    return times(times(_as_matrix(_numbers(item.get("CTM"), 6)), (1, 0, 0, 1, x, y)), start)


def _is_solid(item: etree._Element, fill: etree._Element | None) -> bool:
    faint = (item.get("Alpha", "255"), "255" if fill is None else fill.get("Alpha", "255"))
    return all(alpha == "255" for alpha in faint)


def _colour(colour: etree._Element | None) -> Colour | None:
    """None for what is not drawn; black where nothing is said, or nothing that is understood."""
    if colour is None:
        return BLACK
    if _number(colour.get("Alpha"), 255) < FAINTEST:
        return None
    value = _numbers(colour.get("Value"), 3)
    if value is None:
        return BLACK
    red, green, blue = (min(max(int(part), 0), 255) for part in value)
    return Colour(red, green, blue)


FAINTEST = 20


def _is_white(colour: etree._Element | None) -> bool:
    if colour is None:
        return False
    value = _numbers(colour.get("Value"), 3)
    return colour.get("Alpha") == "0" or (value is not None and min(value) >= 250)


def _box_of(holder: etree._Element | None) -> tuple[float, float, float, float] | None:
    area = _child(holder, "PageArea")
    if area is None:
        area = _child(holder, "Area")
    box = _numbers(_text_of(_child(area, "PhysicalBox")), 4)
    if box is None or min(box[2:]) <= 0:
        return None
    return box[0], box[1], box[2], box[3]


def _name(element: etree._Element) -> str:
    if isinstance(element.tag, str):
        return etree.QName(element).localname
    return ""


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(_children(element, name), None)


def _children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    if element is not None:
        yield from (child for child in element if _name(child) == name)


def _text_of(element: etree._Element | None) -> str:
    if element is not None:
        return (element.text or "").strip()
    return ""


def _resolved(folder: str, name: str) -> str:
    """A name within the package.

    One that leads out of it names no part, and is not found.
    """
    if not name:
        return folder
    joined = name.lstrip("/") if name.startswith("/") else posixpath.join(folder, name)
    return posixpath.normpath(joined.replace("\\", "/"))
