"""Prose against table, and against itself: at most a warning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain, combinations, pairwise

from nianbao.monitor.rules.cell_names import cells_en, within_zh
from nianbao.monitor.rules.compared import (
    COMPARED,
    HANDLED,
    IN,
    MONEY,
    NEW,
    Compared,
    Told,
    against,
    compared_as,
    paragraph_of,
    row_of,
    sum_of,
)
from nianbao.monitor.rules.corroborated import odd_ones
from nianbao.monitor.rules.doubtful import are_told_in_another_way, is_made_beside, is_of_others
from nianbao.monitor.rules.finding import CannotTell, Raised, Severity, quoted
from nianbao.monitor.rules.honest import OF_RESULTS, numbers_beside
from nianbao.monitor.rules.subject import Subject
from nianbao.parser.claim import Claim, bare
from nianbao.parser.explained import is_named
from nianbao.parser.lists import swapped
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import plain, quantities


def claims_of(subject: Subject, *kinds: str) -> list[Claim]:
    """The exact ones, of the report's own year."""
    return [
        claim
        for claim in subject.report.claims
        if claim.kind in kinds and claim.exact and not claim.period
    ]


def _said(rule: str, compared: Compared, told: Told) -> Raised:
    claim = told.claim
    words = {"said": printed(claim), "said_en": printed(claim, "none", "about ")}
    words |= {"what": compared.zh, "what_en": compared.en, "where": within_zh(told.cells)}
    words["where_en"] = cells_en(told.cells)
    return Raised(
        rule,
        {**words, "table": shown(told.table), "unit_of_count": claim.unit or "件"},
        told.cells,
        shown(told.table),
        shown(claim.value),
        quote=quoted(claim.sentence, claim.at),
        severity="notice" if _is_another_count(told) else None,
        facts=(f"{claim.kind}={claim.value}",),
    )


def _is_another_count(told: Told) -> bool:
    """Far from the table, and named by a heading or an earlier sentence alone: a hint at most."""
    claim = told.claim
    if not claim.unit or claim.value in swapped(told.table):
        return False
    low, high = sorted((Decimal(claim.value), told.table))
    is_far = high > max(low, Decimal(1)) * FAR and high - low > MOST_NEAR
    return is_far and not is_named(claim.kind, _clause_of(claim))


FAR = Decimal("1.6")
MOST_NEAR = 3


def _clause_of(claim: Claim) -> str:
    """The words of its clause, before the number and behind it."""
    line = bare(claim.sentence)
    before = CLAUSE.split(line[: claim.at])[-1]
    return f"{before}#{CLAUSE.split(line[claim.at :])[0]}"


CLAUSE = pattern_of("[,;:。()]")


def printed(claim: Claim, none: str = "为无", about: str = "约") -> str:
    """The number as a person would say it: 约400条, 6件, none."""
    if not claim.unit and not claim.value:
        return none
    return f"{'' if claim.exact else about}{shown(claim.value)}{claim.unit or '件'}"


def shown(number: int | Decimal) -> int | Decimal:
    return int(number) if number == int(number) else number


def tables(subject: Subject) -> Iterator[Raised | CannotTell]:
    """What the prose counts, against the cells that count the same."""
    yield from _unknown_requests(subject)
    wrong: set[tuple[str, object]] = set()
    places: set[tuple[str, str, int]] = set()
    for compared, told in chain(against(subject), odd_ones(subject)):
        claim = told.claim
        if (place := (claim.kind, claim.sentence, claim.at)) in places:
            continue
        places.add(place)
        if claim.kind == "requests.received":
            wrong.add((claim.sentence, claim.value))
            rule = "G02" if (claim.value == 0) != (told.table == 0) else "G01"
            yield _said(rule, compared, told)
        elif claim.unit or (claim.sentence, claim.value) not in wrong:
            # "received 6, all answered": that 6 is not what the table has is told already
            yield _said(compared.rule, compared, told)


def _unknown_requests(subject: Subject) -> Iterator[CannotTell]:
    told = claims_of(subject, "requests.received", "requests.received.part")
    if told and subject.number("requests.new.total") is None:
        for rule in ("G01", "G02"):
            yield CannotTell(
                rule,
                "表三“本年新收”总计空白或读不出",
                "the total of new requests is blank or unreadable",
            )


