"""The addresses of the API."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from nianbao.monitor.ledger.scope import scope_of, unit_of
from nianbao.monitor.paper.cells import unformulated
from nianbao.monitor.paper.export import TABLES, write_parquet
from nianbao.monitor.paper.export import Asked as Exported
from nianbao.monitor.paper.sentences import at_in
from nianbao.monitor.web.api.answering import Asking, answering, api_of, as_json
from nianbao.monitor.web.api.cursors import cursor_of, key_of
from nianbao.monitor.web.api.fields import fields
from nianbao.monitor.web.api.lists import LISTS, Asked, Listed, report_rows
from nianbao.monitor.web.api.openapi import described
from nianbao.monitor.web.api.params import DUE_YEAR, LANG, RAW, SCOPE, USUAL
from nianbao.monitor.web.asked import AskedWronglyError, year_in, year_or_due
from nianbao.monitor.web.shell import UNTYPED, link, root_of
from nianbao.monitor.web.sight import page_in
from nianbao.monitor.web.taking import named
from nianbao.storage.lists import reports_after
from nianbao.storage.scope import of_unit
from nianbao.storage.store import looking

API = ("api", "v1")
ALONE = {"lang": LANG}


def _listing(listed: Listed) -> Callable[[Request], Response]:
    def part(asking: Asking) -> Response:
        query, request = asking.query, asking.request
        said = query.get("cursor")
        after = key_of(listed.name, listed.kinds, said[-1]) if said else None
        limit = int(query.get("limit", [str(USUAL)])[-1])
        told = listed.part(Asked(asking.s, asking.registry, asking.now, query, after, limit))
        onward = None
        if told.after is not None:
            more = {**query, "cursor": [cursor_of(listed.name, told.after)]}
            onward = link(root_of(request), *API, listed.name, **more)
        answer = as_json({"items": [*told.rows], "next": onward})
        if onward is not None:
            answer.headers["link"] = f'<{onward}>; rel="next"'
        return answer

    return answering(listed.all_params)(part)


@answering(ALONE)
def root(asking: Asking) -> Response:
    base = root_of(asking.request)
    lists = {name: link(base, *API, name) for name in LISTS}
    exports, openapi = (link(base, *API, name) for name in ("exports", "openapi.json"))
    return as_json({"lists": lists, "exports": exports, "openapi": openapi})


@answering(ALONE)
def openapi(asking: Asking) -> Response:
    return as_json(described(root_of(asking.request)))


def _part_of(asking: Asking, name: str) -> str:
    """What the path names. Raises AskedWronglyError."""
    said = str(asking.request.path_params[name])
    if UNTYPED.search(said) or len(said) > 200:
        raise AskedWronglyError("没有这个网址", "there is no such address", 404)
    return said


@answering(ALONE)
def unit(asking: Asking) -> Response:
    found = unit_of(asking.s, _part_of(asking, "code"), registry=asking.registry)
    county = asking.registry.called.get(found.county, found.county_name)
    told = (found.id, found.name, found.kind, found.county, county)
    return as_json(dict(zip(TABLES["units"].columns, told, strict=True)))


@answering(ALONE)
def report(asking: Asking) -> Response:
    year = year_in([_part_of(asking, "year")])
    found = unit_of(asking.s, _part_of(asking, "code"), registry=asking.registry)
    one = reports_after(asking.s, of_unit(found.id, found.county), None, 1, year)
    if not one:
        raise AskedWronglyError(
            "这一年度没有读到过它的年报", "no report of that year was read", 404
        )
    asked = Asked(asking.s, asking.registry, asking.now, asking.query, None, 1)
    ((_, row),) = report_rows(asked, one)
    return as_json({**row, "report": one[0].content})


@answering(ALONE)
def evidence(asking: Asking) -> Response:
    page = page_in(asking.s, asking.registry, _part_of(asking, "sha256"))
    return as_json(
        {
            "url": page.url,
            "evidence": page.sha256,
            "sm3": page.sm3,
            "fetched": at_in(page.fetched),
            "status": page.status,
            "page": link(root_of(asking.request), "seen", page.sha256),
        }
    )


# ---- whole tables

# The list whose fields describe a table's columns.
CODEBOOK = {"cells": "values"}


def columns_of(table: str) -> list[dict[str, str]]:
    """The columns of a table, as a codebook says them."""
    known = fields()[CODEBOOK.get(table, table)]
    return [
        {"name": name, "type": kind, "zh": known[name].zh, "en": known[name].en}
        for name, kind in TABLES[table].columns.items()
    ]


def has_parquet() -> bool:
    return find_spec("pyarrow") is not None


@answering(ALONE)
def exports(asking: Asking) -> Response:
    base = root_of(asking.request)
    rows = [
        {
            "table": name,
            "columns": columns_of(name),
            "csv": link(base, *API, "exports", f"{name}.csv"),
            "parquet": link(base, *API, "exports", f"{name}.parquet") if has_parquet() else None,
        }
        for name in TABLES
    ]
    return as_json({"items": rows})


CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
EXPORT = {"scope": SCOPE, "year": DUE_YEAR, "raw": RAW, "lang": LANG}


@answering(EXPORT, (CSV, PARQUET))
def export(asking: Asking) -> Response:
    table, form = _part_of(asking, "table"), _part_of(asking, "form")
    if table not in TABLES or form not in ("csv", "parquet"):
        raise AskedWronglyError("没有这张表", "there is no such table", 404)
    year = year_or_due(year_in(asking.query.get("year", ())), asking.now)
    scope = scope_of(asking.s, asking.query.get("scope"), asking.registry)
    asked = Exported(asking.s, scope, year, asking.now, asking.registry)
    headers = {"content-disposition": named(f"{table}{year}", form)}
    if form == "parquet":
        return Response(_parquet(asking, asked, table), media_type=PARQUET, headers=headers)
    raw = asking.query.get("raw", ["0"])[-1] == "1"
    body = _csv(asking, asked, table, raw=raw)
    return StreamingResponse(body, media_type=f"{CSV}; charset=utf-8", headers=headers)


def _parquet(asking: Asking, asked: Exported, table: str) -> bytes:
    if not has_parquet():
        raise AskedWronglyError(
            "这台服务器没有 pyarrow，请取 csv，或请管理员 pip install 'nianbao[parquet]'",
            "pyarrow is not on this server: take csv, or ask for pip install 'nianbao[parquet]'",
            503,
        )
    lock = api_of(asking.request).exporting
    if not lock.acquire(blocking=False):
        raise AskedWronglyError(
            "正在写另一张表，请稍后再取", "another table is being written: try again later", 503
        )
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{table}.parquet"
            write_parquet(asked, table, file)
            return file.read_bytes()
    finally:
        lock.release()


TOGETHER = 500  # rows that are sent at once


def _csv(asking: Asking, asked: Exported, table: str, *, raw: bool) -> Iterator[bytes]:
    """Piece by piece, asked for anew: the answer begins before it is whole."""
    with looking(asking.site.engine) as s:
        rows = TABLES[table].rows(asked._replace(s=s))
        yield _lines([tuple(TABLES[table].columns)], raw=raw)
        while some := list(islice(rows, TOGETHER)):
            yield _lines(some, raw=raw)


def _lines(rows: Sequence[tuple[Any, ...]], *, raw: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        printed = ("" if value is None else value for value in row)
        writer.writerow(printed if raw else map(unformulated, printed))
    return out.getvalue().encode()


ROUTES = (
    Route("/api/v1", root, methods=["GET"]),
    Route("/api/v1/openapi.json", openapi, methods=["GET"]),
    Route("/api/v1/exports", exports, methods=["GET"]),
    Route("/api/v1/exports/{table}.{form}", export, methods=["GET"]),
    *(Route(f"/api/v1/{name}", _listing(each), methods=["GET"]) for name, each in LISTS.items()),
    Route("/api/v1/units/{code}", unit, methods=["GET"]),
    Route("/api/v1/reports/{code}/{year}", report, methods=["GET"]),
    Route("/api/v1/evidence/{sha256}", evidence, methods=["GET"]),
)
