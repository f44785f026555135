"""The office's own ledger (台账) of who published when, held against ours: each difference with
its proof.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from python_calamine import CalamineError, load_workbook

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.scope import counties_of
from nianbao.monitor.standing import day_in_beijing
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import Scope
from nianbao.storage.units import unit_id

Verdict = Literal["agreed", "differs", "only_there", "only_here"]
Field = Literal["unit", "county", "day", "state", "url", "code"]

# How offices head their columns, the surest first; spaces and what stands in brackets are left out
# before.
HEADS: Mapping[Field, re.Pattern[str]] = {
    "unit": re.compile(
        r"(?:单位|乡镇|镇街|街道|部门|主体|机构|责任单位|公开主体|发布主体)(?:名称|全称)?$"
        r"|^(?:名称|乡镇街道|乡镇办|镇办|乡镇部门|unit)$",
        re.I,
    ),
    "county": re.compile(r"^(?:县|区县|县区|县市区|市县|所属县|所在县|行政区划?|county)$", re.I),
    "day": re.compile(
        r"(?:发布|公布|公开|上传|上网|上线|挂网|完成|报送|页面标注)(?:日期|时间|日)$|^(?:日期|时间|date)$",
        re.I,
    ),
    "state": re.compile(
        r"^(?:是否|有无)?(?:已|按时|按期)?(?:发布|公布|公开|完成|上传)(?:状态|情况|与否)?$"
        r"|^(?:状态|情况|进度|进展|完成情况|state|status)$",
        re.I,
    ),
    "url": re.compile(r"网址|链接|地址|url", re.I),
    "code": re.compile(r"^(?:单位|机构|乡镇|统计用|行政)?(?:区划)?(?:代码|编码)$|^code$", re.I),
}
# A day by which it was due, or of something else.
NOT_ITS_DAY = re.compile("应|拟|计划|预计|要求|规定|截止|上年|去年|往年|指南|目录|整改")
LESS_SURE = re.compile("报送|完成")  # it may be handed in, and not out
# What is said first holds: in 已发布（未盖章） the second is of something else.
GONE = re.compile(r"撤下|撤回|撤销|删除|下架")
DONE = re.compile(
    r"^(?:目前|现|均|也)*(?:已经?|按时|按期|如期|及时|逾期|延期|延迟|迟|补|于)"
    r"[\d年月日.-]*(?:发布|公布|公开|上传|完成|报送|挂网|上网)"
)
NO = re.compile(r"未|没有|尚无|缺|否|待|免|^无$|^[×xX✕✗✘N]$|^no$", re.I)
NOT_IN_TIME = re.compile(r"未(?:能|及)*(?:按时|按期|如期|及时)")
IN_TIME = re.compile(r"按时|按期|如期|及时")
BARE_NO = re.compile(r"^(?:否|不是|[×xX✕✗✘N]|no)$", re.I)
BARE_YES = re.compile(r"^(?:是|[√✓✔vVyY对]|yes)$", re.I)
TOO_LATE = re.compile(r"逾期|延期|延迟|迟|补发")
NOT_LATE = re.compile(r"(?:未|没有?|无|不)(?:存在|曾)?(?:逾期|超期|延期|延迟|迟)(?!发布|公布|公开)")
NOT_OUT = re.compile(
    r"(?:未|没有|待|不予?)(?:能|曾|见|及|监测到|按时|按期|如期|及时)*"
    r"(?:发布|公布|公开|上传|上网|上线|挂网|完成(?!整改)|报送)|^[尚还]?(?:未|无|没有|待定|缺报?|漏报)$|免"
)
UNSURE = re.compile(r"无法|不详|不明|核实中|^待(?:核|查|定|确认|复)")
YES = re.compile(r"已|是|按时|按期|逾期|延期|迟|完成|发布|公布|公开|有|^[√✓✔vVyY对]$|^yes$", re.I)
PARTS = re.compile(r"[，,、；;。（）()\s]+")
NOT_A_UNIT = re.compile(r"^(?:合计|总计|小计|共计|平均|备注|说明|填表|制表|审核|注)")
YEARS = re.compile(r"20\d\d")
LOOKED_AT = 20  # rows in which the heads are looked for


class OfficeLedgerError(Exception):
    """The file can't be used; the sentence says why."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


