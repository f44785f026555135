"""Scanned pages and pictures: ruled cells are found first, then what stands in
each is read twice.

A number counts only when both readings agree and are sure of it; else its cell
says so and gives none.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from nianbao.parser.document import Document
from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.page.blocks import blocks_of
from nianbao.parser.readers.page.lattices import lattices
from nianbao.parser.readers.page.shapes import Box, Glyph, Lattice, Page
from nianbao.parser.steps import step

MOST_PIXELS = 40_000_000
MOST_PAGES = 40

MOST_SIDE = 2000  # pixels in which lines are looked for
FEW_PIXELS = 1200  # enough to find the longest ones
SURE = 0.85  # of a reading, from 0 to 1
USUAL_DPI = 150.0
NEAT_WIDTH = 1240  # pixels of a page that is large enough to be read
UNSURE = "the writing in the picture can't be read with certainty"


def require() -> None:
    """Whether all that the extra brings is there; told before any of it is imported."""
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        raise ReadError("needs_ocr", detail=", ".join(missing))


EXTRA = ("PIL", "numpy", "cv2", "rapidocr_onnxruntime")


def read_picture(data: bytes) -> Document:
    require()
    pictures = list(_pictures(data))
    pages = [look_at(picture, n, dpi=usual_dpi(picture)) for n, picture in enumerate(pictures, 1)]
    blocks = blocks_of(pages)
    if not blocks:
        raise ReadError("no_text", detail="a picture without writing")
    return Document("scan", blocks, pictures=len(pictures))


def look_at(picture: Any, number: int, *, dpi: float) -> Page:
    """A page as a picture (of PIL) -> its rules and characters, in points."""
    require()
    import numpy as np

    step(f"page {number}")
    if min(picture.size) < LEAST_PICTURE:
        return Page(number, 1, 1)
    grey, dpi = straightened(picture, dpi)
    ink = _ink(grey)
    scale = 72 / dpi
    rules, drawn = _rules(ink, scale)
    clean = np.where(drawn, 255, grey).astype(np.uint8)
    writing = ink & ~drawn
    found = lattices(rules)
    glyphs = list(_in_cells(clean, writing, found, scale))
    glyphs += _outside(clean, writing, found, scale)
    height, width = grey.shape
    return Page(number, width * scale, height * scale, glyphs, rules)


LEAST_PICTURE = 16  # pixels


def straightened(picture: Any, dpi: float) -> tuple[Any, float]:
    """The page as it is read: large enough, the right way up and level."""
    import numpy as np

    grey = np.asarray(picture.convert("L"))
    if grey.shape[1] < NEAT_WIDTH and dpi < USUAL_DPI:
        grey, dpi = _enlarged(grey, NEAT_WIDTH / grey.shape[1], dpi)
    return _level(_way_up(grey)), dpi


def pages_in(data: bytes) -> list[Any]:
    """The pictures of a file."""
    return list(_pictures(data))


def holds_table(picture: Any) -> bool:
    """Whether a picture is ruled like a table: only then is it worth the time to read it."""
    require()
    import numpy as np

    grey = np.asarray(picture.convert("L"))
    if min(grey.shape) < LEAST_TABLE:
        return False
    rules, _ = _rules(_ink(grey), 72 / usual_dpi(picture))
    return any(len(lattice.regions) >= FEWEST_CELLS for lattice in lattices(rules))


LEAST_TABLE = 80  # pixels
FEWEST_CELLS = 12


# ---- pictures from files


def opened(data: bytes) -> Any:
    """The first picture of a file."""
    return next(_pictures(data))


def _pictures(data: bytes) -> Iterator[Any]:
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        opened = Image.open(io.BytesIO(data))
        for n, frame in enumerate(ImageSequence.Iterator(opened)):
            if n and opened.format != "TIFF":
                break
            if n >= MOST_PAGES:
                # Without its last pages it would seem to lack their tables.
                raise ReadError("too_complex", detail=f"over {MOST_PAGES} pages")
            if frame.width * frame.height > MOST_PIXELS:
                raise ReadError("too_complex", detail=f"{frame.width} x {frame.height} pixels")
            dpi = frame.info.get("dpi")
            picture = ImageOps.exif_transpose(_on_white(frame))
            picture.info["dpi"] = dpi
            yield picture
    except UnidentifiedImageError:
        raise ReadError("broken", kind="picture", detail="no known kind of picture") from None
    except Image.DecompressionBombError:
        raise ReadError("too_complex", detail="too many pixels") from None
    except (OSError, EOFError, ValueError, SyntaxError) as error:
        raise ReadError("truncated", detail=str(error)[:80] or "picture") from None


def _on_white(picture: Any) -> Any:
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        ground.alpha_composite(picture)
        return ground.convert("L")
    return picture.convert("L")


def usual_dpi(picture: Any) -> float:
    """As the file says, where that makes a page of a possible size; else as if
    it were as wide as a page.
    """
    said = picture.info.get("dpi")
    if said and 60 <= float(said[0]) <= 1200 and 4 <= picture.width / float(said[0]) <= 24:
        return float(said[0])
    return max(float(min(picture.size)) / 8.27, 50.0)


# ---- from a page to what is on it


def _enlarged(grey: Any, times: float, dpi: float) -> tuple[Any, float]:
    import cv2

    times = min(times, 4.0)
    return cv2.resize(grey, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), dpi * times


def _ink(grey: Any) -> Any:
    """Where the page is darker than the paper around,
    whatever shade a copier gave the paper.
    """
    import cv2
    import numpy as np

    size = max(grey.shape[1] // 40, 15) | 1
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    dark = (
        cv2.adaptiveThreshold(
            smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, size, 18
        )
        > 0
    )
    return dark & (grey < np.percentile(grey, 75) - 25)


def _way_up(grey: Any) -> Any:
    """Turned so that its lines can be read:
    a page may lie on its side or stand on its head.
    """
    import numpy as np

    best, turned = 0.0, grey
    for quarter in (0, 2, 1, 3):
        view = np.ascontiguousarray(np.rot90(grey, quarter))
        sure = _sureness(view)
        if sure > 0.8:
            return view
        if sure > best:
            best, turned = sure, view
    return turned


SAMPLE = 10


def _sureness(grey: Any) -> float:
    """How well the longest lines can be read this way up."""
    found = _detected(grey, FEW_PIXELS)
    longest = sorted(found, key=lambda box: box[2] - box[0], reverse=True)[:SAMPLE]
    level = [box for box in longest if box[2] - box[0] > 1.5 * (box[3] - box[1])]
    if not level:
        return 0.0
    readings = _read([grey[y0:y1, x0:x1] for x0, y0, x1, y1 in level])
    return sum(score for _, score in readings) / len(longest)


def _level(grey: Any) -> Any:
    """Turned by the degree or two that the paper lay askew."""
    import cv2
    import numpy as np

    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    shortest = small.shape[1] // 8
    edges = (_ink(small) * 255).astype(np.uint8)
    lines = cv2.HoughLinesP(edges, 1, math.pi / 1440, 100, minLineLength=shortest, maxLineGap=3)
    if lines is None:
        return grey
    angles = [math.degrees(math.atan2(y1 - y0, x1 - x0)) for x0, y0, x1, y1 in lines.reshape(-1, 4)]
    flat = sorted(angle for angle in angles if abs(angle) < 6)
    lean = flat[len(flat) // 2] if flat else 0.0
    if abs(lean) < 0.08:
        return grey
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1)
    return cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


def _rules(ink: Any, scale: float) -> tuple[list[Box], Any]:
    """The straight lines of tables, and all pixels that are theirs."""
    import numpy as np

    dark = ink.astype(np.uint8)
    drawn = np.zeros(ink.shape, bool)
    level = _strokes(dark, scale, SHORTEST_RULE, level=True)
    for stroke in level:
        _mark(drawn, stroke)
    ends = drawn & ink
    upright = _strokes(dark, scale, SHORTEST_RULE, level=False)
    for stroke in upright:
        _mark(drawn, stroke)
    # a low row has rules as short as strokes of the writing; but they reach from rule to rule
    for stroke in _strokes(dark, scale, LOWEST_ROW, level=False):
        if not _is_marked(drawn, stroke) and _reaches(ends, stroke):
            _mark(drawn, stroke)
            upright.append(stroke)
    boxes = []
    for x, y, part in level:
        middle = (y + part.shape[0] / 2) * scale
        boxes.append(Box(x * scale, middle, (x + part.shape[1]) * scale, middle))
    for x, y, part in upright:
        middle = (x + part.shape[1] / 2) * scale
        boxes.append(Box(middle, y * scale, middle, (y + part.shape[0]) * scale))
    return boxes, drawn


Stroke = tuple[int, int, Any]  # left, top, and which pixels of its box are its own


def _strokes(dark: Any, scale: float, shortest: float, *, level: bool) -> list[Stroke]:
    """What is straight, as long as that, and no thicker than a rule."""
    import cv2
    import numpy as np

    reach = max(round(shortest / scale), 12)
    along = (1, reach) if level else (reach, 1)
    across = (3, 1) if level else (1, 3)
    # a line that leans by a pixel stays in one piece
    thick = cv2.dilate(dark, np.ones(across, np.uint8))
    kept = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(along, np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(kept, connectivity=8)
    return [
        (int(x), int(y), kept[y : y + high, x : x + wide] > 0)
        for x, y, wide, high, _ in stats[1:]
        if (high if level else wide) * scale <= THICKEST_RULE + 2 * scale
    ]


def _mark(drawn: Any, stroke: Stroke) -> None:
    x, y, part = stroke
    drawn[y : y + part.shape[0], x : x + part.shape[1]] |= part


def _is_marked(drawn: Any, stroke: Stroke) -> bool:
    x, y, part = stroke
    middle = y + part.shape[0] // 2
    return bool(drawn[middle, x : x + part.shape[1]].any())


def _reaches(ends: Any, stroke: Stroke) -> bool:
    """Whether it goes from a rule above into one below."""
    x, y, part = stroke
    columns = slice(x, x + part.shape[1])
    top, bottom = y, y + part.shape[0]
    return bool(ends[top : top + 2, columns].any() and ends[bottom - 2 : bottom, columns].any())


# points: longer than any stroke of the writing, shorter than most cells
SHORTEST_RULE = 15.0
LOWEST_ROW = 7.0
THICKEST_RULE = 4.5


# ---- the writing


def _in_cells(clean: Any, writing: Any, found: Sequence[Lattice], scale: float) -> Iterator[Glyph]:
    spans: list[tuple[int, int, int, int]] = []
    for lattice in found:
        for region in lattice.regions:
            sides = (region.x0, region.top, region.x1, region.bottom)
            x0, y0, x1, y1 = (round(side / scale) for side in sides)
            margin = max(round(1.2 / scale), 2)
            cell = (x0 + margin, y0 + margin, x1 - margin, y1 - margin)
            spans += _lines_of(writing, cell, scale)
    yield from _recognised(clean, spans, scale)


def _lines_of(
    writing: Any, cell: tuple[int, int, int, int], scale: float
) -> Iterator[tuple[int, int, int, int]]:
    """The lines of writing in a part of the page,
    each as the box around its ink.
    """
    x0, y0, x1, y1 = cell
    part = _without_specks(writing[y0:y1, x0:x1], scale)
    rows = part.any(axis=1) if part.size else part
    edges = [0, *(n + 1 for n, (a, b) in enumerate(pairwise(rows)) if a != b), len(rows)]
    bands = [(a, b) for a, b in pairwise(edges) if a < b and rows[a]]
    for top, bottom in _joined_bands(bands, scale):
        columns = part[top:bottom].any(axis=0).nonzero()[0]
        yield x0 + int(columns[0]), y0 + top, x0 + int(columns[-1]) + 1, y0 + bottom


def _without_specks(part: Any, scale: float) -> Any:
    """Without dots too small for a decimal point."""
    import cv2
    import numpy as np

    if not part.size:
        return part
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        part.astype(np.uint8), connectivity=8
    )
    least = max((SPECK / scale) ** 2, 2)
    keep = np.zeros(count, bool)
    keep[1:] = stats[1:, cv2.CC_STAT_AREA] >= least
    return keep[labels]


SPECK = 0.55  # points


def _joined_bands(bands: Iterable[tuple[int, int]], scale: float) -> list[tuple[int, int]]:
    """Bands of ink that are parts of one line:
    characters like 二 have gaps in them.
    """
    joined: list[tuple[int, int]] = []
    for top, bottom in bands:
        if joined and (top - joined[-1][1] < 1.2 / scale or bottom - joined[-1][0] < 11 / scale):
            joined[-1] = (joined[-1][0], bottom)
        else:
            joined.append((top, bottom))
    return joined


def _outside(clean: Any, writing: Any, found: Sequence[Lattice], scale: float) -> list[Glyph]:
    """Text around the tables.

    Ink that the detection passed over is marked, lest a number be missing
    unnoticed.
    """
    import cv2
    import numpy as np

    rest, left = clean.copy(), writing.copy()
    for lattice in found:
        x0, y0, x1, y1 = (round(side / scale) for side in lattice.box)
        rest[y0:y1, x0:x1] = 255
        left[y0:y1, x0:x1] = False
    boxes = _detected(rest)
    glyphs = list(_recognised(rest, boxes, scale))
    for x0, y0, x1, y1 in boxes:
        left[y0:y1, x0:x1] = False
    blocks = cv2.dilate(left.astype(np.uint8), np.ones((3, 9), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(blocks, connectivity=8)
    missed = [
        (int(x), int(y), int(x + wide), int(y + high))
        for x, y, wide, high, _ in stats[1:]
        if 4 < high * scale < 30 and 2 < wide * scale < 200
    ]
    return glyphs + list(_recognised(rest, missed[:MOST_MISSED], scale))


MOST_MISSED = 400


def _recognised(
    clean: Any, spans: Sequence[tuple[int, int, int, int]], scale: float
) -> Iterator[Glyph]:
    """Characters of each span, spread over it by their usual widths."""
    wanted = [span for span in spans if span[2] - span[0] >= 2 and span[3] - span[1] >= 2]
    first = _read([_crop(clean, span, 0.25) for span in wanted])
    open_ones = [n for n, reading in enumerate(first) if not _is_sure_word(*reading)]
    second = dict(
        zip(open_ones, _read([_crop(clean, wanted[n], 0.55) for n in open_ones]), strict=True)
    )
    for n, (span, (text, score)) in enumerate(zip(wanted, first, strict=True)):
        again, score_again = second.get(n, (text, score))
        sure = text == again and min(score, score_again) >= SURE
        if len(text) > 3 and not any(c.isdigit() for c in text + again):
            # words are held against the form's own
            sure = max(score, score_again) >= SURE
            text = text if score >= score_again else again
        text = CONFUSED.sub(lambda found: LOOKALIKES[found[0]], text.replace(" ", ""))
        doubt = "" if sure and text else UNSURE
        yield from _spread(text or "\ufffd", span, scale, doubt)


def _is_sure_word(text: str, score: float) -> bool:
    """Words are held against the form's own; only numbers are read twice."""
    return len(text) > 3 and score >= SURE and not any(c.isdigit() for c in text)


