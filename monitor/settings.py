"""config/nianbao.toml: what is not of one county. Every key has a default."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints
from urllib.parse import urlsplit

from nianbao.monitor.networks import are_networks
from nianbao.storage.registry import ConfigError, is_address, is_day, text_of

FILE = Path("config/nianbao.toml")
SECRET = "NIANBAO_SMTP_PASSWORD"
INBOX_SECRET = "NIANBAO_IMAP_PASSWORD"
OIDC_SECRET = "NIANBAO_OIDC_SECRET"
# Where they are told without a command line; each may hold a password.
STORE = "NIANBAO_STORE"
EVIDENCE = "NIANBAO_EVIDENCE"
SECRETS = {
    SECRET: "the password of [mail]",
    INBOX_SECRET: "the password of [inbox]; that of [mail] where it is not set",
    "NIANBAO_WEBHOOK_SECRET": "the key that signs what is posted to `webhook`",
    "NIANBAO_DINGTALK_SECRET": "the key that a 钉钉 robot gave",
    OIDC_SECRET: "what the provider of [web.oidc] gave; `secret_file` where it is not set",
    "PGPASSWORD": "PostgreSQL's",
    "AWS_ACCESS_KEY_ID": "who asks the S3-compatible storage of `evidence`",
    "AWS_SECRET_ACCESS_KEY": "the key of that",
}


def key(default: Any, meaning: str, *, is_secret: bool = False) -> Any:
    """A key of the file: its default, and what docs/settings.md says of it. Of an address that is
    a secret only the host is shown.
    """
    return field(default=default, metadata={"meaning": meaning, "is_secret": is_secret})


@dataclass(frozen=True, slots=True)
class Office:
    """Who writes: the supervising office, as its mails and letters sign."""

    name: str = key("政务公开办公室", "who signs mails and letters")
    wording: str = key("提醒", "what the weekly mail calls itself")
    contact: str = key("", "whom to ask; printed under mails and letters")
    reply_within: int = key(5, "working days that a letter gives")


@dataclass(frozen=True, slots=True)
class Mail:
    """The server that mail is handed to. Nothing is sent without a host."""

    host: str = key("", "its name")
    port: int = key(587, "its port")
    security: str = key("starttls", "how the connection is kept secret")
    user: str = key("", "who signs in; nobody where it is empty")
    sender: str = key("", "the address that mails come from")
    per_minute: int = key(20, "mails handed over in a minute at the most")
    timeout: int = key(30, "seconds that its answer is waited for")


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where mail comes back to that could not be handed over, read over IMAP.

    Nothing is read without a host.
    """

    host: str = key("", "its name")
    port: int = key(993, "its port")
    security: str = key("tls", "how the connection is kept secret")
    user: str = key("", "who signs in")
    folder: str = key("INBOX", "the folder that is read")
    timeout: int = key(30, "seconds that its answer is waited for")
    authserv: str = key(
        "",
        "the name under which its server writes what it found out of a sender, the first word of "
        "Authentication-Results; empty: drafts that come by mail are confirmed by a person",
    )


