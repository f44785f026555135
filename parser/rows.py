"""What a row of cells is, by its labels: a header, a row of the form, pieces of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from nianbao.parser.document import Cell
from nianbao.parser.forms import forms
from nianbao.parser.labels import NUMBERING, Meaning, exact, is_one_off, joined, meanings, squash
from nianbao.parser.numbers import UNIT, read_number
from nianbao.parser.patterns import pattern_of

Named = list[tuple[Cell, tuple[Meaning, ...]]]  # the labels of a row with what they may mean


def named_in(own: list[Cell]) -> Named:
    """The cells that name something; digits alone are most of them, and name nothing."""
    worded = [cell for cell in own if len(cell[0]) > 1 and not cell[0].isdigit()]
    return [(cell, hits) for cell in worded if (hits := meanings(cell.text))]


def meanings_of(text: str) -> tuple[Meaning, ...]:
    return meanings(text) if len(text) > 1 and not text.isdigit() else ()


def header_table(found: Named) -> str:
    """The table whose header this row belongs to,
    by labels that stand in headers alone.
    """
    votes: dict[str, int] = {}
    for cell, _ in found:
        if table := column_table(cell.text):
            votes[table] = votes.get(table, 0) + 1
    if not votes:
        return ""
    return max(votes, key=lambda table: votes[table])


@lru_cache(maxsize=4096)
def column_table(text: str) -> str:
    """The one table in which a label heads a column."""
    tables = {hit.table for hit in meanings(text) if heads_a_column(hit)}
    if len(tables) == 1:
        return tables.pop()
    return ""


def of_disputes(text: str) -> list[Meaning]:
    return [hit for hit in meanings(text) if hit.table == "disputes"]


@lru_cache(maxsize=1024)
def misspelt_outcome(text: str) -> str | None:
    near = [
        label.key
        for label in forms()[0].dispute_columns
        if is_one_off(squash(text), squash(label.label))
    ]
    return near[0] if len(near) == 1 else None


def tells_of_disputes(found: Named) -> bool:
    return any(hit[0] == "disputes" for _, hits in found for hit in hits)


def disputes_in(text: str) -> list[Meaning]:
    """The same of a row's label, to which a kind may stand in brackets: 行政诉讼（复议后起诉）."""
    whole = joined().get(squash(text), ()) if "诉讼" in text else ()
    return [hit for hit in whole if hit.table == "disputes"] or of_disputes(text)


def heads_a_column(hit: Meaning) -> bool:
    if hit.role == "column":
        return hit.key not in ("other_org", "total")
    return hit.table == "disputes" or (hit.table == "requests" and hit.role == "head")


def row_label(found: Named, current: str) -> tuple[Cell | None, str, str]:
    """The last cell that names a row of a form, its key and table."""
    for cell, hits in reversed(found):
        rows = [h for h in hits if h.role == "row"]
        if not rows:
            continue
        hit = next((h for h in rows if h.table == current), rows[0])
        if any(h.role == "column" for h in hits) and current != "requests":
            # 总计 and 其他 name a row only inside the table of requests
            continue
        return cell, hit.key, hit.table
    return None, "", ""


def are_pieces(row: list[Cell]) -> bool:
    """Whether a row holds pieces of words and nothing else."""
    texts = [cell.text.strip() for cell in row]
    return any(texts) and all(map(PIECE.fullmatch, texts))


@lru_cache(maxsize=1024)
def rows_in(text: str) -> tuple[Meaning | None, ...]:
    """The rows that the lines of a cell name, None for a line that names their group; empty where
    they are not several rows of one table, a line each.
    """
    rows: list[Meaning | None] = []
    lines = [line for line in text.split("\n") if line.strip()]
    if exact(text):
        return ()
    for line in lines:
        hits = [hit for hit in exact(line) if hit.role in ("row", "group")]
        if not hits:
            return ()
        rows.append(next((hit for hit in hits if hit.role == "row"), None))
    keys = {row.key for row in rows if row is not None}
    if "other" in keys and any(key.startswith("other.") for key in keys):
        rows = [None if row is not None and row.key == "other" else row for row in rows]
        keys.discard("other")
    tables = {row.table for row in rows if row is not None}
    return tuple(rows) if len(keys) > 1 and len(tables) == 1 else ()


def lines_for(cell: Cell, rows: Sequence[Meaning | None]) -> list[str] | None:
    """The line of a cell beside each row; None where it can't be told."""
    if not cell.text.strip():
        return [""] * len(rows)
    lines = [line.strip() for line in cell.text.split("\n")]
    if len(lines) == len(rows):
        return lines
    named = [row for row in rows if row is not None]
    if len(lines) != len(named) or not all(map(DIGIT.search, lines)):
        return None
    left = iter(lines)
    return [next(left) if row is not None else "" for row in rows]


DIGIT = pattern_of(r"[0-9０-９]")
PIECE = pattern_of(r"[\u4e00-\u9fff\s]{0,8}")  # of a word
MOST_PIECES = 4
LINES_OF_NUMBERS = pattern_of(r"[0-9０-９\s,，.．+＋\-－−—–/／\\＼无件条项个次宗]*")


def is_label(text: str) -> bool:
    return bool(meanings(text)) and read_number(text).state == "unreadable"


@lru_cache(maxsize=4096)
def column_key(text: str, table: str) -> str | None:
    hits = (hit for hit in meanings(text) if hit.table == table and hit.role == "column")
    return next((hit.key for hit in hits), None)


def is_a_known_extra(text: str) -> bool:
    return text in {"小计", "合计", "备注", "序号", "单位", "说明", "行次", "行号", "编号", "代码"}


def may_be_a_label(text: str) -> bool:
    return bool(meanings(text) or meanings(run_together(text)[0]))


@lru_cache(maxsize=4096)
def run_together(text: str) -> tuple[str, str]:
    """What stands in front of the first number of a cell, and what stands from there on."""
    found = RUN_TOGETHER.match(text)
    if found is None:
        return "", ""
    return found[1], found[2].strip()


RUN_TOGETHER = pattern_of(
    r"\s*((?:[(（]?[一二三四五六七八九十\d]+[)）.．、]\s*)?[^\d\s:：,，;；]{2,40})"
    r"[\s:：]*((?:[\u4e00-\u9fff]{0,8})[+＋\-－−]?[0-9０-９].*)",
    re.S,
)
SHORTEST_LABEL = 3


@lru_cache(maxsize=4096)
def digits_behind(label: str) -> str:
    """The digits that run on behind a label (规章000), numbering and notes set aside."""
    bare = NOTES.sub("", NUMBERING.sub("", label.strip(), count=1))
    digits = DIGITS_BEHIND.search(bare)
    if digits and squash(bare):
        return digits[0].strip()
    return ""


NOTES = pattern_of(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
DIGITS_BEHIND = pattern_of(rf"[+＋\-－−]?[0-9０-９][0-9０-９.,，\s]*(?:{UNIT})?\s*$")
