"""The table of commands: what it says of each is so, nothing is imported before it is wanted, exit codes are declared."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import subprocess
import sys
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nianbao.monitor import judging
from nianbao.monitor.cli import app
from nianbao.monitor.cli.exits import EXITS
from nianbao.monitor.cli.lazy import COMMANDS, load
from nianbao.storage.store import open_store
from tests.crawler.test_sweep import ENVIRONMENT

ROOT = Path(__file__).parents[2]
CLI = ROOT / "monitor" / "cli"
REAL = [name for name, entry in COMMANDS.items() if entry.place]


@pytest.mark.parametrize("name", REAL)
def test_the_list_says_what_the_command_says(name: str) -> None:
    said = inspect.getdoc(load(COMMANDS[name].place)) or ""
    if name == "review":  # it shows a list by itself, and is told of as a group
        return
    assert COMMANDS[name].summary == said.partition("\n\n")[0].replace("\n", " ")


def test_only_one_place_imports_by_name() -> None:
    for path in CLI.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        late = [
            inner
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for inner in ast.walk(function)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        ]
        assert not late, (
            f"{path.name}: import at the top; lazy.py fetches the module when it is due"
        )
        assert ("import_module" in path.read_text("utf-8")) == (path.name == "lazy.py")


# ---- what is imported

HEAVY = {
    *("sqlalchemy", "alembic", "scrapy", "twisted", "apscheduler", "openpyxl", "requests"),
    *("cryptography", "lxml", "bs4", "jinja2", "fsspec", "pypdfium2"),
    *("fastapi", "starlette", "uvicorn"),
    *("holidays", "sqlalchemy.dialects.postgresql"),
}


def heavy_after(*lines: Sequence[str], heavy: AbstractSet[str] = HEAVY) -> list[set[str]]:
    """What is heavy of what commands have imported when they end, one after the other in one process."""
    program = (
        "import sys\n"
        "from nianbao.monitor.cli import main\n"
        f"for line in {lines!r}:\n"
        "    sys.argv = ['nianbao', *line]\n"
        "    try:\n"
        "        main()\n"
        "    except SystemExit:\n"
        "        pass\n"
        f"    print('\\nHEAVY', *({heavy!r} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT
    )
    assert "Traceback" not in done.stderr, done.stderr
    told = [line.split() for line in done.stdout.splitlines() if line.startswith("HEAVY")]
    assert len(told) == len(lines), done.stderr
    return [set(loaded) for _, *loaded in told]


def test_reading_waits_for_no_database(tmp_path: Path) -> None:
    (tmp_path / "none.html").write_bytes(b"<p>nothing</p>")
    file = str(tmp_path / "none.html")
    helped, read, checked = heavy_after(["--help"], ["read", file], ["check", file])
    assert helped == set()
    assert read <= {"lxml"}
    assert checked <= {"lxml"}


def test_a_child_that_judges_waits_for_no_database() -> None:
    """One is started for each sweep, each check and each page that reads; a third of what it took was that."""
    children = ("nianbao.monitor.judging_here", "nianbao.monitor.checking")
    program = f"import sys, {', '.join(children)}; print(*({HEAVY!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT, check=True
    )
    assert set(done.stdout.split()) <= {"lxml"}
    assert vars(judging)["judge_here"].__module__ in children


def test_asking_waits_for_no_crawler(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/n.db"
    open_store(store).dispose()
    asked = ("missing", "late", "unknown", "flagged", "coverage", "review", "find 公开")
    loaded = heavy_after(*([*words.split(), "--store", store] for words in asked))
    for words, of_command in zip(asked, loaded, strict=True):
        assert of_command == {"sqlalchemy"}, words


def test_showing_waits_for_no_crawler(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/n.db"
    open_store(store).dispose()
    asked = ("show 砂河镇", "history 砂河镇")
    for loaded in heavy_after(*([*words.split(), "--store", store] for words in asked)):
        assert not loaded & {"scrapy", "twisted", "requests", "alembic", "openpyxl"}


READER = {
    *("nianbao.parser.report", "nianbao.parser.narrative", "nianbao.parser.heading"),
    *("nianbao.monitor.rules.engine", "nianbao.monitor.rules.prose"),
}


def test_who_does_not_read_waits_for_no_reader(tmp_path: Path) -> None:
    """Its words are patterns, which take longer to compile than a question to answer."""
    store = f"sqlite:///{tmp_path}/n.db"
    open_store(store).dispose()
    where = ("--config", str(ROOT / "config" / "counties"), "--store", store)
    asked = ("missing", "unknown", "flagged", "coverage", "review", "history 砂河镇", "sum 繁峙县")
    loaded = heavy_after(*([*words.split(), *where] for words in asked), heavy=READER)
    for words, of_command in zip(asked, loaded, strict=True):
        assert of_command == set(), words
    (shown,) = heavy_after(["show", "砂河镇", *where], heavy=READER)
    assert "nianbao.monitor.rules.engine" not in shown


# ---- how it ends


def test_what_was_imported_is_not_looked_through_when_it_ends(tmp_path: Path) -> None:
    """A quarter of a question was that."""
    program = (
        "import atexit, gc, sys\n"
        "atexit.register(lambda: print('FROZEN', gc.get_freeze_count(), gc.get_count()))\n"
        "from nianbao.monitor.cli import main\n"
        "sys.argv = ['nianbao', 'missing', '--store', sys.argv[1], '--config', sys.argv[2]]\n"
        "main()\n"
    )
    store, config = f"sqlite:///{tmp_path}/n.db", ROOT / "config" / "counties"
    open_store(store).dispose()
    line = [sys.executable, "-c", program, store, str(config)]
    done = subprocess.run(line, capture_output=True, text=True, env=ENVIRONMENT)
    (told,) = [each for each in done.stdout.splitlines() if each.startswith("FROZEN")]
    assert int(told.split()[1]) > 50_000, done.stderr


def test_a_program_that_ends_leaves_all_in_the_one_file(tmp_path: Path) -> None:
    program = (
        "import gc, sys\n"
        "from sqlalchemy import text\n"
        "from nianbao.storage.store import open_store, session\n"
        "engine = open_store(sys.argv[1])\n"
        "with session(engine) as s:\n"
        "    s.execute(text(\"INSERT INTO region VALUES ('1', '甲', 'county', NULL, '')\"))\n"
        "gc.freeze()\n"
    )
    store = f"sqlite:///{tmp_path}/n.db"
    line = [sys.executable, "-c", program, store]
    done = subprocess.run(line, capture_output=True, text=True, env=ENVIRONMENT)
    assert not done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["n.db"]


# ---- help and completion


def shown(*arguments: str, lang: str = "en") -> str:
    """A help text on one line."""
    environment = ENVIRONMENT | {"NIANBAO_LANG": lang}
    asked = CliRunner().invoke(app, [*arguments, "--help"], env=environment)
    return " ".join(asked.stdout.split())


def test_the_help_lists_every_command() -> None:
    listed = shown()
    for name, entry in COMMANDS.items():
        if " " not in name:
            assert f" {name} " in listed
            assert entry.summary[:30] in listed, name


def test_no_help_is_cut_at_the_end_of_a_column() -> None:
    for lang in ("zh", "en"):
        environment = ENVIRONMENT | {"NIANBAO_LANG": lang, "COLUMNS": "80"}
        for name in ("", *REAL):
            asked = CliRunner().invoke(app, [*name.split(), "--help"], env=environment)
            told = re.sub("://…|merged …", "", asked.stdout)  # these stand in the texts
            assert not re.search(r"…\s*│", told), (name, lang)


def test_one_process_speaks_both_languages() -> None:
    for lang, said in (("zh", "读取年报"), ("en", "Read reports"), ("zh", "读取年报")):
        assert said in shown(lang=lang)


@pytest.mark.parametrize("name", REAL)
def test_a_command_s_help_says_how_it_ends(name: str) -> None:
    zh, en = shown(*name.split(), lang="zh"), shown(*name.split())
    for end in EXITS[name]:
        assert f"{end.code} {end.en}" in en
        assert f"{end.code} {end.zh}" in zh


def completed(line: str) -> str:
    """What the shell would offer behind a line."""
    program = "from nianbao.monitor.cli import app; app(prog_name='nianbao')"
    asked = {
        "_NIANBAO_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT | asked
    )
    return done.stdout


def test_the_shell_completes_commands_and_options() -> None:
    assert completed("nianbao mis").split() == ["missing"]
    assert "--as-of" in completed("nianbao missing --as").split()
    assert completed("nianbao evidence ver").split() == ["verify"]


# ---- exit codes


@functools.cache
def module_of(name: str) -> Module:
    return Module(name)


class Module:
    """A module of the command line: its functions, what they call of each other, and its numbers."""

    def __init__(self, name: str) -> None:
        tree = ast.parse((CLI / f"{name}.py").read_text("utf-8"))
        self.functions = {
            node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
        }
        self.imported: dict[str, tuple[str, str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and "monitor.cli." in (node.module or ""):
                place = str(node.module).rpartition(".")[2]
                for name_in in node.names:
                    self.imported[name_in.asname or name_in.name] = (place, name_in.name)
        self.numbers: dict[str, int] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
                names = [one.id for one in node.targets[0].elts if isinstance(one, ast.Name)]
                self.numbers |= dict(zip(names, ast.literal_eval(node.value), strict=True))


def codes_of(module: str, function: str, seen: set[tuple[str, str]]) -> set[int]:
    """The codes that a function may end the command with, by itself or by what it calls."""
    if (module, function) in seen:
        return set()
    seen.add((module, function))
    within = module_of(module)
    node = within.functions.get(function)
    if node is None:
        return set()
    codes = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and ast.unparse(inner.func) in ("end", "typer.Exit"):
            first = inner.args[0] if inner.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, int):
                codes.add(first.value)
        if isinstance(inner, ast.Name):
            if inner.id in within.numbers:
                codes.add(within.numbers[inner.id])
            place, name = within.imported.get(inner.id, (module, inner.id))
            codes |= codes_of(place, name, seen)
    return codes


BY_THE_DAEMON = {3}  # what `run` returns


@pytest.mark.parametrize("name", REAL)
def test_the_codes_of_a_command_are_declared(name: str) -> None:
    module, _, function = COMMANDS[name].place.partition(":")
    declared = {each.code for each in EXITS[name]}
    raised = codes_of(module, function, set())
    if name == "daemon":
        raised |= BY_THE_DAEMON
    assert declared >= raised | {0, 2}, "monitor/cli/exits.py"  # 2 is anybody's: wrong use
    assert declared <= raised | {0, 2}, "declared and never raised"


def test_no_code_is_declared_for_nothing() -> None:
    assert EXITS.keys() == set(REAL)
