"""The way of a fault: what was found when, what the unit was told and answered, what was decided.

That a fault is gone, or came back, is told by versions and findings. Only what people say is
written down here, each step once, and none is ever changed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from nianbao.parser.private import masked_in
from nianbao.storage.audit import HERE, note, note_letter, step_told, take_turn
from nianbao.storage.content import cells_of, clean
from nianbao.storage.decisions import decide_marks
from nianbao.storage.facts import OF_STANDING, verdicts
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import Severity, StepKind
from nianbao.storage.models import FindingRow, ReportVersion, Sighting, Step, Unit
from nianbao.storage.scope import Scope
from nianbao.storage.transfers import units_at, was_at

PUBLISH = "publish"  # the key of a report that is not there
ANSWERS: tuple[StepKind, ...] = ("mended", "explained", "appealed")
DECIDED: tuple[StepKind, ...] = ("accepted", "rejected")
TOLD = ("error", "warning")
MOST_A_DAY = 20  # answers of one unit
MOST_WORDS = 2000  # letters of one
MOST_FILE = 8 * 1024 * 1024  # bytes of what comes with one


class WayError(Exception):
    """What can't be said or decided; in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


# ---- what was found


def key_of(rule: str, content: Mapping[str, Any]) -> str:
    """The same fault in each version of a unit's report, whatever its numbers are there: of the
    same rule about the same cells, or about a sentence that says the same but for its numbers.
    """
    cells = "\x1f".join(content.get("cells") or ())
    place = cells or "~" + DIGITS.sub("#", str(content.get("quote") or ""))
    return f"{rule}.{hashlib.sha256(place.encode()).hexdigest()[:10]}"


DIGITS = re.compile(r"[0-9０-９]+(?:[.,，．][0-9０-９]+)*")
KEY = re.compile(r"publish|[A-Z][0-9]{2,3}\.[0-9a-f]{10}")


class Found(NamedTuple):
    """A finding of one version, for as long as it held."""

    unit: str
    key: str
    rule: str
    mark: str
    severity: Severity
    content: dict[str, Any]
    version: int  # its number
    since: datetime
    ended: datetime | None


class Shown(NamedTuple):
    """A version that holds, or held until the next one."""

    unit: str
    number: int
    seen: datetime
    is_judged: bool
    unread: frozenset[str] | None  # cells that can't be read there; None: it was not asked
    cells: frozenset[str] | None  # all that are there


class Decided(NamedTuple):
    """What somebody decided on a finding, by its mark."""

    verdict: str
    who: str
    why: str
    at: datetime


class Said(NamedTuple):
    """A step, as it was written down."""

    id: int
    unit: str
    year: int
    at: datetime
    kind: StepKind
    who: str
    faults: tuple[str, ...]
    words: str
    file: str
    name: str
    about: int | None


class Known(NamedTuple):
    """All that ways are told from, of a scope's year."""

    found: Sequence[Found]
    shown: Sequence[Shown]
    decided: Mapping[str, Decided]
    said: Sequence[Said]
    fetched: Mapping[str, datetime]  # when a unit's page was last looked at


def known(s: Session, scope: Scope, year: int, as_of: datetime | None = None) -> Known:
    """`as_of`: as it was known then; of a day that is over nobody knows when pages were fetched."""
    chosen = units_at(scope, was_at(s, as_of))
    found = _found(s, chosen, year, as_of)
    decisions = verdicts(s, sorted({each.mark for each in found}), as_of)
    return Known(
        found=found,
        shown=_shown(s, chosen, year, as_of, {each.unit for each in found}),
        decided={
            mark: Decided(row.verdict, row.who, row.why, row.at) for mark, row in decisions.items()
        },
        said=said_of(s, scope, year, as_of),
        fetched=_fetched(s, chosen, year) if as_of is None else {},
    )


def _found(s: Session, units: Any, year: int, as_of: datetime | None) -> list[Found]:
    chosen = (
        select(
            ReportVersion.unit,
            *(FindingRow.rule, FindingRow.fingerprint, FindingRow.severity, FindingRow.content),
            *(ReportVersion.number, FindingRow.since, FindingRow.ended),
        )
        .join(ReportVersion, FindingRow.report == ReportVersion.id)
        .join(Unit, ReportVersion.unit == Unit.id)
        .where(units, ReportVersion.year == year, in_force(as_of))
        .where(FindingRow.severity.in_(TOLD), FindingRow.rule.not_in(OF_STANDING.values()))
        .order_by(ReportVersion.unit, ReportVersion.number, FindingRow.id)
    )
    if as_of is not None:
        chosen = chosen.where(FindingRow.since <= as_of, ReportVersion.seen <= as_of)
    return [
        Found(
            *(unit, key_of(rule, content), rule, mark, severity, masked_in(content), number, since),
            None if ended is None or (as_of is not None and ended > as_of) else ended,
        )
        for unit, rule, mark, severity, content, number, since, ended in s.execute(chosen)
    ]


