"""What is said of units through every face, on each day: the cases of eighth.yaml, beside the seasons of eighth_seasons.py.

    python -m pytest tests/attacks/field4/eighth.py

The county of fifth.py: four published in time, two looks after the deadline (3 and 5 February) did not show 戊辰镇 and 己巳镇.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import select

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.feeds import icalendar
from nianbao.monitor.mail.urging import urgings
from nianbao.monitor.paper.public_pages import Face, county_of
from nianbao.monitor.settings import Office, Settings, Web
from nianbao.storage.registry import load_counties
from nianbao.storage.scope import EVERYTHING, of_county
from nianbao.storage.store import looking, session
from nianbao.storage.ways import settle, take_back
from tests.attacks.field4.fifth import CODES, OF, days
from tests.attacks.field4.seventh import once
from tests.attacks.field4.sixth import (
    COUNTY,
    Sixth,
    anew,
    at,
    door_page,
    everywhere,
    towns,
    world,
    young,
)
from tests.portals.families import Truth
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.pages import get, post, served
from tests.worlds.rewritten import TOWNS, YEAR, on

__all__ = ("towns", "world", "young")
HERE = Path(__file__).parent
OPEN = HERE / "eighth_open.txt"
CASES = yaml.safe_load((HERE / "eighth.yaml").read_text(encoding="utf-8"))
OTHER = "140998"
ACCUSED = "逾期未发布|逾期发布|已撤下|首次核查|[Oo]verdue|[Ll]ate|[Ww]ithdrawn|[Nn]ot published"


def words_of(page: str) -> str:
    return re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.S)


def public_files(world: Sixth, day: date, *, findings: bool = False, county: str = COUNTY) -> dict[str, str]:  # fmt: skip
    """All that `nianbao site` writes of a county."""
    with looking(world.engine) as s:
        told = county_of(s, world.registry(), county, at(day), tells_findings=findings)
    face = Face(Settings(), at(day))
    made = {path: face.page_of(path, told) for path in face.of_county(told)}
    return {path: page.decode("utf-8-sig") for path, page in made.items() if page is not None}


def public_row(world: Sixth, town: str, day: date, *, findings: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(public_files(world, day, findings=findings)[f"u/{CODES[town]}/{YEAR}/index.json"])  # fmt: skip
    return found


def public_rules(world: Sixth, town: str, day: date) -> set[str]:
    tables = public_row(world, town, day, findings=True)["tables"]
    return {each["rule"] for each in tables["findings"]} if tables else set()


def last_word(world: Sixth, town: str, day: date) -> str:
    """What the feed says last of where it stands."""
    entries = [x for x in world.feed(day).split("<entry>")[1:] if f"{town} {YEAR}" in x]
    told = [x for x in entries if re.search("未到期|待发布|按时发布|逾期|无法核实|已撤下|免于发布|不再|不作为问题", x)]  # fmt: skip
    title = re.search("<title>(.*?)</title>", told[0]) if told else None
    return title[1] if title is not None else ""


def mended(town: str) -> Any:
    return draft_of("平安县", town, YEAR, TOWNS.index(town) + 11 + YEAR % 7)


def beside(world: Sixth, *lines: str) -> None:
    """What the file of the other county says beside."""
    registry = type(world).registry

    def more() -> Registry:
        registry(world)
        file = world.folder / "counties" / "平顺县.yaml"
        if file.exists():
            text = file.read_text("utf-8").replace("columns:", "\n".join([*lines, "columns:"]), 1)
            file.write_text(text, "utf-8")
        return Registry(load_counties(file.parent), world.above)

    world.registry = more  # type: ignore[method-assign]


def lines_of(world: Sixth, day: date, county: str) -> dict[str, Any]:
    with looking(world.engine) as s:
        told = year_of(s, of_county(county), YEAR, at(day), world.registry(), asked=at(day))
    return {x.name: x for x in told.lines}


def mail_of(world: Sixth, day: date, county: str, lang: Any = "zh") -> str:
    with looking(world.engine) as s:
        told = year_of(s, of_county(county), YEAR, at(day), world.registry(), asked=at(day))
    return compose(told, Office(), lang).text


def api(world: Sixth, day: date, path: str) -> list[dict[str, Any]]:
    with served(world.site(day)) as url:
        found: list[dict[str, Any]] = get(f"{url}/api/v1/{path}").json()["items"]
    return found


# ---- what is taken back


def late(world: Sixth) -> None:
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))


def test_f01(world: Sixth) -> None:
    """A lateness that was waived, the waiver taken back | late again in list, public page, mail, and the last word of the feed; with its days"""
    late(world)
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    world.decide("cleared", "戊辰镇", on(2, 8), rule="A02", undoes="waived")
    line = world.now("戊辰镇", on(2, 9))
    assert (line.standing.name, line.standing.days) == ("late", 6)
    assert (public_row(world, "戊辰镇", on(2, 9))["standing"], public_row(world, "戊辰镇", on(2, 9))["days"]) == ("late", 6)  # fmt: skip
    assert "不作为问题" not in world.mail(on(2, 9))
    assert "逾期发布" in last_word(world, "戊辰镇", on(2, 9))
    assert "不作为问题" not in last_word(world, "戊辰镇", on(2, 9))
    everywhere(world, on(2, 9))


def test_f02(world: Sixth) -> None:
    """A waived figure, the waiver taken back | asked again in mail, letter, board, /api; of the day between not"""
    for each in world.found("甲子镇"):
        world.decide("waived", "甲子镇", on(2, 6), rule=each.rule)
    assert "需整改" not in world.mail(on(2, 6))
    world.decide("cleared", "甲子镇", on(2, 7), rule="F01", undoes="waived")
    assert "需整改（1）：甲子镇" in world.mail(on(2, 7))
    assert "99" in world.letter("甲子镇", on(2, 7))
    assert world.way("甲子镇", on(2, 7)).state == "open"
    assert world.way("甲子镇", on(2, 6), past=True).state == "waived"
    assert "F01" in {x["rule"] for x in api(world, on(2, 7), f"findings?year={YEAR}&scope={CODES['甲子镇']}")}  # fmt: skip
    assert "F01" not in {x.rule for x in world.past(on(2, 6)).findings}


def test_f03(world: Sixth) -> None:
    """A waived withdrawal, the waiver taken back | to be restored again in mail, letter, board; in public unknown throughout"""
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    world.decide("waived", "丙寅镇", on(2, 8), rule="A10")
    assert "已撤下（" not in world.mail(on(2, 8)).partition("您好")[0]
    assert world.publicly("丙寅镇", on(2, 8)) == "unknown"
    world.decide("cleared", "丙寅镇", on(2, 9), rule="A10", undoes="waived")
    assert "已撤下（1）：丙寅镇" in world.mail(on(2, 9))
    assert "恢复发布" in world.letter("丙寅镇", on(2, 9))
    way = world.publish_way("丙寅镇", on(2, 9))
    assert way is not None
    assert way.state == "open"
    assert world.publicly("丙寅镇", on(2, 9)) == "unknown"
    everywhere(world, on(2, 9))


def test_f04(world: Sixth) -> None:
    """An exemption taken back, of one that two looks did not show before it | missing, with the days since the deadline; the feed's last word is not that it is exempt"""
    world.decide("exempt", "戊辰镇", on(2, 6))
    world.look(on(2, 6))
    world.decide("cleared", "戊辰镇", on(2, 7), undoes="exempt")
    world.look(on(2, 7))
    line = world.now("戊辰镇", on(2, 7))
    assert (line.standing.name, line.standing.confirmed, line.standing.days) == ("missing", True, 7)
    assert "免于发布" not in last_word(world, "戊辰镇", on(2, 7))
    everywhere(world, on(2, 7))


