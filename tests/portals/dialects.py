"""The ways in which a site shows a list of reports over several pages: one function each, from
entries to what stands at each address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

HTML = "text/html; charset=utf-8"


class Entry(NamedTuple):
    """One report as a list shows it."""

    href: str
    title: str
    day: str
    unit: str
    year: int


class Page(NamedTuple):
    """What stands at an address."""

    body: str
    kind: str = HTML
    status: int = 200
    method: str = "GET"


class Place(NamedTuple):
    """Where a list is, and what the site puts around it."""

    first: str  # the address of its first page
    host: str
    size: int  # entries a page
    due: int  # the year whose reports are due
    units: tuple[str, ...]  # whose list it is
    frame: Callable[[str, str], str]  # what is in the page's middle and in its head -> the page

    @property
    def folder(self) -> str:
        return self.first[: self.first.rindex("/") + 1]

    @property
    def number(self) -> int:
        """By which the site's interfaces know the list."""
        column = re.search(r"/col(\d+)/", self.folder)
        return int(column[1]) if column else crc32(self.folder.encode())


ASKED_FOR = 15  # entries a page, by those who ask an interface
Pages = dict[str, Page]
Dialect = Callable[[Place, Sequence[Entry]], Pages]


def chunks(entries: Sequence[Entry], size: int) -> list[Sequence[Entry]]:
    """Its pages; one without entries where there are none."""
    return [entries[n : n + size] for n in range(0, len(entries), size)] or [[]]


def rows(entries: Sequence[Entry]) -> str:
    if not entries:
        return '<p class="none">暂无信息</p>'
    lines = [
        f'<li><a href="{e.href}" title="{e.title}">{e.title}</a><span>{e.day}</span></li>'
        for e in entries
    ]
    return '<ul class="list-ul">\n' + "\n".join(lines) + "\n</ul>"


def paged(
    place: Place,
    entries: Sequence[Entry],
    address: Callable[[int, int], str],
    pager: Callable[[int, int], str],
    shown: Callable[[Sequence[Entry]], str] = rows,
    head: str = "",
) -> Pages:
    """All pages; `address` and `pager` are told which page of how many, counted from 1."""
    parts = chunks(entries, place.size)
    pages = {}
    for number, part in enumerate(parts, start=1):
        where = place.first if number == 1 else address(number, len(parts))
        inner = f'{shown(part)}\n<div class="page">{pager(number, len(parts))}</div>'
        pages[where] = Page(place.frame(inner, head))
    return pages


def _numbered(place: Place) -> Callable[[int, int], str]:
    """index_2.html is page 2."""

    def address(number: int, _: int) -> str:
        return place.first if number == 1 else f"{place.folder}index_{number}.html"

    return address


CREATE_PAGE = """<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
if(_nPageCount == null || _nPageCount <= 1){ return; }
for(var i=0;i<_nPageCount;i++){ document.write("<a href='"+_sPageName+(i==0?"":"_"+i)+"."+_sPageExt+"'>"+(i+1)+"</a>"); }
}</script>"""


def trs(place: Place, entries: Sequence[Entry]) -> Pages:
    """The function is defined in the head and called below, counted from 0."""
    return _trs(place, entries, CREATE_PAGE)


def trs_plain(place: Place, entries: Sequence[Entry]) -> Pages:
    """The call alone."""
    return _trs(place, entries, "")


def _trs(place: Place, entries: Sequence[Entry], head: str) -> Pages:
    def pager(number: int, of: int) -> str:
        return f'<script>createPageHTML({of}, {number - 1}, "index", "html");</script>'

    return paged(place, entries, lambda n, _: f"{place.folder}index_{n - 1}.html", pager, head=head)


def ucap(place: Place, entries: Sequence[Entry]) -> Pages:
    """The container comes first in the call, and page 2 is list_2.shtml."""

    def pager(number: int, of: int) -> str:
        call = f"createPageHTML('page_div',{of},{number},'list','shtml',{len(entries)});"
        return f'<div id="page_div"></div><script>{call}</script>'

    return paged(place, entries, lambda n, _: f"{place.folder}list_{n}.shtml", pager)


