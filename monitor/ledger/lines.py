"""From what is stored to what the rules and standings are told: dated facts, and the deadline that holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from nianbao.crawler.page_state import STATES
from nianbao.monitor.deadlines import policy_of
from nianbao.monitor.rules.subject import Look as RuleLook
from nianbao.monitor.rules.subject import Watched
from nianbao.monitor.standing import BEIJING, Look, Policy, Seen, Standing, standing
from nianbao.storage.facts import UnitFacts
from nianbao.storage.registry import CountyEntry


def evidence_of(facts: UnitFacts, stands: Standing) -> str:
    """The hash of the bytes that prove a standing."""
    look = next((look.document for look in facts.looks if look.at == stands.evidence), "")
    return look or (facts.versions[0].document if facts.versions else "")


def seen_of(facts: UnitFacts) -> Seen:
    looks = [
        Look(look.at, look.complete, look.state, STATES.get(look.state, ("", "")))
        for look in facts.looks
    ]
    return Seen(
        facts.printed, facts.first_seen, facts.withdrawn, looks, facts.exempt, facts.in_doubt
    )


def standing_of(
    facts: UnitFacts,
    county: CountyEntry | None,
    year: int,
    now: datetime,
    regions: Mapping[str, str] | None = None,
) -> Standing:
    policy = policy_of(county, facts.name, year, regions, kind=facts.kind)
    return standing(seen_of(facts), policy, year, now)


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def watched_of(facts: UnitFacts, policy: Policy, year: int, now: datetime, changes: int) -> Watched:
    """What the rules may know of a published report: only what is proven."""
    stands = standing(seen_of(facts), policy, year, now)
    late = stands.name == "late"
    last = facts.versions[-1] if facts.versions else None
    return Watched(
        today=_day(now),
        deadline=policy.last_day(year),
        deadline_source=policy.source,
        published=facts.printed if late else None,
        unseen=_day(stands.evidence)
        if late and facts.printed is None and stands.evidence is not None
        else None,
        first_seen=_day(facts.first_seen) if facts.first_seen else None,
        printed=facts.dated,
        looks=tuple(
            RuleLook(
                look.at.astimezone(BEIJING).date(),
                look.complete,
                facts.first_seen is not None and look.at >= facts.first_seen,
            )
            for look in facts.looks
        ),
        withdrawn=_day(facts.withdrawn) if facts.withdrawn else None,
        changed=_day(last.seen) if last is not None and last.number > 1 else None,
        changes=changes,
        failures=facts.failures,
    )
