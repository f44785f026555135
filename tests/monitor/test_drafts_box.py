"""The drafts box: what units hand in before they publish is kept, judged, filed or not, and what is
published is held against it.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from nianbao.crawler.reading import Reader, ReadHere
from nianbao.monitor.drafts_board import Row, board, change_of, changes_of, said_of
from nianbao.monitor.handing_in import Whose, hand_in, judge_waiting, named, said_otherwise
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.passed import compared
from nianbao.monitor.replaying import replay
from nianbao.parser.passages import words_of
from nianbao.parser.report import read, to_json
from nianbao.storage.archive import hashes
from nianbao.storage.audit import entries, faults
from nianbao.storage.decisions import decide as decide_on
from nianbao.storage.drafts import DraftsError, Handed, Kept, Texts, decide, draft, drafts_of
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import DraftRow
from nianbao.storage.retention import prunable
from nianbao.storage.scope import EVERYTHING, of_unit
from nianbao.storage.store import looking, session
from tests.amounts import PROVING, amount, more, prove
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.hostile import a_million_rows, cut, pdf_with_huge_picture
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.recorded import World, at
from tests.worlds.stores import emptied
from tests.worlds.written import published

WILLOW, STONE, OLD = "140999101", "140999102", "140999103"
NAMES = {WILLOW: "柳树镇", STONE: "石门镇", OLD: "老镇"}
YEAR = 2026
SUM = "requests.new.natural_person"


def of(unit: str, seed: int = 3, year: int = YEAR) -> Draft:
    name = f"{NAMES[unit]}人民政府"
    made = clean(seed, unit=name, year=year, county="平安县")
    return replace(made, title=f"平安县{name}{year}年政府信息公开工作年度报告")


def wrong(made: Draft) -> Draft:
    """Its requests don't add up."""
    return made.with_figures(**{SUM.replace(".", "__"): int(made.figures[SUM] or 0) + 1})


def docx_of(made: Draft) -> bytes:
    return write_docx(print_draft(made))


def html_of(made: Draft) -> bytes:
    return write_html(print_draft(made))


class Box(NamedTuple):
    world: World

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.world.folder / "evidence")

    @property
    def registry(self) -> Registry:
        return Registry([self.world.county])

    def put(
        self, unit: str, data: bytes, name: str = "稿.docx", day: int = 5, **told: object
    ) -> int:
        handed = Handed(YEAR, name, "", at(1, day), "王某", "page", unit)
        return hand_in(self.world.engine, self.evidence, replace(handed, **told), data)  # type: ignore[arg-type]

    def judge(self) -> int:
        return judge_waiting(self.world.engine, self.evidence, self.registry, ReadHere())

    def of(self, number: int) -> Kept:
        with looking(self.world.engine) as s:
            found = draft(s, number)
        assert found is not None
        return found

    def handed(self, unit: str, made: Draft, day: int = 5, name: str = "稿.docx") -> Kept:
        number = self.put(unit, docx_of(made), name, day)
        self.judge()
        return self.of(number)

    def rows(self, day: int = 25, scope: object = EVERYTHING) -> dict[str, Row]:
        with looking(self.world.engine) as s:
            found = board(s, scope, YEAR, at(1, day), self.registry)  # type: ignore[arg-type]
        return {row.unit: row for row in found}


@pytest.fixture
def box(tmp_path: Path, world_url: str) -> Iterator[Box]:
    world = World(tmp_path, world_url)
    world.sweep(at(1, 2))
    yield Box(world)
    emptied(world.engine)


def test_two_rounds_of_a_draft_and_what_is_published(box: Box) -> None:
    good = of(WILLOW)
    assert box.rows()[WILLOW].state == "none"
    first = box.handed(WILLOW, wrong(good))
    assert (first.state, first.round) == ("returned", 1)
    assert first.must_mend() >= 1
    assert box.evidence.read(first.commented)[:2] == b"PK"
    assert box.rows()[WILLOW].word("zh") == f"退回（{first.must_mend()}处）"
    second = box.handed(WILLOW, good, day=6)
    assert (second.state, second.round) == ("passed", 2)
    assert box.rows()[WILLOW].state == "passed"
    published(
        box.world, at(1, 10), (WILLOW, YEAR, html_of(good)), (STONE, YEAR, html_of(of(STONE)))
    )
    rows = box.rows()
    assert (rows[WILLOW].state, rows[STONE].state, rows[OLD].state) == (
        "published",
        "published",
        "none",
    )
    assert said_of(rows[WILLOW], "zh") == ["与通过稿一致"]
    assert said_of(rows[STONE], "zh") == []


