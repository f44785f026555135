"""What may be asked of a list: each parameter once, as it is checked and as it is described."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, get_args

from nianbao.monitor.ledger.words import SEVERITIES
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.web.asked import LONGEST, MEANT, YEARS, AskedWronglyError
from nianbao.storage.kinds import EventKind, LookState

Query = Mapping[str, Sequence[str]]
# Nothing that nobody types, and not blanks alone.
TYPED = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
MOST_NAMED = 50  # of one parameter
USUAL, MOST = 100, 500  # rows of a part


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its JSON schema, whether it may be given several times, what it means."""

    schema: Mapping[str, Any]
    means: str
    example: Any = None
    many: bool = False


def _text(most: int = LONGEST, pattern: str = TYPED) -> Mapping[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": pattern}


def _among(names: Sequence[str]) -> Mapping[str, Any]:
    return {"type": "string", "enum": [*names]}


SCOPE = Param(
    _text(),
    "只要这些：县的名称或6位代码，市、省的名称或4位、2位代码，单位的9位代码"
    " / only these: a county by name or six digits, a city or province by name or four or two, "
    "a unit by nine",
    "140924",
    many=True,
)
A_YEAR: Mapping[str, Any] = {"type": "integer", "minimum": YEARS[0], "maximum": YEARS[-1]}
DUE_YEAR = Param(
    A_YEAR, "年度；不写为应公布的年度 / the reports' year; the one that is due where none is", 2025
)
ANY_YEAR = Param(A_YEAR, "年度；不写为所有年度 / the reports' year; all where none is given", 2025)
STANDING = Param(
    _among(MEANT["standing"]),
    "发布状态；unconfirmed 为首次核查未见 / where it stands; unconfirmed: missing by one look",
    "missing",
    many=True,
)
QUALITY = Param(_among(MEANT["quality"]), "质量；none 为没有年报 / none: no report", many=True)
KIND = Param(_among(MEANT["kind"]), "单位类别 / kind of unit", "town", many=True)
SYSTEM = Param(
    _text(40, "^[a-z0-9-]+$"),
    "网站内容系统 / content system of the portal",
    "trs-index",
)
TEXT = Param(_text(), "名称中有这些字 / with this in its name", "镇")
SEVERITY = Param(
    _among([*SEVERITIES]),
    "级别；不写为 error 和 warning / errors and warnings where none is given",
    many=True,
)
RULE = Param(_text(3, "^[A-Z][0-9]{2}$"), "规则编号 / the rule's id", "F01", many=True)
WAIVED = Param(
    _among(["0", "1"]),
    "1：连同经人工决定不作为问题的 / also what was decided to be no problem",
    "1",
)
CELL = Param(
    _text(80, r"^(proactive|requests|disputes)(\.[a-z_]+){2,3}$"),
    "单元格，如 requests.new.total / cells",
    "requests.new.total",
    many=True,
)
CELL_STATE = Param(
    _among(["value", "blank", "unreadable"]),
    "单元格状态 / how the cell was read",
    "value",
    many=True,
)
LOOK_STATE = Param(_among(get_args(LookState)), "核查结果 / how it ended", "ok", many=True)
EVENT_KIND = Param(_among(get_args(EventKind)), "事项类别 / kind of event", "published", many=True)
SINCE = Param(
    {"type": "string", "format": "date", "minLength": 10, "maxLength": 10},
    "从这一天起（北京时间）/ from this day on, in Beijing",
    "2026-01-01",
)
LIMIT = Param(
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    "一次最多多少条 / how many at the most; there may be fewer while `next` is not null",
    20,
)
CURSOR = Param(
    _text(1000, "^[A-Za-z0-9_-]+$"), "从 next 中原样取来 / as it stands in `next`, whatever it is"
)
RAW = Param(
    _among(["0", "1"]),
    "1：CSV 中以 = + - @ 开头的文字不加 ' / 1: texts that begin so stay as they are",
    "1",
)
LANG = Param(_among(["zh", "en"]), "错误说明的语言 / of what is said of an error", "en")
OF_ALL: Mapping[str, Param] = {"limit": LIMIT, "cursor": CURSOR, "lang": LANG}


def checked(params: Mapping[str, Param], query: Query) -> Query:
    """The same, where each fits. Raises AskedWronglyError."""
    for key, values in query.items():
        if key not in params:
            there = ", ".join(params)
            raise AskedWronglyError(
                f"没有参数 {key[:LONGEST]}，可用：{there}",
                f"there is no parameter {key[:LONGEST]}: one of {there}",
            )
        if len(values) > (MOST_NAMED if params[key].many else 1):
            raise AskedWronglyError(f"{key} 写了多次", f"{key} is there more than once")
        for value in values:
            _check(key, params[key].schema, value)
    return query


def _check(key: str, schema: Mapping[str, Any], value: str) -> None:
    told = value[:LONGEST]
    if "enum" in schema and value not in schema["enum"]:
        there = ", ".join(schema["enum"])
        raise AskedWronglyError(
            f"{key} 没有“{told}”，可用：{there}", f"{key} can't be “{told}”: one of {there}"
        )
    if schema["type"] == "integer":
        least, most = schema["minimum"], schema["maximum"]
        if not re.fullmatch("[0-9]{1,6}", value) or not least <= int(value) <= most:
            raise AskedWronglyError(
                f"{key} 应为{least}至{most}的整数", f"{key} is a number from {least} to {most}"
            )
    elif not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", LONGEST) or (
        "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value)
    ):
        raise AskedWronglyError(f"{key} 不能是“{told}”", f"{key} can't be “{told}”")
    elif schema.get("format") == "date":
        _day(key, value)


def _day(key: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        told = value[:LONGEST]
        raise AskedWronglyError(
            f"{key} 应为 2026-01-31 这样的日期，不是“{told}”",
            f"{key} is a day such as 2026-01-31, not “{told}”",
        ) from None


FIRST, LAST = date(1970, 1, 1), date(9000, 1, 1)  # days that every database knows


def since_of(query: Query) -> datetime | None:
    """The beginning of the day that is named."""
    if not query.get("since"):
        return None
    day = min(max(_day("since", query["since"][-1]), FIRST), LAST)
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)
