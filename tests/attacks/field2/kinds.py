"""Layouts by another hand, the third series: each kind is made by a function, its numbers by its name.

Written before any was run. `of(name)` gives the file's name, its bytes and what must be read of it, told as in
[layouts](../layouts/README.md). The modules of that folder must be importable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from html import escape
from typing import Any

import forms
import second
from forms import COLS, DISPUTES, OUTCOMES, ROWS, Cell, Row, r

UNIT, YEAR = "青石湾镇人民政府", 2023
KINDS: dict[str, Callable[[Made], Any]] = {}
WHY: dict[str, str] = {}
FORM: dict[str, str] = {}
FULL = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass
class Made:
    """One case while it is written: its numbers, and what may be told of them."""

    name: str
    v: dict
    form: str = "2021"
    more: dict = field(default_factory=dict)
    unsure: list = field(default_factory=list)
    must_not: dict = field(default_factory=dict)
    drop: list = field(default_factory=list)
    year: int = YEAR

    def grids(self):
        return second.grids(self.v, self.form)

    def either(self, *keys):
        """A number or unreadable, never lost."""
        self.unsure += keys

    def any(self, *keys):
        """Unreadable, blank or nothing: whatever is no other number."""
        for key in keys:
            self.drop.append(key)
            self.unsure.append(key)

    def page(
        self,
        table=None,
        wrap="{}",
        head="",
        p="<p>{}</p>",
        h="<p>{}</p>",
        grids=None,
        title="<h1>{}</h1>",
        tail="",
    ):
        table = table or (lambda n, rows: forms.table(rows))
        body, n = [], 1
        for kind, x in second.sequence(self.v, UNIT, self.year, self.name, grids or self.grids()):
            if kind == "table":
                n += 1
                body.append(table(n, x))
            else:
                body.append({"p": p, "h": h, "title": title}[kind].format(x))
        inner = wrap.replace("{}", "\n".join(body))
        name = second.title(UNIT, self.year)
        return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{name}</title>{head}</head><body>{inner}{tail}</body></html>'

    def dressed(self, dress, **k):
        """The page, each cell's inside made by dress(cell, text)."""

        def table(n, rows):
            for row in rows:
                for cell in row.cells:
                    cell.html = dress(cell, escape(cell.text, quote=False))
            return forms.table(rows, **k.get("t", {}))

        return self.page(table, **{a: b for a, b in k.items() if a != "t"})


def kind(name, why, form="2021"):
    def keep(f):
        assert name not in KINDS, name
        KINDS[name], WHY[name], FORM[name] = f, why, form
        return f

    return keep


def of(name):
    form = FORM[name]
    m = Made(name, second.values("field2/" + name, "2019" if form == "2019" else form), form)
    got = KINDS[name](m)
    file, data = got if isinstance(got, tuple) else ("report.html", got)
    if isinstance(data, str):
        data = data.encode()
    expect = second.expectation(m.v, WHY[name], UNIT, m.year, form=form)
    for key in m.drop:
        expect["cells"].pop(key, None)
        expect["blank"] = [k for k in expect["blank"] if k != key]
    expect["unreadable_ok"] += m.unsure
    expect["must_not"].update(m.must_not)
    expect.update(m.more)
    return file, data, expect


def is_number(c):
    return c.key is not None and not c.key.startswith("label:")


def numbers(f):
    """dress: f(cell, text) on cells of numbers alone."""
    return lambda c, t: f(c, t) if is_number(c) else t


def labels(f):
    return lambda c, t: t if is_number(c) else f(t)


# ---- editors


@kind("ueditor", "UEditor: firstRow, interlaced, p and br in every cell")
def _(m):
    def dress(c, t):
        c.attrs = 'width="84" valign="top" style="word-break: break-all; border-width: 1px;"'
        return (
            f'<p style="text-align: center;"><span style="font-family: 仿宋; font-size: 14px;">{t}</span></p>'
            if t
            else "<p><br/></p>"
        )

    return m.dressed(
        dress,
        t={"attrs": 'interlaced="enabled" align="center" data-sort="sortDisabled"'},
        wrap="<div class='view TRS_UEDITOR'>{}</div>",
    )


@kind("kindeditor", "KindEditor: spans with a br behind the digits")
def _(m):
    return m.dressed(
        lambda c, t: f'<span style="font-size:16px;line-height:2;">{t}<br />\n</span>',
        t={
            "attrs": 'style="width:100%;" cellpadding="2" border="1" bordercolor="#000000" class="ke-zeroborder"'
        },
    )


@kind("wang_editor", "wangEditor: th in the first row, colSpan in capitals, quoted numbers")
def _(m):
    page = m.page()
    return page.replace("colspan=", "colSpan=").replace("rowspan=", "rowSpan=")


@kind("ckeditor_figure", "CKEditor: figure class=table around, strong in heads, &nbsp; for nothing")
def _(m):
    def dress(c, t):
        return f"<strong>{t}</strong>" if not is_number(c) and c.rs == 1 else t or "&nbsp;"

    def table(n, rows):
        for row in rows:
            for c in row.cells:
                c.html = dress(c, c.text)
        return f'<figure class="table">{forms.table(rows)}<figcaption>表{n}</figcaption></figure>'

    return m.page(table)


@kind(
    "hanweb_zoom", "大汉: markers in comments, the article in a table's cell, a td of tools before"
)
def _(m):
    return m.page(
        wrap="<table width='1000' align='center'><tr><td class='title'>正文</td></tr><tr><td><div id='zoom'><!--<$[信息内容]>begin-->{}<!--<$[信息内容]>end--></div></td></tr><tr><td>打印 | 关闭</td></tr></table>"
    )


@kind("trs_editor_style", "TRS: a style sheet inside the article, Custom_UnionStyle around")
def _(m):
    return m.page(
        wrap='<div class="TRS_Editor"><style type="text/css">\n.TRS_Editor P{margin-top:1em;line-height:1.5;font-size:12pt;}.TRS_Editor TD{font-size:12pt}</style><div class="Custom_UnionStyle">{}</div></div>'
    )


@kind("ucap_content", "开普: own tags around, tables in <ucapcontent>")
def _(m):
    return m.page(
        wrap='<ucaptitle></ucaptitle><div class="pages_content"><ucapcontent>{}</ucapcontent></div><div id="ewm"></div>'
    )


@kind("vsb_boda", "博达: form and vsbcontent, table in a div that scrolls")
def _(m):
    return m.page(
        lambda n, rows: f'<div style="overflow-x:auto">{forms.table(rows)}</div>',
        wrap='<form name="_newscontent_fromname"><div id="vsb_content_500"><div class="v_news_content">{}</div></div></form>',
    )


