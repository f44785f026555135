"""Any receiver of the office's own: JSON with every alert, signed."""

from __future__ import annotations

import hashlib
import hmac
import os

from nianbao.monitor.mail.channel import JSON, Channel, Message, Post, as_json


def form(message: Message) -> Post:
    body = as_json({"kind": "alerts", "alerts": list(message.texts)})
    headers = {**JSON, "X-Nianbao-Id": message.mark.strip("<>")}
    if secret := os.environ.get(message.settings.webhook_secret_env, ""):
        headers["X-Nianbao-Signature"] = signed(body, secret)
    return Post(message.url, body, headers)


def signed(body: bytes, secret: str) -> str:
    """What X-Nianbao-Signature says: the receiver makes the same from its
    secret and the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


CHANNEL = Channel("webhook", form, says_code=False)
