"""Writes the HTML cases as literal files; run from make.py."""

import html

from cases import case
from forms import (
    COLS,
    DISPUTES,
    NOTE,
    OUTCOMES,
    PLAIN,
    RESULT,
    ROWS,
    Cell,
    Odd,
    Row,
    apply,
    expectation,
    grid2,
    grid3,
    grid4,
    matrix,
    num,
    page,
    r,
    shown,
    table,
    values,
)


def std(v, o, form="2021", head="", **k):
    g2, g3, g4 = (apply(g, o) for g in (grid2(v, form), grid3(v, form), grid4(v)))
    return page(table(g2), table(g3), table(g4), head=head, **k)


@case("open", "html_struck_tags")
def _(v):
    o = Odd(v)
    o.triple(
        [r("new", "natural_person"), r("new", "business"), r("new", "research")], "<s>{}</s>".format
    )
    o.triple(
        [r("granted", "natural_person"), r("granted", "business"), r("granted", "research")],
        "<del>{}</del>".format,
        "7",
    )
    o.triple(
        [r("partial", "natural_person"), r("partial", "business"), r("partial", "research")],
        "<strike>{}</strike>".format,
        "5",
    )
    o.triple(
        ["disputes.review.upheld", "disputes.review.corrected", "disputes.review.other"],
        '<span style="text-decoration: underline line-through">{}</span>'.format,
        "3",
    )
    k = "proactive.licensing.decisions"
    o.put(k, f"<del>888</del><ins>{v[k]}</ins>", 888)
    k = "proactive.penalties.decisions"
    o.put(k, f"<s>61</s> {v[k]}", int(f"61{v[k]}"))
    k = "proactive.coercion.decisions"
    o.put(k, "<s>77</s>", 77)
    v[k] = None
    o.html["label:carried_in"] = "二、<s>本年新收</s>上年结转政府信息公开申请数量"
    o.html["label:handled_total"] = "（七）<del>其他</del>总计"
    return {"report.html": std(v, o)}, expectation(
        v,
        "digits struck by s, del, strike and a style before, between and behind the digits; ins shows; one cell holds only a struck number",
        o,
        unreadable_ok=["proactive.coercion.decisions"],
        blank=[k for k, x in v.items() if x is None and k != "proactive.coercion.decisions"],
        printed={a: b for a, b in o.html.items() if a in v},
    )


@case("held", "html_struck_by_class")
def _(v):
    o = Odd(v)
    head = """<style>
    /* .keep { text-decoration: line-through } */
    .old { text-decoration-line: line-through; color: #000 }
    td.void, td.void * { text-decoration: line-through !important }
    .old .again { text-decoration: none }
    .rev > span { text-decoration: line-through }
    .rev > span.fine { text-decoration: none }
    </style>"""
    o.triple(
        [r("new", "natural_person"), r("new", "business"), r("new", "research")],
        '<span class="a old b">{}</span>'.format,
    )
    k = r("granted", "natural_person")
    o.put(
        k, f'<span class="old">9<span class="again">1</span></span>{v[k]}', int(f"91{v[k]}")
    )  # the parent's line still goes through
    k = r("granted", "business")
    o.put(
        k, f'<div class="rev"><span>8</span><span class="fine">{v[k]}</span></div>', int(f"8{v[k]}")
    )
    k = r("granted", "research")
    o.put(k, f'<span class="keep">{v[k]}</span>')
    k = r("partial", "total")
    o.put(
        k, f'<font class="OLD">{v[k]}</font>', None, True
    )  # class names are case-sensitive: shown
    k = "disputes.review.total"
    o.put(k, f"<u>{v[k]}</u>")
    return {"report.html": std(v, o, head=head)}, expectation(
        v,
        "struck through classes, inherited lines that a child cannot take off, rules that are overruled",
        o,
    )


@case("open", "html_hidden_by_style")
def _(v):
    o = Odd(v)
    head = """<style>
    .x1{display:none} .x2{visibility:hidden} .x3{opacity:0} .x4{font-size:0}
    .x5{position:absolute;left:-9999px} .x6{color:#FFFFFF} td{background:#fff}
    </style>"""
    rows = ["new", "carried_in", "granted", "partial", "handled_total", "carried_out"]
    for n, row in enumerate(rows, 1):
        o.triple(
            [r(row, c) for c in ("natural_person", "business", "research")],
            lambda d, n=n: f'<span class="x{n}">{d}</span>',
            str(n + 2),
        )
    o.triple(
        [f"disputes.review.{x}" for x in ("upheld", "corrected", "other")],
        "<span hidden>{}</span>".format,
        "6",
    )
    o.triple(
        [r("new", c) for c in ("social_welfare", "legal_service", "other_org")],
        '<span style="display : NONE !important;">{}</span>'.format,
        "8",
    )
    o.triple(
        [r("granted", c) for c in ("social_welfare", "legal_service", "other_org")],
        '<span style="mso-hide:all;display:none">{}</span>'.format,
        "9",
    )
    o.triple(
        [r("partial", c) for c in ("social_welfare", "legal_service", "other_org")],
        '<span style="font-size:0px">{}</span>'.format,
        "9",
    )
    o.html["label:carried_out"] = '四、<span class="x1">本年</span>结转下年度继续办理'
    return {"report.html": std(v, o, head=head)}, expectation(
        v, "seven ways to hide a digit by class and by style", o
    )


