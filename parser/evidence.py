"""On what evidence numbers are parts of a whole, and a list is all there is of it.

A part is surely one where its list begins right behind the whole (其中, 包括, a bracket, a colon),
and nothing but names, evenly joined, stands between: 加上, 占, 不包含, a verb or a number of
anything else make it another's number. Such a list that also ends with its sentence or bracket
names all parts. Of the consistent sentences of tests/attacks/prose all lists told so add up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from nianbao.parser.patterns import pattern_of
from nianbao.parser.tokens import Token

LONGEST_NAME = 18
WHAT_IT_COUNTS = (
    "(?:参加|参训|参会|参与|政府|政务|信息|公开|申请|案件|答复|办结|人员|文件|稿件|材料|建议|提案|决定|内容|事项|类|的|等"
    "|总计)*"
)
CUE = (
    "(?:其中[,:]?|包括:?|包含:?|内[含有]|含|分别(?:为|是|有):?|(?<=,)(?:为|即|系)(?=[^,;。:0-9]{2,12}[0-9])|依次为|具体(?:为|是|如下)?:|分布如下:"
    "|构成:|分为:?|(?:从|按)[^,。;:0-9]{2,12}?(?:看|分类?|划分|统计)[,:]?|按[^,。;:0-9]{2,8}:"
    "|申请(?:方式|渠道|途径)(?:为|是|有)?[,:]?|在?(?:各类|上述|全部|所有|以上)[^,。;:0-9]{0,6}中,?)"
)
ALL_OF_IT = (
    "(?:,(?:均|全部|都)[^,;。:()0-9]{1,24}|,(?:涵盖|覆盖|通过)[^;。:()0-9]{1,24}"
    "|,(?:同比|(?:较|比)(?:上年|去年|20[0-9]{2}年))[^,;。:()]{0,12}%)?"
)
RIGHT_BEHIND = pattern_of(
    f"{WHAT_IT_COUNTS}(?:{ALL_OF_IT}[,;:、]?[(〔\\[]?{CUE}|,?[(〔\\[](?:{CUE})?|{ALL_OF_IT}:(?:{CUE})?)"
)
OVER_A_STOP = pattern_of(f"{CUE}")
OVER_ASIDES = pattern_of(f"[)]?(?:[,;]{CUE}|:(?:{CUE})?)")  # 2846条，同比增加312条；其中…
INSIDE_OF_IT = pattern_of(f"{WHAT_IT_COUNTS}[当之]?[中里内][,:]?(?:{CUE})?")
# what makes a number another's than a part's
NO_PART = pattern_of(
    "占(?!道|地|用|林)|(?<!公)共(?!享|产|同)|合计|总计|累计|总数|总量|加上|不包|不含|未含|不计|计入|列入|减去|扣除|剔除"
    "|较|同比|上年|去年|年[末底]|这|该|每|即为|平均|仍为|又|再次|应办|同期|相当|超过|多于|少于|引发|产生"
    "|转为|变为|升至|降至|最[多少高低大长短]|代(?!表)|另(?!类)|除$"
)
JOINED = pattern_of("[,、;/]?(?:和|及|与|以及)?")
WITHIN = pattern_of(
    r"\([^()0-9]*\)|[0-9]{1,2}个工作日|\([0-9]{1,2}\)|[(,]?占比?[0-9.]+%[)]?|\([0-9.]+%\)"
)
REST = pattern_of("等|余|其余|约|多(?:种|个)|略|…")


def begins_behind(tokens: Sequence[Token], whole: int, first: int) -> bool:
    """Whether what begins at `first` is said, right behind the whole, to be of it."""
    whole_of_it, token = tokens[whole], tokens[first]
    if whole_of_it.is_aside or token.is_aside or token.unit != whole_of_it.unit:
        return False
    if named_again(tokens, first) == whole:
        return True
    if token.sentence != whole_of_it.sentence:
        return _is_only_number(tokens, whole, first) and _is_name_behind(token.gap, OVER_A_STOP)
    if first == whole + 2 and _is_how_many(tokens[whole + 1]) and token.gap.startswith(":"):
        return is_name(token.gap[1:])
    if whole + 1 < first and all(each.is_aside for each in tokens[whole + 1 : first]):
        return token.depth == whole_of_it.depth and _is_name_behind(token.gap, OVER_ASIDES)
    if first != whole + 1 or not 0 <= token.depth - whole_of_it.depth <= 1:
        return False
    return any(_is_name_behind(token.gap, cue) for cue in (RIGHT_BEHIND, INSIDE_OF_IT))


def named_again(tokens: Sequence[Token], i: int) -> int | None:
    """…、建议提案办理信息28条。建议提案办理信息中，人大建议19条: of what its sentence names."""
    token = tokens[i]
    named = NAMED_AGAIN.match(token.gap) if i and "中" in token.gap else None
    if named is None or tokens[i - 1].sentence != token.sentence - 1:
        return None
    if not is_name(token.gap[named.end() :]):
        return None
    near = range(max(i - MOST_NEAR, 0), i)
    found = [j for j in near if tokens[j].gap.endswith(named["name"])]
    is_one = len(found) == 1 and tokens[found[0]].sentence == token.sentence - 1
    return found[0] if is_one and tokens[found[0]].unit == token.unit else None


NAMED_AGAIN = pattern_of("(?P<name>[^,;:。()0-9]{3,14}?)[当之]?中[,:]?(?:其中)?")
MOST_NEAR = 20


def _is_how_many(token: Token) -> bool:
    """816条，分为四类：…."""
    return token.unit in ("类", "个", "项") and PARTED.fullmatch(token.gap) is not None


PARTED = pattern_of("[,;](?:共|可|主要)?分(?:为|成)?")


@lru_cache(maxsize=4096)
def _is_name_behind(gap: str, cue: re.Pattern[str]) -> bool:
    gap = WITHIN.sub("", gap)
    match = cue.match(gap)
    return match is not None and is_name(gap[match.end() :])


@lru_cache(maxsize=4096)
def is_name(words: str) -> bool:
    words = WITHIN.sub("", words)
    plain = not re.search("[,;:。()0-9]", words)
    return plain and len(words) < LONGEST_NAME and NO_PART.search(words) is None


def _is_only_number(tokens: Sequence[Token], whole: int, first: int) -> bool:
    """The only one of its unit in the sentence right before."""
    here, above = tokens[first].sentence, tokens[whole].sentence
    if here != above + 1 or (first and tokens[first - 1].sentence == here):
        return False
    near = tokens[max(whole - 20, 0) : first]
    of_it = [
        each
        for each in near
        if (each.sentence, each.unit) == (above, tokens[whole].unit) and not each.is_aside
    ]
    return len(of_it) == 1


def are_evenly_told(tokens: Sequence[Token], parts: Sequence[int]) -> bool:
    """维持6件，纠正1件、其他3件: side by side, each with its name alone."""
    return all(is_beside(tokens, a, b) for a, b in pairwise(parts))


def is_beside(tokens: Sequence[Token], a: int, b: int) -> bool:
    """Nothing but a name between, and numbers in brackets."""
    before, token = tokens[a], tokens[b]
    if (before.sentence, before.depth, before.unit) != (token.sentence, token.depth, token.unit):
        return False
    if any(each.depth <= token.depth for each in tokens[a + 1 : b]):
        return False
    gap = token.gap if b == a + 1 else token.gap.partition(")")[2]
    gap = WITHIN.sub("", gap)
    if gap.endswith((",", "、")):
        return is_name(gap[:-1])  # 1件尚未审结，3件…
    match = JOINED.match(gap)
    return bool(match and match[0]) and is_name(gap[match.end() if match else 0 :])


def sure_parts(tokens: Sequence[Token], whole: int, parts: Sequence[int]) -> list[int]:
    """The parts of which it is sure that they are some: from the first as far as all is even."""
    if not parts or not _begins(tokens, whole, parts):
        return []
    sure = [parts[0]]
    for a, b in pairwise(parts):
        if not is_beside(tokens, a, b) or APART.search(tokens[b].right):
            break
        sure.append(b)
    return sure


APART = pattern_of("(?:另行|单独|分开)(?:统计|计算|列)")


def _begins(tokens: Sequence[Token], whole: int, parts: Sequence[int]) -> bool:
    """Right behind the whole; or right before it, where the whole is their total."""
    if parts[-1] < whole and tokens[parts[0]].depth > tokens[whole].depth:
        return True  # 不予公开（含内部事务3件、过程性2件）5件
    if parts[-1] < whole:
        return parts[-1] == whole - 1 and TOTAL.match(WITHIN.sub("", tokens[whole].gap)) is not None
    return begins_behind(tokens, whole, parts[0])


def summed_up(tokens: Sequence[Token], total: int, parts: Sequence[int]) -> list[int]:
    """What stands before a total that it is of: as many as it says, and nothing taken away."""
    gap = tokens[total].gap
    said = HOW_MANY.search(gap)
    count = COUNTS.find(said["n"].replace("二", "两")) if said else 0
    some = parts[:count] if THE_FIRST.search(gap) else parts[-count:]
    parts = list(some if count >= FEWEST else parts)
    if count > len(parts) or any(TAKEN_AWAY.search(tokens[i].gap) for i in parts):
        return []
    is_of_another = tokens[parts[0]].number.low > tokens[total].number.high
    is_named = len(TOTAL_WORDS.sub("", gap)) >= SHORTEST_NAME
    return [] if is_of_another and (is_named or len(parts) > FEWEST) else parts


HOW_MANY = pattern_of(
    "(?P<n>[两二三四五六七八九])(?:者|项|家|类|地|级|种)[^,;。:0-9]{0,4}(?:共|合计|总计)"
)
THE_FIRST = pattern_of("前[两三四](?:者|项|家|类|地|级|种)")  # 前两项共16件
COUNTS = "零一两三四五六七八九"
# ;行政诉讼合计31件 has its own name
TOTAL_WORDS = pattern_of("[,;、()]|合计|总计|共计|总共|共|计|全年|汇总|单位|部门|件|的|为|有|达")
SHORTEST_NAME = 2
TAKEN_AWAY = pattern_of("核减|剔除|扣除|减去|去除|重复|退回|更正|核销|最[多少高低大长短]")
TOTAL = pattern_of(
    "[,;](?:[我本][^,;。:()0-9]|全[年县市区镇乡系局]|20[0-9]{2}年度?|今年|总)*"
    "(?:合计|总计|共计|共|计(?![划入算]))[^,;。:()0-9]{0,10}$"
)


def names_all(tokens: Sequence[Token], whole: int, parts: Sequence[int], line: str) -> bool:
    """A list right behind its whole, evenly told to the end of its sentence or bracket."""
    last = tokens[parts[-1]]
    if (
        whole > parts[0]
        or len(parts) < FEWEST
        or len(sure_parts(tokens, whole, parts)) < len(parts)
    ):
        return False
    tail = line[last.number.end :]
    if REST_ALONE.fullmatch(last.gap):
        tail = ""  # 其余124件属于市政府部门
    if tokens[parts[-1]].gap.endswith((",", "、")):
        name = NAME_BEHIND.match(tail)
        tail = tail[name.end() :] if name and is_name(name[0]) else "…"
    ends = (")",) if last.depth else ("。", ";")
    if tail and not tail.startswith(ends) and (last.depth or not OF_THEM_ALL.match(tail)):
        return False
    if not all(tokens[i].number.exact for i in (whole, *parts)) or _is_one_of_two(tokens, whole):
        return False
    named = [tokens[i] for i in parts if not REST_ALONE.fullmatch(tokens[i].gap)]
    return not any(REST.search(each.gap) or REST.match(each.right) for each in named)


FEWEST = 2
# …9件，均于印发之日起20个工作日内公开。
OF_THEM_ALL = pattern_of(
    ",(?:均|全部|都)(?:[^0-9。;]|[0-9]{1,2}(?:个工作日|个自然日|日|天|月)|100%)*"
    "(?:[。;]|$|,(?:对外公开总|现行有效|累计|目前|截[至止]))"
)
REST_ALONE = pattern_of("[,、;]?(?:其余|剩余|余下|剩下|其[他它])的?")
NAME_BEHIND = pattern_of("[^,;:。()0-9]*")


def _is_one_of_two(tokens: Sequence[Token], whole: int) -> bool:
    """复议23件、诉讼8件，其中…: the parts may be of both."""
    if not whole:
        return False
    before, token = tokens[whole - 1], tokens[whole]
    is_like = (before.sentence, before.depth, before.unit) == (
        token.sentence,
        token.depth,
        token.unit,
    )
    return is_like and ALSO.match(token.gap) is not None


ALSO = pattern_of("[、,](?!其中)|和|及|与|以及")
