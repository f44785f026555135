"""A county's columns, found from any page of its portal: all that is planted, and nothing of anybody else."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest

from nianbao.crawler.client import Client
from nianbao.crawler.discovering.driving import drive, kept_in
from nianbao.crawler.discovering.found import Discovery
from nianbao.crawler.discovering.proposing import file_text, proposed
from nianbao.crawler.discovering.searching import Place, search
from nianbao.crawler.once import look_once
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry, county_in, load_county
from nianbao.storage.store import open_store
from tests.amounts import one_in
from tests.crawler.test_ten import NOW, versions
from tests.portals.fronts import front_page, fronted, menu
from tests.portals.server import Portal, Reply, Request, page, running
from tests.portals.ten import TEN, County, draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html

THIS_YEAR = 2026


def bare_file(county: County) -> str:
    """The county's file before anybody looked for its columns."""
    units = "".join(f"  - {unit}\n" for unit in county.units)
    return f'county: {county.name}\ncode: "990101"\nhost:\ncolumns: []\nunits:\n{units}'


def discovered(
    folder: Path, entry: CountyEntry, url: str, *, certain: bool = True, most: int = 300
) -> tuple[Discovery, int]:
    """What is found, and with how many requests."""
    client = Client(allow_private=True, pause=0.0, timeout=5.0)
    place = Place(entry, url, THIS_YEAR, ReadHere(), certain=certain)
    kept = kept_in(folder / "kept.jsonl", datetime.now(UTC))
    return drive(search(place), client, kept, most=most), client.count


def written(folder: Path, text: str, entry: CountyEntry, found: Discovery) -> CountyEntry:
    file = folder / "found.yaml"
    file.write_text(file_text(text, entry, found, proposed(entry, found)), encoding="utf-8")
    return load_county(file)


WITHOUT: Mapping[str, set[str]] = {
    "huaiyang": {"淮滨镇", "淮岗镇"},  # one says that it is empty, one says nothing
    "xiaohe": {"上坝乡", "中坝乡", "下坝乡"},  # they publish in one archive
}


@one_in(3)
@pytest.mark.parametrize("name", TEN)
def test_what_is_found_of_ten_counties_reads_every_report(tmp_path: Path, name: str) -> None:
    county, portal = fronted(name)
    text = bare_file(county)
    entry = county_in(text, tmp_path / "x.yaml")
    with running(portal) as site:
        found, asked = discovered(tmp_path, entry, site.url + "/")
        mended = written(tmp_path, text, entry, found)
        engine = open_store(f"sqlite:///{tmp_path}/n.db")
        time.sleep(1.1 if name == "nanhu" else 0)  # its interface counts the calls of a second
        look_once(Recorder(engine, Evidence(tmp_path / "e"), lambda: NOW), mended)
    assert versions(engine) == county.truth
    engine.dispose()
    own = {each.partition("unit: ")[2].rstrip("}") for each in county.columns} - {""}
    assert {column.unit for column in found.columns} - {""} <= own, "a column of a wrong body"
    assert {each.unit for each in found.without} == WITHOUT.get(name, set())
    assert all(each.tried for each in found.without)
    assert found.ended
    assert asked <= 25, asked


@pytest.mark.parametrize("name", ["qingshi", "dongyuan", "xiaohe"])
def test_a_search_that_is_broken_off_goes_on_where_it_was(tmp_path: Path, name: str) -> None:
    county, portal = fronted(name)
    entry = county_in(bare_file(county), tmp_path / "x.yaml")
    with running(portal) as site:
        whole, asked = discovered(tmp_path / "whole", entry, site.url + "/")
        parts, total, runs = Discovery(None, whole.seen, ended=False), 0, 0
        while not parts.ended:
            parts, count = discovered(tmp_path, entry, site.url + "/", most=14)
            assert count <= 14
            total, runs = total + count, runs + 1
            with (tmp_path / "kept.jsonl").open("a", encoding="utf-8") as file:
                file.write('{"key": "GET http')  # it was killed while it wrote
    assert runs > 1
    assert total <= asked + 2 * runs  # robots.txt is asked for by each run
    assert parts.columns == whole.columns
    assert parts.without == whole.without


