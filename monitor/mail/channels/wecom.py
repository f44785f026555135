"""企业微信: a group's robot. Its key is in its address."""

from __future__ import annotations

from nianbao.monitor.mail.channel import JSON, Channel, Message, Post, as_json


def form(message: Message) -> Post:
    body = as_json({"msgtype": "text", "text": {"content": message.text}})
    return Post(message.url, body, JSON)


CHANNEL = Channel("wecom", form)
