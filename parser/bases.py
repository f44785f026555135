"""Of what an outcome is told: of all requests, of those of one applicant, or of some of them.

自然人申请中，予以公开31件 is of a column of the table; 涉及征地的30件中，予以公开12件 is of none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity
from nianbao.parser.wording import data


class Base(NamedTuple):
    column: str = ""  # the applicant whose requests they are
    # the number of requests that they are outcomes of, where that may be some of them only
    among: int | Decimal | None = None


ALL = Base()


class Said(NamedTuple):
    """A number of a sentence, as far as it matters here."""

    number: Quantity
    near: str  # the words of its clause before it
    behind: str
    kind: str
    is_outcome: bool
    is_some: bool  # surely not of all requests


def bases(line: str, told: Sequence[Said]) -> list[Base]:
    """For each number of a sentence, of what it is told."""
    columns = list(_columns(line))
    begins = [column.begins for column in columns]
    found: list[Base] = []
    base: Said | None = None
    for i, each in enumerate(told):
        if not each.is_outcome or INSIDE.match(each.behind) or _is_of_a_subject(each):
            base = each if _is_like(each) and not _is_an_answer(each) else base
        if not each.is_outcome:
            found.append(ALL)
            continue
        last = bisect_left(begins, each.number.start)
        named = columns[max(last - MOST_NAMED, 0) : last]
        before = base if base is not None and base is not each else None
        if before is not None and _depth(line, before) > _depth(line, each):
            before = None  # 予以公开16件(含告知获取方式的7件)，部分公开2件
        found.append(_base_of(each, told[max(i - MOST_BEFORE, 0) : i], before, named))
    return found


def _depth(line: str, each: Said) -> int:
    at = each.number.start
    return line.count("(", 0, at) - line.count(")", 0, at)


MOST_BEFORE = 40  # numbers that are looked back at
MOST_NAMED = 3  # applicants


def _base_of(
    each: Said, before: Sequence[Said], base: Said | None, columns: Sequence[Column]
) -> Base:
    since = base.number.end if base else 0
    named = [c for c in columns if c.begins > since - LONGEST and _holds(c, before, each)]
    if named and not _is_of_all_after(before, named[-1]):
        return Base(named[-1].name)
    if base is None or not _is_within(before, each, base):
        return ALL
    if _is_of_one_applicant(before, base):
        return Base(base.kind.rpartition(".")[2])
    is_a_row_of_it = bool(base.kind) and each.kind.startswith(f"{base.kind}.")
    is_a_flow = each.kind in FLOWS and not _is_of_a_subject(base)
    is_a_flow_of_all = is_a_flow and not _is_first_of_all(before, base)
    if not _is_some(before, base) or is_a_row_of_it or is_a_flow_of_all:
        return ALL
    return Base(among=base.number.value)


LONGEST = 24


class Column(NamedTuple):
    name: str
    begins: int
    ends: int
    is_all_said: bool  # 自然人申请中: what follows is of it


def _columns(line: str) -> Iterator[Column]:
    for match in _heads().finditer(line):
        if OF_ALL_OF_THEM.search(line, max(match.start() - 6, 0), match.start()):
            continue  # 收到2件，均为自然人申请，予以公开1件: of all
        name = match.lastgroup or ""
        is_all_said = line[match.end() :][:1] in ("中", "里") or match[0].endswith((",", ":"))
        yield Column(name, match.start(), match.end(), is_all_said)


@cache
def _heads() -> re.Pattern[str]:
    shares = data()["shares"]
    named = {kind.rpartition(".")[2]: text for kind, text in shares.items() if ".by." in kind}
    either = "|".join(f"(?P<{name}>{text})" for name, text in named.items())
    return pattern_of(f"(?<![、和及与或非])(?:{either}){ASKS}(?:(?=[中里])|[,:]|(?=[0-9]))")


OF_ALL_OF_THEM = pattern_of("(?:均|都|全部|皆)(?:为|是|系|属于?|由|来自)*$")
ASKS = "(?:个人|单位)?(?:提出|提交|递交)?的?(?:政府)?(?:信息公开|依申请公开)?的?申请(?:件|事项)?"


def _holds(column: Column, told: Sequence[Said], each: Said) -> bool:
    """企业申请4件，公开2件; but not where it is one of a list of applicants."""
    if column.is_all_said:
        return True
    between = [t for t in told if column.ends <= t.number.start < each.number.start]
    if not between:
        return False
    head, *others = between
    before = [t for t in told if t.number.end <= column.begins]
    in_a_row = bool(before) and before[-1].kind.startswith("requests.by.")
    outcomes = [t for t in others if t.is_outcome]
    total = sum((Decimal(t.number.value) for t in [*outcomes, each]), Decimal(0))
    return not in_a_row and outcomes == others and total <= head.number.high


def _is_of_all_after(told: Sequence[Said], column: Column) -> bool:
    """自然人申请多于法人申请，全年办结72件，予以公开33件."""
    between = (t for t in told if column.ends < t.number.start)
    return any(t.kind in OF_ALL and not t.is_some for t in between)


FLOWS = frozenset(f"requests.{name}" for name in ("answered", "carried_out", "carried"))
OF_ALL = frozenset(("requests.received", "requests.answered", "requests.dealt"))


def _is_first_of_all(told: Sequence[Said], base: Said) -> bool:
    """受理居民办事申请1860件，办结1855件: of nothing that was told before."""
    before = [each for each in told if each.number.start < base.number.start]
    of_requests = any(each.kind in OF_ALL and not each.is_some for each in before)
    return base.kind in ("", "requests.received") and not of_requests


def _is_like(each: Said) -> bool:
    return each.number.unit in COUNTED


COUNTED = frozenset(("件", "项", "宗", "份", "起", "条", "个", "件次"))
INSIDE = pattern_of("(?:的)?(?:政府信息公开)?(?:申请|案件|事项|件)?(?:当?中|里|之中)")


def _is_some(before: Sequence[Said], base: Said) -> bool:
    if base.kind in OF_ALL and not base.is_some:
        return False
    if base.is_some or INSIDE.match(base.behind) or _is_of_a_subject(base):
        return True
    if not base.kind:
        return ASKED.search(base.near) is not None or _is_first_of_all(before, base)
    return base.kind.startswith("disputes.")


def _is_of_a_subject(said: Said) -> bool:
    """涉及信访积案的20件申请，…: what follows is of these."""
    is_some = said.is_outcome and said.near.endswith("的") and "涉及" in said.near
    return is_some and OF_THESE.match(said.behind) is not None


OF_THESE = pattern_of("(?:政府信息公开|信息公开)?申请,(?!均|全部|都)")
# Of what is asked, or by whom; other words, behind the number of all, may be an outcome's.
ASKED = pattern_of(
    "申请|受理|提交|收到|接收|涉及|来信|信箱|热线|工单|留言|信访|投诉|建议|提案|档案|查询|文件|公文"
    "|(?<!总)的$|(?:类|方面|领域)$"
)


def _is_an_answer(each: Said) -> bool:
    """来信48件，公开答复30件: told of the letters, as what follows; 其中36件公开."""
    if each.kind:
        return False
    is_behind = GIVEN_BEHIND.match(each.behind) and ALONE.fullmatch(each.near)
    return bool(is_behind) or ANSWERS.fullmatch(each.near) is not None


ALONE = pattern_of("(?:其中|结果|合计|[,:、])*")
GIVEN_BEHIND = pattern_of("(?:予以|不)?公开(?=[,;、。]|$)")
ANSWERS = pattern_of(
    "(?:其中|合计|共计|累计|结果|答复中|[县市区镇乡]政府|[共中,:、])*"
    "(?:已|均|依法|全部|公开|答复|回复|办结|处理|办理)+"
)


def _is_of_one_applicant(told: Sequence[Said], base: Said) -> bool:
    """律师事务所提出的4件，公开3件; but not where it is one of a list of applicants."""
    if not base.kind.startswith("requests.by.") or "+" in base.kind:
        return False
    if ALL_BY_ONE.match(base.behind):
        return False  # 5件申请均由自然人提出，予以公开2件: of all there are
    before = [each for each in told if each.number.end <= base.number.start]
    return not before or not before[-1].kind.startswith("requests.by.")


ALL_BY_ONE = pattern_of(
    "(?:的)?(?:政府信息公开|信息公开)?(?:申请)?,?(?:均|全部|都)(?:由|为|来自|系|是)"
)


def _is_within(told: Sequence[Said], each: Said, base: Said) -> bool:
    """The outcomes behind the base make no more than it."""
    since = [other for other in (*told, each) if other.number.start > base.number.start]
    groups = [other for other in since if other.is_outcome and other.kind.count(".") == 1]
    total = sum((Decimal(other.number.value) for other in groups), Decimal(0))
    return max(total, Decimal(each.number.value)) <= base.number.high
