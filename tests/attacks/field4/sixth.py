"""What is said of units through every face, on each day: the cases of sixth.yaml.

    python -m pytest tests/attacks/field4/sixth.py

The county of fifth.py: four published in time, two looks after the deadline (3 and 5 February) did not show 戊辰镇 and 己巳镇.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
import yaml
from docx import Document

from nianbao.crawler.reading import ReadHere
from nianbao.monitor.drafts_board import board, said_of
from nianbao.monitor.handing_in import hand_in, judge_waiting
from nianbao.monitor.health import health, metrics
from nianbao.monitor.ledger.faults import Told as Faults
from nianbao.monitor.ledger.faults import faults_of
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.way import Way
from nianbao.monitor.ledger.year import Year, year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.urging import urging_one, urgings
from nianbao.monitor.paper.public_pages import County, Face, county_of
from nianbao.monitor.settings import Office, Public, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.web.county import county_page
from nianbao.monitor.web.overview import overview_page, overview_rows
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.unit import unit_page
from nianbao.storage.drafts import Handed
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import load_counties
from nianbao.storage.scope import EVERYTHING, of_county, of_unit
from nianbao.storage.store import looking, session
from nianbao.storage.ways import New, answer, note_sent, settle, take_back
from tests.attacks.field4.fifth import CODES, OF, Lived, days
from tests.portals.families import Truth
from tests.portals.server import Reply, Request
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.pages import get, post, served, site_of
from tests.worlds.rewritten import TOWNS, YEAR, end_of, on, towns_of

HERE = Path(__file__).parent
OPEN = HERE / "sixth_open.txt"
CASES = yaml.safe_load((HERE / "sixth.yaml").read_text(encoding="utf-8"))
COUNTY = "140999"
TOWN = {code: town for town, code in CODES.items()}


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BEIJING).astimezone(UTC)


@dataclass
class Sixth(Lived):
    """The same, and more of its faces."""

    other: Any = None  # the world that stands behind the portal instead

    def __call__(self, request: Request) -> Reply | None:
        return super().__call__(request) if self.other is None else self.other(request)

    def faults(self, day: date, hour: int = 12, *, past: bool = False) -> Faults:
        moment = end_of(day) if past else at(day, hour)
        with looking(self.engine) as s:
            return faults_of(s, EVERYTHING, YEAR, moment, self.registry(), past=past)

    def publish_way(self, town: str, day: date, **how: Any) -> Way | None:
        ways = [x for x in self.faults(day, **how).of(CODES[town]) if x.key == "publish"]
        return ways[0] if ways else None

    def way(self, town: str, day: date, rule: str = "F01", **how: Any) -> Way:
        return next(x for x in self.faults(day, **how).of(CODES[town]) if x.rule == rule)

    def said_by(
        self, town: str, kind: Any, day: date, faults: Sequence[str], hour: int = 11
    ) -> int:
        with session(self.engine) as s:
            return answer(s, New(CODES[town], YEAR, kind, "单位", faults, "已处理"), at(day, hour))

    def sent(self, town: str, day: date, faults: Sequence[str], hour: int = 10) -> None:
        with session(self.engine) as s:
            note_sent(s, New(CODES[town], YEAR, "sent", "张三", faults, "电话"), at(day, hour))

    def site(self, day: date, hour: int = 12) -> Site:
        self.registry()
        made = site_of(self.folder, at(day, hour))
        return replace(made, settings=Settings(public=Public(counties=(COUNTY, "140998"))))

    def public(self, day: date, hour: int = 12, county: str = COUNTY) -> County:
        with looking(self.engine) as s:
            return county_of(s, self.registry(), county, at(day, hour))

    def publicly(self, town: str, day: date, year: int = YEAR) -> str:
        return self.public(day).by_folder[CODES[town]].years[year][0].name

    def public_text(self, town: str, day: date, year: int = YEAR) -> str:
        face = Face(Settings(), at(day))
        page = face.page_of(f"u/{CODES[town]}/{year}/index.html", self.public(day))
        assert page is not None
        return re.sub(r"<[^>]+>", " ", page.decode())

    def unit(self, town: str, day: date, lang: Any = "zh") -> Any:
        with looking(self.engine) as s:
            return unit_page(s, self.registry(), CODES[town], YEAR, at(day), lang)

    def county(self, day: date, lang: Any = "zh") -> Any:
        with looking(self.engine) as s:
            return county_page(s, self.registry(), COUNTY, YEAR, at(day), lang)

    def rows(self, *words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.cli(*words, "--year", str(YEAR), "--format", "json"))  # fmt: skip
        return found


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Sixth]]:
    with towns_of(tmp_path_factory.mktemp("towns"), Sixth) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], Sixth], tmp_path: Path) -> Sixth:
    made = towns(tmp_path)
    for each in ("more_links", "bodies", "lists"):
        setattr(made, each, type(getattr(made, each))())
    made.columns, made.down, made.other = (), False, None
    made.above, made.said = {}, ()
    return made


# ---- one answer everywhere


class Told(NamedTuple):
    name: str
    confirmed: bool
    days: int


def everywhere(world: Sixth, day: date) -> None:
    """Each face tells of this day's evening what the others tell."""
    moment, registry = end_of(day), world.registry()
    now = replace(site_of(world.folder, moment), settings=Settings(public=Public(counties=(COUNTY,))))  # fmt: skip
    with looking(world.engine) as s:
        year = year_of(s, EVERYTHING, YEAR, moment, registry, asked=moment)
        past = year_of(s, EVERYTHING, YEAR, moment, registry)
        told = faults_of(s, EVERYTHING, YEAR, moment, registry)
        over = overview_rows(overview_page(s, registry, of_county(COUNTY), YEAR, moment, "zh"))
        page = county_page(s, registry, COUNTY, YEAR, moment, "zh")
        public = county_of(s, registry, COUNTY, moment)
    truth = {x.unit: Told(x.standing.name, x.standing.confirmed, x.standing.days) for x in year.lines}  # fmt: skip
    assert {x.unit: Told(x.standing.name, x.standing.confirmed, x.standing.days) for x in past.lines} == truth  # fmt: skip
    rows = world.rows("standing", "--as-of", str(day))
    assert {x["code"]: Told(x["standing"], x["confirmed"], x["days"]) for x in rows} == truth
    # counts against lists
    names = Counter(x.name for x in truth.values())
    sure = [u for u, x in truth.items() if x.name == "missing" and x.confirmed]
    first = [u for u, x in truth.items() if x.name == "missing" and not x.confirmed]
    assert over[0]["missing"] == len(sure) == len(page.groups.missing)
    assert over[0]["unconfirmed"] == len(first) == len(page.groups.unconfirmed)
    for name in ("unknown", "withdrawn", "exempt"):
        assert over[0][name] == names[name], name
    assert sum(len(group) for group in page.groups) == len(truth)
    text = compose(year, Office()).text
    assert compose(past, Office()).text == text
    for key, units in (("逾期未发布", sure), ("首次核查未见", first)):
        found = re.search(rf"^(?:\d+\. )?{key}（(\d+)）", text, re.M)
        assert (int(found[1]) if found else 0) == len(units), key
    # the board: a report that is not there, exactly for whom that may be told
    open_ways = {x.unit for x in told.ways if x.key == "publish" and x.state in ("open", "sent", "answered", "still", "waived")}  # fmt: skip
    assert open_ways == {x.unit for x in year.lines if x.is_accused}
    wrong = {x.unit for x in told.ways if x.key != "publish" and x.state in ("open", "sent", "answered", "still")}  # fmt: skip
    assert wrong == {x.unit for x in year.findings}
    # for everybody: never worse than inside
    for unit in public.units:
        if YEAR in unit.years:
            mine = unit.years[YEAR][0]
            assert mine.name in (truth[unit.key].name, "unknown")
            if mine.name in ("missing", "late"):
                assert truth[unit.key].confirmed
                assert mine.days == truth[unit.key].days
    with served(now) as url:
        taken = {x["code"]: x for x in get(f"{url}/c/{COUNTY}/{YEAR}.json").json()}
        assert {
            u: Told(x["standing"], x["confirmed"], x["days"]) for u, x in taken.items()
        } == truth
        api = get(f"{url}/api/v1/standings?year={YEAR}").json()
        listed = next(value for value in api.values() if isinstance(value, list))
        assert {x["code"]: Told(x["standing"], x["confirmed"], x["days"]) for x in listed} == truth
        data = get(f"{url}/data.csv?year={YEAR}").content.decode("utf-8-sig")
        assert {x["code"]: x["standing"] for x in csv.DictReader(io.StringIO(data))} == {u: x.name for u, x in truth.items()}  # fmt: skip
        for unit, stood in truth.items():
            (row,) = get(f"{url}/u/{unit}/{YEAR}.json").json()
            assert Told(row["standing"], row["confirmed"], row["days"]) == stood
            shown = get(f"{url}/u/{unit}/{YEAR}").text
            letter = get(f"{url}/letter/{unit}/{YEAR}").status_code
            urged = world_urged(world, unit, moment)
            assert (letter == 200) == (urged != ""), (unit, stood, urged)
            if stood.name != "missing" or not stood.confirmed:
                assert "已逾期" not in re.sub(r"<[^>]+>", "", shown).partition("经过")[0], (
                    unit,
                    stood,
                )


