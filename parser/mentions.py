"""The numbers of running text, each with the words around it and what they say of it: what is
spoken of, whose it is, of which time, and what it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from nianbao.parser.bases import ALL, Base
from nianbao.parser.concepts import (
    ASKED,
    FLOWS,
    GROUPS,
    TOTALS,
    VAGUE,
    Read,
    Said,
    applicant,
    dispute_row,
    request_row,
    row_of_group,
)
from nianbao.parser.explained import is_explained
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity, quantities
from nianbao.parser.wording import applicants_of, kind_of, kind_of_any_topic, several_of, topics


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
    is_of_some: bool = False  # what stands behind it alone says what it counts


class Setting(NamedTuple):
    """What holds for every number of a paragraph."""

    year: int | None  # the report's
    heading: str
    topic: str  # of the heading
    is_of_disclosure: bool  # it names disclosure, or stands under disputes
    names_enforcement: bool  # 强制执行, beside which 强制措施 are some of all


class Around(NamedTuple):
    """A number of a sentence with the words around it, before it is known what they say."""

    line: str
    number: Quantity
    left: str  # the words since the number before, or since the sentence began
    words: str  # of them, those that may tell what it counts
    near: str  # of them, those of its own clause
    right: str  # the words behind it, to the end of its clause
    behind: str  # the words behind it, to the next number


def mentions_of(lines: Sequence[str], setting: Setting) -> Iterator[Mention]:
    """The numbers of a paragraph, whose sentences are without spaces."""
    topic, before, last_left, is_of_years = setting.topic, "", "", False
    names: list[str] = []
    told: list[str] = []
    found = [list(quantities(line)) for line in lines]
    while found and not found[-1]:
        found.pop()  # what is spoken of behind the last number matters to none
    for n, (line, numbers) in enumerate(zip(lines, found, strict=False)):
        ends, told = [0], []
        if topic == "foreign":
            topic = setting.topic
        if not topic and (first := topics().search(line.partition(";")[0])):
            topic = first.lastgroup or ""
        starts = [*(each.start for each in numbers[1:]), len(line)]
        for number, until in zip(numbers, starts, strict=False):
            is_later = len(ends) > 1
            left = _without_about(_before_the_bracket(line, ends, number)[-120:])
            ends.append(number.end)
            if number.value == 1 and (denied := NOT_EVEN_ONE.match(line, number.start)):
                number = number._replace(value=0, low=ZERO, high=ZERO, end=denied.end())
            told = _names_told(left) or told
            names = _names_told(left) or _names_again(left, told) or names
            if not (topic in DISPUTES and (IN_BRACKETS.match(left) or OF_THEM.fullmatch(left))):
                topic = topic_of(left, topic)
            if names and (not is_later or "分别" in left or left in JOINS):
                left = names.pop(0)
                topic = topic_of(left, topic)
            else:
                names = []
            is_to = left.endswith(TO_ENDS) and TO.fullmatch(left) and FROM_OR_BY.search(last_left)
            if is_to:
                left = FROM_OR_BY.sub("", last_left)
            around = _around(line, number, until, left, is_later=is_later)
            mention = _mention(n, around, topic, setting)
            if is_to:
                mention = mention._replace(period="", is_aside=False)
            elif TO.match(around.behind) and FROM.search(left):
                mention = mention._replace(period="last", is_aside=True)
            if is_of_years and _is_of_this_year(mention, setting.year):
                mention = mention._replace(kind=before, period="", is_aside=False)
            else:
                mention = _after(before, last_left, mention, is_later=is_later)
            yield mention
            before, last_left = mention.kind, mention.left
            is_of_years = bool(mention.period) and "累计" in mention.near
        topic = topic_of(line[ends[-1] :][:200], topic)


def _is_of_this_year(mention: Mention, year: int | None) -> bool:
    """自2022年以来累计233件，其中2024年77件: the same, of the report's own year."""
    said = OF_THE_YEAR.fullmatch(mention.near)
    is_own = said and (said["year"] is None or said["year"] == str(year))
    return bool(is_own and not mention.kind)


OF_THE_YEAR = pattern_of("(?:其中:?)?(?:(?P<year>20[0-9]{2})年度?|本年度?|今年|当年)(?:为|有|共)?")
# 需要另行制作的一件也没有
NOT_EVEN_ONE = pattern_of(
    "[一1](?:件|起|宗|份|例|部|个|项)(?:也|都)(?:没有|没|无|未有|未发生)(?=[,;。)]|$)"
)
ZERO = Decimal(0)
ABOUT = pattern_of(
    "(?:大约|(?<!村规民)(?<!公)(?<!契)约|将近|接近|近|超过|超|逾|不少于|至少|突破|达到?近|不足|不到|少于|不超过)$"
)
IN_BRACKETS = pattern_of(
    "[(](?:不含|含|另有|其中)?[^()申请]*结转[^()申请]*$"
)  # of what is told before
# 复议6件：上年结转1件，…
OF_THEM = pattern_of(
    "[:,;、](?:其中:?)?(?:含|另有)?(?:上年度?|年初|20[0-9]{2}年度?)?结转(?:的|案件|复议|诉讼)*"
)
JOINS = frozenset(("、", ",", "和", "及", "与"))
# 由31件降至28件
FROM = pattern_of("(?:由|从)(?:(?:上年|去年|20[0-9]{2}年)(?:度|同期)?的?|(?:年|期)初的?)?$")
# 同比减少4件，降至3件
FROM_OR_BY = pattern_of(
    f"{FROM.pattern}|(?:同比|(?:较|比)(?:上年|去年)度?)(?:减少|增加|下降|上升)了?$"
)
TO = pattern_of("(?:,)?(?:下降|上升|增加|减少|增长|回落)?(?:降|升|增|减|达)?(?:至|到|为)")
TO_ENDS = ("至", "到", "为")


@lru_cache(maxsize=4096)
def _without_about(left: str) -> str:
    return ABOUT.sub("", left)


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


OUT_OF_BRACKET = pattern_of("[^()0-9,;:。]{0,6}[)](?:共计?|合计|总计|计|为|有|的|约|超过?)*")


def _names_told(left: str) -> list[str]:
    """行政复议、行政诉讼分别为: the names of the numbers that follow."""
    match = RESPECTIVELY.search(left) if "分别" in left else None
    if match is None:
        return []
    names = re.split("、|和|及|与", match["names"])
    return names if len(names) > 1 else []


