"""What others write stays words: on a terminal, in a table that a spreadsheet opens."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.table import Table
from rich.text import Text

from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.screen import plain
from nianbao.monitor.paper.cells import unformulated, writable
from nianbao.storage.outbox import queue
from nianbao.storage.store import open_store, session
from tests.amounts import one_in
from tests.crawler.test_transport import sweep
from tests.portals.families import Truth
from tests.portals.server import Reply, Request, running
from tests.worlds.commands import ENVIRONMENT, command, run_here
from tests.worlds.county import county_file, planted, portal_of

NOW = datetime(2027, 2, 1, tzinfo=UTC)
WORDS = [
    "[/b]", "[bold", "[/]", "[link=http://x]y[/link]", ":warning:", "\\[", "\x1b[31m", "\x1b]0;title\x07", "\x1b]8;;http://x\x07y",
    "\x9b31m", "\x07", "\x08\x08", "\r", "\x00", "\u202e柳", "\u2066x\u2069", "\u200f", "\u2028", "\u200b",
]  # fmt: skip
SEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
EVIL = "".join(WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_a_screen_shows_words_as_words(word: str) -> None:
    screen = Screen()
    screen.file = io.StringIO()
    table = Table(title=word, box=None)
    table.add_column(word)
    table.add_row(word)
    for shown in (word, Text(word), table):
        screen.print(shown)
    told = screen.file.getvalue()
    assert not SEEN.search(told)
    assert told.count(plain(word)) >= 3


def test_in_json_it_is_the_same_text() -> None:
    assert json.loads(plain(json.dumps({"a": EVIL}, ensure_ascii=False))) == {"a": EVIL}


def test_nothing_else_in_the_command_line_prints() -> None:
    own = {"screen.py", "console.py"}
    faulty = [
        f"{file.name}:{call.lineno}"
        for file in Path("monitor/cli").glob("*.py")
        if file.name not in own
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and prints(call)
    ]
    assert faulty == []


def prints(call: ast.Call) -> bool:
    named = ast.unparse(call.func)
    return named in ("print", "typer.echo", "typer.secho", "Console", "sys.stdout.write")


def test_outbox_shows_what_a_server_said(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with session(engine) as s:
        queue(s, "digest", "a@x.example", "<digest.1@x>", EVIL.replace("\0", ""), b"x", NOW)
    engine.dispose()
    for form in ("table", "json", "csv", "csv-raw", "md"):
        done = run_here(tmp_path, "outbox", "--store", f"sqlite:///{tmp_path}/n.db", "-f", form)
        assert done.returncode == 0, done.stderr
        assert not SEEN.search(done.stdout.replace("\r\n", "\n"))
        assert "/b]" in done.stdout


def test_a_sweep_tells_what_a_server_said(tmp_path: Path) -> None:
    said = {"Retry-After": "[/b]\x1b[31m", "Content-Type": "[/b]"}
    with running(lambda request: Reply(b"[/b]", 429, said)) as site:
        done = sweep(tmp_path, county_file(tmp_path, site.url), "--retries", "0")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not SEEN.search(done.stdout)


def test_a_report_that_holds_marks_is_read_and_checked(tmp_path: Path) -> None:
    plants = planted(1)
    reply = portal_of(plants)(Request("GET", plants[0][0].path, {}, "", {}))
    assert reply is not None
    body = reply.body.replace("年度报告".encode(), "[/b]年度报告\u202e".encode())
    file = tmp_path / "[_b] 报告.html"
    file.write_bytes(body)
    for asked in (("read",), ("read", "--where"), ("check",)):
        done = run_here(tmp_path, *asked, str(file))
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 1, 3, 4), done.stderr
        assert not SEEN.search(done.stdout + done.stderr)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", " =1", "  ＠x"]
)
def test_a_formula_is_text(text: str) -> None:
    assert unformulated(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1, 0, None, "柳树镇", "1-2", "a=b", ""])
def test_all_else_is_as_it_is(value: object) -> None:
    assert unformulated(value) == value


def test_packages_are_for_spreadsheets_unless_they_are_raw(tmp_path: Path) -> None:
    with running(portal_of(planted(1))) as site:
        config = county_file(tmp_path, site.url)
        text = (
            (config / "平安县.yaml")
            .read_text(encoding="utf-8")
            .replace("name: 柳树镇", 'name: "=柳树镇"')
        )
        (config / "平安县.yaml").write_text(text, encoding="utf-8")
        sweep(tmp_path, config, "--retries", "0")
    store = ("--config", str(config), "--store", f"sqlite:///{tmp_path}/n.db")
    for raw in ((), ("--raw",)):
        target = tmp_path / f"out{len(raw)}"
        done = run_here(tmp_path, "export", str(target), *raw, *store)
        assert done.returncode == 0, done.stderr
        with (target / "units.csv").open(encoding="utf-8") as file:
            names = {row["name"] for row in csv.DictReader(file)}
        told = json.loads((target / "datapackage.json").read_text(encoding="utf-8"))
        assert (("=柳树镇" in names) and told["description"] == "") == bool(raw), names
        assert ("'=柳树镇" in names and "'" in told["description"]) != bool(raw)


def test_what_no_xml_may_hold_stops_no_ledger_and_no_mail(tmp_path: Path) -> None:
    """Of a page's title, and of what somebody pasted from Word, with its line ends."""
    odd = Truth(
        "平安县柳树乡2025年政府信息公开\uffff工作年度报告", "/zwgk/nb/1.html", date(2026, 1, 9)
    )
    with running(portal_of(planted(3), [odd])) as site:
        config = county_file(tmp_path, site.url)
        sweep(tmp_path, config, "--retries", "0")
    store = ("--config", str(config), "--store", f"sqlite:///{tmp_path}/n.db")
    why = ("--who", "张\uffff三", "--why", "合并\x0b见文\x1b件")
    assert (
        run_here(tmp_path, "exempt", "柳树镇", "--year", "2025", *why, *store[2:]).returncode == 0
    )
    told = ""
    for asked in (
        ("ledger", "l.xlsx", "--year", "2025"),
        ("standing", "--year", "2025", "-f", "xlsx", "-o", "s.xlsx"),
        ("review", "-f", "xlsx", "-o", "r.xlsx"),
        ("digest", "--year", "2025", "--preview", "d.eml", "--no-open"),
    ):
        done = run_here(tmp_path, *asked, *store)
        assert done.returncode == 0, done.stderr
    for file in tmp_path.glob("*.xlsx"):
        rows = (row for sheet in load_workbook(file) for row in sheet.iter_rows(values_only=True))
        told += f"{[*rows]}"
    assert "合并\\\\u000b见文\\\\u001b件" in told
    assert "公开\\\\uffff工作" in told


