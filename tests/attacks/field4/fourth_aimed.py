"""The second half: aimed at what the code takes for granted. Six townships; each case in a copy of the same store.

    python -m tests.attacks.field4.fourth_aimed [CASE…]

Prints what came out of each; what is expected stands in fourth.yaml.
"""

from __future__ import annotations

import csv
import email
import email.policy
import json
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.storage.models import Event
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from tests.worlds.commands import run_here
from tests.worlds.pages import get, served, site_of
from tests.worlds.rewritten import TOWNS, YEAR, World, end_of, on, six_towns

CASES: dict[str, Callable[[World], Any]] = {}
NOW = datetime.now(UTC) + timedelta(hours=1)
WHO = ("--who", "张三", "--why", "电话核实")


def case(world: Callable[[World], Any]) -> Callable[[World], Any]:
    CASES[world.__name__] = world
    return world


def run(world: World, *words: str) -> str:
    """A command, whatever it ends with."""
    done = run_here(world.folder, *words)
    return f"{done.returncode} {(done.stdout + done.stderr).strip()}"


def of(world: World, *words: str) -> str:
    return run(world, *words, "--store", world.store, "--config", str(world.folder / "counties"))


def decide(world: World, *words: str) -> str:
    return run(world, *words, "--store", world.store)


def stands(world: World, town: str, day: date | None = None) -> str:
    """Now, or at the end of a day."""
    engine = open_store(world.store)
    registry = world.registry()
    with looking(engine) as s:
        if day is None:
            found = lines_now(s, EVERYTHING, YEAR, NOW, registry)
        else:
            found = lines_at(s, EVERYTHING, YEAR, end_of(day), registry)
    engine.dispose()
    return next(
        (f"{x.standing.name}/{x.standing.confirmed}/{x.deadline}" for x in found if x.name == town),
        "nowhere",
    )


def page(world: World, path: str) -> str:
    site = site_of(world.folder, NOW)
    with served(site) as url:
        got = get(url + path)
        return f"{got.status_code} {got.text}"


def mail_of(file: Path) -> list[str]:
    body = email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_body(
        ("plain",)
    )
    assert body is not None
    return [
        line
        for line in body.get_content().splitlines()
        if "戊辰" in line or "还有" in line or "截至" in line
    ]


@case
def b01(world: World) -> Any:
    """An exemption, and `waive --undo` without a rule."""
    decide(world, "exempt", "戊辰镇", "--year", "2025", *WHO)
    before = stands(world, "戊辰镇")
    said = decide(world, "waive", "戊辰镇", "--year", "2025", "--undo", "--who", "李四")
    return before, said, stands(world, "戊辰镇")


@case
def b02(world: World) -> Any:
    """`since` is written later."""
    before = stands(world, "戊辰镇", on(2, 5))
    world.more["戊辰镇"] = ', since: "2026-01-10"'
    world.look(on(2, 8))
    return (
        before,
        stands(world, "戊辰镇", on(2, 5)),
        stands(world, "戊辰镇", on(2, 8)),
        stands(world, "戊辰镇"),
    )


@case
def b03(world: World) -> Any:
    """A unit of its own deadline leaves the file."""
    world.more["戊辰镇"] = ', deadline: "02-20"'
    world.look(on(2, 8))
    before = stands(world, "戊辰镇", on(2, 8))
    world.without = frozenset({"戊辰镇"})
    del world.more["戊辰镇"]
    world.look(on(2, 9), on(2, 10))
    return before, stands(world, "戊辰镇", on(2, 8))


@case
def b04(world: World) -> Any:
    """A unit leaves the file and comes back."""
    world.without = frozenset({"戊辰镇"})
    world.look(on(2, 8))
    then = stands(world, "戊辰镇", on(2, 8))
    world.without = frozenset()
    world.look(on(2, 10))
    return then, stands(world, "戊辰镇", on(2, 8)), stands(world, "戊辰镇", on(2, 10))


