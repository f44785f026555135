"""The same question through every face, the second time: what did not agree. Not collected by default.

`python -m pytest tests/attacks/field4/again.py`; a demo's folder may be named in FIELD4_DEMO. Each
case says what must hold; open_again.txt names those that do not yet.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.scope import scope_of
from nianbao.monitor.mail.weekly import draft
from nianbao.monitor.paper.office_ledger import compare, entries_in
from nianbao.monitor.settings import Mail, Recipient, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.storage.decisions import decide
from nianbao.storage.queries import findings
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from tests.portals import families
from tests.portals.families import CRUMBS, MENU, Truth
from tests.portals.server import page
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.commands import run_here
from tests.worlds.rewritten import YEAR, World, end_of, on, six_towns

OPEN = Path(__file__).with_name("open_again.txt")  # those that do not hold yet


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], World]]:
    with six_towns(tmp_path_factory.mktemp("towns")) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], World], tmp_path: Path) -> World:
    return towns(tmp_path)


def test_the_world_is_as_it_is_said_to_be(world: World) -> None:
    assert world.line("甲子镇", on(2, 5)).standing.name == "on_time"
    assert world.line("己巳镇", on(2, 5)).is_accused


def test_a_report_at_last_years_address_came_when_it_came(world: World) -> None:
    """A unit that writes each year's report over the last one's."""
    old = f"/nb/{YEAR - 1}01/t{YEAR - 1}0101_5.html"
    world.put("己巳镇", YEAR, on(3, 21), path=old)
    world.look(on(3, 22))
    stands = world.line("己巳镇", on(3, 22)).standing
    assert (stands.name, stands.days) == ("late", 49)


def test_a_report_at_anothers_address_came_when_it_came(world: World) -> None:
    """Neither the day nor the date of what stood there before is its own."""
    world.put("己巳镇", YEAR, on(3, 21), path=f"/nb/{YEAR}01/t{YEAR}0101_3.html")
    world.look(on(3, 22))
    line = world.line("己巳镇", on(3, 22))
    assert (line.standing.name, line.printed) == ("late", on(3, 21))


def test_a_past_day_is_told_as_it_was_though_a_unit_left_the_file(world: World) -> None:
    before = world.line("己巳镇", on(2, 5)).standing
    world.without = frozenset(["丁卯镇"])
    world.look(on(3, 10))
    assert world.line("己巳镇", on(2, 5)).standing == before


def test_what_was_wrong_on_a_past_day_is_told_though_the_unit_was_closed_since(
    world: World,
) -> None:
    """As where it stood, and the quality of its report, are."""
    world.until = "2025-12-31"
    world.look(on(3, 10))
    assert world.line("甲子镇", on(2, 5)).quality == "flagged"
    with looking(open_store(world.store)) as s:
        found = findings(s, EVERYTHING, YEAR, as_of=end_of(on(2, 5)))
    assert [each for each in found if each.name == "甲子镇"]


def test_a_file_that_was_changed_holds_of_past_days_when_it_is_swept_or_not(world: World) -> None:
    world.until = "2026-01-15"
    unswept = world.line("甲子镇", on(2, 5)) if _is_told(world, "甲子镇") else None
    world.look(on(3, 10))
    assert unswept == world.line("甲子镇", on(2, 5))


def _is_told(world: World, town: str) -> bool:
    with looking(open_store(world.store)) as s:
        found = lines_at(s, EVERYTHING, YEAR, end_of(on(2, 5)), world.registry())
    return any(line.name == town for line in found)


def test_the_letter_prints_the_day_that_is_counted_from(world: World) -> None:
    world.put("己巳镇", YEAR, on(2, 9), wrong=True)
    world.look(on(2, 10))
    mine = world.pieces[f"/nb/{YEAR}01/t{YEAR}0101_5.html"]
    mine.printed = mine.listed = on(3, 5)
    mine.report = mine.report.with_figures(proactive__coercion__decisions=4321)
    world.look(on(3, 6))
    world.cli("letter", "己巳镇", "--year", str(YEAR), "-o", "l.docx")
    text = "\n".join(each.text for each in Document(str(world.folder / "l.docx")).paragraphs)
    assert "页面标注发布日期：2026年3月5日，逾期9天" not in text


def test_diff_tells_the_day_of_beijing(world: World) -> None:
    mine = world.pieces[f"/nb/{YEAR}01/t{YEAR}0101_0.html"]
    mine.report = mine.report.with_figures(proactive__coercion__decisions=4321)
    world.look(on(3, 6))  # at one in the morning
    assert "2026-03-06 01:00" in world.cli("diff", "甲子镇", str(YEAR))


def test_a_waived_withdrawal_is_not_urged_by_mail(world: World) -> None:
    """As it is by no letter."""
    del world.pieces[f"/nb/{YEAR}01/t{YEAR}0101_2.html"]
    world.look(on(3, 1), on(3, 2), on(3, 3), on(3, 4))
    engine, now = open_store(world.store), end_of(on(3, 4))
    assert world.line("丙寅镇", on(3, 4)).standing.name == "withdrawn"
    decide(engine, "waived", "140999102", YEAR, who="甲", why="经查", now=now, rule="A10")
    told = Settings(store=world.store, mail=Mail(sender="a@example.org"))
    for scope in ("unit:140999102", "county:140999"):
        with looking(engine) as s:
            recipient = Recipient("clerk@example.org", scope)
            later = now + timedelta(days=1)
            text = draft(s, recipient, later, told, world.registry(), YEAR).composed.text
        assert "请恢复发布" not in text


def test_several_units_of_one_county_may_be_asked_about(world: World) -> None:
    with looking(open_store(world.store)) as s:
        registry = world.registry()
        scope = scope_of(s, ["140999104", "140999105"], registry)
        lines = lines_now(s, scope, YEAR, end_of(on(2, 5)), registry, ("missing",))
    assert [line.unit for line in lines] == ["140999104", "140999105"]


# ---- the office's own ledger


@pytest.mark.parametrize(
    "said",
    [
        "按时发布、未发现问题",
        "已发布（待整改）",
        "已公开、缺印章",
        "已发布、未盖章",
        "已发布、无缺项",
    ],
)
def test_published_is_not_unpublished_by_what_is_said_beside_it(said: str) -> None:
    (entry,) = entries_in(f"单位,发布日期,状态\n甲镇,2026-01-12,{said}\n".encode(), "x.csv", 2025)
    assert entry.published is not False


def test_published_there_and_missing_here_is_no_agreement(world: World) -> None:
    entries = entries_in("单位,发布状态\n己巳镇,已发布、未盖章\n".encode(), "x.csv", YEAR)
    with looking(open_store(world.store)) as s:
        lines = lines_at(s, EVERYTHING, YEAR, end_of(on(2, 5)), world.registry())
    found = compare(entries, lines, world.registry().counties, EVERYTHING)
    assert next(e for e in found if e.line and e.line.name == "己巳镇").verdict != "agreed"


def test_a_number_that_may_be_two_days_is_none() -> None:
    """1.20 in a cell of numbers is 1.2: 2 or 20 January."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (["单位", "发布日期", "状态"], ["甲镇", 1.20, "已发布"]):
        book.worksheets[0].append(row)
    book.save(out)
    (entry,) = entries_in(out.getvalue(), "x.xlsx", 2025)
    assert entry.day != on(1, 2)


