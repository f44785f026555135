"""What a probed page is for people: the column of annual reports, or what is often taken for it.

Said by the page's own name, its entries and its links; never by an address alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from nianbao.crawler.addresses import split
from nianbao.crawler.answers import Answer
from nianbao.crawler.belonging import belongs, page_kind
from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.listing.shells import BESIDE
from nianbao.crawler.page_state import HOME
from nianbao.parser.document import Document
from nianbao.parser.heading import unit as unit_in
from nianbao.parser.patterns import pattern_of
from nianbao.storage.kinds import PageKind
from nianbao.storage.registry import UnitEntry


class Taken(NamedTuple):
    """What an entry would be taken for."""

    item: Item
    kind: PageKind
    unit: str  # empty where none is recognised
    year: int | None
    doubt: str


def taken_for(item: Item, units: Sequence[UnitEntry], county: str = "") -> Taken:
    """By the county's units where they are known, else by the title alone."""
    kind = page_kind(item.title)
    belonging = belongs(item.title, units, county=county)
    if units:
        name = ""
        if belonging.unit is not None:
            name = belonging.unit.name
        return Taken(item, kind, name, belonging.year, belonging.doubt)
    name, _ = unit_in(re.sub(r"\s", "", item.title), Document("html", ()))
    return Taken(item, kind, name, belonging.year, "")


Name = Literal[
    "reports",
    "empty",
    "front_page",
    "section",
    "menu",
    "years",
    "other_column",
    "shell",
    "frame",
    "unclear",
]
SAID: Mapping[Name, str] = {
    "reports": "",
    "empty": "",
    "front_page": "这是网站首页，不是年报栏目 / the site's front page, not the column",
    "section": "这是上一级栏目，年报栏目在它下面 / a section: the column is below it",
    "menu": "这是目录（导航），不是列表 / a menu, not a list",
    "years": "这是按年份分列的页面，没有读到年报 / a page of year links without reports",
    "other_column": "这是另一个栏目：{} / another column: {}",
    "shell": "内容由脚本生成，页面本身没有列表 / scripts draw the list: the page has none",
    "frame": "列表在内嵌页面（iframe）中 / the list is in a page inside of this one (iframe)",
    "unclear": "没有认出年报列表 / no list of annual reports is recognised",
}
BROWSER = (
    "在县配置中写 http: {browser: true}，由浏览器绘制后再读"
    " / write http: {browser: true} into the county's file: a browser then draws it"
)
SELECTORS = (
    "在该栏目写 list、item、paging（CSS 选择器）指明列表"
    " / point at the list with list, item and paging (CSS selectors) of the column"
)
INSIDE = "试内嵌页面 {} / try the page inside of it: {}"
BELOW = "试链接“{1}” {0} / try its link 「{1}」: {0}"
OF_YEAR = "试某一年的页面 {} / try the page of one year: {}"
FIND = (
    "在网站上逐级打开“政府信息公开 → 政府信息公开年报”，用那一页的网址"
    " / open 政府信息公开 → 政府信息公开年报 on the site, and take that page's address"
)


class Likeness(NamedTuple):
    """What a page is, in words, and what to try where it is no column of reports."""

    name: Name | Literal[""]  # empty where the page was not seen
    said: str = ""
    advice: tuple[str, ...] = ()

    @property
    def is_column(self) -> bool:
        return self.name in ("reports", "empty")


# Columns that people look into for annual reports, by what they are called.
OTHERS: Sequence[tuple[str, str]] = (
    ("法治政府建设年度报告", "法治政府|依法行政|法治建设"),
    ("部门预决算", "预算|决算|三公"),
    ("政府网站工作年度报表", "网站.{0,6}(?:报表|年报|年度报告)"),
    ("行政执法统计年报", "行政执法"),
    ("政府工作报告", "政府工作报告"),
    ("政策解读", "解读"),
    ("公开制度", "公开制度|年度报告制度"),
    ("公开指南", "公开指南"),
    ("依申请公开", "依申请公开"),
    ("通知公告", "通知|公告|公示"),
    ("政务动态", "动态|要闻|新闻|资讯"),
    ("人事信息", "人事|招考|招聘"),
    ("规划计划", "规划|计划"),
    ("统计信息", "统计"),
)
BY_KIND: Mapping[PageKind, str] = {
    "rule_of_law": "法治政府建设年度报告",
    "budget": "部门预决算",
    "website_statement": "政府网站工作年度报表",
    "work_report": "政府工作报告",
    "interpretation": "政策解读",
    "system": "公开制度",
    "notice": "通知公告",
    "other_openness": "其他公开",
}
OF_REPORTS = pattern_of("(?:政府|政务)?信息公开(?:工作)?(?:年报|年度报告)|^(?:年报|年度报告)$")
LEADING = pattern_of("年报|年度报告")
YEAR_ONLY = pattern_of(r"20[0-4]\d\s*年?度?(?:年报|年度报告)?")
SEEN = (
    "ok",
    "unchanged",
    "partial",
    "ok_empty",
    "js_shell",
    "structure_changed",
)
MOST_ADVICE = 4
MANY = 5
SHORT = 12  # characters: the name of a column, not of an article
BODIES = pattern_of("(?:[镇乡局办]|街道|政府|委员会|中心)(?:20[0-9]{2}年)?$")


