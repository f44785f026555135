"""What the rules look at: a report with its surroundings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from nianbao.monitor.rules.watched import Watched
from nianbao.parser.document import Grid, Paragraph
from nianbao.parser.fill import Value
from nianbao.parser.forms import Form, form_named, form_of_year
from nianbao.parser.heading import section_spans
from nianbao.parser.labels import exact, squash
from nianbao.parser.patterns import pattern_of
from nianbao.parser.regions import region_at, regions
from nianbao.parser.report import Report


@dataclass(frozen=True)
class Context:
    """What is known beside the report. Each part lets more rules run."""

    year: int | None = None
    unit: str = ""
    # What else the unit is called, or was when it published.
    names: tuple[str, ...] = ()
    # The names that decisions on what was found before may hang on.
    formerly: tuple[str, ...] = ()
    county: str = ""
    # The unit's reports of earlier years, newest first.
    earlier: tuple[Report, ...] = ()
    # Reports of the same year of other units of the county.
    peers: tuple[Report, ...] = ()
    watched: Watched | None = None


class Block(NamedTuple):
    """A paragraph of the prose and its place in the document."""

    at: int
    text: str


SECTION_WORDS = (
    (1, pattern_of("总体|概述|基本情况|推进情况|工作情况$")),
    (3, pattern_of("申请")),
    (4, pattern_of("复议|诉讼")),
    (2, pattern_of("主动公开")),
    (5, pattern_of("问题|改进")),
    (6, pattern_of("其他|其它")),
)


@dataclass(frozen=True)
class Subject:
    report: Report
    context: Context = field(default_factory=Context)

    @cached_property
    def year(self) -> int | None:
        """The year that the report is of; the one named most, if title and
        period differ."""
        if self.context.year:
            return self.context.year
        span = self.report.period
        if span is None or not is_whole_year(span) or span[0].year == self.report.year:
            return self.report.year
        below = self.prose.replace(self.title_printed, "")
        named = Counter(re.findall("(20[0-9]{2})年(?!1月)", below))
        if self.report.signed is not None:
            named[str(self.report.signed.year - 1)] += 1
        return max(self.report.year or 0, span[0].year, key=lambda year: named[str(year)]) or None

    @property
    def unit(self) -> str:
        return self.context.unit or self.report.unit

    @property
    def names(self) -> list[str]:
        """All that the unit is rightly called, as `stem` tells it, its name first."""
        stems = dict.fromkeys(stem(name) for name in (self.unit, *self.context.names))
        return [name for name in stems if name]

    @cached_property
    def level(self) -> str:
        """town, street, department, county, city, province; empty: not known."""
        return level_of(self.unit)

    @cached_property
    def is_doubtful(self) -> bool:
        """Some of its text or cells was read with doubt, as in a scan."""
        return any(map(_has_doubt, self.report.document.blocks))

    def value(self, key: str) -> Value | None:
        return self.report.cells.get(key)

    def number(self, key: str) -> int | None:
        """The whole number surely read in a cell."""
        value = self.report.cells.get(key)
        if value is None or value.state != "value" or value.number is None:
            return None
        return int(value.number)

    @cached_property
    def accounted(self) -> frozenset[str]:
        """Totals that their known members make: what is not known of them is nothing."""
        known = {key: n for key in self.report.cells if (n := self.number(key)) is not None}
        members: dict[str, list[int]] = {}
        for key, number in known.items():
            for total in _totals_over(key):
                members.setdefault(total, []).append(number)
        nothing = {key for key, number in known.items() if key.endswith("total") and not number}
        made = (key for key, each in members.items() if sum(each) == known.get(key))
        return frozenset((*made, *nothing))

    def is_accounted(self, key: str) -> bool:
        return not self.accounted.isdisjoint(_totals_over(key))

    def form_of(self, table: str) -> Form | None:
        form = self.report.table_forms.get(table)
        if not form:
            return None
        return form_named(form)

    @property
    def form(self) -> Form | None:
        """The one that its year prescribes."""
        if not self.year:
            return None
        return form_of_year(self.year)

    @cached_property
    def paragraphs(self) -> list[Block]:
        """The prose: no table rows, no labels."""
        return [
            Block(i, block.text.strip())
            for i, block in enumerate(self.report.document.blocks)
            if isinstance(block, Paragraph)
            and "\t" not in block.text.strip()
            and not _is_label(block.text)
        ]

    @cached_property
    def prose(self) -> str:
        return "\n".join(block.text for block in self.paragraphs)

    @cached_property
    def headings(self) -> list[tuple[int, str, int]]:
        """Each section: its number in the form (0 if it is none of them),
        heading and block."""
        spans = section_spans(self.report.document)
        return [(section_number(text), text, at) for text, at in spans]

    @cached_property
    def sections(self) -> dict[int, list[Block]]:
        """The prose of each section by its number in the form."""
        if not self.headings:
            return {}
        ends = [at for _, _, at in self.headings[1:]] + [len(self.report.document.blocks)]
        found: dict[int, list[Block]] = {}
        for (number, _, begin), end in zip(self.headings, ends, strict=True):
            if number and number not in found:
                found[number] = [block for block in self.paragraphs if begin < block.at < end]
        return found

    @cached_property
    def title_printed(self) -> str:
        """The title as it stands in the text, with its spaces."""
        lines = [block.text for block in self.paragraphs[:60]]
        wanted = re.sub(r"\s", "", self.report.title)
        for i in range(len(lines)):
            for size in (1, 2, 3):
                joined = "".join(lines[i : i + size])
                if wanted and re.sub(r"\s", "", joined) == wanted:
                    return joined
        return self.report.title


FLOWS = frozenset(("new", "carried_in", "handled_total", "carried_out"))


def _totals_over(key: str) -> list[str]:
    """The cells of the tables that hold the sum of this one and its like."""
    table, _, rest = key.partition(".")
    head, _, last = rest.rpartition(".")
    if table not in ("requests", "disputes") or not head:
        return []
    across = [f"{table}.{head}.total"] if last != "total" else []
    if table == "disputes" or head in FLOWS:
        return across
    return [*across, f"requests.handled_total.{last}"]


def _has_doubt(block: Paragraph | Grid) -> bool:
    if isinstance(block, Grid):
        return any(cell.doubt for cell in block.cells)
    return bool(block.doubt)


def is_whole_year(span: tuple[date, date]) -> bool:
    first, last = span
    return first == date(first.year, 1, 1) and last == date(first.year, 12, 31)


def section_number(heading: str) -> int:
    words = squash(heading)
    return next((number for number, pattern in SECTION_WORDS if pattern.search(words)), 0)


def _is_label(text: str) -> bool:
    short = text.strip()
    return (
        len(short) < 60
        and "。" not in short
        and bool(exact(short))
        and section_number(short) not in (2, 3, 4)
    )


LEVELS = (
    ("street", pattern_of("街道(?:办事处|党工委)?$|街道办")),
    ("town", pattern_of("(?:[镇乡]|苏木)(?:人民政府)?$")),
    ("government", pattern_of("(?:[省市县区州盟旗])(?:人民政府)?(?:(?:政府)?办公[室厅]|政府办)?$")),
    (
        "department",
        pattern_of(
            "(?:局|厅|委|委员会|中心|大队|支队|总队|队|院|处|站|所|馆|社|室|部|署|公司|学校|管委会|政府办)$"
        ),
    ),
)
OFFICE_BEHIND = pattern_of("(?:人民政府)?(?:(?:政府)?办公[室厅]|政府办)?$")


def level_of(unit: str) -> str:
    """The level of a body by its name: town, street, department, county, city, province.

    Of a government the packed list of regions tells it; empty where it can't be told.
    """
    name = re.sub(r"\s", "", unit)
    level = next((level for level, named in LEVELS if name and named.search(name)), "")
    if level != "government":
        return level
    place = OFFICE_BEHIND.sub("", name)
    while place:
        if place in regions():
            return regions()[place]
        first = region_at(place)
        if not first or first == place:
            break
        place = place.removeprefix(first)
    return {"省": "province", "州": "city", "盟": "city", "县": "county", "旗": "county"}.get(
        name and OFFICE_BEHIND.sub("", name)[-1:], ""
    )


def stem(unit: str) -> str:
    """The name of a unit without what every unit is called:
    柳树镇人民政府 and 柳树镇 are one."""
    name = unit.replace("街道办事处", "街道")
    return re.sub("(?:人民政府街道办事处|人民政府|办事处|街道办事处)$", "", name)


def kind_of(unit: str) -> str:
    """镇, 乡, 街道, 苏木, or empty."""
    ending = re.search("(?:镇|乡|街道|苏木)$", stem(unit))
    if ending is None:
        return ""
    return ending[0]


def by_year(reports: Sequence[Report], year: int) -> Report | None:
    return next((report for report in reports if report.year == year), None)
