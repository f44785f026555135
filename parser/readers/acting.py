"""Tables without <table>: boxes that a style or a role makes the parts of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from lxml import etree

from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.looks import Looks, Words


def parts_of_tables(
    root: etree._Element, words: Words, looks: Looks | None
) -> Mapping[etree._Element, str]:
    """The boxes that act as table, tr and td, where they make whole tables of data."""
    acting: dict[etree._Element, str] = {}
    if looks is not None:
        for element, says in looks.declared.items():
            if element.tag not in REAL and (part := DISPLAYS.get(says.get("display", ""))):
                acting[element] = part
    if words.may_hold(NAMES_A_ROW):
        for element in cast("list[etree._Element]", WITH_ROLE(root)):
            if element.tag not in REAL and (part := ROLES.get(element.get("role", "").lower())):
                acting[element] = part
    tables = [element for element, part in acting.items() if part == "table"]
    if not 0 < len(tables) <= MOST_TABLES:
        return {}
    return _inside_of([table for table in tables if _is_of_data(table, acting)], acting)


def _is_of_data(table: etree._Element, acting: Mapping[etree._Element, str]) -> bool:
    """Whether it holds rows of cells, and nothing that is a table itself."""
    inside = [acting.get(element, element.tag) for element in table.iterdescendants()]
    if "table" in inside:
        return False
    return inside.count("tr") >= FEW_ROWS and inside.count("td") >= FEW_CELLS


def _inside_of(
    tables: list[etree._Element], acting: Mapping[etree._Element, str]
) -> Mapping[etree._Element, str]:
    kept: dict[etree._Element, str] = {}
    for table in tables:
        kept.update((part, acting[part]) for part in table.iter() if part in acting)
    return kept


FEW_ROWS, FEW_CELLS = 2, 4
MOST_TABLES = 100
NAMES_A_ROW = pattern_of(rb"role\s*=\s*[\"']?row\b")
WITH_ROLE = etree.XPath("//*[@role]")
REAL = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"))
DISPLAYS = {
    "table": "table",
    "inline-table": "table",
    "table-row": "tr",
    "table-cell": "td",
}
ROLES = {
    "table": "table",
    "grid": "table",
    "treegrid": "table",
    "row": "tr",
    "cell": "td",
    "gridcell": "td",
    "columnheader": "td",
    "rowheader": "td",
}
