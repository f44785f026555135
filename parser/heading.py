"""Title, unit, year, period, sections,
signed date and publication data of a report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

from nianbao.parser.document import Document, Grid, Link, Paragraph
from nianbao.parser.formats import ends_as_a_file
from nianbao.parser.forms import forms
from nianbao.parser.labels import exact, squash
from nianbao.parser.numbers import PLAIN
from nianbao.parser.patterns import pattern_of
from nianbao.parser.regions import region_at
from nianbao.parser.years import DIGIT, YEAR


@dataclass(frozen=True, slots=True)
class Publication:
    """What the page says of itself: each date with the word that names it."""

    dates: tuple[tuple[str, date], ...] = ()
    index: str = ""
    publisher: str = ""
    column: str = ""
    site: str = ""  # its code

    def as_dict(self) -> dict[str, Any]:
        return {
            "dates": [{"source": source, "date": day.isoformat()} for source, day in self.dates],
            "index": self.index,
            "publisher": self.publisher,
            "column": self.column,
            "site": self.site,
        }


# ---- title, unit, year


def title(document: Document) -> str:
    """The report's title on one line: the shortest text that is a whole title, from the page's
    own data before its running text; else what comes nearest to one.
    """
    tags = [_tag(document, key) for key in OF_THE_ARTICLE]
    for tag in tags:
        if _is_whole(tag):
            return tag
    lines = _head_lines(document)
    windows = _own_year_first(list(_windows(lines)), document)
    page = _tag(document, "title")
    for found in (*_shortest(windows), page):
        if _is_whole(found):
            return found
    with_body = (_with_body(lines, i, text) for i, text in windows if YEAR.search(text))
    for found in (*tags, *with_body, page, *(text for _, text in windows)):
        if TITLE.search(found):
            return found
    return next((tag for key in OF_THE_FILE if TITLE.search(tag := _tag(document, key))), "")


def _own_year_first(windows: list[tuple[int, str]], document: Document) -> list[tuple[int, str]]:
    """Where tables stand under titles of several years, the year that has most of them is the
    report's.
    """
    if not any(isinstance(block, Grid) for block in document.blocks):
        return windows
    tables: Counter[str] = Counter()
    year = ""
    for block in document.blocks:
        if isinstance(block, Grid):
            tables[year] += len(block.cells) > FEW_CELLS
        elif _may_be_a_title(block.text) and _is_whole(line := _bare(block.text)):
            year = _years_in(line)
    most = max(tables.values(), default=0)
    if not any(0 < count < most for year, count in tables.items() if year):
        return windows
    return sorted(windows, key=lambda window: tables[_years_in(window[1])] < most)


def _may_be_a_title(text: str) -> bool:
    return "公" in text and "。" not in text


def _years_in(text: str) -> str:
    return " ".join(YEAR.findall(text))


FEW_CELLS = 8


def _head_lines(document: Document) -> list[str]:
    """The lines in which a title may stand; those about it without spaces and labels."""
    lines = list(islice(_lines(document), MOST_HEAD))
    telling = [i for i, line in enumerate(lines) if "公" in line]
    near = {k for i in telling for k in range(max(i - 3, 0), min(i + 4, len(lines)))}
    for i in near:
        if len(lines[i]) < 2 * LONGEST_TITLE:
            lines[i] = _without_page(_bare(lines[i]), is_first=i == 0)
    return lines


def _without_page(line: str, *, is_first: bool) -> str:
    """A line without what the page or the file puts around a title: 【年度报告】, 附件：, 《》."""
    line = WITH_PAGE.sub("", line)
    if is_first and not ends_as_a_file(line):
        line = ATTACHED.sub("", line)
    if whole := IN_MARKS.fullmatch(line):
        return whole[1]
    return line


OF_THE_ARTICLE = ("h1", "articletitle")
OF_THE_FILE = ("docx.title", "pdf.title")


def _tag(document: Document, key: str) -> str:
    """A title in the page's data, without the site's name behind it."""
    text = _bare(document.meta.get(key, ""))
    if not TITLE.search(text) or TITLE.fullmatch(text):
        return text if TITLE.fullmatch(text) else ""
    parts = re.split(r"[-_|—–]+(?=[^0-9])", text)
    return next((part for part in parts if _is_title(part)), "")


def _windows(lines: list[str]) -> Iterator[tuple[int, str]]:
    """One to three lines that make a title together, with the place of the first."""
    telling = {i for i, line in enumerate(lines) if "公" in line}
    for i, line in enumerate(lines):
        if telling.isdisjoint((i, i + 1, i + 2)):
            continue
        for size in (1, 2, 3):
            joined = LABEL.sub("", "".join(lines[i : i + size]))
            if _is_title(joined):
                yield i, joined
                break
            if not line or len(line) > LONGEST_TITLE:
                break


def _shortest(windows: list[tuple[int, str]]) -> Iterator[str]:
    """The whole titles among them; of those that end in the same words, the shortest."""
    whole = [text for _, text in windows if _is_whole(text)]
    for text in whole:
        shorter = (other for other in whole if text.endswith(other))
        yield min(shorter, key=len)


def _is_whole(text: str) -> bool:
    """It names a body and a year, and nothing else stands before or behind."""
    if not text or not YEAR.search(text) or not _is_title(text):
        return False
    match = BODY.match(YEAR_HEAD.sub("", text))
    return match is not None and not LABEL.match(match["body"])


def _with_body(lines: list[str], i: int, text: str) -> str:
    before = "".join(lines[max(0, i - 1) : i])
    if BODY_ALONE.fullmatch(before) and not BODY.match(text):
        return before + text
    return text


def _is_title(text: str) -> bool:
    if len(text) > LONGEST_TITLE or not TITLE.search(text):
        return False
    return NOT_TITLE.search(text) is None


def unit(title: str, document: Document) -> tuple[str, str | None]:
    """The unit without its county, and the county if it is named."""
    head = LABEL.sub("", YEAR_HEAD.sub("", LABEL.sub("", title)))
    match = BODY.match(head)
    if below := BODY_BEHIND.search(title):
        own, region = _without_regions(below["body"])
        above = OFFICE_END.sub("", _without_regions(match["body"])[0]) if match else ""
        return own, region or above or None
    if match is None:
        for text in [*_last_lines(document, 6), *islice(_lines(document), 12)]:
            if match := BODY_ALONE.fullmatch(_bare(text)) or PUBLISHES.search(_bare(text)):
                break
    if match is None:
        match = BODY_ALONE.fullmatch(_bare(document.meta.get("contentsource", "")))
    if match is None:
        return "", None
    return _without_regions(match["body"])


def year(title: str, document: Document) -> int | None:
    found = {int(_digits(match[1])) for match in YEAR.finditer(MADE_IN.sub("", title))}
    if len(found) == 1:
        return found.pop()
    span = period(document)[0]
    if span is not None:
        return span[1].year
    if not found:
        for text in islice(_lines(document), 20):
            if match := YEAR.search(text):
                return int(_digits(match[1]))
    return None


def period(document: Document) -> tuple[tuple[date, date] | None, str]:
    """The statistical period and its raw text."""
    for text in islice(_lines(document), 30):
        if not HAS_A_YEAR.search(text):
            continue
        plain = _bare(text)[:MOST_HEAD_TEXT]
        for sentence in re.split("[。!！]", plain):
            if not OF_A_PERIOD.search(sentence):
                continue
            for match in PERIOD.finditer(sentence):
                if not OF_THE_WRITING.match(sentence, match.end()):
                    return _span(match), match[0]
            if whole := WHOLE_YEAR.search(sentence):
                year = int(whole["year"])
                return (date(year, 1, 1), date(year, 12, 31)), whole[0]
            if raw := PERIOD_RAW.search(sentence):
                return None, raw[0]
    return None, ""


def _span(match: re.Match[str]) -> tuple[date, date] | None:
    first = _date(match["y1"], match["m1"], match["d1"])
    last = _date(match["y2"] or match["y1"], match["m2"], match["d2"])
    if first is None or last is None:
        return None
    return first, last


HAS_A_YEAR = pattern_of("[2２二]")  # of this century
MOST_HEAD_TEXT = 4000
OF_A_PERIOD = pattern_of("统计|期限|时限|报告期|数据|起止|所列|本报告|本年度报告|年度报告|期间")
OF_THE_WRITING = pattern_of("[^。]{0,2}(?:开展|编制|组织|召开|完成|进行|举办|实施)")


# ---- sections and signature


def sections(document: Document) -> tuple[str, ...]:
    """The headings of the top level, as printed."""
    return tuple(text for text, _ in section_spans(document))


def section_spans(document: Document) -> list[tuple[str, int]]:
    """Each top heading with the index of its block."""
    found: list[tuple[str, int]] = []
    for i, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph) or "\t" in (text := block.text.strip()):
            continue
        match = SECTION.match(text)
        if match and not exact(text):
            heading = _heading_part(match["rest"].strip())
            if heading and (len(heading) <= 30):
                found.append((f"{match['number']}、{heading}", i))
        elif len(text) < 30 and squash(text) in _known_sections():
            found.append((text, i))
    return found


def signed(document: Document) -> tuple[date | None, str]:
    """The date under the report."""
    for text in reversed(_last_lines(document, 14)):
        if match := SIGNED.fullmatch(_bare(text)):
            return _date(match["y"], match["m"], match["d"]), text.strip()
    return None, ""


# ---- the page around it


def publication(document: Document) -> Publication:
    dates: list[tuple[str, date]] = []
    for key in ("pubdate", "publishdate", "createdate", "docx.created"):
        if (match := DAY.search(document.meta.get(key, ""))) and (
            day := _date(match[1], match[2], match[3])
        ):
            dates.append((f"meta {key}", day))
    index = publisher = ""
    for text in _around(document):
        if "20" in text:
            dates += _dates_in(text)
        if not index and "索" in text and (match := INDEX.search(text)):
            index = match[1]
        if not publisher and (match := PUBLISHER.search(text)):
            publisher = match[1]
    publisher = publisher or document.meta.get("contentsource", "")
    column = document.meta.get("columnname", "")
    site = document.meta.get("siteidcode", "")
    return Publication(tuple(dict.fromkeys(dates)), index, publisher, column, site)


def _dates_in(text: str) -> Iterator[tuple[str, date]]:
    for match in PUBLISHED.finditer(text):
        if day := _date(match[2], match[3], match[4]):
            yield match[1], day
    for match in FIRST_PUBLISHED.finditer(text):
        if day := _date(match[1], match[2], match[3]):
            yield "首次发布", day


def contact(document: Document) -> dict[str, str]:
    """The office's telephone and address, as printed."""
    text = "\n".join(_lines(document))[:MOST_CONTACT]
    phone, address = PHONE.search(text), ADDRESS.search(text)
    return {
        "phone": phone["phone"].strip() if phone else "",
        "address": address["address"].strip() if address else "",
    }


