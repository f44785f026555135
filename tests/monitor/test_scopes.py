"""Whoever has a smaller scope: each route that there is, asked by each of them for what is theirs and for what is another
county's. A route that is not among `EXAMPLES` is caught."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import requests

from nianbao.monitor.web.api.cursors import cursor_of
from nianbao.monitor.web.check import units_like
from nianbao.monitor.web.form_token import FIELD, token_of
from nianbao.monitor.web.signing import COOKIE, CUT, NEEDS, OPEN, hidden_from
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import Visitor
from nianbao.parser.report import read
from nianbao.storage.audit import entries
from nianbao.storage.kinds import Role
from nianbao.storage.people import By, add, begin, give_token, take_tokens, token_used
from nianbao.storage.scope import EVERYTHING, Scope, of_county, of_unit
from nianbao.storage.store import looking, session
from tests.amounts import PROVING, amount, more
from tests.monitor.test_signing import as_of, routes_of
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.pages import served
from tests.worlds.two import (
    NOW,
    ONE,
    OTHER,
    County,
    answer_of,
    column_of,
    filled,
    handed_by,
    hashes_of,
    leaked,
    link_of,
    marks_of,
    without,
    working,
)

BY = By("王某", NOW)
Form = Mapping[str, str]
Example = str | tuple[str, Form]


def cursors_of(county: str) -> Form:
    """Where lists go on, as somebody may make them up: before a county's first unit."""
    return {f"cursor_{name}": cursor_of(name, (county, "")) for name in ("units", "standings")}


