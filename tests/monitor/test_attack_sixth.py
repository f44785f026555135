"""The same question through every face, on each day: each case that an attacker wrote and that is mended stays so."""

from __future__ import annotations

from tests.amounts import prove
from tests.attacks.field4 import sixth

OPEN = set(sixth.OPEN.read_text(encoding="utf-8").split("\n")[1:])
# Those that did not hold once; the others are tried with `make prove`.
MENDED = ("14", "27", "33", "53", "59", "69", "74", "80")

globals().update({name: getattr(sixth, name) for name in ("towns", "world", "young")})
globals().update(
    {
        name: found if name.removeprefix("test_d") in MENDED else prove(found)
        for name, found in vars(sixth).items()
        if name.startswith("test_") and name not in OPEN
    }
)


def test_each_case_is_written_down() -> None:
    told = {f"test_{each['id']}" for each in sixth.CASES}
    assert told == {name for name in vars(sixth) if name.startswith("test_")}
