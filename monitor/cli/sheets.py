"""`nianbao evidence sheet`: the proof of where a unit stands, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.asking import Asked, AsOf, Year, asking, one_unit
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, EVIDENCE, Archive, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.standings import where_it_stands
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.ledger.decided import with_decisions
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.paper.evidence import PROVABLE, sheet_of
from nianbao.monitor.paper.printed import NotPrintedError, pdf_of
from nianbao.monitor.paper.sheet import Sheet, written
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.facts import unit_facts
from nianbao.storage.scope import of_unit
from nianbao.storage.units import UnitRef, unit_id


def sheet(
    unit: Annotated[str, typer.Argument(help="The unit's name or code.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The .pdf or .docx to write.")],
    year: Year = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """What proves where a unit stands, on one page: the archived list page as a picture, its
    address, when it was looked at, its hashes, and why that was all of it.

    The picture is drawn by Chromium, offline, with personal data masked; without it the list
    stands there as text. PDF needs LibreOffice. There is none of a unit of which nothing is known.
    """
    if output.suffix.lower() not in (".pdf", ".docx"):
        end(2, f"{output}：请写 .pdf 或 .docx", f"{output}: say .pdf or .docx")
    with asking(store, config, year=year, as_of=as_of, files_needed=True) as asked:
        own = one_unit(asked, unit)
        line = _line(asked, own)
        try:
            made = _sheet(asked, own, line, Evidence(evidence))
        except EvidenceError as error:
            end(1, str(error))
    if made is None:
        zh, en = where_it_stands(line)
        end(1, f"没有可出具的存证：{zh}", f"nothing is archived that proves it: {en}")
    content = written(made)
    if output.suffix.lower() == ".pdf":
        try:
            content = pdf_of(content)
        except NotPrintedError as error:
            end(1, error.zh, error.en)
    write_whole(output, content)
    if not made.shown.png:
        zh, en = made.shown.why
        tell(f"未附图：{zh}", f"without a picture: {en}")
    zh, en = where_it_stands(line)
    echo(say(f"{output}：{zh}", f"{output}: {en}"))


def _line(asked: Asked, own: UnitRef) -> Line:
    """Where the unit stands; ends the command where that can't be proven."""
    scope = of_unit(own.id, own.county)
    lines = lines_at(asked.s, scope, asked.year, asked.now, asked.registry, asked=asked.asked)
    if not lines:
        zh = f"{own.name}（{own.id}）{asked.year} 年度不是应发布单位"
        end(1, zh, f"{own.name} ({own.id}) had nothing to publish for {asked.year}")
    if lines[0].standing.name not in PROVABLE:
        zh, en = where_it_stands(lines[0])
        end(1, f"没有可以证明的事项：{zh}", f"there is nothing to prove: {en}")
    (line,) = with_decisions(asked.s, lines[:1], asked.now if asked.asked is None else None)
    return line


def _sheet(asked: Asked, own: UnitRef, line: Line, archive: Evidence) -> Sheet | None:
    scope = of_unit(own.id, own.county)
    then = asked.now if asked.asked is None else None
    facts = unit_facts(asked.s, scope, asked.year, then, now=asked.now)
    columns = next((each.places for each in facts), frozenset())
    county = asked.registry.county(own.county)
    order = [unit_id(county, entry) for entry in county.units] if county is not None else []
    name = asked.names[own.county]
    return sheet_of(asked.s, archive, line, columns, name, order, asked.now, current())
