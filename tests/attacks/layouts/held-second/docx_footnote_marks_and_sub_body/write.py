"""A Word file with marks of foot notes behind numbers, and the table of a body below the town at the end."""

import forms
import ooxml
import second
from forms import r
from ooxml import para, run

UNIT, YEAR = "青螺镇人民政府", 2024
STYLES = (
    '<w:style w:type="character" w:styleId="a5"><w:name w:val="footnote reference"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="a6"><w:name w:val="mark"/><w:basedOn w:val="a5"/></w:style>'
    '<w:style w:type="character" w:styleId="a7"><w:name w:val="gone"/><w:rPr><w:dstrike/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="a8"><w:name w:val="draft"/><w:rPr><w:vanish/></w:rPr></w:style>'
)
NOTE = '<w:r><w:rPr><w:rStyle w:val="a5"/></w:rPr><w:footnoteReference w:id="{}"/></w:r>'
CUSTOM = '<w:r><w:rPr><w:rStyle w:val="a5"/></w:rPr><w:footnoteReference w:customMarkFollows="1" w:id="{}"/><w:t>{}</w:t></w:r>'


def odd_cells(v):
    odd, wrong = {}, {}

    def put(k, before, after, bad):
        odd[k] = before + run(str(v[k])) + after
        wrong[k] = int(bad.format(v[k]))

    put(r("new"), "", NOTE.format(2), "{}1")
    put(r("carried_in"), "", CUSTOM.format(3, "2"), "{}2")
    put(r("granted"), "", run("3", '<w:rStyle w:val="a6"/>'), "{}3")
    put(r("partial"), run("18", '<w:rStyle w:val="a7"/>'), "", "18{}")
    put(r("unavailable.not_held"), "", run("6", '<w:rStyle w:val="a8"/>'), "{}6")
    put(
        r("unavailable.unclear"), run("7", '<w:rStyle w:val="a8"/><w:vanish w:val="1"/>'), "", "7{}"
    )
    put("disputes.review.total", "", run("4", '<w:vertAlign w:val="superscript"/>'), "{}4")
    put(
        "disputes.suit_direct.total",
        "",
        run("5", '<w:position w:val="10"/><w:sz w:val="10"/>'),
        "{}5",
    )
    # a style that hides, taken back on the run itself: shown
    k = r("handled_total")
    odd[k] = run(str(v[k]), '<w:rStyle w:val="a8"/><w:vanish w:val="0"/>')
    return odd, wrong


def expect(v):
    _, wrong = odd_cells(v)
    sub = second.values("sub body of the town", "2021", 0, 0)
    for k, x in sub.items():
        if k.startswith("requests.") and x != v[k]:
            wrong.setdefault(k, x)
    return second.expectation(
        v,
        "marks of foot notes (own and numbered), raised, struck and hidden digits by style; in section six the table of the town's enforcement team, which is not the town's",
        UNIT,
        YEAR,
        must_not=wrong,
        unreadable_ok=["disputes.suit_direct.total"],
        files=["report.docx"],
    )


def write(folder, v):
    odd, _ = odd_cells(v)
    sub = second.values("sub body of the town", "2021", 0, 0)
    body = ""
    for kind, x in second.sequence(v, UNIT, YEAR, "notes in word", second.grids(v)):
        body += ooxml.word_table(x, odd) + "<w:p/>" if kind == "table" else para(x)
    body += para(
        "附：青螺镇综合行政执法队收到和处理政府信息公开申请情况（该队以自己名义办理，另行公布，不计入本镇数据）"
    )
    body += ooxml.word_table(forms.grid3(sub)) + "<w:p/>"
    note = lambda n, text: f'<w:footnote w:id="{n}"><w:p>{run(text)}</w:p></w:footnote>'  # noqa: E731
    notes = (
        f'<w:footnotes {ooxml.NS}><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="1"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
        + note(2, "含网络渠道提交的申请。")
        + note(3, "均为上年12月收到。")
        + "</w:footnotes>"
    )
    ooxml.word_file(
        folder / "report.docx",
        body,
        parts={"footnotes.xml": notes},
        rels=[("rIdN", "footnotes", "footnotes.xml")],
        types=[("footnotes.xml", "footnotes+xml")],
        styles=STYLES,
    )
