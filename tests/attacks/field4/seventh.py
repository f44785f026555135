"""What is said of units through every face, on each day: the cases of seventh.yaml, beside the seasons of seventh_seasons.py.

    python -m pytest tests/attacks/field4/seventh.py

The county of fifth.py: four published in time, two looks after the deadline (3 and 5 February) did not show 戊辰镇 and 己巳镇.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from openpyxl import load_workbook
from sqlalchemy import select

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.outbox import deliver
from nianbao.monitor.mail.renewing import renewed
from nianbao.monitor.mail.urging import urging_one, urgings
from nianbao.monitor.mail.weekly import queue_alerts, queue_digests, queue_reminders
from nianbao.monitor.paper.ledger_workbook import workbook
from nianbao.monitor.settings import Alerts, Mail, Office, Recipient, Settings
from nianbao.storage.models import Outgoing
from nianbao.storage.outbox import again, states_of_mail
from nianbao.storage.registry import load_counties
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking
from tests.attacks.field4.fifth import CODES, OF, days
from tests.attacks.field4.sixth import (
    COUNTY,
    Sixth,
    anew,
    at,
    everywhere,
    look_at,
    towns,
    world,
    young,
)
from tests.portals.families import Truth
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.mailbox import Mailbox, receiving
from tests.worlds.pages import get, served
from tests.worlds.rewritten import TOWNS, YEAR, on

__all__ = ("towns", "world", "young")
HERE = Path(__file__).parent
OPEN = HERE / "seventh_open.txt"
CASES = yaml.safe_load((HERE / "seventh.yaml").read_text(encoding="utf-8"))
NAMES = re.compile("新?[甲乙丙丁戊己][子丑寅卯辰巳]镇")


# ---- mail that waits


def mail_settings(port: int = 9, *recipients: Recipient) -> Settings:
    return Settings(
        mail=Mail("127.0.0.1", port, "none", sender="office@pingan.example", per_minute=600),
        alerts=Alerts(on=True, reminders="7,2"),
        recipients=recipients or (Recipient("boss@pingan.example", f"county:{COUNTY}"),),
    )


def text_of(mail: Any) -> str:
    body = mail.get_body(("plain",))
    return f"{mail['Subject']}\n{body.get_content()}"


def goes_out(world: Sixth, queued: datetime, sent: datetime, changed: Callable[[], object], *recipients: Recipient, after: tuple[Recipient, ...] | None = None, queue: Any = queue_digests) -> list[str]:  # fmt: skip
    """A mail that no server takes when it is queued, what changes then, and what goes out later."""
    down = mail_settings(9, *recipients)
    queue(world.engine, down, world.registry(), queued)
    deliver(world.engine, down.mail, "", lambda: queued)
    changed()
    with receiving() as box:
        up = mail_settings(box.port, *(recipients if after is None else after))
        as_now = renewed(world.engine, up, world.registry(), lambda: sent)
        deliver(world.engine, up.mail, "", lambda: sent, anew=as_now)
        return [text_of(each) for each in taken(box)]


def taken(box: Mailbox) -> list[Any]:
    return list(box.taken)


MONDAY, TUESDAY = at(on(2, 9), 9), at(on(2, 10), 7)


def test_e01(world: Sixth) -> None:
    """The weekly mail waits for a day, a unit is exempted meanwhile | it is not told to publish"""
    world.look(on(2, 8))
    (told,) = goes_out(world, MONDAY, TUESDAY, lambda: world.decide("exempt", "戊辰镇", on(2, 9), hour=14))  # fmt: skip
    assert "己巳镇（逾期" in told
    assert "戊辰镇（逾期" not in told
    assert not re.search("戊辰镇\\s+状态：逾期", told)


def test_e02(world: Sixth) -> None:
    """The same, its report was seen meanwhile | not told to publish"""
    world.look(on(2, 8))

    def changed() -> None:
        world.put("戊辰镇", YEAR, on(1, 30))
        look_at(world, at(on(2, 9), 14))

    (told,) = goes_out(world, MONDAY, TUESDAY, changed)
    assert not re.search(r"逾期未发布（\d+）：[^——]*戊辰镇", told)


def test_e03(world: Sixth) -> None:
    """The same, what was found is waived meanwhile | not told to correct it"""
    world.look(on(2, 8))

    def changed() -> None:
        for each in world.found("甲子镇"):
            world.decide("waived", "甲子镇", on(2, 9), rule=each.rule, hour=14)

    (told,) = goes_out(world, MONDAY, TUESDAY, changed)
    assert not re.search(r"需整改（\d+）：[^——]*甲子镇", told)


def test_e04(world: Sixth) -> None:
    """It waits for a week | it is not sent, also where somebody queues again what was refused"""
    world.look(on(2, 8))
    assert goes_out(world, MONDAY, at(on(2, 16), 7), lambda: None) == []
    again(world.engine, at(on(2, 16), 8))
    with receiving() as box:
        deliver(world.engine, mail_settings(box.port).mail, "", lambda: at(on(2, 16), 9))
        assert taken(box) == []
    with looking(world.engine) as s:
        assert ["过时" in x.error for x in s.scalars(select(Outgoing))] == [True]
        assert states_of_mail(s) == {}


def test_e05(world: Sixth) -> None:
    """An alert that a report is gone waits; it is back | nothing of it"""
    gone = world.gone("丙寅镇")
    world.look(*days(6, 8))

    def changed() -> None:
        world.pieces[gone.path] = gone
        look_at(world, at(on(2, 9), 9))

    told = goes_out(world, at(on(2, 8), 13), at(on(2, 9), 13), changed, queue=queue_alerts)
    assert not [each for each in told if "丙寅镇" in each]


def test_e06(world: Sixth) -> None:
    """An alert that a deadline passed waits; one has published meanwhile | it counts those of now"""

    def changed() -> None:
        world.put("戊辰镇", YEAR, on(1, 30))
        look_at(world, at(on(2, 6), 1))

    (told,) = goes_out(world, at(on(2, 5), 13), at(on(2, 6), 13), changed, queue=queue_alerts)
    assert "逾期未发布1个单位" in told


def test_e07(world: Sixth) -> None:
    """Whom it was for is taken out of the settings meanwhile | not sent"""
    world.look(on(2, 8))
    other = (Recipient("other@pingan.example", f"county:{COUNTY}"),)
    assert goes_out(world, MONDAY, TUESDAY, lambda: None, after=other) == []


def test_e08(world: Sixth) -> None:
    """A reminder waits; the report is seen meanwhile | not sent"""
    first = anew(world)
    for n, town in enumerate(TOWNS):
        first.put(town, YEAR - 1, date(2025, 1, 10 + n))
    first.look(on(1, 10), on(1, 24))
    clerk = Recipient("clerk@wuchen.example", f"unit:{CODES['戊辰镇']}")

    def changed() -> None:
        first.put("戊辰镇", YEAR, on(1, 24))
        look_at(first, at(on(1, 24), 15))

    day = on(1, 24)
    assert goes_out(first, at(day, 8), at(day, 18), changed, clerk, queue=queue_reminders) == []


def test_e09(world: Sixth) -> None:
    """The same, it still is not there on that day | sent as it was"""
    first = anew(world)
    for n, town in enumerate(TOWNS):
        first.put(town, YEAR - 1, date(2025, 1, 10 + n))
    first.look(on(1, 10), on(1, 24))
    clerk = Recipient("clerk@wuchen.example", f"unit:{CODES['戊辰镇']}")
    day = on(1, 24)
    (told,) = goes_out(first, at(day, 8), at(day, 18), lambda: None, clerk, queue=queue_reminders)
    assert "戊辰镇" in told


def test_e10(world: Sixth) -> None:
    """A column fails, which a mail tells once; that mail waits | it still tells it"""
    world.down = True
    world.look(*days(6, 13))

    def nothing() -> None: ...

    queued = at(on(2, 16), 9)
    (told,) = goes_out(world, queued, at(on(2, 17), 7), nothing)
    year = world.year(on(2, 16))
    assert year.failing
    assert "/nb/" in told
    assert "未能完整查看" in told or "无法" in told


def test_e11(world: Sixth) -> None:
    """A unit's own mail waits; it has published meanwhile | not urged"""
    clerk = Recipient("clerk@wuchen.example", f"unit:{CODES['戊辰镇']}")
    world.look(on(2, 8))

    def changed() -> None:
        world.put("戊辰镇", YEAR, on(1, 30))
        look_at(world, at(on(2, 9), 14))

    for told in goes_out(world, MONDAY, TUESDAY, changed, clerk):
        assert "请尽快发布" not in told


