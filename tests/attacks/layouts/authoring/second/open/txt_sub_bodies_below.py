import forms
import second

UNIT, YEAR = "野枣岭乡人民政府", 2024
BODIES = [("乡财政所", 3), ("乡农业综合服务中心", 4)]


def make(v):
    lines = []

    def table(rows, numbers):
        for line in forms.matrix(rows):
            lines.append(
                "\t".join(
                    forms.shown(numbers.get(c.key)) if c.key in v else c.text if first else ""
                    for c, first in line
                )
            )

    number = 1
    wrong = {}
    for kind, x in second.sequence(v, UNIT, YEAR, "sub bodies", second.grids(v)):
        if kind != "table":
            lines.append(x)
            continue
        number += 1
        if number == 3:
            lines.append("表3-1　全乡合计")
        table(x, v)
        if number == 3:
            for i, (name, by) in enumerate(BODIES):
                part = second.share(v, by)
                lines.append(f"表3-{i + 2}　其中：{name}")
                table(forms.grid3({**v, **part}), part)
                wrong.update(
                    {k: n for j, (k, n) in enumerate(part.items()) if j % 2 == i and n != v[k]}
                )
    return {"report.txt": "\n".join(lines) + "\n"}, second.expectation(
        v,
        "in section three follow the same table for two bodies below the township, each captioned 其中; the report's own is the first",
        UNIT,
        YEAR,
        must_not=wrong,
        unreadable_ok=[k for k in v if k.startswith("requests.")],
        not_blank=[k for k, x in v.items() if x and k.startswith("requests.")],
    )
