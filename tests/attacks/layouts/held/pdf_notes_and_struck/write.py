"""A PDF with raised note digits, ruled-through digits and upright group labels that hang over their cells."""

import forms
import pdfpage
from forms import r
from pdfpage import SIZE, font, width

NOTES = {
    r("new"): "1",
    r("granted"): "2",
    "disputes.review.total": "3",
    "proactive.licensing.decisions": "4",
}
STRUCK = {r("partial"): "88", r("handled_total"): "9"}


def expect(v):
    wrong = {k: int(f"{v[k]}{d}") for k, d in NOTES.items()}
    wrong.update({k: int(f"{d}{v[k]}") for k, d in STRUCK.items()})
    gone = "proactive.coercion.decisions"
    wrong[gone] = v[gone]
    v[gone] = None
    e = forms.expectation(
        v,
        "small raised digits behind numbers, digits with a rule through them before numbers and alone, labels written from top to bottom over the edges",
        must_not=wrong,
        unreadable_ok=list(wrong),
        files=["report.pdf"],
    )
    e["blank"].remove(gone)
    e["gone"] = wrong[gone]
    return e


def cell(p, c, x, top, w, h):
    y = top - h / 2 - SIZE / 3
    left = x + (w - width(c.text)) / 2
    if c.key in NOTES:
        p.c.drawString(left, y, c.text)
        p.c.setFont(font(), 4)
        p.c.drawString(left + width(c.text), y + 3, NOTES[c.key])
        p.c.setFont(font(), SIZE)
        return True
    if c.key in STRUCK or c.key == "proactive.coercion.decisions":
        old = STRUCK.get(c.key, "64")
        p.c.drawString(left - width(old) - 1, y, old)
        p.c.line(left - width(old) - 2, y + SIZE * 0.36, left - 0.5, y + SIZE * 0.36)
        p.c.drawString(left, y, c.text)
        return True
    if c.key in (
        "label:denied",
        "label:unavailable",
        "label:unprocessed",
        "label:other",
        "label:result",
    ):
        n = len(c.text)
        step = min(SIZE * 1.1, (h + 6) / n)
        for i, ch in enumerate(c.text):
            p.c.drawString(x + w / 2 - SIZE / 2, top - SIZE + 2 - i * step, ch)
        return True
    return False


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf", margin=36)
    pdfpage.report(p, v, cell)
    p.save()
