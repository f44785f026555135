"""What programs of offices leave behind, and what stands beside the form's tables. Kinds as in kinds.py."""

from __future__ import annotations

import io
import re
from copy import copy
from itertools import pairwise

import forms
import ooxml
import pdfpage
import second
from files import made_in, pdf, sheet, text_of, word
from forms import COLS, DISPUTES, OUTCOMES, Cell, Row, r
from kinds import UNIT, YEAR, is_number, kind, labels, numbers

OTHER = second.values("field2/dirt/other")


def first_keys(m, row, count=7):
    return [k for k in m.v if k.startswith(f"requests.{row}.") and m.v[k]][:count]


def in_row(m, row, dress, exact=True, wrong=None):
    """The cells of one row of table three dressed each in its own way."""
    keys = first_keys(m, row)
    if not exact:
        m.either(*keys)
    for n, k in enumerate(keys):
        if wrong:
            m.must_not[k] = wrong(m.v[k], n)
    return m.dressed(numbers(lambda c, t: dress(t, keys.index(c.key)) if c.key in keys else t))


# ---- pages as programs export them


@kind(
    "excel_hidden_last_row",
    "Excel's page: a last row of empty cells, display:none, that holds the widths",
)
def _(m):
    def table(n, rows):
        width = len(forms.matrix(rows)[0])
        cells = "".join("<td width=72 style='width:54pt'></td>" for _ in range(width))
        end = f"<![if supportMisalignedColumns]><tr height=0 style='display:none'>{cells}</tr><![endif]>"
        return forms.table(rows).replace("</tbody>", end + "</tbody>")

    return m.page(table)


@kind(
    "excel_page_numbers",
    "Excel's page: x:num beside what is shown, col groups with mso-width-source, spans over columns",
)
def _(m):
    def dress(c, t):
        c.attrs = "class=xl68 align=right x:num"
        return t

    return m.dressed(
        numbers(dress),
        t={
            "attrs": "border=0 cellpadding=0 cellspacing=0 width=720 style='border-collapse:collapse;table-layout:fixed'"
        },
    )


@kind(
    "word_conditional",
    "Word's page: XML of the document in a conditional comment, &nbsp; revealed by one",
)
def _(m):
    head = "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom></w:WordDocument></xml><![endif]-->"
    return m.dressed(
        numbers(
            lambda c, t: (
                f"<p class=MsoNormal align=center><span lang=EN-US><!--[if gte mso 9]>9<![endif]-->{t}<o:p></o:p></span></p>"
                if t
                else "<p class=MsoNormal><![if !supportEmptyParas]>&nbsp;<![endif]><o:p></o:p></p>"
            )
        ),
        head=head,
    )


@kind(
    "dreamweaver_spacers",
    "Dreamweaver: a column of spacer.gif behind each column, a row of them above",
)
def _(m):
    def table(n, rows):
        width = len(forms.matrix(rows)[0])
        out = [
            Row([Cell("", html="<img src=spacer.gif width=60 height=1>") for _ in range(2 * width)])
        ]
        for row in rows:
            cells = []
            for c in row.cells:
                c = copy(c)
                c.cs *= 2
                cells.append(c)
            out.append(Row(cells, row.key))
        return forms.table(out, "border=0 cellspacing=0")

    return m.page(table)


@kind(
    "converter_repeats_all",
    "made of a PDF: table three in two tables, title, page number and the whole head between",
)
def _(m):
    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        a, b = second.cut(rows, "unavailable.not_held")
        title = second.title(UNIT, YEAR)
        return (
            f"{forms.table(a)}<p>— 2 —</p><p>{title}</p><p>{forms.S[3]}（续表）</p>{forms.table(b)}"
        )

    return m.page(table)


@kind("two_theads", "two theads in table three, the second in the middle")
def _(m):
    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        a, b = second.cut(rows, "unprocessed.petition")
        inner = lambda x: forms.table(x).split("<tbody>")[1].split("</tbody>")[0]  # noqa: E731
        return (
            f"<table border=1><thead>{inner(a[:3])}</thead><tbody>{inner(a[3:])}</tbody>"
            f"<thead>{inner(b[:3])}</thead><tbody>{inner(b[3:])}</tbody></table>"
        )

    return m.page(table)


@kind(
    "group_span_one_long",
    "（三）不予公开 spans nine rows where eight stand: never another row's number",
)
def _(m):
    m.either(*[k for k in m.v if k.startswith("requests.")])

    def table(n, rows):
        for x in rows:
            for c in x.cells:
                if c.key == "label:denied":
                    c.rs += 1
        return forms.table(rows)

    return m.page(table)


@kind(
    "group_span_one_short",
    "（三）不予公开 spans seven rows where eight stand: never another row's number",
)
def _(m):
    m.either(*[k for k in m.v if k.startswith("requests.")])

    def table(n, rows):
        for x in rows:
            for c in x.cells:
                if c.key == "label:denied":
                    c.rs -= 1
        return forms.table(rows)

    return m.page(table)


