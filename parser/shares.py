"""Percentages, and what the numbers beside them make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import permutations
from typing import NamedTuple

from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity, number_of
from nianbao.parser.wording import shares_named


class Share(NamedTuple):
    percent: Decimal
    low: Decimal  # what may be printed so, rounded or cut
    high: Decimal
    at: int
    of: int | None  # the number that it is the share of
    readings: tuple[Decimal, ...]  # what it should be, by every honest reading; empty: not known


PERCENT = pattern_of(
    r"(?P<n>[0-9]{1,4}(?:\.[0-9]{1,4})?)(?:%|个?百分(?!点))|百分之(?P<words>[一二三四五六七八九十百零]{1,5})"
    r"|(?P<tenths>[一二两三四五六七八九])成(?![立为果效])|(?<![近约超过逾足到])(?P<of>[二三四五六七八十])分之(?P<parts>[一二两三四五六七八九])(?![以强多]|左右)|(?P<times>[0-9]{1,3}(?:\.[0-9]{1,2})?)倍"
)
# without one of these nothing is a share
SHARE = pattern_of(
    "[%倍]|百分|[一二两三四五六七八九]成|[二三四五六七八十]分之[一二两三四五六七八九]"
)


def has_a_share(line: str) -> bool:
    if "%" in line or "倍" in line or "百分" in line:
        return True
    return ("成" in line or "分之" in line) and SHARE.search(line) is not None


DIRECT = pattern_of(
    "^[(]$|^[,(、]?(?:约|大约)?占(?!比?[分依])(?:比|[^,。;%0-9]{0,14}?)(?:为|达|约)?$"
)
NAMED_WHOLE = pattern_of(
    "占(?:本局|我局|全部|全年|本年度?)?(?P<name>答复|办结|办理|受理|申请|收到|公开|发布|许可|处罚)(?:总数|总量|件数|数量|数|量)的?"
)
OF_THE_WHOLE = pattern_of("[,(]?占(?:申请|公开|答复|办结|办理|受理|收到)?(?:总数|总量|全部|总)")
OF_ALL = pattern_of(
    "^(?:,(?:同比)?(?:增长|上升|增加|下降|减少)[0-9.]{1,5}%)?[,(]?(?:仅|只|约|共)?占[^,。;()0-9]{0,14}[(]?$"
)
# 132件申请中有115件通过网络提出，占79.5%
WITHIN_IT = pattern_of("^[^,。;()0-9]{0,12}[当之]?中,?(?:有|共有|已有)?[^,。;()0-9]{0,12}$")
# 多元化解读96篇，多元化解读占比达到65%
OF_ITS_NAME = pattern_of(
    "[^,。;()0-9%]{0,6}[,(](?P<name>[^,。;()0-9%占]{2,12})占比?(?:为|约|达到?)?"
)
ALONE = pattern_of(
    "^[^,。;()0-9%]{0,16}[,(](?:占(?:比|申请总数|总数|总量)?|覆盖率|建成率|开通率|完成率)(?:为|达到?|约)?$"
)
TENTHS = Decimal("0.4")  # 两成 is no 15 %
ROUGHLY = Decimal("0.85")  # 三分之一
GROWTH = pattern_of("(?:增长|增加|上升|提高|提升|下降|减少|降低)(?:了|约|近)*$")
RATE = pattern_of("(?P<name>[一-龥]{2})率(?:为|达到?|约)*$")
NumberAt = tuple[Quantity, int]


def shares(
    line: str, numbers: Sequence[NumberAt], wholes: Mapping[int, Quantity]
) -> Iterator[Share]:
    """`wholes` are the wholes of the numbers that are parts."""
    if not has_a_share(line):
        return
    matches = list(PERCENT.finditer(line))
    each_of = _respective(line, matches, numbers, wholes)
    direct = {}
    for match in matches:
        before = [each for each in numbers if each[0].end <= match.start()]
        if before and DIRECT.match(line[before[-1][0].end : match.start()]):
            direct[match.start()] = before[-1]
    bracketed = {
        match.start(): found[0]
        for match in matches
        if len(found := _in_bracket(line, match, numbers)) == 1
    }
    for match in matches:
        percent, unit = _printed(match)
        if percent is None:
            continue
        of, readings = each_of.get(match.start()) or _readings(
            line, match, numbers, wholes, direct, bracketed
        )
        low, high = percent - unit / 2, percent + unit
        if match["tenths"]:
            low = percent - unit * TENTHS
        if match["parts"]:
            low, high = percent * ROUGHLY, percent / ROUGHLY
        yield Share(percent, low, high, match.start(), of, tuple(readings))


def _respective(
    line: str,
    matches: Sequence[re.Match[str]],
    numbers: Sequence[NumberAt],
    wholes: Mapping[int, Quantity],
) -> dict[int, tuple[int, list[Decimal]]]:
    """46件、12件，分别占总数61件的75.4%、19.7%: each number, and what its percentage may be."""
    found: dict[int, tuple[int, list[Decimal]]] = {}
    for cue in RESPECTIVELY.finditer(line):
        run = _run_of(line, [each for each in matches if each.start() >= cue.end()])
        if not run:
            continue
        between = [n for n, _ in numbers if cue.start() < n.start and n.end <= run[0].start()]
        clause = line[cue.end() : run[0].start()]
        parts = _listed_before(line, cue.start(), numbers)
        if len(parts) != len(run) or len(between) > 1 or PARTED.search(clause):
            continue
        for match, (part, i) in zip(run, parts, strict=True):
            of = between
            if not between and i in wholes:
                of = [wholes[i], *_larger(part, numbers)]
            of = [each for each in of if each.unit == part.unit]
            if of:
                found[match.start()] = i, [_ratio(part, each) for each in of]
    return found


RESPECTIVELY = pattern_of(
    "[,;(]?(?:分别|依次|各)占|[,;(]?(?:占比|比例|比重)(?:分别|依次)(?:为|是|达)?"
    "|[,;(]?(?:分别|依次)(?:为|是)?(?=[0-9.]+%[、,])"
)
PARTED = pattern_of("[,;。]")
JOINED = pattern_of("[、,]?(?:和|及|与|以及)?(?:约|占)?")
IN_A_ROW = pattern_of("[)]?(?:、|和|及|与|以及)[^,;:。]*")


def _run_of(line: str, matches: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Percentages with nothing between them."""
    run = list(matches[:1])
    for match in matches[1:]:
        if not JOINED.fullmatch(line, run[-1].end(), match.start()):
            break
        run.append(match)
    return run if len(run) > 1 else []


