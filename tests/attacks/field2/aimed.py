"""The second half: aimed at what a reader takes for granted, after a look at it. Kinds as in kinds.py."""

from __future__ import annotations

import forms
import ooxml
import second
from files import pdf, sheet, word
from forms import COLS, DISPUTES, OUTCOMES, ROWS, Cell, Row, r
from kinds import UNIT, YEAR, is_number, kind, numbers

# ---- a digit that nobody sees before a number: the number, or unreadable, never both joined

UNSEEN = {
    "nth_child": ("td b:nth-child(1){display:none}", "<b>7</b><i>{}</i>"),
    "first_child": ("td b:first-child{display:none}", "<b>7</b><i>{}</i>"),
    "attribute": ("[data-x]{display:none}", "<b data-x=1>7</b>{}"),
    "attribute_begins": ('[class^="no"]{display:none}', "<b class=nope>7</b>{}"),
    "not": ("td b:not(.in){display:none}", "<b>7</b><b class=in>{}</b>"),
    "is": (":is(.q,.w){display:none}", "<b class=w>7</b>{}"),
    "where": (":where(.q1){display:none}", "<b class=q1>7</b>{}"),
    "nested_rule": ("td{ .q2{display:none} }", "<b class=q2>7</b>{}"),
    "variable": (":root{--d:none} .q3{display:var(--d)}", "<b class=q3>7</b>{}"),
    "layer": ("@layer a{.q4{display:none}}", "<b class=q4>7</b>{}"),
    "supports": ("@supports (display:grid){.q5{display:none}}", "<b class=q5>7</b>{}"),
    "media_screen": ("@media screen{.q6{display:none}}", "<b class=q6>7</b>{}"),
    "media_wide": ("@media (min-width:300px){.q7{display:none}}", "<b class=q7>7</b>{}"),
    "transparent": (".q8{color:transparent}", "<b class=q8>7</b>{}"),
    "rgba_zero": (".q9{color:rgba(0,0,0,0)}", "<b class=q9>7</b>{}"),
    "clip_path": (".qa{clip-path:inset(100%)}", "<b class=qa>7</b>{}"),
    "indent": (
        ".qb{display:inline-block;text-indent:-9999px;overflow:hidden}",
        "<b class=qb>7</b>{}",
    ),
    "scale_zero": (".qc{display:inline-block;transform:scale(0)}", "<b class=qc>7</b>{}"),
    "width_zero": (".qd{display:inline-block;width:0;overflow:hidden}", "<b class=qd>7</b>{}"),
    "max_height": (".qe{display:inline-block;max-height:0;overflow:hidden}", "<b class=qe>7</b>{}"),
    "sibling": (".qf + b{display:none}", "<i class=qf></i><b>7</b>{}"),
    "filter": (".qg{filter:opacity(0)}", "<b class=qg>7</b>{}"),
    "content_visibility": (".qh{content-visibility:hidden}", "<b class=qh>7</b>{}"),
    "hidden_until_found": ("", '<b hidden="until-found">7</b>{}'),
    "closed_details": ("", "<details><summary>{}</summary>7</details>"),
    "template": ("", "<template>7</template>{}"),
    "noscript": ("", "<noscript>7</noscript>{}"),
    "object_fallback": ("", "<video>7</video>{}"),
    "important_upper": (".QI{DISPLAY:NONE!IMPORTANT}", "<b class=QI>7</b>{}"),
    "escaped_class": (r".\71 j{display:none}", "<b class=qj>7</b>{}"),
    "comment_in_rule": (".qk/**/{/*x*/display/**/:/**/none}", "<b class=qk>7</b>{}"),
    "inline_vertical": ("", '<b style="font-size:0.1px">7</b>{}'),
    "screen_reader": (
        ".sr-only{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}",
        '<span class="sr-only">7</span>{}',
    ),
    "raised_position": ("", '<span style="position:relative;top:-6px;font-size:60%">7</span>{}'),
    "struck_shorthand": (".ql{text-decoration:line-through red 2px}", "<b class=ql>7</b>{}"),
    "struck_variable": (
        ":root{--t:line-through}.qm{text-decoration:var(--t)}",
        "<b class=qm>7</b>{}",
    ),
    "struck_gradient": (
        ".qn{background:linear-gradient(transparent 45%,red 45%,red 55%,transparent 55%)}",
        "<b class=qn>7</b>{}",
    ),
    "after_content": ('.qo::before{content:"7"}', "<b class=qo>{}</b>"),
}


