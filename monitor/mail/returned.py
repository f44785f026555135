"""Mail that came back: a server took it first, and could not hand it over."""

from __future__ import annotations

import email
import imaplib
import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from typing import Any, NamedTuple

from sqlalchemy import Engine

from nianbao.crawler.bounds import watch, within
from nianbao.crawler.reading import ChildError, Reader
from nianbao.monitor.mail.outbox import CONNECTING, MailError
from nianbao.monitor.settings import Inbox
from nianbao.storage.outbox import mark_returned

RECENT = timedelta(days=14)
MOST = 200  # mails of an inbox that are looked at in one go
LARGEST = 256 * 1024  # bytes of a mail that are read: what came back stands in front
LONGEST_ANSWER = 2 * 1024 * 1024  # bytes that a server says to one command
LONGEST = 1000  # characters of a field
HEADERS = 4096  # bytes of what tells who wrote it
COLLECTING = 180.0  # seconds for an inbox in all
STARTING = 60.0  # seconds for a child to begin
READING = 5.0  # seconds for a mail, in a child with bounded memory
MEMORY = 1024**3
OUR_ID = re.compile(r"<(?:digest|preflight|alert|reminder|test|draft)\.[0-9a-f]{32}@[^<>\s]+>")
FROM_A_SERVER = re.compile(r"mailer-daemon|postmaster|mail delivery|退信|系统邮件", re.I)


class Returned(NamedTuple):
    message_id: str  # of the mail that came back
    recipient: str  # empty where it was not told
    why: str


def returned(data: bytes) -> Returned | None:
    """What a mail tells of one of ours that came back for good; None for all
    else, as a delay."""
    try:
        return _told_by(data[:LARGEST])
    except Exception:  # no mail program could read it, whatever it raises
        return None


def told_in_child(reader: Reader, data: bytes) -> Returned | None:
    """The same where a hostile mail costs itself alone."""
    try:
        reader.seconds = STARTING
        reader.call(returned, b"")  # it is there: its start is no mail's time
        reader.seconds = READING
        told: Returned | None = reader.call(returned, data[:LARGEST])
    except (ChildError, MemoryError):
        return None
    return told


def told_by_file(data: bytes) -> Returned | None:
    with Reader(STARTING, MEMORY, children=1) as reader:
        return told_in_child(reader, data)


def _told_by(data: bytes) -> Returned | None:
    # Fields as they stand: to read all of them as mail programs do may take minutes.
    mail = email.message_from_bytes(data, policy=compat32)
    reports = (p for p in mail.walk() if p.get_content_type() == "message/delivery-status")
    status = next(reports, None)
    if status is None and not FROM_A_SERVER.search(text_of(mail.get("from"))):
        return None
    ours = OUR_ID.search(data.decode("utf-8", "replace")) or OUR_ID.search(_decoded(mail))
    if ours is None:
        return None
    if status is None:
        subject = text_of(mail.get("subject"))
        return Returned(ours[0], "", subject[:200]) if _says_it_failed(mail, subject) else None
    fields = [part for part in status.walk() if part.get("action")]
    failures = [part for part in fields if text_of(part["action"]).strip().lower() == "failed"]
    reached = {_recipient(part).lower() for part in fields if part not in failures}
    # Who it was for has it; whom he passes it on to is his own affair.
    if not failures or reached & _meant_for(mail, ours[0]):
        return None
    failed = failures[0]
    recipient = _recipient(failed)
    why = f"{text_of(failed.get('status'))} {_value(failed.get('diagnostic-code'))}"
    return Returned(ours[0], recipient, " ".join(why.split())[:200])


def _recipient(fields: Message) -> str:
    return _value(fields.get("original-recipient") or fields.get("final-recipient"))


def _meant_for(mail: Message, ours: str) -> set[str]:
    """To whom ours was addressed, as the report holds it: whole, or its head alone."""
    heads = [part for part in mail.walk() if part.get_content_type() == "text/rfc822-headers"]
    texts = (part.get_payload(decode=True) for part in heads)
    alone = [email.message_from_bytes(text) for text in texts if isinstance(text, bytes)]
    originals = (part for part in (*mail.walk(), *alone) if part.get("message-id") == ours)
    return {parseaddr(text_of(part.get("to")))[1].lower() for part in originals} - {""}


