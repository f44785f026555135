import forms
import second
import second_pages as pages

UNIT, YEAR = "青螺镇人民政府", 2024
SPLIT = {4: [4, 4, 4, 3], 10: [1, 2, 5] + [1] * 7, 15: [1] * 15}
FEE = "proactive.fees.amount"


def make(v):
    printed = {}
    raw = v[FEE] + 0.0038
    rows = []

    def wide(text, cls, height=19):
        rows.append(
            f" <tr height={height} style='height:14.25pt'>\n  <td colspan=15 height={height} class={cls} style='mso-ignore:colspan'>{text}</td>\n </tr>"
        )

    def cell(c, span):
        attrs = (f" colspan={span}" if span > 1 else "") + (f" rowspan={c.rs}" if c.rs > 1 else "")
        if not pages.is_number(c):
            return f"  <td{attrs} class=xl66>{c.text}</td>"
        x = v[c.key]
        if x is None:
            return f"  <td{attrs} class=xl67>　</td>"
        if c.key == FEE:
            return f'  <td{attrs} class=xl68 align=right x:num="{raw:.4f}">{x:.2f}</td>'
        text = f"{x:,}"
        if x > 999:
            printed[c.key] = text
            return f'  <td{attrs} class=xl69 align=right x:num="{x}">{text}</td>'
        return f"  <td{attrs} class=xl67 align=right x:num>{text}</td>"

    for kind, x in second.sequence(v, UNIT, YEAR, "excel", second.grids(v)):
        if kind != "table":
            wide(x, {"title": "xl70", "h": "xl71", "p": "xl72"}[kind])
            continue
        m = forms.matrix(x)
        split = SPLIT[len(m[0])]
        for line in m:
            done, out = set(), []
            for i, (c, first) in enumerate(line):
                if first and c is not None and id(c) not in done:
                    done.add(id(c))
                    out.append(cell(c, sum(split[i : i + c.cs])))
            rows.append(" <tr height=19 style='height:14.25pt'>\n" + "\n".join(out) + "\n </tr>")
    body = "\n".join(rows)
    text = f"""<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Excel.Sheet>
<meta name=Generator content="Microsoft Excel 11">
<title>{second.title(UNIT, YEAR)}</title>
<style>
<!--table {{mso-displayed-decimal-separator:"\\."; mso-displayed-thousand-separator:"\\,";}}
td {{border:.5pt solid windowtext; font-size:11.0pt; white-space:normal}}
.xl67 {{mso-number-format:0;}} .xl68 {{mso-number-format:"0\\.00_ ";}} .xl69 {{mso-number-format:"\\#\\,\\#\\#0";}}
.xl70 {{text-align:center; font-size:16.0pt; font-weight:700; border:none}} .xl71 {{font-family:黑体; border:none}} .xl72 {{border:none}}
-->
</style>
</head>
<body link=blue vlink=purple>
<table x:str border=0 cellpadding=0 cellspacing=0 width=1080 style='border-collapse:collapse;table-layout:fixed;width:810pt'>
 <col width=72 span=15 style='width:54pt'>
{body}
 <![if supportMisalignedColumns]>
 <tr height=0 style='display:none'>{"<td width=72 style='width:54pt'></td>" * 15}</tr>
 <![endif]>
</table>
</body>
</html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "a sheet pasted from Excel: the whole report is one table of 15 columns; attributes hold the unrounded fee, the cell shows two places; commas in numbers over 999",
        UNIT,
        YEAR,
        must_not={FEE: round(raw, 4)},
        printed=printed,
    )