@case("held", "html_hidden_cascade")
def _(v):
    o = Odd(v)
    head = """<style>
    .p{display:none}
    @media print{.q{display:none}}
    @media screen{.m{display:none}}
    .z{visibility:hidden} .z .y{visibility:visible}
    table .w{display:none} #big .w{display:inline}
    .k:not(.l){display:none}
    span[data-old]{display:none}
    .v{max-height:0;overflow:hidden;display:block}
    .c{clip-path:inset(100%);position:absolute}
    .t{color:transparent}
    </style>"""
    a = lambda c: f'<span class="{c}">{{}}</span>'.format  # noqa: E731
    o.triple([r("new", c) for c in ("natural_person", "business", "research")], a("p"))
    o.triple([r("carried_in", c) for c in ("natural_person", "business", "research")], a("m"), "5")
    o.triple([r("granted", c) for c in ("natural_person", "business", "research")], a("k"), "6")
    o.triple(
        [r("partial", c) for c in ("natural_person", "business", "research")],
        '<span data-old="1">{}</span>'.format,
        "3",
    )
    o.triple(
        [r("handled_total", c) for c in ("natural_person", "business", "research")], a("c"), "7"
    )
    o.triple([r("carried_out", c) for c in ("natural_person", "business", "research")], a("t"), "7")
    for row, cls in (("new", "q"), ("carried_in", "k l")):
        k = r(row)
        o.put(k, f'<span class="{cls}">{v[k]}</span>')
    k = r("granted")
    o.put(k, f'<span class="z">5<span class="y">{v[k]}</span></span>', int(f"5{v[k]}"))
    k = r("partial")
    o.put(k, f'<span class="w">{v[k]}</span>')  # an id weighs more: shown
    k = "disputes.review.total"
    o.put(k, f'<div class="v">9</div>{v[k]}', int(f"9{v[k]}"))
    h = std(v, o, head=head).replace("<body>", '<body id="big">')
    return {"report.html": h}, expectation(
        v,
        "the cascade decides: media, weights, :not, attributes, visible children of hidden parents",
        o,
    )


@case("open", "html_hidden_rows_and_cells")
def _(v):
    o = Odd(v)
    g3 = grid3(v)
    old = values("old rows")
    for row in g3:
        if row.key in ("new", "granted", "partial"):
            twin = Row(
                [
                    Cell(c.text, cs=c.cs)
                    for c in row.cells
                    if not (c.key or "").startswith("requests") and c.rs == 1
                ]
                + [num(old, r(row.key, c)) for c, _ in COLS]
            )
            row.after = f'<tr style="display:none">{table([twin], "").split("<tr>")[1].split("</tr>")[0]}</tr>'
            for c, _ in COLS:
                if old[r(row.key, c)] is not None:
                    o.must_not[r(row.key, c)] = old[r(row.key, c)]
        if row.key == "carried_in":
            row.cells.insert(3, Cell("5", attrs='style="display:none"'))
        if row.key == "denied.case_file":
            row.cells.insert(1, Cell("91", attrs="hidden"))
        if row.key == "unavailable.unclear":
            row.cells.insert(4, Cell("92", attrs='class="gone"'))
    g4 = grid4(v)
    g4[3].before = '<tr class="gone">' + "".join(f"<td>{n}</td>" for n in range(301, 316)) + "</tr>"
    for n, (k, _) in enumerate(DISPUTES):
        for m, (x, _) in enumerate(OUTCOMES):
            o.must_not[f"disputes.{k}.{x}"] = 301 + 5 * n + m
    h = page(table(grid2(v)), table(g3), table(g4), head="<style>.gone{display:none}</style>")
    return {"report.html": h}, expectation(
        v,
        "last year's rows kept hidden under the rows, hidden cells inside rows, a hidden row before table 4's numbers",
        o,
    )


@case("held", "html_hidden_columns")
def _(v):
    o = Odd(v)
    g3 = grid3(v)
    g3[0].cells[1].cs = 8
    for n, row in enumerate(g3):
        if row.key:
            at = next(
                i for i, c in enumerate(row.cells) if (c.key or "").endswith(".natural_person")
            )
            row.cells.insert(at, Cell(str(700 + n), attrs='class="c2022"'))
            o.must_not[r(row.key, "natural_person")] = 700 + n
    g3[1].cells.insert(0, Cell("自然人（上年）", rs=2, attrs='class="c2022"'))
    g2 = grid2(v)
    g2[
        3
    ].before = '<tr style="visibility:collapse"><td>规章</td><td>41</td><td>42</td><td>43</td></tr>'
    o.must_not.update(
        {
            "proactive.regulations.issued": 41,
            "proactive.regulations.repealed": 42,
            "proactive.regulations.in_force": 43,
        }
    )
    h = page(
        table(g2),
        table(g3),
        table(grid4(v)),
        head='<style media="all">td.c2022{display:none}</style><style media="print">td{display:none}</style>',
    )
    return {"report.html": h}, expectation(
        v,
        "a hidden column of last year beside 自然人, a collapsed row; a print-only style sheet hides nothing on the screen",
        o,
    )


@case("open", "html_details_template_dialog")
def _(v):
    o = Odd(v)
    old = values("html_details old")
    old = {k: (x if x is not None else 33) for k, x in old.items()}
    inner = table(grid3(old)) + table(grid4(old))
    o.must_not = {k: x for k, x in old.items() if not k.startswith("proactive") and x != v[k]}
    for k in (r("new"), r("granted")):
        o.put(k, f"{v[k]}<datalist><option>5</option></datalist>", int(f"{v[k]}5"))
    k = r("partial")
    o.put(k, f"<template>6</template>{v[k]}", int(f"6{v[k]}"))
    k = r("carried_in")
    o.put(
        k,
        f"<script>document.title='7'</script>{v[k]}<style>.n1{{top:1px}}</style>",
        int(f"7{v[k]}"),
    )
    k = r("carried_out")
    o.put(k, f"<!-- 8 -->{v[k]}<!-- 9 -->")
    g3 = apply(grid3(v), o)
    before = (
        f"<template>{inner}</template>\n<script type='text/template'>{inner}</script>\n<!--{inner}-->\n"
        f"<details><summary>上年度数据（点击展开）</summary>{inner}</details>\n<dialog><p>旧表</p>{inner}</dialog>\n"
    )
    h = page(table(grid2(v)), before + table(g3), table(grid4(v)))
    return {"report.html": h}, expectation(
        v,
        "last year's tables in template, script, comment, closed details and closed dialog before the real ones",
        o,
    )


