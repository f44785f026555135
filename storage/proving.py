"""Which looks prove that a report was not where it must be, and which tell why nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count, islice
from typing import Literal, NamedTuple, TypeVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from nianbao.storage.brought import Cell, numbers_in, on_postgresql, table_of, told
from nianbao.storage.dates import BEIJING
from nianbao.storage.kinds import LookState
from nianbao.storage.models import (
    Column,
    Document,
    Event,
    Look,
    Moment,
    Sweep,
)
from nianbao.storage.steering import newest


class LookFacts(NamedTuple):
    """One sweep's look at all columns where a unit's report may be."""

    at: datetime
    proven: bool  # every one of them was read whole, and it is known why
    state: LookState  # the first that was not, else of the last one
    document: str = ""  # the hash of what was seen
    fresh: bool = False  # every one was asked for anew, and answered with content
    untimed: bool = False  # it was whole, and nobody knows when: our clock was in doubt
    by_hand: str = ""  # who saved what was seen, if it was not asked for by us


T = TypeVar("T")


def batched(each: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    waiting = iter(each)
    while some := list(islice(waiting, size)):
        yield some


UNREACHABLE = ("unreachable", "unreachable_tls")


class Proof(NamedTuple):
    """What proves, as of a time, that a column did not show a report."""

    since: datetime  # looks before it prove nothing
    one_look: bool  # by the rule of then: any complete look did, and one was enough


# Without unit and year there are few.
PROOF_BEGINS = (
    select(Event.at)
    .where(Event.unit.is_(None), Event.year.is_(None), Event.kind == "proof_begins")
    .order_by(Event.id)
    .limit(1)
)


def proof_at(s: Session, year: int, as_of: datetime | None) -> Proof:
    """No deadline of a year is before its end, no report before its last month."""
    begins = datetime(year, 12, 1, tzinfo=UTC)
    kept_since = s.scalar(PROOF_BEGINS) if as_of is not None else None
    one_look = as_of is not None and kept_since is not None and as_of < kept_since
    return Proof(begins, one_look)


NEVER = datetime(9999, 1, 1, tzinfo=UTC)
Conditions = Sequence[ColumnElement[bool]]
# So written that their indexes are used.
PROVEN = Look.proof != literal_column("''")
FRESH = and_(Look.fresh, PROVEN)


def timed(
    as_of: datetime | ColumnElement[datetime] | None = None, look: type[Look] = Look
) -> ColumnElement[bool]:
    """Looks of which it is known when they were: our clock was not in doubt, or a person has said
    that it was right.
    """
    said = look.trusted.is_not(None) if as_of is None else look.trusted <= as_of
    return or_(look.clock == "", and_(look.clock == "apart", said))


class Ask(NamedTuple):
    """Whatever is proven by looks at all of some columns, before a moment or at all."""

    places: frozenset[int]
    before: datetime = NEVER


What = Literal["proven", "fresh", "complete"]


class Within(NamedTuple):
    """Which looks prove something."""

    as_of: datetime | None
    until: datetime | None  # when nobody knew of later ones
    since: datetime  # those before prove nothing
    what: What = "proven"

    def moments(self) -> Mapping[str, datetime]:
        """Those that are set, by their names."""
        named = {"as_of": self.as_of, "until": self.until, "since": self.since}
        return {name: moment for name, moment in named.items() if moment is not None}


def proving(
    s: Session, asks: Collection[Ask], within: Within, proof: Proof
) -> dict[Ask, set[LookFacts]]:
    """The latest proven look, and the latest fresh ones of two days, of each."""
    within = within._replace(since=proof.since)
    if proof.one_look:
        only = _last_whole(s, dict.fromkeys(asks, NEVER), within._replace(what="complete"))
        return {ask: {only[ask]} if ask in only else set() for ask in asks}
    latest = _last_whole(s, dict.fromkeys(asks, NEVER), within)
    fresh = _last_whole(s, dict.fromkeys(latest, NEVER), within._replace(what="fresh"))
    days = {ask: _morning(look.at) for ask, look in fresh.items()}
    earlier = _last_whole(s, days, within._replace(what="fresh"))
    return {ask: {each[ask] for each in (latest, fresh, earlier) if ask in each} for ask in asks}


def _morning(moment: datetime) -> datetime:
    """When the day began."""
    return moment.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)


ASKS = 2000  # in one question


def _last_whole(s: Session, asks: Mapping[Ask, datetime], within: Within) -> dict[Ask, LookFacts]:
    """Of each the latest look of which every column's part is such, of those that began before a
    moment, or were saved before it. Found by the first column, so that a look costs the same after
    many.
    """
    numbered = list(asks.items())
    found: dict[int, int] = {}
    for begin in range(0, len(numbered), ASKS):
        some = list(enumerate(numbered[begin : begin + ASKS], begin))
        found.update(_of_one(s, [each for each in some if len(each[1][0].places) == 1], within))
        found.update(_of_several(s, [each for each in some if len(each[1][0].places) > 1], within))
    parts = _parts(s, found.values(), {column for ask in asks for column in ask.places})
    whole: dict[Ask, LookFacts] = {}
    for number, sweep in found.items():
        ask = numbered[number][0]
        whole[ask] = _look_of([parts[sweep, column] for column in ask.places], whole=True)
    return whole


Numbered = Sequence[tuple[int, tuple[Ask, datetime]]]


def _of_one(s: Session, asks: Numbered, within: Within) -> Mapping[int, int]:
    """The sweep that looked at the only column, by the number of who asks."""
    rows = [(n, min(ask.places), ask.before, began) for n, (ask, began) in asks]
    return _answered(s, "one", rows, within)


def _of_several(s: Session, asks: Numbered, within: Within) -> Mapping[int, int]:
    rows = [
        (n, min(ask.places), ask.before, began, [*ask.places], len(ask.places))
        for n, (ask, began) in asks
    ]
    return _answered(s, "several", rows, within)


Many = Literal["one", "several"]


def _answered(
    s: Session, many: Many, rows: Sequence[Sequence[Cell]], within: Within
) -> Mapping[int, int]:
    """The first that is found for each, the latest looks first."""
    if not rows:
        return {}
    moments = within.moments()
    question = _question(many, within.what, frozenset(moments), on_postgresql=on_postgresql(s))
    answers = s.execute(question, {"rows": told(rows), **moments})
    return {number: sweep for number, sweep in answers if sweep is not None}


@cache
def _question(
    many: Many, what: What, moments: frozenset[str], *, on_postgresql: bool
) -> Select[int, int | None]:
    """Written once: to write it takes longer than to answer it."""
    names = {"number": int, "place": int, "before": datetime, "began": datetime}
    if many == "several":
        names |= {"places": list, "many": int}
    rows = bindparam("rows", type_=JSON)
    asked = table_of("asked", names, rows, on_postgresql=on_postgresql)
    found = select(Look.sweep).where(Look.column == asked.c.place, *_such(Look, what, moments))
    found = found.where(Look.at < asked.c.before)
    if many == "one":
        found = found.where(_moment(Look) < asked.c.began)
    else:
        part = aliased(Look)
        places = numbers_in(asked.c.places, on_postgresql=on_postgresql).correlate(asked)
        parts = select(func.count()).select_from(part)
        parts = parts.where(part.sweep == Look.sweep, part.column.in_(places))
        such = parts.where(*_such(part, what, moments), part.at < asked.c.before)
        began_before = parts.where(_moment(part) < asked.c.began)
        found = found.where(
            such.correlate(Look, asked).scalar_subquery() == asked.c.many,
            began_before.correlate(Look, asked).scalar_subquery() > 0,
        )
    last = found.order_by(Look.at.desc(), Look.id.desc()).limit(1).correlate(asked)
    return select(asked.c.number, last.scalar_subquery())


def _such(look: type[Look], what: What, moments: frozenset[str]) -> Iterator[ColumnElement[bool]]:
    """That a look is within what is set."""
    yield timed(bindparam("as_of", type_=Moment) if "as_of" in moments else None, look)
    yield look.at >= bindparam("since", type_=Moment)
    if "until" in moments:
        yield look.at <= bindparam("until", type_=Moment)
    if what == "complete":
        yield look.complete.is_(True)
    else:  # so written that their indexes are used
        yield look.proof != literal_column("''")
    if what == "fresh":
        yield and_(look.fresh)


def _moment(look: type[Look]) -> ColumnElement[datetime]:
    """When what a look saw was there: earlier than it was brought, where a person saved it."""
    return func.coalesce(look.saved, look.at)


class Part(NamedTuple):
    """What is told of a sweep's look at one column."""

    id: int
    sweep: int
    column: int
    at: datetime
    state: LookState
    complete: bool
    proof: str | None
    fresh: bool
    clock: str
    trusted: datetime | None
    witness: str
    saved: datetime | None
    document: str  # its hash
    in_part: bool  # the sweep was to look at some columns alone


