"""County sites by another hand, the sixth series: each kind of site is made by a function. Written before any was run.

`of(name)` gives what a YAML file of [portals](../portals/README.md) holds: about, county, year, days, looks, truth, expect.
Eighteen bodies report; 古榆镇 never does, 柳树镇 and 新安镇 stand on the second page where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

HOST = "www.qingxi.gov.cn"
TOWNS = {
    "枫林街道": "990101002",
    "柳树镇": "990101101",
    "青石镇": "990101102",
    "白鹤镇": "990101103",
    "古榆镇": "990101105",
    "新安镇": "990101106",
}
NEVER = "古榆镇"
BUREAUS = [
    "教育局",
    "财政局",
    "民政局",
    "水利局",
    "司法局",
    "审计局",
    "统计局",
    "林业局",
    "交通运输局",
    "农业农村局",
    "应急管理局",
    "医疗保障局",
]
YEAR = 2026
KINDS: dict[str, Callable[[Site], None]] = {}
WHY: dict[str, str] = {}


@dataclass(frozen=True)
class Entry:
    body: str
    year: int
    day: str
    path: str

    @property
    def name(self):
        end = {"镇": "人民政府", "道": "办事处"}.get(self.body[-1], "")
        return f"{self.body}{end}" if end else f"青溪县{self.body}"

    @property
    def title(self):
        return f"{self.name}{self.year}年政府信息公开工作年度报告"


def entries():
    """Newest first: fifteen of this year on page one, two towns behind them, then the year before."""
    out, n = [], 100
    days = {"枫林街道": 24, "青石镇": 22, "白鹤镇": 20, "柳树镇": 6, "新安镇": 5}
    for year in (YEAR, YEAR - 1):
        for i, body in enumerate(BUREAUS):
            n += 1
            out.append(Entry(body, year, f"{year + 1}-01-{10 + i:02}", f"/art/{year + 1}/{n}.html"))
        for i, body in enumerate(TOWNS):
            if body == NEVER and year == YEAR:
                continue
            n += 1
            day = days[body] if year == YEAR else 8 + i
            out.append(Entry(body, year, f"{year + 1}-01-{day:02}", f"/art/{year + 1}/{n}.html"))
    return sorted(out, key=lambda e: e.day, reverse=True)


def li(e):
    return f'<li><span>{e.day}</span><a href="{e.path}" target="_blank" title="{e.title}">{e.title}</a></li>'


def around(inner, head="", crumb="政府信息公开年报"):
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{crumb}_青溪县人民政府</title>{head}</head><body>'
        f'<div class="top"><a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; {crumb}</div>{inner}'
        '<div class="foot">主办：青溪县人民政府办公室 备案号：12345678</div></body></html>'
    )


@dataclass
class Site:
    name: str
    answers: dict = field(default_factory=dict)
    columns: list = field(default_factory=list)
    expect: dict = field(default_factory=dict)
    truth: dict = field(default_factory=dict)
    all: list = field(default_factory=entries)
    home: str = "/nb/index.html"
    articles: bool = True
    units: dict = field(default_factory=dict)
    later: dict = field(default_factory=dict)  # what answers otherwise from a day on

    @property
    def pages(self):
        """The list cut in pages of fifteen: the two towns' entries are on the second."""
        return [self.all[i : i + 15] for i in range(0, len(self.all), 15)]

    def unknown(self, *names):
        for name in names:
            self.expect[name] = ["unknown"]

    def doubt(self):
        """What is on later pages can't be had: nobody may be told missing, those who are seen are told."""
        for name in ("柳树镇", "新安镇", NEVER):
            self.expect[name] = ["unknown"]

    def paged(
        self,
        pager,
        address=lambda i: "/nb/index.html" if i == 0 else f"/nb/index_{i}.html",
        item=li,
        wrap="<ul class='list'>{}</ul>",
        head="",
    ):
        for i, part in enumerate(self.pages):
            html = wrap.replace("{}", "".join(map(item, part)))
            self.answers[address(i)] = around(html + pager(i, len(self.pages), address), head)
        self.home = address(0)

    def whole(self, inner, head=""):
        self.answers[self.home] = around(inner, head)

    def made(self):
        columns = self.columns or [{"url": f"http://{HOST}{self.home}"}]
        answers = {"/": around("<ul><li><a href='/zwgk/'>政务公开</a></li></ul>", crumb="首页")}
        if self.articles:
            for e in self.all:
                answers[e.path] = {
                    "report": e.body if e.body in TOWNS else f"青溪县{e.body}",
                    "year": e.year,
                    "printed": e.day,
                }
        answers |= self.answers
        units = [
            {"name": n, "code": c}
            | ({"kind": "subdistrict"} if n.endswith("街道") else {})
            | self.units.get(n, {})
            for n, c in TOWNS.items()
        ]
        truth = {
            n: next((e.day for e in self.all if e.body == n and e.year == YEAR), "never")
            for n in TOWNS
        } | self.truth
        expect = {
            n: ["missing"] if truth[n] == "never" else ["on_time"] for n in TOWNS
        } | self.expect
        return {
            "about": WHY[self.name], "county": {"county": "青溪县", "code": "990101", "units": units, "columns": columns}, "year": YEAR,
            "days": {"2027-01-20": answers} | self.later, "looks": ["2027-01-27", "2027-02-02", "2027-02-05"], "truth": truth, "expect": expect,
        }  # fmt: skip


