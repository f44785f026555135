"""Of a page what leads where its reader may not go is not there; everything else stays as it is."""

from __future__ import annotations

import re

from nianbao.monitor.web.hiding import without
from nianbao.monitor.web.signing import hidden_from
from nianbao.monitor.web.visitor import Visitor
from nianbao.storage.scope import of_unit

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


def test_a_page_that_may_not_be_seen_leads_to_the_first_in_the_other_language() -> None:
    page = '<a class="language" href="/x/setup?lang=en">English</a> <a class="away" href="/x/setup">设置</a>'
    told = '<a class="language" href="/x/?lang=en">English</a> '
    assert without(page, "/x", {"setup"}) == told


def test_a_unit_is_led_to_no_page_of_its_county_but_the_box() -> None:
    hidden = hidden_from(Visitor("镇", "unit", of_unit("140999101", "140999")))
    box = (
        '<a href="/x/c/140999/drafts?year=2026">交稿箱</a> <a href="/x/c/140999/drafts.csv">CSV</a>'
    )
    page = (
        f'<a href="/x/c/140999/2026">平安县</a> <a href="/x/c/140999/2026/faults#a">进展</a> {box}'
    )
    assert without(page, "/x", hidden) == f"<span>平安县</span> <span>进展</span> {box}"
    assert not [each for each in hidden if re.match(f'(?:{each})(?=[/?#"])', 'u/140999101"')]
    assert re.match(f'(?:{"|".join(hidden)})(?=[/?#"])', 'operations"')


def test_who_may_everything_sees_everything() -> None:
    assert without(PAGE, "/x", ()) is PAGE
