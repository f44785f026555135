"""A county's file with other columns and units: all else in it stays as people wrote it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import yaml

from nianbao.storage.registry import ColumnEntry, UnitEntry, yaml_loader

# Lines that the search writes, and takes away when it writes again.
NOTE = "# 查找："
KEYS = ("url", "preset", "unit", "expect")


def with_columns(
    text: str,
    new: Sequence[ColumnEntry],
    *,
    dropped: Collection[str] = (),
    host: str = "",
    scheme: str = "",
    notes: Sequence[str] = (),
) -> str:
    """The text with more columns, without those whose addresses are dropped. `notes` are what the
    search has to say, a line each; those of an earlier search go.
    """
    text = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(NOTE))
    if host:
        text = _with_host(text, host)
    if scheme:
        text = _with_scheme(text, scheme)
    node = _value(text, "columns")
    entries = [f"{_dash(node)}{_line_of(column)}" for column in new]
    said = [f"{NOTE}{note}" for note in notes]
    lines = text.splitlines()
    if node is None:
        return "\n".join([*lines, "columns:", *entries, *said]) + "\n"
    first, last = node.start_mark.line, _last_line(node)
    kept = list(_kept(node, lines, dropped))
    head = next(n for n, line in enumerate(lines) if line.startswith("columns:"))
    begin = "columns:" if kept or entries else "columns: []"
    around = lines[head + 1 : first] if first > head else []
    block = [begin, *around, *kept, *entries, *said]
    return "\n".join([*lines[:head], *block, *lines[max(last, head) + 1 :]]) + "\n"


def _value(text: str, key: str) -> yaml.Node | None:
    node = yaml_loader()(text).get_single_node()
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _last_line(node: yaml.Node) -> int:
    """The last line on which something of a value stands."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return max(_last_line(value) for _, value in node.value)
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return max(map(_last_line, node.value))
    line: int = node.end_mark.line
    return line


def _kept(node: yaml.Node, lines: Sequence[str], dropped: Collection[str]) -> Iterator[str]:
    """The lines of the columns that stay, with the remarks before them."""
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        return
    if node.flow_style:
        for item in node.value:
            told = _told(item)
            if told.get("url") not in dropped:
                yield f"  - {_flow(told)}"
        return
    begin = node.value[0].start_mark.line
    for item in node.value:
        end = _last_line(item)
        if _told(item).get("url") not in dropped:
            yield from lines[begin : end + 1]
        begin = end + 1


def _told(item: yaml.Node) -> Mapping[str, object]:
    told = yaml.safe_load(yaml.serialize(item)) or {}
    return told if isinstance(told, dict) else {}


def _line_of(column: ColumnEntry) -> str:
    told = {key: value for key in KEYS if (value := getattr(column, key))}
    return _flow(told)


def _dash(node: yaml.Node | None) -> str:
    """How an entry begins, as far in as those of its list."""
    is_block = isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style
    column = node.start_mark.column if node is not None and is_block else 2
    return f"{' ' * column}- "


def _with_host(text: str, host: str) -> str:
    if re.search(r"(?m)^host:", text) is None:
        return re.sub(r"(?m)^(code:.*)$", rf"\1\nhost: {host}", text, count=1)
    before = re.compile(r"(?m)^host:[ \t]*[^\s#]*[ \t]*(#.*)?$")
    return before.sub(lambda line: f"host: {host}  {line[1] or ''}".rstrip(), text, count=1)


def _with_scheme(text: str, scheme: str) -> str:
    """With http: {scheme: …}, where the file does not say one."""
    node = _value(text, "http")
    told = dict(_told(node)) if node is not None else {}
    if "scheme" in told:
        return text
    return with_value(text, "http", {**told, "scheme": scheme})


def with_value(text: str, key: str, value: object) -> str:
    """The text with another value of a key at its top; a new one stands behind the code."""
    line = f"{key}: {_flow(value)}"
    lines = text.splitlines()
    node = _value(text, key)
    if node is None:
        at = next(n for n, each in enumerate(lines) if each.startswith("code:")) + 1
        return "\n".join([*lines[:at], line, *lines[at:]]) + "\n"
    first = next(n for n, each in enumerate(lines) if each.startswith(f"{key}:"))
    last = max(first, _last_line(node))
    return "\n".join([*lines[:first], line, *lines[last + 1 :]]) + "\n"


def _flow(value: object) -> str:
    """A value on one line."""
    written = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, width=10_000, sort_keys=False
    )
    return str(written).strip()


# ---- the units


