"""The catalogue as a page: docs/rules.md is this text."""

from __future__ import annotations

from itertools import groupby

from nianbao.monitor.rules.catalogue import KINDS, Entry, catalogue

HEAD = """# The rules

Made from `monitor/rules/catalogue.yaml` by `nianbao rules --markdown`; \
a test keeps the two the same.

● exact: may be an error. ◐ heuristic: at most a warning, \
worded as a question (请核实). ○ for people.
`scope` says what a rule must know: the report alone, the unit's earlier reports (years), \
its neighbours (county), or what was seen of the
page (watch). A rule that can't tell says so; it never passes for want of data.
"""
COLUMNS = "| | | 规则 rule | severity | scope |\n|---|---|---|---|---|"
FAMILIES = {
    "timeliness": "A 时效 Timeliness",
    "reachability": "B 可及 Page and file",
    "title": "C 标题落款 Title, unit, dates",
    "structure": "D 结构 Sections and form",
    "cells": "E 单元格 Cells",
    "arithmetic": "F 勾稽 Arithmetic",
    "prose": "G 文表 Prose against table",
    "copying": "H 雷同 Copying and residue of others",
    "wording": "I 文字 Wording",
    "engine": "Z",
}


def as_markdown() -> str:
    parts = [HEAD]
    for family, entries in groupby(catalogue().values(), key=lambda told: told.family):
        rows = "\n".join(_row(told) for told in entries)
        parts.append(f"## {FAMILIES[family]}\n\n{COLUMNS}\n{rows}\n")
    return "\n".join(parts)


def _row(told: Entry) -> str:
    title = f"{told.title_zh}<br>{told.title_en}"
    return f"| {told.id} | {KINDS[told.kind]} | {title} | {told.severity} | {told.scope} |"
