"""From what is stored to what the rules and standings are told: dated facts, and the deadline that holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from monitor.deadlines import policy_of
from monitor.rules.subject import Look as RuleLook
from monitor.rules.subject import Watched
from monitor.standing import BEIJING, Look, Seen, Standing, standing
from storage.queries import UnitFacts
from storage.registry import CountyEntry


def seen_of(facts: UnitFacts) -> Seen:
    looks = [Look(look.at, look.complete, look.state) for look in facts.looks]
    return Seen(facts.printed, facts.first_seen, facts.withdrawn, looks, facts.exempt, facts.in_doubt)


def standing_of(
    facts: UnitFacts, county: CountyEntry | None, year: int, now: datetime, regions: Mapping[str, str] | None = None
) -> Standing:
    policy = policy_of(county, facts.name, year, regions, kind=facts.kind)
    return standing(seen_of(facts), policy, year, now)


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


UNREACHABLE = ("unreachable", "unreachable_tls")


def watched_of(facts: UnitFacts, county: CountyEntry, year: int, now: datetime, changes: int) -> Watched:
    """What the rules may know of a published report: only what is proven."""
    policy = policy_of(county, facts.name, year, kind=facts.kind)
    stands = standing(seen_of(facts), policy, year, now)
    first = _day(facts.first_seen) if facts.first_seen else None
    published = facts.printed or (first if stands.name in ("late", "on_time") else None)
    if stands.name == "on_time" and published is not None and published > policy.last_day(year):
        published = first  # it was there in time, whatever its page says
    last = facts.versions[-1] if facts.versions else None
    down = facts.looks and facts.looks[-1].state in UNREACHABLE
    return Watched(
        today=_day(now),
        deadline=policy.last_day(year),
        deadline_source=policy.source,
        published=published,
        first_seen=first,
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
        failures=facts.failures if down else 0,
    )
