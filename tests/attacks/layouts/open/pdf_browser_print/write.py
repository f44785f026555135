"""A PDF as a browser prints it: date, title and address on each page, small pages, rows at the page ends."""

import forms
import pdfpage


def foot(p, n):
    p.c.drawString(18, p.size[1] - 16, "2024/1/12 09:31")
    p.c.drawCentredString(p.size[0] / 2, p.size[1] - 16, forms.title())
    p.c.drawString(18, 10, "www.example.test/zwgk/2024/0112/c31_8846.html")
    p.c.drawRightString(p.size[0] - 18, 10, f"{n}/4")


def expect(v):
    return forms.expectation(
        v,
        "four small pages with head and foot lines 2024/1/12 and 3/4 close to the numbers, groups cut at page ends",
        files=["report.pdf"],
    )


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf", size=(595, 330), margin=28, foot=foot)
    pdfpage.report(p, v)
    p.save()
