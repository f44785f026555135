"""The API: each list says what the pages and commands say, whole and once, whatever was added meanwhile; errors are
problems; nothing is told anew that has not changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from starlette.routing import Route

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.listing import lines_after
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.settings import Web
from nianbao.monitor.web.api.fields import fields
from nianbao.monitor.web.api.lists import LAST, LISTS
from nianbao.monitor.web.api.openapi import described
from nianbao.monitor.web.api.params import MOST
from nianbao.monitor.web.app import made
from nianbao.monitor.web.problems import PROBLEM
from nianbao.monitor.web.signing import API
from nianbao.monitor.web.site import Site
from nianbao.storage.models import Event
from nianbao.storage.scope import Scope
from nianbao.storage.store import looking, session
from tests.amounts import amount
from tests.monitor.test_web import Counted
from tests.monitor.test_web_every import COUNTY, MISSING, WRONG, filled
from tests.worlds.commands import run_plain
from tests.worlds.pages import get, served
from tests.worlds.recorded import at

YEAR = 2026


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    filling = filled(tmp_path_factory.mktemp("api") / "few", 9)
    yield filling
    filling.engine.dispose()


@pytest.fixture(scope="module")
def url(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield f"{address}/api/v1"


def told(answer: requests.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def walked(url: str, name: str, **query: Any) -> list[dict[str, Any]]:
    """A whole list, part by part."""
    rows, onward = [], f"/api/v1/{name}?{urlencode(query, doseq=True)}"
    base = url.removesuffix("/api/v1")
    while onward:
        part = told(get(base + onward))
        assert len(part["items"]) <= int(query.get("limit", MOST))
        rows += part["items"]
        onward = part["next"]
    return rows


def test_each_route_is_described_and_open_to_whom_it_is_for(site: Site) -> None:
    app: Any = made(site)
    while not hasattr(app, "routes"):
        app = app.app
    routes = {each.path for each in app.routes if isinstance(each, Route)}
    shown = {path for path in routes if path.startswith("/api/")}
    assert shown == {*API} == described("")["paths"].keys()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_the_same_in_parts_and_holds_what_is_described(url: str, name: str) -> None:
    whole = walked(url, name, limit=MOST)
    assert whole
    assert all(row.keys() == fields()[name].keys() for row in whole)
    few = whole[:12]
    parts = walked(url, name, limit=amount(max(3, len(whole) // 5), 1))
    assert parts == whole
    assert told(get(f"{url}/{name}?limit=12"))["items"] == few


FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"standing": "missing"},
    {"standing": "unconfirmed"},
    {"standing": ["on_time", "unknown"]},
    {"quality": "none"},
    {"q": "第10"},
    {"kind": "department"},
)


@pytest.mark.parametrize("query", FILTERS, ids=str)
def test_standings_are_those_of_the_page(url: str, query: dict[str, Any]) -> None:
    page = f"{url.removesuffix('/api/v1')}/c/{COUNTY}/{YEAR}.json"
    shown = told(get(f"{page}?{urlencode({**query, 'sort': 'name'}, doseq=True)}"))
    rows = walked(url, "standings", year=YEAR, scope=COUNTY, limit=2, **query)
    without = [{key: row[key] for key in row if key != "why_en"} for row in rows]
    assert sorted(without, key=str) == sorted(shown, key=str)


def test_lists_are_those_of_the_commands(site: Site) -> None:
    folder = site.files.folder.parent
    by_our_clock = replace(site, clock=lambda: datetime.now(UTC))

    def said(*arguments: str) -> list[dict[str, Any]]:
        config = ("--config", str(site.files.folder), "--format", "json")
        rows: list[dict[str, Any]] = json.loads(run_plain(folder, *arguments, *config))
        return rows

    of_year: Mapping[str, Any] = {"year": YEAR}
    asks: Sequence[tuple[str, Sequence[str], Mapping[str, Any]]] = (
        ("standings", ("standing", "--year", f"{YEAR}"), of_year),
        ("findings", ("flagged", "--year", f"{YEAR}"), of_year),
        ("events", ("history", WRONG), {"scope": WRONG}),
    )
    with served(by_our_clock) as address:
        for name, arguments, query in asks:
            rows, shown = said(*arguments), walked(f"{address}/api/v1", name, limit=3, **query)
            assert rows
            keys = rows[0].keys() - ({"evidence"} if name == "standings" else set())  # a moment
            assert [{key: row[key] for key in keys} for row in shown] == [
                {key: row[key] for key in keys} for row in rows
            ], name


def test_values_are_those_of_the_page(url: str) -> None:
    page = f"{url.removesuffix('/api/v1')}/r/{WRONG}/{YEAR}.json"
    rows = walked(url, "values", scope=WRONG, year=YEAR, limit=50)
    assert sorted(rows, key=str) == sorted(told(get(page)), key=str)
    one = walked(url, "values", cell="requests.new.total", state="value")
    assert {row["cell"] for row in one} == {"requests.new.total"}
    assert len(one) == 3


def test_one_unit_report_and_hash(url: str) -> None:
    unit = told(get(f"{url}/units/{WRONG}"))
    assert unit["code"] == WRONG
    report = told(get(f"{url}/reports/{WRONG}/{YEAR}"))
    assert report["report"]["requests"]["new"]
    archived = told(get(f"{url}/evidence/{report['evidence']}"))
    assert archived["evidence"] == report["evidence"]
    assert get(url.removesuffix("/api/v1") + archived["page"]).status_code == 200
    assert get(f"{url}/reports/{MISSING}/{YEAR}").status_code == 404


def test_what_is_added_meanwhile_makes_nothing_come_twice(tmp_path: Path) -> None:
    site = filled(tmp_path / "more", 6)
    with served(site) as address:
        url = f"{address}/api/v1"
        first = told(get(f"{url}/events?limit=2"))
        with session(site.engine) as s:
            early = Event(at=at(1, 1), kind="published", unit=WRONG, year=YEAR, content={})
            late = Event(at=at(2, 9), kind="published", unit=WRONG, year=YEAR, content={})
            s.add_all([early, late])
        rest: list[dict[str, Any]] = []
        onward = first["next"]
        while onward:
            part = told(get(address + onward))
            rest, onward = [*rest, *part["items"]], part["next"]
        all_now = walked(url, "events", limit=MOST)
    site.engine.dispose()
    assert [*first["items"], *rest] == all_now[1:]


def test_nothing_is_told_anew_that_has_not_changed(tmp_path: Path) -> None:
    site = filled(tmp_path / "tags", 6)
    counted = Counted(site.engine)
    with served(site) as address:
        url = f"{address}/api/v1/standings?year={YEAR}"
        first = get(url)
        tag = first.headers["etag"]
        counted.count = 0
        again = get(url, If_None_Match=f'"x", {tag}')
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert counted.count <= 2
        assert get(f"{url}&limit=1", If_None_Match=tag).status_code == 200
        with session(site.engine) as s:
            s.add(Event(at=at(2, 9), kind="published", unit=WRONG, year=YEAR, content={}))
        assert get(url, If_None_Match=tag).status_code == 200
        tag = get(url).headers["etag"]
        file = next(site.files.folder.glob("*.yaml"))
        file.write_text(file.read_text("utf-8") + "\n# 注\n", encoding="utf-8")
        site.files.look_again()
        assert get(url, If_None_Match=tag).status_code == 200
    site.engine.dispose()


WRONG_ONES = (
    ("/units?limit=0", 400),
    ("/units?limit=501", 400),
    ("/units?limit=1&limit=2", 400),
    ("/units?nobody=1", 400),
    ("/units?scope=", 400),
    ("/units?q=%00", 400),
    ("/units?scope=%E6%97%A0%E6%AD%A4%E5%8E%BF", 404),
    ("/units?cursor=x", 404),
    ("/events?since=yesterday", 400),
    ("/values?cell=requests.nothing.total", 404),
    ("/standings?standing=gone", 400),
    ("/standings?year=99999", 400),
    ("/exports/units.xlsx", 404),
    ("/nothing", 404),
    ("/units/", 404),
    ("/units/000000000", 404),
    ("/reports/x/20x6", 404),
    ("/evidence/zz", 404),
)


@pytest.mark.parametrize(("path", "status"), WRONG_ONES)
def test_what_is_wrong_is_told_as_a_problem(url: str, path: str, status: int) -> None:
    answer = get(url + path, follow=False)
    is_problem(answer, status)
    assert get(f"{url}{path}{'&' if '?' in path else '?'}lang=en").json()["detail"].isascii() or (
        "“" in answer.text or "scope" in path
    )


def is_problem(answer: requests.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_other_ways_of_asking_are_refused(url: str) -> None:
    done = requests.post(f"{url}/units", timeout=60)
    is_problem(done, 405)
    assert "GET" in done.headers["allow"]
    is_problem(get(f"{url}/units", Accept="text/html"), 406)
    assert get(f"{url}/units", Accept="text/html, */*;q=0.1").status_code == 200
    is_problem(requests.get(f"{url}/units", data=b"x" * 70000, timeout=60), 413)
    is_problem(get(f"{url}/units", Host="elsewhere.example"), 421)


def test_a_cursor_of_another_list_is_none(url: str) -> None:
    onward = told(get(f"{url}/units?limit=1"))["next"]
    is_problem(get(f"{url}/standings?{onward.partition('?')[2]}"), 404)


def test_under_a_path(site: Site) -> None:
    with served(site, "/nianbao") as address:
        part = told(get(f"{address}/api/v1/units?limit=1"))
        assert part["next"].startswith("/nianbao/api/v1/units?")
        assert told(get(address.removesuffix("/nianbao") + part["next"]))["items"]
        lists = told(get(f"{address}/api/v1"))["lists"]
        assert lists["units"] == "/nianbao/api/v1/units"
        is_problem(get(f"{address}/api/v1/nothing"), 404)


def test_who_asks_too_often_waits(site: Site) -> None:
    few = replace(site.settings, web=Web(api_per_minute=3))
    with served(replace(site, settings=few)) as address, requests.Session() as one:
        for _ in range(3):
            assert one.get(f"{address}/api/v1", timeout=60).status_code == 200
        answer = one.get(f"{address}/api/v1", timeout=60)
        is_problem(answer, 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 61
        other = one.get(f"{address}/api/v1", headers={"X-Forwarded-For": "10.0.0.9"}, timeout=60)
        assert other.status_code == 200


def test_exports_are_those_of_the_command(site: Site, url: str, tmp_path: Path) -> None:
    for row in told(get(f"{url}/exports"))["items"]:
        answer = get(f"{url}/exports/{row['table']}.csv?year={YEAR}")
        assert answer.status_code == 200
        head, *lines = answer.text.splitlines()
        assert head.split(",") == [each["name"] for each in row["columns"]]
        assert lines
        packed = get(f"{url}/exports/{row['table']}.parquet?year={YEAR}")
        assert packed.content.startswith(b"PAR1")


def test_personal_data_is_masked(tmp_path: Path) -> None:
    site = filled(tmp_path / "masked", 3)
    secret = "140924198001011234"
    with session(site.engine) as s:
        content = {"verdict": "waived", "who": "王某", "why": f"电话确认 {secret}", "marks": []}
        s.add(Event(at=at(2, 1), kind="decided", unit=WRONG, year=YEAR, content=content))
    with served(site) as address:
        answer = get(f"{address}/api/v1/events?limit=500")
        assert "电话确认" in answer.text
        assert secret not in answer.text
    site.engine.dispose()


def test_it_asks_as_often_of_many_as_of_few(site: Site, tmp_path: Path) -> None:
    many = filled(tmp_path / "many", 60)
    asked: list[dict[str, int]] = []
    for each in (site, many):
        counted = Counted(each.engine)
        with served(replace(each)) as address:
            counts = {}
            for name in LISTS:
                get(f"{address}/api/v1/{name}?limit=4&year={YEAR}")
                counted.count = 0
                get(f"{address}/api/v1/{name}?limit=4")
                counts[name] = counted.count
            asked.append(counts)
    many.engine.dispose()
    assert asked[0] == asked[1]
    assert max(asked[1].values()) <= 20, asked[1]


def test_the_client_of_the_docs_works_as_it_stands(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    assert "http://127.0.0.1:8080" in code
    exec(code.replace("http://127.0.0.1:8080", url.removesuffix("/api/v1")), {})
    rows = walked(url, "standings", standing="missing", year=YEAR)
    shown = [f"{row['county']} {row['unit']} {row['proof']}" for row in rows if row["confirmed"]]
    assert shown
    assert capsys.readouterr().out.splitlines() == shown


def test_the_docs_name_each_list_with_what_it_is_asked_by() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    for name, listed in LISTS.items():
        row = next(
            line for line in page.splitlines() if line.startswith("|") and f"/{name}`" in line
        )
        assert set(re.findall("`([a-z_]+)`", row.split("|")[3])) == {*listed.params}, name


def test_what_few_are_is_looked_for_part_by_part(site: Site) -> None:
    """Of many counties few are looked through for one part; the whole list is the same."""
    counties = [f"{n:06}" for n in range(110000, 110040)]
    scope = Scope((*counties, COUNTY))
    entry = site.files.registry().counties[0]
    empty = [replace(entry, code=code, units=()) for code in counties]
    registry = Registry([*empty, entry])
    now, parts = site.clock(), 0
    after: tuple[str, str] | None = None
    found: list[Line] = []
    with looking(site.engine) as s:
        whole = lines_now(s, scope, YEAR, now, registry)
        while True:
            told = lines_after(s, scope, YEAR, now, registry, after, 5, lambda line: True, bound=10)
            found, parts = [*found, *told.found], parts + 1
            if told.onward:
                after = told.onward, LAST
            elif len(told.found) == 5:
                after = told.found[-1].county, told.found[-1].unit
            else:
                break
    assert found == whole
    assert parts > 2