def test_e12(world: Sixth) -> None:
    """The mail in English waits; the unit is exempt meanwhile | not told as not published"""
    reader = Recipient("boss@pingan.example", f"county:{COUNTY}", "en")
    world.look(on(2, 8))
    (told,) = goes_out(world, MONDAY, TUESDAY, lambda: world.decide("exempt", "戊辰镇", on(2, 9), hour=14), reader)  # fmt: skip
    assert "己巳镇 (" in told
    assert "戊辰镇 (" not in told


# ---- other names


def county_called(world: Sixth, name: str) -> None:
    registry = type(world).registry

    def renamed() -> Any:
        registry(world)
        file = world.folder / "counties" / "平安县.yaml"
        file.write_text(file.read_text("utf-8").replace("county: 平安县", f"county: {name}"), "utf-8")  # fmt: skip
        return Registry(load_counties(file.parent))

    world.registry = renamed  # type: ignore[method-assign]


def published_anew(world: Sixth, town: str, day: date, **figures: int) -> None:
    piece = world.gone(town)
    path = f"/nb/anew{day:%m%d}.html"
    report = piece.report.with_figures(**figures) if figures else piece.report
    world.pieces[path] = replace(piece, path=path, listed=day, printed=day, report=report)


def test_e13(world: Sixth) -> None:
    """The county has another name, and the report is published anew with the same numbers | its waiver holds"""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    county_called(world, "平安区")
    published_anew(world, "甲子镇", on(2, 7))
    world.look(*days(7, 10))
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {"waived"}


