"""Whose report a sighting is, and of which year: by title, column, page and text.

Never by an address, never by a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from nianbao.parser.patterns import pattern_of
from nianbao.parser.years import YEAR
from nianbao.storage.kinds import PageKind
from nianbao.storage.nation import counties
from nianbao.storage.registry import UnitEntry

if TYPE_CHECKING:
    from nianbao.parser.heading import Publication
    from nianbao.parser.report import Report

NOT_REPORTS: tuple[tuple[PageKind, str], ...] = (
    ("interpretation", "解读|一图读懂|图解|图说"),
    ("notice", "通知|部署|会议|培训|推进会|工作方案|实施方案"),
    ("system", "年度报告制度|年报制度|公开制度|公开指南|公开目录|依申请公开(?:统计|指南)"),
    ("work_report", "政府工作报告"),
    ("rule_of_law", "法治政府建设|依法行政"),
    ("website_statement", "政府网站(?:工作)?(?:年度)?(?:工作)?(?:年度)?报表|网站监管年度报表"),
    ("budget", "预算|决算|三公经费"),
    ("other_openness", "(?:党务|村务|居务|社务|厂务|校务|院务|警务|检务|审务)(?:信息)?公开"),
)
REPORT = pattern_of(
    "(?:政府信息|政务信息|信息|政务)(?:公开)?"
    ".{0,8}(?:年度报告|年报|工作报告|年度工作报告|公开报告|工作总结)"
    "|信息年度公开报告"
)
# A report on something else and on open government in one.
OF_BOTH: Mapping[PageKind, re.Pattern[str]] = {
    "rule_of_law": pattern_of("(?:暨|和|及|与|、)政府信息公开.{0,8}(?:年度报告|年报)"),
    "other_openness": pattern_of("政府信息|政务"),
}
# What stands in brackets behind a title: why it was published again, say.
BEHIND = pattern_of(r"[（(【\[][^（()）【】\[\]]*[）)】\]]?$")
CALLS = pattern_of(
    "关于做好|召开|部署"
)  # a notice about reports; without them, one that is passed on
# Who has not published, or how all did: it names units and is nobody's report.
CIRCULAR = pattern_of(
    "通报|督办|催[报办]|提醒函|整改(?:通知|清单)|检查情况|抽查|测评|考核|评估(?:结果|情况)"
)
# 关于各乡镇…年度报告编制情况的通报: of reports, and none.
HOW_ALL_DID = pattern_of("(?:报告|年报).{0,10}情况的?(?:通报|统计表?|一览表)$")
OMITTED = pattern_of("未|迟报|漏报|逾期|滞后|不及时|检查|抽查|测评|考核|评估|督办|催|整改|问题")


def page_kind(title: str) -> PageKind:
    """What a title promises.

    Report, one of the pages that are often taken for it, or other.
    """
    bare = re.sub(r"\s", "", title)
    before = BEHIND.sub("", bare)
    if (CIRCULAR.search(before) and OMITTED.search(bare)) or HOW_ALL_DID.search(before):
        return "notice"
    for kind, words in NOT_REPORTS:
        passed_on = kind == "notice" and "年度报告" in bare and not CALLS.search(bare)
        if kind in OF_BOTH and OF_BOTH[kind].search(bare):
            continue
        if re.search(words, bare) and not passed_on:
            return kind
    if any(REPORT.search(whole) for whole in _completed(bare)):
        return "report"
    return "other"


def _completed(title: str) -> Iterator[str]:
    """A title, and where it was cut, what it may have been."""
    yield title
    stem = title.rstrip("….")
    if stem != title:
        for rest in ("告", "报告", "度报告", "年度报告", "工作年度报告"):
            yield stem + rest


class Belonging(NamedTuple):
    unit: UnitEntry | None
    year: int | None
    doubt: str = ""  # why a person must decide; empty when it is sure
    # The units whose it may be, where that is in doubt; none: anybody's.
    may_be: tuple[UnitEntry, ...] = ()


def years_in(title: str) -> set[int]:
    bare = re.sub(r"\s", "", title).translate(WIDE_DIGITS)
    if years := re.findall("(20[0-3][0-9])(?:年|[^0-9]|$)", RELEASED.sub("", bare)):
        return {int(year) for year in years}
    written = [_digits(match[1]) for match in YEAR.finditer(bare)]
    return {int(year) for year in written if year.isdigit()}


# When it came out, in brackets: （2027年1月发布）.
RELEASED = pattern_of(
    r"[（(\[【](?:(?:发布|公布|公开)(?:时间|日期|于)?[:：]?20\d\d[年./-]\d{1,2}月?(?:[./-]?\d{1,2}日?)?"
    r"|20\d\d[年./-]\d{1,2}月?(?:[./-]?\d{1,2}日?)?(?:发布|公布|公开))[）)\]】]"
)
WIDE_DIGITS = str.maketrans("０１２３４５６７８９〇○", "012345678900")


def _digits(text: str) -> str:
    return text.translate(str.maketrans("零〇○一二三四五六七八九", "000123456789"))


def units_named(
    text: str, units: Sequence[UnitEntry], year: int | None = None, county: str = ""
) -> list[UnitEntry]:
    """Units whose name or alias stands in a text.

    柳树镇 inside of 大柳树镇, 柳树镇卫生院 or 云河县柳树镇 is not named there. With
    the report's year: only units that were there then, and by the names that they
    had then, too.
    """
    return [place.unit for place in _places(text, units, year, county) if place.whose == "own"]


Whose = Literal["own", "another body's", "another county's", "formerly", "the party's"]


class _Place(NamedTuple):
    """Where a name of a unit stands in a text."""

    start: int
    end: int
    unit: UnitEntry
    whose: Whose

    def holds(self, other: _Place) -> bool:
        """Whether the other stands inside of it, and is shorter."""
        inside = self.start <= other.start and other.end <= self.end
        return inside and self.end - self.start > other.end - other.start


def _places(text: str, units: Sequence[UnitEntry], year: int | None, county: str) -> list[_Place]:
    """The widest place of each unit's names in a text, the first of each kind."""
    bare = re.sub(r"\s", "", text)
    places = [place for unit in units for place in _places_of(unit, bare, year, county)]
    widest = [place for place in places if not any(other.holds(place) for other in places)]
    return list({(place.unit, place.whose): place for place in reversed(widest)}.values())[::-1]


