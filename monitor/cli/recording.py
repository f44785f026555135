"""`nianbao record`: a portal's answers as a case that is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from nianbao.crawler.reading import Reader
from nianbao.monitor.cli.asking import Year, asking
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import one_of, reason, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, EVIDENCE, Archive, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.ledger.scope import ScopeError, one_county
from nianbao.monitor.recorded.case import CASE, Case, CaseError, read_case, write_case
from nianbao.monitor.recorded.packing import pack
from nianbao.monitor.recorded.playing import differing, play
from nianbao.monitor.standing import BEIJING
from nianbao.storage.evidence import Evidence, EvidenceError


def record(
    county: Annotated[str, typer.Argument(metavar="[COUNTY]", help="Whose portal.")] = "",
    out: Annotated[
        Path | None, typer.Argument(metavar="[OUT]", help="The folder to write, new or empty.")
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", help="Try a recording instead, or all that a folder holds."),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="Only sweeps from this day on.")
    ] = "",
    year: Year = None,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """Pack what a county's portal answered, as it is archived, into a folder that can be tried
    again without a network, with what was told of its units, reports and columns.

    Personal data is masked, bodies over 2 MB and files that hold personal data are left out.
    --replay tries recordings against this version and tells what it would tell otherwise.
    """
    if replay is not None:
        _try(replay)
        return
    if not county or out is None:
        zh = "请写县名和要写的文件夹，或用 --replay"
        end(2, zh, "name a county and the folder to write, or use --replay")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        end(2, f"{out} 不是空文件夹", f"{out} is no empty folder")
    with asking(store, config, county, year, files_needed=True) as asked, Reader() as reader:
        try:
            code = one_county(asked.scope, asked.registry, asked.s, county)
        except ScopeError as error:
            end(2, error.zh, error.en)
        entry = asked.registry.county(code)
        if entry is None:
            end(2, f"{county} 没有配置文件", f"there is no file of {county}")
        archive, first = Evidence(evidence), _day(since)
        try:
            case = pack(asked.s, archive, entry, asked.registry, asked.year, reader, first)
            write_case(case, out)
        except (CaseError, EvidenceError) as error:
            end(1, str(error))
        except OSError as error:
            end(1, f"{out}: {reason(error)}")
    _tell(case, out)


def _day(said: str) -> datetime | None:
    if not said:
        return None
    try:
        return datetime.combine(date.fromisoformat(said), time(), BEIJING)
    except ValueError:
        end(2, f"{said}：日期应写作 YYYY-MM-DD", f"{said}: not a date, say YYYY-MM-DD")


def _tell(case: Case, out: Path) -> None:
    for url, why in case.left_out.items():
        tell(f"未收入：{url}（{one_of(why)}）", f"left out: {url} ({one_of(why)})")
    for told in case.not_held:
        tell(f"录像不能印证：{one_of(told)}", f"not borne out: {one_of(told)}")
    sweeps, units, reports = len(case.steps), len(case.standings), len(case.reports)
    echo(
        say(
            f"{out}：巡检 {sweeps} 次，单位 {units} 个，年报 {reports} 份",
            f"{out}: {sweeps} sweeps, {units} units, {reports} reports",
        )
    )


# ---- tried again


def _try(folder: Path) -> None:
    count = wrong = 0
    for place in _cases_in(folder):
        try:
            case = read_case(place)
            found = differing(case, play(case))
        except CaseError as error:
            end(2, str(error))
        count += 1
        wrong += bool(found)
        for differs in found:
            tell(f"{place.name}：{differs.zh}", f"{place.name}: {differs.en}")
        echo(_said(case, len(found)))
    echo(say(f"{count} 个录像，不同 {wrong} 个", f"{count} recordings, {wrong} differ"))
    if wrong:
        raise typer.Exit(1)


def _said(case: Case, found: int) -> str:
    if found:
        return say(f"{case.name}：{found} 处不同", f"{case.name}: {found} differences")
    return say(f"{case.name}：一致", f"{case.name}: the same")


def _cases_in(folder: Path) -> Iterator[Path]:
    if (folder / CASE).is_file():
        yield folder
        return
    places = sorted(file.parent for file in folder.glob(f"*/{CASE}"))
    if not places:
        end(2, f"{folder} 中没有录像", f"there is no recording in {folder}")
    yield from places
