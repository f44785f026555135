"""Claims: the numbers that the prose states, with what each counts, its
sentence and its place.

Two ways lead to a claim. Requests, disputes, fees, documents, decisions, staff
and meetings are told by PATTERNS, each a kind and the words around its number.
Items of proactive disclosure form trees (806, of which 3, 4, 34 …) and are
read by _Items. What may count something else, or another year's, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from nianbao.parser.document import Document, Paragraph
from nianbao.parser.labels import exact
from nianbao.parser.numbers import PLAIN


class Claim(NamedTuple):
    kind: str  # requests.received, proactive.total, …: docs/json.md lists them
    value: int | Decimal
    sentence: str  # as printed
    paragraph: int  # the block of the document, from 0
    at: int = (
        # where the number stands in the sentence without its spaces; of words,
        # where they begin
        0
    )
    unit: str = ""  # 条, 件, …; empty where words stand for the number
    about: str = ""  # the channel or category that a part counts
    part_of: int | None = (
        # the claim that this one is a part of, by its position among the
        # claims
        None
    )
    exact: bool = True  # not 余, 多, 约
    closed: bool = False  # a part of a list that names all its parts


CLAIM_FIELDS = Claim._fields


def claims(
    document: Document, year: int | None, headings: Collection[int] = ()
) -> tuple[Claim, ...]:
    """`headings` are the blocks that are headings of sections."""
    found: list[Claim] = []
    topic = ""
    for i, block in enumerate(document.blocks):
        if (
            not isinstance(block, Paragraph)
            or block.doubt
            or "\t" in block.text.strip()
            or exact(block.text)
        ):
            continue
        if i in headings or not PUNCTUATED.search(block.text):
            topic = block.text
            continue
        text = Prose(block.text, i, year, topic)
        found += _worded(text)
        found += _Items(text, len(found)).read()
    return tuple(found)


PUNCTUATED = re.compile("[,，。；;]|[0-9０-９] *[条件]")


@dataclass(frozen=True, slots=True)
class _Sentence:
    raw: str
    bare: str  # without spaces, full-width forms made plain


class Prose:
    """A paragraph by its sentences."""

    def __init__(self, text: str, paragraph: int, year: int | None, topic: str = "") -> None:
        self.paragraph, self.year, self.topic = paragraph, year, topic
        self.sentences = [
            _Sentence(part.strip(), bare(part)) for part in SENTENCE_END.split(text) if part.strip()
        ]


SENTENCE_END = re.compile(r"(?<=[。！？!?])|\n")


def bare(text: str) -> str:
    return (
        re.sub(r"\s+|\*\*", "", text.translate(PLAIN))
        .replace("；", ";")
        .replace("：", ":")
        .replace("％", "%")
    )


# ---- numbers

GROUPED = r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])"
ARABIC = rf"{GROUPED}|(?<![0-9.])[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?(?![0-9.])"
NUMERALS = "零一二两三四五六七八九十百千万"
CHINESE = rf"(?<![第{NUMERALS}])[{NUMERALS}]{{1,9}}(?![{NUMERALS}])"
NUMBER = (
    "(?P<near>约|近|逾|超过|超|不少于|至少|将近)?"
    rf"(?P<n>{ARABIC}|{CHINESE})(?P<more>余|多|来|\+|几)?"
)
CASES = r"(?P<unit>件|条|项|个|份|宗|起|例|次|封|案)(?P<less>以上|以下|左右|以内)?"
DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
POWERS = {"十": 10, "百": 100, "千": 1000}


def number_of(text: str) -> int | Decimal | None:
    """6, 1,359, 3.5, 十二, 一百零五, 二零二三."""
    plain = text.replace(",", "")
    if plain[:1].isdigit():
        number = Decimal(plain)
        if number == number.to_integral_value():
            return int(number)
        return number
    if all(c in DIGITS for c in text):
        if len(text) == 1 or len(text) > 2:
            return int("".join(str(DIGITS[c]) for c in text))
        return None
    total = section = digit = 0
    last = 10_000_000
    for c in text:
        if c in DIGITS:
            if digit:
                return None
            digit = DIGITS[c]
        elif c == "万":
            total, section, digit, last = (section + digit) * 10_000, 0, 0, 10_000
        else:
            if POWERS[c] >= last:
                return None
            last = POWERS[c]
            section += (digit or 1) * POWERS[c]
            digit = 0
    if digit and last > 10 and "零" not in text:
        return None  # 三百五 is 350, and may be a slip for 305
    return total + section + digit


# ---- claims by the words around a number


def _gap(most: int) -> str:
    return rf"[^,。;:0-9]{{0,{most}}}?"


N = f"{NUMBER}{CASES}"
NONE = (
    "(?:没有|不存在|未曾|从未|尚未|暂未|均未|未(?![经按能及获完])"
    "|暂无|均无|(?<![有])无(?![法正效关论人偿障害]))"
)
RECEIVE = "(?:共?收到|接到|受理|接收|新收到?|新增)"
BY_REQUEST = "依申请(?:公开)?(?:的)?(?:政府)?信息(?:公开)?|依申请公开(?:申请|事项|信息|件)?"
REQUEST = f"(?:信息公开(?:的)?申请|{BY_REQUEST}|公开申请|申请)"
ON_TIME = (
    "(?:已|予以|进行|按照?|按时|按期|依法|依规|及时|规范|按规定|按要求"
    "|在[^,。;]{2,14}?内|作出|做出|给予|得到|了)*"
)
DOCUMENTS = "(?:行政)?规范性文件"
RULES = "(?<!法规、)(?<!法规,)规章(?!制度)"
ISSUE = "(?:制发|制定|出台|发布|印发|制作|新制定|起草)"
END = "(?=[,。;]|件|$)"
SUM = "(?:共|共计|收取|总金额|收入|总计|合计|金额|为|:|的)*"
YUAN = rf"{NUMBER}(?P<unit>万元|元)"
PEOPLE = rf"{NUMBER}(?P<unit>名|人|位)"
TIMES = rf"{NUMBER}(?P<unit>次|场|期|场次)"
MEETING = "(?:会议|专题会|工作会|推进会|部署会|例会|协调会|学习会)"
REPEAL = "(?:废止|宣布失效|宣布废止|清理废止)"


def _outcome(key: str, word: str) -> Iterator[tuple[str, str]]:
    kind = f"requests.{key}"
    yield kind, rf"{word}(?:的|数|数量|申请|信息|答复|决定|共|为|有|:|了)*{N}"
    behind = "(?:的|数|数量|申请|共|为|有|:|了)*[0-9]"
    yield kind, rf"{N}(?:申请)?(?:依法|均|已|作出|决定)*{word}(?!{behind})"


def _decisions(key: str, word: str) -> Iterator[tuple[str, str]]:
    kind = f"{key}.decisions"
    between = "决定|案件|事项|件数|数量|总数|共|共计|为|有|办理|办结|作出|做出|立案|:"
    yield kind, rf"{word}(?:处理)?(?:{between})*{N}(?!{_gap(6)}信息)"
    yield kind, rf"(?:作出|做出|办理|办结|实施|处理|立案){_gap(6)}{N}{word}"


PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "requests.received",
        rf"{RECEIVE}{_gap(30)}{REQUEST}(?:数量|件数|总数|共计|共|总计|合计|为|计|:)*{N}",
    ),
    ("requests.received", rf"{RECEIVE}(?:了|各类|有关|书面|群众|公民|社会)*{N}{_gap(24)}{REQUEST}"),
    (
        "requests.received",
        rf"信息公开申请(?:的)?(?:数量|件数|总数|共计|共有|共|总计|合计|为|有|计|:)+{N}",
    ),
    (
        "requests.received=0",
        rf"{NONE}(?:收到|接到|受理|接收|产生|发生|出现|有)?{_gap(25)}{REQUEST}",
    ),
    (
        "requests.received=0",
        rf"(?:信息公开申请|依申请公开(?:申请|事项)?)(?:数量|件数)?(?:为|:)?(?:零|无){END}",
    ),
    (
        "requests.answered",
        rf"(?:办结|答复|办理完毕|回复|办理答复)(?:了|申请|政府信息公开申请|完毕|完成|共|:)*{N}",
    ),
    (
        "requests.answered",
        rf"{N}(?:申请)?(?:,)?(?:均|全部|都)?{ON_TIME}(?:办结|答复|办理完毕)(?![率0-9{NUMERALS}])",
    ),
    (
        "requests.carried_out",
        rf"结转(?:至|到)?(?:下一?年度?|次年|明年)(?:继续)?(?:办理)?(?:的)?(?:共|为|:|有)*{N}",
    ),
    ("requests.carried_out", rf"{N}(?:申请)?结转(?:至|到)?(?:下一?年|次年|明年)"),
    ("requests.carried_out=0", rf"{NONE}{_gap(8)}结转(?:至|到)?(?:下一?年|次年|明年)"),
    ("requests.carried_in", rf"(?:上一?年度?|去年)(?:未办结)?结转(?:的)?{_gap(14)}{N}"),
    ("requests.carried_in=0", rf"{NONE}(?:上一?年度?|去年)结转"),
    *_outcome("granted", "(?:(?<!不)予以公开|同意公开|全部公开)"),
    *_outcome("partial", "(?:部分公开|予以部分公开)"),
    *_outcome("denied", "不予公开"),
    *_outcome("unavailable", "(?:无法提供|信息不存在)"),
    *_outcome("unprocessed", "不予处理"),
    *_outcome("other", "其他处理"),
    ("disputes.reviews", rf"行政复议(?:案件|申请|案|事项|数量|件数|情况|数|共|为|有|:|发生)*{N}"),
    (
        "disputes.reviews",
        rf"(?:发生|收到|有|被申请|被提起|涉及|受理|产生|引发|引起){_gap(6)}{N}{_gap(14)}行政复议",
    ),
    (
        "disputes.lawsuits",
        rf"(?<![、和及与或])行政诉讼(?:案件|案|事项|数量|件数|情况|数|共|为|有|:|发生)*{N}",
    ),
    (
        "disputes.lawsuits",
        rf"(?:发生|收到|有|被提起|涉及|产生|引发|引起){_gap(6)}{N}(?:的)?(?:行政诉讼|诉讼案件)",
    ),
    (
        "disputes.reviews+disputes.lawsuits=0",
        rf"(?:{NONE}{_gap(30)}行政复议(?:案件|申请|情况|事项)?(?:[、和及或与,以]{{1,2}}(?:被)?(?:提起|引起|发起)?(?:的)?)"
        rf"(?:行政)?诉讼|行政复议(?:案件|申请)?[、和及或与以]{{1,2}}(?:行政)?诉讼(?:案件|情况|事项|数)*(?:均|都)?"
        rf"(?:为|:)?(?:无|零|0(?:件|起|例|宗)?|未发生|没有发生))(?![^,。;]{{0,8}}[1-9])",
    ),
    ("disputes.reviews=0", rf"{NONE}{_gap(30)}行政复议(?![^,。;]{{0,8}}[1-9])"),
    ("disputes.lawsuits=0", rf"{NONE}{_gap(30)}行政诉讼(?![^,。;]{{0,8}}[1-9])"),
    ("disputes.reviews=0", rf"行政复议(?:案件|申请|情况)?(?:数)?(?:为|:)?(?:无|零){END}"),
    ("disputes.lawsuits=0", rf"行政诉讼(?:案件|情况)?(?:数)?(?:为|:)?(?:无|零){END}"),
    ("fees.processing", rf"收取{_gap(16)}信息(?:公开)?处理费{SUM}{YUAN}"),
    ("fees.processing", rf"信息(?:公开)?处理费{SUM}{YUAN}"),
    ("fees.processing=0", rf"(?:未|没有|无|不|尚未){_gap(16)}信息(?:公开)?处理费"),
    ("fees.processing=0", r"信息(?:公开)?处理费[^。;0-9]{0,10}?(?:未|没有|为零|为无|无)(?!法)"),
    (
        "fees.processing=0",
        r"(?:未|没有|不)(?:向[^,。;]{0,8})?收取(?:任何|过|相关|信息公开)*费用?(?=[,。;]|$|的情)",
    ),
    ("fees.amount", rf"行政事业性收费{_gap(14)}{YUAN}"),
    (
        "normative_documents.issued",
        rf"{ISSUE}(?:了)?{_gap(8)}{DOCUMENTS}(?:共|共计|数量|总数|为|:)*{N}",
    ),
    ("normative_documents.issued", rf"{ISSUE}(?:了)?{N}{_gap(6)}{DOCUMENTS}"),
    ("normative_documents.issued=0", rf"{NONE}{ISSUE}[^。;0-9]{{0,14}}?{DOCUMENTS}"),
    (
        "normative_documents.repealed",
        rf"{REPEAL}(?:了)?{_gap(8)}{DOCUMENTS}(?:共|共计|数量|为|:)*{N}",
    ),
    ("normative_documents.repealed", rf"{REPEAL}(?:了)?{N}{_gap(6)}{DOCUMENTS}"),
    ("normative_documents.repealed=0", rf"{NONE}{REPEAL}[^。;0-9]{{0,14}}?{DOCUMENTS}"),
    (
        "normative_documents.in_force",
        rf"现行有效{_gap(10)}{DOCUMENTS}(?:共|共计|数量|总数|为|有|:)*{N}",
    ),
    (
        "normative_documents.in_force",
        rf"{DOCUMENTS}{_gap(4)}现行有效(?:的)?(?:共|共计|数量|为|有|:)*{N}",
    ),
    ("regulations.issued", rf"{ISSUE}(?:了)?{RULES}(?:共|数量|为|:)*{N}"),
    ("regulations.issued=0", rf"{NONE}{ISSUE}(?:政府|部门|任何)*{RULES}"),
    *_decisions("licensing", "行政许可"),
    *_decisions("penalties", "行政处罚"),
    *_decisions("coercion", "行政强制"),
    ("staff.total", rf"(?<!专职)(?<!兼职)(?:工作)?人员(?:共|共有|共计|有|为|:)*{PEOPLE}"),
    ("staff.full_time", rf"专职(?:工作)?人员(?:共|有|为|:)*{PEOPLE}"),
    ("staff.full_time", rf"{NUMBER}(?P<unit>名|位|个)专职"),
    ("staff.part_time", rf"兼职(?:工作)?人员(?:共|有|为|:)*{PEOPLE}"),
    ("staff.part_time", rf"{NUMBER}(?P<unit>名|位|个)兼职"),
    ("meetings", rf"(?:召开|组织){_gap(24)}{MEETING}(?:共|累计)*{TIMES}"),
    ("meetings", rf"(?:召开|组织召开)(?:了)?{TIMES}{_gap(24)}会"),
    ("trainings", rf"(?:开展|组织|举办|参加){_gap(24)}培训(?:班|会|活动)?(?:共|累计)*{TIMES}"),
    ("trainings", rf"(?:开展|组织|举办|参加)(?:了)?{TIMES}{_gap(24)}培训"),
    (
        "interpretations",
        rf"政策解读(?:材料|信息|文件|稿件|产品)?(?:共|累计)*{NUMBER}(?P<unit>[条篇件个次期份])",
    ),
)
# A word without which no pattern of the family can match: most sentences have
# none of them.
NEEDS = {
    "requests": "申请|结转|公开|处理|提供|信息不存在|办结|答复|回复",
    "disputes": "复议|诉讼",
    "fees": "费",
    "normative_documents": "规范性文件",
    "regulations": "规章",
    "licensing": "行政许可",
    "penalties": "行政处罚",
    "coercion": "行政强制",
    "staff": "人员|专职|兼职",
    "meetings": "会",
    "trainings": "培训",
    "interpretations": "解读",
}
COMPILED = tuple(
    (
        kind.removesuffix("=0").split("+"),
        kind.endswith("=0"),
        re.compile(NEEDS[re.split(r"[.=]", kind)[0]]),
        re.compile(pattern),
    )
    for kind, pattern in PATTERNS
)

FOREIGN = re.compile(
    "提案|(?<!复)议案|热线|工单|12345|信箱|留言|咨询|投诉|举报|信访|诉求|救助|低保|宅基地|入党|补贴申请"
)
CHANNEL_OF_REQUEST = re.compile(
    "网络|网上|网站|平台|信函|邮寄|邮件|当面|现场|来信|传真|线上|线下|书面|自然人|法人|企业"
)
PARTED = re.compile("(?:其中|分别)[^。;]*$")
NARROWER = re.compile("补正|撤回|收费|超期|逾期|推诿|拒绝|结转|办结|答复|条件")
NOT_ONE = re.compile("(?:的)?(?:引起|引发|导致|产生|而|人|行政复议|复议|补正|书)")
OTHER_YEAR = re.compile(
    r"(?:(20[0-9]{2})年(?!以来)|去年|上年(?!度?结转)|上一年(?!度?结转)|同期|往年|近年|历年)"
)
PLANNED = re.compile(r"计划|力争|拟|目标|下一年|明年(?!度?结转)|预计")
DOUBTFUL = re.compile(r"[\ufffd?？]")
DISPUTE_LOST = re.compile(r"纠正|败诉|撤销|改变|责令")


def _worded(text: Prose) -> Iterator[Claim]:
    for sentence in text.sentences:
        taken: dict[int, list[Claim]] = {}
        zeros: dict[str, Claim] = {}
        for kinds, is_none, needs, pattern in COMPILED:
            if needs.search(sentence.bare) is None:
                continue
            for match in pattern.finditer(sentence.bare):
                claim = _claim(text, sentence, kinds[0], is_none, match)
                if claim is None:
                    continue
                for kind in kinds:
                    if is_none:
                        zeros.setdefault(kind, claim._replace(kind=kind))
                    else:
                        taken.setdefault(claim.at, []).append(claim)
        counted = list(chain.from_iterable(map(_of_one_number, taken.values())))
        kinds_counted = {claim.kind for claim in counted}
        yield from sorted(counted, key=lambda claim: claim.at)
        # "none" next to a number of the same kind is about something narrower:
        # 无因…败诉的行政复议
        yield from (claim for kind, claim in zeros.items() if kind not in kinds_counted)
        yield from _all_answered(sentence, counted)


def _of_one_number(same: Sequence[Claim]) -> list[Claim]:
    """收到6件,均已办结 makes two claims of one number; 予以公开3件不予公开 may
    mean either outcome, and makes none.
    """
    by_kind = {claim.kind: claim for claim in same}
    outcomes = OUTCOMES.intersection(by_kind)
    if len(outcomes) > 1:
        return []
    return list(by_kind.values())


OUTCOMES = frozenset(
    f"requests.{key}"
    for key in ("granted", "partial", "denied", "unavailable", "unprocessed", "other")
)


def _claim(
    text: Prose, sentence: _Sentence, kind: str, is_none: bool, match: re.Match[str]
) -> Claim | None:
    line, at = sentence.bare, match.start()
    clause = line[_clause_start(line, at) : match.end()]
    if (
        FOREIGN.search(clause)
        or _is_planned(clause, kind)
        or _is_of_another_year(line, at, text.year, kind)
    ):
        return None
    if kind.startswith("requests."):
        if re.search("复议|诉讼|处理费|收费|费用", match[0]):
            return None
        if not re.search("申请", line + text.topic):
            return None
    if kind.startswith("disputes.") and is_none and DISPUTE_LOST.search(line[at : match.end() + 8]):
        return None
    if is_none:
        if kind == "requests.received" and (
            NARROWER.search(match[0]) or NOT_ONE.match(line, match.end())
        ):
            return None
        return Claim(kind, 0, sentence.raw, text.paragraph, at)
    value = number_of(match["n"])
    around = line[max(match.start("n") - 2, 0) : match.end("unit") + 1]
    if value is None or DOUBTFUL.search(around):
        return None
    if kind.startswith("disputes.") and re.search(r"诉讼[^,。;]*共", match[0]) and "复议" in clause:
        return None  # reviews and lawsuits in one number
    if kind == "requests.received" and (
        CHANNEL_OF_REQUEST.search(clause) or PARTED.search(line, 0, at)
    ):
        kind = "requests.received.part"
    named = match.groupdict()
    is_exact = not (named.get("near") or named.get("more") or named.get("less"))
    unit = match["unit"]
    if kind.startswith("fees."):
        value = _in_unit_of(kind, value, unit)
    return Claim(kind, value, sentence.raw, text.paragraph, match.start("n"), unit, exact=is_exact)


def _is_planned(clause: str, kind: str) -> bool:
    return kind != "requests.carried_out" and PLANNED.search(clause) is not None


def _in_unit_of(kind: str, value: int | Decimal, unit: str) -> int | Decimal:
    """Processing fees in yuan, charges in ten thousand yuan,
    as the form counts them.
    """
    if kind == "fees.processing" and unit == "万元":
        return value * 10_000
    if kind == "fees.amount" and unit == "元":
        return Decimal(value) / 10_000
    return value


def _clause_start(line: str, at: int) -> int:
    return max(line.rfind(mark, 0, at) for mark in ",;:。") + 1


def _is_of_another_year(line: str, at: int, year: int | None, kind: str) -> bool:
    """The last year named before the number is not the report's."""
    named = list(OTHER_YEAR.finditer(line, 0, at))
    if not named:
        return False
    last = named[-1]
    if last[1] is not None:
        return year is not None and int(last[1]) != year
    return kind != "requests.carried_in" and last.start() >= _clause_start(line, at)


