"""The lists: what may be asked of each, and its rows as the commands and pages write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, cast

from sqlalchemy.orm import Session

from nianbao.crawler.presets import presets
from nianbao.monitor.ledger.decided import with_decisions
from nianbao.monitor.ledger.happened import doubted
from nianbao.monitor.ledger.listing import BOUND, findings_after, lines_after, place_of
from nianbao.monitor.ledger.scope import Registry, scope_of
from nianbao.monitor.ledger.there import Kept
from nianbao.monitor.paper.export import TABLES, report_told
from nianbao.monitor.paper.rows import Row, flagged_row, row_of
from nianbao.monitor.paper.sentences import at_in, history_row
from nianbao.monitor.standing import StandingName
from nianbao.monitor.web.api import params as of
from nianbao.monitor.web.api.cursors import Key
from nianbao.monitor.web.api.params import Param, Query
from nianbao.monitor.web.asked import (
    UNCONFIRMED,
    AskedWronglyError,
    filter_of,
    year_in,
    year_or_due,
)
from nianbao.monitor.web.report import cells_told
from nianbao.parser.forms import forms
from nianbao.parser.private import masked
from nianbao.storage.facts import checked
from nianbao.storage.kinds import EventKind, LookState, UnitKind
from nianbao.storage.lists import evidence_after, looks_after, reports_after, units_after
from nianbao.storage.queries import Report, events
from nianbao.storage.scope import Scope
from nianbao.storage.systems import systems


class Asked(NamedTuple):
    """A list as it is asked for: by whom, of what, from where on."""

    s: Session
    registry: Registry  # cut to what whoever asks may see
    now: datetime
    query: Query
    after: Key | None
    limit: int
    bound: int = BOUND  # counties that are looked through at the most

    @property
    def scope(self) -> Scope:
        return scope_of(self.s, self.query.get("scope"), self.registry)

    @property
    def year(self) -> int | None:
        return year_in(self.query.get("year", ()))

    @property
    def year_due(self) -> int:
        return year_or_due(self.year, self.now)

    def called(self, county: str, name: str) -> str:
        return self.registry.called.get(county, name)


class Part(NamedTuple):
    """A part of a list: its rows, and the key behind which it goes on; None: that was all."""

    rows: Sequence[Row]
    after: Key | None


LAST = "\U0010ffff"  # behind each unit of a county


def _part(found: Sequence[tuple[Key, Row]], limit: int, onward: Key | None = None) -> Part:
    """Of one more than was asked for, if there are so many; `onward`: else it goes on there."""
    shown = found[:limit]
    return Part([row for _, row in shown], shown[-1][0] if len(found) > limit else onward)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, as it is asked for and answered."""

    name: str
    title: str
    params: Mapping[str, Param]
    kinds: Sequence[type]  # of which its keys are made
    part: Callable[[Asked], Part]

    @property
    def all_params(self) -> Mapping[str, Param]:
        return {**self.params, **of.OF_ALL}


def _units(asked: Asked) -> Part:
    wanted = filter_of(asked.query)
    kinds = cast(Sequence[UnitKind], wanted.kind)
    found = units_after(asked.s, asked.scope, asked.after, asked.limit + 1, kinds, wanted.text)
    rows = []
    for unit in found:
        named = (unit.id, unit.name, unit.kind, unit.county)
        told = (*named, asked.called(unit.county, unit.county_name))
        row = dict(zip(TABLES["units"].columns, told, strict=True))
        rows.append(((unit.county, unit.id), row))
    return _part(rows, asked.limit)


def in_system(s: Session, scope: Scope, query: Query, known: Mapping[str, str]) -> Scope:
    """What of a scope lies in counties with the content system that is asked for, if one is."""
    wanted = query.get("system")
    if not wanted:
        return scope
    if wanted[-1] not in presets():
        told = wanted[-1]
        raise AskedWronglyError(f"没有内容系统 {told}", f"there is no content system {told}", 404)
    return scope.within({code for code, system in known.items() if system == wanted[-1]})


