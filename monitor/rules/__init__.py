"""Judging reports: pure functions over one report, a unit's years, a county's reports, and what was watched."""

from monitor.rules.catalogue import Entry, catalogue, entry
from monitor.rules.engine import WATCHED, Assessment, assess, assess_watched
from monitor.rules.finding import Finding, Suggestion
from monitor.rules.subject import Context, Watched

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
