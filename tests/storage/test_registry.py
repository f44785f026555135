"""The nation's units, and the counties' own files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from nianbao.monitor.cli import app
from nianbao.storage.nation import counties_named, name_and_aliases, towns, towns_of
from nianbao.storage.registry import ConfigError, UnitEntry, load_counties, load_county
from nianbao.storage.rewriting import with_units

ROOT = Path(__file__).parents[2]


def run(*arguments: str, given: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments, input=given)
    return result.exit_code, result.output


def test_the_nation_is_whole() -> None:
    assert len(towns()) == len({town.code for town in towns()})
    assert 38_600 < len(towns()) < 38_700
    assert all(
        len(town.code) == 9 and town.name and town.county and town.province for town in towns()
    )


def test_counties_are_known_by_name_only_where_one_has_it() -> None:
    assert [county.code for county in counties_named("繁峙县")] == ["140924"]
    assert len(counties_named("朝阳区")) > 1
    assert [county.code for county in counties_named("北京市朝阳区")] == ["110105"]
    assert [county.code for county in counties_named("419001")] == ["419001"]
    assert counties_named("没有县") == []


def test_names_without_their_county() -> None:
    names = {town.code: name_and_aliases(town) for town in towns_of("419001")}
    assert names["419001103"] == ("承留镇", ["承留镇人民政府", "济源市承留镇"])


def test_init_writes_a_sound_file(tmp_path: Path) -> None:
    code, said = run("init", "繁峙县", "--folder", str(tmp_path), "--host", "www.pingan.example")
    assert code == 0, said
    county = load_county(tmp_path / "繁峙县.yaml")
    assert (county.county, county.code, county.host, county.deadline) == (
        "繁峙县",
        "140924",
        "www.pingan.example",
        "01-31",
    )
    assert UnitEntry("砂河镇", "140924101", ("砂河镇人民政府",), "town") in county.units
    assert len(county.units) == len(towns_of("140924"))
    assert run("init", "繁峙县", "--folder", str(tmp_path))[0] == 1
    assert run("init", "繁峙县", "--folder", str(tmp_path), "--force")[0] == 0


def test_init_asks_and_never_guesses(tmp_path: Path) -> None:
    code, said = run("init", "--folder", str(tmp_path), given="彭阳县\n\n")
    assert code == 0, said
    code, said = run("init", "朝阳区", "--folder", str(tmp_path))
    assert code == 2
    assert "北京市朝阳区" in said
    assert run("init", "没有县", "--folder", str(tmp_path))[0] == 2


def test_every_county_of_the_nation_makes_a_sound_file(tmp_path: Path) -> None:
    for code in ("110105", "419001", "441900", "150102", "659001", "469001"):
        if counties_named(code):
            assert run("init", code, "--folder", str(tmp_path), "--force")[0] == 0
    assert load_counties(tmp_path)


FAULTY = """\
county: 平安县
code: "140924"
host: https://www.pingan.example/zwgk/
deadlin: "01-31"
columns:
  - {url: http://a.gov.cn/nb/, unit: 柳树真}
  - {preset: trs}
units:
  - {name: 柳树镇, code: 140924101, kind: towm}
  - {name: 柳树镇}
  - 石门镇
"""


def test_faults_are_told_with_line_and_suggestion(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_county(file)
    told = {
        fault.removeprefix(f"{file}:").partition(":")[0]: fault for fault in caught.value.faults
    }
    assert "www.pingan.example" in told["3"]
    assert "deadline" in told["4"]
    assert "柳树镇" in told["6"]
    assert "url" in told["7"]
    assert "town" in told["9"]
    assert "9" in told["10"]
    assert "11" in told
    code, said = run("config", "check", str(tmp_path))
    assert code == 1
    assert f"{file}:4:" in said


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        ('deadline: "02-30"', 3),
        ('deadline: "02-29"', 3),  # not a day of every year
        ('deadlines: {hand_in: "13-01"}', 3),
        ('units:\n  - {name: 柳树镇, deadline: "2月20日"}', 4),
        ('units:\n  - {name: 柳树镇, deadlines: {2026: "02-31"}}', 4),
        ('units:\n  - {name: 柳树镇, until: "2026-13-01"}', 4),
        ("units:\n  - {name: " + "很长的单位名称" * 5 + "}", 4),
        ("recipients:\n  - li@b.example\n  -", 5),
        ("recipients:\n  - li@b.example；zhao@b.example", 4),
        ("recipients: [李@b.example]", 3),
        ("recipients: li@b.example", 3),
        ("units:\n  - {name: 柳树镇, aliases: [柳树, ]}\n  - {name: 石门镇, aliases: [~]}", 5),
        ('http: {window: "29:00-06:00"}', 3),
        ("columns:\n  - {url: http://a.gov.cn/nb/, covers: town}", 4),
        ("columns:\n  - {url: http://a.gov.cn/nb/, covers: [towns, 柳树镇]}", 4),
        ("columns:\n  - {url: http://a.gov.cn/nb/, covers: {towns: true}}", 4),
        (
            "units:\n  - {name: 柳树镇}\ncolumns:\n  - {url: http://a.gov.cn/nb/, unit: 柳树镇, covers: towns}",
            6,
        ),
    ],
)
def test_values_that_would_fail_later_are_told_when_the_file_is_read(
    tmp_path: Path, lines: str, at: int
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f'county: 平安县\ncode: "140924"\n{lines}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_county(file)
    assert [fault.removeprefix(f"{file}:").partition(":")[0] for fault in caught.value.faults] == [
        str(at)
    ]


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ("deadline: '01-31'\ndeadline: '01-11'", {4: "deadline 写了两次，第一次在第 3 行"}),
        ("units: []\ncode: '1'\nunits: []", {4: "code 写了两次", 5: "units 写了两次"}),
        ("units:\n  - {name: 柳树镇, name: 小河乡}", {4: "name stands twice"}),
        ("units:\n  - name: 柳树镇\n    code: '1'\n    code: '2'", {6: "code stands twice"}),
        ("deadlines: {2024: 01-31, '2024': 01-30}", {3: "2024 stands twice"}),
        ("http: &h {delay: 1, delay: 2}\ncadence: *h", {3: "delay stands twice"}),
        ("notes: [a\x0bb]", {3: "U+000B"}),
        ("notes: [a\x00b]", {3: "U+0000"}),
        ("# \ufffe", {3: "U+FFFE"}),
        ("notes: [2024-02-30]", {3: "2024-02-30 is no day or number"}),
        (f"notes: {'[' * 100_000}", {1: "not valid YAML"}),
    ],
)
def test_what_no_file_may_say_is_told_with_its_place(
    tmp_path: Path, lines: str, faults: dict[int, str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f'county: 平安县\ncode: "140924"\n{lines}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_counties(tmp_path)
    for told, (line, said) in zip(caught.value.faults, faults.items(), strict=True):
        assert told.startswith(f"{file}:{line}: ")
        assert said in told
        assert " / " in told


def test_a_file_that_cant_be_read_is_a_fault_among_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    (tmp_path / "b.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").write_bytes("county: 平安县\n# 县\n".encode("gbk"))
    with pytest.raises(ConfigError) as caught:
        load_counties(tmp_path)
    told = [fault.partition(": ")[0] for fault in caught.value.faults]
    assert told == [f"{tmp_path}/{name}" for name in ("a.yaml", "b.yaml", "c.yaml:1")]


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes('county: 平安县\ncode: "140924"\n'.encode("gbk"))
    with pytest.raises(ConfigError, match="不是 UTF-8"):
        load_counties(tmp_path)


@pytest.mark.parametrize("text", ["", "- a", "county: [", "county: 甲县\n\tcode: 1", "plain"])
def test_what_is_no_county(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_county(file)


def test_the_supervisors_own_list(tmp_path: Path) -> None:
    run("init", "繁峙县", "--folder", str(tmp_path))
    county = tmp_path / "繁峙县.yaml"
    book: Any = openpyxl.Workbook()
    for row in (
        ["2026年度应报单位"],
        ["序号", "单位名称", "曾用名"],
        [1, "砂河镇", ""],
        [2, "教育局", "教育和科技局、教科局"],
        ["", "合计", 2],
    ):
        book.active.append(row)
    ledger = tmp_path / "ledger.xlsx"
    book.save(ledger)
    code, said = run("units", "import", str(ledger), "--county", str(county))
    assert code == 0, said
    assert "新增 1 个" in said
    assert (
        UnitEntry("教育局", "", ("教育和科技局", "教科局"), "department")
        in load_county(county).units
    )
    before = county.read_text(encoding="utf-8")
    run("units", "import", str(ledger), "--county", str(county))
    assert county.read_text(encoding="utf-8") == before
    (tmp_path / "list.csv").write_bytes("名称,类型\n水利局,部门\n".encode("gb18030"))
    assert run("units", "import", str(tmp_path / "list.csv"), "--county", str(county))[0] == 0
    assert "水利局" in {unit.name for unit in load_county(county).units}
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert run("units", "import", str(tmp_path / "other.csv"), "--county", str(county))[0] == 2
    assert run("units", "import", str(tmp_path / "none.csv"), "--county", str(county))[0] == 1


def test_units_are_added_to_an_empty_file() -> None:
    text, added = with_units('county: 甲县\ncode: "1"\nunits: []\n', [UnitEntry("柳树镇")])
    assert added == ["柳树镇"]
    assert text.endswith("units:\n  - {name: 柳树镇, kind: town}\n")


# So that one that is lost, or was never meant to go along, is missed.
SHIPPED = {"繁峙县", "彭阳县", "济源市", "尧都区", "沙河市"}


def test_the_shipped_counties_are_sound() -> None:
    counties = {county.county for county in load_counties(ROOT / "config" / "counties")}
    unnamed, lost = counties - SHIPPED, SHIPPED - counties
    assert not unnamed, f"SHIPPED in tests/storage/test_registry.py lacks {unnamed}"
    assert not lost, f"config/counties has no file of {lost}"


@pytest.mark.parametrize(
    ("said", "covers"),
    [
        ("", ()),
        (", covers: towns", ("towns",)),
        (", covers: all", ("all",)),
        (", covers: [柳树, departments]", ("柳树", "departments")),
    ],
)
def test_a_column_says_whom_it_covers(tmp_path: Path, said: str, covers: tuple[str, ...]) -> None:
    file = tmp_path / "a.yaml"
    units = "units:\n  - {name: 柳树镇, aliases: [柳树]}"
    column = f"columns:\n  - {{url: http://a.gov.cn/nb/{said}}}"
    file.write_text(f'county: 平安县\ncode: "140924"\n{column}\n{units}\n', encoding="utf-8")
    (entry,) = load_county(file).columns
    assert entry.covers == covers
