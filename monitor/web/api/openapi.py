"""The description of the API (OpenAPI 3.1), made of what is asked and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nianbao import __version__
from nianbao.monitor.paper.export import TABLES
from nianbao.monitor.web.api.fields import Field, fields
from nianbao.monitor.web.api.lists import LISTS, Listed
from nianbao.monitor.web.api.params import DUE_YEAR, LANG, RAW, SCOPE, Param
from nianbao.monitor.web.problems import PROBLEM

JSON = "application/json"
WRONG = {
    "400": "参数有误 / a parameter is wrong",
    "401": "需要登录或令牌 / sign in, or show a token",
    "403": "不可以 / not for you",
    "404": "没有 / there is no such thing, or none that you may see",
    "405": "这里只能查看 / only GET",
    "406": "没有这种格式 / not as such a type",
    "413": "请求过大 / nothing is taken",
    "429": "请求过多，见 Retry-After / too often, see Retry-After",
    "503": "暂时无法回答，请稍后再试 / not now, try again",
}
ABOUT = """政府信息公开工作年度报告的数据 / the data of annual open-government-information reports.

Only GET. Lists come in parts: go on at `next` until it is null. Rows that are added meanwhile never
make one come twice. Answers have an ETag: ask with If-None-Match, and 304 says that nothing has
changed. Errors are application/problem+json. A blank cell (空) is not zero; an unreadable one
(读不准) is no number. missing (逾期未发布) with confirmed false was not seen once only
(首次核查未见), and is for the office alone."""


def described(base: str) -> dict[str, Any]:
    """`base`: the path under which the pages stand."""
    paths: dict[str, Any] = {
        "/api/v1": _get("root", "有什么 / what there is", {}, "Root"),
        "/api/v1/openapi.json": _get("openapi", "本说明 / this description", {}, "Anything"),
        "/api/v1/exports": _get("exports", "整表下载 / whole tables", {}, "Exports"),
        "/api/v1/exports/{table}.{form}": {"get": _export()},
        **{f"/api/v1/{name}": {"get": _list(each)} for name, each in LISTS.items()},
        "/api/v1/units/{code}": _get("unit", "一个单位 / one unit", {}, "Unit", (CODE,)),
        "/api/v1/reports/{code}/{year}": _get(
            "report",
            "一份年报，连同读取所得 / one report with what was read",
            {},
            "Report",
            (CODE, YEAR),
        ),
        "/api/v1/evidence/{sha256}": _get(
            "evidence_one", "一份存档原件 / archived bytes", {}, "Archived", (SHA,)
        ),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "nianbao", "version": __version__, "description": ABOUT},
        "servers": [{"url": base or "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": SECURITY},
    }


SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "nianbao user token；设了登录才需要 / where sign-in is set",
    }
}
CODE = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "单位的键 / the unit's key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[^/\\x00-\\x1f]+$"},
    "example": "140924101",
}
YEAR = {
    "name": "year",
    "in": "path",
    "required": True,
    "description": "年度 / the report's year",
    "schema": {"type": "integer", "minimum": 2008, "maximum": 2099},
    "example": 2025,
}
SHA = {
    "name": "sha256",
    "in": "path",
    "required": True,
    "description": "SHA-256",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}


def _get(
    name: str,
    title: str,
    params: Mapping[str, Param],
    schema: str,
    path: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    return {"get": _operation(name, title, {**params, "lang": LANG}, _ref(schema), path)}


def _operation(
    name: str,
    title: str,
    params: Mapping[str, Param],
    schema: Mapping[str, Any],
    path: Sequence[Mapping[str, Any]] = (),
    kinds: Sequence[str] = (JSON,),
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": title,
        "parameters": [*path, *(_param(key, each) for key, each in params.items())],
        "responses": {
            "200": {
                "description": title,
                "headers": {"ETag": {"schema": {"type": "string"}, "description": "W/…"}},
                "content": {kind: {"schema": schema} for kind in kinds},
            },
            "304": {"description": "没有变化 / nothing has changed"},
            **{status: _problem(said) for status, said in WRONG.items()},
        },
        "security": [{}, {"token": []}],
    }


def _list(listed: Listed) -> dict[str, Any]:
    schema = _ref(listed.name.capitalize())
    return _operation(listed.name, listed.title, listed.all_params, schema)


def _export() -> dict[str, Any]:
    path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "enum": names},
        }
        for name, names in (("table", [*TABLES]), ("form", ["csv", "parquet"]))
    ]
    params = {"scope": SCOPE, "year": DUE_YEAR, "raw": RAW, "lang": LANG}
    kinds = ("text/csv", "application/vnd.apache.parquet")
    title = "一张整表，与 nianbao export 相同 / a whole table, as of nianbao export"
    return _operation("export", title, params, {}, path, kinds)


def _param(name: str, param: Param) -> dict[str, Any]:
    schema: Mapping[str, Any] = param.schema
    if param.many:
        schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": 50}
    told = {"name": name, "in": "query", "description": param.means, "schema": schema}
    if param.example is not None:
        told["example"] = [param.example] if param.many else param.example
    return told


def _problem(said: str) -> dict[str, Any]:
    return {"description": said, "content": {PROBLEM: {"schema": _ref("Problem")}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"} if name != "Anything" else {"type": "object"}


def _row(keys: Mapping[str, Field], **more: Any) -> dict[str, Any]:
    properties = {**{key: each.schema for key, each in keys.items()}, **more}
    return _object(properties)


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


TEXT: Mapping[str, Any] = {"type": "string"}


def _schemas() -> dict[str, Any]:
    known = fields()
    found: dict[str, Any] = {}
    for name in LISTS:
        row = f"{name.capitalize()}Row"
        found[row] = _row(known[name])
        found[name.capitalize()] = _object(
            {
                "items": {"type": "array", "items": _ref(row)},
                "next": {
                    "type": ["string", "null"],
                    "description": "其后的部分；null 为已完 / what follows; null: that was all",
                },
            }
        )
    column = _object({"name": TEXT, "type": TEXT, "zh": TEXT, "en": TEXT})
    table = {
        "table": TEXT,
        "columns": {"type": "array", "items": column},
        "csv": TEXT,
        "parquet": {"type": ["string", "null"], "description": "null: pyarrow is not there"},
    }
    archived = {
        key: known["evidence"][key].schema
        for key in ("url", "evidence", "sm3", "fetched", "status")
    }
    return {
        **found,
        "Unit": found["UnitsRow"],
        "Report": _row(known["reports"], report={"type": "object", "description": "nianbao read"}),
        "Archived": _object({**archived, "page": TEXT}),
        "Exports": _object({"items": {"type": "array", "items": _object(table)}}),
        "Root": _object({"lists": {"type": "object"}, "openapi": TEXT, "exports": TEXT}),
        "Problem": {
            "type": "object",
            "properties": {
                "type": TEXT,
                "title": TEXT,
                "status": {"type": "integer"},
                "detail": TEXT,
            },
            "required": ["type", "title", "status", "detail"],
        },
    }
