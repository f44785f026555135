"""What CONTRIBUTING.md asks for is there: for each thing that is added, the file that was forgotten is named."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from nianbao.crawler.listing.columns import ENGINES
from nianbao.crawler.presets import Preset, presets
from nianbao.monitor.rules.catalogue import catalogue
from nianbao.storage.registry import load_county
from tests.crawler import test_columns
from tests.monitor import test_rules
from tests.portals import families
from tests.portals.server import Portal

COUNTIES = sorted((Path(__file__).parents[1] / "config" / "counties").glob("*.yaml"))
BY_ADDRESS = {"hanweb-annual"}  # no list: test_columns.py asks it report by report


# ---- a county


@pytest.mark.parametrize("file", COUNTIES, ids=lambda file: file.stem)
def test_a_shipped_county_can_be_watched(file: Path) -> None:
    county = load_county(file)
    assert county.county == file.stem
    assert county.units, f"{file.name} has no units"
    assert county.notes, f"{file.name} does not say in `notes` where its addresses are from"


# ---- a family of content systems


def test_every_family_has_a_portal_to_be_read() -> None:
    read = test_columns.FAMILIES.keys() | BY_ADDRESS
    unread, unknown = presets().keys() - read, read - presets().keys()
    assert not unread, f"FAMILIES in tests/crawler/test_columns.py lacks {unread}"
    assert not unknown, f"crawler/presets/families.yaml lacks {unknown}"


@pytest.mark.parametrize("name", presets())
def test_a_family_is_written_as_its_engine_wants(name: str) -> None:
    preset = presets()[name]
    assert preset.engine in ENGINES, f"{name}: no engine {preset.engine}"
    assert preset.signs or name == "static-auto", f"{name}: by which signs is it known?"
    for pattern in (*preset.signs, preset.item, preset.record, preset.total, preset.next):
        re.compile(pattern)


def test_every_portal_is_read_by_somebody() -> None:
    """A portal that no test uses proves nothing."""
    made = {
        name
        for name, function in inspect.getmembers(families, inspect.isfunction)
        if function.__module__ == families.__name__
        and inspect.signature(function).return_annotation in (Portal, "Portal")
        and not name.startswith("_")
    }
    read = {family.portal.__name__ for family in families.FAMILIES.values()}
    read |= {portal.__name__ for portal in families.OF_ONE_ADDRESS.values()}
    sources = "".join(path.read_text("utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    for name in made - read:
        assert f"families.{name}" in sources, f"nobody reads {name}"


def test_a_preset_has_no_field_that_nobody_reads() -> None:
    written = {field.name for field in fields(Preset)}
    folder = Path(__file__).parents[1] / "crawler"
    read = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    for name in written:
        assert re.search(rf"\.{name}\b", read), f"Preset.{name}"


# ---- a rule of the text


def test_the_rules_of_a_letter_are_counted() -> None:
    """So that one that is lost is missed."""
    counted = Counter(rule[0] for rule in catalogue() if rule[0] in test_rules.FAMILIES)
    assert counted == test_rules.FAMILIES, "FAMILIES in tests/monitor/test_rules.py"
