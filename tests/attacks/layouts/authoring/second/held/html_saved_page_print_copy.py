import json

import second
import second_pages as pages
from forms import COLS, r

UNIT, YEAR = "石拱桥街道办事处", 2024


def make(v):
    draft = second.values("print copy draft", "2021", 0, 0)
    shown = pages.flow(v, UNIT, YEAR, "print copy", title="<h1>{}</h1>")
    printed = pages.flow(draft, UNIT, YEAR, "print copy", title="<h1>{}</h1>")
    blob = json.dumps({c: draft[r("granted", c)] for c, _ in COLS})
    text = f"""<!DOCTYPE html>
<!-- saved from url=(0052)http://www.baiwei.gov.example/zwgk/nb/2025/c_907.html -->
<html lang="zh"><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<title>{second.title(UNIT, YEAR)}</title>
<base href="http://www.baiwei.gov.example/zwgk/nb/2025/">
<style media="screen">.forprint {{ display: none }}</style>
<style media="print">.onscreen {{ display: none }} .forprint {{ display: block }}</style>
<script type="application/json" id="state">{{"rows": {{"granted": {blob}}}}}</script>
</head>
<body>
<div class="forprint">
{printed}
</div>
<div class="onscreen">
{shown}
</div>
<div class="onscreen"><a href="javascript:window.print()">打印本页</a> <a href="javascript:window.close()">关闭窗口</a></div>
</body></html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "a saved page: before the report stands an earlier draft that only a printer would show, and a script holds its numbers too",
        UNIT,
        YEAR,
        must_not={k: x for k, x in draft.items() if x != v[k]},
    )
