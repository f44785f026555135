"""现在再看一次: a look at one unit gives what a sweep would, counts as one, and tells nothing of the others."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, MetaData, select

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Listing
from nianbao.crawler.states import State
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.storage.adopting import Bringing, write_down
from nianbao.storage.kinds import LookState
from nianbao.storage.lease import give_back, take
from nianbao.storage.models import Look, ReportVersion, Sweep
from nianbao.storage.registry import CountyEntry, UnitEntry
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, migrate, open_store, session
from nianbao.storage.visits import crashed, needs_fresh_look, visits_of
from tests.portals.server import running
from tests.worlds.commands import run, run_here, swept
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.old_stores import Filler, store_of
from tests.worlds.recorded import ALL, OWN, PROOF, WITH_OWN, World, at
from tests.worlds.stores import a_day_later, emptied, stored

YEAR = ("--year", "2023")


def look(folder: Path, unit: str, *more: str) -> dict[str, Any]:
    done = run(folder, "look", unit, *asked(folder), "--json", *more)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def asked(folder: Path) -> tuple[str, ...]:
    config = str(folder / "counties")
    return (*YEAR, "--config", config, "--allow-private", "--pause", "0")


def standings(folder: Path) -> dict[str, dict[str, Any]]:
    store = ("--store", f"sqlite:///{folder}/n.db", "--config", str(folder / "counties"))
    told = run_here(folder, "standing", *YEAR, *store, "--format", "json").stdout
    rows = {row["unit"]: row for row in json.loads(told)}
    return {name: {**row, "evidence": ""} for name, row in rows.items()}


def findings(folder: Path) -> list[dict[str, Any]]:
    store = ("--store", f"sqlite:///{folder}/n.db", "--config", str(folder / "counties"))
    told: list[dict[str, Any]] = json.loads(
        run_here(folder, "flagged", *YEAR, *store, "--format", "json").stdout
    )
    return told


def without_second() -> list[Any]:
    """All reports but 石门镇's of 2023."""
    return [plant for n, plant in enumerate(planted()) if n != 1]


# ---- by the command


def test_a_look_gives_what_a_sweep_gives(tmp_path: Path) -> None:
    swept_in, looked_in = tmp_path / "swept", tmp_path / "looked"
    for folder in (swept_in, looked_in):
        folder.mkdir()
    with running(portal_of(without_second())) as site:
        for folder in (swept_in, looked_in):
            county_file(folder, site.url)
        assert swept(swept_in, swept_in / "counties").returncode == 0
        answer = look(looked_in, "柳树镇")
    by_sweep, by_look = stored(swept_in), stored(looked_in)
    of_year = [version for version in by_sweep["versions"] if version[1] in (2022, 2023)]
    assert by_look["versions"] == of_year
    assert by_look["looks"] == by_sweep["looks"]
    assert findings(looked_in) == findings(swept_in)
    assert standings(looked_in) == standings(swept_in)
    assert answer["before"]["standing"] == "unknown"
    assert answer["after"]["standing"] == "on_time"
    assert [look["proof"] != "" for look in answer["looks"]] == [True]
    assert {change["kind"] for change in answer["changes"]} == {"published", "standing"}


def test_a_look_counts_towards_the_two_days(tmp_path: Path) -> None:
    with running(portal_of(without_second())) as site:
        county_file(tmp_path, site.url)
        first = look(tmp_path, "石门镇")
        again = look(tmp_path, "石门镇")
        a_day_later(tmp_path)
        second = look(tmp_path, "石门镇")
    told = [each["after"] for each in (first, again, second)]
    assert [row["standing"] for row in told] == ["missing"] * 3
    assert [row["confirmed"] for row in told] == [False, False, True]
    assert again["changes"] == []
    changed = [each["kind"] for each in second["changes"] if each["year"] == 2023]
    assert changed == ["standing"]
    assert run_here(tmp_path, "record", "平安县", "out", *YEAR, *places(tmp_path), "--config",
                    str(tmp_path / "counties")).returncode == 0  # fmt: skip
    told = yaml.safe_load((tmp_path / "out" / "case.yaml").read_text("utf-8"))
    assert all(len(step["columns"]) == 1 for step in told["sweeps"])
    assert told["not_held"] == []
    assert run_here(tmp_path, "record", "--replay", "out").returncode == 0


def test_it_waits_for_a_sweep_and_says_so(tmp_path: Path) -> None:
    with running(portal_of(without_second())) as site:
        county_file(tmp_path, site.url)
        engine = open_store(f"sqlite:///{tmp_path}/n.db")
        name, hour = "sweep:140999", timedelta(hours=1)
        take(engine, name, lambda: datetime.now(UTC), hour)
        refused = run(tmp_path, "look", "柳树镇", *asked(tmp_path), "--wait", "0")
        assert refused.returncode == 1
        assert "sweep:140999 由" in refused.stderr
        assert len(site.requests) == 0

        def leave() -> None:
            time.sleep(4)
            give_back(engine, name)

        leaving = threading.Thread(target=leave)
        leaving.start()
        done = run(tmp_path, "look", "柳树镇", *asked(tmp_path))
        leaving.join()
        assert done.returncode == 0, done.stderr
        assert "正在巡检，等它结束" in done.stderr
        take(engine, name, lambda: datetime.now(UTC), hour)  # it is free again
        engine.dispose()


