"""`nianbao find`: where a text stands in the archived reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Annotated, Any

import typer

from nianbao.monitor.cli.asking import AnyYear, Asked, County, asking
from nianbao.monitor.cli.exits import tell
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.tables import Form, Format, Output, stream
from nianbao.monitor.ledger.there import There, there_of
from nianbao.storage.queries import Passages, passages

FOUND = (
    *("county", "unit", "code", "year", "passage", "url", "evidence"),
    *("state", "since", "version", "replaced"),
)


def find(
    text: Annotated[
        str, typer.Argument(help="What to look for in the prose of the archived reports.")
    ],
    year: AnyYear = None,
    county: County = None,
    limit: Annotated[int, typer.Option(min=0, help="No more places than these; 0: all.")] = 0,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Search the prose of all archived reports."""
    heads = (
        *(say("县", "County"), say("单位", "Unit"), say("年度", "Year")),
        *(say("原文", "Text"), say("现状", "Now")),
    )
    with asking(store, config, county) as asked:
        places = islice(_places(asked, text, year), limit or None)
        count = stream(places, FOUND, format, output, heads=heads, shown=_shown, summary=_summary)
    if not count:
        raise typer.Exit(1)
    if count == limit > 0:
        tell(f"只列出前 {limit} 处", f"only the first {limit}")


def _summary(count: int) -> str:
    return say(f"共 {count} 处", f"{count} places")


def _places(asked: Asked, text: str, year: int | None) -> Iterator[dict[str, Any]]:
    """Each place where a text stands, as it is found."""
    bare = "".join(text.split())
    for report in passages(asked.s, asked.scope, text, year):
        for line in report.lines:
            if bare in line:
                there = there_of(report.gone, report.number, report.seen)
                yield _row(report, _around(line, bare), asked.names[report.unit.county], there)


def _around(line: str, bare: str) -> str:
    """A text with some words before and behind it."""
    at = line.index(bare)
    return line[max(0, at - 30) : at + len(bare) + 40]


def _row(report: Passages, passage: str, county: str, there: There) -> dict[str, Any]:
    return {
        "county": county,
        "unit": report.unit.name,
        "code": report.unit.id,
        "year": report.year,
        "passage": passage,
        "url": report.url,
        "evidence": report.document,
        **there.row(),
    }


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    now = There(row["state"], day_of(row["since"]), row["version"], day_of(row["replaced"]))
    return row["county"], row["unit"], str(row["year"]), row["passage"], now.said(current())


def day_of(said: str | None) -> date | None:
    return date.fromisoformat(said) if said is not None else None
