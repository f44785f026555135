"""Writes a printed report as an OFD file (GB/T 33190): pages of placed characters and lines, in millimetres."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from tests.reportkit.printed import Printed
from tests.reportkit.write_pdf import WIDTH, Layout, Leaf, Words, width_of

MM = 25.4 / 72
NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def write_ofd(
    printed: Printed,
    *,
    ruled: bool = True,
    page_height: float = 842,
    vertical_labels: str = "",
    as_rectangles: bool = False,
    templates: bool = False,
    scaled: bool = False,
    blocks: bool = False,
) -> bytes:
    """`templates` puts the rules on template pages, `scaled` draws everything in doubled units under a matrix."""
    pages = Layout(ruled, vertical_labels, False, page_height, True, 9).lay_out(printed)
    parts: dict[str, str] = {}
    for n, page in enumerate(pages):
        texts = "".join(_text(words, scaled) for words in page.words)
        rules = "".join(_rule(edge, as_rectangles) for edge in _edges(page))
        if templates:
            parts[f"Doc_0/Tpls/Tpl_{n}/Content.xml"] = _page(_layer(rules))
            own = f'<ofd:Template TemplateID="{900 + n}" ZOrder="Background"/>', _layer(texts)
        else:
            content = rules + texts
            own = (
                "",
                _layer(f'<ofd:PageBlock ID="77">{content}</ofd:PageBlock>' if blocks else content),
            )
        parts[f"Doc_0/Pages/Page_{n}/Content.xml"] = _page(own[1], own[0])
    listed = "".join(
        f'<ofd:Page ID="{n + 1}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages))
    )
    template_list = "".join(
        f'<ofd:TemplatePage ID="{900 + n}" BaseLoc="Tpls/Tpl_{n}/Content.xml"/>'
        for n in range(len(pages))
    )
    area = f"<ofd:PageArea><ofd:PhysicalBox>0 0 {WIDTH * MM:.3f} {page_height * MM:.3f}</ofd:PhysicalBox></ofd:PageArea>"
    parts["Doc_0/Document.xml"] = _xml(
        f"<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:MaxUnitID>9999</ofd:MaxUnitID>{area}"
        f"{template_list if templates else ''}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    )
    parts["OFD.xml"] = _xml(
        f'<ofd:OFD {NAMESPACE} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        "<ofd:DocID>0</ofd:DocID><ofd:Title>年度报告</ofd:Title><ofd:CreationDate>2024-01-05</ofd:CreationDate>"
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )
    return pack(parts)


def pack(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in sorted(parts.items(), reverse=True):
            package.writestr(name, content)
    return target.getvalue()


def _xml(content: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + content


def _page(layers: str, head: str = "") -> str:
    return _xml(f"<ofd:Page {NAMESPACE}>{head}<ofd:Content>{layers}</ofd:Content></ofd:Page>")


def _layer(content: str) -> str:
    return f'<ofd:Layer ID="7">{content}</ofd:Layer>'


def _text(words: Words, scaled: bool) -> str:
    """A text object: its box, the first character's place in it, and the steps to the others."""
    size, length = words.size * MM, width_of(words.text, words.size) * MM
    steps = [width_of(character, words.size) * MM for character in words.text[:-1]]
    times = 2.0 if scaled else 1.0
    drawn = _steps([step * times for step in steps])
    matrix = f' CTM="{1 / times:g} 0 0 {1 / times:g} 0 0"' if scaled else ""
    if words.turn:
        box = (words.x * MM - 0.2 * size, words.y * MM, 1.3 * size, length)
        matrix = f' CTM="0 {1 / times:g} {-1 / times:g} 0 {1.1 * size:g} 0"'
        start = (0.0, 0.9 * size * times)
    else:
        box, start = (words.x * MM, words.y * MM - size, length, 1.3 * size), (0.0, size * times)
    sides = " ".join(f"{side:.4f}" for side in box)
    code = f'<ofd:TextCode X="{start[0]:.4f}" Y="{start[1]:.4f}"' + (
        f' DeltaX="{drawn}"' if drawn else ""
    )
    return (
        f'<ofd:TextObject ID="8" Boundary="{sides}" Font="3" Size="{size * times:.4f}"{matrix}>'
        f"{code}>{escape(words.text)}</ofd:TextCode></ofd:TextObject>"
    )


def _steps(steps: list[float]) -> str:
    """Equal steps in the short form: g, how many, how far."""
    out: list[str] = []
    n = 0
    while n < len(steps):
        same = n
        while same < len(steps) and abs(steps[same] - steps[n]) < 1e-6:
            same += 1
        out += (
            ["g", str(same - n), f"{steps[n]:.4f}"]
            if same - n > 2
            else [f"{step:.4f}" for step in steps[n:same]]
        )
        n = same
    return " ".join(out)


Edge = tuple[float, float, float, float]


def _edges(page: Leaf) -> list[Edge]:
    edges: list[Edge] = []
    for x0, top, x1, bottom in page.frames:
        edges += [
            (x0, top, x1, top),
            (x0, bottom, x1, bottom),
            (x0, top, x0, bottom),
            (x1, top, x1, bottom),
        ]
    return edges


def _rule(edge: Edge, as_rectangle: bool) -> str:
    x0, y0, x1, y1 = (side * MM for side in edge)
    wide, high = max(x1 - x0, 0.18), max(y1 - y0, 0.18)
    box = f"{x0:.4f} {y0:.4f} {wide:.4f} {high:.4f}"
    if as_rectangle:
        path = f"M 0 0 L {wide:.4f} 0 L {wide:.4f} {high:.4f} L 0 {high:.4f} C"
        return (
            f'<ofd:PathObject ID="9" Boundary="{box}" Fill="true" Stroke="false">'
            f"<ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>"
        )
    path = f"M 0 0 L {x1 - x0:.4f} {y1 - y0:.4f}"
    return (
        f'<ofd:PathObject ID="9" Boundary="{box}" LineWidth="0.18">'
        f"<ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>"
    )
