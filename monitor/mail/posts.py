"""Alerts on their way to the channels. They wait in the outbox as mails do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import requests
from sqlalchemy import Engine
from urllib3.exceptions import HTTPError

from nianbao.crawler.addresses import host_of, joined, split
from nianbao.crawler.bounds import Bounds, bounded
from nianbao.crawler.guarded import (
    ForbiddenAddressError,
    TooLargeError,
    body_of,
    guarded_session,
)
from nianbao.crawler.networks import is_public, number_of
from nianbao.monitor.mail import traced
from nianbao.monitor.mail.channel import Message, Post
from nianbao.monitor.mail.channels import CHANNELS
from nianbao.monitor.mail.outbox import Anew, Sent
from nianbao.monitor.settings import Alerts
from nianbao.storage.outbox import Due, done, later, take_due, waiting

SECONDS = 20.0  # for a post in all
MOST_BYTES = 64 * 1024  # of an answer
REDIRECTS = range(300, 400)
INSIDE = (
    "地址通向内网；如确为本单位接收方，请把主机名写入 [alerts] private_hosts"
    " / it leads into a private network; if it is yours, name its host in [alerts] private_hosts"
)


def post(
    engine: Engine,
    ways: Alerts,
    clock: Callable[[], datetime],
    seconds: float = SECONDS,
    anew: Anew = lambda due: due,
) -> Sent:
    """Post what is due. What is not taken is tried again later; what is
    refused is not; whatever a row raises costs that row. `anew`: as for mails."""
    sent = refused = 0
    while (due := take_due(engine, clock(), posts=True)) is not None:
        try:
            if (fresh := anew(due)) is None:
                continue
            became = posted(fresh, ways, seconds)
        except Exception as error:
            # No more than its name: its text may have the address, with its key.
            became = Became(type(error).__name__)
        if became.taken:
            done(engine, due.id, clock())
            traced.handed_over(due)
            sent += 1
        else:
            refused += became.lasting
            traced.refused(due, became.problem, lasting=became.lasting)
            later(engine, due.id, clock(), became.problem, give_up=became.lasting)
    return Sent(sent, waiting(engine, posts=True), refused)


class Became(NamedTuple):
    """What became of a post."""

    problem: str = ""
    lasting: bool = False

    @property
    def taken(self) -> bool:
        return not self.problem


def posted(due: Due, ways: Alerts, seconds: float = SECONDS) -> Became:
    """Hand one post to its receiver: to no other one, and to nobody inside who is not named."""
    made = post_of(due.kind, ways, json.loads(due.body), due.mark)
    if made is None:  # the channel was taken out of the settings
        return Became("没有设置 / not configured", lasting=True)
    bounds = Bounds(seconds, may_reach_of(made.url, ways))
    with bounded(bounds), guarded_session() as session:
        try:
            answer = session.post(
                made.url,
                made.body,
                headers=dict(made.headers),
                timeout=seconds,
                stream=True,
                allow_redirects=False,
            )
            body = body_of(answer, MOST_BYTES, bounds)
        except ForbiddenAddressError:
            return Became(INSIDE)
        except TooLargeError:
            return Became(f"回复超过 {MOST_BYTES} 字节 / its answer has over {MOST_BYTES} bytes")
        except (requests.RequestException, HTTPError) as error:
            return Became("Timeout" if bounds.is_over else type(error).__name__)
    if answer.status_code in REDIRECTS:
        return Became(_moved(answer, made.url), lasting=True)
    says_code = CHANNELS[due.kind].says_code
    said = refusal(answer.status_code, body, says_code=says_code)
    return Became(said, is_lasting(answer.status_code))


def may_reach_of(url: str, ways: Alerts) -> Callable[[str], bool]:
    """Whom a channel's address may lead to: anybody public; whom the settings name also inside.

    A number in the address names itself; a name must be among `private_hosts`.
    """
    host = host_of(url)
    named = re.split(r"[,\s]+", ways.private_hosts.lower())
    if host in named or number_of(host) is not None:
        return lambda address: True
    return is_public


def is_lasting(status: int) -> bool:
    return 400 <= status < 500 and status not in (408, 429)


def _moved(answer: requests.Response, url: str) -> str:
    """Where it says that it went: without what may be a key."""
    parts = split(joined(answer.url, answer.headers.get("location", "")))
    place = "—"
    if parts.netloc:
        place = f"{parts.scheme}://{parts.netloc}{parts.path}"
    for key in re.findall(r"[^/?&=]{16,}", split(url).path):
        place = place.replace(key, "…")
    return (
        f"HTTP {answer.status_code}：已迁至 {place}，请改设置"
        f" / HTTP {answer.status_code}: it moved to {place}, change the settings"
    )


def refusal(status: int, body: bytes, *, says_code: bool) -> str:
    """Why it was not taken; empty if it was. Robots answer 200 with a code of their own; what else
    a receiver of the office's own answers is its own affair.
    """
    if not 200 <= status < 300:
        return f"HTTP {status}"
    if not says_code:
        return ""
    if body.lstrip().startswith(b"<"):  # the sign-in page of a network on the way
        return "答复的是网页，不是机器人 / a web page answered, not the robot"
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
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