@case
def b05(world: World) -> Any:
    """A report that prints no day, first seen after one look only: published, when can't be told."""
    world.put("戊辰镇", YEAR, on(2, 6), path="/nb/undated.html")
    piece = world.pieces["/nb/undated.html"]
    piece.listed = ""  # type: ignore[assignment]
    world.undated = frozenset({"/nb/undated.html"})
    world.without = frozenset()
    made = World(world.folder / "anew", world.url, dict(world.pieces))
    (world.folder / "anew").mkdir()
    made.undated = world.undated
    door = world
    door.folder = made.folder
    door.look(on(2, 3))  # the first look ever: nobody knows since when it is there
    world = door
    rows = json.loads(page(world, "/c/140999/2025.json").partition(" ")[2])
    overview = json.loads(page(world, "/overview.json").partition(" ")[2])
    out = world.folder / "m.eml"
    mail = of(world, "digest", "--preview", str(out), "--no-open", "--year", "2025")
    return (
        stands(world, "戊辰镇"),
        overview,
        [(r["unit"], r["standing"], r["why"]) for r in rows],
        mail_of(out),
        mail,
    )


@case
def b07(world: World) -> Any:
    """Exempt, and published all the same: the office's ledger has the right day."""
    decide(world, "exempt", "乙丑镇", "--year", "2025", *WHO)
    file = world.folder / "台账.csv"
    file.write_text("单位,发布日期\n乙丑镇,2026-01-26\n", encoding="utf-8")
    return of(world, "compare", str(file), "--year", "2025", "--format", "json", "--all").split(
        "},"
    )[0]


@case
def b08(world: World) -> Any:
    """A later deadline of its own: what the mail says of it."""
    world.more["戊辰镇"] = ', deadline: "03-20"'
    world.look(on(2, 8))
    out = world.folder / "m.eml"
    of(
        world,
        "digest",
        "--preview",
        str(out),
        "--no-open",
        "--year",
        "2025",
        "--as-of",
        "2026-02-08",
    )
    return stands(world, "戊辰镇", on(2, 8)), mail_of(out)


@case
def b13(world: World) -> Any:
    """An exempt unit whose report has a finding: a letter."""
    decide(world, "exempt", "甲子镇", "--year", "2025", *WHO)
    return of(
        world, "letter", "甲子镇", "--year", "2025", "-o", str(world.folder / "l.docx")
    ), stands(world, "甲子镇")


