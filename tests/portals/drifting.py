"""County sites that drift: what is published when, by chance, and how the site shows it on each
day. What is true is kept here and is never read through our code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit
from zlib import crc32

from nianbao.crawler.answers import Answer, Ask
from tests.portals.dialects import (
    APART,
    ART,
    ASKED_FOR,
    DIALECTS,
    HTML,
    Entry,
    Page,
    Pages,
    Place,
    scripted,
)
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html

YEAR = 2026
BEGIN, DEADLINE, END = date(2027, 1, 20), date(2027, 1, 31), date(2027, 2, 20)
FIRST_MORNING = DEADLINE + timedelta(days=1)
SECOND_MORNING = FIRST_MORNING + timedelta(days=1)

TOWNS = [
    "柳树镇",
    "大柳树镇",
    "石门镇",
    "双桥镇",
    "白鹤镇",
    "新安镇",
    "枣林镇",
    "高桥镇",
    "龙潭镇",
    "清泉镇",
    "杨庄镇",
    "永丰镇",
    "太平镇",
    "红土坡镇",
    "李家湾镇",
    "大王庄镇",
    "北山镇",
    "南坪镇",
    "东岭镇",
    "西河镇",
    "河口乡",
    "柏树乡",
    "三岔乡",
    "马鞍乡",
    "青杠乡",
    "回龙乡",
    "黄花乡",
    "白云乡",
    "城关街道",
    "新安街道",
    "东街街道",
    "北苑街道",
]
DEPARTMENTS = [
    "县水利局",
    "县教育局",
    "县财政局",
    "县民政局",
    "县林业局",
    "县审计局",
    "县统计局",
    "县司法局",
    "县信访局",
    "县交通运输局",
    "县农业农村局",
    "县文化和旅游局",
    "县卫生健康局",
    "县市场监督管理局",
]
OFFICES = {"镇": "人民政府", "乡": "人民政府", "街道": "办事处"}
TITLES = (
    "{}{}年政府信息公开工作年度报告",
    "{}{}年政府信息公开工作年度报告",
    "{}{}年度政府信息公开工作年度报告",
    "{}{}年政府信息公开年度报告",
    "{1}年{0}政府信息公开工作年度报告",
)


def full_name(unit: str) -> str:
    return unit + next((rest for end, rest in OFFICES.items() if unit.endswith(end)), "")


# ---- what is true


@dataclass
class Report:
    """One report on a site, from the day on which it is listed."""

    unit: str
    year: int
    out: date
    address: str
    title: str
    printed: date | None  # None: neither list nor page say a day
    own: bool  # in the town's own column
    general: bool  # in the county's
    gone: date | None = None  # taken down
    corrected: date | None = None  # another text at the same address
    repost: bool = False  # put up again at another address; the first may be gone

    def is_there(self, day: date) -> bool:
        return self.out <= day and (self.gone is None or day < self.gone)


@dataclass(frozen=True)
class Drift:
    """What happens to a site, from a day on until another."""

    kind: str
    begin: date
    end: date  # the first day without it
    detail: int

    def holds(self, day: date) -> bool:
        return self.begin <= day < self.end


LASTING = (
    "moved_redirect",
    "moved_404",
    "redesign",
    "script",
    "migrated",
    "old_column_kept",
    "retitled",
    "not_modified",
)
# Some days long each.
PASSING = (
    "news_box",
    "maintenance",
    "soft_404",
    "server_error",
    "timeout",
    "page_fails",
    "page_empty",
    "duplicates",
    "hidden_none",
    "malformed_link",
)
MOVES = ("moved_redirect", "moved_404", "old_column_kept")
DARK = ("maintenance", "soft_404", "server_error", "timeout")  # nobody sees anything
# Nobody who begins at the column's address, without the page's own scripts, sees all of the list.
ELSEWHERE = ("moved_404", "script", "old_column_kept")
USUAL = (10, 12, 15, 20, 25)  # entries a page, which a list without a pager may be cut at
STRANGERS = "strangers"  # departments that the county's file does not know
ODDITIES = ("news_box", "hidden_none", "malformed_link", "duplicates")


@dataclass
class County:
    """A county by chance, and its site on each day."""

    seed: int
    number: int
    begin: date = BEGIN
    end: date = END
    dialect: str = ""  # by chance, if none is given
    kinds: tuple[str, ...] | None = None  # of drift

    def __post_init__(self) -> None:
        chance = self.chance = Random(f"{self.seed}/{self.number}")
        self.code = f"99{self.number % 10000:04}"
        self.name = chance.choice("青平永白云双石") + chance.choice("溪安阳山河泉") + "县"
        self.host = f"www.c{self.code}.gov.cn"
        self.towns = chance.sample(TOWNS, chance.randint(5, 14))
        self.layout = chance.choice(("general", "general", "own", "both"))
        self.base = self.dialect or chance.choice([*DIALECTS])
        if self.base in ART and self.layout == "both":
            self.layout = "general"
        departments = chance.sample(DEPARTMENTS, chance.randint(0, 9))
        cut = chance.randint(0, len(departments))
        # Those in the county's file, and those that only the site knows.
        self.departments, self.strangers = departments[:cut], departments[cut:]
        if self.layout == "own":
            self.departments, self.strangers = [], []
        if self.kinds is not None and STRANGERS not in self.kinds:
            self.strangers = []
        self.size, self.skin = chance.choice(USUAL), chance.randint(0, 2)
        self.order = chance.choice(("day", "unit", "mixed"))
        self.tags = chance.random() < 0.6  # whether it answers conditional requests
        self.file = chance.choice(("", "", "index.html", "list.shtml"))
        self.drifts = self._drifts(chance)
        self.reports = [*self._reports(chance)]
        self._kept: dict[date, dict[str, Any]] = {}

    # ---- by chance

    def _drifts(self, chance: Random) -> list[Drift]:
        count, days = chance.choice((0, 1, 1, 2, 2, 3)), (self.end - self.begin).days
        kinds: Sequence[str] = chance.sample((*LASTING, *PASSING), count)
        if self.base in ART:  # whose articles are known by their column's number
            kinds = [kind for kind in kinds if kind not in MOVES]
        drifts = []
        if self.kinds is not None:
            kinds = [kind for kind in self.kinds if kind != STRANGERS]
        for kind in kinds:
            begin = self.begin + timedelta(days=chance.randint(-4, days - 7))
            long = chance.randint(1, 5) if kind in PASSING else 99
            if kind in ODDITIES:
                long = chance.randint(2, 20)
            until = begin + timedelta(days=long)
            drifts.append(Drift(kind, begin, until, chance.randint(0, 10**6)))
        return drifts

    def _reports(self, chance: Random) -> Iterator[Report]:
        never = set(chance.sample(self.units, max(1, round(len(self.units) * 0.15))))
        earlier = [*range(YEAR - chance.choice((1, 1, 2, 2, 3)), YEAR)]
        for unit in (*self.units, *self.strangers):
            for year in earlier:
                if chance.random() < 0.95:
                    out = date(year + 1, 1, chance.randint(5, 31))
                    yield self._report(chance, unit, year, out)
            if unit in never:
                continue
            out = date(YEAR + 1, 1, chance.randint(5, 31))
            if chance.random() < 0.15:
                out = date(YEAR + 1, 2, chance.randint(1, 15))
            report = self._report(chance, unit, YEAR, out)
            yield report
            yield from self._fate(chance, report)

    def _report(self, chance: Random, unit: str, year: int, out: date) -> Report:
        number = crc32(f"{self.code}{unit}{year}{out}".encode()) % 10**7
        name = full_name(unit)
        if chance.random() < 0.3:
            name = self.name + name.removeprefix("县")
        elif chance.random() < 0.15:
            name = unit
        own, general = unit in self.towns, True
        if self.layout == "general":
            own = False
        elif self.layout == "own":
            general = False
        elif own:
            own, general = chance.choice(((True, False), (False, True), (True, True)))
        address = f"/zwgk/{out:%Y%m}/t{out:%Y%m%d}_{number}.html"
        if self.base in ART:
            column = crc32((unit if own else "general").encode()) % 100000
            address = f"/art/{out.year}/{out.month}/{out.day}/art_{column}_{number}.html"
        return Report(
            unit,
            year,
            out,
            address,
            chance.choice(TITLES).format(name, year),
            out if chance.random() < 0.93 else None,
            own,
            general,
        )

    def _fate(self, chance: Random, report: Report) -> Iterator[Report]:
        """What becomes of a report afterwards: usually nothing."""
        later = report.out + timedelta(days=chance.randint(2, 14))
        fate = chance.random()
        if fate < 0.04:
            report.gone = later
        elif fate < 0.08:
            report.corrected = later
        elif fate < 0.12:
            again = replace(report, out=later, repost=True)
            again.address = report.address.replace(".html", chance.choice(("77.html", "_r.html")))
            again.printed = report.printed and later
            if chance.random() < 0.5:
                report.gone = later
            yield again

    @property
    def units(self) -> list[str]:
        return [*self.towns, *self.departments]

    # ---- what is true on a day

    def active(self, day: date) -> list[Drift]:
        return [drift for drift in self.drifts if drift.holds(day)]

    def has(self, kind: str, day: date) -> Drift | None:
        return next((drift for drift in self.active(day) if drift.kind == kind), None)

    def shown_as(self, day: date) -> str:
        """The dialect of a day."""
        again = self.has("redesign", day)
        if again is None:
            return self.base
        others = [name for name in DIALECTS if name not in (self.base, *APART)]
        return others[again.detail % len(others)]

    def of_unit(self, unit: str, day: date) -> list[Report]:
        mine = [report for report in self.reports if (report.unit, report.year) == (unit, YEAR)]
        return [report for report in mine if report.is_there(day)]

    def first_out(self, unit: str) -> date | None:
        mine = [r.out for r in self.reports if (r.unit, r.year) == (unit, YEAR)]
        return min(mine, default=None)

    def fate_of(self, unit: str) -> str:
        """What became of a unit's report beyond being there."""
        mine = [report for report in self.reports if (report.unit, report.year) == (unit, YEAR)]
        if any(report.address.endswith("_r.html") for report in mine):
            return "reposted, with an odd address"
        if len(mine) > 1:
            return "reposted"
        if any(report.gone for report in mine):
            return "withdrawn"
        if any(report.corrected for report in mine):
            return "corrected"
        return "undated" if any(report.printed is None for report in mine) else "ordinary"

    def is_dark(self, day: date) -> bool:
        return any(self.has(kind, day) for kind in DARK)

    def columns_of(self, unit: str) -> list[str]:
        if self.layout == "general" or unit not in self.towns:
            return ["general"]
        return [unit] if self.layout == "own" else ["general", unit]

    def is_readable(self, unit: str, day: date) -> bool:
        """Whether a person who begins at the columns' addresses, without the site's own scripts,
        reads all of the lists where the unit's report may be.
        """
        if self.is_dark(day) or any(self.has(kind, day) for kind in ELSEWHERE):
            return False
        columns = self.columns_of(unit)
        return all(
            self._lost_page(column, day) is None and self._has_end(column, day)
            for column in columns
        )

    def _has_end(self, column: str, day: date) -> bool:
        """Whether a person without the site's own scripts sees that there is no more."""
        count, dialect = len(self.entries(column, day)), self.shown_as(day)
        if dialect in ("go_page", "stopping") and count > self.size:
            return False
        return dialect not in ("stopping", "plain") or count not in USUAL

    def is_visible(self, report: Report, day: date) -> bool:
        """Whether a person with a browser finds the report on the site."""
        if self.is_dark(day) or not report.is_there(day):
            return False
        if report.own and self._is_shown(report, report.unit, day):
            return True
        return report.general and self._is_shown(report, "general", day)

    def _is_shown(self, report: Report, column: str, day: date) -> bool:
        """Whether it is on a page of the column that answers."""
        lost, entries = self._lost_page(column, day), self.entries(column, day)
        size, address = self.size, self.address_of(report, day)
        if self.shown_as(day) == "stopping":
            newest = sorted(entries, key=lambda entry: entry.day, reverse=True)[:size]
            return address in [entry.href for entry in newest]
        if self.shown_as(day) in ("searched", "jpaas"):
            size = ASKED_FOR
        return lost is None or [entry.href for entry in entries].index(address) // size != lost

    def _lost_page(self, column: str, day: date) -> int | None:
        """Which page of a column nobody can read, counted from 0."""
        lost = self.has("page_fails", day) or self.has("page_empty", day)
        addresses = self._pages(column, day)
        if lost is None or len(addresses) < 2:
            return None
        return 1 if lost.kind == "page_empty" else 1 + lost.detail % (len(addresses) - 1)

    # ---- the lists

    def entries(self, column: str, day: date, years: int = YEAR) -> list[Entry]:
        """What a column lists on a day, up to some year's reports."""
        held = [
            report
            for report in self.reports
            if report.is_there(day)
            and report.year <= years
            and (report.general if column == "general" else report.own and report.unit == column)
        ]
        held.sort(key=self._key)
        entries = [self._entry(report, day) for report in held]
        doubled = self.has("duplicates", day)
        if doubled is not None and entries:
            entries.insert(0, entries[doubled.detail % len(entries)])
        return entries

    def _key(self, report: Report) -> tuple[Any, ...]:
        if self.order == "day":
            return (-report.out.toordinal(), report.address)
        if self.order == "unit":
            known = [*self.units, *self.strangers]
            return (known.index(report.unit), -report.year, report.address)
        return (crc32(report.address.encode()),)

    def _entry(self, report: Report, day: date) -> Entry:
        printed, title = self.printed(report, day), report.title
        again = self.has("retitled", day)
        if again is not None and (crc32(report.address.encode()) + again.detail) % 4 == 0:
            title = f"{report.unit}{report.year}年政府信息公开年报"
        told = printed.isoformat() if printed is not None else ""
        return Entry(self.address_of(report, day), title, told, report.unit, report.year)

    def printed(self, report: Report, day: date) -> date | None:
        """The day that list and page print."""
        moved = self.has("migrated", day)
        if moved is not None and report.printed is not None and report.out < moved.begin:
            return moved.begin
        return report.printed

    def address_of(self, report: Report, day: date) -> str:
        moved = self.has("migrated", day)
        if moved is not None and moved.detail % 2 and report.out < moved.begin:
            return report.address.replace(".html", "9.html")
        return report.address

    def folder(self, column: str) -> str:
        number = crc32(column.encode()) % 100000
        if self.base in ART:
            return f"/col/col{number}/"
        return "/zwgk/nb/" if column == "general" else f"/xz{number}/nb/"

    def configured(self, column: str) -> str:
        return self.folder(column) + ("index.html" if self.base in ART else self.file)

    @property
    def columns(self) -> list[str]:
        general = ["general"] if self.layout != "own" else []
        return general + (self.towns if self.layout != "general" else [])

    def place(self, column: str, day: date, first: str = "") -> Place:
        units = tuple(self.units) if column == "general" else (column,)
        return Place(
            first or self.configured(column),
            self.host,
            self.size,
            YEAR,
            units,
            lambda inner, head: self.frame(inner, head, column, day),
        )

    def _pages(self, column: str, day: date) -> list[str]:
        """The addresses of a column's pages, in their order."""
        dialect = DIALECTS[self.shown_as(day)]
        pages = dialect(self.place(column, day), self.entries(column, day))
        if self.shown_as(day) == "year_links":
            return [*pages][:1]
        if self.shown_as(day) in APART:
            return [
                address
                for address, page in pages.items()
                if page.kind != HTML and '"html": ""' not in page.body
            ]
        return [*pages]

    # ---- the site

    def frame(self, inner: str, head: str, column: str, day: date) -> str:
        """A page of the site around what stands in its middle."""
        name = "政府信息公开年报"
        if column != "general":
            name = f"{column}{name}"
        before = after = foot = ""
        if self.has("news_box", day):
            before = (
                '<div class="news"><h3>今日要闻</h3><ul><li><a href="/xw/91.html">全县春耕工作会议召开</a>'
                '<span>2027-01-25</span></li><li><a href="/xw/92.html">县领导走访慰问</a><span>2027-01-24</span>'
                '</li></ul><a href="/xw/index_2.html">下一页</a> <a href="/xw/">更多</a></div>'
            )
        if self.has("hidden_none", day):
            after = '<div id="empty" style="display:none">暂无数据</div>'
        if self.has("malformed_link", day):
            foot = '<a href="http://[链接]">友情链接</a> <a href="http://:80:80/">省政府</a>'
        return SKINS[self.skin].format(
            name=name,
            county=self.name,
            head=head,
            before=before,
            inner=inner,
            after=after,
            foot=foot,
        )

    def there(self, day: date) -> dict[str, Any]:
        """What stands at each address: a page, or a report."""
        if day not in self._kept:
            self._kept = {day: self._there(day)}
        return self._kept[day]

    def _there(self, day: date) -> dict[str, Any]:
        there: dict[str, Any] = {}
        for address in ("/xw/91.html", "/xw/92.html", "/xw/", "/xw/index_2.html", "/xxgk/"):
            there[address] = Page(SKINS[0].format(**EMPTY, county=self.name, inner="<p>新闻</p>"))
        home = ""
        for column in self.columns:
            pages, link = self._column(column, day)
            there |= pages
            home += f'<li><a href="{link}">{"" if column == "general" else column}政府信息公开年报</a></li>'
        there["/"] = Page(SKINS[0].format(**EMPTY, county=self.name, inner=f"<ul>{home}</ul>"))
        for report in self.reports:
            if report.is_there(day):
                there[self.address_of(report, day)] = report
        return there

    def _column(self, column: str, day: date) -> tuple[Pages, str]:
        """All pages of a column, and the address that the home page gives for it."""
        first = self.configured(column)
        kept, gone = self.has("old_column_kept", day), self.has("moved_404", day)
        moved = self.has("moved_redirect", day)
        latest = kept or gone or moved
        dialect = DIALECTS[self.shown_as(day)]
        if self.has("script", day):
            dialect = scripted
        if latest is None:
            return self._broken(
                dialect(self.place(column, day), self.entries(column, day)), column, day
            ), first
        now_at = first.replace("/nb/", f"/nb{latest.detail % 90 + 10}/")
        place = self.place(column, day, now_at)
        pages = dialect(place, self.entries(column, day))
        if moved is latest:
            pages[first] = Page(now_at, status=301)
        elif kept is latest:
            pages |= dialect(self.place(column, day), self.entries(column, day, YEAR - 1))
        return pages, now_at

    def _broken(self, pages: Pages, column: str, day: date) -> Pages:
        lost = self._lost_page(column, day)
        if lost is None:
            return pages
        address = self._pages(column, day)[lost]
        if self.has("page_empty", day):
            page = self.place(column, day).frame("<ul></ul>", "")
            if pages[address].kind != HTML:
                page = ""
            return {**pages, address: pages[address]._replace(body=page)}
        return {**pages, address: Page("<html><body>500</body></html>", status=500)}

    def body_of(self, report: Report, day: date) -> str:
        corrected = report.corrected is not None and day >= report.corrected
        printed = self.printed(report, day)
        inner = body_of(self.name, report.unit, report.year, corrected)
        strip = f"<h1>{report.title}</h1><p>"
        if printed is not None:
            strip += f"发布时间：{printed} "
        strip += f"来源：{full_name(report.unit)}</p>"
        return ARTICLE.format(title=report.title, county=self.name, strip=strip, inner=inner)


