"""What no database keeps is left out, however a report's JSON is written down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.dialects import sqlite

from nianbao.storage.content import clean, plain
from nianbao.storage.packing import PackedData

COLUMN, SQLITE = PackedData(), sqlite.dialect()
ODD = some.sampled_from(["\x00", "\ud800", "\udfff", "𠀀", r"\u0000", r"\ud800", "\\"])
TEXT = some.lists(some.text(max_size=3) | ODD, max_size=3).map("".join)
VALUE = some.recursive(TEXT | some.integers() | some.none(), lambda below: some.lists(below) | some.dictionaries(TEXT, below), max_leaves=8)  # fmt: skip


@given(some.dictionaries(TEXT, VALUE, max_size=4))
def test_it_is_the_same_as_going_through_each_string(content: dict[str, Any]) -> None:
    expected = clean(json.loads(json.dumps(content)))
    assert plain(content) == expected
    kept = COLUMN.process_bind_param(content, SQLITE)
    assert COLUMN.process_result_value(kept, SQLITE) == clean(content)


@pytest.mark.parametrize("odd", ["\x00", "\ud83d", "\udfff\x00"])
def test_each_odd_character_goes_and_no_other_one(odd: str) -> None:
    told = {f"单位{odd}": [f"白桥{odd}镇", {"literal": r"\u0000", "beyond": "𠀀"}]}
    kept = {"单位": ["白桥镇", {"literal": r"\u0000", "beyond": "𠀀"}]}
    assert plain(told) == kept
