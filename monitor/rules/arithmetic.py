"""The form's identities, and the smallest correction that satisfies them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, partial
from itertools import chain

from nianbao.monitor.rules.cell_names import cell_en, cell_zh
from nianbao.monitor.rules.finding import (
    CannotTell,
    Number,
    Raised,
    Severity,
    Suggestion,
    Verdict,
)
from nianbao.monitor.rules.subject import Subject
from nianbao.parser.forms import Form, form_named


@dataclass(frozen=True, slots=True)
class Equation:
    """What stands on the left is what stands on the right."""

    id: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return (*self.left, *self.right)


Equations = Sequence[Equation]
Numbers = Mapping[str, int]  # by their cells
Suggestions = tuple[Suggestion, ...]
IDS = ("F01", "F02", "F03", "F04", "F05", "F06")


@cache
def equations(form_id: str) -> tuple[Equation, ...]:
    return tuple(_equations(form_named(form_id)))


def _equations(form: Form) -> Iterator[Equation]:
    for identity in form.identities:
        rule, left, right = identity["id"], identity["left"], identity["right"]
        if identity.get("table") == "disputes":
            yield Equation(rule, _full("disputes", left), _full("disputes", right))
        elif identity["each"] == "column":
            for column in form.request_columns:
                sides = (_down(form, side, column.key) for side in (left, right))
                yield Equation(rule, *sides)
        else:
            for row in form.request_rows:
                yield Equation(rule, _across(row.key, left), _across(row.key, right))


def _down(form: Form, patterns: Iterable[str], column: str) -> tuple[str, ...]:
    """The cells of a column in each row that a pattern names."""
    keys = [row.key for row in form.request_rows]
    rows: list[str] = []
    for pattern in patterns:
        rows += [key for key in keys if fnmatchcase(key, pattern)]
    return tuple(f"requests.{row}.{column}" for row in rows)


def _across(row: str, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"requests.{row}.{column}" for column in columns)


def _full(table: str, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{table}.{key}" for key in keys)


def arithmetic(subject: Subject) -> Iterator[Raised | CannotTell]:
    assessable, numbers, blanks = _assessable(subject)
    for rule in sorted(rule for rule, able in assessable.items() if not able):
        yield CannotTell(
            rule,
            "表格缺失或有单元格读不出",
            "the table is missing, or has cells that can't be read",
        )
    every = list(chain.from_iterable(assessable.values()))
    broken = [equation for equation in every if _difference(equation, numbers)]
    if not broken:
        return
    if (shifted := _shifted(broken, numbers)) is not None:
        yield shifted
        broken = [e for e in broken if e.id != "F03"]
    for group in _independent(broken):
        yield from _explain(group, every, numbers, blanks)


def _assessable(subject: Subject) -> tuple[dict[str, list[Equation]], dict[str, int], set[str]]:
    """The equations whose members are all known: blank cells count as zero,
    and of a row that is not there nothing is known."""
    assessable: dict[str, list[Equation]] = {}
    numbers: dict[str, int] = {}
    blanks: set[str] = set()
    for table in ("requests", "disputes"):
        form = subject.form_of(table)
        for equation in equations(form.id if form else "2021"):
            if equation.cells[0].partition(".")[0] != table:
                continue
            able = assessable.setdefault(equation.id, [])
            values = [subject.value(cell) for cell in equation.cells]
            if form is None or any(value is None for value in values):
                continue
            if any(value is not None and value.state == "unreadable" for value in values):
                continue
            for cell, value in zip(equation.cells, values, strict=True):
                if value is None or value.number is None:
                    blanks.add(cell)
                    numbers[cell] = 0
                else:
                    numbers[cell] = int(value.number)
            able.append(equation)
    return assessable, numbers, blanks


def _difference(equation: Equation, numbers: Numbers) -> int:
    return _total(equation.left, numbers) - _total(equation.right, numbers)


def _total(cells: Iterable[str], numbers: Numbers) -> int:
    return sum(numbers[cell] for cell in cells)


def _shifted(broken: Equations, numbers: Numbers) -> Raised | None:
    """The total of several rows stands one column to the left of its place."""
    rows = [e for e in broken if e.id == "F03"]
    moved = [e for e in rows if _is_moved(e, numbers)]
    if len(moved) < 2 or len(moved) < len(rows):
        return None
    cells: list[str] = []
    for equation in moved:
        cells += [equation.right[-1], equation.left[0]]
    return Raised("F11", {"rows": len(moved)}, tuple(cells))


def _is_moved(equation: Equation, numbers: Numbers) -> bool:
    last = numbers[equation.right[-1]]
    return numbers[equation.left[0]] == 0 < last == _total(equation.right[:-1], numbers)


def _independent(broken: Equations) -> list[list[Equation]]:
    """Broken equations that share a cell may have one cause."""
    groups: list[list[Equation]] = []
    for equation in broken:
        joined = []
        for group in list(groups):
            if any(set(e.cells) & set(equation.cells) for e in group):
                groups.remove(group)
                joined += group
        groups.append([*joined, equation])
    return groups


# ---- the smallest correction

Change = tuple[tuple[str, int], ...]  # cells and their new numbers
MOST_CHANGES = 3
MOST_OPTIONS = 6
MOST_SHOWN = 3  # of them; all are in the finding's data
DOWN = ("F01", "F02")  # whose sums run down a column


def corrections(broken: Equations, every: Equations, numbers: Numbers) -> tuple[Change, ...]:
    """The smallest sets of cells whose change satisfies every equation;
    several fit equally."""
    reach: dict[str, list[Equation]] = {}
    for cell in chain.from_iterable(e.cells for e in broken):
        reach[cell] = [e for e in every if cell in e.cells]
    for size in range(1, MOST_CHANGES + 1):
        found: dict[frozenset[tuple[str, int]], None] = {}
        for change in _search(tuple(broken), dict(numbers), every, reach, size, ()):
            found[frozenset(change)] = None
            if len(found) > MOST_OPTIONS:
                break
        if found:
            return tuple(tuple(sorted(change)) for change in found)
    return ()


def _search(
    broken: Equations,
    numbers: dict[str, int],
    every: Equations,
    reach: dict[str, list[Equation]],
    left: int,
    done: Change,
) -> Iterator[Change]:
    if not broken:
        yield done
        return
    if left == 0:
        return
    first = min(broken, key=lambda e: len(e.cells))
    gap = _difference(first, numbers)
    changed = {cell for cell, _ in done}
    for cell in first.cells:
        if cell in changed:
            continue
        number = numbers[cell] + gap
        if cell in first.left:
            number = numbers[cell] - gap
        if number < 0:
            continue
        tried = {**numbers, cell: number}
        touched = reach.get(cell) or [e for e in every if cell in e.cells]
        reach[cell] = touched
        fixed = [e for e in touched if not _difference(e, tried) and _difference(e, numbers)]
        spoilt = [e for e in touched if _difference(e, tried) and not _difference(e, numbers)]
        still = [e for e in broken if e not in fixed] + spoilt
        if len(still) < 4 * left:  # one change mends four equations at most
            yield from _search(still, tried, every, reach, left - 1, (*done, (cell, number)))


def _explain(
    group: Equations,
    every: Equations,
    numbers: Numbers,
    blanks: set[str],
) -> Iterator[Raised]:
    """One finding for each cell to correct; where several cells fit equally,
    one lists them."""
    options = corrections(group, every, numbers)
    if len(options) == 1:
        for cell, number in options[0]:
            mended = [e for e in group if cell in e.cells]
            yield _raised(mended or group, numbers, blanks, (Suggestion(cell, number),), options[0])
        return
    listed: list[Suggestion] = []
    if all(len(option) == 1 for option in options):
        for n, ((cell, number),) in enumerate(options[:MOST_OPTIONS], 1):
            listed.append(Suggestion(cell, number, n))
    yield _raised(group, numbers, blanks, tuple(listed))


def _raised(
    group: Equations,
    numbers: Numbers,
    blanks: set[str],
    suggestions: Suggestions,
    change: Change = (),
) -> Raised:
    """`change`: all cells that are corrected together."""
    first = min(group, key=lambda e: (e.id, len(e.cells)))
    members = list(chain.from_iterable(e.cells for e in group))
    heads = chain.from_iterable((e.left[0], e.right[0]) for e in group)
    cells = tuple(dict.fromkeys(heads))
    expected: Number = _total(first.left, numbers)
    actual = _total(first.right, numbers)
    if len(suggestions) == 1:
        cell, expected, _ = suggestions[0]
        cells, actual = (cell,), numbers[cell]
    beside = _along(first, numbers, suggestions, change)
    severity: Severity | None = None
    state: Verdict = "fail"
    if blanks.intersection(members):
        severity, state = "warning", "verify"
    named = {
        "summary": _summary_zh(first, numbers),
        "summary_en": _summary_en(first, numbers),
        "formula": _formula(first, numbers, partial(_short, first, cell_zh)),
        "formula_en": _formula(first, numbers, partial(_short, first, cell_en)),
        "advice": _advice_zh(first, suggestions, numbers) + _along_zh(first, beside),
        "advice_en": _advice_en(first, suggestions, numbers) + _along_en(first, beside),
    }
    return Raised(
        first.id,
        named,
        cells,
        expected,
        actual,
        suggestions,
        severity=severity,
        state=state,
        facts=tuple(f"{cell}={numbers[cell]}" for cell in members if numbers[cell]),
    )


SIDES = {
    "F01": (
        "第一项加第二项",
        "第三项加第四项",
        "items one and two (received, carried in)",
        "items three and four (handled, carried out)",
    ),
    "F02": ("（一）至（六）各项合计", "（七）总计", "the results", "their total"),
    "F03": ("各类申请人合计", "总计", "the applicants", "their total"),
    "F04": ("各项结果合计", "总计", "the results", "their total"),
}


def _sides(equation: Equation, numbers: Numbers) -> tuple[int, int]:
    """The parts first, then their total, however the form prints them."""
    left, right = _total(equation.left, numbers), _total(equation.right, numbers)
    if equation.id != "F01" and len(equation.left) < len(equation.right):
        return right, left
    return left, right


def _summary_zh(equation: Equation, numbers: Numbers) -> str:
    first, second, _, _ = SIDES.get(equation.id, SIDES["F04"])
    one, other = _sides(equation, numbers)
    gap = abs(one - other)
    return f"{_where_zh(equation)}：{first}为{one}，{second}为{other}，相差{gap}"


def _summary_en(equation: Equation, numbers: Numbers) -> str:
    _, _, first, second = SIDES.get(equation.id, SIDES["F04"])
    one, other = _sides(equation, numbers)
    return f"{_where_en(equation)}: {first} make {one}, {second} {other}"


def _where_zh(equation: Equation) -> str:
    name = cell_zh(equation.left[0])
    if equation.id in DOWN:
        return f"表三“{name.rpartition('·')[2]}”一栏"
    table, _, row = name.rpartition("·")[0].partition(" ")
    return f"{table}“{row}”一行" if equation.id == "F03" else f"{table}“{row}”"


def _where_en(equation: Equation) -> str:
    name = cell_en(equation.left[0])
    if equation.id in DOWN:
        return f"table 3, column “{name.rpartition('· ')[2]}”"
    table, row = name[: len("table 3")], name.rpartition(" ·")[0][len("table 3 ") :]
    return f"{table}, row “{row}”" if equation.id == "F03" else f"{table} “{row}”"


def _formula(equation: Equation, numbers: Numbers, name: Callable[[str], str]) -> str:
    left = _side(equation.left, numbers, name)
    right = _side(equation.right, numbers, name)
    if sum(numbers[cell] != 0 for cell in equation.right) > 1:
        right += f" = {_total(equation.right, numbers)}"
    return f"{left} ≠ {right}"


def _side(cells: Sequence[str], numbers: Numbers, name: Callable[[str], str]) -> str:
    shown = [cell for cell in cells if numbers[cell]] or list(cells[:1])
    return " + ".join(f"{name(cell)} {numbers[cell]}" for cell in shown)


def _short(equation: Equation, name: Callable[[str], str], cell: str) -> str:
    """A cell's name without the row or column that all cells of its sum have."""
    whole = _bare(name(cell))
    row, _, column = whole.rpartition("·")
    if cell not in equation.cells:
        return whole
    return (row if equation.id in DOWN else column).strip()


