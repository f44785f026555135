"""config/nianbao.toml: what is not of one county. Every key has a default."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from nianbao.storage.registry import ConfigError, is_address, is_day, text_of

FILE = Path("config/nianbao.toml")
SECRET = "NIANBAO_SMTP_PASSWORD"
INBOX_SECRET = "NIANBAO_IMAP_PASSWORD"


@dataclass(frozen=True, slots=True)
class Office:
    """Who writes: the supervising office, as its mails and letters sign."""

    name: str = "政务公开办公室"
    wording: str = "提醒"  # or 通报: what the weekly mail calls itself
    contact: str = ""
    reply_within: int = 5  # working days that a letter gives


@dataclass(frozen=True, slots=True)
class Mail:
    host: str = ""
    port: int = 587
    security: str = "starttls"  # tls, none
    user: str = ""
    sender: str = ""
    per_minute: int = 20
    timeout: int = 30


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where mail comes back to that could not be handed over,
    read over IMAP."""

    host: str = ""
    port: int = 993
    security: str = "tls"  # starttls, none
    user: str = ""
    folder: str = "INBOX"
    timeout: int = 30


@dataclass(frozen=True, slots=True)
class Digest:
    weekday: str = "mon"
    time: str = "08:30"


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    # As county:140924, city:1409, province:14, unit:140924101; empty:
    # everything.
    scope: str = ""
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Hours between two sweeps of a portal."""

    last_week: float = 1.0  # of the days before the deadline
    season: float = 24.0  # January and February
    rest: float = 168.0
    # The share of it that chance adds, so that portals are not visited
    # together.

    jitter: float = 0.1


@dataclass(frozen=True, slots=True)
class Daemon:
    port: int = 8470  # /healthz and /metrics, on this machine only
    address: str = "127.0.0.1"
    sweeps: int = 1  # processes at a time
    sweep_hours: float = 4.0  # after which a sweep is ended
    sweep_memory: int = 2048  # MiB
    pause: float = 1.0  # seconds between two requests to a host
    allow_private: bool = False  # portals on private addresses: for trying out


@dataclass(frozen=True, slots=True)
class Alerts:
    on: bool = False
    # Days before the deadline, such as "7,2", at which units' own recipients
    # are reminded.
    reminders: str = ""
    # A portal that could not be looked at for so long, in season.
    down_hours: int = 48
    webhook: str = ""
    webhook_secret_env: str = "NIANBAO_WEBHOOK_SECRET"
    wecom: str = ""
    dingtalk: str = ""
    feishu: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    store: str = "sqlite:///var/nianbao.db"
    evidence: str = "var/evidence"
    counties: str = "config/counties"
    lang: str = "zh"
    office: Office = field(default_factory=Office)
    mail: Mail = field(default_factory=Mail)
    inbox: Inbox = field(default_factory=Inbox)
    digest: Digest = field(default_factory=Digest)
    cadence: Cadence = field(default_factory=Cadence)
    daemon: Daemon = field(default_factory=Daemon)
    alerts: Alerts = field(default_factory=Alerts)
    recipients: tuple[Recipient, ...] = ()
    # The code of a province or city -> "01-20".
    deadlines: Mapping[str, str] = field(default_factory=dict)

    @property
    def password(self) -> str:
        return os.environ.get(SECRET, "")

    @property
    def inbox_password(self) -> str:
        return os.environ.get(INBOX_SECRET) or self.password


CHOICES = {
    "security": ("starttls", "tls", "none"),
    "wording": ("提醒", "通报"),
    "weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "lang": ("zh", "en"),
}
PATTERNS = {
    "digest.time": (r"(?:[01]\d|2[0-3]):[0-5]\d", '"时:分"，如 "08:30"'),
    "recipients.scope": (
        r"(?:(?:county|city|province):\d{2,6}|unit:.+)?",
        "county:6位代码、city:4位、province:2位 或 unit:单位代码",
    ),
}


def load_settings(file: Path = FILE) -> Settings:
    """The settings; their defaults if there is no file. Raises ConfigError
    with every fault."""
    if not file.exists():
        return Settings()
    text = text_of(file)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{file}: 不是有效的 TOML（{error}）/ not valid TOML"]) from None
    faults = [f"{file}:{_line(text, key)}: {said}" for key, said in _faults(raw, Settings, "")]
    if faults:
        raise ConfigError(faults)
    made: Settings = _made(raw, Settings)
    return made


def _faults(raw: Mapping[str, Any], kind: type, at: str) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(kind)
    for key, value in raw.items():
        if key not in hints:
            meant = f"；可用 / known: {', '.join(hints)}"
            for near in get_close_matches(key, hints, 1):
                meant = f"，是否指 {near}？/ did you mean {near}?"
            yield key, f"未知的键 {at}{key}{meant}"
        elif key == "recipients" and not isinstance(value, list):
            continue
        elif key == "recipients":
            for each in value:
                yield from _faults(each, Recipient, "recipients.")
                if "address" not in each:
                    yield key, "recipients 缺少 address / an address is missing"
        elif key == "deadlines":
            for code, day in value.items():
                if not re.fullmatch(r"default|\d{2}|\d{4}|\d{6}", code) or not is_day(day):
                    yield code, f'deadlines 应为 代码 = "月-日"，现为 {code} = {day}'
        elif isinstance(value, dict):
            yield from _faults(value, hints[key], f"{key}.")
        else:
            yield from _value_faults(key, value, hints[key], at)


def _value_faults(key: str, value: object, wanted: type, at: str) -> Iterator[tuple[str, str]]:
    number = wanted is float and isinstance(value, int) and not isinstance(value, bool)
    if wanted in (str, int, float, bool) and not number and type(value) is not wanted:
        yield key, f"{at}{key} 应为 {NAMES[wanted]}，现为 {value!r} / must be {wanted.__name__}"
    elif at + key == "recipients.address" and not is_address(value):
        yield key, f"{at}{key} 应为一个邮箱地址，现为 {value} / must be one address"
    elif key in CHOICES and value not in CHOICES[key]:
        yield key, f"{at}{key} 应为 {'、'.join(CHOICES[key])} 之一，现为 {value}"
    elif at + key in PATTERNS and not re.fullmatch(PATTERNS[at + key][0], str(value)):
        yield key, f"{at}{key} 应为{PATTERNS[at + key][1]}，现为 {value}"


NAMES = {str: "文字", int: "整数", float: "数", bool: "true 或 false"}


def _made(raw: Mapping[str, Any], kind: Any) -> Any:
    hints = get_type_hints(kind)
    found = {}
    for each in fields(kind):
        if each.name not in raw:
            continue
        value = raw[each.name]
        if each.name == "recipients":
            found[each.name] = tuple(Recipient(**one) for one in value)
        elif isinstance(value, dict) and each.name != "deadlines":
            found[each.name] = _made(value, hints[each.name])
        else:
            found[each.name] = value
    return kind(**found)


def _line(text: str, key: str) -> int:
    pattern = re.compile(rf"^\s*\[*\s*[\"']?{re.escape(key)}\b")
    return next((n for n, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)
