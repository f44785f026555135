"""A workbook whose number formats decide what is seen."""

import forms
import ooxml
import openpyxl
from forms import r

# key -> (stored, format, shown value or None, wrong reading)
WAYS = {
    r("new"): (1234, "#,##0", 1234, None),
    r("carried_in"): ("56", "@", 56, None),
    r("granted"): (57.0, "0.00", 57, 5700),
    r("partial"): (58, '0"件"', 58, None),
    r("handled_total"): (59, "0_ ;[Red]\\-0\\ ", 59, None),
    r("carried_out"): ("６０", "General", 60, None),
    r("new", "business"): ("'61", "General", 61, None),
    r("granted", "business"): (62, '"约"0', 62, None),
    r("partial", "business"): (63, "000", 63, None),
    "disputes.review.total": ("1,065", "@", 1065, 65),
    "proactive.fees.amount": (6.6, "0.00_);(0.00)", 6.6, 660),
}
# what is seen is not what is stored: nobody can be sure
DOUBT = {
    r("new", "natural_person"): (71, ";;;", 71),
    r("granted", "natural_person"): (0.72, "0%", 0.72),
    r("partial", "natural_person"): (73400, "#,##0,", 73400),
    r("handled_total", "natural_person"): (74.6, "0", 74.6),
    r("carried_in", "natural_person"): (75, '"无"', 75),
    r("carried_out", "natural_person"): (45296, "yyyy-mm-dd", 45296),
}
UNSURE = [r("new", "business"), r("granted", "business")]


def expect(v):
    wrong = {}
    for k, (_, _, seen, bad) in WAYS.items():
        v[k] = seen
        if bad is not None:
            wrong[k] = bad
    for k, (_, _, bad) in DOUBT.items():
        v[k] = None
        wrong[k] = bad
    e = forms.expectation(
        v,
        "thousands, texts, units and decimals by format; formats that show nothing, a per cent, thousands cut off, a rounding, a word, a date",
        must_not=wrong,
        unreadable_ok=list(DOUBT) + UNSURE,
        files=["report.xlsx"],
    )
    e["blank"] = [k for k in e["blank"] if k not in DOUBT]
    return e


def write(folder, v):
    wb = openpyxl.Workbook()
    where = ooxml.fill_sheet(wb.active, v)
    for k, way in {**WAYS, **DOUBT}.items():
        where[k].value, where[k].number_format = way[0], way[1]
    wb.save(folder / "report.xlsx")
