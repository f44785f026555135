"""Prose against table, and against itself: at most a warning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from nianbao.monitor.rules.finding import CannotTell, Raised, Severity, quoted
from nianbao.monitor.rules.subject import Subject
from nianbao.parser.narrative import Claim, bare

GROUPS = {
    "requests.granted": ("granted",),
    "requests.partial": ("partial",),
    "requests.denied": ("denied",),
    "requests.unavailable": ("unavailable",),
    "requests.unprocessed": ("unprocessed",),
    "requests.other": ("other",),
    "requests.carried_in": ("carried_in",),
    "requests.carried_out": ("carried_out",),
}
DISPUTES = {
    "disputes.reviews": ("disputes.review.total",),
    "disputes.lawsuits": ("disputes.suit_direct.total", "disputes.suit_after_review.total"),
}
DOCUMENTS = {
    "normative_documents.issued": "proactive.normative_documents.issued",
    "normative_documents.repealed": "proactive.normative_documents.repealed",
    "normative_documents.in_force": "proactive.normative_documents.in_force",
    "regulations.issued": "proactive.regulations.issued",
}
DECISIONS = {
    f"{key}.decisions": f"proactive.{key}.decisions"
    for key in ("licensing", "penalties", "coercion")
}


def claims_of(subject: Subject, *kinds: str) -> list[Claim]:
    return [claim for claim in subject.report.claims if claim.kind in kinds and claim.exact]


def _said(rule: str, claim: Claim, cells: Sequence[str], table: int, **named: object) -> Raised:
    quote = quoted(claim.sentence, claim.at)
    facts = (f"{claim.kind}={claim.value}",)
    return Raised(
        rule,
        {"said": claim.value, "table": table, "unit_of_count": claim.unit or "件", **named},
        tuple(cells),
        table,
        claim.value,
        quote=quote,
        facts=facts,
    )


def requests(subject: Subject) -> Iterator[Raised | CannotTell]:
    """Received, as told, against 本年新收."""
    told = claims_of(subject, "requests.received")
    parts = claims_of(subject, "requests.received.part")
    new = subject.number("requests.new.total")
    if not told and not parts:
        return
    if new is None:
        for rule in ("G01", "G02"):
            yield CannotTell(
                rule,
                "表三“本年新收”总计空白或无法识别",
                "the total of new requests is blank or unreadable",
            )
        return
    carried = subject.number("requests.carried_in.total") or 0
    cell = ("requests.new.total",)
    if any(claim.value == new for claim in told):
        return
    for claim in told[:1]:
        if (claim.value == 0) != (new == 0):
            yield _said("G02", claim, cell, new)
        elif claim.value != new + carried:
            yield _said("G01", claim, cell, new)
    for claim in parts:
        if not told and claim.value > new + carried:
            yield _said("G01", claim, cell, new)
            return


def outcomes(subject: Subject) -> Iterator[Raised]:
    """Answered, carried and by outcome, against table three."""
    requests = (key for key in subject.report.cells if key.startswith("requests."))
    rows = {key for key in requests if key.endswith(".total")}
    for claim in claims_of(subject, *GROUPS):
        (name,) = GROUPS[claim.kind]
        cells = sorted(key for key in rows if key.split(".")[1] == name)
        numbers = [subject.number(key) for key in cells]
        total = sum(number or 0 for number in numbers)
        if cells and None not in numbers and total != claim.value:
            yield _said("G09", claim, cells, total)
    handled = subject.number("requests.handled_total.total")
    new = subject.number("requests.new.total")
    if handled is None:
        return
    carried = subject.number("requests.carried_in.total") or 0
    wrong = set()
    for claim in claims_of(subject, "requests.received"):
        if new is not None and claim.value not in (new, new + carried):
            wrong.add((claim.sentence, claim.value))
    for claim in claims_of(subject, "requests.answered"):
        if (claim.sentence, claim.value) in wrong:
            continue  # "received 6, all answered": that 6 is not what the table has is told already
        if claim.value not in (handled, new) or (claim.unit == "" and claim.value != handled):
            yield _said("G09", claim, ("requests.handled_total.total",), handled)


def documents(subject: Subject) -> Iterator[Raised]:
    yield from _against(subject, "G06", DOCUMENTS)


def decisions(subject: Subject) -> Iterator[Raised]:
    yield from _against(subject, "G07", DECISIONS)


def _against(subject: Subject, rule: str, cells: dict[str, str]) -> Iterator[Raised]:
    for kind, cell in cells.items():
        told = claims_of(subject, kind)
        number = subject.number(cell)
        if number is None or not told or any(claim.value == number for claim in told):
            continue
        yield _said(rule, told[0], (cell,), number)


def disputes(subject: Subject) -> Iterator[Raised]:
    for kind, cells in DISPUTES.items():
        told = claims_of(subject, kind)
        numbers = [subject.number(cell) for cell in cells]
        if not told or None in numbers:
            continue
        total = sum(n or 0 for n in numbers)
        if all(claim.value != total for claim in told):
            yield _said("G08", told[0], cells, total)


# ---- the prose against itself


def lists(subject: Subject) -> Iterator[Raised]:
    """A total and the parts that are listed under it."""
    claims = subject.report.claims
    for n, whole in enumerate(claims):
        parts = [c for c in claims if c.part_of == n and c.kind != "share"]
        if not parts or not whole.exact or not all(c.exact and c.unit == whole.unit for c in parts):
            continue
        total = _total(parts)
        larger = [c for c in parts if c.value > whole.value]
        closed = all(c.closed for c in parts)
        if larger:
            yield _list("G05", whole, parts, larger[0].value)
        elif len(parts) < 2 or total == whole.value:
            continue
        elif not closed:
            if total > whole.value:
                yield _list("G03", whole, parts, total, severity="notice")
        elif not _is_told_next(whole, whole.value - total, claims[n + 1 :]):
            severity: Severity | None = None
            if total > whole.value and all(CHANNEL.search(c.about) for c in parts):
                # The same may be published by several channels.
                severity = "notice"
            yield _list("G03", whole, parts, total, severity=severity)


def _total(parts: Sequence[Claim]) -> Decimal:
    return sum((Decimal(c.value) for c in parts), Decimal(0))


def _is_told_next(whole: Claim, rest: object, claims: Sequence[Claim]) -> bool:
    """What the parts lack stands in a later sentence."""
    later = (c for c in claims if c.part_of is None and c.unit == whole.unit)
    return any(c.value == rest for c in later)


CHANNEL = re.compile(
    "网站|公众号|微信|微博|公示栏|公开栏|公告栏|广播|电视|报纸|新媒体|平台|抖音|喇叭|群"
)


def _list(
    rule: str,
    whole: Claim,
    parts: Sequence[Claim],
    total: int | Decimal,
    *,
    severity: Severity | None = None,
) -> Raised:
    listed = "+".join(str(c.value) for c in parts)
    named = {
        "whole": whole.value,
        "parts": listed,
        "sum": total,
        "gap": abs(whole.value - _total(parts)),
        "unit_of_count": whole.unit,
    }
    return Raised(
        rule,
        named,
        expected=whole.value,
        actual=total,
        quote=quoted(whole.sentence, whole.at),
        severity=severity,
        facts=(f"{whole.value}={listed}",),
    )


def two_totals(subject: Subject) -> Iterator[Raised]:
    """The same thing counted twice, with different results."""
    kinds: dict[tuple[str, bool], list[Claim]] = {}
    for claim in claims_of(subject, "proactive.total"):
        if claim.part_of is None and not PARTIAL.search(claim.sentence):
            before = bare(claim.sentence)[max(claim.at - 14, 0) : claim.at]
            kinds.setdefault((claim.unit, "更新" in before), []).append(claim)
    for (unit, _), (first, *others) in kinds.items():
        other = next((claim for claim in others if claim.value != first.value), None)
        if other is None:
            continue
        named = {
            "first": first.value,
            "second": other.value,
            "unit_of_count": unit,
            "gap": abs(first.value - other.value),
        }
        yield Raised(
            "G04",
            named,
            expected=first.value,
            actual=other.value,
            quote=quoted(other.sentence, other.at),
            facts=(f"{first.value}/{other.value}",),
        )


PARTIAL = re.compile(
    "每月|每季|季度|上半年|下半年|[0-9一二三四五六七八九十]月份|每周|每日|去年|上年|较|同比"
)


def larger_than_all(subject: Subject) -> Iterator[Raised]:
    """More of one subject than was published in all: the scope may differ, so
    it is a hint."""
    totals = [c for c in claims_of(subject, "proactive.total") if c.part_of is None]
    if not totals:
        return
    most = max(totals, key=lambda c: c.value)
    for claim in claims_of(subject, "proactive.category"):
        if claim.part_of is None and claim.value > most.value:
            yield Raised(
                "G05",
                {
                    "whole": most.value,
                    "parts": claim.value,
                    "sum": claim.value,
                    "gap": claim.value - most.value,
                    "unit_of_count": claim.unit,
                },
                expected=most.value,
                actual=claim.value,
                quote=quoted(claim.sentence, claim.at),
                severity="notice",
                facts=(f"{most.value}<{claim.value}",),
            )


def fees(subject: Subject) -> Iterator[Raised]:
    told = claims_of(subject, "fees.processing")
    values = {claim.value for claim in told}
    if len(values) > 1:
        low, high = min(values), max(values)
        claim = next(c for c in told if c.value == high)
        yield Raised(
            "G10",
            {"first": low, "second": high},
            expected=low,
            actual=high,
            quote=quoted(claim.sentence, claim.at),
            facts=(f"{low}/{high}",),
        )


def shares(subject: Subject) -> Iterator[Raised]:
    claims = subject.report.claims
    for share in claims:
        if share.kind != "share" or share.part_of is None:
            continue
        part = claims[share.part_of]
        if part.part_of is None or not part.exact:
            continue
        whole = claims[part.part_of]
        if not whole.value or not whole.exact or whole.unit != part.unit:
            continue
        actual = Decimal(part.value) * 100 / Decimal(whole.value)
        if abs(actual - Decimal(share.value)) > Decimal("0.11"):
            yield Raised(
                "G11",
                {
                    "part": part.value,
                    "whole": whole.value,
                    "printed": share.value,
                    "right": f"{actual:.1f}",
                },
                expected=f"{actual:.1f}%",
                actual=f"{share.value}%",
                quote=quoted(share.sentence, share.at),
                facts=(f"{part.value}/{whole.value}={share.value}",),
            )


PLACEHOLDER = re.compile(
    r"[×xX＊]{2,}(?=[年月日件条项个镇乡县市元号]|人民政府)|(?<![A-Za-z0-9])[×＊](?=[件条项年月日])"
    r"|[_＿]{2,}[件条项]"
)
HOLE = re.compile(
    r"(?:收到|受理|主动公开|制发|发布|公开)[^，。；,;：:0-9一二三四五六七八九十零〇两百千万\n]{0,16}"
    r"(?:信息|文件)(?:共|共计|合计|数量为)?(?=[件条篇份][，。；,;])"
    r"|(?:^|[，；。])现行有效的(?:行政)?规范性文件(?=。)"
)


def holes(subject: Subject) -> Iterator[Raised]:
    """A template's place where no number was put in."""
    for block in subject.paragraphs:
        if match := PLACEHOLDER.search(block.text):
            quote = quoted(block.text, match.start())
            yield Raised("G12", quote=quote, facts=(quote,))
        elif (match := HOLE.search(block.text)) and not re.search("未|没有|无", match[0]):
            quote = quoted(block.text, match.start())
            yield Raised("G12", quote=quote, facts=(quote,), severity="warning", state="verify")


