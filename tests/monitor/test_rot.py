"""A column that fails is told once when it lasts, and once when it is over; never each week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.monitor.health import health
from nianbao.monitor.mail.weekly import queue_alerts, queue_digests
from nianbao.monitor.settings import Alerts, Mail, Recipient, Settings
from nianbao.storage.decisions import check_column
from nianbao.storage.kinds import LookState
from nianbao.storage.models import Outgoing
from nianbao.storage.store import looking
from tests.monitor.test_columns_in_use import COUNTY as OF_SIX
from tests.monitor.test_columns_in_use import NEW, OLD
from tests.worlds.recorded import ALL, OWN, WITH_OWN, World, at, item, report
from tests.worlds.stores import emptied

OFFICE = Recipient("office@a.gov.cn", "county:140999")
SETTINGS = Settings(
    mail=Mail("127.0.0.1", 1, "none", sender="n@a.gov.cn"),
    alerts=Alerts(on=True),
    recipients=(
        OFFICE,
        Recipient("reader@b.org", "", "en"),
        Recipient("clerk@a.gov.cn", "unit:140999101"),
    ),
)
TITLE = {"zh": "栏目异常与恢复", "en": "Columns that began or ceased to fail"}
PUBLISHED = {"item": item(), "reading": report()}


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    made.file(WITH_OWN)
    yield made
    emptied(made.engine)


def looked(world: World, first: datetime, days: int, state: LookState = "ok") -> None:
    """A look a day: the list for all is read, the town's own column ends so."""
    for n in range(days):
        world.sweep(first + timedelta(days=n), PUBLISHED, states={OWN: state})


def mails(world: World, address: str = OFFICE.address) -> list[EmailMessage]:
    with looking(world.engine) as s:
        chosen = select(Outgoing.body).where(Outgoing.recipient == address)
        bodies = list(s.scalars(chosen.order_by(Outgoing.id)))
    return [message_from_bytes(body, policy=SMTP) for body in bodies]


def part_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def issue(world: World, moment: datetime) -> dict[str, str]:
    """The part of columns in the mails of a Monday, by who gets them."""
    before = {each.address: len(mails(world, each.address)) for each in SETTINGS.recipients}
    queue_digests(world.engine, SETTINGS, world.registry, moment)
    told = {}
    for address, count in before.items():
        for mail in mails(world, address)[count:]:
            parts = part_of(mail).split("【")
            mine = [part for part in parts if part.startswith(tuple(TITLE.values()))]
            told[address] = "".join(mine).partition("\n\n")[0]
    return told


MONDAYS = [at(1, 18), at(1, 25), at(2, 1), at(2, 8)]


def test_a_column_that_fails_is_told_once_and_once_when_it_is_over(world: World) -> None:
    looked(world, at(1, 10, 3), 3)
    looked(world, at(1, 13, 3), 6, "blocked_challenge")
    first = issue(world, MONDAYS[0])
    told = first[OFFICE.address]
    for words in ("平安县 a.gov.cn", OWN, "需要浏览器验证", "自何时：1月13日", "联系网站管理单位"):
        assert words in told
    assert "最近一次完整读取：2027-01-12 03:" in told
    english = first["reader@b.org"]
    for words in (OWN, "a bot challenge", "Since: 13 January 2027", "ask whoever keeps it"):
        assert words in english
    assert first.get("clerk@a.gov.cn", "") == ""
    page = part_of(mails(world)[-1], "html")
    assert f'<a href="{OWN}"' in page
    looked(world, at(1, 19, 3), 6, "blocked_challenge")
    assert issue(world, MONDAYS[1])[OFFICE.address] == ""
    looked(world, at(1, 25, 12), 2)
    over = issue(world, MONDAYS[2])
    assert "已恢复" in over[OFFICE.address]
    assert OWN in over[OFFICE.address]
    assert "works again" in over["reader@b.org"]
    looked(world, at(2, 2, 3), 2)
    assert issue(world, MONDAYS[3])[OFFICE.address] == ""


def test_what_does_not_last_is_not_told(world: World) -> None:
    looked(world, at(1, 10, 3), 6)
    looked(world, at(1, 16, 3), 2, "unreachable")  # two days, in season
    assert issue(world, MONDAYS[0])[OFFICE.address] == ""
    looked(world, at(1, 18, 12), 1)
    assert issue(world, MONDAYS[1])[OFFICE.address] == ""  # nor that it is over


def test_one_failed_look_is_chance_unless_nobody_has_read_it_for_long(world: World) -> None:
    looked(world, at(1, 13, 3), 1)
    looked(world, at(1, 14, 3), 1, "unreachable")
    assert issue(world, MONDAYS[0])[OFFICE.address] == ""
    assert "无法访问" in issue(world, MONDAYS[1])[OFFICE.address]


