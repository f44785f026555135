"""A letter as it is written in its file, for whoever wants to see it before."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.table import Table
from docx.text.paragraph import Paragraph

SHAPES = {WD_ALIGN_PARAGRAPH.CENTER: "middle", WD_ALIGN_PARAGRAPH.RIGHT: "right"}


class Passage(NamedTuple):
    """A paragraph, or the rows of a table."""

    text: str = ""
    shape: str = ""  # of its style; empty for a plain one
    rows: tuple[tuple[str, ...], ...] = ()


def as_written(docx: bytes) -> Iterator[Passage]:
    for block in Document(BytesIO(docx)).iter_inner_content():
        if isinstance(block, Table):
            rows = (tuple(cell.text for cell in row.cells) for row in block.rows)
            yield Passage(rows=tuple(rows))
        elif block.text.strip():
            yield Passage(block.text, _shape_of(block))


def _shape_of(paragraph: Paragraph) -> str:
    if paragraph.alignment is not None:
        return SHAPES.get(paragraph.alignment, "")
    if paragraph.paragraph_format.keep_with_next:
        return "heading"
    return "" if paragraph.paragraph_format.first_line_indent else "flush"
