"""Signs that a list goes on: what each looks like is data, what they say of a page is a value.

A sign that can be followed gives addresses; one that can't leaves the list open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nianbao.crawler.addresses import key_of, split
from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.entries import ListPage, is_another_list, is_crumb, shown_text
from nianbao.crawler.listing.listed import MOST_PAGES, Source, may_be_followed
from nianbao.crawler.listing.selected import next_by
from nianbao.crawler.presets import Preset

Element = Any


@dataclass(frozen=True)
class Signs:
    """What a list page says of others."""

    links: tuple[str, ...] = ()  # addresses of other pages of the list
    maybe: tuple[str, ...] = ()  # the same page asked in another way, which may show more
    years: tuple[tuple[str, str], ...] = ()  # a page a year: year and address
    pages: int = 0  # how many it says there are
    page: int = 0  # which of them it says it is
    total: int | None = None  # how many entries it says there are
    open: tuple[str, ...] = ()  # signs of more that can't be followed

    @property
    def any(self) -> bool:
        return bool(self.links or self.pages or self.open)


# ---- what is looked for

# What the link to the next pages says: its text, its picture's, its title.
NEXT = re.compile(
    r"^(?:下一?页|下一頁|下頁|后一?页|後一頁|后页|翻页|下一组|后\w{1,3}[页条]|next(?:\s*page)?|尾\s*页|末\s*页|尾頁"
    r"|最后一?页|最末页|last|(?:更早|较早|以前|更多)的?(?:信息|内容|年报|条目|报告)?|older|earlier"
    r"|[>›〉»→]{1,3}\|?|&gt;|下一页\s*[>›»]{1,2}|[>›»]{1,2}\s*下一?页|尾页\s*[>›»|]{0,3})$",
    re.I,
)
NEXT_CLASS = re.compile(
    r"(?:^|[\s_-])(?:next|nextpage|page-?next|pg-?next|p_next|angle-(?:double-)?right|arrow-?right"
    r"|chevron-right|right-arrow|icon-right|last|lastpage)(?:$|[\s_-])",
    re.I,
)
OFF_CLASS = re.compile(r"disabled|_d\b|\bgray\b|\bgrey\b|no-?link|unclick", re.I)
LOAD_MORE = re.compile(
    "^(?:点击)?(?:加载|查看|显示|展开|浏览)(?:更多|全部|其余)(?:内容|信息|年报)?[>»]*$|^加载更多"
)
MORE = re.compile(r"^[\[(]?(?:更\s*多|查看全部|全部|more)\W{0,4}$", re.I)
PAGE_NUMBER = re.compile(r"^\[?(?:第)?(\d{1,3})(?:页)?\]?$")
YEAR_LABEL = re.compile(r"^(20[0-4]\d)\s*年?度?(?:年报|年度报告|报告)?$")

TEXT_PAGES = (
    r"第\s*(?P<page>\d{1,4})\s*页?\s*[/／,，、|]?\s*共\s*(?P<pages>\d{1,4})\s*页",
    r"第\s*(?P<page>\d{1,4})\s*[/／]\s*(?P<pages>\d{1,4})\s*页",
    r"共\s*(?P<pages>\d{1,4})\s*页\s*[/／,，、|]?\s*(?:当前)?(?:第)?\s*(?P<page>\d{1,4})\s*页",
    r"(?:页次|当前页?)[:：]?\s*第?\s*(?P<page>\d{1,4})\s*页?\s*[/／]\s*(?:共)?\s*(?P<pages>\d{1,4})",
    r"(?<![\d/／-])(?P<page>\d{1,3})\s*[/／]\s*(?P<pages>\d{1,3})(?:\s*页)?(?![\d/／-])",
    r"(?:共|总)\s*(?P<pages>\d{1,4})\s*页",
)
TEXT_TOTAL = re.compile(
    r"(?<!本页)(?<!每页)(?:共|总共|合计|总计|总数[:：]?|记录数[:：]?)\s*(?:有|计)?\s*"
    r"(\d{1,6})\s*(?:条|篇|项|则|份|个文件|个单位|个结果|记录)"
    r"|(?:总条数|总记录数?|总数|记录总数)[:：]?\s*(\d{1,6})(?!\d)|(?<![\d页])(\d{1,6})\s*条记录"
)
MOVED = re.compile(
    "(?:栏目|页面|内容|网站|信息).{0,6}(?:已?迁移|已?搬迁|已?移)(?:至|到)|(?:已|现)迁移至"
)
COUNTS_PAGES = re.compile(
    r"\b(?:countPage|pageCount|page_count|totalPages?|total_pages?|pageTotal|maxPages?|max_page|lastPage|last_page"
    r"|m_nPageCount|allPages?|pageNum_all|sumPage|nPageCount)['\"]?\s*[:=]\s*['\"]?(\d{1,5})\b",
    re.I,
)
COUNTS_ENTRIES = re.compile(
    r"\b(?:totalRecords?|total_record|recordCount|totalCount|total_count|rowCount|totalNum|totalRows?|allCount"
    r"|total|count|totalElements)['\"]?\s*[:=]\s*['\"]?(\d{1,6})\b",
    re.I,
)
COUNTS_A_PAGE = re.compile(
    r"\b(?:limit|perPage|per_page|pageSize|page_size|pageRows|rows|pagesize|showCount|numPerPage|items_per_page"
    r"|prePage|pageLength)['\"]?\s*[:=]\s*['\"]?(\d{1,4})\b",
    re.I,
)
CURRENT = re.compile(
    r"\b(?:currentPage|curPage|current_page|pageIndex|curr|nowPage|pageNo)['\"]?\s*[:=]\s*['\"]?(\d{1,4})\b"
)
PAGINATION = re.compile(
    r"\.pagination\(\s*(?:['\"]\w+['\"]\s*,\s*(?P<page>\d+)\s*,\s*)?(?P<pages>\d{1,5})\b"
)
CREATE_PAGE = re.compile(
    r"(?<!function )\bcreatePage(?:HTML|Html)?\w*\(\s*((?:[^()]|\([^()]*\))*?)\)"
)
# How a script joins the address of a page: its beginning, the variable, its end.
JOINS = re.compile(
    r"""['"](?:<a\s[^'"]*href=\\?['"]?)?(?P<begin>[^'"<>\s]*?(?:[?&](?:page|pageNo|pageNum|pageIndex|currentPage|curPage|pageno|p|pn)=|_))"""
    r"""['"]\s*\+\s*\(?\s*[\w.]+(?:\s*[-+]\s*1)?\s*\)?\s*(?:\+\s*(?:"(?P<end>[^"]*)"|'(?P<end2>[^']*)'))?"""
)
SCRIPT_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"\w])//[^\n]*", re.S)
# A script that goes on where the list ends, and what it goes by.
LOADS = re.compile(
    r"load_?(?:More|Next|Page)|getMore|infinite-?scroll|dropload|mescroll|pullUp|nextPage\s*\(",
    re.I,
)
LOADED_BY = ("data-next", "data-more", "data-next-url", "data-offset", "data-cursor")
CALLS = re.compile(r"\w\(\s*['\"\w]")
MOST_MAYBE = 5
USUAL_SIZES = frozenset((10, 12, 15, 16, 18, 20, 24, 25, 30))


