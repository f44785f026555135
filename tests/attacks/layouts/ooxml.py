"""Raw WordprocessingML and SpreadsheetML for the writers of the cases in this folder."""

import zipfile
from xml.sax.saxutils import escape

import forms

NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


# columns of tables 2, 3 and 4 in twentieths of a point, so that nothing hangs over the page
WIDTHS = {4: [2600, 1900, 1900, 1900], 10: [700, 1000, 2700] + [600] * 7, 15: [570] * 15}


def run(text, props=""):
    return f'<w:r>{f"<w:rPr>{props}</w:rPr>" if props else ""}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(inner, props=""):
    return f"<w:p>{f'<w:pPr>{props}</w:pPr>' if props else ''}{inner if inner.startswith('<') else run(inner) if inner else ''}</w:p>"


def word_table(rows, odd=None, cell_props=None, row_props=None, wrap_cell=None, wrap_row=None):
    """odd: run content by key; cell_props, row_props: further properties by key; wrap_*: functions over finished XML."""
    odd, cell_props, row_props = odd or {}, cell_props or {}, row_props or {}
    m = forms.matrix(rows)
    widths = WIDTHS[len(m[0])]
    out = [
        '<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders><w:insideH w:val="single"/><w:insideV w:val="single"/></w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="20" w:type="dxa"/><w:right w:w="20" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>'
        + "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
        + "</w:tblGrid>"
    ]
    for row, line in zip(rows, m, strict=False):
        cells, x = [], 0
        while x < len(line):
            cell, _ = line[x]
            span = 1
            while cell is not None and x + span < len(line) and line[x + span][0] is cell:
                span += 1
            top = cell is not None and cell in row.cells
            props = f'<w:tcW w:w="{sum(widths[x : x + span])}" w:type="dxa"/>' + (
                f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
            )
            if cell is not None and cell.rs > 1:
                props += '<w:vMerge w:val="restart"/>' if top else "<w:vMerge/>"
            props += cell_props.get(cell.key, "") if cell else ""
            content = (odd.get(cell.key) or (run(cell.text) if cell.text else "")) if top else ""
            if not content.startswith(("<w:p>", "<w:tbl", "<w:sdt><w:sdtPr><w:block/>")):
                content = f"<w:p>{content}</w:p>"
            xml = f"<w:tc><w:tcPr>{props}</w:tcPr>{content}</w:tc>"
            cells.append(wrap_cell(cell, xml) if wrap_cell and cell and top else xml)
            x += span
        tr = f"<w:tr>{f'<w:trPr>{row_props[row.key]}</w:trPr>' if row.key in row_props else ''}{''.join(cells)}</w:tr>"
        out.append(row.before + (wrap_row(row, tr) if wrap_row else tr) + row.after)
    return "".join(out) + "</w:tbl>"


def word_body(t2, t3, t4, unit="石门镇", year=2023):
    s, p = forms.S, forms.PROSE
    return (
        para(forms.title(unit, year))
        + para(s[1])
        + para(p[1])
        + para(s[2])
        + t2
        + para(s[3])
        + t3
        + para(s[4])
        + t4
        + para(s[5])
        + para(p[5])
        + para(s[6])
        + para(p[6])
    )


def word_file(path, body, parts=None, rels=(), styles="", sect="", types=()):
    """parts: name below word/ -> XML or bytes; rels: (id, kind, target); types: (part name, content type)"""
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="html" ContentType="text/html"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}document.main+xml"/><Override PartName="/word/styles.xml" ContentType="{main}styles+xml"/>'
            + "".join(f'<Override PartName="/word/{n}" ContentType="{main}{t}"/>' for n, t in types)
            + "</Types>",
        )
        z.writestr(
            "_rels/.rels",
            '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}officeDocument" Target="word/document.xml"/></Relationships>',
        )
        z.writestr(
            "word/_rels/document.xml.rels",
            '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rIdS" Type="{OFFICE}styles" Target="styles.xml"/>'
            + "".join(
                f'<Relationship Id="{i}" Type="{OFFICE}{k}" Target="{t}"/>' for i, k, t in rels
            )
            + "</Relationships>",
        )
        z.writestr(
            "word/styles.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><w:styles {NS}><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="18"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>{styles}</w:styles>',
        )
        z.writestr(
            "word/document.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><w:document {NS}><w:body>{body}<w:sectPr>{sect}</w:sectPr></w:body></w:document>',
        )
        for name, data in (parts or {}).items():
            z.writestr(
                f"word/{name}",
                data
                if isinstance(data, bytes) or data.startswith("<?xml") or name.endswith("html")
                else f'<?xml version="1.0" encoding="UTF-8"?>{data}',
            )


def sheet_rows(v, form="2021"):
    """Rows of (text or number, key, span down, span across, is upper left) for a whole report on one sheet."""
    plain = lambda t: [[(t, None, 1, 1, True)]]  # noqa: E731

    def block(rows):
        return [
            [
                ((v.get(c.key, c.text)) if first else None, c.key, c.rs, c.cs, first)
                for c, first in line
                if c is not None
            ]
            for line in forms.matrix(rows)
        ]

    s, p = forms.S, forms.PROSE
    return (
        plain(forms.title())
        + plain(s[1])
        + plain(p[1])
        + plain(s[2])
        + block(forms.grid2(v, form))
        + plain(s[3])
        + block(forms.grid3(v, form))
        + plain(s[4])
        + block(forms.grid4(v))
        + plain(s[5])
        + plain(p[5])
        + plain(s[6])
        + plain(p[6])
    )


def fill_sheet(ws, v, form="2021"):
    """Writes it into an openpyxl sheet; gives key -> cell, for the numbers and the labels."""
    where = {}
    for y, row in enumerate(sheet_rows(v, form), 1):
        for x, (value, key, rs, cs, first) in enumerate(row, 1):
            if not first:
                continue
            cell = ws.cell(y, x)
            cell.value = value
            if rs > 1 or cs > 1:
                ws.merge_cells(
                    start_row=y, start_column=x, end_row=y + rs - 1, end_column=x + cs - 1
                )
            if key:
                where[key] = cell
    return where
