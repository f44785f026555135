import forms
import second

UNIT, YEAR = "白石湾镇人民政府", 2024


def make(v):
    lines = []
    for kind, x in second.sequence(v, UNIT, YEAR, "pipes", second.grids(v)):
        if kind == "title":
            lines += [f"# {x}", ""]
        elif kind == "h":
            lines += [f"## {x}", ""]
        elif kind == "p":
            lines += [x, ""]
        else:
            for n, line in enumerate(forms.matrix(x)):
                lines.append(
                    "| "
                    + " | ".join(c.text if c is not None and first else "" for c, first in line)
                    + " |"
                )
                if n == 0:
                    lines.append("|" + " :---: |" * len(line))
            lines.append("")
    lines += [f"{UNIT}  ", "2025年1月15日", ""]
    return {"report.md": "\n".join(lines)}, second.expectation(
        v,
        "plain Markdown: headings and three pipe tables, merged cells left empty behind and below the first",
        UNIT,
        YEAR,
    )
