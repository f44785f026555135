"""Lists that a browser shows otherwise than they are read: none of them proves that nothing is
there.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from nianbao.crawler.answers import Answer
from nianbao.crawler.client import Client
from nianbao.crawler.listing.columns import read_column
from nianbao.crawler.listing.listed import Listing, Source
from nianbao.crawler.page_state import transport_state
from nianbao.crawler.probe import probe
from tests.portals.families import FAMILIES, truths
from tests.portals.server import Reply, Request, running

URL = "http://www.qingxi.gov.cn/nb/"
ROW = "<li><a href='a{0}.html'>石门镇{0}年政府信息公开工作年度报告</a><span>{1}-01-20</span></li>"
DUE = ROW.format(2025, 2026)
NAME = "石门镇2025年政府信息公开工作年度报告"
LIST = "".join(ROW.format(year, year + 1) for year in (2024, 2023, 2022, 2021))
PAGE = (
    "<html><head>{head}<title>政府信息公开年报</title></head><body><h2>政府信息公开年报</h2>"
    "<ul>{rows}</ul><div class='foot'>主办：县人民政府</div></body></html>"
)


def read(body: str, headers: dict[str, str] | None = None, status: int = 200) -> Listing:
    """What is read of one page that is all the site has, but for /more/."""
    validators = {"If-None-Match": "x"} if status == 304 else {}
    fingerprint = "f" if status == 304 else ""
    source = Source(
        URL, year=2025, names=("石门镇",), validators=validators, fingerprint=fingerprint
    )
    reading = read_column(source)
    ask = next(reading)
    try:
        while True:
            answer = Answer(ask.url, 404)
            if ask.url == URL:
                answer = Answer(URL, status, headers or {}, body.encode())
            elif ask.url.endswith("/more/"):
                answer = Answer(ask.url, 200, {}, page(rows=DUE).encode())
            ask = reading.send(answer)
    except StopIteration as end:
        listing: Listing = end.value
        return listing


def page(*, head: str = "", rows: str = LIST) -> str:
    return PAGE.format(head=head, rows=rows)


def script(text: str) -> str:
    return f"<script>{text}</script>"


def test_the_list_itself_proves() -> None:
    assert read(page()).state.complete


NO_PROOF = {
    "nested": page(rows=LIST + "<div>" * 300 + DUE),
    "nested further": page(rows=LIST + "<font>" * 5000 + DUE),
    "never closed": page(rows=LIST.replace("<li>", "<li>" + "<div><font>" * 40) + DUE),
    "nested behind many faults": page(rows="</x>" * 20_000 + LIST + "<div>" * 300 + DUE),
    "many attributes": page(rows=LIST + f"<p {' '.join(f'a{n}=1' for n in range(30_000))}>" + DUE),
    "many quoted attributes": page(
        rows=LIST + "<p " + " ".join(f"a{n}='>'" for n in range(30_000)) + ">" + DUE
    ),
    "sent on": page(head="<meta http-equiv=refresh content='0;url=/new/'>"),
    "sent on after a while": page(head="<META content=\"5; URL='/new/'\" HTTP-EQUIV='Refresh'>"),
    "sent on by a script": page(head=script("location.href='/new/'")),
    "sent on by a hidden script": page(
        head=script("<!--\nwindow.location.replace('/new/');\n//-->")
    ),
    "a row without a link": page(
        rows=f"<li>石门镇2025年政府信息公开工作年度报告<span>2026-01-20</span></li>{LIST}"
    ),
    "a row without a day": page(rows=f"<li>石门镇2025年政府信息公开工作年度报告</li>{LIST}"),
    "a button": page(
        rows=f"<li><button onclick=\"open('/a.html')\">石门镇2025年政府信息公开工作年度报告</button>{LIST}"
    ),
    "a drawing": page(
        rows=f"<li><svg><a xlink:href='/a.html'>石门镇2025年政府信息公开工作年度报告</a></svg>{LIST}"
    ),
    "a map": page(
        rows=LIST + "<map><area href='/a.html' alt='石门镇2025年政府信息公开工作年度报告'></map>"
    ),
    "a picture's words": page(
        rows=f"<li><a href='a.html'><img src=a.png alt='{NAME}'></a></li>{LIST}"
    ),
    "a label's words": page(rows=f"<li><a href='a.html' aria-label='{NAME}'></a></li>{LIST}"),
    "a row of a table beside the list": page(
        rows=f"{LIST}</ul><table><tr><td>{NAME}</td><td><button>查看</button></td></tr></table><ul>"
    ),
    "a drawing's title that is never closed": page(rows=f"{LIST}<svg><title></svg>{DUE}"),
    "a drawing's style that is never closed": page(rows=f"{LIST}<svg><style></svg>{DUE}"),
    "a button of a form": page(
        rows=f"<li><form action='a.html'><input type=submit value='{NAME}'></form></li>{LIST}"
    ),
    "a button in a cell of its own": page(
        rows=f"<li><input type=button value='{NAME}' onclick=\"open('a.html')\"></li>{LIST}"
    ),
    "a page in a frame of its own": page(rows=f'{LIST}<iframe srcdoc="{DUE}"></iframe>'),
    "an object": page(rows=LIST + "<object type='text/html' data='/more/'></object>"),
}


@pytest.mark.parametrize("name", NO_PROOF)
def test_what_is_shown_otherwise_proves_nothing(name: str) -> None:
    listing = read(NO_PROOF[name])
    told = [item for item in listing.items if "2025" in item.title]
    assert told or not listing.state.complete


PROOF = {
    "asks for itself": page(head="<meta http-equiv=refresh content='300'>"),
    "asks for itself by its name": page(head=f"<meta http-equiv=refresh content='0;url={URL}'>"),
    "goes home after an hour": page(head="<meta http-equiv=refresh content='3600;url=/'>"),
    "for browsers without scripts": page(
        head="<noscript><meta http-equiv=refresh content='0;url=/no.html'></noscript>"
    ),
    "telephones are sent on": page(
        head=script("if(/Mobile/.test(navigator.userAgent)) location.href='/m/';")
    ),
    "a search": page(head=script("function go(){location.href='/s/';}")),
    "a row of another year": page(rows=LIST + "<li>石门镇2020年政府信息公开工作年度报告</li>"),
    "a drawing with a title and a style": page(
        rows=f"{LIST}<svg><title>图</title><style><![CDATA[a{{}}]]></style></svg>"
    ),
    "a row beside the list of another unit": page(
        rows=f"{LIST}</ul><table><tr><td>河口镇2025年政府信息公开工作年度报告</td></tr></table><ul>"
    ),
    "a search box in the list": page(
        rows=f"<li><form action='/s'><input name=q value=''><input type=submit value='搜索'></form></li>{LIST}"
    ),
    "a picture of another year": page(
        rows=f"<li><a href='a2020.html'><img src=a.png alt='石门镇2020年政府信息公开工作年度报告'></a></li>{LIST}"
    ),
    "a heading in the list": page(rows=f"<li><b>政府信息公开年报</b></li>{LIST}"),
    "a picture in the address": page(
        rows=f"{LIST}<li><img src='data:image/png;base64,{'A' * 200_000}'></li>"
    ),
    "nested as far as is usual": page(rows="<div>" * 100 + LIST + "</div>" * 100),
}


@pytest.mark.parametrize("name", PROOF)
def test_what_is_as_usual_proves_as_before(name: str) -> None:
    listing = read(PROOF[name])
    assert listing.state.complete, listing.state
    assert not [item for item in listing.items if "2025" in item.title]


@pytest.mark.parametrize(
    ("headers", "proves"),
    [
        ({"refresh": "0; url=/new/"}, False),
        ({"refresh": "0;/new/"}, False),
        ({"refresh": "300"}, True),
        ({"age": "90000"}, False),
        ({"age": "1800"}, True),
        ({"age": "nan"}, True),
    ],
)
def test_headers_that_say_that_it_is_not_what_is_there_now(
    headers: dict[str, str], proves: bool
) -> None:
    assert read(page(), headers).state.complete is proves


def test_an_old_copy_is_not_as_it_was() -> None:
    assert read("", status=304).state.complete
    assert not read("", {"age": "90000"}, status=304).state.complete


def test_a_page_that_was_read_in_part_says_so() -> None:
    state = transport_state(Answer(URL, 200, {}, NO_PROOF["nested"].encode()))
    assert state is not None
    assert state.name == "truncated"


@pytest.mark.parametrize("family", FAMILIES)
def test_no_family_loses_entries_behind_mark_up_that_is_never_closed(family: str) -> None:
    entry, path, count, portal = FAMILIES[family]
    items = truths(count, path)
    inner = portal(items)

    def nested(request: Request) -> Reply | None:
        reply = inner(request)
        if reply is not None and b"20" in reply.body:
            body = re.sub(rb"(</a>)", rb"\1" + b"<div><font>" * 60, reply.body)
            return replace(reply, body=body)
        return reply

    with running(nested) as site:
        found = probe(site.url + entry, Client(allow_private=True, pause=0.0, timeout=5.0))
    told = {(item.title, item.url) for item in found.listing.items}
    whole = {(item.title, site.url + item.path) for item in items} <= told
    assert whole or not found.listing.state.complete
