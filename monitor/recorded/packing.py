"""What is archived of a county's portal as a recording, with what was told of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from nianbao.crawler.addresses import key_of, split
from nianbao.crawler.answers import Answer
from nianbao.crawler.page_state import ERRORS, STATUSES
from nianbao.crawler.reading import Reads
from nianbao.crawler.saved import FILE
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.recorded.case import Case, CaseError, Reply, Step
from nianbao.monitor.recorded.masking import bare, kind_of
from nianbao.monitor.recorded.playing import (
    Differs,
    differing,
    looked_as,
    play,
    standing_of,
    tables_of,
)
from nianbao.parser.private import masked
from nianbao.storage.answered import (
    Kept,
    Link,
    Looked,
    Swept,
    answers_of,
    links_of,
    reports_told,
    sweeps,
)
from nianbao.storage.evidence import DeletedError, Evidence
from nianbao.storage.kinds import LookState
from nianbao.storage.registry import CountyEntry, yaml_loader
from nianbao.storage.scope import of_county

MOST_ARTICLE = 2 * 1024 * 1024  # bytes of a body
MOST_LIST = 8 * 1024 * 1024
HEADERS = ("content-type", "content-disposition", "etag", "last-modified", "x-via-jsl")
# What of a county's file a recording holds: nobody's address, and no way to anybody.
OF_FILE = ("county", "code", "host", "allow", "preset", "http", "columns", "units", "deadline",
           "deadlines")  # fmt: skip
ENDINGS = {"text": "txt", "empty": "txt", "word": "doc"}


def pack(
    s: Session,
    archive: Evidence,
    county: CountyEntry,
    registry: Registry,
    year: int,
    reader: Reads,
    since: datetime | None = None,
) -> Case:
    """Raises CaseError where there is nothing to pack, EvidenceError where bytes are damaged."""
    known = {column.url for column in county.columns}
    swept = [each for each in sweeps(s, county.code, since) if _is_whole_or_of(each, known)]
    if not swept:
        raise CaseError("还没有巡检过 / nothing was looked at yet")
    case = Case(_file_of(county), registry.deadlines, year, swept[-1].ended, [], {}, {}, {}, [])
    links = links_of(s, county.code)
    # What a person saved was no answer to us.
    told_us = [kept for kept in answers_of(s, _hosts(county, links)) if FILE not in kept.headers]
    packing = Packing(case, archive, reader, links, told_us)
    begins: list[datetime | None] = [None, *(sweep.ended for sweep in swept[:-1])]
    ends: list[datetime | None] = [*(sweep.began for sweep in swept[1:]), None]
    for sweep, after, until in zip(swept, begins, ends, strict=True):
        case.steps.append(packing.step(sweep, after, until))
    lines = lines_at(s, of_county(county.code), year, case.until, registry)
    case.standings = {line.unit: standing_of(line) for line in lines}
    told = [each for each in reports_told(s, county.code) if each.url not in case.left_out]
    case.reports = {f"{each.unit} {each.year}": tables_of(each.content) for each in told}
    return _borne_out(case, links)


def _is_whole_or_of(sweep: Swept, columns: Collection[str]) -> bool:
    """Whether it looked at all there was, or at some of these columns."""
    return not sweep.is_part or any(look.column in columns for look in sweep.looks)


def _file_of(county: CountyEntry) -> dict[str, Any]:
    if not county.file:
        raise CaseError("没有这个县的配置文件 / the county has no file")
    told = yaml.load(Path(county.file).read_text(encoding="utf-8-sig"), yaml_loader())
    return {key: value for key, value in told.items() if key in OF_FILE}


def _hosts(county: CountyEntry, links: Sequence[Link]) -> list[str]:
    urls = [*(column.url for column in county.columns), *(link.url for link in links)]
    hosts = {split(url).hostname or "" for url in urls} | {county.host.partition(":")[0]}
    return sorted(hosts - {""})


@dataclass
class Packing:
    """A case in the making."""

    case: Case
    archive: Evidence
    reader: Reads
    links: Sequence[Link]
    answers: Sequence[Kept]
    replies: dict[tuple[str, bool], Reply] = field(default_factory=dict)
    there: dict[str, tuple[Reply, ...]] = field(default_factory=dict)  # as of the last step

    def step(self, sweep: Swept, after: datetime | None, until: datetime | None) -> Step:
        """What answered otherwise in a sweep than before it; what came between two sweeps belongs
        to the first.
        """
        found: dict[str, tuple[Reply, ...]] = {}
        for kept in self.answers:
            is_later = after is None or kept.fetched > after
            if is_later and (until is None or kept.fetched < until):
                found[kept.url] = (self.reply(kept),)
        for link in self.links:
            was = link.gone is not None and (after is None or link.gone > after)
            if was and (until is None or (link.gone or until) < until):
                found[link.url] = (Reply(status=404),)
        for look in sweep.looks:
            found |= self._of_look(look)
        changed = {url: each for url, each in found.items() if self.there.get(url) != each}
        self.there |= changed
        looks = {look.column: looked_as(look.state, look.proof, look.read) for look in sweep.looks}
        return Step(sweep.began, changed, looks, tuple(looks) if sweep.is_part else ())

    def _of_look(self, look: Looked) -> dict[str, tuple[Reply, ...]]:
        if not look.pages:
            return {look.column: (_refusal(look.state),)}
        by_url: dict[str, list[Reply]] = {}
        for kept in look.pages:
            by_url.setdefault(kept.url, []).append(self.reply(kept, is_list=True))
        first = look.pages[0].url
        found = {url: tuple(replies) for url, replies in by_url.items()}
        if key_of(first) != key_of(look.column) and not _is_known(self.answers, look.column):
            found[look.column] = (Reply(moved=first),)
        return found

    def reply(self, kept: Kept, *, is_list: bool = False) -> Reply:
        key = f"{kept.url} {kept.sha256}", is_list
        if key not in self.replies:
            self.replies[key] = self._packed(kept, is_list=is_list)
        return self.replies[key]

    def _packed(self, kept: Kept, *, is_list: bool) -> Reply:
        headers = {name: str(kept.headers[name])[:300] for name in HEADERS if name in kept.headers}
        try:
            answer = Answer(kept.url, kept.status, kept.headers, self.archive.read(kept.sha256))
        except DeletedError as error:
            return self._left_out(kept.url, str(error))
        most = MOST_LIST if is_list else MOST_ARTICLE
        if len(answer.body) > most:
            size = most // 1024 // 1024
            return self._left_out(kept.url, f"超过 {size} MB / over {size} MB")
        made = bare(answer, self.reader, self.case.county["code"])
        if made.why:
            return self._left_out(kept.url, made.why)
        kind = kind_of(answer.body)
        body = self.case.keep(made.body, ENDINGS.get(kind, kind)[:5])
        return Reply(body, kept.status, headers)

    def _left_out(self, url: str, why: str) -> Reply:
        self.case.left_out[url] = why
        return Reply(status=404)


def _is_known(answers: Sequence[Kept], url: str) -> bool:
    return any(key_of(kept.url) == key_of(url) for kept in answers)


def _refusal(state: LookState) -> Reply:
    """An answer of which nothing was kept, such that it is found as it was."""
    error = next((error for error, name in ERRORS.items() if name == state), "")
    if error:
        return Reply(error=error)
    status = next((status for status, name in STATUSES.items() if name == state), 0)
    return Reply(status=status) if status else Reply(error="timeout")


# ---- held against what was told


def _borne_out(case: Case, links: Sequence[Link]) -> Case:
    """With only those expectations that the recording alone bears out; of the others it says
    that it does not. Pages of which nothing was kept, since they are no reports, get a stand-in.
    """
    others = {key_of(link.url): link for link in links if link.kind != "report" and link.checked}
    played = play(case)
    for _ in range(ROUNDS):
        known = [others[key] for key in map(key_of, played.unrecorded) if key in others]
        if not known or not case.steps:
            break
        stand_ins = {link.url: (Reply(title=masked(link.title)),) for link in known}
        first = case.steps[0]
        case.steps[0] = replace(first, answers={**stand_ins, **first.answers})
        played = play(case)
    for differs in differing(case, played):
        case.not_held.append(f"{differs.zh} / {differs.en}")
        _drop(case, differs)
    return case


ROUNDS = 3  # a page that is read may lead to another


def _drop(case: Case, differs: Differs) -> None:
    match differs.about:
        case ("standing", unit):
            case.standings.pop(unit, None)
        case ("report", of):
            case.reports.pop(of, None)
        case ("look", number, column):
            step = case.steps[int(number)]
            looks = {url: look for url, look in step.looks.items() if url != column}
            case.steps[int(number)] = replace(step, looks=looks)
