"""Two counties of two provinces in one store, each with a report, a link in doubt, a unit that is missing and a letter:
what of the one may not be told to those of the other."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import requests
from sqlalchemy import select

from nianbao.crawler.listing.listed import Item
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.engine.jobs import Kind
from nianbao.monitor.engine.kinds import KINDS
from nianbao.monitor.engine.local import Local
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.settings import Web
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import note_letter
from nianbao.storage.drafts import Handed, keep
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Document, DraftRow, Step
from nianbao.storage.queries import columns_of
from nianbao.storage.scope import of_county
from nianbao.storage.store import looking, session
from nianbao.storage.visits import waiting_links
from nianbao.storage.ways import New, answer
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds import tasks
from tests.worlds.pages import site_of
from tests.worlds.recorded import World, at
from tests.worlds.written import reading_of

NOW = at(2, 4).astimezone(UTC)


@dataclass(frozen=True)
class County:
    """One of the two, with all that names it."""

    code: str
    name: str
    host: str
    towns: Sequence[str]

    @property
    def units(self) -> list[str]:
        """Of which one has published, one waits for an answer, one is missing."""
        return [f"{self.code}{n}" for n in range(101, 101 + len(self.towns))]

    @property
    def column(self) -> str:
        return f"http://{self.host}/all/"

    @property
    def phone(self) -> str:
        return f"{self.code[:4]}-5551234"

    @property
    def text(self) -> str:
        units = "".join(
            f'  - {{name: {name}, code: "{code}", phone: "{self.phone}"}}\n'
            for name, code in zip(self.towns, self.units, strict=True)
        )
        columns = f'columns:\n  - {{url: "{self.column}", covers: all}}\n'
        return (
            f'county: {self.name}\ncode: "{self.code}"\nhost: {self.host}\n{columns}units:\n{units}'
        )


ONE = County("140999", "甲山县", "jia.gov.cn", ("甲红镇", "甲橙镇", "甲黄镇"))
OTHER = County("610999", "乙水县", "yi.gov.cn", ("乙绿镇", "乙青镇", "乙蓝镇"))


def filled(folder: Path) -> Site:
    """Their store; the report's bytes are the same in both, and were first seen in the other one."""
    (folder / "counties").mkdir(parents=True)
    body = write_html(print_draft(clean(3, year=2026)))
    for county in (OTHER, ONE):
        of = folder / county.code
        of.mkdir()
        world = World(of, f"sqlite:///{folder}/n.db")
        world.file(county.text)
        kept = folder / "counties" / f"{county.code}.yaml"
        kept.write_text(county.text, encoding="utf-8")
        evidence = Evidence(folder / "evidence")
        world.recorder = Recorder(world.engine, evidence, world.moment)
        first, second, _ = county.units
        for moment in (at(1, 30), at(2, 2), at(2, 3)):
            shown = [
                _link(
                    county, first, reading=reading_of(body, f"http://{county.host}/{first}.html")
                ),
                _link(county, second, review="retry: column_gone HTTP 404"),
            ]
            world.sweep(moment, *shown)
        judge_county(world.engine, evidence, ReadHere(), world.county, at(2, 3))
        refresh(world.engine, world.registry, [world.county], at(2, 3, 12), range(2021, 2027))
        with session(world.engine) as s:
            who = f"{county.name}的人"
            note_letter(s, NOW, who, first, 2026, "整改", county.name.encode())
            file = evidence.keep(f"{county.name}的稿".encode())
            keep(s, Handed(2026, f"{county.name}.html", file, NOW, who, "page", first))
            said = New(first, 2026, "explained", who, ("publish",), f"{county.name}说明")
            answer(s, said._replace(file=file, name=f"{county.name}.html"), NOW)
        world.engine.dispose()
    site = site_of(folder, NOW)
    return replace(site, settings=replace(site.settings, web=Web(sign_in="accounts")))


def _link(county: County, unit: str, **more: object) -> dict[str, object]:
    named = dict(zip(county.units, county.towns, strict=True))[unit]
    item = Item(f"{named}2026年年报", f"http://{county.host}/{unit}.html", None)
    return {"at": county.column, "item": item, "unit": unit, **more}


@contextmanager
def working(site: Site) -> Iterator[Site]:
    """Its jobs end at once: nobody is asked for anything."""
    with Local([Kind(each.name, tasks.closed, apart=False) for each in KINDS]) as jobs:
        yield replace(site, jobs=jobs)
    site.drafts.close()
    site.engine.dispose()


def hashes_of(site: Site, county: County) -> list[str]:
    """Of all that its portal answered."""
    with looking(site.engine) as s:
        chosen = select(Document.sha256).where(Document.url.contains(county.host))
        return [*dict.fromkeys(s.scalars(chosen.order_by(Document.id)))]


def link_of(site: Site, county: County) -> int:
    """The link that waits for an answer."""
    with looking(site.engine) as s:
        return waiting_links(s, of_county(county.code))[0].id


def handed_by(site: Site, county: County) -> int:
    """Its unit's draft."""
    with looking(site.engine) as s:
        return max(s.scalars(select(DraftRow.id).where(DraftRow.unit == county.units[0])))


def answer_of(site: Site, county: County) -> int:
    """What its unit said."""
    with looking(site.engine) as s:
        return max(s.scalars(select(Step.id).where(Step.unit == county.units[0])))


def column_of(site: Site, county: County) -> int:
    with looking(site.engine) as s:
        return min(columns_of(s, county.code))


def marks_of(site: Site, county: County) -> list[str]:
    """All that names a county or anything of it, and nothing of any other."""
    other = OTHER if county is ONE else ONE
    own = set(hashes_of(site, county)) - set(hashes_of(site, other))
    hashes = [part for each in own for part in (each, each[:12])]
    return [county.code, county.name, county.host, county.phone, *county.towns, *hashes]


def told_by(answer: requests.Response) -> str:
    """All that an answer tells: its headers, and what is packed in its file."""
    headers = unquote(" ".join(f"{key}: {value}" for key, value in answer.headers.items()))
    body = answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(body)) as packed:
            names = packed.namelist()
            body = b" ".join([*map(str.encode, names), *map(packed.read, names)])
    return f"{headers} {unquote(body.decode('utf-8', 'replace'))}"


def leaked(answer: requests.Response, marks: Sequence[str], said: str) -> list[str]:
    """What an answer tells beyond what was said in asking."""
    told = told_by(answer)
    return [mark for mark in marks if mark in told and mark not in said]


def without(told: str, said: Sequence[str]) -> str:
    """An answer as it would be whatever had been asked for."""
    told = re.sub(r"(?<=[#/])[0-9]{1,5}\b", "…", unquote(told))  # a link is known by its number
    for each in sorted((each for each in said if len(each) > 2), key=len, reverse=True):
        told = told.replace(each, "…")
    return re.sub(r"[0-9A-Za-z_-]{16,}", "…", told)
