"""A Word file with full-width digits, commas, spaces and measure words in its cells."""

import ooxml
import second
from forms import COLS, ROWS, r
from ooxml import para, run

UNIT, YEAR = "五柳沟乡人民政府", 2022
WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def texts(v):
    out = {}
    for row, _, _ in ROWS["2021"]:
        for c, _ in COLS:
            k = r(row, c)
            x = v[k]
            if x is None:
                continue
            if c == "business":
                out[k] = str(x).translate(WIDE)
            elif c == "research":
                out[k] = f"　{x} "
            elif c == "total" and x > 999:
                out[k] = f"{x:,}"
            elif row in ("new", "carried_in", "handled_total", "carried_out"):
                out[k] = f"{x:,}件" if c == "natural_person" else f"{x} 件"
    k = "proactive.fees.amount"
    out[k] = f"{v[k]:.2f}".translate(WIDE)
    k = "proactive.normative_documents.in_force"
    out[k] = f"{v[k]:,}".translate(WIDE)
    k = "proactive.regulations.in_force"
    out[k] = f"{v[k]:,}件"
    for k in ("proactive.licensing.decisions", "proactive.penalties.decisions"):
        out[k] = f"{v[k]}件"
    return out


def expect(v):
    return second.expectation(
        v,
        "full-width digits and points, commas of thousands (also full-width), spaces around, measure words behind",
        UNIT,
        YEAR,
        files=["report.docx"],
        printed=texts(v),
    )


def write(folder, v):
    odd = {k: run(t) for k, t in texts(v).items()}
    body = ""
    for kind, x in second.sequence(v, UNIT, YEAR, "wide", second.grids(v)):
        body += ooxml.word_table(x, odd) + "<w:p/>" if kind == "table" else para(x)
    ooxml.word_file(folder / "report.docx", body)
