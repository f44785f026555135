"""The claims of a report: the numbers that its prose states, with what each counts.

A paragraph is read as a small grammar: sentences, clauses, and in each clause a topic (inherited
from the heading, the lead and the clauses before), a scope, a period and a quantity (mentions.py).
What a quantity counts is told by the words of prose.yaml; which quantities are parts of which is
told by lists.py. Here they become claims (claim.py), beside what is told without a count
(told_otherwise.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Literal

from nianbao.parser.alone import outcome_of_the_only_one, review_of_an_answer
from nianbao.parser.bases import Said, bases
from nianbao.parser.claim import (
    ANSWERED,
    AT_A_COURT,
    IN_TIME,
    OF_ALL_DISPUTES,
    THE_REST,
    YUAN,
    Claim,
    Sentence,
    certainty_of,
    claim_of,
    is_told_of_some,
    sentences_of,
)
from nianbao.parser.document import Document, Paragraph
from nianbao.parser.explained import DECISIONS, is_counted_otherwise
from nianbao.parser.identities import Known
from nianbao.parser.labels import exact
from nianbao.parser.lists import LEAST, Lists, Parts
from nianbao.parser.mentions import (
    DISPUTES,
    DOUBTFUL,
    OF_ALL_REQUESTS,
    OTHERS_ALONE,
    OUTCOME_ROWS,
    OUTCOMES,
    PLANNED,
    Mention,
    Setting,
    is_bare,
    mentions_of,
    topic_of,
    unquoted,
)
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity, plain
from nianbao.parser.retold import differences_apart, told_again
from nianbao.parser.shares import has_a_share
from nianbao.parser.tokens import Token
from nianbao.parser.told_otherwise import (
    identities_of,
    in_words,
    made_of,
    products_of,
    rates_of,
    shares_in_words,
    shares_of,
    shares_of_both,
)
from nianbao.parser.wording import topics

MOST_PROSE = 200_000  # characters of a report; ten times what the longest has


def claims(
    document: Document, year: int | None, headings: Collection[int] = ()
) -> tuple[Claim, ...]:
    """`headings` are the blocks that are headings of sections."""
    found: list[Claim] = []
    heading, left = "", MOST_PROSE
    above: list[str] = []  # since the paragraph before; the last that is no cell is its heading
    for i, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph) or block.doubt or left <= 0:
            continue
        text = block.text[:left]
        if i in headings or not PUNCTUATED.search(text):
            above.append(text)
            continue
        if _is_of_a_table(text):
            continue
        heading = next((each for each in reversed(above) if not _is_of_a_table(each)), heading)
        above.clear()
        left -= len(text)
        sentences = sentences_of(text, i)
        found += _of_paragraph(sentences, _setting(sentences, heading, year), len(found))
    return tuple(found)


def _is_of_a_table(text: str) -> bool:
    return "\t" in text.strip() or ("。" not in text and bool(exact(text)))


PUNCTUATED = pattern_of("[,，。；;]|[0-9０-９] *[条件]")


def _setting(sentences: Sequence[Sentence], heading: str, year: int | None) -> Setting:
    heading = _lead(sentences) or heading
    topic, text = topic_of(heading), "".join(each.bare for each in sentences)
    is_of_disclosure = "信息公开" in text or topic in DISPUTES
    return Setting(year, heading, topic, is_of_disclosure, "强制执行" in text)


def _lead(sentences: Sequence[Sentence]) -> str:
    """（二）依申请公开情况。 is the heading of what follows it."""
    if len(sentences) < 2:
        return ""
    first = sentences[0].bare
    if len(first) > 32 or NO_LEAD.search(LEAD_NUMBER.sub("", first)):
        return ""
    return first if LEAD.search(first) or topics().search(first) else ""


NO_LEAD, LEAD_NUMBER = pattern_of("[0-9,;]"), pattern_of("^[(]?[0-9一二三四五六七]+[).、]")
LEAD = pattern_of("^[(]?[一二三四五六0-9][).、]|公开|情况")


def _of_paragraph(sentences: Sequence[Sentence], setting: Setting, offset: int) -> list[Claim]:
    """`offset` claims were found before it."""
    mentions, lists = _read(sentences, setting)
    told = _counted(mentions, lists, sentences, setting)
    place = {}
    count = offset
    for i, each in enumerate(told):
        place[i] = count + len(each) - 1  # the last of them is the one in lists
        count += len(each)
    _put_in_lists(told, lists, place)
    found = [claim for each in told for claim in each]
    wholes = _wholes(mentions, lists)
    by_sentence: dict[int, list[int]] = {}
    for i, mention in enumerate(mentions):
        by_sentence.setdefault(mention.sentence, []).append(i)
    for n, sentence in enumerate(sentences):
        here = by_sentence.get(n, [])
        counted = [claim for i in here for claim in told[i]]
        has_share = has_a_share(sentence.bare)
        made: list[Claim] = []
        if here:
            beside = [mentions[i] for i in here]
            made += _sum_of_pieces(beside, sentence, setting)
            made += _with_late_ones(beside, sentence, setting)
        if here or has_share:
            numbers = [(mentions[i].number, i) for i in here]
            made += shares_of(sentence, numbers, wholes, place, setting.year)
        if here:
            earlier = mentions[max(here[0] - MOST_BEFORE, 0) : here[0]]
            made += made_of(sentence, beside, earlier, setting)
            known = [_known(mentions[i], told[i]) for i in here]
            made += identities_of(
                sentence, known, _answered_before(told[max(here[0] - MOST_BEFORE, 0) : here[0]])
            )
        following = sentences[n + 1].bare if n + 1 < len(sentences) else ""
        before = sentences[n - 1].bare if n else None
        so_far = "".join(each.bare for each in sentences[max(n - MOST_EARLIER, 0) : max(n - 1, 0)])
        made += products_of(sentence, before, following, so_far)
        made += in_words(sentence, before, counted, setting)
        if has_share:
            judged = {claim.at for claim in made if claim.readings}
            others = [*rates_of(sentence, counted), *shares_in_words(sentence, setting)]
            others += shares_of_both(sentence, counted)
            made += [claim for claim in others if claim.at not in judged]
        if not any(is_counted_otherwise(mentions[i].behind) for i in here):
            found += made
    found += outcome_of_the_only_one(sentences, found)
    found += review_of_an_answer(sentences, found)
    found += told_again(sentences)
    found += differences_apart(sentences, found)
    return found


def _known(mention: Mention, told: Sequence[Claim]) -> Known:
    """The row that a number surely counts: no other of it is meant by an honest reading."""
    sure = (c for c in told if c.certainty in ("", "part") and c.unit and not c.period)
    kinds = (c.kind for c in sure if c.kind.startswith(("requests.", "disputes.")))
    return Known(mention.number, next(kinds, ""), mention.scope)


def _answered_before(told: Sequence[Sequence[Claim]]) -> list[Quantity]:
    """What a paragraph told before to be all of its requests, in what way soever."""
    claims = [claim for each in told for claim in each if claim.unit]
    if not any(claim.kind in ANSWERED and not claim.certainty for claim in claims):
        return []
    return [
        Quantity(c.value, Decimal(c.low), Decimal(c.high), c.exact, c.unit, c.at, c.at)
        for c in claims
    ]


MOST_EARLIER = 6  # sentences of which a comparison may be
MOST_BEFORE = 12  # numbers that are looked back at


def _read(sentences: Sequence[Sentence], setting: Setting) -> tuple[list[Mention], list[Parts]]:
    """The numbers of a paragraph, and which are listed under which."""
    mentions = list(mentions_of([each.line for each in sentences], setting))
    if len(mentions) < FEWEST_OF_A_LIST:
        return _with_bases(mentions, sentences), []
    mentions = list(_of_persons(mentions))
    lists = Lists([_token(each) for each in mentions], [each.bare for each in sentences]).read()
    mentions = _without_pieces(_as_told_before(_with_totals(mentions, lists)), lists)
    mentions = _with_bases(mentions, sentences)
    return mentions, _settled(lists, mentions)


FEWEST_OF_A_LIST = 2  # numbers: a whole and a part


def _token(mention: Mention) -> Token:
    return Token(
        mention.number,
        mention.sentence,
        mention.depth,
        unquoted(mention.left),
        mention.right,
        mention.is_aside,
        mention.kind.startswith("requests."),
        FLOWS.get(mention.kind, ""),
    )


FLOWS: Mapping[str, Literal["in", "out"]] = {
    "requests.received": "in",
    "requests.carried_in": "in",
    "requests.due": "in",
    "requests.answered": "out",
    "requests.dealt": "out",
    "requests.carried_out": "out",
}


# ---- what the numbers beside it say of a number


def _of_persons(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """居民申请6件、公司申请1件: each of some applicants."""
    parted = {each.sentence for each in mentions if each.kind.startswith("requests.by.")}
    for each in mentions:
        is_received = each.kind == "requests.received" and each.sentence in parted
        if is_received and PERSONS.match(each.near):
            yield each._replace(kind="requests.by.natural_person")
        else:
            yield each


PERSONS = pattern_of("、?(?:其中)?(?:居民|村民|群众|市民|业主)(?:个人)?(?:申请|提出|提交)")


def _with_totals(mentions: Sequence[Mention], lists: Sequence[Parts]) -> list[Mention]:
    """信函4件、当面1件，合计5件: a total behind its parts counts what they count."""
    told = list(mentions)
    for each in lists:
        whole = mentions[each.whole]
        kinds = {mentions[i].kind for i in each.parts}
        if each.whole < each.parts[-1] or whole.period:
            continue
        if whole.kind in OF_ALL_DISPUTES and "" in kinds and is_bare(whole.near):
            told[each.whole] = whole._replace(kind="")  # 征收引发2件，信息公开引发1件，共3件
        if kinds == CAME_IN and is_bare(whole.near) and not whole.right:
            told[each.whole] = whole._replace(kind="requests.due")
            continue
        if whole.kind:
            continue
        kind = next((total for total, parts in TOTALS.items() if kinds and kinds <= parts), "")
        scopes = {mentions[i].scope for i in each.parts}
        scope = "whole" if len(scopes) > 1 and "units" in scopes else whole.scope
        told[each.whole] = whole._replace(kind=kind, scope=scope)
    return told


CAME_IN = {"requests.received", "requests.carried_in"}
TOTALS = {
    "requests.received": {"requests.received", "requests.received.part"},
    "disputes.both": {"disputes.reviews", "disputes.lawsuits"},
    "disputes.lawsuits": {"disputes.suits_direct", "disputes.suits_after_review"},
}


def _as_told_before(mentions: Sequence[Mention]) -> list[Mention]:
    """…复议纠正1件；诉讼2件。纠正的1件系…: the same one again, though lawsuits stand between."""
    told: list[Mention] = []
    for mention in mentions:
        is_again = TOLD_AGAIN.match(mention.behind)
        before = _first_told(mention, told[-MOST_LOOKED_BACK:]) if is_again else ""
        told.append(mention._replace(kind=before) if before else mention)
    return told


TOLD_AGAIN = pattern_of("(?:案件|复议|诉讼)?(?:系|是|为|属|均|都|因|主要|原因|已|涉及)")
MOST_LOOKED_BACK = 40


def _first_told(mention: Mention, before: Sequence[Mention]) -> str:
    """The kind of another row that has this number and this result, in an earlier sentence."""
    end = mention.kind.rpartition(".")[2]
    is_alone = RESULT_ALONE.fullmatch(mention.near) and not topics().search(mention.near)
    if end not in ENDS_OF_DISPUTES or not is_alone:
        return ""
    same = [each for each in before if each.kind.rpartition(".")[2] == end]
    is_again = mention.kind in {each.kind for each in same}
    like = (each.kind for each in same if each.number.value == mention.number.value)
    return "" if is_again else next(like, "")


ENDS_OF_DISPUTES = frozenset(("upheld", "corrected", "other", "pending"))
RESULT_ALONE = pattern_of("(?:其中|上述|该|被|结果|尚)*[一-龥]{2,5}的")


def _without_pieces(mentions: Sequence[Mention], lists: Sequence[Parts]) -> list[Mention]:
    """案件共3件，均系复议后起诉，2件胜诉、1件败诉: the two are a piece of those that were named."""
    pieces = {i for each in lists if each.balances for i in each.parts}
    told = list(mentions)
    for i in pieces:
        if told[i].kind in OF_ALL_THERE_ARE and _is_inherited(told[i]):
            told[i] = told[i]._replace(kind="")
    return told


OF_ALL_THERE_ARE = frozenset(
    ("requests.carried_in", "disputes.both", "disputes.reviews", "disputes.lawsuits",
     "disputes.suits_direct", "disputes.suits_after_review")
)  # fmt: skip


def _is_inherited(mention: Mention) -> bool:
    """Its own clause does not say what it counts."""
    return is_bare(mention.near) and topics().search(mention.right) is None


def _with_bases(mentions: Sequence[Mention], sentences: Sequence[Sentence]) -> list[Mention]:
    """Of what each outcome is told, sentence by sentence."""
    if not any(_is_outcome(each.kind) for each in mentions):
        return list(mentions)
    found: list[Mention] = []
    for n, group in groupby(mentions, key=lambda each: each.sentence):
        here = _counted_alike(list(group))
        if not any(_is_outcome(each.kind) for each in here):
            found += here
            continue
        told = [_said(each) for each in here]
        of = bases(sentences[n].line, told)
        found += [each._replace(of=base) for each, base in zip(here, of, strict=True)]
    return found


def _counted_alike(mentions: Sequence[Mention]) -> list[Mention]:
    """61件，拆分后共84个事项：公开50个: matters and no requests."""
    units = {each.number.unit for each in mentions if each.kind in OF_ALL_REQUESTS}
    if units.isdisjoint(CASES):
        return list(mentions)
    others = MATTERS - units
    told = []
    for each in mentions:
        is_of_matters = _is_outcome(each.kind) and each.number.unit in others
        told.append(each._replace(kind="") if is_of_matters else each)
    return told


CASES, MATTERS = frozenset(("件", "宗", "份", "起")), frozenset(("个", "项", "条", "处"))


@lru_cache(maxsize=512)
def _is_outcome(kind: str) -> bool:
    return (
        kind in FLOWS_OUT or kind in OUTCOMES or kind.startswith((*OUTCOME_ROWS, "requests.other."))
    )


FLOWS_OUT = frozenset(f"requests.{name}" for name in ("answered", "carried_out", "carried"))


def _said(mention: Mention) -> Said:
    """Whether a number is of all requests, as far as its own clause says."""
    kind, near = mention.kind, unquoted(mention.near)
    is_some = kind in SOME_KINDS or (
        kind in OF_ALL_REQUESTS and certainty_of(mention, kind) not in ("", "about")
    )
    is_some = is_some or is_told_of_some(kind, mention)
    return Said(
        mention.number,
        near,
        mention.behind,
        kind,
        _is_outcome(kind),
        is_some or bool(mention.period),
    )


SOME_KINDS = frozenset(("requests.received.part", "requests.carried_in"))


# ---- what a list says


def _settled(lists: Sequence[Parts], mentions: Sequence[Mention]) -> list[Parts]:
    """The lists whose parts are of their whole; closed where what they count says so."""
    for each in lists:
        if _is_of_other_fates(each, mentions):
            each.parts = []
            continue
        if any(is_counted_otherwise(mentions[i].behind) for i in (each.whole, *each.parts)):
            each.is_closed, each.sure = False, []
            continue
        is_told = each.is_certain or each.is_divided or each.is_complement
        is_told = is_told or _tells_all_ways(each, mentions)
        if not is_told and _names_some(each, mentions):
            each.is_closed = False
        if _is_more_than_all(each, mentions):
            each.is_closed = True
        if mentions[each.whole].kind == "disputes.both" and not each.balances:
            each.is_closed = {mentions[i].kind for i in each.parts} == OF_ALL_DISPUTES
    return [each for each in lists if each.parts]


def _tells_all_ways(found: Parts, mentions: Sequence[Mention]) -> bool:
    """Applicants or ways right behind their whole, that nearly make it; or what is left of it."""
    if not found.is_all_told:
        return False
    parts = [mentions[i] for i in found.parts]
    if THE_REST.match(parts[-1].near):
        return True
    total = sum(Decimal(each.number.value) for each in parts)
    are_ends = any(_is_outcome(each.kind) or each.kind.startswith("disputes.") for each in parts)
    return not are_ends and total >= mentions[found.whole].number.value * LEAST


def _is_of_other_fates(found: Parts, mentions: Sequence[Mention]) -> bool:
    """出台2部，废止1部，现行有效19部; 许可900件中…，处罚120件: none is a part of the first."""
    whole = mentions[found.whole].kind
    family = _decision_of(mentions[found.whole])
    if family and any(_decision_of(mentions[i]) not in ("", family) for i in found.parts):
        return True
    fates = {mentions[i].kind.rpartition(".")[2] for i in found.parts}
    return whole in ISSUED and not fates.isdisjoint({"repealed", "in_force"})


def _decision_of(mention: Mention) -> str:
    """licensing, penalties or coercion, where the clause says so."""
    said = (topic for topic, words in DECISIONS.items() if words.search(mention.near))
    return next(said, "")


def _names_some(found: Parts, mentions: Sequence[Mention]) -> bool:
    """Outcomes of requests that make less than all: the others are not told."""
    parts = [mentions[i] for i in found.parts]
    kinds = {each.kind for each in parts if each.kind.startswith("requests.")}
    total = sum(Decimal(each.number.value) for each in parts)
    ends = {each.kind.rpartition(".")[2] for each in parts if each.kind.startswith("disputes.")}
    if ends and ends <= ENDS_OF_DISPUTES and total < mentions[found.whole].number.value:
        return len(ends) < MANY_ENDS
    if not kinds or found.parts[0] < found.whole < found.parts[-1] + 2:
        return False
    if total >= mentions[found.whole].number.value or any(kinds >= each for each in ALL_APPLICANTS):
        return False
    last = parts[-1]
    by_whom = [each.kind for each in parts if each.kind.startswith("requests.by.")]
    is_most = total >= mentions[found.whole].number.value * LEAST
    if is_most and len(by_whom) > 1 and OTHERS_ALONE.fullmatch(last.left.lstrip("、,和及")):
        return False
    return len(kinds & OUTCOMES) < MANY_OUTCOMES


ALL_APPLICANTS = (
    {"requests.by.natural_person", "requests.by.organisation"},
    {"requests.by.natural_person", "requests.by.other_org"},
)
MANY_OUTCOMES = 5  # of six
MANY_ENDS = 3  # of four


def _is_more_than_all(found: Parts, mentions: Sequence[Mention]) -> bool:
    """Outcomes and applicants of requests exclude one another: they never make more than all."""
    parts = [mentions[i] for i in found.parts]
    if len(parts) < 2 or found.balances or found.is_open:
        return False
    outcomes = all(each.kind in OUTCOMES for each in parts)
    applicants = all(each.kind.startswith("requests.by.") for each in parts)
    ends = all(_is_end_of_dispute(each) for each in parts)
    total = sum(Decimal(each.number.value) for each in parts)
    return (outcomes or applicants or ends) and total > mentions[found.whole].number.value


def _is_end_of_dispute(mention: Mention) -> bool:
    is_end = mention.kind.rpartition(".")[2] in ENDS_OF_DISPUTES
    return is_end and AT_A_COURT.search(mention.near + mention.right) is None


def _wholes(mentions: Sequence[Mention], lists: Sequence[Parts]) -> dict[int, Quantity]:
    """What each part is a part of, where that stands beside it."""
    if not lists:
        return {}
    found = dict(_wholes_above(mentions, lists))
    whole_of = {part: each.whole for each in lists for part in each.parts}
    for part, whole in whole_of.items():
        if mentions[whole].sentence == mentions[part].sentence:
            found[part] = mentions[whole].number
    return found


def _wholes_above(
    mentions: Sequence[Mention], lists: Sequence[Parts]
) -> Iterator[tuple[int, Quantity]]:
    """发布1250条。其中涉企信息500条，占比40%: of the only number of the sentence before."""
    count = Counter((m.sentence, m.number.unit) for m in mentions if not m.is_aside)
    for each in lists:
        whole = mentions[each.whole]
        if count[whole.sentence, whole.number.unit] > 1 or not whole.number.exact:
            continue
        for i in each.parts:
            part = mentions[i]
            is_next = part.sentence == whole.sentence + 1
            if is_next and part.number.exact and SHARE_ALONE.match(part.behind):
                yield i, whole.number


SHARE_ALONE = pattern_of("[,(]?(?:约)?占(?:比|总数|总量)?的?(?:为|达|约)?[0-9.]+%")


def _put_in_lists(
    by_mention: Sequence[list[Claim]], lists: Sequence[Parts], place: dict[int, int]
) -> None:
    for n, found in enumerate(lists):
        for part in found.parts:
            told = by_mention[part]
            if told and by_mention[found.whole]:
                whole = by_mention[found.whole][-1].kind
                if whole.endswith(".pending") and told[-1].kind in PENDING_OF:
                    told[-1] = told[-1]._replace(kind=PENDING_OF[told[-1].kind])
                told[-1] = _in_the_unit_of(by_mention[found.whole][-1], told[-1])
                told[-1] = told[-1]._replace(
                    part_of=place[found.whole],
                    closed=found.is_closed,
                    listed=n,
                    sure=part in found.sure,
                )


PENDING_OF = {
    "disputes.reviews": "disputes.reviews.pending",
    "disputes.lawsuits": "disputes.suits.pending",
}


def _in_the_unit_of(whole: Claim, part: Claim) -> Claim:
    """收费12.6亿元，其中市本级4.1亿元: both in ten thousand yuan."""
    if (whole.unit, part.unit) != ("万元", "元") or part.kind not in LISTED:
        return part
    numbers = (Decimal(each) / YUAN for each in (part.value, part.low, part.high))
    value, low, high = map(plain, numbers)
    return part._replace(value=value, low=low, high=high, unit=whole.unit)


LISTED = frozenset(("list.part", "proactive.part"))


# ---- claims


def _counted(
    mentions: Sequence[Mention],
    lists: Sequence[Parts],
    sentences: Sequence[Sentence],
    setting: Setting,
) -> list[list[Claim]]:
    """For each number the table's claim, if it is one, then the one that stands in lists."""
    wholes = {each.whole for each in lists}
    first_of = {part: each for each in reversed(lists) for part in each.parts}
    found: list[list[Claim]] = []
    for i, mention in enumerate(mentions):
        sentence, kinds = sentences[mention.sentence], _table_kinds(mention)
        is_item = not kinds or mention.kind == "interpretations"
        item = _item(mention, sentence) if is_item else ""
        part = first_of.get(i)
        if part is not None and (item or not kinds):
            whole = mentions[part.whole]
            item = _part_of(whole, sentences[whole.sentence])
        elif i in wholes and not item and not kinds:
            item = "list.total"
        told = [*kinds, item] if item else kinds
        found.append([claim_of(mention, kind, sentence, setting) for kind in told])
    return found