SKINS = (
    """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{name}-{county}人民政府</title>
<meta name="SiteName" content="{county}人民政府门户网站"><meta name="ColumnName" content="{name}"><meta name="ColumnType" content="信息公开年报">
{head}</head><body><div class="top"><a href="/">首页</a> <a href="/xxgk/">政府信息公开</a></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/xxgk/">政府信息公开</a> &gt; {name}</div>
{before}<div class="main"><div class="list">
{inner}
{after}</div></div><div class="footer">主办：{county}人民政府办公室 {foot}</div></body></html>""",
    """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{county}政府信息公开平台_{name}</title><meta name="ColumnName" content="{name}">{head}</head>
<body><header><nav><ul><li><a href="/">首 页</a></li><li><a href="/xw/">政务动态</a></li><li><a href="/xxgk/">信息公开</a></li></ul></nav></header>
{before}<section class="crumb">首页 / 信息公开 / {name}</section><section class="gk-list">
{inner}
{after}</section><footer>{county}人民政府办公室主办 {foot}</footer></body></html>""",
    """<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{name}</title>{head}</head>
<body bgcolor="#ffffff"><table width="980" align="center"><tr><td colspan="2"><img src="/images/top.jpg"></td></tr>
<tr><td width="200" valign="top"><a href="/xxgk/zn/">公开指南</a><br><a href="/xxgk/zd/">公开制度</a><br><b>{name}</b>{before}</td>
<td valign="top">
{inner}
{after}</td></tr></table><div>{county} {foot}</div></body></html>""",
)
EMPTY = {"name": "门户网站", "head": "", "before": "", "after": "", "foot": ""}
ARTICLE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>
<body><div class="nav"><a href="/">首页</a> &gt; <a href="/xxgk/">政府信息公开</a></div>
{strip}<div class="article">{inner}</div><div class="foot">{county}人民政府办公室 打印 关闭</div></body></html>"""
MAINTENANCE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{county}人民政府</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/xw/">政务动态</a> <a href="/xxgk/">信息公开</a></div>
<div style="text-align:center;padding:80px">网站系统升级维护中，给您带来不便，敬请谅解。</div></body></html>"""
SOFT_404 = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{county}人民政府</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/xw/">政务动态</a> <a href="/xxgk/">信息公开</a> <a href="/xxgk/nb/">政府信息公开年报</a></div>
<div class="main"><p>抱歉，您访问的页面不存在或已被删除。</p></div><div class="links"><a href="http://www.gov.cn/">中国政府网</a></div>
<div class="footer">主办：{county}人民政府办公室</div></body></html>"""


@cache
def body_of(county: str, unit: str, year: int, corrected: bool) -> str:
    """A report's own text; numbers of another seed where it was corrected."""
    draft = clean(
        crc32(f"{county}{unit}{year}{corrected}".encode()), unit=full_name(unit), year=year
    )
    text = write_html(print_draft(draft), fragment=True).decode()
    return text.replace(draft.county, county).replace(f"{county}县", county)


