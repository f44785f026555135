"""Where the next page of a list is, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nianbao.crawler.addresses import joined, split
from nianbao.crawler.answers import Answer, number_in
from nianbao.crawler.listing.items import NOT_ITEMS
from nianbao.crawler.presets import Preset

CREATE_PAGE = re.compile(r"createPageHTML\(\s*((?:[^()]|\([^()]*\))*?)\)")
NEXT_WORDS = ("下一页", "下页", "下一頁", "后一页", "Next", "next")


@dataclass(frozen=True)
class Pager:
    """Where the next list page is, and how sure that is."""

    next_url: str = ""
    declared_pages: int = 0
    declared_items: int | None = None
    certain: bool = False  # the page itself says so
    pattern: str = ""  # with {n}
    base: int = 0

    def after(self, answer: Answer, page: int, preset: Preset) -> Pager:
        """The pager as the page just read (the `page`th, from 1) leaves it."""
        if self.pattern:
            if self.declared_pages and page >= self.declared_pages:
                return replace(self, next_url="")
            return replace(self, next_url=self.pattern.replace("{n}", str(page + self.base)))
        return replace(self, next_url=_next_link(answer))


def pager_of(answer: Answer, preset: Preset, size: int) -> Pager:
    """By the page's script, a link that says 下一页, or what the family does."""
    script = CREATE_PAGE.search(answer.text)
    if script:
        arguments = [part.strip().strip("'\"") for part in script[1].split(",")]
        if (pager := _of_script(arguments, answer.url, size)) is not None:
            return pager
    if following := _next_link(answer):
        return Pager(following, certain=True)
    if preset.paging.get("kind") == "template" and _names_more_pages(answer):
        base = int(preset.paging.get("base", 0))
        pattern = joined(answer.url, str(preset.paging["pattern"]).replace("{page}", "{n}"))
        return Pager(pattern.replace("{n}", str(1 + base)), pattern=pattern, base=base)
    return Pager()


def _of_script(arguments: Sequence[str], url: str, size: int) -> Pager | None:
    """createPageHTML(3, 0, "index", "html"), maybe with an element's name."""
    base = 1
    if number_in(arguments[0]) is not None:
        base = 0
    told = [number_in(part) for part in arguments]
    numbers = [number for number in told if number is not None]
    names = [part for part in arguments[base:] if part and number_in(part) is None]
    if not numbers or len(names) < 2:
        return None
    pager = Pager(
        declared_pages=numbers[0],
        certain=True,
        pattern=joined(url, f"{names[0]}_{{n}}.{names[1]}"),
        base=base,
    )
    # The last number is the entries of all pages, or of one.
    if base and len(numbers) > 2 and numbers[-1] > size:
        pager = replace(pager, declared_items=numbers[-1])
    if numbers[0] > 1:
        pager = replace(pager, next_url=pager.pattern.replace("{n}", str(1 + base)))
    return pager


def _next_link(answer: Answer) -> str:
    for anchor in answer.anchors:
        text = "".join(anchor.itertext()).strip()
        href = anchor.get("href", "").strip()
        if text in NEXT_WORDS and not NOT_ITEMS.match(href) and href:
            url = answer.joined(href)
            if split(url).netloc == answer.host and url != answer.url:
                return url
    return ""


def _names_more_pages(answer: Answer) -> bool:
    return re.search(r"共\s*[2-9]\d*\s*页|尾页|末页|class=[\"'][^\"']*pag", answer.text) is not None


def declared_items(answer: Answer) -> int | None:
    match = re.search(r"(?:共|总共|合计)\s*([0-9]{1,5})\s*条", answer.shown)
    if match is None:
        return None
    return int(match[1])


def page_after(url: str) -> str:
    """The same address with its page one higher; empty where it has none."""
    match = re.search("([?&]page=)([0-9]{1,9})", url)
    if match is None:
        return ""
    return f"{url[: match.start()]}{match[1]}{int(match[2]) + 1}{url[match.end() :]}"