@kind(
    "unseen_digits",
    "a digit before a number that nobody sees, in each of forty ways; the number or unreadable, never both",
)
def _(m):
    keys = [k for k in m.v if m.v[k] and k.startswith("requests.")][: len(UNSEEN)]
    ways = dict(zip(keys, UNSEEN.values(), strict=True))
    for k in keys:
        m.either(k)
        m.must_not[k] = int(f"7{m.v[k]}")
    m.any(keys[list(UNSEEN).index("after_content")])  # 7 is seen there
    m.must_not.pop(keys[list(UNSEEN).index("after_content")])
    css = "\n".join(style for style, _ in UNSEEN.values())
    return m.dressed(
        numbers(lambda c, t: ways[c.key][1].format(t) if c.key in ways else t),
        head=f"<style>{css}</style>",
    )


@kind("superscripts", "superscript letters of Unicode behind digits")
def _(m):
    marks = iter(["²", "⁽¹⁾", "ᵃ", "①", "₁", "⑴", "❶"])

    def f(c, t):
        if c.key.startswith("requests.partial"):
            m.either(c.key)
            return t + next(marks)
        return t

    return m.dressed(numbers(f))


# ---- units, captions and notes


@kind("caption_jian_wanyuan", "a line 单位：件、万元 above table two")
def _(m):
    return m.page(lambda n, rows: ("<p>单位：件、万元</p>" if n == 2 else "") + forms.table(rows))


@kind("caption_row_jian_wanyuan", "a first row （单位：件/万元） in table two")
def _(m):
    return m.page(
        lambda n, rows: forms.table(
            [Row([Cell("（单位：件/万元）", cs=4)]), *rows] if n == 2 else rows
        )
    )


@kind("caption_jian_ge", "a line 单位：件、个 above each table")
def _(m):
    return m.page(
        lambda n, rows: "<p style='text-align:right'>计量单位：件、个</p>" + forms.table(rows)
    )


@kind(
    "caption_yuan_head_wanyuan",
    "a line 单位：元 above, the head says 万元: unreadable or as the head says",
)
def _(m):
    m.any("proactive.fees.amount")
    m.must_not["proactive.fees.amount"] = round(m.v["proactive.fees.amount"] / 10000, 6)
    return m.page(lambda n, rows: ("<p>单位：元</p>" if n == 2 else "") + forms.table(rows))


@kind("fee_wan_in_cell", "the fee as N万: N or unreadable")
def _(m):
    m.either("proactive.fees.amount")
    return m.dressed(numbers(lambda c, t: t + "万" if "fees" in c.key else t))


@kind("merged_zero_row", "a row's seven cells are one merged 0: noughts or unreadable, never blank")
def _(m):
    keys = [r("denied.case_file", c) for c, _ in COLS]
    m.any(*keys)
    m.more["not_blank"] = keys
    rows = forms.grid3(m.v)
    row = next(x for x in rows if x.key == "denied.case_file")
    row.cells = [*row.cells[:-7], Cell("0", cs=7)]
    return m.page(grids={**m.grids(), 3: rows})


@kind("merged_zero_block", "the eight rows of （三） share one merged 0 a column")
def _(m):
    rows = forms.grid3(m.v)
    keys = [k for k in m.v if k.startswith("requests.denied.")]
    m.any(*keys)
    m.more["not_blank"] = [k for k in keys if m.v[k] is not None]
    block = [x for x in rows if x.key.startswith("denied.")]
    for x in block[1:]:
        x.cells = x.cells[:-7]
    for c in block[0].cells[-7:]:
        c.rs, c.text = 8, "0"
    return m.page(grids={**m.grids(), 3: rows})


# ---- rows and columns cut


@kind(
    "label_cut_numbers_below",
    "a page's end cuts a label in two rows, the numbers stand in the lower",
)
def _(m):
    keys = [r("other.not_corrected", c) for c, _ in COLS]
    m.either(*keys)
    rows = forms.grid3(m.v)
    at = next(i for i, x in enumerate(rows) if x.key == "other.not_corrected")
    row = rows[at]
    upper = Row(
        [*row.cells[:-8], Cell("1.申请人无正当理由逾期不补正、行政机关"), *[Cell("") for _ in COLS]]
    )
    lower = Row([Cell("不再处理其政府信息公开申请"), *row.cells[-7:]])
    for x in rows:
        for c in x.cells:
            if c.key in ("label:other", "label:result"):
                c.rs += 1
    rows[at : at + 1] = [upper, lower]
    return m.page(grids={**m.grids(), 3: rows})


