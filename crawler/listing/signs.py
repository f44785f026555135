"""Signs that a list goes on: what each looks like is data, what they say of a page is a value.

A sign that can be followed gives addresses; one that can't leaves the list open.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nianbao.crawler.addresses import key_of, split
from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.belonging import years_in
from nianbao.crawler.listing.entries import (
    ENDS_A_NAME,
    ListPage,
    headings,
    is_another_list,
    is_crumb,
    is_seen,
    shown_text,
)
from nianbao.crawler.listing.forms import asked_by, numbers_in, page_forms
from nianbao.crawler.listing.labels import (
    COUNTED_LABEL,
    KIND_LABEL,
    MONTH_LABEL,
    OTHER_COLUMN,
    SMALL_VERSION,
    WHOLE_VERSION,
    YEAR_LABEL,
)
from nianbao.crawler.listing.listed import MOST_PAGES, Source, may_be_followed
from nianbao.crawler.listing.scripts import (
    LIBRARIES,
    counted,
    has_outside_script,
    number_of,
    scripts_of,
    told_as_json,
    told_by_attributes,
    written,
)
from nianbao.crawler.listing.selected import has, next_by
from nianbao.crawler.listing.tabs import unread_tab
from nianbao.crawler.page_state import HOME
from nianbao.crawler.presets import Preset
from nianbao.parser.patterns import pattern_of

Element = Any


@dataclass(frozen=True)
class Signs:
    """What a list page says of others."""

    links: tuple[str, ...] = ()  # addresses of other pages of the list
    maybe: tuple[str, ...] = ()  # the same page asked in another way, which may show more
    told: tuple[str, ...] = ()  # what the link to the next page hands to a script
    years: tuple[tuple[str, str], ...] = ()  # a page a year: year and address
    pages: int = 0  # how many it says there are
    page: int = 0  # which of them it says it is
    total: int | None = None  # how many entries it says there are
    counted: int = 0  # how many a menu counts in the column
    open: tuple[str, ...] = ()  # signs of more that can't be followed
    asks: tuple[Ask, ...] = ()  # other pages that a form asks for
    around: tuple[str, ...] = ()  # pages of a pager that stands apart: the list's own, maybe
    parts: tuple[tuple[str, bool], ...] = ()  # lists of the column beside this: surely so?
    filters: tuple[tuple[str, str], ...] = ()  # of which of them whose entries it shows: its unit
    # Why what is here is not all, whatever it says of itself.
    elsewhere: tuple[str, ...] = ()
    pointed: bool = False  # read where the county's file points

    @property
    def any(self) -> bool:
        return bool(self.links or self.told or self.asks or self.pages or self.open)


# ---- what is looked for

# What the link to the next pages says: its text, its picture's, its title.
NEXT = pattern_of(
    r"^(?:下一?页|下一頁|下頁|后一?页|後一頁|后页|翻页|下一组|后\w{1,3}[页条]|next(?:\s*page)?|尾\s*页|末\s*页|尾頁"
    r"|最后一?页|最末页|last|(?:更早|较早|以前|更多)的?(?:信息|内容|年报|条目|报告)?|older|earlier"
    r"|第?[二2]页|[>＞›〉»→►▶▷❯⟩⇨➔➜]{1,3}\|?|&gt;|下一页\s*[>›»]{1,2}|[>›»]{1,2}\s*下一?页|尾页\s*[>›»|]{0,3})$",
    re.I,
)
NEXT_CLASS = pattern_of(
    r"(?:^|[\s_-])(?:next|nextpage|page-?next|pg-?next|p_next|angle-(?:double-)?right|arrow-?right"
    r"|chevron-right|right-arrow|icon-right|last|lastpage)(?:$|[\s_-])",
    re.I,
)
OFF_CLASS = pattern_of(r"disabled|_d\b|\bgray\b|\bgrey\b|no-?link|unclick", re.I)
LOAD_MORE = pattern_of(
    "^(?:点击)?(?:加载|查看|显示|展开|浏览)(?:更多|全部|其余)(?:内容|信息|年报)?[>»]*$|^加载更多"
)
MORE = pattern_of(r"^[\[(]?(?:更\s*多|查看全部|全部|more)\W{0,4}$", re.I)
PAGE_NUMBER = pattern_of(r"^\[?(?:第)?(\d{1,3})(?:页)?\]?$")

# Blanks are given back to nobody: of a thousand of them each parting would be tried.
TEXT_PAGES = (
    r"第\s*+(?P<page>\d{1,4})\s*+页?\s*+[/／,，、|]?\s*+共\s*+(?P<pages>\d{1,4})\s*+页",
    r"第\s*+(?P<page>\d{1,4})\s*+[/／]\s*+(?P<pages>\d{1,4})\s*+页",
    r"共\s*+(?P<pages>\d{1,4})\s*+页\s*+[/／,，、|]?\s*+(?:当前)?(?:第)?\s*+(?P<page>\d{1,4})\s*+页",
    r"(?:页次|当前页?)[:：]?\s*+第?\s*+(?P<page>\d{1,4})\s*+页?\s*+[/／]\s*+(?:共)?\s*+(?P<pages>\d{1,4})",
    r"(?<![\d/／-])(?P<page>\d{1,3})\s*+[/／]\s*+(?P<pages>\d{1,3})(?:\s*+页)?(?![\d/／-])",
    r"(?:共|总)\s*+(?P<pages>\d{1,4})\s*+页",
)
NUMERAL = "[0-9０-９零〇一二三四五六七八九十百两]"
TEXT_TOTAL = pattern_of(
    rf"(?<!本页)(?<!每页)(?:共|总共|合计|总计|总数[:：]?|记录数[:：]?)\s*+(?:有|计)?\s*+"
    rf"({NUMERAL}{{1,6}})\s*(?:条|篇|项|则|份|个文件|个单位|个结果|记录)"
    rf"|(?:总条数|总记录数?|总数|记录总数)[:：]?\s*({NUMERAL}{{1,6}})(?!\d)|(?<![\d页])(\d{{1,6}})\s*条记录"
    rf"|\bof\s+(\d{{1,6}})\s+(?:entries|items|records)|共\s*({NUMERAL}{{1,6}})\s*个(?=[\s，,。）)]|$)"
)
# What stands before a number that is not the list's.
OF_THE_SITE = pattern_of(
    "(?:全站|网站|本站|门户|访问|浏览|点击|阅读|今日|累计发布)[^，。；\\s]{0,6}$"
)
# A sentence that tells a number of reports, as of some day or year.
OF_A_SENTENCE = pattern_of(
    r"截至|截止|20\d\d年|去年|上年|历年|往年|其中|(?:全|我|本)[县市区旗]|各?(?:乡镇|街道|部门|单位)"
    "|已(?:经|全部)?(?:公布|公开|发布|报送|编制)"
)
SHOWS_A_PART = pattern_of(
    "(?:仅|只)(?:显示|列出|展示|列示).{0,6}(?:最新|前|最近|近|部分).{0,6}(?:条|篇|份|个月|年|信息|内容)"
)
MOVED = pattern_of(
    "(?:栏目|页面|内容|网站|信息|年报|报告).{0,8}?(?:迁移|搬迁|转移|调整|移|并入|合并|归并|变更|更换)(?:至|到|为)"
    "|并入.{0,12}(?:栏目|专栏|平台)|(?:已|现)迁移至|(?:不再|停止|暂停)(?:更新|维护)"
    "|(?:请|可)(?:前往|移步|转至|访问|到|至|点击|登录).{0,24}(?:新|专栏|栏目|平台|此处|这里)"
    "|(?:启用|开通)新(?:版|的)?.{0,6}(?:栏目|专栏|平台|网站)|新(?:版)?(?:栏目|专栏|网站|平台)(?:地址|网址|链接)"
)
LONGEST_NOTICE = 160
# A script that goes on where the list ends, and what it goes by.
LOADS = pattern_of(
    r"load_?(?:More|Next|Page)|getMore|infinite-?scroll|dropload|mescroll|pullUp|nextPage\s*\(",
    re.I,
)
LOADS_BY_NAME = pattern_of(r"infinite|load-?more|lazy-?list|dropload|mescroll|pullup", re.I)
# A script that goes on when somebody scrolls; most others that listen to it show a way to the top.
GOES_ON_AT_THE_END = pattern_of(
    r"(?:\bonscroll\s*=|['\"]scroll['\"]\s*,|\.scroll\(|IntersectionObserver\s*\()[^\0]{0,300}?"
    r"(?:\+\+\s*\w*page|page\w*\s*(?:\+\+|\+=)|\b(?:fetch|ajax|getJSON|XMLHttpRequest)\s*\("
    r"|\$\.(?:get|post)\()",
    re.I,
)
# A script that asks for a page, and that is no counter of visits.
FETCHES_PAGE = pattern_of(
    r"(?:\bfetch|\$\.(?:get|post|ajax|getJSON)|axios[.\w]*)\s*\(([^;]{0,300}?)"
    r"\b(?:page|pageno|pagenum|pageindex|curpage|currentpage|offset)['\"]?\s*[:=]",
    re.I,
)
COUNTER = pattern_of("count|hits?\\b|stat|visit|click|view|log", re.I)
GOES_TO = pattern_of(
    r"(?:location(?:\.href)?\s*=|location\.(?:replace|assign)\(|window\.open\()\s*['\"]([^'\"]+)['\"]"
)
BESIDE = pattern_of(
    r"tree\.jsp|login|count|share|search|header|footer|nav|weather|top|bottom", re.I
)
PLAIN = ("button", "div", "span", "p", "input", "b", "strong", "li", "ul", "nav", "td", "section")
LOADED_BY = ("data-next", "data-more", "data-next-url", "data-offset", "data-cursor")
CALLS = pattern_of(r"\w\(\s*['\"\w]")
FRAMES = ("iframe", "object", "embed")
MOST_MAYBE = 5
USUAL_SIZES = frozenset((10, 12, 15, 16, 18, 20, 24, 25, 30))


# ---- what a page says


def signs_on(page: ListPage, source: Source, preset: Preset, *, pointed: bool = False) -> Signs:
    """What a page says of others; of a list whose pager was `pointed` at, what the pager leads to.

    A selector that fits nothing on the first page is an old one: it says nothing.
    """
    said = _Said(page, source)
    if source.paging and (pointed or has(page.answer, source.paging)):
        following = next_by(page.answer, paging=source.paging)
        said.read(shown_text(page.zone, without=[entry.row for entry in page.entries]))
        return Signs(tuple(filter(None, [following])), total=said.total, pointed=True)
    for element in page.zone:
        for inner in element.iter():
            said.look_at(inner, element)
    said.read(shown_text(page.zone, without=[entry.row for entry in page.entries]))
    for href in page.answer.page.xpath("//link[@rel='next']/@href"):
        said.follow(href)
    for element in page.zone:
        said.look_for_a_notice(element)
    for element in page.beyond:
        said.look_beyond(element)
    for element in page.boxes:
        said.look_in_a_box(element)
    for anchor in page.answer.anchors:
        said.look_around(anchor)
    if _is_a_box(page, source):
        said.look_at_the_bars()
    said.look_for_an_index()
    said.look_at_the_version()
    said.look_among_the_rows()
    said.run(scripts_of(page.answer), preset)
    said.send_forms()
    if label := unread_tab(page, source.year):
        said.elsewhere[f"分栏“{label}”由脚本打开 / a script opens the tab {label}"] = None
    return said.signs()


def says_more(answer: Answer) -> bool:
    """Whether anything on a page leads on, for a list that a script draws."""
    for element in answer.page.xpath("//a | //button | //input | //*[@onclick]"):
        label = _label(element)
        if MORE.match(label) or LOAD_MORE.match(label) or _leads_on(label):
            return True
    return False


def moved_to(page: ListPage, source: Source) -> list[str]:
    """Where a page says that its column has moved to; nothing where that can't be followed."""
    said = _Said(page, source)
    for element in page.zone:
        said.look_for_a_notice(element)
    return [*said.parts]


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
        self.told: dict[str, None] = {}  # what the link to the next page hands to a script
        self.maybe: dict[str, None] = {}  # the list's own page, asked in another way
        self.scripted: dict[str, Element] = {}  # what only a script can follow, by what it says
        self.pressed: dict[str, Element] = {}  # the same, whatever is said of the number of pages
        self.asks: list[Ask] = []
        self.around: dict[str, None] = {}
        self.parts: dict[str, bool] = {}
        self.filters: dict[str, str] = {}  # the same list of each unit: maybe a part of it
        self.elsewhere: dict[str, None] = {}
        self.undrawn = False  # a pager's place that is empty, and an outside script
        self.pages = self.number = 0
        self.total: int | None = None
        self.counted = 0
        self.rows = {entry.row for entry in page.entries}
        self.entries = {entry.anchor for entry in page.entries}
        self.near = set(_near(page))

    # -- elements

    def look_at(self, element: Element, top: Element) -> None:
        if not isinstance(element.tag, str) or element in self.entries:
            return
        if (told := _address_told(element)) and self._is_handed_to_a_script(element, told):
            return
        if element.tag == "a":
            self._anchor(element, top)
        elif element.tag in FRAMES:
            self._frame(element)
        elif element.tag == "option":
            self._option(element)
        elif any(element.get(name) for name in LOADED_BY):
            self.open["滚动加载"] = None
        elif _is_clickable(element) and self._is_of_the_list(element, top):
            label = _label(element)
            if _leads_on(label):
                self._press(label, element)
            elif top in self.near:
                self._unexplained(element, label)
        elif element.tag in PLAIN:
            text = _label(element)
            if LOAD_MORE.match(text):
                self.open[f"“{text}”"] = None
            elif year := YEAR_LABEL.match(text):
                self.labels.add(year[1])
            elif not text and not "".join(element.itertext()).strip():
                self._place_of_a_pager(element)

    def _is_handed_to_a_script(self, element: Element, address: str) -> bool:
        """Whether it leads on to an address that no link, but a script opens.

        Where a page of the column stands there, it is the next; where it is a piece of a page,
        what it shows is seen; whether that is all, the script decides.
        """
        label = _label(element)
        if not (_leads_on(label) or LOAD_MORE.match(label)) or self._followed(element):
            return False
        if url := self._joined(address):
            self.told[url] = None
        return url != ""

    def _is_of_the_list(self, element: Element, top: Element) -> bool:
        """Beside the list anything may be its pager's; farther away only what says 页."""
        return top in self.near or _is_in_a_form(element) or "页" in _label(element)

    def _press(self, label: str, element: Element) -> None:
        if url := self._followed(element):
            self.links[url] = None
        else:
            self.pressed.setdefault(label, element)

    def _frame(self, frame: Element) -> None:
        """A frame beside the list may hold more of it."""
        source = (frame.get("src") or frame.get("data") or "").strip()
        if frame.tag != "iframe" and "html" not in (frame.get("type") or ""):
            return  # a film, a picture
        if frame.get("srcdoc"):
            self.open["框架中的内容"] = None
        if source and not BESIDE.search(source) and (url := self._joined(source)):
            self.parts.setdefault(url, False)

    def _place_of_a_pager(self, element: Element) -> None:
        """What it tells in its attributes; empty, it waits for a script."""
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        options = told_as_json(element.attrib.values())
        for address in options.addresses:
            self.follow(address)
        told = {**element.attrib, **options.numbers}
        pages, total = told_by_attributes(told, len(self.page.entries))
        if PAGER.search(named) or pages or total:
            self.pages = max(self.pages, pages)
            self.total = max(self.total or 0, total) or None
            self.undrawn = self.undrawn or not (pages or total)

    def _anchor(self, anchor: Element, top: Element) -> None:
        label, url = _label(anchor), self._followed(anchor)
        if year := YEAR_LABEL.match(label):
            self.labels.add(year[1])
            if url:
                self.years.setdefault(url, year[1])
        elif LOAD_MORE.match(label):
            self._part(anchor, label, sure=True)
        elif MORE.match(label) or _is_more_by_name(anchor, label):
            self._more(anchor, label or "更多", top)
        elif label.strip("[]第页") == "1" and PAGE_NUMBER.match(label):
            return  # this list's own first page
        elif PAGE_NUMBER.match(label):
            if url and self._is_beside(url):
                self.numbers.append(url)
            elif not _is_off(anchor):
                self.pressed.setdefault(label, anchor)
        elif KIND_LABEL.match(label) and url and (top in self.near or self._is_related(url)):
            self.parts[url] = True
        elif NEXT.match(label) or _is_next_by_class(anchor, label) or _is_next_by_rel(anchor):
            if url:
                self.links[url] = None
            elif not _is_off(anchor) and (label or CALLS.search(_called(anchor))):
                self.scripted.setdefault(label or "下一页", anchor)
        elif url and split(url).path == split(self.answer.url).path:
            if OTHER_COLUMN.match(label):
                return
            if label in self.source.names:
                self.filters[url] = label
            else:
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

    def _more(self, anchor: Element, label: str, top: Element) -> None:
        """更多 over the list means that the page shows a part of it.

        In a bar above the list's box it may be so: what it leads to tells.
        """
        container = self.page.container
        if container is None:
            return
        near = {container, container.getparent(), *container.itersiblings(preceding=True)}
        beside = any(above in near for above in (anchor, *anchor.iterancestors()))
        if beside and not any(map(self._is_a_strange_list, anchor.iterancestors())):
            self._part(anchor, label, sure=True)
        elif not is_another_list(top) and (url := self._followed(anchor)):
            self.parts.setdefault(url, False)

    def look_for_an_index(self) -> None:
        """Units or letters that only a script opens, of which the list shows one at a time: so it
        is where one of those units has no entry. A unit's own column may stand beside a menu.
        """
        pressed = [
            _short(_label(el)) for el in self.answer.page.iter(*PRESSED) if self._is_dead(el)
        ]
        units = {label for label in pressed if label in self.source.names}
        shown = " ".join(entry.item.title for entry in self.page.entries)
        unseen = sorted(unit for unit in units if unit not in shown)
        is_own = any(unit in said for unit in units for said in headings(self.answer))
        if len(units) >= SEVERAL and unseen and not is_own:
            self.open[f"“{unseen[0]}”由脚本打开"] = None
        letters = {label for label in pressed if A_LETTER.match(label)}
        if len(letters) >= AN_ALPHABET:
            self.open["按字母的索引由脚本打开"] = None

    def _is_dead(self, element: Element) -> bool:
        """Whether a click on it is a script's."""
        if element.tag == "option":
            return not re.search(r"[/.?=]", element.get("value") or "")
        clickable = element.tag == "a" or _is_clickable(element)
        return clickable and not self._followed(element) and not self._is_here(element)

    def _is_a_strange_list(self, element: Element) -> bool:
        """Whether it is a list, and holds none of our rows."""
        if element is self.page.container or not is_another_list(element):
            return False
        return self.rows.isdisjoint(element.iter()) and self.page.container not in element.iter()

    def look_at_the_bars(self) -> None:
        """Around a box of the newest few any link may lead to all of them: its heading, a +, ……"""
        for bar in _bars(self.page):
            for inner in bar.iter():
                url = self._followed(inner) if inner.tag == "a" else ""
                label = _label(inner) if isinstance(inner.tag, str) else ""
                own = inner in self.entries or url in self.links or url in self.years
                if own or OTHER_COLUMN.match(label) or _is_off(inner):
                    continue
                pressed = not url and (inner.tag == "a" or _is_clickable(inner))
                more = pressed and (MORE.match(label) or LOAD_MORE.match(label))
                if more and not self._is_here(inner):
                    self.open[f"“{label}”"] = None
                if url and split(url).path not in HOME:
                    self.parts.setdefault(url, False)

    def _part(self, anchor: Element, label: str, *, sure: bool) -> None:
        """A list that is a part of the column; open where nobody can follow it."""
        if url := self._followed(anchor):
            self.parts[url] = self.parts.get(url, False) or sure
        elif not self._is_here(anchor):
            self.open[f"“{label}”"] = None

    def _is_here(self, anchor: Element) -> bool:
        """Whether a link leads to this very list."""
        href = _href(anchor)
        if not href or re.match("(?:javascript:|#)", href, re.I):
            return False
        own = {key_of(self.answer.url), key_of(self.source.url)}
        return key_of(self.answer.joined(href)) in own

    def _option(self, option: Element) -> None:
        value, label = (option.get("value") or "").strip(), _label(option)
        url = self._joined(value) if re.search(r"[/.?=]", value) else ""
        if year := YEAR_LABEL.match(label):
            self.labels.add(year[1])
            if url:
                self.years.setdefault(url, year[1])
        elif KIND_LABEL.match(label) and url:
            self.parts[url] = True
        elif PAGE_NUMBER.match(label) and url:
            self.numbers.append(url)
        elif _leads_on(label) and not re.search(r"[/.?=]", value):
            self.scripted.setdefault(label, option)

    def look_for_a_notice(self, element: Element) -> None:
        """That the column has moved: its new place is a part of it."""
        for inner in _saying(element, MOVED, without=self.rows):
            links = [*filter(None, (self._followed(anchor) for anchor in inner.iter("a")))]
            self.parts |= dict.fromkeys(links, True)
            if not links:
                self.elsewhere["栏目已迁移 / the column has moved"] = None

    def look_beyond(self, element: Element) -> None:
        """A pager behind another box is the list's own, or that box's: what it leads to tells."""
        for inner in element.iter() if isinstance(element.tag, str) else ():
            label = _label(inner) if isinstance(inner.tag, str) else ""
            if not (_leads_on(label) or LOAD_MORE.match(label)):
                continue
            if url := self._followed(inner):
                self.around[url] = None
            elif (inner.tag == "a" or _is_clickable(inner)) and not _is_off(inner):
                self.scripted.setdefault(label, inner)

    def look_in_a_box(self, element: Element) -> None:
        """更多 and pagers of a box that holds reports beside the list."""
        for anchor in element.iter("a") if isinstance(element.tag, str) else ():
            label = _label(anchor)
            more = MORE.match(label) or LOAD_MORE.match(label) or _leads_on(label)
            if more and not _is_off(anchor):
                self._part(anchor, label, sure=False)

    def look_around(self, anchor: Element) -> None:
        """What stands anywhere on the page: an archive by months, the column's place in a menu."""
        label, due = _label(anchor), self.source.year
        month = MONTH_LABEL.match(label)
        if month and 0 < due < int(month[1]) and (url := self._followed(anchor)):
            self.parts.setdefault(url, False)
        if anchor not in self.entries and _short(label) in self.source.names:
            url = self._followed(anchor)
            if url and self._is_beside(url):  # a tab of the unit, whose list is another
                self.parts.setdefault(url, False)
        row = anchor.getparent()
        said = _label(row) if row is not None and len(row) < FEW else label
        if (counted := COUNTED_LABEL.search(said)) and self._is_here(anchor):
            self.counted = max(self.counted, int(counted[1]))

    def look_at_the_version(self) -> None:
        """A version for telephones or in big print may show less: the whole one is read, too."""
        if (named := SMALL_VERSION.search(self.answer.title)) is None:
            return
        whole = (a for a in self.answer.anchors if WHOLE_VERSION.match(_label(a)))
        links = [url for url in map(self._followed, whole) if split(url).path not in HOME]
        self.parts |= dict.fromkeys(filter(None, links), True)
        if not any(links):
            self.open[f"页面是{named[0]}"] = None

    def look_among_the_rows(self) -> None:
        """A script that stands among the entries writes more of them."""
        around = {entry.row.getparent() for entry in self.page.entries}
        lists = [el for el in around if el is not None and el.tag in HOLDS_ROWS]
        if any(_writes_rows(script) for el in lists for script in el.iterchildren("script")):
            self.open["列表中的脚本写出条目"] = None

    def send_forms(self) -> None:
        """What the page's own forms ask for, instead of links that can't be followed."""
        script = "\n".join(scripts_of(self.answer))
        buttons = [*self.pressed.values(), *self.scripted.values()]
        for form in page_forms(self.answer) if buttons else ():
            asks = (asked_by(form, button, _called(button), script) for button in buttons)
            self.asks += [ask for ask in asks if ask is not None]

    def _followed(self, element: Element) -> str:
        href = _href(element)
        if not href or href.startswith("#") or re.match("(?:javascript|mailto|tel):", href, re.I):
            opened = GOES_TO.search(f"{href} {element.get('onclick') or ''}")
            return self._joined(opened[1]) if opened is not None else ""
        return self._joined(href)

    def follow(self, href: str) -> None:
        if url := self._joined(href):
            self.links[url] = None

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

    def _is_related(self, url: str) -> bool:
        """Whether an address is of the list's folder, or of one beside it."""
        above = _stem(split(self.source.url).path).rpartition("/")[0]
        return self._is_beside(url) or (above != "" and split(url).path.startswith(above + "/"))

    # -- text

    def read(self, text: str) -> None:
        for pattern in TEXT_PAGES:
            for match in re.finditer(pattern, text):
                told = match.groupdict()
                pages, number = int(told["pages"]), int(told.get("page") or 0)
                if number <= pages and pages > self.pages:
                    self.pages, self.number = pages, number
        totals = (
            number_of(next(filter(None, match.groups())))
            for match in TEXT_TOTAL.finditer(text)
            if not OF_THE_SITE.search(before := text[: match.start()])
            and not OF_A_SENTENCE.search(before.rpartition(" ")[2])
        )
        self.total = max(filter(None, totals), default=self.total)
        if SHOWS_A_PART.search(text):
            self.open["只显示一部分"] = None

    # -- scripts

    def run(self, scripts: Sequence[str], preset: Preset) -> None:
        sources = self.answer.page.xpath("//script/@src")
        goes_on = any(LOADS.search(text) or GOES_ON_AT_THE_END.search(text) for text in scripts)
        if goes_on or any(map(LOADS_BY_NAME.search, sources)):
            self.open["滚动加载"] = None
        if any(map(_writes_escaped_rows, scripts)):
            self.open["脚本写出条目"] = None
        if any(_asks_for_pages(text) for text in scripts):
            self.open["由脚本读取其余条目"] = None
        for address in written(scripts):
            self.follow(address)
        path = split(self.answer.url).path
        for found in counted(scripts, len(self.page.entries), path):
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
        following = [ask.url for ask in self.asks if ask.method == "GET"]
        links = dict.fromkeys([*self.numbers, *self.links, *following])
        asks = {ask.body: ask for ask in self.asks if ask.method != "GET"}
        opened = dict(self.open)
        if not self.asks:
            opened |= {f"“{label}”": None for label in self.pressed}
        if self.scripted and not links and not asks and not self._is_at_end():
            opened[f"“{next(iter(self.scripted))}”"] = None
        if (
            self.undrawn
            and not (self.pages or links or self.total)
            and has_outside_script(self.answer)
        ):
            opened["翻页由脚本画出"] = None
        years = tuple((year, url) for url, year in self.years.items())
        if len(self.labels) < 2:
            years = ()
        maybe = tuple(url for url in self.maybe if url not in links)[:MOST_MAYBE]
        all_parts = self.parts | dict.fromkeys(self.filters, True)
        parts = tuple((url, sure) for url, sure in all_parts.items() if url not in self.years)
        told = tuple(url for url in self.told if url not in links)
        return Signs(
            tuple(links),
            maybe,
            told,
            years,
            self.pages,
            self.number,
            self.total,
            self.counted,
            tuple(opened),
            tuple(asks.values()),
            tuple(url for url in self.around if url not in links),
            parts,
            tuple(self.filters.items()),
            tuple(self.elsewhere),
        )

    def _is_at_end(self) -> bool:
        """Whether this is the last page by its own words, and no script is called with more."""
        called = numbers_in([_called(element) for element in self.scripted.values()])
        return 0 < self.pages <= max(self.number, 1) and max(called, default=0) <= self.pages