SHEETS: dict[str, tuple[str, str]] = {
    # what the office wrote, head and cell : what must come out for a unit published on 2026-01-26
    "month.day": ("单位,发布日期", "乙丑镇,1.26"),
    "chinese": ("单位,发布日期", "乙丑镇,2026年1月26日"),
    "short chinese": ("单位,发布日期", "乙丑镇,1月26日"),
    "with time": ("单位,发布时间", "乙丑镇,2026-01-26 23:59:00"),
    "slashes": ("单位,发布时间", "乙丑镇,2026/1/26"),
    "full width": ("单位,发布日期", "乙丑镇,２０２６年１月２６日"),
    "two digits": ("单位,发布日期", "乙丑镇,26.1.26"),
    "range": ("单位,发布日期", "乙丑镇,1月26日-1月28日"),
    "before the day": ("单位,发布日期", "乙丑镇,已于1月26日发布"),
    "day of the month": ("单位,发布日期", "乙丑镇,26日"),
    "report year": ("单位,2025年度发布日期", "乙丑镇,1月26日"),
    "and a lack": ("单位,发布日期,情况", "乙丑镇,2026-01-26,缺附件"),
    "and to mend": ("单位,发布日期,情况", "乙丑镇,2026-01-26,待完善"),
    "and none": ("单位,发布日期,情况", "乙丑镇,2026-01-26,未发现问题"),
    "and no lateness": ("单位,发布日期,情况", "乙丑镇,2026-01-26,未逾期"),
    "state no lateness": ("单位,发布状态", "乙丑镇,未逾期"),
    "state in time": ("单位,发布状态", "乙丑镇,按时发布"),
    "state not late": ("单位,发布状态", "乙丑镇,没有逾期，已发布"),
    "asks late": ("单位,是否逾期", "乙丑镇,否"),
    "asks lack": ("单位,是否未发布", "乙丑镇,否"),
    "twice": ("单位,发布日期", "乙丑镇,2026-01-26\n乙丑镇,2026-01-26"),
    "reversed": ("发布日期,单位", "2026-01-26,乙丑镇"),
    "government": ("单位,发布日期", "平安县乙丑镇人民政府,2026-01-26"),
    "hand in and out": ("单位,报送日期,发布日期", "乙丑镇,2026-01-10,2026-01-26"),
    "out and mended": ("单位,发布日期,整改完成日期", "乙丑镇,2026-01-26,2026-02-03"),
    "deadline first": ("单位,公布时限,发布日期", "乙丑镇,2026-01-31,2026-01-26"),
    "due first": ("单位,应发布日期,实际发布日期", "乙丑镇,2026-01-31,2026-01-26"),
    "plan": ("单位,计划发布日期,实际发布日期", "乙丑镇,2026-01-20,2026-01-26"),
    "last year beside": ("单位,上年发布日期,发布日期", "乙丑镇,2025-01-11,2026-01-26"),
    "guide beside": ("单位,指南发布日期,年报发布日期", "乙丑镇,2026-01-05,2026-01-26"),
}


@case
def b15(world: World) -> Any:
    found = {}
    for name, (head, rows) in SHEETS.items():
        file = world.folder / "台账.csv"
        file.write_text(f"{head}\n{rows}\n", encoding="utf-8")
        said = of(world, "compare", str(file), "--year", "2025", "--format", "json", "--all")
        text = said.partition(" ")[2]
        try:
            mine = [
                row
                for row in json.JSONDecoder().raw_decode(text)[0]
                if "乙丑" in (row["unit"] or "")
            ]
            found[name] = [f"{row['verdict']}: {row['theirs']}: {row['why']}" for row in mine]
        except ValueError:
            found[name] = [text[:150]]
    return found


@case
def b19(world: World) -> Any:
    """A hand-in day that is after a unit's own deadline."""
    from nianbao.monitor.deadlines import policy_of
    from nianbao.storage.registry import load_counties

    world.registry()
    file = world.folder / "counties" / "平安县.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "columns:", 'deadlines: {hand_in: "01-10"}\ncolumns:'
    )
    file.write_text(
        text.replace('code: "140999104"', 'code: "140999104", deadline: "01-05"', 1),
        encoding="utf-8",
    )
    (county,) = load_counties(world.folder / "counties")
    return policy_of(county, "戊辰镇", YEAR).hand_in, policy_of(county, "己巳镇", YEAR).hand_in