# By their routes what may be asked; a form with its fields. {mine}: the county of whoever asks.
EXAMPLES: Mapping[str, Sequence[Example]] = {
    "/": ("/", "/?scope={county}", "/?scope={name}&year=2026", "/?scope=unit:{published}"),
    "/overview.{form}": (
        "/overview.json?scope={county}",
        "/overview.csv?scope={name}",
        "/overview.xlsx?scope={county}&year=2026",
    ),
    "/c/{place:path}": (
        "/c/{county}",
        "/c/{county}/2026",
        "/c/{county}/2026.json",
        "/c/{county}/2026.csv",
        "/c/{county}/2026.xlsx",
    ),
    "/u/{place:path}": (
        "/u/{published}/2026",
        "/u/{missing}/2026?lang=en",
        "/u/{town}",
        "/u/{published}.xlsx",
        "/u/{published}/2026.json",
    ),
    "/p/{place:path}": (
        "/p/{missing}/2026",
        "/p/{published}/2026",
        "/p/{waits}/2026",
        "/p/{missing}/2026/sheet.docx",
    ),
    "/r/{place:path}": (
        "/r/{published}/2026?last=1",
        "/r/{published}/2026.csv",
        "/r/{published}/2026.json",
    ),
    "/seen/{place:path}": ("/seen/{sha}", "/seen/{my_sha}?unit={missing}&year=2026"),
    "/archived/{place:path}": ("/archived/{sha}", "/archived/{my_sha}?unit={missing}&year=2026"),
    "/static/{place:path}": ("/static/style.css",),
    "/healthz": ("/healthz",),
    "/metrics": ("/metrics",),
    "/sign-in": ("/sign-in", ("/sign-in", {"name": "nobody", "password": "x"})),
    "/sign-out": (),
    "/check": ("/check?unit={published}",),
    "/check/{id}": ("/check/{draft}", ("/check/{draft}", {"unit": "{town}"})),
    "/check/{id}/forget": (("/check/{draft}/forget", {}),),
    "/check/{id}/{number}": ("/check/{draft}/0", ("/check/{draft}/0", {"unit": "{town}"})),
    "/check/{id}/{number}/forget": (("/check/{draft}/0/forget", {}),),
    "/check/{id}/{number}/{cell}.png": ("/check/{draft}/0/requests.new.total.png",),
    "/check/{id}/{number}.{ending}": ("/check/{draft}/0.html",),
    "/jobs/{place:path}": ("/jobs/{job}", "/jobs/{my_job}?unit={missing}"),
    "/sum/{place:path}": ("/sum/{county}/2026", "/sum/{county}/2026.xlsx"),
    "/letter/{place:path}": ("/letter/{missing}/2026", "/letter/{published}/2026"),
    "/mail": ("/mail",),
    "/mail/preview": ("/mail/preview?to=0",),
    "/mail/test": (("/mail/test", {"to": "0"}),),
    "/answered/{number}": ("/answered/{answered}",),
    "/c/{place:path}/faults": ("/c/{county}/2026/faults", "/c/{county}/2026/faults?each=1"),
    "/c/{place:path}/faults.{form}": (
        "/c/{county}/2026/faults.json",
        "/c/{county}/2026/faults.csv",
        "/c/{county}/2026/faults.xlsx",
    ),
    "/do/way": (("/do/way", {"county": "{county}", "act": "sent", "of": "{missing}"}),),
    "/do/answer": (("/do/answer", {"answer": "{answered}", "kind": "rejected", "why": "x"}),),
    "/do/door": (("/do/door", {"unit": "{missing}", "year": "2026"}),),
    "/c/{code}/drafts": ("/c/{county}/drafts?year=2026", "/c/{county}/drafts?state=returned"),
    "/c/{code}/drafts.{form}": ("/c/{county}/drafts.json", "/c/{county}/drafts.csv"),
    "/u/{code}/drafts": ("/u/{published}/drafts", "/u/{missing}/drafts?lang=en"),
    "/u/{code}/drafts/hand-in": (("/u/{missing}/drafts/hand-in", {}),),
    "/drafts/{id}": ("/drafts/{handed}",),
    "/drafts/{id}/decide": (("/drafts/{handed}/decide", {"state": "passed", "reason": "x"}),),
    "/drafts/{id}/{what}": ("/drafts/{handed}/file",),
    "/public": (),
    "/public/{place:path}": (),
    "/sign-in/begin": (),
    "/sign-in/back": (),
    "/door": ("/door",),
    "/door/in": (),
    "/door/out": (),
    "/door/report": ("/door/report", "/door/report?year=2026"),
    "/door/answer": (),
    "/door/check": (),
    "/door/check/{id}": ("/door/check/{draft}",),
    "/door/drafts": ("/door/drafts",),
    "/door/drafts/hand-in": (("/door/drafts/hand-in", {}),),
    "/door/drafts/{id}": ("/door/drafts/{handed}",),
    "/door/drafts/{id}/{what}": ("/door/drafts/{handed}/file",),
    "/door/{secret}": ("/door/{draft}",),
    "/do/letter": (("/do/letter", {"unit": "{missing}", "year": "2026"}),),
    "/do/look": (
        ("/do/look", {"county": "{county}"}),
        ("/do/look", {"unit": "{missing}"}),
        ("/do/look", {"county": "{mine}", "column": "{column}"}),
    ),
    "/do/cancel": (("/do/cancel", {"job": "{job}"}),),
    "/do/settle": (
        ("/do/settle", {"county": "{county}", "number": "{link}", "answer": "not_a_report"}),
        ("/do/settle", {"county": "{mine}", "number": "{link}", "answer": "not_a_report"}),
    ),
    "/do/column": (
        ("/do/column", {"county": "{county}", "url": "{column_url}", "year": "2026"}),
        ("/do/column", {"county": "{mine}", "url": "{column_url}", "year": "2026"}),
    ),
    "/review": ("/review",),
    "/review/{place:path}": (
        "/review/{county}?year=2026",
        "/review/{county}/{link}",
        "/review/{mine}/{link}",
        "/review/{mine}/column?url={column_url}&year=2026",
        "/review/{county}/{link}?answer=not_a_report",
        "/review/{county}/column?url={column_url}&year=2026",
    ),
    "/operations": ("/operations",),
    "/operations/log": ("/operations/log",),
    "/operations/retry": (("/operations/retry", {}),),
    "/operations/check": (("/operations/check", {}),),
    "/setup": ("/setup", "/setup?name={county}", "/setup?name={name}"),
    "/setup/changes/{place}": ("/setup/changes/{change}", ("/setup/changes/{change}", {})),
    "/setup/{code}": ("/setup/{county}",),
    "/setup/{code}/create": (("/setup/{county}/create", {"host": "{host}"}),),
    "/setup/{code}/units": (("/setup/{county}/units", {"name.0": "丁镇"}),),
    "/setup/{code}/discover": (("/setup/{county}/discover", {"url": "{column_url}"}),),
    "/setup/{code}/bring": (
        ("/setup/{county}/bring", {"unit": "{missing}", "year": "2026", "url": "{column_url}"}),
        ("/setup/{mine}/bring", {"unit": "{missing}", "year": "2026", "url": "{column_url}"}),
    ),
    "/setup/{code}/saved": (("/setup/{county}/saved", {}),),
    "/setup/{code}/jobs/{place}": (
        "/setup/{county}/jobs/{search}",
        ("/setup/{county}/jobs/{search}", {}),
        ("/setup/{mine}/jobs/{search}", {}),
    ),
    "/data": ("/data?year=2026", "/data?scope={county}&year=2026", "/data?scope={name}"),
    "/data.{form}": (
        "/data.csv?year=2026",
        "/data.csv?scope={county}&year=2026",
        "/data.parquet?year=2026",
    ),
    "/data/manifest.json": ("/data/manifest.json?year=2026",),
    "/api/v1": ("/api/v1",),
    "/api/v1/openapi.json": ("/api/v1/openapi.json",),
    "/api/v1/exports": ("/api/v1/exports",),
    "/api/v1/exports/{table}.{form}": (
        "/api/v1/exports/units.csv",
        "/api/v1/exports/standings.csv?year=2026",
        "/api/v1/exports/cells.csv?scope={county}&year=2026",
        "/api/v1/exports/reports.parquet?scope={name}&year=2026",
        "/api/v1/exports/findings.csv?year=2026",
    ),
    "/api/v1/units": (
        "/api/v1/units",
        "/api/v1/units?scope={county}",
        "/api/v1/units?q={town}",
        "/api/v1/units?cursor={cursor_units}",
    ),
    "/api/v1/units/{code}": ("/api/v1/units/{published}", "/api/v1/units/{town}"),
    "/api/v1/standings": (
        "/api/v1/standings?year=2026",
        "/api/v1/standings?scope={name}&year=2026",
        "/api/v1/standings?year=2026&cursor={cursor_standings}",
    ),
    "/api/v1/reports": ("/api/v1/reports", "/api/v1/reports?scope={published}"),
    "/api/v1/reports/{code}/{year}": ("/api/v1/reports/{published}/2026",),
    "/api/v1/values": ("/api/v1/values?limit=3", "/api/v1/values?scope={published}&limit=3"),
    "/api/v1/findings": ("/api/v1/findings?year=2026", "/api/v1/findings?scope={county}&year=2026"),
    "/api/v1/looks": ("/api/v1/looks", "/api/v1/looks?scope={county}"),
    "/api/v1/events": ("/api/v1/events", "/api/v1/events?scope={missing}"),
    "/api/v1/evidence": ("/api/v1/evidence", "/api/v1/evidence?scope={county}"),
    "/api/v1/evidence/{sha256}": ("/api/v1/evidence/{sha}",),
}
# What is about the whole machine.
NOT_CUT = {
    "/mail",
    "/mail/preview",
    "/mail/test",
    "/operations",
    "/operations/log",
    "/operations/retry",
    "/operations/check",
}
# What is not there to be shown: a web page is read without a picture.
ABSENT = {"/check/{id}/{number}/{cell}.png"}

