"""A county's file with other columns: what people wrote stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.storage.nation import counties_named
from nianbao.storage.registry import ColumnEntry, county_in, county_yaml
from nianbao.storage.rewriting import NOTE, with_columns, with_value

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
    "columns", ["columns: []  # none\n", "columns:\n", "", BLOCK, "columns: [{url: http://a/1/}]\n"]
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