@kind("label_cut_numbers_above", "the same, the numbers in the upper row")
def _(m):
    rows = forms.grid3(m.v)
    at = next(i for i, x in enumerate(rows) if x.key == "unprocessed.reissue")
    row = rows[at]
    upper = Row([*row.cells[:-8], Cell("5.要求行政机关确认或重新"), *row.cells[-7:]])
    lower = Row([Cell("出具已获取信息"), *[Cell("") for _ in COLS]])
    for x in rows:
        for c in x.cells:
            if c.key in ("label:unprocessed", "label:result"):
                c.rs += 1
    rows[at : at + 1] = [upper, lower]
    return m.page(grids={**m.grids(), 3: rows})


def upright(m, names, head, labels=True):
    """Table three with some columns alone."""
    out = (
        [Row(([Cell("项目", rs=1)] if labels else []) + [Cell(w) for c, w in COLS if c in names])]
        if head
        else []
    )
    for key, group, label in ROWS["2021"]:
        text = label if not group else f"{group}{label}"
        out.append(
            Row(
                ([Cell(text)] if labels else [])
                + [forms.num(m.v, r(key, c)) for c, _ in COLS if c in names],
                key,
            )
        )
    return forms.table(out)


@kind(
    "columns_over_two_tables",
    "table three in two tables beside each other's page: four columns, then three, labels on both",
)
def _(m):
    a, b = [c for c, _ in COLS[:4]], [c for c, _ in COLS[4:]]
    for k in m.v:
        if k.startswith("requests."):
            m.either(k)
    return m.page(
        lambda n, rows: upright(m, a, True) + upright(m, b, True) if n == 3 else forms.table(rows)
    )


@kind(
    "columns_over_two_no_labels",
    "the second of the two has no labels of rows: its numbers may not be lost in silence",
)
def _(m):
    a, b = [c for c, _ in COLS[:4]], [c for c, _ in COLS[4:]]
    for k in m.v:
        if k.startswith("requests."):
            m.either(k)
    return m.page(
        lambda n, rows: (
            upright(m, a, True) + upright(m, b, True, labels=False) if n == 3 else forms.table(rows)
        )
    )


@kind(
    "totals_alone",
    "table three has one column 数量（件）: never taken for natural persons; not lost in silence",
)
def _(m):
    for k in m.v:
        if k.startswith("requests."):
            if k.endswith(".total"):
                m.either(k)
            else:
                m.any(k)

    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        return forms.table(
            [Row([Cell("项目"), Cell("数量（件）")])]
            + [Row([Cell(w), forms.num(m.v, r(k))]) for k, _, w in ROWS["2021"]]
        )

    m.more["not_blank"] = [r("new"), r("granted"), r("handled_total")]
    return m.page(table)


@kind("table_four_label_column", "table four has a first column 数量 and a last column 备注")
def _(m):
    def table(n, rows):
        if n == 4:
            rows[0].cells = [Cell("类别", rs=3), *rows[0].cells, Cell("备注", rs=3)]
            rows[3].cells = [Cell("数量"), *rows[3].cells, Cell("")]
        return forms.table(rows)

    return m.page(table)


@kind(
    "table_four_two_years", "table four has two rows: 2023年 and 2022年: this year's or unreadable"
)
def _(m):
    keys = [f"disputes.{k}.{o}" for k, _ in DISPUTES for o, _ in OUTCOMES]
    m.either(*keys)

    def table(n, rows):
        if n == 4:
            rows[0].cells = [Cell("年度", rs=3), *rows[0].cells]
            rows[3].cells = [Cell("2023年"), *rows[3].cells]
            rows = [*rows, Row([Cell("2022年")] + [Cell(str(3000 + i)) for i in range(15)])]
        return forms.table(rows)

    for i, k in enumerate(keys):
        m.must_not[k] = 3000 + i
    return m.page(table)


