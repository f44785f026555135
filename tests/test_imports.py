"""Imports go one way: parser <- storage <- crawler <- monitor; and nobody imports the command line or the web pages."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = (
    "parser",
    "storage",
    "crawler",
    "monitor",
)  # each may import itself and what stands before it
OUTSIDE = ("tests", "benchmarks", "scripts")
SEVERAL = {"parser", "rules"}  # packages that gather what their own modules define


def sources(*places: str) -> list[Path]:
    return sorted(path for place in places for path in (ROOT / place).rglob("*.py"))


@functools.cache
def imported(path: Path) -> tuple[str, ...]:
    """The modules that a file imports, by their full names."""
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def floor_of(module: str) -> str:
    """The floor that a module of ours is of, or `tests` and the like; empty for anybody else's."""
    parts = module.split(".")
    if parts[0] == "nianbao":
        return parts[1] if len(parts) > 1 else "nianbao"
    return parts[0] if parts[0] in OUTSIDE else ""


def test_our_packages_have_one_name() -> None:
    """`import parser` would be a second copy of nianbao.parser, with its own classes and caches."""
    for path in sources(*FLOORS, *OUTSIDE, "nianbao"):
        for module in imported(path):
            assert module.split(".")[0] not in FLOORS, (
                f"{place(path)} imports {module}: say nianbao.{module}"
            )


@pytest.mark.parametrize("package", FLOORS)
def test_packages_import_only_what_stands_below_them(package: str) -> None:
    below = {"", *FLOORS[: FLOORS.index(package) + 1]}
    for path in sources(package):
        for module in imported(path):
            version = module in ("nianbao", "nianbao.__version__") and package != "parser"
            assert version or floor_of(module) in below, f"{place(path)} imports {module}"


@pytest.mark.parametrize("part", ["rules", "standing.py"])
def test_judging_imports_only_the_parser(part: str) -> None:
    path = ROOT / "monitor" / part
    for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
        for module in imported(file):
            own = module.startswith(("nianbao.parser", "nianbao.monitor.rules"))
            assert not floor_of(module) or own, f"{place(file)} imports {module}"


SQL = frozenset(("select", "update", "insert", "delete", "text", "func", "or_", "and_"))
ASKING = frozenset(("scalar", "scalars", "execute", "get_one", "exec_driver_sql"))
LEDGER = (
    "scope",
    "there",
    "told",
    "lines",
    "present",
    "year",
    "age",
    "decided",
    "rates",
    "rot",
    "preflight",
    "asked",
    "first_look",
    "happened",
    "listing",
    "upkeep",
    "way",
    "faults",
    "words",
)  # nothing else stands on that floor


def test_there_is_no_sql_in_monitor() -> None:
    """All of it is in storage/, as questions with names."""
    for path in sources("monitor"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                names = {name.name for name in node.names}
                assert node.module != "nianbao.storage.models", f"{place(path)} imports tables"
                if node.module.split(".")[0] == "sqlalchemy":
                    assert not names & SQL, f"{place(path)} imports {names & SQL}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                on = ast.unparse(node.func)
                asks = node.func.attr in ASKING and not on.startswith("made.")
                assert not asks, f"{place(path)}:{node.lineno} asks the database: {on}"


def test_only_one_place_says_where_a_unit_stands() -> None:
    for path in sources("monitor", "crawler", "storage", "benchmarks", "scripts"):
        if place(path) == "monitor/ledger/lines.py":
            continue
        imports = set(imported(path))
        assert "nianbao.monitor.standing.standing" not in imports, f"{place(path)} asks standing()"


def test_the_ledger_stands_below_every_face() -> None:
    for name in LEDGER:
        for module in imported(ROOT / "monitor" / "ledger" / f"{name}.py"):
            faces = ("mail", "paper", "cli", "web", "daemon", "health", "demo")
            above = tuple(f"nianbao.monitor.{face}" for face in faces)
            assert not module.startswith(above), f"ledger/{name}.py imports {module}"
    files = {path.stem for path in sources("monitor/ledger")} - {"__init__"}
    assert files == set(LEDGER)


STARTS = {"monitor.cli": "", "monitor.web": "monitor/cli/serving.py"}


def test_nobody_imports_the_command_line_or_the_web_pages() -> None:
    """But what starts them."""
    for path in sources(*FLOORS):
        for module in imported(path):
            for edge, starts in STARTS.items():
                inside = place(path).startswith(edge.replace(".", "/"))
                assert (
                    inside or place(path) == starts or not module.startswith(f"nianbao.{edge}")
                ), f"{place(path)} imports {module}"


def test_there_are_no_circles() -> None:
    """But for a package that gathers its own modules' names, which they don't use."""
    names = {"nianbao." + place(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
             for path in sources(*FLOORS)}  # fmt: skip
    needs = {
        name: {module for module in imported(path) if module in names and module != name}
        for name, path in names.items()
    }
    for name in names:
        if name.rpartition(".")[2] in SEVERAL:
            needs[name] = set()
    while free := {name for name, needed in needs.items() if not needed & needs.keys()}:
        needs = {name: needed for name, needed in needs.items() if name not in free}
    assert not needs, f"these import each other: {sorted(needs)}"


def test_importing_the_parser_loads_no_heavy_reader() -> None:
    program = (
        "import sys, nianbao; "
        "heavy = {'yaml', 'pypdfium2', 'python_calamine', 'rapidocr_onnxruntime', 'cv2', 'numpy', 'PIL'};"
        "print(','.join(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
