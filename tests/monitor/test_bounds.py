"""Each command asks the store as often of many units, reports and counties as of few."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from sqlalchemy import Engine, event
from typer.testing import CliRunner

from benchmarks.country import chosen, towns, write_counties
from benchmarks.filling import Filled, fill
from benchmarks.texts import YEARS, Text, text_of
from nianbao.monitor.cli import app
from nianbao.storage.nation import County
from tests.amounts import one_in


class Place(NamedTuple):
    """A store that is filled, and how its commands find it."""

    folder: Path
    unit: str
    county: str

    @property
    def places(self) -> dict[str, str]:
        return {
            "NIANBAO_STORE": f"sqlite:///{self.folder}/nation.db",
            "NIANBAO_EVIDENCE": f"{self.folder}/evidence",
            "NIANBAO_SETTINGS": f"{self.folder}/nianbao.toml",
        }


def filled(folder: Path, counties: Sequence[County], texts: Sequence[Text]) -> Place:
    (folder / "counties").mkdir(parents=True)
    write_counties(folder / "counties", counties, 8000)
    url = f"sqlite:///{folder}/nation.db"
    fill(folder, url, counties, texts)
    return Place(folder, Filled.read(folder, url).a_unit, counties[0].code)


def of_size(least: int, most: int, count: int) -> list[County]:
    """Counties with so many units."""
    fits = (county for county in chosen(500) if least <= len(towns(county)) <= most)
    return [next(fits) for _ in range(count)]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Place]:
    """A county of few units, one of many, several counties, more: with reports of eight years."""
    texts = [text_of(n, year) for year in YEARS for n in (0, 1, 2)]
    folder = tmp_path_factory.mktemp("bounds")
    return {
        "few": filled(folder / "few", of_size(28, 28, 2)[1:], texts),
        "many": filled(folder / "many", of_size(36, 60, 1), texts),
        "several": filled(folder / "several", of_size(6, 8, 4), texts),
        "more": filled(folder / "more", of_size(6, 8, 8), texts),
    }


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every statement that any database is sent meanwhile."""
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def asked(place: Place, words: str, out: Path) -> list[str]:
    line = words.format(
        unit=place.unit, county=place.county, province=place.county[:2], out=out
    ).split()
    with counting() as sent, patch.dict(os.environ, place.places):
        result = CliRunner().invoke(app, line)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert result.exit_code in (0, 1, 4), result.output
    assert sent
    return sent


# Of all counties: as many questions, however many counties there are.
OF_ALL = (
    *("standing", "missing", "late", "unknown", "flagged", "coverage", "review"),
    *("show {unit}", "history {unit}", "find 政府信息公开", "export {out}"),
    *("ledger {out}.xlsx", "missing --as-of 2026-03-01", "standing --as-of 2026-03-01"),
    "digest --preview {out}.eml --no-open --scope province:{province}",
)
OF_ONE = (
    "missing --text",
    *("missing --county {county}", "flagged --county {county}", "coverage --county {county}"),
    *("review --county {county}", "sum {county} -o {out}.xlsx", "find 公开 --county {county}"),
    *("digest --preview {out}.eml --no-open", "flagged --as-of 2026-03-01"),
)


@one_in(3)
@pytest.mark.parametrize("words", OF_ALL)
def test_many_counties_are_asked_for_as_one(
    stores: dict[str, Place], words: str, tmp_path: Path
) -> None:
    several = asked(stores["several"], words, tmp_path / "several")
    more = asked(stores["more"], words, tmp_path / "more")
    assert len(more) <= len(several), more


@one_in(3)
@pytest.mark.parametrize("words", [*OF_ALL, *OF_ONE])
def test_many_units_are_asked_for_as_few(
    stores: dict[str, Place], words: str, tmp_path: Path
) -> None:
    few = asked(stores["few"], words, tmp_path / "few")
    many = asked(stores["many"], words, tmp_path / "many")
    assert len(many) <= len(few) + ROUNDS, many


# Fifteen units more: a question a unit would show. Of both some are late and one is missing: where
# none is, less is asked.
ROUNDS = 10


@pytest.mark.parametrize(
    "words", ["show {unit}", "flagged", "missing", "coverage", "history {unit}"]
)
def test_no_report_is_loaded_where_a_flag_serves(
    stores: dict[str, Place], words: str, tmp_path: Path
) -> None:
    sent = asked(stores["few"], words, tmp_path / "few")
    loaded = [each for each in sent if "report_version.content" in each.partition("FROM")[0]]
    assert len(loaded) == (1 if words.startswith("show") else 0)


def test_no_more_places_are_found_than_are_asked_for(
    stores: dict[str, Place], tmp_path: Path
) -> None:
    def found(words: str) -> list[str]:
        with patch.dict(os.environ, stores["many"].places):
            told = CliRunner().invoke(app, f"find 政府信息公开 -f csv-raw {words}".split())
        return told.stdout.splitlines()

    every = found("")
    assert len(every) > 500
    assert found("--limit 7")[:8] == every[:8]
    assert len(found("--limit 7")) == 8
    file = tmp_path / "found.json"
    found(f"-f json -o {file}")
    assert len(json.loads(file.read_text(encoding="utf-8"))) == len(every) - 1
