"""How the HTML cases of the second series set a report's paragraphs and tables."""

import forms
import second


def flow(
    v,
    unit,
    year,
    seed,
    form="2021",
    p="<p>{}</p>",
    h="<p><strong>{}</strong></p>",
    title="<h1>{}</h1>",
    table=None,
    odd=None,
    grids=None,
):
    """The whole report; table(number, rows) sets a grid."""
    table = table or (lambda n, rows: forms.table(rows))
    g = grids or second.grids(v, form)
    out = []
    number = 1
    for kind, x in second.sequence(v, unit, year, seed, g):
        if kind == "table":
            number += 1
            if odd:
                forms.apply(x, odd)
            out.append(table(number, x))
        else:
            out.append({"p": p, "h": h, "title": title}[kind].format(x))
    return "\n".join(out)


def each_cell(rows, do):
    """do(cell) for every cell; gives the rows back."""
    for row in rows:
        for cell in row.cells:
            do(cell)
    return rows


def is_number(cell):
    return cell.key is not None and not cell.key.startswith("label:")
