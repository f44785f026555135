"""`nianbao drafts`: where each unit's draft stands, and what was published otherwise."""

from __future__ import annotations

from nianbao.monitor.cli.asking import County, Year, asking, tell_unlooked
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.drafts_board import COLUMNS, board, change_of, changes_of, row_of, said_of
from nianbao.monitor.standing import BEIJING


def drafts(
    year: Year = None,
    county: County = None,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Where each unit's draft stands: not handed in, returned, passed, published, or published
    otherwise than it was passed, with each number that differs.
    """
    lang = current()
    with asking(store, config, county, year, files_needed=True) as asked:
        found = board(asked.s, asked.scope, asked.year, asked.now, asked.registry)
        tell_unlooked(asked)
    rows = [row_of(row) for row in found]
    shown = [
        (
            row.county_name,
            row.name,
            row.word(lang),
            f"{row.last.at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if row.last is not None else "",
            "\n".join([*said_of(row, lang), *(change_of(each, lang) for each in changes_of(row))]),
        )
        for row in found
    ]
    heads = (
        say("县", "County"),
        say("单位", "Unit"),
        say("交稿", "Draft"),
        say("最近一轮", "Last round"),
        say("发布后比对", "After publication"),
    )
    summary = say(f"共 {len(rows)} 个单位", f"{len(rows)} units")
    show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=summary)
