"""A checked report as a page to pass on: the verdict, what is wrong, the form and the prose with
their marks. It reads on a screen, a phone and paper, and needs nothing beside itself.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from markupsafe import Markup

from nianbao.monitor.ledger.words import SEVERITIES, Lang
from nianbao.monitor.paper.marked import Drawn, cells_of, prose_of, said_of, say
from nianbao.monitor.paper.pieces import environment, pieces_of
from nianbao.monitor.rules.engine import Assessment
from nianbao.parser.private import masked
from nianbao.parser.report import Report


def drawn_of(report: Report, judged: Assessment) -> Drawn:
    """A draft that was read and judged, as it is drawn."""
    return Drawn(
        title=masked(report.title or report.unit),
        year=report.year,
        table_forms=report.table_forms,
        cells=cells_of(report),
        prose=prose_of(report),
        findings=[said_of(finding) for finding in judged.findings],
        doubts=[(each.rule, masked(each.zh), masked(each.en)) for each in judged.not_assessable],
        is_draft=True,
    )


def checked_page(drawn: Drawn, lang: Lang = "zh") -> str:
    page = environment().get_template("checked.html")
    pieces = pieces_of(drawn, lang)

    def t(key: str) -> str:
        return say(key, lang)

    return page.render(drawn=drawn, pieces=pieces, lang=lang, t=t, style=Markup(style()))


@cache
def style() -> str:
    """Of the form and what stands around it, for a page of its own."""
    folder = resources.files("nianbao.monitor.paper").joinpath("templates")
    marks = (
        f".v-{name}{{background:#{word.colour};color:#1c2127}}" for name, word in SEVERITIES.items()
    )
    sheets = (folder.joinpath(name).read_text("utf-8") for name in ("page.css", "form.css"))
    return "\n".join((*sheets, *marks))


def form_style() -> str:
    """Of the form alone, for pages that have their own."""
    return (
        resources.files("nianbao.monitor.paper")
        .joinpath("templates", "form.css")
        .read_text("utf-8")
    )