# ---- what everybody may see


def test_f05(world: Sixth) -> None:
    """[public] findings on: a waived sum; accepted after; the acceptance taken back | not shown; shown; shown"""
    assert "F01" in public_rules(world, "甲子镇", on(2, 5))
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    assert "F01" not in public_rules(world, "甲子镇", on(2, 6))
    world.decide("accepted", "甲子镇", on(2, 7), rule="F01")
    assert "F01" in public_rules(world, "甲子镇", on(2, 7))
    world.decide("cleared", "甲子镇", on(2, 8), rule="F01", undoes="accepted")
    assert "F01" in public_rules(world, "甲子镇", on(2, 8))


def test_f06(world: Sixth) -> None:
    """[public] findings on: an exempt unit with a wrong sum | no finding in public"""
    world.decide("exempt", "甲子镇", on(2, 6))
    assert public_rules(world, "甲子镇", on(2, 6)) == set()


def test_f07(world: Sixth) -> None:
    """[public] findings on: late, and waived as late | no rule of watching among what the public page or its JSON finds"""
    late(world)
    assert not [x for x in public_rules(world, "戊辰镇", on(2, 7)) if x.startswith("A")]
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    files = public_files(world, on(2, 8), findings=True)
    for path in (f"u/{CODES['戊辰镇']}/{YEAR}/index.html", f"en/u/{CODES['戊辰镇']}/{YEAR}/index.html"):  # fmt: skip
        assert not re.search("逾期发布|A02|Published late", words_of(files[path]))


def test_f08(world: Sixth) -> None:
    """[public] findings on: the sum is corrected | none after; the page of the day says nothing of it"""
    world.change("甲子镇", report=mended("甲子镇"))
    world.look(on(2, 6))
    assert public_rules(world, "甲子镇", on(2, 6)) == set()
    page = words_of(public_files(world, on(2, 6), findings=True)[f"u/{CODES['甲子镇']}/{YEAR}/index.html"])  # fmt: skip
    assert "99" not in page.partition("主动公开")[0]


def test_f09(world: Sixth) -> None:
    """`nianbao site`: index.html, index.json, index.csv, standings.csv, county.json, in both languages, of each unit | one standing, one number of days"""
    from nianbao.monitor.ledger.words import of_standing

    late(world)
    world.gone("丙寅镇")
    world.decide("exempt", "乙丑镇", on(2, 8))
    world.look(*days(8, 11))
    files = public_files(world, on(2, 11))
    rows = {x["code"]: x for x in json.loads(files[f"c/{COUNTY}/county.json"]) if x["year"] == YEAR}
    flat = {x["code"]: x for x in csv.DictReader(io.StringIO(files[f"c/{COUNTY}/standings.csv"])) if x["year"] == str(YEAR)}  # fmt: skip
    assert {x["standing"] for x in rows.values()} == {"on_time", "late", "unknown", "exempt", "missing"}  # fmt: skip
    for town, code in CODES.items():
        row = json.loads(files[f"u/{code}/{YEAR}/index.json"])
        assert row == rows[code]
        assert (flat[code]["standing"], flat[code]["days"]) == (row["standing"], str(row["days"]))
        word = of_standing(row["standing"])
        zh, en = (words_of(files[f"{under}u/{code}/{YEAR}/index.html"]) for under in ("", "en/"))
        assert word.zh in zh, town
        assert word.en.lower() in en.lower(), town
        if row["standing"] not in ("late", "missing"):
            assert not re.search("逾期发布|逾期未发布|已逾期", zh), town
            assert not re.search("Published late|Overdue", en), town
        cells = [*csv.DictReader(io.StringIO(files[f"u/{code}/{YEAR}/index.csv"]))]
        assert bool(cells) == (row["tables"] is not None)


def test_f10(world: Sixth) -> None:
    """`nianbao site` after a report was withdrawn | none of its numbers in cells.csv, county.json, index.csv"""
    world.gone("丙寅镇")
    world.look(*days(6, 9))
    files = public_files(world, on(2, 9))
    mine = [x for x in csv.DictReader(io.StringIO(files[f"c/{COUNTY}/cells.csv"])) if (x["code"], x["year"]) == (CODES["丙寅镇"], str(YEAR))]  # fmt: skip
    assert mine == []
    assert json.loads(files[f"u/{CODES['丙寅镇']}/{YEAR}/index.json"])["tables"] is None
    assert len(files[f"u/{CODES['丙寅镇']}/{YEAR}/index.csv"].splitlines()) <= 1
    assert not re.search("撤下|withdrawn", files[f"u/{CODES['丙寅镇']}/{YEAR}/index.json"])


def test_f11(world: Sixth) -> None:
    """`nianbao site`: one that is closed before the deadline, one that left the file | no page of the year, in no count of the county's page"""
    world.more["戊辰镇"] = ', until: "2026-01-20"'
    world.without = frozenset({"己巳镇"})
    world.look(on(2, 6))
    files = public_files(world, on(2, 6))
    for town in ("戊辰镇", "己巳镇"):
        assert f"u/{CODES[town]}/{YEAR}/index.html" not in files
    page = words_of(files[f"c/{COUNTY}/index.html"])
    assert "逾期未发布" not in page
    world.without = frozenset()


def test_f12(world: Sixth) -> None:
    """`nianbao site`: two looks, then the deadline is moved | not overdue in any file"""
    assert "逾期未发布" in "".join(public_files(world, on(2, 5)).values())
    world.said = ('deadline: "02-28"',)
    for path, text in public_files(world, on(2, 6)).items():
        assert not re.search('逾期未发布|Overdue|"missing"|,missing,', words_of(text)), path


# ---- two counties


def moved(world: Sixth, town: str, *lines: str) -> None:
    beside(world, *lines)
    world.beside = True
    world.away = frozenset({town})


def test_f13(world: Sixth) -> None:
    """Missing by two looks in 平安县, then of 平顺县's file, whose column was looked at once | in no list, mail, public page of 平安县; at most one look in 平顺县, in public unknown, no letter"""
    world.put("戊辰镇", YEAR - 1, date(2025, 1, 10), path="/ps/old.html")
    moved(world, "戊辰镇")
    world.look(on(2, 6))
    assert "戊辰镇" not in lines_of(world, on(2, 6), COUNTY)
    assert "戊辰镇" not in mail_of(world, on(2, 6), COUNTY)
    assert "戊辰镇" not in words_of(public_files(world, on(2, 6))[f"c/{COUNTY}/index.html"])
    there = lines_of(world, on(2, 6), OTHER)["戊辰镇"]
    assert there.standing.name in ("missing", "unknown")
    assert not there.is_accused
    assert world.public(on(2, 6), county=OTHER).by_folder[CODES["戊辰镇"]].years[YEAR][0].name == "unknown"  # fmt: skip
    for lang in ("zh", "en"):
        assert not re.search(
            r"戊辰镇（逾期|戊辰镇 \(\d+ day", mail_of(world, on(2, 6), OTHER, lang)
        )


