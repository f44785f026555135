"""What must accuse nobody, and must not be forgotten: links in doubt, units and columns that come and go, what held when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Listing
from nianbao.crawler.proof import Proof
from nianbao.crawler.states import State
from nianbao.monitor.judging import found_of
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh_due
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.weekly import alerts
from nianbao.monitor.rules.engine import WATCHED
from nianbao.monitor.rules.finding import Finding
from nianbao.monitor.settings import Office, Settings
from nianbao.storage.decisions import decide
from nianbao.storage.facts import unit_facts
from nianbao.storage.findings import Keeper, mark_of
from nianbao.storage.kinds import LookState
from nianbao.storage.models import Event, Sighting
from nianbao.storage.queries import findings
from nianbao.storage.scope import EVERYTHING, of_unit
from nianbao.storage.settling import settle
from nianbao.storage.store import looking, session
from tests.worlds.kills import commits_of
from tests.worlds.recorded import ALL, COUNTY, EVERYBODYS, WILLOW, WITH_OWN, World, at, item, report
from tests.worlds.stores import emptied

PROOF = Proof("single")


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    yield made
    emptied(made.engine)


PUBLISHED = {"item": item(), "reading": report(printed=date(2027, 1, 20))}


# ---- links in doubt


def test_a_title_with_another_year_stands_for_both(world: World) -> None:
    """Nobody knows yet whether it is last year's or this year's."""
    doubtful = {
        "item": item(title="柳树镇2025年政府信息公开工作年度报告"),
        "year": 2025,
        "review": "标题为2025年，统计期限为2026年 / title and period differ",
    }
    world.sweep(at(1, 20), doubtful)
    world.sweep(at(2, 2), doubtful)
    assert world.mailed(at(2, 3)) == {"柳树镇": "unknown", "石门镇": "missing", "老镇": "missing"}


def test_a_link_in_another_column_stands_for_its_unit(world: World) -> None:
    world.file(WITH_OWN)
    broken = {"item": item(), "review": "retry: unreachable"}
    world.sweep(at(1, 20), broken)
    world.sweep(at(2, 2), broken)
    assert world.mailed(at(2, 3))["柳树镇"] == "unknown"


def test_a_link_that_was_not_read_yet_stands_for_all(world: World) -> None:
    world.sweep(at(2, 2), {"item": item(title="2026年政府信息公开工作年度报告"), "unit": None})
    assert set(world.mailed(at(2, 3)).values()) == {"unknown"}


@pytest.mark.parametrize("printed", [None, date(2027, 1, 28)])
def test_a_link_that_was_there_in_time_and_read_later_is_neither_late_nor_backdated(
    world: World, printed: date | None
) -> None:
    broken = {"item": item(), "review": "retry: unreachable"}
    world.sweep(at(1, 28), broken)
    world.sweep(at(2, 2), broken)
    world.sweep(at(2, 5), {"item": item(), "reading": report(printed=printed)})
    assert world.mailed(at(2, 6))["柳树镇"] == "on_time"
    assert "A02" not in world.rules()
    with looking(world.engine) as s:
        assert not any("尚无" in each.content["zh"] for each in findings(s, EVERYTHING, 2026))


def test_the_days_late_are_the_same_everywhere(world: World) -> None:
    world.sweep(at(2, 1))
    world.sweep(at(2, 2))
    world.sweep(at(2, 5), {"item": item(), "reading": report()})
    (line,) = (line for line in world.told(at(2, 6)).lines if line.name == "柳树镇")
    assert (line.standing.name, line.standing.days) == ("late", 2)
    with looking(world.engine) as s:
        (late,) = (each for each in findings(s, EVERYTHING, 2026) if each.rule == "A02")
    assert "发布日期在2027-02-02以后" in late.content["zh"]
    assert "2天" in late.content["zh"]


# ---- units that come and go


def test_a_unit_that_was_closed_is_named_nowhere(world: World) -> None:
    world.sweep(at(2, 2))
    assert world.stored()["老镇"] == "missing"
    for until in ("2025-06-30", "2026-03-01", "2027-01-10"):
        world.file(COUNTY.replace("name: 老镇,", f'name: 老镇, until: "{until}",'))
        world.sweep(at(2, 3))
        assert "老镇" not in world.stored()
        assert "老镇" not in world.mailed(at(2, 4))
    world.file(COUNTY.replace("name: 老镇,", 'name: 老镇, until: "2027-03-01",'))
    world.sweep(at(2, 5))
    assert world.mailed(at(2, 6))["老镇"] == "missing"  # it was there on the day


def test_a_unit_that_the_file_no_longer_has_is_named_nowhere_and_was_named_before(
    world: World,
) -> None:
    world.sweep(at(2, 2))
    world.file("\n".join(line for line in COUNTY.splitlines() if "老镇" not in line))
    world.sweep(at(2, 5))
    assert "老镇" not in world.stored()
    assert "老镇" not in world.mailed(at(2, 6))
    assert world.mailed(at(2, 3))["老镇"] == "missing"  # as it was told then
    world.file(COUNTY)
    world.sweep(at(2, 7))
    assert world.mailed(at(2, 8))["老镇"] == "missing"


def test_a_unit_keeps_what_is_known_of_it_under_a_new_code_or_name(world: World) -> None:
    bureau = COUNTY + "  - {name: 财政局, kind: department}\n"
    world.file(bureau)
    world.sweep(at(1, 20), {**PUBLISHED, "unit": "140999-财政局"})
    decide(world.engine, "note", "财政局", 2026, who="王", why="已电话核实", now=at(1, 21))
    world.file(bureau.replace("name: 财政局", 'name: 财政局, code: "140999501"'))
    world.sweep(at(2, 2))
    assert world.mailed(at(2, 3))["财政局"] == "on_time"
    world.file(
        bureau.replace(
            "name: 财政局", 'name: 县财政局, former: [{name: 财政局, until: "2027-02-01"}]'
        )
    )
    world.sweep(at(2, 4))
    told = world.mailed(at(2, 5))
    assert told["县财政局"] == "on_time"
    assert "财政局" not in told
    with looking(world.engine) as s:
        assert {
            event.unit for event in s.scalars(select(Event).where(Event.kind == "decided"))
        } == {"140999-县财政局"}


def test_a_unit_that_was_renamed_without_a_word_is_not_missing(world: World) -> None:
    """Its report is known under the old name: nobody knows yet that they are the same. The others are not touched by it."""
    bureau = COUNTY + "  - {name: 财政局, kind: department}\n"
    world.file(bureau)
    world.sweep(at(1, 20), {**PUBLISHED, "unit": "140999-财政局"})
    world.sweep(at(2, 1))
    before = world.mailed(at(2, 1, 20))
    world.file(bureau.replace("name: 财政局", "name: 县财政局"))
    world.sweep(at(2, 2))
    told = world.mailed(at(2, 3))
    assert (told["县财政局"], told["石门镇"]) == ("unknown", "missing")
    assert world.mailed(at(2, 1, 20)) == before  # as it was told then
    world.file(
        bureau.replace(
            "name: 财政局", 'name: 县财政局, former: [{name: 财政局, until: "2027-02-01"}]'
        )
    )
    world.sweep(at(2, 4))
    assert world.mailed(at(2, 5))["县财政局"] == "on_time"
    assert "财政局" not in world.mailed(at(2, 5))


def test_a_new_unit_is_missing_where_none_left(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    world.file(COUNTY + "  - {name: 财政局, kind: department}\n")
    world.sweep(at(2, 2))
    assert world.mailed(at(2, 3))["财政局"] == "missing"


SWAPPED = (
    COUNTY.replace("140999101", "x").replace("140999102", "140999101").replace("x", "140999102")
)


def test_codes_that_are_corrected_leave_each_report_with_its_town(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    world.file(SWAPPED)
    world.sweep(at(2, 2))
    assert world.mailed(at(2, 3)) == {"柳树镇": "on_time", "石门镇": "missing", "老镇": "missing"}
    world.sweep(at(2, 4), {**PUBLISHED, "unit": "140999102"})
    assert world.mailed(at(2, 5)) == {"柳树镇": "on_time", "石门镇": "missing", "老镇": "missing"}
    assert events_of(world) == []


def test_a_code_that_another_takes_over(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    world.file(COUNTY.replace("140999102", "140999109").replace("140999101", "140999102"))
    world.sweep(at(2, 2))
    assert world.mailed(at(2, 3)) == {"柳树镇": "on_time", "石门镇": "missing", "老镇": "missing"}
    world.file(
        COUNTY.replace("柳树镇", "柳林镇")
    )  # renamed under its code, then back to where it was
    world.sweep(at(2, 4))
    world.file(COUNTY)
    world.sweep(at(2, 6))
    assert set(world.stored()) == {"柳树镇", "石门镇", "老镇"}


def test_a_unit_may_take_the_code_of_one_that_is_gone(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    lines = COUNTY.replace("140999102", "140999101").splitlines()
    world.file("\n".join(line for line in lines if "柳树镇" not in line))
    world.sweep(at(2, 2))
    assert world.mailed(at(2, 3)) == {"石门镇": "missing", "老镇": "missing"}
    assert set(world.stored()) == {"石门镇", "老镇"}


def test_a_town_may_move_to_another_county(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    world.file(
        COUNTY.replace("平安县", "乐安县").replace('"140999"', '"140998"').replace("a.gov", "b.gov")
    )
    world.sweep(at(2, 2))
    assert world.mailed(at(2, 3)) == {"柳树镇": "on_time", "石门镇": "missing", "老镇": "missing"}


@pytest.mark.parametrize(
    "told", ['until: "2025-06-30"', 'until: "2027-02-15", deadline: "03-20"', 'since: "2027-01-05"']
)
def test_who_need_not_publish_costs_no_work_again_and_again(world: World, told: str) -> None:
    world.file(COUNTY.replace("name: 老镇,", f"name: 老镇, {told},"))
    world.sweep(at(2, 2))
    commits = commits_of(world.engine)
    refresh_due(world.engine, world.registry, at(2, 3))
    assert commits == [0]


# ---- sweeps that are under way


def test_a_sweep_that_is_under_way_accuses_nobody(world: World) -> None:
    """The county's columns were looked at, the town's own was not yet."""
    world.file(WITH_OWN)
    world.now = at(2, 2)
    portal = world.recorder.register(world.county)
    sweep = world.recorder.begin(portal)
    (everyones,) = (column.id for column in world.recorder.columns(portal) if column.url == ALL)
    page = Answer(url=ALL, status=200, headers={}, body=b"x")
    world.recorder.look(sweep, everyones, Listing(State("ok"), (), answers=(page,), proof=PROOF))
    refresh_due(world.engine, world.registry, at(2, 2, 10))
    assert world.stored()["柳树镇"] == world.mailed(at(2, 2, 10))["柳树镇"] == "unknown"
    assert world.stored()["石门镇"] == "missing"


def test_a_column_with_a_new_address_does_not_make_late_who_was_seen_in_time(world: World) -> None:
    world.sweep(at(1, 28), {"item": item(), "review": "retry: unreachable"})
    world.sweep(at(2, 5), {"item": item(), "reading": report(printed=date(2027, 2, 3))})
    assert world.mailed(at(2, 6))["柳树镇"] == "on_time"
    world.file(COUNTY.replace("/all/", "/moved/"))
    world.sweep(at(2, 7))
    assert world.mailed(at(2, 8))["柳树镇"] == "on_time"


# ---- deadlines


def test_a_deadline_that_is_moved_holds_everywhere_at_once(world: World) -> None:
    world.sweep(at(2, 5), {"item": item(), "reading": report(printed=date(2027, 2, 5))})
    assert (world.stored()["柳树镇"], world.stored()["石门镇"]) == ("late", "missing")
    assert "A02" in world.rules()
    world.file(COUNTY + 'deadline: "02-20"\n')
    refresh_due(world.engine, world.registry, at(2, 6))
    assert (world.stored()["柳树镇"], world.stored()["石门镇"]) == ("on_time", "awaiting")
    assert "A02" not in world.rules()
    assert "A02" in world.rules(as_of=at(2, 5, 20))
    assert world.mailed(at(2, 6))["石门镇"] == "awaiting"


def test_a_province_s_deadline_holds_for_findings_too(world: World) -> None:
    world.regions = {"14": "02-20"}
    world.sweep(at(2, 5), {"item": item(), "reading": report(printed=date(2027, 2, 5))})
    assert world.stored()["柳树镇"] == "on_time"
    assert "A02" not in world.rules()


def test_nothing_is_said_of_a_county_without_its_file(world: World) -> None:
    """Its deadline is not known."""
    world.file(COUNTY + 'deadline: "02-20"\n')
    world.sweep(at(2, 5))
    with looking(world.engine) as s:
        assert year_of(s, EVERYTHING, 2026, at(2, 8), Registry()).lines == ()
    assert refresh_due(world.engine, Registry(), at(2, 8)) == 0


def test_who_is_exempt_is_not_told_to_be_late(world: World) -> None:
    world.sweep(at(2, 5), {"item": item(), "reading": report(printed=date(2027, 2, 5))})
    decide(world.engine, "exempt", WILLOW, 2026, who="王", why="新设", now=at(2, 6))
    refresh_due(world.engine, world.registry, at(2, 6))
    assert "A02" not in world.rules()


def test_a_portal_is_unreachable_as_often_as_it_was(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    partial: dict[str, LookState] = {ALL: "partial"}
    world.sweep(at(1, 21), states=partial)
    world.sweep(at(1, 22), states=partial)
    world.sweep(at(1, 23), states={ALL: "unreachable"})
    assert "B01" not in world.rules()
    for day in (24, 25):
        world.sweep(at(1, day), states={ALL: "unreachable"})
    assert "B01" in world.rules()
    world.sweep(at(1, 26), PUBLISHED)
    assert "B01" not in world.rules()


# ---- edited, withdrawn


def events_of(world: World) -> Sequence[str]:
    with looking(world.engine) as s:
        return list(
            s.scalars(
                select(Event.kind).where(Event.kind.in_(("changed", "withdrawn", "restored")))
            )
        )


def test_the_same_report_at_two_addresses_was_not_edited(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    other = report(
        2, title="平安县柳树镇人民政府2026年政府信息公开工作年度报告", printed=date(2027, 1, 20)
    )
    world.sweep(at(1, 21), PUBLISHED, {"item": item(2), "reading": other})
    assert events_of(world) == []


def test_reports_of_two_towns_that_were_merged_are_no_edit(world: World) -> None:
    """Both names are the new town's: which report is meant, a person says."""
    world.sweep(at(1, 20), PUBLISHED)
    other = report(2, licences=7)
    other.content["unit"] = "杨树镇人民政府"  # type: ignore[index]
    world.sweep(at(1, 21), PUBLISHED, {"item": item(2), "reading": other})
    assert events_of(world) == []
    assert world.mailed(at(2, 3))["柳树镇"] == "on_time"
    with looking(world.engine) as s:
        (doubt,) = s.scalars(select(Sighting.review).where(Sighting.review != ""))
    assert "杨树镇人民政府" in doubt


