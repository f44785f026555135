"""The numbers of a report: what is to be printed, and what must be read back."""

from __future__ import annotations

from decimal import Decimal

from nianbao.parser.forms import Form, form_named

Number = int | Decimal | None  # None is a blank cell
Figures = dict[str, Number]  # full key -> number; a cell that is not in the report has no key


def blank_figures(form_id: str = "2021", number: Number = 0) -> Figures:
    """Every cell of a form with the same number."""
    return {key: number for key, _ in form_named(form_id).cells()}


def balance(figures: Figures, form_id: str = "2021") -> Figures:
    """Set every total so that all identities of the form hold."""
    form = form_named(form_id)
    done = dict(figures)
    parts = [
        row.key
        for row in form.request_rows
        if row.key not in ("new", "carried_in", "handled_total", "carried_out")
    ]
    columns = [column.key for column in form.request_columns if column.key != "total"]
    for column in columns:
        done[f"requests.handled_total.{column}"] = sum(
            done[f"requests.{row}.{column}"] or 0 for row in parts
        )
        handled, carried_in = (
            done[f"requests.handled_total.{column}"] or 0,
            done[f"requests.carried_in.{column}"] or 0,
        )
        out = done[f"requests.carried_out.{column}"] or 0
        out = max(out, carried_in - handled)
        done[f"requests.carried_out.{column}"] = out
        done[f"requests.new.{column}"] = handled + out - carried_in
    for row in form.request_rows:
        done[f"requests.{row.key}.total"] = sum(
            done[f"requests.{row.key}.{column}"] or 0 for column in columns
        )
    for group in form.dispute_groups:
        outcomes = [column.key for column in form.dispute_columns if column.key != "total"]
        done[f"disputes.{group.key}.total"] = sum(
            done[f"disputes.{group.key}.{outcome}"] or 0 for outcome in outcomes
        )
    return done


def as_json(figures: Figures, form: Form | None = None) -> dict[str, object]:
    """The three tables as `nianbao read --json` gives them."""
    tables: dict[str, object] = {"proactive": {}, "requests": {}, "disputes": {}}
    for key, number in figures.items():
        table, rest = key.split(".", 1)
        value = float(number) if isinstance(number, Decimal) and number != int(number) else number
        value = int(value) if isinstance(value, Decimal) else value
        if table == "disputes":
            tables[table][rest] = value  # type: ignore[index]
        else:
            row, column = rest.rsplit(".", 1)
            tables[table].setdefault(row, {})[column] = value  # type: ignore[attr-defined]
    return tables
