"""A recording asked again: the same sweeps, without a network, by today's code."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from nianbao.crawler.addresses import key_of
from nianbao.crawler.answers import Answer, Ask, Task
from nianbao.crawler.reading import Reader
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.sweep import Progress, visit_county
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.ledger.words import of_stood
from nianbao.monitor.recorded.case import Case, CaseError, Reply, Step
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.answered import Swept, reports_told, sweeps
from nianbao.storage.content import TABLES, differences
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import ConfigError, CountyEntry, load_county
from nianbao.storage.scope import of_county
from nianbao.storage.store import looking, open_store

UNRECORDED = "not_recorded"
# Of a page that is no report and whose bytes are not archived.
STAND_IN = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
    "<h1>{title}</h1>{text}</body></html>"
)
SENTENCE = "<p>这一页当时已读取，不是年报，原文未存档；此处以一段说明代替，供重放时占位。</p>"


@dataclass
class Portal:
    """What the recorded portal answers, sweep by sweep."""

    case: Case
    there: dict[str, tuple[Reply, ...]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)  # how often, in this sweep
    unrecorded: set[str] = field(default_factory=set)

    def turn(self, step: Step) -> None:
        self.there |= {key_of(url): replies for url, replies in step.answers.items()}
        self.asked.clear()

    def fetch(self, ask: Ask) -> Answer:
        reply, url = self._reply(ask.url), ask.url
        if reply is not None and reply.moved:
            url = reply.moved
            reply = self._reply(url)
        if reply is None:
            self.unrecorded.add(ask.url)
            return Answer(url, error=UNRECORDED, asked=ask.url)
        if reply.error:
            return Answer(url, error=reply.error, asked=ask.url)
        body = self.case.bodies.get(reply.body, b"")
        if reply.title:
            body = STAND_IN.format(title=reply.title, text=SENTENCE * 8).encode()
        return Answer(url, reply.status, reply.headers or HTML, body, "", ask.url)

    def _reply(self, url: str) -> Reply | None:
        """The same address may answer one page after the other."""
        key = key_of(url)
        replies = self.there.get(key)
        if not replies:
            return None
        count = self.asked.get(key, 0)
        self.asked[key] = count + 1
        return replies[min(count, len(replies) - 1)]


HTML: Mapping[str, str] = {"content-type": "text/html; charset=utf-8"}


@dataclass
class Played:
    """What today's code makes of a recording."""

    lines: dict[str, Line]
    sweeps: list[Swept]
    reports: dict[str, dict[str, Any]]
    unrecorded: set[str]
    problems: list[str]


def play(case: Case) -> Played:
    """Raises CaseError where the county's file in it is faulty."""
    with tempfile.TemporaryDirectory(prefix="nianbao-recording-") as name:
        return _play(case, Path(name))


def _play(case: Case, folder: Path) -> Played:
    county = county_in(case, folder)
    engine = open_store(f"sqlite:///{folder}/store.db")
    evidence, registry = Evidence(folder / "evidence"), Registry([county], case.deadlines)
    portal, progress = Portal(case), Progress()
    try:
        with Reader() as reader:
            for step in case.steps:
                portal.turn(step)
                _sweep(step, county, registry, Recorder(engine, evidence, _at(step.at)), portal,
                       reader, progress)  # fmt: skip
        with looking(engine) as s:
            scope = of_county(county.code)
            lines = lines_at(s, scope, case.year, case.until, registry)
            told = {f"{each.unit} {each.year}": tables_of(each.content)
                    for each in reports_told(s, county.code)}  # fmt: skip
            seen = sweeps(s, county.code)
    finally:
        engine.dispose()
    by_unit = {line.unit: line for line in lines}
    return Played(by_unit, seen, told, portal.unrecorded, progress.problems)


def county_in(case: Case, folder: Path) -> CountyEntry:
    file = folder / "county.yaml"
    file.write_text(yaml.safe_dump(dict(case.county), allow_unicode=True), encoding="utf-8")
    try:
        return load_county(file)
    except ConfigError as error:
        raise CaseError(str(error)) from None


def _at(moment: datetime) -> Any:
    return lambda: moment


