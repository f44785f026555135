"""The pages for everybody: one path, one file, drawn alike for a folder and for the service.

Links are relative and nothing runs, so that they stand under any path and on any disk.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from importlib import resources
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape

import yaml
from sqlalchemy.orm import Session

from nianbao.monitor.ledger.first_look import looked_late
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_asked
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.there import Kept
from nianbao.monitor.ledger.words import Lang, of_standing
from nianbao.monitor.paper.checked_page import form_style
from nianbao.monitor.paper.marked import Drawn, Seen, name_of
from nianbao.monitor.paper.pieces import environment, pieces_of
from nianbao.monitor.paper.rows import as_csv, for_spreadsheets
from nianbao.monitor.paper.states import colours
from nianbao.monitor.public import (
    ASKED,
    CELL,
    STANDING,
    Cell,
    Held,
    Report,
    Told,
    finding_row,
    held_in,
    is_public,
    report_of,
    standing_row,
    told_of,
)
from nianbao.monitor.settings import Settings
from nianbao.monitor.standing import BEIJING, StandingName, day_in_beijing, due_year
from nianbao.storage.archive import versions
from nianbao.storage.queries import findings, portals
from nianbao.storage.registry import yaml_loader
from nianbao.storage.scope import Scope, of_county
from nianbao.storage.standings import years_known

LANGS: Sequence[Lang] = ("zh", "en")
STYLES = ("style.css", "states.css", "form.css", "public.css")
POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
KINDS = {
    "html": "text/html; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
}
# In which states are counted, the least sure first.
COUNTED: Sequence[StandingName] = (
    "unknown", "missing", "late", "on_time", "awaiting", "not_due", "exempt",
)  # fmt: skip


# ---- in words


@cache
def words() -> Mapping[str, tuple[str, str]]:
    text = resources.files("nianbao.monitor.paper").joinpath("public.yaml").read_text("utf-8")
    return {key: (zh, en) for key, (zh, en) in yaml.load(text, yaml_loader()).items()}


def say(key: str, lang: Lang, **named: object) -> str:
    sentence = words()[key][LANGS.index(lang)]
    return sentence.format(**named) if named else sentence


def exact_of(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def address_of(url: str) -> str:
    """An address of others that may be followed; empty for any other."""
    return url if re.match(r"https?://[^\s/]+", url, re.I) else ""


# ---- what is known


class Unit(NamedTuple):
    """A unit's years, the newest first."""

    key: str
    name: str
    years: Mapping[int, tuple[Told, Report | None]]

    @property
    def folder(self) -> str:
        return folder_of(self.key)


class Looked(NamedTuple):
    """When all of a county's columns were last read whole."""

    oldest: datetime | None  # of each column's latest whole look
    never: int  # columns without any

    def said(self, lang: Lang) -> str:
        if self.oldest is None:
            return say("never", lang)
        told = exact_of(self.oldest)
        return told + (say("some_never", lang, count=self.never) if self.never else "")


@dataclass(frozen=True)
class County:
    """All that is public of a county."""

    code: str
    name: str
    units: Sequence[Unit]
    looked: Looked

    @cached_property
    def years(self) -> list[int]:
        return sorted({year for unit in self.units for year in unit.years}, reverse=True)

    @cached_property
    def by_folder(self) -> Mapping[str, Unit]:
        return {unit.folder: unit for unit in self.units}

    def counts(self, year: int) -> dict[StandingName, int]:
        return counted(unit.years[year][0] for unit in self.units if year in unit.years)


class Short(NamedTuple):
    """A county on the first page."""

    code: str
    name: str
    counts: Mapping[StandingName, int]

    @property
    def due(self) -> int:
        return sum(self.counts.values()) - self.counts.get("exempt", 0)


def counted(told: Iterator[Told]) -> dict[StandingName, int]:
    names = [each.name for each in told]
    return {name: names.count(name) for name in COUNTED if name in names}


def folder_of(key: str) -> str:
    """What a unit's folder is called: its key, where that can be a folder's name anywhere."""
    if re.fullmatch(r"\w[\w-]*", key) and len(key.encode()) <= 200:
        return key
    kept = re.sub(r"[^\w-]", "_", key)[:40]
    return f"{kept}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def public_counties(registry: Registry, codes: Sequence[str]) -> list[str]:
    """The codes of the counties that are public, of those that are watched."""
    return sorted(code for code in registry.names if is_public(codes, code))


def shorts_of(s: Session, registry: Registry, codes: Sequence[str], now: datetime) -> list[Short]:
    """All public counties in the year that is due."""
    scope = Scope(tuple(codes))
    told = _told(s, scope, due_year(now), now, registry) if codes else []
    return [
        Short(code, registry.called[code], counted(x for x in told if x.line.county == code))
        for code in codes
    ]


