"""Every page there is: how often it asks the database, how large it is, and that no link and no form of it, whatever is
put into them, ends in a fault. A new page that is not among `PAGES` is caught."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

import pytest
import requests
from lxml import html
from starlette.routing import Route

from nianbao.crawler.listing.listed import Item
from nianbao.crawler.reading import ReadHere
from nianbao.monitor.engine.jobs import Kind
from nianbao.monitor.engine.kinds import KINDS
from nianbao.monitor.engine.local import Local
from nianbao.monitor.handing_in import hand_in, judge_waiting
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.web.app import made
from nianbao.monitor.web.site import Site
from nianbao.storage.drafts import Handed
from nianbao.storage.evidence import Evidence
from tests.amounts import PROVING, TIMES, amount, more
from tests.monitor.test_web import HOSTILE, Counted
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds import tasks
from tests.worlds.pages import get, served, site_of
from tests.worlds.recorded import ALL, World, at
from tests.worlds.walked import kind_of, made_by_forms
from tests.worlds.written import reading_of

MOST_BYTES = 100_000
MOST_ASKED = 110
COUNTY = "140999"
UNREAD, WRONG, MISSING = (f"{COUNTY}{n}" for n in (100, 101, 102))

# By their routes: an address of each; {…} is made by a form.
PAGES: Mapping[str, str] = {
    "/": "/?year=2026",
    "/overview.{form}": "/overview.json?year=2026",
    "/c/{place:path}": f"/c/{COUNTY}/2026",
    "/c/{place:path}/faults": f"/c/{COUNTY}/2026/faults",
    "/c/{place:path}/faults.{form}": f"/c/{COUNTY}/2026/faults.json",
    "/answered/{number}": "/answered/1",
    "/door": "/door",
    "/door/report": "/door/report",
    "/door/check/{id}": "/door/check/1",
    "/door/drafts": "/door/drafts",
    "/door/drafts/{id}": "/door/drafts/1",
    "/door/drafts/{id}/{what}": "/door/drafts/1/file",
    "/door/{secret}": "/door/1",
    "/u/{place:path}": f"/u/{WRONG}/2026",
    "/p/{place:path}": f"/p/{MISSING}/2026",
    "/r/{place:path}": f"/r/{WRONG}/2026?where=1&last=1",
    "/seen/{place:path}": "{seen}",
    "/archived/{place:path}": "{archived}",
    "/static/{place:path}": "/static/style.css",
    "/healthz": "/healthz",
    "/metrics": "/metrics",
    "/check": "/check",
    "/check/{id}": "{check}",
    "/check/{id}/{number}": "{check}/0",
    "/check/{id}/{number}.{ending}": "{check}/0.html",
    "/check/{id}/{number}/{cell}.png": "{check}/0/requests.new.total.png",
    "/jobs/{place:path}": "{job}",
    "/sum/{place:path}": f"/sum/{COUNTY}/2026",
    "/letter/{place:path}": f"/letter/{WRONG}/2026",
    "/review": f"/review?county={COUNTY}",
    "/review/{place:path}": f"/review/{COUNTY}?year=2026",
    "/mail": "/mail",
    "/mail/preview": "/mail/preview?to=0",
    "/operations": "/operations",
    "/operations/log": "/operations/log",
    "/setup": "/setup",
    "/setup/changes/{place}": "{change}",
    "/setup/{code}": f"/setup/{COUNTY}",
    "/setup/{code}/jobs/{place}": "{search}",
    "/sign-in": "/sign-in",
    "/c/{code}/drafts": f"/c/{COUNTY}/drafts?year=2026",
    "/c/{code}/drafts.{form}": f"/c/{COUNTY}/drafts.json?year=2026",
    "/u/{code}/drafts": f"/u/{WRONG}/drafts?year=2026",
    "/drafts/{id}": "/drafts/1",
    "/drafts/{id}/{what}": "/drafts/1/file",
    "/sign-in/begin": "/sign-in/begin",
    "/sign-in/back": "/sign-in/back?code=x&state=x",
    "/public": "/public",
    "/public/{place:path}": f"/public/u/{WRONG}/2026/index.html",
    "/data": "/data?year=2026",
    "/data.{form}": "/data.csv?year=2026",
    "/data/manifest.json": "/data/manifest.json?year=2026",
    "/api/v1": "/api/v1",
    "/api/v1/openapi.json": "/api/v1/openapi.json",
    "/api/v1/exports": "/api/v1/exports",
    "/api/v1/exports/{table}.{form}": "/api/v1/exports/units.csv",
    "/api/v1/units": "/api/v1/units?limit=5",
    "/api/v1/units/{code}": f"/api/v1/units/{WRONG}",
    "/api/v1/standings": "/api/v1/standings?year=2026&limit=5",
    "/api/v1/reports": "/api/v1/reports?limit=1",
    "/api/v1/reports/{code}/{year}": f"/api/v1/reports/{WRONG}/2026",
    "/api/v1/values": "/api/v1/values?limit=5",
    "/api/v1/findings": "/api/v1/findings?year=2026&limit=1",
    "/api/v1/looks": "/api/v1/looks?limit=2",
    "/api/v1/events": "/api/v1/events?limit=5",
    "/api/v1/evidence": "/api/v1/evidence?limit=1",
    "/api/v1/evidence/{sha256}": "{hash}",
}


# No daemon runs; a web page is read without a picture; nobody signs in, nothing is public, nobody answered or has a unit's link.
AT_DOOR = {route: 403 for route in PAGES if route.startswith("/door")}
STATUS = {
    **AT_DOOR,
    "/answered/{number}": 404,
    **dict.fromkeys(("/sign-in", "/sign-in/begin", "/sign-in/back"), 404),
    "/public": 404,
    "/public/{place:path}": 404,
    "/healthz": 503,
    "/check/{id}/{number}/{cell}.png": 404,
}


def filled(folder: Path, count: int) -> Site:
    """A county of so many units: of each three one has published what is wrong, one has a link in doubt, one nothing."""
    folder.mkdir()
    world = World(folder, f"sqlite:///{folder}/n.db")
    numbers = range(100, 100 + count)
    units = "".join(f'  - {{name: 第{n}镇, code: "{COUNTY}{n}"}}\n' for n in numbers)
    head = f'county: 平安县\ncode: "{COUNTY}"\nhost: a.gov.cn\nrecipients: [a@example.gov.cn]\ncolumns:\n  - {{url: "{ALL}", covers: all}}\nunits:\n'
    world.file(head + units)
    (folder / "counties").mkdir()
    shutil.copy(folder / "a.yaml", folder / "counties" / "a.yaml")
    body = write_html(print_draft(clean(3, year=2026)))
    shown: list[dict[str, Any]] = []
    for n in numbers:
        entry = {
            "item": Item(f"第{n}镇2026年年报", f"http://a.gov.cn/{n}.html", None),
            "unit": f"{COUNTY}{n}",
        }
        if n % 3 == 1:
            shown.append({**entry, "review": "retry: column_gone HTTP 404"})
        elif n % 3 == 2:
            shown.append({**entry, "reading": reading_of(body, f"http://a.gov.cn/{n}.html")})
    for moment in (at(1, 30), at(2, 2), at(2, 3)):
        world.sweep(moment, *shown)
    judge_county(world.engine, Evidence(folder / "evidence"), ReadHere(), world.county, at(2, 3))
    refresh(world.engine, world.registry, [world.county], at(2, 3, 12), range(2021, 2027))
    handed = Handed(2026, "a.html", "", at(1, 2), "王某", "page", WRONG)
    hand_in(world.engine, Evidence(folder / "evidence"), handed, body)
    judge_waiting(world.engine, Evidence(folder / "evidence"), world.registry, ReadHere())
    world.engine.dispose()
    return site_of(folder, at(2, 4))


class Shown(NamedTuple):
    address: str
    site: Site
    pages: Mapping[str, str]  # each route's


@contextmanager
def showing(site: Site) -> Iterator[Shown]:
    """Its pages; jobs are begun, and end at once: nobody is asked for anything."""
    with (
        Local([Kind(each.name, tasks.closed, apart=False) for each in KINDS]) as jobs,
        served(replace(site, jobs=jobs)) as address,
    ):
        yield Shown(address, site, pages_at(address))
    site.drafts.close()
    site.engine.dispose()


def pages_at(address: str) -> Mapping[str, str]:
    """Each route's page, with those that forms make."""
    told = made_by_forms(
        address, COUNTY, MISSING, ("a.html", write_html(print_draft(clean(3, year=2026))))
    )
    archived = told["seen"].replace("/seen/", "/archived/")
    of_bytes = told["seen"].replace("/seen/", "/api/v1/evidence/").partition("?")[0]
    named = {**told, "archived": archived, "hash": of_bytes}
    return {route: page.format(**named) for route, page in PAGES.items()}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return filled(tmp_path_factory.mktemp("every") / "few", 6)


