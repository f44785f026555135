"""A list page as a person sees it: which links are its entries, where its list stands, and what
lies directly around it.

Nothing that may be a report is dropped: a link that can't be followed is an entry in doubt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from nianbao.crawler.addresses import LONGEST, key_of, split
from nianbao.crawler.answers import Answer, number_in, sound
from nianbao.crawler.belonging import page_kind, years_in
from nianbao.crawler.listing.labels import KIND_LABEL, YEAR_LABEL
from nianbao.crawler.listing.listed import (
    DATE,
    SHARED,
    Item,
    Source,
    date_in,
    dates_in,
    is_own_host,
    once,
    over_http,
    told_apart,
    unescaped,
)
from nianbao.crawler.listing.selected import entries_by
from nianbao.crawler.presets import Preset
from nianbao.parser.patterns import pattern_of

Element = Any  # of lxml, whose types are not known here

NAVIGATION = pattern_of(
    r"^(?:首\s*页|第一页|上一?页|前一页|下一?页|后一页|尾页|末页|最后一页|更多|返回.{0,4}|打印|关闭|转到|跳转|GO"
    r"|[0-9]+|[<>«»‹›〈〉…. ]+|next|prev|more.{0,2})$",
    re.I,
)
# What a link says that leads to what the row tells of.
GENERIC = pattern_of(
    r"^[\[【(（]?(?:点击)?(?:查看|下载|详情|查看详情|打开|浏览|阅读|阅读全文|查看全文|全文|附件|预览"
    r"|word|pdf|docx?|ofd|wps|网页|html|在线)(?:文件|附件|版|浏览|阅读)?[\])】）]?[>»]*$",
    re.I,
)
# The name of a column, which says nothing of a year or unit.
COLUMN_NAME = pattern_of(
    "^(?:(?:本级|各?乡镇街?道?|[县市区]直|部门|单位|历年|往年|政府信息|政务信息|信息|政务|法定|主动)*公开)?"
    "(?:工作)?(?:年度|年)?(?:工作)?(?:报告|年报|年度报告)(?:专栏|专题|列表|汇总|目录)?$"
)
SAYS_REPORT = pattern_of("年报|年度.{0,12}报告|公开.{0,6}报告|报告.{0,4}年度|信息公开.{0,8}总结")
CUT = pattern_of(r"(?:…|\.\.\.|\.\.)$")
HIDDEN = pattern_of(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
OFF_THE_PAGE = pattern_of(r"(?:left|top|right|text-indent)\s*:\s*-\s*(?:[5-9]\d{3}|\d{5,})", re.I)
OPENS = pattern_of(
    r"""['"]((?:https?:)?/[^'"]+|[^'"\s]+\.(?:s?html?|jspx?|aspx?|docx?|pdf)[^'"]*)['"]"""
)
OPENERS = (
    "//a[@href or @onclick or @*[name()='xlink:href']] | //area[@href] | //button[@onclick]"
    " | //tr[@onclick] | //li[@onclick] | //option[contains(@value, '/')]"
    " | //*[@data-url or @data-href or @data-link][not(self::a)][not(.//a or .//li or .//tr)]"
    "[string-length(normalize-space()) < 120]"
)
HANDED_TO_A_SCRIPT = ("data-url", "data-href", "data-link")
AROUND_ROWS = ("body", "html", "ul", "ol", "dl", "tbody", "table", "form")
UNSEEN = ("script", "style", "noscript", "head", "template", "textarea")


@dataclass(frozen=True)
class Entry:
    item: Item
    anchor: Element
    row: Element
    likely: bool  # its title may be a report's


