"""The seventh series: kinds of county sites by another hand, written before any was run. `kinds.py` is what they are made with."""

from __future__ import annotations

import json

from kinds_of_sites import (
    HOST,
    NEVER,
    TOWNS,
    YEAR,
    Entry,
    around,
    grouped,
    kind,
    li,
    linked,
    listing,
    pager,
    second_page,
)

NEXT = linked('<div class="page"><a href="{next}">下一页</a></div>')


def towns(s, year=YEAR):
    return [e for e in s.all if e.body in TOWNS and e.year == year]


def rows(draw, wrap="<ul>{}</ul>"):
    return lambda s: wrap.replace("{}", "".join(map(draw, s.all)))


# ---- how a row is set

listing(
    "day_and_month_apart",
    "the day in one box, year and month in another",
    rows(
        lambda e: (
            f"<li><div class='d'><b>{e.day[8:]}</b><i>{e.day[:7]}</i></div><a href='{e.path}'>{e.title}</a></li>"
        )
    ),
)
listing(
    "cards_in_anchors",
    "a card wholly in its link: heading, summary, day",
    rows(
        lambda e: (
            f"<div class='card'><a href='{e.path}'><h4>{e.title}</h4><p>根据《中华人民共和国政府信息公开条例》…</p><em>{e.day}</em></a></div>"
        ),
        "<div class='cards'>{}</div>",
    ),
)
listing(
    "cut_with_title",
    "titles cut by …, the whole one in the title attribute",
    rows(
        lambda e: (
            f"<li><a href='{e.path}' title='{e.title}'>{e.title[:12]}…</a><span>{e.day}</span></li>"
        )
    ),
)
listing(
    "cut_with_title_on_row",
    "titles cut by …, the whole one in the title of the row",
    rows(
        lambda e: (
            f"<li title='{e.title}'><a href='{e.path}'>{e.title[:12]}...</a><span>{e.day}</span></li>"
        )
    ),
)
listing(
    "lazy_pictures",
    "a lazily loaded picture before each title",
    rows(
        lambda e: (
            f"<li><img class='lazy' src='/blank.gif' data-src='/img/{e.path[-8:-5]}.png'><a href='{e.path}'>{e.title}</a><span>{e.day}</span></li>"
        )
    ),
)
listing(
    "picture_links",
    "each row a picture that is linked, and the title linked",
    rows(
        lambda e: (
            f"<li><a href='{e.path}'><img src='/i.png'></a><a href='{e.path}'>{e.title}</a> {e.day}</li>"
        )
    ),
)
listing(
    "onclick_rows",
    "rows opened by onclick=\"window.open('…')\"",
    rows(
        lambda e: (
            f"<li onclick=\"window.open('{e.path}')\"><span>{e.title}</span><span>{e.day}</span></li>"
        )
    ),
)
listing(
    "span_data_url",
    "titles in a span, the address in data-url",
    rows(lambda e: f"<li><span class='t' data-url='{e.path}'>{e.title}</span><i>{e.day}</i></li>"),
)


@kind("wrong_order", "rows in no order at all")
def _(s):
    s.whole("<ul>" + "".join(li(e) for e in sorted(s.all, key=lambda e: e.path[::-1])) + "</ul>")


@kind("each_twice", "each row stands twice: at the top of the page and in the list")
def _(s):
    s.whole("<ul>" + "".join(li(e) + li(e) for e in s.all) + "</ul>")


@kind("protocol_relative", "rows lead to //host/…")
def _(s):
    s.whole("<ul>" + "".join(li(e).replace('href="', f'href="//{HOST}') for e in s.all) + "</ul>")


@kind("dotdot_addresses", "rows lead to ../../art/…")
def _(s):
    s.home = "/zwgk/nb/index.html"
    s.whole("<ul>" + "".join(li(e).replace('href="', 'href="../..') for e in s.all) + "</ul>")


# ---- where the towns' reports are


@kind("bureaus_alone", "the column lists the bureaus alone; the towns' column is not in the file")
def _(s):
    s.whole("<ul>" + "".join(li(e) for e in s.all if e.body not in TOWNS) + "</ul>")
    s.unknown(*TOWNS)


@kind(
    "bureaus_now_towns_before",
    "of this year only bureaus stand there, the towns' moved into a column of their own",
)
def _(s):
    s.whole(
        "<ul>" + "".join(li(e) for e in s.all if e.body not in TOWNS or e.year < YEAR) + "</ul>"
        "<div class='side'><a href='/xznb/index.html'>乡镇街道年报</a></div>"
    )
    s.answers["/xznb/index.html"] = around(
        "<ul>" + "".join(map(li, towns(s))) + "</ul>", crumb="乡镇街道年报"
    )
    for name in TOWNS:
        s.expect[name] = ["on_time", "unknown"] if name != NEVER else ["missing", "unknown"]


