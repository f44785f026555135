"""The ways to a county's columns, and which of several columns are in use: small portals, each with one thing of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from nianbao.crawler.discovering.found import Discovery
from nianbao.storage.registry import ColumnEntry
from tests.crawler.test_discovering import (
    FRONT,
    LIU,
    SHI,
    XIAO,
    Titled,
    asked_in_chinese,
    discovered,
    entry_of,
    found_on,
    listing,
    owners,
    portal_of,
    report,
    whole,
)
from tests.portals.fronts import front_page, menu
from tests.portals.named import named
from tests.portals.server import Reply, Request, page, running

NEXT_TO = (SHI, XIAO)


def links(*named: Titled) -> str:
    return "".join(f"<li><a href='{href}'>{words}</a></li>" for words, href in named)


def own_site(town: str, at: str, said: str = "") -> dict[str, Reply]:
    """A town's pages: its own, and its column, which says whose it is."""
    return {
        f"/z/{at}/": page(menu(("政府信息公开年报", f"/z/{at}/nb/")), said or town),
        f"/z/{at}/nb/": listing(whole(town), f"{said or town} &gt; 政府信息公开年报"),
    }


def directory(words: str, *more: Titled) -> dict[str, Reply]:
    """Three towns, of which the first is called so."""
    named = [(words, "/z/0/"), (SHI, "/z/1/"), (XIAO, "/z/2/"), *more]
    return {"/": FRONT, "/xxgk/": page(f"<ul>{links(*named)}</ul>", "乡镇信息公开")}


def units(found: Discovery) -> set[str]:
    return {name for column in found.columns for name in column.shown}


def asked(found: Discovery) -> dict[str, set[str]]:
    """Each page that a person must look at, with the units that it concerns."""
    return {
        each.url.partition("/")[2].partition("/")[2].partition("/")[2]: {*each.units}
        for each in found.doubtful
    }


# ---- names in directories


@pytest.mark.parametrize(
    "words",
    [
        "柳树镇人名政府",
        "柳树鎮",
        "柳树",
        "柳柳树镇",
        "走进柳树镇",
        "柳树镇党委、政府",
        "平安县柳树镇",
        "柳树镇政务公开网站群",
        "柳 树 镇",
        "柳树镇(试点)",
        "柳树古镇",
        "LIUSHU",
    ],
)
def test_a_name_of_a_directory_that_no_file_has(tmp_path: Path, words: str) -> None:
    pages = directory(words) | own_site(LIU, "0")
    found = found_on(tmp_path, pages | own_site(SHI, "1") | own_site(XIAO, "2"))
    assert owners(found) == {"z/0/nb/": LIU, "z/1/nb/": SHI, "z/2/nb/": XIAO}


DIRECTORIES: Mapping[str, str] = {
    "cells": "<table><tr><td><a href='/z/0/'>{0}</a></td><td><a href='/z/1/'>{1}</a></td></tr><tr><td><a href='/z/2/'>{2}</a></td></tr></table>",
    "lines": "<p>乡镇：<a href='/z/0/'>{0}</a> | <a href='/z/1/'>{1}</a> | <a href='/z/2/'>{2}</a></p>",
    "a select": "<select><option>请选择</option><option value='/z/0/'>{0}</option><option value='/z/1/'>{1}</option><option value='/z/2/'>{2}</option></select>",
    "a map": "<map><area href='/z/0/' alt='{0}'><area href='/z/1/' alt='{1}'><area href='/z/2/' alt='{2}'></map>",
    "pictures": "<div><a href='/z/0/'><img src='a.gif' alt='{0}'></a><a href='/z/1/'><img alt='{1}'></a><a href='/z/2/'><img alt='{2}'></a></div>",
    "clicks": "<ul><li onclick=\"location.href='/z/0/'\">{0}</li><li onclick=\"location.href='/z/1/'\">{1}</li><li onclick=\"location.href='/z/2/'\">{2}</li></ul>",
    "definitions": "<dl><dt>乡镇</dt><dd><a href='/z/0/'>{0}</a></dd><dd><a href='/z/1/'>{1}</a></dd><dd><a href='/z/2/'>{2}</a></dd></dl>",
    "a tree": "<script>var zNodes=[{{id:1,pId:0,name:'{0}',url:'/z/0/'}},{{id:2,pId:0,name:'{1}',url:'/z/1/'}},{{id:3,pId:0,name:'{2}',url:'/z/2/'}}];</script>",
    "a call": "<script>d.add(1,0,'{0}','/z/0/');d.add(2,0,'{1}','/z/1/');d.add(3,0,'{2}','/z/2/');</script>",
    "headings": "<div><h3><a href='/z/0/'>{0}</a></h3><h3><a href='/z/1/'>{1}</a></h3><h3><a href='/z/2/'>{2}</a></h3></div>",
}


