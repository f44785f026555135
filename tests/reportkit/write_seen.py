"""A printed report in six more layouts of web pages and text, with marks in its number cells.

A mark is what stands in the file before, between or behind the digits and is no part of the
number that a person sees. Every third cell of a web page has one.
"""

from __future__ import annotations

import csv
import html
import io
import random
from collections.abc import Callable, Iterator

from tests.reportkit.printed import Box, Printed, Table, Text

Cell = Callable[[str], str]  # the text of a cell -> what stands in the file

SHEET = """
.gone { display: none } .unseen { visibility: hidden } td .pale { opacity: 0 }
.tiny, p.tiny { font-size: 0 } .away { position: absolute; left: -5000px }
.white { color: #FFF } table { background: white } .cut { text-decoration: line-through }
.up { vertical-align: super; font-size: 60% } #none .down { vertical-align: sub }
@media print { .paper { display: none } } @media screen { .screen { display: none } }
"""
# mark-up whose digits nobody sees as digits of the number
MARKS = (
    "<s>{}</s>",
    "<del>{}</del>",
    "<STRIKE>{}</STRIKE>",
    "<sup>{}</sup>",
    "<sub>{}</sub>",
    '<span style="text-decoration: line-through">{}</span>',
    '<span style="display:none">{}</span>',
    "<span hidden>{}</span>",
    "<script>var n = {};</script>",
    "<template>{}</template>",
    "<datalist><option>{}</option></datalist>",
    '<a href="#note" style="vertical-align:super">[{}]</a>',
    '<span class="MsoFootnoteReference">{}</span>',
    "<!-- {} -->",
    "<noscript>{}</noscript>",
    '<input type="hidden" value="{}">',
    '<i style="position:relative; top:-0.5em; font-size:60%">{}</i>',
    '<font color="#ffffff">{}</font>',
)
CLASSES = ("gone", "unseen", "pale", "tiny", "away", "white", "cut", "up", "screen")
SHARE = 0.3  # of the cells that have a mark


def write_styled(printed: Printed, chance: random.Random) -> bytes:
    """A page that hides by the classes of its style sheet."""
    marks = tuple(f'<span class="x {name}">{{}}</span>' for name in CLASSES)
    body = _page(printed, _marked(chance, marks))
    return f"<html><head><style>{SHEET}</style></head><body>{body}</body></html>".encode()


def write_tagged(printed: Printed, chance: random.Random) -> bytes:
    """A page that marks by tags and by the styles of elements."""
    return f"<body>{_page(printed, _marked(chance, MARKS))}</body>".encode()


def write_office(printed: Printed, chance: random.Random) -> bytes:
    """As LibreOffice and Word save it: fonts, a digit a run, attributes without quotes."""
    marked = _marked(chance, MARKS)

    def cell(text: str) -> str:
        if not text.isdigit() or chance.random() < 0.5:
            return (
                f'<P ALIGN=CENTER><FONT FACE="仿宋"><FONT SIZE=3>{marked(text)}</FONT></FONT></P>'
            )
        runs = "".join(
            f"<span lang=EN-US style='font-size:12.0pt'>{digit}</span>" for digit in text
        )
        return f"<p class=MsoNormal>{runs}<o:p></o:p></p>"

    return f"<html><BODY>{_page(printed, cell)}</BODY></html>".encode()


def write_row_tables(printed: Printed, chance: random.Random) -> bytes:
    """Each row a table of its own, merged labels in each of them."""
    marked = _marked(chance, MARKS)
    parts: list[str] = []
    for block in printed:
        if isinstance(block, Text):
            parts.append(f"<p>{html.escape(block.text)}</p>")
            continue
        for row in _whole_rows(block):
            cells = "".join(f"<td colspan={width}>{marked(text)}" for text, width in row)
            parts.append(f"<table><tr>{cells}</table>")
    return "".join(parts).encode()


