"""The kinds of jobs. What is heavy is imported where it is done."""

from __future__ import annotations

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


KINDS = (
    Kind("look", look, seconds=4 * 3600.0),
    Kind("discover", discover, seconds=2 * 3600.0),
    Kind("adopt", adopt, seconds=1800.0),
    Kind("saved", saved, seconds=1800.0),
)
