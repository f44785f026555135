"""A mail server that keeps what it is given, and a page to read it on."""

from __future__ import annotations

import base64
import email
import email.policy
import html
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Mailbox:
    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.port = 0

    def take(self, data: bytes) -> None:
        self.taken.append(email.message_from_bytes(data, policy=email.policy.default))  # type: ignore[arg-type]


@contextmanager
def receiving() -> Iterator[Mailbox]:
    """As much SMTP as a sender needs, on this machine alone."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 demo\r\n")
            while line := self.rfile.readline(4096):
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = []
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        lines.append(part[1:] if part.startswith(b"..") else part)
                    box.take(b"".join(lines))
                if verb == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                self.wfile.write(b"250 ok\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()


@contextmanager
def shown(box: Mailbox, folder: Path) -> Iterator[str]:
    """The mails and the files of a folder on a page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            part = self.path.strip("/")
            name = Path(part).name
            if part.startswith("mail/") and name.isdigit() and int(name) < len(box.taken):
                self._answer(as_page(box.taken[int(name)]), "text/html; charset=utf-8")
            elif part.startswith("file/") and (folder / name).is_file():
                self._answer((folder / name).read_bytes(), "application/octet-stream")
            elif not part:
                self._answer(_index(box, folder), "text/html; charset=utf-8")
            else:
                self.send_error(404)

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def as_page(mail: EmailMessage) -> bytes:
    """The HTML of a mail with its pictures in it."""
    body = mail.get_body(("html", "plain"))
    text = str(body.get_content()) if body is not None else ""
    for part in mail.walk():
        if part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]
            text = text.replace(f"cid:{str(part['Content-ID']).strip('<>')}", f"data:image/png;base64,{data}")
    return text.encode()


def _index(box: Mailbox, folder: Path) -> bytes:
    mails = "".join(
        f"<li><a href='/mail/{n}'>{html.escape(str(mail['Subject']))}</a> <small>{html.escape(str(mail['Date']))} → "
        f"{html.escape(str(mail['To']))}</small></li>"
        for n, mail in enumerate(box.taken)
    )
    files = "".join(
        f"<li><a href='/file/{path.name}'>{path.name}</a></li>"
        for path in sorted(folder.glob("*.*"))
        if path.suffix in (".xlsx", ".docx")
    )
    head = "<meta charset='utf-8'><title>年报 demo</title><style>body{font:16px/1.7 sans-serif;max-width:52rem;margin:2rem auto}</style>"
    return f"<!DOCTYPE html><html><head>{head}</head><body><h1>青川县</h1><h2>邮件</h2><ol>{mails}</ol><h2>文件</h2><ul>{files}</ul></body></html>".encode()