def test_a_portal_s_window_is_kept(tmp_path: Path) -> None:
    now = datetime.now(UTC) + timedelta(hours=8)
    window = f"{now + timedelta(hours=2):%H:%M}-{now + timedelta(hours=3):%H:%M}"
    with running(portal_of(without_second())) as site:
        file = county_file(tmp_path, site.url) / "平安县.yaml"
        text = file.read_text("utf-8")
        file.write_text(f'{text}http: {{window: "{window}"}}\n', "utf-8")
        done = run(tmp_path, "look", "柳树镇", *asked(tmp_path))
        assert done.returncode == 1
        assert window in done.stderr
        assert len(site.requests) == 0


def test_what_could_not_be_read_is_told(tmp_path: Path) -> None:
    with running(lambda _: None) as site:
        county_file(tmp_path, site.url)
        done = run(tmp_path, "look", "柳树镇", *asked(tmp_path))
    assert done.returncode == 1
    assert "栏目不存在" in done.stdout
    assert "无法核实" in done.stdout


def test_who_is_nobody_or_has_no_column(tmp_path: Path) -> None:
    config = county_file(tmp_path, "http://127.0.0.1:9")
    nobody = run_here(tmp_path, "look", "没有镇", "--config", str(config), *places(tmp_path))
    assert (nobody.returncode, nobody.stderr) == (2, "没有 没有镇\n")
    file = config / "平安县.yaml"
    lines = file.read_text("utf-8").splitlines()
    kept = [line for line in lines if "url:" not in line and line != "columns:"]
    file.write_text("\n".join(kept), "utf-8")
    nowhere = run_here(tmp_path, "look", "柳树镇", "--config", str(config), *places(tmp_path))
    assert nowhere.returncode == 2
    assert "没有为 柳树镇 登记栏目" in nowhere.stderr


def places(folder: Path) -> tuple[str, ...]:
    return ("--store", f"sqlite:///{folder}/n.db", "--evidence", f"{folder}/evidence")


# ---- what it tells of others


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    made.file(WITH_OWN)
    yield made
    emptied(made.engine)


def look_at(world: World, moment: datetime, column: str, state: LookState = "ok") -> None:
    """At one column alone."""
    world.now = moment
    portal = world.recorder.register(world.county)
    sweep = world.recorder.begin(portal, part=True)
    columns = {each.url: each.id for each in world.recorder.columns(portal)}
    page = Answer(url=column, status=200, headers={}, body=f"{column}{state}".encode())
    listing = Listing(State(state), (), answers=(page,), proof=PROOF)
    world.recorder.look(sweep, columns[column], listing)
    world.recorder.end(sweep)
    refresh(world.engine, world.registry, [world.county], world.now)


def stood(world: World, day: int) -> dict[str, str]:
    return {
        line.name: f"{line.standing.name}{'' if line.standing.confirmed else '?'}"
        for line in world.told(at(2, day, 20)).lines
    }


ALL_MISSING = dict.fromkeys(("柳树镇", "石门镇", "老镇"), "missing")


def test_a_look_at_one_column_leaves_others_where_they_stood(world: World) -> None:
    """柳树镇's report may be in both columns; the others' in one."""
    world.sweep(at(2, 1))
    world.sweep(at(2, 2))
    assert stood(world, 2) == ALL_MISSING
    look_at(world, at(2, 3), ALL)
    assert stood(world, 3) == ALL_MISSING
    look_at(world, at(2, 4), ALL, "blocked_challenge")
    assert set(stood(world, 4).values()) == {"unknown?"}
    look_at(world, at(2, 5), ALL)
    assert stood(world, 5) == {**ALL_MISSING, "柳树镇": "unknown?"}  # until both are read
    world.sweep(at(2, 6))
    assert stood(world, 6) == ALL_MISSING
    assert stood(world, 4)["石门镇"] == "unknown?"  # as it was told then


def test_a_look_at_one_of_two_columns_proves_nothing_of_both(world: World) -> None:
    look_at(world, at(2, 1), ALL)
    look_at(world, at(2, 2), OWN)
    look_at(world, at(2, 2, 12), ALL)
    told = stood(world, 2)
    assert told["石门镇"] == "missing"
    assert told["柳树镇"] == "unknown?"


def test_it_is_no_visit_to_the_portal(world: World) -> None:
    world.sweep(at(1, 20), states={ALL: "unreachable", OWN: "unreachable"})
    look_at(world, at(2, 1), ALL)
    with looking(world.engine) as s:
        visits = visits_of(s, "140999", at(2, 1, 12))
        assert visits.failures == 1
        assert visits.last is not None
        assert visits.last < at(1, 21)
        assert needs_fresh_look(s, "140999", at(2, 1, 0), at(2, 1, 12))  # at the other column
    look_at(world, at(2, 1), OWN)
    with looking(world.engine) as s:
        assert not needs_fresh_look(s, "140999", at(2, 1, 0), at(2, 1, 12))


