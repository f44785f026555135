"""Alerts on their way to the channels. They wait in the outbox as mails do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import requests
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.monitor.mail.channel import Message, Post
from nianbao.monitor.mail.channels import CHANNELS
from nianbao.monitor.mail.outbox import Sent, message_id
from nianbao.monitor.settings import Alerts
from nianbao.storage.outbox import done, later, queue, take_due, waiting


def queue_posts(s: Session, ways: Alerts, about: str, texts: Sequence[str], now: datetime) -> int:
    """One for each channel that is configured, in the settings' order. How
    many there are."""
    body = json.dumps(list(texts), ensure_ascii=False).encode()
    queued = 0
    for key in (field.name for field in fields(ways)):
        if key in CHANNELS and getattr(ways, key):
            mark = message_id(key, about, key, "")
            queued += queue(s, key, key, mark, texts[0], body, now)
    return queued


def post(engine: Engine, ways: Alerts, clock: Callable[[], datetime]) -> Sent:
    """Post what is due. What is not taken is tried again later; what is
    refused is not."""
    sent = refused = 0
    while (due := take_due(engine, clock(), posts=True)) is not None:
        made = post_of(due.kind, ways, json.loads(due.body), due.mark)
        if made is None:  # the channel was taken out of the settings
            later(engine, due.id, clock(), "没有设置 / not configured", give_up=True)
            continue
        try:
            answer = requests.post(made.url, made.body, headers=dict(made.headers), timeout=15)
            problem = refusal(answer.status_code, answer.content)
        except requests.RequestException as error:
            # No more than its name: its text has the address, with its key.
            later(engine, due.id, clock(), type(error).__name__)
            continue
        if not problem:
            done(engine, due.id, clock())
            sent += 1
        else:
            lasting = 400 <= answer.status_code < 500 and answer.status_code not in (408, 429)
            refused += lasting
            later(engine, due.id, clock(), problem, give_up=lasting)
    return Sent(sent, waiting(engine, posts=True), refused)


def refusal(status: int, body: bytes) -> str:
    """Why it was not taken; empty if it was. Robots answer 200
    with a code of their own."""
    if status >= 300:
        return f"HTTP {status}"
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    code = answer.get("errcode", answer.get("code", 0))
    if code in (0, "0"):
        return ""
    said = answer.get("errmsg") or answer.get("msg") or ""
    return f"{code} {said}".strip()


def post_of(key: str, ways: Alerts, texts: Sequence[str], mark: str = "") -> Post | None:
    """Address, body and headers for one channel; None where it
    is not configured."""
    channel = CHANNELS.get(key)
    url = str(getattr(ways, key, ""))
    if channel is None or not url:
        return None
    return channel.form(Message(url, texts, mark, ways))
