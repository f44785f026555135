"""The sheets of an OpenDocument workbook (ods): calamine would not tell which
of its cells are merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from nianbao.parser.errors import ReadError
from nianbao.parser.readers.package import parse_xml
from nianbao.parser.readers.sheet import MOST_CELLS, Sheet, value_text


def read_sheets(contents: Mapping[str, bytes]) -> tuple[list[Sheet], list[str]]:
    if b"encryption-data" in contents.get("meta-inf/manifest.xml", b""):
        raise ReadError("encrypted")
    root = parse_xml(contents.get("content.xml", b""), "ods")
    unseen = {
        style.get(f"{STYLE}name", "") for style in root.iter(f"{STYLE}style") if _hides(style)
    }
    sheets, notes = [], []
    for table in root.iterfind(f"{OFFICE}body/{OFFICE}spreadsheet/{TABLE}table"):
        if table.get(f"{TABLE}style-name") in unseen:
            notes.append(f"hidden sheet {table.get(f'{TABLE}name', '')} left out")
        else:
            sheets.append(_sheet(table))
    return sheets, notes


OFFICE, STYLE, TABLE, TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "style", "table", "text")
)


def _hides(style: etree._Element) -> bool:
    properties = style.iterfind(f"{STYLE}table-properties")
    return any(shown.get(f"{TABLE}display") == "false" for shown in properties)


def _sheet(table: etree._Element) -> Sheet:
    places: dict[tuple[int, int], etree._Element] = {}
    row = 0
    for element in _rows(table):
        cells, col = [], 0
        for cell in element.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            times = _count(cell, "number-columns-repeated")
            if (
                len(cell)
                or cell.get(f"{TABLE}number-columns-spanned")
                or cell.get(f"{TABLE}number-rows-spanned")
            ):
                if times * _count(element, "number-rows-repeated") + len(places) > MOST_CELLS:
                    raise _too_large()
                cells += [(col + i, cell) for i in range(times)]
            col += times
        times = _count(element, "number-rows-repeated")
        if cells:
            if len(cells) * times + len(places) > MOST_CELLS:
                raise _too_large()
            for i in range(times):
                places |= {(row + i, c): cell for c, cell in cells}
        row += times
    return _placed(places)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table.iterchildren(etree.Element):
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in GROUPS:
            yield from _rows(child)


GROUPS = frozenset(TABLE + name for name in ("table-rows", "table-header-rows", "table-row-group"))


def _placed(places: dict[tuple[int, int], etree._Element]) -> Sheet:
    if not places:
        return Sheet([])
    top, left = min(r for r, _ in places), min(c for _, c in places)
    height, width = max(r for r, _ in places) - top + 1, max(c for _, c in places) - left + 1
    if height * width > MOST_CELLS:
        raise _too_large()
    sheet = Sheet([[""] * width for _ in range(height)])
    for (r, c), cell in places.items():
        at = (r - top, c - left)
        if cell.tag == f"{TABLE}table-cell":
            sheet.texts[at[0]][at[1]] = _value(cell)
            if cell.get(f"{OFFICE}value-type", "string") == "string":
                sheet.prose.add(at)
            sheet.merge(
                *at, _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            )
    return sheet


def _value(cell: etree._Element) -> str:
    text = "\n".join(_text(paragraph) for paragraph in cell.iterchildren(f"{TEXT}p"))
    kind = cell.get(f"{OFFICE}value-type")
    if kind in ("float", "percentage", "currency"):
        try:
            return value_text(float(cell.get(f"{OFFICE}value", "")))
        except (ValueError, ArithmeticError):
            return text
    if kind == "date":
        return cell.get(f"{OFFICE}date-value", "").removesuffix("T00:00:00")
    return text


def _text(paragraph: etree._Element) -> str:
    written = [paragraph.text or ""]
    for element in paragraph.iterdescendants(etree.Element):
        if element.tag == f"{TEXT}s":
            written.append(" " * min(_count(element, "c", TEXT), 100))
        elif element.tag in MARKS:
            written.append(MARKS[element.tag])
        else:
            written.append(element.text or "")
        written.append(element.tail or "")
    return "".join(written)


MARKS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}


def _count(element: etree._Element, name: str, space: str = TABLE) -> int:
    value = element.get(space + name, "1")
    if value.isascii() and value.isdigit() and 0 < len(value) <= 7:
        return int(value)
    return 1


def _too_large() -> ReadError:
    return ReadError("too_complex", detail=f"a sheet of more than {MOST_CELLS} cells")
