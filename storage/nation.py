"""The nation's townships, packed with the product: names, codes, and the county each belongs to.

From modood/Administrative-divisions-of-China (licence WTFPL), after the list of the National
Bureau of Statistics of 2023-06-30. Later mergers and renamings are edited in the county's own
file.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple


class Town(NamedTuple):
    code: str  # nine digits
    name: str  # as in the list, sometimes with its county before it
    county: str
    city: str
    province: str

    @property
    def county_code(self) -> str:
        return self.code[:6]


class County(NamedTuple):
    code: str
    name: str
    city: str
    province: str

    @property
    def city_name(self) -> str:
        """The city above it, or the province where there is none."""
        none = self.city in ("市辖区", "县", self.name) or "直辖" in self.city
        return self.province if none else self.city

    @property
    def full_name(self) -> str:
        middle = "" if self.city_name == self.province else self.city
        return f"{self.province}{middle}{self.name}"


@cache
def towns() -> Sequence[Town]:
    return [Town(*row) for row in csv.reader(io.StringIO(_unpacked())) if row[0] != "code"]


def _unpacked() -> str:
    packed = resources.files("nianbao.storage").joinpath("units.csv.gz").read_bytes()
    return gzip.decompress(packed).decode()


# The first line of those that begin with one county's code.
TOWNS = re.compile(r"^(([0-9]{6}).*)(?:\n\2.*)*$", re.M)


@cache
def counties() -> Sequence[County]:
    """Each by its first town: to read all of them takes five times as long."""
    rows = csv.reader(first for first, _ in TOWNS.findall(_unpacked()))
    return [County(code[:6], *above) for code, _town, *above in rows]


def counties_named(wanted: str) -> list[County]:
    """Counties by code, name, or name with what is above.

    朝阳区 is several, 北京市朝阳区 one.
    """
    wanted = "".join(wanted.split())
    if wanted.isdigit():
        return [county for county in counties() if county.code == wanted[:6]]
    exact = [county for county in counties() if county.name == wanted]
    return exact or [
        county
        for county in counties()
        if county.full_name.endswith(wanted) or wanted in _names(county)
    ]


def counties_like(wanted: str) -> list[County]:
    """Counties with a part of a name: 繁峙 is 繁峙县."""
    wanted = "".join(wanted.split())
    return [county for county in counties() if wanted and wanted in county.full_name]


def _names(county: County) -> tuple[str, ...]:
    return (county.full_name, county.city + county.name, county.province + county.name)


def towns_of(county_code: str) -> list[Town]:
    return [town for town in towns() if town.county_code == county_code]


def name_and_aliases(town: Town) -> tuple[str, list[str]]:
    """The unit's usual name, and the others that its reports may carry."""
    bare = town.name.removeprefix(town.county)
    if bare.endswith("办事处"):
        bare = bare.removesuffix("办事处")
    others = [name for name in (town.name,) if name != bare]
    if bare.endswith("街道"):
        return bare, [f"{bare}办事处", f"{bare}办", *others]
    return bare, [f"{bare}人民政府", *others]
