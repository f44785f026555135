import forms
import second
import second_pages as pages
from forms import COLS, r

UNIT, YEAR = "双槐树乡人民政府", 2023


def make(v):
    def table(n, rows):
        if n != 3:
            return forms.table(rows)
        part = lambda some: forms.table(some).split("<tbody>")[1].split("</tbody>")[0]  # noqa: E731
        return (
            '<table border="1" cellspacing="0" summary="申请情况">\n<colgroup span="3"></colgroup><colgroup span="6"></colgroup><colgroup></colgroup>\n'
            f"<thead>{part(rows[:3])}</thead>\n<tfoot>{part(rows[-1:])}</tfoot>\n<tbody>{part(rows[3:-1])}</tbody>\n</table>"
        )

    body = pages.flow(v, UNIT, YEAR, "tfoot", table=table)
    text = f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{second.title(UNIT, YEAR)}</title></head>
<body>
{body}
</body></html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "the last row of table 3 stands in a tfoot before the tbody, as HTML 4 wanted it; it is shown at the end",
        UNIT,
        YEAR,
        must_not={
            **{r("new", c): v[r("carried_out", c)] for c, _ in COLS},
            **{r("carried_out", c): v[r("handled_total", c)] for c, _ in COLS},
        },
    )
