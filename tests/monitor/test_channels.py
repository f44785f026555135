"""Channels: each posts in its receiver's own form, and is known wherever a channel must be named."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from nianbao.monitor.mail.channel import Post
from nianbao.monitor.mail.channels import CHANNELS
from nianbao.monitor.mail.channels.dingtalk import signed_address
from nianbao.monitor.mail.posts import post_of
from nianbao.monitor.settings import Alerts
from nianbao.storage.models import Outgoing

ROOT = Path(__file__).parents[2]
URL = "https://robots.example/send?key=x"

# What each channel's receiver is sent for two alerts.
BODIES: Mapping[str, object] = {
    "webhook": {"kind": "alerts", "alerts": ["平安县：一", "二"]},
    "wecom": {"msgtype": "text", "text": {"content": "平安县：一\n二"}},
    "dingtalk": {"msgtype": "text", "text": {"content": "平安县：一\n二"}},
    "feishu": {"msg_type": "text", "content": {"text": "平安县：一\n二"}},
}


def forgotten(key: str) -> list[str]:
    """The places that don't name a channel yet, each with what it wants."""
    settings = {field.name for field in fields(Alerts)}
    example = (ROOT / "config/nianbao.toml").read_text(encoding="utf-8")
    alerts = example.partition("# [alerts]")[2].partition("\n\n")[0]
    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    wanted = {
        f"monitor/settings.py: class Alerts, `{key}: str`": key in settings,
        f"config/nianbao.toml: `# {key} =` under [alerts]": f"\n# {key} = " in alerts,
        f"docs/operations.md: `{key}`": f"`{key}`" in operations,
        f"tests/monitor/test_channels.py: BODIES['{key}']": key in BODIES,
    }
    return [place for place, is_named in wanted.items() if not is_named]


@pytest.mark.parametrize("key", sorted(CHANNELS))
def test_a_channel_is_named_everywhere(key: str) -> None:
    places = forgotten(key)
    assert not places, f"the channel {key} is forgotten in {'; '.join(places)}"


@pytest.mark.parametrize("key", sorted(CHANNELS))
def test_its_key_fits_the_outbox(key: str) -> None:
    """PostgreSQL would refuse a longer one, SQLite keeps it."""
    kind: Any = Outgoing.__table__.c.kind.type
    place = f"the key of monitor/mail/channels/{key}.py"
    assert len(key) <= kind.length, f"{place} has more than {kind.length} letters"


def test_a_forgotten_channel_is_told_with_its_places() -> None:
    files = [place.partition(":")[0] for place in forgotten("pager")]
    assert files == [
        "monitor/settings.py",
        "config/nianbao.toml",
        "docs/operations.md",
        "tests/monitor/test_channels.py",
    ]


def test_no_place_names_a_channel_that_is_not_there() -> None:
    folder = ROOT / "monitor/mail/channels"
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert set(CHANNELS) == modules, "the module of a channel is called as its CHANNEL's key"
    gone = set(BODIES) - modules
    assert not gone, f"monitor/mail/channels/ has no module of {gone}, which is in BODIES"


def made(key: str) -> Post:
    configured: dict[str, Any] = {key: URL}
    ways = replace(Alerts(), **configured)
    post = post_of(key, ways, ["平安县：一", "二"], "<webhook.1@x>")
    assert post is not None
    return post


@pytest.mark.parametrize("key", sorted(CHANNELS))
def test_each_receiver_gets_its_own_words(key: str) -> None:
    post = made(key)
    assert post.url == URL
    assert json.loads(post.body) == BODIES[key]
    assert post.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("key", sorted(CHANNELS))
def test_a_channel_without_an_address_posts_nothing(key: str) -> None:
    assert post_of(key, Alerts(), ["一"]) is None


def test_a_webhook_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_WEBHOOK_SECRET", "secret")
    webhook = made("webhook")
    signature = hmac.new(b"secret", webhook.body, hashlib.sha256).hexdigest()
    assert webhook.headers["X-Nianbao-Signature"] == f"sha256={signature}"
    assert webhook.headers["X-Nianbao-Id"] == "webhook.1@x"
    monkeypatch.delenv("NIANBAO_WEBHOOK_SECRET")
    assert "X-Nianbao-Signature" not in made("webhook").headers


def test_dingtalk_signs_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_DINGTALK_SECRET", "key")
    query = parse_qs(urlsplit(made("dingtalk").url).query)
    assert set(query) == {"key", "timestamp", "sign"}
    moment = signed_address("https://d.example/r?key=x", "s", 1.0)
    assert re.fullmatch(r"https://d\.example/r\?key=x&timestamp=1000&sign=\S+", moment)
