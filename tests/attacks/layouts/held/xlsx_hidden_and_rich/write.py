"""A workbook with hidden rows, columns and sheets, struck and raised runs, white digits, remarks."""

import forms
import ooxml
import openpyxl
from forms import r
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

STRUCK = [r("other.misc", "research"), "proactive.coercion.decisions"]
FONTS = {
    "new": {"strike": True},
    "granted": {"vertAlign": "superscript"},
    "handled_total": {"strike": True, "color": "FF0000"},
}
OLD = list(range(611, 618))


def rich(v):
    cells, wrong = {}, {}
    for row, font in FONTS.items():
        for n, c in enumerate(("natural_person", "business", "research")):
            s = str(v[r(row, c)])
            cut = [0, 1, len(s)][n]
            parts = [s[:cut], TextBlock(InlineFont(**font), "4"), s[cut:]]
            cells[r(row, c)] = CellRichText(*[p for p in parts if not isinstance(p, str) or p])
            wrong[r(row, c)] = int(s[:cut] + "4" + s[cut:])
    return cells, wrong


def expect(v):
    wrong = {k: v[k] for k in STRUCK}
    for k in STRUCK:
        v[k] = None
    wrong.update(rich(v)[1])
    wrong.update({r("carried_out", c): n for (c, _), n in zip(forms.COLS, OLD, strict=False)})
    e = forms.expectation(
        v,
        "a hidden row with old numbers under the same label, a hidden sheet, a hidden column, struck cells, struck and raised runs, a white digit cell beside, remarks",
        must_not=wrong,
        unreadable_ok=STRUCK,
        files=["report.xlsx"],
    )
    e["blank"] = [k for k in e["blank"] if k not in STRUCK]
    return e


def write(folder, v):
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "2023"
    where = ooxml.fill_sheet(ws, v)
    for k, value in rich(v)[0].items():
        where[k].value = value
    for n, k in enumerate(STRUCK):
        where[k].value = 88 + n
        where[k].font = Font(strike=True)
    where[r("partial")].comment = Comment("应为99", "甲")
    # hidden row before 四、 with other numbers: cells below are moved by hand so that merges stay right
    at = where[r("carried_out")].row
    merged = [m for m in list(ws.merged_cells.ranges) if m.min_row >= at]
    for m in merged:
        ws.unmerge_cells(str(m))
    ws.insert_rows(at)
    for m in merged:
        m.shift(row_shift=1)
        ws.merge_cells(str(m))
    ws.cell(at, 1).value = "四、结转下年度继续办理"
    for n, x in enumerate(OLD):
        ws.cell(at, 4 + n).value = x
    ws.row_dimensions[at].hidden = True
    # white on white, off the table
    ws.cell(at + 1, 11).value = 77
    ws.cell(at + 1, 11).font = Font(color="FFFFFFFF")
    ws.cell(at + 1, 11).fill = PatternFill("solid", fgColor="FFFFFFFF")
    ws.column_dimensions["L"].hidden = True
    ws.cell(at + 1, 12).value = 78
    old = wb.create_sheet("2022")
    ooxml.fill_sheet(old, {k: (x or 0) + 1 for k, x in v.items()})
    old.sheet_state = "hidden"
    wb.move_sheet(old, -1)
    wb.active = 1
    wb.save(folder / "report.xlsx")