def test_out_of_season_it_must_last_a_week(world: World) -> None:
    looked(world, at(3, 1, 3), 1)
    looked(world, at(3, 10, 3), 5, "partial")
    assert issue(world, at(3, 15))[OFFICE.address] == ""
    looked(world, at(3, 16, 3), 2, "partial")
    assert "只读到一部分" in issue(world, at(3, 22))[OFFICE.address]


def test_a_portal_of_which_nothing_can_be_read_is_one_row(world: World) -> None:
    looked(world, at(1, 10, 3), 1)
    for n in range(6):
        world.sweep(at(1, 12 + n, 3), states={ALL: "unreachable", OWN: "unreachable"})
    told = issue(world, MONDAYS[0])[OFFICE.address]
    assert "平安县 a.gov.cn：全部2个栏目" in told
    assert told.count("自何时：") == 1
    assert issue(world, MONDAYS[1])[OFFICE.address] == ""


def test_who_asks_anew_is_told_anew(world: World) -> None:
    """Each reader is told once: one that came later is told what lasts."""
    looked(world, at(1, 10, 3), 1)
    looked(world, at(1, 11, 3), 7, "partial")
    issue(world, MONDAYS[0])
    later = Settings(mail=SETTINGS.mail, recipients=(Recipient("new@a.gov.cn", "county:140999"),))
    queue_digests(world.engine, later, world.registry, MONDAYS[1])
    assert OWN in part_of(mails(world, "new@a.gov.cn")[0])


def test_a_column_that_is_not_what_was_expected_says_what_it_lacks(world: World) -> None:
    looked(world, at(1, 10, 3), 1)
    looked(world, at(1, 11, 3), 6, "expectation_broken")
    told = issue(world, MONDAYS[0])[OFFICE.address]
    assert "不是预期的栏目" in told
    assert "nianbao probe" in told


def test_a_column_without_new_reports_is_told_after_the_deadline(world: World) -> None:
    world.file(OF_SIX)
    for day in (20, 28):
        world.sweep(at(1, day, 3), *OLD)
    assert issue(world, MONDAYS[1])[OFFICE.address] == ""
    for day in range(1, 8):
        world.sweep(at(2, day, 3), *OLD, NEW)
    told = issue(world, MONDAYS[3])[OFFICE.address]
    assert "只见到1个单位的2026年年报（2025年有6个）" in told
    assert f"nianbao review column {ALL} --year 2026" in told
    assert issue(world, at(2, 15))[OFFICE.address] == ""
    asked = {"who": "李主任", "why": "打开看过", "now": at(2, 16)}
    check_column(world.engine, ALL, 2026, undo=False, **asked)  # type: ignore[arg-type]
    assert "已恢复" in issue(world, at(2, 22))[OFFICE.address]
    assert issue(world, at(3, 1))[OFFICE.address] == ""


def told_at_once(world: World, moment: datetime) -> list[str]:
    texts = [
        alert.text["zh"] for alert in queue_alerts(world.engine, SETTINGS, world.registry, moment)
    ]
    return [text for text in texts if "栏目" in text]


def test_alerts_follow_the_same_rule(world: World) -> None:
    looked(world, at(1, 10, 3), 1)
    looked(world, at(1, 11, 3), 2, "blocked_waf")
    assert told_at_once(world, at(1, 13)) == []
    looked(world, at(1, 13, 3), 2, "blocked_waf")
    (said,) = told_at_once(world, at(1, 14, 12))
    assert said == f"平安县有栏目自1月11日起连续未能完整查看（被防火墙拦截）：{OWN}"
    looked(world, at(1, 15, 3), 5, "blocked_waf")
    assert told_at_once(world, at(1, 19, 12)) == []
    looked(world, at(1, 20, 3), 1)
    assert told_at_once(world, at(1, 20, 12)) == [f"平安县栏目已恢复：{OWN}"]
    looked(world, at(1, 21, 3), 1)
    assert told_at_once(world, at(1, 21, 12)) == []


def test_an_alert_out_of_season_waits_a_week(world: World) -> None:
    looked(world, at(4, 1, 3), 1)
    looked(world, at(4, 2, 3), 5, "unreachable")
    assert told_at_once(world, at(4, 6, 12)) == []
    looked(world, at(4, 8, 3), 2, "unreachable")
    assert len(told_at_once(world, at(4, 9, 12))) == 1


def test_in_january_no_column_is_counted_as_fallen(world: World) -> None:
    world.file(OF_SIX)
    for month, day in ((1, 20), (2, 1)):
        world.sweep(at(month, day, 3), *OLD)
    assert health(world.engine, at(1, 31, 20)).fallen == 0
    assert health(world.engine, at(2, 1, 20)).fallen == 1