@dataclass(frozen=True)
class ListPage:
    """What of a page is its list."""

    answer: Answer
    entries: tuple[Entry, ...] = ()  # of the list
    beside: tuple[Item, ...] = ()  # links elsewhere on the page that may be reports
    container: Element | None = None
    zone: tuple[Element, ...] = field(default=(), repr=False)  # the list and what lies around it
    # What lies behind other lists that stand beside it: its pager may.
    beyond: tuple[Element, ...] = field(default=(), repr=False)
    # Around links elsewhere that may be reports: of a part of the column, maybe.
    boxes: tuple[Element, ...] = field(default=(), repr=False)

    @property
    def items(self) -> list[Item]:
        return once(iter([*(entry.item for entry in self.entries), *self.beside]))

    @property
    def likely(self) -> list[Item]:
        """Those of the list that may be reports."""
        return [entry.item for entry in self.entries if entry.likely]


def list_page(answer: Answer, source: Source, preset: Preset) -> ListPage:
    links = _links(answer, source, preset)
    if source.list or source.item:
        return _pointed_at(links, answer, source)
    unseen = {link.anchor for link in links if _is_unseen(link.anchor)}
    if unseen:
        kept = [link for link in links if link.anchor not in unseen]
        page = _page_of(kept, answer, source)
        likely = [link.item for link in links if link.anchor in unseen and link.likely]
        others = [item for item in likely if not item.doubt]
        return replace(page, beside=(*page.beside, *others))
    return _page_of(links, answer, source)


def _is_unseen(element: Element) -> bool:
    """Whether it stands where no browser shows anything: in <noscript>, or far off the page."""
    return any(
        above.tag in UNSEEN or OFF_THE_PAGE.search(above.get("style") or "")
        for above in element.iterancestors()
    )


def _page_of(links: Sequence[Entry], answer: Answer, source: Source) -> ListPage:
    named = [*_names_alone(links, answer, source), *_years_alone(links, answer, source)]
    sure = [*(link for link in links if link.likely), *named]
    if not sure:
        return _unlike_any(links, answer)
    container = _container([link.row for link in sure])
    rows = {link.row for link in sure}
    shapes = {_shape(row) for row in rows}
    chosen = {link.anchor: link for link in sure}

    def is_entry(link: Entry) -> bool:
        return link.row in rows or (_shape(link.row) in shapes and _is_like_an_entry(link.item))

    inside = [chosen.get(link.anchor, link) for link in links if _is_in(link.anchor, container)]
    followed = {link.item.title for link in links if not link.item.doubt}
    inside = [x for x in inside if not x.item.doubt or x.item.title not in followed]
    entries = _one_a_row([link for link in inside if link.anchor in chosen or is_entry(link)])
    beside = [link for link in sure if not _is_in(link.anchor, container)]
    unlinked = _unlinked(entries, links, answer, source)
    return ListPage(
        answer,
        tuple(entries),
        (*(link.item for link in beside), *unlinked),
        container,
        tuple(_zone(container)),
        tuple(_beyond(container)),
        _boxes([link.row for link in beside], container),
    )


def _unlinked(
    entries: Sequence[Entry], links: Sequence[Entry], answer: Answer, source: Source
) -> Iterator[Item]:
    """Rows of the list that tell of the due year's report and lead nowhere."""
    linked = {link.row for link in links}
    shapes = {_shape(entry.row) for entry in entries if entry.row.tag in ROWS}
    lists = dict.fromkeys(entry.row.getparent() for entry in entries if entry.row.tag in ROWS)
    rows = (row for each in lists for row in each if _shape(row) in shapes)
    for row in dict.fromkeys((*rows, *_rows_that_name(source, answer))):
        if row in linked or not is_seen(row):
            continue
        words = " ".join(filter(None, (_words(row), _words_without_text(row))))
        title, day = _without_date(words), date_in(words)
        named = day is not None or any(name in title for name in source.names)
        told = len(title) <= LONGEST_TITLE and source.year in years_in(title)
        if told and named and may_be_report(title, source.names, dated=day is not None):
            yield Item(title, f"{answer.url}#{sound(title)}"[:LONGEST], day, NOT_LINKED)


