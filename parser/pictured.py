"""The picture of a cell: its row on the page that it was read from, with the cell outlined.

For what could not be read for sure: a person looks, and types it in.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from nianbao.parser.document import Grid, Spot
from nianbao.parser.errors import ReadError
from nianbao.parser.fill import Value
from nianbao.parser.report import Report
from nianbao.parser.sniff import sniff

MOST = 60  # cells
DPI = 144.0
ABOVE = 12.0  # points that are shown over and under a cell
MOST_WIDTH = 900  # pixels
SHADES = 16


def spot_of(report: Report, value: Value) -> Spot | None:
    """Where the cell of a value stands; None where that is not known for sure."""
    grids = [block for block in report.document.blocks if isinstance(block, Grid)]
    where = value.where
    if not 0 < where.table <= len(grids):
        return None
    for cell in grids[where.table - 1].cells:
        is_there = (cell.row, cell.col) == (where.row - 1, where.column - 1)
        if is_there and cell.spot is not None and cell.text.strip() == value.raw.strip():
            return cell.spot
    return None


def pictures_of(data: bytes, report: Report, keys: Iterable[str]) -> dict[str, bytes]:
    """Of some cells, as PNG; those of which it is not known where they stand are left out."""
    spots: dict[str, Spot] = {}
    for key in keys:
        value = report.cells.get(key)
        spot = spot_of(report, value) if value is not None else None
        if spot is not None and len(spots) < MOST:
            spots[key] = spot
    if not spots:
        return {}
    pages = _pages(data, {spot.page for spot in spots.values()})
    return {
        key: _strip(*pages[spot.page], spot) for key, spot in spots.items() if spot.page in pages
    }


def _pages(data: bytes, numbers: set[int]) -> Mapping[int, tuple[Any, float]]:
    """The pages as pictures, each with its pixels for an inch, as they were read."""
    kind = sniff(data)
    if kind == "pdf":
        from nianbao.parser.readers.pdf import pictured_pages

        return pictured_pages(data, numbers, DPI)
    if kind == "picture":
        from nianbao.parser.readers.scan import pages_in, straightened, usual_dpi

        found = enumerate(pages_in(data), 1)
        return {n: straightened(page, usual_dpi(page)) for n, page in found if n in numbers}
    raise ReadError("unsupported", detail=kind)


def _strip(page: Any, dpi: float, spot: Spot) -> bytes:
    from PIL import Image, ImageDraw

    picture = page if isinstance(page, Image.Image) else Image.fromarray(page)
    scale = dpi / 72
    x0, top, x1, bottom = (side * scale for side in spot[1:])
    above = max(0, int(top - ABOVE * scale))
    below = min(picture.height, int(bottom + ABOVE * scale))
    strip = picture.crop((0, above, picture.width, below)).convert("RGB")
    frame = (x0, top - above, x1, bottom - above)
    ImageDraw.Draw(strip).rectangle(frame, outline=(200, 0, 30), width=3)
    if strip.width > MOST_WIDTH:
        strip = strip.resize((MOST_WIDTH, max(1, strip.height * MOST_WIDTH // strip.width)))
    out = io.BytesIO()
    strip.quantize(SHADES).save(out, "PNG", optimize=True)
    return out.getvalue()
