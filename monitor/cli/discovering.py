"""`nianbao discover`: a county's columns of annual reports, found from any page of its portal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from nianbao.crawler.addresses import as_asked
from nianbao.crawler.client import Client
from nianbao.crawler.discovering.driving import Kept, kept_in
from nianbao.crawler.discovering.found import (
    MOST_ASKED,
    Column,
    Discovery,
    Doubtful,
    Older,
    Progress,
    Without,
)
from nianbao.crawler.discovering.hosts import SIGNS, HostProof
from nianbao.crawler.discovering.proposing import Proposal, path_of
from nianbao.crawler.hours import is_open
from nianbao.crawler.states import STATES
from nianbao.monitor.cli.bars import bar
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.discovering_hosts import look_at_hosts
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import one_of, reason, say
from nianbao.monitor.cli.places import COUNTIES, Config, settings_here
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.counties import CountyFileError, Here, here_of
from nianbao.monitor.searching import (
    Proposed,
    Wish,
    is_right,
    keep,
    may_be_written,
    proposed_of,
    searched,
    written,
)
from nianbao.storage.registry import ConfigError

BEIJING = timezone(timedelta(hours=8))


Named = Annotated[str, typer.Argument(metavar="[COUNTY]", help="繁峙县, 北京市朝阳区 or a code.")]
Address = Annotated[
    str,
    typer.Argument(
        metavar="[URL]", help="Its front page, its section of open information, or any column."
    ),
]
Write = Annotated[
    bool,
    typer.Option("--write", help="Change the file that stands; a copy of it stays beside it."),
]
HostIsRight = Annotated[
    bool,
    typer.Option("--host-is-right", help="The host is that county's: a person looked."),
]
Departments = Annotated[
    bool,
    typer.Option(
        "--departments",
        help="Also write the departments that publish there and are not in the file.",
    ),
]
Also = Annotated[
    list[str] | None,
    typer.Option("--also", help="Another host of the same portal. Several may be given."),
]
Anew = Annotated[
    bool,
    typer.Option("--anew", help="Forget what a search that was broken off has seen."),
]
Province = Annotated[
    str,
    typer.Option(
        "--province",
        help="A province or its code, such as 14: look whose the hosts of --hosts are.",
    ),
]
Hosts = Annotated[
    Path | None,
    typer.Option(
        "--hosts",
        help="A file of candidates, a host a line, maybe with the county that it should be.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, nothing else.")]


def discover(
    county: Named = "",
    url: Address = "",
    write: Write = False,
    host_is_right: HostIsRight = False,
    departments: Departments = False,
    also: Also = None,
    anew: Anew = False,
    province: Province = "",
    hosts: Hosts = None,
    as_json: AsJson = False,
    config: Config = COUNTIES,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also loopback and private addresses.")
    ] = False,
    pause: Annotated[
        float, typer.Option(help="Seconds between two requests; the county's delay if longer.")
    ] = 1.0,
) -> None:
    """Find the columns of annual reports of a county, its towns and departments, and write the
    county's file.

    Menus, trees and sub-sites are followed, at most 300 requests a run; one that is broken off
    goes on where it was. A column is written where a report of an earlier year proves it; what is
    in doubt is told with why. A host whose code, names and domain do not agree wants a person's
    word. With --province and --hosts: whose front pages some hosts are; what was seen is kept
    beside the list.
    """
    begun = time.monotonic()
    if province or hosts is not None:
        if hosts is None or not province:
            end(2, "--province 与 --hosts 须一起给出", "--province and --hosts go together")
        asking = Client(allow_private=allow_private, pause=pause, contact=settings_here().contact)
        look_at_hosts(province, hosts, asking, as_json=as_json, anew=anew)
        return
    if not county:
        end(2, "缺少县名和网址", "a county and an address are needed")
    address = as_asked(url if "://" in url else f"http://{url}")
    if not address:
        end(2, f"{url}：不是网址", f"{url}: no address")
    here = _here(county, config, tuple(also or ()))
    now = datetime.now(UTC)
    if not is_open(here.county, now):
        window = here.county.http.get("window")
        end(1, f"不在允许的时段（{window}）", f"outside its window ({window})")
    delay = max(pause, float(here.county.http.get("delay", 0.0)))
    client = Client(allow_private=allow_private, pause=delay, contact=settings_here().contact)
    kept = kept_in(here.kept, now)
    if anew:
        kept = Kept(here.kept, {})
        here.kept.unlink(missing_ok=True)
    wish, again = Wish(host_is_right, departments), bool(kept.answers)
    try:
        found = _searched(here, address, client, kept, now, wish)
        told = _written(here, found, wish, write=write)
        keep(kept, found, Proposed(told.proposal, told.text, told.changed), is_written=told.written)
    except OSError as error:
        end(1, f"{error.filename}: {reason(error)}")
    minutes = round((time.monotonic() - begun) / 60, 1)
    outcome = Outcome(here, found, told, client.count, minutes, wish, again)
    if as_json:
        echo(json.dumps(as_object(outcome), ensure_ascii=False, indent=1))
    else:
        _show(outcome)
    _end(outcome)


def _here(named: str, folder: Path, also: Sequence[str]) -> Here:
    """Ends the command where nobody knows the county, or a file is faulty."""
    try:
        return here_of(named, folder, also)
    except ConfigError as error:
        end(2, str(error))
    except CountyFileError as error:
        end(2, error.zh, error.en)


def _searched(
    here: Here, url: str, client: Client, kept: Kept, now: datetime, wish: Wish
) -> Discovery:
    """The search, with a live line on standard error where a person watches."""
    progress = Progress()
    with _line(progress, len(here.county.units)) as changed:
        return searched(here, url, client, kept, now, wish, progress, changed)


@contextmanager
def _line(progress: Progress, units: int) -> Iterator[Callable[[], None]]:
    """What tells how far a search is."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with bar() as moving:
        task = moving.add_task(say("查找", "Looking"), total=MOST_ASKED)

        def changed() -> None:
            zh = f"查找：{progress.columns} 个栏目，{progress.units}/{units} 个单位"
            en = f"Looking: {progress.columns} columns, {progress.units}/{units} units"
            moving.update(task, completed=progress.asked, description=say(zh, en))

        yield changed


