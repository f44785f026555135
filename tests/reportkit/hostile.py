"""Files that are made to wait for, to fill the memory or to be read wrongly, in every format."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.reportkit.printed import Box, Table
from tests.reportkit.write_docx import NAMESPACES, docx_of, with_parts
from tests.reportkit.write_raw_xlsx import MAIN, write_raw_xlsx


def cut(data: bytes, share: int) -> bytes:
    """So many hundredths of a file, as where a transfer broke off."""
    return data[: len(data) * share // 100]


def huge_picture(side: int = 60_000) -> bytes:
    """A PNG of a few megabytes at most, of thousands of millions of pixels."""
    row = zlib.compressobj(9)
    packed = b"".join(row.compress(bytes(side // 8 + 1)) for _ in range(side)) + row.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def pdf_of(content: bytes, more: str = "", page: str = "") -> bytes:
    """A PDF of one page, with what stands on it and what else is in the file from number 5 on."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {page} >>",
    ]
    body = b"%PDF-1.7\n"
    for n, text in enumerate(objects, 1):
        body += f"{n} 0 obj\n{text}\nendobj\n".encode()
    packed = zlib.compress(content)
    body += f"4 0 obj\n<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    body += packed + b"\nendstream\nendobj\n" + more.encode("latin-1")
    return body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def pdf_with_huge_picture(side: int = 60_000) -> bytes:
    packed = zlib.compress(bytes(1 << 20), 9)
    picture = (
        f"5 0 obj\n<< /Type /XObject /Subtype /Image /Width {side} /Height {side} /BitsPerComponent 1 "
        f"/ColorSpace /DeviceGray /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    )
    page = "/Resources << /XObject << /I 5 0 R >> >>"
    more = picture + packed.decode("latin-1") + "\nendstream\nendobj\n"
    return pdf_of(b"595 0 0 842 0 0 cm /I Do", more, page)


def docx_with_huge_picture() -> bytes:
    drawing = (
        "<w:p><w:r><w:drawing><wp:inline><a:graphic><a:graphicData><a:blip r:embed='p'/>"
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    return docx_of(drawing, {"word/media/a.png": huge_picture(20_000)})


def sheet(body: str) -> bytes:
    book = write_raw_xlsx((Table(((Box("总计"), Box("1")),)),))
    content = f"<worksheet xmlns='{MAIN}'>{body}</worksheet>".encode()
    return with_parts(book, {"xl/worksheets/sheet1.xml": content})


CELL = "<c r='A{0}'><v>1</v></c>"


def a_million_rows() -> bytes:
    rows = "".join(f"<row r='{r}'/>" for r in range(1, 1_048_577))
    last = "<row r='1048577'><c r='A1048577'><v>1</v></c></row>"
    return sheet(f"<sheetData>{rows}{last}</sheetData>")


def merges_without_end() -> bytes:
    merged = "".join(f"<mergeCell ref='A{r}:XFD1048576'/>" for r in range(1, 20_000))
    return sheet(
        f"<sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData><mergeCells>{merged}</mergeCells>"
    )


def columns_without_end() -> bytes:
    columns = "<col min='1' max='16384' hidden='1'/>" * 100_000
    return sheet(
        f"<cols>{columns}</cols><sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData>"
    )


def rules_of_looks_without_end() -> bytes:
    rule = "<conditionalFormatting sqref='{0}'><cfRule type='x' dxfId='0'/></conditionalFormatting>"
    areas = " ".join(["A1:XFD1048576"] * 900)
    cells = "".join(f"<row r='{r}'>{CELL.format(r)}</row>" for r in range(1, 50_000))
    return sheet(f"<sheetData>{cells}</sheetData>" + rule.format(areas) * 20)


def ofd(page: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "OFD.xml", "<OFD><DocBody><DocRoot>Doc/Document.xml</DocRoot></DocBody></OFD>"
        )
        package.writestr(
            "Doc/Document.xml",
            "<Document><CommonData/><Pages><Page ID='1' BaseLoc='Page.xml'/></Pages></Document>",
        )
        package.writestr("Doc/Page.xml", f"<Page><Content><Layer>{page}</Layer></Content></Page>")
    return target.getvalue()


def words_without_end(count: int) -> bytes:
    text = "<TextObject Boundary='0 0 9 9' Size='1'><TextCode X='0' Y='1'>9</TextCode></TextObject>"
    return ofd(text * count)


def covered_pages() -> bytes:
    """Every digit under thousands of white areas."""
    areas = b"1 1 1 rg\n" + b"0 0 595 842 re f\n" * 15_000
    digits = b"BT /F 9 Tf 20 20 Td " + b"(12345678901234567890) Tj " * 3_000 + b"ET\n"
    font = "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    return pdf_of(b"0 g " + digits + areas, page=font)


def words_styled_without_end() -> bytes:
    styles = "".join(
        f"<w:style w:type='character' w:styleId='S{n}'><w:basedOn w:val='S{(n + 1) % 3000}'/></w:style>"
        for n in range(3000)
    )
    runs = "".join(
        f"<w:r><w:rPr><w:rStyle w:val='S{n % 3000}'/></w:rPr><w:t>1</w:t></w:r>"
        for n in range(60_000)
    )
    part = f"<w:styles {NAMESPACES}>{styles}</w:styles>".encode()
    return docx_of(f"<w:p>{runs}</w:p>", {"word/styles.xml": part})


def chunks_within_chunks() -> bytes:
    """A document that shows itself."""
    inner = docx_of("<w:p><w:r><w:t>1</w:t></w:r></w:p>")
    for _ in range(6):
        inner = docx_of(
            "<w:altChunk r:id='c'/>" * 50,
            {"word/a.docx": inner, "word/_rels/document.xml.rels": CHUNK},
        )
    return inner


CHUNK = (
    b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    b"<Relationship Id='c' Target='a.docx' "
    b"Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk'/></Relationships>"
)

MADE: dict[str, Callable[[], bytes]] = {
    "a picture of 60000 x 60000": huge_picture,
    "pdf with a picture of 60000 x 60000": pdf_with_huge_picture,
    "docx with a picture of 20000 x 20000": docx_with_huge_picture,
    "a million rows": a_million_rows,
    "merges without end": merges_without_end,
    "columns without end": columns_without_end,
    "rules of looks without end": rules_of_looks_without_end,
    "ofd words without end": lambda: words_without_end(500_000),
    "ofd blocks within blocks": lambda: ofd("<PageBlock>" * 200 + "</PageBlock>" * 200),
    "pdf under white areas": covered_pages,
    "pdf of one line many times": lambda: pdf_of(b"0 0 m 500 800 l S\n" * 250_000),
    "rtf that waits for bytes": lambda: rb"{\rtf1 \bin999999999 x}",
    "rtf of open groups": lambda: rb"{\rtf1 " + rb"{\b " * 400 + b"1" + b"}" * 401,
    "styles in a ring": words_styled_without_end,
    "documents within documents": chunks_within_chunks,
}