def world_urged(world: Sixth, unit: str, moment: datetime) -> str:
    """Which letter a unit is due; empty: none."""
    from nianbao.monitor.paper.letters import NoLetterError, letter_due
    from nianbao.storage.queries import reports

    with looking(world.engine) as s:
        told = year_of(s, of_unit(unit, COUNTY), YEAR, moment, world.registry(), asked=moment)
        report = next(iter(reports(s, of_unit(unit, COUNTY), YEAR)), None)
    if not told.lines:
        return ""
    try:
        return letter_due(told, Office(), has_report=report is not None).kind
    except NoLetterError:
        return ""


def happens(world: Sixth, rng: Random, day: date) -> str:
    """Something, as it happens to portals, registers and offices."""
    here = [t for t in TOWNS if t not in world.without]
    town = rng.choice(here)
    published = [p.town for p in world.pieces.values() if p.year == YEAR]
    what = rng.choice(("put", "gone", "exempt", "waive", "until", "deadline", "down", "wrong", "mend", "undated", "rename", "moved", "without", "answer", "calm", "calm"))  # fmt: skip
    if what == "put" and town not in published:
        world.put(town, YEAR, day, wrong=rng.random() < 0.4)
    elif what == "undated" and town not in published:
        world.put(town, YEAR, day)
        world.undated |= {world.piece(town).path}
        world.change(town, listed="")
    elif what == "gone" and town in published:
        world.gone(town)
    elif what == "moved" and town in published:
        old = world.gone(town)
        path = f"/nb/m{day:%m%d}.html"
        world.pieces[path] = replace(old, path=path, listed=day, printed=day)
    elif what in ("wrong", "mend") and town in published:
        piece = world.piece(town)
        figure = 99 if what == "wrong" else draft_of("平安县", town, YEAR, TOWNS.index(town) + 11 + YEAR % 7).figures["requests.new.natural_person"]  # fmt: skip
        world.change(town, report=piece.report.with_figures(requests__new__natural_person=figure))
    elif what == "exempt":
        world.decide("exempt", town, day)
    elif what == "waive":
        stood = world.now(town, day).standing.name if town in world.stood(day) else ""
        rule = {"late": "A02", "withdrawn": "A10"}.get(stood, "F01")
        world.decide("waived", town, day, rule=rule)
    elif what == "until":
        world.more[town] = f', until: "{rng.choice(("2026-01-20", "2026-02-20", "2025-11-30"))}"'
    elif what == "deadline":
        world.said = rng.choice(((), ('deadline: "02-10"',), ('deadline: "01-28"',), ("deadlines: {working_day: next}",)))  # fmt: skip
    elif what == "down":
        world.down = not world.down
    elif what == "rename":
        world.renamed = {**world.renamed, town: f"新{town}"}
        world.more[town] = f', former: [{{name: {town}, until: "{day}"}}]'
    elif what == "without":
        world.without = world.without ^ {town}
    elif what == "answer":
        ways = [x for x in world.faults(day).of(CODES[town]) if x.state != "gone"]
        if ways:
            world.said_by(town, rng.choice(("mended", "explained")), day, [x.key for x in ways])
    return f"{day} {what} {town}"


def season(world: Sixth, seed: int) -> None:
    rng, done = Random(seed), []
    for day in days(6, 15):
        for _ in range(rng.randint(1, 2)):
            try:
                done.append(happens(world, rng, day))
            except Exception as error:  # refused in words
                if type(error).__name__ not in ("DecisionError", "WayError", "StopIteration"):
                    raise
        if rng.random() < 0.75:
            world.look(day)
            done.append("look")
        if rng.random() < 0.4:
            try:
                everywhere(world, day)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {done}: {error}") from error


SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_d01(world: Sixth, seed: int) -> None:
    """Ten days by chance, all faces of one evening."""
    season(world, seed)


# ---- the way of a fault, on each day


def test_d02(world: Sixth) -> None:
    """The deadline is moved after a letter to publish: what the board says then."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    world.said = ('deadline: "02-28"',)
    told = world.publish_way("戊辰镇", on(2, 6))
    assert told is None or told.state == "gone"


def test_d03(world: Sixth) -> None:
    """The same, once somebody has looked."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 6))
    told = world.publish_way("戊辰镇", on(2, 7))
    assert told is None or told.state == "gone"
    past = world.publish_way("戊辰镇", on(2, 5), past=True)
    assert past is not None
    assert past.state == "sent"


def test_d04(world: Sixth) -> None:
    """Exempt after the letter."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    world.decide("exempt", "戊辰镇", on(2, 6))
    told = world.publish_way("戊辰镇", on(2, 6))
    assert told is None or told.state in ("gone", "waived")


def test_d05(world: Sixth) -> None:
    """Closed before the deadline, after the letter: nothing of it on the board."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    world.more["戊辰镇"] = ', until: "2026-01-20"'
    world.look(on(2, 6))
    assert world.publish_way("戊辰镇", on(2, 7)) is None


def test_d06(world: Sixth) -> None:
    """Told, the portal down for eleven days: neither open nor still, and no letter."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    world.down = True
    world.look(*days(6, 16))
    told = world.publish_way("戊辰镇", on(2, 16))
    assert told is not None
    assert told.state == "unsure"
    assert world.letter("戊辰镇", on(2, 16)).startswith("不")


def test_d07(world: Sixth) -> None:
    """It says that it published; the next look is not whole."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    world.said_by("戊辰镇", "mended", on(2, 5), ["publish"], hour=15)
    world.down = True
    world.look(on(2, 6))
    told = world.publish_way("戊辰镇", on(2, 6))
    assert told is not None
    assert told.state in ("answered", "unsure")


def test_d08(world: Sixth) -> None:
    """It says that its report is mended; its page can't be opened at the next look."""
    key = world.way("甲子镇", on(2, 5)).key
    world.sent("甲子镇", on(2, 5), [key], hour=14)
    world.said_by("甲子镇", "mended", on(2, 5), [key], hour=15)
    path = world.piece("甲子镇").path
    world.bodies = {path: b""}
    world.look(on(2, 6))
    assert world.way("甲子镇", on(2, 6)).state in ("answered", "unsure", "gone")


def test_d09(world: Sixth) -> None:
    """The same; its page shows a notice that the site is being mended."""
    key = world.way("甲子镇", on(2, 5)).key
    world.sent("甲子镇", on(2, 5), [key], hour=14)
    world.said_by("甲子镇", "mended", on(2, 5), [key], hour=15)
    path = world.piece("甲子镇").path
    world.bodies = {path: "<html><head><meta charset=utf-8><title>提示</title></head><body><p>网站维护中，请稍后访问。</p></body></html>".encode()}  # fmt: skip
    world.look(on(2, 6))
    assert world.way("甲子镇", on(2, 6)).state in ("answered", "unsure", "gone")


