"""`nianbao discover` on counties of other shapes (tests/attacks/counties): all that is planted is found and read, nothing of
anybody else is written, and what a person must say is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from nianbao.crawler.once import look_once
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.visit import Wanted
from nianbao.monitor.cli import app
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import ReportVersion, Unit
from nianbao.storage.registry import CountyEntry, load_county
from nianbao.storage.store import looking, open_store
from tests.amounts import prove
from tests.attacks.counties.check import columns_of, planted
from tests.attacks.counties.counties import SHAPES, pages, told
from tests.crawler.test_ten import NOW
from tests.portals.named import named

Told = Mapping[str, Any]
DUE = 2025


@dataclass
class Tried:
    """What came of one shape."""

    said: Mapping[str, Any]
    county: CountyEntry
    asked_first: bool = False  # whether a person's word was wanted for the host
    requests: int = 0  # of the search
    first: int = 0  # until the due year of all columns is known
    read: set[tuple[str, int]] = field(default_factory=set)


def tried(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, lang: str = "zh") -> Tried:
    """The command as a person gives it, its file swept once."""
    case, site = told(name), pages(name)
    config = folder / "counties"
    config.mkdir(parents=True)
    file = config / f"{case['county']['county']}.yaml"
    file.write_text(yaml.safe_dump(case["county"], allow_unicode=True), encoding="utf-8")
    with named(monkeypatch, site, case["host"]) as running:
        url = f"http://{case['host']}{case['start']}"
        said = discover(case, url, config, "--write")
        unsure = not said["written"]
        if unsure:
            said = discover(case, url, config, "--write", "--host-is-right")
        asked = len(running.requests)
        county = load_county(file)
        engine = open_store(f"sqlite:///{folder}/n.db")
        recorder = Recorder(engine, Evidence(folder / "e"), lambda: NOW)
        look_once(recorder, county, wanted=Wanted(DUE, DUE))
        first = len(running.requests)
        look_once(recorder, county)
    found = Tried(said, county, unsure, asked, first, set(versions(engine)))
    engine.dispose()
    return found


def discover(case: Told, url: str, config: Path, *options: str) -> Any:
    line = ["discover", case["county"]["county"], url, "--config", str(config), "--json"]
    more = ["--allow-private", "--pause", "0", *options]
    done = CliRunner().invoke(app, [*line, *more], env={"NIANBAO_LANG": "zh"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return json.loads(done.stdout)


def versions(engine: Engine) -> Iterator[tuple[str, int]]:
    with looking(engine) as s:
        for version in s.scalars(select(ReportVersion)):
            yield s.get_one(Unit, version.unit).name, version.year


# ---- what must have come of it


def address_in(case: Told, url: str) -> str:
    """An address as the case writes it."""
    at = url.removeprefix("http:").removeprefix("https:")
    return at.removeprefix(f"//{case['host']}") if at.startswith(f"//{case['host']}/") else at


def wrong_of(case: Told, found: Tried) -> Iterator[str]:
    """Everything that is otherwise than the case expects."""
    yield from wrong_columns(case, found)
    yield from wrong_words(case, found)
    yield from wrong_reports(case, found)


def wrong_columns(case: Told, found: Tried) -> Iterator[str]:
    written = {address_in(case, column.url): column.unit for column in found.county.columns}
    shown = {address_in(case, each["url"]): set(each["units"]) for each in found.said["columns"]}
    for address, whose, _ in columns_of(case):
        if address not in written:
            yield f"{address} of {'、'.join(whose)} is not found"
        elif len(whose) == 1 and written[address] not in ("", *whose):
            yield f"{address} is given to {written[address]}"
        elif written[address] and len(whose) > 1:
            yield f"{address} for many is given to {written[address]}"
        elif missing := set(whose) - shown.get(address, set()) - {written[address]}:
            yield f"{address} shows nothing of {sorted(missing)}"
    expected = {address for address, _, _ in columns_of(case)}
    for address in sorted(set(written) - expected):
        yield f"{address} is written for {written[address] or 'many'}, who have it not"


def wrong_words(case: Told, found: Tried) -> Iterator[str]:
    without = {each["unit"] for each in found.said["without"]}
    doubtful = {address_in(case, each["url"]): each for each in found.said["doubtful"]}
    expects = case["expects"]
    asked = {name for each in expects["ask"] for name in each["units"]}
    for name in sorted({*expects["none"], *asked} - without):
        yield f"{name} is not told to be without a column"
    for name in sorted(without - {*expects["none"], *asked}):
        yield f"{name} is told to be without a column"
    for each in expects["ask"]:
        for address in each["addresses"]:
            if address not in doubtful:
                yield f"{address} is not asked about"
            elif not names(doubtful[address], each["units"]):
                yield f"{address} is asked about without {each['units']}: {doubtful[address]}"
        if not each["units"] and not found.asked_first:
            yield f"whether it is {case['county']['county']} is not asked"
    for address in sorted(set(doubtful) & {address for address, _, _ in columns_of(case)}):
        yield f"{address} is asked about: {doubtful[address]['why']}"
    if found.asked_first and all(each["units"] for each in expects["ask"]):
        yield f"the host is asked about: {found.said['host']}"


def names(asked: Told, units: list[str]) -> bool:
    """Whether a question names all units that it concerns."""
    text = f"{asked['units']} {asked['why']}"
    return all(unit in text for unit in units)


def wrong_reports(case: Told, found: Tried) -> Iterator[str]:
    there = planted_in(case)
    if missing := sorted(there - found.read):
        yield f"not read: {missing}"
    if strange := sorted(found.read - there):
        yield f"read, though not of these columns: {strange}"


def planted_in(case: Told) -> set[tuple[str, int]]:
    """The reports of units that the expected columns show."""
    name = next(name for name in SHAPES if told(name)["host"] == case["host"])
    site = pages(name)
    found = set()
    for address, whose, parts in columns_of(case):
        shown = planted(site, *(each for each in (address, *parts) if each in site))
        found |= {(unit, year) for unit in whose for year in shown.get(unit, ())}
    return found


CHEAP = ("1-sub-sites",)
EACH = [pytest.param(name, marks=() if name in CHEAP else prove, id=name) for name in SHAPES]


@pytest.mark.parametrize("name", EACH)
def test_what_is_found_of_a_county_is_what_it_has(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tried(name, tmp_path, monkeypatch)
    assert not [*wrong_of(told(name), found)]
    assert found.said["whole"]
    count = len(told(name)["county"]["units"])
    assert found.requests <= 20 + 6 * count
    assert (
        found.first <= 20 + 8 * count
    )  # with a second between them, fifteen units in three minutes
    assert found.said["minutes"] >= 0