def county_of(
    s: Session, registry: Registry, code: str, now: datetime, *, tells_findings: bool = False
) -> County:
    """Asks the store for all of a county at once."""
    scope = of_county(code)
    found: dict[str, dict[int, tuple[Told, Report | None]]] = {}
    names: dict[str, str] = {}
    for year in sorted({*years_known(s), due_year(now)}, reverse=True):
        wrong = findings(s, scope, year, ("error",)) if tells_findings else []
        for told in _told(s, scope, year, now, registry):
            unit = told.line.unit
            kept = versions(s, unit, year)[-1:] if told.is_shown else []
            is_asked = told.name != "exempt"
            mine = [each for each in wrong if each.unit == unit and is_asked]
            report = report_of(kept[0], mine, tells=tells_findings) if kept else None
            names.setdefault(unit, told.line.name)
            found.setdefault(unit, {})[year] = (told, report)
    columns = portals(s, scope, now, due_year(now))
    known = [each.whole for each in columns if each.whole is not None]
    looked = Looked(min(known, default=None), len(columns) - len(known))
    units = [Unit(key, names[key], found[key]) for key in sorted(found)]
    return County(code, registry.called[code], units, looked)


def _told(s: Session, scope: Scope, year: int, now: datetime, registry: Registry) -> list[Told]:
    lines: Sequence[Line] = lines_asked(s, scope, year, now, registry)
    if not lines:
        return []
    late = looked_late(s, lines, year, now)
    held: Held = held_in(findings(s, scope, year, rules=ASKED), lines, late)
    gone = Kept(s, scope, year).gone
    return [told_of(x, now, held, is_there=(x.unit, year) not in gone) for x in lines]


# ---- as it is drawn


@dataclass(frozen=True)
class Face:
    """How pages are drawn, whatever they are of."""

    settings: Settings
    now: datetime
    langs: Sequence[Lang] = LANGS  # the first one stands at the top, the others under their names

    @property
    def day(self) -> str:
        return day_in_beijing(self.now).isoformat()

    def folder(self, lang: Lang) -> str:
        return "" if lang == self.langs[0] else f"{lang}/"

    # -- which paths there are

    def top(self) -> list[str]:
        """Those of no county."""
        pages = [f"{self.folder(lang)}{name}" for lang in self.langs for name in TOP]
        sitemap = ["sitemap.xml"] if self.settings.public.address else []
        return [*pages, "robots.txt", *sitemap, *(f"static/{name}" for name in STYLES)]

    def of_county(self, county: County) -> Iterator[str]:
        for lang in self.langs:
            under = self.folder(lang)
            yield f"{under}c/{county.code}/index.html"
            for unit in county.units:
                yield f"{under}u/{unit.folder}/index.html"
                for year in unit.years:
                    yield f"{under}u/{unit.folder}/{year}/index.html"
        for name in DATA:
            yield f"c/{county.code}/{name}"
        for unit in county.units:
            for year in unit.years:
                yield f"u/{unit.folder}/{year}/index.json"
                yield f"u/{unit.folder}/{year}/index.csv"

    # -- what stands there

    def page_of_top(self, path: str, shorts: Sequence[Short], paths: Sequence[str] = ()) -> bytes:
        """`paths`: those of all counties, for the sitemap alone."""
        if path.startswith("static/"):
            return style(path.removeprefix("static/")).encode()
        if path == "robots.txt":
            return self._robots().encode()
        if path == "sitemap.xml":
            return self._sitemap(paths).encode()
        lang, rest = self.lang_of(path)
        year = due_year(self.now)
        return self._page(f"public_{rest}",
                          path, lang, counties=shorts, year=year)  # fmt: skip

    def page_of(self, path: str, county: County) -> bytes | None:
        """None where there is no such page."""
        lang, rest = self.lang_of(path)
        match rest.split("/"):
            case ["c", code, name] if code == county.code:
                if name == "index.html":
                    return self._page("public_county.html", path, lang, county=county)
                if lang == self.langs[0] and name in DATA:
                    return _data(name, county)
            case ["u", folder, "index.html"] if folder in county.by_folder:
                unit = county.by_folder[folder]
                return self._page("public_unit.html", path, lang, county=county, unit=unit)
            case ["u", folder, year, name] if folder in county.by_folder:
                unit = county.by_folder[folder]
                number = int(year) if re.fullmatch("[0-9]{4}", year) else 0
                if number in unit.years:
                    return self._year(path, lang, name, county, unit, number)
        return None

    def lang_of(self, path: str) -> tuple[Lang, str]:
        for lang in self.langs[1:]:
            if path.startswith(f"{lang}/"):
                return lang, path.removeprefix(f"{lang}/")
        return self.langs[0], path

    def _year(
        self, path: str, lang: Lang, name: str, county: County, unit: Unit, year: int
    ) -> bytes | None:
        told, report = unit.years[year]
        if name == "index.json" and lang == self.langs[0]:
            return _json(_row(told, county, report))
        if name == "index.csv" and lang == self.langs[0]:
            return _csv(_cell_rows(told, county, report), CELL)
        if name != "index.html":
            return None
        pieces = None
        if report is not None and report.forms:
            pieces = pieces_of(_drawn(report, year), lang)
        named: dict[str, Any] = {"told": told, "report": report, "pieces": pieces, "year": year}
        return self._page("public_year.html", path, lang, county=county, unit=unit, **named)

    def not_there(self, path: str) -> bytes:
        """What is said where nothing stands; it leads to the first page from wherever that is."""
        lang, _ = self.lang_of(path)
        first = f"{self.folder(lang)}index.html"
        return self._page("public_wrong.html", first, lang, "../" * path.count("/"))

    def _page(
        self, template: str, path: str, lang: Lang, up: str | None = None, **named: Any
    ) -> bytes:
        """`up`: how far it is to the top, if it is not as the path says."""
        up = "../" * path.count("/") if up is None else up
        base = up + self.folder(lang)

        def t(key: str, **more: object) -> str:
            return say(key, lang, **more)

        def at(*parts: object) -> str:
            """A page of the same language."""
            return base + "/".join(quote(str(part), safe="") for part in parts)

        def data(*parts: object) -> str:
            return up + "/".join(quote(str(part), safe="") for part in parts)

        _, rest = self.lang_of(path)
        others = [
            (each, up + self.folder(each) + quote(rest)) for each in self.langs if each != lang
        ]
        page = (
            environment()
            .get_template(template)
            .render(
                t=t, at=at, data=data, lang=lang, others=others, policy=POLICY, day=self.day,
                word=of_standing,
                address_of=address_of, exact=exact_of, counted=COUNTED,
                office=self.settings.office.name,
                contact=self.settings.public.contact, styles=STYLES, **named,
            )
        )  # fmt: skip
        return re.sub(r"\n\s*(?=\n)", "", page).encode()

    def _robots(self) -> str:
        address = self.settings.public.address.rstrip("/")
        told = f"Sitemap: {address}/sitemap.xml\n" if address else ""
        return f"User-agent: *\nAllow: /\n{told}"

    def _sitemap(self, paths: Sequence[str]) -> str:
        address = self.settings.public.address.rstrip("/")
        pages = (path for path in (*self.top(), *paths) if path.endswith(".html"))
        lines = (f"<url><loc>{escape(f'{address}/{quote(path)}')}</loc></url>" for path in pages)
        return "\n".join((MAP, *lines, "</urlset>\n"))


