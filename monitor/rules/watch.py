"""Timeliness and reachability: by dated facts, never by one failed visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nianbao.monitor.rules.finding import Raised
from nianbao.monitor.rules.subject import Subject, Watched

SOON = timedelta(days=7)
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


def years_missing(subject: Subject) -> Iterator[Raised]:
    years = _watched(subject).years_missing
    if years:
        yield Raised("A08", {"years": "、".join(map(str, years))}, facts=tuple(map(str, years)))


def changed(subject: Subject) -> Iterator[Raised]:
    w = _watched(subject)
    if w.changed is not None:
        named = {"day": w.changed, "changes": w.changes}
        yield Raised("A09", named, facts=(w.changed.isoformat(),))


def withdrawn(subject: Subject) -> Iterator[Raised]:
    w = _watched(subject)
    if w.withdrawn is not None:
        yield Raised("A10", {"day": w.withdrawn}, facts=(w.withdrawn.isoformat(),))


def old_report(subject: Subject) -> Iterator[Raised]:
    slot, year = _watched(subject).slot_year, subject.report.year
    if slot is not None and year is not None and year < slot:
        yield Raised(
            "A11",
            {"printed": year, "slot": slot},
            expected=slot,
            actual=year,
            facts=(str(year), str(slot)),
        )


def unreachable(subject: Subject) -> Iterator[Raised]:
    failures = _watched(subject).failures
    if failures >= TRIES:
        yield Raised("B01", {"tries": failures}, facts=("unreachable",))


def attachments(subject: Subject) -> Iterator[Raised]:
    broken = _watched(subject).attachments_broken
    if broken:
        yield Raised("B02", {"files": "、".join(broken)}, facts=broken)


def formats(subject: Subject) -> Iterator[Raised]:
    found = _watched(subject).formats
    if len(found) == 1:
        (form,) = found
        what, what_en = ONE_FORM[form]
        yield Raised("B05", {"what": what, "what_en": what_en}, facts=(form,))


ONE_FORM = {
    "page": ("只有网页，没有可下载的文件", "a page without a file to download"),
    "file": ("只有附件，网页没有正文", "an attachment without text on the page"),
}


def attachment_differs(subject: Subject) -> Iterator[Raised]:
    other = _watched(subject).attachment
    if other is None:
        return
    cells = subject.report.cells
    different = tuple(
        key
        for key, value in cells.items()
        if key in other.cells
        and "unreadable" not in (value.state, other.cells[key].state)
        and value.number != other.cells[key].number
    )
    if different:
        first = different[0]
        page, file = cells[first].number, other.cells[first].number
        named = {"count": len(different), "page": page, "file": file}
        yield Raised("B08", named, different, page, file)


def missing(watched: Watched) -> Iterator[Raised]:
    """Of a unit without a report: due soon, or overdue, which a
    complete look must show."""
    if watched.published is not None or watched.first_seen is not None:
        return
    looked = [look for look in watched.looks if look.complete and look.day > watched.deadline]
    if looked and not any(look.found for look in looked):
        days = (watched.today - watched.deadline).days
        yield Raised(
            "A01",
            {
                "deadline": watched.deadline,
                "today": watched.today,
                "days": days,
                "source": watched.deadline_source or "本县公布时限",
                "looked": looked[-1].day,
            },
            facts=(watched.deadline.isoformat(),),
        )
    elif timedelta(0) <= watched.deadline - watched.today <= SOON:
        left = (watched.deadline - watched.today).days
        yield Raised(
            "A03",
            {"deadline": watched.deadline, "days": left},
            facts=(watched.deadline.isoformat(),),
        )


RULES = (
    (("A02",), late),
    (("A05",), backdated),
    (("A06",), wrong_column),
    (("A07",), copies_differ),
    (("A08",), years_missing),
    (("A09",), changed),
    (("A10",), withdrawn),
    (("A11",), old_report),
    (("B01",), unreachable),
    (("B02",), attachments),
    (("B05",), formats),
    (("B08",), attachment_differs),
)
UNIT_RULES = ("A01", "A03")  # of units without a report
