"""A workbook with formulas: with the value kept, without one, and with an error."""

import re
import zipfile

import forms
import ooxml
import openpyxl
from forms import r

KEPT = [r("new"), r("granted"), r("partial"), "disputes.review.total"]
LOST = [r("carried_in"), r("carried_out")]
ERROR = [r("handled_total")]


def expect(v):
    for k in LOST + ERROR:
        v[k] = None
    e = forms.expectation(
        v,
        "sums as formulas: the kept value is what is seen (it may not balance); no kept value, or an error, is unreadable",
        must_not={LOST[0]: 0, LOST[1]: 0, ERROR[0]: 0},
        unreadable_ok=LOST + ERROR,
        not_blank=LOST + ERROR,
        files=["report.xlsx"],
    )
    e["blank"] = [k for k in e["blank"] if k not in LOST + ERROR]
    return e


def write(folder, v):
    wb = openpyxl.Workbook()
    where = ooxml.fill_sheet(wb.active, v)
    places = {}
    for n, k in enumerate(KEPT + LOST + ERROR):
        places[where[k].coordinate] = (k, f"SUM(D{where[k].row}:I{where[k].row})")
        if k not in KEPT:
            where[k].value = 990000 + n
    path = folder / "report.xlsx"
    wb.save(path)
    with zipfile.ZipFile(path) as z:
        parts = {n: z.read(n) for n in z.namelist()}
    xml = parts["xl/worksheets/sheet1.xml"].decode()

    def formula(m):
        at, _attrs, value = m.groups()
        if at not in places:
            return m.group(0)
        k, f = places[at]
        if k in KEPT:
            return f'<c r="{at}"><f>{f}</f><v>{value}</v></c>'
        if k in LOST:
            return f'<c r="{at}"><f>{f}</f></c>'
        return f'<c r="{at}" t="e"><f>{f}</f><v>#REF!</v></c>'

    parts["xl/worksheets/sheet1.xml"] = re.sub(
        r'<c r="([A-Z]+\d+)"([^>]*)><v>([^<]*)</v></c>', formula, xml
    ).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for n, data in parts.items():
            z.writestr(n, data)