def _table_kinds(mention: Mention) -> list[str]:
    """What it counts of the tables; 制定并公开3件 is two."""
    if not mention.kind:
        return []
    kind = _kind_in_column(mention)
    if mention.kind in ISSUED and AND_DISCLOSED.search(mention.near):
        return [mention.kind.replace(".issued", ".disclosed"), kind]
    return [kind]


ISSUED = frozenset(("normative_documents.issued", "regulations.issued"))
AND_DISCLOSED = pattern_of(
    "(?:制[定发作]|出台|印发|发布)(?:并|和|、|且|及)(?:同步|及时|依法|全部|主动|对外|向社会|新)*公开"
)


def _kind_in_column(mention: Mention) -> str:
    """requests.granted.of.natural_person: the outcome of one applicant's requests."""
    is_column = mention.of.column and "+" not in mention.kind
    return f"{mention.kind}.of.{mention.of.column}" if is_column else mention.kind


def _part_of(whole: Mention, sentence: Sentence) -> str:
    """`sentence` is the one of the whole."""
    if whole.kind == "requests.received":
        return "requests.received.part"
    of_items = not whole.kind and _item(whole, sentence)
    return "proactive.part" if of_items else "list.part"


def _item(mention: Mention, sentence: Sentence) -> str:
    """What a number of items of disclosure is: all of them, a channel's, a subject's."""
    unit, head = mention.number.unit, mention.left
    if mention.period or unit not in ITEM_UNITS or mention.topic in NO_ITEMS:
        return ""
    if unit in ("次", "期", "个", "项") and "信息" not in head:
        return ""
    own = head[max(head.rfind("。"), head.rfind(";")) + 1 :]
    if not _is_of_disclosure(own) or NOT_AN_ITEM.search(head):
        return ""
    if DOUBTFUL.search(mention.near[-2:] + mention.right[:1]):
        return ""
    nearest = own[own.rfind(",") + 1 :]
    if TOTAL.search(nearest) is None or NUMBERED_LEAD.search(head):
        return "proactive.category"
    line = sentence.bare[: mention.number.start]
    clause = line[max(line.rfind("。"), line.rfind(";")) + 1 :]
    channels = _channels(nearest) or _channels(clause if len(clause) < 120 else own)
    return "proactive.channel" if channels == 1 else "proactive.total"


