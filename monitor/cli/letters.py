"""`nianbao letter`: what is written to a unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.asking import Year, asking, one_unit
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    TOML,
    Config,
    SettingsFile,
    Store,
    settings_in,
)
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.ledger.first_look import late_look_for
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.paper.doors import Door, door_for
from nianbao.monitor.paper.letters import Letter, Manner, NoLetterError, letter_due
from nianbao.monitor.settings import Web
from nianbao.storage.audit import HERE
from nianbao.storage.people import By
from nianbao.storage.queries import FindingFacts, reports
from nianbao.storage.scope import of_unit
from nianbao.storage.store import is_read_only, open_store, session
from nianbao.storage.ways import New, letter_sent


def letter(
    unit: Annotated[str, typer.Argument(help="The unit's name or code.")],
    year: Year = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The .docx to write.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE|MARK",
            help="Only this goes into it: a rule, or a finding's mark. May be given several times.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE|MARK",
            help="This stays out of it: a rule, or a finding's mark. May be given several times.",
        ),
    ] = None,
    within: Annotated[
        int | None,
        typer.Option(min=1, max=60, metavar="DAYS", help="Working days to answer in."),
    ] = None,
    added: Annotated[
        str, typer.Option("--add", metavar="TEXT", help="Something to say beside, in its end.")
    ] = "",
    who: Annotated[str, typer.Option(envvar="NIANBAO_WHO", help="Who writes it.")] = "",
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """The letter to a unit: what to correct in its report, or to publish it, and by when.

    Nobody is urged whose report complete looks of two days after the deadline have not shown to
    be missing. That it was written stands in what happened to the unit, and in `audit`.
    """
    known = settings_in(settings)
    office = known.office
    if within is not None:
        office = replace(office, reply_within=within)
    with asking(store, config, year=year, files_needed=True) as asked:
        own = one_unit(asked, unit)
        scope = of_unit(own.id, own.county)
        told = year_of(asked.s, scope, asked.year, asked.now, asked.registry, asked=asked.asked)
        report = next(iter(reports(asked.s, scope, asked.year)), None)
        late = late_look_for(asked.s, told.lines[0], scope, asked.now) if told.lines else None
    if asked.registry.county(own.county) is None:
        end(1, f"{own.name}所在县没有配置文件", f"the county of {own.name} has no file")
    if not told.lines:
        end(
            1,
            f"{own.name}（{own.id}）{asked.year} 年度不是应发布单位",
            f"{own.name} ({own.id}) had nothing to publish for {asked.year}",
        )
    (line,) = told.lines

    def choose(found: Sequence[FindingFacts]) -> list[FindingFacts]:
        return _chosen(found, only or (), without or ())

    def due(door: Door | None = None) -> Letter:
        manner = Manner(choose, added, late, door)
        return letter_due(told, office, manner, has_report=report is not None)

    try:
        letter = due()
    except NoLetterError as error:
        end(1, error.zh, error.en)
    if letter.note is not None:
        tell(*letter.note)
    whose = f"{told.names[line.county]}{line.name}"
    target = output or Path(f"{whose}{line.year}年度年报{letter.kind}通知书.docx")
    _write(store, target, line, due, who, known.web)
    echo(say(f"{target}：{letter.zh}", f"{target}: {letter.en}"))


def _write(
    store: str,
    target: Path,
    line: Line,
    due: Callable[[Door | None], Letter],
    who: str,
    web: Web,
) -> None:
    """The file, and that it was written; a store that is only to be read is left as it is."""
    engine = open_store(store, known=True)
    if is_read_only(engine):
        write_whole(target, due(None).content)
        tell(
            "数据库只读，没有记入这份通知书",
            "the database can't be written to: the letter is not noted there",
        )
        return
    with session(engine) as s:
        by = By(who or HERE, datetime.now(UTC))
        letter = due(door_for(s, web, line.unit, line.year, line.deadline, by))
        new = New(line.unit, line.year, "sent", by.who, letter.faults, letter.words)
        letter_sent(s, new._replace(name=letter.kind), letter.content, by.now)
        write_whole(target, letter.content)


def _chosen(
    findings: Sequence[FindingFacts], only: Sequence[str], without: Sequence[str]
) -> list[FindingFacts]:
    """What a person wants in the letter; ends the command where that is nothing, or no finding."""
    for named in (*only, *without):
        if not any(_is_called(finding, named) for finding in findings):
            end(2, f"没有这个问题：{named}", f"no such finding: {named}")
    kept = [f for f in findings if not only or any(_is_called(f, named) for named in only)]
    kept = [f for f in kept if not any(_is_called(f, named) for named in without)]
    if not kept:
        end(1, "没有选定任何问题", "no finding was chosen")
    return kept


def _is_called(finding: FindingFacts, named: str) -> bool:
    is_mark = len(named) >= SHORTEST_MARK and finding.fingerprint.startswith(named.lower())
    return finding.rule == named.upper() or is_mark


SHORTEST_MARK = 6
