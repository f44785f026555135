"""A PDF whose page ends inside a row: half of the label goes on the next page, beside empty cells."""

import forms
import pdfpage
import second

UNIT, YEAR = "落枫镇人民政府", 2025
WIDTHS = [36, 50, 96] + [46] * 7
BROKEN = "other.not_corrected"
STEP = pdfpage.SIZE * 1.3


def expect(v):
    return second.expectation(
        v,
        "the page ends inside a row of table 3: its numbers and two lines of its label stand above, the rest of the label stands on the next page beside empty cells",
        UNIT,
        YEAR,
        files=["report.pdf"],
    )


def paint(p, m, lefts, top, tall, lines):
    """Rows from top down; lines: (row, column) -> the lines of text there."""
    tops = [top]
    for h in tall:
        tops.append(tops[-1] - h)
    seen = set()
    for y, line in enumerate(m):
        for x, (cell, _) in enumerate(line):
            if cell is None or id(cell) in seen:
                continue
            seen.add(id(cell))
            last = max(i for i in range(len(m)) if m[i][x][0] is cell)
            right = lefts[max(i for i in range(len(line)) if line[i][0] is cell) + 1]
            p.c.rect(lefts[x], tops[last + 1], right - lefts[x], tops[y] - tops[last + 1])
            at = tops[y] - pdfpage.SIZE - 1
            for t in lines.get((y, x), []):
                p.c.drawString(lefts[x] + 2, at, t)
                at -= STEP
    p.y = tops[-1]


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf")
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "inside", second.grids(v)):
        if kind != "table":
            p.line(x, 14 if kind == "title" else 10)
            continue
        number += 1
        if number != 3:
            p.table(x, {2: pdfpage.W2, 4: pdfpage.W4}[number])
            continue
        m = forms.matrix(x)
        lefts = [p.margin]
        for w in WIDTHS:
            lefts.append(lefts[-1] + w)
        lines, tall = {}, []
        for y, line in enumerate(m):
            most = 1
            for col, (cell, first) in enumerate(line):
                if first and cell is not None and cell.text:
                    lines[y, col] = pdfpage.wrap(cell.text, sum(WIDTHS[col : col + cell.cs]) - 4)
                    most = max(most, len(lines[y, col]) if cell.rs == 1 else 1)
            tall.append(most * STEP + 4)
        at = next(i for i, row in enumerate(x) if row.key == BROKEN)
        place = next(c for c, (cell, f) in enumerate(m[at]) if f and cell.text.startswith("1."))
        whole = lines[at, place]
        p.turn()
        first = dict(lines)
        first[at, place] = whole[:2]
        paint(p, m[: at + 1], lefts, p.y, [*tall[:at], 2 * STEP + 4], first)
        p.turn()
        rest = {(y - at, c): t for (y, c), t in lines.items() if y > at}
        rest[0, place] = whole[2:]
        paint(p, m[at:], lefts, p.y, [(len(whole) - 2) * STEP + 4, *tall[at + 1 :]], rest)
        p.y -= 8
    p.save()
