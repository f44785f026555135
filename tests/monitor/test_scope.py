"""What people say when they mean counties and units, on both databases; who is meant nowhere else is refused with a name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from nianbao.monitor.ledger.scope import (
    Registry,
    ScopeError,
    names_apart,
    one_county,
    scope_of,
    unit_of,
)
from nianbao.storage.models import Region
from nianbao.storage.registry import CountyEntry, UnitEntry
from nianbao.storage.scope import EVERYTHING, Scope
from nianbao.storage.store import looking, open_store, session
from nianbao.storage.units import register_units, units_of
from tests.worlds.stores import emptied

# Two counties of 河北 have one name; 140924 is of 忻州市 in 山西省; 990824 is in no list.
COUNTIES = (
    CountyEntry("桥西区", "130104", units=(UnitEntry("东里街道", "130104001"),)),
    CountyEntry("桥西区", "130703", units=(UnitEntry("中华街道", "130703001"), UnitEntry("城关镇", "130703100"))),
    CountyEntry("繁峙县", "140924", units=(UnitEntry("砂河镇", "140924101"), UnitEntry("城关镇", "140924100"))),
    CountyEntry("青川县", "990824", units=(UnitEntry("东河镇", "990824100"), UnitEntry("县财政局", kind="department"))),
)  # fmt: skip
REGISTRY = Registry(COUNTIES)


@pytest.fixture(scope="module")
def engine(asked_url: str) -> Iterator[Engine]:
    opened = open_store(asked_url)
    with session(opened) as s:
        for county in COUNTIES:
            s.add(Region(code=county.code, name=county.county, level="county"))
            s.flush()
            register_units(s, county, datetime(2027, 1, 1, tzinfo=UTC))
    yield opened
    emptied(opened)


def meant(engine: Engine, *asked: str) -> set[str]:
    with looking(engine) as s:
        return {unit.id for unit in units_of(s, scope_of(s, asked, REGISTRY))}


ALL = {unit.code or f"{county.code}-{unit.name}" for county in COUNTIES for unit in county.units}
FANSHI = {"140924101", "140924100"}


@pytest.mark.parametrize(
    ("asked", "units"),
    [
        ((), ALL),
        (("繁峙县",), FANSHI),
        (("140924",), FANSHI),
        (("1409",), FANSHI),
        (("14",), FANSHI),
        (("county:140924",), FANSHI),
        (("county：繁峙县",), FANSHI),
        (("city:1409",), FANSHI),
        (("province:14",), FANSHI),
        (("山西省",), FANSHI),
        (("忻州市",), FANSHI),
        (("山西省忻州市",), FANSHI),
        (("忻州市繁峙县",), FANSHI),
        (("140924101",), {"140924101"}),
        (("unit:140924101",), {"140924101"}),
        (("unit:砂河镇",), {"140924101"}),
        (("unit:县财政局",), {"990824-县财政局"}),
        (("990824-县财政局",), {"990824-县财政局"}),
        (("桥西区",), {"130104001", "130703001", "130703100"}),
        (("石家庄市桥西区",), {"130104001"}),
        (("河北省",), {"130104001", "130703001", "130703100"}),
        (("繁峙县", "130104001"), FANSHI | {"130104001"}),
        (("繁峙县", "14", "140924101"), FANSHI),
        ((" 繁 峙 县 ",), FANSHI),
    ],
)
def test_who_is_meant(engine: Engine, asked: tuple[str, ...], units: set[str]) -> None:
    assert meant(engine, *asked) == units


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("繁畤县", "繁峙县"),
        ("河北", "河北省"),
        ("石家庄", "石家庄市"),
        ("繁峙", "繁峙县"),
        ("河被省", "河北省"),
        ("15", ""),
        ("1501", ""),
        ("140925", ""),
        ("1", ""),
        ("14092", ""),
        ("county:14", ""),
        ("city:140924", ""),
        ("village:1", "county:"),
        ("unit:砂河", "砂河镇"),
        ("140924999", ""),
        ("不存在县", ""),
        ("四川省", ""),
        ("%", ""),
        ("county:", "没有写地方"),
        ("county: ", "没有写地方"),
        ("city:", "没有写地方"),
        ("unit：", "没有写地方"),
        (" ", "没有写地方"),
        ("'; drop table unit; --", ""),
    ],
)
def test_who_is_not_there_is_refused(engine: Engine, asked: str, near: str) -> None:
    with looking(engine) as s, pytest.raises(ScopeError) as refused:
        scope_of(s, asked, REGISTRY)
    assert near in refused.value.zh
    assert refused.value.en.isascii() or near or asked in refused.value.en


def test_an_empty_word_among_others_is_refused(engine: Engine) -> None:
    """A variable of a script that was never set must not become the whole store."""
    with looking(engine) as s, pytest.raises(ScopeError):
        scope_of(s, [""], REGISTRY)
    with looking(engine) as s:
        assert scope_of(s, [], REGISTRY) == scope_of(s, "", REGISTRY) == EVERYTHING


def test_one_county_is_asked_for_by_its_code_where_two_have_the_name(engine: Engine) -> None:
    with looking(engine) as s:
        assert one_county(scope_of(s, "130703", REGISTRY), REGISTRY, s, "130703") == "130703"
        assert one_county(scope_of(s, "张家口市桥西区", REGISTRY), REGISTRY, s, "") == "130703"
        with pytest.raises(ScopeError) as refused:
            one_county(scope_of(s, "桥西区", REGISTRY), REGISTRY, s, "桥西区")
    assert "石家庄市桥西区（130104）" in refused.value.zh
    assert "张家口市桥西区（130703）" in refused.value.zh


def test_one_unit_of_a_name_that_several_have(engine: Engine) -> None:
    with looking(engine) as s:
        with pytest.raises(ScopeError) as refused:
            unit_of(s, "城关镇")
        assert "130703100" in refused.value.zh
        assert "140924100" in refused.value.zh
        assert unit_of(s, "城关镇", Scope(("14",))).id == "140924100"
        assert unit_of(s, "140924100").name == "城关镇"


def test_counties_of_one_name_are_told_with_their_cities() -> None:
    names = {"130104": "桥西区", "130703": "桥西区", "140924": "繁峙县"}
    assert names_apart(names) == {
        "130104": "石家庄市桥西区",
        "130703": "张家口市桥西区",
        "140924": "繁峙县",
    }
    assert names_apart({"990101": "甲县", "990102": "甲县"}) == {
        "990101": "甲县（990101）",
        "990102": "甲县（990102）",
    }
    assert names_apart({"130104": "桥西区"}) == {"130104": "桥西区"}


def test_a_scope_within_counties() -> None:
    scope = Scope(("14",), ("130104001",), ("130104",))
    assert scope.within(["140924", "130104", "990824"]) == Scope(
        ("140924",), ("130104001",), ("130104",)
    )
    assert not scope.within(["990824"])
    assert EVERYTHING.within(["990824"]) == Scope(("990824",))
    assert EVERYTHING.holds("990824", "x")
    assert not Scope().holds("990824", "x")


def test_each_of_several_units_keeps_its_county(engine: Engine) -> None:
    with looking(engine) as s:
        scope = scope_of(s, ["140924101", "130703001", "140924100", "140924101"], REGISTRY)
    assert scope.units == ("140924101", "130703001", "140924100")
    assert scope.of_units == ("140924", "130703", "140924")
    assert scope.within({"140924"}).units == ("140924101", "140924100")
