"""Jobs: never two of one thing, bounded, ended with all that they started, each failure a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nianbao.monitor.engine.jobs import BusyError, Job, Jobs, Kind
from nianbao.monitor.engine.local import KEPT, Local
from tests.worlds import tasks
from tests.worlds.commands import ENVIRONMENT

MEMORY = 512 * 1024**2


def kind(run: Callable[..., object], *, apart: bool = False, **more: float) -> Kind:
    seconds, at_once = more.get("seconds", 60.0), int(more.get("at_once", 1))
    return Kind(run.__name__, run, apart, at_once, seconds, MEMORY)


HERE = (
    kind(tasks.counted),
    kind(tasks.echoed, at_once=9),
    kind(tasks.sleeping),
    kind(tasks.until_there, at_once=9),
    kind(tasks.refused),
    kind(tasks.faulty),
)


@pytest.fixture
def jobs() -> Iterator[Local]:
    with Local(HERE) as found:
        yield found


def ended(jobs: Jobs, job: Job, seconds: float = 30.0) -> Job:
    """The job, once it has ended."""
    return until(jobs, job, lambda found: found.has_ended, seconds)


def until(jobs: Jobs, job: Job, holds: Callable[[Job], bool], seconds: float = 30.0) -> Job:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = jobs.job(job.id)
        assert found is not None
        if holds(found):
            return found
        time.sleep(0.01)
    raise AssertionError(jobs.job(job.id))


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def dies(pid: int) -> bool:
    ends = time.monotonic() + 30
    while lives(pid) and time.monotonic() < ends:
        time.sleep(0.02)
    return not lives(pid)


# ---- one interface


def test_a_job_tells_how_far_it_is_and_what_came_of_it(jobs: Local) -> None:
    job = ended(jobs, jobs.submit("counted", {"many": 3}, "140999"))
    assert (job.state, job.result) == ("done", 3)
    assert job.progress == (3, 3, "第3项", "item 3")
    assert job.began is not None
    assert job.ended is not None
    assert job.asked <= job.began <= job.ended


def test_there_are_never_two_of_a_kind_for_one_thing(jobs: Local, tmp_path: Path) -> None:
    mark = {"mark": f"{tmp_path}/go"}
    first = jobs.submit("until_there", mark, "140999")
    assert jobs.submit("until_there", mark, "140999").id == first.id
    assert jobs.submit("until_there", mark, "140998").id != first.id
    assert jobs.submit("echoed", {"said": 1}, "140999").id != first.id
    (tmp_path / "go").touch()
    ended(jobs, first)
    assert jobs.submit("until_there", mark, "140999").id != first.id


def test_what_nobody_named_is_not_held_against_another(jobs: Local) -> None:
    one, two = (jobs.submit("echoed", {"said": 1}) for _ in range(2))
    assert one.id != two.id


def test_some_are_done_at_a_time_and_the_rest_wait_their_turn(tmp_path: Path) -> None:
    with Local(HERE, at_once=2) as jobs:
        mark = {"mark": f"{tmp_path}/go"}
        asked = [jobs.submit("until_there", mark, f"{number}") for number in range(4)]
        states = [each.state for each in jobs.jobs()]
        assert states == ["waiting", "waiting", "running", "running"]
        (tmp_path / "go").touch()
        done = [ended(jobs, job) for job in asked]
        assert [job.state for job in done] == ["done"] * 4
        begun = [job.began for job in done if job.began is not None]
        assert begun == sorted(begun)


def test_a_kind_has_its_own_bound(tmp_path: Path) -> None:
    with Local([kind(tasks.until_there), kind(tasks.echoed)], at_once=5) as jobs:
        first = jobs.submit("until_there", {"mark": f"{tmp_path}/go"}, "1")
        second = jobs.submit("until_there", {"mark": f"{tmp_path}/go"}, "2")
        assert (first.state, second.state) == ("running", "waiting")
        assert ended(jobs, jobs.submit("echoed", {"said": "x"})).result == "x"


def test_more_than_may_wait_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with Local(HERE, at_once=1, most_waiting=2) as jobs:
        mark = {"mark": f"{tmp_path}/go"}
        for number in range(3):
            jobs.submit("until_there", mark, f"{number}")
        with pytest.raises(BusyError) as told:
            jobs.submit("until_there", mark, "9")
        assert "请稍后" in told.value.zh
        assert jobs.submit("until_there", mark, "0").state == "running"  # no new one


@pytest.mark.parametrize("apart", [False, True])
def test_what_can_t_be_done_is_told_in_a_sentence(apart: bool) -> None:
    with Local([kind(tasks.refused, apart=apart), kind(tasks.faulty, apart=apart)]) as jobs:
        job = ended(jobs, jobs.submit("refused", {}))
        assert (job.state, job.why[0]) == ("failed", "网站不在允许的时段")
        job = ended(jobs, jobs.submit("faulty", {}))
        assert job.state == "failed"
        assert "记入日志" in job.why[0]
        assert "secret" not in "".join(job.why)


def test_what_takes_too_long_is_ended() -> None:
    with Local([kind(tasks.sleeping, seconds=0.3)]) as jobs:
        job = ended(jobs, jobs.submit("sleeping", {}))
        assert (job.state, "过长" in job.why[0]) == ("failed", True)


def test_one_that_waits_and_one_that_runs_can_be_ended(jobs: Local) -> None:
    first, second = jobs.submit("sleeping", {}, "1"), jobs.submit("sleeping", {}, "2")
    assert second.state == "waiting"
    cancelled = jobs.cancel(second.id)
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    jobs.cancel(first.id)
    assert ended(jobs, first).state == "cancelled"
    done = ended(jobs, jobs.submit("echoed", {"said": 1}))
    assert jobs.cancel(done.id) == done
    assert jobs.cancel("x") is None


def test_an_ended_job_is_kept_for_a_time_and_then_no_more() -> None:
    times = [datetime(2027, 2, 1, tzinfo=UTC)]
    with Local(HERE, clock=lambda: times[0]) as jobs:
        job = ended(jobs, jobs.submit("echoed", {"said": 1}))
        times[0] += timedelta(hours=1)
        assert jobs.job(job.id) is not None
        times[0] += timedelta(hours=2)
        assert jobs.job(job.id) is None
        assert "只在运行期间保留" in jobs.gone[0]
        for _ in range(KEPT + 5):
            ended(jobs, jobs.submit("echoed", {"said": 1}))
        assert len(jobs.jobs()) <= KEPT


def test_nobody_guesses_a_job_s_name(jobs: Local) -> None:
    names = {jobs.submit("echoed", {"said": 1}).id for _ in range(5)}
    assert len(names) == 5
    assert min(map(len, names)) >= 20


# ---- a process of its own


def test_a_child_does_it_and_is_gone_after_it() -> None:
    with Local([kind(tasks.whose, apart=True), kind(tasks.counted, apart=True)]) as jobs:
        job = ended(jobs, jobs.submit("whose", {}))
        assert job.result != os.getpid()
        assert dies(job.result)
        assert ended(jobs, jobs.submit("counted", {"many": 2})).progress.done == 2


@pytest.mark.parametrize("run", [tasks.dying, tasks.greedy, tasks.unpicklable])
def test_a_child_that_dies_or_takes_too_much_costs_itself(run: Callable[..., object]) -> None:
    with Local([kind(run, apart=True)]) as jobs:
        job = ended(jobs, jobs.submit(run.__name__, {}))
        assert (job.state, bool(job.why[0])) == ("failed", True)


@pytest.mark.parametrize("how", ["cancel", "close", "long"])
def test_it_is_ended_with_all_that_it_started(tmp_path: Path, how: str) -> None:
    mark, seconds = tmp_path / "pids", 2.0 if how == "long" else 60.0
    with Local([kind(tasks.sleeping, apart=True, seconds=seconds)]) as jobs:
        job = jobs.submit("sleeping", {"mark": f"{mark}"})
        until(jobs, job, lambda told: told.has_ended or _is_written(mark))
        if how == "cancel":
            jobs.cancel(job.id)
        if how == "close":
            jobs.close()
        ended(jobs, job)
    assert all(dies(int(pid)) for pid in mark.read_text("utf-8").split())


def _is_written(mark: Path) -> bool:
    return mark.exists() and bool(mark.read_text("utf-8"))


def test_nothing_is_left_at_work_when_whoever_asked_was_killed(tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    program = (
        "import time\n"
        "from nianbao.monitor.engine.jobs import Kind\n"
        "from nianbao.monitor.engine.local import Local\n"
        "from tests.worlds import tasks\n"
        "jobs = Local([Kind('sleeping', tasks.sleeping)])\n"
        f"jobs.submit('sleeping', {{'mark': {str(mark)!r}}})\n"
        "time.sleep(60)\n"
    )
    root = str(Path(__file__).parents[2])
    told = {**ENVIRONMENT, "PYTHONPATH": root}
    with subprocess.Popen([sys.executable, "-P", "-c", program], env=told, cwd=root) as process:
        ends = time.monotonic() + 60
        while not _is_written(mark):
            assert time.monotonic() < ends
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert [dies(int(pid)) for pid in mark.read_text("utf-8").split()] == [True, True]
