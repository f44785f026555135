"""Portals of each family: what they show, page by page, and what a reader of their columns must come to know."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tests.portals.server import Portal, Reply, Request, page


class Truth(NamedTuple):
    """An article as the portal lists it."""

    title: str
    path: str
    day: date


TOWNS = ("柳树镇", "石门镇", "小河乡", "东岭镇", "南坪乡")


def truths(count: int, path: str) -> list[Truth]:
    """Reports of several towns and years, newest first. `path` has {n}, {ymd} and {ym}, whose dates mean nothing."""
    found = []
    for n in range(count):
        town, year = TOWNS[n % len(TOWNS)], 2025 - n // len(TOWNS)
        day = date(year + 1, 1, 28) - timedelta(days=n % 17)
        made = date(2026, 3, 1) + timedelta(days=n)  # the record's own date, as after a migration
        address = path.format(
            n=5000 + n, ymd=made.strftime("%Y%m%d"), ym=made.strftime("%Y%m"), hex=f"{n + 1:032x}"
        )
        found.append(Truth(f"{town}{year}年政府信息公开工作年度报告", address, day))
    return found


MENU = (
    "<div class='menu'><ul>"
    + "".join(f"<li><a href='/c{i}/'>栏目{i}</a></li>" for i in range(12))
    + "</ul></div>"
)
CRUMBS = "<div class='crumbs'><a href='/'>首页</a> &gt; 政府信息公开年报</div>"


def _entries(items: Sequence[Truth], link: str = "{path}", cut: int = 0) -> str:
    rows = []
    for item in items:
        shown = item.title[:cut] + "..." if cut else item.title
        href = link.format(path=item.path, name=item.path.rpartition("/")[2])
        rows.append(
            f"<li><a href='{href}' title='{item.title}'>{shown}</a><span>{item.day}</span></li>"
        )
    return f"<ul class='list'>{''.join(rows)}</ul>"


def _article(items: Sequence[Truth], request: Request) -> Reply | None:
    found = next((item for item in items if item.path == request.path), None)
    return (
        page(f"<h1>{found.title}</h1><p>发布日期：{found.day}</p>", found.title) if found else None
    )


def trs(items: Sequence[Truth], size: int = 10, folder: str = "/zwgk/nb") -> Portal:
    """Static pages; page 2 is index_1; links relative to the column; mobile twins; a promoted block from elsewhere."""
    pages = [items[i : i + size] for i in range(0, len(items), size)]

    def portal(request: Request) -> Reply | None:
        above, _, name = request.path.rpartition("/")
        if above == folder and name in (
            "",
            "index.html",
            *(f"index_{n}.html" for n in range(1, len(pages))),
        ):
            number = int(name.partition("_")[2].partition(".")[0] or 0)
            listed = [
                item._replace(path="./" + item.path.removeprefix(folder + "/"))
                for item in pages[number]
            ]
            twin = listed[0]._replace(path=listed[0].path.replace(".html", "_wap.html"))
            promoted = "<div class='hot'><a href='/zwgk/tz/202601/t20260105_99.html'>通知公告：春节值班安排</a></div>"
            script = f'<script>createPageHTML({len(pages)}, {number}, "index", "html");</script>'
            return page(MENU + CRUMBS + promoted + _entries([*listed, twin]) + script)
        return _article(items, request)

    return portal


def ucap(items: Sequence[Truth], size: int = 10, declared: int = 0, rows: int = 0) -> Portal:
    """Container-first pager: page 2 is list_2. `declared` pages may be more than there are, `rows` entries too."""
    pages = [items[i : i + size] for i in range(0, len(items), size)]
    total = declared or len(pages)

    def portal(request: Request) -> Reply | None:
        folder, _, name = request.path.rpartition("/")
        if folder == "/xxgk" and name.startswith("list"):
            number = int(name.partition("_")[2].partition(".")[0] or 1)
            if number > len(pages):
                return None
            script = f"<script>createPageHTML('page_div', {total}, {number}, 'list', 'shtml', {rows or len(items)});</script>"
            return page(MENU + CRUMBS + _entries(pages[number - 1]) + script)
        return _article(items, request)

    return portal


def vsb(items: Sequence[Truth], size: int = 8) -> Portal:
    """Pages are numbered downwards, so only the link 下页 tells."""
    pages = [items[i : i + size] for i in range(0, len(items), size)]

    def portal(request: Request) -> Reply | None:
        total = len(pages)
        names = {"/xxgk/gknb.htm": 0, **{f"/xxgk/gknb/{total - n}.htm": n for n in range(1, total)}}
        if request.path in names:
            n = names[request.path]
            following = (
                ""
                if n + 1 >= total
                else f"<a class='p_next p_fun' href='/xxgk/gknb/{total - n - 1}.htm'>下页</a>"
            )
            return page(
                MENU + CRUMBS + _entries(pages[n]) + f"<span class='p_pages'>{following}</span>"
            )
        return _article(items, request)

    return portal


def guangdong(items: Sequence[Truth], size: int = 10) -> Portal:
    pages = [items[i : i + size] for i in range(0, len(items), size)]

    def portal(request: Request) -> Reply | None:
        names = {f"/xxgk/index{'' if n == 0 else f'_{n + 1}'}.html": n for n in range(len(pages))}
        names["/xxgk/"] = 0
        if request.path in names:
            return page(
                MENU
                + CRUMBS
                + _entries(pages[names[request.path]])
                + f"<div class='pages'>共 {len(pages)} 页 尾页</div>"
            )
        return _article(items, request)

    return portal


def jpage(items: Sequence[Truth]) -> Portal:
    """30 entries in the page's datastore, the rest from the proxy; short titles shown, whole ones in `title`."""

    def records(part: Sequence[Truth]) -> str:
        rows = [
            f"<li><a href='{i.path}' title='{i.title}'>{i.title[:8]}...</a><span>{i.day}</span></li>"
            for i in part
        ]
        return "".join(f"<record><![CDATA[{row}]]></record>" for row in rows)

    def portal(request: Request) -> Reply | None:
        if request.path == "/col/col1229/index.html":
            more = (
                "/module/web/jpage/dataproxy.jsp?page=2&amp;columnid=1229"
                if len(items) > 30
                else ""
            )
            following = f'<nextgroup><![CDATA[<a href="{more}"></a>]]></nextgroup>' if more else ""
            news = "<record><![CDATA[<li><a href='/art/2026/1/9/art_7777_1.html'>要闻一则</a><span>2026-01-09</span></li>]]></record>"
            other = f"<datastore><totalrecord>900</totalrecord><recordset>{news * 3}</recordset></datastore>"
            blob = f"<datastore>{following}<totalrecord>{len(items)}</totalrecord><recordset>{records(items[:30])}"
            return page(
                f"{MENU}{CRUMBS}<script type='text/xml'>{other}</script><script type='text/xml'>{blob}</recordset></datastore></script>"
            )
        if request.path.endswith("dataproxy.jsp"):
            number = int(request.query.get("page", "1"))
            part = items[30 * (number - 1) : 30 * number]
            blob = f"<datastore><totalrecord>{len(items)}</totalrecord><recordset>{records(part)}</recordset></datastore>"
            return Reply(blob.encode(), headers={"Content-Type": "text/xml; charset=utf-8"})
        return _article(items, request)

    return portal


