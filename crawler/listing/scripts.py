"""The pages that a page's own scripts count: how many, which of them this is, how the others are
called.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
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
VARIABLE = pattern_of(r"\b(\w{2,30})\s*=\s*(\d{1,6}|'[\w/-]{1,40}'|\"[\w/-]{1,40}\")\s*[;,\n]")
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


def counted(scripts: Sequence[str], shown: int, path: str = "") -> Iterator[Counted]:
    held = dict(VARIABLE.findall("\n".join(scripts))) if "createPage" in "".join(scripts) else {}
    for text in scripts:
        for call in CREATE_PAGE.finditer(text):
            if (found := _of_call(call[1], shown, held, path)) is not None:
                yield found
        if (found := _of_counts(text)) is not None:
            yield found


def _of_call(arguments: str, shown: int, held: Mapping[str, str], path: str) -> Counted | None:
    """createPageHTML(3, 0, "index", "html"), maybe with an element's name first, or with variables
    whose values the page has `held` before.

    With a name first pages are called from 1, or from 0: then this one is 0, or `path` ends in _1.
    Farther pages don't tell which: where the others are, the first has said.
    """
    given = [part.strip() for part in arguments.split(",")]
    parts = [held.get(part, part).strip("'\"") for part in given]
    base = 0 if parts[0].isdigit() else 1
    numbers = [int(part) for part in parts if re.fullmatch(r"\d{1,6}", part)]
    names = [part for part in parts[base:] if part and not part.isdigit()]
    if not numbers or len(names) < 2:
        return None
    # The last number is the entries of all pages, or of one.
    total = numbers[-1] if base and len(numbers) > 2 and numbers[-1] > shown else None
    if not base or len(numbers) < 2:
        page = numbers[1] + 1 if len(numbers) > 1 else 0
    elif numbers[1] == 0 or (numbers[1] == 1 and path.endswith(f"_1.{names[1]}")):
        base, page = 0, numbers[1] + 1
    elif numbers[1] == 1:
        page = 1
    else:
        return Counted(numbers[0], 0, total)
    return Counted(numbers[0], page, total, f"{names[0]}_{{n}}.{names[1]}", base)


# for (var k = 1; k < 3; k++)
LOOP = pattern_of(
    r"\bfor\s*\(\s*+(?:var|let)?\s*+(?P<name>\w{1,20})\s*=\s*(?P<first>\d{1,4})\s*;\s*(?P=name)\s*(?P<sign><=?)"
    r"\s*(?P<last>\d{1,4})\s*;\s*(?:(?P=name)\+\+|\+\+(?P=name))\s*\)"
)
BODY = 400  # characters of a loop that are looked at


def written(scripts: Sequence[str]) -> Iterator[str]:
    """The addresses of pages that a script writes links to, one for each turn of a loop."""
    for text in scripts:
        for loop in LOOP.finditer(text):
            joined = JOINS.search(text[loop.end() : loop.end() + BODY])
            if joined is None or "href=" not in joined[0]:
                continue
            end = re.split(r"['\"\\<>]", joined["end"] or joined["end2"] or "")[0]
            if end and re.search(rf"\+\s*{loop['name']}\s*\+", joined[0]):
                last = int(loop["last"]) + (loop["sign"] == "<=")
                for n in range(int(loop["first"]), min(last, MOST_WRITTEN)):
                    yield f"{joined['begin']}{n}{end}"


MOST_WRITTEN = 200


class Options(NamedTuple):
    """What the options of a pager hold, in JSON in an attribute."""

    addresses: tuple[str, ...] = ()
    numbers: Mapping[str, str] = {}  # named as attributes are


def told_as_json(attributes: Iterable[str]) -> Options:
    """The addresses of pages that an attribute lists, with the numbers beside them."""
    for text in attributes:
        if not text.lstrip().startswith("{"):
            continue
        with suppress(ValueError, RecursionError):
            told = json.loads(text)
            listed = next((told[name] for name in LISTS_PAGES if name in told), None)
            if isinstance(listed, list) and listed:
                numbers = {f"data-{key.lower()}": f"{value}" for key, value in told.items()}
                return Options(tuple(url for url in listed if isinstance(url, str)), numbers)
    return Options()


LISTS_PAGES = ("urls", "pageUrls", "pageurls")


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