@kind("cell_table", "every number in a table of its own inside the cell")
def _(m):
    return m.dressed(numbers(lambda c, t: f"<table><tr><td>{t}</td></tr></table>"))


@kind("font_per_digit", "each digit in a font of its own, over lines of source")
def _(m):
    return m.dressed(
        numbers(lambda c, t: "<!-- -->".join(f"<font face=宋体>{d}</font>" for d in t))
    )


@kind("upper_case_tags", "tags in capitals without ends, attributes without quotes")
def _(m):
    page = m.page()
    page = re.sub(r"</(td|tr|tbody)>", "", page)
    return re.sub(r"<(/?)(table|tbody|tr|td)\b", lambda x: f"<{x[1]}{x[2].upper()}", page).replace(
        '"', ""
    )


@kind("xhtml_prefixed", "XHTML with an XML head and a default namespace")
def _(m):
    return '<?xml version="1.0" encoding="utf-8"?>\n' + m.page().replace(
        "<html>", '<html xmlns="http://www.w3.org/1999/xhtml">'
    ).replace('<meta charset="utf-8">', '<meta charset="utf-8"/>')


@kind("o_p_tags", "Word's o:p, st1 smart tags about years and digits")
def _(m):
    return m.dressed(
        numbers(
            lambda c, t: (
                f'<p class="MsoNormal"><st1:chmetcnv w:st="on" UnitName="件" SourceValue="{t}"><span lang="EN-US">{t}</span></st1:chmetcnv><o:p></o:p></p>'
            )
        )
    )


@kind("one_layer_of_tbody_each_row", "a tbody for each row")
def _(m):
    def table(n, rows):
        for row in rows:
            row.before, row.after = "</tbody><tbody>", ""
        return forms.table(rows)

    # a rowspan ends with its row group: only rows without are put apart
    def safe(n, rows):
        if n != 2:
            return forms.table(rows)
        return table(n, rows)

    return m.page(safe)


@kind("caption_heads", "the headings of sections are captions of the tables")
def _(m):
    def table(n, rows):
        return forms.table(rows).replace("<tbody>", f"<caption>{forms.S[n]}</caption><tbody>", 1)

    page = m.page(table)
    for n in (2, 3, 4):
        page = page.replace(f"<p>{forms.S[n]}</p>", "")
    return page


# ---- what stands in a cell


@kind("full_width_digits", "digits in full width")
def _(m):
    return m.dressed(numbers(lambda c, t: t.translate(FULL).replace(".", "．")))


@kind("unit_behind", "件 behind each number of tables three and four, 万元 behind the fee")
def _(m):
    return m.dressed(numbers(lambda c, t: t and (t + "万元" if "fees" in c.key else t + "件")))


@kind("unit_spaced", "a space and 件 behind")
def _(m):
    return m.dressed(numbers(lambda c, t: t and (t if "fees" in c.key else t + "&nbsp;件")))


@kind("unit_in_brackets", "（件） behind each number")
def _(m):
    def f(c, t):
        if t and "fees" not in c.key:
            m.either(c.key)
            return t + "（件）"
        return t

    return m.dressed(numbers(f))


@kind("gong_jian", "共N件")
def _(m):
    def f(c, t):
        if t and "fees" not in c.key:
            m.either(c.key)
            return f"共{t}件"
        return t

    return m.dressed(numbers(f))


@kind("thousands_full_width", "thousands parted by a full-width comma")
def _(m):
    def f(c, t):
        return f"{int(t):,}".replace(",", "，") if t.isdigit() and len(t) > 3 else t

    return m.dressed(numbers(f))


@kind(
    "thousands_by_space",
    "thousands parted by a thin space: one number to an eye, or unreadable, never its end",
)
def _(m):
    def f(c, t):
        if t.isdigit() and len(t) > 3:
            m.either(c.key)
            return f"{int(t):,}".replace(",", "\u2009")
        return t

    return m.dressed(numbers(f))


CN = "零一二三四五六七八九"


def in_chinese(n):
    out, rest = "", n
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        d, rest = divmod(rest, unit)
        if d:
            out += CN[d] + word
        elif out and rest and not out.endswith("零"):
            out += "零"
    return out.rstrip("零") or "零"


@kind("chinese_numbers", "numbers in Chinese words in a row: the number or unreadable")
def _(m):
    def f(c, t):
        if c.key.startswith("requests.granted") and t:
            m.either(c.key)
            return in_chinese(int(t))
        return t

    return m.dressed(numbers(f))


@kind("financial_numbers", "numbers as 壹佰贰拾: the number or unreadable")
def _(m):
    big = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")

    def f(c, t):
        if c.key.startswith("disputes.review") and t:
            m.either(c.key)
            return in_chinese(int(t)).translate(big)
        return t

    return m.dressed(numbers(f))


def nothing(mark):
    def make(m):
        def f(c, t):
            if not t or t == "0":
                m.any(c.key)
                return mark
            return t

        return m.dressed(numbers(f))

    return make


for _name, _mark in {
    "nothing_slash": "/", "nothing_full_slash": "／", "nothing_dash": "—", "nothing_two_dashes": "——", "nothing_minus": "-",
    "nothing_wu": "无", "nothing_ideographic": "\u3000", "nothing_dots": "…", "nothing_stars": "***", "nothing_bu_sheji": "不涉及",
    "nothing_weifasheng": "未发生", "nothing_na": "N/A", "nothing_backslash": "\\", "nothing_none": "None", "nothing_ling": "零", "nothing_o": "O", "nothing_circle": "〇",
}.items():  # fmt: skip
    kind(_name, f"{_mark} where there is nothing; the other numbers stand")(nothing(_mark))


@kind("foot_marks", "a mark of a note behind some digits: 12*, 12①, 12[1], 12注")
def _(m):
    marks = iter(["*", "①", "[1]", "注1", "※", "（注）", "†"])

    def f(c, t):
        if c.key.startswith("requests.partial"):
            m.either(c.key)
            return t + next(marks)
        return t

    return m.dressed(numbers(f))


@kind("about", "约, 余, 不足 about numbers: unreadable or the number never another")
def _(m):
    words = iter(["约{}", "{}余", "{}左右", "不足{}", "{}多", "近{}", "超过{}"])

    def f(c, t):
        if c.key.startswith("requests.partial"):
            m.any(c.key)
            return next(words).format(t)
        return t

    return m.dressed(numbers(f))


