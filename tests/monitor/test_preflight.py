"""Before a season: whether each unit's report could be seen once it is published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from nianbao.monitor.ledger.preflight import Ready, known_year, preflight
from nianbao.monitor.mail.weekly import queue_preflights
from nianbao.monitor.settings import Mail, Recipient, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.storage.models import Outgoing
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking
from tests.worlds.commands import run_here
from tests.worlds.recorded import ALL, OWN, World, item, report
from tests.worlds.stores import emptied

TOWNS = ("柳树镇", "石门镇", "河口镇", "北山镇")
COUNTY = f"""\
county: 平安县
code: "140999"
host: a.gov.cn
columns:
  - {{url: "{ALL}", covers: [石门镇, 河口镇, 北山镇]}}
  - {{url: "{OWN}", unit: 柳树镇}}
units:
""" + "".join(f'  - {{name: {town}, code: "14099910{n}"}}\n' for n, town in enumerate(TOWNS))


def december(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=BEIJING)


def of_last_year(n: int, column: str = ALL) -> dict[str, Any]:
    """A town's report of 2025."""
    return {
        "item": item(10 + n, f"{TOWNS[n]}2025年政府信息公开工作年度报告"),
        "unit": f"14099910{n}",
        "year": 2025,
        "at": column,
        "reading": report(10 + n, title=TOWNS[n], licences=n),
    }


EVERYBODYS = [of_last_year(0, OWN), *(of_last_year(n) for n in (1, 2, 3))]


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    made.file(COUNTY)
    yield made
    emptied(made.engine)


def looked_over(world: World, moment: datetime) -> dict[str, Ready]:
    with looking(world.engine) as s:
        found = preflight(s, EVERYTHING, known_year(moment), moment, world.registry)
    return {ready.name: ready for ready in found}


def why_not(world: World, moment: datetime) -> dict[str, str]:
    found = looked_over(world, moment)
    return {name: ready.zh for name, ready in found.items() if not ready.provable}


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (december(1), 2025),
        (datetime(2027, 1, 20, tzinfo=UTC), 2025),
        (datetime(2027, 6, 1, tzinfo=UTC), 2026),
    ],
)
def test_the_known_reports_are_of_the_last_season_that_is_over(moment: datetime, year: int) -> None:
    assert known_year(moment) == year


def test_all_is_well_where_last_year_s_reports_are_still_listed(world: World) -> None:
    world.sweep(december(1, 3), *EVERYBODYS)
    assert why_not(world, december(2)) == {}
    assert {ready.year for ready in looked_over(world, december(2)).values()} == {2025}


def test_a_report_that_is_listed_no_longer_proves_nothing(world: World) -> None:
    world.sweep(december(1, 3), *EVERYBODYS)
    world.sweep(december(2, 3), *EVERYBODYS[2:])
    assert why_not(world, december(2)) == dict.fromkeys(
        ("柳树镇", "石门镇"), "栏目中不再有它的2025年年报"
    )


def test_a_column_that_cannot_be_read_says_why(world: World) -> None:
    world.sweep(december(1, 3), *EVERYBODYS)
    world.sweep(december(2, 3), *EVERYBODYS[1:], states={OWN: "blocked_waf"})
    found = looked_over(world, december(2))["柳树镇"]
    assert found.zh == "栏目不能完整读取：被防火墙拦截（2026-12-02起）"
    assert (found.mend, found.url) == ("closed", OWN)


def test_a_look_of_long_ago_tells_nothing_of_today(world: World) -> None:
    world.sweep(december(1, 3), *EVERYBODYS)
    assert why_not(world, december(11)) == {}
    assert set(why_not(world, december(13)).values()) == {"最近一次完整查看是2026-12-01，已过久"}


def test_who_has_no_column_cannot_be_seen(world: World) -> None:
    world.file(COUNTY.replace(", 北山镇]", "]"))
    world.sweep(december(1, 3), *EVERYBODYS[:3])
    assert why_not(world, december(2)) == {"北山镇": "没有为它登记栏目"}


def test_who_published_nothing_last_year_is_proven_by_the_others(world: World) -> None:
    world.sweep(december(1, 3), *EVERYBODYS[:3])
    assert why_not(world, december(2)) == {}
    assert "没有见过" in looked_over(world, december(2))["北山镇"].zh


def test_an_own_column_that_showed_nothing_proves_nothing(world: World) -> None:
    world.sweep(december(1, 3), *EVERYBODYS[1:])
    assert list(why_not(world, december(2))) == ["柳树镇"]