def with_units(text: str, units: Sequence[UnitEntry]) -> tuple[str, list[str]]:
    """A county's file with more units behind its own, and the names that were added.

    Those it has stay as they are.
    """
    known = {name for unit in _items(text, "units") for name in _names(unit)}
    new = [unit for unit in units if unit.name not in known]
    if not new:
        return text, []
    lines, node = text.splitlines(), _value(text, "units")
    entries = [f"{_dash(node)}{_flow(_unit_told(unit))}" for unit in new]
    if node is None:
        return "\n".join([*lines, "units:", *entries]) + "\n", [unit.name for unit in new]
    head = next(n for n, line in enumerate(lines) if line.startswith("units:"))
    kept, last = list(_kept(node, lines, ())), max(_last_line(node), head)
    around = lines[head + 1 : node.start_mark.line] if node.start_mark.line > head else []
    block = ["units:", *around, *kept, *entries]
    made = "\n".join([*lines[:head], *block, *lines[last + 1 :]]) + "\n"
    return made, [unit.name for unit in new]


def _items(text: str, of: str) -> list[Mapping[str, Any]]:
    """What stands in a list of the file."""
    raw = yaml_loader()(text).get_single_data() or {}
    return [item for item in raw.get(of) or () if isinstance(item, dict)]


def _names(unit: Mapping[str, Any]) -> Iterator[str]:
    yield str(unit.get("name"))
    yield from map(str, unit.get("aliases") or ())


def _unit_told(unit: UnitEntry) -> dict[str, object]:
    """What a file says of a unit, its name and kind in any case."""
    told: dict[str, object] = {"name": unit.name}
    if unit.code:
        told["code"] = unit.code
    told["kind"] = unit.kind
    more = {"aliases": list(unit.aliases), "since": unit.since, "until": unit.until}
    return told | {key: value for key, value in {**more, "phone": unit.phone}.items() if value}


def with_item_values(text: str, of: str, changes: Mapping[int, Mapping[str, object]]) -> str:
    """The text with other values of some keys of some columns or units (`of`), by their places in
    the list; a key whose value is empty goes. What stands around them stays, remarks too.
    """
    wanted = [dict(item) for item in _items(text, of)]
    for number, values in changes.items():
        for key, value in values.items():
            node = _value(text, of)
            if isinstance(node, yaml.SequenceNode):
                text = _with_key(text, node.value[number], key, value)
            wanted[number] = {**wanted[number], key: value}
    if list(map(_without_empty, _items(text, of))) != list(map(_without_empty, wanted)):
        raise ValueError("the file is written in a way that can't be changed")
    return text


def renamed(text: str, old: str, new: str) -> str:
    """The text whose columns name a unit by its new name."""
    changes: dict[int, dict[str, object]] = {}
    for number, column in enumerate(_items(text, "columns")):
        covers = column.get("covers")
        if column.get("unit") == old:
            changes[number] = {"unit": new}
        elif covers == old:
            changes[number] = {"covers": new}
        elif isinstance(covers, list) and old in covers:
            changes[number] = {"covers": [new if each == old else each for each in covers]}
    return with_item_values(text, "columns", changes)


def _without_empty(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value}


def _with_key(text: str, item: yaml.MappingNode, key: str, value: object) -> str:
    pairs = item.value
    at = next((n for n, (name, _) in enumerate(pairs) if name.value == key), None)
    written = _flow([value])[1:-1]
    if at is None:
        return _with_new_key(text, item, f"{key}: {written}") if value else text
    name, old = pairs[at]
    if not value:
        return _without_key(text, item, at)
    if isinstance(old, yaml.CollectionNode) and not old.flow_style:
        end = _end_of_line(text, _last_line(old))
        return f"{text[: name.end_mark.index]}: {written}{text[end:]}"
    gap = "" if text[old.start_mark.index - 1].isspace() else " "
    return f"{text[: old.start_mark.index]}{gap}{written}{text[old.end_mark.index :]}"


def _with_new_key(text: str, item: yaml.MappingNode, said: str) -> str:
    """Behind the last one."""
    last = item.value[-1][1]
    if item.flow_style:
        return f"{text[: last.end_mark.index]}, {said}{text[last.end_mark.index :]}"
    end, column = _end_of_line(text, _last_line(last)), item.value[0][0].start_mark.column
    return f"{text[:end]}\n{' ' * column}{said}{text[end:]}"


def _without_key(text: str, item: yaml.MappingNode, at: int) -> str:
    name, old = item.value[at]
    if item.flow_style and at + 1 < len(item.value):
        return text[: name.start_mark.index] + text[item.value[at + 1][0].start_mark.index :]
    if item.flow_style:
        return text[: item.value[at - 1][1].end_mark.index] + text[old.end_mark.index :]
    if at == 0:  # its line begins with the dash
        return f'{text[: old.start_mark.index]}""{text[old.end_mark.index :]}'
    begin = text.rindex("\n", 0, name.start_mark.index)
    return text[:begin] + text[_end_of_line(text, _last_line(old)) :]


def _end_of_line(text: str, number: int) -> int:
    """Where a line ends, by its number from 0."""
    at = -1
    for _ in range(number + 1):
        at = text.find("\n", at + 1)
        if at < 0:
            return len(text)
    return at