NOTHING = {
    "county": "620998",
    "name": "丙火县",
    "host": "bing.gov.cn",
    "town": "丙紫镇",
    "published": "620998101",
    "waits": "620998102",
    "missing": "620998103",
    "sha": "0" * 64,
    "link": "99999",
    "column": "99999",
    "column_url": "http://bing.gov.cn/all/",
    "job": "bbbbbbbbbbbbbbbbbbbbbb",
    "search": "cccccccccccccccccccccc",
    "draft": "dddddddddddddddddddddddddddddddd",
    "handed": "99999",
    "answered": "99999",
    "change": "eeeeeeeeeeeeeeeeeeeeee",
    **cursors_of("620998"),
}


class Asker(NamedTuple):
    name: str
    role: Role
    scope: Scope


WHOLE: Mapping[str, Scope] = {
    "省": Scope((ONE.code[:2],)),
    "市": Scope((ONE.code[:4],)),
    "县": of_county(ONE.code),
    "单位": of_unit(ONE.units[2], ONE.code),
}
ROLES: Sequence[Role] = ("viewer", "supervisor", "operator", "admin")
SMALLER = [
    *(Asker(f"{role}{name}", role, scope) for role in ROLES for name, scope in WHOLE.items()),
    Asker("unit", "unit", WHOLE["单位"]),
]
FEW = [each for each in SMALLER if each.name in ("admin县", "unit")]
ALL = Asker("all", "admin", EVERYTHING)
THEIRS = Asker("theirs", "admin", of_county(OTHER.code))
PEOPLE = [*SMALLER, ALL, THEIRS]


