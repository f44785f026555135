"""What was found of a county's columns, as it is told and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from nianbao.crawler.discovering.hosts import HostProof
from nianbao.crawler.likeness import Taken
from nianbao.crawler.states import State

MOST_ASKED = 300  # requests of one run


@dataclass(frozen=True)
class Column:
    """A column of annual reports, with what proves that it is one."""

    url: str
    preset: str
    proof: Taken  # an entry that is the report of an earlier year
    state: State  # how its list was read
    unit: str = ""  # whose it is; empty where it is for many
    body: str = ""  # the same of a body that the county's file does not have
    expect: str = ""  # words that the right column shows
    units: tuple[str, ...] = ()  # of which it shows reports
    years: tuple[int, ...] = ()
    entries: frozenset[str] = frozenset()  # the addresses of its reports
    reports: frozenset[tuple[str, int]] = frozenset()  # whose it shows, and of which years
    confirmed: bool = False  # the text of its first report was read
    taken: tuple[Taken, ...] = field(default=(), compare=False)  # its reports, as it lists them

    @property
    def shown(self) -> frozenset[str]:
        """The units that are looked for in it."""
        return frozenset((*self.units, *filter(None, (self.unit,))))

    @property
    def newest(self) -> int:
        return max(self.years, default=0)


class Doubtful(NamedTuple):
    """A page that may be a column, and is not written."""

    url: str
    units: tuple[str, ...]  # whose it may be
    why: str


class Older(NamedTuple):
    """A column that is not written: another shows newer reports of all whose reports it shows."""

    url: str
    units: tuple[str, ...]
    years: tuple[int, ...]


class Body(NamedTuple):
    """A body that publishes reports, and is not in the county's file."""

    name: str
    url: str
    year: int | None  # of its newest report


class Tried(NamedTuple):
    """A page on which a unit's column was looked for, and what it was."""

    url: str
    why: str


class Without(NamedTuple):
    """A unit of which no column was found."""

    unit: str
    tried: tuple[Tried, ...]


@dataclass(frozen=True)
class Discovery:
    """What one search found."""

    host: HostProof | None  # None where no front page was seen
    seen: State  # what the page was at which it began
    said: str = ""  # why it ended at once; empty where it looked around
    columns: tuple[Column, ...] = ()
    doubtful: tuple[Doubtful, ...] = ()
    older: tuple[Older, ...] = ()
    without: tuple[Without, ...] = ()
    bodies: tuple[Body, ...] = ()
    plain: bool = False  # the portal's https is broken
    ended: bool = True  # all that promised anything was followed
    gone: tuple[str, ...] = ()  # columns of the file that are not there any more


@dataclass
class Progress:
    """What a person watching sees."""

    asked: int = 0
    columns: int = 0
    units: int = 0  # of which a column is found