def vsb(place: Place, entries: Sequence[Entry]) -> Pages:
    """Pages are numbered downwards."""

    def address(number: int, of: int) -> str:
        return place.first if number == 1 else f"{place.folder}nb/{of - number + 1}.htm"

    def pager(number: int, of: int) -> str:
        told = f'<span class="p_t">共{len(entries)}条</span> <span class="p_no_d">{number}</span>'
        if number == of:
            return f'{told} <span class="p_next_d p_fun_d">下页</span>'
        on, last = address(number + 1, of), address(of, of)
        return (
            f'{told} <span class="p_next p_fun"><a href="{on}">下页</a></span> '
            f'<span class="p_last p_fun"><a href="{last}">尾页</a></span>'
        )

    return paged(place, entries, address, pager)


def _stepping(on: str, off: str) -> Dialect:
    """One link leads to the next page; `off` stands there on the last."""

    def dialect(place: Place, entries: Sequence[Entry]) -> Pages:
        address = _numbered(place)

        def pager(number: int, of: int) -> str:
            return off if number == of else on.format(address(number + 1, of))

        return paged(place, entries, address, pager)

    return dialect


next_text = _stepping(
    '<a href="{}">下一页</a>', '<span class="disabled">下一页</span> <span>尾页</span>'
)
guillemet = _stepping('<a href="{}">&raquo;</a>', '<span class="off">&raquo;</span>')
image_alt = _stepping(
    '<a href="{}"><img src="/images/next.gif" alt="下一页" border="0"></a>',
    '<img src="/images/next_grey.gif" alt="" border="0">',
)
icon = _stepping(
    '<a href="{}" title="下一页"><i class="fa fa-angle-right"></i></a>',
    '<span class="disabled"><i class="fa fa-angle-right"></i></span>',
)


def numbers(place: Place, entries: Sequence[Entry]) -> Pages:
    """Bare numbers to the same path."""

    def address(number: int, _: int) -> str:
        return place.first if number == 1 else f"{place.first}?page={number}"

    def pager(number: int, of: int) -> str:
        shown = []
        for other in range(1, of + 1):
            link = f'<a href="{address(other, of)}">{other}</a>'
            shown.append(link if other != number else f"<b>{other}</b>")
        return " ".join(shown)

    return paged(place, entries, address, pager)


def select(place: Place, entries: Sequence[Entry]) -> Pages:
    """A select of pages, whose options are addresses."""
    address = _numbered(place)

    def pager(number: int, of: int) -> str:
        options = []
        for other in range(1, of + 1):
            chosen = " selected" if other == number else ""
            options.append(f'<option value="{address(other, of)}"{chosen}>第{other}页</option>')
        return f'<select onchange="location.href=this.value">{"".join(options)}</select> 共{of}页'

    return paged(place, entries, address, pager)


def go_page(place: Place, entries: Sequence[Entry]) -> Pages:
    """javascript:goPage(2), which posts a form: all pages but the first need a script."""

    def pager(number: int, of: int) -> str:
        if number == of:
            return f"第{number}页/共{of}页"
        return (
            f'<form name="pf" method="post" action="{place.first}"><input type="hidden" name="pageNo"></form>'
            f'第{number}页/共{of}页 <a href="javascript:goPage({number + 1})">下一页</a>'
            "<script>function goPage(n){document.pf.pageNo.value=n;document.pf.submit();}</script>"
        )

    pages = paged(place, entries, lambda n, _: f"{place.folder}posted-{n}", pager)
    return {place.first: pages[place.first]}


