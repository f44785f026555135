"""Signing in at a provider: as it should be, at a mock of one; and every answer that does not hold is a page that says so."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import shutil
import time
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.types import ASGIApp

from nianbao.monitor import openid
from nianbao.monitor.doctor import checks_of
from nianbao.monitor.openid import Begun, Provider, begun_at
from nianbao.monitor.settings import OIDC_SECRET, Oidc, Settings, Web
from nianbao.monitor.web.app import made
from nianbao.monitor.web.by_oidc import KEPT_AS
from nianbao.monitor.web.form_token import FIELD
from nianbao.monitor.web.sessions import COOKIE
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import entries
from nianbao.storage.people import add, bind, person_known_as, person_named, remove
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, session
from tests.monitor.test_sign_in_elsewhere import asked
from tests.monitor.test_signing import BY, NOW, PEOPLE
from tests.monitor.test_web_reached import wrong_in
from tests.portals.server import Reply, Request, running
from tests.worlds.pages import chromium, served, site_of

PUBLIC, CLIENT, SECRET = "https://ogi.example.gov.cn/nianbao", "nianbao", "s3cret-9f3c"
BASE, FORM = "/nianbao", b"application/x-www-form-urlencoded"
KEY, OTHER = (RSAKey.generate_key(2048, parameters={"kid": kid}) for kid in ("a", "b"))


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OIDC_SECRET, SECRET)


def site_in(folder: Path, now: datetime) -> Site:
    (folder / "counties").mkdir()
    made_of = site_of(folder, now)
    with session(made_of.engine) as s:
        for name, role, scope in PEOPLE:
            add(s, name, role, scope, "", BY)
    return made_of


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Where nobody comes in, nothing changes."""
    return site_in(tmp_path_factory.mktemp("openid"), NOW)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path, NOW)


def at(site: Site, issuer: str, **more: Any) -> Site:
    """The same where people sign in at a provider, of which nothing is known yet."""
    oidc = Oidc(issuer, CLIENT, claim=more.pop("claim", "preferred_username"))
    web = Web(sign_in="oidc", public=PUBLIC, oidc=oidc, **more)
    names = (*site.names, "ogi.example.gov.cn")
    settings = replace(site.settings, web=web)
    return replace(site, settings=settings, names=names, provider=Provider())


# ---- a provider that says what it likes


@dataclass
class Says:
    """What a provider says; each part may be another than it should be."""

    claims: dict[str, Any] = field(default_factory=dict)  # None: left out
    header: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    about: dict[str, Any] = field(default_factory=dict)
    keys: Any = None
    token: Callable[[str], Reply] | None = None
    more: Mapping[str, Any] | None = None  # where it is asked for it
    down: str = ""  # the path that is not there
    url: str = ""
    nonce: str = ""

    def __call__(self, request: Request) -> Reply | None:
        if request.path == self.down:
            return Reply(reset=True)
        if request.path == "/.well-known/openid-configuration":
            said = {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "userinfo_endpoint": f"{self.url}/me",
            }
            return told({key: each for key, each in {**said, **self.about}.items() if each})
        if request.path == "/keys":
            return told(KeySet([KEY]).as_dict() if self.keys is None else self.keys)
        if request.path == "/token":
            signed = self.signed()
            return self.token(signed) if self.token else told(answer_with(signed))
        if request.path == "/me" and self.more is not None:
            return told(self.more)
        return None

    def signed(self) -> str:
        seconds = int(NOW.timestamp())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "17",
            "iat": seconds,
            "exp": seconds + 300,
            "nonce": self.nonce,
            "preferred_username": "admin",
            **self.claims,
        }
        claims = {key: each for key, each in claims.items() if each is not None}
        header = {"alg": "RS256", "kid": "a", **self.header}
        header = {key: each for key, each in header.items() if each is not None}
        if header["alg"] == "none":
            return ".".join((packed(header), packed(claims), ""))
        if header["alg"] == "HS256":  # as who has only what is no secret would sign
            said = f"{packed(header)}.{packed(claims)}"
            return f"{said}.{packed_bytes(hmac.digest(self.key, said.encode(), hashlib.sha256))}"
        return jwt.encode(header, claims, self.key, algorithms=[header["alg"]])