def _rows_that_name(source: Source, answer: Answer) -> Iterator[Element]:
    """Rows anywhere on the page that name one of the units, without a link and without rows."""
    if source.names:
        for row in answer.page.xpath(
            "//tr[not(.//tr) and not(.//a)] | //li[not(.//li) and not(.//a)]"
        ):
            if any(name in "".join(row.itertext()) for name in source.names):
                yield row


LONGEST_TITLE = 80
NOT_LINKED = "列表中有这一条，但没有链接 / it is on the list, without a link"


def _pointed_at(links: Sequence[Entry], answer: Answer, source: Source) -> ListPage:
    """The entries that the county's file points at."""
    pointed = {
        key_of(item.url): item for item in entries_by(answer, list=source.list, item=source.item)
    }
    entries = [
        replace(link, item=link.item._replace(title=pointed[key_of(link.item.url)].title))
        for link in links
        if key_of(link.item.url) in pointed
    ]
    known = {key_of(entry.item.url) for entry in entries}
    unlinked = [item for key, item in pointed.items() if key not in known]
    missed = [link.item for link in links if link.likely and key_of(link.item.url) not in pointed]
    others = tuple(once([*unlinked, *missed]))
    if not entries:
        return ListPage(answer, beside=others)
    container = _container([entry.row for entry in entries])
    zone = tuple(_zone(container))
    return ListPage(answer, tuple(_one_a_row(entries)), others, container, zone)


def page_around(anchors: Sequence[Element], answer: Answer) -> ListPage:
    """A list that is made of these links, whatever they say."""
    entries = [
        Entry(
            Item(_words(anchor), answer.joined(anchor.get("href", ""))), anchor, _row(anchor), True
        )
        for anchor in anchors
    ]
    container = _container([entry.row for entry in entries])
    return ListPage(answer, tuple(entries), (), container, tuple(_zone(container)))


def items_on(
    answer: Answer, source: Source, preset: Preset, *, records: bool = False
) -> list[Item]:
    """The articles that a page links, in its order. Of `records` each is known to be one."""
    if records:
        return once(link.item for link in _links(answer, source, preset))
    return list_page(answer, source, preset).items


def from_markup(parts: Sequence[str], answer: Answer, source: Source, preset: Preset) -> list[Item]:
    """The articles that pieces of mark-up link, as on a page of their own."""
    listed = "".join(f"<div>{part}</div>" for part in parts)
    page = f"<html><body><ul>{listed}</ul></body></html>"
    inner = replace(
        answer, body=page.encode(), headers={"content-type": "text/html; charset=utf-8"}
    )
    if inner.is_read_in_part:
        raise NestedError
    return items_on(inner, source, preset, records=bool(preset.record))


class NestedError(Exception):
    """Mark-up that is nested too deeply: of what it lists a part is not seen."""


# ---- links


def _links(answer: Answer, source: Source, preset: Preset) -> list[Entry]:
    """Everything on a page that opens something, each with a place of its own."""
    found = list(_openers(answer, source, preset))
    items = told_apart((link.item for link in found), source.names)
    pairs = zip(found, items, strict=True)
    apart = [replace(link, item=item) for link, item in pairs]
    return [link for link in apart if link.likely or _is_known(link.item, source.names)]


def _is_known(item: Item, names: Sequence[str]) -> bool:
    """Whether what promises no report is told all the same: it can be followed, or names a unit."""
    return not item.doubt or (item.doubt == SHARED and _is_a_name(item.title, names))


def _openers(answer: Answer, source: Source, preset: Preset) -> Iterator[Entry]:
    """Everything on a page that opens something, with its title and row."""
    pattern = preset.item
    for element in answer.page.xpath(OPENERS):
        url, doubt = _address(element, answer, source)
        row = _row(element)
        title = _title_of(element, row, source.names)
        day = _date_near(element, row)
        beside = NAVIGATION.match(title) and not YEAR_LABEL.match(title)
        if not title or beside or KIND_LABEL.match(title):
            continue
        likely = may_be_report(title, source.names, dated=day is not None)
        if pattern and not likely and not re.search(pattern, url):
            continue
        yield Entry(Item(title, url, day, doubt), element, row, likely)


