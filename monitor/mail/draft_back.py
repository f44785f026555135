"""The mail that tells a unit what became of the draft that it sent."""

from __future__ import annotations

from datetime import datetime

from nianbao.monitor.ledger.words import SEVERITIES, Lang
from nianbao.monitor.mail.digest import Composed, day_of, rendered, say, section_of, seen_at
from nianbao.monitor.settings import Settings
from nianbao.monitor.standing import day_in_beijing
from nianbao.parser.private import masked
from nianbao.storage.drafts import Judged, Kept
from nianbao.storage.units import UnitRef


def verdict_mail(
    kept: Kept, unit: UnitRef, judged: Judged, settings: Settings, now: datetime, lang: Lang
) -> Composed:
    """`kept`: as it came; `judged`: what was found."""
    wrong = sum(each["severity"] == "error" for each in judged.findings)
    why = masked(judged.why[0 if lang == "zh" else 1]) if judged.why else ""
    named = {"unit": unit.name, "year": kept.year, "count": wrong, "name": kept.name, "why": why}
    rows = [(SEVERITIES[each["severity"]].said(lang), str(each[lang])) for each in judged.findings]
    sections = []
    if rows:
        sections.append(
            section_of(say("draft_found", lang), lang, ("draft_kind", "draft_said"), rows)
        )
    told = say((BY_HAND if kept.decider else SENTENCES)[judged.state], lang, **named)
    doubts = sum(each["severity"] == "warning" for each in judged.findings)
    if judged.state == "passed" and doubts and not kept.decider:
        told = say("draft_to_verify", lang, count=doubts)
    office = settings.office
    page = f"{settings.web.public.rstrip('/')}/drafts/{kept.id}" if settings.web.public else ""
    return rendered(
        {
            "lang": lang,
            "subject": say("draft_subject", lang, **named, verdict=say(WORDS[judged.state], lang)),
            "to_do": [told],
            "greeting": say("draft_greeting", lang, **named),
            "summary": say(
                "draft_comments" if judged.commented else "draft_summary", lang, **named
            ),
            "compared": "",
            "tiles": [],
            "sections": sections,
            "closing": [*([office.contact] if office.contact else []), *seen_at(page, lang)],
            "signature": say("signature", lang, office=office.name),
            "date": day_of(day_in_beijing(now), lang),
            "footer": "nianbao",
        }
    )


SENTENCES = {
    "returned": "draft_returned",
    "passed": "draft_passed",
    "held": "draft_held",
    "unread": "draft_unread",
    "unfiled": "draft_unfiled",
}
BY_HAND = {"returned": "draft_by_hand_returned", "passed": "draft_by_hand_passed"}
WORDS = {
    "returned": "draft_is_returned",
    "passed": "draft_is_passed",
    "held": "draft_is_held",
    "unread": "draft_is_unread",
    "unfiled": "draft_is_unfiled",
}
