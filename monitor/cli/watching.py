"""`nianbao sweep`, `replay`, `review`, `diff` and `evidence`: what is seen and kept."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    EVIDENCE,
    Archive,
    Config,
    Store,
    counties_in,
    settings_here,
)

evidence_app = typer.Typer(help="The archived bytes.", no_args_is_help=True)


def sweep(
    county: Annotated[
        list[str] | None, typer.Option(help="Only these counties; may be given several times.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(min=2008, max=2099, help="Read reports of this year only.")
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(min=2008, max=2099, help="Read reports of this year and later only."),
    ] = None,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Fetch every report again, to see whether it was edited."),
    ] = False,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also private addresses.")
    ] = False,
    pause: Annotated[float, typer.Option(help="Seconds between two requests to one host.")] = 1.0,
    retries: Annotated[
        int, typer.Option(help="How often a failed request is made again, after a growing wait.")
    ] = 2,
) -> None:
    """Look once at every column, keep and read what is new, and judge it. A second sweep of the same adds nothing.

    Reports that were read more than a week ago are fetched again, so that edits are seen (`http: {recheck: DAYS}`).
    Exit codes: 0 every look was complete, 1 some were not (they are told), 2 a fault in the configuration.
    """
    from nianbao.crawler.browser import BrowserError
    from nianbao.crawler.sweep import Progress
    from nianbao.crawler.visit import Wanted
    from nianbao.monitor.sweeping import sweep_counties
    from nianbao.storage.evidence import Evidence
    from nianbao.storage.store import StoreError, open_store

    known = counties_in(config)
    try:
        engine = open_store(store)
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for name in county or ():
        if name not in {each.county for each in known}:
            typer.echo(
                f"{config} 中没有 {name}；先用 nianbao init {name} / not among the counties",
                err=True,
            )
            raise typer.Exit(2)
    counties = [each for each in known if each.columns and (not county or each.county in county)]
    if not counties:
        typer.echo("没有可巡检的栏目，先用 nianbao probe 填写 / no columns to look at", err=True)
        raise typer.Exit(2)
    progress = Progress()
    settings = {
        "NIANBAO_ALLOW_PRIVATE": allow_private,
        "DOWNLOAD_DELAY": pause,
        "AUTOTHROTTLE_ENABLED": pause > 0,
        "NIANBAO_RETRIES": retries,
        "NIANBAO_BACKOFF": 5.0 * min(pause, 1.0),
    }
    wanted = Wanted(year or since, year, recheck)
    try:
        complete, judged = _watch(
            progress,
            lambda: sweep_counties(
                counties,
                engine,
                Evidence(evidence),
                wanted=wanted,
                progress=progress,
                settings=settings,
                regions=settings_here().deadlines,
            ),
        )
    except BrowserError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for told in progress.busy:
        typer.echo(told, err=True)
    for each in counties:
        if each.county not in complete and each.http.get("window"):
            typer.echo(
                f"{each.county}：不在允许的时段（{each.http.get('window')}），未巡检 / outside its window",
                err=True,
            )
    for problem in progress.problems:
        typer.echo(f"程序错误，请报告 / a fault of ours, please report:\n{problem}", err=True)
    _tell(engine, complete, judged)
    if not all(complete.values()) or progress.problems:
        raise typer.Exit(1)


def _watch(progress, run):  # type: ignore[no-untyped-def]
    """The sweep with a live line on standard error, where a person watches."""
    if not sys.stderr.isatty():
        return run()
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("巡检", total=None)

        def changed(now: object) -> None:
            bar.update(
                task,
                total=progress.columns,
                completed=progress.done,
                description=f"巡检 {progress.answers} 次请求",
            )

        progress.changed = changed
        return run()


def _tell(engine, complete, judged):  # type: ignore[no-untyped-def]
    from rich.console import Console
    from rich.table import Table
    from sqlalchemy import select

    from nianbao.crawler.page_state import STATES
    from nianbao.storage.models import Column, Look, Sighting
    from nianbao.storage.store import session

    table = Table(box=None, padding=(0, 1))
    for name in ("栏目", "结果", "条数", "说明"):
        table.add_column(name)
    with session(engine) as s:
        for column in s.scalars(select(Column).order_by(Column.id)):
            look = s.scalar(
                select(Look).where(Look.column == column.id).order_by(Look.id.desc()).limit(1)
            )
            if look is not None:
                table.add_row(column.url, STATES[look.state][0], str(look.read), look.detail)
        waiting = len(list(s.scalars(select(Sighting.id).where(Sighting.review != ""))))
    console = Console(highlight=False)
    console.print(table)
    parts = [f"{name}{'完整' if whole else '不完整'}" for name, whole in complete.items()]
    console.print(f"{'，'.join(parts)}；新读年报 {judged} 份；待人工确认 {waiting} 条")


def replay(
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    config: Config = COUNTIES,
) -> None:
    """Read and judge the whole archive again, offline, and show what is read differently. Exit codes: 0, 1 on problems."""
    from nianbao.monitor.replaying import replay as run
    from nianbao.storage.evidence import Evidence
    from nianbao.storage.store import open_store

    counties = (
        counties_in(config) if config.is_dir() else []
    )  # an archive can be read again without them
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


review_app = typer.Typer(help="What waits for a person.", invoke_without_command=True)


@review_app.callback()
def review(context: typer.Context, store: Store = DATABASE) -> None:
    """What could not be told for sure and waits for a person: links whose unit, year or content is in doubt."""
    if context.invoked_subcommand is not None:
        return
    from sqlalchemy import select

    from nianbao.storage.models import Sighting
    from nianbao.storage.store import looking, open_store

    with looking(open_store(store)) as s:
        found = list(
            s.scalars(
                select(Sighting)
                .where(Sighting.review != "")
                .order_by(Sighting.first_seen, Sighting.id)
            )
        )
        for sighting in found:
            typer.echo(f"#{sighting.id} {sighting.title}\n  {sighting.url}\n  {sighting.review}")
    typer.echo(
        f"待确认 {len(found)} 条" + ("；nianbao review settle 编号 … 作出决定" if found else "")
    )


@review_app.command("settle")
def settle(
    number: Annotated[int, typer.Argument(help="The number that `nianbao review` shows.")],
    unit: Annotated[str, typer.Option(help="Whose report it is: name or code.")] = "",
    year: Annotated[int | None, typer.Option(min=2008, max=2099, help="Of which year.")] = None,
    not_a_report: Annotated[
        bool, typer.Option("--not-a-report", help="It is no annual report.")
    ] = False,
    who: Annotated[str, typer.Option(help="Who decides; kept with the decision.")] = "",
    why: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    store: Store = DATABASE,
) -> None:
    """Decide what a link is. It is read at the next sweep, and the decision is kept.

    Exit codes: 0 settled, 2 no such link or unit, or wrong use.
    """

    from nianbao.monitor.decisions import DecisionError
    from nianbao.monitor.decisions import settle as decide
    from nianbao.storage.store import open_store

    try:
        said = decide(
            open_store(store),
            number,
            unit=unit,
            year=year,
            not_a_report=not_a_report,
            who=who,
            why=why,
            now=datetime.now(UTC),
        )
    except DecisionError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(said)


def diff(
    unit: Annotated[str, typer.Argument(help="The unit's code or name.")],
    year: Annotated[int, typer.Argument(min=2008, max=2099, help="The report's year.")],
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """What changed between the versions of a report after it was published: each cell, and the text.

    Exit codes: 0, 2 no such report.
    """
    from itertools import pairwise

    from sqlalchemy import or_, select

    from nianbao.monitor.judging import passages_of
    from nianbao.storage.content import differences, passage_changes
    from nianbao.storage.evidence import Evidence, EvidenceError
    from nianbao.storage.models import Document, ReportVersion, Unit
    from nianbao.storage.store import looking, open_store

    archive = Evidence(evidence)
    with looking(open_store(store)) as s:
        wanted = select(Unit.id).where(or_(Unit.id == unit, Unit.name == unit))
        versions = list(
            s.scalars(
                select(ReportVersion)
                .where(ReportVersion.unit.in_(wanted), ReportVersion.year == year)
                .order_by(ReportVersion.unit, ReportVersion.number)
            )
        )
        hashes = {version.id: s.get_one(Document, version.document).sha256 for version in versions}
        names = {version.unit: s.get_one(Unit, version.unit).name for version in versions}
    if not versions:
        typer.echo(f"没有 {unit} {year} 年的年报 / no such report", err=True)
        raise typer.Exit(2)
    for before, after in pairwise(versions):
        if before.unit != after.unit:
            continue
        typer.echo(
            f"{names[after.unit]}（{after.unit}）v{before.number} → v{after.number}  {after.seen:%Y-%m-%d %H:%M}"
        )
        for change in differences(before.content, after.content):
            typer.echo(f"  {change.key}: {change.before} → {change.after}")
        try:
            first, second = (
                passages_of(archive, hashes[v.id], names[v.unit]) for v in (before, after)
            )
        except EvidenceError as error:
            typer.echo(f"  {error}", err=True)
            continue
        for sign, text in passage_changes(first, second):
            typer.echo(f"  {sign} {text}")
    if len(versions) == 1:
        typer.echo("只有一个版本 / one version only")


@evidence_app.command("verify")
def verify(store: Store = DATABASE, evidence: Archive = EVIDENCE) -> None:
    """Check every archived piece against its hash, and that nothing the database names is missing. Exit codes: 0, 1."""
    from sqlalchemy import select

    from nianbao.storage.evidence import Evidence
    from nianbao.storage.models import Document
    from nianbao.storage.store import open_store, session

    with session(open_store(store)) as s:
        wanted = set(s.scalars(select(Document.sha256)))
    problems = list(Evidence(evidence).verify(wanted))
    for _, problem in problems:
        typer.echo(problem, err=True)
    typer.echo(f"{len(wanted)} 件证据，问题 {len(problems)} 个")
    if problems:
        raise typer.Exit(1)


@evidence_app.command("export")
def export(
    target: Annotated[Path, typer.Argument(help="The .warc.gz to write.")],
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """Write all archived answers as a WARC file."""
    from sqlalchemy import select

    from nianbao.storage.evidence import Evidence, Exchange
    from nianbao.storage.models import Document
    from nianbao.storage.store import open_store, session

    with session(open_store(store)) as s, target.open("wb") as file:
        rows = s.scalars(select(Document).order_by(Document.id))
        exchanges = [Exchange(d.url, d.sha256, d.fetched, d.status, d.headers) for d in rows]
        count = Evidence(evidence).export_warc(exchanges, file)
    typer.echo(f"{target}：{count} 件")