def parts_received(subject: Subject) -> Iterator[Raised]:
    """One channel's requests are no more than all."""
    new = subject.number("requests.new.total")
    carried = subject.number("requests.carried_in.total") or 0
    if new is None or claims_of(subject, "requests.received"):
        return
    for claim in claims_of(subject, "requests.received.part"):
        beside = numbers_beside(paragraph_of(subject, claim))
        if any(each.is_final and each.number.value == new for each in beside):
            continue  # 接收91件，…，实际登记新收84件
        is_of_the_table = not claim.scope and claim.certainty != "narrower"
        if is_of_the_table and claim.value > new + carried:
            told = Told(claim, ("requests.new.total",), Decimal(new))
            yield _said("G01", COMPARED["requests.received"], told)
            return


# ---- the prose against itself


def lists(subject: Subject) -> Iterator[Raised]:
    """A total and the parts that are listed under it."""
    claims = subject.report.claims
    parts_of: dict[tuple[int, int | None], list[Claim]] = {}
    for claim in claims:
        if claim.part_of is not None and claim.kind != "share":
            parts_of.setdefault((claim.part_of, claim.listed), []).append(claim)
    for (n, _), parts in parts_of.items():
        whole, *parts = _in_one_unit([claims[n], *parts])
        if whole.kind in CARRIED and all(each.sentence != whole.sentence for each in parts):
            continue  # 共收到264件。上年结转11件。按申请人类型，自然人242件…
        larger = [c for c in parts if c.sure and c.low > whole.high and _is_like(whole, c)]
        larger = [c for c in larger if not _is_no_part(whole, c)]
        if larger:
            yield _list("G05", whole, parts, larger[0].value, part=larger[0])
        elif all(c.closed for c in parts) and not _may_be_all(whole, parts):
            total = _total(parts)
            before = (c for c in claims[:n] if c.paragraph == whole.paragraph)
            beside = [*before, *claims[n + 1 :]]
            if all(each.kind in OF_RECEIVED for each in parts):
                beside = [each for each in beside if not OF_RESULTS.match(each.kind)]
            if _is_told_apart(whole, whole.value - total, beside):
                continue
            if are_told_in_another_way(whole, parts) or _has_the_rest_in_another_unit(whole, parts):
                continue
            if _is_with_the_carried(subject, whole, parts):
                continue
            if _is_of_a_total_before(subject, whole, parts) or _is_one_of_a_sum(whole):
                continue
            if _is_a_part_itself(whole, total, claims) or _is_told_again(whole, parts):
                continue
            if _are_some_of_the_table(subject, whole, parts):
                continue
            severity: Severity | None = None
            if total > whole.value and all(CHANNEL.search(c.about) for c in parts):
                # The same may be published by several channels.
                if not counted_once(subject, whole, total):
                    continue
                severity = "notice"
            yield _list("G03", whole, parts, total, severity=severity)


def _has_the_rest_in_another_unit(whole: Claim, parts: Sequence[Claim]) -> bool:
    """镇长信箱5封、百姓呼声11件、县长热线64件，共80件."""
    gap = whole.value - _total(parts)
    if gap <= 0:
        return False
    told = {each.at for each in (whole, *parts)}
    beside = (n for n in quantities(bare(whole.sentence)) if n.start not in told)
    return any(n.value == gap and n.unit != whole.unit for n in beside)


def _is_with_the_carried(subject: Subject, whole: Claim, parts: Sequence[Claim]) -> bool:
    """接到128件，答复121件（含上年结转6件），结转13件: parts of all that was to be done."""
    done = [each for each in parts if each.kind != "requests.carried_in"]
    more = _total(done) - whole.value
    if more <= 0 or FATES_OF_ALL.isdisjoint(each.kind for each in parts):
        return False
    told = [claim.value for claim in claims_of(subject, "requests.carried_in")]
    return more in (*told, subject.number("requests.carried_in.total"))


def _is_of_a_total_before(subject: Subject, whole: Claim, parts: Sequence[Claim]) -> bool:
    """共收到264件。其中线上200件。按申请人类型，自然人231件、企业33件: of the first."""
    if any(each.sentence == whole.sentence for each in parts):
        return False
    text = paragraph_of(subject, whole).partition(parts[0].sentence)[0]
    totals = {_total(parts), _total(_outermost(parts))}
    return any(each.number.value in totals for each in numbers_beside(text))


