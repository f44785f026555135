"""The wheel as somebody installs it: nothing but nianbao in it, and it runs where there is nothing else.

The folder it runs in holds modules named as our packages are in a checkout. None of them may be imported.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.amounts import prove
from tests.portals.server import running
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_docx import write_docx
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.daemons import free_port, settings_file, until

pytestmark = prove

ROOT = Path(__file__).parents[1]
LEFT_OUT = (".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache")
FLOORS = ("parser", "storage", "crawler", "monitor")
DEPLOYED = (
    *("nianbao.toml", "nianbao.service", "compose.toml", "compose-large.toml", "alerts.yaml"),
    *("docker-compose.yml", "Dockerfile"),
)
HOSTILE = """from pathlib import Path
(Path(__file__).parent / "IMPORTED").open("a").write(__name__ + "\\n")
raise ImportError("a stranger's module")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: what an earlier build left lying about must not come into it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT, source, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    build: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        folder,
    ]
    subprocess.run([*build, source], check=True, timeout=300, cwd=folder)
    (built,) = folder.glob("nianbao-*.whl")
    return built


@pytest.fixture(scope="module")
def nianbao(wheel: Path) -> Path:
    """The command of a bare venv."""
    venv = wheel.parent / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True, timeout=120)
    install: list[str | Path] = [
        venv / "bin" / "pip",
        "install",
        "--quiet",
        "-c",
        ROOT / "constraints.txt",
        wheel,
    ]
    subprocess.run(install, check=True, timeout=600)
    return venv / "bin" / "nianbao"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    for floor in FLOORS:
        (tmp_path / f"{floor}.py").write_text(HOSTILE)
    yield tmp_path
    assert not (tmp_path / "IMPORTED").exists(), (tmp_path / "IMPORTED").read_text()


def environment() -> dict[str, str]:
    """Nothing that would lead back to the checkout, and nothing that makes Python safe by itself."""
    strange = ("PYTHON", "NIANBAO", "VIRTUAL_ENV", "COVERAGE", "COV_CORE")
    return {name: value for name, value in os.environ.items() if not name.startswith(strange)}


def run(nianbao: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [nianbao, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_it_holds_nianbao_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    records = f"{'-'.join(wheel.name.split('-')[:2])}.dist-info/"
    assert {name for name in names if not name.startswith(("nianbao/", records))} == set()
    assert {name for name in names if name.startswith("nianbao/")} == expected()


def expected() -> set[str]:
    """Every file of the packages, whatever its kind: all that lies there is needed."""
    files = {f"nianbao/{name}" for name in ("__init__.py", "py.typed")}
    files |= {f"nianbao/deploy/{name}" for name in DEPLOYED}
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                files.add(f"nianbao/{path.relative_to(ROOT).as_posix()}")
    return files


def test_it_reads_and_checks(nianbao: Path, folder: Path) -> None:
    ((_, draft),) = planted(1)
    (folder / "report.docx").write_bytes(write_docx(print_draft(draft)))
    done = run(nianbao, folder, "read", "--json", "report.docx")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["year"] == draft.year
    checked = run(nianbao, folder, "check", "--format", "json", "report.docx")
    assert checked.returncode in (0, 3), checked.stderr


def test_it_is_set_up(nianbao: Path, folder: Path) -> None:
    assert run(nianbao, folder, "init", "繁峙县").returncode == 0
    done = run(nianbao, folder, "init", "--settings")
    assert done.returncode == 0, done.stderr
    for name in DEPLOYED:
        (written,) = folder.rglob(name)
        assert written.read_bytes() == (ROOT / "nianbao" / "deploy" / name).read_bytes()
    checked = run(nianbao, folder, "config", "check")
    assert checked.returncode == 0, checked.stderr


def test_it_sweeps(nianbao: Path, folder: Path) -> None:
    with running(portal_of(planted(3))) as site:
        config = county_file(folder, site.url)
        sweep = ("sweep", "--config", str(config), "--allow-private", "--pause", "0")
        done = run(nianbao, folder, *sweep, "--store", "sqlite:///n.db", "--evidence", "evidence")
    assert done.returncode == 0, done.stdout + done.stderr
    assert versions(nianbao, folder) == 3


def versions(nianbao: Path, folder: Path) -> int:
    done = run(nianbao, folder, "coverage", "--store", "sqlite:///n.db", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = run(
        nianbao, folder, "find", "政府信息", "--store", "sqlite:///n.db", "--format", "json"
    )
    return len({(row["unit"], row["year"]) for row in json.loads(found.stdout)})


def test_its_demo_comes_to_its_end(nianbao: Path, folder: Path) -> None:
    done = run(nianbao, folder, "demo", "--exit", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["units"] == 12


@contextmanager
def daemon(nianbao: Path, folder: Path, settings: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [nianbao, "daemon", "--settings", settings],
            cwd=folder,
            env=environment(),
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_its_daemon_s_child_sweeps(nianbao: Path, folder: Path) -> None:
    with running(portal_of(planted(3))) as site:
        county_file(folder, site.url)
        settings = settings_file(folder, None, free_port())
        with daemon(nianbao, folder, settings) as process:
            log = folder / "daemon.log"
            until(lambda: "sweep ended" in log.read_text("utf-8"), 120)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    assert versions(nianbao, folder) == 3
