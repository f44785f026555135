"""Writes the pages of docs/ that are made from the code: `python -m scripts.docs`.

A test holds them to it.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from nianbao.monitor import settings
from nianbao.monitor.cli.exits import EXITS
from nianbao.monitor.cli.lazy import COMMANDS, load
from nianbao.monitor.rules.page import as_markdown

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")


# ---- docs/settings.md


class Key(NamedTuple):
    """A key of nianbao.toml."""

    table: str  # empty for the keys that stand before all tables
    name: str
    kind: str
    default: Any
    meaning: str


def keys_of(kind: Any = settings.Settings, table: str = "") -> Iterator[Key]:
    """Every key of the file, in its order."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        hint = hints[field.name]
        if is_dataclass(hint):
            yield from keys_of(hint, f"{table}.{field.name}".lstrip("."))
        elif field.name == "recipients":
            yield from keys_of(settings.Recipient, field.name)
        elif field.name == "deadlines":
            yield Key("deadlines", "default, 14, 1409 …", "text", {}, meaning_of(field))
        else:
            default = field.default
            if default is MISSING:
                default = None
            yield Key(table, field.name, words_of(field.name, hint), default, meaning_of(field))


def tables_of(kind: Any = settings.Settings, table: str = "") -> dict[str, Any]:
    """The tables of the file, and those within them."""
    hints = get_type_hints(kind)
    found: dict[str, Any] = {}
    for name, hint in hints.items():
        path = f"{table}.{name}".lstrip(".")
        if is_dataclass(hint):
            found |= {path: hint, **tables_of(hint, path)}
    return {"deadlines": hints.get("deadlines"), **found}


def meaning_of(field: Field[Any]) -> str:
    return str(field.metadata["meaning"])


KINDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    tuple[str, ...]: "list of codes",
}


def words_of(name: str, hint: Any) -> str:
    if name in settings.CHOICES:
        return " or ".join(f'`"{choice}"`' for choice in settings.CHOICES[name])
    return KINDS[hint]


def settings_page() -> str:
    lines = [
        "# nianbao.toml, key by key",
        "",
        made_from("monitor/settings.py"),
        "",
        "Every key may be left out. A wrong one is told with its line; `nianbao doctor` says what "
        "else is wrong.",
        "Which file it is: `--settings`, else `NIANBAO_SETTINGS`, else `config/nianbao.toml`.",
    ]
    tables = {"": settings.Settings, "recipients": settings.Recipient, **tables_of()}
    shown = None
    for key in keys_of():
        if key.table != shown:
            shown = key.table
            lines += ["", *heading_of(key.table, tables[key.table]), ""]
            lines += ["| key | | default | |", "|---|---|---|---|"]
        lines.append(f"| `{key.name}` | {key.kind} | {default_of(key.default)} | {key.meaning} |")
    lines += ["", "## Secrets", "", "They are never in the file, but in the environment.", ""]
    lines += ["| variable | |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in settings.SECRETS.items()]
    return "\n".join(lines) + "\n"


def heading_of(table: str, kind: Any) -> list[str]:
    if not table:
        return ["## Before all tables"]
    if table == "deadlines":
        return ["## [deadlines]", "", "A county's own file says more: docs/operations.md."]
    brackets = f"[{table}]"
    if table == "recipients":
        brackets = f"[[{table}]]"
    return [f"## {brackets}", "", inspect.getdoc(kind) or ""]


def default_of(value: Any) -> str:
    if value is None or value == {}:
        return "—"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'`"{value}"`'
    return f"`{value}`"


# ---- docs/commands.md


class Parameter(NamedTuple):
    """An argument or option of a command."""

    names: str  # as it is typed: FILE..., or --format, -f
    is_option: bool
    is_needed: bool
    takes: str
    default: str
    environment: str
    help: str


def parameters_of(function: Callable[..., Any]) -> Iterator[Parameter]:
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        for note in get_args(hints[name])[1:]:
            if isinstance(note, ArgumentInfo | OptionInfo):
                yield parameter_of(name, get_args(hints[name])[0], parameter.default, note)


def parameter_of(name: str, hint: Any, default: Any, note: ArgumentInfo | OptionInfo) -> Parameter:
    is_option = isinstance(note, OptionInfo)
    names = note.metavar or name.upper()
    if is_option:
        # in an annotation the first name stands where a default otherwise stands
        said = [str(each) for each in (note.default, *(note.param_decls or ())) if each is not ...]
        names = ", ".join(said or [f"--{name.replace('_', '-')}"])
    return Parameter(
        names,
        is_option,
        default is inspect.Parameter.empty,
        takes_of(hint, note),
        given_of(default),
        str(note.envvar or ""),
        note.help or "",
    )


def takes_of(hint: Any, note: ArgumentInfo | OptionInfo) -> str:
    """What is written behind an option."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is list:
        return f"{takes_of(get_args(hint)[0], note)}, several times"
    if note.metavar and isinstance(note, OptionInfo):
        return note.metavar
    if note.min is not None:
        most = "" if note.max is None else f"{note.max:.0f}"
        return f"{note.min:.0f}…{most}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " or ".join(choice.value for choice in hint)
    if issubclass(hint, Path):
        return "path"
    return {**KINDS, bool: ""}[hint]


def given_of(default: Any) -> str:
    if isinstance(default, Enum):
        return str(default.value)
    if default in (inspect.Parameter.empty, None, "", False):
        return ""
    return str(default)


def commands_page() -> str:
    lines = [
        "# The commands",
        "",
        made_from("monitor/cli"),
        "",
        "Options that name a place (`--store`, `--evidence`, `--config`, `--folder`) are what "
        "[nianbao.toml](settings.md) says where they",
        "are not given. Texts for a person who waits go to standard error, answers to standard "
        "output; with a JSON option nothing else does.",
    ]
    for name, entry in COMMANDS.items():
        if entry.place:
            lines += ["", *command_section(name, load(entry.place))]
    return "\n".join(lines) + "\n"


def command_section(name: str, function: Callable[..., Any]) -> list[str]:
    parameters = list(parameters_of(function))
    synopsis = [f"nianbao {name}"]
    if any(parameter.is_option for parameter in parameters):
        synopsis.append("[OPTIONS]")
    for parameter in parameters:
        if not parameter.is_option:
            synopsis.append(argument_of(parameter))
    lines = [f"## {name}", "", "    " + " ".join(synopsis), "", inspect.getdoc(function) or ""]
    if parameters:
        lines += ["", "| | takes | default | |", "|---|---|---|---|", *map(row_of, parameters)]
    lines += ["", "| exit code | | |", "|---|---|---|"]
    lines += [f"| {each.code} | {each.zh} | {each.en} |" for each in EXITS[name]]
    return lines


def argument_of(parameter: Parameter) -> str:
    if parameter.is_needed or parameter.names.startswith("["):
        return parameter.names
    return f"[{parameter.names}]"


def row_of(parameter: Parameter) -> str:
    said = parameter.help
    if parameter.environment:
        said = f"{said} Also `{parameter.environment}`."
    cells = (f"`{parameter.names}`", parameter.takes, parameter.default, said)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def made_from(place: str) -> str:
    return f"Made from `{place}` by `make docs`; a test keeps the two the same."


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "rules.md": as_markdown,
}

if __name__ == "__main__":
    main()