def _shown(
    s: Session, units: Any, year: int, as_of: datetime | None, meant: Collection[str]
) -> list[Shown]:
    """Of units of which something was found: what can't be read in their latest versions is what
    nobody can tell to be mended.
    """
    chosen = (
        select(ReportVersion.id, *OF_VERSION)
        .join(Unit, ReportVersion.unit == Unit.id)
        .where(units, ReportVersion.year == year, in_force(as_of))
        .order_by(ReportVersion.unit, ReportVersion.number)
    )
    if as_of is not None:
        chosen = chosen.where(ReportVersion.seen <= as_of)
    rows = [row for row in s.execute(chosen) if row[1] in meant]
    latest = {row[1]: row[0] for row in rows}
    several = [latest[unit] for unit in latest if sum(row[1] == unit for row in rows) > 1]
    contents: dict[int, dict[str, Any]] = {}
    if several:
        asked = select(ReportVersion.id, ReportVersion.content)
        contents = {**dict(s.execute(asked.where(ReportVersion.id.in_(several))).all())}
    return [_version(*row, contents.get(row[0])) for row in rows]


OF_VERSION = (
    *(ReportVersion.unit, ReportVersion.number, ReportVersion.seen),
    ReportVersion.judged,
)


def _version(
    _: int,
    unit: str,
    number: int,
    seen: datetime,
    judged: datetime | None,
    content: Mapping[str, Any] | None,
) -> Shown:
    told = (unit, number, seen, judged is not None)
    if content is None:
        return Shown(*told, None, None)
    unread = frozenset(str(each["cell"]) for each in content.get("unreadable") or ())
    return Shown(*told, unread, frozenset(cells_of(content)))


def _fetched(s: Session, units: Any, year: int) -> dict[str, datetime]:
    chosen = (
        select(Sighting.unit, func.max(Sighting.checked))
        .join(Unit, Sighting.unit == Unit.id)
        .where(units, Sighting.year == year, Sighting.page == "report")
        .where(Sighting.checked.is_not(None), Sighting.gone.is_(None))
        .group_by(Sighting.unit)
    )
    rows = s.execute(chosen).all()
    return {unit: at for unit, at in rows if unit is not None and at is not None}


def said_of(s: Session, scope: Scope, year: int, as_of: datetime | None = None) -> list[Said]:
    """The steps of a scope's year, in their order."""
    chosen = _steps().join(Unit, Step.unit == Unit.id)
    chosen = chosen.where(units_at(scope, was_at(s, as_of)), Step.year == year)
    if as_of is not None:
        chosen = chosen.where(Step.at <= as_of)
    return [_said(row) for row in s.scalars(chosen)]


def _steps() -> Select[Step]:
    return select(Step).order_by(Step.id)


def _said(row: Step) -> Said:
    return Said(
        *(row.id, row.unit, row.year, row.at, row.kind, row.who, tuple(row.faults)),
        *(row.words, row.file, row.name, row.about),
    )


def said_mended(
    s: Session, reports: Collection[tuple[str | None, int | None]]
) -> dict[tuple[str | None, int | None], datetime]:
    """When units last said that a report is mended."""
    years = sorted({year for _, year in reports if year is not None})
    chosen = select(Step.unit, Step.year, func.max(Step.at)).where(Step.kind == "mended")
    rows = s.execute(chosen.where(Step.year.in_(years)).group_by(Step.unit, Step.year)).all()
    return {(unit, year): at for unit, year, at in rows if (unit, year) in reports}


def step(s: Session, number: int) -> Said | None:
    row = s.get(Step, number)
    return _said(row) if row is not None else None


# ---- what people do


class New(NamedTuple):
    """A step that somebody takes."""

    unit: str
    year: int
    kind: StepKind
    who: str
    faults: Sequence[str] = ()
    words: str = ""
    file: str = ""
    name: str = ""
    about: int | None = None


def take(s: Session, new: New, now: datetime) -> int:
    """Write a step down, and into the log of decisions. Raises WayError."""
    take_turn(s)
    told = clean(new._asdict())
    told["faults"] = sorted(dict.fromkeys(told["faults"]))
    row = Step(**told, at=now)
    s.add(row)
    s.flush()
    content = {key: value for key, value in told.items() if key not in ("who", "words") and value}
    content |= {"step": row.id, "words": hashlib.sha256(told["words"].encode()).hexdigest()}
    note(s, now, new.who, f"way_{new.kind}", new.unit, content)
    return row.id


def note_sent(s: Session, new: New, now: datetime) -> None:
    """That a unit was told: the same words about the same once a day."""
    alike = [
        each
        for each in s.scalars(_steps().where(Step.unit == new.unit, Step.year == new.year))
        if (each.kind, each.words, each.who) == ("sent", new.words, new.who)
        and sorted(each.faults) == sorted(set(new.faults))
        and each.at.date() == now.date()
    ]
    if not alike:
        take(s, new, now)