@kind("stops_behind", "a full stop, comma or semicolon behind digits")
def _(m):
    marks = iter(["。", "，", "；", ".", "、", ";", ","])

    def f(c, t):
        if c.key.startswith("requests.partial"):
            m.either(c.key)
            return t + next(marks)
        return t

    return m.dressed(numbers(f))


@kind("leading_zeros", "007 for 7")
def _(m):
    return m.dressed(numbers(lambda c, t: t.zfill(4) if t.isdigit() else t))


@kind("decimals_of_counts", "12.0 and 12.00 for 12, as a sheet shows them")
def _(m):
    return m.dressed(numbers(lambda c, t: t + ".00" if t.isdigit() else t))


@kind("fee_words", "the fee as ￥N万元")
def _(m):
    def f(c, t):
        if "fees" in c.key:
            m.either(c.key)
            return f"￥{t}万元"
        return t

    return m.dressed(numbers(f))


@kind(
    "fee_in_yuan_in_cell",
    "the fee told in yuan in its cell: N元 under 单位：万元; never as so many 万",
)
def _(m):
    key = "proactive.fees.amount"
    m.any(key)
    m.must_not[key] = round(m.v[key] * 10000)
    return m.dressed(numbers(lambda c, t: f"{round(m.v[key] * 10000)}元" if c.key == key else t))


@kind("fee_head_plain", "本年收费金额 without a unit, another line says 单位：万元")
def _(m):
    m.either("proactive.fees.amount")
    return m.page(
        grids={**m.grids(), 2: forms.grid2(m.v, fee_head="本年收费金额<br>（单位:万元）")}
    ).replace("&lt;br&gt;", "<br>")


@kind("comment_in_number", "comments, scripts and styles between digits that nobody sees")
def _(m):
    return m.dressed(
        numbers(
            lambda c, t: (
                t[:1] + "<!-- 9 --><script>var a=7</script><style>i{}</style>" + t[1:]
                if len(t) > 1
                else t
            )
        )
    )


@kind("entities", "digits as entities, ensp around, an &zwnj; within")
def _(m):
    return m.dressed(
        numbers(lambda c, t: "&ensp;" + "&zwnj;".join(f"&#{ord(d)};" for d in t) + "&emsp;")
    )


@kind("bdo", "digits turned round by bdo dir=rtl: never as they stand in the file")
def _(m):
    def f(c, t):
        if c.key.startswith("requests.partial") and len(set(t)) > 1 and t != t[::-1]:
            m.any(c.key)
            m.must_not[c.key] = int(t)
            return f'<bdo dir="rtl">{t}</bdo>'
        return t

    return m.dressed(numbers(f))


@kind("rtl_override", "digits turned round by U+202E: never as they stand in the file")
def _(m):
    def f(c, t):
        if c.key.startswith("requests.partial") and t != t[::-1]:
            m.any(c.key)
            m.must_not[c.key] = int(t)
            return f"\u202e{t}\u202c"
        return t

    return m.dressed(numbers(f))


@kind("old_and_new_by_arrow", "原8→12 in a cell: the new or unreadable")
def _(m):
    def f(c, t):
        if c.key.startswith("requests.partial"):
            m.any(c.key)
            m.must_not[c.key] = 8
            return f"8→{t}"
        return t

    return m.dressed(numbers(f))


@kind("of_which", "N（其中线上8） in a cell: the first or unreadable")
def _(m):
    def f(c, t):
        if c.key.startswith("requests.granted"):
            m.either(c.key)
            m.must_not[c.key] = 8
            return f"{t}（其中线上8）"
        return t

    return m.dressed(numbers(f))


@kind("input_disabled", "numbers in disabled inputs, textareas and selects")
def _(m):
    shapes = [
        '<input type="text" value="{}" disabled>',
        "<textarea readonly>{}</textarea>",
        "<select><option>3</option><option selected>{}</option></select>",
        '<input type=number value="{}">',
        "<output>{}</output>",
    ]
    n = iter(range(10**6))
    return m.dressed(numbers(lambda c, t: shapes[next(n) % len(shapes)].format(t) if t else t))


@kind("title_attribute", "a title and data-value that tell another number; what is shown counts")
def _(m):
    def f(c, t):
        c.attrs = (
            'title="9" data-value="9" data-sheets-value="9" sdval="9" x:num="9"'
            if not t.startswith("9")
            else ""
        )
        return t

    return m.dressed(numbers(f))


# ---- labels


@kind("labels_soft_hyphen", "soft hyphens and word joiners in labels")
def _(m):
    return m.dressed(labels(lambda t: "\u00ad".join(t)))


@kind("labels_broken", "br after every second letter of labels")
def _(m):
    return m.dressed(labels(lambda t: "<br>".join(t[i : i + 2] for i in range(0, len(t), 2))))


@kind("labels_spaced", "spaces of every width in labels")
def _(m):
    return m.dressed(labels(lambda t: "&nbsp;\u3000 ".join(t)))


@kind("labels_in_paragraphs", "each label cut in two paragraphs, an empty one between")
def _(m):
    return m.dressed(
        labels(lambda t: f"<p>{t[: len(t) // 2]}</p><p>&nbsp;</p><p>{t[len(t) // 2 :]}</p>")
    )


@kind("labels_half_width", "brackets and stops in half width, （ as (")
def _(m):
    return m.dressed(labels(lambda t: t.translate(str.maketrans("（），。：“”、", '(),.:"",'))))


@kind("labels_unnumbered", "labels without their numbers")
def _(m):
    def f(t):
        if t == forms.NOTE:
            return t
        return re.sub(r"^(?:[一二三四]、|（[一二三四五六七]）|\d\.)", "", t)

    return m.dressed(labels(f))


@kind("labels_other_numbers", "（1） for 1. and 1、 for （一）")
def _(m):
    def f(t):
        t = re.sub(r"^(\d)\.", r"（\1）", t)
        return re.sub(
            r"^（([一二三四五六七])）(?!项)", lambda x: f"{'一二三四五六七'.index(x[1]) + 1}、", t
        )

    return m.dressed(labels(f))


@kind("labels_with_file", "（单位：件） and 数量（件） in labels")
def _(m):
    return m.dressed(
        labels(
            lambda t: t + "（件）" if t in ("自然人", "总计", "商业企业", "其他", "结果维持") else t
        )
    )


@kind("labels_he_ji", "合计 for 总计, in every place")
def _(m):
    return m.dressed(labels(lambda t: t.replace("总计", "合计")))


@kind("labels_misspelt", "见 slips: 科研机关, 社会公益组识, 尚未审节")
def _(m):
    return m.dressed(
        labels(
            lambda t: (
                t.replace("社会公益组织", "社会公益组识")
                .replace("尚未审结", "尚未审节")
                .replace("勾稽", "钩稽")
            )
        )
    )


