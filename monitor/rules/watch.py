"""Timeliness and reachability: by dated facts, never by one failed visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from nianbao.monitor.rules.finding import Raised
from nianbao.monitor.rules.watched import Watched

if TYPE_CHECKING:  # it imports the reader, which who asks for the names of the rules does without
    from nianbao.monitor.rules.subject import Subject

TRIES = 3


def _watched(subject: Subject) -> Watched:
    if subject.context.watched is None:
        raise ValueError("no facts of watching")
    return subject.context.watched


def late(subject: Subject) -> Iterator[Raised]:
    w = _watched(subject)
    if w.published is not None and w.published > w.deadline:
        day = w.published
        told: dict[str, object] = {
            "published": day,
            "evidence": "页面发布日期",
            "evidence_en": "the printed date",
        }
    elif w.unseen is not None:
        day = max(w.unseen, w.deadline + timedelta(days=1))
        told = {
            "published": f"在{w.unseen}以后",
            "published_en": f"after {w.unseen}",
            "evidence": "该日完整查看栏目时尚无此件",
            "evidence_en": "a complete look that day did not show it",
        }
    else:
        return
    yield Raised(
        "A02",
        {
            "days": (day - w.deadline).days,
            "deadline": w.deadline,
            "source": w.deadline_source or "本县公布时限",
            "source_en": w.deadline_source or "the county's deadline",
            **told,
        },
        expected=w.deadline.isoformat(),
        actual=day.isoformat(),
        facts=(day.isoformat(), w.deadline.isoformat()),
    )


def backdated(subject: Subject) -> Iterator[Raised]:
    """No printed date, or one before a complete look that did
    not show the report."""
    w = _watched(subject)
    if w.first_seen is None:
        return
    if w.printed is None:
        yield Raised(
            "A05",
            {"why": "页面没有发布日期", "why_en": "the page shows no publication date"},
            facts=("none",),
        )
        return
    empty = [
        look.day
        for look in w.looks
        if look.complete and not look.found and w.printed < look.day < w.first_seen
    ]
    if empty:
        last = max(empty)
        why = f"页面发布日期为{w.printed}，而{last}完整查看栏目时尚无此件，{w.first_seen}首次监测到"
        why_en = (
            f"the page says {w.printed}, a complete look on {last} did not show it, "
            f"it was first seen {w.first_seen}"
        )
        yield Raised(
            "A05",
            {"why": why, "why_en": why_en},
            actual=w.printed.isoformat(),
            facts=(str(w.printed), str(last)),
        )


def wrong_column(subject: Subject) -> Iterator[Raised]:
    w = _watched(subject)
    if w.column and w.expected_column and w.column != w.expected_column:
        yield Raised(
            "A06",
            {"column": w.column, "right": w.expected_column},
            expected=w.expected_column,
            actual=w.column,
            facts=(w.column,),
        )


def copies_differ(subject: Subject) -> Iterator[Raised]:
    if _watched(subject).copies_differ:
        yield Raised("A07")


def changed(subject: Subject) -> Iterator[Raised]:
    w = _watched(subject)
    if w.changed is not None:
        named = {"day": w.changed, "changes": w.changes}
        yield Raised("A09", named, facts=(w.changed.isoformat(),))


def withdrawn(subject: Subject) -> Iterator[Raised]:
    w = _watched(subject)
    if w.withdrawn is not None:
        yield Raised("A10", {"day": w.withdrawn}, facts=(w.withdrawn.isoformat(),))


def unreachable(subject: Subject) -> Iterator[Raised]:
    """The portal, or the one page that its list still shows, on several days in a row."""
    w = _watched(subject)
    if w.failures >= TRIES:
        why = f"页面连续{w.failures}次无法访问"
        why_en = f"the page could not be reached {w.failures} times in a row"
        yield Raised("B01", {"why": why, "why_en": why_en}, facts=("unreachable",))
    elif w.closed is not None and (w.today - w.closed).days >= TRIES - 1:
        why = f"栏目仍列出本年报，其网址自{w.closed}起不再显示年报（打不开，或显示的是提示）"
        why_en = (
            f"still listed, but its address has shown no report since {w.closed} "
            "(it does not open, or shows a notice)"
        )
        yield Raised("B01", {"why": why, "why_en": why_en}, facts=("dead", w.closed.isoformat()))


RULES = (
    (("A02",), late),
    (("A05",), backdated),
    (("A06",), wrong_column),
    (("A07",), copies_differ),
    (("A09",), changed),
    (("A10",), withdrawn),
    (("B01",), unreachable),
)
WATCHED = frozenset(rule for ids, _ in RULES for rule in ids)