class Shown(NamedTuple):
    site: Site
    url: str
    things: Mapping[str, Mapping[str, str]]  # of each county, by its code
    cookies: Mapping[str, str]  # by the names of people


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    site = filled(tmp_path_factory.mktemp("scopes") / "two")
    cookies = {}
    with session(site.engine) as s:
        for each in PEOPLE:
            add(s, each.name, each.role, each.scope, "", BY)
            cookies[each.name] = begin(s, each.name, "127.0.0.1", NOW)
    with working(site) as works, served(works) as url:
        made = Shown(works, url, {}, cookies)
        mine = next(each for each in SMALLER if each.name == "admin县")
        whose = ((ONE, mine), (OTHER, THEIRS))
        told = {county.code: things_of(made, county, asker) for county, asker in whose}
        yield made._replace(things=told)


def opened(shown: Shown, asker: Asker) -> requests.Session:
    parts, browser = urlsplit(shown.url), requests.Session()
    browser.headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    browser.cookies.set(COOKIE, shown.cookies[asker.name])
    return browser


def held_by(shown: Shown, asker: Asker) -> dict[str, str]:
    """What each form holds that is drawn for them."""
    return {FIELD: token_of(shown.cookies[asker.name], asker.name)}


def things_of(shown: Shown, county: County, asker: Asker) -> dict[str, str]:
    """What is a county's, as somebody of it comes to it by forms."""
    browser, url, held = opened(shown, asker), shown.url, held_by(shown, asker)

    def made(path: str, **fields: str) -> str:
        done = browser.post(url + path, {**fields, **held}, timeout=60)
        assert done.status_code == 200, done.text
        return urlsplit(done.url).path.rpartition("/")[2]

    page = browser.get(f"{url}/setup/{county.code}", timeout=60).text
    mark = re.findall('name="mark" value="([^"]*)"', page)[0]
    draft = ("a.html", write_html(print_draft(clean(3, year=2026))))
    handed = browser.post(
        f"{url}/check", {"unit": county.units[0], **held}, files={"files": draft}, timeout=60
    )
    assert handed.status_code == 200, handed.text
    for _ in range(600):
        if "data-again" not in browser.get(handed.url, timeout=60).text:
            break
        time.sleep(0.1)
    own = set(hashes_of(shown.site, county))
    others = set(hashes_of(shown.site, OTHER if county is ONE else ONE))
    return {
        "county": county.code,
        "name": county.name,
        "host": county.host,
        "town": county.towns[0],
        "published": county.units[0],
        "waits": county.units[1],
        "missing": county.units[2],
        "sha": min(own - others),
        "link": f"{link_of(shown.site, county)}",
        "column": f"{column_of(shown.site, county)}",
        "column_url": county.column,
        "handed": f"{handed_by(shown.site, county)}",
        "answered": f"{answer_of(shown.site, county)}",
        **cursors_of(county.code),
        "job": made("/do/look", county=county.code),
        "search": made(f"/setup/{county.code}/discover", url=county.column),
        "draft": urlsplit(handed.url).path.rpartition("/")[2],
        "change": made(
            f"/setup/{county.code}/units",
            **{"mark": mark, "name.0": f"{county.name[0]}紫镇", "renamed.0": "2026-12-31"},
        ),
    }