def test_e14(world: Sixth) -> None:
    """The same, with another wrong number | asked anew"""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    county_called(world, "平安区")
    published_anew(world, "甲子镇", on(2, 7), requests__new__natural_person=77)
    world.look(*days(7, 10))
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {""}


def test_e15(world: Sixth) -> None:
    """The unit, too, has another name | the waiver holds"""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    county_called(world, "平安区")
    world.renamed = {"甲子镇": "新甲镇"}
    world.more["甲子镇"] = ', former: [{name: 甲子镇, until: "2026-02-06"}]'
    published_anew(world, "甲子镇", on(2, 7))
    world.look(*days(7, 10))
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {"waived"}


def test_e16(world: Sixth) -> None:
    """The same, and the waiver is taken back after that | asked again"""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    county_called(world, "平安区")
    published_anew(world, "甲子镇", on(2, 7))
    world.look(*days(7, 9))
    world.decide("cleared", "甲子镇", on(2, 10), rule="F01", undoes="waived")
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {""}


def test_e17(world: Sixth) -> None:
    """A waived lateness; the county is called otherwise, and the page is published anew | waived, in public unknown"""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    county_called(world, "平安区")
    piece = world.gone("戊辰镇")
    world.pieces["/nb/again.html"] = replace(piece, path="/nb/again.html")
    world.look(*days(8, 11))
    assert world.publicly("戊辰镇", on(2, 11)) in ("unknown",)
    assert world.year(on(2, 11)).owing("late") == []


# ---- one look


def once(world: Sixth) -> Sixth:
    """Looked at once since the deadline."""
    first = anew(world)
    for n, town in enumerate(TOWNS):
        first.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        first.put(town, YEAR, on(1, 25 + n))
    first.look(on(1, 10), on(1, 30), on(2, 3))
    return first


def test_e18(world: Sixth) -> None:
    """The ledger of who was not seen once | no days that it is overdue"""
    book = load_workbook(io.BytesIO(workbook(once(world).year(on(2, 3)))))
    rows = [list(row) for row in book["发布情况"].values]
    head = next(row for row in rows if "逾期天数" in row)
    at_days = head.index("逾期天数")
    assert [row[at_days] for row in rows if "戊辰镇" in row] == [None]


