"""The page of a unit: first one sentence, then what is wrong, what happened, and all its years."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from nianbao.crawler.states import STATES
from nianbao.monitor.ledger.decided import with_decisions
from nianbao.monitor.ledger.faults import faults_of
from nianbao.monitor.ledger.first_look import looked_late
from nianbao.monitor.ledger.happened import doubted
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry, phones_of
from nianbao.monitor.ledger.there import Kept, There
from nianbao.monitor.ledger.way import Way
from nianbao.monitor.ledger.words import MAIL_STATES, STEPS, Lang
from nianbao.monitor.ledger.year import worst_of
from nianbao.monitor.paper.rows import finding_row, row_of
from nianbao.monitor.paper.sentences import at_in, history_row, what
from nianbao.monitor.settings import Office, Recipient
from nianbao.monitor.standing import day_in_beijing, due_year
from nianbao.monitor.web.county import OFFICE, Act, doubt_of, to_correct, to_urge
from nianbao.monitor.web.proof import acts_of, known_of
from nianbao.monitor.web.words import by, day_of, say, why_of
from nianbao.parser.private import masked
from nianbao.storage.audit import Written, letters_to
from nianbao.storage.facts import OF_STANDING, UnitFacts, checked
from nianbao.storage.kinds import Checked
from nianbao.storage.outbox import Mailed, mails_to
from nianbao.storage.queries import FindingFacts, Happened, day_doubted, events, findings
from nianbao.storage.scope import of_unit
from nianbao.storage.standings import years_known
from nianbao.storage.units import UnitRef
from nianbao.storage.ways import ANSWERS, said_of
from nianbao.storage.ways import Said as StepSaid

MOST = 200  # entries of what happened


class Entry(NamedTuple):
    """Something that happened, or was looked at."""

    at: datetime
    said: str
    document: str = ""  # what shows it
    answer: int = 0  # by which a file came
    file: str = ""  # its name


class UnitPage(NamedTuple):
    """All that a unit's page tells."""

    unit: UnitRef
    county: str
    year: int
    line: Line | None
    sentence: str
    findings: Sequence[FindingFacts]
    timeline: Sequence[Entry]
    is_cut: bool
    lines: Sequence[Line]  # of all years, the newest first
    phone: str
    happened: Sequence[Happened]
    document: str  # of the latest version
    text: str = ""  # to be sent, where it is missing
    to_mend: str = ""  # the same, where something of it is wrong
    has_columns: bool = False  # whether anybody knows where to look
    acts: Sequence[Act] = ()  # what may resolve that nobody can tell
    letter: str = ""  # which one it is due, as its word is named; empty: none
    verdict: Checked | None = None  # how the check of the latest version ended
    there: There | None = None  # what has become of it
    ways: Sequence[Way] = ()  # of each fault, from found to mended
    worst: Mapping[int, str] = MappingProxyType(
        {}
    )  # of the years that are flagged, the gravest that was found
    doubted: Collection[int] = ()  # years of which it is asked on which day it was published
    late: Collection[int] = ()  # years long before its columns were first read whole

    def doubt_of(self, line: Line) -> str:
        return doubt_of(line, line.year in self.doubted, line.year in self.late)

    def says_late(self, lines: Iterable[Line]) -> bool:
        """Whether "first read late" stands beside any of them."""
        return any(self.doubt_of(each) == "late_look" for each in lines)


