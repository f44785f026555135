"""Eight simulated counties: pages(host) -> {address: page}, a function a shape. What must be found there stands in the YAML files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from nianbao.storage.registry import yaml_loader
from tests.attacks.counties.building import (
    KINDS,
    NEWS,
    YEARS,
    Entry,
    Link,
    Pages,
    Site,
    anchors,
    full,
    in_table,
    items,
    listed,
    pairs,
)

HERE = Path(__file__).parent
NIANBAO = "政府信息公开年报"
SECTION = ("政府信息公开", "/zfxxgk/")


def departments(county: str, words: str) -> list[Link]:
    return [(county + name, slug) for name, slug in pairs(words)]


def beside(
    site: Site,
    base: str,
    crumbs: Sequence[Link],
    of: str = "",
    end: str = "/",
    menu: Sequence[Link] = (),
) -> list[Link]:
    """The pages that stand beside a column of reports: guide, rules, content, requests."""
    told = (
        (
            "政府信息公开指南",
            "zfxxgkzn",
            "本指南介绍政府信息的分类、获取方式和依申请公开的办理程序。",
        ),
        (
            "政府信息公开制度",
            "zfxxgkzd",
            "政府信息公开申请办理、属性源头认定、年度报告编制等制度汇编。",
        ),
        (
            "法定主动公开内容",
            "fdzdgknr",
            "机构职能、规划计划、行政许可、财政预决算、重大项目等信息。",
        ),
        ("依申请公开", "ysqgk", "申请人可以通过当面、信函、网上申请三种方式提出申请。"),
    )
    return [
        site.plain(base + slug + end, [*crumbs, (label, base + slug + end)], text, of=of, menu=menu)
        for label, slug, text in told
    ]


def own_county(
    site: Site, href: str, left: Sequence[Link], crumbs: Sequence[Link] = (SECTION,)
) -> Link:
    """The reports of the county's government itself: the file holds no such unit."""
    folder = href.rsplit("/", 1)[0]
    told = site.reports(
        site.county, folder + "/z{ymd}.html", title=f"{site.name}{{year}}年政府信息公开工作年度报告"
    )
    for entry in told:
        site.pages[entry.href]["title"] = entry.title
    site.put(
        href,
        [*crumbs, ("县政府年报", href)],
        f"<h2>县政府年报</h2>{listed(told)}",
        left=left,
        kind="信息公开年报",
    )
    return "县政府年报", href


def front(site: Site, blocks: str) -> None:
    news = [
        Entry(
            f"/xwzx/n{4100 + n}.html", text.format(c=site.county), f"2026-0{1 + n % 6}-{11 + n:02d}"
        )
        for n, text in enumerate(NEWS)
    ]
    site.put(
        "/",
        [],
        f'<div class="jryw"><h2>今日要闻</h2>{listed(news[:6])}<a href="/xwzx/jryw{site.end}">更多&gt;&gt;</a></div>\n{blocks}',
    )


def neighbour(host: str, county: str, code: str, towns: Sequence[Link], of: str = "") -> Pages:
    """A site of the next county, with a column of its own for each of the towns."""
    site = Site(host, county, code, at=f"//{host}")
    front(site, f"<ul>{items((town, f'/xz/{slug}/nb/') for town, slug in towns)}</ul>")
    for town, slug in towns:
        told = site.reports(town, f"/xz/{slug}/nb/t{{ymd}}.html")
        crumbs = [("乡镇", "/"), (town, f"/xz/{slug}/nb/"), (NIANBAO, f"/xz/{slug}/nb/")]
        site.put(
            f"/xz/{slug}/nb/",
            crumbs,
            f"<h2>{NIANBAO}</h2>{listed(told)}",
            of=town,
            kind="信息公开年报",
        )
    return site.pages


