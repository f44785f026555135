"""What is said to those who have not published, for a chat: short texts, each of one county."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.mail.digest import say

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
            is_sure = line.is_accused and not line.rests_on_old(now)
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
