"""The store that benchmarks fill: the same on both databases, kept beside each other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from benchmarks.country import chosen, towns, write_counties
from benchmarks.filling import Filled, fill, is_filled
from benchmarks.nation import database, told_sizes
from benchmarks.sizes import sizes_of_store
from benchmarks.texts import YEARS, Text, text_of
from nianbao.monitor.cli import app

ASKED = (
    *("missing", "late", "flagged", "unknown", "review", "find 政府信息公开 -f csv"),
    *("show {unit}", "history {unit}", "coverage"),
)


@pytest.fixture(scope="module")
def texts() -> Sequence[Text]:
    return [text_of(n, year) for year in YEARS for n in (0, 1)]


def answers(url: str, folder: Path, unit: str) -> list[str]:
    places = {
        "NIANBAO_STORE": url,
        "NIANBAO_EVIDENCE": f"{folder}/evidence",
        "NIANBAO_SETTINGS": f"{folder}/nianbao.toml",
    }
    with patch.dict(os.environ, places):
        return [CliRunner().invoke(app, words.format(unit=unit).split()).stdout for words in ASKED]


def test_both_databases_are_filled_with_the_same(texts: Sequence[Text], tmp_path: Path) -> None:
    counties = [county for county in chosen(500) if 6 <= len(towns(county)) <= 8][:2]
    (tmp_path / "counties").mkdir()
    write_counties(tmp_path / "counties", counties, 8000)
    with database("sqlite", tmp_path) as one, database("postgresql", tmp_path) as other:
        fill(tmp_path, one, counties, texts)
        told = Filled.read(tmp_path, one)
        alone = answers(one, tmp_path, told.a_unit)
        fill(tmp_path, other, counties, texts)
        assert is_filled(tmp_path, one)
        assert Filled.read(tmp_path, other) == told
        assert answers(one, tmp_path, told.a_unit) == alone
        assert answers(other, tmp_path, told.a_unit) == alone
        for url in (one, other):
            assert sizes_of_store(url)["report_version"] > 0
            assert "a report-year" in told_sizes(url, told)
