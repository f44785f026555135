"""A Word file with hidden, struck, raised, white and tiny digits, directly and by styles."""

import forms
import ooxml
from forms import r
from ooxml import run

WAYS = {
    "new": "<w:vanish/>",
    "carried_in": "<w:strike/>",
    "granted": "<w:dstrike/>",
    "partial": '<w:vertAlign w:val="superscript"/>',
    "handled_total": '<w:position w:val="12"/><w:sz w:val="10"/>',
    "carried_out": '<w:rStyle w:val="gone"/>',
    "other.misc": '<w:rStyle w:val="gonechild"/>',
    "other.fee_unpaid": '<w:color w:val="FFFFFF"/>',
    "other.not_corrected": '<w:rStyle w:val="struck"/>',
}
STYLES = (
    '<w:style w:type="character" w:styleId="gone"><w:name w:val="g1"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="gonechild"><w:name w:val="g2"/><w:basedOn w:val="gone"/><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="struck"><w:name w:val="g3"/><w:rPr><w:strike w:val="true"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="hiddenp"><w:name w:val="g4"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


def odd_cells(v):
    odd, wrong = {}, {}
    for row, props in WAYS.items():
        for n, c in enumerate(("natural_person", "business", "research")):
            s = str(v[r(row, c)])
            cut = [0, 1, len(s)][n]
            odd[r(row, c)] = (
                (run(s[:cut]) if cut else "") + run("6", props) + (run(s[cut:]) if s[cut:] else "")
            )
            wrong[r(row, c)] = int(s[:cut] + "6" + s[cut:])
    # taken back by hand: these are seen
    odd[r("new")] = run(str(v[r("new")]), '<w:rStyle w:val="gone"/><w:vanish w:val="0"/>')
    odd[r("granted")] = run(
        str(v[r("granted")]), '<w:rStyle w:val="struck"/><w:strike w:val="false"/>'
    )
    odd[r("partial")] = run(str(v[r("partial")]), "<w:webHidden/>")
    k = r("carried_in")
    odd[k] = (
        f'<w:p><w:pPr><w:pStyle w:val="hiddenp"/></w:pPr>{run("31")}</w:p><w:p>{run(str(v[k]))}</w:p>'
    )
    wrong[k] = int("31" + str(v[k]))
    odd["label:carried_out"] = (
        run("四、") + run("本年新收", "<w:vanish/>") + run("结转下年度继续办理")
    )
    return odd, wrong


def expect(v):
    return forms.expectation(
        v,
        "nine ways to make a digit no part of the number, and three places where the hiding is taken back",
        must_not=odd_cells(v)[1],
        unreadable_ok=[r("partial")],
        files=["report.docx"],
    )


def write(folder, v):
    odd, _ = odd_cells(v)
    body = ooxml.word_body(
        ooxml.word_table(forms.grid2(v), odd),
        ooxml.word_table(forms.grid3(v), odd),
        ooxml.word_table(forms.grid4(v), odd),
    )
    ooxml.word_file(folder / "report.docx", body, styles=STYLES)