def unit_page(
    s: Session,
    registry: Registry,
    code: str,
    year: int,
    now: datetime,
    lang: Lang,
    recipients: Sequence[Recipient] = (),
    office: Office = OFFICE,
) -> UnitPage:
    """Raises ScopeError where there is no such unit."""
    known = known_of(s, registry, code, year, now)
    unit, line, facts = known.unit, known.line, known.facts
    scope = of_unit(unit.id, unit.county)
    lines = [] if line is None else [line]
    for other in {*years_known(s, registry.scope), due_year(now)} - {year}:
        lines += with_decisions(s, lines_now(s, scope, other, now, registry))
    told = findings(s, scope, year, ("error", "warning"))
    free = {each.year for each in lines if each.standing.name == "exempt"}
    found = [] if year in free else _held(told)
    worst = {year: worst_of(found)} if found else {}
    for flagged in {each.year for each in lines if each.quality == "flagged"} - free - {year}:
        held = _held(findings(s, scope, flagged, ("error", "warning")))
        worst |= {flagged: worst_of(held)} if held else {}
    sentence = _sentence(line, found, lang, now) + _waived(line, told, lang)
    happened = doubted(s, events(s, scope))
    written = [each for each in letters_to(s, unit.id) if each.year == year]
    letters = (_written(each, lang) for each in written)
    hashes = {each.sha256 for each in written}
    steps = [each for each in said_of(s, scope, year) if each.file not in hashes]
    said = (_stepped(each, lang) for each in steps)
    mails = mails_to(s, _own(recipients, unit))
    sent = (_mailed(each, lang) for each in mails if due_year(each.at) == year)
    timeline = [*_entries(happened, facts, line, year, lang), *letters, *sent, *said]
    entries = sorted(timeline, key=lambda entry: entry.at, reverse=True)
    versions = facts.versions if facts is not None else ()
    called = phones_of(s, scope, now, registry)
    text, to_mend = "", ""
    if line is not None:
        text = to_urge(line, registry, office, now, lang)
        to_mend = to_correct(line, found, registry, office, now, lang)
    last = versions[-1] if versions else None
    of = (s, scope, year, now, registry)
    kept = Kept(s, scope, year) if last is not None else None
    return UnitPage(
        unit=unit,
        county=known.county,
        year=year,
        line=line,
        sentence=say("unit_sentence", lang, year=year, told=sentence),
        findings=found if line is not None else (),
        timeline=entries[:MOST],
        is_cut=len(entries) > MOST,
        lines=sorted(lines, key=lambda each: -each.year),
        phone=called.get(unit.id, ""),
        happened=happened,
        document=versions[-1].document if versions else "",
        worst=worst,
        text=text,
        to_mend=to_mend,
        has_columns=facts is not None and bool(facts.places),
        acts=acts_of(known),
        letter=_letter(line, found) if line is not None else "",
        doubted=[each.year for each in lines if unit.id in day_doubted(s, scope, each.year)],
        late=[each.year for each in lines if looked_late(s, [each], each.year, now)],
        ways=[] if line is None else faults_of(*of, lines=[line]).of(unit.id),
        verdict=checked(s, [last.id])[last.id] if last is not None else None,
        there=kept.there(unit.id, year, last.number, last.seen) if kept and last else None,
    )


def _held(told: Sequence[FindingFacts]) -> list[FindingFacts]:
    """What is held against a report; that it is late or gone is told of where it stands."""
    return [each for each in told if each.is_held and each.rule not in OF_STANDING.values()]


def _letter(line: Line, found: Sequence[FindingFacts]) -> str:
    """Which letter is due, as far as a page says; what is written decides it anew."""
    if line.is_accused:
        return "letter_urge"
    if not found or not line.is_published:
        return ""
    return "letter_correct" if any(each.must_be_corrected for each in found) else "letter_verify"


def _written(letter: Written, lang: Lang) -> Entry:
    kind = say(f"letter_{KINDS[letter.kind]}", lang) if letter.kind in KINDS else letter.kind
    named = {"kind": kind, "who": by(letter.who, lang), "sha256": letter.sha256[:12]}
    return Entry(letter.at, say("letter_written", lang, **named))


def _stepped(step: StepSaid, lang: Lang) -> Entry:
    """What somebody did or said on the way of a fault."""
    words = masked(step.words) if step.kind != "sent" or not step.file else ""
    told = f"{STEPS[step.kind].said(lang)} {by(step.who, lang)}"
    said = f"{told}{say('colon', lang)}{words}" if words else told
    if step.kind not in ANSWERS or not step.file:
        return Entry(step.at, said)
    return Entry(step.at, said, answer=step.id, file=masked(step.name))


