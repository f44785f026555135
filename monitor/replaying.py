"""Replaying: the whole archive read and judged again, offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.crawler.reading import MOST_MEMORY, Found, Reader
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.manners import now
from nianbao.parser.errors import ReadError
from nianbao.storage.archive import Archived, all_versions, keep_reading, version
from nianbao.storage.content import Change, Damaged, differences, plain
from nianbao.storage.drafts import keep_reading_of, rounds_read
from nianbao.storage.evidence import DeletedError, Evidence, EvidenceError
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import EVERYTHING, Scope, of_county
from nianbao.storage.store import looking, session
from nianbao.storage.units import county_names


class Replayed(NamedTuple):
    version: Archived
    changes: list[Change]
    problem: str = ""
    deleted: bool = False  # its bytes were, as the settings say: it stays as it was read


def replay(
    engine: Engine,
    evidence: Evidence,
    registry: Registry | None = None,
    clock: Callable[[], datetime] = now,
) -> Iterator[Replayed]:
    """Read and judge the whole archive again, offline, and tell what is read differently now."""
    known = registry or Registry()
    with looking(engine) as s:
        numbers = all_versions(s)
        names = county_names(s)
    with Reader() as reader:
        for number in numbers:
            with session(engine) as s:
                yield _read_again(s, evidence, reader, version(s, number))
        _read_drafts_again(engine, evidence, reader, EVERYTHING)
        for code, name in names.items():
            county = known.county(code) or CountyEntry(name, code)
            judge_county(engine, evidence, reader, county, clock(), again=True)


def replay_county(
    engine: Engine,
    evidence: Evidence,
    county: CountyEntry,
    clock: Callable[[], datetime],
    memory: int = MOST_MEMORY,
) -> Iterator[Replayed]:
    """The same of one county."""
    with looking(engine) as s:
        numbers = all_versions(s, county.code)
    with Reader(memory=memory) as reader:
        for number in numbers:
            with session(engine) as s:
                yield _read_again(s, evidence, reader, version(s, number))
        _read_drafts_again(engine, evidence, reader, of_county(county.code))
        judge_county(engine, evidence, reader, county, clock(), again=True)


def _read_drafts_again(engine: Engine, evidence: Evidence, reader: Reader, scope: Scope) -> None:
    """What is published is held against drafts: both are read alike."""
    with looking(engine) as s:
        rounds = rounds_read(s, scope)
    for number, sha256 in rounds.items():
        try:
            outcomes = reader.file(evidence.read(sha256))
        except EvidenceError:
            continue  # it stays as it was read
        readings = [outcome for outcome in outcomes if isinstance(outcome, Found)]
        if len(readings) == 1:
            with session(engine) as s:
                keep_reading_of(s, number, plain(readings[0].content), readings[0].words)


def _read_again(s: Session, evidence: Evidence, reader: Reader, old: Archived) -> Replayed:
    try:
        outcomes = reader.file(evidence.read(old.document))
    except DeletedError:
        return Replayed(old, [], deleted=True)
    except EvidenceError as error:
        return Replayed(old, [], str(error))
    readings = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    named = [reading for reading in readings if old.unit_name in reading.report.unit] or readings
    if len(named) != 1:
        return Replayed(old, [], _problem(old, outcomes, len(readings)))
    reading = named[0]
    content = plain(reading.content)
    is_known = not isinstance(old.content, Damaged)
    if is_known and content["form"] is None and not old.content.get("form"):
        # What the article around it told, which is not in these bytes.
        content["unreadable"] += [
            each for each in old.content.get("unreadable", ()) if each["cell"] == "*"
        ]
    changes = differences(old.content, content)
    if changes or old.text != reading.text:  # what was damaged is whole again
        keep_reading(s, old.id, content, reading.text, reading.words)
    return Replayed(old, changes)


def _problem(old: Archived, outcomes: list[Found | ReadError], count: int) -> str:
    """Why there is no one report in the bytes; empty where that was known before."""
    if old.content.get("form") is None and old.content.get("unreadable"):
        return ""
    errors = [str(outcome) for outcome in outcomes if isinstance(outcome, ReadError)]
    return errors[0] if errors else f"{count} reports in one document"
