"""Pages as browsers save them: whole, in one file by SingleFile, and as a web archive."""

from __future__ import annotations

import base64
import quopri
import re
from datetime import datetime
from email.utils import format_datetime

PAGER = re.compile(r'<script>createPageHTML\((\d+), (\d+), "(\w+)", "html"\);</script>')


def drawn(page: bytes) -> bytes:
    """What is left of a page that is saved as it was drawn: no scripts, and what they wrote."""

    def pager(match: re.Match[str]) -> str:
        count, here, name = int(match[1]), int(match[2]), match[3]
        names = [f"{name}_{n}.html" if n else f"{name}.html" for n in range(count)]
        links = [f'<a href="{name}">{n}</a>' for n, name in enumerate(names, 1)]
        links[here] = f"<span>{here + 1}</span>"
        if here + 1 < count:
            links.append(f'<a href="{names[here + 1]}">下一页</a>')
        return f'<div class="page">{" ".join(links)}</div>' if count > 1 else ""

    text = PAGER.sub(pager, page.decode("utf-8"))
    return re.sub("(?s)<script.*?</script>", "", text).encode()


def whole(url: str, page: bytes) -> bytes:
    """As 另存为“网页，全部” writes it; it does not tell the time."""
    head, mark, rest = page.partition(b"<html")
    return head + f"<!-- saved from url=({len(url):04}){url} -->\n".encode() + mark + rest


def single_file(url: str, page: bytes, at: datetime) -> bytes:
    written = f"{at:%a %b %d %Y %H:%M:%S} GMT{at:%z} (中国标准时间)"
    told = f"\n Page saved with SingleFile \n url: {url} \n saved date: {written}\n"
    head, mark, rest = drawn(page).partition(b"<html")
    return head + mark + b"><!--" + told.encode() + b"-->" + rest.partition(b">")[2]


def web_archive(url: str, page: bytes, at: datetime, encoding: str = "quoted-printable") -> bytes:
    """As Chromium writes .mhtml; pictures and styles beside the page."""
    left = drawn(page)
    packed = base64.encodebytes(left) if encoding == "base64" else quopri.encodestring(left)
    head = (
        "From: <Saved by Blink>\r\n"
        f"Snapshot-Content-Location: {url}\r\n"
        "Subject: =?utf-8?Q?=E5=B9=B4=E6=8A=A5?=\r\n"
        f"Date: {format_datetime(at)}\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----x----"\r\n\r\n'
    )
    style = (
        "------x----\r\nContent-Type: text/css\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        "Content-Location: cid:css-1@mhtml.blink\r\n\r\np { margin: 0 }\r\n"
    )
    frame = (
        "------x----\r\nContent-Type: text/html\r\nContent-Location: http://ads.example/\r\n\r\n"
        "<p>advertisement</p>\r\n"
    )
    own = (
        f"------x----\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: {encoding}\r\n"
        f"Content-Location: {url}\r\n\r\n"
    )
    parts = (head, style, frame, own)
    return "".join(parts).encode() + packed + b"\r\n------x------\r\n"
