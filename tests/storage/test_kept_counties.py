"""Many counties' files: what was read of them is kept, and is right or not there at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.monitor.ledger.scope import Registry
from nianbao.storage import kept_counties, registry
from nianbao.storage.registry import ConfigError, CountyEntry, load_counties, load_county
from nianbao.storage.scope import of_county

MANY = kept_counties.FEW + 2
FULL = """county: 甲县
code: "130999"
host: www.example.gov.cn
allow: [a.example.gov.cn]
preset: generic
http: {delay: 1.5, browser: true}
columns:
  - {url: "http://www.example.gov.cn/nb/", item: "ul > li", one_year: true, covers: [甲镇]}
  - {url: "http://www.example.gov.cn/b/", unit: 甲镇, covers: }
units:
  - {name: 甲镇, code: "130999100", aliases: [甲镇人民政府], since: 2016-05-01,
     former: [{name: 甲乡, until: 2016-05-01}], deadlines: {2024: 02-15}}
  - {name: 教育局, kind: department, deadline: 03-01}
deadline: 01-31
deadlines: {town: 01-31, years: {2024: 02-08}, grace_days: 3, source: 通知}
digest: {last_week: daily}
cadence: {season: 12, rest: 0.5}
recipients: [a@example.gov.cn]
notes: [一, 二]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "counties").mkdir()
    for n in range(MANY - 1):
        county = f'county: 县{n}\ncode: "13{n:04}"\nunits: [{{name: 镇, code: "13{n:04}100"}}]\n'
        (tmp_path / "counties" / f"{n:03}.yaml").write_text(county, "utf-8")
    (tmp_path / "counties" / "full.yaml").write_text(FULL, "utf-8")
    return tmp_path / "counties"


def kept(folder: Path) -> Path:
    (file,) = (folder.parent / "caches" / "nianbao").iterdir()
    return file


def read_anew(folder: Path) -> list[CountyEntry]:
    return [load_county(file) for file in sorted(folder.glob("*.yaml"))]


def without_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("read anew")

    monkeypatch.setattr(yaml.CSafeLoader, "get_single_node", refused)