def kind(name, why):
    def keep(f):
        assert name not in KINDS, name
        KINDS[name], WHY[name] = f, why
        return f

    return keep


def of(name):
    s = Site(name)
    KINDS[name](s)
    return s.made()


# ---- pagers whose second page has an address


def pager(name, why, draw, **k):
    kind(name, why)(lambda s: s.paged(draw, **k))


def linked(form, last=""):
    """A pager drawn by a form with {next}; the last page has another."""
    return lambda i, n, a: (
        form.replace("{next}", a(i + 1)).replace("{no}", str(i + 2)) if i + 1 < n else last
    )


pager(
    "next_rel_alone",
    "a link rel=next that holds an icon, nothing else",
    linked('<div class="page"><a rel="next" href="{next}"><i class="icon"></i></a></div>'),
)
pager(
    "next_data_href",
    "the next page's address is in data-href of a dead link",
    linked(
        '<div class="page"><a class="next" href="javascript:void(0)" data-href="{next}">下一页</a></div>'
    ),
)
pager(
    "next_onclick_self",
    "onclick self.location.href",
    linked("<div class='page'><span onclick=\"self.location.href='{next}'\">下页</span></div>"),
)
pager(
    "next_input_button",
    "an input of type button, window.location",
    linked("<input type='button' value='下一页' onclick=\"window.location='{next}'\">"),
)
pager(
    "next_link_in_head",
    "a rel=next in the body's link element, and words 1/3",
    lambda i, n, a: (
        f"<link rel='next' href='{a(i + 1)}'><p>{i + 1}/{n}</p>"
        if i + 1 < n
        else f"<p>{i + 1}/{n}</p>"
    ),
)
pager(
    "next_upper",
    "tags and attributes in capitals, no quotes",
    linked("<DIV CLASS=page><A HREF={next}>下一页</A></DIV>"),
)
pager(
    "next_spaces",
    "spaces and line breaks in the address",
    linked('<div class="page"><a href="\n  {next} \n">下一页</a></div>'),
)


@kind("next_jsessionid", "a session in the address")
def _(s):
    s.paged(linked('<div class="page"><a href="{next};jsessionid=A1B2C3D4">下一页</a></div>'))
    s.answers |= {f"{path};jsessionid=A1B2C3D4": page for path, page in s.answers.items()}


pager(
    "next_no_scheme",
    "an address without scheme",
    linked(f'<div class="page"><a href="//{HOST}{{next}}">下一页</a></div>'),
)
pager(
    "next_fragment",
    "a fragment behind the address",
    linked('<div class="page"><a href="{next}#list">下一页</a></div>'),
)
pager(
    "next_title_empty",
    "an empty link titled 下一页",
    linked('<div class="page"><a title="下一页" class="nx" href="{next}"></a></div>'),
)
pager(
    "next_aria",
    "an empty link with aria-label Next",
    linked('<nav><a aria-label="Next" href="{next}"><span aria-hidden="true">›</span></a></nav>'),
)
pager(
    "next_chinese_page",
    "第2页, 第3页 as links",
    lambda i, n, a: (
        "<p>" + " ".join(f"<a href='{a(j)}'>第{j + 1}页</a>" for j in range(n)) + "</p>"
    ),
)
pager("next_traditional", "下一頁", linked('<p><a href="{next}">下一頁</a></p>'))
pager("next_english", "Next Page", linked('<p><a href="{next}">Next Page</a></p>'))
pager(
    "next_arrow_fullwidth",
    "＞ in full width",
    linked('<div class="pages"><a href="{next}">＞</a></div>'),
)
pager(
    "next_bootstrap",
    "Bootstrap's pagination",
    lambda i, n, a: (
        "<ul class='pagination'>"
        + "".join(
            f"<li class='{'active' if j == i else ''}'>"
            + (f"<span>{j + 1}</span>" if j == i else f"<a href='{a(j)}'>{j + 1}</a>")
            + "</li>"
            for j in range(n)
        )
        + "</ul>"
    ),
)
pager(
    "next_query_amp",
    "addresses by query with &amp;",
    linked('<p><a href="{next}">下一页</a></p>'),
    address=lambda i: f"/nb/list.jsp?cid=9&page={i + 1}",
)
pager(
    "next_path_slash",
    "addresses /nb/2/",
    linked('<p><a href="{next}">下一页</a></p>'),
    address=lambda i: f"/nb/{i + 1}/",
)
pager(
    "next_from_zero",
    "p=0, p=1, p=2 in a query beside other keys",
    lambda i, n, a: "".join(f"<a href='{a(j)}'>{j + 1}</a> " for j in range(n) if j != i),
    address=lambda i: f"/nb?p={i}&t=nb",
)
pager(
    "next_by_offset",
    "start=0, start=15",
    lambda i, n, a: (
        "".join(f"<a href='{a(j)}'>{j + 1}</a> " for j in range(n) if j != i)
        + (f"<a href='{a(i + 1)}'>下一页</a>" if i + 1 < n else "")
    ),
    address=lambda i: f"/nb/list?start={i * 15}",
)
pager(
    "select_location_value",
    "a select of addresses, location=this.value",
    lambda i, n, a: (
        "<select onchange='location=this.value'>"
        + "".join(
            f"<option value='{a(j)}'{' selected' if j == i else ''}>{j + 1}" for j in range(n)
        )
        + "</select>"
    ),
)
pager(
    "htmx_more",
    "hx-get on a button 加载更多",
    linked('<button hx-get="{next}" hx-target=".list">加载更多</button>', "<p>没有更多了</p>"),
)
pager(
    "data_url_more",
    "加载更多 with data-url",
    linked(
        '<div class="more" data-url="{next}" data-page="{no}">点击加载更多</div>',
        "<p>已全部加载</p>",
    ),
)
pager(
    "trs_create_page_five",
    "createPageHTML of five arguments with a div's id first",
    lambda i, n, a: (
        f"<script>function createPageHTML(d,c,i,p,s){{}}</script><div id='pg'></div><script>createPageHTML('pg',{n},{i},'index','html');</script>"
    ),
)
pager(
    "trs_create_page_var",
    "createPageHTML(countPage, currentPage, …) with the variables set above",
    lambda i, n, a: (
        f"<script>var countPage = {n}; var currentPage = {i};\nvar prefix='index', suffix='html';\ncreatePageHTML(countPage, currentPage, prefix, suffix);</script>"
    ),
)
pager(
    "page_json_attribute",
    "the pager in JSON in an attribute",
    lambda i, n, a: (
        f"<div id='pager' data-options='{json.dumps({'total': 48, 'pageSize': 15, 'current': i + 1, 'urls': [a(j) for j in range(n)]})}'></div>"
    ),
)
pager(
    "pager_writes_links",
    "a script writes a link for each page in a loop",
    lambda i, n, a: (
        f'<script>for(var k=1;k<{n};k++){{document.write("<a href=\'index_"+k+".html\'>"+(k+1)+"</a>")}}</script>'
    ),
)