@kind("table_four_last_year_above", "table four has two rows: 2022年 above, 2023年 below")
def _(m):
    keys = [f"disputes.{k}.{o}" for k, _ in DISPUTES for o, _ in OUTCOMES]
    m.either(*keys)

    def table(n, rows):
        if n == 4:
            rows[0].cells = [Cell("年度", rs=3), *rows[0].cells]
            rows[3].cells = [Cell("2023年"), *rows[3].cells]
            rows.insert(3, Row([Cell("2022年")] + [Cell(str(3000 + i)) for i in range(15)]))
        return forms.table(rows)

    for i, k in enumerate(keys):
        m.must_not[k] = 3000 + i
    return m.page(table)


@kind("table_two_as_list", "table two as two columns: 规章本年制发件数 | N")
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        names = {
            "issued": "本年制发件数",
            "repealed": "本年废止件数",
            "in_force": "现行有效件数",
            "decisions": "本年处理决定数量",
            "amount": "本年收费金额（单位：万元）",
        }
        out = [Row([Cell("项目"), Cell("数量")])]
        for row, (label, cols) in forms.T2_21.items():
            out += [
                Row([Cell(label + names[c]), forms.num(m.v, f"proactive.{row}.{c}")]) for c in cols
            ]
        return forms.table(out)

    for k in m.v:
        if k.startswith("proactive."):
            m.either(k)
    return m.page(table)


@kind(
    "table_two_rows_by_number",
    "table two as three columns: 规章 | 本年制发件数 | N, the first merged",
)
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        names = {
            "issued": "本年制发件数",
            "repealed": "本年废止件数",
            "in_force": "现行有效件数",
            "decisions": "本年处理决定数量",
            "amount": "本年收费金额（单位：万元）",
        }
        out = []
        for row, (label, cols) in forms.T2_21.items():
            for i, c in enumerate(cols):
                out.append(
                    Row(
                        ([Cell(label, rs=len(cols))] if not i else [])
                        + [Cell(names[c]), forms.num(m.v, f"proactive.{row}.{c}")]
                    )
                )
        return forms.table(out)

    for k in m.v:
        if k.startswith("proactive."):
            m.either(k)
    return m.page(table)


@kind("of_which_rows", "rows 其中：线上 below rows one and two, their numbers smaller")
def _(m):
    rows = forms.grid3(m.v)
    for key in ("carried_in", "new"):
        at = next(i for i, x in enumerate(rows) if x.key == key)
        rows.insert(
            at + 1, Row([Cell("其中：线上申请", cs=3)] + [Cell(str(5 + i)) for i in range(7)])
        )
    return m.page(grids={**m.grids(), 3: rows})


@kind("compared_rows", "a row 同比增减 with signs below row one and 总计")
def _(m):
    rows = forms.grid3(m.v)
    at = next(i for i, x in enumerate(rows) if x.key == "new")
    rows.insert(at + 1, Row([Cell("同比增减", cs=3)] + [Cell(f"+{i + 4}") for i in range(7)]))
    return m.page(grids={**m.grids(), 3: rows})


@kind("nameless_row_between", "a row without a label holds last year's numbers below row one")
def _(m):
    rows = forms.grid3(m.v)
    at = next(i for i, x in enumerate(rows) if x.key == "new")
    rows.insert(at + 1, Row([Cell("", cs=3)] + [Cell(str(i + 4)) for i in range(7)]))
    return m.page(grids={**m.grids(), 3: rows})


@kind(
    "own_and_all",
    "table three twice: 镇本级 and 全镇（含站所）, other numbers: never the second in silence",
)
def _(m):
    keys = [k for k in m.v if k.startswith("requests.")]
    m.either(*keys)
    other = second.values("field2/all")

    def table(n, rows):
        if n == 3:
            return (
                "<p>表1 镇本级</p>"
                + forms.table(rows)
                + "<p>表2 全镇（含所属站所）</p>"
                + forms.table(forms.grid3(other))
            )
        return forms.table(rows)

    return m.page(table)


@kind(
    "stations_each", "behind the report's tables a table three for each of two stations of the town"
)
def _(m):
    keys = [k for k in m.v if k.startswith("requests.")]
    m.either(*keys)
    tail = "".join(
        f"<p>附表{i}：{name}</p>" + forms.table(forms.grid3(second.values(f"field2/{name}")))
        for i, name in ((1, "农业站"), (2, "文化站"))
    )
    return m.page(tail=tail)


@kind(
    "tables_in_wrong_sections", "table four stands under section two, table two under section four"
)
def _(m):
    g = m.grids()
    return m.page(lambda n, rows: forms.table({2: g[4], 3: g[3], 4: g[2]}[n]))


