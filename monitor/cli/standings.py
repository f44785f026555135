"""`nianbao standing`, `missing`, `late`, `unknown`: who is where, with the proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, cast

import typer

from nianbao.monitor.cli.asking import Asked, AsOf, County, Year, asking, tell_unlooked
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.lazy import load
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.ledger.decided import with_decisions
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.words import of_stood
from nianbao.monitor.paper.rows import STANDING
from nianbao.monitor.paper.rows import row_of as row_of
from nianbao.monitor.paper.sentences import where_it_stands as where_it_stands
from nianbao.monitor.paper.sentences import with_waiver
from nianbao.monitor.standing import StandingName
from nianbao.storage.scope import Scope
from nianbao.storage.standings import Stood


def standing(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Where every unit stands for a year: not due, awaiting, on time, late, missing, unknown,
    withdrawn, exempt.
    """
    _print(year, county, as_of, config, store, format, output, ())


def missing(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
    as_text: Annotated[
        bool,
        typer.Option(
            "--text",
            help="Short texts for a chat instead: who is to publish, or to be asked, with the "
            "telephone that each one's last report prints.",
        ),
    ] = False,
) -> None:
    """Who has not published: only units that a proven look after their deadline did not show;
    confirmed by a second on another day. Unread portals are `unknown`.
    """
    if not as_text:
        _print(year, county, as_of, config, store, format, output, ("missing",))
        return
    if format != Form.table:
        end(2, "--text 与 --format 不能同时使用", "--text goes with no --format")
    with asking(store, config, county, year, as_of, files_needed=True) as asked:
        load("urging:urge")(asked, as_of, output)
        _tell_others(asked, ("missing",))
        _tell_unknown(asked, len(_lines(asked, as_of, ("unknown",))))
        tell_unlooked(asked)


def late(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Who published after the deadline, by how many days, on which evidence."""
    _print(year, county, as_of, config, store, format, output, ("late",))


def unknown(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Units of which nothing can be said, and why: no complete look since the deadline."""
    _print(year, county, as_of, config, store, format, output, ("unknown",))


def _print(
    year: int | None,
    county: Sequence[str] | None,
    as_of: str,
    config: Path,
    store: str,
    form: Form,
    output: Path | None,
    wanted: Sequence[StandingName],
) -> None:
    with asking(store, config, county, year, as_of, files_needed=True) as asked:
        found = _lines(asked, as_of, (*wanted, "unknown") if wanted else ())
        lines = [line for line in found if not wanted or line.standing.name in wanted]
        rows = [row_of(line, asked.names[line.county]) for line in lines]
        shown = [_shown(line, asked.names[line.county]) for line in lines]
        heads = (
            say("县", "County"),
            say("单位", "Unit"),
            say(f"{asked.year}年度", f"Report of {asked.year}"),
            say("质量", "Quality"),
            say("天数", "Days"),
            say("依据", "Evidence"),
        )
        summary = say(f"共 {len(rows)} 个单位", f"{len(rows)} units")
        show(rows, STANDING, form, output, heads=heads, shown=shown, summary=summary)
        if wanted:
            _tell_others(asked, wanted)
            _tell_unknown(asked, len(found) - len(lines))
        tell_unlooked(asked)


def _tell_unknown(asked: Asked, many: int) -> None:
    """Nobody is listed, and that is no good news where nobody could look."""
    if many:
        told = f"nianbao unknown --year {asked.year}"
        tell(
            f"另有 {many} 个单位无法核实，不在其中：{told}",
            f"{many} more units are unknown and not listed: {told}",
        )


def _tell_others(asked: Asked, wanted: Sequence[StandingName]) -> None:
    """Who asks of one unit is told where it stands, whatever was asked."""
    singles = Scope((), asked.scope.units, asked.scope.of_units)
    own = (asked.s, singles, asked.year, asked.now, asked.registry)
    lines = with_decisions(asked.s, lines_at(*own, asked=asked.asked), _then(asked))
    for line in lines:
        if line.standing.name not in wanted:
            tell(*where_it_stands(line))


def _then(asked: Asked) -> datetime | None:
    """The end of the day that is asked about, where it is over."""
    return asked.now if asked.asked is None else None


def counted(counts: Mapping[Stood, int]) -> str:
    """How many units stand where, in words."""
    told = []
    for stood, count in counts.items():
        word = of_stood(cast(StandingName, stood.name), confirmed=stood.confirmed)
        told.append(f"{word.said(current())} {count}")
    return say("，", ", ").join(told)


def _lines(asked: Asked, as_of: str, wanted: Sequence[StandingName]) -> list[Line]:
    answer = lines_at if as_of else lines_now
    lines = answer(asked.s, asked.scope, asked.year, asked.now, asked.registry, wanted)
    return with_decisions(asked.s, lines, asked.now if as_of else None)


def _shown(line: Line, county: str) -> tuple[str, ...]:
    lang = current()
    return (
        county,
        line.name,
        line.word.said(lang),
        line.quality_word.said(lang),
        str(line.days_told or ""),
        say(*with_waiver(line)),
    )