def _own(recipients: Sequence[Recipient], unit: UnitRef) -> list[str]:
    """The addresses of those who are told of this unit alone."""
    scopes: dict[str, set[str]] = {}
    for each in recipients:
        said = "".join(each.scope.split()).replace("：", ":")
        scopes.setdefault(each.address, set()).add(said.removeprefix("unit:"))
    return [to for to, asked in scopes.items() if asked <= {unit.id, unit.name}]


def _mailed(mail: Mailed, lang: Lang) -> Entry:
    state = MAIL_STATES[mail.state][0 if lang == "zh" else 1]
    named = {"subject": masked(mail.subject), "to": mail.recipient, "state": state}
    return Entry(mail.at, say("mail_entry", lang, **named))


KINDS = {"催办": "urge", "整改": "correct", "核实": "verify"}


def _sentence(line: Line | None, found: Sequence[FindingFacts], lang: Lang, now: datetime) -> str:
    if line is None:
        return say("unit_not_due", lang)
    word, today = line.word.said(lang), day_in_beijing(now)
    why = why_of(line.standing, lang)
    if not line.is_published or line.first_day is None:
        return say("unit_other", lang, word=word, why=why)
    key = "unit_published" if line.first_day == line.printed else "unit_seen"
    told = say(key, lang, day=day_of(line.first_day, lang, today), word=word)
    wrong = sum(each.must_be_corrected for each in found)
    if wrong:
        told += say("unit_wrong", lang, count=wrong)
    if len(found) > wrong:
        told += say("unit_doubt", lang, count=len(found) - wrong)
    if line.quality == "unreadable":
        told += say("unit_unreadable", lang)
    elif not found and line.quality == "clean":
        told += say("unit_clean", lang)
    return told


def _waived(line: Line | None, told: Sequence[FindingFacts], lang: Lang) -> str:
    """By whom and why where it stands is not held against it."""
    rule = OF_STANDING.get(line.standing.name, "") if line is not None else ""
    decided = (each.decided for each in told if each.rule == rule and each.verdict == "waived")
    return "".join(say("unit_waived", lang, decided=masked(each)) for each in [*decided][:1])


def _entries(
    happened: Sequence[Happened],
    facts: UnitFacts | None,
    line: Line | None,
    year: int,
    lang: Lang,
) -> Iterator[Entry]:
    """Of a year: what changed, each version, each look on which the standing rests."""
    for event in happened:
        if event.year in (year, None):
            yield Entry(event.at, masked(what(event, lang)))
    if facts is None:
        return
    for version in facts.versions:
        read = day_in_beijing(version.seen)
        said = say("version", lang, number=version.number, at=read)
        yield Entry(version.seen, said, version.document)
    proofs = line.proofs if line is not None else ()
    for proven in proofs:
        yield Entry(proven.at, say("look_proven", lang), proven.document)
    latest = max(facts.looks, key=lambda look: look.at, default=None)
    if latest is not None and latest.at not in {proven.at for proven in proofs}:
        state = STATES[latest.state][0 if lang == "zh" else 1]
        yield Entry(latest.at, say("look_latest", lang, state=state), latest.document)


# ---- for programs


THERE = ("state", "since", "version", "replaced")


def unit_row(page: UnitPage, english: UnitPage) -> dict[str, Any]:
    """One year as a row, with what is wrong and what happened; `english`: the same, in English."""
    row = {} if page.line is None else row_of(page.line, page.county)
    if page.line is not None:
        row["why_en"] = page.line.standing.en
    there = {} if page.there is None else page.there.row()
    return {
        **row,
        "verdict": page.verdict,
        **{key: there.get(key) for key in THERE},
        "findings": [finding_row(each) for each in page.findings],
        "history": [history_row(each) for each in page.happened if each.year in (page.year, None)],
        "timeline": [
            {"at": at_in(zh.at), "what": zh.said, "what_en": en.said, "evidence": zh.document}
            for zh, en in zip(page.timeline, english.timeline, strict=True)
        ],
    }