def _says_it_failed(mail: Message, subject: str) -> bool:
    """Whether a mail without a status part says that ours came back; servers also warn of a delay,
    tell that it was read or delivered, and people answer from a postmaster's address.
    """
    automatic = text_of(mail.get("auto-submitted")).lower().startswith("auto-replied")
    told_read = "disposition-notification" in text_of(mail.get("content-type")).lower()
    if automatic or told_read or ANSWER.search(subject):
        return False
    words = f"{subject}\n{_decoded(mail)[:LONGEST]}"  # what it quotes stands below
    return FAILED.search(words) is not None and NOT_YET.search(words) is None


ANSWER = re.compile(r"^\s*(?:re|回复|答复|自动回复|自动答复|automatic reply)\s*[:：]?", re.I)
FAILED = re.compile(
    "退信|退回|未能|无法|不能|失败|不存在|拒收|拒绝|被拒|undeliver|not delivered|n.t be delivered|"
    "could not|couldn.t|cannot|unable|fail|return|reject|refus|unknown|no such|does not exist|"
    "permanent|bounce",
    re.I,
)
NOT_YET = re.compile(
    "warning message only|not need to resend|(?:will|still) (?:keep|be) (?:trying|retried|queued)|"
    "delayed|has not (?:yet )?been delivered|延迟|将继续|继续尝试|稍后重试|稍后再试",
    re.I,
)


def _value(field: object) -> str:
    """Without its kind: `rfc822; somebody@example.com`."""
    return text_of(field).rpartition(";")[2].strip()


def text_of(field: object) -> str:
    """A field as it reads, on one line."""
    raw = " ".join(str(field or "")[:LONGEST].split())
    try:
        return str(make_header(decode_header(raw)))
    except (LookupError, ValueError, HeaderParseError):
        return raw


def _decoded(mail: Message) -> str:
    """Its parts as they read: some servers put the original into base64."""
    parts = (part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart())
    return "\n".join(part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes))


def record(engine: Engine, found: Returned) -> bool:
    """Mark a mail of ours as returned. False if it is not known, or was marked before."""
    return mark_returned(engine, found.message_id, found.why or "退回 / returned")


def collect(engine: Engine, inbox: Inbox, password: str, clock: Callable[[], datetime]) -> int:
    """Mark what came back to an inbox. Other mails are left as
    they are; none is deleted."""
    with within(COLLECTING) as bounds, Reader(STARTING, MEMORY, children=1) as reader:
        server = open_inbox(inbox, password)
        bounds.watch(server.sock)
        try:
            return _collected(engine, server, clock() - RECENT, reader)
        except imaplib.IMAP4.error as error:
            raise MailError(f"{inbox.host}：{str(error)[:LONGEST]}") from None
        finally:
            _leave(server)


def _collected(engine: Engine, server: imaplib.IMAP4, since: datetime, reader: Reader) -> int:
    count = 0
    for number, data in _unread(server, since):
        told = told_in_child(reader, data)
        if told is not None and record(engine, told):
            server.uid("STORE", number, "+FLAGS", r"(\Seen)")
            count += 1
    return count