def test_f14(world: Sixth) -> None:
    """The same: 平顺县's deadline is 20 February | awaiting; not overdue in any face"""
    moved(world, "戊辰镇", 'deadline: "02-20"')
    world.look(on(2, 6), on(2, 7))
    there = lines_of(world, on(2, 7), OTHER)["戊辰镇"]
    assert (there.standing.name, there.deadline) == ("awaiting", on(2, 20))
    assert not re.search("逾期未发布（", mail_of(world, on(2, 7), OTHER))
    assert "逾期未发布" not in last_word(world, "戊辰镇", on(2, 7))
    for path, text in public_files(world, on(2, 7), county=OTHER).items():
        assert not re.search("逾期未发布|Overdue", words_of(text)), path


def test_f15(world: Sixth) -> None:
    """Late in 平安县 (6 February), then of 平顺县 whose deadline is 20 February | not late in list, mail, letter, public page, feed's last word"""
    late(world)
    moved(world, "戊辰镇", 'deadline: "02-20"')
    world.look(on(2, 8), on(2, 9))
    there = lines_of(world, on(2, 9), OTHER)["戊辰镇"]
    assert there.standing.name in ("on_time", "unknown")
    assert not re.search("逾期发布（|逾期发布[1-9]", mail_of(world, on(2, 9), OTHER))
    assert "逾期发布" not in last_word(world, "戊辰镇", on(2, 9))
    for path, text in public_files(world, on(2, 9), county=OTHER).items():
        assert not re.search("逾期发布|Published late", words_of(text)), path
    assert "A02" not in {x.rule for x in world.year(on(2, 9)).findings}


def test_f16(world: Sixth) -> None:
    """Late and waived in 平安县, then of 平顺县 with the same deadline | still waived, in public unknown"""
    late(world)
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    moved(world, "戊辰镇")
    world.look(on(2, 8), on(2, 9))
    told = world.public(on(2, 9), county=OTHER).by_folder[CODES["戊辰镇"]].years[YEAR][0]
    assert told.name == "unknown"
    assert "戊辰镇" not in {x.name for x in world.year(on(2, 9)).owing("late")}


# ---- what stands on a portal


def test_f17(world: Sixth) -> None:
    """One page holds the reports of two years (2024—2025年) | 戊辰镇 is not missing; no letter; in public unknown or published"""
    for title in ("平安县戊辰镇2024—2025年政府信息公开工作年度报告", "平安县戊辰镇2024年、2025年政府信息公开工作年度报告", "戊辰镇2024-2025年度政府信息公开年报", "戊辰镇近两年政府信息公开工作年度报告"):  # fmt: skip
        made = anew(world) if not (world.folder / "anew").exists() else again(world)
        begun(made)
        made.more_links = [Truth(title, "/nb/both.html", on(2, 6))]
        draft = replace(mended("戊辰镇"), title=title)
        made.bodies = {"/nb/both.html": write_html(print_draft(draft), published="2026-02-06")}
        made.look(*days(6, 8))
        stood = made.stood(on(2, 8))["戊辰镇"]
        assert stood in ("unknown", "late"), (title, stood)
        assert "催办" not in made.letter("戊辰镇", on(2, 8)), title
        assert made.publicly("戊辰镇", on(2, 8)) in ("unknown", "late"), title


def again(world: Sixth) -> Sixth:
    import shutil

    shutil.rmtree(world.folder / "anew")
    return anew(world)


def begun(made: Sixth) -> None:
    """As the county of all cases, looked at on 10 and 30 January, 3 and 5 February."""
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 25 + n))
    made.look(on(1, 10), on(1, 30), on(2, 3), on(2, 5))


def test_f18(world: Sixth) -> None:
    """A report of this year was listed as 2024年 by mistake, and is listed as 2025年 since | on time or unknown, never late; nothing of 2024 is withdrawn"""
    made = anew(world)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 25 + n))
    wrong = Truth("平安县戊辰镇2024年政府信息公开工作年度报告", "/nb/w.html", on(1, 28))
    made.more_links = [wrong]
    made.bodies = {"/nb/w.html": write_html(print_draft(mended("戊辰镇")), published="2026-01-28")}
    made.look(on(1, 10), on(1, 30), on(2, 3), on(2, 5))
    assert "逾期未发布" not in made.public_text("戊辰镇", on(2, 5))
    assert made.stood(on(2, 5))["戊辰镇"] in ("unknown", "on_time")
    made.more_links = [wrong._replace(title=f"平安县戊辰镇{OF}")]
    made.look(*days(6, 9))
    assert made.stood(on(2, 9))["戊辰镇"] in ("unknown", "on_time")
    assert made.publicly("戊辰镇", on(2, 9)) in ("unknown", "on_time")
    with looking(made.engine) as s:
        before = year_of(s, EVERYTHING, YEAR - 1, at(on(2, 9)), made.registry(), asked=at(on(2, 9)))
    assert not before.standing_at("withdrawn")


def test_f19(world: Sixth) -> None:
    """Its entry is called otherwise since (本镇年报公开), the address is the same | not withdrawn, not missing, no alert"""
    piece = world.gone("丙寅镇")
    for title in ("本镇年报公开", "年报", "丙寅镇信息公开"):
        world.more_links = [Truth(title, piece.path, piece.listed)]
        world.bodies = {piece.path: write_html(print_draft(piece.report), published=str(piece.printed))}  # fmt: skip
        world.look(*days(6, 9))
        assert world.stood(on(2, 9))["丙寅镇"] == "on_time", title
        assert not [x for x in world.alerts(on(2, 9)) if "丙寅镇" in x]


def test_f20(world: Sixth) -> None:
    """Taken down, and published again under a title with a misprinted name (丙演镇) | unknown or withdrawn inside with the link in doubt; no letter, no alert, nothing in public"""
    world.gone("丙寅镇")
    world.more_links = [Truth(f"平安县丙演镇{OF}", "/nb/again.html", on(2, 6))]
    world.bodies = {"/nb/again.html": write_html(print_draft(mended("丙寅镇")), published="2026-02-06")}  # fmt: skip
    world.look(*days(6, 10))
    assert world.stood(on(2, 10))["丙寅镇"] in ("unknown", "on_time")
    assert "恢复发布" not in world.letter("丙寅镇", on(2, 10))
    assert not [x for x in world.alerts(on(2, 10)) if "丙寅镇" in x]
    assert "已撤下" not in last_word(world, "丙寅镇", on(2, 10))


def test_f21(world: Sixth) -> None:
    """Withdrawn, published again with another title and another day (10 February) | on time; nothing of lateness in letter, mail, public page"""
    world.gone("丙寅镇")
    world.look(*days(6, 9))
    world.more_links = [
        Truth("丙寅镇人民政府信息公开年报（2025年度）", "/nb/again.html", on(2, 10))
    ]
    world.bodies = {"/nb/again.html": write_html(print_draft(mended("丙寅镇")), published="2026-02-10")}  # fmt: skip
    world.look(*days(10, 13))
    assert world.stood(on(2, 13))["丙寅镇"] == "on_time"
    assert "逾期" not in world.letter("丙寅镇", on(2, 13))
    assert not re.search(r"逾期发布（|逾期发布[1-9]", world.mail(on(2, 13)))
    assert not re.search("逾期发布|Published late", "".join(words_of(v) for k, v in public_files(world, on(2, 13)).items() if CODES["丙寅镇"] in k))  # fmt: skip
    everywhere(world, on(2, 13))


# ---- deadlines


def test_f22(world: Sixth) -> None:
    """A holiday moves the deadline (working_day: next; 31 January is a Saturday): looks on 1 and 2 February | missing to nobody; awaiting in all faces on the 2nd"""
    made = anew(world)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    made.said = ("deadlines: {working_day: next}",)
    made.look(on(1, 10), on(1, 30), on(2, 1), on(2, 2))
    assert set(made.stood(on(2, 2)).values()) == {"awaiting"}
    assert not re.search("逾期未发布（|首次核查", made.mail(on(2, 2)))
    everywhere(made, on(2, 2))
    assert made.publicly("戊辰镇", on(2, 2)) == "awaiting"


