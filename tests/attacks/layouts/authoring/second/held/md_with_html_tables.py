import re

import forms
import second

UNIT, YEAR = "石榴湾乡人民政府", 2023


def make(v):
    last = second.values("md comment last year", "2021", 0, 0)
    escape = lambda t: re.sub(r"^(\d)\.", r"\1\\.", t)  # noqa: E731

    def pipes(rows, bold=False):
        out = []
        for n, line in enumerate(forms.matrix(rows)):
            cells = [escape(c.text) if c is not None and first else "" for c, first in line]
            if bold:
                cells = [
                    f"**{t}**" if c is not None and c.key in v and t else t
                    for t, (c, _) in zip(cells, line, strict=True)
                ]
            out.append("|" + "|".join(cells) + "|")
            if n == 0:
                out.append("|" + "---|" * len(line))
        return out

    lines = [
        "---",
        f"title: {second.title(UNIT, YEAR)}",
        "date: 2024-01-16",
        "tags: [年报, 政府信息公开]",
        "draft: false",
        "---",
        "",
    ]
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "md html", second.grids(v)):
        if kind == "title":
            lines += [f"# {x} #", ""]
        elif kind == "h":
            lines += [x, "-" * 24, ""]
        elif kind == "p":
            lines += [x.replace("1.", "1\\."), ""]
        else:
            number += 1
            if number == 3:
                lines += ["<!-- 上年模板，勿删", "", *pipes(forms.grid3(last)), "", "-->", ""]
                lines += [forms.table(x, 'border="1"').replace("</tr>\n<tr>", "</tr>\n\n<tr>"), ""]
            else:
                lines += [*pipes(x, bold=number == 4), ""]
    return {"report.md": "\n".join(lines)}, second.expectation(
        v,
        "Markdown with front matter: table 3 as HTML with empty lines between its rows, tables 2 and 4 as pipes, bold numbers, escaped points; last year's table 3 in a comment",
        UNIT,
        YEAR,
        must_not={k: x for k, x in last.items() if k.startswith("requests.") and x != v[k]},
    )
