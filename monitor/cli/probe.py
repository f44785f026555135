"""`nianbao probe`: what a list page is and would give."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nianbao.crawler.client import Client
from nianbao.crawler.listing.listed import Item
from nianbao.crawler.page_state import STATES
from nianbao.crawler.presets import presets
from nianbao.crawler.probe import Probe
from nianbao.crawler.probe import probe as look
from nianbao.monitor.cli.details import in_chinese
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.inputs import Language, Spoken, spoken
from nianbao.monitor.cli.language import one_of
from nianbao.monitor.cli.places import settings_here


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
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also loopback and private addresses.")
    ] = False,
    pause: Annotated[float, typer.Option(help="Seconds between two requests.")] = 1.0,
    lang: Spoken = None,
) -> None:
    """Look at a list page: its family, its items and dates over all its pages, and the YAML to
    paste.

    robots.txt is obeyed, nothing is guessed, and a page that can't be read says why.
    """
    if not url.startswith(("http://", "https://")):
        end(
            2,
            f"{url}：请写完整网址，如 http://www.example.gov.cn/…",
            f"{url}: a whole address is needed, such as http://www.example.gov.cn/…",
        )
    if preset and preset not in presets():
        known = ", ".join(presets())
        end(2, f"没有 {preset}；可用：{known}", f"there is no {preset}; known: {known}")
    probed = look(
        url,
        Client(allow_private=allow_private, pause=pause, contact=settings_here().contact),
        preset,
    )
    if as_json:
        print(json.dumps(as_object(probed), ensure_ascii=False, indent=1))
    else:
        _show(probed, spoken(lang))
    if not probed.listing.state.complete:
        raise typer.Exit(1)


def as_object(probed: Probe) -> dict[str, Any]:
    listing = probed.listing
    return {
        "preset": listing.preset or None,
        "state": listing.state.name,
        "items": [
            {"title": item.title, "url": item.url, "date": _day(item)} for item in listing.items
        ],
        "declared": listing.declared,
        "pages": list(listing.pages),
        "yaml": probed.yaml,
        "warnings": list(probed.warnings),
    }


def _day(item: Item) -> str | None:
    if item.date is None:
        return None
    return item.date.isoformat()


def _show(probed: Probe, lang: Language) -> None:
    console, listing = Console(highlight=False), probed.listing
    words = lang.of(*STATES[listing.state.name])
    detail = lang.of(in_chinese(listing.state.detail), listing.state.detail)
    console.print(Text(f"{words} {detail}  {listing.preset}", style="bold"))
    for name, signs in probed.ranked[:3]:
        console.print(Text(f"  {name}: {', '.join(signs)}", style="dim"))
    table = Table(box=None, padding=(0, 1))
    for item in listing.items[:40]:
        table.add_row(_day(item) or "—", item.title, Text(item.url, style="dim"))
    console.print(table)
    if len(listing.items) > 40:
        console.print(f"  … +{len(listing.items) - 40}")
    for warning in probed.warnings:
        console.print(Text(f"! {one_of(warning)}", style="yellow"))
    console.print(probed.yaml, markup=False)
