"""`nianbao sum`: all units' tables added up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.asking import Year, asking
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.lazy import load
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.ledger.scope import ScopeError, one_county
from nianbao.monitor.paper.county_sum import (
    CountySum,
    Difference,
    county_sum,
    unbalanced,
    workbook,
)
from nianbao.monitor.paper.county_sum import against as compare
from nianbao.monitor.paper.summed import DROPPED, Known, known_for_sum
from nianbao.monitor.rules.cell_names import cell_en, cell_zh, cells_en, cells_zh
from nianbao.parser.forms import form_of_year


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
    config: Config = COUNTIES,
    store: Store = DATABASE,
) -> None:
    """Add up the tables of all units of a county, with the list of units that the sum rests on."""
    with asking(store, config, county, year) as asked:
        of_year = form_of_year(asked.year)
        if of_year is None and not form:
            end(2, f"{asked.year} 年没有统一表格", f"no statutory form in {asked.year}")
        try:
            code = one_county(asked.scope, asked.registry, asked.s, county)
        except ScopeError as error:
            end(2, error.zh, error.en)
        known = known_for_sum(asked.s, code, asked.names[code], asked.year, asked.now)
    if not known.units:
        end(2, f"{known.name}还没有巡检过", f"{known.name} was never looked at")
    if of_year is not None:
        form = form or of_year.id
    total = county_sum(known.contents, [*known.units, *known.left], form)
    own = known.own
    if against is not None:
        own = load("own_report:content_of")(against)  # who gives no file waits for no reader
    differences = list(compare(own, total)) if own is not None else []
    target = output or Path(f"{known.name}{asked.year}年度年报汇总.xlsx")
    title = f"{known.name}{asked.year}年度"
    write_whole(target, workbook(title, total, differences, *known.notes))
    _tell(target, total, differences, known, compared=own is not None)
    if differences:
        raise typer.Exit(4)


def _tell(
    target: Path,
    total: CountySum,
    differences: Sequence[Difference],
    known: Known,
    *,
    compared: bool,
) -> None:
    unsure = sum(not cell.sure for cell in total.sums.values())
    used, unused = len(total.units), len(total.others)
    echo(
        say(
            f"{target}：计入 {used} 个单位，未计入 {unused} 个，合计不完整 {unsure} 格",
            f"{target}: {used} units in it, {unused} not, {unsure} sums not whole",
        )
    )
    if total.others:
        zh, en = "、".join(total.others), ", ".join(total.others)
        tell(f"未计入：{zh}", f"not in it: {en}")
        for unit, why in known.left.items():
            en = "it is not in the file" if why == DROPPED else "nothing was due of it"
            tell(f"{unit}：{why}", f"{unit}: its report was read and is not in it: {en}")
        if compared:
            tell(
                "单位不全，不与县级年报核对",
                "units are missing, so the county's report is not held against it",
            )
    by_people = [f"{unit}（{who}）" for unit, who in known.brought.items() if unit in total.units]
    if by_people:
        tell(f"人工提供的年报：{'、'.join(by_people)}", f"brought by hand: {', '.join(by_people)}")
    gone = [unit for unit in total.units if unit in known.gone]
    if gone:
        zh, en = "、".join(gone), ", ".join(gone)
        tell(f"年报已撤下、仍计入的单位：{zh}", f"withdrawn, and still in it: {en}")
    faulty = [unit for unit in total.units if unit in known.wrong]
    if faulty:
        zh, en = "、".join(faulty), ", ".join(faulty)
        tell(f"年报有误、请先核对的单位：{zh}", f"reports with errors: {en}")
    off = unbalanced(total)
    if off:
        zh, en = cells_zh(tuple(sorted(off)), 6), cells_en(tuple(sorted(off)), 6)
        tell(f"合计不平衡 {len(off)} 格：{zh}", f"{len(off)} sums do not balance: {en}")
    for difference in differences:
        cell, own, units = difference.cell, difference.county, difference.sum.number
        tell(
            f"{cell_zh(cell)}：县级年报 {own}，各单位合计 {units}",
            f"{cell_en(cell)}: {own} in the county's report, {units} in all units' together",
        )
