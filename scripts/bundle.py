"""`make bundle`: all that Python needs of nianbao in one file, for machines without a network.

The file is run by Python itself (`python3 nianbao-VERSION.pyz`): scripts/bundle_install.py is its
`__main__`. Wheels come from whatever index pip is set to; what cannot be had for a platform is
told, and written into the file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from nianbao import __version__

ROOT = Path(__file__).parents[1]
EXTRAS = ("large", "ocr")
PYTHONS = {"3.11": "3.11.5", "3.12": "3.12.3"}  # the least of each, as the pinned wheels want it
MACHINES = ("x86_64", "aarch64")
GLIBC = (17, 24, 26, 27, 28)  # 2.x: what wheels may ask for at the most
MANYLINUX = re.compile(r"manylinux_2_(\d+)_|manylinux(2014|2010|1)_")
OLD = {"2014": 17, "2010": 12, "1": 5}


class Part(NamedTuple):
    """What one kind of machine needs."""

    python: str
    least: str  # of that Python
    machine: str
    extras: tuple[str, ...]
    left_out: tuple[str, ...]  # extras that cannot be had there
    wheels: tuple[str, ...]
    glibc: str  # the least


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    parser.add_argument("--python", action="append", choices=[*PYTHONS])
    parser.add_argument("--machine", action="append", choices=MACHINES)
    parser.add_argument("--extra", action="append", choices=("none", *EXTRAS))
    told = parser.parse_args(arguments)
    extras = tuple(extra for extra in told.extra or EXTRAS if extra != "none")
    made = bundle(told.to, told.python or PYTHONS, told.machine or MACHINES, extras)
    print(f"{made}: {made.stat().st_size / 1024**2:.0f} MiB")


def bundle(
    folder: Path, pythons: Iterable[str], machines: Iterable[str], extras: tuple[str, ...]
) -> Path:
    """The file; beside it its checksum."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = [(python, machine) for machine in machines for python in pythons]
    with tempfile.TemporaryDirectory(prefix="nianbao-bundle-") as place:
        wheels = Path(place) / "wheels"
        own = _own_wheel(wheels)
        _pip("download", "--no-deps", "--dest", wheels, _pinned("pip"))
        parts = [_part(own, wheels, python, machine, extras) for python, machine in kinds]
        for part in parts:
            _tell(part)
        made = folder / f"nianbao-{__version__}.pyz"
        _write(made, wheels, parts)
    mark = hashlib.sha256(made.read_bytes()).hexdigest()
    made.with_suffix(".pyz.sha256").write_text(f"{mark}  {made.name}\n", "utf-8")
    return made


def _own_wheel(wheels: Path) -> Path:
    """Built from a copy: an earlier build's leftovers must not come into it."""
    with tempfile.TemporaryDirectory(prefix="nianbao-source-") as place:
        source = Path(place) / "source"
        left = shutil.ignore_patterns(".git", ".venv", "build", "dist", "*.egg-info", "__pycache__")
        shutil.copytree(ROOT, source, symlinks=True, ignore=left)
        _pip("wheel", "--no-deps", "--wheel-dir", wheels, source)
    (own,) = wheels.glob("nianbao-*.whl")
    return own


def _part(own: Path, wheels: Path, python: str, machine: str, extras: tuple[str, ...]) -> Part:
    """With as many of the extras as there are wheels for."""
    had: tuple[str, ...] = ()
    names = _downloaded(own, wheels, python, machine, had)
    for extra in extras:
        try:
            names |= _downloaded(own, wheels, python, machine, (extra,))
        except subprocess.CalledProcessError as error:
            print(f"{python} {machine}: no {extra}: {_last_line(error.stderr)}")
        else:
            had += (extra,)
    left_out = tuple(extra for extra in extras if extra not in had)
    return Part(
        python, PYTHONS[python], machine, had, left_out, tuple(sorted(names)), glibc_of(names)
    )


def _downloaded(
    own: Path, wheels: Path, python: str, machine: str, extras: tuple[str, ...]
) -> set[str]:
    abi = f"cp{python.replace('.', '')}"
    kinds = [f"--platform=manylinux_2_{minor}_{machine}" for minor in GLIBC]
    kinds += [f"--platform=manylinux2014_{machine}"]
    kinds += [f"--abi={each}" for each in (abi, "abi3", "none")]
    named = f"{own}[{','.join(extras)}]" if extras else str(own)
    with tempfile.TemporaryDirectory(dir=wheels.parent) as place:
        of = f"--python-version={PYTHONS[python]}"
        _pip("download", "--only-binary=:all:", of, "--implementation=cp", *kinds,
             "--constraint", ROOT / "constraints.txt", "--dest", place, named)  # fmt: skip
        found = {file.name: file for file in Path(place).glob("*.whl")}
        for name, file in found.items():
            if not (wheels / name).exists():
                shutil.move(file, wheels / name)
    return {*found}


def glibc_of(names: Iterable[str]) -> str:
    """The least that all of these wheels run with."""
    least = [
        min(OLD[old] if old else int(new) for new, old in found)
        for name in names
        if (found := MANYLINUX.findall(name))
    ]
    return f"2.{max(least, default=17)}"


def _write(made: Path, wheels: Path, parts: Sequence[Part]) -> None:
    files = sorted(wheels.glob("*.whl"))
    marks = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    told = {"version": __version__, "wheels": marks, "parts": [part._asdict() for part in parts]}
    fresh = made.with_suffix(".new")
    with fresh.open("wb") as out:
        out.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            archive.write(ROOT / "scripts" / "bundle_install.py", "__main__.py")
            archive.writestr("bundle.json", json.dumps(told, indent=1))
            archive.write(ROOT / "constraints.txt", "constraints.txt")
            for file in files:
                archive.write(file, f"wheels/{file.name}")
    fresh.replace(made)


def _tell(part: Part) -> None:
    lacking = f", without {', '.join(part.left_out)}" if part.left_out else ""
    told = f"with {', '.join(part.extras) or 'no extras'}{lacking}; glibc {part.glibc} at the least"
    print(f"Python {part.python}, {part.machine}: {len(part.wheels)} wheels, {told}")


def _pip(*arguments: str | Path) -> None:
    line = [sys.executable, "-m", "pip", arguments[0], "--quiet", *arguments[1:]]
    subprocess.run(line, check=True, capture_output=True, text=True)


def _pinned(name: str) -> str:
    """Of pip itself: that with which it is made."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], check=True, capture_output=True, text=True
    )
    return f"{name}=={told.stdout.split()[1]}"


def _last_line(text: str | None) -> str:
    return next((line for line in reversed((text or "").splitlines()) if "ERROR" in line), "?")


if __name__ == "__main__":
    main()
