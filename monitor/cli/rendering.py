"""A report on the terminal: its tables as the form prints them, and what was found around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nianbao.monitor.cli.inputs import Language
from nianbao.monitor.ledger.details import in_chinese
from nianbao.parser.fill import Value
from nianbao.parser.forms import Form, Label, form_named
from nianbao.parser.private import masked
from nianbao.parser.report import Report

WORDS = {
    "unit": ("单位", "unit"),
    "year": ("年度", "year"),
    "form": ("表格版本", "form"),
    "signed": ("落款日期", "signed"),
    "period": ("统计期限", "period"),
    "sections": ("章节", "sections"),
    "claims": ("正文数据", "numbers in the prose"),
    "notes": ("说明", "notes"),
    "unreadable": ("无法确定的单元格", "cells that can't be read for sure"),
    "blank": ("空白", "blank"),
    "none": ("—", "—"),
    "absent": ("无此行", "not there"),
    "read": ("读取", "read"),
    "cells": ("个单元格", "cells"),
    "no_table": ("没有这张表", "this table is not in the report"),
    "key": ("单元格", "cell"),
    "value": ("数值", "value"),
    "where": ("位置", "where"),
    "raw": ("原文", "as printed"),
    "place": (
        "第{page}页 表{table} 行{row} 列{column}",
        "page {page} table {table} row {row} column {column}",
    ),
    "line": ("第{line}行 第{column}栏", "line {line} field {column}"),
}


LOOK: dict[str, Any] = {
    "title_justify": "left",
    "title_style": "bold",
    "box": SIMPLE_HEAD,
    "padding": (0, 1, 0, 0),
}


def render(
    report: Report, console: Console, *, name: str, full: bool, where: bool, lang: Language
) -> None:
    """Print a report: one line, or everything."""

    def word(key: str) -> str:
        return lang.of(*WORDS[key])

    if not full:
        console.print(_summary(report, name, word), soft_wrap=True)
        return
    console.print(Text(masked(report.title or name), style="bold"))
    console.print(_facts(report, word))
    for key in ("proactive", "requests", "disputes"):
        if key not in report.table_forms:
            console.print(Text(f"{_heading(key)}: {word('no_table')}", style="dim"))
        for table in tables_of(report, key):
            console.print(table)
    _print_rest(console, report, word, lang)
    if where:
        console.print(_places(report.cells, word))


def tables_of(report: Report, key: str, marks: Mapping[str, str] | None = None) -> list[Table]:
    """One table of the form. `marks` are cells to stand out, with the number that they should
    probably have.
    """
    if key not in report.table_forms:
        return []
    build = {"proactive": _proactive, "requests": _requests, "disputes": _disputes}[key]
    return build(report, form_named(report.table_forms[key]), marks or {})


def _summary(report: Report, name: str, word: Callable[[str], str]) -> Text:
    read = sum(value.state != "unreadable" for value in report.cells.values())
    doubtful = len(report.cells) - read
    line = Text(f"{name}: {report.county or ''}{report.unit} {report.year or '?'} ")
    line.append(f"[{report.form or '?'}] {read} {word('cells')}")
    if doubtful:
        line.append(f", {doubtful} {word('unreadable')}", style="red")
    return line


def _facts(report: Report, word: Callable[[str], str]) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(no_wrap=True)
    facts.add_column(overflow="fold")
    none = word("none")
    rows = {
        "unit": f"{report.county or ''}{report.unit}",
        "year": str(report.year or none),
        "form": _forms(report) or none,
        "period": _period(report) or none,
        "signed": _signed(report) or none,
        "sections": " · ".join(report.sections) or none,
    }
    for key, text in rows.items():
        facts.add_row(Text(word(key), style="dim"), Text(text))
    return facts


def _forms(report: Report) -> str:
    """The form; of a mixed report that of each table, too."""
    if len(set(report.table_forms.values())) < 2:
        return report.form or ""
    tables = [f"{_heading(table)} {form}" for table, form in report.table_forms.items()]
    return f"{report.form or '—'} ({', '.join(tables)})"


def _period(report: Report) -> str:
    if report.period:
        return " – ".join(day.isoformat() for day in report.period)
    return report.period_raw


def _signed(report: Report) -> str:
    if report.signed:
        return report.signed.isoformat()
    return report.signed_raw


def _heading(table: str) -> str:
    return {"proactive": "二、主动公开", "requests": "三、申请", "disputes": "四、复议诉讼"}[table]


def _proactive(report: Report, form: Form, marks: Mapping[str, str]) -> list[Table]:
    tables = []
    for clause in form.proactive:
        table = Table(title=clause.clause, **LOOK)
        table.add_column("信息内容", min_width=20)
        for column in clause.columns:
            table.add_column(column.label, justify="right", min_width=12)
        for row in clause.rows:
            keys = [f"proactive.{row.key}.{column.key}" for column in clause.columns]
            table.add_row(row.label, *_cells(report, keys, marks))
        tables.append(table)
    return tables


def _requests(report: Report, form: Form, marks: Mapping[str, str]) -> list[Table]:
    table = Table(title=f"{form.sections[2].number}、{form.sections[2].label}", **LOOK)
    table.add_column("", overflow="fold")
    for column in form.request_columns:
        table.add_column(
            _narrow(column.label), justify="right", min_width=6, max_width=9, no_wrap=True
        )
    previous = ""
    for row in form.request_rows:
        if row.group and row.group != previous:
            if previous == "" or row.group != OUTCOMES:
                table.add_row(Text(f"{_group_number(form, row.group)}{row.group}", style="dim"))
            previous = row.group
        label = f"{_indent(row)}{_numbered(row.number)}{row.label}"
        keys = [f"requests.{row.key}.{column.key}" for column in form.request_columns]
        table.add_row(label, *_cells(report, keys, marks))
    return [table]


OUTCOMES = "本年度办理结果"


def _group_number(form: Form, label: str) -> str:
    for group in form.request_groups:
        if group.label == label:
            return _numbered(group.number)
    return ""


def _numbered(number: str) -> str:
    """As the form prints it: 一、 but （一）."""
    if len(number) == 1:
        return f"{number}、"
    return number


def _indent(row: Label) -> str:
    if not row.group:
        return ""
    if row.group == OUTCOMES:
        return " "
    return "  "


def _disputes(report: Report, form: Form, marks: Mapping[str, str]) -> list[Table]:
    table = Table(title=f"{form.sections[3].number}、{form.sections[3].label}", **LOOK)
    table.add_column("", min_width=20)
    for column in form.dispute_columns:
        table.add_column(
            _narrow(column.label), justify="right", min_width=6, max_width=9, no_wrap=True
        )
    for group in form.dispute_groups:
        label = group.label
        if group.group:
            label = f"{group.group}·{label}"
        keys = [f"disputes.{group.key}.{column.key}" for column in form.dispute_columns]
        table.add_row(label, *_cells(report, keys, marks))
    return [table]


def _narrow(label: str) -> str:
    """A column label on two lines, as the form prints it."""
    if len(label) <= 3:
        return label
    half = (len(label) + 1) // 2
    return f"{label[:half]}\n{label[half:]}"


def _cells(report: Report, keys: list[str], marks: Mapping[str, str]) -> Iterator[Text]:
    for key in keys:
        shown = _cell(report.cells.get(key))
        if key in marks:
            text = shown.plain
            if marks[key]:
                text = f"{text}→{marks[key]}"
            shown = Text(text, style="bold white on red")
        yield shown


def _cell(value: Value | None) -> Text:
    if value is None:
        return Text("·", style="dim")
    if value.state == "blank":
        return Text(value.raw.strip() or "␣", style="yellow")
    if value.state == "unreadable":
        return Text("?", style="bold red")
    return Text(_printed(value.number))


def _printed(number: int | Decimal | None) -> str:
    if isinstance(number, Decimal):
        return f"{number:f}"
    return str(number)


def _print_rest(
    console: Console, report: Report, word: Callable[[str], str], lang: Language
) -> None:
    if report.claims:
        console.print(Text(word("claims"), style="bold"))
        for claim in report.claims:
            line = Text.assemble("  ", (claim.kind, "cyan"), f" = {claim.value}  ")
            console.print(line.append(masked(claim.sentence)[:70], style="dim"))
    doubtful = [(key, value) for key, value in report.cells.items() if value.state == "unreadable"]
    if doubtful:
        console.print(Text(f"{word('unreadable')} ({len(doubtful)})", style="bold red"))
        for key, value in doubtful[:30]:
            why = lang.of(in_chinese(value.why), value.why)
            console.print(Text(f"  {key}: {why} ").append(masked(value.raw)[:60], style="dim"))
        if len(doubtful) > 30:
            console.print(f"  … +{len(doubtful) - 30}")
    if report.notes:
        console.print(Text(word("notes"), style="bold"))
        for note in report.notes:
            console.print(masked(f"  {lang.of(in_chinese(note), note)}"))


def _places(cells: Mapping[str, Value], word: Callable[[str], str]) -> Table:
    table = Table(title=word("where"), title_justify="left")
    for key in ("key", "value", "where", "raw"):
        table.add_column(word(key))
    for key, value in cells.items():
        template = word("place")
        if value.where.line:
            template = word("line")
        place = template.format(**value.where._asdict())
        place = place.replace("第0页 ", "").replace("page 0 ", "")
        shown = "?"
        if value.state == "blank":
            shown = word("blank")
        elif value.number is not None:
            shown = _printed(value.number)
        table.add_row(key, shown, place, repr(value.raw))
    return table
