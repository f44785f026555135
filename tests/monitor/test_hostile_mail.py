"""Mail servers and mails that are made to hurt: each costs itself, within a time."""

from __future__ import annotations

import contextlib
import imaplib
import smtplib
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nianbao.crawler.reading import Reader
from nianbao.monitor.mail import outbox, returned
from nianbao.monitor.mail.outbox import MailError, connect, deliver, message_id
from nianbao.monitor.mail.returned import LARGEST, told_in_child
from nianbao.monitor.settings import Inbox, Mail
from nianbao.storage.outbox import queue, queued
from nianbao.storage.store import looking, open_store, session
from tests.crawler.test_networks import listening
from tests.monitor.test_returned import MARK, report

NOW = datetime(2027, 2, 1, tzinfo=UTC)
REPORT = report()
WORDS = b"=?utf-8?b?5rWL?= " * 16_000
FROM = b"From: mailer-daemon@x.example\r\n"
NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000)
)
MAILS: dict[str, bytes] = {
    "nested parts": FROM + NESTED,
    "brackets": FROM + b"Subject: " + b"(" * 50_000 + b"\r\n\r\n" + MARK.encode(),
    "brackets of the sender": b"From: " + b"(" * 50_000 + b"\r\n\r\n" + MARK.encode(),
    "a subject of words": FROM + b"Subject: " + WORDS + b"\r\n\r\n" + MARK.encode(),
    "a sender of words": b"From: " + WORDS + b"\r\n\r\n" + MARK.encode(),
    "an action of words": REPORT.replace(b"Action: failed", b"Action: " + WORDS),
    "a type": b"Content-Type: " + b'multipart/report;a="' * 20_000 + b"\r\n" + REPORT,
    "a character set": REPORT.replace(b"utf-8", b"x\xff"),
    "no end": REPORT[:900] + b"\r\n--" * 60_000,
    "parts side by side": FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 40_000,
    "messages in messages": FROM + b"Content-Type: message/rfc822\r\n\r\n" * 8_000,
    "base64": FROM + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * LARGEST,
    "NULs": b"\0" * LARGEST,
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(4.0, returned.MEMORY, children=1) as made:
        yield made


@pytest.mark.parametrize("what", MAILS)
def test_a_hostile_mail_costs_itself(reader: Reader, what: str) -> None:
    told_in_child(reader, b"")  # the child is there
    began = time.monotonic()
    told_in_child(reader, MAILS[what])
    assert time.monotonic() - began < returned.READING + 2
    assert told_in_child(reader, REPORT) is not None


def test_what_came_back_is_known_by_its_beginning() -> None:
    with Reader(5.0, returned.MEMORY, children=1) as reader:
        large = REPORT + b"\r\n" + b"x" * 3_000_000
        assert told_in_child(reader, large) == returned.returned(REPORT)


SMTP: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "a greeting that drips": (b"220", b" x" * 500),
    "a greeting in lines that drip": (b"", b"220-x\r\n" * 500),
    "a greeting without end": (b"220-" + b"x" * 1000 + b"\r\n", b""),
    "a greeting that floods": ((b"220-" + b"x" * 1000 + b"\r\n") * 3000, b""),
}


@pytest.mark.parametrize("what", SMTP)
@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_server_that_drips_or_floods_is_left(
    what: str, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "CONNECTING", 0.7)
    first, rest = SMTP[what]
    with listening(first, rest) as (port, _):
        began = time.monotonic()
        with pytest.raises((OSError, smtplib.SMTPException, MailError)):
            connect(Mail("127.0.0.1", port, security, sender="a@b.example"), "")
        assert time.monotonic() - began < 2.5


def test_a_mail_waits_where_its_server_drips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "CONNECTING", 0.7)
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    mark = message_id("digest", "1", "a@x.example", "o@x.example")
    with session(engine) as s:
        queue(s, "digest", "a@x.example", mark, "x", b"x", NOW)
    with listening(*SMTP["a greeting in lines that drip"]) as (port, _):
        mail = Mail("127.0.0.1", port, "none", sender="o@x.example")
        assert deliver(engine, mail, "", lambda: NOW).waiting == 1
    with looking(engine) as s:
        (row,) = queued(s)
    assert "Timeout" in row.error
    engine.dispose()


IMAP: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "a greeting that drips": (b"* OK", b" x" * 500),
    "lines that drip": (b"* OK x\r\n", b"* x\r\n" * 500),
    "a literal": (b"* OK x {999999999}\r\n", b"x" * 500),
}


@pytest.mark.parametrize("what", IMAP)
@pytest.mark.parametrize("security", ["none", "tls"])
def test_an_inbox_that_drips_is_left(
    what: str, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returned, "CONNECTING", 0.7)
    first, rest = IMAP[what]
    opened: Callable[[Inbox, str], imaplib.IMAP4] = returned.open_inbox
    with listening(first, rest) as (port, _):
        began = time.monotonic()
        with pytest.raises((OSError, MailError, imaplib.IMAP4.error)):
            opened(Inbox("127.0.0.1", port, security, "x"), "x")
        assert time.monotonic() - began < 2.5


FLOOD = b"x" * 9000
FLOODS: dict[str, list[bytes]] = {
    "before the greeting": [b"* FOO " + FLOOD + b"\r\n"],
    "one line": [FLOOD],
    "untagged answers": [b"* OK hello\r\n", b"* FOO " + FLOOD + b"\r\n"],
    "literals": [b"* OK hello\r\n", b"* FOO {9000}\r\n" + FLOOD + b"\r\n"],
}


@pytest.mark.parametrize("what", FLOODS)
def test_an_inbox_that_floods_is_left_soon(what: str, tmp_path: Path) -> None:
    """Without the time that a connection may take, and with little of what it sends."""
    sent = 0

    def speak(reached: socket.socket) -> None:
        nonlocal sent
        first, again = FLOODS[what][:-1], FLOODS[what][-1]
        for each in first:
            reached.sendall(each)
        with contextlib.suppress(OSError):
            while True:
                sent += reached.send(again)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=lambda: speak(listener.accept()[0]), daemon=True).start()
        inbox = Inbox("127.0.0.1", listener.getsockname()[1], "none", "u", timeout=5)
        engine = open_store(f"sqlite:///{tmp_path}/n.db")
        tracemalloc.start()
        with pytest.raises((OSError, MailError)):
            returned.collect(engine, inbox, "x", lambda: NOW)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        engine.dispose()
    assert sent < 32 * 1024 * 1024
    assert most < 64 * 1024 * 1024


def test_what_a_server_says_beside_its_answers_is_not_kept() -> None:
    """Each answer is small, and there are many."""
    answers = 0

    def speak(reached: socket.socket) -> None:
        nonlocal answers
        reached.sendall(b"* OK hello\r\n")
        with contextlib.suppress(OSError), reached.makefile("rb") as lines:
            for line in lines:
                tag, command = line.split()[:2]
                said = b"* CAPABILITY IMAP4REV1\r\n" if command == b"CAPABILITY" else b""
                for _ in range(100):
                    said += b"* FOO " + FLOOD + b"\r\n"
                answers += 1
                reached.sendall(said + tag + b" OK done\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=lambda: speak(listener.accept()[0]), daemon=True).start()
        inbox = Inbox("127.0.0.1", listener.getsockname()[1], "none", "u", timeout=60)
        server = returned.open_inbox(inbox, "x")
        tracemalloc.start()
        for _ in range(30):
            server.noop()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        server.shutdown()
    assert answers > 30
    assert most < 8 * 1024 * 1024
