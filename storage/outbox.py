"""What waits to be sent.

Queued once for what it is about, taken by one sender at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, func, or_, select, update
from sqlalchemy.orm import Session, defer

from nianbao.storage.audit import note, take_turn
from nianbao.storage.kinds import OutgoingState
from nianbao.storage.models import Event, Outgoing
from nianbao.storage.store import looking, session

# A mail that was being sent when its sender died is sent again, with the same Message-ID.
STUCK = timedelta(minutes=10)
LONGEST = timedelta(hours=6)
GIVE_UP = 40


def queue(
    s: Session, kind: str, recipient: str, mark: str, subject: str, body: bytes, now: datetime
) -> bool:
    """False if it was queued before."""
    if is_queued(s, recipient, mark):
        return False
    s.add(
        Outgoing(
            message_id=mark,
            kind=kind,
            recipient=recipient,
            subject=subject,
            body=body,
            created=now,
            next_try=now,
        )
    )
    return True


def is_queued(s: Session, recipient: str, mark: str) -> bool:
    """Whatever the sender's address was then.

    Its domain is no part of what a mail is about.
    """
    about = Outgoing.message_id.startswith(mark.partition("@")[0], autoescape=True)
    same = select(Outgoing.id).where(Outgoing.recipient == recipient, about)
    return s.scalar(same.limit(1)) is not None


def again(engine: Engine, now: datetime, who: str = "") -> int:
    """Queue what was refused or came back once more; who did is written down. How many there
    were.
    """
    with session(engine) as s:
        take_turn(s)
        failed = Outgoing.state.in_(("refused", "returned"))
        rows = list(s.scalars(select(Outgoing).where(failed, Outgoing.body != b"")))
        for row in rows:
            row.state, row.attempts, row.next_try = "waiting", 0, now
        if rows:
            note(s, now, who, "queued_again", "outbox", {"mails": [row.id for row in rows]})
        return len(rows)


KEPT = timedelta(days=60)


def tidy(engine: Engine, now: datetime) -> None:
    """What was sent long ago keeps its line, not its pictures and tables.

    `digest --as-of` makes them again.
    """
    with session(engine) as s:
        old = (
            Outgoing.state.in_(("sent", "returned", "refused")),
            Outgoing.created < now - KEPT,
            Outgoing.body != b"",
        )
        s.execute(update(Outgoing).where(*old).values(body=b""))


class Due(NamedTuple):
    id: int
    kind: str
    recipient: str
    mark: str
    subject: str
    body: bytes
    created: datetime


def _are(posts: bool) -> ColumnElement[bool]:
    """A post goes to its channel, by which its kind is named too; a mail goes to an address."""
    if posts:
        return Outgoing.recipient == Outgoing.kind
    return Outgoing.recipient != Outgoing.kind


def take_due(engine: Engine, now: datetime, *, posts: bool = False) -> Due | None:
    """The next mail, or post, that is due, marked as being sent."""
    with session(engine) as s:
        stuck = (Outgoing.state == "sending") & (Outgoing.next_try <= now)
        ready = (Outgoing.state == "waiting") & (Outgoing.next_try <= now)
        chosen = (
            select(Outgoing)
            .where(or_(ready, stuck), _are(posts))
            .order_by(Outgoing.next_try, Outgoing.id)
            .limit(1)
        )
        # Two senders never take the same.
        row = s.scalar(chosen.with_for_update(skip_locked=True))
        if row is None:
            return None
        row.state, row.attempts, row.next_try = "sending", row.attempts + 1, now + STUCK
        of = (row.kind, row.recipient, row.message_id, row.subject, row.body, row.created)
        return Due(row.id, *of)


def waiting(engine: Engine, *, posts: bool = False) -> int:
    chosen = (
        select(func.count())
        .select_from(Outgoing)
        .where(Outgoing.state.in_(("waiting", "sending")), _are(posts))
    )
    with looking(engine) as s:
        return s.scalar(chosen) or 0


def done(engine: Engine, number: int, now: datetime) -> None:
    with session(engine) as s:
        row = s.get_one(Outgoing, number)
        row.state, row.sent, row.error = "sent", now, ""
        if _holds_link(row.body):  # a unit's secret is nobody else's once it is sent
            row.body = b""


def _holds_link(body: bytes) -> bool:
    """Whether a mail holds the link by which a unit answers."""
    texts = [part for part in message_from_bytes(body).walk() if not part.is_multipart()]
    plain = (part.get_payload(decode=True) for part in texts if part.get_content_type() == PLAIN)
    return any(isinstance(said, bytes) and b"/door/" in said for said in plain)


PLAIN = "text/plain"


def later(engine: Engine, number: int, now: datetime, error: str, *, give_up: bool = False) -> None:
    with session(engine) as s:
        row = s.get_one(Outgoing, number)
        wait = min(timedelta(minutes=1) * 2 ** min(row.attempts, 12), LONGEST)
        row.state = "waiting"
        if give_up or row.attempts >= GIVE_UP:
            row.state = "refused"
        row.next_try, row.error = now + wait, error[:500]


# ---- what waited longer than what it says may hold


def rewrite(engine: Engine, number: int, subject: str, body: bytes) -> None:
    """What is being sent says something else than when it was queued."""
    with session(engine) as s:
        row = s.get_one(Outgoing, number)
        row.subject, row.body = subject, body


def set_aside(engine: Engine, number: int, why: str) -> None:
    """It is not sent, now or later."""
    with session(engine) as s:
        row = s.get_one(Outgoing, number)
        row.state, row.body, row.error = "refused", b"", why


# ---- alerts that were told


def alerted(s: Session, *, before: datetime | None = None, at: datetime | None = None) -> set[str]:
    """The keys of all that was told at once (before a moment, or in it): nothing is told twice."""
    chosen = select(Event.content["key"].as_string()).where(Event.kind == "alerted")
    if before is not None:
        chosen = chosen.where(Event.at < before)
    if at is not None:
        chosen = chosen.where(Event.at == at)
    return set(s.scalars(chosen))


def note_alerted(s: Session, keys: Sequence[str], now: datetime) -> None:
    for key in keys:
        s.add(Event(at=now, kind="alerted", content={"key": key}))


# ---- what each recipient was told of columns


def told_to(s: Session, recipient: str, before: datetime) -> set[str]:
    """The keys of all that a recipient's mails told by a time."""
    # Without unit and year there are few.
    of_mail = (Event.unit.is_(None), Event.year.is_(None), Event.kind == "told")
    key, to = (Event.content[name].as_string() for name in ("key", "to"))
    return set(s.scalars(select(key).where(*of_mail, to == recipient, Event.at < before)))


