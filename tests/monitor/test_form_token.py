"""Each form of each page holds a token of who it was drawn for, and without it nothing is done."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import Message

from nianbao.monitor.passwords import hash_of
from nianbao.monitor.settings import Web
from nianbao.monitor.web.app import made
from nianbao.monitor.web.form_token import (
    BROWSER,
    FIELD,
    SESSION,
    Held,
    is_token,
    token_of,
    with_token,
)
from nianbao.monitor.web.signing import NEEDS, OPEN
from nianbao.monitor.web.site import Site
from nianbao.storage.people import add, begin
from nianbao.storage.store import session
from tests.monitor.test_sign_in_elsewhere import BY_HEADER, PROXY, USER, asked, with_web
from tests.monitor.test_signing import BY, NOW, PEOPLE, SECRET, address_of, routes_of
from tests.worlds.pages import site_of

WEB = Path(__file__).parents[2] / "monitor" / "web"
KIND = ("Content-Type", b"application/x-www-form-urlencoded")
OURS = ("Sec-Fetch-Site", b"same-origin")
STALE = "另一次登录时打开的"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("forms")
    (folder / "counties").mkdir()
    made_of = site_of(folder, NOW)
    kept = hash_of(SECRET, "a")
    with session(made_of.engine) as s:
        for name, role, scope in PEOPLE:
            add(s, name, role, scope, kept, BY)
    return with_web(made_of, Web(sign_in="accounts", public="https://ogi.example.gov.cn"))


def began(site: Site, name: str) -> str:
    with session(site.engine) as s:
        return begin(s, name, "127.0.0.1", NOW)


def cookie(secret: str) -> tuple[str, bytes]:
    return ("Cookie", f"{SESSION}={secret}".encode())


def posted(
    site: Site, path: str, secret: str, body: bytes, *more: tuple[str, bytes]
) -> tuple[int, str]:
    headers = [KIND, OURS, cookie(secret), *more]
    status, page, _ = asked(made(site), path, "127.0.0.1", headers, method="POST", body=body)
    return status, page


def held_in(page: str) -> list[str]:
    return re.findall(f'name="{FIELD}" value="([^"]*)"', page)


# ---- every form there is


def sources() -> dict[str, str]:
    return {
        path.name: path.read_text("utf-8") for path in sorted((WEB / "templates").glob("*.html"))
    }


def test_a_button_that_does_something_holds_it_too() -> None:
    """As that of a letter's page, whose form only asks: the token is in no address."""
    buttons = [
        each
        for text in sources().values()
        for each in re.findall("<button[^>]*formmethod[^>]*>", re.sub("{{.*?}}", "/x", text))
    ]
    assert len(buttons) == 1
    for each in buttons:
        told = with_token(f'<form method="get">{each}</button></form>', "x" * 54)
        (button,) = re.findall("<button[^>]*>", told)
        assert f'name="{FIELD}" value="{"x" * 54}"' in button
        assert told.count(FIELD) == 1


def test_every_form_of_every_template_gets_one() -> None:
    """Whoever writes a form need not think of it; one that is written otherwise is found here."""
    count = 0
    for name, text in sources().items():
        forms = re.findall(r"<form\b[^>]*>", text, re.I)
        doing = [each for each in forms if re.search("post", each, re.I)]
        doing += re.findall(r"<button\b[^>]*\bformmethod=[^>]*>", text)
        drawn = re.sub(r"{{.*?}}", "/x", text)
        assert len(held_in(with_token(drawn, "x"))) == len(doing), f'{name}: write method="post"'
        for each in forms:
            action = re.search(r'action="([^"]*)"', each)
            is_here = action is None or action[1].startswith(("{{ link(", "#"))
            assert is_here, f"{name}: a form leads to link(…), or to the page itself"
        assert text.count("formaction") == text.count('formaction="{{ link('), name
        count += len(doing)
    assert count > 20


def test_every_page_is_drawn_where_forms_get_one() -> None:
    """Templates are drawn by `rendered`; `seen` is drawn for a frame where nothing can be sent."""
    for path in WEB.glob("*.py"):
        drawn = len(re.findall(r"\.render\(", path.read_text("utf-8")))
        assert drawn == {"shell.py": 1, "app.py": 1}.get(path.name, 0), (
            f"{path.name}: use `rendered`"
        )
    assert "<form" not in sources()["seen.html"]