def _names_again(left: str, told: Sequence[str]) -> list[str]:
    """复议、诉讼分别为5件、2件，分别被纠正1件、0件: of each of them what became of it."""
    match = ENDED_EACH.fullmatch(left) if told and "分别" in left else None
    return [f"{name}{match['end']}" for name in told] if match else []


ENDED_EACH = pattern_of(
    "[,;:](?:其中)?[,:]?(?:已|均)?分别(?:有|为|已|被|予以|结果)*(?P<end>维持|纠正|撤销|改变|败诉|胜诉|驳回|审结|未审结|终止)(?:了|的|为|有)*"
)
RESPECTIVELY = pattern_of(
    "(?P<names>[^,。;:]{2,60})分别(?:提出|提交|办理|办结|作出|做出|实施|收到|受理|审结)?(?:政府信息公开|信息公开)?(?:申请)?(?:为|是|有|共|达)?$"
)


def _around(line: str, number: Quantity, until: int, left: str, *, is_later: bool) -> Around:
    """`until` is where the next number begins, or the sentence ends."""
    words = BRACKETED.sub("", left) if "(" in left else left
    words = NO_MORE_HANDLED.sub("", words) if "不再处理" in words else words
    if is_later and NAMED_BEHIND.fullmatch(left):
        words = ""  # 2件为没有现成信息、3件为…
    near = _last_clause(words)
    if is_bare(near) and (ranked := RANKED.search(words)):
        near = ranked["name"]
    if is_later and not is_bare(words):
        words = AFTER_A_MARK.sub("", words, count=1)
    right = BEHIND_END.split(line[number.end : min(until, number.end + 30)], 1)[0]
    behind = line[number.end : min(until, number.end + 40)]
    if ("," in behind or "、" in behind) and (denied := THEN_NONE.search(behind)):
        behind = behind[: denied.start() + 1]
    return Around(line, number, left, words, near, right, behind)


NAMED_BEHIND = pattern_of("(?:申请)?(?:为|是|系|属于?|因)[^,;。:、()]{2,20}、")
# 行政执法案卷类最多，有9件; 以网络提交为主，共313件
RANKED = pattern_of(
    "(?:^|[,;:。])以?(?P<name>[^,;:。()0-9]{2,24}?)(?:在[^,;:。()0-9]{2,14}(?:居|排)[^,;:。()0-9]{1,6}|最多|较多|偏多|居首|居多|次之|其次|为主|占绝?大多数|占多数|占比最[大高]|最为集中)"
    ",(?:共|有|为|计|达|约)*$"
)


@lru_cache(maxsize=4096)
def _last_clause(words: str) -> str:
    return CLAUSE_END.split(words)[-1]


BRACKETED = pattern_of(r"\([^()]*\)")
# 逾期不补正、行政机关不再处理其申请的2件: the form's own name of the row
NO_MORE_HANDLED = pattern_of(
    "(?<=[正费纳证])[、,](?:行政机关|[我本][^,、。;]{1,3})?(?:依法)?不再处理(?:其|该)?(?:政府信息公开|信息公开)?申请(?=的?(?:共|有|计)?$)"
)
CLAUSE_END = pattern_of("[,;:。()]")
BEHIND_END = pattern_of("[,;:。()、/]")
AFTER_A_MARK = pattern_of("^[^,;。:、()]*[,;。:、()]")
THEN_NONE = pattern_of("[,、](?:也|均|并|亦|且)?(?:无(?!法(?!人))|没有|未(?!被|到)|不存在)")


@lru_cache(maxsize=8192)
def is_bare(words: str) -> bool:
    """Nothing that says what is counted: 共, 全年, 其中."""
    return not BARE.sub("", words)


BARE = pattern_of(
    "^(?:[、,;:—-]|全年|本年度?|年内|今年|目前|方面|共计|共有|共|总计|合计|累计|计|为|有|的|数量|件数|其中|分别|各|达)*"
)


def _mention(n: int, around: Around, topic: str, setting: Setting) -> Mention:
    line, number, near = around.line, around.number, around.near
    before = line[max(number.start - 300, 0) : number.start]
    depth = before.count("(") - before.count(")")
    period = period_of(line, number.start, near, setting.year)
    is_negated, is_beside = _is_put_aside(near)
    is_aside = bool(is_beside or period or is_negated)
    kind, is_of_some = "", False
    if not is_negated and not _is_foreign(near, around.right):
        kind = _kind(around, topic, setting)
        kind, is_of_some = _by_notions(kind, around, topic, setting)
        kind = "" if kind == REFUSED else kind
        kind = _with_what_follows(kind, around)
        kind = _of_the_year_before(kind, around, setting.year)
    if kind in TIMELESS or kind.endswith((".items_last_year", ".change.more", ".change.less")):
        period = ""
    if kind.endswith(".in_force") and period == "since":
        period = ""  # 历年文件继续有效
    return Mention(
        number,
        n,
        max(depth, 0),
        around.left,
        near,
        around.right,
        topic,
        scope_of(before) or _scope_behind(around.behind),
        period,
        is_aside,
        around.behind,
        kind,
        is_of_some=is_of_some,
    )


@lru_cache(maxsize=4096)
def _is_put_aside(near: str) -> tuple[bool, bool]:
    """Whether its clause denies it, or holds it beside others."""
    is_negated = NEGATED.search(near) is not None  # 没有一件申请逾期
    is_beside = COMPARED.search(near[-14:]) or AVERAGE.search(near)
    return is_negated, bool(is_beside)


@lru_cache(maxsize=4096)
def _is_foreign(near: str, right: str) -> bool:
    return FOREIGN_TO_ALL.search(f"{near}#{right}") is not None


NEGATED = pattern_of(
    "(?:没有|无|未有|未)(?:发生|出现|收到|引发|产生|接到|存在|受理|办理)?(?:过|任何)*$"
)
COMPARED = pattern_of(
    "不含|不包括|折合|较|比(?!例)|同比|增加了?$|减少了?$|增长了?$|下降了?$|多了?$|少了?$"
)
AVERAGE = pattern_of("平均|[月日人户周年]均(?!衡|等)")  # no part of anything
FOREIGN_TO_ALL = pattern_of("提案|(?<!复)议案|热线|工单|12345|信箱|留言|咨询|浏览|点击|阅读|粉丝")
TIMELESS = frozenset(("requests.carried_in", "requests.carried_out"))