@kind("labels_traditional", "labels in traditional letters by a converting portal")
def _(m):
    pairs = str.maketrans(
        "总计组织业机构务关规范开给处审结维纠", "總計組織業機構務關規範開給處審結維糾"
    )
    return m.dressed(labels(lambda t: t.translate(pairs)))


@kind("labels_new_year_words", "本年度 for 本年, 上年度 for 上年, 申请件数")
def _(m):
    return m.dressed(
        labels(
            lambda t: (
                t.replace("本年新收", "本年度新收")
                .replace("上年结转", "上年度结转")
                .replace("申请数量", "申请件数")
                .replace("本年度办理结果", "本年办理结果")
            )
        )
    )


# ---- forms of the tables


@kind(
    "all_in_one_table",
    "tables two, three and four in one table of thirty columns, headings as rows",
)
def _(m):
    rows = []
    for n, g in m.grids().items():
        width = len(forms.matrix(g)[0])
        rows.append(Row([Cell(forms.S[n], cs=30)]))
        for row in g:
            for c in row.cells:
                c.cs *= 30 // width if width in (10, 15) else 1
            if width == 4:
                # 4 columns as 6 + 8 + 8 + 8
                pass
        if width == 4:
            widths = [6, 8, 8, 8]
            for row, line in zip(g, forms.matrix(g), strict=True):
                for c in row.cells:
                    c.cs = sum(w for w, (cell, _) in zip(widths, line, strict=True) if cell is c)
        rows += g
    state = {"n": 0}

    def table(n, _):
        state["n"] += 1
        return forms.table(rows) if n == 2 else ""

    page = m.page(table)
    for n in (3, 4):
        page = page.replace(f"<p>{forms.S[n]}</p>", "", 1)
    return page


@kind(
    "two_and_three_in_one", "table three begins in table two's last row, without a heading between"
)
def _(m):
    g = m.grids()
    g2 = g[2]
    for row, line in zip(g2, forms.matrix(g2), strict=True):
        for c in row.cells:
            c.cs = sum(w for w, (cell, _) in zip([1, 3, 3, 3], line, strict=True) if cell is c)
    page = m.page(
        lambda n, rows: forms.table(g2 + g[3]) if n == 2 else "" if n == 3 else forms.table(rows),
        grids=g,
    )
    return page.replace(f"<p>{forms.S[3]}</p>", "")


@kind(
    "table_two_in_four",
    "table two as a table for each item of article twenty, its name a paragraph",
)
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        out, part = [], []
        for row in [*rows, None]:
            if row is None or row.cells[0].text.startswith("第二十条"):
                if part:
                    out.append(forms.table(part))
                part = []
                if row is not None:
                    out.append(f"<p>{row.cells[0].text}</p>")
            else:
                part.append(row)
        return "".join(out)

    return m.page(table)


@kind("blocks_side_by_side", "table two's items five and six stand beside each other")
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        at = [i for i, x in enumerate(rows) if x.cells[0].text.startswith("第二十条")]
        a, b = rows[at[1] : at[2]], rows[at[2] : at[3]]
        rows_a = [Row([copy(c) for c in x.cells]) for x in a]
        for x in rows_a + b:
            x.cells[0].cs = 1 if len(x.cells) > 1 else 2
            for c in x.cells[1:]:
                c.cs = 1
        rows_a.append(Row([Cell(""), Cell("")]))
        joined = [Row(x.cells + y.cells) for x, y in zip(rows_a, b, strict=True)]
        return forms.table(rows[: at[1]] + joined + rows[at[3] :])

    return m.page(table)


@kind("table_four_upright", "table four as fifteen rows: kind, outcome, number")
def _(m):
    def table(n, rows):
        if n != 4:
            return forms.table(rows)
        out = []
        for kind_, label in DISPUTES:
            for i, (o, word) in enumerate(OUTCOMES):
                cells = []
                if kind_ == "review" and i == 0:
                    cells.append(Cell("行政复议", rs=5, cs=2))
                if kind_ == "suit_direct" and i == 0:
                    cells.append(Cell("行政诉讼", rs=10))
                if kind_ != "review" and i == 0:
                    cells.append(Cell(label, rs=5))
                out.append(Row([*cells, Cell(word), forms.num(m.v, f"disputes.{kind_}.{o}")]))
        return forms.table(out)

    return m.page(table)


@kind("table_four_three_rows", "table four as three rows, outcomes as columns")
def _(m):
    def table(n, rows):
        if n != 4:
            return forms.table(rows)
        out = [Row([Cell("类别")] + [Cell(w) for _, w in OUTCOMES])]
        names = {
            "review": "行政复议",
            "suit_direct": "行政诉讼（未经复议直接起诉）",
            "suit_after_review": "行政诉讼（复议后起诉）",
        }
        out += [
            Row([Cell(names[k])] + [forms.num(m.v, f"disputes.{k}.{o}") for o, _ in OUTCOMES])
            for k, _ in DISPUTES
        ]
        return forms.table(out)

    return m.page(table)


@kind("table_four_stacked", "table four in two bands of one table: reviews above, suits below")
def _(m):
    def table(n, rows):
        if n != 4:
            return forms.table(rows)
        five = [Cell(w, cs=2) for _, w in OUTCOMES]
        out = [
            Row([Cell("行政复议", cs=10)]),
            Row(five),
            Row([copy(forms.num(m.v, f"disputes.review.{o}")) for o, _ in OUTCOMES]),
        ]
        for c in out[2].cells:
            c.cs = 2
        out += [
            Row([Cell("行政诉讼", cs=10)]),
            Row([Cell("未经复议直接起诉", cs=5), Cell("复议后起诉", cs=5)]),
            Row([Cell(w) for _ in range(2) for _, w in OUTCOMES]),
        ]
        out.append(
            Row(
                [
                    forms.num(m.v, f"disputes.{k}.{o}")
                    for k in ("suit_direct", "suit_after_review")
                    for o, _ in OUTCOMES
                ]
            )
        )
        return forms.table(out)

    return m.page(table)


@kind(
    "table_four_extra_head", "a row of unit 件 and a row of numbers 1-15 above table four's numbers"
)
def _(m):
    def table(n, rows):
        if n == 4:
            rows = [Row([Cell("单位：件", cs=15)]), *rows]
        return forms.table(rows)

    return m.page(table)


