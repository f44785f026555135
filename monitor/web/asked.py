"""What an address asks for. Whatever else it may say is refused in a sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import KINDS, QUALITIES, STANDINGS
from nianbao.monitor.standing import due_year

YEARS = range(2008, 2100)
LONGEST = 60  # letters of a text that is looked for
Form = Literal["json", "csv", "xlsx"]
FORMS: tuple[Form, ...] = get_args(Form)
SORTS = ("urgency", "name", "standing", "published", "days")
UNCONFIRMED = "unconfirmed"  # of the missing those by one look, where they are told apart


class AskedWronglyError(Exception):
    """An address that asks for what there is not; the two sentences say what there is."""

    def __init__(self, zh: str, en: str, status: int = 400, field: str = "") -> None:
        self.zh, self.en, self.status = zh, en, status
        self.field = field  # of a form, where one is meant
        super().__init__(zh)


class Place(NamedTuple):
    """What a path is of: a county or a unit, a year, a form for programs."""

    code: str
    year: int | None
    form: Form | None
    rest: str = ""


PATH = re.compile(
    r"(?P<code>.+?)(?:/(?P<year>\d{1,9}))?(?:/(?P<rest>sheet))?(?:\.(?P<form>[a-z]{1,5}))?", re.S
)


def place_of(path: str, forms: Collection[Form] = FORMS) -> Place:
    """`140999/2026.json` and the like."""
    found = PATH.fullmatch(path.strip("/"))
    if found is None or len(path) > 200:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    form = form_in(found["form"], forms) if found["form"] else None
    year = year_in([found["year"]]) if found["year"] else None
    return Place(found["code"], year, form, found["rest"] or "")


def form_in(said: str, forms: Collection[Form]) -> Form:
    """The form for programs that an ending names."""
    for form in forms:
        if form == said:
            return form
    there = "、".join(forms) or "—"
    raise AskedWronglyError(f"没有 .{said[:10]}，可用：{there}", f"one of {there}", 404)


def year_in(values: Sequence[str]) -> int | None:
    """The year that is named; None where none is."""
    said = next(iter(values[-1:]), "")
    if not said:
        return None
    if re.fullmatch("[0-9]{4}", said) and int(said) in YEARS:
        return int(said)
    told = said[:LONGEST]
    raise AskedWronglyError(
        f"没有“{told}”年度：年度为2008至2099", f"no year “{told}”: they are 2008 to 2099", 404
    )


def year_or_due(year: int | None, now: datetime) -> int:
    return due_year(now) if year is None else year


@dataclass(frozen=True)
class Filter:
    """Which rows of a table are meant, and in which order."""

    standing: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    text: str = ""
    sort: str = "urgency"

    @property
    def is_any(self) -> bool:
        return bool(self.standing or self.quality or self.kind or self.text)

    def query(self) -> Mapping[str, Sequence[str]]:
        """As an address says it."""
        told = {"standing": self.standing, "quality": self.quality, "kind": self.kind}
        found = {key: list(values) for key, values in told.items() if values}
        if self.text:
            found["q"] = [self.text]
        if self.sort != "urgency":
            found["sort"] = [self.sort]
        return found

    def holds(self, line: Line) -> bool:
        # As the command line tells it: who is missing by one look is missing, too.
        standings = {line.standing.name, *([UNCONFIRMED] if line.is_unconfirmed else [])}
        return (
            (not self.standing or not standings.isdisjoint(self.standing))
            and (not self.quality or (line.quality or "none") in self.quality)
            and (not self.kind or line.kind in self.kind)
            and self.text in line.name
        )


MEANT: Mapping[str, tuple[str, ...]] = {
    "standing": (*STANDINGS, UNCONFIRMED),
    "quality": (*filter(None, QUALITIES), "none"),
    "kind": tuple(KINDS),
}


def filter_of(query: Mapping[str, Sequence[str]]) -> Filter:
    """From the parameters of an address; those of another page are none of ours."""
    chosen = {key: _among(key, query.get(key, ()), known) for key, known in MEANT.items()}
    text = "".join(query.get("q", ("",))[-1:]).strip()
    if len(text) > LONGEST:
        raise AskedWronglyError(
            f"要找的名称过长（最多{LONGEST}字）", f"the name has over {LONGEST} letters"
        )
    sort = next(iter(_among("sort", query.get("sort", ())[-1:], SORTS)), "urgency")
    return Filter(**chosen, text=text, sort=sort)


def _among(key: str, values: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    given = dict.fromkeys(value for value in values if value)
    for value in given:
        if value not in known:
            raise AskedWronglyError(
                f"{key} 没有“{value[:LONGEST]}”，可用：{'、'.join(known)}",
                f"{key} can't be “{value[:LONGEST]}”: one of {', '.join(known)}",
            )
    return tuple(given)


def page_number(values: Sequence[str]) -> int:
    """Of a list that is told in pages, from 1."""
    said = next(iter(values[-1:]), "") or "1"
    if not re.fullmatch(r"[0-9]{1,6}", said) or int(said) < 1:
        raise AskedWronglyError("page 应为页码", "page is a page's number")
    return int(said)
