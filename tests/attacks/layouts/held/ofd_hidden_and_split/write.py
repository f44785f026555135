"""An OFD with invisible and transparent digits, and numbers cut into one object a glyph, out of order."""

import forms
import ofdpage
from forms import r

HIDDEN = {
    r("new"): ("5", ' Visible="false"'),
    r("granted"): ("6", ' Alpha="0"'),
    r("partial"): ("7", ' Visible="false"'),
    "disputes.review.total": ("8", ' Fill="false" Stroke="false"'),
}
SPLIT = {r("handled_total", c) for c, _ in forms.COLS} | {r("carried_in", c) for c, _ in forms.COLS}


def expect(v):
    return forms.expectation(
        v,
        "invisible digits before numbers; two rows with a text object for each digit, the last digit first",
        must_not={k: int(d + str(v[k])) for k, (d, _) in HIDDEN.items()},
        files=["report.ofd"],
    )


def paint(p, c, x, y, w, h):
    if c.key in HIDDEN:
        d, extra = HIDDEN[c.key]
        p.text(d, x + 0.7, y + 3.2, extra=extra)
        p.text(c.text, x + 2.0, y + 3.2)
        return True
    if c.key in SPLIT:
        for i in reversed(range(len(c.text))):
            p.text(c.text[i], x + 2 + i * 1.35, y + 3.2)
        return True
    return False


def write(folder, v):
    p = ofdpage.Pages()
    p.report(v, paint)
    p.save(folder / "report.ofd")