@lru_cache(maxsize=4096)
def _is_of_disclosure(words: str) -> bool:
    if "依申请" in words or "不予" in words or not DISCLOSE.search(words):
        return False
    return PLANNED.search(words) is None


ITEM_UNITS = frozenset("条篇件项份则个期次")
NO_ITEMS = frozenset(("requests", "disputes", "reviews", "suits", "suits_direct", "penalties"))
DISCLOSE = pattern_of(r"公开|发布|公示|更新|上传|推送|刊发|刊登|张贴|公布|发文|推文")
NOT_AN_ITEM = pattern_of(
    r"收到|受理|答复|办结|申请|复议|诉讼|召开|培训|会议|人员|窗口|热线|工单|提案办|投诉|问卷|咨询|点击|浏览|阅读|粉丝|关注"
    r"|村民|讲座|活动|检查|整改|第三方|栏目|设置|设立|建立|建成|完善|制定|制发|印发|出台|废止|许可|处罚|强制|规范性文件"
)
TOTAL = pattern_of(
    r"(?<![二两三四])(?:公开|发布|公示|更新|上传|推送|公布)(?:了|的|各类|各种|各项|相关|有关|政府|政务|工作|动态)*(?:信息|公文)"
    r"(?:数量|总量|总数|共计|共|总计|合计|累计|达到|达|为|有|数|:|,)*$"
    r"|(?:公开|发布|公示|更新|公布)了?(?:共计|共|总计|合计|累计)+$"
)
NUMBERED_LEAD = pattern_of("[一二三四五六七八九]是")


