"""What a person decided is told wherever it is told what it is about: an exempt unit's report has no
faults of which anything is asked, the office's ledger names the waiver, the feed never goes back.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.attacks.field4 import sixth
from tests.attacks.field4.eighth import words_of
from tests.attacks.field4.sixth import CODES, Sixth
from tests.worlds.commands import run_here
from tests.worlds.pages import get, served
from tests.worlds.rewritten import YEAR, on

globals().update({name: getattr(sixth, name) for name in ("towns", "world")})
FREE = "甲子镇"  # its report has a wrong sum


def test_an_exempt_units_faults_are_not_told_as_such(world: Sixth) -> None:
    where = f"{CODES[FREE]}/{YEAR}"
    with served(world.site(on(2, 5))) as url:
        assert "经人工决定" not in words_of(get(f"{url}/r/{where}").text)
        assert "F01" in get(f"{url}/r/{where}").text
    world.decide("exempt", FREE, on(2, 6))
    table = world.cli("standing", "--year", str(YEAR), "--format", "table")
    (row,) = [each for each in table.splitlines() if FREE in each]
    assert "不作要求" in row
    assert "有问题" not in row
    line = world.now(FREE, on(2, 6))
    assert (line.quality, line.quality_word.zh) == ("flagged", "不作要求")
    with served(world.site(on(2, 6))) as url:
        for page in (f"u/{where}", f"c/140999/{YEAR}?q={FREE}"):
            assert "不作要求" in words_of(get(f"{url}/{page}").text), page
        report = get(f"{url}/r/{where}").text
    assert "F01" not in report
    assert "该单位免于发布" in words_of(report)


def late(world: Sixth) -> None:
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))


def test_the_offices_ledger_names_a_waiver(world: Sixth, tmp_path: Path) -> None:
    late(world)
    world.decide("waived", "戊辰镇", on(2, 8), rule="A02")
    theirs = tmp_path / "台账.csv"
    theirs.write_text("单位名称,发布情况\n戊辰镇,未按时发布\n", encoding="utf-8")

    def told(*words: str) -> dict[str, Any]:
        of = ("--year", str(YEAR), "--all", "--format", "json", "--store", world.store)
        counties = ("--config", str(world.folder / "counties"))
        done = run_here(world.folder, "compare", str(theirs), *of, *counties, *words)
        (row,) = [x for x in json.loads(done.stdout) if x["unit"] == "戊辰镇"]
        return dict(row)

    assert told()["waived"] == "电话核实"
    assert told()["why"].endswith("；经核实不作为问题（电话核实）")
    then = told("--as-of", "2026-02-07")
    assert (then["waived"], "不作为问题" in then["why"]) == (None, False)


def test_no_entry_of_the_feed_goes_back(world: Sixth) -> None:
    late(world)

    def updated(day: int) -> str:
        (entry,) = [x for x in world.feed(on(2, day)).split("<entry>") if "戊辰镇" in x and "逾期发布" in x]  # fmt: skip
        return re.findall(r"<updated>([^<]+)", entry)[0]

    told = [updated(7)]
    world.decide("waived", "戊辰镇", on(2, 8), rule="A02")
    told += [updated(8)]
    world.decide("cleared", "戊辰镇", on(2, 9), rule="A02", undoes="waived")
    told += [updated(9), updated(10)]
    assert told[0] < told[1] < told[2] == told[3]
