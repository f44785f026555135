"""Other writers of OFD, RTF, OpenDocument, workbooks, PDF, archives and mails. Kinds as in kinds.py."""

from __future__ import annotations

import base64
import io
import json
import quopri
import re
import zipfile
from xml.sax.saxutils import escape

import forms
import openpyxl
import pdfpage
import second
from dirt import OTHER, first_keys
from files import converted, made_in, pdf, rtf, sheet, word
from kinds import UNIT, is_number, kind
from openpyxl.styles import Font

MM = 25.4 / 72
NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


# ---- OFD


def steps(text, size):
    return " ".join(f"{pdfpage.width(c, size) * MM:.3f}" for c in text[:-1])


class Ofd:
    """A canvas as reportlab's, which keeps OFD objects a page."""

    def __init__(self, high, text=None, rect=None):
        self.pages, self.high, self.size = [[]], high, pdfpage.SIZE
        self.as_text, self.as_rect = text or ofd_text, rect or ofd_rect

    def setFont(self, name, size):  # noqa: N802
        self.size = size

    def drawString(self, x, y, text):  # noqa: N802
        if text:
            self.pages[-1].append(self.as_text(x * MM, (self.high - y) * MM, text, self.size))

    def rect(self, x, y, w, h):
        self.pages[-1].append(self.as_rect(x * MM, (self.high - y - h) * MM, w * MM, h * MM))

    def showPage(self):  # noqa: N802
        self.pages.append([])

    def put(self, xml):
        self.pages[-1].append(xml)


