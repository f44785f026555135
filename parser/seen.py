"""What a person sees in one cell: runs of text, and how each of them looks.

Readers only say how a run looks; what the cell shows is decided here, once for
all formats.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from nianbao.parser.patterns import pattern_of

# shown: as the text around it
# hidden: in the file, seen by nobody
# struck: a line through it; what stands beside it takes its place
# raised: off the line of the text, above or below, as the mark of a note is
# odd: of another size or shade than its neighbours; a person may see it or not
Look = Literal["shown", "hidden", "struck", "raised", "odd"]


class Run(NamedTuple):
    text: str
    look: Look = "shown"


class Seen(NamedTuple):
    """The text of a cell, and why it may not be what a person reads there."""

    text: str
    doubt: str = ""


def seen(runs: Iterable[Run]) -> Seen:
    """Struck and hidden text is gone, a raised mark too; but where nothing else is left, nobody
    can tell what the cell says.
    """
    told = [run for run in runs if run.text and run.look != "hidden"]
    left = [run for run in told if run.look in ("shown", "odd")]
    text = "".join(run.text for run in left)
    if not text.strip():
        for look, why in ALONE.items():
            if alone := _joined(told, look):
                return Seen(alone, why)
        return Seen(text)
    if any(run.look == "odd" and DIGIT.search(run.text) for run in left):
        return Seen(text, "its digits do not look alike: some may be a mark, or not shown")
    return Seen(text)


ALONE = {
    "struck": "struck through, with nothing in its place",
    "raised": "only a raised mark",
}
DIGIT = pattern_of(r"\d")


def _joined(runs: Iterable[Run], look: str) -> str:
    return "".join(run.text for run in runs if run.look == look).strip()