def _with_what_follows(kind: str, around: Around) -> str:
    """“一件申请、一本台账” counts nothing; 公开25件（含部分公开5件） is of both."""
    number = around.number
    if number.value == 1 and around.line[: number.start].endswith(("“", '"')):
        return ""
    is_of_items = kind.endswith(".decisions") and number.unit in ("项", "个")
    if is_of_items and OF_A_CATALOGUE.search(around.line, 0, number.start):
        return ""  # 权责清单326项，其中许可88项
    if kind == "disputes.applicants" and NOT_TAKEN.search(around.behind):
        return ""
    if kind == "requests.granted" and WITH_PARTLY.match(around.behind):
        return "requests.granted+requests.partial"
    is_with_partly = kind in ("requests.granted", "") and "部分公开" in around.left
    if is_with_partly and WITH_PARTLY_BEFORE.search(around.left):
        return "requests.granted+requests.partial"
    if kind.startswith("requests.by.") and OF_SEVERAL.match(around.behind):
        return ""
    return "" if kind in OUTCOMES and WITH_ANOTHER.search(around.left) else kind


def _of_the_year_before(kind: str, around: Around, year: int | None) -> str:
    """2018年收到的2件于次年办结, in the report of 2019: what is carried on came in with it."""
    is_last_year = year is not None and f"{year - 1}年" in around.near
    is_last_year = is_last_year or LAST_YEAR.search(around.near) is not None
    is_its_end = is_last_year and LEFT_AT_ITS_END.search(around.near)
    came_then = is_last_year and CAME_THEN.search(around.near)
    is_told_so = NEXT_YEAR.search(around.right) or is_its_end or came_then
    if kind == "requests.carried_out" and is_last_year and is_told_so:
        return "requests.carried_in"
    return kind


LAST_YEAR = pattern_of("(?:上一?|去)年度?")
# 2023年12月收到、跨年办理的1件, in the report of 2024
CAME_THEN = pattern_of(
    "(?:年|月|日|[末底])(?:收到|受理|接收|提交|提出|登记|新收)(?![^,;。]*(?:次年|下年|翌年))"
)
LEFT_AT_ITS_END = pattern_of("20[0-9]{2}年[底末](?:尚|仍|还)?(?:未|没)")  # 2023年底尚未办毕的
NEXT_YEAR = pattern_of("次年|翌年|第二年")
OF_A_CATALOGUE = pattern_of("(?:权责|权力|责任|事项|执法)[^,;。0-9]{0,4}(?:清单|目录)")
NOT_TAKEN = pattern_of("不予受理|未予受理|未受理|撤回|撤销申请")
WITH_PARTLY = pattern_of(
    r"\((?:含|包括|其中)[^()0-9]*(?:部分公开|区分处理)"
)  # 25件（含部分公开5件）
# 予以公开（含部分公开）的117件
WITH_PARTLY_BEFORE = pattern_of(
    r"(?<!主动)(?<!不予)(?<!部分)公开(?:类答复|答复)?\((?:含|包括|包含)(?:予以)?部分公开\)(?:的?答复|申请|件|共|的|为|有|计)*$"
)
WITH_ANOTHER = pattern_of(r"\(含[^()]*\)(?:的?答复|申请|件|共|的|为|有)*$")
# 60件申请来自企业、律所等其他组织
OF_SEVERAL = pattern_of(
    "(?:政府信息公开|信息公开)?(?:申请)?(?:均|分别|主要)?(?:来自|由|为|是|系)[^,;。、0-9]{2,10}(?:、|和|及|与|或)[^,;。0-9]{2,}"
)
OUTCOMES = frozenset(
    f"requests.{name}"
    for name in ("granted", "partial", "denied", "unavailable", "unprocessed", "other", "withdrawn")
)
OUTCOME_ROWS = ("requests.denied.", "requests.unavailable.", "requests.unprocessed.")


# ---- what is spoken of


@lru_cache(maxsize=4096)
def topic_of(text: str, topic: str = "") -> str:
    """What is spoken of at the end of a text."""
    for match in topics().finditer(text):
        of_its_way = topic in WAYS_OF_SUITS and COURT.fullmatch(match[0])
        topic = topic if of_its_way else match.lastgroup or topic
    return topic


# 直接起诉3件，法院判决驳回诉讼请求2件: of those three
WAYS_OF_SUITS = frozenset(("suits_direct", "suits_after_review"))
COURT = pattern_of("法院..|判决|原告")


DISPUTES = frozenset(("disputes", "reviews", "suits", "suits_direct", "suits_after_review"))


# ---- of which time


def period_of(line: str, at: int, near: str, year: int | None) -> str:
    """The last year named before the number is not the report's."""
    if not _may_name_a_year(line[max(at - 160, 0) : at]):
        return ""
    named = list(OTHER_YEAR.finditer(line, max(at - 160, 0), at))
    if named and ")" in line:
        named = [
            each
            for each in named
            if each["year"] == str(year) or not _is_in_a_bracket(line, each.end(), at)
        ]
    if not named:
        return ""
    last = named[-1]
    if last["this"]:
        return ""
    years = {each["year"] for each in named if each["year"] and each.start() >= at - len(near)}
    if len(years) > 1:
        return "last"  # 2018年受理、2019年审结的
    if last["since"]:
        return "" if year and last["since"].startswith(str(year)) else "since"
    if last["year"] is None:
        glossed = GLOSS.match(line, last.end())
        begins = glossed.end() if glossed else last.start()
        return "last" if begins >= at - len(near) else ""
    if year is None or int(last["year"]) == year:
        return ""
    if last["than"] and last.start() < at - len(near):
        return "last" if JOINED_TO_THEN.fullmatch(line, last.end(), at) else ""
    return "last"


GLOSS = pattern_of(r"度?(?:同期)?\((?:即)?20[0-9]{2}年度?\)")  # 去年(2021年)公开231条
# 较2024年度的复议3件、诉讼2件明显减少: the second is of that year too
JOINED_TO_THEN = pattern_of("[^,;。:]*?[0-9]+[件起宗份]、[^,;。:0-9增减多少升降达至为]*")


def _is_in_a_bracket(line: str, begin: int, at: int) -> bool:
    """76件（2022年80件），其中57件: a bracket that is closed before it says nothing of it."""
    close = line.find(")", begin, at)
    return close >= 0 and "(" not in line[begin:close]


def _may_name_a_year(text: str) -> bool:
    return "年" in text or "期" in text or "来" in text