def test_f23(world: Sixth) -> None:
    """grace_days: 5 is written into the file after two looks | nobody is overdue on 5 February in any face; from 6 February the days count from one day in list, letter, mail"""
    world.said = ("deadlines: {grace_days: 5}",)
    assert world.stood(on(2, 5))["戊辰镇"] in ("awaiting", "unknown")
    assert not re.search("逾期未发布（", world.mail(on(2, 5)))
    assert world.letter("戊辰镇", on(2, 5)).startswith("不")
    assert "逾期未发布" not in "".join(public_files(world, on(2, 5)).values())
    world.look(on(2, 6), on(2, 7))
    line = world.now("戊辰镇", on(2, 7))
    assert (line.standing.name, line.standing.confirmed) == ("missing", True)
    said = line.standing.days
    assert f"戊辰镇（逾期{said}天）" in world.mail(on(2, 7))
    letter = world.letter("戊辰镇", on(2, 7))
    due = re.search(r"2026年(\d+)月(\d+)日前", letter)
    assert due is not None
    assert (on(2, 7) - on(int(due[1]), int(due[2]))).days == said, letter
    assert public_row(world, "戊辰镇", on(2, 7))["days"] == said
    assert public_row(world, "戊辰镇", on(2, 7))["deadline"] == str(on(int(due[1]), int(due[2])))


def test_f24(world: Sixth) -> None:
    """Of years: {2025: "02-10"} in the file | awaiting of 2025; of 2024 as it was"""

    def of_2024() -> set[tuple[str, str]]:
        with looking(world.engine) as s:
            told = year_of(
                s, EVERYTHING, YEAR - 1, at(on(2, 6)), world.registry(), asked=at(on(2, 6))
            )
        return {(x.name, x.standing.name) for x in told.lines}

    before = of_2024()
    world.said = ('deadlines: {years: {2025: "2026-02-10"}}',)
    world.said = ('deadlines: {years: {2025: "02-10"}}',)
    assert world.stood(on(2, 6))["戊辰镇"] == "awaiting"
    assert of_2024() == before


# ---- letters and answers


def test_f25(world: Sixth) -> None:
    """A letter sent twice and answered twice (explained, then mended), then mended in truth | each step once, in its order; on each evening what was known; gone at the end"""
    key = world.way("甲子镇", on(2, 5)).key
    seen: dict[date, str] = {}
    world.sent("甲子镇", on(2, 6), [key])
    seen[on(2, 6)] = world.way("甲子镇", on(2, 6), hour=18).state
    world.said_by("甲子镇", "explained", on(2, 7), [key])
    seen[on(2, 7)] = world.way("甲子镇", on(2, 7), hour=18).state
    world.sent("甲子镇", on(2, 8), [key])
    seen[on(2, 8)] = world.way("甲子镇", on(2, 8), hour=18).state
    world.said_by("甲子镇", "mended", on(2, 9), [key])
    seen[on(2, 9)] = world.way("甲子镇", on(2, 9), hour=18).state
    world.change("甲子镇", report=mended("甲子镇"))
    world.look(on(2, 10))
    assert seen[on(2, 6)] == "sent"
    assert seen[on(2, 7)] == "answered"
    assert seen[on(2, 8)] in ("sent", "answered")
    assert seen[on(2, 9)] == "answered"
    assert world.way("甲子镇", on(2, 10)).state == "gone"
    assert {day: world.way("甲子镇", day, past=True).state for day in seen} == seen


def test_f26(world: Sixth) -> None:
    """It says 已改, takes its report down instead | the sum is not told as mended; nothing is asked but what was seen"""
    key = world.way("甲子镇", on(2, 5)).key
    world.sent("甲子镇", on(2, 6), [key])
    world.said_by("甲子镇", "mended", on(2, 7), [key])
    world.gone("甲子镇")
    world.look(*days(8, 11))
    assert world.stood(on(2, 11))["甲子镇"] == "withdrawn"
    assert world.way("甲子镇", on(2, 11)).state != "gone"
    text = world.letter("甲子镇", on(2, 11))
    assert "恢复发布" in text
    everywhere(world, on(2, 11))


def appealed(world: Sixth) -> int:
    late(world)
    mine = [x for x in world.faults(on(2, 7)).of(CODES["戊辰镇"]) if x.rule == "A02"]
    if not mine:  # that it came late can't be mended: it is on no board, and is waived
        world.decide("waived", "戊辰镇", on(2, 8), rule="A02")
        return 0
    number = world.said_by("戊辰镇", "appealed", on(2, 7), [mine[0].key], hour=15)
    marks = world.way("戊辰镇", on(2, 7), "A02", hour=16).marks
    with session(world.engine) as s:
        settle(s, number, "accepted", "张三", "属实", marks, at(on(2, 8), 9))
    return number


def test_f27(world: Sixth) -> None:
    """An appeal against a lateness is granted | waived: no word of lateness in letter, public page, mail that does not say so beside"""
    appealed(world)
    assert "逾期" not in world.letter("戊辰镇", on(2, 9))
    assert world.publicly("戊辰镇", on(2, 9)) == "unknown"
    assert "经核实不作为问题" in world.mail(on(2, 9))
    assert "戊辰镇" not in {x.name for x in world.year(on(2, 9)).owing("late")}
    assert "逾期发布" not in last_word(world, "戊辰镇", on(2, 9)) or "不作为问题" in last_word(world, "戊辰镇", on(2, 9))  # fmt: skip


def test_f28(world: Sixth) -> None:
    """The same, and then taken back | late again, in public too"""
    number = appealed(world)
    if number:
        with session(world.engine) as s:
            take_back(s, number, "张三", at(on(2, 9), 9))
    else:
        world.decide("cleared", "戊辰镇", on(2, 9), rule="A02", undoes="waived")
    assert world.publicly("戊辰镇", on(2, 9)) == "late"
    assert "戊辰镇" in {x.name for x in world.year(on(2, 9)).owing("late")}
    assert not number or world.way("戊辰镇", on(2, 9), "A02").state == "answered"
    assert "不作为问题" not in last_word(world, "戊辰镇", on(2, 9))


# ---- the portal changes


def test_f29(world: Sixth) -> None:
    """The portal is renewed: the column's address answers 404, reports are at other addresses under a column that nobody knows | nobody withdrawn, nobody missing by looks at what answers 404; in public unknown"""
    for piece in [*world.pieces.values()]:
        del world.pieces[piece.path]
        path = f"/xx{piece.path}"
        world.pieces[path] = replace(piece, path=path)
    world.lists = {"/xx/": tuple(world.pieces)}
    real = type(world).__call__
    world.other = lambda request: None if request.path == "/nb/" else _own(world, real, request)
    world.look(*days(6, 20))
    stood = world.stood(on(2, 20))
    assert "withdrawn" not in stood.values()
    assert stood["戊辰镇"] == "unknown"
    assert world.publicly("戊辰镇", on(2, 20)) == "unknown"
    assert world.letter("戊辰镇", on(2, 20)).startswith("不")
    assert not [x for x in world.alerts(on(2, 20)) if "不可见" in x]


def _own(world: Sixth, real: Any, request: Any) -> Any:
    other, world.other = world.other, None
    try:
        return real(world, request)
    finally:
        world.other = other


