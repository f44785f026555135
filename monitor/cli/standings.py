"""`nianbao standing`, `missing`, `late`, `unknown`: who is where, with the proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import select

from nianbao.monitor.cli.asking import AsOf, County, Year, moment_of
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store, counties_in, settings_here
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.deadlines import policy_of
from nianbao.monitor.ledger.lines import evidence_of, standing_of
from nianbao.monitor.ledger.present import out_of_date
from nianbao.monitor.standing import BEIJING, NAMES
from nianbao.storage.facts import UnitFacts, unit_facts
from nianbao.storage.models import Look, Portal, Region, Sweep
from nianbao.storage.queries import Standing, standings
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store
from nianbao.storage.units import is_there


def standing(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Where every unit stands for a year: not due, awaiting, on time, late, missing, unknown,
    withdrawn, exempt.
    """
    _print(year, county, as_of, config, store, format, output, ())


def missing(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Who has not published: only units that a complete look after their deadline did not show.
    Unread portals are `unknown`.
    """
    _print(year, county, as_of, config, store, format, output, ("missing",))


def late(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Who published after the deadline, by how many days, on which evidence."""
    _print(year, county, as_of, config, store, format, output, ("late",))


def unknown(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Units of which nothing can be said, and why: no complete look since the deadline."""
    _print(year, county, as_of, config, store, format, output, ("unknown",))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of which year and counties, on which day, and which standings."""

    store: str
    counties: Sequence[CountyEntry]  # that are watched
    regions: Mapping[str, str]  # their deadlines
    year: int
    named: Sequence[str]  # counties asked for; all where none is
    now: datetime
    wanted: Sequence[str]  # standings asked for; all where none is


COLUMNS = (
    "county",
    "unit",
    "code",
    "year",
    "standing",
    "quality",
    "days",
    "deadline",
    "why",
    "evidence",
    "proof",
    "url",
)
QUALITY = {"": "", "clean": "无问题", "flagged": "有问题", "unreadable": "有数据无法读取"}


def _print(
    year: int | None,
    county: Sequence[str] | None,
    as_of: str,
    config: Path,
    store: str,
    form: Form,
    output: Path | None,
    wanted: Sequence[str],
) -> None:
    now, counties, regions = moment_of(as_of), counties_in(config), settings_here().deadlines
    year = year or now.astimezone(BEIJING).year - 1
    _refuse_unwatched(county or (), counties)
    question = Question(store, counties, regions, year, county or (), now, wanted)
    answer = _present
    if as_of:
        answer = _as_of
    rows = list(answer(question))
    shown = [_shown(row) for row in rows]
    heads = ("县", "单位", f"{year}年度", "质量", "天数", "依据")
    summary = f"共 {len(rows)} 个单位"
    show(rows, COLUMNS, form, output, heads=heads, shown=shown, summary=summary)
    _tell_unlooked(store, counties)


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    name, quality = NAMES[row["standing"]][0], QUALITY[row["quality"]]
    return row["county"], row["unit"], name, quality, str(row["days"] or ""), row["why"]


def _refuse_unwatched(named: Sequence[str], counties: Sequence[CountyEntry]) -> None:
    """An answer about a county that nobody watches would look as if nobody there were missing."""
    for name in named:
        if any(_is_meant(name, county) for county in counties):
            continue
        near = get_close_matches(name, [county.county for county in counties], 1)
        meant = "".join(f"，是否指 {likely}？" for likely in near)
        end(2, f"没有 {name}{meant} / no such county")


def _is_meant(name: str, county: CountyEntry) -> bool:
    by_code = name.isdigit() and county.code.startswith(name)
    return by_code or name in (county.county, county.code)


def _tell_unlooked(store: str, counties: Sequence[CountyEntry]) -> None:
    """An answer about counties that nobody has looked at is no answer; it is said so."""
    looked = select(Sweep.portal).join(Look, Look.sweep == Sweep.id)
    with looking(open_store(store)) as s:
        regions = {region.code: region.name for region in s.scalars(select(Region))}
        known = set(s.scalars(select(Portal.county).where(Portal.id.in_(looked))))
    watched = {county.code for county in counties}
    without = sorted(name for code, name in regions.items() if code not in watched)
    if without and counties:
        typer.echo(
            f"没有配置文件，不在结果中：{_some(without)} / no file, not in the answer", err=True
        )
    never = [county.county for county in counties if county.code not in known]
    if never:
        typer.echo(
            f"从未巡检，不在结果中：{_some(never)} / never looked at, not in the answer", err=True
        )
    elif not known:
        typer.echo("还没有巡检过，先用 nianbao sweep / nothing was looked at yet", err=True)


def _some(names: Sequence[str]) -> str:
    """The first names of a list, and how many it has."""
    first = "、".join(names[:8])
    if len(names) > 8:
        return f"{first} 等 {len(names)} 个县"
    return first


def _present(asked: Question) -> Iterator[dict[str, Any]]:
    """From the ledger of standings. Where it is out of date it is worked out anew, and written
    by whoever watches.
    """
    watched = {county.code for county in asked.counties}
    with looking(open_store(asked.store)) as s:
        due, moved = out_of_date(
            s, asked.counties, asked.now, asked.regions, new=False, year=asked.year
        )
        anew = {code for code, year in due if year == asked.year}
        anew |= {county.code for county in moved}
        for stands in standings(s, asked.year, asked.wanted, asked.named):
            if stands.county in watched and stands.county not in anew:
                yield _row_of_ledger(stands, asked)
    if anew:
        own = [county for county in asked.counties if county.code in anew]
        yield from _as_of(replace(asked, counties=own))


def _row_of_ledger(stands: Standing, asked: Question) -> dict[str, Any]:
    row = stands.row
    days = row.days
    if row.name == "missing":  # the days grow while the row stays
        days = (asked.now.astimezone(BEIJING).date() - row.deadline).days
    return {
        "county": stands.county_name,
        "unit": stands.name,
        "code": stands.unit,
        "year": asked.year,
        "standing": row.name,
        "quality": row.quality,
        "days": days,
        "deadline": row.deadline.isoformat(),
        "why": row.zh,
        "evidence": _iso(row.evidence_at),
        "proof": row.evidence,
        "url": row.url,
    }


def _as_of(asked: Question) -> Iterator[dict[str, Any]]:
    """Worked out anew from what was known then."""
    entries = {county.code: county for county in asked.counties}
    with looking(open_store(asked.store)) as s:
        for facts in unit_facts(s, asked.year, asked.named or tuple(entries), asked.now):
            entry = entries.get(facts.county)
            if entry is None or not is_there(facts.since, facts.until, asked.year):
                continue
            row = _row_anew(facts, entry, asked)
            if not asked.wanted or row["standing"] in asked.wanted:
                yield row


def _row_anew(facts: UnitFacts, entry: CountyEntry, asked: Question) -> dict[str, Any]:
    stands = standing_of(facts, entry, asked.year, asked.now, asked.regions)
    policy = policy_of(entry, facts.name, asked.year, asked.regions, kind=facts.kind)
    return {
        "county": facts.county_name,
        "unit": facts.name,
        "code": facts.unit,
        "year": asked.year,
        "standing": stands.name,
        "quality": facts.quality,
        "days": stands.days,
        "deadline": policy.last_day(asked.year).isoformat(),
        "why": stands.zh,
        "evidence": _iso(stands.evidence),
        "proof": evidence_of(facts, stands),
        "url": facts.url,
    }


def _iso(moment: datetime | date | None) -> str | None:
    if moment is None:
        return None
    return moment.isoformat()