def test_a_cell_that_was_changed_after_passing_is_named_and_so_is_a_later_version(box: Box) -> None:
    good = of(WILLOW)
    box.handed(WILLOW, good)
    other = good.with_figures(requests__new__total=int(good.figures["requests.new.total"] or 0) + 7)
    published(box.world, at(1, 10), (WILLOW, YEAR, html_of(other)))
    row = box.rows()[WILLOW]
    assert row.state == "differs"
    (change,) = changes_of(row)
    old = good.figures["requests.new.total"]
    assert change_of(change, "zh").endswith(f"{old} → {int(old or 0) + 7}")
    published(box.world, at(1, 12), (WILLOW, YEAR, html_of(good)))
    row = box.rows()[WILLOW]
    assert (row.state, said_of(row, "en")) == (
        "published",
        ["the same as the draft that was passed"],
    )


def test_the_same_bytes_are_the_same_round(box: Box) -> None:
    good = docx_of(of(WILLOW))
    first = box.put(WILLOW, good)
    box.judge()
    assert box.put(WILLOW, good, "另一个名字.docx", 9) == first
    assert box.judge() == 0
    assert box.of(first).round == 1


@pytest.mark.parametrize(
    ("made", "says"),
    [(of(STONE), "石门镇"), (of(WILLOW, year=2025), "2025年度")],
    ids=["another unit", "another year"],
)
def test_what_says_it_is_anothers_is_not_filed(box: Box, made: Draft, says: str) -> None:
    kept = box.handed(WILLOW, made)
    assert (kept.state, kept.round) == ("unfiled", 0)
    assert says in kept.why[0]
    assert "收" not in kept.why[0]  # that it is not filed stands before it wherever it is told
    assert "filed" not in kept.why[1]
    assert box.rows()[WILLOW].state == "none"
    assert box.rows()[STONE].state == "none"


def test_a_unit_of_the_same_name_of_another_county_is_another_one() -> None:
    whose = Whose("柳树镇", ("柳树镇",), "平安县", YEAR)
    made = replace(
        of(WILLOW), county="青石县", title=f"青石县柳树镇人民政府{YEAR}年政府信息公开工作年度报告"
    )
    other = read(html_of(replace(made, signature=("青石县柳树镇人民政府", f"{YEAR + 1}年1月8日"))))
    assert said_otherwise(other, whose)
    assert not said_otherwise(read(html_of(of(WILLOW))), whose)
    big = replace(of(WILLOW), title=f"平安县大柳树镇人民政府{YEAR}年政府信息公开工作年度报告")
    assert said_otherwise(replace(read(html_of(big)), unit="大柳树镇人民政府"), whose)


def test_what_can_not_be_read_says_what_to_send(box: Box) -> None:
    number = box.put(WILLOW, b"\x00\x01nothing", "a.bin")
    box.judge()
    kept = box.of(number)
    assert kept.state == "unread"
    assert ".docx" in kept.why[0]
    assert ".docx" in kept.why[1]
    assert box.rows()[WILLOW].state == "unread"


def test_a_person_passes_or_returns_with_a_reason(box: Box) -> None:
    kept = box.handed(WILLOW, wrong(of(WILLOW)))
    with session(box.world.engine) as s, pytest.raises(DraftsError):
        decide(s, kept.id, "passed", "李某", " ", at(1, 6))
    with session(box.world.engine) as s:
        decide(s, kept.id, "passed", "李某", "合计另有说明", at(1, 6))
    assert box.rows()[WILLOW].state == "passed"
    with looking(box.world.engine) as s:
        last = [*entries(s)][-1]
        assert faults(s) == []
    assert (last["action"], last["who"]) == ("draft_passed", "李某")
    assert last["content"]["why"] == "合计另有说明"


