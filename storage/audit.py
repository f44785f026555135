"""The log of what people decided, each entry bound to all before it: nobody changes, takes out or
moves one without that being seen.

Whoever may write to the database may write a whole chain anew; an export that lies elsewhere
shows that, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Text, cast, or_, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from nianbao.storage.chain import BEGINNING, Said, as_told, digest_of, in_words
from nianbao.storage.models import Adoption, AuditEntry, Base, Decision, Event, Step

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(20190515)"


def take_turn(s: Session) -> None:
    """Nobody else writes into the log until this piece of work ends. Who takes it after a row could
    wait for one who waits for that row.
    """
    if s.get_bind().dialect.name == "postgresql":  # SQLite has one writer
        s.execute(text(ONE_AT_A_TIME))


def note(
    s: Session, now: datetime, who: str, action: str, about: str, content: Mapping[str, Any]
) -> None:
    """Write down what a person did, in the same piece of work as what it does."""
    take_turn(s)
    latest = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)
    last = s.scalar(latest)
    number = last.number + 1 if last is not None else 1
    previous = last.digest if last is not None else BEGINNING
    said = Said(now, who, action, about, content)
    digest = digest_of(as_told(number, said, previous))
    s.add(AuditEntry(number=number, previous=previous, digest=digest, **said._asdict()))
    s.flush()


def note_all(
    s: Session, now: datetime, who: str, action: str, about: str, content: Mapping[str, Any]
) -> None:
    """The same of an entry that says all of what it is about: whose, what of, and when."""
    note(s, now, who, action, about, {**content, WHOLE: True})


WHOLE = "whole"


def note_moved(s: Session, now: datetime, old: str, new: str, marks: Mapping[str, str]) -> None:
    """A unit that people decided on has another key now, and its findings other marks."""
    note(s, now, "", "moved", new, {"from": old, "to": new, "marks": dict(marks)})


def is_told_of(s: Session, unit: str) -> bool:
    """Whether what people decided hangs on a unit's key."""
    rows = (
        select(Decision.id).where(Decision.unit == unit),
        select(Adoption.id).where(Adoption.unit == unit),
        select(Event.id).where(Event.unit == unit, Event.kind == "settled"),
        select(Step.id).where(Step.unit == unit),
    )
    return any(s.scalar(chosen.limit(1)) is not None for chosen in rows)


def note_put_back(s: Session, now: datetime, limit: datetime, by: datetime) -> None:
    """Moments that a wrong clock told as later than a limit become those of `by`."""
    later = {
        "decision": select(Decision.id).where(Decision.at > limit),
        "event": select(Event.id).where(Event.at > limit, Event.kind == "settled"),
        "adoption": select(Adoption.id).where(or_(Adoption.at > limit, Adoption.ended > limit)),
        "step": select(Step.id).where(Step.at > limit),
    }
    rows = {kind: list(s.scalars(chosen.order_by(text("1")))) for kind, chosen in later.items()}
    if any(rows.values()):
        told = {"later_than": in_words(limit), "by": in_words(by), "rows": rows}
        note(s, now, "", "put_back", "", told)


class Written(NamedTuple):
    """A letter that was written to a unit."""

    at: datetime
    who: str
    kind: str
    year: int
    sha256: str


def letters_to(s: Session, unit: str) -> list[Written]:
    """In their order."""
    chosen = select(AuditEntry).where(AuditEntry.action == LETTER, AuditEntry.about == unit)
    rows = s.scalars(chosen.order_by(AuditEntry.number)).all()
    told = ((row, row.content) for row in rows if isinstance(row.content, dict))
    return [
        Written(row.at, row.who, str(says["kind"]), int(says["year"]), str(says["sha256"]))
        for row, says in told
        if {"kind", "year", "sha256"} <= says.keys()
    ]


def letters_in(s: Session, year: int) -> list[tuple[str, Written]]:
    """All letters of a year, with the units that they are to, in their order."""
    rows = s.scalars(select(AuditEntry).where(AuditEntry.action == LETTER)).all()
    told = [(row, row.content) for row in rows if isinstance(row.content, dict)]
    return [
        (row.about, Written(row.at, row.who, str(says["kind"]), year, str(says["sha256"])))
        for row, says in sorted(told, key=lambda each: each[0].number)
        if says.get("year") == year and {"kind", "sha256"} <= says.keys()
    ]


