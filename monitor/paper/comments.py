"""Word comments in the writer's own file: each beside the cell or sentence that it is about."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lxml import etree

from nianbao.parser.document import Cell, Document, Grid
from nianbao.parser.fill import Value

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = {"w": W}
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
AUTHOR = "nianbao 年报"


class Comment(NamedTuple):
    text: str
    cell: str = ""  # the key of the cell it is about
    quote: str = ""  # or a passage of the text


def commented(
    data: bytes, document: Document, cells: Mapping[str, Value], comments: Sequence[Comment]
) -> bytes:
    """The same docx with the comments in it. What can't be placed stands beside the title."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {entry.filename: package.read(entry) for entry in package.infolist()}
    name = next(
        (n for n in parts if re.fullmatch(r"word/document\d*\.xml", n)), "word/document.xml"
    )
    root = _parsed(parts[name])
    known = _existing(parts)
    first = 1 + max((int(c.get(f"{{{W}}}id", "0")) for c in known), default=-1)
    placer = _Placer(root, document, cells)
    for number, comment in enumerate(comments, first):
        paragraph = placer.place(comment)
        if paragraph is not None:
            _attach(paragraph, number)
            known.append(_comment(number, comment.text))
    parts[name] = _bytes(root)
    parts["word/comments.xml"] = _bytes(known)
    _relate(parts, name)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part, content in parts.items():
            package.writestr(part, content)
    return target.getvalue()


def _parsed(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _existing(parts: Mapping[str, bytes]) -> etree._Element:
    content = parts.get("word/comments.xml")
    return (
        _parsed(content)
        if content is not None
        else etree.Element(f"{{{W}}}comments", nsmap={"w": W})
    )


class _Placer:
    """Finds the paragraph that a comment is about."""

    def __init__(
        self, root: etree._Element, document: Document, cells: Mapping[str, Value]
    ) -> None:
        self.root, self.cells = root, cells
        self.paragraphs = list(root.iter(f"{{{W}}}p"))
        tables = [_places(table) for table in root.iter(f"{{{W}}}tbl")]
        grids = [block for block in document.blocks if isinstance(block, Grid)]
        self.grids = {number: _match(grid, tables) for number, grid in enumerate(grids, 1)}

    def place(self, comment: Comment) -> etree._Element | None:
        value = self.cells.get(comment.cell)
        if value is not None:
            cell = self.grids.get(value.where.table, {}).get(
                (value.where.row - 1, value.where.column - 1)
            )
            if cell is not None:
                return next(cell.iter(f"{{{W}}}p"), None)
        wanted = re.sub(r"\s", "", comment.quote)[:16]
        found = (p for p in self.paragraphs if wanted and wanted in re.sub(r"\s", "", _text(p)))
        titled = (p for p in self.paragraphs if _text(p).strip())
        return next(found, None) or next(titled, None)


def _text(element: etree._Element) -> str:
    return "".join(element.itertext(f"{{{W}}}t"))


Places = dict[tuple[int, int], etree._Element]


def _places(table: etree._Element) -> Places:
    """Each cell by the row and grid column that it begins in; cells that a merge continues are left out."""
    found: Places = {}
    for r, row in enumerate(table.iterfind("w:tr", NS)):
        skipped = row.find("w:trPr/w:gridBefore", NS)
        c = int(skipped.get(f"{{{W}}}val", "0")) if skipped is not None else 0
        for cell in row.iterfind("w:tc", NS):
            span = cell.find("w:tcPr/w:gridSpan", NS)
            merge = cell.find("w:tcPr/w:vMerge", NS)
            if merge is None or merge.get(f"{{{W}}}val") == "restart":
                found[r, c] = cell
            c += int(span.get(f"{{{W}}}val", "1")) if span is not None else 1
    return found


def _match(grid: Grid, tables: Sequence[Places]) -> Places:
    """The table that a grid was read from, shifted where the grid begins further down."""
    for table in tables:
        for offset in sorted({r for r, _ in table}):
            if all(
                _same(cell.text, table.get((cell.row + offset, cell.col))) for cell in _sample(grid)
            ):
                return {(r - offset, c): cell for (r, c), cell in table.items()}
    return {}


def _sample(grid: Grid) -> Iterator[Cell]:
    yield from (cell for cell in grid.cells if cell.text.strip())


def _same(text: str, cell: etree._Element | None) -> bool:
    return cell is not None and re.sub(r"\W", "", text) == re.sub(r"\W", "", _text(cell))


def _attach(paragraph: etree._Element, number: int) -> None:
    start, end = (etree.Element(f"{{{W}}}commentRange{side}") for side in ("Start", "End"))
    reference = etree.Element(f"{{{W}}}r")
    etree.SubElement(reference, f"{{{W}}}commentReference")
    for element in (start, end, reference[0]):
        element.set(f"{{{W}}}id", str(number))
    properties = paragraph.find("w:pPr", NS)
    paragraph.insert(0 if properties is None else 1, start)
    paragraph.extend((end, reference))


def _comment(number: int, text: str) -> etree._Element:
    comment = etree.Element(f"{{{W}}}comment", nsmap={"w": W})
    for key, value in (("id", str(number)), ("author", AUTHOR), ("initials", "年报")):
        comment.set(f"{{{W}}}{key}", value)
    run = etree.SubElement(etree.SubElement(comment, f"{{{W}}}p"), f"{{{W}}}r")
    etree.SubElement(run, f"{{{W}}}t").text = text
    return comment


def _relate(parts: dict[str, bytes], document: str) -> None:
    """The package must say that the comments are there."""
    folder, _, file = document.rpartition("/")
    name = f"{folder}/_rels/{file}.rels"
    spaces = "http://schemas.openxmlformats.org/package/2006/relationships"
    empty = f'<Relationships xmlns="{spaces}"/>'.encode()
    relations = _parsed(parts.get(name, empty))
    if not any(each.get("Type") == RELATION for each in relations):
        added = etree.SubElement(relations, f"{{{spaces}}}Relationship")
        added.set("Id", "rIdNianbaoComments")
        added.set("Type", RELATION)
        added.set("Target", "comments.xml")
        parts[name] = _bytes(relations)
    types = _parsed(parts["[Content_Types].xml"])
    if not any(each.get("PartName") == "/word/comments.xml" for each in types):
        added = etree.SubElement(types, f"{{{types.nsmap[None]}}}Override")
        added.set("PartName", "/word/comments.xml")
        added.set("ContentType", CONTENT)
        parts["[Content_Types].xml"] = _bytes(types)