MOST_CONTACT = 60_000
PHONE = pattern_of(
    r"电\s*话\s*(?:号码)?\s*(?:[:：为是]|（)\s*(?P<phone>[(（]?0?[0-9]{2,4}[)）]?\s*[-－—–]?\s*[0-9]{6,8}(?![0-9]))"
)
ADDRESS = pattern_of(r"地\s*址\s*[:：为是]\s*(?P<address>[^，。；;,、\n（）()]{4,40})")


def attachments(document: Document) -> tuple[Link, ...]:
    return tuple(
        link for link in document.links if ends_as_a_file(link.href) or _says_attached(link.text)
    )


def _says_attached(text: str) -> bool:
    return ("附件" in text or "下载" in text) and ATTACHED_TEXT.search(text) is not None


# ---- patterns

MOST_HEAD = 60  # lines in which a title may stand
LONGEST_TITLE = 60
YEAR_HEAD = pattern_of(rf"^{DIGIT}{{4}}年度?")
TITLE = pattern_of(
    r"(?:政府信息|政务信息|政务|信息)公开(?:工作)?(?:年度)?(?:的?报告|年报|工作总结|工作情况)"
)
NOT_TITLE = pattern_of(
    r"解读|图解|通知|制度|办法|部署|首页|>|附件|下载|格式|依据|根据|。|现将|公布|：|;|；"
)
WITH_PAGE = pattern_of(
    r"^(?:(?:标题|名称)[:：]?|【[^】]{1,8}】|\[[^\]]{1,8}\]|〔[^〕]{1,8}〕|[★●◆▲■※☆·•*]|[0-9]{1,2}[.、](?![0-9]))+"
)
ATTACHED = pattern_of("^附(?:件[0-9一二三四]?)?[:：、.]")
IN_MARKS = pattern_of("《([^《》]+)》")
KINDS = (
    "人民政府街道办事处|街道办事处|人民政府办公[室厅]|人民政府研究室|人民政府|办事处|管理委员会|管委会|委员会"
    "|政府办公[室厅]|政府研究室|办公[室厅]|研究室|街道|[镇乡]|苏木|局|中心|支队|大队|总队|公司|地区|行政公署"
)
# What ends the name of a body only where a year or the words of the title follow.
MORE_KINDS = "政府办|厅|院|处|站|队|所|馆|社|委|署|部|会|校"
PLACES = "自治[区州县旗]|[省市县区州盟旗]"
BEHIND = rf"(?=(?:关于)?{DIGIT}{{4}}|年度|政府信息|政务|信息公开|机关)"
BODY = pattern_of(rf"(?P<body>[\u4e00-\u9fff]{{1,30}}?(?:{KINDS}|{MORE_KINDS}|{PLACES})){BEHIND}")
# Words of the page that stand before a title without a mark between.
LABEL = pattern_of(
    "^(?:关于|政府信息公开年度?报告?|政府信息公开|信息公开|政务公开|公开年报|年度报告|当前位置|首页|标题|名称|[:：>])+"
)
# 平安县2023年…报告（柳树镇）: the report of the one behind
BODY_BEHIND = pattern_of(
    rf"报告[(—–-]+(?P<body>[\u4e00-\u9fff]{{1,28}}(?:{KINDS}))(?:{DIGIT}{{4}}年度?)?\)?$"
)
MADE_IN = pattern_of(r"\([^()]*月[^()]*\)$")  # （2024年1月）
OFFICE_END = pattern_of("(?:人民政府)?(?:(?:政府)?办公[室厅])?$")
BODY_ALONE = pattern_of(rf"(?P<body>[\u4e00-\u9fff]{{1,28}}(?:{KINDS}))")
PUBLISHES = pattern_of(
    rf"(?:公布|由|发布)(?P<body>[\u4e00-\u9fff]{{2,20}}?(?:{KINDS}))(?={DIGIT}{{4}}|编制|根据|按照)"
)
REGION_END = pattern_of("自治[区州县旗]|地区|新区|开发区|示范区|管理区|[省市州盟县旗区]")
WIDE = frozenset("州盟")
BARE_DISTRICTS = frozenset(("城区", "郊区", "矿区"))
UNIT_KIND = pattern_of(rf"(?:{KINDS}|{MORE_KINDS})$")
D = rf"\s*({DIGIT}{{1,2}})\s*"
YEAR_IN = f"(?:20[0-9]{{2}}|二{DIGIT}{{3}})"
MONTH_IN = f"(?:十[一二]?|{DIGIT}{{1,2}})"
DAY_IN = f"(?:[二三]?十{DIGIT}?|{DIGIT}{{1,2}})"
HOUR = r"(?:[0-9]{1,2}(?:时|点|:00)(?:整)?)?"
PERIOD = pattern_of(
    rf"(?P<y1>{YEAR_IN})[年./-](?P<m1>{MONTH_IN})[月./-](?P<d1>{DAY_IN})日?{HOUR}(?:起|开始|始)?[,、]?"
    r"(?:截?至|截止|止于|到|-|—|－|~|～|–)+"
    rf"(?:(?P<y2>{YEAR_IN})[年./-])?(?P<m2>{MONTH_IN})[月./-](?P<d2>{DAY_IN})日?"
)
WHOLE_YEAR = pattern_of(
    "统计(?:期限|期间|时段|时限|区间|周期)(?:均|统一)?(?:为|是|:|自|从)*(?P<year>20[0-9]{2})年"
    "(?:全年|度(?=[,;(。]|$)|1月?[-—－~～至到]12月份?)"
)
PERIOD_RAW = pattern_of(r"(?:统计期限|数据)[^。]{0,20}?(20[0-9]{2}[^。，]{4,24}日)")
SECTION = pattern_of(r"(?P<number>[一二三四五六七八九十]{1,2})\s*[、.．,，]\s*(?P<rest>.+)", re.S)
SIGNED = pattern_of(
    rf"(?:[\u4e00-\u9fff]{{0,30}})?(?P<y>20[0-9]{{2}}|二{DIGIT}{{3}})[年./-]"
    rf"(?P<m>{DIGIT}{{1,2}}|[一二三四五六七八九]?十[一二]?)[月./-]"
    rf"(?P<d>{DIGIT}{{1,2}}|[二三]?十{DIGIT}?)日?"
)
DAY = pattern_of(r"(20[0-9]{2})[-年./](\d{1,2})[-月./](\d{1,2})")
PUBLISHED = pattern_of(
    r"(发布日期|发布时间|发文日期|成文日期|生成日期|公开日期|更新日期|公布日期"
    r"|(?<![\u4e00-\u9fff])(?:时间|日期))[:：\s]*"
    r"(20[0-9]{2})[-年./](\d{1,2})[-月./](\d{1,2})"
)
# What a corrected edition says of the one before.
FIRST_PUBLISHED = pattern_of(
    r"(?:首次|最初|原)(?:发布|公开|公布)(?:时间|日期)?[于为在是:：\s]*"
    r"(20[0-9]{2})[-年./](\d{1,2})[-月./](\d{1,2})"
)
INDEX = pattern_of(r"索\s*引\s*号[:：\s]*([A-Za-z0-9/\-—_.]{4,40})")
PUBLISHER = pattern_of(
    r"(?:发布机构|发布单位|信息来源|来源|公开机构)[:：\s]*([\u4e00-\u9fff]{2,30})"
)
ATTACHED_TEXT = pattern_of(r"^附件|下载\s*(?:Word|PDF|文档)", re.I)
CHINESE = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "○": "0",
    "O": "0",
}


