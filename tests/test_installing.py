"""The files that install it on a server, checked by what will read them there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nianbao.monitor.settings import load_settings
from tests.worlds.commands import run_here

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


@pytest.mark.parametrize(
    "command",
    [
        ("hadolint", "Dockerfile"),
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
    ],
)
def test_linters_have_nothing_to_say(command: tuple[str, ...]) -> None:
    tool = Path(sys.executable).parent / command[0]
    told = subprocess.run(
        [tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not on this machine"
)
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    unit = (ROOT / "config" / "nianbao.service").read_text("utf-8")
    (tmp_path / "nianbao.service").write_text(
        unit.replace("/srv/nianbao/.venv/bin/nianbao", sys.executable).replace(
            "User=nianbao\n", ""
        ),
        "utf-8",
    )
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "nianbao.service"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "nianbao.service" not in told.stderr, told.stderr


def test_what_installs_it_is_written_over_nothing(tmp_path: Path) -> None:
    own = tmp_path / "config" / "nianbao.toml"
    own.parent.mkdir()
    own.write_text('lang = "en"\n', "utf-8")
    done = run_here(ROOT, "init", "--settings", "--folder", str(tmp_path))
    assert done.returncode == 0
    assert done.stdout.count("已写入") == 4
    assert f"{own}：已存在" in done.stdout
    assert own.read_text("utf-8") == 'lang = "en"\n'
    assert load_settings(tmp_path / "config" / "compose.toml").mail.host == "mail"
    image = yaml.safe_load((tmp_path / "docker-compose.yml").read_text("utf-8"))["services"][
        "nianbao"
    ]
    assert (tmp_path / image["build"] / "Dockerfile").is_file()
    assert (tmp_path / image["environment"]["NIANBAO_SETTINGS"]).is_file()
    again = run_here(tmp_path, "init", "--settings")  # without a folder: here
    assert again.stdout.count("已存在") == 5


def test_a_folder_that_cannot_be_written_is_told() -> None:
    done = run_here(ROOT, "init", "--settings", "--folder", "/proc/none")
    assert (done.returncode, "/proc/none" in done.stderr) == (2, True)


def test_the_services_of_compose_find_each_other() -> None:
    """Its settings name the hosts, ports and folders that the file sets up."""
    services = COMPOSE["services"]
    settings = load_settings(ROOT / "config" / "compose.toml")
    assert (
        settings.store.partition("@")[2]
        == f"database/{services['database']['environment']['POSTGRES_DB']}"
    )
    assert settings.mail.host in services
    port = settings.daemon.port
    assert f"127.0.0.1:{port}:{port}" in services["nianbao"]["ports"]
    image = (ROOT / "Dockerfile").read_text("utf-8")
    assert f"EXPOSE {port}\n" in image
    assert f"127.0.0.1:{port}/healthz" in image
    assert any(volume.startswith("evidence:") for volume in services["nianbao"]["volumes"])
