"""Signing in by a proxy's header, and whose word of who asks is taken."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from starlette.types import ASGIApp, Message, Scope

from nianbao.monitor.doctor import checks_of
from nianbao.monitor.networks import are_networks, asker, networks_of
from nianbao.monitor.settings import OIDC_SECRET, Header, Office, Oidc, Settings, Web, load_settings
from nianbao.monitor.sign_in import faults, is_kept_secret
from nianbao.monitor.web.app import made
from nianbao.monitor.web.by_header import name_in, role_in
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import entries
from nianbao.storage.models import Region, Unit
from nianbao.storage.people import add, person_named, tried
from nianbao.storage.registry import ConfigError
from nianbao.storage.scope import EVERYTHING, of_county, of_unit
from nianbao.storage.store import looking, session
from tests.monitor.test_signing import BY, NOW, address_of, routes_of
from tests.monitor.test_signing import site as accounts
from tests.worlds.commands import run_here

__all__ = ["accounts"]  # a fixture
PROXY, OTHER = "10.2.0.7", "203.0.113.9"
USER = "X-Remote-User"
BY_HEADER = Web(
    sign_in="header", proxies="10.2.0.0/16, ::1", public="https://ogi.example.gov.cn/nianbao"
)


@pytest.fixture
def site(accounts: Site) -> Site:
    return with_web(accounts, BY_HEADER)


def with_web(site: Site, web: Web) -> Site:
    names = (*site.names, "ogi.example.gov.cn")
    return replace(site, settings=replace(site.settings, web=web), names=names)


def asked(
    app: ASGIApp, path: str, client: str, headers: Sequence[tuple[str, bytes]] = (), **more: object
) -> tuple[int, str, dict[str, str]]:
    """What is answered over a connection from an address."""
    said = list[Message]()
    told = [(key.lower().encode(), value) for key, value in headers]
    scope: Scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", b"ogi.example.gov.cn"), *told], "client": (client, 5),
        "server": ("x", 80), "scheme": "http", "root_path": "", "http_version": "1.1", **more,
    }  # fmt: skip
    body = more.get("body", b"")

    async def heard() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def sent(message: Message) -> None:
        said.append(message)

    asyncio.run(app(scope, heard, sent))  # type: ignore[arg-type]
    answer = b"".join(message.get("body", b"") for message in said)
    given: dict[str, str] = {}
    for key, value in said[0]["headers"]:  # several cookies, one on each line
        given[key.decode()] = "\n".join(filter(None, (given.get(key.decode()), value.decode())))
    return int(said[0]["status"]), answer.decode(), given


# ---- by a header


def test_whom_the_proxy_names_is_let_in_as_the_account_says(site: Site) -> None:
    app = made(site)
    for name, status in (("admin", 200), ("Admin", 200), ("viewer", 403), ("small", 200)):
        assert asked(app, "/setup", PROXY, [(USER, name.encode())])[0] == status, name
    seen = asked(app, "/setup", PROXY, [(USER, b"admin")])[1]
    assert '<span class="note">admin</span>' in seen
    assert "退出" not in seen  # the proxy would sign them in again


@pytest.mark.parametrize("client", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_a_header_from_elsewhere_is_dropped_and_told(
    site: Site, client: str, caplog: pytest.LogCaptureFixture
) -> None:
    """This machine is answered; it is no proxy here."""
    forged = [(USER, b"admin"), ("X-Forwarded-For", PROXY.encode())]
    with caplog.at_level(logging.WARNING, "nianbao"):
        status, told, _ = asked(made(site), "/setup", client, forged)
    assert status == 403
    assert "没有收到代理的身份标头 X-Remote-User" in told
    assert [each.message for each in caplog.records] == ["header dropped"]


def test_other_machines_are_answered_nothing(site: Site) -> None:
    forged = [(USER, b"admin"), ("X-Forwarded-For", PROXY.encode())]
    for path in ("/setup", "/static/style.css", "/healthz", "/sign-in"):
        status, told, _ = asked(made(site), path, OTHER, forged)
        assert (status, told.startswith("只回答本机")) == (403, True)
    open_to_all = replace(site, settings=replace(site.settings, web=Web()))
    assert asked(made(open_to_all), "/setup", PROXY, forged)[0] == 403  # nobody signs in


ODD: Sequence[Sequence[bytes]] = (
    [b"admin", b"admin"], [b"admin", b"viewer"], [b"admin,viewer"], [b""], [b"  "], [b"x" * 61], [b"\xff\xfe"],
    ["ａｄｍｉｎ".encode()], ["ad\u200bmin".encode()], ["\u202eadmin".encode()], [b"admin\x00"], [b"ad\tmin"],
)  # fmt: skip


@pytest.mark.parametrize("told", ODD)
def test_several_headers_and_odd_ones_are_refused(site: Site, told: Sequence[bytes]) -> None:
    assert name_in([*told]) == ""
    status, page, _ = asked(made(site), "/setup", PROXY, [(USER, each) for each in told])
    assert (status, "应为一个用户名" in page) == (400, True)


def test_a_name_is_taken_letter_by_letter(site: Site) -> None:
    """Elsewhere two names may be two people that are one name to us."""
    assert name_in(["王某".encode()]) == "王某"
    with session(site.engine) as s:
        add(s, "strasse", "admin", EVERYTHING, "", BY)
    app = made(with_web(site, replace(BY_HEADER, newcomers="all")))
    assert asked(app, "/setup", PROXY, [(USER, b"Strasse")])[0] == 200
    assert "没有用户" in asked(app, "/setup", PROXY, [(USER, "straße".encode())])[1]


def test_who_is_unknown_is_told_whom_to_ask(site: Site) -> None:
    told = replace(site.settings, office=Office(contact="张三 0350-1"))
    status, page, _ = asked(made(replace(site, settings=told)), "/", PROXY, [(USER, b"wang")])
    assert status == 403
    assert "这里没有用户 wang" in page
    assert "张三 0350-1" in page
    with looking(site.engine) as s:
        assert person_named(s, "wang") is None


GROUPS = "X-Remote-Groups"
BY_GROUP = Header(groups=GROUPS, roles="监督=supervisor, 运维=operator, a b=admin")


@pytest.mark.parametrize(
    ("told", "role"),
    [
        ([], None),
        ([b""], None),
        (["运维".encode()], "operator"),
        (["运维,监督".encode()], "supervisor"),  # as the settings have them, not the proxy
        (["x; 运维 |y".encode()], "operator"),
        ([b"x", b"a b"], "admin"),
        ([b"operator"], None),
        (["运".encode()], None),
        ([b"\xff"], None),
    ],
)
def test_a_group_is_a_role(told: Sequence[bytes], role: str | None) -> None:
    assert role_in([*told], BY_GROUP.roles) == role


def test_whoever_is_in_a_group_has_its_role_while_they_are(site: Site) -> None:
    with session(site.engine) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Unit(id="140999101", county="140999", name="柳树镇", kind="town"))
        s.flush()
        add(s, "柳树", "unit", of_unit("140999101", "140999"), "", BY)
    app = made(with_web(site, replace(BY_HEADER, header=BY_GROUP)))
    said = [(USER, "柳树".encode()), (GROUPS, "运维".encode())]
    assert "您的角色" in asked(app, "/setup", PROXY, said)[1]  # a unit's account stays that
    for name, groups, status in (
        ("viewer", "运维", 200),
        ("viewer", "x", 403),
        ("operator", "x", 200),
        ("operator", "监督", 403),
        ("small", "运维", 200),  # of its own county: the scope is the account's
        ("nobody", "运维", 403),
    ):
        said = [(USER, name.encode()), (GROUPS, groups.encode())]
        assert asked(app, "/setup", PROXY, said)[0] == status, (name, groups)
        assert asked(app, "/setup", "127.0.0.1", said)[0] == 403  # no proxy says so
    plain = made(site)  # where the settings name no groups
    assert asked(plain, "/setup", PROXY, [(USER, b"viewer"), (GROUPS, "运维".encode())])[0] == 403


COUNTY = """county: 平安县
code: "140999"
host:
columns: []
units:
  - {name: 柳树镇, code: "140999101", kind: town}
