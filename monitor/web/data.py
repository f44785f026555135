"""The data page: who stands where, chosen by region, level, standing and content system, and the
same as files; how much of it nobody could verify.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao import __version__
from nianbao.monitor.ledger.present import Counts, counts_now
from nianbao.monitor.ledger.scope import Registry, scope_of
from nianbao.monitor.ledger.words import FIRST_LOOK, KINDS, STANDINGS, Lang
from nianbao.monitor.paper.export import TABLES
from nianbao.monitor.paper.rows import Row, as_csv, for_spreadsheets
from nianbao.monitor.web.api.answering import api_of
from nianbao.monitor.web.api.fields import fields
from nianbao.monitor.web.api.lists import LISTS, Asked, in_system
from nianbao.monitor.web.api.params import checked
from nianbao.monitor.web.api.routes import API, columns_of, has_parquet
from nianbao.monitor.web.asked import UNCONFIRMED, AskedWronglyError, year_in, year_or_due
from nianbao.monitor.web.every import asked_of, words_of
from nianbao.monitor.web.shared import shared
from nianbao.monitor.web.shell import lang_of, link, query_of, rendered, root_of, site_of
from nianbao.monitor.web.taking import named
from nianbao.monitor.web.words import say
from nianbao.storage import nation
from nianbao.storage.standings import Stood, years_known
from nianbao.storage.store import looking
from nianbao.storage.systems import systems

CHOSEN = ("year", "scope", "kind", "standing", "system")
ALL = 10**9  # rows
Query = Mapping[str, Sequence[str]]


class Share(NamedTuple):
    """How much of something nobody could verify."""

    name: str
    due: int
    unknown: int

    @property
    def told(self) -> str:
        return f"{100 * self.unknown / self.due:.1f}%" if self.due else "—"


class DataPage(NamedTuple):
    """All that the page tells."""

    year: int
    chosen: int
    regions: Sequence[Share]
    systems: Sequence[Share]
    known: Sequence[str]  # systems that there are
    years: Sequence[int]


def _query(request: Request) -> Query:
    """What is chosen; a field that is left empty chooses nothing."""
    told = {key: [each for each in values if each] for key, values in query_of(request).items()}
    query = {key: values for key, values in told.items() if values and key != "lang"}
    params = {key: LISTS["standings"].params[key] for key in CHOSEN}
    return checked(params, query)


def data_page(
    s: Session, registry: Registry, query: Query, year: int, now: Any, lang: Lang
) -> DataPage:
    whole = scope_of(s, query.get("scope"), registry)
    theirs = systems(s, whole)
    scope = in_system(s, whole, query, theirs)
    found = counts_now(s, scope, year, now, registry, query.get("kind", ()))
    standings = query.get("standing", ())
    chosen = sum(
        count
        for counts in found.values()
        for stood, count in counts.stood.items()
        if not standings or not _names(stood).isdisjoint(standings)
    )
    none, unnamed = say("data_system_none", lang), say("data_system_unnamed", lang)
    by_system = {county: theirs.get(county, none) or unnamed for county in found}
    return DataPage(
        year=year,
        chosen=chosen,
        regions=_shares(found, _regions([*found], registry)),
        systems=_shares(found, by_system),
        known=sorted({*systems(s, registry.scope).values()} - {""}),
        years=sorted({*years_known(s, registry.scope), year}, reverse=True),
    )


def _names(stood: Stood) -> set[str]:
    """As filters call it."""
    is_first = stood.name == "missing" and not stood.confirmed
    return {stood.name, *([UNCONFIRMED] if is_first else [])}


def _shares(found: Mapping[str, Counts], names: Mapping[str, str]) -> list[Share]:
    due: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for county, counts in found.items():
        for stood, count in counts.stood.items():
            due[names[county]] += count if stood.name != "exempt" else 0
            unknown[names[county]] += count if stood.name == "unknown" else 0
    return [Share(name, due[name], unknown[name]) for name in sorted(due)]


def _regions(counties: Sequence[str], registry: Registry) -> dict[str, str]:
    """Provinces, where there are several; else cities; else counties."""
    known = {county.code: county for county in nation.counties()}
    own = {code: registry.called.get(code, code) for code in counties}
    above = {
        code: (known[code].province, known[code].city_name) if code in known else (own[code],) * 2
        for code in counties
    }
    provinces, cities = ({names[n] for names in above.values()} for n in (0, 1))
    if len(provinces) > 1:
        return {code: names[0] for code, names in above.items()}
    if len(cities) > 1:
        return {code: names[1] for code, names in above.items()}
    return own


def data(request: Request) -> Response:
    asked, lang = asked_of(request), lang_of(request)
    query = _query(request)
    year = year_or_due(year_in(query.get("year", ())), asked.now)
    key = year, lang, tuple(sorted((name, *values) for name, values in query.items()))
    made = (asked.registry, query, year, asked.now, lang)
    page = shared(request, asked, "data", key, lambda s: data_page(s, *made))
    base = root_of(request)
    chosen = {**query, "year": [f"{year}"]}
    takes = [(say("data_csv", lang), link(base, "data.csv", **chosen))]
    if has_parquet():
        takes.append((say("data_parquet", lang), link(base, "data.parquet", **chosen)))
    takes.append((say("data_manifest", lang), link(base, "data", "manifest.json", **chosen)))
    book = fields()["standings"].items()
    return rendered(
        request,
        "data.html",
        page=page,
        query=query,
        takes=takes,
        has_parquet=has_parquet(),
        api=link(base, *API, "standings", **chosen),
        tables=[(name, link(base, *API, "exports", f"{name}.csv", year=year)) for name in TABLES],
        kinds=[(key, word.said(lang)) for key, word in KINDS.items()],
        states=[
            *((key, word.said(lang)) for key, word in STANDINGS.items()),
            (UNCONFIRMED, FIRST_LOOK.said(lang)),
        ],
        codebook=[(key, each.kind, each.zh if lang == "zh" else each.en) for key, each in book],
        **words_of(request, asked.now),
    )


# ---- the same as files


def _rows(request: Request) -> tuple[Sequence[Row], int, Query]:
    """Those of the API's list of standings, whole."""
    told, query = asked_of(request), _query(request)
    lock = api_of(request).exporting
    if not lock.acquire(blocking=False):
        raise AskedWronglyError(
            "正在写另一个文件，请稍后再取", "another file is being written: try again later", 503
        )
    try:
        with looking(site_of(request).engine) as s:
            whole = Asked(s, told.registry, told.now, query, None, ALL, ALL)
            return LISTS["standings"].part(whole).rows, whole.year_due, query
    finally:
        lock.release()


