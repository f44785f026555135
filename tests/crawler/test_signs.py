"""Every sign that a list goes on, and what only looks like one: a row each."""

from __future__ import annotations

import pytest

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.entries import list_page
from nianbao.crawler.listing.listed import Item, Source
from nianbao.crawler.listing.signs import Signs, signs_on
from nianbao.crawler.listing.whole import Gathered, judged
from nianbao.crawler.presets import presets

URL = "http://www.qingxi.gov.cn/nb/index.html"
LIST = "<ul>{}</ul>".format(
    "".join(
        f"<li><a href='a{n}.html'>石门镇20{n}年政府信息公开工作年度报告</a><span>20{n + 1}-01-20</span></li>"
        for n in (25, 24, 23)
    )
)
NEWS = (
    "<div class='box'><h3>要闻</h3><ul><li><a href='/xw/1.html'>全县冬春水利建设现场会召开</a></li>"
    "<li><a href='/xw/2.html'>县领导走访慰问困难群众</a></li></ul>{}</div>"
)

# What stands around the list (● is the list), and the pages that it leads to.
FOLLOWED = {
    "words": ("● <a href='index_1.html'>下一页</a>", "index_1.html"),
    "next": ("● <a href='?p=2'>Next</a>", "index.html?p=2"),
    "last": ("● <a href='index_4.html'>尾页</a>", "index_4.html"),
    "last by another word": ("● <a href='index_4.html'>末页</a>", "index_4.html"),
    "greater than": ("● <a href='index_1.html'>&gt;</a>", "index_1.html"),
    "two greater than": ("● <a href='index_1.html'>&gt;&gt;</a>", "index_1.html"),
    "words and sign": ("● <a href='index_1.html'>下一页&gt;</a>", "index_1.html"),
    "guillemet": ("● <a href='index_1.html'>»</a>", "index_1.html"),
    "single guillemet": ("● <a href='index_1.html'>›</a>", "index_1.html"),
    "picture": ("● <a href='index_1.html'><img src='n.gif' alt='下一页'></a>", "index_1.html"),
    "title": ("● <a href='index_1.html' title='下一页'><i></i></a>", "index_1.html"),
    "label for readers": ("● <a href='index_1.html' aria-label='下一页'></a>", "index_1.html"),
    "icon": ("● <a href='p2.html'><i class='fa fa-angle-right'></i></a>", "p2.html"),
    "words apart": ("● <a href='index_1.html'>下 一 页</a>", "index_1.html"),
    "words in brackets": ("● <a href='index_1.html'>【下一页】</a>", "index_1.html"),
    "triangle": ("● <a href='index_1.html'>▶</a>", "index_1.html"),
    "number in words": ("● <a href='index_1.html'>第二页</a>", "index_1.html"),
    "picture by its name": ("● <a href='p2.html'><img src='/img/next.gif'></a>", "p2.html"),
    "click": ("● <a href='#' onclick=\"location.href='p2.html'\">下一页</a>", "p2.html"),
    "button": ("● <button onclick=\"location='p2.html'\">下一页</button>", "p2.html"),
    "the page's head": ("<link rel='next' href='p2.html'>●", "p2.html"),
    "class": ("● <a class='page-next' href='p2.html'></a>", "p2.html"),
    "number in the query": ("● <b>1</b> <a href='?page=2'>2</a>", "index.html?page=2"),
    "number in the name": ("● <b>1</b> <a href='index_1.html'>2</a>", "index_1.html"),
    "number in brackets": ("● <a href='index_1.html'>[2]</a>", "index_1.html"),
    "select": (
        "● <select><option value='index.html'>1</option><option value='index_1.html'>2</option></select>",
        "index_1.html",
    ),
    "select above": (
        "<select><option value='/nb/index.html'>第1页</option><option value='/nb/index_1.html'>第2页</option></select> ●",
        "index_1.html",
    ),
    "script counted from 0": (
        "● <script>createPageHTML(3, 0, 'index', 'html')</script>",
        "index_1.html index_2.html",
    ),
    "script counted from 1": (
        "● <script>createPageHTML('page_div', 3, 1, 'index', 'html', 7)</script>",
        "index_2.html index_3.html",
    ),
    "script counted from 0 with a name": (
        "● <script>createPageHTML('pg', 3, 0, 'index', 'html')</script>",
        "index_1.html index_2.html",
    ),
    "links written in a loop": (
        '● <script>for(var k=1;k<3;k++){document.write("<a href=\'index_"+k+".html\'>"+(k+1)+"</a>")}</script>',
        "index_1.html index_2.html",
    ),
    "addresses in JSON": (
        """● <div data-options='{"urls": ["index.html", "index_1.html"]}'></div>""",
        "index_1.html",
    ),
    "script defined before": (
        "<script>function createPageHTML(n, m, a, b){}</script>● <script>createPageHTML(2, 0, 'index', 'html')</script>",
        "index_1.html",
    ),
    "pages written by a script": (
        "● <script>var countPage = 2; var currentPage = 0; var nextPage = currentPage+1;"
        'document.write("<a href=\'index_"+nextPage+".html\'>下一页</a>");</script>',
        "index_1.html",
    ),
    "pages of laypage": (
        "● <script>laypage.render({count: 7, limit: 3, jump: function(obj){ location.href='?pageNo='+obj.curr; }})</script>",
        "index.html?pageNo=2 index.html?pageNo=3",
    ),
}
# Signs that can't be followed.
OPEN = {
    "javascript": "● 第1页/共2页 <a href='javascript:goPage(2)'>下一页</a>",
    "javascript alone": "● <a href='javascript:goPage(2)'>下一页</a>",
    "onclick": "● <a onclick='go(2)' href='javascript:;'>下一页</a>",
    "number by script": "● <a href='javascript:next(2)'>2</a>",
    "more to load": "● <div class='more' data-url='/more?page=2'>加载更多</div>",
    "more to load by a button": "● <button>点击加载更多</button>",
    "show more": "● <a href='javascript:;'>查看更多</a>",
    "pages told": "● <p>共 3 页</p>",
    "pages told with a number": "● <p>第 1 页 / 共 3 页</p>",
    "pages told shortly": "● <p>1/3</p>",
    "select of numbers": "● <select onchange='go(this.value)'><option value='1'>1</option><option value='2'>2</option></select>",
    "script without an address": "● <script>$('#p').pagination(30, {items_per_page: 3})</script>",
    "laypage without an address": "● <script>laypage.render({elem: 'p', count: 40, limit: 20})</script>",
    "pages in a script": "● <script>var totalPages = 4;</script>",
    "more beside the heading by a script": "<h3>政府信息公开年报 <a href='javascript:m()'>更多</a></h3> ●",
    "a button of a form that the page does not explain": "● <form><button onclick='n()'>下一页</button></form>",
    "a script called with more pages than are told": "● 第1页/共1页 <a href='javascript:go(2)'>下一页</a>",
    "a page kept in an attribute": "● 第1页/共1页 <a href='javascript:;' data-page='2'>下一页</a>",
    "attributes": "● <div class='pager' data-total='7' data-size='3'></div>",
    "pages in an attribute": "● <div id='x' data-total-pages='3'></div>",
    "a place for a pager": "● <div class='pager'></div><script src='/js/pager.js'></script>",
    "an empty list of pages": "● <ul class='pagination'></ul><script src='/js/p.js'></script>",
    "a script that scrolls": "● <script src='/js/infinite-scroll.js'></script>",
    "a page a time the end is near": "● <script>window.onscroll = function(){ if(atEnd()) load(++page) }</script>",
    "scrolled and asked for": "● <script>addEventListener('scroll', function(){ if(near()) fetch('/a?x=' + n) })</script>",
    "an entry in escapes": "<script>document.write(unescape('%3Cli%3E%3Ca href=%22b.html%22%3E%u5E74%u62A5%3C/a%3E%3C/li%3E'))</script> ●",
    "seen at its end": "● <script>new IntersectionObserver(function(){ $.get('b.html', put); }).observe(end)</script>",
    "a script that asks for pages": "● <script>$.get('/nb.json?page=' + n, add)</script>",
    "the newest alone": "● <p>仅显示最新20条</p>",
    "a pager behind a box": "● " + NEWS.format("") + "<p><a href='javascript:go(2)'>下一页</a></p>",
}
# Lists that are parts of the column, and whether they surely are.
PARTS = {
    "more beside the heading": (
        "<h3>政府信息公开年报 <a href='/nb/list.html'>更多&gt;&gt;</a></h3> ●",
        ("list.html", True),
    ),
    "a tab": (
        "<p><a href='index.html'>县直部门</a> <a href='xz/'>乡镇街道</a></p> ●",
        ("xz/", True),
    ),
    "a tab in a list": ("<ul><li>部门</li><li><a href='xz/'>各乡镇</a></li></ul> ●", ("xz/", True)),
    "an option": (
        "<select><option value='bm.html'>县直部门</option></select> ●",
        ("bm.html", True),
    ),
    "a new place in other words": (
        "<div>2026年起年报请到 <a href='/nb/new/'>新专栏</a> 查看</div> ●",
        ("new/", True),
    ),
}
# What says that the list is not all, whatever it counts.
ELSEWHERE = {
    "moved": "<p>本栏目内容已迁移至政府信息公开平台</p> ● <p>共3条</p>",
    "no longer kept": "<p>自2027年起此处不再更新</p> ● <p>共3条</p>",
    "merged": "<p>年报已并入信息公开专栏</p> ●",
    "a tab of a year": "<ul class='tabs'><li>2026年</li><li class='on'>2025年</li></ul> ●",
    "a tab of a year by a script": "<p><a href='javascript:y(2026)'>2026</a> <a class='cur' href='#'>2025</a></p> ●",
    "a tab of a year, none marked": "<div class='tab'><span>2026年度</span><span>2025年度</span></div> ●",
    "a select of years": "<select><option>2026</option><option selected>2025</option></select> ●",
    "a tab of towns": "<ul class='tabs'><li class='on'>县直部门</li><li>乡镇街道</li></ul> ●",
    "a tab of towns by a script": "<p><a class='on' href='#'>部门</a><a href='#'>乡镇</a></p> ●",
    "a select of kinds": "<select><option selected>县直部门</option><option>乡镇街道</option></select> ●",
}
# What only looks like a sign.
NOTHING = {
    "a counter in escapes": "● <script>document.write(unescape('%3Cspan id=c%3E%3C/span%3E%3Cscript src=%22//s.example/z.js%22%3E%3C/script%3E'))</script>",
    "a way to the top": "● <script>$(window).scroll(function(){ if($(this).scrollTop() > 100) $('.top').fadeIn() });$(window).load(f)</script>",
    "nothing": "●",
    "a comment": "● <!-- <a href='index_1.html'>下一页</a> -->",
    "a comment in a script": "● <script>// createPageHTML(3, 0, 'index', 'html')\n/* var countPage = 3; */</script>",
    "a definition": "● <script>function createPageHTML(count, now, name, end) { return count; }</script>",
    "the only page": "● <script>createPageHTML(1, 0, 'index', 'html')</script>",
    "the only page told": "● 第1页/共1页 <a href='javascript:go(1)'>下一页</a>",
    "the only page told shortly": "● <p>共3条 1/1</p>",
    "another list's pager": NEWS.format("<a href='/xw/index_2.html'>下一页</a>") + " ●",
    "another list's pager behind": "● " + NEWS.format("<a href='/xw/index_2.html'>下一页</a>"),
    "another list's pager of numbers": "● " + NEWS.format("<a href='/xw/?page=2'>2</a>"),
    "another box's more": "● <div class='box'><h3>要闻 <a href='/xw/'>更多</a></h3>"
    "<ul><li><a href='/xw/1.html'>全县冬春水利建设现场会召开</a></li>"
    "<li><a href='/xw/2.html'>县领导走访慰问困难群众</a></li></ul></div>",
    "a carousel": "<div class='swiper'><a class='next' href='javascript:;'></a></div> ●",
    "the trail of crumbs": "<p><a href='/'>首页</a> &gt; <a href='/xxgk/'>公开</a> &gt; 年报</p> ●",
    "a date in the foot": "● <p>2027/01/20 更新</p>",
    "an address in the foot": "● <p>电话 0356-1234567 邮编 048000</p>",
    "a link that is off": "● <a class='disabled' href='javascript:;'>下一页</a>",
    "a page without a link": "● <span class='next'>下一页</span>",
    "the page itself": "● <a href='index.html'>1</a>",
    "a count of something else": "● <script>var count = 12;</script>",
    "the site's own numbers": "● <div class='footer'>主办：县政府办 网站累计发布信息共15230条</div>",
    "the site's numbers beside": "● <p>网站累计发布信息共15230条</p>",
    "a script that counts visits": "● <script>$.get('/hits/count?page=' + location)</script>",
    "a frame of a counter": "● <iframe src='/count.html'></iframe>",
    "a wrapper called page": "<div class='page'>●</div><script src='/js/site.js'></script>",
    "visits": "● <p>访问总数：15230</p>",
    "more that leads here": "<h3>政府信息公开年报 <a href='/nb/index.html'>更多</a></h3> ●",
    "a select of all years": "<select><option>全部</option><option>2026</option><option>2025</option></select> ●",
    "tabs of years, the newest shown": "<ul class='tabs'><li class='on'>2026年</li><li>2025年</li></ul> ●",
    "headings of kinds": "<h3>县直部门</h3> ● <h3>乡镇街道</h3>",
    "a place for a pager that is explained": "● <div class='pager'></div><script>createPageHTML(1, 0, 'index', 'html')</script><script src='/js/pager.js'></script>",
    "a place for a pager without a script": "● <div class='pager'></div>",
    "a notice about other things": "<p>如需纸质版，请到县档案馆查阅。</p> ●",
    "hidden words": "<style>.x{display:none}</style> ● <p class='x'>共30条</p>",
    "a search form": "● <form><input name='page' type='hidden' value='1'><input type='submit' value='搜索'></form>",
}


