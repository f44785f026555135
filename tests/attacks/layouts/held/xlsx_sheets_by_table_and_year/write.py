"""A workbook with a sheet a table, and last year's sheets among them, all of them seen."""

import forms
import openpyxl


def old():
    return {k: (x if x is not None else 29) for k, x in forms.values("xlsx sheets old").items()}


def expect(v):
    was = old()
    return forms.expectation(
        v,
        "sheets 2022表三, 2023表二, 2023表三, 2023表四, 2022表四: by their names, or unreadable, never last year's",
        must_not={k: was[k] for k in v if not k.startswith("proactive") and was[k] != v[k]},
        unreadable_ok=[k for k in v if not k.startswith("proactive")],
        files=["report.xlsx"],
    )


def write(folder, v):
    was = old()
    wb = openpyxl.Workbook()
    wb.remove(wb.active)
    for name, rows, head in (
        ("2022表三", forms.grid3(was), forms.S[3]),
        ("2023表二", forms.grid2(v), forms.S[2]),
        ("2023表三", forms.grid3(v), forms.S[3]),
        ("2023表四", forms.grid4(v), forms.S[4]),
        ("2022表四", forms.grid4(was), forms.S[4]),
    ):
        ws = wb.create_sheet(name)
        ws.append([forms.title(year=int(name[:4]))])
        ws.append([head])
        for y, line in enumerate(forms.matrix(rows), 3):
            for x, (cell, first) in enumerate(line, 1):
                if cell is None or not first:
                    continue
                ws.cell(y, x).value = int(cell.text) if cell.text.isdigit() else cell.text
                if cell.rs > 1 or cell.cs > 1:
                    ws.merge_cells(
                        start_row=y,
                        start_column=x,
                        end_row=y + cell.rs - 1,
                        end_column=x + cell.cs - 1,
                    )
    wb.active = 1
    wb.save(folder / "report.xlsx")
