"""Judging reports: pure functions over one report, a unit's years, a county's reports, and what was watched."""

from monitor.rules.catalogue import Entry, catalogue, entry
from monitor.rules.engine import Assessment, assess
from monitor.rules.finding import Finding, Suggestion
from monitor.rules.subject import Context, Watched

__all__ = ["Assessment", "Context", "Entry", "Finding", "Suggestion", "Watched", "assess", "catalogue", "entry"]
