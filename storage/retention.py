"""How long evidence is kept: what may be deleted, and what never is.

For ever, unless the settings say otherwise. What a standing, a finding or a letter rests on stays.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from nianbao.storage.audit import note
from nianbao.storage.drafts import needed_of_drafts, prunable_drafts
from nianbao.storage.evidence import Deleted, Evidence
from nianbao.storage.facts import facts_of_years
from nianbao.storage.models import (
    Adoption,
    AuditEntry,
    Column,
    Document,
    Event,
    FindingRow,
    Look,
    ReportVersion,
    Sighting,
    StandingRow,
    Unit,
)
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.standings import years_known
from nianbao.storage.store import looking, session

T = TypeVar("T")
BATCH = 500
HASH = re.compile("[0-9a-f]{64}")


class Prunable(NamedTuple):
    """Bytes that may be deleted."""

    sha256: str
    sm3: str
    fetched: datetime  # when they were last seen
    url: str


def prunable(s: Session, evidence: Evidence, before: datetime, now: datetime) -> list[Prunable]:
    """What was last seen before a time, and nothing rests on; the oldest first."""
    kept = needed(s, now) | _seen_since(s, before) | needed_of_drafts(s, before)
    stored = set(evidence.names())
    found: dict[str, Prunable] = {}
    for row in s.scalars(select(Document).order_by(Document.fetched, Document.id)):
        if row.fetched >= before:
            kept.add(row.sha256)
        found[row.sha256] = Prunable(row.sha256, row.sm3, row.fetched, row.url)
    for draft in prunable_drafts(s, before):
        found.setdefault(draft.sha256, Prunable(draft.sha256, "", draft.at, draft.name))
    return [each for name, each in found.items() if name in stored and name not in kept]


def needed(s: Session, now: datetime) -> set[str]:
    """The hashes of all that something rests on."""
    rests = select(Document.sha256).join(ReportVersion, ReportVersion.document == Document.id)
    found = {*s.scalars(rests), *s.scalars(select(StandingRow.evidence))}
    brought = select(AuditEntry.content).where(AuditEntry.action == "look")
    for contents in (select(Event.content), select(FindingRow.content), brought):
        for content in s.scalars(contents):
            found.update(HASH.findall(json.dumps(content)))
    sweeps = _proving(s, now) | _accusing(s, now) | _latest(s)
    return found | _of_links(s) | _of_looks(s, sweeps)


def _of_links(s: Session) -> set[str]:
    """The pages that led to a report."""
    led = select(Sighting.url).where(Sighting.page == "report").distinct()
    addresses = {url.partition("#")[0] for url in s.scalars(led)}
    addresses |= set(s.scalars(select(Adoption.url)))
    documents = s.execute(select(Document.url, Document.sha256))
    return {sha for url, sha in documents if url.partition("#")[0] in addresses}


def _proving(s: Session, now: datetime) -> set[int]:
    """Sweeps of which a look proves where somebody stands, for any year."""
    years = years_known(s)
    if not years:
        return set()
    moments = {
        look.at
        for known in facts_of_years(s, EVERYTHING, years, now=now).values()
        for facts in known
        for look in facts.looks
    }
    found: set[int] = set()
    for part in _parts(sorted(moments)):
        found.update(s.scalars(select(Look.sweep).where(Look.at.in_(part))))
    return found


ACCUSED = ("missing", "withdrawn")


def _accusing(s: Session, now: datetime) -> set[int]:
    """Sweeps of which a look was proven while somebody of the county was accused: a letter may
    rest on any of them.
    """
    found: set[int] = set()
    for county, spans in _accused(s, now).items():
        looks = select(Look.sweep).join(Column, Look.column == Column.id)
        proven = looks.where(Column.portal == county, Look.proof != "")
        for begin, end in _together(spans):
            found.update(s.scalars(proven.where(Look.at.between(begin, end))))
    return found


Span = tuple[datetime, datetime]


def _accused(s: Session, now: datetime) -> dict[str, list[Span]]:
    """When units of each county were; the look that it began with was just before."""
    told = select(Event, Unit.county).join(Unit, Event.unit == Unit.id)
    open_ones: dict[tuple[str, str | None, int | None], datetime] = {}
    spans: dict[str, list[Span]] = defaultdict(list)
    kinds = ("standing", "transferred")
    of: dict[str | None, str] = {}  # of units that another county has since, of which they were
    rows = [*s.execute(told.where(Event.kind.in_(kinds)).order_by(Event.id))]
    for event, _ in rows:
        if event.kind == "transferred":
            of.setdefault(event.unit, event.content["before"])
    for event, now_of in rows:
        if event.kind == "transferred":
            before, after = event.content["before"], event.content["county"]
            of[event.unit] = after
            for whose in [key for key in open_ones if key[:2] == (before, event.unit)]:
                spans[before].append((open_ones.pop(whose), event.at))
                open_ones[after, *whose[1:]] = event.at - timedelta(days=1)
            continue
        county = of.get(event.unit, now_of)
        whose = county, event.unit, event.year
        if event.content["to"] in ACCUSED:
            open_ones.setdefault(whose, event.at - timedelta(days=1))
        elif whose in open_ones:
            spans[county].append((open_ones.pop(whose), event.at))
    for (county, *_), begin in open_ones.items():
        spans[county].append((begin, now))
    return spans


def _together(spans: list[Span]) -> Iterator[Span]:
    """Spans that overlap as one."""
    begin, end = None, None
    for first, last in sorted(spans):
        if begin is not None and end is not None and first > end:
            yield begin, end
            begin, end = None, None
        begin = begin or first
        end = max(end or last, last)
    if begin is not None and end is not None:
        yield begin, end


def _latest(s: Session) -> set[int]:
    """Sweeps that looked last at a column, or read it whole last."""
    last = select(func.max(Look.sweep)).group_by(Look.column)
    return {*s.scalars(last), *s.scalars(last.where(Look.complete))}


def _of_looks(s: Session, sweeps: Collection[int]) -> set[str]:
    found: set[str] = set()
    for part in _parts(sorted(sweeps)):
        found |= _documents(s, s.scalars(select(Look).where(Look.sweep.in_(part))))
    return found


def _seen_since(s: Session, before: datetime) -> set[str]:
    return _documents(s, s.scalars(select(Look).where(Look.at >= before)))


def _documents(s: Session, looks: Iterable[Look]) -> set[str]:
    numbers: set[int] = set()
    for look in looks:
        numbers.update(look.pages or ())
        if look.document is not None:
            numbers.add(look.document)
    found: set[str] = set()
    for part in _parts(sorted(numbers)):
        found.update(s.scalars(select(Document.sha256).where(Document.id.in_(part))))
    return found


def _parts(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def prune(
    engine: Engine, evidence: Evidence, before: datetime, *, who: str, why: str, now: datetime
) -> list[Prunable]:
    """Delete what may be; written down first, so that no crash leaves what nobody can explain."""
    with looking(engine) as s:
        chosen = prunable(s, evidence, before, now)
    for part in _parts(chosen):
        with session(engine) as s:
            told = {"why": why, "before": before.isoformat()}
            hashes = [[each.sha256, each.sm3] for each in part]
            note(s, now, who, "prune", f"{len(part)}", told | {"deleted": hashes})
        for each in part:
            evidence.delete(Deleted(each.sha256, each.sm3, now.isoformat(), who, why))
    return chosen


def deletions(s: Session) -> dict[str, str]:
    """The hashes of all that was deleted, by what the log says, and their other hashes."""
    told = s.scalars(select(AuditEntry.content).where(AuditEntry.action == "prune"))
    return {sha: sm3 for content in told for sha, sm3 in content["deleted"]}
