"""Runs the rules over a report and puts what they say into words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from nianbao.monitor.rules import arithmetic, cells, copying, prose, shape, watch, years
from nianbao.monitor.rules.catalogue import catalogue, entry
from nianbao.monitor.rules.cell_names import cell_en, cell_zh, cells_en, cells_zh
from nianbao.monitor.rules.finding import (
    CannotTell,
    Finding,
    Raised,
    Severity,
    State,
    fingerprint,
)
from nianbao.monitor.rules.subject import Context, Subject
from nianbao.monitor.rules.watched import Watched
from nianbao.parser.document import Document
from nianbao.parser.forms import forms
from nianbao.parser.heading import Publication
from nianbao.parser.report import Report

Rule = Callable[[Subject], Iterable[Raised | CannotTell]]
SCOPES: Mapping[str, tuple[tuple[tuple[str, ...], Rule], ...]] = {
    "report": (*arithmetic.RULES, *cells.RULES, *shape.RULES, *prose.RULES),
    "years": (*years.RULES, *copying.OWN_RULES),
    "county": copying.PEER_RULES,
    "watch": watch.RULES,
}
RANK: Mapping[Severity, int] = {"error": 0, "warning": 1, "notice": 2}


@dataclass(frozen=True, slots=True)
class Assessment:
    findings: tuple[Finding, ...]  # gravest first
    states: Mapping[str, State]  # of every rule that ran
    not_assessable: tuple[CannotTell, ...]

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        return sum(finding.severity == "warning" for finding in self.findings)


def assess(report: Report, context: Context | None = None) -> Assessment:
    """Every rule that the context lets run. One that fails is a finding, and
    stops no other."""
    context = context or Context()
    subject = Subject(report, context)
    known = {"report": True, "years": bool(context.earlier), "county": bool(context.peers)}
    known["watch"] = context.watched is not None
    scopes = [scope for scope in SCOPES if known[scope]]
    found = judge(subject, chain.from_iterable(SCOPES[scope] for scope in scopes))
    kept = _one_a_cause(found.findings)
    if subject.year is not None and subject.year < min(form.first_year for form in forms()):
        kept = (finding for finding in kept if entry(finding.rule).family not in OF_THE_FORM)
    return replace(found, findings=tuple(kept))


WATCHED = watch.WATCHED


def assess_watched(
    watched: Watched, county: str, unit: str, year: int, formerly: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """What dated facts alone tell: it costs no reading, and
    changes without the report."""
    context = Context(year=year, unit=unit, formerly=formerly, county=county, watched=watched)
    return judge(Subject(NO_REPORT, context), watch.RULES).findings


# fmt: off
NO_REPORT = Report(
    "", "", "", None, None, None, {}, None, "", None, "", Publication(), (), {}, (), (), 0, (),
    Document("", ()),
)
# fmt: on
OF_THE_FORM = frozenset(("title", "structure"))  # before 2019 there was none


def _one_a_cause(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The prose is not held against a cell that surely does not balance: corrected,
    they may agree. What is only to be verified silences nothing."""
    findings = list(findings)
    unsure: set[str] = set()
    for finding in findings:
        if finding.rule in SUMS and (finding.state == "fail" or finding.rule == "F11"):
            unsure.update(finding.cells, (each.cell for each in finding.suggestions))
    hidden = [f for f in findings if f.rule in AGAINST_CELLS and unsure.intersection(f.cells)]
    for finding in findings:
        if finding not in hidden:
            yield _pointed_at(finding, hidden)


def _pointed_at(finding: Finding, hidden: Iterable[Finding]) -> Finding:
    """Of the cells that may be wrong, the one of which the prose has the number that mends it."""
    if finding.rule not in arithmetic.IDS or len(finding.suggestions) < 2:
        return finding
    told = {(cell, other.actual) for other in hidden for cell in other.cells}
    meant = [each for each in finding.suggestions if (each.cell, each.value) in told]
    if len(meant) != 1:
        return finding
    cell, number, _ = meant[0]
    zh = f"{finding.zh.rstrip('。')}；正文所写与“{cell_zh(cell)}”应为{number}相符。"
    en = f"{finding.en.rstrip('.')}; the prose says {number}, as {cell_en(cell)} would be."
    return replace(finding, zh=zh, en=en, cells=tuple(dict.fromkeys((*finding.cells, cell))))


