"""What a fourth attacker's portal answers, byte for byte; run by itself: `python -m tests.attacks.field5.fourth_again`.

Each answer is a list without the due year's report, as a browser or a wire may spoil it; a look at it may be
whole only where `whole` says so. Loopback only, a minute at the most.
"""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from nianbao.crawler.client import Client
from nianbao.crawler.probe import probe

ROW = "<li><a href='/a{0}.html'>柳树镇{0}年政府信息公开工作年度报告</a><span>{1}-01-12</span></li>"
DUE = ROW.format(2025, 2026)
LIST = "".join(ROW.format(year, year + 1) for year in (2024, 2023, 2022, 2021))
PAGE = (
    "<html><head><meta charset=utf-8>{0}<title>政府信息公开年报</title></head><body>"
    "<h2>政府信息公开年报</h2><ul>{1}</ul></body></html>"
)
MOST = 64 * 1024 * 1024


class Sent(NamedTuple):
    body: bytes
    headers: str = ""
    status: str = "200 OK"
    length: int | None = -1  # -1: that of the body; None: not told
    whole: bool = False


def page(rows: str = LIST, head: str = "") -> bytes:
    return PAGE.format(head, rows).encode()


def packed(body: bytes) -> bytes:
    return gzip.compress(body)


def flushed(body: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packing.compress(body) + packing.flush(zlib.Z_SYNC_FLUSH)


PACKED = "Content-Encoding: gzip\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
ANSWERS: Mapping[str, Sent] = {
    "ok": Sent(page(), whole=True),
    "no length": Sent(page(), length=None, whole=True),
    "packed and cut": Sent(packed(page() + b" " * 3000)[:200], PACKED),
    "packed, flushed and cut": Sent(flushed(page()[:400]), PACKED),
    "a bomb": Sent(packed(page() + b" " * MOST), PACKED),
    "chunks without an end": Sent(b"%x\r\n%b\r\n" % (len(page()), page()), CHUNKED, length=None),
    "shorter than told": Sent(page(), length=len(page()) + 500),
    "closed in the list": Sent(page()[:400], length=None),
    "two lengths": Sent(page(), f"Content-Length: {len(page()) - 40}\r\n"),
    "a large header": Sent(page(), f"X-A: {'y' * 1_000_000}\r\n"),
    "in part": Sent(page(), "Content-Range: bytes 0-900/5000\r\n", "206 Partial Content"),
    "not now": Sent(page(), status="202 Accepted"),
    "nothing": Sent(b"", status="204 No Content"),
    "to a file": Sent(b"", "Location: file:///etc/passwd\r\n", "302 Found"),
    "to itself": Sent(b"", "Location: /\r\n", "302 Found"),
    "to our own port": Sent(b"", "Location: //127.0.0.1:1/\r\n", "302 Found"),
    "sent on": Sent(page(head="<meta http-equiv=refresh content='0;url=/new/'>")),
    "sent on by a header": Sent(page(), "Refresh: 0; url=/new/\r\n"),
    "an old copy": Sent(page(), "Age: 8640000\r\nX-Cache: HIT\r\n"),
    "nested": Sent(page(LIST + "<div>" * 300 + DUE)),
    "nested for ever": Sent(page("<div>" * 200_000 + LIST)),
    "attributes": Sent(page(f"<p {' '.join(f'a{n}=1' for n in range(300_000))}>{LIST}")),
}


def serve(server: socket.socket, sent: Sent) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            asked = connection.recv(65536)
            one = sent if b" /robots.txt " not in asked else Sent(b"User-agent: *\nAllow: /\n")
            length = len(one.body) if one.length == -1 else one.length
            told = "" if length is None else f"Content-Length: {length}\r\n"
            head = f"HTTP/1.1 {one.status}\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
            try:
                connection.sendall(f"{head}{told}{one.headers}\r\n".encode() + one.body)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                continue


def looked_at(sent: Sent) -> str:
    """What came of a look: its state, with a mark where it is not as it must be."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server, sent), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        listing = probe(url, Client(allow_private=True, pause=0.0, timeout=5.0)).listing
        server.shutdown(socket.SHUT_RDWR)
    seen = any("2025" in item.title for item in listing.items)
    right = listing.state.complete is sent.whole or seen
    return f"{'held' if right else 'A   '} {listing.state.name} {listing.state.detail[:80]}"


if __name__ == "__main__":
    for name, sent in ANSWERS.items():
        print(f"{name:26}{looked_at(sent)}", flush=True)