def packed(said: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def told(said: Any, status: int = 200) -> Reply:
    return Reply(json.dumps(said).encode(), status, {"Content-Type": "application/json"})


def answer_with(signed: object) -> dict[str, Any]:
    return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@dataclass
class Browser:
    """Somebody signs in, with what their browser keeps."""

    app: ASGIApp
    cookies: dict[str, str] = field(default_factory=dict)
    page: str = ""
    status: int = 0
    location: str = ""

    def get(self, path: str, query: str = "", method: str = "GET", body: bytes = b"") -> Browser:
        cookie = "; ".join(f"{key}={each}" for key, each in self.cookies.items())
        headers = [
            ("Cookie", cookie.encode()),
            ("Sec-Fetch-Site", b"same-origin"),
            ("Content-Type", FORM),
        ]
        self.status, self.page, given = asked(
            self.app,
            path,
            "127.0.0.1",
            headers,
            method=method,
            query_string=query.encode(),
            body=body,
        )
        self.location = given.get("location", "")
        for each in filter(None, given.get("set-cookie", "").split("\n")):
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return self

    def sign_out(self) -> Browser:
        held = re.findall('name="form_token" value="([^"]+)"', self.get(f"{BASE}/setup").page)
        body = f"form_token={held[0]}".encode()
        return self.get(f"{BASE}/sign-out", method="POST", body=body)

    def begin(self, says: Says, goes_to: str = "/setup") -> dict[str, str]:
        """What the provider is asked."""
        self.get(f"{BASE}/sign-in/begin", urlencode({"next": goes_to}))
        query = dict(parse_qsl(urlsplit(self.location).query))
        says.nonce = query.get("nonce", "")
        return query

    def back(self, **query: str) -> Browser:
        return self.get(f"{BASE}/sign-in/back", urlencode(query))


def browser(site: Site) -> Browser:
    return Browser(made(site, BASE))


def arrives(site: Site, says: Says) -> Browser:
    with running(says) as provider:
        says.url = says.url or provider.url
        opened = browser(at(site, provider.url))
        query = opened.begin(says)
        return opened.back(code="c0de", state=query["state"]) if query else opened


def test_who_signs_in_there_is_signed_in_here(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    says = Says()
    with running(says) as provider, caplog.at_level(logging.INFO, "nianbao"):
        says.url = provider.url
        here = at(site, provider.url)
        opened = browser(here).get(f"{BASE}/setup", "x=1")
        assert opened.location == f"{BASE}/sign-in?next=%2Fsetup%3Fx%3D1"
        assert (
            'href="/nianbao/sign-in/begin?next=%2Fsetup"'
            in opened.get(f"{BASE}/sign-in", "next=/setup").page
        )
        query = opened.begin(says)
        assert opened.location.startswith(f"{provider.url}/authorize?")
        assert {**query, "state": "", "nonce": "", "code_challenge": ""} == {
            "client_id": CLIENT, "response_type": "code", "redirect_uri": f"{PUBLIC}/sign-in/back",
            "scope": "openid profile email", "code_challenge_method": "S256",
            "state": "", "nonce": "", "code_challenge": "",
        }  # fmt: skip
        opened.back(code="c0de", state=query["state"])
        assert (opened.status, opened.location) == (303, f"{BASE}/setup")
        assert opened.get(f"{BASE}/setup").status == 200
        sent = dict(parse_qsl(provider.requests[-1].body))
    assert sent["code"] == "c0de"
    assert sent["redirect_uri"] == f"{PUBLIC}/sign-in/back"
    challenge = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert packed_bytes(challenge) == query["code_challenge"]
    assert SECRET not in caplog.text + str([each.__dict__ for each in caplog.records])
    with looking(site.engine) as s:
        assert person_known_as(s, provider.url, "17") == person_named(s, "admin")
        assert [each["content"]["did"] for each in entries(s)][-1] == "bound"
    left = opened.sign_out()
    assert left.location == f"{BASE}/sign-in?left=1"
    assert opened.get(f"{BASE}/setup").status == 303


def packed_bytes(said: bytes) -> str:
    return urlsafe_b64encode(said).rstrip(b"=").decode()


def test_cookies_are_of_https_and_of_our_path(site: Site) -> None:
    says = Says()
    with running(says) as provider:
        says.url = provider.url
        _, _, given = asked(
            made(at(site, provider.url), BASE), f"{BASE}/sign-in/begin", "127.0.0.1"
        )
    kept = {each.strip().lower() for each in given["set-cookie"].split(";")}
    assert {"httponly", "secure", "samesite=lax", "path=/nianbao/sign-in", "max-age=600"} <= kept


SECONDS = int(NOW.timestamp())
FORGED, LATE, ODD, DOWN = "不是给这里的", "已过期，或两边时钟", "看不懂", "没有应答"
BAD: Mapping[str, tuple[Says, int, str]] = {
    "another issuer": (Says({"iss": "https://evil.example"}), 403, FORGED),
    "no issuer": (Says({"iss": None}), 403, FORGED),
    "another audience": (Says({"aud": "other"}), 403, FORGED),
    "an audience that is none": (Says({"aud": {CLIENT: 1}}), 403, FORGED),
    "for others, too, and not ours": (Says({"aud": [CLIENT, "other"]}), 403, FORGED),
    "made for another": (Says({"azp": "other"}), 403, FORGED),
    "another nonce": (Says({"nonce": "x"}), 403, FORGED),
    "no nonce": (Says({"nonce": None}), 403, FORGED),
    "a nonce of other letters": (Says({"nonce": "é"}), 403, FORGED),
    "nobody": (Says({"sub": None}), 403, FORGED),
    "an empty subject": (Says({"sub": ""}), 403, FORGED),
    "a long subject": (Says({"sub": "x" * 256}), 403, FORGED),
    "a number": (Says({"sub": 17}), 403, FORGED),
    "long ago": (Says({"exp": SECONDS - 61}), 403, LATE),
    "without end": (Says({"exp": None}), 403, LATE),
    "an end that is text": (Says({"exp": "tomorrow"}), 403, LATE),
    "of tomorrow": (Says({"iat": SECONDS + 61}), 403, LATE),
    "not yet": (Says({"nbf": SECONDS + 61}), 403, LATE),
    "alg none": (Says(header={"alg": "none"}), 403, FORGED),
    "a key that is public": (Says(header={"alg": "HS256", "kid": None}, key=KEY.as_pem(private=False)), 403, FORGED),
    "the client's secret": (Says(header={"alg": "HS256"}, key=SECRET.encode()), 403, FORGED),
    "another key of the same name": (Says(key=RSAKey.import_key({**OTHER.as_dict(private=True), "kid": "a"})), 403, FORGED),
    "a key that nobody knows": (Says(header={"kid": "b"}, key=OTHER), 403, FORGED),
    "a key in the token": (Says(header={"kid": None, "jwk": OTHER.as_dict(private=False)}, key=OTHER), 403, FORGED),
    "no token": (Says(token=lambda _: told(answer_with(None))), 502, ODD),
    "a token that is a list": (Says(token=lambda _: told(answer_with(["x"]))), 502, ODD),
    "a token of odd letters": (Says(token=lambda _: told(answer_with("é.é.é"))), 502, ODD),
    "a token in pieces": (Says(token=lambda _: told(answer_with("a.b"))), 403, FORGED),
    "a list": (Says(token=lambda _: told([1])), 502, ODD),
    "no JSON": (Says(token=lambda _: Reply(b"<h1>hello</h1>")), 502, ODD),
    "nested": (Says(token=lambda _: Reply(b"[" * 100_000)), 502, ODD),
    "too much": (Says(token=lambda _: Reply(b" " * 600_000)), 503, DOWN),
    "a code that is used": (Says(token=lambda _: told({"error": "invalid_grant"}, 400)), 403, "没有确认这次登录"),
    "an error that is odd": (Says(token=lambda _: told({"error": ["x"]}, 400)), 403, "没有确认这次登录"),
    "our secret is wrong": (Says(token=lambda _: told({"error": "invalid_client"}, 401)), 502, "密钥不对"),
    "a fault of its own": (Says(token=lambda _: Reply(b"", 500)), 503, DOWN),
    "led elsewhere": (Says(token=lambda _: Reply(b"", 302, {"Location": "http://127.0.0.1:1/"})), 502, ODD),
    "it goes": (Says(down="/token"), 503, DOWN),
    "no keys": (Says(keys={"keys": []}), 502, ODD),
    "keys that are none": (Says(keys={"keys": [{"kty": "RSA", "n": "x"}]}), 502, ODD),
    "keys that are secret": (Says(keys={"keys": [OctKey.import_key("x" * 40).as_dict()]}), 502, ODD),
    "it calls itself otherwise": (Says(url="http://127.0.0.1:1"), 502, ODD),
    "another's address": (Says(about={"token_endpoint": "http://evil.example/token"}), 502, ODD),
    "no address": (Says(about={"jwks_uri": None}), 502, ODD),
    "it is not there": (Says(down="/.well-known/openid-configuration"), 503, DOWN),
    "its keys are not there": (Says(down="/keys"), 503, DOWN),
    "somebody else when asked": (Says({"preferred_username": None}, more={"sub": "18", "preferred_username": "admin"}), 403, FORGED),
    "no name": (Says({"preferred_username": None}, about={"userinfo_endpoint": None}), 403, "没有给出用户名"),
    "no name when asked": (Says({"preferred_username": None}, more={"sub": "17"}), 403, "没有给出用户名"),
    "a name that is none": (Says({"preferred_username": ["admin"]}, more={"sub": "17"}), 403, "没有给出用户名"),
    "a name that looks like another": (Says({"preferred_username": "ａdmin"}), 403, "没有给出用户名"),
    "a stranger": (Says({"preferred_username": "<b>wang"}), 403, "这里没有用户 &lt;b&gt;wang"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_does_not_hold_is_told(kept: Site, what: str) -> None:
    says, status, told = BAD[what]
    opened = arrives(kept, replace(says))
    assert (opened.status, told in opened.page) == (status, True), opened.page
    assert not opened.cookies.get(COOKIE)
    assert "/sign-in/begin" in opened.page  # one may try again
    assert SECRET not in opened.page
    with looking(kept.engine) as s:
        assert not [each for each in entries(s) if each["content"]["did"] == "bound"]


def test_every_claim_that_holds_is_enough(site: Site) -> None:
    """Clocks that differ a little; several audiences; a name that is told when it is asked for; new keys."""
    for says in (
        Says({"exp": SECONDS - 50, "iat": SECONDS + 50, "nbf": SECONDS + 50}),
        Says({"aud": [CLIENT, "x"], "azp": CLIENT}),
        Says({"preferred_username": None}, more={"sub": "17", "preferred_username": "admin"}),
        Says(header={"alg": "PS256"}),
        Says(header={"kid": None}),
    ):
        assert arrives(site, says).status == 303, says
    with looking(site.engine) as s:
        bound = [each["about"] for each in entries(s) if each["content"]["did"] == "bound"]
    assert set(bound) == {"admin"}


def test_new_keys_are_asked_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "REST", 0.0)
    says = Says()
    with running(says) as provider:
        says.url = provider.url
        here = at(site, provider.url)
        changes: list[tuple[RSAKey, list[Any]]] = [(KEY, [KEY]), (OTHER, [KEY, OTHER])]
        for key, keys in changes:
            says.key, says.header, says.keys = key, {"kid": key.kid}, KeySet(keys).as_dict()
            opened = browser(here)
            query = opened.begin(says)
            assert opened.back(code="x", state=query["state"]).status == 303
        assert provider.paths().count("/keys") == 2  # as often as they changed
        assert provider.paths().count("/.well-known/openid-configuration") == 2


def test_a_provider_that_is_not_there_is_not_asked_at_everybody_s_wish(kept: Site) -> None:
    says = Says(down="/keys")
    with running(says) as provider:
        says.url = provider.url
        app = made(at(kept, provider.url), BASE)
        for _ in range(5):
            assert Browser(app).get(f"{BASE}/sign-in/begin").status == 503
        assert provider.paths().count("/keys") == 1


def test_a_provider_that_takes_its_time_is_waited_for_no_longer(
    kept: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "TIMES", (1.0, 0.2))
    says = Says(token=lambda signed: replace(told(answer_with(signed)), slow=1.0))
    begun = time.monotonic()
    opened = arrives(kept, says)
    assert (opened.status, DOWN in opened.page) == (503, True)
    assert time.monotonic() - begun < 30
    monkeypatch.setattr(openid, "WHOLE", 0.0)  # each part in time, all of them too late
    assert DOWN in arrives(kept, Says()).page


def test_a_provider_that_hangs_keeps_few_waiting(
    kept: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes then is told at once; threads that pages need are not held up."""
    monkeypatch.setattr(openid, "AT_ONCE", 2)
    monkeypatch.setattr(openid, "TIMES", (1.0, 1.0))

    def hangs(request: Request) -> Reply:
        return Reply(slow=1.5)

    with running(hangs) as provider, ThreadPoolExecutor(8) as many:
        app, begun = made(at(kept, provider.url), BASE), time.monotonic()

        def asks(_: int) -> tuple[int, float]:
            return Browser(app).get(f"{BASE}/sign-in/begin").status, time.monotonic() - begun

        told = sorted(many.map(asks, range(8)), key=lambda each: each[1])
        assert {status for status, _ in told} == {503}
        assert sum(after < 0.9 for _, after in told) >= 5
        assert len(provider.requests) == 1


# ---- what comes back


@pytest.mark.parametrize(
    "what", ["other", "none", "twice", "forged", "late", "moved", "another browser"]
)
def test_what_was_not_begun_here_is_not_ended_here(kept: Site, what: str) -> None:
    says = Says()
    with running(says) as provider:
        says.url = provider.url
        here = at(kept, provider.url)
        opened = browser(here)
        state = opened.begin(says)["state"]
        secret, moment, goes_to = opened.cookies[KEPT_AS].split(".")
        changed = {
            "forged": f"{secret}.{moment}.%2Foperations",
            "moved": f"{secret}.{int(moment) + 5}.{goes_to}",
            "another browser": begun_at(NOW, "/setup").as_cookie(),
        }
        opened.cookies[KEPT_AS] = changed.get(what, opened.cookies[KEPT_AS])
        if what == "late":
            opened.app = made(replace(here, clock=lambda: NOW + timedelta(seconds=601)), BASE)
        query = f"code=x&state={state}"
        query = {
            "other": "code=x&state=é",
            "none": "code=x",
            "twice": f"{query}&state={state}",
        }.get(what, query)
        opened.get(f"{BASE}/sign-in/back", query)
        assert (opened.status, "请重新登录" in opened.page) == (400, True)
        assert "/token" not in provider.paths()


def test_a_sign_in_that_is_over_is_not_repeated(site: Site) -> None:
    says = Says()
    with running(says) as provider:
        says.url = provider.url
        opened = browser(at(site, provider.url))
        state = opened.begin(says)["state"]
        assert opened.back(code="x", state=state).status == 303
        opened.cookies[KEPT_AS] = ""  # as the answer has told the browser
        assert opened.back(code="x", state=state).status == 400


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"error": "access_denied"}, "您取消了"),
        ({"error": "<script>"}, "没有确认这次登录"),
        ({"error": "server_error", "code": "x"}, "没有确认这次登录"),
        ({}, "没有确认这次登录"),
        ({"code": "x", "iss": "https://evil.example"}, FORGED),
    ],
)
def test_what_comes_back_without_a_code_is_told(
    kept: Site, query: dict[str, str], told: str
) -> None:
    says = Says()
    with running(says) as provider:
        says.url = provider.url
        opened = browser(at(kept, provider.url))
        state = opened.begin(says)["state"]
        opened.back(state=state, **query)
        assert (opened.status, told in opened.page) == (403, True)
        assert "<script>" not in re.sub('<script type="module" src="[^"]*">', "", opened.page)
        assert "/token" not in provider.paths()


def test_what_binds_an_answer_is_another_each_time() -> None:
    one = Begun("s" * 43, 1, "/")
    made_of = {
        one.state,
        one.nonce,
        one.verifier,
        one._replace(at=2).state,
        one._replace(goes_to="/x").state,
    }
    assert len(made_of) == 5
    assert all(re.fullmatch("[A-Za-z0-9_-]{43}", each) for each in made_of)


def test_nobody_is_led_elsewhere(site: Site) -> None:
    says = Says()
    with running(says) as provider:
        says.url = provider.url
        opened = browser(at(site, provider.url))
        query = opened.begin(says, "//evil.example")
        assert opened.back(code="x", state=query["state"]).location == f"{BASE}/"


# ---- who is who


def test_who_was_bound_is_known_whatever_they_are_called(site: Site) -> None:
    assert arrives_as(site, "17", "viewer").status == 303
    renamed = arrives_as(site, "17", "admin")
    assert renamed.get(f"{BASE}/setup").status == 403  # viewer still
    taken = arrives_as(site, "18", "viewer")
    assert (taken.status, "另一身份" in taken.page) == (403, True)
    with session(site.engine) as s:
        remove(s, "viewer", BY)
        add(s, "viewer", "viewer", EVERYTHING, "", BY)
    assert arrives_as(site, "18", "viewer").status == 303


ISSUER = "http://127.0.0.1"


def arrives_as(site: Site, subject: str, name: str, **more: Any) -> Browser:
    """By a provider that has one name, whatever its port."""
    says = Says({"sub": subject, "preferred_username": name, **more.pop("claims", {})})
    with running(says) as provider:
        says.url, says.about = ISSUER, {
            "authorization_endpoint": f"{provider.url}/authorize", "token_endpoint": f"{provider.url}/token",
            "jwks_uri": f"{provider.url}/keys", "userinfo_endpoint": None,
        }  # fmt: skip
        here = at(site, ISSUER, **more)
        asks = Provider()
        about = {"issuer": ISSUER, **says.about}
        asks._heard = openid.Heard(about, KeySet([KEY]), time.monotonic())
        opened = browser(replace(here, provider=asks))
        state = opened.begin(says)["state"]
        return opened.back(code="x", state=state)


def test_an_email_is_taken_where_the_provider_has_verified_it(site: Site) -> None:
    mail = "wang@example.gov.cn"
    with session(site.engine) as s:
        add(s, mail, "admin", EVERYTHING, "", BY)
    for verified in (None, False, "true", 1):
        claims = {"email": mail, "email_verified": verified}
        opened = arrives_as(site, "17", "x", claim="email", claims=claims)
        assert (opened.status, "没有给出用户名（email）" in opened.page) == (403, True)
    claims = {"email": mail, "email_verified": True}
    assert arrives_as(site, "17", "x", claim="email", claims=claims).status == 303


def test_by_choice_a_new_name_is_a_viewer(site: Site) -> None:
    for _ in range(2):
        assert arrives_as(site, "21", "wang", newcomers="all").status == 303
    with looking(site.engine) as s:
        person = person_named(s, "wang")
    assert person is not None
    assert (person.role, person.scope) == ("viewer", EVERYTHING)


def test_who_clicks_twice_at_first_is_signed_in_twice(site: Site) -> None:
    with ThreadPoolExecutor(4) as many:
        told = [*many.map(lambda _: arrives_as(site, "17", "admin").status, range(4))]
    assert told == [303] * 4
    with looking(site.engine) as s:
        assert [each["content"]["did"] for each in entries(s)].count("bound") == 1


def test_who_is_bound_to_another_is_not_taken(site: Site) -> None:
    with session(site.engine) as s:
        bind(s, "admin", ISSUER, "1", BY)
    assert "另一身份" in arrives_as(site, "17", "admin").page


# ---- secrets, settings


def test_without_its_secret_nobody_is_signed_in(
    kept: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(OIDC_SECRET)
    assert "密钥不对" in arrives(kept, Says()).page
    file = tmp_path / "secret"
    file.write_text("  from-a-file\n", "utf-8")
    told = Settings(web=Web(oidc=Oidc(secret_file=str(file))))
    assert told.oidc_secret == "from-a-file"
    monkeypatch.setenv(OIDC_SECRET, "of the environment")
    assert told.oidc_secret == "of the environment"


def test_the_secret_is_on_no_page_and_in_no_check(kept: Site, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret-of-file-77aa", "utf-8")
    file.chmod(0o600)
    says = Says()
    with running(says) as provider:
        says.url = provider.url
        web = Web(public=PUBLIC, oidc=Oidc(provider.url, CLIENT, str(file)))
        shown = replace(kept, settings=replace(kept.settings, web=web))
        _, page, _ = asked(made(shown), "/operations", "127.0.0.1", [("Host", b"127.0.0.1")])
        settings = Settings(store=str(kept.engine.url), web=replace(web, sign_in="oidc"))
        checked = [each for each in checks_of(settings) if "sign-in" in each.name]
    assert [each.well for each in checked] == [True]
    for part in ("9f3c", "77aa"):
        assert part not in page + str(checked)


def test_the_doctor_says_who_else_may_read_the_secret(kept: Site, tmp_path: Path) -> None:
    file, says = tmp_path / "secret", Says()
    file.write_text("x", "utf-8")
    with running(says) as provider:
        says.url = provider.url
        web = at(kept, provider.url).settings.web
        web = replace(web, oidc=replace(web.oidc, secret_file=str(file)))
        settings = Settings(store=str(kept.engine.url), web=web)
        for mode, well in ((0o644, False), (0o640, True)):
            file.chmod(mode)
            told = [each for each in checks_of(settings) if "sign-in" in each.name]
            assert [each.well for each in told] == [well], told
    assert "9f3c" not in str(told)


def test_the_doctor_asks_the_provider(kept: Site) -> None:
    says = Says(url="http://127.0.0.1:1")
    with running(says) as provider:
        web = at(kept, provider.url).settings.web
        settings = Settings(store=str(kept.engine.url), web=web)
        told = [each for each in checks_of(settings) if "sign-in" in each.name]
    assert not told[0].well
    assert "it calls itself 'http://127.0.0.1:1'" in told[0].told


# ---- a mock of a whole provider


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # it, too, is on this machine
    with warnings.catch_warnings(action="ignore"):
        mocking = pytest.importorskip("oidc_provider_mock")
    users = [mocking.User(sub="17", claims={"preferred_username": "admin"})]
    with mocking.run_server_in_thread(user_claims=users, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def test_at_a_whole_provider(site: Site, mock: str) -> None:
    here = replace(at(site, mock), clock=lambda: datetime.now(UTC))
    opened = browser(here)
    opened.get(f"{BASE}/sign-in/begin", "next=/setup")
    for form in ({"action": "deny"}, {"sub": "17"}):
        done = requests.post(opened.location, form, timeout=60, allow_redirects=False)
        where = urlsplit(done.headers["location"])
        assert f"{where.scheme}://{where.netloc}{where.path}" == f"{PUBLIC}/sign-in/back"
        if "sub" not in form:
            query = parse_qs(where.query)
            assert query["error"] == ["access_denied"]
            continue
        opened.get(f"{BASE}/sign-in/back", where.query)
    assert (opened.status, opened.location) == (303, f"{BASE}/setup")
    assert opened.get(f"{BASE}/setup").status == 200
    opened.sign_out()
    page = opened.get(f"{BASE}/sign-in", "left=1").page
    leaves = unescape("".join(re.findall('href="([^"]*end_session[^"]*)"', page)))
    assert requests.get(leaves, timeout=60).status_code == 200
    assert (
        f"post_logout_redirect_uri={PUBLIC.replace(':', '%3A').replace('/', '%2F')}%2Fsign-in"
        in leaves
    )


# ---- in a browser

FAKES: Mapping[str, str] = {"zh": "用统一身份认证登录", "en": "Sign in at the office's provider"}


@pytest.mark.prove
@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_in_a_browser_there_and_back(site: Site, mock: str, lang: str) -> None:
    """Under a path, by hand: no page of ours keeps a browser from going there, coming back, acting, and leaving; axe
    finds nothing."""
    here = replace(at(site, mock), clock=lambda: datetime.now(UTC))
    with served(here, BASE) as address, chromium() as opened:
        web = replace(here.settings.web, public=address)
        object.__setattr__(
            here, "settings", replace(here.settings, web=web)
        )  # its port is known now
        context = opened.new_context()
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda told: wrong.append(f"{told.location['url']} {told.text}"))
        page.route(re.compile("^https://"), lambda route: route.abort())  # the mock's own style
        page.goto(f"{address}/sign-in?lang={lang}")  # kept in a cookie
        page.goto(f"{address}/operations")
        assert page.url.startswith(f"{address}/sign-in?next=")
        page.get_by_role("link", name=FAKES[lang]).click()
        page.locator('button[name="sub"][value="17"]').click()
        page.wait_for_url(f"{address}/operations**")
        page.locator('form[action$="/operations/check"] button').click()
        page.wait_for_url(f"{address}/operations**")
        assert page.locator(f"input[name={FIELD}]").count() > 1
        page.get_by_role("button", name="退出" if lang == "zh" else "Sign out").click()
        page.wait_for_url(f"{address}/sign-in?left=1")
        page.goto(f"{address}/sign-in/back?code=x&state=x")
        assert page.locator("[role=alert]").count() == 1
        context.close()
        asked_of = [f"{address}/sign-in?left=1", f"{address}/sign-in/back?code=x&state=x"]
        for width, theme in ((390, "dark"), (1280, "light")):
            assert wrong_in(opened, address, asked_of, lang, width, theme) == []
    assert [each for each in wrong if each.startswith(address) and "400" not in each] == []