def test_d10(world: Sixth) -> None:
    """The same; it published the corrected one at another address, and the old page stands as it was."""
    key = world.way("甲子镇", on(2, 5)).key
    world.sent("甲子镇", on(2, 5), [key], hour=14)
    world.said_by("甲子镇", "mended", on(2, 5), [key], hour=15)
    piece = world.piece("甲子镇")
    right = draft_of("平安县", "甲子镇", YEAR, 0 + 11 + YEAR % 7)
    world.pieces["/nb/right.html"] = replace(piece, path="/nb/right.html", listed=on(2, 6), printed=on(2, 6), report=right)  # fmt: skip
    world.look(on(2, 6), on(2, 7))
    assert "F01" not in {x.rule for x in world.found("甲子镇")} or world.way("甲子镇", on(2, 7)).state != "still"  # fmt: skip
    assert world.way("甲子镇", on(2, 7)).state == "gone"
    assert "F01" not in world.letter("甲子镇", on(2, 7))


def test_d11(world: Sixth) -> None:
    """Mended, gone, and back with the same numbers: what each evening said is told of it later."""
    piece = world.piece("甲子镇")
    right = draft_of("平安县", "甲子镇", YEAR, 0 + 11 + YEAR % 7)
    world.sent("甲子镇", on(2, 5), [world.way("甲子镇", on(2, 5)).key], hour=14)
    seen: dict[date, str] = {}
    for day in days(6, 10):
        world.change("甲子镇", report=right if on(2, 7) <= day < on(2, 9) else piece.report)
        world.look(day)
        seen[day] = world.way("甲子镇", day, past=True).state
    assert [seen[day] for day in days(6, 10)] == ["sent", "gone", "gone", "open", "open"]
    later = {day: world.way("甲子镇", day, past=True).state for day in seen}
    assert later == seen


def test_d12(world: Sixth) -> None:
    """Waived, back in other numbers: open again, and the letter and the mail say it."""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    assert world.way("甲子镇", on(2, 6)).state == "waived"
    piece = world.piece("甲子镇")
    world.change("甲子镇", report=piece.report.with_figures(requests__new__natural_person=555))
    world.look(on(2, 7))
    assert world.way("甲子镇", on(2, 7)).state == "open"
    assert "需整改（1）：甲子镇" in world.mail(on(2, 7))


def test_d13(world: Sixth) -> None:
    """An appeal accepted, then the report is published again: nothing is asked of it."""
    key = world.way("甲子镇", on(2, 5)).key
    number = world.said_by("甲子镇", "appealed", on(2, 5), [key], hour=15)
    marks = world.way("甲子镇", on(2, 5)).marks
    with session(world.engine) as s:
        settle(s, number, "accepted", "张三", "属实", marks, at(on(2, 6), 9))
    piece = world.gone("甲子镇")
    world.pieces["/nb/again.html"] = replace(piece, path="/nb/again.html", listed=on(2, 7))
    world.look(*days(7, 10))
    assert world.way("甲子镇", on(2, 10)).state == "waived"
    with session(world.engine) as s:
        take_back(s, number, "张三", at(on(2, 10), 13))
    assert world.way("甲子镇", on(2, 11)).state != "waived"


def test_d14(world: Sixth) -> None:
    """Exempt, with a published report that has errors: the board, the mail, the letter, the page ask nothing."""
    world.decide("exempt", "甲子镇", on(2, 6))
    assert world.letter("甲子镇", on(2, 6)).startswith("不")
    assert "需整改" not in world.mail(on(2, 6))
    assert not [x for x in world.faults(on(2, 6)).of(CODES["甲子镇"]) if x.state in ("open", "sent", "still")]  # fmt: skip
    assert world.unit("甲子镇", on(2, 6)).to_mend == ""
    assert world.unit("甲子镇", on(2, 6)).letter == ""


def test_d15(world: Sixth) -> None:
    """Renamed, after its fault was told: one way, told by the name of now."""
    world.sent("甲子镇", on(2, 5), [world.way("甲子镇", on(2, 5)).key], hour=14)
    world.renamed = {"甲子镇": "新甲镇"}
    world.more["甲子镇"] = ', former: [{name: 甲子镇, until: "2026-02-06"}]'
    world.look(on(2, 7))
    ways = [x for x in world.faults(on(2, 7)).of(CODES["甲子镇"]) if x.rule == "F01"]
    assert [x.state for x in ways] == ["sent"]
    assert world.faults(on(2, 7)).lines[CODES["甲子镇"]].name == "新甲镇"


def test_d16(world: Sixth) -> None:
    """Merged into 乙丑镇 on 1 March, after the letter: still its own fault; closed before the deadline: nobody's."""
    world.more["甲子镇"] = ', until: "2026-03-01"'
    world.more["乙丑镇"] = ', former: [{name: 甲子镇, until: "2026-03-01"}]'
    world.look(on(2, 7))
    assert not [x for x in world.found("乙丑镇") if x.rule == "F01"]
    assert not [x for x in world.faults(on(2, 7)).of(CODES["乙丑镇"]) if x.rule == "F01"]


def test_d17(world: Sixth) -> None:
    """Of another county since: its faults are not on the board of the former one."""
    world.away = frozenset({"甲子镇"})
    world.look(on(2, 7))
    with looking(world.engine) as s:
        mine = faults_of(s, of_county(COUNTY), YEAR, at(on(2, 7)), world.registry())
    assert CODES["甲子镇"] not in mine.lines
    world.away = frozenset()


def test_d18(world: Sixth) -> None:
    """An answer of a day before the report was seen at all."""
    world.said_by("戊辰镇", "mended", on(2, 4), ["publish"])
    told = world.publish_way("戊辰镇", on(2, 6))
    assert told is not None
    assert told.state in ("open", "still", "answered")
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    told = world.publish_way("戊辰镇", on(2, 7))
    assert told is not None
    assert told.state == "gone"


