"""Alerts for webhooks and for the robots of WeCom, DingTalk and Feishu. They wait in the outbox as mails do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.monitor.mail.outbox import Sent, message_id
from nianbao.monitor.settings import Alerts
from nianbao.storage.outbox import WAYS, done, later, queue, take_due, waiting

DINGTALK_SECRET = "NIANBAO_DINGTALK_SECRET"


class Post(NamedTuple):
    url: str
    body: bytes
    headers: Mapping[str, str]


def queue_posts(s: Session, ways: Alerts, about: str, texts: Sequence[str], now: datetime) -> int:
    """One for each way that is configured. How many there are."""
    kept = json.dumps(list(texts), ensure_ascii=False).encode()
    configured = [way for way in WAYS if getattr(ways, way)]
    return sum(
        queue(s, way, way, message_id(way, about, way, ""), texts[0], kept, now)
        for way in configured
    )


def post(engine: Engine, ways: Alerts, clock: Callable[[], datetime]) -> Sent:
    """Post what is due. What a receiver does not take is tried again later; what it refuses is not."""
    import requests

    sent = refused = 0
    while (due := take_due(engine, clock(), posts=True)) is not None:
        made = post_of(due.kind, ways, json.loads(due.body), due.mark)
        if made is None:  # the way was taken out of the settings
            later(engine, due.id, clock(), "没有设置 / not configured", give_up=True)
            continue
        try:
            answer = requests.post(made.url, data=made.body, headers=dict(made.headers), timeout=15)
            problem = refusal(answer.status_code, answer.content)
        except requests.RequestException as error:
            later(
                engine, due.id, clock(), type(error).__name__
            )  # its text has the address, with its key
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
    """Why it was not taken; empty if it was. Robots answer 200 with a code of their own."""
    if status >= 300:
        return f"HTTP {status}"
    try:
        told: Any = json.loads(body)
    except ValueError:
        return ""
    code = (
        next((told[key] for key in ("errcode", "code") if key in told), 0)
        if isinstance(told, dict)
        else 0
    )
    return (
        f"{code} {told.get('errmsg') or told.get('msg') or ''}".strip()
        if code not in (0, "0")
        else ""
    )


def post_of(way: str, ways: Alerts, texts: Sequence[str], mark: str = "") -> Post | None:
    """Address, body and headers for one way; None where it is not configured."""
    url, text = str(getattr(ways, way)), "\n".join(texts)
    if not url:
        return None
    bodies: dict[str, object] = {
        "webhook": {"kind": "alerts", "alerts": list(texts)},
        "wecom": {"msgtype": "text", "text": {"content": text}},
        "dingtalk": {"msgtype": "text", "text": {"content": text}},
        "feishu": {"msg_type": "text", "content": {"text": text}},
    }
    body = json.dumps(bodies[way], ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if way == "webhook":
        headers["X-Nianbao-Id"] = mark.strip("<>")  # the same if it is posted twice
        if secret := os.environ.get(ways.webhook_secret_env, ""):
            headers["X-Nianbao-Signature"] = signed(body, secret)
    if way == "dingtalk" and (secret := os.environ.get(DINGTALK_SECRET, "")):
        url = dingtalk_address(url, secret)
    return Post(url, body, headers)


def signed(body: bytes, secret: str) -> str:
    """What X-Nianbao-Signature says: the receiver makes the same from its secret and the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def dingtalk_address(url: str, secret: str, moment: float | None = None) -> str:
    """DingTalk's robots want the time and its signature in the address."""
    stamp = str(round((moment or time.time()) * 1000))
    mark = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{url}&timestamp={stamp}&sign={quote_plus(base64.b64encode(mark))}"
