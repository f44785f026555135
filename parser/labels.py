"""What a label of a table means, whatever spaces, brackets,
numbering and notes surround it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from itertools import chain
from typing import Literal, NamedTuple

from nianbao.parser.forms import Label, forms

Role = Literal["row", "column", "head", "group", "clause"]


class Meaning(NamedTuple):
    table: str
    role: Role
    key: str


@lru_cache(maxsize=16384)
def meanings(text: str) -> tuple[Meaning, ...]:
    """Every place in the forms that the whole text may name:
    其他 is a column and a row.
    """
    bare = squash(text)
    if not bare or len(bare) > LONGEST:
        return ()
    known = vocabulary()
    for candidate in (squash(core(text)), bare, squash(NUMBERING.sub("", text.strip()))):
        if candidate in known:
            return known[candidate]
    return _cut_or_misspelt(squash(core(text)))


@lru_cache(maxsize=16384)
def exact(text: str) -> tuple[Meaning, ...]:
    """Like `meanings`, without any tolerance for cut or misspelt labels:
    for running text.
    """
    known = vocabulary()
    return known.get(squash(core(text)), ()) or known.get(squash(text), ())


@lru_cache(maxsize=16384)
def spelt(text: str) -> tuple[Meaning, ...]:
    """Like `exact`, for the joined pieces of a broken label: notes in brackets
    count as part of it.
    """
    return vocabulary().get(squash(NUMBERING.sub("", text.strip(), count=1)), ())


@lru_cache(maxsize=16384)
def squash(text: str) -> str:
    """The Chinese characters of a text alone,
    traditional ones made simplified.
    """
    return NOT_CHINESE.sub("", text).translate(SIMPLIFIED)


def core(text: str) -> str:
    """A label without its numbering and without the notes in brackets behind
    it.
    """
    bare = NUMBERING.sub("", text.strip(), count=1)
    cut = BRACKET.search(bare, 1)
    if cut:
        return bare[: cut.start()]
    return bare


def complete(
    keys: list[str | None], texts: list[str], orders: Sequence[tuple[Label, ...]]
) -> list[str | None]:
    """Name columns whose labels are cut (本年新, 本年新) by their place, if
    exactly one form allows it.
    """
    if all(keys) or (not any(keys) and not any(texts)):
        return keys
    fits: dict[tuple[str, ...], None] = {}
    for order in orders:
        names = tuple(label.key for label in order)
        if len(order) == len(keys) and all(
            key == label.key if key else bool(text) and squash(label.label).startswith(text)
            for key, text, label in zip(keys, texts, order, strict=True)
        ):
            fits[names] = None
    if len(fits) == 1:
        return list(next(iter(fits)))
    return keys


@cache
def proactive_orders() -> tuple[tuple[Label, ...], ...]:
    """The columns of every sub-table of proactive disclosure, in all forms."""
    clauses = chain.from_iterable(form.proactive for form in forms())
    return tuple(clause.columns for clause in clauses)


@cache
def vocabulary() -> dict[str, tuple[Meaning, ...]]:
    """Squashed label -> its meanings, over all forms."""
    known: dict[str, dict[Meaning, None]] = {}

    def add(label: Label | str, table: str, role: Role, key: str = "") -> None:
        texts = (label,) if isinstance(label, str) else (label.label, *label.also)
        for text in texts:
            for spelling in {squash(text), squash(core(text))}:
                known.setdefault(spelling, {})[Meaning(table, role, key or spelling)] = None

    for form in forms():
        for clause in form.proactive:
            add(clause.clause, "proactive", "clause")
            for label in clause.columns:
                add(label, "proactive", "column", label.key)
            for label in clause.rows:
                add(label, "proactive", "row", label.key)
        for head in form.request_heads:
            add(head, "requests", "head")
        for label in form.request_columns:
            add(label, "requests", "column", label.key)
        for label in form.request_rows:
            add(label, "requests", "row", label.key)
            if label.note:
                add(label.label + label.note, "requests", "row", label.key)
        for label in form.request_groups:
            add(label, "requests", "group")
        for head in form.dispute_heads:
            add(head, "disputes", "head")
        for label in form.dispute_groups:
            add(label, "disputes", "group", label.key)
        for label in form.dispute_columns:
            add(label, "disputes", "column", label.key)
    add("信息内容", "proactive", "head")
    return {spelling: tuple(found) for spelling, found in known.items()}


LONGEST = 160  # characters; a longer text is prose, not a label
NOT_CHINESE = re.compile(r"[^\u4e00-\u9fff]+")
BRACKET = re.compile(r"[(（\[【](?!\s*[一二三四五六七八九十]+\s*[)）])")
NUMBERING = re.compile(
    r"\s*(?:[(（]\s*[一二三四五六七八九十]+\s*[)）]|[一二三四五六七八九十]+\s*[、.．,，]"
    r"|[0-9０-９]+\s*[.．、,，)）]?)\s*"
)
# The characters of the forms that differ between traditional and simplified
# writing.
SIMPLIFIED = str.maketrans(
    "規範發廢現況報總計關於與項數內務國條處罰強許對結轉證據會單組織機構業營類書"
    "開請無減費徵採購價額維糾訴審業餘責應從爭複復種級區鎮鄉縣辦確認問題進圖個與"
    "過執補後徑併為屬還資訊達線維護舉訪導買農際產電門戶屆訟術綜願錄網約優團隨",
    "规范发废现况报总计关于与项数内务国条处罚强许对结转证据会单组织机构业营类书"
    "开请无减费征采购价额维纠诉审业余责应从争复复种级区镇乡县办确认问题进图个与"
    "过执补后径并为属还资讯达线维护举访导买农际产电门户届讼术综愿录网约优团随",
)


def _cut_or_misspelt(text: str) -> tuple[Meaning, ...]:
    """A label with a note and no bracket, cut at its end or head, or with a
    slip, if it can be but one.
    """
    if len(text) < 4:
        return ()
    known = vocabulary()
    grown = [spelling for spelling in known if len(spelling) >= 5 and text.startswith(spelling)]
    if grown:
        return known[max(grown, key=len)]
    cut = {known[spelling] for spelling in known if spelling.startswith(text)}
    if len(cut) == 1:
        return cut.pop()
    if len(text) < 6:
        return ()
    cut = {known[spelling] for spelling in known if spelling.endswith(text)}
    if len(cut) == 1:
        return cut.pop()
    near = {
        known[spelling]
        for spelling in known
        if abs(len(spelling) - len(text)) <= 2
        and SequenceMatcher(None, spelling, text, False).ratio() >= 0.84
    }
    if len(near) == 1:
        return near.pop()
    return ()