def test_d19(world: Sixth) -> None:
    """Explained and rejected; then the explanation is taken back and the decision too."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    number = world.said_by("戊辰镇", "explained", on(2, 5), ["publish"], hour=15)
    with session(world.engine) as s:
        settle(s, number, "rejected", "张三", "未见", (), at(on(2, 6), 9))
    assert world.publish_way("戊辰镇", on(2, 6)).state == "still"  # type: ignore[union-attr]
    assert world.publish_way("戊辰镇", on(2, 5), past=True).state == "answered"  # type: ignore[union-attr]
    with session(world.engine) as s:
        take_back(s, number, "张三", at(on(2, 6), 15))
    assert world.publish_way("戊辰镇", on(2, 6), hour=18).state == "answered"  # type: ignore[union-attr]


def test_d20(world: Sixth) -> None:
    """Withdrawn for three days and back: the way says gone, the median counts no day of after."""
    gone = world.gone("丙寅镇")
    world.look(*days(6, 8))
    assert world.publish_way("丙寅镇", on(2, 8)).state == "open"  # type: ignore[union-attr]
    world.pieces[gone.path] = gone
    world.look(on(2, 9))
    assert world.publish_way("丙寅镇", on(2, 9)).state == "gone"  # type: ignore[union-attr]
    assert "年报未发布" not in "".join(str(e.said) for e in world.unit("丙寅镇", on(2, 9)).timeline)


# ---- letters and drafts


def seen_and_taken(world: Sixth, town: str, day: date, changed: Callable[[], None]) -> tuple[str, Any]:  # fmt: skip
    """A letter that somebody looks at in the morning, and takes in the afternoon."""
    with served(world.site(day, 9)) as url:
        page = get(f"{url}/letter/{CODES[town]}/{YEAR}")
        assert page.status_code == 200
        marks = re.findall(r'name="mark"[^>]* value="([^"]+)"|value="([^"]+)"[^>]*name="mark"', page.text)  # fmt: skip
    changed()
    with served(world.site(day, 15)) as url:
        fields: dict[str, Any] = {"unit": CODES[town], "year": str(YEAR)}
        if kind := re.search(r'name="kind" value="([^"]+)"', page.text):
            fields["kind"] = kind[1]
        if marks:
            fields |= {"chosen": "1", "mark": [a or b for a, b in marks]}
        done = post(f"{url}/do/letter", **fields)
    if done.status_code != 200:
        return "", done
    paper = Document(io.BytesIO(done.content))
    cells = [c.text for t in paper.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in paper.paragraphs), *cells]), done


def test_d21(world: Sixth) -> None:
    """A letter to publish is looked at; a sweep sees the report; it is taken."""

    def changed() -> None:
        world.put("戊辰镇", YEAR, on(2, 6))
        world.look(on(2, 6))

    text, done = seen_and_taken(world, "戊辰镇", on(2, 6), changed)
    assert done.status_code == 409
    assert "催办" not in text


def test_d22(world: Sixth) -> None:
    """A letter to publish is looked at; the report comes, with an error: none is written of something else than was seen."""

    def changed() -> None:
        world.put("戊辰镇", YEAR, on(2, 6), wrong=True)
        world.look(on(2, 6))

    text, done = seen_and_taken(world, "戊辰镇", on(2, 6), changed)
    assert done.status_code == 409 or "整改" in text


def test_d23(world: Sixth) -> None:
    """A letter to correct is looked at with its marks; the report is corrected; it is taken."""

    def changed() -> None:
        right = draft_of("平安县", "甲子镇", YEAR, 0 + 11 + YEAR % 7)
        world.change("甲子镇", report=right)
        world.look(on(2, 6))

    text, done = seen_and_taken(world, "甲子镇", on(2, 6), changed)
    assert "F01" not in text
    assert "99" not in text
    assert done.status_code in (200, 400, 409)  # the others that were seen still hold


def test_d24(world: Sixth) -> None:
    """Looked at by one, waived by another, taken by the first."""

    def changed() -> None:
        for each in world.found("甲子镇"):
            world.decide("waived", "甲子镇", on(2, 6), rule=each.rule)

    text, done = seen_and_taken(world, "甲子镇", on(2, 6), changed)
    assert done.status_code in (400, 409)
    assert text == ""


def test_d25(world: Sixth) -> None:
    """Looked at; exempt since; taken."""
    text, done = seen_and_taken(world, "戊辰镇", on(2, 6), lambda: world.decide("exempt", "戊辰镇", on(2, 6)))  # fmt: skip
    assert (done.status_code, text) == (409, "")


def test_d26(world: Sixth) -> None:
    """Looked at; the deadline is moved; taken."""
    text, done = seen_and_taken(world, "戊辰镇", on(2, 6), lambda: setattr(world, "said", ('deadline: "02-28"',)))  # fmt: skip
    world.said = ()
    assert (done.status_code, text) == (409, "")


def test_d27(world: Sixth) -> None:
    """Withdrawn, and its address shows a notice: the letter does not say that the address can't be opened."""
    piece = world.gone("丙寅镇")
    world.bodies = {piece.path: "<html><head><meta charset=utf-8><title>文章已删除</title></head><body><p>您访问的文章已删除或不存在。</p></body></html>".encode()}  # fmt: skip
    world.look(*days(6, 9))
    told = world.letter("丙寅镇", on(2, 9))
    if world.stood(on(2, 9))["丙寅镇"] == "withdrawn":
        assert "无法打开" not in told


class Drafts(NamedTuple):
    state: str
    said: str
    changes: str


def drafts(world: Sixth, town: str, day: date) -> Drafts:
    with looking(world.engine) as s:
        rows = board(s, EVERYTHING, YEAR, at(day), world.registry())
    (row,) = [x for x in rows if x.unit == CODES[town]]
    from nianbao.monitor.drafts_board import row_of

    return Drafts(row.state, "；".join(said_of(row, "zh")), row_of(row)["changes"])


def hands_in(world: Sixth, town: str, day: date, report: Any) -> None:
    evidence = Evidence(world.folder / "evidence")
    handed = Handed(YEAR, "稿.docx", "", at(day), "王某", "page", CODES[town])
    hand_in(world.engine, evidence, handed, write_docx(print_draft(report)))
    judge_waiting(world.engine, evidence, world.registry(), ReadHere())


def draft_for(town: str) -> Any:
    return draft_of("平安县", town, YEAR, TOWNS.index(town) + 11 + YEAR % 7)


def test_d28(world: Sixth) -> None:
    """A draft passed, published as it was; later the unit corrects it: it is not told to have published otherwise than it was passed."""
    hands_in(world, "戊辰镇", on(2, 6), draft_for("戊辰镇"))
    world.put("戊辰镇", YEAR, on(2, 7))
    world.look(on(2, 7))
    assert drafts(world, "戊辰镇", on(2, 7)).state == "published"
    piece = world.piece("戊辰镇")
    world.change("戊辰镇", report=piece.report.with_figures(proactive__coercion__decisions=4321))
    world.look(on(2, 9))
    told = drafts(world, "戊辰镇", on(2, 9))
    assert told.state == "published" or "首次发布时一致" in told.said or "第2版" in told.said


def test_d29(world: Sixth) -> None:
    """Published otherwise, then corrected to what was passed."""
    hands_in(world, "戊辰镇", on(2, 6), draft_for("戊辰镇"))
    world.put("戊辰镇", YEAR, on(2, 7), wrong=True)
    world.look(on(2, 7))
    assert drafts(world, "戊辰镇", on(2, 7)).state == "differs"
    world.change("戊辰镇", report=draft_for("戊辰镇"))
    world.look(on(2, 9))
    assert drafts(world, "戊辰镇", on(2, 9)).state == "published"


def test_d30(world: Sixth) -> None:
    """The draft of another year's numbers: handed in after publication, no draft of it."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    hands_in(world, "戊辰镇", on(2, 8), draft_for("戊辰镇").with_figures(proactive__coercion__decisions=4321))  # fmt: skip
    assert drafts(world, "戊辰镇", on(2, 8)).state == "published"


def test_d31(world: Sixth) -> None:
    """Handed in on the deadline, passed, not published: still missing, and the board says passed."""
    hands_in(world, "戊辰镇", on(2, 5), draft_for("戊辰镇"))
    world.look(on(2, 6))
    assert drafts(world, "戊辰镇", on(2, 6)).state == "passed"
    assert world.stood(on(2, 6))["戊辰镇"] == "missing"
    assert "稿" not in world.public_text("戊辰镇", on(2, 6))


def test_d32(world: Sixth) -> None:
    """A draft passed; what is published at its address is another unit's report: no difference is told of it."""
    hands_in(world, "戊辰镇", on(2, 6), draft_for("戊辰镇"))
    world.put("戊辰镇", YEAR, on(2, 7))
    world.change("戊辰镇", report=draft_for("己巳镇"))
    world.look(on(2, 7), on(2, 8))
    assert drafts(world, "戊辰镇", on(2, 8)).state in ("passed", "published")
    assert world.stood(on(2, 8))["戊辰镇"] == "unknown"


# ---- a county that was set up only now


def anew(world: Sixth) -> Sixth:
    """A store of its own, set up only later; the portal answers for it."""
    made = replace(world, folder=world.folder / "anew", pieces={}, renamed={}, more={}, other=None)
    made.folder.mkdir()
    world.other = made
    return made


@pytest.fixture
def young(world: Sixth) -> Sixth:
    """Set up on 6 February: of three years all but one have a report, of 2022 戊辰镇 has none."""
    made = anew(world)
    for year in (2022, 2023, 2024, 2025):
        for n, town in enumerate(TOWNS):
            if (year, town) not in ((2022, "戊辰镇"), (2025, "己巳镇")):
                made.put(town, year, date(year + 1, 1, 10 + n))
    made.look(*days(6, 8))
    return made


def line_in(world: Sixth, town: str, year: int, day: date) -> Line:
    with looking(world.engine) as s:
        told = year_of(s, EVERYTHING, year, at(day), world.registry(), asked=at(day))
    return next(x for x in told.lines if x.name == town)


def test_d33(young: Sixth) -> None:
    """A year of four years ago that a column does not show, first looked at now: told to nobody as missing."""
    assert line_in(young, "己巳镇", 2025, on(2, 8)).standing.name == "missing"
    assert young.publicly("戊辰镇", on(2, 8), 2022) == "unknown"