class Entry(NamedTuple):
    """What the office wrote down of one unit."""

    unit: str
    county: str
    day: date | None
    published: bool | None  # None: it does not say
    said: str  # as it stands there
    where: str  # sheet and row
    in_time: bool | None = None  # whether it says so without a day; None: it does not say
    code: str = ""  # of the unit


@dataclass(frozen=True, slots=True)
class Compared:
    """One unit in both ledgers."""

    verdict: Verdict
    zh: str  # why
    en: str
    line: Line | None
    entry: Entry | None


# ---- reading it


def entries_in(data: bytes, name: str, year: int) -> list[Entry]:
    """The rows of the first sheet that names units and says something of them. Raises
    OfficeLedgerError.
    """
    seen: list[str] = []
    for sheet, rows in _sheets(data, name):
        seen.append(sheet)
        _refuse_across(name, sheet, rows, year)
        head, columns = _heads(rows, year)
        if "unit" in columns and ("day" in columns or "state" in columns):
            _refuse_side_by_side(name, sheet, rows[head], columns["unit"])
            return list(_entries(sheet, rows, head, columns, year))
    sheets = "、".join(seen)
    raise OfficeLedgerError(
        f"{name}：没有找到表头（需要“单位”和“发布日期”或“发布状态”两列；看过：{sheets}）",
        f"{name}: no heads found (units, and dates or states; looked at {sheets})",
    )


def _sheets(data: bytes, name: str) -> Iterator[tuple[str, list[list[Any]]]]:
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        try:
            book = load_workbook(io.BytesIO(data))
            for sheet in book.sheet_names:
                yield sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except CalamineError as error:
            raise OfficeLedgerError(
                f"{name}：不是能打开的 Excel 文件（{error}）", f"{name}: not a workbook ({error})"
            ) from None
        return
    yield name, [list(row) for row in csv.reader(io.StringIO(_decoded(data, name)))]


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise OfficeLedgerError(
        f"{name}：应为 .xlsx、.xls、.ods 或 .csv 文件", f"{name}: give an .xlsx, .xls, .ods or .csv"
    )


ACROSS = 3  # columns in which heads may stand below each other
BESIDE = 2  # cells that say something of units, beside such a head


def _refuse_across(name: str, sheet: str, rows: Sequence[Sequence[Any]], year: int) -> None:
    """A ledger that names its units in a row, with their dates or states below them."""
    for n in range(ACROSS):
        fields = {_field(row[n] if n < len(row) else ""): row for row in rows[:LOOKED_AT]}
        said = fields.get("day") or fields.get("state")
        if "unit" not in fields or said is None:
            continue
        told = [value for value in said[n + 1 :] if _says_something(value, year)]
        if len(told) >= BESIDE:
            raise OfficeLedgerError(
                f"{name}：{sheet} 的单位横排在一行中，请转置为每行一个单位",
                f"{name}: {sheet} has its units in a row; turn it, so that each has a row",
            )


def _field(value: object) -> Field | None:
    word = _bare(value)
    return next((field for field in HEADS if word and _is_head(field, word)), None)


def _is_head(field: Field, word: str) -> bool:
    return HEADS[field].search(word) is not None and not (
        field == "day" and NOT_ITS_DAY.search(word)
    )


def _says_something(value: object, year: int) -> bool:
    """A date, or a state."""
    text = _shown(value)
    return _day(value, year) is not None or bool(text and (NO.search(text) or YES.search(text)))


def _refuse_side_by_side(name: str, sheet: str, heads: Sequence[Any], unit: int) -> None:
    words = [_bare(value) for value in heads]
    if words[unit] and words.count(words[unit]) > 1:
        raise OfficeLedgerError(
            f"{name}：{sheet} 有几列并排的“{words[unit]}”，请先排成一列",
            f"{name}: {sheet} has several columns of {words[unit]} beside each other; "
            "put them below each other first",
        )


