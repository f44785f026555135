"""config/counties/*.yaml: what is watched.

One file a county, checked with file, line and a suggestion.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, get_args, overload

from nianbao import __version__
from nianbao.parser.patterns import pattern_of
from nianbao.storage import kept_counties
from nianbao.storage.kinds import UnitKind
from nianbao.storage.nation import County, name_and_aliases, towns_of


class ConfigError(Exception):
    """Faults of a file, one a line.

    File, line, what is wrong, what was probably meant.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(faults))


class Former(NamedTuple):
    """A name that a unit had until a day: 兴华乡, before it became 兴华镇.

    Or a unit that was merged into it.
    """

    name: str
    until: str


class UnitEntry(NamedTuple):  # of which there are forty thousand: made in a third of the time
    name: str
    code: str = ""
    aliases: tuple[str, ...] = ()
    kind: UnitKind = "town"
    since: str = ""
    until: str = ""
    deadline: str = ""
    former: tuple[Former, ...] = ()
    deadlines: tuple[tuple[str, str], ...] = ()  # year and month-day
    phone: str = ""  # of its office; else that which its reports print is called


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    url: str
    preset: str = ""
    unit: str = ""  # whose column it is; empty where it is for many units
    expect: str = ""  # words that the right column shows
    area: str = ""
    # Where the preset fails, what a browser's CSS says of the page:
    list: str = ""  # what holds the entries
    item: str = ""  # each entry
    paging: str = ""  # the link to the next page
    accept_empty: str = ""
    one_year: bool = False  # it shows one year at a time
    # Whom it is for: towns, departments, all, or names of units; empty where nobody says.
    covers: tuple[str, ...] = ()


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
    # By kind, year, and what else the notice says.
    deadlines: Mapping[str, Any] = field(default_factory=dict)
    # Hours between sweeps.
    digest: Mapping[str, Any] = field(default_factory=dict)  # how often it is mailed
    cadence: Mapping[str, Any] = field(default_factory=dict)
    recipients: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    file: str = ""


# ---- what may stand in a file: key -> a type, or a nested table

TEXT, LIST, TABLE, FLAG, WORDS = "text", "list", "table", "flag", "text or list"
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
    "phone": TEXT,
}
COLUMN = {
    "url": TEXT,
    "preset": TEXT,
    "unit": TEXT,
    "expect": TEXT,
    "area": TEXT,
    "list": TEXT,
    "item": TEXT,
    "paging": TEXT,
    "accept_empty": TEXT,
    "one_year": FLAG,
    "covers": WORDS,
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
    "digest": TABLE,
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
# Key -> what may stand there, and how that is said in Chinese and English.
HTTP: Mapping[str, tuple[str, str, str]] = {
    "delay": (r"\d+(?:\.\d+)?", "秒数", "a number of seconds"),
    "window": (
        r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d",
        '"时:分-时:分"，如 "22:00-06:00"',
        '"HH:MM-HH:MM", such as "22:00-06:00"',
    ),
    "recheck": (r"\d+", "天数", "a number of days"),
    "tls": ("default|compatible", "default 或 compatible", "default or compatible"),
    "scheme": ("http|https", "http 或 https", "http or https"),
    "browser": ("true|false", "true 或 false", "true or false"),
}
DIGESTS = ("weekly", "daily")  # in the last week before the deadline
KINDS: Sequence[UnitKind] = get_args(UnitKind)
# Whom a column may be for -> their kinds.
COVERS: Mapping[str, Sequence[UnitKind]] = {
    "towns": ("town", "subdistrict"),
    "departments": ("department",),
    "all": KINDS,
}
HOST = re.compile(r"[a-z0-9.-]+(?::\d+)?", re.I)
ADDRESS = re.compile(r"[!-~]+@[!-~]+", re.ASCII)
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,28}[0-9]")
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
    if not text:
        return None
    return date.fromisoformat(text)