@kind("year_folders", "a page of years, each leads to a list of that year")
def _(s):
    by = grouped(s, lambda e: e.year)
    for year, es in by.items():
        s.answers[f"/nb/{year}/"] = around(
            "<ul>" + "".join(map(li, es)) + "</ul>", crumb=f"{year}年度"
        )
    s.whole("<ul>" + "".join(f"<li><a href='/nb/{y}/'>{y}年度</a></li>" for y in by) + "</ul>")


@kind("year_of_publication_folders", "folders by the year of publication: 2027年 holds 2026's")
def _(s):
    by = grouped(s, lambda e: e.year + 1)
    for year, es in by.items():
        s.answers[f"/nb/{year}/"] = around(
            "<ul>" + "".join(map(li, es)) + "</ul>", crumb=f"{year}年"
        )
    s.whole("<ul>" + "".join(f"<li><a href='/nb/{y}/'>{y}年</a></li>" for y in by) + "</ul>")


@kind("last_year_shown", "the column shows last year's list; a tab leads to this year's")
def _(s):
    by = grouped(s, lambda e: e.year)
    tabs = "".join(f"<a href='/nb/{y}.html'>{y}年</a>" for y in by)
    for year, es in by.items():
        s.answers[f"/nb/{year}.html"] = around(
            f"<div class='tab'>{tabs}</div><ul>" + "".join(map(li, es)) + "</ul>"
        )
    s.home = f"/nb/{YEAR - 1}.html"


@kind(
    "guide_rules_reports_tabs",
    "公开指南, 公开制度, 公开年报 as tabs in one page; all hidden but the first",
)
def _(s):
    s.whole(
        "<div class='tabs'><a href='javascript:;'>政府信息公开指南</a><a href='javascript:;'>政府信息公开制度</a><a href='javascript:;'>政府信息公开年报</a></div>"
        "<div class='c'><p>为了更好地提供政府信息公开服务，编制本指南。</p></div>"
        "<div class='c' style='display:none'><ul><li><a href='/zd/1.html'>政府信息公开保密审查制度</a></li><li><a href='/zd/2.html'>依申请公开工作制度</a></li></ul></div>"
        "<div class='c' style='display:none'><ul>" + "".join(map(li, s.all)) + "</ul></div>"
    )


@kind("attachments_on_one_page", "one page holds all towns' reports as attachments")
def _(s):
    s.articles = False
    links = ""
    for e in towns(s):
        path = f"/att/{TOWNS[e.body]}.docx"
        s.answers[path] = {"report": e.body, "year": YEAR, "as_file": "docx"}
        links += f"<p>附件：<a href='{path}'>{e.title}.docx</a></p>"
    s.answers["/art/2027/1.html"] = around(
        f"<h1>青溪县各乡镇（街道）{YEAR}年政府信息公开工作年度报告</h1><p>发布时间：2027-01-20</p>{links}",
        crumb="正文",
    )
    s.whole(
        f"<ul><li><a href='/art/2027/1.html'>青溪县各乡镇（街道）{YEAR}年政府信息公开工作年度报告</a><span>2027-01-20</span></li></ul>"
    )
    for name in TOWNS:
        s.expect[name] = ["on_time", "unknown"] if name != NEVER else ["missing", "unknown"]


@kind("zip_of_all", "one archive holds all; it can't be had")
def _(s):
    s.whole(
        f"<ul><li><a href='/att/all.zip'>各乡镇{YEAR}年政府信息公开工作年度报告（打包下载）</a><span>2027-01-20</span></li>"
        + "".join(li(e) for e in s.all if e.year < YEAR)
        + "</ul>"
    )
    s.unknown(*TOWNS)


@kind("own_hosts", "each town has a host of its own, which the file names")
def _(s):
    for i, town in enumerate(TOWNS):
        host = f"t{i}.qingxi.gov.cn"
        own = [e for e in s.all if e.body == town]
        for e in own:
            s.answers[f"//{host}{e.path}"] = {"report": town, "year": e.year, "printed": e.day}
        s.answers[f"//{host}/nb/"] = around(
            "<ul>" + "".join(map(li, own)) + "</ul>", crumb=f"{town} &gt; 政府信息公开年报"
        )
        s.columns.append({"url": f"http://{host}/nb/", "unit": town})
    s.articles = False


