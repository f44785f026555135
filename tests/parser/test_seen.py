"""What a cell shows: runs in, one text and its doubt out."""

from __future__ import annotations

import pytest

from nianbao.parser.seen import Look, Run, seen

MARKS = [("hidden", "1"), ("struck", "4"), ("raised", "3"), ("raised", "①"), ("raised", "[1]")]


@pytest.mark.parametrize(("look", "mark"), MARKS)
def test_a_mark_before_between_or_behind_the_digits_is_not_of_the_number(
    look: Look, mark: str
) -> None:
    for at in range(3):
        digits = "96"
        runs = [Run(digits[:at]), Run(mark, look), Run(digits[at:])]
        assert seen(runs) == ("96", "")


def test_what_is_hidden_leaves_a_blank_cell() -> None:
    assert seen([Run("12", "hidden")]) == ("", "")


@pytest.mark.parametrize("look", ["struck", "raised"])
def test_a_mark_alone_is_neither_a_number_nor_a_blank(look: Look) -> None:
    text, doubt = seen([Run(" "), Run("77", look)])
    assert text == "77"
    assert doubt


def test_digits_that_do_not_look_alike_are_doubted() -> None:
    assert seen([Run("43"), Run("1", "odd")]) == (
        "431",
        "its digits do not look alike: some may be a mark, or not shown",
    )
    assert seen([Run("43"), Run("件", "odd")]) == ("43件", "")


def test_a_whole_cell_that_is_odd_is_doubted_too() -> None:
    assert seen([Run("43", "odd")]).doubt