def _standings(asked: Asked) -> Part:
    wanted = filter_of(asked.query)
    names = {"missing" if name == UNCONFIRMED else name for name in wanted.standing}
    scope = asked.scope
    if asked.query.get("system"):
        scope = in_system(asked.s, scope, asked.query, systems(asked.s, scope))
    told = lines_after(
        *(asked.s, scope, asked.year_due, asked.now, asked.registry),
        *(asked.after, asked.limit + 1, wanted.holds, cast(set[StandingName], names)),
        bound=asked.bound,
    )
    rows = [
        (
            (line.county, line.unit),
            {
                **row_of(line, asked.called(line.county, line.county_name)),
                "why_en": line.standing.en,
            },
        )
        for line in with_decisions(asked.s, told.found)
    ]
    return _part(rows, asked.limit, (told.onward, LAST) if told.onward else None)


def _key(report: Report) -> Key:
    return report.county, report.unit, report.year


def report_rows(asked: Asked, found: Sequence[Report]) -> list[tuple[Key, Row]]:
    """Each report with what its check says and what has become of it."""
    verdicts = checked(asked.s, [report.version for report in found])
    theirs = {report.unit: report.county for report in found}
    kept = Kept(asked.s, Scope((), (*theirs,), (*theirs.values(),))) if theirs else None
    rows: list[tuple[Key, Row]] = []
    for report in found:
        assert kept is not None
        told = report_told(report, verdicts[report.version], kept)
        whose = {"county": asked.called(report.county, report.county_name), "unit": report.name}
        row = {**whose, **dict(zip(TABLES["reports"].columns, told, strict=True))}
        rows.append((_key(report), row))
    return rows


def _reports(asked: Asked) -> Part:
    found = reports_after(asked.s, asked.scope, asked.after, asked.limit + 1, asked.year)
    return _part(report_rows(asked, found), asked.limit)


MOST_READ = 150  # reports that are looked through for one part
TOGETHER = 50  # of them at once


def _values(asked: Asked) -> Part:
    cells, states = asked.query.get("cell", ()), asked.query.get("state", ())
    known = {key for form in forms() for key, _ in form.cells()}
    for cell in cells:
        if cell not in known:
            raise AskedWronglyError(f"没有单元格 {cell}", f"there is no cell {cell}", 404)
    rows: list[tuple[Key, Row]] = []
    after = asked.after
    read = 0
    for report in _from(asked, only_unreadable=[*states] == ["unreadable"]):
        whose = {
            "county": asked.called(report.county, report.county_name),
            "unit": report.name,
            "code": report.unit,
            "year": report.year,
            "version": report.number,
            "evidence": report.document,
        }
        told = cells_told(whose, report.content, {}, cells, states)
        for row in sorted(told, key=lambda each: str(each["cell"])):
            key = (*_key(report), row["cell"])
            if asked.after is None or key > asked.after:
                rows.append((key, row))
        after, read = (*_key(report), "~"), read + 1
        if len(rows) > asked.limit:
            break
        if read >= MOST_READ:  # the next part goes on there
            return Part([row for _, row in rows], after)
    return _part(rows, asked.limit)