@kind(
    "words_only_total",
    "共35条 每页15条, the pager drawn by a plugin of another file: later pages can't be had",
)
def _(s):
    s.whole(
        "<ul>"
        + "".join(map(li, s.pages[0]))
        + "</ul><div class='page'>共35条 每页15条</div><script src='/js/pager.js'></script>"
    )
    s.doubt()


@kind("words_only_one_of_three", "1/3页 alone")
def _(s):
    s.whole("<ul>" + "".join(map(li, s.pages[0])) + "</ul><div class='page'>第1页/共3页</div>")
    s.doubt()


@kind("words_total_pages_english", "Page 1 of 3")
def _(s):
    s.whole("<ul>" + "".join(map(li, s.pages[0])) + "</ul><div class='page'>Page 1 of 3</div>")
    s.doubt()


@kind("hash_pages", "links #2 and #3 that a script turns")
def _(s):
    s.whole(
        "<ul>"
        + "".join(map(li, s.pages[0]))
        + "</ul><div class='page'><a class='on' href='#1'>1</a><a href='#2'>2</a><a href='#3'>3</a></div>"
    )
    s.doubt()


@kind("scroll_alone", "a list that grows while scrolling: a sentinel and 正在加载")
def _(s):
    s.whole(
        "<ul>"
        + "".join(map(li, s.pages[0]))
        + "</ul><div id='sentinel' class='loading'>正在加载…</div><script src='/js/app.js'></script>"
    )
    s.doubt()


@kind("base_href", "relative addresses under a base of another folder")
def _(s):
    item = lambda e: f'<li><a href="{e.path.lstrip("/")}">{e.title}</a> {e.day}</li>'  # noqa: E731
    s.paged(
        lambda i, n, a: f"<a href='nb/index_{i + 1}.html'>下一页</a>" if i + 1 < n else "",
        item=item,
        head="<base href='/'>",
    )


# ---- the second page answers otherwise


def second_page(name, why, answer, **expect):
    @kind(name, why)
    def _(s):
        s.paged(linked('<div class="page"><a href="{next}">下一页</a></div>'))
        s.answers["/nb/index_1.html"] = answer
        s.doubt()


