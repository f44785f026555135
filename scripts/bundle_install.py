"""Installs nianbao out of the file that this is in, without a network.

`python3 nianbao-VERSION.pyz [FOLDER]`: it needs that Python alone, no pip and no package index. The
folder (`.venv` if none is named) becomes a virtual environment with the command `nianbao` in it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

PACKAGES = """系统软件包 / system packages, for .doc and .wps, letters and scans:
  Debian, Ubuntu: apt-get install libreoffice-writer-nogui fonts-noto-cjk libgl1 libglib2.0-0
  openEuler, 麒麟, 统信（未经测试 / untested）:
    dnf install libreoffice-writer google-noto-sans-cjk-ttc-fonts mesa-libGL glib2"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(".venv"))
    parser.add_argument("--without", action="append", default=[], metavar="EXTRA")
    parser.add_argument("--list", action="store_true", help="tell what is in it, and end")
    asked = parser.parse_args()
    with zipfile.ZipFile(sys.argv[0]) as bundle:
        told = json.loads(bundle.read("bundle.json"))
        if asked.list:
            for part in told["parts"]:
                print(line_of(part))
            return
        part = part_for_here(told)
        extras = [extra for extra in part["extras"] if extra not in asked.without]
        with tempfile.TemporaryDirectory(prefix="nianbao-install-") as place:
            wheels = Path(place) / "wheels"
            unpack(bundle, told["wheels"], part["wheels"], wheels)
            install(asked.folder, wheels, extras)
    print(f"已安装 / installed: {asked.folder / 'bin' / 'nianbao'}（{', '.join(extras) or '—'}）")
    if part["left_out"]:
        print(f"此平台没有 / not to be had here: {', '.join(part['left_out'])}")
    print(PACKAGES)


def line_of(part: dict[str, Any]) -> str:
    extras = ", ".join(part["extras"]) or "—"
    return f"Python >= {part['least']} {part['machine']}: {extras}; glibc >= {part['glibc']}"


def part_for_here(told: dict[str, Any]) -> dict[str, Any]:
    here, machine = platform.python_version(), platform.machine()
    python = ".".join(here.split(".")[:2])
    parts: list[dict[str, Any]] = told["parts"]
    for part in parts:
        if (part["python"], part["machine"]) == (python, machine):
            break
    else:
        there = "\n  ".join(line_of(part) for part in parts)
        zh, en = (
            f"没有适合 Python {python} {machine} 的文件",
            f"nothing for Python {python} on {machine}",
        )
        sys.exit(f"{zh} / {en}:\n  {there}")
    name, version = platform.libc_ver()
    if name != "glibc" or numbers(version) < numbers(part["glibc"]):
        zh, en = (
            f"需要 glibc {part['glibc']} 以上，这里是 {name} {version}",
            "a newer glibc is needed",
        )
        sys.exit(f"{zh} / {en}: {part['glibc']}")
    if sys.version_info < tuple(numbers(part["least"])):
        sys.exit(f"需要 Python {part['least']} 以上 / Python {part['least']} or newer is needed")
    return part


def numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def unpack(bundle: zipfile.ZipFile, marks: dict[str, str], names: list[str], wheels: Path) -> None:
    """Each held against its checksum before anything of it is used."""
    wheels.mkdir()
    pip = [name for name in marks if name.startswith("pip-")]
    for name in {*names, *pip}:
        body = bundle.read(f"wheels/{name}")
        if hashlib.sha256(body).hexdigest() != marks[name]:
            sys.exit(f"{name} 已损坏，请重新复制文件 / {name} is damaged, copy the file again")
        (wheels / name).write_bytes(body)


def install(folder: Path, wheels: Path, extras: list[str]) -> None:
    """By the pip that is in the file, with nothing but the wheels that are in it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (pip,) = wheels.glob("pip-*.whl")
    (own,) = wheels.glob("nianbao-*.whl")
    named = f"{own}[{','.join(extras)}]" if extras else str(own)
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))
    }
    line: list[str | Path] = [
        folder / "bin" / "python",
        pip / "pip",
        "install",
        "--quiet",
        "--no-index",
    ]
    subprocess.run(
        [*line, "--disable-pip-version-check", "--find-links", wheels, named],
        check=True,
        env={**kept, "PIP_CONFIG_FILE": os.devnull},
    )


if __name__ == "__main__":
    main()