@kind("select_of_towns", "a select leads to each town's list")
def _(s):
    by = grouped(s, lambda e: e.body)
    options = "".join(f"<option value='/nb/u{i}.html'>{b}</option>" for i, b in enumerate(by))
    box = f"<select onchange='location.href=this.value'><option value=''>请选择单位</option>{options}</select>"
    for i, es in enumerate(by.values()):
        s.answers[f"/nb/u{i}.html"] = around(box + "<ul>" + "".join(map(li, es)) + "</ul>")
    s.whole(box + "<ul>" + "".join(map(li, s.pages[0][:3])) + "</ul>")
    for name in TOWNS:
        s.expect[name] = ["on_time", "unknown"] if name != NEVER else ["missing", "unknown"]


@kind("tree_of_units", "a tree by script; the page beside it lists the county office's own alone")
def _(s):
    nodes = json.dumps([{"id": i, "name": n} for i, n in enumerate(TOWNS)], ensure_ascii=False)
    own = [
        Entry("人民政府办公室", y, f"{y + 1}-01-15", f"/art/{y + 1}/1.html")
        for y in (YEAR, YEAR - 1)
    ]
    for e in own:
        s.answers[e.path] = {
            "report": "青溪县人民政府办公室",
            "year": e.year,
            "printed": e.day,
        }
    s.whole(
        f"<div id='tree' class='ztree'></div><script>var zNodes={nodes};$.fn.zTree.init($('#tree'),{{}},zNodes);</script><ul>"
        + "".join(map(li, own))
        + "</ul>"
    )
    s.unknown(*TOWNS)


@kind("search_results", "the column is a page of a search: 约 35 条结果, 1 2 3")
def _(s):
    s.paged(
        lambda i, n, a: (
            f"<p>为您找到相关结果约{len(s.all)}条</p>"
            + "".join(f"<a href='{a(j)}'>{j + 1}</a> " for j in range(n) if j != i)
        ),
        address=lambda i: f"/search?q=nb&pageNum={i + 1}",
    )


@kind("frames_two_deep", "the list is in a frame of a frame")
def _(s):
    s.paged(NEXT, address=lambda i: "/f/list.html" if i == 0 else f"/f/list_{i}.html")
    s.home = "/nb/index.html"
    s.answers["/f/outer.html"] = "<html><body><iframe src='/f/list.html'></iframe></body></html>"
    s.whole("<iframe src='/f/outer.html' width='100%'></iframe>")
    for name in TOWNS:
        s.expect[name] = ["on_time", "unknown"] if name != NEVER else ["missing", "unknown"]


# ---- pagers

FORMS = {
    "from_one": lambda i: f"/nb/index_{i + 1}.html",
    "shtml": lambda i: "/nb/index.shtml" if i == 0 else f"/nb/index_{i + 1}.shtml",
    "dash": lambda i: "/nb/list.html" if i == 0 else f"/nb/list-{i + 1}.html",
    "folder": lambda i: "/nb/" if i == 0 else f"/nb/p{i + 1}.html",
    "page_query": lambda i: f"/nb/list?page={i + 1}",
}
for form, address in FORMS.items():
    pager(f"numbered_{form}", f"numbers as links: {address(1)}", NEXT, address=address)


pager(
    "page_json_right_total",
    "the pager in JSON in an attribute, whose total is right",
    lambda i, n, a: (
        f"<div id='pager' data-options='{json.dumps({'total': 35, 'pageSize': 15, 'urls': [a(j) for j in range(n)]})}'></div>"
    ),
)
pager(
    "pager_writes_links_to_the_last",
    "a script writes a link for each page in a loop, <= and ++k",
    lambda i, n, a: (
        f"<script>for (let p = 1; p <= {n - 1}; ++p) {{ s += '<a href=\"index_' + p + '.html\">' + (p + 1) + '</a>'; }}</script>"
    ),
)


@kind("next_picture", "the next page behind a picture without words")
def _(s):
    s.paged(linked('<div class="page"><a href="{next}"><img src="/images/next.gif"></a></div>'))


def scripted(name, why, draw):
    """A pager by script whose pages nobody can ask for."""

    @kind(name, why)
    def _(s):
        s.whole("<ul>" + "".join(map(li, s.pages[0])) + "</ul>" + draw(len(s.pages)))
        s.doubt()


