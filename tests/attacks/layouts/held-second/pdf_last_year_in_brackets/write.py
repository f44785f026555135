"""A PDF whose cells of table 3 hold this year's number and last year's in brackets behind or below it."""

import pdfpage
import second

UNIT, YEAR = "双槐树乡人民政府", 2022
WIDTHS = [40, 55, 120] + [43] * 7


def old():
    return second.values("brackets last year", "2021", 0, 0)


def expect(v):
    was = old()
    asked = [k for k in v if k.startswith("requests.") and v[k]]
    return second.expectation(
        v,
        "cells of table 3 read 12(9): this year's number, last year's in brackets behind or below it, and a line above says so",
        UNIT,
        YEAR,
        unreadable_ok=[k for k in v if k.startswith("requests.")],
        not_blank=asked,
        must_not={
            k: was[k] if n % 2 else int(f"{v[k]}{was[k]}")
            for n, k in enumerate(asked)
            if was[k] != v[k]
        },
        files=["report.pdf"],
    )


def write(folder, v):
    was = old()

    def pair(page, cell, left, top, w, h):
        if cell.key not in v or not cell.key.startswith("requests."):
            return False
        if v[cell.key] is None:
            return True
        last = f"({was[cell.key]})"
        y = top - h / 2
        if pdfpage.width(cell.text + last) < w - 4:
            page.c.drawCentredString(left + w / 2, y - 2.5, cell.text + last)
        else:
            page.c.drawCentredString(left + w / 2, y + 1, cell.text)
            page.c.drawCentredString(left + w / 2, y - 7.5, last)
        return True

    p = pdfpage.Page(folder / "report.pdf")
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "brackets", second.grids(v)):
        if kind != "table":
            p.line(x, 14 if kind == "title" else 10)
            continue
        number += 1
        if number == 3:
            p.line("（括号内为上年同期数）", 8)
        p.table(
            x,
            {2: pdfpage.W2, 3: WIDTHS, 4: pdfpage.W4}[number],
            pair,
            height=21 if number == 3 else None,
        )
    p.save()