def _lines(document: Document) -> Iterator[str]:
    """Those of its running text that say something."""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield from filter(str.strip, block.text.split("\n"))


def _last_lines(document: Document, count: int) -> list[str]:
    last: list[str] = []
    for block in reversed(document.blocks):
        if isinstance(block, Paragraph):
            last[:0] = filter(str.strip, block.text.split("\n"))
        if len(last) >= count:
            break
    return last[-count:]


def _around(document: Document) -> Iterator[str]:
    """The lines and small tables before the first section,
    where pages print their data.
    """
    for block in document.blocks[:40]:
        if isinstance(block, Grid):
            yield " ".join(cell.text for cell in block.cells[:40])
        elif SECTION.match(block.text.strip()):
            return
        elif len(block.text) < 200:
            yield block.text


def _bare(text: str) -> str:
    return SPACES.sub("", text.translate(PLAIN))


SPACES = pattern_of(r"\s+")


def _heading_part(rest: str) -> str:
    """A heading that runs on into its first sentence is cut where the known
    heading ends.
    """
    if len(rest) <= 30 and "。" not in rest:
        return rest
    for known in _known_sections():
        if squash(rest).startswith(known):
            for end in range(len(known), min(len(rest), 40)):
                if squash(rest[:end]) == known:
                    return rest[:end]
    return ""