LOOKALIKES = {"末": "未", "己": "已"}
CONFUSED = pattern_of("末(?=[审经收予受按])|(?<=尚)末|己(?=[获经])")


def _spread(
    text: str, span: tuple[int, int, int, int], scale: float, doubt: str
) -> Iterator[Glyph]:
    x0, top, x1, bottom = (side * scale for side in span)
    if (
        len(text) <= 2 and x1 - x0 > bottom - top and not text.isdigit()
    ):  # a dash has no height of its own
        middle = (top + bottom) / 2
        top, bottom = middle - 5, middle + 5
    widths = [0.55 if character.isascii() else 1.0 for character in text]
    unit = (x1 - x0) / sum(widths)
    x = x0
    for character, width in zip(text, widths, strict=True):
        yield Glyph(character, x, top, x + width * unit, bottom, 0, doubt)
        x += width * unit


def _crop(clean: Any, span: tuple[int, int, int, int], margin: float) -> Any:
    """The span with paper around it: a margin in heights of the line."""
    import numpy as np

    x0, y0, x1, y1 = span
    edge = max(round((y1 - y0) * margin), 2)
    paper = np.full((y1 - y0 + 2 * edge, x1 - x0 + 2 * edge), 255, np.uint8)
    paper[edge:-edge, edge:-edge] = clean[y0:y1, x0:x1]
    return paper


# ---- the engine


@cache
def _engine() -> Any:
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as error:
        raise ReadError("needs_ocr", detail=str(error)[:80]) from None
    # more threads wait for each other: two take as long as one, and twice the processor
    return RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)


def _detected(grey: Any, most_side: int = MOST_SIDE) -> list[tuple[int, int, int, int]]:
    import cv2

    height, width = grey.shape
    shrunk = min(most_side / max(height, width), 1.0)
    small = (
        cv2.resize(grey, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
        if shrunk < 1
        else grey
    )
    boxes, _ = _engine().text_det(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))
    found = []
    for corners in boxes if boxes is not None else ():
        x0, y0 = corners.min(axis=0) / shrunk
        x1, y1 = corners.max(axis=0) / shrunk
        found.append(
            (max(int(x0), 0), max(int(y0), 0), min(int(x1) + 1, width), min(int(y1) + 1, height))
        )
    return found


def _read(lines: Sequence[Any]) -> list[tuple[str, float]]:
    import cv2

    if not lines:
        return []
    readings, _ = _engine().text_rec([cv2.cvtColor(line, cv2.COLOR_GRAY2BGR) for line in lines])
    return [(str(text), float(score)) for text, score in readings]
