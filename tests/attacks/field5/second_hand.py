"""What a second attack on field 5 proved: each fails until it is mended. Not collected by default:

    python -m pytest tests/attacks/field5/second_hand.py
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from nianbao.crawler.recorder import Recorder
from nianbao.monitor.mail.outbox import MailError
from nianbao.monitor.mail.posts import post, queue_posts
from nianbao.monitor.mail.returned import collect
from nianbao.monitor.settings import Alerts, Inbox
from nianbao.storage.audit import faults
from nianbao.storage.decisions import decide
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import ConfigError, load_counties
from nianbao.storage.store import address_of, looking, open_store, session

NOW = datetime(2024, 2, 3, tzinfo=UTC)
COUNTY = """county: 平安县
code: "140999"
deadline: "01-31"
columns:
  - {url: http://www.pingan.gov.cn/zwgk/nb/}
units:
  - {name: 柳树镇, code: "140999100"}
  - {name: 小河乡, code: "140999102"}
"""


def county_in(folder: Path, words: str = COUNTY) -> Path:
    place = folder / "counties"
    place.mkdir(exist_ok=True)
    (place / "平安县.yaml").write_text(words, encoding="utf-8")
    return place


@pytest.mark.parametrize("change", ["unit", "fingerprint"])
def test_a_decision_that_is_about_another_now_is_told(tmp_path: Path, change: str) -> None:
    """A: an exemption was moved to a neighbour; `audit verify` said 0 problems, also --against."""
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    recorder = Recorder(engine, Evidence(tmp_path / "ev"), lambda: NOW)
    (county,) = load_counties(county_in(tmp_path))
    recorder.register(county)
    decide(engine, "exempt", "柳树镇", 2023, who="张三", why="新设", now=NOW)
    other = {"unit": "140999102", "fingerprint": "0123456789abcdef0123"}[change]
    with session(engine) as s:
        assert not faults(s)
        s.execute(text(f"UPDATE decision SET {change} = :other"), {"other": other})
    with looking(engine) as s:
        assert faults(s)


@pytest.mark.parametrize(
    "words",
    [
        COUNTY.replace('deadline: "01-31"', 'deadline: "01-31"\ndeadline: "01-11"'),
        COUNTY + "units: []\n",
        COUNTY.replace("{name: 小河乡,", "{name: 小河乡, name: 别的乡,"),
        COUNTY.replace("平安县\n", "平安县\x0b\n"),
    ],
    ids=["two deadlines (A)", "units twice (B)", "two names (B)", "a Word line end (B)"],
)
def test_a_countys_file_that_says_two_things_is_told(tmp_path: Path, words: str) -> None:
    with pytest.raises(ConfigError):
        load_counties(county_in(tmp_path, words))


def test_a_password_stays_one_whatever_stands_behind_its_at() -> None:
    """B: `failed to resolve host 'dour'`: a part of it is told, and asked for as a host."""
    parsed = address_of("postgresql://q1:Tr0ub@dour?Zebra@127.0.0.1:5599/q1")
    assert parsed.host == "127.0.0.1"


@pytest.mark.parametrize("said", ['{"code":200,"msg":"success"}', '{"code":"SUCCESS"}', '{"code":null}'])
def test_an_alert_that_a_receiver_of_the_office_took_is_not_posted_again(tmp_path: Path, said: str) -> None:
    """B: forty times, then "refused"."""
    count = 0

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            nonlocal count
            count += 1
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    ways = Alerts(on=True, webhook=f"http://127.0.0.1:{server.server_port}/hook")
    with session(engine) as s:
        queue_posts(s, ways, "about", ["x"], NOW)
    sent = post(engine, ways, lambda: NOW, 5.0)
    server.shutdown()
    assert (count, sent.sent, sent.waiting) == (1, 1, 0)


def flooding(speak: Callable[[socket.socket], None]) -> int:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)

    def run() -> None:
        reached, _ = listener.accept()
        try:
            speak(reached)
        except OSError:
            pass

    threading.Thread(target=run, daemon=True).start()
    return int(listener.getsockname()[1])


def test_an_inbox_that_floods_is_left_soon(tmp_path: Path) -> None:
    """B: 2.3 GB of the daemon's memory in the 60 seconds that a connection may take."""
    sent = 0

    def speak(reached: socket.socket) -> None:
        nonlocal sent
        while True:
            sent += reached.send(b"* OK " + b"x" * 9000 + b"\r\n")

    inbox = Inbox(host="127.0.0.1", port=flooding(speak), security="none", user="u", timeout=5)
    begun = time.monotonic()
    with pytest.raises((MailError, OSError)):
        collect(open_store(f"sqlite:///{tmp_path}/n.db"), inbox, "x", lambda: NOW)
    assert (time.monotonic() - begun < 30, sent < 64 * 1024 * 1024) == (True, True)
