"""More sums that the words of a passage fix, as in sums.py: halves of a year by their months,
averages, titles that are counted, lists of which it is said that there is nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from nianbao.parser.differences import Difference
from nianbao.parser.patterns import pattern_of
from nianbao.parser.sums import (
    COUNT,
    MAY_DIFFER,
    THOUSANDS,
    WHOLE,
    WORDS,
    Shape,
    all_parts,
    n,
    unlike,
)

PERCENT = r"(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,2})?)%"
UNIT = f"(?P<unit>{COUNT})"
NAME = "[^,;。:()0-9、]{2,12}"


def _each(found: dict[str, Decimal]) -> Sequence[Decimal]:
    """An average, rounded either way."""
    made = found["whole"] / (found["times"] or Decimal(1))
    return tuple(made.to_integral_value(rounding=each) for each in (ROUND_FLOOR, ROUND_CEILING))


def _twice(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (found["a"] * 2,)


def _four_times(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (found["a"] * 4,)


def _product(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (found["times"] * found["each"],)


def _net(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (abs(found["a"] - found["b"]),)


def _no_more(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (min(found["a"], found["whole"]),)


SHAPES = (
    Shape(  # 新收的53件中，1至6月24件，7至12月29件
        "月",
        pattern_of(
            f"{WHOLE}{WORDS}{{0,10}}[,:(](?:其中[,:]?)?1(?:月)?[至到—-]6月(?:份)?{WORDS}{{0,8}}{n('a')}(?P=unit)"
            f"[,、;]7(?:月)?[至到—-]12月(?:份)?{WORDS}{{0,8}}{n('b')}(?P=unit)"
        ),
        all_parts,
    ),
    Shape(  # 召开新闻发布会8场，上、下半年各4场
        "半年各",
        pattern_of(f"{WHOLE}[,(:](?:其中)?上(?:半年)?[、和]下半年各{WORDS}{{0,6}}{n('a')}(?P=unit)"),
        _twice,
    ),
    Shape(  # 会议4次，每季度1次
        "每季度",
        pattern_of(
            f"(?<!第){n('whole')}(?P<unit>次|场|期),(?:平均)?每季度(?:召开|举办|组织|开展)?{n('a')}(?P=unit)(?=[,;。]|$)"
        ),
        _four_times,
    ),
    Shape(  # 24次，线上15次、线下9次
        "线下",
        pattern_of(
            f"{WHOLE}{WORDS}{{0,6}}[,(:](?:其中[,:]?)?线上{WORDS}{{0,6}}{n('a')}(?P=unit)[,、]线下{WORDS}{{0,6}}{n('b')}(?P=unit)(?=[,;。)]|$)"
        ),
        all_parts,
    ),
    Shape(  # 出版6期，每期印制800册，总印数4800册
        "每",
        pattern_of(
            f"{n('times')}(?P<verb>期|次|场)[^,;。0-9]{{0,10}},每(?P=verb){WORDS}{{0,6}}{n('each')}{UNIT},"
            f"(?:总印[数量]|总数|总量|总计|合计|共计?|全年共?){WORDS}{{0,6}}{n('whole')}(?P=unit)"
        ),
        _product,
    ),
    Shape(  # 更新660次，12个社区平均每个社区55次
        "平均每",
        pattern_of(
            f"{WHOLE}[,;]{n('times')}个(?P<name>[^,;。:()0-9]{{1,8}})平均每个?(?P=name){WORDS}{{0,4}}{n('a')}(?P=unit)(?=[,;。]|$)"
        ),
        _each,
        "a",
    ),
    Shape(  # 举办4场，…共132人参加，场均33人
        "均",
        pattern_of(
            f"{n('times')}(?P<verb>场|次|期)(?:,每季度[1一](?P=verb))?,[^;。0-9]{{0,40}}?(?:共|合计|累计|培训|参训|参加|覆盖)+{WORDS}{{0,4}}{n('whole')}(?P<unit>人次|人)[^,;。0-9]{{0,6}},"
            f"(?:(?P=verb)均|平均每(?P=verb)){WORDS}{{0,4}}{n('a')}(?P=unit)"
        ),
        _each,
        "a",
    ),
    Shape(  # 新出台4件，废止2件，现行有效的比上年净增2件
        "净",
        pattern_of(
            f"(?:出台|制发|制定|印发|新增){WORDS}{{0,10}}{n('a')}{UNIT}[,、;](?:当年|本年度?|新)?废止{WORDS}{{0,8}}{n('b')}(?P=unit)"
            f"[,;][^;。0-9]{{0,24}}净[增减少加]{WORDS}{{0,3}}{n('by')}(?P=unit)"
        ),
        _net,
        "by",
    ),
    Shape(  # 比年初净增1件，系新制发2件、废止1件所致
        "净",
        pattern_of(
            f"净[增减少加]{WORDS}{{0,3}}{n('by')}{UNIT},(?:系|为|是|因|即)?(?:出台|制发|制定|印发|新增|新制[发定]|新出台){WORDS}{{0,8}}{n('a')}(?P=unit)"
            f"[,、;]废止{WORDS}{{0,8}}{n('b')}(?P=unit)"
        ),
        _net,
        "by",
    ),
    Shape(  # 全年24件申请中涉及该领域的14件，其他领域10件
        "其他",
        pattern_of(
            f"{WHOLE}(?:申请|信息|案件){{0,2}}[当之]?[中里],?(?:涉及|属于?){WORDS}{{2,10}}{n('a')}(?P=unit)[,、]其[他它余](?:领域|类别|方面|类型){WORDS}{{0,4}}{n('b')}(?P=unit)"
            "(?=[,;。]|$)"
        ),
        all_parts,
    ),
    Shape(  # 当面送来7件，邮寄6件，网上提交4件，总数17件
        "总数",
        pattern_of(
            f"(?<![0-9件次][、,])(?:当面|现场|邮寄|信函|网上|网络|线上|平台){WORDS}{{0,8}}{n('a')}{UNIT}[,、]{WORDS}{{2,10}}{n('b')}(?P=unit)[,、]{WORDS}{{2,10}}{n('c')}(?P=unit)"
            f"[,;](?:此外|再|没有|无|别的|渠道|其他){{0,6}},?总数(?:为|是|达)?{n('whole')}(?P=unit)"
        ),
        all_parts,
    ),
    Shape(  # 公开信息256条，公开内容更趋完善，其中…就有265条
        "其中",
        pattern_of(
            f"{n('whole')}(?P<unit>条|篇)(?:,(?![^,;。]*(?:均|全部|都|各|村|社区|部门|上年|去年|累计|另|还|此外|公众号|网站|微信|平台|转发|推送))[^,;。:()0-9]{{2,16}}),其中{WORDS}{{2,30}}{n('a')}(?P=unit)"
        ),
        _no_more,
        "a",
    ),
)  # fmt: skip


def tellings(line: str) -> Iterator[Difference]:
    marks = [match.start() for match in THOUSANDS.finditer(line)]
    plain = THOUSANDS.sub("", line) if marks else line
    for found in _tellings(plain):
        before = sum(mark - i <= found.at for i, mark in enumerate(marks))
        yield found._replace(at=found.at + before)


def _tellings(line: str) -> Iterator[Difference]:
    for shape in SHAPES:
        if shape.needs in line:
            for match in shape.fits.finditer(line):
                yield from unlike(shape, match)
    if "》" in line:
        yield from _titles(line)
    if "没有" in line or "无" in line:
        yield from _nothing_else(line)
    if "个" in line:
        yield from _are(line)
    if "好" in line or "优" in line:
        yield from _ranked(line)
    if "率" in line:
        yield from _rates(line)


def _unlike(match: re.Match[str], made: Decimal, unit: str) -> Iterator[Difference]:
    printed = Decimal(match["whole"])
    if made != printed and not MAY_DIFFER.search(match[0].replace("重复申请", "")):
        yield Difference(printed, printed, printed, match.start("whole"), unit, (made,))


def _total(match: re.Match[str], unit: str) -> Decimal:
    return sum(map(Decimal, re.findall(f"([0-9]{{1,7}}){unit}", match["run"])), Decimal(0))


def _titles(line: str) -> Iterator[Difference]:
    """制发规范性文件3件，即《甲》《乙》《丙》: as many titles as it says."""
    for match in TITLES.finditer(line):
        yield from _unlike(match, Decimal(match["titles"].count("《")), match["unit"])


TITLES = pattern_of(
    f"{n('whole')}(?P<unit>[件部个项份])[,:(](?:即|分别(?:为|是)|具体(?:为|是):?|依次为|名称为)(?P<titles>(?:《[^《》]{{2,60}}》(?:[(][^()]{{1,12}}[)])?[、和及]?){{2,12}})"
    "(?=[,;。)]|$)"
)


def _nothing_else(line: str) -> Iterator[Difference]:
    """14件，具体为信访8件、重复3件、要求重新出具2件，其余情形没有."""
    for match in NOTHING_ELSE.finditer(line):
        yield from _unlike(match, _total(match, match["unit"]), match["unit"])


PART = "[^,;。:()0-9]{2,16}[0-9]{1,7}(?P=unit)"
NOTHING_ELSE = pattern_of(
    f"{WHOLE}{WORDS}{{0,8}}[,:(](?:其中[,:]?|具体(?:为|是):?|分别为:?|包括:?)?(?P<run>{PART}(?:[、,]{PART}){{1,8}})[,;。]"
    "(?:此外|其余|其他|除此之外)?[,]?(?:(?:再|均|也|并)*(?:无|没有|不存在)(?:其[他它余]|别的|另外的)[^,;。0-9]{0,8}|(?<=[余他],)?(?:情形|类别|渠道|情况)(?:均|也|都)?(?:无|没有|为零|未出现))(?=[,;。)]|$)"
)


def _are(line: str) -> Iterator[Difference]:
    """共运营政务新媒体4个，为微信公众号2个、视频号1个、微博1个."""
    for match in ARE.finditer(line):
        yield from _unlike(match, _total(match, "个"), "个")


ARE = pattern_of(
    f"{n('whole')}个,(?:为|即|分别为|分别是|具体为)(?P<run>{NAME}[0-9]{{1,4}}个(?:[、,和]{NAME}[0-9]{{1,4}}个){{1,6}})(?=[,;。)]|$)(?!,(?:另|还|此外|其余))"
)


def _ranked(line: str) -> Iterator[Difference]:
    """检查15个村，好的10个，较好的4个，一般的2个: no more than all; down to the worst, all."""
    for match in RANKED.finditer(line):
        before = line[: match.start()].rpartition(";")[2]
        head = before[-20:] + match.string[match.end("unit") : match.start("run")]
        alone = not re.search(f"[0-9]{match['unit']}", before)
        alone = alone and bool(ASSESSED.search(head)) and not BEST.search(before[-6:])
        made = _total(match, match["unit"])
        if alone and (made > Decimal(match["whole"]) or match["worst"]):
            yield from _unlike(match, made, match["unit"])


ASSESSED = pattern_of("检查|督查|督导|评查|考核|考评|测评|评估|抽查|评议|评价|评定")
BEST = pattern_of("示范|标杆|先进|特优|最好|优|好|第一")
RANK = "(?:评为|评定为|达到)?(?:好|优秀|优|优良|良好|良|较好|一般|中等|合格|较差)"
RANK += "(?:的|等次|等级|档次|档)*"
RANKED = pattern_of(
    f"{n('whole')}(?P<unit>个|家|件|份|人|名)[^,;。0-9]{{0,16}}[,:](?:其中[,:]?)?"
    f"(?P<run>(?=(?:评为|评定为|达到)?[好优]){RANK}[0-9]{{1,5}}(?P=unit)(?:[、,]{RANK}[0-9]{{1,5}}(?P=unit)){{1,3}}"
    f"(?P<worst>[、,](?:差|最差|落后|不达标)(?:的|等次|等级|档次|档)*[0-9]{{1,5}}(?P=unit))?)(?=[,;。]|$)"
)


def _rates(line: str) -> Iterator[Difference]:
    """办结率94.3%，即应办的247件中办结233件."""
    for pattern in RATES:
        for match in pattern.finditer(line):
            whole, part = Decimal(match["whole"]), Decimal(match["part"])
            printed = Decimal(match["percent"])
            step = Decimal(1).scaleb(-len(match["percent"].partition(".")[2]))
            low, high = printed - step, printed + step
            made = part * 100 / whole if whole else printed
            if part <= whole and not low <= made <= high:
                yield Difference(printed, low, high, match.start("percent"), "%", (made,))


RATED = "(?P<what>办结|答复|办理|维持|纠错|采纳|回复|满意|完成)"
RATES = (
    pattern_of(
        f"{RATED}率(?:为|达|达到)?{PERCENT},即[^,;。:0-9]{{0,8}}{n('whole')}{UNIT}[^,;。:0-9]{{0,6}}[中里内](?:有|已)?[^,;。:0-9]{{0,6}}{n('part')}(?P=unit)[^,;。0-9]{{0,4}}(?:(?P=what)|(?=[,;。)]|$))"
    ),
    pattern_of(
        f'应[办答复理]{{1,2}}结?{n("whole")}{UNIT}[、,][^,;。:0-9]{{0,4}}(?P<what>办结|答复|办理){n("part")}(?P=unit)[”"]?[^;。0-9]{{0,6}}[,](?P=what)率(?:为|达|达到)?{PERCENT}'
    ),
)