def test_f30(world: Sixth) -> None:
    """The same, the new column is written into the file; every entry has the day of the move (10 February) | those that were on time are on time; who is seen first there with that day is not told late by it"""
    for piece in [*world.pieces.values()]:
        del world.pieces[piece.path]
        path = f"/xx{piece.path}"
        world.pieces[path] = replace(piece, path=path, listed=on(2, 10), printed=on(2, 10))
    world.pieces["/xx/nb/new.html"] = replace(world.piece("甲子镇"), town="戊辰镇", path="/xx/nb/new.html", report=mended("戊辰镇"))  # fmt: skip
    world.lists = {"/xx/": tuple(world.pieces)}
    world.columns = ("url: {url}/xx/, preset: trs-index",)
    world.look(*days(10, 14))
    stood = world.stood(on(2, 14))
    for town in TOWNS[:4]:
        assert stood[town] == "on_time", stood
    assert stood["戊辰镇"] in ("unknown", "late")
    if stood["戊辰镇"] == "late":
        assert world.now("戊辰镇", on(2, 14)).standing.days <= 5
    assert not re.search("2026-02-10", "".join(x for k, x in public_files(world, on(2, 14)).items() if CODES["甲子镇"] in k and f"{YEAR}/index.json" in k).partition("published")[2][:30])  # fmt: skip


def test_f31(world: Sixth) -> None:
    """The column shows another heading since (expect), with reports of another kind | unknown; no letter"""
    world.columns = ("url: {url}/nb/, preset: trs-index, expect: 政府信息公开年报",)
    world.more_links = [Truth(f"平安县{t}2025年法治政府建设年度报告", f"/nb/f{n}.html", on(2, 6)) for n, t in enumerate(TOWNS)]  # fmt: skip
    for piece in [*world.pieces.values()]:
        del world.pieces[piece.path]
    world.look(*days(6, 9))
    stood = world.stood(on(2, 9))
    assert {stood[town] for town in TOWNS[4:]} == {"unknown"}
    assert {stood[town] for town in TOWNS[:4]} <= {"unknown", "on_time"}  # they had published
    assert world.letter("戊辰镇", on(2, 9)).startswith("不")


def test_f32(world: Sixth) -> None:
    """The portal is down from 30 January to 10 February; a report without a day is seen first then | unknown; never late"""
    made = anew(world)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    made.look(on(1, 10), on(1, 29))
    made.down = True
    made.look(on(1, 30), *days(1, 9))
    for town in TOWNS[:5]:
        made.put(town, YEAR, on(2, 1))
        made.undated |= {made.piece(town).path}
        made.change(town, listed="")
    made.down = False
    made.look(*days(10, 13))
    stood = made.stood(on(2, 13))
    assert {stood[t] for t in TOWNS[:5]} == {"unknown"}
    assert {made.publicly(t, on(2, 13)) for t in TOWNS[:5]} == {"unknown"}
    assert not re.search("逾期发布[1-9]|逾期发布（", made.mail(on(2, 13)))


# ---- other faces


def test_f33(world: Sixth) -> None:
    """The calendar (.ics) after the deadline was moved, with an exempt unit | the day of now; the exempt unit in none"""
    world.said = ('deadline: "02-28"',)
    world.decide("exempt", "戊辰镇", on(2, 6))
    told = icalendar(world.registry(), EVERYTHING, YEAR, at(on(2, 6)), exempt={(COUNTY, "戊辰镇")})
    assert "20260228" in told
    assert "20260131" not in told
    assert "戊辰镇" not in told
    with served(world.site(on(2, 6))) as url:
        page = get(f"{url}/c/{COUNTY}/{YEAR}").text
    assert "逾期未发布（" not in words_of(page)


def mixed(world: Sixth) -> None:
    late(world)
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    world.gone("丙寅镇")
    world.look(*days(8, 11))
    world.decide("exempt", "己巳镇", on(2, 11))
    world.decide("waived", "甲子镇", on(2, 11), rule="F01")


def test_f34(world: Sixth, tmp_path: Path) -> None:
    """`nianbao export` on an evening with one exempt, one waived, one withdrawn | its standings are those of the list; waived is said; no reason or name of a person in standings"""
    from nianbao.monitor.paper.export import Asked, export

    mixed(world)
    with looking(world.engine) as s:
        export(Asked(s, EVERYTHING, YEAR, at(on(2, 11), 20), world.registry()), tmp_path / "out", "csv")  # fmt: skip
    (tmp_path / "out").mkdir(exist_ok=True)
    found = {x["code"]: x for x in csv.DictReader(io.StringIO((tmp_path / "out" / "standings.csv").read_text("utf-8-sig")))}  # fmt: skip
    assert {u: x["standing"] for u, x in found.items()} == {x.unit: x.standing.name for x in world.year(on(2, 11), 20).lines}  # fmt: skip
    wrong = [
        *csv.DictReader(io.StringIO((tmp_path / "out" / "findings.csv").read_text("utf-8-sig")))
    ]
    assert [x["decision"] for x in wrong if x["rule"] == "F01" and x["code"] == CODES["甲子镇"]]
    assert all("waived" in x["decision"] for x in wrong if x["rule"] == "F01" and x["code"] == CODES["甲子镇"])  # fmt: skip
    assert "张三" not in (tmp_path / "out" / "standings.csv").read_text("utf-8-sig")


def test_f35(world: Sixth) -> None:
    """/api/v1/findings after a waiver, of an exempt one | waived ones only with `waived`, marked so; of the exempt none that is held against it"""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    mine = f"scope={CODES['甲子镇']}&year={YEAR}"
    assert "F01" not in {x["rule"] for x in api(world, on(2, 6), f"findings?{mine}")}
    told = [x for x in api(world, on(2, 6), f"findings?{mine}&waived=1") if x["rule"] == "F01"]
    assert told
    assert all("waived" in json.dumps(x) for x in told)
    world.decide("cleared", "甲子镇", on(2, 7), rule="F01", undoes="waived")
    world.decide("exempt", "甲子镇", on(2, 7))
    assert api(world, on(2, 8), f"findings?{mine}") == []
    rows = json.loads(world.cli("flagged", "--year", str(YEAR), "--format", "json"))
    assert not [x for x in rows if x["unit"] == "甲子镇"]


def test_f36(world: Sixth) -> None:
    """/api/v1/events of one whose lateness was waived, and whose deadline was moved | the last one says so"""
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 6))
    told = api(world, on(2, 6), f"events?scope={CODES['戊辰镇']}&year={YEAR}&limit=500")
    assert told
    newest = max(told, key=lambda x: str(x.get("at")))
    assert "missing" not in json.dumps({k: v for k, v in newest.items() if k in ("what", "after", "to", "standing")})  # fmt: skip
    assert re.search("待发布|awaiting", json.dumps(newest, ensure_ascii=False)), newest


def test_f37(world: Sixth, tmp_path: Path) -> None:
    """The sheet of evidence of one that was missing and has published since | no word of 未发布 as of now"""
    late(world)
    out = tmp_path / "sheet.docx"
    world.cli("evidence", "sheet", "戊辰镇", "--year", str(YEAR), "-o", str(out), "--evidence", str(world.folder / "evidence"))  # fmt: skip
    paper = Document(str(out))
    text = "\n".join([*(p.text for p in paper.paragraphs), *(c.text for t in paper.tables for r in t.rows for c in r.cells)])  # fmt: skip
    assert "逾期未发布" not in text
    assert "逾期发布" in text