def jpage(place: Place, entries: Sequence[Entry]) -> Pages:
    """Records in a script, and more of them from an interface; the first page is in the page."""
    parts, asked = chunks(entries, place.size), "/module/web/jpage/dataproxy.jsp"

    def recordset(part: Sequence[Entry]) -> str:
        records = [f"<record><![CDATA[{rows([e]).splitlines()[1]}]]></record>" for e in part]
        return "<recordset>" + "\n".join(records) + "</recordset>"

    def query(number: int) -> str:
        return f"{asked}?page={number}&columnid={place.number}"

    following = ""
    if len(parts) > 1:
        following = f'<nextgroup><![CDATA[<a href="{query(1)}&webid=73&path=/&unitid=90331"></a>]]></nextgroup>'
    store = f"<datastore>{following}{recordset(parts[0])}</datastore>"
    if not entries:
        store = '<p class="none">暂无信息</p>'
    options = (
        f"{{'sourceContentType':1,'totalRecord':{len(entries)},'perPage':{place.size},"
        f"'dataproxy':'{asked}','columnid':{place.number},'unitid':'90331','path':'/','webid':73}}"
    )
    inner = f'<div id="90331"></div><script type="text/xml">{store}</script><script>var o={options};</script>'
    pages = {place.first: Page(place.frame(inner, ""))}
    for number, part in enumerate(parts, start=1):
        told = f"<totalrecord>{len(entries)}</totalrecord><totalpage>{len(parts)}</totalpage>"
        body = (
            f"<?xml version='1.0' encoding='UTF-8'?><datastore>{told}{recordset(part)}</datastore>"
        )
        pages[query(number)] = Page(body, "text/xml; charset=utf-8")
    return pages


def searched(place: Place, entries: Sequence[Entry]) -> Pages:
    """Ucap's interface: the page names its channel, and the list is JSON."""
    channel = f"{place.number:032x}"
    head = f'<meta name="channelid" content="{channel}">'
    inner = f"<div id='list'></div><script>var u = '/common/search/{channel}';</script>"
    pages = {place.first: Page(place.frame(inner, head))}
    for number, part in enumerate(chunks(entries, ASKED_FOR), start=1):
        found = [
            {
                "title": e.title,
                "url": f"//{place.host}{e.href}",
                "publishedTimeStr": f"{e.day} 10:00:00",
            }
            for e in part
        ]
        body = json.dumps({"data": {"results": found, "total": len(entries)}}, ensure_ascii=False)
        address = f"/common/search/{channel}?page={number}"
        pages[address] = Page(body, "application/json")
    return pages


def jpaas(place: Place, entries: Sequence[Entry]) -> Pages:
    """A script names a unit of the page, whose list is asked for; an empty page is the end."""
    asked = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    query = (
        f"{{'webId':'1f','pageId':'{place.number}','parseType':'bulidstatic','pageType':'column',"
        "'tagId':'列表','tplSetId':'3d'}"
    )
    inner = f'<script src="/unitbuild.js" url="{asked}" queryData="{query}"></script>'
    pages = {place.first: Page(place.frame(inner, ""))}
    for number, part in enumerate([*chunks(entries, ASKED_FOR), []], start=1):
        shown = rows(part) if part or number == 1 else ""
        body = json.dumps({"success": True, "data": {"html": shown}}, ensure_ascii=False)
        pages[f"{asked}?page={number}&pageId={place.number}"] = Page(body, "application/json")
    return pages


def ul_per_five(place: Place, entries: Sequence[Entry]) -> Pages:
    """Each five entries are a list of their own."""
    address = _numbered(place)

    def pager(number: int, of: int) -> str:
        if number == of:
            return f"共{of}页 <span>下一页</span>"
        return f'共{of}页 <a href="{address(number + 1, of)}">下一页</a>'

    def shown(part: Sequence[Entry]) -> str:
        return '\n<div class="line"></div>\n'.join(rows(five) for five in chunks(part, 5))

    return paged(place, entries, address, pager, shown)


