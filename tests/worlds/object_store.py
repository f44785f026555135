"""An S3-compatible store on loopback, which refuses, stalls or cuts its answers when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

Begin = Callable[..., Any]
KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "s3cret-9f3c",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
REFUSED = b"<?xml version='1.0'?><Error><Code>%s</Code><Message>not now</Message></Error>"
CODES = {403: ("403 Forbidden", b"AccessDenied"), 503: ("503 Slow Down", b"SlowDown")}


@dataclass
class Objects:
    """A bucket, and how its store behaves; `asked` holds each request."""

    port: int = 0
    mood: str = ""  # "403", "503", "stall", "cut", "short"
    moody: Callable[[str, str], bool] = lambda method, path: True
    asked: list[tuple[str, str]] = field(default_factory=list)
    awake: threading.Event = field(default_factory=threading.Event)
    backend: Any = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str, bucket: str = "proofs") -> str:
        return f"s3://{bucket}/{path}?endpoint={self.endpoint}"

    def __call__(self, environ: dict[str, Any], begin: Begin) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.asked.append((method, path))
        if not self.mood or not self.moody(method, path):
            return self.backend(environ, begin)  # type: ignore[no-any-return]
        if self.mood == "stall":
            self.awake.wait(120)
            begin("503 Slow Down", [])
            return []
        if self.mood in ("403", "503"):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            status, code = CODES[int(self.mood)]
            begin(status, [("Content-Type", "application/xml")])
            return [REFUSED % code] if method != "HEAD" else []
        return self._cut(environ, begin)

    def _cut(self, environ: dict[str, Any], begin: Begin) -> Iterable[bytes]:
        """Half of the body: the connection ends before what was promised, or the half is promised."""
        told: list[Any] = []
        body = b"".join(self.backend(environ, lambda *given: told.append(given)))
        half = body[: len(body) // 2]
        promised = len(body) if self.mood == "cut" else len(half)
        status, headers = told[0][:2]
        kept = [(key, value) for key, value in headers if not _is_of_body(key)]
        begin(status, [*kept, ("Content-Length", str(promised))])
        return [half]


def _is_of_body(key: str) -> bool:
    return key.lower() == "content-length" or key.lower().startswith("x-amz-checksum")


class Silent(WSGIRequestHandler):
    def log(self, *_: object, **__: object) -> None:
        pass


@contextmanager
def storing() -> Iterator[Objects]:
    """The environment holds its keys (`KEYS`), or it refuses."""
    found = Objects(backend=DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, found, threaded=True, request_handler=Silent)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.awake.set()
        server.shutdown()
        thread.join()
