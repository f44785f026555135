"""Hypothesis strategies for figures and printing styles."""

from __future__ import annotations

import random
from decimal import Decimal

from hypothesis import strategies as st

from nianbao.parser.forms import form_named
from tests.reportkit.compose import Style
from tests.reportkit.figures import Figures, balance, blank_figures

COUNTS = st.one_of(st.integers(0, 9), st.integers(10, 999), st.integers(1000, 999_999))
FEES = st.one_of(COUNTS, st.decimals(0, 99_999, places=6, allow_nan=False, allow_infinity=False))
CHANGES = st.integers(-500, 500)


@st.composite
def figures(draw: st.DrawFn, form_id: str, *, blanks: bool = True) -> Figures:
    """Mostly zeros, as real reports are, or dense; with some blank cells, or none, or nothing but blanks."""
    labels = dict(form_named(form_id).cells())
    base = blank_figures(form_id, draw(st.sampled_from([0, 0, 0, None])) if blanks else 0)
    if draw(st.booleans()):
        chance = random.Random(draw(st.integers(0, 2**32)))
        for key in base:
            base[key] = chance.choice([0, 0, 1, 2, 3, 7, 12, 85, 340, 1234])
        base = balance(base, form_id)
    numbers = {"count": COUNTS, "decimal": FEES, "change": CHANGES}
    keys = draw(st.lists(st.sampled_from(sorted(labels)), max_size=10, unique=True))
    for key in keys:
        number = draw(numbers[labels[key].kind])
        base[key] = (
            number if not isinstance(number, Decimal) or number != int(number) else int(number)
        )
    if blanks:
        chance = random.Random(draw(st.integers(0, 2**32)))
        share = draw(st.sampled_from([0, 0, 0.03, 0.3, 0.9]))
        for key in base:
            if chance.random() < share:
                base[key] = None
    return base


@st.composite
def styles(draw: st.DrawFn) -> Style:
    noise = draw(st.booleans())
    if not noise:
        return Style(seed=draw(st.integers(0, 9)))
    rare = st.sampled_from([False, False, False, True])
    return Style(
        seed=draw(st.integers(0, 2**32)),
        spaces_in_labels=draw(st.sampled_from([0.0, 0.0, 0.3, 0.8])),
        fullwidth=draw(rare),
        zero=draw(st.sampled_from(["0", "0", "0", "零"])),
        none=draw(st.sampled_from(["", "", "\u3000", "\u00a0", "-", "－", "/", "—", "——", "无"])),
        padding=draw(st.sampled_from(["", "", " ", "\u3000", "\u3000\u00a0"])),
        thousands=draw(rare),
        units=draw(rare),
        numbering=draw(st.sampled_from(["usual", "usual", "halfwidth", "none"])),
        traditional=draw(rare),
        total_row=draw(st.sampled_from([1, 2, 3])),
        shuffled=draw(rare),
        repeat_header=draw(rare),
        stray_column=draw(rare),
        extra_total=draw(rare),
        annotated=draw(rare),
        extra_row=draw(rare),
        one_grid=draw(rare),
    )
