"""Sites that are served under their own names: a name of a case leads to this machine, and no other anywhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import pytest

from tests.portals.server import Portal, Reply, Request, Running, running
from tests.portals.sites import report_of

PORT = 80
Pages = Mapping[str, Any]


def portal_of(pages: Pages, host: str) -> Portal:
    """Pages by their addresses: a path with its query; of another host than the site's, //host/path."""

    def answer(request: Request) -> Reply | None:
        name = request.headers.get("Host", host).partition(":")[0]
        path = unquote(request.path)
        at = path if name == host else f"//{name}{path}"
        query = "&".join(f"{key}={value}" for key, value in request.query.items())
        held = pages.get(f"{at}?{query}" if query else at)
        return None if held is None else reply_of(held, path)

    return answer


def reply_of(held: Any, path: str) -> Reply:
    """What a site sends for a page of a case."""
    if isinstance(held, str):
        return Reply(held.encode())
    if "report" in held:
        told = tuple(sorted((key, str(value)) for key, value in held.items()))
        kind, body = report_of(told, path)
        return Reply(body, headers={"Content-Type": kind})
    kind = str(held.get("type", "text/html"))
    body = str(held["body"]).encode(held.get("encoding", "utf-8"))
    return Reply(body, held.get("status", 200), {"Content-Type": kind, **held.get("headers", {})})


def hosts_of(pages: Pages, host: str) -> set[str]:
    """The names under which a case has pages."""
    away = {
        address.removeprefix("//").partition("/")[0] for address in pages if address[:2] == "//"
    }
    return {host, *away}


@contextmanager
def named(
    monkeypatch: pytest.MonkeyPatch, pages: Pages, host: str, portal: Portal | None = None
) -> Iterator[Running]:
    """A case's sites, each at its name."""
    own = hosts_of(pages, host)
    really = socket.getaddrinfo

    with running(portal or portal_of(pages, host)) as site:
        port = int(site.url.rpartition(":")[2])

        def resolve(name: Any, asked: Any, *rest: Any, **more: Any) -> Any:
            if name in own:
                return really("127.0.0.1", asked, *rest, **more)
            if name == "127.0.0.1":
                return really(name, port if asked == PORT else asked, *rest, **more)
            raise socket.gaierror(socket.EAI_NONAME, f"{name}: no name of this case")

        with monkeypatch.context() as patched:
            patched.setattr(socket, "getaddrinfo", resolve)
            yield site