def test_it_is_kept_before_it_is_read(box: Box) -> None:
    """Whoever ends in the middle: the next one judges it, once."""
    number = box.put(WILLOW, docx_of(of(WILLOW)))
    assert box.rows()[WILLOW].state == "waiting"
    with looking(box.world.engine) as s:
        assert box.of(number).sha256 in hashes(s)
    assert box.judge() == 1
    assert box.of(number).state == "passed"


def test_a_draft_of_after_the_publication_is_no_draft_of_it(box: Box) -> None:
    good = of(WILLOW)
    published(box.world, at(1, 10), (WILLOW, YEAR, html_of(good)))
    box.handed(WILLOW, good.with_figures(**{SUM.replace(".", "__"): None}), day=15)
    box.handed(WILLOW, of(WILLOW, 9), day=16)
    row = box.rows()[WILLOW]
    assert (row.state, row.compared) == ("published", None)


@prove
def test_a_draft_is_read_again_with_the_archive(box: Box) -> None:
    """A reader that reads otherwise now is no change of the unit's."""
    good = box.handed(WILLOW, of(WILLOW))
    published(box.world, at(1, 10), (WILLOW, YEAR, html_of(of(WILLOW))))
    with session(box.world.engine) as s:
        row = s.get_one(DraftRow, good.id)
        row.content = {**row.content, "requests": {}}
    assert box.rows()[WILLOW].compared.unknown  # type: ignore[union-attr]
    assert list(replay(box.world.engine, box.evidence, box.registry, lambda: at(1, 11)))
    assert said_of(box.rows()[WILLOW], "zh") == ["与通过稿一致"]
    assert box.of(good.id).state == "passed"


HOSTILE = {
    "cut.docx": lambda: cut(docx_of(of(WILLOW)), 60),
    "bomb.zip": lambda: b"PK\x03\x04" + b"\x00" * 200,
    "<script>.html": lambda: b"<table>" * 5000,
    "empty.docx": lambda: b" ",
    **({"picture.pdf": pdf_with_huge_picture, "rows.xlsx": a_million_rows} if PROVING else {}),
}


def test_a_hostile_file_costs_itself_alone(box: Box) -> None:
    """In a limited child; what came beside it is judged."""
    numbers = {name: box.put(WILLOW, made(), name) for name, made in HOSTILE.items()}
    good = box.put(STONE, docx_of(of(STONE)))
    assert judge_waiting(box.world.engine, box.evidence, box.registry) == len(HOSTILE) + 1
    assert {name: box.of(number).state for name, number in numbers.items()} == dict.fromkeys(
        HOSTILE, "unread"
    )
    assert all(box.of(number).why for number in numbers.values())
    assert box.of(good).state == "passed"


def test_a_child_that_takes_too_long_is_told_and_the_same_file_may_come_again(box: Box) -> None:
    good = docx_of(of(WILLOW))
    number = box.put(WILLOW, good)
    with Reader(0.001, children=1) as hurried:
        assert judge_waiting(box.world.engine, box.evidence, box.registry, hurried) == 1
    assert (box.of(number).state, box.of(number).round) == ("unread", 1)
    assert box.put(WILLOW, good) == number
    box.judge()
    assert (box.of(number).state, box.of(number).round) == ("passed", 1)


HANDING_IN = """
import sys
from dataclasses import replace
from pathlib import Path
from nianbao.monitor.handing_in import hand_in
from nianbao.storage.drafts import Handed
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import open_store
from tests.worlds.recorded import at
engine, evidence = open_store(sys.argv[1]), Evidence(sys.argv[2])
data = Path(sys.argv[3]).read_bytes()
for n in range(10_000):
    handed = Handed(2026, f"{n}.docx", "", at(1, 5), "王某", "page", "140999101")
    print(hand_in(engine, evidence, handed, data + bytes(n)), flush=True)
"""


