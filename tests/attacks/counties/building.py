"""What the sites of counties share: a frame with menu, crumbs and foot, news, lists, look-alikes, reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

YEARS = (2025, 2024, 2023)
Pages = dict[str, Any]
Link = tuple[str, str]  # what is read, where it leads

# {c} is the county; an address ends as the site's pages end
MENU = """
网站首页=  走进{c}=zj/  县情概况=zj/xqgk  历史沿革=zj/lsyg  今日要闻=xwzx/jryw  部门动态=xwzx/bmdt  乡镇动态=xwzx/xzdt
通知公告=xwzx/tzgg  媒体聚焦=xwzx/mtjj  视频新闻=xwzx/spxw  领导之窗=zwdt/ldzc  机构职能=zwdt/jgzn  政策文件=zwdt/zcwj
政策解读=zwdt/zcjd  规划计划=zwdt/ghjh  人事信息=zwdt/rsxx  统计年报=zwdt/tjnb  政府工作报告=zwdt/gzbg  重大项目=zwdt/zdxm
应急管理=zwdt/yjgl  招标采购=zwdt/zbcg  建议提案=zwdt/jyta  办事指南=bsfw/bszn  个人服务=bsfw/grfw  法人服务=bsfw/frfw
双公示=bsfw/sgs  县长信箱=hdjl/xzxx  在线访谈=hdjl/zxft  民意征集=hdjl/myzj  网上调查=hdjl/wsdc  企业年报公示=bsfw/qynb
便民查询=bsfw/bmcx  数据开放=sjkf/sj  专题专栏=ztzl/zt  网站地图=wzdt/dt
"""
NEWS = (
    "{c}召开2025年政府信息公开工作年度报告编制部署会",
    "{c}2025年国民经济和社会发展统计公报",
    "{c}政府信息公开工作年度报告编制发布制度",
    "一图读懂：{c}2024年政府信息公开工作年度报告",
    "关于做好2025年度企业年报公示工作的公告",
    "县领导到乡镇调研春耕备耕工作",
    "{c}举办冬季供暖保障应急演练",
    "我县三个项目列入全市重点建设计划",
    "关于元旦假期便民服务窗口值班安排的通知",
    "{c}2025年法治政府建设年度报告",
)
KINDS = {"fzzf": "法治政府建设年度报告", "bmys": "部门预算", "wznb": "政府网站工作年度报表"}


class Entry(NamedTuple):
    href: str
    title: str
    day: str


def pairs(words: str) -> list[Link]:
    """Names and short addresses, written in turn."""
    split = words.split()
    return list(zip(split[::2], split[1::2], strict=True))


def full(body: str) -> str:
    endings = {"镇": "人民政府", "乡": "人民政府", "街道": "办事处"}
    return body + next((rest for end, rest in endings.items() if body.endswith(end)), "")


def day_of(body: str, year: int) -> str:
    return f"{year + 1}-01-{6 + crc32(f'{body}{year}'.encode()) % 24:02d}"


def anchors(links: Iterable[Link], between: str = "\n") -> str:
    return between.join(f'<a href="{href}">{label}</a>' for label, href in links)


def items(links: Iterable[Link]) -> str:
    return "\n".join(f'<li><a href="{href}">{label}</a></li>' for label, href in links)


def listed(entries: Iterable[Entry], name: str = "doc_list") -> str:
    """Lines with a day, newest first."""
    rows = "\n".join(
        f'<li><a href="{e.href}" target="_blank" title="{e.title}">{e.title}</a><span>{e.day}</span></li>'
        for e in sorted(entries, key=lambda e: e.day, reverse=True)
    )
    return f'<ul class="{name}">\n{rows}\n</ul>'


def in_table(entries: Iterable[Entry]) -> str:
    """The same as an old site writes it."""
    rows = "\n".join(
        f'<tr><td width="12">·</td><td height="26"><a href="{e.href}">{e.title}</a></td><td align="right">[{e.day}]</td></tr>'
        for e in sorted(entries, key=lambda e: e.day, reverse=True)
    )
    return f'<table width="98%" border="0">\n{rows}\n</table>'


@dataclass
class Site:
    """One county's site while it is made."""

    host: str
    county: str
    code: str
    style: str = "trs"  # trs, table, platform
    end: str = "/"  # how the addresses of its pages end
    metas: bool = True
    site_code: str = ""  # where the template keeps another county's
    charset: str = "utf-8"
    friends: tuple[Link, ...] = ()
    first: tuple[Link, ...] = ()  # in front of the menu: the ways to the reports
    at: str = ""  # "//host" in front of all addresses, for a site beside the county's
    pages: Pages = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.county}人民政府"

    def menu(self) -> list[Link]:
        told = (part.partition("=") for part in MENU.format(c=self.county).split())
        return [
            *self.first,
            *(
                (label, "/" + (way if not way or way.endswith("/") else way + self.end))
                for label, _, way in told
            ),
        ]

    def put(
        self,
        path: str,
        crumbs: Sequence[Link],
        body: str,
        *,
        of: str = "",
        menu: Sequence[Link] = (),
        left: Sequence[Link] = (),
        kind: str = "",
        head: str = "",
    ) -> None:
        """A page in the site's frame. `of` is the body whose sub-site it is; `kind` what ColumnType says."""
        whose = f"{self.county}{full(of)}" if of and not of.startswith(self.county) else of
        title = "_".join(
            [*(label for label, _ in reversed(crumbs)), *([whose] if whose else []), self.name]
        )
        column = crumbs[-1][0] if crumbs else "网站首页"
        meta = ""
        if self.metas:
            told = {
                "SiteName": self.name,
                "SiteDomain": self.host,
                "SiteIDCode": self.site_code or f"{self.code}0001",
                "ColumnName": column,
                "ColumnType": kind,
                "ContentSource": whose,
            }
            meta = "".join(
                f'<meta name="{name}" content="{text}">\n' for name, text in told.items() if text
            )
        trail = " &gt; ".join(
            [f'<a href="{href}">{label}</a>' for label, href in (("首页", "/"), *crumbs[:-1])]
            + [f"<span>{column}</span>"] * bool(crumbs)
        )
        foot = (
            f"主办：{whose or self.name + '办公室'}　承办：{self.county}政务服务中心　"
            f"网站标识码：{self.site_code or self.code + '0001'}　联系电话：0990-12{self.code[-2:]}345"
        )
        frame = {"trs": _trs, "table": _table, "platform": _platform}[self.style]
        side = (
            f'<div class="left"><h3>政府信息公开</h3><ul>{items(left)}</ul></div>' if left else ""
        )
        inner = frame(self, list(menu) or self.menu(), trail, side + body, foot)
        self.pages[self.at + path] = (
            f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="{self.charset}"><title>{title}</title>\n'
            f"{meta}{head}</head>\n<body>{inner}</body></html>\n"
        )

    def article(
        self, path: str, title: str, day: str, text: str, crumbs: Sequence[Link] = ()
    ) -> None:
        strip = f"<h1>{title}</h1><p class='info'>发布时间：{day} 来源：{self.name}办公室</p>"
        body = f'<div class="TRS_Editor">{strip}<p>{text}</p></div>'
        self.put(path, [*crumbs, ("正文", path)], body)

    def reports(
        self,
        body: str,
        address: str,
        years: Iterable[int] = YEARS,
        title: str = "{full}{year}年政府信息公开工作年度报告",
    ) -> list[Entry]:
        """A body's reports, planted at the address with {year} and {day}; its entries."""
        found = []
        for year in years:
            day = day_of(body, year)
            path = address.format(year=year, ym=day[:7].replace("-", ""), ymd=day.replace("-", ""))
            whole = full(body) if body.startswith(self.county) else self.county + full(body)
            said = title.format(full=whole, year=year, body=body)
            self.pages[self.at + path] = {
                "report": body,
                "county": self.county,
                "year": year,
                "printed": day,
                "title": f"{whole}{year}年政府信息公开工作年度报告",
                "source": whole,
            }
            found.append(Entry(path, said, day))
        return found

    def everyday(self) -> None:
        """The pages every menu leads to, and the news."""
        news = []
        for n, headline in enumerate(NEWS):
            title, day = headline.format(c=self.county), f"2026-0{1 + n % 6}-{11 + n:02d}"
            path = f"/xwzx/n{4100 + n}.html"
            self.article(
                path,
                title,
                day,
                "本网讯 近日，" + title + "。有关情况请向主办单位咨询。",
                [("新闻中心", "/xwzx/jryw" + self.end)],
            )
            news.append(Entry(path, title, day))
        for label, href in self.menu():
            if self.at + href not in self.pages and href != "/":
                some = [e for n, e in enumerate(news) if (n + len(href)) % 3]
                self.put(
                    href,
                    [(label, href)],
                    f"<h2>{label}</h2>{listed(some, 'news')}<p>共{len(some)}条</p>",
                )
        href = "/bsfw/qynb" + self.end
        firms = [Entry("/xwzx/n4104.html", f"{self.county}{firm}{year}年度企业年报", f"{year + 1}-03-0{n + 1}")
                 for n, firm in enumerate(("供水有限公司", "城建投资有限公司", "粮油购销公司")) for year in YEARS]  # fmt: skip
        self.put(
            href,
            [("办事服务", "/bsfw/bszn" + self.end), ("企业年报公示", href)],
            f"<h2>企业年报公示</h2>{listed(firms)}",
        )

    def alike(
        self,
        base: str,
        bodies: Sequence[str],
        kind: str,
        crumbs: Sequence[Link] = (),
        end: str | None = None,
    ) -> Link:
        """A column of another yearly paper of the same bodies."""
        label, entries = KINDS[kind], []
        for n, body in enumerate(bodies):
            for year in YEARS:
                whole = full(body) if body.startswith(self.county) else self.county + full(body)
                title = f"{whole}{year}年{label}"
                path = f"{base}{kind}/{year}{n:02d}.html"
                self.article(path, title, day_of(body, year), f"现将{title}予以公布。", crumbs)
                entries.append(Entry(path, title, day_of(body, year)))
        href = base + kind + (self.end if end is None else end)
        self.put(
            href,
            [*crumbs, (label, href)],
            f"<h2>{label}</h2>{listed(entries)}<p>共{len(entries)}条</p>",
        )
        return label, href

    def plain(self, path: str, crumbs: Sequence[Link], text: str, **more: Any) -> Link:
        """A page with a sentence or two."""
        self.put(
            path, crumbs, f"<h2>{crumbs[-1][0]}</h2><div class='txt'><p>{text}</p></div>", **more
        )
        return crumbs[-1]


