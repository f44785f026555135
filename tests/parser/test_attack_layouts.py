"""Layouts by another hand (tests/attacks/layouts): what is told of each must be so.

`still-open` beside them names the cases that are not yet read rightly. A case that is mended is
struck from it.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from nianbao.parser.fill import Value
from nianbao.parser.report import Report, read_many
from tests.amounts import one_in, prove

LONG = ("docx_table3_as_picture",)  # read by OCR
LAYOUTS = Path(__file__).parent.parent / "attacks" / "layouts"
STILL_OPEN = frozenset((LAYOUTS / "still-open").read_text("utf-8").split())


class Told(NamedTuple):
    """What a reading says amiss, by how bad it is."""

    wrong: tuple[str, ...] = ()  # another number than a person sees
    lost: tuple[str, ...] = ()  # printed, and neither a number nor listed as unreadable
    blank_for_printed: tuple[str, ...] = ()  # printed, and told to be an empty cell
    unread: tuple[str, ...] = ()  # listed as unreadable, though it stands in plain sight


def amiss(expect: Mapping[str, Any], report: Report) -> Told:
    """How a report differs from what is expected of it."""
    faults: dict[str, list[str]] = {name: [] for name in Told._fields}
    keys = [*expect["cells"], *expect["blank"], *expect["absent"], *expect["unreadable_ok"]]
    keys += [*expect["must_not"], *expect.get("not_blank", []), *report.cells]
    for key in dict.fromkeys(keys):
        value = report.cells.get(key)
        if fault := _fault(expect, key, value):
            faults[fault].append(f"{key}: {_shown(value)}, not {expect['cells'].get(key)}")
    return Told(**{name: tuple(found) for name, found in faults.items()})


def _fault(expect: Mapping[str, Any], key: str, value: Value | None) -> str:
    cells = expect["cells"]
    anything = key in expect["unreadable_ok"] and key not in cells and key not in expect["blank"]
    if value is not None and value.state == "unreadable":
        return "" if key in expect["unreadable_ok"] else "unread"
    if value is not None and value.state == "value":
        number = Decimal(str(value.number))
        if key in expect["must_not"] and number == Decimal(str(expect["must_not"][key])):
            return "wrong"
        if key in cells:
            return "" if number == Decimal(str(cells[key])) else "wrong"
        return "" if anything else "wrong"
    printed = key in cells or key in expect.get("not_blank", [])
    if printed:
        return "lost" if value is None else "blank_for_printed"
    if value is None:
        return "lost" if key in expect["blank"] and key not in expect["unreadable_ok"] else ""
    return "wrong" if key in expect["absent"] else ""


def _shown(value: Value | None) -> str:
    if value is None:
        return "not there"
    if value.state == "unreadable":
        return f"unreadable ({value.why}; {value.raw[:40]!r})"
    return repr(value.number)


@functools.cache
def kit() -> ModuleType:
    """The cases' own module, which builds them."""
    spec = importlib.util.spec_from_file_location("layouts_check", LAYOUTS / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def param_of(case: Path) -> object:
    return pytest.param(case, marks=[prove] if case.name in LONG else [], id=case.name)


def report_of_case(case: Path, folder: Path) -> Report:
    """The report of a case; where its file holds several, the one of its unit and year."""
    expect = kit().expected(case)
    files = kit().build(case, folder)
    read = list(read_many([(files[0].name, files[0].read_bytes())]))
    found = [outcome.report for outcome in read if outcome.report is not None]
    own = [report for report in found if report.year == expect["year"]]
    assert own, [outcome.error for outcome in read]
    return own[0]


@one_in(2)
@pytest.mark.parametrize("case", [*map(param_of, kit().cases())])
def test_a_layout_by_another_hand(case: Path, tmp_path: Path) -> None:
    try:
        told = amiss(kit().expected(case), report_of_case(case, tmp_path))
        faults = [f"{name}: {line}" for name in Told._fields for line in getattr(told, name)]
    except Exception as error:  # a case that is not read at all is told wrongly too
        faults = [f"{type(error).__name__}: {error}"]
    if case.name in STILL_OPEN:
        assert faults, "it is read rightly now: strike it from still-open"
    else:
        assert not faults, "\n".join(faults[:12])


def test_what_is_still_open_is_a_case() -> None:
    assert {case.name for case in kit().cases()} >= STILL_OPEN
