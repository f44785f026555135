"""A county's file with other columns: what people wrote stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.storage.nation import counties_named
from nianbao.storage.registry import ColumnEntry, UnitEntry, county_in, county_yaml
from nianbao.storage.rewriting import (
    NOTE,
    renamed,
    with_columns,
    with_item_values,
    with_units,
    with_value,
)

HEAD = '# of the office\ncounty: 平安县\ncode: "140999"\n'
TAIL = 'deadline: "01-31"  # as told\nunits:\n  # ours\n  - {name: 柳树镇}\n'
NEW = (ColumnEntry("http://a/nb/?x=1&y=2#7", "trs-index", "柳树镇", "政府信息公开年报"),)
BLOCK = """columns:
  # found by hand
  - url: http://a/1/
    unit: 柳树镇
    list: "ul.x"  # why

  - {url: http://a/2/, covers: [towns]}
  # the last
  - url: http://a/3/
"""


@pytest.mark.parametrize(
    "columns",
    [
        "columns: []  # none\n",
        "columns:\n",
        "",
        BLOCK,
        "columns:\n- url: http://a/1/\n",
        "columns: [{url: http://a/1/}]\n",
    ],
)
@pytest.mark.parametrize(
    "host", ["host:   # whose\n", "host: a.cn\n", "", "host: # x\nhttp: {delay: 5}\n"]
)
def test_whatever_the_file_looks_like(columns: str, host: str) -> None:
    text = HEAD + host + columns + TAIL
    before = county_in(text, Path("x"))
    told = with_columns(text, NEW, host="b.gov.cn", scheme="http", notes=["没有找到栏目：石门镇"])
    after = county_in(told, Path("x"))
    assert after.columns == (*before.columns, *NEW)
    assert (after.host, after.http["scheme"]) == ("b.gov.cn", "http")
    assert after.http.get("delay") == before.http.get("delay")
    assert (after.units, after.deadline) == (before.units, before.deadline)
    assert TAIL in told
    assert told.startswith(HEAD)
    again = with_columns(told, (), host="b.gov.cn", scheme="http", notes=["没有找到栏目：石门镇"])
    assert again == told
    assert told.count(NOTE) == 1
    assert NOTE not in with_columns(told, ())


def test_remarks_stay_with_the_columns_that_stay() -> None:
    text = HEAD + BLOCK + TAIL
    told = with_columns(text, NEW, dropped=["http://a/2/"])
    assert [column.url for column in county_in(told, Path("x")).columns] == [
        "http://a/1/", "http://a/3/", NEW[0].url,
    ]  # fmt: skip
    for line in ("  # found by hand", '    list: "ul.x"  # why', "  # the last"):
        assert line in told.splitlines()
    assert with_columns(text, ()) == text


def test_all_columns_may_go() -> None:
    gone = [f"http://a/{n}/" for n in (1, 2, 3)]
    assert county_in(with_columns(HEAD + BLOCK + TAIL, (), dropped=gone), Path("x")).columns == ()


def test_a_new_county_s_file() -> None:
    (county,) = counties_named("140924")
    told = with_columns(county_yaml(county), NEW[:0], host="www.fanshi.gov.cn")
    assert county_in(told, Path("x")).host == "www.fanshi.gov.cn"
    assert "  # 门户网站主机名" in told


def test_one_value_of_the_top() -> None:
    text = HEAD + "allow:\n  - a.cn\n  - b.cn\n" + TAIL
    told = with_value(text, "allow", ["a.cn", "c.cn"])
    assert county_in(told, Path("x")).allow == ("a.cn", "c.cn")
    assert TAIL in told


UNITS = {
    "flow": 'units:\n  # ours\n  - {name: 柳树镇, code: "140999101", aliases: [柳树]}  # a remark\n'
    "  - {name: 石门镇, until: 2026-05-01}\n",
    "block": 'units:\n  - name: 柳树镇  # a remark\n    code: "140999101"\n    aliases:\n'
    "      - 柳树\n    # another\n  - name: 石门镇\n    until: 2026-05-01\n",
    "all on one line": 'units: [{name: 柳树镇, code: "140999101", aliases: [柳树]}, '
    "{name: 石门镇, until: 2026-05-01}]\n",
    "empty values": 'units:\n- {name: 柳树镇, code: "140999101", aliases: [柳树], phone: }\n'
    "- name: 石门镇\n  until: 2026-05-01\n  phone:\n",
}
CHANGES: tuple[dict[int, dict[str, object]], ...] = (
    {0: {"phone": "0350-5522000"}},
    {0: {"name": "兴华镇", "former": [{"name": "柳树镇", "until": "2026-05-01"}]}},
    {0: {"aliases": []}, 1: {"until": "", "since": "2016-01-01"}},
    {1: {"until": "", "kind": "subdistrict", "aliases": ["石门: 办", "a, b", "'\"{}[]#"]}},
    {0: {"code": ""}, 1: {"code": "140999102"}},
    {0: {"nix": ""}},
)


@pytest.mark.parametrize("units", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("place", ["last", "before the columns"])
@pytest.mark.parametrize("changes", CHANGES)
def test_units_are_changed_where_they_stand(
    units: str, place: str, changes: dict[int, dict[str, object]]
) -> None:
    text = HEAD + (BLOCK + units if place == "last" else units + BLOCK)
    before = county_in(text, Path("x"))
    names = {n: values["name"] for n, values in changes.items() if "name" in values}
    for n, name in names.items():
        text = renamed(text, before.units[n].name, str(name))
    told = with_item_values(text, "units", changes)
    after = county_in(told, Path("x"))
    assert after.columns[0].unit == names.get(0, "柳树镇")
    for n, unit in enumerate(after.units):
        meant = before.units[n]._asdict() | changes.get(n, {})
        meant.pop("nix", None)
        for key, value in unit._asdict().items():
            if key == "former":
                assert [each._asdict() for each in unit.former] == list(meant["former"])
            else:
                assert value == (tuple(meant[key]) if key == "aliases" else meant[key]), key
    assert told.count("# ") == text.count("# ")
    assert with_item_values(told, "units", changes) == told


@pytest.mark.parametrize("units", ["", "units:\n", "units: []\n", *UNITS.values()])
@pytest.mark.parametrize("is_last", [True, False])
def test_units_are_added_behind_those_that_stand(units: str, is_last: bool) -> None:
    block = BLOCK.replace("    unit: 柳树镇\n", "")
    text = HEAD + (block + units if is_last else units + block)
    before = county_in(text, Path("x"))
    new = (
        UnitEntry(
            "黑水镇", "140999109", ("黑水", "x: y"), until="2026-01-01", phone="0350-5522001"
        ),
        UnitEntry("水利局, until: 2020-01-01", kind="department"),
        UnitEntry("柳树"),  # another name of one that stands, in most
    )
    told, added = with_units(text, new)
    after = county_in(told, Path("x"))
    assert after.units[: len(before.units)] == before.units
    assert [unit.name for unit in after.units[len(before.units) :]] == added
    assert after.units[len(before.units) :][0] == new[0]._replace(phone="0350-5522001")
    assert after.columns == before.columns
    for line in block.splitlines():
        assert line in told.splitlines()


def test_columns_go_by_a_unit_s_new_name() -> None:
    columns = "columns:\n  - {url: http://a/1/, unit: 柳树镇}\n  - {url: http://a/2/, covers: [柳树镇, 石门镇]}  # x\n"
    text = HEAD + columns + "  - url: http://a/3/\n    covers: 柳树镇\n" + UNITS["flow"]
    told = renamed(text, "柳树镇", "兴华镇")
    assert told.replace("兴华镇", "柳树镇") == text.replace("[柳树镇, 石门镇]", "[柳树镇, 石门镇]")
    assert told.count("兴华镇") == 3
