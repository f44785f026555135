"""A list that holds nothing: only where its page says so, for all to see, in the list's place."""

from __future__ import annotations

import re
from typing import Any

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.entries import headings, is_seen, shown_text
from nianbao.crawler.listing.listed import Source
from nianbao.crawler.listing.scripts import has_outside_script
from nianbao.crawler.listing.tabs import unread_year
from nianbao.crawler.page_state import PLACEHOLDER
from nianbao.crawler.proof import Proof
from nianbao.crawler.states import State

Element = Any
SAYS_EMPTY = re.compile(
    r"^[\[（(【]?(?:对不起[,，]?|抱歉[,，]?)?(?:该栏目|本栏目|当前栏目|此栏目|栏目)?(?:下)?"
    r"(?:暂时?(?:没有|无)|无|没有)(?:任何)?(?:相关|可用|可显示的)?(?:的)?(?:信息|内容|数据|记录|文章|年报)"
    r"[!！。.…]*[\]）)】]?$"
)
# A script that fetches what the page does not hold.
FETCHES = re.compile(
    r"\$\.(?:get|post|ajax|getJSON)\s*\(|\bfetch\s*\(|axios|XMLHttpRequest|\.load\s*\(\s*['\"]|\$http|vue|react",
    re.I,
)
OF_A_SEARCH = re.compile("search|sousuo|query|so-?box", re.I)
OF_A_LIST = re.compile("list|data|content|con$|box|items|rows|result|app|root", re.I)
FEW_WORDS = 60


def empty_list(answer: Answer, source: Source) -> tuple[State, Proof]:
    """What a page without entries is."""
    drawn = PLACEHOLDER.search(answer.text) is not None
    drawn = drawn or any(FETCHES.search(text) for text in _scripts(answer)) or _is_awaited(answer)
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


def _is_awaited(answer: Answer) -> bool:
    """Whether an empty list has a name, and a script from outside may fill it by that."""
    places = (
        el
        for el in answer.page.iter("ul", "ol", "tbody", "table", "dl", "div")
        if el.get("id") and (el.tag != "div" or OF_A_LIST.search(el.get("id")))
    )
    empty = any(len(place) == 0 and not (place.text or "").strip() for place in places)
    return empty and has_outside_script(answer)


def _says_empty(answer: Answer, accepted: str) -> str:
    for element in answer.page.iter():
        if not isinstance(element.tag, str) or len(element) > 3:
            continue
        text = re.sub(r"\s", "", shown_text([element]))
        if element.tail:
            text = text.removesuffix(re.sub(r"\s", "", element.tail))
        if not text or len(text) > 60:
            continue
        fits = accepted in text if accepted else SAYS_EMPTY.match(text)
        if fits and _is_in_the_open(element):
            return text
    return ""


def _is_in_the_open(element: Element) -> bool:
    """Whether a person sees it, and not in a form or a search box."""
    for above in (element, *element.iterancestors()):
        named = f"{above.get('class') or ''} {above.get('id') or ''}"
        if not is_seen(above) or above.tag in ("form", "footer") or OF_A_SEARCH.search(named):
            return False
    return True


def _scripts(answer: Answer) -> list[str]:
    sources = [script.get("src") or "" for script in answer.page.iter("script")]
    return [*(script.text or "" for script in answer.page.iter("script")), *sources]