PARTS = (
    select(
        *(Look.id, Look.sweep, Look.column, Look.at, Look.state, Look.complete, Look.proof),
        *(Look.fresh, Look.clock, Look.trusted, Look.witness, Look.saved),
        *(func.coalesce(Document.sha256, ""), Sweep.part),
    )
    .select_from(Look)
    .join(Sweep, Look.sweep == Sweep.id)
    .outerjoin(Document, Look.document == Document.id)
)


def _parts(
    s: Session, sweeps: Iterable[int], columns: Iterable[int], known: Conditions = ()
) -> dict[tuple[int, int], Part]:
    """What some sweeps' looks at some columns were, by sweep and column."""
    found: dict[tuple[int, int], Part] = {}
    wanted = set(columns)
    for some in batched(sorted(set(sweeps)), ASKS):
        for row in s.execute(PARTS.where(Look.sweep.in_(some), *known)):
            part = Part._make(row)
            if part.column in wanted:
                found[part.sweep, part.column] = part
    return found


def latest_of(
    s: Session, wanted: Collection[frozenset[int]], known: Conditions, as_of: datetime | None
) -> dict[frozenset[int], tuple[LookFacts | None, int]]:
    """The latest look at each of some columns together, and how many looks in a row, to the
    latest, reached nobody.
    """
    columns = {column for places in wanted for column in places}
    sweeps = select(Look.sweep).where(Look.column == Column.id, *known)
    last = sweeps.order_by(newest(Look.sweep)).limit(1).scalar_subquery()
    told = s.execute(select(Column.id, last).where(Column.id.in_(columns)))
    lasts = {column: sweep for column, sweep in told if sweep is not None}
    parts = _parts(s, lasts.values(), columns, known)
    found: dict[frozenset[int], tuple[LookFacts | None, int]] = {}
    for places in wanted:
        latest = max((lasts[column] for column in places if column in lasts), default=None)
        if latest is None:
            found[places] = None, 0
            continue
        looks = [parts[latest, column] for column in places if (latest, column) in parts]
        if not _tells(looks, places):
            looks = next(_sweeps(s, places, known), [])
        found[places] = None, 0
        if looks:
            look = _last_of(looks, places, as_of)
            found[places] = look, _failures(s, places, known) if look.state in UNREACHABLE else 0
    return found


