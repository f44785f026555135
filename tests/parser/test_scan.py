"""Scans and pictures: a number is read with certainty or not at all."""

from __future__ import annotations

import builtins
import io
import random
import struct
import zlib
from typing import Any

import pytest

from nianbao.parser.errors import ReadError
from nianbao.parser.readers import scan
from nianbao.parser.report import read, read_tables
from tests.amounts import prove
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.write_pdf import write_scan


def has_ocr() -> bool:
    try:
        scan._engine()
    except ReadError:
        return False
    return True


needs_ocr = pytest.mark.skipif(
    not has_ocr(), reason="the OCR extra is not installed: pip install 'nianbao[ocr]'"
)
NUMBERS = [0, 3, None, 12, 345, 0, None, 7, 1, 28, 0, 6409]


def some_figures(seed: int) -> Figures:
    return {key: NUMBERS[(n * seed + n // 7) % 12] for n, key in enumerate(blank_figures())}


def misread(data: bytes, numbers: Figures) -> tuple[list[str], list[str]]:
    """Cells read wrongly, and cells that were given up."""
    wrong = wrong_cells(numbers, read_tables(read(data).document).values, lossless=True)
    unsure = [line for line in wrong if "unreadable" in line or "not read at all" in line]
    return [line for line in wrong if line not in unsure], unsure


@needs_ocr
@pytest.mark.ocr
@pytest.mark.parametrize(
    ("seed", "how", "most_unsure"),
    [
        (1, {"dpi": 200, "lean": 0.7, "noise": 0.1, "size": 10.5}, 10),
        pytest.param(7, {"dpi": 150, "noise": 0.25, "lean": -1.0}, 999, marks=prove),
        pytest.param(11, {"dpi": 60}, 999, marks=prove),
    ],
)
def test_scanned_reports(seed: int, how: dict[str, Any], most_unsure: int) -> None:
    numbers = some_figures(seed)
    wrong, unsure = misread(write_scan(compose(numbers), **how), numbers)
    assert not wrong
    assert len(unsure) <= most_unsure


@needs_ocr
@pytest.mark.ocr
@pytest.mark.parametrize(
    ("kind", "way"),
    [pytest.param("png", 0, marks=prove), ("png", 90), pytest.param("tiff", 0, marks=prove)],
)
def test_pictures(kind: str, way: int) -> None:
    from PIL import Image

    numbers = some_figures(3)
    data = write_scan(compose(numbers)[:6], kind=kind, dpi=130)
    if way:
        turned = io.BytesIO()
        Image.open(io.BytesIO(data)).rotate(way, expand=True).save(turned, "PNG")
        data = turned.getvalue()
    report = read(data)
    assert report.format == "scan"
    for key, value in report.cells.items():
        assert value.state == "unreadable" or value.number == numbers.get(key), key
    assert sum(value.state == "value" for value in report.cells.values()) >= 3
    assert report.year == 2023


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(((width + 7) // 8 + 1) * min(height, 2000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def grain() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("L", (400, 500), random.Random(4).randbytes(200_000)).save(out, "PNG")
    return out.getvalue()


@needs_ocr
@pytest.mark.ocr
@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (png(60_000, 60_000), {"too_complex"}),
        (png(500, 700), {"no_text"}),
        (png(1, 1), {"no_text"}),
        (png(500, 700)[:-30], {"truncated", "broken"}),
        (grain(), {"no_text", "not_a_report"}),
        (b"GIF89a" + bytes(40), {"truncated", "broken", "no_text"}),
    ],
    ids=["a bomb", "an empty page", "a dot", "cut", "noise", "a broken gif"],
)
def test_pictures_without_a_report(data: bytes, codes: set[str]) -> None:
    with pytest.raises(ReadError) as caught:
        read(data)
    assert caught.value.code in codes


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("rapidocr"):
            raise ImportError(name)
        return real(name, *rest, **named)

    scan._engine.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ReadError) as caught:
        read(grain())
    monkeypatch.undo()
    scan._engine.cache_clear()
    assert caught.value.code == "needs_ocr"
    assert "nianbao[ocr]" in caught.value.en
