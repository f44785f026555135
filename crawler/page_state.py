"""What a page is: read, empty, moved, blocked …

Only positive proof makes it read; the absence of a challenge proves nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from nianbao.crawler.addresses import split
from nianbao.crawler.answers import Answer
from nianbao.crawler.states import State
from nianbao.parser.patterns import pattern_of
from nianbao.storage.kinds import LookState

CHALLENGE_COOKIES = pattern_of(r"__jsluid|__jsl_clearance|FSSBB|wzws_cid|acw_sc__v2|HOY_TR", re.I)
CHALLENGE_TEXT = pattern_of(
    r"\$_ts\s*=|\$_ts\.|__jsl_clearance|acw_sc__v2|请开启JavaScript并刷新该页|wzws"
    "|Just a moment|cf-chl-|challenge-platform",
    re.I,
)
WAF_TEXT = pattern_of(
    "网站防火墙|云防护|已被拦截|访问异常|请求(?:疑似|存在|被)|安全狗|云锁|创宇盾"
    "|访问被拒绝|您的访问|Access Denied|web应用防火墙|安全防护",
    re.I,
)
GONE_TEXT = pattern_of(
    "页面不存在|您访问的页面|页面未找到|找不到(?:该|您|页面)|已被?删除|404|出错了|信息不存在"
    "|Not Found",
    re.I,
)
LOGIN_TEXT = pattern_of("请(?:先)?登录|用户登录|统一身份认证|login required", re.I)
GAMBLING = pattern_of("博彩|六合彩|娱乐城|真人百家乐|体育投注|彩票平台|开元棋牌")
PLACEHOLDER = pattern_of(r"<\?=\s*\w+|\{\{\s*\w+|<div id=[\"']app[\"']>\s*</div>")
EMPTY_MARKER = pattern_of(
    "暂无(?:相关)?(?:信息|内容|数据|记录)|没有(?:相关|找到)|无相关(?:信息|记录)"
)
ERRORS: Mapping[str, LookState] = {
    "robots": "robots_disallowed",
    "tls": "unreachable_tls",
    "truncated": "truncated",
    "crawl_delay": "rate_limited",
    "bad_address": "structure_changed",
    "bad_redirect": "structure_changed",
    "too_large": "structure_changed",
    "redirects": "column_moved",
}
FEW_WORDS = 60
WINDOW = 600


def transport_state(answer: Answer) -> State | None:
    """What headers and first words say of the page; None: read on."""
    return header_state(answer) or _page_state(answer)


def header_state(answer: Answer) -> State | None:
    """What can be told without looking at the page as people do."""
    if answer.error:
        return State(ERRORS.get(answer.error, "unreachable"), answer.error)
    status = f"HTTP {answer.status}"
    if answer.status in (412, 521, 512) or "x-via-jsl" in answer.headers or _challenges(answer):
        return State("blocked_challenge", status)
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        return State("rate_limited", answer.headers.get("retry-after", status))
    if answer.status == 200:
        return None
    return State(STATUSES.get(answer.status, "unreachable"), status)


STATUSES: Mapping[int, LookState] = {
    202: "blocked_challenge",
    401: "login_required",
    403: "blocked_waf",
    404: "column_gone",
    405: "blocked_waf",
    406: "blocked_waf",
    410: "column_gone",
    418: "blocked_waf",
    501: "blocked_waf",
}
SMALL = 8 * 1024
NESTED = (
    "标记嵌套过深或过多，未能读全 / its mark-up is nested too deeply, or too much, to be read whole"
)


def _challenges(answer: Answer) -> bool:
    """Whether a small page is a script that asks for a browser."""
    if len(answer.body) >= SMALL or not _is_short(answer):
        return False
    if CHALLENGE_TEXT.search(answer.text):
        return True
    cookies = answer.headers.get("set-cookie", "")
    return CHALLENGE_COOKIES.search(cookies) is not None and "<script" in answer.text


def _is_short(answer: Answer) -> bool:
    return len(answer.opening) < 400


def _page_state(answer: Answer) -> State | None:
    text = answer.text
    if answer.is_read_in_part:
        return State("truncated", NESTED)
    short = _is_short(answer)
    if short and CHALLENGE_TEXT.search(text):
        return State("blocked_challenge", f"HTTP {answer.status}")
    if short and "限流" in text:
        return State("rate_limited", f"HTTP {answer.status}")
    if short and WAF_TEXT.search(answer.title + answer.opening[:WINDOW]):
        return State("blocked_waf", f"HTTP {answer.status}")
    if is_cut(text):
        return State("truncated", "the page has no end")
    return _told_by_the_page(answer, short=short)


def is_cut(text: str) -> bool:
    """Whether mark-up ends in its middle.

    A page without its end, a list that is not closed.
    """
    if PAGE_BEGINS.match(text[:2000]):
        return not any(PAGE_ENDS.search(part) for part in (text[-2000:], text))
    if not FRAGMENT_BEGINS.match(text):
        return False
    return _is_open("ul", text) or _is_open("table", text)


def has_end(answer: Answer) -> bool:
    """Whether a body that tells no length came whole: its own end is there.

    What another status than 200 brings is read by nobody.
    """
    if answer.status != 200 or split(answer.url).path == "/robots.txt":
        return True
    for begin, end in FILE_ENDS:
        if answer.body.startswith(begin):
            return end in answer.body[-MARK:]
    text = answer.text.strip()
    if PAGE_BEGINS.match(text[:2000]) or PAGE_ENDS.search(text[-200:]):
        return not is_cut(text)
    if text.startswith(("{", "[")):
        return _is_json(text)
    if CALL.match(text):
        return text.endswith((")", ");"))
    return _is_closed(text)


# How files begin, and what stands at their ends.
FILE_ENDS = (
    (b"%PDF", b"%%EOF"),
    (b"PK\x03\x04", b"PK\x05\x06"),
    (b"\x89PNG", b"IEND"),
    (b"\xff\xd8\xff", b"\xff\xd9"),
)
MARK = 66_000
CALL = pattern_of(r"[\w.$]+\s*\(")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_closed(text: str) -> bool:
    """Whether the element that a text begins with ends it: of rows side by side none knows."""
    root = re.match(r"(?:<[?!][^>]*>\s*)*<(\w+)\b", text)
    if root is None or root[1].lower() in ("li", "tr"):
        return False
    return text.endswith(f"</{root[1]}>") and not _is_open(root[1], text)


PAGE_BEGINS = pattern_of(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype html|html)\b", re.I | re.S
)
PAGE_ENDS = pattern_of("</(?:html|body)", re.I)
FRAGMENT_BEGINS = pattern_of(r"\s*<(?:ul|table|div|li)\b", re.I)


def _is_open(tag: str, text: str) -> bool:
    begun = len(re.findall(rf"<{tag}\b", text, re.I))
    return begun > len(re.findall(rf"</{tag}\b", text, re.I))


def _told_by_the_page(answer: Answer, *, short: bool) -> State | None:
    head = answer.title + " " + answer.opening[:WINDOW]
    if GAMBLING.search(head):
        return State("wrong_site", answer.title[:60])
    if short and GONE_TEXT.search(head):
        return State("soft_404", answer.title[:60])
    if short and LOGIN_TEXT.search(head):
        return State("login_required", answer.title[:60])
    if moved := _moved_home(answer):
        return State("column_moved", moved)
    return None


def _moved_home(answer: Answer) -> str:
    """Redirected to another host, or from a column to the home page."""
    if not answer.asked or answer.asked == answer.url:
        return ""
    asked, got = split(answer.asked), split(answer.url)
    if is_sent_home(answer):
        return answer.url
    if got.hostname != asked.hostname and not _same_site(asked.hostname or "", got.hostname or ""):
        return answer.url
    if asked.path.strip("/") in ("", "index.html", "index.htm"):
        return ""
    return answer.url if _is_above(got.path, asked.path) else ""


def is_sent_home(answer: Answer) -> bool:
    """Whether what was asked for is not there, and the home page came instead."""
    asked, got = split(answer.asked), split(answer.url)
    deeper = asked.path.strip("/") not in ("", "index.html", "index.htm")
    return deeper and got.path in HOME and not got.query


def _is_above(path: str, asked: str) -> bool:
    """Whether a folder is a section that holds the one that was asked for."""
    folder = re.sub(r"index\.\w+$", "", path).rstrip("/") + "/"
    below = re.sub(r"index\.\w+$", "", asked).rstrip("/") + "/"
    return below != folder and below.startswith(folder)


HOME = ("", "/", "/index.html", "/index.htm", "/index.shtml")


def _same_site(first: str, second: str) -> bool:
    return first.removeprefix("www.") == second.removeprefix("www.")


def empty_state(answer: Answer, accept_empty: str = "") -> State:
    """A page without items: truly empty only where it says so."""
    if PLACEHOLDER.search(answer.text) and len(answer.opening) < 1500:
        return State("js_shell", "a template without content")
    marker = EMPTY_MARKER
    if accept_empty:
        marker = pattern_of(re.escape(accept_empty))
    if said := marker.search(answer.shown):
        return State("ok_empty", said[0])
    if len(answer.opening) < FEW_WORDS and "<script" in answer.text:
        return State("js_shell", "a page without text")
    if len(answer.opening) < FEW_WORDS:
        return State("structure_changed", "a page without text")
    return State("structure_changed", "no items were found")