def sub_sites(host: str) -> Pages:
    """Each town a folder with a menu of its own; pages in TRS's way, with links that are relative."""
    towns = pairs("石桥镇 sqz 栗园镇 lyz 芦塘镇 ltz 杏坪乡 xpx 竹坞乡 zwx 河东街道 hdjd")
    site = Site(
        host, "霁川县", "990111", first=(("政府信息公开", "/zfxxgk/"), ("乡镇街道", "/xzjd/")),
        friends=(("霜渡县人民政府", "//www.shuangdu.gov.cn/"), ("岭北市人民政府", "//www.lingbei.gov.cn/")),
    )  # fmt: skip
    site.everyday()
    left = beside(site, "/zfxxgk/", [SECTION])
    others = [
        own_county(site, "/zfxxgk/xzfnb/", left),
        site.alike("/zfxxgk/", [t for t, _ in towns[:3]], "wznb", [SECTION]),
    ]
    site.put(
        "/zfxxgk/",
        [SECTION],
        f"<h2>政府信息公开</h2><ul>{items([*left, *others, ('乡镇街道信息公开', '/xzjd/')])}</ul>",
        left=[*left, *others],
    )
    # a template's old head: the township's name of before 2023, and a misprint
    said = {"lyz": "栗园乡", "ltz": "芦塘镇"}
    homes = [(town, f"/{slug}/") for town, slug in towns]
    homes[3] = ("杏坪乡人名政府", "/xpx/")
    site.put(
        "/xzjd/",
        [("乡镇街道", "/xzjd/")],
        f"<h2>乡镇街道</h2><ul class='xz'>{items(homes)}</ul><p>石桥镇是我县的东大门，辖十二个村。</p>",
    )
    front(site, f'<div class="fw"><h2>乡镇街道</h2>{anchors(homes, " ")}</div>')
    for town, slug in towns:
        shown, base = said.get(slug, town), f"/{slug}/"
        home = base + "sy/index.html" if slug == "zwx" else base
        own = [(label, base + way) for label, way in (
            ("本地概况", "gk/"), ("领导班子", "ldbz/"), ("机构设置", "jgsz/"), ("工作动态", "gzdt/"), ("通知公告", "tzgg/"),
            ("乡村振兴", "xczx/"), ("便民服务", "bmfw/"), ("党建园地", "djyd/"))]  # fmt: skip
        menu = [("首页", home), *own, ("政府信息公开", base + "zfxxgk/"), *site.menu()]
        here = [("乡镇街道", "/xzjd/"), (shown, home)]
        for label, href in own:
            site.plain(
                href,
                [*here, (label, href)],
                f"{shown}{label}栏目，内容由{full(shown)}维护。",
                of=shown,
                menu=menu,
            )
        body = f'<h2>欢迎访问{full(shown)}网站</h2><p>{shown}位于{site.county}中部。</p><a href="{base}zfxxgk/"><img src="/images/gk.png" alt="政府信息公开"></a>'
        site.put(home, here, body, of=shown, menu=menu)
        if home != base:
            site.pages[base] = (
                f'<html><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=.{home.removeprefix(base[:-1])}"></head><body></body></html>'
            )
        section = [*here, ("政府信息公开", base + "zfxxgk/")]
        fixed = beside(site, base + "zfxxgk/", section, of=shown, menu=menu)
        column = base + "zfxxgk/zfxxgknb/"
        side = [
            *fixed,
            ("政府信息公开年报", column),
            site.alike(base + "zfxxgk/", [town], "fzzf", section),
        ]
        if slug == "sqz":
            clinic, told = (
                base + "wsy/nb/",
                site.reports("石桥镇中心卫生院", base + "wsy/nb/t{ymd}.html"),
            )
            site.put(
                clinic,
                [*section, ("卫生院信息公开年报", clinic)],
                f"<h2>信息公开年报</h2>{listed(told)}",
                of="石桥镇中心卫生院",
                menu=menu,
            )
            side.append(("中心卫生院年报", clinic))
        relative = [(label, "./" + href.removeprefix(base + "zfxxgk/")) for label, href in side]
        site.put(
            base + "zfxxgk/",
            section,
            f"<h2>政府信息公开</h2><ul>{items(relative)}</ul>",
            of=shown,
            menu=menu,
            left=side,
        )
        told = site.reports(town, column + "{ym}/t{ymd}_8" + str(len(slug)) + "{year}.html")
        told = [
            e._replace(href="./" + e.href.removeprefix(column), title=e.title.replace(town, shown))
            for e in told
        ]
        pager = '<div class="page"><script>createPageHTML(1, 0, "index", "html");</script></div>'
        site.put(
            column,
            [*section, (NIANBAO, column)],
            f"<h2>{NIANBAO}</h2>{listed(told)}{pager}",
            of=shown,
            menu=menu,
            left=side,
            kind="信息公开年报",
        )
        if shown != town:
            for entry in told:
                at = column + entry.href[2:]
                held = site.pages[at]
                site.pages[at] = held | {
                    "title": held["title"].replace(town, shown),
                    "report": shown,
                    "source": site.county + full(shown),
                }
    return site.pages | neighbour(
        "www.shuangdu.gov.cn", "霜渡县", "990191", pairs("沙田镇 stz 石桥乡 sqx")
    )


