import csv
import io

import forms
import second
from forms import COLS, NOTE, PLAIN, RESULT, ROWS, r

UNIT, YEAR = "石拱桥街道办事处", 2023
HEADS = ["自然人", *(f"法人或其他组织-{label}" for _, label in COLS[1:6]), "总计"]


def make(v):
    printed = {}

    def n(k):
        x = v[k]
        if x is None:
            return ""
        if x > 999:
            printed[k] = f"{x:,}"
        return f"{x:,}"

    def table(number, x):
        if number == 2:
            for line in forms.matrix(x):
                out.writerow(
                    [(n(c.key) if c.key in v else c.text) if first else "" for c, first in line]
                )
        elif number == 3:
            out.writerow([NOTE, "", "", *HEADS])
            for key, group, label in ROWS["2021"]:
                labels = (
                    [label, "", ""]
                    if key in PLAIN
                    else [RESULT, group or label, label if group else ""]
                )
                out.writerow([*labels, *(n(r(key, c)) for c, _ in COLS)])
        else:
            names = [("行政复议", k, o) for k, o in [("review", o) for o in forms.OUTCOMES]]
            names += [
                (f"行政诉讼-{label}", k, o)
                for k, label in forms.DISPUTES[1:]
                for o in forms.OUTCOMES
            ]
            out.writerow([kind for kind, _, _ in names])
            out.writerow([o[1] for _, _, o in names])
            out.writerow([n(f"disputes.{k}.{o[0]}") for _, k, o in names])

    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\r\n")
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "csv", second.grids(v)):
        if kind == "table":
            number += 1
            table(number, x)
        else:
            out.writerow([x])
    data = b"\xef\xbb\xbf" + buffer.getvalue().encode()
    return {"report.csv": data}, second.expectation(
        v,
        "CSV in UTF-8 with a mark: group labels written out on every row, the head of table 3 in one row with joined names, commas of thousands in quotes",
        UNIT,
        YEAR,
        printed=printed,
    )
