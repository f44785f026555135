"""A process that ends when its store commits for the nth time, as if it were killed there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event


class Killed(BaseException):
    """Nothing may catch it, as nothing can catch a kill."""


def kill_at(engine: Engine, number: int, after: bool) -> None:
    """End the process that works on a store when it commits for the nth time: right before, or right after."""
    count = [0]

    @event.listens_for(engine, "commit")
    def commits(connection: Any) -> None:
        count[0] += 1
        if count[0] == number:
            if after:
                connection.connection.dbapi_connection.execute("COMMIT")
            raise Killed


def commits_of(engine: Engine) -> list[int]:
    count = [0]

    @event.listens_for(engine, "commit")
    def commits(connection: Any) -> None:
        count[0] += 1

    return count