@kind(
    "column_numbers_row",
    "a row of column numbers 1 2 3 … under table three's head and table four's",
)
def _(m):
    def table(n, rows):
        if n == 3:
            rows = [
                *rows[:3],
                Row([Cell("栏次", cs=3)] + [Cell(str(i)) for i in range(1, 8)]),
                *rows[3:],
            ]
        if n == 4:
            rows = [*rows[:3], Row([Cell(str(i)) for i in range(1, 16)]), *rows[3:]]
        return forms.table(rows)

    return m.page(table)


@kind("row_numbers_column", "a column 序号 before table three")
def _(m):
    def table(n, rows):
        if n == 3:
            rows = (
                [Row([Cell("序号", rs=3), *rows[0].cells])]
                + rows[1:3]
                + [Row([Cell(str(i)), *x.cells], x.key) for i, x in enumerate(rows[3:], 1)]
            )
        return forms.table(rows)

    return m.page(table)


@kind("row_numbers_behind_label", "a column 行次 between table three's labels and numbers")
def _(m):
    def table(n, rows):
        if n == 3:
            rows[0].cells.insert(1, Cell("行次", rs=3))
            for i, x in enumerate(rows[3:], 1):
                at = next(j for j, c in enumerate(x.cells) if is_number(c))
                x.cells.insert(at, Cell(str(i)))
        return forms.table(rows)

    return m.page(table)


@kind("sum_column_of_bodies", "a column 小计 for the five kinds of bodies before 总计")
def _(m):
    def table(n, rows):
        if n == 3:
            rows[1].cells[1].cs = 6
            rows[0].cells[1].cs = 8
            rows[2].cells.append(Cell("小计"))
            for x in rows[3:]:
                some = [m.v[r(x.key, c)] or 0 for c, _ in COLS[1:6]]
                x.cells.insert(-1, Cell(str(sum(some))))
        return forms.table(rows)

    return m.page(table)


@kind("sum_row_of_group", "a row 小计 at the end of each group of table three")
def _(m):
    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        out = list(rows)
        for group in ("denied", "unavailable", "unprocessed", "other"):
            members = [x for x in out if x.key.startswith(group + ".")]
            label = next(c for x in members for c in x.cells if c.key == f"label:{group}")
            label.rs += 1
            next(c for x in out for c in x.cells if c.key == "label:result").rs += 1
            sums = [str(sum(m.v[r(x.key, c)] or 0 for x in members)) for c, _ in COLS]
            out.insert(out.index(members[-1]) + 1, Row([Cell("小计"), *map(Cell, sums)]))
        return forms.table(out)

    return m.page(table)


def flat_rows(m, numbers_of_group):
    """Table three with groups as rows of their own."""
    rows = forms.grid3(m.v)
    out = [Row([Cell("项目", rs=3), *rows[0].cells[1:]]), *rows[1:3]]
    seen = set()
    for key, group, label in ROWS["2021"]:
        if key == "granted":
            out.append(Row([Cell(forms.RESULT), *[Cell("") for _ in COLS]]))
        if group and group not in seen:
            seen.add(group)
            out.append(Row([Cell(group), *[Cell(x) for x in numbers_of_group(key.split(".")[0])]]))
        out.append(Row([Cell(label)] + [forms.num(m.v, r(key, c)) for c, _ in COLS], key))
    return out


@kind("groups_as_rows", "（三）不予公开 a row of its own with empty cells, one column of labels")
def _(m):
    return m.page(grids={**m.grids(), 3: flat_rows(m, lambda g: [""] * 7)})


@kind("groups_as_rows_with_sums", "（三）不予公开 a row of its own that holds the group's sums")
def _(m):
    def sums(g):
        return [
            str(sum(m.v[r(k, c)] or 0 for k, _, _ in ROWS["2021"] if k.startswith(g + ".")))
            for c, _ in COLS
        ]

    m.unsure += [r("other", c) for c, _ in COLS]  # a row of that name is printed
    return m.page(grids={**m.grids(), 3: flat_rows(m, sums)})


@kind("groups_as_full_rows", "the group is a row that spans the whole table")
def _(m):
    rows = flat_rows(m, lambda g: [])
    for x in rows[3:]:
        if len(x.cells) == 1:
            x.cells[0].cs = 8
        if x.cells[0].text == forms.RESULT:
            x.cells = [Cell(forms.RESULT, cs=8)]
    return m.page(grids={**m.grids(), 3: rows})


@kind("no_group_labels", "one column of labels: 不予公开-属于国家秘密")
def _(m):
    rows = forms.grid3(m.v)
    out = [Row([Cell("项目", rs=3), *rows[0].cells[1:]]), *rows[1:3]]
    for key, group, label in ROWS["2021"]:
        text = f"{group}-{label}" if group else label
        out.append(Row([Cell(text)] + [forms.num(m.v, r(key, c)) for c, _ in COLS], key))
    return m.page(grids={**m.grids(), 3: out})


@kind("labels_repeated", "no merged label: its text repeated in each row, as a sheet unmerged")
def _(m):
    def table(n, rows):
        out = []
        for line in forms.matrix(rows):
            out.append(
                Row(
                    [
                        Cell(c.text if c else "", c.key if c and is_number(c) and first else None)
                        for c, first in line
                    ]
                )
            )
        return forms.table(out)

    return m.page(table)


@kind("labels_unmerged_empty", "no merged label: its text in the first row, nothing in the others")
def _(m):
    def table(n, rows):
        out = []
        for line in forms.matrix(rows):
            out.append(Row([Cell(c.text if first else "") for c, first in line]))
        return forms.table(out)

    return m.page(table)


@kind("one_head_row", "table three has one head row of seven labels")
def _(m):
    rows = forms.grid3(m.v)
    return m.page(
        grids={**m.grids(), 3: [Row([Cell("", cs=3)] + [Cell(w) for _, w in COLS]), *rows[3:]]}
    )


@kind("no_head", "table three without any head: unreadable or right by the form's order")
def _(m):
    rows = forms.grid3(m.v)
    for k in m.v:
        if k.startswith("requests."):
            m.either(k)
    return m.page(grids={**m.grids(), 3: rows[3:]})


@kind(
    "head_in_other_table",
    "table three's head is a table of its own above the body's, the same widths",
)
def _(m):
    return m.page(
        lambda n, rows: (
            forms.table(rows[:3]) + forms.table(rows[3:]) if n == 3 else forms.table(rows)
        )
    )


@kind("head_repeated_within", "Word repeats table three's head in the middle of its one table")
def _(m):
    def table(n, rows):
        if n == 3:
            a, b = second.cut(rows, "unavailable.not_held")
            rows = a + b
        return forms.table(rows)

    return m.page(table)


