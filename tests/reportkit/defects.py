"""Printed reports spoilt in the ways that lose information: what was lost must be unreadable, never a number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.reportkit.printed import Box, Printed, Table, Text

Defect = Callable[[Printed, random.Random], Printed]


def drop_blank_cells(printed: Printed, chance: random.Random) -> Printed:
    """Blank cells vanish from their rows, so that five numbers stand for seven."""
    return _each_table(
        printed,
        lambda table: (
            Table(
                tuple(
                    tuple(box for box in row if box.text.strip() or _is_label(row[0]))
                    for row in table.rows
                )
            )
            if _is_requests(table)
            else table
        ),
        keep_header=True,
    )


def run_together(printed: Printed, chance: random.Random) -> Printed:
    """Label and numbers of a row stand in one cell: 规章000."""

    def spoil(table: Table) -> Table:
        rows = []
        for row in table.rows:
            numbers = [box.text for box in row if re.fullmatch(r"\d+", box.text)]
            labels = [box for box in row if not re.fullmatch(r"\d*", box.text)]
            if len(numbers) > 1 and labels and chance.random() < 0.5:
                last = labels[-1]
                joined = Box(last.text + "".join(numbers), last.rowspan, last.colspan)
                rows.append((*labels[:-1], joined, *(Box("") for _ in numbers)))
            else:
                rows.append(row)
        return Table(tuple(rows))

    return _each_table(printed, spoil)


def one_zero_for_a_column(printed: Printed, chance: random.Random) -> Printed:
    """In some columns a single merged cell stands for the rows below each other."""

    def spoil(table: Table) -> Table:
        if not _is_requests(table):
            return table
        height, first = len(table.rows), 5
        columns = chance.sample(range(7), chance.randint(1, 7))
        rows = []
        for r, row in enumerate(table.rows):
            if r < first:
                rows.append(row)
                continue
            values = row[-7:]
            kept = []
            for i, box in enumerate(values):
                if i not in columns:
                    kept.append(box)
                elif r == first:
                    kept.append(Box("0", height - first))
            rows.append((*row[:-7], *kept))
        return Table(tuple(rows))

    return _each_table(printed, spoil)


def repeat_with_other_numbers(printed: Printed, chance: random.Random) -> Printed:
    """A row stands twice, with different numbers."""

    def spoil(table: Table) -> Table:
        if not _is_requests(table):
            return table
        row = table.rows[3]
        twin = (row[0], *(Box(str(int(box.text or 0) + 1)) for box in row[1:]))
        return Table((*table.rows[:4], twin, *table.rows[4:]))

    return _each_table(printed, spoil)


def wrong_rowspans(printed: Printed, chance: random.Random) -> Printed:
    """The label cells reach over too few or too many rows, which shifts the cells below."""

    def spoil(table: Table) -> Table:
        if not _is_requests(table):
            return table
        by = chance.choice([-3, -2, -1, 1, 2])
        rows = [
            tuple(
                Box(box.text, max(1, box.rowspan + by), box.colspan)
                if box.rowspan > 2 and r > 2 and chance.random() < 0.7
                else box
                for box in row
            )
            for r, row in enumerate(table.rows)
        ]
        return Table(tuple(rows))

    return _each_table(printed, spoil)


def lose_a_cell(printed: Printed, chance: random.Random) -> Printed:
    """One number is gone from a row, together with its cell."""

    def spoil(table: Table) -> Table:
        if not _is_requests(table):
            return table
        rows = list(table.rows)
        for _ in range(3):
            r = chance.randint(3, len(rows) - 1)
            row = list(rows[r])
            at = chance.randint(len(row) - 6, len(row) - 1) if len(row) >= 8 else None
            if at is not None:
                del row[at]
                rows[r] = tuple(row)
        return Table(tuple(rows))

    return _each_table(printed, spoil)


def garbage_in_cells(printed: Printed, chance: random.Random) -> Printed:
    """Footnotes, words and two numbers where one should be."""
    junk = [
        "1 2",
        "见附件",
        "6²",
        "①",
        "0 0",
        "三",
        "约5",
        "5/6",
        "1.2.3",
        "00",
        "０12",
        "x",
        "5?",
        "1,23",
        "#REF!",
    ]

    def spoil(table: Table) -> Table:
        rows = [
            tuple(
                Box(chance.choice(junk), box.rowspan, box.colspan)
                if re.fullmatch(r"\d*", box.text) and r > 1 and chance.random() < 0.2
                else box
                for box in row
            )
            for r, row in enumerate(table.rows)
        ]
        return Table(tuple(rows))

    return _each_table(printed, spoil)


def lose_the_header(printed: Printed, chance: random.Random) -> Printed:
    return _each_table(
        printed, lambda table: Table(table.rows[3:]) if _is_requests(table) else table
    )


DEFECTS: dict[str, Defect] = {
    defect.__name__: defect
    for defect in (
        drop_blank_cells,
        run_together,
        one_zero_for_a_column,
        repeat_with_other_numbers,
        wrong_rowspans,
        lose_a_cell,
        garbage_in_cells,
        lose_the_header,
    )
}


def _each_table(
    printed: Printed, change: Callable[[Table], Table], *, keep_header: bool = False
) -> Printed:
    changed: list[Text | Table] = []
    for block in printed:
        if isinstance(block, Table):
            spoilt = change(block)
            if keep_header and _is_requests(block):
                spoilt = Table((*block.rows[:3], *spoilt.rows[3:]))
            changed.append(spoilt)
        else:
            changed.append(block)
    return tuple(changed)


def _is_requests(table: Table) -> bool:
    return len(table.rows) > 20


def _is_label(box: Box) -> bool:
    return "信息内容" in box.text