@kind("number_wbr", "wbr, a soft hyphen and empty spans between digits")
def _(m):
    parts = ["<wbr>", "&shy;", "<span></span>", "<!-- x -->", "<b></b>", "&#8203;", "<wbr/>"]
    return in_row(m, "new", lambda t, n: t[0] + parts[n] + t[1:])


@kind("number_br", "br between digits: the number or unreadable, never a part")
def _(m):
    return in_row(
        m,
        "new",
        lambda t, n: t[:2] + "<br>" + t[2:],
        exact=False,
        wrong=lambda x, n: int(str(x)[:2]),
    )


@kind("number_nbsp", "&nbsp; between digits: the number or unreadable, never a part")
def _(m):
    return in_row(
        m,
        "new",
        lambda t, n: t[:1] + "&nbsp;" + t[1:],
        exact=False,
        wrong=lambda x, n: int(str(x)[1:]),
    )


@kind("number_sup", "a raised 1 behind a number is a note's")
def _(m):
    ways = [
        "<sup>1</sup>",
        "<sup>[1]</sup>",
        "<small><sup>2</sup></small>",
        "<sup>①</sup>",
        '<a href="#n1"><sup>1</sup></a>',
        "<sup>注1</sup>",
        '<span style="vertical-align:super;font-size:60%">1</span>',
    ]
    return in_row(
        m, "granted", lambda t, n: t + ways[n], exact=False, wrong=lambda x, n: int(f"{x}1")
    )


@kind("number_link", "a number is a link, a button's word behind it")
def _(m):
    return in_row(
        m,
        "granted",
        lambda t, n: f'<a href="list.html?n=9">{t}</a><input type="hidden" value="9{n}">',
    )


@kind(
    "number_apostrophe",
    "an apostrophe before digits, as a sheet keeps text: the number or unreadable",
)
def _(m):
    return in_row(m, "granted", lambda t, n: f"'{t}", exact=False)


@kind("number_equals", "=12 and +12: the number or unreadable, never another")
def _(m):
    return in_row(m, "granted", lambda t, n: f"{'=+'[n % 2]}{t}", exact=False)


@kind(
    "number_letters", "letters for digits: l2, 1O, 3o, S6, Z8: unreadable, never the digits alone"
)
def _(m):
    keys = first_keys(m, "granted")
    m.any(*keys)
    m.more["not_blank"] = keys
    for k in keys:
        m.must_not[k] = m.v[k]
    ways = ["l{}", "{}O", "{}o", "S{}", "Z{}", "I{}", "{}l"]
    return m.dressed(
        numbers(lambda c, t: ways[keys.index(c.key)].format(t) if c.key in keys else t)
    )


@kind(
    "digits_of_other_scripts",
    "digits of mathematics, of Arabia, circled: the number or unreadable, never lost",
)
def _(m):
    keys = first_keys(m, "granted")
    m.either(*keys)
    starts = [0x1D7CE, 0x0660, 0x06F0, 0x1D7D8, 0x0966, 0x1D7F6, 0x1D7EC]
    f = lambda t, s: "".join(chr(s + int(d)) for d in t)  # noqa: E731
    return m.dressed(numbers(lambda c, t: f(t, starts[keys.index(c.key)]) if c.key in keys else t))


@kind("zero_jian", "0件, 0 个, ０, 零, 0.0 where a zero is")
def _(m):
    ways = iter(["0件", "0 件", "０", "0次", "零"] * 40)
    return m.dressed(numbers(lambda c, t: next(ways) if t == "0" and "fees" not in c.key else t))


@kind("zero_width_blank", "zero-width spaces, &ensp; and a br where nothing is")
def _(m):
    ways = iter(["&#8203;", "&ensp;", "<br>", "&#65279;", "<p>&nbsp;</p>"] * 40)
    return m.dressed(numbers(lambda c, t: t or next(ways)))


@kind("rtl_table", "dir=rtl at table three: its columns run from right to left, and its heads")
def _(m):
    return m.page(
        lambda n, rows: forms.table(rows, 'border="1" dir="rtl"' if n == 3 else 'border="1"')
    )


@kind(
    "row_reverse",
    "flex-direction: row-reverse in each row of table four's numbers: right or unreadable",
)
def _(m):
    m.either(*[k for k in m.v if k.startswith("disputes")])

    def table(n, rows):
        if n == 4:
            rows[-1].attrs = 'style="display:flex;flex-direction:row-reverse"'
        return forms.table(rows)

    keys = [f"disputes.{k}.{o}" for k, _ in DISPUTES for o, _ in OUTCOMES]
    for k, other in zip(keys, reversed(keys), strict=True):
        if k != other:
            m.must_not[k] = m.v[other]
    return m.page(table)


@kind(
    "iframe_srcdoc", "the three tables stand in iframes by srcdoc: right or unreadable, never blank"
)
def _(m):
    from html import escape

    m.either(*m.v)
    return m.page(lambda n, rows: f'<iframe srcdoc="{escape(forms.table(rows))}"></iframe>')


