"""What is said to those who have not published: to nobody else, short, with the office's own telephone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import docx
import pytest

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.mail.urging import MOST, correcting_one, urging_one, urgings
from nianbao.monitor.paper.letter import urging
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import Standing
from nianbao.storage.queries import FindingFacts, phones
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking
from tests.worlds.commands import run_here
from tests.worlds.recorded import WILLOW, World, at, item, report
from tests.worlds.stores import emptied, known_until

STONE, OLD = "140999102", "140999103"


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    yield made
    emptied(made.engine)


def told(world: World, moment: datetime, lang: Any = "zh") -> list[str]:
    with looking(world.engine) as s:
        lines = lines_at(s, EVERYTHING, 2026, moment, world.registry)
        called = phones(s, EVERYTHING, moment)
    return urgings(lines, called, {"140999": "平安县"}, moment, lang)


def of_before(unit: str, n: int, phone: str, year: int = 2025) -> dict[str, Any]:
    reading = report(n, title=f"{unit}{year}", licences=n)
    content = {**reading.content, "year": year, "contact": {"phone": phone, "address": ""}}
    own = replace(reading, content=content)
    return {"item": item(n, f"报告{n}"), "unit": unit, "year": year, "reading": own}


def test_one_look_asks_and_two_urge_with_the_telephone_of_the_last_report(world: World) -> None:
    before = of_before(STONE, 5, "0350-5600123"), of_before(STONE, 6, "0350-5600000", 2024)
    out = {"item": item(), "reading": report(printed=date(2027, 1, 20))}
    world.sweep(at(2, 2), out, *before)
    (asked,) = told(world, at(2, 2, 12))
    assert (
        asked
        == "【平安县】2026年度政府信息公开年报暂未监测到，请核实：石门镇（0350-5600123）、老镇。"
    )
    world.sweep(at(2, 3), out, *before)
    (urged,) = told(world, at(2, 3, 12))
    assert (
        urged
        == "【平安县】2026年度政府信息公开年报逾期未发布，请尽快发布：石门镇（0350-5600123）、老镇。"
    )
    (english,) = told(world, at(2, 3, 12), "en")
    assert (
        english
        == "[平安县] OGI report for 2026 overdue, please publish: 石门镇 (0350-5600123), 老镇."
    )


def test_nobody_is_urged_of_whom_it_is_not_known(world: World) -> None:
    world.sweep(at(1, 20), {"item": item(), "review": "retry: unreachable"})
    assert told(world, at(1, 21)) == []  # not due
    world.sweep(at(2, 2), states={"http://a.gov.cn/all/": "unreachable"})
    assert set(world.mailed(at(2, 3)).values()) == {"unknown"}
    assert told(world, at(2, 3)) == []
    world.sweep(at(2, 4), {"item": item(), "review": "retry: unreachable"})
    world.sweep(at(2, 5), {"item": item(), "review": "retry: unreachable"})
    assert world.mailed(at(2, 6))["柳树镇"] == "unknown"
    assert "柳树镇" not in "".join(told(world, at(2, 6)))


def test_who_was_last_looked_for_long_ago_is_asked_and_not_urged(world: World) -> None:
    world.sweep(at(2, 2))
    world.sweep(at(2, 3))
    assert "请尽快" in "".join(told(world, at(2, 4)))
    (asked,) = told(world, at(2, 20))
    assert "请核实" in asked
    assert "请尽快" not in asked


@pytest.mark.parametrize("phone", ["13835012345", "138 3501 2345", ""])
def test_a_person_s_number_is_nobody_s_office(world: World, phone: str) -> None:
    world.sweep(at(1, 20), of_before(WILLOW, 5, phone))
    with looking(world.engine) as s:
        assert phones(s, EVERYTHING, at(2, 1)) == {}


def test_what_was_told_on_a_day_stays_told(world: World) -> None:
    world.sweep(at(1, 20), of_before(STONE, 5, "0350-1111111"))
    world.sweep(at(2, 5), of_before(STONE, 6, "0350-2222222", 2026))
    with looking(world.engine) as s:
        assert phones(s, EVERYTHING, at(2, 1)) == {STONE: "0350-1111111"}
        assert phones(s, EVERYTHING, at(2, 6)) == {STONE: "0350-2222222"}


def line(n: int, name: str, county: str = "140999") -> Line:
    stands = Standing("missing", "", "", 3, at(2, 3), confirmed=True)
    return Line(
        county, "平安县", f"{county}{100 + n}", name, "town", 2026, stands, "", date(2027, 1, 31),
        "", "", "", None, None, None, "", looked=at(2, 3),
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["柳树镇", "平安县经济技术开发区管理委员会", "长" * 200])
@pytest.mark.parametrize("county", ["平安县", "长" * 200])
def test_no_text_is_longer_than_a_chat_shows_and_nobody_is_left_out(
    lang: Any, name: str, county: str
) -> None:
    lines = [line(n, f"{n:02}{name}") for n in range(41)]
    called = {each.unit: "0350-12345678" for each in lines}
    texts = urgings(lines, called, {"140999": county}, at(2, 4), lang)
    assert max(map(len, texts)) <= MOST
    for n in range(41):
        assert sum(f"{n:02}长" in text or f"{n:02}{name}" in text for text in texts) == 1


def test_a_unit_alone_is_told_which_report_when_it_was_due_where_it_was_looked_for_and_by_when(
    world: World,
) -> None:
    out = {"item": item(), "reading": report(printed=date(2027, 1, 20))}
    world.sweep(at(2, 2), out)

    def said(moment: datetime, lang: Any = "zh") -> dict[str, str]:
        with looking(world.engine) as s:
            lines = lines_at(s, EVERYTHING, 2026, moment, world.registry)
        return {
            each.unit: urging_one(each, "平安县", Office(reply_within=3), moment, lang)
            for each in lines
        }

    asked = said(at(2, 2, 12))
    assert asked[WILLOW] == ""  # it has published
    assert asked[STONE] == (
        "【平安县】石门镇：2026年度政府信息公开工作年度报告应于2027年1月31日前（含当日）发布，"
        "我们在2027年2月2日查看栏目时尚未看到（http://a.gov.cn/all/）。请核实；"
        "已发布的，请于2027年2月11日前告知网址。"
    )
    world.sweep(at(2, 3), out)
    urged = said(at(2, 4))[STONE]
    assert urged == (
        "【平安县】石门镇：2026年度政府信息公开工作年度报告应于2027年1月31日前（含当日）发布，"
        "已逾期4天。2027-02-02、2027-02-03完整查看栏目未见（http://a.gov.cn/all/），"
        "最近一次完整查看是2027年2月3日。请尽快发布，并于2027年2月15日前回复。"
    )
    assert "reply by 15 February 2027" in said(at(2, 4), "en")[STONE]
    assert "请核实" in said(at(2, 20))[STONE]  # it may have come since


def test_where_several_columns_were_read_the_first_is_not_said_to_be_all() -> None:
    seen = line(1, "石门镇")
    stands = seen.standing._replace(evidence=at(2, 3))
    seen = replace(seen, standing=stands, url="http://a.gov.cn/all/")
    several = replace(seen, columns=3)
    assert "（http://a.gov.cn/all/）" in urging_one(seen, "平安县", Office(), at(2, 4), "zh")
    told = urging_one(several, "平安县", Office(), at(2, 4), "zh")
    assert "（http://a.gov.cn/all/ 等3个栏目）" in told
    told = urging_one(several, "平安县", Office(), at(2, 4), "en")
    assert "(http://a.gov.cn/all/ and others, 3 columns in all)" in told
    day = date(2027, 2, 4)
    letter = urging(
        "平安县",
        "石门镇",
        2026,
        Office(),
        day,
        day,
        deadline=date(2027, 1, 31),
        source="",
        looked=[],
        url="http://a.gov.cn/all/",
        columns=3,
    )
    told = "".join(each.text for each in docx.Document(io.BytesIO(letter)).paragraphs)
    assert "经查看发布栏目（http://a.gov.cn/all/ 等3个栏目）" in told


def found(*severities: Any) -> list[FindingFacts]:
    return [
        FindingFacts(
            "140999", "平安县", WILLOW, "柳树镇", 2026, "A01", each, "m",
            {"zh": f"合计应为{n}。", "en": f"the total should be {n}."}, "", "",
        )
        for n, each in enumerate(severities)
    ]  # fmt: skip


def test_who_has_published_something_wrong_is_told_what_and_by_when() -> None:
    def said(*severities: Any) -> str:
        mine = line(1, "柳树镇")
        return correcting_one(mine, found(*severities), "平安县", Office(), at(2, 4), "zh")

    assert said() == ""
    assert said("error", "warning") == (
        "【平安县】柳树镇：2026年度政府信息公开工作年度报告有1处须整改：合计应为0。"
        "请于2027年2月17日前更正并回复。"
    )
    assert "有2处请核实：合计应为0；合计应为1。" in said("warning", "warning")
    assert said(*["error"] * 9).count("合计应为") == 6
    assert "另有3处" in said(*["error"] * 9)


def test_each_county_has_texts_of_its_own() -> None:
    lines = [line(1, "甲镇"), line(1, "乙镇", "140998")]
    texts = urgings(lines, {}, {"140999": "平安县", "140998": "清溪县"}, at(2, 4), "zh")
    assert [text[:5] for text in texts] == ["【清溪县】", "【平安县】"]


def test_the_command_tells_who_is_meant_and_is_none(tmp_path: Path) -> None:
    world = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    world.sweep(at(2, 2))
    world.sweep(at(2, 3), {"item": item(), "reading": report(printed=date(2027, 1, 20))})
    line = ("missing", "--text", "--year", "2026", "--as-of", "2027-02-03", "--config", ".")
    store = ("--store", f"sqlite:///{tmp_path}/n.db")
    known_until(store[1], at(2, 4))
    done = run_here(tmp_path, *line, *store, NIANBAO_LANG="zh")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip().endswith("请尽快发布：石门镇、老镇。")
    one = run_here(tmp_path, *line, *store, "--county", WILLOW, NIANBAO_LANG="zh")
    assert "没有需要催办的单位" in one.stderr
    assert "柳树镇（140999101）2026年度：按时发布" in one.stderr
    assert one.stdout == ""
    written = run_here(tmp_path, *line, *store, "--output", "t.txt", NIANBAO_LANG="zh")
    assert written.returncode == 0
    assert (tmp_path / "t.txt").read_text("utf-8").strip() == done.stdout.strip()
