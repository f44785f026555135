"""config/counties/*.yaml: what is watched. One file a county, checked with file, line and a suggestion."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from nianbao.storage.nation import County, name_and_aliases, towns_of


class ConfigError(Exception):
    """Faults of a file, one a line: file, line, what is wrong, what was probably meant."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Former:
    """A name that a unit had until a day: 兴华乡, before it became 兴华镇; or a unit that was merged into it."""

    name: str
    until: str


@dataclass(frozen=True, slots=True)
class UnitEntry:
    name: str
    code: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = "town"
    since: str = ""
    until: str = ""
    deadline: str = ""
    former: tuple[Former, ...] = ()
    deadlines: tuple[tuple[str, str], ...] = ()  # year and month-day


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    url: str
    preset: str = ""
    unit: str = ""  # whose column it is; empty where it is for many units
    expect: str = ""  # words that the right column shows
    area: str = ""
    list: Mapping[str, Any] = field(default_factory=dict)
    paging: Mapping[str, Any] = field(default_factory=dict)
    accept_empty: str = ""


@dataclass(frozen=True, slots=True)
class CountyEntry:
    county: str
    code: str
    host: str = ""
    allow: tuple[str, ...] = ()
    preset: str = ""
    http: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[ColumnEntry, ...] = ()
    units: tuple[UnitEntry, ...] = ()
    deadline: str = ""  # month-day of the next year, such as 01-31
    deadlines: Mapping[str, Any] = field(
        default_factory=dict
    )  # by kind, year, and what else the notice says
    cadence: Mapping[str, Any] = field(default_factory=dict)  # hours between sweeps
    recipients: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    file: str = ""


# ---- what may stand in a file: key -> a type, or a nested table

TEXT, LIST, TABLE = "text", "list", "table"
FORMER = {"name": TEXT, "until": TEXT}
UNIT: Mapping[str, Any] = {
    "name": TEXT,
    "code": TEXT,
    "aliases": LIST,
    "kind": TEXT,
    "since": TEXT,
    "until": TEXT,
    "deadline": TEXT,
    "former": [FORMER],
    "deadlines": TABLE,
}
COLUMN = {
    "url": TEXT,
    "preset": TEXT,
    "unit": TEXT,
    "expect": TEXT,
    "area": TEXT,
    "list": TABLE,
    "paging": TABLE,
    "accept_empty": TEXT,
}
COUNTY: Mapping[str, Any] = {
    "county": TEXT,
    "code": TEXT,
    "host": TEXT,
    "allow": LIST,
    "preset": TEXT,
    "http": TABLE,
    "columns": [COLUMN],
    "units": [UNIT],
    "deadline": TEXT,
    "deadlines": TABLE,
    "cadence": TABLE,
    "recipients": LIST,
    "notes": LIST,
}
NEEDED = (
    ("county", COUNTY),
    ("code", COUNTY),
    ("name", UNIT),
    ("url", COLUMN),
    ("name", FORMER),
    ("until", FORMER),
)
HTTP: Mapping[str, tuple[str, str]] = {  # key -> what may stand there, and how that is said
    "delay": (r"\d+(?:\.\d+)?", "秒数 / a number of seconds"),
    "window": (
        r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d",
        '"时:分-时:分"，如 "22:00-06:00"',
    ),
    "recheck": (r"\d+", "天数 / a number of days"),
    "tls": ("default|compatible", "default 或 compatible"),
    "scheme": ("http|https", "http 或 https"),
    "browser": ("true|false", "true 或 false"),
}
KINDS = ("town", "subdistrict", "department", "county")
HOST = re.compile(r"[a-z0-9.-]+(?::\d+)?", re.I)
ADDRESS = re.compile(r"[!-~]+@[!-~]+", re.ASCII)
SEPARATORS = re.compile(r"[,;<>，；、\s]")


LONGEST_NAME = 33  # with the county's code it is the unit's id


def is_date(value: object) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value))) and bool(
            date.fromisoformat(str(value))
        )
    except ValueError:
        return False


def date_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def is_day(value: object) -> bool:
    """Whether it is a day of every year, as 01-31."""
    return is_date(f"2023-{value}")


