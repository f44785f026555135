"""The identities of the form, and the smallest correction that satisfies all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from nianbao.monitor.rules.cell_names import cell_en, cell_zh
from nianbao.monitor.rules.finding import CannotTell, Raised, Suggestion
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


IDS = ("F01", "F02", "F03", "F04", "F05", "F06")


@cache
def equations(form_id: str) -> tuple[Equation, ...]:
    return tuple(_equations(form_named(form_id)))


def _equations(form: Form) -> Iterator[Equation]:
    rows = [row.key for row in form.request_rows]
    columns = [column.key for column in form.request_columns]
    for identity in form.identities:
        left, right = identity["left"], identity["right"]
        if identity.get("table") == "disputes":
            yield Equation(identity["id"], _full("disputes", left), _full("disputes", right))
        elif identity["each"] == "column":
            for column in columns:
                sides = (
                    [f"{row}.{column}" for row in _matching(rows, side)] for side in (left, right)
                )
                yield Equation(identity["id"], *(_full("requests", side) for side in sides))
        else:
            for row in rows:
                sides = ([f"{row}.{column}" for column in side] for side in (left, right))
                yield Equation(identity["id"], *(_full("requests", side) for side in sides))


def _matching(rows: Sequence[str], patterns: Iterable[str]) -> list[str]:
    return [row for pattern in patterns for row in rows if fnmatchcase(row, pattern)]


def _full(table: str, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{table}.{key}" for key in keys)


def arithmetic(subject: Subject) -> Iterator[Raised | CannotTell]:
    told, numbers, blanks = _assessable(subject)
    unknown = {rule for rule, able in told.items() if not able}
    broken = [e for able in told.values() for e in able if _difference(e, numbers)]
    for rule in sorted(unknown):
        yield CannotTell(
            rule,
            "表格缺失或有单元格无法识别",
            "the table is missing, or has cells that can't be read",
        )
    if not broken:
        return
    if (shifted := _shifted(broken, numbers)) is not None:
        yield shifted
        broken = [e for e in broken if e.id != "F03"]
    every = [e for able in told.values() for e in able]
    for group in _independent(broken):
        yield from _explain(group, every, numbers, blanks)


def _assessable(subject: Subject) -> tuple[dict[str, list[Equation]], dict[str, int], set[str]]:
    """The equations whose members are all known, with blank and absent cells counted as zero."""
    told: dict[str, list[Equation]] = {}
    numbers: dict[str, int] = {}
    blanks: set[str] = set()
    for table in ("requests", "disputes"):
        form = subject.form_of(table)
        for equation in equations(form.id if form else "2021"):
            if equation.cells[0].partition(".")[0] != table:
                continue
            able = told.setdefault(equation.id, [])
            values = [subject.value(cell) for cell in equation.cells]
            if form is None or all(value is None for value in values):
                continue
            if any(value is not None and value.state == "unreadable" for value in values):
                continue
            for cell, value in zip(equation.cells, values, strict=True):
                numbers[cell] = (
                    int(value.number) if value is not None and value.number is not None else 0
                )
                if value is None or value.number is None:
                    blanks.add(cell)
            able.append(equation)
    return told, numbers, blanks


def _difference(equation: Equation, numbers: Mapping[str, int]) -> int:
    return sum(numbers[cell] for cell in equation.left) - sum(
        numbers[cell] for cell in equation.right
    )


def _shifted(broken: Sequence[Equation], numbers: Mapping[str, int]) -> Raised | None:
    """The total of several rows stands one column to the left of its place."""
    rows = [e for e in broken if e.id == "F03"]
    moved = [
        e
        for e in rows
        if numbers[e.left[0]] == 0 and 0 < numbers[e.right[-1]] == _sum_before_last(e, numbers)
    ]
    if len(moved) < 2 or len(moved) < len(rows):
        return None
    cells = tuple(cell for e in moved for cell in (e.right[-1], e.left[0]))
    return Raised("F11", {"rows": len(moved)}, cells)


def _sum_before_last(equation: Equation, numbers: Mapping[str, int]) -> int:
    return sum(numbers[cell] for cell in equation.right[:-1])


def _independent(broken: Sequence[Equation]) -> list[list[Equation]]:
    """Broken equations that share a cell may have one cause."""
    groups: list[list[Equation]] = []
    for equation in broken:
        touching = [
            group for group in groups if any(set(e.cells) & set(equation.cells) for e in group)
        ]
        for group in touching:
            groups.remove(group)
        groups.append([*(e for group in touching for e in group), equation])
    return groups


# ---- the smallest correction

Change = tuple[tuple[str, int], ...]  # cells and their new numbers
MOST_CHANGES = 3
MOST_OPTIONS = 6


def corrections(
    broken: Sequence[Equation], every: Sequence[Equation], numbers: Mapping[str, int]
) -> tuple[Change, ...]:
    """The smallest sets of cells whose change satisfies every equation; more than one where several fit equally."""
    reach = {cell: [e for e in every if cell in e.cells] for e in broken for cell in e.cells}
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
    broken: Sequence[Equation],
    numbers: dict[str, int],
    every: Sequence[Equation],
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
        number = numbers[cell] - gap if cell in first.left else numbers[cell] + gap
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
    group: Sequence[Equation],
    every: Sequence[Equation],
    numbers: Mapping[str, int],
    blanks: set[str],
) -> Iterator[Raised]:
    """One finding for each cell to correct. Where several cells fit equally, one that lists them; else no advice."""
    options = corrections(group, every, numbers)
    if len(options) == 1:
        for cell, number in options[0]:
            mended = [e for e in group if cell in e.cells]
            yield _raised(mended or group, numbers, blanks, (Suggestion(cell, number),))
    elif options and all(len(option) == 1 for option in options):
        listed = tuple(
            Suggestion(cell, number, n)
            for n, ((cell, number),) in enumerate(options[:MOST_OPTIONS], 1)
        )
        yield _raised(group, numbers, blanks, listed)
    else:
        yield _raised(group, numbers, blanks, ())


def _raised(
    group: Sequence[Equation],
    numbers: Mapping[str, int],
    blanks: set[str],
    suggestions: tuple[Suggestion, ...],
) -> Raised:
    first = min(group, key=lambda e: (e.id, len(e.cells)))
    certain = not any(cell in blanks for e in group for cell in e.cells)
    lone = suggestions[0] if len(suggestions) == 1 else None
    cells = (
        (lone.cell,)
        if lone
        else tuple(dict.fromkeys(c for e in group for c in (e.left[0], e.right[0])))
    )
    left = sum(numbers[cell] for cell in first.left)
    right = sum(numbers[cell] for cell in first.right)
    named = {
        "formula": "；".join(
            _formula(e, numbers, cell_zh) for e in sorted(group, key=lambda e: e.id)[:3]
        ),
        "formula_en": "; ".join(
            _formula(e, numbers, cell_en) for e in sorted(group, key=lambda e: e.id)[:3]
        ),
        "advice": _advice_zh(suggestions, numbers),
        "advice_en": _advice_en(suggestions, numbers),
    }
    return Raised(
        first.id,
        named,
        cells,
        lone.value if lone else left,
        numbers[lone.cell] if lone else right,
        suggestions,
        severity=None if certain else "warning",
        state="fail" if certain else "verify",
        facts=tuple(f"{cell}={numbers[cell]}" for e in group for cell in e.cells if numbers[cell]),
    )


def _formula(equation: Equation, numbers: Mapping[str, int], name: Callable[[str], str]) -> str:
    def side(cells: Sequence[str]) -> str:
        shown = [cell for cell in cells if numbers[cell]] or list(cells[:1])
        return " + ".join(f"{_bare(name(cell))} {numbers[cell]}" for cell in shown)

    total = sum(numbers[cell] for cell in equation.right)
    summed = f" = {total}" if len([cell for cell in equation.right if numbers[cell]]) > 1 else ""
    return f"{side(equation.left)} ≠ {side(equation.right)}{summed}"


def _bare(name: str) -> str:
    return (
        name.removeprefix("表三 ")
        .removeprefix("表四 ")
        .removeprefix("table 3 ")
        .removeprefix("table 4 ")
    )


def _advice_zh(suggestions: tuple[Suggestion, ...], numbers: Mapping[str, int]) -> str:
    if not suggestions:
        return ""
    listed = [f"“{cell_zh(s.cell)}”应为{s.value}（现为{numbers[s.cell]}）" for s in suggestions]
    if len(suggestions) == 1:
        return "，疑似" + listed[0]
    return "，改动最小的几种可能：" + "；".join(
        f"{s.option}. {text}" for s, text in zip(suggestions, listed, strict=True)
    )


def _advice_en(suggestions: tuple[Suggestion, ...], numbers: Mapping[str, int]) -> str:
    if not suggestions:
        return ""
    listed = [
        f"{cell_en(s.cell)} is probably {s.value}, not {numbers[s.cell]}" for s in suggestions
    ]
    if len(suggestions) == 1:
        return "; " + listed[0]
    return "; equally small corrections: " + "; ".join(
        f"({s.option}) {text}" for s, text in zip(suggestions, listed, strict=True)
    )


RULES = (((*IDS, "F11"), arithmetic),)
