"""Where a unit stands is one answer, whoever is asked: commands, mail, ledger, letter, export,
feed, compare, in both languages, as of now and of past days, on both databases.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import openpyxl
import pytest
from sqlalchemy import func, select

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import SETTLED, lines_asked, lines_at, lines_now
from nianbao.monitor.ledger.words import FIRST_LOOK, STANDINGS, Lang, Word
from nianbao.monitor.ledger.year import Year, year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import BEIJING, day_in_beijing
from nianbao.monitor.web.site import Files, Site
from nianbao.storage.decisions import check_column
from nianbao.storage.evidence import Evidence
from nianbao.storage.facts import unit_facts
from nianbao.storage.models import Column, Look
from nianbao.storage.scope import EVERYTHING, Scope, of_county, of_unit
from nianbao.storage.store import looking
from nianbao.storage.units import is_there
from tests.amounts import TIMES, amount, more, prove
from tests.conftest import url_of
from tests.worlds.commands import run_here
from tests.worlds.pages import get, served
from tests.worlds.seasons_by_chance import BEGIN, COUNTIES, END, YEAR, ByChance, Town, told_of
from tests.worlds.stores import beside

SEEDS = range(5 * TIMES if TIMES > 1 else amount(1, 3))
NAMES = {"130104": "石家庄市桥西区", "130703": "张家口市桥西区", "140924": "繁峙县"}
LANGS: tuple[Lang, ...] = ("zh", "en")


# Which database a season is lived in: of PostgreSQL's every other one, by hand all.
LIVED = [pytest.param(("sqlite", seed), id=f"{seed}-sqlite") for seed in SEEDS]
LIVED += [
    pytest.param(("postgresql", seed), marks=prove, id=f"{seed}-postgresql")
    for seed in SEEDS[:: 2 if TIMES == 1 else 1]
]


@pytest.fixture(scope="module", params=LIVED)
def lived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ByChance]:
    """Each season is lived once in a database; a test has its own copy."""
    folder = tmp_path_factory.mktemp("season")
    database, seed = request.param
    with beside(url_of(database, request, folder), folder, f"lived_{seed}") as own:
        made = ByChance(folder, own, Random(seed))
        made.live()
        made.engine.dispose()
        yield made


@pytest.fixture
def season(lived: ByChance, tmp_path: Path) -> Iterator[ByChance]:
    with beside(lived.store, tmp_path, "told", like=lived.store) as own:
        made = lived.copied(tmp_path, own)
        yield made
        made.engine.dispose()


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=BEIJING)


class Told(NamedTuple):
    """A standing, and whether it may be held against anybody."""

    name: str
    confirmed: bool


class Faces:
    """Every face, asked the same question, its answer as standings by code."""

    def __init__(self, season: ByChance, day: date | None) -> None:
        self.season, self.day = season, day
        self.as_of = ("--as-of", day.isoformat()) if day else ()
        self.moment = end_of(day) if day else datetime.now(BEIJING)
        with looking(season.engine) as s:
            asked = None if day else self.moment
            of = (s, EVERYTHING, YEAR, self.moment, season.registry)
            self.told: Year = year_of(*of, asked=asked)

    def run(self, *arguments: str, lang: Lang = "zh") -> tuple[int, str, str]:
        config = ("--config", str(self.season.folder / "counties"), "--store", self.season.store)
        done = run_here(self.season.folder, *arguments, *config, NIANBAO_LANG=lang)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    def rows(self, command: str, *arguments: str) -> list[dict[str, Any]]:
        asked = ("--year", str(YEAR), *self.as_of, *arguments)
        code, out, err = self.run(command, *asked, "--format", "json")
        assert code == 0, err
        rows: list[dict[str, Any]] = json.loads(out)
        return rows

    def lines(self) -> dict[str, Line]:
        return {line.unit: line for line in self.told.lines}

    def commands(self) -> dict[str, Told]:
        rows = self.rows("standing")
        for name in ("missing", "late", "unknown"):
            assert self.rows(name) == [row for row in rows if row["standing"] == name]
        return {row["code"]: Told(row["standing"], row["confirmed"]) for row in rows}

    def table(self, lang: Lang) -> Counter[Word]:
        """Standings as they are shown to eyes, counted."""
        code, out, err = self.run(
            "standing", "--year", str(YEAR), *self.as_of, "--format", "md", lang=lang
        )
        assert code == 0, err
        cells = [[cell.strip() for cell in line.split("|")] for line in out.splitlines()[2:]]
        words = {word.said(lang): word for word in (*STANDINGS.values(), FIRST_LOOK)}
        return Counter(words[row[3]] for row in cells)

    def ledger(self) -> dict[str, Word]:
        target = self.season.folder / "ledger.xlsx"
        code, _, err = self.run("ledger", str(target), "--year", str(YEAR), *self.as_of)
        assert code == 0, err
        sheet = openpyxl.load_workbook(target)["发布情况"]
        rows = list(sheet.iter_rows(min_row=4, values_only=True))
        words = {word.zh: word for word in (*STANDINGS.values(), FIRST_LOOK)}
        codes = {(self.told.names[line.county], line.name): line for line in self.told.lines}
        told = {}
        for row in rows:
            line = codes[str(row[1]), str(row[2])]
            told[line.unit] = words[str(row[5])]
            assert (row[7] or 0) == line.days_told
        return told

    def mail(self, lang: Lang) -> Counter[str]:
        """The numbers of its first lines and lists."""
        text = compose(self.told, Office(), lang).text
        counts: Counter[str] = Counter()
        for name in ("missing", "withdrawn", "unknown", "late", "exempt"):
            for line in self.told.standing_at(name):
                assert self.told.called(line.county, line.name) in text
        for key, said in (
            ("missing", "逾期未发布|Overdue"),
            ("unconfirmed", "首次核查未见|First check did not show it"),
        ):
            for match in re.finditer(rf"^(?:\d+\. )?(?:{said}) ?[（(](\d+)[)）]", text, re.M):
                counts[key] = int(match[1])
        return counts


def test_every_face_gives_one_answer(season: ByChance) -> None:
    days = [None, *(BEGIN + timedelta(days=n) for n in (10, 30, 45, (END - BEGIN).days))]
    for day in days:
        faces = Faces(season, day)
        lines = faces.lines()
        truth = {
            unit: Told(line.standing.name, line.standing.confirmed) for unit, line in lines.items()
        }
        words = {unit: line.word for unit, line in lines.items()}
        assert faces.commands() == truth
        assert faces.ledger() == words
        counts = Counter(truth.values())
        for lang in LANGS:
            assert faces.table(lang) == Counter(words.values())
            told = faces.mail(lang)
            assert told["missing"] == counts[Told("missing", True)]
            assert told["unconfirmed"] == counts[Told("missing", False)]
        assert faces.told.counts.get("missing", 0) == told["missing"] + told["unconfirmed"]


test_every_face_gives_one_answer = more(test_every_face_gives_one_answer)


def test_what_was_told_on_a_day_is_told_of_that_day(season: ByChance) -> None:
    """Whatever became of deadlines, names and counties since."""
    assert season.told
    registry = season.registry
    with looking(season.engine) as s:
        for day, told in season.told.items():
            lines = lines_at(s, EVERYTHING, YEAR, end_of(day), registry)
            found = {line.unit: told_of(line) for line in lines}
            assert {unit: found.get(unit) for unit in told} == told, day


def test_pages_give_the_same_answer(season: ByChance) -> None:
    """The rows of a county's page, whichever are asked for, as commands tell them."""
    now = datetime.now(BEIJING)
    files = Files(season.folder / "counties", season.regions)
    site = Site(season.engine, Evidence(season.folder / "evidence"), files, lambda: now)
    faces = Faces(season, None)
    lines = faces.lines()
    (season.folder / "nianbao.toml").touch()
    with served(site) as pages:
        for county in COUNTIES:
            mine = {unit: line for unit, line in lines.items() if line.county == county}
            taken = get(f"{pages}/c/{county}/{YEAR}.json").json()
            assert {row["code"]: row["standing"] for row in taken} == {
                unit: line.standing.name for unit, line in mine.items()
            }
            for name in ("missing", "late", "unknown"):
                rows = faces.rows(name, "--county", county)
                where = f"{pages}/c/{county}/{YEAR}"
                taken = get(f"{where}.json?standing={name}").json()
                assert by_code(taken) == by_code(rows)
                text = get(f"{where}.csv?standing={name}").content.decode("utf-8-sig")
                assert [*by_code(list(csv.DictReader(io.StringIO(text))))] == [*by_code(rows)]
                book = openpyxl.load_workbook(
                    io.BytesIO(get(f"{where}.xlsx?standing={name}").content)
                )
                assert book.worksheets[0].max_row == 1 + len(rows)
            first = get(f"{pages}/c/{county}/{YEAR}.json?standing=unconfirmed").json()
            assert {row["code"] for row in first} == {
                unit for unit, line in mine.items() if line.is_unconfirmed
            }
        for unit, line in lines.items():
            (row,) = get(f"{pages}/u/{unit}/{YEAR}.json").json()
            assert (row["standing"], row["days"]) == (line.standing.name, line.standing.days)