@dataclass(frozen=True, slots=True)
class Digest:
    """When the weekly mail is made."""

    weekday: str = key("mon", "the day")
    time: str = key("08:30", "the time of day, in Beijing")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets the weekly mail, beside each county's own `recipients`.

    As many tables as there are people.
    """

    address: str = field(metadata={"meaning": "one address; needed"})
    scope: str = key("", "county:140924, city:1409, province:14, unit:140924101; empty: everything")
    lang: str = key("zh", "the mail's language")


@dataclass(frozen=True, slots=True)
class Cadence:
    """Hours between two sweeps of a portal."""

    last_week: float = key(1.0, "in the days before the deadline")
    season: float = key(24.0, "in January and February")
    rest: float = key(168.0, "in the rest of the year")
    jitter: float = key(
        0.1, "the share of it that chance adds, so that portals are not visited together"
    )


@dataclass(frozen=True, slots=True)
class Daemon:
    """What watches."""

    port: int = key(8470, "of /healthz and /metrics; 0: none")
    address: str = key("127.0.0.1", "where they are served: on this machine only")
    sweeps: int = key(1, "sweeping processes at a time")
    sweep_hours: float = key(4.0, "hours after which a sweep is ended")
    sweep_memory: int = key(2048, "MiB that a sweep may take")
    reader_memory: int = key(1536, "MiB that each process may take that reads what was fetched")
    pause: float = key(1.0, "seconds between two requests to a host")
    allow_private: bool = key(False, "portals on private addresses too: for trying out")


@dataclass(frozen=True, slots=True)
class Engine:
    """Who does what is to be done."""

    kind: str = key(
        "local",
        "the daemon itself, on one machine; or procrastinate: `nianbao worker` on any number of "
        "them, with PostgreSQL and the extra `large`",
    )
    concurrency: int = key(2, "jobs that a worker does at a time")


@dataclass(frozen=True, slots=True)
class Header:
    """Sign-in by a proxy that knows whom it lets in: the header in which it says who."""

    name: str = key("X-Remote-User", "the header; taken from `proxies` alone")
    groups: str = key("", "the header in which it says their groups, such as X-Remote-Groups")
    roles: str = key(
        "",
        "the role of whoever is in a group, the first that fits, instead of their account's: "
        "监督=supervisor, 运维=operator",
    )


@dataclass(frozen=True, slots=True)
class Oidc:
    """Sign-in by OpenID Connect. The secret is in NIANBAO_OIDC_SECRET."""

    issuer: str = key("", "the provider's address, as it says of itself")
    client_id: str = key("", "what the pages are called there")
    secret_file: str = key("", "a file with the secret, where it is not in the environment")
    claim: str = key(
        "preferred_username",
        "what the account is found by on the first sign-in; an email that the provider has "
        "verified",
    )


@dataclass(frozen=True, slots=True)
class Web:
    """The pages."""

    on: bool = key(False, "whether the daemon shows them, as its child")
    port: int = key(8080, "of the pages")
    address: str = key(
        "127.0.0.1",
        "where they answer; anything but this machine needs `sign_in` and an https `public`",
    )
    base: str = key("", "the path under which a proxy shows them, such as /nianbao")
    public: str = key(
        "",
        "the address by which people reach them, such as https://ogi.example.gov.cn/nianbao: "
        "mails link to it, and forms sent from it are taken",
    )
    health: bool = key(
        False,
        "whether /healthz and /metrics, and they alone, are answered to other machines too "
        "(with `address` 0.0.0.0, as in a container)",
    )
    door_days: int = key(
        30,
        "days that the link in a letter or mail lasts by which a unit answers, after its deadline "
        "or the day on which it is written",
    )
    who: str = key("", "who acts in them, as the log of decisions says; empty: 本机")
    sign_in: str = key(
        "",
        "how people sign in: accounts, those of `nianbao user`; header, a proxy says who it is; "
        "oidc, at a provider; empty: whoever can reach them may look and act",
    )
    proxies: str = key(
        "127.0.0.1, ::1",
        "addresses and networks of the proxies before them, parted by commas: answered beside this "
        "machine, and believed in who asks",
    )
    newcomers: str = key(
        "",
        "the scope of whoever comes by header or oidc and has no account: a viewer of it, such as "
        "county:140924, or all; empty: they are told whom to ask",
    )
    api_per_minute: int = key(
        600, "questions that one and the same may ask /api/v1 in a minute; more are told to wait"
    )
    header: Header = field(default_factory=Header)
    oidc: Oidc = field(default_factory=Oidc)


@dataclass(frozen=True, slots=True)
class Public:
    """What everybody may see, without signing in: nothing, unless counties are named."""

    counties: tuple[str, ...] = key(
        (),
        "codes of the counties that are public; that of a city or province means all of its own",
    )
    findings: bool = key(False, "whether sums that certainly do not come out are told there, too")
    contact: str = key("", "where corrections are asked for: an address or a page")
    address: str = key(
        "", "the address under which the public pages stand, for their sitemap alone"
    )


@dataclass(frozen=True, slots=True)
class Retention:
    """How long is kept what nothing rests on any more."""

    evidence_months: int = key(
        0,
        "months after which fetched bytes are deleted that no standing, finding or letter rests "
        "on; 0: never",
    )
    log_months: int = key(6, "months that logs are kept; 6 at the least")


@dataclass(frozen=True, slots=True)
class Alerts:
    """What is told at once: a deadline passed, a report withdrawn, a column that fails for days."""

    on: bool = key(False, "whether it is told")
    reminders: str = key(
        "",
        'days before the deadline, such as "7,2", at which units\' own recipients are reminded',
    )
    down_hours: int = key(
        72,
        "hours that a column could not be read whole, in January and February, before it is told; "
        "in the rest of the year it is a week",
    )
    webhook: str = key("", "an address that events are posted to as JSON", is_secret=True)
    webhook_secret_env: str = key(
        "NIANBAO_WEBHOOK_SECRET", "the environment variable with the key that signs them"
    )
    wecom: str = key("", "the address of a 企业微信 robot", is_secret=True)
    dingtalk: str = key(
        "",
        "the address of a 钉钉 robot; signed with what NIANBAO_DINGTALK_SECRET holds",
        is_secret=True,
    )
    feishu: str = key("", "the address of a 飞书 robot", is_secret=True)
    private_hosts: str = key(
        "", "names of receivers that lead into a private network, parted by commas"
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What is not of one county."""

    store: str = key(
        "sqlite:///var/nianbao.db", "the database: sqlite:///FILE or postgresql://USER@HOST/NAME"
    )
    evidence: str = key(
        "var/evidence",
        "where fetched bytes are kept: a folder, or S3-compatible storage (with the extra "
        "`large`): s3://BUCKET/PATH?endpoint=https://HOST:PORT, the endpoint where it is not AWS",
    )
    counties: str = key("config/counties", "the folder with the counties' files")
    contact: str = key(
        "",
        "where portals reach the operator: an address or a page, told in each User-Agent",
    )
    lang: str = key("zh", "the language of posts, and of mails to the counties' own recipients")
    office: Office = field(default_factory=Office)
    mail: Mail = field(default_factory=Mail)
    inbox: Inbox = field(default_factory=Inbox)
    digest: Digest = field(default_factory=Digest)
    cadence: Cadence = field(default_factory=Cadence)
    daemon: Daemon = field(default_factory=Daemon)
    engine: Engine = field(default_factory=Engine)
    web: Web = field(default_factory=Web)
    public: Public = field(default_factory=Public)
    alerts: Alerts = field(default_factory=Alerts)
    retention: Retention = field(default_factory=Retention)
    recipients: tuple[Recipient, ...] = ()
    deadlines: Mapping[str, str] = field(
        default_factory=dict,
        metadata={
            "meaning": 'the deadline ("01-20") by the code of a province, city or county, or '
            "`default`"
        },
    )

    @property
    def password(self) -> str:
        return os.environ.get(SECRET, "")

    @property
    def oidc_secret(self) -> str:
        """Raises OSError where its file can't be read."""
        if told := os.environ.get(OIDC_SECRET, ""):
            return told
        file = self.web.oidc.secret_file
        return Path(file).read_text("utf-8", "replace").strip() if file else ""

    @property
    def inbox_password(self) -> str:
        return os.environ.get(INBOX_SECRET) or self.password


