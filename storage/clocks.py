"""Our clock against the portals': what was written down by one that was wrong, and what is made
of it.

Nothing here asks for the time; whoever asks gives it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Table, func, or_, select, update
from sqlalchemy.orm import Session

from nianbao.storage.audit import note_put_back
from nianbao.storage.kinds import GONE
from nianbao.storage.models import (
    Base,
    Column,
    Event,
    Look,
    Moment,
    Outgoing,
    Portal,
    ReportVersion,
    Sighting,
    StandingRow,
    Sweep,
    Unit,
)

APART = timedelta(minutes=10)
HOSTS = 3  # fewer may all be wrong themselves
GOES_ON = timedelta(hours=3)  # with a sweep after a crash
AROUND = timedelta(hours=24)  # sweeps that tell of the same clock
NOBODY: Mapping[str, float] = {}
# What may lie ahead of now: when a mail is tried again, a lease lapses, the calendar turns.
AHEAD = frozenset(
    ("outgoing.next_try", "lease.until", "standing.next_change_at", "token.until", "door.until")
)
LONGEST = timedelta(days=1)  # that a mail waits to be tried again


class Held(NamedTuple):
    """Our clock held against those of portals."""

    hosts: Mapping[str, float]  # by how many seconds ours was ahead
    off: tuple[str, ...]  # those that say another time

    @property
    def is_vouched(self) -> bool:
        """Whether most say the same time."""
        return bool(self.hosts) and 2 * len(self.off) < len(self.hosts)

    @property
    def is_contradicted(self) -> bool:
        return 2 * len(self.off) > len(self.hosts)

    @property
    def is_in_doubt(self) -> bool:
        """Whether most of enough say another time."""
        return self.is_contradicted and len(self.hosts) >= HOSTS


def held(hosts: Mapping[str, float], trusted: Mapping[str, float] = NOBODY) -> Held:
    """`trusted`: how far apart hosts were when a person said that ours is right."""
    limit = APART.total_seconds()
    off = (
        host
        for host, apart in sorted(hosts.items())
        if abs(apart) > limit and abs(apart - trusted.get(host, 0.0)) > limit
    )
    return Held(hosts, tuple(off))


def judge(s: Session, sweep: Sweep, now: datetime) -> None:
    """Before a sweep ends: what its portals' clocks say of ours, and of what is written down as
    later than now.
    """
    trusted = trusted_hosts(s)
    own = held(sweep.clocks, trusted)
    if own.is_contradicted:
        _doubt_own(s, sweep, trusted)
        return
    later = list(s.scalars(select(Look).where(Look.at > now + APART, Look.clock != "ahead")))
    if not own.is_vouched:
        _doubt(s, later, trusted)
        return
    by = _began(s, sweep, now)
    if later or lies_ahead(s, now):
        _put_back(s, later, trusted, now, by)
    _put_forward(s, sweep, trusted, now, by)


def was_cut_off(s: Session, sweep: Sweep, now: datetime) -> bool:
    """Whether a sweep without an end was left too long ago, or by too different a clock, to be gone
    on with; it ends where it was left, with what its portals' clocks said of ours.
    """
    last = max(s.scalars(select(Look.at).where(Look.sweep == sweep.id)), default=sweep.began)
    if last - APART <= now <= last + GOES_ON:
        return False
    sweep.ended = last + APART
    trusted = trusted_hosts(s)
    if held(sweep.clocks, trusted).is_contradicted:
        _doubt_own(s, sweep, trusted)
    return True


def _doubt_own(s: Session, sweep: Sweep, trusted: Mapping[str, float]) -> None:
    _doubt_around(s, sweep, trusted)
    _doubt_behind(s, sweep, trusted)


def _doubt_around(s: Session, sweep: Sweep, trusted: Mapping[str, float]) -> None:
    """Where most hosts of the sweeps of a day contradict our clock, theirs prove nothing."""
    sweeps = _around(s, sweep)
    if not held(_latest(sweeps), trusted).is_in_doubt:
        return
    wrong = [each.id for each in sweeps if held(each.clocks, trusted).is_contradicted]
    marked = update(Look).where(Look.sweep.in_(wrong), Look.clock == "")
    s.execute(marked.values(clock="apart"))


def _doubt_behind(s: Session, sweep: Sweep, trusted: Mapping[str, float]) -> None:
    """Where an earlier sweep was later, and its portals vouched for that, ours has fallen back."""
    later = select(Sweep).where(Sweep.id < sweep.id, Sweep.began > sweep.began + APART)
    latest = s.scalar(later.order_by(Sweep.id.desc()).limit(1))
    if latest is not None and held(latest.clocks, trusted).is_vouched:
        marked = update(Look).where(Look.sweep == sweep.id, Look.clock == "")
        s.execute(marked.values(clock="apart"))


def _around(s: Session, sweep: Sweep) -> list[Sweep]:
    """The sweeps of the same day by the same clock, in the order in which they were begun."""
    near = Sweep.began.between(sweep.began - AROUND, sweep.began + AROUND)
    chosen = select(Sweep).where(near, Sweep.id <= sweep.id).order_by(Sweep.id)
    return list(s.scalars(chosen))


def _latest(sweeps: list[Sweep]) -> dict[str, float]:
    """Of each host what it said last."""
    return {host: apart for sweep in sweeps for host, apart in sweep.clocks.items()}


def _doubt(s: Session, later: list[Look], trusted: Mapping[str, float]) -> None:
    """Nobody vouches for now: either may be wrong, and a person can say which."""
    for look in later:
        if not _is_vouched(s, look, trusted):
            look.clock = look.clock or "apart"


def _is_vouched(s: Session, look: Look, trusted: Mapping[str, float]) -> bool:
    return held(s.get_one(Sweep, look.sweep).clocks, trusted).is_vouched


def lies_ahead(s: Session, now: datetime) -> bool:
    """Whether a sweep was later than now, by a clock that was wrong."""
    later = or_(Sweep.began > now + APART, Sweep.ended > now + APART)
    return s.scalar(select(Sweep.id).where(later).limit(1)) is not None


def latest_sweep(s: Session) -> datetime:
    """When something was looked at last, by whichever clock."""
    began, ended = s.execute(select(func.max(Sweep.began), func.max(Sweep.ended))).one()
    return max(began, ended or began)


def _began(s: Session, sweep: Sweep, now: datetime) -> datetime:
    """When the first of a sweep's looks was, of those that are not later than now."""
    looks: list[datetime] = list(s.scalars(select(Look.at).where(Look.sweep == sweep.id)))
    return min(now, sweep.began, *looks)


