"""`nianbao evidence manifest`, `prune`: the hashes of what is kept, and how long it is."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.deciding import Who, Why
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.places import (
    DATABASE,
    EVIDENCE,
    TOML,
    Archive,
    SettingsFile,
    Store,
    settings_in,
)
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import whole_text
from nianbao.monitor.paper.cells import unformulated
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.upholding import months_before
from nianbao.storage.archive import pieces
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.retention import prunable, prune
from nianbao.storage.second_hash import sm3_of
from nianbao.storage.store import looking, open_store

COLUMNS = ("url", "fetched", "status", "sha256", "sm3", "state")


def manifest(
    target: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """List every archived answer: its address, when it was fetched, its SHA-256 and SM3, and
    whether its bytes are there.
    """
    archive = Evidence(evidence)
    with looking(open_store(store, asks=True)) as s:
        known = pieces(s)
    there, gone = set(archive.names()), set(archive.tombstones())
    with whole_text(target, "utf-8-sig") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for piece in known:
            state = "kept" if piece.sha256 in there else "missing"
            if piece.sha256 in gone:
                state = "deleted"
            sm3 = piece.sm3 or (_sm3_in(archive, piece.sha256) if state == "kept" else "")
            row = (piece.url, f"{piece.fetched:%Y-%m-%dT%H:%M:%SZ}", piece.status, piece.sha256)
            writer.writerow([unformulated(cell) for cell in (*row, sm3, state)])
    echo(say(f"{target}：{len(known)} 件", f"{target}: {len(known)} answers"))


def _sm3_in(archive: Evidence, name: str) -> str:
    """Of bytes that are older than this hash; `verify` tells what is wrong with them."""
    try:
        return sm3_of(archive.read(name))
    except EvidenceError:
        return ""


def delete(
    months: Annotated[
        int | None,
        typer.Option(
            min=1, max=1200, help="Months that are kept; evidence_months of [retention] if not."
        ),
    ] = None,
    try_it: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be deleted.")
    ] = False,
    who: Who = "",
    why: Why = "",
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """Delete old bytes that nothing rests on. What a standing, a finding or a letter rests on
    stays, and so does what is the latest of its column.

    A tombstone with its hashes stays of each, and an entry in the log of decisions.
    """
    kept = months or settings_in(settings).retention.evidence_months
    if not kept:
        end(
            2,
            "未设保存期限（[retention] evidence_months），证据长期保存；或用 --months 指定",
            "no period is set ([retention] evidence_months): all is kept; or give --months",
        )
    if not who and not try_it:
        end(2, "请注明决定人 --who", "who decides? --who")
    engine, archive = open_store(store, known=True, asks=try_it), Evidence(evidence)
    now = datetime.now(UTC)
    before = months_before(now, kept)
    if try_it:
        with looking(engine) as s:
            chosen = prunable(s, archive, before, now)
        for each in chosen:
            echo(f"{each.sha256} {each.fetched.astimezone(BEIJING):%Y-%m-%d} {each.url}")
        echo(say(f"可删除 {len(chosen)} 件", f"{len(chosen)} pieces may be deleted"))
        return
    chosen = prune(engine, archive, before, who=who, why=why, now=now)
    echo(
        say(
            f"已删除 {len(chosen)} 件，各留有记录",
            f"{len(chosen)} pieces deleted, of each a tombstone stays",
        )
    )
