"""Jobs that workers on any machine do, in PostgreSQL: procrastinate's tables in a schema of their
own, and beside them what is told of each job.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Engine,
    MetaData,
    Row,
    Select,
    String,
    Table,
    case,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from nianbao.storage.advisory import in_turn
from nianbao.storage.store import StoreError, looking, session

SCHEMA = "nianbao_jobs"
STALLED = 30  # seconds without a sign of life, after which a worker's jobs are taken up again
MOST_TRIES = 5  # of a job whose workers die

OURS = MetaData(schema=SCHEMA)
JOBS = Table(
    "procrastinate_jobs",
    OURS,
    Column("id", BigInteger, primary_key=True),
    Column("task_name", String),
    Column("queueing_lock", String),
    Column("args", JSONB),
    Column("status", String),
    Column("attempts", BigInteger),
    Column("priority", BigInteger),
    Column("worker_id", BigInteger),
)
TOLD = Table(
    "told",
    OURS,
    Column("job", BigInteger, primary_key=True),
    Column("token", String),
    Column("asked", DateTime(timezone=True)),
    Column("began", DateTime(timezone=True)),
    Column("ended", DateTime(timezone=True)),
    Column("progress", JSONB),
    Column("result", JSONB),
    Column("why", JSONB),
)
APPLIED = Table("applied", OURS, Column("name", String, primary_key=True))
MAKE = (
    f"""CREATE TABLE {SCHEMA}.told (
        job bigint PRIMARY KEY REFERENCES {SCHEMA}.procrastinate_jobs (id) ON DELETE CASCADE,
        token text NOT NULL UNIQUE, asked timestamptz NOT NULL,
        began timestamptz, ended timestamptz, progress jsonb, result jsonb, why jsonb)""",
    f"CREATE TABLE {SCHEMA}.applied (name text PRIMARY KEY)",
)


# ---- the tables


def prepare(engine: Engine, whole: str, steps: Mapping[str, str]) -> None:
    """Make the tables, or bring those of an older release up to date: `whole` is how they are now,
    `steps` what led there, by names in their order. Raises StoreError.
    """
    if engine.dialect.name != "postgresql":
        zh = '[engine] kind = "procrastinate" 需要 PostgreSQL，请改 store'
        raise StoreError(f'{zh} / [engine] kind = "procrastinate" needs PostgreSQL, see store')
    if applied(engine) == set(steps):
        return
    with session(engine) as s:
        in_turn(s, SCHEMA)
        known = applied(engine)
        if known == set(steps):  # somebody else was at it
            return
        if not known:
            s.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        if newer := sorted(known - set(steps)):
            zh = f"任务表由更新的版本写成（{newer[-1]}），请升级 procrastinate"
            en = f"a newer procrastinate wrote the tables of jobs ({newer[-1]}), upgrade it"
            raise StoreError(f"{zh} / {en}")
        todo = [steps[name] for name in sorted(steps) if name not in known] if known else [whole]
        _use(s)
        raw: Any = s.connection().connection.driver_connection
        for statements in (*todo, *(() if known else MAKE)):
            raw.execute(statements)  # several at once, as they stand
        s.execute(insert(APPLIED), [{"name": name} for name in sorted(set(steps) - known)])


def applied(engine: Engine) -> set[str]:
    """What was done to the tables; nothing where there are none."""
    with looking(engine) as s:
        if not inspect(s.connection()).has_table("applied", SCHEMA):
            return set()
        return set(s.scalars(select(APPLIED.c.name)))


def _use(s: Session) -> None:
    """Procrastinate calls its tables by their names alone."""
    s.execute(text(f"SET LOCAL search_path TO {SCHEMA}, public"))


def raw_of(s: Session) -> Any:
    """The connection as procrastinate takes it, within this unit of work."""
    _use(s)
    return s.connection().connection.driver_connection


# ---- what is known of jobs


class JobRow(NamedTuple):
    """A job, with what was told of it."""

    id: int
    token: str
    kind: str
    lock: str  # with its kind
    arguments: dict[str, Any]
    status: str
    attempts: int
    asked: datetime
    began: datetime | None
    ended: datetime | None
    progress: list[Any] | None
    result: Any
    why: list[str] | None


def _rows() -> Select[Any]:
    told = (TOLD.c.asked, TOLD.c.began, TOLD.c.ended, TOLD.c.progress, TOLD.c.result, TOLD.c.why)
    own = (JOBS.c.task_name, func.coalesce(JOBS.c.queueing_lock, ""), JOBS.c.args)
    chosen = select(JOBS.c.id, TOLD.c.token, *own, _status(), JOBS.c.attempts, *told)
    return chosen.join_from(JOBS, TOLD, TOLD.c.job == JOBS.c.id)


def _status() -> Any:
    return JOBS.c.status.cast(String)


def _open() -> Any:
    return _status().in_(("todo", "doing"))


def _made(row: Row[Any] | None) -> JobRow | None:
    return None if row is None else JobRow(*tuple(row))


def by_token(s: Session, token: str) -> JobRow | None:
    return _made(s.execute(_rows().where(TOLD.c.token == token)).first())


def open_of(s: Session, lock: str) -> JobRow | None:
    """The job that waits or runs under a lock."""
    return _made(s.execute(_rows().where(JOBS.c.queueing_lock == lock, _open())).first())


def open_locks(s: Session) -> set[str]:
    """The locks of all that waits or runs."""
    return set(s.scalars(select(JOBS.c.queueing_lock).where(_open(), JOBS.c.queueing_lock != "")))


def all_rows(s: Session, kinds: Sequence[str]) -> list[JobRow]:
    """The latest first."""
    chosen = _rows().where(JOBS.c.task_name.in_(kinds)).order_by(JOBS.c.id.desc())
    return [JobRow(*row) for row in s.execute(chosen)]


def count_waiting(s: Session, kind: str) -> int:
    of_kind = (JOBS.c.task_name == kind, _status() == "todo")
    return s.scalar(select(func.count()).select_from(JOBS).where(*of_kind)) or 0


class Amount(NamedTuple):
    """How many jobs of a kind wait or are being done, and since when the oldest does."""

    kind: str
    state: str
    jobs: int
    since: datetime | None


def amounts(engine: Engine) -> list[Amount]:
    """Nothing where no worker has jobs."""
    if engine.dialect.name != "postgresql":
        return []
    with looking(engine) as s:
        if not inspect(s.connection()).has_table(TOLD.name, SCHEMA):
            return []
        state = case((_status() == "todo", "waiting"), else_="doing")
        since = func.min(func.coalesce(TOLD.c.began, TOLD.c.asked))
        chosen = (
            select(JOBS.c.task_name, state, func.count(), since)
            .join_from(JOBS, TOLD, TOLD.c.job == JOBS.c.id)
            .where(_open())
            .group_by(JOBS.c.task_name, state)
        )
        return [Amount(*row) for row in s.execute(chosen)]


def note_asked(s: Session, job: int, token: str, now: datetime) -> None:
    s.execute(insert(TOLD).values(job=job, token=token, asked=now))


def note(engine: Engine, job: int, **told: Any) -> None:
    with session(engine) as s:
        s.execute(update(TOLD).where(TOLD.c.job == job).values(**told))


# ---- what dead workers left, and what is over


LEFT = f"""
    SELECT j.id, j.attempts FROM {SCHEMA}.procrastinate_jobs j
    LEFT JOIN {SCHEMA}.procrastinate_workers w ON w.id = j.worker_id
    WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => :seconds))
    ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