def _put_back(
    s: Session, later: list[Look], trusted: Mapping[str, float], now: datetime, by: datetime
) -> None:
    """What was written down as later than now had happened by the looks of the sweep that ends
    now, which may show it; when, nobody knows.
    """
    for look in later:
        look.clock = "apart" if _is_vouched(s, look, trusted) else "ahead"
    began = or_(Sweep.began > now, Sweep.ended > now)
    sweeps = []
    for each in s.scalars(select(Sweep).where(began).order_by(Sweep.id)):
        ended = each.ended.isoformat() if each.ended is not None else None
        sweeps.append([each.id, each.began.isoformat(), ended, dict(each.clocks)])
        if ended is not None:
            each.clocks = {}  # of another time
    _take_back(s, now)
    s.flush()
    note_put_back(s, now, now, by)
    rows = sum(_put_back_in(s, table, now, by) for table in Base.metadata.sorted_tables)
    _put_back_told(s, now, by)
    s.add(Event(at=now, kind="put_back", content={"sweeps": sweeps, "rows": rows}))
    s.expire_all()


def _take_back(s: Session, now: datetime) -> None:
    """Where units stood on days that had not come, that a report was gone, which needs days, and
    what was told of it: what is so is told again, when it is.
    """
    ahead = select(Event).where(Event.kind.in_(OF_DAYS), Event.at > now + APART)
    first: dict[tuple[str | None, int | None], Event] = {}
    for event in s.scalars(ahead.order_by(Event.id)):
        if event.kind == "standing":
            first.setdefault((event.unit, event.year), event)
        event.content = {**event.content, "was": event.kind}
        event.kind = "put_back"
    s.flush()
    for event in first.values():
        _stand_again(s, event)
    for mail in s.scalars(select(Outgoing).where(Outgoing.created > now + APART)):
        # By its mark it is about that day: the one of the right day may be queued.
        mail.message_id = f"ahead {mail.id} {mail.message_id}"[:MOST_LETTERS]
        if mail.state in ("waiting", "sending"):
            mail.state, mail.body, mail.error = "refused", b"", "written by a clock that was ahead"


OF_DAYS = (*GONE, "standing", "alerted", "told")
MOST_LETTERS = 200  # of a mail's mark