CHOICES = {
    "security": ("starttls", "tls", "none"),
    "wording": ("提醒", "通报"),
    "weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "lang": ("zh", "en"),
    "kind": ("local", "procrastinate"),
    "sign_in": ("", "accounts", "header", "oidc"),
    "claim": ("preferred_username", "email"),
}
PATTERNS = {
    "digest.time": (
        r"(?:[01]\d|2[0-3]):[0-5]\d",
        '"时:分"，如 "08:30"',
        '"HH:MM", such as "08:30"',
    ),
    "contact": (
        r"(?:[!-~]+@[!-~]+|https?://[!-~]+)?",
        "邮箱地址或网址，如 ogi@example.gov.cn",
        "an address or a page, such as ogi@example.gov.cn",
    ),
    "public.contact": (
        r"(?:[!-~]+@[!-~]+|https?://[!-~]+)?",
        "邮箱地址或网址，如 ogi@example.gov.cn",
        "an address or a page, such as ogi@example.gov.cn",
    ),
    "public.address": (
        r"(?:https?://[!-~]+)?",
        "网址，如 https://www.example.gov.cn/nianbao",
        "an address, such as https://www.example.gov.cn/nianbao",
    ),
    "web.public": (
        r"(?:https?://[!-~]+)?",
        "网址，如 https://ogi.example.gov.cn/nianbao",
        "an address, such as https://ogi.example.gov.cn/nianbao",
    ),
    "web.base": (
        r"(?:/?[A-Za-z0-9._~-]+)*/?",
        "路径，如 /nianbao",
        "a path, such as /nianbao",
    ),
    "web.newcomers": (
        r"(?:all|(?:county|city|province):\d{2,6})?",
        "county:6位代码、city:4位、province:2位 或 all",
        "county:SIX DIGITS, city:FOUR, province:TWO or all",
    ),
    "web.header.name": (
        r"[A-Za-z][A-Za-z0-9-]{0,60}",
        "标头名，如 X-Remote-User",
        "a header's name, such as X-Remote-User",
    ),
    "web.header.groups": (
        r"(?:[A-Za-z][A-Za-z0-9-]{0,60})?",
        "标头名，如 X-Remote-Groups",
        "a header's name, such as X-Remote-Groups",
    ),
    "web.header.roles": (
        r"(?:[^=,;|]+=(?:viewer|supervisor|operator|admin)(?:, *(?!$)|$))*",
        "组=角色，以逗号分隔，如 监督=supervisor, 运维=operator",
        "GROUP=ROLE, parted by commas, such as 监督=supervisor, 运维=operator",
    ),
    "web.oidc.issuer": (
        r"(?:https?://[!-~]+)?",
        "网址，如 https://sso.example.gov.cn",
        "an address, such as https://sso.example.gov.cn",
    ),
    "recipients.scope": (
        r"(?:(?:county|city|province):\d{2,6}|unit:.+)?",
        "county:6位代码、city:4位、province:2位 或 unit:单位代码",
        "county:SIX DIGITS, city:FOUR, province:TWO or unit:CODE",
    ),
}


