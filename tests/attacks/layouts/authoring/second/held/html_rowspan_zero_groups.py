import forms
import second
import second_pages as pages

UNIT, YEAR = "白石湾镇人民政府", 2023


def make(v):
    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        result = next(i for i, row in enumerate(rows) if row.key == "granted")
        rows[result].cells[0].rs = 1
        rows[result].cells[0].attrs = 'rowspan="0"'
        part = lambda some: forms.table(some).split("<tbody>")[1].split("</tbody>")[0]  # noqa: E731
        groups = [rows[:3], rows[3:result], rows[result:-1], rows[-1:]]
        return (
            '<table border="1" cellspacing="0">\n'
            + "\n".join(
                f"<{t}>{part(g)}</{t}>"
                for t, g in zip(("thead", "tbody", "tbody", "tbody"), groups, strict=True)
            )
            + "\n</table>"
        )

    body = pages.flow(v, UNIT, YEAR, "rowspan zero", table=table)
    text = f"""<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{second.title(UNIT, YEAR)}</title></head>
<body>
{body}
</body></html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "the label of section three of the table has rowspan 0, that is to the end of its tbody; each part of the table is a tbody of its own",
        UNIT,
        YEAR,
    )