def is_address(value: object) -> bool:
    return bool(ADDRESS.fullmatch(str(value))) and not SEPARATORS.search(str(value))


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_counties(folder: Path) -> list[CountyEntry]:
    """Every county of a folder. All faults of all files are told at once, and a folder without any is one."""
    found, faults = [], []
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ConfigError(
            [
                f"{folder}: 没有县配置文件，先用 nianbao init 县名 / no county's file: nianbao init NAME"
            ]
        )
    for file in files:
        try:
            found.append(load_county(file))
        except ConfigError as error:
            faults += error.faults
    owners: dict[str, str] = {}
    for county in found:
        for code in (county.code, *(unit.code for unit in county.units if unit.code)):
            if owner := owners.get(code):
                faults.append(f"{county.file}: 代码 {code} 已在 {owner} / a code that another has")
            owners[code] = county.file
    if faults:
        raise ConfigError(faults)
    return found


def text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError([f"{file}: 不是 UTF-8 编码，请用“另存为”选 UTF-8 / not UTF-8"]) from None


def load_county(file: Path) -> CountyEntry:
    text = text_of(file)
    try:
        loader = LOADER(text)
        node = loader.get_single_node()
        raw = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(
            [f"{file}:{line}: 不是有效的 YAML（{error.problem}）/ not valid YAML"]
        ) from None
    if not isinstance(raw, dict) or node is None:
        raise ConfigError([f"{file}:1: 应为“键: 值”的表 / a table of keys is expected"])
    faults = [
        f"{file}:{line}: {fault}" for line, fault in (*_shape(node, COUNTY), *_sense(node, raw))
    ]
    if faults:
        raise ConfigError(faults)
    return CountyEntry(
        county=raw["county"],
        code=str(raw["code"]),
        host=raw.get("host") or "",
        allow=tuple(raw.get("allow") or ()),
        preset=raw.get("preset") or "",
        http=raw.get("http") or {},
        columns=tuple(ColumnEntry(**column) for column in raw.get("columns") or ()),
        units=tuple(_unit(unit) for unit in raw.get("units") or ()),
        deadline=str(raw.get("deadline") or ""),
        deadlines=raw.get("deadlines") or {},
        cadence=raw.get("cadence") or {},
        recipients=tuple(raw.get("recipients") or ()),
        notes=tuple(raw.get("notes") or ()),
        file=str(file),
    )


def _unit(raw: Mapping[str, Any]) -> UnitEntry:
    named = {**raw, "code": str(raw.get("code", "")), "aliases": tuple(raw.get("aliases") or ())}
    former = tuple(
        Former(str(each["name"]), str(each["until"])) for each in raw.get("former") or ()
    )
    days = tuple((str(year), str(day)) for year, day in (raw.get("deadlines") or {}).items())
    return UnitEntry(
        **{
            **named,
            "since": str(raw.get("since") or ""),
            "until": str(raw.get("until") or ""),
            "former": former,
            "deadlines": days,
        }
    )