def _is_one_of_a_sum(whole: Claim) -> bool:
    """甲局41件、乙局63件、各乡镇合计71件、其他55件，总计230件: a part as the others are."""
    like = [n for n in quantities(bare(whole.sentence)) if n.unit == whole.unit]
    behind = [n for n in like if n.start > whole.at]
    return any(n.value == sum(each.value for each in like if each.start < n.start) for n in behind)


OF_RECEIVED = frozenset(("requests.received", "requests.received.part"))
CARRIED = frozenset(f"requests.{name}" for name in ("carried", "carried_in", "carried_out"))
FATES_OF_ALL = frozenset(("requests.answered", "requests.carried_out"))


def _are_some_of_the_table(subject: Subject, whole: Claim, parts: Sequence[Claim]) -> bool:
    """862件，其中自然人745件、企业71件: each as the table has it, and the others stand there."""
    is_whole_first = all(whole.at < each.at and each.certainty != "rest" for each in parts)
    is_some = is_whole_first and parts[0].certainty == "part" and len(parts) < MOST_OF_SOME
    return is_some and all(_is_of_the_table(subject, each) for each in (whole, *parts))


MOST_OF_SOME = 4


def _is_of_the_table(subject: Subject, claim: Claim) -> bool:
    """The cells that it counts are known, and have its number."""
    compared = compared_as(claim.kind)
    total = sum_of(subject, compared.cells) if compared else None
    return total is not None and total.is_whole and total.number == claim.value


def _is_like(whole: Claim, part: Claim) -> bool:
    """Times are of what was done: 专题会2次，其中听取汇报3次 are two kinds of doings."""
    if part.unit not in TIMES or whole.sentence != part.sentence:
        return True
    text = bare(part.sentence)
    done = set(DOINGS.findall(text[max(whole.at, 0) : part.at]))
    return not done or not done.isdisjoint(DOINGS.findall(text[: whole.at]))


def _is_no_part(whole: Claim, part: Claim) -> bool:
    """93件，其中重复21件；热线6087件: another subject. 302条，包含在上述733条之内: its whole."""
    if whole.sentence != part.sentence:
        return False
    between = bare(part.sentence)[max(whole.at, 0) : part.at]
    return bool(";" in between or WITHIN.search(between) or BEFORE.search(between))


WITHIN = pattern_of("(?:包含|包括|含|计|列|纳|统计|计算)(?:在|于|到|进|入)[^,;。0-9]{0,8}$")
BEFORE = pattern_of("(?:期初|年初|上年|上一年|去年|同期|此前|原有|累计)[^,;。0-9]{0,8}$")
TIMES = frozenset(("次", "场", "场次", "期", "人次"))
DOINGS = pattern_of(
    "研究|召开|听取|批示|培训|举办|开展|部署|检查|调研|督导|督查|调度|指导|参加|宣讲|发布|公开|回应|整改|通报|约谈|走访"
)


def _in_one_unit(claims: Sequence[Claim]) -> list[Claim]:
    """4.06亿元，其中收费2.75亿元: the one read as an amount, the other as the form counts it."""
    units = {claim.unit for claim in claims}
    if len(units) == 1 or not units <= {*MONEY}:
        return [*claims]
    return [_in_yuan(claim) for claim in claims]


def _in_yuan(claim: Claim) -> Claim:
    value, low, high = (
        plain(Decimal(each) * MONEY[claim.unit]) for each in (claim.value, claim.low, claim.high)
    )
    return claim._replace(value=value, low=low, high=high, unit="元")


def _may_be_all(whole: Claim, parts: Sequence[Claim]) -> bool:
    """Of all parts, or of those before or behind a semicolon, where another subject may begin."""
    cuts = [n for n, _ in enumerate(parts) if n and _are_parted(parts[n - 1], parts[n])]
    groups = [parts[a:b] for a, b in pairwise((0, *cuts, len(parts)))]
    if _ends_at_a_semicolon(whole, groups):
        return True
    if whole.at > parts[-1].at:
        return any(_balance(whole, parts[n:]) for n in (0, *cuts))
    if _balance(whole, _outermost(parts)):
        return True
    beside = [
        n for n, part in enumerate(parts) if n > 1 and ANOTHER.search(_words_before(part, ","))
    ]
    return any(_balance(whole, parts[:n]) for n in (*cuts, *beside, len(parts)))