@case("held", "html_details_open_and_noscript")
def _(v):
    o = Odd(v)
    old = values("noscript old")
    inner = table(grid4(old))
    o.must_not = {k: old[k] for k in v if k.startswith("disputes") and old[k] is not None}
    t4 = (
        f"<noscript>{inner}</noscript>\n<details open><summary>表四</summary>{table(grid4(v))}</details>\n"
        f"<object data='t4.swf' type='application/x-shockwave-flash' width=0 height=0></object>\n<iframe hidden srcdoc='{html.escape(inner)}'></iframe>"
    )
    h = page(table(grid2(v)), table(grid3(v)), t4)
    return {"report.html": h}, expectation(
        v,
        "table 4 in an open details is seen; the ones in noscript and in a hidden frame are not",
        o,
    )


@case("open", "html_inputs")
def _(v):
    o = Odd(v)
    for _n, (c, _) in enumerate(COLS):
        k = r("new", c)
        o.put(k, f'<input type="text" value="{v[k]}" readonly>')
        k = r("granted", c)
        o.put(k, f"<textarea rows=1>{v[k]}</textarea>")
    k = r("carried_in")
    o.put(
        k,
        f"<select><option>5</option><option selected>{v[k]}</option><option>7</option></select>",
        5,
    )
    k = r("partial")
    o.put(k, f'<input type="hidden" value="44">{v[k]}', 44)
    k = r("handled_total")
    o.put(k, '<input placeholder="63">', 63, True)
    v[k] = None
    k = r("carried_out")
    o.put(k, f'<input type="checkbox" value="1">{v[k]}', int(f"1{v[k]}"))
    e = expectation(
        v,
        "cells that hold form fields: values are seen, hidden fields and unchosen options are not, a placeholder is no entry",
        o,
    )
    e["blank"].remove(r("handled_total"))
    h = std(v, o)
    return {"report.html": h}, e


@case("held", "html_pictures")
def _(v):
    o = Odd(v)
    lost = [
        r("new", "business"),
        r("handled_total"),
        "disputes.review.total",
        "proactive.penalties.decisions",
    ]
    for n, k in enumerate(lost):
        o.put(
            k,
            [
                f'<img src="n{n}.png" alt="{v[k] + 1}">',
                f'<img src="n{n}.png">',
                '<svg width=20 height=9><path d="M1 1L5 9"/></svg>',
                "<canvas width=20 height=9>8</canvas>",
            ][n],
            [v[k] + 1, 0, 0, 8][n],
            True,
        )
        v[k] = None
    k = r("granted")
    o.put(k, f'<img src="dot.gif" width=1 height=1>{v[k]}')
    k = r("partial")
    o.put(k, f'<img src="one.png" alt="1">{v[k]}', int(f"1{v[k]}"), True)
    e = expectation(
        v,
        "pictures in number cells: there is something there that cannot be read, so not blank and not the alt text",
        o,
    )
    e["blank"] = [k for k in e["blank"] if k not in lost]
    e["not_blank"] = lost
    return {"report.html": std(v, o)}, e


@case("open", "html_raised_digits")
def _(v):
    o = Odd(v)
    three = lambda row: [r(row, c) for c in ("natural_person", "business", "research")]  # noqa: E731
    o.triple(three("new"), "<sup>{}</sup>".format)
    o.triple(
        three("granted"), '<span style="vertical-align:super;font-size:8px">{}</span>'.format, "2"
    )
    o.triple(three("partial"), '<span class="fn">{}</span>'.format, "3")
    o.triple(three("carried_in"), '<sup><a href="#n1">[{}]</a></sup>'.format, "1")
    o.triple(
        three("handled_total"),
        '<span style="position:relative;top:-0.6em;font-size:60%">{}</span>'.format,
        "6",
    )
    for n, (k, mark) in enumerate(
        ((r("new"), "①"), (r("granted"), "²"), (r("partial"), "注1"), (r("carried_in"), "*"))
    ):
        o.put(k, f"{v[k]}{mark}", int(f"{v[k]}{n + 1}"), True)
    o.html["label:new"] = "一、本年新收政府信息公开申请数量<sup>12</sup>"
    o.html["label:licensing"] = "行政许可<sup>3</sup>"
    return {
        "report.html": std(v, o, head="<style>.fn{vertical-align:4pt;font-size:7pt}</style>")
    }, expectation(
        v, "raised note marks by tag, style, class and lifted boxes; unicode note marks", o
    )


@case("held", "html_generated_content")
def _(v):
    o = Odd(v)
    head = """<style>
    .one::before{content:"1"} .tail:after{content:"0"} .blankb::before{content:""}
    .bk{direction:rtl;unicode-bidi:bidi-override} .unit::after{content:"件"}
    rt{font-size:50%}
    </style>"""
    for n, (k, text, _wrong) in enumerate(
        (
            (r("new"), '<span class="one">{rest}</span>', None),
            (r("granted"), '<span class="tail">{head}</span>', None),
        )
    ):
        v[k] = [154, 370][n]
        s = str(v[k])
        o.put(k, text.format(rest=s[1:], head=s[:-1]), int(s[1:]) if n == 0 else int(s[:-1]), True)
    k = r("partial")
    o.put(k, f'<span class="bk">{str(v[k])[::-1]}</span>', int(str(v[k])[::-1]), True)
    k = r("carried_in")
    o.put(k, f'<bdo dir="rtl">{str(v[k])[::-1]}</bdo>', int(str(v[k])[::-1]), True)
    k = r("handled_total")
    o.put(k, f"<ruby>{v[k]}<rt>5</rt></ruby>", int(f"{v[k]}5"), True)
    k = r("carried_out")
    o.put(k, f'<span class="unit blankb">{v[k]}</span>')
    for k in (r("partial"), r("carried_in")):
        if str(v[k]) == str(v[k])[::-1]:
            o.must_not.pop(k)
    return {"report.html": std(v, o, head=head)}, expectation(
        v,
        "digits made by style sheets or turned round by direction: what is shown counts, or the cell is unreadable",
        o,
    )


