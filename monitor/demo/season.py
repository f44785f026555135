"""The demo's season: December to April by a steered clock, then checked."""

from __future__ import annotations

import time as clock
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from nianbao.crawler.once import look_once
from nianbao.crawler.reading import Reader
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.daemon import Running, Work
from nianbao.monitor.deadlines import add_working_days
from nianbao.monitor.demo.county import CODE, Portal, Season, season_of
from nianbao.monitor.demo.mailbox import Mailbox
from nianbao.monitor.demo.reports import COUNTY
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.pages import serving
from nianbao.monitor.paper.ledger_workbook import workbook
from nianbao.monitor.paper.letter import letter
from nianbao.monitor.settings import Alerts, Cadence, Mail, Office, Settings
from nianbao.monitor.standing import BEIJING, day_in_beijing
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.decisions import decide
from nianbao.storage.evidence import Evidence
from nianbao.storage.findings import rule_counts
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import EVERYTHING, of_county
from nianbao.storage.standings import Stood, counts_of, rows_of
from nianbao.storage.store import looking, open_store
from nianbao.storage.visits import sweep_count

Told = Callable[[date, Mapping[Stood, int]], None]
OFFICE = Office("青川县政务公开办公室", "通报", "李主任 0839-0000000")


@dataclass
class Outcome:
    units: int = 0
    sweeps: int = 0
    emails_sent: int = 0
    standings: dict[Stood, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    off: list[str] = field(default_factory=list)  # what is not as planted

    def as_json(self) -> dict[str, Any]:
        by_name: Counter[str] = Counter()
        for stood, count in self.standings.items():
            by_name[stood.name] += count
        return {
            "units": self.units,
            "sweeps": self.sweeps,
            "emails_sent": self.emails_sent,
            "standings": dict(sorted(by_name.items())),
            "findings": self.findings,
            **({"off": self.off} if self.off else {}),
        }


def last_day(year: int) -> date:
    """Of the season of a year's reports."""
    return date(year + 1, 4, 30)


def year_over(today: date) -> int:
    """The latest year whose season is over: nothing that is told of it lies ahead."""
    year = today.year - 1
    return year if last_day(year) < today else year - 1


def live(folder: Path, box: Mailbox, told: Told, year: int) -> Outcome:
    """A season in a folder: its store, evidence, configuration; at the end
    ledger and letter."""
    with lived(folder, box, told, year) as (outcome, _):
        return outcome


Clock = Callable[[], datetime]


@contextmanager
def lived(folder: Path, box: Mailbox, told: Told, year: int) -> Iterator[tuple[Outcome, Clock]]:
    """The same; its last day goes on, and its portal stays there."""
    season = season_of(year)
    portal = Portal(season, year, date(year, 12, 1))
    with _lived(folder, portal, box, told, year, last_day(year)) as (work, now):
        _papers(work, folder, year)
        yield _checked(work, season, box, year), now


@contextmanager
def begun(folder: Path, box: Mailbox, told: Told, year: int, until: date) -> Iterator[Clock]:
    """The season up to a day, which goes on; its portal stays there."""
    portal = Portal(season_of(year), year, date(year, 12, 1))
    with _lived(folder, portal, box, told, year, until) as (_, now):
        yield now


@contextmanager
def _lived(
    folder: Path, portal: Portal, box: Mailbox, told: Told, year: int, until: date
) -> Iterator[tuple[Work, Clock]]:
    """Day by day, each at nine in the morning; the last one goes on from ten."""
    since = [clock.time()]

    def now() -> datetime:
        gone = timedelta(seconds=clock.time() - since[0])
        return datetime.combine(portal.day, time(9), BEIJING).astimezone(UTC) + gone

    with serving(portal.answer, clock=lambda: now().timestamp()) as url:
        with Reader() as reader:
            work = _configured(folder, portal, box, reader, url)
            _days(work, portal, told, year, until)
        portal.day, since[0] = until, clock.time() - 3600
        yield work, now


def _configured(folder: Path, portal: Portal, box: Mailbox, reader: Reader, url: str) -> Work:
    (folder / "counties").mkdir(parents=True)
    (folder / "counties" / f"{COUNTY}.yaml").write_text(portal.config(url), encoding="utf-8")
    return _work(folder, portal, box, reader)


def _work(folder: Path, portal: Portal, box: Mailbox, reader: Reader) -> Work:
    settings = Settings(
        store=f"sqlite:///{folder}/nianbao.db",
        evidence=str(folder / "evidence"),
        counties=str(folder / "counties"),
        office=OFFICE,
        mail=Mail(
            "127.0.0.1", box.port, "none", sender="nianbao@qingchuan.example", per_minute=6000
        ),
        cadence=Cadence(last_week=12, season=20, rest=160, jitter=0.0),
        alerts=Alerts(on=True),
    )
    engine, evidence = open_store(settings.store), Evidence(settings.evidence)

    def now() -> datetime:
        return datetime.combine(portal.day, time(9), BEIJING).astimezone(UTC)

    def sweep(work: Work, counties: Sequence[CountyEntry]) -> Running | None:
        for county in counties:
            wanted = wanted_of(engine, work.registry, county, now())
            look_once(Recorder(engine, evidence, now), county, wanted=wanted)
            judge_county(engine, evidence, reader, county, now())
            refresh(engine, work.registry, [county], now())
        return None

    return Work(engine, settings, folder / "counties", now, sweep)


def _days(work: Work, portal: Portal, told: Told, year: int, until: date) -> None:
    while portal.day <= until:
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
            counts = sorted(counts_of(s, year).items())
        told(portal.day, dict(counts))
        portal.day += timedelta(days=1)


def _papers(work: Work, folder: Path, year: int) -> None:
    now = work.clock()
    with looking(work.engine) as s:
        told = year_of(s, of_county(CODE), year, now, work.registry, asked=now)
    (folder / f"{COUNTY}{year}年度年报台账.xlsx").write_bytes(workbook(told))
    if told.wrong:
        unit = told.wrong[0]
        answer = add_working_days(day_in_beijing(now), work.settings.office.reply_within)
        data = letter(
            COUNTY,
            unit.name,
            year,
            told.by_unit[unit.unit],
            work.settings.office,
            day_in_beijing(now),
            answer,
        )
        (folder / f"{unit.name}{year}年度年报整改通知书.docx").write_bytes(data)


def _checked(work: Work, season: Season, box: Mailbox, year: int) -> Outcome:
    outcome = Outcome(units=len(season.lives), emails_sent=len(box.taken))
    with looking(work.engine) as s:
        stands = {row.unit_name: row.kept for row in rows_of(s, EVERYTHING, year)}
        outcome.sweeps = sweep_count(s)
        outcome.findings = rule_counts(s, EVERYTHING, year)
    stood = {town: Stood(kept.name, kept.confirmed) for town, kept in stands.items()}
    outcome.standings = dict(sorted(Counter(stood.values()).items()))
    for town, name in season.expected.items():
        found = stood.get(town, Stood("unknown", confirmed=False))
        if found != Stood(name, confirmed=True):
            outcome.off.append(f"{town}: {found.name}, not {name}")
    silent = sorted(season.rules - set(outcome.findings))
    outcome.off += [f"{rule} found nothing" for rule in silent]
    marks = [str(mail["Message-ID"]) for mail in box.taken]
    if len(marks) != len(set(marks)) or not marks:
        outcome.off.append("a mail came twice, or none came")
    return outcome
