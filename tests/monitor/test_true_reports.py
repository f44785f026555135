"""True reports of all levels, generated: nobody is accused, and unit, level, year and period are right."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

from nianbao.monitor.rules.catalogue import entry
from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.subject import Subject
from nianbao.parser import read
from tests.amounts import amount, more
from tests.reportkit.drafts import print_draft
from tests.reportkit.manners import Truth, true_report
from tests.reportkit.write_html import write_html

# True of the form of what was written: no fault of a rule.
TRUE_HINTS = frozenset(("C02", "D03", "D09", "D11", "E07", "G13"))


@cache
def told(seed: int) -> tuple[Truth, Subject]:
    """What is true, and what is read of it; once for both that ask."""
    truth = true_report(seed)
    return truth, read_back(truth)


def read_back(truth: Truth) -> Subject:
    published = f"{truth.draft.year + 1}-01-29"
    return Subject(read(write_html(print_draft(truth.draft), published=published)))


@more
def test_true_reports_are_left_alone() -> None:
    """At most one finding, hints included, in a hundred reports over all rules together."""
    count = amount(200, 1000)
    said: Counter[str] = Counter()
    shown = []
    for seed in range(count):
        _, subject = told(seed)
        found = [f for f in assess(subject.report).findings if f.rule not in TRUE_HINTS]
        said.update(f.rule for f in found)
        shown += [f"{seed}: {f.rule} {f.zh}" for f in found]
    assert said.total() <= count / 100, (said, shown[:20])
    assert all(entry(rule) for rule in said)


@more
def test_who_and_when_is_read_rightly() -> None:
    for seed in range(amount(100, 1000)):
        truth, subject = told(seed)
        report, year = subject.report, truth.draft.year
        assert truth.body.endswith(report.unit), truth.body
        assert report.unit, truth.body
        assert subject.level == truth.level, truth.body
        assert report.year == year
        assert report.period == (date(year, 1, 1), date(year, 12, 31))