def _csv(rows: Sequence[Row]) -> bytes:
    text = "".join(as_csv(map(for_spreadsheets, rows), [*fields()["standings"]]))
    return text.encode("utf-8-sig")


def take(request: Request) -> Response:
    form = str(request.path_params["form"])
    if form not in ("csv", "parquet"):
        raise AskedWronglyError("只有 .csv 和 .parquet", "there is .csv and .parquet", 404)
    if form == "parquet" and not has_parquet():
        raise AskedWronglyError(say("data_no_parquet", "zh"), say("data_no_parquet", "en"), 503)
    rows, year, _ = _rows(request)
    if form == "csv":
        body, kind = _csv(rows), "text/csv; charset=utf-8"
    else:
        body, kind = _parquet(rows), "application/vnd.apache.parquet"
    headers = {"content-disposition": named(f"standings{year}", form)}
    return Response(body, media_type=kind, headers=headers)


def _parquet(rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"integer": pa.int64(), "boolean": pa.bool_()}
    book = fields()["standings"].items()
    schema = pa.schema([(key, kinds.get(each.kind, pa.string())) for key, each in book])
    out = BytesIO()
    pq.write_table(pa.Table.from_pylist([*rows], schema), out)
    return out.getvalue()


def manifest(request: Request) -> Response:
    """What a file of now is: of which program, how many rows, which bytes."""
    rows, year, query = _rows(request)
    base, chosen = root_of(request), {**query, "year": [f"{year}"]}
    of = {key: query[key] for key in ("scope",) if key in query}
    book = json.dumps(columns_of("standings"), ensure_ascii=False)
    told = {
        "nianbao": __version__,
        "at": site_of(request).clock().isoformat(),
        "year": year,
        "chosen": query,
        "rows": len(rows),
        "csv": link(base, "data.csv", **chosen),
        "sha256": hashlib.sha256(_csv(rows)).hexdigest(),
        "codebook_sha256": hashlib.sha256(book.encode()).hexdigest(),
        "proofs": sum(1 for row in rows if row["proof"]),
        "evidence": link(base, *API, "evidence", year=year, **of),
    }
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/json")


ROUTES = (
    Route("/data", data, methods=["GET"]),
    Route("/data/manifest.json", manifest, methods=["GET"]),
    Route("/data.{form}", take, methods=["GET"]),
)
