"""`nianbao check --format html`: its page, for which alone the templates are loaded."""

from __future__ import annotations

from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.paper.checked_page import checked_page, drawn_of
from nianbao.monitor.rules.engine import Assessment
from nianbao.parser import Report


def page_of(report: Report, judged: Assessment, lang: Lang) -> str:
    return checked_page(drawn_of(report, judged), lang)