def _listed_before(line: str, at: int, numbers: Sequence[NumberAt]) -> list[NumberAt]:
    """The numbers in a row that end where the clause ends."""
    row: list[NumberAt] = []
    for each in reversed([each for each in numbers if each[0].end <= at]):
        until = row[0][0].start if row else at
        if row and not IN_A_ROW.fullmatch(line, each[0].end, until):
            break
        row.insert(0, each)
    return row


def _printed(match: re.Match[str]) -> tuple[Decimal | None, Decimal]:
    if match["n"] or match["times"]:
        text = match["n"] or match["times"]
        number = Decimal(text)
        unit = Decimal(1).scaleb(-len(text.partition(".")[2]))
        scale = 100 if match["times"] else 1
        return number * scale, unit * scale
    if match["parts"]:
        part, of = (Decimal(number_of(match[name]) or 0) for name in ("parts", "of"))
        return (part * 100 / of if of else None), Decimal(1)
    if match["tenths"]:
        number = Decimal(number_of(match["tenths"]) or 0)
        return number * 10, Decimal(10)
    value = number_of(match["words"])
    return (None if value is None else Decimal(value)), Decimal(1)


def _readings(
    line: str,
    match: re.Match[str],
    numbers: Sequence[NumberAt],
    wholes: Mapping[int, Quantity],
    direct: Mapping[int, NumberAt],
    bracketed: Mapping[int, NumberAt],
) -> tuple[int | None, list[Decimal]]:
    at = match.start()
    before = [each for each in numbers if each[0].end <= at]
    if GROWTH.search(line[:at][-12:]):
        return None, _grown(line, match, numbers)
    if match["times"]:
        return None, []
    if above := _of_the_above(line, at, numbers):
        return above
    if at in direct:
        part, i = direct[at]
        named = NAMED_WHOLE.search(line[part.end : at])
        if named and not _is_counted(named["name"], line[: part.start]):
            return i, []  # 占答复数的46.2%, and no number is said to be of answers
        honest = [_ratio(part, whole) for whole in _larger(part, numbers)]
        honest += _with_those_before(line, direct[at], numbers)
        if i in wholes:
            honest += _of_those_together(line, direct[at], wholes[i], numbers)
        if i in wholes:
            sums = _of_their_sum(part, direct, numbers, honest, _printed_at(line, direct))
            return i, [_ratio(part, wholes[i]), *honest, *sums]
        if OF_THE_WHOLE.match(line[part.end : at]) and honest:
            return i, honest
        if of_region := list(_of_the_region(line, direct[at], at, numbers)):
            return i, [*of_region, *honest]
        if beside := _of_the_only_whole(line, part, at, numbers):
            return i, beside
        if _have_a_whole_untold(line, direct, numbers):
            return i, []
        return i, _of_their_sum(part, direct, numbers, honest, _printed_at(line, direct))
    if at in bracketed and len(bracketed) > 1:
        part, i = bracketed[at]
        honest = [_ratio(part, whole) for whole in _larger(part, numbers)]
        if _have_a_whole_untold(line, bracketed, numbers):
            return i, []
        return i, _of_their_sum(part, bracketed, numbers, honest, _printed_at(line, bracketed))
    if len(before) > 1:
        (part, i), (whole, _) = before[-2:]
        told = part.unit == whole.unit and OF_ALL.match(line[part.end : whole.start])
        if told and re.match("^[^,。;]{0,12}$", line[whole.end : at]):
            row = [n for n, _ in _listed_before(line, part.end, numbers)]
            totals = (sum(n.value for n in row[-k:]) for k in range(2, len(row) + 1))
            of_them = [Decimal(each) * 100 / Decimal(whole.value or 1) for each in totals]
            return i, [_ratio(part, whole), *of_them]
        (whole, _), (part, i) = before[-2:]
        named = OF_ITS_NAME.fullmatch(line, part.end, at)
        is_of_it = i in wholes and named and named["name"] in line[whole.end : part.start]
        if is_of_it and part.exact:
            return i, [_ratio(part, wholes[i]), *(_ratio(part, n) for n in _larger(part, numbers))]
        is_within = whole.unit == part.unit and WITHIN_IT.match(line[whole.end : part.start])
        if is_within and part.exact and ALONE.match(line[part.end : at]):
            return i, [
                _ratio(part, whole),
                *(_ratio(part, each) for each in _larger(part, numbers)),
            ]
    if of_a_name := _of_the_name(line, at, before):
        return of_a_name
    within = _in_bracket(line, match, numbers)
    if len(within) == 2 and OUT_OF.fullmatch(line, within[0][0].end, within[1][0].start):
        (whole, _), (part, i) = within
        return i, [_ratio(part, whole)]  # 降至12.5%（24件中纠错3件）
    if len(within) == 2 and _is_its_rate(line, at, within):
        low, high = sorted(within, key=lambda each: each[0].value)
        others = [_ratio(n, high[0]) for n, _ in before if n.value <= high[0].value]
        return low[1], [_ratio(low[0], high[0]), 100 - _ratio(low[0], high[0]), *others]
    return None, []


