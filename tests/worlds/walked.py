"""Every page of a site by its links, some of each kind."""

from __future__ import annotations

import re
import time
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
        is_taken = answer.headers.get("content-disposition", "").startswith("attachment")
        if is_taken or not answer.headers["content-type"].startswith("text/html"):
            continue
        kinds[kind_of(address)] += 1
        found.append(address)
        links = re.findall(r'(?<!load )href="([^"#]+)', answer.text)
        whole = (urljoin(answer.url, unescape(each)) for each in links)
        waiting += [each for each in whole if each.startswith(start) and "lang=" not in each]
    return found


def made_by_forms(
    address: str, county: str, missing: str, draft: tuple[str, bytes]
) -> dict[str, str]:
    """Pages that only forms make, each under what it is: a change that is not written, a look, a search, a check and
    the one after it.
    """
    page = requests.get(f"{address}/setup/{county}", timeout=60).text
    mark = re.findall('name="mark" value="([^"]*)"', page)[0]
    ours = {"Origin": address, "Sec-Fetch-Site": "same-origin"}

    def post(path: str, **fields: str) -> str:
        return requests.post(address + path, fields, headers=ours, timeout=60).url

    def check(**fields: str) -> str:
        given = {"files": draft}
        return requests.post(f"{address}/check", fields, files=given, headers=ours, timeout=60).url

    checked = check()
    seen = requests.get(f"{address}/p/{missing}", timeout=60).text
    made = {
        "seen": address + re.findall('src="(/seen/[^"]+)"', seen)[0],
        "job": post("/do/look", county=county),
        "check": checked,
        "mended": check(before=checked.rpartition("/")[2]),
        "change": post(
            f"/setup/{county}/units", mark=mark, **{"name.0": "兴华镇", "renamed.0": "2026-12-31"}
        ),
        "search": post(f"/setup/{county}/discover", url=address_of(page) or "http://a.gov.cn/"),
    }
    for _ in range(600):
        if not any(is_live(each) for each in made.values()):
            break
        time.sleep(0.1)
    return {key: unescape(each).removeprefix(address) for key, each in made.items()}


def address_of(page: str) -> str:
    """Of a portal, as the form of a search has it."""
    return "".join(re.findall('name="url" value="([^"]+)"', page)[:1])


def is_live(address: str) -> bool:
    """Whether more is to come."""
    return bool(re.search("data-(again|live)", requests.get(address, timeout=60).text))
