"""How it is doing: for `status`, /healthz and Prometheus' /metrics."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from queue import Empty, Queue
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from nianbao.monitor.pages import Page
from nianbao.monitor.standing import BEIJING, day_in_beijing, due_year
from nianbao.storage.archive import document_count, unjudged
from nianbao.storage.clocks import NEVER_ASKED, Clock, clock_of
from nianbao.storage.jobs import Amount, amounts
from nianbao.storage.lease import holder_of
from nianbao.storage.outbox import states_of_mail, waits_since
from nianbao.storage.queries import PortalFacts, portals
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.standings import Stood, counts_of
from nianbao.storage.store import hurried, looking
from nianbao.storage.visits import Crashed, crashed, ends_of_sweeps, waiting_count

log = logging.getLogger("nianbao")
DOWN = "数据库无法使用 / the database can't be used"
FROZEN = "数据库没有响应 / the database does not answer"
NONE_RUNS = "没有守护进程在运行 / no daemon runs"
PATIENCE = 8.0  # seconds for an answer: who watches us waits 10
MOST_TOLD = 5  # faults of files
SILENT = timedelta(days=8)  # without any sweep that ended


class Health(NamedTuple):
    at: datetime
    daemon: str  # who it is; empty if none runs
    first_sweep: datetime | None  # when the very first began
    last_sweep: datetime | None  # when the latest ended
    open_sweeps: int
    trouble: tuple[PortalFacts, ...]  # columns whose latest look was not whole
    columns: int
    fallen: int  # that show under half of the units that they showed of the year before
    review: int  # links that wait for a person
    unjudged: int
    mail: dict[str, int]
    standings: dict[Stood, int]  # of the year that is due
    documents: int
    free: int  # bytes on the disk
    crashed: tuple[Crashed, ...] = ()  # portals whose latest sweep went wrong in ourselves
    clock: Clock = NEVER_ASKED
    whole: tuple[datetime | None, ...] = ()  # of each column, its latest whole look
    open_since: datetime | None = None  # the oldest sweep that has not ended
    mail_since: datetime | None = None  # the oldest mail that waits
    jobs: tuple[Amount, ...] = ()  # of workers on any machine
    files: tuple[str, ...] = ()  # faults of the counties' files, where the last sound ones hold

    @property
    def stuck(self) -> list[str]:
        """What a new start may mend."""
        found = []
        if not self.daemon:
            found.append(NONE_RUNS)
        since = self.last_sweep or self.first_sweep
        if since is not None and self.at - since > SILENT:
            found.append("八天没有完成巡检 / no sweep has ended for eight days")
        return found

    @property
    def problems(self) -> list[str]:
        found = self.stuck
        if self.mail.get("refused"):
            found.append(
                f"{self.mail['refused']} 封邮件被拒，见 nianbao outbox"
                f" / {self.mail['refused']} mails were refused, see `nianbao outbox`"
            )
        if self.mail.get("returned"):
            found.append(
                f"{self.mail['returned']} 封邮件被退回，见 nianbao outbox"
                f" / {self.mail['returned']} mails came back, see `nianbao outbox`"
            )
        for portal in self.crashed:
            why = portal.problem.partition("\n")[0]
            found.append(
                f"{portal.name}：巡检因程序错误未完成（{why}）"
                f" / {portal.name}: its sweep went wrong in ourselves ({why})"
            )
        found += clock_problems(self.clock)
        if self.files:
            found.append(
                f"县配置有 {len(self.files)} 处无法读取，沿用此前读到的内容"
                f" / counties' files have {len(self.files)} faults, what was read before holds"
            )
            found += self.files[:MOST_TOLD]
        if self.free < 1024**3:
            found.append("磁盘剩余不足 1 GB / less than 1 GB left on the disk")
        return found


def clock_problems(clock: Clock) -> list[str]:
    """What is wrong with our clock, or was."""
    found = []
    if clock.later is not None:
        day = f"{clock.later.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        found.append(
            f"有记录的时间晚于现在（{day}）：时钟曾经超前，或现在落后，见 nianbao doctor"
            f" / something was written down as later than now ({day}): the clock was ahead, "
            "or is behind; see `nianbao doctor`"
        )
    off = clock.held.off
    if clock.held.is_contradicted:
        apart = round(clock.held.hosts[off[0]] / 60)
        hosts = "、".join(off[:3])
        found.append(
            f"与 {len(off)} 个门户的时间相差 10 分钟以上（{hosts}：{apart:+d} 分钟），请核对时钟"
            f" / {len(off)} portals say another time ({', '.join(off[:3])}: "
            f"{apart:+d} minutes), see to the clock"
        )
    if clock.untimed:
        found.append(
            f"{clock.untimed} 次查看的时间存疑，不作依据，待人工确认"
            "（nianbao doctor --clock-is-right）"
            f" / {clock.untimed} looks prove nothing, since the clock was in doubt, until a "
            "person says `nianbao doctor --clock-is-right`"
        )
    return found


def is_told(now: datetime) -> bool:
    """Whether columns may show the year's reports by now: in January they come in."""
    return day_in_beijing(now).month != 1


