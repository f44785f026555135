"""The eighth series: what real platforms do to a list, its titles, its addresses and its answers. Written before any was run."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

from kinds_of_sites import HOST, NEVER, TOWNS, YEAR, around, grouped, kind, linked

NEXT = linked('<div class="page"><a href="{next}">下一页</a></div>')
EITHER = ["missing", "unknown"]
TOLD = ["on_time", "unknown"]


def row(e, title=None, href=None):
    return f"<li><a href='{href or e.path}' target='_blank'>{title or e.title}</a><span>{e.day}</span></li>"


def listed(s, draw=row, **k):
    s.whole("<ul class='list'>" + "".join(map(draw, s.all)) + "</ul>", **k)


def never_may_be_unknown(s):
    s.expect[NEVER] = EITHER


def any_may_be_unknown(s):
    for name in TOWNS:
        s.expect[name] = TOLD if name != NEVER else EITHER


def also(s, units, truth, columns=None):
    """More units than the six towns: name -> code; when each published."""
    made = s.made

    def more():
        told = made()
        county = told["county"]
        county["units"] += [{"name": n, "code": c} | k for n, (c, k) in units.items()]
        told["truth"] |= truth
        for name, day in truth.items():
            told["expect"].setdefault(name, ["missing"] if day == "never" else ["on_time"])
        told["expect"] |= {n: e for n, e in s.expect.items() if n in truth}
        return told

    s.made = more


def extra(s, body, day, n, title, year=YEAR, **said):
    """An entry of its own, before the others of a list."""
    path = f"/art/{year + 1}/{n}.html"
    s.answers[path] = {"report": body, "year": year, "printed": day} | said
    return f"<li><a href='{path}'>{title}</a><span>{day}</span></li>"


# ---- whole-county pages


def sections(more, rest):
    def f(s):
        boxes = ""
        for i, (town, es) in enumerate(grouped(s, lambda e: e.body).items()):
            if town not in TOWNS:
                continue
            boxes += f"<div class='box'><h3>{town}</h3>{more(i)}<ul>{''.join(map(row, es[:1]))}</ul></div>"
            s.answers[f"/nb/u{i}.html"] = around(
                "<ul>" + "".join(map(row, es)) + "</ul>", crumb=f"政府信息公开年报 &gt; {town}"
            )
        s.whole(boxes)
        rest(s)

    return f


kind("sections_with_more", "each town a box with its newest report and a 更多 of its own")(
    sections(
        lambda i: f"<a class='more' href='/nb/u{i}.html'>更多&gt;&gt;</a>", never_may_be_unknown
    )
)
kind("sections_more_by_script", "the same, 更多 is opened by a script")(
    sections(
        lambda i: f"<a class='more' href='javascript:more({i})'>更多</a>",
        lambda s: s.expect.update({NEVER: EITHER}),
    )
)


@kind(
    "units_then_years",
    "a page of units' names; each leads to a page of years, each of these to the report",
)
def _(s):
    links = ""
    for i, (town, es) in enumerate(grouped(s, lambda e: e.body).items()):
        links += f"<li><a href='/nb/u{i}.html'>{town}</a></li>"
        years = "".join(f"<li><a href='{e.path}'>{e.year}年</a></li>" for e in es)
        s.answers[f"/nb/u{i}.html"] = around(
            f"<h2>{town}</h2><ul>{years}</ul>", crumb=f"政府信息公开年报 &gt; {town}"
        )
    s.whole(f"<ul class='units'>{links}</ul>")
    any_may_be_unknown(s)


@kind(
    "shared_with_requests",
    "依申请公开 and 年报 in one list: guides, forms, statistics between the reports",
)
def _(s):
    def mixed(e):
        other = f"<li><a href='/sq/{e.path[-8:-5]}.html'>{e.name}政府信息公开指南</a><span>{e.day}</span></li>"
        s.answers[f"/sq/{e.path[-8:-5]}.html"] = around(
            f"<h1>{e.name}政府信息公开指南</h1><p>为方便公民……</p>"
        )
        return row(e) + other

    s.paged(NEXT, item=mixed)


@kind("among_the_news", "reports published as news, between meetings and weather, paged")
def _(s):
    def mixed(e):
        n = e.path[-8:-5]
        s.answers[f"/xw/{n}.html"] = around("<h1>青溪县召开春耕生产现场会</h1><p>会议要求……</p>")
        return (
            row(e)
            + f"<li><a href='/xw/{n}.html'>青溪县召开第{n}次春耕生产现场会</a><span>{e.day}</span></li>"
        )

    s.paged(NEXT, item=mixed)


@kind(
    "newest_five_more_in_head",
    "the newest five; 更多 is a picture in the heading's bar and leads to the paged list",
)
def _(s):
    s.paged(NEXT, address=lambda i: "/nb/list.html" if i == 0 else f"/nb/list_{i}.html")
    s.home = "/nb/index.html"
    s.whole(
        "<div class='bar'><span>政府信息公开年报</span><a href='/nb/list.html'><img src='/i/more.gif' alt='更多'></a></div>"
        "<div class='con'><ul>" + "".join(map(row, s.all[:5])) + "</ul></div>"
    )
    never_may_be_unknown(s)


@kind(
    "newest_five_more_unlabelled",
    "the newest five; the picture that leads to all of them says nothing",
)
def _(s):
    s.paged(NEXT, address=lambda i: "/nb/list.html" if i == 0 else f"/nb/list_{i}.html")
    s.home = "/nb/index.html"
    s.whole(
        "<div class='bar'><span>政府信息公开年报</span><a href='/nb/list.html'><img src='/i/more.gif'></a></div>"
        "<div class='con'><ul>" + "".join(map(row, s.all[:5])) + "</ul></div>"
    )
    any_may_be_unknown(s)


@kind("summary_article", "one article 年报汇总 links each town's report")
def _(s):
    links = "".join(
        f"<p><a href='{e.path}'>{e.title}</a></p>"
        for e in s.all
        if e.body in TOWNS and e.year == YEAR
    )
    s.answers["/art/2027/1.html"] = around(
        f"<h1>青溪县{YEAR}年政府信息公开年报汇总</h1><p>发布时间：2027-01-25</p>{links}",
        crumb="正文",
    )
    s.whole(
        f"<ul><li><a href='/art/2027/1.html'>青溪县{YEAR}年政府信息公开年报汇总</a><span>2027-01-25</span></li>"
        + "".join(row(e) for e in s.all if e.year < YEAR)
        + "</ul>"
    )
    any_may_be_unknown(s)


@kind("sorted_by_clicks", "a table sorted by clicks, with a column 点击数, paged")
def _(s):
    s.all.sort(key=lambda e: e.path[-6] + e.path)
    clicks = iter(range(9000, 0, -137))
    s.paged(
        NEXT,
        item=lambda e: (
            f"<tr><td><a href='{e.path}'>{e.title}</a></td><td>{e.day}</td><td>{next(clicks)}</td></tr>"
        ),
        wrap="<table><tr><th>标题</th><th>日期</th><th>点击数</th></tr>{}</table>",
    )


@kind("total_one_too_many", "the pager tells one entry more than there are")
def _(s):
    s.paged(
        lambda i, n, a: (
            f"<p>共{len(s.all) + 1}条 {i + 1}/{n}"
            + (f" <a href='{a(i + 1)}'>下一页</a>" if i + 1 < n else "")
            + "</p>"
        )
    )
    never_may_be_unknown(s)


@kind("total_one_too_few", "the pager tells one entry less than there are")
def _(s):
    s.paged(
        lambda i, n, a: (
            f"<p>共{len(s.all) - 1}条 {i + 1}/{n}"
            + (f" <a href='{a(i + 1)}'>下一页</a>" if i + 1 < n else "")
            + "</p>"
        )
    )
    never_may_be_unknown(s)


@kind("directory_index", "a server's own index of a folder of files")
def _(s):
    rows = ""
    for e in s.all:
        s.answers[f"/nb/{e.title}.docx"] = {
            "report": e.body if e.body in TOWNS else f"青溪县{e.body}",
            "year": e.year,
            "as_file": "docx",
        }
        rows += f"<a href='{e.title}.docx'>{e.title}.docx</a>   {e.day} 09:12  41K\n"
    s.home = "/nb/"
    s.answers["/nb/"] = (
        f"<html><head><title>Index of /nb/</title></head><body><h1>Index of /nb/</h1><hr><pre><a href='../'>../</a>\n{rows}</pre><hr></body></html>"
    )
    any_may_be_unknown(s)


# ---- titles and names


def titles(name, why, title, rest=lambda s: None):
    @kind(name, why)
    def _(s):
        listed(s, lambda e: row(e, title(e)))
        rest(s)


CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
titles(
    "year_in_chinese",
    "二〇二六年",
    lambda e: f"{e.name}{str(e.year).translate(CHINESE)}年政府信息公开工作年度报告",
)
titles(
    "year_of_two_digits", "26年度", lambda e: f"{e.name}{e.year % 100}年度政府信息公开工作年度报告"
)
titles("year_without_sign", "2026 without 年", lambda e: f"{e.name}{e.year}政府信息公开年报")
titles(
    "year_of_release_behind",
    "（2027年1月发布） behind",
    lambda e: f"{e.name}{e.year}年政府信息公开工作年度报告（{e.year + 1}年1月发布）",
)
titles(
    "year_behind", "…年度报告（2026）", lambda e: f"{e.name}政府信息公开工作年度报告（{e.year}）"
)
titles("year_first", "【2026】 first", lambda e: f"【{e.year}】{e.name}政府信息公开工作年度报告")
titles(
    "number_first", "serial numbers before the title", lambda e: f"{int(e.path[-8:-5])}. {e.title}"
)
titles(
    "short_names",
    "柳树2026年… without 镇",
    lambda e: f"{e.body[:2]}{e.year}年政府信息公开工作年度报告",
    any_may_be_unknown,
)


@kind("unit_in_source_alone", "all titles are the same; the article's 来源 tells the unit")
def _(s):
    for e in s.all:
        if e.body in TOWNS:
            s.answers[e.path] = {
                "report": e.body,
                "year": e.year,
                "printed": e.day,
                "county": "青溪县",
                "source": e.name,
                "title": f"{e.year}年政府信息公开工作年度报告",
            }
    listed(s, lambda e: row(e, f"{e.year}年政府信息公开工作年度报告"))
    never_may_be_unknown(s)


@kind("unit_in_brackets_before", "the unit in brackets before the link: [柳树镇] 2026年…")
def _(s):
    listed(
        s,
        lambda e: (
            f"<li>[<a href='/dw/{e.body}.html'>{e.body}</a>] <a href='{e.path}'>{e.year}年政府信息公开工作年度报告</a><span>{e.day}</span></li>"
        ),
    )


@kind("old_name_in_title", "青石镇 was 青石乡 until October; its report is titled by the old name")
def _(s):
    s.units["青石镇"] = {"former": [{"name": "青石乡", "until": "2026-10-01"}]}
    listed(s, lambda e: row(e, e.title.replace("青石镇", "青石乡")))


@kind("old_name_not_in_file", "the same, and the file does not know of it")
def _(s):
    listed(s, lambda e: row(e, e.title.replace("青石镇", "青石乡")))
    s.expect["青石镇"] = TOLD


@kind("street_beside_town", "枫林镇 beside 枫林街道: the town never reports")
def _(s):
    also(s, {"枫林镇": ("990101107", {})}, {"枫林镇": "never"})
    listed(s)


@kind("street_beside_town_short", "枫林镇 beside 枫林街道; one is titled 枫林 alone")
def _(s):
    also(s, {"枫林镇": ("990101107", {})}, {"枫林镇": "2027-01-12"})
    s.expect |= {"枫林镇": TOLD, "枫林街道": TOLD}
    more = extra(s, "枫林镇", "2027-01-12", 501, f"枫林{YEAR}年政府信息公开工作年度报告")
    s.whole("<ul>" + more + "".join(map(row, s.all)) + "</ul>")


@kind("name_in_a_name", "东镇 never reports, 城东镇 does")
def _(s):
    also(
        s,
        {"东镇": ("990101107", {}), "城东镇": ("990101108", {})},
        {"东镇": "never", "城东镇": "2027-01-12"},
    )
    more = extra(s, "城东镇", "2027-01-12", 501, f"城东镇人民政府{YEAR}年政府信息公开工作年度报告")
    s.whole("<ul>" + more + "".join(map(row, s.all)) + "</ul>")


@kind("name_holds_a_name", "东镇 reports, 城东镇 never")
def _(s):
    also(
        s,
        {"东镇": ("990101107", {}), "城东镇": ("990101108", {})},
        {"城东镇": "never", "东镇": "2027-01-12"},
    )
    more = extra(s, "东镇", "2027-01-12", 501, f"东镇人民政府{YEAR}年政府信息公开工作年度报告")
    s.whole("<ul>" + more + "".join(map(row, s.all)) + "</ul>")


@kind(
    "zones_and_farms", "a development zone, a farm, a forest farm as units, titled in full or short"
)
def _(s):
    units = {
        "青溪经济开发区": ("990101401", {"aliases": ["青溪经济开发区管委会"]}),
        "红旗农场": ("990101402", {}),
        "东山林场": ("990101403", {}),
    }
    also(s, units, {"青溪经济开发区": "2027-01-12", "红旗农场": "2027-01-13", "东山林场": "never"})
    s.expect["青溪经济开发区"] = TOLD
    more = extra(
        s,
        "青溪经济开发区",
        "2027-01-12",
        501,
        f"青溪经济开发区管理委员会{YEAR}年政府信息公开工作年度报告",
    )
    more += extra(s, "红旗农场", "2027-01-13", 502, f"红旗农场{YEAR}年政府信息公开工作年度报告")
    s.whole("<ul>" + more + "".join(map(row, s.all)) + "</ul>")


@kind("draft_of_a_report", "古榆镇's draft （征求意见稿） stands there, its report never")
def _(s):
    s.answers["/art/2027/501.html"] = around("<h1>征求意见</h1><p>欢迎提出意见……</p>")
    s.whole(
        f"<ul><li><a href='/art/2027/501.html'>古榆镇人民政府{YEAR}年政府信息公开工作年度报告（征求意见稿）</a><span>2027-01-12</span></li>"
        + "".join(map(row, s.all))
        + "</ul>"
    )
    never_may_be_unknown(s)


@kind("interpretation_alone", "the 解读 of 古榆镇's report stands there, the report never")
def _(s):
    s.answers["/art/2027/501.html"] = around("<h1>解读</h1><p>一图读懂……</p>")
    s.whole(
        f"<ul><li><a href='/art/2027/501.html'>《古榆镇{YEAR}年政府信息公开工作年度报告》解读</a><span>2027-01-12</span></li>"
        + "".join(map(row, s.all))
        + "</ul>"
    )
    never_may_be_unknown(s)


@kind("cut_title_of_a_notice", "古榆镇人民政府关… is a notice, cut like the reports")
def _(s):
    s.answers["/art/2027/501.html"] = around(
        "<h1>古榆镇人民政府关于春节值班的通知</h1><p>值班电话……</p>"
    )
    s.whole(
        "<ul><li><a href='/art/2027/501.html'>古榆镇人民政府...</a><span>2027-01-12</span></li>"
        + "".join(row(e, f"{e.title[:7]}...") for e in s.all)
        + "</ul>"
    )
    never_may_be_unknown(s)


@kind(
    "cut_title_of_last_year",
    "柳树镇's report of 2025 came late in 2027, its title cut before the year",
)
def _(s):
    more = extra(s, NEVER, "2027-01-11", 501, f"{NEVER}人民政府...", year=YEAR - 1)
    s.whole(
        "<ul>"
        + more
        + "".join(row(e, f"{e.title[:7]}...") for e in s.all if e.body != NEVER)
        + "</ul>"
    )
    never_may_be_unknown(s)


# ---- lists as data


def data(name, why, draw, rest=lambda s: None):
    @kind(name, why)
    def _(s):
        s.whole(draw(s.all))
        rest(s)


def records(es):
    return [{"title": e.title, "url": e.path, "date": e.day} for e in es]


def script(value):
    return json.dumps(value, ensure_ascii=False)


data(
    "json_escaped",
    r"JSON with \u and \/",
    lambda es: (
        f"<ul id='list'></ul><script>var d={json.dumps(records(es)).replace('/', chr(92) + '/')};draw(d)</script>"
    ),
)
data(
    "json_nested",
    "records with objects inside",
    lambda es: (
        f"<ul id='list'></ul><script type='application/json'>{script({'data': {'results': [{'ext': {'clicks': 3}, **r} for r in records(es)]}})}</script><script src='/js/list.js'></script>"
    ),
)
data(
    "json_in_attribute",
    "the list in JSON in an attribute",
    lambda es: (
        f"<div id='list' data-list='{html.escape(script(records(es)))}'></div><script src='/js/list.js'></script>"
    ),
    any_may_be_unknown,
)
data(
    "next_app_data",
    "the state of an app: window.__INITIAL_STATE__",
    lambda es: (
        f"<div id='app'></div><script>window.__INITIAL_STATE__={script({'list': {'rows': records(es), 'total': len(es)}})}</script><script src='/js/app.js'></script>"
    ),
    never_may_be_unknown,
)
data(
    "json_then_news",
    "the list in JSON, a box of dated news drawn as HTML",
    lambda es: (
        f"<ul id='list'></ul><script>var d={script(records(es))};draw(d)</script><div class='side'><h3>最新动态</h3><ul><li><a href='/xw/1.html'>青溪县召开春耕生产现场会</a> 2027-01-20</li><li><a href='/xw/2.html'>青溪县部署森林防火工作</a> 2027-01-19</li></ul></div>"
    ),
    never_may_be_unknown,
)
data(
    "first_page_drawn_rest_in_script",
    "fifteen rows drawn, all of them in an array beside",
    lambda es: (
        f"<ul>{''.join(map(row, es[:15]))}</ul><div class='page'><a href='javascript:go(2)'>2</a> <a href='javascript:go(3)'>3</a></div><script>var d={script(records(es))}</script>"
    ),
    never_may_be_unknown,
)
data(
    "jpage_fields",
    "<record> of fields in <script type=text/xml>",
    lambda es: (
        "<div id='list'></div><script type='text/xml'><datastore><recordset>"
        + "".join(
            f"<record><title><![CDATA[{e.title}]]></title><url>{e.path}</url><date>{e.day}</date></record>"
            for e in es
        )
        + "</recordset></datastore></script>"
    ),
    never_may_be_unknown,
)
data(
    "document_write_rows",
    "document.write of each row",
    lambda es: (
        "<ul><script>"
        + "".join(
            f"document.write(\"<li><a href='{e.path}'>{e.title}</a> {e.day}</li>\");" for e in es
        )
        + "</script></ul>"
    ),
    never_may_be_unknown,
)
data(
    "calls_of_a_function",
    "addItem('title','url','day') for each row",
    lambda es: (
        "<ul id='l'></ul><script>"
        + "".join(f"addItem('{e.title}','{e.path}','{e.day}');\n" for e in es)
        + "</script>"
    ),
    never_may_be_unknown,
)


@kind("array_of_bureaus_alone", "an array of the bureaus; the towns' comes from elsewhere")
def _(s):
    s.whole(
        f"<ul id='a'></ul><ul id='b'></ul><script>var d={script(records(e for e in s.all if e.body not in TOWNS))};draw(d)</script><script src='/js/towns.js'></script>"
    )
    s.unknown(*TOWNS)


@kind(
    "array_of_last_year",
    "an old copy of the list in an array; the page's own is brought by a script",
)
def _(s):
    s.whole(
        f"<ul id='a'></ul><script>var d={script(records(e for e in s.all if e.year < YEAR))};</script><script src='/js/list.js'></script>"
    )
    s.unknown(*TOWNS)


@kind("array_beside_fetch", "the newest of an array, and a script that fetches")
def _(s):
    some = [e for e in s.all if e.body not in ("柳树镇", "新安镇") or e.year < YEAR]
    s.whole(
        f"<ul id='a'></ul><script>var d={script(records(some))};$.getJSON('/api/top',function(x){{draw(x.concat(d))}})</script>"
    )
    s.doubt()


@kind(
    "old_array_beside_list",
    "the list as HTML, whole; an old copy of it in an array with dead addresses",
)
def _(s):
    old = [
        {"title": e.title, "url": e.path.replace("/art/", "/old/"), "date": e.day}
        for e in s.all
        if e.year < YEAR
    ]
    s.whole("<ul>" + "".join(map(row, s.all)) + f"</ul><script>var search={script(old)}</script>")
    never_may_be_unknown(s)


@kind("rows_of_an_interface", "data-url of each row is an interface that answers JSON")
def _(s):
    s.articles = False
    for e in s.all:
        s.answers[f"/api/d?id={e.path[-8:-5]}"] = {
            "type": "application/json",
            "body": script({"id": e.path[-8:-5], "ok": 1}),
        }
    s.whole(
        "<ul>"
        + "".join(
            f"<li data-url='/api/d?id={e.path[-8:-5]}'><span>{e.title}</span><i>{e.day}</i></li>"
            for e in s.all
        )
        + "</ul>"
    )
    for name in TOWNS:
        s.expect[name] = TOLD if name != NEVER else EITHER


@kind("more_is_a_piece", "加载更多 hands a script the address of pieces without a page")
def _(s):
    s.articles = True
    for i, part in enumerate(s.pages[1:], 2):
        s.answers[f"/nb/more?page={i}"] = "".join(map(row, part))
    s.whole(
        "<ul>"
        + "".join(map(row, s.pages[0]))
        + "</ul><div class='more' data-url='/nb/more?page=2'>加载更多</div>"
    )
    s.expect |= {"柳树镇": TOLD, "新安镇": TOLD, NEVER: ["unknown"]}


@kind(
    "more_is_the_same_page",
    "下一页 hands a script the list's own address, which always answers page one",
)
def _(s):
    s.answers["/nb/page"] = s.answers[s.home] = around(
        "<ul>"
        + "".join(map(row, s.pages[0]))
        + "</ul><a class='next' href='#' data-url='/nb/page'>下一页</a>"
    )
    s.doubt()


@kind("li_data_href", "rows of li data-href, each with a span")
def _(s):
    s.paged(
        NEXT, item=lambda e: f"<li data-href='{e.path}'><span>{e.title}</span><em>{e.day}</em></li>"
    )


@kind("dead_link_data_link", "<a href=javascript:; data-link=…>")
def _(s):
    s.paged(
        NEXT,
        item=lambda e: (
            f"<li><a href='javascript:;' data-link='{e.path}'>{e.title}</a><em>{e.day}</em></li>"
        ),
    )


@kind("detail_by_number", "onclick=detail('101'): nobody can follow")
def _(s):
    listed(
        s,
        lambda e: (
            f"<li><a href='javascript:void(0)' onclick=\"detail('{e.path[-8:-5]}')\">{e.title}</a><span>{e.day}</span></li>"
        ),
    )
    for name in TOWNS:
        s.expect[name] = ["unknown"] if name != NEVER else EITHER


# ---- addresses


def addresses(name, why, href, at=None, rest=lambda s: None):
    """href: what is printed; at: where the article stands then."""

    @kind(name, why)
    def _(s):
        listed(s, lambda e: row(e, href=href(e)))
        for e in s.all:
            if at is not None and e.body in TOWNS:
                s.answers[at(e)] = {"report": e.body, "year": e.year, "printed": e.day}
                s.answers[e.path] = {"status": 404, "body": "404"}
        rest(s)


addresses(
    "chinese_paths",
    "Chinese characters in the path",
    lambda e: f"/年报/{e.body}{e.year}.html",
    lambda e: quote(f"/年报/{e.body}{e.year}.html"),
)
addresses(
    "blanks_in_paths",
    "blanks in the path",
    lambda e: f"/art {e.year + 1}/{e.path[-8:]}",
    lambda e: f"/art%20{e.year + 1}/{e.path[-8:]}",
)
addresses(
    "line_breaks_in_addresses",
    "tabs and line breaks in the address",
    lambda e: f"\n\t{e.path[:5]}\n{e.path[5:]}\t ",
)
addresses("backslashes", r"\art\2027\101.html", lambda e: e.path.replace("/", "\\"))
addresses(
    "amp_twice",
    "&amp;amp; in a query",
    lambda e: f"/show.jsp?id={e.path[-8:-5]}&amp;amp;t=1",
    lambda e: f"/show.jsp?id={e.path[-8:-5]}&t=1",
)
addresses("upper_scheme", "HTTP://WWW…", lambda e: f"HTTP://{HOST.upper()}{e.path}")
addresses("port_80", "the default port", lambda e: f"http://{HOST}:80{e.path}")
addresses(
    "without_www",
    "rows lead to the host without www",
    lambda e: f"http://{HOST[4:]}{e.path}",
    lambda e: f"//{HOST[4:]}{e.path}",
)
addresses(
    "another_port",
    "rows lead to port 8080",
    lambda e: f"http://{HOST}:8080{e.path}",
    lambda e: f"//{HOST}:8080{e.path}",
    any_may_be_unknown,
)
addresses(
    "ipv6_literal",
    "rows lead to an address in numbers",
    lambda e: f"http://[2001:db8::1]{e.path}",
    rest=lambda s: s.expect.update({n: ["unknown"] if n != NEVER else EITHER for n in TOWNS}),
)
addresses(
    "fragments_alone",
    "#/detail/101",
    lambda e: f"#/detail/{e.path[-8:-5]}",
    rest=lambda s: s.expect.update({n: ["unknown"] if n != NEVER else EITHER for n in TOWNS}),
)
addresses(
    "viewer_of_files",
    "a viewer with the file in its query",
    lambda e: f"/pdfjs/web/viewer.html?file=/att/{e.path[-8:-5]}.pdf",
    rest=any_may_be_unknown,
)


# ---- answers


def as_sent(name, why, make, rest=lambda s: None):
    @kind(name, why)
    def _(s):
        page = around("<ul class='list'>" + "".join(map(row, s.all)) + "</ul>")
        s.answers[s.home] = make(page)
        rest(s)


as_sent("byte_order_mark", "a byte order mark before the page", lambda p: "\ufeff" + p)
as_sent(
    "three_byte_order_marks",
    "three byte order marks, of included files",
    lambda p: "\ufeff\ufeff" + p.replace("<ul", "\ufeff<ul"),
)
as_sent(
    "xhtml_with_closed_tags",
    "XHTML with <script/> and <div/> closed in themselves, sent as XML",
    lambda p: {
        "type": "application/xhtml+xml; charset=utf-8",
        "body": '<?xml version="1.0" encoding="utf-8"?>\n'
        + p.replace("<html>", '<html xmlns="http://www.w3.org/1999/xhtml">')
        .replace("</head>", '<script src="/a.js"/></head>')
        .replace("<ul", '<div class="ad"/><ul')
        .replace('<meta charset="utf-8">', ""),
    },
)
as_sent(
    "huge_picture_inline",
    "two megabytes of a picture in the page",
    lambda p: p.replace("<ul", f"<img src='data:image/png;base64,{'QUJD' * 500_000}'><ul"),
)
as_sent(
    "two_documents",
    "two whole documents, one behind the other",
    lambda p: around("<p>欢迎</p>") + p,
)
as_sent(
    "body_ends_early",
    "</body></html> before the list",
    lambda p: p.replace("<ul", "</body></html><ul"),
)
as_sent(
    "text_plain",
    "sent as text/plain",
    lambda p: {"type": "text/plain; charset=utf-8", "body": p},
    any_may_be_unknown,
)
as_sent(
    "no_type",
    "sent as application/octet-stream",
    lambda p: {"type": "application/octet-stream", "body": p},
    any_may_be_unknown,
)
as_sent(
    "cookie_then_reload",
    "a script that sets a cookie and loads anew",
    lambda p: (
        "<html><head><script>document.cookie='c=1;path=/';location.reload()</script></head><body></body></html>"
    ),
    lambda s: s.unknown(*TOWNS),
)
as_sent(
    "sent_to_login",
    "302 to a page to sign in",
    lambda p: {"status": 302, "headers": {"Location": "/login?back=/nb/"}, "body": ""},
    lambda s: (
        s.answers.update(
            {
                "/login": around(
                    "<form><input name='u'><input type='password'></form>", crumb="用户登录"
                )
            }
        ),
        s.unknown(*TOWNS),
    ),
)


def article_answers(name, answer, told=("unknown",)):
    @kind(name, f"柳树镇's article answers {name}")
    def _(s):
        listed(s)
        path = next(e.path for e in s.all if e.body == "柳树镇" and e.year == YEAR)
        s.answers[path] = answer
        s.expect["柳树镇"] = told


article_answers("article_412", {"status": 412, "body": "<html><script>eval('')</script></html>"})
article_answers("article_403", {"status": 403, "body": "<html><body>访问被拒绝</body></html>"})
article_answers("article_521", {"status": 521, "body": "<script>document.cookie='a=1'</script>"})
article_answers(
    "article_cut",
    {
        "body": "<!DOCTYPE html><html><head><title>柳树镇人民政府2026年政府信息公开工作年度报告</title></head><body><h1>柳树镇人民政府2026年政府信息公开工作年度报告</h1><p>一、总体情况"
    },
)
article_answers("article_empty", {"body": ""}, TOLD)  # it is listed; what it holds is unreadable


# ---- a second half, aimed at what was assumed of the first


def boxed(s, bar, inner, behind=""):
    s.home = "/nb/index.html"
    s.whole(f"{bar}<div class='con'><ul>{inner}</ul></div>{behind}")


def full_list(s):
    s.paged(NEXT, address=lambda i: "/nb/list.html" if i == 0 else f"/nb/list_{i}.html")


def box_of_five(name, why, bar="", behind="", rest=any_may_be_unknown):
    @kind(name, why)
    def _(s):
        full_list(s)
        boxed(s, bar, "".join(map(row, s.all[:5])), behind)
        rest(s)


box_of_five(
    "more_is_a_plus",
    "the newest five; a + in the bar leads to all",
    "<div class='bar'>政府信息公开年报<a href='/nb/list.html'>+</a></div>",
)
box_of_five(
    "more_is_a_heading",
    "the newest five; the box's heading itself leads to all",
    "<h3 class='bar'><a href='/nb/list.html'>政府信息公开年报</a></h3>",
)
box_of_five(
    "more_is_dots",
    "the newest five; …… behind them leads to all",
    behind="<div class='foot-of-box'><a href='/nb/list.html'>……</a></div>",
)
box_of_five(
    "more_by_background",
    "the newest five; an empty link with class more (a background picture)",
    "<div class='bar'><span>年报</span><a class='btn-more' href='/nb/list.html'></a></div>",
)
box_of_five(
    "enter_column",
    "the newest five; 进入栏目 leads to all",
    "<div class='bar'><span>年报</span><a href='/nb/list.html'>进入栏目&gt;&gt;</a></div>",
)
box_of_five(
    "see_all_reports",
    "the newest five; 查看全部年报 leads to all",
    behind="<p class='all'><a href='/nb/list.html'>查看全部年报</a></p>",
)
box_of_five(
    "more_reports",
    "the newest five; 更多年报 leads to all",
    "<div class='bar'><a href='/nb/list.html'>更多年报</a></div>",
)
box_of_five(
    "more_by_script_in_bar",
    "the newest five; 更多 in the bar is opened by a script",
    "<div class='bar'><span>年报</span><a href='javascript:void(0)' onclick='more()'>更多&gt;</a></div>",
)
box_of_five(
    "more_as_span_in_bar",
    "the newest five; 更多 in the bar is a span with onclick",
    "<div class='bar'><span>年报</span><span class='more' onclick='go()'>更多</span></div>",
)


@kind(
    "tabs_of_boxes",
    "two boxes side by side, towns and bureaus, each the newest three, each with 更多",
)
def _(s):
    inner = ""
    for i, mine in enumerate((True, False)):
        es = [e for e in s.all if (e.body in TOWNS) == mine]
        s.answers[f"/nb/k{i}.html"] = around("<ul>" + "".join(map(row, es)) + "</ul>")
        inner += f"<div class='box'><div class='tit'><b>{'乡镇街道' if mine else '县直部门'}</b><a href='/nb/k{i}.html'>更多</a></div><ul>{''.join(map(row, es[:3]))}</ul></div>"
    s.whole(inner)
    never_may_be_unknown(s)


@kind("array_with_a_bracket", "one title of the array has an ASCII bracket, as [更正]")
def _(s):
    rows = records(s.all)
    for r in rows:
        if r["title"].startswith("柳树镇人民政府2026"):
            r["title"] = "[更正]" + r["title"]
    s.whole(f"<ul id='list'></ul><script>var d={script(rows)};draw(d)</script>")
    s.expect |= {"柳树镇": TOLD, NEVER: EITHER}


@kind("array_with_a_summary", "one record of the array is longer than others: a summary")
def _(s):
    rows = records(s.all)
    for r in rows:
        r["intro"] = "根据《中华人民共和国政府信息公开条例》" * (
            60 if r["title"].startswith("柳树镇人民政府2026") else 1
        )
    s.whole(f"<ul id='list'></ul><script>var d={script(rows)};draw(d)</script>")
    s.expect |= {"柳树镇": TOLD, NEVER: EITHER}


@kind("array_of_names", "an array of {unit, year, url}: no title at all")
def _(s):
    s.whole(
        f"<ul id='list'></ul><script>var d={script([{'dept': e.name, 'nd': e.year, 'url': e.path, 'date': e.day} for e in s.all])};draw(d)</script>"
    )
    any_may_be_unknown(s)
    s.unknown(NEVER)


@kind("array_unit_apart", "the array's titles are all the same, the unit is a field beside")
def _(s):
    s.whole(
        f"<ul id='list'></ul><script>var d={script([{'dept': e.name, 'title': f'{e.year}年政府信息公开工作年度报告', 'url': e.path, 'date': e.day} for e in s.all])};draw(d)</script>"
    )
    any_may_be_unknown(s)


@kind("array_one_without_address", "one record of the array has an empty address")
def _(s):
    rows = records(s.all)
    for r in rows:
        if r["title"].startswith("柳树镇人民政府2026"):
            r["url"] = ""
    s.whole(f"<ul id='list'></ul><script>var d={script(rows)};draw(d)</script>")
    s.unknown("柳树镇")
    never_may_be_unknown(s)


@kind("array_one_on_another_host", "one record of the array leads to a messenger's host")
def _(s):
    rows = records(s.all)
    for r in rows:
        if r["title"].startswith("柳树镇人民政府2026"):
            r["url"] = "https://mp.weixin.qq.com/s/abc"
    s.whole(f"<ul id='list'></ul><script>var d={script(rows)};draw(d)</script>")
    s.unknown("柳树镇")
    never_may_be_unknown(s)


@kind("array_one_with_two_addresses", "records with a picture's address beside the article's")
def _(s):
    s.whole(
        f"<ul id='list'></ul><script>var d={script([{**r, 'img': '/i/a.png'} for r in records(s.all)])};draw(d)</script>"
    )
    never_may_be_unknown(s)


@kind("array_by_number", "records with an id alone: the script makes the address")
def _(s):
    s.whole(
        f"<ul id='list'></ul><script>var d={script([{'id': e.path[-8:-5], 'title': e.title, 'date': e.day} for e in s.all])};draw(d)</script>"
    )
    for name in TOWNS:
        s.expect[name] = TOLD if name != NEVER else EITHER


@kind(
    "array_sliced_from_interface",
    "an array of the newest twenty; older ones are loaded by a script from outside on a click",
)
def _(s):
    some = [e for e in s.all if e.body != "新安镇"]
    s.whole(
        f"<ul id='list'></ul><script>var d={script(records(some))};draw(d)</script><a href='javascript:loadOld()'>更多</a><script src='/js/x.js'></script>"
    )
    s.expect |= {"新安镇": ["unknown"], NEVER: ["unknown"]}


@kind("template_string_rows", "rows in a template string with ${}")
def _(s):
    s.whole(
        f"<ul id='list'></ul><script>var d={script(records(s.all))}.map(r=>`<li><a href='${{r.url}}'>${{r.title}}</a></li>`);draw(d)</script>"
    )
    never_may_be_unknown(s)


@kind("single_quotes_escaped", r"records in single quotes with \' and \x")
def _(s):
    rows = "".join(f"{{title:'{e.title}\\'',url:'{e.path}',date:'{e.day}'}}," for e in s.all)
    s.whole(f"<ul id='list'></ul><script>var d=[{rows}];draw(d)</script>")
    any_may_be_unknown(s)


@kind("data_url_of_a_picture", "rows of li whose data-url is a picture, the link beside it")
def _(s):
    listed(
        s,
        lambda e: (
            f"<li data-url='/i/{e.path[-8:-5]}.png'><a href='{e.path}'>{e.title}</a><span>{e.day}</span></li>"
        ),
    )


@kind("share_of_each_row", "each row has a share button with data-url")
def _(s):
    listed(
        s,
        lambda e: (
            f"<li><a href='{e.path}'>{e.title}</a><span>{e.day}</span><span class='share' data-url='{e.path}' data-title='{e.title}'>分享</span></li>"
        ),
    )


@kind("next_data_url_is_an_interface", "下一页 hands a script an interface that answers JSON")
def _(s):
    s.answers["/api/l?p=2"] = {
        "type": "application/json",
        "body": script({"rows": records(s.pages[1])}),
    }
    s.whole(
        "<ul>"
        + "".join(map(row, s.pages[0]))
        + "</ul><a class='next' href='javascript:;' data-url='/api/l?p=2'>下一页</a>"
    )
    s.expect |= {"柳树镇": TOLD, "新安镇": TOLD, NEVER: ["unknown"]}


@kind(
    "next_data_url_to_last",
    "下一页 hands a script page two of three; page two has no 下一页 but 共3页",
)
def _(s):
    s.paged(
        lambda i, n, a: (
            f"<a class='next' href='javascript:;' data-url='{a(1)}'>下一页</a>"
            if i == 0
            else "<p>第2页 共3页</p>"
        )
    )
    s.expect |= {NEVER: ["unknown"]}


titles(
    "released_behind_without_brackets",
    "…年度报告 2027年1月20日发布",
    lambda e: f"{e.name}{e.year}年政府信息公开工作年度报告 {e.year + 1}年1月20日发布",
    any_may_be_unknown,
)
titles(
    "release_in_other_words",
    "（公开日期：2027-01-20）",
    lambda e: f"{e.name}{e.year}年政府信息公开工作年度报告（公开日期：{e.year + 1}-01-20）",
)
titles(
    "season_of_the_report",
    "…（2026年1月1日至12月31日）",
    lambda e: f"{e.name}政府信息公开工作年度报告（{e.year}年1月1日至12月31日）",
)
titles(
    "printed_in_the_title",
    "青溪县柳树镇…",
    lambda e: e.title if e.body not in TOWNS else f"青溪县{e.title}",
)
titles(
    "office_of_the_town",
    "柳树镇党政综合办公室…",
    lambda e: (
        e.title
        if e.body not in TOWNS
        else f"{e.body}党政综合办公室{e.year}年政府信息公开工作年度报告"
    ),
    any_may_be_unknown,
)
titles("in_book_marks", "《柳树镇…报告》", lambda e: f"《{e.title}》")
titles(
    "openness_work_report",
    "2026年政务公开工作报告",
    lambda e: f"{e.name}{e.year}年政务公开工作报告",
    any_may_be_unknown,
)
titles(
    "summary_of_work",
    "2026年政府信息公开工作总结",
    lambda e: f"{e.name}{e.year}年政府信息公开工作总结",
    any_may_be_unknown,
)
titles(
    "openness_year_report",
    "2026年度政务公开年报",
    lambda e: f"{e.name}{e.year}年度政务公开年报",
    any_may_be_unknown,
)
titles(
    "misspelt",
    "政府信息公开工作年底报告, a common slip",
    lambda e: e.title.replace("年度报告", "年底报告"),
    any_may_be_unknown,
)
titles(
    "misspelt_openness",
    "政府信息工开年度报告",
    lambda e: e.title.replace("公开", "工开"),
    any_may_be_unknown,
)
titles(
    "year_report_of_law",
    "2026年法治政府建设暨政府信息公开年度报告",
    lambda e: f"{e.name}{e.year}年法治政府建设暨政府信息公开年度报告",
    any_may_be_unknown,
)


def zone(name, why, unit, title, told, **more):
    @kind(name, why)
    def _(s):
        also(s, {unit: ("990101401", more)}, {unit: "2027-01-12"})
        s.expect[unit] = told
        s.whole(
            "<ul>" + extra(s, unit, "2027-01-12", 501, title) + "".join(map(row, s.all)) + "</ul>"
        )


END = f"{YEAR}年政府信息公开工作年度报告"
zone(
    "zone_by_short_name",
    "the file names 管委会, the title 管理委员会",
    "青溪高新区管委会",
    f"青溪高新区管理委员会{END}",
    ["on_time"],
)
zone(
    "zone_without_its_organ",
    "the file names 管委会, the title the zone alone",
    "青溪高新区管委会",
    f"青溪高新区{END}",
    TOLD,
)
zone("scenic_area", "a scenic area's 管理局", "白云山风景区", f"白云山风景区管理局{END}", TOLD)
zone(
    "industrial_park",
    "工业园区 whose title says 工业园区管委会",
    "青溪县工业园区",
    f"青溪县工业园区管委会{END}",
    ["on_time"],
)
zone(
    "farm_of_the_state",
    "国营红旗农场 where the file says 红旗农场",
    "红旗农场",
    f"国营红旗农场{END}",
    TOLD,
)
zone(
    "forest_farm_by_its_head",
    "东山林场 whose title says 国有东山林场管理处",
    "东山林场",
    f"国有东山林场管理处{END}",
    TOLD,
)
zone("township_of_a_people", "白云回族乡 titled 白云乡", "白云回族乡", f"白云乡人民政府{END}", TOLD)
zone("town_of_a_farm", "城关镇 titled 城关镇政府", "城关镇", f"城关镇政府{END}", ["on_time"])
zone(
    "street_by_its_working_committee",
    "东街街道 titled 东街街道党工委、办事处",
    "东街街道",
    f"东街街道党工委、办事处{END}",
    TOLD,
    kind="subdistrict",
)


@kind("department_of_a_zone", "the zone's 财政局 reports; the zone itself never")
def _(s):
    also(s, {"青溪高新区": ("990101401", {})}, {"青溪高新区": "never"})
    s.expect["青溪高新区"] = EITHER
    s.whole(
        "<ul>"
        + extra(s, "青溪高新区管委会财政局", "2027-01-12", 501, f"青溪高新区管委会财政局{END}")
        + "".join(map(row, s.all))
        + "</ul>"
    )


# ---- what speaks of more beside a list that seems to be alone


def few(name, why, inner, rest=any_may_be_unknown):
    """The first page alone, with something around that tells of more; inner draws the whole page's middle."""

    @kind(name, why)
    def _(s):
        full_list(s)
        s.home = "/nb/index.html"
        s.whole(inner(s))
        rest(s)


