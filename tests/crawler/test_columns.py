"""Each family's list pages, read whole over a real connection; and every fault called what it is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

import nianbao.crawler
from nianbao import __version__
from nianbao.crawler.addresses import key_of
from nianbao.crawler.answers import Answer
from nianbao.crawler.client import Client
from nianbao.crawler.listing.columns import ENGINES, read_column
from nianbao.crawler.listing.listed import Source
from nianbao.crawler.networks import is_public
from nianbao.crawler.page_state import transport_state
from nianbao.crawler.presets import (
    FILE,
    KEYS,
    NEEDED,
    UNRECOGNISED,
    EngineName,
    PresetError,
    presets,
    read_presets,
)
from nianbao.crawler.probe import converse, probe
from nianbao.crawler.states import COMPLETE, STATES
from nianbao.monitor.cli import app
from nianbao.storage.kinds import LookState
from tests.portals import families
from tests.portals.families import FAMILIES, OF_ONE_ADDRESS, truths
from tests.portals.server import Portal, Reply, Request, page, running


def client() -> Client:
    return Client(allow_private=True, pause=0.0, timeout=2.0)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_column_is_read_whole(family: str) -> None:
    entry, path, count, portal = FAMILIES[family]
    items = truths(count, path)
    with running(portal(items)) as site:
        found = probe(site.url + entry, client())
        expected = [(item.title, site.url + item.path, item.day) for item in items]
        assert found.listing.preset == family
        assert sorted((i.title, i.url, i.date) for i in found.listing.items) == sorted(expected)
        assert found.listing.state.name == "ok"
        assert f"preset: {family}" in found.yaml


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "static-auto"])
def test_a_list_that_is_as_it_was_is_not_read_again(family: str) -> None:
    entry, path, count, portal = FAMILIES[family]
    items = truths(count, path)
    with running(portal(items)) as site:
        whole = converse(read_column(Source(site.url + entry)), client())
        before = len(site.paths())
        again = converse(
            read_column(Source(site.url + entry, fingerprint=whole.fingerprint)), client()
        )
        assert again.state.name == "unchanged"
        assert len(site.paths()) - before <= 2  # the page, and one answer of its interface
        assert not again.items or again.items == whole.items[: len(again.items)]
        other = converse(read_column(Source(site.url + entry, fingerprint="0" * 64)), client())
        assert (other.state.name, other.items) == ("ok", whole.items)


def test_a_server_that_says_unchanged_is_believed_only_where_the_list_was_read_whole() -> None:
    def portal(request: Request) -> Reply | None:
        asked = request.headers.get("If-None-Match") == "abc"
        return Reply(status=304) if asked else Reply(LIST.body, 200, {**HTML, "ETag": "abc"})

    asked = {"If-None-Match": "abc"}
    with running(portal) as site:
        url = site.url + "/nb"
        assert (
            converse(
                read_column(Source(url, fingerprint="1", validators=asked)), client()
            ).state.name
            == "unchanged"
        )
        assert not converse(read_column(Source(url, validators=asked)), client()).state.complete


def test_a_declared_page_that_is_not_there_makes_the_look_partial() -> None:
    items = truths(20, "/xxgk/{ym}/{hex}.shtml")
    with running(families.ucap(items, declared=4)) as site:
        listing = converse(read_column(Source(site.url + "/xxgk/list.shtml")), client())
    assert listing.state.name == "partial"
    assert len(listing.items) == 20
    assert not listing.state.complete


def test_empty_only_where_the_column_says_so() -> None:
    with running(families.lonsun([])) as site:
        said = converse(read_column(Source(site.url + "/public/column/88?catId=9")), client())
    with running(families.lonsun([], says_empty=False)) as site:
        silent = converse(read_column(Source(site.url + "/public/column/88?catId=9")), client())
    assert said.state.name == "ok_empty"
    assert silent.state.name != "ok_empty"
    assert not silent.state.complete


LIST = page(
    families.CRUMBS + "<ul>" + "".join(
        f"<li><a href='/a/{n}.html'>石门镇20{n}年政府信息公开工作年度报告</a><span>20{n}-01-20</span></li>" for n in (23, 24, 25)
    ) + "</ul>"
)  # fmt: skip
HTML = {"Content-Type": "text/html; charset=utf-8"}
NOTHING = "<div class='list'><p>暂无信息</p></div>"
NEWS = (
    "<div class='news'><h3>要闻</h3><ul><li><a href='/xw/1.html'>春耕</a> 2027-01-25</li>"
    "<li><a href='/xw/2.html'>走访</a> 2027-01-24</li></ul><a href='/xw/index_2.html'>下一页</a></div>"
)


def beside_news(place: str) -> Reply:
    return page(families.CRUMBS + NEWS + place + "<p>平安县人民政府主办</p>" * 9)


def front(**replies: Reply) -> Portal:
    """A list behind a front: replies by path, / for the column itself."""

    def portal(request: Request) -> Reply | None:
        return replies.get(request.path.strip("/").replace(".", "_") or "root")

    return portal


FRONTS: dict[str, tuple[Portal, str]] = {
    "412 challenge": (front(nb=Reply(b"<script>$_ts={}</script>", 412)), "blocked_challenge"),
    "521 challenge": (
        front(nb=Reply(b"<script>x</script>", 521, {**HTML, "X-Via-JSL": "a"})),
        "blocked_challenge",
    ),
    "202 challenge": (front(nb=Reply(b"<script>$_ts.cd='x'</script>", 202)), "blocked_challenge"),
    "200 challenge": (
        front(nb=Reply(b"<script>acw_sc__v2=1;location.reload()</script>")),
        "blocked_challenge",
    ),
    "cookie challenge": (
        front(nb=Reply(b"<script>go()</script>", 200, {**HTML, "Set-Cookie": "__jsluid_s=1"})),
        "blocked_challenge",
    ),
    "403 firewall": (front(nb=Reply("<p>网站防火墙：访问被拒绝</p>".encode(), 403)), "blocked_waf"),
    "200 firewall": (
        front(nb=Reply("<p>您的请求疑似攻击行为，云防护已拦截</p>".encode())),
        "blocked_waf",
    ),
    "405": (front(nb=Reply(b"no", 405)), "blocked_waf"),
    "429": (front(nb=Reply(b"slow down", 429, {**HTML, "Retry-After": "60"})), "rate_limited"),
    "503 with a date": (
        front(nb=Reply(b"later", 503, {**HTML, "Retry-After": "60"})),
        "rate_limited",
    ),
    "500": (front(nb=Reply(b"error", 500)), "unreachable"),
    "404": (front(), "column_gone"),
    "200 not found": (front(nb=page("<p>抱歉，您访问的页面不存在</p>")), "soft_404"),
    "moved home": (
        front(
            nb=Reply(b"", 301, {"Location": "/"}),
            root=page("<p>平安县人民政府门户网站首页</p>" * 40),
        ),
        "column_moved",
    ),
    "login": (front(nb=page("<p>请先登录</p>")), "login_required"),
    "gambling": (front(nb=page("<p>开元棋牌 六合彩</p>", "真人百家乐")), "wrong_site"),
    "template": (front(nb=page("<ul><li><a href='#'><?=el.title?></a></li></ul>")), "js_shell"),
    "empty app": (front(nb=page("<div id='app'></div><script src='/a.js'></script>")), "js_shell"),
    "redesigned": (
        front(nb=page("<p>欢迎访问本栏目，内容正在整理。</p>" * 9)),
        "structure_changed",
    ),
    "says empty": (
        front(nb=page(families.CRUMBS + "<p>暂无相关信息</p>" + "<p>平安县人民政府主办</p>" * 9)),
        "ok_empty",
    ),
    "empty beside dated news": (front(nb=beside_news(NOTHING)), "ok_empty"),
    "empty with its pager, behind dated news": (
        front(nb=beside_news(NOTHING.replace("</p>", "</p><div class='page'><b>1</b></div>"))),
        "ok_empty",
    ),
    "empty, and an empty list for a script": (
        front(nb=beside_news(NOTHING + "<ul id='list'></ul><script src='/a.js'></script>")),
        "partial",
    ),
    "notices are empty beside dated news": (
        front(nb=beside_news("<div class='list'><h3>通知</h3><p>暂无信息</p></div>")),
        "partial",
    ),
    "empty in no list, beside dated news": (
        front(nb=beside_news("<div class='tips'><p>暂无信息</p></div>")),
        "partial",
    ),
    "news are empty, and the list is not known": (
        front(nb=page(families.CRUMBS + NEWS.replace("<ul>", "<p>暂无信息</p><ul>"))),
        "partial",
    ),
    "half a body": (front(nb=Reply(LIST.body, 200, HTML, cut=400)), "truncated"),
    "reset": (front(nb=Reply(reset=True)), "unreachable"),
    "slow": (front(nb=Reply(LIST.body, slow=3.0)), "unreachable"),
    "robots": (
        front(
            robots_txt=Reply(b"User-agent: *\nDisallow: /", 200, {"Content-Type": "text/plain"}),
            nb=LIST,
        ),
        "robots_disallowed",
    ),
    "meta refresh": (
        front(nb=page("", head="<meta http-equiv='refresh' content='0;url=/list'>"), list=LIST),
        "ok",
    ),
    "location script": (
        front(nb=page("<script>location.replace('/list')</script>"), list=LIST),
        "ok",
    ),
    "frame": (front(nb=page("<iframe src='/list'></iframe>"), list=LIST), "ok"),
    "plain": (front(nb=LIST), "ok"),
    "gbk undeclared": (
        front(nb=Reply(LIST.body.decode().replace("utf-8", "gb2312").encode("gbk"))),
        "ok",
    ),
}


@pytest.mark.parametrize("name", FRONTS)
def test_every_fault_is_called_what_it_is(name: str) -> None:
    portal, expected = FRONTS[name]
    with running(portal) as site:
        listing = converse(read_column(Source(site.url + "/nb")), client())
    assert listing.state.name == expected, listing.state
    assert listing.state.complete == (expected in COMPLETE)
    assert (len(listing.items) == 3) == (expected == "ok")


def test_a_shell_leads_no_further_than_twice_and_never_off_the_site() -> None:
    loop = front(a=page("<script>location='/b'</script>"), b=page("<script>location='/a'</script>"))
    with running(loop) as site:
        assert not converse(read_column(Source(site.url + "/a")), client()).items
        assert len(site.paths()) <= 3
    with running(front(nb=page("<script>location='http://clone.example/nb'</script>"))) as site:
        assert not converse(read_column(Source(site.url + "/nb")), client()).state.complete


def test_endless_paging_ends() -> None:
    def portal(request: Request) -> Reply | None:
        n = int(request.query.get("p", "1"))
        rows = "".join(
            f"<li><a href='/a/{n}-{i}.html'>石门镇2023年年度报告{n}-{i}</a><span>2024-01-20</span></li>"
            for i in range(9)
        )
        return (
            page(f"{families.CRUMBS}<ul>{rows}</ul><a href='/nb?p={n + 1}'>下一页</a>")
            if request.path == "/nb"
            else None
        )

    with running(portal) as site:
        listing = converse(read_column(Source(site.url + "/nb")), client())
        assert len(site.paths()) <= 61
    assert listing.state.name == "partial"


def test_the_same_page_again_is_no_new_page() -> None:
    def portal(request: Request) -> Reply | None:
        body = LIST.body.decode().replace("</body>", "<a href='/nb?p=2'>下一页</a></body>")
        return Reply(body.encode()) if request.path == "/nb" else None

    with running(portal) as site:
        listing = converse(read_column(Source(site.url + "/nb")), client())
    assert (len(listing.items), len(listing.pages)) == (3, 1)


def test_the_expected_column() -> None:
    with running(front(nb=LIST)) as site:
        right = converse(read_column(Source(site.url + "/nb", expect="政府信息公开年报")), client())
        wrong = converse(read_column(Source(site.url + "/nb", expect="财政预决算")), client())
    assert right.state.name == "ok"
    assert wrong.state.name == "expectation_broken"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.cn:80/x/t1_wap.html#top", "http://a.cn/x/t1.html"),
        ("https://a.cn:443/x?isMobile=true", "https://a.cn/x"),
        ("http://a.cn/x?id=3&isMobile=false", "http://a.cn/x?id=3"),
    ],
)
def test_one_address_for_one_article(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


def test_the_year_of_an_annual_report_page_must_be_the_asked_one() -> None:
    def portal(request: Request) -> Reply | None:
        year = "2023" if request.query.get("fbtime") in ("2023", "2024") else ""
        body = f"<h1>柳树镇{year}年政府信息公开工作年度报告</h1><p>发布时间:2024-01-18 18:20:44</p><p>本报告</p>"
        return page(
            body, f"柳树镇{year}年政府信息公开工作年度报告", head="<!-- xxgkAnnualReport.jsp -->"
        )

    path = "/module/xxgk/xxgkAnnualReport.jsp?area=11&fbtime="
    with running(portal) as site:
        right = converse(read_column(Source(site.url + path + "2023", "hanweb-annual")), client())
        other = converse(read_column(Source(site.url + path + "2024", "hanweb-annual")), client())
    assert [(item.title, str(item.date)) for item in right.items] == [
        ("柳树镇2023年政府信息公开工作年度报告", "2024-01-18")
    ]
    assert not other.items


@pytest.mark.parametrize("family", OF_ONE_ADDRESS)
def test_every_year_of_a_unit_is_asked_for(family: str) -> None:
    with running(OF_ONE_ADDRESS[family]((2022, 2023, 2024))) as site:
        found = probe(site.url + "/module/xxgk/xxgkAnnualReport.jsp?area=11&fbtime=2024", client())
    assert found.listing.preset == family
    assert sorted(item.title[3:7] for item in found.listing.items) == ["2022", "2023", "2024"]


def test_a_page_a_year() -> None:
    items = truths(10, "/nb/{ym}/{hex}.html")
    years = sorted({item.title[3:7] for item in items}, reverse=True)

    def portal(request: Request) -> Reply | None:
        if request.path == "/nb/":
            return page(
                families.CRUMBS
                + "".join(
                    f"<a href='/nb/{year}nb_{n}7/'>{year}年</a>" for n, year in enumerate(years)
                )
            )
        for n, year in enumerate(years):
            if request.path == f"/nb/{year}nb_{n}7/":
                return page(
                    families.CRUMBS
                    + families._entries([item for item in items if item.title[3:7] == year])
                )
        return None

    with running(portal) as site:
        listing = converse(read_column(Source(site.url + "/nb/")), client())
        source = Source(
            site.url + "/nb/", fingerprint=listing.fingerprint, shortcut=listing.shortcut
        )
        before = len(site.paths())
        again = converse(read_column(source), client())
        assert site.paths()[before:] == [f"/nb/{years[0]}nb_07/"]  # the newest year's page alone
    assert (listing.state.name, len(listing.items)) == ("ok", 10)
    assert again.state.name == "unchanged"


def test_a_column_that_is_its_one_article() -> None:
    body = "<h1>柳树镇2023年政府信息公开工作年度报告</h1><p>发布日期：2024-01-18</p><p>一、总体情况</p><p>本镇认真落实。</p>"
    with running(front(nb=page(families.MENU + body))) as site:
        listing = converse(read_column(Source(site.url + "/nb")), client())
    assert [(item.title[:7], str(item.date)) for item in listing.items] == [
        ("柳树镇2023", "2024-01-18")
    ]


# ---- safety and the command


@pytest.mark.parametrize(
    ("address", "public"),
    [("127.0.0.1", False), ("10.1.2.3", False), ("169.254.169.254", False), ("::1", False), ("::ffff:127.0.0.1", False),
     ("fe80::1%eth0", False), ("0.0.0.0", False), ("100.64.0.1", False), ("114.114.114.114", True), ("2400:3200::1", True)],
)  # fmt: skip
def test_private_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_nothing_is_sent_to_a_private_address() -> None:
    with running(front(nb=LIST)) as site:
        listing = converse(read_column(Source(site.url + "/nb")), Client(pause=0.0))
        assert listing.state == ("unreachable", "forbidden_address")
        named = site.url.replace("127.0.0.1", "localhost")
        assert (
            converse(read_column(Source(named + "/nb")), Client(pause=0.0)).state.detail
            == "forbidden_address"
        )
        assert site.requests == []


def test_transport_states_need_no_page() -> None:
    assert transport_state(Answer("http://a.cn/", error="tls")) == ("unreachable_tls", "tls")
    assert transport_state(Answer("http://a.cn/", error="dns")) == ("unreachable", "dns")
    assert transport_state(Answer("http://a.cn/", 200, body=b"<p>text</p>")) is None


def test_the_command() -> None:
    items = truths(27, "/zwgk/nb/{ym}/t{ymd}_{n}.html")
    with running(families.trs(items)) as site:
        url = site.url + "/zwgk/nb/"
        result = CliRunner().invoke(
            app, ["probe", url, "--json", "--allow-private", "--pause", "0"]
        )
        shown = CliRunner().invoke(app, ["probe", url, "--allow-private", "--pause", "0"])
        refused = CliRunner().invoke(app, ["probe", url, "--json", "--pause", "0"])
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {"preset", "items", "yaml", "warnings"} <= set(found)
    assert {item["title"] for item in found["items"]} == {item.title for item in items}
    assert len(found["items"]) == 27
    assert "preset: trs-index" in shown.stdout
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["items"] == []
    assert CliRunner().invoke(app, ["probe", "www.example.cn"]).exit_code == 2


def test_control_characters_in_a_page_hide_nothing() -> None:
    with running(
        front(nb=Reply(LIST.body.replace("石门镇".encode(), "石\x00门\x0b镇".encode())))
    ) as site:
        listing = converse(read_column(Source(site.url + "/nb")), client())
    assert (listing.state.name, len(listing.items)) == ("ok", 3)
    assert listing.items[0].title.startswith("石门镇20")


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == f"nianbao {__version__}\n"
    assert str(client().session.headers["User-Agent"]).startswith(f"nianbao/{__version__} (")


def test_every_state_of_a_look_has_its_words() -> None:
    assert set(STATES) == set(get_args(LookState))
    assert set(STATES) >= COMPLETE


def test_every_engine_is_there_and_used() -> None:
    named = set(get_args(EngineName))
    assert set(ENGINES) == named, "ENGINES in crawler/listing/columns.py is not EngineName"
    assert set(NEEDED) == named, "NEEDED in crawler/presets/__init__.py is not EngineName"
    used = {preset.engine for preset in presets().values()}
    assert named == used, f"crawler/presets/families.yaml has no family of {named - used}"


def test_every_key_of_a_family_is_explained_in_the_file() -> None:
    text = (Path(nianbao.crawler.__file__).parent / "presets" / FILE).read_text(encoding="utf-8")
    head = [line for line in text.splitlines() if line.startswith("#")]
    unexplained = {key for key in KEYS if not re.search(rf"\b{key}\b", " ".join(head))}
    assert not unexplained, f"the head of crawler/presets/families.yaml: {unexplained}"


def test_no_family_is_named_in_the_code() -> None:
    """What a family does that others do not is a key of its entry."""
    named = []
    for file in Path(nianbao.crawler.__file__).parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for name in presets():
            if re.search(rf"(?<![a-z]){name}(?![a-z])", text, re.I):
                named.append((file.name, name))
    assert named == [("__init__.py", UNRECOGNISED)]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{engine: links, itme: x}", "未知的键 itme / unknown key；是否指 item？"),
        ("{engine: liks}", "engine 不能是 liks / unknown value of engine；是否指 links？"),
        ("{engine: links, articles: below_columns}", "value of articles；是否指 below_column"),
        (
            "{engine: links, paging: {kind: jump}}",
            "value of paging.kind；可用 / known: script, next",
        ),
        ("{engine: links, paging: {sort: next}}", "未知的键 paging.sort"),
        ("{engine: links, item: '(a'}", "item 不是有效的正则表达式"),
        ("{engine: links, signs: a}", "signs must be a list"),
        ("{engine: links, request: a}", "request must be a table"),
        ("{engine: links, item: 3, name: a}", "未知的键 name"),
        ("{engine: links, path: 3}", "path must be text"),
        ("{engine: json, request: {url: /a, first: one}}", "request.first must be a number"),
        ("{engine: json, page_values: {a: ['url (', b]}}", "page_values.a 不是有效的正则表达式"),
        ("{engine: json, items: a, fields: {}}", "json 需要 request / request is missing"),
        ("{item: a}", "engine is missing"),
        ("links", "a table of keys is expected"),
    ],
)
def test_what_is_not_known_of_a_family_is_refused(entry: str, said: str) -> None:
    with pytest.raises(PresetError) as refused:
        read_presets(f"good: {{engine: links}}\nnew-cms: {entry}\n")
    assert str(refused.value).startswith("families.yaml: new-cms: ")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("second", "third", "state"),
    [
        ((4, 5, 6), (7, 8, 1), "ok"),  # pinned on the first, and in its place on the third
        ((3, 4, 5), (6, 7, 8), "partial"),  # moved on while the pages were read
        ((4, 5, 6), (7, 8, 6), "partial"),
        ((4, 5, 6), (7, 8, 9), "ok"),
        ((4, 5, 6), (7, 8), "partial"),
    ],
)
def test_an_entry_that_two_pages_list_is_two_of_the_rows_unless_it_moved_meanwhile(
    second: tuple[int, ...], third: tuple[int, ...], state: str
) -> None:
    def listed(number: int, towns: tuple[int, ...]) -> Reply:
        rows = "".join(
            f"<li><a href='/a/{n}.html'>{n}号镇2025年政府信息公开工作年度报告</a></li>"
            for n in towns
        )
        others = "".join(f"<a href='/nb/{n}.html'>{n}</a>" for n in (1, 2, 3) if n != number)
        return page(f"{families.CRUMBS}<ul class='list'>{rows}</ul><p>共9条 {others}</p>")

    pages = {1: listed(1, (1, 2, 3)), 2: listed(2, second), 3: listed(3, third)}
    by_path = {f"/nb/{number}.html": reply for number, reply in pages.items()}
    with running(lambda request: by_path.get(request.path)) as site:
        listing = converse(read_column(Source(f"{site.url}/nb/1.html")), client())
    assert listing.state.name == state, listing.state
