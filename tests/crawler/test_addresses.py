"""Links that stores hold as they were once written down: known again, and no report is new."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
from sqlalchemy import Engine, select

from nianbao.crawler.answers import Task
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.sweep import Progress, visit_county
from nianbao.crawler.visit import Wanted
from nianbao.monitor.standing import BEIJING
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Column, Document, Event, Look, ReportVersion, Sighting
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store, session
from tests.portals.sites import CASES, Case, Lived, Site, case_in, county_of, sweep_once


def once_written(url: str) -> str:
    """An address as stores held it until 0005."""
    parts = urlsplit(url)
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def swept(case: Case, folder: Path, engine: Engine, day: date) -> Lived:
    site, lived = Site(case, day), Lived()
    recorder = Recorder(
        engine, Evidence(folder / "evidence"), lambda: datetime.combine(day, time(8), BEIJING)
    )
    sweep_once(recorder, county_of(case, folder), site, lived, Wanted())
    assert lived.problems == []
    return lived


@pytest.mark.parametrize("name", ["73-path-behind-a-question-mark", "74-gbk-queries"])
@pytest.mark.parametrize("unread", [False, True])
def test_a_link_of_an_old_store_is_known_again(name: str, unread: bool, tmp_path: Path) -> None:
    case = case_in(CASES / f"{name}.yaml")
    engine = open_store(f"sqlite:///{tmp_path}/store.db")
    swept(case, tmp_path, engine, case.looks[0])
    with session(engine) as s:
        before = {row.url for row in s.scalars(select(Sighting))}
        versions = len(s.scalars(select(ReportVersion)).all())
        for row in s.scalars(select(Sighting)):
            row.url = once_written(row.url)
            if unread and row.page == "report":
                row.checked, row.review = None, "retry: column_gone HTTP 404"
        for document in s.scalars(select(Document)):
            document.url = once_written(document.url)
        for column in s.scalars(select(Column)):
            column.fingerprint = None
    assert versions
    swept(case, tmp_path, engine, case.looks[1])
    with looking(engine) as s:
        rows = s.scalars(select(Sighting)).all()
        assert {row.url for row in rows} == before
        assert len(rows) == len(before)
        assert not [row for row in rows if row.review.startswith("retry")]
        assert len(s.scalars(select(ReportVersion)).all()) == versions
        assert not s.scalars(select(Event).where(Event.kind == "changed")).all()
    engine.dispose()


class Stumbling(ReadHere):
    """A reader that nobody's page should ever end, and one does."""

    def page(self, answer, about=""):  # type: ignore[no-untyped-def]
        if answer.url.endswith("/nb/m2.html"):
            raise RuntimeError("half a \ud83d character")
        return super().page(answer, about)


def looked(case: Case, folder: Path, county: CountyEntry) -> tuple[Progress, list[Look], Engine]:
    engine = open_store(f"sqlite:///{folder}/store.db")
    site, progress = Site(case, case.looks[0]), Progress()
    recorder = Recorder(
        engine,
        Evidence(folder / "evidence"),
        lambda: datetime.combine(site.day, time(8), BEIJING),
    )
    visit = visit_county(recorder, county, Wanted(), Stumbling(), progress, {}, lambda _: None)
    said: Any = None
    try:
        while True:
            step = visit.send(said)
            said = step.run() if isinstance(step, Task) else site.fetch(step)
    except StopIteration:
        pass
    with looking(engine) as s:
        return progress, list(s.scalars(select(Look))), engine


def test_an_article_that_ends_its_reading_costs_itself_alone(tmp_path: Path) -> None:
    case = case_in(CASES / "82-malformed-link-first.yaml")
    progress, looks, engine = looked(case, tmp_path, county_of(case, tmp_path))
    assert [look.state for look in looks] == ["ok"]
    assert progress.problems == []
    with looking(engine) as s:
        (hurt,) = s.scalars(select(Sighting).where(Sighting.url.endswith("m2.html")))
        assert hurt.review.startswith("retry: structure_changed RuntimeError: half a")
        assert hurt.unit
    engine.dispose()


def test_a_column_that_ends_its_visit_costs_itself_alone(tmp_path: Path) -> None:
    """Whatever it was: the look says so, the problem is told, and the sweep ends as ever."""
    case = case_in(CASES / "82-malformed-link-first.yaml")
    county = county_of(case, tmp_path)
    object.__setattr__(county, "http", {"recheck": "soon"})
    progress, looks, engine = looked(case, tmp_path, county)
    assert [look.state for look in looks] == ["structure_changed"]
    assert "ValueError" in looks[0].detail
    assert "invalid literal" in progress.problems[0]
    engine.dispose()