# ---- the county's file


@dataclass(frozen=True)
class Written:
    """What became of the county's file."""

    proposal: Proposal
    text: str  # as it would be
    changed: bool
    written: bool = False
    backup: str = ""


def _written(here: Here, found: Discovery, wish: Wish, *, write: bool) -> Written:
    told = proposed_of(here, found, wish)
    wanted = write if here.stands else bool(found.columns)
    if not (wanted and may_be_written(found, told, wish)):
        return Written(told.proposal, told.text, told.changed)
    try:
        backup = written(here, told, datetime.now(BEIJING))
    except CountyFileError as error:
        end(1, error.zh, error.en)
    return Written(told.proposal, told.text, told.changed, True, backup)


# ---- what is told


@dataclass(frozen=True)
class Outcome:
    here: Here
    found: Discovery
    told: Written
    requests: int
    minutes: float
    wish: Wish
    again: bool = False  # what an earlier run saw was used

    @property
    def is_right(self) -> bool:
        return is_right(self.found, self.wish)


def as_object(outcome: Outcome) -> dict[str, Any]:
    found, told = outcome.found, outcome.told
    return {
        "county": outcome.here.county.county,
        "code": outcome.here.county.code,
        "host": _host_object(found.host) if found.host is not None else None,
        "confirmed": outcome.wish.certain,
        "state": found.seen.name,
        "said": one_of(found.said),
        "columns": [_column_object(column) for column in found.columns],
        "doubtful": [
            {
                "url": each.url,
                "unit": each.units[0] if len(each.units) == 1 else None,
                "units": list(each.units),
                "why": one_of(each.why),
            }
            for each in found.doubtful
        ],
        "older": [
            {"url": each.url, "units": list(each.units), "years": list(each.years)}
            for each in found.older
        ],
        "without": [_without_object(each) for each in found.without],
        "bodies": [each._asdict() for each in found.bodies],
        "moved": [{"url": each.url, "to": each.to or None} for each in told.proposal.moved],
        "new": [entry.url for entry in told.proposal.new],
        "changed": told.changed,
        "written": told.written,
        "file": str(outcome.here.file),
        "backup": told.backup or None,
        "yaml": told.text,
        "whole": found.ended,
        "requests": outcome.requests,
        "minutes": outcome.minutes,
    }