@kind("tables_at_the_end", "the prose first, all tables as 附表 at the end")
def _(m):
    g = m.grids()
    return m.page(
        lambda n, rows: f"<p>详见附表{n - 1}。</p>",
        tail="".join(f"<p>附表{n - 1}</p>" + forms.table(g[n]) for n in (2, 3, 4)),
    )


@kind("numbers_in_th", "numbers in th, labels in td")
def _(m):
    import re

    return re.sub(r"<td([^>]*)>(\d[\d.]*)</td>", r"<th\1>\2</th>", m.page())


@kind("table_in_list", "each table in an li of an ol, headings in li too")
def _(m):
    return m.page(
        lambda n, rows: f"<li>{forms.table(rows)}</li>",
        p="<li>{}</li>",
        h="<li>{}</li>",
        wrap="<ol>{}</ol>",
    )


@kind("heads_unnumbered", "headings of sections without numbers, in tables of one cell")
def _(m):
    return (
        m.page(h="<table><tr><td>{}</td></tr></table>")
        .replace("<td>二、主动", "<td>主动")
        .replace("<td>三、收到", "<td>收到")
        .replace("<td>四、政府", "<td>政府")
    )


@kind(
    "empty_cells_of_table_left_out",
    "blank cells of table three's rows are not written at all: unreadable where one is gone, never shifted",
)
def _(m):
    rows = forms.grid3(m.v)
    for x in rows:
        if any(m.v.get(c.key) is None for c in x.cells if c.key and is_number(c)):
            keys = [c.key for c in x.cells if c.key and is_number(c)]
            m.any(*[k for k in keys if m.v[k] is None])
            m.either(*keys)
            x.cells = [
                c for c in x.cells if not (c.key and is_number(c) and m.v.get(c.key) is None)
            ]
    return m.page(grids={**m.grids(), 3: rows})


@kind("two_numbers_in_total", "the total's cells hold N and below it the sum of bodies in brackets")
def _(m):
    def f(c, t):
        if c.key.startswith("requests.") and c.key.endswith(".total") and t:
            m.either(c.key)
            m.must_not[c.key] = int(t + "5")
            return f"{t}<br>(5)"
        return t

    return m.dressed(numbers(f))


# ---- titles: the year is the report's


TITLES = {
    "title_chinese_year": "青石湾镇人民政府二〇二三年政府信息公开工作年度报告",
    "title_chinese_zero": "青石湾镇人民政府二0二三年政府信息公开工作年度报告",
    "title_circle_zero": "青石湾镇人民政府二○二三年政府信息公开工作年度报告",
    "title_full_width": "青石湾镇人民政府２０２３年政府信息公开工作年度报告",
    "title_spaced": "青石湾镇人民政府 2 0 2 3 年政府信息公开工作年度报告",
    "title_year_first": "2023年度青石湾镇政府信息公开年报",
    "title_with_day": "青石湾镇人民政府2023年政府信息公开工作年度报告（2024年1月12日发布）",
    "title_announcing": "关于公布青石湾镇人民政府2023年度政府信息公开工作年度报告的公告",
    "title_two_years": "青石湾镇人民政府2023年政府信息公开工作年度报告及2024年工作计划",
    "title_range": "青石湾镇人民政府政府信息公开工作年度报告（2023.1.1-2023.12.31）",
    "title_no_year": "青石湾镇人民政府政府信息公开工作年度报告",
    "title_number_before": "（2024）3号 青石湾镇人民政府2023年政府信息公开工作年度报告",
    "title_english": "青石湾镇2023年政府信息公开工作年度报告 Annual Report",
}  # fmt: skip


def titled(text):
    return lambda m: m.page().replace(second.title(UNIT, YEAR), text)


for _name, _text in TITLES.items():
    kind(_name, f"titled {_text}")(titled(_text))


# ---- workbooks' formats


FORMATS = {"0.0,": 0, "yyyy": 0, "00000": 0, "# ?/?": 1, "0%": 0, "0.00E+00": 1, '[>100]"多";0': 0, "0_);(0)": 1, ";;;": 0, '"共"0"件"': 1, "@": 1, "#,##0": 1, '0"."': 0, "?0": 1, "[Red]0": 1, '0"人"': 1, "General\"件\"": 1, "#": 1}  # fmt: skip