def part(s, n=15):
    return "<ul class='list'>" + "".join(map(row, s.pages[0][:n])) + "</ul>"


def doubtful(s):
    s.doubt()


few(
    "pinned_in_a_box",
    "the newest five and a pinned old one; the heading leads to all",
    lambda s: (
        f"<h3><a href='/nb/list.html'>政府信息公开年报</a></h3><div class='con'><ul>{row(s.all[-1])}{''.join(map(row, s.all[:5]))}</ul></div>"
    ),
)
few(
    "more_among_menu",
    "the newest five; the bar holds five links, 更多 among them",
    lambda s: (
        "<div class='bar'><a href='/zn/'>指南</a><a href='/zd/'>制度</a><a href='/ml/'>目录</a><a href='/ysq/'>依申请</a><a href='/nb/list.html'>更多</a></div>"
        + part(s, 5)
    ),
)
few(
    "pager_of_an_own_element",
    "a pager that is an element of its own: <x-pager total=35 size=15>",
    lambda s: (
        part(s)
        + "<x-pager total='35' size='15' current='1'></x-pager><script src='/js/x.js'></script>"
    ),
    doubtful,
)
few(
    "pager_of_element_ui",
    "<el-pagination :total=35> that a server left as it is",
    lambda s: (
        part(s)
        + "<el-pagination :total='35' :page-size='15'></el-pagination><script src='/js/app.js'></script>"
    ),
    doubtful,
)
few(
    "pager_of_attributes",
    "an empty place with page-count and total without data-",
    lambda s: (
        part(s)
        + "<div class='fy' page-count='3' total='35'></div><script src='/js/fy.js'></script>"
    ),
    doubtful,
)
few(
    "select_of_units_by_id",
    "a select of units by id, a script shows one at a time; here the first",
    lambda s: (
        "<select onchange='load(this.value)'>"
        + "".join(f"<option value='{i}'>{t}</option>" for i, t in enumerate(TOWNS))
        + "</select><ul>"
        + "".join(row(e) for e in s.all if e.body == "枫林街道")
        + "</ul>"
    ),
    lambda s: s.expect.update({n: ["unknown"] for n in TOWNS if n != "枫林街道"}),
)
few(
    "units_as_buttons",
    "buttons of units without addresses; the list of the first is shown",
    lambda s: (
        "<div class='units'>"
        + "".join(f"<span onclick='show({i})'>{t}</span>" for i, t in enumerate(TOWNS))
        + "</div><ul>"
        + "".join(row(e) for e in s.all if e.body == "枫林街道")
        + "</ul>"
    ),
    lambda s: s.expect.update({n: ["unknown"] for n in TOWNS if n != "枫林街道"}),
)
few(
    "letters",
    "an index by letters, a script shows one at a time",
    lambda s: (
        "<div class='az'>"
        + "".join(f"<a href='javascript:az(\"{c}\")'>{c}</a>" for c in "ABCFGLQX")
        + "</div>"
        + part(s, 5)
    ),
    doubtful,
)
few(
    "says_others_elsewhere",
    "其他单位年报请到各单位网站查看",
    lambda s: part(s) + "<p>其他单位年报请到各单位门户网站查看。</p>",
    doubtful,
)
few(
    "says_in_part",
    "以下为部分单位年报",
    lambda s: "<p>以下为部分单位年报：</p>" + part(s),
    doubtful,
)
few(
    "says_being_updated",
    "其余单位年报陆续更新中",
    lambda s: part(s) + "<p>其余单位年报陆续更新中……</p>",
    doubtful,
)
few(
    "pager_behind_the_foot",
    "the pager stands behind the foot of the site",
    lambda s: (
        part(s)
        + "<div class='foot2'>主办：青溪县人民政府</div><div class='page'><a href='/nb/list_1.html'>下一页</a></div>"
    ),
)
few(
    "pager_in_the_last_row",
    "the pager stands in the last row",
    lambda s: part(s).replace(
        "</ul>", "<li class='page'><a href='/nb/list_1.html'>下一页</a></li></ul>"
    ),
    lambda s: None,
)
few(
    "pager_in_tfoot",
    "the pager stands in the foot of the table",
    lambda s: (
        "<table><tbody>"
        + "".join(
            f"<tr><td><a href='{e.path}'>{e.title}</a></td><td>{e.day}</td></tr>"
            for e in s.pages[0]
        )
        + "</tbody><tfoot><tr><td colspan=2><a href='/nb/list_1.html'>下一页</a></td></tr></tfoot></table>"
    ),
    lambda s: None,
)
few(
    "two_columns_one_pager",
    "odd rows left, even rows right, one pager under both",
    lambda s: (
        "<div class='l'><ul>"
        + "".join(map(row, s.pages[0][::2]))
        + "</ul></div><div class='r'><ul>"
        + "".join(map(row, s.pages[0][1::2]))
        + "</ul></div><div class='page'><a href='/nb/list_1.html'>下一页</a></div>"
    ),
    lambda s: None,
)
few(
    "go_to_page_alone",
    "a field for a page's number and a button, nothing else",
    lambda s: (
        part(s) + "<div>跳转到<input id='p' size='2'>页 <button onclick='go()'>GO</button></div>"
    ),
    doubtful,
)
few(
    "arrow_in_svg",
    "an svg arrow with onclick and no words",
    lambda s: (
        part(s)
        + "<div class='pg'><i onclick='go(2)'><svg viewBox='0 0 9 9'><path d='M1 1'/></svg></i></div>"
    ),
    doubtful,
)
few(
    "dots_to_press",
    "●○○ under the list: three dots to press",
    lambda s: (
        part(s)
        + "<ul class='dots'><li class='on'></li><li></li><li></li></ul><script src='/js/slick.js'></script>"
    ),
    doubtful,
)
few(
    "rows_hidden_by_class",
    "all rows stand there, those behind the fifteenth hidden; 展开全部",
    lambda s: (
        "<ul>"
        + "".join(map(row, s.all)).replace("<li>", "<li class='x'>")
        + "</ul><button onclick='all()'>展开全部</button>"
    ),
    never_may_be_unknown,
)
few(
    "year_by_select_of_script",
    "a select of years by script; last year's is chosen and shown",
    lambda s: (
        "<select id='y'><option>2026</option><option selected>2025</option></select><ul>"
        + "".join(row(e) for e in s.all if e.year < YEAR)
        + "</ul>"
    ),
    lambda s: s.unknown(*TOWNS),
)
few(
    "year_in_query_shown",
    "the column's address holds last year's year; the list is last year's",
    lambda s: (
        "<ul>"
        + "".join(row(e) for e in s.all if e.year < YEAR)
        + "</ul><p><a href='/nb/index.html?year=2026'>2026</a> <b>2025</b></p>"
    ),
    any_may_be_unknown,
)