def by_code(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in sorted(rows, key=lambda row: row["code"])}


def test_reports_are_told_alike_by_export_find_and_show(season: ByChance) -> None:
    faces = Faces(season, None)
    code, _, err = faces.run("export", str(season.folder / "out"), "--year", str(YEAR))
    assert code == 0, err
    with (season.folder / "out" / "reports.csv").open(encoding="utf-8") as file:
        exported = {row["code"]: row for row in csv.DictReader(file)}
    lines = faces.lines()
    for unit, row in exported.items():
        asked = ("show", unit, "--year", str(YEAR), "--json", "--evidence", str(season.folder))
        code, out, err = faces.run(*asked)
        assert code == 0, err
        shown = json.loads(out)
        for key in ("state", "since", "version", "replaced", "verdict"):
            assert row[key] == ("" if shown[key] is None else str(shown[key]))
        line = lines.get(unit)
        if line is not None and line.standing.name != "exempt":
            assert (line.standing.name == "withdrawn") == (row["state"] == "withdrawn")
            assert (line.quality == "flagged") == (row["verdict"] in ("fail", "verify"))


def test_what_is_written_down_is_what_is_worked_out(season: ByChance) -> None:
    now, registry = datetime.now(BEIJING), season.registry
    with looking(season.engine) as s:
        assert lines_now(s, EVERYTHING, YEAR, now, registry) == lines_at(
            s, EVERYTHING, YEAR, now, registry, asked=now
        )
        for county in COUNTIES:
            mine = lines_now(s, of_county(county), YEAR, now, registry)
            assert mine == [
                line
                for line in lines_now(s, EVERYTHING, YEAR, now, registry)
                if line.county == county
            ]