def examples(route: str, method: str) -> list[tuple[str, Form]]:
    found = [each if isinstance(each, tuple) else (each, None) for each in EXAMPLES[route]]
    return [(path, form or {}) for path, form in found if (form is None) == (method == "GET")]


def _whose(shown: Shown, browser: requests.Session) -> str:
    return next(n for n, cookie in shown.cookies.items() if cookie == browser.cookies[COOKIE])


def asked(
    shown: Shown, browser: requests.Session, method: str, of: tuple[str, Form], things: Form
) -> tuple[list[requests.Response], str]:
    """The answers, the last one last, and what was said in asking."""
    own = shown.things[ONE.code]
    told = {"mine": ONE.code, "my_sha": own["sha"], "my_job": own["job"], **things}
    path, fields = of[0].format(**told), {k: v.format(**told) for k, v in of[1].items()}
    files = {"files": ("a.html", b"x")} if path.endswith("/saved") else None
    if method == "POST":
        fields |= {FIELD: token_of(browser.cookies[COOKIE], _whose(shown, browser))}
    done = browser.request(method, shown.url + path, data=fields, files=files, timeout=60)
    return [*done.history, done], f"{path} {fields}"


def test_every_route_has_an_example(shown: Shown) -> None:
    assert {path for path, _ in routes_of(shown.site)} == EXAMPLES.keys()
    assert NEEDS.keys() - CUT == NOT_CUT
    assert not CUT & OPEN


def test_few_ask_for_what_is_not_cut() -> None:
    """The names of a unit that was found in the scope; codes that are given once in all files; the whole machine."""
    folder = Path(f"{files('nianbao.monitor.web')}")
    whole = {
        each.stem
        for each in folder.glob("*.py")
        if re.search(r"files\.registry\(\)(?!\.cut)", each.read_text("utf-8"))
    }
    assert whole == {
        "arriving",
        "box",
        "check",
        "operating",
        "publicly",
        "remembered",
        "setting_up",
    }


@more
def test_nothing_of_another_county_is_told_or_done(shown: Shown) -> None:
    marks, asks, done, tried = marks_of(shown.site, OTHER), [], _done(shown), 0
    for asker in SMALLER if PROVING else FEW:
        browser = opened(shown, asker)
        for route, method in routes_of(shown.site):
            for each in examples(route, method):
                for things in (shown.things[ONE.code], shown.things[OTHER.code]):
                    if method == "POST" and things["county"] == ONE.code:
                        continue  # what is theirs they may do
                    answers, said = asked(shown, browser, method, each, things)
                    tried += 1
                    found = [mark for each in answers for mark in leaked(each, marks, said)]
                    asks += [(asker.name, method, said, *found)] if found else []
                    assert answers[-1].status_code < 500 or route == "/healthz", said
    assert asks == []
    assert _done(shown) == done
    assert tried > amount(200, 1500)


def _done(shown: Shown) -> int:
    with looking(shown.site.engine) as s:
        return sum(1 for _ in entries(s))


@more
def test_whose_it_is_sees_it(shown: Shown) -> None:
    """A refusal of everything would leak nothing."""
    wholes = [each for each in SMALLER if not each.scope.units]
    for asker in wholes if PROVING else FEW[:1]:
        browser = opened(shown, asker)
        for route in CUT:
            if asker.role not in NEEDS[route]:
                continue
            for each in examples(route, "GET"):
                answers, said = asked(shown, browser, "GET", each, shown.things[ONE.code])
                is_there = route not in ABSENT and (
                    "/check/" not in route or asker.name == "admin县"
                )
                assert (answers[-1].status_code == 200) == is_there, (said, answers[-1].text)


@more
def test_what_is_not_theirs_is_as_if_it_were_not_there(shown: Shown) -> None:
    for asker in FEW if PROVING else FEW[:1]:
        browser = opened(shown, asker)
        for route, method in routes_of(shown.site):
            if route in OPEN:
                continue
            for each in examples(route, method):
                told = []
                for things in (shown.things[OTHER.code], NOTHING):
                    answers, _ = asked(shown, browser, method, each, things)
                    text = without(answers[-1].text, [*things.values()])
                    is_file = answers[-1].content.startswith(b"PK")
                    told.append((answers[-1].status_code, "" if is_file else text))
                assert told[0] == told[1], (route, each)


