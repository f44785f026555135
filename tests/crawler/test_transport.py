"""What a sweep meets on the way: certificates, old ciphers, waits that a server asks for, robots, browsers."""

from __future__ import annotations

import shutil
import ssl
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import select

from nianbao.storage.models import Look
from nianbao.storage.store import looking, open_store
from tests.amounts import one_in
from tests.portals.server import Portal, Reply, Request, page, running
from tests.worlds.commands import ENVIRONMENT, run
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.stores import stored

PLAIN = {"Content-Type": "text/plain"}


def sweep(folder: Path, config: Path, *arguments: str, pause: str = "0") -> CompletedProcess[str]:
    return run(
        folder, "sweep", "--config", str(config), "--allow-private", "--pause", pause, *arguments
    )


def looks(folder: Path) -> Sequence[tuple[str, str]]:
    engine = open_store(f"sqlite:///{folder}/n.db", upgrade=False)
    with looking(engine) as s:
        found = [(look.state, look.detail) for look in s.scalars(select(Look).order_by(Look.id))]
    engine.dispose()
    return found


def self_signed(folder: Path) -> ssl.SSLContext:
    trustme = pytest.importorskip("trustme")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("options", ["", "http: {tls: compatible}\n"])
def test_a_certificate_that_nobody_vouches_for_is_told_and_never_overlooked(
    tmp_path: Path, options: str
) -> None:
    with running(portal_of(planted(2)), self_signed(tmp_path)) as site:
        config = county_file(tmp_path, site.url)
        file = config / "平安县.yaml"
        file.write_text(file.read_text(encoding="utf-8") + options, encoding="utf-8")
        assert sweep(tmp_path, config, "--retries", "0").returncode == 1
        assert site.requests == []
    assert [state for state, _ in looks(tmp_path)] == ["unreachable_tls"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_old_tls_is_spoken_only_where_the_county_says_so(tmp_path: Path) -> None:
    """A server that speaks TLS 1.1 at most, with a certificate of an authority that this machine trusts."""
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA(key_type=trustme.KeyType.RSA)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", key_type=trustme.KeyType.RSA).configure_cert(context)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    states: list[str] = []
    for options in ("", "http: {tls: compatible}\n"):
        folder = tmp_path / f"case{len(states)}"
        folder.mkdir()
        with running(portal_of(planted(2)), context) as site:
            config = county_file(folder, site.url.replace("127.0.0.1", "localhost"))
            file = config / "平安县.yaml"
            file.write_text(file.read_text(encoding="utf-8") + options, encoding="utf-8")
            with pytest.MonkeyPatch.context() as patch:
                patch.setitem(ENVIRONMENT, "SSL_CERT_FILE", str(tmp_path / "ca.pem"))
                sweep(folder, config, "--retries", "0")
        states += [state for state, _ in looks(folder)]
    assert states == ["unreachable_tls", "ok"]


def test_a_wait_that_the_server_asks_for_is_kept(tmp_path: Path) -> None:
    whole = portal_of(planted(2))
    asked: list[float] = []

    def portal(request: Request) -> Reply | None:
        if request.path == "/zwgk/nb/":
            asked.append(time.monotonic())
            if len(asked) == 1:
                return Reply(b"slow down", 429, {**PLAIN, "Retry-After": "1"})
        return whole(request)

    with running(portal) as site:
        assert sweep(tmp_path, county_file(tmp_path, site.url)).returncode == 0
    assert asked[1] - asked[0] >= 1
    assert len(stored(tmp_path)["versions"]) == 2


def test_a_wait_that_is_too_long_is_told(tmp_path: Path) -> None:
    with running(lambda request: Reply(b"no", 429, {**PLAIN, "Retry-After": "7200"})) as site:
        assert sweep(tmp_path, county_file(tmp_path, site.url)).returncode == 1
    assert looks(tmp_path)[0] == ("rate_limited", "7200") or looks(tmp_path)[0][0] == "blocked_waf"


@one_in(3)
@pytest.mark.parametrize(
    ("robots", "state"),
    [
        (Reply(b"User-agent: *\nDisallow: /zwgk/", 200, PLAIN), "robots_disallowed"),
        (
            Reply(b"User-agent: nianbao\nDisallow: /\n\nUser-agent: *\nAllow: /", 200, PLAIN),
            "robots_disallowed",
        ),
        (Reply(b"secret", 401, PLAIN), "robots_disallowed"),
        (Reply(b"secret", 403, PLAIN), "robots_disallowed"),
        (Reply(b"oops", 500, PLAIN), "unreachable"),
        (Reply(reset=True), "unreachable"),
        (None, "ok"),
        (page("<h1>404</h1>"), "ok"),
        (Reply(b"User-agent: *\nDisallow: /admin/", 200, PLAIN), "ok"),
    ],
)
def test_robots_are_kept_to(tmp_path: Path, robots: Reply | None, state: str) -> None:
    whole = portal_of(planted(2))
    portal: Portal = lambda request: robots if request.path == "/robots.txt" else whole(request)  # noqa: E731
    with running(portal) as site:
        sweep(tmp_path, county_file(tmp_path, site.url), "--retries", "0")
        assert bool(site.paths()) == (state == "ok")
    assert looks(tmp_path)[0][0] == state


def test_a_pause_that_robots_ask_for(tmp_path: Path) -> None:
    whole = portal_of(planted(2))
    asked: list[float] = []

    def portal(request: Request) -> Reply | None:
        if request.path == "/robots.txt":
            return Reply(b"User-agent: *\nCrawl-delay: 1\nAllow: /", 200, PLAIN)
        asked.append(time.monotonic())
        return whole(request)

    with running(portal) as site:
        assert sweep(tmp_path, county_file(tmp_path, site.url)).returncode == 0
    assert min(second - first for first, second in pairwise(asked)) > 0.9


def test_a_host_in_trouble_is_left_alone(tmp_path: Path) -> None:
    """Ten columns on a host that answers nothing: three are asked for, the others wait for the next sweep."""
    with running(
        lambda request: None if request.path == "/robots.txt" else Reply(b"busy", 503, PLAIN)
    ) as site:
        config = county_file(tmp_path, site.url, *(f"/c{n}/" for n in range(10)))
        assert sweep(tmp_path, config, "--retries", "0").returncode == 1
        assert len(site.paths()) == 3
    assert [detail for _, detail in looks(tmp_path)[3:]] == ["resting"] * 7


def test_nothing_is_asked_of_a_private_address_without_leave(tmp_path: Path) -> None:
    with running(portal_of(planted(2))) as site:
        for n, host in enumerate((site.url, site.url.replace("127.0.0.1", "localhost"))):
            folder = tmp_path / str(n)
            folder.mkdir()
            done = run(
                folder,
                "sweep",
                "--config",
                str(county_file(folder, host)),
                "--pause",
                "0",
                "--retries",
                "0",
            )
            assert done.returncode == 1
            assert looks(folder) == [("unreachable", "forbidden_address")]
        assert site.requests == []


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_a_list_that_scripts_draw_is_read_by_a_browser_where_the_county_says_so(
    tmp_path: Path,
) -> None:
    pytest.importorskip("scrapy_playwright")
    plants = planted(3)
    whole = portal_of(plants)

    def portal(request: Request) -> Reply | None:
        if request.path == "/app/":
            rows = "".join(
                f"<li><a href='{truth.path}' title='{truth.title}'>{truth.title}</a><span>{truth.day}</span></li>"
                for truth, _ in plants
            )
            script = f'document.getElementById("app").innerHTML = "<h2>政府信息公开年报</h2><ul>{rows}</ul>";'
            return page(f"<div id='app'></div><script>{script}</script>")
        return whole(request)

    for n, (options, state) in enumerate((("", "js_shell"), ("http: {browser: true}\n", "ok"))):
        folder = tmp_path / str(n)
        folder.mkdir()
        with running(portal) as site:
            config = county_file(folder, site.url, "/app/")
            file = config / "平安县.yaml"
            file.write_text(file.read_text(encoding="utf-8") + options, encoding="utf-8")
            sweep(folder, config, "--retries", "0")
        assert looks(folder)[0][0] == state, looks(folder)
    assert len(stored(tmp_path / "1")["versions"]) == 3