@pytest.mark.parametrize("kind", DIRECTORIES)
def test_a_directory_of_any_kind(tmp_path: Path, kind: str) -> None:
    listed = DIRECTORIES[kind].format("柳树鎮", SHI, XIAO)
    around = "<ul>" + links(("要闻", "/n/"), ("通知公告", "/t/"), ("县情", "/x/")) + "</ul>"
    pages = {"/": FRONT, "/xxgk/": page(f"{around}{listed}{around}", "乡镇信息公开")}
    sites = own_site(LIU, "0") | own_site(SHI, "1") | own_site(XIAO, "2")
    assert units(found_on(tmp_path, pages | sites)) == {LIU, SHI, XIAO}


@pytest.mark.parametrize(
    "body",
    ["柳树镇卫生院", "柳树镇中心学校", "柳树镇派出所", "柳树村", "平安县人民医院", "柳树林场"],
)
def test_a_body_of_a_directory_that_is_no_unit_gives_nobody_a_column(
    tmp_path: Path, body: str
) -> None:
    found = found_on(tmp_path, directory(body) | own_site(body, "0") | own_site(SHI, "1"))
    assert owners(found) == {"z/1/nb/": SHI} or {*owners(found).values()} == {"", SHI}
    assert units(found) == {SHI}


@pytest.mark.parametrize(
    ("called", "meant"),
    [
        ("柳树乡", {LIU}),
        ("柳树", {LIU}),
        ("柳树街道", {LIU}),
        ("平安县柳树乡", {LIU}),
        ("小河镇", {XIAO}),
    ],
)
def test_a_column_that_calls_itself_otherwise_is_asked_about(
    tmp_path: Path, called: str, meant: set[str]
) -> None:
    entries = [
        (f"{called}{year}年政府信息公开工作年度报告", f"/b/{year}.html") for year in (2024, 2023)
    ]
    pages = directory(called) | {
        "/z/0/": page(menu(("年报", "/z/0/nb/")), called),
        "/z/0/nb/": listing(entries, f"{called} &gt; 政府信息公开年报"),
        **{f"/b/{year}.html": report(called, year) for year in (2024, 2023)},
    }
    found = found_on(tmp_path, pages | own_site(SHI, "1"))
    assert owners(found) == {"z/1/nb/": SHI}
    assert asked(found) == {"z/0/nb/": meant}
    assert all(name in found.doubtful[0].why for name in meant)
    for without in found.without:
        tried = {each.url.rpartition("/z/")[2] for each in without.tried}
        assert ("0/nb/" in tried) == (without.unit in meant)


# ---- directories of several pages


PAGERS: Mapping[str, str] = {
    "trs": "<script>createPageHTML(2, 0, 'index', 'html');</script>",
    "by name": "<script>createPageHTML('page_div', 2, 1, 'index', 'html', 5);</script>",
    "next": "<div class='page'><a href='/xxgk/index_1.html'>下一页</a></div>",
    "last": "<a href='/xxgk/index_1.html'>尾页</a>",
    "numbers": "<p><a href='/xxgk/'>1</a> <a href='/xxgk/index_1.html'>2</a></p>",
    "arrow": "<div><a href='index_1.html'>&gt;&gt;</a></div>",
    "select": "<select><option value='/xxgk/'>1</option><option value='/xxgk/index_1.html'>2</option></select>",
    "opened": "<a href='#' onclick=\"location.href='/xxgk/index_1.html'\">下一页</a>",
    "head": "<link rel='next' href='/xxgk/index_1.html'>",
}