@cache
def _known_sections() -> frozenset[str]:
    return frozenset(squash(section.label) for section in forms()[0].sections)


def _without_regions(body: str) -> tuple[str, str | None]:
    """The unit's own name, and the county before it.

    青县清州镇 is 清州镇 of 青县; 海州湾街道 is no 湾街道 of 海州. The packed list decides; what it
    does not have is told by its ending.
    """
    if match := OF_THE_PARTY.match(body):
        return body.removeprefix("中共"), match["region"]
    region, at = "", 0
    while name := _region_before(body, at):
        region, at = name, at + len(name)
    own = body[at:]
    if own.startswith("人民政府") and UNIT_KIND.search(own[4:]) and len(own) > len(HALL):
        own = own.removeprefix("人民政府")
    return own, region or None


HALL = "人民政府办公室"
OF_THE_PARTY = pattern_of("中共(?P<region>[\u4e00-\u9fff]{1,12}?[县市区旗州盟省])委")


def _region_before(body: str, at: int) -> str:
    """The name of a region at a place, if a body's own name is left behind it."""
    name = region_at(body, at)
    if name and _is_own_name(body[at + len(name) :], is_known=True):
        return name
    for match in REGION_END.finditer(body, at):
        name, rest = body[at : match.end()], body[match.end() :]
        if len(name) < (2 if name[-1] == "县" or name in BARE_DISTRICTS else 3):
            continue
        if NO_REGION.search(name) or not _is_own_name(rest):
            continue
        kind = UNIT_KIND.search(rest)
        before_kind = rest[: kind.start()] if kind else ""
        if match[0] in WIDE and not REGION_END.search(before_kind, 2):
            # 荆州古城街道 has its name from a city, and is not in a region called so
            continue
        return name
    return ""