def test_every_page_is_here(few: Site) -> None:
    app: Any = made(few)
    while not hasattr(app, "routes"):
        app = app.app
    shown = {
        each.path
        for each in app.routes
        if isinstance(each, Route) and "GET" in (each.methods or ())
    }
    assert shown == PAGES.keys()


def test_each_asks_as_often_of_many_as_of_few_and_is_small(few: Site, tmp_path: Path) -> None:
    asked: dict[int, dict[str, int]] = {}
    for count, site in ((6, few), (93, filled(tmp_path / "many", 93))):
        counted = Counted(site.engine)
        with showing(site) as shown:
            for route, path in shown.pages.items():
                answer = get(shown.address + path)
                assert answer.status_code == STATUS.get(route, 200), (path, answer.text)
                if answer.headers["content-type"].startswith("text/html"):
                    assert len(answer.content) <= MOST_BYTES, (route, len(answer.content))
                counted.count = 0
                get(shown.address + path)  # what is found out once was found out
                asked.setdefault(count, {})[route] = counted.count
    assert asked[6] == asked[93]
    assert max(asked[93].values()) <= MOST_ASKED, asked[93]


# ---- whatever is put into links and forms


def sound(answer: requests.Response) -> None:
    """No fault of ours, and nothing of what was said is more than text."""
    assert answer.status_code < 500, (answer.url, answer.request.body, answer.text[:300])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    if answer.headers.get("content-type", "").startswith("text/html"):
        page = html.document_fromstring(answer.content, parser=html.HTMLParser(encoding="utf-8"))
        assert all(str(each.get("src")).startswith("/static/") for each in page.iter("script")), (
            answer.url
        )
        assert not any(each.get("src") == "x" for each in page.iter("img")), answer.url
        keys = {str(key) for each in page.iter("*") for key in each.attrib}
        assert not {key for key in keys if key.startswith("on")}, answer.url


