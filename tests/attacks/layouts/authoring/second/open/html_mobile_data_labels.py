import forms
import second
import second_pages as pages

UNIT, YEAR = "临波街道办事处", 2023
HEAD = """<meta name="viewport" content="width=device-width,initial-scale=1,user-scalable=no">
<style>
.scroll{overflow-x:auto} table{border-collapse:collapse;min-width:100%} td,th{border:1px solid #ddd;padding:4px}
.sticky{position:fixed;top:0;left:0;visibility:hidden}
@media (max-width:600px){ td[data-label]::before{content:attr(data-label) "："} .sticky.on{visibility:visible} }
</style>"""


def make(v):
    cols = dict(forms.COLS)

    def table(n, rows):
        def dress(cell):
            if pages.is_number(cell):
                last = cell.key.rsplit(".", 1)[1]
                label = cols.get(last) if n == 3 else dict(forms.OUTCOMES).get(last, "数量")
                cell.attrs = f'data-label="{label}"'
                cell.html = f"<b>{cell.text}</b>" if cell.text else ""

        html = forms.table(pages.each_cell(rows, dress), f'id="t{n}"')
        heads = {2: 0, 3: 3, 4: 3}[n]
        clone = ""
        if heads:
            parts = html.split("</tr>", heads)
            html = (
                "</tr>".join(parts[:heads]).replace("<tbody>", "<thead>")
                + "</tr></thead><tbody>"
                + parts[heads]
            )
            clone = f'<table class="sticky" aria-hidden="true">{html[html.index("<thead>") : html.index("</thead>")]}</thead></table>\n'
        return f'<div class="scroll">{clone}{html}</div><div class="tip">左右滑动查看完整表格</div>'

    body = pages.flow(v, UNIT, YEAR, "mobile", h="<h2>{}</h2>", table=table)
    text = f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{second.title(UNIT, YEAR)}</title>
{HEAD}
</head><body>
<header class="m-nav"><a href="#">返回</a><span>详情</span></header>
<article>
{body}
</article>
<footer class="m-bar"><span>阅读 217</span><span>赞 16</span><span>收藏</span></footer>
</body></html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "a page for telephones: tables in sliding boxes, a hidden copy of each head for sticking, labels in attributes for narrow screens",
        UNIT,
        YEAR,
    )