def _all_answered(sentence: _Sentence, counted: Sequence[Claim]) -> Iterator[Claim]:
    """收到申请6件，均已办结: as many answered as received."""
    received = [claim for claim in counted if claim.kind.startswith("requests.received")]
    if len(received) != 1 or any(claim.kind == "requests.answered" for claim in counted):
        return
    match = ALL_ANSWERED.search(sentence.bare, received[0].at)
    if match and not re.search("复议|诉讼|结转", sentence.bare[received[0].at : match.end()]):
        yield received[0]._replace(kind="requests.answered", at=match.start(), unit="")


ALL_ANSWERED = re.compile(rf"(?:均|全部|都){ON_TIME}(?:完成)?(?:办结|答复|办理完毕|回复|办理)")


# ---- items of proactive disclosure


class _Token(NamedTuple):
    value: int | Decimal
    unit: str
    start: int
    end: int
    sentence: int
    is_exact: bool


@dataclass
class _List:
    parent: int  # among the items of the paragraph
    is_open: bool
    is_bridged: bool = False  # goes on over a full stop
    is_implied: bool = False  # no word opens it: 100条，网站60条，公众号40条
    numbered: bool = False
    children: list[int] = field(default_factory=list)


ITEM = re.compile(rf"{NUMBER}(?P<unit>条|篇|件|项|份|则|个|期|次)(?P<less>以上|以下|左右|以内)?")
SHARE = re.compile(
    r"[,(]?占(?:比|[^,。;%0-9]{0,12}?)(?:为|达|约)?(?P<share>[0-9]{1,3}(?:\.[0-9]+)?)%"
)
DISCLOSE = re.compile(r"公开|发布|公示|更新|上传|推送|刊发|刊登|张贴|公布|发文|推文")
TOTAL = re.compile(
    r"(?:公开|发布|公示|更新|上传|推送|公布)(?:了|的|各类|各种|各项|相关|有关|政府|政务|工作|动态)*(?:信息|公文)?"
    r"(?:数量|总量|总数|共计|共|总计|合计|累计|达到|达|为|有|数|:|,)*$"
)
CHANNEL = re.compile(
    r"微信公众|网站|公众号|微信|微博|公示栏|公开栏|公告栏|宣传栏|抖音|客户端|APP|平台|广播|大喇叭|电视|报纸|报刊|电子屏|显示屏"
    r"|QQ群|美篇|头条|新媒体|账号|视频号|快手|小程序|明白纸|查阅点|档案馆|图书馆",
    re.I,
)
LIST_OPENS = re.compile(
    r"其中|包括|包含|分别|具体(?:为|是|如下)?|分为|按[^,。;]{0,12}?(?:分|类别|类)|一是|涉及|主要"
)
LIST_IS_OPEN = re.compile(r"涉及|主要|重点|等")
NUMBERED = re.compile(r"^(?:[二三四五六七八九十]{1,2}是|[(]?[2-9二三四五六七八九][)、.])")
BRIDGE = re.compile(r"^(?:另外|同时)?,?(?:通过|在|利用|依托|运用|借助)")
OWN_TOTAL = re.compile("(?<!公)共(?!同|享|产)|累计|合计|全年")
NOT_AN_ITEM = re.compile(
    r"收到|受理|答复|办结|申请|复议|诉讼|召开|培训|会议|人员|窗口|热线|工单|提案办|投诉|问卷|咨询|点击|浏览|阅读|粉丝|关注"
    r"|村民|讲座|活动|检查|整改|第三方|栏目|设置|设立|建立|建成|完善|制定|制发|印发|出台|废止|许可|处罚|强制|规范性文件"
)


