"""Imports go one way: parser <- storage <- crawler <- monitor; and nobody imports the command line or the web pages."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "parser": {"parser"},
    "storage": {"parser", "storage"},
    "crawler": {"parser", "storage", "crawler"},
    "monitor": {"parser", "storage", "crawler", "monitor"},
}
OURS = {*MAY_IMPORT, "tests", "benchmarks"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_packages_import_only_what_stands_below_them(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        for module in imported(path):
            top = module.split(".")[0]
            assert top not in OURS - MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("part", ["rules", "standing.py"])
def test_judging_imports_only_the_parser(part: str) -> None:
    path = ROOT / "monitor" / part
    for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
        for module in imported(file):
            top = module.split(".")[0]
            assert top not in OURS - {"parser", "monitor"}, f"{file.relative_to(ROOT)} imports {module}"
            assert top != "monitor" or module.startswith("monitor.rules"), f"{file.relative_to(ROOT)} imports {module}"


def test_nobody_imports_the_command_line_or_the_web_pages() -> None:
    for package in MAY_IMPORT:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            for module in imported(path):
                for edge in ("monitor.cli", "monitor.web"):
                    inside = place.startswith(edge.replace(".", "/"))
                    assert inside or not module.startswith(edge), f"{place} imports {module}"


def test_importing_the_parser_loads_no_heavy_reader() -> None:
    program = (
        "import sys, parser; "
        "heavy = {'yaml', 'pypdfium2', 'olefile', 'python_calamine', 'rapidocr_onnxruntime', 'cv2', 'numpy', 'PIL'};"
        "print(','.join(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