@kind("xlsx_formats", "eighteen formats of numbers: what is shown or unreadable")
def _(m):
    keys = [k for k in m.v if m.v[k] and k.startswith("requests.")][: len(FORMATS)]
    for k, plain in zip(keys, FORMATS.values(), strict=True):
        m.either(k) if plain else m.any(k)
        if not plain:
            m.must_not[k] = m.v[k]
            m.more.setdefault("not_blank", [])
    m.must_not.pop(keys[2]), m.must_not.pop(keys[6], None)
    m.must_not.pop(keys[12], None)

    def after(book, ws, where):
        for k, f in zip(keys, FORMATS, strict=True):
            where[k].number_format = f

    return sheet(m, after=after)


@kind(
    "xlsx_conditional_white",
    "white letters on no ground in three cells: unreadable or blank, never the number",
)
def _(m):
    from openpyxl.styles import Font

    keys = [r("new", c) for c, _ in COLS[:3]]
    m.any(*keys)
    for k in keys:
        m.must_not[k] = m.v[k]

    def after(book, ws, where):
        for k in keys:
            where[k].font = Font(color="FFFFFFFF")

    return sheet(m, after=after)


# ---- Word's looks


LOOKS = {
    "vanish": "<w:vanish/>", "web_hidden": "<w:vanish/><w:webHidden/>", "spec_vanish": "<w:vanish/><w:specVanish/>", "white": '<w:color w:val="FFFFFF"/>',
    "strike": "<w:strike/>", "dstrike": "<w:dstrike/>", "super": '<w:vertAlign w:val="superscript"/>', "raised": '<w:position w:val="12"/><w:sz w:val="10"/>',
    "tiny": '<w:sz w:val="2"/>', "scaled": '<w:w w:val="1"/>',
}  # fmt: skip


@kind(
    "docx_unseen_digits",
    "a digit before a number that nobody sees, or struck or raised: the number or unreadable, never both",
)
def _(m):
    keys = [k for k in m.v if m.v[k] and k.startswith("requests.")][: len(LOOKS)]
    for k in keys:
        m.either(k)
        m.must_not[k] = int(f"7{m.v[k]}")
    odd = {
        k: ooxml.run("7", p) + ooxml.run(str(m.v[k]))
        for k, p in zip(keys, LOOKS.values(), strict=True)
    }
    return word(m, lambda n, rows: ooxml.word_table(rows, odd=odd))


@kind("docx_move_and_format_change", "moved digits (moveFrom, moveTo) and rows deleted by tracking")
def _(m):
    keys = [k for k in m.v if m.v[k] and k.startswith("requests.new")]
    for k in keys:
        m.either(k)
        m.must_not[k] = int(f"7{m.v[k]}")
    odd = {
        k: f'<w:moveFrom w:id="1" w:author="a">{ooxml.run("7")}</w:moveFrom><w:moveTo w:id="2" w:author="a">{ooxml.run(str(m.v[k]))}</w:moveTo>'
        for k in keys
    }
    return word(m, lambda n, rows: ooxml.word_table(rows, odd=odd))


@kind(
    "pdf_white_and_tiny", "white and tiny digits before numbers on a page: the number or unreadable"
)
def _(m):
    from pdfpage import width

    keys = [k for k in m.v if m.v[k] and k.startswith("requests.new")]
    for k in keys:
        m.either(k)
        m.must_not[k] = int(f"7{m.v[k]}")

    def paint(p, c, left, top, w, h):
        if c.key not in keys:
            return False
        x = left + (w - width(c.text)) / 2
        p.c.setFillColorRGB(1, 1, 1)
        p.c.drawString(x - width("7"), top - h / 2 - 2, "7")
        p.c.setFillColorRGB(0, 0, 0)
        p.c.drawString(x, top - h / 2 - 2, c.text)
        return True

    return pdf(m, paint)


@kind("pdf_upside_down", "the page is turned by 180 degrees: right or unreadable")
def _(m):
    for k in m.v:
        m.either(k)
    import io

    import pypdfium2

    name, data = pdf(m)
    book = pypdfium2.PdfDocument(data)
    for page in book:
        page.set_rotation(180)
    out = io.BytesIO()
    book.save(out)
    return name, out.getvalue()


@kind("table_four_upright_blanks", "table four as fifteen rows, three of them blank")
def _(m):
    from kinds import KINDS

    for k in (
        "disputes.review.upheld",
        "disputes.suit_direct.other",
        "disputes.suit_after_review.total",
    ):
        m.v[k] = None
    m.more["contradicts"] = []
    return KINDS["table_four_upright"](m)


