"""The log of what people decided, each entry bound to all before it: nobody changes, takes out or
moves one without that being seen.

Whoever may write to the database may write a whole chain anew; an export that lies elsewhere
shows that, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from nianbao.storage.chain import BEGINNING, Said, as_told, digest_of
from nianbao.storage.models import Adoption, AuditEntry, Decision, Event

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(20190515)"


def note(
    s: Session, now: datetime, who: str, action: str, about: str, content: Mapping[str, Any]
) -> None:
    """Write down what a person did, in the same piece of work as what it does."""
    if s.get_bind().dialect.name == "postgresql":  # SQLite has one writer
        s.execute(text(ONE_AT_A_TIME))
    latest = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)
    last = s.scalar(latest)
    number = last.number + 1 if last is not None else 1
    previous = last.digest if last is not None else BEGINNING
    said = Said(now, who, action, about, content)
    digest = digest_of(as_told(number, said, previous))
    s.add(AuditEntry(number=number, previous=previous, digest=digest, **said._asdict()))
    s.flush()


def entries(s: Session) -> Iterator[dict[str, Any]]:
    """Every entry as it is exported, in its order."""
    for row in s.scalars(select(AuditEntry).order_by(AuditEntry.number)):
        said = Said(row.at, row.who, row.action, row.about, row.content)
        yield as_told(row.number, said, row.previous) | {"digest": row.digest}


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


def chain_faults(told: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    """Entries that were changed, taken out or moved. Pure."""
    number, previous = 0, BEGINNING
    for entry in told:
        for missing in range(number + 1, entry["number"]):
            yield Fault(missing, "缺失", "is missing")
        bare = {key: value for key, value in entry.items() if key != "digest"}
        if digest_of(bare) != entry["digest"]:
            yield Fault(entry["number"], "内容被改动", "was changed")
        elif entry["number"] == number + 1 and entry["previous"] != previous:
            yield Fault(entry["number"], "与前一条不相接", "does not follow the one before it")
        number, previous = entry["number"], entry["digest"]


def _undone(s: Session, told: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    """Decisions that are others than those that were written down, or that nobody wrote down."""
    decisions = {row.id: row for row in s.scalars(select(Decision))}
    adopted = {row.id: row for row in s.scalars(select(Adoption))}
    untold = set(adopted)
    settled = {row.id: row for row in s.scalars(select(Event).where(Event.kind == "settled"))}
    for entry in told:
        content = entry["content"]
        if "decision" in content:
            row = decisions.pop(content["decision"], None)
            if row is None or not _is_same(entry, row):
                yield Fault(entry["number"], *GONE if row is None else CHANGED)
        if "event" in content:
            event = settled.pop(content["event"], None)
            if event is None or event.content.get("who", "") != entry["who"]:
                yield Fault(entry["number"], *GONE if event is None else CHANGED)
        if "adoption" in content:
            untold.discard(content["adoption"])
            brought = adopted.get(content["adoption"])
            if brought is None or not _is_so(entry, brought):
                yield Fault(entry["number"], *GONE if brought is None else CHANGED)
    for kind, left in (("decision", decisions), ("event", settled), ("adoption", untold)):
        for number in sorted(left):
            yield Fault(0, f"{kind} {number} 没有记入", f"{kind} {number} has no entry")


GONE = "所记决定已不在库中", "its decision is there no longer"
CHANGED = "所记决定在库中被改动", "its decision was changed in the database"


def _is_same(entry: Mapping[str, Any], row: Decision) -> bool:
    """But for its moment, which a clock that was wrong may have told, and for the names of what it
    is about: a unit's key and a finding's mark may be others later.
    """
    content = entry["content"]
    verdict = content.get("verdict", entry["action"])
    return (verdict, entry["who"], content["why"], content["year"]) == (
        row.verdict,
        row.who,
        row.why,
        row.year,
    )


def _is_so(entry: Mapping[str, Any], row: Adoption) -> bool:
    content = entry["content"]
    if content["undone"]:
        return row.ended is not None
    told = (entry["who"], content["why"], content["url"], content["year"], content["insisted"])
    return told == (row.who, row.why, row.url, row.year, row.insisted)


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
