"""A host that sees whether two ask it at once: whoever hung up asks no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Lock, Thread
from urllib.parse import urlsplit

from tests.portals.server import Portal, Request, Server, hung_up, page

SLOW = 0.15  # seconds that each answer takes


@dataclass
class Crowd:
    """Who asks now, and what was asked by two at once."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    met: list[tuple[str, ...]] = field(default_factory=list)
    turn: Lock = field(default_factory=Lock)

    def begin(self, path: str) -> None:
        with self.turn:
            self.asked.append(path)
            self.now.append(path)
            if len(self.now) > 1:
                self.met.append((*self.now,))

    def end(self, path: str) -> None:
        with self.turn:
            self.now.remove(path)

    @contextmanager
    def asks(self, request: Request) -> Iterator[None]:
        self.begin(request.path)
        try:
            yield
        finally:
            self.end(request.path)


@contextmanager
def crowded(portal: Portal, slow: float = SLOW) -> Iterator[Crowd]:
    crowd = Crowd()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            crowd.begin(path)
            try:
                if hung_up(self.connection, slow):
                    self.close_connection = True
                    return
                reply = portal(Request("GET", path, {}, "", {})) or page(
                    "<h1>404 Not Found</h1>", "404"
                )
            finally:
                crowd.end(path)
            self.send_response(404 if b"404 Not Found" in reply.body else reply.status)
            for key, value in reply.headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    crowd.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield crowd
    finally:
        server.shutdown()
        server.server_close()