# ---- labels that stand elsewhere too


@kind("table_four_swapped", "复议后起诉 stands before 未经复议直接起诉, 总计 first in each")
def _(m):
    def table(n, rows):
        if n != 4:
            return forms.table(rows)
        kinds = [DISPUTES[0], DISPUTES[2], DISPUTES[1]]
        outs = [OUTCOMES[4], *OUTCOMES[:4]]
        return forms.table(
            [
                Row([Cell("行政复议", cs=5, rs=2), Cell("行政诉讼", cs=10)]),
                Row([Cell("复议后起诉", cs=5), Cell("未经复议直接起诉", cs=5)]),
                Row([Cell(w) for _ in range(3) for _, w in outs]),
                Row([forms.num(m.v, f"disputes.{k}.{o}") for k, _ in kinds for o, _ in outs]),
            ]
        )

    return m.page(table)


@kind(
    "table_four_suits_unparted",
    "行政诉讼 stands over ten columns, the two ways of suing are not named: unreadable or right",
)
def _(m):
    m.either(*[k for k in m.v if k.startswith("disputes.suit")])

    def table(n, rows):
        if n != 4:
            return forms.table(rows)
        return forms.table(
            [
                Row([Cell("行政复议", cs=5), Cell("行政诉讼", cs=10)]),
                Row([Cell(w) for _ in range(3) for _, w in OUTCOMES]),
                rows[3],
            ]
        )

    return m.page(table)


@kind("table_four_no_totals", "table four without its three columns 总计")
def _(m):
    gone = [f"disputes.{k}.total" for k, _ in DISPUTES]
    m.drop += gone
    m.unsure += gone

    def table(n, rows):
        if n != 4:
            return forms.table(rows)
        outs = OUTCOMES[:4]
        return forms.table(
            [
                Row([Cell("行政复议", cs=4, rs=2), Cell("行政诉讼", cs=8)]),
                Row([Cell("未经复议直接起诉", cs=4), Cell("复议后起诉", cs=4)]),
                Row([Cell(w) for _ in range(3) for _, w in outs]),
                Row([forms.num(m.v, f"disputes.{k}.{o}") for k, _ in DISPUTES for o, _ in outs]),
            ]
        )

    return m.page(table)


def other_in(group):
    def make(m):
        rows = forms.grid3(m.v)
        last = [x for x in rows if x.key.startswith(group + ".")][-1]
        number = sum(x.key.startswith(group + ".") for x in rows) + 1
        for x in rows:
            for c in x.cells:
                if c.key in (f"label:{group}", "label:result"):
                    c.rs += 1
        rows.insert(
            rows.index(last) + 1,
            Row([Cell(f"{number}.其他")] + [Cell(str(41 + i)) for i in range(7)]),
        )
        keys = [r("other.misc", c) for c, _ in COLS]
        m.either(*keys)
        for i, k in enumerate(keys):
            m.must_not[k] = 41 + i
        return m.page(grids={**m.grids(), 3: rows})

    return make


for _group in ("denied", "unavailable", "unprocessed"):
    kind(
        f"other_row_in_{_group}",
        f"a further row 其他 at the end of the group {_group}: never taken for （六）3.其他",
    )(other_in(_group))


@kind(
    "other_row_alone",
    "a further row 4.其他 in （四）, and （六）'s 3.其他 is not there: never taken for it",
)
def _(m):
    keys = [r("other.misc", c) for c, _ in COLS]
    for k in keys:
        m.v[k] = None
    page = other_in("unavailable")(m)
    forms.grid3(m.v)
    m.drop += keys
    start = page.index("<td>3.其他</td>")
    start = page.rindex("<tr>", 0, start)
    end = page.index("</tr>", start) + 5
    return (
        (page[:start] + page[end:])
        .replace('rowspan="3">（六）', 'rowspan="2">（六）')
        .replace('rowspan="23"', 'rowspan="22"')
    )


