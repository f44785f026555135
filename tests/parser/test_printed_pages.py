"""Reports as LibreOffice and Chromium print them, with and without rules: every cell in plain sight is read."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.parser.readers.pdf import read_pdf
from nianbao.parser.report import report_of
from tests.amounts import amount, more, prove
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import Style, compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.write_pdf import write_pdf
from tests.reportkit.write_printed import Look, by_browser, by_office, web_page, word_page

OFFICE = pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
BROWSER = pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")


def filled_in(seed: int, blank: float = 0.05, most: int = 999) -> Figures:
    """As many zeros as in real reports; without rules, only a number shows where a row is."""
    chance = random.Random(seed)
    numbers: Figures = {}
    for key in blank_figures():
        numbers[key] = chance.choice([0, 0, 0, chance.randint(1, 9), chance.randint(10, most)])
        if chance.random() < blank and key not in ALWAYS:
            numbers[key] = None
    return numbers


ALWAYS = {
    key
    for key in blank_figures()
    if key.startswith("proactive") or (key.startswith("requests") and key.endswith("total"))
}
LOOKS = [
    Look(),
    Look(size=18, margin=2000),
    Look("no upright", 18),
    Look("level", 18, ground="EEEEEE"),
    Look("frame", 16, sideways=True),
    Look("none", 18, repeat=True, above=9),
    Look("none", 16, sideways=True),
    Look(size=15, margin=1200),
    Look(size=24, margin=1000, repeat=True, above=14),
    Look("level", 18),
]


@OFFICE
@pytest.mark.libreoffice
def test_pages_of_an_office_program(tmp_path: Path) -> None:
    blanks = [0.05, 0.3, 0.1]
    drafts = [(filled_in(n, blanks[n % 3]), look) for n, look in enumerate(LOOKS)]
    pages = by_office((word_page(compose(f), look) for f, look in drafts), tmp_path)
    for (numbers, look), page in zip(drafts, pages, strict=True):
        values = report_of(read_pdf(page)).cells
        assert not wrong_cells(numbers, values, lossless=True), look


STYLES = [
    ("td{text-align:center;padding:2px}", 0.05),
    ("td{border:1px solid #000;text-align:center}", 0.3),
    ("tr{border-bottom:1px solid #999}td{text-align:right;padding:3px}", 0.1),
    ("td{border:1px solid #fff;text-align:center}tr:nth-child(odd){background:#eef}", 0.05),
    ("table{border:1px solid}td{text-align:left;padding:3px;vertical-align:top}", 0.05),
    ("td{text-align:center;font-size:14pt}", 0.3),
    ("table{border-collapse:separate}td{border:1px dotted #888}", 0.05),
]


@BROWSER
@pytest.mark.parametrize(
    ("style", "blank", "n"),
    [
        pytest.param(*style, n, marks=() if n in (0, 2) else prove, id=style[0][:24])
        for n, style in enumerate(STYLES)
    ],
)
def test_pages_of_a_browser(style: str, blank: float, n: int, tmp_path: Path) -> None:
    numbers = filled_in(n + 20, blank)
    page = web_page(compose(numbers), style, sideways=n == 3, above=4 * n)
    values = report_of(read_pdf(by_browser(page, tmp_path, margins=n % 2 == 0))).cells
    assert not wrong_cells(numbers, values, lossless=True)


# ---- what must not be placed


def without_numbers(numbers: Figures, *rows: str) -> Figures:
    return {
        key: None if key.rpartition(".")[0] in rows else number for key, number in numbers.items()
    }


def unruled(seed: int) -> Iterator[tuple[Figures, Style, dict[str, object]]]:
    """Reports whose tables have no rules, with rows that nobody filled in, over page ends."""
    chance = random.Random(seed)
    numbers = filled_in(seed, chance.choice([0, 0.02, 0.1, 0.3, 0.8]), 9999)
    names = sorted({key.rpartition(".")[0] for key in numbers if key.startswith("requests")})
    style = Style(
        seed=seed,
        spaces_in_labels=chance.choice([0, 0, 0.5]),
        total_row=chance.choice([1, 2, 3]),
        shuffled=chance.random() < 0.15,
        annotated=chance.random() < 0.2,
        extra_total=chance.random() < 0.1,
        repeat_header=chance.random() < 0.3,
        stray_column=chance.random() < 0.1,
    )
    pages: dict[str, object] = {
        "size": chance.choice([6, 7, 8, 9]),
        "break_rows": chance.random() < 0.5,
        "page_height": chance.choice([842, 842, 600, 400, 500]),
    }
    empty = chance.sample(names, chance.choice([0, 0, 1, 2]))
    yield without_numbers(numbers, *empty), style, pages


@more
def test_tables_without_rules_give_no_wrong_number() -> None:
    for seed in range(amount(40, 150)):
        for numbers, style, pages in unruled(seed):
            page = write_pdf(compose(numbers, style=style), ruled=False, **pages)  # type: ignore[arg-type]
            wrong = wrong_cells(numbers, report_of(read_pdf(page)).cells, lossless=False)
            assert not [line for line in wrong if "not read at all" not in line], seed


def values_of(numbers: Figures, **how: object) -> dict[str, object]:
    style = Style(**{k: how.pop(k) for k in list(how) if k in Style.__annotations__})  # type: ignore[arg-type]
    page = write_pdf(compose(numbers, style=style), ruled=False, **how)  # type: ignore[arg-type]
    return {key: value.number for key, value in report_of(read_pdf(page)).cells.items()}


def agree(numbers: Figures, read: dict[str, object]) -> bool:
    return all(number is None or number == numbers[key] for key, number in read.items())


def test_rows_that_nobody_filled_in_make_no_older_form() -> None:
    """25 rows less two are as many as the form of 2019 has."""
    numbers = without_numbers(filled_in(3, 0), "requests.granted", "requests.other.not_corrected")
    assert agree(numbers, values_of(numbers, size=6, break_rows=False))


def test_a_wide_page_that_is_taken_for_two_has_no_blank_columns() -> None:
    numbers = filled_in(4, 0)
    read = values_of(
        numbers, size=9, page_height=500, total_row=1, repeat_header=True, stray_column=True
    )
    assert agree(numbers, read)


def test_what_stands_lower_in_a_header_does_not_stand_to_the_right() -> None:
    numbers = filled_in(5, 0)
    for height in (400, 500, 600):
        read = values_of(
            numbers,
            size=6,
            page_height=height,
            break_rows=False,
            total_row=1,
            repeat_header=True,
            annotated=True,
        )
        assert agree(numbers, read)