def _is_its_rate(line: str, at: int, within: Sequence[NumberAt]) -> bool:
    """办结率95%（应办20件，办结19件）; not 整改率100%（问题28个，立行立改26个）."""
    (one, _), (other, _) = within
    rate = RATE.search(line[:at][-8:])
    low = min(one, other, key=lambda each: each.value)
    said = CLAUSE.split(line[one.end if low is other else 0 : low.start])[-1]
    behind = CLAUSE.split(line[low.end :])[0]
    return rate is not None and rate["name"] in said + behind


def _of_the_above(
    line: str, at: int, numbers: Sequence[NumberAt]
) -> tuple[int, list[Decimal]] | None:
    """63件，涉及资源22件、住建18件、教育9件，上述三类占77.8%."""
    said = THE_ABOVE.search(line, max(at - 24, 0), at)
    parts = _listed_before(line, said.start(), numbers) if said else []
    if said is None or len(parts) != COUNTS.find(said["n"].replace("二", "两")):
        return None
    total = sum((Decimal(n.value) for n, _ in parts), Decimal(0))
    unit = parts[0][0].unit
    wholes = [n for n, _ in numbers if n.start < parts[0][0].start and n.unit == unit]
    readings = [total * 100 / Decimal(n.value) for n in wholes if n.value >= total and n.value]
    return (parts[-1][1], readings) if readings else None