def test_the_same_bytes_are_told_with_ones_own_address(shown: Shown) -> None:
    shared = {*hashes_of(shown.site, ONE)} & {*hashes_of(shown.site, OTHER)}
    assert len(shared) == 1
    for asker, own in (("admin县", ONE), ("theirs", OTHER)):
        browser = opened(shown, next(each for each in PEOPLE if each.name == asker))
        told = browser.get(f"{shown.url}/archived/{min(shared)}", timeout=60)
        assert told.status_code == 200
        assert f"http://{own.host}/{own.units[0]}.html" in told.text
        assert browser.get(f"{shown.url}/r/{own.units[0]}/2026", timeout=60).status_code == 200


@more
def test_no_link_and_no_form_leads_where_they_may_not_go(shown: Shown) -> None:
    names = ("supervisor县", "viewer县", "unit")
    for name in names if PROVING else names[1:]:
        asker = next(each for each in SMALLER if each.name == name)
        browser, tried = opened(shown, asker), set[str]()
        for route in CUT - {"/check/{id}", "/check/{id}/{number}"}:
            for path, _ in examples(route, "GET"):
                made = (path, dict[str, str]())
                answer = asked(shown, browser, "GET", made, shown.things[ONE.code])[0][-1]
                if not answer.headers["content-type"].startswith("text/html"):
                    continue
                tried |= {*re.findall('(?:href|action)="(/[^"#?]*)', answer.text)}
        firsts = {each.split("/")[1].partition("?")[0] for each in tried}
        hidden = hidden_from(Visitor(asker.name, asker.role, asker.scope))
        assert firsts & hidden == set(), asker.name
        assert "u" in firsts
        assert "operations" in hidden


def test_a_code_of_another_county_is_refused_without_naming_it(shown: Shown) -> None:
    browser = opened(shown, next(each for each in SMALLER if each.name == "operator县"))
    page = browser.get(f"{shown.url}/setup/{ONE.code}", timeout=60).text
    mark = re.findall('name="mark" value="([^"]*)"', page)[0]
    fields = {"mark": mark, "name.n0": "丁镇", "code.n0": OTHER.units[0]}
    fields |= {FIELD: token_of(browser.cookies[COOKIE], "operator县")}
    done = browser.post(f"{shown.url}/setup/{ONE.code}/units", fields, timeout=60)
    assert (done.status_code, "范围以外" in done.text) == (400, True)
    assert leaked(done, marks_of(shown.site, OTHER), OTHER.units[0]) == []


def test_a_draft_is_held_against_ones_own_units_alone(shown: Shown) -> None:
    report = read(write_html(print_draft(clean(3, year=2026))))
    for said in (OTHER.units[0], OTHER.towns[0]):
        assert [unit.id for unit in units_like(shown.site, report, said)] == [OTHER.units[0]]
        assert [*units_like(shown.site, report, said, of_county(ONE.code))] == []


# ---- a unit


def test_a_unit_sees_itself_alone(shown: Shown) -> None:
    own, others = ONE.units[2], ONE.units[:2]
    for role in ("unit", "admin单位"):
        browser = opened(shown, next(each for each in SMALLER if each.name == role))
        first = browser.get(f"{shown.url}/", timeout=60)
        assert (first.status_code, urlsplit(first.url).path) == (200, f"/u/{own}")
        for path in (f"/u/{own}/2026.json", f"/p/{own}/2026", "/check"):
            assert browser.get(shown.url + path, timeout=60).status_code == 200, path
        assert browser.get(f"{shown.url}/r/{own}/2026", timeout=60).status_code == 404  # none yet
        for other in others:
            for path in (f"/u/{other}/2026", f"/p/{other}/2026", f"/r/{other}/2026.csv"):
                assert browser.get(shown.url + path, timeout=60).status_code == 404, path
        for path in (f"/c/{ONE.code}", "/overview.json", f"/review/{ONE.code}", "/setup"):
            assert browser.get(shown.url + path, timeout=60).status_code == 403, path
        name = ONE.towns[0]
        told = browser.get(f"{shown.url}/u/{ONE.towns[0][:1]}", timeout=60).text
        assert name not in told