@prove
def test_whoever_was_told_that_it_is_there_finds_it_after_a_kill(tmp_path: Path) -> None:
    world = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    world.sweep(at(1, 2))
    box, file = Box(world), tmp_path / "x.docx"
    file.write_bytes(docx_of(of(WILLOW)))
    for patience in (0.5, 1.0, 2.0):
        told = [f"sqlite:///{tmp_path}/n.db", str(box.evidence.root), str(file)]
        process = subprocess.Popen(
            [sys.executable, "-c", HANDING_IN, *told], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(patience)
        process.kill()
        numbers = {int(n) for n in (first + process.stdout.read()).split("\n")[:-1]}
        with looking(world.engine) as s:
            kept = {each.id: each for each in drafts_of(s, EVERYTHING)}
        assert numbers <= kept.keys()
        assert all(box.evidence.read(each.sha256) for each in kept.values())


def test_who_is_exempt_has_not_failed_to_hand_in(box: Box) -> None:
    told = {"who": "王某", "why": "新设", "now": at(1, 3)}
    for unit in (WILLOW, STONE):
        decide_on(box.world.engine, "exempt", unit, YEAR, **told)  # type: ignore[arg-type]
    box.handed(STONE, of(STONE))
    assert WILLOW not in box.rows()
    assert box.rows()[STONE].state == "passed"  # what it handed in all the same is there


def test_only_what_a_scope_holds(box: Box) -> None:
    box.handed(WILLOW, of(WILLOW))
    assert box.rows(scope=of_unit(STONE, "140999")).keys() == {STONE}
    with looking(box.world.engine) as s:
        assert drafts_of(s, of_unit(STONE, "140999")) == []


def test_bytes_go_when_the_settings_say_so_but_those_of_what_was_passed(box: Box) -> None:
    bad = box.handed(WILLOW, wrong(of(WILLOW)))
    good = box.handed(WILLOW, of(WILLOW), day=6)
    with looking(box.world.engine) as s:
        assert prunable(s, box.evidence, at(1, 4), at(1, 8)) == []
        gone = {each.sha256 for each in prunable(s, box.evidence, at(3, 1), at(3, 2))}
    assert {bad.sha256, bad.commented} <= gone
    assert good.sha256 not in gone


# ---- what was published, against what was passed


def texts(data: bytes) -> Texts:
    report = read(data)
    return Texts(to_json(report), words_of(report)[0])


@more
def test_each_planted_change_is_named_and_no_other() -> None:
    for seed in range(amount(3, 60)):
        made = of(WILLOW, seed)
        chance = random.Random(seed)
        passed = texts(docx_of(made))
        assert compared(passed, texts(html_of(made))).is_same, seed
        cells = [cell for cell, number in made.figures.items() if isinstance(number, int)]
        chosen = chance.sample(cells, chance.randint(1, 4))
        changed = {cell: int(made.figures[cell] or 0) + chance.randint(1, 9) for cell in chosen}
        other = made.with_figures(**{cell.replace(".", "__"): n for cell, n in changed.items()})
        found = compared(passed, texts(html_of(other)))
        assert {each.cell: each.after for each in found.cells} == changed, seed
        assert {each.cell: each.before for each in found.cells} == {
            cell: made.figures[cell] for cell in chosen
        }
        assert (found.numbers, found.sentences) == ([], 0)


def test_a_number_of_the_prose_is_named_and_words_are_counted() -> None:
    made = of(WILLOW).with_part("problems", ("全年培训工作人员12人次。个别栏目更新不够及时。",))
    passed = texts(docx_of(made))
    more = made.saying("12人次", "13人次", "problems")
    found = compared(passed, texts(html_of(more)))
    assert [(each.before, each.after) for each in found.numbers] == [("12", "13")]
    assert (found.cells, found.sentences) == ([], 0)
    worded = made.saying("不够及时", "有待加强", "problems")
    found = compared(passed, texts(html_of(worded)))
    assert (found.differs, found.sentences) == (False, 1)


def test_what_could_not_be_read_is_unknown_and_no_difference() -> None:
    made = of(WILLOW)
    page, count = re.subn(
        "<td>规章</td><td>[0-9]+</td>", "<td>规章</td><td>1O?</td>", html_of(made).decode()
    )
    assert count == 1
    found = compared(texts(docx_of(made)), texts(page.encode()))
    assert len(found.unknown) == 1
    assert not found.differs


def test_names_of_files_lead_nowhere() -> None:
    assert named("../../etc/passwd") == "passwd"
    assert named("C:\\x\\年报\r\n.docx") == "年报.docx"
    assert named("") == "?"
    assert len(named("x" * 1000)) <= 120