def likeness_of(answer: Answer | None, listing: Listing, taken: Sequence[Taken]) -> Likeness:
    if answer is None or listing.state.name not in SEEN:
        return Likeness("")
    called = column_name(answer)
    name, other = _name_of(answer, listing, taken, called)
    said = SAID[name].replace("{}", other)
    return Likeness(name, said, tuple(_advice(name, answer)))


def _name_of(
    answer: Answer, listing: Listing, taken: Sequence[Taken], called: str
) -> tuple[Name, str]:
    """What the page is; of another column, what it is called."""
    reports = sum(_is_report(entry) for entry in taken)
    mostly = reports * 2 >= len(taken) and reports > 0
    if _is_front(answer) and not mostly:
        return "front_page", ""
    if not mostly and (other := _other_column(called, taken)):
        return "other_column", other
    if mostly or (reports and OF_REPORTS.search(called)):
        return "reports", ""
    if listing.state.name == "ok_empty":
        return "empty", ""
    if len(_years(answer)) >= 2:
        return "years", ""
    if _frames(answer):
        return "frame", ""
    if listing.state.name == "js_shell":
        return "shell", ""
    if taken and OF_REPORTS.search(called) and all(BODIES.search(e.item.title) for e in taken):
        return "reports", ""
    if _leading(answer):
        return "section", ""
    short = sum(len(text) <= SHORT for text, _ in _links(answer))
    if short >= MANY and short * 2 > len(_links(answer)) and not _dated(taken):
        return "menu", ""
    return "unclear", ""


def _is_report(entry: Taken) -> bool:
    """Whether it is an article: 政府信息公开年报 alone is a column's name."""
    return entry.kind == "report" and (entry.year is not None or entry.unit != "")


def _dated(taken: Sequence[Taken]) -> bool:
    return any(entry.item.date for entry in taken)


def column_name(answer: Answer) -> str:
    """What the page calls its column: in its marks, its 当前位置, its title."""
    for content in answer.page.xpath("//meta[@name='ColumnName' or @name='columnname']/@content"):
        return str(content).strip()
    trail = re.search(r"(?:当前|您的?|所在|现在的?)位置[^:：]{0,4}[:：]?(.{0,120})", answer.shown)
    if trail is not None:
        steps = [step.strip() for step in re.split(r"[>＞»›/→]+", trail[1]) if step.strip()]
        if len(steps) > 1:
            return steps[-1].split()[0]
    return re.split(r"[-_—–|]", answer.title)[0].strip()


def _other_column(called: str, taken: Sequence[Taken]) -> str:
    """The name of another column; empty where nothing speaks for one."""
    if not OF_REPORTS.search(called):
        for name, words in OTHERS:
            if re.search(words, called):
                return name
    articles = [entry for entry in taken if entry.item.date or len(entry.item.title) > SHORT]
    for kind, count in Counter(entry.kind for entry in articles).most_common(1):
        if kind in BY_KIND and count * 2 > len(taken):
            return BY_KIND[kind]
    return ""


def _is_front(answer: Answer) -> bool:
    parts = split(answer.url)
    return parts.path in HOME and not parts.query


Link = tuple[str, str]  # its text, and where it leads


def _links(answer: Answer) -> list[Link]:
    found = []
    for anchor in answer.anchors:
        text = re.sub(r"\s", "", "".join(anchor.itertext()))
        url = answer.joined(anchor.get("href", ""))
        if text and url and url != answer.url:
            found.append((text, url))
    return found


def _leading(answer: Answer) -> list[Link]:
    """Links that may lead to the column: called as it is, not as a report is."""
    return [
        (text, url)
        for text, url in _links(answer)
        if LEADING.search(text)
        and len(text) <= SHORT
        and page_kind(text) in ("report", "other")
        and not any(re.search(words, text) for _, words in OTHERS)
    ]


def _years(answer: Answer) -> list[Link]:
    return [link for link in _links(answer) if YEAR_ONLY.fullmatch(link[0])]


def _frames(answer: Answer) -> list[str]:
    sources = answer.page.xpath("//iframe/@src | //frame/@src")
    urls = [answer.joined(src) for src in sources if not BESIDE.search(src)]
    return [url for url in urls if url]


def _advice(name: Name, answer: Answer) -> list[str]:
    """What to try where the page is no column of reports."""
    if name in ("reports", "empty"):
        return []
    advice = [INSIDE.format(url, url) for url in _frames(answer)]
    if name == "years":
        newest = sorted(_years(answer), reverse=True)
        advice += [OF_YEAR.format(url, url) for _, url in newest[:1]]
    advice += [BELOW.format(url, text) for text, url in _leading(answer)]
    if name in ("shell", "frame", "unclear", "years"):
        advice.append(BROWSER)
    if name in ("unclear", "years"):
        advice.append(SELECTORS)
    if name not in ("shell", "frame", "unclear"):
        advice.append(FIND)
    return list(dict.fromkeys(advice))[:MOST_ADVICE]