@kind("frozen_columns", "labels in one table, numbers in another beside it: right or unreadable")
def _(m):
    m.either(*[k for k in m.v if k.startswith("requests.")])

    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        left, right = [], []
        for x in rows:
            cut = next((i for i, c in enumerate(x.cells) if c.key and is_number(c)), None)
            if not x.key:
                left.append(Row([c for c in x.cells if c.text == forms.NOTE]))
                right.append(Row([c for c in x.cells if c.text != forms.NOTE]))
            else:
                left.append(Row(x.cells[:cut]))
                right.append(Row(x.cells[cut:]))
        return f"<table><tr><td>{forms.table(left)}</td><td>{forms.table(right)}</td></tr></table>"

    return m.page(table)


# ---- what stands beside the form's tables


def before(m, section, html):
    """Something in front of a section's heading."""
    page = m.page()
    assert f"<p>{forms.S[section]}</p>" in page
    return page.replace(f"<p>{forms.S[section]}</p>", html + f"<p>{forms.S[section]}</p>", 1)


def small(*rows):
    return forms.table([Row([Cell(t) for t in row]) for row in rows])


@kind(
    "own_table_in_overview",
    "a table of the unit's own in section one: 规章 77, 行政许可 91, 予以公开 93",
)
def _(m):
    return before(
        m,
        2,
        small(
            ("类别", "数量"),
            ("规章", "77"),
            ("行政规范性文件", "78"),
            ("行政许可", "91"),
            ("行政处罚", "92"),
            ("予以公开", "93"),
        ),
    )


@kind(
    "own_table_of_documents",
    "a table of the unit's own in section one with 本年制发件数 as its head",
)
def _(m):
    for c in ("issued", "repealed", "in_force"):
        m.either(f"proactive.normative_documents.{c}")
    return before(
        m,
        2,
        small(
            ("文件类别", "本年制发件数"),
            ("党委文件", "71"),
            ("政府文件", "72"),
            ("行政规范性文件", "73"),
        ),
    )


@kind("stations_table_in_three", "a table of stations in section three: 站所, 新收, 予以公开, 总计")
def _(m):
    return before(
        m,
        4,
        small(
            ("站所", "本年新收", "予以公开", "部分公开", "结转下年度", "总计"),
            ("财政所", "41", "42", "43", "44", "45"),
            ("民政所", "51", "52", "53", "54", "55"),
        ),
    )


@kind(
    "channels_table_in_three",
    "a table of channels behind table three: 渠道, 自然人, 法人或其他组织, 总计",
)
def _(m):
    return before(
        m,
        4,
        small(
            ("申请渠道", "自然人", "法人或其他组织", "总计"),
            ("当面申请", "41", "42", "83"),
            ("信函申请", "51", "52", "103"),
            ("其他", "61", "62", "123"),
        ),
    )


@kind("disputes_list_behind", "a list of cases behind table four: 结果维持, 结果纠正 as heads")
def _(m):
    m.either(*[k for k in m.v if k.startswith("disputes")])
    return before(
        m,
        5,
        small(
            ("年份", "结果维持", "结果纠正", "其他结果", "尚未审结", "总计"),
            ("2022", "41", "42", "43", "44", "170"),
            ("2021", "51", "52", "53", "54", "210"),
        ),
    )


def two_years(m, first_is_last, captions):
    g, old = m.grids(), second.grids(OTHER)
    m.must_not.update({k: x for k, x in OTHER.items() if x and x != m.v[k]})
    m.either(*[k for k in m.v if k.startswith("requests")])

    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        pair = [captions[0] + forms.table(g[3]), captions[1] + forms.table(old[3])]
        return "".join(reversed(pair) if first_is_last else pair)

    return m.page(table)


@kind(
    "last_year_below_captioned",
    "table three of 2023, below it 2022's, each under a line that says so: never 2022's",
)
def _(m):
    return two_years(m, False, ("<p>2023年度</p>", "<p>2022年度（对比）</p>"))


@kind(
    "last_year_above_captioned",
    "table three of 2022 stands first, each under a line that says so: never 2022's",
)
def _(m):
    return two_years(m, True, ("<p>2023年度：</p>", "<p>2022年度：</p>"))


@kind(
    "last_year_column_in_two",
    "table two with columns 上年制发件数 beside 本年制发件数: never the year before's",
)
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        for x in rows[:4]:
            if x.cells[0].text.startswith("第"):
                x.cells[0].cs = 7
            else:
                out = [x.cells[0]]
                for i, c in enumerate(x.cells[1:]):
                    old = (
                        c.text.replace("本年", "上年").replace("现行", "上年")
                        if not x.key
                        else str(31 + i + 10 * (x.key == "regulations"))
                    )
                    out += [c, Cell(old)]
                x.cells = out
        return forms.table(rows)

    for row in ("regulations", "normative_documents"):
        m.either(*[f"proactive.{row}.{c}" for c in ("issued", "repealed", "in_force")])
    return m.page(table)


