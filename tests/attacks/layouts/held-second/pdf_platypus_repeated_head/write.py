"""A PDF by reportlab's own tables: table 3 goes over the page, its three head rows are repeated."""

import forms
import pdfpage
import second
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

UNIT, YEAR = "望麦镇人民政府", 2024
WIDTHS = {2: [140, 115, 115, 115], 3: [42, 58, 140] + [36] * 7, 4: [33] * 15}


def expect(v):
    return second.expectation(
        v,
        "ordinary tables of reportlab with a grid; table 3 goes over the page and its three head rows stand again on top",
        UNIT,
        YEAR,
        files=["report.pdf"],
    )


def write(folder, v):
    name = pdfpage.font()
    small = ParagraphStyle("s", fontName=name, fontSize=8, leading=11, wordWrap="CJK")
    plain = ParagraphStyle(
        "p", fontName=name, fontSize=11, leading=18, wordWrap="CJK", firstLineIndent=22
    )
    big = ParagraphStyle("t", fontName=name, fontSize=16, leading=28, wordWrap="CJK", alignment=1)
    story, number = [], 1
    for kind, x in second.sequence(v, UNIT, YEAR, "platypus", second.grids(v)):
        if kind != "table":
            story.append(Paragraph(x, big if kind == "title" else plain))
            continue
        number += 1
        m = forms.matrix(x)
        data, spans = [], []
        for y, line in enumerate(m):
            row = []
            for col, (cell, first) in enumerate(line):
                if cell is None or not first:
                    row.append("")
                    continue
                row.append(cell.text if cell.key in v else Paragraph(cell.text, small))
                if cell.rs > 1 or cell.cs > 1:
                    spans.append(("SPAN", (col, y), (col + cell.cs - 1, y + cell.rs - 1)))
            data.append(row)
        style = TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, "black"),
                ("FONT", (0, 0), (-1, -1), name, 8),
                ("ALIGN", (0, 0), (-1, -1), "CENTER"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                *spans,
            ]
        )
        story.append(
            LongTable(data, WIDTHS[number], style=style, repeatRows=3 if number == 3 else 0)
        )
        story.append(Spacer(1, 10))

    def foot(canvas, doc):
        canvas.setFont(name, 8)
        canvas.drawCentredString(297, 28, str(doc.page))

    doc = SimpleDocTemplate(
        str(folder / "report.pdf"),
        pagesize=(595, 842),
        leftMargin=45,
        rightMargin=45,
        topMargin=50,
        bottomMargin=50,
    )
    doc.build(story, onFirstPage=foot, onLaterPages=foot)