def _places_of(unit: UnitEntry, text: str, year: int | None, county: str) -> Iterator[_Place]:
    if not _lives(unit, year):
        return
    for name in names_of(unit, year):
        start = text.find(name)
        while start >= 0 and name:
            end = start + len(name)
            yield _Place(start, end, unit, _whose(text[:start], text[end:], county, name))
            start = text.find(name, end)


KEPT = 4096  # units and years whose names are remembered


@lru_cache(KEPT)
def names_of(unit: UnitEntry, year: int | None = None) -> tuple[str, ...]:
    """What a unit is called, and was called in a year; offices of streets have many names."""
    former = [old.name for old in unit.former if year is None or str(year) <= old.until[:4]]
    names = [unit.name, *unit.aliases, *former]
    stems = [STREET.sub("", name) for name in names if STREET.search(name)]
    streets = [f"{stem}{ending}" for stem in stems for ending in OFFICES if len(stem) > 1]
    zones = [
        f"{ORGAN_ENDS.sub('', name)}{end}"
        for name in names
        if ORGAN_ENDS.search(name)
        for end in ORGANS
    ]
    return tuple(dict.fromkeys((*names, *streets, *zones)))


STREET = pattern_of("(?:街道(?:办事处|办)?|(?<=..)办事处)$")
ORGANS = ("管理委员会", "管委会")
ORGAN_ENDS = pattern_of("(?<=..)(?:管理委员会|管委会)$")
OFFICES = ("街道", "街道办", "街道办事处", "办事处")


def _whose(before: str, behind: str, county: str, name: str) -> Whose:
    """Whether a name is the unit's own, or part of another body's."""
    if ZONE.search(name):
        behind = ORGAN_OF_A_ZONE.sub("", behind)
    if BODY_OF_A_TOWN.match(behind):
        return "another body's"
    if PARTY_OF_A_TOWN.match(behind):
        return "the party's"
    if FORMERLY.search(before):
        return "formerly"
    if county and _ends_in_another_county(before, county):
        return "another county's"
    return "own"


