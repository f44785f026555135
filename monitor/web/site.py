"""What the pages are made of: a store, an archive, the counties' files and a clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine

from nianbao.monitor.doctor import LOGS
from nianbao.monitor.engine.jobs import Jobs
from nianbao.monitor.engine.kinds import KINDS
from nianbao.monitor.engine.local import Local
from nianbao.monitor.engine.where import Where
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.openid import Provider
from nianbao.monitor.settings import Settings
from nianbao.monitor.web.drafts import Drafts
from nianbao.monitor.web.judging_box import Judging
from nianbao.monitor.web.kept import Kept
from nianbao.monitor.web.outages import Outages
from nianbao.monitor.web.pending import Pending
from nianbao.monitor.web.shelf import Shelf
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import ConfigError, CountyEntry, load_counties

log = logging.getLogger("nianbao")
OFTEN = 2.0  # seconds, after which it is looked whether the files have changed
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass
class Files:
    """The counties' files, read again where they have changed; if faulty, the last sound ones
    stay. Before the first is made there are none.
    """

    folder: Path
    deadlines: Mapping[str, str]
    _lock: Lock = field(default_factory=Lock)
    _stamp: Sequence[tuple[str, int]] = ()
    _looked: float = float("-inf")
    _registry: Registry | None = None
    faults: Sequence[str] = ()  # of the files that are there now
    number: int = 0  # of the registry, which is another one after each change

    def registry(self) -> Registry:
        """Raises ConfigError where none was ever sound."""
        with self._lock:
            if self._registry is None or time.monotonic() - self._looked > OFTEN:
                self._look()
            assert self._registry is not None
            return self._registry

    @property
    def stamp(self) -> Sequence[tuple[str, int]]:
        """Another one whenever the files that `registry` told last have changed."""
        return self._stamp

    def look_again(self) -> None:
        """A file was written: whoever asks next sees it."""
        with self._lock:
            self._looked = float("-inf")

    def _look(self) -> None:
        stamp = sorted((file.name, file.stat().st_mtime_ns) for file in self.folder.glob("*.yaml"))
        self._looked = time.monotonic()
        if stamp == self._stamp and self._registry is not None:
            return
        is_new = not stamp and self._registry is None
        try:
            counties: Sequence[CountyEntry] = () if is_new else load_counties(self.folder)
        except ConfigError as error:
            if self._registry is None:
                raise
            log.error("config", extra={"told": {"faults": error.faults}})
            self.faults = tuple(error.faults)
        else:
            self.faults = ()
            self._registry = Registry(counties, self.deadlines)
            self.number += 1
        self._stamp = stamp


@dataclass(frozen=True)
class Site:
    """Everything that a page may ask."""

    engine: Engine
    evidence: Evidence
    files: Files
    clock: Callable[[], datetime]
    lang: Lang = "zh"  # spoken where nobody asked for another
    names: tuple[str, ...] = LOOPBACK  # hosts by which it may be called
    making: Lock = field(default_factory=Lock)  # held while a sheet of evidence is made
    drafts: Drafts = field(default_factory=Drafts)  # handed over to be checked
    settings: Settings = field(default_factory=Settings)
    logs: Path = LOGS
    kept: Kept = field(default_factory=Kept)  # what takes long to find out, as it was last
    pending: Pending = field(default_factory=Pending)
    provider: Provider = field(default_factory=Provider)  # where people sign in, if there is one
    judging: Judging = field(default_factory=Judging)  # of what was handed in
    shelf: Shelf = field(default_factory=Shelf)  # pages for everybody
    jobs: Jobs = field(default_factory=lambda: Local(KINDS))
    outages: Outages = field(default_factory=Outages)  # as the log tells them

    @property
    def in_force(self) -> Settings:
        """The settings, with the places that are in use."""
        return replace(
            self.settings,
            store=self.engine.url.render_as_string(hide_password=False),
            evidence=self.evidence.where,
            counties=str(self.files.folder),
        )

    @property
    def where(self) -> Where:
        """The same, as a job in another process is told of it."""
        ahead = (self.clock() - datetime.now(UTC)).total_seconds()
        return Where(
            store=self.engine.url.render_as_string(hide_password=False),
            evidence=self.evidence.where,
            counties=str(self.files.folder.absolute()),
            deadlines=dict(self.files.deadlines),
            settings=self.settings,
            ahead=ahead if abs(ahead) > CLOSE else 0.0,
        )


CLOSE = 5.0  # seconds by which a clock is not another
