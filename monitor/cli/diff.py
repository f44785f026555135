"""`nianbao diff`: what became of a report after it was published."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer

from nianbao.monitor.cli.asking import asking, one_unit
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import one_of, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, EVIDENCE, Archive, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.judging import passages_of
from nianbao.monitor.names_of_then import names_in
from nianbao.monitor.standing import BEIJING
from nianbao.parser.private import masked
from nianbao.storage.archive import Archived, versions
from nianbao.storage.content import differences, passage_changes
from nianbao.storage.evidence import Evidence, EvidenceError


def diff(
    unit: Annotated[str, typer.Argument(help="The unit's code or name.")],
    year: Annotated[int, typer.Argument(min=2008, max=2099, help="The report's year.")],
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """What changed between the versions of a report after it was published: each cell, and the
    text.
    """
    archive = Evidence(evidence)
    with asking(store, config, year=year) as asked:
        own = one_unit(asked, unit)
        kept = versions(asked.s, own.id, year)
    names = names_in(asked.registry.county(own.county), own.id, own.name, year)
    if not kept:
        end(2, f"没有 {own.name} {year} 年的年报", f"no report of {own.name} for {year}")
    for before, after in pairwise(kept):
        _tell_changes(archive, before, after, names)
    if len(kept) == 1:
        echo(say("只有一个版本", "one version only"))


def _tell_changes(
    archive: Evidence, before: Archived, after: Archived, names: Sequence[str]
) -> None:
    steps = f"v{before.number} → v{after.number}"
    unit = say(f"{after.unit_name}（{after.unit}）", f"{after.unit_name} ({after.unit}) ")
    echo(f"{unit}{steps}  {after.seen.astimezone(BEIJING):%Y-%m-%d %H:%M}")
    for change in differences(before.content, after.content):
        echo(masked(f"  {change.key}: {change.before} → {change.after}"))
    try:
        old = passages_of(archive, before.document, names)
        new = passages_of(archive, after.document, names)
    except EvidenceError as error:
        tell(f"  {one_of(str(error))}")
        return
    for sign, text in passage_changes(old, new):
        echo(f"  {sign} {masked(text)}")
