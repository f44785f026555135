"""A plain Word file by python-docx: headings, three ruled tables with merged cells, a head and a foot."""

import docx
import forms
import second
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

UNIT, YEAR = "石榴湾乡人民政府", 2025


def expect(v):
    return second.expectation(
        v,
        "an ordinary Word file: heading styles, ruled tables, cells merged down and across, numbers centred",
        UNIT,
        YEAR,
        files=["report.docx"],
    )


def write(folder, v):
    doc = docx.Document()
    doc.styles["Normal"].font.name = "宋体"
    doc.styles["Normal"].font.size = Pt(10.5)
    doc.sections[0].header.paragraphs[0].text = "白苇县政府信息公开"
    doc.sections[0].footer.paragraphs[0].text = "第 2 页"
    for kind, x in second.sequence(v, UNIT, YEAR, "plain word", second.grids(v)):
        if kind == "title":
            doc.add_heading(x, 0)
        elif kind == "h":
            doc.add_heading(x, 1)
        elif kind == "p":
            doc.add_paragraph(x)
        else:
            m = forms.matrix(x)
            table = doc.add_table(len(m), len(m[0]), style="Table Grid")
            for row, line in enumerate(m):
                for col, (cell, first) in enumerate(line):
                    if not first or cell is None:
                        continue
                    place = table.cell(row, col)
                    if cell.rs > 1 or cell.cs > 1:
                        place = place.merge(table.cell(row + cell.rs - 1, col + cell.cs - 1))
                    place.text = cell.text
                    place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    doc.add_paragraph(UNIT).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    doc.add_paragraph("2026年1月12日").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    doc.save(folder / "report.docx")