def test_e19(world: Sixth) -> None:
    """The same on the county's page, and its workbook | no days"""
    first = once(world)
    with served(first.site(on(2, 3))) as url:
        page = get(f"{url}/c/{COUNTY}/{YEAR}").text
        book = load_workbook(io.BytesIO(get(f"{url}/c/{COUNTY}/{YEAR}.xlsx").content))
    row = next(x for x in re.findall(r"<tr.*?</tr>", page, re.S) if "戊辰镇" in x)
    assert "+3" not in row
    (sheet,) = book.worksheets[:1]
    rows = [list(each) for each in sheet.values]
    head = next(each for each in rows if "逾期天数" in each)
    assert [each[head.index("逾期天数")] for each in rows if "戊辰镇" in each] == [None]


def test_e20(world: Sixth) -> None:
    """The same in the command's table | no days"""
    told = once(world).cli("standing", "--year", str(YEAR), "--format", "table", "--as-of", "2026-02-03")  # fmt: skip
    line = next(x for x in told.splitlines() if "戊辰镇" in x)
    assert not re.search(r"\b3\b", line.replace("2026-02-03", ""))


def test_e21(world: Sixth) -> None:
    """One look; /public, its data, both languages | unknown, and nothing that hints at it"""
    first = once(world)
    with served(first.site(on(2, 3))) as url:
        for path in ("", "/en"):
            page = get(f"{url}/public{path}/u/{CODES['戊辰镇']}/{YEAR}/").text
            told = re.sub(r"<[^>]+>", " ", page)
            assert not re.search("未见|未发布|逾期|首次核查|not seen|overdue|missing|not published|late", told.partition("无法核实")[0] if not path else ""), told[:500]  # fmt: skip
        rows = list(csv.DictReader(io.StringIO(get(f"{url}/public/c/{COUNTY}/standings.csv").content.decode("utf-8-sig"))))  # fmt: skip
    (row,) = [x for x in rows if x["code"] == CODES["戊辰镇"] and x["year"] == str(YEAR)]
    assert row["standing"] == "unknown"
    assert row["days"] in ("", "0")
    assert "未见" not in row["why"]


def test_e22(world: Sixth) -> None:
    """One look; what programs are told of it by API and JSON | confirmed is false beside each"""
    first = once(world)
    with served(first.site(on(2, 3))) as url:
        rows = get(f"{url}/api/v1/standings?year={YEAR}").json()
        listed = next(value for value in rows.values() if isinstance(value, list))
        mine = [x for x in listed if x["code"] == CODES["戊辰镇"]]
    assert [x["confirmed"] for x in mine] == [False]


def test_e23(world: Sixth) -> None:
    """One look; the office's ledger says that it has not published | agreed, with the words of one look"""
    from nianbao.monitor.paper.office_ledger import compare, entries_in

    first = once(world)
    entries = entries_in("单位,发布状态\n戊辰镇,未发布\n".encode(), "台账.csv", YEAR)
    registry = first.registry()
    (found,) = [x for x in compare(entries, first.year(on(2, 3)).lines, registry.counties, EVERYTHING) if x.entry]  # fmt: skip
    assert "待另一日复核" in found.zh
    assert "second" in found.en


def test_e24(world: Sixth) -> None:
    """Of one whose page shows a notice for days, though it is listed | it is not said that the address can't be opened"""
    piece = world.piece("丙寅镇")
    world.bodies = {piece.path: "<html><head><meta charset=utf-8><title>文章已删除</title></head><body><p>您访问的文章已删除或不存在。</p></body></html>".encode()}  # fmt: skip
    world.look(*days(6, 14))
    for each in world.found("丙寅镇", "B01"):
        assert "起无法打开" not in each.content["zh"]
    assert "起无法打开" not in world.mail(on(2, 14))


# ---- two of one office


def test_e25(world: Sixth) -> None:
    """Exempt, waived by another, then exempt no more | the waiver holds"""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    world.decide("exempt", "戊辰镇", on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 8), rule="A02", who="李四")
    world.decide("cleared", "戊辰镇", on(2, 9), undoes="exempt")
    assert world.stood(on(2, 9))["戊辰镇"] == "late"
    assert world.publicly("戊辰镇", on(2, 9)) == "unknown"
    assert world.letter("戊辰镇", on(2, 9)).startswith("不") or "逾期" not in world.letter("戊辰镇", on(2, 9))  # fmt: skip


