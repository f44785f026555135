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
from nianbao.parser.patterns import pattern_of

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
    text = visible(text)
    bare = squash(text)
    if not bare or len(bare) > LONGEST:
        return ()
    if narrows(text):
        return ()
    known = vocabulary()
    for candidate in (squash(core(text)), bare, squash(NUMBERING.sub("", text.strip()))):
        if candidate in known:
            return known[candidate]
    if spelling := joined().get(_without_numbers(text)):
        return spelling
    if DIGIT.search(core(text)):
        return ()
    return _cut_or_misspelt(squash(core(text)))


@lru_cache(maxsize=16384)
def exact(text: str) -> tuple[Meaning, ...]:
    """Like `meanings`, without any tolerance for cut or misspelt labels:
    for running text.
    """
    text = visible(text)
    if narrows(text):
        return ()
    known = vocabulary()
    bare = squash(core(text))
    return known.get(bare) or known.get(squash(text)) or joined().get(_without_numbers(text), ())


def _without_numbers(text: str) -> str:
    """A label that holds several, each with its numbering: the numbering left out."""
    return squash(core(INNER_NUMBERING.sub("", NUMBERING.sub("", text.strip()))))


def narrows(text: str) -> bool:
    """Whether a note in the label says that other things are counted than the form's label says."""
    note = NOTE.search(text)
    return note is not None and NARROWS.search(note[0]) is not None


@lru_cache(maxsize=16384)
def spelt(text: str) -> tuple[Meaning, ...]:
    """Like `exact`, for the joined pieces of a broken label: notes in brackets
    count as part of it.
    """
    bare = NUMBERING.sub("", visible(text).strip(), count=1)
    return vocabulary().get(squash(bare), ())


def visible(text: str) -> str:
    """Without the signs that take no place: they may stand in a label's numbering (一\u00ad、)."""
    return text if text.isprintable() else text.translate(UNSEEN)


UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"), "")


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
    """Name columns whose labels are cut (本年新, 本年新) or misspelt by their place, if
    exactly one form allows it.
    """
    if all(keys) or (not any(keys) and not any(texts)):
        return keys
    fits: dict[tuple[str, ...], None] = {}
    for order in orders:
        names = tuple(label.key for label in order)
        if len(order) == len(keys) and all(
            key == label.key if key else _may_stand_for(text, squash(label.label))
            for key, text, label in zip(keys, texts, order, strict=True)
        ):
            fits[names] = None
    if len(fits) == 1:
        return list(next(iter(fits)))
    return keys


def _may_stand_for(text: str, label: str) -> bool:
    return bool(text) and (label.startswith(text) or is_one_off(text, label))


def is_one_off(text: str, label: str) -> bool:
    """Whether one character of a label is another, and not a decisive one."""
    if text == label or len(text) != len(label) or len(label) < SHORTEST_MISSPELT:
        return False
    slips = [{a, b} for a, b in zip(text, label, strict=True) if a != b]
    return len(slips) == 1 and DECISIVE.isdisjoint(slips[0])


SHORTEST_MISSPELT = 4  # characters


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


@cache
def joined() -> dict[str, tuple[Meaning, ...]]:
    """Labels that stand in one cell with the labels above or in front of them."""
    known: dict[str, dict[Meaning, None]] = {}

    def add(parts: tuple[str, ...], *found: Meaning) -> None:
        for i in range(len(parts) - 1):
            known.setdefault(squash("".join(parts[i:])), {}).update(dict.fromkeys(found))

    for form in forms():
        top = form.request_groups[0].label
        for label in form.request_rows:
            for text in (label.label, label.label + label.note, *label.also):
                if label.group:
                    parts = (label.group, text) if label.group == top else (top, label.group, text)
                    add(parts, Meaning("requests", "row", label.key))
        for label in form.request_columns:
            if label.group:
                parts = (form.request_heads[0], label.group, label.label)
                add(parts, Meaning("requests", "column", label.key))
        for group in form.dispute_groups:
            head = (group.group, group.label, "")
            add(head, Meaning("disputes", "group", group.key))
            for column in form.dispute_columns:
                group_of = Meaning("disputes", "group", group.key)
                named = tuple(filter(None, (group.group, group.label, column.label)))
                add(named, group_of, Meaning("disputes", "column", column.key))
    ours = {spelling: tuple(found) for spelling, found in known.items()}
    return {spelling: found for spelling, found in ours.items() if spelling not in vocabulary()}


LONGEST = 160  # characters; a longer text is prose, not a label
INNER_NUMBERING = pattern_of(
    r"[(（]\s*[一二三四五六七八九十]+\s*[)）]|[0-9０-９]{1,2}\s*[.．、]\s*(?![0-9０-９])"
)
DIGIT = pattern_of(r"[0-9０-９]")
NOT_CHINESE = pattern_of(r"[^\u4e00-\u9fff]+")
BRACKET = pattern_of(r"[(（\[【](?!\s*[一二三四五六七八九十]+\s*[)）])")
# a note or an addition that makes a label count something else than the form's
NOTE = pattern_of(r"[(（\[【].*|[:：—-].*", re.S)
NARROWS = pattern_of(
    "去年|上年|上一年|前年|往年|历年|同期|同比|环比|增减|简易程序|普通程序|一般程序|其中|不含|除外"
)
# characters that turn a label into another one
DECISIVE = frozenset("上下去今明前后本当不未无非有已可同他其新旧增减一二三四五六七八九十")
NUMBERING = pattern_of(
    r"\A\s*(?:[(（]\s*[一二三四五六七八九十]+\s*[)）]|[一二三四五六七八九十]+\s*[、.．,，]"
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
        longest = max(grown, key=len)
        rest = text[len(longest) :]
        if NARROWS.search(rest) or not (DECISIVE.isdisjoint(rest) or rest in _notes()):
            return ()
        return known[longest]
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
        if abs(len(spelling) - len(text)) <= 2 and _is_a_slip(spelling, text)
    }
    if len(near) == 1:
        return near.pop()
    return ()


@cache
def _notes() -> str:
    """The notes behind the forms' labels, a line each; a label may be followed by part of one."""
    rows = chain.from_iterable(form.request_rows for form in forms())
    return "\n".join({squash(label.note) for label in rows})


def _is_a_slip(spelling: str, text: str) -> bool:
    """Whether a label is meant with a character or two wrong, none of them decisive."""
    matcher = SequenceMatcher(None, spelling, text, False)
    if matcher.ratio() < 0.84:
        return False
    return all(
        same == "equal" or DECISIVE.isdisjoint(spelling[i:j] + text[k:m])
        for same, i, j, k, m in matcher.get_opcodes()
    )