second_page(
    "page_two_403", "403", {"status": 403, "body": "<html><body>403 Forbidden</body></html>"}
)
second_page(
    "page_two_429",
    "429",
    {"status": 429, "body": "Too Many Requests", "headers": {"Retry-After": "30"}},
)
second_page("page_two_empty", "an empty answer of 200", {"body": ""})
second_page(
    "page_two_soft_404",
    "200: 您访问的页面不存在",
    around(
        "<h2>对不起，您访问的页面不存在或已删除！</h2><p><a href='/'>返回首页</a></p>", crumb="提示"
    ),
)
second_page(
    "page_two_waf",
    "200: a challenge of a firewall by script",
    {
        "body": "<html><head><script>document.cookie='__jsl_clearance=1';location.reload()</script></head><body></body></html>"
    },
)
second_page(
    "page_two_json_error",
    "200 with JSON of a fault",
    {"body": '{"code":500,"msg":"系统繁忙"}', "type": "application/json"},
)
second_page(
    "page_two_other_section",
    "200: the home page",
    around(
        "<ul>"
        + "".join(
            f"<li><a href='/news/{i}.html'>青溪县召开会议{i}</a> 2027-01-1{i}</li>"
            for i in range(8)
        )
        + "</ul>",
        crumb="首页",
    ),
)
NEWS = (
    "<ul>"
    + "".join(
        f"<li><a href='/news/{i}.html'>青溪县召开会议{i}</a> 2027-01-1{i}</li>" for i in range(8)
    )
    + "</ul>"
)
second_page(
    "page_two_home_by_name",
    "200: the home page, titled with the site's name alone, without crumbs",
    f"<html><head><title>青溪县人民政府</title></head><body>{NEWS}</body></html>",
)
second_page(
    "page_two_news_same_crumb_words",
    "200: the news column, whose crumbs begin alike",
    around(NEWS, crumb="政务要闻"),
)


@kind("page_two_home_without_crumbs", "no page has crumbs; the second is the home page")
def _(s):
    s.paged(linked('<div class="page"><a href="{next}">下一页</a></div>'))
    for path, page in s.answers.items():
        top = page.index('<div class="top">')
        s.answers[path] = page[:top] + page[page.index("</div>", top) + 6 :]
    s.answers["/nb/index_1.html"] = (
        f"<html><head><title>青溪县人民政府</title></head><body>{NEWS}</body></html>"
    )
    s.doubt()


@kind("last_page_of_circulars", "a last page of the column holds circulars alone")
def _(s):
    s.paged(linked('<div class="page"><a href="{next}">下一页</a></div>'))
    last = [
        f"<li><a href='/art/2019/{i}.html'>关于信息发布工作的通知{i}</a><span>2019-01-1{i}</span></li>"
        for i in range(6)
    ]
    s.answers["/nb/index_2.html"] = s.answers["/nb/index_2.html"].replace(
        "</ul>", "</ul><div class='page'><a href='/nb/index_3.html'>下一页</a></div>"
    )
    s.answers["/nb/index_3.html"] = around("<ul class='list'>" + "".join(last) + "</ul>")


second_page(
    "page_two_cut",
    "200: the answer is cut in the middle of an entry",
    {
        "body": around("<ul class='list'>" + "".join(map(li, entries()[15:30])) + "</ul>").split(
            "柳树镇"
        )[0]
    },
)
second_page(
    "page_two_no_entries",
    "200: the list's page with no entry but 正在维护",
    around("<ul class='list'></ul><p>栏目正在维护，请稍后访问</p>"),
)


# ---- ways to set a list


def listing(name, why, draw):
    kind(name, why)(lambda s: s.whole(draw(s)))


def grouped(s, by):
    out = {}
    for e in s.all:
        out.setdefault(by(e), []).append(e)
    return out


