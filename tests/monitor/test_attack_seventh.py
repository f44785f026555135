"""The same question through every face, on each day: each case that an attacker wrote and that is mended stays so; and seasons by chance
against what may be told by what their portal answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.amounts import TIMES, prove
from tests.attacks.field4 import seventh
from tests.attacks.field4.seventh_seasons import seasons

OPEN = set(seventh.OPEN.read_text(encoding="utf-8").split("\n")[1:])
# Those that did not hold once; the others are tried with `make prove`.
MENDED = ("01", "04", "05", "13", "19", "39", "41")

globals().update({name: getattr(seventh, name) for name in ("towns", "world", "young")})
globals().update(
    {
        name: found if name.removeprefix("test_e") in MENDED else prove(found)
        for name, found in vars(seventh).items()
        if name.startswith("test_") and name not in OPEN
    }
)


def test_each_case_is_written_down() -> None:
    told = {f"test_{each['id']}" for each in seventh.CASES}
    assert told == {name for name in vars(seventh) if name.startswith("test_")}


# Of those that once told what they may not.
@pytest.mark.parametrize(
    "seeds", [(7,), pytest.param(range(500, 506 if TIMES == 1 else 520), marks=prove)]
)
def test_no_face_tells_what_may_not_be_told(tmp_path: Path, seeds: Iterable[int]) -> None:
    wrong = {seed: error for seed, _, error in seasons(seeds, tmp_path / "seasons") if error}
    assert not wrong