@kind("total_row_in_two", "a row 合计 at the end of each block of table two")
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        out = list(rows)
        out.insert(4, Row([Cell("合计"), Cell("901"), Cell("902"), Cell("903")]))
        at = next(i for i, x in enumerate(out) if x.key == "coercion") + 1
        out.insert(at, Row([Cell("合计"), Cell("904", cs=3)]))
        return forms.table(out)

    return m.page(table)


@kind("blocks_of_two_turned", "table two's blocks in turned order: （八）, （六）, （五）, （一）")
def _(m):
    rows = m.grids()[2]
    at = [i for i, x in enumerate(rows) if x.cells[0].text.startswith("第二十条")] + [len(rows)]
    parts = [rows[a:b] for a, b in pairwise(at)]
    return m.page(grids={**m.grids(), 2: [x for p in reversed(parts) for x in p]})


@kind(
    "blocks_beside_by_tables",
    "table two's blocks in two tables side by side, in cells of an outer table",
)
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        at = [i for i, x in enumerate(rows) if x.cells[0].text.startswith("第二十条")]
        a, b = forms.table(rows[: at[2]]), forms.table(rows[at[2] :])
        return f"<table><tr><td>{a}</td><td>{b}</td></tr></table>"

    return m.page(table)


@kind(
    "three_blocks_beside",
    "table two's items five, six and eight stand beside each other in three parts of one table",
)
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        v = {
            k: forms.num(m.v, f"proactive.{k}")
            for k in (
                "licensing.decisions",
                "penalties.decisions",
                "coercion.decisions",
                "fees.amount",
            )
        }
        head = [
            Cell("第二十条第（五）项", cs=2),
            Cell("第二十条第（六）项", cs=2),
            Cell("第二十条第（八）项", cs=2),
        ]
        heads = [
            Cell("信息内容"),
            Cell("本年处理决定数量"),
            Cell("信息内容"),
            Cell("本年处理决定数量"),
            Cell("信息内容"),
            Cell("本年收费金额（单位：万元）"),
        ]
        one = [
            Cell("行政许可"),
            v["licensing.decisions"],
            Cell("行政处罚"),
            v["penalties.decisions"],
            Cell("行政事业性收费"),
            v["fees.amount"],
        ]
        two = [Cell(""), Cell(""), Cell("行政强制"), v["coercion.decisions"], Cell(""), Cell("")]
        return forms.table(rows[:4]) + forms.table([Row(head), Row(heads), Row(one), Row(two)])

    return m.page(table)


@kind(
    "blocks_beside_one_head",
    "行政许可 and 行政处罚 stand beside each other under one head: unreadable or right",
)
def _(m):
    m.either(
        "proactive.licensing.decisions",
        "proactive.penalties.decisions",
        "proactive.coercion.decisions",
    )

    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        v = {
            k: forms.num(m.v, f"proactive.{k}.decisions")
            for k in ("licensing", "penalties", "coercion")
        }
        mid = [
            Row([Cell("信息内容"), Cell("本年处理决定数量"), Cell("本年处理决定数量"), Cell("")]),
            Row([Cell("行政许可"), v["licensing"], Cell("行政处罚"), v["penalties"]]),
            Row([Cell("行政强制"), v["coercion"], Cell(""), Cell("")]),
        ]
        at = next(i for i, x in enumerate(rows) if "（八）" in x.cells[0].text)
        return forms.table(rows[:4] + mid + rows[at:])

    return m.page(table)


@kind(
    "suits_after_named_first",
    "行政诉讼's second half alone is named 复议后起诉: the rest right or unreadable",
)
def _(m):
    m.either(*[k for k in m.v if k.startswith("disputes.suit")])

    def table(n, rows):
        if n != 4:
            return forms.table(rows)
        return forms.table(
            [
                Row([Cell("行政复议", cs=5, rs=2), Cell("行政诉讼", cs=10)]),
                Row([Cell("", cs=5), Cell("复议后起诉", cs=5)]),
                Row([Cell(w) for _ in range(3) for _, w in OUTCOMES]),
                rows[3],
            ]
        )

    return m.page(table)


@kind(
    "disputes_reviews_unnamed",
    "table four lacks its first row: 行政复议 is not named: never a suit's number for it",
)
def _(m):
    m.either(*[k for k in m.v if k.startswith("disputes")])
    return m.page(lambda n, rows: forms.table(rows[1:] if n == 4 else rows))


@kind(
    "columns_total_first",
    "table three's columns: 总计 first, 其他 … 商业企业, 自然人 last, with heads that say so",
)
def _(m):
    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        head = rows[:3]
        head[1].cells.reverse()
        head[2].cells.reverse()
        for x in rows[3:]:
            cells = [c for c in x.cells if c.key and is_number(c)]
            x.cells = [c for c in x.cells if c not in cells] + cells[::-1]
        return forms.table(rows)

    return m.page(table)


@kind("label_prose_number", "labels with a law's number and a date: 第（三）项, 2023年1月1日起")
def _(m):
    return m.dressed(
        labels(lambda t: t + "（2023年1月1日起）" if t.endswith("政府信息公开申请数量") else t)
    )


