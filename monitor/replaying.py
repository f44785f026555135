"""Replaying: the whole archive read and judged again, offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nianbao.crawler.reading import Found, Reader
from nianbao.monitor.judging import judge_county
from nianbao.monitor.sweeping import now
from nianbao.parser.errors import ReadError
from nianbao.storage.content import Change, differences, plain
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.models import Document, Region, ReportVersion, Unit
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, session


class Replayed(NamedTuple):
    version: ReportVersion
    changes: list[Change]
    problem: str = ""


def replay(
    engine: Engine,
    evidence: Evidence,
    counties: Sequence[CountyEntry] = (),
    clock: Callable[[], datetime] = now,
) -> Iterator[Replayed]:
    """Read and judge the whole archive again, offline, and tell what is read
    differently now."""
    with looking(engine) as s:
        numbers = list(s.scalars(select(ReportVersion.id).order_by(ReportVersion.id)))
        regions = list(s.scalars(select(Region).where(Region.level == "county")))
    with Reader() as reader:
        for number in numbers:
            with session(engine) as s:
                yield _read_again(s, evidence, reader, s.get_one(ReportVersion, number))
        entries = {county.code: county for county in counties}
        for region in regions:
            county = entries.get(region.code) or CountyEntry(region.name, region.code)
            judge_county(engine, evidence, reader, county, clock(), again=True)


def _read_again(s: Session, evidence: Evidence, reader: Reader, version: ReportVersion) -> Replayed:
    try:
        outcomes = reader.file(evidence.read(s.get_one(Document, version.document).sha256))
    except EvidenceError as error:
        return Replayed(version, [], str(error))
    unit = s.get_one(Unit, version.unit).name
    found = [each for each in outcomes if isinstance(each, Found)]
    named = [each for each in found if unit in each.report.unit] or found
    if len(named) != 1:
        if version.content.get("form") is None and version.content.get("unreadable"):
            return Replayed(version, [])  # it could not be read then either
        problem = next((each for each in outcomes if isinstance(each, ReadError)), None)
        return Replayed(version, [], str(problem or f"{len(found)} reports in one document"))
    content = plain(named[0].content)
    changes = differences(version.content, content)
    if changes or version.text != named[0].text:
        version.content, version.text, version.words = content, named[0].text, named[0].words
    return Replayed(version, changes)
