"""Claims: the numbers that the prose states, with what each counts, its
sentence and its place.

A paragraph is read as a small grammar: sentences, clauses, and in each clause a
topic (inherited from the heading, the lead and the clauses before), a scope, a
period and a quantity. What a quantity counts is told by the words of
prose.yaml; which quantities are parts of which is told by lists.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from nianbao.parser.bases import ALL, Base, Said, bases
from nianbao.parser.differences import Difference, differences
from nianbao.parser.document import Document, Paragraph
from nianbao.parser.explained import DECISIONS, is_explained
from nianbao.parser.labels import exact
from nianbao.parser.lists import LEAST, Lists, Parts, Token
from nianbao.parser.numbers import PLAIN
from nianbao.parser.products import products
from nianbao.parser.quantities import Quantity, number_of, quantities
from nianbao.parser.shares import SHARE, shares, shares_told
from nianbao.parser.wording import DENIES, applicants_of, denied, kind_of, several_of, topics, words

__all__ = ["CLAIM_FIELDS", "Claim", "bare", "claims", "number_of"]


class Claim(NamedTuple):
    kind: str  # requests.received, proactive.total, …: docs/json.md lists them
    value: int | Decimal
    sentence: str  # as printed
    paragraph: int  # the block of the document, from 0
    # where the number stands in the sentence without its spaces; of words, where they begin
    at: int = 0
    unit: str = ""  # 条, 件, …; empty where words stand for the number
    about: str = ""  # the channel or category that a part counts
    # the claim that this one is a part of, by its position among the claims
    part_of: int | None = None
    exact: bool = True  # not 余, 多, 约
    closed: bool = False  # a part of a list that names all its parts
    low: int | Decimal = 0  # the least and the most that the number may mean
    high: int | Decimal = 0
    # whose: own, office, government, units (of those below), whole (the county); empty: not said
    scope: str = ""
    period: str = ""  # last (another year), since (several years); empty: the report's year
    certainty: str = ""  # part, rest; about; empty: exact, and the whole
    # of a share: the percentages that the numbers beside it make
    readings: tuple[Decimal, ...] = ()
    listed: int | None = None  # which list of the paragraph it is a part in
    # of an outcome: the number of requests that it is told of, where they may be some of them only
    among: int | Decimal | None = None

    def may_be(self, number: int | Decimal) -> bool:
        return self.low <= number <= self.high


CLAIM_FIELDS = Claim._fields
MOST_PROSE = 200_000  # characters of a report; ten times what the longest has
LONGEST_SENTENCE = 6000
MOST_BEHIND = 80  # characters of the sentence behind, which may say how many each time


def claims(
    document: Document, year: int | None, headings: Collection[int] = ()
) -> tuple[Claim, ...]:
    """`headings` are the blocks that are headings of sections."""
    found: list[Claim] = []
    topic, left = "", MOST_PROSE
    for i, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph) or block.doubt or left <= 0:
            continue
        text = block.text[:left]
        if "\t" in text.strip() or ("。" not in text and exact(text)):
            continue
        if i in headings or not PUNCTUATED.search(text):
            topic = text
            continue
        left -= len(text)
        found += Prose(text, i, year, topic).claims(len(found))
    return tuple(found)


PUNCTUATED = re.compile("[,，。；;]|[0-9０-９] *[条件]")


class Sentence(NamedTuple):
    raw: str
    bare: str  # without spaces, full-width forms made plain


SENTENCE_END = re.compile(r"(?<=[。！？!?])|\n")


def sentences_of(text: str) -> list[Sentence]:
    parts = (part.strip() for part in SENTENCE_END.split(text))
    return [Sentence(part, bare(part)) for part in parts if part]


def bare(text: str) -> str:
    return SPACES.sub("", text.translate(MARKS))


SPACES = re.compile(r"\s+|\*\*")
MARKS: dict[int, int | str] = {**PLAIN, **str.maketrans("；：﹔﹕∶％【】〖〗､﹑", ";:;::%“”“”、、")}


class Mention(NamedTuple):
    """A number with the words around it, and what they say of it."""

    number: Quantity
    sentence: int
    depth: int
    left: str  # the words since the number before, or since the sentence began
    near: str  # of them, those of its own clause
    right: str  # the words behind it, to the end of its clause
    topic: str
    scope: str
    period: str
    is_aside: bool
    behind: str  # the words behind it, to the next number
    kind: str  # of the table's; empty where it counts something else
    of: Base = ALL  # of what an outcome is told


class Prose:
    """A paragraph by its sentences."""

    def __init__(self, text: str, paragraph: int, year: int | None, heading: str = "") -> None:
        self.paragraph, self.year = paragraph, year
        self.sentences = sentences_of(text)
        self.heading = self._lead() or heading
        self.topic = _topic_of(self.heading)
        text = "".join(each.bare for each in self.sentences)
        self.is_of_disclosure = "信息公开" in text or self.topic in DISPUTES
        self.has_enforcement = "强制执行" in text
        self.behind = ""  # the words behind the number that is looked at

    def _lead(self) -> str:
        """（二）依申请公开情况。 is the heading of what follows it."""
        if len(self.sentences) < 2:
            return ""
        first = self.sentences[0].bare
        if len(first) > 32 or NO_LEAD.search(LEAD_NUMBER.sub("", first)):
            return ""
        return first if topics().search(first) or LEAD.search(first) else ""

    def claims(self, offset: int) -> list[Claim]:
        mentions = list(self._mentions())
        mentions = [_of_persons(each, mentions) for each in mentions]
        tokens = [_token(each) for each in mentions]
        lists = Lists(tokens, [each.bare for each in self.sentences]).read()
        mentions = _without_pieces(_as_told_before(_with_totals(mentions, lists)), lists)
        mentions = self._with_bases(mentions)
        for each in lists:
            if _is_of_other_fates(each, mentions):
                each.parts = []
                continue
            is_told = each.is_certain or each.is_divided or each.is_complement
            if not is_told and _names_some(each, mentions):
                each.is_closed = False
            if _is_more_than_all(each, mentions):
                each.is_closed = True
            if mentions[each.whole].kind == "disputes.both" and not each.balances:
                each.is_closed = len(each.parts) == 2
        lists = [each for each in lists if each.parts]
        above = dict(_wholes_above(mentions, lists))
        wholes = {each.whole for each in lists}
        first_of = {part: each for each in reversed(lists) for part in each.parts}
        whole_of = {part: each.whole for each in lists for part in each.parts}
        by_mention = [
            self._claims_of(i, mentions, first_of.get(i), is_whole=i in wholes)
            for i in range(len(mentions))
        ]
        place: dict[int, int] = {}
        count = offset
        for i, told in enumerate(by_mention):
            place[i] = count + len(told) - 1  # the last of them is the one in lists
            count += len(told)
        _put_in_lists(by_mention, lists, place)
        found = [claim for told in by_mention for claim in told]
        by_sentence: dict[int, list[int]] = {}
        for i, mention in enumerate(mentions):
            by_sentence.setdefault(mention.sentence, []).append(i)
        for n, sentence in enumerate(self.sentences):
            here, before = by_sentence.get(n, []), len(found)
            has_share = SHARE.search(sentence.bare) is not None
            if here:
                found += self._sum_of_pieces([mentions[i] for i in here])
                found += self._with_late_ones([mentions[i] for i in here])
            if here or has_share:
                numbers = [(mentions[i].number, i) for i in here]
                found += self._shares(sentence, numbers, whole_of, place, above)
            following = self.sentences[n + 1].bare if n + 1 < len(self.sentences) else ""
            found += self._products(sentence, following)
            counted = [claim for i in here for claim in by_mention[i]]
            nothing: list[Claim] = []
            if DENIES.search(sentence.bare):
                nothing = list(self._none(n, {claim.kind for claim in counted}))
            found += nothing
            if counted or nothing or "申请" in sentence.bare:
                found += self._all_answered(sentence, [*counted, *nothing])
            if has_share:
                told = [*self._rates(sentence, counted), *self._shares_told(sentence)]
                judged = {c.at for c in found[before:] if c.readings}
                found += [c for c in told if c.at not in judged]
        return found

    # ---- the words around each number

    def _mentions(self) -> Iterator[Mention]:
        topic, before, last_left = self.topic, "", ""
        names: list[str] = []
        for n, sentence in enumerate(self.sentences):
            line = sentence.bare[:LONGEST_SENTENCE]
            numbers = list(quantities(line))
            end, ends = 0, [0]
            if topic == "foreign":
                topic = self.topic
            if not topic and (first := topics().search(line.partition(";")[0])):
                topic = first.lastgroup or ""
            for number, after in pairwise([*numbers, None]):
                assert number is not None
                left = _before_the_bracket(line, ends, number)
                left = ABOUT.sub("", left[-120:])
                ends.append(number.end)
                names = _names_told(left) or names
                until = after.start if after is not None else len(line)
                right = BEHIND_END.split(line[number.end : min(until, number.end + 30)])[0]
                if not (topic in DISPUTES and IN_BRACKETS.match(left)):
                    topic = _topic_of(left, topic)
                if names and (not end or "分别" in left or left in JOINS):
                    left = names.pop(0)
                    topic = _topic_of(left, topic)
                else:
                    names = []
                self.behind = line[number.end : min(until, number.end + 40)]
                if denied := THEN_NONE.search(self.behind):
                    self.behind = self.behind[: denied.start() + 1]
                from_to = TO.fullmatch(left) and FROM.search(last_left)
                if from_to:
                    left = FROM.sub("", last_left)
                mention = self._mention(n, line, number, left, right, topic, bool(end))
                if from_to:
                    mention = mention._replace(period="", is_aside=False)
                elif TO.match(self.behind) and FROM.search(left):
                    mention = mention._replace(period="last", is_aside=True)
                if not mention.kind and end and _is_of_one_body(mention):
                    mention = mention._replace(kind=before if before in OF_ONE_BODY else "")
                    if A_BODY_ALONE.fullmatch(mention.near):
                        mention = mention._replace(scope="office")
                elif not mention.kind and end and IN_THE_TABLE.fullmatch(mention.near):
                    mention = mention._replace(kind=before)
                elif _is_other_outcome(mention, before):
                    mention = mention._replace(kind="requests.other")
                elif _is_one_of_contents(mention, before):
                    mention = mention._replace(kind="")
                elif not mention.kind and end and _is_only_named(mention):
                    kind = _same_fate(before, topic)
                    mention = mention._replace(kind=kind)
                elif not mention.kind and end and _is_of_what_was_issued(last_left, mention):
                    mention = mention._replace(kind=f"{topic}.issued")
                yield mention
                end, before, last_left = number.end, mention.kind, mention.left
            topic = _topic_of(line[end:][:200], topic)

    def _mention(
        self,
        n: int,
        line: str,
        number: Quantity,
        left: str,
        right: str,
        topic: str,
        is_later: bool,
    ) -> Mention:
        words = BRACKETED.sub("", left)
        near = CLAUSE_END.split(words)[-1]
        if is_later and not _is_bare(words):
            words = AFTER_A_MARK.sub("", words, count=1)
        before = line[max(number.start - 300, 0) : number.start]
        depth = before.count("(") - before.count(")")
        clause = near + "#" + right
        period = self._period(line, number.start, near)
        negated = _is_negated(near)
        aside = bool(COMPARED.search(near[-14:]) or period or negated)
        kind = ""
        if not FOREIGN_TO_ALL.search(clause) and not negated:
            kind = self._kind(line, number, words, near, right, topic)
            if kind == "disputes.applicants" and NOT_TAKEN.search(self.behind):
                kind = ""
            if kind == "requests.granted" and WITH_PARTLY.match(self.behind):
                kind = "requests.granted+requests.partial"
            if kind in OUTCOMES and WITH_ANOTHER.search(left):
                kind = ""
        if kind in TIMELESS or kind.endswith(".items_last_year"):
            period = ""
        if kind.endswith(".in_force") and period == "since":
            period = ""  # 历年文件继续有效
        scope = _scope_of(before)
        return Mention(
            number,
            n,
            max(depth, 0),
            left,
            near,
            right,
            topic,
            scope,
            period,
            aside,
            self.behind,
            kind,
        )

    def _kind(
        self, line: str, number: Quantity, left: str, near: str, right: str, topic: str
    ) -> str:
        near = QUOTES.sub("", near)
        if PLANNED.search(near) and not CARRIED.search(near + right):
            return ""
        if DOUBTFUL.search(line[max(number.start - 2, 0) : number.end + 1]):
            return ""
        right = QUOTES.sub("", right)
        around = [f"{near[-60:]}#{right}"]
        short = near.rpartition("、")[2]
        if _is_bare(short) and not line.startswith(")", number.end):
            behind = re.split("[。;]", self.behind)[0].replace(",", "")
            around.append(f"{near[-60:]}#{QUOTES.sub('', behind)}")
        if _is_bare(short):
            said = _without_denied(QUOTES.sub("", left))[-60:]
            around.append(f"{said.replace(',', '').replace(':', '')}#{right}")
        if topic == "requests":
            if SOME_OF_THEM.search(near) and CARRIED_OVER.match(self.behind):
                return "requests.carried_out"
            if several := several_of(near):
                return "" if several in NO_KIND else several
        if topic in DISPUTES and self._is_of_another_cause(
            near, line[number.end :][:80], line[: number.start][-120:]
        ):
            return ""
        topic_behind = _topic_of(right)
        for words_around in around:
            for each in dict.fromkeys((topic_behind or topic, topic)):
                kind = kind_of(words_around, each, number, self.year)
                if kind and (each != "requests" or self._is_request(kind, line, number, near)):
                    is_new = NEW.search(near) or ITSELF.search(near)
                    if (
                        kind == "requests.received"
                        and not is_new
                        and PARTED.search(line[: number.start])
                    ):
                        kind = "requests.received.part"
                    if kind == "requests.received.part" and _is_every_way(near):
                        kind = "requests.received"
                    if kind.startswith("requests.by.") and "+" in (several := applicants_of(near)):
                        return several
                    return "" if kind in NO_KIND else _of_topic(kind, each)
                if kind:
                    return ""
            for entry in words(self.year).always:
                if number.unit in entry.unit.split("|") and entry.fits.search(words_around):
                    return entry.kind
        return ""

    def _is_of_another_cause(self, near: str, rest: str, before: str) -> bool:
        """因征收补偿引发行政诉讼11件; 复议7件，其中政府信息公开类0件."""
        if FOR_OTHERS.search(before):
            return True
        if "信息公开" in near:
            return False
        told_of_them = rest.partition("。")[0]
        if OF_WHICH_DISCLOSURE.search(told_of_them) or MOSTLY_OTHERS.search(told_of_them):
            return True
        if ALL_SORTS.search(near):
            return True
        if "应诉" in near and not self.is_of_disclosure:
            return True
        behind = re.split("[。;]", self.behind)[0]
        told = re.split("[,。;]", self.behind)[0]
        is_other = OTHER_CAUSE.search(told) and not OF_DISCLOSURE.search(told)
        return bool(OTHER_CAUSE.search(near) or is_other or NOT_OF_DISCLOSURE.search(behind))

    def _is_request(self, kind: str, line: str, number: Quantity, near: str) -> bool:
        if kind.startswith("requests.carried") and OF_PROJECTS.search(line):
            return False
        if kind == "requests.received" and NO_REQUEST.search(line):
            return False
        if OF_EVERY_DOCUMENT.search(line):
            return False
        if _is_of_documents(line) and self.topic != "requests":
            return False
        if kind.startswith("requests.unprocessed.petition"):
            return "申请" in self.heading or "申请" in line
        return not FOREIGN.search(near)

    def _period(self, line: str, at: int, near: str) -> str:
        """The last year named before the number is not the report's."""
        named = list(OTHER_YEAR.finditer(line, max(at - 160, 0), at))
        if not named:
            return ""
        last = named[-1]
        if last["this"]:
            return ""
        years = {each["year"] for each in named if each["year"] and each.start() >= at - len(near)}
        if len(years) > 1:
            return "last"  # 2018年受理、2019年审结的
        if last["since"]:
            return "" if self.year and last["since"].startswith(str(self.year)) else "since"
        if last["year"] is None:
            return "last" if last.start() >= at - len(near) else ""
        if self.year is None or int(last["year"]) == self.year:
            return ""
        if last["than"] and last.start() < at - len(near):
            return ""
        return "last"

    # ---- claims

    def _sum_of_pieces(self, mentions: Sequence[Mention]) -> Iterator[Claim]:
        """上半年收到11件，下半年收到9件: 20, where no other total is told."""
        pieces = [each for each in mentions if each.kind in TOTALS["requests.received"]]
        names = [each.left for each in pieces]
        if len(pieces) != len(mentions) or not _are_all_there_is(names):
            return
        if any(each.period or each.depth or not each.number.exact for each in pieces):
            return
        values = [Decimal(each.number.value) for each in pieces]
        total = _plain(sum(values, Decimal(0)))
        first = self._claim(pieces[0], "requests.received")
        yield first._replace(value=total, low=total, high=total, certainty="", about="")

    def _with_late_ones(self, mentions: Sequence[Mention]) -> Iterator[Claim]:
        """按期办结438件，延期办结4件: 442 were answered."""
        for first, late in pairwise(mentions):
            is_told = first.kind in ANSWERED and IN_TIME.search(first.near)
            if (
                not is_told
                or not LATE.fullmatch(late.left)
                or first.number.unit != late.number.unit
            ):
                continue
            if first.number.exact and late.number.exact and not first.period and not late.depth:
                total = _plain(Decimal(first.number.value) + late.number.value)
                claim = self._claim(first, first.kind)
                is_sure = _certainty(first, first.kind) == ""
                certainty = "" if is_sure else claim.certainty
                yield claim._replace(value=total, low=total, high=total, certainty=certainty)

    def _with_bases(self, mentions: Sequence[Mention]) -> list[Mention]:
        """Of what each outcome is told, sentence by sentence."""
        found: list[Mention] = []
        for n, group in groupby(mentions, key=lambda each: each.sentence):
            here = list(group)
            if not any(_is_outcome(each.kind) for each in here):
                found += here
                continue
            told = [_said(each) for each in here]
            of = bases(self.sentences[n].bare[:LONGEST_SENTENCE], told)
            found += [each._replace(of=base) for each, base in zip(here, of, strict=True)]
        return found

    def _claims_of(
        self, i: int, mentions: Sequence[Mention], as_part: Parts | None, *, is_whole: bool
    ) -> list[Claim]:
        """The table's claim, if it is one, then the one that stands in lists."""
        mention = mentions[i]
        found: list[Claim] = []
        if mention.kind:
            if mention.kind in ISSUED and AND_DISCLOSED.search(mention.near):
                found.append(self._claim(mention, mention.kind.replace(".issued", ".disclosed")))
            found.append(self._claim(mention, _kind_in_column(mention)))
        item = "" if mention.kind and mention.kind != "interpretations" else self._item(i, mentions)
        if as_part is not None and (item or not found):
            whole = mentions[as_part.whole]
            of_items = bool(not whole.kind and self._item(as_part.whole, mentions))
            item = "proactive.part" if of_items else "list.part"
            if whole.kind == "requests.received":
                item = "requests.received.part"
        elif is_whole and not item and not found:
            item = "list.total"
        if item:
            found.append(self._claim(mention, item))
        return found

    def _claim(self, mention: Mention, kind: str) -> Claim:
        number, sentence = mention.number, self.sentences[mention.sentence]
        scale = _scale_of(kind)
        value = number.value
        if scale != 1:
            value = _plain(Decimal(number.value) / scale)
        if kind.endswith(".change.less"):
            value, number = -value, number._replace(low=-number.high, high=-number.low)
        if (
            kind == "disputes.applicants" and value
        ):  # several may ask together, or one several times
            number = number._replace(low=Decimal(1), high=number.high * MOST_OF_ONE)
        about = "" if kind == "proactive.total" else _label(mention.left)
        certainty = _certainty(mention, kind)
        line_behind = sentence.bare[number.end : number.end + 40]
        if certainty == "narrower" and UNTIL.search(mention.near) and NO_MORE.search(line_behind):
            certainty = ""
        if kind in OUTCOMES and FOR_A_REASON.match(mention.left):
            certainty = "narrower"
        line = sentence.bare[:LONGEST_SENTENCE]
        before = line[: number.start]
        if kind in ("disputes.reviews", "disputes.lawsuits") and OF_ONE_PARTY.search(before):
            certainty = "narrower"
        of_requests = kind.startswith("requests.")
        if of_requests and number.unit in ("项", "条") and COUNTED_IN_ITEMS.search(line):
            certainty = "narrower"
        if kind.startswith("requests.") and _is_in_units_of_others(kind, number.unit):
            certainty = "narrower"
        if NOT_IN_THE_TABLE.search(re.split("[0-9]", line_behind)[0]):
            certainty = "narrower"
        if of_requests and _is_of_some_decided(mention):
            certainty = "narrower"
        if kind in SOME_OF_DOCUMENTS and OF_ONE_SUBJECT.search(before):
            certainty = "narrower"
        if not is_explained(kind, _words_said(mention), QUOTES.sub("", mention.right)):
            certainty = "narrower"
        if kind == "coercion.decisions" and self._is_one_of_two_coercions(mention):
            certainty = "narrower"
        if kind in ANSWERED and IN_TIME.search(mention.near) and LATE_BESIDE.search(line):
            certainty = "narrower"
        if "书面答复" in mention.near and BY_MOUTH.search(line):
            certainty = "narrower"
        return Claim(
            kind.replace(".change.more", ".change").replace(".change.less", ".change"),
            value,
            sentence.raw,
            self.paragraph,
            number.start,
            "万元" if scale != 1 else number.unit,
            about,
            exact=number.exact,
            low=_plain(number.low / scale),
            high=_plain(number.high / scale),
            scope=mention.scope,
            period=mention.period,
            certainty=certainty,
            among=None if kind.startswith("requests.other.") else mention.of.among,
        )

    def _is_one_of_two_coercions(self, mention: Mention) -> bool:
        """强制措施8件，强制执行3件: each is some of them."""
        is_untold = "强制措施" in mention.near and "行政" not in mention.near
        return is_untold and self.has_enforcement

    def _item(self, i: int, mentions: Sequence[Mention]) -> str:
        """What a number of items of disclosure is: all of them, a channel's, a subject's."""
        mention = mentions[i]
        unit, head = mention.number.unit, mention.left
        if mention.period or unit not in ITEM_UNITS or mention.topic in NO_ITEMS:
            return ""
        if unit in ("次", "期", "个", "项") and "信息" not in head:
            return ""
        own = head[max(head.rfind("。"), head.rfind(";")) + 1 :]
        if not DISCLOSE.search(own) or NOT_AN_ITEM.search(head):
            return ""
        if PLANNED.search(own) or "依申请" in own or "不予" in own:
            return ""
        if DOUBTFUL.search(mention.near[-2:] + mention.right[:1]):
            return ""
        nearest = own[own.rfind(",") + 1 :]
        if TOTAL.search(nearest) is None or NUMBERED_LEAD.search(head):
            return "proactive.category"
        line = self.sentences[mention.sentence].bare[: mention.number.start]
        clause = line[max(line.rfind("。"), line.rfind(";")) + 1 :]
        channels = _channels(nearest) or _channels(clause if len(clause) < 120 else own)
        return "proactive.channel" if channels == 1 else "proactive.total"

    def _shares(
        self,
        sentence: Sentence,
        numbers: Sequence[tuple[Quantity, int]],
        whole_of: Mapping[int, int],
        place: dict[int, int],
        above: Mapping[int, Quantity],
    ) -> Iterator[Claim]:
        values = {i: number for number, i in numbers}
        wholes = {i: above[i] for i in values if i in above}
        wholes |= {i: values[whole_of[i]] for i in values if whole_of.get(i) in values}
        line = sentence.bare[:LONGEST_SENTENCE]
        grown = list(differences(line, [number for number, _ in numbers], self.year))
        told = {found.at for found in grown}
        for share in shares(line, numbers, wholes):
            if share.at in told:
                continue
            yield Claim(
                "share",
                share.percent,
                sentence.raw,
                self.paragraph,
                share.at,
                "%",
                part_of=place[share.of] if share.of is not None else None,
                low=share.low,
                high=share.high,
                readings=share.readings,
            )
        for found in grown:
            yield self._difference(sentence, found)

    def _products(self, sentence: Sentence, following: str) -> Iterator[Claim]:
        """每期500册，共2500册: what the numbers beside it make."""
        line = sentence.bare[:LONGEST_SENTENCE]
        for found in products(line, following[:MOST_BEHIND]):
            yield self._difference(sentence, found)

    def _difference(self, sentence: Sentence, found: Difference) -> Claim:
        return Claim(
            "difference",
            _plain(found.printed),
            sentence.raw,
            self.paragraph,
            found.at,
            found.unit,
            low=_plain(found.low),
            high=_plain(found.high),
            readings=found.readings,
        )

    def _rates(self, sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
        """办结率86.9%, of what was answered and received."""
        if "率" not in sentence.bare:
            return
        told = [c for c in counted if c.exact and not c.period]
        values = {c.kind: Decimal(c.value) for c in told if c.certainty not in SOME}
        for match in RATE.finditer(sentence.bare[:LONGEST_SENTENCE]):
            readings = _rate_readings(match, values)
            if not readings:
                continue
            printed = Decimal(match["n"])
            step = Decimal(1).scaleb(-len(match["n"].partition(".")[2]))
            yield Claim(
                "share",
                _plain(printed),
                sentence.raw,
                self.paragraph,
                match.start("n"),
                "%",
                about=f"{match['what']}率",
                low=_plain(printed - step),
                high=_plain(printed + step),
                readings=readings,
            )

    def _shares_told(self, sentence: Sentence) -> Iterator[Claim]:
        """自然人申请占95%, of which only the table has the numbers."""
        line = sentence.bare[:LONGEST_SENTENCE]
        if not re.search("申请|予以公开", line + self.heading):
            return
        for share in shares_told(line):
            begins = max(line.rfind(mark, 0, share.at) for mark in ";。") + 1
            before = line[begins : share.begins]
            if "复议" in before or self._period(line, share.begins, before):
                continue
            yield Claim(
                f"share.{share.kind}",
                _plain(share.percent),
                sentence.raw,
                self.paragraph,
                share.at,
                "%",
                low=_plain(share.low),
                high=_plain(share.high),
                scope=_scope_of(line[: share.at]),
            )

    def _none(self, n: int, counted: set[str]) -> Iterator[Claim]:
        sentence = self.sentences[n]
        line = sentence.bare[:LONGEST_SENTENCE]
        before = self.sentences[n - 1].bare if n else ""
        told: dict[str, Claim] = {}
        for entry, match in denied(line, self.year):
            for kind in entry.kinds:
                if "*" in kind:
                    topic = _topic_of(line[: match.end()], self.topic)
                    if topic not in DISPUTES:
                        continue
                    kind = kind.replace("*", topic)
                if kind not in told and self._is_none(kind, line, match):
                    scope = _scope_of(line[: match.start()] + match[0])
                    told[kind] = self._zero(kind, sentence, match.start(), scope)
        if NONE_ALONE.fullmatch(line) and len(before) < 24:
            topic = _topic_of(before) if n else self.topic
            for kind in NONE_UNDER.get(topic, ()):
                told.setdefault(kind, self._zero(kind, sentence, 0, ""))
        if new := NOTHING_NEW.search(line):
            for cell in NONE_OF_DOCUMENTS.get(_topic_of(line[: new.start()]), ()):
                told.setdefault(cell, self._zero(cell, sentence, new.start(), ""))
        if pending := PENDING_NONE.search(line):
            around = line[: pending.end() + 12]
            topic = _topic_of(around, self.topic)
            if topic in ("disputes", "reviews", "suits"):
                told["disputes.pending"] = self._zero(
                    f"disputes.{topic}.pending", sentence, pending.start(), ""
                )
        # "none" next to a number of the same kind is about something narrower:
        # 无因…败诉的行政复议
        counted = counted - {"fees.processing"}  # taken or not: one of them is wrong
        yield from (claim for kind, claim in told.items() if kind not in counted)

    def _zero(self, kind: str, sentence: Sentence, at: int, scope: str) -> Claim:
        return Claim(kind, 0, sentence.raw, self.paragraph, at, scope=scope)

    def _is_none(self, kind: str, line: str, match: re.Match[str]) -> bool:
        at = match.start()
        clause = line[_clause_start(line, at) : match.end()]
        is_foreign = FOREIGN.search(clause) and not kind.endswith(".petition")
        if is_foreign or (PLANNED.search(clause) and not PUT_OFF.search(clause)):
            return False
        if self._period(line, at, clause) == "last" and kind != "requests.carried_in":
            return False
        is_of_all = kind in ("disputes.reviews", "disputes.lawsuits")
        if is_of_all and DISPUTE_LOST.search(line[at : match.end() + 8]):
            return False
        if is_of_all and OF_ONE_CAUSE.search(clause):
            return False
        if is_of_all and (NO_OTHER.match(match[0]) or NOT_BEGUN.search(line[: match.end()])):
            return False
        if kind.startswith("requests."):
            if re.search("复议|诉讼|处理费|收费|费用", match[0]):
                return False
            if not re.search("申请|公开请求", line + self.heading):
                return False
        if kind == "requests.received":
            if OF_ORGANISATIONS.search(match[0]) and not OF_ANYBODY.search(match[0]):
                return False
            return not (
                NARROWER.search(clause)
                or NOT_ONE.match(line, match.end())
                or ANY_OTHER.search(line[max(at - 10, 0) : match.end()])
                or (len(CHANNEL_OF_REQUEST.findall(match[0])) == 1 and not ANY_WAY.search(match[0]))
            )
        return True

    def _all_answered(self, sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
        """收到申请6件，均已办结: as many answered as received."""
        line = sentence.bare
        kinds = {claim.kind for claim in counted}
        counts = {claim.kind for claim in counted if claim.unit}  # and not told as none
        if OF_ALL.search(line) and not STILL_LATER.search(line) and not kinds & CARRIED_ON:
            match = OF_ALL.search(line)
            assert match
            yield self._zero("requests.carried_out", sentence, match.start(), "")
        if not counted:
            return
        reviews = [claim for claim in counted if claim.kind in OF_REVIEWS]
        if len(reviews) == 1 and not any(each.startswith("disputes.reviews.") for each in kinds):
            yield from _all_of_one_kind(line, reviews[0], counts, ALL_REVIEWS)
        yield from self._all_suits_closed(sentence, counted)
        received = [claim for claim in counted if claim.kind == "requests.received"]
        if len(received) == 1 and not kinds & CARRIED_ON and not received[0].period:
            yield from _all_of_one_kind(line, received[0], counts, ALL_OF)
        if len(received) != 1 or kinds & (CARRIED_ON | ANSWERED) or received[0].period:
            return
        match = ALL_ANSWERED.search(line, received[0].at)
        between = line[received[0].at : match.end()] if match else ""
        if match and not OF_SOME.search(between):
            if match[0].endswith(("办结", "办理完毕")):
                scope = received[0].scope
                yield self._zero("requests.carried_out", sentence, match.start(), scope)
            yield received[0]._replace(
                kind="requests.answered", at=match.start(), unit="", about=match[0][-2:]
            )

    def _all_suits_closed(self, sentence: Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
        """复议后起诉7件，均已审结: none is pending."""
        told = [claim for claim in counted if claim.kind in PENDING_OF_SUITS and claim.value]
        match = ALL_CLOSED.search(sentence.bare, told[0].at) if len(told) == 1 else None
        if match and not OF_SOMETHING_ELSE.search(sentence.bare[told[0].at + 1 : match.start()]):
            kind = PENDING_OF_SUITS[told[0].kind]
            yield self._zero(kind, sentence, match.start(), told[0].scope)


PENDING_OF_SUITS = {
    "disputes.suits_direct": "disputes.suits_direct.pending",
    "disputes.suits_after_review": "disputes.suits_after_review.pending",
    "disputes.lawsuits": "disputes.suits.pending",
}
ALL_CLOSED = re.compile("[,;](?:现|目前|年内)?(?:均|全部|都)(?:已|依法)*审结(?=[,。;]|$)")
RATE = re.compile(
    r"(?P<timely>按[时期]|及时|法定期限内)?(?P<what>办结|答复|办理|纠错|败诉)率(?:为|达到?|约|:)*(?P<n>[0-9]{1,3}(?:\.[0-9]{1,2})?)%"
)


SOME = frozenset(("part", "rest", "narrower"))


def _rate_readings(match: re.Match[str], values: Mapping[str, Decimal]) -> tuple[Decimal, ...]:
    """What the rate may be; nothing where the numbers are not told."""
    if match["what"] in ("纠错", "败诉"):
        topic = "reviews" if match["what"] == "纠错" else "suits"
        lost = values.get(f"disputes.{topic}.corrected")
        whole = values.get("disputes.reviews" if topic == "reviews" else "disputes.lawsuits")
        pending = values.get(f"disputes.{topic}.pending", Decimal(0))
        pairs = [(lost, whole), (lost, whole - pending if whole else None)]
    elif match["timely"]:
        return ()
    else:
        answered = values.get("requests.answered", values.get("requests.dealt"))
        received = values.get("requests.received")
        before = values.get("requests.carried_in", Decimal(0))
        later = values.get("requests.carried_out", values.get("requests.carried", Decimal(0)))
        due = values.get("requests.due")
        every = received + before if received is not None else due
        gone = sum((values.get(kind, Decimal(0)) for kind in GONE), Decimal(0))
        pairs = [(answered, received), (answered, every)]
        if answered is not None and gone:
            pairs += [(answered + gone, whole) for whole in (received, every)]
            pairs += [(answered, whole - gone) for whole in (received, every) if whole]
        if answered is not None and later:
            pairs.append((answered, answered + later))
        if every is not None and answered is None:
            return ()
    known = [(part, whole) for part, whole in pairs if part is not None and whole]
    return tuple(part * 100 / whole for part, whole in known)


GONE = ("requests.withdrawn", "requests.other.not_corrected", "requests.other.fee_unpaid")
MOST_OF_ONE = 10_000
# 按期办结438件，延期办结4件: both are handled
IN_TIME = re.compile("(?:按[时期]|如期|及时|准时)(?:办结|答复|办理|回复)")
LATE = re.compile("[,、;](?:依法|依规|经批准)*延期(?:办结|答复|办理|回复)(?:的|为|了)*")
LATE_BESIDE = re.compile("(?:延期|逾期|超期|延长期限)[^,;。0-9]{0,6}(?!0)[0-9]+件")
BY_MOUTH = re.compile("(?:当场|即时|口头|电话)(?:答复|回复|办结)")
ABOUT = re.compile(
    "(?:大约|(?<!村规民)(?<!公)(?<!契)约|将近|接近|近|超过|超|逾|不少于|至少|突破|达到?近|不足|不到|少于|不超过)$"
)
NEGATED = re.compile(
    "(?:没有|无|未有|未)(?:发生|出现|收到|引发|产生|接到|存在|受理|办理)?(?:过|任何)*$"
)


OF_REVIEWS = frozenset(("disputes.reviews", "disputes.applicants"))


def _all_of_one_kind(
    line: str, received: Claim, kinds: set[str], patterns: Mapping[str, re.Pattern[str]]
) -> Iterator[Claim]:
    """收到申请14件，全部予以公开; 均为自然人申请."""
    for kind, pattern in patterns.items():
        match = pattern.search(line, received.at)
        if match is None and received.value == 1:
            match = ALONE[kind].match(line, received.at)
        family = kind.rpartition(".")[0] if ".by." in kind else ""
        told = any(each.startswith(family) for each in kinds) if family else kinds & OUTCOMES
        between = line[received.at : match.end()] if match else ""
        if match and not told and not OF_SOMETHING_ELSE.search(between):
            yield received._replace(kind=kind, at=match.start(), unit="", about=match[0][-4:])


EVERY = "(?:[,;]|申请|申请中)(?:均|全部|都)(?:已|依法|依规|为|是|由|系|属于?|按期|按时|作出|答复)*"
ALL_OF = {
    "requests.granted": re.compile(EVERY + "(?:予以公开|同意公开)(?=[,。;]|$)"),
    "requests.denied": re.compile(EVERY + "不予公开(?=[,。;]|$)"),
    "requests.partial": re.compile(EVERY + "(?:予以)?部分公开(?=[,。;]|$)"),
    "requests.unavailable": re.compile(EVERY + "(?:无法提供|信息不存在)(?=[,。;]|$)"),
    "requests.by.natural_person": re.compile(
        EVERY + "(?:来自)?(?:自然人|公民个人)(?:申请|提出|提交)?(?=[,。;]|$)"
    ),
    "requests.by.business": re.compile(
        EVERY + "(?:来自)?(?:商业)?企业(?:申请|提出|提交)?(?=[,。;]|$)"
    ),
}
ALL_REVIEWS = {
    "disputes.reviews.upheld": re.compile(EVERY + "(?:被)?(?:结果)?维持"),
    "disputes.reviews.pending": re.compile(EVERY + "(?:尚)?(?:未审结|在审理中)"),
    "disputes.reviews.corrected": re.compile(
        EVERY + "(?:被)?(?:结果)?(?:复议机关|[市县区省]政府)?(?:决定)?(?:予以|依法)?"
        "(?:纠正|撤销|确认违法)"
    ),
}
# 行政复议1件，尚在审理中: of one there is no all
ALONE = {
    kind: re.compile(
        pattern.pattern.replace(
            EVERY, "[^,;。]*[,;](?:结果|目前|正|已|尚|仍|为|被|依法|按期|系|属于?)*"
        )
    )
    for kind, pattern in [*ALL_OF.items(), *ALL_REVIEWS.items()]
}
OF_SOMETHING_ELSE = re.compile("诉讼|结转|其余|其他|其中|剩余|延期|另|截至|截止|目前")
ISSUED = frozenset(("normative_documents.issued", "regulations.issued"))
AND_DISCLOSED = re.compile(
    "(?:制[定发作]|出台|印发|发布)(?:并|和|、|且|及)(?:同步|及时|依法|全部|主动|对外|向社会|新)*公开"
)
SOME_OF_DOCUMENTS = frozenset(
    f"{name}.{fate}"
    for name in ("normative_documents", "regulations")
    for fate in ("repealed", "in_force")
)
# 清理涉及营商环境的规范性文件
OF_ONE_SUBJECT = re.compile(
    "(?:涉及|有关|关于|不符合|妨碍|围绕)(?:(?!我|本)[^,。;]){1,20}(?:的|领域|方面|类)(?:行政)?(?:规范性文件|文件|规章)"
)
FOR_A_REASON = re.compile("[,;]?(?:因|对|涉及)[^,;。:0-9]{2,24},")  # 因涉及第三方，不予公开1件
OF_ONE_PARTY = re.compile("(?:[1一]名|同一|某)[^,;。]{0,10}(?:提起|提出|申请)[^;。]*$")
# 申请公开的信息共56项，其中公开26项: of one request several
COUNTED_IN_ITEMS = re.compile(
    "信息(?:共计?|合计)?[0-9]+[项条]|[0-9]+[项条](?:信息|内容|(?:公开|具体)?(?:请求|诉求))"
)
NOT_IN_THE_TABLE = re.compile(
    "^[^。;]*(?:不|未)(?:再)?(?:计|列|纳)入|^[^。;]*(?:计|列)入(?:上|下|次|去)一?年|^[^。;]*统计在(?:上|下|次|去)一?年"
)
DECIDED_SO = (
    "(?:不予?公开|部分公开|予以公开|无法提供|不予处理)(?:的)?(?:答复|决定|告知|处理|政府信息)*书?"
)
# 对2件申请作出不予公开决定后，…提起复议: what came of some of them


def _is_in_units_of_others(kind: str, unit: str) -> bool:
    """接访5次, 17个乡镇: no outcomes, and no applicants."""
    if kind.startswith("requests.by."):
        return unit in ("次", "个")
    return unit in ("次", "人次", "名", "位") and not kind.startswith(OF_MANY_UNITS)


OF_MANY_UNITS = ("requests.received", "requests.applicants", "requests.answered", "requests.dealt")
THEN_ALSO = re.compile(
    f"[^,;。0-9]{{0,12}}{DECIDED_SO}(?:(?:作出|送达|发出)?[之以]?后|不服|的?(?:政府信息公开)?申请(?:人)?(?:,|不服|提)|被|引发|引起|改为|中)"
    "|[^;。0-9]{0,12}(?:申请人)?[^;。0-9]{0,6}(?:不服|(?<!未)(?<!没有)(?:提起|提出|申请|引发|进入)了?(?:行政)?(?:复议|诉讼))"
)
LOOKED_AT = re.compile("抽查|抽取|回访|评查|复核|复查|针对|抽检|检查|评估|案卷|原拟|拟作|拟")


def _is_of_some_decided(mention: Mention) -> bool:
    if mention.kind not in OUTCOMES and not mention.kind.startswith(OUTCOME_ROWS):
        return False
    if mention.kind.endswith(".third_party") and WAS_ASKED.search(mention.behind):
        return True
    return bool(THEN_ALSO.match(mention.behind) or LOOKED_AT.search(mention.near))


WAS_ASKED = re.compile("^[^;。0-9]*(?:征求|征询|同意公开)")
OUTCOME_ROWS = ("requests.denied.", "requests.unavailable.", "requests.unprocessed.")
UNTIL = re.compile("(?:移交|划转|调整|划出|改革)前")
NO_MORE = re.compile("[,;][^,。;0-9]{0,8}后(?:即|便|就)?(?:未|没有|无|不再)")
OUTCOMES = frozenset(
    f"requests.{name}"
    for name in ("granted", "partial", "denied", "unavailable", "unprocessed", "other", "withdrawn")
)
CLAUSE_END = re.compile("[,;:。()]")
BEHIND_END = re.compile("[,;:。()、/]")
QUOTES = re.compile("[“”\"'‘’「」『』《》]")
BARE = re.compile(
    "^(?:[、,;:—-]|全年|本年度?|年内|今年|目前|方面|共计|共有|共|总计|合计|累计|计|为|有|的|数量|件数|其中|分别|各|达)*"
)
NO_LEAD, LEAD_NUMBER = re.compile("[0-9,;]"), re.compile("^[(]?[0-9一二三四五六七]+[).、]")
LEAD = re.compile("^[(]?[一二三四五六0-9][).、]|公开|情况")
NO_KIND = frozenset(("none", "requests.none", "requests.combined", "disputes.none"))
SOME_OF_THEM = re.compile("其中|(?:^|,)(?:有|另|除)")
CARRIED_OVER = re.compile(
    "(?:(?!无|没有|未)[^。;0-9]){0,30}?(?:结转|转结|顺延|转入)(?:至|到)?(?:下|次|明|翌|来)[^,。;0-9]{0,12}[,。;]"
)
THEN_NONE = re.compile("[,、](?:也|均|并|亦|且)?(?:无(?!法(?!人))|没有|未(?!被|到)|不存在)")
# 以市政府为复议机关的复议案件208件，其中信息公开类33件: of others' decisions
FOR_OTHERS = re.compile("(?:[作以][^,。;0-9]{0,12}为|作为|担任)(?:行政)?复议(?:机关|机构)[^。;]*$")
OTHER_CAUSE = re.compile("因(?:(?!不服|答复|申请)[^#,]){1,20}(?:引发|引起|产生|提起|导致)的?")
OF_DISCLOSURE = re.compile("信息公开|公开|答复")
MOSTLY_OTHERS = re.compile("[,;]以(?:(?!公开|信息|答复)[^,。;]){2,14}(?:为主|居多)")
ALL_SORTS = re.compile(
    "(?:各类|各种|所有|其[他它]类?型?|非信息公开类?)(?:行政)?(?:复议|诉讼|应诉|案件)"
)
NOT_TAKEN = re.compile("不予受理|未予受理|未受理|撤回|撤销申请")
OF_WHICH_DISCLOSURE = re.compile(
    "[,;、(](?:其中)[,:]?(?:涉及?|属于?|因|由于?)?(?:政府)?信息公开[^,;。0-9]{0,12}[0-9]"
    "|;(?:政府)?信息公开(?:类|领域|方面)(?:的|案件)*(?:分别)?(?:为|有)?[0-9]"
    "|[,;、(](?:其中:?)?(?:由于?|涉及?|属于?)(?:政府)?信息公开[^,;。0-9]{0,8}[0-9]"
    "|"
    "[,;、(](?:其中:?)?(?:涉及?|属于?|因)(?:政府)?信息公开(?:申请)?(?:类|方面|工作)?(?:的|案件|引发|行政|复议|诉讼)*(?:有|为|共)?[0-9]"
)
NOT_OF_DISCLOSURE = re.compile(
    r"[^0-9]*?(?:与(?:政府)?信息公开(?:工作)?无关|不(?:涉及?|属于?|含)(?:政府)?信息公开|非(?:政府)?信息公开|(?:各类|其他)案由"
    r"|其中:?(?:涉及?|属于?)?(?:政府)?信息公开)"
)
TIMELESS = frozenset(("requests.carried_in", "requests.carried_out"))
CARRIED = re.compile("结转|转结|顺延")
PUT_OFF = re.compile("结转|[转延拖][至到]")
ITEM_UNITS = frozenset("条篇件项份则个期次")
NO_ITEMS = frozenset(("requests", "disputes", "reviews", "suits", "suits_direct", "penalties"))
CARRIED_ON = frozenset(("requests.carried_out", "requests.withdrawn"))
ANSWERED = frozenset(("requests.answered", "requests.dealt"))
FLOWS: Mapping[str, Literal["in", "out"]] = {
    "requests.received": "in",
    "requests.carried_in": "in",
    "requests.due": "in",
    "requests.answered": "out",
    "requests.dealt": "out",
    "requests.carried_out": "out",
}
FOREIGN = re.compile(
    "提案|(?<!复)议案|热线|工单|12345|信箱|留言|咨询|投诉|举报|信访|诉求|救助|低保|宅基地|入党|补贴申请|许可申请|更正|各类申请|补正申请|补充申请"
)
FOREIGN_TO_ALL = re.compile("提案|(?<!复)议案|热线|工单|12345|信箱|留言|咨询|浏览|点击|阅读|粉丝")
# 立法计划共安排项目9件，其余7件结转下年
OF_PROJECTS = re.compile("^(?!.*(?:申请|收到|受理|新收)).*(?:项目|立法|资金|课题|工程|采购)")
NEW = re.compile("^(?:其中)?(?:本年度?|当年|今年)?新[收增]")
ITSELF = re.compile(
    "^(?:其中)?[:,]?(?:涉及?|属于?|属|由于?|因)?(?:政府)?(?:信息公开|依申请公开)"
    "(?:类|案件|方面|领域|引起|引发|产生|的)*"
    "(?:申请|行政复议|复议|行政诉讼|诉讼|案件|的|$)"
)
NO_REQUEST = re.compile("不作为[^,。;]{0,12}申请|不属于政府信息公开申请")
WITH_ANOTHER = re.compile(r"\(含[^()]*\)(?:的?答复|申请|件|共|的|为|有)*$")
WITH_PARTLY = re.compile(
    r"\((?:含|包括|其中)[^()0-9]*(?:部分公开|区分处理)"
)  # 25件（含部分公开5件）
PARTED = re.compile("(?:其中|分别)[^。;]*$")
CHANNEL_OF_REQUEST = re.compile(
    "书面|网络|网上|网站|平台|信函|邮寄|邮件|当面|现场|来信|传真|线上|线下"
)
NARROWER = re.compile("补正|撤回|收费|缴费|超期|逾期|推诿|拒绝|结转|办结|答复|条件|需要?收")
NOT_ONE = re.compile("(?:的)?(?:引起|引发|导致|产生|而|人|行政复议|复议|补正|书|被|因)")
ANY_WAY = re.compile("形式|方式|渠道|途径")
ANY_OTHER = re.compile("其他申请|其它申请|除此|外")
OTHER_YEAR = re.compile(
    r"(?P<since>“?十[三四五]五”?期间|(?:开通|上线|开设|运行|成立|创办)以来|20[0-9]{2}年(?:度)?以来|[三五十]年(?:来|累计)|近[三五]年|历年)"
    r"|(?P<than>[较比同与])?(?P<year>20[0-9]{2})年(?!以来|度?(?:未办)?结|度?遗留|(?:年?[底末]|度)?(?:尚|仍)?(?:未(?:办[结完]|答复|审结|了结)|遗留|剩余|在办))"
    r"|(?P<this>今年|本年|当年|年内)"
    r"|去年(?!年?[底末](?:尚|仍)?(?:未|遗留|剩余|在办))|上年(?!度?(?:未办)?结|年?[底末](?:尚|仍)?(?:未|遗留|剩余|在办))|上一年(?!度?(?:项目|结转|未办))|同期|往年|近年"
)
PLANNED = re.compile(r"计划|力争|拟|目标|下一年|明年(?!度?结转)|预计")
DOUBTFUL = re.compile(r"[\ufffd?？]")
DISPUTES = frozenset(("disputes", "reviews", "suits", "suits_direct", "suits_after_review"))
OF_ORGANISATIONS = re.compile("法人|组织|企业|单位")
OF_ANYBODY = re.compile("公民|自然人|个人|群众|社会|公众|任何")
DISPUTE_LOST = re.compile(r"纠错|未审结|未结|重大|群体|纠正|败诉|撤销|改变|责令")
NOT_BEGUN = re.compile(
    "(?:化解|调解|和解|沟通)[^。;]*(?:进入|启动|引发)"
)  # 复议前化解9件，未进入复议程序
# 没有因超期引发复议: there may be others
OF_ONE_CAUSE = re.compile(
    "因(?![^,。;]*(?:公开|申请|答复))[^,。;]{1,10}(?:引发|引起|导致|产生|提起)"
)
NO_OTHER = re.compile("(?:再|也|均)?(?:无|没有|未|不存在)(?:再|[^,。;]{0,4}其[他它])")
COMPARED = re.compile(
    "不含|不包括|折合|较|比(?!例)|同比|增加了?$|减少了?$|增长了?$|下降了?$|多了?$|少了?$"
)
ALL_ANSWERED = re.compile(
    "(?:均|全部|都)(?:已|予以|进行|按照?|按时|按期|如期|依法|依规|及时|规范|按规定|按要求|全部"
    "|在[^,。;]{2,14}?内|作出|做出|给予|得到|了)*(?:完成)?(?:办结|答复|办理完毕|回复|办理)"
)
OF_SOME = re.compile("复议|诉讼|结转|其余|其他|其中|剩余|延期|另|截至|截止|目前")
OF_ALL = re.compile(
    "(?:^|[,;。:])(?:截[至止](?:年底|年末|20[0-9]{2}年|[0-9]{1,2}月|[0-9]{1,2}日)+,?)?"
    "(?:我[^,。;]{1,3}|对)?(?:本年度?|全年|所有|全部|各项|收到的|受理的|以上|上述|所收)*(?:的)?"
    "(?:政府信息公开|依申请公开)?申请(?:均|都|已|全部)+(?:按[时期]|及时|依法|依规|高效)*(?:办结|办理完毕)"
)
STILL_LATER = re.compile("截至目前|目前|截止|年1月|次年|结转")
NONE_ALONE = re.compile("(?:均|都)?(?:无|没有|未发生)[。;]?")
NOTHING_NEW = re.compile("(?:无|没有|未)(?:新)?(?:制发|制定|出台)(?:和|及|、|或)?废止")
NONE_OF_DOCUMENTS = {
    "normative_documents": ("normative_documents.issued", "normative_documents.repealed"),
    "regulations": ("regulations.issued", "regulations.repealed"),
}
NONE_UNDER = {
    "requests": ("requests.received",),
    "reviews": ("disputes.reviews",),
    "suits": ("disputes.lawsuits",),
    "disputes": ("disputes.reviews", "disputes.lawsuits"),
}
PENDING_OF = {
    "disputes.reviews": "disputes.reviews.pending",
    "disputes.lawsuits": "disputes.suits.pending",
}
PENDING_NONE = re.compile("(?:没有|无)(?:尚)?未审结|未审结的?(?:案件)?(?:为)?(?:无|零)(?=[,。;]|$)")
TOTAL = re.compile(
    r"(?<![二两三四])(?:公开|发布|公示|更新|上传|推送|公布)(?:了|的|各类|各种|各项|相关|有关|政府|政务|工作|动态)*(?:信息|公文)"
    r"(?:数量|总量|总数|共计|共|总计|合计|累计|达到|达|为|有|数|:|,)*$"
    r"|(?:公开|发布|公示|更新|公布)了?(?:共计|共|总计|合计|累计)+$"
)
CHANNEL = re.compile(
    r"微信公众|网站|公众号|微信|微博|公示栏|公开栏|公告栏|宣传栏|抖音|客户端|APP|平台|广播|大喇叭|电视|报纸|报刊|电子屏|显示屏"
    r"|QQ群|美篇|头条|新媒体|账号|视频号|快手|小程序|明白纸|查阅点|档案馆|图书馆|线上|线下|门户|[一-龥]{1,3}网(?![络民])",
    re.I,
)
DISCLOSE = re.compile(r"公开|发布|公示|更新|上传|推送|刊发|刊登|张贴|公布|发文|推文")
NOT_AN_ITEM = re.compile(
    r"收到|受理|答复|办结|申请|复议|诉讼|召开|培训|会议|人员|窗口|热线|工单|提案办|投诉|问卷|咨询|点击|浏览|阅读|粉丝|关注"
    r"|村民|讲座|活动|检查|整改|第三方|栏目|设置|设立|建立|建成|完善|制定|制发|印发|出台|废止|许可|处罚|强制|规范性文件"
)
NUMBERED_LEAD = re.compile("[一二三四五六七八九]是")


@cache
def _scopes() -> re.Pattern[str]:
    return re.compile(
        "(?=[代政办机全汇系各县市区省部乡镇州旗我本街下所直基0-9])"  # what any of them begins with
        "(?:(?P<body>(?<![向由对在经被与和送给报及])[县市区省州](?!政府|人民政府|级|直|本级)[一-龥]{2,8}?(?:局|委员会|委|厅|总队|支队|大队)"
        "(?=[,:]|全年|本年|年内|共|收到|受理|办理|直接|新收|承办|答复|被|败诉|发生|作为|因))"
        "|(?P<office>代(?:表)?[县市区省]政府|(?:政府)?办公[室厅](?:本(?:机关|级|室|厅|办))?|政府办(?!公|理)(?:本(?:机关|级|办))?|政务公开办|(?<!行政)(?<!复议)(?<!司法)(?<!执法)机关(?!单位|、|各))"
        "|(?P<whole>全[县市区省州旗盟系](?:[0-9]{1,3}(?:个|家)(?:街道|乡镇|镇|部门|单位))?|汇总|全国)"
        "|(?P<units>系统(?!登记|收到)|各(?:[县市区部乡镇街单地级]|行政)|(?:[县市区省](?:级|直|属)?)?(?<![本我])(?:各)?部门|(?:下属|所属|下辖|直属|基层)(?:各)?(?:事业)?(?:单位|分局|支队|大队|机构)|各?乡镇|县区|区县|县[(]市、区[)]|[0-9]{1,3}(?:个|家)(?:街道|乡镇|镇|部门|单位))"
        "|(?P<government>[县市区省州旗镇乡](?:人民)?政府(?!办|信息|网|门户|采购|集中)|[县市区省]本级|[县市区省]级(?=行政|许可|处罚|机关|单位|收)|本级)"
        "|(?P<own>我[镇乡局委办院厅县市区街单机中部]|本[镇乡局委办院厅街单机中部]|街道))"
    )


def _scope_of(before: str) -> str:
    """Whose numbers they are: the last that is named before the number."""
    last, end = "", 0
    text = BRACKETED.sub("", before)
    for match in _scopes().finditer(text):
        named, joined = match.lastgroup or "", text[end : match.start()]
        if last == "whole" and named == "units" and match.start() - end < 8:
            continue  # 全市各县区、各部门
        if last in ("own", "office", "government", "body") and JOINED.fullmatch(joined):
            named = JOINED_SCOPES.get(named, named)
        last, end = named, match.end()
    return last


JOINED = re.compile(
    "(?:单位)?(?:及|和|与|、|以及|(?:及)?其)(?:其|全)?(?:所辖|下辖|所属|下属|直属|工作|各)*[县市区省]?"
)
# 县政府及办公室 is the government; 县政府及各部门 is all of it
JOINED_SCOPES = {"office": "government", "units": "whole"}


def _before_the_bracket(line: str, ends: Sequence[int], number: Quantity) -> str:
    """The words since the number before; over a bracket with numbers of its own: 公开(含3件)9件."""
    words = line[ends[-1] : number.start]
    if ")" not in words or not OUT_OF_BRACKET.fullmatch(words):
        return words
    close = ends[-1] + words.index(")")
    opened = line.rfind("(", 0, close)
    if opened < 0 or ")" in line[opened:close]:
        return words
    end = next(each for each in reversed(ends) if each <= opened)
    return line[end:opened] + line[close + 1 : number.start]


OUT_OF_BRACKET = re.compile("[^()0-9,;:。]{0,6}[)](?:共计?|合计|总计|计|为|有|的|约|超过?)*")


def _topic_of(text: str, topic: str = "") -> str:
    """What is spoken of at the end of a text."""
    for match in topics().finditer(text):
        topic = match.lastgroup or topic
    return topic


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


def _of_persons(mention: Mention, mentions: Sequence[Mention]) -> Mention:
    """居民申请6件、公司申请1件: each of some applicants."""
    if mention.kind != "requests.received" or not PERSONS.match(mention.near):
        return mention
    beside = (each.kind for each in mentions if each.sentence == mention.sentence)
    if any(kind.startswith("requests.by.") for kind in beside):
        return mention._replace(kind="requests.by.natural_person")
    return mention


PERSONS = re.compile("(?:其中)?(?:居民|村民|群众|市民|业主)(?:个人)?(?:申请|提出|提交)")


def _with_totals(mentions: Sequence[Mention], lists: Sequence[Parts]) -> list[Mention]:
    """信函4件、当面1件，合计5件: a total behind its parts counts what they count."""
    told = list(mentions)
    for each in lists:
        whole = mentions[each.whole]
        if whole.kind or each.whole < each.parts[-1] or whole.period:
            continue
        kinds = {mentions[i].kind for i in each.parts}
        kind = next((total for total, parts in TOTALS.items() if kinds and kinds <= parts), "")
        scopes = {mentions[i].scope for i in each.parts}
        scope = "whole" if len(scopes) > 1 and "units" in scopes else whole.scope
        told[each.whole] = whole._replace(kind=kind, scope=scope)
    return told


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


SHARE_ALONE = re.compile("[,(]?(?:约)?占(?:比|总数|总量)?的?(?:为|达|约)?[0-9.]+%")


def _without_pieces(mentions: Sequence[Mention], lists: Sequence[Parts]) -> list[Mention]:
    """案件共3件，均系复议后起诉，2件胜诉、1件败诉: the two are a piece of those that were named."""
    pieces = {i for each in lists if each.balances for i in each.parts}
    told = list(mentions)
    for i in pieces:
        if told[i].kind in OF_ALL_THERE_ARE and _is_inherited(told[i]):
            told[i] = told[i]._replace(kind="")
    return told


def _is_inherited(mention: Mention) -> bool:
    """Its own clause does not say what it counts."""
    return _is_bare(mention.near) and topics().search(mention.right) is None


OF_ALL_THERE_ARE = frozenset(
    ("requests.carried_in", "disputes.both", "disputes.reviews", "disputes.lawsuits",
     "disputes.suits_direct", "disputes.suits_after_review")
)  # fmt: skip


def _as_told_before(mentions: Sequence[Mention]) -> list[Mention]:
    """…复议纠正1件；诉讼2件。纠正的1件系…: the same one again, though lawsuits stand between."""
    told: list[Mention] = []
    for mention in mentions:
        is_again = TOLD_AGAIN.match(mention.behind)
        before = _first_told(mention, told[-MOST_LOOKED_BACK:]) if is_again else ""
        told.append(mention._replace(kind=before or mention.kind))
    return told


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


MOST_LOOKED_BACK = 40
TOLD_AGAIN = re.compile("(?:案件|复议|诉讼)?(?:系|是|为|属|均|都|因|主要|原因|已|涉及)")
RESULT_ALONE = re.compile("(?:其中|上述|该|被|结果|尚)*[一-龥]{2,5}的")


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
TOTALS = {
    "requests.received": {"requests.received", "requests.received.part"},
    "disputes.both": {"disputes.reviews", "disputes.lawsuits"},
    "disputes.lawsuits": {"disputes.suits_direct", "disputes.suits_after_review"},
}


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


def _is_more_than_all(found: Parts, mentions: Sequence[Mention]) -> bool:
    """Outcomes and applicants of requests exclude one another: they never make more than all."""
    parts = [mentions[i] for i in found.parts]
    if len(parts) < 2 or found.balances or found.is_open:
        return False
    outcomes = all(each.kind in OUTCOMES for each in parts)
    applicants = all(each.kind.startswith("requests.by.") for each in parts)
    total = sum(Decimal(each.number.value) for each in parts)
    return (outcomes or applicants) and total > mentions[found.whole].number.value


ALL_APPLICANTS = (
    {"requests.by.natural_person", "requests.by.organisation"},
    {"requests.by.natural_person", "requests.by.other_org"},
)
MANY_OUTCOMES = 5  # of six
ENDS_OF_DISPUTES = frozenset(("upheld", "corrected", "other", "pending"))
MANY_ENDS = 3  # of four


def _of_topic(kind: str, topic: str) -> str:
    """尚未审结1件 is of the reviews or suits that are spoken of."""
    if kind in (
        "disputes.upheld",
        "disputes.corrected",
        "disputes.other",
        "disputes.pending",
        "disputes.closed",
    ):
        return f"disputes.{topic}.{kind.rpartition('.')[2]}"
    return kind


def _is_of_documents(line: str) -> bool:
    """公文236件，其中主动公开41件、依申请公开12件、不予公开183件."""
    return bool(re.search("(?:公文|文件|发文)[^。]*主动公开", line)) and "收到" not in line


OF_EVERY_DOCUMENT = re.compile(
    "主动公开[^,。;0-9]{0,4}[0-9]+[^。;0-9]{1,3}依申请公开[^,。;0-9]{0,4}[0-9]+[^。;0-9]{1,3}不予?公开"
)


def _without_denied(left: str) -> str:
    """无上年度结转，其中3件: what is denied is counted by no number behind it."""
    *before, last = WITH_ITS_MARK.split(left)
    return "".join(each for each in before if not DENIED.match(each)) + last


WITH_ITS_MARK = re.compile("(?<=[,;])")
DENIED = re.compile(
    "(?:本年度?|全年|当年|[也均且亦但并另])*(?:无(?![法关效需须论])|没有(?!现成)|不存在|未有|未(?:发生|收到|产生|接到|出现))"
    "[^,;0-9]*[^,;0-9的][,;]"
)


def _is_bare(words: str) -> bool:
    """Nothing that says what is counted: 共, 全年, 其中."""
    return not BARE.sub("", words)


def _names_told(left: str) -> list[str]:
    """行政复议、行政诉讼分别为: the names of the numbers that follow."""
    match = RESPECTIVELY.search(left) if "分别" in left else None
    if match is None:
        return []
    names = re.split("、|和|及|与", match["names"])
    return names if len(names) > 1 else []


RESPECTIVELY = re.compile("(?P<names>[^,。;:]{2,60})分别(?:为|是|有|共)?$")
IN_BRACKETS = re.compile(
    "[(](?:不含|含|另有|其中)?[^()申请]*结转[^()申请]*$"
)  # of what is told before
# 由31件降至28件
FROM = re.compile("(?:由|从)(?:(?:上年|去年|20[0-9]{2}年)(?:度|同期)?的?)?$")
TO = re.compile("(?:,)?(?:下降|上升|增加|减少|增长|回落)?(?:降|升|增|减)?(?:至|到|为)")
OWN_ALONE = re.compile(
    "(?:其中:?)?(?:我|本)(?:街道|[镇乡局委办院厅县市区街单机中])(?:机关|单位|本级|收到|受理|为|有|是|共)*"
    "|其中:?(?:本年度?|今年|当年)(?:为|有|是|收到|受理|新收)*"
)
A_BODY_ALONE = re.compile(
    "其中:?[^,;。0-9]{0,8}[局委厅](?:机关|本级|本机关|本部)?(?:直接)?(?:收到|受理|为|有|是|共)*"
)
IN_THE_TABLE = re.compile(
    "(?:见|即)?(?:附?表[一二三四]?[中内里]?|表格[中内]?)(?:数据|填报)?(?:为|是|填)?"
)
OTHERS_ALONE = re.compile("其[他它](?:的|情形|情况|类|方式|处理|共|为|有)*")
OF_ONE_BODY = frozenset(("requests.received", "disputes.reviews", "disputes.lawsuits"))
JOINS = frozenset(("、", ",", "和", "及", "与"))
BRACKETED = re.compile(r"\([^()]*\)")
AFTER_A_MARK = re.compile("^[^,;。:、()]*[,;。:、()]")


def _is_every_way(near: str) -> bool:
    """当面、来信及网上递交的申请合计44件 is no part."""
    ways = list(CHANNEL_OF_REQUEST.finditer(near))
    if len(ways) < 2 or "其中" in near:
        return False
    between = [near[a.end() : b.start()] for a, b in pairwise(ways)]
    return all(JOINS_WAYS.fullmatch(each) for each in between)


JOINS_WAYS = re.compile("(?:申请|提交|递交|寄送|平台|渠道|方式)?(?:、|和|及|与|或|以及)")


FLOWS_OUT = frozenset(f"requests.{name}" for name in ("answered", "carried_out", "carried"))


def _is_of_one_body(mention: Mention) -> bool:
    return bool(OWN_ALONE.fullmatch(mention.near) or A_BODY_ALONE.fullmatch(mention.near))


def _is_other_outcome(mention: Mention, before: str) -> bool:
    """予以公开3件，其他2件; but 其他5件公开 is said of what is left."""
    is_alone = before in OUTCOMES and OTHERS_ALONE.fullmatch(mention.near.lstrip("、"))
    return bool(is_alone and not OUTCOME_SAID.match(mention.right))


OUTCOME_SAID = re.compile(
    "(?:均|都|全部|已|依法|予以|作出|答复|同意|部分|不予?|无法)*(?:公开|提供)"
)


def _is_one_of_contents(mention: Mention, before: str) -> bool:
    """涉及用地审批的11件、不动产登记的3件: what they ask about, and no flow of requests."""
    if mention.kind not in OF_ALL_REQUESTS:
        return False
    is_item = not before and mention.left.startswith("、") and mention.near.endswith(("的", "类"))
    return is_item or OF_CONTENTS.fullmatch(mention.near) is not None


OF_CONTENTS = re.compile("(?:其中)?(?:涉及|关于|有关|属于?)[^,;:。]{2,20}(?:的|类|方面|领域)")


def _is_only_named(mention: Mention) -> bool:
    """…、规章32件: what is said of it was said before."""
    return bool(re.fullmatch("[、,和及](?:行政)?(?:规范性文件|规章)", mention.left))


def _is_of_what_was_issued(last_left: str, mention: Mention) -> bool:
    """印发文件58件，其中规范性文件6件."""
    only = re.fullmatch("[,:(]?其中:?(?:属于?|为|有)?(?:行政)?规范性文件", mention.left)
    return bool(only and re.search("印发|制发|制定|出台|发布", last_left))


def _same_fate(before: str, topic: str) -> str:
    kind, _, fate = before.rpartition(".")
    return f"{topic}.{fate}" if kind in NONE_OF_DOCUMENTS else ""


def _scale_of(kind: str) -> int:
    """Charges are counted in ten thousand yuan, as the form counts them."""
    return YUAN if kind == "fees.amount" else 1


def _plain(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number


def _certainty(mention: Mention, kind: str) -> str:
    """part, rest, about, narrower; `body` where one body is named that may be the unit itself."""
    if OWN_ALONE.fullmatch(mention.near):
        return "" if mention.number.exact else "about"
    if A_BODY_ALONE.fullmatch(mention.near):
        return "body"
    if THE_REST.search(mention.near):
        return "rest"
    if ITSELF.search(mention.near):
        return "" if mention.number.exact else "about"
    if A_PART.search(mention.near) or mention.depth:
        return "part"
    if kind == "disputes.lawsuits" and AT_A_COURT.search(mention.near):
        return "narrower"
    if kind in OF_ALL_OF_THEM and PART_OF_A_YEAR.search(mention.near):
        return "narrower"
    if _is_narrower(mention.near, kind):
        of_a_body = kind.partition(".")[0] in DECIDED and BODY_NAMED.match(mention.near)
        if of_a_body and not _is_narrower(mention.near[of_a_body.end() :], kind):
            return "body"
        return "narrower"
    return "" if mention.number.exact else "about"


AT_A_COURT = re.compile("[一二]审|再审|上诉")
PART_OF_A_YEAR = re.compile(
    "[一二三四]季度|[上下]半年|[上中下]旬|最后[一1两]?个?[周月天]|春节|期间|(?<![0-9年至到—-])(?!12?月[^,]{0,4}12月)[0-9]{1,2}月(?:份|底前|以前|以来)|(?:以|之)前(?!年)"
)
THE_REST, A_PART = re.compile("其余|剩余|余下"), re.compile("其中|包括|另有|除")
OF_ALL_REQUESTS = frozenset(f"requests.{name}" for name in ("received", "answered", "dealt", "due"))
RECEIVED = re.compile(
    "(?:寄来|寄送|递交|送来|收到|新收|收取|接到|受理|接收|接获|承办|新增|登记|收件|提交|提出|办结|答复|回复|办理|处理|办复|审结|所收)"
)
KNOWN = re.compile(
    "(?:政府信息|政务信息|信息|公开|依申请|申请(?:人|表|书)?|请求|信件|要求|提出|提交|受理|办结|答复|办理|处理|完毕|完成|收到"
    "|自然人|公民|法人|其他组织|其它组织|组织|单位|个人|群众|市民|居民|村民|社会|公众|企业|各类|各种|有关|相关|书面|有效|正式"
    "|全部|所有|上述|以上|本年度?|全年|年内|新收?|总计|总|数量|数|量|件数|件|共计|共有|共|合计|累计|达到|达|为|有|是|到|了|的|和|及|与|或|以|向|对|从"
    "|当面|来信|网上|现场|信函|邮寄|线上|线下|网络|传真|办件|请求"
    "|[^#]{0,8}(?:政府|机关)(?:名义|为对象|为申请对象)?|我[^#]|本[^#]|事项|情况|[、:,—-]|[一-龥]{0,2}公公开)*+"
)
BEFORE = re.compile(
    "(?:及时|年度内|采取|审批|核准|核发|审核|下达|以[^#,、]{1,6}名义|(?:[一-龥]{2,8}、){0,6}[一-龥]{2,8}等(?:[0-9一二三四五六七八九十]{1,2}类|各类|类)?|当年|对外"
    "|全年|因[^#]{1,14}原因|原因|本年度?|今年以来|今年|年内|年度|20[0-9]{2}年度?|截至[^#]{0,8}|年底|目前|我街道|我[^#]|本街道|本[^#]{1,2}|全[镇乡县市区省州]"
    "|[县市区省镇乡](?:人民)?政府(?:及其?|和)?|[县市区]?(?:政府)?办公?[室厅]|街道(?:办事处)?|综合(?:行政)?执法队?|[^#]{1,8}机关|(?:各|所属|下属|直属|[县市区省]直|工作|执法|职能|主管|行政)*部门|各级|本级"
    "|历年|宣布|停止|制作|新增|起草|颁布|下发|继续|保持|[县市区省]本级|依法|共计|共|累计|总计|合计|办理|作出|做出|实施|办结|立案|处理|各类|各项|完成|分别|是|为|有|在|了|的|已|也|并|对|及其?|和|与|、|:|—|-|。|其中"
    "|同时|另外|另|还|先后|陆续|原有?|旧|既有|辖区|[镇乡县市区]级|本行政区域|相关|有关|党政|行政执法|实际"
    "|及时|向社会|同步|全部|集中|公布|公示|收录|刊载|上传|汇总"
    "|主动公开|公开|新|以|名义|组织|开展|清理|审查|集中|后|经|行政|规范性|文件|政府|现行有效|现有|制发|制定|出台|印发|发布|联合|本表|数据|汇总|自|下)*+"
)
OF_THE_TABLE = re.compile("许可|处罚|强制|规章|规范性|文件|废止|失效|继续有效|现行有效|有效|保留")


def _is_narrower(near: str, kind: str) -> bool:
    """收到补正申请12件, 公安行政处罚1830件: more is said of them than what the table counts."""
    words = QUOTES.sub("", near)[-60:]
    if kind.partition(".")[0] in DECIDED:
        match = OF_THE_TABLE.search(words)
        return match is not None and BEFORE.fullmatch(words, 0, match.start()) is None
    if kind not in OF_ALL_REQUESTS:
        return False
    verbs = list(RECEIVED.finditer(words))
    if verbs and OF_ONE_PERSON.search(words[: verbs[-1].end()]):
        return True
    if not verbs:
        return EITHER.fullmatch(words) is None
    return KNOWN.fullmatch(words, verbs[-1].end()) is None or bool(
        SOME_WAY.search(words[: verbs[-1].start()])
    )


OF_ALL_OF_THEM = OF_ALL_REQUESTS | {"disputes.reviews", "disputes.lawsuits"}
EITHER = re.compile(f"(?:{KNOWN.pattern[:-2]}|{BEFORE.pattern[:-2]})*+")
BODY_NAMED = re.compile(
    "[,、]?(?:(?![及和与所属])[一-龥]){2,18}"
    "(?:局|委员会|委|办(?![理结件公])|厅|院|队|站|中心|镇|乡|街道办事处|街道)"
)
OF_ONE_PERSON = re.compile(
    "退回|无效|作废|协助|配合|指导|督促|帮助|同一|个别|单个|某[^#]{0,4}[提递]|该申请人|部分(?:申请人|群众|村民|居民)|一名|多人"
)
SOME_WAY = re.compile("(?:一次性|当场|即时|提前|口头|电话)$")


DECIDED = frozenset(("licensing", "penalties", "coercion", "normative_documents", "regulations"))


def _is_negated(near: str) -> bool:
    """没有一件申请逾期 counts nothing."""
    return bool(NEGATED.search(near))


def _is_outcome(kind: str) -> bool:
    return (
        kind in FLOWS_OUT or kind in OUTCOMES or kind.startswith((*OUTCOME_ROWS, "requests.other."))
    )


def _said(mention: Mention) -> Said:
    """Whether a number is of all requests, as far as its own clause says."""
    kind, near = mention.kind, QUOTES.sub("", mention.near)
    is_some = kind in SOME_KINDS or (
        kind in OF_ALL_REQUESTS and _certainty(mention, kind) not in ("", "about")
    )
    return Said(
        mention.number,
        near,
        mention.behind,
        kind,
        _is_outcome(kind),
        is_some or bool(mention.period),
    )


def _words_said(mention: Mention) -> str:
    """The last words before the number that say anything: 予以公开（5件）."""
    clauses = [QUOTES.sub("", each) for each in CLAUSE_END.split(mention.left)]
    said = [each for each in clauses if not _is_bare(each)]
    near = QUOTES.sub("", mention.near)
    is_untold = _is_bare(near) and not mention.right and bool(said)
    return said[-1] if is_untold else near


SOME_KINDS = frozenset(("requests.received.part", "requests.carried_in"))


def _kind_in_column(mention: Mention) -> str:
    """requests.granted.of.natural_person: the outcome of one applicant's requests."""
    is_column = mention.of.column and "+" not in mention.kind
    return f"{mention.kind}.of.{mention.of.column}" if is_column else mention.kind


def _clause_start(line: str, at: int) -> int:
    return max(line.rfind(mark, 0, at) for mark in ",;:。") + 1


def _token(mention: Mention) -> Token:
    return Token(
        mention.number,
        mention.sentence,
        mention.depth,
        QUOTES.sub("", mention.left),
        mention.right,
        mention.is_aside,
        mention.kind.startswith("requests."),
        FLOWS.get(mention.kind, ""),
    )


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
                    part_of=place[found.whole], closed=found.is_closed, listed=n
                )


def _in_the_unit_of(whole: Claim, part: Claim) -> Claim:
    """收费12.6亿元，其中市本级4.1亿元: both in ten thousand yuan."""
    if (whole.unit, part.unit) != ("万元", "元") or part.kind not in LISTED:
        return part
    numbers = (Decimal(each) / YUAN for each in (part.value, part.low, part.high))
    value, low, high = map(_plain, numbers)
    return part._replace(value=value, low=low, high=high, unit=whole.unit)


LISTED = frozenset(("list.part", "proactive.part"))
YUAN = 10_000


def _channels(text: str) -> int:
    """How many channels a text names: 微信公众账号 is one,
    公告栏和网站 are two.
    """
    return sum(CHANNEL.search(part) is not None for part in re.split("[、,/]|以及|和|及|与", text))


def _label(head: str) -> str:
    """The name of what a number counts, from the words before it."""
    words = BEFORE_A_NAME.split(head)[-1]
    words = NAME_END.sub("", NAME_BEGIN.sub("", words))
    return words.strip("“”\"'《》")[:30]


BEFORE_A_NAME = re.compile("[,。;:、(]|其中|包括|包含|分别(?:为|是)?|[一二三四五六七八九十]是")
NAME_BEGIN = re.compile("^(?:通过|在|利用|依托|运用|借助|以及|和|及|与|公开|发布|为)+")
NAME_END = re.compile("(?:公开|发布|信息|共|累计|各类|政府|为|有|达|了)+$")
