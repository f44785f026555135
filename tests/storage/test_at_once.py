"""The pages and the daemon write to one SQLite file at once: each waits for the other, nothing is lost, nobody is told
that it is locked."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from pathlib import Path

from sqlalchemy import func, select

from nianbao.storage.audit import entries, faults, note
from nianbao.storage.models import Look, SignIn, Sweep, WebSession
from nianbao.storage.people import By, add, begin, seen, tried
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store, session
from tests.amounts import amount, more
from tests.worlds.recorded import World, at, item

NOW = at(2, 4).astimezone(UTC)
SWEEPS, ACTS = amount(12, 60), amount(40, 300)


def store_of(folder: Path) -> str:
    return f"sqlite:///{folder}/n.db"


def sweeps(folder: Path, count: int) -> None:
    """As the daemon does: many short acts of writing, one after the other."""
    world = World(folder, store_of(folder))
    for n in range(count):
        world.sweep(at(1, 1) + timedelta(hours=n), {"item": item(n)})
    world.engine.dispose()


def acts(folder: Path, count: int) -> None:
    """As the pages do, several at a time."""
    engine = open_store(store_of(folder))

    def act(n: int) -> None:
        with session(engine) as s:
            tried(s, f"name{n}", "127.0.0.1", NOW, succeeded=True)
            secret = begin(s, "admin", f"{n}", NOW)
        with session(engine) as s:
            seen(s, secret, NOW + timedelta(minutes=9))
        with session(engine) as s:
            note(s, NOW, "admin", "test", f"{n}", {"n": n})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(act, range(count)))
    engine.dispose()


@more
def test_the_pages_and_the_daemon_write_at_once(tmp_path: Path) -> None:
    engine = open_store(store_of(tmp_path))
    with session(engine) as s:
        add(s, "admin", "admin", EVERYTHING, "", By("王某", NOW))
    started = multiprocessing.get_context("spawn")
    both = [
        started.Process(target=sweeps, args=(tmp_path, SWEEPS)),
        started.Process(target=acts, args=(tmp_path, ACTS)),
    ]
    for each in both:
        each.start()
    for each in both:
        each.join(240)
    assert [each.exitcode for each in both] == [0, 0]
    with looking(engine) as s:
        many = {
            table: s.scalar(select(func.count()).select_from(table))
            for table in (Sweep, Look, SignIn, WebSession)
        }
        late = s.scalar(select(func.count()).select_from(WebSession).where(WebSession.seen > NOW))
        assert faults(s) == []
        done = [each["about"] for each in entries(s) if each["action"] == "test"]
    assert many == {Sweep: SWEEPS, Look: SWEEPS, SignIn: ACTS, WebSession: ACTS}
    assert late == ACTS
    assert sorted(done, key=int) == [f"{n}" for n in range(ACTS)]
    engine.dispose()
