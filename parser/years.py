"""Which tables of a page are this year's: a heading between them parts them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nianbao.parser.document import Block, Grid, Paragraph
from nianbao.parser.patterns import pattern_of

DIGIT = "[0-9０-９〇○零一二三四五六七八九]"
YEAR = pattern_of(rf"(?<!{DIGIT})((?:20|２０|二[〇○零O0]){DIGIT}{{2}})年")


def of_its_year(blocks: Sequence[Block], year: int | None) -> list[Block]:
    """The blocks without the tables that stand under a heading of another year.

    Only where others stand under one of this year, or under none: else the heading may be the
    link to another report, or wrong. What is left out is an empty paragraph, in its place.
    """
    if year is None:
        return list(blocks)
    years = _years(blocks, year)
    if {year, None}.issuperset(years):
        return list(blocks)
    told = {told for told, block in zip(years, blocks, strict=True) if _is_of_a_table(block)}
    if told <= {year, None} or told.isdisjoint({year, None}):
        return list(blocks)
    return [
        block if told in (year, None) or not _is_of_a_table(block) else EMPTY
        for told, block in zip(years, blocks, strict=True)
    ]


EMPTY = Paragraph("")


def _years(blocks: Sequence[Block], year: int) -> list[int | None]:
    """The year of the last heading above each block.

    A section that goes on with the count (四 behind 三) is of the year of the one before, whatever
    tables stood within that: an appended report begins anew.
    """
    years: list[int | None] = []
    last: int | None = None
    section, at_its_start = "", last
    closed = False  # a table stands between the last heading of a year and here
    for block in blocks:
        text = block.text if isinstance(block, Paragraph) else block.cells[0].text
        if isinstance(block, Paragraph) and (number := _section(text)):
            if closed and section and SECTIONS.index(number) == SECTIONS.index(section) + 1:
                last = at_its_start
            section, at_its_start = number, last
        told = _year_of_heading(text, year)
        closed = told is None and (closed or isinstance(block, Grid))
        last = told or last
        years.append(last)
    return years


def _section(text: str) -> str:
    """The number of a section whose heading a line is."""
    found = SECTION.fullmatch(text.strip()) if len(text) <= LONGEST_HEADING else None
    return found[1] if found is not None else ""


def _year_of_heading(text: str, year: int) -> int | None:
    if "年" not in text or "。" in text or "，" in text:
        return None
    bare = re.sub(r"\s", "", text)
    if len(bare) > LONGEST_HEADING:
        return None
    if found := OF_A_YEAR.fullmatch(bare):
        return int(found["year"])
    if LAST_YEAR.fullmatch(bare):
        return year - 1
    return None


def _is_of_a_table(block: Block) -> bool:
    return isinstance(block, Grid) or re.search("[0-9]", block.text) is not None


LONGEST_HEADING = 48
SECTIONS = "一二三四五六"
SECTION = pattern_of(rf"([{SECTIONS}])[、.．]\D{{2,30}}(?:情况|事项)")
OF_A_YEAR = pattern_of(
    r"(?:附件?[0-9一二三四]?[:：、]?)?[^0-9。；，,;]{0,24}(?P<year>20[0-9]{2})年度?"
    r"(?:[^0-9。；，,;]{0,24}(?:数据|情况|统计|表|年报|报告)|)[^0-9。；，,;]{0,10}"
)
LAST_YEAR = pattern_of(
    r"(?:附件?[0-9一二三四]?[:：、]?)?[（(【]?(?:去年|上年|上一年|上年度|上一年度)(?:同期)?"
    r"(?:数据|情况|统计表?|表[一二三四1-4]?|年报|报告|对比)?[)）】]?[:：]?"
)
