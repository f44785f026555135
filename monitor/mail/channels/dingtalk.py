"""钉钉: a group's robot, keyed by its address and perhaps a signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import time
from urllib.parse import quote_plus

from nianbao.monitor.mail.channel import JSON, Channel, Message, Post, as_json

SECRET = "NIANBAO_DINGTALK_SECRET"


def form(message: Message) -> Post:
    body = as_json({"msgtype": "text", "text": {"content": message.text}})
    url = message.url
    if secret := os.environ.get(SECRET, ""):
        url = signed_address(url, secret)
    return Post(url, body, JSON)


def signed_address(url: str, secret: str, moment: float | None = None) -> str:
    """DingTalk's robots want the time and its signature in the address."""
    stamp = str(round((moment or time.time()) * 1000))
    text = f"{stamp}\n{secret}".encode()
    signature = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest())
    return f"{url}&timestamp={stamp}&sign={quote_plus(signature)}"


CHANNEL = Channel("dingtalk", form)