def is_day(value: object) -> bool:
    """Whether it is a day of every year, as 01-31."""
    return is_date(f"2023-{value}")


def is_address(value: object) -> bool:
    return bool(ADDRESS.fullmatch(str(value))) and not SEPARATORS.search(str(value))


def load_counties(folder: Path) -> Counties:
    """Every county of a folder. All faults of all files are told at once.

    A folder without any file is a fault. Of many files, those that were found sound are not
    checked again as long as their bytes are the same.
    """
    names = os.listdir(folder) if folder.is_dir() else ()
    before = str(folder / "-")[:-1]  # to make a Path of each takes longer than to read it
    files = {name: before + name for name in sorted(names) if name.endswith(".yaml")}
    if not files:
        zh = f"{folder}: 没有县配置文件，先用 nianbao init 县名"
        raise ConfigError([f"{zh} / no county's file: nianbao init NAME"])
    is_many = len(files) > kept_counties.FEW
    known = kept_counties.recalled(folder, _reads_so()) if is_many else kept_counties.Known()
    loaded: dict[str, Named] = {}
    marks: dict[str, str] = {}
    faults: list[str] = []
    for named, file in files.items():
        try:
            with open(file, "rb", buffering=0) as opened:
                data = opened.readall()
        except OSError as error:
            why = error.strerror or type(error).__name__
            faults.append(f"{file}: 无法读取（{why}）/ can't be read ({why})")
            continue
        mark = kept_counties.mark_of(data)
        try:
            if kept := known.packed(mark):
                code, name, packed = kept
                loaded[named] = Named(code, name, Packed(packed, file))
            else:
                loaded[named] = _named(_county_in(Path(file), data))
            marks[mark] = named
        except ConfigError as error:
            faults += error.faults
    counties = Counties(loaded.values())
    together = kept_counties.mark_of_all(marks)
    # Two files of the same bytes have one mark, and share their codes.
    if faults or len(marks) < len(files) or known.apart != together:
        every = {name: _whole(entry) for name, (_, _, entry) in loaded.items()}
        faults += _shared_codes(every.values())
        apart = "" if faults else together
        if is_many and (apart or not marks.keys() <= known.places.keys()):
            packed_anew = {mark: _kept(every[name]) for mark, name in marks.items()}
            kept_counties.keep(folder, _reads_so(), apart, packed_anew)
    if faults:
        raise ConfigError(faults)
    return counties


class Packed(NamedTuple):
    """A county as it is kept, and its file."""

    data: bytes
    file: str


class Named(NamedTuple):
    code: str
    name: str
    county: CountyEntry | Packed


def _named(county: CountyEntry) -> Named:
    return Named(county.code, county.county, county)


def _whole(county: CountyEntry | Packed) -> CountyEntry:
    if isinstance(county, Packed):
        return _unpacked(json.loads(county.data), county.file)
    return county


class Counties(Sequence[CountyEntry]):
    """Each is unpacked when it is asked for: of thousands, a question is about few."""

    def __init__(self, counties: Iterable[Named]) -> None:
        told = list(counties)
        self.names = {each.code: each.name for each in told}
        self._counties = [each.county for each in told]
        self._places = {each.code: n for n, each in enumerate(told)}

    @classmethod
    def of(cls, counties: Sequence[CountyEntry]) -> Counties:
        return counties if isinstance(counties, cls) else cls(map(_named, counties))

    def get(self, code: str) -> CountyEntry | None:
        place = self._places.get(code)
        return None if place is None else self._at(place)

    def _at(self, place: int) -> CountyEntry:
        county = self._counties[place] = _whole(self._counties[place])
        return county

    def __len__(self) -> int:
        return len(self._counties)

    @overload
    def __getitem__(self, place: int) -> CountyEntry: ...
    @overload
    def __getitem__(self, place: slice) -> list[CountyEntry]: ...
    def __getitem__(self, place: int | slice) -> CountyEntry | list[CountyEntry]:
        if isinstance(place, slice):
            return [self._at(n) for n in range(len(self))[place]]
        return self._at(place)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def __repr__(self) -> str:
        return repr(list(self))


