"""Rows that a page end cuts through, as generated reports once found them."""

from __future__ import annotations

import pytest

from nianbao.parser.readers.html import read_html
from nianbao.parser.readers.ofd import read_ofd
from nianbao.parser.readers.pdf import read_pdf
from nianbao.parser.report import read_tables
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import Style, compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.write_html import write_html
from tests.reportkit.write_ofd import write_ofd
from tests.reportkit.write_pdf import write_pdf


def test_a_number_that_goes_on_overleaf_is_not_read_in_part() -> None:
    """３４ at the foot of a page and ０件 at the head of the next one is not 34."""
    numbers: Figures = dict.fromkeys(blank_figures("2021"), 340)
    style = Style(
        fullwidth=True,
        units=True,
        padding="\u3000",
        extra_total=True,
        extra_row=True,
        spaces_in_labels=0.8,
        shuffled=True,
    )
    document = read_pdf(write_pdf(compose(numbers, style=style), strokes="lines"))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=False)


def test_the_only_number_of_an_unruled_table_is_not_lost() -> None:
    numbers: Figures = dict.fromkeys(blank_figures("2021"))
    numbers["disputes.suit_direct.total"] = 72100
    printed = compose(numbers, style=Style(thousands=True))
    document = read_ofd(write_ofd(printed, page_height=300, ruled=False))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=False)


@pytest.mark.parametrize("total_row", [1, 2, 3])
@pytest.mark.parametrize("seed", [0, 1, 2, 4])
def test_a_heading_that_goes_on_overleaf_still_names_its_column(total_row: int, seed: int) -> None:
    """自然 at the foot of a page and 人 at the head of the next one is 自然人."""
    for number in (7, 12345):
        numbers: Figures = dict.fromkeys(blank_figures("2019"), number)
        style = Style(seed=seed, total_row=total_row, spaces_in_labels=0.8, repeat_header=True)
        data = write_pdf(compose(numbers, form_id="2019", requests_form_id="2019", style=style))
        assert not wrong_cells(numbers, read_tables(read_pdf(data)).values, lossless=False)


@pytest.mark.parametrize("lost", ["自然人", "其他", "总计", "科研机构"])
def test_numbers_under_a_heading_that_is_not_understood_are_refused_and_never_lost(
    lost: str,
) -> None:
    numbers: Figures = dict.fromkeys(blank_figures("2021"), 7)
    page = write_html(compose(numbers, style=Style(total_row=1))).decode()
    begin, heading, rest = page.partition("申请人情况")
    assert lost in rest
    damaged = (begin + heading + rest.replace(lost, "不明", 1)).encode()
    assert not wrong_cells(numbers, read_tables(read_html(damaged)).values, lossless=False)