def test_e26(world: Sixth) -> None:
    """One writes a letter to publish at ten, another exempts it at nine of that day | none is written"""
    world.decide("exempt", "戊辰镇", on(2, 6), hour=9)
    assert world.letter("戊辰镇", on(2, 6)).startswith("不")


def test_e27(world: Sixth) -> None:
    """Both note that it was told | one step in the way, since the first"""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=13)
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=15)
    way = world.publish_way("戊辰镇", on(2, 6))
    assert way is not None
    assert (way.state, way.sent) == ("sent", at(on(2, 5), 13))


def test_e28(world: Sixth) -> None:
    """A waiver by one of a figure, accepted by another later | it is held against it, since then"""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    assert "F01" not in {x.rule for x in world.year(on(2, 6)).findings}
    world.decide("accepted", "甲子镇", on(2, 7), rule="F01", who="李四")
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {"accepted"}
    assert "F01" not in {x.rule for x in world.past(on(2, 6)).findings}


# ---- the next season


def next_year(world: Sixth) -> Sixth:
    """It is January 2027; 戊辰镇 and 己巳镇 have nothing of 2025."""
    for n, town in enumerate(TOWNS[:3]):
        world.put(town, 2026, date(2027, 1, 8 + n))
    world.look(on(12, 20), date(2027, 1, 5), date(2027, 1, 15), date(2027, 1, 16))
    return world


NEXT = date(2027, 1, 16)


def of_year(world: Sixth, year: int, day: date) -> Any:
    with looking(world.engine) as s:
        return year_of(s, EVERYTHING, year, at(day), world.registry(), asked=at(day))


def test_e29(world: Sixth) -> None:
    """The mail of the next January | nobody is told to be overdue"""
    next_year(world)
    for lang in ("zh", "en"):
        told = compose(of_year(world, 2026, NEXT), Office(), lang).text  # type: ignore[arg-type]
        assert not re.search(r"逾期未发布（|请尽快发布|Overdue \(", told)


def test_e30(world: Sixth) -> None:
    """Last year's report, still not there | in chats it is asked, not told"""
    next_year(world)
    lines = of_year(world, 2025, NEXT).lines
    line = next(x for x in lines if x.name == "戊辰镇")
    assert line.standing.name in ("missing", "unknown")
    for lang in ("zh", "en"):
        told = urging_one(line, "平安县", Office(), at(NEXT), lang) + "".join(urgings([line], {}, {COUNTY: "平安县"}, at(NEXT), lang))  # type: ignore[arg-type]  # fmt: skip
        assert not re.search("已逾期|请尽快发布|overdue", told)


def test_e31(world: Sixth) -> None:
    """The report of 2025 comes a year late, beside that of 2026 | late of 2025 by its day, on time of 2026"""
    next_year(world)
    world.put("戊辰镇", 2025, date(2027, 1, 17), path="/nb/old.html")
    world.put("戊辰镇", 2026, date(2027, 1, 17), path="/nb/new.html")
    world.look(date(2027, 1, 18))
    old = next(x for x in of_year(world, 2025, date(2027, 1, 18)).lines if x.name == "戊辰镇")
    new = next(x for x in of_year(world, 2026, date(2027, 1, 18)).lines if x.name == "戊辰镇")
    assert (old.standing.name, new.standing.name) == ("late", "on_time")


def test_e32(world: Sixth) -> None:
    """A letter to publish of 2025, open; the report of 2026 comes | the fault of 2025 is not gone by it"""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    next_year(world)
    world.put("戊辰镇", 2026, date(2027, 1, 17), path="/nb/new.html")
    world.look(date(2027, 1, 18))
    way = world.publish_way("戊辰镇", date(2027, 1, 18))
    assert way is not None
    assert way.state in ("sent", "unsure")


def test_e33(world: Sixth) -> None:
    """In the open, in the next January | what is told of 2025 rests on a look of now"""
    next_year(world)
    assert world.publicly("戊辰镇", NEXT) in ("missing", "unknown")
    assert world.publicly("戊辰镇", NEXT, 2026) == "awaiting"
    assert "逾期" not in world.public_text("戊辰镇", NEXT, 2026)


