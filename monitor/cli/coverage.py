"""`nianbao coverage`: what the answers rest on."""

from __future__ import annotations

from typing import Any

from nianbao.crawler.proof import PROOFS
from nianbao.crawler.states import STATES
from nianbao.monitor.cli.asking import County, Year, asking, for_eyes, minute, tell_unlooked
from nianbao.monitor.cli.details import in_words
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.ledger.words import by_hand
from nianbao.storage.queries import PortalFacts, portals
from nianbao.storage.visits import crashed

COLUMNS = (
    "county",
    "column",
    "state",
    "at",
    "whole",
    "shown",
    "last_year",
    "proof",
    "why",
    "problem",
)


def coverage(
    year: Year = None,
    county: County = None,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """What the answers rest on: each column, how its last look ended and what proves that it was
    whole, when it was last read whole, and whose reports it shows against the year before.
    """
    with asking(store, config, county, year) as asked:
        found = portals(asked.s, asked.scope, year=asked.year)
        problems = {portal.portal: portal.problem for portal in crashed(asked.s)}
        rows = [
            _row(portal, asked.names[portal.county], problems.get(portal.county, ""))
            for portal in found
        ]
        whole = sum(portal.is_whole for portal in found)
        heads = (
            say("县", "County"),
            say("栏目", "Column"),
            say("最近一次", "Latest look"),
            say("时间", "When"),
            say("最近一次完整读取", "Last read whole"),
            say("年报单位数（上年）", "Units (year before)"),
            say("依据", "Why"),
        )
        summary = say(
            f"{len(rows)} 个栏目，最近一次完整读取 {whole} 个",
            f"{len(rows)} columns, {whole} read whole at the latest look",
        )
        shown = [_shown(row) for row in rows]
        show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=summary)
        tell_unlooked(asked)


def _row(portal: PortalFacts, county: str, problem: str) -> dict[str, Any]:
    return {
        "county": county,
        "column": portal.url,
        "state": portal.state,
        "at": minute(portal.at),
        "whole": minute(portal.whole) if portal.whole else None,
        "shown": portal.shown,
        "last_year": portal.last_year,
        "proof": portal.proof,
        "why": _why(portal),
        "problem": problem or None,
    }


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    whole = for_eyes(row["whole"]) if row["whole"] else say("从未", "never")
    state = say(*STATES[row["state"]])
    units = f"{row['shown']} ({row['last_year']})"
    why = row["why"]
    if row["problem"]:
        why = say(f"{why}（程序错误）", f"{why} (a fault of ours)")
    return row["county"], row["column"], state, for_eyes(row["at"]), whole, units, why


def _why(portal: PortalFacts) -> str:
    """What proves that the latest look was whole, or what it lacked."""
    said = in_words(portal.detail)
    if portal.proof in PROOFS:
        said = say(*PROOFS[portal.proof])
    return said + by_hand(portal.by_hand, current())