@pytest.mark.parametrize("pager", PAGERS)
def test_a_directory_of_two_pages(tmp_path: Path, pager: str) -> None:
    first, second = [(LIU, "/z/0/"), (SHI, "/z/1/")], [(XIAO, "/z/2/"), ("商务局", "/z/3/")]
    pages = {
        "/": FRONT,
        "/xxgk/": page(f"<div><ul>{links(*first)}</ul>{PAGERS[pager]}</div>", "乡镇信息公开"),
        "/xxgk/index_1.html": page(f"<ul>{links(*second)}</ul>", "乡镇信息公开"),
    }
    pages["/xxgk/index_2.html"] = pages["/xxgk/index_1.html"]  # where pages count from one
    found = found_on(
        tmp_path, pages | own_site(LIU, "0") | own_site(SHI, "1") | own_site(XIAO, "2")
    )
    assert units(found) == {LIU, SHI, XIAO}


def test_a_directory_that_goes_on_where_nobody_can_follow_is_told(tmp_path: Path) -> None:
    some = links((LIU, "/z/0/"), (SHI, "/z/1/"))
    pager = "<div class='page'>共2页 <a href='javascript:go(2)'>下一页</a></div>"
    pages = {"/": FRONT, "/xxgk/": page(f"<div><ul>{some}</ul>{pager}</div>", "乡镇信息公开")}
    found = found_on(tmp_path, pages | own_site(LIU, "0") | own_site(SHI, "1"))
    (without,) = found.without
    assert without.unit == XIAO
    assert ["目录还有其他页" in each.why for each in without.tried] == [True]


# ---- pages that only send on


def shell(head: str, body: str = "") -> Reply:
    return Reply(f"<html><head>{head}</head><body>{body}</body></html>".encode())


SHELLS: Mapping[str, Reply] = {
    "refresh": shell("<meta http-equiv='refresh' content='0;url=./sy/index.html'>"),
    "the other way round": shell("<META content='0; URL=sy/index.html' http-equiv=Refresh>"),
    "unquoted": shell("<meta http-equiv=refresh content=\"1;url='/z/0/sy/index.html'\">"),
    "href": shell("<script>window.location.href='sy/index.html';</script>"),
    "replace": shell("", '<script>location.replace("/z/0/sy/index.html")</script>'),
    "top": shell("<script>top.location='sy/index.html'</script>"),
    "words": shell("<meta http-equiv='refresh' content='3;url=sy/index.html'>", "正在跳转，请稍候"),
    "loaded": Reply(b"<html><body onload=\"window.location='sy/index.html'\"></body></html>"),
    "found": Reply(b"", 302, {"Location": "/z/0/sy/index.html"}),
    "for ever": Reply(b"", 301, {"Location": "sy/index.html"}),
    "twice": shell("<meta http-equiv='refresh' content='0;url=/z/0/in.html'>"),
}


@pytest.mark.parametrize("way", SHELLS)
def test_a_home_that_only_sends_on(tmp_path: Path, way: str) -> None:
    home = page("<ul><li><a href='../nb/'>政府信息公开年报</a></li></ul>", LIU)
    again = shell("<script>self.location.href='/z/0/sy/index.html'</script>")
    pages = directory(LIU) | own_site(LIU, "0")
    pages |= {"/z/0/": SHELLS[way], "/z/0/in.html": again, "/z/0/sy/index.html": home}
    assert owners(found_on(tmp_path, pages)) == {"z/0/nb/": LIU}


@pytest.mark.parametrize(
    "target", ["/z/0/", "/z/0/x.html", "http://www.elsewhere.invalid/", "javascript:void(0)", ""]
)
def test_a_home_that_leads_nowhere_ends(tmp_path: Path, target: str) -> None:
    sends = shell(f"<meta http-equiv='refresh' content='0;url={target}'>")
    found = found_on(tmp_path, directory(LIU) | {"/z/0/": sends, "/z/0/x.html": sends})
    assert found.ended
    assert not found.columns


# ---- trees that a script asks for

HREFS = ("./list.html?c=0", "list.html?c=0", "/gk/list.html?c=0", "../gk/list.html?c=0", "?c=0")