def test_of_whom_something_is_asked_is_told_what_is_not_written_down(season: ByChance) -> None:
    now, registry = season.clock(), season.registry

    def unwritten(line: Line) -> tuple[object, ...]:
        return line, line.asks, line.proofs, line.looked

    with looking(season.engine) as s:
        for scope in (EVERYTHING, *map(of_county, COUNTIES)):
            known = lines_at(s, scope, YEAR, now, registry, asked=now)
            asked = lines_asked(s, scope, YEAR, now, registry)
            assert asked == known
            owing = [line for line in known if line.standing.name not in SETTLED]
            told = [line for line in asked if line.standing.name not in SETTLED]
            assert [*map(unwritten, told)] == [*map(unwritten, owing)]
            year = year_of(s, scope, YEAR, now, registry, asked=now)
            assert [*map(unwritten, year.lines)] == [*map(unwritten, asked)]


def test_nobody_is_told_of_a_year_in_which_nothing_was_due(season: ByChance) -> None:
    with looking(season.engine) as s:
        known = {facts.unit: facts for facts in unit_facts(s, EVERYTHING, YEAR)}
        lines = {
            line.unit for line in lines_at(s, EVERYTHING, YEAR, season.clock(), season.registry)
        }
    assert lines == {
        unit for unit, facts in known.items() if is_there(facts.since, facts.until, YEAR)
    }
    faces = Faces(season, None)
    for unit in known.keys() - lines:
        code, _, err = faces.run("letter", unit, "--year", str(YEAR), lang="zh")
        assert code == 1
        assert "不是应发布单位" in err
        assert not list(season.folder.glob("*通知书*"))
        code, _, err = faces.run("letter", unit, "--year", str(YEAR), lang="en")
        assert (code, "nothing to publish" in err) == (1, True)