def ofd_text(x, y, text, size, attrs="", inner="", code=""):
    high = size * MM
    wide = pdfpage.width(text, size) * MM
    delta = f' DeltaX="{steps(text, size)}"' if len(text) > 1 else ""
    return (
        f'<ofd:TextObject ID="8" Boundary="{x:.3f} {y - high:.3f} {wide + 0.5:.3f} {high * 1.3:.3f}" Font="3" Size="{high:.3f}" {attrs}>'
        f'{inner}<ofd:TextCode X="0" Y="{high:.3f}"{delta}{code}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def ofd_rect(x, y, w, h):
    return (
        f'<ofd:PathObject ID="9" Boundary="{x:.3f} {y:.3f} {w:.3f} {h:.3f}" LineWidth="0.2"><ofd:AbbreviatedData>'
        f"M 0 0 L {w:.3f} 0 L {w:.3f} {h:.3f} L 0 {h:.3f} C</ofd:AbbreviatedData></ofd:PathObject>"
    )


def white_box(x, y, w, h):
    return (
        f'<ofd:PathObject ID="9" Boundary="{x:.3f} {y:.3f} {w:.3f} {h:.3f}" Fill="true" Stroke="false"><ofd:FillColor Value="255 255 255"/>'
        f"<ofd:AbbreviatedData>M 0 0 L {w:.3f} 0 L {w:.3f} {h:.3f} L 0 {h:.3f} C</ofd:AbbreviatedData></ofd:PathObject>"
    )


def drawn(m, paint=None, **k):
    """The report's pages as lists of OFD objects."""
    page = pdfpage.Page.__new__(pdfpage.Page)
    page.c, page.size, page.margin = Ofd(842, **k), (595, 842), 40
    page.foot, page.turned, page.number, page.y = None, False, 1, 802
    n = 1
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
        if what == "table":
            n += 1
            page.table(x, {2: pdfpage.W2, 3: pdfpage.W3, 4: pdfpage.W4}[n], paint)
        else:
            page.line(x, 14 if what == "title" else 10)
    return page.c.pages


def packed(pages, common="", layer="", parts=None, document="", bodies=1, page_tail=""):
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    files = {}
    for n, objects in enumerate(pages):
        files[f"Doc_0/Pages/Page_{n}/Content.xml"] = (
            f'<ofd:Page {NS}><ofd:Content><ofd:Layer ID="7" {layer}>{"".join(objects)}</ofd:Layer></ofd:Content>{page_tail}</ofd:Page>'
        )
    listed = "".join(
        f'<ofd:Page ID="{n + 1}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages))
    )
    files["Doc_0/Document.xml"] = (
        f"<ofd:Document {NS}><ofd:CommonData><ofd:MaxUnitID>9999</ofd:MaxUnitID>{area}{common}</ofd:CommonData>"
        f"<ofd:Pages>{listed}</ofd:Pages>{document}</ofd:Document>"
    )
    body = "<ofd:DocBody><ofd:DocInfo><ofd:DocID>0</ofd:DocID></ofd:DocInfo><ofd:DocRoot>{}/Document.xml</ofd:DocRoot></ofd:DocBody>"
    names = ["Doc_0"] if bodies == 1 else ["Doc_1", "Doc_0"]
    files["OFD.xml"] = (
        f'<ofd:OFD {NS} Version="1.0" DocType="OFD">{"".join(map(body.format, names))}</ofd:OFD>'
    )
    files |= parts or {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in files.items():
            z.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return "report.ofd", out.getvalue()


def middle(c, left, top, w, h):
    """Where a number's baseline begins in its cell, in millimetres from above."""
    return (left + (w - pdfpage.width(c.text)) / 2) * MM, (842 - top + h / 2 + 2.5) * MM


def painting(m, row, f):
    """paint: f(canvas, cell, x, y, n) paints the numbers of one row."""
    keys = first_keys(m, row)

    def paint(p, c, left, top, w, h):
        if c.key not in keys:
            return False
        f(p.c, c, *middle(c, left, top, w, h), keys.index(c.key))
        return True

    return keys, paint


@kind("ofd_plain", "pages of paths and text objects, a cell's line each")
def _(m):
    return packed(drawn(m))


@kind("ofd_text_per_glyph", "each character is a text object of its own")
def _(m):
    def text(x, y, t, size):
        out = ""
        for c in t:
            out += ofd_text(x, y, c, size)
            x += pdfpage.width(c, size) * MM
        return out

    return packed(drawn(m, text=text))


@kind("ofd_row_in_one_object", "the numbers of a row are text codes of one text object")
def _(m):
    def f(c, cell, x, y, n):
        c.row = [*getattr(c, "row", []), (x, y, cell.text)]
        if n == len(keys) - 1:
            x0, y0, _ = c.row[0]
            high = pdfpage.SIZE * MM
            codes = "".join(
                f'<ofd:TextCode X="{a - x0:.3f}" Y="{high:.3f}" DeltaX="{steps(t, pdfpage.SIZE) or 1}">{t}</ofd:TextCode>'
                for a, _, t in c.row
            )
            c.put(
                f'<ofd:TextObject ID="8" Boundary="{x0:.3f} {y0 - high:.3f} 120 4" Font="3" Size="{high:.3f}">{codes}</ofd:TextObject>'
            )

    keys, paint = painting(m, "new", f)
    return packed(drawn(m, paint))


@kind("ofd_glyphs_mapped", "CGTransform names the glyph of each digit, one for one")
def _(m):
    def text(x, y, t, size):
        change = f'<ofd:CGTransform CodePosition="0" CodeCount="{len(t)}" GlyphCount="{len(t)}"><ofd:Glyphs>{" ".join(str(ord(c) % 900 + 3) for c in t)}</ofd:Glyphs></ofd:CGTransform>'
        return ofd_text(x, y, t, size, inner=change)

    return packed(drawn(m, text=text))


@kind("ofd_white_by_draw_param", "a white 9 in front of digits, its colour told by a DrawParam")
def _(m):
    def f(c, cell, x, y, n):
        c.put(ofd_text(x - 1.3, y, "9", pdfpage.SIZE, 'DrawParam="5"'))
        c.put(ofd_text(x, y, cell.text, pdfpage.SIZE))

    keys, paint = painting(m, "granted", f)
    m.must_not.update({k: int(f"9{m.v[k]}") for k in keys})
    res = f'<ofd:Res {NS}><ofd:DrawParams><ofd:DrawParam ID="4"><ofd:FillColor Value="255 255 255"/></ofd:DrawParam><ofd:DrawParam ID="5" Relative="4"/></ofd:DrawParams></ofd:Res>'
    return packed(
        drawn(m, paint),
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>",
        parts={"Doc_0/PublicRes.xml": res},
    )


@kind("ofd_white_by_layer", "a layer's DrawParam is white, what is shown names black itself")
def _(m):
    black = '<ofd:FillColor Value="0 0 0"/>'

    def text(x, y, t, size):
        return ofd_text(x, y, t, size, inner=black)

    def f(c, cell, x, y, n):
        c.put(ofd_text(x - 1.3, y, "9", pdfpage.SIZE))
        c.put(ofd_text(x, y, cell.text, pdfpage.SIZE, inner=black))

    keys, paint = painting(m, "granted", f)
    m.must_not.update({k: int(f"9{m.v[k]}") for k in keys})
    res = f'<ofd:Res {NS}><ofd:DrawParams><ofd:DrawParam ID="5"><ofd:FillColor Value="255 255 255"/></ofd:DrawParam></ofd:DrawParams></ofd:Res>'
    return packed(
        drawn(m, paint, text=text),
        "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>",
        'DrawParam="5"',
        {"Doc_0/DocumentRes.xml": res},
    )


def composites(m, chosen, where="<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"):
    """What is `chosen` of each page's objects stands in a vector graphic of the resources."""
    pages, units = drawn(m), ""
    for n, objects in enumerate(pages):
        inside = [x for x in objects if chosen in x]
        rest = [x for x in objects if chosen not in x]
        units += f'<ofd:CompositeGraphicUnit ID="{70 + n}" Width="210" Height="297"><ofd:Content>{"".join(inside)}</ofd:Content></ofd:CompositeGraphicUnit>'
        pages[n] = [
            f'<ofd:CompositeObject ID="6" Boundary="0 0 210 297" ResourceID="{70 + n}"/>',
            *rest,
        ]
    res = f"<ofd:Res {NS}><ofd:CompositeGraphicUnits>{units}</ofd:CompositeGraphicUnits></ofd:Res>"
    return packed(pages, where, parts={"Doc_0/PublicRes.xml": res})


@kind("ofd_rules_in_composite", "the rules of each page are one composite object of the resources")
def _(m):
    return composites(m, "PathObject")


@kind("ofd_text_in_composite", "the letters of each page are one composite object of the resources")
def _(m):
    return composites(m, "TextObject")


def annotated(pages, notes, kind_of="Stamp", attrs=""):
    listed = "".join(
        f'<ofd:Page PageID="{n + 1}"><ofd:FileLoc>Page_{n}/Annotation.xml</ofd:FileLoc></ofd:Page>'
        for n in notes
    )
    parts = {"Doc_0/Annots/Annotations.xml": f"<ofd:Annotations {NS}>{listed}</ofd:Annotations>"}
    for n, objects in notes.items():
        parts[f"Doc_0/Annots/Page_{n}/Annotation.xml"] = (
            f'<ofd:PageAnnot {NS}><ofd:Annot ID="90" Type="{kind_of}" Creator="x" LastModDate="2024-01-05" {attrs}>'
            f'<ofd:Appearance Boundary="0 0 210 297">{"".join(objects)}</ofd:Appearance></ofd:Annot></ofd:PageAnnot>'
        )
    return packed(
        pages,
        parts=parts,
        document="<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>",
    )


def noted(m, row, f):
    """f(canvas, cell, x, y) gives what an annotation holds of each number of a row."""
    notes = {}

    def g(c, cell, x, y, n):
        notes.setdefault(len(c.pages) - 1, []).extend(f(c, cell, x, y))

    keys, paint = painting(m, row, g)
    return keys, drawn(m, paint), notes


@kind("ofd_annotation_numbers", "the numbers of a row are typed as annotations: never blank")
def _(m):
    keys, pages, notes = noted(
        m, "granted", lambda c, cell, x, y: [ofd_text(x, y, cell.text, pdfpage.SIZE)]
    )
    m.either(*keys)
    m.more["not_blank"] = keys
    return annotated(pages, notes)


@kind("ofd_annotation_over_numbers", "a white note over the old number, the new one in the note")
def _(m):
    def f(c, cell, x, y):
        c.put(ofd_text(x, y, str(int(cell.text) + 11), pdfpage.SIZE))
        return [
            white_box(x - 1, y - 3, 10, 4),
            ofd_text(x, y, cell.text, pdfpage.SIZE),
        ]

    keys, pages, notes = noted(m, "granted", f)
    m.either(*keys)
    m.must_not.update({k: m.v[k] + 11 for k in keys})
    return annotated(pages, notes)


@kind("ofd_annotation_unseen", "annotations that are not shown, with other numbers beside")
def _(m):
    def f(c, cell, x, y):
        c.put(ofd_text(x, y, cell.text, pdfpage.SIZE))
        return [ofd_text(x - 1.3, y, "9", pdfpage.SIZE)]

    _keys, pages, notes = noted(m, "granted", f)
    return annotated(pages, notes, attrs='Visible="false"')


@kind("ofd_annotation_watermark", "a watermark of large grey letters over each page")
def _(m):
    pages = drawn(m)
    grey = '<ofd:FillColor Value="200 200 200" Alpha="60"/>'
    notes = {
        n: [ofd_text(40, 60 + 50 * i, "青石湾镇2024", 40, inner=grey) for i in range(4)]
        for n in range(len(pages))
    }
    m.either(*m.v)
    return annotated(pages, notes, "Watermark")


@kind("ofd_clipped", "a 9 in front of digits lies outside of its clip")
def _(m):
    clip = (
        '<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary="50 50 1 1" Fill="true"><ofd:AbbreviatedData>'
        "M 0 0 L 1 0 L 1 1 L 0 1 C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
    )

    def f(c, cell, x, y, n):
        c.put(ofd_text(x - 1.3, y, "9", pdfpage.SIZE, inner=clip))
        c.put(ofd_text(x, y, cell.text, pdfpage.SIZE))

    keys, paint = painting(m, "granted", f)
    m.either(*keys)
    m.must_not.update({k: int(f"9{m.v[k]}") for k in keys})
    return packed(drawn(m, paint))


@kind("ofd_white_box_and_new", "a white box over the old number, the new one painted on it")
def _(m):
    def f(c, cell, x, y, n):
        c.put(ofd_text(x, y, str(int(cell.text) + 11), pdfpage.SIZE))
        c.put(white_box(x - 0.5, y - 3, 6, 4))
        c.put(ofd_text(x, y, cell.text, pdfpage.SIZE))

    keys, paint = painting(m, "granted", f)
    m.must_not.update({k: m.v[k] + 11 for k in keys})
    return packed(drawn(m, paint))


@kind("ofd_picture_over_number", "a picture lies over the numbers of a row: unreadable, never told")
def _(m):
    def f(c, cell, x, y, n):
        c.put(ofd_text(x, y, str(int(cell.text) + 11), pdfpage.SIZE))
        c.put(f'<ofd:ImageObject ID="5" Boundary="{x - 1:.3f} {y - 3:.3f} 5 4" ResourceID="44"/>')

    keys, paint = painting(m, "granted", f)
    m.any(*keys)
    m.more["not_blank"] = keys
    m.must_not.update({k: m.v[k] + 11 for k in keys})
    return packed(drawn(m, paint))


@kind("ofd_report_is_second", "two documents in one file, the report is the second")
def _(m):
    cover = (
        f"<ofd:Document {NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="Page.xml"/></ofd:Pages></ofd:Document>'
    )
    page = f'<ofd:Page {NS}><ofd:Content><ofd:Layer ID="7">{ofd_text(30, 40, "关于报送年度报告的函", 14)}</ofd:Layer></ofd:Content></ofd:Page>'
    return packed(drawn(m), bodies=2, parts={"Doc_1/Document.xml": cover, "Doc_1/Page.xml": page})


@kind("ofd_padded_codes", "blanks in text codes before and behind digits, with steps of their own")
def _(m):
    def f(c, cell, x, y, n):
        text = f"  {cell.text} "
        high = pdfpage.SIZE * MM
        c.put(
            f'<ofd:TextObject ID="8" Boundary="{x - 2 * high / 2:.3f} {y - high:.3f} 9 4" Font="3" Size="{high:.3f}">'
            f'<ofd:TextCode X="0" Y="{high:.3f}" DeltaX="g {len(text) - 1} {high / 2:.3f}">{text}</ofd:TextCode></ofd:TextObject>'
        )

    _keys, paint = painting(m, "granted", f)
    return packed(drawn(m, paint))


@kind("ofd_struck", "a line is drawn through the old number, the new one stands behind it")
def _(m):
    def f(c, cell, x, y, n):
        x -= 2
        old = str(int(cell.text) % 7 + 2)
        c.put(ofd_text(x, y, old, pdfpage.SIZE))
        c.put(
            f'<ofd:PathObject ID="9" Boundary="{x:.3f} {y - 0.9:.3f} 1.4 0.1" LineWidth="0.2"><ofd:AbbreviatedData>M 0 0 L 1.4 0</ofd:AbbreviatedData></ofd:PathObject>'
        )
        c.put(ofd_text(x + 2.2, y, cell.text, pdfpage.SIZE))

    keys, paint = painting(m, "granted", f)
    m.either(*keys)
    m.must_not.update({k: int(f"{m.v[k] % 7 + 2}{m.v[k]}") for k in keys})
    return packed(drawn(m, paint))


@kind("ofd_boundary_of_page", "each object's boundary is the page, its place is told by X and Y")
def _(m):
    def text(x, y, t, size):
        delta = f' DeltaX="{steps(t, size)}"' if len(t) > 1 else ""
        return (
            f'<ofd:TextObject ID="8" Boundary="0 0 210 297" Font="3" Size="{size * MM:.3f}">'
            f'<ofd:TextCode X="{x:.3f}" Y="{y:.3f}"{delta}>{escape(t)}</ofd:TextCode></ofd:TextObject>'
        )

    def rect(x, y, w, h):
        return (
            '<ofd:PathObject ID="9" Boundary="0 0 210 297" LineWidth="0.2"><ofd:AbbreviatedData>'
            f"M {x:.3f} {y:.3f} L {x + w:.3f} {y:.3f} L {x + w:.3f} {y + h:.3f} L {x:.3f} {y + h:.3f} C</ofd:AbbreviatedData></ofd:PathObject>"
        )

    return packed(drawn(m, text=text, rect=rect))


@kind("ofd_clipped_to_boundary", "each text is clipped to its own box, told within the object")
def _(m):
    def text(x, y, t, size):
        wide, high = pdfpage.width(t, size) * MM + 0.5, size * MM * 1.3
        clip = (
            f'<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary="0 0 {wide:.3f} {high:.3f}" Fill="true"><ofd:AbbreviatedData>'
            f"M 0 0 L {wide:.3f} 0 L {wide:.3f} {high:.3f} L 0 {high:.3f} C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
        )
        return ofd_text(x, y, t, size, inner=clip)

    return packed(drawn(m, text=text))


@kind("ofd_clipped_to_page", "each text is clipped to its own box, told on the page")
def _(m):
    def text(x, y, t, size):
        wide, high = pdfpage.width(t, size) * MM + 0.5, size * MM * 1.3
        clip = (
            f'<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary="{x:.3f} {y - size * MM:.3f} {wide:.3f} {high:.3f}" Fill="true"><ofd:AbbreviatedData>'
            f"M 0 0 L {wide:.3f} 0 L {wide:.3f} {high:.3f} L 0 {high:.3f} C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
        )
        return ofd_text(x, y, t, size, inner=clip)

    return packed(drawn(m, text=text))


@kind("ofd_right_to_left", "digits are kept from the last to the first, with steps to the left")
def _(m):
    def f(c, cell, x, y, n):
        high = pdfpage.SIZE * MM
        step = pdfpage.width("0") * MM
        t = cell.text[::-1]
        c.put(
            f'<ofd:TextObject ID="8" Boundary="{x:.3f} {y - high:.3f} 9 4" Font="3" Size="{high:.3f}">'
            f'<ofd:TextCode X="{(len(t) - 1) * step:.3f}" Y="{high:.3f}" DeltaX="g {max(len(t) - 1, 1)} {-step:.3f}">{t}</ofd:TextCode></ofd:TextObject>'
        )

    _keys, paint = painting(m, "granted", f)
    return packed(drawn(m, paint))


@kind("ofd_twice_for_bold", "digits painted twice, a tenth of a millimetre apart")
def _(m):
    def f(c, cell, x, y, n):
        c.put(ofd_text(x, y, cell.text, pdfpage.SIZE))
        c.put(ofd_text(x + 0.1, y, cell.text, pdfpage.SIZE))

    _keys, paint = painting(m, "granted", f)
    return packed(drawn(m, paint))


@kind("ofd_white_then_black", "white digits lie under the black ones: another number")
def _(m):
    white = '<ofd:FillColor Value="255 255 255"/>'

    def f(c, cell, x, y, n):
        c.put(ofd_text(x, y, str(int(cell.text) + 11), pdfpage.SIZE, inner=white))
        c.put(ofd_text(x, y, cell.text, pdfpage.SIZE))

    keys, paint = painting(m, "granted", f)
    m.must_not.update({k: m.v[k] + 11 for k in keys})
    return packed(drawn(m, paint))


@kind("ofd_template_in_front", "a template in front paints white over old numbers, new ones on it")
def _(m):
    fronts = {}

    def f(c, cell, x, y, n):
        c.put(ofd_text(x, y, str(int(cell.text) + 11), pdfpage.SIZE))
        fronts.setdefault(len(c.pages) - 1, []).extend(
            [white_box(x - 0.5, y - 3, 6, 4), ofd_text(x, y, cell.text, pdfpage.SIZE)]
        )

    keys, paint = painting(m, "granted", f)
    m.must_not.update({k: m.v[k] + 11 for k in keys})
    pages = drawn(m, paint)
    (n, front), *_ = fronts.items()
    parts = {
        "Doc_0/Tpl.xml": f'<ofd:Page {NS}><ofd:Content><ofd:Layer ID="7">{"".join(front)}</ofd:Layer></ofd:Content></ofd:Page>'
    }
    name, data = packed(
        pages, '<ofd:TemplatePage ID="55" BaseLoc="Tpl.xml" ZOrder="Foreground"/>', parts=parts
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as z, zipfile.ZipFile(out, "w") as new:
        for item in z.namelist():
            content = z.read(item).decode()
            if item.endswith(f"Page_{n}/Content.xml"):
                content = content.replace(
                    "<ofd:Content>",
                    '<ofd:Template TemplateID="55" ZOrder="Foreground"/><ofd:Content>',
                    1,
                )
            new.writestr(item, content)
    return name, out.getvalue()


@kind("ofd_picture_numbers", "the numbers of a row are small pictures: unreadable, never blank")
def _(m):
    def f(c, cell, x, y, n):
        c.put(f'<ofd:ImageObject ID="5" Boundary="{x:.3f} {y - 3:.3f} 5 3.5" ResourceID="44"/>')

    keys, paint = painting(m, "granted", f)
    m.any(*keys)
    m.more["not_blank"] = keys
    return packed(drawn(m, paint))


@kind("ofd_drawn_digits", "the numbers of a row are curves: unreadable, never blank")
def _(m):
    def f(c, cell, x, y, n):
        c.put(
            f'<ofd:PathObject ID="9" Boundary="{x:.3f} {y - 2.5:.3f} 2 2.5" Fill="true" Stroke="false"><ofd:AbbreviatedData>'
            "M 0 0 B 1 0 2 1 2 2 Q 1 2 0 0 C</ofd:AbbreviatedData></ofd:PathObject>"
        )

    keys, paint = painting(m, "granted", f)
    m.any(*keys)
    m.more["not_blank"] = keys
    return packed(drawn(m, paint))


@kind(
    "ofd_numbers_in_composites", "each number of a row is a graphic of its own, placed and scaled"
)
def _(m):
    units = []

    def f(c, cell, x, y, n):
        units.append(
            f'<ofd:CompositeGraphicUnit ID="{100 + n}" Width="20" Height="10"><ofd:Content>'
            f"{ofd_text(0, 6, cell.text, pdfpage.SIZE * 2)}</ofd:Content></ofd:CompositeGraphicUnit>"
        )
        c.put(
            f'<ofd:CompositeObject ID="6" Boundary="{x:.3f} {y - 3:.3f} 10 5" CTM="0.5 0 0 0.5 0 0" ResourceID="{100 + n}"/>'
        )

    _keys, paint = painting(m, "granted", f)
    pages = drawn(m, paint)
    res = f"<ofd:Res {NS}><ofd:CompositeGraphicUnits>{''.join(units)}</ofd:CompositeGraphicUnits></ofd:Res>"
    return packed(
        pages,
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>",
        parts={"Doc_0/PublicRes.xml": res},
    )


@kind("ofd_signed", "a seal's signature, a page of it, and versions beside the document")
def _(m):
    return packed(
        drawn(m),
        parts={
            "Doc_0/Signs/Signatures.xml": f"<ofd:Signatures {NS}><ofd:MaxSignId>1</ofd:MaxSignId></ofd:Signatures>",
            "Doc_0/Attachs/Attachments.xml": f"<ofd:Attachments {NS}/>",
        },
        document="<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>",
    )


# ---- RTF


def rtf_row(m, f, row="granted", exact=True):
    keys = first_keys(m, row)
    if not exact:
        m.either(*keys)
    texts = {str(m.v[k]) for k in keys}
    marks = {t: f"@{n}@" for n, t in enumerate(sorted(texts))}
    name, data = rtf(m, lambda t: marks.get(t, t))
    for t, mark in marks.items():
        data = data.replace(mark.encode(), f(t).encode("latin-1"))
    return name, data


@kind("rtf_hidden", "hidden digits before and behind those that are shown")
def _(m):
    return rtf_row(m, lambda t: f"{{\\v 9}}{t}{{\\v\\b 8}}")


@kind("rtf_deleted", "digits that a revision deletes, and those that it inserts")
def _(m):
    return rtf_row(m, lambda t: f"{{\\deleted\\revauthdel1 97}}{{\\revised\\revauth1 {t}}}")


@kind("rtf_struck_raised", "struck and raised digits beside those that count")
def _(m):
    return rtf_row(m, lambda t: f"{{\\strike 9}}{t}{{\\super 2}}", exact=False)


@kind("rtf_fields", "digits are the results of fields")
def _(m):
    return rtf_row(
        m, lambda t: f"{{\\field{{\\*\\fldinst {{ =SUM(ABOVE) }}}}{{\\fldrslt {{{t}}}}}}}"
    )


@kind("rtf_footnote", "a footnote's mark behind digits, its text with a number")
def _(m):
    return rtf_row(
        m,
        lambda t: f"{t}{{\\super\\chftn {{\\footnote\\pard {{\\super\\chftn }} 77 }}}}",
        exact=False,
    )


@kind("rtf_gbk_bytes", "letters as \\'xx of a Chinese character set, digits in full width")
def _(m):
    name, data = rtf(m)

    def letters(found):
        code = int(found[1]) % 65536
        return "".join(f"\\'{b:02x}" for b in chr(code).encode("gbk")).encode()

    data = re.sub(rb"\\u(-?\d+)\?", letters, data).replace(
        b"{\\f0 SimSun;}", b"{\\f0\\fnil\\fcharset134 SimSun;}"
    )
    return name, data


@kind("rtf_raw_gbk", "letters as raw bytes of GBK, as old WPS wrote them")
def _(m):
    name, data = rtf(m)
    data = re.sub(rb"\\u(-?\d+)\?", lambda x: chr(int(x[1]) % 65536).encode("gbk"), data).replace(
        b"{\\f0 SimSun;}", b"{\\f0\\fnil\\fcharset134 SimSun;}"
    )
    return name, data


# ---- OpenDocument text, by hand as one XML file

ODF = " ".join(
    f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{x}:1.0"'
    for n, x in {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
    }.items()
)


def odt(m, cell=lambda c: escape(c.text), styles="", tracked="", repeated=False, packed=False):
    body = [tracked]
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
        if what != "table":
            body.append(f"<text:p>{escape(x)}</text:p>")
            continue
        width = len(forms.matrix(x)[0])
        out = f'<table:table><table:table-column table:number-columns-repeated="{width}"/>'
        for line in forms.matrix(x):
            out += "<table:table-row>"
            cells = []
            for c, first in line:
                if c is None or not first:
                    cells.append("<table:covered-table-cell/>")
                    continue
                spans = (
                    f' table:number-columns-spanned="{c.cs}" table:number-rows-spanned="{c.rs}"'
                    if c.cs * c.rs > 1
                    else ""
                )
                inside = cell(c)
                inside = inside if inside.startswith("<!") else f"<text:p>{inside}</text:p>"
                cells.append(
                    f'<table:table-cell office:value-type="string"{spans}>{inside.removeprefix("<!>")}</table:table-cell>'
                )
            if repeated:
                packed_cells, i = [], 0
                while i < len(cells):
                    n = 1
                    while (
                        i + n < len(cells)
                        and cells[i + n] == cells[i]
                        and "spanned" not in cells[i]
                    ):
                        n += 1
                    packed_cells.append(
                        re.sub(
                            r"^<(table:[a-z-]+)",
                            rf'<\1 table:number-columns-repeated="{n}"',
                            cells[i],
                        )
                        if n > 1
                        else cells[i]
                    )
                    i += n
                cells = packed_cells
            out += "".join(cells) + "</table:table-row>"
        body.append(out + "</table:table>")
    return (
        "report.fodt",
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {ODF} office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{''.join(body)}</office:text></office:body></office:document>",
    )


def odt_row(m, f, exact=True, row="granted", **k):
    keys = first_keys(m, row)
    if not exact:
        m.either(*keys)
    return odt(m, lambda c: f(c.text, keys.index(c.key)) if c.key in keys else escape(c.text), **k)


@kind("odt_by_hand", "covered cells and spans, as one XML file")
def _(m):
    return odt(m)


@kind("odt_repeated", "equal neighbours are one repeated cell")
def _(m):
    return odt(m, repeated=True)


HIDDEN = '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
STRUCK = '<style:style style:name="S" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>'


@kind("odt_hidden_and_struck", "hidden and struck spans beside digits")
def _(m):
    return odt_row(
        m,
        lambda t, n: f'<text:span text:style-name="{"HS"[n % 2]}">9</text:span>{t}',
        styles=HIDDEN + STRUCK,
        exact=False,
    )


@kind("odt_tracked", "a deletion is kept apart, its place marked before the digits")
def _(m):
    change = (
        '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info/>'
        "<text:p>97</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    )
    return odt_row(m, lambda t, n: f'<text:change text:change-id="c1"/>{t}', tracked=change)


@kind("odt_annotation", "a remark with a number is pinned to digits")
def _(m):
    return odt_row(
        m,
        lambda t, n: f"{t}<office:annotation><text:p>原为 97</text:p></office:annotation>",
    )


@kind("odt_text_boxes", "digits stand in text boxes anchored in the cell: right or unreadable")
def _(m):
    m.more["not_blank"] = first_keys(m, "granted")
    return odt_row(
        m,
        lambda t, n: (
            '<draw:frame text:anchor-type="as-char" svg:width="1cm" svg:height="0.5cm"><draw:text-box>'
            f"<text:p>{t}</text:p></draw:text-box></draw:frame>"
        ),
        exact=False,
    )


@kind("odt_nested", "each number of a row in a table of its own inside the cell")
def _(m):
    return odt_row(
        m,
        lambda t, n: (
            f"<!><table:table><table:table-column/><table:table-row><table:table-cell><text:p>{t}</text:p></table:table-cell></table:table-row></table:table><text:p/>"
        ),
    )


# ---- workbooks


def each_sheet(m, prepare=lambda book: None):
    def write(path):
        book = openpyxl.Workbook()
        ws, n = book.active, 1
        ws.title = "封面"
        for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
            if what != "table":
                ws.append([x])
                continue
            n += 1
            table = book.create_sheet(f"表{n}")
            put(table, x)
        prepare(book)
        book.save(path)

    return made_in(write, "report.xlsx")


def put(ws, rows, top=1):
    for y, line in enumerate(forms.matrix(rows)):
        for x, (c, first) in enumerate(line):
            if c is None or not first:
                continue
            value = float(c.text) if is_number(c) and re.fullmatch(r"[\d.]+", c.text) else c.text
            ws.cell(top + y, x + 1, value or None if value == "" else value)
            if c.cs * c.rs > 1:
                ws.merge_cells(
                    start_row=top + y,
                    start_column=x + 1,
                    end_row=top + y + c.rs - 1,
                    end_column=x + c.cs,
                )


@kind("xlsx_sheet_each", "a sheet for the prose, one for each table")
def _(m):
    return each_sheet(m)


@kind("xlsx_last_year_sheets", "behind them a sheet each with the tables of 2022, named so")
def _(m):
    m.must_not.update({k: x for k, x in OTHER.items() if x and x != m.v[k]})
    m.either(*m.v)

    def more(book):
        for n, rows in second.grids(OTHER).items():
            put(book.create_sheet(f"2022年表{n}"), rows)

    return each_sheet(m, more)


@kind("xlsx_last_year_first", "before them a sheet each with the tables of 2022, named so")
def _(m):
    m.must_not.update({k: x for k, x in OTHER.items() if x and x != m.v[k]})
    m.either(*m.v)

    def more(book):
        for at, (n, rows) in enumerate(second.grids(OTHER).items()):
            put(book.create_sheet(f"2022年表{n}", at), rows)

    return each_sheet(m, more)


@kind("xlsx_hidden_sheets", "hidden sheets with other tables stand before those that are shown")
def _(m):
    def more(book):
        for at, (n, rows) in enumerate(second.grids(OTHER).items()):
            ws = book.create_sheet(f"底稿{n}", at)
            put(ws, rows)
            ws.sheet_state = ("hidden", "veryHidden")[n % 2]
        book.active = 3

    return each_sheet(m, more)


def workbook_changed(m, change):
    name, data = sheet(m)
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book.active, first_keys(m, "granted"))
    out = io.BytesIO()
    book.save(out)
    return name, out.getvalue()


def cells_of(ws, m, keys):
    wanted = {m.v[k] for k in keys}
    for line in ws.iter_rows():
        for c in line:
            if (isinstance(c.value, (int, float)) and c.value in wanted) or (
                isinstance(c.value, str) and c.value.isdigit() and int(c.value) in wanted
            ):
                yield c


@kind("xlsx_comments", "remarks with numbers are pinned to cells")
def _(m):
    from openpyxl.comments import Comment

    def change(ws, keys):
        for c in cells_of(ws, m, keys):
            c.comment = Comment("原为 97", "张三")

    return workbook_changed(m, change)


@kind("xlsx_struck_runs", "rich text: a struck 97 before the digits that count")
def _(m):
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    def change(ws, keys):
        for c in cells_of(ws, m, keys):
            c.value = CellRichText(
                TextBlock(InlineFont(strike=True), "97"),
                TextBlock(InlineFont(b=True), str(c.value)),
            )

    m.either(*first_keys(m, "granted"))
    return workbook_changed(m, change)


@kind("xlsx_white_digits", "the numbers of a row are white on white: never told")
def _(m):
    keys = first_keys(m, "granted")
    m.any(*keys)
    for k in keys:
        m.must_not[k] = m.v[k]

    def change(ws, keys):
        for c in cells_of(ws, m, keys):
            c.font = Font(color="FFFFFFFF")

    return workbook_changed(m, change)


# ---- PDF


@kind("pdf_form_fields", "the numbers of a row are fields of a form: never blank")
def _(m):
    keys = first_keys(m, "granted")
    m.either(*keys)
    m.more["not_blank"] = keys

    def paint(p, c, left, top, w, h):
        if c.key not in keys:
            return False
        p.c.acroForm.textfield(
            name=c.key,
            value=c.text,
            x=left + 2,
            y=top - h + 1,
            width=w - 4,
            height=h - 2,
            fontSize=7,
        )
        return True

    return pdf(m, paint)


@kind("pdf_invisible_layer_differs", "unseen text (render mode 3) with another number under digits")
def _(m):
    keys = first_keys(m, "granted")
    m.must_not.update({k: m.v[k] + 11 for k in keys})

    def paint(p, c, left, top, w, h):
        if c.key not in keys:
            return False
        x, y = left + w / 2 - 4, top - h / 2 - 3
        p.c.saveState()
        text = p.c.beginText(x, y)
        text.setTextRenderMode(3)
        text.textOut(str(int(c.text) + 11))
        p.c.drawText(text)
        p.c.restoreState()
        text = p.c.beginText(x, y)
        text.setTextRenderMode(0)
        text.textOut(c.text)
        p.c.drawText(text)
        return True

    return pdf(m, paint)


@kind("pdf_white_box_and_new", "a white box over the old number, the new one painted on it")
def _(m):
    keys = first_keys(m, "granted")
    m.must_not.update({k: m.v[k] + 11 for k in keys})

    def paint(p, c, left, top, w, h):
        if c.key not in keys:
            return False
        x, y = left + w / 2 - 4, top - h / 2 - 3
        p.c.drawString(x, y, str(int(c.text) + 11))
        p.c.setFillColorRGB(1, 1, 1)
        p.c.rect(left + 1, top - h + 1, w - 2, h - 2, stroke=0, fill=1)
        p.c.setFillColorRGB(0, 0, 0)
        p.c.drawString(x, y, c.text)
        return True

    return pdf(m, paint)


@kind("pdf_empty_password", "encrypted, to be opened without a password")
def _(m):
    from reportlab.lib.pdfencrypt import StandardEncryption

    def paint(p, c, left, top, w, h):
        if not p.c._doc.encrypt.__class__.__name__.startswith("Standard"):
            p.c.setEncrypt(StandardEncryption("", "owner"))
        return False

    return pdf(m, paint)


# ---- archives, mails, saved pages


def zipped(files, encoding="gbk"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            info = zipfile.ZipInfo(name.encode(encoding).decode("cp437"))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, data)
    return out.getvalue()


@kind("zip_among_others", "a zip with names in GBK: a notice, last year's report, this year's")
def _(m):
    from kinds import Made

    m.must_not.update({k: x for k, x in OTHER.items() if x and x != m.v[k]})
    old = Made(m.name + "/old", OTHER)
    old.year = 2022
    notice = "<html><body><h1>关于做好2023年政府信息公开工作年度报告的通知</h1><p>请于1月20日前报送。</p></body></html>"
    return "report.zip", zipped(
        [
            ("年报/通知.html", notice.encode()),
            ("年报/2022年年报.docx", word(old)[1]),
            ("年报/2023年年报.docx", word(m)[1]),
        ]
    )


@kind("mht_base64_gb2312", "a saved page in base64 and GB2312 beside its pictures")
def _(m):
    page = base64.encodebytes(m.page().replace("utf-8", "gb2312").encode("gb18030")).decode()
    return "report.mht", (
        "From: <Saved by WPS>\r\nSubject: =?gb2312?B?xOqxqA==?=\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b1"\r\n\r\n--b1\r\n'
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b1\r\n"
        'Content-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{page}\r\n--b1--\r\n"
    )


@kind("mht_undeclared", "a saved page whose letters only the part's head declares: GB2312")
def _(m):
    page = m.page().replace('<meta charset="utf-8">', "")
    body = quopri.encodestring(page.encode("gb18030")).decode()
    return "report.mht", (
        'From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b1"\r\n\r\n--b1\r\n'
        'Content-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        f"{body}\r\n--b1--\r\n"
    )


@kind("mht_excel_frames", "Excel's web archive: a frame, then a page for each sheet")
def _(m):
    parts = [("book.htm", '<html><frameset><frame src="sheet001.htm"></frameset></html>')]
    parts.append(("sheet001.htm", m.page()))
    out = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b1"\r\n\r\n'
    for name, page in parts:
        out += (
            f"--b1\r\nContent-Location: file:///C:/{name}\r\nContent-Transfer-Encoding: base64\r\n"
            f'Content-Type: text/html; charset="utf-8"\r\n\r\n{base64.encodebytes(page.encode()).decode()}\r\n'
        )
    return "report.mht", out + "--b1--\r\n"


@kind("json_escaped", "a JSON answer: the article's mark-up as a string of \\u003c and \\/")
def _(m):
    text = json.dumps(
        {"code": 200, "data": {"title": second.title(UNIT, m.year), "content": m.page()}}
    )
    return "report.json", text.replace("<", "\\u003c").replace("/", "\\/")


@kind("jsonp", "a call back(…) with the article's mark-up as a string")
def _(m):
    text = json.dumps({"data": {"content": m.page()}}, ensure_ascii=False)
    return "report.js", f"jQuery1124_17({text});"


def bare(m):
    """The article without its title, as an answer keeps it."""
    page = m.page(title="")
    return page.split("<body>")[1].split("</body>")[0]


@kind("json_title_apart", "a JSON answer that keeps title, date and article apart")
def _(m):
    doc = {
        "docTitle": second.title(UNIT, m.year),
        "pubDate": "2024-01-12",
        "docContent": bare(m),
        "siblings": [{"docTitle": second.title(UNIT, 2022)}],
    }
    return "report.json", json.dumps({"rows": [doc]}, ensure_ascii=False)


@kind("json_entities", "a JSON answer whose article is escaped as &lt;table&gt;")
def _(m):
    text = escape(m.page(), {'"': "&quot;"})
    return "report.json", json.dumps({"title": second.title(UNIT, m.year), "content": text})


@kind("json_in_json", "a JSON answer whose data is a string of JSON")
def _(m):
    inner = json.dumps({"title": second.title(UNIT, m.year), "content": bare(m)})
    return "report.json", json.dumps({"code": 0, "data": inner})


@kind("json_two_years", "a JSON list of the reports of 2023 and 2022: never 2022's numbers")
def _(m):
    from kinds import Made

    old = Made(m.name + "/old", OTHER)
    old.year = 2022
    m.either(*m.v)
    m.any(*[k for k, x in m.v.items() if x is None])
    m.must_not.update({k: x for k, x in OTHER.items() if x and x != m.v[k]})
    rows = [{"title": second.title(UNIT, x.year), "content": bare(x)} for x in (m, old)]
    return "report.json", json.dumps({"rows": rows}, ensure_ascii=False)


@kind("js_document_write", "a script that writes the article: document.write('…')")
def _(m):
    text = m.page().replace("'", "\\'").replace("\n", "\\n")
    return "report.js", f"document.write('{text}');"


@kind("js_single_quotes", "a script's string in single quotes: empty attributes, \\x3c, line ends")
def _(m):
    page = m.page(lambda n, rows: forms.table(rows, 'border="1" class="" style=""'))
    text = page.replace("\\", "").replace("'", "\\'").replace("\n", "\\\n").replace("</", "\\x3c/")
    return "report.js", f"var content = '{text}';\nvar id = 9;"


@kind("pdf_note_over_number", "a white note with another number lies on the digits: never told")
def _(m):
    import pypdfium2
    from pypdfium2 import raw

    keys = first_keys(m, "granted")
    m.any(*keys)
    m.must_not.update({k: m.v[k] for k in keys})
    rects = []

    def paint(p, c, left, top, w, h):
        if c.key in keys:
            rects.append((p.number - 1, (left + 1, top - 1, left + w - 1, top - h + 1)))
        return False

    document = pypdfium2.PdfDocument(pdf(m, paint)[1])
    for number, rect in rects:
        page = document[number]
        annot = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_FREETEXT)
        raw.FPDFAnnot_SetRect(annot, raw.FS_RECTF(*rect))
        x, top, right, bottom = rect
        ap = f"1 1 1 rg {x} {bottom} {right - x} {top - bottom} re f"
        text = (raw.FPDF_WCHAR * (len(ap) + 1))(*map(ord, ap), 0)
        raw.FPDFAnnot_SetAP(annot, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, text)
        raw.FPDFPage_CloseAnnot(annot)
    out = io.BytesIO()
    document.save(out)
    return "report.pdf", out.getvalue()


@kind("eml_with_report", "a forwarded mail that holds the report as a file")
def _(m):
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["Subject"] = "转发：年报"
    mail["From"] = "a@example.test"
    mail.set_content("见附件。\n")
    mail.add_attachment(
        word(m)[1], maintype="application", subtype="msword", filename="2023年报.docx"
    )
    m.either(*m.v)
    m.any(*[k for k, x in m.v.items() if x is None])
    return "report.eml", mail.as_bytes()


@kind("wps_doc_fields", "an old .doc with fields and hidden digits beside those that are shown")
def _(m):
    keys = first_keys(m, "granted")
    odd = lambda t: (  # noqa: E731
        f'<w:r><w:rPr><w:vanish/></w:rPr><w:t>9</w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> QUOTE {t} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{t}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )

    def table(n, rows):
        from ooxml import word_table

        return word_table(rows, odd={k: odd(str(m.v[k])) for k in keys})

    return "report.wps", converted(word(m, table)[1], "report.docx", "doc")[1]