# 经济开发区管理委员会, 林场管委会: who runs a zone is the zone itself.
ZONE = pattern_of(
    "(?:开发|高新|经济|新|园|管理|示范|度假|集聚|产业|功能|保护|风景|景|试验|实验|保税|合作)区$|园$|[农林牧渔]场$"
)
ORGAN_OF_A_ZONE = pattern_of("^(?:管理委员会|管委会|管理局|管理处|管理中心|管理办公室)")
# 柳树镇卫生院, 柳树镇前柳树村: where the name of another body ends behind a town's.
BODY_OF_A_TOWN = pattern_of(
    "(?!人民政府|政府|办事处|党)[\u4e00-\u9fff]{0,14}?"
    "(?:医院|卫生院|卫生室|卫生服务中心|学校|[中小]学|幼儿园|托儿所|敬老院|养老院|福利院"
    "|派出所|[财司税工]\\w所|所|站|局|法庭|[大中支]队|中心|村|社区|[村居]委会|村民委员会|居民委员会"
    "|管委会|管理委员会|图书馆|文化馆|博物馆|武装部|主席团|人大|纪委|工会|妇联|团委|执法队|消防队"
    "|林场|农场|公司|合作社|供销社|信用社|银行|支行|商会|协会|集团|厂)"
    "(?=[0-9０-９二〇（(《》、，,。:：]|政府|政务|信息|关于|年度|年报|$)"
)
PARTY_OF_A_TOWN = pattern_of(
    "(?:委员会|党委|(?:党工|工作)委(?:员会)?|工委)(?=[0-9０-９二〇（(》，,。:：]|党|关于|年度|信息公开|$)"
)
FORMERLY = pattern_of(
    "(?:(?:^|[（(【\\[，,、:：])原(?:为|名|系|称|是)?|曾用名|前身是?|旧称)[:：]?(?:[\u4e00-\u9fff]{1,5}[县市区旗])?$"
)
COUNTY_END = pattern_of("[\u4e00-\u9fff]*[^我全各本该两邻\\W][县旗]$")


def _ends_in_another_county(before: str, county: str) -> bool:
    """Whether a county's name that is not ours stands last in a text: 云河县, before 柳树镇."""
    stem = COUNTY_KIND.sub("", county)
    if re.search(f"{re.escape(stem)}(?:[^县市区旗]{{0,9}}自治)?[县市区旗]$", before):
        return False
    if COUNTY_END.search(before) and len(before) > len("云县"):
        return True
    if not before.endswith(("市", "区")):
        return False
    return any(before.endswith(name) for name in _cities_and_districts() if name != county)


COUNTY_KIND = pattern_of("(?:[\u4e00-\u9fff]{1,6}族)?自治[县旗]$|[县市区旗]$")


@cache
def _cities_and_districts() -> frozenset[str]:
    """The nation's counties that are called so."""
    return frozenset(each.name for each in counties() if each.name.endswith(("市", "区")))


def _lives(unit: UnitEntry, year: int | None) -> bool:
    return year is None or ((unit.since[:4] or "0") <= str(year) <= (unit.until[:4] or "9999"))


def belongs(
    title: str,
    units: Sequence[UnitEntry],
    *,
    column_unit: UnitEntry | None = None,
    report: Report | None = None,
    county: str = "",
    head: str = "",
) -> Belonging:
    """Title first, then the column's own unit, then the report's own text.

    Last the `head` of the page: its 来源 and first sentences. What disagrees goes
    to a person.
    """
    year, year_doubt = _year(title, report)
    own_title, own_unit = "", ""
    if report is not None:
        own_title, own_unit = report.title, f"{report.county or ''}{report.unit}"
    parts = (title, f"{own_title} {own_unit}", head)
    named = _Named(*(_places(part, units, year, county) for part in parts))
    if column_unit is None and year is not None and _is_of_many(title, named):
        return Belonging(None, year, "标题写的是多个单位 / the title speaks of several units")
    owner = _owner(named, column_unit)
    if owner.unit is not None and DRAFT.search(title):
        return Belonging(
            None, year, "标题写的是草稿 / the title says that it is a draft", (owner.unit,)
        )
    if owner.unit is not None and not named.title and not _own(named.text):
        owner = _unless_strange(owner.unit, own_title, own_unit, county)
    if not named.title and is_another_body(title, county) and not _is_department(column_unit):
        owner = _unless_abbreviated(owner, title)
    if owner is NOBODY and not any(is_another_body(each, county) for each in (title, own_title)):
        return Belonging(None, year, "没有认出单位 / no unit was recognised")
    if owner in (NOBODY, ANOTHER):
        may_be = tuple(unit for unit in units if may_be_called(unit, title or own_title))
        doubt = "可能是其中一个部门 / it may be one of these departments" if may_be else ""
        return Belonging(None, year, doubt, may_be)
    return Belonging(owner.unit, year, owner.doubt or year_doubt, owner.may_be)


