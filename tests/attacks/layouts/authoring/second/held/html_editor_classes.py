import forms
import second
import second_pages as pages

UNIT, YEAR = "望麦镇人民政府", 2025


def make(v):
    def dress(cell):
        cell.attrs = (
            'valign="middle" style="word-break: break-all; border-color: rgb(0, 0, 0);"'
            + ("" if cell.rs > 1 else ' rowspan="1"')
            + ("" if cell.cs > 1 else ' colspan="1"')
        )
        if not cell.text:
            cell.html = "<p><br/></p>"
        elif pages.is_number(cell):
            cell.html = f'<p style="text-align:center;margin-top:0"><span style="font-size:14px"><strong>{cell.text}</strong></span></p>'
        else:
            cut = len(cell.text) // 2
            cell.html = f'<p>&nbsp;<span style="font-family:微软雅黑">{cell.text[:cut]}</span><span style="font-family:&#39;微软雅黑&#39;,sans-serif">{cell.text[cut:]}</span>&nbsp;</p>'

    def table(n, rows):
        html = forms.table(
            pages.each_cell(rows, dress),
            'class="layui-table ke-zeroborder" data-sort="sortDisabled" width="982" interlaced="enabled"',
        )
        return (
            html.replace("<tr>", '<tr class="firstRow ue-table-interlace-color-single">', 1)
            + "<p><br/></p>"
        )

    body = pages.flow(
        v,
        UNIT,
        YEAR,
        "editor",
        p='<p style="text-indent:2em"><span style="font-size:16px">{}</span></p>',
        h='<p style="text-indent:2em"><span style="font-size:16px;font-family:黑体">{}</span></p><p><br/></p>',
        title='<p style="text-align:center"><span style="font-size:24px">{}</span></p>',
        table=table,
    )
    text = f"""<!DOCTYPE html>
<html><head><meta charset="UTF-8"><title>{second.title(UNIT, YEAR)}</title></head>
<body><div class="content" id="ueditor_0" contenteditable="false">
{body}
<p><br/></p></div></body></html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "from an editor inside a CMS: first-row classes, spans of one written out, labels cut into two spans with spaces that do not break, empty paragraphs between",
        UNIT,
        YEAR,
    )
