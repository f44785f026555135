"""Claims that no count makes: what is said to be none or to be all, and percentages and other
numbers that must follow from those beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from decimal import Decimal

from nianbao.parser.claim import ANSWERED, PART_OF_A_YEAR, Claim, Sentence
from nianbao.parser.differences import Difference, differences
from nianbao.parser.explained import is_plainly_said
from nianbao.parser.identities import Known, identities
from nianbao.parser.mentions import (
    CHANNEL_OF_REQUEST,
    DISPUTES,
    FOREIGN,
    NONE_OF_DOCUMENTS,
    OUTCOMES,
    PLANNED,
    Mention,
    Setting,
    period_of,
    scope_of,
    topic_of,
)
from nianbao.parser.patterns import pattern_of
from nianbao.parser.products import products
from nianbao.parser.quantities import Quantity, plain
from nianbao.parser.rates import rates
from nianbao.parser.restated import may_be_restated, restated
from nianbao.parser.shares import shares, shares_told
from nianbao.parser.stocks import stocks
from nianbao.parser.sums import over_a_stop, sums
from nianbao.parser.tallies import tallies
from nianbao.parser.tellings import tellings
from nianbao.parser.wording import DENIES, denied


def in_words(
    sentence: Sentence, before: str | None, counted: Sequence[Claim], setting: Setting
) -> Iterator[Claim]:
    """None and all. `before` is the sentence before it, `counted` what its numbers count."""
    nothing: list[Claim] = []
    if DENIES.search(sentence.bare):
        kinds = {claim.kind for claim in counted}
        nothing = list(_nothing(sentence, before, kinds, setting))
    yield from nothing
    yield from _all_of_a_row(sentence, counted)
    yield from _applicants_told_bare(sentence, counted)
    if counted or nothing or "申请" in sentence.bare:
        yield from _all_answered(sentence, [*counted, *nothing])


# ---- none


def _nothing(
    sentence: Sentence, before: str | None, counted: Set[str], setting: Setting
) -> Iterator[Claim]:
    """None next to a number of the same kind is about something narrower: 无因…败诉的行政复议."""
    line = sentence.line
    told: dict[str, Claim] = {}
    for kind, match in _denied_kinds(line, setting):
        if kind in told or _is_nothing_new(kind, (before or "") + line[: match.end()], match):
            continue
        if _is_none(kind, line, match, counted, setting):
            scope = scope_of(line[: match.start()] + match[0])
            scope = "body" if OF_A_TOWN.search(match[0]) else scope
            told[kind] = _zero(kind, sentence, match.start(), scope)
    if NONE_ALONE.fullmatch(line) and len(before or "") < 24:
        topic = setting.topic if before is None else topic_of(before)
        for kind in NONE_UNDER.get(topic, ()):
            told.setdefault(kind, _zero(kind, sentence, 0))
    if "废止" in line and (new := NOTHING_NEW.search(line)):
        for kind in NONE_OF_DOCUMENTS.get(topic_of(line[: new.start()]), ()):
            told.setdefault(kind, _zero(kind, sentence, new.start()))
    if "未审结" in line and (pending := PENDING_NONE.search(line)):
        topic = topic_of(line[: pending.end() + 12], setting.topic)
        if topic in ("disputes", "reviews", "suits"):
            kind = f"disputes.{topic}.pending"
            told["disputes.pending"] = _zero(kind, sentence, pending.start())
    counted = counted - {"fees.processing"}  # taken or not: one of them is wrong
    yield from (claim for kind, claim in told.items() if kind not in counted)


NONE_ALONE = pattern_of("(?:均|都)?(?:无|没有|未发生)[。;]?")
NONE_UNDER = {
    "requests": ("requests.received",),
    "reviews": ("disputes.reviews",),
    "suits": ("disputes.lawsuits",),
    "disputes": ("disputes.reviews", "disputes.lawsuits"),
}
NOTHING_NEW = pattern_of("(?:无|没有|未)(?:新)?(?:制发|制定|出台)(?:和|及|、|或)?废止")
OF_A_TOWN = pattern_of("[镇乡]级")  # its own, or those of all towns of a county
PENDING_NONE = pattern_of("(?:没有|无)(?:尚)?未审结|未审结的?(?:案件)?(?:为)?(?:无|零)(?=[,。;]|$)")


def _zero(kind: str, sentence: Sentence, at: int, scope: str = "") -> Claim:
    return Claim(kind, 0, sentence.raw, sentence.paragraph, at, scope=scope)


def _denied_kinds(line: str, setting: Setting) -> Iterator[tuple[str, re.Match[str]]]:
    """What the words of a sentence deny; of a dispute, whatever it is that is spoken of."""
    for entry, match in denied(line, setting.year):
        for kind in entry.kinds:
            if "*" not in kind:
                yield kind, match
                continue
            topic = topic_of(line[: match.end()], setting.topic)
            if topic in DISPUTES:
                yield kind.replace("*", topic), match


def _is_none(
    kind: str, line: str, match: re.Match[str], counted: Set[str], setting: Setting
) -> bool:
    at = match.start()
    clause = line[_clause_start(line, at) : match.end()]
    if BESIDES.search(clause):
        return False
    is_foreign = FOREIGN.search(clause) and not kind.startswith("requests.unprocessed.")
    if is_foreign or (PLANNED.search(clause) and not PUT_OFF.search(clause)):
        return False
    is_before = period_of(line, at, line[_clause_start(line, at) : at], setting.year) == "last"
    if is_before and kind != "requests.carried_in":
        return False
    if PART_OF_A_YEAR.search(clause) and not kind.startswith("requests.carried"):
        return False
    if not is_plainly_said(kind, line[_clause_start(line, at) : at], match[0]):
        return False
    if kind in ("disputes.reviews", "disputes.lawsuits"):
        return _is_no_dispute(line, match, clause)
    if kind.startswith("requests."):
        if NO_REQUEST_DENIED.search(match[0]):
            return False
        is_told = kind == "requests.carried_out" and any(c.startswith("requests.") for c in counted)
        if not is_told and not OF_REQUESTS.search(line + setting.heading):
            return False
    return kind != "requests.received" or _is_no_request(line, match, clause)


def _is_nothing_new(kind: str, so_far: str, match: re.Match[str]) -> bool:
    """上年未审结的1件诉讼，本年判决；本年未新发生诉讼: the one is in the table."""
    if kind not in ("disputes.reviews", "disputes.lawsuits") or "新" not in match[0]:
        return False
    return OF_A_YEAR_BEFORE.search(so_far) is not None


OF_A_YEAR_BEFORE = pattern_of(
    "(?:上一?年|去年|往年|以前年|此前|以往|跨年|20[0-9]{2}年度?(?:的|尚|仍)*(?:结转|遗留|未审结|未结)|历史|结转|遗留)[^。;]{0,24}(?:复议|诉讼|案件|[0-9一两]件)"
)
# 除此之外没有废止其他文件: there are some
BESIDES = pattern_of(
    "除[^,;。]{0,12}(?:外|以外)|(?:无|没有|未)[^,;。]{0,8}"
    "(?:其[他它](?:规范性|文件|申请|复议|诉讼|行政|案件|许可|处罚|情)|别的)"
)
PUT_OFF = pattern_of("结转|[转延拖][至到]")
NO_REQUEST_DENIED = pattern_of("复议|诉讼|处理费|收费|费用")
OF_REQUESTS = pattern_of("申请|公开请求")


def _clause_start(line: str, at: int) -> int:
    return max(line.rfind(mark, 0, at) for mark in ",;:。") + 1


def _is_no_dispute(line: str, match: re.Match[str], clause: str) -> bool:
    """Of all reviews or all lawsuits."""
    if DISPUTE_LOST.search(line[match.start() : match.end() + 8]) or OF_ONE_CAUSE.search(clause):
        return False
    return not (NO_OTHER.match(match[0]) or NOT_BEGUN.search(line[: match.end()]))


DISPUTE_LOST = pattern_of(
    r"未[^,;。]{0,4}(?:作出|下达)|纠错|未审结|未结|重大|群体|纠正|败诉|撤销|改变|责令"
)
# 没有因超期引发复议: there may be others
OF_ONE_CAUSE = pattern_of(
    "因(?![^,。;]*(?:公开|申请|答复))[^,。;]{1,10}(?:引发|引起|导致|产生|提起)"
)
NO_OTHER = pattern_of("(?:再|也|均)?(?:无|没有|未|不存在)(?:再|[^,。;]{0,4}其[他它])")
NOT_BEGUN = pattern_of(
    "(?:化解|调解|和解|沟通)[^。;]*(?:进入|启动|引发)"
)  # 复议前化解9件，未进入复议程序


def _is_no_request(line: str, match: re.Match[str], clause: str) -> bool:
    """Of all requests, whoever asks and in whatever way."""
    if OF_ORGANISATIONS.search(match[0]) and not OF_ANYBODY.search(match[0]):
        return False
    return not (
        NARROWER.search(clause)
        or NOT_ONE.match(line, match.end())
        or ANY_OTHER.search(line[max(match.start() - 10, 0) : match.end()])
        or (len(CHANNEL_OF_REQUEST.findall(match[0])) == 1 and not ANY_WAY.search(match[0]))
    )


OF_ORGANISATIONS = pattern_of("法人|组织|企业|单位")
OF_ANYBODY = pattern_of("公民|自然人|个人|群众|社会|公众|任何")
NARROWER = pattern_of("补正|撤回|收费|缴费|超期|逾期|推诿|拒绝|结转|办结|答复|条件|需要?收")
NOT_ONE = pattern_of("(?:的)?(?:引起|引发|导致|产生|而|人|行政复议|复议|补正|书|被|因)")
ANY_OTHER = pattern_of("其他申请|其它申请|除此|外")
ANY_WAY = pattern_of("形式|方式|渠道|途径")


# ---- all


def _all_answered(sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
    """收到申请6件，均已办结: as many answered as received."""
    line = sentence.bare
    if not any(word in line for word in ALL) and all(claim.value != 1 for claim in counted):
        return
    kinds = {claim.kind for claim in counted}
    counts = {claim.kind for claim in counted if claim.unit}  # and not told as none
    is_carried_on = any(claim.kind in CARRIED_ON and claim.value for claim in counted)
    done = OF_ALL.search(line)
    if done and not STILL_LATER.search(line) and not is_carried_on:
        yield _zero("requests.carried_out", sentence, done.start())
    reviews = [claim for claim in counted if claim.kind in OF_REVIEWS]
    if reviews and all(each.value == 1 for each in reviews[1:]):
        reviews = reviews[:1]  # 有1名村民申请复议，…，共1件
    if len(reviews) == 1 and not any(each.startswith("disputes.reviews.") for each in kinds):
        yield from _all_of_one_kind(line, reviews[0], counts, ALL_REVIEWS)
    yield from _all_suits_closed(sentence, counted)
    counted = [*counted, *(ways := list(_all_by_one_way(line, counted)))]
    yield from ways
    yield from _all_suits_pending(line, counted)
    yield from _all_suits_upheld(line, counted)
    yield from _ended_as_told_behind(line, counted)
    yield from _all_disclosed(line, counted)
    received = [claim for claim in counted if claim.kind == "requests.received"]
    answered = [claim for claim in counted if claim.kind in ANSWERED and claim.unit]
    if not received and len(answered) == 1 and not answered[0].certainty and not answered[0].period:
        yield from _all_of_one_kind(line, answered[0], counts, ALL_OF_THE_ANSWERED)
    if len(received) != 1 or is_carried_on or received[0].period:
        return
    if not received[0].value:
        return  # 未新收申请，上年转来的2件均予以公开
    yield from _all_of_one_kind(line, received[0], counts, ALL_OF)
    match = ALL_ANSWERED.search(line, received[0].at) if kinds.isdisjoint(ANSWERED) else None
    if match is None or OF_SOME.search(line[received[0].at : match.end()]):
        return
    if not is_plainly_said(FLOW, line[_clause_start(line, match.start()) : match.start()]):
        return  # 企业的均已答复
    if match[0].endswith(("办结", "办理完毕")):
        yield _zero("requests.carried_out", sentence, match.start(), received[0].scope)
    yield _in_no_list(received[0])._replace(
        kind="requests.answered", at=match.start(), unit="", about=match[0][-2:]
    )


FLOW = "requests.answered"
ALL = ("均", "都", "已", "全部")  # without one of them only of one thing all may be said


def _in_no_list(claim: Claim) -> Claim:
    """What is said of all is no part of what its number is a part of."""
    return claim._replace(part_of=None, listed=None, closed=False, sure=False)


CARRIED_ON = frozenset(("requests.carried_out", "requests.withdrawn"))
OF_ALL = pattern_of(
    "(?:^|[,;。:])(?:截[至止](?:年底|年末|20[0-9]{2}年|[0-9]{1,2}月|[0-9]{1,2}日)+,?)?"
    "(?:我[^,。;]{1,3}|对)?(?:本年度?|全年|所有|全部|各项|收到的|受理的|以上|上述|所收)*(?:的)?"
    "(?:政府信息公开|依申请公开)?申请(?:均|都|已|全部)+"
    "(?:按[时期]|及时|依法|依规|高效|在[^,;。]{2,12}内)*(?:办结|办理完毕|答复完毕)"
)
STILL_LATER = pattern_of("截至目前|目前|截止|年1月|次年|结转")
OF_REVIEWS = frozenset(("disputes.reviews", "disputes.applicants"))
ALL_ANSWERED = pattern_of(
    "(?:均|全部|都)(?:已|予以|进行|按照?|按时|按期|如期|依法|依规|及时|规范|按规定|按要求|全部"
    "|在[^,。;]{2,14}?内|作出|做出|给予|得到|了)*(?:完成)?(?:办结|答复|办理完毕|回复|办理)"
)
OF_SOME = pattern_of("复议|诉讼|结转|其余|其他|其中|剩余|延期|另|截至|截止|目前")


def _all_suits_closed(sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
    """复议后起诉7件，均已审结: none is pending."""
    told = [claim for claim in counted if claim.kind in PENDING_OF_SUITS and claim.value]
    results = [claim for claim in counted if RESULT_OF_REVIEWS.fullmatch(claim.kind)]
    if not told and results and len(results) == sum(1 for each in counted if each.unit):
        told = [results[-1]._replace(kind="disputes.reviews")]
    if not told or (len(told) > 1 and not _are_told_together(sentence.bare, told)):
        return
    match = ALL_CLOSED.search(sentence.bare, told[-1].at)
    if match and not OF_SOMETHING_ELSE.search(sentence.bare[told[-1].at + 1 : match.start()]):
        for each in told:
            yield _zero(PENDING_OF_SUITS[each.kind], sentence, match.start(), each.scope)


def _all_suits_pending(line: str, counted: Sequence[Claim]) -> Iterator[Claim]:
    """行政诉讼2件，均在审理中: as many pending; nothing where a result is told beside."""
    told = [c for c in counted if c.kind in SUITS_TOLD and c.value and c.unit]
    if len(told) != 1 or told[0].period or any(RESULT_OF_SUITS.match(c.kind) for c in counted):
        return
    match = ALL_PENDING.match(line, told[0].at)
    if match and (match["all"] or match["way"] or told[0].value == 1):
        yield _in_no_list(told[0])._replace(
            kind=PENDING_OF_SUITS[told[0].kind], at=match.start("said"), unit="", about="审理"
        )


def _all_by_one_way(line: str, counted: Sequence[Claim]) -> Iterator[Claim]:
    """行政诉讼2件，均为复议后起诉: as many of that way, and none of the other."""
    told = [c for c in counted if c.kind == "disputes.lawsuits" and c.value and c.unit]
    if len(told) != 1 or told[0].period or any(c.kind in WAYS_OF_SUITS for c in counted):
        return
    match = ALL_BY_ONE_WAY.match(line, told[0].at)
    if match and (match["all"] or told[0].value == 1):
        way = "suits_direct" if match["direct"] else "suits_after_review"
        yield _in_no_list(told[0])._replace(
            kind=f"disputes.{way}", at=match.start("said"), unit="", about="起诉"
        )


WAYS_OF_SUITS = frozenset(("disputes.suits_direct", "disputes.suits_after_review"))
BY_ONE_WAY = (
    "(?P<all>均|全部|都)?[为系是属](?:(?P<direct>(?:未经复议)?(?:直接|径行))|经?(?:行政)?复议(?:以|之)?后)"
    "(?:再|又)?(?:起诉|提起诉讼|提起)"
)
ALL_BY_ONE_WAY = pattern_of(
    f"[0-9]+(?:件|起|宗|例)(?:行政)?(?:诉讼)?(?:案件)?[,(](?P<said>{BY_ONE_WAY})(?:的)?(?:案件)?(?=[,;。)]|$)"
)


def _all_suits_upheld(line: str, counted: Sequence[Claim]) -> Iterator[Claim]:
    """行政诉讼2件，均为复议后起诉，均判决维持: as many; nothing where a result is told beside."""
    told = [c for c in counted if c.kind in SUITS_TOLD and c.value and c.unit]
    if not told or told[0].period or any(RESULT_OF_SUITS.match(c.kind) for c in counted):
        return
    if len({c.value for c in told}) > 1:
        return  # 直接起诉3件，复议后起诉2件
    match = ALL_UPHELD.match(line, told[0].at)
    if match:
        yield _in_no_list(told[0])._replace(
            kind=PENDING_OF_SUITS[told[0].kind].replace("pending", "upheld"),
            at=match.start("said"),
            unit="",
            about="维持",
        )


ALL_UPHELD = pattern_of(
    "[0-9]+(?:件|起|宗|例)(?:行政)?(?:诉讼)?(?:案件)?[,;(](?:(?:均|全部|都)[为系是](?:经?复议(?:以|之)?后|(?:未经复议)?直接)(?:起诉|提起|诉讼)[,;])?"
    "(?:法院|审理|结果|案件)*(?P<said>(?:均|都|全部|皆)(?:已|被|获得?|得到|[为以经])*"
    "(?:判决|裁定)?(?:维持|驳回(?:原告)?的?(?:诉讼请求|起诉)))(?=[,;。)]|$)"
)


def _ended_as_told_behind(line: str, counted: Sequence[Claim]) -> Iterator[Claim]:
    """行政复议1件（其他结果）; of several only where it is of all: 2件（均为其他结果）."""
    told = {each.kind.rpartition(".")[0] for each in counted}
    for claim in counted:
        way = WITH_AN_END.get(claim.kind) if claim.unit in CASES and claim.value else None
        match = ENDED_BEHIND.match(line, claim.at) if way else None
        if match is None or claim.period or not (match["all"] or claim.value == 1):
            continue
        end = next(end for end in ENDED if match[end])
        if f"disputes.{way}" not in told:
            kind, said = f"disputes.{way}.{end}", match["said"][-4:]
            yield _in_no_list(claim)._replace(
                kind=kind, at=match.start("said"), unit="", about=said
            )


WITH_AN_END = {
    "disputes.reviews": "reviews",
    "disputes.lawsuits": "suits",
    "disputes.suits_direct": "suits_direct",
    "disputes.suits_after_review": "suits_after_review",
}
ENDED = {
    "upheld": "维持",
    "corrected": "(?:被)?(?:纠正|纠错|撤销)",
    "other": "(?:(?:申请人(?:主动|自愿)?撤回|终止)[,、]列入?)?其[他它](?:结果)?",
    "pending": "(?:尚|仍|还)?未审结|(?:尚|仍|正|还)?在?审理(?:之)?中",
}
ENDED_BEHIND = pattern_of(
    "[0-9]+(?:件|起|宗|例)(?:案件)?(?:[,(](?:审理|复议)?(?:结果)?|(?=均|都|全部|皆))"
    "(?P<said>(?P<all>均|都|全部|皆)?(?:审理|复议)?(?:已|为|是|被|系|获得?|得到|予以|结果)*(?:"
    + "|".join(f"(?P<{end}>{said})" for end, said in ENDED.items())
    + "))(?=[,;。)]|$)"
)
SUITS_TOLD = frozenset(
    ("disputes.lawsuits", "disputes.suits_direct", "disputes.suits_after_review")
)
RESULT_OF_SUITS = pattern_of("disputes\\.(?:suits|suits_direct|suits_after_review)\\.")
ALL_PENDING = pattern_of(
    "[0-9]+(?:件|起|宗|例)(?:行政)?(?:诉讼)?(?:案件)?[,;(](?P<way>(?:均|全部|都)[为系是](?:经?复议(?:以|之)?后|(?:未经复议)?直接)(?:起诉|提起|诉讼)[,;])?(?:截[至止](?:年[底末]|12月31日),?|目前|案件|现)*"
    "(?P<said>(?P<all>均|都|全部|皆)?(?:尚|仍|还|正)?(?:处于|在)?(?:法院|一审|二审)?"
    "(?:审理(?:中|之中|过程中|阶段)|在审|未(?:审结|结案|开庭|判决|宣判)|待(?:开庭|判决|宣判)))(?=[,;。)]|$)"
)


def _are_told_together(line: str, told: Sequence[Claim]) -> bool:
    """行政复议4件、行政诉讼2件: what is said behind is of both."""
    first, *others = told
    return len(others) == 1 and bool(TOGETHER.match(line, first.at))


TOGETHER = pattern_of(
    "[0-9]+(?:件|起|宗|例)(?:、|和|及|与)(?:行政)?(?:复议|诉讼)(?:案件)?[0-9]+(?:件|起|宗|例)[,;]"
)


def _all_disclosed(line: str, counted: Sequence[Claim]) -> Iterator[Claim]:
    """制定规范性文件3件，均及时公开: as many disclosed as made, which the older form counts."""
    for claim in counted:
        kind, _, fate = claim.kind.rpartition(".")
        is_made = kind in NONE_OF_DOCUMENTS and fate == "issued" and claim.unit
        match = ALL_DISCLOSED.match(line, claim.at) if is_made else None
        if match and not claim.period:
            yield _in_no_list(claim)._replace(
                kind=f"{kind}.disclosed", at=match.end("n"), unit="", about="公开"
            )


ALL_DISCLOSED = pattern_of(
    "(?P<n>[0-9]+[件部个份项])(?:[^,;。:0-9]{0,10})(?:,内容[^;。0-9]{0,40})?[,;](?:[0-9]+[件部个份项])?(?:规范性)?(?:文件)?(?:印发后)?(?:均|全部|都)"
    "(?:已|及时|主动|按时|按期|依法|依规|同步|第一时间|向社会|对外|上网|于当年|当年|(?:在|通过)[^,;。0-9]{2,20}|全文)*公开(?=[,。;]|$)"
)
RESULT_OF_REVIEWS = pattern_of("disputes\\.reviews\\.(?:upheld|corrected|other)")
PENDING_OF_SUITS = {
    "disputes.suits_direct": "disputes.suits_direct.pending",
    "disputes.suits_after_review": "disputes.suits_after_review.pending",
    "disputes.lawsuits": "disputes.suits.pending",
    "disputes.reviews": "disputes.reviews.pending",
}
ALL_CLOSED = pattern_of(
    "[,;](?:(?:截[至止]|至|到)?(?:12月31日|年[底末]|报告期末),?|现|目前|年内)?(?:[0-9]+件)?(?:案件)?(?:均|全部|都)(?:已|依法)*(?:审结|结案)(?=[,。;]|$)"
)
OF_SOMETHING_ELSE = pattern_of("诉讼|结转|其余|其他|其中|剩余|延期|另|截至|截止|目前")


def _all_of_one_kind(
    line: str, received: Claim, kinds: set[str], patterns: Mapping[str, re.Pattern[str]]
) -> Iterator[Claim]:
    """收到申请14件，全部予以公开; 均为自然人申请."""
    line = line.replace(f",{received.value}{received.unit}", ",")  # 8件全部予以公开
    for kind, pattern in patterns.items():
        match = pattern.search(line, received.at)
        if match is None and received.value == 1:
            match = ALONE[kind].match(line, received.at)
        family = kind.rpartition(".")[0] if ".by." in kind else ""
        told = any(each.startswith(family) for each in kinds) if family else kinds & OUTCOMES
        between = line[received.at : match.end()] if match else ""
        if match and not told and not OF_SOMETHING_ELSE.search(between):
            said = match[0][-4:]
            yield _in_no_list(received)._replace(kind=kind, at=match.start(), unit="", about=said)


def _all_of_a_row(sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
    """不予公开的4件（均为行政执法案卷信息）: as many of the row as of its group."""
    for claim in counted:
        match = ALL_OF_A_ROW.match(sentence.bare, claim.at) if claim.unit in CASES else None
        row = ROWS_ALONE.get(match["row"]) if match else None
        if match and row and claim.kind == f"requests.{row.partition('.')[0]}":
            yield _in_no_list(claim)._replace(
                kind=f"requests.{row}", at=match.start("row"), unit="", about=match["row"]
            )


ROWS_ALONE = {
    "行政执法案卷": "denied.case_file",
    "过程性": "denied.process_info",
    "内部事务": "denied.internal_affairs",
    "行政查询": "denied.admin_inquiry",
    "国家秘密": "denied.state_secret",
    "本机关不掌握": "unavailable.not_held",
    "没有现成信息": "unavailable.needs_creation",
    "信访举报投诉": "unprocessed.petition",
    "重复申请": "unprocessed.repeat",
}
ALL_OF_A_ROW = pattern_of(
    f"[0-9]+(?:件|份|宗)(?:申请)?[,(](?:均|都|全部)(?:为|是|系|属于?|因|涉及)+(?:第?[三四]类)?(?P<row>{'|'.join(ROWS_ALONE)})"
    "(?:类|的|相关|政府|信息|事项|申请|文件|材料)*(?=[,;。)]|$)"
)


def _applicants_told_bare(sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
    """申请29件，申请主体为公民23人、企业5家、社会组织1个: they make the requests, each made one."""
    received = [each for each in counted if each.kind == "requests.received" and each.unit]
    match = BARE_APPLICANTS.search(sentence.bare) if len(received) == 1 else None
    if match is None:
        return
    told = [(each["who"], int(each["n"]), each.start()) for each in ONE_BARE.finditer(match[0])]
    if sum(number for _, number, _ in told) != received[0].value:
        return
    for who, number, at in told:
        if kind := BARE.get(who):
            yield _in_no_list(received[0])._replace(
                kind=f"requests.by.{kind}",
                value=number,
                low=number,
                high=number,
                at=match.start() + at,
                about=who,
            )


BARE = {
    "公民": "natural_person",
    "自然人": "natural_person",
    "个人": "natural_person",
    "村民": "natural_person",
    "居民": "natural_person",
    "企业": "business",
    "商业企业": "business",
    "律师事务所": "legal_service",
    "法律服务机构": "legal_service",
    "科研机构": "research",
}
WHO = f"(?:{'|'.join(BARE)}|社会公益组织|公益组织|社会组织|其他组织)"
OF_WHOM = "(?:人|名|位|家|个)"
ONE_BARE = pattern_of(f"(?P<who>{WHO})(?P<n>[0-9]{{1,5}}){OF_WHOM}")
BARE_APPLICANTS = pattern_of(
    "(?<=[,;。(])(?:其中)?(?:申请)?(?:主体|人)(?:分别|依次|类型|包括|包含|构成|为|有|是|:)*"
    f"(?:{WHO}[0-9]{{1,5}}{OF_WHOM}[、,和]?){{2,6}}(?:(?<=[、,和])|(?=[,;。)]|$))"
)
CASES = frozenset(("件", "份", "宗", "起", "件次"))
EVERY = "(?:[,;](?:(?:答复|办理|处理)?结果|答复)?|申请[人者]?|申请主体|申请中)"
EVERY += "(?:我[^,。;]|本[^,。;]|本机关)?(?:均|全部|都)"
EVERY += "(?:已|依法|依规|为|是|由|系|属于?|按期|按时|作出|答复)*"
ALL_OF = {
    "requests.granted": pattern_of(EVERY + "(?:予以公开|同意公开)(?=[,。;]|$)"),
    "requests.denied": pattern_of(EVERY + "不予公开(?=[,。;]|$)"),
    "requests.partial": pattern_of(EVERY + "(?:予以)?部分公开(?=[,。;]|$)"),
    "requests.unavailable": pattern_of(EVERY + "(?:无法提供|信息不存在)(?=[,。;]|$)"),
    "requests.unprocessed": pattern_of(EVERY + "不予处理(?=[,。;]|$)"),
    "requests.unavailable.not_held": pattern_of(
        EVERY + "(?:本机关|我[^,。;])?不掌握(?:的?(?:该|相关)?(?:政府)?信息)?(?=[,。;]|$)"
    ),
    "requests.by.natural_person": pattern_of(
        EVERY + "(?:来自)?(?:自然人|公民个人)(?:申请|提出|提交)?(?=[,。;]|$)"
    ),
    "requests.by.business": pattern_of(
        EVERY + "(?:来自)?(?:商业)?企业(?:申请|提出|提交)?(?=[,。;]|$)"
    ),
}
ALL_OF_THE_ANSWERED = {"requests.granted": ALL_OF["requests.granted"]}
ALL_REVIEWS = {
    "disputes.reviews.upheld": pattern_of(EVERY + "(?:被|获得?|得到|予以|结果)*维持"),
    "disputes.reviews.pending": pattern_of(EVERY + "(?:尚)?(?:未审结|在审理中)"),
    "disputes.reviews.corrected": pattern_of(
        EVERY + "(?:被)?(?:结果)?(?:复议机关|[市县区省]政府)?(?:以[^,。;]{2,30}为由)?"
        "(?:决定)?(?:予以|依法)?(?:纠正|撤销|确认违法)"
    ),
}
# 申请1件，由律所当面递交，内容为补助明细，…
OF_ONE = "(?:(?:申请人?(?:为|是|系|来自)|由|内容(?:为|是|系|涉及))[^,。;0-9]{2,20},)*"
# 行政复议1件，尚在审理中: of one there is no all
ALONE = {
    kind: pattern_of(
        pattern.pattern.replace(
            EVERY,
            f"[^,;。]*[,;]{OF_ONE}(?:最终|复议|审理|案件|结果|目前|正|已|尚|仍|为|被|依法|按期|系|属于?|答复)*",
        )
    )
    for kind, pattern in [*ALL_OF.items(), *ALL_REVIEWS.items()]
}


# ---- numbers that those beside them make


def shares_of(
    sentence: Sentence,
    numbers: Sequence[tuple[Quantity, int]],
    wholes: Mapping[int, Quantity],
    place: Mapping[int, int],
    year: int | None,
) -> Iterator[Claim]:
    """Percentages and differences. `wholes` are what the parts among the numbers are parts of,
    `place` says where each number stands among the claims.
    """
    line = sentence.line
    grown = list(differences(line, [number for number, _ in numbers], year))
    told = {found.at for found in grown}
    for share in shares(line, numbers, wholes):
        if share.at not in told:
            part_of = place[share.of] if share.of is not None else None
            claim = _percentage("share", share.percent, share.low, share.high, share.at, sentence)
            yield claim._replace(part_of=part_of, readings=share.readings)
    for found in grown:
        yield _difference(found, sentence)


def made_of(
    sentence: Sentence, beside: Sequence[Mention], before: Sequence[Mention], setting: Setting
) -> Iterator[Claim]:
    """Stock and flow, rates, and the same told again; `before` are the numbers before them."""
    numbers = [each.number for each in beside]
    found = [*stocks(sentence.line, numbers, setting.year), *rates(sentence.line, numbers)]
    told = [*before, *beside] if may_be_restated(sentence.line) else []
    for i, each in enumerate(beside if told else (), len(before)):
        of_requests = [m for m in told[:i] if m.kind in RECEIVED and not m.period]
        received = [m.number for m in of_requests if not OF_LETTERS.search(m.near + m.right)]
        earlier = [m.number for m in told[:i]]
        found += restated(sentence.line, each.number, earlier, received)
    return (_difference(each, sentence) for each in found)


RECEIVED = frozenset(("requests.received", "requests.received.part"))
OF_LETTERS = pattern_of("来[信访电]|咨询|诉求|投诉|留言|提问")  # 答复公众来信18件


def identities_of(
    sentence: Sentence, known: Sequence[Known], answered: Sequence[Quantity]
) -> Iterator[Claim]:
    """Numbers that by their kinds must make one another; `answered` were told before them."""
    return (_difference(each, sentence) for each in identities(sentence.line, known, answered))


def products_of(
    sentence: Sentence, before: str | None, following: str, earlier: str
) -> Iterator[Claim]:
    """每期500册，共2500册; 第一期41人次，第二期43人次: what the numbers beside it make."""
    line = sentence.line
    made = [*products(line, following[:MOST_BEHIND]), *sums(line)]
    made += [
        *over_a_stop(before or "", line, earlier),
        *tallies(before or "", line),
        *tellings(line),
    ]
    return (_difference(found, sentence) for found in made)


MOST_BEHIND = 80  # characters of the sentence behind, which may say how many each time


def _difference(found: Difference, sentence: Sentence) -> Claim:
    return Claim(
        "difference",
        plain(found.printed),
        sentence.raw,
        sentence.paragraph,
        found.at,
        found.unit,
        low=plain(found.low),
        high=plain(found.high),
        readings=found.readings,
    )


def _percentage(
    kind: str,
    printed: int | Decimal,
    low: int | Decimal,
    high: int | Decimal,
    at: int,
    sentence: Sentence,
) -> Claim:
    return Claim(kind, printed, sentence.raw, sentence.paragraph, at, "%", low=low, high=high)


def rates_of(sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
    """办结率86.9%, of what was answered and received."""
    if "率" not in sentence.bare:
        return
    told = [c for c in counted if c.exact and not c.period]
    told = [c for c in told if c.certainty not in SOME]
    for match in RATE.finditer(sentence.line):
        beside = [c for c in told if _is_of_the_rate(sentence.line, match, c)]
        readings = _rate_readings(match, {c.kind: Decimal(c.value) for c in beside})
        if not readings:
            continue
        printed = Decimal(match["n"])
        step = Decimal(1).scaleb(-len(match["n"].partition(".")[2]))
        low, high = plain(printed - step), plain(printed + step)
        claim = _percentage("share", plain(printed), low, high, match.start("n"), sentence)
        yield claim._replace(about=f"{match['what']}率", readings=readings)


def _is_of_the_rate(line: str, match: re.Match[str], claim: Claim) -> bool:
    """全市186件，综合纠错率14.6%；其中市政府纠正1件: lost ones of another passage are others."""
    low, high = sorted((match.start(), claim.at))
    return ";" not in line[low:high] or match["what"] not in RESULT_OF


SOME = frozenset(("part", "rest", "narrower"))
RATE = pattern_of(
    r"(?P<timely>按[时期]|及时|法定期限内)?(?P<what>办结|答复|办理|纠错|败诉|维持)率(?:为|达到?|约|:)*(?P<n>[0-9]{1,3}(?:\.[0-9]{1,2})?)%"
)


def _rate_readings(match: re.Match[str], values: Mapping[str, Decimal]) -> tuple[Decimal, ...]:
    """What the rate may be; nothing where the numbers are not told."""
    if match["what"] in RESULT_OF:
        pairs = _lost_of(values, *RESULT_OF[match["what"]])
    elif match["timely"]:
        return ()
    else:
        pairs = _answered_of(values)
    known = [(part, whole) for part, whole in pairs if part is not None and whole]
    return tuple(part * 100 / whole for part, whole in known)


Part = tuple[Decimal | None, Decimal | None]  # and its whole


RESULT_OF = {
    "纠错": ("reviews", "corrected"),
    "败诉": ("suits", "corrected"),
    "维持": ("reviews", "upheld"),
}


def _lost_of(values: Mapping[str, Decimal], topic: str, end: str) -> list[Part]:
    lost = values.get(f"disputes.{topic}.{end}")
    whole = values.get("disputes.reviews" if topic == "reviews" else "disputes.lawsuits")
    pending = values.get(f"disputes.{topic}.pending", Decimal(0))
    closed = values.get(f"disputes.{topic}.closed")
    return [(lost, whole), (lost, whole - pending if whole else None), (lost, closed)]


def _answered_of(values: Mapping[str, Decimal]) -> list[Part]:
    answered = values.get("requests.answered", values.get("requests.dealt"))
    received, due = values.get("requests.received"), values.get("requests.due")
    before = values.get("requests.carried_in", Decimal(0))
    later = values.get("requests.carried_out", values.get("requests.carried", Decimal(0)))
    every = received + before if received is not None else due
    gone = sum((values.get(kind, Decimal(0)) for kind in GONE), Decimal(0))
    if answered is None:
        return []
    pairs: list[Part] = [(answered, received), (answered, every)]
    if gone:
        pairs += [(answered + gone, whole) for whole in (received, every)]
        pairs += [(answered, whole - gone) for whole in (received, every) if whole]
    if later:
        pairs.append((answered, answered + later))
    return pairs


GONE = ("requests.withdrawn", "requests.other.not_corrected", "requests.other.fee_unpaid")


def shares_in_words(sentence: Sentence, setting: Setting) -> Iterator[Claim]:
    """自然人申请占95%, of which only the table has the numbers."""
    line = sentence.line
    if not OF_OUTCOMES.search(line + setting.heading):
        return
    for share in shares_told(line):
        begins = max(line.rfind(mark, 0, share.at) for mark in ";。") + 1
        before = line[begins : share.begins]
        if "复议" in before or period_of(line, share.begins, before, setting.year):
            continue
        printed, low, high = plain(share.percent), plain(share.low), plain(share.high)
        claim = _percentage(f"share.{share.kind}", printed, low, high, share.at, sentence)
        yield claim._replace(scope=scope_of(line[: share.at]))


OF_OUTCOMES = pattern_of("申请|予以公开")


def shares_of_both(sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
    """予以公开190件、部分公开51件，两者合计占47.4%: of two rows, whose whole the table has."""
    for match in OF_BOTH.finditer(sentence.line):
        end = match.start()
        told = [c for c in counted if c.unit and not c.period and c.at < end]
        *_, first, second = [None, None, *told]
        if (
            first is None
            or second is None
            or not {first.certainty, second.certainty} <= {"", "part"}
        ):
            continue
        if BESIDE_IT.fullmatch(sentence.line, first.at, end) is None:
            continue
        printed = Decimal(match["n"])
        step = Decimal(1).scaleb(-len(match["n"].partition(".")[2]))
        low, high = plain(printed - step), plain(printed + step)
        kind = f"share.{first.kind}+{second.kind}"
        yield _percentage(kind, plain(printed), low, high, match.start("n"), sentence)


OF_BOTH = pattern_of(
    "[,(;](?:两者|二者|两项|两类|上述两项|以上两项)?(?:合计|相加|加起来|之和|共)+(?:[0-9]+件[,(])?占(?:比|(?:全部|全年|本年度?)?(?:办结|答复|办理|申请|收到|受理|新收)[^,;。0-9]{0,8})(?:的|为|达|约)*"
    r"(?P<n>[0-9]{1,3}(?:\.[0-9]{1,2})?)%"
)
BESIDE_IT = pattern_of("[0-9]+件[、,和](?:答复)?[^,;。:、0-9]{2,8}[0-9]+件")