def outcome_untold(subject: Subject) -> Iterator[Raised]:
    told = claims_of(subject, "requests.received", "requests.received.part")
    if not any(claim.value > 0 for claim in told):
        return
    kinds = (c.kind for c in subject.report.claims if c.kind.startswith("requests."))
    if any("received" not in kind for kind in kinds):
        return
    claim = next(c for c in told if c.value > 0)
    near = [b.text for b in subject.paragraphs if claim.paragraph <= b.at <= claim.paragraph + 1]
    if not OUTCOME.search("".join(near)):
        quote = quoted(claim.sentence, claim.at)
        yield Raised("G13", {"said": claim.value}, quote=quote, facts=(str(claim.value),))


OUTCOME = re.compile(
    "办结|答复|回复|完成|公开[^申信]{0,4}[0-9]件|结转|撤回|办理完|已公开|不予|无法提供|予以"
)

RULES = (
    (("G01", "G02"), requests),
    (("G03", "G05"), lists),
    (("G04",), two_totals),
    (("G05",), larger_than_all),
    (("G06",), documents),
    (("G07",), decisions),
    (("G08",), disputes),
    (("G09",), outcomes),
    (("G10",), fees),
    (("G11",), shares),
    (("G12",), holes),
    (("G13",), outcome_untold),
)
