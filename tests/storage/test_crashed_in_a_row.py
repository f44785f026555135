"""Which sweeps in a row went wrong, while others begin."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from nianbao.storage.models import Portal, Region, Sweep
from nianbao.storage.store import open_store, session
from nianbao.storage.visits import first_of


def test_a_sweep_that_has_just_begun_hides_no_crash(tmp_path: Path) -> None:
    """By workers: between two questions the next sweep begins, of which nothing is wrong yet."""
    engine, at = open_store(f"sqlite:///{tmp_path}/n.db"), datetime(2027, 1, 25, tzinfo=UTC)
    with session(engine) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Portal(id="140999", county="140999", host="a.example"))
        s.flush()
        for problem in ("", "died", "died", ""):
            s.add(Sweep(portal="140999", began=at, ended=at, problem=problem))
            s.flush()
        assert first_of(s, "140999", 3) == 2
    engine.dispose()