def test_d34(young: Sixth) -> None:
    """The same in the feed."""
    assert "戊辰镇 2022：逾期未发布" not in young.feed(on(2, 8))


def test_d35(young: Sixth) -> None:
    """The mail of that week does not say that all of it was published in that week."""
    for lang, said in (("zh", "本周新发布"), ("en", "Published this week")):
        with looking(young.engine) as s:
            year = year_of(s, EVERYTHING, YEAR, at(on(2, 8)), young.registry(), asked=at(on(2, 8)))
        text = compose(year, Office(), lang).text  # type: ignore[arg-type]
        section = text.partition(said)[2].partition("【")[0]
        assert "甲子镇" not in section


def test_d36(world: Sixth) -> None:
    """Reports without a day, first seen on the day of setting up: no curve says that they came then."""
    made = anew(world)
    for n, town in enumerate(TOWNS):
        made.put(town, 2024, date(2025, 1, 10 + n))
        made.put(town, YEAR, on(1, 20))
        path = made.piece(town).path
        made.undated |= {path}
        made.change(town, listed="")
    made.look(on(2, 6), on(2, 7))
    assert set(made.stood(on(2, 8)).values()) == {"unknown"}
    year = made.year(on(2, 8))
    before = [share for day, share in year.progress if day <= on(2, 5)]
    told = compose(year, Office()).text + "".join(made.county(on(2, 8)).curve.points)
    assert not before or before[-1] == year.progress[-1][1] or "何时发布无法核实" in told or year.undated == 6  # fmt: skip


def test_d37(world: Sixth) -> None:
    """Of whom nobody knows when it was published, the page's first sentence gives no day of it."""
    made = anew(world)
    for n, town in enumerate(TOWNS):
        made.put(town, 2024, date(2025, 1, 10 + n))
        made.put(town, YEAR, on(1, 20))
        made.undated |= {made.piece(town).path}
        made.change(town, listed="")
    made.look(on(2, 6), on(2, 7))
    for lang, said in (("zh", "日发布，"), ("en", "published on"), ("en", "published 6")):
        assert said not in made.unit("戊辰镇", on(2, 8), lang).sentence
    assert "2026-02-06" not in made.public_text("戊辰镇", on(2, 8)).partition("首次发布日")[2][:40]


def test_d38(world: Sixth) -> None:
    """Late by looks, without a printed day: the day of the first look that showed it is called so."""
    world.put("戊辰镇", YEAR, on(2, 7))
    world.undated |= {world.piece("戊辰镇").path}
    world.change("戊辰镇", listed="")
    world.look(on(2, 8))
    line = world.now("戊辰镇", on(2, 8))
    assert line.standing.name == "late"
    assert "2月8日发布" not in world.unit("戊辰镇", on(2, 8)).sentence
    told = world.public_text("戊辰镇", on(2, 8))
    assert "首次发布日" not in told or "2026-02-08" not in told.partition("首次发布日")[2][:60]


def test_d39(world: Sixth) -> None:
    """The same in a table of a county: heads of days say that they are printed or first seen."""
    from nianbao.monitor.web.words import words

    assert words()["first_day"][0] != "发布日期"


# ---- sums, charts, rankings


def two_counties(world: Sixth, day: date) -> Year:
    with looking(world.engine) as s:
        return year_of(s, EVERYTHING, YEAR, at(day), world.registry(), asked=at(day))


def test_d41(world: Sixth) -> None:
    """A county whose column nobody could read stands in a ranking with what is unknown of it."""
    world.beside = True
    world.away = frozenset({"己巳镇"})
    world.bodies = {"/ps/": b"\xff\xfe garbage"}
    world.look(*days(6, 8))
    year = two_counties(world, on(2, 8))
    world.away, world.beside = frozenset(), False
    ranks = {x.name: x for x in year.by_county}
    assert ranks["平顺县"].due == sum(x.standing.name == "unknown" for x in year.lines if x.county == "140998")  # fmt: skip
    text = compose(year, Office()).text
    row = text.partition("各县（市、区）进度")[2].partition("平顺县")[2].partition("平安县")[0]
    assert "无法核实" in row


def test_d42(world: Sixth) -> None:
    """What Prometheus is told: missing by one look is not counted as missing."""
    first = anew(world)
    for n, town in enumerate(TOWNS):
        first.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        first.put(town, YEAR, on(1, 25 + n))
    first.look(on(1, 10), on(1, 30), on(2, 3))
    assert first.stood(on(2, 3))["戊辰镇"] == "missing?"
    told = metrics(health(first.engine, at(on(2, 3)))).decode()
    found = re.search(r'nianbao_units\{standing="missing"\} (\S+)', told)
    assert found is None or float(found[1]) == 0


def test_d43(world: Sixth) -> None:
    """Two columns of one report: its own prints 6 February, the county's 29 January."""
    world.columns = ("url: {url}/nb/, preset: trs-index", "url: {url}/dept/, preset: trs-index")
    world.put("戊辰镇", YEAR, on(2, 6), path="/dept/a.html")
    world.lists = {"/dept/": ("/dept/a.html",)}
    world.more_links = [Truth(f"平安县戊辰镇{OF}", "/dept/a.html", on(1, 29))]
    world.look(on(2, 6), on(2, 7))
    line = world.now("戊辰镇", on(2, 7))
    assert line.standing.name in ("on_time", "unknown")
    assert "逾期" not in world.letter("戊辰镇", on(2, 7))


def test_d44(world: Sixth) -> None:
    """A unit that published in time stands in a second column with a later day."""
    world.columns = ("url: {url}/nb/, preset: trs-index", "url: {url}/dept/, preset: trs-index")
    piece = world.piece("乙丑镇")
    world.pieces["/dept/b.html"] = replace(piece, path="/dept/b.html", listed=on(2, 6), printed=on(2, 6))  # fmt: skip
    world.lists = {"/dept/": ("/dept/b.html",)}
    world.look(on(2, 6), on(2, 7))
    line = world.now("乙丑镇", on(2, 7))
    assert line.standing.name == "on_time"
    assert "逾期" not in world.letter("乙丑镇", on(2, 7))
    told = {x.rule for x in world.found("乙丑镇")}
    assert "A02" not in told
    assert "A09" not in told


def test_d45(world: Sixth) -> None:
    """Last year's report once more under this year's title: it is neither this year's nor is the unit missing, or late, by it."""
    old = next(p for p in world.pieces.values() if p.town == "戊辰镇" and p.year == YEAR - 1)
    world.more_links = [Truth(f"平安县戊辰镇{OF}", "/nb/old.html", on(2, 6))]
    world.bodies = {"/nb/old.html": write_html(print_draft(old.report), published="2026-02-06")}
    world.look(*days(6, 8))
    assert world.stood(on(2, 8))["戊辰镇"] == "unknown"
    assert world.publicly("戊辰镇", on(2, 8)) == "unknown"
    assert world.letter("戊辰镇", on(2, 8)).startswith("不")
    way = world.publish_way("戊辰镇", on(2, 8))
    assert way is None or way.state == "unsure"


def test_d46(world: Sixth) -> None:
    """One whole look and one of which a page was missing: by one look alone, in each face."""
    half = anew(world)
    for n, town in enumerate(TOWNS):
        half.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        half.put(town, YEAR, on(1, 25 + n))
    half.look(on(1, 10), on(1, 30), on(2, 3))
    half.down = True
    half.look(on(2, 4))
    assert half.stood(on(2, 4))["戊辰镇"] in ("missing?", "unknown")
    everywhere(half, on(2, 4))
    assert half.publicly("戊辰镇", on(2, 4)) == "unknown"
    assert "未见" not in half.public_text("戊辰镇", on(2, 4))
    assert half.letter("戊辰镇", on(2, 4)).startswith("不")