# What a label of a pager holds, whatever its words are.
SUSPECT = pattern_of(r"[页下后更多条组批余续翻>＞»›▶►→⇒…]|^\W*[0-9０-９一二三四五六七八九十]+\W*$")
# What stands beside lists and leads to no more of them.
EXPLAINED = pattern_of(
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


def _is_a_box(page: ListPage, source: Source) -> bool:
    """Whether a list may be a box of the newest: few entries, of several units or of one season."""
    titles = [entry.item.title for entry in page.entries]
    units = {name for name in source.names if any(name in title for title in titles)}
    years = [max(found) for found in map(years_in, titles) if found]
    fresh = min(years, default=0) >= source.year
    return 0 < len(titles) <= A_BOX and source.year > 0 and (fresh or len(units) >= SEVERAL)


A_BOX = 12
A_BAR = 3  # links at most


def _bars(page: ListPage) -> Iterator[Element]:
    """What stands before or behind the list's box and holds a few links, but for menus."""
    zone, element = set(page.zone), page.container
    for _ in range(A_BAR):
        if element is None or element.tag in ("body", "html"):
            return
        for beside in (*element.itersiblings(), *element.itersiblings(preceding=True)):
            plain = isinstance(beside.tag, str) and beside.tag not in NO_BAR
            few = plain and sum(1 for _ in beside.iter("a")) <= A_BAR
            if few and beside in zone and not is_crumb(beside):
                yield beside
        element = element.getparent()


NO_BAR = ("form", "nav", "header", "footer", "script", "style")
PRESSED = ("a", "option", "button", "span", "li", "div", "b", "i")
SEVERAL = 2
A_LETTER = pattern_of("^[A-Za-z]$")
AN_ALPHABET = 4
FEW = 4  # elements beside a link in its row
HOLDS_ROWS = ("ul", "ol", "dl", "table", "tbody")
WRITES = pattern_of(r"document\.write|innerHTML|append|insertAdjacent", re.I)
A_ROW = pattern_of(r"<(?:li|tr|dd)\b", re.I)


def _writes_escaped_rows(script: str) -> bool:
    """Whether it writes entries whose mark-up stands in it in escapes; a counter of visits writes
    none.
    """
    if not UNESCAPES.search(script) or not WRITES.search(script):
        return False
    return A_ROW.search(ESCAPED.sub(_character, script)) is not None


def _character(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1] or escaped[2], 16))


