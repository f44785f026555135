"""A Word file whose label numbers come from list numbering, with upright labels and shifted rows."""

import forms
import ooxml
from ooxml import run

LIST = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{}"/></w:numPr></w:pPr>{}</w:p>'
NUMBERING = (
    f"<w:numbering {ooxml.NS}>"
    + "".join(
        f'<w:abstractNum w:abstractNumId="{n}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
        for n in range(1, 6)
    )
    + "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(1, 6))
    + "</w:numbering>"
)
GROUPS = ["denied", "unavailable", "unprocessed", "other"]


def expect(v):
    return forms.expectation(
        v,
        "1. 2. 3. are list numbers and not in the text, group labels run from top to bottom, rows begin with gridBefore",
        files=["report.docx"],
    )


def write(folder, v):
    odd, props, rows = {}, {}, {}
    for key, group, label in forms.ROWS["2021"]:
        if group:
            odd[f"label:{key}"] = LIST.format(GROUPS.index(key.split(".")[0]) + 1, run(label[2:]))
    for g in [*GROUPS, "result"]:
        props[f"label:{g}"] = '<w:textDirection w:val="tbRlV"/>'
    rows["new"] = '<w:cantSplit/><w:trHeight w:val="400"/>'
    t3 = ooxml.word_table(forms.grid3(v), odd, props, rows)
    # 四、: an empty place before the row instead of cells
    t4 = ooxml.word_table(
        forms.grid4(v),
        row_props={"disputes": '<w:gridAfter w:val="1"/><w:wAfter w:w="300" w:type="dxa"/>'},
    )
    ooxml.word_file(
        folder / "report.docx",
        ooxml.word_body(ooxml.word_table(forms.grid2(v)), t3, t4),
        {"numbering.xml": NUMBERING},
        [("rIdN", "numbering", "numbering.xml")],
        types=[("numbering.xml", "numbering+xml")],
    )
