"""The kinds of jobs. What is heavy is imported where it is done."""

from __future__ import annotations

from typing import Any

from nianbao.monitor.engine.jobs import Kind, Tell


def look(tell: Tell, **arguments: Any) -> Any:
    from nianbao.monitor.engine.looks import look_now

    return look_now(tell, **arguments)


KINDS = (Kind("look", look, seconds=4 * 3600.0),)
