"""The demo's season: December to April by a steered clock, then checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from nianbao.crawler.once import look_once
from nianbao.crawler.reading import Reader
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.daemon import Running, Work
from nianbao.monitor.deadlines import add_working_days
from nianbao.monitor.decisions import decide
from nianbao.monitor.demo.county import CODE, Portal, Season, season_of
from nianbao.monitor.demo.mailbox import Mailbox
from nianbao.monitor.demo.reports import COUNTY
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.mail.facts import OF_STANDING, gather, ledger_of
from nianbao.monitor.pages import serving
from nianbao.monitor.paper.letter import letter
from nianbao.monitor.settings import Alerts, Cadence, Mail, Office, Settings
from nianbao.monitor.standing import BEIJING, NAMES
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import FindingRow, ReportVersion, Sweep
from nianbao.storage.queries import findings, portals, standings
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store

Told = Callable[[date, str], None]


@dataclass
class Outcome:
    units: int = 0
    sweeps: int = 0
    emails_sent: int = 0
    standings: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    off: list[str] = field(default_factory=list)  # what is not as planted

    def as_json(self) -> dict[str, Any]:
        return {
            "units": self.units,
            "sweeps": self.sweeps,
            "emails_sent": self.emails_sent,
            "standings": self.standings,
            "findings": self.findings,
            **({"off": self.off} if self.off else {}),
        }


def live(folder: Path, box: Mailbox, told: Told, year: int) -> Outcome:
    """A season in a folder: its store, evidence, configuration; at the end
    ledger and letter."""
    season = season_of(year)
    portal = Portal(season, year, date(year, 12, 1))
    with serving(portal.answer) as url, Reader() as reader:
        (folder / "counties").mkdir(parents=True)
        (folder / "counties" / f"{COUNTY}.yaml").write_text(portal.config(url), encoding="utf-8")
        work = _work(folder, portal, box, reader)
        _days(work, portal, told, year)
        _papers(work, folder, year)
        return _checked(work, season, box, year)


def _work(folder: Path, portal: Portal, box: Mailbox, reader: Reader) -> Work:
    settings = Settings(
        store=f"sqlite:///{folder}/nianbao.db",
        evidence=str(folder / "evidence"),
        counties=str(folder / "counties"),
        office=Office("青川县政务公开办公室", "通报", "联系电话：0839-0000000"),
        mail=Mail(
            "127.0.0.1", box.port, "none", sender="nianbao@qingchuan.example", per_minute=6000
        ),
        cadence=Cadence(last_week=12, season=20, rest=160, jitter=0.0),
        alerts=Alerts(on=True),
    )
    engine, evidence = open_store(settings.store), Evidence(settings.evidence)

    def clock() -> datetime:
        return datetime.combine(portal.day, time(9), BEIJING).astimezone(UTC)

    def sweep(work: Work, counties: Sequence[CountyEntry]) -> Running | None:
        for county in counties:
            look_once(Recorder(engine, evidence, clock), county)
            judge_county(engine, evidence, reader, county, clock())
            refresh(engine, [county], clock(), regions={})
        return None

    return Work(engine, settings, folder / "counties", clock, sweep)


def _days(work: Work, portal: Portal, told: Told, year: int) -> None:
    while portal.day <= date(year + 1, 4, 30):
        if portal.day == date(year + 1, 1, 5):
            decide(
                work.engine,
                "exempt",
                f"{CODE}111",
                year,
                who="李主任",
                why=f"{year}年12月新设",
                now=work.clock(),
            )
        work.standings()
        work.sweeps()
        work.tell()
        with looking(work.engine) as s:
            counts = Counter(each.row.name for each in standings(s, year))
        told(
            portal.day,
            "，".join(f"{NAMES[name][0]} {count}" for name, count in sorted(counts.items())),
        )
        portal.day += timedelta(days=1)


def _papers(work: Work, folder: Path, year: int) -> None:
    portal_day = work.clock().astimezone(BEIJING).date()
    with looking(work.engine) as s:
        facts = gather(s, f"county:{CODE}", year, work.clock(), work.counties, {})
        (folder / f"{COUNTY}{year}年度年报台账.xlsx").write_bytes(
            ledger_of(facts, portals(s, f"county:{CODE}", work.clock()))
        )
        wrong = [
            each
            for each in findings(s, year, (), ("error", "warning"))
            if each.rule not in OF_STANDING
        ]
        first = next((each.name for each in wrong if each.severity == "error"), "")
        mine = [each for each in wrong if each.name == first]
    if mine:
        answer = add_working_days(portal_day, work.settings.office.reply_within)
        data = letter(COUNTY, first, year, mine, work.settings.office, portal_day, answer)
        (folder / f"{first}{year}年度年报整改通知书.docx").write_bytes(data)


def _checked(work: Work, season: Season, box: Mailbox, year: int) -> Outcome:
    found = Outcome(units=len(season.lives), emails_sent=len(box.taken))
    with looking(work.engine) as s:
        rows = {each.name: each.row for each in standings(s, year)}
        found.sweeps = s.scalar(select(func.count()).select_from(Sweep)) or 0
        last = (
            select(FindingRow.rule)
            .where(FindingRow.ended.is_(None))
            .join(ReportVersion, FindingRow.report == ReportVersion.id)
        )
        found.findings = dict(
            sorted(Counter(s.scalars(last.where(ReportVersion.year == year))).items())
        )
    found.standings = dict(sorted(Counter(row.name for row in rows.values()).items()))
    for town, name in season.expected.items():
        if town not in rows or rows[town].name != name:
            found.off.append(
                f"{town}: {rows[town].name if town in rows else 'unknown'}, not {name}"
            )
    found.off += [f"{rule} found nothing" for rule in sorted(season.rules - set(found.findings))]
    marks = [str(mail["Message-ID"]) for mail in box.taken]
    if len(marks) != len(set(marks)) or not marks:
        found.off.append("a mail came twice, or none came")
    return found
