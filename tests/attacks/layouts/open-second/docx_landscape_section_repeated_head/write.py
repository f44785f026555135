"""A Word file in three sections: table 3 lies on broad pages, its head is repeated on each."""

import ooxml
import second
from ooxml import para

UNIT, YEAR = "双槐树乡人民政府", 2024
FOOT = (
    f'<w:ftr {ooxml.NS}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>{ooxml.run("— ")}<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>3</w:t></w:r>'
    f'<w:r><w:fldChar w:fldCharType="end"/></w:r>{ooxml.run(" —")}</w:p></w:ftr>'
)
HIGH = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1700" w:bottom="1440" w:left="1700"/>'
BROAD = '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/>'
REF = '<w:footerReference w:type="default" r:id="rIdF"/>'


def expect(v):
    return second.expectation(
        v,
        "an ordinary Word file of three sections, the middle one broad; head rows repeated, rows not cut, page numbers in the foot",
        UNIT,
        YEAR,
        files=["report.docx"],
    )


def write(folder, v):
    body = ""
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "sections", second.grids(v)):
        if kind != "table":
            body += para(
                x, '<w:jc w:val="center"/>' if kind == "title" else '<w:ind w:firstLine="480"/>'
            )
            continue
        number += 1
        if number == 3:
            body += f"<w:p><w:pPr><w:sectPr>{REF}{HIGH}</w:sectPr></w:pPr></w:p>"
            for n, row in enumerate(x):
                row.key = row.key or f"head{n}"
            props = {row.key: '<w:cantSplit/><w:trHeight w:val="340"/>' for row in x}
            props |= {f"head{n}": "<w:cantSplit/><w:tblHeader/>" for n in range(3)}
            body += ooxml.word_table(x, row_props=props)
            body += f"<w:p><w:pPr><w:sectPr>{REF}{BROAD}</w:sectPr></w:pPr></w:p>"
        else:
            body += ooxml.word_table(x) + "<w:p/>"
    body += para(UNIT, '<w:jc w:val="right"/>') + para("2025年1月13日", '<w:jc w:val="right"/>')
    ooxml.word_file(
        folder / "report.docx",
        body,
        parts={"footer1.xml": FOOT},
        rels=[("rIdF", "footer", "footer1.xml")],
        types=[("footer1.xml", "footer+xml")],
        sect=REF + HIGH,
    )
