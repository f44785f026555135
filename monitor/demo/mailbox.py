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
from pathlib import Path

from nianbao.monitor.pages import Page, serving


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
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        try:
            yield box
        finally:
            server.shutdown()


@contextmanager
def shown(box: Mailbox, folder: Path) -> Iterator[str]:
    """The mails and the files of a folder on a page."""

    def answer(path: str) -> Page | None:
        part = path.strip("/")
        name = Path(part).name
        if part.startswith("mail/") and name.isdigit() and int(name) < len(box.taken):
            return Page(as_page(box.taken[int(name)]))
        if part.startswith("file/") and (folder / name).is_file():
            return Page((folder / name).read_bytes(), "application/octet-stream")
        return None if part else Page(_index(box, folder))

    with serving(answer) as url:
        yield f"{url}/"


def as_page(mail: EmailMessage) -> bytes:
    """The HTML of a mail with its pictures in it."""
    body = mail.get_body(("html", "plain"))
    text = str(body.get_content()) if body is not None else ""
    for part in mail.walk():
        if part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]
            text = text.replace(
                f"cid:{str(part['Content-ID']).strip('<>')}", f"data:image/png;base64,{data}"
            )
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