THE_ABOVE = pattern_of(
    "[,;](?:上述|以上|这)?(?P<n>[两二三四五六])(?:类|者|项|个领域|方面)(?:申请|信息|事项)?(?:合计|共计?)?"
    "(?:约)?占(?:比|全部|全年|总数|总量|申请总数|申请总量)?的?(?:为|达|约)?$"
)
COUNTS = "零一两三四五六"


def _of_the_only_whole(
    line: str, part: Quantity, at: int, numbers: Sequence[NumberAt]
) -> list[Decimal]:
    """处理申请55件，引发复议2件，占3.6%: the only share, and a whole that says that it is one."""
    begins = max(line.rfind(mark, 0, part.start) for mark in ";。:") + 1
    passage = line[begins:].partition(";")[0]
    if len(PERCENT.findall(passage)) > 1 or not SHARE_OF_IT.fullmatch(line, part.end, at):
        return []
    larger = [n for n in _larger(part, numbers) if n.end <= part.start and n.unit == part.unit]
    beside = [n for n in larger if n.start >= begins and _is_a_whole(line, n, begins)]
    return [_ratio(part, each) for each in (*beside, *larger)] if beside else []


def _is_a_whole(line: str, number: Quantity, begins: int) -> bool:
    said = CLAUSE.split(line[begins : number.start])[-1]
    is_named = OF_ALL_THERE_IS.search(said) is not None and not OF_SOME_WAY.search(said)
    is_named = is_named or (not said and OF_THESE.match(line, number.end) is not None)
    return is_named and not line.startswith(("、", "和", "及"), number.end)


SHARE_OF_IT = pattern_of("[,(]占(?:比)?(?:为|达|约)?")
OF_THESE = pattern_of(
    "(?:[^,;。:0-9]{0,8})(?:申请|案件|复议|诉讼)[当之]?[中里]?,"
)  # 22件复议案件，维持12件
OF_ALL_THERE_IS = pattern_of("共|全年|处理|受理|印发|制发|编发|发布|收到|办结")
OF_SOME_WAY = pattern_of("网|信函|邮|当面|现场|线[上下]|窗口|微信|微博|公众号|其中|涉")


def _of_the_name(
    line: str, at: int, before: Sequence[NumberAt]
) -> tuple[int, list[Decimal]] | None:
    """收到2214件，省内1893件，省外321件，省外占14.5%: of the number that has that name."""
    named = NAMED_SHARE.search(line, max(at - 16, 0), at)
    if named is None or len(before) < FEWEST_NAMED:
        return None
    ends = [0, *(number.end for number, _ in before)]
    words = [
        CLAUSE.split(line[end : n.start])[-1] for end, (n, _) in zip(ends, before, strict=False)
    ]
    parts = [each for each, said in zip(before, words, strict=True) if named["name"] in said]
    (whole, _), *others = before
    total = sum((Decimal(number.value) for number, _ in others), Decimal(0))
    is_like = all(n.exact and n.unit == whole.unit for n, _ in before)
    if len(parts) != 1 or not is_like or total > whole.value or parts[0][0] is whole:
        return None
    return parts[0][1], [_ratio(parts[0][0], whole), _ratio(parts[0][0], others[0][0])]


