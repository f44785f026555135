"""Mail that came back, read from a real IMAP server."""

from __future__ import annotations

import imaplib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest
import trustme
from sqlalchemy import Engine, select

from nianbao.monitor.health import health, metrics
from nianbao.monitor.mail.outbox import MailError, deliver, message_id
from nianbao.monitor.mail.returned import (
    OUR_ID,
    Returned,
    collect,
    folder_name,
    open_inbox,
    returned,
)
from nianbao.monitor.settings import Inbox, Mail
from nianbao.storage.models import Outgoing
from nianbao.storage.outbox import again, queue, tidy
from nianbao.storage.store import looking, open_store, session
from tests.attacks.field5.innocent_mails import INNOCENT
from tests.worlds.commands import run_here
from tests.worlds.mailbox import receiving

NOW = datetime.now(UTC)
MARK = message_id("digest", "2026-11-16 county:140999", "a@x.example", "office@x.example")


def original(mark: str = MARK) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = (
        "office@x.example",
        "a@x.example",
        "年报周报",
        mark,
    )
    mail.set_content("正文")
    return mail


def report(
    action: str = "failed", status: str = "5.1.1", *, mark: str = MARK, headers_only: bool = False
) -> bytes:
    """As RFC 3464 has it."""
    mail = MIMEMultipart("report", report_type="delivery-status")
    mail["From"], mail["To"], mail["Subject"] = (
        "MAILER-DAEMON@mx.example",
        "office@x.example",
        "Undelivered Mail",
    )
    mail["Date"] = NOW.strftime("%a, %d %b %Y %H:%M:%S +0000")
    mail.attach(MIMEText("I'm sorry to have to inform you …"))
    told = Message()
    told.set_type("message/delivery-status")
    of_server, of_recipient = Message(), Message()
    of_server["Reporting-MTA"] = "dns; mx.example"
    of_recipient["Final-Recipient"] = "rfc822; a@x.example"
    of_recipient["Action"], of_recipient["Status"] = action, status
    of_recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 no such\n user here"
    told.set_payload([of_server, of_recipient])
    mail.attach(told)
    if headers_only:
        headers = MIMEText(f"From: office@x.example\nMessage-ID: {mark}\n")
        headers.set_type("text/rfc822-headers")
        mail.attach(headers)
    else:
        mail.attach(MIMEMessage(original(mark)))
    return mail.as_bytes()


