"""A report that is gone while a link that nobody knows may be it: nobody is told that it was taken
down, neither by the week's changes nor by the feed, nor where its history is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.field4.sixth import CODES, Sixth
from tests.portals.families import Truth
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.pages import get, served
from tests.worlds.rewritten import YEAR, on, towns_of

JOINT = f"平安县戊辰镇、丁卯镇{YEAR}年政府信息公开工作年度报告"


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Sixth]]:
    with towns_of(tmp_path_factory.mktemp("towns"), Sixth) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], Sixth], tmp_path: Path) -> Sixth:
    return towns(tmp_path)


def joint(world: Sixth) -> None:
    """A report of two towns is listed."""
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=JOINT)
    world.more_links = [Truth(JOINT, "/nb/joint.html", on(2, 6))]
    world.bodies = {"/nb/joint.html": write_html(print_draft(draft), published="2026-02-06")}


def told_gone(world: Sixth) -> None:
    """One publishes its own, which is gone then."""
    world.look(on(2, 6))
    world.put("戊辰镇", YEAR, on(2, 7))
    world.look(on(2, 7))
    world.pieces = {k: p for k, p in world.pieces.items() if (p.town, p.year) != ("戊辰镇", YEAR)}
    world.look(on(2, 8), on(2, 9), on(2, 10), on(2, 11))


def entries(world: Sixth) -> str:
    return "".join(x for x in world.feed(on(2, 11)).split("<entry>") if "戊辰镇" in x)


def test_the_mail_and_the_feed_do_not_say_that_it_was_taken_down(world: Sixth) -> None:
    joint(world)
    told_gone(world)
    assert world.stood(on(2, 11))["戊辰镇"] == "unknown"
    assert not re.search(r"戊辰镇\s+变化：已撤下", world.mail(on(2, 11)))
    assert "是否撤下待核实" in world.mail(on(2, 11))
    assert "can't be told\n" in world.mail(on(2, 11), lang="en")
    assert "已撤下" not in entries(world)


def test_they_say_so_where_nothing_is_in_doubt(world: Sixth) -> None:
    told_gone(world)
    assert world.stood(on(2, 11))["戊辰镇"] == "withdrawn"
    assert re.search(r"戊辰镇\s+变化：已撤下", world.mail(on(2, 11)))
    assert "已撤下" in entries(world)


def histories(world: Sixth) -> dict[str, str]:
    """What each face tells of what happened to it."""
    code = CODES["戊辰镇"]
    timeline = "".join(each.said for each in world.unit("戊辰镇", on(2, 11)).timeline)
    with served(world.site(on(2, 11))) as url:
        page = f"{url}/api/v1/events?scope=unit:{code}&kind=withdrawn&limit=1"
        asked = get(page).json()["items"]
        rows = get(f"{url}/u/{code}/{YEAR}.json").json()
    command = json.loads(world.cli("history", "戊辰镇", "--format", "json"))
    row = [each for row in rows for each in row["history"]]
    told = {"command": command, "program": asked, "row": row}
    return {"page": timeline} | {k: "".join(x["what"] for x in v) for k, v in told.items()}


def test_no_history_says_that_it_was_taken_down(world: Sixth) -> None:
    joint(world)
    told_gone(world)
    for face, said in histories(world).items():
        assert "是否撤下待核实" in said, face
        assert "已撤下" not in said, face


def test_histories_say_so_where_nothing_is_in_doubt(world: Sixth) -> None:
    told_gone(world)
    for face, said in histories(world).items():
        assert "已撤下" in said, face
        assert "待核实" not in said, face