def _address(element: Element, answer: Answer, source: Source) -> tuple[str, str]:
    """Where a link leads; and why it can't be followed, if it can't."""
    href = element.get("href") or element.get("xlink:href") or element.get("value") or ""
    href = href.strip()
    scripted = not href or href.startswith("#") or href.lower().startswith("javascript:")
    told = next(filter(None, map(element.get, HANDED_TO_A_SCRIPT)), "").strip()
    if scripted and told:
        href = told
    elif scripted:
        opened = OPENS.search(f"{href} {element.get('onclick') or ''}")
        if opened is None:
            words = " ".join("".join(element.itertext()).split())
            return f"{answer.url}#{sound(words)}"[:LONGEST], OPENED_BY_SCRIPT
        href = opened[1]
    url = over_http(answer.joined(href), source)
    if not url:
        return sound(href)[:LONGEST], NO_ADDRESS
    host = split(url).netloc
    if not is_own_host(host, answer.host, source):
        return url, another_site(url)
    return url, ""


def another_site(url: str) -> str:
    return f"链接指向其他网站 {split(url).netloc} / it leads to another site"


OPENED_BY_SCRIPT = "链接由脚本打开，无法读取 / a script opens it"
NO_ADDRESS = "链接地址无效 / its address is malformed"


def may_be_report(title: str, names: Sequence[str] = (), *, dated: bool = True) -> bool:
    """Whether a title may be a report's: it says so, and is not just the column's name."""
    bare = re.sub(r"\s", "", title)
    kind = page_kind(bare)
    if kind not in ("report", "other") or not (kind == "report" or SAYS_REPORT.search(bare)):
        return False
    if COLUMN_NAME.match(bare) and not dated:
        return False
    return dated or bool(years_in(bare)) or any(name in bare for name in names)


def _title_of(anchor: Element, row: Element, names: Sequence[str]) -> str:
    shown = _words(anchor)
    named = " ".join((anchor.get("title") or anchor.get("alt") or "").split())
    if named and (CUT.search(shown) or (len(named) > len(shown) > 0 and named[:4] == shown[:4])):
        shown = named
    shown = unescaped(shown or named or _words_without_text(anchor))
    whole = _words(row)
    if names and not any(name in whole for name in names):
        whole = " ".join([*map(_words, _spanning(row)), whole])
    whole = _without_date(whole)
    if GENERIC.match(shown) and len(whole) > len(shown) + 4:
        return re.sub(r"\s*\b(?:查看|下载|详情)\s*$", "", re.sub(r"^\d{1,3}\s+", "", whole))
    if anchor.tag in ("tr", "li"):
        return whole
    if row.tag == "tr" and len(shown) > 4 and len(whole) < len(shown) + 30:
        lacks = names and not any(name in shown for name in names)
        if lacks and any(name in whole for name in names):
            return whole
    nameless = not any(name in shown for name in names)
    if row.tag in ("li", "dd") and nameless and SAYS_REPORT.search(shown):
        return f"{_only_name(whole, names)}{_without_date(shown)}"
    if len(shown) <= 12:
        return shown
    return _without_date(shown)


def _only_name(text: str, names: Sequence[str]) -> str:
    """The unit that a row names: its only one, with the longest of its names."""
    named = sorted((name for name in names if name in text), key=len)
    return named[-1] if named and all(name in named[-1] for name in named) else ""


def _spanning(row: Element) -> Iterator[Element]:
    """The cells of rows above that reach into a row of a table: its unit, maybe."""
    if row.tag != "tr":
        return
    above = islice(row.itersiblings("tr", preceding=True), MOST_SPANNED)
    for distance, other in enumerate(above, 1):
        for cell in other.iterchildren("td", "th"):
            if (number_in(cell.get("rowspan") or "") or 1) > distance:
                yield cell


