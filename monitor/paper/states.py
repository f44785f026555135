"""How states look on a page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from nianbao.monitor.drafts_board import STATES as DRAFTS
from nianbao.monitor.ledger.words import (
    FAULTS,
    FIRST_LOOK,
    QUALITIES,
    SEVERITIES,
    STANDINGS,
    Word,
)


def marks() -> Mapping[str, Word]:
    """Each state by the name of its style."""
    return {
        **{f"s-{name}": word for name, word in STANDINGS.items()},
        "s-unconfirmed": FIRST_LOOK,
        **{f"q-{name}": word for name, word in QUALITIES.items() if name},
        **{f"v-{name}": word for name, word in SEVERITIES.items()},
        **{f"w-{name}": word for name, word in FAULTS.items()},
        **{f"d-{name}": word for name, word in DRAFTS.items()},
    }


@cache
def colours() -> str:
    """Styles of the states, from the one table of words."""
    rules = []
    for name, word in marks().items():
        rules.append(f".{name}{{background:#{word.colour};fill:#{word.colour}}}")
        rules.append(f'.grid .{name}::before{{content:"{word.symbol} " / ""}}')
    return "\n".join(rules) + "\n"
