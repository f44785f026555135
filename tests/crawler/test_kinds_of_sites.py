"""County sites made by kinds (tests/attacks/field1): nobody who published is accused, and who did not is named.

`open` beside them names those of which less is told than a person sees.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from tests.amounts import prove
from tests.portals.sites import Case, false_of, live, verdict_of

FOLDER = Path(__file__).parent.parent / "attacks" / "field1"
OPEN = frozenset((FOLDER / "open").read_text("utf-8").split())
QUICK = frozenset(
    (
        "page_two_other_section",
        "tabs_by_link",
        "next_rel_alone",
        "row_by_unit",
        "newest_five_more_in_head",
    )
)


@functools.cache
def kinds() -> ModuleType:
    made = _loaded("kinds_of_sites", "kinds.py")
    _loaded("more_kinds_of_sites", "more_kinds.py")
    _loaded("real_kinds_of_sites", "real_kinds.py")
    return made


def _loaded(name: str, file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def case_of(name: str) -> Case:
    held = kinds().of(name)
    return Case(
        name,
        held["about"],
        held["county"],
        held["year"],
        held["days"],
        tuple(map(date.fromisoformat, held["looks"])),
        held["truth"],
        {unit: tuple(allowed) for unit, allowed in held["expect"].items()},
    )


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else prove) for name in sorted(kinds().KINDS)],
)
def test_what_is_told_of_a_kind_of_site(name: str, tmp_path: Path) -> None:
    case = case_of(name)
    lived = live(case, tmp_path)
    assert not [*false_of(case, lived)]
    wrong = verdict_of(case, lived)
    if name in OPEN:
        assert wrong, "it is told now: strike it from open"
    else:
        assert not wrong, "\n".join([case.about, *wrong])


def test_what_is_open_or_quick_is_a_kind() -> None:
    assert {*kinds().KINDS} >= OPEN | QUICK