def one_list(host: str) -> Pages:
    """All towns and departments in one list of three pages, the county's own report and a hospital's among them."""
    towns = pairs("青莲镇 a 麻田镇 b 双溪镇 c 官渡镇 d 雁湖乡 e 黄坡乡 f 南门街道 g")
    site = Site(
        host,
        "柏陵县",
        "990112",
        first=(SECTION,),
        friends=(("岭北市人民政府", "//www.lingbei.gov.cn/"),),
    )
    some = departments(
        site.county,
        "发展和改革局 a 教育局 b 民政局 c 司法局 d 财政局 e 水利局 f 农业农村局 g 卫生健康局 h 审计局 i",
    )
    site.everyday()
    left, bodies = beside(site, "/zfxxgk/", [SECTION]), [name for name, _ in [*towns, *some]]
    column = "/zfxxgk/zfxxgknb/"
    more = [
        ("政府信息公开年报", column),
        *(site.alike("/zfxxgk/", [*bodies, "柏陵县信访局"], kind, [SECTION]) for kind in KINDS),
    ]
    side = [*left, *more]
    site.put("/zfxxgk/", [SECTION], f"<h2>政府信息公开</h2><ul>{items(side)}</ul>", left=side)
    front(site, f'<a href="/zfxxgk/">政府信息公开</a><ul class="kj">{items(more[1:])}</ul>')
    entries = [
        entry
        for n, body in enumerate([*bodies, site.county, "柏陵县人民医院"])
        for entry in site.reports(
            body,
            column + "{ym}/t{ymd}_" + f"63{n:02d}.html",
            title="柏陵县人民政府{year}年政府信息公开工作年度报告"
            if body == site.county
            else "{full}{year}年政府信息公开工作年度报告",
        )
    ]
    for entry in entries:
        site.pages[entry.href]["title"] = entry.title
    short = {"柏陵县发展和改革局2024": "柏陵县发改局2024", "柏陵县卫生健康局2025": "县卫健局2025", "雁湖乡人民政府2023年政府信息公开": "雁湖乡人民政府2023年度政府信息公",
             "柏陵县南门街道办事处2024年": "南门街道2024年"}  # fmt: skip
    entries.sort(key=lambda e: e.day, reverse=True)
    for n in range(0, len(entries), 20):
        path, shown = column + (f"index_{n // 20}.html" if n else ""), []
        for entry in entries[n : n + 20]:
            title = entry.title
            for long, brief in short.items():
                title = title.replace(long, brief)
            shown.append(entry._replace(title=title, href="./" + entry.href.removeprefix(column)))
        pager = f'<div class="page">共{len(entries)}条<script>createPageHTML({-(-len(entries) // 20)}, {n // 20}, "index", "html");</script></div>'
        site.put(
            path,
            [SECTION, (NIANBAO, column)],
            f"<h2>{NIANBAO}</h2>{listed(shown)}{pager}",
            left=side,
            kind="信息公开年报",
        )
    site.pages[column + "index.html"] = site.pages[column]
    return site.pages


def by_year(host: str) -> Pages:
    """A page a year; an entry is a body's name and no more. The budgets stand in the same way beside it."""
    site = Site(
        host,
        "澜渡县",
        "990113",
        style="platform",
        end=".htm",
        first=(("政务公开", "/zwgk/zfxxgk.htm"),),
    )
    towns = pairs("城东镇 a 枫桥镇 b 白沙坡镇 c 洪口乡 d 城东街道 e 城西街道 f")
    some = departments(
        site.county,
        "教育局 a 民政局 b 财政局 c 水利局 d 林业局 e 统计局 f 应急管理局 g 医疗保障局 h",
    )
    site.everyday()
    top = ("政府信息公开", "/zwgk/zfxxgk.htm")
    left = [
        *beside(site, "/zwgk/", [top], end=".htm"),
        ("政府信息公开工作年度报告", "/zwgk/gknb.htm"),
    ]
    other: list[Link] = []
    for k, (folder, label, kind) in enumerate(
        (
            ("gknb", "政府信息公开工作年度报告", ""),
            ("bmys", "部门预算公开", "bmys"),
            ("fzzf", "法治政府建设年度报告", "fzzf"),
        )
    ):
        years = [(f"{year}年", f"/zwgk/{folder}/{year}.htm") for year in YEARS]
        site.put(
            f"/zwgk/{folder}.htm",
            [top, (label, f"/zwgk/{folder}.htm")],
            f"<h2>{label}</h2><ul class='nf'>{items(years)}</ul>",
            left=left,
            kind="" if kind else "信息公开年报",
        )
        other.append((label, f"/zwgk/{folder}.htm"))
        for year, (_, path) in zip(YEARS, years, strict=True):
            groups = []
            for heading, bodies in (
                ("乡镇（街道）", towns),
                ("县直部门", some),
                ("企事业单位", departments(site.county, "人民医院 h 第一中学 s")),
            ):
                links = []
                for n, (body, _) in enumerate(bodies):
                    href = f"/info/{k}{len(bodies)}{n}/{year}{n}.htm"
                    if kind:
                        site.article(
                            href,
                            f"{body}{year}年{label}",
                            f"{year + 1}-02-1{n}",
                            f"现公开{body}{label}。",
                            [top],
                        )
                    else:
                        site.reports(body, href, [year])
                    links.append(
                        (body.removeprefix(site.county).replace("白沙坡镇", "白沙坡镇 "), href)
                    )
                if year == 2023 and not kind:
                    links = [
                        (name.replace("洪口乡", "洪囗乡"), href) for name, href in links
                    ]  # a misprint
                groups.append(f"<h3>{heading}</h3><ul class='mc'>{items(links)}</ul>")
            tabs = f'<div class="tab">{anchors(years, " ")}</div>'
            site.put(
                path,
                [top, (label, f"/zwgk/{folder}.htm"), (f"{year}年", path)],
                tabs + "".join(groups),
                left=left,
            )
    site.put(
        "/zwgk/zfxxgk.htm",
        [top],
        f"<h2>政府信息公开</h2><ul>{items([*left, *other[1:]])}</ul>",
        left=left,
    )
    own_county(site, "/zwgk/xzfnb.htm", left, [top])
    front(
        site, f'<ul class="kj">{items([top, ("县政府年报", "/zwgk/xzfnb.htm"), *other[1:]])}</ul>'
    )
    return site.pages


