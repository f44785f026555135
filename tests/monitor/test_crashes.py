"""What goes wrong in ourselves: it is written down and told, waits grow, and costs nobody else."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from nianbao.crawler.recorder import Recorder
from nianbao.monitor.daemon import Work
from nianbao.monitor.health import health, metrics, page_of
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.mail.weekly import queue_alerts
from nianbao.monitor.settings import Alerts, load_settings
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Column, Look, Outgoing, Sweep
from nianbao.storage.registry import CountyEntry, load_counties
from nianbao.storage.store import looking, open_store
from nianbao.storage.visits import visits_of
from tests.portals.server import Reply, Request, running
from tests.worlds.commands import ENVIRONMENT, run, run_here
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.daemons import settings_file, until

STORE = "sqlite:///{}/n.db"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    monkeypatch.chdir(tmp_path)
    file = settings_file(tmp_path, None, 0)
    monkeypatch.setattr("os.environ", ENVIRONMENT | {"NIANBAO_SETTINGS": str(file)})
    engine = open_store(STORE.format(tmp_path))
    yield Work(engine, load_settings(file), tmp_path / "counties")
    engine.dispose()


def second_county(folder: Path, url: str) -> None:
    file = folder / "counties/平安县.yaml"
    text = file.read_text(encoding="utf-8").replace("平安县", "安平县").replace("140999", "140998")
    text = text.replace("/bad/", "/good/")
    (folder / "counties/安平县.yaml").write_text(text, encoding="utf-8")


def swept_until_nothing_is_due(work: Work) -> int:
    """How many processes it took."""
    count = 0
    while work.sweeps():
        count += len(work.running)
        assert count < 12

        def gone() -> bool:
            work.reap()
            return not work.running

        until(gone)
    return count


def states(work: Work) -> dict[str, list[str]]:
    with looking(work.engine) as s:
        rows = select(Column.portal, Column.url, Look.state).join(Look, Look.column == Column.id)
        found: dict[str, list[str]] = {}
        for portal, url, state in s.execute(rows.order_by(Look.id)):
            found.setdefault(f"{portal} {url.rpartition('0.0.1')[2].partition('/')[2]}", []).append(
                state
            )
        return found


def test_a_column_that_kills_its_process_costs_itself(work: Work, tmp_path: Path) -> None:
    """Two counties in one process: the other one, and the columns behind, are looked at."""
    whole = portal_of(planted(2))

    def portal(request: Request) -> Reply | None:
        if request.path == "/bad/":
            os.kill(work.running[0].process.pid, signal.SIGKILL)
            return None
        return whole(request)

    with running(portal) as site:
        county_file(tmp_path, site.url, "/bad/", "/zwgk/nb/")
        second_county(tmp_path, site.url)
        first = swept_until_nothing_is_due(work)
        assert first <= 4
        assert states(work)["140999 bad/"] == ["structure_changed"]
        assert states(work)["140999 zwgk/nb/"] == ["ok"]
        assert states(work)["140998 zwgk/nb/"] == ["ok"]
        with looking(work.engine) as s:
            sweeps = {row.portal: row for row in s.scalars(select(Sweep).order_by(Sweep.id))}
            assert "-9" in sweeps["140999"].problem
            assert sweeps["140999"].ended
            assert not sweeps["140999"].complete
            assert sweeps["140998"].problem == ""
            assert visits_of(s, "140999").failures == 1


def test_each_crash_makes_the_next_visit_later(work: Work, tmp_path: Path) -> None:
    (county,) = load_counties(county_file(tmp_path, "http://127.0.0.1:1", "/a/", "/b/"))
    waits, moment = [], [datetime(2026, 6, 1, tzinfo=UTC)]
    recorder = Recorder(work.engine, Evidence(tmp_path / "evidence"), lambda: moment[-1])
    for _ in range(6):
        recorder.crashed(county, "process ended with -9", at_once=True)
        visit = work.worked_out([hourly(county)], moment[-1])["140999"]
        waits.append((visit.due - moment[-1]).total_seconds() / 3600)
        moment.append(visit.due)
    assert waits == sorted(waits)
    assert 1 <= waits[0] < 2
    assert waits[-1] > 30


def hourly(county: CountyEntry) -> CountyEntry:
    return replace(county, cadence={"rest": 1.0})


def test_a_crash_is_told_everywhere_and_alerted_once(work: Work, tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("no folder")
    with running(portal_of(planted(2))) as site:
        folder = county_file(tmp_path, site.url, "/zwgk/nb/", "/other/")
        for _ in range(2):
            arguments = ("--config", str(folder), "--allow-private", "--pause", "0")
            done = run(tmp_path, "sweep", *arguments, "--retries", "0")
            assert done.returncode == 3, done.stdout + done.stderr
    assert site.paths().count("/other/") == 2  # the other column was looked at, too
    with looking(work.engine) as s:
        problems = list(s.scalars(select(Sweep.problem)))
        assert len(problems) == 2
        assert all("Error" in problem for problem in problems)
        assert not list(s.scalars(select(Sweep).where(Sweep.ended.is_(None))))
        assert visits_of(s, "140999").failures == 2
    now = datetime.now(UTC)
    assert b"nianbao_sweeps_crashed 1.0" in metrics(health(work.engine, now))
    page = page_of(work.engine, now, "/healthz")
    assert page
    assert any("平安县" in each for each in json.loads(page.body)["problems"])
    shown = run_here(tmp_path, "status")
    assert shown.returncode == 1
    assert "程序错误" in shown.stdout
    (row, *_) = json.loads(run_here(tmp_path, "coverage", "-f", "json").stdout or "[{}]") or [{}]
    assert not row or row["problem"]
    work.reload()
    registry = Registry(load_counties(folder), {})
    told = replace(work.settings, alerts=Alerts(on=True, webhook="http://127.0.0.1:1/"))
    assert len(queue_alerts(work.engine, told, registry, now)) == 1
    assert queue_alerts(work.engine, told, registry, now) == []
    with looking(work.engine) as s:
        assert len(list(s.scalars(select(Outgoing)))) == 1


def test_a_process_that_can_t_begin_is_not_begun_for_ever(work: Work, tmp_path: Path) -> None:
    county_file(tmp_path, "http://127.0.0.1:1", "/a/", "/b/", "/c/", "/d/", "/e/")
    daemon = replace(work.settings.daemon, sweep_memory=24)
    small = replace(work, settings=replace(work.settings, daemon=daemon))
    assert swept_until_nothing_is_due(small) <= 4
    with looking(work.engine) as s:
        assert visits_of(s, "140999").failures == 1
        assert visits_of(s, "140999").last


def test_where_nothing_can_be_written_it_is_not_begun_at_once(work: Work, tmp_path: Path) -> None:
    county_file(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "evidence").write_text("no folder")
    work.sweeps()
    (each,) = work.running
    each.process.kill()
    each.process.wait()
    work.engine.dispose()
    os.rename(tmp_path / "n.db", tmp_path / "away.db")
    for more in tmp_path.glob("n.db-*"):
        more.unlink()
    (tmp_path / "n.db").mkdir()
    with pytest.raises(Exception, match="unable to open"):
        work.reap()
    assert not work.running


def _note(questions: list[str], *told: Any) -> None:
    questions.append(told[2])


def test_what_is_due_is_asked_of_many_portals_at_once(work: Work, tmp_path: Path) -> None:
    """As many questions for three hundred as for two hundred and one."""
    (county,) = load_counties(county_file(tmp_path, "http://127.0.0.1:1", "/a/", "/b/"))
    asked = []
    for many in (201, 300):
        work.counties = [replace(county, code=f"{100000 + n}") for n in range(many)]
        work.plan.clear()
        questions: list[str] = []
        event.listen(work.engine, "before_cursor_execute", partial(_note, questions))
        assert len(work.due()) == many
        asked.append(len(questions))
    assert asked == [asked[0], asked[0]]
