"""`nianbao history`, `diff`: what became of a unit's reports."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any

import typer
from sqlalchemy import or_, select

from nianbao.monitor.cli.asking import for_eyes, minute, one_unit
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.places import DATABASE, EVIDENCE, Archive, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.decisions import VERDICTS
from nianbao.monitor.judging import passages_of
from nianbao.monitor.standing import NAMES
from nianbao.storage.content import differences, passage_changes
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.models import Document, Event, ReportVersion, Unit
from nianbao.storage.store import looking, open_store

COLUMNS = ("at", "unit", "code", "year", "kind", "what")
KINDS = {
    "published": "监测到发布",
    "changed": "内容有变化",
    "withdrawn": "已撤下",
    "restored": "恢复发布",
    "standing": "状态",
    "settled": "人工确认",
    "decided": "决定",
}


def history(
    unit: Annotated[str, typer.Argument(help="The unit's code or name.")],
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Everything that happened to a unit's reports: seen, changed, withdrawn, standings,
    decisions.
    """
    with looking(open_store(store)) as s:
        own, _ = one_unit(s, unit)
        events = select(Event).where(Event.unit == own.id).order_by(Event.at, Event.id)
        rows = [_row(event, own) for event in s.scalars(events)]
    shown = [_shown(row) for row in rows]
    heads = ("时间", "单位", "年度", "事项")
    summary = f"共 {len(rows)} 条"
    show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=summary)


def _row(event: Event, unit: Unit) -> dict[str, Any]:
    return {
        "at": minute(event.at),
        "unit": unit.name,
        "code": unit.id,
        "year": event.year,
        "kind": event.kind,
        "what": _what(event),
    }


def _what(event: Event) -> str:
    content = event.content
    if event.kind == "standing":
        names = [NAMES[name][0] for name in (content["from"], content["to"]) if name]
        return f"{' → '.join(names)}（{content['why']}）"
    if event.kind == "decided":
        return f"{VERDICTS[content['verdict']]}：{content['who']} {content['why']}"
    return KINDS.get(event.kind, event.kind)


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    return for_eyes(row["at"]), row["unit"], str(row["year"] or ""), row["what"]


def diff(
    unit: Annotated[str, typer.Argument(help="The unit's code or name.")],
    year: Annotated[int, typer.Argument(min=2008, max=2099, help="The report's year.")],
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """What changed between the versions of a report after it was published: each cell, and the
    text.
    """
    archive = Evidence(evidence)
    meant = select(Unit.id).where(or_(Unit.id == unit, Unit.name == unit))
    kept = (
        select(ReportVersion)
        .where(ReportVersion.unit.in_(meant), ReportVersion.year == year)
        .order_by(ReportVersion.unit, ReportVersion.number)
    )
    with looking(open_store(store)) as s:
        versions = list(s.scalars(kept))
        hashes = {version.id: s.get_one(Document, version.document).sha256 for version in versions}
        names = {version.unit: s.get_one(Unit, version.unit).name for version in versions}
    if not versions:
        end(2, f"没有 {unit} {year} 年的年报 / no such report")
    for before, after in pairwise(versions):
        if before.unit != after.unit:
            continue
        name = names[after.unit]
        steps = f"v{before.number} → v{after.number}"
        typer.echo(f"{name}（{after.unit}）{steps}  {after.seen:%Y-%m-%d %H:%M}")
        for change in differences(before.content, after.content):
            typer.echo(f"  {change.key}: {change.before} → {change.after}")
        _tell_passages(archive, hashes[before.id], hashes[after.id], name)
    if len(versions) == 1:
        typer.echo("只有一个版本 / one version only")


def _tell_passages(archive: Evidence, before: str, after: str, name: str) -> None:
    """What the text lost and gained."""
    try:
        old, new = passages_of(archive, before, name), passages_of(archive, after, name)
    except EvidenceError as error:
        typer.echo(f"  {error}", err=True)
        return
    for sign, text in passage_changes(old, new):
        typer.echo(f"  {sign} {text}")
