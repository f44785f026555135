import forms
import second
import second_pages as pages

UNIT, YEAR = "石榴湾乡人民政府", 2022


def make(v):
    def dress(cell):
        width = 60 if pages.is_number(cell) else 120
        cell.attrs = f"width={width} style='width:{width * 0.75}pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt'"
        if cell.text and cell.text[0].isdigit() and pages.is_number(cell):
            inner = f"<span lang=EN-US style='font-size:10.5pt;font-family:\"Times New Roman\"'>{cell.text}<o:p></o:p></span>"
        elif cell.text:
            inner = f"<span style='font-size:10.5pt;font-family:仿宋_GB2312'>{cell.text}</span><span lang=EN-US><o:p></o:p></span>"
        else:
            inner = "<span lang=EN-US style='font-size:10.5pt'><o:p>&nbsp;</o:p></span>"
        cell.html = f"<p class=MsoNormal align=center style='text-align:center;layout-grid-mode:char'>{inner}</p>"

    def table(n, rows):
        width = len(forms.matrix(rows)[0])
        end = (
            "<![if !supportMisalignedColumns]>\n<tr height=0>"
            + "<td width=60 style='border:none'></td>" * width
        )
        html = (
            forms.table(
                pages.each_cell(rows, dress),
                "class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse;border:none;mso-border-alt:solid windowtext .5pt'",
            )
            .replace("<tbody>", "")
            .replace("</tbody>", "")
        )
        return html.replace("</table>", f"{end}</tr>\n<![endif]></table>")

    body = pages.flow(
        v,
        UNIT,
        YEAR,
        "filtered",
        p="<p class=MsoNormal style='text-indent:32.0pt;line-height:28.0pt'><span style='font-size:16.0pt;font-family:仿宋_GB2312'>{}<span lang=EN-US><o:p></o:p></span></span></p>",
        h="<p class=MsoNormal style='text-indent:32.0pt'><span style='font-size:16.0pt;font-family:黑体'>{}<span lang=EN-US><o:p></o:p></span></span></p>",
        title="<p class=MsoNormal align=center style='text-align:center'><b><span style='font-size:22.0pt'>{}</span></b></p>",
        table=table,
    )
    text = f"""<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=gb2312">
<meta name=Generator content="Microsoft Word 15 (filtered)">
<title>{second.title(UNIT, YEAR)}</title>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View><w:Zoom>110</w:Zoom></w:WordDocument></xml><![endif]-->
<style>
<!--
 @font-face {{font-family:仿宋_GB2312; panose-1:2 1 6 9 3 1 1 1 1 1;}}
 p.MsoNormal {{margin:0cm; text-align:justify; font-size:10.5pt}}
 @page WordSection1 {{size:595.3pt 841.9pt; margin:72.0pt 90.0pt 72.0pt 90.0pt}}
 div.WordSection1 {{page:WordSection1}}
-->
</style>
</head>
<body lang=ZH-CN style='tab-interval:21.0pt;text-justify-trim:punctuation'>
<div class=WordSection1 style='layout-grid:15.6pt'>
{body}
</div>
</body>
</html>
"""
    return {"report.html": text.encode("gb18030")}, second.expectation(
        v,
        "saved by Word as a web page in GB2312: paragraphs and spans of Mso in every cell, a row of height 0 at the end of each table",
        UNIT,
        YEAR,
        encoding="gb18030",
    )
