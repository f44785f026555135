"""Whose portal a host is: its code, its name in title and foot, and its domain must agree.

Templates are copied with their codes, so one sign alone proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from nianbao.crawler.addresses import host_of
from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import county_domain
from nianbao.parser.patterns import pattern_of
from nianbao.storage.nation import County, counties

SignName = Literal["code", "title", "foot", "domain"]
Verdict = Literal["proven", "known", "contradicted"]
SIGNS: Mapping[SignName, tuple[str, str]] = {
    "code": ("网站标识码", "site code"),
    "title": ("网页标题", "title"),
    "foot": ("页脚", "foot"),
    "domain": ("域名", "domain"),
}
FOOT = 700  # characters at the end of a page
CODE = pattern_of(r"(?:网站)?标识码\s*[:：]?\s*(\d{6})\d{4}(?!\d)")


class Sign(NamedTuple):
    """What one part of a front page says of whose it is; `agrees` is None where it says nothing."""

    name: SignName
    told: str
    agrees: bool | None


class HostProof(NamedTuple):
    host: str
    verdict: Verdict
    signs: tuple[Sign, ...]

    @property
    def names_it(self) -> bool:
        """Whether the page names the county at all."""
        return any(sign.agrees for sign in self.signs if sign.name != "domain")


def host_proof(page: Answer, code: str, name: str, others: Collection[str] = ()) -> HostProof:
    """Whether a front page is that of a county. `others`: hosts of other counties' files."""
    signs = (_code(page, code), _title(page, name), _foot(page, name), _domain(page, others))
    said = {sign.name: sign.agrees for sign in signs}
    verdict: Verdict = "known"
    if all(said.values()):
        verdict = "proven"
    elif said["code"] is False or said["title"] is False:
        verdict = "contradicted"
    return HostProof(page.host, verdict, signs)


def site_code(page: Answer) -> str:
    """The first six digits of the code that a page calls its site's; empty where it has none."""
    for content in page.page.xpath(META.format("siteidcode")):
        if digits := re.match(r"\s*(\d{6})", str(content)):
            return digits[1]
    found = CODE.search(page.shown[-FOOT:])
    return found[1] if found else ""


SMALL = "translate(@name,'ABCDEFGHIJKLMNOPQRSTUVWXYZ','abcdefghijklmnopqrstuvwxyz')"
META = f"//meta[{SMALL}='{{}}']/@content"


def meta_of(page: Answer, name: str) -> str:
    """The content of a tag in the page's head, by its name in small letters."""
    for content in page.page.xpath(META.format(name)):
        return str(content).strip()
    return ""


def _code(page: Answer, code: str) -> Sign:
    told = site_code(page)
    return Sign("code", told, told == code if told else None)


def _title(page: Answer, name: str) -> Sign:
    named = f"{page.title} {meta_of(page, 'sitename')}".strip()
    if name in named:
        return Sign("title", named, True)
    others = [other for other in _names_of_counties() if other in named]
    return Sign("title", named[:60], False if others else None)


def _foot(page: Answer, name: str) -> Sign:
    foot = re.sub(r"\s", "", page.shown[-FOOT:])
    return Sign("foot", name if name in foot else "", name in foot or None)


def _domain(page: Answer, others: Collection[str]) -> Sign:
    """Of gov.cn, called so by the page itself where it says it, and no other county's."""
    told = host_of(f"http://{re.sub('^https?://', '', meta_of(page, 'sitedomain'))}")
    host = host_of(page.url)
    own = county_domain(host)
    agrees = bool(own) and (not told or county_domain(told) == own or told == host)
    return Sign("domain", told or host, agrees and page.host not in others)


@cache
def _names_of_counties() -> Sequence[str]:
    names = (county.name for county in counties())
    return [name for name in names if len(name) > SHORT_NAME or name.endswith("县")]


SHORT_NAME = 2  # 城区, 郊区: words of any title


# ---- many hosts


def county_of_host(page: Answer, among: Sequence[County]) -> County | None:
    """The county whose front page it may be: by its code, else by its name, where one fits."""
    code = site_code(page)
    named = [county for county in among if county.name in page.title]
    for county in among:
        if county.code == code and (county in named or not named):
            return county
    return named[0] if len(named) == 1 else None
