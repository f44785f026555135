"""Alerts for the channels, as they are put into the outbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy.orm import Session

from nianbao.monitor.mail.channels import CHANNELS
from nianbao.monitor.mail.outbox import message_id
from nianbao.monitor.settings import Alerts
from nianbao.storage.outbox import queue


def queue_posts(
    s: Session, ways: Alerts, about: str, texts: Sequence[str], now: datetime
) -> list[tuple[str, str]]:
    """One for each channel that is configured, in the settings' order: their kinds and ids."""
    body = json.dumps(list(texts), ensure_ascii=False).encode()
    queued = []
    for key in (field.name for field in fields(ways)):
        if key in CHANNELS and getattr(ways, key):
            mark = message_id(key, about, key, "")
            if queue(s, key, key, mark, texts[0], body, now):
                queued.append((key, mark))
    return queued