@kind(
    "split_with_page_number",
    "table three in two tables, between them a page number and the county's running title",
)
def _(m):
    def table(n, rows):
        if n == 3:
            a, b = second.cut(rows, "unprocessed.petition")
            return (
                forms.table(a) + f"<p>- 3 -</p><p>{second.title(UNIT, YEAR)}</p>" + forms.table(b)
            )
        return forms.table(rows)

    return m.page(table)


@kind("split_headless", "table three in two tables, the second without head")
def _(m):
    def table(n, rows):
        if n == 3:
            a, b = second.cut(rows, "unprocessed.petition", head=0)
            return forms.table(a) + "<p>续表</p>" + forms.table(b)
        return forms.table(rows)

    return m.page(table)


@kind(
    "split_in_three_headless",
    "table three in three tables, labels of groups only on the first of each",
)
def _(m):
    def table(n, rows):
        if n == 3:
            a, b = second.cut(rows, "unavailable.not_held", head=0, again="")
            at = next(i for i, x in enumerate(b) if x.key == "handled_total")
            b[0].cells[0].rs = at
            last = b[at:]
            last[0].cells.insert(0, Cell("", rs=1))
            return forms.table(a) + forms.table(b[:at]) + forms.table(last)
        return forms.table(rows)

    return m.page(table)


@kind("split_in_group", "table three parted in the middle of 不予公开, the labels not repeated")
def _(m):
    def table(n, rows):
        if n == 3:
            at = next(i for i, x in enumerate(rows) if x.key == "denied.third_party")
            start = next(i for i, x in enumerate(rows) if x.key == "granted")
            group = next(c for x in rows for c in x.cells if c.key == "label:denied")
            label = next(c for x in rows for c in x.cells if c.key == "label:result")
            total = label.rs
            group.rs, label.rs = 3, at - start
            rows[at].cells = [Cell("", rs=total - (at - start)), Cell("", rs=5), *rows[at].cells]
            return forms.table(rows[:at]) + forms.table(rows[at:])
        return forms.table(rows)

    return m.page(table)


@kind("spacer_columns", "an empty narrow column behind every column")
def _(m):
    def table(n, rows):
        for x in rows:
            for c in x.cells:
                c.cs *= 2
        forms.matrix(rows)
        # the number in the first of two columns, the second empty
        out = []
        for _y, x in enumerate(rows):
            cells = []
            for c in x.cells:
                if c.rs == 1 and c.cs == 2:
                    d = copy(c)
                    d.cs = 1
                    cells += [d, Cell("")]
                else:
                    cells.append(c)
            out.append(Row(cells))
        return forms.table(out)

    return m.page(table)


@kind("empty_rows_between", "an empty row behind each row of table three's body and table two")
def _(m):
    def table(n, rows):
        if n == 4:
            return forms.table(rows)
        width = len(forms.matrix(rows)[0])
        for x in rows[3 if n == 3 else 0 :]:
            x.after = ""
        if n == 2:
            out = [y for x in rows for y in (x, Row([Cell("", cs=width)]))]
            return forms.table(out)
        return forms.table(
            [*rows, Row([Cell("") for _ in range(width)]), Row([Cell("", cs=width)])]
        )

    return m.page(table)


@kind("spans_too_big", "rowspan 99 for the result's label, colspan 1000 in the title row")
def _(m):
    def table(n, rows):
        html = forms.table(rows)
        return (
            html.replace('rowspan="22"', 'rowspan="99"')
            if n == 3
            else html.replace('colspan="4"', 'colspan="1000"')
        )

    m.either(*[r("carried_out", c) for c, _ in COLS])
    return m.page(table)


@kind(
    "spans_one_short", "三、 spans 21 rows where 22 stand: 总计's row begins one column to the left"
)
def _(m):
    m.either(*[r("handled_total", c) for c, _ in COLS])
    return m.page(lambda n, rows: forms.table(rows).replace('rowspan="22"', 'rowspan="21"'))


@kind("spans_zero_and_words", "rowspan=1px, colspan=03, rowspan=+5 and a rowspan of nothing")
def _(m):
    return m.page(
        lambda n, rows: (
            forms.table(rows)
            .replace('colspan="3"', 'colspan="03"')
            .replace('rowspan="8"', 'rowspan=" 8 "')
            .replace('rowspan="5"', 'rowspan="5px"')
        )
    )


@kind("rows_in_other_order", "（五） stands before （四）, 结转 rows at the end")
def _(m):
    def table(n, rows):
        if n == 3:
            un = [x for x in rows if x.key.startswith("unavailable")]
            pr = [x for x in rows if x.key.startswith("unprocessed")]
            at = rows.index(un[0])
            rows = rows[:at] + pr + un + rows[at + 8 :]
        return forms.table(rows)

    return m.page(table)


@kind("sums_first", "（七）总计 stands as first row of the results")
def _(m):
    rows = flat_rows(m, lambda g: [""] * 7)
    at = next(i for i, x in enumerate(rows) if x.key == "handled_total")
    row = rows.pop(at)
    rows.insert(next(i for i, x in enumerate(rows) if x.key == "granted"), row)
    return m.page(grids={**m.grids(), 3: rows})


@kind("one_row_missing", "the row 3.其他 of （六） is not there")
def _(m):
    for c, _ in COLS:
        m.v[r("other.misc", c)] = None
    rows = [x for x in forms.grid3(m.v) if x.key != "other.misc"]
    next(c for x in rows for c in x.cells if c.key == "label:other").rs = 2
    next(c for x in rows for c in x.cells if c.key == "label:result").rs -= 1
    keys = [r("other.misc", c) for c, _ in COLS]
    m.drop += keys
    m.more["absent"] = keys
    return m.page(grids={**m.grids(), 3: rows})


@kind(
    "extra_rows", "table two holds 其他对外管理服务事项 and 其他主动公开文件 with numbers besides"
)
def _(m):
    rows = forms.grid2(m.v)
    at = next(i for i, x in enumerate(rows) if x.key == "licensing")
    m.unsure.append("proactive.other_services.decisions")
    rows.insert(at + 1, Row([Cell("其他对外管理服务事项"), Cell("771", cs=3)]))
    at = next(i for i, x in enumerate(rows) if x.key == "normative_documents")
    rows.insert(at + 1, Row([Cell("其他主动公开文件"), Cell("772"), Cell("773"), Cell("774")]))
    return m.page(grids={**m.grids(), 2: rows})


@kind("procurement_in_2021", "the 2021 form with 政府集中采购 of 2019 behind the fees")
def _(m):
    m.unsure += ["proactive.procurement.projects", "proactive.procurement.amount"]
    rows = [
        *forms.grid2(m.v),
        Row([Cell("第二十条第（九）项", cs=4)]),
        Row([Cell("信息内容"), Cell("采购项目数量"), Cell("采购总金额", cs=2)]),
        Row([Cell("政府集中采购"), Cell("17"), Cell("251000元", cs=2)]),
    ]
    return m.page(grids={**m.grids(), 2: rows})