# ---- asking it


@dataclass
class Server:
    """Answers for a county's site, on the day that is set."""

    county: County
    day: date = date.min
    asked: Counter[date] = field(default_factory=Counter)

    def fetch(self, ask: Ask) -> Answer:
        """As a browser would have it: redirects are followed."""
        self.asked[self.day] += 1
        url = ask.url
        for _ in range(5):
            answer = self._answer(ask, url)
            where = answer.headers.get("location", "")
            if not where:
                break
            url = urljoin(url, where)
        return answer

    def _answer(self, ask: Ask, url: str) -> Answer:
        county, day, parts = self.county, self.day, urlsplit(url)
        headers = {"content-type": HTML}

        def answer(status: int, body: str) -> Answer:
            return Answer(url, status, headers, body.encode(), "", ask.url)

        if county.has("timeout", day):
            return Answer(url, error="timeout", asked=ask.url)
        if county.has("server_error", day):
            return answer(503, "Service Unavailable")
        if parts.path == "/robots.txt":
            return answer(404, "")
        for kind, page in (("maintenance", MAINTENANCE), ("soft_404", SOFT_404)):
            if county.has(kind, day):
                return answer(200, page.format(county=county.name))
        held = self._held(ask.method, parts.path or "/", parts.query)
        if parts.netloc != county.host or held is None:
            return answer(
                404, "<html><head><title>404</title></head><body>404 Not Found</body></html>"
            )
        body = held.body if isinstance(held, Page) else county.body_of(held, day)
        if isinstance(held, Page):
            headers["content-type"] = held.kind
            if held.status == 301:
                headers["location"] = held.body
                return answer(301, "")
            if held.status != 200:
                return answer(held.status, body)
        return self._conditional(ask, answer(200, body))

    def _conditional(self, ask: Ask, answer: Answer) -> Answer:
        """304 where nothing changed, or, for some, whatever changed."""
        stuck = self.county.has("not_modified", self.day)
        if not (self.county.tags or stuck):
            return answer
        tag = f'"{crc32(answer.body):x}"'
        headers = {**answer.headers, "etag": tag}
        asked = {key.lower(): value for key, value in ask.headers.items()}
        if "if-none-match" in asked and (stuck or asked["if-none-match"] == tag):
            return replace(answer, status=304, headers=headers, body=b"")
        return replace(answer, headers=headers)

    def _held(self, method: str, path: str, query: str) -> Any:
        """What stands there; a query that asks for more than it must is answered too."""
        there = self.county.there(self.day)
        if not query or method != "GET":
            return there.get(unquote(path)) if method == "GET" else None
        asked = dict(parse_qsl(query, keep_blank_values=True))
        inside = json.loads(asked.get("paramJson", "{}"))
        if "pageNo" in inside:
            asked["page"] = str(inside["pageNo"])
        best, most = there.get(path), -1
        for address, held in there.items():
            at, _, needed = address.partition("?")
            wanted = parse_qsl(needed)
            if at == path and {*wanted} <= {*asked.items()} and len(wanted) > most:
                best, most = held, len(wanted)
        return best
