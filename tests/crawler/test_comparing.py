"""A column that lost what it listed of earlier years proves nothing, however whole it looks."""

from __future__ import annotations

import pytest

from nianbao.crawler.comparing import compared
from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.proof import Proof
from nianbao.crawler.states import State

OLD = [Item(f"石门镇20{n}年年报", f"/{n}.html") for n in (21, 22, 23, 24)]
WHOLE = Proof("declared", "4")


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (OLD, "ok"),
        (OLD[:3], "ok"),
        (OLD[:2], "ok"),
        (OLD[:1], "structure_changed"),
        ([], "structure_changed"),
        ([item._replace(url=f"/new{item.url}") for item in OLD], "ok"),  # moved, and still listed
        ([item._replace(title="…", url=f"/new{item.url}") for item in OLD], "structure_changed"),
    ],
)
def test_earlier_entries_are_part_of_the_proof(left: list[Item], state: str) -> None:
    new = Item("石门镇2025年年报", "/25.html")
    found = compared(Listing(State("ok"), (new, *left), proof=WHOLE), OLD)
    assert found.state.name == state
    assert bool(found.proof.kind) == (state == "ok")


def test_a_first_look_and_a_partial_one_are_not_compared() -> None:
    whole = Listing(State("ok"), proof=WHOLE)
    partial = Listing(State("partial", "page 2"))
    assert compared(whole, []) is whole
    assert compared(partial, OLD) is partial


@pytest.mark.parametrize(
    ("before", "left", "proven"),
    [
        (4, 4, True),
        (4, 2, True),
        (4, 1, False),
        (3, 0, False),
        (2, 0, False),
        (2, 1, True),
        (1, 0, True),  # one alone may be withdrawn
    ],
)
@pytest.mark.parametrize("by_year", [False, True])
def test_a_list_that_lost_the_due_years_is_an_old_copy(
    before: int, left: int, proven: bool, by_year: bool
) -> None:
    lately = [Item(f"{n}镇2026年年报", f"/{n}.html") for n in range(before)]
    listing = Listing(State("ok"), (*OLD, *lately[:left]), proof=WHOLE, by_year=by_year)
    found = compared(listing, OLD, lately)
    assert (bool(found.proof.kind), found.state.name) == (proven, "ok")


def test_an_unchanged_list_is_as_it_was() -> None:
    same = Listing(State("unchanged"), proof=Proof("unchanged"))
    assert compared(same, OLD) is same
