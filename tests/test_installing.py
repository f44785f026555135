"""The files that install it on a server, checked by what will read them there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from nianbao.monitor.settings import load_settings
from nianbao.storage.evidence import Evidence
from nianbao.storage.shelves import objects_at
from nianbao.storage.store import open_store
from tests.amounts import prove
from tests.portals.server import running
from tests.worlds.commands import ENVIRONMENT, run_here
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.daemons import asked, free_port, until
from tests.worlds.object_store import KEYS, storing
from tests.worlds.stores import emptied

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


# As ProtectSystem=strict and ReadWritePaths= have it: a view of the files in which all is shut
# but one folder.
SHUT = """
cd / && mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" &&
mount --bind "$1/var" "$1/var" && mount -o remount,rw,bind "$1/var" && cd "$1" && shift && exec "$@"
"""
APART = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-Urm")
can_shut = (
    shutil.which("unshare") is not None
    and subprocess.run([*APART, "mount", "--bind", "/tmp", "/tmp"], capture_output=True).returncode
    == 0
)


UNIT = (ROOT / "config/nianbao.service").read_text("utf-8")


def lines_of_unit(key: str) -> list[str]:
    return [line.partition("=")[2] for line in UNIT.splitlines() if line.startswith(f"{key}=")]


def test_a_database_that_is_not_up_yet_is_waited_for(tmp_path: Path) -> None:
    """The machine starts its services in any order."""
    told = tmp_path / "nianbao.toml"
    told.write_text(
        f'store = "postgresql://nobody@127.0.0.1:1/x"\ncounties = "{tmp_path}"\n', "utf-8"
    )
    (tmp_path / "a.yaml").write_text(
        'county: 平安县\ncode: "140999"\nunits:\n  - {name: 甲镇, code: "140999100"}\n', "utf-8"
    )
    done = run_here(tmp_path, "daemon", "--settings", str(told))
    assert done.returncode == 1, done.stderr
    assert "数据库无法使用" in done.stderr
    assert lines_of_unit("Restart") == ["on-failure"]
    assert str(done.returncode) not in lines_of_unit("RestartPreventExitStatus")[0].split()


@pytest.mark.skipif(not can_shut, reason="no folder can be shut on this machine")
def test_the_unit_starts_it_and_it_writes_to_its_folder_alone(tmp_path: Path) -> None:
    """What the page on running it says to make, and no more; by the unit's own line."""
    home = tmp_path / "srv"
    done = run_here(tmp_path, "init", "--settings", "--folder", str(home))
    assert done.returncode == 0, done.stderr
    done = run_here(home, "init", "繁峙县", "--folder", "config/counties")
    assert done.returncode == 0, done.stderr
    port = free_port()
    (home / "config/nianbao.toml").write_text(f"[daemon]\nport = {port}\n", "utf-8")
    assert lines_of_unit("ReadWritePaths") == ["/srv/nianbao/var"]
    (home / "var").mkdir()
    before = files_in(home)
    with as_the_unit_says(home) as process:
        until(lambda: asked(port, "/healthz")[0] == 200 or process.poll() is not None)
        assert process.poll() is None, (tmp_path / "said").read_text("utf-8")
        process.terminate()
        assert process.wait(20) == 0
    new = files_in(home) - before
    assert new
    assert all(path.is_relative_to(home / "var") for path in new), new


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@contextmanager
def as_the_unit_says(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """By its own line, in its folder, of which nothing but var may be written to."""
    (line,) = lines_of_unit("ExecStart")
    words = line.replace("/srv/nianbao/.venv/bin/nianbao", "nianbao").split()
    command = [sys.executable, "-m", "nianbao.monitor.cli", *words[1:]]
    with (home.parent / "said").open("wb") as out:
        process = subprocess.Popen(
            [*APART, "sh", "-c", SHUT, "sh", str(home), *command],
            env=ENVIRONMENT | {"HOME": str(home)}, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_what_installs_it_is_written_over_nothing(tmp_path: Path) -> None:
    own = tmp_path / "config" / "nianbao.toml"
    own.parent.mkdir()
    own.write_text('lang = "en"\n', "utf-8")
    done = run_here(ROOT, "init", "--settings", "--folder", str(tmp_path))
    assert done.returncode == 0
    assert done.stdout.count("已写入") == 6
    assert f"{own}：已存在" in done.stdout
    assert own.read_text("utf-8") == 'lang = "en"\n'
    assert load_settings(tmp_path / "config" / "compose.toml").mail.host == "mail"
    services = yaml.safe_load((tmp_path / "docker-compose.yml").read_text("utf-8"))["services"]
    for name in ("nianbao", "daemon", "worker", "web"):
        assert (tmp_path / services[name]["build"] / "Dockerfile").is_file()
        assert (tmp_path / services[name]["environment"]["NIANBAO_SETTINGS"]).is_file()
    again = run_here(tmp_path, "init", "--settings")  # without a folder: here
    assert again.stdout.count("已存在") == 7


def test_a_folder_that_cannot_be_written_is_told() -> None:
    done = run_here(ROOT, "init", "--settings", "--folder", "/proc/none")
    assert (done.returncode, "/proc/none" in done.stderr) == (2, True)


def services_of(profile: str) -> dict[str, Any]:
    return {
        name: service
        for name, service in COMPOSE["services"].items()
        if profile in service["profiles"]
    }


@pytest.mark.parametrize(("profile", "name"), [("small", "nianbao"), ("large", "web")])
def test_the_services_of_compose_find_each_other(profile: str, name: str) -> None:
    """Its settings name the hosts, ports and folders that the file sets up."""
    services = services_of(profile)
    told = services[name]["environment"]["NIANBAO_SETTINGS"]
    settings = load_settings(ROOT / told)
    assert settings.mail.host in services
    assert (settings.web.on, settings.web.health) == (profile == "small", True)
    port = settings.web.port
    assert f"127.0.0.1:{port}:{port}" in services[name]["ports"]
    image = (ROOT / "Dockerfile").read_text("utf-8")
    assert f"EXPOSE {port}\n" in image
    assert f"127.0.0.1:{port}/healthz" in image
    assert "[ocr,large]" in image
    for service in services.values():
        assert {*service.get("depends_on", ())} <= {*services}
        assert service.get("environment", {}).get("NIANBAO_SETTINGS", told) == told
    if profile == "small":
        assert settings.store.startswith("sqlite:///var/")
        assert any(volume.startswith("evidence:") for volume in services[name]["volumes"])
        assert settings.daemon.port == 0
    else:
        database = services["database"]["environment"]["POSTGRES_DB"]
        assert settings.store.partition("@")[2] == f"database/{database}"
        bucket, _, endpoint = settings.evidence.partition("?endpoint=")
        assert urlsplit(endpoint).hostname in services
        assert f"/data/{urlsplit(bucket).hostname}" in services["objects"]["command"][0]
        assert (settings.engine.kind, settings.daemon.port) == ("procrastinate", 8470)
        assert services["worker"]["deploy"]["replicas"] == "${NIANBAO_WORKERS:-2}"


@prove
def test_an_image_tells_what_it_holds(tmp_path: Path) -> None:
    """The line of its file, for this environment."""
    image = (ROOT / "Dockerfile").read_text("utf-8")
    (line,) = re.findall(r"/opt/bom/bin/(cyclonedx-py .*)", image)
    there = tmp_path / "sbom.cdx.json"
    told = {"/opt/nianbao/sbom.cdx.json": there, "/opt/nianbao/bin/python": sys.executable}
    words = [str(told.get(word, word)) for word in line.split()]
    words[0] = str(Path(sys.executable).with_name(words[0]))
    subprocess.run(words, check=True, capture_output=True)
    held = json.loads(there.read_text("utf-8"))
    named = {part["name"].lower(): part["version"] for part in held["components"]}
    assert (held["bomFormat"], named["scrapy"]) == ("CycloneDX", version("scrapy"))
    assert {"lxml", "sqlalchemy", "beautifulsoup4", "apscheduler", "requests"} <= {*named}


def test_no_service_of_ours_may_more_than_it_needs() -> None:
    for name, service in COMPOSE["services"].items():
        if service["image"] == "nianbao":
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
            assert "no-new-privileges:true" in service["security_opt"], name
    assert "\nUSER 10001\n" in (ROOT / "Dockerfile").read_text("utf-8")


@prove
def test_the_large_profile_runs_by_hand_as_its_containers_would(
    tmp_path: Path, postgres: str
) -> None:
    """Each service's own command and environment, with loopback for the names of the hosts."""
    told = (ROOT / "config/compose-large.toml").read_text("utf-8")
    ports = {name: free_port() for name in ("daemon", "web")}
    with storing() as objects, running(portal_of(planted(3))) as site:
        county_file(tmp_path, site.url)
        for name in ("daemon", "worker", "web"):
            lines = told.replace("postgresql://nianbao@database/nianbao", postgres)
            lines = lines.replace("http://objects:9000", objects.endpoint)
            lines = lines.replace('"config/counties"', f'"{tmp_path}/counties"')
            lines = lines.replace("port = 8470 ", f"port = {ports.get(name, 0)} ", 1)
            lines = lines.replace("port = 8470\n", f"port = {ports['web']}\n")
            lines = lines.replace("[daemon]\n", "[daemon]\nallow_private = true\npause = 0.0\n")
            (tmp_path / f"{name}.toml").write_text(lines, "utf-8")
        environment = {**ENVIRONMENT, **KEYS}
        os.environ.update(KEYS)
        objects_at(objects.at("any", bucket="nianbao"))._done("makedirs", "nianbao", True)
        try:
            with ExitStack() as stack:
                for name in ("daemon", "worker", "worker", "web"):
                    command = COMPOSE["services"][name]["command"]
                    own = {**environment, "NIANBAO_SETTINGS": f"{tmp_path}/{name}.toml"}
                    stack.enter_context(begun(tmp_path / name, command, own))
                until(lambda: asked(ports["daemon"], "/healthz")[0] == 200, 120)
                until(lambda: "nianbao_columns 1.0" in asked(ports["web"], "/metrics")[1], 120)
                assert [is_healthy(port) for port in ports.values()] == [True, True]
                until(
                    lambda: (
                        'nianbao_units{standing="late"} 0' not in asked(ports["web"], "/metrics")[1]
                    )
                )
            assert [is_healthy(port) for port in ports.values()] == [False, False]
            kept = [*Evidence(objects.at("evidence", bucket="nianbao")).names()]
            assert len(kept) >= 4
        finally:
            for key in KEYS:
                del os.environ[key]
            emptied(open_store(postgres))


def is_healthy(port: int) -> bool:
    """As the image's own line asks, of a service on this machine."""
    image = (ROOT / "Dockerfile").read_text("utf-8")
    (line,) = re.findall(r"HEALTHCHECK .*\\\n\s+CMD (\[.*\])\n", image)
    _, *words = json.loads(line)
    asks = [word.replace(":8470/", f":{port}/") for word in words]
    told = subprocess.run([sys.executable, *asks], capture_output=True, check=False, timeout=60)
    return told.returncode == 0


@contextmanager
def begun(
    folder: Path, command: list[str], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("ab") as out:
        line = [sys.executable, "-m", "nianbao.monitor.cli", *command]
        process = subprocess.Popen(line, env=environment, cwd=folder, stdout=out, stderr=out)
    try:
        yield process
        assert process.poll() is None, (folder / "log").read_text("utf-8")
        process.terminate()
        assert process.wait(30) == 0, (folder / "log").read_text("utf-8")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
