"""A season from November to May under a steered clock: twelve units, every standing, and the mails that tell of them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.crawler.reading import Reader
from nianbao.monitor.daemon import Work
from nianbao.monitor.mail.outbox import deliver
from nianbao.monitor.settings import Mail, Settings
from nianbao.storage.models import Outgoing
from nianbao.storage.store import looking, open_store, session
from tests.amounts import PROVING, amount, more, prove
from tests.portals.server import Reply, Request, running
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.mailbox import receiving
from tests.worlds.seasons import (
    Season,
    final,
    live,
    redone,
    section,
    settings_for,
    stood,
    text_of,
    work_of,
)

# The whole of it from the first November day on, or the weeks in which something happens.
BEGIN, LAST = (
    (date(2026, 11, 2), date(2027, 5, 31)) if PROVING else (date(2027, 1, 4), date(2027, 4, 12))
)


@more
def test_a_season(tmp_path: Path) -> None:
    season = Season(tmp_path, BEGIN)
    with receiving() as box, running(season) as site, Reader() as reader:
        season.config(site.url)
        settings = settings_for(tmp_path, box)
        work = work_of(season, settings, reader)
        live(season, work, date(2027, 3, 20), box)
        work = work_of(
            season, settings, reader
        )  # the process began anew: everything it knows is in the store
        live(season, work, LAST, box)
        season.hour = time(23, 0)
        deliver(work.engine, settings.mail, "", season.now)
        standings = final(work)
        mails = list(box.taken)
        again = redone(season, work, settings, BEGIN)
    assert standings == {
        "甲子镇": "on_time", "乙丑镇": "on_time", "丙寅镇": "late", "丁卯镇": "missing", "戊辰镇": "withdrawn", "己巳镇": "on_time",
        "庚午镇": "exempt", "辛未镇": "on_time", "壬申镇": "unknown", "癸酉镇": "on_time", "甲戌镇": "on_time", "乙亥镇": "late",
    }  # fmt: skip
    assert len({str(mail["Message-ID"]) for mail in mails}) == len(mails)  # each once
    digests = {
        (str(mail["To"]), str(mail["Date"])[:16]): mail
        for mail in mails
        if str(mail["Message-ID"]).startswith("<digest.")
    }
    mondays = (LAST - BEGIN).days // 7 + 1
    for address in ("office@pingan.example", "researcher@example.org", "clerk@dingmao.example"):
        assert sum(to == address for to, _ in digests) == mondays, address

    def told(address: str, day: str) -> str:
        found = next(mail for (to, when), mail in digests.items() if to == address and day in when)
        return text_of(found)

    first = told("office@pingan.example", "01 Feb 2027")
    assert "逾期未发布0个" in first  # the deadline has passed, nobody has looked since
    assert "无法核实（5）：" in first
    week = told("office@pingan.example", "08 Feb 2027")
    assert stood(week, "逾期未发布") == {"丁卯镇", "癸酉镇"}
    assert stood(week, "逾期发布") == {"丙寅镇", "乙亥镇"}
    assert stood(week, "无法核实") == {"辛未镇", "壬申镇"}
    assert section(week, "本周首次监测到") == {"丙寅镇"}
    assert "表三“自然人”一栏" in week
    assert "一、本年新收" in week
    assert "应发布单位11个，已发布7个" in week
    later = told("office@pingan.example", "22 Feb 2027")
    assert stood(later, "逾期未发布") == {"丁卯镇"}
    assert stood(later, "无法核实") == {"壬申镇"}
    assert section(told("office@pingan.example", "01 Mar 2027"), "发布后有变化") == {"乙丑镇"}
    assert section(
        told("office@pingan.example", "08 Mar 2027") + told("office@pingan.example", "15 Mar 2027"),
        "发布后有变化",
    ) == {"戊辰镇", "己巳镇"}
    english = told("researcher@example.org", "08 Feb 2027")
    subjects = {str(mail["Subject"]) for mail in digests.values()}
    assert "OGI annual reports for 2026: weekly circular no. 6" in subjects
    assert english.startswith(
        "1. Overdue (2): 丁卯镇 (8 days), 癸酉镇 (8 days) — please publish now"
    )
    assert week.splitlines()[0].startswith(
        "1. 逾期未发布（2）：丁卯镇（逾期8天）、癸酉镇（逾期8天）——"
    )
    assert "2 overdue, 2 late, 2 not verifiable" in english
    assert "丁卯镇" in told("clerk@dingmao.example", "08 Feb 2027")
    assert "甲子镇" not in told("clerk@dingmao.example", "08 Feb 2027")
    reminders = [mail for mail in mails if str(mail["Message-ID"]).startswith("<reminder.")]
    assert [(str(m["To"]), str(m["Date"])[:16]) for m in reminders] == [
        ("clerk@dingmao.example", "Sun, 24 Jan 2027"), ("clerk@dingmao.example", "Fri, 29 Jan 2027")]  # fmt: skip
    warned = "\n".join(
        text_of(m)
        for m in mails
        if str(m["Message-ID"]).startswith("<alert.") and m["To"] == "office@pingan.example"
    )
    assert warned.count("公布时限1月31日已过") == 1
    assert warned.count("戊辰镇2026年度年报已不可见") == 1
    assert "连续" in warned
    assert again == {key: text_of(mail) for key, mail in digests.items() if key in again}
    assert len(again) == mondays


@prove
def test_a_season_through_kills(tmp_path: Path) -> None:
    """The worker is killed again and again, at any moment; every mail comes, and a second time only under its own name."""
    begin, last = date(2027, 1, 4), date(2027, 3, 8)
    (tmp_path / "day").write_text(begin.isoformat())
    season = Season(tmp_path, begin)

    def portal(request: Request) -> Reply | None:
        season.day = date.fromisoformat((tmp_path / "day").read_text())
        return season(request)

    chance, kills, most = random.Random(7), 0, amount(2, 6)
    with receiving() as box, running(portal) as site:
        season.config(site.url)
        command = [
            sys.executable,
            "-m",
            "tests.worlds.season_process",
            str(tmp_path),
            str(box.port),
            last.isoformat(),
        ]
        while True:
            process = subprocess.Popen(command, env=ENVIRONMENT, start_new_session=True)
            try:
                assert process.wait(chance.uniform(2.0, 6.0) if kills < most else 200) == 0
                break
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
        settings = settings_for(tmp_path, box)
        with Reader() as reader:
            season.day = last + timedelta(days=1)
            work = work_of(season, settings, reader)
            work.standings()
            work.tell()  # what was on its way when the last kill came
        ids = box.ids()
        assert kills > most // 2
        assert len(ids) - len(set(ids)) <= kills
        mondays = [begin + timedelta(days=7 * n) for n in range(10)]
        for mail in box.taken:
            assert str(mail["Message-ID"]).startswith(("<digest.", "<alert.", "<reminder."))
        mine = {
            str(m["Date"])[:16]: m
            for m in box.taken
            if m["To"] == "office@pingan.example" and str(m["Message-ID"]).startswith("<digest.")
        }
        assert sorted(mine) == sorted(f"{day:%a, %d %b %Y}" for day in mondays)
        again = redone(season, work, settings, begin)
        for when, mail in mine.items():
            assert text_of(mail) == again["office@pingan.example", when]
        found = final(work)
        assert (found["丁卯镇"], found["丙寅镇"], found["辛未镇"], found["壬申镇"]) == (
            "missing",
            "late",
            "on_time",
            "unknown",
        )


# ---- the outbox


def queued(folder: Path, count: int) -> tuple[Settings, Work]:
    from nianbao.monitor.mail.digest import Composed
    from nianbao.monitor.mail.outbox import build, message_id
    from nianbao.storage.outbox import queue

    settings = Settings(
        store=f"sqlite:///{folder}/n.db",
        mail=Mail("127.0.0.1", 1, "none", sender="a@b.example", per_minute=600),
    )
    work = Work(open_store(settings.store), settings, folder)
    now = datetime(2027, 1, 4, tzinfo=UTC)
    with session(work.engine) as s:
        for n in range(count):
            to = f"r{n}@x.example"
            mark = message_id("digest", "week", to, "a@b.example")
            body = build(
                Composed("标题", "正文\n", "<p>正文</p>", {}), "a@b.example", to, mark, now
            )
            assert queue(s, "digest", to, mark, "标题", body, now)
            assert not queue(s, "digest", to, mark, "标题", body, now)
    return settings, work


def states(work: Work) -> list[str]:
    with looking(work.engine) as s:
        return list(s.scalars(select(Outgoing.state).order_by(Outgoing.id)))


def test_mail_waits_through_an_outage_and_goes_out_once(tmp_path: Path) -> None:
    settings, work = queued(tmp_path, 5)
    clock = [datetime(2027, 1, 4, tzinfo=UTC)]
    deliver(work.engine, settings.mail, "", lambda: clock[0])  # nobody listens there
    assert states(work) == ["waiting"] * 5
    with receiving() as box:
        mail = replace(settings.mail, port=box.port)
        box.answers = ["451 later", "250 lost", "552 too much"]
        box.answers[1:2] = []
        box.refused = ("r3@x.example",)
        for hours in (1, 3, 9, 30):
            clock[0] += timedelta(hours=hours)
            deliver(work.engine, mail, "", lambda: clock[0])
        assert sorted(states(work)) == ["refused", "refused", "sent", "sent", "sent"]
        assert len(box.ids()) == len(set(box.ids())) == 3


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_sender_that_died_does_not_send_twice_to_servers_that_look(
    tmp_path: Path, moment: str
) -> None:
    """Killed while a mail was on its way: it is sent again after a while, under the same Message-ID."""
    from nianbao.storage.outbox import take_due

    settings, work = queued(tmp_path, 1)
    clock = [datetime(2027, 1, 4, tzinfo=UTC)]
    with receiving() as box:
        mail = replace(settings.mail, port=box.port)
        due = take_due(work.engine, clock[0])
        assert due is not None
        if moment == "after":
            import smtplib

            with smtplib.SMTP("127.0.0.1", box.port) as server:
                server.sendmail("a@b.example", [due.recipient], due.body)
        deliver(work.engine, mail, "", lambda: clock[0])
        assert len(box.ids()) == (moment == "after")  # at once nothing is repeated
        clock[0] += timedelta(minutes=11)
        deliver(work.engine, mail, "", lambda: clock[0])
        assert len(set(box.ids())) == 1
        assert states(work) == ["sent"]


def test_the_same_mail_is_the_same_bytes(tmp_path: Path) -> None:
    from nianbao.monitor.mail.digest import Composed
    from nianbao.monitor.mail.outbox import Attachment, build

    composed = Composed(
        "标题",
        "正文\n",
        "<p><img src='cid:progress@nianbao'></p>",
        {"progress@nianbao": b"\x89PNG"},
    )
    at = datetime(2027, 1, 4, tzinfo=UTC)
    made = [
        build(composed, "a@b.example", "c@d.example", "<x@b>", at, [Attachment("台账.xlsx", b"PK")])
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert b"List-Unsubscribe: <mailto:a@b.example" in made[0]
