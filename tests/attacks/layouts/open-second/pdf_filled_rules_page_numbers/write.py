"""A PDF as an office program exports it: rules are thin filled bars, page numbers in the foot, a line in the head."""

import pdfpage
import second

UNIT, YEAR = "石拱桥街道办事处", 2022
THIN = 0.48


def expect(v):
    return second.expectation(
        v,
        "rules painted as thin filled bars instead of strokes, page numbers between dashes, a head line; labels go on over the page's end",
        UNIT,
        YEAR,
        files=["report.pdf"],
    )


def foot(page, n):
    page.c.drawCentredString(page.size[0] / 2, 24, f"— {n} —")
    page.c.drawString(page.margin, page.size[1] - 26, "白苇县政府信息公开年度报告")


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf", foot=foot)
    rect = p.c.rect

    def bars(x, y, w, h):
        for bar in ((x, y, w, THIN), (x, y + h, w, THIN), (x, y, THIN, h), (x + w, y, THIN, h)):
            rect(*bar, stroke=0, fill=1)

    p.c.rect = bars
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "bars", second.grids(v)):
        if kind == "table":
            number += 1
            p.table(x, {2: pdfpage.W2, 3: pdfpage.W3, 4: pdfpage.W4}[number])
        else:
            p.line(x, 14 if kind == "title" else 10)
    p.line(UNIT)
    p.line("2023年1月11日")
    p.save()