def prose(sender: str = "PostMaster <postmaster@qq.example>") -> bytes:
    """As some providers write it: words, and the original as a file."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "office@x.example", "来自系统的退信"
    mail.set_content("您的邮件被退回：收件人不存在。")
    mail.add_attachment(
        original().as_bytes(), maintype="application", subtype="octet-stream", filename="yj.eml"
    )
    return mail.as_bytes()


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_server_s_report(headers_only: bool) -> None:
    told = Returned(MARK, "a@x.example", "5.1.1 550 5.1.1 no such user here")
    assert returned(report(headers_only=headers_only)) == told


@pytest.mark.parametrize("kind", ["digest", "preflight", "alert", "reminder", "test"])
def test_mail_of_every_kind_is_known_when_it_comes_back(kind: str) -> None:
    mark = message_id(kind, "2026-12-01 county:140999", "a@x.example", "office@x.example")
    told = returned(report(mark=mark))
    assert told is not None
    assert told.message_id == mark


def test_every_kind_of_mail_that_is_made_is_among_these() -> None:
    files = (Path(__file__).parents[2] / "monitor").rglob("*.py")
    made = (re.findall(r"message_id\(\s*\"(\w+)\"", file.read_text("utf-8")) for file in files)
    kinds = {kind for found in made for kind in found}
    assert kinds
    assert all(OUR_ID.fullmatch(message_id(kind, "", "a@x", "b@x")) for kind in kinds)


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_mail_that_was_handed_over_and_passed_on_in_vain_did_not_come_back(
    headers_only: bool,
) -> None:
    data = report(headers_only=headers_only)
    if headers_only:
        data = data.replace(b"From: office@x.example\nMessage-ID", b"To: =?utf-8?b?5byg?= <A@x.example>\nMessage-ID")  # fmt: skip
    assert returned(data) is not None
    other = b"Final-Recipient: rfc822; b@y.example\nAction: failed\nStatus: 5.1.1\n\n"
    first = b"Final-Recipient: rfc822; a@x.example\nAction: "
    assert first + b"failed" in data
    for action in (b"delivered", b"relayed", b"expanded"):
        passed_on = data.replace(first + b"failed", other + first + action)
        assert returned(passed_on) is None
    both = data.replace(first, other + first)
    assert returned(both) is not None


def test_what_a_provider_writes_in_words() -> None:
    assert returned(prose()) == Returned(MARK, "", "来自系统的退信")


@pytest.mark.parametrize(
    "data",
    [
        report("delayed", "4.2.2"),
        report("delivered", "2.0.0"),
        report(mark="<other@elsewhere.example>"),
        prose("李四 <li@x.example>"),  # a reply that quotes it
        original().as_bytes(),
        b"",
        b"\xff\x00" * 50,
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n--x--\n",
    ],
)
def test_anything_else_is_no_returned_mail(data: bytes) -> None:
    assert returned(data) is None


@pytest.mark.parametrize("name", INNOCENT)
def test_what_is_no_failure_is_no_returned_mail(name: str) -> None:
    assert returned(INNOCENT[name].encode()) is None


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_store(f"sqlite:///{tmp_path}/n.db")
    yield opened
    opened.dispose()


def sent(engine: Engine, mark: str = MARK) -> None:
    with session(engine) as s:
        queue(s, "digest", "a@x.example", mark, "年报周报", original(mark).as_bytes(), NOW)
        s.flush()
        row = s.scalars(select(Outgoing).where(Outgoing.message_id == mark)).one()
        row.state, row.sent = "sent", NOW


def states(engine: Engine) -> dict[str, tuple[str, str]]:
    with looking(engine) as s:
        return {row.message_id: (row.state, row.error) for row in s.scalars(select(Outgoing))}


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    folder = tmp_path_factory.mktemp("imap")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    own = authority.issue_cert("127.0.0.1")
    own.private_key_pem.write_to_path(str(folder / "key.pem"))
    own.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command: list[str | Path] = [
        Path(sys.executable).parent / "pymap",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--cert", folder / "cert.pem", "--key", folder / "key.pem", "--no-service", "managesieve",
                "dict", "--demo-data", "--demo-user", "office", "--demo-password", "secret"]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
            yield Inbox("127.0.0.1", port, "starttls", "office")
    finally:
        process.terminate()
        process.wait(10)


def put(inbox: Inbox, *mails: bytes) -> None:
    server = open_inbox(inbox, "secret")
    for mail in mails:
        assert (
            server.append("INBOX", "", imaplib.Time2Internaldate(NOW.timestamp()), mail)[0] == "OK"
        )
    server.logout()


def unread(inbox: Inbox) -> int:
    server = open_inbox(inbox, "secret")
    found = server.uid("SEARCH", "UNSEEN")[1][0].split()
    server.logout()
    return len(found)


def test_an_inbox_is_looked_through_and_left_as_it_is(engine: Engine, imap: Inbox) -> None:
    others = [message_id("alert", str(n), "b@x.example", "office@x.example") for n in range(2)]
    for mark in (MARK, *others):
        sent(engine, mark)
    before = unread(imap)
    unreadable = [
        b'From: "\r\nSubject: x\r\n\r\nx',
        b"From: =?x-nobody?B?!!?= <\r\n\r\n",
        b"From: @@mailer-daemon\r\n\r\n<>",
    ]
    put(imap, *unreadable)
    before += len(unreadable)
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "李四 <li@x.example>", f"Re: {MARK}"
    letter.set_content(f"收到 {MARK}")
    put(
        imap, report(), report(mark=others[0]), report("delayed", mark=others[1]), letter.as_bytes()
    )
    assert collect(engine, imap, "secret", lambda: NOW) == 2
    assert states(engine) == {
        MARK: ("returned", "5.1.1 550 5.1.1 no such user here"),
        others[0]: ("returned", "5.1.1 550 5.1.1 no such user here"),
        others[1]: ("sent", ""),
    }
    assert unread(imap) == before + 2  # the delay and the letter
    assert collect(engine, imap, "secret", lambda: NOW) == 0
    found = health(engine, NOW)
    assert any("2 封邮件被退回" in each for each in found.problems)
    assert b'nianbao_mail{state="returned"} 2.0' in metrics(found)


@pytest.mark.parametrize(
    ("change", "password", "said"),
    [
        ({"user": "office"}, "wrong", "拒绝登录"),
        ({"folder": "没有"}, "secret", "没有"),
        ({"port": 1}, "secret", "refused"),
    ],
)
def test_wrong_settings_are_told(
    engine: Engine, imap: Inbox, change: dict[str, object], password: str, said: str
) -> None:
    wrong = Inbox(**{**{name: getattr(imap, name) for name in imap.__slots__}, **change})
    with pytest.raises((MailError, OSError), match=said):
        collect(engine, wrong, password, lambda: NOW)


def test_a_folder_s_name_in_chinese(imap: Inbox, engine: Engine) -> None:
    server = open_inbox(imap, "secret")
    assert server.create(f'"{folder_name("退信&系统")}"')[0] == "OK"
    server.logout()
    assert folder_name("退信") == "&kABP4Q-"
    own = Inbox(imap.host, imap.port, imap.security, imap.user, "退信&系统")
    assert collect(engine, own, "secret", lambda: NOW) == 0


def test_it_is_sent_again_after_a_mend(engine: Engine, tmp_path: Path) -> None:
    sent(engine)
    file = tmp_path / "back.eml"
    file.write_bytes(report())
    store = ["--store", f"sqlite:///{tmp_path}/n.db"]

    def run(*rest: str) -> subprocess.CompletedProcess[str]:
        return run_here(tmp_path, *rest, *store)

    told = run("returned", str(file))
    assert (told.returncode, told.stdout) == (0, "a@x.example：5.1.1 550 5.1.1 no such user here\n")
    assert run("returned", str(file)).returncode == 1
    (row,) = json.loads(run("outbox", "--format", "json").stdout)
    assert (row["state"], row["error"]) == ("returned", "5.1.1 550 5.1.1 no such user here")
    assert run("outbox", "--retry").returncode == 0
    with receiving() as box:
        mail = Mail("127.0.0.1", box.port, "none", sender="office@x.example", per_minute=6000)
        assert deliver(engine, mail, "", lambda: datetime.now(UTC)).sent == 1
        assert box.ids() == [MARK]


@pytest.mark.parametrize(
    "said", ["530 5.7.0 Authentication required", "550 not from you", "451 later"]
)
def test_what_is_said_of_our_login_costs_no_mail(engine: Engine, said: str) -> None:
    sent(engine)
    with session(engine) as s:
        s.scalars(select(Outgoing)).one().state = "waiting"
    now = datetime.now(UTC)
    with receiving() as box:
        mail = Mail("127.0.0.1", box.port, "none", sender="office@x.example", per_minute=6000)
        box.sender_refused = said
        assert deliver(engine, mail, "", lambda: now)[:3] == (0, 1, 0)
        box.sender_refused = ""
        assert deliver(engine, mail, "", lambda: now + timedelta(days=1)).sent == 1


def test_what_was_sent_long_ago_keeps_its_line_and_not_its_body(engine: Engine) -> None:
    late = message_id("digest", "2", "a@x.example", "office@x.example")
    sent(engine)
    with session(engine) as s:
        queue(s, "digest", "a@x.example", late, "年报周报", original(late).as_bytes(), NOW)
    tidy(engine, NOW + timedelta(days=61))
    with looking(engine) as s:
        bodies = {row.message_id: row.body for row in s.scalars(select(Outgoing))}
    assert bodies[MARK] == b""
    assert message_from_bytes(bodies[late])["Message-ID"] == late  # it still waits
    assert again(engine, NOW) == 0
