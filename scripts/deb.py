"""`make deb`: a package for Debian and Ubuntu around the file of `make bundle`.

It needs no network where it is installed: its postinst makes /opt/nianbao out of the wheels in it.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from nianbao import __version__
from scripts.bundle import EXTRAS, MACHINES, PYTHONS, ROOT, bundle

SCRIPTS = ROOT / "scripts" / "deb_scripts"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
NEEDS = ("python3 (>= 3.11)", "python3-venv", "passwd")
# For .doc and .wps, letters and scans: all else works without them.
RECOMMENDS = ("libreoffice-writer-nogui", "fonts-noto-cjk", "libgl1", "libglib2.0-0")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    parser.add_argument("--machine", choices=MACHINES, default=platform.machine())
    parser.add_argument("--python", action="append", choices=[*PYTHONS])
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="nianbao-deb-") as place:
        held = bundle(Path(place), told.python or PYTHONS, [told.machine], EXTRAS)
        made = deb(held, told.machine, told.to)
    print(f"{made}: {made.stat().st_size / 1024**2:.0f} MiB")


def deb(held: Path, machine: str, folder: Path) -> Path:
    """The package around a bundle."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"nianbao_{__version__}_{ARCHITECTURES[machine]}.deb"
    with tempfile.TemporaryDirectory(prefix="nianbao-deb-") as place:
        service = Path(place) / "nianbao.service"
        service.write_text(service_of_package(), "utf-8")
        told = Path(place) / "nfpm.yaml"
        told.write_text(yaml.safe_dump(_described(held, service, machine)), "utf-8")
        packager = Path(sys.executable).with_name("nfpm")
        line: list[str | Path] = [packager, "package", "--packager", "deb"]
        line += ["--config", told, "--target", made]
        subprocess.run(line, check=True, capture_output=True, text=True)
    return made


def service_of_package() -> str:
    """The service as it is documented, begun from where the package puts its program."""
    lines = (ROOT / "config" / "nianbao.service").read_text("utf-8").splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith("#"))
    return "".join(kept).replace("/srv/nianbao/.venv/bin/nianbao", "/opt/nianbao/bin/nianbao")


def _described(held: Path, service: Path, machine: str) -> dict[str, Any]:
    documents = (ROOT / "LICENSE", ROOT / "CHANGELOG.md", ROOT / "config" / "nianbao.toml")
    files = [
        _file(held, "/usr/lib/nianbao/nianbao.pyz"),
        _file(service, "/lib/systemd/system/nianbao.service"),
        *(_file(each, f"/usr/share/doc/nianbao/{each.name}") for each in documents),
        {"src": "/opt/nianbao/bin/nianbao", "dst": "/usr/bin/nianbao", "type": "symlink"},
    ]
    return {
        "name": "nianbao",
        "version": __version__,
        "version_schema": "none",
        "arch": ARCHITECTURES[machine],
        "platform": "linux",
        "section": "admin",
        "maintainer": "nianbao <nianbao@localhost>",
        "description": "Watches county portals for annual open-government-information reports\n"
        "and tells which are late, missing or inconsistent, with proof.",
        "license": "Apache-2.0",
        "depends": [*NEEDS],
        "recommends": [*RECOMMENDS],
        "contents": files,
        "scripts": {
            name: str(SCRIPTS / f"{short}.sh")
            for name, short in (
                ("postinstall", "postinst"),
                ("preremove", "prerm"),
                ("postremove", "postrm"),
            )
        },
        "deb": {"compression": "none"},  # wheels are packed already
    }


def _file(source: Path, to: str) -> dict[str, Any]:
    return {"src": str(source), "dst": to, "file_info": {"mode": 0o644}}


if __name__ == "__main__":
    main()
