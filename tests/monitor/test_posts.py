"""Alerts by webhook and robots: each in the receiver's own form, kept until it is taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from nianbao.monitor.mail.channels import CHANNELS
from nianbao.monitor.mail.outbox import deliver
from nianbao.monitor.mail.posts import post, queue_posts, refusal
from nianbao.monitor.settings import Alerts, Mail
from nianbao.storage.models import Outgoing
from nianbao.storage.store import looking, open_store, session
from tests.monitor.test_channels import BODIES
from tests.portals.server import Reply, Request, running

NOW = datetime(2027, 2, 1, tzinfo=UTC)
TEXTS = ["平安县：一", "二"]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_store(f"sqlite:///{tmp_path}/n.db")
    yield opened
    opened.dispose()


def states(engine: Engine) -> dict[str, str]:
    with looking(engine) as s:
        return {row.kind: row.state for row in s.scalars(select(Outgoing))}


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"", ""),
        (204, b"", ""),
        (200, b'{"errcode":0,"errmsg":"ok"}', ""),
        (200, b'{"code":0}', ""),
        (200, b"[]", ""),
        (200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', "45009 api freq out of limit"),
        (200, b'{"code":19024,"msg":"Key Words Not Found"}', "19024 Key Words Not Found"),
        (503, b"", "HTTP 503"),
    ],
)
def test_what_counts_as_taken(status: int, body: bytes, said: str) -> None:
    assert refusal(status, body) == said


@pytest.mark.parametrize("key", sorted(CHANNELS))
def test_a_server_takes_what_each_posts(engine: Engine, key: str) -> None:
    taken: list[object] = []

    def receiver(request: Request) -> Reply | None:
        taken.append(json.loads(request.body))
        return Reply(b"{}")

    with running(receiver) as site:
        way: dict[str, Any] = {key: f"{site.url}/robot"}
        ways = replace(Alerts(), **way)
        with session(engine) as s:
            queue_posts(s, ways, "deadline 140999", TEXTS, NOW)
        post(engine, ways, lambda: NOW)
    assert taken == [BODIES[key]]
    assert states(engine) == {key: "sent"}


def test_they_wait_until_they_are_taken_and_are_posted_once(engine: Engine) -> None:
    answers = [Reply(b"", 503), Reply(b'{"errcode":45009}'), Reply(b'{"errcode":0}')]
    taken: list[dict[str, object]] = []

    def receiver(request: Request) -> Reply | None:
        if request.path == "/gone":
            return Reply(b"", 404)
        reply = answers.pop(0)
        if reply.body == b'{"errcode":0}':
            taken.append(json.loads(request.body))
        return reply

    with running(receiver) as site:
        ways = Alerts(
            wecom=f"{site.url}/robot", webhook=f"{site.url}/gone", feishu="http://127.0.0.1:1/no"
        )
        with session(engine) as s:
            assert queue_posts(s, ways, "deadline 140999", TEXTS, NOW) == 3
            assert queue_posts(s, ways, "deadline 140999", TEXTS, NOW) == 0
        mail = Mail("127.0.0.1", 1, "none", sender="a@b.example")
        assert deliver(engine, mail, "", lambda: NOW).waiting == 0  # no mails
        for hours in (0, 1, 7, 20):
            post(engine, ways, lambda at=NOW + timedelta(hours=hours): at)  # type: ignore[misc]
    assert taken == [{"msgtype": "text", "text": {"content": "平安县：一\n二"}}]
    assert states(engine) == {"wecom": "sent", "webhook": "refused", "feishu": "waiting"}
    with looking(engine) as s:
        said = {row.kind: row.error for row in s.scalars(select(Outgoing))}
    assert said["feishu"] == "ConnectionError"  # never the address: its key is in it
    post(engine, Alerts(), lambda: NOW + timedelta(days=2))
    assert states(engine)["feishu"] == "refused"
