"""`nianbao letter`: what is written to a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from nianbao.monitor.cli.asking import Year, due_year, one_unit
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    TOML,
    Config,
    SettingsFile,
    Store,
    counties_in,
    settings_in,
)
from nianbao.monitor.deadlines import add_working_days, policy_of
from nianbao.monitor.ledger.lines import seen_of
from nianbao.monitor.mail.facts import OF_STANDING
from nianbao.monitor.paper.letter import letter as write
from nianbao.monitor.paper.letter import urging
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import BEIJING, NAMES, Policy, Standing, standing
from nianbao.storage.facts import unit_facts
from nianbao.storage.queries import FindingFacts, Report, findings, reports
from nianbao.storage.store import looking, open_store


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
    """The letter to a unit: what to correct in its report (整改通知书), or to publish it
    (催办通知书), and by when.

    Nobody is urged whose report a complete look after the deadline has not shown to be missing.
    """
    told_by = settings_in(settings)
    office, counties = told_by.office, counties_in(config)
    year, now, engine = year or due_year(), datetime.now(BEIJING), open_store(store)
    with looking(engine) as s:
        own, county = one_unit(s, unit)
        facts = next(iter(unit_facts(s, year, (own.county,), now, (own.id,))), None)
        report = next(iter(reports(s, year, units=(own.id,))), None)
        wrong = [
            finding
            for finding in findings(s, year, (own.county,), ("error", "warning"))
            if finding.unit == own.id and _counts(finding)
        ]
    if facts is None:
        end(1, f"{own.name}已不在名单中 / no longer in its file")
    entry = next((entry for entry in counties if entry.code == own.county), None)
    if entry is None:
        end(1, f"{own.name}所在县没有配置文件 / its county has no file")
    policy = policy_of(entry, own.name, year, told_by.deadlines, kind=own.kind)
    stands = standing(seen_of(facts), policy, year, now)
    occasion = Occasion(county, own.name, year, office, now, policy, stands, facts.url)
    if stands.name in ("missing", "withdrawn") and stands.evidence is not None:
        letter = _urging(occasion, stands.evidence)
    elif report is not None and wrong:
        letter = _correcting(occasion, report, wrong)
    else:
        why = "没有认定为未发布 / not proven missing"
        if report is not None:
            why = "没有需要整改或核实的问题 / nothing to correct"
        end(1, f"{own.name} {year} 年年报{why}（{NAMES[stands.name][0]}：{stands.zh}）")
    target = output or Path(f"{own.name}{year}年度年报{letter.kind}通知书.docx")
    target.write_bytes(letter.content)
    typer.echo(f"{target}：{letter.about}")


def _counts(finding: FindingFacts) -> bool:
    """What was waived is not written about, and what only repeats the standing is written about
    as such.
    """
    return finding.verdict != "waived" and finding.rule not in OF_STANDING


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who writes to whom about which year, and how the unit stands."""

    county: str
    unit: str
    year: int
    office: Office
    now: datetime
    policy: Policy
    stands: Standing
    url: str


class Letter(NamedTuple):
    content: bytes
    kind: str
    about: str


def _urging(on: Occasion, evidence: datetime) -> Letter:
    today, looked = on.now.date(), evidence.astimezone(BEIJING).date()
    withdrawn = None
    if on.stands.name == "withdrawn":
        withdrawn = looked
    content = urging(
        on.county,
        on.unit,
        on.year,
        on.office,
        today,
        add_working_days(today, on.office.reply_within),
        deadline=on.policy.last_day(on.year),
        source=on.policy.source,
        looked=looked,
        url=on.url,
        withdrawn=withdrawn,
    )
    return Letter(content, "催办", NAMES[on.stands.name][0])


def _correcting(on: Occasion, report: Report, wrong: Sequence[FindingFacts]) -> Letter:
    today, days_late = on.now.date(), 0
    if on.stands.name == "late":
        days_late = on.stands.days
    content = write(
        on.county,
        on.unit,
        on.year,
        wrong,
        on.office,
        today,
        add_working_days(today, on.office.reply_within),
        published=report.published,
        days_late=days_late,
    )
    kind = "核实"
    if any(finding.severity == "error" or finding.verdict == "accepted" for finding in wrong):
        kind = "整改"
    return Letter(content, kind, f"{len(wrong)} 项")
