"""The kinds of jobs. What is heavy is imported where it is done."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from nianbao.monitor.engine.jobs import Kind, Tell


def look(tell: Tell, **arguments: Any) -> Any:
    from nianbao.monitor.engine.looks import look_now

    return look_now(tell, **arguments)


def discover(tell: Tell, **arguments: Any) -> Any:
    from nianbao.monitor.engine.setting_up import discover_now

    return discover_now(tell, **arguments)


def adopt(tell: Tell, **arguments: Any) -> Any:
    from nianbao.monitor.engine.setting_up import adopt_now

    return adopt_now(tell, **arguments)


def saved(tell: Tell, **arguments: Any) -> Any:
    from nianbao.monitor.engine.setting_up import saved_now

    return saved_now(tell, **arguments)


def watching(name: str, tell: Tell, **arguments: Any) -> Any:
    from nianbao.monitor.engine import watching as jobs

    return getattr(jobs, f"{name}_now")(tell, **arguments)


# What people ask for.
KINDS = (
    Kind("look", look, seconds=4 * 3600.0),
    Kind("discover", discover, seconds=2 * 3600.0),
    Kind("adopt", adopt, seconds=1800.0),
    Kind("saved", saved, seconds=1800.0),
)


def _watch(name: str, queue: str, priority: int, seconds: float = 3600.0, at_once: int = 1) -> Kind:
    run = partial(watching, name)
    return Kind(name, run, False, at_once, seconds, queue=queue, priority=priority)


DAY = 86_400.0
PEOPLE = 100  # somebody waits for it
# What the daemon decides is due, for workers.
WATCH = (
    _watch("sweep", "sweeps", 10, DAY),  # how long it may take the settings say
    _watch("standings", "watch", 60),
    _watch("judge", "archive", 5, DAY),
    _watch("replay", "archive", 0, DAY),
    _watch("digests", "mail", 70),
    _watch("hourly", "mail", 50),
    _watch("mail", "mail", 65, DAY),
    _watch("posts", "mail", 65, DAY),
    _watch("returned", "mail", 50),
    _watch("delete", "archive", 0, DAY),
)
# What any machine can do: the others have at hand what lies on the machine of whoever asks.
ELSEWHERE = frozenset(("look", "adopt"))
CARRIED = (
    *(replace(kind, priority=PEOPLE) for kind in KINDS if kind.name in ELSEWHERE),
    *WATCH,
)
QUEUES = tuple(dict.fromkeys(kind.queue for kind in CARRIED))