def write_boxes(printed: Printed, chance: random.Random) -> bytes:
    """A text whose tables are drawn with lines, labels broken in their cells."""
    parts: list[str] = []
    for block in printed:
        if isinstance(block, Text):
            parts.append(block.text + "\n")
            continue
        rule = "├" + "┼".join(["────────"] * block.width) + "┤"
        lines = [rule]
        for row in _full_rows(block):
            cells = [_broken(text, chance.choice([4, 6, 60])) for text in row]
            for n in range(max(map(len, cells))):
                texts = [cell[n] if n < len(cell) else "" for cell in cells]
                lines.append("│" + "│".join(f" {text} " for text in texts) + "│")
            lines.append(rule)
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts).encode()


def write_csv(printed: Printed, chance: random.Random) -> bytes:
    """As a spreadsheet saves it, every field in quotes or only those that need them."""
    out = io.StringIO()
    plain, quoted = csv.writer(out), csv.writer(out, quoting=csv.QUOTE_ALL)
    writer = chance.choice([plain, quoted])
    for block in printed:
        if isinstance(block, Text):
            writer.writerow([block.text])
        else:
            writer.writerows(_full_rows(block))
    return out.getvalue().encode("gb18030")


def write_repeated(printed: Printed, chance: random.Random) -> bytes:
    """Markdown with the text of a merged cell in each of its places, struck digits among it."""
    parts: list[str] = []
    for block in printed:
        if isinstance(block, Text):
            parts.append(block.text + "\n")
            continue
        grid = [[""] * block.width for _ in block.rows]
        for r, c, box in block.placed:
            text = box.text.replace("\n", "")
            if text.isdigit() and chance.random() < SHARE:
                text = _put(text, chance.choice(["~~{}~~", "<sup>{}</sup>", "[^{}]"]), chance)
            for i in range(box.rowspan):
                grid[r + i][c : c + box.colspan] = [text] * box.colspan
        lines = ["| " + " | ".join(row) + " |" for row in grid]
        parts.append("\n".join([lines[0], "|" + " --- |" * block.width, *lines[1:]]) + "\n")
    return "\n".join(parts).encode()


WEB = (write_styled, write_tagged, write_office, write_row_tables)
TEXTS = (write_boxes, write_csv, write_repeated)


def _page(printed: Printed, cell: Cell) -> str:
    parts: list[str] = []
    for block in printed:
        if isinstance(block, Text):
            parts.append(f"<div>{html.escape(block.text)}</div>")
            continue
        rows = ("".join(_box(box, cell) for box in row) for row in block.rows)
        parts.append("<table><tbody><tr>" + "</tr><tr>".join(rows) + "</tr></tbody></table>")
    return "".join(parts)


def _box(box: Box, cell: Cell) -> str:
    return f"<td rowspan='{box.rowspan}' colspan='{box.colspan}'>{cell(box.text)}</td>"


def _marked(chance: random.Random, marks: tuple[str, ...]) -> Cell:
    def cell(text: str) -> str:
        if not text.replace(".", "").isdigit() or chance.random() > SHARE:
            return html.escape(text).replace("\n", "<br>")
        return _put(text, chance.choice(marks), chance)

    return cell


def _put(text: str, mark: str, chance: random.Random) -> str:
    at = chance.choice([0, len(text) // 2, len(text)])
    return text[:at] + mark.format(chance.randint(1, 99)) + text[at:]


def _whole_rows(table: Table) -> Iterator[list[tuple[str, int]]]:
    """Each row with the cells that reach into it from above."""
    for r in range(len(table.rows)):
        cells = [(c, box) for row, c, box in table.placed if row <= r < row + box.rowspan]
        yield [(box.text, box.colspan) for _, box in sorted(cells, key=lambda cell: cell[0])]


def _full_rows(table: Table) -> list[list[str]]:
    """Every row as wide as the table, the text of a merged cell at its top left corner."""
    grid = [[""] * table.width for _ in table.rows]
    for r, c, box in table.placed:
        grid[r][c] = box.text.replace("\n", "")
    return grid


def _broken(text: str, width: int) -> list[str]:
    """A label on several lines; a number is never broken."""
    if text.replace(".", "").isdigit():
        return [text]
    return [text[i : i + width] for i in range(0, len(text), width)] or [""]
