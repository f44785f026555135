"""The one way out for a browser: a proxy that looks at whom it connects to.

A name is resolved once, and the very address that was looked at is connected to. Only the portal's
hosts are reached, and those that a page of it asks for; what the browser wants for itself is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Collection
from typing import NamedTuple

from nianbao.crawler.addresses import split
from nianbao.crawler.networks import is_public, number_of

MOST_HEAD = 64 * 1024  # bytes of what is asked
MOST_BYTES = 64 * 1024 * 1024  # of one connection
SECONDS = 120.0  # of one connection, in all
PORTS = {"http": 80, "https": 443}
# What a connection may end with; the end of its time among them.
FAULTS = (OSError, EOFError, ValueError, asyncio.LimitOverrunError)
OWN = ("proxy-", "connection:", "keep-alive:")  # of headers that end here


class Place(NamedTuple):
    host: str
    port: int


def place_of(url: str) -> Place | None:
    """Where an address leads; None where it leads nowhere."""
    parts = split(url)
    port = parts.port or PORTS.get(parts.scheme, 0)
    if not parts.hostname or not port:
        return None
    return Place(parts.hostname, port)


class Gate:
    """Runs in a thread of its own until the process ends."""

    def __init__(self, portals: Collection[str], *, private: bool = False) -> None:
        self.portals = {place for place in map(place_of, portals) if place is not None}
        self.private = private  # whether the portals themselves may be on private addresses
        self.needed: set[Place] = set()
        self.refused: list[Place] = []
        self.port = 0
        ready = threading.Event()
        threading.Thread(target=self._serve, args=(ready,), daemon=True).start()
        ready.wait(10)

    def need(self, url: str) -> None:
        """A page asks for it."""
        place = place_of(url)
        if place is not None:
            self.needed.add(place)

    def _serve(self, ready: threading.Event) -> None:
        async def serve() -> None:
            server = await asyncio.start_server(self._met, "127.0.0.1", 0, limit=MOST_HEAD)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await server.serve_forever()

        asyncio.run(serve())

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(*FAULTS):
            async with asyncio.timeout(SECONDS):
                await self._pass(reader, writer)
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, _, headers = head.partition("\r\n")
        method, target, _ = line.split(" ", 2)
        is_tunnel = method == "CONNECT"
        place = place_of(f"https://{target}" if is_tunnel else target)
        reached = await self._reached(place) if place is not None else None
        if reached is None:
            # To a page nothing is answered: it would be taken for the portal's own answer.
            writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n" if is_tunnel else b"")
            return
        theirs, there = reached
        try:
            if is_tunnel:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                there.write(_asked(method, target, headers))
            await asyncio.gather(_pump(reader, there), _pump(theirs, writer))
        finally:
            there.close()

    async def _reached(
        self, place: Place
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        if place in self.portals or place in self.needed:
            for address in await _addresses(place.host):
                if self.may_reach(place, address):
                    with contextlib.suppress(OSError):
                        return await asyncio.open_connection(address, place.port)
        self.refused.append(place)
        return None

    def may_reach(self, place: Place, address: str) -> bool:
        return is_public(address) or (self.private and place in self.portals)


async def _addresses(host: str) -> list[str]:
    number = number_of(host)
    if number is not None:
        return [str(number)]
    try:
        loop = asyncio.get_running_loop()
        told = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in told))


def _asked(method: str, target: str, headers: str) -> bytes:
    """A request as the server itself wants it; its connection is for this one alone."""
    parts = split(target)
    path = parts.path or "/"
    if parts.query:
        path += f"?{parts.query}"
    kept = [line for line in headers.split("\r\n") if line and not line.lower().startswith(OWN)]
    lines = [f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    size = 0
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            size += len(data)
            if size > MOST_BYTES:
                break
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
