"""A plain page painter over reportlab for the PDF cases in this folder."""

from pathlib import Path

import forms
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

FILE = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
SIZE = 7


def font():
    """An embedded font where there is one; the readers' own Song otherwise."""
    if FILE.exists():
        if "Case" not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont("Case", str(FILE), subfontIndex=0))
        return "Case"
    if "STSong-Light" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def width(text, size=SIZE):
    return pdfmetrics.stringWidth(text, font(), size)


def wrap(text, room, size=SIZE):
    lines, line = [], ""
    for c in text:
        if line and width(line + c, size) > room:
            lines.append(line)
            line = ""
        line += c
    return [*lines, line]


class Page:
    def __init__(self, path, size=(595, 842), margin=40, foot=None, turned=False):
        """turned: the wide page is painted sideways on an upright sheet that carries /Rotate 90."""
        self.c = canvas.Canvas(
            str(path), pagesize=size[::-1] if turned else size, pageCompression=1
        )
        self.size, self.margin, self.foot, self.turned = size, margin, foot, turned
        self.number, self.y = 0, 0
        self.turn(first=True)

    def turn(self, first=False):
        if not first:
            self.c.showPage()
        self.number += 1
        if self.turned:
            self.c.setPageRotation(90)
            self.c.translate(self.size[1], 0)
            self.c.rotate(90)
        self.c.setFont(font(), SIZE)
        self.y = self.size[1] - self.margin
        if self.foot:
            self.foot(self, self.number)

    def line(self, text, size=10):
        if self.y < self.margin + 30:
            self.turn()
        self.y -= size * 1.8
        self.c.setFont(font(), size)
        for n, part in enumerate(wrap(text, self.size[0] - 2 * self.margin, size)):
            if n:
                self.y -= size * 1.5
            self.c.drawString(self.margin, self.y, part)
        self.y -= size * 0.6
        self.c.setFont(font(), SIZE)

    def table(self, rows, widths, cell=None, rules="all", height=None, keep=True):
        """cell(page, Cell, x, y_top, w, h): paints a cell itself and gives True; rules: all, outer, none, head."""
        m = forms.matrix(rows)
        lefts = [self.margin]
        for w in widths:
            lefts.append(lefts[-1] + w)
        tall = []
        for line in m:
            n = 1
            for x, (c, first) in enumerate(line):
                if first and c is not None and c.rs == 1:
                    n = max(n, len(wrap(c.text, sum(widths[x : x + c.cs]) - 4)))
            tall.append(max(height or 0, n * SIZE * 1.25 + 5))
        start = 0
        while start < len(m):
            end, room = start, self.y - self.margin - 20
            while end < len(m) and tall[end] <= room:
                room -= tall[end]
                end += 1
            if end == start:
                self.turn()
                continue
            self._piece(m, tall, lefts, start, end, cell, rules)
            start = end
            if start < len(m):
                self.turn()
        self.y -= 8

    def _piece(self, m, tall, lefts, start, end, paint, rules):
        tops = [self.y]
        for h in tall[start:end]:
            tops.append(tops[-1] - h)
        seen = set()
        for y in range(start, end):
            for x, (c, first) in enumerate(m[y]):
                if c is None or id(c) in seen:
                    continue
                seen.add(id(c))
                last = y
                while last + 1 < end and m[last + 1][x][0] is c:
                    last += 1
                wide = x
                while wide + 1 < len(m[y]) and m[y][wide + 1][0] is c:
                    wide += 1
                top, bottom = tops[y - start], tops[last + 1 - start]
                left, right = lefts[x], lefts[wide + 1]
                if rules == "all":
                    self.c.rect(left, bottom, right - left, top - bottom)
                if not first or (not c.text and not paint):
                    continue
                if paint and paint(self, c, left, top, right - left, top - bottom):
                    continue
                self.text(
                    c.text,
                    left,
                    top,
                    right - left,
                    top - bottom,
                    center=c.key is None or not c.key.startswith("label"),
                )
        if rules == "outer":
            self.c.rect(lefts[0], tops[-1], lefts[-1] - lefts[0], tops[0] - tops[-1])
        self.y = tops[-1]

    def text(self, text, left, top, w, h, center=False):
        parts = wrap(text, w - 4)
        y = top - (h - len(parts) * SIZE * 1.25) / 2 - SIZE
        for p in parts:
            self.c.drawString(left + (w - width(p)) / 2 if center else left + 2, y, p)
            y -= SIZE * 1.25

    def save(self):
        self.c.save()


W2, W3, W4 = [140, 120, 120, 120], [40, 60, 150] + [38] * 7, [34] * 15


def report(page, v, cell=None, rules="all", w3=W3, t3=None, unit="石门镇", year=2023):
    page.line(forms.title(unit, year), 14)
    page.line(forms.S[1])
    page.line(forms.PROSE[1])
    page.line(forms.S[2])
    page.table(forms.grid2(v), W2, cell, rules)
    page.line(forms.S[3])
    page.table(t3 or forms.grid3(v), w3, cell, rules)
    page.line(forms.S[4])
    page.table(forms.grid4(v), W4, cell, rules)
    for n in (5, 6):
        page.line(forms.S[n])
        page.line(forms.PROSE[n])
