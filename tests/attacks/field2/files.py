"""Files of offices: Word, workbooks, RTF, OpenDocument, text and printed pages. Kinds as in kinds.py;"""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from pathlib import Path

import forms
import ooxml
import openpyxl
import pdfpage
import second
from forms import COLS, r
from kinds import FULL, UNIT, is_number, kind
from ooxml import para, run, word_table


def made_in(write, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return name, path.read_bytes()


def word(m, table=None, between="<w:p/>", grids=None, sect="", parts=None, **k):
    table = table or (lambda n, rows: word_table(rows))
    body, n = "", 1
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, grids or m.grids()):
        if what == "table":
            n += 1
            body += table(n, x) + between
        else:
            body += para(x)
    return made_in(
        lambda path: ooxml.word_file(path, body, parts=parts, sect=sect, **k), "report.docx"
    )


def by_number(f):
    """odd of word_table: f(text) for cells of numbers."""

    def table(n, rows):
        return word_table(
            rows,
            odd={
                c.key: f(c.text) for x in rows for c in x.cells if c.key and is_number(c) and c.text
            },
        )

    return table


@kind("docx_plain", "a plain file: read whole")
def _(m):
    return word(m)


@kind("docx_full_width", "digits in full width, each in a run")
def _(m):
    return word(m, by_number(lambda t: "".join(run(d.translate(FULL)) for d in t)))


@kind("docx_unit", "件 behind each number but the fee")
def _(m):
    def table(n, rows):
        return word_table(
            rows,
            odd={
                c.key: run(c.text + ("" if "fees" in c.key else "件"))
                for x in rows
                for c in x.cells
                if c.key and is_number(c) and c.text
            },
        )

    return word(m, table)


@kind("docx_proof_and_bookmarks", "proofErr, bookmarks, permissions and a tab between digits' runs")
def _(m):
    return word(
        m,
        by_number(
            lambda t: (
                f'<w:bookmarkStart w:id="1" w:name="a"/>{run(t[0])}<w:proofErr w:type="spellStart"/><w:bookmarkEnd w:id="1"/>{run(t[1:]) if t[1:] else ""}<w:permEnd w:id="3"/>'
            )
        ),
    )


@kind("docx_smart_tags", "w:smartTag and w:customXml around digits")
def _(m):
    return word(
        m,
        by_number(
            lambda t: (
                f'<w:smartTag w:uri="urn:schemas-microsoft-com:office:smarttags" w:element="chmetcnv"><w:smartTagPr><w:attr w:name="SourceValue" w:val="9"/></w:smartTagPr>{run(t)}</w:smartTag>'
            )
        ),
    )


@kind("docx_merge_fields", "complex fields: MERGEFIELD with its shown result")
def _(m):
    return word(
        m,
        by_number(
            lambda t: (
                f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> =SUM(9) </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(t)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            )
        ),
    )


@kind("docx_hmerge", "old hMerge instead of gridSpan")
def _(m):
    def table(n, rows):
        xml = word_table(rows)

        def apart(found):
            span = int(found[3])
            head, tail = found[1], found[4]
            rest = "<w:tc><w:tcPr><w:hMerge/></w:tcPr><w:p/></w:tc>" * (span - 1)
            return f'{head}<w:hMerge w:val="restart"/>{tail}{rest}'

        return re.sub(
            r'(<w:tc><w:tcPr>(<w:tcW[^>]*/>))<w:gridSpan w:val="(\d+)"/>((?:(?!</w:tc>).)*</w:tc>)',
            apart,
            xml,
        )

    return word(m, table)


@kind("docx_nested_numbers", "each number in a table of its own inside the cell")
def _(m):
    def inner(t):
        return f'<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="300"/></w:tblGrid><w:tr><w:tc><w:p>{run(t)}</w:p></w:tc></w:tr></w:tbl><w:p/>'

    return word(m, by_number(inner))


@kind(
    "docx_split_without_between",
    "three tables follow each other without a paragraph between table three's two pieces",
)
def _(m):
    def table(n, rows):
        if n == 3:
            a, b = second.cut(rows, "unprocessed.petition", head=0)
            return word_table(a) + word_table(b)
        return word_table(rows)

    return word(m, table)