def _host_object(host: HostProof) -> dict[str, Any]:
    signs = [sign._asdict() for sign in host.signs]
    return {"name": host.host, "verdict": host.verdict, "signs": signs}


def _column_object(column: Column) -> dict[str, Any]:
    item = column.proof.item
    return {
        "url": column.url,
        "unit": column.unit or column.body or None,
        "listed": not column.body,
        "preset": column.preset,
        "expect": column.expect or None,
        "state": column.state.name,
        "units": list(column.units),
        "years": list(column.years),
        "proof": {"title": item.title, "url": item.url, "year": column.proof.year},
        "read": column.confirmed,
    }


def _without_object(each: Without) -> dict[str, Any]:
    tried = [{"url": one.url, "why": one_of(one.why)} for one in each.tried]
    return {"unit": each.unit, "tried": tried}


VERDICTS = {
    "proven": ("已证实", "proven"),
    "known": ("未证实，请人工确认", "not proven: a person must say so"),
    "contradicted": ("有矛盾，请人工确认", "its signs contradict: a person must say so"),
}
AGREES = {True: "✓", False: "✗", None: "—"}


def _show(outcome: Outcome) -> None:
    console, found = Screen(), outcome.found
    if found.host is not None:
        console.print(Text(_of_host(found.host, outcome.wish.certain), style="bold"))
    if found.said:
        console.print(Text(one_of(found.said), style="bold"))
    if found.columns:
        console.print(_table(found.columns))
    for doubtful in found.doubtful:
        console.print(Text(_of_doubtful(doubtful), style="yellow"))
    if found.doubtful:
        console.print(Text(say(*BY_HAND)))
    if found.older:
        console.print(Text(_of_older(found.older)))
    for each in found.without:
        console.print(Text(_of_unit(each), style="yellow"))
    if found.bodies:
        console.print(Text(_of_bodies(outcome)))
    _show_changes(console, outcome)
    zh = f"{outcome.requests} 次请求，{outcome.minutes} 分钟"
    console.print(say(zh, f"{outcome.requests} requests, {outcome.minutes} minutes"))
    if outcome.again:
        zh, en = "沿用了上次取得的网页", "pages that the last run saw were used"
        console.print(say(f"{zh}；加 --anew 重新查找", f"{en}; --anew looks again"))


def _of_host(host: HostProof, certain: bool) -> str:
    signs = [f"{say(*SIGNS[sign.name])} {AGREES[sign.agrees]} {sign.told}" for sign in host.signs]
    verdict = say(*VERDICTS[host.verdict])
    if certain and host.verdict != "proven":
        verdict = say("由人确认", "a person says so")
    return f"{host.host}: {verdict} [{'; '.join(sign.strip() for sign in signs)}]"


def _table(columns: Sequence[Column]) -> Table:
    table = Table(box=None, padding=(0, 1))
    heads = (("单位", "Unit"), ("栏目", "Column"), ("系统", "Family"), ("读取", "Look"))
    for zh, en in (*heads, ("年份", "Years"), ("凭据", "Proof")):
        table.add_column(say(zh, en), overflow="fold")
    for column in columns:
        many = say(f"{len(column.units)} 个单位", f"{len(column.units)} units")
        years = f"{column.years[-1]}–{column.years[0]}" if column.years else ""
        table.add_row(
            column.unit or column.body or many,
            path_of(column.url),
            column.preset,
            say(*STATES[column.state.name]),
            years,
            column.proof.item.title,
        )
    return table


BY_HAND = (
    "确认是哪个单位的栏目后，在县配置的 columns 下写一行：- {url: 网址, unit: 单位}",
    "where you know whose it is, write under columns of the file: - {url: ADDRESS, unit: UNIT}",
)


