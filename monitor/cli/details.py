"""Details in the language that the terminal speaks."""

from __future__ import annotations

from nianbao.monitor.cli.language import one_of, say
from nianbao.monitor.ledger.details import in_chinese


def in_words(detail: str) -> str:
    """A detail of a look in the language that is spoken: made in both, or in English alone."""
    half = one_of(detail)
    return say(in_chinese(half), half)