@kind("docx_alternate_content", "digits in mc:AlternateContent, another number in the fallback")
def _(m):
    for k, x in m.v.items():
        if x:
            m.either(k)
    return word(
        m,
        by_number(
            lambda t: (
                f'<mc:AlternateContent><mc:Choice Requires="w14">{run(t)}</mc:Choice><mc:Fallback>{run(t)}</mc:Fallback></mc:AlternateContent>'
            )
        ),
    )


@kind("docx_symbols", "digits as w:sym of a letter font: unreadable or right")
def _(m):
    keys = [r("new", c) for c, _ in COLS]
    m.any(*keys)
    m.more["not_blank"] = keys

    def table(n, rows):
        odd = {
            c.key: "".join(
                f'<w:r><w:sym w:font="Wingdings" w:char="F08{d}"/></w:r>' for d in c.text
            )
            for x in rows
            for c in x.cells
            if c.key in keys
        }
        return word_table(rows, odd=odd)

    return word(m, table)


@kind(
    "docx_embedded_sheet",
    "table three is an embedded workbook shown by its picture: unreadable, never blank",
)
def _(m):
    keys = [k for k in m.v if k.startswith("requests.")]
    m.any(*keys)
    m.more["not_blank"] = [k for k in keys if m.v[k] is not None][:20]
    obj = '<w:p><w:r><w:object><v:shape style="width:400pt;height:500pt"><v:imagedata r:id="rId9"/></v:shape></w:object></w:r></w:p>'
    return word(m, lambda n, rows: obj if n == 3 else word_table(rows))


@kind("docx_paragraphs_of_nothing", "three empty paragraphs before and behind each number")
def _(m):
    return word(m, by_number(lambda t: "<w:p/><w:p/><w:p>" + run(t) + "</w:p><w:p/>"))


@kind("docx_landscape_columns", "a section of two columns around the tables")
def _(m):
    return word(m, sect='<w:cols w:num="2"/>')


@kind("docx_lists_for_labels", "labels numbered by Word: their numbers are not in the text")
def _(m):
    def table(n, rows):
        for x in rows:
            for c in x.cells:
                if not is_number(c) and c.text != forms.NOTE:
                    c.text = re.sub(
                        r"^(?:[一二三四]、|（[一二三四五六七]）(?!项)|\d\.)", "", c.text
                    )
        return word_table(rows)

    return word(m, table)


@kind("docx_rows_in_content_control", "each row in a repeating content control")
def _(m):
    return word(
        m,
        lambda n, rows: word_table(
            rows,
            wrap_row=lambda row, xml: (
                f'<w:sdt><w:sdtPr><w:id w:val="7"/></w:sdtPr><w:sdtContent>{xml}</w:sdtContent></w:sdt>'
            ),
        ),
    )


