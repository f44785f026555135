"""What a form says: from a page of ours alone, and not too much of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from getpass import getuser
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from nianbao.monitor.web.asked import AskedWronglyError

MOST_BYTES = 1024 * 1024
MOST_FIELDS = 20_000


async def posted(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body of a form. Raises AskedWronglyError where another site sent it, or too much."""
    if not _is_ours(request):
        zh = "这个操作不是从本系统的页面发出的，未执行"
        raise AskedWronglyError(zh, "another site asked for this: nothing was done", 403)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise AskedWronglyError("提交的内容过大", "too much was sent", 413)
    return bytes(body)


def _is_ours(request: Request) -> bool:
    """What browsers say of where a request is from; one that says nothing of it is no browser's."""
    site = request.headers.get("sec-fetch-site", "")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "")
    return not origin or urlsplit(origin).netloc == request.headers.get("host", "")


def fields_of(body: bytes) -> Mapping[str, list[str]]:
    """Of a form without files. Raises AskedWronglyError."""
    found: dict[str, list[str]] = {}
    try:
        text = body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise AskedWronglyError("提交的内容无法读取", "the form can't be read") from None
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def who_asks() -> str:
    """Who acts, as the log of what people decided says: there are no accounts yet."""
    try:
        user = getuser()
    except (OSError, KeyError):
        user = ""
    return os.environ.get("NIANBAO_WHO") or f"本机 {user}".strip()
