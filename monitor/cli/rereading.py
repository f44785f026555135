"""`nianbao replay`: the archive read again; apart from what shows it and needs no crawler."""

from __future__ import annotations

import typer

from nianbao.monitor.cli.asking import registry_in
from nianbao.monitor.cli.language import one_of, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, EVIDENCE, Archive, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.ledger.details import in_chinese
from nianbao.monitor.replaying import replay as run
from nianbao.parser.private import masked
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import open_store


def replay(
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    config: Config = COUNTIES,
) -> None:
    """Read and judge the whole archive again, offline, and show what is read differently."""
    registry = registry_in(config, needed=False)  # an archive can be read again without them
    problems = changed = count = deleted = 0
    for done in run(open_store(store, known=True), Evidence(evidence), registry):
        count += 1
        deleted += done.deleted
        where = f"{done.version.unit} {done.version.year} v{done.version.number}"
        if done.problem:
            problems += 1
            problem = say(in_chinese(done.problem), done.problem)
            echo(f"{where}: {one_of(problem)}", err=True)
        for change in done.changes:
            changed += 1
            echo(masked(f"{where}: {change.key}: {change.before} → {change.after}"))
    kept_zh = f"，原件已按期限删除 {deleted} 份" if deleted else ""
    kept_en = f", {deleted} whose bytes were deleted" if deleted else ""
    echo(
        say(
            f"重读 {count - deleted} 份{kept_zh}，变化 {changed} 处，问题 {problems} 个",
            f"{count - deleted} read again{kept_en}, {changed} changes, {problems} problems",
        )
    )
    if problems:
        raise typer.Exit(1)
