"""Alerts by webhook and robots: each in the receiver's own form, kept until it is taken."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, select

from nianbao.monitor.mail.outbox import deliver
from nianbao.monitor.mail.posts import dingtalk_address, post, post_of, queue_posts, refusal, signed
from nianbao.monitor.settings import Alerts, Mail
from nianbao.storage.models import Outgoing
from nianbao.storage.store import looking, open_store, session
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


def test_each_receiver_gets_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_WEBHOOK_SECRET", "secret")
    monkeypatch.setenv("NIANBAO_DINGTALK_SECRET", "key")
    ways = Alerts(
        webhook="https://a.example/h",
        wecom="https://b.example/w",
        dingtalk="https://d.example/r?access_token=x",
    )
    webhook = post_of("webhook", ways, TEXTS, "<webhook.1@x>")
    assert webhook is not None
    assert (
        webhook.headers["X-Nianbao-Signature"]
        == signed(webhook.body, "secret")
        != signed(webhook.body + b" ", "secret")
    )
    told = hmac.new(b"secret", webhook.body, hashlib.sha256).hexdigest()
    assert told in webhook.headers["X-Nianbao-Signature"]
    assert webhook.headers["X-Nianbao-Id"] == "webhook.1@x"
    wecom, dingtalk = post_of("wecom", ways, TEXTS), post_of("dingtalk", ways, TEXTS)
    assert wecom is not None
    assert dingtalk is not None
    assert json.loads(wecom.body) == {"msgtype": "text", "text": {"content": "平安县：一\n二"}}
    assert {"access_token", "timestamp", "sign"} == set(parse_qs(urlsplit(dingtalk.url).query))
    assert "&timestamp=1000&sign=" in dingtalk_address(
        "https://d.example/r?access_token=x", "s", 1.0
    )
    assert post_of("feishu", ways, TEXTS) is None


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