def _sweep(
    step: Step,
    county: CountyEntry,
    registry: Registry,
    recorder: Recorder,
    portal: Portal,
    reader: Reader,
    progress: Progress,
) -> None:
    """One sweep, as the crawler makes it; but whoever is asked is the recording."""
    wanted = wanted_of(recorder.engine, registry, county, step.at)
    if step.columns:
        recorder.register(county)
        there = recorder.columns(county.code)
        only = frozenset(column.id for column in there if column.url in step.columns)
        year = portal.case.year  # reports of it and of the one before are read
        wanted = replace(wanted, since=year - 1, until=year, columns=only, unconditional=True)
    visit = visit_county(recorder, county, wanted, reader, progress, {}, lambda _: None)
    said: Any = None
    while True:
        try:
            asked = visit.send(said)
        except StopIteration:
            break
        said = asked.run() if isinstance(asked, Task) else portal.fetch(asked)
    refresh(recorder.engine, registry, [county], step.at)


def tables_of(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: content.get(key) for key in ("form", *TABLES)}


# ---- what differs


class Differs(NamedTuple):
    """Something that is told otherwise than it was."""

    about: tuple[str, ...]  # "standing" and a unit, "report" and its key, "look", sweep, column
    zh: str
    en: str


def differing(case: Case, played: Played) -> list[Differs]:
    return [
        *_standings(case, played),
        *_reports(case, played),
        *_looks(case, played),
        *(
            Differs(("fault",), f"程序出错：{each}", f"a fault of ours: {each}")
            for each in played.problems
        ),
    ]


def _fault(problem: str) -> Differs:
    return Differs(("fault",), f"程序出错：{problem}", f"a fault of ours: {problem}")


def _standings(case: Case, played: Played) -> Iterator[Differs]:
    for unit, wanted in case.standings.items():
        line, about = played.lines.get(unit), ("standing", unit)
        if line is None:
            yield Differs(about, f"{unit}：不再是应发布单位", f"{unit}: has nothing to publish")
        elif standing_of(line) != wanted:
            was = of_stood(wanted["standing"], confirmed=wanted["confirmed"])
            now, stands = line.word, line.standing
            yield Differs(
                about,
                f"{line.name}（{unit}）：{was.zh} → {now.zh}，{stands.zh}",
                f"{line.name} ({unit}): {was.en} → {now.en}, {stands.en}",
            )


def standing_of(line: Line) -> dict[str, Any]:
    return {"standing": line.standing.name, "confirmed": line.standing.confirmed}


def _reports(case: Case, played: Played) -> Iterator[Differs]:
    for of, wanted in case.reports.items():
        if of not in played.reports:
            yield Differs(("report", of), f"{of}：没有读到年报", f"{of}: no report was read")
            continue
        changes = differences(wanted, played.reports[of])
        for change in changes[:MOST_CELLS]:
            told = f"{of} {change.key}: {change.before} → {change.after}"
            yield Differs(("report", of), told, told)
        if rest := len(changes[MOST_CELLS:]):
            zh, en = f"{of}：另有 {rest} 处不同", f"{of}: {rest} more differ"
            yield Differs(("report", of), zh, en)


MOST_CELLS = 5  # of a report, that are told one by one


def _looks(case: Case, played: Played) -> Iterator[Differs]:
    for n, (step, sweep) in enumerate(zip(case.steps, played.sweeps, strict=False)):
        found = {look.column: looked_as(look.state, look.proof, look.read) for look in sweep.looks}
        for column, wanted in step.looks.items():
            now = found.get(column)
            if now != dict(wanted):
                place = f"{step.at:%Y-%m-%d %H:%M} {column}"
                zh = f"{place}：{_said(wanted)} → {_said(now)}"
                yield Differs(
                    ("look", str(n), column), zh, f"{place}: {_said(wanted)} → {_said(now)}"
                )


def _said(look: Mapping[str, Any] | None) -> str:
    return "—" if look is None else f"{look['state']} {look['proof'] or '—'} {look['read']}"


def looked_as(state: str, proof: str, read: int) -> dict[str, Any]:
    """How a column was found. A server that says that nothing changed is not one in a recording."""
    return {"state": "ok" if state == "unchanged" else state, "proof": proof, "read": read}
