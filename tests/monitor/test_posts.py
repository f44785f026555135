"""Alerts by webhook and robots: each in the receiver's own form, kept until it is taken."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from nianbao.monitor.mail.alerting import queue_posts
from nianbao.monitor.mail.channels import CHANNELS
from nianbao.monitor.mail.outbox import deliver
from nianbao.monitor.mail.posts import post, refusal
from nianbao.monitor.settings import Alerts, Mail
from nianbao.storage.models import Outgoing
from nianbao.storage.store import looking, open_store, session
from tests.crawler.test_networks import listening
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
        (
            200,
            b"\r\n<!DOCTYPE html><title>",
            "答复的是网页，不是机器人 / a web page answered, not the robot",
        ),
    ],
)
def test_what_counts_as_taken(status: int, body: bytes, said: str) -> None:
    assert refusal(status, body, says_code=True) == said
    assert refusal(status, body, says_code=False) == ("" if status < 300 else said)


@pytest.mark.parametrize(
    "said",
    [
        b'{"code":200,"msg":"success"}',
        b'{"code":"SUCCESS"}',
        b'{"code":null}',
        b'{"errcode":1}',
        b'{"code":-1,"msg":"ok"}',
    ],
)
@pytest.mark.parametrize("key", sorted(CHANNELS))
def test_a_code_is_read_where_it_is_a_robots(engine: Engine, key: str, said: bytes) -> None:
    """A receiver of the office's own takes it by its status, once."""
    count = 0

    def receiver(request: Request) -> Reply | None:
        nonlocal count
        count += 1
        return Reply(said)

    with running(receiver) as site:
        way: dict[str, Any] = {key: f"{site.url}/hook"}
        ways = replace(Alerts(), **way)
        with session(engine) as s:
            queue_posts(s, ways, "about", TEXTS, NOW)
        post(engine, ways, lambda: NOW)
    taken = key == "webhook"
    assert (count, states(engine)) == (1, {key: "sent" if taken else "waiting"})


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
            assert len(queue_posts(s, ways, "deadline 140999", TEXTS, NOW)) == 3
            assert queue_posts(s, ways, "deadline 140999", TEXTS, NOW) == []
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


def queued(engine: Engine, *urls: str, way: str = "webhook") -> Alerts:
    """One alert a URL; they go to the last one."""
    named: dict[str, Any] = {way: urls[-1]}
    ways = replace(Alerts(), **named)
    with session(engine) as s:
        for n, _ in enumerate(urls):
            queue_posts(s, ways, f"deadline {n}", TEXTS, NOW)
    return ways


def errors(engine: Engine) -> list[str]:
    with looking(engine) as s:
        return [row.error for row in s.scalars(select(Outgoing).order_by(Outgoing.id))]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_refusal_that_names_the_new_address(engine: Engine, status: int) -> None:
    with running(lambda request: Reply(b"ok")) as inside:
        where = {"Location": f"{inside.url}/new?key=secret"}
        with running(lambda request: Reply(b"", status, where)) as site:
            post(engine, queued(engine, f"{site.url}/hook"), lambda: NOW)
        assert inside.requests == []
    assert states(engine) == {"webhook": "refused"}
    assert f"{inside.url}/new" in errors(engine)[0]
    assert "secret" not in errors(engine)[0]


@pytest.mark.parametrize("where", ["", "//[", "/elsewhere", "http://[::1%lo]/", "\xff"])
def test_a_redirect_to_nowhere_is_a_refusal(engine: Engine, where: str) -> None:
    with running(lambda request: Reply(b"", 302, {"Location": where})) as site:
        post(engine, queued(engine, f"{site.url}/hook"), lambda: NOW)
    assert states(engine) == {"webhook": "refused"}


def test_an_answer_that_floods_or_drips_costs_its_row(engine: Engine) -> None:
    with running(lambda request: Reply(b"x" * 70_000)) as site:
        post(engine, queued(engine, f"{site.url}/hook"), lambda: NOW)
    with listening(b"HTTP/1.1 200 OK\r\n\r\n", b"{}" * 500) as (port, _):
        began = time.monotonic()
        ways = queued(engine, f"http://127.0.0.1:{port}/", way="wecom")
        post(engine, ways, lambda: NOW, seconds=0.6)
        assert time.monotonic() - began < 3
    assert "65536" in errors(engine)[0]
    assert errors(engine)[1] == "Timeout"
    assert states(engine) == {"webhook": "waiting", "wecom": "waiting"}


def test_a_name_that_leads_inside_is_asked_only_where_the_settings_name_it(engine: Engine) -> None:
    with running(lambda request: Reply(b"{}")) as site:
        named = site.url.replace("127.0.0.1", "localhost")
        ways = queued(engine, f"{named}/hook")
        post(engine, ways, lambda: NOW)
        assert site.requests == []
        assert "private_hosts" in errors(engine)[0]
        told = replace(ways, private_hosts="oa.local, localhost")
        post(engine, told, lambda: NOW + timedelta(days=1))
    assert states(engine) == {"webhook": "sent"}


ODD_ANSWERS = (
    b"[" * 60_000,
    b"\xff\xfe",
    b'{"errcode": 1, "errmsg": ' + b"9" * 5000 + b"}",
    b'{"code": [1]}',
)


@pytest.mark.parametrize("body", ODD_ANSWERS)
def test_what_an_answer_raises_costs_its_row_alone(engine: Engine, body: bytes) -> None:
    answers = [Reply(body), Reply(b"{}")]
    with running(lambda request: answers.pop(0)) as site:
        post(engine, queued(engine, f"{site.url}/a", f"{site.url}/a"), lambda: NOW)
    assert answers == []


@pytest.mark.parametrize(
    "url", ["http://[", "nonsense", "http://a.invalid:99999/", "http:///x", "file:///etc"]
)
def test_an_address_that_is_none_costs_its_row(engine: Engine, url: str) -> None:
    post(engine, queued(engine, url), lambda: NOW)
    assert states(engine) == {"webhook": "waiting"}
