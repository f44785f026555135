"""Where everything is kept, and how hosts are asked: what a job in another process must be told."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from nianbao.monitor.engine.jobs import JobError
from nianbao.monitor.halves import half_of
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.manners import manners
from nianbao.monitor.manners import now as wall_clock
from nianbao.monitor.settings import Settings
from nianbao.storage.emptied import is_emptied
from nianbao.storage.evidence import Evidence
from nianbao.storage.hosts import Hosts, hosts_of
from nianbao.storage.registry import ConfigError, load_counties
from nianbao.storage.store import StoreError, file_of, open_store

COMMAND = (sys.executable, "-P", "-m", "nianbao.monitor.cli")  # ours, as a process of its own
RETRIES = 1  # of a request, while a person waits


@dataclass(frozen=True)
class Where:
    """Names of places, so that it can be handed on."""

    store: str
    evidence: str
    counties: str
    deadlines: Mapping[str, str]
    settings: Settings
    ahead: float = 0.0  # seconds by which its clock is ahead, as a demonstration's is behind
    program: Sequence[str] = COMMAND  # by what sweeps are begun

    def clock(self) -> datetime:
        return wall_clock() + timedelta(seconds=self.ahead)

    def engine(self) -> Engine:
        """Raises JobError where it can't be used."""
        try:
            engine = open_store(self.store)
        except StoreError as error:
            raise JobError(*halves(str(error))) from None
        if why := is_emptied(engine, self.evidence):
            raise JobError(*halves(why))
        return engine

    def hosts(self) -> Hosts | None:
        """Whose turn it is to ask, where other machines ask too. Raises JobError."""
        return None if file_of(self.store) is not None else hosts_of(self.engine())

    def archive(self) -> Evidence:
        return Evidence(self.evidence)

    def registry(self) -> Registry:
        """Raises JobError where the counties' files are faulty."""
        try:
            return Registry(load_counties(Path(self.counties)), self.deadlines)
        except ConfigError as error:
            first = next(iter(error.faults), str(error))
            raise JobError(f"县配置文件有误：{first}", f"a county's file: {first}") from None

    @property
    def manners(self) -> dict[str, Any]:
        daemon, contact = self.settings.daemon, self.settings.contact
        return manners(daemon.allow_private, daemon.pause, RETRIES, contact)

    @property
    def reader_memory(self) -> int:
        return self.settings.daemon.reader_memory * 1024**2


def halves(told: str) -> tuple[str, str]:
    """Both halves of a sentence of the house."""
    return half_of(told, "zh"), half_of(told, "en")