SUMS = frozenset((*arithmetic.IDS, "F11"))
AGAINST_CELLS = frozenset(("G01", "G02", "G08", "G09"))


def judge(subject: Subject, rules: Iterable[tuple[tuple[str, ...], Rule]]) -> Assessment:
    findings: list[Finding] = []
    states: dict[str, State] = {}
    unknown: list[CannotTell] = []
    for ids, rule in rules:
        states.update(dict.fromkeys(ids, "pass"))
        try:
            outcomes = list(rule(subject))
        except Exception as error:  # one rule must not cost the others
            named = {"rule": "、".join(ids), "why": f"{type(error).__name__}: {error}"[:120]}
            outcomes = [Raised("Z00", named, facts=ids)]
        for outcome in outcomes:
            if isinstance(outcome, Raised) and _may_be_unread(subject, outcome):
                outcome = CannotTell(
                    outcome.rule, "有文字未能确认", "some of the text is not surely read"
                )
            if isinstance(outcome, CannotTell):
                unknown.append(outcome)
                if states.get(outcome.rule) == "pass":
                    states[outcome.rule] = "cannot"
            else:
                finding = worded(subject, outcome)
                findings.append(finding)
                if states.get(outcome.rule) != "fail":
                    states[outcome.rule] = finding.state
    findings.sort(key=lambda finding: (RANK[finding.severity], finding.rule, finding.cells))
    return Assessment(tuple(findings), states, tuple(unknown))


# What says that something is not there, or is of another form.
OF_ABSENCE = frozenset(
    (
        "C05",
        "C06",
        "D01",
        "D02",
        "D03",
        "D05",
        "D06",
        "D07",
        "D08",
        "D09",
        "D10",
        "D11",
        "G13",
        "I04",
    )
)


def _may_be_unread(subject: Subject, raised: Raised) -> bool:
    """Nothing is missing where it may stand among what was doubtfully read."""
    return raised.rule in OF_ABSENCE and subject.is_doubtful


def worded(subject: Subject, raised: Raised) -> Finding:
    told = entry(raised.rule)
    named = {
        "cells": cells_zh(raised.cells),
        "expected": raised.expected,
        "actual": raised.actual,
        "quote": raised.quote,
        "unit": subject.unit,
        "year": subject.year,
        **raised.named,
    }
    zh = told.zh.format_map(_Lenient(named))
    english = {**named, "cells": cells_en(raised.cells)}
    for key, value in named.items():
        if key.endswith("_en"):
            english[key.removesuffix("_en")] = value
    en = told.en.format_map(_Lenient(english))
    state = raised.state or ("verify" if told.kind == "heuristic" else "fail")
    if state == "verify" and not zh.endswith("请核实。"):
        zh = f"{zh.rstrip('。')}，请核实。"
    facts = (*raised.facts, *(f"{cell}={_raw(subject, cell)}" for cell in raised.cells))
    county = subject.context.county
    mark, *also = (
        fingerprint(raised.rule, f"{county}{name}", subject.year, facts)
        for name in (subject.unit, *subject.context.formerly)
    )
    return Finding(
        rule=raised.rule,
        severity=raised.severity or told.severity,
        state=state,
        zh=zh,
        en=en,
        fingerprint=mark,
        cells=raised.cells,
        expected=raised.expected,
        actual=raised.actual,
        suggestions=raised.suggestions,
        quote=raised.quote,
        other_quote=raised.other_quote,
        source=raised.source,
        also=tuple(also),
    )


def _raw(subject: Subject, cell: str) -> object:
    value = subject.value(cell)
    return value.number if value is not None else ""


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        raise KeyError(f"the message needs {key!r}")


def every_rule_id() -> frozenset[str]:
    """The rules that have code."""
    rules = chain.from_iterable(SCOPES.values())
    return frozenset(chain.from_iterable(ids for ids, _ in rules))


def without_code() -> frozenset[str]:
    """Entries of the catalogue that are for people, or that the
    engine itself raises."""
    return frozenset(catalogue()) - every_rule_id()