def test_a_letter_urges_exactly_who_is_proven_missing(season: ByChance) -> None:
    faces = Faces(season, None)
    for unit, line in faces.lines().items():
        target = season.folder / f"{unit}.docx"
        code, out, _ = faces.run("letter", unit, "--year", str(YEAR), "-o", str(target))
        urged = line.standing.name in ("missing", "withdrawn") and line.standing.confirmed
        wrong = unit in faces.told.by_unit
        assert code == (0 if urged or wrong else 1), (line, out)
        if urged:
            assert line.word.zh in out


def test_no_letter_urges_whom_one_look_alone_did_not_show(season: ByChance) -> None:
    """Of a deadline that only the last look came after."""
    season.towns += [Town(county, f"{county}150", "迟来镇") for county in COUNTIES]
    season.write()
    for county in season.registry.counties:
        season.sweep(season.registry, county, whole=True)
    with looking(season.engine) as s:
        fresh = select(func.max(Look.at)).join(Column, Look.column == Column.id)
        fresh = fresh.where(Look.fresh).group_by(Column.portal).order_by(Column.portal)
        last = list(s.scalars(fresh))
    for watched, at in zip(sorted(COUNTIES), last, strict=True):
        season.deadlines[watched] = f"{day_in_beijing(at) - timedelta(days=1):%m-%d}"
    for town in season.towns:
        town.deadline = ""
    season.write()
    asked = {"who": "李主任", "why": "打开看过", "now": datetime.now(UTC)}
    for county in season.registry.counties:  # few are out in some seasons
        check_column(season.engine, county.host, YEAR, undo=False, **asked)  # type: ignore[arg-type]
    faces = Faces(season, None)
    waiting = [line for line in faces.lines().values() if line.standing.name == "missing"]
    assert waiting
    today = day_in_beijing(faces.moment)
    for line in waiting:
        assert not line.standing.confirmed
        assert line.word.zh == "首次核查未见"
        code, _, err = faces.run("letter", line.unit, "--year", str(YEAR))
        if line.unit not in faces.told.by_unit:
            assert (code, f"只有一次核查，不足以催办，{today}起可作第二次核查" in err) == (1, True)
        code, _, err = faces.run("letter", line.unit, "--year", str(YEAR), lang="en")
        assert (code, f"a second is due from {today} on" in err) == (1, True)


