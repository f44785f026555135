"""The daemon where workers do what is to be done: it only decides when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nianbao.monitor.cadence import season_of
from nianbao.monitor.daemon import HOUR, Work
from nianbao.monitor.standing import day_in_beijing, due_year
from nianbao.storage.registry import CountyEntry

# What is asked of a sweep's place in the queue, beside its kind's own.
SEASONS: Mapping[str, int] = {"last_week": 30, "season": 15, "rest": 0}
MOST_AT_ONCE = 500  # sweeps that are asked for at a time; the longest overdue first


@dataclass(kw_only=True)
class Deciding(Work):
    """Each thing is asked for again and again: where it waits or is being done, nothing happens."""

    jobs: Any  # whoever hands them to workers
    forgot: datetime | None = None  # when jobs that are over were last forgotten

    def standings(self) -> int:
        self.ask("standings")
        return 0

    def sweeps(self) -> int:
        """Ask for sweeps of what is due, and for what dead workers left."""
        self.jobs.take_up_again()
        if self.is_due("forgot", HOUR):
            self.jobs.forget_old()
        self.reload()
        due = self.due()[:MOST_AT_ONCE]
        for visit in due:
            county = visit.county
            self.ask("sweep", county.code, self.priority(county), county=county.code)
        return len(due)

    def busy(self) -> set[str]:
        return {lock for kind, lock in self.jobs.open_locks() if kind == "sweep"}

    def priority(self, county: CountyEntry) -> int:
        now = self.clock()
        deadline = self.registry.deadline(county, due_year(now))
        return SEASONS[season_of(day_in_beijing(now), deadline)]

    def tell(self) -> None:
        self.ask("digests")
        if is_full := self.is_due("looked", HOUR):
            self.ask("hourly")
        if self.is_due("pruned", timedelta(days=1)):
            self.ask("delete")
        self.ask("mail")
        self.ask("posts")
        if is_full:
            self.ask("returned")

    def ask(self, kind: str, lock: str = "all", priority: int = 0, **arguments: str) -> None:
        self.jobs.submit(kind, arguments, lock, priority=priority)