class _Items:
    """The items of one paragraph as trees: a total, its parts, their parts."""

    def __init__(self, text: Prose, offset: int) -> None:
        self.text, self.offset = text, offset
        self.items: list[Claim] = []
        self.tokens: list[_Token] = []
        self.lists: list[_List] = []
        self.done: list[_List] = []
        # the token before, and its item
        self.last: tuple[_Token, int] | None = None

    def read(self) -> list[Claim]:
        for n, sentence in enumerate(self.text.sentences):
            if n and self.lists and not self._goes_on(sentence.bare):
                self._close(0)
            for match in ITEM.finditer(sentence.bare):
                self._take(n, sentence, match)
        self._close(0)
        for found in self.done:
            self._settle(found)
        return self.items

    def _goes_on(self, line: str) -> bool:
        if self.lists[0].numbered and NUMBERED.match(line):
            self._close(1)
            return True
        if BRIDGE.match(line) and not self.lists[0].numbered:
            self._close(1)
            self.lists[0].is_bridged = True
            return True
        return False

    def _take(self, n: int, sentence: _Sentence, match: re.Match[str]) -> None:
        value = number_of(match["n"])
        line = sentence.bare
        start = match.start()
        around = line[max(match.start("n") - 2, 0) : match.end("unit") + 1]
        elsewhen = not self.lists and _is_of_another_year(line, start, self.text.year, "")
        if value is None or DOUBTFUL.search(around) or elsewhen:
            self._close(0)
            return
        is_exact = not (match["near"] or match["more"] or match["less"])
        token = _Token(value, match["unit"], start, match.end("unit"), n, is_exact)
        before = self.last[0].end if self.last is not None and self.last[0].sentence == n else 0
        head = line[before:start]
        self._open_list(head)
        if (
            self.last is not None
            and not self.lists
            and self._implies_list(head, token, self.last[0])
        ):
            self.lists.append(_List(self.last[1], False, is_implied=True))
        kind, closes = self._kind(line[:start], head, token)
        if closes:
            self._close(0)
        self.last = None
        if not kind:
            return
        parent = self.lists[-1] if self.lists else None
        about = "" if kind == "proactive.total" else _label(head)
        claim = Claim(
            kind,
            value,
            sentence.raw,
            self.text.paragraph,
            match.start("n"),
            token.unit,
            about,
            exact=is_exact,
        )
        self.items.append(claim)
        index = len(self.items) - 1
        if parent is not None:
            parent.children.append(index)
            tail = line[token.end : token.end + 6]
            parent.is_open = parent.is_open or tail.startswith("等")
        self.last = (token, index)
        self._take_share(sentence, line, token, index)

    def _take_share(self, sentence: _Sentence, line: str, token: _Token, index: int) -> None:
        match = SHARE.match(line, token.end)
        if match:
            share = Claim(
                "share",
                Decimal(match["share"]),
                sentence.raw,
                self.text.paragraph,
                match.start("share"),
                "%",
                part_of=self.offset + index,
            )
            self.items.append(share)

    def _open_list(self, head: str) -> None:
        if ";" in head and len(self.lists) > 1:
            self._close(1)
        elif (
            ";" in head
            and self.lists
            and not self.lists[0].numbered
            and BRIDGE.match(head.rpartition(";")[2])
        ):
            parent = self.items[self.lists[0].parent]
            if parent.kind == "proactive.channel":
                self._close(0)
        cue = LIST_OPENS.search(head)
        if cue and self.last is not None:
            parent_index = self.last[1]
            words = head[cue.start() :]
            self.lists.append(
                _List(
                    parent_index,
                    bool(LIST_IS_OPEN.search(words[: cue.end() - cue.start() + 2])),
                    numbered="一是" in head,
                )
            )

    @staticmethod
    def _implies_list(head: str, token: _Token, last: _Token) -> bool:
        if (last.sentence, last.unit) != (token.sentence, token.unit):
            return False
        return (
            head.startswith(",")
            and len(head) < 30
            and not DISCLOSE.search(head)
            and not NOT_AN_ITEM.search(head)
        )

    def _kind(self, so_far: str, head: str, token: _Token) -> tuple[str, bool]:
        """What a number counts ("" where it is no item), and whether it ends
        the lists that are open.
        """
        foreign = NOT_AN_ITEM.search(head)
        if self.lists:
            parent = self.items[self.lists[-1].parent]
            own_total = (
                re.search("(?<!公)共(?!同|享|产)|累计|合计|全年", head)
                and DISCLOSE.search(head)
                and not LIST_OPENS.search(head)
            )
            if (
                token.unit == parent.unit
                and not own_total
                and not (foreign and re.search("收到|受理|召开|申请", head))
            ):
                return "proactive.part", False
            if token.unit != parent.unit and not DISCLOSE.search(head):
                return "", True
        if token.unit in ("次", "期", "个", "项") and "信息" not in head:
            return "", bool(self.lists)
        clause = so_far[max(so_far.rfind("。"), so_far.rfind(";")) + 1 :]
        own = head[max(head.rfind("。"), head.rfind(";")) + 1 :]
        if not DISCLOSE.search(own) or foreign or PLANNED.search(own) or "依申请" in own:
            return "", bool(self.lists)
        last = own[own.rfind(",") + 1 :] if TOTAL.search(own[own.rfind(",") + 1 :]) else own
        if not TOTAL.search(last):
            return "proactive.category", True
        nearest = own[own.rfind(",") + 1 :]
        channels = _channels(nearest) or _channels(clause if len(clause) < 120 else own)
        return ("proactive.channel" if channels == 1 else "proactive.total"), True

    def _close(self, keep: int) -> None:
        while len(self.lists) > keep:
            self.done.append(self.lists.pop())

    def _settle(self, found: _List) -> None:
        """Write the parts down as parts.

        A list that went on over a full stop is one only if its sum says so.
        """
        parent, children = self.items[found.parent], found.children
        total = sum((self.items[child].value for child in children), Decimal(0))
        closed = not found.is_open and len(children) > 1
        if found.is_implied and total != parent.value:
            children = []
        elif found.is_bridged and total != parent.value:
            first = self.items[children[0]].sentence if children else ""
            children = [child for child in children if self.items[child].sentence == first]
            closed = False
        for child in children:
            self.items[child] = self.items[child]._replace(
                part_of=self.offset + found.parent, closed=closed
            )
        for child in set(found.children) - set(children):
            self.items[child] = self.items[child]._replace(kind="proactive.channel")


def _channels(text: str) -> int:
    """How many channels a text names: 微信公众账号 is one,
    公告栏和网站 are two.
    """
    return sum(CHANNEL.search(part) is not None for part in re.split("[、,/]|以及|和|及|与", text))


def _label(head: str) -> str:
    """The name of what a number counts, from the words before it."""
    words = re.split(r"[,。;:、(]|其中|包括|包含|分别(?:为|是)?|[一二三四五六七八九十]是", head)[-1]
    words = re.sub(r"^(?:通过|在|利用|依托|运用|借助|以及|和|及|与|公开|发布|为)+", "", words)
    words = re.sub(r"(?:公开|发布|信息|共|累计|各类|政府|为|有|达|了)+$", "", words)
    return words.strip("“”\"'《》")[:30]