def signs(around: str) -> Signs:
    crumbs = "<p>当前位置：政府信息公开年报</p>"
    markup = (
        f"<html><body><div class='main'>{crumbs}{around.replace('●', LIST)}</div></body></html>"
    )
    answer = Answer(URL, 200, {"content-type": "text/html; charset=utf-8"}, markup.encode())
    source, preset = Source(URL, names=("石门镇",), year=2026), presets()["static-auto"]
    page = list_page(answer, source, preset)
    assert [item.title[:7] for item in page.likely] == ["石门镇2025", "石门镇2024", "石门镇2023"]
    return signs_on(page, source, preset)


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_sign_leads_to_the_pages(name: str) -> None:
    around, pages = FOLLOWED[name]
    found = signs(around)
    wanted = {f"http://www.qingxi.gov.cn/nb/{page}" for page in pages.split()}
    assert (set(found.links), found.open) == (wanted, ())


@pytest.mark.parametrize("name", OPEN)
def test_a_sign_that_leads_nowhere_leaves_the_list_open(name: str) -> None:
    found = signs(OPEN[name])
    assert (found.links, bool(found.open or found.told) or found.pages > 1) == ((), True)


@pytest.mark.parametrize("name", NOTHING)
def test_what_only_looks_like_a_sign_is_none(name: str) -> None:
    found = signs(NOTHING[name])
    assert (found.links, found.open, found.pages > 1) == ((), (), False)
    assert (found.parts, found.elsewhere, found.asks) == ((), (), ())
    assert found.total in (None, 3)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_the_column_is_told_from_a_page_of_the_list(name: str) -> None:
    around, (address, sure) = PARTS[name]
    found = signs(around)
    assert found.parts == ((f"http://www.qingxi.gov.cn/nb/{address}", sure),)
    assert (found.links, found.open, found.elsewhere) == ((), (), ())


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_list_that_says_that_it_is_not_all_is_not(name: str) -> None:
    assert signs(ELSEWHERE[name]).elsewhere