def two_trees(host: str) -> Pages:
    """Towns by number under one tree, departments' own sites under another; an old site in GBK, laid out by tables."""
    site = Site(
        host,
        "桐浦县",
        "990114",
        style="table",
        end=".html",
        metas=False,
        charset="gb2312",
        first=(("乡镇信息公开", "/xxgk/xz/index.html"), ("部门网站", "/bmwz/index.html")),
    )
    towns = pairs("石鼓镇 01 丰乐镇 02 大坪镇 03 木兰乡 04 枣林乡 05 城关 06")
    some = departments(
        site.county,
        "教育局 jyj 公安局 gaj 民政局 mzj 司法局 sfj 财政局 czj 交通运输局 jtj 农业农村局 nyj 市场监督管理局 scj 统计局 tjj",
    )
    site.everyday()
    tree = ("乡镇信息公开", "/xxgk/xz/index.html")
    site.put(
        tree[1],
        [tree],
        f"<h2>乡镇信息公开</h2><ul>{items((town, f'/xxgk/xz/{n}.html') for town, n in towns)}</ul>",
    )
    for town, n in towns:
        here = [tree, (town, f"/xxgk/xz/{n}.html")]
        left = [
            (label, f"/xxgk/xz/{n}/list_{k}.html")
            for k, label in enumerate(
                (
                    "机构概况",
                    "政策法规",
                    "工作动态",
                    "财政信息",
                    "公开指南",
                    "公开制度",
                    "公开年报",
                    "法治年报",
                ),
                1,
            )
        ]
        site.put(here[1][1], here, f"<h2>{town}</h2><ul>{items(left)}</ul>", of=town)
        for label, href in left:
            if label not in ("公开年报", "法治年报"):
                site.plain(
                    href,
                    [*here, (label, href)],
                    f"{town}{label}，暂无更多内容。",
                    of=town,
                    left=left,
                )
        told = site.reports(
            town,
            f"/xxgk/xz/{n}/show_{{year}}7.html",
            title="{body}{year}年度政府信息公开年度报告"
            if n == "06"
            else "{full}{year}年政府信息公开工作年度报告",
        )
        if town == "城关":
            for entry in told:
                site.pages[entry.href]["title"] = entry.title
        site.put(
            left[6][1],
            [*here, ("公开年报", left[6][1])],
            in_table(told) + "<p>共3条 第1页/共1页 首页 上一页 下一页 尾页</p>",
            of=town,
            left=left,
        )
        laws = [
            Entry(
                f"/xxgk/xz/{n}/show_{year}8.html",
                f"{town}{year}年法治政府建设年度报告",
                f"{year + 1}-02-20",
            )
            for year in (2025, 2024, 2023)
        ]
        for entry in laws:
            site.article(entry.href, entry.title, entry.day, "现予公布。", here)
        site.put(left[7][1], [*here, ("法治年报", left[7][1])], in_table(laws), of=town, left=left)
    tree = ("部门网站", "/bmwz/index.html")
    cells = "".join(
        f"<td><a href='/bmwz/{slug}/' target='_blank'>{name.removeprefix(site.county)}</a></td>"
        + "</tr><tr>" * (n % 3 == 2)
        for n, (name, slug) in enumerate(some)
    )
    site.put(tree[1], [tree], f"<h2>部门网站</h2><table><tr>{cells}</tr></table>")
    for name, slug in some:
        base, here = f"/bmwz/{slug}/", [tree, (name, f"/bmwz/{slug}/")]
        own = [
            (label, f"{base}{way}.html")
            for label, way in (
                ("机构职能", "jgzn"),
                ("工作动态", "gzdt"),
                ("政策法规", "zcfg"),
                ("办事指南", "bszn"),
                ("公开指南", "gkzn"),
            )
        ]
        for label, href in own:
            site.plain(href, [*here, (label, href)], f"{name}{label}。", of=name)
        extra: list[Link] = []
        if slug == "scj":  # "年报" there is that of firms
            firms = [
                Entry("/xwzx/n4104.html", f"关于报送{year}年度企业年报的公告", f"{year + 1}-01-05")
                for year in (2025, 2024, 2023)
            ]
            site.put(
                base + "qynb/", [*here, ("年报公示", base + "qynb/")], in_table(firms), of=name
            )
            extra = [("年报公示", base + "qynb/")]
        if slug in ("czj", "sfj"):
            extra = [site.alike(base, [name], "bmys" if slug == "czj" else "fzzf", here, end="/")]
        column = base + "ndbg/"
        told = site.reports(name, base + "ndbg/{year}.html")
        links = [*own, *extra, ("政府信息公开年报" if slug == "scj" else "年度报告", column)]
        site.put(
            base,
            here,
            f"<h2>{name}</h2><ul>{items(links)}</ul>",
            of=name,
            menu=[*links, *site.menu()],
        )
        site.put(
            column,
            [*here, ("年度报告", column)],
            in_table(told),
            of=name,
            menu=[*links, *site.menu()],
        )
    front(site, "<p>政府信息公开请按乡镇、部门查询。</p>")
    return {
        path: {"body": held, "encoding": "gbk", "type": "text/html"}
        if isinstance(held, str)
        else held
        for path, held in site.pages.items()
    }