def test_e34(world: Sixth) -> None:
    """On 1 January, 0:05 in Beijing (still 2026 in UTC) | the year that is due is 2026, nobody is overdue in the mail"""
    world.look(on(12, 20))
    moment = at(date(2027, 1, 1), 0, 5)
    with looking(world.engine) as s:
        told = year_of(s, EVERYTHING, 2026, moment, world.registry(), asked=moment)
    assert {x.standing.name for x in told.lines} == {"awaiting"}


def test_e35(world: Sixth) -> None:
    """On 31 December, 23:55 in Beijing | not due yet, for the year that ends"""
    world.look(on(12, 20))
    moment = at(on(12, 31), 23, 55)
    with looking(world.engine) as s:
        told = year_of(s, EVERYTHING, 2026, moment, world.registry(), asked=moment)
    assert {x.standing.name for x in told.lines} == {"not_due"}


def test_e36(world: Sixth) -> None:
    """At 0:10 in Beijing, of one that is missing | one number of days in list, mail, text, page"""
    moment = at(on(2, 6), 0, 10)
    with looking(world.engine) as s:
        told = year_of(s, EVERYTHING, YEAR, moment, world.registry(), asked=moment)
    line = next(x for x in told.lines if x.name == "戊辰镇")
    assert line.standing.days == 6
    assert "戊辰镇（逾期6天）" in compose(told, Office()).text
    assert "已逾期6天" in urging_one(line, "平安县", Office(), moment, "zh")
    with served(world.site(on(2, 6), 0)) as url:
        assert "6" in re.sub(r"<[^>]+>", "", get(f"{url}/u/{CODES['戊辰镇']}/{YEAR}").text)


def test_e37(world: Sixth) -> None:
    """The letter of that hour | dated 6 February"""
    from docx import Document

    from nianbao.monitor.paper.letters import letter_due
    from nianbao.storage.scope import of_unit

    moment = at(on(2, 6), 0, 10)
    with looking(world.engine) as s:
        told = year_of(s, of_unit(CODES["戊辰镇"], COUNTY), YEAR, moment, world.registry(), asked=moment)  # fmt: skip
    paper = Document(io.BytesIO(letter_due(told, Office(), has_report=False).content))
    assert paper.paragraphs[-1].text == "2026年2月6日"


def test_e38(world: Sixth) -> None:
    """Days to answer over the Spring Festival of 2026 (15 to 23 February; work on the 14th and the 28th) | none of its days"""
    from nianbao.monitor.deadlines import add_working_days

    assert add_working_days(on(2, 13), 1) == on(2, 14)
    assert add_working_days(on(2, 13), 2) == on(2, 24)
    assert add_working_days(on(2, 27), 1) == on(2, 28)


# ---- what the seasons found


def test_e39(world: Sixth) -> None:
    """A report of two towns is listed; one of them publishes its own, too, and takes it down | nobody knows; no letter, no alert"""
    title = f"平安县戊辰镇、丁卯镇{OF}"
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=title)
    world.more_links = [Truth(title, "/nb/joint.html", on(2, 6))]
    world.bodies = {"/nb/joint.html": write_html(print_draft(draft), published="2026-02-06")}
    world.look(on(2, 6))
    world.put("戊辰镇", YEAR, on(2, 7))
    world.look(on(2, 7))
    world.gone("戊辰镇")
    world.look(*days(8, 11))
    assert world.stood(on(2, 11))["戊辰镇"] in ("unknown", "late")
    assert "恢复发布" not in world.letter("戊辰镇", on(2, 11))
    assert not [x for x in world.alerts(on(2, 11)) if "戊辰镇" in x]
    assert "A10" not in {x.rule for x in world.found("戊辰镇")}


def test_e40(world: Sixth) -> None:
    """Exempt, and then its report is taken down | the feed does not tell it as withdrawn"""
    world.decide("exempt", "丙寅镇", on(2, 5))
    world.gone("丙寅镇")
    world.look(*days(6, 9))
    mine = [x for x in world.feed(on(2, 9)).split("<entry>") if "丙寅镇" in x]
    assert "已撤下" not in mine[0]