BOXES = (
    "<div class='main'><div class='bm'><ul>{}</ul></div><section><h3>乡镇年报 {}</h3><ul><li>"
    "<a href='/nb/x.html'>白鹤镇2025年政府信息公开工作年度报告</a></li></ul></section></div>"
)


@pytest.mark.parametrize(
    ("more", "parts", "is_open"),
    [
        ("<a href='/nb/xz/'>更多&gt;&gt;</a>", ["/nb/xz/"], False),
        ("<a href='javascript:more()'>更多</a>", [], True),
        ("<a href='/nb/index.html'>更多</a>", [], False),
        ("", [], False),
    ],
)
def test_more_of_a_box_that_holds_reports_beside_the_list(
    more: str, parts: list[str], is_open: bool
) -> None:
    bureaus = "".join(
        f"<li><a href='/nb/{n}.html'>县{name}局2025年政府信息公开工作年度报告</a></li>"
        for n, name in enumerate(("财政", "水利", "林业", "民政", "教育"))
    )
    page = f"<html><body>{BOXES.format(bureaus, more)}</body></html>"
    answer = Answer(URL, 200, {"content-type": "text/html; charset=utf-8"}, page.encode())
    source, preset = Source(URL, names=("白鹤镇",), year=2026), presets()["static-auto"]
    found = signs_on(list_page(answer, source, preset), source, preset)
    wanted = tuple((f"http://www.qingxi.gov.cn{path}", False) for path in parts)
    assert (found.parts, bool(found.open)) == (wanted, is_open)


