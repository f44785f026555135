"""The odd one of numbers that make one another: then it is wrong, whatever else stands beside it.

A sum of the table (what came in and what went out; the results of all that was handled; what came
of the reviews) is told whole in one passage: each of its cells that isn't zero, and all but one as
the table has them. The odd one can be of nothing else than its cell: the others leave no more.
Where a number beside them, or what came over, explains the gap it is silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from nianbao.monitor.rules.compared import (
    HANDLED,
    IN,
    NEW,
    OF_OTHERS,
    ORGANISATIONS,
    OUT,
    PEOPLE,
    RESULTS,
    Compared,
    Sum,
    Told,
    compared_as,
    is_of_a_result,
    paragraph_of,
    row_of,
    sum_of,
)
from nianbao.monitor.rules.doubtful import is_of_others
from nianbao.monitor.rules.honest import SLIPS, numbers_beside
from nianbao.monitor.rules.subject import Subject
from nianbao.parser.claim import Claim
from nianbao.parser.lists import swapped

GROUPS = ("granted", "partial", "denied", "unavailable", "unprocessed", "other")
ROWS = {
    "denied": ("state_secret", "law_prohibits", "security_stability", "third_party",
               "internal_affairs", "process_info", "case_file", "admin_inquiry"),
    "unavailable": ("not_held", "needs_creation", "unclear"),
    "unprocessed": ("petition", "repeat", "publication", "excessive", "reissue"),
    "other": ("not_corrected", "fee_unpaid"),
}  # fmt: skip
ENDS = ("upheld", "corrected", "other", "pending")


class System(NamedTuple):
    """Kinds of claims whose cells make each other: those of `makes` make those of `made`."""

    makes: tuple[str, ...]
    made: tuple[str, ...]
    cells: tuple[tuple[str, ...], tuple[str, ...]]  # what both sides are in the table
    inside: Mapping[str, tuple[str, ...]]  # rows that may be told in place of their group
    explains: tuple[str, ...] = ()  # cells that one side may honestly leave out


def _ends(kind: str, way: str) -> System:
    parts = tuple(f"disputes.{way}.{end}" for end in ENDS)
    ways = ("suit_direct", "suit_after_review") if way == "suits" else (CELLS_OF[way],)
    cells = tuple(f"disputes.{each}.{end}" for each in ways for end in ENDS)
    return System(parts, (kind,), (cells, tuple(f"disputes.{each}.total" for each in ways)), {})


CELLS_OF = {
    "reviews": "review",
    "suits_direct": "suit_direct",
    "suits_after_review": "suit_after_review",
}
SYSTEMS = (
    System(
        ("requests.received", "requests.carried_in"),
        ("requests.answered", "requests.carried_out"),
        ((NEW, IN), (HANDLED, OUT)),
        {},
        explains=(IN,),
    ),
    System(
        tuple(f"requests.{each}" for each in GROUPS),
        ("requests.answered",),
        (tuple(row_of(f"{each}.*" if each in ROWS else each) for each in GROUPS), (HANDLED,)),
        {
            f"requests.{each}": tuple(f"requests.{each}.{row}" for row in rows)
            for each, rows in ROWS.items()
        },
    ),
    System(
        tuple(f"requests.by.{each}" for each in (*PEOPLE, "organisation")),
        ("requests.received",),
        (tuple(row_of("new", each) for each in PEOPLE), (NEW,)),
        {"requests.by.organisation": tuple(f"requests.by.{each}" for each in ORGANISATIONS)},
    ),
    _ends("disputes.reviews", "reviews"),
    _ends("disputes.suits_direct", "suits_direct"),
    _ends("disputes.suits_after_review", "suits_after_review"),
    _ends("disputes.lawsuits", "suits"),
    System(
        ("disputes.suits_direct", "disputes.suits_after_review"),
        ("disputes.lawsuits",),
        (("disputes.suit_direct.total", "disputes.suit_after_review.total"),) * 2,
        {},
    ),
)  # fmt: skip
SAME = {"requests.dealt": "requests.answered", "requests.carried": "requests.carried_out"}
FEWEST = 2  # that agree and are not zero


def odd_ones(subject: Subject) -> Iterator[tuple[Compared, Told]]:
    passages = list(_passages(subject))
    for system in SYSTEMS:
        if not _holds(subject, system):
            continue
        for passage in passages:
            yield from _odd_one(subject, system, passage)


def _passages(subject: Subject) -> Iterator[list[Claim]]:
    """Each sentence, and each with the next, or the next two."""
    sentences: dict[tuple[int, str], list[Claim]] = {}
    of_results = set(_totals_of_results(subject))
    for n, claim in enumerate(subject.report.claims):
        if n in of_results:
            claim = claim._replace(kind="requests.answered")
        if claim.period or is_of_a_result(subject, claim):
            continue
        if claim.kind.startswith(("requests.", "disputes.")):
            sentences.setdefault((claim.paragraph, claim.sentence), []).append(claim)
    every = list(sentences.items())
    for i, ((paragraph, _), claims) in enumerate(every):
        yield claims
        near = [each for (place, _), each in every[i : i + MOST_TOGETHER] if place == paragraph]
        for end in range(1, len(near)):
            yield [claim for each in near[: end + 1] for claim in each]


def _totals_of_results(subject: Subject) -> Iterator[int]:
    """公开4件、部分公开1件、无法提供3件，总计8件: so many were answered."""
    kinds: dict[int, list[str]] = {}
    for claim in subject.report.claims:
        if claim.part_of is not None:
            kinds.setdefault(claim.part_of, []).append(claim.kind)
    for n, parts in kinds.items():
        is_all = len(parts) > FEWEST and all(kind in RESULTS for kind in parts)
        if is_all and subject.report.claims[n].kind == "list.total":
            yield n


MOST_TOGETHER = 3  # sentences with numbers of these tables


def _holds(subject: Subject, system: System) -> bool:
    """In the table, of which every cell is known."""
    sides = [sum_of(subject, cells) for cells in system.cells]
    return all(side is not None and side.is_whole for side in sides) and (
        sides[0] is not None and sides[1] is not None and sides[0].number == sides[1].number
    )


def _odd_one(
    subject: Subject, system: System, passage: Sequence[Claim]
) -> Iterator[tuple[Compared, Told]]:
    told = _told_once(system, passage)
    odd, agreeing = None, []
    sums: dict[str, Sum] = {}
    for kind, claim in told.items():
        compared = compared_as(claim.kind)
        total = sum_of(subject, compared.cells) if compared else None
        if total is None or not total.is_whole:
            return
        sums[kind] = total
        if claim.may_be(total.number):
            agreeing.append(claim)
        elif odd is None:
            odd = kind
        else:
            return
    if odd is None or not sums[odd].number or len([c for c in agreeing if c.value]) < FEWEST:
        return
    if not _is_all_told(subject, system, sums):
        return
    claim = told[odd]
    compared = compared_as(claim.kind)
    if compared and _is_sure(subject, system, claim, agreeing, sums[odd]):
        yield compared, Told(claim, sums[odd].cells, sums[odd].number)


def _told_once(system: System, passage: Sequence[Claim]) -> dict[str, Claim]:
    """By their kinds; nothing where one is told twice otherwise. Rows of a group that is told, or
    a group whose rows are, are the same once more.
    """
    told: dict[str, Claim] = {}
    kinds = {*system.makes, *system.made, *(row for rows in system.inside.values() for row in rows)}
    for claim in passage:
        kind = SAME.get(claim.kind, claim.kind)
        if kind not in kinds:
            continue
        before = told.get(kind)
        is_a_piece = before and before.sentence == claim.sentence and before.unit and claim.unit
        if before and (is_a_piece or before.value != claim.value):
            return {}  # 一件撤销原答复，一件确认违法: two are corrected
        if kind not in told or claim.unit:
            told[kind] = claim
    for group, rows in system.inside.items():
        if group in told and any(row in told for row in rows):
            if group not in ROW_BY_ROW:
                return {}
            for row in rows:
                told.pop(row, None)
    return told


ROW_BY_ROW = frozenset(f"requests.{each}" for each in ROWS)


def _is_all_told(subject: Subject, system: System, sums: dict[str, Sum]) -> bool:
    """What isn't told is zero in the table, on the side of what makes; or the two sides are."""
    whole = sum_of(subject, system.cells[0])
    made = [sums[kind].number for kind in sums if kind not in system.made]
    if whole is None or sum(made, Decimal(0)) != whole.number:
        return False
    if len(system.made) == 1:
        return True
    return sum((sums[k].number for k in system.made if k in sums), Decimal(0)) == whole.number


