"""A PDF whose number columns are too narrow for four digits: the last ones stand on a second line of the cell."""

import pdfpage
import second

UNIT, YEAR = "临波街道办事处", 2024
WIDTHS = [50, 90, 240] + [17] * 7


def wide(v):
    return [k for k, x in v.items() if k.startswith("requests.") and x and x > 999]


def expect(v):
    firsts = {k: pdfpage.wrap(str(v[k]), WIDTHS[-1] - 4)[0] for k in wide(v)}
    return second.expectation(
        v,
        "ruled cells hold three digits in a line; longer numbers go on in a second line of the same cell",
        UNIT,
        YEAR,
        unreadable_ok=list(firsts),
        not_blank=list(firsts),
        must_not={k: int(t) for k, t in firsts.items() if int(t) != v[k]},
        files=["report.pdf"],
    )


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf")
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "narrow", second.grids(v)):
        if kind == "table":
            number += 1
            p.table(x, {2: pdfpage.W2, 3: WIDTHS, 4: pdfpage.W4}[number])
        else:
            p.line(x, 14 if kind == "title" else 10)
    p.save()
