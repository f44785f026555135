"""Tables of any shape: random merges, random blanks, rows and columns in any number."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.reportkit.printed import Box, Table

LABELS = st.text(st.sampled_from("甲乙丙丁公开政府信息申请总计其他"), min_size=1, max_size=14)
NUMBERS = st.integers(0, 99_999).map(str)
TEXTS = st.one_of(st.just(""), st.just("0"), NUMBERS, LABELS, st.just("-"), st.just("/"))


@st.composite
def tables(draw: st.DrawFn, *, most_rows: int = 12, most_columns: int = 9) -> Table:
    height, width = draw(st.integers(1, most_rows)), draw(st.integers(2, most_columns))
    taken: set[tuple[int, int]] = set()
    rows = []
    for r in range(height):
        row = []
        for c in range(width):
            if (r, c) in taken:
                continue
            rowspan, colspan = draw(SPANS), draw(SPANS)
            rowspan, colspan = min(rowspan, height - r), min(colspan, width - c)
            while any((r, c + j) in taken for j in range(colspan)):
                colspan -= 1
            taken.update((r + i, c + j) for i in range(rowspan) for j in range(colspan))
            row.append(Box(draw(TEXTS), rowspan, colspan))
        rows.append(tuple(row))
    return Table(tuple(rows))


SPANS = st.sampled_from([1, 1, 1, 1, 1, 1, 2, 3])