def _stand_again(s: Session, taken: Event) -> None:
    """A unit's year where it stood by what is still told of it: what has changed since is told."""
    of_year = (Event.unit == taken.unit, Event.year == taken.year, Event.kind == "standing")
    last = s.scalar(select(Event).where(*of_year).order_by(Event.id.desc()).limit(1))
    name, is_sure = taken.content["from"], taken.content["was_confirmed"]
    if last is not None:
        name, is_sure = last.content["to"], last.content["confirmed"]
    row = s.get(StandingRow, (taken.unit, taken.year))
    if row is not None and name:
        row.name, row.confirmed = name, is_sure
    elif row is not None:
        s.delete(row)


def _put_back_in(s: Session, table: Table, now: datetime, by: datetime) -> int:
    count = 0
    for column in table.columns:
        if not isinstance(column.type, Moment) or table.name == "audit":
            continue
        name = f"{table.name}.{column.name}"
        limit = now if name not in AHEAD else now + LONGEST
        if name not in AHEAD or table.name == "outgoing":
            moved = update(table).where(column > limit).values({column.name: by})
            count += getattr(s.execute(moved), "rowcount", 0)
    return count


def _put_back_told(s: Session, now: datetime, by: datetime) -> None:
    """Moments inside of lists: since when a printed date is known, and whom a column is for."""
    seen = Sighting.last_seen >= by - APART  # all that was seen by that clock
    for sighting in s.scalars(select(Sighting).where(seen)):
        dates = [[*told[:2], *_by(told[2:], now, by)] for told in sighting.dates or ()]
        if dates != sighting.dates:
            sighting.dates = dates
    for column in s.scalars(select(Column).where(Column.covers.is_not(None))):
        covers = [[*_by(told[:1], now, by), *told[1:]] for told in column.covers or ()]
        if covers != column.covers:
            column.covers = covers


def _by(moments: list[Any], now: datetime, by: datetime) -> Iterator[str]:
    for moment in moments:
        known = datetime.fromisoformat(moment)
        yield moment if known <= now else by.isoformat()


# ---- a clock that was behind


def _put_forward(
    s: Session, sweep: Sweep, trusted: Mapping[str, float], now: datetime, by: datetime
) -> None:
    """What sweeps between two that portals vouch for wrote down as before the first of them had
    happened by the looks of the second; when, nobody knows.
    """
    before, behind = _fallen_back(s, sweep, trusted)
    if before is None:
        return
    told = []
    for each in behind:
        marked = update(Look).where(Look.sweep == each.id, Look.clock.in_(("", "apart")))
        s.execute(marked.values(clock="behind"))
        above = _written_before(s, each)
        if each.ended is None or above is None:
            continue
        if _put_forward_in(s, each.portal, (each.began, each.ended), above, by):
            told.append([each.id, each.began.isoformat(), each.ended.isoformat(), {**each.clocks}])
    if told:
        s.add(Event(at=now, kind="put_back", content={"sweeps": told}))
        s.expire_all()


def _fallen_back(
    s: Session, sweep: Sweep, trusted: Mapping[str, float]
) -> tuple[Sweep | None, list[Sweep]]:
    """The last sweep of a portal before this one that is vouched for, and those since then that
    began before it had ended, by their clock.
    """
    chosen = select(Sweep).where(Sweep.portal == sweep.portal, Sweep.id < sweep.id)
    behind: list[Sweep] = []
    for each in s.scalars(chosen.order_by(Sweep.id.desc()).limit(MOST_BEHIND)):
        against = held(each.clocks, trusted)
        if against.is_vouched:
            return each, [b for b in behind if b.began < (each.ended or each.began)]
        if against.is_contradicted:
            behind.append(each)
    return None, []


MOST_BEHIND = 20  # sweeps of a portal that are looked through


def newest(s: Session) -> dict[str, int]:
    """The newest row of each table whose moments may be put forward."""
    return {table: last or 0 for table, last in s.execute(NEWEST).one()._mapping.items()}


NEWEST = select(
    *(
        select(func.max(table.id)).scalar_subquery().label(table.__tablename__)
        for table in (Sighting, ReportVersion, Event)
    )
)