NAMED_SHARE = pattern_of("[,;](?P<name>[一-龥]{2,6}?)(?:申请人?)?占(?:比)?(?:为|达|约)?$")
FEWEST_NAMED = 3
OUT_OF = pattern_of("[^,。;:()0-9]{0,8}中[^,。;:()0-9]{0,8}")


def _of_the_region(
    line: str, part: NumberAt, at: int, numbers: Sequence[NumberAt]
) -> Iterator[Decimal]:
    """全市办理3150件；市本级收到315件，占全市的10%: of what was said to be the city's."""
    named = OF_THE_REGION.match(line, part[0].end, at)
    for whole in _larger(part[0], numbers) if named else ():
        before = CLAUSE.split(line[: whole.start])[-1]
        if whole.unit == part[0].unit and named and named["name"] in before:
            yield _ratio(part[0], whole)


OF_THE_REGION = pattern_of(
    "[,(]?占(?P<name>全[省市县区州盟旗镇乡局系])(?:总数|总量|总)?的?(?:约)?$"
)
CLAUSE = pattern_of("[,;:。()]")


def _of_those_together(
    line: str, part: NumberAt, whole: Quantity, numbers: Sequence[NumberAt]
) -> Iterator[Decimal]:
    """维持8件、纠正2件，占受理数的80%: of both."""
    total = Decimal(0)
    for number, _ in reversed(_listed_before(line, part[0].end, numbers)):
        if number.unit == part[0].unit and number is not whole:
            total += number.value
            yield total * 100 / Decimal(whole.value or 1)


def _is_counted(name: str, before: str) -> bool:
    """办结219件; not 答复为公开的83件, which are some of the answers."""
    return re.search(f"{name}(?!(?:结果)?[为是中])", before) is not None


def _with_those_before(line: str, part: NumberAt, numbers: Sequence[NumberAt]) -> Iterator[Decimal]:
    """答复219件；公开83件、部分公开29件，占51.1%: both, of any number that is larger."""
    row = [each for each, _ in _listed_before(line, part[0].end, numbers)]
    for n in range(2, min(len(row), MOST_TOGETHER) + 1):
        total = sum((Decimal(each.value) for each in row[-n:]), Decimal(0))
        for whole, _ in numbers:
            if whole.value >= total and whole.start < row[-n].start:
                yield total * 100 / Decimal(whole.value or 1)


MOST_TOGETHER = 4


def _larger(part: Quantity, numbers: Sequence[NumberAt]) -> list[Quantity]:
    return [each for each, _ in numbers if each.value >= part.value and each.start < part.start]


def _ratio(part: Quantity, whole: Quantity) -> Decimal:
    if not whole.value:
        return Decimal(0)
    return Decimal(part.value) * 100 / Decimal(whole.value)


def _printed_at(line: str, places: Mapping[int, NumberAt]) -> Decimal:
    """What the percentages at some places add up to."""
    matches = (match for at in places if (match := PERCENT.match(line, at)))
    printed = (_printed(match)[0] for match in matches)
    return sum((each for each in printed if each is not None), Decimal(0))


def _have_a_whole_untold(
    line: str, shares: Mapping[int, NumberAt], numbers: Sequence[NumberAt]
) -> bool:
    """占办结总数的57.6%；…占30.3%: they agree on a whole that no number beside them is."""
    parts = [(number, at) for at, (number, _) in shares.items()]
    least = sum((Decimal(number.value) for number, _ in parts), Decimal(0))
    if len(parts) < 2 or any(number.value >= least for number, _ in numbers):
        return False
    low, high = Decimal(0), None
    for number, at in parts:
        match = PERCENT.match(line, at)
        percent, unit = _printed(match) if match else (None, Decimal(1))
        if not percent or percent <= unit:
            return False
        low = max(low, Decimal(number.value) * 100 / (percent + unit))
        most = Decimal(number.value) * 100 / (percent - unit / 2)
        high = most if high is None else min(high, most)
    return high is not None and low <= high


class Told(NamedTuple):
    """A percentage of a row or of a column, where no number stands beside it."""

    kind: str
    percent: Decimal
    low: Decimal
    high: Decimal
    at: int
    begins: int  # the words that name it


