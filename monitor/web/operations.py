"""Operations: whether it runs, when portals were and will be visited, mail that waits, and this
machine. The same as `status`, `outbox` and `doctor` tell.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from nianbao.crawler.states import STATES
from nianbao.monitor.cadence import visit_of
from nianbao.monitor.doctor import Check, checks_of
from nianbao.monitor.halves import half_of, why_of
from nianbao.monitor.health import NONE_RUNS, health
from nianbao.monitor.ledger.asked import asked_columns
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import MAIL_STATES, Lang
from nianbao.monitor.logs import Logged, last_lines
from nianbao.monitor.settings import Holding, holding, secrets_set
from nianbao.monitor.standing import due_year
from nianbao.monitor.versions import Version, versions
from nianbao.monitor.web.kept import Answer
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.words import moment_of, say
from nianbao.parser.private import masked
from nianbao.storage.lease import Held, held_by
from nianbao.storage.outbox import queued, states_of_mail
from nianbao.storage.registry import CountyEntry
from nianbao.storage.visits import Visited, in_short, last_visits, links_by_county

SIZE = 25  # counties of a page, each with the strip of its visits
MOST_WAITS = 20  # counties where something waits; all are a page of their own
MOST_MAIL = 50
FRESH = 15.0  # seconds for which what `status` tells holds
WAITED = 2.0  # seconds that a page waits for it
CHECKED = 600.0  # seconds for which what `doctor` tells holds
WAITED_FOR_CHECKS = 0.5


class Step(NamedTuple):
    """A visit in a strip."""

    name: str  # of its style
    symbol: str
    said: str


class PortalRow(NamedTuple):
    """When a portal was visited, and when it will be."""

    code: str
    name: str
    last: str
    due: str
    failures: int
    strip: Sequence[Step]
    in_words: str


class WaitRow(NamedTuple):
    """What waits for a person in a county, of whatever year."""

    code: str
    name: str
    links: int
    columns: int  # of the year that is due


class MailRow(NamedTuple):
    recipient: str
    subject: str
    state: str
    name: str  # of the state
    attempts: int
    next_try: str
    why: str


class CheckRow(NamedTuple):
    name: str
    well: bool
    is_known: bool
    told: str
    mend: str


class Machine(NamedTuple):
    """What `doctor` found, and when."""

    rows: Sequence[CheckRow]
    versions: Sequence[Version]
    at: str  # empty where it is not known yet
    is_asking: bool


class OperationsPage(NamedTuple):
    daemon: str
    runs: bool
    problems: Sequence[str]
    sums: Sequence[tuple[str, str]]  # the names of what `status` counts, and the counts
    asked: str  # when; empty where nobody knows yet
    waits: Sequence[WaitRow]
    many_waits: int
    portals: Sequence[PortalRow]
    sends: bool  # whether mail or a post has anywhere to go
    mail: Sequence[MailRow]
    mail_counts: Sequence[tuple[str, int]]
    can_retry: int
    machine: Machine
    settings: Sequence[Holding]
    secrets: Mapping[str, bool]


def watched(registry: Registry, named: str) -> list[CountyEntry]:
    """The counties whose portals are visited, those with a part of a name alone."""
    return [
        county
        for county in registry.counties
        if county.columns and (named in registry.called[county.code] or named == county.code)
    ]


def operations_page(
    s: Session,
    site: Site,
    registry: Registry,
    counties: Sequence[CountyEntry],
    waits: Sequence[WaitRow],
    now: datetime,
    lang: Lang,
) -> OperationsPage:
    """`counties`: those of the page of the list."""
    held = held_by(s, "daemon", now)
    visits = last_visits(s, [county.code for county in counties])
    mails = queued(s, most=MOST_MAIL)
    counts = states_of_mail(s)
    runs = held is not None and held.holds
    doing = site.kept.told(
        "health", partial(health, site.engine, now), site.clock, fresh=FRESH, patience=WAITED
    )
    return OperationsPage(
        daemon=daemon_sentence(held, lang, now),
        runs=runs,
        problems=_problems(doing, lang),
        sums=_sums(doing, lang, now),
        asked=moment_of(doing.at, lang, now) if doing.at is not None else "",
        waits=waits[:MOST_WAITS],
        many_waits=len(waits),
        portals=[
            _portal(county, visits[county.code], site, registry, now, lang, runs=runs)
            for county in counties
        ],
        sends=bool(site.settings.mail.host),
        mail=[
            MailRow(
                each.recipient,
                masked(each.subject),
                say_of(MAIL_STATES[each.state], lang),
                each.state,
                each.attempts,
                moment_of(each.next_try, lang, now) if each.state == "waiting" else "",
                half_of(each.error, lang),
            )
            for each in mails
        ],
        mail_counts=[
            (say_of(word, lang), counts[state])
            for state, word in MAIL_STATES.items()
            if counts.get(state)
        ],
        can_retry=counts.get("refused", 0) + counts.get("returned", 0),
        machine=_machine(site, lang, now),
        settings=list(holding(site.in_force)),
        secrets=secrets_set(),
    )


def say_of(both: tuple[str, str], lang: Lang) -> str:
    return both[0] if lang == "zh" else both[1]


def daemon_sentence(held: Held | None, lang: Lang, now: datetime) -> str:
    """Whether it runs, since when, and its last sign of life."""
    if held is None:
        return say("daemon_none", lang)
    told = say("daemon_runs" if held.holds else "daemon_died", lang, who=held.holder)
    if held.since is not None and held.holds:
        told += say("daemon_since", lang, at=moment_of(held.since, lang, now))
    if held.renewed is not None:
        told += say("daemon_life", lang, at=moment_of(held.renewed, lang, now))
    return told


def _problems(doing: Answer, lang: Lang) -> list[str]:
    """What `status` tells, beside the daemon, which is told first."""
    problems = doing.told.problems if doing.told is not None else ()
    return [half_of(each, lang) for each in problems if each != NONE_RUNS]


def _sums(doing: Answer, lang: Lang, now: datetime) -> list[tuple[str, str]]:
    if doing.told is None:
        return []
    found = doing.told
    last = say("never", lang)
    if found.last_sweep is not None:
        last = moment_of(found.last_sweep, lang, now)
    return [
        (say("last_sweep", lang), last),
        (say("open_sweeps", lang), str(found.open_sweeps)),
        (say("columns_failing", lang), f"{len(found.trouble)}/{found.columns}"),
        (say("links_waiting", lang), str(found.review)),
        (say("unjudged", lang), str(found.unjudged)),
        (say("documents", lang), str(found.documents)),
        (say("disk_left", lang), f"{found.free / 1024**3:.1f} GB"),
    ]


def waits_of(s: Session, registry: Registry, now: datetime) -> list[WaitRow]:
    """The counties where something waits for a person, those with most first."""
    links = links_by_county(s, registry.scope)
    asked = asked_columns(s, registry.scope, due_year(now), now, registry)
    columns = Counter(column.county for column in asked)
    rows = [
        WaitRow(code, name, links.get(code, 0), columns[code])
        for code, name in registry.called.items()
        if code in links or columns[code]
    ]
    return sorted(rows, key=lambda row: (-row.links - row.columns, row.code))


# ---- portals


def _portal(
    county: CountyEntry,
    visits: Sequence[Visited],
    site: Site,
    registry: Registry,
    now: datetime,
    lang: Lang,
    *,
    runs: bool,
) -> PortalRow:
    visit = visit_of(county, in_short(visits, now), site.settings.cadence, registry, now)
    ends = [each.ended for each in visits if each.ended is not None and each.ended <= now]
    due = say("due_now", lang) if visit.due <= now else moment_of(visit.due, lang, now)
    return PortalRow(
        county.code,
        registry.called[county.code],
        moment_of(ends[-1], lang, now) if ends else say("never", lang),
        due if runs else say("due_nobody", lang, due=due),
        visit.failures,
        [_step(each, lang, now) for each in visits],
        strip_in_words(visits, lang, now),
    )


SYMBOLS = {"whole": "✓", "part": "◐", "none": "✗", "fault": "!", "open": "…"}


def kind_of(visited: Visited) -> str:
    """How a visit ended."""
    if visited.problem:
        return "fault"
    if visited.ended is None:
        return "open"
    if visited.whole:
        return "part" if visited.partial else "whole"
    return "none"


def _step(visited: Visited, lang: Lang, now: datetime) -> Step:
    kind = kind_of(visited)
    at = moment_of(visited.ended or visited.began, lang, now)
    return Step(kind, SYMBOLS[kind], f"{at} {say(f'visit_{kind}', lang)}")


def strip_in_words(visits: Sequence[Visited], lang: Lang, now: datetime) -> str:
    """How the latest visits ended, and what the last that was not whole met."""
    if not visits:
        return say("visits_none", lang)
    counts = Counter(map(kind_of, visits))
    between = say("overview_between", lang)
    told = between.join(
        f"{say(f'visit_{kind}', lang)} {counts[kind]}" for kind in SYMBOLS if counts[kind]
    )
    said = say("visits_told", lang, count=len(visits), told=told)
    failing = [each for each in visits if kind_of(each) not in ("whole", "open")]
    if not failing:
        return said
    last = failing[-1]
    at = moment_of(last.ended or last.began, lang, now)
    states = between.join(say_of(STATES[state], lang) for state in sorted(last.partial))
    why = states or masked(last.problem.partition("\n")[0]) or say("visit_none", lang)
    return said + say("visits_last", lang, at=at, why=why)


# ---- this machine


class Found(NamedTuple):
    checks: Sequence[Check]
    versions: Sequence[Version]


def look_at_machine(site: Site) -> Found:
    return Found(list(checks_of(site.in_force)), list(versions(site.engine)))


def checked(site: Site, *, fresh: float = CHECKED, patience: float = WAITED_FOR_CHECKS) -> Answer:
    """What is wrong with the machine, as it was last; looked at again where that is old."""
    ask = partial(look_at_machine, site)
    return site.kept.told("checks", ask, site.clock, fresh=fresh, patience=patience)


def _machine(site: Site, lang: Lang, now: datetime) -> Machine:
    answer = checked(site)
    at = moment_of(answer.at, lang, now) if answer.at is not None else ""
    found: Found = answer.told or Found((), ())
    rows = [
        CheckRow(
            half_of(each.name, lang),
            each.well,
            each.is_known,
            masked(half_of(each.told, lang)),
            "" if each.well else half_of(each.mend, lang),
        )
        for each in found.checks
    ]
    return Machine(rows, found.versions, at, answer.is_asking)


# ---- what sweeps wrote down


class LogPage(NamedTuple):
    lines: Sequence[tuple[Logged, str]]  # and what else each tells
    why: str  # why there is none
    is_cut: bool


MOST_LINES = 200
LONGEST_LINE = 300  # letters
LEVELS = ("info", "warning", "error", "critical")


def log_page(site: Site, text: str, level: str, lang: Lang) -> LogPage:
    """The end of the sweeps' log, the latest first; the lines with a text, of a level."""
    try:
        lines = last_lines(site.logs / "sweep.log")
    except FileNotFoundError:
        return LogPage((), say("log_none", lang), is_cut=False)
    except OSError as error:
        return LogPage((), why_of(error, lang), is_cut=False)
    told = [
        (line._replace(event=clipped(line.event)), clipped(in_short_words(line.told)))
        for line in lines
    ]
    chosen = [
        (line, rest)
        for line, rest in told
        if text in f"{line.event} {rest}" and (not level or line.level == level)
    ]
    return LogPage(chosen[:MOST_LINES], "", is_cut=len(chosen) > MOST_LINES)


def clipped(told: str) -> str:
    return masked(told) if len(told) <= LONGEST_LINE else f"{masked(told)[:LONGEST_LINE]}…"


def in_short_words(told: Mapping[str, Any]) -> str:
    """What a line tells beside its event, on one line."""
    parts = (f"{key}: {_plain(value)}" for key, value in told.items() if value not in ("", None))
    return " · ".join(parts)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