# ---- pages that a person saved, and what a person brought


def saved(file: Path, address: str, body: bytes) -> str:
    mark = f"<!-- saved from url=({len(address):04d}){address} -->\n".encode()
    file.write_bytes(b"<!DOCTYPE html>\n" + mark + body.removeprefix(b"<!DOCTYPE html>"))
    return str(file)


@pytest.mark.parametrize("when", ["2025-03-24 09:00", "2026-01-20 09:00"])
def test_a_page_is_not_saved_before_the_days_that_it_prints(tmp_path: Path, when: str) -> None:
    """A wrong --when, of a page that says in two places that it is of 20 March 2026."""
    world = World(tmp_path, "http://127.0.0.9:9")
    world.put("己巳镇", YEAR, on(3, 20))
    world.registry()
    (piece,) = world.pieces.values()
    told = Truth(f"平安县己巳镇{YEAR}年政府信息公开工作年度报告", piece.path, piece.listed)
    column = page(MENU + CRUMBS + families._entries([told]) + "<script>var n=1</script>").body
    report = write_html(print_draft(piece.report), published=str(piece.printed))
    files = [
        saved(tmp_path / "list.html", f"{world.url}/nb/", column),
        saved(tmp_path / "report.html", f"{world.url}{piece.path}", report),
    ]
    places = ("--store", world.store, "--config", str(tmp_path / "counties"))
    places += ("--evidence", str(tmp_path / "evidence"), "--year", str(YEAR))
    done = run_here(tmp_path, "look", "--saved", *files, "--who", "丙", "--when", when, *places)
    if done.returncode != 1:
        stands = world.line("己巳镇", datetime.now(BEIJING).date()).standing
        assert stands.name != "on_time", stands.zh
