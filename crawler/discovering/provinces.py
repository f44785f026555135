"""Candidate hosts of a province: which county's front page each is, and what is known of each.

Nothing is proven by a list of hosts: each is asked for its front page, once.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.discovering.hosts import county_of_host, host_proof
from nianbao.crawler.page_state import transport_state
from nianbao.storage.nation import County
from nianbao.storage.registry import HOST

Known = Literal["proven", "known", "blocked", "unknown"]
RANKS: Sequence[Known] = ("proven", "known", "blocked", "unknown")
BLOCKED = ("blocked_challenge", "blocked_waf", "robots_disallowed", "login_required")


class Candidate(NamedTuple):
    """A host that may be a county's, and which county somebody thinks it is; empty: nobody does."""

    host: str
    county: str = ""


class Seen(NamedTuple):
    """What a host's front page told."""

    host: str
    state: Known
    code: str  # of the county that it may be; empty where none is told
    why: str = ""  # how it answered, where it is not a front page that was read


class CountyKnown(NamedTuple):
    """What is known of a county's portal."""

    county: str
    code: str
    state: Known
    host: str = ""
    why: str = ""


def candidates(text: str) -> Iterator[Candidate]:
    """A host a line, or an address; behind a comma or blank the county that it is thought to be."""
    for line in text.splitlines():
        words = [word for word in re.split(r"[,，\t ]+", line.partition("#")[0].strip()) if word]
        host = re.sub(r"^https?://|/.*$", "", words[0]) if words else ""
        if HOST.fullmatch(host) and re.search("[.:]", host):
            yield Candidate(host, "".join(words[1:2]))


def look_at(candidate: Candidate, among: Sequence[County]) -> Generator[Ask, Answer, Seen]:
    """One host, over http, and over https where that does not answer."""
    page: Any = yield Ask(f"http://{candidate.host}/")
    if page.error:
        page = yield Ask(f"https://{candidate.host}/")
    thought = [c for c in among if candidate.county in (c.name, c.code)]
    guess = thought[0].code if len(thought) == 1 else ""
    state = transport_state(page)
    if state is not None:
        known: Known = "blocked" if state.name in BLOCKED else "unknown"
        return Seen(candidate.host, known, guess, state.name)
    county = county_of_host(page, among)
    if county is None:
        return Seen(candidate.host, "unknown", guess)
    verdict = host_proof(page, county.code, county.name).verdict
    return Seen(candidate.host, "proven" if verdict == "proven" else "known", county.code)


def known_of(among: Sequence[County], seen: Iterable[Seen]) -> list[CountyKnown]:
    """Each county with the best that is known of it; two proven hosts prove neither."""
    of_county: dict[str, list[Seen]] = {}
    for each in seen:
        of_county.setdefault(each.code, []).append(each)
    return [_of_county(county, of_county.get(county.code, [])) for county in among]


def _of_county(county: County, seen: Sequence[Seen]) -> CountyKnown:
    if not seen:
        return CountyKnown(county.name, county.code, "unknown")
    best = min(seen, key=lambda each: RANKS.index(each.state))
    proven = [each.host for each in seen if each.state == "proven"]
    if len(proven) > 1:
        several = ", ".join(proven)
        why = f"有几个：{several} / there are several: {several}"
        return CountyKnown(county.name, county.code, "known", proven[0], why)
    return CountyKnown(county.name, county.code, best.state, best.host, best.why)
