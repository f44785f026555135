"""Every page of a site by its links, some of each kind."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

MOST_ASKED = 400
# Of codes, years and names that nobody can guess.
PART = re.compile(r"[0-9]+|[A-Za-z0-9_-]{20,}")


def kind_of(address: str) -> str:
    """The same for pages that are made by one template."""
    parts = urlsplit(address)
    keys = sorted({each.partition("=")[0] for each in parts.query.split("&")} - {""})
    return PART.sub("#", parts.path) + "?" * bool(keys) + "&".join(keys)


def pages_of(start: str, most: int = 2, also: tuple[str, ...] = ()) -> list[str]:
    """The addresses of pages, `most` of each kind, in the order in which one comes to them."""
    waiting, seen, kinds = [start, *(start + each for each in also)], set[str](), Counter[str]()
    found: list[str] = []
    while waiting and len(seen) < MOST_ASKED:
        address = waiting.pop(0)
        if address in seen or kinds[kind_of(address)] >= most or "/seen/" in address:
            continue
        seen.add(address)
        answer = requests.get(address, timeout=60)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        kinds[kind_of(address)] += 1
        found.append(address)
        links = re.findall(r'(?<!load )href="([^"#]+)', answer.text)
        whole = (urljoin(answer.url, unescape(each)) for each in links)
        waiting += [each for each in whole if each.startswith(start) and "lang=" not in each]
    return found
