"""What lies in two scopes at once."""

from __future__ import annotations

import pytest

from nianbao.storage.scope import EVERYTHING, Scope, of_county, of_unit

UNIT = of_unit("140999101", "140999")


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (EVERYTHING, of_county("140999"), of_county("140999")),
        (of_county("140999"), EVERYTHING, of_county("140999")),
        (Scope(("14",)), of_county("140999"), of_county("140999")),
        (Scope(("14", "61")), Scope(("1409", "6101")), Scope(("1409", "6101"))),
        (of_county("140999"), of_county("610999"), Scope()),
        (UNIT, of_county("140999"), UNIT),
        (of_county("140999"), UNIT, UNIT),
        (Scope(("14",)), UNIT, UNIT),
        (UNIT, of_unit("140999102", "140999"), Scope()),
        (UNIT, UNIT, UNIT),
        (UNIT, of_county("610999"), Scope()),
        (EVERYTHING, UNIT, UNIT),
    ],
)
def test_what_lies_in_both(one: Scope, other: Scope, both: Scope) -> None:
    assert one.cut(other) == both
    assert bool(one.cut(other)) == bool(both)