def look_at(world: Sixth, moment: datetime) -> None:
    from functools import partial

    from nianbao.crawler.once import look_once
    from nianbao.crawler.recorder import Recorder
    from nianbao.monitor.judging import judge_county
    from nianbao.monitor.ledger.upkeep import refresh
    from nianbao.monitor.sweeping import wanted_of
    from tests.worlds.rewritten import _itself

    engine, evidence, registry = world.engine, Evidence(world.folder / "evidence"), world.registry()
    for county in registry.counties:
        wanted = replace(wanted_of(engine, registry, county, moment), recheck=True)
        look_once(Recorder(engine, evidence, partial(_itself, moment)), county, wanted=wanted)
        judge_county(engine, evidence, ReadHere(), county, moment)
        refresh(engine, registry, [county], moment)


def test_d47(world: Sixth) -> None:
    """Looks one minute before and after the deadline's midnight, in Beijing: one of them counts."""
    made = anew(world)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 25 + n))
    made.look(on(1, 10))
    look_at(made, at(on(1, 31), 23, 59))
    with looking(made.engine) as s:
        told = year_of(s, EVERYTHING, YEAR, at(on(1, 31), 23, 59), made.registry(), asked=at(on(1, 31), 23, 59))  # fmt: skip
    assert {x.standing.name for x in told.lines if x.name == "戊辰镇"} == {"awaiting"}
    look_at(made, at(on(2, 1), 0, 1))
    assert made.stood(on(2, 1))["戊辰镇"] == "missing?"
    look_at(made, at(on(2, 1), 23, 59))
    assert made.stood(on(2, 1))["戊辰镇"] == "missing?"


def test_d48(world: Sixth) -> None:
    """The machine's own clock runs in UTC: the day of a letter and of a mail is Beijing's."""
    moment = datetime(2026, 2, 5, 17, tzinfo=UTC)  # one o'clock of the 6th
    with looking(world.engine) as s:
        year = year_of(s, EVERYTHING, YEAR, moment, world.registry(), asked=moment)
    assert "截至2月6日1时" in compose(year, Office()).text
    assert "戊辰镇（逾期6天）" in compose(year, Office()).text


# ---- what is sent after it was made


def settings() -> Settings:
    from nianbao.monitor.settings import Mail, Recipient

    mail = Mail(host="127.0.0.1", sender="n@example.cn")
    return Settings(mail=mail, recipients=(Recipient("a@example.cn", f"county:{COUNTY}", "zh"), Recipient("b@example.cn", f"unit:{CODES['戊辰镇']}", "zh")))  # fmt: skip