listing(
    "dl_dt_dd",
    "a definition list: dt the day, dd the title",
    lambda s: (
        "<dl>"
        + "".join(f"<dt>{e.day}</dt><dd><a href='{e.path}'>{e.title}</a></dd>" for e in s.all)
        + "</dl>"
    ),
)
listing(
    "date_inside_link",
    "the day inside the link before the title",
    lambda s: (
        "<ul>"
        + "".join(f"<li><a href='{e.path}'><em>{e.day}</em>{e.title}</a></li>" for e in s.all)
        + "</ul>"
    ),
)
listing(
    "date_in_boxes",
    "day and month in boxes of their own, the year below",
    lambda s: (
        "<ul>"
        + "".join(
            f"<li><div><b>{e.day[8:]}</b><i>{e.day[:7]}</i></div><a href='{e.path}'>{e.title}</a></li>"
            for e in s.all
        )
        + "</ul>"
    ),
)
listing(
    "table_of_index",
    "a table: 索引号, 标题, 发文机关, 发布日期",
    lambda s: (
        "<table><tr><th>索引号</th><th>标题</th><th>发文机关</th><th>发布日期</th></tr>"
        + "".join(
            f"<tr><td>0143/{e.day[:4]}-{i:05}</td><td><a href='{e.path}'>{e.title}</a></td><td>{e.name}</td><td>{e.day}</td></tr>"
            for i, e in enumerate(s.all)
        )
        + "</table>"
    ),
)
listing(
    "paragraphs",
    "p for each entry, dots between title and day",
    lambda s: "".join(f"<p><a href='{e.path}'>{e.title}</a>……{e.day}</p>" for e in s.all),
)
listing(
    "breaks",
    "entries parted by br in one td",
    lambda s: (
        "<table><tr><td>"
        + "<br>".join(f"·<a href='{e.path}'>{e.title}</a> [{e.day}]" for e in s.all)
        + "</td></tr></table>"
    ),
)
listing(
    "accordion_by_year",
    "an accordion: h3 of the year, the list of it folded",
    lambda s: "".join(
        f"<h3>{y}年</h3><ul style='display:{'block' if y == YEAR else 'none'}'>"
        + "".join(map(li, es))
        + "</ul>"
        for y, es in grouped(s, lambda e: e.year).items()
    ),
)
listing(
    "details_by_unit",
    "details for each body, its years inside titled YYYY年度报告",
    lambda s: "".join(
        f"<details><summary>{b}</summary><ul>"
        + "".join(f"<li><a href='{e.path}'>{e.year}年度报告</a> {e.day}</li>" for e in es)
        + "</ul></details>"
        for b, es in grouped(s, lambda e: e.name).items()
    ),
)
listing(
    "dl_by_unit",
    "dt the body, dd its years titled YYYY年度",
    lambda s: (
        "<dl>"
        + "".join(
            f"<dt>{b}</dt>" + "".join(f"<dd><a href='{e.path}'>{e.year}年度</a></dd>" for e in es)
            for b, es in grouped(s, lambda e: e.name).items()
        )
        + "</dl>"
    ),
)
listing(
    "h4_by_unit",
    "h4 the body, below links YYYY年",
    lambda s: "".join(
        f"<h4>{b}</h4><p>" + " | ".join(f"<a href='{e.path}'>{e.year}年</a>" for e in es) + "</p>"
        for b, es in grouped(s, lambda e: e.body).items()
    ),
)
listing(
    "row_by_unit",
    "a table: a row of each body, cells with the years as links",
    lambda s: (
        "<table><tr><th>单位</th><th colspan=3>年度报告</th></tr>"
        + "".join(
            f"<tr><td>{b}</td>"
            + "".join(f"<td><a href='{e.path}'>{e.year}</a></td>" for e in es)
            + "</tr>"
            for b, es in grouped(s, lambda e: e.body).items()
        )
        + "</table>"
    ),
)
listing(
    "cut_titles_no_attribute",
    "titles cut behind 24 letters without a title attribute",
    lambda s: (
        "<ul>"
        + "".join(
            f"<li><a href='{e.path}'>{e.title[:18]}…</a><span>{e.day}</span></li>" for e in s.all
        )
        + "</ul>"
    ),
)
listing(
    "cut_before_year",
    "titles cut before the year",
    lambda s: (
        "<ul>"
        + "".join(
            f"<li><a href='{e.path}'>{e.title[:7]}...</a><span>{e.day}</span></li>" for e in s.all
        )
        + "</ul>"
    ),
)
listing(
    "spaces_in_titles",
    "blanks between all letters of titles",
    lambda s: (
        "<ul>"
        + "".join(
            f"<li><a href='{e.path}'>{' '.join(e.title)}</a><span>{e.day}</span></li>"
            for e in s.all
        )
        + "</ul>"
    ),
)
listing(
    "full_width_years",
    "years in full width",
    lambda s: (
        "<ul>"
        + "".join(
            f"<li><a href='{e.path}'>{e.title.replace(str(e.year), str(e.year).translate(str.maketrans('0123456789', '０１２３４５６７８９')))}</a><span>{e.day}</span></li>"
            for e in s.all
        )
        + "</ul>"
    ),
)
listing(
    "no_days",
    "no day in the list; each article prints its own",
    lambda s: (
        "<ul>" + "".join(f"<li><a href='{e.path}'>{e.title}</a></li>" for e in s.all) + "</ul>"
    ),
)
listing(
    "link_on_the_day",
    "the link is on 查看, the title is plain text before",
    lambda s: (
        "<ul>"
        + "".join(f"<li>{e.title} <a href='{e.path}'>查看</a> {e.day}</li>" for e in s.all)
        + "</ul>"
    ),
)
listing(
    "two_links_each",
    "two links an entry: 网页版 and 下载版 lead to the page and to nothing",
    lambda s: (
        "<ul>"
        + "".join(
            f"<li>{e.title} {e.day} <a href='{e.path}'>网页版</a> <a href='javascript:;'>打印</a></li>"
            for e in s.all
        )
        + "</ul>"
    ),
)
listing(
    "pinned_old",
    "置顶: a circular and last year's report of the county on top",
    lambda s: (
        "<ul><li class='top'>[置顶]<a href='/art/2022/1.html'>关于做好年度报告编制工作的通知</a><span>2022-12-01</span></li>"
        + "".join(map(li, s.all))
        + "</ul>"
    ),
)
listing(
    "json_script_list",
    "entries in a script of type application/json, an empty ul",
    lambda s: (
        f"<ul id='list'></ul><script type='application/json' id='data'>{json.dumps([{'title': e.title, 'url': e.path, 'date': e.day} for e in s.all], ensure_ascii=False)}</script><script src='/js/list.js'></script>"
    ),
)
listing(
    "js_array_list",
    "entries as arrays in a script: [title, url, day]",
    lambda s: (
        f"<ul id='list'></ul><script>var items={json.dumps([[e.title, e.path, e.day] for e in s.all], ensure_ascii=False)};draw(items)</script>"
    ),
)
listing(
    "js_push_list",
    "arr.push({…}) for each entry",
    lambda s: (
        "<ul id='list'></ul><script>var arr=[];"
        + "".join(f"arr.push({{name:'{e.title}',href:'{e.path}',time:'{e.day}'}});" for e in s.all)
        + "show(arr)</script>"
    ),
)
listing(
    "record_list",
    "<record> elements in an XML island",
    lambda s: (
        "<div id='list'></div><script type='text/xml'><datastore><recordset>"
        + "".join(f"<record><![CDATA[{li(e)}]]></record>" for e in s.all)
        + "</recordset></datastore></script>"
    ),
)
listing(
    "xml_island_fields",
    "an XML island of fields: <title>, <url>, <date>",
    lambda s: (
        "<div id='list'></div><xml id='d' style='display:none'>"
        + "".join(
            f"<record><title>{e.title}</title><url>{e.path}</url><date>{e.day}</date></record>"
            for e in s.all
        )
        + "</xml><script src='/js/x.js'></script>"
    ),
)
listing(
    "commented_list",
    "the list stands in a comment that a script takes out",
    lambda s: (
        "<div id='list'></div><!--<ul>"
        + "".join(map(li, s.all))
        + "</ul>--><script>document.getElementById('list').innerHTML=take()</script>"
    ),
)


