"""Limits behind one interface: what hostile files take, and systems that have none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nianbao.crawler.limits import has_limits
from nianbao.crawler.reading import MOST_MEMORY, ChildError, Reader
from nianbao.parser.errors import ReadError
from tests.amounts import PROVING, more
from tests.reportkit.compose import compose
from tests.reportkit.figures import blank_figures
from tests.reportkit.samples import SAMPLES
from tests.worlds.commands import ENVIRONMENT

WITHOUT = """
import sys
sys.modules["resource"] = sys.modules["fcntl"] = None
from nianbao.crawler.limits import before_start, has_limits, limit_memory
assert not has_limits() and not limit_memory(1) and before_start(1) is None
from importlib import import_module
for name in ("read", "check", "standings", "history", "probe", "outbox", "running"):
    import_module("nianbao.monitor.cli." + name)
"""


def test_commands_are_there_where_a_system_has_no_limits(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, env=ENVIRONMENT, cwd=tmp_path, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr


def take(size: int) -> int:
    return len(bytearray(size))


@pytest.mark.skipif(not has_limits(), reason="this system has no limits")
def test_a_child_gets_no_more_than_its_limit() -> None:
    with Reader(60.0, children=1) as reader:
        assert reader.call(take, 200 * 1024**2)
        with pytest.raises((MemoryError, ChildError)):
            reader.call(take, MOST_MEMORY)
        assert reader.call(take, 100)


@more
def test_every_format_is_read_within_the_limit() -> None:
    with Reader(120.0, children=1) as reader:
        for name, make in SAMPLES.items():
            if name == "picture" and not PROVING:
                continue
            if name == "word" and not shutil.which("soffice"):
                continue
            for outcome in reader.file(make(compose(blank_figures()))):
                assert not (
                    isinstance(outcome, ReadError) and outcome.code in ("too_complex", "timeout")
                ), name