MOST_SPANNED = 30


def _words_without_text(element: Element) -> str:
    """What its pictures, buttons and labels say, which is no text of the page."""
    said = [element.get("aria-label")]
    said += [inner.get("alt") or inner.get("title") for inner in element.iter("img")]
    buttons = (inner for inner in element.iter("input") if inner.get("type") in BUTTONS)
    said += [inner.get("value") for inner in buttons]
    return " ".join(" ".join(filter(None, said)).split())


BUTTONS = ("button", "submit")


def _words(element: Element) -> str:
    """The text of an element, its parts parted."""
    return " ".join(" ".join(element.itertext()).split())


def _without_date(text: str) -> str:
    return re.sub(r"\s+", " ", DATE.sub("", text)).strip(" []()·•【】")


def _row(anchor: Element) -> Element:
    """The list entry of an anchor.

    The widest element around it that holds no other article.
    """
    row = anchor
    while row.tag not in ROWS and (above := row.getparent()) is not None:
        if above.tag in AROUND_ROWS or len(above.xpath(".//a[@href]")) > 2:
            break
        row = above
    return row


ROWS = ("li", "tr", "dd")


def _date_near(anchor: Element, row: Element) -> date | None:
    """The day that is called the one of publication, by its column or label; else the last.

    Of several without a word, in one row, nobody knows which.
    """
    texts = (CHANGED.sub("", " ".join(row.itertext())), anchor.get("title") or "")
    labelled = (found[1] for found in map(LABELLED.search, texts) if found is not None)
    for text in (_under(PUBLISHED, row), *labelled):
        for day in reversed([*dates_in(text)]):
            return day
    title = {*dates_in(" ".join(anchor.itertext()))}
    for text in (OTHER_DAY.sub("", text) for text in texts):
        days = [*dates_in(text)]
        if row.tag in ROWS and len({*days} - title) > 1:
            return None
        if days:
            return days[-1]
    return None


PUBLISHED = pattern_of("(?:发布|公开|公布|上网|上传)(?:日期|时间)")
LABELLED = pattern_of(
    r"(?:发布|公开|公布|上网|上传)(?:日期|时间|[:：])[\s:：]{0,4}(20[0-4]\d.{4,9})"
)
# Days that are called otherwise: when it was changed, written, collected, until when it holds.
OTHER_DAY = pattern_of(
    r"(?:更新|修改|修订|变更|采集|录入|抓取|成文|生成|印发|有效|失效|废止|截止|截至|施行|实施|归档)"
    r"\w{0,3}[\s:：至]{0,4}20[0-4]\d\s*[-年./]\s*\d{1,2}\s*[-月./]\s*\d{1,2}"
)


def _under(heading: re.Pattern[str], row: Element) -> str:
    """What a row of a table holds in the column of a heading."""
    table = next(row.iterancestors("table"), None) if row.tag == "tr" else None
    first = next(table.iter("tr"), None) if table is not None else None
    if first is None or first is row:
        return ""
    names, cells = [*first.iterchildren("th", "td")], [*row.iterchildren("th", "td")]
    pairs = zip(names, cells, strict=False) if len(names) == len(cells) else ()
    return next((_words(cell) for name, cell in pairs if heading.search(_words(name))), "")


# A day in brackets that is not the one of publication.
CHANGED = pattern_of(r"[（(\[【][^（）()\]】]*(?:更新|修改|修订|更正|调整)[^（）()\]】]*[）)\]】]")


def _is_like_an_entry(item: Item) -> bool:
    return item.date is not None or len(item.title) > 6


def _one_a_row(links: Sequence[Entry]) -> list[Entry]:
    """Of a row that links the same thing several times, the first link."""
    seen: set[tuple[Element, str]] = set()
    kept = []
    for link in links:
        key = (link.row, "" if link.row.tag in ROWS and not link.likely else link.item.title)
        if key not in seen:
            kept.append(link)
        seen.add(key)
    return kept


