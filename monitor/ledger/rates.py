"""How often people decide that a rule was wrong: of what it found, what was waived, and why.

Pure: made of findings with what was decided on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from nianbao.storage.queries import FindingFacts


class Rate(NamedTuple):
    """What became of the findings of a rule."""

    rule: str
    findings: int
    accepted: int
    waived: int
    reasons: tuple[tuple[str, int], ...]  # why they were waived, the most frequent first

    @property
    def share(self) -> float:
        """Waived, of all that it found."""
        return self.waived / self.findings


def rates(findings: Iterable[FindingFacts]) -> list[Rate]:
    """By rule, those first of which the most was waived."""
    by_rule: dict[str, list[FindingFacts]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    found = [_rate(rule, of_it) for rule, of_it in by_rule.items()]
    return sorted(found, key=lambda rate: (-rate.share, -rate.findings, rate.rule))


def _rate(rule: str, findings: list[FindingFacts]) -> Rate:
    decided = Counter(finding.verdict for finding in findings)
    why = Counter(finding.why for finding in findings if finding.verdict == "waived")
    reasons = sorted(why.items(), key=lambda each: (-each[1], each[0]))
    return Rate(rule, len(findings), decided["accepted"], decided["waived"], tuple(reasons))
