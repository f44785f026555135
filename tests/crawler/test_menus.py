"""Menus and trees: what words promise, and what is read of pages and scripts."""

from __future__ import annotations

import time

import pytest

from nianbao.crawler.answers import Answer
from nianbao.crawler.discovering.menus import KINDS, Link, links_on, menus, names_in, promise
from nianbao.storage.registry import UnitEntry

UNITS = (
    UnitEntry("砂河镇", aliases=("砂河镇人民政府",)),
    UnitEntry("城关街道", kind="subdistrict"),
    UnitEntry("财政局", kind="department"),
)
NAMES = names_in("繁峙县", UNITS)
SAYS = [(kind, words) for kind in KINDS for words in menus().says[kind]]
SAYS_NOT = [(kind, words) for kind in KINDS for words in menus().says_not[kind]]


@pytest.mark.parametrize(("kind", "words"), SAYS)
def test_words_promise_what_the_catalogue_says(kind: str, words: str) -> None:
    assert promise(words, NAMES).kind == kind
    assert promise(f" 繁峙县{words} >> ", NAMES).kind == kind


@pytest.mark.parametrize(("kind", "words"), SAYS_NOT)
def test_words_that_look_like_it_promise_nothing_of_the_kind(kind: str, words: str) -> None:
    assert promise(words, NAMES).kind != kind


@pytest.mark.parametrize(
    ("words", "kind", "unit"),
    [
        ("砂河镇", "unit", "砂河镇"),
        ("繁峙县砂河镇人民政府", "unit", "砂河镇"),
        ("砂河镇政府信息公开", "unit", "砂河镇"),
        ("砂河镇政府信息公开年报", "reports", "砂河镇"),
        ("城关街道办事处", "unit", "城关街道"),
        ("县财政局", "unit", "财政局"),
        ("县教育局", "body", "教育局"),
        ("砂河镇中心卫生院", None, "砂河镇"),
        ("砂河镇召开人大会议", None, "砂河镇"),
        ("砂河镇2023年政府信息公开工作年度报告", None, "砂河镇"),
    ],
)
def test_a_unit_s_name_leads_to_that_unit(words: str, kind: str | None, unit: str) -> None:
    assert promise(words.removeprefix("县"), NAMES) == (kind, unit)


def links(body: str, url: str = "http://x.gov.cn/a/") -> list[Link]:
    return links_on(Answer(url, 200, {}, f"<html><body>{body}</body></html>".encode()), NAMES)


YEARLY = "政府信息公开年报"
SHAPES = {
    "a menu": "<ul><li><a href='/nb/'>政府信息公开年报</a></li></ul>",
    "a box and its more": "<div><h3>政府信息公开年报</h3><a href='/nb/'>更多&gt;&gt;</a></div>",
    "a picture": "<a href='/nb/'><img src='1.png' alt='政府信息公开年报'></a>",
    "a map of areas": "<map><area href='/nb/' title='政府信息公开年报'></map>",
    "a select": "<select><option value='/nb/'>政府信息公开年报</option></select>",
    "a script opens it": "<li onclick=\"window.open('/nb/')\">政府信息公开年报</li>",
    "a link of script": "<a href=\"javascript:go('/nb/')\">政府信息公开年报</a>",
    "ztree": '<script>var n=[{id:2,pId:1,name:"政府信息公开年报",url:"/nb/"}]</script>',
    "escaped json": '<script>var n=[{"name":"\\u653f\\u5e9c\\u4fe1\\u606f\\u516c\\u5f00\\u5e74\\u62a5","url":"\\/nb\\/"}]</script>',
    "the address first": "<script>var n=[{url:'/nb/', title:'政府信息公开年报'}]</script>",
    "dtree": "<script>d.add(2, 1, '政府信息公开年报', '/nb/');</script>",
    "written": "<script>document.write('<a href=\"/nb/\">政府信息公开年报</a>')</script>",
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_of_menu_is_read(name: str) -> None:
    assert Link(YEARLY, "http://x.gov.cn/nb/", "reports") in links(SHAPES[name])


OVER = {
    "a list in a list": "<ul><li><a href='/s/'>砂河镇</a><ul><li><a href='/nb/'>年报</a></li></ul></li></ul>",
    "a row": "<table><tr><td>砂河镇</td><td><a href='/nb/'>年报</a></td></tr></table>",
    "a term": "<dl><dt>砂河镇</dt><dd><a href='/nb/'>年报</a></dd></dl>",
    "a text": "<div>砂河镇<div><a href='/nb/'>年报</a></div></div>",
    "children": "<script>t=[{name:'砂河镇',children:[{name:'年报',url:'/nb/'}]}]</script>",
    "parents": "<script>t=[{id:1,pId:0,name:'砂河镇'},{id:7,pId:1,name:'年报',url:'/nb/'}]</script>",
}


@pytest.mark.parametrize("name", OVER)
def test_the_unit_that_stands_over_a_link_is_known(name: str) -> None:
    assert Link("年报", "http://x.gov.cn/nb/", "reports", "砂河镇") in links(OVER[name])


def test_a_platform_s_tree_tells_numbers_alone() -> None:
    tree = (
        "[{'id': 700, 'name': '机构职能'}, {'id': 721, 'name': '政府信息公开年报', 'jump_url': ''}]"
    )
    found = links(
        f"<script>window._CONFIG = {{TREE: {tree}}}</script>", "http://x.gov.cn/nl/gkmlpt/index"
    )
    assert found == [Link(YEARLY, "http://x.gov.cn/nl/gkmlpt/index#721", "reports")]


def test_a_tree_that_is_asked_for_apart_is_named() -> None:
    asked = "<iframe src='/tree.jsp?area=11'></iframe><script>$.getJSON('/data/menu.json')</script>"
    found = {(link.kind, link.url) for link in links(asked)}
    assert ("tree", "http://x.gov.cn/data/menu.json") in found
    assert ("tree", "http://x.gov.cn/tree.jsp?area=11") in found
    scripts = (
        "<script src='/js/jquery.ztree.min.js'></script><script>$.get('/login/menu.do')</script>"
    )
    assert links(scripts) == []


def test_what_is_no_page_is_read_as_a_tree() -> None:
    body = 'cb([{"name":"砂河镇","children":[{"name":"年报","href":"/nb/"}]}])'.encode()
    answer = Answer("http://x.gov.cn/menu.json", 200, {}, body)
    assert links_on(answer, NAMES) == [Link("年报", "http://x.gov.cn/nb/", "reports", "砂河镇")]


LONG = {
    "text": "平安县新闻" * 300_000,
    "open scripts": "<script " * 40_000,
    "open quotes": "<script>" + "name: '" * 40_000,
    "braces": "<script>" + "{name:'a',children:[" * 30_000 + "</script>",
    "anchors": "<script>" + "<a href=x" * 40_000 + "</script>",
    "calls": "<script>" + "d.add(1,2," * 40_000 + "</script>",
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_page_takes_no_longer_than_its_length(name: str) -> None:
    begun = time.process_time()
    links(LONG[name])
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "body", ["", "<", "{" * 9000, "<a href='http://[x'>年报</a>", "<a>年报</a>", "\x00"]
)
def test_no_page_raises(body: str) -> None:
    assert links(body) == []