def test_e41(world: Sixth) -> None:
    """Two looks confirmed it; on the day of the second the file says that it was closed before the deadline | no letter on that day"""
    world.more["戊辰镇"] = ', until: "2026-01-20"'
    assert not world.letter("戊辰镇", on(2, 5)).startswith("政府")
    assert "戊辰镇（逾期" not in world.mail(on(2, 5))
    assert world.past(on(2, 4)).overdue(confirmed=False)


def test_e42(world: Sixth) -> None:
    """Closed before the deadline, and then its report is taken down | the feed does not tell it as withdrawn"""
    world.more["丙寅镇"] = ', until: "2026-01-20"'
    world.look(on(2, 6))
    world.gone("丙寅镇")
    world.look(*days(7, 10))
    mine = [x for x in world.feed(on(2, 10)).split("<entry>") if "丙寅镇" in x]
    assert "已撤下" not in mine[0]


def test_e43(world: Sixth) -> None:
    """A report of one that is due is taken down | the feed tells it"""
    world.gone("丙寅镇")
    world.look(*days(6, 9))
    mine = [x for x in world.feed(on(2, 9)).split("<entry>") if "丙寅镇" in x]
    assert "已撤下" in "".join(mine)


# ---- the second half, aimed


def site_files(world: Sixth, day: date) -> dict[str, str]:
    """All that `nianbao site` writes of the county."""
    from nianbao.monitor.paper.public_pages import Face

    face, county = Face(Settings(), at(day)), world.public(day)
    made = {path: face.page_of(path, county) for path in face.of_county(county)}
    return {path: page.decode("utf-8-sig") for path, page in made.items() if page is not None}


def of_unit_in(files: dict[str, str], town: str) -> str:
    mine = [re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.S) for path, text in files.items() if f"u/{CODES[town]}/{YEAR}/index.html" in path]  # fmt: skip
    assert mine
    return " ".join(mine)


def test_e44(world: Sixth) -> None:
    """`nianbao site` of a county with one look | the unit's files say unknown in both languages, and nothing of the look"""
    told = of_unit_in(site_files(once(world), on(2, 3)), "戊辰镇")
    assert not re.search("首次核查|完整查看未见|逾期未发布|did not show|overdue", told)


def test_e45(world: Sixth) -> None:
    """Exempt, with the name of who said so in the reason | nobody reads it in public"""
    world.decide("exempt", "戊辰镇", on(2, 6))
    told = of_unit_in(site_files(world, on(2, 6)), "戊辰镇")
    assert "电话核实" not in told
    assert "张三" not in told


def test_e46(world: Sixth) -> None:
    """Withdrawn | in public no word of it, and none of its numbers"""
    world.gone("丙寅镇")
    world.look(*days(6, 9))
    told = of_unit_in(site_files(world, on(2, 9)), "丙寅镇")
    assert not re.search("撤下|撤回|withdrawn|taken down", told)


def test_e47(world: Sixth) -> None:
    """Missing by two looks, and nobody has looked for three weeks | in public unknown, in both languages"""
    told = of_unit_in(site_files(world, on(2, 27)), "戊辰镇")
    assert world.publicly("戊辰镇", on(2, 27)) == "unknown"
    assert not re.search("逾期未发布|Overdue", told)


def test_e48(world: Sixth) -> None:
    """A deadline on the 16th, in the Spring Festival of 2026, working_day next | 24 February, in list and letter"""
    world.said = ('deadline: "02-16"', "deadlines: {working_day: next}")
    line = world.now("戊辰镇", on(2, 6))
    assert (line.deadline, line.standing.name) == (on(2, 24), "awaiting")


def test_e49(young: Sixth) -> None:
    """Set up on 6 February; a year that nobody had looked at: a letter to publish | it says since when the column was looked at"""
    from docx import Document

    from nianbao.monitor.ledger.first_look import late_look
    from nianbao.monitor.paper.letters import Manner, NoLetterError, letter_due
    from nianbao.storage.facts import unit_facts
    from nianbao.storage.scope import of_unit

    scope, now = of_unit(CODES["戊辰镇"], COUNTY), at(on(2, 8))
    with looking(young.engine) as s:
        told = year_of(s, scope, 2022, now, young.registry(), asked=now)
        (facts,) = unit_facts(s, scope, 2022, now=now)
        late = late_look(s, [*facts.places], told.lines[0].deadline)
    assert late is not None
    try:
        made = letter_due(told, Office(), Manner(late=late), has_report=False)
    except NoLetterError:
        return
    text = "".join(p.text for p in Document(io.BytesIO(made.content)).paragraphs)
    assert "此前曾否发布不能认定" in text


