"""What is said of units when things change between two days: each case that an attacker wrote and that is mended stays so."""

from __future__ import annotations

from tests.amounts import prove
from tests.attacks.field4 import fifth

OPEN = set(fifth.OPEN.read_text(encoding="utf-8").split("\n")[1:])
# Those that did not hold once; the others are tried with `make prove`.
MENDED = ("01", "11", "15", "21", "22", "23", "25", "29", "52", "61")

globals().update({name: getattr(fifth, name) for name in ("towns", "world")})
globals().update(
    {
        name: found if name.removeprefix("test_c") in MENDED else prove(found)
        for name, found in vars(fifth).items()
        if name.startswith("test_") and name not in OPEN
    }
)


def test_each_case_is_written_down() -> None:
    told = {f"test_{each['id']}" for each in fifth.CASES}
    assert told == {name for name in vars(fifth) if name.startswith("test_")}