@kind("mixed_2021", "one row （六）其他处理 in the 2021 form", form="mixed")
def _(m):
    return m.page()


@kind("plain_2019", "the form of 2019, change with signs and words", form="2019")
def _(m):
    m.year = 2020
    signs = iter(["+{}", "－{}", "＋{}", "增{}"])

    def f(c, t):
        if c.key.endswith(".change"):
            word = next(signs, "{}")
            if "－" in word:
                m.v[c.key] = -m.v[c.key]
            if "增" in word:
                m.either(c.key)
            return word.format(t)
        return t

    def table(n, rows):
        for row in rows:
            for cell in row.cells:
                cell.html = numbers(f)(cell, cell.text)
        return forms.table(rows)

    return m.page(table)


@kind(
    "change_in_words",
    "2019's changes in words: 减少2, 增加3项, ↑4, ↓5: never of the wrong sign",
    form="2019",
)
def _(m):
    m.year = 2019
    signs = iter(["减少{}", "增加{}项", "↑{}", "↓{}", "减{}"])

    def f(c, t):
        if c.key.endswith(".change"):
            m.any(c.key)
            word = next(signs)
            wrong = int(t) if word[0] in "减↓" else -int(t)
            m.must_not[c.key] = wrong
            return word.format(t)
        return t

    def table(n, rows):
        for row in rows:
            for cell in row.cells:
                cell.html = numbers(f)(cell, cell.text)
        return forms.table(rows)

    return m.page(table)


@kind("amount_of_procurement", "2019's procurement as N元 and as 1,234.5万元", form="2019")
def _(m):
    m.year = 2019
    m.any("proactive.procurement.amount")
    m.must_not["proactive.procurement.amount"] = 1

    def f(c, t):
        return "1,234.5万元" if c.key == "proactive.procurement.amount" else t

    return m.dressed(numbers(f))


@kind(
    "both_forms_2019_below", "the report of 2023, and below it the old form of 2019 as an appendix"
)
def _(m):
    old = second.values("field2/other", "2019")
    g = second.grids(old, "2019")
    tail = "<p>附件</p><h2>青石湾镇人民政府2019年政府信息公开工作年度报告</h2>" + "".join(
        f"<p>{forms.S[n]}</p>" + forms.table(g[n]) for n in (2, 3, 4)
    )
    return m.page(tail=tail)


@kind(
    "last_year_under_slash",
    "N/M in each cell, this year's and last year's: unreadable, never joined",
)
def _(m):
    def f(c, t):
        if c.key.startswith("requests.new"):
            m.any(c.key)
            m.must_not[c.key] = int(t + "7")
            return f"{t}/7"
        return t

    return m.dressed(numbers(f))


# ---- tables that are no tables


def spans_of(rows, cell_tag, row_tag, style=True):
    return rows


@kind("css_grid", "a grid of divs: display:grid, grid-column and grid-row spans")
def _(m):
    for k in m.v:
        m.either(k)

    def table(n, rows):
        width = len(forms.matrix(rows)[0])
        cells = "".join(
            f'<div style="grid-column:span {c.cs};grid-row:span {c.rs}">{c.text}</div>'
            for x in rows
            for c in x.cells
        )
        return f'<div style="display:grid;grid-template-columns:repeat({width},1fr)">{cells}</div>'

    return m.page(table)


@kind("flex_rows", "rows of flex divs, labels repeated in each row")
def _(m):
    for k in m.v:
        m.either(k)

    def table(n, rows):
        out = []
        for line in forms.matrix(rows):
            out.append(
                '<div style="display:flex">'
                + "".join(f'<div style="flex:1">{c.text if c else ""}</div>' for c, _ in line)
                + "</div>"
            )
        return "<div>" + "".join(out) + "</div>"

    return m.page(table)


@kind("role_table", "divs with role=table, row, cell and aria-colspan")
def _(m):
    for k in m.v:
        m.either(k)

    def table(n, rows):
        out = []
        for x in rows:
            out.append(
                '<div role="row">'
                + "".join(
                    f'<div role="cell" aria-colspan="{c.cs}" aria-rowspan="{c.rs}">{c.text}</div>'
                    for c in x.cells
                )
                + "</div>"
            )
        return '<div role="table">' + "".join(out) + "</div>"

    return m.page(table)


def drawn(rows):
    """A box drawing by widths of letters."""
    lines = forms.matrix(rows)
    texts = [[(c.text if c and first else "") for c, first in line] for line in lines]
    wide = lambda t: sum(2 if ord(x) > 0x2E80 else 1 for x in t)  # noqa: E731
    widths = [max(wide(line[x]) for line in texts) + 2 for x in range(len(texts[0]))]
    return "\n".join(
        "|" + "|".join(t + " " * (w - wide(t)) for t, w in zip(line, widths, strict=True)) + "|"
        for line in texts
    )


@kind("pre_pipes", "the tables as text between pipes in pre, merged labels once")
def _(m):
    for k in m.v:
        m.either(k)
    return m.page(lambda n, rows: f"<pre>{drawn(rows)}</pre>")


@kind("pre_tabs", "the tables as lines parted by tabs in pre")
def _(m):
    for k in m.v:
        m.either(k)
    return m.page(
        lambda n, rows: (
            "<pre>"
            + "\n".join(
                "\t".join(c.text if c and f else "" for c, f in line) for line in forms.matrix(rows)
            )
            + "</pre>"
        )
    )


@kind("paragraph_per_cell", "tables lost: every cell a paragraph: right or unreadable, never blank")
def _(m):
    for k in m.v:
        if m.v[k] is None:
            m.any(k)
        m.either(k)
    return m.page(lambda n, rows: "".join(f"<p>{c.text}</p>" for x in rows for c in x.cells))


@kind("line_per_row", "tables lost: a row is a line of words and numbers parted by spaces")
def _(m):
    for k in m.v:
        if m.v[k] is None:
            m.any(k)
        m.either(k)
    return m.page(
        lambda n, rows: "".join("<p>" + "　".join(c.text for c in x.cells) + "</p>" for x in rows)
    )


