"""A Word file with content controls and fields in, around and instead of cells."""

import forms
import ooxml
from forms import r
from ooxml import run

SDT = '<w:sdt><w:sdtPr><w:id w:val="7"/>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'


def odd_cells(v):
    s = {k: forms.shown(x) for k, x in v.items()}
    odd, wrong = {}, {}
    k = r("new")
    odd[k] = f'<w:fldSimple w:instr=" =SUM(LEFT) \\# 0 ">{run(s[k])}</w:fldSimple>'
    k = r("granted")
    odd[k] = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =5+88 </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run(s[k])
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    wrong[k] = int("588" + s[k])
    k = r("partial")
    odd[k] = SDT.format(
        '<w:dropDownList><w:listItem w:displayText="5" w:value="5"/><w:listItem w:displayText="6" w:value="6"/></w:dropDownList>',
        run(s[k]),
    )
    wrong[k] = 5
    k = r("carried_in")
    odd[k] = (
        run(s[k][0], "<w:b/>")
        + '<w:bookmarkStart w:id="1" w:name="_GoBack"/><w:bookmarkEnd w:id="1"/><w:proofErr w:type="spellStart"/>'
        + run(s[k][1:])
    )
    wrong[k] = int(s[k][1:])
    k = r("carried_out")
    odd[k] = f'<w:hyperlink w:anchor="x">{run(s[k])}</w:hyperlink>'
    k = r("handled_total")
    odd[k] = f'<w:smartTag w:element="n">{run(s[k])}</w:smartTag>'
    k = r("other.misc")
    odd[k] = "<w:r><w:t>" + s[k][0] + "</w:t><w:softHyphen/><w:t>" + s[k][1:] + "</w:t></w:r>"
    return odd, wrong


HOLD = r("other.fee_unpaid")


def expect(v):
    v[HOLD] = None
    e = forms.expectation(
        v,
        "fields with codes and results, content controls round runs, cells and rows, split runs; one control shows only its prompt",
        must_not={**odd_cells(v)[1], HOLD: 0},
        unreadable_ok=[HOLD],
        files=["report.docx"],
    )
    e["blank"].remove(HOLD)
    return e


def write(folder, v):
    odd, _ = odd_cells(v)
    odd[HOLD] = SDT.format("<w:showingPlcHdr/>", run("单击此处输入数字0"))

    def round_cell(cell, xml):
        return (
            SDT.format("", xml)
            if cell.key in (r("new", "business"), r("new", "research"), "label:partial")
            else xml
        )

    def round_row(row, xml):
        return (
            SDT.format("", xml)
            if row.key in ("granted", "denied.case_file", "handled_total", "licensing")
            else xml
        )

    t2, t3, t4 = (
        ooxml.word_table(g, odd, wrap_cell=round_cell, wrap_row=round_row)
        for g in (forms.grid2(v), forms.grid3(v), forms.grid4(v))
    )
    ooxml.word_file(folder / "report.docx", ooxml.word_body(t2, SDT.format("", t3), t4))