UNESCAPES = pattern_of(r"\bunescape\s*\(|\bdecodeURI")
ESCAPED = pattern_of(r"%(?:u([0-9a-f]{4})|([0-9a-f]{2}))", re.I)


def _writes_rows(script: Element) -> bool:
    """Whether a script may write entries where it stands: one from outside that is no library."""
    if source := script.get("src"):
        return not LIBRARIES.search(source)
    text = script.text or ""
    return WRITES.search(text) is not None and A_ROW.search(text) is not None


def _asks_for_pages(script: str) -> bool:
    return any(not COUNTER.search(match[1]) for match in FETCHES_PAGE.finditer(script))


def _leads_on(label: str) -> bool:
    number = PAGE_NUMBER.match(label)
    return NEXT.match(label) is not None or (number is not None and number[1] != "1")


def _is_in_a_form(element: Element) -> bool:
    return next(element.iterancestors("form"), None) is not None


def _saying(
    element: Element, pattern: re.Pattern[str], without: Collection[Element]
) -> Iterator[Element]:
    """The largest elements of a few words that say something, and are seen."""
    if not isinstance(element.tag, str) or element in without or not is_seen(element):
        return
    said = _said_by(element)
    if not pattern.search(said):
        return
    if len(said) <= LONGEST_NOTICE:
        yield element
        return
    for child in element:
        yield from _saying(child, pattern, without)


