"""Columns that cannot be read any more, or show nobody's new reports: told once when it lasts, and
once when it is over.

Pure: made of how columns were doing at a time, and of what was told by then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from nianbao.crawler.states import STATES
from nianbao.monitor.ledger.age import IN_SEASON
from nianbao.monitor.standing import BEIJING, day_in_beijing
from nianbao.storage.kinds import LookState
from nianbao.storage.queries import PortalFacts

RotKind = Literal["unread", "fallen"]
LASTS = timedelta(days=3)
LASTS_ELSE = timedelta(days=7)
OVER = "over "  # before the key of what is over
AGAIN = 2  # failed looks, before anything is told: one may be chance


class Rot(NamedTuple):
    """A column that fails, since when; or that did."""

    kind: RotKind
    since: datetime
    column: PortalFacts

    @property
    def key(self) -> str:
        """The same as long as the same failure lasts."""
        since = f"{self.since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        return f"{self.kind} {self.column.number} {since}"


class News(NamedTuple):
    """What there is to tell of columns, and was not told."""

    new: Sequence[Rot] = ()
    over: Sequence[Rot] = ()
    ended: Sequence[str] = ()  # the keys of all that is over

    @property
    def keys(self) -> list[str]:
        """By which it is known that all of it was told."""
        return [rot.key for rot in self.new] + [f"{OVER}{key}" for key in self.ended]

    def __bool__(self) -> bool:
        return bool(self.new or self.over)


def failing(columns: Iterable[PortalFacts], ends: Mapping[str, date], now: datetime) -> list[Rot]:
    """Every column that fails now. `ends`: the last day of each county's deadline."""
    return [rot for column in columns for rot in _of_column(column, ends, now)]


def _of_column(column: PortalFacts, ends: Mapping[str, date], now: datetime) -> Iterator[Rot]:
    since = _ended(column, ends)
    if column.failing is not None:
        yield Rot("unread", column.failing, column)
    elif since is not None and since <= now and column.has_fallen and not column.answered:
        yield Rot("fallen", since, column)


def _ended(column: PortalFacts, ends: Mapping[str, date]) -> datetime | None:
    """The moment after the deadline, from which on the year's reports must be there."""
    last = ends.get(column.county)
    return datetime.combine(last + timedelta(days=1), time(), BEIJING) if last else None


def lasts(rot: Rot, now: datetime, in_season: timedelta = LASTS) -> bool:
    """Whether it is no chance any more: seen twice at least, or not read for twice as long."""
    long = in_season if day_in_beijing(now).month in IN_SEASON else LASTS_ELSE
    if rot.kind == "unread" and rot.column.failed < AGAIN:
        whole = rot.column.whole
        return whole is not None and now - whole >= 2 * long
    return now - rot.since >= long


def news(
    rots: Sequence[Rot],
    columns: Iterable[PortalFacts],
    told: Collection[str],
    ends: Mapping[str, date],
    now: datetime,
    in_season: timedelta = LASTS,
) -> News:
    """What lasts and was not told; and what was told and is over: of another year's reports
    nobody can tell.
    """
    new = [rot for rot in rots if rot.key not in told and lasts(rot, now, in_season)]
    fails = {(rot.kind, rot.column.number) for rot in rots}
    known = {column.number: column for column in columns}
    over: dict[tuple[str, int], Rot] = {}
    ended = []
    for key in sorted(told):
        rot = _told(key, known)
        if rot is None or f"{OVER}{key}" in told or (rot.kind, rot.column.number) in fails:
            continue
        if rot.kind == "unread" or rot.since == _ended(rot.column, ends):
            over[rot.kind, rot.column.number] = rot
            ended.append(key)
    return News(new, list(over.values()), ended)


def _told(key: str, known: Mapping[int, PortalFacts]) -> Rot | None:
    """What a key is of; None where its column is watched no more, or it is of something else."""
    kind, _, rest = key.partition(" ")
    number, _, since = rest.partition(" ")
    if kind not in ("unread", "fallen") or not number.isdigit() or int(number) not in known:
        return None
    moment = datetime.fromisoformat(since).replace(tzinfo=UTC)
    return Rot("unread" if kind == "unread" else "fallen", moment, known[int(number)])


def grouped(rots: Sequence[Rot], columns: Iterable[PortalFacts]) -> list[Sequence[Rot]]:
    """A portal of which every column fails as one, the others each for itself."""
    of_portal: dict[tuple[str, str], int] = {}
    for column in columns:
        portal = column.county, column.host
        of_portal[portal] = of_portal.get(portal, 0) + 1
    together: dict[tuple[str, str, str], list[Rot]] = {}
    for rot in rots:
        together.setdefault((rot.kind, rot.column.county, rot.column.host), []).append(rot)
    groups: list[Sequence[Rot]] = []
    for (kind, county, host), mine in together.items():
        is_all = kind == "unread" and len(mine) == of_portal.get((county, host), 0)
        if is_all and len(mine) > 1:
            groups.append(mine)
        else:
            groups += [[rot] for rot in mine]
    return groups


def state_of(column: PortalFacts) -> tuple[str, str]:
    """How its latest look ended, in Chinese and English; with the words that it lacked."""
    zh, en = STATES[column.state]
    if column.state == "expectation_broken" and column.detail:
        return f"{zh}（应有“{column.detail}”）", f"{en} (it should say “{column.detail}”)"
    return zh, en


# What whoever runs it may do, by how the look ended.
MOVED = ("column_moved", "column_gone", "soft_404", "wrong_site", "expectation_broken")
CLOSED: Sequence[LookState] = (
    *("robots_disallowed", "blocked_challenge", "blocked_waf", "login_required"),
    "attachment_captcha",
)
DOWN = ("unreachable", "unreachable_tls", "rate_limited")


Mending = Literal["down", "moved", "closed", "changed"]


def mending_of(state: LookState) -> Mending:
    """What may be done about it, by name."""
    if state in DOWN:
        return "down"
    if state in MOVED:
        return "moved"
    return "closed" if state in CLOSED else "changed"
