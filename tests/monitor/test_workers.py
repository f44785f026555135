"""Jobs that workers do, each a process of its own: none is lost, none is done twice, whoever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from procrastinate import JobContext
from procrastinate.jobs import Job as Carried
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from nianbao.crawler.recorder import Recorder
from nianbao.monitor.engine import watching
from nianbao.monitor.engine.carriers import Both, place_of
from nianbao.monitor.engine.doing import DIED
from nianbao.monitor.engine.jobs import BusyError, Job, JobError, Kind
from nianbao.monitor.engine.kinds import CARRIED, WATCH
from nianbao.monitor.engine.local import Local
from nianbao.monitor.engine.procrastinate_engine import Procrastinated, Worker
from nianbao.storage.evidence import Evidence
from nianbao.storage.jobs import SCHEMA, raw_of
from nianbao.storage.registry import load_counties
from nianbao.storage.store import StoreError, open_store, session
from tests.amounts import prove
from tests.monitor.test_jobs import dies
from tests.monitor.test_jobs import until as until_within
from tests.portals.server import running
from tests.worlds import tasks
from tests.worlds.commands import ENVIRONMENT, run_here
from tests.worlds.mailbox import receiving
from tests.worlds.seasons import Season, settings_for, work_of
from tests.worlds.stores import emptied
from tests.worlds.worker_process import KINDS


@pytest.fixture
def engine(postgres: str) -> Iterator[Engine]:
    found = open_store(postgres)
    yield found
    emptied(found)


@pytest.fixture
def jobs(engine: Engine) -> Procrastinated:
    return Procrastinated(engine, KINDS)


@contextmanager
def worker(engine: Engine, folder: Path, *queues: str) -> Iterator[subprocess.Popen[bytes]]:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.worlds.worker_process", url, *queues]
    with (folder / "worker.log").open("ab") as out:
        process = subprocess.Popen(command, env=ENVIRONMENT, cwd=folder, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


until = partial(until_within, seconds=90.0)


def ended(jobs: Procrastinated, job: Job) -> Job:
    return until(jobs, job, lambda found: found.has_ended)


def test_a_worker_does_what_it_is_asked_and_says_what_came_of_it(
    jobs: Procrastinated, tmp_path: Path
) -> None:
    first = jobs.submit("counted", {"many": 3}, "a")
    assert jobs.submit("counted", {"many": 9}, "a") == first  # never two of a kind for one thing
    assert first.state == "waiting"
    other, long = (
        jobs.submit("echoed", {"said": {"中": [1, None]}, "where": tmp_path}, "a"),
        jobs.submit("sleeping", {}, "x"),
    )
    refused, faulty = jobs.submit("refused", {}), jobs.submit("faulty", {})
    waits = jobs.submit("apart", {})
    assert jobs.cancel(waits.id) is not None
    with worker(jobs.engine, tmp_path) as process:
        assert ended(jobs, first).result == 3
        assert ended(jobs, other).result == {"中": [1, None]}
        assert ended(jobs, refused).why == (
            "网站不在允许的时段",
            "the portal is outside its window",
        )
        until(
            jobs, faulty, lambda found: found.state == "waiting"
        )  # it is tried again, after a wait
        until(jobs, long, lambda found: found.progress.zh != "")
        jobs.cancel(long.id)
        assert ended(jobs, long).state == "cancelled"
        assert jobs.job(waits.id).state == "cancelled"  # type: ignore[union-attr]
        apart = jobs.submit("apart", {"mark": str(tmp_path / "mark")})
        until(jobs, apart, lambda found: found.state == "running" and (tmp_path / "mark").exists())
        begun = time.monotonic()
        process.terminate()
        assert process.wait(15) == 0
        assert time.monotonic() - begun < 12
    assert all(dies(int(pid)) for pid in (tmp_path / "mark").read_text().split())
    assert jobs.job(apart.id).state == "waiting"  # type: ignore[union-attr]  # another worker does it
    assert {job.kind for job in jobs.jobs()} == {
        "counted",
        "echoed",
        "sleeping",
        "refused",
        "faulty",
        "apart",
    }
    assert "secret" not in str(jobs.jobs("faulty"))


def test_what_nobody_takes_is_refused_at_last(engine: Engine) -> None:
    jobs = Procrastinated(engine, KINDS, most_waiting=2)
    first = [jobs.submit("sleeping", {}) for _ in range(2)]
    with pytest.raises(BusyError):
        jobs.submit("sleeping", {})
    assert first[0].id != first[1].id
    jobs.submit("apart", {})  # what nobody waits for is never too much
    assert jobs.job("1") is None  # nobody guesses its name


def test_none_is_lost_and_none_is_done_twice_when_a_worker_is_killed(
    jobs: Procrastinated, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    made = [
        jobs.submit("written", {"into": str(out), "said": str(n), "seconds": 0.3}, str(n))
        for n in range(8)
    ]
    with worker(jobs.engine, tmp_path) as first, worker(jobs.engine, tmp_path):
        until(jobs, made[0], lambda _: out.exists() and f" {first.pid}\n" in out.read_text())
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        deadline = time.monotonic() + 120
        while any(not jobs.job(job.id).has_ended for job in made):  # type: ignore[union-attr]
            assert time.monotonic() < deadline
            jobs.take_up_again(11)  # as the daemon does, with less patience
            time.sleep(0.5)
    lines = out.read_text().splitlines()
    assert {jobs.job(job.id).state for job in made} == {"done"}  # type: ignore[union-attr]
    assert sorted(line.split()[1] for line in lines if line.startswith("ended")) == sorted(
        str(n) for n in range(8)
    )


def test_the_tables_of_jobs_are_their_own_and_are_brought_up_to_date(jobs: Procrastinated) -> None:
    with session(jobs.engine) as s:
        tables = text(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%'"
        )
        assert s.scalar(tables) == 0
        last = s.scalar(text(f"SELECT max(name) FROM {SCHEMA}.applied"))
        # An older release had not this one: its functions are made anew, and nothing else is.
        s.execute(text(f"DELETE FROM {SCHEMA}.applied WHERE name = :name"), {"name": last})
    job = jobs.submit("counted", {"many": 1})
    assert Procrastinated(jobs.engine, KINDS).job(job.id) == job
    with session(jobs.engine) as s:
        assert s.scalar(text(f"SELECT max(name) FROM {SCHEMA}.applied")) == last
        s.execute(text(f"INSERT INTO {SCHEMA}.applied VALUES ('99.00.00_01_later.sql')"))
    with pytest.raises(StoreError, match="newer"):
        Procrastinated(jobs.engine, KINDS)


def test_jobs_of_many_machines_need_their_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="PostgreSQL"):
        Procrastinated(open_store(f"sqlite:///{tmp_path}/n.db"), KINDS)


def test_many_that_begin_at_once_make_the_tables_once(engine: Engine) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: Procrastinated(engine, KINDS), range(6)))
    assert all(each.jobs() == [] for each in made)


def test_a_worker_outlives_its_connections(jobs: Procrastinated, tmp_path: Path) -> None:
    """All are lost, as when PostgreSQL begins anew."""
    with worker(jobs.engine, tmp_path) as process:
        ended(jobs, jobs.submit("counted", {"many": 1}))
        with session(jobs.engine) as s:
            s.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                )
            )
        assert ended(jobs, jobs.submit("counted", {"many": 2})).result == 2
        assert process.poll() is None


def test_a_job_that_outlives_no_worker_fails_at_last(jobs: Procrastinated) -> None:
    job = jobs.submit("counted", {"many": 1})
    for _ in range(6):
        with session(jobs.engine) as s:  # one took it, and died
            raw_of(s)  # its triggers call tables by their names alone
            s.execute(text(f"UPDATE {SCHEMA}.procrastinate_jobs SET status = 'doing'"))
        assert jobs.job(job.id).state == "running"  # type: ignore[union-attr]
        jobs.take_up_again()
    found = jobs.job(job.id)
    assert found is not None
    assert (found.state, found.why) == ("failed", DIED)


def taken(jobs: Procrastinated, job: Job) -> int:
    """A worker that lives has it, as the database says. The worker's number."""
    with session(jobs.engine) as s:
        raw_of(s)
        workers = f"{SCHEMA}.procrastinate_workers"
        if (worker := s.scalar(text(f"SELECT max(id) FROM {workers}"))) is None:
            worker = s.scalar(text(f"INSERT INTO {workers} DEFAULT VALUES RETURNING id"))
        took = f"UPDATE {SCHEMA}.procrastinate_jobs j SET status = 'doing', worker_id = :worker"
        of = f" FROM {SCHEMA}.told t WHERE t.job = j.id AND t.token = :token"
        s.execute(text(took + of), {"worker": worker, "token": job.id})
        return int(worker)


