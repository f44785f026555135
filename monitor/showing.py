"""The daemon's child that shows the pages: begun where the settings say so, and begun again."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nianbao.crawler.limits import CHILD, before_start
from nianbao.monitor.settings import EVIDENCE, STORE, Settings

REST = 30.0  # seconds between two beginnings
PATIENCE = 5.0  # seconds that it gets to end
log = logging.getLogger("nianbao")


@dataclass
class Pages:
    """The child, if there is one."""

    settings: Settings
    folder: Path  # with the counties' files
    process: subprocess.Popen[bytes] | None = None
    begun: float = float("-inf")

    def keep(self) -> None:
        """See that it runs; one that ended is begun again, not at once."""
        if not self.settings.web.on:
            return
        if self.process is not None and (code := self.process.poll()) is not None:
            log.error("pages ended", extra={"told": {"code": code}})
            self.process = None
        if self.process is None and time.monotonic() - self.begun >= REST:
            self.begun = time.monotonic()
            self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "nianbao.monitor.cli", "web"]
        # Everybody on a machine reads command lines; addresses may hold passwords.
        told = {STORE: self.settings.store, EVIDENCE: self.settings.evidence, CHILD: "1"}
        return subprocess.Popen(
            [*command, "--config", str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=before_start(self.settings.daemon.sweep_memory * 1024 * 1024),
            env={**os.environ, **told},
        )

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
