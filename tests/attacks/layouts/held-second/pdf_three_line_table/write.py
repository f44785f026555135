"""A PDF with three-line tables: rules above, below the head and below the table only; numbers set to the right."""

import pdfpage
import second

UNIT, YEAR = "石榴湾乡人民政府", 2024
HEADS = {2: 0, 3: 3, 4: 3}


def expect(v):
    gaps = {k.rsplit(".", 1)[0] for k, x in v.items() if x is None}
    return second.expectation(
        v,
        "no rules but three lines to a table, numbers set to the right under centred heads; rows with an empty place may be unreadable",
        UNIT,
        YEAR,
        unreadable_ok=[k for k in v if k.rsplit(".", 1)[0] in gaps],
        files=["report.pdf"],
    )


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf")

    def right(page, cell, left, top, w, h):
        if cell.key not in v:
            return False
        page.c.drawRightString(left + w - 5, top - h / 2 - 2.5, cell.text)
        return True

    def rule(y, width=0.8):
        p.c.setLineWidth(width)
        p.c.line(p.margin, y, p.size[0] - p.margin, y)

    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "three", second.grids(v)):
        if kind != "table":
            p.line(x, 14 if kind == "title" else 10)
            continue
        number += 1
        if number == 3:
            p.turn()
        rule(p.y, 1.2)
        widths = {2: pdfpage.W2, 3: [40, 70, 146] + [37] * 7, 4: pdfpage.W4}[number]
        if HEADS[number]:
            # the head alone first, then the body under its rule; the last head row is the body's first line
            top = p.y
            p.table(x, widths, right, rules="none", height=15)
            rule(top - 3 * 15 if number == 4 else top - heads_height(x, widths))
        else:
            p.table(x, widths, right, rules="none", height=15)
        rule(p.y + 6, 1.2)
    p.save()


def heads_height(rows, widths):
    """How tall the three head rows come out, by the same measure as the painter."""
    import forms

    total = 0
    for line in forms.matrix(rows)[:3]:
        n = 1
        for x, (c, first) in enumerate(line):
            if first and c is not None and c.rs == 1:
                n = max(n, len(pdfpage.wrap(c.text, sum(widths[x : x + c.cs]) - 4)))
        total += max(15, n * pdfpage.SIZE * 1.25 + 5)
    return total
