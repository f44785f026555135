"""Sums that the words of a passage fix: 参训86人次，第一期41人次，第二期43人次.

Each shape says by its own words that its parts are all there is of the whole: 第一、第二;
上半年、下半年; 办结、未办结; 除…外，其余. A word, a number or a clause more makes it silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from nianbao.parser.differences import Difference
from nianbao.parser.patterns import pattern_of

NUMBER = r"(?<![0-9.第])(?<![0-9],)(?P<{0}>[0-9]{{1,7}}(?![0-9,.][0-9]))"
COUNT = (
    "件次|件|条次|条|篇|份|人次|场次|场|次|期|宗|起|例|个|项|家|名|人|封|组|册|本|张|块|户|处|批"
)
WORDS = "[^,;。:()0-9]"
END = "(?=[^0-9;。]{0,40}(?:[;。]|$))"  # no other number to the end of the passage
TIMES = "个?工作日|个自然日|天|小时|分钟"
CASES = "(?:件|份|宗|起|例|条|个|项)"


class Shape(NamedTuple):
    """What must be in a sentence, and the numbers of it that make one another."""

    needs: str
    fits: re.Pattern[str]
    # what the numbers by their names make of the last that is told; several where several may
    made: Callable[[dict[str, Decimal]], Sequence[Decimal]]
    told: str = "whole"


def n(name: str) -> str:
    return NUMBER.format(name)


def _d(name: str) -> str:
    """A number that may have a point."""
    return rf"(?<![0-9.])(?P<{name}>[0-9]{{1,4}}(?:\.[0-9]{{1,2}})?)"


def all_parts(found: dict[str, Decimal]) -> Sequence[Decimal]:
    parts = (number for name, number in found.items() if name in "abcd")
    return (sum(parts, Decimal(0)),)


def what_is_left(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (found["whole"] - found["a"],)


def _rest_of_some(found: dict[str, Decimal]) -> Sequence[Decimal]:
    """建议27件、提案35件，除4件外，其余58件: of both, where there are two."""
    return _of_both(found) if "other" in found else what_is_left(found)


def _of_both(found: dict[str, Decimal]) -> Sequence[Decimal]:
    """A rest of two wholes; or of one of them, where that is honest."""
    both = found["whole"] + found["other"]
    return tuple(each - found["a"] for each in (both, found["whole"], found["other"]))


def _apart(found: dict[str, Decimal]) -> Sequence[Decimal]:
    return (abs(found["a"] - found["b"]),)


def _behind(first: str, *others: str) -> str:
    """Parts by their names, in their order, each with its number in the unit of the whole."""
    parts = [f"{first}{WORDS}{{0,8}}{n('a')}(?P=unit)"]
    for name, said in zip("bcd", others, strict=False):
        parts.append(f"[,、;]{said}{WORDS}{{0,8}}{n(name)}(?P=unit)")
    return "".join(parts)


WHOLE = f"{n('whole')}(?P<unit>{COUNT})"
OPENS = "[,:(;](?:其中[,:]?)?"
NO_OTHER = "(?![^。;]{0,12}(?:第[三四五]|其余|另|还有|此外))"
DONE = "(?:办结|办复|答复|审结|判决|完成整改|完成|整改到位|整改|化解|采纳|采用|回复|销号)"
UNDONE = (
    "(?:(?:尚|仍|还|暂)?(?:未采纳|未采用|不予采纳|未回复|未销号|未办结|未审结|未完成整改|未完成|未整改|未办复|未答复|未化解)"
    "|(?:尚|仍)?(?:正在|仍在|尚在)(?:办理|审理|整改)(?:中)?|在办|在审)"
)
LATER = (
    f"(?:{UNDONE}|(?:依法|按规定|将)*(?:结转|顺延|转入|延续)(?:至|到)?(?:下|次|明|20[0-9]{{2}})年?)"
)
FATE = "(?:拟|予以|决定)*(?:继续有效|保留|修[改订正]|废止|宣布失效|失效)的?"
# 评查案卷65件，优秀48件、合格15件、不合格4件: down to the lowest
RANKS = pattern_of(
    f"{WHOLE}[^;。0-9]{{0,30}}[,:](?:其中|评为|评定|,|:)*(?:优秀|满意|非常满意){WORDS}{{0,4}}{n('a')}(?P=unit)"
    f"(?:[,、;](?:良好?|优良|满意|基本满意){WORDS}{{0,4}}{n('b')}(?P=unit))?(?:[,、;](?:基本)?(?:合格|满意){WORDS}{{0,4}}{n('c')}(?P=unit))?"
    f"[,、;](?:不合格|不满意){WORDS}{{0,4}}{n('d')}(?P=unit)(?=[^0-9;。]{{0,40}}(?:[;。]|$|[0-9.]+%))"
)
# 排查问题36个，已整改33个，正在整改3个; 意见63条，采纳48条，未采纳15条
DONE_AND_NOT = pattern_of(
    f"(?:^|[;,])[^0-9;。,]{{0,20}}{WHOLE}[^,;。:()0-9]{{0,6}}[,(](?:其中[,:]?)?(?:已|年内已|(?=采[纳用]))"
    f"{DONE}的?{n('a')}(?P=unit)[,、;]{UNDONE}的?{n('b')}(?P=unit){END}"
)
NOT_OURS = "(?:不属于|非|误投|误转|退回|转[交由送至]|移交|移送|重复)"
REALLY = "实际(?:受理|登记|办理|收到|承办)"
SHAPES = (
    Shape(  # 参训86人次，第一次41人次，第二次55人次
        "第一",
        pattern_of(
            f"{WHOLE}{OPENS}第一(?P<nth>次|期|批|场|轮|季度)(?:{WORDS}{{0,8}}){n('a')}(?P=unit)"
            f"[,、;]第二(?P=nth){WORDS}{{0,8}}{n('b')}(?P=unit)"
            f"(?:[,、;]第三(?P=nth){WORDS}{{0,8}}{n('c')}(?P=unit))?"
            f"(?:[,、;]第四(?P=nth){WORDS}{{0,8}}{n('d')}(?P=unit))?{NO_OTHER}"
        ),
        all_parts,
    ),
    Shape(  # 第一期培训38人，第二期培训44人，两期共培训82人
        "第一",
        pattern_of(
            f"第一(?P<nth>次|期|批|场|轮|季度){WORDS}{{0,8}}{n('a')}(?P<unit>{COUNT})[,、;]第二(?P=nth){WORDS}{{0,8}}{n('b')}(?P=unit)"
            f"(?:[,、;]第三(?P=nth){WORDS}{{0,8}}{n('c')}(?P=unit))?(?:[,、;]第四(?P=nth){WORDS}{{0,8}}{n('d')}(?P=unit))?"
            f"[,;](?:[两二三四](?P=nth)|全年)?(?:共计?|合计|累计|总计){WORDS}{{0,8}}{n('whole')}(?P=unit)"
        ),
        all_parts,
    ),
    Shape(  # 参训人数依次为46人、52人、61人、39人，合计198人次
        "合计",
        pattern_of(
            f"(?:依次|分别)(?:为|是|有)?{n('a')}(?P<unit>人|件|条|场|次)次?[、,]{n('b')}(?P=unit)次?(?:[、,和]{n('c')}(?P=unit)次?)?(?:[、,和]{n('d')}(?P=unit)次?)?"
            f"[,;](?:合计|共计|总计|累计|共){WORDS}{{0,6}}{n('whole')}(?P=unit)次?"
        ),
        all_parts,
    ),
    Shape(  # 新收申请73件，上半年41件，下半年31件
        "上半年",
        pattern_of(f"{WHOLE}{OPENS}{_behind('上半年', '下半年')}(?![,;](?:全年|合计|共))"),
        all_parts,
    ),
    Shape(  # 5次，一、二、三、四季度各1次
        "季度各",
        pattern_of(f"{WHOLE}{OPENS}一、二、三、四季度各{WORDS}{{0,6}}{n('times')}(?P=unit)"),
        lambda found: (found["times"] * 4,),
    ),
    Shape(  # 现行有效13件，其中2025年制发2件，2024年5件，2023年及以前8件
        "前",
        pattern_of(
            f"{WHOLE}{OPENS}20[0-9]{{2}}年{WORDS}{{0,8}}{n('a')}(?P=unit)"
            f"(?:[,、;]20[0-9]{{2}}年(?!度?(?:及|和|以|之)){WORDS}{{0,8}}{n('b')}(?P=unit))?(?:[,、;]20[0-9]{{2}}年(?!度?(?:及|和|以|之)){WORDS}{{0,8}}{n('c')}(?P=unit))?"
            f"[,、;](?:20[0-9]{{2}}年度?(?:及|和)?)?(?:其|以|之|更早|此)前{WORDS}{{0,8}}{n('d')}(?P=unit){END}"
        ),
        all_parts,
    ),
    Shape(  # 一季度388件、二季度472件、三季度571件、四季度466件，合计1843件
        "四季度",
        pattern_of(
            f"一季度{WORDS}{{0,8}}{n('a')}(?P<unit>{COUNT})[,、;]第?二季度{WORDS}{{0,8}}{n('b')}(?P=unit)"
            f"[,、;]第?三季度{WORDS}{{0,8}}{n('c')}(?P=unit)[,、;]第?四季度{WORDS}{{0,8}}{n('d')}(?P=unit)"
            f"[,;](?:全年)?(?:合计|共计|总计|共|累计){WORDS}{{0,8}}{n('whole')}(?P=unit)"
        ),
        all_parts,
    ),
    Shape(  # 收到13件申请中，除1件正在征求意见外，其余13件均已办结
        "除",
        pattern_of(
            f"(?:{n('other')}{CASES}[、,和及]{WORDS}{{0,10}})?"
            f"{n('whole')}(?P<unit>{CASES})(?:[^;。:()0-9]{{0,16}}),?除{n('a')}(?P=unit)"
            f"(?:[^;。0-9]|[0-9]{{1,4}}[年月日]){{1,40}}外,(?:其余|剩余|余下|其他)的?{n('rest')}(?P=unit)"
        ),
        _rest_of_some,
        "rest",
    ),
    Shape(  # 承办工单21219件，其中已办结21070件，办结率99.3%，未办结194件
        "未",
        pattern_of(
            f"{WHOLE}[,(]其中[,:]?(?:已|按时|按期|年内|及时)*{DONE}的?{n('a')}(?P=unit)"
            f"(?:[,、]{DONE}率[0-9.]+%)?[,、;]{UNDONE}的?{n('b')}(?P=unit){END}"
        ),
        all_parts,
    ),
    Shape("不合格", RANKS, all_parts),
    Shape("不满意", RANKS, all_parts),
    Shape("整改", DONE_AND_NOT, all_parts),
    Shape("采", DONE_AND_NOT, all_parts),
    Shape(  # 纳入清理范围133件，继续有效81件，修改17件，废止35件
        "清理",
        pattern_of(
            f"(?:清理|纳入|对){WORDS}{{0,16}}{WHOLE}{WORDS}{{0,20}}[,:](?:其中[,:]?)?(?P<one>{FATE}){n('a')}(?P=unit)"
            f"[,、;](?!(?P=one))(?P<two>{FATE}){n('b')}(?P=unit)[,、;](?!(?P=one)|(?P=two)){FATE}{n('c')}(?P=unit){END}"
        ),
        all_parts,
    ),
    Shape(  # 案件7件（含上年结转2件），已判决5件，均驳回诉请，未判决2件
        "未",
        pattern_of(
            f"(?:^|;)[^0-9;。]{{0,40}}(?:20[0-9]{{2}}年[^0-9;。]{{0,40}})?{WHOLE}(?:[(](?:含|包括)[^()]{{1,20}}[)])?"
            f",(?:已|年内已|均已){DONE}的?{n('a')}(?P=unit)(?:,均{WORDS}{{1,16}})?[,、;](?:尚|仍|还)?未{DONE}的?{n('b')}(?P=unit){END}"
        ),
        all_parts,
    ),
    Shape(  # 收件88件（含转办11件），剔除转办后本级登记77件
        "后",
        pattern_of(
            f"{WHOLE}[,(](?:其中)?(?:含|包括)?(?P<name>[^,;。:()0-9]{{2,6}}){n('a')}(?P=unit)[)]?"
            f",(?:剔除|扣除|核减|减去|去除)(?P=name){WORDS}{{0,4}}后{WORDS}{{0,10}}{n('rest')}(?P=unit)"
        ),
        what_is_left,
        "rest",
    ),
    Shape(  # 新收9件，其中7件办结，1件结转至下年
        "其中",
        pattern_of(
            f"{WHOLE}[,(](?:(?:无|没有){WORDS}{{1,10}},)?其中[,:]?{n('a')}(?P=unit)"
            f"(?:已|按时|按期|于?年内|当年|及时|依法|已于?年内)*{DONE}(?:完毕|完成)?"
            f"[,、;]{n('b')}(?P=unit)(?:系{WORDS}{{0,14}}|(?:[0-9]{{1,2}}[月日]|{WORDS}){{0,14}}(?:收到|提出),|{WORDS}{{0,12}})"
            f"(?:系?[0-9]{{1,2}}月[0-9]{{1,2}}日收到,)?{LATER}{END}"
        ),
        all_parts,
    ),
    Shape(  # 收到14件，其中3件不属于本街道职责，…，实际受理12件
        "实际",
        pattern_of(
            f"(?:收到|接收|接到|收件|申请的?){WORDS}{{0,16}}{n('whole')}(?P<unit>{CASES})[,(;](?:其中[,:]?)?"
            f"{n('a')}(?P=unit)(?:[^,;。0-9]{{0,10}}){NOT_OURS}[^;。0-9]{{0,40}}"
            f"[,;]{WORDS}{{0,8}}{REALLY}{WORDS}{{0,8}}{n('rest')}(?P=unit)"
        ),
        what_is_left,
        "rest",
    ),
    Shape(  # 29件中，误投4件退回，实际受理25件
        "实际",
        pattern_of(
            f"{n('whole')}(?P<unit>{CASES}){WORDS}{{0,6}}[,(;](?:其中[,:]?)?(?:误投|误转|错投|重复)(?:申请|登记|件|的)*"
            f"{n('a')}(?P=unit)[^;。0-9]{{0,20}}[,;]{WORDS}{{0,8}}{REALLY}{WORDS}{{0,8}}{n('rest')}(?P=unit)"
        ),
        what_is_left,
        "rest",
    ),
    Shape(  # 建议24件，提案31件，已办结53件，尚未办结2件
        "未",
        pattern_of(
            f"(?:^|;)[^0-9;。]{{0,24}}{n('whole')}件[,、和]{WORDS}{{0,12}}{n('other')}件,(?:其中)?(?:已|均已|年内已){DONE}{n('a')}件"
            f"[,、](?:尚|仍|还)?未{DONE}{n('rest')}件{END}"
        ),
        _of_both,
        "rest",
    ),
    Shape(  # 建议7件、提案5件，其中主办4件，会办6件
        "主办",
        pattern_of(
            f"{n('whole')}件[、,和]{WORDS}{{0,12}}{n('other')}件[,(]其中[,:]?主办{n('a')}件"
            f"[,、](?:会办|协办|分办){n('rest')}件{END}"
        ),
        _of_both,
        "rest",
    ),
    Shape(  # 余下1件在法定期限内办理，结转下年1件
        "结转",
        pattern_of(
            f"(?:余下|其余|剩余){n('whole')}(?P<unit>{CASES})(?:{WORDS}{{0,24}}),(?:{WORDS}{{0,8}})结转(?:至|到)?下一?年度?(?:办理|的|为)*{n('rest')}(?P=unit)"
        ),
        lambda found: (found["whole"],),
        "rest",
    ),
    Shape(  # 一是更新12条，二是公开38条，三是发布164条，累计公开214条
        "三是",
        pattern_of(
            f"一是{WORDS}{{1,14}}{n('a')}(?P<unit>条|篇|件|份),二是{WORDS}{{1,14}}{n('b')}(?P=unit),三是{WORDS}{{1,14}}{n('c')}(?P=unit)"
            f"(?:,四是{WORDS}{{1,14}}{n('d')}(?P=unit))?,(?:全年)?(?:累计|共计|合计|总计|共){WORDS}{{0,8}}{n('whole')}(?P=unit)"
        ),
        all_parts,
    ),
    Shape(  # 建议公开56件（共60件，不宜公开4件）
        "(共",
        pattern_of(
            f"公开{n('a')}件[(]共{n('whole')}件,(?:[^,;。:()0-9]{{0,4}}涉密[^,;。:()0-9]{{0,8}}|不宜公开|不予公开|不公开|未公开)的?{n('b')}件[)]"
        ),
        all_parts,
    ),
    Shape(  # 办结2702件，其中2020年转入85件、当年2617件
        "其中",
        pattern_of(
            f"{n('whole')}(?P<unit>{CASES})[,(]其中[,:]?(?:20[0-9]{{2}}年|上年|上年度|往年)(?:结转|转入|遗留|跨年)(?:的|办理|申请)*{n('a')}(?P=unit)"
            f"[,、](?:当年|本年度?|今年|年内|20[0-9]{{2}}年)(?:新收|收到|受理|办理|申请|的)*{n('b')}(?P=unit)(?=[,;。]|$)"
        ),
        all_parts,
    ),
    Shape(  # 举办26场，邀请1840人次，其中市级6场420人次、县级20场1420人次
        "人次",
        pattern_of(
            f"{n('whole')}(?P<unit>场次|场|次|期|批)[,、]?{WORDS}{{0,10}}[0-9]{{1,7}}人次?[,(]其中[,:]?{WORDS}{{1,8}}{n('a')}(?P=unit)[,、]?{WORDS}{{0,4}}[0-9]{{1,7}}人次?"
            f"[,、;]{WORDS}{{1,8}}{n('b')}(?P=unit)[,、]?{WORDS}{{0,4}}[0-9]{{1,7}}人次?{END}"
        ),
        all_parts,
    ),
    Shape(
        "人次",
        pattern_of(
            f"[0-9]{{1,5}}(?P<turns>场次|场|次|期|批)[,、]?{WORDS}{{0,10}}{n('whole')}(?P<unit>人次?)[,(]其中[,:]?{WORDS}{{1,8}}[0-9]{{1,5}}(?P=turns)[,、]?{WORDS}{{0,4}}{n('a')}(?P=unit)"
            f"[,、;]{WORDS}{{1,8}}[0-9]{{1,5}}(?P=turns)[,、]?{WORDS}{{0,4}}{n('b')}(?P=unit){END}"
        ),
        all_parts,
    ),
    Shape(  # 由13.8个工作日缩短至11.2个工作日，缩短2.6个工作日
        "由",
        pattern_of(
            f"由{WORDS}{{0,6}}(?:20[0-9]{{2}}年度?的?)?{_d('a')}(?P<unit>{TIMES})(?:缩短|压缩|减少|降低|降|增加|延长|提高){{0,2}}[至到为]{_d('b')}(?P=unit)"
            f"[,(](?:平均|共|整体)?(?:缩短|压缩|减少|降低|增加|延长|提高)了?{_d('by')}(?P=unit)"
        ),
        _apart,
        "by",
    ),
    Shape(  # 161件，较清理前（188件）减少27件
        "前(",
        pattern_of(
            f"{n('a')}(?P<unit>{CASES}),(?:较|比){WORDS}{{1,8}}前[(]{n('b')}(?P=unit)[)](?:净)?(?:减少|增加|多|少|下降|上升)了?{n('by')}(?P=unit)"
        ),
        _apart,
        "by",
    ),
    Shape(  # 主办件8件全文公开7件（1件不宜公开），提案15件公开15件，共公开23件
        "共",
        pattern_of(
            f"[0-9]件(?:均|全部|已|全文|主动|其中)*(?P<verb>公开|办结|办复|答复){n('a')}(?P<unit>件)(?:[(][^()]{{1,20}}[)])?"
            f"[,、;]{WORDS}{{0,16}}[0-9]{{1,5}}件(?:均|全部|已|全文|主动|其中)*(?P=verb){n('b')}件(?:[(][^()]{{1,20}}[)])?"
            f"[,;](?:两项|二者|合计|累计)*(?:共|合计|累计)计?(?P=verb){WORDS}{{0,4}}{n('whole')}件"
        ),
        all_parts,
    ),
)  # fmt: skip
BODIES = pattern_of(
    r"(?<![0-9.、和及与])(?P<run>(?:[0-9]{1,4}(?:个|家)[^,;。:()0-9、和及与等]{1,12}(?:[(][^()0-9]{1,8}[)])?(?:、|和|及|与|以及)){1,8}"
    r"[0-9]{1,4}(?:个|家)[^,;。:()0-9、和及与等]{1,12}?(?:[(][^()0-9]{1,8}[)])?),?(?:共计?|合计|总计)(?:有)?(?P<whole>[0-9]{1,5})(?P<unit>个|家)"
)
NEXT_YEAR = pattern_of(
    rf"(?:同?比|较|与)?(?:上一?年度?|去年|(?P<year>20[0-9]{{2}})年度?)(?:同期)?(?:的|为|有|共)*{n('then')}(?P<unit>{COUNT})"
    r"(?:相比)?,?(?P<rise>同比增长|增长|增加|上升|同比下降|下降|减少|降低|回落)了?约?(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,2})?)%"
)
BY_SO_MANY = pattern_of(
    f"{n('now')}(?P<unit>{COUNT}),(?:比|较)(?P<year>20[0-9]{{2}})年(?:多|增加|(?P<less>减少|少))了?{n('by')}(?P=unit)。?$"
)
THAT_YEAR = pattern_of(
    f"(?P<year>20[0-9]{{2}})年(?:全年)?(?:为|是|共)?{n('then')}(?P<unit>{COUNT})"
)
# what may make it another number by an honest reading
MORE_BEHIND = pattern_of("增[开办加发]|加[开办印]|追加|另(?!行)|此外|还[有开]|补[开办]")
NAMED_SO = pattern_of("剔除|扣除|核减|减去|去除|误投|误转|错投")  # 含重复4件，剔除重复后36件
MAY_DIFFER = pattern_of("重复|合并|拆分|约|[0-9]余|左右|以上|至少|近[0-9]")


THOUSANDS = pattern_of("(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")


def sums(line: str) -> Iterator[Difference]:
    marks = [match.start() for match in THOUSANDS.finditer(line)]
    for found in _sums(THOUSANDS.sub("", line) if marks else line):
        before = sum(mark - i <= found.at for i, mark in enumerate(marks))
        yield found._replace(at=found.at + before)


def _sums(line: str) -> Iterator[Difference]:
    for shape in SHAPES:
        if shape.needs in line:
            for match in shape.fits.finditer(line):
                yield from unlike(shape, match)
    if "个" in line or "家" in line:
        yield from _of_bodies(line)


def over_a_stop(before: str, line: str, earlier: str = "") -> Iterator[Difference]:
    """`earlier` is what stands before `before`.

    诉讼共6件。较上年度的10件下降40%; 38214条，比2021年多2109条。2021年为36105条."""
    if match := NEXT_YEAR.match(line):
        yield from _grown(before, match, earlier)
    then = THAT_YEAR.match(line)
    said = BY_SO_MANY.search(before) if then else None
    if said and then and (said["year"], said["unit"]) == (then["year"], then["unit"]):
        by = Decimal(said["by"]) * (1 if said["less"] else -1)
        made, printed = Decimal(said["now"]) + by, Decimal(then["then"])
        if printed != made:
            yield Difference(printed, printed, printed, then.start("then"), said["unit"], (made,))


def _grown(before: str, match: re.Match[str], earlier: str) -> Iterator[Difference]:
    """Of a number that was told before it, or of all of them; parts in the midst are none."""
    whole, parted, parts = before.partition("其中")
    numbers = [Decimal(n) for n in re.findall(f"{NUMBER_ALONE}{match['unit']}", whole)]
    last = [Decimal(n) for n in re.findall(f"{NUMBER_ALONE}{match['unit']}", parts)][-1:]
    numbers += last if parted else []
    then, step = Decimal(match["then"]), Decimal(1).scaleb(-len(match["percent"].partition(".")[2]))
    if not numbers or not then:
        return
    sign = -1 if FALLS.search(match["rise"]) else 1
    printed = sign * Decimal(match["percent"])
    also = [Decimal(n) for n in re.findall(f"{NUMBER_ALONE}{match['unit']}", earlier)]
    every = (*numbers, sum(numbers, Decimal(0)), *also)
    made = tuple((now - then) * 100 / then for now in every)
    if not any(printed - step <= each <= printed + step for each in made):
        at = match.start("percent")
        yield Difference(printed, printed - step, printed + step, at, "%", made)


NUMBER_ALONE = r"(?<![0-9.第])(?<![0-9],)([0-9]{1,7})"
FALLS = pattern_of("降|减|落")


def unlike(shape: Shape, match: re.Match[str]) -> Iterator[Difference]:
    named = match.groupdict()
    behind = match.string[match.end() : match.end() + 30].partition("。")[0]
    if MORE_BEHIND.search(behind) or not _are_counted(match):
        return
    if MAY_DIFFER.search(match[0]) and not NAMED_SO.search(match[0]):
        return
    words = ("unit", "nth", "verb", "name", "turns", "one", "two")
    found = {key: Decimal(said) for key, said in named.items() if said and key not in words}
    made, printed = shape.made(found), found[shape.told]
    if printed not in made and made[0] >= 0:
        at = match.start(shape.told)
        yield Difference(printed, printed, printed, at, named.get("unit") or "件", tuple(made))


def _are_counted(match: re.Match[str]) -> bool:
    """培训3期，…第一期41人次，第二期43人次: the third is not told."""
    nth = match.groupdict().get("nth")
    if not nth:
        return True
    said = re.findall(rf"(?<![0-9第])([0-9]{{1,2}}){nth}", match.string[: match.start("a")])
    return not said or int(said[-1]) == sum(match[name] is not None for name in "abcd")


def _of_bodies(line: str) -> Iterator[Difference]:
    """13个乡镇和36个部门共51个单位."""
    for match in BODIES.finditer(line):
        parts = re.findall("([0-9]+)(?:个|家)", match["run"])
        made, printed = sum(map(Decimal, parts)), Decimal(match["whole"])
        if made != printed and not MAY_DIFFER.search(match[0]):
            at = match.start("whole")
            yield Difference(printed, printed, printed, at, match["unit"], (Decimal(made),))
