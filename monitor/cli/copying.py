"""`nianbao store copy`: everything into another database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import Progress

from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.places import DATABASE, Store
from nianbao.monitor.cli.screen import echo
from nianbao.storage.copying import copy
from nianbao.storage.store import open_store


def copy_store(
    target: Annotated[
        str, typer.Argument(help="The empty database to copy to: postgresql://… or sqlite:///FILE.")
    ],
    store: Store = DATABASE,
) -> None:
    """Copy everything that is known into another database. Stop the daemon first. The evidence
    stays where it is.
    """
    with Progress(transient=True) as progress:
        bar = progress.add_task("", total=None)

        def copied(table: str, rows: int) -> None:
            progress.update(bar, description=table, advance=rows)

        count = copy(open_store(store, known=True), open_store(target), datetime.now(UTC), copied)
    echo(
        say(
            f"{count} 行。请在 nianbao.toml 中把 store 改为新数据库",
            f"{count} rows. Set `store` in nianbao.toml to the new database",
        )
    )
