"""`nianbao show`, `find`, `replay`, `evidence`: what is in the archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.monitor.cli.asking import AnyYear, County, Year, due_year
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.inputs import Language
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    EVIDENCE,
    Archive,
    Config,
    Store,
    counties_in,
)
from nianbao.monitor.cli.rendering import render
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.judging import report_in
from nianbao.monitor.replaying import replay as run
from nianbao.storage.evidence import Evidence, EvidenceError, Exchange
from nianbao.storage.models import Document
from nianbao.storage.queries import Report, findings, reports, words_of
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store, session


def show_report(
    unit: Annotated[str, typer.Argument(help="The unit's name or code.")],
    year: Year = None,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """A unit's report of a year as it is archived: its tables, and what is wrong in them."""
    year = year or due_year()
    with looking(open_store(store)) as s:
        kept = list(reports(s, year, units=(unit,)))
        wrong = findings(s, year)
    if not kept:
        end(2, f"没有 {unit} {year} 年的年报 / no such report")
    console, archive = Console(highlight=False), Evidence(evidence)
    for report in kept:
        _print_report(console, archive, report)
        for finding in wrong:
            if finding.unit == report.unit:
                said = f"[{finding.rule}] {finding.content['zh']} {finding.decided}"
                console.print(said, markup=False)


def _print_report(console: Console, archive: Evidence, kept: Report) -> None:
    head = f"{kept.county_name} {kept.name}（{kept.unit}）{kept.url}\n存证 {kept.document}"
    console.print(head, markup=False)
    try:
        report = report_in(archive, kept.document, kept.name)
    except EvidenceError as error:
        end(1, str(error))
    if report is not None:
        render(report, console, name=kept.name, full=True, where=False, lang=Language.zh)
    else:
        reasons = "；".join(cell["why"] for cell in kept.content["unreadable"])
        console.print(f"数据无法读取：{reasons}", markup=False)


FOUND = ("county", "unit", "code", "year", "passage", "url", "evidence")


def find(
    text: Annotated[
        str, typer.Argument(help="What to look for in the prose of the archived reports.")
    ],
    year: AnyYear = None,
    county: County = None,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Search the prose of all archived reports."""
    bare = "".join(text.split())
    rows = []
    with looking(open_store(store)) as s:
        for report in list(reports(s, year, county or (), text=text)):
            for passage in _passages(s, report, bare):
                rows.append(_row(report, passage))
    shown = [_shown(row) for row in rows]
    heads = ("县", "单位", "年度", "原文")
    summary = f"共 {len(rows)} 处"
    show(rows, FOUND, format, output, heads=heads, shown=shown, summary=summary)
    if not rows:
        raise typer.Exit(1)


def _passages(s: Session, report: Report, bare: str) -> Iterator[str]:
    """Where a text stands, with some words before and behind it."""
    for line in words_of(s, report.unit, report.year):
        if bare in line:
            at = line.index(bare)
            yield line[max(0, at - 30) : at + len(bare) + 40]


def _row(report: Report, passage: str) -> dict[str, Any]:
    return {
        "county": report.county_name,
        "unit": report.name,
        "code": report.unit,
        "year": report.year,
        "passage": passage,
        "url": report.url,
        "evidence": report.document,
    }


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["county"], row["unit"], str(row["year"]), row["passage"]


def replay(
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    config: Config = COUNTIES,
) -> None:
    """Read and judge the whole archive again, offline, and show what is read differently."""
    counties: Sequence[CountyEntry] = ()  # an archive can be read again without them
    if config.is_dir():
        counties = counties_in(config)
    problems = changed = count = 0
    for done in run(open_store(store), Evidence(evidence), counties):
        count += 1
        where = f"{done.version.unit} {done.version.year} v{done.version.number}"
        if done.problem:
            problems += 1
            typer.echo(f"{where}: {done.problem}", err=True)
        for change in done.changes:
            changed += 1
            typer.echo(f"{where}: {change.key}: {change.before} → {change.after}")
    typer.echo(f"重读 {count} 份，变化 {changed} 处，问题 {problems} 个")
    if problems:
        raise typer.Exit(1)


def verify(store: Store = DATABASE, evidence: Archive = EVIDENCE) -> None:
    """Check every archived piece against its hash, and that nothing the database names is
    missing.
    """
    with session(open_store(store)) as s:
        wanted = set(s.scalars(select(Document.sha256)))
    problems = list(Evidence(evidence).verify(wanted))
    for _, problem in problems:
        typer.echo(problem, err=True)
    typer.echo(f"{len(wanted)} 件证据，问题 {len(problems)} 个")
    if problems:
        raise typer.Exit(1)


def export(
    target: Annotated[Path, typer.Argument(help="The .warc.gz to write.")],
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """Write all archived answers as a WARC file."""
    with session(open_store(store)) as s, target.open("wb") as file:
        documents = s.scalars(select(Document).order_by(Document.id))
        exchanges = [Exchange(d.url, d.sha256, d.fetched, d.status, d.headers) for d in documents]
        count = Evidence(evidence).export_warc(exchanges, file)
    typer.echo(f"{target}：{count} 件")
