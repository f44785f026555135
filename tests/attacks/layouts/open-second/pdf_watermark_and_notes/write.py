"""A PDF with a pale slanting mark of digits under every page and small raised marks of notes behind some numbers."""

import pdfpage
import second
from forms import r

UNIT, YEAR = "青螺镇人民政府", 2025
MARKS = {
    r("new"): "1",
    r("new", "natural_person"): "2",
    r("granted"): "3",
    r("unavailable.not_held", "business"): "4",
    "disputes.review.total": "5",
    "proactive.penalties.decisions": "6",
}


def expect(v):
    return second.expectation(
        v,
        "a pale slanting mark with digits lies under the tables; raised marks of notes stand behind six numbers; page and count of pages in the foot",
        UNIT,
        YEAR,
        unreadable_ok=list(MARKS),
        not_blank=list(MARKS),
        must_not={k: int(f"{v[k]}{d}") for k, d in MARKS.items()},
        files=["report.pdf"],
    )


def foot(page, n):
    c = page.c
    c.saveState()
    c.setFillGray(0.88)
    c.setFont(pdfpage.font(), 44)
    for x, y in ((80, 120), (80, 420)):
        c.saveState()
        c.translate(x, y)
        c.rotate(35)
        c.drawString(0, 0, "青螺镇 20260109")
        c.restoreState()
    c.restoreState()
    c.setFont(pdfpage.font(), pdfpage.SIZE)
    c.drawRightString(page.size[0] - page.margin, 24, f"第 {n} 页 共 2 页")


def noted(page, cell, left, top, w, h):
    if cell.key not in MARKS:
        return False
    wide = pdfpage.width(cell.text)
    x, y = left + (w - wide) / 2, top - h / 2 - 2.5
    page.c.drawString(x, y, cell.text)
    page.c.setFont(pdfpage.font(), 3.8)
    page.c.drawString(x + wide + 0.3, y + 3.2, MARKS[cell.key])
    page.c.setFont(pdfpage.font(), pdfpage.SIZE)
    return True


def write(folder, v):
    p = pdfpage.Page(folder / "report.pdf", foot=foot)
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "mark", second.grids(v)):
        if kind == "table":
            number += 1
            p.table(x, {2: pdfpage.W2, 3: pdfpage.W3, 4: pdfpage.W4}[number], noted)
        else:
            p.line(x, 14 if kind == "title" else 10)
    p.line(
        "注：1含网络渠道；2含信函渠道；3含部分后续补充公开的；4指企业信用类；5含上级机关受理的；6含简易程序。",
        8,
    )
    p.save()