@case("open", "html_last_year_beside")
def _(v):
    old = {k: (x if x is not None else 21) for k, x in values("beside old").items()}

    def pair(make):
        return (
            f'<table width="100%"><tr><td valign="top"><p>2022年（上年）</p>{table(make(old))}</td>'
            f'<td valign="top"><p>2023年（本年）</p>{table(make(v))}</td></tr></table>'
        )

    h = page(pair(grid2), pair(grid3), pair(grid4))
    e = expectation(
        v,
        "last year's tables stand to the left of this year's in a layout table, each under its year",
        must_not={k: old[k] for k in v if old[k] != v[k]},
        unreadable_ok=list(v),
    )
    return {"report.html": h}, e


@case("held", "html_last_year_columns")
def _(v):
    o = Odd(v)
    g2 = grid2(v)
    for row in g2:
        if row.key in ("licensing", "penalties", "coercion", "fees"):
            row.cells[1].cs = 1
            row.cells += [Cell(str(500 + len(o.must_not))), Cell("—")]
            o.must_not[row.cells[1].key] = 500 + len(o.must_not)
        elif len(row.cells) == 2:
            row.cells[1].cs = 1
            row.cells += [Cell("去年同期处理决定数量"), Cell("增减幅度")]
    # the amount head is for fees: say so for last year as well
    g2[-2].cells[2].text = "去年同期收费金额（单位：万元）"
    g4 = grid4(v)
    g4[3].before = (
        "<tr>" + "".join(f"<td>{n}</td>" for n in range(401, 416)) + "<td>2022年</td></tr>"
    )
    g4[3].cells.append(Cell("2023年"))
    for n, (k, _) in enumerate(DISPUTES):
        for m, (x, _) in enumerate(OUTCOMES):
            o.must_not[f"disputes.{k}.{x}"] = 401 + 5 * n + m
    e = expectation(
        v,
        "columns of last year beside this year's in table 2; a row of last year above this year's in table 4, told at its end",
        o,
        unreadable_ok=[k for k in v if k.startswith("disputes")],
    )
    return {"report.html": page(table(g2), table(grid3(v)), table(g4))}, e


@case("held", "html_near_miss_labels")
def _(v):
    o = Odd(v)
    near = {
        "new": [
            "一、上年新收政府信息公开申请数量",
            "其中：不予受理的申请数量",
            "一、本年新收政府信息公开申请数量（去年同期）",
        ],
        "carried_in": ["二、上年结转政府信息公开申请未办结数量"],
        "granted": ["（一）未予以公开"],
        "partial": ["（二）部分不公开"],
        "handled_total": ["（七）总计（去年同期）"],
        "carried_out": ["四、今年结转至本年度继续办理"],
    }
    g3 = grid3(v)
    n = 300
    for row in g3:
        for label in near.get(row.key, []):
            span = 2 if row.key in ("granted", "partial", "handled_total") else 3
            row.after += (
                f'<tr><td colspan="{span}">{label}</td>'
                + "".join(f"<td>{n + i}</td>" for i in range(7))
                + "</tr>"
            )
            for i, (c, _) in enumerate(COLS):
                o.must_not.setdefault(r(row.key, c), n + i)
            n += 7
    for row in g3:
        for c in row.cells:
            if c.key == "label:result":
                c.rs += 3
    g2 = grid2(v)
    for row in g2:
        if row.key == "licensing":
            row.before = '<tr><td>非行政许可</td><td colspan="3">801</td></tr><tr><td>不予行政许可</td><td colspan="3">802</td></tr>'
            o.must_not["proactive.licensing.decisions"] = 801
        if row.key == "penalties":
            row.after = '<tr><td>免予行政处罚</td><td colspan="3">803</td></tr><tr><td>行政处罚（上年）</td><td colspan="3">804</td></tr>'
            o.must_not["proactive.penalties.decisions"] = 804
    return {"report.html": page(table(g2), table(g3), table(grid4(v)))}, expectation(
        v, "extra rows whose labels differ by a word (上/未/不/今/去年同期) from the form's", o
    )


@case("open", "html_fee_in_yuan")
def _(v):
    o = Odd(v)
    k = "proactive.fees.amount"
    v[k] = 12.3456
    o.put(k, "123,456", 123456, True)
    g2 = apply(grid2(v, fee_head="本年收费金额（单位：元）"), o)
    return {"report.html": page(table(g2), table(grid3(v)), table(grid4(v)))}, expectation(
        v, "the head gives 元, the form wants 万元: 12.3456 or unreadable, never 123456 万元", o
    )


@case("held", "html_fee_unit_in_cell")
def _(v):
    o = Odd(v)
    k = "proactive.fees.amount"
    v[k] = 3.56
    o.put(k, "35600元", 35600, True)
    return {"report.html": std(v, o)}, expectation(
        v, "head 万元, cell 35600元: 3.56 or unreadable", o
    )


@case("held", "html_fee_in_yi")
def _(v):
    o = Odd(v)
    k = "proactive.fees.amount"
    v[k] = 2500.0
    o.put(k, "0.25", 0.25, True)
    g2 = apply(grid2(v, fee_head="本年收费金额<br>(单位:亿元)"), o)
    for row in g2:
        for c in row.cells:
            if "<br>" in c.text:
                c.html = c.text
    e = expectation(v, "the head gives 亿元", o)
    return {"report.html": page(table(g2), table(grid3(v)), table(grid4(v)))}, e


@case("open", "html_columns_in_another_order")
def _(v):
    order = [
        "total",
        "other_org",
        "natural_person",
        "legal_service",
        "business",
        "social_welfare",
        "research",
    ]
    cols = [(c, dict(COLS)[c]) for c in order]
    g3 = grid3(v, cols=cols)
    names = {"natural_person": "自然人", "total": "总计"}
    head = [
        Row(
            [Cell("申请人情况", cs=3)]
            + [Cell(names.get(c, ("法人或其他组织-" + label))) for c, label in cols]
        )
    ]
    right = {r(row, c): v[r(row, c)] for row, _, _ in ROWS["2021"] for c, _ in COLS}
    wrong = {}
    for row, _, _ in ROWS["2021"]:
        for i, (c, _) in enumerate(COLS):
            x = v[r(row, order[i])]
            if x is not None and x != right[r(row, c)]:
                wrong[r(row, c)] = x
    return {
        "report.html": page(table(grid2(v)), table(head + g3[3:]), table(grid4(v)))
    }, expectation(
        v, "one head row, the seven columns in another order, each clearly named", must_not=wrong
    )