def health(engine: Engine, now: datetime, folder: Path = Path()) -> Health:
    daemon, jobs = holder_of(engine, "daemon", now), amounts(engine)
    with looking(engine) as s:
        columns = portals(s, EVERYTHING, year=due_year(now))
        sweeps = ends_of_sweeps(s)
        return Health(
            at=now,
            daemon=daemon,
            first_sweep=sweeps.first_began,
            last_sweep=sweeps.last_ended,
            open_sweeps=sweeps.open,
            open_since=sweeps.open_since,
            trouble=tuple(column for column in columns if not column.is_whole),
            columns=len(columns),
            whole=tuple(column.whole for column in columns),
            mail_since=waits_since(s),
            jobs=tuple(jobs),
            fallen=sum(column.has_fallen for column in columns) if is_told(now) else 0,
            review=waiting_count(s),
            unjudged=unjudged(s),
            mail=states_of_mail(s),
            standings=counts_of(s, due_year(now)),
            documents=document_count(s),
            free=shutil.disk_usage(folder).free,
            crashed=tuple(crashed(s)),
            clock=clock_of(s, now),
        )


def metrics(found: Health) -> bytes:
    """In Prometheus' text format."""
    registry = CollectorRegistry()

    def gauge(name: str, told: str, value: float) -> None:
        Gauge(f"nianbao_{name}", told, registry=registry).set(value)

    def age(since: datetime | None) -> float:
        return 0.0 if since is None else (found.at - since).total_seconds()

    gauge("daemon_runs", "Whether a daemon runs", bool(found.daemon))
    gauge("columns", "Columns that are watched", found.columns)
    within = Gauge(
        "nianbao_columns_whole_within",
        "Columns that were read whole in so many days",
        ["days"],
        registry=registry,
    )
    ages = [age(whole) for whole in found.whole if whole is not None]
    for days in (1, 3, 7, 31):
        within.labels(str(days)).set(sum(each <= days * 86400 for each in ages))
    oldest = "Seconds since the latest whole look at the column that was not read whole for longest"
    gauge("whole_look_age_seconds", oldest, max(ages, default=0.0))
    gauge("columns_never_whole", "Columns never read whole", found.columns - len(ages))
    gauge("columns_in_trouble", "Columns whose latest look was not whole", len(found.trouble))
    fallen = "Columns that show under half of the units that they showed of the year before"
    gauge("columns_fallen", fallen, found.fallen)
    went_wrong = "Portals whose latest sweep went wrong in ourselves"
    gauge("sweeps_crashed", went_wrong, len(found.crashed))
    faulty = "Faults of the counties' files, where the last sound ones hold"
    gauge("county_files_faults", faulty, len(found.files))
    untimed = "Looks that prove nothing, since our clock was in doubt"
    gauge("looks_untimed", untimed, found.clock.untimed)
    gauge("clock_hosts_apart", "Portals that say another time", len(found.clock.held.off))
    gauge("open_sweeps", "Sweeps that have begun and not ended", found.open_sweeps)
    gauge("open_sweep_age_seconds", "How long the oldest of them takes", age(found.open_since))
    gauge("review", "Links that wait for a person", found.review)
    gauge("reports_unjudged", "Reports that wait to be judged", found.unjudged)
    gauge("documents", "Archived documents", found.documents)
    gauge("disk_free_bytes", "Free bytes on the disk", found.free)
    last = 0.0
    if found.last_sweep is not None:
        last = found.last_sweep.timestamp()
    gauge("last_sweep_timestamp_seconds", "When the last sweep ended", last)
    units = Gauge(
        "nianbao_units",
        "Units by standing, of the year that is due; unconfirmed: missing by one look",
        ["standing"],
        registry=registry,
    )
    for stood, count in found.standings.items():
        name = stood.name if stood.name != "missing" or stood.confirmed else "unconfirmed"
        units.labels(name).inc(count)
    unconfirmed = found.standings.get(Stood("missing", confirmed=False), 0)
    gauge("units_unconfirmed", "Units that are missing by one look", unconfirmed)
    mail = Gauge("nianbao_mail", "Mails by state", ["state"], registry=registry)
    for state in ("waiting", "sending", "sent", "refused", "returned"):
        mail.labels(state).set(found.mail.get(state, 0))
    gauge("mail_waiting_seconds", "How long the oldest mail waits", age(found.mail_since))
    jobs = Gauge("nianbao_jobs", "Jobs of workers", ["kind", "state"], registry=registry)
    waits = "How long the oldest job is in its state"
    since = Gauge("nianbao_jobs_age_seconds", waits, ["kind", "state"], registry=registry)
    for amount in found.jobs:
        jobs.labels(amount.kind, amount.state).set(amount.jobs)
        since.labels(amount.kind, amount.state).set(age(amount.since))
    return bytes(generate_latest(registry))


