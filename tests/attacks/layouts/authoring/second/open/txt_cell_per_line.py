import forms
import second

UNIT, YEAR = "双槐树乡人民政府", 2025


def make(v):
    lines = []
    for kind, x in second.sequence(v, UNIT, YEAR, "per line", second.grids(v)):
        if kind != "table":
            lines.append(x)
            continue
        for line in forms.matrix(x):
            seen = set()
            for cell, first in line:
                if cell is None or id(cell) in seen:
                    continue
                seen.add(id(cell))
                pad = "　" if first and cell.key in v and len(cell.text) == 2 else ""
                lines.append("\t" + pad + (cell.text if first else ""))
            lines.append("")
        lines.append("")
    return {"report.txt": "\n".join(lines) + "\n"}, second.expectation(
        v,
        "text out of a Word file: each cell on a line of its own behind a tab, an empty line after each row, cells merged down as empty cells",
        UNIT,
        YEAR,
    )
