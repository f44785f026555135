"""What CONTRIBUTING.md asks for is there: for each thing that is added, the file that was forgotten is named."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import MISSING, fields
from itertools import chain
from pathlib import Path

import pytest
import yaml

from nianbao.crawler.listing.columns import ENGINES
from nianbao.crawler.presets import UNRECOGNISED, Preset, presets
from nianbao.monitor.cli.language import current
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.rules.catalogue import catalogue
from nianbao.storage.registry import load_county
from tests.monitor import test_rules
from tests.portals import families
from tests.portals.server import Portal

ROOT = Path(__file__).parents[1]
COUNTIES = sorted((ROOT / "config" / "counties").glob("*.yaml"))
CATALOGUE = "monitor/rules/catalogue.yaml"


# ---- whoever runs the tests


def test_the_tests_speak_the_language_of_the_house() -> None:
    assert current() == "zh"
    assert not {"NIANBAO_SETTINGS", "NIANBAO_STORE"} & os.environ.keys()


def test_they_do_whatever_the_shell_speaks() -> None:
    """Of an English machine, and where the pages in English were just made."""
    shell = {"LC_ALL": "en_US.UTF-8", "NIANBAO_LANG": "en", "NIANBAO_SETTINGS": "own.toml"}
    itself = f"{__file__}::{test_the_tests_speak_the_language_of_the_house.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", itself]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | shell, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout


# ---- a county


@pytest.mark.parametrize("file", COUNTIES, ids=lambda file: file.stem)
def test_a_shipped_county_can_be_watched(file: Path) -> None:
    county = load_county(file)
    assert county.county == file.stem
    assert county.units, f"config/counties/{file.name} has no units"
    assert county.notes, f"config/counties/{file.name}: say in `notes` where it is from"


# ---- a family of content systems


def test_every_family_has_a_portal_to_be_read() -> None:
    read = families.FAMILIES.keys() | families.OF_ONE_ADDRESS.keys()
    unread, unknown = presets().keys() - read, read - presets().keys()
    assert not unread, f"FAMILIES in tests/portals/families.py has no line of {unread}"
    assert not unknown, f"crawler/presets/families.yaml has no entry of {unknown}"


@pytest.mark.parametrize("name", presets())
def test_a_family_is_written_as_its_engine_wants(name: str) -> None:
    preset = presets()[name]
    place = f"crawler/presets/families.yaml: {name}"
    assert preset.engine in ENGINES, f"{place}: no engine {preset.engine}"
    assert preset.signs or name == UNRECOGNISED, f"{place}: by which signs is it known?"
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
        is_used = f"families.{name}" in sources
        assert is_used, f"FAMILIES in tests/portals/families.py has no line that serves {name}"


def test_a_preset_has_no_field_that_nobody_reads() -> None:
    written = {field.name for field in fields(Preset)}
    read = "".join(path.read_text("utf-8") for path in (ROOT / "crawler").rglob("*.py"))
    for name in written:
        assert re.search(rf"\.{name}\b", read), f"Preset.{name}"


# ---- a column of the ledger


def test_what_is_written_down_of_a_line_has_no_default() -> None:
    """So that mypy names each place that makes a line and does not fill it in."""
    kept = [field for field in fields(Line) if field.compare]
    silent = [field.name for field in kept if field.default is not MISSING]
    place = "monitor/ledger/lines.py: `compare=False` is of what is not written down"
    assert not silent, f"Line.{silent[0]} has a default in {place}"


# ---- a rule of the text


def test_an_entry_of_the_catalogue_has_every_key() -> None:
    families = yaml.safe_load((ROOT / CATALOGUE).read_text("utf-8"))
    ids = []
    for entry in chain.from_iterable(families.values()):
        for key in ("id", "scope", "kind", "severity", "title"):
            assert key in entry, f"{CATALOGUE}: {entry.get('id', entry)} has no {key}"
        for lang in ("zh", "en"):
            assert lang in entry["title"], f"{CATALOGUE}: {entry['id']} has no title in {lang}"
        ids.append(entry["id"])
    twice = [rule for rule, times in Counter(ids).items() if times > 1]
    assert not twice, f"{CATALOGUE} has two entries of {twice}"


def test_the_rules_of_a_letter_are_counted() -> None:
    """So that one that is lost is missed."""
    there = Counter(rule[0] for rule in catalogue() if rule != "Z00")
    for letter in sorted({*there, *test_rules.FAMILIES}):
        listed, counted = there[letter], test_rules.FAMILIES.get(letter, 0)
        place = f"FAMILIES in tests/monitor/test_rules.py counts {counted} of {letter}"
        assert listed == counted, f"{place}, {CATALOGUE} lists {listed}"
