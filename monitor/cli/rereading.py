"""`nianbao replay`: the archive read again; apart from what shows it and needs no crawler."""

from __future__ import annotations

from typing import Annotated

import typer

from nianbao.monitor.cli.asking import registry_in
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import one_of, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, EVIDENCE, Archive, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.details import in_chinese
from nianbao.monitor.engine.carriers import carried
from nianbao.monitor.replaying import replay as run
from nianbao.parser.private import masked
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import StoreError, looking, open_store
from nianbao.storage.units import county_names


def replay(
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    config: Config = COUNTIES,
    workers: Annotated[
        bool,
        typer.Option("--workers", help="Hand it to `nianbao worker`, a job a county, and stop."),
    ] = False,
) -> None:
    """Read and judge the whole archive again, offline, and show what is read differently."""
    if workers:
        _hand_over(store)
        return
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


def _hand_over(store: str) -> None:
    try:
        engine = open_store(store, known=True)
        jobs = carried(engine)
    except StoreError as error:
        end(2, str(error))
    with looking(engine) as s:
        counties = county_names(s)
    for code in counties:
        jobs.submit("replay", {"county": code}, code)
    count = len(counties)
    echo(say(f"已交给执行进程：{count} 个县", f"handed to workers: {count} counties"))
