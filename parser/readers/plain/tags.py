"""Text with the mark-up of tables left in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from nianbao.parser.patterns import pattern_of


def tagged(text: str) -> str:
    """Text among which rows are marked up, as mark-up all through."""
    return "\n".join(_tagged(text.split("\n")))


def _tagged(lines: list[str]) -> Iterator[str]:
    """The lines as mark-up: rows without a table in one, and prose in paragraphs."""
    whole = any("<table" in line.lower() for line in lines)
    in_table = in_cell = False
    for line in lines:
        tags = ROW_TAG.findall(line)
        if not tags and not in_cell and not TAG.search(line):
            if in_table and line.strip():
                yield "</table>"
                in_table = False
            yield f"<p>{escape(line, quote=False)}</p>"
            continue
        if tags and not in_table and not whole:
            yield "<table>"
            in_table = True
        if tags:
            in_cell = tags[-1].lower() in ("<td", "<th")
        yield line if tags or TAG.search(line) else escape(line, quote=False)


ROW_TAG = pattern_of(r"</?t[rdh]\b", re.I)
TAG = pattern_of(r"</?(?:table|tbody|p|br|span|div)\b|&nbsp;", re.I)