OTHER_YEAR = pattern_of(
    r"(?P<since>“?十[三四五]五”?期间|(?:开通|上线|开设|运行|成立|创办)以来|20[0-9]{2}年(?:度)?以来|[三五十]年(?:来|累计)|近[三五]年|历年(?!文件|公文|规范性|年报|年度报告))"
    r"|(?P<than>[较比同与])?(?<!转)(?<!转[至到入])(?<!延[至到])(?<!延期[至到])(?<!顺延)(?P<year>20[0-9]{2})年(?!以来|度?(?:未办)?结|度?遗留|(?:年?[底末]|度)?(?:尚|仍)?(?:未(?:办[结完]|答复|审结|了结)|遗留|剩余|在办))(?!度?[底末]?(?:以|之)?前[^,;。]{0,6}(?:制定|印发|出台|制发|发布|公布))"
    r"|(?P<this>今年|本年|当年|年内)"
    r"|去年(?!年?[底末](?:尚|仍)?(?:未|遗留|剩余|在办))|上年(?!度?(?:未办)?结|年?[底末](?:尚|仍)?(?:未|遗留|剩余|在办))|上一年(?!度?(?:项目|结转|未办))|同期|往年|近年"
)


# ---- whose


def scope_of(before: str) -> str:
    """Whose numbers they are: the last that is named before the number."""
    last, end = "", 0
    text = BRACKETED.sub("", before) if "(" in before else before
    for match in _scopes().finditer(text):
        named, joined = match.lastgroup or "", text[end : match.start()]
        if last == "whole" and named == "units" and match.start() - end < 8:
            continue  # 全市各县区、各部门
        if last in ("own", "office", "government", "body") and JOINED.fullmatch(joined):
            named = JOINED_SCOPES.get(named, named)
        last, end = named, match.end()
    return last


@cache
def _scopes() -> re.Pattern[str]:
    return pattern_of(
        # what any of them begins with
        "(?=[代政办机全内汇系各县市区省部乡镇州旗我本街下所直基0-9])"
        "(?:(?P<body>(?<![向由对在经被与和送给报及])[县市区省州](?!政府|人民政府|级|直|本级)[一-龥]{2,8}?(?:局|委员会|委|厅|总队|支队|大队)"
        "(?=[,:]|全年|本年|年内|共|收到|受理|办理|直接|新收|承办|答复|被|败诉|发生|作为|因))"
        "|(?P<office>代(?:表)?[县市区省]政府|(?:政府)?办公[室厅](?:本(?:机关|级|室|厅|办))?|政府办(?!公|理)(?:本(?:机关|级|办))?|政务公开办|(?<!行政)(?<!复议)(?<!司法)(?<!执法)机关(?!单位|、|各))"
        "|(?P<whole>[县市区省州]内各|全[县市区省州旗盟系](?:[0-9]{1,3}(?:个|家)(?:街道|乡镇|镇|部门|单位))?|汇总(?!、|加工|整理|表)|全国)"
        "|(?P<units>(?:(?<=[余他它外另有])[0-9]{1,3}(?:个|家)(?=共?(?:未|均|全年|合计)*(?:收到|受理|接收)))|系统(?!登记|收到)|各(?:[县市区部乡镇街单地级]|行政)|(?:[县市区省](?:级|直|属)?)?(?<![本我])(?:各)?部门|[县市区省]级(?:各)?行政机关|(?:下属|所属|下辖|直属|基层)(?:各)?(?:事业)?(?:单位|分局|支队|大队|机构)|各?乡镇|县区|区县|县[(]市、区[)]|[0-9]{1,3}(?:个|家)(?:街道|乡镇|镇|部门|单位))"
        "|(?P<government>[县市区省州旗镇乡](?:人民)?政府(?!办|信息|网|门户|采购|集中)|[县市区省]本级|[县市区省]级(?=行政|许可|处罚|机关|单位|收)|本级)"
        "|(?P<own>我[镇乡局委办院厅县市区街单机中部]|本[镇乡局委办院厅街单机中部]|街道))"
    )


def _scope_behind(behind: str) -> str:
    """提起复议的417件，占全省办结量的1.4%: of all bodies, or of one that is not named."""
    return "whole" if OF_THE_REGION.match(behind) else ""


OF_THE_REGION = pattern_of("[,(]?占全[省市县区州盟旗](?:[^,;。:()0-9]{0,10}量)?[(的为约]*")
JOINED = pattern_of(
    "(?:单位)?(?:及|和|与|、|以及|(?:及)?其)(?:其|全)?(?:所辖|下辖|所属|下属|直属|工作|各)*[县市区省]?"
)
# 县政府及办公室 is the government; 县政府及各部门 is all of it
JOINED_SCOPES = {"office": "government", "units": "whole"}


# ---- what is counted


def _kind(around: Around, topic: str, setting: Setting) -> str:
    line, number, behind = around.line, around.number, around.behind
    if "《" in around.near:
        around = around._replace(near=untitled(around.near), words=untitled(around.words))
    near = unquoted(around.near)
    if _is_planned(near, around.right):
        return ""
    if DOUBTFUL.search(line, max(number.start - 2, 0), number.end + 1):
        return ""
    if topic == "requests":
        if row := row_by_what_follows(near, behind):
            return row
        if SOME_OF_THEM.search(near) and _is_carried_over(behind, setting.year):
            return "requests.carried_out"
        if several := several_of(near):
            return REFUSED if several in NO_KIND else several
    if topic in DISPUTES and _is_of_another_cause(near, around, setting):
        return ""
    topic_behind = topic_of(unquoted(around.right))
    for said in _sayings(near, around):
        for each in dict.fromkeys((topic_behind or topic, topic)):
            kind = kind_of(said, each, number, setting.year)
            if kind and each == "requests" and not _is_request(kind, near, around, setting):
                return REFUSED
            if kind:
                kind = _as_said(kind, each, near, line[: number.start])
                return _by_its_reason(kind, around) or kind
        if kind := kind_of_any_topic(said, number.unit, setting.year):
            return kind
    if topic == "requests" and SUCH.fullmatch(near):
        return _row_decided(line[: number.start - len(near)])
    return ""


