"""Are the counties as their files say? `python tests/attacks/counties/check.py` lists what is planted; a fault is told and ends it with 1.

Pages are walked by their links alone: anchors, frames, refreshes, redirects, TRS's pager, and addresses in scripts and JSON.
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.attacks.counties.counties import SHAPES, pages, told

YEARS = (2023, 2024, 2025)
HREF = re.compile(r"""<(?:a|iframe)\b[^>]*?\b(?:href|src)=(?:"([^"]*)"|'([^']*)')""")
REFRESH = re.compile(r"http-equiv=.refresh.[^>]*?url=([^\"'>]+)", re.I)
SCRIPT = re.compile(r"<script>(.*?)</script>", re.S)
QUOTED = re.compile(r"""["'](\.{0,2}/[^"'\s<>]+)["']""")
PAGER = re.compile(r"""createPageHTML\((\d+), \d+, "(\w+)", "(\w+)"\)""")


def text_of(held: Any) -> str:
    return held if isinstance(held, str) else str(held.get("body", ""))


def links_of(address: str, held: Any) -> Iterator[str]:
    """Addresses that a page leads to, each as a key of pages."""
    if isinstance(held, dict) and "report" in held:
        return
    if isinstance(held, dict) and held.get("status") in (301, 302):
        yield joined(address, held["headers"]["Location"])
        return
    text = text_of(held)
    if isinstance(held, dict) and held.get("type") == "application/json":
        text = json.dumps(json.loads(text), ensure_ascii=False)
        base = re.sub(r"js/[^/]*$", "", address)  # they count from the page that asked
        yield from (joined(base, found) for found in QUOTED.findall(text))
        return
    for one, other in HREF.findall(text):
        yield joined(address, html.unescape(one or other))
    for found in REFRESH.findall(text):
        yield joined(address, found)
    for script in SCRIPT.findall(text):
        yield from (joined(address, found) for found in QUOTED.findall(script))
        for count, name, end in PAGER.findall(script):
            yield from (joined(address, f"{name}_{n}.{end}") for n in range(1, int(count)))


def joined(address: str, found: str) -> str:
    """An address as pages write it: of the county's own host without the host."""
    base = f"http:{address}" if address.startswith("//") else f"http://own{address}"
    parts = urlsplit(urljoin(base, found))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return path if parts.netloc == "own" else f"//{parts.netloc}{path}"


def reached(site: Mapping[str, Any], start: str, host: str) -> set[str]:
    """Every page that can be come to from the start."""
    seen, rest = {start}, [start]
    while rest:
        address = rest.pop()
        for found in links_of(address, site[address]):
            found = found.removeprefix(f"//{host}") if found.startswith(f"//{host}/") else found
            if found in site and found not in seen:
                seen.add(found)
                rest.append(found)
    return seen


def columns_of(told: Mapping[str, Any]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each column expected: its address, whose it is, its further pages."""
    for address, held in told["expects"]["columns"].items():
        if isinstance(held, dict):
            yield address, held["units"], held["parts"]
        else:
            yield address, [held], []


def planted(site: Mapping[str, Any], *addresses: str) -> dict[str, set[int]]:
    """Whose reports of which years these pages show."""
    found: dict[str, set[int]] = {}
    for address in addresses:
        for link in links_of(address, site[address]):
            held = site.get(link)
            if isinstance(held, dict) and "report" in held:
                found.setdefault(held["report"], set()).add(held["year"])
    return found


def faults(told: Mapping[str, Any], site: Mapping[str, Any]) -> Iterator[str]:
    """Everything in a county that is not as its file says."""
    expects, units = told["expects"], [unit["name"] for unit in told["county"]["units"]]
    there = reached(site, told["start"], told["host"])
    codes = [unit["code"] for unit in told["county"]["units"]]
    if len(set(codes)) < len(codes) or any(
        not re.fullmatch(told["county"]["code"] + r"\d{3}", code) for code in codes
    ):
        yield "codes of units"
    owned: Counter[str] = Counter()
    for address, whose, parts in columns_of(told):
        owned.update(whose)
        if address not in there:
            yield f"{address} can't be come to"
            continue
        for part in parts:
            if (
                part not in there and site.get(part) != site[address]
            ):  # or another address of the same
                yield f"{part} can't be come to"
        shown = planted(site, *(each for each in (address, *parts) if each in site))
        for name in whose:
            if missing := sorted(set(YEARS) - shown.get(name, set())):
                yield f"{address} shows nothing of {name} for {missing}"
        if strangers := sorted(set(shown) & set(units) - set(whose)):
            yield f"{address} shows {strangers}, who are not expected there"
    asked = [name for each in expects["ask"] for name in each["units"]]
    owned.update([*expects["none"], *asked])
    for name in {*units, *owned}:
        if owned[name] != 1 or name not in units:
            yield f"{name} is {owned[name]} times in columns, none or ask"
    for address in (*expects["never"], *(a for each in expects["ask"] for a in each["addresses"])):
        if address not in there:
            yield f"{address} can't be come to, so it tries nothing"
    taken = {address for address, _, _ in columns_of(told)} & set(expects["never"])
    if taken:
        yield f"both expected and never: {sorted(taken)}"
    reports = {
        held["report"] for held in site.values() if isinstance(held, dict) and "report" in held
    }
    if wrong := reports & set(expects["none"]):
        yield f"reports of {sorted(wrong)}, who have no column"
    bare = [
        a
        for a in there
        if isinstance(site[a], str) and len(site[a]) > 400 and site[a].count("<a ") < 30
    ]
    if bare:
        yield f"menus of less than 30 links: {sorted(bare)[:3]}"


def unlisted(told: Mapping[str, Any], site: Mapping[str, Any]) -> list[str]:
    """Pages with reports on them that the file does not name."""
    expects = told["expects"]
    named = {*expects["never"], *(a for each in expects["ask"] for a in each["addresses"])}
    for address, _, parts in columns_of(told):
        named |= {address, *parts}
    there = reached(site, told["start"], told["host"])
    return sorted(address for address in there - named if planted(site, address))


def main() -> int:
    wrong = 0
    for name in SHAPES:
        file, site = told(name), pages(name)
        print(
            f"{name}  {file['county']['county']}  start {file['start']}  {len(site)} pages, {len(reached(site, file['start'], file['host']))} come to"
        )
        for address, whose, parts in columns_of(file):
            shown = planted(site, address, *parts)
            years = sorted(
                {year for held in (shown.get(each, set()) for each in whose) for year in held}
            )
            print(
                f"  column {address}  {'、'.join(whose)}  {years[0]}-{years[-1]}"
                if years
                else f"  column {address}  nothing"
            )
        print(f"  none   {'、'.join(file['expects']['none']) or '-'}")
        print(f"  never  {len(file['expects']['never'])} addresses")
        for each in file["expects"]["ask"]:
            print(
                f"  ask    {'、'.join(each['units']) or file['county']['county']}: {each['about']}"
            )
        for said in [
            *faults(file, site),
            *(f"{address} has reports and is not named" for address in unlisted(file, site)),
        ]:
            wrong += 1
            print(f"  FAULT  {said}")
    print(f"{wrong} faults")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
