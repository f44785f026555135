"""Every sign that a list goes on, and what only looks like one: a row each."""

from __future__ import annotations

import pytest

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.entries import list_page
from nianbao.crawler.listing.listed import Source
from nianbao.crawler.listing.signs import Signs, signs_on
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
    "more beside the heading": "<h3>政府信息公开年报 <a href='/nb/list.html'>更多&gt;&gt;</a></h3> ●",
}
# What only looks like a sign.
NOTHING = {
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
}


def signs(around: str) -> Signs:
    crumbs = "<p>当前位置：政府信息公开年报</p>"
    markup = (
        f"<html><body><div class='main'>{crumbs}{around.replace('●', LIST)}</div></body></html>"
    )
    answer = Answer(URL, 200, {"content-type": "text/html; charset=utf-8"}, markup.encode())
    source, preset = Source(URL, names=("石门镇",)), presets()["static-auto"]
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
    assert (found.links, bool(found.open) or found.pages > 1) == ((), True)


@pytest.mark.parametrize("name", NOTHING)
def test_what_only_looks_like_a_sign_is_none(name: str) -> None:
    found = signs(NOTHING[name])
    assert (found.links, found.open, found.pages > 1) == ((), (), False)


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
