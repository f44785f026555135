"""What stands on an article's page beside its text: files, frames, and that it is not there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import unquote

from nianbao.crawler.addresses import joined, split
from nianbao.crawler.answers import Answer
from nianbao.crawler.belonging import page_kind
from nianbao.crawler.listing.listed import Item, Source, dates_in, may_be_followed, publication_in
from nianbao.crawler.listing.shells import LOCATION, META_REFRESH
from nianbao.crawler.page_state import is_sent_home
from nianbao.crawler.reading import Found
from nianbao.crawler.states import State
from nianbao.parser.formats import ends_as_a_file, names_a_file, names_a_picture
from nianbao.parser.heading import ATTACHED_TEXT, Publication
from nianbao.parser.patterns import pattern_of


class Linked(NamedTuple):
    """A file or frame beside an article, with what the page calls it."""

    label: str
    url: str


def linked_files(
    item: Item, reports: Sequence[Found], answer: Answer, source: Source
) -> list[Linked]:
    """Files and frames, on the portal's own hosts or those that the county allows.

    Documents first, then frames, so that pictures do not take their places.
    """
    found: dict[str, Linked] = {}
    for label, href in _candidates(reports, answer):
        url = _shown_file(answer.joined(href))
        own = url != answer.url and may_be_followed(url, answer, source)
        if own and _may_hold(item, label, url):
            found.setdefault(url, Linked(label, url))
    return sorted(found.values(), key=_later)


def has_frames_elsewhere(answer: Answer, source: Source) -> bool:
    """Whether a page frames something of another host, which is left alone."""
    framed = (answer.joined(src) for src in answer.page.xpath(FRAMES))
    return any(url and not may_be_followed(url, answer, source) for url in framed)


def _candidates(reports: Sequence[Found], answer: Answer) -> Iterator[tuple[str, str]]:
    """What may be a file or frame: label and address as the page writes them."""
    for report in reports:
        yield from report.report.attachments
    for anchor in answer.page.xpath("//a[@href]"):
        href, label = anchor.get("href", "").strip(), "".join(anchor.itertext()).strip()
        if not NOWHERE.match(href) and _is_attached(label, href, anchor.get("download")):
            yield _label_of(anchor, label), href
    for href in answer.page.xpath(FRAMES):
        if not BESIDE.search(href) and not NOWHERE.match(href.strip()):
            yield "", href.strip()
    for script in answer.page.xpath("//script/text()"):
        for match in IN_A_SCRIPT.finditer(script):
            yield "", match[1].replace("\\/", "/")


NOWHERE = pattern_of(r"(?:javascript:|mailto:|tel:|about:|data:|#|$)", re.I)
FRAMES = (
    "//iframe/@src | //frame/@src | //embed/@src | //object/@data"
    " | //object/param[contains('src movie url data filename', @name)]/@value"
)
# Frames that hold no report.
BESIDE = pattern_of(
    r"tree\.jsp|login|count|share|search|header|footer|nav|weather|top\.|bottom", re.I
)
IN_A_SCRIPT = pattern_of(
    r"""["']([^"'\s<>]{3,300}?\.(?:pdf|docx?|wps|ofd|xlsx?|zip)(?:\?[^"'\s<>]*)?)["']""", re.I
)
DOWNLOADS = pattern_of(r"download|downfile|attach|/file(?:s|server)?/|[?&]file", re.I)
PAGE = pattern_of(r"\.(?:s?html?|jsp|aspx?|php)(?:$|[?#])|/$", re.I)


def _is_attached(label: str, href: str, download: str | None) -> bool:
    """Whether an anchor leads to a file, by its address or by what it is called."""
    if names_a_file(href) or "download" in href.lower() or download is not None:
        return True
    if ends_as_a_file(label) or ATTACHED_TEXT.search(label):
        return True
    return DOWNLOADS.search(href) is not None and not PAGE.search(href)


def _label_of(anchor: object, label: str) -> str:
    """What a file is called: its anchor's words, with those that stand before it."""
    before = getattr(anchor.getparent(), "text", None) if hasattr(anchor, "getparent") else None
    return f"{(before or '').strip()[-30:]}{label}"


def _may_hold(item: Item, label: str, url: str) -> bool:
    """A linked picture is fetched where the title promises a report: elsewhere it is a photo."""
    if not names_a_picture(url) or page_kind(item.title) == "report":
        return True
    return ATTACHED_TEXT.search(label) is not None


def _later(link: Linked) -> int:
    if names_a_picture(link.url):
        return 2
    return 0 if link.label or names_a_file(link.url) else 1


def _shown_file(link: str) -> str:
    """The file that a viewer shows: viewer.html?file=/virtual_attach_file…"""
    match = re.search(r"[?&](?:file|src|url|pdf)=([^&]+)", link)
    if match is None or not VIEWER.search(link):
        return link
    return joined(link, unquote(match[1]))


VIEWER = pattern_of("viewer|pdfjs|preview|onlineview", re.I)