def drawn_tree(host: str) -> Pages:
    """The tree is a script's: towns in a variable of the page, departments in a JSON file that the page names."""
    site = Site(
        host,
        "筠泽县",
        "990115",
        style="platform",
        end=".html",
        first=(("政府信息公开平台", "/zfxxgk/"),),
    )
    towns = pairs("云台镇 41 清水塘镇 42 文昌镇 43 茶亭乡 44 湖滨街道 45")
    some = departments(
        site.county, "教育局 61 民政局 62 自然资源局 63 水利局 64 审计局 65 信访局 66"
    )
    site.everyday()
    leaves = (
        ("政府信息公开指南", "01"),
        ("政府信息公开制度", "02"),
        ("法定主动公开内容", "03"),
        ("政府信息公开年报", "05"),
        ("法治政府建设年报", "06"),
    )
    nodes: list[dict[str, Any]] = [{"id": "1", "pId": "0", "name": "乡镇（街道）", "open": True}]
    offices: list[dict[str, Any]] = []
    for body, n in [*towns, *some]:
        here, children = [("政府信息公开平台", "/zfxxgk/"), (body, "/zfxxgk/")], []
        for label, k in leaves:
            href = f"/zfxxgk/list.html?cid={n}{k}"
            if k == "05" and n == "66":
                continue
            children.append({"id": f"{n}{k}", "pId": n, "name": label, "url": href})
            crumbs = [*here, (label, href)]
            if k == "05":
                told = site.reports(body, f"/zfxxgk/content/{n}{{year}}.html")
                old = "<p>2022年及以前的年报见 历年年报</p>" if n == "42" else ""
                site.put(
                    href,
                    crumbs,
                    f"<h2>{body}　{label}</h2>{listed(told)}{old}<div class='pg'>共3条　第1/1页</div>",
                    of=body,
                    kind="信息公开年报",
                )
            elif k == "06":
                laws = [
                    Entry(
                        f"/zfxxgk/content/f{n}{year}.html",
                        f"{body}{year}年法治政府建设年度报告",
                        f"{year + 1}-02-25",
                    )
                    for year in (2025, 2024, 2023)
                ]
                for entry in laws:
                    site.article(entry.href, entry.title, entry.day, "现将有关情况报告如下。", here)
                site.put(href, crumbs, f"<h2>{body}　{label}</h2>{listed(laws)}", of=body)
            else:
                site.plain(href, crumbs, f"{body}{label}。", of=body)
        if n == "42":  # the same town's reports of the years before, closed
            href = "/zfxxgk/list.html?cid=4209"
            told = site.reports(body, "/zfxxgk/content/l42{year}.html", range(2019, 2023))
            site.put(
                href,
                [*here, ("历年年报（2019-2022）", href)],
                f"<h2>历年年报</h2>{listed(told)}",
                of=body,
            )
            children.append({"id": "4209", "pId": n, "name": "历年年报（2019-2022）", "url": href})
        if body.startswith(site.county):
            offices.append(
                {
                    "text": body.removeprefix(site.county),
                    "code": n,
                    "nodes": [
                        {"text": c["name"], "href": "." + c["url"].removeprefix("/zfxxgk")}
                        for c in children
                    ],
                }
            )
        else:
            nodes += [{"id": n, "pId": "1", "name": body}, *children]
    own = "/zfxxgk/list.html?cid=1105"
    left = beside(site, "/zfxxgk/xzf/", [("政府信息公开平台", "/zfxxgk/")], end=".html")
    own_county(site, own, left, [("政府信息公开平台", "/zfxxgk/")])
    nodes += [
        {"id": "2", "pId": "0", "name": "县政府"},
        {"id": "1105", "pId": "2", "name": "县政府年报", "url": own},
    ]
    script = (
        '<ul id="xzTree" class="ztree"></ul><ul id="bmTree"></ul><div id="list">请在左侧选择单位</div>\n'
        f"<script>\nvar setting = {{data: {{simpleData: {{enable: true}}}}}};\nvar zNodes = {json.dumps(nodes, ensure_ascii=False, indent=1)};\n"
        "$(function(){ $.fn.zTree.init($('#xzTree'), setting, zNodes);\n"
        " $.getJSON('./js/bm_tree.json', function(d){ $('#bmTree').treeview({data: d.data}); }); });\n</script>"
    )
    site.put(
        "/zfxxgk/",
        [("政府信息公开平台", "/zfxxgk/")],
        script,
        left=left,
        head='<script src="/js/jquery.ztree.min.js"></script>\n',
    )
    told = json.dumps({"code": 0, "msg": "ok", "data": offices})  # characters written as \u escapes
    site.pages["/zfxxgk/js/bm_tree.json"] = {"body": told, "type": "application/json"}
    front(site, '<a href="/zfxxgk/">政府信息公开平台</a>')
    return site.pages