def gkmlpt(items: Sequence[Truth], size: int = 10) -> Portal:
    """A JSON interface; its titles are escaped, one entry is abolished, a page too many is a 404."""

    def portal(request: Request) -> Reply | None:
        if request.path == "/nl/gkmlpt/index":
            tree = "[{'id': 700, 'name': '机构职能'}, {'id': 721, 'name': '政府信息公开年报', 'jump_url': ''}]"
            script = f"// /nl/gkmlpt/api/all/\nwindow._CONFIG = {{SID: '721001', TREE: {tree}}}"
            return page(f"<div id='root'>政府信息公开</div><script>{script}</script>")
        if request.path == "/nl/gkmlpt/api/all/721":
            number = int(request.query["page"])
            part = items[size * (number - 1) : size * number]
            if number > 1 and not part:
                return None
            articles = [
                {
                    "title": "".join(f"%u{ord(c):04x}" for c in item.title),
                    "post_url": item.path,
                    "display_publish_time": f"{item.day} 09:00:00",
                    "is_abolished": 0,
                }
                for item in part
            ]
            body = json.dumps({"classify": {"post_count": len(items)}, "articles": articles})
            return Reply(body.encode(), headers={"Content-Type": "application/json"})
        return _article(items, request)

    return portal


def lonsun(
    items: Sequence[Truth], size: int = 15, says_empty: bool = True, organ: int = 88
) -> Portal:
    """A fragment fetched apart; without items it either says so or is an empty string."""

    def portal(request: Request) -> Reply | None:
        pages = max(1, -(-len(items) // size))
        if request.path == f"/public/column/{organ}":
            script = f"<script>var siteId = 6789; Ls.pagination({{pageCount: {pages}}}); // /site/label/8888</script>"
            return page(f"{MENU}{CRUMBS}<div id='list'></div>{script}")
        if request.path == "/site/label/8888" and request.query["organId"] == str(organ):
            number = int(request.query["pageIndex"])
            part = items[size * (number - 1) : size * number]
            body = (
                _entries(part)
                if part
                else f"<p>{request.query['result']}</p>"
                if says_empty
                else ""
            )
            return Reply(body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        return _article(items, request)

    return portal


def jpaas(items: Sequence[Truth], size: int = 15) -> Portal:
    """Page numbers count only inside of paramJson."""

    def portal(request: Request) -> Reply | None:
        if request.path == "/nh/nb/index.html":
            query = "{'webId':'1f','pageId':'2e','parseType':'bulidstatic','pageType':'column','tagId':'列表','tplSetId':'3d'}"
            unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
            return page(
                f'{MENU}{CRUMBS}<script src="/unitbuild.js" url="{unit}" queryData="{query}" ></script>'
            )
        if request.path.endswith("/build/unit"):
            number = int(json.loads(request.query.get("paramJson", "{}")).get("pageNo", 1))
            body = {
                "success": True,
                "data": {"html": _entries(items[size * (number - 1) : size * number])},
            }
            return Reply(json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        return _article(items, request)

    return portal


def epoint(items: Sequence[Truth], size: int = 15) -> Portal:
    def portal(request: Request) -> Reply | None:
        if request.path == "/dynamic/zwgk/govInfoPub.html":
            script = "<script src='/js/webBuilderCommon.js'></script><script>var siteGuid = '7eb5f7f1-9041';</script>"
            return page(f"{MENU}{CRUMBS}{script}")
        if request.path.startswith("/EWB-FRONT/") and request.method == "POST":
            asked = json.loads(request.body)
            part = items[size * asked["pageIndex"] : size * (asked["pageIndex"] + 1)]
            rows = [{"infourl": i.path, "realtitle": i.title, "infodate": str(i.day)} for i in part]
            body = json.dumps({"custom": {"data": rows, "count": len(items)}})
            return Reply(body.encode(), headers={"Content-Type": "application/json"})
        return _article(items, request)

    return portal


def truecms(items: Sequence[Truth], size: int = 20) -> Portal:
    """JSONP around XML around mark-up; more than 50 at once answers nothing; without a Referer it is a 404."""

    def portal(request: Request) -> Reply | None:
        if request.path == "/nt/nb/index.html":
            script = (
                "var c = {columnId:'a1b2c3', proxyUrl:'/truecms/messageController/getMessage.do'};"
            )
            return page(f"{MENU}{CRUMBS}<div id='list'></div><script>{script}</script>")
        if request.path == "/truecms/messageController/getMessage.do":
            first, last = int(request.query["startrecord"]), int(request.query["endrecord"])
            if "Referer" not in request.headers or request.query["columnId"] != "a1b2c3":
                return None
            part = items[first - 1 : last] if last - first < 50 else []
            rows = "".join(
                f"<record><![CDATA[<li><a href='{i.path}' title='{i.title}'>{i.title}</a><i>{i.day}</i></li>]]></record>"
                for i in part
            )
            xml = f"<datastore><totalrecord>{len(items)}</totalrecord><recordset>{rows}</recordset></datastore>"
            body = f"{request.query['callback']}({json.dumps({'success': True, 'result': xml})})"
            return Reply(
                body.encode(), headers={"Content-Type": "application/javascript; charset=utf-8"}
            )
        return _article(items, request)

    return portal


def ucap_json(items: Sequence[Truth], size: int = 15) -> Portal:
    """The interface beside Ucap's pages: addresses without a scheme, a total, the channel named in the page's head."""
    channel = "c0ffee" * 5 + "00"

    def portal(request: Request) -> Reply | None:
        if request.path == "/xxgk/nb/list.shtml":
            head = f"<meta name='channelid' content='{channel}'>"
            return page(
                f"{MENU}{CRUMBS}<div id='list'></div><script>var u = '/common/search/{channel}';</script>",
                head=head,
            )
        if request.path == f"/common/search/{channel}":
            number = int(request.query["page"])
            rows = [
                {
                    "title": i.title,
                    "url": f"//{request.headers['Host']}{i.path}",
                    "publishedTimeStr": f"{i.day} 10:00:00",
                }
                for i in items[size * (number - 1) : size * number]
            ]
            body = json.dumps({"data": {"results": rows, "total": len(items)}})
            return Reply(body.encode(), headers={"Content-Type": "application/json"})
        return _article(items, request)

    return portal


def long_tail(items: Sequence[Truth]) -> Portal:
    """No known system: a table of links, one of them to a clone on another host."""

    def portal(request: Request) -> Reply | None:
        if request.path == "/nb.aspx":
            rows = "".join(
                f"<tr><td><a href='{i.path}'>{i.title}</a></td><td>{i.day}</td></tr>" for i in items
            )
            clone = "<tr><td><a href='http://clone.example/1.html'>柳树镇2025年政府信息公开工作年度报告</a></td><td>2026-01-09</td></tr>"
            return page(f"{MENU}{CRUMBS}<table>{rows}{clone}</table>")
        return _article(items, request)

    return portal


def annual(years: Sequence[int], last: int = 2024) -> Portal:
    """One address a unit and year, in GBK; a year without a report answers with the last one's."""

    def portal(request: Request) -> Reply | None:
        if not request.path.endswith("xxgkAnnualReport.jsp"):
            return None
        year = int(request.query.get("fbtime", last))
        shown = year if year in years else last
        links = "".join(
            f"<a href='xxgkAnnualReport.jsp?area=11&fbtime={y}'>{y}年</a>" for y in (*years, 2007)
        )
        body = f"<h1>柳树镇{shown}年政府信息公开工作年度报告</h1><p>发布时间:{shown + 1}-01-18 18:20:44</p>{links}"
        return page(body, f"柳树镇{shown}年政府信息公开工作年度报告", encoding="gb2312")

    return portal


# ---- every family of crawler/presets/families.yaml


class Family(NamedTuple):
    entry: str  # the address of its list
    path: str  # the shape of its articles' addresses
    reports: int
    portal: Callable[[Sequence[Truth]], Portal]


FAMILIES: dict[str, Family] = {
    "trs-index": Family("/zwgk/nb/", "/zwgk/nb/{ym}/t{ymd}_{n}.html", 27, trs),
    "ucap-list": Family("/xxgk/list.shtml", "/xxgk/{ym}/{hex}.shtml", 27, ucap),
    "vsb": Family("/xxgk/gknb.htm", "/info/1234/{n}.htm", 21, vsb),
    "gd-post": Family("/xxgk/index.html", "/xxgk/content/post_{n}.html", 27, guangdong),
    "hanweb-jpage": Family(
        "/col/col1229/index.html",
        "/art/2026/3/1/art_1229_{n}.html",
        45,
        jpage,
    ),
    "gkmlpt": Family("/nl/gkmlpt/index", "/nl/gkmlpt/content/0/{n}/post_{n}.html", 12, gkmlpt),
    "lonsun": Family(
        "/public/column/88?type=4&catId=99&action=list",
        "/public/88/{n}.html",
        32,
        lonsun,
    ),
    "jpaas": Family("/nh/nb/index.html", "/art/2026/3/1/art_55_{n}.html", 33, jpaas),
    "epoint": Family(
        "/dynamic/zwgk/govInfoPub.html?categorynum=003&deptcode=a1",
        "/zwgk/003/{n}.html",
        31,
        epoint,
    ),
    "truecms": Family("/nt/nb/index.html", "/nt/nb/2026/{n}.html", 47, truecms),
    "ucap-json": Family("/xxgk/nb/list.shtml", "/xxgk/{ym}/{hex}.shtml", 33, ucap_json),
    "static-auto": Family("/nb.aspx", "/show.aspx?id={n}", 9, long_tail),
}

# Families without lists, where each address is one report: the years of one unit.
OF_ONE_ADDRESS: dict[str, Callable[[Sequence[int]], Portal]] = {"hanweb-annual": annual}
