"""A Word file whose table 3 was pasted as a picture; tables 2 and 4 are tables."""

import io

import docx
import forms
import pdfpage
import second
from docx.shared import Cm
from PIL import Image, ImageDraw, ImageFont

UNIT, YEAR = "临波街道办事处", 2022
WIDTHS = [70, 130, 420] + [92] * 7
ALT = "表三 申请情况 本年新收 0 件 上年结转 0 件"


def expect(v):
    asked = [k for k in v if k.startswith("requests.")]
    return second.expectation(
        v,
        "table 3 is a picture with a caption of zeros for the blind: its cells may be unreadable, never zero, never blank; tables 2 and 4 are read",
        UNIT,
        YEAR,
        unreadable_ok=asked,
        must_not={k: 0 for k in asked if v[k]},
        not_blank=[k for k in asked if v[k]],
        files=["report.docx"],
    )


def picture(rows):
    m = forms.matrix(rows)
    font = (
        ImageFont.truetype(str(pdfpage.FILE), 20)
        if pdfpage.FILE.exists()
        else ImageFont.load_default()
    )
    lefts = [2]
    for w in WIDTHS:
        lefts.append(lefts[-1] + w)
    tall = 58
    image = Image.new("RGB", (lefts[-1] + 3, tall * len(m) + 5), "white")
    draw = ImageDraw.Draw(image)
    for y, line in enumerate(m):
        for x, (cell, first) in enumerate(line):
            if not first or cell is None:
                continue
            left, top, right, bottom = (
                lefts[x],
                2 + tall * y,
                lefts[x + cell.cs],
                2 + tall * (y + cell.rs),
            )
            draw.rectangle((left, top, right, bottom), outline="black", width=2)
            per = max(1, (right - left - 8) // (12 if cell.text.isdigit() else 21))
            for n in range(0, len(cell.text), per):
                at = (left + 6, top + 6 + n // per * 24)
                draw.text(at, cell.text[n : n + per], fill="black", font=font)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    out.seek(0)
    return out


def plain(doc, rows):
    m = forms.matrix(rows)
    table = doc.add_table(len(m), len(m[0]), style="Table Grid")
    for y, line in enumerate(m):
        for x, (cell, first) in enumerate(line):
            if first and cell is not None:
                place = table.cell(y, x)
                if cell.rs > 1 or cell.cs > 1:
                    place = place.merge(table.cell(y + cell.rs - 1, x + cell.cs - 1))
                place.text = cell.text


def write(folder, v):
    doc = docx.Document()
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "picture", second.grids(v)):
        if kind == "table":
            number += 1
            if number == 3:
                doc.add_picture(picture(x), width=Cm(15.2))
                doc.inline_shapes[-1]._inline.docPr.set("descr", ALT)
            else:
                plain(doc, x)
        elif kind == "title":
            doc.add_heading(x, 0)
        else:
            doc.add_paragraph(x)
    doc.save(folder / "report.docx")
