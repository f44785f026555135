"""A Word file whose page header and notes hold last year's tables."""

import forms
import ooxml
from ooxml import para, run


def old():
    return {k: (x if x is not None else 23) for k, x in forms.values("docx header old").items()}


def expect(v):
    was = old()
    return forms.expectation(
        v,
        "page header with last year's table 4, foot note with last year's table 2, a comment with a number",
        must_not={k: was[k] for k in v if not k.startswith("requests") and was[k] != v[k]},
        files=["report.docx"],
    )


def write(folder, v):
    was = old()
    header = f"<w:hdr {ooxml.NS}>{para(forms.title(year=2022))}{para('（上年表四）')}{ooxml.word_table(forms.grid4(was))}<w:p/></w:hdr>"
    notes = f'<w:footnotes {ooxml.NS}><w:footnote w:id="2">{para("上年数据：")}{ooxml.word_table(forms.grid2(was))}<w:p/></w:footnote></w:footnotes>'
    comments = f'<w:comments {ooxml.NS}><w:comment w:id="3" w:author="乙">{para("应为97")}</w:comment></w:comments>'
    odd = {
        "proactive.licensing.decisions": run(str(v["proactive.licensing.decisions"]))
        + '<w:r><w:footnoteReference w:id="2"/></w:r>',
        "proactive.penalties.decisions": '<w:commentRangeStart w:id="3"/>'
        + run(str(v["proactive.penalties.decisions"]))
        + '<w:commentRangeEnd w:id="3"/><w:r><w:commentReference w:id="3"/></w:r>',
    }
    body = ooxml.word_body(
        ooxml.word_table(forms.grid2(v), odd),
        ooxml.word_table(forms.grid3(v)),
        ooxml.word_table(forms.grid4(v)),
    )
    ooxml.word_file(
        folder / "report.docx",
        body,
        {"header1.xml": header, "footnotes.xml": notes, "comments.xml": comments},
        [
            ("rIdH", "header", "header1.xml"),
            ("rIdF", "footnotes", "footnotes.xml"),
            ("rIdC", "comments", "comments.xml"),
        ],
        sect='<w:headerReference w:type="default" r:id="rIdH"/>',
        types=[
            ("header1.xml", "header+xml"),
            ("footnotes.xml", "footnotes+xml"),
            ("comments.xml", "comments+xml"),
        ],
    )
