"""The five real reports, where they are at hand: their tables, unit, year and form, exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parser import read, to_json
from tests.reportkit.figures import Figures

SHARED = Path(__file__).parents[2].parent / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
needs_seeds = pytest.mark.skipif(not SEEDS, reason="the real reports (../shared/seeds) are not on this machine")


def right_answer(seed: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((SHARED / "seed_values" / f"{seed.stem}.json").read_text(encoding="utf-8"))
    return answer


def figures_of(answer: dict[str, Any]) -> Figures:
    flat: Figures = {f"disputes.{key}": number for key, number in answer["disputes"].items()}
    for table in ("proactive", "requests"):
        for row, columns in answer[table].items():
            flat |= {f"{table}.{row}.{column}": number for column, number in columns.items()}
    return flat


@needs_seeds
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.stem[:3])
def test_tables_are_read_exactly(seed: Path) -> None:
    answer, result = right_answer(seed), to_json(read(seed.read_bytes()))
    assert {table: result[table] for table in ("proactive", "requests", "disputes")} == {
        table: answer[table] for table in ("proactive", "requests", "disputes")
    }
    assert result["unreadable"] == []


@needs_seeds
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.stem[:3])
def test_heading_is_read_exactly(seed: Path) -> None:
    answer, result = right_answer(seed), to_json(read(seed.read_bytes()))
    wanted = {key: answer[key] for key in ("unit", "county", "year", "signed")}
    assert {key: result[key] for key in wanted} == wanted
    assert result["form"] == "2021"
    assert len(result["sections"]) == 6


@needs_seeds
def test_the_mixed_report_says_so() -> None:
    mixed = [read(seed.read_bytes()) for seed in SEEDS if "other" in right_answer(seed)["requests"]]
    assert len(mixed) == 1
    assert mixed[0].table_forms == {"proactive": "2021", "requests": "2019", "disputes": "2021"}
    assert any("mixed" in note for note in mixed[0].notes)


@needs_seeds
def test_a_missing_seed_does_not_go_unnoticed() -> None:
    assert len(SEEDS) == 5
