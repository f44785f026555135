"""A browser reaches nobody but its portal, whatever a page of it tries; listened to on TCP and UDP."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.crawler.gate import Gate, Place, place_of
from nianbao.storage.evidence import Evidence
from tests.crawler.test_networks import listening
from tests.crawler.test_transport import looks, sweep
from tests.portals.server import Reply, Request, page, running
from tests.worlds.county import county_file, planted, portal_of

SECRET = b"an answer from inside"
CHROMIUM = pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")


@contextlib.contextmanager
def listening_to_datagrams() -> Iterator[tuple[int, list[bytes]]]:
    met: list[bytes] = []
    inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    inside.bind(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                met.append(inside.recv(2000))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield inside.getsockname()[1], met
    finally:
        inside.close()


def through(gate: Gate, head: str) -> bytes:
    with socket.create_connection(("127.0.0.1", gate.port), 5) as asked:
        asked.sendall(head.encode())
        said = b""
        while data := asked.recv(65536):
            said += data
        return said


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "0", "0x7f.1"]
)
def test_nobody_inside_is_reached_but_a_portal(host: str, private: bool) -> None:
    with listening(b"HTTP/1.1 200 OK\r\n\r\n" + SECRET) as (port, met):
        gate = Gate(["http://127.0.0.1:1/"], private=private)
        for place in (f"http://{host}:{port}/", f"https://{host}:{port}/"):
            gate.need(place)  # as if a page asked for it
        assert through(gate, f"GET http://{host}:{port}/ HTTP/1.1\r\n\r\n") == b""
        assert b"403" in through(gate, f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n")
        assert met == []
        assert len(gate.refused) >= 1


def test_a_portal_is_reached_and_hears_nothing_of_the_gate() -> None:
    heard: list[Request] = []

    def portal(request: Request) -> Reply | None:
        heard.append(request)
        return Reply(b"here")

    with running(portal) as site:
        gate = Gate([site.url], private=True)
        said = through(
            gate,
            f"GET {site.url}/x?y=1 HTTP/1.1\r\nHost: a\r\nProxy-Connection: keep-alive\r\n\r\n",
        )
        assert said.endswith(b"here")
        closed = Gate([site.url])
        assert through(closed, f"GET {site.url}/ HTTP/1.1\r\nHost: a\r\n\r\n") == b""
    (request,) = heard
    assert (request.path, request.query) == ("/x", {"y": "1"})
    assert "Proxy-Connection" not in request.headers


@pytest.mark.parametrize(
    "head",
    [
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET http://[ HTTP/1.1\r\n\r\n",
        "x" * 70_000,
        "CONNECT a HTTP/1.1\r\n\r\n",
        "CONNECT a:b HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_is_left(head: str) -> None:
    gate = Gate([])
    with contextlib.suppress(ConnectionError):
        assert b"200" not in through(gate, head)


def test_what_nobody_needs_is_not_reached() -> None:
    """As what the browser wants for itself: the host is public, and no page asked for it."""
    gate = Gate(["http://www.a.gov.cn/"])
    assert b"403" in through(gate, "CONNECT update.example.com:443 HTTP/1.1\r\n\r\n")
    assert gate.refused == [Place("update.example.com", 443)]
    assert place_of("wss://a.cn/") is None


@CHROMIUM
def test_no_trick_of_a_page_reaches_inside(tmp_path: Path) -> None:
    """Redirects, those of parts, fetch, WebSocket, frames, workers, WebRTC."""
    pytest.importorskip("scrapy_playwright")
    plants = planted(2)
    whole = portal_of(plants)
    answer = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
    with listening(answer + SECRET) as (port, met), listening_to_datagrams() as (udp, heard):
        there = f"http://127.0.0.1:{port}"
        named = f"http://localhost:{port}"
        script = f"""
        const told = text => document.body.append(text);
        for (const url of ['{there}/f', '{named}/f', 'http://127.1:{port}/f', '/to'])
          fetch(url).then(a => a.text()).then(told).catch(() => 0);
        try {{ new WebSocket('ws://127.0.0.1:{port}/w'); new WebSocket('ws://localhost:{port}/w'); }} catch (e) {{}}
        try {{ new Worker(URL.createObjectURL(new Blob(["fetch('{there}/k')"]))); }} catch (e) {{}}
        navigator.sendBeacon('{there}/b', 'x');
        const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{udp}'}},
          {{urls: 'turn:127.0.0.1:{port}?transport=tcp', username: 'x', credential: 'x'}}]}});
        peer.createDataChannel('x'); peer.createOffer().then(o => peer.setLocalDescription(o));
        """
        rows = "".join(
            f"<li><a href='{t.path}' title='{t.title}'>{t.title}</a><span>{t.day}</span></li>"
            for t, _ in plants
        )

        def portal(request: Request) -> Reply | None:
            if request.path == "/app/":
                parts = f"<img src='/to'><script src='/to'></script><iframe src='/to'></iframe><iframe src='{named}/i'></iframe><link rel=stylesheet href='{there}/c'><link rel=prefetch href='{there}/p'><link rel=preconnect href='{there}'>"
                draw = f'document.getElementById("app").innerHTML = "<h2>政府信息公开年报</h2><ul>{rows}</ul>";'
                wait = "<script>const end = Date.now() + 1500; while (Date.now() < end);</script>"
                return page(f"<div id='app'></div>{parts}<script>{draw}{script}</script>{wait}")
            if request.path == "/to":
                return Reply(b"", 302, {"Location": f"{there}/r"})
            if request.path == "/moved/":
                return Reply(b"", 302, {"Location": f"{there}/m"})
            return whole(request)

        with running(portal) as site:
            config = county_file(tmp_path, site.url, "/app/", "/moved/")
            file = config / "平安县.yaml"
            file.write_text(
                file.read_text(encoding="utf-8") + "http: {browser: true}\n", encoding="utf-8"
            )
            done = sweep(tmp_path, config, "--retries", "0")
            assert "/app/" in site.paths(), done.stdout + done.stderr
    assert met == []
    assert heard == []
    states = [state for state, _ in looks(tmp_path)]
    assert states[0] == "ok"
    assert states[1] != "ok"
    evidence = Evidence(tmp_path / "evidence")
    assert not any(SECRET in evidence.read(name) for name in evidence.names())