def _heads(rows: Sequence[Sequence[Any]], year: int) -> tuple[int, dict[Field, int]]:
    """The row that the heads end in, and which column holds what. Heads may stand in two rows,
    one above the other.
    """
    best: tuple[int, dict[Field, int]] = (0, {})
    for at in range(min(len(rows), LOOKED_AT)):
        for joined in (False, True):
            words = [_bare(value) for value in rows[at]]
            if joined and at + 1 < len(rows):
                below = [_bare(value) for value in rows[at + 1]]
                words = [under or over for over, under in zip(words, below, strict=False)]
            columns = _columns(words, year)
            if len(columns) > len(best[1]):
                best = (at + joined, columns)
    return best


def _bare(value: object) -> str:
    text = "" if value is None else str(value)
    return re.sub(r"\s|[（(][^（()）]*[)）]|[/、:：]", "", text)


def _columns(words: Sequence[str], year: int) -> dict[Field, int]:
    """Which column holds what; one that names another year is of no use. Reports of a year are
    published in the next one, so both may be named, the reports' own rather.
    """
    found: dict[Field, int] = {}
    wanted: tuple[list[str], ...] = ([str(year)], [], [str(year + 1)])
    of_years = ((n, word, YEARS.findall(word)) for n, word in enumerate(words))
    fit = [
        (wanted.index(years), LESS_SURE.search(word) is not None, n, word)
        for n, word, years in of_years
        if years in wanted
    ]
    for *_, n, word in sorted(fit):
        for field in HEADS:
            if word and field not in found and _is_head(field, word):
                found[field] = n
                break
    return found


def _entries(
    sheet: str, rows: Sequence[Sequence[Any]], head: int, columns: Mapping[Field, int], year: int
) -> Iterator[Entry]:
    county = ""
    at = columns.get("state", len(rows[head]))
    above = (_bare(word) for row in rows[: head + 1][-2:] for word in row[at : at + 1])
    asks_in_time = any(map(IN_TIME.search, above))
    for number, row in enumerate(rows[head + 1 :], head + 2):
        told = {field: row[n] for field, n in columns.items() if n < len(row)}
        unit = "".join(str(told.get("unit") or "").split())
        county = (
            "".join(str(told.get("county") or "").split()) or county
        )  # merged cells say it once
        if not unit or NOT_A_UNIT.match(unit):
            continue
        state = "".join(str(told.get("state") or "").split())
        day = _day(told.get("day"), year) or _day(told.get("state"), year)
        said = "，".join(part for part in (_shown(told.get("day")), state) if part)
        published = _published(state, told.get("day"), day)
        in_time = _in_time(state, asked=asks_in_time) if day is None else None
        if asks_in_time and day is None and BARE_NO.search(state):
            published = None  # maybe it was, later
        code = _coded("".join(str(told.get("code") or "").split()))
        if re.fullmatch(r"\d{2,6}", code) and "county" not in columns:
            county = code
        yield Entry(unit, county, day, published, said, f"{sheet} 第{number}行", in_time, code)


def _in_time(state: str, *, asked: bool) -> bool | None:
    """Whether a state says that it was published in time; `asked`: its column's head asks so."""
    if NOT_LATE.search(state):
        return True
    if NOT_IN_TIME.search(state) or TOO_LATE.search(state) or (asked and BARE_NO.search(state)):
        return False
    return True if IN_TIME.search(state) or (asked and BARE_YES.search(state)) else None


def _shown(value: object) -> str:
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else str(value).strip()


def _published(state: str, day_cell: object, day: date | None) -> bool | None:
    said = state or _shown(day_cell)
    if GONE.search(said):
        return False
    told_of = ((part, told) for part in PARTS.split(said) if (told := _told(part)) is not None)
    if day is not None:  # beside a day 缺附件 is of something else
        told_of = ((part, told) for part, told in told_of if told != "no" or NOT_OUT.search(part))
    _, told = next(told_of, ("", None))
    if day is not None:
        return told != "no"
    return {"yes": True, "no": False}.get(told or "", None if said else False)


