"""A store of the release before, full of waivers: each holds on for the unit that it was of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, select

from nianbao.storage.facts import unit_facts
from nianbao.storage.findings import mark_of
from nianbao.storage.models import Decision, Document, Event, FindingRow, Region, ReportVersion
from nianbao.storage.queries import findings
from nianbao.storage.registry import CountyEntry, UnitEntry
from nianbao.storage.scope import EVERYTHING, of_county
from nianbao.storage.standings import changed_by
from nianbao.storage.store import looking, migrate, open_store, session
from nianbao.storage.units import register_units
from tests.worlds.old_stores import Filler, store_of
from tests.worlds.stores import emptied

BEFORE, SINCE = "0004", "0005"  # whatever came later
NOW = datetime(2027, 3, 1, tzinfo=UTC)
# Two counties of one name, each with a 东里街道 whose report has the same mistake: one mark for both.
QIAOXI = ("130104", "130703")
CONTENT: dict[str, Any] = {"unreadable": [], "proactive": {}, "requests": {}, "disputes": {}}
FINDING = {
    "zh": "合计不符",
    "en": "sum",
    "cells": [],
    "state": "fail",
    "suggestions": [],
    "quote": "",
}


@pytest.fixture
def old(store_url: str) -> Iterator[Engine]:
    with store_of(BEFORE, store_url) as engine:
        yield engine


def fill(engine: Engine) -> None:
    """As the release before wrote it."""
    put = Filler(engine)
    put("document", id=1, url="http://a/1", sha256="a" * 64, fetched=NOW, status=200, headers={})
    for n, county in enumerate(QIAOXI, 1):
        put.county(county, "桥西区", {f"{county}001": "东里街道"}, "subdistrict")
        put(
            "report_version", id=n, unit=f"{county}001", year=2026, number=1, document=1, seen=NOW,
            published=date(2027, 1, 20), published_source="", dates=[], content=CONTENT, words="",
            text="", judged=NOW,
        )  # fmt: skip
        for k, mark in enumerate(("same-for-both", f"own-{county}")):
            put(
                "finding", id=10 * n + k, report=n, rule="F01", severity="error", fingerprint=mark,
                content=FINDING, since=NOW, ended=None,
            )  # fmt: skip
        put(
            "standing", unit=f"{county}001", year=2026, name="on_time", quality="flagged", zh="", en="",
            days=0, deadline=date(2027, 1, 31), since=NOW, evidence_at=None, evidence="", url="",
            next_change_at=None,
        )  # fmt: skip
    decided = {"who": "李主任", "why": "口径不同", "at": NOW}
    put(
        "decision",
        fingerprint="same-for-both",
        unit=None,
        year=None,
        verdict="waived",
        **decided,
    )
    put(
        "decision",
        fingerprint="own-130104",
        unit=None,
        year=None,
        verdict="accepted",
        **decided,
    )
    put("decision", fingerprint="long-gone", unit=None, year=None, verdict="waived", **decided)
    put("decision", fingerprint="", unit="130703001", year=2025, verdict="exempt", **decided)
    told = {"verdict": "waived", "who": "李主任", "why": "口径不同", "marks": ["same-for-both"]}
    put("event", at=NOW, kind="decided", unit=None, year=None, content=told)


def verdicts(engine: Engine, county: str) -> dict[str, str]:
    with looking(engine) as s:
        return {
            finding.fingerprint: finding.verdict for finding in findings(s, of_county(county), 2026)
        }


def test_every_waiver_holds_on_for_each_unit_that_it_was_of(old: Engine) -> None:
    fill(old)
    migrate(old)
    assert verdicts(old, "130104") == {
        mark_of("130104001", "same-for-both"): "waived",
        mark_of("130104001", "own-130104"): "accepted",
    }
    assert verdicts(old, "130703") == {
        mark_of("130703001", "same-for-both"): "waived",
        mark_of("130703001", "own-130703"): "",
    }
    with looking(old) as s:
        (facts,) = unit_facts(s, of_county("130703"), 2025)
        assert facts.exempt == "口径不同"
        told = list(s.scalars(select(Event).where(Event.kind == "decided")))
    assert {(event.unit, event.year) for event in told} == {(f"{c}001", 2026) for c in QIAOXI}


def test_rows_of_the_release_before_are_worked_out_anew(old: Engine) -> None:
    fill(old)
    migrate(old)
    with looking(old) as s:
        assert changed_by(s, EVERYTHING, NOW) == {(code, 2026) for code in QIAOXI}


def test_back_again_the_marks_are_what_they_were(old: Engine) -> None:
    fill(old)
    migrate(old, SINCE)
    migrate(old, "-1")
    tables = MetaData()
    tables.reflect(old, only=["finding", "decision"])
    with old.begin() as connection:
        found = tables.tables["finding"].c.fingerprint
        assert set(connection.scalars(select(found))) == {
            "same-for-both",
            "own-130104",
            "own-130703",
        }
        decided = tables.tables["decision"].c.fingerprint
        assert "same-for-both" in set(connection.scalars(select(decided)))
    migrate(old)


def test_a_unit_that_gets_its_code_keeps_its_waivers(store_url: str) -> None:
    engine = open_store(store_url)
    county = CountyEntry("平安县", "140999", units=(UnitEntry("柳树镇"),))
    with session(engine) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        register_units(s, county, NOW)
    fill_one(engine, "140999-柳树镇")
    coded = CountyEntry("平安县", "140999", units=(UnitEntry("柳树镇", "140999101"),))
    with session(engine) as s:
        register_units(s, coded, NOW)
    assert verdicts(engine, "140999") == {mark_of("140999101", "basis"): "waived"}
    emptied(engine)


def fill_one(engine: Engine, unit: str) -> None:
    mark = mark_of(unit, "basis")
    with session(engine) as s:
        s.add(Document(id=1, url="http://a/1", sha256="a" * 64, fetched=NOW, status=200))
        s.flush()
        s.add(
            ReportVersion(
                id=1, unit=unit, year=2026, number=1, document=1, seen=NOW, content=CONTENT
            )
        )
        s.flush()
        s.add(
            FindingRow(
                report=1, rule="F01", severity="error", fingerprint=mark, basis="basis",
                content=FINDING, since=NOW,
            )
        )  # fmt: skip
        s.add(
            Decision(
                fingerprint=mark, unit=unit, year=2026, verdict="waived", who="李", why="因", at=NOW
            )
        )
