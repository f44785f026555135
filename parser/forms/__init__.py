"""The statutory forms as data: every YAML file beside this module is one form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

TABLES = ("proactive", "requests", "disputes")
NumberKind = Literal["count", "decimal", "change"]


@dataclass(frozen=True, slots=True)
class Label:
    """A row, column or group of a form,
    with every wording by which it is known.
    """

    key: str
    label: str
    also: tuple[str, ...] = ()
    number: str = ""  # printed before a row label
    note: str = ""  # printed behind it
    group: str = ""  # the label it stands under or beside
    kind: NumberKind = "count"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """One sub-table of the table of proactive disclosure."""

    clause: str
    columns: tuple[Label, ...]
    rows: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Form:
    id: str
    first_year: int
    last_year: int | None
    basis: str
    sections: tuple[Label, ...]
    proactive: tuple[Clause, ...]
    corner: str
    request_heads: tuple[str, ...]
    request_columns: tuple[Label, ...]
    request_rows: tuple[Label, ...]
    request_groups: tuple[Label, ...]
    dispute_heads: tuple[str, ...]
    dispute_groups: tuple[Label, ...]
    dispute_columns: tuple[Label, ...]
    identities: tuple[Mapping[str, Any], ...]

    def covers(self, year: int) -> bool:
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)

    def cells(self) -> Iterator[tuple[str, Label]]:
        """Every number cell of the form: its key and the column that says how
        its number is written.
        """
        for clause in self.proactive:
            for row in clause.rows:
                for column in clause.columns:
                    yield f"proactive.{row.key}.{column.key}", column
        for row in self.request_rows:
            for column in self.request_columns:
                yield f"requests.{row.key}.{column.key}", column
        for group in self.dispute_groups:
            for column in self.dispute_columns:
                yield f"disputes.{group.key}.{column.key}", column


@cache
def keys_of(form_id: str) -> frozenset[str]:
    """The keys of every number cell of a form."""
    return frozenset(key for key, _ in form_named(form_id).cells())


@cache
def forms() -> tuple[Form, ...]:
    """All forms, the newest first."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sources = [
        entry for entry in resources.files(__name__).iterdir() if entry.name.endswith(".yaml")
    ]
    loaded = [_form(yaml.load(source.read_text(encoding="utf-8"), loader)) for source in sources]
    return tuple(sorted(loaded, key=lambda form: form.first_year, reverse=True))


def form_of_year(year: int) -> Form | None:
    return next((form for form in forms() if form.covers(year)), None)


@cache
def form_named(form_id: str) -> Form:
    return next(form for form in forms() if form.id == form_id)


def _form(raw: Mapping[str, Any]) -> Form:
    requests, disputes = raw["requests"], raw["disputes"]
    return Form(
        id=str(raw["id"]),
        first_year=raw["years"]["from"],
        last_year=raw["years"].get("to"),
        basis=raw["basis"],
        sections=_labels(raw["sections"]),
        proactive=tuple(
            Clause(part["clause"], _labels(part["columns"]), _labels(part["rows"]))
            for part in raw["proactive"]
        ),
        corner=requests["corner"],
        request_heads=tuple(requests["heads"]),
        request_columns=_labels(requests["columns"]),
        request_rows=_labels(requests["rows"]),
        request_groups=_labels(requests["groups"]),
        dispute_heads=tuple(disputes["heads"]),
        dispute_groups=_labels(disputes["groups"]),
        dispute_columns=_labels(disputes["columns"]),
        identities=tuple(raw["identities"]),
    )


def _labels(entries: list[Mapping[str, Any]]) -> tuple[Label, ...]:
    return tuple(
        Label(
            key=entry.get("key", ""),
            label=entry["label"],
            also=tuple(entry.get("also", ())),
            number=str(entry.get("number", "")),
            note=entry.get("note", ""),
            group=entry.get("group", "") or entry.get("under", ""),
            kind=entry.get("kind", "count"),
            unit=entry.get("unit", ""),
        )
        for entry in entries
    )