def _by_notions(kind: str, around: Around, topic: str, setting: Setting) -> Read:
    """The row that the clause names, where no wording told more than that there is one."""
    told = Read(kind, is_of_some=False)
    if around.number.unit not in COUNTED_AS_CASES or _is_planned(around.near, around.right):
        return told
    near = _of_its_own(around)
    said = Said(*map(unquoted, (around.words, near, around.right, around.behind)))
    if topic == "requests" and kind == REFUSED and ASKED_AS_A_PETITION.search(said.near):
        row = request_row(said, setting.year)
        return row if row.kind == "requests.unprocessed.petition" else told
    if topic == "requests" and kind in GROUPS:
        row = row_of_group(kind, said)
        return row if row.kind else told
    if topic == "requests" and kind in ASKED and (asker := applicant(said)).kind:
        return asker if kind or _is_request(asker.kind, said.near, around, setting) else told
    is_denied = kind == "requests.granted" and NOT_GIVEN.search(said.near)
    if topic == "requests" and (not kind or kind in FLOWS or is_denied):
        row = request_row(said, setting.year)
        is_ours = kind or _is_request(row.kind, said.near, around, setting)
        return row if row.kind and is_ours else told
    if topic in DISPUTES and (not kind or kind in TOTALS):
        is_alone = kind and not VAGUE.fullmatch(said.near)
        row = dispute_row(topic, said._replace(right="", behind="") if is_alone else said)
        is_ours = row.kind and not _is_of_another_cause(said.near, around, setting)
        return row if is_ours else told
    return told


def _of_its_own(around: Around) -> str:
    """维持5宗、终止1宗: behind the number before, the words of its own begin with the mark."""
    is_later = around.line.rfind(around.left, 0, around.number.start) > 0
    if not is_later or around.left != around.near:
        return around.near
    return BEFORE_ITS_OWN.sub("", around.near, count=1)


BEFORE_ITS_OWN = pattern_of("^[^、和及与]*[、和及与]")
# 就信访事项以信息公开名义提出的申请3件，不再按信息公开程序处理
ASKED_AS_A_PETITION = pattern_of(
    "(?:信访|投诉|举报)[^,;。]{0,6}(?:以|借)[^,;。]{0,4}信息公开[^,;。]{0,8}申请"
)
NOT_GIVEN = pattern_of("[未没]予?公开的?$")
COUNTED_AS_CASES = frozenset(("件", "宗", "起", "份", "例", "项", "条"))


def _by_its_reason(kind: str, around: Around) -> str:
    """因申请内容为过程性信息，3件不予公开: the row that the reason names."""
    if kind not in ("requests.denied", "requests.unavailable", "requests.unprocessed"):
        return ""
    said = REASON.fullmatch(around.left)
    row = _row_named(said["why"]) if said else ""
    is_plain = said is not None and is_explained(row, said["why"], "")
    return row if row.startswith(f"{kind}.") and is_plain else ""


REASON = pattern_of(
    "(?:.*[,;])?(?:[一二三四五六七八九]是)?(?:对|因为?|由于)?(?P<why>[^,;。:0-9]{3,24})"
    ",(?:[有共]|依法|决定|认定|作出|答复|告知|的|不予?公开|无法提供|不予处理|不再处理)*"
)


@lru_cache(maxsize=4096)
def row_by_what_follows(near: str, behind: str) -> str:
    """对要求公开会议纪要的2件申请，因属于内部事务信息，不予公开: the row that is told behind it."""
    said = DECIDED_BEHIND.match(behind) if "," in behind else None
    if said is None or PARTED_BEHIND.search(said["why"]) or _row_named(near):
        return ""
    is_open = is_bare(near) or near.endswith("的") or near in ("对", "有", "另有")
    return _row_decided(said["why"]) if is_open else ""


DECIDED_BEHIND = pattern_of(
    "(?:[^,;。:、0-9]{2,24}的)?(?:政府信息公开|信息公开)?(?:申请)?,(?:经[^,;。0-9]{2,12},)?(?:均|都)?(?:因为?|由于|以|属于?|系)(?P<why>[^;。0-9]{4,60})"
)
# of some of them otherwise
PARTED_BEHIND = pattern_of("(?<!不)(?<!部分)(?:同意|予以)公开|部分|分别|其中|有的|征求")


# …信访、举报类诉求，我局依法不予处理，此类共4件
SUCH = pattern_of(
    "(?:此类|该类|这类|这类情形|此类情形|此类申请|上述情形|该情形)(?:申请|情形|情况|的|全年|共计?|合计|有|为)*"
)


def _row_decided(text: str) -> str:
    row = _row_named(text)
    decided = DECIDED_AS.get(".".join(row.split(".")[:2]))
    return row if decided and decided.search(text) else ""


DECIDED_AS = {
    "requests.denied": pattern_of("不予?公开"),
    "requests.unavailable": pattern_of("无法提供|不存在|不掌握"),
    "requests.unprocessed": pattern_of("不予(?:重复)?处理|不再(?:重复)?处理"),
    "requests.other": pattern_of("不再处理|放弃|终止|终结"),
}


def _row_named(text: str) -> str:
    """The row that a text speaks of, if it is one alone."""
    rows = {row for row, named in ROWS_NAMED if named.search(text)}
    return rows.pop() if len(rows) == 1 else ""


def names_a_row(text: str) -> bool:
    return any(named.search(text) for _, named in ROWS_NAMED)


ROWS_NAMED = tuple(
    (f"requests.{row}", pattern_of(named))
    for row, named in (
        ("denied.state_secret", "国家秘密"),
        ("denied.third_party", "第三方|商业秘密|个人隐私"),
        ("denied.internal_affairs", "内部事务"),
        ("denied.process_info", "过程性"),
        ("denied.case_file", "执法案卷"),
        ("denied.admin_inquiry", "行政查询"),
        ("denied", "危及|法律、?行政法规"),
        ("unavailable.not_held", "不掌握|信息不存在|未制作|未获取"),
        ("unavailable.needs_creation", "现成信息|另行制作|加工"),
        ("unavailable.unclear", "不明确|不清楚"),
        ("unprocessed.petition", "信访|举报|投诉"),
        ("unprocessed.repeat", "重复"),
        ("unprocessed.excessive", "大量|反复|频次"),
        ("unprocessed.publication", "出版物"),
        ("other.not_corrected", "[不未]补正"),
        ("other.fee_unpaid", "[不未][^,;。]{0,6}缴"),
    )
)


# 《…办法》等规范性文件1件
TITLED = pattern_of("《[^》]{2,60}》(?=等?(?:行政)?规范性文件)")


def untitled(text: str) -> str:
    return TITLED.sub("", text) if "《" in text else text


QUOTES = pattern_of("[“”\"'‘’「」『』《》]")


@lru_cache(maxsize=4096)
def unquoted(text: str) -> str:
    return QUOTES.sub("", text)


@lru_cache(maxsize=4096)
def _is_planned(near: str, right: str) -> bool:
    return PLANNED.search(near) is not None and CARRIED.search(near + right) is None


