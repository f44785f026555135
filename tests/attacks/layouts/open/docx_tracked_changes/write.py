"""A Word file with tracked insertions, deletions and moves that nobody accepted."""

import forms
import ooxml
from forms import r
from ooxml import run

WHO = 'w:id="9" w:author="甲" w:date="2024-01-05T09:00:00Z"'
TRIPLES = {"new": "del", "granted": "moveFrom", "partial": "nested"}
OLD = dict(zip([c for c, _ in forms.COLS], range(201, 208), strict=False))


def gone(d, how):
    text = f"<w:r><w:delText>{d}</w:delText></w:r>"
    if how == "nested":
        return f"<w:ins {WHO}><w:del {WHO}>{text}</w:del></w:ins>"
    if how == "moveFrom":
        return f"<w:moveFrom {WHO}>{run(d)}</w:moveFrom>"
    return f"<w:del {WHO}>{text}</w:del>"


def odd_cells(v):
    odd, wrong = {}, {}
    for row, how in TRIPLES.items():
        for n, c in enumerate(("natural_person", "business", "research")):
            s = str(v[r(row, c)])
            cut = [0, 1, len(s)][n]
            odd[r(row, c)] = (
                (run(s[:cut]) if cut else "") + gone("4", how) + (run(s[cut:]) if s[cut:] else "")
            )
            wrong[r(row, c)] = int(s[:cut] + "4" + s[cut:])
    k = "proactive.licensing.decisions"
    odd[k] = gone("888", "del") + f"<w:ins {WHO}>{run(str(v[k]))}</w:ins>"
    wrong[k] = 888
    k = "proactive.penalties.decisions"
    odd[k] = f"<w:moveTo {WHO}>{run(str(v[k]))}</w:moveTo>"
    odd["label:carried_in"] = (
        gone("一、本年新收", "del")
        + f"<w:ins {WHO}>{run('二、上年结转')}</w:ins>"
        + run("政府信息公开申请数量")
    )
    return odd, wrong


def expect(v):
    _odd, wrong = odd_cells(v)
    wrong.update({r("handled_total", c): OLD[c] for c in OLD})
    return forms.expectation(
        v,
        "deleted and moved digits are not there, inserted ones are; a row deleted as a whole stands before its successor",
        must_not=wrong,
        files=["report.docx"],
    )


def write(folder, v):
    odd, _ = odd_cells(v)
    g3 = forms.grid3(v)
    for row in g3:
        if row.key == "handled_total":
            cells = [("", "<w:vMerge/>"), ("（七）总计", '<w:gridSpan w:val="2"/>')] + [
                (str(n), "") for n in OLD.values()
            ]
            row.before = (
                f"<w:tr><w:trPr><w:del {WHO}/></w:trPr>"
                + "".join(
                    f"<w:tc><w:tcPr>{p}</w:tcPr><w:p>{gone(t, 'del') if t else ''}</w:p></w:tc>"
                    for t, p in cells
                )
                + "</w:tr>"
            )
    body = ooxml.word_body(
        ooxml.word_table(forms.grid2(v), odd),
        ooxml.word_table(g3, odd),
        ooxml.word_table(forms.grid4(v), odd),
    )
    ooxml.word_file(folder / "report.docx", body)
