"""Writes the TXT, CSV, Markdown, RTF and MHTML cases as literal files; run from make.py."""

import csv
import io
import quopri

from cases import case
from forms import (
    COLS,
    DISPUTES,
    OUTCOMES,
    PLAIN,
    PROSE,
    RESULT,
    ROWS,
    Odd,
    S,
    apply,
    expectation,
    grid2,
    grid3,
    grid4,
    matrix,
    page,
    r,
    shown,
    table,
    title,
    values,
)


def wide(s):
    return sum(2 if ord(c) > 0x2E7F or c in "“”—…" else 1 for c in s)


def pad(s, n, how="<"):
    gap = max(0, n - wide(s))
    if how == "^":
        return " " * (gap // 2) + s + " " * (gap - gap // 2)
    return " " * gap + s if how == ">" else s + " " * gap


def wrap(s, n):
    lines, line = [], ""
    for c in s:
        if wide(line + c) > n:
            lines.append(line)
            line = ""
        line += c
    return [*lines, line]


def text(t2, t3, t4, unit="石门镇", year=2023):
    return (
        "\n\n".join(
            [
                title(unit, year),
                S[1],
                PROSE[1],
                S[2],
                t2,
                S[3],
                t3,
                S[4],
                t4,
                S[5],
                PROSE[5],
                S[6],
                PROSE[6],
            ]
        )
        + "\n"
    )


def box(rows, widths, chars="┌┬┐├┼┤└┴┘─│"):
    a, b, c, d, e, f, g, h, i, dash, bar = chars
    m = matrix(rows)
    n = len(widths)
    out = [a + b.join(dash * (w // 2 if dash == "─" else w) for w in widths) + c]
    for y, line in enumerate(m):
        texts = [
            wrap(cell.text, widths[x] - 2) if first and cell else [""]
            for x, (cell, first) in enumerate(line)
        ]
        tall = max(len(t) for t in texts)
        for k in range(tall):
            out.append(
                bar
                + bar.join(
                    pad(" " + (t[k] if k < len(t) else ""), widths[x]) for x, t in enumerate(texts)
                )
                + bar
            )
        if y < len(m) - 1:
            out.append(d + e.join(dash * (w // 2 if dash == "─" else w) for w in widths) + f)
    out.append(g + h.join(dash * (w // 2 if dash == "─" else w) for w in widths) + i)
    assert n == len(m[0])
    return "\n".join(out)


W2, W3, W4 = [24, 16, 16, 16], [12, 14, 40] + [12] * 7, [10] * 15


@case("open", "txt_box_drawing")
def _(v):
    t = text(box(grid2(v), W2), box(grid3(v), W3), box(grid4(v), W4))
    return {"report.txt": t}, expectation(
        v, "box-drawing characters, labels wrapped in their cells, merged cells left empty"
    )


@case("held", "txt_ascii_box_numbers_in_middle")
def _(v):
    def art(rows, widths):
        m = matrix(rows)
        rule = "+" + "+".join("-" * w for w in widths) + "+"
        out = [rule]
        for line in m:
            texts = [
                wrap(cell.text, widths[x] - 2) if first and cell else [""]
                for x, (cell, first) in enumerate(line)
            ]
            tall = max(len(t) for t in texts)
            for k in range(tall):
                row = []
                for x, t in enumerate(texts):
                    top = (tall - len(t)) // 2
                    row.append(pad(t[k - top] if top <= k < top + len(t) else "", widths[x], "^"))
                out.append("|" + "|".join(row) + "|")
            out.append(rule)
        return "\n".join(out)

    t = text(art(grid2(v), W2), art(grid3(v), W3), art(grid4(v), W4))
    return {"report.txt": t}, expectation(
        v,
        "plus and minus boxes, everything centred in height, so numbers stand beside the middle line of a wrapped label",
    )


def full_labels(row):
    key, group, label = row
    if key in PLAIN:
        return [label, label, label]
    return [RESULT, group or label, label]


@case("open", "txt_tabs_with_page_heads")
def _(v):
    def tabs(rows):
        return [
            "\t".join(cell.text if first and cell else "" for cell, first in line)
            for line in matrix(rows)
        ]

    t3 = tabs(grid3(v))
    n = 3
    for at in (24, 16, 9):
        t3[at:at] = ["", f"- {n} -", "\f" + title(), f"第 {n + 1} 页 共 7 页", ""]
        n += 1
    return {
        "report.txt": text("\n".join(tabs(grid2(v))), "\n".join(t3), "\n".join(tabs(grid4(v))))
    }, expectation(
        v, "rows with tabs; page numbers, form feeds and running titles between the rows of table 3"
    )


def layout_table(rows, widths, shift=0):
    out = []
    for line in matrix(rows):
        cells = []
        for x, (cell, first) in enumerate(line):
            if x and cell is not None and line[x - 1][0] is cell:
                cells[-1][1] += widths[x]
                continue
            how = "<" if x < len(widths) - 7 else "^"
            cells.append([cell.text if first and cell else "", widths[x], how])
        texts = [(wrap(t, w - 2), w, how) for t, w, how in cells]
        tall = max(len(t) for t, _, _ in texts)
        for k in range(tall):
            row = ""
            for t, w, how in texts:
                top = (tall - len(t)) // 2
                row += pad(t[k - top] if top <= k < top + len(t) else "", w, how)
            out.append(" " * shift + row.rstrip())
    return "\n".join(out)


@case("open", "txt_pdftotext_layout")
def _(v):
    t = text(
        layout_table(grid2(v), [26, 20, 20, 20], 8),
        layout_table(grid3(v), [10, 12, 36] + [10] * 7, 2),
        layout_table(grid4(v), [9] * 15),
    )
    e = expectation(
        v,
        "columns kept by spaces, wrapped labels above and below the numbers, blanks are gaps; every row with a gap may be unreadable",
        unreadable_ok=[
            k
            for k in v
            if any(
                (v[x] is None and x.rsplit(".", 1)[0] == k.rsplit(".", 1)[0])
                or (k.startswith("disputes") and x.startswith("disputes") and v[x] is None)
                for x in v
            )
        ],
    )
    return {"report.txt": t}, e


@case("held", "txt_pdfjs_runs")
def _(v):
    for k, x in v.items():
        if x is None:
            v[k] = 0

    def runs(rows):
        out = []
        for row in rows:
            for c in row.cells:
                out += wrap(c.text, 14)
        return out

    t3 = runs(grid3(v))
    # page ends only between two rows, as a foot line of the printed page
    marks = [i for i, x in enumerate(t3) if x.startswith(("（四）无法提供", "3.要求提供公开"))]
    for n, i in enumerate(reversed(marks)):
        t3[i:i] = [f"— {5 - n} —"]
    return {
        "report.txt": text("\n".join(runs(grid2(v))), "\n".join(t3), "\n".join(runs(grid4(v))))
    }, expectation(
        v,
        "a run of glyphs a line: labels cut to pieces, a number a line, page numbers in dashes between rows",
    )


@case("held", "txt_page_number_among_cells")
def _(v):
    for k, x in v.items():
        if x is None:
            v[k] = 0

    def runs(rows):
        return [[c.text for c in row.cells] for row in rows]

    t3 = runs(grid3(v))
    at = next(i for i, row in enumerate(grid3(v)) if row.key == "denied.case_file")
    t3[at].insert(4, "5")
    keys_ok = [r("denied.case_file", c) for c, _ in COLS]
    flat = "\n".join(x for row in t3 for x in row)
    return {
        "report.txt": text(
            "\n".join(x for row in runs(grid2(v)) for x in row),
            flat,
            "\n".join(x for row in runs(grid4(v)) for x in row),
        )
    }, expectation(
        v,
        "a bare page number stands among the cells of one row: eight numbers for seven places, so that row is unreadable",
        unreadable_ok=keys_ok,
        must_not={r("denied.case_file", "social_welfare"): 5},
    )


@case("open", "txt_nothing_but_spaces")
def _(v):
    for k, x in v.items():
        if x is None:
            v[k] = 0

    def lines(rows):
        return "\n".join(" ".join(c.text for c in row.cells) for row in rows)

    v[r("new")] = 1234
    t3 = lines(grid3(v)).replace(" 1234", " 1 234")
    return {"report.txt": text(lines(grid2(v)), t3, lines(grid4(v)))}, expectation(
        v,
        "a single space between all cells; one number has a space for its thousands, so its row has eight numbers",
        unreadable_ok=[r("new", c) for c, _ in COLS],
        must_not={r("new"): 234, r("new", "other_org"): 1},
        printed={r("new"): "1 234"},
    )


@case("held", "txt_number_over_two_lines")
def _(v):
    out = []
    cut = [r("new"), r("granted", "business"), r("handled_total")]
    for row in grid3(v):
        for c in row.cells:
            s = c.text
            if c.key in cut:
                s = s[0] + "\n" + s[1:]
            out.append("\t" + s)
        out.append("")

    def tabs(rows):
        return "\n".join("\n".join("\t" + c.text for c in row.cells) + "\n" for row in rows)

    return {"report.txt": text(tabs(grid2(v)), "\n".join(out), tabs(grid4(v)))}, expectation(
        v,
        "a tab before each cell, an empty line after each row; three numbers go on in the next line without a tab: one number, or unreadable",
        unreadable_ok=sorted(cut),
        must_not={k: int(str(v[k])[1:]) for k in cut} | {r("new"): int(str(v[r("new")])[0])},
        printed={k: str(v[k])[0] + "\n" + str(v[k])[1:] for k in cut},
    )


def rows_of(rows, repeat=False):
    return [
        [(cell.text if cell and (first or repeat) else "") for cell, first in line]
        for line in matrix(rows)
    ]


def as_csv(rows, **k):
    buffer = io.StringIO()
    w = csv.writer(buffer, **k)
    w.writerows(rows)
    return buffer.getvalue()


def csv_rows(v, newline="\n"):
    one = lambda s: [[s]]  # noqa: E731
    g3 = rows_of(grid3(v))
    g3[2] = [x[:2] + newline + x[2:] if len(x) == 4 else x for x in g3[2]]
    return (
        one(title())
        + one(S[1])
        + one(PROSE[1])
        + one(S[2])
        + rows_of(grid2(v))
        + one(S[3])
        + g3
        + one(S[4])
        + rows_of(grid4(v))
        + one(S[5])
        + one(PROSE[5])
        + one(S[6])
        + one(PROSE[6])
    )


@case("open", "csv_quoted_gb18030")
def _(v):
    rows = csv_rows(v)
    v2 = dict(v)
    k = r("new")
    old = str(v[k])
    v[k] = 12345
    done = False
    for row in rows:
        if row[0].startswith("一、本年新收"):
            row[-1] = "12,345"
            done = True
    assert done
    assert v2[k] == int(old)
    return {"report.csv": as_csv(rows, quoting=csv.QUOTE_ALL).encode("gb18030")}, expectation(
        v,
        "every field quoted, line ends in fields, thousands with a comma, GB18030",
        printed={k: "12,345"},
        must_not={k: 345},
        encoding="gb18030",
    )


@case("held", "csv_semicolon_utf16")
def _(v):
    rows = csv_rows(v, " ")
    k = "proactive.fees.amount"
    for row in rows:
        if row[0] == "行政事业性收费":
            row[1] = row[1].replace(".", ",")
    return {
        "report.csv": ("\ufeff" + as_csv(rows, delimiter=";")).encode("utf-16-le")
    }, expectation(
        v,
        "semicolons between fields, a decimal comma in the fee, UTF-16 with its mark",
        unreadable_ok=[k],
        printed={k: str(v[k]).replace(".", ",")},
        must_not={k: int(str(v[k]).replace(".", ""))},
        encoding="utf-16",
    )


def md_table(rows, head=True):
    out = []
    for n, row in enumerate(rows):
        out.append("| " + " | ".join(x.replace("\n", "<br>") for x in row) + " |")
        if n == 0 and head:
            out.append("|" + " --- |" * len(row))
    return "\n".join(out)


def md(t2, t3, t4):
    return (
        "\n\n".join(
            [
                "# " + title(),
                "## " + S[1],
                PROSE[1],
                "## " + S[2],
                t2,
                "## " + S[3],
                t3,
                "## " + S[4],
                t4,
                "## " + S[5],
                PROSE[5],
                "## " + S[6],
                PROSE[6],
            ]
        )
        + "\n"
    )


@case("open", "md_merged_cells_repeated")
def _(v):
    t2, t3, t4 = (md_table(rows_of(g, repeat=True)) for g in (grid2(v), grid3(v), grid4(v)))
    return {"report.md": md(t2, t3, t4)}, expectation(
        v, "a converter's Markdown: merged cells repeated in each place, numbers of table 2 too"
    )


@case("held", "md_heading_and_table_for_each_row")
def _(v):
    out = []
    for row in ROWS["2021"]:
        names = full_labels(row)
        name = " ".join(dict.fromkeys(names))
        out.append(
            f"### {name}\n\n"
            + md_table(
                [
                    ["自然人"] + ["法人或其他组织 " + x for _, x in COLS[1:6]] + ["总计"],
                    [shown(v[r(row[0], c)]) for c, _ in COLS],
                ]
            )
        )
    t4 = []
    for kind, label in DISPUTES:
        head = label if kind == "review" else "行政诉讼 " + label
        t4.append(
            f"### {head}\n\n"
            + md_table(
                [[x for _, x in OUTCOMES], [shown(v[f"disputes.{kind}.{o}"]) for o, _ in OUTCOMES]]
            )
        )
    return {
        "report.md": md(md_table(rows_of(grid2(v))), "\n\n".join(out), "\n\n".join(t4))
    }, expectation(v, "Markdown with a heading and a table of its own for each row")


@case("held", "md_marks_in_cells")
def _(v):
    rows = rows_of(grid3(v))
    o = Odd(v)
    s = lambda k: str(v[k])  # noqa: E731
    ways = {
        r("new"): ("~~4~~{}", "4{}"),
        r("granted"): ("**{}**", None),
        r("partial"): ("{}[^1]", "{}1"),
        r("handled_total"): ("{}\\*", None),
        r("carried_out"): ("<del>5</del>{}", "5{}"),
        r("carried_in"): ("{}<sup>2</sup>", "{}2"),
        r("other.misc"): ("`{}`", None),
        r("other.fee_unpaid"): ("[{}](#n7)", "{}7"),
        r("other.not_corrected"): ("{}<!-- 3 -->", "{}3"),
    }
    g = grid3(v)
    for y, line in enumerate(matrix(g)):
        for x, (cell, first) in enumerate(line):
            if cell and cell.key in ways:
                text_, wrong = ways[cell.key]
                rows[y][x] = text_.format(s(cell.key))
                o.html[cell.key] = rows[y][x]
                if wrong:
                    o.must_not[cell.key] = int(wrong.format(s(cell.key)))
            if cell and cell.key == "label:new" and first:
                rows[y][x] = "**一、~~上年~~本年新收**政府信息公开申请数量"
            elif cell and (cell.key or "").startswith("label:denied.") and first:
                rows[y][x] = cell.text.replace(".", "\\.", 1)
    return {
        "report.md": md(md_table(rows_of(grid2(v))), md_table(rows), md_table(rows_of(grid4(v))))
        + "\n[^1]: 含网络申请\n"
    }, expectation(
        v, "Markdown marks in cells: struck, bold, foot notes, escapes, code, links, comments", o
    )


@case("open", "txt_pipes_unruled")
def _(v):
    def pipes(rows):
        out = []
        for row in rows:
            out.append("|".join(c.text for c in row.cells))
            out.append("|")
        return "\n".join(out)

    def padded(rows):
        return "\n".join(
            "|" + "|".join(cell.text if first and cell else "" for cell, first in line) + "||||"
            for line in matrix(rows)
        )

    return {"report.txt": text(padded(grid2(v)), padded(grid3(v)), pipes(grid4(v)))}, expectation(
        v,
        "pipes without rules, four empty places behind every row, pipes on lines of their own",
        unreadable_ok=[
            k
            for k in v
            if k.startswith("disputes") and any(v[x] is None for x in v if x.startswith("disputes"))
        ],
    )


def u(s):
    return "".join(
        c
        if ord(c) < 128 and c not in "\\{}"
        else "\\" + c
        if c in "\\{}"
        else f"\\u{ord(c) if ord(c) < 32768 else ord(c) - 65536}?"
        for c in s
    )


def rtf_row(cells, merge=None):
    """cells: (width, rtf text, extra cell properties)"""
    out, x = "\\trowd\\trgaph30", 0
    for w, _, props in cells:
        x += w
        out += f"{props}\\cellx{x}"
    return out + "\n" + "".join(f"\\pard\\intbl {t}\\cell" for _, t, _ in cells) + "\\row\n"


def rtf_table(rows, unit_width, odd=None, merged=True):
    out = ""
    for line in matrix(rows):
        cells = []
        for x, (cell, first) in enumerate(line):
            if cell is None:
                cells.append((unit_width, "", ""))
                continue
            left = x > 0 and line[x - 1][0] is cell
            if left:
                w, t, p = cells[-1]
                cells[-1] = (w + unit_width, t, p)
                continue
            props = ""
            if cell.rs > 1:
                props = "\\clvmgf" if first else "\\clvmrg"
            t = (odd or {}).get(cell.key) or u(cell.text)
            cells.append((unit_width, t if first else "", props))
        out += rtf_row(cells)
    return out


def rtf(t2, t3, t4):
    p = lambda s: "\\pard " + u(s) + "\\par\n"  # noqa: E731
    return (
        "{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0 SimSun;}}{\\colortbl;\\red255\\green255\\blue255;}\\uc1\n"
        + p(title())
        + p(S[1])
        + p(PROSE[1])
        + p(S[2])
        + t2
        + p(S[3])
        + t3
        + p(S[4])
        + t4
        + p(S[5])
        + p(PROSE[5])
        + p(S[6])
        + p(PROSE[6])
        + "}"
    )


@case("open", "rtf_struck_hidden_deleted")
def _(v):
    o = Odd(v)
    three = lambda row: [r(row, c) for c in ("natural_person", "business", "research")]  # noqa: E731
    o.triple(three("new"), "{{\\strike {}}}".format)
    o.triple(three("carried_in"), "{{\\v {}}}".format, "5")
    o.triple(three("granted"), "{{\\super {}}}".format, "3")
    o.triple(three("partial"), "{{\\deleted {}}}".format, "6")
    o.triple(three("handled_total"), "{{\\up8\\fs12 {}}}".format, "7")
    o.triple(three("carried_out"), "{{\\striked1 {}\\striked0}}".format, "8")
    return {
        "report.rtf": rtf(
            rtf_table(grid2(v), 2200), rtf_table(grid3(v), 1000, o.html), rtf_table(grid4(v), 700)
        )
    }, expectation(v, "RTF: struck, hidden, raised and deleted digits by control words", o)


@case("held", "rtf_fields_and_bytes")
def _(v):
    o = Odd(v)
    s = {k: shown(x) for k, x in v.items()}
    k = r("new")
    o.put(k, "{\\field{\\*\\fldinst  =SUM(LEFT) \\\\# 0 }{\\fldrslt " + s[k] + "}}", None, True)
    k = r("granted")
    o.put(k, f"{{\\b {s[k][0]}}}{{\\i {s[k][1:]}}}")
    k = r("partial")
    o.put(k, "{\\*\\bkmkstart n9}" + s[k] + "{\\*\\bkmkend n9}")
    k = r("handled_total")
    o.put(k, s[k] + "{\\footnote \\pard " + u("含上年5件") + "}", int(s[k] + "5"))
    k = r("carried_out")
    o.put(k, "{\\pntext 4.\\tab}" + s[k], int("4" + s[k]), True)
    k = r("carried_in")
    o.put(k, f"\\u{ord(s[k][0])}?" + "".join(f"\\'{ord(d):02x}" for d in s[k][1:]))
    k = "proactive.licensing.decisions"
    o.put(k, "{\\cf1 5}\\cf0 " + s[k], int("5" + s[k]))
    g2 = apply(grid2(v), o)
    body = rtf(
        rtf_table(g2, 2200, o.html), rtf_table(grid3(v), 1000, o.html), rtf_table(grid4(v), 700)
    )
    # labels of the groups as code page bytes, as older programs write them
    for label in ("行政许可", "行政处罚", "（三）不予公开"):
        body = body.replace(u(label), "".join(f"\\'{b:02x}" for b in label.encode("gbk")))
    return {"report.rtf": body}, expectation(
        v,
        "RTF: field results, split runs, bookmarks, foot notes, white digits, code page bytes for labels",
        o,
    )


@case("open", "mht_saved_page")
def _(v):
    html = page(table(grid2(v)), table(grid3(v)), table(grid4(v))).replace(
        'charset="utf-8"', 'http-equiv="Content-Type" content="text/html; charset=gb2312"'
    )
    body = quopri.encodestring(html.encode("gb18030")).decode()
    old = {k: (x or 19) for k, x in values("mht old").items()}
    frame = quopri.encodestring(
        ("<html><body>" + table(grid3(old)) + "</body></html>").encode()
    ).decode()
    out = (
        'From: <Saved by a browser>\r\nSubject: report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="----=_b1"\r\n\r\n'
        '------=_b1\r\nContent-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: http://www.example.test/n1.html\r\n\r\n'
        + body
        + '\r\n------=_b1\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: http://www.example.test/old.html\r\n\r\n'
        + frame
        + "\r\n------=_b1--\r\n"
    )
    e = expectation(
        v,
        "a page saved as one file (MHTML, quoted-printable, GB2312); a second part holds another table that is not shown",
        must_not={k: old[k] for k in v if k.startswith("requests") and old[k] != v[k]},
        encoding="quoted-printable",
    )
    return {"report.mht": out.encode()}, e