# ---- which of them are the list


def _names_alone(links: Sequence[Entry], answer: Answer, source: Source) -> list[Entry]:
    """Under a heading that tells report and year, entries may be the names of units alone.

    Their titles promise no report: what is behind them decides.
    """
    told = {link.row for link in links if link.likely and link.row.tag in ROWS}
    rest = [link for link in links if link.row not in told]  # [柳树镇] before a report's title
    named = [link for link in rest if _is_a_name(_name_in(link.item.title), source.names)]
    named += _among(named, rest)
    if not named or not any(SAYS_REPORT.search(said) for said in headings(answer)):
        return []
    years = _years_above(answer)
    for link in named:
        if of_title := years_in(link.item.title):
            years[link.anchor] = max(of_title)
        elif link.item.date is not None:  # a report is out in the year after its own
            years.setdefault(link.anchor, link.item.date.year - 1)
    under = [link for link in named if link.anchor in years]
    titles = [f"{_name_in(link.item.title)}{years[link.anchor]}年" for link in under]
    return [
        replace(link, item=link.item._replace(title=title), likely=True)
        for link, title in zip(under, titles, strict=True)
    ]


def _among(named: Sequence[Entry], links: Sequence[Entry]) -> list[Entry]:
    """What stands in one list with names of bodies, and may be one: misprinted, cut short."""
    lists = Counter((link.row.getparent(), _shape(link.row)) for link in named)
    own = {link.anchor for link in named}
    return [
        link
        for link in links
        if lists[link.row.getparent(), _shape(link.row)] >= SEVERAL
        and link.anchor not in own
        and A_NAME.fullmatch(_name_in(link.item.title))
    ]


A_NAME = pattern_of("[\u4e00-\u9fff\\s]{2,14}")


def _without_year(title: str) -> str:
    return YEAR_BEHIND.sub("", title)


YEAR_BEHIND = pattern_of(r"\s*20[0-4]\d\s*年?度?$")


def _name_in(title: str) -> str:
    """A title without its year, and where it was cut, without what is left of that."""
    bare = CUT.sub("", title)
    return _without_year(title) if bare == title else YEAR_CUT.sub("", bare)


YEAR_CUT = pattern_of(r"\s*(?:20?\d{0,2}年?)?$")


def is_name_and_year(title: str) -> bool:
    """Whether a title is a body's name and a year, and nothing else."""
    bare = _without_year(title)
    return bare != title and A_NAME.fullmatch(bare) is not None


def _is_a_name(title: str, names: Sequence[str]) -> bool:
    bare = re.sub(r"\s", "", title)
    return bare in names or NAME.fullmatch(bare) is not None


NAME = pattern_of("[\u4e00-\u9fff]{1,10}(?:镇|乡|街道|街道办事处|苏木|人民政府|局|委员会|办公室)")


def _years_above(answer: Answer) -> dict[Element, int]:
    """The year that the nearest heading of reports above a link tells; else the page's own."""
    told = (years_in(said) for said in headings(answer)[-1:] if SAYS_REPORT.search(said))
    year = max(next((found for found in told if found), {0}))
    found: dict[Element, int] = {}
    for element in answer.page.iter():
        if element.tag in ("a", "option"):
            if year:
                found[element] = year
        elif element.tag in HEADS and not element.xpath(".//a"):
            said = _words(element)
            about = SAYS_REPORT.search(said) or re.fullmatch(r"20\d\d\s*年?度?", said)
            if len(said) < 60 and about and (years := years_in(said)):
                year = max(years)
    return found


