"""Mail that waited: what can't be written anew is neither sent as it was nor lost; a reminder is of use the next day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.mail.outbox import deliver
from nianbao.monitor.mail.renewing import NOT_YET, renewed
from nianbao.monitor.mail.weekly import queue_reminders
from nianbao.monitor.settings import Mail, Recipient, Settings
from nianbao.storage.models import Outgoing
from nianbao.storage.outbox import queue
from nianbao.storage.store import open_store, session
from tests.attacks.field4 import seventh
from tests.attacks.field4.sixth import CODES, TOWNS, YEAR, Sixth, anew, at, on
from tests.worlds.mailbox import receiving

globals().update({name: getattr(seventh, name) for name in ("towns", "world")})


def test_it_is_kept_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/s.db")
    written, now = at(on(1, 20), 9), at(on(1, 20), 14)
    with session(engine) as s:
        queue(s, "reminder", "a@b.example", "<reminder.1@b.example>", "提醒", b"as it was", written)
    with receiving() as box:
        mail = Mail(host="127.0.0.1", port=box.port, sender="us@b.example", security="none")
        said = Settings(mail=mail, recipients=(Recipient("a@b.example", "unit:nowhere"),))
        anew = renewed(engine, said, Registry(), lambda: now)
        deliver(engine, mail, "", lambda: now, anew=anew)
        assert not box.taken
    said_of = [each for each in caplog.records if each.msg == "renewing"]
    assert [(each.levelname, each.exc_info) for each in said_of] == [("WARNING", None)]
    assert "nowhere" in said_of[0].told["error"]  # type: ignore[attr-defined]
    with session(engine) as s:
        row = s.query(Outgoing).one()
        assert (row.state, row.body, row.error) == ("waiting", b"as it was", NOT_YET)
        assert row.next_try > now
        assert row.next_try < now + timedelta(days=2)
    engine.dispose()


# A reminder of 24 January waits until then: what it says, if it goes out.
@pytest.mark.parametrize(
    ("day", "said"),
    [
        (on(1, 25), "建议于1月29日前完成"),
        (on(1, 28), "建议于1月29日前完成"),
        (on(1, 29), ""),  # that day's own says it
        (on(2, 1), ""),  # the deadline passed
    ],
)
def test_a_reminder_that_waited(world: Sixth, day: date, said: str) -> None:
    first = anew(world)
    for n, town in enumerate(TOWNS):
        first.put(town, YEAR - 1, date(2025, 1, 10 + n))
    first.look(on(1, 10), on(1, 23))
    clerk = Recipient("clerk@wuchen.example", f"unit:{CODES['戊辰镇']}")
    written, now = at(on(1, 24), 8), at(day, 9)
    told = seventh.goes_out(first, written, now, lambda: None, clerk, queue=queue_reminders)
    assert len(told) == bool(said)
    assert all(said in each for each in told)


def test_a_scope_that_means_nobody_costs_the_others_of_its_address_nothing(world: Sixth) -> None:
    first = anew(world)
    for n, town in enumerate(TOWNS):
        first.put(town, YEAR - 1, date(2025, 1, 10 + n))
    first.look(on(1, 10), on(1, 23))
    lost = Recipient("clerk@wuchen.example", "unit:nowhere")
    clerk = Recipient("clerk@wuchen.example", f"unit:{CODES['戊辰镇']}")
    written, now = at(on(1, 24), 8), at(on(1, 25), 9)
    told = seventh.goes_out(first, written, now, lambda: None, lost, clerk, queue=queue_reminders)
    assert len(told) == 1
    assert "建议于1月29日前完成" in told[0]
