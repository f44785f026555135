"""Each secret is looked for where others look: process list, logs, errors, exports, /metrics."""

from __future__ import annotations

import io
import logging
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import ArgumentError

from nianbao.monitor.daemon import Work, start_sweep
from nianbao.monitor.health import health, metrics
from nianbao.monitor.logs import JsonLines
from nianbao.monitor.mail.alerting import queue_posts
from nianbao.monitor.mail.posts import post
from nianbao.monitor.settings import SECRETS, Alerts, Settings
from nianbao.storage.models import Outgoing
from nianbao.storage.registry import load_counties
from nianbao.storage.store import address_of, looking, open_store, session, shown
from tests.portals.server import Reply, running
from tests.worlds.commands import run_here
from tests.worlds.county import county_file

WORD = "pa@ss/w:rd-9f3c"
STORES = {
    "as it is": f"postgresql://who:{WORD}@127.0.0.1:1/x",
    "with percent signs": "postgresql://who:pa%40ss%2Fw%3Ard-9f3c@127.0.0.1:1/x",
    "without a port": f"postgresql://who:{WORD}@127.0.0.1/x?connect_timeout=1&port=1",
    "without a host": f"postgresql://who:{WORD}@/x?host=/nowhere",
}


@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
def test_a_password_may_hold_anything_and_is_not_shown(store: str) -> None:
    assert address_of(store).password == WORD
    assert address_of(store).username == "who"
    assert address_of(store).database == "x"
    assert "9f3c" not in shown(store)
    assert "who" not in shown(store)


@pytest.mark.parametrize(
    "word",
    [
        "Tr0ub@dour?Zebra", "a?b", "a?b@c", "a@b#c?d/e:f", "?", "#", "@", "a@?host=b", "x?y=z@w",
        "[a]", "a&b=c@d", "50%@", "中@文?字", "://@", "a b",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "behind",
    [
        "h:5/x",
        "h/x?application_name=a@b",
        "[::1]:5/x",
        "h:5/x?options=-c a@b&connect_timeout=1@",
    ],
)
def test_a_password_is_one_whatever_stands_in_it(word: str, behind: str) -> None:
    parsed = address_of(f"postgresql://who:{word}@{behind}")
    assert (parsed.username, parsed.password, parsed.database) == ("who", word, "x")
    assert parsed.host in ("h", "::1")
    assert word not in shown(f"postgresql://who:{word}@{behind}") or len(word) == 1


@pytest.mark.parametrize(
    "url",
    ["sqlite:///a@b/n.db", "sqlite:////srv/a@b:c/n.db", "postgresql://host/x", "postgresql:///x"],
)
def test_an_address_without_a_password_stays_as_it_is(url: str) -> None:
    assert address_of(url).password is None
    assert url.endswith(address_of(url).database or "?")


@pytest.mark.parametrize("url", ["", "x", WORD, f"://{WORD}@", f"postgresql://who:{WORD}@h:port/x"])
def test_what_is_no_address_is_not_repeated(url: str) -> None:
    with pytest.raises(ArgumentError) as told:
        address_of(url)
    assert "9f3c" not in str(told.value)
    assert "9f3c" not in shown(url)


COMMANDS = (
    ("doctor",), ("status",), ("missing",), ("standing",), ("outbox",), ("sweep",), ("daemon",), ("digest",), ("replay",),
    ("export", "out"), ("evidence", "verify"),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_tells_the_store_s_password(tmp_path: Path, command: tuple[str, ...]) -> None:
    settings = tmp_path / "config/nianbao.toml"
    settings.parent.mkdir()
    county_file(tmp_path, "http://127.0.0.1:1").rename(tmp_path / "config/counties")
    for store in STORES.values():
        settings.write_text(f'store = "{store}"\n', encoding="utf-8")
        secrets = dict.fromkeys(SECRETS, "s3cret-9f3c")
        done = run_here(tmp_path, *command, **secrets)
        assert done.returncode != 0
        for part in ("9f3c", "Traceback", "ss/w", "w:rd"):
            assert part not in done.stdout + done.stderr


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc to look into")
def test_a_sweep_s_command_line_and_log_hold_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = county_file(tmp_path, "http://127.0.0.1:1")
    monkeypatch.chdir(tmp_path)
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret-9f3c")
    told = replace(
        Settings(), store=STORES["as it is"], evidence="s3://key:s3cret-9f3c@bucket/path"
    )
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    work = Work(engine, told, folder)
    begun = start_sweep(work, load_counties(folder))
    line = Path(f"/proc/{begun.process.pid}/cmdline")
    seen = b""
    while begun.process.poll() is None:
        seen += line.read_bytes()
        time.sleep(0.02)
    assert b"nianbao" in seen
    assert b"9f3c" not in seen
    assert "9f3c" not in begun.log.read_text(encoding="utf-8")
    assert begun.process.returncode == 2
    engine.dispose()


def test_a_channel_s_key_is_in_no_error_log_or_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret-9f3c")
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    now = datetime(2027, 2, 1, tzinfo=UTC)
    key = "0123456789-9f3c-abcdef"
    answers = [Reply(b"", 301, {"Location": f"https://elsewhere.example/hook/{key}?key={key}"})]
    answers += [Reply(reset=True), Reply(b"x" * 70_000)]
    with running(lambda request: answers.pop(0)) as site:
        for n in range(3):
            ways = Alerts(feishu=f"{site.url}/hook/{key}?key={key}")
            with session(engine) as s:
                queue_posts(s, ways, f"deadline {n}", ["x"], now)
        post(engine, ways, lambda: now)
    assert answers == []
    with looking(engine) as s:
        told = " ".join(row.error for row in s.query(Outgoing))
    assert "elsewhere.example/hook/" in told
    assert "9f3c" not in told
    assert b"9f3c" not in metrics(health(engine, now))
    engine.dispose()


def test_a_traceback_in_the_log_names_no_address() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    try:
        open_store(STORES["as it is"])
    except Exception:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "x", (), sys.exc_info())
        handler.emit(record)
    assert out.getvalue()
    assert "9f3c" not in out.getvalue()