"""


def test_by_choice_a_new_name_is_a_viewer(site: Site) -> None:
    new = with_web(site, replace(BY_HEADER, newcomers="county:140999"))
    assert asked(made(new), "/", PROXY, [(USER, b"wang")])[0] == 403  # there is no such county
    (site.files.folder / "a.yaml").write_text(COUNTY, "utf-8")
    site.files.look_again()
    for _ in range(2):
        assert "平安县" in asked(made(new), "/c/140999", PROXY, [(USER, b"wang")])[1]
        assert asked(made(new), "/operations", PROXY, [(USER, b"wang")])[0] == 403
    with looking(site.engine) as s:
        person = person_named(s, "wang")
        assert person is not None
        assert (person.role, person.scope) == ("viewer", of_county("140999"))
        made_by = [each for each in entries(s) if each["who"] == "wang"]
    assert len(made_by) == 1


def test_nobody_gets_in_without(site: Site) -> None:
    app = made(site)
    for path, method in routes_of(site):
        if path in ("/static/{place:path}", "/healthz", "/metrics"):
            continue
        status, page, _ = asked(app, address_of(path), PROXY, method=method)
        if path.startswith(("/door", "/public")):  # by a link of its own; where counties are named
            assert status in (303, 307, 400, 403, 404), path
            continue
        is_form = path.startswith("/sign-")
        assert status in ((403, 404) if is_form else (403,)), path
        assert is_form or "没有收到代理的身份标头" in page, path
    assert "由单位的代理登录" in asked(app, "/sign-in", PROXY)[1]


def test_a_store_that_is_gone_is_told(site: Site) -> None:
    broken = replace(site, engine=create_engine("sqlite:////nowhere/at/all.db"))
    status, page, _ = asked(made(broken), "/setup", PROXY, [(USER, b"admin")])
    assert (status, "数据库无法使用" in page) == (503, True)


# ---- who asks

PROXIES = networks_of("10.2.0.0/16, 127.0.0.1, ::1, 2001:db8::/64")


@pytest.mark.parametrize(
    ("near", "forwarded", "who"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),  # the first is forged
        ("127.0.0.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.9, 10.2.3.4"], "203.0.113.9"),  # two proxies
        ("127.0.0.1", ["10.2.3.4"], "10.2.3.4"),
        ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),  # who is no proxy says nothing
        ("10.9.0.1", ["1.1.1.1, 10.2.3.4"], "10.9.0.1"),
        ("::ffff:127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("::1", ["[2001:db8:1::7]:80"], "2001:db8:1::7"),
        ("::1", ["2001:db8::7, unknown"], "::1"),
        ("127.0.0.1", [",, ,"], "127.0.0.1"),
        ("127.0.0.1", ["1.1.1.1," * 500 + "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["1.1.1.1, <script>"], "127.0.0.1"),
    ],
)
def test_only_a_proxy_says_whom_it_heard(near: str, forwarded: Sequence[str], who: str) -> None:
    assert asker(near, forwarded, PROXIES) == who


def test_forged_addresses_do_not_help_who_guesses(accounts: Site) -> None:
    """Each guess says that it comes from elsewhere; the proxy adds whom it heard."""
    app = made(with_web(accounts, Web(sign_in="accounts", proxies=PROXY, public="https://x.cn")))
    body = b"name=nobody&password=wrong"
    with session(accounts.engine) as s:
        for n in range(40):
            tried(s, f"n{n}", OTHER, NOW, succeeded=False)
    form = [
        ("Content-Type", b"application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", b"same-origin"),
    ]
    for said in (f"8.8.8.8, {OTHER}", f"{PROXY}, {OTHER}, {PROXY}", OTHER):
        headers = [*form, ("X-Forwarded-For", said.encode())]
        status, _, told = asked(app, "/sign-in", PROXY, headers, method="POST", body=body)
        assert (status, "retry-after" in told) == (429, True), said
    headers = [*form, ("X-Forwarded-For", OTHER.encode())]
    status, _, _ = asked(app, "/sign-in", "127.0.0.1", headers, method="POST", body=body)
    assert status == 403  # this machine is no proxy here: its guess is its own


# ---- settings


def written(folder: Path, text: str) -> Path:
    file = folder / "nianbao.toml"
    file.write_text(text, "utf-8")
    return file


def test_each_way_in_is_at_most_five_lines(tmp_path: Path) -> None:
    by_header = (
        '[web]\nsign_in = "header"\nproxies = "10.1.2.3"\n[web.header]\nname = "Remote-User"\n'
    )
    told = load_settings(written(tmp_path, by_header)).web
    assert (told.proxies, told.header) == ("10.1.2.3", Header("Remote-User"))
    by_oidc = '[web]\nsign_in = "oidc"\n[web.oidc]\nissuer = "https://a.cn"\nclient_id = "n"\n'
    assert load_settings(written(tmp_path, by_oidc)).web.oidc == Oidc("https://a.cn", "n")


def test_the_settings_of_its_page_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger copies them: at most five lines each, and nothing is missing then."""
    monkeypatch.setenv(OIDC_SECRET, "s3cret")
    page = (Path(__file__).parents[2] / "docs" / "sign-in.md").read_text("utf-8")
    blocks = re.findall(r"(?m)(?:^    .*\n)+", page)
    ways = []
    for block in blocks:
        told = load_settings(written(tmp_path, textwrap.dedent(block))).web
        assert len(block.splitlines()) <= 5
        assert [*faults(told, "127.0.0.1", is_elsewhere=False)] == []
        ways.append(told.sign_in)
    assert ways == ["accounts", "header", "oidc"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('proxies = "nobody"', "web.proxies"),
        ('proxies = "0.0.0.0/0"', "web.proxies"),
        ('proxies = "10.1.2.3/8"', "web.proxies"),  # an address within a network
        ('sign_in = "ldap"', "sign_in"),
        ('newcomers = "everybody"', "web.newcomers"),
        ('[web.header]\nname = "X Remote"', "web.header.name"),
        ('[web.header]\nroles = "监督"', "web.header.roles"),
        ('[web.header]\nroles = "监督=boss"', "web.header.roles"),
        ('[web.header]\nroles = "监督=unit"', "web.header.roles"),
        ('[web.header]\nroles = "a=viewer,"', "web.header.roles"),
        ('[web.header]\ngroups = "X Groups"', "web.header.groups"),
        ('[web.oidc]\nissuer = "sso"', "web.oidc.issuer"),
        ('[web.oidc]\nclaim = "sub"', "claim"),
        ('[web.oidc]\nclient = "sso"', "web.oidc.client"),
    ],
)
def test_a_wrong_key_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load_settings(written(tmp_path, f"[web]\n{text}\n"))


