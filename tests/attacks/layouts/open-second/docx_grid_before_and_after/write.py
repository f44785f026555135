"""A Word file whose rows begin further right (gridBefore) instead of continuing merged cells, and end early (gridAfter)."""

import re

import ooxml
import second
from ooxml import para

UNIT, YEAR = "望麦镇人民政府", 2023
LEFT = re.compile(
    r"^<w:tr>((?:<w:tc><w:tcPr>(?:(?!</w:tcPr>).)*<w:vMerge/></w:tcPr><w:p></w:p></w:tc>)+)"
)


def expect(v):
    return second.expectation(
        v,
        "no merged label cells: the rows below a group begin after grid columns left out, the rows of table 2 end before the last ones",
        UNIT,
        YEAR,
        files=["report.docx"],
    )


def ragged(row, tr):
    if not row.key:
        return tr
    found = LEFT.match(tr)
    if found:
        n = found[1].count("<w:tc>")
        room = sum(int(w) for w in re.findall(r'<w:tcW w:w="(\d+)"', found[1]))
        props = (
            f'<w:trPr><w:gridBefore w:val="{n}"/><w:wBefore w:w="{room}" w:type="dxa"/></w:trPr>'
        )
        tr = "<w:tr>" + props + tr[found.end() :]
    return tr.replace('<w:vMerge w:val="restart"/>', "")


def short(row, tr):
    """The one number of a row takes one column, two are left out behind it."""
    if len(row.cells) != 2:
        return tr
    tr = tr.replace('<w:gridSpan w:val="3"/>', "").replace('<w:tcW w:w="5700"', '<w:tcW w:w="1900"')
    return tr.replace(
        "<w:tr>",
        '<w:tr><w:trPr><w:gridAfter w:val="2"/><w:wAfter w:w="3800" w:type="dxa"/></w:trPr>',
    )


def write(folder, v):
    body = ""
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "ragged", second.grids(v)):
        if kind == "table":
            number += 1
            body += ooxml.word_table(x, wrap_row={2: short, 3: ragged, 4: None}[number]) + "<w:p/>"
        else:
            body += para(x)
    ooxml.word_file(folder / "report.docx", body)
