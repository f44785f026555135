"""The README's first command: the season runs to its end, comes out as planted, and leaves papers that open."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from nianbao.monitor.demo.county import season_of
from nianbao.monitor.demo.reports import Mistake, as_docx, as_html, fill
from nianbao.monitor.demo.season import last_day, year_over
from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.subject import Context
from nianbao.parser import read
from tests.amounts import prove
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.pages import get, post


@prove
def test_the_season_comes_out_as_planted(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run([sys.executable, "-m", "nianbao.monitor.cli", "demo", "--exit", "--json", "--folder", str(folder)],
                          capture_output=True, text=True, timeout=300, env=ENVIRONMENT, cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"units", "sweeps", "emails_sent", "standings", "findings"}
    assert found["units"] == 12
    assert found["standings"] == {
        "exempt": 1,
        "late": 1,
        "missing": 1,
        "on_time": 8,
        "withdrawn": 1,
    }
    assert found["findings"] == {
        "A02": 1,
        "A05": 1,
        "A09": 1,
        "A10": 1,
        "F01": 1,
        "G01": 1,
        "G03": 1,
    }
    assert found["emails_sent"] > 20
    (ledger,) = folder.glob("*.xlsx")
    assert load_workbook(ledger)["发布情况"]["C4"].value == "东河镇"
    (letter,) = folder.glob("*.docx")
    assert Document(str(letter)).tables
    again = subprocess.run([sys.executable, "-m", "nianbao.monitor.cli", "demo", "--exit", "--folder", str(folder)],
                           capture_output=True, timeout=60, env=ENVIRONMENT, cwd=tmp_path)  # fmt: skip
    assert again.returncode == 2  # it writes over nothing


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2027, 1, 1), 2025),
        (date(2027, 4, 30), 2025),
        (date(2027, 5, 1), 2026),
        (date(2028, 4, 30), 2026),
        (date(2026, 12, 31), 2025),
    ],
)
def test_its_season_is_over(today: date, year: int) -> None:
    assert year_over(today) == year
    assert last_day(year) < today


@pytest.mark.parametrize("town", [life.town for life in season_of(2025).lives])
def test_its_reports_are_sound_but_for_what_is_planted(town: str) -> None:
    plain = fill(town, 2025)
    for data in (as_html(plain, "2026-01-10"), as_docx(plain)):
        report = read(data)
        assert {key: report.number(key) for key in plain.cells} == plain.cells
        assert assess(report, Context(year=2025)).findings == ()
    wrong = assess(
        read(as_html(fill(town, 2025, Mistake(sum=1)), "2026-01-10")), Context(year=2025)
    )
    assert [finding.rule for finding in wrong.findings] == ["F01"]


@prove
def test_its_commands_can_be_copied_whole_from_a_pipe(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with a long name so that its path does not fit on a line" / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "nianbao.monitor.cli", "demo", "--exit", "--folder", str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        env=ENVIRONMENT | {"COLUMNS": "60"},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (command,) = [line for line in done.stdout.splitlines() if line.startswith("$ nianbao")]
    assert command.endswith(f"--config {folder / 'counties'}")
    assert f"  {next(folder.glob('*.docx'))}\n" in done.stdout


@prove
def test_it_ends_on_its_county_s_page(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "nianbao.monitor.cli", "demo", "--folder", str(tmp_path / "demo")]
    told = {**ENVIRONMENT, "NIANBAO_LANG": "en"}
    with subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=told, cwd=tmp_path
    ) as process:
        try:
            assert process.stderr is not None
            found = (
                re.search("open (http://[^ ]+/) in a browser", said) for said in process.stderr
            )
            address = next(filter(None, found))[1]
            page = get(address)
            assert page.url.startswith(f"{address}c/990824")
            assert "青川县" in page.text
            assert "梅岭乡" in page.text
            ended = post(f"{address}do/look", county="990824")  # its portal is still there
            assert ended.status_code == 200
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
