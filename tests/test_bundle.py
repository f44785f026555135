"""The file for machines without a network: installed with no index reachable, it runs."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scripts.bundle import PYTHONS, bundle, glibc_of
from scripts.deb import deb, service_of_package
from tests.amounts import prove

ROOT = Path(__file__).parents[1]
HERE = ".".join(map(str, sys.version_info[:2]))
DEAD = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This platform's part."""
    return bundle(tmp_path_factory.mktemp("bundle"), [HERE], [platform.machine()], ("large",))


def environment() -> dict[str, str]:
    """No index, no cache, a proxy that is dead, and nothing that leads back to the checkout."""
    strange = ("PYTHON", "NIANBAO", "VIRTUAL_ENV", "COVERAGE", "COV_CORE", "PIP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), DEAD)
    nothing = {"PIP_NO_INDEX": "1", "PIP_NO_CACHE_DIR": "1", "PIP_INDEX_URL": DEAD, "PIP_CONFIG_FILE": os.devnull}  # fmt: skip
    return {**kept, **proxies, **nothing, "no_proxy": "127.0.0.1,localhost"}


def run(*line: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        line,
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@prove
def test_it_installs_without_an_index_and_lives_a_season(made: Path, tmp_path: Path) -> None:
    listed = run(sys.executable, made, "--list", folder=tmp_path)
    assert f"Python >= {PYTHONS[HERE]} {platform.machine()}: large; glibc >= 2." in listed.stdout
    done = run(sys.executable, made, "there", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "apt-get install" in done.stdout
    nianbao = tmp_path / "there/bin/nianbao"
    assert not (tmp_path / "there/bin/pip").exists()
    python = tmp_path / "there/bin/python"
    assert run(python, "-c", "import procrastinate, s3fs", folder=tmp_path).returncode == 0
    demo = run(nianbao, "demo", "--exit", "--json", folder=tmp_path)
    assert demo.returncode == 0, demo.stderr
    assert json.loads(demo.stdout)["units"] > 10


@prove
def test_a_damaged_file_and_another_platform_are_told(made: Path, tmp_path: Path) -> None:
    mark, name = made.with_suffix(".pyz.sha256").read_text("utf-8").split()
    assert (hashlib.sha256(made.read_bytes()).hexdigest(), made.name) == (mark, name)
    for file, change in (("damaged.pyz", ""), ("other.pyz", "9.9")):
        with zipfile.ZipFile(made) as old, zipfile.ZipFile(tmp_path / file, "w") as new:
            for entry in old.namelist():
                body = old.read(entry)
                if entry == "bundle.json" and change:
                    body = body.replace(f'"python": "{HERE}"'.encode(), b'"python": "9.9"')
                if entry.startswith("wheels/nianbao") and not change:
                    body = body[:-100] + b"x" * 100
                new.writestr(entry, body)
        done = run(sys.executable, tmp_path / file, "there", folder=tmp_path)
        said = "nothing for Python" if change else "is damaged"
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
        assert not (tmp_path / "there").exists()


def test_the_least_glibc_is_told() -> None:
    old = "a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    new = "b-1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl"
    assert glibc_of([old, "c-1-py3-none-any.whl"]) == "2.17"
    assert glibc_of([old, new]) == "2.27"


def test_no_index_is_named() -> None:
    """Whoever builds or installs it has an index of his own, or none."""
    for place in ("Makefile", "pyproject.toml", "scripts/bundle.py", "scripts/bundle_install.py"):
        text = (ROOT / place).read_text("utf-8")
        assert not re.search(r"pypi\.org|--index-url|--extra-index|simple/", text), place


# ---- the package around it


def dpkg(root: Path, *line: str | Path) -> subprocess.CompletedProcess[str]:
    """In a system of its own, whose scripts are told where it is."""
    forced = ("--force-script-chrootless", "--force-depends", "--force-not-root")
    return run("dpkg", f"--root={root}", *forced, *line, folder=root)


@pytest.fixture
def system(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "etc", "srv", "opt"):
        (root / folder).mkdir(parents=True)
    for file in ("var/lib/dpkg/status", "etc/passwd", "etc/group", "etc/shadow"):
        (root / file).touch()
    return root


@prove
@pytest.mark.skipif(not shutil.which("dpkg") or os.geteuid() != 0, reason="not root on Debian")
def test_a_package_installs_is_upgraded_whole_and_leaves_what_is_proof(
    made: Path, system: Path, tmp_path: Path
) -> None:
    package = deb(made, platform.machine(), tmp_path)
    done = dpkg(system, "-i", package)
    assert done.returncode == 0, done.stderr
    nianbao, home = system / "opt/nianbao/bin/nianbao", system / "srv/nianbao"
    assert run(nianbao, "--version", folder=home).stdout.startswith("nianbao ")
    assert run(nianbao, "status", folder=home).returncode in (0, 1)
    assert (home / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert "ExecStart=/opt/nianbao/bin/nianbao daemon" in service_of_package()
    assert (system / "lib/systemd/system/nianbao.service").read_text() == service_of_package()

    (home / "config/nianbao.toml").write_text("# ours\n", "utf-8")
    (home / "var/proof").write_text("kept", "utf-8")
    damaged = tmp_path / "damaged.pyz"
    damaged.write_bytes(made.read_bytes()[:-1000])
    broken = dpkg(system, "-i", deb(damaged, platform.machine(), tmp_path / "broken"))
    assert broken.returncode != 0
    assert "the one before is as it was" in broken.stderr
    assert run(nianbao, "--version", folder=home).returncode == 0

    assert dpkg(system, "-i", package).returncode == 0
    assert (home / "config/nianbao.toml").read_text("utf-8") == "# ours\n"
    assert dpkg(system, "-P", "nianbao").returncode == 0
    assert not nianbao.exists()
    assert (home / "var/proof").read_text("utf-8") == "kept"