# What a number is at the least and at the most, where it can't be any.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "retention.evidence_months": (0, 1200),
    "retention.log_months": (6, 1200),
    "mail.port": (1, 65535),
    "mail.per_minute": (1, 10_000),
    "mail.timeout": (1, 3600),
    "inbox.port": (1, 65535),
    "inbox.timeout": (1, 3600),
    "office.reply_within": (1, 365),
    "cadence.last_week": (0, 8784),
    "cadence.season": (0, 8784),
    "cadence.rest": (0, 8784),
    "cadence.jitter": (0, 1),
    "daemon.port": (0, 65535),
    "daemon.sweeps": (1, 1000),
    "daemon.sweep_hours": (0.0001, 8784),
    "daemon.sweep_memory": (64, 1024 * 1024),
    "daemon.reader_memory": (64, 1024 * 1024),
    "daemon.pause": (0, 3600),
    "web.port": (0, 65535),
    "web.api_per_minute": (1, 1_000_000),
    "alerts.down_hours": (0, 8784),
    "engine.concurrency": (1, 64),
}
# Texts that may have several lines.
OF_LINES = ("office.contact",)
UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def load_settings(file: Path = FILE) -> Settings:
    """The settings; their defaults if there is no file. Raises ConfigError
    with every fault."""
    if not file.exists():
        return Settings()
    text = text_of(file)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = f"{file}"
        if line := re.search(r"at line (\d+)", str(error)):
            place = f"{file}:{line[1]}"
        zh = "不是有效的 TOML，请检查引号、等号和括号"
        raise ConfigError([f"{place}: {zh} / not valid TOML ({error})"]) from None
    except RecursionError:
        raise ConfigError([f"{file}: 括号嵌套过深 / brackets nest too deep"]) from None
    faults = [f"{file}:{_line(text, key)}: {said}" for key, said in _faults(raw, Settings, "")]
    if faults:
        raise ConfigError(faults)
    made: Settings = _made(raw, Settings)
    return made