def test_one_that_a_crash_left_is_ended_and_nobody_goes_on_with_it(world: World) -> None:
    portal = world.recorder.register(world.county)
    world.recorder.begin(portal, part=True)
    whole = world.recorder.begin(portal)
    again = world.recorder.begin(portal, part=True)
    world.recorder.end(again)
    assert world.recorder.begin(portal) == whole
    with looking(world.engine) as s:
        told = [(row.part, row.ended is None) for row in s.scalars(select(Sweep))]
        assert sorted(told) == [(False, True), (True, False), (True, False)]
        assert crashed(s) == []


TOWNS = {"140999101": "柳树镇", "140999102": "石门镇"}
STOOD = {"柳树镇": "on_time", "石门镇": "missing"}
CONTENT: dict[str, Any] = {"unreadable": [], "proactive": {}, "requests": {}, "disputes": {}}
THEN = datetime(2027, 2, 1, 2, tzinfo=UTC)


def filled(engine: Engine) -> None:
    """Fifty looks after a deadline, a report, standings and a decision, as the release before wrote them."""
    put = Filler(engine)
    put.county("140999", "平安县", TOWNS)
    put("portal", id="140999", county="140999", host="a.gov.cn")
    covers = [[THEN.isoformat(), ["towns"]]]
    put("column", id=1, portal="140999", url=ALL, preset="", active=True, paged=True, covers=covers)
    put("document", id=1, url=f"{ALL}1", sha256="a" * 64, fetched=THEN, status=200, headers={}, sm3="")  # fmt: skip
    for n in range(50):
        moment = THEN + timedelta(hours=n)
        put("sweep", portal="140999", began=moment, ended=moment, complete=True, problem="", clocks={})  # fmt: skip
        put(
            "look", sweep=n + 1, column=1, at=moment, state="ok", detail="", complete=True,
            proof="single", fresh=True, read=1, document=1, pages=[], clock="",
        )  # fmt: skip
    put(
        "report_version", unit="140999101", year=2026, number=1, document=1, seen=THEN,
        published=date(2027, 1, 20), published_source="", dates=[], content=CONTENT, words="",
        text="", judged=THEN, unreadable=False,
    )  # fmt: skip
    put(
        "sighting", column=1, url=f"{ALL}1", title="", listed=None, dates=[], first_seen=THEN,
        last_seen=moment, unit="140999101", year=2026, page="report", review="", may_be=[],
        settled="", checked=THEN,
    )  # fmt: skip
    for unit, name in TOWNS.items():
        put(
            "standing", unit=unit, year=2026, name=STOOD[name], confirmed=True, quality="", zh="",
            en="", days=0, deadline=date(2027, 1, 31), since=THEN, evidence="", url="",
        )  # fmt: skip


def test_of_a_store_of_before_the_same_is_told(store_url: str) -> None:
    last = THEN + timedelta(hours=49)
    units = tuple(UnitEntry(name, unit) for unit, name in TOWNS.items())
    registry = Registry([CountyEntry("平安县", "140999", units=units)])

    def told(engine: Engine, moment: datetime) -> dict[str, tuple[str, str]]:
        with looking(engine) as s:
            lines = lines_at(s, EVERYTHING, 2026, moment, registry)
        return {line.name: (line.standing.name, line.by_hand) for line in lines}

    with store_of("0009", store_url) as old:
        filled(old)
        migrate(old)
        with looking(old) as s:
            assert not any(s.scalars(select(Sweep.part)))
            assert visits_of(s, "140999").last == last
            assert {(look.witness, look.saved) for look in s.scalars(select(Look))} == {("", None)}
        expected = {name: (stands, "") for name, stands in STOOD.items()}
        assert told(old, last) == expected
        assert told(old, THEN + timedelta(hours=30)) == expected
        with session(old) as s:  # what the next release knows does not outlive it
            said = Bringing("140999102", 2026, f"{ALL}2", "", "李四", "来电", insisted=False)
            number = write_down(s, said, "a" * 64, last)
            row = ReportVersion(unit="140999102", year=2026, number=1, document=1, seen=last)
            row.content, row.adoption = CONTENT, number
            s.add(row)
            s.add(Sweep(portal="140999", began=last, ended=last))
            s.flush()
            s.add(Look(sweep=51, column=1, at=last, state="ok", witness="李四", saved=last))
        migrate(old, "0009")
        tables = MetaData()
        tables.reflect(old)
        with old.connect() as connection:
            versions = tables.tables["report_version"]
            assert list(connection.scalars(select(versions.c.unit))) == ["140999101"]
            assert len(list(connection.execute(select(tables.tables["look"])))) == 50
        assert "adoption" not in tables.tables