def _ends_at_a_semicolon(whole: Claim, groups: Sequence[Sequence[Claim]]) -> bool:
    """处罚205件，其中简易程序88件；公示197件…: one part, and then another subject."""
    first = groups[0]
    if len(groups) < 2 or len(first) > 1 or not whole.at < first[0].at:
        return False
    if not AMONG_IT.search(bare(first[0].sentence)[: first[0].at]):
        return False
    if all(CHANNEL.search(part.about) for group in groups for part in group):
        return False
    return len(groups) == 2 or any(len(group) > 1 for group in groups[1:])


def _outermost(parts: Sequence[Claim]) -> list[Claim]:
    """直接起诉7件，维持6件、未审结1件，复议后起诉19件，…: not what is told of one of them."""
    kinds = {f"{part.kind}." for part in parts}
    outer = [part for part in parts if f"{part.kind.rpartition('.')[0]}." not in kinds]
    heads = (bare(part.sentence)[: max(part.at, 0)] for part in outer)
    is_open = [head.count("(") == head.count(")") for head in heads]
    return [part for part, is_so in zip(outer, is_open, strict=True) if is_so]


ANOTHER = pattern_of("^(?:另有?|此外|还有?)")  # 四季度51条，另有重复发布6条
AMONG_IT = pattern_of("(?:其中|包括|含)[^,;。0-9]*$")


def _are_parted(one: Claim, other: Claim) -> bool:
    return one.sentence == other.sentence and ";" in bare(one.sentence)[one.at : other.at]


def _balance(whole: Claim, parts: Sequence[Claim]) -> bool:
    for times in ([1] * len(parts), [_names_told(part) for part in parts]):
        low = sum(n * c.low for n, c in zip(times, parts, strict=True))
        high = sum(n * c.high for n, c in zip(times, parts, strict=True))
        if low <= whole.high and whole.low <= high:
            return True
    return False


def _names_told(part: Claim) -> int:
    """维持、确认违法各1件: of how many things a number is told."""
    told = OF_EACH.search(bare(part.sentence)[: max(part.at, 0)])
    return len(AND.findall(told[0])) + 1 if told else 1


OF_EACH = pattern_of("[^,。;:0-9]*各$")
AND = pattern_of("[、和与及]")


def counted_once(subject: Subject, whole: Claim, total: Decimal) -> bool:
    """Channels that nearly add up, or of which it is said that they do."""
    if re.search("只计|不重复|去重|计为1", whole.sentence):
        return True
    return total <= Decimal(whole.value) * Decimal("1.1")


def _total(parts: Sequence[Claim]) -> Decimal:
    return sum((Decimal(c.value) for c in parts), Decimal(0))


def _is_told_apart(whole: Claim, rest: object, claims: Sequence[Claim]) -> bool:
    """What the parts lack stands before their whole, or in a later sentence."""
    later = (c for c in claims if c.part_of is None and c.unit == whole.unit)
    return any(c.value == rest for c in later)


def _is_a_part_itself(whole: Claim, total: Decimal, claims: Sequence[Claim]) -> bool:
    """部门收到40件；乡镇收到9件；加上县政府的7件，全县共56件."""
    return any(
        c.paragraph == whole.paragraph and c.unit == whole.unit and c.value == whole.value + total
        for c in claims
    )


def _is_told_again(whole: Claim, parts: Sequence[Claim]) -> bool:
    """收到80件…。80件申请中，涉及征地的52件: the whole itself is taken for one of its parts."""
    first = min(parts, key=lambda c: c.at)
    return len(parts) > 1 and first.value == whole.value and first.sentence != whole.sentence


CHANNEL = pattern_of(
    "网站|公众号|微信|微博|公示栏|公开栏|公告栏|宣传栏|广播|电视|报纸|新媒体|融媒|两微|公报|触摸屏|LED|橱窗|展板|黑板报|朋友圈|短信|平台|抖音|喇叭|群"
)