@pytest.mark.parametrize("href", HREFS)
def test_addresses_of_a_tree_count_from_the_page_that_asked(tmp_path: Path, href: str) -> None:
    tree = f'{{"data": [{{"text": "{LIU}", "nodes": [{{"text": "政府信息公开年报", "href": "{href}"}}]}}]}}'
    script = "<script>$.getJSON('./js/tree.json', function(d){ draw(d) });</script>"
    column = listing(whole(LIU), f"{LIU} &gt; 政府信息公开年报")

    def portal(request: Request) -> Reply | None:
        if request.query.get("c") == "0":
            return column if request.path in ("/gk/list.html", "/gk/") else None
        known = {
            "/": front_page("平安县", menu(("政府信息公开", "/gk/"))),
            "/gk/": page(f"<div id='t'></div>{script}", "政府信息公开"),
            "/gk/js/tree.json": Reply(tree.encode(), headers={"Content-Type": "application/json"}),
        }
        if request.path.startswith("/a/"):
            return report(LIU, int(request.path[-9:-5]))
        return known.get(request.path)

    with running(portal) as site:
        found, _ = discovered(tmp_path, entry_of(), site.url + "/")
    assert [column.unit for column in found.columns] == [LIU]


# ---- which of several are in use

NEW, OLD = range(2020, 2026), range(2020, 2023)


def of_years(town: str, years: Sequence[int], at: str = "a") -> list[Titled]:
    entries = whole(town, sorted(years, reverse=True))
    return [(title, href.replace("/a/", f"/{at}/")) for title, href in entries]


def platforms(
    tmp_path: Path, one: Sequence[Titled], other: Sequence[Titled], notice: str = ""
) -> Discovery:
    """Two columns of 柳树镇, or of many, and one of 石门镇 that is up to date."""
    pages = {
        "/": front_page("平安县", menu(("政府信息公开", "/xxgk/"))),
        "/xxgk/": page(
            menu(("年报", "/new/nb/"), ("年度报告", "/old/nb/"), ("公开年报", "/shi/nb/"))
        ),
        "/new/nb/": listing(one),
        "/old/nb/": listing(other),
        "/shi/nb/": listing(of_years(SHI, (2025, 2024))),
    }
    if notice:
        body = pages["/old/nb/"].body.replace(
            b"<ul class='list'>", f"{notice}<ul class='list'>".encode()
        )
        pages["/old/nb/"] = Reply(body)

    def portal(request: Request) -> Reply | None:
        path = unquote(request.path)
        if path in pages:
            return pages[path]
        parts = path.removesuffix(".html").split("/")
        return report(parts[2], int(parts[3])) if len(parts) == 4 else None

    with running(portal) as site:
        found, _ = discovered(tmp_path, entry_of(), site.url + "/")
    return found


def test_what_the_new_platform_shows_too_is_older(tmp_path: Path) -> None:
    found = platforms(tmp_path, of_years(LIU, NEW), of_years(LIU, OLD, "b"))
    assert owners(found) == {"new/nb/": LIU, "shi/nb/": SHI}
    assert [(each.units, each.years) for each in found.older] == [((LIU,), (2022, 2021, 2020))]
    assert not found.doubtful


def test_a_list_that_was_closed_years_ago_is_older(tmp_path: Path) -> None:
    found = platforms(tmp_path, of_years(LIU, (2025, 2024)), of_years(LIU, OLD, "b"))
    assert owners(found) == {"new/nb/": LIU, "shi/nb/": SHI}
    assert [each.units for each in found.older] == [(LIU,)]


def test_a_list_that_ended_last_year_may_go_on(tmp_path: Path) -> None:
    found = platforms(tmp_path, of_years(LIU, (2025,)), of_years(LIU, (2024, 2023), "b"))
    assert {"new/nb/", "old/nb/"} <= owners(found).keys()


def test_two_that_show_the_same_are_both_looked_at(tmp_path: Path) -> None:
    found = platforms(tmp_path, of_years(LIU, NEW), of_years(LIU, NEW, "b"))
    assert owners(found) == {"new/nb/": LIU, "old/nb/": LIU, "shi/nb/": SHI}


