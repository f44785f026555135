"""`read` and `check` on hostile files: each ends soon with a sentence, and costs none of the others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.amounts import prove
from tests.parser import test_archive, test_docx, test_hostile, test_spreadsheet
from tests.reportkit.compose import compose
from tests.reportkit.figures import blank_figures
from tests.reportkit.hostile import MADE
from tests.reportkit.write_docx import write_docx

MOST_SECONDS = 20
AT_ONCE = 8  # files that one command is given: it has no more time and memory than for one
MOST_MEGABYTES = 1024
DOZEN = (
    "made: a picture of 60000 x 60000",
    "made: docx with a picture of 20000 x 20000",
    "made: merges without end",
    "made: columns without end",
    "made: rules of looks without end",
    "made: ofd words without end",
    "made: ofd blocks within blocks",
    "made: pdf under white areas",
    "made: rtf that waits for bytes",
    "made: documents within documents",
    "broken: zip bomb",
    "broken: deeply nested zip",
)
# what the kernel counts of a program and of all that it started
MEASURED = (
    "import resource, subprocess, sys;"
    "done = subprocess.run(sys.argv[1:]);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr);"
    "sys.exit(done.returncode)"
)


def every_file() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield from ((f"made: {name}", make) for name, make in MADE.items())
    yield from ((f"broken: {name}", make) for name, (make, _) in test_hostile.BROKEN.items())
    for kind, module in (
        ("docx", test_docx),
        ("xlsx", test_spreadsheet),
        ("archive", test_archive),
    ):
        yield from ((f"{kind}: {name}", make) for name, (make, _) in module.HOSTILE.items())


FILES = dict(every_file())
TURNS = -(-len(FILES) // AT_ONCE)


def written(names: list[str] | tuple[str, ...], folder: Path) -> list[Path]:
    paths = [folder / f"{n}.bin" for n in range(len(names))]
    for path, name in zip(paths, names, strict=True):
        path.write_bytes(FILES[name]())
    return paths


def run(
    command: list[str], paths: list[Path], folder: Path, seconds: float
) -> tuple[list[dict[str, object]], int]:
    """What a command says of each file, and the megabytes that it took."""
    nianbao = [sys.executable, "-m", "nianbao.monitor.cli", *command]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *nianbao, *map(str, paths)],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=seconds,
    )
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    told = json.loads(done.stdout)
    return told if isinstance(told, list) else [told], int(done.stderr.split()[-1])


def test_files_are_enough() -> None:
    assert len(FILES) >= 80
    assert set(DOZEN) <= set(FILES)


@pytest.mark.parametrize(
    "command", [["read", "--json"], pytest.param(["check", "--format", "json"], marks=prove)]
)
def test_a_dozen_hostile_files_and_a_good_one(command: list[str], tmp_path: Path) -> None:
    paths = written(DOZEN, tmp_path)
    good = tmp_path / "good.docx"
    good.write_bytes(write_docx(compose(blank_figures())))
    seconds = MOST_SECONDS * (len(paths) + 1) + 60
    told, megabytes = run(command, [*paths[:6], good, *paths[6:]], tmp_path, seconds)
    by_file = {str(entry["file"]).partition(".bin")[0]: entry for entry in told}
    assert all("error" in by_file[str(path.with_suffix(""))] for path in paths)
    assert any(str(entry["file"]) == str(good) and "error" not in entry for entry in told)
    assert megabytes < MOST_MEGABYTES


@prove
@pytest.mark.parametrize("turn", range(TURNS))
def test_every_hostile_file_ends_with_a_sentence(turn: int, tmp_path: Path) -> None:
    names = [*FILES][turn::TURNS]
    paths = written(names, tmp_path)
    told, megabytes = run(["read", "--json"], paths, tmp_path, MOST_SECONDS + 60)
    for name, path in zip(names, paths, strict=True):
        of_it = [entry for entry in told if str(entry["file"]).startswith(str(path))]
        assert of_it, name
        assert all("error" in entry or "title" in entry for entry in of_it), name
    assert megabytes < MOST_MEGABYTES