"""  # noqa: E501
AGAIN = "SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)"
ENDED = "SELECT procrastinate_finish_job_v1(:id, 'failed', false)"


OF_WORKER = f"""
    SELECT j.id, j.attempts FROM {SCHEMA}.procrastinate_jobs j
    WHERE j.status = 'doing' AND j.worker_id = :worker ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
"""


def take_up_again(engine: Engine, seconds: float = STALLED) -> list[int]:
    """Jobs whose worker gives no sign of life wait again; one that outlived many workers has
    failed. Which they were.
    """
    with session(engine) as s:
        _use(s)
        return _again(s, s.execute(text(LEFT), {"seconds": seconds}).all())


def had_by(engine: Engine, worker: int) -> set[int]:
    """The jobs that a worker is said to be doing."""
    with looking(engine) as s:
        of = (JOBS.c.worker_id == worker, _status() == "doing")
        return set(s.scalars(select(JOBS.c.id).where(*of)))


def hand_back(engine: Engine, worker: int, jobs: Collection[int]) -> list[int]:
    """Those of a worker's jobs that it is not at wait again. Which they were."""
    with session(engine) as s:
        _use(s)
        left = s.execute(text(OF_WORKER), {"worker": worker}).all()
        return _again(s, [row for row in left if row[0] in jobs])


def _again(s: Session, left: Iterable[Any]) -> list[int]:
    done = []
    for id, attempts in left:
        s.execute(text(AGAIN if attempts < MOST_TRIES else ENDED), {"id": id})
        done.append(id)
    return done


OVER = f"""
    DELETE FROM {SCHEMA}.procrastinate_jobs j
    WHERE j.status NOT IN ('todo', 'doing') AND NOT EXISTS (
        SELECT 1 FROM {SCHEMA}.procrastinate_events e
        WHERE e.job_id = j.id AND e.at > now() - make_interval(hours => :hours))
"""


def forget_old(engine: Engine, hours: int = 2) -> int:
    """Jobs that ended long ago."""
    with session(engine) as s:
        _use(s)
        return getattr(s.execute(text(OVER), {"hours": hours}), "rowcount", 0)