def test_what_is_published_at_a_new_address_is_back_even_where_the_column_is_not_whole(
    world: World,
) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    with session(world.engine) as s:
        s.add(Event(at=at(1, 25), kind="withdrawn", unit=WILLOW, year=2026, content={}))
    again = {"item": item(2), "reading": report(2, licences=3)}
    world.sweep(at(1, 27), again, states={ALL: "partial"})
    assert world.mailed(at(2, 3))["柳树镇"] == "on_time"


# ---- counts


def test_who_is_exempt_or_withdrawn_is_counted_nowhere_as_published(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    decide(world.engine, "exempt", WILLOW, 2026, who="王", why="撤并", now=at(1, 21))
    text = compose(world.told(at(1, 25)), Office()).text
    assert "应发布单位2个，已发布0个，发布率0.0%" in text
    assert "免于发布（1）" in text
    assert "撤并" in text
    decide(world.engine, "cleared", WILLOW, 2026, who="王", why="", now=at(1, 22))
    with session(world.engine) as s:
        s.add(Event(at=at(1, 23), kind="withdrawn", unit=WILLOW, year=2026, content={}))
    told = world.told(at(1, 25))
    assert (told.due, told.published, told.before) == (3, 0, None)
    text = compose(world.told(at(2, 20)), Office()).text
    assert "，已撤下1个" in text
    assert "已撤下（1）" in text
    assert "已发布-1" not in compose(world.told(at(2, 20)), Office()).text


def test_the_progress_ends_at_the_share_that_is_told(world: World) -> None:
    """What was withdrawn counts until it was."""
    world.sweep(at(1, 20), PUBLISHED)
    with session(world.engine) as s:
        s.add(Event(at=at(1, 23), kind="withdrawn", unit=WILLOW, year=2026, content={}))
    told = world.told(at(2, 20))
    shares = {each.day: each.share for each in told.progress}
    assert shares[date(2027, 1, 19)] == 0
    assert shares[date(2027, 1, 20)] == shares[date(2027, 1, 22)] == 1 / 3
    assert told.progress[-1].share == told.published / told.due == 0


def test_an_alert_counts_only_who_has_not_published(world: World) -> None:
    for n, unit in enumerate((WILLOW, "140999102")):
        world.sweep(at(2, 3, 9 + n), {"item": item(n), "unit": unit, "reading": report(n)})
    assert world.mailed(at(2, 3, 20))["柳树镇"] == "unknown"  # published, nobody knows when
    with looking(world.engine) as s:
        assert not list(alerts(s, Settings(), world.registry, at(2, 2, 20)))
        (said,) = (each.text["zh"] for each in alerts(s, Settings(), world.registry, at(2, 3, 20)))
    assert said.endswith("逾期未发布0个单位，尚无法核实1个单位")


# ---- as it was told then


@pytest.mark.parametrize("year", [2026, 2025])
def test_a_doubt_that_was_settled_later_was_a_doubt_then(world: World, year: int) -> None:
    doubtful = {"item": item(title="某年报"), "unit": None, "review": "没有认出单位"}
    world.sweep(at(2, 2), doubtful)
    then = world.mailed(at(2, 3))
    assert set(then.values()) == {"unknown"}
    with looking(world.engine) as s:
        number = s.scalars(select(Sighting.id)).one()
    settle(
        world.engine,
        number,
        unit="柳树镇",
        year=year,
        not_a_report=False,
        who="王",
        why="",
        now=at(2, 4),
    )
    world.sweep(at(2, 4, 12), {"item": item(title="某年报"), "year": year, "reading": report()})
    assert world.mailed(at(2, 3)) == then
    assert world.mailed(at(2, 5))["石门镇"] == "missing"


def test_a_column_that_was_taken_out_later_counted_then(world: World) -> None:
    new = f"{ALL}new/"
    world.file(COUNTY.replace(EVERYBODYS, f'{EVERYBODYS}\n  - {{url: "{new}"}}'))
    world.sweep(at(2, 2), states={new: "unreachable"})
    then = world.mailed(at(2, 3))
    assert set(then.values()) == {"unknown"}
    world.file(COUNTY)
    world.sweep(at(2, 10))
    assert world.mailed(at(2, 3)) == then
    world.file(COUNTY.replace(EVERYBODYS, f'{EVERYBODYS}\n  - {{url: "{ALL}other/"}}'))
    world.sweep(at(2, 12), states={f"{ALL}other/": "unreachable"})
    assert set(world.mailed(at(2, 11)).values()) == {
        "missing"
    }  # a column that was added later was not missed then


def test_findings_and_waivers_are_told_as_they_were(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    sums = Finding("F01", "error", "fail", "合计不符", "the sum is off", "f" * 20)
    copied = Finding("H01", "warning", "verify", "与石门镇雷同", "a copy", "e" * 20)
    with looking(world.engine) as s:
        (facts,) = unit_facts(s, of_unit(WILLOW, "140999"), 2026)
    version = facts.versions[0].id
    for found, moment in ((sums, at(1, 21)), (copied, at(2, 10))):
        with session(world.engine) as s:
            Keeper(s, [version], moment, without=WATCHED).keep(version, WILLOW, found_of([found]))
    mark = mark_of(WILLOW, copied.fingerprint)
    decide(world.engine, "waived", mark, None, who="王", why="已核", now=at(2, 12))

    def told(moment: datetime) -> tuple[list[str], str]:
        facts = world.told(moment)
        (line,) = (line for line in facts.lines if line.name == "柳树镇")
        return [
            each.rule for each in (*facts.wrong, *facts.doubts) if each.rule in ("F01", "H01")
        ], line.quality

    assert told(at(1, 20, 20)) == ([], "clean")
    assert told(at(1, 25)) == (["F01"], "flagged")
    assert told(at(2, 11)) == (["H01"], "flagged")
    assert told(at(2, 13)) == ([], "clean")


# ---- a file that was changed since the last sweep


def told_by_all(world: World, moment: datetime) -> list[dict[str, str]]:
    """As the mail tells it, as a command does, and as it is written down in the daemon's minute."""
    with looking(world.engine) as s:
        now = {
            line.name: line.standing.name
            for line in lines_now(s, EVERYTHING, 2026, moment, world.registry)
        }
    lines = world.told(moment, asked=moment).lines
    mailed: dict[str, str] = {line.name: line.standing.name for line in lines}
    refresh_due(world.engine, world.registry, moment)
    written = world.stored()
    return [mailed, {**now}, {name: written[name] for name in mailed}]


@pytest.mark.parametrize("former", ["", ", former: [{name: 柳树镇, until: 2027-02-01}]"])
def test_a_unit_that_is_renamed_in_the_file_keeps_its_own_deadline(
    world: World, former: str
) -> None:
    own = COUNTY.replace('"140999101"', '"140999101", deadline: "02-20"')
    world.file(own)
    world.sweep(at(2, 9))
    world.file(own.replace("柳树镇", f"柳新镇{former}", 1))
    for told in told_by_all(world, at(2, 10)):
        assert told["柳树镇"] == "awaiting"
    for told in told_by_all(world, at(2, 21)):
        assert told["柳树镇"] == "unknown"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '{name: 柳树镇, code: "140999101"}',
            '{name: 柳树镇, code: "140999101", until: 2026-12-20}',
        ),
        ('  - {name: 柳树镇, code: "140999101"}\n', ""),
        (
            '{name: 柳树镇, code: "140999101"}',
            '{name: 柳树镇, code: "140999101", since: 2027-01-05}',
        ),
    ],
)
def test_a_unit_that_is_closed_or_taken_out_of_the_file_is_accused_no_longer(
    world: World, old: str, new: str
) -> None:
    world.sweep(at(2, 9))
    assert world.mailed(at(2, 10))["柳树镇"] == "missing"
    world.file(COUNTY.replace(old, new))
    for told in told_by_all(world, at(2, 10)):
        assert "柳树镇" not in told
        assert told["石门镇"] == "missing"


def test_a_unit_that_left_the_file_is_told_of_the_days_when_it_was_there(world: World) -> None:
    world.sweep(at(2, 9))
    world.file(COUNTY.replace('  - {name: 柳树镇, code: "140999101"}\n', ""))
    world.sweep(at(2, 16))
    assert world.mailed(at(2, 10))["柳树镇"] == "missing"
    assert "柳树镇" not in world.mailed(at(2, 17))


def test_a_finding_that_comes_back_is_still_known_for_the_first_time(world: World) -> None:
    world.sweep(at(2, 3))
    world.sweep(at(2, 6), {"item": item(), "reading": report(printed=date(2027, 2, 5))})
    world.file(f"{COUNTY}deadline: '02-28'\n")
    refresh_due(world.engine, world.registry, at(2, 10))
    world.file(COUNTY)
    refresh_due(world.engine, world.registry, at(2, 12))
    told = {day: "A02" in world.rules(at(2, day)) for day in (7, 11, 13)}
    assert told == {7: True, 11: False, 13: True}