class _IMAP(imaplib.IMAP4):
    """Its connection is watched, what it answers to a command has an end, and nothing of it is kept
    for the next one.
    """

    came = 0  # bytes of an answer so far

    def _command(self, name: str, *arguments: Any) -> Any:
        self.came = 0
        self.untagged_responses.clear()
        return super()._command(name, *arguments)  # type: ignore[misc]

    def _create_socket(self, timeout: float | None) -> Any:
        reached = super()._create_socket(timeout)  # type: ignore[misc]
        watch(reached)
        return reached

    def read(self, size: int) -> bytes:
        self._take(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._take(len(line))
        return line

    def _take(self, size: int) -> None:
        self.came += size
        if self.came > LONGEST_ANSWER:
            raise self.abort("过大 / too large")


class _IMAPS(imaplib.IMAP4_SSL, _IMAP):
    def _create_socket(self, timeout: float | None) -> Any:
        return self.ssl_context.wrap_socket(
            _IMAP._create_socket(self, timeout), server_hostname=self.host
        )


def open_inbox(inbox: Inbox, password: str) -> imaplib.IMAP4:
    """Logged in, with the folder chosen. Raises MailError where
    the settings can't work."""
    with within(CONNECTING):
        return _opened(inbox, password)


def _opened(inbox: Inbox, password: str) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    server: imaplib.IMAP4 | None = None
    try:
        if inbox.security == "tls":
            server = _IMAPS(inbox.host, inbox.port, ssl_context=context, timeout=inbox.timeout)
        else:
            server = _IMAP(inbox.host, inbox.port, timeout=inbox.timeout)
        if inbox.security == "starttls":
            server.starttls(context)
        server.login(inbox.user, password)
        # Some providers let nobody in who does not say what he is.
        if "ID" in server.capabilities:
            server.xatom("ID", '("name" "nianbao")')
        answer, told = server.select(f'"{folder_name(inbox.folder)}"')
        if answer != "OK":
            why = f"没有文件夹 {inbox.folder} / no folder {inbox.folder}: {_said(told)}"
            raise MailError(f"{inbox.host}：{why}")
    except imaplib.IMAP4.error as error:
        _leave(server)
        said = str(error)[:LONGEST]
        why = f"拒绝登录（{said}）/ login refused ({said})"
        if isinstance(error, imaplib.IMAP4.abort):
            why = f"连接中断（{said}）/ the connection broke off ({said})"
        raise MailError(f"{inbox.host}:{inbox.port}：{why}") from None
    except BaseException:
        _leave(server)
        raise
    return server


def folder_name(name: str) -> str:
    """As IMAP writes it: letters that are not English in its own
    kind of UTF-7."""

    def coded(match: re.Match[str]) -> str:
        letters = b64encode(match[0].encode("utf-16-be")).decode()
        return f"&{letters.rstrip('=').replace('/', ',')}-"

    return re.sub(r"[^ -~]+", coded, name.replace("&", "&-"))


def _unread(server: imaplib.IMAP4, since: datetime) -> Iterator[tuple[str, bytes]]:
    """The newest unread mails that a mail server may have written."""
    # In English, whatever the machine speaks.
    day = f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"
    numbers = _said(server.uid("SEARCH", "UNSEEN", "SINCE", day)[1]).split()
    for number in numbers[-MOST:]:
        head = _fetched(server.uid("FETCH", number, HEAD)[1])
        head = head[:HEADERS]
        automatic = b"multipart/report" in head.lower() or FROM_A_SERVER.search(_unfolded(head))
        if automatic:
            whole = server.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST}>)")[1]
            yield number, next((bytes(part[1]) for part in whole if isinstance(part, tuple)), b"")


HEAD = f"(BODY.PEEK[HEADER.FIELDS (FROM CONTENT-TYPE)]<0.{HEADERS}>)"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _unfolded(head: bytes) -> str:
    """The line that says who wrote it; decoded where it can be, for some write
    it in Chinese."""
    line = re.search(rb"^from:(.*(?:\r?\n[ \t].*)*)", head, re.I | re.M)
    if line is None:
        return ""
    return text_of(line[1].decode("utf-8", "replace"))


def _fetched(parts: Sequence[object]) -> bytes:
    """An answer's pieces: imaplib gives literals as pairs, and
    lines as they are."""
    pieces: list[object] = []
    for part in parts:
        if isinstance(part, tuple):
            pieces += part
        else:
            pieces.append(part)
    return b"\n".join(piece for piece in pieces if isinstance(piece, bytes) and piece)


def _said(parts: Sequence[object]) -> str:
    return b" ".join(part for part in parts if isinstance(part, bytes)).decode("utf-8", "replace")


def _leave(server: imaplib.IMAP4 | None) -> None:
    if server is None:
        return
    try:
        server.logout()
    except (OSError, imaplib.IMAP4.error):
        server.shutdown()
