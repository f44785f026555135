"""Ten invented counties, each with the portal, the quirks and the traps of its family, and the truth to be found there."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

from tests.portals import families
from tests.portals.families import CRUMBS, MENU, Truth
from tests.portals.faults import Switchboard
from tests.portals.server import Portal, Reply, Request, page
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.reportkit.write_ofd import write_ofd
from tests.reportkit.write_pdf import write_pdf
from tests.reportkit.write_spreadsheet import write_xlsx


class Known(NamedTuple):
    """A report that must be known after a sweep."""

    unit: str
    year: int
    day: str  # as printed
    readable: bool = True


@dataclass
class County:
    name: str
    units: tuple[str, ...]  # lines of its file
    columns: tuple[str, ...]
    portal: Portal
    truth: set[Known]
    extra: str = ""  # more lines of the file
    states: tuple[str, ...] = ()  # of each column; all "ok" where none is named
    redesign: Switchboard = field(init=False)

    def __post_init__(self) -> None:
        self.redesign = Switchboard(self.portal)

    def yaml(self, url: str, code: str) -> str:
        host = url.partition("://")[2]
        lines = [f"county: {self.name}", f'code: "{code}"', f"host: {host}", "columns:"]
        lines += [f"  - {column.replace('URL', url)}" for column in self.columns]
        lines += ["units:", *(f"  - {unit}" for unit in self.units)]
        return "\n".join(lines) + "\n" + self.extra


@cache
def draft_of(county: str, town: str, year: int, seed: int) -> Draft:
    draft = clean(seed, unit=f"{town}人民政府", year=year)
    title = f"{county}{town}人民政府{year}年政府信息公开工作年度报告"
    return replace(
        draft,
        county=county,
        title=title,
        signature=(f"{county}{town}人民政府", f"{year + 1}年1月5日"),
    )


def day_of(town: str, year: int) -> date:
    return date(year + 1, 1, 8 + sum(map(ord, town)) % 15)


def reports(
    county: str, towns: Sequence[str], years: Sequence[int], path: str
) -> list[tuple[Truth, Draft]]:
    """Newest first. `path` has {n}, {ym}, {ymd}, {hex}: the dates in it mean nothing."""
    found = []
    for n, (year, town) in enumerate(
        (year, town) for year in sorted(years, reverse=True) for town in towns
    ):
        address = path.format(
            n=7000 + n, ym="202603", ymd=f"202603{1 + n % 28:02d}", hex=f"{n + 1:032x}"
        )
        title = f"{town}{year}年政府信息公开工作年度报告"
        found.append(
            (
                Truth(title, address, day_of(town, year)),
                draft_of(county, town, year, 31 * n + len(county)),
            )
        )
    return found


def known(plants: Sequence[tuple[Truth, Draft]]) -> set[Known]:
    return {
        Known(draft.unit.removesuffix("人民政府"), draft.year, str(truth.day))
        for truth, draft in plants
    }


def bodies(plants: Sequence[tuple[Truth, Draft]], **how: object) -> dict[str, bytes]:
    return {t.path: _written(write_html, d, published=str(t.day), **how) for t, d in plants}


WRITTEN: dict[str, bytes] = {}


def _written(write: Callable[..., bytes], draft: Draft, **how: object) -> bytes:
    """A draft as it is printed: once, however many tests want the county that shows it."""
    described = f"{write.__name__} {draft} {how}"
    if described not in WRITTEN:
        WRITTEN[described] = write(print_draft(draft), **how)
    return WRITTEN[described]


def behind(
    lists: Portal, pages: dict[str, bytes], special: Portal = lambda request: None
) -> Portal:
    """Special answers first, then articles, then the lists."""

    def portal(request: Request) -> Reply | None:
        if (answer := special(request)) is not None:
            return answer
        return Reply(pages[request.path]) if request.path in pages else lists(request)

    return portal


def _units(*towns: str) -> tuple[str, ...]:
    return tuple(f"{{name: {town}, aliases: [{town}人民政府]}}" for town in towns)


FILE = {"Content-Type": "application/octet-stream"}


def qingshi() -> County:
    """TRS: a column a town; page 2 is index_1; mobile twins; addresses whose dates mean nothing; a file beside a page."""
    towns, portals, plants = ("青石镇", "白沙镇", "沙洲乡"), [], []
    for n, town in enumerate(towns):
        folder = f"/qs/town{n}/gknb"
        mine = reports(
            "青石县", [town], range(2017, 2023), folder + "/{ym}/t{ymd}_{n}" + f"{n}.html"
        )
        plants += mine
        portals.append(families.trs([truth for truth, _ in mine], size=2, folder=folder))
    pages = bodies(plants)
    style = b"<style>.TRS_Editor P{margin:0}</style><div class=TRS_Editor>.TRS_Editor P{line-height:1.5}</div>"
    pages = {
        path: body.replace(b"<div class='article'>", b"<div class='article'>" + style)
        for path, body in pages.items()
    }
    truth, draft = plants[0]  # the text says where the tables are: beside the page
    pages[truth.path] = page(
        f"<h1>{truth.title}</h1><p>发布日期：{truth.day}</p><p>全文见附件。</p><a href='./P020230101.docx'>下载</a>",
        truth.title,
    ).body

    def special(request: Request) -> Reply | None:
        return (
            Reply(_written(write_docx, draft), headers=FILE)
            if request.path.endswith("P020230101.docx")
            else None
        )

    def lists(request: Request) -> Reply | None:
        return next((answer for portal in portals if (answer := portal(request)) is not None), None)

    columns = tuple(
        f"{{url: URL/qs/town{n}/gknb/, preset: trs-index, unit: {town}}}"
        for n, town in enumerate(towns)
    )
    return County("青石县", _units(*towns), columns, behind(lists, pages, special), known(plants))


def lanxi() -> County:
    """Hanweb jpage: 30 entries in the page, the rest from its proxy; another block beside it; titles cut short."""
    towns = ("兰溪镇", "东坪镇", "西坪乡")
    plants = reports("兰溪县", towns, range(2010, 2025), "/art/2026/3/1/art_1229_{n}.html")
    lists = families.jpage([truth for truth, _ in plants])
    columns = ("{url: URL/col/col1229/index.html, preset: hanweb-jpage}",)
    return County("兰溪县", _units(*towns), columns, behind(lists, bodies(plants)), known(plants))


def dongyuan() -> County:
    """Hanweb's annual module, in GBK that calls itself gb2312: one address a year; one without a report answers with another's."""
    years = tuple(range(2012, 2026))
    base = "/module/xxgk/xxgkAnnualReport.jsp"
    plants = reports("东源县", ["喆里镇"], years, base + "?area=11441625&fbtime={n}")
    by_year = {draft.year: (truth, draft) for truth, draft in plants}
    truth, draft = by_year[2023]
    wrong = replace(draft, overview=("2021年，本镇认真贯彻落实政府信息公开条例。", *draft.overview))
    by_year[2023] = (truth, wrong)

    def portal(request: Request) -> Reply | None:
        if request.path == "/files/r.pdf":
            return Reply(_written(write_pdf, by_year[2025][1]), headers=FILE)
        if request.path == "/files/r.docx":
            return Reply(_written(write_docx, by_year[2025][1]), headers=FILE)
        if request.path != base:
            return None
        asked = int(request.query.get("fbtime") or years[-1])
        truth, draft = by_year.get(asked, by_year[years[-1]])
        links = "".join(
            f"<a href='{base}?area=11441625&fbtime={year}'>{year}</a>" for year in (*years, 2009)
        )
        files = (
            "<a href='/files/r.pdf'>报告.pdf</a><a href='/files/r.docx'>报告.docx</a>"
            if asked == years[-1]
            else ""
        )
        body = _written(
            write_html, draft, encoding="gbk", declared="gb2312", published=str(truth.day)
        )
        head = f"<h1>{draft.title}</h1><p>发布时间:{truth.day} 18:20:44</p>".encode("gbk")
        body = body.replace(b"<div class='article'>", head + b"<div class='article'>")
        return Reply(
            body.replace(b"</body>", f"{files}{links}</body>".encode("gbk")),
            headers={"Content-Type": "text/html"},
        )

    columns = (
        f"{{url: 'URL{base}?area=11441625&fbtime=2025', preset: hanweb-annual, unit: 喆里镇}}",
    )
    return County("东源县", _units("喆里镇"), columns, portal, known(plants))


def nanhu() -> County:
    """JPaaS: ids that change, page numbers in paramJson only, a limit on quick calls, file addresses that expire."""
    towns = ("南湖镇", "北湖镇")
    plants = reports("南湖县", towns, range(2008, 2026), "/art/2026/3/1/art_55_{n}.html")
    truths = [truth for truth, _ in plants]
    pages = bodies(plants)
    stub, draft = plants[1]
    began, calls = time.monotonic(), []

    def special(request: Request) -> Reply | None:
        now = time.monotonic()
        if request.path == "/nh/nb/index.html":
            ids = f"'webId':'w{int((now - began) * 10)}','pageId':'2e','tplSetId':'3d'"
            query = f"{{{ids},'parseType':'bulidstatic','pageType':'column','tagId':'列表'}}"
            unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
            return page(
                f'{MENU}{CRUMBS}<script src="/unitbuild.js" url="{unit}" queryData="{query}" ></script>'
            )
        if request.path.startswith("/api-gateway"):
            calls.append(now)
            if sum(now - call < 1 for call in calls) > 5:
                return Reply(
                    "接口限流".encode(),
                    429,
                    {"Content-Type": "text/plain; charset=utf-8", "Retry-After": "1"},
                )
        if request.path == "/api-gateway/file":
            fresh = now - float(request.query["expires"]) < 60
            return (
                Reply(_written(write_docx, draft), headers=FILE)
                if fresh
                else Reply(b"expired", 403)
            )
        if request.path == stub.path:
            link = f"/api-gateway/file?fileName=a.docx&expires={now}"
            return page(
                f"<h1>{stub.title}</h1><p>发布日期：{stub.day}</p><a href='{link}'>附件：年度报告.docx</a>",
                stub.title,
            )
        return None

    columns = ("{url: URL/nh/nb/index.html, preset: jpaas}",)
    return County(
        "南湖县",
        _units(*towns),
        columns,
        behind(families.jpaas(truths), pages, special),
        known(plants),
    )


def xishan() -> County:
    """Ucap: pages that show two of three pages, the interface beside them all; tables as a picture; a body cut into pages."""
    towns = ("溪山镇", "溪口镇", "溪头乡")
    plants = reports("溪山县", towns, range(2020, 2025), "/xxgk/{ym}/{hex}.shtml")
    truths = [truth for truth, _ in plants]
    pages = bodies(plants)
    picture = plants[0][0]
    pages[picture.path] = page(
        f"<div id='UCAP-CONTENT'><h1>{picture.title}</h1><p>发布日期：{picture.day}</p><p>一、总体情况</p>"
        "<p>本镇认真贯彻落实政府信息公开条例，做好各项工作。</p><p>二、主动公开政府信息情况</p><img src='./W0202601.png'></div>",
        picture.title,
    ).body
    cut = plants[1][0]
    pages[cut.path] = pages[cut.path].replace(
        "<p>三、".encode(), "<p>#PAGE_BREAK#</p><p>三、".encode()
    )
    damaged = plants[2][0]
    pages[damaged.path] = pages[damaged.path].replace(
        "第二十条第（一）项".encode(), "第二十条第".encode()
    )
    html, twin = (
        families.ucap(truths[:10], size=5, rows=len(truths)),
        families.ucap_json(truths, size=5),
    )

    def special(request: Request) -> Reply | None:
        if request.path.startswith(("/xxgk/nb/", "/common/")):
            return twin(request)
        return None

    columns = (
        "{url: URL/xxgk/list.shtml, preset: ucap-list}",
        "{url: URL/xxgk/nb/list.shtml, preset: ucap-json}",
    )
    truth = {
        each._replace(readable=each.year != 2024 or each.unit != "溪山镇") for each in known(plants)
    }
    return County(
        "溪山县",
        _units(*towns),
        columns,
        behind(html, pages, special),
        truth,
        states=("partial", "ok"),
    )


def heqing() -> County:
    """VSB: pages counted down; a viewer around a PDF; a file without a name; a captcha for a file; a column that is an article."""
    towns = ("鹤庆镇", "松桂镇", "草海镇")
    plants = reports("鹤庆县", towns, range(2020, 2025), "/info/1234/{n}.htm")
    own = reports("鹤庆县", ["西邑镇"], [2024], "/xy/gknb.htm")
    lists = families.vsb([truth for truth, _ in plants], size=6)
    pages = bodies([*plants, *own])
    (viewed, first), (filed, second), (locked, _) = plants[:3]
    strip = (
        "<ul><li>索 引 号：01526-2025</li><li>发布机构：县政府办</li><li>发布日期：{day}</li></ul>"
    )
    viewer = "/system/resource/pdfjs/viewer.html?file=" + quote(
        "/virtual_attach_file.vsb?afc=1&oid=2&e=.pdf", safe=""
    )
    for truth, rest in (
        (viewed, f"<iframe src='{viewer}'></iframe>"),
        (filed, "<a href='/virtual_attach_file.vsb?afc=2&e=.docx'>附件【年度报告】</a>"),
        (
            locked,
            "<a href='/system/_content/download.jsp?urltype=news.DownloadAttachUrl&wbfileid=9'>附件</a>",
        ),
    ):
        text = f"<div class='v_news_content' id='vsb_content'><h1>{truth.title}</h1>{strip.format(day=truth.day)}{rest}</div>"
        pages[truth.path] = page(text, truth.title).body
    whole = pages[own[0][0].path]
    pages[own[0][0].path] = whole.replace(
        b"<div class='article'>",
        f"<h1>{own[0][0].title}</h1><p>发布日期：{own[0][0].day}</p>".encode(),
    )

    def special(request: Request) -> Reply | None:
        if request.path == "/virtual_attach_file.vsb":
            data = (
                _written(write_pdf, first)
                if request.query["e"] == ".pdf"
                else _written(write_docx, second)
            )
            return Reply(data, headers=FILE)
        if request.path == "/system/_content/download.jsp":
            return page(
                "<form><img src='/system/resource/js/createimage.jsp'>请输入验证码<input name=codeValue></form>"
            )
        return None

    columns = (
        "{url: URL/xxgk/gknb.htm, preset: vsb}",
        "{url: URL/xy/gknb.htm, preset: vsb, unit: 西邑镇}",
    )
    expected = {
        report._replace(readable=report.unit != "草海镇" or report.year != 2024)
        for report in known([*plants, *own])
    }
    front = behind(lists, pages, special)
    return County("鹤庆县", _units(*towns, "西邑镇"), columns, front, expected)


def nanling() -> County:
    """gkmlpt over http alone: escaped titles, links that say https, an entry that is abolished, a page too many is a 404."""
    towns = ("南岭镇", "岭背镇", "岭头乡")
    plants = reports("南岭县", towns, range(2021, 2025), "/nl/gkmlpt/content/0/{n}/post_{n}.html")
    truths = [truth for truth, _ in plants]
    inner = families.gkmlpt(truths, size=20)

    def special(request: Request) -> Reply | None:
        reply = inner(request)
        if request.path != "/nl/gkmlpt/api/all/721" or reply is None:
            return None
        found = json.loads(reply.body)
        for n, article in enumerate(found["articles"]):
            article["post_url"] = f"https://{request.headers['Host']}{article['post_url']}"
            article["is_abolished"] = int(n == 3)
        return replace(reply, body=json.dumps(found).encode())

    columns = ("{url: 'URL/nl/gkmlpt/index#721', preset: gkmlpt}",)
    extra = "http: {scheme: http}\n"
    return County(
        "南岭县",
        _units(*towns),
        columns,
        behind(inner, bodies(plants), special),
        known(plants),
        extra,
    )


def huaiyang() -> County:
    """Lonsun: a fragment fetched apart; one town's says 暂无, another's is an empty string; files .wps, .xls and .ofd."""
    towns = ("淮阳镇", "淮滨镇", "淮岗镇", "淮集乡")
    plants = reports("淮阳县", towns[:1], range(2021, 2025), "/public/88/{n}.html")
    lists = families.lonsun([truth for truth, _ in plants], size=3)
    nothing = families.lonsun([], organ=89)
    silent = families.lonsun([], organ=90, says_empty=False)
    own = reports("淮阳县", ["淮集乡"], [2024], "/public/column/91")
    pages = bodies(plants)
    files = {"wps": write_docx, "xls": write_xlsx, "ofd": write_ofd}
    by_name = {}
    for (truth, draft), (name, write) in zip(plants, files.items(), strict=False):
        by_name[f"/group6/M00/{name}.{name}"] = _written(write, draft)
        pages[truth.path] = page(
            f"<h1>{truth.title}</h1><p>发布日期：{truth.day}</p><a href='/group6/M00/{name}.{name}'>附件</a>",
            truth.title,
        ).body
    report = bodies(own)["/public/column/91"].replace(
        b"<div class='article'>",
        f"<h1>{own[0][0].title}</h1><p>发布日期：{own[0][0].day}</p>".encode(),
    )

    def special(request: Request) -> Reply | None:
        if request.path in by_name:
            return Reply(by_name[request.path], headers=FILE)
        if request.path == "/public/column/91":
            return Reply(report)
        return nothing(request) or silent(request)

    columns = (
        "{url: 'URL/public/column/88?type=4&catId=9&action=list', preset: lonsun, unit: 淮阳镇}",
        "{url: 'URL/public/column/89?type=4&catId=9&action=list', preset: lonsun, unit: 淮滨镇}",
        "{url: 'URL/public/column/90?type=4&catId=9&action=list', preset: lonsun, unit: 淮岗镇}",
        "{url: 'URL/public/column/91?type=3&action=detail', preset: static-auto, unit: 淮集乡}",
    )
    return County("淮阳县", _units(*towns), columns, behind(lists, pages, special), known([*plants, *own]),
                  states=("ok", "ok_empty", "structure_changed", "ok"))  # fmt: skip


def beigou() -> County:
    """A plain list, to be put behind every front of the switchboard."""
    towns = ("北沟镇", "南沟镇")
    plants = reports("北沟县", towns, range(2023, 2025), "/zwgk/nb/{ym}/t{ymd}_{n}.html")
    lists = families.trs([truth for truth, _ in plants])
    columns = ("{url: URL/zwgk/nb/, preset: trs-index}",)
    return County("北沟县", _units(*towns), columns, behind(lists, bodies(plants)), known(plants))


def xiaohe() -> County:
    """The long tail: a page a year with a new name each year, a town renamed, a title without a year, clones, an archive."""
    plants = reports("小河县", ["小河镇", "大河镇"], (2022, 2023, 2024), "/show.aspx?id={n}")
    old = draft_of("小河县", "兴华乡", 2014, 5)
    renamed = [
        (Truth("兴华乡2014年政府信息公开工作年度报告", "/show.aspx?id=8001", date(2015, 1, 20)), old),
        (Truth("兴华镇2024年政府信息公开工作年度报告", "/show.aspx?id=8002", date(2025, 1, 9)),
         draft_of("小河县", "兴华镇", 2024, 6)),
    ]  # fmt: skip
    nameless = (
        Truth("大沟乡政府信息公开工作年度报告", "/show.aspx?id=8003", date(2024, 1, 18)),
        draft_of("小河县", "大沟乡", 2023, 7),
    )
    several = [
        draft_of("小河县", town, 2023, 40 + n)
        for n, town in enumerate(("上坝乡", "中坝乡", "下坝乡"))
    ]
    archive = Truth(
        "上坝乡等三个乡2023年政府信息公开工作年度报告", "/show.aspx?id=8004", date(2024, 1, 21)
    )
    stranger = (Truth("大河镇2021年政府信息公开工作年度报告", "/show.aspx?id=8005", date(2022, 1, 12)),
                draft_of("小河县", "小河镇", 2021, 9))  # its text names another town  # fmt: skip
    everything = [*plants, *renamed, nameless, stranger]
    pages = bodies(everything)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for n, draft in enumerate(several):
            target.writestr(f"{n}.docx", _written(write_docx, draft))
    moved = [False]

    def portal(request: Request) -> Reply | None:
        whole = request.path + (f"?id={request.query['id']}" if "id" in request.query else "")
        if request.path.startswith("/gknb/") and moved[0]:
            return Reply(b"", 301, {"Location": "/"})
        if request.path == "/gknb/":
            years = "".join(
                f"<li><a href='/gknb/{year}nb_x{year * 7 % 991}/'>{year}年</a></li>"
                for year in range(2024, 2013, -1)
            )
            return page(f"{MENU}{CRUMBS}<ul>{years}</ul>")
        if request.path == "/":
            return page("<h1>小河县人民政府门户网站</h1>" + "<p>要闻动态通知公告</p>" * 40)
        if match := re.fullmatch(r"/gknb/(\d{4})nb_x\d+/", request.path):
            listed = [truth for truth, _ in everything if truth.day.year - 1 == int(match[1])]
            listed += [archive] if match[1] == "2023" else []
            clone = Truth(
                "小河镇2023年政府信息公开工作年度报告",
                "http://clone.invalid/show.aspx?id=7001",
                date(2024, 1, 20),
            )
            listed += [clone] if match[1] == "2023" else []
            said = "" if listed else "<p>暂无相关信息</p>"
            return page(f"{MENU}{CRUMBS}{families._entries(listed)}{said}")
        if whole == archive.path:
            return page(
                f"<h1>{archive.title}</h1><p>发布日期：{archive.day}</p><a href='/files/all.zip'>附件</a>"
            )
        if request.path == "/files/all.zip":
            return Reply(packed.getvalue(), headers=FILE)
        return Reply(pages[whole]) if whole in pages else None

    units = (
        *_units("小河镇", "大河镇", "大沟乡", "上坝乡", "中坝乡", "下坝乡"),
        '{name: 兴华镇, former: [{name: 兴华乡, until: "2016-05-01"}]}',
    )
    truth = known([*plants, renamed[1], nameless]) | {Known("兴华镇", 2014, "2015-01-20")}
    truth |= {
        Known(draft.unit.removesuffix("人民政府"), 2023, str(archive.day)) for draft in several
    }
    county = County("小河县", units, ("{url: URL/gknb/, preset: static-auto}",), portal, truth)
    county.redesign.move = moved  # type: ignore[attr-defined]
    return county


TEN: dict[str, Callable[[], County]] = {
    "qingshi": qingshi, "lanxi": lanxi, "dongyuan": dongyuan, "nanhu": nanhu, "xishan": xishan,
    "heqing": heqing, "nanling": nanling, "huaiyang": huaiyang, "beigou": beigou, "xiaohe": xiaohe,
}  # fmt: skip
