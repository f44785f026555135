"""A unit that was renamed, or is called otherwise too: its report is not held against it for a
name that was right.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import pytest

from nianbao.crawler.reading import Reader
from nianbao.monitor.judging import judge_county
from nianbao.monitor.names_of_then import names_in
from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.subject import Context
from nianbao.monitor.standing import BEIJING
from nianbao.parser import Report, read
from nianbao.storage.evidence import Evidence
from nianbao.storage.queries import findings
from nianbao.storage.registry import CountyEntry, Former, UnitEntry
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.rewritten import YEAR, World, on, six_towns

OF_NAMES = ("C04", "H03")


def by_rules(report: Report, *names: str) -> list[str]:
    context = Context(year=YEAR, unit="新河街道", names=names, county="平安县")
    return [each.rule for each in assess(report, context).findings if each.rule in OF_NAMES]


def test_no_rule_is_against_another_name_of_its_own() -> None:
    report = read(write_html(print_draft(draft_of("平安县", "柳树乡", YEAR, 5))))
    assert by_rules(report) == ["C04", "H03"]
    assert by_rules(report, "柳树乡") == []
    assert by_rules(report, "柳树乡人民政府", "人民政府") == []
    assert by_rules(report, "杨树乡") == ["C04"]
    assert by_rules(report, "人民政府") == ["C04", "H03"]


@pytest.mark.parametrize(
    ("year", "names"), [(2015, {"兴华镇", "兴华乡", "兴华"}), (2017, {"兴华镇", "兴华"})]
)
def test_a_name_holds_until_its_last_year(year: int, names: set[str]) -> None:
    former = (Former("兴华乡", "2016-05-01"),)
    unit = UnitEntry("兴华镇", "140999100", aliases=("兴华",), former=former)
    county = CountyEntry("平安县", "140999", units=(unit,))
    assert {*names_in(county, "140999100", "兴华镇", year)} == names
    assert names_in(None, "140999100", "兴华镇", year) == ("兴华镇",)


def judged_anew(world: World, year: int) -> list[tuple[str, str]]:
    """What is wrong in the reports of a year by names."""
    engine, evidence = open_store(world.store), Evidence(world.folder / "evidence")
    (county,) = world.registry().counties
    now = datetime.combine(on(3, 5), time(9), BEIJING)
    with Reader() as reader:
        judge_county(engine, evidence, reader, county, now, again=True)
    with looking(engine) as s:
        found = findings(s, EVERYTHING, year)
    engine.dispose()
    return [(each.name, each.rule) for each in found if each.rule in OF_NAMES]


def test_who_was_renamed_since_published_under_its_name_of_then(tmp_path: Path) -> None:
    with six_towns(tmp_path / "first") as copied:
        world = copied(tmp_path)
        world.renamed["甲子镇"] = "新河街道"
        world.more["甲子镇"] = ', former: [{name: 甲子镇, until: "2026-01-27"}]'
        world.look(on(3, 5))
        assert judged_anew(world, YEAR) == []
        assert judged_anew(world, YEAR - 1) == []
        world.more["甲子镇"] = ', former: [{name: 甲子镇, until: "2025-06-01"}]'
        assert judged_anew(world, YEAR - 1) == []
        assert judged_anew(world, YEAR) == [("新河街道", "C04"), ("新河街道", "H03")]
