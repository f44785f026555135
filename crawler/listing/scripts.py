"""The pages that a page's own scripts count: how many, which of them this is, how the others are
called.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nianbao.crawler.answers import Answer
from nianbao.parser.patterns import pattern_of


class Counted(NamedTuple):
    """The pages that a script counts."""

    pages: int
    page: int = 0
    total: int | None = None
    pattern: str = ""  # with {n}
    base: int = 0  # what the first page is called


COUNTS_PAGES = pattern_of(
    r"\b(?:countPage|pageCount|page_count|totalPages?|total_pages?|pageTotal|maxPages?|max_page|lastPage|last_page"
    r"|m_nPageCount|allPages?|pageNum_all|sumPage|nPageCount)['\"]?\s*[:=]\s*['\"]?(\d{1,5})\b",
    re.I,
)
COUNTS_ENTRIES = pattern_of(
    r"\b(?:totalRecords?|total_record|recordCount|totalCount|total_count|rowCount|totalNum|totalRows?|allCount"
    r"|total|count|totalElements)['\"]?\s*[:=]\s*['\"]?(\d{1,6})\b",
    re.I,
)
COUNTS_A_PAGE = pattern_of(
    r"\b(?:limit|perPage|per_page|pageSize|page_size|pageRows|rows|pagesize|showCount|numPerPage|items_per_page"
    r"|prePage|pageLength)['\"]?\s*[:=]\s*['\"]?(\d{1,4})\b",
    re.I,
)
CURRENT = pattern_of(
    r"\b(?:currentPage|curPage|current_page|pageIndex|curr|nowPage|pageNo)['\"]?\s*[:=]\s*['\"]?(\d{1,4})\b"
)
PAGINATION = pattern_of(
    r"\.pagination\(\s*(?:['\"]\w+['\"]\s*,\s*(?P<page>\d+)\s*,\s*)?(?P<pages>\d{1,5})\b"
)
CREATE_PAGE = pattern_of(
    r"(?<!function )\bcreatePage(?:HTML|Html)?\w*\(\s*((?:[^()]|\([^()]*\))*?)\)"
)
# How a script joins the address of a page: its beginning, the variable, its end.
JOINS = pattern_of(
    r"""['"](?:<a\s[^'"]*href=\\?['"]?)?(?P<begin>[^'"<>\s]*?(?:[?&](?:page|pageNo|pageNum|pageIndex|currentPage|curPage|pageno|p|pn)=|_))"""
    r"""['"]\s*\+\s*\(?\s*[\w.]+(?:\s*[-+]\s*1)?\s*\)?\s*(?:\+\s*(?:"(?P<end>[^"]*)"|'(?P<end2>[^']*)'))?"""
)
SCRIPT_COMMENT = pattern_of(r"/\*.*?\*/|(?<![:'\"\w])//[^\n]*", re.S)


def scripts_of(answer: Answer) -> list[str]:
    """The page's own scripts, without comments."""
    texts = (script.text or "" for script in answer.page.iter("script"))
    return [SCRIPT_COMMENT.sub(" ", text) for text in texts if text.strip()]


def counted(scripts: Sequence[str], shown: int) -> Iterator[Counted]:
    for text in scripts:
        for call in CREATE_PAGE.finditer(text):
            if (found := _of_call(call[1], shown)) is not None:
                yield found
        if (found := _of_counts(text)) is not None:
            yield found


def _of_call(arguments: str, shown: int) -> Counted | None:
    """createPageHTML(3, 0, "index", "html"), maybe with an element's name first."""
    parts = [part.strip().strip("'\"") for part in arguments.split(",")]
    base = 0 if parts[0].isdigit() else 1
    numbers = [int(part) for part in parts if re.fullmatch(r"\d{1,6}", part)]
    names = [part for part in parts[base:] if part and not part.isdigit()]
    if not numbers or len(names) < 2:
        return None
    # The last number is the entries of all pages, or of one.
    total = numbers[-1] if base and len(numbers) > 2 and numbers[-1] > shown else None
    page = numbers[1] + 1 - base if len(numbers) > 1 else 0
    return Counted(numbers[0], page, total, f"{names[0]}_{{n}}.{names[1]}", base)


def _of_counts(text: str) -> Counted | None:
    pages, current = COUNTS_PAGES.search(text), CURRENT.search(text)
    size, total = COUNTS_A_PAGE.search(text), COUNTS_ENTRIES.search(text)
    pagination = PAGINATION.search(text)
    declared = int(total[1]) if total and (size or "record" in total[0].lower()) else None
    count = 0
    if pages:
        count = int(pages[1])
    elif declared is not None and size and int(size[1]):
        count = -(-declared // int(size[1]))
    elif pagination:
        count = int(pagination["pages"])
        if size and int(size[1]):
            count = -(-count // int(size[1]))
    if not count:
        return None
    number = int(current[1]) if current else 0
    base = 0 if current and number == 0 else 1
    joined = JOINS.search(text)
    pattern = ""
    if joined:
        pattern = f"{joined['begin']}{{n}}{joined['end'] or joined['end2'] or ''}"
        pattern = re.sub(r"['\"\\<>].*$", "", pattern)
    return Counted(count, number + 1 - base if current else 0, declared, pattern, base)


# ---- what scripts from outside go by


def told_by_attributes(attributes: Mapping[str, str], shown: int) -> tuple[int, int]:
    """The pages and the entries that an empty place of a pager counts in its attributes."""
    told = {name.lower(): value for name, value in attributes.items()}
    numbers = {name: int(value) for name, value in told.items() if re.fullmatch(r"\d{1,6}", value)}

    def first(pattern: str) -> int:
        return next((numbers[name] for name in numbers if re.fullmatch(pattern, name)), 0)

    pages = first(
        "data-(?:total-?pages?|page-?count|pages|page-?total|max-?page|last-?page|countpage)"
    )
    size = first("data-(?:size|page-?size|limit|per-?page|page-?rows|rows)")
    total = first(
        "data-(?:total|count|records?|total-?(?:count|records?|num|rows)|record-?count|all)"
    )
    if total and size:
        return max(pages, -(-total // size)), total
    if 1 < total < shown:  # fewer than there are entries: pages
        return max(pages, total), 0
    return pages, total


# Of pages, of the entries of one, of all entries.
ATTRIBUTES = (
    "data-(?:total-?pages?|page-?count|pages|page-?total|max-?page|last-?page|countpage)",
    "data-(?:size|page-?size|limit|per-?page|page-?rows|rows)",
    "data-(?:total|count|records?|total-?(?:count|records?|num|rows)|record-?count|all)",
)


def number_of(text: str) -> int | None:
    """A number in digits or Chinese numerals; None where it is none."""
    plain = unicodedata.normalize("NFKC", text)
    if plain.isdigit():
        return int(plain)
    total, digit = 0, 0
    for sign in plain.replace("〇", "零").replace("两", "二"):
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in TENS:
            total, digit = total + max(digit, 1) * TENS[sign], 0
        else:
            return None
    return total + digit


DIGITS = "零一二三四五六七八九"
TENS = {"十": 10, "百": 100}


# Scripts that many pages have, and that draw no pager by themselves.
LIBRARIES = pattern_of(
    r"jquery[\w.-]*\.js|bootstrap|html5|respond|swiper|share|weixin|count|stat|hm\.js|cnzz|wza",
    re.I,
)


def has_outside_script(answer: Answer) -> bool:
    sources = answer.page.xpath("//script/@src")
    return any(not LIBRARIES.search(source) for source in sources)
