"""What of a unit's year may be told to everybody: whatever shows pages to the public asks here.

Pure. Nothing is told that is not told inside; much of it is told less surely, and says why. No
names of persons, no decisions in a person's words, nothing that one look alone did not show.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import Lang, Word, by_hand, of_standing
from nianbao.monitor.rules.catalogue import Entry, catalogue
from nianbao.monitor.standing import StandingName, day_in_beijing
from nianbao.parser.forms import TABLES
from nianbao.parser.private import masked
from nianbao.storage.archive import Archived
from nianbao.storage.content import cells_of
from nianbao.storage.facts import OF_STANDING
from nianbao.storage.queries import DAY_DOUBTED, FindingFacts

# The rules that tell whether a standing may be told.
ASKED = (*OF_STANDING.values(), DAY_DOUBTED)


def is_public(codes: Iterable[str], county: str) -> bool:
    """Whether a county is one of those that are named, or lies in one of them."""
    return any(code and county.startswith(code) for code in codes)


class Proved(NamedTuple):
    """A moment, and the hash of what was seen then."""

    at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Told:
    """Where a unit stands for a year, as everybody may know it."""

    line: Line
    name: StandingName
    zh: str  # why
    en: str
    days: int = 0
    proofs: tuple[Proved, ...] = ()
    published: date | None = None
    is_shown: bool = False  # whether its report stands on the portal, as far as is known

    @property
    def word(self) -> Word:
        return of_standing(self.name)

    def why(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    @property
    def address(self) -> str:
        """Of the report where it is shown, else of the column where it must be."""
        return self.line.url if self.is_shown or self.line.seen is None else ""

    @property
    def is_by_hand(self) -> bool:
        """Whether it rests on what a person brought or saved."""
        return bool(self.line.by_hand)


class Held(NamedTuple):
    """What people decided or are asked about units' standings of a year, by the units' keys."""

    waived: Collection[str] = ()
    doubted: Collection[str] = ()  # the day of publication
    # Whose columns were first looked at long after the deadline.
    looked_late: Collection[str] = ()


def held_in(
    found: Sequence[FindingFacts], lines: Iterable[Line], looked_late: Collection[str] = ()
) -> Held:
    """Of findings by the rules of `ASKED`."""
    rules = {line.unit: OF_STANDING.get(line.standing.name, "") for line in lines}
    waived = {
        each.unit
        for each in found
        if each.verdict == "waived" and each.rule == rules.get(each.unit)
    }
    doubted = {each.unit for each in found if each.rule == DAY_DOUBTED and each.verdict != "waived"}
    return Held(waived, doubted, looked_late)


def told_of(line: Line, now: datetime, held: Held, *, is_there: bool) -> Told:
    """`is_there`: nobody saw its report go. Of whom nothing worse than nothing may be told."""
    shown = line.seen is not None and is_there and line.standing.name != "withdrawn"
    name = line.standing.name
    if name in ("not_due", "awaiting"):
        return Told(line, name, *_why(line), is_shown=shown)
    if name == "exempt":
        return Told(line, name, *EXEMPT, is_shown=shown)
    why = _unsure(line, now, held)
    proofs = _proofs(line)
    if why is not None or not proofs:
        return Told(line, "unknown", *(why or UNPROVEN), is_shown=shown)
    is_sure = line.is_published and line.unit not in held.doubted
    published = line.first_day if is_sure else None
    days = line.standing.days
    return Told(line, name, *_why(line), days, proofs, published, is_shown=shown)


Why = tuple[str, str]
EXEMPT: Why = ("该年度免于发布", "need not publish for this year")
UNPROVEN: Why = ("没有可出示的存证", "no evidence to be shown")
WAITS: Why = ("待另一日再次核查", "to be looked at again on another day")
WAIVED: Why = (
    "已发布；是否逾期，经人工核定不作认定",
    "published; whether late is left open by a person's decision",
)
DOUBTED: Why = (
    "已发布；首次发布是哪一天待核实",
    "published; the day of its first publication is being verified",
)
BEFORE: Why = (
    "首次完整查看已远晚于时限，此前曾否发布不能认定",
    "first read whole long after the deadline: whether it was published before can't be told",
)
GONE: Why = (
    "曾见发布，此后在栏目中未再见到，现在是否可见请以门户网站为准",
    "was published and not seen since; the portal itself tells whether it is there now",
)


def _unsure(line: Line, now: datetime, held: Held) -> Why | None:
    """Why nobody is told where it stands; None where that is sure."""
    stands = line.standing
    if stands.name == "withdrawn":
        return GONE
    if stands.name == "unknown":
        return _why(line)
    if not stands.confirmed:
        return WAITS
    if stands.name == "missing" and (line.looked is None or line.rests_on_old(now)):
        return _old(line)
    if stands.name == "missing" and line.unit in held.looked_late:
        return BEFORE
    if line.unit in held.waived:
        return WAIVED
    if stands.name != "missing" and line.unit in held.doubted and not _was_there_in_time(line):
        return DOUBTED
    return None


def _was_there_in_time(line: Line) -> bool:
    """Whether it was seen by the deadline, on whichever day it came."""
    in_time = line.sighted is not None and day_in_beijing(line.sighted) <= line.deadline
    return line.standing.name == "on_time" and in_time


def _old(line: Line) -> Why:
    if line.looked is None:
        return UNPROVEN
    day = day_in_beijing(line.looked)
    return (
        f"最近一次完整查看为{day}，此后是否发布尚不能确定",
        f"last looked at whole on {day}: whether it came since can't be told",
    )


def _proofs(line: Line) -> tuple[Proved, ...]:
    if line.proofs:
        found = [Proved(each.at, each.document) for each in line.proofs]
    elif line.standing.evidence is not None:
        found = [Proved(line.standing.evidence, line.proof)]
    else:
        found = []
    return tuple(found) if all(each.sha256 for each in found) else ()


def _why(line: Line) -> Why:
    """Without who brought or saved something, and without what our own people are to do."""
    stands, who = line.standing, line.by_hand
    zh, en = stands.zh.removesuffix(by_hand(who, "zh")), stands.en.removesuffix(by_hand(who, "en"))
    return masked(OURS.sub("", zh)), masked(OURS.sub("", en))


OURS = re.compile(r"，请核实|（nianbao [^（）]*）| \(see `nianbao [^()]*`\)")


# ---- a report


class Cell(NamedTuple):
    key: str
    state: str  # value, blank, unreadable
    value: Any = None
    raw: str = ""  # what stands there, where it can't be read for sure
    why: str = ""


class Report(NamedTuple):
    """The latest version that was read, without its prose."""

    title: str
    number: int
    read: datetime
    sha256: str
    signed: str
    forms: Mapping[str, str]
    cells: Sequence[Cell]
    findings: Sequence[FindingFacts] = ()

    @property
    def unread(self) -> Sequence[Cell]:
        return [cell for cell in self.cells if cell.state == "unreadable"]


def report_of(version: Archived, found: Sequence[FindingFacts], *, tells: bool) -> Report:
    """`tells`: whether what is certainly wrong is told, too."""
    content = version.content
    unread = content.get("unreadable") or ()
    cells = [
        Cell(key, "blank" if value is None else "value", value)
        for key, value in cells_of(content).items()
    ]
    for each in unread:
        raw, why = masked(str(each.get("raw") or "")), str(each.get("why") or "")
        cells.append(Cell(str(each["cell"]), "unreadable", raw=raw, why=why))
    forms = content.get("table_forms") or {}
    return Report(
        title=masked(str(content.get("title") or "")),
        number=version.number,
        read=version.seen,
        sha256=version.document,
        signed=str(content.get("signed") or ""),
        forms={table: str(forms[table]) for table in TABLES if table in forms},
        cells=cells,
        findings=certain(found, version) if tells and not unread and forms else (),
    )


def certain(found: Sequence[FindingFacts], version: Archived) -> list[FindingFacts]:
    """Sums that do not come out, in tables that were wholly read, of this very version: what needs
    another year's report to be seen may be wrong there.
    """
    rules = catalogue()
    return [
        each
        for each in found
        if each.document == version.document
        and each.severity == "error"
        and each.verdict != "waived"
        and each.rule in rules
        and _of(rules[each.rule]) == ("arithmetic", "exact", "report")
    ]


def _of(rule: Entry) -> tuple[str, str, str]:
    return rule.family, rule.kind, rule.scope


# ---- for programs

STANDING = (
    "county", "county_code", "unit", "code", "year", "standing", "days", "deadline", "published",
    "why", "why_en", "by_hand", "address", "report", "version", "proofs",
)  # fmt: skip
CELL = (
    "county", "unit", "code", "year", "version", "report", "cell", "name", "name_en", "state",
    "value",
)  # fmt: skip


def standing_row(told: Told, county: str, report: Report | None) -> dict[str, Any]:
    """One unit's year, by the keys of `STANDING`."""
    line = told.line
    return {
        "county": county,
        "county_code": line.county,
        "unit": line.name,
        "code": line.unit,
        "year": line.year,
        "standing": told.name,
        "days": told.days,
        "deadline": line.deadline.isoformat(),
        "published": told.published.isoformat() if told.published is not None else None,
        "why": told.zh,
        "why_en": told.en,
        "by_hand": told.is_by_hand,
        "address": told.address,
        "report": report.sha256 if report is not None else "",
        "version": report.number if report is not None else None,
        "proofs": [{"at": each.at.isoformat(), "sha256": each.sha256} for each in told.proofs],
    }


def finding_row(found: FindingFacts) -> dict[str, Any]:
    content = found.content
    told = {key: content.get(key) for key in ("cells", "expected", "actual", "zh", "en")}
    return {"rule": found.rule, **told}