# ---- invented portals with traps

LIU, SHI, XIAO = "柳树镇", "石门镇", "小河乡"
TOWNS = (LIU, SHI, XIAO)


def report(town: str, year: int, county: str = "平安县") -> Reply:
    draft = draft_of(county, town, year, year + len(town))
    return Reply(write_html(print_draft(draft), published=f"{year + 1}-01-15"))


Titled = tuple[str, str]  # a title, and where it leads


def listing(entries: Sequence[Titled], head: str = "", title: str = "政府信息公开年报") -> Reply:
    rows = "".join(
        f"<li><a href='{href}'>{words}</a><span>2024-01-1{n % 9}</span></li>"
        for n, (words, href) in enumerate(entries)
    )
    return page(
        f"<div class='crumbs'><a href='/'>首页</a> &gt; {head or title}</div><ul class='list'>{rows}</ul>",
        title,
    )


def whole(
    town: str, years: Sequence[int] = (2024, 2023, 2022), *, named: bool = True
) -> list[Titled]:
    name = town if named else ""
    return [(f"{name}{year}年政府信息公开工作年度报告", f"/a/{town}/{year}.html") for year in years]


def portal_of(pages: Mapping[str, Reply]) -> Portal:
    def portal(request: Request) -> Reply | None:
        if request.path in pages:
            return pages[request.path]
        parts = request.path.removesuffix(".html").split("/")
        if len(parts) == 4 and parts[1] == "a":
            return report(parts[2], int(parts[3]))
        return None

    return portal


def entry_of(
    units: Sequence[str] = TOWNS, columns: str = "[]", code: str = "140999"
) -> CountyEntry:
    lines = "".join(f"  - {{name: {unit}, kind: {kind_of(unit)}}}\n" for unit in units)
    text = f'county: 平安县\ncode: "{code}"\nhost:\ncolumns: {columns}\nunits:\n{lines}'
    return county_in(text, Path("平安县.yaml"))


def kind_of(unit: str) -> str:
    return "town" if unit.endswith(("镇", "乡")) else "department"


def found_on(
    folder: Path, pages: Mapping[str, Reply], entry: CountyEntry | None = None, start: str = "/"
) -> Discovery:
    with running(asked_in_chinese(portal_of(pages))) as site:
        found, _ = discovered(folder, entry or entry_of(), site.url + start)
    return found


def asked_in_chinese(portal: Portal) -> Portal:
    def answer(request: Request) -> Reply | None:
        return portal(replace(request, path=unquote(request.path)))

    return answer


def owners(found: Discovery) -> dict[str, str]:
    """Each column's path, with whose it is."""
    return {
        column.url.partition("/")[2].partition("/")[2].partition("/")[2]: column.unit
        for column in found.columns
    }


FRONT = front_page("平安县", menu(("政府信息公开", "/xxgk/")))
TABLE = "".join(f"<li><a href='/z/{n}/'>{town}</a></li>" for n, town in enumerate(TOWNS))


def test_a_town_s_own_column_is_its_own_though_its_entries_name_nobody(tmp_path: Path) -> None:
    pages = {"/": FRONT, "/xxgk/": page(f"<ul>{TABLE}</ul>", "乡镇信息公开")}
    for n, town in enumerate(TOWNS):
        pages[f"/z/{n}/"] = page(menu(("年报", f"/z/{n}/nb/")), town)
        pages[f"/z/{n}/nb/"] = listing(whole(town, named=False), f"{town} &gt; 政府信息公开年报")
    found = found_on(tmp_path, pages)
    assert owners(found) == {"z/0/nb/": LIU, "z/1/nb/": SHI, "z/2/nb/": XIAO}
    assert not found.without


