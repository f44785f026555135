import second
import second_pages as pages

UNIT, YEAR = "落枫镇人民政府", 2024


def make(v):
    older = {y: second.values(f"year tabs {y}", "2021", 0, 0) for y in (2022, 2023)}
    panes = []
    for y, numbers in ((2022, older[2022]), (2023, older[2023]), (2024, v)):
        inner = pages.flow(numbers, UNIT, y, f"tabs {y}", title="<h2>{}</h2>", h="<h3>{}</h3>")
        panes.append(
            f'<div class="tab-pane{" active" if y == YEAR else ""}" id="y{y}" role="tabpanel">\n{inner}\n</div>'
        )
    tabs = "".join(
        f'<li class="{"active" if y == YEAR else ""}"><a href="#y{y}" data-toggle="tab">{y}年</a></li>'
        for y in (2024, 2023, 2022)
    )
    text = f"""<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{second.title(UNIT, YEAR)}</title>
<style>
.tab-content > .tab-pane {{ display: none; }}
.tab-content > .active {{ display: block; }}
.nav-tabs > li {{ float: left; list-style: none; padding: 6px 14px; }}
td {{ border: 1px solid #999; }}
</style></head>
<body>
<ul class="nav nav-tabs">{tabs}</ul>
<div class="tab-content" style="clear:both">
{chr(10).join(panes)}
</div>
</body></html>
"""
    wrong = {k: older[2022 if n % 2 else 2023][k] for n, k in enumerate(v)}
    return {"report.html": text}, second.expectation(
        v,
        "three years on one page behind tabs, the older two stand first in the source and are not shown",
        UNIT,
        YEAR,
        must_not={k: x for k, x in wrong.items() if x != v[k]},
    )
