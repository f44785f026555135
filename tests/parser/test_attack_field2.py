"""Layouts by another hand, made by kinds (tests/attacks/field2): what is told of each must be so.

`open` beside them names those that are not yet read as a person reads them.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from nianbao.parser.report import read_many
from tests.amounts import prove
from tests.parser.test_attack_layouts import amiss, kit

FOLDER = Path(__file__).parent.parent / "attacks" / "field2"
OPEN = frozenset((FOLDER / "open").read_text("utf-8").split())
# What was told wrongly, and a few that stand for the rest.
QUICK = frozenset(
    (
        "bdo",
        "blocks_side_by_side",
        "channels_table_in_three",
        "column_numbers_row",
        "docx_line_breaks_as_cells",
        "groups_as_rows_with_sums",
        "json_escaped",
        "jsonp",
        "label_cut_numbers_above",
        "label_cut_numbers_below",
        "labels_misspelt",
        "labels_repeated",
        "labels_soft_hyphen",
        "last_year_below_captioned",
        "last_year_right_above_four",
        "other_row_alone",
        "other_row_in_denied",
        "ofd_annotation_over_numbers",
        "ofd_clipped",
        "ofd_report_is_second",
        "ofd_text_in_composite",
        "ofd_white_by_draw_param",
        "own_table_and_no_heads",
        "own_table_in_overview",
        "pdf_digits_apart",
        "pdf_invisible_layer_differs",
        "pdf_no_frame",
        "row_numbers_behind_label",
        "suits_after_named_first",
        "sum_rows_called_total",
        "table_four_suits_unparted",
        "table_four_three_rows",
        "table_four_two_years",
        "table_four_upright",
        "three_blocks_beside",
        "title_chinese_zero",
        "txt_full_width_bars",
        "txt_tabs_blanks_stripped",
        "unseen_digits",
    )
)


@functools.cache
def kinds() -> ModuleType:
    """The modules of the kinds, which import each other and those of the older layouts."""
    kit()
    for name in ("kinds", "files", "aimed", "dirt", "writers"):
        spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules["kinds"]


def faults_of(name: str) -> list[str]:
    file, data, expect = kinds().of(name)
    read = list(read_many([(file, data)]))
    reports = [outcome.report for outcome in read if outcome.report is not None]
    own = [report for report in reports if report.year == expect["year"]]
    if not own:
        printed = {*expect["cells"], *expect["blank"]}
        return [f"not read: {outcome.error}" for outcome in read] if printed else []
    told = amiss(expect, own[0])
    return [f"{field}: {line}" for field in told._fields for line in getattr(told, field)]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else prove) for name in sorted(kinds().KINDS)],
)
def test_a_layout_of_a_kind(name: str) -> None:
    faults = faults_of(name)
    if name in OPEN:
        assert faults, "it is read rightly now: strike it from open"
    else:
        assert not faults, "\n".join([kinds().WHY[name], *faults[:12]])


def test_what_is_open_or_quick_is_a_kind() -> None:
    assert {*kinds().KINDS} >= OPEN | QUICK