# ---- days, first looked at after the deadline: who was in time is not late


def days(name, why, draw=row, article=None, told=TOLD):
    """draw: the row; article: what stands before the report's own text, and what it prints."""

    @kind(name, why)
    def _(s):
        listed(s, draw)
        for e in s.all:
            if e.body in TOWNS:
                s.answers[e.path] = {"report": e.body, "year": e.year} | (
                    article(e) if article else {}
                )
        made = s.made
        s.made = lambda: made() | {"looks": ["2027-02-25", "2027-02-26", "2027-03-05"]}
        for town in TOWNS:
            s.expect[town] = told if town != NEVER else EITHER


def later(e):
    return f"{e.year + 1}-02-20"


def undated(e):
    return f"<li><a href='{e.path}'>{e.title}</a></li>"


days("day_of_the_list", "the list prints the day of publishing", told=["on_time"])
days(
    "day_of_the_page",
    "the page alone prints the day of publishing",
    undated,
    lambda e: {"printed": e.day},
    ["on_time"],
)
days(
    "two_days_in_a_row",
    "the row prints two days without words: published, changed",
    lambda e: (
        f"<li><a href='{e.path}'>{e.title}</a><span>{e.day}</span><span>{later(e)}</span></li>"
    ),
)
days(
    "two_days_under_headings",
    "two days in a table whose headings tell 发布日期, 更新日期",
    lambda e: (
        f"<li><a href='{e.path}'>{e.title}</a><span>发布：{e.day}</span><span>更新：{later(e)}</span></li>"
    ),
    told=["on_time"],
)
days(
    "page_stamped_anew",
    "the list tells January, the page 发布时间 in February",
    row,
    lambda e: {"printed": later(e)},
)
days(
    "list_stamped_anew",
    "the list tells February, the page 发布时间 in January",
    lambda e: row(e).replace(f"<span>{e.day}", f"<span>{later(e)}"),
    lambda e: {"printed": e.day},
)
days(
    "changed_alone",
    "no day in the list; the page prints 更新时间 in February",
    undated,
    lambda e: {"body_before": f"<p>更新时间：{later(e)}</p>"},
)
days(
    "day_of_the_visit",
    "no day in the list; the page prints the day of today",
    undated,
    lambda e: {"body_before": "<p>今天是2027年2月25日 星期四</p>"},
)
days(
    "days_of_others",
    "no day in the list; related articles of February under the report",
    undated,
    lambda e: {
        "body_before": "<ul><li><a href='/xw/1.html'>青溪县召开会议</a> 2027-02-20</li><li><a href='/xw/2.html'>青溪县部署工作</a> 2027-02-21</li></ul>"
    },
)
days(
    "day_with_slashes",
    "2027/1/6 8:05:03",
    lambda e: (
        f"<li><a href='{e.path}'>{e.title}</a><span>{e.year + 1}/1/{int(e.day[8:])} 8:05:03</span></li>"
    ),
    told=["on_time"],
)
days(
    "day_before_the_title",
    "[01-06] before the title, without the year",
    lambda e: f"<li>[{e.day[5:]}] <a href='{e.path}'>{e.title}</a></li>",
)
days(
    "expiry_behind",
    "the row's last day is 有效期至",
    lambda e: (
        f"<li><a href='{e.path}'>{e.title}</a><span>{e.day}</span><span>有效期至 {e.year + 6}-12-31</span></li>"
    ),
)
days(
    "list_tells_collection",
    "the list's day is 采集日期 in February",
    lambda e: f"<li><a href='{e.path}'>{e.title}</a><span>采集日期：{later(e)}</span></li>",
)


@kind(
    "own_column_beside_a_scripted_menu",
    "each town's own column, beside a menu of all towns that a script opens",
)
def _(s):
    menu = (
        "<div class='tree'>"
        + "".join(f"<a href='javascript:open({i})'>{t}</a>" for i, t in enumerate(TOWNS))
        + "</div>"
    )
    for i, town in enumerate(TOWNS):
        path = f"/xz/{i}/nb.html"
        s.answers[path] = around(
            menu + "<ul>" + "".join(row(e) for e in s.all if e.body == town) + "</ul>",
            crumb=f"{town} &gt; 政府信息公开年报",
        )
        s.columns.append({"url": f"http://{HOST}{path}", "unit": town})