def _of_doubtful(each: Doubtful) -> str:
    whose = say("、", ", ").join(each.units)
    named = f"{whose}：" if each.units else ""
    zh = f"存疑，未写入：{each.url} （{named}{one_of(each.why)}）"
    named = f"{whose}: " if each.units else ""
    return say(zh, f"in doubt, not written: {each.url} ({named}{one_of(each.why)})")


def _of_older(older: Sequence[Older]) -> str:
    shown = say("；", "; ").join(
        f"{path_of(each.url)} {each.years[-1]}–{each.years[0]}" for each in older[:MOST_NAMED]
    )
    more = " …" if len(older) > MOST_NAMED else ""
    zh = f"{len(older)} 个旧栏目未写入，新的年报在其他栏目中：{shown}{more}"
    en = f"{len(older)} older columns are not written, newer reports stand in others: {shown}{more}"
    return say(zh, en)


def _of_unit(each: Without) -> str:
    tried = say("；", "; ").join(f"{path_of(one.url)} {one_of(one.why)}" for one in each.tried)
    return say(
        f"没有找到栏目：{each.unit}（试过 {tried}）", f"no column of {each.unit} (tried {tried})"
    )


def _of_bodies(outcome: Outcome) -> str:
    bodies = outcome.found.bodies
    names = say("、", ", ").join(each.name for each in bodies[:MOST_NAMED])
    more = " …" if len(bodies) > MOST_NAMED else ""
    zh = f"另有 {len(bodies)} 个单位也发布年报，不在名单中：{names}{more}"
    en = f"{len(bodies)} bodies that are not in the file publish there, too: {names}{more}; "
    return say(f"{zh}；加 --departments 一并写入", f"{en}--departments writes them")


MOST_NAMED = 12


def _show_changes(console: Screen, outcome: Outcome) -> None:
    told, here, found = outcome.told, outcome.here, outcome.found
    for moved in told.proposal.moved:
        to = moved.to or say("没有找到新址", "nothing was found instead")
        console.print(say(f"栏目不在了：{moved.url} → {to}", f"gone: {moved.url} → {to}"))
    if not found.ended:
        zh = f"本次 {MOST_ASKED} 次请求已用完，再执行一次即从此处继续"
        en = f"the {MOST_ASKED} requests of this run are used up: run it again to go on from here"
        console.print(Text(say(zh, en), style="yellow"))
    if told.written:
        console.print(say(f"已写入 {here.file}", f"written: {here.file}"))
        if told.backup:
            console.print(say(f"原文件留存为 {told.backup}", f"the old one is {told.backup}"))
        console.print(Text(_what_next(here.county.county), style="bold"))
    elif not told.changed and here.stands:
        console.print(say(f"{here.file} 无须改动", f"{here.file} stands as it is"))
    elif found.columns and not outcome.is_right:
        zh = "未写入：请先核对是不是该县的网站，确认后加 --host-is-right"
        en = "not written: look whether it is that county's portal, then add --host-is-right"
        console.print(Text(say(zh, en), style="bold"))
    elif found.columns:
        added = "\n".join(f"  + {entry.url}" for entry in told.proposal.new)
        zh, en = (
            f"{here.file} 未改动；加 --write 写入",
            f"{here.file} is as it was; --write adds",
        )
        console.print(say(f"{zh}：", f"{en}:") + f"\n{added}" * bool(added))
    elif not found.said:
        zh = "没有找到年报栏目；请用政府信息公开栏目的网址再试，或用 nianbao probe 逐页查看"
        en = "no column was found: try the address of 政府信息公开, or `nianbao probe` page by page"
        console.print(Text(say(zh, en), style="bold"))


def _what_next(county: str) -> str:
    """How to come to the first standings soonest."""
    due = datetime.now(BEIJING).year - 1
    sweep = f"nianbao sweep --county {county} --year {due}"
    shown = f"nianbao standing --county {county} --year {due}"
    return say(f"下一步：{sweep}，然后 {shown}", f"next: {sweep}, then {shown}")


def _end(outcome: Outcome) -> None:
    found = outcome.found
    if not found.columns:
        raise typer.Exit(4)
    if not outcome.is_right:
        raise typer.Exit(3)
    if found.without or not found.ended:
        raise typer.Exit(1)
