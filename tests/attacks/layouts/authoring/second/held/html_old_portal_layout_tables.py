import re

import forms
import second
import second_pages as pages

UNIT, YEAR = "芦花滩乡人民政府", 2020
FORM = "2019"


def make(v):
    def table(n, rows):
        inner = forms.table(
            rows, 'BORDER=1 CELLSPACING=0 CELLPADDING=2 BORDERCOLOR="#000000" WIDTH=640'
        )
        return f"<table width=640 border=0 align=center><tr><td bgcolor=#ffffff>{inner}</td></tr></table>"

    body = pages.flow(
        v,
        UNIT,
        YEAR,
        "old portal",
        FORM,
        p="<tr><td class=p14><font face=宋体 size=3>　　{}</font><br></td></tr>",
        h="<tr><td class=p14><font face=黑体 size=3>　　{}</font></td></tr>",
        title="<tr><td align=center><font size=5><b>{}</b></font></td></tr>",
        table=lambda n, rows: f"<tr><td>{table(n, rows)}</td></tr>",
    )
    body = re.sub(r"</?(?:table|tbody|tr|td|font|b|br)\b", lambda m: m[0].upper(), body)
    menu = "".join(
        f"<TR><TD><A HREF=/gk/{y}.htm>·{y}年度报告</A></TD></TR>" for y in (2019, 2018, 2017, 2016)
    )
    text = f"""<HTML>
<HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=gb2312">
<TITLE>{second.title(UNIT, YEAR)}</TITLE></HEAD>
<BODY BGCOLOR=#F4F4F4 TOPMARGIN=0>
<TABLE WIDTH=980 BORDER=0 ALIGN=CENTER CELLPADDING=0 CELLSPACING=0>
<TR><TD COLSPAN=2><IMG SRC=/images/top.jpg WIDTH=980 HEIGHT=140 ALT="白苇县人民政府"></TD></TR>
<TR>
<TD WIDTH=210 VALIGN=TOP><TABLE WIDTH=200 BORDER=0><TR><TD BGCOLOR=#B00000><FONT COLOR=#FFFFFF>信息公开年度报告</FONT></TD></TR>{menu}</TABLE></TD>
<TD VALIGN=TOP><TABLE WIDTH=760 BORDER=0 CELLPADDING=6><TR><TD><TABLE WIDTH=740 BORDER=0>
{body}
</TABLE></TD></TR></TABLE></TD>
</TR>
<TR><TD COLSPAN=2 ALIGN=CENTER>您是第 <B>204518</B> 位访问者　建议使用1024×768分辨率浏览</TD></TR>
</TABLE>
</BODY>
</HTML>
"""
    return {"report.html": text.encode("gb18030")}, second.expectation(
        v,
        "an old portal in GB2312, built of tables four deep, tags in capitals without quotes; the 2019 form",
        UNIT,
        YEAR,
        form=FORM,
        encoding="gb18030",
    )