# ---- Word


def word_row(m, row, odd):
    keys = first_keys(m, row)
    return word(
        m,
        lambda n, rows: ooxml.word_table(
            rows, odd={k: odd(str(m.v[k]), i) for i, k in enumerate(keys)}
        ),
    )


@kind("docx_math", "numbers in formulas (m:oMath): the number or unreadable, never blank")
def _(m):
    keys = first_keys(m, "new")
    m.either(*keys)
    m.more["not_blank"] = keys
    ns = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    return word_row(m, "new", lambda t, n: f"<m:oMath {ns}><m:r><m:t>{t}</m:t></m:r></m:oMath>")


@kind(
    "docx_vml_box_in_cell",
    "numbers in text boxes inside their cells: the number or unreadable, never blank",
)
def _(m):
    keys = first_keys(m, "new")
    m.either(*keys)
    m.more["not_blank"] = keys
    return word_row(
        m,
        "new",
        lambda t, n: (
            f'<w:r><w:pict><v:shape style="width:30pt;height:12pt"><v:textbox><w:txbxContent><w:p>{ooxml.run(t)}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>'
        ),
    )


@kind(
    "docx_vanish_by_style",
    "a hidden 7 before numbers, by styles that inherit: the number or unreadable, never both",
)
def _(m):
    keys = first_keys(m, "new")
    m.either(*keys)
    for k in keys:
        m.must_not[k] = int(f"7{m.v[k]}")
    styles = (
        '<w:style w:type="character" w:styleId="h1"><w:name w:val="h1"/><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="h2"><w:name w:val="h2"/><w:basedOn w:val="h1"/></w:style>'
        '<w:style w:type="character" w:styleId="h3"><w:name w:val="h3"/><w:basedOn w:val="h2"/><w:rPr><w:b/></w:rPr></w:style>'
    )
    body, n = "", 1
    odd = {
        k: ooxml.run("7", f'<w:rStyle w:val="h{i % 3 + 1}"/>') + ooxml.run(str(m.v[k]))
        for i, k in enumerate(keys)
    }
    for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
        n += what == "table"
        body += ooxml.word_table(x, odd=odd) + "<w:p/>" if what == "table" else ooxml.para(x)
    return made_in(lambda path: ooxml.word_file(path, body, styles=styles), "report.docx")


@kind(
    "docx_hidden_row",
    "a hidden row of Word (trPr hidden, its runs vanish) with last year's numbers between",
)
def _(m):
    def table(n, rows):
        def wrap(row, xml):
            if n == 3 and row.key == "new":
                return xml + xml.replace("<w:tr>", "<w:tr><w:trPr><w:hidden/></w:trPr>").replace(
                    "<w:r><w:t", "<w:r><w:rPr><w:vanish/></w:rPr><w:t"
                )
            return xml

        return ooxml.word_table(rows, wrap_row=wrap)

    return word(m, table)


@kind("docx_bidi_visual", "bidiVisual: table three's columns run from right to left")
def _(m):
    return word(
        m,
        lambda n, rows: (
            ooxml.word_table(rows).replace("<w:tblPr>", "<w:tblPr><w:bidiVisual/>")
            if n == 3
            else ooxml.word_table(rows)
        ),
    )


@kind("docx_no_restart", "vMerge goes on without a restart: the labels' first cells lost it")
def _(m):
    return word(
        m,
        lambda n, rows: ooxml.word_table(rows).replace(
            '<w:vMerge w:val="restart"/>', "<w:vMerge/>", 3
        ),
    )


@kind(
    "docx_deleted_cells",
    "cells deleted by tracking (cellDel) behind 总计 with other numbers: the rest right or unreadable",
)
def _(m):
    for k in m.v:
        if k.startswith("requests"):
            m.either(k)

    def table(n, rows):
        def wrap(row, xml):
            if n == 3 and row.key:
                gone = '<w:tc><w:tcPr><w:cellDel w:id="9" w:author="a"/></w:tcPr><w:p><w:del w:id="8" w:author="a"><w:r><w:delText>7</w:delText></w:r></w:del></w:p></w:tc>'
                return xml.replace("</w:tr>", gone + "</w:tr>")
            return xml

        return ooxml.word_table(rows, wrap_row=wrap)

    return word(m, table)


@kind("docx_tabs_in_cells", "a tab and a break before digits, a page break behind")
def _(m):
    ways = [
        "<w:r><w:tab/></w:r>{}",
        "<w:r><w:br/></w:r>{}",
        "{}<w:r><w:br/></w:r>",
        "<w:r><w:lastRenderedPageBreak/></w:r>{}",
        "{}<w:r><w:tab/></w:r>",
        '<w:r><w:br w:type="page"/></w:r>{}',
        "<w:r><w:cr/></w:r>{}",
    ]
    return word_row(m, "new", lambda t, n: ways[n].format(ooxml.run(t)))