DRAFT = pattern_of("征求意见|草案|草稿|初稿|送审稿|审议稿|讨论稿|[（(](?:样本|模板|样例)[）)]")


def _is_of_many(title: str, named: _Named) -> bool:
    """Whether a title speaks of more units than it names: the report may be in place of theirs."""
    bare = re.sub(r"\s", "", title)
    if OF_MANY.search(bare):
        return True
    return len(_own(named.title)) < 2 and JOINED.search(bare) is not None


# 各乡镇2025年…年度报告, 柳树镇等3个乡镇, 2025年度乡镇…年度报告; a 东乡镇 is one town.
OF_MANY = pattern_of(
    "(?:各|全[县市区旗](?:各|所有|全部)?)个?(?:乡镇?|镇|街道|苏木)(?![\u4e00-\u9fff]{0,3}(?:村|社区))"
    "|等[0-9０-９一二两三四五六七八九十]{1,3}[个家]?(?:乡镇?|镇|街道|苏木|单位|部门)"
    "|等(?:乡镇|镇街|街道|单位|部门)"
    "|(?:^|(?<=[年度县市区旗直属辖个、]))(?:乡镇|镇街|乡街)"
    "|(?:年报|报告)(?:汇总|汇编|合集|集锦|一览)"
)
# 柳树、石门镇, 柳树镇、石门
JOINED = pattern_of(
    "(?:乡|镇|街道|苏木)、|[\u4e00-\u9fff]、[\u4e00-\u9fff]{1,5}?(?:乡|镇|街道|苏木)"
)


def _unless_abbreviated(owner: _Owner, title: str) -> _Owner:
    """Another body's by its title; the text's where the title has its unit's name cut short.

    县发改局 above the report of 发展和改革局.
    """
    if owner.unit is not None and may_be_called(owner.unit, title):
        return owner
    return ANOTHER


class _Named(NamedTuple):
    """The names of units in a title, in the report's own title and unit, and in a page's head."""

    title: list[_Place]
    text: list[_Place]
    head: list[_Place]


class _Owner(NamedTuple):
    unit: UnitEntry | None
    doubt: str = ""
    may_be: tuple[UnitEntry, ...] = ()


NOBODY = _Owner(None, "nobody is named")
ANOTHER = _Owner(None, "a body that is no unit of ours is named")


def _own(places: Sequence[_Place]) -> list[UnitEntry]:
    return list(dict.fromkeys(place.unit for place in places if place.whose == "own"))


def _owner(named: _Named, column_unit: UnitEntry | None) -> _Owner:
    in_title, in_text, in_head = map(_own, named)
    if len(in_title) > 1:
        names = "、".join(unit.name for unit in in_title)
        return _Owner(None, f"标题中有 {names} / several units in the title", tuple(in_title))
    if not in_title and named.title:
        return _of_another(named.title, column_unit)
    claimed = [unit for unit in (column_unit, *in_title[:1]) if unit is not None]
    if claimed:
        return _claimed(claimed, in_text, named.text)
    if len(in_text) == 1:
        return _Owner(in_text[0])
    if not in_text and named.text:
        return _of_another(named.text, column_unit)
    if not in_text and len(in_head) == 1:
        return _Owner(in_head[0])
    return NOBODY


