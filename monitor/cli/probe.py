"""`nianbao probe`: what a list page is and would give."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from nianbao.crawler.addresses import as_asked, host_of
from nianbao.crawler.client import Client
from nianbao.crawler.likeness import Taken
from nianbao.crawler.listing.listed import Item
from nianbao.crawler.presets import presets
from nianbao.crawler.probe import Probe
from nianbao.crawler.probe import probe as look
from nianbao.crawler.states import STATES
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.inputs import Language, Spoken, spoken
from nianbao.monitor.cli.language import one_of
from nianbao.monitor.cli.places import COUNTIES, Config, settings_here
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.ledger.details import in_chinese
from nianbao.storage.kinds import PageKind
from nianbao.storage.registry import ConfigError, UnitEntry, load_counties

PATIENCE = 1800.0  # seconds for all pages of a list


def probe(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The list page where annual reports appear.")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help='{"preset","items","yaml","warnings"}, nothing else.')
    ] = False,
    preset: Annotated[
        str, typer.Option(help="Read it as this family instead of finding out.")
    ] = "",
    config: Config = COUNTIES,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also loopback and private addresses.")
    ] = False,
    pause: Annotated[float, typer.Option(help="Seconds between two requests.")] = 1.0,
    lang: Spoken = None,
) -> None:
    """Look at a list page: its family, its entries over all its pages with the unit and year that
    each would be taken for, and the YAML to paste.

    robots.txt is obeyed, nothing is guessed. A page that can't be read says why; one that is no
    list of annual reports is called what it is, with what to try instead.
    """
    address = as_asked(url)
    if not address:
        end(
            2,
            f"{url}：请写完整网址，如 http://www.example.gov.cn/…",
            f"{url}: a whole address is needed, such as http://www.example.gov.cn/…",
        )
    if preset and preset not in presets():
        known = ", ".join(presets())
        end(2, f"没有 {preset}；可用：{known}", f"there is no {preset}; known: {known}")
    client = Client(
        allow_private=allow_private,
        pause=pause,
        contact=settings_here().contact,
        seconds_in_all=PATIENCE,
    )
    probed = look(address, client, preset, _units_at(address, config))
    if as_json:
        echo(json.dumps(as_object(probed), ensure_ascii=False, indent=1))
    else:
        _show(probed, spoken(lang))
    if probed.likeness.name and not probed.likeness.is_column:
        raise typer.Exit(4)
    if not probed.listing.state.complete:
        raise typer.Exit(1)


def _units_at(url: str, folder: Path) -> Sequence[UnitEntry]:
    """The units of the county whose portal it is, where there is a file of it."""
    try:
        counties = load_counties(folder) if folder.is_dir() else []
    except ConfigError:
        return ()
    for county in counties:
        pages = (f"http://{host}" for host in (county.host, *county.allow) if host)
        columns = (column.url for column in county.columns)
        if host_of(url) in {host_of(page) for page in (*pages, *columns)}:
            return county.units
    return ()


def as_object(probed: Probe) -> dict[str, Any]:
    listing = probed.listing
    return {
        "preset": listing.preset or None,
        "state": listing.state.name,
        "page": probed.likeness.name or None,
        "items": [_entry(taken) for taken in probed.taken],
        "declared": listing.declared,
        "pages": list(listing.pages),
        "yaml": probed.yaml,
        "warnings": list(probed.warnings),
        "advice": list(probed.likeness.advice),
    }


def _entry(taken: Taken) -> dict[str, Any]:
    return {
        "title": taken.item.title,
        "url": taken.item.url,
        "date": _day(taken.item),
        "kind": taken.kind,
        "unit": taken.unit or None,
        "year": taken.year,
        "doubt": taken.doubt,
    }


def _day(item: Item) -> str | None:
    if item.date is None:
        return None
    return item.date.isoformat()


def _show(probed: Probe, lang: Language) -> None:
    console, listing = Screen(), probed.listing
    words = lang.of(*STATES[listing.state.name])
    detail = lang.of(in_chinese(listing.state.detail), listing.state.detail)
    console.print(Text(f"{words} {detail}  {listing.preset}", style="bold"))
    for name, signs in probed.ranked[:3]:
        console.print(Text(f"  {name}: {', '.join(signs)}", style="dim"))
    console.print(_entries(probed, lang, wide=console.width >= WIDE))
    if len(listing.items) > SHOWN:
        console.print(f"  … +{len(listing.items) - SHOWN}")
    for warning in probed.warnings:
        console.print(Text(f"! {one_of(warning)}", style="yellow"))
    likeness = probed.likeness
    if likeness.said:
        console.print(Text(one_of(likeness.said), style="bold"))
    for advice in likeness.advice:
        console.print(Text(f"→ {one_of(advice)}"))
    if probed.yaml:
        console.print(probed.yaml)


SHOWN = 40
WIDE = 140  # characters in a line, from which addresses are shown
KINDS: Mapping[PageKind, tuple[str, str]] = {
    "interpretation": ("解读", "an interpretation"),
    "notice": ("通知", "a notice"),
    "system": ("制度", "rules"),
    "work_report": ("政府工作报告", "a work report"),
    "rule_of_law": ("法治政府报告", "rule of law"),
    "website_statement": ("网站报表", "a website's statement"),
    "budget": ("预决算", "a budget"),
    "other_openness": ("党务、村务等公开", "openness of the party or a village"),
    "other": ("其他", "another page"),
}


def _entries(probed: Probe, lang: Language, *, wide: bool) -> Table:
    """Each entry with what it would be taken for; what is none stands out."""
    table = Table(box=None, padding=(0, 1), show_header=bool(probed.taken))
    table.add_column(lang.of("日期", "Date"), no_wrap=True)
    table.add_column(lang.of("认作", "Taken for"), max_width=26)
    table.add_column(lang.of("标题", "Title"), ratio=1)
    if wide:
        table.add_column(lang.of("网址", "Address"), style="dim")
    for taken in probed.taken[:SHOWN]:
        style = "" if taken.kind == "report" else "dim"
        title = Text(taken.item.title, style=style)
        row: list[str | Text] = [_day(taken.item) or "—", _taken(taken, lang), title]
        if wide:
            row.append(Text(taken.item.url))
        table.add_row(*row)
    return table


def _taken(taken: Taken, lang: Language) -> str:
    if taken.kind in KINDS:
        return lang.of("不是年报：", "no report: ") + lang.of(*KINDS[taken.kind])
    unit = taken.unit or lang.of("单位不明", "unit unknown")
    return f"{unit} {taken.year or lang.of('年份不明', 'year unknown')}"