PLANNED = pattern_of(r"计划|力争|拟(?!修[改订])|目标|下一年|明年(?!度?结转)|预计")
CARRIED = pattern_of("结转|转结|顺延")
DOUBTFUL = pattern_of(r"[\ufffd?？]")
SOME_OF_THEM = pattern_of("其中|还有|尚有|仍有|其余|剩余|余下|剩下|(?:^|,)(?:有|另|除)")
CARRIED_OVER = pattern_of(
    "(?:(?!无|没有)[^。;0-9]){0,30}?(?:结转|转结|顺延|转入|转至|转到|延至)(?:至|到)?(?:下|次|明|翌|来|(?P<year>20[0-9]{2})年)"
    "[^,。;0-9]{0,12}[,。;]"
)


def _is_carried_over(behind: str, year: int | None) -> bool:
    match = CARRIED_OVER.match(behind)
    if match is None or (match["year"] and year and int(match["year"]) != year + 1):
        return False
    return DENIES_IT.search(match[0]) is None


DENIES_IT = pattern_of("未(?!届满|到|满|届)")
REFUSED = "none"  # it is known to count something else
NO_KIND = frozenset(("none", "requests.none", "requests.combined", "disputes.none"))


def _sayings(near: str, around: Around) -> Iterator[str]:
    """The words that may say what a number counts (`#`), those of its clause first."""
    right = unquoted(around.right)
    yield f"{near[-60:]}#{right}"
    is_left_over = LEFT_OVER.fullmatch(near) is not None
    if not is_bare(near.rpartition("、")[2]) and not is_left_over:
        return
    if not around.line.startswith(")", around.number.end):
        behind = re.split("[。;]", around.behind)[0].replace(",", "")
        yield f"{near[-60:]}#{unquoted(behind)}"
    if is_left_over:
        return
    said = _without_denied(unquoted(around.words))[-60:]
    yield f"{said.replace(',', '').replace(':', '')}#{right}"


LEFT_OVER = pattern_of("(?:其余|剩余|余下|剩下|另)的?有?")


def _without_denied(left: str) -> str:
    """无上年度结转，其中3件: what is denied is counted by no number behind it."""
    *before, last = WITH_ITS_MARK.split(left)
    return "".join(each for each in before if not DENIED.match(each)) + last


WITH_ITS_MARK = pattern_of("(?<=[,;])")
DENIED = pattern_of(
    "(?:本年度?|全年|当年|[也均且亦但并另])*(?:无(?![法关效需须论])|没有(?!现成)|不存在|未有|未(?:发生|收到|产生|接到|出现))"
    "[^,;0-9]*[^,;0-9的][,;]"
)


def _as_said(kind: str, topic: str, near: str, before: str) -> str:
    """The kind by what else its clause and its sentence say."""
    if kind == "requests.answered" and NOT_DONE.search(near):
        return ""  # 年底前没能办结的11件
    if kind == "requests.dealt" and TAKEN_AND_DEALT.search(near):
        return "requests.received"  # 接收处理公众提出的申请74件
    if kind == "requests.carried_in" and NEW_AND_OLD.search(near):
        return "requests.due"  # 当年新收和上年结转相加247件
    if kind == "requests.received" and DONE.search(near) and not TOOK.search(near):
        kind = "requests.answered"  # 办结的依申请公开件5件
    if kind == "requests.received" and not _is_new(near) and PARTED.search(before):
        kind = "requests.received.part"
    if kind == "requests.received.part" and _is_every_way(near):
        kind = "requests.received"
    if kind.startswith("requests.by.") and MANY_ASK.search(near):
        return "requests.received"
    if kind.startswith("requests.by.") and "+" in (several := applicants_of(near)):
        return several
    is_of_both = topic in DISPUTES and OF_BOTH.search(before[-MOST_OF_A_NAME:])
    if topic == "disputes" and BEFORE_A_COURT.search(near):
        topic = "suits"  # 法院终审判我方败诉的1件
    return REFUSED if kind in NO_KIND else _of_topic(kind, "disputes" if is_of_both else topic)


# 受理村民和企业申请共12件
MANY_ASK = pattern_of(
    "(?:村民|居民|群众|市民)(?:个人)?(?:和|及|与|、|以及)(?:各类|辖区|商业)*(?:企业|公司|单位)"
)
NOT_DONE = pattern_of("(?:没能|未能|没有|不能)(?:按[期时]|及时|如期)?(?:办[结完]|答复|审结)")
TAKEN_AND_DEALT = pattern_of("(?:收到|接收|受理|接到)(?:并|、|和|、)?(?:办理|处理|承办)")
NEW_AND_OLD = pattern_of(
    "新[收增接][^,;。]{0,8}(?:和|与|及|加|、|连同)[^,;。]{0,6}(?:结转|遗留|未办结)"
)
DONE = pattern_of(
    "(?:办结|办完|办复|答复)(?:了|的|完毕)*(?:群众|社会)?(?:政府信息公开|信息公开|依申请公开|公开)?的?(?:申请|件|事项)"
)
TOOK = pattern_of("[收受接]|登记|提交|提出|新增")
BEFORE_A_COURT = pattern_of("^(?!.*复议).*(?:法院|败诉|胜诉|判决)")
# 复议12件、诉讼7件，两类案件中尚未审结的共3件
OF_BOTH = pattern_of(
    "(?:[两二2](?:类|者|项)|复议(?:案件)?[、和及与](?:行政)?诉讼|诉讼(?:案件)?[、和及与](?:行政)?复议)[^,;。:]*$"
)
MOST_OF_A_NAME = 20


@lru_cache(maxsize=4096)
def _is_new(near: str) -> bool:
    return bool(NEW.search(near) or ITSELF.search(near))


NEW = pattern_of("^(?:其中)?(?:本年度?|当年|今年)?新[收增]")
ITSELF = pattern_of(
    "^(?:其中)?[:,]?(?:涉及?|属于?|属|由于?|因)?(?:政府)?(?:信息公开|依申请公开)"
    "(?:类|案件|方面|领域|引起|引发|产生|的)*"
    "(?:申请|行政复议|复议|行政诉讼|诉讼|案件|的|$)"
)
PARTED = pattern_of("(?:其中|分别)[^。;]*$")


def _is_every_way(near: str) -> bool:
    """当面、来信及网上递交的申请合计44件 is no part."""
    ways = list(CHANNEL_OF_REQUEST.finditer(near))
    if len(ways) < 2 or "其中" in near:
        return False
    between = [near[a.end() : b.start()] for a, b in pairwise(ways)]
    return all(JOINS_WAYS.fullmatch(each) for each in between)


