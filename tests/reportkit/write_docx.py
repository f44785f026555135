"""A printed report as a Word file, with the merges, boxes, changes and numbering that clerks leave in it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml.etree import _Element

from tests.reportkit.printed import Box, Printed, Table, Text


def write_docx(
    printed: Printed,
    *,
    nested: bool = False,
    text_box: bool = False,
    tracked: bool = False,
    auto_numbering: bool = False,
) -> bytes:
    """`nested` puts everything into one cell of a layout table; `text_box` puts the signature into a text box;
    `tracked` writes over older contents with changes recorded; `auto_numbering` lets Word write the numbers."""
    document = docx.Document()
    body = document.element.body
    pen = _Pen(tracked, document.part.numbering_part.element if auto_numbering else None)
    blocks: list[_Element] = []
    for block in printed:
        if isinstance(block, Table):
            # Word itself joins tables that touch, so a paragraph stands between them.
            blocks += [parse_xml(pen.table(block)), parse_xml(f"<w:p {nsdecls('w')}/>")]
        elif text_box and block.style == "signature":
            blocks.append(parse_xml(_boxed(block.text)))
        else:
            blocks.append(parse_xml(pen.paragraph(block)))
            if tracked:
                blocks.append(parse_xml(DELETED_PARAGRAPH))
    if nested:
        layout = parse_xml(LAYOUT)
        layout.findall(".//" + qn("w:tc"))[1].extend([*blocks, parse_xml(f"<w:p {nsdecls('w')}/>")])
        blocks = [layout]
    for element in blocks:
        body.insert(len(body) - 1, element)
    title = next(
        (block.text for block in printed if isinstance(block, Text) and block.style == "title"), ""
    )
    document.core_properties.title = title[:255]
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def write_word(reports: Sequence[Printed | bytes], extension: str = "doc") -> list[bytes]:
    """Reports (or docx files) as .doc, .rtf or .odt, all of them by one run of LibreOffice. A .wps is a .doc."""
    filters = {"doc": "doc:MS Word 97", "wps": "doc:MS Word 97", "rtf": "rtf", "odt": "odt"}
    suffix = filters[extension].partition(":")[0]
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for i, report in enumerate(reports):
            source = Path(folder, f"{i}.docx")
            source.write_bytes(report if isinstance(report, bytes) else write_docx(report))
            sources.append(str(source))
        office = shutil.which("soffice") or "soffice"
        command = [
            office,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
        ]
        command += ["--convert-to", filters[extension], "--outdir", f"{folder}/out", *sources]
        subprocess.run(command, check=True, capture_output=True, timeout=60 + 5 * len(sources))
        return [Path(folder, "out", f"{i}.{suffix}").read_bytes() for i in range(len(sources))]


def converted(data: bytes, suffix: str, to: str) -> bytes:
    """A file as LibreOffice writes it in another format."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, f"a.{suffix}")
        source.write_bytes(data)
        command = [
            shutil.which("soffice") or "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
        ]
        command += ["--convert-to", to, "--outdir", f"{folder}/out", str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return Path(folder, "out", f"a.{to.partition(':')[0]}").read_bytes()


def with_parts(docx: bytes, changed: Mapping[str, bytes | None]) -> bytes:
    """The package with parts replaced, added or (None) taken out."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, content in changed.items():
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def docx_of(body: str, parts: dict[str, bytes] | None = None) -> bytes:
    """A small package around the XML of a body."""
    document = f"<?xml version='1.0' encoding='UTF-8'?><w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("_rels/.rels", RELATIONS)
        package.writestr("word/document.xml", document)
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return target.getvalue()


class _Pen:
    def __init__(self, tracked: bool, numbering: _Element | None) -> None:
        self.tracked = tracked
        self.numbering = numbering
        self.lists = 0
        if numbering is not None:
            for i, (style, text) in enumerate(LISTS):
                numbering.insert(i, parse_xml(_abstract(ABSTRACT + i, style, text)))
            numbering.append(
                parse_xml(
                    f'<w:num {W} w:numId="900"><w:abstractNumId w:val="{ABSTRACT + HEADINGS}"/></w:num>'
                )
            )

    def paragraph(self, block: Text) -> str:
        properties, text = ALIGNED.get(block.style, ""), block.text
        if (
            self.numbering is not None
            and block.style == "heading"
            and (match := re.match("[一二三四五六七八九十]+、", text))
        ):
            properties += _numbered("900")
            text = text[match.end() :]
        return f"<w:p {W}><w:pPr>{properties}</w:pPr>{self.runs(text)}</w:p>"

    def runs(self, text: str) -> str:
        run = "<w:r><w:br/></w:r>".join(_run(line) for line in text.split("\n"))
        if not self.tracked:
            return run
        return (
            f'<w:del w:id="1" w:author="x"><w:r><w:delText>789</w:delText></w:r></w:del>'
            f'<w:moveFrom w:id="3" w:author="x"><w:r><w:t>456</w:t></w:r></w:moveFrom>'
            f'<w:ins w:id="2" w:author="x">{run}'
            '<w:del w:id="4" w:author="x"><w:r><w:delText>1</w:delText></w:r></w:del></w:ins>'
        )

    def table(self, table: Table) -> str:
        width = table.width
        held: dict[tuple[int, int], tuple[Box, bool]] = {}
        for r, c, box in table.placed:
            for i in range(box.rowspan):
                held[r + i, c] = (box, i > 0)
        rows = []
        for r in range(len(table.rows)):
            cells, c = [], 0
            while c < width:
                if (r, c) not in held:
                    break
                box, continued = held[r, c]
                cells.append(self.cell(box, continued))
                c += box.colspan
            after = f'<w:trPr><w:gridAfter w:val="{width - c}"/></w:trPr>' if c < width else ""
            rows.append(f"<w:tr>{after}{''.join(cells)}</w:tr>")
            if self.tracked and r % 3 == 0:
                gone = "".join(
                    f"<w:tc><w:tcPr><w:tcW w:w='0' w:type='auto'/></w:tcPr>{GONE}</w:tc>"
                    for _ in range(width)
                )
                rows.append(f'<w:tr><w:trPr><w:del w:id="9" w:author="x"/></w:trPr>{gone}</w:tr>')
        grid = "".join(f'<w:gridCol w:w="{9000 // max(width, 1)}"/>' for _ in range(width))
        properties = (
            '<w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>'
            + BORDERS
            + "</w:tblBorders></w:tblPr>"
        )
        return f"<w:tbl {W}>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"

    def cell(self, box: Box, continued: bool) -> str:
        width = f'<w:tcW w:w="{900 * box.colspan}" w:type="dxa"/>'
        span = f'<w:gridSpan w:val="{box.colspan}"/>' if box.colspan > 1 else ""
        merge = ""
        if box.rowspan > 1:
            merge = "<w:vMerge/>" if continued else '<w:vMerge w:val="restart"/>'
        inner = (
            "<w:p/>"
            if continued
            else "".join(self.cell_paragraph(line) for line in box.text.split("\n"))
        )
        return f"<w:tc><w:tcPr>{width}{span}{merge}</w:tcPr>{inner}</w:tc>"

    def cell_paragraph(self, line: str) -> str:
        if self.numbering is not None and (found := _numbering_of(line)):
            which, start, rest = found
            self.lists += 1
            num = 900 + self.lists
            self.numbering.append(
                parse_xml(
                    f'<w:num {W} w:numId="{num}"><w:abstractNumId w:val="{ABSTRACT + which}"/>'
                    f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
                )
            )
            return f"<w:p><w:pPr>{_numbered(str(num))}</w:pPr>{self.runs(rest)}</w:p>"
        return f"<w:p>{self.runs(line) if line else ''}</w:p>"


def _numbering_of(line: str) -> tuple[int, int, str] | None:
    for which, pattern in enumerate(
        ("([一二三四五六七八九十])、", "（([一二三四五六七八九十])）", "([0-9])\\.")
    ):
        if (
            (match := re.match(pattern, line))
            and line[match.end() :].strip()
            and not line[match.end()].isdigit()
        ):
            return (
                which,
                "一二三四五六七八九十".find(match[1]) + 1 or int(match[1]),
                line[match.end() :],
            )
    return None


def _run(text: str) -> str:
    return "<w:r><w:tab/></w:r>".join(
        f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>' for part in text.split("\t")
    )


def _numbered(num: str) -> str:
    return f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{num}"/></w:numPr>'


def _abstract(number: int, style: str, text: str) -> str:
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
    return f'<w:abstractNum {W} w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/>{level}</w:abstractNum>'


def _boxed(text: str) -> str:
    """A text box as Word 2010 and later write it: once as a drawing, once more for older programs."""
    content = f"<w:txbxContent><w:p>{_run(text)}</w:p></w:txbxContent>"
    return (
        f"<w:p {NAMESPACES}><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor><a:graphic>"
        f"<a:graphicData><wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor>"
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict>"
        f"</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


W = nsdecls("w")
NAMESPACES = (
    f"{nsdecls('w', 'r', 'a', 'wp', 'm')} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    " xmlns:wps='http://schemas.microsoft.com/office/word/2010/wordprocessingShape'"
    " xmlns:v='urn:schemas-microsoft-com:vml'"
    " xmlns:o='urn:schemas-microsoft-com:office:office'"
)
ABSTRACT = 700
LISTS = (
    ("chineseCounting", "%1、"),
    ("chineseCounting", "（%1）"),
    ("decimal", "%1."),
    ("chineseCounting", "%1、"),
)
HEADINGS = 3  # lists of the same kind go on counting together, so headings have one of their own
ALIGNED = {"title": '<w:jc w:val="center"/>', "signature": '<w:jc w:val="right"/>'}
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
GONE = '<w:p><w:del w:id="8" w:author="x"><w:r><w:delText>1234</w:delText></w:r></w:del></w:p>'
DELETED_PARAGRAPH = (
    f'<w:p {W}><w:pPr><w:rPr><w:del w:id="7" w:author="x"/></w:rPr></w:pPr>'
    '<w:del w:id="8" w:author="x"><w:r><w:delText>2022年未收到申请</w:delText></w:r></w:del></w:p>'
)
LAYOUT = (
    f"<w:tbl {W}><w:tblPr/><w:tblGrid><w:gridCol w:w='2000'/><w:gridCol w:w='8000'/></w:tblGrid>"
    "<w:tr><w:tc><w:tcPr/><w:p><w:r><w:t>目录</w:t></w:r></w:p></w:tc><w:tc><w:tcPr/></w:tc></w:tr></w:tbl>"
)
CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