TOP = ("index.html", "about.html")
DATA = ("standings.csv", "cells.csv", "county.json")
MAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
)


def style(name: str) -> str:
    if name == "states.css":
        return colours()
    if name == "form.css":
        return form_style()
    if name == "public.css":
        place = resources.files("nianbao.monitor.paper").joinpath("templates", name)
    else:  # that of the service's own pages
        place = resources.files("nianbao.monitor.web").joinpath("static", name)
    return place.read_text("utf-8")


def _drawn(report: Report, year: int) -> Drawn:
    cells = {cell.key: Seen(_text(cell), cell.state, cell.why) for cell in report.cells}
    return Drawn(report.title, year, report.forms, cells, (), ())


def _text(cell: Cell) -> str:
    if cell.state == "unreadable":
        return cell.raw
    return "" if cell.value is None else str(cell.value)


# ---- data

TABLE_KEYS = ("title", "signed", "read", "forms", "cells", "findings")


def _row(told: Told, county: County, report: Report | None) -> dict[str, Any]:
    row = standing_row(told, county.name, report)
    if report is None:
        return {**row, "tables": None}
    cells = [
        {"cell": x.key, "name": name_of(x.key, "zh"), "name_en": name_of(x.key, "en"),
         "state": x.state, "value": x.value}
        for x in report.cells
    ]  # fmt: skip
    found = [finding_row(each) for each in report.findings]
    read = report.read.isoformat()
    values = (report.title, report.signed or None, read, dict(report.forms), cells, found)
    return {**row, "tables": dict(zip(TABLE_KEYS, values, strict=True))}


def _cell_rows(told: Told, county: County, report: Report | None) -> list[dict[str, Any]]:
    if report is None:
        return []
    line = told.line
    of = {
        "county": county.name, "unit": line.name, "code": line.unit, "year": line.year,
        "version": report.number, "report": report.sha256,
    }  # fmt: skip
    return [
        {**of, "cell": x.key, "name": name_of(x.key, "zh"), "name_en": name_of(x.key, "en"),
         "state": x.state, "value": x.value}
        for x in report.cells
    ]  # fmt: skip


def _data(name: str, county: County) -> bytes:
    all_years = [pair for unit in county.units for pair in unit.years.values()]
    match name:
        case "standings.csv":
            rows = [standing_row(told, county.name, report) for told, report in all_years]
            flat = [
                {**row, "proofs": " ".join(each["sha256"] for each in row["proofs"])}
                for row in rows
            ]
            return _csv(flat, STANDING)
        case "cells.csv":
            cells = (row for pair in all_years for row in _cell_rows(pair[0], county, pair[1]))
            return _csv([*cells], CELL)
        case _:
            each = (_json(_row(told, county, report)) for told, report in all_years)
            return b"[" + b",".join(each) + b"]\n"


def _json(told: Any) -> bytes:
    return f"{json.dumps(told, ensure_ascii=False, separators=(',', ':'))}\n".encode()


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    return "".join(as_csv(map(for_spreadsheets, rows), columns)).encode("utf-8-sig")