def half_redesigned(host: str) -> Pages:
    """The old platform still answers, with years to 2022; the new one has all years, for nearly all."""
    site = Site(
        host,
        "鹭浦县",
        "990116",
        first=(("政府信息公开", "/zfxxgk/"), ("信息公开目录（旧版）", "/xxgk/")),
    )
    bodies = [
        *pairs("浦口镇 pkz 泽口镇 zkz 三江镇 sjz 高田镇 gtz 月湖乡 yhx 西关街道 xgjd"),
        *departments(
            site.county, "教育局 jyj 公安局 gaj 民政局 mzj 财政局 czj 水务局 swj 林业局 lyj"
        ),
    ]
    site.everyday()
    left = beside(site, "/zfxxgk/", [SECTION])
    old_tree, fresh, stale = ("信息公开目录", "/xxgk/"), [], []
    for body, slug in bodies:
        column, before = f"/zfxxgk/{slug}/gknb/", f"/xxgk/bm/{slug}/nb.shtml"
        stale.append((body, before))
        moved = (
            f'<p class="ts">本栏目已迁移，请访问<a href="{column}">新版</a></p>'
            if slug == "zkz"
            else ""
        )
        told = site.reports(body, f"/xxgk/bm/{slug}/{{year}}.shtml", range(2020, 2023))
        if slug == "sjz":
            site.pages[before] = {"status": 301, "headers": {"Location": column}, "body": ""}
        else:
            crumbs = [old_tree, (body, before), ("政府信息公开年报", before)]
            site.put(
                before,
                crumbs,
                f"<h2>政府信息公开年报</h2>{moved}{listed(told, 'pageList')}<script>createPageHTML('page_div', 1, 1, 'nb', 'shtml', 3);</script>",
                of=body,
            )
        own = [SECTION, (body, f"/zfxxgk/{slug}/")]
        side = [*beside(site, f"/zfxxgk/{slug}/", own, of=body), (NIANBAO, column)]
        if slug == "swj":
            site.put(
                column,
                [*own, (NIANBAO, column)],
                f"<h2>{NIANBAO}</h2><p>栏目建设中，敬请期待</p>",
                of=body,
                left=side,
                kind="信息公开年报",
            )
        else:
            told = site.reports(body, column + "{ym}/{year}c.shtml", range(2020, 2026))
            site.put(
                column,
                [*own, (NIANBAO, column)],
                f"<h2>{NIANBAO}</h2>{listed(told)}<div class='page'>共6条</div>",
                of=body,
                left=side,
                kind="信息公开年报",
            )
        site.put(own[1][1], own, f"<h2>{body}</h2><ul>{items(side)}</ul>", of=body, left=side)
        # the new directory still leads one town's name to its old column
        fresh.append((body, before if slug == "zkz" else own[1][1]))
    site.put("/xxgk/", [old_tree], f"<h2>政府信息公开目录</h2><ul>{items(stale)}</ul>")
    own_link = own_county(site, "/zfxxgk/xzf/gknb/", left)
    site.put(
        "/zfxxgk/",
        [SECTION],
        f"<h2>政府信息公开</h2><h3>乡镇街道</h3><ul>{items(fresh[:6])}</ul><h3>部门</h3><ul>{items([*fresh[6:], own_link])}</ul>",
        left=left,
    )
    front(
        site,
        f'<div class="gk"><a href="/zfxxgk/">政府信息公开（新版）</a> <a href="/xxgk/">旧版入口</a></div><p>{anchors(fresh[1:2])}</p>',
    )
    return site.pages