@case("held", "html_header_spans_contradict")
def _(v):
    g3 = grid3(v)
    g3[0].cells[1].cs = 8
    g3[1].cells[1].cs = 6
    g4 = grid4(v)
    g4[0].cells[0].cs = 4
    g4[0].cells[1].cs = 11
    t34 = [k for k in v if not k.startswith("proactive")]
    return {"report.html": page(table(grid2(v)), table(g3), table(g4))}, expectation(
        v,
        "法人或其他组织 spans six places over five kinds, 行政复议 four over five: by order, or unreadable, never shifted",
        unreadable_ok=t34,
    )


@case("open", "html_missing_tr_and_ends")
def _(v):
    def torn(rows):
        """Every third row has lost its <tr>; others their </td>, or their </tr> where a <tr> follows."""
        parts = table(rows).replace("<tbody>", "").replace("</tbody>", "").split("<tr>")
        out = [parts[0]]
        for n, part in enumerate(parts[1:]):
            start = "" if n % 3 == 2 else "<tr>"
            follows_bare = (n + 1) % 3 == 2
            if n % 2:
                part = part.replace("</td>", "")
            if n % 4 == 0 and not follows_bare:
                part = part.replace("</tr>", "")
            out.append(start + part)
        return "".join(out)

    return {"report.html": page(torn(grid2(v)), torn(grid3(v)), torn(grid4(v)))}, expectation(
        v, "every third row has no <tr>, ends of cells and rows left out as browsers allow"
    )


@case("held", "html_number_tables_in_cells")
def _(v):
    o = Odd(v)
    for _n, k in enumerate(v):
        if k.startswith("requests") and v[k] is not None:
            o.html[k] = (
                f'<table width="100%"><tr><td align="center"><p><b>{v[k]}</b></p></td></tr></table>'
            )
    return {"report.html": std(v, o)}, expectation(
        v, "each number of table 3 stands in a little table of its own inside its cell", o
    )


@case("open", "html_row_tables")
def _(v):
    def rows_apart(rows):
        flat = []
        m = matrix(rows)
        for line in m:
            cells = []
            for cell, _first in line:
                if cell is None:
                    continue
                if cells and cells[-1][0] is cell:
                    cells[-1][1] += 1
                else:
                    cells.append([cell, 1])
            flat.append(
                "<table border=1 width=900><tr>"
                + "".join(
                    f"<td width={w * 80} colspan={w}>{html.escape(c.text)}</td>" for c, w in cells
                )
                + "</tr></table>"
            )
        return "\n".join(flat)

    return {
        "report.html": page(rows_apart(grid2(v)), rows_apart(grid3(v)), rows_apart(grid4(v)))
    }, expectation(v, "each row is a table of its own, merged labels repeated in each")


@case("held", "html_transposed")
def _(v):
    m = matrix(grid3(v))
    body = m[3:]
    labels = []
    for line in body:
        parts = []
        for cell, _ in line[:3]:
            if cell.text not in parts:
                parts.append(cell.text)
        labels.append(parts[-1] if len(parts) < 3 else parts[1] + " " + parts[2])
    rows = [Row([Cell("申请人", cs=2)] + [Cell(x) for x in labels])]
    for n, (c, label) in enumerate(COLS):
        cells = []
        if n == 1:
            cells.append(Cell("法人或其他组织", rs=5))
        cells.append(Cell(label, cs=1 if 1 <= n <= 5 else 2))
        rows.append(Row(cells + [num(v, r(row, c)) for row, _, _ in ROWS["2021"]]))
    t4 = [Row([Cell("类别", cs=2), Cell("件数")])]
    for kind, klabel in DISPUTES:
        for n, (x, label) in enumerate(OUTCOMES):
            cells = (
                [Cell(("行政诉讼 " if kind != "review" else "") + klabel, rs=5)] if n == 0 else []
            )
            t4.append(Row([*cells, Cell(label), num(v, f"disputes.{kind}.{x}")]))
    return {"report.html": page(table(grid2(v)), table(rows), table(t4))}, expectation(
        v, "table 3 turned: kinds of applicants down, outcomes across; table 4 as a list downwards"
    )


@case("open", "html_table4_as_three")
def _(v):
    def one(kind, top, sub=None):
        rows = [Row([Cell(top, cs=5)])]
        if sub:
            rows.append(Row([Cell(sub, cs=5)]))
        return table(
            [
                *rows,
                Row([Cell(x) for _, x in OUTCOMES]),
                Row([num(v, f"disputes.{kind}.{o}") for o, _ in OUTCOMES]),
            ]
        )

    t4 = (
        one("suit_after_review", "行政诉讼", "复议后起诉")
        + one("suit_direct", "行政诉讼", "未经复议直接起诉")
        + one("review", "行政复议")
    )
    wrong = {
        f"disputes.review.{o}": v[f"disputes.suit_after_review.{o}"]
        for o, _ in OUTCOMES
        if v[f"disputes.suit_after_review.{o}"]
    }
    return {"report.html": page(table(grid2(v)), table(grid3(v)), t4)}, expectation(
        v, "table 4 as three tables, the lawsuits first", must_not=wrong
    )


@case("held", "html_divs_as_table")
def _(v):
    def divs(rows):
        m = matrix(rows)
        out = ['<div class="t">']
        for line in m:
            out.append(
                '<div class="tr">'
                + "".join(
                    f'<div class="td">{html.escape(cell.text) if first else ""}</div>'
                    for cell, first in line
                )
                + "</div>"
            )
        return "\n".join(out) + "</div>"

    head = "<style>.t{display:table}.tr{display:table-row}.td{display:table-cell;border:1px solid;width:90px}</style>"
    return {
        "report.html": page(divs(grid2(v)), divs(grid3(v)), divs(grid4(v)), head=head)
    }, expectation(v, "no table element: boxes laid out as a table by style")


