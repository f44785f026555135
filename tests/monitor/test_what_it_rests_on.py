"""What is told to a unit itself, what letters say of the looks that prove them, and that an answer
rests on looks of long ago.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as Word
from sqlalchemy import select

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Listing
from nianbao.crawler.states import State
from nianbao.monitor.ledger.year import Year, year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import day_in_beijing, due_year
from nianbao.storage.models import Column, Document, Look
from nianbao.storage.scope import of_unit
from nianbao.storage.store import looking
from tests.worlds.commands import run_here
from tests.worlds.recorded import ALL, PROOF, WILLOW, WITH_OWN, World, at, item, report

STONE = "140999102"
PUBLISHED = {"item": item(), "reading": report()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    yield made
    made.engine.dispose()


# ---- to a unit itself


def of_itself(world: World, moment: datetime) -> Year:
    with looking(world.engine) as s:
        return year_of(s, of_unit(STONE, "140999"), 2026, moment, world.registry)


def test_a_unit_is_asked_where_one_look_did_not_show_its_report(world: World) -> None:
    world.sweep(at(2, 1), PUBLISHED)
    year = of_itself(world, at(2, 1, 20))
    text = compose(year, Office(), unit=True).text
    assert text.startswith("我们在2月1日尚未看到石门镇2026年度年报：已发布的，请回复网址")
    assert "状态：尚未看到" in text
    assert "，尚未看到1个" in text
    for accusing in ("首次核查未见", "复核", "认定"):
        assert accusing not in text
    assert "首次核查未见" in compose(world.told(at(2, 1, 20)), Office()).text  # to the office
    english = compose(year, Office(), "en", unit=True).text
    assert english.startswith("On 1 February 2027 we did not see the report of 石门镇 for 2026 yet")
    assert "first check" not in english.lower()


def test_a_unit_is_told_what_two_looks_did_not_show(world: World) -> None:
    world.sweep(at(2, 1), PUBLISHED)
    world.sweep(at(2, 2), PUBLISHED)
    text = compose(of_itself(world, at(2, 2, 20)), Office(), unit=True).text
    assert text.startswith("逾期未发布（1）：石门镇")


# ---- letters


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def letter_to(world: World) -> tuple[str, str]:
    """The text of the letter, and what the command says beside."""
    given = ("--store", f"sqlite:///{world.folder}/n.db", "--config", str(world.folder))
    done = run_here(world.folder, "letter", "石门镇", "--output", "l.docx", *given)
    assert done.returncode == 0, done.stderr
    document = Word(BytesIO((world.folder / "l.docx").read_bytes()))
    return "\n".join(each.text for each in document.paragraphs), done.stderr


def as_printed(moment: datetime) -> str:
    day = day_in_beijing(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def test_a_letter_names_both_days_and_the_proof_of_each(world: World) -> None:
    world.sweep(days_ago(3), PUBLISHED)
    world.sweep(days_ago(2))
    text, beside = letter_to(world)
    first, second = as_printed(days_ago(3)), as_printed(days_ago(2))
    assert f"{first}、{second}两次完整读取栏目内容，未见" in text
    with looking(world.engine) as s:
        year = due_year(datetime.now(UTC))
        told = year_of(s, of_unit(STONE, "140999"), year, datetime.now(UTC), world.registry)
    (line,) = told.lines
    one, two = (each.document for each in line.proofs)
    assert one != two
    assert two == line.proof
    assert f"{first} {one[:16]}；{second} {two[:16]}" in text
    assert "最近一次完整查看" not in text + beside


def test_a_letter_that_rests_on_looks_of_long_ago_says_so(world: World) -> None:
    world.sweep(days_ago(13))
    world.sweep(days_ago(12))
    text, beside = letter_to(world)
    assert f"最近一次完整查看为{as_printed(days_ago(12))}" in text
    assert "结果可能已有变化" in beside
    world.sweep(days_ago(1), states={ALL: "unchanged"})
    text, beside = letter_to(world)
    assert "最近一次完整查看" not in text + beside


# ---- mails and answers


def test_a_mail_that_rests_on_looks_of_long_ago_says_so(world: World) -> None:
    world.sweep(at(1, 31, 3), PUBLISHED)
    world.sweep(at(2, 1), PUBLISHED)
    assert "请注意" not in compose(world.told(at(2, 3)), Office()).text
    for n in range(3):
        world.sweep(at(2, 2 + n, 12), states={ALL: "unreachable"})
    told = compose(world.told(at(2, 5)), Office())
    said = "注意：2个单位（石门镇、老镇）依据的是2月1日及以前的查看"
    assert said in told.text
    assert said in told.html
    assert "2 units" in compose(world.told(at(2, 5)), Office(), "en").text


@pytest.mark.parametrize(("days", "says"), [(9, False), (11, True)])
def test_an_answer_that_rests_on_looks_of_long_ago_says_so(
    world: World, days: int, says: bool
) -> None:
    world.sweep(days_ago(days + 1))
    world.sweep(days_ago(days))
    given = ("--store", f"sqlite:///{world.folder}/n.db", "--config", str(world.folder))
    for lang, words in (("zh", "最近一次完整查看已过久"), ("en", "last read whole long ago")):
        done = run_here(world.folder, "missing", *given, NIANBAO_LANG=lang)
        assert (words in done.stderr) == says
        assert (str(day_in_beijing(days_ago(days))) in done.stderr) == says


@pytest.mark.parametrize("command", [("missing",), ("missing", "--text"), ("late",)])
def test_nobody_listed_is_no_good_news_where_nobody_could_look(
    world: World, command: tuple[str, ...]
) -> None:
    given = ("--store", f"sqlite:///{world.folder}/n.db", "--config", str(world.folder))
    year = str(due_year(datetime.now(UTC)))
    world.sweep(days_ago(1), states={ALL: "unreachable"})
    for lang, words in (
        ("zh", f"另有 3 个单位无法核实，不在其中：nianbao unknown --year {year}"),
        ("en", f"3 more units are unknown and not listed: nianbao unknown --year {year}"),
    ):
        done = run_here(world.folder, *command, *given, NIANBAO_LANG=lang)
        assert words in " ".join(done.stderr.split())
    world.sweep(days_ago(0.1))
    done = run_here(world.folder, *command, *given)
    assert "无法核实" not in done.stderr


# ---- the bytes


def looked_at(world: World, url: str) -> set[str]:
    """The hashes of a column's looks."""
    with looking(world.engine) as s:
        chosen = select(Document.sha256).join(Look, Look.document == Document.id)
        return set(
            s.scalars(chosen.join(Column, Look.column == Column.id).where(Column.url == url))
        )