@kind("definition_list", "each number as 「label：N件」 in a list: right or unreadable")
def _(m):
    for k in m.v:
        m.any(k)

    def table(n, rows):
        if n == 3:
            return (
                "<dl>"
                + "".join(
                    f"<dt>{x.cells[-8].text if len(x.cells) >= 8 else ''}</dt>"
                    + "".join(f"<dd>{w}：{m.v[r(x.key, c)]}件</dd>" for c, w in COLS)
                    for x in rows[3:]
                )
                + "</dl>"
            )
        return "<ul>" + "".join(f"<li>{c.text}</li>" for x in rows for c in x.cells) + "</ul>"

    return m.page(table)


@kind("svg_text", "tables drawn in SVG: nothing may be told blank")
def _(m):
    for k in m.v:
        m.any(k)

    def table(n, rows):
        return (
            "<svg>"
            + "".join(
                f'<text x="{i * 9}" y="{j * 20}">{c.text}</text>'
                for j, x in enumerate(rows)
                for i, c in enumerate(x.cells)
            )
            + "</svg>"
        )

    m.more["not_blank"] = [r("new", "total"), "disputes.review.upheld"]
    return m.page(table)


@kind(
    "tables_as_images",
    "the three tables are pictures: nothing may be told of a cell, or it is unreadable",
)
def _(m):
    for k in m.v:
        m.any(k)
    m.more["not_blank"] = []
    return m.page(lambda n, rows: f'<p><img src="t{n}.png" alt="表{n}"></p>')


@kind("one_cell_picture", "one number is a small picture: unreadable")
def _(m):
    keys = [r("new", "total"), "disputes.review.total", r("granted", "business")]
    m.any(*keys)
    m.more["not_blank"] = keys
    return m.dressed(numbers(lambda c, t: '<img src="7.gif">' if c.key in keys else t))


@kind("cells_by_script", "numbers are written by a script: unreadable or nothing, never blank")
def _(m):
    keys = [r("new", c) for c, _ in COLS]
    m.any(*keys)
    m.more["not_blank"] = keys
    return m.dressed(
        numbers(lambda c, t: f"<script>document.write('{t}')</script>" if c.key in keys else t)
    )


@kind("icon_font_digits", "digits in an icon font of the private area: unreadable")
def _(m):
    keys = [r("new", c) for c, _ in COLS]
    m.any(*keys)
    m.more["not_blank"] = [k for k in keys if m.v[k] is not None]
    return m.dressed(
        numbers(lambda c, t: "".join(chr(0xE600 + int(d)) for d in t) if c.key in keys else t)
    )


@kind("sentence_in_cell", "a sentence under the number in the same cell")
def _(m):
    def f(c, t):
        if c.key.startswith("requests.granted.total"):
            m.either(c.key)
            return f"{t}<br>（含上年结转）"
        return t

    return m.dressed(numbers(f))


@kind("label_tells_numbers", "a label that tells of numbers: 共收8件 in the label's brackets")
def _(m):
    return m.dressed(
        labels(
            lambda t: (
                t + "（详见附件3，共8件）"
                if t in ("（一）予以公开", "2.重复申请", "行政许可")
                else t
            )
        )
    )


@kind(
    "note_rows",
    "rows of notes between: 注：本表统计8件 spanning the table, after heads and at the end",
)
def _(m):
    def table(n, rows):
        width = len(forms.matrix(rows)[0])
        return forms.table(
            [
                Row([Cell("单位：件 填报日期：2024年1月9日", cs=width)]),
                *rows,
                Row([Cell("注：以上共统计8件，含2022年结转3件。", cs=width)]),
            ]
        )

    return m.page(table)


@kind("signature_rows", "rows of 填表人, 审核人, 电话 behind the tables")
def _(m):
    def table(n, rows):
        width = len(forms.matrix(rows)[0])
        return forms.table(
            [
                *rows,
                Row(
                    [Cell("填表人：王某"), Cell("审核人：李某", cs=width - 2), Cell("0912-6612025")]
                ),
            ]
        )

    return m.page(table)


@kind(
    "text_and_table_in_cell",
    "the whole report is in one cell of a table with the attributes of the entry above",
)
def _(m):
    return m.page(
        wrap="<table border=1><tr><td>索引号</td><td>000014349/2024-00012</td><td>发布机构</td><td>青石湾镇</td></tr><tr><td>生成日期</td><td>2024-01-12</td><td>文号</td><td>无</td></tr><tr><td colspan=4>{}</td></tr></table>"
    )


@kind("attributes_beside", "a box of views and likes whose numbers stand between tables")
def _(m):
    def table(n, rows):
        return forms.table(rows) + "<p>浏览次数：8817次 字号：大 中 小</p>"

    return m.page(table)


# ---- bytes


@kind("declared_gb2312_is_utf8", "meta says gb2312, the bytes are UTF-8")
def _(m):
    return m.page().replace('charset="utf-8"', 'charset="gb2312"')


@kind("declared_utf8_is_gbk", "meta says utf-8, the bytes are GB18030")
def _(m):
    return "report.html", m.page().encode("gb18030")


@kind("utf16_page", "UTF-16 with its mark, meta says utf-8")
def _(m):
    return "report.html", m.page().encode("utf-16")


@kind("utf8_with_broken_letter", "one letter of the prose is cut, the tables whole")
def _(m):
    data = m.page().encode()
    at = data.index("统计".encode()) + 1
    return "report.html", data[:at] + data[at + 1 :]


@kind("two_bodies", "a page within the page: html, head and body again inside the article")
def _(m):
    return f"<html><head><title>县政府</title></head><body><div class=top>首页 政务公开</div>{m.page()}<div class=foot>主办：县政府</div></body></html>"


@kind(
    "article_as_json",
    "the article stands in JSON in the page and is drawn by a script: unread or right",
)
def _(m):
    import json

    for k in m.v:
        m.any(k)
    inner = m.page()
    return f"<html><head><title>{second.title(UNIT, YEAR)}</title></head><body><div id=app></div><script>window.__NUXT__={json.dumps({'content': inner})}</script></body></html>"


@kind(
    "textarea_article",
    "the article stands escaped in a hidden textarea, drawn by a script: unread or right",
)
def _(m):
    for k in m.v:
        m.any(k)
    return f"<html><head><title>{second.title(UNIT, YEAR)}</title></head><body><h1>{second.title(UNIT, YEAR)}</h1><textarea style='display:none'>{escape(m.page())}</textarea></body></html>"


@kind(
    "twice_on_page",
    "the report stands twice: for screens and for printing, the second hidden by a class of media print",
)
def _(m):
    page = m.page()
    return page.replace(
        "<body>",
        "<body><style>.p{display:none}@media print{.p{display:block}.s{display:none}}</style><div class=s>",
        1,
    ).replace(
        "</body>",
        "</div><div class=p>"
        + "".join(forms.table(g) for g in m.grids().values())
        + "</div></body>",
    )
