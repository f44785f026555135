"""`nianbao standing`, `missing`, `late`, `unknown`, `flagged`, `history`, `show`, `coverage`: who is where, with the proof."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store, counties_in, settings_here
from nianbao.monitor.cli.tables import Form, Format, Output, show

Year = Annotated[
    int | None,
    typer.Option(min=2008, max=2099, help="The report's year; last year where none is given."),
]
County = Annotated[
    list[str] | None,
    typer.Option(
        "--county",
        "--region",
        help="Only these counties, by name or code; 14 is a province, 1409 a city. May be given several times.",
    ),
]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="As it was known at the end of a day.")
]


def standing(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Where every unit stands for a year: not due, awaiting, on time, late, missing, unknown, withdrawn, exempt."""
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
    """Who has not published: only units that a complete look after their deadline did not show. Unread portals are `unknown`."""
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


def one_unit(s, named):  # type: ignore[no-untyped-def]
    """The unit of a name or code, with its county's name; ends the command where there is none, or are several."""
    from nianbao.storage.units import units_named

    found = units_named(s, named)
    if len(found) != 1:
        several = "、".join(f"{county}{unit.name}（{unit.id}）" for unit, county in found)
        typer.echo(
            f"{named} 有 {len(found)} 个，请用代码：{several} / several, use the code"
            if found
            else f"没有 {named} / no such unit",
            err=True,
        )
        raise typer.Exit(2)
    return found[0]