def test_a_unit_sees_the_page_on_which_it_is_missing_and_no_report_of_others(shown: Shown) -> None:
    browser = opened(shown, next(each for each in SMALLER if each.name == "unit"))
    column, report = hashes_of(shown.site, ONE)[-1], hashes_of(shown.site, ONE)[0]
    frames = re.findall('src="/seen/([0-9a-f]{64})', _proof(shown, browser))
    assert frames
    for each in frames:
        assert browser.get(f"{shown.url}/seen/{each}", timeout=60).status_code == 200
    kept = {column, report} - {*frames}
    of_report = {*hashes_of(shown.site, ONE)} & {*hashes_of(shown.site, OTHER)}
    assert of_report <= kept
    assert browser.get(f"{shown.url}/seen/{min(of_report)}", timeout=60).status_code == 404


def _proof(shown: Shown, browser: requests.Session) -> str:
    return browser.get(f"{shown.url}/p/{ONE.units[2]}/2026", timeout=60).text


# ---- a program with a token


def program_of(shown: Shown, name: str, days: int = 30) -> str:
    with session(shown.site.engine) as s:
        return give_token(s, name, "test", NOW + timedelta(days=days), BY)


def by_token(shown: Shown, secret: str, path: str, method: str = "GET") -> requests.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    return requests.request(
        method, shown.url + path, headers=headers, timeout=60, allow_redirects=False
    )


def test_a_token_asks_in_its_persons_name_and_scope(shown: Shown) -> None:
    secret = program_of(shown, "viewer县")
    rows = by_token(shown, secret, "/overview.json?year=2026").json()
    assert [row["code"] for row in rows] == [ONE.code]
    assert by_token(shown, secret, f"/c/{OTHER.code}/2026.json").status_code == 404
    refused = by_token(shown, secret, "/review")
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    told = refused.json()
    assert (told["type"], told["title"], told["status"]) == ("about:blank", "Forbidden", 403)
    assert "您的角色" in told["detail"]


def test_a_token_acts_where_its_role_acts(shown: Shown) -> None:
    for name, status in (("viewer县", 403), ("supervisor县", 404)):
        done = by_token(shown, program_of(shown, name), "/do/cancel", "POST")
        assert done.status_code == status, done.text
    done = by_token(shown, program_of(shown, "viewer县"), "/check", "POST")
    assert "只能查看" in done.json()["detail"]


def test_a_wrong_token_is_refused(shown: Shown) -> None:
    old, taken = program_of(shown, "viewer省", days=0), program_of(shown, "viewer市")
    with session(shown.site.engine) as s:
        take_tokens(s, "viewer市", BY)
    for secret in (old, taken, "nianbao_guessed", ""):
        for path in ("/overview.json", f"/c/{ONE.code}", "/setup", "/nothing"):
            done = by_token(shown, secret, path)
            assert done.status_code == 401, (secret, path)
            assert done.headers["www-authenticate"] == (
                'Bearer realm="nianbao", error="invalid_token"'
            )
            assert done.headers["content-type"] == "application/problem+json"
    bare = requests.get(f"{shown.url}/c/{ONE.code}/2026.csv", timeout=60, allow_redirects=False)
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, 'Bearer realm="nianbao"')


def test_a_cookie_beside_a_wrong_token_opens_nothing(shown: Shown) -> None:
    browser = opened(shown, ALL)
    browser.headers["Authorization"] = "Bearer x"
    assert browser.get(f"{shown.url}/overview.json", timeout=60).status_code == 401


def test_when_a_token_was_used_last_is_kept_now_and_then(shown: Shown) -> None:
    secret = program_of(shown, "operator县")
    used = []
    for minutes in (0, 1, 4, 5, 6):
        moment = NOW + timedelta(minutes=minutes)
        with served(as_of(shown.site, moment)) as url:
            by_token(shown._replace(url=url), secret, "/overview.json")
        with looking(shown.site.engine) as s:
            last = token_used(s, secret)
        assert last is not None
        used.append((last - NOW).total_seconds() / 60)
    assert used == [0, 0, 0, 5, 5]