MOST_SHOWN = 14


def _list(
    rule: str,
    whole: Claim,
    parts: Sequence[Claim],
    total: int | Decimal,
    *,
    severity: Severity | None = None,
    part: Claim | None = None,
) -> Raised:
    listed = "+".join(str(shown(c.value)) for c in parts[:MOST_SHOWN])
    listed += "+…" if len(parts) > MOST_SHOWN else ""
    named = {
        "whole": whole.value,
        "whole_quote": quoted(whole.sentence, whole.at, 24),
        "parts": listed,
        "sum": total,
        "gap": abs(whole.value - _total(parts)),
        "unit_of_count": whole.unit,
    }
    if part is not None:
        named["part_quote"] = quoted(part.sentence, part.at, 24)
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
    """The same thing counted twice, with different results: like with like, and not where the
    one is made of what the other tells by channels."""
    kinds: dict[tuple[str, bool], list[Claim]] = {}
    for claim in claims_of(subject, "proactive.total"):
        if OF_ANOTHER_BODY.search(_words_before(claim, ",")):
            continue
        if NOT_COUNTED.match(bare(claim.sentence)[claim.at :]):
            continue
        if claim.part_of is None and claim.scope in OWN and not _is_of_a_part(claim):
            before = bare(claim.sentence)[max(claim.at - 14, 0) : claim.at]
            kinds.setdefault((claim.unit, "更新" in before), []).append(claim)
    for (unit, _), (first, *others) in [*kinds.items(), *_of_a_slip(subject)]:
        other = next((claim for claim in others if claim.value != first.value), None)
        if other is None or _is_made_of(subject, unit, first, other):
            continue
        if _are_by_other_ways(first, other) or _are_by_other_ways(other, first):
            continue
        if COUNTED_ONCE.search(bare(first.sentence) + bare(other.sentence)):
            continue
        named = {
            "first": first.value,
            "second": other.value,
            "unit_of_count": unit,
            "gap": abs(first.value - other.value),
            "first_quote": quoted(first.sentence, first.at, 24),
            "second_quote": quoted(other.sentence, other.at, 24),
        }
        yield Raised(
            "G04",
            named,
            expected=first.value,
            actual=other.value,
            quote=quoted(other.sentence, other.at),
            other_quote=quoted(first.sentence, first.at),
            facts=(f"{first.value}/{other.value}",),
        )


def _is_of_a_part(claim: Claim) -> bool:
    """上半年公开…; a comparison behind it takes nothing away: …420条，比上年有所增加."""
    line = bare(claim.sentence)
    own, _, later = line[claim.at :].partition(",")
    return bool(
        PARTIAL.search(line[: claim.at] + own) or PARTIAL.search(MORE_OR_LESS.sub("", later))
    )


MORE_OR_LESS = pattern_of(
    "(?:同?比|较|与)(?:上一?年度?|去年)(?:同期)?(?:相比)?[^,;。0-9]*|同比[^,;。0-9]*"
)


def _of_a_slip(subject: Subject) -> Iterator[tuple[tuple[str, bool], list[Claim]]]:
    """门户网站514条，…门户网站全年541条: of one channel, two digits exchanged."""
    told = [
        claim
        for claim in claims_of(subject, "proactive.channel")
        if claim.part_of is None
        and claim.scope in OWN
        and claim.value >= LEAST_OF_A_SLIP
        and not _is_of_a_part(claim)
        and not OF_ANOTHER_BODY.search(_words_before(claim, ","))
    ]
    for claim, later in combinations(told, 2):
        channels = [
            set(CHANNEL.findall(_clause_of(each).partition("#")[0])) for each in (claim, later)
        ]
        is_one = len(channels[0]) == 1 and channels[0] == channels[1]
        if is_one and claim.unit == later.unit and later.value in swapped(claim.value):
            yield (claim.unit, False), [claim, later]


LEAST_OF_A_SLIP = 100
OWN = frozenset(("", "own", "government"))


