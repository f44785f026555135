"""`nianbao store copy`: everything into another database, and another place for the evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from nianbao.monitor.cli.bars import bar
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.places import DATABASE, EVIDENCE, Archive, Store
from nianbao.monitor.cli.screen import echo
from nianbao.storage.archive import hashes
from nianbao.storage.copying import begin_anew, copy, refuse_watched, rows_in
from nianbao.storage.copying_evidence import Moved, copy_evidence
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import looking, open_store


def copy_store(
    target: Annotated[
        str, typer.Argument(help="The empty database to copy to: postgresql://… or sqlite:///FILE.")
    ],
    evidence_to: Annotated[
        str,
        typer.Option(
            "--evidence-to",
            help="Where the evidence is copied to, a folder or a URL; it stays where it is if not "
            "given.",
        ),
    ] = "",
    anew: Annotated[
        bool,
        typer.Option("--anew", help="Take away what an unfinished copy left, and begin again."),
    ] = False,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """Copy everything that is known into another database. Stop the daemon first. Stopped at any
    moment, the same command goes on where it was.

    Each table is counted and held against what it was, each piece of evidence against its hash.
    Until all is there, no other command works on the target.
    """
    now, moved = datetime.now(UTC), Moved(0, {})
    source, other = open_store(store, asks=True), open_store(target, half=True)
    if source.url == other.url:
        end(2, "目标就是源数据库", "the target is the source")
    refuse_watched(source, now)
    if anew:
        begin_anew(other)
    with bar() as progress:
        task = progress.add_task("", total=None)

        def copied(what: str, count: int) -> None:
            progress.update(task, description=what, advance=count)

        if evidence_to:
            archive = Evidence(evidence)
            with looking(source) as s:
                wanted = hashes(s)
            progress.update(task, total=2 * sum(1 for _ in archive.names()))
            moved = copy_evidence(archive, Evidence(evidence_to), wanted, copied)
        progress.update(task, completed=0, total=rows_in(source))
        count = copy(source, other, now, copied)
    echo(_done(count, moved, evidence_to))
    for problem in moved.lost.values():
        tell(problem)
    if moved.lost:
        raise typer.Exit(1)


def _done(rows: int, moved: Moved, evidence_to: str) -> str:
    if not evidence_to:
        return say(
            f"{rows} 行，已核对。请在 nianbao.toml 中把 store 改为新数据库",
            f"{rows} rows, verified. Set `store` in nianbao.toml to the new database",
        )
    return say(
        f"{rows} 行、证据 {moved.pieces} 件，已核对。请在 nianbao.toml 中改 store 和 evidence",
        f"{rows} rows and {moved.pieces} pieces of evidence, verified. Set `store` and `evidence` "
        "in nianbao.toml",
    )
