"""`nianbao ledger`, `letter`, `sum`, `show`, `find`, `export`: what leaves the house."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    EVIDENCE,
    TOML,
    Archive,
    Config,
    SettingsFile,
    Store,
    counties_in,
    settings_in,
)
from nianbao.monitor.cli.standings import AsOf, County, _now, one_unit
from nianbao.monitor.cli.tables import Form, Format, Output, show

Year = Annotated[
    int | None,
    typer.Option(min=2008, max=2099, help="The report's year; last year where none is given."),
]


def _due_year() -> int:
    from nianbao.monitor.standing import BEIJING

    return datetime.now(BEIJING).year - 1


def ledger(
    output: Annotated[Path, typer.Argument(help="The .xlsx to write.")],
    year: Year = None,
    county: Annotated[str, typer.Option(help="Only this county, by its name or code.")] = "",
    as_of: AsOf = "",
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """The ledger (台账) as a workbook: standings, findings, columns; with filters, colours and a page to print."""
    from nianbao.monitor.mail.facts import gather, ledger_of
    from nianbao.storage.queries import portals
    from nianbao.storage.store import looking, open_store

    counties, now = counties_in(config), _now(as_of)
    named = [each for each in counties if county in (each.county, each.code)]
    if county and len(named) != 1:
        several = "、".join(f"{each.county}（{each.code}）" for each in named)
        typer.echo(
            f"{county} 有 {len(named)} 个，请用代码：{several} / several, use the code"
            if named
            else f"没有 {county} / no such county",
            err=True,
        )
        raise typer.Exit(2)
    code = named[0].code if county else ""
    scope = f"county:{code}" if code else ""
    with looking(open_store(store)) as s:
        facts = gather(
            s, scope, year or _due_year(), now, counties, settings_in(settings).deadlines
        )
        if not facts.lines:
            typer.echo(
                f"还没有{county}任何单位的数据，先用 nianbao sweep / nothing is known yet", err=True
            )
            raise typer.Exit(2)
        output.write_bytes(ledger_of(facts, portals(s, scope, now)))
    typer.echo(
        f"{output}：{len(facts.lines)} 个单位，{len(facts.wrong) + len(facts.doubts)} 项问题"
    )


def letter(
    unit: Annotated[str, typer.Argument(help="The unit's name or code.")],
    year: Year = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The .docx to write.")
    ] = None,
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """The letter to a unit: what to correct in its report (整改通知书), or to publish it (催办通知书), and by when.

    Nobody is urged whose report a complete look after the deadline has not shown to be missing.
    Exit codes: 0 written, 1 there is nothing to write about, 2 no such unit.
    """
    from nianbao.monitor.deadlines import add_working_days, policy_of
    from nianbao.monitor.ledger.lines import seen_of
    from nianbao.monitor.mail.facts import OF_STANDING
    from nianbao.monitor.paper.letter import letter as write
    from nianbao.monitor.paper.letter import urging
    from nianbao.monitor.standing import BEIJING, NAMES, standing
    from nianbao.storage.facts import unit_facts
    from nianbao.storage.queries import findings, reports
    from nianbao.storage.store import looking, open_store

    told_by = settings_in(settings)
    office, counties, regions = told_by.office, counties_in(config), told_by.deadlines
    year, now, engine = year or _due_year(), datetime.now(BEIJING), open_store(store)
    today, answer_by = now.date(), add_working_days(now.date(), office.reply_within)
    with looking(engine) as s:
        own, county = one_unit(s, unit)
        facts = next(iter(unit_facts(s, year, (own.county,), now, (own.id,))), None)
        report = next(iter(reports(s, year, units=(own.id,))), None)
        wrong = [
            each
            for each in findings(s, year, (own.county,), ("error", "warning"))
            if each.unit == own.id and each.verdict != "waived" and each.rule not in OF_STANDING
        ]
    entry = next((each for each in counties if each.code == own.county), None)
    if facts is None or entry is None:
        why = (
            "已不在名单中 / no longer in its file"
            if facts is None
            else "所在县没有配置文件 / its county has no file"
        )
        typer.echo(f"{own.name}{why}", err=True)
        raise typer.Exit(1)
    policy = policy_of(entry, own.name, year, regions, kind=own.kind)
    stands = standing(seen_of(facts), policy, year, now)
    if stands.name in ("missing", "withdrawn") and stands.evidence is not None:
        day = stands.evidence.astimezone(BEIJING).date()
        data = urging(
            county,
            own.name,
            year,
            office,
            today,
            answer_by,
            deadline=policy.last_day(year),
            source=policy.source,
            looked=day,
            url=facts.url,
            withdrawn=day if stands.name == "withdrawn" else None,
        )
        kind, told = "催办", NAMES[stands.name][0]
    elif report is not None and wrong:
        late = stands.days if stands.name == "late" else 0
        data = write(
            county,
            own.name,
            year,
            wrong,
            office,
            today,
            answer_by,
            published=report.published,
            days_late=late,
        )
        must = any(each.severity == "error" or each.verdict == "accepted" for each in wrong)
        kind, told = "整改" if must else "核实", f"{len(wrong)} 项"
    else:
        why = (
            "没有需要整改或核实的问题 / nothing to correct"
            if report is not None
            else "没有认定为未发布 / not proven missing"
        )
        typer.echo(
            f"{own.name} {year} 年年报{why}（{NAMES[stands.name][0]}：{stands.zh}）", err=True
        )
        raise typer.Exit(1)
    target = output or Path(f"{own.name}{year}年度年报{kind}通知书.docx")
    target.write_bytes(data)
    typer.echo(f"{target}：{told}")


def sum_up(
    county: Annotated[str, typer.Argument(help="The county's name or code.")],
    year: Year = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The .xlsx to write.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="The county's own report, to check against the sum.")
    ] = None,
    form: Annotated[str, typer.Option(help="The form whose tables are added: 2021 or 2019.")] = "",
    store: Store = DATABASE,
) -> None:
    """Add up the tables of all units of a county, with the list of units that the sum rests on.

    Exit codes: 0 done, 2 no such county or no report, 4 the county's own report says other numbers.
    """
    from nianbao.monitor.paper.county_sum import against as compare
    from nianbao.monitor.paper.county_sum import county_sum, workbook
    from nianbao.monitor.rules.cell_names import cell_zh
    from nianbao.parser import ReadError, read, to_json
    from nianbao.parser.forms import form_of_year
    from nianbao.storage.facts import UnitFacts, unit_facts
    from nianbao.storage.queries import reports
    from nianbao.storage.store import looking, open_store
    from nianbao.storage.units import is_there

    def is_due(facts: UnitFacts) -> bool:
        return bool(facts.versions) or (
            is_there(facts.since, facts.until, year or 0) and not facts.exempt
        )

    year = year or _due_year()
    of_year = form_of_year(year)
    if not form and of_year is None:
        typer.echo(f"{year} 年没有统一表格 / no statutory form in that year", err=True)
        raise typer.Exit(2)
    with looking(open_store(store)) as s:
        there = unit_facts(s, year, (county,))
        codes = {facts.county: facts.county_name for facts in there}
        if len(codes) > 1:
            named = "、".join(f"{name}（{code}）" for code, name in codes.items())
            typer.echo(
                f"{county} 有 {len(codes)} 个，请用代码：{named} / several, use the code", err=True
            )
            raise typer.Exit(2)
        units = [facts.name for facts in there if facts.kind != "county" and is_due(facts)]
        known = {
            each.name: each.content for each in reports(s, year, (county,)) if each.name in units
        }
        own = next(
            (each.content for each in reports(s, year, (county,)) if each.kind == "county"), None
        )
    if not units:
        typer.echo(f"没有 {county} / no such county, or it was never looked at", err=True)
        raise typer.Exit(2)
    total = county_sum(known, units, form or of_year.id)
    if against is not None:
        try:
            own = to_json(read(against.read_bytes()))
        except (OSError, ReadError) as error:
            typer.echo(f"{against}：{error}", err=True)
            raise typer.Exit(2) from None
    differences = list(compare(own, total)) if own is not None else []
    target = output or Path(f"{county}{year}年度年报汇总.xlsx")
    target.write_bytes(workbook(f"{county}{year}年度", total, differences))
    unread = sum(not each.sure for each in total.sums.values())
    typer.echo(
        f"{target}：计入 {len(total.units)} 个单位，未计入 {len(total.others)} 个，合计不完整 {unread} 格"
    )
    if total.others:
        typer.echo(f"未计入：{'、'.join(total.others)}", err=True)
        if own is not None:
            typer.echo(
                "单位不全，不与县级年报核对 / units are missing, so the county's report is not held against it",
                err=True,
            )
    for each in differences:
        typer.echo(
            f"{cell_zh(each.cell)}：县级年报 {each.county}，各单位合计 {each.sum.number}", err=True
        )
    if differences:
        raise typer.Exit(4)


def show_report(
    unit: Annotated[str, typer.Argument(help="The unit's name or code.")],
    year: Year = None,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """A unit's report of a year as it is archived: its tables, and what is wrong in them. Exit codes: 0, 1, 2 no report."""
    from rich.console import Console

    from nianbao.monitor.cli.rendering import render
    from nianbao.monitor.judging import report_in
    from nianbao.storage.evidence import Evidence, EvidenceError
    from nianbao.storage.queries import findings, reports
    from nianbao.storage.store import looking, open_store

    year = year or _due_year()
    with looking(open_store(store)) as s:
        found = list(reports(s, year, units=(unit,)))
        wrong = {each.unit: [f for f in findings(s, year) if f.unit == each.unit] for each in found}
    if not found:
        typer.echo(f"没有 {unit} {year} 年的年报 / no such report", err=True)
        raise typer.Exit(2)
    console = Console(highlight=False)
    for each in found:
        console.print(
            f"{each.county_name} {each.name}（{each.unit}）{each.url}\n存证 {each.document}",
            markup=False,
        )
        try:
            report = report_in(Evidence(evidence), each.document, each.name)
        except EvidenceError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
        if report is not None:
            render(report, console, name=each.name, full=True, where=False, chinese=True)
        else:
            console.print(
                "数据无法读取：" + "；".join(one["why"] for one in each.content["unreadable"]),
                markup=False,
            )
        for finding in wrong[each.unit]:
            console.print(
                f"[{finding.rule}] {finding.content['zh']} {finding.decided}", markup=False
            )