def _of_another(places: Sequence[_Place], column_unit: UnitEntry | None) -> _Owner:
    """Of a body that is called after a unit: not ours. Where the unit may be meant all the same,
    a person must say so: another county's town of its name may be ours under an older county.
    """
    strange = [place for place in places if place.whose in PERHAPS]
    if not strange:
        return ANOTHER
    zh, en = PERHAPS[strange[0].whose]
    own = [unit for unit in (column_unit,) if unit is not None]
    may_be = tuple(dict.fromkeys((*own, *(place.unit for place in strange))))
    return _Owner(None, f"{zh}{strange[0].unit.name} / {en}", may_be)


# Names of which a person must say whether the unit is meant.
PERHAPS: Mapping[Whose, tuple[str, str]] = {
    "another county's": ("写的是另一个县的", "another county's town of that name"),
    "formerly": ("写的单位原名", "a body that was once called so"),
    "the party's": ("写的是党组织：", "the party's committee of that name"),
}


def _claimed(
    claimed: Sequence[UnitEntry], in_text: Sequence[UnitEntry], text: Sequence[_Place]
) -> _Owner:
    """Whose it is by column and title, unless its own text says otherwise."""
    unit, may_be = claimed[0], tuple(dict.fromkeys((*claimed, *in_text)))
    if len(set(claimed)) > 1:
        zh = f"栏目属于{unit.name}，文中为{claimed[1].name}"
        return _Owner(None, f"{zh} / column and text name different units", may_be)
    if in_text and unit not in in_text:
        zh = f"标题或栏目为{unit.name}，正文为{in_text[0].name}"
        return _Owner(None, f"{zh} / title and text name different units", may_be)
    for place in text:
        if place.unit == unit and place.whose != "own" and not in_text:
            zh = f"标题或栏目为{unit.name}，正文中是另一个县或单位"
            return _Owner(None, f"{zh} / the text names another body", may_be)
    return _Owner(unit)


def _unless_strange(unit: UnitEntry, own_title: str, own_unit: str, county: str) -> _Owner:
    """Whose it is by its column alone, unless its text is of a body that is in no county's file."""
    for told in (own_title, own_unit):
        head = head_of(told)
        if _names_a_body(head, county) and not _is_like(unit, head):
            zh = f"栏目为{unit.name}，正文为{head}"
            return _Owner(None, f"{zh} / column and text name different bodies", (unit,))
    return _Owner(unit)


def _names_a_body(head: str, county: str) -> bool:
    return is_another_body(head, county) or TOWN.search(head) is not None


def _is_like(unit: UnitEntry, head: str) -> bool:
    """Whether a body may be the unit by another name: 柳树乡, 柳树镇政府办公室."""
    if _is_department(unit):
        return may_be_called(unit, head)
    stems = (STEM.sub("", name) for name in names_of(unit))
    return any(stem in head for stem in stems if stem)


def units_meant(title: str, units: Sequence[UnitEntry]) -> list[UnitEntry]:
    """Units that may be meant by a name that is none of theirs.

    栗园乡 where there is a 栗园镇, 城关 of 城关镇 and 城关街道, 商务局 of 工业信息化和商务局.
    """
    stem = _stem(head_of(title))
    return [
        unit
        for unit in units
        if may_be_called(unit, title)
        or (not _is_department(unit) and stem in {_stem(name) for name in names_of(unit)})
    ]


def _stem(name: str) -> str:
    return STEM.sub("", OF_COUNTY.sub("", name))


OF_COUNTY = pattern_of("^[\u4e00-\u9fff]{1,16}[省州县市区旗](?=[\u4e00-\u9fff]{2})")
TOWN = pattern_of("[\u4e00-\u9fff]{2,}(?:镇|乡|街道|苏木)(?:人民政府|政府|办事处|办公室)?$")
STEM = pattern_of("(?:[镇乡]|街道|苏木)?(?:人民政府|政府|街道办事处|办事处|办公室|办)?$")


# ---- bodies that are no township, and are in no county's file


def is_another_body(title: str, county: str = "") -> bool:
    """Whether a title surely names a body that is neither town nor street: 县财政局."""
    head = head_of(title)
    if county and head in (county, f"{county}人民政府", f"{county}政府"):
        return True
    return ANOTHER_BODY.search(head) is not None and not MAY_BE_A_TOWN.search(head)