def shares_told(line: str) -> Iterator[Told]:
    told: dict[int, Told] = {}
    for kind, pattern in shares_named():
        for match in pattern.finditer(line):
            printed = Decimal(match["n"])
            unit = Decimal(1).scaleb(-len(match["n"].partition(".")[2]))
            at = match.start("n")
            low, high = printed - unit / 2, printed + unit
            told.setdefault(at, Told(kind, printed, low, high, at, match.start()))
    yield from told.values()


NEARLY_ALL = (Decimal(75), Decimal(125))  # shares of one whole, one of them misprinted


def _of_their_sum(
    part: Quantity,
    shares: Mapping[int, NumberAt],
    numbers: Sequence[NumberAt],
    honest: Sequence[Decimal],
    all_of_them: Decimal,
) -> list[Decimal]:
    """Of parts that are all there is: their numbers make the whole; or all numbers beside them."""
    if len(shares) < 2 or not NEARLY_ALL[0] <= all_of_them <= NEARLY_ALL[1]:
        return []
    parts = [number for number, _ in shares.values()]
    beside = [number for number, _ in numbers if number.unit == part.unit]
    sums = [sum((Decimal(n.value) for n in each), Decimal(0)) for each in (parts, beside)]
    found = [Decimal(part.value) * 100 / total for total in sums if total]
    return [*found, *honest] if found else []


def _in_bracket(line: str, match: re.Match[str], numbers: Sequence[NumberAt]) -> list[NumberAt]:
    if line[match.end() : match.end() + 1] != "(":
        return []
    end = line.find(")", match.end())
    return [each for each in numbers if match.end() < each[0].start < end]


def _grown(line: str, match: re.Match[str], numbers: Sequence[NumberAt]) -> list[Decimal]:
    """320条，同比增长60%（2023年200条）; 增长1.8倍，由100条增至280条."""
    within = _in_bracket(line, match, numbers)
    before = [each for each in numbers if each[0].end <= match.start()]
    after = re.match(",?由", line[match.end() :])
    behind = [each for each in numbers if each[0].start >= match.end()]
    beside = len(before) > 1 and before[-1][0].end >= match.start() - 6
    words = line[: before[-1][0].start][-16:] if beside else ""
    if beside and MORE.search(words):
        then, more = before[-2][0], before[-1][0]
        if then.value and THEN.search(line[: then.start][-16:]):
            return [_ratio(more, then)]
        earlier = [each for each, _ in before[:-1] if each.unit == then.unit]
        return [made for each in reversed(earlier) for made in _by_the_difference(each, more)]
    if beside and re.search("(?:较|(?<!同)比|由)[^,。;]{0,12}$", words):
        pair = [before[-2][0], before[-1][0]]
    elif len(within) == 1 and before:
        pair = [before[-1][0], within[0][0]]
    elif after and len(behind) >= 2:
        pair = [behind[0][0], behind[1][0]]
    else:
        return []
    if pair[0].unit != pair[1].unit:
        return []
    found = []
    for now, then in permutations(pair):
        if then.value:
            found.append(abs(Decimal(now.value) - then.value) * 100 / Decimal(then.value))
    if len(within) == 1 and found and within[0][0].value:
        then = within[0][0]  # 962条（其中…729条），同比减少4.8%（2022年1010条）
        others = (each for each, _ in before[:-1] if each.unit == then.unit)
        found += [abs(Decimal(now.value) - then.value) * 100 / then.value for now in others]
    for now, then in permutations(pair):
        if then.value and match["times"]:
            found.append(_ratio(now, then))
    return found


THEN = pattern_of(
    "(?:比|较)(?:上年|去年|20[0-9]{2}年)[^,。;0-9]{0,6}$"
)  # 比2022年的1752件增加228件
MORE = pattern_of("(?:增加|增长|上升|减少|下降)了?$")


def _by_the_difference(now: Quantity, more: Quantity) -> list[Decimal]:
    """1234条，同比增加234条，增长23.4%: of what it was before, more or less."""
    before = (Decimal(now.value) - more.value, Decimal(now.value) + more.value)
    return [Decimal(more.value) * 100 / each for each in before if each > 0]