# ---- what a page says


def signs_on(page: ListPage, source: Source, preset: Preset) -> Signs:
    said = _Said(page, source)
    if source.paging:
        following = next_by(page.answer, paging=source.paging)
        said.read(shown_text(page.zone, without=[entry.row for entry in page.entries]))
        return Signs(tuple(filter(None, [following])), total=said.total)
    for element in page.zone:
        for inner in element.iter():
            said.look_at(inner, element)
    said.read(shown_text(page.zone, without=[entry.row for entry in page.entries]))
    said.run(_scripts(page.answer), preset)
    return said.signs()


class _Script(NamedTuple):
    """The pages that a script counts."""

    pages: int
    page: int = 0
    total: int | None = None
    pattern: str = ""  # with {n}
    base: int = 0  # what the first page is called


class _Said:
    """What is gathered from a page."""

    def __init__(self, page: ListPage, source: Source) -> None:
        self.page, self.source = page, source
        self.answer: Answer = page.answer
        self.links: dict[str, None] = {}
        self.numbers: list[str] = []
        self.years: dict[str, str] = {}
        self.labels: set[str] = set()  # of years, linked or not
        self.open: dict[str, None] = {}
        self.maybe: dict[str, None] = {}  # the list's own page, asked in another way
        self.scripted: list[str] = []  # links that only a script can follow
        self.pages = self.number = 0
        self.total: int | None = None
        self.rows = {entry.row for entry in page.entries}
        self.entries = {entry.anchor for entry in page.entries}
        self.near = set(_near(page))

    # -- elements

    def look_at(self, element: Element, top: Element) -> None:
        if not isinstance(element.tag, str) or element in self.entries:
            return
        if element.tag == "a":
            self._anchor(element, top)
        elif element.tag == "option":
            self._option(element)
        elif any(element.get(name) for name in LOADED_BY):
            self.open["滚动加载"] = None
        elif top in self.near and _is_clickable(element):
            label = _label(element)
            if NEXT.match(label) or (PAGE_NUMBER.match(label) and label.strip("[]第页") != "1"):
                self.open[f"“{label}”"] = None
            else:
                self._unexplained(element, label)
        elif element.tag in ("button", "div", "span", "p", "input", "b", "strong", "li"):
            text = _label(element)
            if LOAD_MORE.match(text):
                self.open[f"“{text}”"] = None
            elif year := YEAR_LABEL.match(text):
                self.labels.add(year[1])

    def _anchor(self, anchor: Element, top: Element) -> None:
        label, url = _label(anchor), self._followed(anchor)
        if year := YEAR_LABEL.match(label):
            self.labels.add(year[1])
            if url:
                self.years.setdefault(url, year[1])
        elif LOAD_MORE.match(label):
            self.open[f"“{label}”"] = None
        elif MORE.match(label):
            self._more(anchor, label)
        elif label.strip("[]第页") == "1" and PAGE_NUMBER.match(label):
            return  # this list's own first page
        elif PAGE_NUMBER.match(label):
            if url and self._is_beside(url):
                self.numbers.append(url)
            elif not _is_off(anchor):
                self.open[f"“{label}”"] = None
        elif NEXT.match(label) or _is_next_by_class(anchor, label):
            if url:
                self.links[url] = None
            elif not _is_off(anchor) and (label or CALLS.search(_called(anchor))):
                self.scripted.append(label or "下一页")
        elif url and split(url).path == split(self.answer.url).path:
            self.maybe[url] = None
        elif top in self.near:
            self._unexplained(anchor, label)

    def _unexplained(self, element: Element, label: str) -> None:
        """A short thing to click right beside the list, which nothing explains."""
        if EXPLAINED.match(label) or len(label) > 6 or _is_off(element):
            return
        if label and not SUSPECT.search(label):
            return  # the name of something else
        if label or element.find(".//*") is not None:
            self.open[f"“{label or '图标'}”"] = None

    def _more(self, anchor: Element, label: str) -> None:
        """更多 over the list means that the page shows a part of it."""
        container = self.page.container
        if container is None:
            return
        near = {container, container.getparent(), *container.itersiblings(preceding=True)}
        if any(above in near for above in (anchor, *anchor.iterancestors())) and not any(
            is_another_list(above) and above is not container and container not in above.iter()
            for above in anchor.iterancestors()
        ):
            self.open[f"“{label}”"] = None

    def _option(self, option: Element) -> None:
        value = (option.get("value") or "").strip()
        if not PAGE_NUMBER.match(_label(option)):
            return
        if re.search(r"[/.?=]", value):
            if url := self._joined(value):
                self.numbers.append(url)
        elif _label(option) not in ("1", "第1页"):
            self.scripted.append(_label(option))

    def _followed(self, anchor: Element) -> str:
        href = _href(anchor)
        if not href or href.startswith("#") or re.match("(?:javascript|mailto|tel):", href, re.I):
            return ""
        return self._joined(href)

    def _joined(self, href: str) -> str:
        url = self.answer.joined(href)
        same = key_of(url) == key_of(self.answer.url)
        if same or not may_be_followed(url, self.answer, self.source):
            return ""
        return url

    def _is_beside(self, url: str) -> bool:
        """Whether an address is of the list's own folder, or below."""
        folder = split(url).path.rpartition("/")[0] + "/"
        own = [split(here).path for here in (self.answer.url, self.source.url)]
        return any(
            folder.startswith((_stem(path) + "/", path.rpartition("/")[0] + "/")) for path in own
        )

    # -- text

    def read(self, text: str) -> None:
        for pattern in TEXT_PAGES:
            for match in re.finditer(pattern, text):
                told = match.groupdict()
                pages, number = int(told["pages"]), int(told.get("page") or 0)
                if number <= pages and pages > self.pages:
                    self.pages, self.number = pages, number
        totals = [int(match[1] or match[2] or match[3]) for match in TEXT_TOTAL.finditer(text)]
        self.total = max(totals, default=self.total)
        if MOVED.search(text):
            self.open["栏目已迁移"] = None

    # -- scripts

    def run(self, scripts: Sequence[str], preset: Preset) -> None:
        if any(LOADS.search(text) for text in scripts):
            self.open["滚动加载"] = None
        for found in _counted(scripts, len(self.page.entries)):
            self.pages = max(self.pages, found.pages)
            self.number = self.number or found.page
            if found.total is not None and self.total is None:
                self.total = found.total
            if found.pattern and found.pages > 1:
                for n in range(1, min(found.pages, MOST_PAGES + 1)):
                    if url := self._joined(found.pattern.replace("{n}", str(n + found.base))):
                        self.links[url] = None
        known = self.links or self.numbers
        if not known and self.pages > 1 and preset.paging.get("kind") == "template":
            base = int(preset.paging.get("base", 0))
            for n in range(1, min(self.pages, MOST_PAGES + 1)):
                pattern = str(preset.paging["pattern"]).replace("{page}", str(n + base))
                self.links[self.answer.joined(pattern)] = None

    def signs(self) -> Signs:
        links = dict.fromkeys([*self.numbers, *self.links])
        opened = dict(self.open)
        at_end = 0 < self.pages <= max(self.number, 1)
        if self.scripted and not links and not at_end:
            opened[f"“{self.scripted[0]}”"] = None
        years = tuple((year, url) for url, year in self.years.items())
        if len(self.labels) < 2:
            years = ()
        maybe = tuple(url for url in self.maybe if url not in links)[:MOST_MAYBE]
        return Signs(tuple(links), maybe, years, self.pages, self.number, self.total, tuple(opened))