scripted("goto_page", "javascript:gotoPage(2)", lambda n: "<a href='javascript:gotoPage(2)'>2</a> <a href='javascript:gotoPage(3)'>3</a>")  # fmt: skip
scripted("data_page", "buttons of data-page", lambda n: "<div class='pg'><span data-page='1' class='on'>1</span><span data-page='2'>2</span><span data-page='3'>3</span></div>")  # fmt: skip
scripted("li_pages", "numbers in li without links", lambda n: "<ul class='el-pager'><li class='number active'>1</li><li class='number'>2</li><li class='number'>3</li></ul>")  # fmt: skip
scripted("layui", "laypage.render with count and limit", lambda n: "<div id='p'></div><script>layui.use('laypage',function(){layui.laypage.render({elem:'p',count:35,limit:15,jump:function(o){}})})</script>")  # fmt: skip
scripted("words_total_in_spans", "共 <b>35</b> 条 第 <b>1</b>/<b>3</b> 页 in spans", lambda n: "<p>共<b>35</b>条 第<b>1</b>/<b>3</b>页</p>")  # fmt: skip
scripted("arrow_button", "a button › without anything", lambda n: "<div class='pager'><button type='button' class='btn-next'>›</button></div>")  # fmt: skip

second_page("page_two_412", "412 of a firewall", {"status": 412, "body": "<html><script>eval('')</script></html>"})  # fmt: skip
second_page("page_two_521", "521 of a firewall", {"status": 521, "body": "<script>document.cookie='a=1'</script>"})  # fmt: skip
second_page("page_two_home", "redirected to the home page", {"status": 302, "headers": {"Location": "/"}, "body": ""})  # fmt: skip
second_page("page_two_login", "a page to sign in", around("<form action='/login'><input name='user'><input type='password'></form>", crumb="用户登录"))  # fmt: skip


@kind("last_page_repeats", "behind the last page the last comes again, with 下一页")
def _(s):
    s.paged(NEXT, address=lambda i: f"/nb/list?page={i + 1}")
    last = s.answers["/nb/list?page=3"].replace(
        "</ul>", "</ul><a href='/nb/list?page=4'>下一页</a>"
    )
    s.answers["/nb/list?page=3"] = last
    s.answers["/nb/list?page=4"] = last.replace("page=4", "page=5")
    s.answers["/nb/list?page=5"] = last.replace("page=4", "page=6")
    for name in TOWNS:
        s.expect[name] = ["on_time"] if name != NEVER else ["missing", "unknown"]


@kind("empty_behind_last", "下一页 leads to an empty page behind the last: 暂无信息")
def _(s):
    s.paged(NEXT, address=lambda i: f"/nb/list?page={i + 1}")
    s.answers["/nb/list?page=3"] = s.answers["/nb/list?page=3"].replace(
        "</ul>", "</ul><a href='/nb/list?page=4'>下一页</a>"
    )
    s.answers["/nb/list?page=4"] = around("<ul></ul><p>暂无信息</p>")
    for name in TOWNS:
        s.expect[name] = ["on_time"] if name != NEVER else ["missing", "unknown"]


@kind("page_two_first_again", "?page=2 answers with the first page again")
def _(s):
    s.paged(NEXT, address=lambda i: f"/nb/list?page={i + 1}")
    s.answers["/nb/list?page=2"] = s.answers["/nb/list?page=1"]
    s.doubt()


@kind("http_to_https", "http sends to https of the same host")
def _(s):
    s.paged(NEXT)


@kind("script_alone", "an app: the page holds a div and a script")
def _(s):
    s.articles = False
    s.answers[s.home] = (
        "<!DOCTYPE html><html><head><title>政府信息公开年报</title></head><body><div id='app'></div><script src='/js/app.9f2.js'></script></body></html>"
    )
    s.unknown(*TOWNS)


@kind("home_instead", "the column sends to the home page")
def _(s):
    s.answers[s.home] = {"status": 302, "headers": {"Location": "/"}, "body": ""}
    s.unknown(*TOWNS)


@kind("drops_older_than_a_year", "the column keeps the newest fifteen alone, without a word of it")
def _(s):
    s.whole("<ul>" + "".join(map(li, s.pages[0])) + "</ul>")
    s.doubt()


@kind("pinned_circular", "a pinned circular that names all towns as having published")
def _(s):
    s.answers["/art/2027/1.html"] = around(
        "<h1>关于各乡镇2026年政府信息公开工作年度报告编制情况的通报</h1><p>古榆镇等已按时公开。</p>"
    )
    s.whole(
        "<ul><li class='top'><a href='/art/2027/1.html'>[置顶]关于各乡镇2026年政府信息公开工作年度报告编制情况的通报</a><span>2027-02-01</span></li>"
        + "".join(map(li, s.all))
        + "</ul>"
    )


@kind(
    "xml_island_read",
    "an XML island of items with CDATA: what it lists is read, and by its days it is all",
)
def _(s):
    rows = "".join(
        f"<item><title><![CDATA[{e.title}]]></title><link>{e.path}</link><date>{e.day}</date></item>"
        for e in s.all
    )
    s.whole(f"<div id='list'></div><xml id='d'>{rows}</xml><script src='/js/x.js'></script>")
    s.expect[NEVER] = ["missing", "unknown"]
