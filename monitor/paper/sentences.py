"""Where a unit stands, and what happened to it, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from nianbao.crawler.states import STATES
from nianbao.monitor.halves import half_of
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import (
    DECISIONS,
    EVENTS,
    GONE_IN_DOUBT,
    TAKEN_BACK,
    Lang,
    by_hand,
    of_stood,
)
from nianbao.monitor.paper.in_english import in_english
from nianbao.monitor.standing import BEIJING, Standing
from nianbao.storage.doubts import RETRY
from nianbao.storage.kinds import LookState
from nianbao.storage.queries import Happened
from nianbao.storage.settling import Said, Settled


def where_it_stands(line: Line) -> tuple[str, str]:
    """One unit's year as a sentence."""
    word, (zh, en) = line.word, with_waiver(line)
    return (
        f"{line.name}（{line.unit}）{line.year}年度：{word.zh}，{zh}",
        f"{line.name} ({line.unit}), {line.year}: {word.en}, {en}",
    )


def with_waiver(line: Line) -> tuple[str, str]:
    """Why it stands so, and whether that is not held against it."""
    zh, en = waiver_of(line)
    return line.standing.zh + zh, line.standing.en + en


def waiver_of(line: Line) -> tuple[str, str]:
    """That where it stands is not held against it, and why, behind what is said of it."""
    if not line.waived:
        return "", ""
    return f"；经核实不作为问题（{line.waived}）", f"; not held against it ({line.waived})"


def history_row(event: Happened) -> dict[str, Any]:
    """What happened, by keys."""
    return {
        "at": at_in(event.at),
        "unit": event.name,
        "code": event.unit,
        "year": event.year,
        "kind": event.kind,
        "what": what(event, "zh"),
        "what_en": what(event, "en"),
    }


def at_in(moment: datetime) -> str:
    """A moment in Beijing, to the minute."""
    return moment.astimezone(BEIJING).isoformat(timespec="minutes")


def why_of(content: Mapping[str, Any], lang: Lang) -> str:
    """Why it stands so; in English it was not written down at first."""
    why = str(content.get("why", ""))
    return why if lang == "zh" else str(content.get("why_en") or in_english(why))


def _why(content: Mapping[str, Any], lang: Lang) -> str:
    why = why_of(content, lang)
    if not why:
        return ""
    return f"（{why}）" if lang == "zh" else f" ({why})"


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
        return f"{' → '.join(told)}{_why(content, lang)}"
    if event.kind == "decided":
        marks = " ".join(mark[:8] for mark in content.get("marks") or ())
        colon = "：" if lang == "zh" else ": "
        said = f"{DECISIONS[content['verdict']].said(lang)}{colon}{content['who']} {content['why']}"
        return f"{said} {marks}".strip()
    if event.kind == "brought":
        return _of_bringing(content, lang)
    if event.kind == "transferred":
        names = f"{content['before_name']} → {content['county_name']}"
        return f"{EVENTS[event.kind].said(lang)}{'：' if lang == 'zh' else ': '}{names}"
    if event.kind in ("since", "until"):
        days = (content[name] or "—" for name in ("before", event.kind))
        return f"{EVENTS[event.kind].said(lang)}{'：' if lang == 'zh' else ': '}{' → '.join(days)}"
    word = GONE_IN_DOUBT if content.get("in_doubt") else EVENTS[event.kind]
    said = word.said(lang) + by_hand(content.get("by_hand", ""), lang)
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


# ---- what a person is asked, and answers


def asked_why(review: str) -> tuple[str, str]:
    """Why a link waits for a person."""
    if not review.startswith(RETRY):
        return half_of(review, "zh"), half_of(review, "en")
    state = review.removeprefix(RETRY).partition(" ")[0]
    zh, en = STATES.get(cast(LookState, state), (state, state))
    return f"已列出但打不开：{zh}", f"listed, but can't be opened: {en}"


def of_column(year: int) -> tuple[str, str]:
    """What is asked of a column."""
    zh = f"栏目中没有任何单位的{year}年年报，是否仍在使用？"
    return zh, f"it shows nobody's report of {year}: is it still the one in use?"


def answered(said: Said) -> tuple[str, str]:
    """An answer in words."""
    if said.not_a_report:
        return "不是年报", "no report"
    if said.dead:
        return "链接失效", "a dead link"
    if said.is_it:
        return "是它", "it is what it is taken for"
    zh, en = f"{said.year} 年年报", f"the report for {said.year}"
    return f"{said.unit} {zh}".strip(), f"{said.unit} {en}".strip()


def settled(link: Settled) -> tuple[str, str]:
    """What a link was said to be."""
    number, name, year = link.number, link.unit, link.year
    if link.said.undo:
        return f"#{number}：已撤销，重新待确认", f"#{number}: taken back, it waits again"
    if link.said.dead:
        return f"#{number}：链接失效", f"#{number}: a dead link"
    if name:
        zh = f"#{number}：{name} {year} 年年报，下次巡检时读取"
        return zh, f"#{number}: the report of {name} for {year}, read next time"
    return f"#{number}：不是年报", f"#{number}: no report"


def would_change(line: Line, then: Standing) -> tuple[str, str]:
    """What a decision would make of where a unit stands."""
    first, last = line.word, of_stood(then.name, confirmed=then.confirmed)
    zh = f"将使 {line.name} {line.year} 年由“{first.zh}”变为“{last.zh}”（{then.zh}）"
    return zh, f"{line.name} {line.year}: {first.en} becomes {last.en} ({then.en})"
