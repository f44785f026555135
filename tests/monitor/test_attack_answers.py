"""What an attacker found where two faces gave two answers: each of it that is mended stays so."""

from __future__ import annotations

from tests.amounts import prove
from tests.attacks.field4 import again

pytestmark = prove  # each lives a season of its own

OPEN = again.OPEN.read_text(encoding="utf-8").split("\n")[1:]

globals().update(
    {
        name: found
        for name, found in vars(again).items()
        if name in ("towns", "world") or (name.startswith("test_") and name not in OPEN)
    }
)