def _is_made_of(subject: Subject, unit: str, first: Claim, other: Claim) -> bool:
    """854 of the site and the villages is the 394 of the site and more."""
    items = claims_of(subject, "proactive.total", "proactive.channel", "proactive.category")
    high, low = max(first.value, other.value), min(first.value, other.value)
    rest = [c.value for c in items if c.unit == unit and c.part_of is None]
    rest = [value for value in rest if value < high]
    return high - low in rest or (len(rest) > 1 and sum(rest) == high)


def _are_by_other_ways(total: Claim, some: Claim) -> bool:
    """网站120条，公众号257条，宣传栏88条; 网站和公众号共377条: of two of them."""
    match = BY_WAYS.search(_words_before(some, ","))
    every = _ways(bare(total.sentence))
    ways = _ways(match["ways"]) if match else frozenset()
    is_of_some = ways < every and some.value < total.value
    return len(ways) > 1 and bool(every) and (is_of_some or not ways <= every)


def _ways(words: str) -> frozenset[str]:
    found = CHANNEL.findall(words.replace("微信公众号", "公众号"))
    return frozenset("栏" if each.endswith("栏") else each for each in found)


BY_WAYS = pattern_of("通过(?P<ways>[^,;。:()0-9]*)$")
COUNTED_ONCE = pattern_of("重复|去重|扣除|剔除|去除|重合|实际")
PARTIAL = pattern_of(
    "每月|每季|季度|上半年|下半年|[0-9一二三四五六七八九十]月份|每周|每日|去年|上年|较|同比"
    "|(?:围绕|针对|聚焦|关于)[^,;。:0-9]{1,20}(?:领域|专题|专项)"
)


