"""`nianbao rules`: what is checked, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.inputs import Language, Spoken, spoken
from nianbao.monitor.cli.lazy import load
from nianbao.monitor.cli.meant import AnyYear, AsOf, County
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.ledger.words import SEVERITIES
from nianbao.monitor.rules.catalogue import KINDS, Entry, catalogue
from nianbao.monitor.rules.page import as_markdown

SCOPES = {
    "report": "一份年报",
    "years": "历年年报",
    "county": "全县年报",
    "watch": "监测",
    "people": "人工核对",
}


def rules(
    rule: Annotated[str, typer.Argument(metavar="[ID]", help="One rule, such as F02.")] = "",
    explain: Annotated[
        str, typer.Option("--explain", metavar="ID", help="The same as giving the ID.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The catalogue as JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The page docs/rules.md.")] = False,
    rates: Annotated[
        bool,
        typer.Option(
            "--rates",
            help="Of what each rule found here, how much was waived, and why.",
        ),
    ] = False,
    year: AnyYear = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    lang: Spoken = None,
) -> None:
    """List the rules, or explain one: what the law or form says, its messages, an example.

    With --rates, what people decided on its findings: all that is stored, or what --county and
    --year name.

    ● exact, may be an error · ◐ heuristic, at most a warning, worded as a question · ○ for people.
    """
    wanted = (rule or explain).upper()
    if markdown:
        echo(as_markdown(), nl=False)
        return
    if wanted and wanted not in catalogue():
        near = [known for known in catalogue() if known[0] == wanted[:1]]
        end(
            2,
            f"没有规则 {wanted}。{' '.join(near)}",
            f"there is no rule {wanted}. {' '.join(near)}",
        )
    if rates:
        load("rates:tell_rates")(wanted, year, county, as_of, config, store, as_json=as_json)
        return
    chosen = [entry for entry in catalogue().values() if not wanted or entry.id == wanted]
    if as_json:
        printed: object = [asdict(entry) for entry in chosen]
        if wanted:
            printed = asdict(chosen[0])
        echo(json.dumps(printed, ensure_ascii=False, indent=1))
    elif wanted:
        _explain(chosen[0], spoken(lang))
    else:
        _list(chosen, spoken(lang))


def _explain(rule: Entry, lang: Language) -> None:
    console = Screen()
    title = f"{rule.id} {KINDS[rule.kind]} {lang.of(rule.title_zh, rule.title_en)}"
    console.print(Text(title, style="bold"))
    facts = Table.grid(padding=(0, 2))
    for name, text in (
        (lang.of("级别", "severity"), lang.of(SEVERITIES[rule.severity].zh, rule.severity)),
        (lang.of("范围", "scope"), lang.of(SCOPES[rule.scope], rule.scope)),
        (lang.of("依据", "law"), rule.law),
        (lang.of("提示语", "message"), lang.of(rule.zh, rule.en)),
        (lang.of("例", "example"), rule.example),
    ):
        if text:
            facts.add_row(Text(name, style="dim"), Text(text))
    console.print(facts)


def _list(rules: list[Entry], lang: Language) -> None:
    table = Table(box=None, padding=(0, 1))
    heads = (("规则", "Rule"), ("级别", "Severity"), ("范围", "Scope"))
    for name in ("", "", *(lang.of(*head) for head in heads)):
        table.add_column(name)
    for rule in rules:
        title = lang.of(rule.title_zh, rule.title_en)
        severity = lang.of(SEVERITIES[rule.severity].zh, rule.severity)
        scope = lang.of(SCOPES[rule.scope], rule.scope)
        table.add_row(rule.id, KINDS[rule.kind], title, severity, scope)
    Screen().print(table)