@case("open", "html_wps_junk")
def _(v):
    o = Odd(v)
    n = 0
    for k, x in v.items():
        if x is None:
            o.html[k] = (
                "<p class=MsoNormal align=center><![if !supportEmptyParas]>&nbsp;<![endif]><o:p></o:p></p>"
            )
            continue
        s = str(x)
        n += 1
        runs = (
            "".join(
                f'<span lang=EN-US style=\'font-family:"Times New Roman","serif"\'>{d}</span>'
                for d in s
            )
            if n % 3
            else f"<span lang=EN-US>{s}</span>"
        )
        o.html[k] = (
            f"<p class=MsoNormal align=center style='mso-pagination:widow-orphan'><!--[if gte mso 9]><xml><w:r>9</w:r></xml><![endif]-->{runs}"
            f"<span style='mso-spacerun:yes'>&nbsp; </span><span lang=EN-US><o:p></o:p></span></p>"
        )
    for k, deco in (
        (
            r("new"),
            '<span class=msoDel><del cite="mailto:a" datetime="2024-01-05T09:00">5</del></span>',
        ),
        (r("handled_total"), "<span style='display:none;mso-hide:all'>6</span>"),
        (
            r("carried_out"),
            "<span style='mso-element:field-begin'></span><span style='display:none'>=SUM(LEFT)7</span>",
        ),
    ):
        o.put(
            k,
            f"<p class=MsoNormal>{deco}<span lang=EN-US>{v[k]}</span><o:p></o:p></p>",
            int({r("new"): "5", r("handled_total"): "6", r("carried_out"): "7"}[k] + str(v[k])),
        )
    head = (
        '<meta name=Generator content="Microsoft Word 14"><!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->'
        '<style><!-- p.MsoNormal{mso-style-parent:"";margin:0} ins{mso-style-type:export-only} --></style>'
    )
    g2, g3, g4 = (apply(g, o) for g in (grid2(v), grid3(v), grid4(v)))
    for g in (g2, g3, g4):
        g[-1].after = (
            "<![if !supportMisalignedColumns]><tr height=0>"
            + "<td width=61 style='border:none'></td>" * 10
            + "</tr><![endif]>"
        )
    return {"report.html": page(table(g2), table(g3), table(g4), head=head)}, expectation(
        v,
        "saved from a word processor as a page: split runs, conditional comments, hidden and deleted spans, measuring rows",
        o,
    )


@case("held", "html_xls_that_is_html")
def _(v):
    o = Odd(v)
    k = r("new")
    o.put(k, f"{v[k]}")
    g2, g3, g4 = grid2(v), grid3(v), grid4(v)
    for g in (g2, g3, g4):
        for row in g:
            for c in row.cells:
                if c.key in v:
                    c.attrs = f'class=xl65 x:num="{c.text}"' if c.text else "class=xl65"
                    if c.text:
                        c.html = f"<font face=宋体>{c.text}</font>&nbsp;"
    g3[5].cells[-1].attrs = 'class=xl66 x:num="0.5" x:fmla="=SUM(D6:I6)"'
    head = (
        '<meta name=ProgId content=Excel.Sheet><style>.xl65{mso-number-format:"0_ ";text-align:center} .xl66{mso-number-format:"\\@"} .font5{display:inline}</style>'
        "<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets/></x:ExcelWorkbook></xml><![endif]-->"
    )
    h = page(
        table(g2, "border=0 x:str"),
        table(g3, "border=0 x:str"),
        table(g4, "border=0 x:str"),
        head=head,
    )
    h = h.replace("<html lang", '<html xmlns:x="urn:schemas-microsoft-com:office:excel" lang')
    return {"report.xls": h}, expectation(
        v,
        "an .xls that is really a page; the shown number counts, not x:num",
        must_not={g3[5].cells[-1].key: 0.5},
    )


@case("held", "html_invisible_characters")
def _(v):
    o = Odd(v)
    big = {
        r("new"): "1&nbsp;234",
        r("granted"): "1 234",
        r("partial"): "1,234",
        r("handled_total"): "１，２３４",
        r("carried_in"): "1&thinsp;234",
        r("carried_out"): "1'234",
    }
    for n, (k, text) in enumerate(big.items()):
        v[k] = 1234 + n
        text = text.replace("234", str(234 + n)).replace(
            "２３４", "".join(chr(0xFF10 + int(d)) for d in str(234 + n))
        )
        o.put(k, text, 1, n > 3)
    ways = ["\u200b", "&shy;", "\u200f", "&zwnj;", "\ufeff", "\u2060", "&#8206;"]
    for (c, _), way in zip(COLS, ways, strict=False):
        k = r("other.misc", c)
        o.put(k, f"{str(v[k])[0]}{way}{str(v[k])[1:]}", int(str(v[k])[1:]))
        if str(v[k])[1] == "0":
            o.must_not.pop(k)
    for c, _ in COLS:
        k = r("other.fee_unpaid", c)
        o.put(k, "".join(chr(0xFF10 + int(d)) for d in str(v[k])))
    for (c, _), text in zip(
        COLS,
        ("{}件", "{} 件", "　　{}", "{}。", "{}<br>", "<p></p><p>{}</p>", "共{}"),
        strict=False,
    ):
        k = r("other.not_corrected", c)
        o.put(k, text.format(v[k]), None, "。" in text or "共" in text)
    o.html["label:petition"] = "1.信访\u200b举报投诉类申请"
    o.html["label:unprocessed.petition"] = "1.信访\u200b举报&shy;投诉类\ufeff申请"
    o.html["label:penalties"] = "行&nbsp;政&emsp;处&#12288;罚"
    return {"report.html": std(v, o)}, expectation(
        v,
        "thousands with spaces and commas, full-width digits, zero-width and direction marks, soft hyphens, units in cells",
        o,
    )