FORTY_TOWNS = "东陂镇 dbz 凤岩镇 fyz 古荻镇 gdz 黄泥渡镇 hndz 麻石镇 msz 南漈镇 njz 双井镇 sjz 仙榆镇 xyz 云岔乡 ycx 长坞乡 cwx 北塔街道 btjd 南塔街道 ntjd"
FORTY_OFFICES = (
    "发展和改革局 fgj 教育局 jyj 科学技术局 kjj 工业信息化和商务局 gxsj 公安局 gaj 民政局 mzj 司法局 sfj 财政局 czj 人力资源和社会保障局 rsj 自然资源局 zrzyj "
    "住房和城乡建设局 zjj 交通运输局 jtj 水利局 slj 农业农村局 nyj 文化和旅游局 wlj 卫生健康局 wjj 退役军人事务局 tyj 应急管理局 yjj 审计局 sjj 市场监督管理局 scj "
    "统计局 tjj 医疗保障局 ybj 信访局 xfj 林业局 lyj 乡村振兴局 xczxj 行政审批服务局 spj 城市管理综合执法局 cgj 生态环境局 hbj"
)


def forty_bodies(host: str) -> Pages:
    """Twelve towns and twenty-eight departments, their directory on two pages; three have no column."""
    site = Site(host, "棠岭县", "990117", first=(("政府信息公开", "/zwgk/zfxxgk/"),))
    towns, some = pairs(FORTY_TOWNS), departments(site.county, FORTY_OFFICES)
    section = ("政府信息公开", "/zwgk/zfxxgk/")
    site.everyday()
    left = beside(site, section[1], [section])
    own = own_county(site, "/zwgk/zfxxgk/xzfnb/", left, [section])
    directories = []
    for label, base, bodies in (
        ("乡镇街道", "/zwgk/xzjd/", towns),
        ("县直部门", "/zwgk/xzbm/", some),
    ):
        tree, shown = (label, base), []
        for body, slug in bodies:
            here = [section, tree, (body, f"{base}{slug}/")]
            side, column = beside(site, f"{base}{slug}/", here, of=body), f"{base}{slug}/gknb/"
            if slug != "tyj":  # has a page, and no column on it
                side.append((NIANBAO, column))
            if slug in ("fgj", "czj", "sfj", "dbz"):
                side.append(
                    site.alike(
                        f"{base}{slug}/", [body], "bmys" if slug in ("fgj", "czj") else "fzzf", here
                    )
                )
            if slug != "xczxj":  # stands in no directory
                shown.append(
                    (body.removeprefix(site.county) if slug != "gxsj" else "商务局", here[-1][1])
                )
                name = body if slug != "gxsj" else f"{site.county}商务局"
                site.put(
                    here[-1][1],
                    [section, tree, (name, here[-1][1])],
                    f"<h2>{name}</h2><ul>{items(side)}</ul>",
                    of=name,
                    left=side,
                )
            if slug in ("tyj", "xczxj", "cwx"):  # the link of 长坞乡 leads to nothing
                continue
            name = body if slug != "gxsj" else f"{site.county}商务局"
            told = site.reports(name, column + "{ym}/t{ymd}_7{year}.shtml")
            told = [e._replace(href=e.href.removeprefix(column)) for e in told]
            pager = "<div class='page'><script>createPageHTML('page_div', 1, 1, 'list', 'shtml', 3);</script></div>"
            site.put(
                column,
                [section, tree, (name, here[-1][1]), (NIANBAO, column)],
                f"<h2>{NIANBAO}</h2>{listed(told)}{pager}",
                of=name,
                left=side,
                kind="信息公开年报",
            )
        pages = -(-len(shown) // 15)
        for n in range(pages):
            lines = "".join(
                f'<li><a href="{href}">{name}</a></li>'
                for name, href in shown[15 * n : 15 * n + 15]
            )
            pager = (
                f'<script>createPageHTML({pages}, {n}, "index", "html");</script>'
                if pages > 1
                else ""
            )
            site.put(
                base + (f"index_{n}.html" if n else ""),
                [section, tree],
                f"<h2>{label}</h2><ul class='ml'>{lines}</ul><div class='page'>共{len(shown)}个单位 {pager}</div>",
            )
        directories.append(tree)
    site.put(
        section[1],
        [section],
        f"<h2>政府信息公开</h2><ul>{items([*left, own, *directories])}</ul>",
        left=left,
    )
    front(site, f'<ul class="kj">{items([section, *directories])}</ul>')
    return site.pages


def foreign_code(host: str) -> Pages:
    """The template kept another county's SiteIDCode; a town of the same name in that county is linked."""
    other = "www.cangdu.gov.cn"
    site = Site(
        host, "岫云县", "990118", site_code="9901920001", first=(SECTION, ("乡镇", "/xzjd/")),
        friends=(("苍渡县人民政府", f"//{other}/"), ("石桥镇（苍渡县）", f"//{other}/xz/sqz/")),
    )  # fmt: skip
    towns = pairs("石桥镇 sqz 松岭镇 slz 龙潭镇 ltz 桃坪乡 tpx 老街街道 ljjd")
    some = departments(site.county, "教育局 jyj 民政局 mzj 水利局 slj")
    site.everyday()
    left = beside(site, "/zfxxgk/", [SECTION])
    trees: list[Link] = []
    for label, base, bodies in (("乡镇", "/xzjd/", towns), ("部门", "/bmgk/", some)):
        tree = (label, base)
        homes = [(body.removeprefix(site.county), f"{base}{slug}/") for body, slug in bodies]
        for body, slug in bodies:
            here, column = [tree, (body, f"{base}{slug}/")], f"{base}{slug}/zfxxgknb/"
            away = f"http://lj.{host.removeprefix('www.')}"  # a site of its own, on another host
            if slug == "ljjd":
                homes[-1] = (body, away + "/")
                street = Site(
                    away.partition("//")[2],
                    site.county,
                    site.code,
                    site_code=site.site_code,
                    at=away.removeprefix("http:"),
                )
                told = street.reports(body, "/nb/{year}.html")
                street.put(
                    "/",
                    [("首页", "/")],
                    f'<h2>{body}</h2><a href="/nb/">政府信息公开年报</a>',
                    of=body,
                )
                street.put(
                    "/nb/",
                    [(NIANBAO, "/nb/")],
                    f"<h2>{NIANBAO}</h2>{listed(told)}",
                    of=body,
                    kind="信息公开年报",
                )
                site.pages |= street.pages
                continue
            side = [
                *beside(site, f"{base}{slug}/", here, of=body),
                (NIANBAO, column),
                site.alike(f"{base}{slug}/", [body], "fzzf", here),
            ]
            more = (
                f'<p>毗邻乡镇：<a href="http://{other}/xz/sqz/nb/">石桥镇政府信息公开年报</a></p>'
                if slug == "slz"
                else ""
            )
            site.put(
                here[1][1], here, f"<h2>{body}</h2><ul>{items(side)}</ul>{more}", of=body, left=side
            )
            told = site.reports(body, column + "{ym}/t{ymd}_9{year}.html")
            site.put(
                column,
                [*here, (NIANBAO, column)],
                f"<h2>{NIANBAO}</h2>{listed(told)}<script>createPageHTML(1, 0, 'index', 'html');</script>",
                of=body,
                left=side,
                kind="信息公开年报",
            )
        site.put(base, [tree], f"<h2>{label}</h2><ul>{items(homes)}</ul>")
        trees.append(tree)
    own = own_county(site, "/zfxxgk/xzfnb/", left)
    site.put(
        "/zfxxgk/",
        [SECTION],
        f"<h2>政府信息公开</h2><ul>{items([*left, own, *trees])}</ul>",
        left=left,
    )
    front(site, f'<ul class="kj">{items(trees)}</ul>')
    there = neighbour(other, "苍渡县", "990192", pairs("石桥镇 sqz 柳湾镇 lwz"))
    there[f"//{other}/xz/sqz/"] = there[f"//{other}/xz/sqz/nb/"]
    return site.pages | there


SHAPES: dict[str, Callable[[str], Pages]] = {
    "1-sub-sites": sub_sites, "2-one-list": one_list, "3-by-year": by_year, "4-two-trees": two_trees, "5-drawn-tree": drawn_tree,
    "6-half-redesigned": half_redesigned, "7-forty-bodies": forty_bodies, "8-foreign-code": foreign_code,
}  # fmt: skip


def told(name: str) -> dict[str, Any]:
    """A shape's file: its host, start, county and what is expected."""
    held: dict[str, Any] = yaml.load(
        (HERE / f"{name}.yaml").read_text(encoding="utf-8"), yaml_loader()
    )
    return held


def pages(name: str, host: str = "") -> Pages:
    """All of a shape's pages, at the host given or at the one of its file."""
    return SHAPES[name](host or told(name)["host"])
