"""Rows as a file, for a program or a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from starlette.responses import Response

from nianbao.monitor.paper.rows import Row, as_csv, as_json, for_spreadsheets
from nianbao.monitor.paper.workbook import write
from nianbao.monitor.web.asked import Form
from nianbao.monitor.web.shell import link

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_of(form: Form, rows: Sequence[Row], columns: Sequence[str], name: str) -> Response:
    """The rows as a program or a spreadsheet takes them."""
    match form:
        case "json":
            return Response("".join(as_json(rows)), media_type="application/json")
        case "csv":
            text = "".join(as_csv(map(for_spreadsheets, rows), columns))
            kind, body = "text/csv; charset=utf-8", text.encode("utf-8-sig")
        case "xlsx":
            out = BytesIO()
            write(rows, columns, out)
            kind, body = XLSX, out.getvalue()
    return Response(body, media_type=kind, headers={"content-disposition": named(name, form)})


def named(name: str, ending: str) -> str:
    return f"attachment; filename*=UTF-8''{link('', f'{name}.{ending}').lstrip('/')}"