@kind("iframe_list", "the list is in a frame of another address, with its pager")
def _(s):
    s.paged(
        linked('<a href="{next}">下一页</a>'),
        address=lambda i: "/frame/list.html" if i == 0 else f"/frame/list_{i}.html",
    )
    s.home = "/nb/index.html"
    s.whole("<iframe src='/frame/list.html' width='100%' height='800' frameborder=0></iframe>")


@kind("meta_refresh", "the column sends on by meta refresh")
def _(s):
    s.paged(linked('<a href="{next}">下一页</a>'))
    s.answers["/nb/"] = (
        "<html><head><meta http-equiv='refresh' content=\"0; URL='/nb/index.html'\"></head></html>"
    )
    s.home = "/nb/"


@kind("script_redirect", "the column sends on by location.replace")
def _(s):
    s.paged(linked('<a href="{next}">下一页</a>'))
    s.answers["/nb/"] = (
        "<html><head><script>location.replace('/nb/index.html')</script></head><body></body></html>"
    )
    s.home = "/nb/"


@kind("redirect_without_www", "301 to a path on the host without www, which sends back")
def _(s):
    s.paged(linked('<a href="{next}">下一页</a>'))
    s.answers["/nianbao"] = {
        "status": 301,
        "headers": {"Location": "//qingxi.gov.cn/nb"},
        "body": "",
    }
    s.answers["//qingxi.gov.cn/nb"] = {
        "status": 302,
        "headers": {"Location": f"//{HOST}/nb/index.html"},
        "body": "",
    }
    s.home = "/nianbao"


def in_charset(name, why, encoding, declared, header):
    @kind(name, why)
    def _(s):
        s.paged(linked('<a href="{next}">下一页</a>'))
        for path in [*s.answers]:
            body = s.answers[path].replace('<meta charset="utf-8">', declared)
            s.answers[path] = {"body": body, "encoding": encoding, "type": header}


in_charset(
    "gb18030_called_utf8",
    "GB18030 that meta and header call UTF-8",
    "gb18030",
    '<meta charset="utf-8">',
    "text/html; charset=utf-8",
)
in_charset(
    "utf8_called_gb2312",
    "UTF-8 that meta and header call GB2312",
    "utf-8",
    '<meta charset="gb2312">',
    "text/html; charset=gb2312",
)
in_charset("gbk_called_nothing", "GBK that nothing names", "gbk", "", "text/html")
in_charset("utf16_list", "UTF-16 with its mark", "utf-16", "", "text/html")
in_charset(
    "xhtml_type",
    "application/xhtml+xml",
    "utf-8",
    '<meta charset="utf-8"/>',
    "application/xhtml+xml",
)


@kind(
    "own_years_of_two_pages",
    "a town's column lists 2015年度 … oldest first, the newest are on its second page",
)
def _(s):
    for i, town in enumerate(TOWNS):
        own = {e.year: e for e in s.all if e.body == town}
        old = {y: f"/old/{i}/{y}.html" for y in (2021, 2022)}
        for y, path in old.items():
            s.answers[path] = {"report": town, "year": y, "printed": f"{y + 1}-01-20"}
        path = f"/xz/{i}/nb.html"
        first = "".join(f"<li><a href='{a}'>{y}年度</a></li>" for y, a in old.items())
        rest = "".join(f"<li><a href='{e.path}'>{y}年度</a></li>" for y, e in sorted(own.items()))
        crumb = f"{town} &gt; 政府信息公开年报"
        s.answers[path] = around(
            f"<ul>{first}</ul><div class='page'>1 <a href='nb_2.html'>下一页</a></div>", crumb=crumb
        )
        s.answers[f"/xz/{i}/nb_2.html"] = around(f"<ul>{rest}</ul>", crumb=crumb)
        s.columns.append({"url": f"http://{HOST}{path}", "unit": town})
        s.expect[town] = ["on_time", "unknown"] if town != NEVER else ["missing", "unknown"]