LETTER = "letter"
HERE = "本机"  # who acts, where nobody says who


def note_letter(
    s: Session,
    now: datetime,
    who: str,
    unit: str,
    year: int,
    kind: str,
    content: bytes,
    more: Mapping[str, Any] | None = None,
) -> bool:
    """That a letter was written to a unit; the same letter once. Whether it was written down."""
    sha256 = hashlib.sha256(content).hexdigest()
    if any(each.sha256 == sha256 for each in letters_to(s, unit)):
        return False
    told = {"unit": unit, "year": year, "kind": kind, "sha256": sha256}
    note(s, now, who or HERE, LETTER, unit, {**told, **(more or {})})
    return True


def entries(s: Session) -> Iterator[dict[str, Any]]:
    """Every entry as it is exported, in its order; one that can't be read has no content."""
    numbers = select(AuditEntry.number).order_by(AuditEntry.number)
    rows = _readable(s, AuditEntry)
    for number in s.scalars(numbers).all():
        row = rows.get(number)
        yield _entry(row) if row is not None else _unread(s, number)


def _entry(row: AuditEntry) -> dict[str, Any]:
    content: Any = row.content
    said = Said(row.at, row.who, row.action, row.about, content)
    if isinstance(content, dict):
        return as_told(row.number, said, row.previous) | {"digest": row.digest}
    bare = as_told(row.number, said._replace(content={}), row.previous)
    return bare | {"content": None, "digest": row.digest}


def _unread(s: Session, number: int) -> dict[str, Any]:
    """What binds an entry that can't be read to its neighbours."""
    bound = {}
    for column in (AuditEntry.previous, AuditEntry.digest):
        try:
            chosen = select(cast(column, Text)).where(AuditEntry.number == number)
            bound[column.key] = str(s.scalar(chosen))
        except (SQLAlchemyError, ValueError):
            bound[column.key] = ""
    return {"number": number, "content": None, **bound}


def _readable(s: Session, model: type[Base], *which: Any) -> dict[int, Any]:
    """The rows of a table by their numbers, without those that can't be read: somebody wrote into
    them what we never do.
    """
    key = model.__mapper__.primary_key[0]
    numbers = list(s.scalars(select(key).where(*which).order_by(key)))
    found: dict[int, Any] = {}
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        try:
            rows = s.scalars(select(model).where(key.in_(part))).all()
            found |= dict(zip(_numbers(rows), rows, strict=True))
        except UNREADABLE:
            found |= _one_by_one(s, model, part)
    return found


AT_ONCE = 500
UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError, SQLAlchemyError)


def _numbers(rows: Sequence[Any]) -> list[int]:
    return [row.number if isinstance(row, AuditEntry) else row.id for row in rows]


def _one_by_one(s: Session, model: type[Base], numbers: Sequence[int]) -> dict[int, Any]:
    found = {}
    for number in numbers:
        try:
            found[number] = s.get_one(model, number)
        except UNREADABLE:
            continue
    return found


class Fault(NamedTuple):
    """An entry that is not as it was written."""

    number: int
    zh: str
    en: str


def faults(s: Session, exported: Iterable[Mapping[str, Any]] = ()) -> list[Fault]:
    """What is wrong with the chain, with the decisions that it tells of, and against an earlier
    export of it.
    """
    told = list(entries(s))
    broken = list(chain_faults(told))
    sound = {entry["number"] for entry in told} - {fault.number for fault in broken}
    undone = (fault for fault in _undone(s, told) if fault.number in (0, *sound))
    return [*broken, *undone, *_unlike(told, exported)]


def saying_less(told: Iterable[Mapping[str, Any]]) -> int:
    """How many entries don't say whose and what of their decision is: those written before entries
    did. They are verified as far as they say.
    """
    less = (each for each in map(_content, told) if not each.get(WHOLE))
    return sum(1 for each in less if _kind_of(each) not in (None, "step"))


