"""A small real HTTP server: routes by path, answers as plain data, every request remembered."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"}
    )
    slow: float = 0.0  # seconds before it begins
    cut: int = 0  # bytes of the body that never come
    reset: bool = False
    close: bool = False  # HTTP/1.0: no length, the connection is closed behind the body


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: str
    headers: Mapping[str, str]
    at: float = field(default_factory=time.monotonic)


Portal = Callable[[Request], Reply | None]


def page(
    body: str, title: str = "平安县人民政府", head: str = "", encoding: str = "utf-8"
) -> Reply:
    text = f'<!DOCTYPE html><html><head><meta charset="{encoding}"><title>{title}</title>{head}</head><body>{body}</body></html>'
    return Reply(text.encode(encoding, "replace"), headers={"Content-Type": "text/html"})


def hung_up(connection: socket.socket, seconds: float) -> bool:
    """Whether whoever asked is gone before the time is over."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        ready, _, _ = select.select([connection], [], [], left)
        if ready and not connection.recv(1, socket.MSG_PEEK):
            return True
        if ready:
            time.sleep(0.005)
    return False


@dataclass
class Running:
    url: str
    requests: list[Request]

    def paths(self) -> list[str]:
        return [request.path for request in self.requests if request.path != "/robots.txt"]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked went away: no fault, and no line among those of the test that runs by then."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


During = Callable[[Request], contextlib.AbstractContextManager[object]]


def _nobody(request: Request) -> contextlib.AbstractContextManager[object]:
    return contextlib.nullcontext()


@contextlib.contextmanager
def running(
    portal: Portal, secure: ssl.SSLContext | None = None, during: During = _nobody
) -> Iterator[Running]:
    """The portal on a free port of loopback, until the test is over. `during`: who is told of each
    request until its answer begins, or whoever asked is gone.
    """
    seen: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each body waits 40 ms behind its headers

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            query = {
                key: values[-1]
                for key, values in parse_qs(parts.query, keep_blank_values=True).items()
            }
            request = Request(
                method, parts.path, query, self.rfile.read(length).decode(), dict(self.headers)
            )
            seen.append(request)
            with during(request):
                reply = portal(request) or page("<h1>404 Not Found</h1>", "404")
                if reply.slow and self._gone_after(reply.slow):
                    self.close_connection = True
                    return
            status = (
                404
                if reply.status == 200 and b"<h1>404 Not Found</h1>" in reply.body
                else reply.status
            )
            if reply.reset:
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0"
                )
                self.close_connection = True
                return
            if reply.close:
                self.protocol_version, self.close_connection = "HTTP/1.0", True
            if "Date" in reply.headers:  # a host that lives in another time
                self.send_response_only(status)
            else:
                self.send_response(status)
            for key, value in reply.headers.items():
                self.send_header(key, value)
            if "Content-Length" not in reply.headers and not reply.close:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: len(reply.body) - reply.cut] if reply.cut else reply.body)
            if reply.cut:
                self.close_connection = True

        def _gone_after(self, seconds: float) -> bool:
            """Where somebody counts who asks: whoever hung up asks no more."""
            if during is not _nobody:
                return hung_up(self.connection, seconds)
            time.sleep(seconds)
            return False

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if secure is not None:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield Running(f"{'https' if secure else 'http'}://127.0.0.1:{server.server_port}", seen)
    finally:
        server.shutdown()
        server.server_close()
