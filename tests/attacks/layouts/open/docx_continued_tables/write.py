"""A Word file whose table 3 goes on in new tables after page breaks, heads repeated, made with python-docx."""

import docx
import forms


def expect(v):
    return forms.expectation(
        v,
        "table 3 in three pieces with 续表 and repeated heads, a group cut at a break and its label not repeated",
        files=["report.docx"],
    )


def write(folder, v):
    d = docx.Document()
    d.add_heading(forms.title(), 0)

    def put(rows):
        m = forms.matrix(rows)
        t = d.add_table(len(m), len(m[0]), style="Table Grid")
        for y, line in enumerate(m):
            for x, (cell, first) in enumerate(line):
                if cell is not None and first:
                    a = t.cell(y, x)
                    if cell.rs > 1 or cell.cs > 1:
                        a = a.merge(t.cell(y + cell.rs - 1, x + cell.cs - 1))
                    a.text = cell.text

    for n in (1, 2):
        d.add_paragraph(forms.S[n])
        if n == 1:
            d.add_paragraph(forms.PROSE[1])
    put(forms.grid2(v))
    d.add_paragraph(forms.S[3])
    whole = forms.matrix(forms.grid3(v))
    head, body = whole[:3], whole[3:]
    for n, (a, b) in enumerate(((0, 7), (7, 17), (17, 25))):
        if n:
            d.add_page_break()
            d.add_paragraph("续表")
        rows = []
        for line in head + body[a:b]:
            rows.append([(c, f) for c, f in line])
        t = d.add_table(len(rows), 10, style="Table Grid")
        done = {}
        for y, line in enumerate(rows):
            for x, (cell, first) in enumerate(line):
                done.setdefault(id(cell), (cell, [], first))[1].append((y, x))
        for cell, places, first in done.values():
            c = t.cell(*places[0])
            if len(places) > 1:
                c = c.merge(t.cell(*places[-1]))
            # a label that began on the page before is not printed again
            c.text = cell.text if first else ""
    d.add_paragraph(forms.S[4])
    put(forms.grid4(v))
    for n in (5, 6):
        d.add_paragraph(forms.S[n])
        d.add_paragraph(forms.PROSE[n])
    d.save(folder / "report.docx")