@kind(
    "docx_combined_lines",
    "digits set as two lines in one (eastAsianLayout combine): the number or unreadable",
)
def _(m):
    m.either(*first_keys(m, "new"))
    return word_row(
        m, "new", lambda t, n: ooxml.run(t, '<w:eastAsianLayout w:id="1" w:combine="1"/>')
    )


@kind("docx_tables_of_two_years", "tables of 2022 in tracked deletion above those of 2023")
def _(m):
    m.must_not.update({k: x for k, x in OTHER.items() if x and x != m.v[k]})

    def table(n, rows):
        old = ooxml.word_table(second.grids(OTHER)[n])
        old = re.sub(r"<w:tr>", '<w:tr><w:trPr><w:del w:id="4" w:author="a"/></w:trPr>', old)
        old = re.sub(
            r"<w:r><w:t ([^>]*)>([^<]*)</w:t></w:r>",
            r'<w:del w:id="5" w:author="a"><w:r><w:delText \1>\2</w:delText></w:r></w:del>',
            old,
        )
        return old + "<w:p/>" + ooxml.word_table(rows)

    return word(m, table)


# ---- workbooks


@kind("xlsx_formula_uncached", "formulas that no program has counted: unreadable, never blank")
def _(m):
    keys = [r(row) for row in ("new", "carried_in", "granted", "partial", "handled_total")]
    m.any(*keys)
    m.more["not_blank"] = keys

    def after(book, ws, where):
        for k in keys:
            cell = where[k]
            a, b = (
                ws.cell(cell.row, cell.column - 6).coordinate,
                ws.cell(cell.row, cell.column - 1).coordinate,
            )
            cell.value = f"=SUM({a}:{b})"

    return sheet(m, after=after)


@kind("xlsx_errors", "#REF!, #DIV/0!, TRUE in cells: unreadable, never blank or a number")
def _(m):
    keys = first_keys(m, "granted", 3)
    m.any(*keys)
    m.more["not_blank"] = keys
    for k in keys:
        m.must_not[k] = 1

    def after(book, ws, where):
        for k, x in zip(keys, ("#REF!", "#DIV/0!", True), strict=True):
            where[k].value = x

    return sheet(m, after=after)


@kind("xlsx_row_of_no_height", "a row of no height with last year's numbers under 本年新收")
def _(m):
    def after(book, ws, where):
        y = where[r("new")].row
        ranges = [x for x in ws.merged_cells.ranges if x.min_row > y]
        for x in list(ranges):
            ws.unmerge_cells(str(x))
        ws.insert_rows(y + 1)
        for x in ranges:
            x.shift(0, 1)
            ws.merge_cells(str(x))
        for x in range(1, 11):
            value = ws.cell(y, x).value
            ws.cell(y + 1, x).value = value + 7 if isinstance(value, int) else value
        ws.row_dimensions[y + 1].height = 0.1

    return sheet(m, after=after)


@kind("xlsx_column_of_no_width", "a column of no width with other numbers behind 总计")
def _(m):
    m.any("disputes.suit_after_review.upheld")  # it stands in that column

    def after(book, ws, where):
        for k, c in list(where.items()):
            if k.startswith("requests") and k.endswith("total"):
                ws.cell(c.row, c.column + 1).value = c.row + 700
        ws.column_dimensions[ws.cell(1, where[r("new")].column + 1).column_letter].width = 0.1

    return sheet(m, after=after)


@kind("xlsx_text_with_breaks", "numbers as text with line breaks and quotes around: ' 12\\n'")
def _(m):
    return sheet(m, lambda x: f"\n{x}\u3000\n")


@kind(
    "xlsx_date_number",
    "a number shown as a date: unreadable or blank, never the number or a part of the date",
)
def _(m):
    keys = first_keys(m, "granted", 3)
    m.any(*keys)
    for k in keys:
        m.must_not[k] = m.v[k]

    def after(book, ws, where):
        for k, f in zip(keys, ("yyyy/m/d", "m月d日", "[$-804]yyyy年m月"), strict=True):
            where[k].number_format = f

    return sheet(m, after=after)


# ---- printed pages


def ruled_inside(m, frame="", size=(595, 842), dash=None):
    """Rules between cells alone: none at the table's outer sides, but those of `frame` (l, r, t, b)."""

    def write(path):
        p = pdfpage.Page(path, size=size)
        if dash:
            p.c.setDash(*dash)
        place = {}

        def paint(page, c, left, top, w, h):
            lines = {
                "t": (left, top, left + w, top),
                "b": (left, top - h, left + w, top - h),
                "l": (left, top, left, top - h),
                "r": (left + w, top, left + w, top - h),
            }
            at = {
                "l": left <= place["x0"] + 1,
                "r": left + w >= place["x1"] - 1,
                "t": top >= place["top"] - 1,
                "b": c in place["last"],
            }
            for side, line in lines.items():
                if not at[side] or side in frame:
                    page.c.line(*line)
            return False

        n = 1
        for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
            if what != "table":
                p.line(x, 14 if what == "title" else 10)
                continue
            n += 1
            widths = {2: pdfpage.W2, 3: pdfpage.W3, 4: pdfpage.W4}[n]
            if n == 3:
                p.turn()
            grid = forms.matrix(x)
            place.update(
                x0=p.margin, x1=p.margin + sum(widths), top=p.y, last=[c for c, _ in grid[-1] if c]
            )
            for line in grid:
                for c, _ in line:
                    if c is not None and not c.text:
                        c.text = " "
            p.table(x, widths, paint, "none")
        p.save()

    return made_in(write, "report.pdf")