# What a label of a pager holds, whatever its words are.
SUSPECT = re.compile(r"[页下后更多条组批余续翻>＞»›▶►→⇒…]|^\W*[0-9０-９一二三四五六七八九十]+\W*$")
# What stands beside lists and leads to no more of them.
EXPLAINED = re.compile(
    r"^(?:首\s*页|第一页|主页|上一?页|前一页|上页|返回\w{0,4}|顶部|TOP|打印|关闭|收藏|分享|订阅|RSS|字号|大|中|小"
    r"|搜\s*索|查\s*询|检索|高级搜索|确定|GO|go|跳转|转到|重置|登录|注册|English|手机版|无障碍|[<«‹〈◀|\s]+|1|\[1\])$"
)


def _near(page: ListPage) -> Iterator[Element]:
    """What stands right beside the list, but for what says where one is."""
    if page.container is None:
        return
    yield page.container
    sides = (page.container.itersiblings(), page.container.itersiblings(preceding=True))
    zone = set(page.zone)
    for side in sides:
        for element in side:
            seen = isinstance(element.tag, str) and element in zone
            beside = seen and element.tag not in ("form", "nav", "header", "footer")
            if beside and not is_crumb(element):
                yield element


def _is_clickable(element: Element) -> bool:
    if element.tag == "button":
        return True
    if element.tag == "input":
        return (element.get("type") or "").lower() in ("button", "submit", "image")
    return element.tag in ("span", "li", "div", "b", "i") and bool(element.get("onclick"))