def _is_known(claim: Claim) -> bool:
    return bool(
        claim.unit and not claim.period and compared_as(claim.kind) and claim.kind not in GONE
    )


# What was withdrawn is handled, and may be told apart.
GONE = frozenset(("requests.other", "requests.other.not_corrected", "requests.other.fee_unpaid"))
SURE = frozenset(("", "part", "some", "body", "rest"))


def _is_sure(
    subject: Subject, system: System, claim: Claim, agreeing: Sequence[Claim], total: Sum
) -> bool:
    if claim.certainty not in SURE or not claim.exact or not claim.unit:
        return False
    if claim.unit not in {each.unit for each in agreeing}:
        return False
    if claim.scope in OF_OTHERS.get(subject.level, frozenset()) or is_of_others(claim):
        return False
    if claim.scope and claim.scope not in {each.scope for each in agreeing}:
        return False
    is_of_all = claim.kind in system.made and claim.value > total.number
    is_beside = is_of_all and {each.sentence for each in agreeing} == {claim.sentence}
    if not is_beside and any(
        each.kind == claim.kind and not each.period and each.may_be(total.number)
        for each in subject.report.claims
    ):
        return False
    pieces = (c for c in subject.report.claims if c.kind == claim.kind and not c.period)
    if sum(Decimal(c.value) for c in pieces if c.paragraph == claim.paragraph) == total.number:
        return False
    gap = abs(Decimal(claim.value) - total.number)
    if claim.certainty == "some" and gap not in SLIPS and claim.value not in swapped(total.number):
        return False
    if claim.value == sum(each.value for each in agreeing if each.kind != claim.kind):
        return False  # 自然人以外的25件，企业14件、律所9件、公益组织2件
    explains = (*system.explains, *((OUT,) if claim.kind == "requests.dealt" else ()))
    cells = (sum_of(subject, (cell,)) for cell in explains)
    if any(cell and cell.number == gap for cell in cells):
        return False
    every = subject.report.claims
    is_their_sum = all(c.part_of is not None and every[c.part_of].at == claim.at for c in agreeing)
    is_less = claim.kind in system.made and not is_of_all and not is_their_sum
    if is_less and gap in {each.value for each in agreeing}:
        return False  # 结案18件，尚未审结6件: of all 24
    if gap in {c.value for c in subject.report.claims if c.kind.startswith(f"{claim.kind}.")}:
        return False  # 无法提供3件，本机关不掌握1件
    known = {(c.sentence, c.at) for c in every if _is_known(c)}
    return not any(
        each.place not in known and each.number.value == gap
        for each in numbers_beside(paragraph_of(subject, claim))
        if each.place[0] in {one.sentence for one in (claim, *agreeing)}
    )
