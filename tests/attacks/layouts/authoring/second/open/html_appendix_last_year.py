import forms
import second
import second_pages as pages

UNIT, YEAR = "五柳沟乡人民政府", 2023


def make(v):
    last = second.values("appendix 2022", "2021", 0, 0)
    body = pages.flow(v, UNIT, YEAR, "appendix")
    g = second.grids(last)
    annex = "\n".join(
        f"<p>{label}</p>\n{forms.table(g[n])}"
        for n, label in (
            (2, "（一）2022年主动公开政府信息情况"),
            (3, "（二）2022年收到和处理政府信息公开申请情况"),
            (4, "（三）2022年政府信息公开行政复议、行政诉讼情况"),
        )
    )
    text = f"""<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{second.title(UNIT, YEAR)}</title></head>
<body>
{body}
<p style="text-align:right">{UNIT}</p>
<p style="text-align:right">2024年1月19日</p>
<hr>
<p><strong>附件：上年度（2022年）有关数据，供对照</strong></p>
{annex}
</body></html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "behind the report and its date stands an annex with the three tables of the year before",
        UNIT,
        YEAR,
        must_not={k: x for k, x in last.items() if x != v[k]},
    )
