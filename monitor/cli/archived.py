"""`nianbao show`, `evidence`: what is in the archive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from nianbao.monitor.as_archived import report_in
from nianbao.monitor.cli.asking import (
    Asked,
    Year,
    asking,
    one_unit,
)
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.inputs import Language
from nianbao.monitor.cli.language import current, one_of, say
from nianbao.monitor.cli.meant import AsJson
from nianbao.monitor.cli.places import COUNTIES, DATABASE, EVIDENCE, Archive, Config, Store
from nianbao.monitor.cli.rendering import render
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.standings import where_it_stands
from nianbao.monitor.cli.whole import whole
from nianbao.monitor.details import in_chinese
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.there import Kept, There
from nianbao.monitor.ledger.told import findings_told
from nianbao.monitor.names_of_then import names_in
from nianbao.monitor.paper.rows import finding_row
from nianbao.monitor.standing import day_in_beijing
from nianbao.storage.adopting import Brought, brought_of
from nianbao.storage.archive import exchanges, hashes, other_hashes
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.facts import checked
from nianbao.storage.kinds import Checked
from nianbao.storage.queries import FindingFacts, Report, reports
from nianbao.storage.retention import deletions
from nianbao.storage.scope import Scope, of_unit
from nianbao.storage.store import looking, open_store
from nianbao.storage.units import UnitRef


def show_report(
    unit: Annotated[str, typer.Argument(help="The unit's name or code.")],
    year: Year = None,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    as_json: AsJson = False,
) -> None:
    """A unit's report of a year as it is archived: its tables, and what is wrong in them."""
    with asking(store, config, year=year) as asked:
        own = one_unit(asked, unit)
        scope = of_unit(own.id, own.county)
        kept = next(iter(reports(asked.s, scope, asked.year)), None)
        if kept is None:
            _tell_without(asked, own, scope)
        wrong = findings_told(asked.s, scope, asked.year, asked.now, asked.registry)
        brought = brought_of(asked.s, own.id, asked.year)
        there = Kept(asked.s, scope, asked.year).there(own.id, asked.year, kept.number, kept.seen)
        verdict = checked(asked.s, [kept.version])[kept.version]
    if as_json:
        county = asked.names[kept.county]
        echo(json.dumps(_row(kept, county, there, verdict, wrong), ensure_ascii=False, indent=1))
        return
    names = names_in(asked.registry.county(kept.county), kept.unit, kept.name, asked.year)
    console = Screen()
    county = asked.names[kept.county]
    _print_report(console, Evidence(evidence), kept, county, names, brought, there)
    for finding in wrong:
        decided = say(finding.decided, finding.decided.replace("：", ": ", 1))
        said = f"[{finding.rule}] {finding.content[current()]} {decided}"
        console.print(said)


def _tell_without(asked: Asked, own: UnitRef, scope: Scope) -> NoReturn:
    """Where a unit stands of which there is no report, and on which proof."""
    none = (
        f"没有 {own.name}（{own.id}）{asked.year} 年的年报",
        f"no report of {own.name} ({own.id}) for {asked.year}",
    )
    lines = lines_at(asked.s, scope, asked.year, asked.now, asked.registry, asked=asked.asked)
    for line in lines:
        zh, en = where_it_stands(line)
        proof = say(f"，存证 {line.proof}", f", archived {line.proof}") if line.proof else ""
        end(2, f"{none[0]}。{zh}{proof} {line.url}", f"{none[1]}. {en}{proof} {line.url}")
    end(2, *none)


def _print_report(
    console: Console,
    archive: Evidence,
    kept: Report,
    county: str,
    names: Sequence[str],
    brought: Sequence[Brought],
    there: There,
) -> None:
    unit = say(f"{kept.name}（{kept.unit}）", f"{kept.name} ({kept.unit}) ")
    head = f"{county} {unit}{kept.url}"
    console.print(f"{head}\n{say('存证', 'archived')} {kept.document}")
    if said := there.said(current()):
        console.print(Text(said, style="bold"))
    for each in brought:
        console.print(_of_bringing(each))
    try:
        report = report_in(archive, kept.document, names)
    except EvidenceError as error:
        end(1, str(error))
    if report is not None:
        lang = Language(current())
        render(report, console, name=kept.name, full=True, where=False, lang=lang)
    else:
        whys = [one_of(cell["why"]) for cell in kept.content["unreadable"]]
        reasons = say("；".join(in_chinese(why) for why in whys), "; ".join(whys))
        console.print(say(f"数据无法读取：{reasons}", f"not readable: {reasons}"))


def _row(
    kept: Report,
    county: str,
    there: There,
    verdict: Checked,
    wrong: Sequence[FindingFacts],
) -> dict[str, Any]:
    """The report by keys, with what is known of it beside."""
    return {
        "county": county,
        "unit": kept.name,
        "code": kept.unit,
        "year": kept.year,
        "url": kept.url,
        "evidence": kept.document,
        "verdict": verdict,
        **there.row(),
        "findings": [finding_row(each) for each in wrong],
        "report": kept.content,
    }


def _of_bringing(brought: Brought) -> str:
    """Who brought its address, when and why."""
    day, told = f"{day_in_beijing(brought.at)}", f"{brought.who}：{brought.why}"
    zh, en = (
        f"人工提供（{day} {told}）",
        f"brought by a person ({day} {brought.who}: {brought.why})",
    )
    if brought.insisted:
        zh, en = f"{zh}，页面未写明，由其确认", f"{en}, and the page does not say it"
    if brought.gone is not None:
        gone = day_in_beijing(brought.gone)
        zh, en = f"{zh}，{gone}起无法打开", f"{en}, can't be opened since {gone}"
    return say(zh, en)


def verify(store: Store = DATABASE, evidence: Archive = EVIDENCE) -> None:
    """Check every archived piece against its hashes, and that nothing the database names is
    missing but what was deleted by the settings.
    """
    archive = Evidence(evidence)
    with looking(open_store(store, asks=True)) as s:
        wanted, others, explained = hashes(s), other_hashes(s), deletions(s)
    gone = set(archive.tombstones())
    problems = [problem for _, problem in archive.verify(wanted, others)]
    problems += [
        f"{name}: 有删除记录，但日志中没有这次删除 / it has a tombstone, and no entry in the log"
        for name in sorted(gone - explained.keys())
    ]
    for problem in problems:
        tell(problem)
    deleted = say(f"，按期限删除 {len(gone)} 件", f", {len(gone)} deleted") if gone else ""
    echo(
        say(
            f"{len(wanted)} 件证据{deleted}，问题 {len(problems)} 个",
            f"{len(wanted)} pieces of evidence{deleted}, {len(problems)} problems",
        )
    )
    if problems:
        raise typer.Exit(1)


def export(
    target: Annotated[Path, typer.Argument(help="The .warc.gz to write.")],
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """Write all archived answers as a WARC file."""
    with looking(open_store(store, asks=True)) as s, whole(target) as file:
        count = Evidence(evidence).export_warc(list(exchanges(s)), file)
    echo(say(f"{target}：{count} 件", f"{target}: {count} answers"))
