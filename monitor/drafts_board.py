"""Where each unit's draft stands: handed in, returned, passed, published, published otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import Lang, Word
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.passed import Cell, Compared, Number, compared
from nianbao.monitor.rules.cell_names import cell_en, cell_zh
from nianbao.monitor.standing import BEIJING
from nianbao.parser.private import masked
from nianbao.storage.drafts import ROUNDS, Kept, Out, drafts_of, published, texts_of
from nianbao.storage.scope import Scope

BoardState = Literal[
    "differs", "held", "waiting", "returned", "unread", "none", "passed", "published"
]
STATES: Mapping[BoardState, Word] = {
    "differs": Word("发布稿与通过稿不同", "published otherwise", "F4B6B6", "≠"),
    "held": Word("待确认", "to be confirmed", "FFE08A", "?"),
    "waiting": Word("核对中", "being checked", "D9E2EC", "…"),
    "returned": Word("退回", "returned", "F9D5A7", "↩"),
    "unread": Word("无法读取", "not readable", "F9D5A7", "!"),
    "none": Word("未交", "not handed in", "E8E8E8", "○"),
    "passed": Word("已通过", "passed", "BFE3C5", "✓"),
    "published": Word("已发布", "published", "BFE3C5", "●"),
}
assert tuple(STATES) == get_args(BoardState)


class Row(NamedTuple):
    """A unit's drafts of a year."""

    unit: str
    name: str
    county: str
    county_name: str
    year: int
    state: BoardState
    rounds: Sequence[Kept]  # in their order
    unfiled: Sequence[Kept]  # handed in and not filed
    passed: Kept | None  # the one that the published report is held against
    compared: Compared | None
    out: Out | None  # as it was published
    url: str  # of the report

    @property
    def last(self) -> Kept | None:
        return self.rounds[-1] if self.rounds else None

    def word(self, lang: Lang) -> str:
        """退回(3处)."""
        said = STATES[self.state].said(lang)
        count = self.last.must_mend() if self.state == "returned" and self.last else 0
        if not count:
            return said
        return f"{said}（{count}处）" if lang == "zh" else f"{said} ({count})"


def board(s: Session, scope: Scope, year: int, now: datetime, registry: Registry) -> list[Row]:
    """A row for each unit that must publish, in their order."""
    lines = year_of(s, scope, year, now, registry, asked=now).lines
    handed: dict[str, list[Kept]] = defaultdict(list)
    for each in drafts_of(s, scope, year):
        handed[each.unit or ""].append(each)
    out = published(
        s, [line.unit for line in lines if line.is_published and handed[line.unit]], year
    )
    passed = {
        unit: found
        for unit, of_unit in out.items()
        if (found := passed_before(handed[unit], of_unit)) is not None
    }
    texts = texts_of(s, [each.id for each in passed.values()])
    return [
        _row(
            line,
            handed[line.unit],
            out.get(line.unit),
            passed.get(line.unit),
            compared(texts[passed[line.unit].id], out[line.unit].texts)
            if line.unit in passed
            else None,
        )
        for line in sorted(lines, key=lambda line: (line.county, line.unit))
        if line.standing.name != "exempt" or handed[line.unit]
    ]


def passed_before(handed: Sequence[Kept], out: Out) -> Kept | None:
    """The last draft that was passed and had been handed in before the report came out. What came
    after it is no draft of it. Pure.
    """
    until = out.seen
    if out.number == 1 and out.published is not None:
        until = min(until, datetime.combine(out.published, time.max, BEIJING))
    found = [each for each in handed if each.state == "passed" and each.at <= until]
    return found[-1] if found else None


def _row(
    line: Line,
    handed: Sequence[Kept],
    out: Out | None,
    passed: Kept | None,
    against: Compared | None,
) -> Row:
    rounds = sorted((each for each in handed if each.state in ROUNDS), key=lambda each: each.round)
    unfiled = [each for each in handed if each.state == "unfiled"]
    state = _state(line, handed, rounds, against)
    of = (line.unit, line.name, line.county, line.county_name, line.year, state)
    return Row(*of, rounds, unfiled, passed, against, out, line.url)