def jump_target(answer: Answer) -> str:
    """Where a page without text of its own leads by a script or tag, on the same host."""
    if answer.error or answer.status != 200 or not _may_jump(answer.text):
        return ""
    match = META_REFRESH.search(answer.text) or LOCATION.search(answer.text)
    if match is None or len(answer.opening) > MOST_WORDS:
        return ""
    target = answer.joined(match[1])
    return target if split(target).netloc == answer.host and target != answer.url else ""


def _may_jump(text: str) -> bool:
    """What hardly any page holds is looked for before it is looked at."""
    return "location" in text or "refresh" in text.lower()


MOST_WORDS = 80


# ---- a page that holds no report


def absence(answer: Answer) -> State | None:
    """Whether a page without a report says, amid the whole site around it, that it is not there."""
    if is_sent_home(answer):
        return State("soft_404", f"转到首页 {answer.url} / sent to the home page")
    for said in _notices(answer):
        if NOT_THERE.search(said):
            return State("soft_404", said)
        if MAINTENANCE.search(said):
            return State("unreachable", said)
    return None


def not_yet(answer: Answer) -> State | None:
    """Whether a page under a report's title, without text or file, says that it is to come."""
    coming = (said for said in _notices(answer) if NOT_YET.search(said))
    return next((State("partial", said) for said in coming), None)


def _notices(answer: Answer) -> Iterator[str]:
    """The short texts of a page."""
    for text in answer.page.xpath("//body//text()[not(ancestor::script or ancestor::style)]"):
        said = "".join(text.split())
        if len(said) <= LONGEST_NOTICE:
            yield said


LONGEST_NOTICE = 60
NOT_THERE = pattern_of(
    "(?:页面|信息|内容|文章|文件|栏目|链接|资源)(?:不存在|未找到|已?(?:失效|下线|移除)|已经?被?删除)"
    "|已被(?:删除|移除)|找不到(?:该|您|此|页面|相关)|您(?:访问|查看|浏览)的.{0,8}(?:不存在|已|未找到)"
    "|(?:^|[^0-9])404(?:[^0-9]|$)|NotFound",
    re.I,
)
MAINTENANCE = pattern_of(
    "(?:系统|网站|平台|栏目|页面|服务器?).{0,12}(?:维护|升级|改版|建设中)"
    "|(?:维护|升级|改版|建设)中|给您带来.{0,6}不便"
)


NOT_YET = pattern_of(
    "敬请(?:期待|等待)|(?:正在|尚在|还在)(?:抓紧|加紧)?(?:编制|编写|撰写|起草|整理|汇总|审核|审签|制作|上传|完善)"
    "|(?:编制|编写|整理|审核|上传)中(?:[，,。.！!…）)]|$)|(?:稍后|即将|尽快|随后)(?:发布|公布|公开|上传|补充)"
    "|(?:^|年报|报告|内容|正文|附件)(?:暂未|尚未|还未|待)(?:发布|公布|公开|上传|编制|定稿|完成|补充)"
)


def without_neighbours(publication: Publication, answer: Answer) -> Publication:
    """A page's dates, but for those that it prints beside links to other articles alone."""
    told = [day for _, day in publication.dates]
    if not told or not NEIGHBOUR.search(answer.text):
        return publication
    boxes = [el for el in answer.page.iter(*BOXES) if _is_of_neighbours(el)]
    theirs = Counter(day for el in _outermost(boxes) for day in dates_in(_words(el)))
    all_of_page = Counter(dates_in(answer.shown))
    alone = {day for day in told if 0 < theirs[day] >= all_of_page[day]}
    dates = (
        (source, day) for source, day in publication.dates if _is_tag(source) or day not in alone
    )
    return replace(publication, dates=tuple(dates))


BOXES = ("div", "p", "ul", "ol", "dl", "table", "section", "aside", "li", "dd", "td", "span")
NEIGHBOUR = pattern_of(
    "(?:上|下|前|后)一?[篇条则个](?:文章|信息|新闻|年报)?|(?:相关|推荐|热点|最新|延伸|更多)"
    "(?:阅读|链接|文章|信息|新闻|资讯|内容|推荐|发布|报道)"
)
LONGEST_BOX = 800


def _is_of_neighbours(element: Any) -> bool:
    said = "".join(element.itertext())[:LONGEST_BOX].strip(" \t\r\n\xa0\u3000【[（(·|<《")
    return NEIGHBOUR.match(said) is not None and len("".join(element.itertext())) < LONGEST_BOX


def _outermost(elements: Sequence[Any]) -> list[Any]:
    known = set(elements)
    return [el for el in elements if not any(above in known for above in el.iterancestors())]


def _words(element: Any) -> str:
    return " ".join(element.itertext())


def _is_tag(source: str) -> bool:
    """Whether a date stands in the page's head, where no neighbour's is."""
    return source.startswith("meta ")


def publication_of(answer: Answer) -> Publication:
    """The date of an article that is only a frame around its files."""
    day = publication_in(answer.shown)
    return Publication((("发布时间", day),)) if day is not None else Publication()
