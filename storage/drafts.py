"""The drafts box: what units handed in before they publish, and what became of each.

Its bytes are evidence. A row is there before anything is read, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, undefer

from nianbao.storage.audit import note, take_turn
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import DraftState
from nianbao.storage.models import Document, DraftRow, ReportVersion, Unit
from nianbao.storage.scope import Scope, units_in

ROUNDS: tuple[DraftState, ...] = ("returned", "passed", "held", "unread")  # what counts as one
DECIDABLE: tuple[DraftState, ...] = ("returned", "passed", "held")


class DraftsError(Exception):
    """What can't be done with a draft, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


@dataclass(frozen=True)
class Handed:
    """A draft as it comes in."""

    year: int
    name: str
    sha256: str
    at: datetime
    who: str
    channel: str
    unit: str | None = None
    sure: bool = True
    mail: str = ""
    why: tuple[str, ...] = ()  # why it is nobody's; empty where it is to be read


class Kept(NamedTuple):
    """A draft that was handed in."""

    id: int
    unit: str | None
    year: int
    round: int
    state: DraftState
    at: datetime
    who: str
    channel: str
    sure: bool
    mail: str
    name: str
    sha256: str
    commented: str
    why: Sequence[str]
    findings: Sequence[Mapping[str, Any]]
    decider: str
    decided: datetime | None
    reason: str

    @property
    def is_round(self) -> bool:
        """Whether it counts as the unit's own; what was not proven to be, once a person says so."""
        return self.state in ROUNDS and (self.sure or bool(self.decider))

    @property
    def is_doubted(self) -> bool:
        """Whether it waits for somebody to say that it is the unit's."""
        return self.state in ROUNDS and not self.is_round

    def must_mend(self) -> int:
        return sum(each["severity"] == "error" for each in self.findings)

    def to_verify(self) -> int:
        return sum(each["severity"] == "warning" for each in self.findings)


class Judged(NamedTuple):
    """What is known of a draft once it was read."""

    state: DraftState
    why: Sequence[str] = ()
    findings: Sequence[Mapping[str, Any]] = ()
    content: Mapping[str, Any] = {}
    words: str = ""
    commented: str = ""


def keep(s: Session, handed: Handed) -> int:
    """Its number; that of the one which is there, where the same bytes came before. What could not
    be read then is tried again; so is what waits for a person, once it comes from who is sure.
    """
    take_turn(s)
    known = _same(s, handed)
    if known is not None:
        is_sure_now = handed.sure and not known.sure
        known.sure = known.sure or handed.sure
        if known.state == "unread" or (is_sure_now and known.state == "held"):
            known.state = "waiting"
        return known.id
    told = {**vars(handed), "why": list(handed.why)}
    row = DraftRow(**told, state="unfiled" if handed.why else "waiting")
    s.add(row)
    s.flush()
    return row.id


def _same(s: Session, handed: Handed) -> DraftRow | None:
    same = (DraftRow.year == handed.year, DraftRow.sha256 == handed.sha256)
    whose = DraftRow.unit == handed.unit if handed.unit else DraftRow.unit.is_(None)
    return s.scalar(select(DraftRow).where(whose, *same))


def has_come(s: Session, mail: str) -> bool:
    """Whether a mail was taken in before."""
    return s.scalar(select(DraftRow.id).where(DraftRow.mail == mail).limit(1)) is not None


def waiting(s: Session, most: int) -> list[Kept]:
    """The oldest that nobody has judged yet; all that came in one mail together."""
    first = select(DraftRow).where(DraftRow.state == "waiting").order_by(DraftRow.id)
    rows = list(s.scalars(first.limit(most)))
    mails = {row.mail for row in rows} - {""}
    if mails:
        known = {row.id for row in rows}
        rows += [
            row for row in s.scalars(first.where(DraftRow.mail.in_(mails))) if row.id not in known
        ]
    return [_kept(row) for row in rows]


def of_mail(s: Session, mail: str) -> list[Kept]:
    rows = s.scalars(select(DraftRow).where(DraftRow.mail == mail).order_by(DraftRow.id))
    return [_kept(row) for row in rows]


def judge(s: Session, number: int, judged: Judged) -> bool:
    """What was found, and its round. False where somebody else was faster."""
    take_turn(s)
    row = s.get(DraftRow, number, with_for_update=True)
    if row is None or row.state != "waiting":
        return False
    row.state, row.why, row.findings = judged.state, list(judged.why), list(judged.findings)
    row.content, row.words, row.commented = dict(judged.content), judged.words, judged.commented
    _count(s, row)
    s.flush()
    return True


def _count(s: Session, row: DraftRow) -> None:
    """Its round, once it is one."""
    if _kept(row).is_round and not row.round:
        of = (DraftRow.unit == row.unit, DraftRow.year == row.year)
        row.round = (s.scalar(select(func.max(DraftRow.round)).where(*of)) or 0) + 1


def decide(
    s: Session, number: int, state: DraftState, who: str, reason: str, now: datetime
) -> None:
    """A person passes or returns a round, and says why; it is written into the log."""
    take_turn(s)
    row = s.get(DraftRow, number, with_for_update=True)
    if row is None or row.state not in DECIDABLE:
        raise DraftsError("这份稿件不能作此处理", "this can't be done with this draft")
    if not reason.strip():
        raise DraftsError("请写明理由", "say why")
    before = row.state
    row.state, row.decider, row.decided, row.reason = state, who, now, reason.strip()
    _count(s, row)
    told = {"draft": row.sha256, "year": row.year, "round": row.round, "from": before}
    s.flush()
    note(s, now, who, f"draft_{state}", row.unit or "", {**told, "why": reason.strip()})


