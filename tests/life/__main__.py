"""`python -m tests.life FOLDER`: three years of ten counties, lived by a daemon that runs all the time; it may be ended at any moment, and goes on where it was."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from nianbao.monitor.cli.bars import bar
from nianbao.monitor.demo.season import year_over
from tests.life.conducting import ROOT, Receiver, Run, State, inbox
from tests.life.verdict import Verdict, verdict
from tests.life.world import Portals, World, shown
from tests.portals.server import running
from tests.worlds.daemons import free_port
from tests.worlds.mailbox import receiving


class Ended:
    """Set by whoever ends it: the day that is lived goes to its end."""

    by = ""


def state_in(folder: Path, years: int, counties: int, last: date | None, today: date) -> State:
    if (folder / "state.json").exists():
        return State(**json.loads((folder / "state.json").read_text("utf-8")))
    folder.mkdir(parents=True, exist_ok=True)
    first = year_over(today) - years + 1
    world = World(first, years, counties)
    until = last or date.fromordinal(today.toordinal() - 1)
    # In the middle of a season: of the second, where there are more.
    middle = date(first + min(years, 2), 2, 10)
    begin = str(world.begin)
    state = State(first, years, counties, str(until), begin, free_port(), str(middle))
    state.write(folder)
    return state


@contextmanager
def living(folder: Path, state: State, old: Path | None = None) -> Iterator[Run]:
    world = World(state.first, state.years, state.counties)
    portals, hook = Portals(world, date.fromisoformat(state.next)), Receiver()
    with (
        receiving() as box,
        running(hook) as site,
        inbox(folder) as back,
        shown(portals, state.port),
    ):
        run = Run(folder, state, world, portals, box, back, hook, site.url, old)
        try:
            yield run
        finally:
            run.stop()


def lived(folder: Path, state: State, old: Path | None, seconds: float, told: bool = True) -> bool:
    """Until the last day, or for some seconds; whether it came to its end."""
    last, began = date.fromisoformat(state.last), time.monotonic()
    is_seen = told and sys.stderr.isatty()
    with living(folder, state, old) as run, bar() as moving:
        first = run.world.begin
        task = moving.add_task("", total=(last - first).days, visible=is_seen)
        while run.day <= last and time.monotonic() - began < seconds and not Ended.by:
            if run.is_new and not state.upgraded:
                run.portals.day = run.day
                run.upgraded()
            month = run.day.month
            run.step()
            moving.update(task, completed=(run.day - first).days, description=f"{run.day}")
            if told and not is_seen and run.day.month != month:
                print(f"{run.day}  CPU {state.cpu:.0f} s, {state.wall:.0f} s", flush=True)
        run.note()
        state.write(folder)
    return run.day > last


def said(found: Verdict) -> None:
    for line in found.told:
        print(f"  {line}")
    for line in found.wrong:
        print(f"  ! {line}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path, help="for its state; where there is one, it goes on")
    asked.add_argument("--years", type=int, default=3)
    asked.add_argument("--counties", type=int, default=10)
    asked.add_argument("--last", type=date.fromisoformat, help="the last day; yesterday if not")
    asked.add_argument("--seconds", type=float, default=12 * 3600.0, help="for which it runs")
    asked.add_argument("--before", type=Path, help="a checkout of an older release, which lives the first half")  # fmt: skip
    asked.add_argument("--verdict", action="store_true", help="only what is there by now")
    of = asked.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(Ended, "by", "signal"))
    folder, before = of.folder.resolve(), of.before.resolve() if of.before else None
    state = state_in(folder, of.years, of.counties, of.last, datetime.now(UTC).date())
    is_over = of.verdict or lived(folder, state, before, of.seconds)
    is_old = before is not None and state.next < state.upgrade
    found = verdict(folder, state, before if is_old and before is not None else ROOT)
    said(found)
    if not is_over:
        print(f"it stopped before {state.next}; the same command goes on")
    sys.exit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()