@case
def b20(world: World) -> Any:
    """A report that is late, and its lateness waived: what each face says."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    said = decide(world, "waive", "戊辰镇", "--year", "2025", "--rule", "A02", *WHO)
    out = world.folder / "l.xlsx"
    of(world, "ledger", str(out), "--year", "2025")
    import openpyxl

    rows = [
        [str(c) for c in row if c]
        for row in openpyxl.load_workbook(out)["发布情况"].iter_rows(values_only=True)
        if "戊辰镇" in row
    ]
    late = of(world, "late", "--year", "2025", "--format", "json")
    feed = of(world, "feed", str(world.folder / "f.xml"))
    letter = of(world, "letter", "戊辰镇", "--year", "2025", "-o", str(world.folder / "l.docx"))
    unit = page(world, "/u/140999104/2025")
    return said, rows, "戊辰" in late, letter, "张三" in unit, feed


@case
def b21(world: World) -> Any:
    """A unit is missing by two looks; then its missing is told after an exemption was taken back on another day."""
    decide(world, "exempt", "戊辰镇", "--year", "2025", *WHO)
    decide(world, "exempt", "戊辰镇", "--year", "2025", "--undo", "--who", "李四")
    engine = open_store(world.store)
    with looking(engine) as s:
        told = [
            (e.kind, str(e.content)[:90])
            for e in s.scalars(select(Event).where(Event.unit == "140999104"))
        ]
    engine.dispose()
    return stands(world, "戊辰镇"), told[-2:], of(world, "history", "戊辰镇")[-300:]


@case
def b22(world: World) -> Any:
    """A unit's name is taken by another: 戊辰镇 is renamed to 新镇, and 己巳镇 to 戊辰镇."""
    world.renamed = {"戊辰镇": "新镇", "己巳镇": "戊辰镇"}
    world.look(on(2, 8))
    engine = open_store(world.store)
    registry = world.registry()
    with looking(engine) as s:
        found = [
            (x.unit, x.name, x.standing.name)
            for x in lines_at(s, EVERYTHING, YEAR, end_of(on(2, 8)), registry)
        ]
        then = [
            (x.unit, x.name, x.standing.name)
            for x in lines_at(s, EVERYTHING, YEAR, end_of(on(2, 5)), registry)
        ]
    engine.dispose()
    return found, then


@case
def b23(world: World) -> Any:
    """丁卯镇 published; merged into 丙寅镇, which the file says was called so: two reports of one year."""
    world.without = frozenset({"丁卯镇"})
    world.more["丙寅镇"] = ', former: [{name: 丁卯镇, until: "2026-02-06"}]'
    world.look(on(2, 8))
    return [
        (t, stands(world, t, on(2, 5)), stands(world, t, on(2, 8))) for t in ("丙寅镇", "丁卯镇")
    ], of(world, "standing", "--year", "2025", "--format", "json").count('"unit"')


@case
def b24(world: World) -> Any:
    """A mark of six letters that is a word, a unit's code as a mark, an empty name."""
    return [
        decide(world, "waive", target, "--year", "2025", *WHO)[:120]
        for target in ("140999104", "abcdef", "", " ", "戊辰")
    ]


@case
def b25(world: World) -> Any:
    """Decisions with texts that break things, in every form."""
    why = '=HYPERLINK("http://x","y")\n第二行,"引号"\u202e反' + "长" * 400
    decide(world, "exempt", "戊辰镇", "--year", "2025", "--who", "=1+1", "--why", why)
    found: dict[str, Any] = {}
    text = of(world, "standing", "--year", "2025", "--format", "csv")
    found["csv rows"] = len(list(csv.reader(text.partition(" ")[2].splitlines())))
    found["csv"] = [
        row
        for row in csv.reader(text.partition(" ")[2].splitlines())
        if any("HYPERLINK" in c for c in row)
    ][:1]
    found["md"] = [
        line[:200]
        for line in of(world, "standing", "--year", "2025", "--format", "md").splitlines()
        if "HYPERLINK" in line or "第二行" in line
    ]
    found["page"] = "HYPERLINK" in page(world, "/u/140999104/2025")
    return str(found)[:900]


@case
def b27(world: World) -> Any:
    """Counts of one evening: command, overview.json, county .json, .csv, mail."""
    overview = json.loads(page(world, "/overview.json").partition(" ")[2])
    rows = json.loads(page(world, "/c/140999/2025.json").partition(" ")[2])
    text = page(world, "/c/140999/2025.csv?standing=missing")
    return overview, [(r["unit"], r["standing"], r["confirmed"]) for r in rows], text.count("\n")


@case
def b28(world: World) -> Any:
    """A waived missing? A01 has no rule: what can be waived of a missing unit."""
    return (
        decide(world, "waive", "戊辰镇", "--year", "2025", "--rule", "A01", *WHO),
        decide(world, "accept", "戊辰镇", "--year", "2025", "--undo", "--who", "x"),
        stands(world, "戊辰镇"),
    )


