"""A PDF whose wide pages lie on their side (/Rotate 90), each glyph run painted alone and out of order."""

import forms
import pdfpage


def expect(v):
    return forms.expectation(
        v,
        "pages turned by /Rotate, numbers of a row painted from right to left, digits with spaces between glyphs",
        files=["report.pdf"],
    )


def cell(p, c, x, top, w, h):
    if c.key and not c.key.startswith("label") and len(c.text) > 1 and c.text.isdigit():
        y = top - h / 2 - pdfpage.SIZE / 3
        left = x + (w - pdfpage.width(c.text)) / 2
        places = []
        for d in c.text:
            places.append((left, d))
            left += pdfpage.width(d) + 0.3
        for at, d in reversed(places):
            p.c.drawString(at, y, d)
        return True
    return False


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf", size=(842, 595), turned=True)
    pdfpage.report(p, v, cell)
    p.save()