HTTPS = "https://ogi.example.gov.cn"


@pytest.mark.parametrize(
    ("web", "host", "count"),
    [
        (Web(), "127.0.0.1", 0),
        (Web(), "0.0.0.0", 1),
        (Web(health=True), "0.0.0.0", 0),
        (Web(health=True, sign_in="accounts"), "0.0.0.0", 1),
        (Web(sign_in="accounts"), "127.0.0.1", 0),
        (Web(sign_in="accounts"), "10.1.2.3", 1),
        (Web(sign_in="accounts", public="http://ogi.example.gov.cn"), "10.1.2.3", 1),
        (Web(sign_in="accounts", public=HTTPS), "10.1.2.3", 0),
        (Web(sign_in="header", proxies=""), "127.0.0.1", 1),
        (Web(sign_in="oidc"), "127.0.0.1", 2),
        (Web(sign_in="oidc", public=HTTPS, oidc=Oidc("http://sso.cn", "n")), "127.0.0.1", 1),
        (Web(sign_in="oidc", public=HTTPS, oidc=Oidc("https://sso.cn", "n")), "0.0.0.0", 0),
    ],
)
def test_what_would_let_anybody_in_is_no_setting(web: Web, host: str, count: int) -> None:
    assert len([*faults(web, host, is_elsewhere=host != "127.0.0.1")]) == count


