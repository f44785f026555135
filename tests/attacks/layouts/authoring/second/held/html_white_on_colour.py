import forms
import second
import second_pages as pages
from forms import COLS, Odd, r

UNIT, YEAR = "青螺镇人民政府", 2023
NAMES = [c for c, _ in COLS]
HEAD = """<style>
:root { --deep: #1f4e79; --ink: #ffffff }
table { border-collapse: collapse } td { border: 1px solid #888; background-color: #fff }
tr.sum td { background-color: #1f4e79; color: white }
tr.sum td i { color: rgb(31, 78, 121); font-style: normal }
td.var { background: var(--deep); color: var(--ink) }
.w { color: #FFF } .t { color: transparent } .a { color: rgba(0, 0, 0, 0) }
</style>"""


def make(v):
    o = Odd(v)
    # white digits on the blue row are seen, blue ones on blue are not
    o.triple([r("handled_total", c) for c in NAMES[:3]], "<i>{}</i>".format, "8")
    # white, transparent and see-through digits on white are not seen
    o.triple([r("granted", c) for c in NAMES[:3]], '<span class="w">{}</span>'.format, "3")
    o.triple([r("granted", c) for c in NAMES[3:6]], '<span class="t">{}</span>'.format, "5")
    o.triple([r("partial", c) for c in NAMES[:3]], '<span class="a">{}</span>'.format, "6")
    o.triple([r("new", c) for c in NAMES[:3]], '<font color="#ffffff">{}</font>'.format, "7")
    gaps = list(o.must_not)[1::3]  # the unseen digit leaves a gap between the seen ones
    for c in NAMES:
        k = r("carried_out", c)
        o.put(k, f'<font color="#FFFFFF">{v[k]}</font>')
    # red and green digits are as good as black ones
    for c, colour in zip(
        NAMES, ("red", "#0a0", "rgb(200,0,0)", "#c60", "blue", "#888", "maroon"), strict=True
    ):
        k = r("carried_in", c)
        o.put(k, f'<span style="color:{colour}">{v[k]}</span>')

    def table(n, rows):
        for row in rows:
            if row.key == "handled_total":
                row.attrs = 'class="sum"'
            for cell in row.cells:
                if row.key == "carried_out" and pages.is_number(cell):
                    cell.attrs = 'style="background-color:#2e75b6"'
                if row.key == "disputes":
                    cell.attrs = 'class="var"'
        return forms.table(rows)

    body = pages.flow(v, UNIT, YEAR, "colour", table=table, odd=o)
    text = f"""<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{second.title(UNIT, YEAR)}</title>
{HEAD}
</head>
<body>
{body}
</body></html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "white numbers on blue cells are seen and count; white on white, blue on blue, transparent ones are not seen; the row by variables, and digits with a gap between, may stay in doubt",
        UNIT,
        YEAR,
        o,
        unreadable_ok=[k for k in v if k.startswith("disputes.")] + gaps,
    )
