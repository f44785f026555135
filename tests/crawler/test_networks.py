"""Whom nobody outside may lead us to, row by row; and that no request lasts or grows for ever."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.crawler.answers import Ask
from nianbao.crawler.client import Client
from nianbao.crawler.networks import CLOSED, is_public, number_of
from tests.portals.server import Reply, Request, running
from tests.worlds.commands import run_here


@pytest.mark.parametrize("network", CLOSED)
def test_both_ends_of_each_row_are_closed(network: str) -> None:
    row = ipaddress.ip_network(network)
    middle = row[row.num_addresses // 3]
    assert [is_public(str(number)) for number in (row[0], middle, row[-1])] == [False] * 3


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "192.88.98.1", "198.20.0.1", "223.255.255.255",
        "2400:da00::1", "240e::1", "2001:250::1", "2002:101:101::1",
    ],
)  # fmt: skip
def test_their_neighbours_are_open(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "0x7f.1", "2130706433", "127.1", "0177.0.0.1", "0x7f000001", "127.0.0.1.", "0", "0x0", "10.1", "0xA9FEA9FE",
        "[::1%lo]", "::1%25lo", "[::]", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:c0a8:101::1", "fec0::1", "fd00::1", "localhost", "", "中",
        "0000:0000:0000:0000:0000:0000:0000:0001", "4294967296", "1.2.3.4.5",
    ],
)  # fmt: skip
def test_odd_spellings_of_what_is_closed_are_closed(host: str) -> None:
    assert not is_public(host)


def test_a_name_is_no_number() -> None:
    assert [number_of(name) for name in ("a.cn", "1a.cn", "0xg", "1.2.3.4.5", "x.1")] == [None] * 5


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1", "0"])
def test_nobody_is_connected_to_before_he_was_looked_at(host: str) -> None:
    with listening() as (port, met):
        answer = Client(pause=0, timeout=3).fetch(Ask(f"http://{host}:{port}/"))
    assert answer.error == "forbidden_address"
    assert met == []


@pytest.mark.parametrize(
    "where", ["http://127.1:{}/", "http://2130706433:{}/", "//[::ffff:127.0.0.1]:{}/"]
)
def test_a_redirect_is_looked_at_too(where: str) -> None:
    """Leave for one address is none for where it leads."""
    with listening() as (port, met):
        there = where.format(port)
        with running(lambda request: Reply(b"", 302, {"Location": there})) as site:
            client = Client(pause=0, timeout=3)
            client.may_reach = lambda address: bool(site.requests) is False or is_public(address)
            answer = client.fetch(Ask(site.url + "/"))
    assert answer.error in ("forbidden_address", "bad_redirect")
    assert met == []


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
DRIPS = {
    "nothing": (b"", b""),
    "its status": (b"", b"HTTP/1.1 200 OK"),
    "headers": (HEAD, b"X-A: b\r\n" * 90),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 90),
    "its body": (HEAD + b"\r\n", b"x" * 1000),
    "a body of a length": (HEAD + b"Content-Length: 1000\r\n\r\n", b"x" * 1000),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 1000),
}


@pytest.mark.parametrize("what", DRIPS)
def test_who_drips_is_left_when_the_time_is_over(what: str) -> None:
    first, rest = DRIPS[what]
    with listening(first, rest) as (port, _):
        began = time.monotonic()
        client = Client(allow_private=True, pause=0, timeout=5, seconds=0.6)
        answer = client._fetch(Ask(f"http://127.0.0.1:{port}/"))
        assert time.monotonic() - began < 2
    assert answer.error == "timeout"


def test_a_handshake_that_drips_is_left_too() -> None:
    with listening(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xf0", b"\0" * 1000) as (port, _):
        client = Client(allow_private=True, pause=0, timeout=5, seconds=0.6)
        assert client._fetch(Ask(f"https://127.0.0.1:{port}/")).error == "timeout"


def test_all_requests_of_a_client_have_one_end() -> None:
    with running(lambda request: Reply(b"x", 200, slow=0.1)) as site:
        client = Client(allow_private=True, pause=0, seconds_in_all=0.5)
        answers = [client.fetch(Ask(f"{site.url}/{n}")) for n in range(12)]
    assert not answers[0].error
    assert answers[-1].error == "timeout"


def test_probe_and_doctor_reach_nobody_inside(tmp_path: Path) -> None:
    with listening() as (port, met):
        done = run_here(tmp_path, "probe", f"http://127.1:{port}/nb/", "--pause", "0")
        assert done.returncode == 1, done.stdout + done.stderr
        counties = tmp_path / "config/counties"
        counties.mkdir(parents=True)
        text = f"county: 平安县\ncode: '140999'\nhost: 127.1:{port}\nunits: [柳树镇]\n"
        (counties / "平安县.yaml").write_text(text, encoding="utf-8")
        done = run_here(tmp_path, "doctor", "--portals")
        assert "Traceback" not in done.stderr
        assert met == []


@contextlib.contextmanager
def listening(first: bytes = b"", rest: bytes = b"") -> Iterator[tuple[int, list[bytes]]]:
    """Says something at once and the rest a byte at a time; remembers whoever came."""
    met: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def drip(reached: socket.socket) -> None:
        with reached, contextlib.suppress(OSError):
            if first:
                reached.sendall(first)
            for byte in rest:
                if ended.wait(0.05):
                    return
                reached.sendall(bytes([byte]))
            ended.wait(20)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                reached, _ = server.accept()
                met.append(b"")
                threading.Thread(target=drip, args=(reached,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], met
    finally:
        ended.set()
        server.close()


def test_a_connection_that_is_kept_is_watched_again(tmp_path: Path) -> None:
    """Over TLS, too: the second request ends with its own time."""
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    def portal(request: Request) -> Reply:
        return Reply(b"x", slow=5.0 if request.path == "/slow" else 0.0)

    with running(portal, context) as site:
        client = Client(allow_private=True, pause=0, seconds=1.0)
        client.session.verify = str(tmp_path / "ca.pem")
        url = site.url.replace("127.0.0.1", "localhost")
        answers = [client._fetch(Ask(url + path)) for path in ("/a", "/b", "/slow")]
    assert [answer.error for answer in answers] == ["", "", "timeout"]