def queued(world: Sixth, moment: datetime) -> list[str]:
    import email
    import email.policy

    from sqlalchemy import select

    from nianbao.monitor.mail.weekly import queue_digests
    from nianbao.storage.models import Outgoing

    queue_digests(world.engine, settings(), world.registry(), moment)
    with looking(world.engine) as s:
        bodies = [bytes(x.body) for x in s.scalars(select(Outgoing).order_by(Outgoing.id))]
    found = []
    for each in bodies:
        message = email.message_from_bytes(each, policy=email.policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        found.append(f"{message['Subject']}\n{body.get_content()}")
    return found


def test_d53(world: Sixth) -> None:
    """Monday's mail goes out on Tuesday, and the unit was exempted on Monday: it is not told to publish."""
    world.look(on(2, 9))
    world.decide("exempt", "戊辰镇", on(2, 9), hour=14)
    for text in queued(world, at(on(2, 10), 7)):
        assert not re.search(r"逾期未发布（\d+）：[^——]*戊辰镇", text), text[:300]


def test_d54(world: Sixth) -> None:
    """The same, and its report was seen on Monday."""
    world.look(on(2, 8))
    world.put("戊辰镇", YEAR, on(2, 9))
    look_at(world, at(on(2, 9), 14))
    for text in queued(world, at(on(2, 10), 7)):
        assert not re.search(r"逾期未发布（\d+）：[^——]*戊辰镇", text), text[:300]


def test_d55(world: Sixth) -> None:
    """The same, and the deadline was moved on Monday."""
    world.look(on(2, 8))
    world.said = ('deadline: "02-28"',)
    look_at(world, at(on(2, 9), 14))
    told = queued(world, at(on(2, 10), 7))
    world.said = ()
    for text in told:
        assert not re.search(r"逾期未发布（\d+）：[^——]*戊辰镇", text), text[:300]


def test_d56(world: Sixth) -> None:
    """The same, and a finding was waived on Monday."""
    world.look(on(2, 8))
    for each in world.found("甲子镇"):
        world.decide("waived", "甲子镇", on(2, 9), rule=each.rule, hour=14)
    for text in queued(world, at(on(2, 10), 7)):
        assert not re.search(r"需整改（\d+）：[^——]*甲子镇", text), text[:300]


# ---- words


def test_d57(world: Sixth) -> None:
    """In English, of one look: nothing is called overdue or missing."""
    first = anew(world)
    for n, town in enumerate(TOWNS):
        first.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        first.put(town, YEAR, on(1, 25 + n))
    first.look(on(1, 10), on(1, 30), on(2, 3))
    year = first.year(on(2, 3))
    text = compose(year, Office(), "en").text
    assert "Overdue (" not in text
    assert "0 overdue" in text
    for lang in ("zh", "en"):
        page = first.unit("戊辰镇", on(2, 3), lang)
        assert "逾期" not in page.sentence
        assert "missing" not in page.sentence
        assert not re.search("逾期未发布|missing", "".join(x.said for x in page.timeline))
        assert "overdue" not in page.text
    assert not [x for x in first.alerts(on(2, 3)) if "逾期未发布2" in x]


def test_d58(world: Sixth) -> None:
    """After two looks, then its report in time by its page: the timeline keeps what was told, the sentence does not."""
    world.put("戊辰镇", YEAR, on(1, 29))
    world.look(on(2, 6), on(2, 7))
    page = world.unit("戊辰镇", on(2, 7))
    assert "逾期" not in page.sentence
    assert world.publicly("戊辰镇", on(2, 7)) in ("on_time", "unknown")
    told = world.public_text("戊辰镇", on(2, 7))
    assert "逾期" not in told.partition("一、主动公开")[0].partition("表一")[0][:600]


def test_d59(world: Sixth) -> None:
    """A lateness that is waived after the feed told it: the feed takes it back."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    assert "戊辰镇 2025：逾期发布" in world.feed(on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 8), rule="A02")
    entries = [x for x in world.feed(on(2, 8)).split("<entry>") if "戊辰镇" in x]
    assert "逾期发布" not in entries[0] or "不作为问题" in entries[0]


def test_d60(world: Sixth) -> None:
    """The same of a withdrawal."""
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    assert "丙寅镇 2025：已撤下" in world.feed(on(2, 8))
    world.decide("waived", "丙寅镇", on(2, 8), rule="A10")
    entries = [x for x in world.feed(on(2, 9)).split("<entry>") if "丙寅镇" in x]
    assert "已撤下" not in entries[0] or "不作为问题" in entries[0]


# ---- the door


def door_page(world: Sixth, town: str, day: date) -> str:
    """What a unit's account sees at its door."""
    import requests

    from nianbao.monitor.settings import Web

    made = world.site(day)
    made = replace(made, settings=replace(made.settings, web=Web(public="http://x.example.cn")))
    with served(made) as url:
        done = post(f"{url}/do/door", unit=CODES[town], year=str(YEAR))
        found = re.search(r"/door/([A-Za-z0-9_.-]+)", done.text)
        if found is None:
            return f"{done.status_code}"
        browser = requests.Session()
        browser.headers.update({"Origin": url, "Sec-Fetch-Site": "same-origin"})
        first = browser.get(f"{url}/door/{found[1]}", timeout=60).text
        (token,) = re.findall(r'name="door_token" value="([^"]+)"', first)
        said = {"secret": found[1], "door_token": token}
        inside = browser.post(f"{url}/door/in", said, timeout=60)
        return re.sub(r"<[^>]+>", " ", inside.text)


def test_d62(world: Sixth) -> None:
    """The door of who is missing, after its deadline was moved: nothing is to be settled there."""
    assert "未发布" in door_page(world, "戊辰镇", on(2, 5))
    world.said = ('deadline: "02-28"',)
    told = door_page(world, "戊辰镇", on(2, 6))
    world.said = ()
    assert "年报未发布或已撤下" not in told.partition("已消除或已豁免")[0]


def test_d63(world: Sixth) -> None:
    """The same, exempt."""
    world.decide("exempt", "戊辰镇", on(2, 6))
    told = door_page(world, "戊辰镇", on(2, 6))
    assert "年报未发布或已撤下" not in told.partition("已消除或已豁免")[0]


def test_d64(world: Sixth) -> None:
    """The same, closed before the deadline."""
    world.more["戊辰镇"] = ', until: "2026-01-20"'
    world.look(on(2, 6))
    told = door_page(world, "戊辰镇", on(2, 6))
    assert "年报未发布或已撤下" not in told


def test_d65(world: Sixth) -> None:
    """The same, while the portal is down: what is asked there says that nobody can tell at present."""
    world.down = True
    world.look(*days(6, 16))
    told = door_page(world, "戊辰镇", on(2, 16))
    part = told.partition("年报未发布或已撤下")
    assert not part[1] or "无法判断" in told


def test_d66(world: Sixth) -> None:
    """Exempt, with errors in what it published: nothing is to be answered."""
    world.decide("exempt", "甲子镇", on(2, 6))
    told = door_page(world, "甲子镇", on(2, 6))
    assert "答复哪些问题" not in told


# ---- the register changes after a letter


def test_d67(world: Sixth) -> None:
    """Split on 20 January: 戊辰镇 is closed, 新镇 there since; no face names either."""
    world.more["戊辰镇"] = ', until: "2026-01-20"'
    world.renamed = {}
    world.look(*days(6, 8))
    assert "戊辰镇" not in world.mail(on(2, 8))
    assert "戊辰镇" not in world.feed(on(2, 8)).split("<entry>")[1] or "不再是应发布单位" in world.feed(on(2, 8))  # fmt: skip
    public = world.public(on(2, 8))
    assert YEAR not in public.by_folder[CODES["戊辰镇"]].years if CODES["戊辰镇"] in public.by_folder else True  # fmt: skip
    everywhere(world, on(2, 8))


def test_d68(world: Sixth) -> None:
    """Left the file after the letter: the public pages have it no longer, the feed takes it back."""
    world.without = frozenset({"戊辰镇"})
    world.look(*days(6, 8))
    public = world.public(on(2, 8))
    world_feed = [x for x in world.feed(on(2, 8)).split("<entry>") if "戊辰镇" in x]
    world.without = frozenset()
    assert CODES["戊辰镇"] not in public.by_folder or YEAR not in public.by_folder[CODES["戊辰镇"]].years  # fmt: skip
    assert "逾期未发布" not in world_feed[0]


def test_d69(world: Sixth) -> None:
    """A waived lateness, the unit renamed since: still waived, in mail, letter, public page."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    world.renamed = {"戊辰镇": "新戊镇"}
    world.more["戊辰镇"] = ', former: [{name: 戊辰镇, until: "2026-02-08"}]'
    world.look(on(2, 9))
    assert world.publicly("戊辰镇", on(2, 9)) == "unknown"
    assert "经核实不作为问题" in world.mail(on(2, 9))


def test_d70(world: Sixth) -> None:
    """A waived lateness whose days change (the page's day is corrected by one): asked anew, or waived; the same in each face."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    world.change("戊辰镇", listed=on(2, 4), printed=on(2, 4))
    world.look(on(2, 9))
    inside = bool(world.year(on(2, 9)).owing("late"))
    assert (world.publicly("戊辰镇", on(2, 9)) == "late") == inside


# ---- days that are over


def test_d71(world: Sixth) -> None:
    """Ten days by chance: the board as told on each evening, and of each evening at the end."""
    for seed in (101, 102, 103):
        told: dict[date, dict[tuple[str, str], str]] = {}
        rng = Random(seed)
        made = anew_of(world, seed)
        for day in days(6, 13):
            try:
                happens(made, rng, day)
            except Exception as error:
                if type(error).__name__ not in ("DecisionError", "WayError", "StopIteration"):
                    raise
            made.look(day)
            told[day] = {(x.unit, x.key): x.state for x in made.faults(day, past=True).ways}
        for day, states in told.items():
            assert {(x.unit, x.key): x.state for x in made.faults(day, past=True).ways} == states, (seed, day)  # fmt: skip


def anew_of(world: Sixth, seed: int) -> Sixth:
    import shutil

    there = world.folder.parent / f"s{seed}"
    shutil.copytree(world.folder, there)
    made = replace(world, folder=there, pieces=dict(world.pieces), renamed={}, more={}, bodies={}, lists={}, more_links=[], without=frozenset(), undated=frozenset(), other=None)  # fmt: skip
    world.other = made
    return made


def test_d72(world: Sixth) -> None:
    """The board of an evening and of now, of one day: the same."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    world.look(on(2, 6))
    now = {(x.unit, x.key): x.state for x in world.faults(on(2, 6), 23).ways}
    past = {(x.unit, x.key): x.state for x in world.faults(on(2, 6), past=True).ways}
    assert now == past


def test_d73(world: Sixth) -> None:
    """The deadline is moved on the 6th, without a look; the board of the 5th is as it was, of the 6th nothing is open."""
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 7))
    assert world.publish_way("戊辰镇", on(2, 5), past=True).state == "open"  # type: ignore[union-attr]
    way = world.publish_way("戊辰镇", on(2, 7), past=True)
    world.said = ()
    assert way is None or way.state == "gone"


# ---- the second half, aimed


def test_d74(world: Sixth) -> None:
    """A waived lateness, a waived figure, and the county has another name since (of the same code): still waived."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    world.decide("waived", "甲子镇", on(2, 7), rule="F01")
    registry = world.registry

    def renamed() -> Any:
        registry()
        file = world.folder / "counties" / "平安县.yaml"
        file.write_text(
            file.read_text("utf-8").replace("county: 平安县", "county: 平安区"), "utf-8"
        )
        return Registry(load_counties(file.parent))

    world.registry = renamed  # type: ignore[method-assign]
    world.look(on(2, 9))
    assert world.publicly("戊辰镇", on(2, 9)) == "unknown"
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {"waived"}


def test_d75(world: Sixth) -> None:
    """A waived figure, the unit renamed, and the report published once more with the same numbers."""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    world.renamed = {"甲子镇": "新甲镇"}
    world.more["甲子镇"] = ', former: [{name: 甲子镇, until: "2026-02-06"}]'
    piece = world.gone("甲子镇")
    world.pieces["/nb/again.html"] = replace(piece, path="/nb/again.html", listed=on(2, 7))
    world.look(*days(7, 10))
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {"waived"}


def test_d76(world: Sixth) -> None:
    """Who is exempt is not told to have handed in no draft."""
    world.decide("exempt", "戊辰镇", on(2, 6))
    with looking(world.engine) as s:
        rows = board(s, EVERYTHING, YEAR, at(on(2, 6)), world.registry())
    assert CODES["戊辰镇"] not in {row.unit for row in rows}
    assert CODES["己巳镇"] in {row.unit for row in rows}


def test_d77(world: Sixth) -> None:
    """Renamed without a word in the file (its code is the same), a lateness waived before."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    world.renamed = {"戊辰镇": "新戊镇"}
    world.look(on(2, 9))
    assert world.publicly("戊辰镇", on(2, 9)) in ("unknown",)


def test_d78(world: Sixth) -> None:
    """A finding accepted as a fault, the unit renamed: it must still be corrected."""
    world.decide("accepted", "甲子镇", on(2, 6), rule="G01") if world.found(
        "甲子镇", "G01"
    ) else None
    marks = {x.rule: x.verdict for x in world.found("甲子镇")}
    world.renamed = {"甲子镇": "新甲镇"}
    world.more["甲子镇"] = ', former: [{name: 甲子镇, until: "2026-02-06"}]'
    world.look(on(2, 7))
    assert {x.rule: x.verdict for x in world.found("甲子镇")} == marks


def test_d79(world: Sixth) -> None:
    """The door of a unit that one look did not show: asked, not told."""
    first = anew(world)
    for n, town in enumerate(TOWNS):
        first.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        first.put(town, YEAR, on(1, 25 + n))
    first.look(on(1, 10), on(1, 30), on(2, 3))
    told = door_page(first, "戊辰镇", on(2, 3))
    assert "首次核查" not in told
    assert "未发布" not in told
    assert "尚未看到" in told


NOTICE = "平政办〔2026〕1号"


def test_d80(world: Sixth) -> None:
    """The county's notice sets 31 January, a unit has a day of its own: its letter does not cite the notice for that day."""
    world.said = (f"deadlines: {{source: {NOTICE}}}",)
    assert NOTICE in world.letter("戊辰镇", on(2, 5))
    world.more["戊辰镇"] = ', deadline: "02-02"'
    told = world.letter("戊辰镇", on(2, 5))
    assert "2026年2月2日" in told
    assert NOTICE not in told


def test_d81(world: Sixth) -> None:
    """The same of a late report: neither what is found nor what is kept of the line cites it."""
    world.said = (f"deadlines: {{source: {NOTICE}}}",)
    world.more["戊辰镇"] = ', deadline: "02-02"'
    world.put("戊辰镇", YEAR, on(2, 6))
    world.put("己巳镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    assert NOTICE in world.found("己巳镇", "A02")[0].content["zh"]
    assert NOTICE not in world.found("戊辰镇", "A02")[0].content["zh"]
    with looking(world.engine) as s:
        kept = {x.name: x.source for x in lines_now(s, EVERYTHING, YEAR, at(on(2, 8)), world.registry())}  # fmt: skip
    assert (kept["戊辰镇"], kept["己巳镇"]) == ("", NOTICE)


def test_d82(world: Sixth) -> None:
    """A draft passed on the 6th, published on the 7th under a printed day of January: it is not said that no draft was passed."""
    hands_in(world, "戊辰镇", on(2, 6), draft_for("戊辰镇"))
    world.put("戊辰镇", YEAR, on(1, 28))
    world.look(on(2, 7))
    assert "没有通过的稿件" not in drafts(world, "戊辰镇", on(2, 7)).said


def test_d83(world: Sixth) -> None:
    """Withdrawn, and exempt since: the mail's changes do not name it withdrawn."""
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    assert "丙寅镇" in world.mail(on(2, 8)).partition("发布后有变化")[2]
    world.decide("exempt", "丙寅镇", on(2, 9))
    told = world.mail(on(2, 9)).partition("发布后有变化")[2].partition("【")[0]
    assert "丙寅镇" not in told


def test_d84(world: Sixth) -> None:
    """The same, waived: it is said so beside."""
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    world.decide("waived", "丙寅镇", on(2, 9), rule="A10")
    for lang, said in (("zh", "不作为问题"), ("en", "not held against it")):
        year = world.year(on(2, 9))
        told = compose(year, Office(), lang).text  # type: ignore[arg-type]
        part = told.partition("发布后有变化" if lang == "zh" else "Changed after publication")[2]
        assert said in part.partition("【")[0]


def test_d85(world: Sixth) -> None:
    """A report late by its page, and its second copy printed in time, at a new address: no lateness, in no face."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    piece = world.piece("戊辰镇")
    world.pieces["/nb/first.html"] = replace(piece, path="/nb/first.html", listed=on(1, 29), printed=on(1, 29))  # fmt: skip
    world.look(on(2, 8), on(2, 9))
    stood = world.stood(on(2, 9))["戊辰镇"]
    assert stood in ("on_time", "unknown")
    assert "逾期" not in world.letter("戊辰镇", on(2, 9))
    assert world.publicly("戊辰镇", on(2, 9)) in ("on_time", "unknown")


def test_d86(world: Sixth) -> None:
    """Withdrawn by its address, and the county's list shows its title with another unit's report: unknown or withdrawn, nobody else is late."""
    world.gone("丙寅镇")
    world.more_links = [Truth(f"平安县丙寅镇{OF}", "/nb/other.html", on(2, 6))]
    other = draft_of("平安县", "丁卯镇", YEAR, 14)
    world.bodies = {"/nb/other.html": write_html(print_draft(other), published="2026-02-06")}
    world.look(*days(6, 9))
    stood = world.stood(on(2, 9))
    assert stood["丙寅镇"] in ("unknown", "on_time")
    assert stood["丁卯镇"] == "on_time"
    assert not world.letter("丙寅镇", on(2, 9)).startswith("政府信息公开工作年度报告催办")


def test_d87(world: Sixth) -> None:
    """A summary report of all towns comes out after the letter: the board asks nobody, no letter, in public unknown."""
    world.sent("戊辰镇", on(2, 5), ["publish"], hour=14)
    title = "平安县各乡镇2025年政府信息公开工作年度报告汇总"
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=title)
    world.more_links = [Truth(title, "/nb/joint.html", on(2, 6))]
    world.bodies = {"/nb/joint.html": write_html(print_draft(draft), published="2026-02-06")}
    world.look(*days(6, 9))
    assert world.publicly("戊辰镇", on(2, 9)) == "unknown"
    assert world.letter("戊辰镇", on(2, 9)).startswith("不")
    way = world.publish_way("戊辰镇", on(2, 9))
    assert way is None or way.state in ("unsure", "gone")


def test_d88() -> None:
    """Words for who was not seen say no more in English than in Chinese; of whom nothing is due yet nobody says that he has not published."""
    from nianbao.monitor.web.words import words

    told = words()
    for key in ("overview_missing", "to_do_call"):
        assert "未见" in told[key][0]
        assert "not published" not in told[key][1]
    assert "未发布" not in told["waiting"][0]
    assert "not published" not in told["waiting"][1]


def test_d89() -> None:
    """The county's own report is due by the regulation: the county's notice on its units is not cited for it."""
    from nianbao.monitor.deadlines import policy_of
    from nianbao.storage.registry import CountyEntry, UnitEntry

    units = (UnitEntry("平安县", "140999000", kind="county"), UnitEntry("甲镇", "140999100"))
    rules = {"source": NOTICE}
    county = CountyEntry("平安县", "140999", deadline="01-20", units=units, deadlines=rules)
    assert policy_of(county, "甲镇", YEAR).source == NOTICE
    assert policy_of(county, "平安县", YEAR, kind="county").source == ""
    own = replace(county, deadlines={"source": NOTICE, "county": "02-28"})
    assert policy_of(own, "平安县", YEAR, kind="county").source == NOTICE


def test_d90(world: Sixth) -> None:
    """The office's ledger has the day of a report that prints none, one before it was first seen: no difference is told; one before a look that did not show it: that is one."""
    from nianbao.monitor.paper.office_ledger import compare, entries_in

    world.put("戊辰镇", YEAR, on(2, 7))
    world.undated |= {world.piece("戊辰镇").path}
    world.change("戊辰镇", listed="")
    world.look(on(2, 8))
    registry = world.registry()
    for day, verdict in (("2026-02-08", "agreed"), ("2026-02-07", "agreed"), ("2026-01-30", "differs"), ("2026-02-09", "differs")):  # fmt: skip
        entries = entries_in(f"单位,发布日期\n戊辰镇,{day}\n".encode(), "台账.csv", YEAR)
        found = compare(entries, world.year(on(2, 8)).lines, registry.counties, EVERYTHING)
        assert next(x.verdict for x in found if x.entry is not None) == verdict, day


def test_d91(young: Sixth) -> None:
    """What may be sent to a unit of a year of four years ago, first looked at now: it is asked, not told to be overdue."""
    line, now = line_in(young, "戊辰镇", 2022, on(2, 8)), at(on(2, 8))
    assert line.standing.name in ("missing", "unknown")
    for lang in ("zh", "en"):
        one = urging_one(line, "平安县", Office(), now, lang)  # type: ignore[arg-type]
        many = "".join(urgings([line], {}, {COUNTY: "平安县"}, now, lang))  # type: ignore[arg-type]
        assert not re.search("逾期|overdue", one + many)
    told = line_in(young, "己巳镇", YEAR, on(2, 8))
    assert "已逾期8天" in urging_one(told, "平安县", Office(), now, "zh")