def body_in(title: str, county: str) -> str:
    """The body that a title surely names, without its county; empty where it is none."""
    if not is_another_body(title):
        return ""
    head = head_of(title).removeprefix(county)
    bare = re.sub(f"^[本{county[-1:]}](?=..)", "", head)
    return "" if bare in GOVERNMENT else bare


GOVERNMENT = ("人民政府", "政府", "人民政府办公室")


def head_of(title: str) -> str:
    """The body in a title: what stands before the year, or behind it."""
    bare = re.sub(r"[\s《》“”\"]", "", title).removeprefix("关于")
    bare = LEADING_YEAR.sub("", bare)
    return HEAD_ENDS.split(bare, maxsplit=1)[0]


def kind_of_title(title: str) -> str:
    """What a body's titles have in common from year to year; empty where none names a body."""
    bare = re.sub(r"\s", "", title).translate(WIDE_DIGITS)
    return re.sub("20[0-3][0-9]", "", bare) if len(head_of(bare)) > 1 else ""


LEADING_YEAR = pattern_of("^[0-9０-９〇○零一二三四五六七八九]{4}年度?")
HEAD_ENDS = pattern_of(
    "[0-9０-９〇○零二]{3,4}[0-9０-９〇○零一二三四五六七八九]?年?|年度|政府信息|政务公开|政务信息|信息公开|年报|关于|的"
)
ANOTHER_BODY = pattern_of(
    "(?:局|委员会|[发卫宣纪政组编科]\\w?委|办公室|政府办|[县市区旗](?:委|人民)?政府|厅|中心|医院"
    "|卫生院|学校|[中小]学|幼儿园|学院|大学|银行|联社|公司|集团|[协商]会|联合会|工会|妇联|团委"
    "|法院|检察院|[大中支]队|[所站院馆社]|管理处|服务处|监狱|[村居]委会)$"
)
MAY_BE_A_TOWN = pattern_of(
    "管理委员会$|管委会$|工作委员会$|(?:党政|综合|镇|乡|街道)办公室$|^(?:办公室|中心)$"
)


def _is_department(unit: UnitEntry | None) -> bool:
    return unit is not None and unit.kind in ("department", "county")


def may_be_called(unit: UnitEntry, title: str) -> bool:
    """Whether a title may name a department by a shorter or longer name: 县教体局, 教育和体育局."""
    if not _is_department(unit):
        return False
    head = _core(head_of(title))
    return any(_abbreviates(head, _core(name)) for name in (unit.name, *unit.aliases))


def _core(name: str) -> str:
    """What tells a department from others."""
    return re.sub(
        "^[\u4e00-\u9fff]{0,4}?[县市区旗](?=..)|(?:管理)?局$|委员会$|委$|办公室$", "", name
    )


def _abbreviates(first: str, second: str) -> bool:
    """Whether one has the characters of the other in their order, and begins like it."""
    short, long = sorted((first, second), key=len)
    if not short or short[0] not in long:
        return False
    rest = iter(long)
    return all(sign in rest for sign in short)


def _year(title: str, report: Report | None) -> tuple[int | None, str]:
    named = years_in(title)
    period: int | None = None
    if report is not None and report.period:
        period = report.period[1].year
    if len(named) == 1:
        (year,) = named
        if period is not None and period != year:
            return year, f"标题为{year}年，统计期限为{period}年 / title and period differ"
        return year, ""
    if len(named) > 1:
        years = "、".join(f"{year}年" for year in sorted(named))
        return None, f"标题中有几个年份：{years} / several years in the title"
    if period is not None:
        return period, ""
    if report is not None and report.year is not None:
        return report.year, ""
    return None, "没有认出年份 / no year was recognised"


def published_on(listed: date | None, publication: Publication) -> tuple[date | None, str]:
    """The page's own date before the list's.

    Never one from an address, nor when it was written or last changed.
    """
    for source, day in publication.dates:
        if PUBLISHING.search(source):
            return day, source
    if listed is not None:
        return listed, "list"
    for source, day in publication.dates:
        if not ANOTHER_DAY.search(source):
            return day, source
    return None, ""


PUBLISHING = pattern_of("发布|公布|公开|pub", re.I)
ANOTHER_DAY = pattern_of("更新|成文|docx")