def test_a_copied_menu_attributes_nothing(tmp_path: Path) -> None:
    """柳树镇's page links 石门镇's column and the county's, as its template had it."""
    links = menu(("政府信息公开年报", "/z/1/nb/"), ("年报", "/nb/"))
    pages = {
        "/": FRONT,
        "/xxgk/": page(f"<ul>{TABLE}</ul>", "乡镇信息公开"),
        "/z/0/": page(links, LIU),
        "/z/1/nb/": listing(whole(SHI, named=False), f"{SHI} &gt; 政府信息公开年报"),
        "/nb/": listing([*whole(XIAO), *whole(SHI, (2021,))]),
    }
    found = found_on(tmp_path, pages)
    assert owners(found) == {"nb/": ""} | {"z/1/nb/": SHI}
    assert [each.unit for each in found.without] == [LIU]


def test_a_column_whose_text_is_another_s_is_in_doubt(tmp_path: Path) -> None:
    entries = [
        (f"{year}年政府信息公开工作年度报告", f"/a/{SHI}/{year}.html") for year in (2024, 2023)
    ]
    pages = {
        "/": FRONT,
        "/xxgk/": page(f"<ul>{TABLE}</ul>", "乡镇信息公开"),
        "/z/0/": page(menu(("年报", "/z/0/nb/")), LIU),
        "/z/0/nb/": listing(entries, f"{LIU} &gt; 政府信息公开年报"),
    }
    found = found_on(tmp_path, pages)
    assert not found.columns
    assert [each.units for each in found.doubtful] == [(LIU, SHI)]
    assert SHI in found.doubtful[0].why
    assert {each.unit for each in found.without} == set(TOWNS)


def test_another_county_s_column_is_in_doubt(tmp_path: Path) -> None:
    entries = [
        (f"云河县{LIU}{year}年政府信息公开工作年度报告", f"/b/{year}.html") for year in (2024, 2023)
    ]
    pages = {"/": FRONT, "/xxgk/": page(menu(("年报", "/nb/"))), "/nb/": listing(entries)}
    pages |= {f"/b/{year}.html": report(LIU, year, "云河县") for year in (2024, 2023)}
    found = found_on(tmp_path, pages)
    assert LIU not in {name for column in found.columns for name in column.shown}


@pytest.mark.parametrize("body", ["柳树镇中心卫生院", "柳树镇中学", "平安县云河小学"])
def test_a_column_of_a_hospital_or_school_is_nobody_s(tmp_path: Path, body: str) -> None:
    entries = [
        (f"{body}{year}年信息公开工作年度报告", f"/a/{body}/{year}.html") for year in (2024, 2023)
    ]
    pages = {"/": FRONT, "/xxgk/": page(menu(("年报", "/nb/"))), "/nb/": listing(entries)}
    found = found_on(tmp_path, pages)
    assert not [column for column in found.columns if column.shown]


def test_a_site_of_the_same_reports_elsewhere_is_never_followed(tmp_path: Path) -> None:
    link = f"<ul><li><a href='http://pingan.clone.invalid/nb/'>{LIU}政府信息公开年报</a></li></ul>"
    found = found_on(tmp_path, {"/": FRONT, "/xxgk/": page(link)})
    assert not found.columns


def test_no_report_of_an_earlier_year_is_no_proof(tmp_path: Path) -> None:
    pages = {
        "/": FRONT,
        "/xxgk/": page(menu(("年报", "/nb/"), ("乡镇年报", "/x/"))),
        "/nb/": page(
            "<div class='crumbs'>首页 &gt; 政府信息公开年报</div><p>暂无相关信息</p>",
            "政府信息公开年报",
        ),
        "/x/": listing(
            [(f"关于做好{year}年政府信息公开年报工作的通知", f"/t/{year}") for year in (2023, 2024)]
        ),
    }
    found = found_on(tmp_path, pages)
    assert not found.columns
    assert {each.url.rstrip("/")[-2:] for each in found.doubtful} == {"nb", "/x"}


