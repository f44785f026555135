"""Sums and changes that a passage tells by the words of its parts, some over a stop.

As in sums.py the words say that the parts are all there is, or that two numbers are of the same;
a number or a word more makes each silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from nianbao.parser.differences import Difference
from nianbao.parser.patterns import pattern_of
from nianbao.parser.sums import (
    CASES,
    COUNT,
    END,
    FALLS,
    MAY_DIFFER,
    MORE_BEHIND,
    NUMBER_ALONE,
    THOUSANDS,
    UNDONE,
    WHOLE,
    WORDS,
    Shape,
    all_parts,
    n,
    unlike,
    what_is_left,
)

QUARTERS = (
    f"第?一季度{WORDS}{{0,8}}{n('a')}(?P=unit)[,、;]第?二季度{WORDS}{{0,8}}{n('b')}(?P=unit)"
    f"[,、;]第?三季度{WORDS}{{0,8}}{n('c')}(?P=unit)[,、;]第?四季度{WORDS}{{0,8}}{n('d')}(?P=unit)"
)
BY_QUARTERS = "(?:按季度?|分季度?|从季度|各季度)[^,;。:0-9]{0,6}[,:]?"
ALL_TOLD = f"(?![^。]{{0,40}}(?:其余|余下|剩余|还有|另有|此外)){END}"
NOT_PUBLIC = "(?:未予公开|未公开|不予公开|不宜公开|不公开)"


def _no_more_than(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (min(found["a"], found["whole"]),)


def _last_of_four(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (found["whole"] - found["a"] - found["b"] - found["c"],)


def _due(found: dict[str, Decimal]) -> Sequence[Decimal]:
    """What came over may be told beside what was due, or as a part of it."""
    return (found["a"] + found["b"], found["a"])


def _by_so_many(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (abs(found["whole"] - found["a"]),)


def _all_ways(found: dict[str, Decimal]) -> Sequence[Decimal]:
    """What the ways make, where that is more than all, or all but for a slip."""
    made = sum((number for name, number in found.items() if name in "abc"), Decimal(0))
    is_all = made > found["whole"] or made * 10 >= found["whole"] * 9
    return (made,) if is_all else (found["whole"],)


WAY = (
    "(?:通过|以|由|采取|经)?(?:网络|网上|网站|线上|平台|在线|信函|邮寄|邮政|快递|当面|现场|书面|窗口|线下|传真|电子邮件)"
    "(?:渠道|方式|形式|平台|申请|提交|提出|递交|寄送|的)*"
)
SHAPES = (
    Shape(  # 486条，比上年的430条增加65条
        "的",
        pattern_of(
            f"{n('whole')}(?P<unit>{COUNT}),?(?:比|较|同比)(?:上年度?|去年|20[0-9]{{2}}年度?)(?:同期)?的{n('a')}(?P=unit)"
            f"(?:净)?(?:增加|增长|多|减少|下降|少)了?{n('by')}(?P=unit)"
        ),
        _by_so_many,
        "by",
    ),
    Shape(  # 收到的9件申请，8件当面提交、1件邮寄提交
        "申请,",
        pattern_of(
            f"{n('whole')}(?P<unit>{CASES})(?:政府信息公开|信息公开)?申请,(?:其中)?{n('a')}(?P=unit){WAY}[,、;]{n('b')}(?P=unit){WAY}(?:[,、;]{n('c')}(?P=unit){WAY})?(?=[。;]|$)"
        ),
        _all_ways,
    ),
    Shape(  # 征地批文60件、规划许可45件、其他35件，共计140件
        "其",
        pattern_of(
            f"(?:^|[;:]|(?:领域|内容|类别|类型|事项)为)(?:{WORDS}{{1,14}}?{n('a')}(?P<unit>{COUNT})[、,]{WORDS}{{1,12}}?{n('b')}(?P=unit)[、,])(?:{WORDS}{{1,12}}?{n('c')}(?P=unit)[、,])?"
            f"其[他余它]{WORDS}{{0,6}}{n('d')}(?P=unit),(?:共计|合计|总计|共){WORDS}{{0,4}}{n('whole')}(?P=unit){ALL_TOLD}"
        ),
        all_parts,
    ),
    Shape(  # 建议18件、提案27件，合计45件，公开答复43件，4件因涉及内部管理未予公开
        "公开",
        pattern_of(
            f"[,;:](?:合计|共计|共|总计){WORDS}{{0,6}}{n('whole')}(?P<unit>件),(?:其中)?(?:已|主动|全文|对外)*公开(?:答复|复文|结果|办理)*的?{n('a')}件"
            f"[,、;](?:另有?|其余)?{n('b')}件(?:因?{WORDS}{{1,20}},?)?{NOT_PUBLIC}{ALL_TOLD}"
        ),
        all_parts,
    ),
    Shape(  # 抽查网站48家次，合格51家次
        "合格",
        pattern_of(
            f"(?:抽查|检查|抽检|检测){WORDS}{{0,14}}{n('whole')}(?P<unit>家次|{COUNT}),(?:其中)?合格的?{WORDS}{{0,4}}{n('a')}(?P=unit)"
        ),
        _no_more_than,
        "a",
    ),
    Shape(  # 发放问卷300份，回收320份
        "回收",
        pattern_of(
            f"(?:发放|发出){WORDS}{{0,14}}{n('whole')}(?P<unit>份|张),(?:共|实际)?(?:回收|收回){WORDS}{{0,6}}{n('a')}(?P=unit)"
        ),
        _no_more_than,
        "a",
    ),
    Shape(  # 全县公开52316条；县政府办公室1263条，县直部门33872条，乡镇17811条
        "乡镇",
        pattern_of(
            f"全县{WORDS}{{0,24}}{WHOLE}(?:,(?:同比|较上年|比上年){WORDS}{{0,6}}[0-9.]+%)?[,;:(](?:其中[,:]?)?"
            f"(?:县政府办公室|县政府办|县政府本级|县本级){WORDS}{{0,6}}{n('a')}(?P=unit)"
            f"[,、;]县直(?:各?部门|各?单位|机关|部门单位){WORDS}{{0,6}}{n('b')}(?P=unit)"
            f"[,、;](?:各)?乡镇(?:[(]街道[)]|街道|、街道)?{WORDS}{{0,6}}{n('c')}(?P=unit){ALL_TOLD}"
        ),
        all_parts,
    ),
    Shape(  # 新收236件，上年结转19件，全年应办理265件
        "应",
        pattern_of(
            f"申请{WORDS}{{0,6}}{n('a')}(?P<unit>{CASES})[,、](?:另?有?|加上)(?:上年度?|去年)(?:结转|转入)(?:申请|的|办理)*{n('b')}(?P=unit)"
            f",(?:全年|合计|共计?|本年度?)*应(?:办理|办结|答复|处理)(?:的|申请)*{n('whole')}(?P=unit)"
        ),
        _due,
    ),
    Shape(  # 建议21件、提案34件，共55件，…；其中主办件18件，会办件27件
        "会办",
        pattern_of(
            f"[,;]共计?{n('whole')}(?P<unit>件)(?:[^。0-9(]|100%){{0,24}}[,;]其中[,:]?主办件?{n('a')}件[,、](?:会办|协办|分办)件?{n('b')}件{ALL_TOLD}"
        ),
        all_parts,
    ),
    Shape(  # 收到留言2187条，回复2164条，其余33条为无效留言
        "其余",
        pattern_of(
            f"(?:收到|受理){WORDS}{{0,10}}{n('whole')}(?P<unit>{COUNT}),(?:其中)?(?:已|按期|及时)*(?:回复|办结|答复){WORDS}{{0,4}}{n('a')}(?P=unit)"
            f",(?:其余|余下|剩余)的?{n('rest')}(?P=unit){ALL_TOLD}"
        ),
        what_is_left,
        "rest",
    ),
    Shape(  # 通知书11份，其中9件已审结，维持6件、…，1件在审
        "已审结",
        pattern_of(
            f"(?:复议|诉讼|应诉){WORDS}{{0,10}}{n('whole')}(?:{CASES}),其中{n('a')}(?P<unit>{CASES})已审结(?:,[^;。()]{{0,60}})?[,;](?:尚有|另有?)?{n('b')}(?P=unit){UNDONE}{ALL_TOLD}"
        ),
        all_parts,
    ),
    Shape(  # 案件9件，已审结6件（均为结果维持），未审结2件
        "审结",
        pattern_of(
            f"案件{WORDS}{{0,4}}{WHOLE},(?:其中)?已审结{n('a')}(?P=unit)[(]均{WORDS}{{1,16}}[)][,、;](?:尚|仍)?未审结{n('b')}(?P=unit){ALL_TOLD}"
        ),
        all_parts,
    ),
    Shape(  # 信息180条，分季度看，一季度35条、二季度48条、三季度46条、四季度51条
        "四季度",
        pattern_of(
            f"(?:^|[,;])[^0-9;。,]{{0,30}}{WHOLE}[,;:(](?:月均[0-9.]+(?P=unit)[,;])?(?:其中[,:]?|{BY_QUARTERS}){QUARTERS}{ALL_TOLD}"
        ),
        all_parts,
    ),
)  # fmt: skip
# Of these the whole stands in the sentence before.
OVER_A_STOP = (
    Shape(  # 全年累计174条，月均14.5条。按季度统计，一季度35条、…
        "四季度",
        pattern_of(
            f"(?:全年|累计|共计|合计|总计|共){WORDS}{{0,8}}{n('whole')}(?P<unit>{COUNT})(?:,(?:月均|平均每月){WORDS}{{0,4}}[0-9.]+(?P=unit))?。"
            f"(?:其中[,:]?|{BY_QUARTERS}){QUARTERS}{ALL_TOLD}"
        ),
        _last_of_four,
        "d",
    ),
    Shape(  # 共63家单位参评。评定优秀15家、良好39家、合格12家，未评出不合格单位
        "不合格",
        pattern_of(
            f"共{WORDS}{{0,4}}{n('whole')}(?P<unit>家|个|名){WORDS}{{0,4}}(?:参评|参加评[价估议])。(?:评定|评出|其中|,|:)*"
            f"优秀{WORDS}{{0,4}}{n('a')}(?P=unit)[,、;]良好{WORDS}{{0,4}}{n('b')}(?P=unit)[,、;]合格{WORDS}{{0,4}}{n('c')}(?P=unit)"
            ",(?:未评出|无|没有)不合格"
        ),
        lambda found: (found["whole"] - found["a"] - found["b"],),
        "c",
    ),
)  # fmt: skip

RISES = "增长|增加|上升|提高|下降|减少|降低|回落"
PERCENT = r"(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,2})?)%"
CHANGES = (
    # 较上年的50件增长80%，达到80件
    pattern_of(
        f"(?:较|比)(?:上年|去年|20[0-9]{{2}}年)(?:同期)?的?{n('then')}(?P<unit>{COUNT})(?P<rise>{RISES})了?{PERCENT},(?:达到?|为|增至|降至){n('now')}(?P=unit)"
    ),
    # 由640件增至1600件；与2024年的1420件相比增长5.3%
    pattern_of(
        f"由{WORDS}{{0,8}}[0-9]{{1,7}}(?P<unit>{COUNT})(?:增|升|降|减|增加|下降|上升){{1,2}}[至到]{n('now')}(?P=unit)[;,]"
        f"与(?:上年|去年|20[0-9]{{2}}年)的?{n('then')}(?P=unit)相比,?(?P<rise>{RISES})了?{PERCENT}"
    ),
)
# 2021年7955条，2022年8612条，本年比上年多567条
FROM_YEAR_TO_YEAR = pattern_of(
    f"(?P<first>20[0-9]{{2}})年{n('then')}(?P<unit>{COUNT})[,、;](?P<next>20[0-9]{{2}})年{n('now')}(?P=unit)"
    f",(?:本年|今年)?(?:比|较)上年(?P<rise>多|增加|增长|少|减少)了?{n('by')}(?P=unit)"
)
# 办结30件，其中全部公开11件、部分公开4件，公开率为55%
OPENED = pattern_of(
    f"(?:办结|答复){WORDS}{{0,10}}{n('whole')}(?P<unit>{CASES}),其中[,:]?(?:全部|予以|同意)公开的?{n('a')}(?P=unit)"
    f"[、,]部分公开的?{n('b')}(?P=unit),公开率(?:为|达到?)?{PERCENT}"
)
# 网站429条；微博268条，两个平台合计715条
OF_SO_MANY = pattern_of(
    f"[,;](?P<n>[两三四])(?:个)?(?:平台|渠道|账号|网站)(?:合计|共计|总计|共){WORDS}{{0,6}}{n('whole')}(?P<unit>条|篇|件|份)"
)
SUMMED_UP = pattern_of(
    f"^(?:综上|以上合计|以上共计),?(?:全年)?(?:共|合计|共计)?{n('whole')}(?P<unit>条|篇|件|份)"
)
BEGINS = pattern_of("(?:第一|一是|其一)")  # so that no part stands before it
MAY_OVERLAP = pattern_of("其中|[(]|去重|转发|同步|重复|较|同比|上年|去年|上半年|下半年")


def tallies(before: str, line: str) -> Iterator[Difference]:
    """`before` is the sentence before."""
    before, marks = THOUSANDS.sub("", before), [m.start() for m in THOUSANDS.finditer(line)]
    for found in _tallies(before, THOUSANDS.sub("", line) if marks else line):
        gone = sum(mark - i <= found.at for i, mark in enumerate(marks))
        yield found._replace(at=found.at + gone)


def _tallies(before: str, line: str) -> Iterator[Difference]:
    for shape in SHAPES:
        if shape.needs in line:
            for match in shape.fits.finditer(line):
                yield from unlike(shape, match)
    if before:
        yield from _over_a_stop(before, line)
    if "个" in line:
        yield from _of_so_many(line)
    if "%" in line:
        yield from _changes(line)
    if years := FROM_YEAR_TO_YEAR.search(line):
        yield from _from_year_to_year(years)


def _over_a_stop(before: str, line: str) -> Iterator[Difference]:
    both = f"{before.rstrip('。')}。{line}"
    offset = len(both) - len(line)
    for shape in OVER_A_STOP:
        if shape.needs in line:
            for match in shape.fits.finditer(both):
                for found in unlike(shape, match):
                    yield found._replace(at=found.at - offset)
    total = SUMMED_UP.match(line)
    if (
        total
        and BEGINS.match(before)
        and not MAY_OVERLAP.search(before)
        and not MAY_DIFFER.search(before)
    ):
        parts = [Decimal(each) for each in re.findall(f"{NUMBER_ALONE}{total['unit']}", before)]
        made = sum(parts, Decimal(0))
        if len(parts) > 1 and Decimal(total["whole"]) not in (made, *parts):
            yield _told(total, "whole", made)


def _of_so_many(line: str) -> Iterator[Difference]:
    """As many numbers of its unit as it says, and no other, stand before it."""
    match = OF_SO_MANY.search(line)
    if match is None or MORE_BEHIND.search(line, match.end()):
        return
    before = line[: match.start()]
    if MAY_OVERLAP.search(before) or MAY_DIFFER.search(before):
        return
    parts = [Decimal(each) for each in re.findall(f"{NUMBER_ALONE}{match['unit']}", before)]
    made = sum(parts, Decimal(0))
    if len(parts) == "零一两三四".index(match["n"]) and Decimal(match["whole"]) != made:
        yield _told(match, "whole", made)


def _changes(line: str) -> Iterator[Difference]:
    for pattern in CHANGES:
        for match in pattern.finditer(line):
            now, then = Decimal(match["now"]), Decimal(match["then"])
            if then and not MAY_DIFFER.search(match[0]):
                sign = -1 if FALLS.search(match["rise"]) else 1
                yield from _percentage(match, sign, ((now - then) * 100 / then,))
    if opened := OPENED.search(line):
        whole, granted, partial = (Decimal(opened[name]) for name in ("whole", "a", "b"))
        if whole:
            made = (granted + partial) * 100 / whole, granted * 100 / whole
            yield from _percentage(opened, 1, made)


def _percentage(match: re.Match[str], sign: int, made: tuple[Decimal, ...]) -> Iterator[Difference]:
    printed = sign * Decimal(match["percent"])
    step = Decimal(1).scaleb(-len(match["percent"].partition(".")[2]))
    if not any(printed - step <= each <= printed + step for each in made):
        at = match.start("percent")
        yield Difference(printed, printed - step, printed + step, at, "%", made)


def _from_year_to_year(match: re.Match[str]) -> Iterator[Difference]:
    grown = Decimal(match["now"]) - Decimal(match["then"])
    made = -grown if match["rise"] in ("少", "减少") else grown
    is_next = int(match["next"]) == int(match["first"]) + 1
    if is_next and made > 0 and Decimal(match["by"]) != made:
        yield _told(match, "by", made)


def _told(match: re.Match[str], name: str, made: Decimal) -> Difference:
    printed = Decimal(match[name])
    return Difference(printed, printed, printed, match.start(name), match["unit"], (made,))
