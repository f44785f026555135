"""Judging: pure functions over a report and what is known around it."""

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