def _from(asked: Asked, *, only_unreadable: bool) -> Iterator[Report]:
    """Reports from the one in which a part ended."""
    begins = asked.after[:3] if asked.after is not None else None
    scope, size = asked.scope, max(2, min(TOGETHER, asked.limit // 40 + 2))
    itself = True
    while True:
        found = reports_after(
            *(asked.s, scope, begins, size, asked.year),
            itself=itself,
            unreadable=only_unreadable,
        )
        yield from found
        if len(found) < size:
            return
        begins, itself, size = _key(found[-1]), False, min(2 * size, TOGETHER)


def _findings(asked: Asked) -> Part:
    severities = [*asked.query.get("severity", ())] or ["error", "warning"]
    found = findings_after(
        *(asked.s, asked.scope, asked.year_due, asked.now, asked.registry),
        *(asked.after, asked.limit + 1, severities, asked.query.get("rule", ())),
        waived=asked.query.get("waived", ["0"])[-1] == "1",
        bound=asked.bound,
    )
    rows = []
    for each in found.found:
        row = flagged_row(each, asked.called(each.county, each.county_name))
        rows.append((place_of(each), {**row, "finding_en": each.content["en"]}))
    return _part(rows, asked.limit, (found.onward, LAST, 0, "", "") if found.onward else None)


def _looks(asked: Asked) -> Part:
    states = cast(Sequence[LookState], asked.query.get("state", ()))
    after = asked.after[0] if asked.after is not None else None
    since = of.since_of(asked.query)
    rows: list[tuple[Key, Row]] = []
    for look in looks_after(asked.s, asked.scope, after, asked.limit + 1, states, since):
        row = {
            "county": asked.called(look.county, look.county_name),
            "code": look.unit,
            "url": look.url,
            "state": look.state,
            "complete": look.complete,
            "proof": look.proof,
            "read": look.read,
            "declared": look.declared,
            "detail": masked(look.detail),
            "at": at_in(look.at),
            "evidence": look.document,
            "by_hand": look.by_hand,
        }
        rows.append(((look.number,), row))
    return _part(rows, asked.limit)


def _events(asked: Asked) -> Part:
    kinds = cast(Sequence[EventKind], asked.query.get("kind", ()))
    after = None
    if asked.after is not None:
        after = _moment(asked.after[0]), int(asked.after[1])
    rows: list[tuple[Key, Row]] = []
    since = of.since_of(asked.query)
    found = events(
        *(asked.s, asked.scope, since, None, kinds),
        year=asked.year,
        after=after,
        most=asked.limit + 1,
    )
    for each in doubted(asked.s, found):
        row = {"county": asked.called(each.county, each.county_name), **history_row(each)}
        rows.append(((each.at.astimezone(UTC).isoformat(), each.id), row))
    return _part(rows, asked.limit)


def _moment(said: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise AskedWronglyError("没有这个 cursor", "there is no such cursor", 404) from None


def _evidence(asked: Asked) -> Part:
    found = evidence_after(asked.s, asked.scope, asked.after, asked.limit + 1, asked.year)
    rows: list[tuple[Key, Row]] = []
    for each in found:
        row = {
            "county": asked.called(each.county, each.county_name),
            "unit": each.name,
            "code": each.unit,
            "year": each.year,
            "version": each.number,
            "seen": at_in(each.seen),
            "url": each.url,
            "evidence": each.sha256,
            "sm3": each.sm3,
            "fetched": at_in(each.fetched),
            "status": each.status,
        }
        rows.append(((each.county, each.unit, each.year, each.number), row))
    return _part(rows, asked.limit)


LISTS: Mapping[str, Listed] = {
    each.name: each
    for each in (
        Listed(
            "units",
            "单位：应公布年报的乡镇、街道、部门 / units: bodies that must publish",
            {"scope": of.SCOPE, "kind": of.KIND, "q": of.TEXT},
            (str, str),
            _units,
        ),
        Listed(
            "standings",
            "发布状态：每个单位一个年度 / standings: where each unit stands for a year",
            {
                "scope": of.SCOPE,
                "year": of.DUE_YEAR,
                "standing": of.STANDING,
                "quality": of.QUALITY,
                "kind": of.KIND,
                "q": of.TEXT,
                "system": of.SYSTEM,
            },
            (str, str),
            _standings,
        ),
        Listed(
            "reports",
            "年报：各年度的最新版 / reports: the latest version of each",
            {"scope": of.SCOPE, "year": of.ANY_YEAR},
            (str, str, int),
            _reports,
        ),
        Listed(
            "values",
            "数值：年报表格的每个单元格 / values: each cell of the reports' tables",
            {
                "scope": of.SCOPE,
                "year": of.ANY_YEAR,
                "cell": of.CELL,
                "state": of.CELL_STATE,
            },
            (str, str, int, str),
            _values,
        ),
        Listed(
            "findings",
            "问题：年报中不一致或待核实之处 / findings: what is wrong or to be verified in reports",
            {
                "scope": of.SCOPE,
                "year": of.DUE_YEAR,
                "severity": of.SEVERITY,
                "rule": of.RULE,
                "waived": of.WAIVED,
            },
            (str, str, int, str, str),
            _findings,
        ),
        Listed(
            "looks",
            "核查：对栏目的每次读取 / looks: each reading of a column",
            {"scope": of.SCOPE, "state": of.LOOK_STATE, "since": of.SINCE},
            (int,),
            _looks,
        ),
        Listed(
            "events",
            "事项：状态或问题的变化，只增不改 / events: what changed; only ever added",
            {
                "scope": of.SCOPE,
                "year": of.ANY_YEAR,
                "kind": of.EVENT_KIND,
                "since": of.SINCE,
            },
            (str, int),
            _events,
        ),
        Listed(
            "evidence",
            "存证：年报每一版读自哪份原件 / evidence: what each version was read from",
            {"scope": of.SCOPE, "year": of.ANY_YEAR},
            (str, str, int, int),
            _evidence,
        ),
    )
}
