"""A Word file as WPS and old Word leave it: each digit a run of its own, bookmarks, proof marks and smart tags between."""

import ooxml
import second
from forms import COLS, r
from ooxml import para, run

UNIT, YEAR = "槐荫桥镇人民政府", 2022
HINT = '<w:rFonts w:hint="eastAsia" w:ascii="仿宋" w:eastAsia="仿宋"/><w:sz w:val="21"/>'
LATIN = '<w:rFonts w:hint="default" w:ascii="仿宋" w:eastAsia="仿宋"/><w:sz w:val="21"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>'


def digits(x, n):
    text = str(x)
    out = []
    for i, d in enumerate(text):
        out.append(run(d, LATIN if i % 2 else HINT))
        if i == 0 and n % 3 == 0:
            out.append('<w:proofErr w:type="spellStart"/>')
        if i == 0 and n % 5 == 0:
            out.append(
                f'<w:bookmarkStart w:id="{n}" w:name="OLE_LINK{n}"/><w:bookmarkEnd w:id="{n}"/>'
            )
        if i == 0 and n % 7 == 0:
            out.append("<w:r><w:lastRenderedPageBreak/></w:r>")
    inner = "".join(out)
    if n % 4 == 0:
        inner = f'<w:smartTag w:uri="urn:schemas-microsoft-com:office:smarttags" w:element="chmetcnv">{inner}</w:smartTag>'
    elif n % 4 == 1:
        inner = f'<w:sdt><w:sdtPr><w:id w:val="{1000 + n}"/></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>'
    return inner


def expect(v):
    return second.expectation(
        v,
        "each digit in a run of its own, with proof marks, bookmarks, smart tags and content controls between and around; all of it is shown",
        UNIT,
        YEAR,
        files=["report.docx"],
    )


def write(folder, v):
    odd = {k: digits(x, n) for n, (k, x) in enumerate(v.items()) if x is not None}
    for c, _ in COLS:
        k = r("handled_total", c)
        odd[k] = f'<w:hyperlink w:anchor="OLE_LINK5">{odd[k]}</w:hyperlink>'
    odd["label:new"] = "".join(
        run(p, HINT) for p in ("一、本年", "新收政府", "信息公开申请", "数量")
    )
    body = ""
    for kind, x in second.sequence(v, UNIT, YEAR, "wps", second.grids(v)):
        if kind == "table":
            body += ooxml.word_table(x, odd) + "<w:p/>"
        else:
            body += para(run(x[:5], HINT) + run(x[5:], LATIN))
    ooxml.word_file(folder / "report.docx", body)