def _told(part: str) -> Literal["yes", "no", "unsure"] | None:
    """What a part of a cell says of whether it is published; None where it says nothing of it."""
    if NOT_LATE.search(part):
        return None
    if UNSURE.search(part) or NOT_IN_TIME.search(part):
        return "unsure"
    if DONE.search(part):
        return "yes"
    if NO.search(part):
        return "no"
    return "yes" if YES.search(part) else None


FULL = re.compile(r"(20\d\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
SHORT = re.compile(r"^\D{0,3}(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?$")
EIGHT = re.compile(r"^(20\d\d)(\d\d)(\d\d)$")
FIRST_DAY = date(1899, 12, 30)  # from which workbooks count


def _day(value: object, year: int) -> date | None:
    """The day that a cell says; where it names no year, of the season of the reports' year."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and 40000 < value < 60000:
        return FIRST_DAY + timedelta(days=int(value))
    if isinstance(value, float) and SHORT.match(f"{value}0") and _day(f"{value}0", year):
        return None  # 1.20 is kept as 1.2, and so is 1.2
    text = _shown(value).removesuffix(".0")
    if match := FULL.search(text) or EIGHT.match(text):
        return _valid(int(match[1]), int(match[2]), int(match[3]))
    if match := SHORT.match(text):
        month = int(match[1])
        return _valid(year if month == 12 else year + 1, month, int(match[2]))
    return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# ---- holding it against ours


def compare(
    entries: Sequence[Entry],
    lines: Sequence[Line],
    counties: Sequence[CountyEntry],
    scope: Scope,
    names: Mapping[str, str] | None = None,
) -> list[Compared]:
    """Each unit once, in the order of the office's ledger; then those that it does not name.
    Nothing is said of whom the scope does not mean.

    `counties`: all that are known. `names`: what counties are called where two have one name, by
    their codes.
    """
    called = _called(lines, counties)
    known = {county.code: county.county for county in counties}
    known |= {line.county: line.county_name for line in lines}
    here = {code for code in known if scope.touches(code)}
    compared: list[Compared] = []
    named: set[str] = set()
    for entry in entries:
        meant = _counties_meant(entry.county, known, names or {})
        if meant and not meant & here:
            if not meant & known.keys() and any(map(scope.touches, meant)):
                zh, en = "监测名单中没有这个县", "not of a county that is watched"
                compared.append(Compared("only_there", zh, en, None, entry))
            continue  # of another county, which was not asked for
        candidates = _whose(entry, called, meant)
        if not candidates:
            told = _of_no_line(entry, _filed(entry, counties, meant), meant & here or here, scope)
            compared += [told] if told is not None else []
            continue
        if len(candidates) != 1:
            compared.append(_several(entry, candidates, names or {}))
            continue
        line = candidates[0]
        if line.unit in named:
            zh, en = "台账中重复出现", "it stands there twice"
            compared.append(Compared("differs", zh, en, line, entry))
            continue
        named.add(line.unit)
        compared.append(_held_against(entry, line))
    for line in lines:
        if line.unit not in named:
            zh, en = "台账中没有这个单位", "the office's ledger does not name it"
            compared.append(Compared("only_here", zh, en, line, None))
    return compared


class Filed(NamedTuple):
    """A unit of a county's file that an entry may name."""

    county: str
    unit: str  # its key
    with_county: bool  # whether the entry names its county before it
    is_dated: bool  # whether the file says since when or until when there is such a unit


def _filed(
    entry: Entry, counties: Sequence[CountyEntry], meant: Collection[str]
) -> Iterator[Filed]:
    said = _stem(entry.unit)
    for county in counties:
        before = (county.county, county.county[:-1])
        for unit in county.units if not meant or county.code in meant else ():
            names = (unit.name, *unit.aliases, *(old.name for old in unit.former))
            told = {_stem(name) for name in names}
            full = {f"{place}{name}" for place in before for name in told}
            if said in told | full:
                dated = bool(unit.since or unit.until)
                yield Filed(county.code, unit_id(county, unit), said not in told, dated)


def _of_no_line(
    entry: Entry, filed: Iterable[Filed], here: Collection[str], scope: Scope
) -> Compared | None:
    """Who had nothing to publish, or is not known; None for whom nobody asked."""
    known = list(filed)
    own = [each for each in known if each.county in here]
    asked = [each for each in own if scope.holds(each.county, each.unit)]
    if asked:
        return _not_due(entry, asked)
    is_elsewhere = any(each.with_county for each in known)
    if own or is_elsewhere or not any(scope.holds(code) for code in here):
        return None
    zh, en = "监测名单中没有这个单位", "not among the units that are watched"
    return Compared("only_there", zh, en, None, entry)


def _not_due(entry: Entry, asked: Sequence[Filed]) -> Compared:
    """Founded later or closed is only who has such a day in the file: another was merely not on the
    list of the day that was asked about.
    """
    codes = "、".join(each.unit for each in asked)
    zh = f"不在该年度应发布单位名单中（{codes}）"
    en = f"not on the list of who had to publish for the year ({codes})"
    if all(each.is_dated for each in asked):
        zh = f"该年度不是应发布单位（{codes}）：尚未设立或已撤并"
        en = f"had nothing to publish for the year ({codes}): not founded yet, or closed"
    return Compared("only_there", zh, en, None, entry)


def _called(lines: Sequence[Line], counties: Sequence[CountyEntry]) -> Mapping[str, list[Line]]:
    """Our units by everything that they may be called."""
    aliases = {
        (county.code, unit.name): (*unit.aliases, *(old.name for old in unit.former))
        for county in counties
        for unit in county.units
    }
    found: dict[str, list[Line]] = {}
    for line in lines:
        names = {line.unit, line.name, *aliases.get((line.county, line.name), ())}
        for name in {_stem(name) for name in names}:
            found.setdefault(name, []).append(line)
    return found


def _stem(name: str) -> str:
    """Without what every unit is called: 柳树镇人民政府 and 柳树镇 are one."""
    name = _coded("".join(name.split()))
    short = re.sub(r"(?:人民政府|政府|街道办事处|办事处|街道办)$", "", name)
    return f"{short}街道" if re.search(r"街道办(?:事处)?$", name) else short


def _counties_meant(said: str, known: Mapping[str, str], names: Mapping[str, str]) -> set[str]:
    """The codes of the counties that an entry may mean; none where it says none that is known."""
    exact = {code for code, name in names.items() if name == said}
    exact = exact or {code for code, name in known.items() if _is_of(said, name)}
    code = _coded(said)
    exact = exact or {each for each in known if each.startswith(counties_of(code, known))}
    # Of one that nobody watches it is none of the others.
    return exact or ({code} if re.fullmatch(r"\d{6}", code) else set())


def _coded(said: str) -> str:
    """A code as commands take it: an office writes 140999000000, a spreadsheet 140999.0."""
    code = re.sub(r"^(\d+)\.0$", r"\1", said)
    for digits in (2, 4, 6, 9):
        if re.fullmatch(rf"\d{{{digits}}}0*", code) and len(code) in CODES_END[digits]:
            return code[:digits]
    return said


# How long the codes of a province, city, county or unit are, as they are written.
CODES_END: Mapping[int, tuple[int, ...]] = {2: (2, 6, 12), 4: (4, 6, 12), 6: (6, 9, 12), 9: (9, 12)}


def _whose(entry: Entry, called: Mapping[str, list[Line]], meant: set[str]) -> list[Line]:
    """The units that an entry may be of, of its county where it names one."""
    exact = called.get(_stem(entry.unit), [])
    if not exact:  # with the county before it: 平安县柳树镇
        exact = [
            line
            for name, lines in called.items()
            for line in lines
            if _stem(entry.unit) in (f"{line.county_name}{name}", f"{line.county_name[:-1]}{name}")
        ]
    found = list(dict.fromkeys(line for line in exact if not meant or line.county in meant))
    own = [line for line in found if line.unit == entry.code]
    # Another was called so before.
    named = [line for line in found if _stem(line.name) == _stem(entry.unit)]
    return own or named or found


def _is_of(said: str, county: str) -> bool:
    """平安, 平安县 and 太原市平安县 are one."""
    return bool(said) and (said.endswith(county) or county.startswith(said))


def _several(entry: Entry, candidates: Sequence[Line], names: Mapping[str, str]) -> Compared:
    codes = "、".join(
        f"{names.get(line.county, line.county_name)}（{line.unit}）" for line in candidates
    )
    zh, en = (
        f"有 {len(candidates)} 个同名单位：{codes}",
        f"{len(candidates)} units of that name: {codes}",
    )
    return Compared("only_there", zh, en, None, entry)


OTHERWISE = ((True, "late"), (False, "on_time"))  # what the office says, and where we see it


IN_TIME_HERE = ("on_time", "awaiting", "not_due")


def _held_against(entry: Entry, line: Line) -> Compared:
    standing = line.standing
    if entry.published is None and standing.name == "unknown":
        return Compared("agreed", standing.zh, standing.en, line, entry)
    if entry.published is None and entry.in_time is False and standing.name in ("late", "missing"):
        return Compared("agreed", standing.zh, standing.en, line, entry)
    if entry.published is None and entry.in_time and standing.name in IN_TIME_HERE:
        return Compared("agreed", standing.zh, standing.en, line, entry)
    if entry.published is not False and (entry.in_time, standing.name) in OTHERWISE:
        there = ("按时发布", "in time") if entry.in_time else ("未按时发布", "not in time")
        zh, en = f"台账为{there[0]}，监测：{standing.zh}", f"{there[1]} there; here: {standing.en}"
        return Compared("differs", zh, en, line, entry)
    if entry.published is None:
        return Compared(
            "differs", f"看不懂“{entry.said}”", f"not understood: {entry.said}", line, entry
        )
    if standing.name == "exempt":
        agrees = not entry.published
        zh, en = f"免于发布：{standing.zh}", f"exempt: {standing.en}"
        return Compared("agreed" if agrees else "differs", zh, en, line, entry)
    if not entry.published:
        return _unpublished_there(entry, line)
    if not line.is_published and standing.name == "unknown":
        zh = f"台账为已发布，监测无法核实：{standing.zh}"
        return Compared("differs", zh, f"published there, unknown here: {standing.en}", line, entry)
    if not line.is_published:
        zh = f"台账为已发布，监测未见：{standing.zh}"
        return Compared(
            "differs", zh, f"published there, not seen here: {standing.en}", line, entry
        )
    known = {day for day in (line.printed, line.first_day) if day is not None}
    if entry.day is None or entry.day in known or _may_be(entry.day, line):
        return Compared("agreed", standing.zh, standing.en, line, entry)
    ours = "、".join(str(day) for day in sorted(known))
    return Compared(
        "differs",
        f"日期不同：台账{entry.day}，监测{ours}",
        f"{entry.day} there, {ours} here",
        line,
        entry,
    )


def _may_be(day: date, line: Line) -> bool:
    """Whether a report that prints no day may have been published on one: by the day on which it
    was first seen, and not before a look that proves that it was not there.
    """
    if line.printed is not None or line.sighted is None or day > day_in_beijing(line.sighted):
        return False
    absent = line.standing.evidence if line.standing.name == "late" else None
    return absent is None or day >= day_in_beijing(absent)


def _unpublished_there(entry: Entry, line: Line) -> Compared:
    standing = line.standing
    if line.is_published:
        zh = f"台账为未发布，监测到已发布：{standing.zh}"
        return Compared("differs", zh, f"not there, published here: {standing.en}", line, entry)
    if standing.name == "unknown":
        zh = f"台账为未发布，监测无法核实：{standing.zh}"
        return Compared(
            "differs", zh, f"not there, not verifiable here: {standing.en}", line, entry
        )
    return Compared("agreed", standing.zh, standing.en, line, entry)