@kind("pdf_no_frame", "rules between the cells, none around the tables")
def _(m):
    return ruled_inside(m)


@kind("pdf_open_sides", "rules between the cells, above and below; none at the left and the right")
def _(m):
    return ruled_inside(m, "tb")


@kind("pdf_open_below", "rules between the cells and at three sides, none below")
def _(m):
    return ruled_inside(m, "lrt")


@kind("pdf_open_above", "rules between the cells and at three sides, none above")
def _(m):
    return ruled_inside(m, "lrb")


@kind("pdf_open_left", "rules between the cells and at three sides, none at the left")
def _(m):
    return ruled_inside(m, "rtb")


@kind("pdf_dashed", "dashed rules everywhere")
def _(m):
    return ruled_inside(m, "lrtb", dash=(2, 2))


def remade(data, make):
    import pypdfium2

    book = make(pypdfium2.PdfDocument(data))
    out = io.BytesIO()
    book.save(out)
    return "report.pdf", out.getvalue()


@kind("pdf_two_up", "two pages printed on one wide sheet: right or unreadable")
def _(m):
    import pypdfium2
    import pypdfium2.raw as raw

    m.either(*m.v)

    def make(book):
        return pypdfium2.PdfDocument(raw.FPDF_ImportNPagesToOne(book.raw, 842, 595, 2, 1))

    return remade(pdf(m)[1], make)


@kind("pdf_cropped", "the sheet is larger than what is shown: lines of numbers outside of it")
def _(m):
    def write(path):
        p = pdfpage.Page(path, size=(595, 842), margin=60)
        n = 1
        for what, x in second.sequence(m.v, UNIT, m.year, m.name, m.grids()):
            if what == "table":
                n += 1
                p.table(x, {2: pdfpage.W2, 3: pdfpage.W3, 4: pdfpage.W4}[n])
            else:
                p.line(x, 14 if what == "title" else 10)
            p.c.drawString(5, 400, "77")
            p.c.drawString(580, 400, "88")
        p.save()

    def make(book):
        for page in book:
            page.set_cropbox(30, 20, 570, 822)
        return book

    return remade(made_in(write, "report.pdf")[1], make)


@kind("pdf_upright_watermark", "grey large 2023 behind the numbers, level: right or unreadable")
def _(m):
    m.either(*m.v)

    def foot(page, number):
        page.c.saveState()
        page.c.setFillGray(0.85)
        page.c.setFont(pdfpage.font(), 90)
        page.c.drawString(150, 380, "2023")
        page.c.restoreState()

    return pdf(m, foot=foot)


@kind(
    "pdf_points_apart",
    "each digit of the fee and of five places set by itself, as far apart as two widths",
)
def _(m):
    key = "proactive.fees.amount"
    m.either(key)

    def paint(p, c, left, top, w, h):
        if c.key != key:
            return False
        for i, d in enumerate(c.text):
            p.c.drawString(left + 10 + 9 * i, top - h / 2 - 3, d)
        return True

    return pdf(m, paint)


@kind("pdf_point_and_cell", "6. and 3 in two places of one cell, unevenly: unreadable, never 6.3")
def _(m):
    key = "proactive.fees.amount"
    m.any(key)
    m.must_not[key] = 6.3

    def paint(p, c, left, top, w, h):
        if c.key != key:
            return False
        p.c.drawString(left + 10, top - h / 2 - 3, "6.")
        p.c.drawString(left + 24, top - h / 2 - 3, "3")
        return True

    return pdf(m, paint)


# ---- text


@kind("txt_cell_marks", "Word's cell marks (\\x07) between cells and rows")
def _(m):
    return "report.txt", text_of(m, "\x07")


@kind(
    "txt_tabs_ends_stripped",
    "lines parted by tabs whose blank ends are stripped: right or unreadable, never shifted",
)
def _(m):
    m.either(*m.v)
    m.any(*[k for k, x in m.v.items() if x is None])
    return "report.txt", "\n".join(x.rstrip("\t") for x in text_of(m, "\t").split("\n"))


@kind(
    "txt_tabs_blanks_stripped",
    "lines parted by tabs, first and last cells of bodies blank, ends stripped: never shifted",
)
def _(m):
    for row in (
        "denied.third_party",
        "unavailable.unclear",
        "unprocessed.repeat",
        "granted",
        "new",
    ):
        m.v[r(row, "natural_person")] = None
    for row in ("unprocessed.repeat", "granted", "denied.case_file"):
        m.v[r(row, "total")] = None
    m.either(*m.v)
    m.any(*[k for k, x in m.v.items() if x is None])
    return "report.txt", "\n".join(x.rstrip("\t") for x in text_of(m, "\t").split("\n"))


