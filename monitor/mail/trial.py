"""One mail on trial: the weekly one as it would be, written or sent to one address at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.mail.outbox import build, message_id, speaking
from nianbao.monitor.mail.weekly import Draft, draft
from nianbao.monitor.settings import Recipient, Settings

NOBODY = "nianbao@nianbao.invalid"


def trial(
    s: Session,
    recipient: Recipient,
    at: datetime,
    settings: Settings,
    registry: Registry,
    year: int = 0,
    *,
    now: datetime | None = None,
) -> tuple[Draft, bytes]:
    """As of `at`. Raises ScopeError where the recipient's scope means nobody."""
    made = draft(s, recipient, at, settings, registry, year, now=now)
    sender = settings.mail.sender or NOBODY
    about = f"{at.isoformat()} {recipient.scope} {recipient.lang}"
    mark = message_id("test", about, recipient.address, sender)
    return made, build(made.composed, sender, recipient.address, mark, at, made.attachments)


def send(settings: Settings, address: str, body: bytes) -> None:
    """Raises OSError or MailError."""
    with speaking(settings.mail, settings.password) as server:
        server.sendmail(settings.mail.sender, [address], body)
