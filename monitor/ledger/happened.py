"""What happened, as it is told to anybody: that a report was taken down only where nothing is in
doubt. Where its unit is unknown now, as while a link that waits for a person may be the report, it
is told as gone from its address.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from nianbao.storage.queries import Happened, events
from nianbao.storage.scope import Scope
from nianbao.storage.standings import rows_of


def doubted(s: Session, happened: Sequence[Happened]) -> list[Happened]:
    """The same; each last withdrawal that is in doubt says so (`in_doubt`)."""
    gone = [each for each in happened if each.kind == "withdrawn"]
    if not gone:
        return list(happened)
    counties = {each.unit: each.county for each in gone}
    scope = Scope((), tuple(counties), tuple(counties.values()))
    unsure = {
        (row.kept.unit, year)
        for year in {each.year for each in gone if each.year is not None}
        for row in rows_of(s, scope, year, ("unknown",))
    }
    changes = events(s, scope, kinds=("withdrawn", "restored"))
    last = {(each.unit, each.year): each.id for each in changes}
    meant = {last[of] for of in unsure & last.keys()}
    return [
        each._replace(content=each.content | {"in_doubt": True}) if each.id in meant else each
        for each in happened
    ]