def test_no_script_sends_anything_itself() -> None:
    for path in (WEB / "static").glob("*.js"):
        text = path.read_text("utf-8")
        sends = re.findall(
            r"""method\s*:|["']POST["']|sendBeacon|XMLHttpRequest|createElement\(["']form""",
            text,
            re.I,
        )
        assert not sends, f"{path.name}: {sends}; let a form of the page do it"


def test_no_form_of_others_gets_one() -> None:
    for form in (
        '<form method="get" action="/x">', '<form action="/x">', '<form method="post" action="https://evil.example/">',
        '<form method="post" action="//evil.example/">', "&lt;form method=&#34;post&#34;&gt;",
    ):  # fmt: skip
        assert with_token(form, "x") == form
    for form in (
        '<form method="post">',
        '<form class="do" action="/x" method="post">',
        '<FORM METHOD="post" action="/x?y=1">',
    ):
        assert held_in(with_token(form, "x")) == ["x"]
        assert with_token(form, "") == form


def test_a_button_that_sends_its_form_otherwise_brings_one() -> None:
    """Of a form that only asks, pressed or not: its address holds none."""
    form = '<form method="get" action="/x"><button>a</button>'
    drawn = with_token(f'{form}<button formmethod="post" formaction="/y">b</button></form>', "x")
    assert held_in(drawn) == ["x"]
    assert drawn.startswith(form)
    for other in ("https://evil.example/", "//evil.example/"):
        button = f'<button formmethod="post" formaction="{other}">b</button>'
        assert with_token(button, "x") == button


# ---- every act there is


def test_nothing_is_done_without(site: Site) -> None:
    secret, other = began(site, "admin"), began(site, "admin")
    wrong = (
        "", "form_token=", f"form_token={'x' * 54}", f"form_token={token_of(other, 'admin')}",
        f"form_token={token_of(secret, 'viewer')}", f"form_token={token_of('', 'admin')}", f"other={token_of(secret, 'admin')}",
    )  # fmt: skip
    acts = [path for path, method in routes_of(site) if method not in ("GET", "HEAD")]
    assert set(acts) >= {"/sign-out", "/do/look", "/check", "/setup/{code}/saved"}
    assert set(acts) <= {*NEEDS, *OPEN}
    for path in acts:
        for body in wrong:
            status, page = posted(site, address_of(path), secret, body.encode())
            assert (status, STALE in page) == (403, True), (path, body)
    for path in acts:
        if path == "/sign-out":
            continue
        said = f"form_token={token_of(secret, 'admin')}".encode()
        assert STALE not in posted(site, address_of(path), secret, said)[1], path
    said = f"form_token={token_of(secret, 'admin')}".encode()
    assert posted(site, "/sign-out", secret, said)[0] == 303


def test_a_page_s_own_form_is_taken(site: Site) -> None:
    secret = began(site, "admin")
    _, page, _ = asked(made(site), "/operations", "127.0.0.1", [cookie(secret)])
    held = held_in(page)
    assert len(held) == len(re.findall('<form[^>]*method="post"', page)) >= 2
    assert len(set(held)) == 1
    _, again, _ = asked(made(site), "/operations", "127.0.0.1", [cookie(secret)])
    assert held_in(again)[0] != held[0]  # another each time, and both are taken
    for each in (held[0], held_in(again)[0]):
        assert posted(site, "/operations/check", secret, f"form_token={each}".encode())[0] == 303


def test_it_is_beside_where_a_form_comes_from(site: Site) -> None:
    secret = began(site, "admin")
    body = f"form_token={token_of(secret, 'admin')}".encode()
    headers = [KIND, cookie(secret), ("Sec-Fetch-Site", b"cross-site")]
    status, page, _ = asked(
        made(site), "/operations/check", "127.0.0.1", headers, method="POST", body=body
    )
    assert (status, STALE in page) == (403, False)