def own_columns(name, why, title, note=""):
    @kind(name, why)
    def _(s):
        for i, (town, _code) in enumerate(TOWNS.items()):
            own = [e for e in s.all if e.body == town]
            path = f"/xz/{i}/nb.html"
            s.answers[path] = around(
                f"<h2>{town}</h2><ul>"
                + "".join(
                    f"<li><a href='{e.path}'>{title(e)}</a><span>{e.day}</span></li>" for e in own
                )
                + f"</ul>{note}",
                crumb=f"{town} &gt; 政府信息公开年报",
            )
            s.columns.append({"url": f"http://{HOST}{path}", "unit": town})


@kind("own_year_put_up_later", "years alone in each column; 柳树镇's newest comes after a look")
def _(s):
    KINDS["own_year_alone"](s)
    path = "/xz/1/nb.html"
    page = s.answers[path]
    older = "".join(f"<li><a href='/old/{y}.html'>{y}年度</a></li>" for y in (2024, 2023)) + "</ul>"
    for y in (2024, 2023):
        s.answers[f"/old/{y}.html"] = {"report": "柳树镇", "year": y, "printed": f"{y + 1}-01-20"}
    at = page.index("<li><a href='/art/2027")
    newest = page[at : page.index("</li>", at) + 5]
    s.later["2027-01-30"] = {path: page.replace("</ul>", older)}
    s.answers[path] = page.replace(newest, "").replace("</ul>", older)
    s.truth["柳树镇"] = "2027-01-30"
    s.expect[NEVER] = ["missing", "unknown"]


own_columns(
    "own_year_alone",
    "a column for each town, entries titled 2026年度 alone",
    lambda e: f"{e.year}年度",
)
own_columns("own_year_word", "entries titled 2026年年报", lambda e: f"{e.year}年年报")
own_columns(
    "own_no_town",
    "entries titled 2026年政府信息公开工作年度报告",
    lambda e: f"{e.year}年政府信息公开工作年度报告",
)


@kind("own_count_right_each", "each town's column tells how many it holds, rightly")
def _(s):
    for i, town in enumerate(TOWNS):
        own = [e for e in s.all if e.body == town]
        path = f"/xz/{i}/nb.html"
        s.answers[path] = around(
            f"<h2>{town}</h2><ul>"
            + "".join(map(li, own))
            + f"</ul><p>共 {len(own)} 条记录 1/1</p>",
            crumb=f"{town} &gt; 政府信息公开年报",
        )
        s.columns.append({"url": f"http://{HOST}{path}", "unit": town})


@kind("files_alone", "the entries are files, .docx, without pages")
def _(s):
    s.articles = False
    s.all = [e for e in s.all if e.body in TOWNS and e.year >= YEAR - 1]
    for e in s.all:
        s.answers[e.path.replace(".html", ".docx")] = {
            "report": e.body,
            "year": e.year,
            "as_file": "docx",
        }
    s.whole(
        "<ul>"
        + "".join(
            f"<li><a href='{e.path.replace('.html', '.docx')}'>{e.title}.docx</a><span>{e.day}</span></li>"
            for e in s.all
        )
        + "</ul>"
    )


@kind("attachments_of_articles", "the pages hold a link to a pdf alone")
def _(s):
    s.all = [e for e in s.all if e.body in TOWNS and e.year >= YEAR]
    s.whole("<ul>" + "".join(map(li, s.all)) + "</ul>")
    for e in s.all:
        s.answers[e.path] = {
            "report": e.body,
            "year": e.year,
            "printed": e.day,
            "attachment": "pdf",
        }


@kind("day_in_address_alone", "no day in list or article, but in the address: t20270106_1.html")
def _(s):
    for e in s.all:
        path = f"/nb/{e.day[:7].replace('-', '')}/t{e.day.replace('-', '')}_{e.path[-8:-5]}.html"
        s.answers[path] = {
            "report": e.body if e.body in TOWNS else f"青溪县{e.body}",
            "year": e.year,
        }
    s.articles = False
    s.whole(
        "<ul>"
        + "".join(
            f"<li><a href='/nb/{e.day[:7].replace('-', '')}/t{e.day.replace('-', '')}_{e.path[-8:-5]}.html'>{e.title}</a></li>"
            for e in s.all
        )
        + "</ul>"
    )


@kind("wrong_year_in_title", "柳树镇 titles its report of 2026 as 2025 again, in list and page")
def _(s):
    s.whole(
        "<ul>"
        + "".join(
            li(e).replace("2026年", "2025年") if e.body == "柳树镇" and e.year == YEAR else li(e)
            for e in s.all
        )
        + "</ul>"
    )
    own = next(e for e in s.all if e.body == "柳树镇" and e.year == YEAR)
    s.answers[own.path] = {
        "report": "柳树镇",
        "year": YEAR,
        "printed": own.day,
        "title": "柳树镇人民政府2025年政府信息公开工作年度报告",
    }
    s.expect["柳树镇"] = ["on_time", "unknown"]