def test_a_job_whose_end_was_lost_is_taken_up_though_its_worker_lives(jobs: Procrastinated) -> None:
    """As where the database dies when a job ends: nobody is at it, and its worker gives signs of
    life. No county may wait for that worker to be begun anew.
    """
    lost, here = (jobs.submit("counted", {"many": n}, f"{n}") for n in range(2))
    one = Worker(jobs.engine, KINDS, {})
    number = taken(jobs, here)
    with session(jobs.engine) as s:
        at = s.scalar(text(f"SELECT job FROM {SCHEMA}.told WHERE token = :t"), {"t": here.id})
    one._at.add(at)
    assert taken(jobs, lost) == number
    jobs.take_up_again()
    assert jobs.job(lost.id).state == "running"  # type: ignore[union-attr]
    first = one.hand_back(number, ())
    assert len(first) == 1
    assert jobs.job(lost.id).state == "running"  # type: ignore[union-attr]  # it may just have been taken
    assert one.hand_back(number, first) == set()
    assert jobs.job(lost.id).state == "waiting"  # type: ignore[union-attr]
    assert jobs.job(here.id).state == "running"  # type: ignore[union-attr]


def test_a_worker_is_at_nothing_where_the_database_dies_as_a_job_begins() -> None:
    one = Worker(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/x"), KINDS, {})
    job = Carried(id=7, queue="q", lock=None, queueing_lock=None, task_name="counted")
    context = JobContext(app=one.app(), job=job, start_timestamp=0.0, abort_reason=lambda: None)
    with pytest.raises(OperationalError):
        one._do(KINDS[0], context, many=1)
    assert one._at == set()


@prove
def test_a_living_worker_looks_for_jobs_that_it_is_not_at(
    jobs: Procrastinated, tmp_path: Path
) -> None:
    lost = jobs.submit("apart", {}, "x")  # of a queue that it does not serve
    with worker(jobs.engine, tmp_path, "people") as process:
        ended(jobs, jobs.submit("counted", {"many": 1}))
        taken(jobs, lost)
        until(jobs, lost, lambda found: found.state == "waiting")
        assert process.poll() is None


def test_jobs_that_are_over_are_forgotten(jobs: Procrastinated) -> None:
    waits, over = (jobs.submit("counted", {"many": n}) for n in range(2))
    jobs.cancel(over.id)
    jobs.forget_old()
    assert jobs.job(over.id) is not None
    with session(jobs.engine) as s:
        s.execute(text(f"UPDATE {SCHEMA}.procrastinate_events SET at = now() - interval '3 hours'"))
    jobs.forget_old()
    assert (jobs.job(over.id), jobs.job(waits.id)) == (None, waits)


def test_the_jobs_of_watching_do_what_the_daemon_does(tmp_path: Path) -> None:
    season = Season(tmp_path, date(2027, 2, 15))
    with receiving() as box, running(season) as site:
        season.config(site.url)
        settings = replace(
            settings_for(tmp_path, box),
            evidence=f"{tmp_path}/evidence",
            counties=f"{tmp_path}/counties",
        )
        work = work_of(season, settings)
        work.sweeps()
        ahead = (season.now() - datetime.now(UTC)).total_seconds()
        where = replace(place_of(settings), ahead=ahead)
        again = watching.replay_now(lambda _: None, where, "140999")
        assert again["read"] > 5
        assert (again["changes"], again["problems"]) == ([], [])
        assert watching.judge_now(lambda _: None, where, "140999") == 0  # all were
        with pytest.raises(JobError, match="140000"):
            watching.judge_now(lambda _: None, where, "140000")
        assert (
            watching.digests_now(lambda _: None, where) + watching.hourly_now(lambda _: None, where)
            > 0
        )
        watching.mail_now(lambda _: None, where)
        assert len(box.ids()) == len(set(box.ids())) > 0
    assert {kind.name for kind in CARRIED} == {
        "look",
        "adopt",
        *(name.removesuffix("_now") for name in vars(watching) if name.endswith("_now")),
    }
    assert all(kind.priority < 100 for kind in WATCH)  # what somebody waits for comes first


def test_what_lies_on_one_machine_is_done_there(jobs: Procrastinated) -> None:
    with Local(KINDS) as near:
        both = Both(Procrastinated(jobs.engine, [Kind("look", tasks.looked)]), near)
        far = both.submit("look", {"where": None, "county": "1"}, "1")
        here = both.submit("echoed", {"said": 1})
        assert both.job(far.id) == far
        assert {job.id for job in both.jobs()} == {far.id, here.id}
        assert both.cancel(far.id).state == "cancelled"  # type: ignore[union-attr]


def test_a_replay_is_handed_to_workers_county_by_county(engine: Engine, tmp_path: Path) -> None:
    (county,) = load_counties(Season(tmp_path).config("http://127.0.0.1:9"))
    Recorder(engine, Evidence(tmp_path / "evidence"), lambda: datetime.now(UTC)).register(county)
    line = ("replay", "--workers", "--store", engine.url.render_as_string(hide_password=False))
    done = run_here(tmp_path, *line)
    assert done.returncode == 0, done.stderr
    assert "1 个县" in done.stdout
    assert [(job.kind, job.lock) for job in Procrastinated(engine, CARRIED).jobs()] == [
        ("replay", "140999")
    ]
    assert (
        run_here(
            tmp_path, "replay", "--workers", "--store", f"sqlite:///{tmp_path}/no.db"
        ).returncode
        == 2
    )


def test_a_worker_says_why_it_has_nothing_to_do(tmp_path: Path) -> None:
    file = tmp_path / "nianbao.toml"
    for told, said in (
        ("", '[engine] kind 为 "local"'),
        ('[engine]\nkind = "procrastinate"\n', "需要 PostgreSQL"),
        ('[engine]\nkind = "celery"\n', "local、procrastinate"),
        ("[engine]\nconcurrency = 0\n", "至少为 1"),
    ):
        Season(tmp_path).config("http://127.0.0.1:9")
        file.write_text(
            f'store = "sqlite:///{tmp_path}/n.db"\ncounties = "{tmp_path}/counties"\n{told}',
            "utf-8",
        )
        done = run_here(tmp_path, "worker", "--settings", str(file))
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    done = run_here(tmp_path, "worker", "--queues", "mail, weather")
    assert (done.returncode, "weather" in done.stderr) == (2, True)


def test_what_is_not_installed_is_named(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['procrastinate'] = None\n"
        "from nianbao.monitor.engine.carriers import carried\n"
        "from nianbao.storage.store import StoreError, open_store\n"
        "try:\n    carried(open_store('sqlite://'))\n"
        "except StoreError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd=tmp_path,
    )
    assert 'pip install "nianbao[large]"' in done.stdout, done.stderr