def test_an_old_list_for_all_gives_way_to_columns_of_each(tmp_path: Path) -> None:
    old = [*of_years(LIU, OLD, "b"), *of_years(SHI, OLD, "b")]
    found = platforms(tmp_path, of_years(LIU, NEW), old)
    assert owners(found) == {"new/nb/": LIU, "shi/nb/": SHI}
    assert [each.units for each in found.older] == [(LIU, SHI)]


def test_an_old_list_that_alone_shows_somebody_is_asked_about(tmp_path: Path) -> None:
    old = [*of_years(LIU, OLD, "b"), *of_years(XIAO, OLD, "b")]
    found = platforms(tmp_path, of_years(LIU, NEW), old)
    assert owners(found) == {"new/nb/": LIU, "shi/nb/": SHI}
    assert asked(found) == {"old/nb/": {XIAO}}
    assert "2022" in found.doubtful[0].why
    assert [each.unit for each in found.without] == [XIAO]


def test_one_column_alone_is_written_however_old_it_is(tmp_path: Path) -> None:
    pages = {
        "/": FRONT,
        "/xxgk/": page(menu(("年报", "/nb/"))),
        "/nb/": listing(of_years(LIU, OLD)),
    }
    assert owners(found_on(tmp_path, pages)) == {"nb/": LIU}


NOTICES = (
    "<p class='ts'>本栏目已迁移，请访问<a href='/new/nb/'>新版</a></p>",
    "<div>栏目已调整至 <a href='/new/nb/'>政府信息公开年报</a></div>",
    "<p>本栏目不再更新，新栏目地址：<a href='../../new/nb/'>点此</a></p>",
    "<b><a href='/new/nb/'>年报栏目已迁移至此</a></b>",
)


@pytest.mark.parametrize("notice", NOTICES)
def test_a_column_that_says_where_it_has_gone_is_not_the_one(tmp_path: Path, notice: str) -> None:
    found = platforms(tmp_path, of_years(LIU, (2025, 2024)), of_years(LIU, (2023,), "b"), notice)
    assert owners(found) == {"new/nb/": LIU, "shi/nb/": SHI}


@pytest.mark.parametrize("status", [301, 302, 308])
def test_a_column_is_written_where_its_address_leads(tmp_path: Path, status: int) -> None:
    pages = directory(LIU) | own_site(LIU, "0")
    pages["/z/0/"] = page(menu(("年报", "/old/nb.shtml")), LIU)
    pages["/old/nb.shtml"] = Reply(b"", status, {"Location": "/z/0/nb/"})
    assert owners(found_on(tmp_path, pages)) == {"z/0/nb/": LIU}


# ---- what a person has said


def settled(folder: Path, pages: Mapping[str, Reply], path: str, unit: str) -> Discovery:
    """What is found when a person has written a column into the file."""
    with running(asked_in_chinese(portal_of(pages))) as site:
        entry = replace(entry_of(), columns=(ColumnEntry(f"{site.url}/{path}", unit=unit),))
        found, _ = discovered(folder, entry, site.url + "/")
    return found


def called_otherwise(called: str, whose: str) -> dict[str, Reply]:
    entries = [
        (f"{whose}{year}年政府信息公开工作年度报告", f"/b/{year}.html") for year in (2024, 2023)
    ]
    return directory(called) | {
        "/z/0/": page(menu(("年报", "/z/0/nb/")), called),
        "/z/0/nb/": listing(entries, f"{called} &gt; 政府信息公开年报"),
        **{f"/b/{year}.html": report(whose, year) for year in (2024, 2023)},
    }


def test_what_a_person_has_settled_is_not_asked_again(tmp_path: Path) -> None:
    found = settled(tmp_path, called_otherwise("柳树乡", "柳树乡"), "z/0/nb/", LIU)
    assert owners(found) == {"z/0/nb/": LIU}
    assert not found.doubtful


def test_what_a_person_has_said_does_not_hide_another_s_reports(tmp_path: Path) -> None:
    found = settled(tmp_path, called_otherwise(LIU, SHI), "z/0/nb/", LIU)
    assert not found.columns
    assert asked(found) == {"z/0/nb/": {LIU, SHI}}


