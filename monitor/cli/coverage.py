"""`nianbao coverage`: what the answers rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nianbao.crawler.page_state import STATES
from nianbao.monitor.cli.asking import County, Year, for_eyes, minute
from nianbao.monitor.cli.places import DATABASE, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.storage.queries import PortalFacts, portals
from nianbao.storage.store import looking, open_store

COLUMNS = ("county", "column", "state", "at", "whole")


def coverage(
    year: Year = None,
    county: County = None,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """What the answers rest on: each column, how its last look ended, and when it was last read
    whole.
    """
    with looking(open_store(store)) as s:
        rows = [_row(portal) for portal in portals(s, counties=county or ())]
    shown = [_shown(row) for row in rows]
    whole = sum(row["whole"] == row["at"] for row in rows)
    heads = ("县", "栏目", "最近一次", "时间", "最近一次完整读取")
    summary = f"{len(rows)} 个栏目，最近一次完整读取 {whole} 个"
    show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=summary)


def _row(portal: PortalFacts) -> dict[str, Any]:
    row: dict[str, Any] = {
        "county": portal.name,
        "column": portal.url,
        "state": portal.state,
        "at": minute(portal.at),
        "whole": None,
    }
    if portal.whole:
        row["whole"] = minute(portal.whole)
    return row


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    whole = for_eyes(row["whole"] or "从未")
    return row["county"], row["column"], STATES[row["state"]][0], for_eyes(row["at"]), whole