STANDING = (
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


def _print(year, county, as_of, config, store, form, output, wanted):  # type: ignore[no-untyped-def]
    from nianbao.monitor.standing import BEIJING, NAMES

    now, counties, regions = _now(as_of), counties_in(config), settings_here().deadlines
    year = year or now.astimezone(BEIJING).year - 1
    _known(county, counties)
    rows = list(
        _as_of(store, counties, regions, year, county, now, wanted)
        if as_of
        else _present(store, counties, regions, year, county, now, wanted)
    )
    shown = [
        (
            row["county"],
            row["unit"],
            NAMES[row["standing"]][0],
            QUALITY[row["quality"]],
            str(row["days"] or ""),
            row["why"],
        )
        for row in rows
    ]
    heads = ("县", "单位", f"{year}年度", "质量", "天数", "依据")
    show(rows, STANDING, form, output, heads=heads, shown=shown, summary=f"共 {len(rows)} 个单位")
    _tell_unlooked(store, counties)


def _known(named, counties):  # type: ignore[no-untyped-def]
    """An answer about a county that nobody watches would look as if nobody there were missing."""
    from difflib import get_close_matches

    for each in named or ():
        if not any(
            each in (county.county, county.code)
            or (each.isdigit() and county.code.startswith(each))
            for county in counties
        ):
            near = get_close_matches(each, [county.county for county in counties], 1)
            typer.echo(
                f"没有 {each}" + (f"，是否指 {near[0]}？" if near else "") + " / no such county",
                err=True,
            )
            raise typer.Exit(2)


def _tell_unlooked(store, counties):  # type: ignore[no-untyped-def]
    """An answer about counties that nobody has looked at is no answer; it is said so."""
    from sqlalchemy import select

    from nianbao.storage.models import Look, Portal, Region, Sweep
    from nianbao.storage.store import looking, open_store

    with looking(open_store(store)) as s:
        named = dict(s.execute(select(Region.code, Region.name)).all())
        known = set(
            s.scalars(
                select(Portal.county).where(
                    Portal.id.in_(select(Sweep.portal).join(Look, Look.sweep == Sweep.id))
                )
            )
        )
    without = sorted(
        name for code, name in named.items() if code not in {county.code for county in counties}
    )
    if without and counties:
        more = f" 等 {len(without)} 个县" if len(without) > 8 else ""
        typer.echo(
            f"没有配置文件，不在结果中：{'、'.join(without[:8])}{more} / no file, not in the answer",
            err=True,
        )
    never = [county.county for county in counties if county.code not in known]
    if never:
        more = f" 等 {len(never)} 个县" if len(never) > 8 else ""
        typer.echo(
            f"从未巡检，不在结果中：{'、'.join(never[:8])}{more} / never looked at, not in the answer",
            err=True,
        )
    elif not known:
        typer.echo("还没有巡检过，先用 nianbao sweep / nothing was looked at yet", err=True)


def _now(as_of: str) -> datetime:
    from nianbao.monitor.standing import BEIJING

    try:
        end = datetime.combine(
            date.fromisoformat(as_of) + timedelta(days=1), datetime.min.time(), BEIJING
        )
        return end - timedelta(seconds=1)
    except ValueError:
        if as_of:
            typer.echo(f"{as_of}：日期应写作 YYYY-MM-DD / not a date", err=True)
            raise typer.Exit(2) from None
        return datetime.now(UTC)


def _present(store, counties, regions, year, county, now, wanted):  # type: ignore[no-untyped-def]
    """From the ledger of standings. Where it is out of date it is worked out anew, and written by whoever watches."""
    from nianbao.monitor.ledger.present import out_of_date
    from nianbao.monitor.standing import BEIJING
    from nianbao.storage.queries import standings
    from nianbao.storage.store import looking, open_store

    known = {each.code for each in counties}
    with looking(open_store(store)) as s:
        due, moved = out_of_date(s, counties, now, regions, new=False, year=year)
        anew = {code for code, of in due if of == year} | {each.code for each in moved}
        for each in standings(s, year, wanted, county or ()):
            row = each.row
            if each.county not in known or each.county in anew:
                continue
            days = row.days
            if row.name == "missing":
                days = (now.astimezone(BEIJING).date() - row.deadline).days
            yield _row(
                each.county_name,
                each.name,
                each.unit,
                year,
                row.name,
                row.quality,
                days,
                row.deadline,
                row.zh,
                row.evidence_at,
                row.evidence,
                row.url,
            )
    if anew:
        own = [each for each in counties if each.code in anew]
        yield from _as_of(store, own, regions, year, county, now, wanted)


def _as_of(store, counties, regions, year, county, now, wanted):  # type: ignore[no-untyped-def]
    """Worked out anew from what was known then."""
    from nianbao.monitor.deadlines import policy_of
    from nianbao.monitor.ledger.lines import evidence_of, standing_of
    from nianbao.storage.facts import unit_facts
    from nianbao.storage.store import looking, open_store
    from nianbao.storage.units import is_there

    entries = {each.code: each for each in counties}
    with looking(open_store(store)) as s:
        named = county or tuple(entries)
        for facts in unit_facts(s, year, named, now):
            entry = entries.get(facts.county)
            if entry is None:
                continue
            found = standing_of(facts, entry, year, now, regions)
            if is_there(facts.since, facts.until, year) and (not wanted or found.name in wanted):
                deadline = policy_of(entry, facts.name, year, regions, kind=facts.kind).last_day(
                    year
                )
                yield _row(
                    facts.county_name,
                    facts.name,
                    facts.unit,
                    year,
                    found.name,
                    facts.quality,
                    found.days,
                    deadline,
                    found.zh,
                    found.evidence,
                    evidence_of(facts, found),
                    facts.url,
                )


def _row(county, unit, code, year, name, quality, days, deadline, why, evidence, proof, url):  # type: ignore[no-untyped-def]
    return {
        "county": county,
        "unit": unit,
        "code": code,
        "year": year,
        "standing": name,
        "quality": quality,
        "days": days,
        "deadline": deadline.isoformat(),
        "why": why,
        "evidence": evidence.isoformat() if evidence else None,
        "proof": proof,
        "url": url,
    }


FLAGGED = (
    "county",
    "unit",
    "code",
    "year",
    "rule",
    "severity",
    "state",
    "finding",
    "cells",
    "quote",
    "decision",
    "mark",
    "url",
    "evidence",
)


def flagged(
    year: Year = None,
    county: County = None,
    severity: Annotated[
        list[str] | None,
        typer.Option(help="error, warning or notice; errors and warnings where none is given."),
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Only these rules, such as F01.")] = None,
    waived: Annotated[
        bool, typer.Option("--waived", help="Also what was decided to be no problem.")
    ] = False,
    as_of: AsOf = "",
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """What is wrong, or should be verified, in the reports of a year: the cell, the numbers, the words, the evidence."""
    from nianbao.monitor.standing import BEIJING
    from nianbao.storage.queries import findings
    from nianbao.storage.store import looking, open_store

    known = ("error", "warning", "notice")
    for each in severity or ():
        if each not in known:
            typer.echo(
                f"{each}：应为 {'、'.join(known)} 之一 / one of {', '.join(known)}", err=True
            )
            raise typer.Exit(2)
    now = _now(as_of)
    year = year or now.astimezone(BEIJING).year - 1
    with looking(open_store(store)) as s:
        found = [
            each
            for each in findings(
                s, year, county or (), severity or known[:2], rule or (), now if as_of else None
            )
            if waived or each.verdict != "waived"
        ]
    rows = [
        {
            "county": each.county_name,
            "unit": each.name,
            "code": each.unit,
            "year": year,
            "rule": each.rule,
            "severity": each.severity,
            "state": each.content["state"],
            "finding": each.content["zh"],
            "cells": "、".join(each.content["cells"]),
            "quote": each.content["quote"],
            "decision": f"{each.verdict} {each.decided}".strip(),
            "mark": each.fingerprint,
            "url": each.url,
            "evidence": each.document,
        }
        for each in found
    ]
    names = {"error": "必须整改", "warning": "建议核实", "notice": "提示"}
    shown = [
        (
            row["county"],
            row["unit"],
            names[row["severity"]],
            row["rule"],
            row["finding"],
            row["decision"],
            row["mark"][:8],
        )
        for row in rows
    ]
    heads = ("县", "单位", "级别", "规则", "问题", "决定", "编号")
    show(
        rows,
        FLAGGED,
        format,
        output,
        heads=heads,
        shown=shown,
        summary=f"{year}年度共 {len(rows)} 项",
    )


def history(
    unit: Annotated[str, typer.Argument(help="The unit's code or name.")],
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Everything that happened to a unit's reports: seen, changed, withdrawn, standings, decisions. Exit codes: 0, 2."""
    from sqlalchemy import select

    from nianbao.monitor.decisions import VERDICTS
    from nianbao.monitor.standing import BEIJING, NAMES
    from nianbao.storage.models import Event
    from nianbao.storage.store import looking, open_store

    kinds = {
        "published": "监测到发布",
        "changed": "内容有变化",
        "withdrawn": "已撤下",
        "restored": "恢复发布",
        "standing": "状态",
        "settled": "人工确认",
        "decided": "决定",
    }
    with looking(open_store(store)) as s:
        own, _ = one_unit(s, unit)
        rows = []
        for event in s.scalars(
            select(Event).where(Event.unit == own.id).order_by(Event.at, Event.id)
        ):
            told = event.content
            what = kinds.get(event.kind, event.kind)
            if event.kind == "standing":
                what = (
                    " → ".join(NAMES[name][0] for name in (told["from"], told["to"]) if name)
                    + f"（{told['why']}）"
                )
            elif event.kind == "decided":
                what = f"{VERDICTS[told['verdict']]}：{told['who']} {told['why']}"
            rows.append(
                {
                    "at": event.at.astimezone(BEIJING).isoformat(timespec="minutes"),
                    "unit": own.name,
                    "code": own.id,
                    "year": event.year,
                    "kind": event.kind,
                    "what": what,
                }
            )
    shown = [
        (row["at"][:16].replace("T", " "), row["unit"], str(row["year"] or ""), row["what"])
        for row in rows
    ]
    columns = ("at", "unit", "code", "year", "kind", "what")
    show(
        rows,
        columns,
        format,
        output,
        heads=("时间", "单位", "年度", "事项"),
        shown=shown,
        summary=f"共 {len(rows)} 条",
    )


def coverage(
    year: Year = None,
    county: County = None,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """What the answers rest on: each column, how its last look ended, and when it was last read whole."""
    from nianbao.crawler.page_state import STATES
    from nianbao.monitor.standing import BEIJING
    from nianbao.storage.queries import portals
    from nianbao.storage.store import looking, open_store

    with looking(open_store(store)) as s:
        found = portals(s, counties=county or ())
    rows = [
        {
            "county": each.name,
            "column": each.url,
            "state": each.state,
            "at": each.at.astimezone(BEIJING).isoformat(timespec="minutes"),
            "whole": each.whole.astimezone(BEIJING).isoformat(timespec="minutes")
            if each.whole
            else None,
        }
        for each in found
    ]
    shown = [
        (
            row["county"],
            row["column"],
            STATES[row["state"]][0],
            row["at"][:16].replace("T", " "),
            (row["whole"] or "从未")[:16].replace("T", " "),
        )
        for row in rows
    ]
    whole = sum(row["whole"] == row["at"] for row in rows)
    heads = ("县", "栏目", "最近一次", "时间", "最近一次完整读取")
    summary = f"{len(rows)} 个栏目，最近一次完整读取 {whole} 个"
    show(
        rows,
        ("county", "column", "state", "at", "whole"),
        format,
        output,
        heads=heads,
        shown=shown,
        summary=summary,
    )
