"""Tables without rules: values that stand under each other keep their places."""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain, pairwise

from nianbao.parser.readers.page.lines import Field, Line
from nianbao.parser.readers.page.shapes import numberlike
from nianbao.parser.readers.page.tables import Table


def keep_blanks_in_place(items: list[Line | Table]) -> list[Line | Table]:
    """Give the rows of tables without rules an empty field where other rows
    have a number and they have none.
    """
    run: list[Line] = []
    for item in [*items, None]:
        line = item if isinstance(item, Line) and _may_stand_in_a_run(item) else None
        if run and (line is None or run[-1].leaf != line.leaf):
            _align(run)
            run = []
        if line is not None:
            run.append(line)
    return items


def _may_stand_in_a_run(line: Line) -> bool:
    """A row with its numbers, or a line of a label that is broken over several
    lines.
    """
    if _values(line.fields) < len(line.fields):
        return True
    return len(line.fields) == 1 and not line.full and not line.fields[0].text.startswith("第")


def _values(fields: list[Field]) -> int:
    """Where the numbers at the end of a line begin."""
    start = len(fields)
    while start and numberlike(fields[start - 1].text):
        start -= 1
    return start


def _align(run: list[Line]) -> None:
    rows = [line for line in run if _values(line.fields) < len(line.fields)]
    values = chain.from_iterable(line.fields[_values(line.fields) :] for line in rows)
    spans = sorted((value.x0, value.x1) for value in values)
    columns: list[list[float]] = []
    for x0, x1 in spans:
        if columns and x0 <= columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], x1)
        else:
            columns.append([x0, x1])
    if len(rows) < 2 or len(columns) < 2 or any(b[0] - a[1] < 5 for a, b in pairwise(columns)):
        return
    starts = [column[0] for column in columns]
    for line in rows:
        start = _values(line.fields)
        places = [bisect_right(starts, f.x0) - 1 for f in line.fields[start:]]
        labels_end = max((f.x1 for f in line.fields[:start]), default=0.0)
        if len(set(places)) < len(places) or labels_end > starts[0]:
            continue
        fields = [Field("", column[0], column[1]) for column in columns]
        for place, found in zip(places, line.fields[start:], strict=True):
            fields[place] = found
        line.fields = [*line.fields[:start], *fields]