def test_exports_feeds_and_the_office_s_own_ledger_say_the_same(season: ByChance) -> None:
    faces = Faces(season, None)
    code, _, err = faces.run("export", str(season.folder / "out"), "--year", str(YEAR))
    assert code == 0, err
    with (season.folder / "out" / "standings.csv").open(encoding="utf-8") as file:
        exported = {row["code"]: row for row in csv.DictReader(file)}
    lines = faces.lines()
    told = {code: (row["standing"], row["confirmed"]) for code, row in exported.items()}
    assert told == {
        unit: (line.standing.name, str(line.standing.confirmed)) for unit, line in lines.items()
    }
    for unit, line in lines.items():
        assert int(exported[unit]["days"]) == line.standing.days
    book = openpyxl.Workbook()
    sheet = book.create_sheet("台账")
    sheet.append(["县（市、区）", "单位", "发布状态", "页面标注日期"])
    for line in lines.values():
        published = "已发布" if line.is_published else "未发布"
        sheet.append(
            [NAMES[line.county], line.name, published, line.printed if line.is_published else None]
        )
    book.save(season.folder / "office.xlsx")
    code, out, _ = faces.run(
        "compare",
        str(season.folder / "office.xlsx"),
        "--year",
        str(YEAR),
        "--all",
        "--format",
        "json",
    )
    compared = {row["code"]: row["verdict"] for row in json.loads(out)}
    unsure = {
        unit
        for unit, line in lines.items()
        if line.standing.name == "unknown" and not line.is_published
    }
    assert {unit for unit, verdict in compared.items() if verdict != "agreed"} == unsure
    assert code == (3 if unsure else 0)


def test_two_counties_of_one_name_are_told_apart_everywhere(season: ByChance) -> None:
    faces = Faces(season, None)
    assert {row["county"] for row in faces.rows("standing")} <= set(NAMES.values())
    assert {row["county"] for row in faces.rows("coverage")} == set(NAMES.values())
    alone = faces.rows("standing", "--county", "130104")
    assert {row["county"] for row in alone} == {"石家庄市桥西区"}
    lines = faces.lines()
    assert {lines[row["code"]].county for row in alone} == {"130104"}
    both = faces.rows("standing", "--county", "桥西区")
    assert {lines[row["code"]].county for row in both} == {"130104", "130703"}
    text = compose(faces.told, Office()).text
    assert "石家庄市桥西区" in text
    assert "张家口市桥西区" in text
    assert not re.search(r"(?<!市)桥西区", text)
    with looking(season.engine) as s:
        one = year_of(s, of_county("130104"), YEAR, faces.moment, season.registry)
    assert one.name == "石家庄市桥西区"


def test_a_question_of_one_unit_is_answered_by_every_command(season: ByChance) -> None:
    faces = Faces(season, None)
    for unit, line in list(faces.lines().items())[:4]:
        (row,) = faces.rows("standing", "--county", unit)
        assert (row["code"], row["standing"]) == (unit, line.standing.name)
        code, _, err = faces.run("missing", "--year", str(YEAR), "--county", unit)
        assert code == 0
        assert line.standing.name == "missing" or line.word.zh in err
        code, _, err = faces.run(
            "show", unit, "--year", str(YEAR), "--evidence", str(season.folder / "evidence")
        )
        assert code == (0 if line.seen is not None else 2)
        assert line.seen is not None or line.word.zh in err
        with looking(season.engine) as s:
            alone = lines_now(s, of_unit(unit, line.county), YEAR, faces.moment, season.registry)
        assert [each.standing for each in alone] == [line.standing]


def test_a_deadline_that_moved_is_worked_out_for_its_county_alone(season: ByChance) -> None:
    """An answer about another county costs no work of its own."""
    asked: list[Scope] = []
    season.deadlines["130104"] = "02-25"
    season.write()
    with looking(season.engine) as s, pytest.MonkeyPatch.context() as patch:
        import nianbao.monitor.ledger.present as present

        def counted(s: Any, scope: Scope, *rest: Any, **more: Any) -> Any:
            asked.append(scope)
            return unit_facts(s, scope, *rest, **more)

        patch.setattr(present, "unit_facts", counted)
        lines_now(s, of_county("140924"), YEAR, datetime.now(BEIJING), season.registry)
        assert asked == []
        lines_now(s, EVERYTHING, YEAR, datetime.now(BEIJING), season.registry)
        assert asked == [of_county("130104")]
