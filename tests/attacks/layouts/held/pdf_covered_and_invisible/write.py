"""A PDF in which old numbers are covered, unpainted, white or off the page."""

import forms
import pdfpage
from forms import r
from pdfpage import SIZE, font, width

COVERED = {r("new"): 311, r("granted"): 312, "disputes.review.total": 313}
UNPAINTED = {r("partial"): 5, r("new", "business"): 6}
WHITE = {r("handled_total"): 7, r("granted", "business"): 8}


def expect(v):
    wrong = dict(COVERED)
    for k, d in {**UNPAINTED, **WHITE}.items():
        wrong[k] = int(f"{d}{v[k]}")
    return forms.expectation(
        v,
        "old numbers under white boxes with the new ones painted on top, text in mode 3, white digits before the number, a row off the page",
        must_not=wrong,
        unreadable_ok=list(wrong),
        files=["report.pdf"],
    )


def cell(p, c, x, top, w, h):
    y = top - h / 2 - SIZE / 3
    left = x + (w - width(c.text)) / 2
    if c.key in COVERED:
        p.c.drawString(left, y, str(COVERED[c.key]))
        p.c.setFillColorRGB(1, 1, 1)
        p.c.rect(x + 1, top - h + 1, w - 2, h - 2, stroke=0, fill=1)
        p.c.setFillColorRGB(0, 0, 0)
        p.c.drawString(left, y, c.text)
        return True
    if c.key in UNPAINTED:
        t = p.c.beginText(left - 4, y)
        t.setFont(font(), SIZE)
        t.setTextRenderMode(3)
        t.textOut(str(UNPAINTED[c.key]))
        t.setTextRenderMode(0)
        p.c.drawText(t)
        p.c.drawString(left, y, c.text)
        return True
    if c.key in WHITE:
        p.c.setFillColorRGB(1, 1, 1)
        p.c.drawString(left - 4, y, str(WHITE[c.key]))
        p.c.setFillColorRGB(0, 0, 0)
        p.c.drawString(left, y, c.text)
        return True
    return False


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf")
    pdfpage.report(p, v, cell)
    p.c.drawString(700, 500, "（七）总计 901 902 903 904 905 906 907")
    p.save()
