"""A country of portals on loopback addresses, one for each county of the
packed list.

python -m benchmarks.country COUNTIES PORT

A process of its own, that serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from nianbao.storage.nation import County, counties, name_and_aliases, towns_of
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html

YEAR = 2025
KINDS = 40  # different reports; each unit's has its own name in it
TOWN, COUNTY = "无名镇", "无名县"


def address_of(n: int) -> str:
    return f"127.{1 + n // 62500}.{1 + n // 250 % 250}.{1 + n % 250}"


def chosen(count: int) -> Sequence[County]:
    return counties()[:count]


@cache
def towns(county: County) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for town in towns_of(county.code):
        found.setdefault(name_and_aliases(town)[0], town.code)
    return list(found.items())


def write_config(folder: Path, count: int, port: int) -> int:
    """The first counties' files; returns how many units they have."""
    return write_counties(folder, chosen(count), port)


def write_counties(folder: Path, counties: Sequence[County], port: int) -> int:
    units = 0
    for n, county in enumerate(counties):
        host = f"{address_of(n)}:{port}"
        lines = [
            f"county: {county.name}",
            f'code: "{county.code}"',
            f"host: {host}",
            "columns:",
            f"  - {{url: 'http://{host}/nb/', preset: trs-index}}",
            "units:",
        ]
        lines += [
            f'  - {{name: {name}, code: "{code}", aliases: [{name}人民政府]}}'
            for name, code in towns(county)
        ]
        (folder / f"{county.code}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        units += len(towns(county))
    return units


@cache
def template(kind: int) -> str:
    draft = clean(kind, unit=f"{TOWN}人民政府", year=YEAR)
    words = print_draft(draft)
    page = write_html(words, word=True, published=f"{YEAR + 1}-01-15").decode()
    if draft.county:
        page = page.replace(draft.county, COUNTY)
    return page


def article(county: County, n: int, name: str) -> bytes:
    return template(n % KINDS).replace(TOWN, name).replace(COUNTY, county.name).encode()


def listing(county: County) -> bytes:
    rows = "".join(
        f"<li><a href='./202601/t20260115_{n}.html' title='{name}{YEAR}年政府信息公开工作年度报告'>"
        f"{name}{YEAR}年政府信息公开工作年度报告</a><span>{YEAR + 1}-01-15</span></li>"
        for n, (name, _) in enumerate(towns(county))
    )
    menu = "".join(f"<li><a href='/c{i}/'>栏目{i}</a></li>" for i in range(30))
    body = f"<ul>{menu}</ul><ul>{rows}</ul>"
    head = "<head><title>政府信息公开年报</title></head>"
    return f"<!DOCTYPE html><html>{head}<body>{body}</body></html>".encode()


HEAD = b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    host = writer.get_extra_info("sockname")[0].split(".")
    n = (int(host[1]) - 1) * 62500 + (int(host[2]) - 1) * 250 + int(host[3]) - 1
    try:
        county = counties()[n]
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode()
            body = _body(county, path)
            status = b"200 OK" if body else b"404 Not Found"
            writer.write(HEAD % (status, len(body)))
            writer.write(body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _body(county: County, path: str) -> bytes:
    if path == "/nb/":
        return listing(county)
    if path.startswith("/nb/202601/t"):
        n = int(path.rpartition("_")[2].partition(".")[0])
        return article(county, n, towns(county)[n][0])
    return b""


async def _serve(count: int, port: int) -> None:
    for kind in range(KINDS):
        template(kind)
    for n in range(count):
        listener = socket.create_server((address_of(n), port), backlog=16)
        await asyncio.start_server(_answer, sock=listener)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