def _failures(s: Session, columns: frozenset[int], known: Conditions) -> int:
    failures = 0
    for looks in _sweeps(s, columns, known):
        if _look_of(looks, whole=False).state not in UNREACHABLE:
            break
        failures += 1
    return failures


def _sweeps(s: Session, columns: frozenset[int], known: Conditions) -> Iterator[list[Part]]:
    """The looks of each sweep that tells something of some columns, the latest first."""
    chosen = PARTS.where(Look.column.in_(columns), *known)
    chosen = chosen.order_by(Look.sweep.desc(), Look.id.desc()).limit(FEW * len(columns))
    looks: list[Part] = []
    for offset in count(0, FEW * len(columns)):
        rows = [Part._make(row) for row in s.execute(chosen.offset(offset))]
        for row in rows:
            if looks and looks[0].sweep != row.sweep:
                if _tells(looks, columns):
                    yield looks
                looks = []
            looks.append(row)
        if len(rows) < FEW * len(columns):
            break
    if looks and _tells(looks, columns):
        yield looks


FEW = 8


def _tells(looks: Sequence[Part], columns: frozenset[int]) -> bool:
    """Whether a sweep tells anything of all these columns: one that was to look at some alone, for
    another unit, and read them, does not.
    """
    return (
        not looks[0].in_part
        or {look.column for look in looks} >= columns
        or not all(look.proof for look in looks)
    )


def _last_of(looks: Sequence[Part], columns: frozenset[int], as_of: datetime | None) -> LookFacts:
    """A sweep's look, which proves something only where it is known when it was."""
    is_whole = {look.column for look in looks if look.proof} >= columns
    untimed = not all(_is_timed(look, as_of) for look in looks)
    found = _look_of(looks, whole=is_whole and not untimed)
    return found._replace(untimed=is_whole and untimed)


def _is_timed(look: Part, as_of: datetime | None) -> bool:
    if look.clock != "apart":
        return look.clock == ""
    return look.trusted is not None and (as_of is None or look.trusted <= as_of)


def _look_of(looks: Sequence[Part], *, whole: bool) -> LookFacts:
    """Its bytes are those of the column that could not be read, else of the first, whose address is
    told with them.
    """
    latest_first = sorted(looks, key=lambda look: -look.id)
    failed = [look for look in latest_first if not look.complete]
    shown = (failed or sorted(looks, key=lambda look: look.column))[0]
    return LookFacts(
        at=min(look.saved or look.at for look in looks),
        proven=whole,
        state=(failed or latest_first)[0].state,
        document=shown.document,
        fresh=all(look.fresh for look in looks),
        by_hand="、".join(dict.fromkeys(look.witness for look in looks if look.witness)),
    )
