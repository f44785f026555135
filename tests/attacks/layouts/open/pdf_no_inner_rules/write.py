"""A PDF whose tables have a frame and no rules inside."""

import forms
import pdfpage


def expect(v):
    gaps = {k.rsplit(".", 1)[0] for k, x in v.items() if x is None}
    loose = [
        k
        for k in v
        if k.rsplit(".", 1)[0] in gaps
        or (k.startswith("disputes") and any(g.startswith("disputes") for g in gaps))
    ]
    return forms.expectation(
        v,
        "only an outer frame; places are kept by position alone, rows with an empty place may be unreadable",
        unreadable_ok=loose,
        files=["report.pdf"],
    )


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf")
    pdfpage.report(p, v, rules="outer")
    p.save()
