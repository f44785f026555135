"""The ten counties' portals with a front page each: menus, sections, trees and tables that lead to their columns, and
others that lead elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from tests.portals.server import Portal, Reply, Request, page
from tests.portals.ten import TEN, County

TRAPS = (
    ("要闻动态", "/news/"), ("政府信息公开指南", "/zn/"), ("政府工作报告", "/gzbg/"), ("部门预决算", "/yjs/"),
    ("法治政府建设年度报告", "/fz/"), ("政府网站工作年度报表", "/wz/"), ("依申请公开", "/ysq/"), ("党务公开", "/dw/"),
)  # fmt: skip


def menu(*links: tuple[str, str]) -> str:
    items = "".join(f"<li><a href='{href}'>{words}</a></li>" for words, href in (*TRAPS, *links))
    return f"<div class='nav'><ul>{items}</ul></div>"


def front_page(county: str, body: str, code: str = "") -> Reply:
    head = f"<meta name='SiteName' content='{county}人民政府'>"
    if code:
        head += f"<meta name='SiteIDCode' content='{code}0001'>"
    foot = f"<div class='foot'>主办：{county}人民政府办公室 版权所有</div>"
    news = (
        "<ul>"
        + "".join(f"<li><a href='/n{n}.html'>{county}召开第{n}次会议</a></li>" for n in range(6))
        + "</ul>"
    )
    return page(body + news + foot, f"{county}人民政府门户网站", head)


def article_traps(name: str) -> str:
    rows = "".join(
        f"<li><a href='/{name}/{year}.html'>{year}年{name}</a><span>{year + 1}-01-20</span></li>"
        for year in (2022, 2023, 2024)
    )
    return f"<ul>{rows}</ul>"


SECTION = ("政府信息公开", "/xxgk/index.html")
YEARLY = "政府信息公开年报"
TRAP_PAGES = {
    "/fz/": page(article_traps("法治政府建设年度报告"), "法治政府建设年度报告"),
    "/yjs/": page(article_traps("部门决算"), "部门预决算"),
    "/wz/": page(article_traps("政府网站工作年度报表"), "政府网站工作年度报表"),
}


def tree(*nodes: str) -> str:
    return f"<div id='tree'></div><script>var zNodes = [{','.join(nodes)}];</script>"


def pages_of(name: str, county: str) -> Mapping[str, Reply]:
    """What stands before a county's columns, each in another way."""
    front = front_page(county, menu(SECTION))
    section: Mapping[str, str] = {
        "lanxi": menu((YEARLY, "/col/col1229/index.html")),
        "nanhu": tree(
            "{id:1,pId:0,name:'公开制度',url:'/zd/'}",
            "{id:2,pId:0,name:'政府信息公开年报',url:'/nh/nb/index.html'}",
        ),
        "xishan": menu((YEARLY, "/xxgk/nb/list.shtml"), ("历年年报", "/xxgk/list.shtml")),
        "heqing": menu((YEARLY, "/xxgk/gknb.htm"))
        + "<ul><li>西邑镇<ul><li><a href='/xy/gknb.htm'>年报</a></li></ul></li></ul>",
        "nanling": menu(("信息公开目录", "/nl/gkmlpt/index")),
        "xiaohe": menu((YEARLY, "/gknb/")),
        "dongyuan": "<iframe src='/tree.jsp?area=11441625'></iframe>",
    }
    if name in section:
        return {
            "/": front,
            "/xxgk/index.html": page(section[name], "政府信息公开"),
            **MORE.get(name, {}),
        }
    return {"/": front, **MORE[name]}


def _towns(*towns: str) -> str:
    return "".join(
        f"<li><a href='/{n}.towns/'>{town}人民政府</a></li>" for n, town in enumerate(towns)
    )


HUAIYANG = "".join(
    f"<tr><td>{town}</td><td><a href='/public/column/{organ}?type={kind}'>年报</a></td></tr>"
    for town, organ, kind in (
        ("淮阳镇", 88, "4&catId=9&action=list"), ("淮滨镇", 89, "4&catId=9&action=list"),
        ("淮岗镇", 90, "4&catId=9&action=list"), ("淮集乡", 91, "3&action=detail"),
    )
)  # fmt: skip
QINGSHI = ("青石镇", "白沙镇", "沙洲乡")
MORE: Mapping[str, Mapping[str, Reply]] = {
    "dongyuan": {
        "/tree.jsp": page(
            "<script>d = new dTree('d');d.add(1,0,'喆里镇','');"
            "d.add(2,1,'政府信息公开年报','/module/xxgk/xxgkAnnualReport.jsp?area=11441625&fbtime=2025');</script>"
        )
    },
    "qingshi": {
        "/xxgk/index.html": page(menu(("乡镇信息公开", "/xz/")), "政府信息公开"),
        "/xz/": page(f"<ul>{_towns(*QINGSHI)}</ul>", "乡镇信息公开"),
        **{
            f"/{n}.towns/": page(menu((YEARLY, f"/qs/town{n}/gknb/")), f"{town}人民政府")
            for n, town in enumerate(QINGSHI)
        },
    },
    "huaiyang": {
        "/xxgk/index.html": page(menu(("乡镇（街道）", "/xz/")), "政府信息公开"),
        "/xz/": page(f"<table>{HUAIYANG}</table>", "乡镇"),
    },
    "beigou": {
        "/": front_page("北沟县", menu(("网站地图", "/map.html"))),
        "/map.html": page(f"<ul><li><a href='/zwgk/nb/'>{YEARLY}</a></li></ul>", "网站地图"),
    },
}  # fmt: skip


def fronted(name: str) -> tuple[County, Portal]:
    """A county of the ten, and its portal with a front page."""
    county = TEN[name]()
    pages = {**TRAP_PAGES, **pages_of(name, county.name)}
    return county, over(pages, county.portal)


def over(pages: Mapping[str, Reply], portal: Portal) -> Portal:
    def answer(request: Request) -> Reply | None:
        return pages.get(request.path) or portal(request)

    return answer