TURN = (
    "<script>function go(n){document.f.pageNo.value=n;document.f.submit();}</script>"
    "<form name='f' method='post' action='list.do'><input type='hidden' name='id' value='7'>"
    "<input type='hidden' name='pageNo' value='1'></form>"
)
SENT = "list.do id=7&pageNo=2"
FORMS = {
    "a script that sends it": (f"● {TURN} <a href='javascript:go(2)'>下一页</a>", SENT),
    "a click": (f"● {TURN} <a href='#' onclick='go(2)'>下一页</a>", SENT),
    "a button that sets the number": (
        "● <form method='post' action='list.do'><input type='hidden' name='id' value='7'>"
        "<input type='hidden' name='pageNo' value='1'>"
        "<input type='submit' value='下一页' onclick=\"this.form.pageNo.value='2'\"></form>",
        SENT,
    ),
    "a plain button": (
        "● <form method='post' action='list.do'><input type='hidden' name='id' value='7'>"
        "<input type='hidden' name='pageNo' value='2'><button>下一页</button></form>",
        SENT,
    ),
    "a select": (
        "● <form method='post' action='list.do'><input type='hidden' name='id' value='7'>"
        "<select name='pageNo'><option>1</option><option selected>2</option></select>"
        "<input type='submit' value='下一页'></form>",
        SENT,
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_the_page_explains_is_sent(name: str) -> None:
    around, sent = FORMS[name]
    found = signs(around)
    asked = {f"{ask.url.rpartition('/')[2]} {ask.body}" for ask in found.asks}
    assert (asked, found.links, found.open) == ({sent}, (), ())


def test_a_form_of_a_query_is_a_link() -> None:
    found = signs(
        "● <form><input type='hidden' name='p' value='2'><input type='submit' value='下一页'></form>"
    )
    assert (found.links, found.asks) == (("http://www.qingxi.gov.cn/nb/index.html?p=2",), ())


@pytest.mark.parametrize(
    "script",
    [
        "",
        "function go(n){document.f.submit();}",
        "function go(n){document.f.other.value=n;document.f.submit();}",
        "function go(n){document.f.pageNo.value=n+1;document.f.submit();}",
        "function go(n){document.f.pageNo.value=n;load();}",
    ],
)
def test_a_script_that_the_page_does_not_explain_leaves_the_list_open(script: str) -> None:
    form = "<form name='f' method='post'><input type='hidden' name='pageNo' value='1'></form>"
    found = signs(f"<script>{script}</script>● {form} <a href='javascript:go(2)'>下一页</a>")
    assert found.open
    assert (found.links, found.asks) == ((), ())


@pytest.mark.parametrize(
    ("text", "total"),
    [
        *(("总计四篇", 4), ("共十二条", 12), ("共有二十份", 20), ("合计一百零三条", 103)),
        *(("共 12 条", 12), ("共１２条", 12), ("记录总数：十五", 15)),
    ],
)
def test_totals_in_any_numerals(text: str, total: int) -> None:
    assert signs(f"● <p>{text}</p>").total == total


@pytest.mark.parametrize(
    ("said", "total"),
    [
        ("共3条", 3),
        ("共有 3 条记录", 3),
        ("总共3篇", 3),
        ("总数：3条", 3),
        ("合计 3 项", 3),
        ("共计3条", 3),
        ("第3条第2款", None),
        ("共3页", None),
    ],
)
def test_how_many_entries_a_list_says_there_are(said: str, total: int | None) -> None:
    assert signs(f"● <p>{said}</p>").total == total


def test_years_beside_a_list_lead_to_their_pages() -> None:
    found = signs("<div><a href='n26/'>2026年</a> <b>2025年</b> <a href='n24/'>2024年</a></div> ●")
    assert found.years == (
        ("2026", "http://www.qingxi.gov.cn/nb/n26/"),
        ("2024", "http://www.qingxi.gov.cn/nb/n24/"),
    )


@pytest.mark.parametrize(
    ("sheet", "hidden"),
    [
        ("p{display:none}", True),
        ("a{} /* x */ .x , b { color:red; visibility : hidden }", True),
        ("@charset 'utf-8';p.x{display:none}", True),
        ("div > .x{display:none}", True),
        ("@media print{.x{display:none}} b{}", False),
        (".x:hover{display:none}", False),
        (".x{display:none", False),
        (".x{{display:none}}", False),
        ("/* .x{display:none} ", False),
        ("..x{display:none}", False),
        ("{" * 5000 + "display:none" + "/*@a" * 20000, False),
    ],
)
def test_what_style_sheets_hide(sheet: str, hidden: bool) -> None:
    page = f"<html><head><style>{sheet}</style></head><body><div><p class='x'>共30条</p></div></body></html>"
    answer = Answer(URL, 200, {"content-type": "text/html; charset=utf-8"}, page.encode())
    assert (answer.page.find(".//p").get("hidden") is not None) == hidden


@pytest.mark.parametrize(
    ("entries", "rows", "state"), [(10, 10, "partial"), (9, 10, "partial"), (9, 9, "ok")]
)
def test_the_newest_ten_may_be_cut_though_one_is_listed_twice(
    entries: int, rows: int, state: str
) -> None:
    listed = [Item(f"{n}镇2026年政府信息公开年报", f"/{n}") for n in range(entries)]
    read = Gathered(listed, rows, [Signs()], reports=True, year=2026)
    assert judged(read)[0].name == state