NO_REGION = pattern_of(
    "[和与及、]|城市$|[县市区][县市区]$|(?<!^)[县市区][^县市区]{0,2}[县市区]$|辖区$|社区$|小区$"
)
# Bodies whose names begin as a region ends: 凌源市 and 市场监督管理局.
OWN_BEGINNING = pattern_of("市(?:场|政|容|民|级|直|区)|县(?:域|级|直)|区(?:划|域|级|直)")


def _is_own_name(rest: str, *, is_known: bool = False) -> bool:
    if rest.startswith("人民政府"):
        rest = rest.removeprefix("人民政府")
        if rest in ("", "办公室", "办公厅", "研究室"):
            return False
    kind = UNIT_KIND.search(rest)
    if kind is None or not rest:
        return False
    if OWN_BEGINNING.match(rest):
        return True
    if rest in WHOLE_NAMES:
        return True
    if is_known:
        return kind.start() >= 1 and rest[0] not in "区市县州旗盟"
    return kind.start() >= 2 and rest[0] not in "区市县州旗盟镇乡街"


WHOLE_NAMES = frozenset(("教育局", "政府办", "政府办公室", "办公室", "研究室"))


def _digits(text: str) -> str:
    return "".join(CHINESE.get(c, c) for c in text.translate(PLAIN))


def _date(y: str, m: str, d: str) -> date | None:
    try:
        return date(int(_digits(y)), _small(m), _small(d))
    except ValueError:
        return None


def _small(text: str) -> int:
    """A month or day: 5, ５, 五, 十二, 二十一."""
    if "十" in text:
        tens, _, ones = text.partition("十")
        return int(_digits(tens) or "1") * 10 + int(_digits(ones) or "0")
    return int(_digits(text))
