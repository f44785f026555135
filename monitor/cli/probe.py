"""`nianbao probe`: what a list page is and would give."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from nianbao.monitor.cli.read import Language


def probe(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The list page (栏目) where annual reports appear.")
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
    lang: Annotated[
        Language, typer.Option(envvar="NIANBAO_LANG", help="Language of messages.")
    ] = Language.zh,
) -> None:
    """Look at a list page: its family, its items and dates over all its pages, and the YAML to paste.

    robots.txt is obeyed, nothing is guessed, and a page that can't be read says why.
    Exit codes: 0 read, 1 not read or only in part, 2 wrong use.
    """
    from nianbao.crawler.client import Client
    from nianbao.crawler.page_state import STATES
    from nianbao.crawler.presets import presets
    from nianbao.crawler.probe import probe as look

    if not url.startswith(("http://", "https://")):
        typer.echo(
            f"{url}：请写完整网址，如 http://www.example.gov.cn/… / a whole address is needed",
            err=True,
        )
        raise typer.Exit(2)
    if preset and preset not in presets():
        typer.echo(f"没有 {preset}；可用 / known: {', '.join(presets())}", err=True)
        raise typer.Exit(2)
    found = look(url, Client(allow_private=allow_private, pause=pause), preset)
    listing = found.listing
    if as_json:
        items = [
            {
                "title": item.title,
                "url": item.url,
                "date": item.date.isoformat() if item.date else None,
            }
            for item in listing.items
        ]
        result = {
            "preset": listing.preset or None,
            "state": listing.state.name,
            "items": items,
            "declared": listing.declared,
            "pages": list(listing.pages),
            "yaml": found.yaml,
            "warnings": list(found.warnings),
        }
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        console = Console(highlight=False)
        words = STATES[listing.state.name][0 if lang == Language.zh else 1]
        console.print(Text(f"{words} {listing.state.detail}  {listing.preset}", style="bold"))
        for name, signs in found.ranked[:3]:
            console.print(Text(f"  {name}: {', '.join(signs)}", style="dim"))
        table = Table(box=None, padding=(0, 1))
        for item in listing.items[:40]:
            table.add_row(
                item.date.isoformat() if item.date else "—", item.title, Text(item.url, style="dim")
            )
        console.print(table)
        if len(listing.items) > 40:
            console.print(f"  … +{len(listing.items) - 40}")
        for warning in found.warnings:
            console.print(Text(f"! {warning}", style="yellow"))
        console.print(found.yaml, markup=False)
    if not listing.state.complete:
        raise typer.Exit(1)