def test_one_list_for_all_and_pages_of_years(tmp_path: Path) -> None:
    years = "".join(f"<li><a href='/nb/{year}/'>{year}年</a></li>" for year in (2024, 2023))
    pages = {
        "/": FRONT,
        "/xxgk/": page(menu(("年报", "/nb/"))),
        "/nb/": page(f"<ul>{years}</ul>", "政府信息公开年报"),
    }
    for year in (2024, 2023):
        names = [(town, f"/a/{town}/{year}.html") for town in TOWNS]
        pages[f"/nb/{year}/"] = listing(
            names, f"{year}年政府信息公开年报", f"{year}年政府信息公开年报"
        )
    found = found_on(tmp_path, pages)
    assert list(owners(found).values()) == [""]
    assert not found.without


def test_forty_bodies_of_which_three_have_no_column(tmp_path: Path) -> None:
    departments = [
        f"{name}局"
        for name in [
            "公安",
            "财政",
            "教育",
            "民政",
            "司法",
            "交通运输",
            "水务",
            "农业农村",
            "商务",
            "审计",
            "统计",
            "林业",
            "医疗保障",
            "应急管理",
            "信访",
            "税务",
        ]
    ]
    bodies = [*TOWNS, *departments]
    silent = {SHI, "水务局", "信访局"}
    pages = {
        "/": FRONT,
        "/xxgk/": page(menu(("乡镇街道", "/xz/"), ("县直部门", "/bm/")), "政府信息公开"),
    }
    for at, some in (("/xz/", TOWNS), ("/bm/", departments)):
        pages[at] = page(
            "".join(f"<li><a href='/s/{body}/'>{body}</a></li>" for body in some), "公开单位"
        )
    for body in bodies:
        own = (("政府信息公开年报", f"/s/{body}/nb/"),) if body not in silent else ()
        pages[f"/s/{body}/"] = page(menu(("机构职能", f"/s/{body}/jg/"), *own), body)
        pages[f"/s/{body}/nb/"] = listing(whole(body), f"{body} &gt; 政府信息公开年报")
    found = found_on(tmp_path, pages, entry_of(bodies))
    assert {column.unit for column in found.columns} == set(bodies) - silent
    assert {each.unit for each in found.without} == silent
    unlisted = found_on(tmp_path / "b", pages)
    assert {column.unit for column in unlisted.columns} - {""} == set(TOWNS) - silent
    assert {body.name for body in unlisted.bodies} == set(departments) - silent


def test_of_two_platforms_both_are_found(tmp_path: Path) -> None:
    pages = {
        "/": front_page(
            "平安县",
            menu(("政府信息公开", "/new/"), ("信息公开（旧版）", "/old/"), ("政务公开", "/old/")),
        ),
        "/new/": page(menu(("年报", "/new/nb/"))),
        "/old/": page(menu(("年度报告", "/old/nb/"))),
        "/new/nb/": listing([entry for town in TOWNS for entry in whole(town, (2024,))]),
        "/old/nb/": listing([entry for town in TOWNS for entry in whole(town, (2023, 2022))]),
    }
    assert owners(found_on(tmp_path, pages)) == {"new/nb/": "", "old/nb/": ""}


def test_reports_among_other_documents_serve_who_has_nothing_else(tmp_path: Path) -> None:
    other = [(f"{LIU}关于第{n}次检查情况的公示", f"/g/{n}.html") for n in range(9)]
    pages = {
        "/": FRONT,
        "/xxgk/": page(f"<ul>{TABLE}</ul>", "乡镇信息公开"),
        "/z/0/": page(menu(("政府信息公开", "/z/0/gk/")), LIU),
        "/z/0/gk/": listing([*other, *whole(LIU)], f"{LIU} &gt; 信息公开", "信息公开"),
        "/z/1/": page(menu(("年报", "/z/1/nb/")), SHI),
        "/z/1/nb/": listing(whole(SHI), f"{SHI} &gt; 政府信息公开年报"),
    }
    found = found_on(tmp_path, pages)
    assert owners(found) == {"z/1/nb/": SHI, "z/0/gk/": ""}
    assert [each.unit for each in found.without] == [XIAO]


