from itertools import pairwise

import forms
import second
import second_pages as pages
from forms import COLS, Cell, r

UNIT, YEAR = "野枣岭乡人民政府", 2023
NAMES = [c for c, _ in COLS]


def make(v):
    unsure, wrong, there = [], {}, []

    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        at = {row.key: row for row in rows}
        # one cell too few: the one of the law firms is gone
        row = at["unavailable.not_held"]
        row.cells = [c for c in row.cells if c.key != r(row.key, "legal_service")]
        unsure.extend(r(row.key, c) for c in NAMES)
        wrong[r(row.key, "legal_service")] = v[r(row.key, "other_org")]
        wrong[r(row.key, "other_org")] = v[r(row.key)]
        there.append(r(row.key))
        # one cell too many: an empty one before the numbers, the last hangs over the edge
        row = at["other.not_corrected"]
        place = next(i for i, c in enumerate(row.cells) if pages.is_number(c))
        row.cells.insert(place, Cell(""))
        unsure.extend(r(row.key, c) for c in NAMES)
        wrong.update({r(row.key, b): v[r(row.key, a)] for a, b in pairwise(NAMES)})
        there.extend(r(row.key, c) for c in NAMES[1:])
        # one cell over two columns
        row = at["partial"]
        row.cells = [c for c in row.cells if c.key != r("partial", "business")]
        cell = next(c for c in row.cells if c.key == r("partial", "natural_person"))
        two = v[r("partial", "natural_person")] + v[r("partial", "business")]
        cell.cs, cell.text = 2, str(two)
        for c in NAMES[:2]:
            unsure.append(r("partial", c))
            there.append(r("partial", c))
            wrong[r("partial", c)] = two
        # one cell over two rows
        upper, lower = r("other.fee_unpaid", "research"), r("other.misc", "research")
        both = v[upper] + v[lower]
        cell = next(c for c in at["other.fee_unpaid"].cells if c.key == upper)
        cell.rs, cell.text = 2, str(both)
        at["other.misc"].cells = [c for c in at["other.misc"].cells if c.key != lower]
        for k in (upper, lower):
            unsure.append(k)
            there.append(k)
            wrong[k] = both
        return forms.table(rows)

    body = pages.flow(v, UNIT, YEAR, "short long", table=table)
    text = f"""<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{second.title(UNIT, YEAR)}</title></head>
<body>
{body}
</body></html>
"""
    cells = {k: x for k, x in v.items() if x is not None and k not in unsure}
    return {"report.html": text}, second.expectation(
        v,
        "a row with a cell too few, one with a cell too many, a number over two columns and one over two rows: nobody can tell whose they are",
        UNIT,
        YEAR,
        cells=cells,
        unreadable_ok=unsure,
        must_not=wrong,
        not_blank=there,
        contradicts=second.broken_sums(cells, "2021"),
    )