@case
def b29(world: World) -> Any:
    """exempt for one year, undone for another."""
    decide(world, "exempt", "戊辰镇", "--year", "2025", *WHO)
    said = decide(world, "exempt", "戊辰镇", "--year", "2024", "--undo", "--who", "李四")
    return said, stands(world, "戊辰镇")


@case
def b22b(world: World) -> Any:
    """The same, and the file says what they were called; 戊辰镇 had published."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 6))
    world.renamed = {"戊辰镇": "新镇", "己巳镇": "戊辰镇"}
    world.more = {
        "戊辰镇": ', former: [{name: 戊辰镇, until: "2026-02-07"}]',
        "己巳镇": ', former: [{name: 己巳镇, until: "2026-02-07"}]',
    }
    try:
        world.look(on(2, 8))
    except Exception as error:
        return str(error)
    engine = open_store(world.store)
    registry = world.registry()
    with looking(engine) as s:
        found = [
            (x.unit, x.name, x.standing.name)
            for x in lines_at(s, EVERYTHING, YEAR, end_of(on(2, 8)), registry)
        ]
    engine.dispose()
    return found


@case
def b02r(world: World) -> Any:
    """`since` was written, and is taken away later: the days before it."""
    world.more["戊辰镇"] = ', since: "2026-01-10"'
    world.look(on(2, 8), on(2, 9))
    then = stands(world, "戊辰镇", on(2, 9))
    del world.more["戊辰镇"]
    world.look(on(2, 10))
    return then, stands(world, "戊辰镇", on(2, 9))


@case
def b06(world: World) -> Any:
    """The column is replaced by another: the sheet of a day before."""
    before = of(
        world,
        "evidence",
        "sheet",
        "戊辰镇",
        "--year",
        "2025",
        "--as-of",
        "2026-02-05",
        "-o",
        str(world.folder / "a.docx"),
        "--evidence",
        str(world.folder / "evidence"),
    )
    import docx

    def told(name: str) -> list[str]:
        table = docx.Document(str(world.folder / name)).tables[0]
        return [cell.text[:90] for row in table.rows for cell in row.cells]

    first = told("a.docx")
    file = world.folder / "counties" / "平安县.yaml"
    kept = file.read_text(encoding="utf-8")
    world.registry = lambda: load_moved(file, kept)  # type: ignore[method-assign]
    world.look(on(2, 9))
    after = of(
        world,
        "evidence",
        "sheet",
        "戊辰镇",
        "--year",
        "2025",
        "--as-of",
        "2026-02-05",
        "-o",
        str(world.folder / "b.docx"),
        "--evidence",
        str(world.folder / "evidence"),
    )
    return before, first, after, told("b.docx")


@case
def b31(world: World) -> Any:
    """What does not go with last year's report, and last year's report is corrected, as the finding proposes."""

    def found() -> list[str]:
        rows = json.JSONDecoder().raw_decode(
            of(
                world, "flagged", "--year", "2025", "--format", "json", "--severity", "error"
            ).partition(" ")[2]
        )[0]
        return [f"{r['unit']} {r['rule']} {r['finding'][:60]}" for r in rows]

    before = found()
    for town in TOWNS[:4]:
        path, piece = next(
            (path, p) for path, p in world.pieces.items() if p.town == town and p.year == YEAR - 1
        )
        figures = dict(piece.report.figures)
        changes = {
            k.replace(".", "__"): 0 for k in figures if k.startswith("requests.carried_out.")
        }
        world.pieces[path] = replace(piece, report=piece.report.with_figures(**changes))
    world.look(on(2, 9))
    diff = of(world, "diff", "乙丑镇", "2024")[:300]
    return (
        before,
        found(),
        diff,
        of(world, "replay", "--evidence", str(world.folder / "evidence"))[-200:],
        found(),
    )


@case
def b32(world: World) -> Any:
    """A neighbour's report that it is said to be copied from was adopted by mistake, and the adoption is undone."""
    rows = json.JSONDecoder().raw_decode(
        of(world, "flagged", "--year", "2025", "--format", "json").partition(" ")[2]
    )[0]
    return [f"{r['unit']} {r['rule']} {r['finding'][:40]}" for r in rows]


