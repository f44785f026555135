"""A county whose reports were read and judged in earnest, without a season around them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from shutil import copy

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Item
from nianbao.crawler.reading import ReadHere, Reads
from nianbao.crawler.recorder import Reading
from nianbao.monitor.judging import judge_county
from nianbao.parser.passages import words_of
from nianbao.parser.report import read, to_json
from nianbao.storage.evidence import Evidence
from tests.worlds.recorded import World, at


def reading_of(body: bytes, url: str, kind: str = "text/html") -> Reading:
    report = read(body)
    page = Answer(url=url, status=200, headers={"content-type": kind}, body=body)
    return Reading(to_json(report), *words_of(report), (page,), None, "", [], lambda _: None)


def published(
    world: World,
    moment: datetime,
    *reports: tuple[str, int, bytes],
    kind: str = "text/html",
    reader: Reads | None = None,
) -> None:
    """A sweep that finds some reports: the unit's code, the year and what its address answers."""
    shown = []
    for code, year, body in reports:
        url = f"http://a.gov.cn/{code}-{year}.html"
        item = Item(f"{code}{year}年政府信息公开工作年度报告", url, None)
        shown.append(
            {"item": item, "unit": code, "year": year, "reading": reading_of(body, url, kind)}
        )
    world.sweep(moment, *shown)
    evidence = Evidence(world.folder / "evidence")
    judge_county(world.engine, evidence, reader or ReadHere(), world.county, moment)


def written(folder: Path, *sweeps: tuple[datetime, tuple[tuple[str, int, bytes], ...]]) -> World:
    """A store, its archive and its county's file in a folder, as pages are made of."""
    world = World(folder, f"sqlite:///{folder}/n.db")
    (folder / "counties").mkdir()
    copy(folder / "a.yaml", folder / "counties" / "a.yaml")
    for moment, reports in sweeps:
        published(world, moment, *reports)
    return world


__all__ = ("at", "published", "written")