CHANNEL_OF_REQUEST = pattern_of(
    "书面|网络|网上|网站|平台|信函|邮寄|邮件|当面|现场|来信|传真|线上|线下"
)
JOINS_WAYS = pattern_of("(?:申请|提交|递交|寄送|平台|渠道|方式)?(?:、|和|及|与|或|以及)")


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


def _is_of_another_cause(near: str, around: Around, setting: Setting) -> bool:
    """因征收补偿引发行政诉讼11件; 复议7件，其中政府信息公开类0件."""
    line, number = around.line, around.number
    if FOR_OTHERS.search(line[max(number.start - 120, 0) : number.start]):
        return True
    if "信息公开" in near:
        return False
    if is_bare(near) and OTHER_CAUSE.search(line[: number.start]):
        return True  # 因征收引发2件，因信息公开引发1件，共3件
    if _is_of_others(line[: number.start], near):
        return True
    told_of_them = line[number.end : number.end + 80].partition("。")[0]
    if OF_WHICH_DISCLOSURE.search(told_of_them) or MOSTLY_OTHERS.search(told_of_them):
        return True
    if ALL_OF_OTHERS.search(told_of_them.partition(";")[0]):
        return True
    if ALL_SORTS.search(near) or ("应诉" in near and not setting.is_of_disclosure):
        return True
    behind = re.split("[。;]", around.behind)[0]
    told = re.split("[,。;]", around.behind)[0]
    is_other = OTHER_CAUSE.search(told) and not OF_DISCLOSURE.search(told)
    return bool(OTHER_CAUSE.search(near) or is_other or NOT_OF_DISCLOSURE.search(behind))


def _is_of_others(before: str, near: str) -> bool:
    """县司法局受理行政复议申请156件; 不服行政处罚决定申请复议的8件，维持7件."""
    if AS_AN_AUTHORITY.search(before) and not AGAINST_US.search(before):
        return True
    if OF_THE_YEAR_BEFORE.search(near):
        return True
    return "公开" not in before and ANOTHER_ACT.search(before) is not None


AS_AN_AUTHORITY = pattern_of(
    "(?:司法[局厅]|(?<!人民)(?<!至)(?<!到)(?<!向)(?:人民)?法院|复议委员会)(?:全年|年内|本年度?|依法|共|全省|全市|全县)*"
    "(?:受理|收到|办结|审结|办理|新收)[^;。]*$"
)
AGAINST_US = pattern_of("公开|我[县市区]|[我本][镇乡局委街办机]|被告|被申请人|涉诉")
OF_THE_YEAR_BEFORE = pattern_of("(?:上一?年|去年)度?(?:受理|收到|立案|发生)")
ANOTHER_ACT = pattern_of(
    "不服[^,;。]{0,12}(?:处罚|许可|强制|征收|拆除|确权|补偿|认定)[^,;。]{0,6}|因[^,;。]{0,10}(?:征收|拆迁|补偿|处罚)[^,;。]{0,8}(?:提起|引发|申请)"
)
# 以市政府为复议机关的复议案件208件，其中信息公开类33件: of others' decisions
FOR_OTHERS = pattern_of("(?:[作以][^,。;0-9]{0,12}为|作为|担任)(?:行政)?复议(?:机关|机构)[^。;]*$")
OF_WHICH_DISCLOSURE = pattern_of(
    "[,;、(](?:其中)[,:]?(?:涉及?|属于?|因|由于?)?(?:政府)?信息公开[^,;。0-9]{0,12}[0-9]"
    "|[,;、(](?:涉及?|属于?)?(?:政府)?信息公开(?:类|领域|方面)(?:的|案件|为|有|共)*[0-9]"
    "|;(?:政府)?信息公开(?:类|领域|方面)(?:的|案件)*(?:分别)?(?:为|有)?[0-9]"
    "|[,;、(](?:其中:?)?(?:由于?|涉及?|属于?)(?:政府)?信息公开[^,;。0-9]{0,8}[0-9]"
    "|"
    "[,;、(](?:其中:?)?(?:涉及?|属于?|因)(?:政府)?信息公开(?:申请)?(?:类|方面|工作)?(?:的|案件|引发|行政|复议|诉讼)*(?:有|为|共)?[0-9]"
)
MOSTLY_OTHERS = pattern_of("[,;]以(?:(?!公开|信息|答复)[^,。;]){2,14}(?:为主|居多)")
ALL_SORTS = pattern_of(
    "(?:各类|各种|所有|其[他它]类?型?|非信息公开类?)(?:行政)?(?:复议|诉讼|应诉|案件)"
)
OTHER_CAUSE = pattern_of(
    "因(?:(?!不服|答复|申请|信息公开|政府信息)[^#,]){1,20}(?:引发|引起|产生|提起|导致)的?"
)
OF_DISCLOSURE = pattern_of("信息公开|公开|答复")
# 申请复议3件、诉讼1件，均与信息公开无关
ALL_OF_OTHERS = pattern_of(
    "(?:均|都|全部)(?:与(?:政府)?信息公开(?:工作)?无关|不(?:涉及?|属于?|含)(?:政府)?信息公开"
    "|(?:为|系|属于?)?非(?:政府)?信息公开)"
)
NOT_OF_DISCLOSURE = pattern_of(
    r"[^0-9]*?(?:与(?:政府)?信息公开(?:工作)?无关|不(?:涉及?|属于?|含)(?:政府)?信息公开|非(?:政府)?信息公开|(?:各类|其他)案由"
    r"|其中:?(?:涉及?|属于?)?(?:政府)?信息公开)"
)


def _is_request(kind: str, near: str, around: Around, setting: Setting) -> bool:
    line = around.line
    if kind.startswith("requests.carried") and OF_PROJECTS.search(line):
        return False
    if kind == "requests.received" and NO_REQUEST.search(line):
        return False
    if kind.startswith("requests.received") and A_PAPER.search(near):
        return False
    if PAPERS.match(around.right) or (PAPERS_PARTED.search(line) and "收到" not in line):
        return False
    if "主动公开" in line and OF_EVERY_DOCUMENT.search(line):
        return False
    if kind == "requests.received" and OF_WHICH_REQUESTS.match(around.behind):
        return False
    if kind.endswith("fee_unpaid") and OF_OTHER_FEES.search(line):
        return False
    if setting.topic != "requests" and _is_of_documents(line):
        return False
    if kind.startswith("requests.unprocessed.petition"):
        if RECEIVED_BY_ITSELF.search(near) and "申请" not in near + around.right:
            return False
        return "申请" in setting.heading or "申请" in line
    said = near.replace("诉求", "") if kind.startswith(OUTCOME_ROWS) else near
    return not FOREIGN.search(said)