def _foot(site: Site, words: str) -> str:
    away = [
        *site.friends,
        ("全国政府网站检索", "//www.zhengwu-jiansuo.example/"),
        ("市政务服务网", "//zwfw.lingbei.example/"),
    ]
    return f'<div class="links">友情链接：{anchors(away, " ")}</div><div class="footer">{words} 备案号：ICP备99{site.code[-4:]}号</div>'


def _trs(site: Site, menu: list[Link], trail: str, body: str, foot: str) -> str:
    return (
        f'<div class="top">{site.name}门户网站 <a href="javascript:void(0)">设为首页</a></div>\n<ul class="nav">{items(menu)}</ul>\n'
        f'<div class="wrap"><div class="location">您现在的位置：{trail}</div>\n<div class="right">{body}</div></div>\n{_foot(site, foot)}'
    )


def _table(site: Site, menu: list[Link], trail: str, body: str, foot: str) -> str:
    return (
        f'<table width="960" align="center"><tr><td class="dh">{anchors(menu, " | ")}</td></tr>\n'
        f'<tr><td class="wz">当前位置：{trail}</td></tr>\n<tr><td valign="top">{body}</td></tr>\n<tr><td align="center">{_foot(site, foot)}</td></tr></table>'
    )


def _platform(site: Site, menu: list[Link], trail: str, body: str, foot: str) -> str:
    hot = [(NEWS[n].format(c=site.county), f"/xwzx/n{4100 + n}.html") for n in (5, 0, 3, 9, 7)]
    aside = f'<aside class="rd"><h3>热点信息</h3><ul>{items(hot)}</ul></aside>'
    return (
        f'<header><nav class="site">{anchors(menu)}</nav></header>\n<main><div class="crumb">{trail}</div>\n<section class="gkbox">{body}</section>\n{aside}</main>\n'
        f"<footer>{_foot(site, foot)}</footer>"
    )
