"""`nianbao rules --rates`: of what each rule found here, what people decided to be no problem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nianbao.monitor.cli.asking import asking
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.tables import Form, show
from nianbao.monitor.ledger.rates import Rate, rates
from nianbao.monitor.rules.catalogue import catalogue
from nianbao.storage.queries import findings, years_of_reports

COLUMNS = ("rule", "title", "severity", "findings", "accepted", "waived", "share", "reasons")


def tell_rates(
    rule: str,
    year: int | None,
    county: list[str] | None,
    as_of: str,
    config: Path,
    store: str,
    *,
    as_json: bool,
) -> None:
    with asking(store, config, county, year, as_of) as asked:
        known_on = asked.now if as_of else None
        years = [year] if year else years_of_reports(asked.s, asked.scope)
        rules = [rule] if rule else []
        of_years = [
            findings(asked.s, asked.scope, each, rules=rules, as_of=known_on) for each in years
        ]
    told = rates(finding for of_year in of_years for finding in of_year)
    total, waived = sum(rate.findings for rate in told), sum(rate.waived for rate in told)
    show(
        [_row(rate) for rate in told],
        COLUMNS,
        Form.json if as_json else Form.table,
        None,
        heads=(
            say("规则", "Rule"),
            say("内容", "About"),
            say("问题", "Findings"),
            say("确认", "Accepted"),
            say("不成立", "Waived"),
            say("不成立占比", "Share"),
            say("理由", "Reasons"),
        ),
        shown=[_shown(rate) for rate in told],
        summary=say(
            f"共 {total} 项，其中认定不成立 {waived} 项", f"{total} findings, {waived} waived"
        ),
    )


def _row(rate: Rate) -> dict[str, Any]:
    entry = catalogue()[rate.rule]
    return {
        "rule": rate.rule,
        "title": entry.title_zh,
        "severity": entry.severity,
        "findings": rate.findings,
        "accepted": rate.accepted,
        "waived": rate.waived,
        "share": round(rate.share, 4),
        "reasons": [{"why": why, "count": count} for why, count in rate.reasons],
    }


def _shown(rate: Rate) -> tuple[str, ...]:
    entry = catalogue()[rate.rule]
    reasons = say("；", "; ").join(f"{why} ×{count}" for why, count in rate.reasons)
    title = entry.title_zh if current() == "zh" else entry.title_en
    numbers = (rate.findings, rate.accepted, rate.waived)
    return (rate.rule, title, *map(str, numbers), f"{rate.share:.0%}", reasons)