@case("open", "html_label_and_number_in_one_cell")
def _(v):
    rows = [
        Row([Cell("第二十条第（一）项", cs=1)]),
        Row(
            [
                Cell(
                    f"规章：本年制发{v['proactive.regulations.issued']}件，本年废止{v['proactive.regulations.repealed']}件，现行有效{v['proactive.regulations.in_force']}件",
                    key="label:x",
                )
            ]
        ),
        Row(
            [
                Cell(
                    f"行政规范性文件：本年制发{v['proactive.normative_documents.issued']}件，本年废止{v['proactive.normative_documents.repealed']}件，现行有效{v['proactive.normative_documents.in_force']}件"
                )
            ]
        ),
        Row([Cell("第二十条第（五）项")]),
        Row([Cell(f"行政许可{v['proactive.licensing.decisions']}件")]),
        Row([Cell("第二十条第（六）项")]),
        Row([Cell(f"行政处罚{v['proactive.penalties.decisions']}件")]),
        Row([Cell(f"行政强制：{v['proactive.coercion.decisions']}")]),
        Row([Cell("第二十条第（八）项")]),
        Row([Cell(f"行政事业性收费{v['proactive.fees.amount']}万元")]),
    ]
    return {"report.html": page(table(rows), table(grid3(v)), table(grid4(v)))}, expectation(
        v,
        "label and number in one cell of table 2, as 行政许可8875件",
        unreadable_ok=[k for k in v if k.startswith("proactive")],
        not_blank=[k for k in v if k.startswith("proactive")],
    )


@case("held", "html_lines_in_one_cell")
def _(v):
    g3 = grid3(v)
    out, group_rows = [], {}
    for row in g3:
        if "." in row.key:
            group_rows.setdefault(row.key.split(".")[0], []).append(row)
    unsure = []
    for row in g3:
        if "." not in row.key:
            out.append(row)
            continue
        members = group_rows.get(row.key.split(".")[0])
        if members[0] is not row:
            continue
        group = next(c for c in row.cells if c.text.startswith("（"))
        cells = [
            Cell(
                key=group.key,
                html="<br>".join([group.text] + [m.cells[-8].text for m in members]),
                cs=2,
            )
        ]
        for c, _ in COLS:
            texts = ["&nbsp;"] + [shown(v[r(m.key, c)]) or "&nbsp;" for m in members]
            cells.append(Cell(html="<br>".join(texts)))
            unsure += [r(m.key, c) for m in members]
        out.append(Row(cells, members[0].key))
    for row in out:
        for c in row.cells:
            if c.key == "label:result":
                c.rs = 8
    return {"report.html": page(table(grid2(v)), table(out), table(grid4(v)))}, expectation(
        v,
        "a group with all its rows in one row of cells, lines parted by br: by lines or unreadable, never joined",
        unreadable_ok=unsure,
    )


@case("open", "html_two_towns_on_one_page")
def _(v):
    other = {k: (x if x is not None else 17) for k, x in values("two towns other").items()}
    body2 = (
        page(table(grid2(other)), table(grid3(other)), table(grid4(other)), unit="柳树镇")
        .split("<body>")[1]
        .split("</body>")[0]
    )
    h = page(table(grid2(v)), table(grid3(v)), table(grid4(v))).replace(
        "</body>", body2 + "</body>"
    )
    return {"report.html": h}, expectation(
        v,
        "another town's whole report follows on the same page: the first one's numbers or unreadable, no mixture",
        must_not={k: other[k] for k in v if other[k] != v[k]},
        unreadable_ok=list(v),
    )


@case("open", "html_extra_columns_behind")
def _(v):
    g3 = grid3(v)
    g3[0].cells += [Cell("其中：网络申请", rs=3), Cell("其中：当面申请", rs=3), Cell("备注", rs=3)]
    n = 0
    wrong = {}
    for row in g3:
        if row.key:
            row.cells += [
                Cell(str(1100 + n)),
                Cell(str(1200 + n)),
                Cell("见附件3" if n == 4 else ""),
            ]
            wrong[r(row.key)] = 1200 + n
            n += 1
    return {"report.html": page(table(grid2(v)), table(g3), table(grid4(v)))}, expectation(
        v, "two more number columns and a notes column behind 总计", must_not=wrong
    )


@case("open", "html_2019_other_spans", form="2019")
def _(v):
    o = Odd(v)
    for k, text, n in (
        ("proactive.licensing.change", "+4", 4),
        ("proactive.other_services.change", "-2", -2),
        ("proactive.penalties.change", "＋13", 13),
        ("proactive.coercion.change", "－7", -7),
        ("proactive.fees.change", "−3", -3),
    ):
        v[k] = n
        o.put(k, text, None if n > 0 else -n)
    v["proactive.procurement.amount"] = 251000
    o.put("proactive.procurement.amount", "251000元", None, True)
    g2 = apply(grid2(v, "2019"), o)
    for row in g2:
        for c in row.cells:
            c.cs *= 3
    g3 = grid3(v, "2019")
    g3[0].cells[0] = Cell(NOTE, rs=3, cs=5)
    for row in g3[3:]:
        labels = [c for c in row.cells if (c.key or "").startswith("label")]
        if row.key in PLAIN:
            labels[0].cs = 5
        elif row.key in ("granted", "partial", "other", "handled_total"):
            labels[-1].cs = 4
        else:
            labels[-1].cs = 3
    return {"report.html": page(table(g2), table(g3), table(grid4(v)), year=2020)}, expectation(
        v, "the 2019 form with other spans and signed changes", o, form="2019", year=2020
    )


