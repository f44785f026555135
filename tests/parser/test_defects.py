"""Where information is gone, the cells are unreadable. A wrong number is the one result that may never appear."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nianbao.parser.document import Document
from nianbao.parser.readers.html import read_html
from nianbao.parser.readers.text import read_text
from nianbao.parser.report import read_tables
from tests.amounts import many
from tests.reportkit.compose import compose
from tests.reportkit.defects import DEFECTS, one_zero_for_a_column, run_together
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.strategies import figures
from tests.reportkit.write_html import write_html
from tests.reportkit.write_text import LAYOUTS, write_text

PADDED = frozenset(("tab_rows", "tab_rows_collapsed", "markdown"))
KEEPS_ROWS = frozenset(
    ("run_together", "repeat_with_other_numbers", "garbage_in_cells", "lose_the_header")
)


def wrong_numbers(numbers: Figures, document: Document) -> list[str]:
    return [
        f"{key}: printed {numbers.get(key)!r}, read {value.number!r} from {value.raw!r} {value.where}"
        for key, value in read_tables(document).values.items()
        if value.number is not None and value.number != numbers.get(key)
    ]


@many(80, 600)
@given(
    numbers=figures("2021"),
    name=st.sampled_from(sorted(DEFECTS)),
    seed=st.integers(0, 10**6),
    layout=st.sampled_from(["html", "html", "html", *LAYOUTS]),
)
def test_no_defect_yields_a_wrong_number(
    numbers: Figures, name: str, seed: int, layout: str
) -> None:
    # A writer that pads every row to the same width turns a lost cell into a blank one at the end, which nobody
    # could tell from a blank that was meant.
    assume(layout not in PADDED or name in KEEPS_ROWS)
    assume(
        layout != "blanks" or name != "garbage_in_cells"
    )  # "0 0" beside a vanished blank is nobody's to tell
    if name == "one_zero_for_a_column":
        numbers = blank_figures("2021", 0)
    printed = DEFECTS[name](compose(numbers), random.Random(seed))
    document = (
        read_html(write_html(printed))
        if layout == "html"
        else read_text(write_text(printed, layout))
    )
    wrong = wrong_numbers(numbers, document)
    if (
        name == "garbage_in_cells"
    ):  # 三 and 00 are no numbers of ours; what was not spoilt must still be right
        wrong = [line for line in wrong if "from '三'" not in line]
    assert not wrong, "\n".join(wrong[:8])


def test_cells_that_were_made_one_shift_no_number() -> None:
    numbers = blank_figures("2021", 0) | {
        f"requests.handled_total.{column}": 1000 + n
        for n, column in enumerate(("natural_person", "business", "research", "social_welfare"))
    }
    text = write_text(compose(numbers), "markdown").decode("utf-8")
    row = "| 1000 | 1001 | 1002 | 1003 |"
    assert row in text
    for two in ("三", "见附件", "0"):
        spoilt = text.replace(row, f"| 1000 | {two} | {two} | 1003 |")
        wrong = wrong_numbers(numbers, read_text(spoilt.encode()))
        assert [line for line in wrong if not line.endswith("'0'") and "from '0'" not in line] == []


def states(document: Document) -> dict[str, str]:
    return {key: value.state for key, value in read_tables(document).values.items()}


@pytest.mark.parametrize("layout", ["html", *LAYOUTS])
def test_numbers_run_together_with_their_label_are_unreadable(layout: str) -> None:
    printed = run_together(compose(blank_figures("2021", 3)), random.Random(1))
    document = (
        read_html(write_html(printed))
        if layout == "html"
        else read_text(write_text(printed, layout))
    )
    found = states(document)
    assert "unreadable" in found.values()
    assert set(found.values()) <= {"unreadable", "value"}
    assert all(value.number in (3, None) for value in read_tables(document).values.values())


def test_one_zero_for_a_column_says_nothing_of_its_rows() -> None:
    printed = one_zero_for_a_column(compose(blank_figures("2021", 0)), random.Random(4))
    cells = read_tables(read_html(write_html(printed))).values
    merged = [
        value
        for key, value in cells.items()
        if key.startswith("requests.denied.") and value.state == "unreadable"
    ]
    assert merged
    assert {value.why for value in merged} == {"one merged cell stands for several rows"}


def test_five_numbers_for_seven_columns_are_unreadable() -> None:
    rows = [
        "一、本年新收政府信息公开申请数量 1 0 0 0 1",
        "二、上年结转政府信息公开申请数量 0 0 0 0 0 0 0",
    ]
    header = (
        "申请人情况\n自然人 法人或其他组织 总计\n商业企业 科研机构 社会公益组织 法律服务机构 其他\n"
    )
    cells = read_tables(read_text((header + "\n".join(rows)).encode())).values
    assert cells["requests.new.natural_person"].state == "unreadable"
    assert cells["requests.new.natural_person"].raw == "1 0 0 0 1"
    assert cells["requests.carried_in.total"].number == 0