def find(
    text: Annotated[
        str, typer.Argument(help="What to look for in the prose of the archived reports.")
    ],
    year: Annotated[int | None, typer.Option(min=2008, max=2099, help="Only of this year.")] = None,
    county: County = None,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Search the prose of all archived reports. Exit codes: 0 found, 1 nothing found."""
    from nianbao.storage.queries import reports, words_of
    from nianbao.storage.store import looking, open_store

    bare = "".join(text.split())
    rows = []
    with looking(open_store(store)) as s:
        for each in list(reports(s, year, county or (), text=text)):
            for line in words_of(s, each.unit, each.year):
                if bare in line:
                    at = line.index(bare)
                    passage = line[max(0, at - 30) : at + len(bare) + 40]
                    rows.append(
                        {
                            "county": each.county_name,
                            "unit": each.name,
                            "code": each.unit,
                            "year": each.year,
                            "passage": passage,
                            "url": each.url,
                            "evidence": each.document,
                        }
                    )
    shown = [(row["county"], row["unit"], str(row["year"]), row["passage"]) for row in rows]
    columns = ("county", "unit", "code", "year", "passage", "url", "evidence")
    show(
        rows,
        columns,
        format,
        output,
        heads=("县", "单位", "年度", "原文"),
        shown=shown,
        summary=f"共 {len(rows)} 处",
    )
    if not rows:
        raise typer.Exit(1)


class Export(StrEnum):
    csv = "csv"
    package = "package"
    parquet = "parquet"
    sqlite = "sqlite"


def export(
    target: Annotated[
        Path, typer.Argument(help="The folder (csv, package), or file (parquet, sqlite), to write.")
    ],
    format: Annotated[
        Export,
        typer.Option(
            "--format",
            "-f",
            help="package is a Frictionless data package; sqlite opens in Datasette.",
        ),
    ] = Export.package,
    year: Annotated[int | None, typer.Option(min=2008, max=2099, help="Only of this year.")] = None,
    county: County = None,
    store: Store = DATABASE,
) -> None:
    """Everything that was read, for other programs: units, reports, every cell, findings, standings."""
    from nianbao.monitor.paper.export import ExportError
    from nianbao.monitor.paper.export import export as write
    from nianbao.storage.store import looking, open_store

    try:
        with looking(open_store(store)) as s:
            counts = write(s, target, format.value, year, county or ())
    except ExportError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{target}：" + "，".join(f"{name} {count}" for name, count in counts.items()))
