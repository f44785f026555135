"""All that was published, told once more at the end by the same ways: 通过网站和公众号共公开906条.

Only where an earlier sentence tells all of them by their ways, the ways are the same, and its
parts make its whole: then both numbers count the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from nianbao.parser.claim import Claim, Sentence
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import plain, quantities

NAME = "[^,;。:()0-9、和及与]{2,14}"
ALL = "(?:共计|共|合计|累计|总计|总共|主动|对外|已|全年)*"
OF_INFORMATION = "(?:公开|发布)(?:政府|政务|各类|各种|各项)*信息"
AGAIN = pattern_of(
    f"(?:^|[,;])(?P<head>[^,;。:0-9]{{0,12}}|20[0-9]{{2}}年[^,;。:0-9]{{0,10}})通过(?P<ways>{NAME}(?:[、和及与]{NAME})+?)(?:{ALL})"
    f"{OF_INFORMATION}(?:共计|共|合计|累计|总计)*(?P<n>[0-9]{{1,7}})(?P<unit>条|篇|件)(?=[,;。]|$)"
)
WAY = pattern_of(
    "网站|公众号|微博|视频号|抖音|头条|客户端|(?:宣传|公开|公示|公告)栏|显示屏|广播|报纸|电视|新媒体|橱窗|大喇叭|微信群"
)
TOLD = pattern_of(f"{OF_INFORMATION}(?:共计|共|合计|累计|总计|总数)*[0-9]")
OF_SOME = pattern_of(
    "针对|围绕|关于|领域|涉及|专题|专栏|方面|季度|半年|[0-9]月|上一?年|去年|同比|以来|历年|截[至止](?!年[底末]|12月)|其余|另"
)


# …，两个渠道共公开1002条。…回望全年，我局在两个渠道上公开信息1020条
SO_MANY = "(?P<ways>[两二三四](?:个|种|大|类)?(?:渠道|平台|途径|方式|载体))"
SAID_OF_ALL = (
    f"(?:上|{ALL[3:-2]})*(?:公开|发布)(?:政府|政务|各类|各种|各项)*(?:信息)?"
    "(?:共计|共|合计|累计|总计)*(?P<n>[0-9]{1,7})(?P<unit>条|篇|件)(?=[,;。]|$)"
)
ALL_WAYS = pattern_of(f"[,;](?:以上|上述)?{SO_MANY}{SAID_OF_ALL}")
ALL_WAYS_AGAIN = pattern_of(
    "^(?:回望|回顾|纵观|综观|综上|总的来看|一年来|全年|本年度?|过去一年|我[局镇乡办委县市区院厅]|我街道|本[局镇乡办委]|,)*"
    f"(?:在|通过|利用)?(?:以上|上述|这)?{SO_MANY}{SAID_OF_ALL}"
)


def told_again(sentences: Sequence[Sentence]) -> Iterator[Claim]:
    yield from _so_many_ways_again(sentences)
    yield from _parts_again(sentences)
    for i, sentence in enumerate(sentences):
        match = AGAIN.search(sentence.line) if "通过" in sentence.line else None
        if match is None or OF_SOME.search(sentence.line[: match.end()].replace("12月31日", "")):
            continue
        ways = frozenset(WAY.findall(match["ways"]))
        names = re.split("[、和及与]", match["ways"])
        if len(ways) != len(names):
            continue
        wholes = {_whole_by(each.line, ways, match["unit"]) for each in sentences[:i]} - {None}
        printed = Decimal(match["n"])
        if len(wholes) == 1 and printed not in wholes:
            yield _odd(sentence, match, tuple(each for each in wholes if each is not None))


def _so_many_ways_again(sentences: Sequence[Sentence]) -> Iterator[Claim]:
    for i, sentence in enumerate(sentences):
        match = ALL_WAYS_AGAIN.match(sentence.line)
        if match is None:
            continue
        for each in sentences[:i]:
            whole = ALL_WAYS.search(each.line)
            if whole is None or OF_SOME.search(each.line):
                continue
            numbers = [n for n in quantities(each.line[: whole.start()]) if n.unit == whole["unit"]]
            parts = [Decimal(n.value) for n in numbers if n.exact]
            is_so = (whole["ways"], whole["unit"]) == (match["ways"], match["unit"])
            is_made = len(parts) == COUNTS.find(whole["ways"][0].replace("二", "两")) and sum(
                parts
            ) == int(whole["n"])
            if is_so and is_made and int(match["n"]) != int(whole["n"]):
                yield _odd(sentence, match, (Decimal(whole["n"]),))


COUNTS = "零一两三四"
THAN_THEN = "(?:同比|(?:[比较]|相比)(?:上一?年|去年|20[0-9]{2}年)(?:度|同期)?)"
BY = "(?P<way>增加|增多|增长|多|减少|下降|少)了?(?P<n>[0-9]{1,6})(?P<unit>件)(?!次)"
MORE_THAN_THEN = pattern_of(f"[0-9]+件(?:政府信息公开|信息公开)?(?:申请)?[,(]{THAN_THEN}{BY}")
AS_IT_WAS = pattern_of(
    "(?:申请量|申请(?:总|件)?数量?|受理量|收件量|总量)"
    f"(?:[比较])(?:上一?年|去年|20[0-9]{{2}}年)(?:度|同期)?的?[(]?(?P<then>[0-9]{{1,6}})件[)]?,?{BY}"
)
BESIDE_THEN = pattern_of(
    "(?:^|[,;])与(?:上一?年|去年|20[0-9]{2}年)(?:度|同期)?(?:新收|收到|受理|接收)?的?"
    f"(?P<then>[0-9]{{1,6}})件(?:申请)?(?:相比|比较),?{BY}"
)


OF_YEARS = pattern_of("累计|以来|年均|平均|[至到—-]20|近.年|[三四五]年")  # 2016年至2020年累计23件


def differences_apart(sentences: Sequence[Sentence], told: Sequence[Claim]) -> Iterator[Claim]:
    """收到31件，比上年增加9件。…上年收到25件: made of what another sentence tells."""
    received = [c for c in told if c.kind == "requests.received" and c.exact and c.unit]
    now = {c.value for c in received if not c.period and not c.certainty}
    before = [c for c in received if c.period == "last" and not OF_YEARS.search(c.about)]
    then = {c.value for c in before}
    if len(now) != 1:
        return
    this = Decimal(next(iter(now)))
    beside: dict[str, dict[int, Claim]] = {}
    for claim in received:
        beside.setdefault(claim.sentence, {})[claim.at] = claim
    for sentence in {each.raw: each for each in sentences}.values():  # once what is told again
        told_here = beside.get(sentence.raw, {}).values()
        for claim in told_here if len(then) == 1 else ():
            match = MORE_THAN_THEN.match(sentence.line, claim.at)
            if match and claim.value in now:
                yield from _not_made(sentence, match, this, Decimal(next(iter(then))))
        match = AS_IT_WAS.search(sentence.line) or BESIDE_THEN.search(sentence.line)
        if match and all(claim.period for claim in told_here):
            yield from _not_made(sentence, match, this, Decimal(match["then"]))


def _not_made(
    sentence: Sentence, match: re.Match[str], now: Decimal, then: Decimal
) -> Iterator[Claim]:
    by = Decimal(match["n"])
    rises = match["way"] in ("增加", "增多", "增长", "多")
    if by != (now - then if rises else then - now):
        made = now - then if by == abs(now - then) else abs(now - then)
        yield _odd(sentence, match, (made,))


LISTED = pattern_of(
    "(?:^|[,;:、(])(?:其中)?(?P<name>[^,;。:、()0-9]{3,14}?)(?P<n>[0-9]{1,7})(?P<unit>条|件|篇|份|期)(?=[、,;。)]|$)"
)
PART_AGAIN = pattern_of(
    "(?:^|[,;])(?P<name>[^,;。:、()0-9]{3,14}?)(?:信息|文件|申请|材料|稿件)?的?(?P<n>[0-9]{1,7})(?P<unit>条|件|篇|份|期)"
    "(?:信息|文件|申请|材料|稿件)?(?:中(?!心)|里|当中|之中|全部|均|都)"
)
FEWEST_LISTED = 3


def _parts_again(sentences: Sequence[Sentence]) -> Iterator[Claim]:
    """农业类28条、补贴类41条、其他90条。补贴类信息43条全部附有明细: the same part, told twice."""
    told: dict[tuple[str, str], set[str]] = {}
    for sentence in sentences:
        for match in PART_AGAIN.finditer(sentence.line) if told else ():
            numbers = told.get((match["name"], match["unit"]), set())
            if len(numbers) == 1 and match["n"] not in numbers:
                yield _odd(sentence, match, tuple(map(Decimal, numbers)))
        listed = list(LISTED.finditer(sentence.line))
        for match in listed if len(listed) >= FEWEST_LISTED else ():
            told.setdefault((match["name"], match["unit"]), set()).add(match["n"])


def _odd(sentence: Sentence, match: re.Match[str], made: tuple[Decimal, ...]) -> Claim:
    number = plain(Decimal(match["n"]))
    return Claim(
        "difference",
        number,
        sentence.raw,
        sentence.paragraph,
        match.start("n"),
        match["unit"],
        low=number,
        high=number,
        readings=made,
    )


def _whole_by(line: str, ways: frozenset[str], unit: str) -> Decimal | None:
    """The number of all, where a sentence tells it with a part for each of the ways alone."""
    if not TOLD.search(line) or OF_SOME.search(line):
        return None
    numbers = [each for each in quantities(line) if each.unit == unit]
    if len(numbers) != len(ways) + 1 or not all(each.exact for each in numbers):
        return None
    total = sum((Decimal(each.value) for each in numbers), Decimal(0)) / 2
    if total not in (numbers[0].value, numbers[-1].value):
        return None
    parts = numbers[1:] if numbers[0].value == total else numbers[:-1]
    named: list[str] = []
    for part in parts:
        before = max((each.end for each in numbers if each.end <= part.start), default=0)
        named += WAY.findall(line[before : part.start])
    return total if len(named) == len(ways) and frozenset(named) == ways else None
