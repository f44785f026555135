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
        self.taken.append(email.message_from_bytes(data, policy=email.policy.default))


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
                        if part.startswith(b".."):
                            part = part[1:]
                        lines.append(part)
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
        often = {"poll_interval": 0.05}
        threading.Thread(target=server.serve_forever, kwargs=often, daemon=True).start()
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
        if part:
            return None
        return Page(_index(box, folder))

    with serving(answer) as url:
        yield f"{url}/"


def as_page(mail: EmailMessage) -> bytes:
    """The HTML of a mail with its pictures in it."""
    body = mail.get_body(("html", "plain"))
    if body is None:
        return b""
    text = str(body.get_content())
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if part.get_content_maintype() == "image" and isinstance(content, bytes):
            name = str(part["Content-ID"]).strip("<>")
            picture = base64.b64encode(content).decode()
            text = text.replace(f"cid:{name}", f"data:image/png;base64,{picture}")
    return text.encode()


def _index(box: Mailbox, folder: Path) -> bytes:
    mails = "".join(_mail_row(n, mail) for n, mail in enumerate(box.taken))
    written = [path.name for path in sorted(folder.glob("*.*")) if path.suffix in PAPERS]
    files = "".join(f"<li><a href='/file/{name}'>{name}</a></li>" for name in written)
    head = f"<meta charset='utf-8'><title>年报 demo</title><style>{STYLE}</style>"
    body = f"<h1>青川县</h1><h2>邮件</h2><ol>{mails}</ol><h2>文件</h2><ul>{files}</ul>"
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


PAPERS = (".xlsx", ".docx")
STYLE = "body{font:16px/1.7 sans-serif;max-width:52rem;margin:2rem auto}"


def _mail_row(number: int, mail: EmailMessage) -> str:
    subject, day, to = (html.escape(str(mail[name])) for name in ("Subject", "Date", "To"))
    return f"<li><a href='/mail/{number}'>{subject}</a> <small>{day} → {to}</small></li>"
