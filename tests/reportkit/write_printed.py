"""A printed report as an office program or a browser prints it: how its pages look, by what they print."""

from __future__ import annotations

import html
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from tests.reportkit.printed import Box, Printed, Table
from tests.reportkit.write_docx import docx_of

ALL = ("top", "left", "bottom", "right", "insideH", "insideV")
RULES = {
    "all": ALL,
    "level": ("top", "bottom", "insideH"),
    "frame": ALL[:4],
    "no upright": ALL[:5],
    "none": (),
}


class Look(NamedTuple):
    """How Word's pages look: which rules, letters in half points, margins in twentieths of one."""

    rules: str = "all"
    size: int = 21
    sideways: bool = False
    repeat: bool = False  # the header, on each page
    ground: str = ""
    margin: int = 1440
    above: int = 0  # empty lines before the title


A4 = (11906, 16838)


def word_page(printed: Printed, look: Look) -> bytes:
    """As a docx in which every column has its width."""
    wide, high = reversed(A4) if look.sideways else A4
    body = "<w:p/>" * look.above
    for block in printed:
        if isinstance(block, Table):
            body += _word_table(block, wide - 2 * look.margin, look)
        else:
            body += _line(block.text, 28, "left")
    turned = " w:orient='landscape'" if look.sideways else ""
    size = f"<w:pgSz w:w='{wide}' w:h='{high}'{turned}/>"
    sides = f"w:left='{look.margin}' w:right='{look.margin}' w:top='1440' w:bottom='1440'"
    return docx_of(f"{body}<w:sectPr>{size}<w:pgMar {sides}/></w:sectPr>")


def _line(text: str, size: int, side: str) -> str:
    run = f"<w:r><w:rPr><w:sz w:val='{size}'/></w:rPr><w:t xml:space='preserve'>{escape(text)}</w:t></w:r>"
    return f"<w:p><w:pPr><w:jc w:val='{side}'/></w:pPr>{run}</w:p>"


def _word_table(table: Table, width: int, look: Look) -> str:
    shares = {10: [8, 11, 25, *[8] * 7]}.get(table.width, [1] * table.width)
    widths = [width * share // sum(shares) for share in shares]
    sides = "".join(f"<w:{side} w:val='single' w:sz='4'/>" for side in RULES[look.rules])
    grid = "".join(f"<w:gridCol w:w='{wide}'/>" for wide in widths)
    rows = "".join(_word_row(table, r, widths, look) for r in range(len(table.rows)))
    padding = "<w:tblCellMar><w:left w:w='60' w:type='dxa'/><w:right w:w='60' w:type='dxa'/></w:tblCellMar>"
    about = f"<w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type='fixed'/>{padding}"
    about = f"<w:tblPr><w:tblW w:w='{sum(widths)}' w:type='dxa'/>{about}</w:tblPr>"
    return f"<w:tbl>{about}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl><w:p/>"


def _word_row(table: Table, r: int, widths: Sequence[int], look: Look) -> str:
    cells = "".join(_word_cell(*place, r, widths, look) for place in _reaching(table, r))
    head = "<w:trPr><w:tblHeader/></w:trPr>" if look.repeat and r < 3 and table.width == 10 else ""
    return f"<w:tr>{head}{cells}</w:tr>"


def _reaching(table: Table, r: int) -> Iterator[tuple[int, int, Box]]:
    """The cells that stand in a row or reach into it, from left to right."""
    inside = [place for place in table.placed if place[0] <= r < place[0] + place[2].rowspan]
    return iter(sorted(inside, key=lambda place: place[1]))


def _word_cell(top: int, col: int, box: Box, r: int, widths: Sequence[int], look: Look) -> str:
    merge = "<w:vMerge w:val='restart'/>" if box.rowspan > 1 else ""
    merge = merge if top == r else "<w:vMerge/>"
    shade = f"<w:shd w:val='clear' w:fill='{look.ground}'/>" if look.ground and r % 2 else ""
    wide = sum(widths[col : col + box.colspan])
    about = f"<w:tcW w:w='{wide}' w:type='dxa'/><w:gridSpan w:val='{box.colspan}'/>{merge}{shade}"
    lines = box.text.split("\n") if top == r else [""]
    text = "".join(_line(line, look.size, "center") for line in lines)
    return f"<w:tc><w:tcPr>{about}<w:vAlign w:val='center'/></w:tcPr>{text}</w:tc>"


def web_page(printed: Printed, style: str, *, sideways: bool = False, above: int = 0) -> bytes:
    """As a page with a style sheet; the three rows of a wide table's header are repeated."""
    body = "<p>&nbsp;</p>" * above
    for block in printed:
        body += _web_table(block) if isinstance(block, Table) else f"<p>{html.escape(block.text)}"
    paper = f"@page{{size:A4 {'landscape' if sideways else ''};margin:20mm}}"
    usual = "body{font-size:11pt}table{border-collapse:collapse;width:100%}"
    head = f"<meta charset=utf-8><style>{paper}{usual}{style}</style>"
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def _web_table(table: Table) -> str:
    rows = ["<tr>" + "".join(map(_web_cell, row)) + "</tr>" for row in table.rows]
    if table.width == 10:
        rows = ["<thead>", *rows[:3], "</thead><tbody>", *rows[3:], "</tbody>"]
    return f"<table>{''.join(rows)}</table>"


def _web_cell(box: Box) -> str:
    text = html.escape(box.text).replace("\n", "<br>")
    return f"<td rowspan={box.rowspan} colspan={box.colspan}>{text}</td>"


def by_office(pages: Iterable[bytes], folder: Path) -> list[bytes]:
    """Word's pages as LibreOffice prints them, all by one run."""
    sources = []
    for n, page in enumerate(pages):
        sources.append(folder / f"{n}.docx")
        sources[-1].write_bytes(page)
    command = [shutil.which("soffice") or "soffice", "--headless", "--norestore"]
    command += [f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf"]
    command += ["--outdir", str(folder), *map(str, sources)]
    subprocess.run(command, check=True, capture_output=True, timeout=60 + 10 * len(sources))
    return [source.with_suffix(".pdf").read_bytes() for source in sources]


def by_browser(page: bytes, folder: Path, *, margins: bool = False) -> bytes:
    """A web page as Chromium prints it; the margins hold a date, an address and a page number."""
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_bytes(page)
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
    command += [] if margins else ["--no-pdf-header-footer"]
    subprocess.run([*command, source.as_uri()], check=True, capture_output=True, timeout=120)
    return target.read_bytes()
