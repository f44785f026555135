"""Where commands look when they are not told: in nianbao.toml."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.crawler.test_sweep import ENVIRONMENT, county_file, planted, portal_of, swept
from tests.portals.server import running


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=ENVIRONMENT | more, cwd=folder)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    with running(portal_of(planted(3))) as site:
        assert swept(folder, county_file(folder, site.url)).returncode == 0
    shutil.move(folder / "counties", folder / "kantons")
    (folder / "config").mkdir()
    (folder / "config" / "nianbao.toml").write_text(
        f'store = "sqlite:///{folder}/n.db"\nevidence = "{folder}/evidence"\ncounties = "kantons"\n', encoding="utf-8"
    )
    return folder


def test_without_options_it_is_the_settings(office: Path) -> None:
    done = run(office, "standing", "--year", str(date.today().year - 1), "--format", "json")
    assert done.returncode == 0, done.stderr
    assert {row["county"] for row in json.loads(done.stdout)} == {"平安县"}
    for command in (("coverage",), ("evidence", "verify"), ("config", "check"), ("doctor",), ("ledger", "l.xlsx")):
        done = run(office, *command)
        assert "Traceback" not in done.stderr
        assert not (office / "var" / "nianbao.db").exists(), command
    assert (office / "l.xlsx").exists()


def test_options_and_the_environment_come_first(office: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(f'store = "sqlite:///{tmp_path}/o.db"\ncounties = "nowhere"\n', "utf-8")
    other = str(tmp_path / "other.toml")
    for done in (
        run(office, "missing", NIANBAO_SETTINGS=other),
        run(office, "ledger", "x.xlsx", "--settings", other),
        run(office, "missing", "--config", "nowhere"),
    ):
        assert done.returncode == 2
        assert "nowhere: 没有县配置文件，先用 nianbao init" in done.stderr
    assert run(office, "missing", "--config", "kantons", NIANBAO_SETTINGS=other).returncode == 0


def test_faulty_settings_are_told_by_every_command(office: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text('stor = "x"\n', "utf-8")
    done = run(office, "missing", NIANBAO_SETTINGS=str(tmp_path / "wrong.toml"))
    assert (done.returncode, "wrong.toml:1: 未知的键 stor，是否指 store" in done.stderr) == (2, True)