def links_in(address: str, page: str) -> set[str]:
    found = re.findall('(?:href|src)="([^"#]+)', page)
    return {urljoin(address, unescape(each)) for each in found}


def forms_in(address: str, page: str) -> Iterator[tuple[str, bool, dict[str, str]]]:
    """Where each leads, whether it brings files, and what it would say as it is."""
    for head, body in re.findall("<form([^>]*)>(.*?)</form>", page, re.S):
        if 'method="post"' not in head:
            continue
        action = re.findall('action="([^"]*)"', head)
        fields = {
            name: unescape(value)
            for name, value in re.findall('name="([^"]+)"(?:[^>]*value="([^"]*)")?', body)
        }
        yield urljoin(address, unescape(action[0]) if action else ""), "multipart" in head, fields


def twisted(address: str, said: str) -> Iterator[str]:
    """The address with something else in each of its places."""
    parts = urlsplit(address)
    steps = parts.path.split("/")
    for n in range(2, len(steps)):
        path = "/".join([*steps[:n], quote(said, safe="", errors="replace"), *steps[n + 1 :]])
        yield urlunsplit(parts._replace(path=path))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for n in range(len(pairs)):
        other = [(key, said if at == n else value) for at, (key, value) in enumerate(pairs)]
        yield urlunsplit(parts._replace(query=urlencode(other, errors="replace")))


def some(place: int) -> Sequence[str]:
    """Of the words, those that are tried at a place: each at one of so many, by hand at all."""
    one_in = 14 if not PROVING else 3 if TIMES == 1 else 1
    return HOSTILE[place % one_in :: one_in]


@more
def test_a_hostile_crawl_over_every_link_and_form_finds_no_fault(few: Site, tmp_path: Path) -> None:
    folder = shutil.copytree(Path(few.files.folder).parent, tmp_path / "crawled")
    with showing(site_of(folder, at(2, 4))) as shown:
        waiting = [shown.address + path for path in shown.pages.values()]
        seen, kinds, sent, tried = set[str](), Counter[str](), set[tuple[str, ...]](), 0
        while waiting:
            address = waiting.pop(0)
            if address in seen or kinds[kind_of(address)] >= 2 or "sheet." in address:
                continue
            seen.add(address)
            kinds[kind_of(address)] += 1
            answer = get(address)
            if not address.endswith("/healthz"):
                sound(answer)
            for said in some(len(seen)) if kinds[kind_of(address)] == 1 else ():
                for other in twisted(address, said):
                    sound(get(other))
                    tried += 1
            if not answer.headers["content-type"].startswith("text/html") or "/seen/" in address:
                continue
            ours = (
                each for each in links_in(answer.url, answer.text) if each.startswith(shown.address)
            )
            waiting += sorted(each for each in ours if "lang=" not in each)
            for action, brings, fields in forms_in(answer.url, answer.text):
                what = (kind_of(action), *sorted({re.sub("[0-9]+", "#", key) for key in fields}))
                if what in sent:
                    continue
                sent.add(what)
                tried += _hostile_form(action, fields, some(len(sent)), brings=brings)
    wanted = {kind_of(shown.address + path) for path in shown.pages.values()}
    assert wanted <= kinds.keys()
    assert len(sent) >= 10, sent
    assert tried > amount(400, 2000)


def _hostile_form(
    action: str, fields: Mapping[str, str], words: Sequence[str], *, brings: bool
) -> int:
    """Each field alone says something else, all do, none is there."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(action))
    ours = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    alike = {re.sub("[0-9]+", "#", key): key for key in fields}  # rows of a table are one
    cases: list[dict[str, str]] = [{}, {"unknown": "x"}]
    for said in words:
        cases += [{**fields, key: said} for key in alike.values()]
        cases.append(dict.fromkeys(fields, said))
    for case in cases:
        data = {key: value.encode("utf-8", "replace") for key, value in case.items()}
        files = [("files", ("x.html", b"<p>x")), ("previous", ("<b>", b"%PDF"))] if brings else None
        sound(requests.post(action, data=data, files=files, headers=ours, timeout=60))
    return len(cases)