def test_f38(world: Sixth) -> None:
    """The texts to send on findings (correcting), after a waiver; exempt | none of what was waived; none"""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    assert "99" not in world.unit("甲子镇", on(2, 6)).text
    assert "为99" not in json.dumps([str(x) for x in world.unit("甲子镇", on(2, 6)).to_mend], ensure_ascii=False)  # fmt: skip
    world.decide("cleared", "甲子镇", on(2, 7), rule="F01", undoes="waived")
    world.decide("exempt", "甲子镇", on(2, 7))
    for lang in ("zh", "en"):
        page = world.unit("甲子镇", on(2, 8), lang)
        assert (page.text, page.to_mend) == ("", "")


def test_f39(world: Sixth, tmp_path: Path) -> None:
    """The county's sum after a withdrawal, an exemption | withdrawn numbers not in it, named"""
    from nianbao.monitor.paper.summed import known_for_sum

    world.gone("丙寅镇")
    world.look(*days(6, 9))
    with looking(world.engine) as s:
        known = known_for_sum(s, COUNTY, "平安县", YEAR, at(on(2, 9)))
    assert "丙寅镇" not in known.contents or "丙寅镇" in known.gone
    out = tmp_path / "sum.xlsx"
    world.cli("sum", "平安县", "--year", str(YEAR), "-o", str(out))
    text = "\n".join(str(c.value) for sheet in load_workbook(out) for row in sheet.iter_rows() for c in row if c.value)  # fmt: skip
    assert "丙寅镇" in text


def heads(text: str) -> list[tuple[str, ...]]:
    """Who stands under each line of what is to be done."""
    names = re.compile("[甲乙丙丁戊己][子丑寅卯辰巳]镇")
    return [tuple(names.findall(line)) for line in text.splitlines() if re.match(r"\d+\. \S.*\S.*(（\d+）|\(\d+\))", line)]  # fmt: skip


def test_f40(world: Sixth) -> None:
    """The mail in English of an evening with all standings against the Chinese one | the same names under the same heads, the same counts"""
    mixed(world)
    zh, en = world.mail(on(2, 11)), world.mail(on(2, 11), lang="en")
    assert heads(zh) == heads(en)
    assert re.findall(r"^\d+\. (\S*镇)$", zh, re.M) == re.findall(r"^\d+\. (\S*镇)$", en, re.M)
    assert "waived" in en or "not held" in en or "decided" in en
    assert not re.search("[一-鿿]{2,}", re.sub("[甲乙丙丁戊己平][子丑寅卯辰巳安][镇县]|政务公开办公室|电话核实|https?://\\S+|“[^”]*”|\"[^\"]*\"", "", en)), en  # fmt: skip


def test_f41(world: Sixth) -> None:
    """Two counties each with a town of one name (甲子镇); the mail of both | each told with its county; the letter has the right county"""
    beside(world)
    registry = world.registry

    def more() -> Registry:
        registry()
        file = world.folder / "counties" / "平顺县.yaml"
        file.write_text(file.read_text("utf-8") + "  - {name: 戊辰镇, code: '140998101'}\n", "utf-8")  # fmt: skip
        return Registry(load_counties(file.parent), world.above)

    world.registry = more  # type: ignore[method-assign]
    world.beside = True
    draft = draft_of("平顺县", "戊辰镇", YEAR, 7)
    world.lists = {"/ps/": ("/ps/a.html",)}
    world.pieces["/ps/a.html"] = replace(world.piece("甲子镇"), town="戊辰镇", path="/ps/a.html", report=draft, listed=on(1, 20), printed=on(1, 20))  # fmt: skip
    world.look(*days(6, 7))
    text = compose(world.year(on(2, 7)), Office()).text
    (line,) = [x for x in text.splitlines() if re.match(r"\d+\. 逾期未发布（", x)]
    assert "平安县 戊辰镇（逾期" in line
    assert "平顺县 戊辰镇" not in line
    with looking(world.engine) as s:
        told = year_of(s, EVERYTHING, YEAR, at(on(2, 7)), world.registry(), asked=at(on(2, 7)))
    texts = urgings(told.lines, {}, told.names, told.now, "zh")
    assert [x for x in texts if "平安县" in x and "戊辰镇" in x]
    assert not [x for x in texts if "平顺县" in x and "戊辰镇" in x]
    assert "平安县" in world.letter("戊辰镇", on(2, 7))
    assert "平顺县" not in world.letter("戊辰镇", on(2, 7))


def test_f42(world: Sixth) -> None:
    """The door of one whose lateness is waived, whose sum is waived | nothing to be answered"""
    late(world)
    for each in world.found("戊辰镇"):
        world.decide("waived", "戊辰镇", on(2, 7), rule=each.rule)
    assert "答复哪些问题" not in door_page(world, "戊辰镇", on(2, 8))
    for each in world.found("甲子镇"):
        world.decide("waived", "甲子镇", on(2, 7), rule=each.rule)
    assert "答复哪些问题" not in door_page(world, "甲子镇", on(2, 8))


def door_in(world: Sixth, town: str, day: date, lang: str) -> str:
    import requests

    made = world.site(day)
    made = replace(made, settings=replace(made.settings, web=Web(public="http://x.example.cn")))
    with served(made) as url:
        done = post(f"{url}/do/door", unit=CODES[town], year=str(YEAR))
        found = re.search(r"/door/([A-Za-z0-9_.-]+)", done.text)
        if found is None:
            return ""
        browser = requests.Session()
        browser.headers.update({"Origin": url, "Sec-Fetch-Site": "same-origin"})
        first = browser.get(f"{url}/door/{found[1]}", timeout=60).text
        (token,) = re.findall(r'name="door_token" value="([^"]+)"', first)
        browser.post(f"{url}/door/in", {"secret": found[1], "door_token": token}, timeout=60)
        return words_of(browser.get(f"{url}/door?lang={lang}", timeout=60).text)


def test_f43(world: Sixth) -> None:
    """The door in English of one by one look | asked, not told"""
    told = door_in(once(world), "戊辰镇", on(2, 3), "en")
    assert not re.search("overdue|[Nn]ot published|missing|逾期|首次核查", told), told[:2000]


def test_f44(world: Sixth) -> None:
    """/data after an exemption, a waiver | who stands where is as in the list; late and waived is not counted as a fault, or said so"""
    mixed(world)
    with served(world.site(on(2, 11), 20)) as url:
        rows = [*csv.DictReader(io.StringIO(get(f"{url}/data.csv?year={YEAR}").content.decode("utf-8-sig")))]  # fmt: skip
        page = words_of(get(f"{url}/data?year={YEAR}").text)
    assert {x["code"]: x["standing"] for x in rows} == {x.unit: x.standing.name for x in world.year(on(2, 11), 20).lines}  # fmt: skip
    assert "电话核实" not in page


def test_f45(world: Sixth) -> None:
    """The page of proof of one that was missing and is exempt, or published, since | it does not say that it has not published"""
    world.decide("exempt", "己巳镇", on(2, 6))
    late(world)
    with served(world.site(on(2, 8))) as url:
        for town in ("戊辰镇", "己巳镇"):
            for lang in ("zh", "en"):
                page = words_of(get(f"{url}/p/{CODES[town]}/{YEAR}?lang={lang}").text)
                assert not re.search("逾期未发布|尚未发布|overdue|[Nn]ot published", page), (town, page[:1500])  # fmt: skip


