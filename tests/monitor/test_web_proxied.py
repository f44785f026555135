"""Behind Caddy, which knows whom it lets in: under a path, cut off or not, everything is reached and done as without."""

from __future__ import annotations

import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from nianbao.monitor.settings import Web
from nianbao.monitor.web.site import Site
from nianbao.storage.kinds import Role
from nianbao.storage.people import By, add
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import session
from tests.monitor.test_web_check import docx_of, slipped
from tests.worlds.pages import lived, served, site_of
from tests.worlds.proxies import CADDY, caddy, hash_for_caddy
from tests.worlds.seasons import CODES

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(CADDY is None, reason="Caddy is not installed"),
]
COUNTY, NAME, SECRET = "140999", "ogi.example.gov.cn", "kept"
# As docs/proxy.md has it.
CADDYFILE = """{{
    admin off
    auto_https off
    persist_config off
}}
http://127.0.0.1:{port}, http://{name}:{port} {{
    bind 127.0.0.1
    basic_auth {{
        office {hash}
    }}
    {handle} /nianbao/* {{
        reverse_proxy 127.0.0.1:{to} {{
            header_up Host 127.0.0.1
        }}
    }}
}}
"""


class Shown(NamedTuple):
    """The pages as others reach them."""

    address: str
    asking: requests.Session


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    folder = tmp_path_factory.mktemp("proxied")
    return folder, lived(folder)


@pytest.fixture(params=["handle_path", "handle"])  # cuts the path off, or not
def shown(
    season: tuple[Path, datetime], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Shown]:
    folder = shutil.copytree(season[0], tmp_path / "season")
    site = site_of(folder, season[1], "zh", NAME)
    with proxied(site, tmp_path, CADDYFILE, request.param) as reached:
        yield reached
    site.jobs.close()
    site.drafts.close()


@contextmanager
def proxied(site: Site, folder: Path, text: str, handle: str) -> Iterator[Shown]:
    """As others reach them, by Caddy."""
    port = free_port()
    with served(site, "/nianbao") as address:
        told = {"port": port, "name": NAME, "handle": handle, "to": urlsplit(address).port}
        settings = text.format(**told, hash=hash_for_caddy(SECRET))
        with caddy(folder, settings, port):
            reached = requests.Session()
            reached.auth = ("office", SECRET)
            yield Shown(f"http://127.0.0.1:{port}", reached)


def test_strangers_are_let_in_nowhere(shown: Shown) -> None:
    assert requests.get(f"{shown.address}/nianbao/", timeout=60).status_code == 401
    assert shown.asking.get(f"{shown.address}/c/{COUNTY}", timeout=60).text == ""  # beside the path


def test_every_link_stays_under_the_path(shown: Shown) -> None:
    landed = shown.asking.get(f"{shown.address}/nianbao/?lang=en", timeout=60)
    assert landed.url == f"{shown.address}/nianbao/c/{COUNTY}?lang=en"
    waiting, seen = [landed.url], set[str]()
    while waiting and len(seen) < 60:
        address = waiting.pop(0)
        if address in seen or address.endswith(("sheet.docx", "sheet.pdf")):
            continue
        seen.add(address)
        answer = shown.asking.get(address, timeout=60)
        assert answer.status_code == 200, address
        assert answer.headers["x-content-type-options"] == "nosniff"
        if not answer.headers["content-type"].startswith("text/html") or "/seen/" in address:
            continue
        for action in re.findall('action="([^"#]+)', answer.text):
            assert action.startswith("/nianbao/"), address
        links = re.findall('(?:href|src)="([/?][^"]*)"', answer.text)
        ours = {urljoin(address, unescape(each)).partition("#")[0] for each in links}
        assert all(each.startswith(f"{shown.address}/nianbao/") for each in ours), address
        waiting += sorted(each for each in ours if "/static" not in each)
    assert len(seen) > 30
    shown.asking.get(landed.url, timeout=60)  # the walk went through pages of both languages
    assert shown.asking.cookies.get_dict() == {"nianbao_lang": "en"}
    assert [*shown.asking.cookies.list_paths()] == ["/nianbao/"]


def test_what_a_form_does_is_done_for_pages_of_ours_alone(shown: Shown) -> None:
    """By a browser that says of itself only where it comes from, as where nothing is encrypted."""
    letter, said = f"{shown.address}/nianbao/do/letter", {"unit": CODES["甲戌镇"], "year": "2026"}
    for origin, status in ((f"http://{NAME}", 200), ("http://evil.example", 403), ("null", 403)):
        done = shown.asking.post(letter, said, headers={"Origin": origin}, timeout=60)
        assert done.status_code == status, origin
    draft = {"files": ("a.docx", docx_of(slipped()))}
    ours = {"Origin": f"https://{NAME}"}
    handed = shown.asking.post(
        f"{shown.address}/nianbao/check", files=draft, headers=ours, timeout=60
    )
    assert handed.url.startswith(f"{shown.address}/nianbao/check/")
    for _ in range(600):
        page = shown.asking.get(handed.url, timeout=60).text
        if "data-again" not in page:
            break
        time.sleep(0.1)
    assert "核对结果" in page


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_a_browser_finds_all_that_a_page_is_made_of(shown: Shown) -> None:
    playing = pytest.importorskip("playwright.sync_api")
    with playing.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        known = {"username": "office", "password": SECRET}
        page, wrong = browser.new_context(http_credentials=known).new_page(), list[str]()
        page.on("console", lambda told: wrong.append(told.text))
        page.on("response", lambda told: wrong.extend([told.url] * (told.status >= 400)))
        page.goto(f"{shown.address}/nianbao/")
        page.get_by_role("link", name="看依据").first.click()
        assert "此处应有" in page.frame_locator("iframe.viewer").first.locator("#here").inner_text()
        page.get_by_role("button", name="再看一次").click()
        page.wait_for_url("**/nianbao/jobs/**")
        browser.close()
    assert [each for each in wrong if "401" not in each] == []


def test_whom_the_proxy_knows_is_who_asks(tmp_path: Path) -> None:
    """As docs/proxy.md has it: what a visitor says of themselves is replaced by what the proxy says."""
    (tmp_path / "counties").mkdir()
    site = site_of(tmp_path, datetime(2027, 2, 4, 8, tzinfo=UTC), "zh", NAME)
    with session(site.engine) as s:
        for name, role in (("office", "operator"), ("admin", "admin")):
            add(s, name, cast(Role, role), EVERYTHING, "", By("王某", site.clock()))
    web = Web(sign_in="header", public=f"https://{NAME}/nianbao", proxies="127.0.0.1")
    told = replace(site, settings=replace(site.settings, web=web))
    says = (
        "header_up Host 127.0.0.1",
        "header_up Host 127.0.0.1\n            header_up X-Remote-User {{http.auth.user.id}}",
    )
    text = CADDYFILE.replace(*says)
    with proxied(told, tmp_path, text, "handle_path") as shown:
        page = shown.asking.get(f"{shown.address}/nianbao/operations", timeout=60)
        assert (page.status_code, '<span class="note">office</span>' in page.text) == (200, True)
        forged = {
            "X-Remote-User": "admin",
            "x-remote-user": "admin",
            "X-Forwarded-For": "127.0.0.1",
        }
        page = shown.asking.get(f"{shown.address}/nianbao/operations", headers=forged, timeout=60)
        assert '<span class="note">office</span>' in page.text