def _years_alone(links: Sequence[Entry], answer: Answer, source: Source) -> list[Entry]:
    """Under the names of units entries may be years alone.

    Where a year stands under one name only, it may lead to that year's list.
    """
    years = [link for link in links if YEAR_LABEL.match(link.item.title)]
    if len(years) < SEVERAL or not any(SAYS_REPORT.search(said) for said in headings(answer)):
        return []
    units = _units_above(answer, source.names)
    under = [link for link in years if link.anchor in units]
    told = {(units[link.anchor], link.item.title[:4]) for link in under}
    if max(Counter(year for _, year in told).values(), default=0) < SEVERAL:
        return []
    titles = [f"{units[link.anchor]}{link.item.title[:4]}年" for link in under]
    return [
        replace(link, item=link.item._replace(title=title), likely=True)
        for link, title in zip(under, titles, strict=True)
    ]


SEVERAL = 2


def _units_above(answer: Answer, names: Sequence[str]) -> dict[Element, str]:
    """The unit whose name stands last above a link, and nothing but it."""
    unit = ""
    found: dict[Element, str] = {}
    for element in answer.page.iter():
        if element.tag == "a":
            if unit:
                found[element] = unit
        elif element.tag in (*HEADS, "td", "li") and len(element) < SEVERAL:
            said = "".join(_words(element).split())
            if _is_a_name(said, names):
                short = ENDS_A_NAME.sub("", said)
                unit = short if short in names else said
    return found


ENDS_A_NAME = pattern_of("(?:人民政府|办事处)$")
HEADS = ("h1", "h2", "h3", "h4", "h5", "b", "strong", "caption", "dt", "th", "p", "div", "span")


def _container(rows: Sequence[Element]) -> Element:
    """The element that holds the list: the smallest with nearly all of its rows, and others of
    its shape beside it.
    """
    counts = Counter(above for row in rows for above in row.iterancestors())
    most = 0.8 * len(rows)
    depth = {element: sum(1 for _ in element.iterancestors()) for element in counts}
    container = max((el for el in counts if counts[el] >= most), key=lambda el: depth[el])
    while (above := container.getparent()) is not None and above.tag not in ("body", "html"):
        others = [el for el in container.itersiblings() if _shape(el) == _shape(container)]
        others += container.itersiblings(container.tag, preceding=True)
        if container.tag != "tbody" and not any(counts[el] for el in others):
            break
        container = above
    return container


def _shape(element: Element) -> tuple[Any, ...]:
    above = element.getparent()
    return (
        element.tag,
        element.get("class", "") if element.tag not in ROWS else "",
        above.tag if above is not None else "",
    )


def _is_in(element: Element, container: Element) -> bool:
    return element is container or any(above is container for above in element.iterancestors())


def _unlike_any(links: Sequence[Entry], answer: Answer) -> ListPage:
    """A page without any link that says report: what is dated in one place is its list."""
    groups: dict[Element, list[Entry]] = {}
    for link in links:
        above = link.row.getparent()
        groups.setdefault(link.row if above is None else above, []).append(link)
    dated = [mine for mine in groups.values() if sum(x.item.date is not None for x in mine) > 1]
    if not dated:
        return ListPage(answer)
    best = max(dated, key=len)
    container = best[0].row.getparent()
    return ListPage(answer, tuple(_one_a_row(best)), (), container, tuple(_zone(container)))


def _zone(container: Element) -> Iterator[Element]:
    """The list, and what lies directly before and behind it, up to other lists."""
    yield container
    element, open_before, open_behind = container, True, True
    while element.tag not in ("body", "html"):
        for beside in element.itersiblings():
            if not open_behind or is_another_list(beside):
                open_behind = False
                break
            if not is_foot(beside):
                yield beside
        for beside in element.itersiblings(preceding=True):
            if not open_before or is_another_list(beside):
                open_before = False
                break
            yield beside
        if (above := element.getparent()) is None:
            return
        element = above


def _beyond(container: Element) -> Iterator[Element]:
    """What stands in the box of the list behind another closed box: no list itself."""
    element = container
    while (above := element.getparent()) is not None and above.tag not in ("body", "html"):
        for side in (element.itersiblings(), element.itersiblings(preceding=True)):
            passed = False
            for beside in side:
                if is_another_list(beside):
                    passed = beside.tag in CLOSED
                    if not passed:
                        break
                elif passed and not is_foot(beside):
                    yield beside
        element = above