def table(place: Place, entries: Sequence[Entry]) -> Pages:
    """Rows of a table, with their number in front."""
    address = _numbered(place)

    def pager(number: int, of: int) -> str:
        if number == of:
            return f"第{number}页/共{of}页 共{len(entries)}条"
        return f'第{number}页/共{of}页 共{len(entries)}条 <a href="{address(number + 1, of)}">下一页</a>'

    def shown(part: Sequence[Entry]) -> str:
        lines = [
            f'<tr><td>{n}</td><td><a href="{e.href}" target="_blank">{e.title}</a></td><td>{e.day}</td></tr>'
            for n, e in enumerate(part, start=1)
        ]
        head = "<tr><th>序号</th><th>标题</th><th>发布日期</th></tr>"
        return '<table class="tb" width="100%">' + head + "\n".join(lines) + "</table>"

    return paged(place, entries, address, pager, shown if entries else rows)


def year_links(place: Place, entries: Sequence[Entry]) -> Pages:
    """A page a year; links above the list lead to the others, the latest year is shown first."""
    years = sorted({e.year for e in entries} | {place.due}, reverse=True)
    links = " ".join(f'<a href="{place.folder}{year}/">{year}年</a>' for year in years)
    pages = {}
    for year in years:
        part = [e for e in entries if e.year == year]
        inner = f'<div class="years">{links}</div>\n<h3>{year}年</h3>\n{rows(part)}\n<p>共{len(part)}条</p>'
        pages[f"{place.folder}{year}/"] = Page(place.frame(inner, ""))
    pages[place.first] = pages[f"{place.folder}{place.due}/"]
    return pages


def names_only(place: Place, entries: Sequence[Entry]) -> Pages:
    """Under a heading for each year stand the units' names; who has none has no link."""
    parts = []
    for year in sorted({e.year for e in entries} | {place.due}, reverse=True):
        linked = {e.unit: f'<a href="{e.href}">{e.unit}</a>' for e in entries if e.year == year}
        names = list(dict.fromkeys((*place.units, *linked)))
        shown = "\n".join(f"<li>{linked.get(name, name)}</li>" for name in names)
        parts.append(f"<h3>{year}年政府信息公开工作年度报告</h3>\n<ul>\n{shown}\n</ul>")
    return {place.first: Page(place.frame("\n".join(parts), ""))}


def declared(place: Place, entries: Sequence[Entry]) -> Pages:
    """All entries on one page, which says how many."""
    inner = f"{rows(entries)}\n<p>共{len(entries)}条</p>"
    return {place.first: Page(place.frame(inner, ""))}


def plain(place: Place, entries: Sequence[Entry]) -> Pages:
    """All entries on one page, which says nothing."""
    return {place.first: Page(place.frame(rows(entries), ""))}


def stopping(place: Place, entries: Sequence[Entry]) -> Pages:
    """The newest of a usual number, and no pager: whether there is more can't be told."""
    newest = sorted(entries, key=lambda e: e.day, reverse=True)[: place.size]
    return {place.first: Page(place.frame(rows(newest), ""))}


def scripted(place: Place, entries: Sequence[Entry]) -> Pages:
    """An empty list that a script of the site's own fills."""
    inner = (
        '<div class="list"><ul id="gk-list"></ul><div id="pager"></div></div>'
        f'<script src="/js/gk.js?v={len(entries) % 3}"></script><script>gk.render("#gk-list",{{id:881}});</script>'
    )
    return {place.first: Page(place.frame(inner, ""))}


DIALECTS: Mapping[str, Dialect] = {
    "trs": trs,
    "trs_plain": trs_plain,
    "ucap": ucap,
    "vsb": vsb,
    "next_text": next_text,
    "guillemet": guillemet,
    "image_alt": image_alt,
    "icon": icon,
    "numbers": numbers,
    "select": select,
    "go_page": go_page,
    "jpage": jpage,
    "searched": searched,
    "jpaas": jpaas,
    "ul_per_five": ul_per_five,
    "table": table,
    "year_links": year_links,
    "names_only": names_only,
    "declared": declared,
    "plain": plain,
    "stopping": stopping,
}
# Those whose first address holds none of the pages, and those that call an article art_….
APART = {"jpage", "searched", "jpaas"}
ART = {"jpage", "jpaas"}