def sums_called(word):
    def make(m):
        rows = forms.grid3(m.v)
        keys = [r("handled_total", c) for c, _ in COLS]
        m.either(*keys)
        for group in ("denied", "unavailable", "unprocessed"):
            members = [x for x in rows if x.key.startswith(group + ".")]
            for x in rows:
                for c in x.cells:
                    if c.key in (f"label:{group}", "label:result"):
                        c.rs += 1
            sums = [sum(m.v[r(x.key, c)] or 0 for x in members) for c, _ in COLS]
            rows.insert(
                rows.index(members[-1]) + 1, Row([Cell(word), *[Cell(str(s)) for s in sums]])
            )
            for k, s in zip(keys, sums, strict=True):
                m.must_not[k] = s
        return m.page(grids={**m.grids(), 3: rows})

    return make


kind("sum_rows_called_total", "a row 总计 at the end of each group: never taken for （七）总计")(
    sums_called("总计")
)
kind("sum_rows_called_sum", "a row 合计 at the end of each group: never taken for （七）总计")(
    sums_called("合计")
)


@kind("last_row_sum", "a row 合计 of all at the end of table three")
def _(m):
    rows = [*forms.grid3(m.v), Row([Cell("合计", cs=3)] + [Cell(str(9000 + i)) for i in range(7)])]
    keys = [r("handled_total", c) for c, _ in COLS]
    m.either(*keys)
    for i, k in enumerate(keys):
        m.must_not[k] = 9000 + i
    return m.page(grids={**m.grids(), 3: rows})


@kind(
    "row_label_twice_as_group",
    "（六）其他处理 as a row of sums, then its three rows, in the form's own merged cells",
)
def _(m):
    rows = forms.grid3(m.v)
    first = next(x for x in rows if x.key == "other.not_corrected")
    label = first.cells.pop(0)
    sums = [
        sum(m.v[r(k, c)] or 0 for k in ("other.not_corrected", "other.fee_unpaid", "other.misc"))
        for c, _ in COLS
    ]
    next(c for x in rows for c in x.cells if c.key == "label:result").rs += 1
    label.rs = 1
    label.cs = 2
    for k in ("other.not_corrected", "other.fee_unpaid", "other.misc"):
        next(x for x in rows if x.key == k).cells[0].cs = 2
    rows.insert(rows.index(first), Row([label, *[Cell(str(s)) for s in sums]]))
    keys = [r("other", c) for c, _ in COLS]
    m.unsure += keys
    return m.page(grids={**m.grids(), 3: rows})


@kind(
    "quoted_sample_before",
    "a filled sample of the form 样表 stands before the report in the same page: never its numbers in silence",
)
def _(m):
    keys = [*m.v]
    m.either(*keys)
    g = second.grids(second.values("field2/sample"))
    page = m.page()
    sample = "<p>附：填报样表</p>" + "".join(forms.table(g[n]) for n in (2, 3, 4))
    for k, x in second.values("field2/sample").items():
        if x:
            m.must_not[k] = x
    return page.replace("<h1>", sample + "<h1>", 1)


@kind(
    "numbers_beside_units_column", "a column 单位 holds 件 between label and numbers of table three"
)
def _(m):
    rows = forms.grid3(m.v)
    rows[0].cells.insert(1, Cell("单位", rs=3))
    for x in rows[3:]:
        at = next(i for i, c in enumerate(x.cells) if c.key and is_number(c))
        x.cells.insert(at, Cell("件"))
    return m.page(grids={**m.grids(), 3: rows})


@kind("remarks_column", "a column 备注 behind table three, with remarks that hold numbers")
def _(m):
    rows = forms.grid3(m.v)
    rows[0].cells.append(Cell("备注", rs=3))
    for i, x in enumerate(rows[3:]):
        x.cells.append(Cell(f"含撤回{i}件" if i % 3 == 0 else str(i) if i % 3 == 1 else ""))
    return m.page(grids={**m.grids(), 3: rows})


@kind("head_labels_cut", "heads cut: 自然, 商业企, 科研机, 社会公, 法律服, 其, 总")
def _(m):
    for k in m.v:
        if k.startswith("requests."):
            m.either(k)
    rows = forms.grid3(m.v)
    for row in rows[1:3]:
        for c in row.cells:
            if c.text != "法人或其他组织":
                c.text = c.text[: max(1, min(3, len(c.text) - 1))]
    return m.page(grids={**m.grids(), 3: rows})


@kind("percent_column", "a column 占比 with 12% behind 总计")
def _(m):
    rows = forms.grid3(m.v)
    rows[0].cells.append(Cell("占比", rs=3))
    for i, x in enumerate(rows[3:]):
        x.cells.append(Cell(f"{i + 3}%"))
    return m.page(grids={**m.grids(), 3: rows})
