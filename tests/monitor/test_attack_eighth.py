"""The same question through every face, on each day: each case that an attacker wrote and that is mended stays so; and wider seasons by chance."""

from __future__ import annotations

from pathlib import Path

from tests.amounts import prove
from tests.attacks.field4 import eighth
from tests.attacks.field4.eighth_seasons import seasons

OPEN = set(eighth.OPEN.read_text(encoding="utf-8").split("\n")[1:])
# Those that did not hold once; the others are tried with `make prove`.
MENDED = ("06", "49", "50", "52", "62")

globals().update({name: getattr(eighth, name) for name in ("towns", "world", "young")})
globals().update(
    {
        name: found if name.removeprefix("test_f") in MENDED else prove(found)
        for name, found in vars(eighth).items()
        if name.startswith("test_") and name not in OPEN
    }
)


def test_each_case_is_written_down() -> None:
    told = {f"test_{each['id']}" for each in eighth.CASES}
    assert told == {name for name in vars(eighth) if name.startswith("test_")}


@prove
def test_no_face_tells_what_may_not_be_told(tmp_path: Path) -> None:
    asked = (*range(3000, 3008), 3047, 3640)
    wrong = {seed: error for seed, _, error in seasons(asked, tmp_path / "seasons") if error}
    assert not wrong
