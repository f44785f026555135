"""Who does jobs, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from nianbao.monitor.engine.jobs import Job, Jobs, Sentence
from nianbao.monitor.engine.kinds import CARRIED, ELSEWHERE, KINDS
from nianbao.monitor.engine.local import GONE, Local
from nianbao.monitor.engine.where import Where
from nianbao.monitor.settings import Settings
from nianbao.storage.store import StoreError


def carried(engine: Engine) -> Any:
    """Whoever hands jobs to workers. Raises StoreError."""
    return _procrastinate().Procrastinated(engine, CARRIED)


def worker(engine: Engine, settings: Settings, queues: Sequence[str], concurrency: int) -> Any:
    """Whoever does them. Raises StoreError."""
    made = partial(_procrastinate().Worker, engine, CARRIED, {"where": place_of(settings)})
    return made(queues, concurrency or settings.engine.concurrency)


def _procrastinate() -> Any:
    try:
        return import_module("nianbao.monitor.engine.procrastinate_engine")
    except ImportError as error:
        zh = '[engine] kind = "procrastinate" 缺少组件，请安装：pip install "nianbao[large]"'
        en = f'it needs more packages: pip install "nianbao[large]" ({error.name} is missing)'
        raise StoreError(f"{zh} / {en}") from None


def place_of(settings: Settings) -> Where:
    """Where everything is on this machine."""
    return Where(
        store=settings.store,
        evidence=settings.evidence,
        counties=str(Path(settings.counties).absolute()),
        deadlines=dict(settings.deadlines),
        settings=settings,
    )


def jobs_of(settings: Settings, engine: Engine) -> Jobs:
    """What people ask for in the pages, where it can be done. Raises StoreError."""
    local = Local(KINDS)
    if settings.engine.kind == "local":
        return local
    return Both(carried(engine), local)


@dataclass
class Both:
    """Workers do what any machine can do, this process the rest."""

    far: Jobs
    near: Jobs
    gone: Sentence = GONE

    def submit(
        self, kind: str, arguments: Mapping[str, Any], lock: str = "", *, priority: int = 0
    ) -> Job:
        of = self.far if kind in ELSEWHERE else self.near
        return of.submit(kind, arguments, lock, priority=priority)

    def job(self, id: str) -> Job | None:
        return self.near.job(id) or self.far.job(id)

    def jobs(self, kind: str = "") -> Sequence[Job]:
        found = [*self.far.jobs(kind), *self.near.jobs(kind)]
        return sorted(found, key=lambda job: job.asked, reverse=True)

    def cancel(self, id: str) -> Job | None:
        return self.near.cancel(id) or self.far.cancel(id)

    def close(self) -> None:
        self.near.close()
