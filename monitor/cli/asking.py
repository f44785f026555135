"""What a question may name: the year, counties, a day, a unit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from nianbao.monitor.cli.exits import end
from nianbao.monitor.standing import BEIJING
from nianbao.storage.models import Unit
from nianbao.storage.units import units_named

Year = Annotated[
    int | None,
    typer.Option(min=2008, max=2099, help="The report's year; last year where none is given."),
]
AnyYear = Annotated[int | None, typer.Option(min=2008, max=2099, help="Only of this year.")]
County = Annotated[
    list[str] | None,
    typer.Option(
        "--county",
        "--region",
        help=(
            "Only these counties, by name or code; 14 is a province, 1409 a city. "
            "May be given several times."
        ),
    ),
]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="As it was known at the end of a day.")
]


def due_year() -> int:
    return datetime.now(BEIJING).year - 1


def moment_of(as_of: str) -> datetime:
    """The end of a day; now where no day is named."""
    if not as_of:
        return datetime.now(UTC)
    try:
        next_day = date.fromisoformat(as_of) + timedelta(days=1)
    except ValueError:
        end(2, f"{as_of}：日期应写作 YYYY-MM-DD / not a date")
    return datetime.combine(next_day, datetime.min.time(), BEIJING) - timedelta(seconds=1)


def one_unit(s: Session, named: str) -> tuple[Unit, str]:
    """The unit of a name or code, with its county's name; ends the command where there is none,
    or are several.
    """
    known = units_named(s, named)
    if not known:
        end(2, f"没有 {named} / no such unit")
    if len(known) > 1:
        several = "、".join(f"{county}{unit.name}（{unit.id}）" for unit, county in known)
        end(2, f"{named} 有 {len(known)} 个，请用代码：{several} / several, use the code")
    return known[0]


def minute(moment: datetime) -> str:
    """In Beijing, to the minute, as ISO 8601 writes it."""
    return moment.astimezone(BEIJING).isoformat(timespec="minutes")


def for_eyes(moment: str) -> str:
    """The same without the zone."""
    return moment[:16].replace("T", " ")