def _bare(name: str) -> str:
    for table in ("表三 ", "表四 ", "table 3 ", "table 4 "):
        name = name.removeprefix(table)
    return name


def _along(
    equation: Equation, numbers: Numbers, suggestions: Suggestions, change: Change
) -> Change:
    """The other cells without which a correction does not mend a sum."""
    mended = {each.cell for each in suggestions}
    tried = {**numbers, **{cell: number for cell, number in change if cell in mended}}
    if not change or not _difference(equation, tried):
        return ()
    return tuple(each for each in change if each[0] in equation.cells and each[0] not in mended)


def _along_zh(equation: Equation, beside: Change) -> str:
    listed = [f"“{_short(equation, cell_zh, cell)}”改为{number}" for cell, number in beside]
    return f"，须与{'、'.join(listed)}一并更正" if listed else ""


def _along_en(equation: Equation, beside: Change) -> str:
    listed = [f"{_short(equation, cell_en, cell)} as {number}" for cell, number in beside]
    return f", only together with {' and '.join(listed)}" if listed else ""


def _advice_zh(equation: Equation, suggestions: Suggestions, numbers: Numbers) -> str:
    if not suggestions:
        return ""
    listed = [
        f"“{_short(equation, cell_zh, s.cell)}”应为{s.value}（现为{numbers[s.cell]}）"
        for s in suggestions[:MOST_SHOWN]
    ]
    more = ""
    if len(suggestions) > MOST_SHOWN:
        more = f"等{len(suggestions)}种可能"
    return f"；可能是{'，或'.join(listed)}{more}"


def _advice_en(equation: Equation, suggestions: Suggestions, numbers: Numbers) -> str:
    if not suggestions:
        return ""
    listed = []
    for s in suggestions[:MOST_SHOWN]:
        cell = _short(equation, cell_en, s.cell)
        listed.append(f"{cell} is probably {s.value}, not {numbers[s.cell]}")
    more = ""
    if len(suggestions) > MOST_SHOWN:
        more = f", one of {len(suggestions)} ways"
    return f"; {', or '.join(listed)}{more}"


RULES = (((*IDS, "F11"), arithmetic),)
