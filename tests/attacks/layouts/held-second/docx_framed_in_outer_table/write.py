"""A Word file that stands whole in a frame: one outer table, the form's tables inside its cells."""

import ooxml
import second
from ooxml import para

UNIT, YEAR = "野枣岭乡人民政府", 2022
W = 8500


def expect(v):
    return second.expectation(
        v,
        "the whole report in an outer table of one column, a row for each section, the form's tables nested in its cells",
        UNIT,
        YEAR,
        files=["report.docx"],
    )


def write(folder, v):
    rows, now = [], ""
    for kind, x in second.sequence(v, UNIT, YEAR, "framed", second.grids(v)):
        if kind == "h" and now:
            rows.append(now)
            now = ""
        now += ooxml.word_table(x) + "<w:p/>" if kind == "table" else para(x)
    rows.append(now)
    frame = "".join(
        f'<w:tr><w:tc><w:tcPr><w:tcW w:w="{W}" w:type="dxa"/></w:tcPr>{row}</w:tc></w:tr>'
        for row in rows
    )
    body = (
        f'<w:tbl><w:tblPr><w:tblW w:w="{W}" w:type="dxa"/><w:tblBorders><w:top w:val="double"/><w:left w:val="double"/><w:bottom w:val="double"/><w:right w:val="double"/></w:tblBorders></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{W}"/></w:tblGrid>{frame}</w:tbl>'
        + para(f"{UNIT}　2023年1月18日")
    )
    ooxml.word_file(folder / "report.docx", body)