def _state(
    line: Line, handed: Sequence[Kept], rounds: Sequence[Kept], against: Compared | None
) -> BoardState:
    if line.is_published:
        return "differs" if against is not None and against.differs else "published"
    if any(each.state == "waiting" for each in handed):
        return "waiting"
    if not rounds:
        return "none"
    match rounds[-1].state:
        case "returned" | "passed" | "held" | "unread" as state:
            return state
        case _:
            return "none"


# ---- in words


def change_of(change: Cell | Number, lang: Lang) -> str:
    """Old → new, and where."""
    if isinstance(change, Cell):
        name = cell_zh(change.cell) if lang == "zh" else cell_en(change.cell)
        colon = "：" if lang == "zh" else ": "
        return f"{name}{colon}{_number(change.before, lang)} → {_number(change.after, lang)}"
    said = masked(change.sentence)
    return (
        f"{change.before} → {change.after}（{said}）"
        if lang == "zh"
        else (f"{change.before} → {change.after} (“{said}”)")
    )


def _number(value: float | None, lang: Lang) -> str:
    if value is None:
        return "空白" if lang == "zh" else "blank"
    return f"{value:.10g}"


def said_of(row: Row, lang: Lang) -> list[str]:
    """What there is to say of a published report and the draft that was passed, a sentence each."""
    if row.out is None and row.state != "published":
        return []
    if row.compared is None:
        if not row.rounds:
            return []
        return [
            _one(
                lang,
                "发布前没有通过的稿件，未作比对",
                "no draft was passed before it, so it was not compared",
            )
        ]
    against, told = row.compared, []
    if against.is_same:
        return [_one(lang, "与通过稿一致", "the same as the draft that was passed")]
    if against.cells or against.numbers:
        count = len(against.cells) + len(against.numbers)
        told.append(
            _one(
                lang,
                f"有{count}个数字与通过稿不同",
                f"{count} numbers are not those of the draft that was passed",
            )
        )
    elif not against.unknown:
        told.append(
            _one(lang, "数字与通过稿一致", "its numbers are those of the draft that was passed")
        )
    if against.unknown:
        count = len(against.unknown)
        told.append(
            _one(
                lang,
                f"有{count}格未能读出，没有比对",
                f"{count} cells could not be read and were not compared",
            )
        )
    if against.sentences:
        told.append(
            _one(
                lang,
                f"正文另有{against.sentences}句文字不同",
                f"{against.sentences} sentences are worded otherwise",
            )
        )
    if against.sentences is None:
        told.append(_one(lang, "正文未能比对", "its prose could not be compared"))
    return told


def _one(lang: Lang, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


def changes_of(row: Row) -> Sequence[Cell | Number]:
    return [] if row.compared is None else [*row.compared.cells, *row.compared.numbers]


# ---- for programs

COLUMNS = (
    *("county", "unit", "code", "year", "draft", "rounds", "must_mend", "handed_in", "passed"),
    *("published", "changed", "uncompared", "reworded", "changes"),
)


def row_of(row: Row) -> dict[str, Any]:
    last, against = row.last, row.compared
    return {
        "county": row.county_name,
        "unit": row.name,
        "code": row.unit,
        "year": row.year,
        "draft": row.state,
        "rounds": len(row.rounds),
        "must_mend": last.must_mend() if last is not None else None,
        "handed_in": last.at.isoformat() if last is not None else None,
        "passed": row.passed.sha256 if row.passed is not None else None,
        "published": row.out.document if row.out is not None else None,
        "changed": len(changes_of(row)) if against is not None else None,
        "uncompared": len(against.unknown) if against is not None else None,
        "reworded": against.sentences if against is not None else None,
        "changes": "；".join(change_of(each, "zh") for each in changes_of(row)),
    }