@kind(
    "reposted_twice",
    "柳树镇's entry stands again at another address in February, the first remains",
)
def _(s):
    own = next(e for e in s.all if e.body == "柳树镇" and e.year == YEAR)
    again = Entry("柳树镇", YEAR, "2027-02-01", "/art/2027/999.html")
    s.whole("<ul>" + "".join(map(li, [again, *s.all])) + "</ul>")
    s.answers[again.path] = {"report": "柳树镇", "year": YEAR, "printed": "2027-02-01"}
    s.truth["柳树镇"] = own.day


@kind("near_names", "clinic, school and library of 古榆镇 report, the town does not")
def _(s):
    more = []
    for i, body in enumerate(("古榆镇中心卫生院", "古榆镇中心小学", "古榆镇便民服务中心")):
        path = f"/art/2027/9{i}.html"
        more.append(
            f"<li><a href='{path}'>青溪县{body}2026年信息公开工作年度报告</a><span>2027-01-1{i}</span></li>"
        )
        s.answers[path] = {
            "report": body,
            "year": YEAR,
            "printed": f"2027-01-1{i}",
            "title": f"青溪县{body}2026年信息公开工作年度报告",
        }
    s.whole("<ul>" + "".join(more) + "".join(map(li, s.all)) + "</ul>")
    s.expect[NEVER] = ["missing", "unknown"]


@kind("robots_forbid_page_two", "robots.txt forbids the second page")
def _(s):
    s.paged(linked('<a href="{next}">下一页</a>'))
    s.answers["/robots.txt"] = {
        "body": "User-agent: *\nDisallow: /nb/index_1.html\n",
        "type": "text/plain",
    }
    # what is simulated here is asked below the gate that keeps robots.txt: no more is looked at than that it is read


@kind("post_form_pages", "the pager is a form that posts pageNo")
def _(s):
    def form(i):
        return f"<form method='post' action='/nb/list.do'><input type='hidden' name='columnId' value='77'><input name='pageNo' value='{i + 1}'><input type='submit' value='跳转'></form><a href='javascript:go({i + 2})'>下一页</a>"

    s.whole("<ul>" + "".join(map(li, s.pages[0])) + "</ul>" + form(0))
    s.answers["/nb/list.do"] = {
        "method": "POST",
        "body": around("<ul>" + "".join(map(li, s.pages[0])) + "</ul>" + form(0)),
    }
    s.doubt()


@kind("jsonp_list", "the list comes by jsonp from an address that a script names with a total")
def _(s):
    s.whole("<ul id='l'></ul><script src='/api/list?callback=draw&page=1&size=100'></script>")
    rows = [{"title": e.title, "url": e.path, "pubDate": e.day} for e in s.all]
    s.answers["/api/list?callback=draw&page=1&size=100"] = {
        "body": f"draw({json.dumps({'total': len(rows), 'rows': rows}, ensure_ascii=False)})",
        "type": "application/javascript",
    }
    for name in TOWNS:
        s.expect[name] = ["on_time", "unknown"] if name != NEVER else ["missing", "unknown"]


@kind("tabs_by_unit", "tabs for each town whose lists stand hidden in the same page")
def _(s):
    by = grouped(s, lambda e: e.body)
    tabs = "".join(f"<a href='javascript:;' data-i='{i}'>{b}</a>" for i, b in enumerate(by))
    s.whole(
        f"<div class='tabs'>{tabs}</div>"
        + "".join(
            f"<div class='pane' style='display:{'block' if not i else 'none'}'><ul>"
            + "".join(map(li, es))
            + "</ul></div>"
            for i, es in enumerate(by.values())
        )
    )


@kind(
    "tabs_by_link",
    "tabs of towns are links to their own lists; the county's file names the first page only",
)
def _(s):
    by = grouped(s, lambda e: e.body)
    tabs = "".join(f"<li><a href='/nb/u{i}.html'>{b}</a></li>" for i, b in enumerate(by))
    for i, es in enumerate(by.values()):
        s.answers[f"/nb/u{i}.html"] = around(
            f"<ul class='tabs'>{tabs}</ul><ul class='list'>" + "".join(map(li, es)) + "</ul>"
        )
    s.home = "/nb/u0.html"
    for name in TOWNS:
        s.expect[name] = ["on_time", "unknown"] if name != NEVER else ["missing", "unknown"]


@kind(
    "joint_page",
    "one page holds all towns' reports below each other, the list names it 各乡镇2026年度报告",
)
def _(s):
    s.whole(
        "<ul><li><a href='/art/2027/1.html'>青溪县各乡镇（街道）2026年政府信息公开工作年度报告</a><span>2027-01-20</span></li>"
        + "".join(li(e) for e in s.all if e.year < YEAR)
        + "</ul>"
    )
    s.answers["/art/2027/1.html"] = around(
        "<h1>青溪县各乡镇（街道）2026年政府信息公开工作年度报告</h1>"
        + "".join(
            f"<p><a href='{e.path}'>{e.name}</a></p>"
            for e in s.all
            if e.year == YEAR and e.body in TOWNS
        ),
        crumb="正文",
    )
    for name in TOWNS:
        s.expect[name] = ["on_time", "unknown"] if name != NEVER else ["missing", "unknown"]
