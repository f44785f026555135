"""Where all stood a week ago is the same, whether it is worked out or read off what is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from nianbao.monitor.ledger.present import lines_at, lines_now, lines_then
from nianbao.monitor.ledger.year import WEEK, counts_of
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.standings import settled_since
from nianbao.storage.store import looking
from tests.worlds.seasons_by_chance import END, YEAR, ByChance, told_of

SEEDS = (3,)


@dataclass
class Asked(ByChance):
    """A season, asked on some of its days how it was a week before."""

    read_off: int = 0  # units that were not worked out
    unlike: list[str] = field(default_factory=list)

    def _told(self, registry: object) -> Mapping[str, object]:  # type: ignore[override]
        now = self.clock()
        self.ask(now, now - WEEK)
        self.ask(now, now - timedelta(days=1))
        return {}

    def ask(self, now: datetime, then: datetime) -> None:
        of = (EVERYTHING, YEAR)
        with looking(self.engine) as s:
            lines = lines_now(s, *of, now, self.registry)
            found = lines_then(s, *of, then, self.registry, lines)
            worked_out = lines_at(s, *of, then, self.registry)
            self.read_off += len(settled_since(s, *of, then))
        if counts_of(found) != counts_of(worked_out):
            was = {line.unit: told_of(line) for line in worked_out}
            here = {line.unit: told_of(line) for line in found}
            differ = [unit for unit in was | here if was.get(unit) != here.get(unit)]
            self.unlike += [f"{self.day} {u}: {was.get(u)} {here.get(u)}" for u in differ]


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_told_as_it_is_worked_out(seed: int, tmp_path: Path) -> None:
    season = Asked(tmp_path, f"sqlite:///{tmp_path}/store/nianbao.db", Random(seed))
    season.live()
    assert season.day > END
    assert season.read_off > 20
    assert season.unlike == []
