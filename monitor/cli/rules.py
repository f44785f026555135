"""`nianbao rules`: what is checked, and why."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from nianbao.monitor.cli.read import Language


def rules(
    rule: Annotated[str, typer.Argument(metavar="[ID]", help="One rule, such as F02.")] = "",
    explain: Annotated[
        str, typer.Option("--explain", metavar="ID", help="The same as giving the ID.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The catalogue as JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The page docs/rules.md.")] = False,
    lang: Annotated[
        Language, typer.Option(envvar="NIANBAO_LANG", help="Language of titles.")
    ] = Language.zh,
) -> None:
    """List the rules, or explain one: what the law or form says, its messages, an example.

    ● exact, may be an error · ◐ heuristic, at most a warning, worded as a question · ○ for people.
    """
    from dataclasses import asdict

    from nianbao.monitor.rules.catalogue import KINDS, catalogue
    from nianbao.monitor.rules.page import as_markdown

    wanted = (rule or explain).upper()
    if markdown:
        typer.echo(as_markdown(), nl=False)
        return
    if wanted and wanted not in catalogue():
        near = [known for known in catalogue() if known[0] == wanted[:1]]
        typer.echo(f"没有规则 {wanted} / there is no rule {wanted}. {' '.join(near)}", err=True)
        raise typer.Exit(2)
    if as_json:
        chosen = [asdict(told) for told in catalogue().values() if not wanted or told.id == wanted]
        typer.echo(json.dumps(chosen[0] if wanted else chosen, ensure_ascii=False, indent=1))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if wanted:
        told = catalogue()[wanted]
        console.print(
            Text(f"{told.id} {KINDS[told.kind]} {told.title_zh}  {told.title_en}", style="bold")
        )
        facts = Table.grid(padding=(0, 2))
        for name, text in (
            ("severity", told.severity),
            ("scope", told.scope),
            ("依据", told.law),
            ("zh", told.zh),
            ("en", told.en),
            ("例", told.example),
        ):
            if text:
                facts.add_row(Text(name, style="dim"), Text(text))
        console.print(facts)
        return
    table = Table(box=None, padding=(0, 1))
    for name in ("", "", "zh" if lang == Language.zh else "en", "severity", "scope"):
        table.add_column(name)
    for told in catalogue().values():
        title = told.title_zh if lang == Language.zh else told.title_en
        table.add_row(told.id, KINDS[told.kind], title, told.severity, told.scope)
    console.print(table)
