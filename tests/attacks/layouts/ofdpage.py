"""A plain OFD writer (GB/T 33190) for the cases in this folder: text and rules, nothing else."""

import zipfile
from xml.sax.saxutils import escape

import forms

NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
W, H = 210, 297
MM2, MM3, MM4 = [50, 42, 42, 42], [14, 20, 52] + [14] * 7, [12] * 15


class Pages:
    def __init__(self):
        self.done, self.objects, self.n, self.y = [], [], 100, 20.0

    def turn(self):
        self.done.append(self.objects)
        self.objects, self.y = [], 20.0

    def text(self, text, x, y, size=2.6, extra="", deltas=None):
        """y: base line in mm from the top"""
        self.n += 1
        each = (
            deltas
            if deltas is not None
            else [size if ord(c) > 255 else size / 2 for c in text[:-1]]
        )
        delta = f' DeltaX="{" ".join(f"{d:.3f}" for d in each)}"' if each else ""
        self.objects.append(
            f'<ofd:TextObject ID="{self.n}" Boundary="{x:.3f} {y - size:.3f} {max(1, sum(each) + size):.3f} {size * 1.3:.3f}" Font="1" Size="{size}"{extra}>'
            f'<ofd:TextCode X="0" Y="{size}"{delta}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
        )

    def rect(self, x, y, w, h):
        self.n += 1
        self.objects.append(
            f'<ofd:PathObject ID="{self.n}" Boundary="{x:.3f} {y:.3f} {w:.3f} {h:.3f}" LineWidth="0.2"><ofd:AbbreviatedData>M 0 0 L {w} 0 L {w} {h} L 0 {h} C</ofd:AbbreviatedData></ofd:PathObject>'
        )

    def line(self, text, size=3.5):
        if self.y > H - 30:
            self.turn()
        self.y += size * 2
        self.text(text, 15, self.y, size)

    def table(self, rows, widths, paint=None):
        m = forms.matrix(rows)
        lefts = [15.0]
        for w in widths:
            lefts.append(lefts[-1] + w)
        size = 2.6

        def parts(text, room):
            per = max(1, int(room / size))
            return [text[i : i + per] for i in range(0, len(text), per)] or [""]

        tall = [
            max(
                [4.5]
                + [
                    len(parts(c.text, sum(widths[x : x + c.cs]) - 1)) * 3.2 + 1.5
                    for x, (c, f) in enumerate(line)
                    if f and c.rs == 1
                ]
            )
            for line in m
        ]
        start = 0
        self.y += 3
        while start < len(m):
            end, y = start, self.y
            while end < len(m) and y + tall[end] < H - 15:
                y += tall[end]
                end += 1
            tops = [self.y]
            for h in tall[start:end]:
                tops.append(tops[-1] + h)
            seen = set()
            for row in range(start, end):
                for x, (c, first) in enumerate(m[row]):
                    if id(c) in seen or c is None:
                        continue
                    seen.add(id(c))
                    last = row
                    while last + 1 < end and m[last + 1][x][0] is c:
                        last += 1
                    left, top = lefts[x], tops[row - start]
                    w, h = lefts[x + c.cs] - left, tops[last + 1 - start] - top
                    self.rect(left, top, w, h)
                    if not first or not c.text:
                        continue
                    if paint and paint(self, c, left, top, w, h):
                        continue
                    for n, p in enumerate(parts(c.text, w - 1)):
                        self.text(p, left + 0.7, top + 3.2 + n * 3.2)
            self.y = tops[-1]
            start = end
            if start < len(m):
                self.turn()

    def report(self, v, paint=None):
        self.line(forms.title(), 5)
        for n, rows, widths in (
            (1, None, None),
            (2, forms.grid2(v), MM2),
            (3, forms.grid3(v), MM3),
            (4, forms.grid4(v), MM4),
            (5, None, None),
            (6, None, None),
        ):
            self.line(forms.S[n])
            if rows:
                self.table(rows, widths, paint)
            else:
                self.line(forms.PROSE[n])

    def save(self, path):
        pages = [*self.done, self.objects]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr(
                "OFD.xml",
                f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {NS} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>c1</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
            )
            z.writestr(
                "Doc_0/Document.xml",
                f'<?xml version="1.0" encoding="UTF-8"?><ofd:Document {NS}><ofd:CommonData><ofd:MaxUnitID>{self.n + 50}</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 {W} {H}</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>'
                + "".join(
                    f'<ofd:Page ID="{10 + i}" BaseLoc="Pages/Page_{i}/Content.xml"/>'
                    for i in range(len(pages))
                )
                + "</ofd:Pages></ofd:Document>",
            )
            z.writestr(
                "Doc_0/PublicRes.xml",
                f'<?xml version="1.0" encoding="UTF-8"?><ofd:Res {NS} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="1" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>',
            )
            for i, objects in enumerate(pages):
                z.writestr(
                    f"Doc_0/Pages/Page_{i}/Content.xml",
                    f'<?xml version="1.0" encoding="UTF-8"?><ofd:Page {NS}><ofd:Content><ofd:Layer ID="{60 + i}" Type="Body">'
                    + "".join(objects)
                    + "</ofd:Layer></ofd:Content></ofd:Page>",
                )
