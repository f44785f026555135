"""The five real reports, where they are at hand: their tables, unit, year and form, exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nianbao.parser import read, read_many, to_json
from nianbao.parser.readers.legacy_word import find_office
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures
from tests.reportkit.printed import Printed
from tests.reportkit.write_docx import write_docx, write_word
from tests.reportkit.write_html import write_html
from tests.reportkit.write_ofd import write_ofd
from tests.reportkit.write_pdf import write_pdf
from tests.reportkit.write_spreadsheet import write_xlsx

SHARED = Path(__file__).parents[2].parent / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
needs_seeds = pytest.mark.skipif(
    not SEEDS, reason="the real reports (../shared/seeds) are not on this machine"
)


def right_answer(seed: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        (SHARED / "seed_values" / f"{seed.stem}.json").read_text(encoding="utf-8")
    )
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


WRITERS: dict[str, Callable[[Printed], bytes]] = {
    "docx": write_docx,
    "html": write_html,
    "pdf": write_pdf,
    "xlsx": write_xlsx,
    "ofd": write_ofd,
}


def rebuilt(answer: dict[str, Any]) -> Printed:
    requests_form = "2019" if "other" in answer["requests"] else "2021"
    names = {"unit": answer["unit"], "county": answer["county"] or "", "year": answer["year"]}
    return compose(figures_of(answer), form_id="2021", requests_form_id=requests_form, **names)


def assert_same(result: dict[str, Any], answer: dict[str, Any]) -> None:
    for key in ("proactive", "requests", "disputes", "unit", "county", "year"):
        assert result[key] == answer[key], key
    assert (result["form"], result["unreadable"]) == ("2021", [])


@needs_seeds
@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.stem[:3])
def test_rebuilt_in_every_format(seed: Path, format: str) -> None:
    answer = right_answer(seed)
    result = to_json(read(WRITERS[format](rebuilt(answer))))
    assert_same(result, answer)
    assert result["format"] == format


@needs_seeds
@pytest.mark.libreoffice
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_rebuilt_as_old_word_files() -> None:
    answers = [right_answer(seed) for seed in SEEDS]
    files = write_word([write_docx(rebuilt(answer)) for answer in answers])
    outcomes = list(read_many([(seed.stem, data) for seed, data in zip(SEEDS, files, strict=True)]))
    for answer, outcome in zip(answers, outcomes, strict=True):
        assert outcome.report is not None, outcome.error
        assert_same(to_json(outcome.report), answer)
        assert outcome.report.format == "doc"