def _shared_codes(counties: Iterable[CountyEntry]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for county in counties:
        for code in (county.code, *(unit.code for unit in county.units if unit.code)):
            if owner := owners.get(code):
                yield f"{county.file}: 代码 {code} 已在 {owner} / code {code} is in {owner}"
            owners[code] = county.file


@cache
def _reads_so() -> str:
    """Which code checks the files: another may find faults in the same bytes."""
    return f"{__version__} {kept_counties.mark_of(Path(__file__).read_bytes())}"


def _kept(county: CountyEntry) -> tuple[str, str, object] | None:
    packed = _packed(county)
    return None if packed is None else (county.code, county.county, packed)


def _packed(county: CountyEntry) -> object:
    """As JSON can hold it, without the file's name; None where it can't hold all of it."""
    try:
        packed = json.loads(json.dumps([_listed(each) for each in astuple(county)[:-1]]))
        return packed if _unpacked(packed, county.file) == county else None
    except (TypeError, ValueError):
        return None


def _listed(value: Any) -> Any:
    """A table as its pairs: its keys may be numbers."""
    if isinstance(value, dict):
        return [[key, _listed(each)] for key, each in value.items()]
    return value


def _table_of(pairs: Any) -> Any:
    if not isinstance(pairs, list):
        return pairs
    return {key: _table_of(value) for key, value in pairs}


def _unpacked(packed: Sequence[Any], file: str) -> CountyEntry:
    county, code, host, allow, preset, http, columns, units, deadline, *rest = packed
    deadlines, digest, cadence, recipients, notes = rest
    return CountyEntry(
        *(county, code, host, tuple(allow), preset, _table_of(http)),
        tuple(_unpacked_column(*each) for each in columns),
        tuple(_unpacked_unit(*each) for each in units),
        *(deadline, _table_of(deadlines), _table_of(digest), _table_of(cadence)),
        *(tuple(recipients), tuple(notes), file),
    )


def _unpacked_column(*told: Any) -> ColumnEntry:
    named = dict(zip(COLUMN, told, strict=True))
    return ColumnEntry(**{**named, "covers": tuple(named["covers"])})


def _unpacked_unit(
    name: str,
    code: str,
    aliases: Any,
    kind: Any,
    since: str,
    until: str,
    deadline: str,
    former: Any,
    deadlines: Any,
    phone: str,
) -> UnitEntry:
    return UnitEntry(
        *(name, code, tuple(aliases), kind, since, until, deadline),
        tuple(Former(*each) for each in former),
        tuple((year, day) for year, day in deadlines),
        phone,
    )


def text_of(file: Path) -> str:
    return _text_in(file, file.read_bytes())


def _text_in(file: Path, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = "不是 UTF-8 编码，请用“另存为”选 UTF-8 / not UTF-8, save it as UTF-8"
        raise ConfigError([f"{file}:{line}: {fault}"]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def load_county(file: Path) -> CountyEntry:
    return _county_in(file, file.read_bytes())


def _county_in(file: Path, data: bytes) -> CountyEntry:
    return county_in(_text_in(file, data), file)


def county_in(text: str, file: Path) -> CountyEntry:
    """The county that a file's text describes. Raises ConfigError with all its faults."""
    node, raw = _parsed(text, file)
    faults = [*_shape(node, COUNTY), *_sense(node, raw)]
    if faults:
        raise ConfigError([f"{file}:{fault.line}: {fault.said}" for fault in faults])
    return CountyEntry(
        county=raw["county"],
        code=str(raw["code"]),
        host=raw.get("host") or "",
        allow=tuple(raw.get("allow") or ()),
        preset=raw.get("preset") or "",
        http=raw.get("http") or {},
        columns=tuple(_column(column) for column in raw.get("columns") or ()),
        units=tuple(_unit(unit) for unit in raw.get("units") or ()),
        deadline=str(raw.get("deadline") or ""),
        deadlines=raw.get("deadlines") or {},
        digest=raw.get("digest") or {},
        cadence=raw.get("cadence") or {},
        recipients=tuple(raw.get("recipients") or ()),
        notes=tuple(raw.get("notes") or ()),
        file=str(file),
    )


Node = Any  # of YAML's, which has no types


@cache
def yaml_loader() -> Any:
    """How YAML is read, in C where that is there."""
    import yaml  # not needed where every file is known

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Fault(NamedTuple):
    line: int
    said: str


def _parsed(text: str, file: Path) -> tuple[Node, dict[str, Any]]:
    """A file as YAML, with the places where its values stand. Raises ConfigError with the place of
    all that is no YAML, or says two things.
    """
    import yaml

    if control := CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        said = f"U+{ord(control[0]):04X}"
        zh = f"有控制字符 {said}，请删去（从 Word 粘贴的换行常是这样）"
        fault = f"{zh} / the control character {said} stands here, delete it"
        raise ConfigError([f"{file}:{line}: {fault}"])
    node = raw = None
    try:
        _measure(text)
        loader = yaml_loader()(text)
        node = loader.get_single_node()
        if node is not None:
            raw = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = 1
        if error.problem_mark:
            line = error.problem_mark.line + 1
        zh = "不是有效的 YAML，请检查这一行的缩进、冒号、引号和括号"
        fault = f"{zh} / not valid YAML ({error.problem})"
        raise ConfigError([f"{file}:{line}: {fault}"]) from None
    except (yaml.YAMLError, RecursionError) as error:
        why = type(error).__name__
        raise ConfigError([f"{file}:1: 不是有效的 YAML / not valid YAML ({why})"]) from None
    except (ValueError, OverflowError):
        faults = [f"{file}:{fault.line}: {fault.said}" for fault in _no_values(node)]
        raise ConfigError(faults or [f"{file}:1: 不是有效的 YAML / not valid YAML"]) from None
    if not isinstance(raw, dict) or node is None:
        raise ConfigError([f"{file}:1: 应为“键: 值”的表 / a table of keys is expected"])
    if twice := [f"{file}:{fault.line}: {fault.said}" for fault in _twice(node)]:
        raise ConfigError(twice)
    return node, raw


# What YAML does not take; compiled where a file is read anew, for that takes 4 ms.
CONTROL = pattern_of("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


DEEPEST = 100  # tables and lists in each other; the C reader's stack ends far below


def _measure(text: str) -> None:
    """Raises RecursionError of what nests too deep to be read."""
    import yaml

    depth = 0
    for event in yaml.parse(text, yaml_loader()):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RecursionError


def _nodes(node: Node) -> Iterator[Node]:
    """A node and all below it, each once, however often it is named."""
    waiting, seen = [node], set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if each.id == MAPPING:
            waiting += chain.from_iterable(each.value)
        elif each.id == SEQUENCE:
            waiting += each.value


def _twice(node: Node) -> Iterator[Fault]:
    """Keys that stand twice in one table: the second would hold, and the first be silently gone."""
    found = []
    for table in _nodes(node):
        first: dict[str, int] = {}
        for key, _ in table.value if table.id == MAPPING else ():
            said, line = str(key.value), key.start_mark.line + 1
            if said in first:
                zh = f"{said} 写了两次，第一次在第 {first[said]} 行，请只留一个"
                en = f"{said} stands twice, first in line {first[said]}; keep one"
                found.append(Fault(line, f"{zh} / {en}"))
            first.setdefault(said, line)
    return iter(sorted(found))


def _no_values(node: Node) -> Iterator[Fault]:
    """Values that look like a day, a time or a number, and are none."""
    from yaml.constructor import SafeConstructor

    for each in _nodes(node):
        if each.id != SCALAR:
            continue
        try:
            SafeConstructor().construct_document(each)
        except (ValueError, OverflowError):
            said = str(each.value)[:40]
            zh = f"{said} 不是有效的日期或数字，若为文字请加引号"
            en = f"{said} is no day or number; if it is text, put it into quotes"
            yield Fault(each.start_mark.line + 1, f"{zh} / {en}")


def _column(raw: Mapping[str, Any]) -> ColumnEntry:
    return ColumnEntry(**{**raw, "covers": _words(raw.get("covers"))})


def _words(value: object) -> tuple[str, ...]:
    """One word, or a list of them."""
    if isinstance(value, list):
        return tuple(str(word) for word in value)
    return (value,) if value and isinstance(value, str) else ()


def _unit(raw: Mapping[str, Any]) -> UnitEntry:
    former = [Former(str(old["name"]), str(old["until"])) for old in raw.get("former") or ()]
    days = [(str(year), str(day)) for year, day in (raw.get("deadlines") or {}).items()]
    changed = {
        "code": str(raw.get("code", "")),
        "aliases": tuple(raw.get("aliases") or ()),
        "since": str(raw.get("since") or ""),
        "until": str(raw.get("until") or ""),
        "former": tuple(former),
        "deadlines": tuple(days),
        "phone": str(raw.get("phone") or ""),
    }
    return UnitEntry(**{**raw, **changed})


def _shape(node: Node, shape: Mapping[str, Any]) -> Iterator[Fault]:
    """Unknown keys, wrong types, missing keys."""
    if node.id != MAPPING:
        yield Fault(node.start_mark.line + 1, "应为“键: 值”的表 / a table of keys is expected")
        return
    present = set()
    for key_node, value in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        present.add(key)
        if key not in shape:
            near = get_close_matches(key, shape, 1)
            zh = f"未知的键 {key}；可用：{', '.join(shape)}"
            en = f"unknown key {key}; known: {', '.join(shape)}"
            if near:
                zh = f"未知的键 {key}，是否指 {near[0]}？"
                en = f"unknown key {key}, did you mean {near[0]}?"
            yield Fault(line, f"{zh} / {en}")
        elif not _is_empty(value):
            yield from _of_type(key, value, shape[key], line)
    for key, owner in NEEDED:
        if owner is shape and key not in present:
            yield Fault(node.start_mark.line + 1, f"缺少 {key} / {key} is missing")


def _is_empty(node: Node) -> bool:
    return bool(node.id == SCALAR and node.tag.endswith(":null"))


def _of_type(key: str, value: Node, wanted: Any, line: int) -> Iterator[Fault]:
    if isinstance(wanted, list):
        if value.id != SEQUENCE:
            yield Fault(line, f"{key} 应为列表 / {key} must be a list")
            return
        for item in value.value:
            yield from _shape(item, wanted[0])
    elif value.id not in NODES[wanted] or (wanted == FLAG and not value.tag.endswith(":bool")):
        yield Fault(line, f"{key} 类型不对，应为{TYPE_NAMES[wanted]} / {key} must be a {wanted}")
    elif value.id == SEQUENCE:
        for item in value.value:
            if item.id != SCALAR or _is_empty(item):
                fault = f"{key} 中有一项为空或不是文字 / an item of {key} is no text"
                yield Fault(item.start_mark.line + 1, fault)


SCALAR, SEQUENCE, MAPPING = "scalar", "sequence", "mapping"
NODES: Mapping[str, Sequence[str]] = {
    TEXT: (SCALAR,),
    LIST: (SEQUENCE,),
    TABLE: (MAPPING,),
    FLAG: (SCALAR,),
    WORDS: (SCALAR, SEQUENCE),
}
TYPE_NAMES = {
    TEXT: "文字",
    LIST: "列表",
    TABLE: "表",
    FLAG: " true 或 false",
    WORDS: "文字或列表",
}


def _sense(node: Node, raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Values that can't be right."""
    lines = _lines(node)
    for key, said in (*_host_faults(raw), *_http_faults(raw), *_when_faults(raw)):
        yield Fault(lines.get(key, 1), said)
    for n, address in enumerate(_list(raw.get("recipients"))):
        if address is not None and not is_address(address):
            zh = f"recipients 每项写一个邮箱地址，现为 {address}"
            en = f"one mail address an item of recipients, not {address}"
            yield Fault(lines.get(f"recipients.{n}", 1), f"{zh} / {en}")
    units = _tables(raw.get("units"))
    first_lines: dict[str, int] = {}
    for n, unit in enumerate(units):
        line = lines.get(f"units.{n}", 1)
        name = str(unit.get("name", ""))
        if name in first_lines:
            first = first_lines[name]
            fault = f"单位 {name} 已在第 {first} 行 / unit {name} is on line {first} already"
            yield Fault(line, fault)
        first_lines.setdefault(name, line)
        for said in _unit_faults(name, unit):
            yield Fault(line, said)
    known = _known_names(units)
    for n, column in enumerate(_tables(raw.get("columns"))):
        for said in _column_faults(column):
            yield Fault(lines.get(f"columns.{n}", 1), said)
        if (owner := column.get("unit")) and owner not in known:
            zh = f"栏目的单位 {owner} 不在 units 中"
            en = f"the column's unit {owner} is not among the units"
            fault = _asking(zh, en, owner, known)
            yield Fault(lines.get(f"columns.{n}", 1), fault)
        for said in _covers_faults(column, known):
            yield Fault(lines.get(f"columns.{n}", 1), said)


def _covers_faults(column: Mapping[str, Any], known: Collection[str]) -> Iterator[str]:
    words = _words(column.get("covers"))
    if words and column.get("unit"):
        zh = "栏目已写明 unit，不必再写 covers"
        yield f"{zh} / a column of one unit (unit) needs no covers"
    for word in words:
        if word not in (*COVERS, *known):
            zh = f"covers 应为 {'、'.join(COVERS)} 或 units 中的单位，现为 {word}"
            en = f"covers is {', '.join(COVERS)} or units of the file, not {word}"
            yield _asking(zh, en, word, [*COVERS, *known])


SELECTORS = ("list", "item", "paging")


def _column_faults(column: Mapping[str, Any]) -> Iterator[str]:
    for key in SELECTORS:
        selector = column.get(key)
        if not isinstance(selector, str):
            continue
        import soupsieve  # few files need it, and it takes as long to import as all else here

        try:
            soupsieve.compile(selector)
        except (soupsieve.SelectorSyntaxError, NotImplementedError) as error:
            zh = f'{key} 应为 CSS 选择器，如 "ul.list > li"，现为 {selector}'
            en = f"{key} must be a CSS selector ({str(error).splitlines()[0]})"
            yield f"{zh} / {en}"
    url = str(column.get("url") or "")
    if url and not re.fullmatch(r"https?://[^\s/?#]+.*", url):
        zh = f"栏目的 url 应为完整网址，如 http://www.example.gov.cn/nb/，现为 {url}"
        yield f"{zh} / the url of a column is a whole address, not {url}"


def _asking(zh: str, en: str, told: object, known: Collection[str]) -> str:
    """A fault with the question whether another word was meant, where one is near."""
    for near in get_close_matches(str(told), known, 1):
        return f"{zh}，是否指 {near}？ / {en}, did you mean {near}?"
    return f"{zh} / {en}"


def _unknown(table: str, key: object, known: Collection[str]) -> str:
    zh, en = f"{table} 中未知的键 {key}", f"unknown key {key} in {table}"
    if not get_close_matches(str(key), known, 1):
        names = ", ".join(known)
        zh, en = f"{zh}；可用：{names}", f"{en}; known: {names}"
    return _asking(zh, en, key, known)


KeyFault = tuple[str, str]  # the key at the file's top, and what is wrong


def _host_faults(raw: Mapping[str, Any]) -> Iterator[KeyFault]:
    host = raw.get("host")
    if host and not HOST.fullmatch(str(host)):
        bare = re.sub(r"^https?://|/.*$", "", str(host))
        zh = f"host 只写主机名，如 {bare}"
        yield "host", f"{zh} / host is a name without http:// or a path"


def _http_faults(raw: Mapping[str, Any]) -> Iterator[KeyFault]:
    for key, value in _table(raw.get("http")).items():
        if key not in HTTP:
            yield "http", _unknown("http", key, HTTP)
        elif not re.fullmatch(HTTP[key][0], str(value).lower()):
            _, zh, en = HTTP[key]
            yield "http", f"http 的 {key} 应为{zh}，现为 {value} / {key} must be {en}, not {value}"


def _when_faults(raw: Mapping[str, Any]) -> Iterator[KeyFault]:
    """When reports are due, and when portals are visited."""
    for said in _deadline_faults(raw.get("deadlines")):
        yield "deadlines", said
    for key, value in (raw.get("cadence") or {}).items():
        if key not in CADENCE or not isinstance(value, (int, float)) or value <= 0:
            zh = f"cadence 应为 {'、'.join(CADENCE)} 的小时数，现为 {key}: {value}"
            en = f"cadence wants hours of {', '.join(CADENCE)}, not {key}: {value}"
            yield "cadence", f"{zh} / {en}"
    for key, value in _table(raw.get("digest")).items():
        if key != "last_week" or value not in DIGESTS:
            zh = f"digest 应为 {{last_week: daily 或 weekly}}，现为 {key}: {value}"
            en = f"digest must be {{last_week: daily or weekly}}, not {key}: {value}"
            yield "digest", f"{zh} / {en}"
    deadline = raw.get("deadline")
    if deadline and not is_day(deadline):
        zh = f'deadline 应为 "月-日"，如 "01-31"，现为 {deadline}'
        en = f'deadline must be "MM-DD", such as "01-31", not {deadline}'
        yield "deadline", f"{zh} / {en}"


def _unit_faults(name: str, unit: Mapping[str, Any]) -> Iterator[str]:
    if len(name) > LONGEST_NAME:
        zh = f"单位名称超过{LONGEST_NAME}字，请用简称，全称写入 aliases：{name}"
        en = f"a name longer than {LONGEST_NAME} characters, put it into aliases: {name}"
        yield f"{zh} / {en}"
    kind = unit.get("kind", "town")
    if kind not in KINDS:
        zh = f"kind 应为 {'、'.join(KINDS)} 之一"
        yield _asking(zh, f"kind is one of {', '.join(KINDS)}", kind, KINDS)
    former = [old.get("until") for old in _tables(unit.get("former"))]
    for day in (unit.get("since"), unit.get("until"), *former):
        if day and not is_date(day):
            zh = f"单位 {name} 的日期应写作 年-月-日，如 2016-05-01，现为 {day}"
            yield f"{zh} / a day of unit {name} is written as 2016-05-01, not {day}"
    for year, day in (("", unit.get("deadline")), *_table(unit.get("deadlines")).items()):
        if day and not (is_day(day) and re.fullmatch(r"(?:20\d\d)?", str(year))):
            wrong = f"{year} {day}".strip()
            zh = f'单位 {name} 的时限应为 "月-日"，如 "01-31"，现为 {wrong}'
            en = f'the deadline of unit {name} must be "MM-DD", such as "01-31", not {wrong}'
            yield f"{zh} / {en}"
    phone = str(unit.get("phone") or "")
    if phone and not PHONE.fullmatch(phone):
        zh = f"单位 {name} 的 phone 应为电话号码（请加引号），现为 {phone}"
        yield f"{zh} / the phone of unit {name} is a telephone number in quotes, not {phone}"
    code = str(unit.get("code", ""))
    if code and not re.fullmatch(r"\d{9}", code):
        zh = f"单位 {name} 的代码应为 9 位数字（请加引号），现为 {code}"
        yield f"{zh} / the code of unit {name} is nine digits in quotes, not {code}"


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
    for key, value in _table(rules).items():
        if key not in RULES:
            yield _unknown("deadlines", key, RULES)
        elif key == "years":
            yield from _year_faults(value)
        elif key in ("hand_in", *KINDS) and not is_day(value):
            en = f'{key} of deadlines must be "MM-DD", not {value}'
            yield f'deadlines 的 {key} 应为 "月-日"，现为 {value} / {en}'
        elif key == "grace_days" and not (isinstance(value, int) and value >= 0):
            en = f"grace_days of deadlines is a number of days, not {value}"
            yield f"deadlines 的 grace_days 应为天数，现为 {value} / {en}"
        elif key == "working_day" and value not in ("next", "none"):
            en = f"working_day of deadlines is next or none, not {value}"
            yield f"deadlines 的 working_day 应为 next 或 none，现为 {value} / {en}"


def _year_faults(value: object) -> Iterator[str]:
    years = value
    if not isinstance(years, dict):
        years = {"?": value}
    for year, day in years.items():
        if not re.fullmatch(r"20\d\d", str(year)) or not is_day(day):
            en = f'years of deadlines are YEAR: "MM-DD", not {year}: {day}'
            yield f'deadlines 的 years 应为 年份: "月-日"，现为 {year}: {day} / {en}'


def _known_names(units: Sequence[Mapping[str, Any]]) -> set[str]:
    names: set[str] = set()
    for unit in units:
        names |= {str(name) for name in (unit.get("name"), *(unit.get("aliases") or ()))}
    return names


def _table(value: object) -> Mapping[Any, Any]:
    if isinstance(value, dict):
        return value
    return {}


def _list(value: object) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    return ()


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _lines(node: Node) -> dict[str, int]:
    """The lines of the keys, and of the items of those that are lists."""
    lines: dict[str, int] = {}
    if node.id != MAPPING:
        return lines
    for key, value in node.value:
        lines[key.value] = key.start_mark.line + 1
        if value.id == SEQUENCE:
            for n, item in enumerate(value.value):
                lines[f"{key.value}.{n}"] = item.start_mark.line + 1
    return lines


# ---- writing a county's file


def county_yaml(county: County, *, host: str = "", notes: Sequence[str] = ()) -> str:
    """A new file: the county with all its townships, yet without columns."""
    source = "单位名单来自国家统计局2023年统计用区划代码，之后的撤并、更名请在此修改。"
    hint = "nianbao probe 网址  会给出可粘贴的内容 / `nianbao probe URL` prints what to paste"
    lines = [
        f"# {county.full_name}。{source}",
        f"county: {county.name}",
        f'code: "{county.code}"',
        f"host: {host}  # 门户网站主机名 / the portal's host name",
        f"columns: []  # {hint}",
        "# 收多个单位年报的栏目可加 covers: towns、departments、all 或 [单位名]，写明收谁的",
        "# a column for many may say whom it covers: towns, departments, all or [names of units]",
        'deadline: "01-31"  # 本县通知确定的公布时限 / as the county\'s notice sets it',
        "recipients: []",
    ]
    if notes:
        lines += ["notes:", *(f"  - {note}" for note in notes)]
    lines.append("units:")
    for town in towns_of(county.code):
        name, aliases = name_and_aliases(town)
        kind = "town"
        if name.endswith("街道"):
            kind = "subdistrict"
        named = f'name: {name}, code: "{town.code}", kind: {kind}'
        lines.append(f"  - {{{named}, aliases: [{', '.join(aliases)}]}}")
    return "\n".join(lines) + "\n"