def answer(s: Session, new: New, now: datetime) -> int:
    """What a unit says. Raises WayError."""
    take_turn(s)
    if new.kind not in ANSWERS or not new.faults:
        raise WayError("请选择答复的事项和类型", "choose what is answered, and how")
    if not new.words.strip() and not (new.kind == "mended"):
        raise WayError("说明和申诉须写明理由", "an explanation or appeal says why")
    if len(new.words) > MOST_WORDS:
        raise WayError(f"最多{MOST_WORDS}字", f"at most {MOST_WORDS} letters")
    rows = s.scalars(_steps().where(Step.unit == new.unit, Step.year == new.year)).all()
    last = next((each for each in reversed(rows) if each.kind in ANSWERS), None)
    if last is not None and _is_alike(last, new):  # sent twice
        return last.id
    today = [row for row in rows if row.kind in ANSWERS and row.at.date() == now.date()]
    if len(today) >= MOST_A_DAY:
        raise WayError(
            f"今天已答复{MOST_A_DAY}次，请明天再来",
            f"{MOST_A_DAY} answers today: come again tomorrow",
        )
    return take(s, new, now)


def _is_alike(row: Step, new: New) -> bool:
    said = (row.kind, row.who, row.words, row.file)
    same = (new.kind, new.who, clean(new.words), new.file)
    return said == same and list(row.faults) == sorted(set(new.faults))


def decision_on(s: Session, number: int) -> Said | None:
    """What holds of an answer: accepted or rejected; None where nobody decided, or took it back."""
    rows = list(s.scalars(_steps().where(Step.about == number)))
    undone = set()
    for row in rows:
        if row.kind in DECIDED:
            later = s.scalars(select(Step.id).where(Step.about == row.id, Step.kind == "undone"))
            undone |= {row.id} if later.first() is not None else set()
    held = [row for row in rows if row.kind in DECIDED and row.id not in undone]
    return _said(held[-1]) if held else None


def settle(
    s: Session,
    number: int,
    kind: StepKind,
    who: str,
    why: str,
    marks: Sequence[str],
    now: datetime,
) -> None:
    """Accept an answer, by which what it is about is waived, or reject it; twice is once.

    `marks`: what is found now of what it is about. Raises WayError.
    """
    take_turn(s)
    of = s.get(Step, number)
    if of is None or of.kind not in ANSWERS or kind not in DECIDED:
        raise WayError("没有这条答复", "there is no such answer")
    if not why.strip() or len(why) > MOST_WORDS:
        raise WayError("请写明理由", "say why")
    held = decision_on(s, number)
    if held is not None and held.kind == kind:
        return
    if held is not None:
        raise WayError(
            f"{held.who}已作决定，须先撤回", f"{held.who} decided on it: take that back first"
        )
    if kind == "accepted" and of.kind == "mended":
        raise WayError(
            "“已改”由下次查看确认，不作采纳；页面没有改的，写明理由后退回",
            "that it is mended is for the next look to say; if it is not, say why and send it back",
        )
    if kind == "accepted" and PUBLISH in of.faults:
        raise WayError(
            "未发布一事不能豁免：已在别处发布的，在设置中登记网址（它在这里）；"
            "无需发布的，用 nianbao decide exempt",
            "a report that is not there is not waived: bring its address in the set-up, "
            "or exempt the unit (`nianbao decide exempt`)",
        )
    if kind == "accepted":
        if not marks:
            raise WayError("这项问题已经不在了", "it is not there any more")
        decide_marks(s, "waived", marks, who=who, why=why, now=now)
    told = New(of.unit, of.year, kind, who, (), why, "", ",".join(marks), number)
    take(s, told if kind == "accepted" else told._replace(name=""), now)


def take_back(s: Session, number: int, who: str, now: datetime) -> None:
    """What was decided on an answer; what nobody decided on since is waived no longer."""
    take_turn(s)
    held = decision_on(s, number)
    if held is None:
        return
    if held.kind == "accepted":
        known = verdicts(s, [mark for mark in held.name.split(",") if mark])
        own = [
            mark
            for mark, each in known.items()
            if (each.verdict, each.who, each.at) == ("waived", held.who, held.at)
        ]
        if own:
            decide_marks(s, "cleared", own, who=who, why="", now=now)
    take(s, New(held.unit, held.year, "undone", who, about=held.id), now)


def letter_sent(s: Session, new: New, content: bytes, now: datetime) -> None:
    """That a letter was written to a unit, with which words, about what; the same letter once."""
    take_turn(s)
    sha256 = hashlib.sha256(content).hexdigest()
    told = select(Step.id).where(Step.unit == new.unit, Step.kind == "sent", Step.file == sha256)
    if s.scalar(told.limit(1)) is None:
        faults, who = sorted(dict.fromkeys(new.faults)), new.who or HERE
        made = new._replace(faults=faults, file=sha256, who=who, words=clean(new.words))
        row = Step(**made._asdict(), at=now)
        s.add(row)
        s.flush()
        said = {key: each for key, each in step_told(row).items() if each}
        about = {"step": row.id, "faults": faults, "words": said["words"]}
        of = (new.unit, new.year, new.name, content)
        if not note_letter(s, now, who, *of, about):  # written down before, without its step
            note(s, now, who, "way_sent", new.unit, {**said, "step": row.id})