@lru_cache(maxsize=4096)
def _channels(text: str) -> int:
    """How many channels a text names: 微信公众账号 is one,
    公告栏和网站 are two.
    """
    return sum(CHANNEL.search(part) is not None for part in re.split("[、,/]|以及|和|及|与", text))


CHANNEL = pattern_of(
    r"微信公众|网站|公众号|微信|微博|公示栏|公开栏|公告栏|宣传栏|抖音|客户端|APP|平台|广播|大喇叭|电视|报纸|报刊|电子屏|显示屏"
    r"|QQ群|美篇|头条|新媒体|融媒|两微|公报|触摸屏|LED|橱窗|展板|黑板报|朋友圈|短信|账号|视频号|快手|小程序|明白纸|查阅点|档案馆|图书馆|线上|线下|门户|[一-龥]{1,3}网(?![络民])",
    re.I,
)


def _sum_of_pieces(
    mentions: Sequence[Mention], sentence: Sentence, setting: Setting
) -> Iterator[Claim]:
    """上半年收到11件，下半年收到9件: 20, where no other total is told."""
    pieces = [each for each in mentions if each.kind in TOTALS["requests.received"]]
    if len(pieces) != len(mentions) or not _are_all_there_is([each.left for each in pieces]):
        return
    if any(each.period or each.depth or not each.number.exact for each in pieces):
        return
    total = plain(sum((Decimal(each.number.value) for each in pieces), Decimal(0)))
    first = claim_of(pieces[0], "requests.received", sentence, setting)
    yield first._replace(value=total, low=total, high=total, certainty="", about="")


