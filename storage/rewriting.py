"""A county's file with other columns: everything else in it stays as people wrote it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import yaml

from nianbao.storage.registry import ColumnEntry, yaml_loader

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
    entries = [_line_of(column) for column in new]
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
    return f"  - {_flow(told)}"


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
