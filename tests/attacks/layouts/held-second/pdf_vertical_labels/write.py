"""A PDF whose group labels stand upright: one turned by 90 degrees, the others with one character to a line."""

import pdfpage
import second

UNIT, YEAR = "白石湾镇人民政府", 2025
WIDTHS = [22, 22, 210] + [37] * 7
UPRIGHT = {"label:denied", "label:unavailable", "label:unprocessed", "label:other"}


def expect(v):
    return second.expectation(
        v,
        "the label of section three of the table is turned by 90 degrees, those of the groups run downwards, one character to a line",
        UNIT,
        YEAR,
        files=["report.pdf"],
    )


def labels(page, cell, left, top, w, h):
    c = page.c
    if cell.key == "label:result":
        c.saveState()
        c.translate(left + w / 2 + 2.5, top - h / 2 - pdfpage.width(cell.text) / 2)
        c.rotate(90)
        c.drawString(0, 0, cell.text)
        c.restoreState()
        return True
    if cell.key in UPRIGHT:
        step = min(pdfpage.SIZE * 1.15, (h - 3) / len(cell.text))
        y = top - (h - step * len(cell.text)) / 2 - step * 0.85
        size = min(pdfpage.SIZE, step)
        c.setFont(pdfpage.font(), size)
        for sign in cell.text:
            c.drawCentredString(left + w / 2, y, sign)
            y -= step
        c.setFont(pdfpage.font(), pdfpage.SIZE)
        return True
    return False


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf")
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "upright", second.grids(v)):
        if kind != "table":
            p.line(x, 14 if kind == "title" else 10)
            continue
        number += 1
        if number == 3:
            p.turn()
        p.table(
            x,
            {2: pdfpage.W2, 3: WIDTHS, 4: pdfpage.W4}[number],
            labels,
            height=20 if number == 3 else None,
        )
    p.save()