def set_aside(s: Session, number: int, who: str, reason: str, now: datetime) -> None:
    """A person has seen to a mail of which nobody knew whose it is, and says what was done."""
    take_turn(s)
    row = s.get(DraftRow, number, with_for_update=True)
    if row is None or row.unit is not None or row.state != "unfiled":
        raise DraftsError("这封来信已处理", "this mail was seen to already")
    if not reason.strip():
        raise DraftsError("请写明理由", "say why")
    row.state, row.decider, row.decided, row.reason = "aside", who, now, reason.strip()
    s.flush()
    told = {"draft": row.sha256, "from": row.who, "why": reason.strip()}
    note(s, now, who, "draft_aside", "", told)


def draft(s: Session, number: int) -> Kept | None:
    row = s.get(DraftRow, number)
    return _kept(row) if row is not None else None


def drafts_of(s: Session, scope: Scope, year: int | None = None) -> list[Kept]:
    """All that units handed in, in its order."""
    chosen = select(DraftRow).join(Unit, DraftRow.unit == Unit.id).where(units_in(scope))
    if year is not None:
        chosen = chosen.where(DraftRow.year == year)
    return [_kept(row) for row in s.scalars(chosen.order_by(DraftRow.id))]


def nobodys(s: Session, most: int = 200) -> list[Kept]:
    """Mails of which nobody knows whose they are, until a person has seen to them; the latest
    first.
    """
    nobodys = (DraftRow.unit.is_(None), DraftRow.state == "unfiled")
    chosen = select(DraftRow).where(*nobodys).order_by(DraftRow.id.desc())
    return [_kept(row) for row in s.scalars(chosen.limit(most))]


def _kept(row: DraftRow) -> Kept:
    return Kept(*(getattr(row, name) for name in Kept._fields))


class Texts(NamedTuple):
    """A report's JSON and its passages, a line each."""

    content: Mapping[str, Any]
    words: str


def texts_of(s: Session, numbers: Sequence[int]) -> dict[int, Texts]:
    """Of some drafts."""
    chosen = select(DraftRow).where(DraftRow.id.in_(numbers)).options(undefer(DraftRow.words))
    return {row.id: Texts(row.content, row.words) for row in s.scalars(chosen)}


def rounds_read(s: Session, scope: Scope) -> dict[int, str]:
    """The hash of each round in which a report was read."""
    chosen = select(DraftRow.id, DraftRow.sha256).join(Unit, DraftRow.unit == Unit.id)
    chosen = chosen.where(units_in(scope), DraftRow.state.in_(DECIDABLE)).order_by(DraftRow.id)
    return {**dict(s.execute(chosen).all())}


def keep_reading_of(s: Session, number: int, content: Mapping[str, Any], words: str) -> None:
    """The same bytes, as they are read today; its verdict stays that of then."""
    row = s.get_one(DraftRow, number)
    if row.content != content or row.words != words:
        row.content, row.words = dict(content), words


class Out(NamedTuple):
    """The version of a report that holds, as it was published."""

    version: int
    number: int
    seen: datetime
    published: date | None
    document: str
    texts: Texts


def published(s: Session, units: Sequence[str], year: int) -> dict[str, Out]:
    """The latest version of each unit's report of a year."""
    of = (ReportVersion.unit.in_(units), ReportVersion.year == year, in_force())
    chosen = (
        select(ReportVersion, Document.sha256)
        .join(Document, ReportVersion.document == Document.id)
        .where(*of)
        .order_by(ReportVersion.number)
        .options(undefer(ReportVersion.words))
    )
    return {
        row.unit: Out(
            row.id, row.number, row.seen, row.published, document, Texts(row.content, row.words)
        )
        for row, document in s.execute(chosen)
    }


# ---- how long bytes are kept


def hashes_of_drafts(s: Session) -> set[str]:
    """Of all that the archive must hold of drafts."""
    rows = s.execute(select(DraftRow.sha256, DraftRow.commented))
    return {name for row in rows for name in row if name}


class Bytes(NamedTuple):
    """The bytes of a draft, and when they came."""

    sha256: str
    at: datetime
    name: str


RESTING: tuple[DraftState, ...] = ("passed", "held", "waiting")


def prunable_drafts(s: Session, before: datetime) -> list[Bytes]:
    """What came before a time, and nothing rests on."""
    kept = needed_of_drafts(s, before)
    chosen = select(DraftRow.sha256, DraftRow.commented, DraftRow.at, DraftRow.name)
    rows = s.execute(chosen.where(DraftRow.at < before).order_by(DraftRow.id)).all()
    found = {sha: Bytes(sha, at, name) for *both, at, name in rows for sha in both if sha}
    return [each for sha, each in found.items() if sha not in kept]


def needed_of_drafts(s: Session, before: datetime) -> set[str]:
    """What came since, was passed, or still waits for somebody."""
    rests = or_(DraftRow.state.in_(RESTING), DraftRow.at >= before)
    rows = s.execute(select(DraftRow.sha256, DraftRow.commented).where(rests))
    return {name for row in rows for name in row if name}
