"""`nianbao history`: what became of a unit's reports."""

from __future__ import annotations

from typing import Annotated

import typer

from nianbao.monitor.cli.asking import asking, for_eyes, one_unit
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.ledger.happened import doubted
from nianbao.monitor.paper.sentences import history_row, what
from nianbao.storage.queries import events
from nianbao.storage.scope import of_unit

COLUMNS = ("at", "unit", "code", "year", "kind", "what")


def history(
    unit: Annotated[str, typer.Argument(help="The unit's code or name.")],
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Everything that happened to a unit's reports: seen, changed, withdrawn, standings,
    decisions.
    """
    with asking(store, config) as asked:
        own = one_unit(asked, unit)
        happened = doubted(asked.s, events(asked.s, of_unit(own.id, own.county)))
    rows = [history_row(event) for event in happened]
    shown = [
        (for_eyes(row["at"]), row["unit"], str(row["year"] or ""), what(event, current()))
        for row, event in zip(rows, happened, strict=True)
    ]
    heads = (say("时间", "When"), say("单位", "Unit"), say("年度", "Year"), say("事项", "What"))
    summary = say(f"共 {len(rows)} 条", f"{len(rows)} entries")
    show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=summary)
