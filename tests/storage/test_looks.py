"""What looks prove, asked for of many units at once, is what a plain scan of them finds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.storage.dates import BEIJING
from nianbao.storage.models import Column, Document, Look, Portal, Region, Sweep
from nianbao.storage.proving import (
    NEVER,
    Ask,
    LookFacts,
    Proof,
    Within,
    latest_of,
    proving,
)
from nianbao.storage.store import open_store, session

BEGAN = datetime(2026, 1, 5, 11, tzinfo=UTC)
Looks = Sequence[Sequence[Look]]  # of each sweep, the oldest first


def filled(s: Session, chance: random.Random) -> Looks:
    """Some columns of a county, looked at for weeks, by a clock that was in doubt at times; some
    of them alone, or with pages that a person saved since the sweep before.
    """
    s.add(Region(code="130999", name="甲县", level="county"))
    s.flush()
    s.add(Portal(id="130999", county="130999", host="x.example.gov.cn"))
    s.flush()
    for n in (1, 2, 3):
        s.add(Column(id=n, portal="130999", url=f"http://x.example.gov.cn/{n}/", preset=""))
        s.add(Document(id=n, url=f"http://x.example.gov.cn/{n}/", sha256=f"{n}", fetched=BEGAN, status=200))  # fmt: skip
    s.flush()
    sweeps = []
    for n in range(1, 60):
        at = BEGAN + timedelta(hours=9 * n)
        part = chance.random() < 0.4
        s.add(Sweep(id=n, portal="130999", began=at, part=part))
        s.flush()
        saved = at - timedelta(hours=chance.randint(1, 8)) if chance.random() < 0.3 else None
        looked = [column for column in (1, 2, 3) if chance.random() < (0.6 if part else 0.9)]
        looks = [_look(chance, n, column, at, saved) for column in looked]
        s.add_all(looks)
        s.flush()
        sweeps.append(looks)
    return sweeps


def _look(
    chance: random.Random, sweep: int, column: int, at: datetime, saved: datetime | None
) -> Look:
    proven = chance.random() < 0.7
    return Look(
        sweep=sweep,
        column=column,
        at=at + timedelta(minutes=column),
        state="ok" if proven else "unreachable",
        complete=proven,
        proof="end" if proven else chance.choice(("", None)),
        fresh=proven and chance.random() < 0.6,
        document=chance.choice((1, 2, 3, None)),
        clock=chance.choice(("", "", "", "apart", "ahead")),
        trusted=chance.choice((None, at + timedelta(days=3))),
        saved=saved,
        witness="李四" if saved is not None else "",
    )


def scanned(sweeps: Looks, ask: Ask, within: Within) -> set[LookFacts]:
    """The latest proven look, and the latest fresh ones of two days."""

    def is_such(look: Look) -> bool:
        trusted = look.trusted is not None
        if trusted and within.as_of is not None and look.trusted is not None:
            trusted = look.trusted <= within.as_of
        timed = look.clock == "" or (look.clock == "apart" and trusted)
        early = look.at < ask.before and (within.until is None or look.at <= within.until)
        return timed and early and look.at >= within.since and bool(look.proof)

    found: list[LookFacts] = []
    days: set[date] = set()
    for looks in reversed(sweeps):
        parts = [look for look in looks if look.column in ask.places and is_such(look)]
        if len(parts) < len(ask.places):
            continue
        told = _facts(parts)
        day = told.at.astimezone(BEIJING).date()
        if not found or (told.fresh and len(days) < 2 and day not in days):
            found.append(told)
            if told.fresh:
                days.add(day)
    return set(found)


def _facts(parts: Sequence[Look]) -> LookFacts:
    last = max(parts, key=lambda look: look.id)
    first = min(parts, key=lambda look: look.column)  # whose address is told
    at = min(look.saved or look.at for look in parts)
    fresh = all(look.fresh for look in parts)
    return LookFacts(
        at, True, last.state, str(first.document or ""), fresh, by_hand=parts[0].witness
    )


def test_of_many_at_once_as_a_plain_scan_finds(store_url: str) -> None:
    engine = open_store(store_url)
    chance = random.Random(1)
    with session(engine) as s:
        sweeps = filled(s, chance)
        moments = [NEVER, *(BEGAN + timedelta(hours=chance.randint(0, 540)) for _ in range(20))]
        sets = [{1}, {2}, {1, 2}, {2, 3}, {1, 2, 3}]
        asks = {Ask(frozenset(places), moment) for places in sets for moment in moments}
        sizes: set[int] = set()
        for as_of in (None, BEGAN + timedelta(days=9), BEGAN + timedelta(days=20)):
            proof = Proof(BEGAN + timedelta(days=2), False)
            within = Within(as_of, as_of, proof.since)
            told = proving(s, asks, within, proof)
            assert told.keys() == asks
            for ask in asks:
                assert told[ask] == scanned(sweeps, ask, within), (ask, as_of)
            sizes |= {len(each) for each in told.values()}
        assert {1, 2, 3} <= sizes
        s.rollback()
    engine.dispose()


def telling(sweeps: Looks, parts: set[int], places: frozenset[int]) -> Iterator[list[Look]]:
    """The looks of each sweep that tells something of some columns, the latest first."""
    for looks in reversed(sweeps):
        mine = [look for look in looks if look.column in places]
        is_of_others = len(mine) < len(places) and all(look.proof for look in mine)
        if mine and not (mine[0].sweep in parts and is_of_others):
            yield mine


def test_the_latest_that_tells_as_a_plain_scan_finds(store_url: str) -> None:
    engine = open_store(store_url)
    skipped = failed = 0
    with session(engine) as s:
        sweeps = filled(s, random.Random(2))
        parts = set(s.scalars(select(Sweep.id).where(Sweep.part)))
        sets = [frozenset(places) for places in ({1}, {2}, {1, 2}, {2, 3}, {1, 2, 3})]
        for day in range(1, 22):
            until = BEGAN + timedelta(days=day)
            before = [[look for look in looks if look.at <= until] for looks in sweeps]
            told = latest_of(s, sets, [Look.at <= until], None)
            for places in sets:
                own = list(telling(before, parts, places))
                look, failures = told[places]
                if look is None:
                    assert not own
                    continue
                assert look.at == min(each.saved or each.at for each in own[0]), (places, until)
                assert look.by_hand == own[0][0].witness
                is_whole = {each.column for each in own[0] if each.proof} >= places
                assert (look.proven or look.untimed) == is_whole
                reached = (n for n, looks in enumerate(own) if all(each.complete for each in looks))
                assert failures == next(reached, len(own))
                last = max(
                    each.sweep for looks in before for each in looks if each.column in places
                )
                skipped += last != own[0][0].sweep
                failed += failures > 1
        s.rollback()
    assert skipped
    assert failed
    engine.dispose()