def test_an_old_column_that_a_person_has_named_stays(tmp_path: Path) -> None:
    pages = directory(LIU) | own_site(SHI, "1")
    pages["/z/1/nb/"] = listing([*whole(SHI, (2025, 2024))])
    pages["/z/0/nb/"] = listing(whole(LIU, (2022, 2021)), f"{LIU} &gt; 政府信息公开年报")
    assert owners(settled(tmp_path, pages, "z/0/nb/", LIU)) == {"z/0/nb/": LIU, "z/1/nb/": SHI}


# ---- pages that promise a column


@pytest.mark.parametrize("said", ["栏目建设中，敬请期待", "内容正在完善中", "网站升级中"])
def test_a_column_that_is_being_built_is_asked_about(tmp_path: Path, said: str) -> None:
    pages = directory(LIU) | own_site(LIU, "0") | own_site(SHI, "1")
    crumbs = f"<div class='crumbs'>首页 &gt; {LIU} &gt; 政府信息公开年报</div>"
    pages["/z/0/nb/"] = page(f"{crumbs}<p>{said}</p>", "政府信息公开年报")
    found = found_on(tmp_path, pages)
    assert owners(found) == {"z/1/nb/": SHI}
    assert asked(found) == {"z/0/nb/": {LIU}}
    assert "建设中" in found.doubtful[0].why


# ---- hosts beside the portal's own

OTHER = "lj.pingan.gov.cn"
CODES = {
    "none": ("", (), True),
    "the county's": ("1409990007", (), True),
    "another county's": ("3203000040", (), False),
    "another's, and a person says so": ("3203000040", (OTHER,), True),
}


@pytest.mark.parametrize("case", CODES)
def test_a_host_beside_the_portal_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    code, also, is_taken = CODES[case]
    site = {
        "/": front_page("平安县", menu(("乡镇街道", "/xz/"))).body.decode(),
        "/xz/": page(f"<ul>{links((LIU, f'http://{OTHER}/'), (SHI, '/z/1/'))}</ul>").body.decode(),
        f"//{OTHER}/": page(menu(("政府信息公开年报", "/nb/")), LIU).body.decode(),
        f"//{OTHER}/nb/": coded(listing(whole(LIU)), code),
        "/z/1/": page(menu(("年报", "/z/1/nb/")), SHI).body.decode(),
        "/z/1/nb/": coded(listing(whole(SHI)), code),
    }
    for year in (2024, 2023, 2022):
        site[f"/a/{SHI}/{year}.html"] = report(SHI, year).body.decode()
        site[f"//{OTHER}/a/{LIU}/{year}.html"] = report(LIU, year).body.decode()
    entry = replace(entry_of(), allow=also)
    with named(monkeypatch, site, "www.pingan.gov.cn"):
        found, _ = discovered(tmp_path, entry, "http://www.pingan.gov.cn/")
    assert units(found) == ({LIU, SHI} if is_taken else {SHI})
    assert [each.units for each in found.doubtful] == [(LIU,)] * (not is_taken)
    assert all(f"--also {OTHER}" in each.why for each in found.doubtful)


def coded(answer: Reply, code: str) -> str:
    """A page whose template carries a site's code."""
    head = f"<head><meta name='SiteIDCode' content='{code}'>"
    return answer.body.decode().replace("<head>", head)


def test_a_neighbour_s_column_is_no_question_where_the_unit_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of whom nothing is found, it is told: the county may have moved there."""
    away = "http://www.cangdu.gov.cn/nb/"
    neighbours = links((f"{LIU}政府信息公开年报", away), (f"{SHI}政府信息公开年报", away + "2"))
    site = {
        "/": front_page("平安县", menu(("年报", "/nb/")) + f"<ul>{neighbours}</ul>").body.decode(),
        "/nb/": listing(whole(LIU)).body.decode(),
        **{f"/a/{LIU}/{year}.html": report(LIU, year).body.decode() for year in (2024, 2023, 2022)},
    }
    with named(monkeypatch, site, "www.pingan.gov.cn"):
        found, _ = discovered(tmp_path, entry_of(), "http://www.pingan.gov.cn/")
    assert units(found) == {LIU}
    assert [(each.url, each.units) for each in found.doubtful] == [(away + "2", (SHI,))]