def larger_than_all(subject: Subject) -> Iterator[Raised]:
    """More of one subject than was published in all: the scope may differ, so
    it is a hint."""
    totals = [
        c
        for c in claims_of(subject, "proactive.total")
        if c.part_of is None and not NOT_COUNTED.match(bare(c.sentence)[c.at :])
    ]
    if not totals:
        return
    most = max(totals, key=lambda c: c.value)
    for claim in claims_of(subject, "proactive.category"):
        if CHANNEL.search(claim.about) or claim.scope not in OWN:
            continue  # another channel is no part
        words = _words_before(claim, ",")
        if is_of_others(claim) or OF_PETITIONS.search(words):
            continue
        if claim.sentence != most.sentence and not OF_ALL.search(words):
            continue
        if claim.unit != most.unit and not words.endswith("信息"):
            continue
        if OF_ANOTHER_BODY.search(_words_before(claim, ";")):
            continue
        if claim.part_of is None and claim.value > most.value:
            yield Raised(
                "G05",
                {
                    "whole": most.value,
                    "whole_quote": quoted(most.sentence, most.at, 24),
                    "part_quote": quoted(claim.sentence, claim.at, 24),
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


# 党务公开信息44条不在其列
OF_ALL = pattern_of(
    "(?:^|[:、.。])(?:20[0-9]{2}年|全年|本年度?|今年)?(?:[我本][局镇乡县市区委办厅站]|街道)?(?:共|累计|主动|向社会)*(?:公开|发布|公示)的?[^,;:。0-9]{0,16}$"
)
OF_PETITIONS = pattern_of("信访|来信|来访|投诉|举报|诉求|热线|工单|包含|计入")
NOT_COUNTED = pattern_of(
    "[0-9.]+[一-龥]{1,3}[,(]?(?:约|仅|只)?占|[0-9.]+[一-龥]{1,3},?(?:均|都)?(?:不在其[列中内]|[不未][计列包][入括含]|另[计行])"
)


def _words_before(claim: Claim, mark: str) -> str:
    """The words before the number, since a mark."""
    return bare(claim.sentence)[: claim.at].rpartition(mark)[2]


# 指导全镇18个村落实村务公开，公开财务信息2268条: of the villages, and not of the town
OF_ANOTHER_BODY = pattern_of(
    "村(?=[,、(和及与级居务民支两组]|落实|公开|发布|在|通过)|行政村|社区|居委会|学校|中小学|幼儿园|医院|卫生院|企业|公司"
    "|(?:下属|所属|所辖|直属|下辖)|事业单位|党务|党建|上级|转发|[省市县区]级?(?:以上)?(?:媒体|网站|平台|部门)|网民|留言"
)


def fees(subject: Subject) -> Iterator[Raised]:
    told = claims_of(subject, "fees.processing")
    values = {claim.value for claim in told}
    if len(values) > 1:
        low, high = min(values), max(values)
        claim = next(c for c in told if c.value == high)
        other = next(c for c in told if c.value == low)
        yield Raised(
            "G10",
            {
                "first": low,
                "second": high,
                "first_quote": quoted(other.sentence, other.at, 24),
                "second_quote": quoted(claim.sentence, claim.at, 24),
            },
            expected=low,
            actual=high,
            quote=quoted(claim.sentence, claim.at),
            other_quote=quoted(other.sentence, other.at),
            facts=(f"{low}/{high}",),
        )


def shares(subject: Subject) -> Iterator[Raised]:
    """A percentage or a difference that no reading of the numbers beside it makes."""
    for claim in subject.report.claims:
        if claim.kind not in ("share", "difference"):
            continue
        if not claim.readings:
            claim = claim._replace(readings=tuple(_shares_of_a_whole(subject, claim)))
        if not claim.readings:
            continue
        readings = (
            *claim.readings,
            *_rates_of_the_table(subject, claim),
            *_shares_of_a_whole(subject, claim),
        )
        if any(claim.low <= reading <= claim.high for reading in readings):
            continue
        if claim.unit == "%" and is_made_beside(claim, paragraph_of(subject, claim)):
            continue
        printed, right = _change(claim, claim.value), _change(claim, claim.readings[0])
        yield Raised(
            "G11",
            {"printed": printed, "right": right, "said_quote": _said_at(claim)},
            expected=right,
            actual=printed,
            quote=quoted(claim.sentence, claim.at),
            facts=(printed,),
        )


def _shares_of_a_whole(subject: Subject, claim: Claim) -> Iterator[Decimal]:
    """予以公开90件，占办结总数的60%: of the table's whole, where the 90 are the table's too."""
    before = bare(claim.sentence)[: claim.at]
    every = subject.report.claims
    if (
        not OF_THE_WHOLE.search(before)
        or claim.part_of is None
        or not 0 <= claim.part_of < len(every)
    ):
        return
    part = every[claim.part_of]
    if BARE_SHARE.search(before) and not OF_ALL_RESULTS.fullmatch(part.kind):
        return
    if part.sentence != claim.sentence or not RIGHT_BEFORE.fullmatch(
        bare(claim.sentence)[part.at : claim.at]
    ):
        return
    compared = compared_as(part.kind)
    cells = sum_of(subject, compared.cells) if compared else None
    if (
        cells is None
        or not cells.is_whole
        or cells.number != part.value
        or part.value < LEAST_OF_A_SHARE
    ):
        return
    for whole in _wholes_of(part.kind):
        total = sum_of(subject, whole)
        if total is None or not total.is_whole or not total.number:
            return
        for some in (part.value, *_with_those_before(part)):
            yield Decimal(some) * 100 / total.number
    for each in every:
        if each.paragraph == part.paragraph and each.unit == part.unit and each.value > part.value:
            yield Decimal(part.value) * 100 / Decimal(each.value)


def _with_those_before(part: Claim) -> Iterator[Decimal]:
    """公开的83件、部分公开的29件，占…: both together."""
    clause = re.split("[,;:。]", bare(part.sentence)[: part.at])[-1]
    total = Decimal(part.value)
    for number in reversed(re.findall(f"([0-9]+){part.unit}(?:、|和|及|与)", clause)):
        total += Decimal(number)
        yield total


BARE_SHARE = pattern_of("占比?(?:为|约|达)?$")
OF_ALL_RESULTS = pattern_of(
    "requests\\.(?:granted|partial|denied|unavailable|unprocessed|by\\.[a-z_]+)"
)
OF_THE_WHOLE = pattern_of(
    "占比?(?:为|约|达)?$|占(?:本年度?|全年|全部)?(?:办结|答复|办理|新收|收到|受理|申请)(?:申请)?"
    "(?:总数|总量|件数|数量|总件数)的?(?:约|为)?$|占(?:全部|全年|本年度?)?办结[数件]的?(?:约|为)?$"
)
RIGHT_BEFORE = pattern_of("[0-9]+[件份宗起][,(]占[^,;。()0-9]*")
LEAST_OF_A_SHARE = 5


def _rates_of_the_table(subject: Subject, claim: Claim) -> Iterator[Decimal]:
    """办结率94.8%: of what came in and came over, which the sentence need not say."""
    if claim.about not in ("办结率", "答复率", "办理率"):
        return
    handled = sum_of(subject, (HANDLED,))
    for cells in ((NEW,), (NEW, IN)):
        whole = sum_of(subject, cells)
        if handled and whole and whole.is_whole and whole.number:
            yield handled.number * 100 / whole.number


def shares_of_the_table(subject: Subject) -> Iterator[Raised]:
    """自然人申请占95%, where the table alone has the numbers."""
    for claim in subject.report.claims:
        kind = claim.kind.removeprefix("share.")
        compared = compared_as(kind)
        if kind == claim.kind or compared is None or claim.scope in OTHERS:
            continue
        part = sum_of(subject, compared.cells)
        wholes = [sum_of(subject, cells) for cells in _wholes_of(kind)]
        known = [whole for whole in wholes if whole and whole.is_whole and whole.number]
        if part is None or not part.is_whole or not known:
            continue
        readings = [part.number * 100 / whole.number for whole in known]
        if any(claim.low <= reading <= claim.high for reading in readings):
            continue
        printed, right = _change(claim, claim.value), _change(claim, readings[0])
        cells = (*part.cells, *known[0].cells)
        yield Raised(
            "G11",
            {"printed": printed, "right": f"{right}（{part.number}÷{known[0].number}）"}
            | {"said_quote": _said_at(claim)}
            | {"right_en": f"{right} ({part.number} of {known[0].number})"},
            cells,
            expected=right,
            actual=printed,
            quote=quoted(claim.sentence, claim.at),
            facts=(printed,),
        )


OTHERS = frozenset(("units", "office"))


def _wholes_of(kind: str) -> tuple[tuple[str, ...], ...]:
    """What an applicant's or a result's share may be of."""
    if ".by." in kind:
        return ((NEW,), (NEW, IN), (HANDLED,))
    return ((HANDLED,), (NEW,), (NEW, IN), (HANDLED, f"-{row_of('other.*')}"))


def _said_at(claim: Claim) -> str:
    return quoted(claim.sentence, claim.at, 24)


def _change(claim: Claim, number: int | Decimal) -> str:
    """21%, 5件; with its sign where the other way round would be wrong."""
    is_signed = claim.value < 0 or any(reading < 0 for reading in claim.readings)
    sign = "+" if is_signed and number > 0 else ""
    if claim.unit == "%" and number is not claim.value:
        return f"{sign}{number:.1f}%"
    return f"{sign}{shown(round(Decimal(number), 1))}{claim.unit}"


PLACEHOLDER = pattern_of(
    r"[×xX＊]{2,}(?=[年月日件条项个镇乡县市元号]|人民政府)|(?<![A-Za-z0-9])[×＊](?=[件条项年月日])"
    r"|[_＿]{2,}[件条项]"
)
HOLE = pattern_of(
    r"(?:收到|受理|主动公开|制发|发布|公开)[^，。；,;：:0-9一二三四五六七八九十零〇两百千万\n]{0,16}"
    r"(?:信息|文件)(?:共|共计|合计|数量为)?(?=[件条篇份][，。；,;])"
    r"|(?:主动公开|共公开|共发布)(?:共|共计)?(?=[条篇][，。；,;])"
    r"|共(?:收到|受理)(?:政府信息公开)?申请(?=[件宗][，。；,;])"
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
    """Of a whole report only: a passage alone may leave it to another."""
    if len(subject.headings) < 4:
        return
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


OUTCOME = pattern_of(
    "办结|答复|回复|完成|依法处理|公开[^申信]{0,4}[0-9]件|结转|撤回|办理完|已公开|不予|无法提供|予以"
)

RULES = (
    (("G01", "G02", "G06", "G07", "G08", "G09"), tables),
    (("G01",), parts_received),
    (("G03", "G05"), lists),
    (("G04",), two_totals),
    (("G05",), larger_than_all),
    (("G10",), fees),
    (("G11",), shares),
    (("G11",), shares_of_the_table),
    (("G12",), holes),
    (("G13",), outcome_untold),
)