def test_e50(world: Sixth) -> None:
    """A unit's own mail, its lateness waived | it is asked nothing"""
    from nianbao.storage.scope import of_unit

    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    for each in world.found("戊辰镇"):
        if each.verdict != "waived":
            world.decide("waived", "戊辰镇", on(2, 7), rule=each.rule)
    with looking(world.engine) as s:
        now = at(on(2, 8))
        told = year_of(s, of_unit(CODES["戊辰镇"], COUNTY), YEAR, now, world.registry(), asked=now)
    text = compose(told, Office(), unit=True).text
    assert not re.search("请尽快|需整改|请核实（", text)


def test_e51(world: Sixth) -> None:
    """A unit's own mail, after one look | in neither language called overdue"""
    from nianbao.storage.scope import of_unit

    first = once(world)
    with looking(first.engine) as s:
        now = at(on(2, 3))
        told = year_of(s, of_unit(CODES["戊辰镇"], COUNTY), YEAR, now, first.registry(), asked=now)
    assert not re.search("逾期未发布[^0]|首次核查", compose(told, Office(), unit=True).text)
    assert "Overdue" not in compose(told, Office(), "en", unit=True).text.replace("0 overdue", "")


def test_e52(world: Sixth) -> None:
    """Closed before the deadline on the day of the second look | nothing of it on that day's board, alerts, page, public page"""
    world.more["戊辰镇"] = ', until: "2026-01-20"'
    day = on(2, 5)
    assert not [x for x in world.faults(day).of(CODES["戊辰镇"]) if x.state == "open"]
    assert not re.search("逾期未发布2", "".join(world.alerts(day)))
    assert "戊辰镇" not in " ".join(x.name for x in world.county(day).groups.missing)
    assert world.unit("戊辰镇", day).text == ""
    public = world.public(day)
    unit = public.by_folder.get(CODES["戊辰镇"])
    assert unit is None or YEAR not in unit.years


def test_e53(world: Sixth) -> None:
    """The same, with what the daemon keeps worked out anew on that day | nor in the list that is written down, and as of the day before as it was"""
    from nianbao.monitor.ledger.present import lines_now
    from nianbao.monitor.ledger.upkeep import refresh

    world.more["戊辰镇"] = ', until: "2026-01-20"'
    registry = world.registry()
    refresh(world.engine, registry, registry.counties, at(on(2, 5), 14))
    with looking(world.engine) as s:
        lines = lines_now(s, EVERYTHING, YEAR, at(on(2, 5), 15), registry)
    assert "戊辰镇" not in {x.name for x in lines}
    assert "戊辰镇" in {x.name for x in world.past(on(2, 4)).lines}


def test_e54(world: Sixth) -> None:
    """Since is written into the file on the day of the second look: it came in January | no letter on that day"""
    world.more["戊辰镇"] = ', since: "2026-01-05"'
    assert not world.letter("戊辰镇", on(2, 5)).startswith("政府")


def test_e55(world: Sixth) -> None:
    """Renamed while a letter is open | the text to send names it as it is called now"""
    world.renamed = {"戊辰镇": "新戊镇"}
    world.more["戊辰镇"] = ', former: [{name: 戊辰镇, until: "2026-02-06"}]'
    world.look(on(2, 7))
    assert "新戊镇" in world.unit("戊辰镇", on(2, 7)).text
    assert world.letter("戊辰镇", on(2, 7)).splitlines()[1] == "新戊镇："


def test_e56(world: Sixth) -> None:
    """All faces on the evening on which one was exempted, one waived, one withdrawn | one answer"""
    world.gone("丙寅镇")
    world.look(*days(6, 9))
    world.decide("exempt", "戊辰镇", on(2, 9), hour=15)
    world.decide("waived", "丙寅镇", on(2, 9), rule="A10", hour=15)
    everywhere(world, on(2, 9))