@case
def b33(world: World) -> Any:
    """A finding that rests on a name, and the file is told the name since."""
    piece = next(p for p in world.pieces.values() if p.town == "乙丑镇" and p.year == YEAR)
    draft = piece.report
    piece = replace(
        piece,
        report=replace(
            draft,
            title=draft.title.replace("乙丑镇", "新丑镇"),
            signature=tuple(x.replace("乙丑镇", "新丑镇") for x in draft.signature),
        ),
    )
    world.pieces[piece.path] = piece
    world.look(on(2, 7))
    first = names_found(world)
    world.more["乙丑镇"] = ", aliases: [新丑镇, 新丑镇人民政府]"
    world.look(on(2, 9))
    return (
        first,
        names_found(world),
        of(world, "review"),
        of(world, "replay", "--evidence", str(world.folder / "evidence"))[-60:],
        names_found(world),
    )


def names_found(world: World) -> list[str]:
    rows = json.JSONDecoder().raw_decode(
        of(world, "flagged", "--year", "2025", "--format", "json").partition(" ")[2]
    )[0]
    return [f"{r['unit']} {r['rule']} {r['finding'][:60]}" for r in rows if r["unit"] == "乙丑镇"]


@case
def b34(world: World) -> Any:
    """A waived lateness, and the deadline is moved by a day: late still, and the decision."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    decide(world, "waive", "戊辰镇", "--year", "2025", "--rule", "A02", *WHO)
    world.more["戊辰镇"] = ', deadline: "02-02"'
    world.look(on(2, 8))
    rows = json.JSONDecoder().raw_decode(
        of(
            world, "flagged", "--year", "2025", "--format", "json", "--waived", "--rule", "A02"
        ).partition(" ")[2]
    )[0]
    return stands(world, "戊辰镇"), [
        (r["unit"], r["rule"], r["decision"], r["finding"]) for r in rows
    ]


@case
def b35(world: World) -> Any:
    """A report of this year that is last year's, listed again with this year's day."""
    old = next(p for p in world.pieces.values() if p.town == "戊辰镇" and p.year == YEAR - 1)
    world.pieces["/nb/again.html"] = replace(
        old, path="/nb/again.html", listed=on(2, 6), printed=on(2, 6)
    )
    world.look(on(2, 7))
    return stands(world, "戊辰镇"), of(world, "review")[:300]


@case
def b36(world: World) -> Any:
    """A second address with other numbers for a town that has published: one is put away."""
    world.put("乙丑镇", YEAR, on(2, 6), path="/nb/second.html", wrong=True)
    world.look(on(2, 7))
    rows = names_found(world)
    late = stands(world, "乙丑镇")
    del world.pieces["/nb/second.html"]
    world.look(on(2, 8), on(2, 9), on(2, 10), on(2, 11))
    return (
        late,
        rows,
        stands(world, "乙丑镇"),
        names_found(world),
        of(world, "history", "乙丑镇")[-700:],
    )


def answers(world: World) -> list[str]:
    found = []
    for day in ("", "2026-02-03", "2026-02-06"):
        of_then = ("--as-of", day) if day else ()
        found += [
            of(world, word, "--year", "2025", "--format", "json", *of_then)
            for word in ("standing", "missing", "late", "unknown", "flagged")
        ]
    return found


@case
def a35(world: World) -> Any:
    """Backup, and brought back elsewhere: all answers, now and of days before."""
    before = answers(world)
    evidence = ("--evidence", str(world.folder / "evidence"))
    kept = of(world, "backup", str(world.folder / "b.tar"), *evidence)
    there = world.folder / "there"
    there.mkdir()
    again = World(there)
    back = run(
        again,
        "restore",
        str(world.folder / "b.tar"),
        "--store",
        again.store,
        "--evidence",
        str(there / "evidence"),
        "--config",
        str(there / "counties"),
    )
    return kept[:100], back[:200], [a == b for a, b in zip(before, answers(again), strict=True)]


@case
def a37(world: World) -> Any:
    """Replay: all answers, now and of days before."""
    before = answers(world)
    said = of(world, "replay", "--evidence", str(world.folder / "evidence"))
    return said, [a == b for a, b in zip(before, answers(world), strict=True)]


@case
def a40(world: World) -> Any:
    """working_day: next; 31 January 2026 is a Saturday."""
    world.registry()
    file = world.folder / "counties" / "平安县.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "columns:", "deadlines: {working_day: next, grace_days: 2}\ncolumns:"
    )
    file.write_text(text, encoding="utf-8")
    rows = json.JSONDecoder().raw_decode(
        of(world, "standing", "--year", "2025", "--format", "json").partition(" ")[2]
    )[0]
    of(world, "calendar", str(world.folder / "c.ics"), "--year", "2025")
    days = {
        line
        for line in (world.folder / "c.ics").read_text(encoding="utf-8").splitlines()
        if line.startswith("DTSTART")
    }
    pages = json.loads(page(world, "/c/140999/2025.json").partition(" ")[2])
    same = [
        (r["deadline"], r["standing"], r["confirmed"], r["days"])
        for r in rows
        if r["unit"] == "戊辰镇"
    ]
    return (
        same,
        [
            (r["deadline"], r["standing"], r["confirmed"], r["days"])
            for r in pages
            if r["unit"] == "戊辰镇"
        ],
        days,
    )


@case
def a52(world: World) -> Any:
    """Two looks of one day in Beijing that are two days in UTC."""
    from datetime import time

    import tests.worlds.rewritten as rewritten

    anew = replace(world, folder=world.folder / "anew")
    anew.folder.mkdir()
    anew.look(on(1, 30))
    for hour in (0, 23):
        rewritten.time = lambda _, hour=hour: time(hour, 30)  # type: ignore[assignment,misc]
        anew.look(on(2, 1))
    rewritten.time = time  # type: ignore[assignment]
    return stands(anew, "戊辰镇", on(2, 1))


@case
def a27(world: World) -> Any:
    """Withdrawn, restored, and as of the days between."""
    piece = next(p for p in world.pieces.values() if p.town == "乙丑镇" and p.year == YEAR)
    del world.pieces[piece.path]
    world.look(on(2, 8), on(2, 9), on(2, 10), on(2, 11))
    gone = stands(world, "乙丑镇", on(2, 11))
    world.pieces[piece.path] = piece
    world.look(on(2, 20))
    return (
        gone,
        stands(world, "乙丑镇"),
        stands(world, "乙丑镇", on(2, 15)),
        stands(world, "乙丑镇", on(2, 6)),
    )


def load_moved(file: Path, kept: str) -> Any:
    from nianbao.monitor.ledger.scope import Registry
    from nianbao.storage.registry import load_counties

    file.write_text(kept.replace("/nb/,", "/new/,"), encoding="utf-8")
    return Registry(load_counties(file.parent))


def main(names: list[str]) -> int:
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "made"
        made.mkdir()
        with six_towns(made) as copied:
            for name in names or [*CASES]:
                world = copied(Path(place) / name)
                world.more, world.renamed = {}, {}
                try:
                    got = CASES[name](world)
                except Exception:
                    got = traceback.format_exc()[-900:]
                print(f"== {name} {(CASES[name].__doc__ or '').strip()}", flush=True)
                if isinstance(got, dict):
                    for key, value in got.items():
                        print("  ", key, "|", value)
                else:
                    for each in got if isinstance(got, tuple) else (got,):
                        print("  ", each)
    return 0


assert TOWNS
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