@pytest.mark.parametrize("text", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_papers_take_whatever_was_said(text: str) -> None:
    assert writable(f"a{text}b") == f"a\\u{ord(text):04x}b"
    assert writable("柳\t树\n镇\U0001f600") == "柳\t树\n镇\U0001f600"
    assert writable(7) == 7


@one_in(3)
@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", "zh_CN.GBK"])
@pytest.mark.parametrize("encoding", ["", "ascii", "gbk", "latin-1"])
def test_a_terminal_with_few_letters_ends_no_command(
    tmp_path: Path, locale: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if locale != "C" and encoding:
        pytest.skip("one locale is enough where the encoding is told")
    monkeypatch.setitem(ENVIRONMENT, "LC_ALL", locale)
    monkeypatch.setitem(ENVIRONMENT, "PYTHONCOERCECLOCALE", "0")
    monkeypatch.setitem(ENVIRONMENT, "PYTHONUTF8", "0")
    if encoding:
        monkeypatch.setitem(ENVIRONMENT, "PYTHONIOENCODING", encoding)
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with session(engine) as s:
        queue(s, "digest", "a@x.example", "<digest.1@x>", "周报 ✓ \U0001f600", b"x", NOW)
    engine.dispose()
    done = subprocess.run(
        command(tmp_path, "outbox")[:-2],
        capture_output=True,
        timeout=60,
        env=ENVIRONMENT,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert b"a@x.example" in done.stdout