def test_f46(world: Sixth) -> None:
    """history (command) of one that was missing, whose deadline was moved since | the last line is not that it is overdue"""
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 6))
    rows = json.loads(world.cli("history", "戊辰镇", "--format", "json"))
    mine = [x for x in rows if str(x.get("year")) == str(YEAR)]
    newest = max(mine, key=lambda x: str(x["at"]))
    assert re.search("待发布|awaiting", json.dumps(newest, ensure_ascii=False)), newest


def test_f47(world: Sixth) -> None:
    """A unit is renamed after a confirmed absence; the next sweep sees its report under the new name in time by its page | on time; the former name in no accusation of any face"""
    world.renamed = {"戊辰镇": "新戊镇"}
    world.more["戊辰镇"] = ', former: [{name: 戊辰镇, until: "2026-02-05"}]'
    draft = replace(draft_of("平安县", "新戊镇", YEAR, 15 + YEAR % 7), unit="新戊镇人民政府")
    world.more_links = [Truth(f"平安县新戊镇{OF}", "/nb/x.html", on(1, 29))]
    world.bodies = {"/nb/x.html": write_html(print_draft(draft), published="2026-01-29")}
    world.look(on(2, 6), on(2, 7))
    stood = world.stood(on(2, 7))
    assert "戊辰镇" not in stood
    assert stood["新戊镇"] == "on_time"
    for text in (world.mail(on(2, 7)), world.mail(on(2, 7), lang="en")):
        assert not re.search(r"戊辰镇（逾期|戊辰镇 \(\d", text)
    assert "逾期未发布" not in last_word(world, "新戊镇", on(2, 7))
    assert world.publicly("戊辰镇", on(2, 7)) in ("on_time", "unknown")


def test_f48(world: Sixth) -> None:
    """A summary report and its own late one | late only if proven without the summary; else unknown; one answer everywhere"""
    title = f"平安县各乡镇{OF}汇总"
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=title)
    world.more_links = [Truth(title, "/nb/all.html", on(2, 6))]
    world.bodies = {"/nb/all.html": write_html(print_draft(draft), published="2026-01-30")}
    world.put("戊辰镇", YEAR, on(2, 7))
    world.look(*days(6, 8))
    assert world.stood(on(2, 8))["戊辰镇"] in ("unknown", "late")
    assert world.stood(on(2, 8))["己巳镇"] == "unknown"
    everywhere(world, on(2, 8))


def test_f49(world: Sixth) -> None:
    """A lateness that was waived, of a report with something to verify; what the mail says of the unit itself | that it is not held against it, where it is called late"""
    late(world)
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    for lang, word, beside_it in (
        ("zh", "逾期发布，晚6天", "经核实不作为问题"),
        ("en", "late, by 6 days", "not held"),
    ):
        text = world.mail(on(2, 8), lang=lang)
        for line in text.splitlines():
            assert word not in line or beside_it in line, line


def test_f50(world: Sixth) -> None:
    """An exempt unit with a wrong sum: flagged, export, its page and JSON, as of now and of a past day | nothing that must be corrected, or said to be exempt beside"""
    world.decide("exempt", "甲子镇", on(2, 6))
    assert "F01" in {x["rule"] for x in world.rows("flagged", "--as-of", "2026-02-05")}
    assert not [x for x in world.rows("flagged", "--as-of", "2026-02-06") if x["unit"] == "甲子镇"]
    rows = [x for x in world.rows("flagged", "--waived") if x["unit"] == "甲子镇"]
    assert rows
    assert all(x["decision"].startswith("exempt") for x in rows)
    assert world.cli("flagged", "--year", str(YEAR), "--waived", "--format", "table")
    for lang in ("zh", "en"):
        page = world.unit("甲子镇", on(2, 6), lang)
        assert not page.findings
        assert not page.worst.get(YEAR)
    with served(world.site(on(2, 6))) as url:
        (row,) = get(f"{url}/u/{CODES['甲子镇']}/{YEAR}.json").json()
        assert row["findings"] == []
        told = words_of(get(f"{url}/u/{CODES['甲子镇']}/{YEAR}").text)
    assert "必须整改" not in told


def test_f51(world: Sixth) -> None:
    """A lateness that was waived; what programs are told of it: JSON, API, /data, files of the county and the unit, export, the table, as of then and before | that it is not held against it, beside `confirmed`"""
    mixed(world)
    code, day = CODES["戊辰镇"], on(2, 11)
    (row,) = [x for x in world.rows("late", "--as-of", str(day)) if x["code"] == code]
    assert (row["confirmed"], row["waived"]) == (True, "电话核实")
    (row,) = [x for x in world.rows("late", "--as-of", "2026-02-07") if x["code"] == code]
    assert row["waived"] == "电话核实"  # decided on that day
    table = world.cli("late", "--year", str(YEAR), "--as-of", str(day), "--format", "table")
    assert "不作为问题" in table
    with served(world.site(day, 20)) as url:
        rows = get(f"{url}/api/v1/standings?year={YEAR}").json()["items"]
        data = [*csv.DictReader(io.StringIO(get(f"{url}/data.csv?year={YEAR}").content.decode("utf-8-sig")))]  # fmt: skip
        county = get(f"{url}/c/{COUNTY}/{YEAR}.json").json()
        unit = get(f"{url}/u/{code}/{YEAR}.json").json()
        years = get(f"{url}/u/{code}.json").json()
        sheet = get(f"{url}/c/{COUNTY}/{YEAR}.xlsx").content
    for told in (rows, data, county, unit, years):
        mine = {x["code"]: x for x in told if str(x["year"]) == str(YEAR)}
        assert mine[code]["waived"] == "电话核实"
        assert not [x for u, x in mine.items() if u != code and x["waived"]]
    book = load_workbook(io.BytesIO(sheet))
    assert "电话核实" in {cell.value for row in book.worksheets[0].iter_rows() for cell in row}


def test_f52(world: Sixth, tmp_path: Path) -> None:
    """A lateness, a withdrawal that was waived; the sheet of evidence, the page of proof, `nianbao late UNIT` | that it is not held against it"""
    late(world)
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    world.gone("丙寅镇")
    world.look(*days(8, 11))
    world.decide("waived", "丙寅镇", on(2, 11), rule="A10")
    for town in ("戊辰镇", "丙寅镇"):
        out = tmp_path / f"{town}.docx"
        done = world.cli("evidence", "sheet", town, "--year", str(YEAR), "-o", str(out), "--evidence", str(world.folder / "evidence"))  # fmt: skip
        assert "不作为问题" in done
        paper = Document(str(out))
        text = "\n".join(c.text for t in paper.tables for r in t.rows for c in r.cells)
        assert "经核实不作为问题：电话核实" in text
        with served(world.site(on(2, 12))) as url:
            for lang, word in (("zh", "不作为问题"), ("en", "not held against it")):
                page = words_of(get(f"{url}/p/{CODES[town]}/{YEAR}?lang={lang}").text)
                assert word in page


DOUBTFUL = ("平安县戊辰镇2024—2025年政府信息公开工作年度报告", f"平安县戊晨镇{OF}", "戊辰镇2024年、2025年政府信息公开年报")  # fmt: skip


def in_january(world: Sixth, title: str) -> Sixth:
    """A link of 28 January that only a person can tell; the county as in all cases."""
    made = again(world) if (world.folder / "anew").exists() else anew(world)
    made.more_links = [Truth(title, "/nb/early.html", on(1, 28))]
    made.bodies = {"/nb/early.html": write_html(print_draft(replace(mended("戊辰镇"), title=title)), published="2026-01-28")}  # fmt: skip
    begun(made)
    assert made.stood(on(2, 5))["戊辰镇"] in ("unknown", "on_time"), title
    return made


