"""A few pages over HTTP: of the daemon and of the demonstration."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

PATIENCE = 20.0  # seconds for whoever asks to say what
log = logging.getLogger("nianbao")
HTML = "text/html; charset=utf-8"


class Page(NamedTuple):
    body: bytes
    kind: str = HTML
    status: int = 200


NOT_FOUND = Page(b"not found\n", "text/plain; charset=utf-8", 404)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One that asks wrongly or goes away costs a line."""
        log.warning("page", exc_info=True)


@contextmanager
def serving(
    answer: Callable[[str], Page | None],
    address: str = "127.0.0.1",
    port: int = 0,
    clock: Callable[[], float] = time.time,
) -> Iterator[str]:
    """Answer what is asked for by its path, in threads; on a free port where none is given.
    `clock`: the time that it says it has.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = PATIENCE

        def do_GET(self) -> None:
            page = answer(self.path.partition("?")[0]) or NOT_FOUND
            self.send_response(page.status)
            self.send_header("Content-Type", page.kind)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(clock() if timestamp is None else timestamp)

        def log_message(self, *_: object) -> None:
            pass

    with _Server((address, port), Handler) as server:
        often = {"poll_interval": 0.1}
        threading.Thread(target=server.serve_forever, kwargs=often, daemon=True).start()
        try:
            yield f"http://{address}:{server.server_port}"
        finally:
            server.shutdown()
