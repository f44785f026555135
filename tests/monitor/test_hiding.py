"""Of a page what leads where its reader may not go is not there; everything else stays as it is."""

from __future__ import annotations

from nianbao.monitor.web.hiding import without
from nianbao.monitor.web.signing import hidden_from
from nianbao.monitor.web.visitor import Visitor
from nianbao.storage.scope import of_county, of_unit

PAGE = """<nav><a href="/x/c/140999/2026">平安县</a><a href="/x/u/1">柳树镇</a></nav>
<form class="do" method="post" action="/x/do/letter"><button aria-describedby="told">催办</button></form> <small class="note" id="told">写下</small>
<form method="get" action="/x/check"><small id="told2">留</small></form>
<a class="act" href="/x/setup/140999#columns">查找栏目</a> <a href="/x/seen/1">看</a> <a href="https://a.gov.cn/c/1">外</a> <a href="/x/check/c/do/">核对</a>
<footer class="doors"><a href="/x/setup">县与栏目</a> <a href="/x/operations?a=1">运行</a></footer>"""


def test_what_leads_elsewhere_goes_and_its_words_stay() -> None:
    told = without(PAGE, "/x", {"c", "do", "setup"})
    assert (
        told
        == """<nav><span>平安县</span><a href="/x/u/1">柳树镇</a></nav>
 \n<form method="get" action="/x/check"><small id="told2">留</small></form>
 <a href="/x/seen/1">看</a> <a href="https://a.gov.cn/c/1">外</a> <a href="/x/check/c/do/">核对</a>
<footer class="doors"> <a href="/x/operations?a=1">运行</a></footer>"""
    )


def test_who_may_everything_sees_everything() -> None:
    assert without(PAGE, "/x", ()) is PAGE


def test_of_a_county_a_unit_sees_its_drafts_alone() -> None:
    unit = Visitor("镇", "unit", of_unit("140999101", "140999"))
    viewer = Visitor("县", "viewer", of_county("140999"))
    assert "c/" in hidden_from(unit)
    assert not {"c", "c/"} & hidden_from(viewer)
    page = """<a href="/x/c/140999/2026">县</a><a class="act" href="/x/c/140999/2026/faults?q=1">进展</a>
<a href="/x/c/140999/drafts?year=2026">交稿</a><a href="/x/c/140999/drafts.json">JSON</a><a href="/x/check">核对</a>"""
    assert (
        without(page, "/x", {"c/"})
        == """<span>县</span>
<a href="/x/c/140999/drafts?year=2026">交稿</a><a href="/x/c/140999/drafts.json">JSON</a><a href="/x/check">核对</a>"""
    )
