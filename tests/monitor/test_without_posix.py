"""What is promised on Windows, as far as a machine that is none can tell: reading and checking need nothing that POSIX
systems alone have, and everything that must be installed is there as a wheel.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import pytest
import requests

from nianbao.crawler import limits
from tests.amounts import prove
from tests.monitor.test_check import slipped
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.daemons import free_port

ROOT = Path(__file__).parents[2]
SURROUNDINGS = {
    **ENVIRONMENT,
    "PYTHONPATH": f"{ROOT}/tests/worlds/as_windows:{ROOT}",
}
FILES = {
    "年报.docx": write_docx(print_draft(slipped())),
    "年报.html": write_html(print_draft(slipped())),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("windows")
    for name, body in FILES.items():
        (place / name).write_bytes(body)
    return place


def told(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "nianbao.monitor.cli", *arguments]
    return subprocess.run(
        line, cwd=folder, env=SURROUNDINGS, capture_output=True, text=True, timeout=240
    )


def test_a_report_is_read_and_checked(folder: Path) -> None:
    read = told(folder, "read", "年报.docx", "--json")
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout)["requests"]["new"]["total"] is not None
    checked = told(folder, "check", "年报.docx", "--format", "json")
    assert "Traceback" not in checked.stderr, checked.stderr
    assert json.loads(checked.stdout)["findings"]


@contextmanager
def pages(folder: Path) -> Iterator[str]:
    port = free_port()
    line = [sys.executable, "-m", "nianbao.monitor.cli", "web", "--port", f"{port}"]
    with (folder / "web.log").open("wb") as out:
        process = subprocess.Popen(line, cwd=folder, env=SURROUNDINGS, stdout=out, stderr=out)
    try:
        for _ in range(600):
            try:
                requests.get(f"http://127.0.0.1:{port}/check", timeout=60)
                break
            except requests.ConnectionError:
                assert process.poll() is None, (folder / "web.log").read_text("utf-8")
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_the_page_checks_what_is_put_on_it(folder: Path) -> None:
    with pages(folder) as address:
        files = [("files", (name, body)) for name, body in FILES.items()]
        answer = requests.post(
            f"{address}/check", files=files, headers={"Origin": address}, timeout=240
        )
        until = time.monotonic() + 240
        while "正在核对" in answer.text and time.monotonic() < until:
            time.sleep(0.5)
            answer = requests.get(answer.url, timeout=240)
        shown = re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", answer.text)))
        assert answer.status_code == 200, shown
        assert all(name in shown for name in FILES)
        assert "必须整改" in shown, (folder / "web.log").read_text("utf-8")


def test_that_memory_is_not_bounded_there_is_said(folder: Path) -> None:
    program = (
        "from nianbao.crawler import limits\nprint(limits.has_limits(), limits.limit_memory(9))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=SURROUNDINGS, capture_output=True, text=True
    )
    assert done.stdout.split() == ["False", "False"], done.stderr
    assert " / " in limits.MISSING


@prove
@pytest.mark.parametrize("extra", ["", "[ocr]"])
def test_all_that_it_needs_is_there_as_wheels(extra: str, tmp_path: Path) -> None:
    """Of the pinned releases; asked of whatever index pip is set to."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]]
    wanted += project["optional-dependencies"][extra.strip("[]")] if extra else []
    line = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
    line += ["--target", str(tmp_path / "none"), "--platform", "win_amd64", "--python-version"]
    line += ["3.12", "--only-binary=:all:", "--report", str(tmp_path / "report.json")]
    line += ["--constraint", str(ROOT / "constraints.txt"), *wanted]
    done = subprocess.run(line, capture_output=True, text=True, timeout=600)
    if re.search(r"connection|Temporary failure|ProxyError|timed out|SSLError", done.stderr, re.I):
        pytest.skip("no package index answers")
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads((tmp_path / "report.json").read_text("utf-8"))["install"]
    files = [each["download_info"]["url"].rpartition("/")[2] for each in found]
    assert all(re.search(r"-(any|win_amd64)\.whl", name) for name in files), files
    assert {"lxml", "pypdfium2"} <= {each["metadata"]["name"].lower() for each in found}