def test_what_was_withdrawn_is_proven_by_looks_and_not_by_itself(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    (column,) = world.recorder.columns("140999")
    world.now = at(1, 25)
    world.recorder.checked(column.id, item().url, gone=True)
    for day in (26, 27, 28, 29):
        world.sweep(at(1, day))
    (line,) = [line for line in world.told(at(2, 20)).lines if line.name == "柳树镇"]
    assert line.standing.name == "withdrawn"
    assert line.proof in looked_at(world, ALL)
    assert [proven.document for proven in line.proofs] == [line.proof]
    assert line.rests_on_old(at(2, 20))


@pytest.mark.parametrize(("day", "stands"), [(20, "on_time"), (33, "late")])
def test_what_is_there_is_proven_by_itself(world: World, day: int, stands: str) -> None:
    """Though a look is of the very moment at which it was first seen."""
    for moment in (at(1, 1), at(1, 1) + timedelta(days=day - 1)):
        world.now = moment
        portal = world.recorder.register(world.county)
        sweep = world.recorder.begin(portal)
        (column,) = world.recorder.columns(portal)
        shown = [item()] if moment != at(1, 1) else []
        told = {"kind": "report", "unit": WILLOW, "year": 2026}
        for each in shown:
            printed = day_in_beijing(moment)
            world.recorder.sighted(column.id, each, reading=report(printed=printed), **told)  # type: ignore[arg-type]
        page = Answer(url=ALL, status=200, headers={}, body=f"{shown}".encode())
        listing = Listing(State("ok"), tuple(shown), answers=(page,), proof=PROOF)
        world.recorder.look(sweep, column.id, listing)
        world.recorder.end(sweep)
    (line,) = [line for line in world.told(moment).lines if line.name == "柳树镇"]
    assert line.standing.name == stands
    assert line.proof
    assert line.proof not in looked_at(world, ALL)


def test_who_is_missing_in_two_columns_is_proven_by_the_one_that_is_named(world: World) -> None:
    two = WITH_OWN.replace("unit: 柳树镇", "covers: all")
    world.file(two)
    world.sweep(at(2, 1))
    world.sweep(at(2, 2))
    (line,) = [line for line in world.told(at(2, 3)).lines if line.name == "石门镇"]
    assert line.standing.name == "missing"
    assert line.proof in looked_at(world, line.url)