def _href(anchor: Element) -> str:
    return (anchor.get("href") or "").strip()


def _called(anchor: Element) -> str:
    """What a script does when it is clicked."""
    return f"{_href(anchor)} {anchor.get('onclick') or ''}"


def _label(element: Element) -> str:
    """What a small element says: its text, its picture's, its title; empty for a large one."""
    text = "".join(element.itertext())
    if len(text) > 40:
        return ""
    said = " ".join(text.split())
    if said:
        return said
    for inner in element.iter("img"):
        if told := (inner.get("alt") or inner.get("title") or "").strip():
            return told
    return (element.get("title") or element.get("aria-label") or element.get("value") or "").strip()


def _is_next_by_class(anchor: Element, label: str) -> bool:
    if len(label) > 4:
        return False
    names = " ".join(
        el.get("class") or "" for el in (anchor, *anchor.iter("i", "em", "span", "img"))
    )
    return NEXT_CLASS.search(names) is not None


def _is_off(anchor: Element) -> bool:
    names = f"{anchor.get('class') or ''} {anchor.getparent().get('class') or ''}"
    return OFF_CLASS.search(names) is not None or anchor.get("disabled") is not None


def _stem(path: str) -> str:
    """/nb of /nb/, /nb.htm, /nb/index.html and /nb/list_2.html."""
    folder, _, name = path.rpartition("/")
    return (
        folder
        if not name or re.match(r"(?:index|list|default)", name)
        else path.rpartition(".")[0] or folder
    )


# ---- scripts


def _scripts(answer: Answer) -> list[str]:
    """The page's own scripts, without comments."""
    texts = (script.text or "" for script in answer.page.iter("script"))
    return [SCRIPT_COMMENT.sub(" ", text) for text in texts if text.strip()]


def _counted(scripts: Sequence[str], shown: int) -> Iterator[_Script]:
    for text in scripts:
        for call in CREATE_PAGE.finditer(text):
            if (found := _of_call(call[1], shown)) is not None:
                yield found
        if (found := _of_counts(text)) is not None:
            yield found


def _of_call(arguments: str, shown: int) -> _Script | None:
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
    return _Script(numbers[0], page, total, f"{names[0]}_{{n}}.{names[1]}", base)


def _of_counts(text: str) -> _Script | None:
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
    return _Script(count, number + 1 - base if current else 0, declared, pattern, base)