def _faults(raw: Mapping[str, Any], kind: type, at: str) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(kind)
    for key, value in raw.items():
        if key not in hints:
            zh = f"未知的键 {at}{key}；可用：{', '.join(hints)}"
            en = f"unknown key {at}{key}; known: {', '.join(hints)}"
            for near in get_close_matches(key, hints, 1):
                zh = f"未知的键 {at}{key}，是否指 {near}？"
                en = f"unknown key {at}{key}, did you mean {near}?"
            yield key, f"{zh} / {en}"
        elif key == "recipients" and not isinstance(value, list):
            continue
        elif key == "recipients":
            for each in value:
                yield from _faults(each, Recipient, "recipients.")
                if "address" not in each:
                    yield key, "recipients 缺少 address / recipients without an address"
        elif key == "deadlines":
            for code, day in value.items():
                if not re.fullmatch(r"default|\d{2}|\d{4}|\d{6}", code) or not is_day(day):
                    zh = f'deadlines 应为 代码 = "月-日"，现为 {code} = {day}'
                    en = f'deadlines are CODE = "MM-DD", not {code} = {day}'
                    yield code, f"{zh} / {en}"
        elif isinstance(value, dict):
            yield from _faults(value, hints[key], f"{at}{key}.")
        else:
            yield from _value_faults(key, value, hints[key], at)


def _value_faults(key: str, value: object, wanted: type, at: str) -> Iterator[tuple[str, str]]:
    number = wanted is float and isinstance(value, int) and not isinstance(value, bool)
    if wanted not in NAMES:
        yield from _code_faults(key, value, at)
    elif not number and type(value) is not wanted:
        zh, en = NAMES[wanted]
        yield key, f"{at}{key} 应为 {zh}，现为 {value!r} / {at}{key} must be {en}, not {value!r}"
    elif at + key == "recipients.address" and not is_address(value):
        zh = f"{at}{key} 应为一个邮箱地址，现为 {value}"
        yield key, f"{zh} / {at}{key} must be one mail address, not {value}"
    elif at + key == "web.proxies" and not are_networks(str(value)):
        such = "10.1.2.3, 10.2.0.0/16"
        zh = f"{at}{key} 应为以逗号分隔的地址或网段（不能是全部），如 {such}，现为 {value}"
        en = f"must be addresses or networks, not all there are, such as {such}, not {value}"
        yield key, f"{zh} / {at}{key} {en}"
    elif key in CHOICES and value not in CHOICES[key]:
        zh = f"{at}{key} 应为 {'、'.join(CHOICES[key])} 之一，现为 {value}"
        yield key, f"{zh} / {at}{key} is one of {', '.join(CHOICES[key])}, not {value}"
    elif at + key in PATTERNS and not re.fullmatch(PATTERNS[at + key][0], str(value)):
        _, zh, en = PATTERNS[at + key]
        yield key, f"{at}{key} 应为{zh}，现为 {value} / {at}{key} must be {en}, not {value}"
    elif isinstance(value, str) and UNPRINTED.search(_without_lines(at + key, value)):
        zh = f"{at}{key} 应为一行文字，不含控制字符"
        yield key, f"{zh} / {at}{key} must be one line without control characters"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        least, most = BOUNDS.get(at + key, (-math.inf, math.inf))
        if value < least:
            zh = f"{at}{key} 至少为 {least}，现为 {value}"
            yield key, f"{zh} / {at}{key} is {least} at the least, not {value}"
        elif not value <= most:  # what is no number is no more
            zh = f"{at}{key} 至多为 {most}，现为 {value}"
            yield key, f"{zh} / {at}{key} is {most} at the most, not {value}"