def _are_all_there_is(names: Sequence[str]) -> bool:
    for parts in ALL_THERE_IS:
        if len(parts) == len(names) and all(map(re.search, parts, names)):
            return True
    return False


ALL_THERE_IS = (
    ("上半年", "下半年"),
    ("前三季度", "四季度"),
    ("一季度", "二季度", "三季度", "四季度"),
    ("网上|线上|网络", "线下|书面|纸质"),
    ("线下|书面|纸质", "网上|线上|网络"),
)


def _with_late_ones(
    mentions: Sequence[Mention], sentence: Sentence, setting: Setting
) -> Iterator[Claim]:
    """按期办结438件，延期办结4件: 442 were answered."""
    for first, late in pairwise(mentions):
        if first.kind not in ANSWERED or not IN_TIME.search(first.near):
            continue
        if not LATE.fullmatch(late.left) or first.number.unit != late.number.unit:
            continue
        if first.number.exact and late.number.exact and not first.period and not late.depth:
            total = plain(Decimal(first.number.value) + late.number.value)
            claim = claim_of(first, first.kind, sentence, setting)
            is_sure = certainty_of(first, first.kind) == ""
            certainty = "" if is_sure else claim.certainty
            yield claim._replace(value=total, low=total, high=total, certainty=certainty)


LATE = pattern_of("[,、;](?:依法|依规|经批准)*延期(?:办结|答复|办理|回复)(?:的|为|了)*")