def _shape(node: yaml.Node, shape: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Unknown keys, wrong types, missing keys."""
    if not isinstance(node, yaml.MappingNode):
        yield node.start_mark.line + 1, "应为“键: 值”的表 / a table of keys is expected"
        return
    present = set()
    for key_node, value in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        present.add(key)
        if key not in shape:
            near = get_close_matches(key, shape, 1)
            meant = (
                f"，是否指 {near[0]}？/ did you mean {near[0]}?"
                if near
                else f"；可用 / known: {', '.join(shape)}"
            )
            yield line, f"未知的键 {key}{meant}"
            continue
        wanted = shape[key]
        empty = isinstance(value, yaml.ScalarNode) and value.tag.endswith(":null")
        if isinstance(wanted, list):
            if isinstance(value, yaml.SequenceNode):
                for item in value.value:
                    yield from _shape(item, wanted[0])
            elif not empty:
                yield line, f"{key} 应为列表 / {key} must be a list"
        elif not empty and not isinstance(value, NODES[wanted]):
            yield line, f"{key} 类型不对，应为{TYPE_NAMES[wanted]} / {key} must be a {wanted}"
        elif wanted == LIST and not empty:
            for item in value.value:
                if not isinstance(item, yaml.ScalarNode) or item.tag.endswith(":null"):
                    yield (
                        item.start_mark.line + 1,
                        f"{key} 中有一项为空或不是文字 / an item of {key} is no text",
                    )
    for key in (key for key, owner in NEEDED if owner is shape and key not in present):
        yield node.start_mark.line + 1, f"缺少 {key} / {key} is missing"


NODES = {TEXT: yaml.ScalarNode, LIST: yaml.SequenceNode, TABLE: yaml.MappingNode}
TYPE_NAMES = {TEXT: "文字", LIST: "列表", TABLE: "表"}


def _sense(node: yaml.Node, raw: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Values that can't be right."""
    lines = _lines(node)
    host = raw.get("host")
    if host and not HOST.fullmatch(str(host)):
        bare = re.sub(r"^https?://|/.*$", "", str(host))
        yield (
            lines.get("host", 1),
            f"host 只写主机名，如 {bare} / host is a name without http:// or a path",
        )
    http = raw.get("http") if isinstance(raw.get("http"), dict) else {}
    for key, value in (http or {}).items():
        if key not in HTTP:
            near = get_close_matches(str(key), HTTP, 1)
            meant = f"，是否指 {near[0]}？" if near else f"；可用 / known: {', '.join(HTTP)}"
            yield lines.get("http", 1), f"http 中未知的键 {key}{meant}"
        elif not re.fullmatch(HTTP[key][0], str(value).lower()):
            yield lines.get("http", 1), f"http 的 {key} 应为{HTTP[key][1]}，现为 {value}"
    yield from (
        (lines.get("deadlines", 1), said) for said in _deadline_faults(raw.get("deadlines"))
    )
    for key, value in (raw.get("cadence") or {}).items():
        if key not in CADENCE or not isinstance(value, (int, float)) or value <= 0:
            yield (
                lines.get("cadence", 1),
                f"cadence 应为 {'、'.join(CADENCE)} 的小时数，现为 {key}: {value}",
            )
    deadline = raw.get("deadline")
    if deadline and not is_day(deadline):
        yield lines.get("deadline", 1), f'deadline 应为 "月-日"，如 "01-31"，现为 {deadline}'
    for n, address in enumerate(
        raw["recipients"] if isinstance(raw.get("recipients"), list) else ()
    ):
        if address is not None and not is_address(address):
            yield (
                lines.get(f"recipients.{n}", 1),
                f"recipients 每项写一个邮箱地址，现为 {address} / one address",
            )
    names: dict[str, int] = {}
    for n, unit in enumerate(_tables(raw.get("units"))):
        line = lines.get(f"units.{n}", 1)
        name, kind = str(unit.get("name", "")), unit.get("kind", "town")
        if name in names:
            yield line, f"单位 {name} 已在第 {names[name]} 行 / listed twice"
        names.setdefault(name, line)
        if len(name) > LONGEST_NAME:
            yield (
                line,
                f"单位名称超过{LONGEST_NAME}字，请用简称，全称写入 aliases：{name} / too long, use an alias",
            )
        if kind not in KINDS:
            near = get_close_matches(str(kind), KINDS, 1)
            yield (
                line,
                f"kind 应为 {'、'.join(KINDS)} 之一" + (f"，是否指 {near[0]}？" if near else ""),
            )
        for day in (
            unit.get("since"),
            unit.get("until"),
            *(old.get("until") for old in _tables(unit.get("former"))),
        ):
            if day and not is_date(day):
                yield line, f"单位 {name} 的日期应写作 年-月-日，如 2016-05-01，现为 {day}"
        own = unit.get("deadlines") if isinstance(unit.get("deadlines"), dict) else {}
        for year, day in (("", unit.get("deadline")), *(own or {}).items()):
            if day and not (is_day(day) and re.fullmatch(r"(?:20\d\d)?", str(year))):
                yield (
                    line,
                    f'单位 {name} 的时限应为 "月-日"，如 "01-31"，现为 {year} {day}'.replace(
                        "  ", " "
                    ),
                )
        code = str(unit.get("code", ""))
        if code and not re.fullmatch(r"\d{9}", code):
            yield line, f"单位 {name} 的代码应为 9 位数字（请加引号），现为 {code}"
    known = {
        str(name)
        for unit in _tables(raw.get("units"))
        for name in (unit.get("name"), *(unit.get("aliases") or ()))
    }
    for n, column in enumerate(_tables(raw.get("columns"))):
        line = lines.get(f"columns.{n}", 1)
        if (owner := column.get("unit")) and owner not in known:
            near = get_close_matches(str(owner), known, 1)
            yield (
                line,
                f"栏目的单位 {owner} 不在 units 中" + (f"，是否指 {near[0]}？" if near else ""),
            )


CADENCE = ("last_week", "season", "rest")
RULES = (
    "town",
    "subdistrict",
    "department",
    "county",
    "years",
    "hand_in",
    "grace_days",
    "working_day",
    "source",
)


def _deadline_faults(rules: object) -> Iterator[str]:
    for key, value in (rules if isinstance(rules, dict) else {}).items():
        if key not in RULES:
            near = get_close_matches(str(key), RULES, 1)
            yield f"deadlines 中未知的键 {key}" + (
                f"，是否指 {near[0]}？" if near else f"；可用 / known: {', '.join(RULES)}"
            )
        elif key == "years":
            for year, day in (value if isinstance(value, dict) else {"?": value}).items():
                if not re.fullmatch(r"20\d\d", str(year)) or not is_day(day):
                    yield f'deadlines 的 years 应为 年份: "月-日"，现为 {year}: {day}'
        elif key in ("hand_in", *KINDS) and not is_day(value):
            yield f'deadlines 的 {key} 应为 "月-日"，现为 {value}'
        elif key == "grace_days" and not (isinstance(value, int) and value >= 0):
            yield f"deadlines 的 grace_days 应为天数，现为 {value}"
        elif key == "working_day" and value not in ("next", "none"):
            yield f"deadlines 的 working_day 应为 next 或 none，现为 {value}"


def _known_names(units: Sequence[Mapping[str, Any]]) -> set[str]:
    return {
        str(name) for unit in units for name in (unit.get("name"), *(unit.get("aliases") or ()))
    }


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _lines(node: yaml.Node) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        found[key.value] = key.start_mark.line + 1
        if isinstance(value, yaml.SequenceNode):
            found |= {
                f"{key.value}.{n}": item.start_mark.line + 1 for n, item in enumerate(value.value)
            }
    return found


# ---- writing a county's file


def county_yaml(county: County, *, host: str = "", notes: Sequence[str] = ()) -> str:
    """A new file: the county with all its townships, ready for a person to fill in the columns."""
    lines = [
        f"# {county.full_name}。单位名单来自国家统计局2023年统计用区划代码，之后的撤并、更名请在此修改。",
        f"county: {county.name}",
        f'code: "{county.code}"',
        f"host: {host}  # 门户网站主机名 / the portal's host name",
        "columns: []  # nianbao probe 网址  会给出可粘贴的内容 / `nianbao probe URL` prints what to paste",
        'deadline: "01-31"  # 本县通知确定的公布时限 / as the county\'s notice sets it',
        "recipients: []",
    ]
    if notes:
        lines += ["notes:", *(f"  - {note}" for note in notes)]
    lines.append("units:")
    for town in towns_of(county.code):
        name, aliases = name_and_aliases(town)
        kind = "subdistrict" if name.endswith("街道") else "town"
        lines.append(
            f'  - {{name: {name}, code: "{town.code}", kind: {kind}, aliases: [{", ".join(aliases)}]}}'
        )
    return "\n".join(lines) + "\n"


def with_units(text: str, units: Sequence[UnitEntry]) -> tuple[str, list[str]]:
    """A county's file with more units at its end, and the names that were added. Those it has stay as they are."""
    raw = yaml.load(text, LOADER) or {}
    known = _known_names(_tables(raw.get("units")))
    new = [unit for unit in units if unit.name not in known]
    if not raw.get("units"):
        text = re.sub(r"^units:.*$\n?", "", text, flags=re.M) + "units:\n"
    added = "".join(_unit_line(unit) for unit in new)
    return text.rstrip("\n") + "\n" + added, [unit.name for unit in new]


def _unit_line(unit: UnitEntry) -> str:
    parts = [f"name: {unit.name}"]
    if unit.code:
        parts.append(f'code: "{unit.code}"')
    parts.append(f"kind: {unit.kind}")
    if unit.aliases:
        parts.append(f"aliases: [{', '.join(unit.aliases)}]")
    return f"  - {{{', '.join(parts)}}}\n"