def not_late(made: Sixth, day: date, what: str) -> None:
    assert made.stood(day)["戊辰镇"] in ("unknown", "on_time"), what
    assert made.publicly("戊辰镇", day) in ("unknown", "on_time")
    assert not re.search(r"逾期发布（|逾期发布[1-9]", made.mail(day))
    assert "A02" not in {x.rule for x in made.found("戊辰镇")}
    assert "逾期发布" not in last_word(made, "戊辰镇", day)
    assert "逾期" not in made.letter("戊辰镇", day)
    everywhere(made, day)


def test_f53(world: Sixth) -> None:
    """A link that may be its report was listed before the deadline, and is; its own, under its full title, comes on 6 February | unknown until a person says, never late"""
    for title in DOUBTFUL:
        made = in_january(world, title)
        made.put("戊辰镇", YEAR, on(2, 6))
        made.look(on(2, 6), on(2, 7))
        not_late(made, on(2, 7), title)


def test_f54(world: Sixth) -> None:
    """The same; the first link is taken off the list when the other one comes | the same"""
    for title in DOUBTFUL:
        made = in_january(world, title)
        made.more_links, made.bodies = [], {}
        made.put("戊辰镇", YEAR, on(2, 6))
        made.look(*days(6, 10))
        not_late(made, on(2, 10), title)


def test_f55(world: Sixth) -> None:
    """The same; a person says that the first link is no report | late, in each face"""
    from nianbao.storage.models import Sighting
    from nianbao.storage.settling import settle as settle_link

    made = in_january(world, DOUBTFUL[0])
    made.put("戊辰镇", YEAR, on(2, 6))
    made.look(on(2, 6), on(2, 7))
    with looking(made.engine) as s:
        link = s.scalars(select(Sighting.id).where(Sighting.url.endswith("/nb/early.html"))).one()
    settle_link(made.engine, link, who="张三", why="查看", now=at(on(2, 8)), not_a_report=True)
    made.look(on(2, 9))
    assert made.stood(on(2, 9))["戊辰镇"] == "late"
    assert made.publicly("戊辰镇", on(2, 9)) == "late"
    everywhere(made, on(2, 9))


def test_f56(world: Sixth) -> None:
    """Links of which nobody can tell whose they are, of years ago, and of after the deadline | a late one is late still"""
    made = again(world) if (world.folder / "anew").exists() else anew(world)
    made.more_links = [Truth("政府信息公开工作年度报告", "/nb/old.html", date(2021, 3, 1))]
    made.bodies = {"/nb/old.html": b"<html><body>x</body></html>"}
    begun(made)
    made.put("戊辰镇", YEAR, on(2, 6))
    made.look(on(2, 6))
    made.more_links += [Truth("政府信息公开工作年度报告", "/nb/new.html", on(2, 7))]
    made.look(on(2, 7), on(2, 8))
    assert made.stood(on(2, 8))["戊辰镇"] == "late"


def test_f57(world: Sixth) -> None:
    """A town that had published in time leaves the file, one of another name and without a code comes on that day, and publishes under its name on 8 February | unknown until the file says whether it is the same, never late"""
    registry = type(world).registry

    def more() -> Registry:
        registry(world)
        file = world.folder / "counties" / "平安县.yaml"
        file.write_text(file.read_text("utf-8") + "  - {name: 新丙镇}\n", "utf-8")
        return Registry(load_counties(file.parent), world.above)

    world.without = frozenset({"丙寅镇"})
    world.registry = more  # type: ignore[method-assign]
    world.look(on(2, 6))
    draft = draft_of("平安县", "新丙镇", YEAR, 13 + YEAR % 7)
    world.more_links = [Truth(f"平安县新丙镇{OF}", "/nb/new.html", on(2, 8))]
    world.bodies = {"/nb/new.html": write_html(print_draft(draft), published="2026-02-08")}
    world.look(on(2, 8), on(2, 9))
    line = next(x for x in world.year(on(2, 9)).lines if x.name == "新丙镇")
    assert line.standing.name == "unknown", line.standing
    world.without = frozenset()


def test_f58(world: Sixth) -> None:
    """A link that may be its report is in the column of 平安县; then it is of 平顺县, whose column two looks did not show it | unknown, never missing; nobody is urged"""
    made = in_january(world, DOUBTFUL[0])
    made.put("戊辰镇", YEAR - 1, date(2025, 1, 10), path="/ps/old.html")
    moved(made, "戊辰镇")
    made.look(*days(6, 9))
    line = lines_of(made, on(2, 9), OTHER)["戊辰镇"]
    assert line.standing.name == "unknown", line.standing
    assert "戊辰镇（逾期" not in mail_of(made, on(2, 9), OTHER)
    made.away, made.beside = frozenset(), False


def test_f59(world: Sixth) -> None:
    """A report of two towns was listed in January; one of them publishes its own on 6 February, the joint one is taken down | unknown, never late"""
    title = f"平安县戊辰镇、己巳镇{OF}"
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=title)
    made = anew(world)
    made.more_links = [Truth(title, "/nb/joint.html", on(1, 28))]
    made.bodies = {"/nb/joint.html": write_html(print_draft(draft), published="2026-01-28")}
    begun(made)
    made.more_links, made.bodies = [], {}
    made.put("戊辰镇", YEAR, on(2, 6))
    made.look(*days(6, 10))
    not_late(made, on(2, 10), title)
    assert made.stood(on(2, 10))["己巳镇"] == "unknown"


def test_f60(world: Sixth) -> None:
    """Its page could not be read in January (a notice), listed under its full title; another address, dated 6 February, since | on time or unknown, never late"""
    made = anew(world)
    made.more_links = [Truth(f"平安县戊辰镇{OF}", "/nb/sick.html", on(1, 28))]
    made.bodies = {"/nb/sick.html": "<html><head><meta charset=utf-8></head><body>网站维护中，请稍后访问。</body></html>".encode()}  # fmt: skip
    begun(made)
    made.more_links, made.bodies = [], {}
    made.put("戊辰镇", YEAR, on(2, 6))
    made.look(*days(6, 10))
    not_late(made, on(2, 10), "sick")


def test_f61(world: Sixth) -> None:
    """The same: it answered 404 in January | on time or unknown, never late"""
    made = anew(world)
    made.more_links = [Truth(f"平安县戊辰镇{OF}", "/nb/none.html", on(1, 28))]
    begun(made)
    made.more_links = []
    made.put("戊辰镇", YEAR, on(2, 6))
    made.look(*days(6, 10))
    not_late(made, on(2, 10), "dead")


def test_f62(world: Sixth) -> None:
    """A link with a day of January in the list, which only a person can tell, and its own report of 6 February are seen first on one day | unknown, in list, mail, letter, public page"""
    world.more_links = [Truth(DOUBTFUL[0], "/nb/early.html", on(1, 28))]
    world.bodies = {"/nb/early.html": write_html(print_draft(replace(mended("戊辰镇"), title=DOUBTFUL[0])), published="2026-01-28")}  # fmt: skip
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 6))
    line = world.now("戊辰镇", on(2, 7))
    assert line.standing.name == "unknown"
    assert "待人工确认" in line.standing.zh
    assert "wait for a person" in line.standing.en
    assert world.publicly("戊辰镇", on(2, 7)) == "unknown"
    assert "逾期" not in world.letter("戊辰镇", on(2, 7))
    assert not re.search(r"逾期发布（|逾期发布[1-9]", world.mail(on(2, 7)))
