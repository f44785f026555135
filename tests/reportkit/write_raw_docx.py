"""A printed report as a Word file, its XML written by hand: other ways to say what python-docx says, and marks."""

from __future__ import annotations

import random
from collections.abc import Mapping
from xml.sax.saxutils import escape

from tests.reportkit.marks import Piece, pieces
from tests.reportkit.printed import Printed, Table
from tests.reportkit.write_docx import NAMESPACES, docx_of

# each look in all the ways that Word has for it
WAYS = {
    "struck": [
        "<w:strike/>",
        "<w:dstrike/>",
        "<w:rStyle w:val='Struck'/>",
        "<w:rStyle w:val='Below'/>",
        "<w:strike w:val='true'/><w:color w:val='FF0000'/>",
    ],
    "raised": [
        "<w:vertAlign w:val='superscript'/>",
        "<w:vertAlign w:val='subscript'/>",
        "<w:rStyle w:val='Raised'/>",
        "<w:position w:val='10'/><w:sz w:val='12'/>",
    ],
    "hidden": [
        "<w:vanish/>",
        "<w:rStyle w:val='Hidden'/>",
        "<w:color w:val='FFFFFF'/>",
        "<w:sz w:val='2'/>",
        "<w:color w:val='FEFEFE'/><w:sz w:val='21'/>",
    ],
    "shown": ["", "", "<w:sz w:val='21'/>", "<w:color w:val='000000'/>", "<w:strike w:val='0'/>"],
}
STYLES = (
    f"<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val='21'/></w:rPr></w:rPrDefault></w:docDefaults>"
    "<w:style w:type='character' w:styleId='Struck'><w:name w:val='Struck'/><w:rPr><w:strike/></w:rPr></w:style>"
    "<w:style w:type='character' w:styleId='Below'><w:name w:val='Below'/><w:basedOn w:val='Struck'/></w:style>"
    "<w:style w:type='character' w:styleId='Raised'><w:name w:val='Raised'/><w:rPr><w:vertAlign w:val='superscript'/></w:rPr></w:style>"
    "<w:style w:type='character' w:styleId='Hidden'><w:name w:val='Hidden'/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"
)


def write_raw_docx(printed: Printed, seed: int = 0) -> bytes:
    chance = random.Random(seed)
    body = "".join(
        _table(block, chance) if isinstance(block, Table) else _paragraph(block.text, chance)
        for block in printed
    )
    return docx_of(
        body, {"word/styles.xml": STYLES.encode(), "word/_rels/document.xml.rels": RELATED}
    )


RELATED = (
    b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    b"<Relationship Id='s' Target='styles.xml' "
    b"Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles'/></Relationships>"
)


def _paragraph(text: str, chance: random.Random) -> str:
    return f"<w:p>{''.join(run(piece, chance) for piece in pieces(text))}</w:p>"


def run(piece: Piece, chance: random.Random) -> str:
    """One of the ways in which Word writes a text that looks so; a hidden one may be a deletion."""
    text = f"<w:t xml:space='preserve'>{escape(piece.text)}</w:t>"
    if piece.look == "hidden" and chance.random() < 0.2:
        gone = text.replace("w:t", "w:delText")
        return f"<w:del w:id='1' w:author='x'><w:r>{gone}</w:r></w:del>"
    parts = text.replace("\n", "</w:t><w:br/><w:t xml:space='preserve'>")
    return f"<w:r><w:rPr>{chance.choice(WAYS[piece.look])}</w:rPr>{parts}</w:r>"


def _table(table: Table, chance: random.Random) -> str:
    width = table.width
    grid = "".join("<w:gridCol w:w='900'/>" for _ in range(width))
    starts = {(r, c): box for r, c, box in table.placed}
    rows = []
    for r in range(len(table.rows)):
        cells, c = [], 0
        while c < width:
            above = next((k for k in range(r + 1) if _covers(starts, r - k, c, k)), None)
            if above is None:
                break
            box = starts[r - above, c]
            merge = "<w:vMerge w:val='restart'/>" if box.rowspan > 1 else ""
            merge = "<w:vMerge/>" if above else merge
            text = "" if above else box.text
            properties = f"<w:tcPr><w:gridSpan w:val='{box.colspan}'/>{merge}</w:tcPr>"
            cells.append(f"<w:tc>{properties}{_paragraph(text, chance)}</w:tc>")
            c += box.colspan
        rows.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl><w:p/>"


def _covers(starts: Mapping[tuple[int, int], object], r: int, c: int, rows: int) -> bool:
    box = starts.get((r, c))
    return box is not None and getattr(box, "rowspan", 1) > rows
