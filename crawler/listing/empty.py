"""A list that holds nothing: only where its page says so, for all to see, in the list's place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.entries import ListPage, headings, is_seen, shown_text
from nianbao.crawler.listing.listed import Source
from nianbao.crawler.listing.scripts import has_outside_script
from nianbao.crawler.listing.tabs import unread_year
from nianbao.crawler.page_state import PLACEHOLDER
from nianbao.crawler.proof import Proof
from nianbao.crawler.states import State
from nianbao.parser.patterns import pattern_of

Element = Any
SAYS_EMPTY = pattern_of(
    r"^[\[（(【]?(?:对不起[,，]?|抱歉[,，]?)?(?:该栏目|本栏目|当前栏目|此栏目|栏目)?(?:下)?"
    r"(?:暂时?(?:没有|无)|无|没有)(?:任何)?(?:相关|可用|可显示的)?(?:的)?(?:信息|内容|数据|记录|文章|年报)"
    r"[!！。.…]*[\]）)】]?$"
)
# A script that fetches what the page does not hold.
FETCHES = pattern_of(
    r"\$\.(?:get|post|ajax|getJSON)\s*\(|\bfetch\s*\(|axios|XMLHttpRequest|\.load\s*\(\s*['\"]|\$http|vue|react",
    re.I,
)
OF_A_SEARCH = pattern_of("search|sousuo|query|so-?box", re.I)
OF_A_LIST = pattern_of("list|data|content|con$|box|items|rows|result|app|root", re.I)
FEW_WORDS = 60


def empty_list(answer: Answer, source: Source) -> tuple[State, Proof]:
    """What a page without entries is."""
    drawn = PLACEHOLDER.search(answer.text) is not None
    drawn = drawn or fetches(answer) or _is_awaited(answer)
    said = _says_empty(answer, source.accept_empty)
    if said and (label := unread_year(answer.page, source.year)):
        zh = f"“{label}”由脚本打开，页面显示的是另一年"
        return State("js_shell", f"{zh} / a script opens {label}"), Proof()
    ours = any(re.search("年报|年度.{0,8}报告", told) for told in headings(answer))
    if said and not drawn and (ours or source.accept_empty):
        return State("ok_empty", said), Proof("empty", said)
    if drawn or (len(answer.opening) < FEW_WORDS and "<script" in answer.text):
        return State("js_shell", "列表由脚本填入 / a script fills in the list"), Proof()
    return State("structure_changed", "没有找到列表 / no list was found"), Proof()


def fetches(answer: Answer) -> bool:
    """Whether a script of the page brings what it does not hold."""
    return any(FETCHES.search(text) for text in _scripts(answer))


def _is_awaited(answer: Answer) -> bool:
    """Whether an empty list has a name, and a script from outside may fill it by that."""
    places = (
        el
        for el in answer.page.iter("ul", "ol", "tbody", "table", "dl", "div")
        if el.get("id") and (el.tag != "div" or OF_A_LIST.search(el.get("id")))
    )
    empty = any(len(place) == 0 and not (place.text or "").strip() for place in places)
    return empty and has_outside_script(answer)


def is_empty_beside(page: ListPage) -> bool:
    """Whether what is dated on a page is a box with a heading of its own, and the list's place,
    outside of it, holds nothing but the words that it is empty.
    """
    if page.likely or page.container is None:
        return False
    box = page.container.getparent()
    if box is None or not any(True for _ in box.iter("h2", "h3", "h4")):
        return False
    saying = _saying_empty(page.answer, SAYS_EMPTY)
    return any(_is_alone_in_its_list(el, text) for el, text in saying if not _is_in(el, box))


def _is_in(element: Element, box: Element) -> bool:
    return any(above is box for above in element.iterancestors())


def _is_alone_in_its_list(element: Element, text: str) -> bool:
    """Whether the nearest box that is named like a list holds nothing else, but for its pager."""
    box = next((el for el in element.iterancestors() if OF_A_LIST.search(_name(el))), None)
    return box is not None and PAGER_OF_ONE.fullmatch(_said(box).replace(text, "", 1)) is not None


PAGER_OF_ONE = pattern_of("(?:首页|上一页|1|下一页|末页|尾页|共[01]页|共0条|第1页|/)*")


def _says_empty(answer: Answer, accepted: str) -> str:
    words = pattern_of(f".*{re.escape(accepted)}") if accepted else SAYS_EMPTY
    return next((text for _, text in _saying_empty(answer, words)), "")


def _saying_empty(answer: Answer, words: re.Pattern[str]) -> Iterator[tuple[Element, str]]:
    """What says for all to see that there is nothing."""
    for element in answer.page.iter():
        if not isinstance(element.tag, str) or len(element) > 3:
            continue
        text = _said(element)
        if text and len(text) <= 60 and words.match(text) and _is_in_the_open(element):
            yield element, text


def _said(element: Element) -> str:
    """What a person reads in an element, without its blanks."""
    text = re.sub(r"\s", "", shown_text([element]))
    return text.removesuffix(re.sub(r"\s", "", element.tail)) if element.tail else text


def _name(element: Element) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _is_in_the_open(element: Element) -> bool:
    """Whether a person sees it, and not in a form or a search box."""
    for above in (element, *element.iterancestors()):
        if (
            not is_seen(above)
            or above.tag in ("form", "footer")
            or OF_A_SEARCH.search(_name(above))
        ):
            return False
    return True


def _scripts(answer: Answer) -> list[str]:
    sources = [script.get("src") or "" for script in answer.page.iter("script")]
    return [*(script.text or "" for script in answer.page.iter("script")), *sources]
