"""Pages that hold what nobody thought of: whatever it is, a look ends, and costs no other column."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nianbao.crawler.addresses import as_asked, is_address, joined, key_of, lost_key_of, split
from nianbao.crawler.answers import Answer, number_in, sound
from nianbao.crawler.client import Client
from nianbao.crawler.listing.columns import read_column
from nianbao.crawler.listing.listed import Source, date_in, dates_in, unescaped
from nianbao.crawler.page_state import has_end, transport_state
from nianbao.crawler.presets import presets
from nianbao.crawler.probe import converse
from nianbao.crawler.robots import Rules
from nianbao.crawler.states import STATES
from tests.amounts import fuzz, prove
from tests.crawler.test_transport import looks, sweep
from tests.portals.server import Reply, Request, page, running
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.stores import stored

HTML = {"content-type": "text/html; charset=utf-8"}
ODD = st.text(st.characters(), max_size=60) | st.sampled_from(
    (
        "http://[链接]",
        "http://a.cn／x",
        "//",
        "http://a.cn:多余/",
        "%uD83D",
        "\ud83d",
        "\0",
        "²",
        "٣",
    )
)
SCRAPS = st.sampled_from(
    (
        "<ul><li><a href='", "'>柳树镇2024年政府信息公开工作年度报告</a><span>", "</span></li></ul>", "2027-02-30", "0000-00-00",
        "createPageHTML(", "²", "9" * 5000, ",0,'index','html')", "共", "条", "<a href='x'>下一页</a>", "http://[", "]", "\0",
        "\ud83d", "%uD83D", "&#xD83D;", "&#0;", "<base href='http://['>", "<meta http-equiv=refresh content='0;url=//['>", "{", "[",
        "<iframe src='http://[链接]'></iframe>", "<datastore>", "<recordset>", "<![CDATA[", "]]>", "totalRecord:", "?page=" + "9" * 5000,
        "<?xml version='1.0' encoding='x'?>", "<!--", "-->", "</html>", "<html>", "\\", "暂无数据", "<script>location='//['</script>",
    )
)  # fmt: skip


@given(ODD, ODD)
def test_whatever_is_printed_is_joined_and_compared(base: str, href: str) -> None:
    for start in (base, "http://www.a.cn/nb/list.asp?lm=nb"):
        full = joined(start, href, "gb18030")
        assert full == "" or (is_address(full) and full.isascii())
        assert key_of(full) == key_of(key_of(full))
        assert as_asked(full) == full
    split(href)
    lost_key_of(href)
    Rules(Answer("http://a.cn/robots.txt", 200, {}, href.encode("utf-8", "replace"))).refused(href)


@given(ODD)
def test_texts_are_sound_and_numbers_are_numbers(text: str) -> None:
    unescaped(sound(text)).encode("utf-8")
    assert "\0" not in sound(text)
    date_in(text)
    number = number_in(text)
    assert number is None or 0 <= number < 10**9


def test_a_date_that_no_calendar_has_is_none() -> None:
    said = "2027-02-30 2027-13-01 2027-00-00 2027年1月20日"
    assert [str(day) for day in dates_in(said)] == ["2027-01-20"]
    assert str(date_in(said)) == "2027-01-20"
    assert unescaped("%uD83D%uDE00柳%uD83D") == "\U0001f600柳"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/index.php?/open/show/1.html", "http://a.cn/index.php?/open/show/1.html"),
        ("show.asp?dw=柳&nf=1", "http://a.cn/nb/show.asp?dw=%C1%F8&nf=1"),
        ("?dw=%C1%F8", "http://a.cn/nb/list.asp?dw=%C1%F8"),
        ("年.html", "http://a.cn/nb/%E5%B9%B4.html"),
        ("\\xxgk\\1.html", "http://a.cn/xxgk/1.html"),
        (" \n1\t2.html\r\n ", "http://a.cn/nb/12.html"),
        ("a b.html#top", "http://a.cn/nb/a%20b.html"),
        ("HTTP://A.CN:80/x", "http://a.cn/x"),
        ("a?x=1&amp;section=2&copy=3", "http://a.cn/nb/a?x=1&section=2&copy=3"),
        ("100%.html", "http://a.cn/nb/100%.html"),
        ("http://政府.中国/1", "http://xn--mxtq1m.xn--fiqs8s/1"),
        ("http://[链接]", ""),
        ("http://a.cn／1.html", ""),
        ("http://host:port多余/", ""),
        ("http://a.cn:99999/", ""),
        ("http:///", "http://a.cn/"),
        ("https:///", ""),
        ("mailto:a@b.cn", ""),
        ("/" + "x" * 5000, ""),
    ],
)
def test_links_lead_where_a_browser_is_led(href: str, url: str) -> None:
    body = b"<html><meta charset=gbk><body>\xd5\xfe\xb8\xae</body></html>"
    assert Answer("http://a.cn/nb/list.asp?lm=nb", 200, {}, body).joined(href) == url


def test_two_articles_never_have_one_key() -> None:
    urls = [
        "http://a.cn/s?dw=%CA%AF%C3%C5%D5%F2",
        "http://a.cn/s?dw=%C1%F8%CA%F7%D5%F2",
        "http://a.cn/s?/1.html",
        "http://a.cn/s?/2.html",
        "http://[a",
        "http://[b",
    ]
    assert len({key_of(url) for url in urls}) == len(urls)


@given(
    st.lists(SCRAPS | ODD, max_size=25), st.sampled_from(sorted(presets())), st.binary(max_size=9)
)
@settings(max_examples=300, deadline=None)
def test_a_column_of_any_bytes_has_a_state(scraps: list[str], preset: str, raw: bytes) -> None:
    body = "".join(scraps).encode("utf-8", "surrogatepass") + raw
    reading = read_column(Source("http://a.cn/nb/", preset))
    answer = Answer("http://a.cn/nb/", 200, HTML, body, "", "http://a.cn/nb/")
    try:
        next(reading)
        while True:
            reading.send(answer)
    except StopIteration as end:
        listing = end.value
    assert listing.state.name in STATES
    json.dumps([*listing.items], default=str).encode()
    for item in listing.items:
        item.title.encode()
        item.url.encode()
    has_end(answer)
    transport_state(answer)


@pytest.mark.parametrize("between", ["", "<!-- -->", "\n<!DOCTYPE html>", "]]>"])
@pytest.mark.parametrize("first", [1, 4])
def test_a_page_that_holds_another_page_is_one(between: str, first: int) -> None:
    """As where a list is put whole, with head and body, into the frame of the site."""
    rows = [ROW.format(f"/{n}.html", town) for n, town in enumerate("甲乙丙丁戊己庚辛")]
    halves = rows[:first], rows[first:]
    pages = [f"<html><head></head><body><ul>{''.join(half)}</ul></body></html>" for half in halves]
    reading = read_column(Source("http://a.cn/nb/", ""))
    answer = Answer("http://a.cn/nb/", 200, HTML, between.join(pages).encode(), "", "http://a.cn/nb/")  # fmt: skip
    try:
        next(reading)
        while True:
            reading.send(answer)
    except StopIteration as end:
        listing = end.value
    assert len(listing.items) == 8 or not listing.proof.kind, listing


DEEP = 100_000
ROW = "<li><a href='{0}'>{1}2024年政府信息公开工作年度报告</a><span>2025-01-10</span></li>"


def hostile(body: str) -> Reply:
    return page(f"<h2>政府信息公开年报</h2><ul>{body}</ul>")


SOUND = ROW.format("/a/1.html", "柳树镇") + ROW.format("/a/2.html", "石门镇")
PAGES: dict[str, Callable[[], Reply]] = {
    "an odd header": lambda: Reply(hostile(SOUND).body, headers={"X-\xff": "x"}),
    "a bracket": lambda: hostile(ROW.format("http://[链接]", "小河乡") + SOUND),
    "a wait": lambda: Reply(b"busy", 503, {"Retry-After": "²"}),
    "a port": lambda: hostile(SOUND + "<a href='http://a.cn:port多余/'>主办</a>"),
    "a length": lambda: Reply(b"x", 200, {"Content-Length": "²"}),
    "a wide stroke": lambda: hostile(SOUND + "<a href='http://a.cn／x'>主办</a>"),
    "no host": lambda: hostile(SOUND + "<a href='//'>x</a><a href='http://'>y</a>"),
    "a long address": lambda: hostile(SOUND + f"<a href='/{'x' * 100_000}'>z</a>"),
    "a base": lambda: page(f"<ul>{SOUND}</ul>", head="<base href='http://['>"),
    "a day": lambda: hostile(SOUND.replace("2025-01-10", "2025-02-30")),
    "a total": lambda: hostile(SOUND + f"共{'9' * 5000}条 共²条 createPageHTML(²,0,'index','html')"),
    "half a character": lambda: hostile(SOUND.replace("柳树镇", "柳树镇&#xD83D;")),
    "deep": lambda: hostile("<div>" * DEEP + SOUND + "</div>" * DEEP),
    "deep JSON": lambda: Reply(b"[" * DEEP, headers={"Content-Type": "application/json"}),
    "large": lambda: hostile(SOUND + "<p>年报</p>" * 1_300_000),
    "too large": lambda: hostile(SOUND + "<p>年报</p>" * 2_000_000),
    "many links": lambda: hostile(SOUND + "".join(ROW.format(f"/b/{n}", n) for n in range(20_000))),
    "links side by side": lambda: page(
        SOUND + "".join(f"<a href='/c/{n}'>乡镇{n}年报</a><br>" for n in range(20_000))
    ),
    "marks without end": lambda: Reply(b"<html><body>" + b"<meta " * 500_000),
    "a redirect": lambda: Reply(b"", 302, {"Location": "http://[链接]/".encode().decode("latin-1")}),
    "a redirect to nothing": lambda: Reply(b"", 302, {"Location": "//"}),
    "a redirect to a port": lambda: Reply(b"", 301, {"Location": "http://a.cn:port/"}),
    "odd headers": lambda: Reply(hostile(SOUND).body, headers={"X-Odd": "\xfe\x01", "ETag": "\xff"}),
    "a type": lambda: Reply(hostile(SOUND).body, headers={"Content-Type": "\xff;charset=\xfe"}),
    "NULs": lambda: Reply(b"\0" * 100_000),
    "nothing": lambda: Reply(b""),
}  # fmt: skip


# What takes long even where all is well: the sweep over all of them, which `make prove` runs, reads it too.
LONG = ("large", "links side by side")
LONG_IN_A_SWEEP = (*LONG, "too large", "many links", "deep", "marks without end")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[fuzz] if name in LONG else []) for name in PAGES]
)
def test_the_client_tells_what_a_hostile_page_is(name: str) -> None:
    reply = PAGES[name]()
    with running(lambda request: None if request.path == "/robots.txt" else reply) as site:
        listing = converse(
            read_column(Source(site.url + "/nb/")), Client(allow_private=True, pause=0, timeout=3)
        )
    assert listing.state.name in STATES


@pytest.mark.parametrize(
    "left_out", [LONG_IN_A_SWEEP, pytest.param((), marks=prove)], ids=["the short", "all"]
)
def test_a_sweep_over_hostile_pages_reads_the_sound_column(
    left_out: tuple[str, ...], tmp_path: Path
) -> None:
    """One portal: each page a column, the sound one last; and an article that is hostile."""
    whole = portal_of(planted(2))
    pages = {name: make() for name, make in PAGES.items() if name not in left_out}
    replies = {f"/h{n}/": reply for n, reply in enumerate(pages.values())}

    def portal(request: Request) -> Reply | None:
        return replies.get(request.path) or whole(request)

    with running(portal) as site:
        config = county_file(tmp_path, site.url, *replies, "/zwgk/nb/")
        done = sweep(tmp_path, config, "--retries", "0")
    told = looks(tmp_path)
    assert len(told) == len(pages) + 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    state = dict(zip(pages, (name for name, _ in told), strict=False))
    read = {"a port", "a wide stroke", "no host", "a long address", "a base", "a day", "a total"}
    read |= {"half a character", "large", "odd headers", "a type"}
    read -= set(left_out)
    assert {name for name in read if state[name] != "ok"} == set()
    assert told[-1][0] == "ok"
    assert len(stored(tmp_path)["versions"]) == 2