def _said_by(element: Element) -> str:
    """The words of an element and of its pictures."""
    pictures = (picture.get("alt") or "" for picture in element.iter("img"))
    return re.sub(r"\s", "", "".join([*element.itertext(), *pictures]))


PAGER = pattern_of(
    r"(?:^|[\s_-])(?:page|pager|pages|paging|paginat\w+|laypage|pageinfo|page-?nav|fenye|fy|pg|pagebar|pagebox)"
    r"(?:$|[\s_-])",
    re.I,
)


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
    number = next(filter(None, map(anchor.get, NUMBERED_BY)), "")
    return f"{_href(anchor)} {anchor.get('onclick') or ''} {number and f'page({number})'}"


NUMBERED_BY = ("data-page", "data-p", "data-pageno", "data-index", "data-num")


def _label(element: Element) -> str:
    """What a small element says: its text, its picture's, its title; empty for a large one."""
    text = "".join(element.itertext())
    if len(text) > 40:
        return ""
    said = " ".join(text.split())
    if said.isalnum():
        return said
    bare = re.sub(r"[\s【】\[\]（）()「」]", "", said)
    if said:
        return bare if NEXT.match(bare) or LOAD_MORE.match(bare) else said
    for inner in element.iter("img"):
        if told := (inner.get("alt") or inner.get("title") or "").strip():
            return told
    return (element.get("title") or element.get("aria-label") or element.get("value") or "").strip()