def _written_before(s: Session, sweep: Sweep) -> Mapping[str, int] | None:
    """Up to which rows a sweep's moments may be those of another, of the same time by its clock;
    None where nobody knows.
    """
    others = select(Sweep.id).where(Sweep.portal == sweep.portal, Sweep.id != sweep.id)
    at_once = others.where(Sweep.began <= sweep.ended, Sweep.ended >= sweep.began)
    if s.scalar(at_once.limit(1)) is None:
        return dict.fromkeys(("sighting", "report_version", "event"), 0)
    return sweep.newest or None


def _put_forward_in(
    s: Session,
    portal: str,
    span: tuple[datetime, datetime],
    above: Mapping[str, int],
    by: datetime,
) -> int:
    """What was seen of a portal in a span of time: how many moments of it."""
    count = 0
    of_portal = select(Sighting).join(Column).where(Column.portal == portal)
    for sighting in s.scalars(of_portal.where(Sighting.id > above["sighting"])):
        for name in ("first_seen", "last_seen"):
            if span[0] <= getattr(sighting, name) <= span[1]:
                setattr(sighting, name, by)
                count += 1
        sighting.dates = [
            [*told[:2], *(_out_of(moment, span, by) for moment in told[2:])]
            for told in sighting.dates or ()
        ]
    county = select(Portal.county).where(Portal.id == portal).scalar_subquery()
    units = select(Unit.id).where(Unit.county == county)
    seen = update(ReportVersion).where(ReportVersion.unit.in_(units))
    seen = seen.where(ReportVersion.id > above["report_version"])
    told = update(Event).where(Event.unit.in_(units), Event.kind.in_(OF_LOOKS))
    for moved in (
        seen.where(ReportVersion.seen.between(*span)).values(seen=by),
        seen.where(ReportVersion.found.between(*span)).values(found=by),
        told.where(Event.id > above["event"], Event.at.between(*span)).values(at=by),
    ):
        count += getattr(s.execute(moved), "rowcount", 0)
    return count


OF_LOOKS = (*GONE, "restored", "published", "changed")


def _out_of(moment: str, span: tuple[datetime, datetime], by: datetime) -> str:
    return by.isoformat() if span[0] <= datetime.fromisoformat(moment) <= span[1] else moment


# ---- what a person says, and what is told


SAID_TO_BE_RIGHT = (
    select(Event)
    .where(Event.unit.is_(None), Event.year.is_(None), Event.kind == "clock_right")
    .order_by(Event.id)
)


def trusted_hosts(s: Session) -> dict[str, float]:
    """How far apart hosts were when a person said that our clock is right."""
    found: dict[str, float] = {}
    for event in s.scalars(SAID_TO_BE_RIGHT):
        found.update(event.content.get("hosts", {}))
    return found


def trust(s: Session, now: datetime) -> int:
    """A person says that our clock is right. Returns how many looks prove something again."""
    doubted = (Look.clock == "apart", Look.trusted.is_(None), Look.at <= now)
    looks = list(s.scalars(select(Look).where(*doubted)))
    for look in looks:
        look.trusted = now
    clocks = _latest(_recent(s, now))
    hosts = {host: clocks[host] for host in held(clocks).off}
    s.add(Event(at=now, kind="clock_right", content={"hosts": hosts}))
    s.execute(update(StandingRow).values(next_change_at=now))  # worked out anew before it is told
    return len(looks)


def _recent(s: Session, now: datetime) -> list[Sweep]:
    """The sweeps of the day before the latest of all, in the order in which they were begun."""
    chosen = select(Sweep).where(Sweep.began <= now).order_by(Sweep.id.desc()).limit(1)
    last = s.scalar(chosen)
    return _around(s, last) if last is not None else []


class Clock(NamedTuple):
    """What is to be told of our clock."""

    later: datetime | None  # the latest moment of a sweep that is yet to come
    held: Held  # against the portals of the last day
    untimed: int  # looks that prove nothing because of it, until a person says so


NEVER_ASKED = Clock(None, Held(NOBODY, ()), 0)


def clock_of(s: Session, now: datetime) -> Clock:
    later = select(Sweep.ended, Sweep.began).order_by(Sweep.began.desc()).limit(1)
    moments = [moment for row in s.execute(later) for moment in row if moment is not None]
    last = max(moments, default=None)
    doubted = select(Look.id).where(Look.clock == "apart", Look.trusted.is_(None))
    return Clock(
        last if last is not None and last > now + APART else None,
        held(_latest(_recent(s, now)), trusted_hosts(s)),
        len(s.scalars(doubted).all()),
    )
