"""The statutory form as on paper: boxes in rows, each a label or the place of a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from nianbao.parser.forms import TABLES, Form, Label, form_named, form_of_year

Scope = Literal["", "col", "colgroup", "row", "rowgroup"]


class Box(NamedTuple):
    """A label, or where the number of a cell stands."""

    text: str = ""
    key: str = ""  # of the cell; empty for a label
    colspan: int = 1
    rowspan: int = 1
    scope: Scope = ""


Row = tuple[Box, ...]


class Table(NamedTuple):
    """A table of the form. Whatever stands in one body belongs together."""

    name: str
    title: str
    head: tuple[Row, ...]
    bodies: tuple[tuple[Row, ...], ...]
    is_there: bool = True  # whether the report has it


def tables_of(table_forms: Mapping[str, str], year: int | None) -> list[Table]:
    """The three tables, each of the form that the report has it in; those that it lacks of the
    form of its year. None of a year in which there was no form.
    """
    usual = form_of_year(year) if year is not None else None
    first = next((form_named(name) for name in table_forms.values()), usual)
    found = []
    for name in TABLES:
        form = form_named(table_forms[name]) if name in table_forms else usual or first
        if form is not None:
            found.append(DRAWN[name](form)._replace(is_there=name in table_forms))
    return found


def _titled(form: Form, at: int) -> str:
    return f"{form.sections[at].number}、{form.sections[at].label}"


# ---- what is published of one's own accord


def _proactive(form: Form) -> Table:
    width = max(len(clause.columns) for clause in form.proactive)
    bodies = []
    for clause in form.proactive:
        spans = _shares(width, len(clause.columns))
        named = list(zip(clause.columns, spans, strict=True))
        heads = (Box(column.label, "", span, 1, "col") for column, span in named)
        rows: list[Row] = [
            (Box(clause.clause, "", width + 1, 1, "colgroup"),),
            (Box("信息内容", "", 1, 1, "col"), *heads),
        ]
        for row in clause.rows:
            cells = (Box("", f"proactive.{row.key}.{column.key}", span) for column, span in named)
            rows.append((Box(row.label, "", 1, 1, "row"), *cells))
        bodies.append(tuple(rows))
    return Table("proactive", _titled(form, 1), (), tuple(bodies))


def _shares(width: int, count: int) -> list[int]:
    """How many columns of a wide table each of a few takes."""
    each, rest = divmod(width, count)
    return [each] * (count - 1) + [each + rest]


# ---- requests

LABELS = 3  # columns in which the labels of rows stand


def _requests(form: Form) -> Table:
    columns = form.request_columns
    under = [column for column in columns if column.group]
    first = columns.index(under[0])
    above = [
        *(Box(column.label, "", 1, 2, "col") for column in columns[:first]),
        Box(under[0].group, "", len(under), 1, "colgroup"),
        *(Box(column.label, "", 1, 2, "col") for column in columns[first + len(under) :]),
    ]
    head: tuple[Row, ...] = (
        (
            Box(form.corner, "", LABELS, 3),
            Box(form.request_heads[0], "", len(columns), 1, "colgroup"),
        ),
        tuple(above),
        tuple(Box(column.label, "", 1, 1, "col") for column in under),
    )
    return Table("requests", _titled(form, 2), head, (tuple(_request_rows(form)),))


def _request_rows(form: Form) -> Iterator[Row]:
    groups = {group.label: group for group in form.request_groups}
    results = form.request_groups[0]
    inside = [row for row in form.request_rows if row.group]
    is_first = True
    for name, found in groupby(form.request_rows, key=lambda row: row.group):
        rows = list(found)
        for n, row in enumerate(rows):
            labels: list[Box] = []
            if row.group and is_first:
                labels.append(Box(_numbered(results), "", 1, len(inside), "rowgroup"))
                is_first = False
            if name in ("", results.label):
                labels.append(Box(_numbered(row), "", 2 if name else LABELS, 1, "row"))
            else:
                if n == 0:
                    labels.append(Box(_numbered(groups[name]), "", 1, len(rows), "rowgroup"))
                labels.append(Box(_numbered(row), "", 1, 1, "row"))
            keys = (f"requests.{row.key}.{column.key}" for column in form.request_columns)
            yield (*labels, *(Box("", key) for key in keys))


def _numbered(label: Label) -> str:
    """As the form prints it: 一、 but （一）."""
    number = f"{label.number}、" if len(label.number) == 1 else label.number
    return f"{number}{label.label}{label.note}"


# ---- reviews and lawsuits


def _disputes(form: Form) -> Table:
    columns = form.dispute_columns
    top, middle, bottom, cells = (list[Box]() for _ in range(4))
    for name, found in groupby(form.dispute_groups, key=lambda group: group.group):
        groups = list(found)
        if name:
            top.append(Box(name, "", len(columns) * len(groups), 1, "colgroup"))
        for group in groups:
            span: Sequence[int] = (1, 1) if name else (2, 2)
            level = middle if name else top
            level.append(Box(group.label, "", len(columns), 1, "colgroup"))
            place = bottom if name else middle
            place += [Box(column.label, "", 1, span[0], "col") for column in columns]
            cells += [Box("", f"disputes.{group.key}.{column.key}") for column in columns]
    head = (tuple(top), tuple(middle), tuple(bottom))
    return Table("disputes", _titled(form, 3), head, ((tuple(cells),),))


DRAWN = {"proactive": _proactive, "requests": _requests, "disputes": _disputes}
