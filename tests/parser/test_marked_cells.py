"""A number is what a person sees in its cell, whatever else stands in the file."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.parser.readers.html import read_html
from nianbao.parser.readers.text import read_text
from nianbao.parser.report import read_tables
from tests.amounts import many
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import Style, compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.printed import Printed
from tests.reportkit.write_seen import TEXTS, WEB

Write = Callable[[Printed, random.Random], bytes]
NUMBERS = (0, 0, 1, 3, 6, 8, 12, 57, 340, 905, 1234, 88751, None)


def numbers(chance: random.Random) -> Figures:
    """Every cell with a number of its own, now and then blank: never all alike."""
    figures: Figures = {key: chance.choice(NUMBERS) for key in blank_figures()}
    return figures | {"requests.granted.total": chance.randint(1, 999)}


# seven layouts, each 14 reports of 200 cells; 143 when it is proved
@pytest.mark.parametrize("write", [*WEB, *TEXTS], ids=lambda write: write.__name__)
@many(14, 143)
@given(seed=st.integers(0, 2**32))
def test_what_is_seen_is_what_is_read(write: Write, seed: int) -> None:
    chance = random.Random(seed)
    figures = numbers(chance)
    style = Style(total_row=chance.choice([1, 2, 3]), none=chance.choice(["", "无", "-", "/"]))
    printed = compose(figures, style=style)
    read = read_html if write in WEB else read_text
    tables = read_tables(read(write(printed, chance)))
    wrong = wrong_cells(figures, tables.values, lossless=True)
    assert not wrong, "\n".join(wrong[:12])
