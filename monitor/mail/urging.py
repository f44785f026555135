"""What is said to those who have not published, for a chat: short texts, each of one county."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from nianbao.monitor.deadlines import add_working_days
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.mail.digest import say
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import day_in_beijing, due_year
from nianbao.storage.queries import FindingFacts

MOST = 120  # characters of a text
LONGEST_NAME = 40  # of a county, beside which units still find room


class Group(NamedTuple):
    """Who is told the same."""

    county: str  # its code
    year: int
    is_sure: bool  # looks of two days did not show it, the last of them lately


def urgings(
    lines: Sequence[Line],
    phones: Mapping[str, str],
    names: Mapping[str, str],
    now: datetime,
    lang: Lang,
) -> list[str]:
    """By county, who is to publish and then who is asked; each with the telephone of its office.

    `lines` must be worked out, so that it is known when each was last looked for. Nobody is
    among them whose report is not missing.
    """
    groups: dict[Group, list[Line]] = {}
    for line in lines:
        if line.standing.name == "missing":
            is_sure = _is_sure(line, now)
            groups.setdefault(Group(line.county, line.year, is_sure), []).append(line)
    texts: list[str] = []
    for group in sorted(groups, key=lambda group: (group.county, group.year, not group.is_sure)):
        key = "urge_sure" if group.is_sure else "urge_unsure"
        county = names[group.county][:LONGEST_NAME]
        head = say(key, lang, county=county, year=group.year)
        room = MOST - len(head) - len(say("urge_end", lang))
        entries = [_entry(line, phones.get(line.unit, ""), room, lang) for line in groups[group]]
        texts += _filled(head, entries, lang)
    return texts


def _is_sure(line: Line, now: datetime) -> bool:
    """Of a year before the one that is due it may have been there before anybody looked."""
    is_due = line.year >= due_year(now)
    return line.is_accused and is_due and not line.rests_on_old(now)


def urging_one(line: Line, county: str, office: Office, now: datetime, lang: Lang) -> str:
    """What is said to one unit alone, with what it may ask back: which report, due when, where and
    when it was looked for, by when it is to answer. Empty where its report is not missing.
    """
    if line.standing.name != "missing" or line.standing.evidence is None:
        return ""
    is_sure = _is_sure(line, now)
    looked = line.looked or line.standing.evidence
    bracket = "（{}）" if lang == "zh" else " ({})"
    return say("urge_due", lang, **_called(line, county), due=_day(line.deadline, lang)) + say(
        "urge_one_sure" if is_sure else "urge_one_unsure",
        lang,
        days=line.standing.days,
        why=line.standing.zh if lang == "zh" else line.standing.en,
        day=_day(day_in_beijing(looked), lang),
        where=bracket.format(_where(line, lang)) if line.url else "",
        by=_day(reply_by(office, now), lang),
    )


def _where(line: Line, lang: Lang) -> str:
    """The first of its columns, and how many there are."""
    others = say("urge_columns", lang, count=line.columns) if line.columns > 1 else ""
    return f"{line.url}{others}"


def correcting_one(
    line: Line,
    found: Sequence[FindingFacts],
    county: str,
    office: Office,
    now: datetime,
    lang: Lang,
) -> str:
    """What is to be corrected in a report, or verified where nothing of it must be corrected."""
    wrong = [each for each in found if each.must_be_corrected]
    meant = wrong or found
    if not meant:
        return ""
    told = [str(each.content[lang]).rstrip("。.") for each in meant[:MOST_TOLD]]
    if (more := len(meant) - len(told)) > 0:
        told.append(say("correct_more", lang, count=more))
    between = "；" if lang == "zh" else "; "
    return say(
        "correct_one" if wrong else "verify_one",
        lang,
        **_called(line, county),
        count=len(meant),
        told=between.join(told),
        by=_day(reply_by(office, now), lang),
    )


MOST_TOLD = 6  # findings of a text


def reply_by(office: Office, now: datetime) -> date:
    """The last day for an answer, as letters say it."""
    return add_working_days(day_in_beijing(now), office.reply_within)


def _called(line: Line, county: str) -> Mapping[str, object]:
    return {"county": county, "unit": line.name, "year": line.year}


def _day(day: date, lang: Lang) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else f"{day:%-d %B %Y}"


def _entry(line: Line, phone: str, room: int, lang: Lang) -> str:
    """A unit, with its telephone where there is room for it."""
    called = say("urge_called", lang, unit=line.name, phone=phone)
    if phone and len(called) <= room:
        return called
    if len(line.name) <= room:
        return line.name
    return f"{line.name[: room - 1]}…"


def _filled(head: str, entries: Sequence[str], lang: Lang) -> Iterator[str]:
    """As many to a text as go into it."""
    between, end = say("urge_between", lang), say("urge_end", lang)
    text = ""
    for entry in entries:
        longer = f"{text}{between}{entry}" if text else f"{head}{entry}"
        if text and len(longer) + len(end) > MOST:
            yield f"{text}{end}"
            longer = f"{head}{entry}"
        text = longer
    yield f"{text}{end}"