def _code_faults(key: str, value: object, at: str) -> Iterator[tuple[str, str]]:
    """Of a list of codes of counties, cities and provinces."""
    codes = value if isinstance(value, list) else [value]
    for code in codes:
        is_code = isinstance(code, str) and re.fullmatch(r"\d{2}|\d{4}|\d{6}", code)
        if is_code and codes is value:
            continue
        zh = f'{at}{key} 应为代码的列表，如 ["140924", "1409"]，现为 {code!r}'
        en = f'{at}{key} is a list of codes, such as ["140924", "1409"], not {code!r}'
        yield key, f"{zh} / {en}"


def _without_lines(key: str, text: str) -> str:
    return re.sub(r"[\t\r\n]", "", text) if key in OF_LINES else text


NAMES = {
    str: ("文字", "text"),
    int: ("整数", "a whole number"),
    float: ("数", "a number"),
    bool: ("true 或 false", "true or false"),
}


def _made(raw: Mapping[str, Any], kind: Any) -> Any:
    hints = get_type_hints(kind)
    found = {}
    for each in fields(kind):
        if each.name not in raw:
            continue
        value = raw[each.name]
        if each.name == "recipients":
            found[each.name] = tuple(Recipient(**one) for one in value)
        elif isinstance(value, list):
            found[each.name] = tuple(value)
        elif isinstance(value, dict) and each.name != "deadlines":
            found[each.name] = _made(value, hints[each.name])
        else:
            found[each.name] = value
    return kind(**found)


def _line(text: str, key: str) -> int:
    pattern = re.compile(rf"^\s*\[*\s*[\"']?{re.escape(key)}\b")
    return next((n for n, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)


# ---- as they hold, to be shown


class Holding(NamedTuple):
    """A key as it holds, without what is secret in it."""

    key: str  # as `mail.host`
    value: str
    is_default: bool


def holding(settings: Any, at: str = "") -> Iterator[Holding]:
    """Every key, table by table."""
    for each in fields(settings):
        value, key = getattr(settings, each.name), f"{at}{each.name}"
        if is_dataclass(value):
            yield from holding(value, f"{key}.")
        elif key == "recipients":
            for n, recipient in enumerate(value, 1):
                yield from holding(recipient, f"recipients {n}.")
        else:
            told = _told(value, is_secret=bool(each.metadata.get("is_secret")))
            yield Holding(key, told, value == _default_of(each))


def _default_of(of: Any) -> object:
    """None where it must be told."""
    if of.default_factory is not MISSING:
        return of.default_factory()
    return None if of.default is MISSING else of.default


def _told(value: object, *, is_secret: bool) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {each}" for key, each in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    told = str(value)
    if told.partition(":")[0].startswith("postgresql"):
        from nianbao.storage.store import shown  # who reads a file waits for no database

        return shown(told)
    if is_secret and told:
        return f"{urlsplit(told).hostname or ''}/…"
    return re.sub(r"//[^/@]*@", "//…@", told)


def secrets_set() -> dict[str, bool]:
    """Whether each secret is told, by the name of its variable; never what it is."""
    return {name: bool(os.environ.get(name)) for name in SECRETS}