def chain_faults(told: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    """Entries that were changed, taken out or moved. Pure."""
    number, previous = 0, BEGINNING
    for entry in told:
        for missing in range(number + 1, entry["number"]):
            yield Fault(missing, "缺失", "is missing")
        bare = {key: value for key, value in entry.items() if key != "digest"}
        if not isinstance(entry.get("content"), dict):
            yield Fault(entry["number"], "内容无法读取", "can't be read")
        elif not _is_digest(entry["digest"], bare):
            yield Fault(entry["number"], "内容被改动", "was changed")
        elif entry["number"] == number + 1 and entry["previous"] != previous:
            yield Fault(entry["number"], "与前一条不相接", "does not follow the one before it")
        number, previous = entry["number"], entry["digest"]


def _is_digest(digest: object, bare: Mapping[str, Any]) -> bool:
    try:
        return digest_of(bare) == digest
    except (TypeError, ValueError, RecursionError):  # what no entry holds
        return False


Kind = Literal["decision", "event", "adoption", "step"]
KINDS: tuple[Kind, ...] = ("decision", "event", "adoption", "step")


class Expected(NamedTuple):
    """What a row must say by an entry."""

    number: int  # of the entry
    kind: Kind
    row: int
    says: dict[str, Any]  # what moves with a unit's key or is put back changes


def _content(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    content = entry.get("content")
    return content if isinstance(content, dict) else {}


def _kind_of(content: Mapping[str, Any]) -> Kind | None:
    return next((kind for kind in KINDS if type(content.get(kind)) is int), None)


def _undone(s: Session, told: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    """Decisions that are others than those that were written down, or that nobody wrote down."""
    settled = Event.kind == "settled"
    rows = {
        "decision": _readable(s, Decision),
        "event": _readable(s, Event, settled),
        "adoption": _readable(s, Adoption),
        "step": _readable(s, Step),
    }
    there = {
        "decision": set(s.scalars(select(Decision.id))),
        "event": set(s.scalars(select(Event.id).where(settled))),
        "adoption": set(s.scalars(select(Adoption.id))),
        "step": set(s.scalars(select(Step.id))),
    }
    told = list(told)
    expected = expected_of(told)
    for each in expected:
        row = rows[each.kind].get(each.row)
        if each.row not in there[each.kind]:
            yield Fault(each.number, *GONE)
        elif row is None or not _is_so(each.says, _said_by(row)):
            yield Fault(each.number, *CHANGED)
    there["step"] -= _of_letters(told, rows["step"])
    for kind in KINDS:
        for number in sorted(there[kind] - {each.row for each in expected if each.kind == kind}):
            yield Fault(0, f"{kind} {number} 没有记入", f"{kind} {number} has no entry")


def _of_letters(told: Iterable[Mapping[str, Any]], steps: Mapping[int, Step]) -> set[int]:
    """Steps of letters whose entries say nothing of a step: those written before entries did."""
    letters = {_content(each).get("sha256") for each in told if each.get("action") == LETTER}
    return {number for number, row in steps.items() if row.kind == "sent" and row.file in letters}


GONE = "所记决定已不在库中", "its decision is there no longer"
CHANGED = "所记决定在库中被改动", "its decision was changed in the database"


def expected_of(told: Iterable[Mapping[str, Any]]) -> list[Expected]:
    """What each row must say by now: as its entry says, by later entries of units that got another
    key, and of moments that were put back. Pure.
    """
    found: list[Expected] = []
    for entry in told:
        content = _content(entry)
        kind = _kind_of(content)
        if kind is not None:
            new = Expected(entry["number"], kind, content[kind], _says(entry, content, kind))
            if kind == "adoption" and content.get("undone"):
                _end(found, new.row)
            found.append(new)
        elif entry.get("action") == "moved":
            _move(found, content)
        elif entry.get("action") == "put_back":
            _put_back(found, content)
    return found


def _says(entry: Mapping[str, Any], content: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Entries from before say neither the moment, which a wrong clock may have told, nor the unit
    and mark as they are now.
    """
    if kind == "step":
        return _says_of_step(entry, content)
    is_whole = bool(content.get(WHOLE))
    if kind == "adoption" and content.get("undone"):
        return {"ended": entry["at"]} if is_whole else {"is_ended": True}
    said = {"who": entry["who"], "year": content.get("year"), "why": content.get("why")}
    if kind == "decision":
        said["verdict"] = content.get("verdict", entry["action"])
    elif kind == "event":
        said |= {key: content[key] for key in ("link", "answer", "undone") if key in content}
        if not content.get("taken_over"):
            said["url"] = entry["about"]
    else:
        said |= {"url": content.get("url"), "insisted": content.get("insisted"), "ended": None}
    if is_whole:
        said |= {key: content[key] for key in ("mark", "title") if key in content}
        said |= {"unit": content.get("unit"), "at": entry["at"]}
    return said


def _says_of_step(entry: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """An entry leaves out what is empty. That of a letter has the letter's kind and hash."""
    said = {key: content.get(key) for key in ("unit", "year", "words", "about")}
    said |= {"who": entry["who"], "at": entry["at"], "faults": content.get("faults", [])}
    if entry["action"] == LETTER:
        return said | {"kind": "sent", "file": content.get("sha256"), "name": content.get("kind")}
    said |= {key: content.get(key, "") for key in ("file", "name")}
    return said | {"kind": str(entry["action"]).removeprefix("way_")}


def step_told(row: Step) -> dict[str, Any]:
    """What a row of a step says, its words as their hash: what units write is in no export."""
    words = hashlib.sha256(row.words.encode()).hexdigest()
    keys = ("unit", "year", "kind", "file", "name", "about")
    return {key: getattr(row, key) for key in keys} | {"faults": list(row.faults), "words": words}


def _end(found: Iterable[Expected], row: int) -> None:
    for each in found:
        if (each.kind, each.row) == ("adoption", row):
            each.says.pop("ended", None)


def _move(found: Iterable[Expected], content: Mapping[str, Any]) -> None:
    marks = _table(content, "marks")
    for each in found:
        if "unit" in each.says and each.says["unit"] == content.get("from"):
            each.says["unit"] = content.get("to")
        mark = each.says.get("mark")
        if isinstance(mark, str):
            each.says["mark"] = marks.get(mark, mark)


def _put_back(found: Iterable[Expected], content: Mapping[str, Any]) -> None:
    """Moments in words are in the order in which they are in time."""
    limit, rows = str(content.get("later_than")), _table(content, "rows")
    for each in found:
        moved = rows.get(each.kind)
        if not isinstance(moved, list) or each.row not in moved:
            continue
        for key in ("at", "ended"):
            told = each.says.get(key)
            if told is not None and told > limit:
                each.says[key] = content.get("by")


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _is_so(expected: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    return all(said.get(key) == value for key, value in expected.items())


def _said_by(row: Decision | Event | Adoption | Step) -> dict[str, Any]:
    """What a row says, by the words of its entry."""
    if isinstance(row, Step):
        return {**step_told(row), "who": row.who, "at": in_words(row.at)}
    said = {"unit": row.unit, "year": row.year, "at": in_words(row.at)}
    if isinstance(row, Decision):
        said |= {"who": row.who, "why": row.why, "verdict": row.verdict}
        return said | {"mark": row.fingerprint}
    if isinstance(row, Event):
        content: Any = row.content
        if not isinstance(content, dict):
            return said
        keys = ("why", "link", "answer", "undone", "url")
        return said | {"who": content.get("who", "")} | {key: content.get(key) for key in keys}
    ended = in_words(row.ended) if row.ended is not None else None
    said |= {"who": row.who, "why": row.why, "url": row.url, "insisted": row.insisted}
    return said | {"title": row.title, "ended": ended, "is_ended": ended is not None}


def _unlike(
    told: Iterable[Mapping[str, Any]], exported: Iterable[Mapping[str, Any]]
) -> Iterator[Fault]:
    """What an earlier export has and the chain has not, or not so."""
    known = {entry["number"]: entry["digest"] for entry in told}
    for fault in chain_faults(exported := list(exported)):
        yield fault._replace(zh=f"导出文件中{fault.zh}", en=f"{fault.en}, in the export")
    for entry in exported:
        digest = known.get(entry["number"])
        if digest is None:
            yield Fault(entry["number"], "导出时有，现在没有", "was exported and is gone")
        elif digest != entry["digest"]:
            yield Fault(entry["number"], "与导出时不同", "is not what was exported")