def test_secrets_are_sent_to_nobody_in_the_open() -> None:
    for url in ("https://a.cn", "http://localhost:1", "http://127.0.0.1:1/x", "http://[::1]:1"):
        assert is_kept_secret(url), url
    for url in (
        "http://a.cn",
        "http://127.0.0.1.a.cn",
        "ftp://localhost",
        "https:///x",
        "http://[",
    ):
        assert not is_kept_secret(url), url
    assert not are_networks("::/0")


def test_pages_do_not_begin_where_they_would_be_open(tmp_path: Path) -> None:
    (tmp_path / "counties").mkdir()
    for text, said in (("", "sign_in"), ('sign_in = "accounts"', "https://")):
        file = written(tmp_path, f"[web]\nport = 0\n{text}\n")
        told = {"NIANBAO_SETTINGS": str(file), "NIANBAO_LANG": "en"}
        done = run_here(
            tmp_path, "web", "--host", "0.0.0.0", "--config", str(tmp_path / "counties"), **told
        )
        assert done.returncode == 2
        assert said in done.stderr


def test_the_doctor_says_whether_somebody_may_sign_in(site: Site, tmp_path: Path) -> None:
    def told(web: Web) -> list[tuple[bool, str]]:
        settings = Settings(store=f"sqlite:///{tmp_path}/n.db", web=web)
        return [(each.well, each.told) for each in checks_of(settings) if "sign-in" in each.name]

    assert told(Web()) == []
    assert told(BY_HEADER)[0][0]
    assert told(replace(BY_HEADER, address="0.0.0.0"))[0][0]
    well, why = told(Web(sign_in="accounts", address="0.0.0.0"))[0]
    assert (well, "https://" in why) == (False, True)
    assert "NIANBAO_OIDC_SECRET" in json.dumps(
        told(Web(sign_in="oidc", public=HTTPS, oidc=Oidc("https://a.cn", "n")))
    )
