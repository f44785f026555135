"""Mail on its way, until a server takes or refuses it."""

from __future__ import annotations

import contextlib
import hashlib
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine

from nianbao.crawler.bounds import Bounds, watch, within
from nianbao.monitor.mail import traced
from nianbao.monitor.mail.digest import Composed
from nianbao.monitor.settings import Mail
from nianbao.monitor.standing import BEIJING
from nianbao.storage.outbox import Due, done, later, take_due, waiting

# Seconds in all, however slowly a server speaks; bytes of one reply.
CONNECTING = 60.0
SENDING = 300.0
MOST_REPLY = 64 * 1024


class MailError(Exception):
    """No mail can be sent; the sentence says what is wrong with
    the settings."""


class Attachment(NamedTuple):
    name: str
    data: bytes
    kind: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def message_id(kind: str, about: str, recipient: str, sender: str) -> str:
    """The same for the same mail: a server that was given it
    twice can tell."""
    mark = hashlib.sha256("\x1f".join((kind, about, recipient)).encode()).hexdigest()[:32]
    return f"<{kind}.{mark}@{sender.rpartition('@')[2] or 'nianbao.invalid'}>"


def build(
    composed: Composed,
    sender: str,
    recipient: str,
    mark: str,
    at: datetime,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Plain text and HTML with its pictures, then the attachments."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"], mail["From"], mail["To"] = composed.subject, sender, recipient
    mail["Date"], mail["Message-ID"] = format_datetime(at.astimezone(BEIJING)), mark
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"nianbao <{sender.rpartition('@')[2] or 'nianbao'}>"
    if sender:
        mail["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    mail.set_content(composed.text)
    mail.add_alternative(composed.html, subtype="html")
    page = mail.get_body(("html",))
    assert page is not None  # it was just added
    for name, data in composed.pictures.items():
        file_name = f"{name.partition('@')[0]}.png"
        page.add_related(data, "image", "png", cid=f"<{name}>", filename=file_name)
    for file in attachments:
        kind, _, subtype = file.kind.partition("/")
        mail.add_attachment(file.data, maintype=kind, subtype=subtype, filename=file.name)
    _fixed_boundaries(mail, mark)
    return mail.as_bytes()


def _fixed_boundaries(mail: EmailMessage, mark: str) -> None:
    """The same mail is the same bytes."""
    for n, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(hashlib.sha256(f"{mark}{n}".encode()).hexdigest()[:40])


Anew = Callable[[Due], Due | None]


class Sent(NamedTuple):
    sent: int
    waiting: int
    refused: int


def deliver(
    engine: Engine,
    mail: Mail,
    password: str,
    clock: Callable[[], datetime],
    *,
    pause: Callable[[float], None] = time.sleep,
    anew: Anew = lambda due: due,
) -> Sent:
    """Send what is due. Each mail is marked before it is handed
    over and again right after. `anew`: as it is to be sent now; none if it is not."""
    sent = refused = 0
    server: smtplib.SMTP | None = None
    while (due := take_due(engine, clock())) is not None:
        try:
            server = server or connect(mail, password)
            if (fresh := anew(due)) is None:
                continue
            with within(SENDING) as bounds:
                _watched(server, bounds)
                server.sendmail(mail.sender, [due.recipient], fresh.body)
        except ValueError as error:  # an address or a line that can't be written as mail
            refused += 1
            _later(engine, due, clock(), str(error), lasting=True)
            server = _reset(server)
        except (
            smtplib.SMTPRecipientsRefused,
            smtplib.SMTPSenderRefused,
            smtplib.SMTPDataError,
        ) as error:
            code, said = _told(error)
            if _is_ours(error, code):
                _later(engine, due, clock(), f"{code} {said}", lasting=False)
                break
            lasting = 500 <= code < 600
            refused += lasting
            _later(engine, due, clock(), f"{code} {said}", lasting=lasting)
            server = _reset(server)
        except (OSError, smtplib.SMTPException, MailError) as error:
            _later(engine, due, clock(), f"{type(error).__name__}: {error}", lasting=False)
            break
        else:
            done(engine, due.id, clock())
            traced.handed_over(due)
            sent += 1
            pause(_between(mail.per_minute))
    if server is not None:
        _quit(server)
    return Sent(sent, waiting(engine), refused)


def _later(engine: Engine, due: Due, now: datetime, why: str, *, lasting: bool) -> None:
    later(engine, due.id, now, why, give_up=lasting)
    traced.refused(due, why, lasting=lasting)


OF_THE_LOGIN = frozenset((530, 534, 535, 538))
TOO_LARGE = 552  # this mail, told before it is handed over


def _is_ours(error: smtplib.SMTPException, code: int) -> bool:
    """Whether what was refused is our sender or our login, not this mail or whom it is for."""
    of_sender = isinstance(error, smtplib.SMTPSenderRefused) and code != TOO_LARGE
    return of_sender or code in OF_THE_LOGIN


def _between(per_minute: int) -> float:
    """Seconds from one mail to the next."""
    if per_minute >= 600:
        return 0.0
    return 60.0 / max(per_minute, 1)


def connect(mail: Mail, password: str) -> smtplib.SMTP:
    """A connection that is logged in. Raises MailError where the
    settings can't work."""
    if not mail.host or not mail.sender:
        raise MailError("没有设置 [mail] 的 host 和 sender / host and sender of [mail] are not set")
    with within(CONNECTING):
        return _signed_in(mail, password)


@contextlib.contextmanager
def speaking(mail: Mail, password: str) -> Iterator[smtplib.SMTP]:
    """A connection for one short talk, its end included."""
    server = connect(mail, password)
    with within(SENDING) as bounds:
        _watched(server, bounds)
        with server:
            yield server


def _signed_in(mail: Mail, password: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = _SMTPS(mail.host, mail.port, timeout=mail.timeout, context=context)
    else:
        server = _SMTP(mail.host, mail.port, timeout=mail.timeout)
    try:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.user:
            server.login(mail.user, password)
    except smtplib.SMTPNotSupportedError:
        server.close()
        raise MailError(
            f"{mail.host}:{mail.port}：不支持 {mail.security}，可改 security"
            f" / {mail.security} is not supported, change security"
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        server.close()
        raise MailError(
            f"用户名或密码不对（{error.smtp_code}）/ user or password refused ({error.smtp_code})"
        ) from None
    except BaseException:
        server.close()
        raise
    return server


class _Lines:
    """A server's lines, up to a number of bytes for each reply."""

    def __init__(self, file: Any) -> None:
        self.file, self.left = file, MOST_REPLY

    def readline(self, most: int) -> bytes:
        line: bytes = self.file.readline(most)
        self.left -= len(line)
        if self.left < 0:
            raise OSError("回复过长 / a reply without end")
        return line

    def close(self) -> None:
        self.file.close()


class _SMTP(smtplib.SMTP):
    """Its connection is watched, its replies have an end."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        reached = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        watch(reached)
        return reached

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = MOST_REPLY
        return super().getreply()


class _SMTPS(smtplib.SMTP_SSL, _SMTP):
    pass


def _watched(server: smtplib.SMTP, bounds: Bounds) -> None:
    if server.sock is not None:
        bounds.watch(server.sock)


def _quit(server: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException), within(CONNECTING) as bounds:
        _watched(server, bounds)
        server.quit()


def _told(error: smtplib.SMTPException) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    else:
        code, said = getattr(error, "smtp_code", 0), getattr(error, "smtp_error", b"")
    if isinstance(said, bytes):
        return code, said.decode("utf-8", "replace")
    return code, str(said)


def _reset(server: smtplib.SMTP | None) -> smtplib.SMTP | None:
    if server is None:
        return None
    try:
        with within(CONNECTING) as bounds:
            _watched(server, bounds)
            server.rset()
        return server
    except (OSError, smtplib.SMTPException):
        return None