CLOSED = ("div", "section", "aside", "article", "dl", "fieldset")


def _boxes(rows: Sequence[Element], container: Element) -> tuple[Element, ...]:
    """The lists of rows that stand elsewhere, with what lies around them on their own side."""
    ours = {container, *container.iterancestors()}
    lists = dict.fromkeys(row.getparent() for row in rows if row.getparent() is not None)
    around = (el for one in [*lists][:MOST_BOXES] if one not in ours for el in _zone(one))
    kept = (el for el in around if el not in ours and el.getparent() not in ours)
    return tuple(dict.fromkeys(kept))


MOST_BOXES = 40


def is_foot(element: Element) -> bool:
    """Whether it is the foot of the whole site: who runs it, and its numbers."""
    if not isinstance(element.tag, str):
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    if element.tag != "footer" and not FOOT.search(named):
        return False
    return element.tag == "footer" or RUN_BY.search(_words(element)) is not None


FOOT = pattern_of(r"(?:^|[\s_-])\w*(?:foot(?:er)?|bottom|copyright|copy)(?:$|[\s_-])", re.I)
RUN_BY = pattern_of("主办|承办|版权|ICP|备案|标识码|技术支持|copyright", re.I)


def is_another_list(element: Element) -> bool:
    """Whether links in it are articles' too: long, dated, or rows under a heading of their own."""
    if not isinstance(element.tag, str):
        return False
    anchors = list(element.iter("a"))
    if sum(len(_words(anchor)) > 8 for anchor in anchors) > 1:
        return True
    rows = [row for row in element.iter(*ROWS) if row.find(".//a") is not None]
    dated = sum(DATE.search(_words(row)) is not None for row in rows)
    headed = next(element.iter("h2", "h3", "h4"), None) is not None
    return dated > 1 or (headed and len(rows) > 1)


# ---- what a person reads


def headings(answer: Answer) -> list[str]:
    """What the page calls itself: its tags, its headings, where it says that one is."""
    shown = [_words(el) for el in answer.page.xpath("//h1 | //h2 | //h3")]
    *told, title = called(answer)
    return [re.sub(r"\s", "", text) for text in (*shown, *told, title) if text.strip()]


def called(answer: Answer) -> list[str]:
    """What the page is as a whole: its tags, the trail of crumbs, its title."""
    page = answer.page
    told = page.xpath("//meta[translate(@name,'columnae','COLUMNAE')='COLUMNNAME']/@content")
    crumbs = [el for el in page.iter("div", "p", "section", "span", "td") if is_crumb(el)]
    return [*told, *(_words(el) for el in crumbs), answer.title]


TRAIL = pattern_of(r"(?:\w{2,6}[:：]\s*)?首\s*页\s*[>＞»›/]")
CRUMB = pattern_of("crumb|position|location|dqwz|weizhi|curmb|path|where", re.I)


def is_crumb(element: Element) -> bool:
    said = (element.text or "").strip()
    if TRAIL.match(_words(element)):
        return True
    named = f"{element.get('class', '')} {element.get('id', '')}"
    return said.startswith(("当前位置", "您所在的位置", "您的位置", "位置")) or (
        CRUMB.search(named) is not None and len(_words(element)) < 120
    )


def shown_text(elements: Iterable[Element], without: Iterable[Element] = ()) -> str:
    """What a person reads in some elements, but for some of their parts."""
    left_out = set(without)
    parts: list[str] = []

    def walk(element: Element) -> None:
        if element in left_out or not is_seen(element):
            return
        parts.append(element.text or "")
        for child in element:
            walk(child)
            parts.append(child.tail or "")

    for element in elements:
        walk(element)
        parts.append(element.tail or "")
    return " ".join(" ".join(parts).split())


def is_seen(element: Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in UNSEEN:
        return False
    return element.get("hidden") is None and not HIDDEN.search(element.get("style") or "")