def note_told(s: Session, recipient: str, keys: Sequence[str], now: datetime) -> None:
    for key in keys:
        s.add(Event(at=now, kind="told", content={"key": key, "to": recipient}))


# ---- mail that came back


def mark_returned(engine: Engine, message_id: str, why: str) -> bool:
    """False if the mail is none of ours, or was marked before."""
    with session(engine) as s:
        row = s.scalar(select(Outgoing).where(Outgoing.message_id == message_id))
        if row is None or row.state not in ("sent", "sending"):
            return False
        row.state, row.error = "returned", why
        return True


class Mailed(NamedTuple):
    """A mail to somebody, and what became of it."""

    at: datetime  # when it was sent, else when it was queued
    recipient: str
    subject: str
    state: OutgoingState


def mails_to(s: Session, addresses: Collection[str]) -> list[Mailed]:
    """In their order."""
    if not addresses:
        return []
    at = func.coalesce(Outgoing.sent, Outgoing.created)
    chosen = select(at, Outgoing.recipient, Outgoing.subject, Outgoing.state)
    rows = s.execute(chosen.where(Outgoing.recipient.in_(addresses)).order_by(Outgoing.id))
    return [Mailed(*row) for row in rows]


class Queued(NamedTuple):
    """A mail or post, and what became of it."""

    recipient: str
    kind: str
    subject: str
    state: OutgoingState
    attempts: int
    next_try: datetime
    error: str
    message_id: str


def queued(s: Session, *, everything: bool = False, most: int | None = None) -> list[Queued]:
    """What waits, was refused or came back; or also what was sent."""
    chosen = select(Outgoing).order_by(Outgoing.id).limit(most)
    if not everything:
        chosen = chosen.where(Outgoing.state != "sent")
    rows = s.scalars(chosen.options(defer(Outgoing.body)))
    return [Queued(*(getattr(row, name) for name in Queued._fields)) for row in rows]


class Logged(NamedTuple):
    """A mail or post, as the list of all tells it."""

    at: datetime  # when it was sent, else when it was queued
    recipient: str
    subject: str
    state: OutgoingState
    attempts: int
    error: str


def newest(s: Session, states: Collection[str], skip: int, most: int) -> list[Logged]:
    """Some of the mails and posts in these states, the newest first."""
    at = func.coalesce(Outgoing.sent, Outgoing.created)
    of = (Outgoing.recipient, Outgoing.subject, Outgoing.state, Outgoing.attempts, Outgoing.error)
    chosen = select(at, *of).where(Outgoing.state.in_(states)).order_by(Outgoing.id.desc())
    return [Logged(*row) for row in s.execute(chosen.offset(skip).limit(most))]


def waits_since(s: Session) -> datetime | None:
    """When the oldest mail was made that waits."""
    return s.scalar(select(func.min(Outgoing.created)).where(Outgoing.state == "waiting"))


def states_of_mail(s: Session) -> dict[str, int]:
    """Of what was refused, what may be queued again: nobody waits for what was set aside."""
    chosen = select(Outgoing.state, func.count()).group_by(Outgoing.state)
    chosen = chosen.where(or_(Outgoing.state != "refused", Outgoing.body != b""))
    return {**dict(s.execute(chosen).all())}
