"""A workbook from a reporting system: no styles, no shared strings, no addresses on rows and cells, numbers as text."""

import zipfile
from xml.sax.saxutils import escape

import forms
import second

UNIT, YEAR = "望麦镇人民政府", 2022
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def expect(v):
    return second.expectation(
        v,
        "a workbook written by a program: rows and cells without addresses, inline strings (some in pieces, some with spaces), no styles, no merged cells",
        UNIT,
        YEAR,
        files=["report.xlsx"],
    )


def text(t):
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(t)}</t></is></c>'


def number(x, n):
    if x is None:
        return '<c t="inlineStr"><is><t></t></is></c>' if n % 2 else "<c/>"
    t = str(x)
    if n % 4 == 0:
        return f"<c><v>{t}</v></c>"
    if n % 4 == 1 and len(t) > 1:
        return f'<c t="inlineStr"><is><r><t>{t[0]}</t></r><r><t>{t[1:]}</t></r></is></c>'
    return text(f" {t} " if n % 4 == 2 else t)


def write(folder, v):
    rows, n = [], 0
    for kind, x in second.sequence(v, UNIT, YEAR, "bare", second.grids(v)):
        if kind != "table":
            rows.append(text(x))
            continue
        for line in forms.matrix(x):
            cells = []
            for cell, first in line:
                if cell is None or not first:
                    cells.append("<c/>")
                elif cell.key in v:
                    n += 1
                    cells.append(number(v[cell.key], n))
                else:
                    cells.append(text(cell.text))
            rows.append("".join(cells))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(f"<row>{row}</row>" for row in rows)}</sheetData></worksheet>'
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(folder / "report.xlsx", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(
            "[Content_Types].xml",
            f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        )
        z.writestr(
            "_rels/.rels",
            f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        z.writestr(
            "xl/workbook.xml",
            f'{head}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="report" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        z.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        z.writestr("xl/worksheets/sheet1.xml", head + sheet)