def test_a_county_that_was_never_swept_is_told_so(world: World) -> None:
    assert why_not(world, december(2)) == dict.fromkeys(TOWNS, "栏目从未巡检")


def test_who_comes_or_goes_is_looked_at_by_the_coming_year(world: World) -> None:
    closed = COUNTY.replace('"140999103"', '"140999103", until: "2026-06-30"')
    world.file(closed + '  - {name: 新设镇, code: "140999109", since: "2026-05-01"}\n')
    world.sweep(december(1, 3), *EVERYBODYS[:3])
    found = looked_over(world, december(2))
    assert "北山镇" not in found
    assert not found["新设镇"].provable


# ---- the mail

SETTINGS = Settings(
    mail=Mail("127.0.0.1", 1, "none", sender="n@a.gov.cn"),
    recipients=(
        Recipient("office@a.gov.cn", "county:140999"),
        Recipient("reader@b.org", "", "en"),
        Recipient("clerk@a.gov.cn", "unit:140999101"),
    ),
)


def queued(world: World, moment: datetime) -> int:
    return queue_preflights(world.engine, SETTINGS, world.registry, moment)


def mails(world: World) -> dict[str, EmailMessage]:
    with looking(world.engine) as s:
        rows = [(row.recipient, row.body) for row in s.scalars(select(Outgoing))]
    return {to: message_from_bytes(body, policy=SMTP) for to, body in rows}


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_each_reader_gets_one_mail_in_december(world: World) -> None:
    world.sweep(datetime(2026, 11, 28, 3, tzinfo=BEIJING), *EVERYBODYS)
    assert queued(world, datetime(2026, 11, 30, 12, tzinfo=BEIJING)) == 0
    assert queued(world, december(1)) == 0  # nobody has looked in December
    world.sweep(december(2, 3), *EVERYBODYS[2:])
    assert queued(world, december(2)) == 2
    assert queued(world, december(2, 12)) == queued(world, december(9)) == 0
    told = mails(world)
    assert set(told) == {"office@a.gov.cn", "reader@b.org"}
    office = text_of(told["office@a.gov.cn"])
    assert told["office@a.gov.cn"]["Subject"] == "2026年度年报开季体检：4个单位中2个可以核验"
    for words in ("平安县：4个单位中2个可以核验", "石门镇", "栏目中不再有它的2025年年报", "处理："):
        assert words in office
    page = text_of(told["office@a.gov.cn"], "html")
    assert f'href="{ALL}"' in page
    english = text_of(told["reader@b.org"])
    assert "2 of 4 units can be verified" in english
    assert "is listed no longer" in english


def test_it_waits_no_longer_than_a_week_and_goes_no_later_than_the_15th(world: World) -> None:
    world.sweep(datetime(2026, 11, 20, 3, tzinfo=BEIJING), *EVERYBODYS)
    assert queued(world, december(7)) == 0
    assert queued(world, december(16)) == 0
    assert queued(world, december(8)) == 2
    assert "最近一次完整查看是2026-11-20，已过久" in text_of(mails(world)["office@a.gov.cn"])


def test_where_all_is_well_it_is_said(world: World) -> None:
    world.sweep(december(2, 3), *EVERYBODYS)
    assert queued(world, december(2)) == 2
    assert "4个单位全部可以核验" in text_of(mails(world)["office@a.gov.cn"])


# ---- the command


def test_an_operator_asks_at_any_time(world: World, tmp_path: Path, world_url: str) -> None:
    counties = tmp_path / "counties"
    counties.mkdir()
    (counties / "a.yaml").write_text(COUNTY, "utf-8")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    last = known_year(datetime.now(UTC))
    everybodys = [{**each, "year": last} for each in EVERYBODYS]
    world.sweep(yesterday, *everybodys)
    given = ("--config", str(counties), "--store", world_url)
    done = run_here(tmp_path, "preflight", *given)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 个单位中 4 个可以核验，0 个不能" in done.stdout
    world.sweep(yesterday + timedelta(hours=1), *everybodys[1:])
    done = run_here(tmp_path, "preflight", *given, "--json")
    assert done.returncode == 1
    rows = {row["unit"]: row for row in json.loads(done.stdout)}
    assert [name for name, row in rows.items() if not row["provable"]] == ["柳树镇"]
    assert rows["柳树镇"]["column"] == OWN
    assert "nianbao probe" in rows["柳树镇"]["mend"]
    assert run_here(tmp_path, "preflight", *given, "--county", "没有县").returncode == 2