def page_in_time(
    engine: Engine,
    now: datetime,
    path: str,
    seconds: float = PATIENCE,
    files: Sequence[str] = (),
) -> Page | None:
    """The same, also where the database is frozen: it takes what it is told and never answers."""
    if path not in PATHS:
        return None
    ends = time.monotonic() + seconds
    if not _at_once.acquire(timeout=seconds):
        return _answer([FROZEN], 503)
    found: Queue[Page | None] = Queue(1)
    asking = partial(page_of, hurried(engine, round(seconds)), now, path, files)
    threading.Thread(target=_ask, args=(asking, found), daemon=True).start()
    try:
        return found.get(timeout=max(0.0, ends - time.monotonic()))
    except Empty:
        log.error("health", extra={"told": {"error": "no answer"}})
        return _answer([FROZEN], 503)


PATHS = ("/healthz", "/metrics")
_at_once = threading.Semaphore(2)  # questions that may hang


def _ask(asking: Callable[[], Page | None], found: Queue[Page | None]) -> None:
    try:
        found.put(asking())
    except Exception:
        log.exception("health")
        found.put(_answer([DOWN], 503))
    finally:
        _at_once.release()


def page_of(engine: Engine, now: datetime, path: str, files: Sequence[str] = ()) -> Page | None:
    """/healthz and /metrics."""
    if path not in PATHS:
        return None
    try:
        found = health(engine, now)._replace(files=tuple(files))
    except (SQLAlchemyError, OSError) as error:
        log.error("health", extra={"told": {"error": type(error).__name__}})
        return _answer([DOWN], 503)
    if path == "/metrics":
        return Page(metrics(found), "text/plain; version=0.0.4; charset=utf-8")
    return _answer(found.problems, 503 if found.stuck else 200)


def _answer(problems: list[str], status: int) -> Page:
    body = json.dumps({"ok": not problems, "problems": problems}, ensure_ascii=False).encode()
    return Page(body, "application/json; charset=utf-8", status)
