"""`nianbao preflight`: before a season, whether each unit's report could be seen."""

from __future__ import annotations

from operator import itemgetter
from typing import Annotated, Any

import typer

from nianbao.monitor.cli.asking import County, Year, asking, for_eyes, minute, tell_unlooked
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.ledger.preflight import Ready, known_year
from nianbao.monitor.ledger.preflight import preflight as looked_over
from nianbao.monitor.mail.preflight import mending

COLUMNS = ("county", "unit", "code", "year", "provable", "why", "mend", "column", "at")


def preflight(
    year: Year = None,
    county: County = None,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Output = None,
) -> None:
    """Before a season: whether each unit's column can be read and still lists the report of the
    year before, so that the new one would be seen; why not, and what to do.

    --year is the year of the known reports: the last one whose season is over where none is given.
    """
    form = Form.json if as_json else format
    with asking(store, config, county, files_needed=True) as asked:
        of = year or known_year(asked.now)
        found = looked_over(asked.s, asked.scope, of, asked.now, asked.registry)
        rows = [_row(ready) for ready in found]
        open_ones = [ready for ready in found if not ready.provable]
        for_eyes_only = form == Form.table and output is None  # those that can't, in few columns
        listed = open_ones if for_eyes_only else found
        wanted = NARROW if for_eyes_only else tuple(range(len(HEADS)))
        heads = [say(*HEADS[n]) for n in wanted]
        count, rest = len(found), len(open_ones)
        summary = say(
            f"{count} 个单位中 {count - rest} 个可以核验，{rest} 个不能（以 {of} 年年报为据）",
            f"{count - rest} of {count} units can be verified, {rest} can not "
            f"(by the reports of {of})",
        )
        shown = [itemgetter(*wanted)(_shown(ready)) for ready in listed]
        show(rows, COLUMNS, form, output, heads=heads, shown=shown, summary=summary)
        tell_unlooked(asked)
    if not found:
        end(2, "没有应发布的单位", "no units that must publish")
    if open_ones:
        raise typer.Exit(1)


HEADS = (
    ("县", "County"),
    ("单位", "Unit"),
    ("能否核验", "Verifiable"),
    ("原因", "Why"),
    ("可以怎样处理", "What to do"),
    ("栏目", "Column"),
    ("最近一次查看", "Latest look"),
)
NARROW = (0, 1, 3, 4)


def _row(ready: Ready) -> dict[str, Any]:
    return {
        "county": ready.county_name,
        "unit": ready.name,
        "code": ready.unit,
        "year": ready.year,
        "provable": ready.provable,
        "why": ready.zh,
        "mend": mending(ready, "zh"),
        "column": ready.url,
        "at": minute(ready.at) if ready.at is not None else None,
    }


def _shown(ready: Ready) -> tuple[str, ...]:
    at = for_eyes(minute(ready.at)) if ready.at is not None else say("从未", "never")
    can = say("能", "yes") if ready.provable else say("不能", "no")
    why, mend = say(ready.zh, ready.en), mending(ready, current())
    return ready.county_name, ready.name, can, why, mend, ready.url, at
