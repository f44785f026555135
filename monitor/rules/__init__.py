"""Judging: pure functions over a report and what is known around it."""
