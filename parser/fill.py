"""The tables of one report while they are being filled, cell by cell, and what
is doubted in the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from nianbao.parser.forms import Label, forms
from nianbao.parser.numbers import SEVERAL_NUMBERS, USUAL, State, read_cell


class Where(NamedTuple):
    """The place a value was read from, each counted from 1; 0 where the format
    has no such thing.
    """

    page: int = 0
    table: int = 0
    row: int = 0
    column: int = 0
    line: int = 0


class Value(NamedTuple):
    """A cell that is in the report. An absent cell has no Value."""

    state: State
    number: int | Decimal | None
    raw: str
    where: Where
    why: str = ""
    unit: str = ""


class Slot(NamedTuple):
    """The text found where a value should be, before it is read."""

    text: str
    where: Where
    doubt: str = ""
    unit: str = ""  # printed beside it, in the header or in front of the table


@dataclass(slots=True)
class Sheet:
    """Collects values under their full keys.

    What stands twice with different numbers is unreadable.
    """

    values: dict[str, Value] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)  # an ordered set
    # rows whose column order was not printed
    sums_must_hold: set[str] = field(default_factory=set)
    headless: set[str] = field(default_factory=set)  # those of a table without any header
    # tables with rows that are not in the form, and those with numbers that no label names
    loose: set[str] = field(default_factory=set)
    nameless: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)  # keys met twice with one content
    torn: set[str] = field(default_factory=set)  # rows met twice with two contents

    def put_row(self, prefix: str, row: Iterable[tuple[str, str, int]], where: Where) -> None:
        """The usual case of `put`, without its ifs: plain cells that were not met before, each
        with its column's key and place; `where` is that of the first.
        """
        labels, values = cell_labels(), self.values
        page, table, line, _, _ = where
        new = tuple.__new__  # a report has hundreds of cells: their fields are all given
        for column, text, place in row:
            key = prefix + column
            label = labels.get(key)
            here = new(Where, (page, table, line, place, 0))
            if label is None or key in values:
                self.put(key, Slot(text, here))
                continue
            reading = USUAL.get(text) or read_cell(text, label.kind, label.unit, "", page > 0)
            state, number, unit, why = reading
            values[key] = new(Value, (state, number, text, here, why, unit))

    def put(self, key: str, slot: Slot) -> None:
        label = cell_labels().get(key)
        if label is None:
            self.notes[f"no such cell in any form: {key}"] = None
            return
        printed = slot.unit if label.unit else ""
        reading = read_cell(slot.text, label.kind, label.unit, printed, slot.where.page > 0)
        if slot.doubt:
            value = Value("unreadable", None, slot.text, slot.where, slot.doubt)
        else:
            value = Value(
                reading.state, reading.number, slot.text, slot.where, reading.why, reading.unit
            )
        known = self.values.get(key)
        if known is None:
            self.values[key] = value
        elif (known.state, known.number) == (value.state, value.number):
            self.twice.add(key)
        elif known.state != "unreadable":
            raw = f"{known.raw} | {value.raw}"
            self.torn.add(key.rpartition(".")[0])
            self.values[key] = Value(
                "unreadable", None, raw, known.where, "stands twice with different content"
            )

    def refuse(self, keys: Iterable[str], raw: str, why: str, where: Where) -> None:
        """The cells are there, but what they hold can't be told."""
        for key in keys:
            if key in cell_labels():
                self.values[key] = Value("unreadable", None, raw, where, why)

    def note(self, text: str) -> None:
        self.notes[text] = None

    def doubt_two_tables(self) -> None:
        """Where two tables of one kind differ, nobody can tell which is meant, nor whose the
        rows are that only one of them has.
        """
        for table in ("proactive", "requests"):
            torn = [row for row in self.torn if row.startswith(table)]
            if len(torn) > 1:
                keys = [key for key in self.values if key.startswith(f"{table}.")]
                self._doubt(set(keys) - self.twice, "two tables that differ")

    def doubt_what_loose_numbers_may_fill(self) -> None:
        """Numbers that could be placed nowhere may be those of a row that seems empty."""
        for table in self.nameless:
            rows: dict[str, list[str]] = {}
            for key in self.values:
                if key.startswith(f"{table}."):
                    rows.setdefault(key.rpartition(".")[0], []).append(key)
            for keys in rows.values():
                if all(self.values[key].state == "blank" for key in keys):
                    self._doubt(keys, "numbers stand beside this table that belong to no row")

    def doubt_blanks_beside_several(self) -> None:
        """Where one cell holds several numbers, those of the blank ones in its row may be there."""
        rows: dict[str, list[str]] = {}
        for key, value in self.values.items():
            if value.why == SEVERAL_NUMBERS:
                rows.setdefault(_row_of(key), [])
        if not rows:
            return
        for key, value in self.values.items():
            if value.state == "blank" and _row_of(key) in rows:
                rows[_row_of(key)].append(key)
        for keys in rows.values():
            self._doubt(keys, "a cell of this row holds several numbers: its own may be among them")

    def _doubt(self, keys: Iterable[str], why: str) -> None:
        for key in keys:
            if self.values[key].state != "unreadable":
                self.values[key] = self.values[key]._replace(
                    state="unreadable", number=None, why=why
                )

    def check_order(self) -> None:
        """Give up the rows of requests where the total that every row has stands in another
        column than the one that the header calls so.

        Where that one holds nothing but zeros, the report may be filled in so: it is told as it
        is printed, and F11 asks.
        """
        totals = (self.values.get(keys[-1]) for keys in request_rows().values())
        if not any(total is not None and total.number for total in totals):
            return
        rows = map(self._row_numbers, request_rows())
        full = [[number or 0 for number in row] for row in rows if any(row)]
        for other in range(len(request_columns()) - 1):
            telling = {tuple(row) for row in full if row[other] != row[-1]}
            if len(telling) > 1 and all(sum(row) == 2 * row[other] for row in full):
                keys = [key for key in self.values if key.startswith("requests.")]
                self._doubt(keys, "in every row the sum stands in another column than 总计")

    def forget_what_adds_up_to_nothing(self, row: str) -> None:
        """A row of a table without a header whose sum does not hold, where the form's own table
        has it too: it was of another one (予以公开 by years), of few rows.
        """
        numbers = self._row_numbers(row)
        if (
            len(self.headless) > MOST_OWN_ROWS
            or None in numbers
            or sum(numbers[:-1]) == numbers[-1]
        ):
            return
        for key in request_rows()[row]:
            self.values.pop(key, None)
        self.sums_must_hold.discard(row)

    def check_assumed_order(self) -> None:
        """Rows without a header were read in the form's order; keep them only
        if every sum bears it out.
        """
        if not self.sums_must_hold:
            return
        rows = {row: self._row_numbers(row) for row in self.sums_must_hold}
        full = [numbers for numbers in rows.values() if None not in numbers]
        if all(sum(numbers[:-1]) == numbers[-1] for numbers in full):
            telling = any(sum(numbers[1:]) != numbers[0] for numbers in full)
            if telling or len(full) == len(rows):
                return
        for row in rows:
            for column in request_columns():
                key = f"requests.{row}.{column}"
                if value := self.values.get(key):
                    why = "the header leaves the order of the columns open, and so do the sums"
                    self.values[key] = value._replace(state="unreadable", number=None, why=why)

    def _row_numbers(self, row: str) -> list[Any]:
        found = map(self.values.get, request_rows()[row])
        return [value.number if value is not None else None for value in found]


MOST_OWN_ROWS = 4  # of a table that is none of the form's, named as rows of it are


def _row_of(key: str) -> str:
    """The row of a table that a cell stands in; of the disputes there is one."""
    return "disputes" if key.startswith("disputes.") else key.rpartition(".")[0]


@cache
def cell_labels() -> Mapping[str, Label]:
    """Every cell of every form,
    with the column label that says how its number is written.
    """
    labels: dict[str, Label] = {}
    for form in reversed(forms()):
        labels |= form.cells()
    return labels


@cache
def request_columns() -> tuple[str, ...]:
    return tuple(column.key for column in forms()[0].request_columns)


@cache
def request_rows() -> Mapping[str, tuple[str, ...]]:
    """The keys of each row of the requests, over all forms."""
    names = (label.key for form in forms() for label in form.request_rows)
    return {
        name: tuple(f"requests.{name}.{column}" for column in request_columns()) for name in names
    }


@cache
def dispute_keys() -> tuple[str, ...]:
    form = forms()[0]
    pairs = product(form.dispute_groups, form.dispute_columns)
    return tuple(f"{group.key}.{column.key}" for group, column in pairs)
