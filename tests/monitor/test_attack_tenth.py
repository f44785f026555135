"""The same question through every face, on each day: each case that an attacker wrote and that is mended stays so."""

from __future__ import annotations

from tests.amounts import prove
from tests.attacks.field4 import tenth

OPEN = set(tenth.OPEN.read_text(encoding="utf-8").split("\n")[1:])
# Those that did not hold once, and cost little; the others are tried with `make prove`.
MENDED = ("04", "08", "19")

globals().update({name: getattr(tenth, name) for name in ("towns", "world")})
globals().update(
    {
        name: found if name.removeprefix("test_h") in MENDED else prove(found)
        for name, found in vars(tenth).items()
        if name.startswith("test_") and name not in OPEN
    }
)


def test_each_case_is_written_down() -> None:
    told = {f"test_{each['id']}" for each in tenth.CASES}
    assert told == {name for name in vars(tenth) if name.startswith("test_")}
