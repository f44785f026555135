"""Columns whose lists a county's file points at."""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.selected import entries_by, next_by
from nianbao.storage.registry import ConfigError, load_county

NAV = "<ul class=menu><li><a href='/'>首页</a></li><li><a href='/nb/old.html'>2019年政府信息公开工作年度报告</a></li></ul>"
LIST = """<div class="box"><ul class="gl">
<li><a href="/a/1.html">柳树镇2026年政府信息公开工作年…</a><span>2027-01-14</span>
<li><a href="/a/2.html" title="石门镇2026年政府信息公开工作年度报告">石门镇2026年政府信息…</a><span>2027-02-30 2027-01-15</span>
<li><a href="javascript:;">展开</a><a href="/a/3.html">小河乡2026年政府信息公开工作年度报告</a>
</ul><a class="next" href="javascript:go(2)">下一页</a><a class="next" href="list_2.html">下一页</a></div>"""
TABLE = """<table id=t><tr><th>单位</th><th>年报</th></tr>
<tr><td>柳树镇2026年年度报告</td><td>2027-01-14</td><td><a href='v?id=1'>查看</a></td></tr>
<tr><td><a href='v?id=2'>石门镇2026年年度报告</a></td><td><a href='v?id=3'>小河乡2026年年度报告</a></td></tr></table>"""


def page(body: str, url: str = "http://a.cn/nb/list.html") -> Answer:
    return Answer(url, 200, {}, f"<html><meta charset=utf-8><body>{NAV}{body}".encode())


@pytest.mark.parametrize(
    ("body", "selectors", "entries"),
    [
        (LIST, {"list": "ul.gl"}, [("/a/1.html", "2027-01-14"), ("/a/2.html", "2027-01-15"), ("/a/3.html", "None")]),
        (LIST, {"list": "ul.gl", "item": "li:has(span)"}, [("/a/1.html", "2027-01-14"), ("/a/2.html", "2027-01-15")]),
        (LIST, {"item": ".gl a[title]"}, [("/a/2.html", "None")]),
        (LIST, {"list": ".box"}, [("/a/1.html", "2027-01-14"), ("/a/2.html", "2027-01-15"), ("/a/3.html", "None")]),
        (LIST, {"list": ".absent"}, []),
        (TABLE, {"list": "#t"}, [("/nb/v?id=1", "2027-01-14"), ("/nb/v?id=2", "None"), ("/nb/v?id=3", "None")]),
        ("<div id=d><p><a href=1>甲镇年度报告</a></p><a href=1>甲镇年度报告</a></div>", {"list": "#d"}, [("/nb/1", "None")]),
        ("<div id=d><a href='http://[链接]'>甲镇年度报告</a></div>", {"list": "#d"}, [("http://[链接]", "None")]),
    ],
)  # fmt: skip
def test_entries_are_those_that_are_pointed_at(
    body: str, selectors: dict[str, str], entries: list[tuple[str, str]]
) -> None:
    found = entries_by(page(body), **selectors)
    assert [(item.url.removeprefix("http://a.cn"), str(item.date)) for item in found] == entries


def test_titles_are_whole() -> None:
    titles = [item.title for item in entries_by(page(LIST), list="ul.gl")]
    assert titles[1:] == [
        "石门镇2026年政府信息公开工作年度报告",
        "小河乡2026年政府信息公开工作年度报告",
    ]
    assert entries_by(page(TABLE), list="#t")[0].title == "柳树镇2026年年度报告"


@pytest.mark.parametrize(
    ("paging", "url"),
    [
        ("a.next", "http://a.cn/nb/list_2.html"),
        (".box", "http://a.cn/a/1.html"),
        ("a.none", ""),
        ("a[href^=javascript]", ""),
    ],
)
def test_the_next_page_is_the_one_that_is_pointed_at(paging: str, url: str) -> None:
    assert next_by(page(LIST), paging=paging) == url


def test_the_last_page_leads_to_itself() -> None:
    assert next_by(page(LIST, "http://a.cn/nb/list_2.html"), paging="a.next") == ""


COUNTY = 'county: 平安县\ncode: "140999"\ncolumns:\n  - {{url: "{url}", {rest}}}\n'


@pytest.mark.parametrize(
    ("url", "rest", "said"),
    [
        ("http://a.cn/nb/", "list: 'ul.gl', item: 'li:has(a)', paging: 'a.next'", ""),
        ("http://a.cn/年报/", "item: 'tr:nth-child(n+2)'", ""),
        ("http://a.cn/nb/", "list: 'ul..gl'", "list 应为 CSS 选择器"),
        ("http://a.cn/nb/", "item: 'li::text'", "item must be a CSS selector"),
        ("http://a.cn/nb/", "paging: '//a[1]'", "paging 应为 CSS 选择器"),
        ("http://a.cn/nb/", "paging: {kind: template}", "paging must be a text"),
        ("http://a.cn/nb/", "items: 'li'", "是否指 item"),
        ("www.a.cn/nb/", "item: li", "url of a column is a whole address"),
    ],
)
def test_selectors_are_looked_at_when_the_file_is_read(
    tmp_path: Path, url: str, rest: str, said: str
) -> None:
    file = tmp_path / "平安县.yaml"
    file.write_text(COUNTY.format(url=url, rest=rest), encoding="utf-8")
    if not said:
        assert load_county(file).columns[0].url == url
        return
    with pytest.raises(ConfigError) as told:
        load_county(file)
    assert said in str(told.value)
    assert ":4: " in str(told.value)
