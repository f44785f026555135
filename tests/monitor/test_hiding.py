"""Of a page what leads where its reader may not go is not there; everything else stays as it is."""

from __future__ import annotations

from nianbao.monitor.web.hiding import without

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