@case("held", "html_2019_words_for_change", form="2019")
def _(v):
    o = Odd(v)
    for k, text, n in (
        ("proactive.licensing.change", "增4", 4),
        ("proactive.other_services.change", "减2", -2),
        ("proactive.penalties.change", "增加13", 13),
        ("proactive.coercion.change", "减少7项", -7),
        ("proactive.fees.change", "↓3", -3),
    ):
        v[k] = n
        o.put(k, text, -n, True)
    v["proactive.procurement.amount"] = 25.1
    o.put("proactive.procurement.amount", "25.1万元", None, True)
    g2 = apply(grid2(v, "2019"), o)
    for row in g2:
        if row.key == "regulations":
            row.cells[0].text = "规章（设区的市、自治州人民政府应提供相关数据）"
        if row.key == "normative_documents":
            row.after = "<tr><td>其他主动公开文件</td><td>601</td><td>602</td><td>603</td></tr>"
    g3 = grid3(v, "2019")
    return {"report.html": page(table(g2), table(g3), table(grid4(v)), year=2019)}, expectation(
        v,
        "the 2019 form: changes told by words, a row more in the first block",
        o,
        form="2019",
        year=2019,
        must_not={
            **o.must_not,
            "proactive.normative_documents.made": 601,
            "proactive.normative_documents.disclosed": 602,
            "proactive.normative_documents.disclosed_total": 603,
        },
    )


@case("held", "html_header_words_broken")
def _(v):
    g3 = grid3(v)
    head = [
        Row([Cell("", rs=4, cs=3), Cell("申请人情况", cs=7)]),
        Row([Cell("自"), Cell("法人或其他组织", cs=5), Cell("总")]),
        Row([Cell("然")] + [Cell(x[:2]) for _, x in COLS[1:6]] + [Cell("")]),
        Row([Cell("人")] + [Cell(x[2:]) for _, x in COLS[1:6]] + [Cell("计")]),
    ]
    g4 = grid4(v)
    head4 = [
        Row([Cell("行政复议", cs=5), Cell("行政诉讼", cs=10)]),
        Row([Cell("", cs=5), Cell("未经复议直接起诉", cs=5), Cell("复议后起诉", cs=5)]),
        Row([Cell(x[:2]) for _ in range(3) for _, x in OUTCOMES]),
        Row([Cell(x[2:]) for _ in range(3) for _, x in OUTCOMES]),
    ]
    return {
        "report.html": page(table(grid2(v)), table(head + g3[3:]), table(head4 + g4[3:]))
    }, expectation(v, "the words of the heads are broken over two and three rows of cells")


@case("open", "html_one_row_for_six", form="mixed")
def _(v):
    more = [
        f"requests.other.{x}.{c}" for x in ("not_corrected", "fee_unpaid", "misc") for c, _ in COLS
    ]
    e = expectation(
        v,
        "the 2021 form with one row （六）其他处理 instead of three: that row is read, the three are absent",
        form="mixed",
        absent=more,
    )
    return {"report.html": page(table(grid2(v)), table(grid3(v, "mixed")), table(grid4(v)))}, e


@case("held", "html_rows_and_blocks_left_out")
def _(v):
    gone_rows = ["denied.case_file", "unprocessed.repeat", "carried_in"]
    gone = [r(row, c) for row in gone_rows for c, _ in COLS] + [
        "proactive.coercion.decisions",
        "proactive.fees.amount",
    ]
    g2 = [row for row in grid2(v)[:-3] if row.key != "coercion"]
    g3 = [row for row in grid3(v) if row.key not in gone_rows]
    for row in g3:
        for c in row.cells:
            c.rs -= {"label:denied": 1, "label:unprocessed": 1, "label:result": 2}.get(c.key, 0)
    for k in gone:
        v[k] = None
    e = expectation(
        v,
        "three rows of table 3, one row and the last block of table 2 are not in the report: absent, neither blank nor the next row's numbers",
        absent=gone,
    )
    e["blank"] = [k for k in e["blank"] if k not in gone]
    return {"report.html": page(table(g2), table(g3), table(grid4(v)))}, e


@case("held", "html_table_is_a_picture")
def _(v):
    lost = [k for k in v if k.startswith("requests")]
    for k in lost:
        v[k] = None
    e = expectation(
        v,
        "table 3 is one picture whose alt text names other numbers: its cells are there and not readable",
        unreadable_ok=lost,
        not_blank=lost,
        must_not={r("new"): 6, r("granted"): 6},
    )
    e["blank"] = [k for k in e["blank"] if k not in lost]
    img = '<p align="center"><img src="t3.png" width="900" height="1200" alt="本年新收政府信息公开申请数量6件，予以公开6件"></p>'
    return {"report.html": page(table(grid2(v)), img, table(grid4(v)))}, e


@case("open", "html_group_and_row_label_joined")
def _(v):
    rows = grid3(v)[:3]
    rows[0].cells[0].cs = 1
    for row in ROWS["2021"]:
        key, group, label = row
        text = label if key in PLAIN else RESULT + (group or "") + label
        rows.append(
            Row([Cell(text, key=f"label:{key}")] + [num(v, r(key, c)) for c, _ in COLS], key)
        )
    return {"report.html": page(table(grid2(v)), table(rows), table(grid4(v)))}, expectation(
        v,
        "one label column, item, group and row run together: 三、本年度办理结果（三）不予公开1.属于国家秘密",
    )


@case("held", "html_numbers_broken_in_cells")
def _(v):
    o = Odd(v)
    for _n, (c, _) in enumerate(COLS):
        for row, way in (
            ("new", "{}<wbr>{}"),
            ("handled_total", "{}<br>{}"),
            ("granted", "<p>{}</p><p>{}</p>"),
            ("partial", "<b>{}</b>\n<b>{}</b>"),
            ("carried_out", "<span>{}</span><span>{}</span>"),
        ):
            k = r(row, c)
            s = str(v[k])
            o.put(
                k,
                way.format(s[0], s[1:]),
                int(s[1:]),
                row in ("handled_total", "granted", "partial"),
            )
            if s[1:] == "" or s[1] == "0":
                o.must_not.pop(k, None)
    return {"report.html": std(v, o)}, expectation(
        v,
        "numbers cut by wbr, br, paragraphs, line ends and spans: whole, or unreadable where a gap is seen",
        o,
    )
