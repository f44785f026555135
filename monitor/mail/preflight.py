"""The mail before a season: of each county, which units' reports could be seen, and which could
not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from nianbao.monitor.ledger.preflight import Ready
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.mail.digest import (
    MENDS,
    Anchor,
    Cell,
    Composed,
    Section,
    day_of,
    rendered,
    say,
    section_of,
    seen_at,
)
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import day_in_beijing

SENTENCES: Mapping[str, str] = {
    **MENDS,
    "none": "ready_none",
    "sweep": "ready_sweep",
    "look": "ready_look",
}


def compose_preflight(
    found: Sequence[Ready],
    office: Office,
    lang: Lang,
    sender: str,
    now: datetime,
    page: str = "",
) -> Composed:
    """`found`: every unit of a reader's counties, by county. `page`: where they are seen."""
    named = {**_counted(found), "year": found[0].year + 1, "last": found[0].year}
    summary = say("preflight_summary" if named["rest"] else "preflight_all", lang, **named)
    closing = [say("preflight_again", lang)] if named["rest"] else []
    closing += [office.contact] if office.contact else []
    return rendered(
        {
            "lang": lang,
            "subject": say("subject_preflight", lang, **named),
            "to_do": list(_counties(found, lang)),
            "greeting": say("greeting_提醒", lang),
            "summary": summary,
            "compared": "",
            "tiles": [],
            "sections": list(_sections(found, lang)),
            "closing": [*closing, *seen_at(page, lang)],
            "signature": say("signature", lang, office=office.name),
            "date": day_of(day_in_beijing(now), lang),
            "footer": say("unsubscribe", lang, address=sender) if sender else "nianbao",
        }
    )


def _counted(found: Sequence[Ready]) -> dict[str, int]:
    ready = sum(each.provable for each in found)
    return {"count": len(found), "ready": ready, "rest": len(found) - ready}


def _by_county(found: Sequence[Ready]) -> Iterator[tuple[str, list[Ready]]]:
    for (_, name), mine in groupby(found, key=lambda each: (each.county, each.county_name)):
        yield name, list(mine)


def _counties(found: Sequence[Ready], lang: Lang) -> Iterator[str]:
    for name, mine in _by_county(found):
        yield say("preflight_county", lang, county=name, **_counted(mine))


def _sections(found: Sequence[Ready], lang: Lang) -> Iterator[Section]:
    """The units of each county that can't be verified: why, and what to do."""
    for name, mine in _by_county(found):
        rows = [_row(each, lang) for each in mine if not each.provable]
        if rows:
            title = say("preflight_county", lang, county=name, **_counted(mine))
            yield section_of(title, lang, ("unit", "why", "mend"), rows)


def _row(ready: Ready, lang: Lang) -> tuple[Cell, ...]:
    why = ready.zh if lang == "zh" else ready.en
    reason = (why, Anchor(ready.url, ready.url)) if ready.url else why
    return ready.name, reason, mending(ready, lang)


def mending(ready: Ready, lang: Lang) -> str:
    """What to do so that a unit can be verified; empty where nothing is to do."""
    if not ready.mend:
        return ""
    return say(SENTENCES[ready.mend], lang, url=ready.url, year=ready.year)
