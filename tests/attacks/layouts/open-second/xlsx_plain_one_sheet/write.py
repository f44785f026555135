"""A plain workbook: the report on one sheet, ruled and merged, two empty sheets behind."""

import forms
import openpyxl
import second
from openpyxl.styles import Alignment, Border, Font, Side

UNIT, YEAR = "落枫镇人民政府", 2023
EDGE = Border(*[Side(style="thin")] * 4)


def expect(v):
    return second.expectation(
        v,
        "an ordinary workbook: one sheet with title, prose in merged rows and three ruled tables, two empty sheets behind",
        UNIT,
        YEAR,
        files=["report.xlsx"],
    )


def write(folder, v):
    book = openpyxl.Workbook()
    ws = book.active
    ws.title = "年度报告"
    y = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "sheet", second.grids(v)):
        if kind != "table":
            ws.cell(y, 1, x).font = Font(bold=kind != "p", size=18 if kind == "title" else 11)
            ws.merge_cells(start_row=y, start_column=1, end_row=y, end_column=15)
            ws.cell(y, 1).alignment = Alignment(wrap_text=True, vertical="center")
            ws.row_dimensions[y].height = 36
            y += 1
            continue
        for line in forms.matrix(x):
            for col, (cell, first) in enumerate(line, 1):
                if cell is None:
                    continue
                place = ws.cell(y, col)
                place.border = EDGE
                if not first:
                    continue
                number = cell.key in v
                place.value = v[cell.key] if number else cell.text
                place.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
                if number and cell.key.endswith("amount"):
                    place.number_format = "0.00"
                if cell.rs > 1 or cell.cs > 1:
                    ws.merge_cells(
                        start_row=y,
                        start_column=col,
                        end_row=y + cell.rs - 1,
                        end_column=col + cell.cs - 1,
                    )
            y += 1
        y += 1
    ws.column_dimensions["C"].width = 40
    ws.freeze_panes = "A2"
    ws.oddFooter.center.text = "第 &P 页"
    book.create_sheet("Sheet2")
    book.create_sheet("Sheet3")
    book.save(folder / "report.xlsx")
