"""A workbook with last year's tables to the right of this year's, under heads of their own."""

import forms
import openpyxl
import second

UNIT, YEAR = "芦花滩乡人民政府", 2024
RIGHT = {2: 5, 3: 11, 4: 16}  # columns before last year's block, one of them empty


def old():
    return second.values("last year to the right", "2021", 0, 0)


def expect(v):
    return second.expectation(
        v,
        "on the same rows, behind an empty column, stand last year's numbers under the head 上年度（2023年）, without row labels",
        UNIT,
        YEAR,
        must_not={k: x for k, x in old().items() if x != v[k]},
        files=["report.xlsx"],
    )


def write(folder, v):
    was = old()
    book = openpyxl.Workbook()
    ws = book.active
    ws.title = "对照"
    y, number = 1, 1

    def put(y, x, value, rs=1, cs=1):
        ws.cell(y, x).value = value
        if rs > 1 or cs > 1:
            ws.merge_cells(start_row=y, start_column=x, end_row=y + rs - 1, end_column=x + cs - 1)

    for kind, x in second.sequence(v, UNIT, YEAR, "right", second.grids(v)):
        if kind != "table":
            put(y, 1, x)
            y += 1
            continue
        number += 1
        m = forms.matrix(x)
        shift = RIGHT[number]
        labels = {2: 1, 3: 3, 4: 0}[number]
        put(y, 1, f"本年度（{YEAR}年）", 1, len(m[0]))
        put(y, shift + labels + 1, f"上年度（{YEAR - 1}年）", 1, len(m[0]) - labels)
        y += 1
        for line in m:
            for col, (cell, first) in enumerate(line, 1):
                if not first or cell is None:
                    continue
                put(y, col, v.get(cell.key, cell.text), cell.rs, cell.cs)
                if col > labels:
                    put(
                        y,
                        shift + col,
                        was[cell.key] if cell.key in v else cell.text,
                        cell.rs,
                        cell.cs,
                    )
            y += 1
    book.save(folder / "report.xlsx")
