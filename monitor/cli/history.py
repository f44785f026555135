"""`nianbao history`, `diff`: what became of a unit's reports."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any

import typer

from nianbao.monitor.cli.asking import asking, for_eyes, minute, one_unit
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import current, one_of, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, EVIDENCE, Archive, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.judging import passages_of
from nianbao.monitor.ledger.words import DECISIONS, EVENTS, TAKEN_BACK, Lang, by_hand, of_stood
from nianbao.monitor.standing import BEIJING
from nianbao.parser.private import masked
from nianbao.storage.archive import Archived, versions
from nianbao.storage.content import differences, passage_changes
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.queries import Happened, events
from nianbao.storage.scope import of_unit

COLUMNS = ("at", "unit", "code", "year", "kind", "what")


def history(
    unit: Annotated[str, typer.Argument(help="The unit's code or name.")],
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Everything that happened to a unit's reports: seen, changed, withdrawn, standings,
    decisions.
    """
    with asking(store, config) as asked:
        own = one_unit(asked, unit)
        happened = events(asked.s, of_unit(own.id, own.county))
    rows = [_row(event) for event in happened]
    shown = [
        (for_eyes(row["at"]), row["unit"], str(row["year"] or ""), what(event, current()))
        for row, event in zip(rows, happened, strict=True)
    ]
    heads = (say("时间", "When"), say("单位", "Unit"), say("年度", "Year"), say("事项", "What"))
    summary = say(f"共 {len(rows)} 条", f"{len(rows)} entries")
    show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=summary)


def _row(event: Happened) -> dict[str, Any]:
    return {
        "at": minute(event.at),
        "unit": event.name,
        "code": event.unit,
        "year": event.year,
        "kind": event.kind,
        "what": what(event, "zh"),
    }


def what(event: Happened, lang: Lang) -> str:
    """An event in words."""
    content: Mapping[str, Any] = event.content
    if event.kind == "standing":
        stood = (
            (content["from"], content.get("was_confirmed", True)),
            (content["to"], content.get("confirmed", True)),
        )
        words = (of_stood(name, confirmed=confirmed) for name, confirmed in stood if name)
        told = [word.said(lang) for word in words]
        why = f"（{content['why']}）" if lang == "zh" else ""
        return f"{' → '.join(told)}{why}"
    if event.kind == "decided":
        marks = " ".join(mark[:8] for mark in content.get("marks") or ())
        colon = "：" if lang == "zh" else ": "
        said = f"{DECISIONS[content['verdict']].said(lang)}{colon}{content['who']} {content['why']}"
        return f"{said} {marks}".strip()
    if event.kind == "brought":
        return _of_bringing(content, lang)
    if event.kind == "until":
        days = (content[name] or "—" for name in ("before", "until"))
        return f"{EVENTS[event.kind].said(lang)}{'：' if lang == 'zh' else ': '}{' → '.join(days)}"
    said = EVENTS[event.kind].said(lang) + by_hand(content.get("by_hand", ""), lang)
    if not content.get("damaged"):
        return said
    names = " ".join(name[:12] for name in content["damaged"])
    damage = {
        "zh": f"（原存证缺失或损坏：{names}）",
        "en": f" (evidence before it damaged: {names})",
    }
    return f"{said}{damage[lang]}"


def _of_bringing(content: Mapping[str, Any], lang: Lang) -> str:
    """Who said where a report stands, or took it back."""
    said = (TAKEN_BACK if content["undone"] else EVENTS["brought"]).said(lang)
    if content.get("insisted") and not content["undone"]:
        said += {"zh": "（页面未写明，由其确认）", "en": " (the page does not say it)"}[lang]
    colon = "：" if lang == "zh" else ": "
    return f"{said}{colon}{content['who']} {content['why']} {content['url']}"


def diff(
    unit: Annotated[str, typer.Argument(help="The unit's code or name.")],
    year: Annotated[int, typer.Argument(min=2008, max=2099, help="The report's year.")],
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """What changed between the versions of a report after it was published: each cell, and the
    text.
    """
    archive = Evidence(evidence)
    with asking(store, config, year=year) as asked:
        own = one_unit(asked, unit)
        kept = versions(asked.s, own.id, year)
    if not kept:
        end(2, f"没有 {own.name} {year} 年的年报", f"no report of {own.name} for {year}")
    for before, after in pairwise(kept):
        _tell_changes(archive, before, after)
    if len(kept) == 1:
        echo(say("只有一个版本", "one version only"))


def _tell_changes(archive: Evidence, before: Archived, after: Archived) -> None:
    steps = f"v{before.number} → v{after.number}"
    unit = say(f"{after.unit_name}（{after.unit}）", f"{after.unit_name} ({after.unit}) ")
    echo(f"{unit}{steps}  {after.seen.astimezone(BEIJING):%Y-%m-%d %H:%M}")
    for change in differences(before.content, after.content):
        echo(masked(f"  {change.key}: {change.before} → {change.after}"))
    try:
        old = passages_of(archive, before.document, before.unit_name)
        new = passages_of(archive, after.document, after.unit_name)
    except EvidenceError as error:
        tell(f"  {one_of(str(error))}")
        return
    for sign, text in passage_changes(old, new):
        echo(f"  {sign} {masked(text)}")