@kind("docx_transitional_strict", "the strict namespace of ISO 29500")
def _(m):
    name, data = word(m)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as a, zipfile.ZipFile(out, "w") as b:
        for item in a.namelist():
            text = a.read(item).decode()
            text = text.replace(
                "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                "http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
            text = text.replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            b.writestr(item, text)
    return name, out.getvalue()


@kind("docx_named_doc", "the file ends in .doc and is a docx")
def _(m):
    return "report.doc", word(m)[1]


@kind("docx_all_in_text_cell", "the whole report in one cell of a frame table")
def _(m):
    body, n = "", 1
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
        n += what == "table"
        body += word_table(x) + "<w:p/>" if what == "table" else para(x)
    frame = f'<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="9000"/></w:tblGrid><w:tr><w:tc>{body}<w:p/></w:tc></w:tr></w:tbl><w:p/>'
    return made_in(lambda path: ooxml.word_file(path, frame), "report.docx")


@kind(
    "docx_line_breaks_as_cells",
    "table four in one row of paragraphs: digits parted by breaks in one cell: unreadable",
)
def _(m):
    keys = [f"disputes.review.{o}" for o, _ in forms.OUTCOMES]
    m.any(*keys)
    m.more["not_blank"] = [k for k in keys if m.v[k] is not None]

    def table(n, rows):
        if n != 4:
            return word_table(rows)
        text = "<w:br/>".join(f"<w:t>{m.v[k]}</w:t>" for k in keys)
        rows[3].cells[0].text = ""
        for c in rows[3].cells[1:5]:
            c.text = ""
        return word_table(rows, odd={keys[0]: f"<w:r>{text}</w:r>"})

    return word(m, table)


# ---- workbooks


def sheet(m, put=None, name="report.xlsx", after=None):
    def write(path):
        book = openpyxl.Workbook()
        ws = book.active
        where = {}
        y, _n = 1, 1
        for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
            if what != "table":
                ws.cell(y, 1).value = x
                y += 1
                continue
            for line in forms.matrix(x):
                for at, (c, first) in enumerate(line, 1):
                    if not first:
                        continue
                    cell = ws.cell(y, at)
                    if c.key and is_number(c):
                        where[c.key] = cell
                        value = m.v.get(c.key)
                        cell.value = put(value) if put and value is not None else value
                    else:
                        cell.value = c.text
                    if c.rs > 1 or c.cs > 1:
                        ws.merge_cells(
                            start_row=y,
                            start_column=at,
                            end_row=y + c.rs - 1,
                            end_column=at + c.cs - 1,
                        )
                y += 1
        if after:
            after(book, ws, where)
        book.save(path)

    return made_in(write, name)


@kind("xlsx_plain", "one sheet, numbers as numbers")
def _(m):
    return sheet(m)


@kind("xlsx_numbers_as_text", "numbers as text with an apostrophe's flag and spaces")
def _(m):
    return sheet(m, lambda x: f" {x} ")


@kind("xlsx_format_jian", "the number format writes 件 behind and thousands")
def _(m):
    def after(book, ws, where):
        for k, c in where.items():
            c.number_format = '#,##0"件"' if "fees" not in k else '0.00"万元"'

    return sheet(m, after=after)


@kind("xlsx_zero_hidden_by_format", "0;-0;;@ hides zeros: blank or unreadable, never lost")
def _(m):
    for k, x in m.v.items():
        if x == 0:
            m.any(k)

    def after(book, ws, where):
        for k, c in where.items():
            c.number_format = "0;-0;;@" if "fees" not in k else "0.00"

    return sheet(m, after=after)


@kind("xlsx_rounded_by_format", "the fee shown with no decimals: what is shown or unreadable")
def _(m):
    key = "proactive.fees.amount"
    m.any(key)

    def after(book, ws, where):
        where[key].number_format = "0"

    return sheet(m, after=after)


@kind("xlsx_chinese_format", "[DBNum1] shows digits in Chinese: right or unreadable")
def _(m):
    keys = [r("new", c) for c, _ in COLS]
    m.either(*keys)

    def after(book, ws, where):
        for k in keys:
            where[k].number_format = "[DBNum1][$-804]General"

    return sheet(m, after=after)


@kind(
    "xlsx_hidden_rows_between",
    "a hidden row with other numbers between two rows, a hidden sheet with last year's",
)
def _(m):
    def after(book, ws, where):
        y = where["disputes.review.upheld"].row
        for x in range(1, 16):
            ws.cell(y + 1, x).value = None
        other = book.create_sheet("上年")
        other.sheet_state = "hidden"
        for row in ws.iter_rows(values_only=True):
            other.append([9 if isinstance(c, int) else c for c in row])

    return sheet(m, after=after)


@kind("xlsx_title_at_column_c", "the whole report begins at C4")
def _(m):
    def after(book, ws, where):
        ranges = list(ws.merged_cells.ranges)
        for x in ranges:
            ws.unmerge_cells(str(x))
        ws.move_range(ws.dimensions, rows=3, cols=2)
        for x in ranges:
            x.shift(2, 3)
            ws.merge_cells(str(x))

    return sheet(m, after=after)


@kind("xlsx_no_merges", "nothing merged, labels in the first cell")
def _(m):
    def after(book, ws, where):
        for x in list(ws.merged_cells.ranges):
            ws.unmerge_cells(str(x))

    return sheet(m, after=after)


@kind("xls_plain", "an old workbook")
def _(m):
    import xlwt

    def write(path):
        book = xlwt.Workbook()
        ws = book.add_sheet("年报")
        y = 0
        for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
            if what != "table":
                ws.write(y, 0, x)
                y += 1
                continue
            for dy, line in enumerate(forms.matrix(x)):
                for at, (c, first) in enumerate(line):
                    if first:
                        value = m.v.get(c.key) if c.key and is_number(c) else c.text
                        ws.write_merge(
                            y + dy,
                            y + dy + c.rs - 1,
                            at,
                            at + c.cs - 1,
                            "" if value is None else value,
                        )
            y += len(x)
        book.save(str(path))

    return made_in(write, "report.xls")


@kind("et_is_xls", "the same named .et")
def _(m):
    from kinds import KINDS

    return "report.et", KINDS["xls_plain"](m)[1]


@kind("xls_is_html", "a .xls that is an Excel web page with x:str and frames' meta")
def _(m):
    page = (
        m.page()
        .replace("<html>", '<html xmlns:x="urn:schemas-microsoft-com:office:excel">')
        .replace("<td>", "<td class=xl65 x:str>")
    )
    return "report.xls", page


@kind("xls_is_tabs", "a .xls that is lines parted by tabs in GB18030")
def _(m):
    return "report.xls", text_of(m, "\t").encode("gb18030")


# ---- text


def text_of(m, sep, cell=lambda t: t, grids=None):
    out, _n = [], 1
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, grids or m.grids()):
        if what == "table":
            out += [
                sep.join(cell(c.text if c and f else "") for c, f in line)
                for line in forms.matrix(x)
            ]
        else:
            out.append(x)
    return "\n".join(out) + "\n"