def _is_next_by_class(anchor: Element, label: str) -> bool:
    if len(label) > 4:
        return False
    inner = [*anchor.iter("i", "em", "span", "img")]
    names = " ".join(el.get("class") or "" for el in (anchor, *inner))
    pictures = (el.get("src") or "" for el in inner if not label)
    stems = " ".join(re.split(r"[/.]", source)[-2] for source in pictures if "." in source)
    return NEXT_CLASS.search(names) is not None or NEXT_CLASS.search(stems) is not None


def _short(name: str) -> str:
    return ENDS_A_NAME.sub("", name)


def _is_more_by_name(anchor: Element, label: str) -> bool:
    """Whether a link that says nothing is called more, or its picture is."""
    if re.search(r"\w", label):
        return False
    inner = [anchor, *anchor.iter("i", "em", "span", "img")]
    names = " ".join(f"{el.get('class') or ''} {el.get('id') or ''}" for el in inner)
    pictures = (el.get("src") or "" for el in inner)
    stems = " ".join(re.split(r"[/.]", source)[-2] for source in pictures if "." in source)
    return MORE_NAME.search(f"{names} {stems}") is not None


MORE_NAME = pattern_of(r"(?:^|[\s_-])(?:gd|more|gengduo)(?:$|[\s_-]|\d)", re.I)


def _is_next_by_rel(anchor: Element) -> bool:
    return "next" in (anchor.get("rel") or "").lower().split()


def _address_told(element: Element) -> str:
    """The address that an element hands to a script, where it is one."""
    told = ((element.get(name) or "").strip() for name in TOLD_BY)
    return next((address for address in told if AN_ADDRESS.match(address)), "")


TOLD_BY = ("data-href", "data-url", "data-link", "hx-get")
AN_ADDRESS = pattern_of(r"(?:https?:)?/|[\w-]+\.s?html?\b|[?.]")


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