def test_what_an_article_s_crumbs_name_is_found(tmp_path: Path) -> None:
    """No menu leads to the column: the search of the site knows a report, and its page the column."""
    form = "<form action='/s' method='get'><input type='text' name='q'></form>"
    crumb = "<div class='crumbs'><a href='/'>首页</a> &gt; <a href='/z/0/nb/'>政府信息公开年报</a></div>"
    article = report(LIU, 2024).body.replace(b"<body>", f"<body>{crumb}".encode())
    pages = {
        "/": front_page("平安县", form),
        "/s": page(
            f"<ul><li><a href='/r/1.html'>{LIU}2024年政府信息公开工作年度报告</a><span>2025-01-12</span></li></ul>",
            "搜索",
        ),
        "/r/1.html": Reply(article),
        "/z/0/nb/": listing(whole(LIU), f"{LIU} &gt; 政府信息公开年报"),
    }
    assert owners(found_on(tmp_path, pages)) == {"z/0/nb/": LIU}


def test_a_code_that_a_template_left_hides_no_column(tmp_path: Path) -> None:
    """The reports' own text says whose they are; where none can be read, the code is a doubt."""
    foreign = b"<head><meta name='SiteIDCode' content='3203000040'>"
    own, other = (
        listing(whole(LIU)),
        listing([(f"{SHI}{y}年政府信息公开工作年度报告", f"/gone/{y}") for y in (2024, 2023)]),
    )
    pages = {
        "/": front_page("平安县", menu(("年报", "/nb/"), ("乡镇年报", "/x/")), "140999"),
        "/nb/": Reply(own.body.replace(b"<head>", foreign)),
        "/x/": Reply(other.body.replace(b"<head>", foreign)),
    }
    found = found_on(tmp_path, pages)
    assert owners(found) == {"nb/": LIU}
    assert ["320300" in each.why for each in found.doubtful] == [True]


# ---- a second search


def test_a_second_search_shows_what_moved(tmp_path: Path) -> None:
    pages = {"/": FRONT, "/xxgk/": page(menu(("年报", "/nb/"))), "/nb/": listing(whole(LIU))}
    portal = dict(pages)
    with running(asked_in_chinese(lambda request: portal_of(portal)(request))) as site:
        text = f'county: 平安县\ncode: "140999"\nhost:\ncolumns:\n  # by hand\n  - url: {site.url}/nb/\n    unit: {LIU}\ndeadline: "01-31"\nunits:\n  - {{name: {LIU}}}\n'
        text = text.replace("", "")
        entry = county_in(text, tmp_path / "x.yaml")
        found, _ = discovered(tmp_path, entry, site.url + "/")
        same = proposed(entry, found)
        assert (same.new, same.moved, same.changes) == ((), (), False)
        host = site.url.partition("://")[2]
        assert file_text(text, entry, found, same) == text.replace("host:", f"host: {host}")
        del portal["/nb/"]
        portal["/xxgk/"], portal["/zwgk/nb/"] = (
            page(menu(("年报", "/zwgk/nb/"))),
            listing(whole(LIU)),
        )
        (tmp_path / "kept.jsonl").unlink()
        found, _ = discovered(tmp_path, entry, site.url + "/")
        wanted = proposed(entry, found)
        assert [(each.url, each.to) for each in wanted.moved] == [
            (f"{site.url}/nb/", f"{site.url}/zwgk/nb/")
        ]
        mended = county_in(file_text(text, entry, found, wanted), tmp_path / "x.yaml")
        assert [(column.url, column.unit) for column in mended.columns] == [
            (f"{site.url}/zwgk/nb/", LIU)
        ]
        portal.clear()
        portal["/"] = FRONT
        (tmp_path / "kept.jsonl").unlink()
        found, _ = discovered(tmp_path, entry, site.url + "/")
        lost = proposed(entry, found)
        assert [each.to for each in lost.moved] == [""]
        assert f"{site.url}/nb/" in file_text(text, entry, found, lost)  # nothing better is known
