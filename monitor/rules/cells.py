"""Rules over single cells: blanks, symbols, numbers that can't be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from nianbao.monitor.rules.cell_names import TABLES, cell_en, cell_zh
from nianbao.monitor.rules.finding import Raised, Severity
from nianbao.monitor.rules.subject import Subject
from nianbao.parser.fill import Value, cell_labels
from nianbao.parser.regions import regions

MANY_BLANKS = 10
SYMBOLS = frozenset("/-—－–―─_\\／＼")


def blanks(subject: Subject) -> Iterator[Raised]:
    """One finding a table, however many cells are blank in it."""
    for table, zh in TABLES.items():
        cells = [key for key, value in _blank(subject, table) if not _symbol(value.raw)]
        if not cells:
            continue
        severity: Severity = "notice"
        if len(cells) >= MANY_BLANKS or any(key.endswith(".total") for key in cells):
            severity = "warning"
        named = {"table": zh, "table_en": table, "count": len(cells)}
        where = {"where": _where(cells, cell_zh), "where_en": _where(cells, cell_en)}
        yield Raised("E01", {**named, **where}, tuple(cells), severity=severity)


def _where(cells: list[str], name: Callable[[str], str]) -> str:
    shown = "、".join(name(key) for key in cells[:3])
    if len(cells) > 3:
        shown += " …"
    return shown


def symbols(subject: Subject) -> Iterator[Raised]:
    for table, zh in TABLES.items():
        marked = {key: v.raw for key, v in _blank(subject, table) if _symbol(v.raw)}
        if marked:
            marks = "、".join(dict.fromkeys(raw.strip() for raw in marked.values()))
            named = {"table": zh, "table_en": table, "count": len(marked), "marks": marks}
            yield Raised("E02", named, tuple(marked))


def _symbol(raw: str) -> bool:
    mark = raw.strip()
    return bool(mark) and (set(mark) <= SYMBOLS or mark in ("无", "暂无", "没有"))


def no_counts(subject: Subject) -> Iterator[Raised]:
    """A count is a whole number that is not negative; amounts of money may
    have decimals."""
    labels = cell_labels()
    for key, value in subject.report.cells.items():
        kind = labels[key].kind if key in labels else "count"
        number = value.number
        if value.state != "value" or number is None or kind == "change":
            continue
        fraction = isinstance(number, Decimal) and number != number.to_integral_value()
        if number < 0 or (fraction and kind == "count"):
            yield Raised("E03", {"number": value.raw.strip()}, (key,), actual=number)


def regulations(subject: Subject) -> Iterator[Raised]:
    """Towns, subdistricts and the departments of a county have no power to make 规章.

    An office reports its government's, and a city may make them.
    """
    if subject.level not in ("town", "street") and not _is_of_a_county(subject):
        return
    keys = [key for key in subject.report.cells if key.startswith("proactive.regulations.")]
    cells = tuple(key for key in keys if subject.number(key))
    if cells:
        number = subject.number(cells[0])
        yield Raised("E04", {"number": number}, cells, 0, number)


def _is_of_a_county(subject: Subject) -> bool:
    county = subject.report.county or subject.context.county
    return subject.level == "department" and regions().get(county or "") == "county"


MUCH = {"town": 1000, "street": 1000}  # ten thousand yuan; more is unlikely


def fee_unit(subject: Subject) -> Iterator[Raised]:
    """A town's charges of many thousands are probably yuan; those of a county are not."""
    value = subject.value("proactive.fees.amount")
    if value is None or value.state != "value" or value.number is None:
        return
    most = MUCH.get(subject.level)
    if most is not None and value.number >= most and value.unit != "元":
        named = {"amount": value.number}
        yield Raised("E05", named, ("proactive.fees.amount",), actual=value.number)


def documents_in_force(subject: Subject) -> Iterator[Raised]:
    """What was made this year and not repealed is in force at its end."""
    for row in ("regulations", "normative_documents"):
        keys = tuple(f"proactive.{row}.{column}" for column in ("issued", "repealed", "in_force"))
        numbers = [subject.number(key) for key in keys]
        if any(number is None for number in numbers):
            continue
        issued, repealed, in_force = (number or 0 for number in numbers)
        if in_force < issued - repealed:
            named = {"issued": issued, "repealed": repealed, "in_force": in_force}
            yield Raised("F10", named, keys, issued - repealed, in_force)


def _blank(subject: Subject, table: str) -> Iterator[tuple[str, Value]]:
    for key, value in subject.report.cells.items():
        if key.startswith(f"{table}.") and value.state == "blank":
            yield key, value


RULES = (
    (("E01",), blanks),
    (("E02",), symbols),
    (("E03",), no_counts),
    (("E04",), regulations),
    (("E05",), fee_unit),
    (("F10",), documents_in_force),
)