def test_files_come_behind_it(site: Site) -> None:
    secret = began(site, "admin")
    kind = ("Content-Type", b"multipart/form-data; boundary=b")

    def part(name: str, said: str) -> str:
        return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n'

    def sent(*parts: str) -> str:
        headers = [kind, OURS, cookie(secret)]
        body = ("".join(parts) + "--b--\r\n").encode()
        return asked(made(site), "/check", "127.0.0.1", headers, method="POST", body=body)[1]

    token = part(FIELD, token_of(secret, "admin"))
    assert STALE not in sent(token, part("unit", "x"))
    assert STALE in sent(part("unit", "x"), part("other", token_of(secret, "admin")))
    assert STALE in sent(part("unit", "x" * 100_000), token)  # a browser sends it first


def test_by_a_proxy_the_browser_keeps_its_own(site: Site) -> None:
    here = with_web(site, BY_HEADER)
    named = (USER, b"admin")
    _, page, given = asked(made(here), "/setup", PROXY, [named])
    assert not held_in(page) or given["set-cookie"]
    _, page, given = asked(made(here), "/operations", PROXY, [named])
    kept = given["set-cookie"].partition(";")[0]
    assert {"httponly", "secure", "samesite=lax"} <= {
        each.strip().lower() for each in given["set-cookie"].split(";")
    }
    body = f"form_token={held_in(page)[0]}".encode()
    for cookies, name, is_taken in (
        (kept, b"admin", True), ("", b"admin", False), (f"{BROWSER}=x", b"admin", False), (kept, b"operator", False),
    ):  # fmt: skip
        headers = [KIND, OURS, (USER, name), ("Cookie", cookies.encode())]
        status, page, _ = asked(
            made(here), "/operations/check", PROXY, headers, method="POST", body=body
        )
        assert (status == 303) == is_taken, (cookies, name)
    _, _, again = asked(made(here), "/operations", PROXY, [named, ("Cookie", kept.encode())])
    assert "set-cookie" not in again


def test_without_sign_in_forms_are_as_they_were(site: Site) -> None:
    here = replace(site, settings=replace(site.settings, web=Web()))
    _, page, _ = asked(made(here), "/operations", "127.0.0.1")
    assert held_in(page) == []
    status, _, _ = asked(
        made(here), "/operations/check", "127.0.0.1", [KIND, OURS], method="POST", body=b""
    )
    assert status == 303


# ---- how it is made and read


def test_a_token_is_of_one_browser_and_one_person() -> None:
    one = token_of("s", "a")
    assert re.fullmatch("[A-Za-z0-9_-]{54}", one)
    assert is_token(one, "s", "a")
    for secret, name in (("t", "a"), ("s", "b"), ("", "a")):
        assert not is_token(one, secret, name)
    assert not is_token("", "s", "a")
    assert not is_token(one[:-1], "s", "a")


@pytest.mark.parametrize("parts", [1, 2, 7, 60])
def test_a_form_that_comes_in_pieces_is_read_whole(parts: int) -> None:
    token = token_of("s", "a")
    body = f"who=x&form_token={token}&more={'y' * 300_000}".encode()
    size = -(-len(body[:200]) // parts)
    pieces = [*(body[:200][n : n + size] for n in range(0, 200, size)), body[200:]]
    if parts == 1:
        pieces = [body]
    waiting: list[Message] = [
        {"type": "http.request", "body": each, "more_body": n < len(pieces) - 1}
        for n, each in enumerate(pieces)
    ]

    async def receive() -> Message:
        return waiting.pop(0)

    async def read() -> tuple[bool, bytes]:
        held = Held(receive)
        says = await held.says("s", "a")
        whole = b""
        while True:
            message = await held()
            whole += message.get("body", b"")
            if not message.get("more_body"):
                return says, whole

    assert asyncio.run(read()) == (True, body)


def test_a_refused_upload_is_read_to_its_end() -> None:
    sent: Sequence[Message] = [
        {"type": "http.request", "body": b"x" * 70_000, "more_body": n < 5} for n in range(6)
    ]
    waiting = [*sent]

    async def receive() -> Message:
        return waiting.pop(0)

    async def read() -> bool:
        held = Held(receive)
        says = await held.says("s", "a")
        await held.drain()
        return says

    assert asyncio.run(read()) is False
    assert waiting == []