@kind("txt_tabs", "tables as lines parted by tabs")
def _(m):
    return "report.txt", text_of(m, "\t")


@kind("txt_full_width_bars", "tables parted by │ without rules between rows")
def _(m):
    return "report.txt", text_of(m, "│")


@kind("txt_full_width_digits_tabs", "tabs and digits in full width")
def _(m):
    return "report.txt", text_of(
        m, "\t", lambda t: t.translate(FULL) if re.fullmatch(r"[\d.]+", t) else t
    )


@kind("csv_excel", "a sheet saved as CSV by Excel in GB18030, cells with line breaks in quotes")
def _(m):
    out = io.StringIO()
    w = csv.writer(out)
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
        if what == "table":
            for line in forms.matrix(x):
                w.writerow(
                    [
                        (
                            c.text[:4] + "\n" + c.text[4:]
                            if c and not is_number(c) and len(c.text) > 6
                            else c.text
                        )
                        if c and f
                        else ""
                        for c, f in line
                    ]
                )
        else:
            w.writerow([x])
    return "report.csv", out.getvalue().encode("gb18030")


@kind("md_pipes_aligned", "Markdown with an aligned rule line and escaped bars")
def _(m):
    out = []
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
        if what == "table":
            for i, line in enumerate(forms.matrix(x)):
                out.append("| " + " | ".join(c.text if c and f else "" for c, f in line) + " |")
                if i == 0:
                    out.append("|" + "|".join(":---:" for _ in line) + "|")
            out.append("")
        else:
            out += [x, ""]
    return "report.md", "\n".join(out)


# ---- packed


