"""A county's file as it is changed for a person: never over what another wrote meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nianbao.monitor.counties import (
    CountyFileError,
    Edited,
    difference,
    faults_among,
    here_of,
    mark_of,
    with_edits,
    write,
)
from nianbao.storage.registry import ConfigError, Former, UnitEntry, county_in, load_counties
from tests.worlds.commands import run_here

NOW = datetime(2027, 2, 12, 1, tzinfo=UTC)
FILE = """# of the office
county: 平安县
code: "140999"
columns:
  - {url: http://a.gov.cn/1/, unit: 柳树镇}  # found by hand
units:
  - {name: 柳树镇, code: "140999101"}  # a remark
  - {name: 石门镇, code: "140999102", phone: "0350-5522000"}
recipients: []
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "平安县.yaml"
    made.write_text(FILE, encoding="utf-8")
    return made


def test_a_unit_is_renamed_with_its_columns_and_its_old_name(file: Path) -> None:
    here = here_of("平安县", file.parent)
    willow = here.county.units[0]
    edits = [
        Edited("柳树镇", willow._replace(name="兴华镇", phone="0350-1234"), "2026-12-31"),
        Edited("", UnitEntry("黑水镇", since="2027-01-01")),
    ]
    after = county_in(text := with_edits(here.text, here.county, edits), file)
    assert after.units[0].former == (Former("柳树镇", "2026-12-31"),)
    assert (after.units[0].name, after.units[0].phone) == ("兴华镇", "0350-1234")
    assert after.columns[0].unit == "兴华镇"
    assert [unit.name for unit in after.units] == ["兴华镇", "石门镇", "黑水镇"]
    assert text.splitlines()[-1] == "recipients: []"
    for remark in ("# of the office", "# found by hand", "# a remark"):
        assert remark in text
    shown = difference(here.text, text)
    assert sum(line.startswith("-") for line in shown) == 2
    assert sum(line.startswith("+") for line in shown) == 3


def test_nothing_that_is_not_said_is_changed(file: Path) -> None:
    here = here_of("140999", file.parent)
    same = [Edited(unit.name, unit) for unit in here.county.units]
    assert with_edits(here.text, here.county, same) == here.text
    assert difference(here.text, here.text) == []


@pytest.mark.parametrize(
    "entry",
    [
        UnitEntry("石门镇"),
        UnitEntry("兴华镇", code="1"),
        UnitEntry("兴华镇", since="2027-13-01"),
        UnitEntry("兴华镇", phone="call me"),
        UnitEntry("甲" * 40),
        UnitEntry("兴华镇", kind="village"),  # type: ignore[arg-type]
    ],
)
def test_a_fault_is_told_and_not_written(file: Path, entry: UnitEntry) -> None:
    here = here_of("平安县", file.parent)
    with pytest.raises(ConfigError):
        with_edits(here.text, here.county, [Edited("柳树镇", entry)])


def test_a_code_that_another_county_has_is_told(file: Path) -> None:
    other = FILE.replace("平安县", "安平县").replace("140999", "140998")
    (file.parent / "b.yaml").write_text(other, encoding="utf-8")
    counties = load_counties(file.parent)
    text = FILE.replace('"140999102"', '"140998101"')
    assert "140998101" in faults_among(text, file, counties)[0]
    assert faults_among(FILE, file, counties) == []


def test_what_a_person_wrote_meanwhile_stays(file: Path) -> None:
    mark = mark_of(file)
    file.write_text(FILE + "# mine\n", encoding="utf-8")
    with pytest.raises(CountyFileError, match="改动过"):
        write(file, FILE.replace("柳树", "杨树"), mark, NOW)
    assert file.read_text("utf-8").endswith("# mine\n")
    file.unlink()
    with pytest.raises(CountyFileError):
        write(file, FILE, mark, NOW)
    assert [*file.parent.iterdir()] == []


def test_one_that_somebody_made_meanwhile_stays(file: Path) -> None:
    with pytest.raises(CountyFileError):
        write(file, "county: x\n", "", NOW)
    assert file.read_text("utf-8") == FILE


def test_the_old_one_stays_beside_it(file: Path) -> None:
    file.chmod(0o640)
    copy = write(file, FILE + "# new\n", mark_of(file), NOW)
    assert Path(copy).read_text("utf-8") == FILE
    assert file.read_text("utf-8").endswith("# new\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert {path.name for path in file.parent.iterdir()} == {file.name, Path(copy).name}


def test_counties_of_one_name_have_files_of_their_own(tmp_path: Path) -> None:
    first = run_here(tmp_path, "init", "北京市朝阳区", "--folder", ".", NIANBAO_LANG="en")
    second = run_here(tmp_path, "init", "吉林省长春市朝阳区", "--folder", ".", NIANBAO_LANG="en")
    again = run_here(tmp_path, "init", "吉林省长春市朝阳区", "--folder", ".", NIANBAO_LANG="en")
    assert (first.returncode, second.returncode, again.returncode) == (0, 0, 1), second.stderr
    codes = {county.code for county in load_counties(tmp_path)}
    assert codes == {"110105", "220104"}
    assert here_of("110105", tmp_path).file.name == "朝阳区.yaml"
    assert here_of("220104", tmp_path).stands
