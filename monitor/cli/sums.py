"""`nianbao sum`: all units' tables added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from nianbao.monitor.cli.asking import Year, due_year
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.places import DATABASE, Store
from nianbao.monitor.paper.county_sum import CountySum, Difference, county_sum, workbook
from nianbao.monitor.paper.county_sum import against as compare
from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.parser import ReadError, read, to_json
from nianbao.parser.forms import form_of_year
from nianbao.storage.facts import UnitFacts, unit_facts
from nianbao.storage.queries import reports
from nianbao.storage.store import looking, open_store
from nianbao.storage.units import is_there


def sum_up(
    county: Annotated[str, typer.Argument(help="The county's name or code.")],
    year: Year = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The .xlsx to write.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="The county's own report, to check against the sum.")
    ] = None,
    form: Annotated[str, typer.Option(help="The form whose tables are added: 2021 or 2019.")] = "",
    store: Store = DATABASE,
) -> None:
    """Add up the tables of all units of a county, with the list of units that the sum rests on."""
    year = year or due_year()
    of_year = form_of_year(year)
    if not form and of_year is None:
        end(2, f"{year} 年没有统一表格 / no statutory form in that year")
    known = _known_of(store, county, year)
    if not known.units:
        end(2, f"没有 {county} / no such county, or it was never looked at")
    if of_year is not None:
        form = form or of_year.id
    total = county_sum(known.contents, known.units, form)
    own = known.own
    if against is not None:
        try:
            own = to_json(read(against.read_bytes()))
        except (OSError, ReadError) as error:
            end(2, f"{against}：{error}")
    differences: list[Difference] = []
    if own is not None:
        differences = list(compare(own, total))
    target = output or Path(f"{county}{year}年度年报汇总.xlsx")
    target.write_bytes(workbook(f"{county}{year}年度", total, differences))
    _tell(target, total, differences, compared=own is not None)
    if differences:
        raise typer.Exit(4)


class Known(NamedTuple):
    """What is known of a county's year."""

    units: Sequence[str]
    contents: Mapping[str, dict[str, Any]]  # each unit's report
    own: Mapping[str, Any] | None  # the county's own report


def _known_of(store: str, county: str, year: int) -> Known:
    with looking(open_store(store)) as s:
        there = unit_facts(s, year, (county,))
        codes = {facts.county: facts.county_name for facts in there}
        if len(codes) > 1:
            named = "、".join(f"{name}（{code}）" for code, name in codes.items())
            end(2, f"{county} 有 {len(codes)} 个，请用代码：{named} / several, use the code")
        units = [facts.name for facts in there if facts.kind != "county" and _is_due(facts, year)]
        kept = list(reports(s, year, (county,)))
    contents = {report.name: report.content for report in kept if report.name in units}
    own = next((report.content for report in kept if report.kind == "county"), None)
    return Known(units, contents, own)


def _is_due(facts: UnitFacts, year: int) -> bool:
    if facts.versions:
        return True
    return is_there(facts.since, facts.until, year) and not facts.exempt


def _tell(
    target: Path, total: CountySum, differences: Sequence[Difference], *, compared: bool
) -> None:
    unsure = sum(not cell.sure for cell in total.sums.values())
    used, unused = len(total.units), len(total.others)
    typer.echo(f"{target}：计入 {used} 个单位，未计入 {unused} 个，合计不完整 {unsure} 格")
    if total.others:
        typer.echo(f"未计入：{'、'.join(total.others)}", err=True)
        if compared:
            typer.echo(
                "单位不全，不与县级年报核对"
                " / units are missing, so the county's report is not held against it",
                err=True,
            )
    for difference in differences:
        own, units = difference.county, difference.sum.number
        typer.echo(f"{cell_zh(difference.cell)}：县级年报 {own}，各单位合计 {units}", err=True)