@kind("zip_of_docx_and_picture", "a zip with a docx, Thumbs.db and a __MACOSX copy")
def _(m):
    out = io.BytesIO()
    data = word(m)[1]
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("年报/青石湾镇2023年年报.docx", data)
        z.writestr("__MACOSX/年报/._青石湾镇2023年年报.docx", b"\0\5\x16\7")
        z.writestr("年报/~$石湾镇2023年年报.docx", b"lock" * 40)
        z.writestr("年报/Thumbs.db", b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    return "report.zip", out.getvalue()


@kind("zip_stored_as_docx_name", "a zip of one docx that is named .docx")
def _(m):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("1.docx", word(m)[1])
    return "report.docx", out.getvalue()


# ---- printed pages


def pdf(m, cell=None, rules="all", w3=None, size=(595, 842), grids=None, **k):
    def write(path):
        p = pdfpage.Page(path, size=size, **k)
        n = 1
        for what, x in second.sequence(m.v, UNIT, m.year, m.name, grids or m.grids()):
            if what == "table":
                n += 1
                p.table(x, {2: pdfpage.W2, 3: w3 or pdfpage.W3, 4: pdfpage.W4}[n], cell, rules)
            else:
                p.line(x, 14 if what == "title" else 10)
        p.save()

    return made_in(write, "report.pdf")


@kind("pdf_rules", "every cell ruled")
def _(m):
    return pdf(m)


@kind("pdf_no_rules", "no rules at all: right or unreadable")
def _(m):
    for k, _x in m.v.items():
        m.either(k)
    return pdf(m, rules="none")


@kind("pdf_short_pages", "pages of 400 points: table three over four of them")
def _(m):
    for k in m.v:
        m.either(k)
    return pdf(m, size=(595, 400))


@kind("pdf_turned", "wide pages turned by /Rotate")
def _(m):
    return pdf(m, size=(842, 595), turned=True)


@kind("pdf_digits_apart", "each digit set by itself with kerning")
def _(m):
    def paint(p, c, left, top, w, h):
        if not (c.key and is_number(c)):
            return False
        x = left + w / 2 - len(c.text) * 2
        for d in c.text:
            p.c.drawString(x, top - h / 2 - 3, d)
            x += 4.4
        return True

    return pdf(m, paint)


@kind("pdf_numbers_right_bottom", "numbers stand in the lower right corner of their cells")
def _(m):
    def paint(p, c, left, top, w, h):
        if not (c.key and is_number(c)):
            return False
        p.c.drawString(left + w - 1.5 - pdfpage.width(c.text), top - h + 2, c.text)
        return True

    return pdf(m, paint)


@kind("pdf_unit_behind", "件 behind each number but the fee")
def _(m):
    def paint(p, c, left, top, w, h):
        if not (c.key and is_number(c)) or not c.text or "fees" in c.key:
            return False
        p.text(c.text + "件", left, top, w, h, center=True)
        return True

    return pdf(m, paint, w3=[36, 56, 130] + [42] * 7)


@kind("pdf_order_of_columns", "the file paints each table column by column")
def _(m):
    def write(path):
        p = pdfpage.Page(path)
        later = []

        def paint(page, c, left, top, w, h):
            later.append((left, top, w, h, c))
            return True

        n = 1
        for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
            if what == "table":
                n += 1
                if n == 3:
                    p.turn()
                p.table(x, {2: pdfpage.W2, 3: pdfpage.W3, 4: pdfpage.W4}[n], paint)
                for left, top, w, h, c in sorted(later, key=lambda e: (e[0], -e[1])):
                    p.text(c.text, left, top, w, h, center=True)
                later.clear()
            else:
                p.line(x, 14 if what == "title" else 10)
        p.save()

    return made_in(write, "report.pdf")


def printed_by_chromium(page, css=""):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = browser.new_page()
        tab.set_content(page.replace("</head>", f"<style>{css}</style></head>"))
        data = tab.pdf(
            format="A4",
            print_background=True,
            margin={"top": "15mm", "bottom": "15mm", "left": "12mm", "right": "12mm"},
            display_header_footer="head" in css,
        )
        browser.close()
    return "report.pdf", data


@kind("chrome_plain", "printed by Chromium: collapsed rules")
def _(m):
    return printed_by_chromium(
        m.page(
            lambda n, rows: forms.table(
                rows, 'border="1" style="border-collapse:collapse;width:100%"'
            )
        )
    )


@kind("chrome_headers", "printed by Chromium with its header and footer, double rules")
def _(m):
    return printed_by_chromium(
        m.page(lambda n, rows: forms.table(rows, 'border="1" width="100%"')),
        "/*head*/td{font-size:11px}",
    )


@kind("chrome_no_rules", "printed by Chromium without rules: right or unreadable")
def _(m):
    for k in m.v:
        m.either(k)
    return printed_by_chromium(
        m.page(lambda n, rows: forms.table(rows, 'width="100%"')), "td{font-size:10px}"
    )


@kind("chrome_lines_below", "printed by Chromium: a line below each row, none upright")
def _(m):
    for k in m.v:
        m.either(k)
    return printed_by_chromium(
        m.page(lambda n, rows: forms.table(rows, 'style="border-collapse:collapse;width:100%"')),
        "td{font-size:10px;border-bottom:1px solid #999;padding:2px}",
    )


@kind("chrome_large_cut", "printed by Chromium in 18 px: labels wrap, rows are cut at pages' ends")
def _(m):
    for k in m.v:
        m.either(k)
    return printed_by_chromium(
        m.page(
            lambda n, rows: forms.table(
                rows, 'border="1" style="border-collapse:collapse;width:100%"'
            )
        ),
        "td{font-size:17px;padding:8px 1px}",
    )


@kind(
    "chrome_repeated_head",
    "printed by Chromium: table three's head is a thead, repeated on each page",
)
def _(m):
    def table(n, rows):
        if n != 3:
            return forms.table(rows, 'border="1" style="border-collapse:collapse;width:100%"')
        head, body = forms.table(rows[:3]), forms.table(rows[3:])
        inner = lambda t: t.split("<tbody>")[1].split("</tbody>")[0]  # noqa: E731
        return f'<table border="1" style="border-collapse:collapse;width:100%"><thead>{inner(head)}</thead><tbody>{inner(body)}</tbody></table>'

    return printed_by_chromium(m.page(table), "td{font-size:14px;padding:6px 1px}")


@kind("chrome_stripes", "printed by Chromium: no rules, every second row on grey")
def _(m):
    for k in m.v:
        m.either(k)
    return printed_by_chromium(
        m.page(lambda n, rows: forms.table(rows, 'cellspacing="0" width="100%"')),
        "td{font-size:11px} tr:nth-child(even) td{background:#ddd}",
    )


def converted(data, name, to):
    import shutil
    import subprocess

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / name
        source.write_bytes(data)
        subprocess.run(
            [
                shutil.which("soffice"),
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                "--convert-to",
                to,
                "--outdir",
                folder,
                str(source),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        out = source.with_suffix("." + to.split(":")[0])
        return out.name, out.read_bytes()


for _to in ("pdf", "rtf", "odt", "doc", "html"):

    def _office(m, to=_to):
        return converted(word(m)[1], "report.docx", to)

    kind(f"office_{_to}", f"LibreOffice makes {_to} of the plain docx")(_office)

for _to in ("pdf", "ods", "xls"):

    def _calc(m, to=_to):
        if to == "pdf":
            for k in m.v:
                m.either(k)
        return converted(sheet(m)[1], "report.xlsx", to)

    kind(f"calc_{_to}", f"LibreOffice makes {_to} of the plain workbook")(_calc)


def rtf(m, cell=lambda t: t):
    """RTF by hand, as a program of the office's own writes it: \\u for letters, \\cell and \\row, spans by \\clmgf."""

    def letters(t):
        return "".join(
            c
            if ord(c) < 128 and c not in "\\{}"
            else f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?"
            for c in t
        )

    out = ["{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0 SimSun;}}\\uc1 "]
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
        if what != "table":
            out.append(f"\\pard {letters(x)}\\par ")
            continue
        width = len(forms.matrix(x)[0])
        step = 9000 // width
        for line in forms.matrix(x):
            defs, cells = "", ""
            for at, (c, first) in enumerate(line):
                left = at > 0 and line[at - 1][0] is c and c is not None
                more = c is not None and at + 1 < width and line[at + 1][0] is c
                top = c is not None and c.rs > 1
                begins = first or (c is not None and any(f and k is c for k, f in line))
                if top:
                    defs += "\\clvmgf" if begins else "\\clvmrg"
                if left:
                    defs += "\\clmrg"
                elif more:
                    defs += "\\clmgf"
                defs += f"\\cellx{(at + 1) * step}"
                cells += f"\\pard\\intbl {letters(cell(c.text)) if c and first else ''}\\cell "
            out.append(f"\\trowd\\trgaph108 {defs} {cells}\\row ")
        out.append("\\pard\\par ")
    return "report.rtf", ("".join(out) + "}").encode("ascii")


@kind("rtf_by_hand", "RTF with merged cells by clmgf and clvmgf")
def _(m):
    return rtf(m)


@kind("doc_is_rtf", "RTF named .doc")
def _(m):
    return "report.doc", rtf(m)[1]


@kind("doc_is_html", "a page named .doc with Word's meta")
def _(m):
    return "report.doc", m.page().encode("gb18030").replace(b"utf-8", b"gb2312")


@kind("wps_of_office", "an old .doc named .wps")
def _(m):
    return "report.wps", converted(word(m)[1], "report.docx", "doc")[1]
