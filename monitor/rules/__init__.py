"""Judging: pure functions over a report, a unit's years, a county's reports, what was seen."""

from nianbao.monitor.rules.catalogue import Entry, catalogue, entry
from nianbao.monitor.rules.engine import WATCHED, Assessment, assess, assess_watched
from nianbao.monitor.rules.finding import Finding, Suggestion
from nianbao.monitor.rules.subject import Context, Watched

__all__ = [
    "WATCHED",
    "Assessment",
    "Context",
    "Entry",
    "Finding",
    "Suggestion",
    "Watched",
    "assess",
    "assess_watched",
    "catalogue",
    "entry",
]