@kind("txt_semicolons", "cells parted by full-width semicolons: right or unreadable, never lost")
def _(m):
    m.either(*m.v)
    return "report.txt", text_of(m, "；")


@kind("mht_soft_breaks", "a saved page in quoted-printable, broken within numbers")
def _(m):
    import quopri

    body = quopri.encodestring(m.page().encode("utf-8")).decode()
    key = str(m.v[r("new")])
    body = body.replace(f">{key}<", f">{key[:1]}=\n{key[1:]}<", 1)
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="B"; type="text/html"\n\n--B\nContent-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\nContent-Location: file:///C:/a.htm\n\n'
    return "report.mht", (head + body + "\n--B--\n").replace("\n", "\r\n")


# ---- after the reader was mended


@kind(
    "last_year_right_above_four",
    "2022年数据 stands right above the heading of section four, whose only table is 2022's: never its numbers",
)
def _(m):
    keys = [k for k in m.v if k.startswith("disputes")]
    m.any(*keys)
    m.must_not.update({k: OTHER[k] for k in keys if OTHER[k]})
    old = second.grids(OTHER)[4]
    page = m.page(lambda n, rows: forms.table(old if n == 4 else rows))
    return page.replace(f"<p>{forms.S[4]}</p>", f"<p>2022年数据</p><p>{forms.S[4]}</p>", 1)


@kind(
    "last_year_in_three_and_four",
    "in sections three and four 2023's table, and 2022's below it under a line: never 2022's",
)
def _(m):
    m.must_not.update({k: x for k, x in OTHER.items() if x and x != m.v[k]})
    old = second.grids(OTHER)
    return m.page(
        lambda n, rows: (
            forms.table(rows) + (f"<p>2022年度</p>{forms.table(old[n])}" if n > 2 else "")
        )
    )


@kind(
    "own_table_and_no_heads",
    "a table of the unit's own in section one, and table two lost its heads: never the own one's numbers",
)
def _(m):
    keys = [k for k in m.v if k.startswith("proactive")]
    m.either(*keys)
    for k, x in (
        ("regulations.issued", 77),
        ("licensing.decisions", 91),
        ("penalties.decisions", 92),
    ):
        m.must_not[f"proactive.{k}"] = x
    page = m.page(
        lambda n, rows: (
            forms.table([x for x in rows if x.key or n != 2]) if n == 2 else forms.table(rows)
        )
    )
    own = small(("类别", "数量"), ("规章", "77"), ("行政许可", "91"), ("行政处罚", "92"))
    return page.replace(f"<p>{forms.S[2]}</p>", own + f"<p>{forms.S[2]}</p>", 1)


@kind(
    "own_table_of_seven_years",
    "a table of seven years in section one, 予以公开 and 部分公开 as its rows: never its numbers",
)
def _(m):
    keys = [r(row, c) for row in ("granted", "partial") for c, _ in COLS]
    m.either(*keys)
    for i, k in enumerate(keys):
        m.must_not[k] = 61 + i
    return before(
        m,
        2,
        small(
            ("年度", *[str(y) for y in range(2017, 2024)]),
            ("予以公开", *[str(61 + i) for i in range(7)]),
            ("部分公开", *[str(68 + i) for i in range(7)]),
        ),
    )


@kind(
    "own_table_of_applicants",
    "a table of the unit's own behind table three, its 其他 with 3. before it: right or unreadable",
)
def _(m):
    keys = [r("other.misc", c) for c, _ in COLS]
    m.either(*keys)
    return before(
        m,
        4,
        small(
            ("申请渠道", "自然人", "法人或其他组织", "总计"),
            ("1.当面申请", "41", "42", "83"),
            ("2.信函申请", "51", "52", "103"),
            ("3.其他", "61", "62", "123"),
        ),
    )


@kind("blocks_beside_swapped", "item six stands at the left and item five at the right")
def _(m):
    def table(n, rows):
        if n != 2:
            return forms.table(rows)
        v = {
            k: forms.num(m.v, f"proactive.{k}.decisions")
            for k in ("licensing", "penalties", "coercion")
        }
        at = next(i for i, x in enumerate(rows) if "（八）" in x.cells[0].text)
        mid = [
            Row([Cell("第二十条第（六）项", cs=2), Cell("第二十条第（五）项", cs=2)]),
            Row(
                [
                    Cell("信息内容"),
                    Cell("本年处理决定数量"),
                    Cell("信息内容"),
                    Cell("本年处理决定数量"),
                ]
            ),
            Row(
                [
                    Cell("行政处罚"),
                    v["penalties"],
                    Cell("行政许可", rs=2),
                    Cell(v["licensing"].text, v["licensing"].key, rs=2),
                ]
            ),
            Row([Cell("行政强制"), v["coercion"]]),
        ]
        return forms.table(rows[:4] + mid + rows[at:])

    m.either("proactive.licensing.decisions")
    return m.page(table)