# 收到投诉举报事项120件: no requests
RECEIVED_BY_ITSELF = pattern_of("(?:收到|受理|接[到收]|办理|登记)[^#]{0,8}(?:信访|投诉|举报)")
# 立法计划共安排项目9件，其余7件结转下年
OF_PROJECTS = pattern_of("^(?!.*(?:申请|收到|受理|新收)).*(?:项目|立法|资金|课题|工程|采购)")
PAPERS = pattern_of("公?文件?|材料")  # 3份文件未予公开
PAPERS_PARTED = pattern_of("(?:公文|发文|制文)[^。]*依申请公开[0-9]+[^。]*不予公开[0-9]")
A_PAPER = pattern_of("(?:答复|告知|决定|通知)书")  # 邮寄答复书20份
NO_REQUEST = pattern_of("不作为[^,。;]{0,12}申请|不属于政府信息公开申请")
OF_EVERY_DOCUMENT = pattern_of(
    "主动公开[^,。;0-9]{0,4}[0-9]+[^。;0-9]{1,3}依申请公开[^,。;0-9]{0,4}[0-9]+[^。;0-9]{1,3}不予?公开"
)
# 受理事项15件，其中公开申请9件
OF_WHICH_REQUESTS = pattern_of(
    "(?!申请)[^,;。:0-9]{0,6}[,(;]其中[,:]?(?:属于?|涉及?)?(?:政府)?(?:信息)?公开(?:类)?申请(?:的|类|为|有)*$"
)
OF_OTHER_FEES = pattern_of("罚款|罚没|[水电气热]费|医保|社保|养老|税|物业|土地出让|学费|租金")
FOREIGN = pattern_of(
    "提案|(?<!复)议案|热线|工单|12345|信箱|留言|咨询|投诉|举报|信访|诉求|救助|低保|宅基地|入党|补贴申请|许可申请|更正|各类申请|补正申请|补充申请"
)


def _is_of_documents(line: str) -> bool:
    """公文236件，其中主动公开41件、依申请公开12件、不予公开183件."""
    if "公开" not in line or "收到" in line:
        return False
    return OF_PAPERS.search(line) is not None


OF_PAPERS = pattern_of(
    "(?:公文|文件|发文)[^。]*主动公开|(?:公文|发文|制文)[^。]*依申请公开[^。]*不予公开"
)


# ---- what the number before says of it


def _after(before: str, last_left: str, mention: Mention, *, is_later: bool) -> Mention:
    """What it counts, by the kind of the number before it and the words before that."""
    is_untold = is_later and not mention.kind
    if is_untold and _is_of_one_body(mention):
        mention = mention._replace(kind=before if before in OF_ONE_BODY else "")
        is_alone = A_BODY_ALONE.fullmatch(mention.near)
        return mention._replace(scope="office") if is_alone else mention
    if is_untold and IN_THE_TABLE.fullmatch(mention.near):
        return mention._replace(kind=before)
    if before.startswith("requests.by.") and OTHERS_ALONE.fullmatch(mention.near.lstrip("、,和及")):
        return mention._replace(kind="requests.by.other_org")
    if _is_other_outcome(mention, before):
        return mention._replace(kind="requests.other")
    if _is_one_of_contents(mention, before):
        return mention._replace(kind="")
    if is_untold and _is_only_named(mention):
        return mention._replace(kind=_same_fate(before, mention.topic))
    if is_untold and _is_of_what_was_issued(last_left, mention):
        return mention._replace(kind=f"{mention.topic}.issued")
    return mention


OF_ONE_BODY = frozenset(("requests.received", "disputes.reviews", "disputes.lawsuits"))
IN_THE_TABLE = pattern_of(
    "(?:见|即)?(?:附?表[一二三四]?[中内里]?|表格[中内]?)(?:数据|填报)?(?:为|是|填)?"
)


def _is_of_one_body(mention: Mention) -> bool:
    return bool(OWN_ALONE.fullmatch(mention.near) or A_BODY_ALONE.fullmatch(mention.near))


OWN_ALONE = pattern_of(
    "(?:其中:?)?(?:我|本)(?:街道|[镇乡局委办院厅县市区街单机中])(?:机关|单位|本级|收到|受理|为|有|是|共)*"
    "|其中:?(?:本年度?|今年|当年)(?:为|有|是|收到|受理|新收)*"
)
A_BODY_ALONE = pattern_of(
    "其中:?[^,;。0-9]{0,8}[局委厅](?:机关|本级|本机关|本部)?(?:直接)?(?:收到|受理|为|有|是|共)*"
)


def _is_other_outcome(mention: Mention, before: str) -> bool:
    """予以公开3件，其他2件; but 其他5件公开 is said of what is left."""
    is_alone = before in OUTCOMES and OTHERS_ALONE.fullmatch(mention.near.lstrip("、"))
    is_parted = PARTED_AGAIN.match(mention.behind)
    return bool(is_alone and not is_parted and not OUTCOME_SAID.match(mention.right))


# 其他7件分别为不掌握4件、信访3件: what is left, by its own results
PARTED_AGAIN = pattern_of("(?:申请)?[,:(]?(?:分别|其中|包括|均|都|主要|因|系|属|为|依法)")
OTHERS_ALONE = pattern_of("其[他它](?:的|情形|情况|类|方式|处理|共|为|有)*")
OUTCOME_SAID = pattern_of(
    "(?:均|都|全部|已|依法|予以|作出|答复|同意|部分|不予?|无法)*(?:公开|提供)"
)


def _is_one_of_contents(mention: Mention, before: str) -> bool:
    """涉及用地审批的11件、不动产登记的3件: what they ask about, and no flow of requests."""
    if mention.kind not in OF_ALL_REQUESTS:
        return False
    is_item = not before and mention.left.startswith("、") and mention.near.endswith(("的", "类"))
    return is_item or OF_CONTENTS.fullmatch(mention.near) is not None


OF_ALL_REQUESTS = frozenset(f"requests.{name}" for name in ("received", "answered", "dealt", "due"))
OF_CONTENTS = pattern_of("(?:其中)?(?:涉及|关于|有关|属于?)[^,;:。]{2,20}(?:的|类|方面|领域)")


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


NONE_OF_DOCUMENTS = {
    "normative_documents": ("normative_documents.issued", "normative_documents.repealed"),
    "regulations": ("regulations.issued", "regulations.repealed"),
}
