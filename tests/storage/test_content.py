"""What no database keeps is left out, wherever it stands; all else stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from nianbao.storage.content import clean, plain
from nianbao.storage.packing import PackedData
from tests.amounts import many

COLUMN, SQLITE = PackedData(), sqlite.dialect()
# Letters as JSON tells them by their numbers, and what only looks like it.
TEXTS = st.lists(
    st.sampled_from(
        ["甲", "\0", "\ud800", "\udfff", "😀", "\uffff", "\\u0000", "\\ud8", "\\", "u0000"]
    )
).map("".join)
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3),
    max_leaves=8,
)


@many(60, 300)
@given(content=st.dictionaries(TEXTS, VALUES, max_size=3))
def test_it_is_as_it_comes_back(content: dict[str, object]) -> None:
    kept = plain(content)
    assert kept == clean(json.loads(json.dumps(content)))
    told = json.dumps(kept, ensure_ascii=False)
    assert "\\u0000" not in told.replace("\\\\", "")
    told.encode("utf-8")  # no half of a character is left
    packed = COLUMN.process_bind_param(content, SQLITE)
    assert COLUMN.process_result_value(packed, SQLITE) == clean(content)


@pytest.mark.parametrize("code", [0, 0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_what_cannot_be_kept_is_left_out(code: int) -> None:
    half = chr(code)
    assert plain({half + "甲": [f"乙{half}", {"丙": half}]}) == {"甲": ["乙", {"丙": ""}]}
    assert clean({"甲": (half, 1, 1.5, None, True)}) == {"甲": ["", 1, 1.5, None, True]}