def test_what_is_kept_is_what_the_files_say(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anew = read_anew(folder)
    assert load_counties(folder) == anew
    assert stat.S_IMODE(kept(folder).stat().st_mode) == 0o600
    before = kept(folder).stat()
    without_yaml(monkeypatch)
    again = load_counties(folder)
    assert again == anew
    assert repr(again) == repr(anew)  # 1 is neither true nor 1.0 there
    assert kept(folder).stat() == before  # nothing to write


def test_only_the_counties_that_are_asked_for_are_unpacked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew = {county.code: county for county in read_anew(folder)}
    load_counties(folder)
    again = load_counties(folder)
    unpacked: list[str] = []
    unpack = registry._unpacked

    def noted(packed: Sequence[Any], file: str) -> CountyEntry:
        unpacked.append(file)
        return unpack(packed, file)

    monkeypatch.setattr(registry, "_unpacked", noted)
    assert again.names == {code: county.county for code, county in anew.items()}
    asked = Registry(again)
    assert asked.names == again.names
    assert asked.meant(of_county("130999")) == [anew["130999"]]
    assert asked.county("130003") == anew["130003"]
    assert asked.county("999999") is None
    assert unpacked == [anew["130999"].file, anew["130003"].file]


def test_that_no_code_is_shared_is_known_of_these_very_files_alone(folder: Path) -> None:
    load_counties(folder)
    before = kept(folder).read_bytes()
    (folder / "001.yaml").unlink()  # nothing that is left has changed
    assert load_counties(folder) == read_anew(folder)
    assert kept(folder).read_bytes() != before
    twice = (folder / "002.yaml").read_bytes()
    (folder / "copy.yaml").write_bytes(twice)
    for _ in range(2):
        with pytest.raises(ConfigError, match="130002"):
            load_counties(folder)
    (folder / "copy.yaml").write_bytes(twice.replace("县2".encode(), "县乙".encode()))
    for _ in range(2):
        with pytest.raises(ConfigError, match="130002"):
            load_counties(folder)
    (folder / "copy.yaml").unlink()
    assert load_counties(folder) == read_anew(folder)


def test_a_changed_file_holds_at_once_though_its_time_and_size_are_the_same(folder: Path) -> None:
    load_counties(folder)
    file = folder / "000.yaml"
    before = file.stat()
    file.write_text(file.read_text("utf-8").replace("县0", "县Q"), "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    assert load_counties(folder)[0].county == "县Q"
    assert load_counties(folder) == read_anew(folder)


def test_a_file_of_another_name_is_told_by_that_name(folder: Path) -> None:
    load_counties(folder)
    (folder / "000.yaml").rename(folder / "moved.yaml")
    assert load_counties(folder) == read_anew(folder)


def test_all_faults_are_told_each_time(folder: Path) -> None:
    (folder / "000.yaml").write_text("county: 县0\nunit: []\n", "utf-8")
    (folder / "001.yaml").write_text("county: [", "utf-8")
    (folder / "002.yaml").write_bytes("county: 县".encode("gbk"))
    (folder / "003.yaml").write_text('county: 又一县\ncode: "130004"\n', "utf-8")
    (folder / "005.yaml").write_bytes((folder / "006.yaml").read_bytes())
    told = []
    for _ in range(3):
        with pytest.raises(ConfigError) as error:
            load_counties(folder)
        told.append(error.value.faults)
    assert told[0] == told[1] == told[2]
    for file in ("000.yaml:2", "001.yaml:", "002.yaml:", "004.yaml: ", "006.yaml: "):
        assert any(file in fault for fault in told[0]), (file, told[0])


@pytest.mark.parametrize("harm", ["cut", "changed", "of another code", "no text", "empty", "open"])
def test_what_is_kept_and_not_whole_is_as_if_it_were_not_there(
    folder: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_counties(folder)
    file, anew = kept(folder), read_anew(folder)
    data = file.read_bytes()
    if harm == "open":
        file.write_bytes(data.replace("县7".encode(), "县8".encode()))
        body = file.read_bytes().partition(b"\n")[2]
        head = data.partition(b"\n")[0].rpartition(b" ")[0]
        whole = head + b" " + kept_counties.mark_of(body).encode() + b"\n" + body
        file.write_bytes(whole)
        file.chmod(0o666)  # anybody may have written that
    else:
        harmed = {
            "cut": data[: len(data) // 2],
            "changed": data.replace("县7".encode(), "县8".encode()),
            "of another code": b"0" + data,
            "no text": b"\xff\xfe\x00",
            "empty": b"",
        }
        file.write_bytes(harmed[harm])
    assert load_counties(folder) == anew
    without_yaml(monkeypatch)
    assert load_counties(folder) == anew  # it was written again


def test_where_nothing_can_be_kept_all_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.parent / "caches").write_text("a file", "utf-8")
    assert load_counties(folder) == read_anew(folder)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/dev/null")
    assert load_counties(folder) == read_anew(folder)


def test_what_can_not_be_kept_wholly_is_read_each_time(folder: Path) -> None:
    odd = '{county: 甲县, code: "130998", deadlines: {source: [通知, 2024-01-05]}}\n'
    (folder / "odd.yaml").write_text(odd, "utf-8")
    load_counties(folder)
    before = kept(folder).stat()
    assert load_counties(folder) == read_anew(folder)
    assert kept(folder).stat() == before


def test_of_few_files_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "a.yaml").write_text(FULL, "utf-8")
    load_counties(tmp_path)
    assert not (tmp_path / "caches").exists()


def test_what_is_kept_holds_every_field() -> None:
    """A field that is added later is kept, too, or the county is read each time."""
    county = CountyEntry("甲县", "130999", file="a.yaml")
    packed = registry._packed(county)
    assert isinstance(packed, list)
    assert registry._unpacked(packed, "b.yaml") == replace(county, file="b.yaml")
