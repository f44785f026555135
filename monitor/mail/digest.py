"""The weekly mail, composed by pure functions from what was known then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from importlib import resources
from typing import Any, NamedTuple

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from nianbao.crawler.page_state import STATES
from nianbao.monitor.mail.facts import DigestFacts, UnitLine
from nianbao.monitor.mail.picture import progress
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import BEIJING
from nianbao.storage.queries import FindingFacts
from nianbao.storage.registry import LOADER

MOST = 60  # rows of a list; the ledger has them all
TILES = (
    ("published", "#C6E0B4"),
    ("awaiting", "#DDEBF7"),
    ("missing", "#F8CBAD"),
    ("late", "#FFE699"),
    ("unknown", "#E3E3E3"),
)


class Composed(NamedTuple):
    subject: str
    text: str
    html: str
    pictures: dict[str, bytes]  # by their content id


class Anchor(NamedTuple):
    text: str
    href: str


Row = tuple[str | Anchor, ...]


@dataclass(frozen=True)
class Section:
    title: str
    count: int | None = None
    told: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    picture: str = ""


@cache
def _words() -> dict[str, tuple[str, str]]:
    file = resources.files("nianbao.monitor.mail").joinpath("words.yaml")
    pairs = yaml.load(file.read_text(encoding="utf-8"), LOADER)
    return {key: (zh, en) for key, (zh, en) in pairs.items()}


def say(key: str, lang: str, **named: object) -> str:
    sentence = in_language(lang, *_words()[key])
    if not named:
        return sentence
    return sentence.format(**named)


def in_language(lang: str, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


def day_of(day: date, lang: str) -> str:
    return in_language(lang, f"{day.month}月{day.day}日", day.strftime("%-d %B %Y"))


def minute_of(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def share_of(part: int, whole: int, decimals: int = 0) -> str:
    return f"{part / whole:.{decimals}%}" if whole else "—"


def compose(
    facts: DigestFacts, office: Office, lang: str = "zh", sender: str = "", *, ledger: bool = True
) -> Composed:
    """Counts first, then lists, then what is asked and by when; no adjectives
    about anybody."""
    local = facts.now.astimezone(BEIJING)
    subject = _subject(facts, office, lang)
    pictures = {}
    sections = _sections(facts, lang)
    if not _is_of_a_unit(facts) and len(facts.progress) > 1:
        pictures[PICTURE] = progress(facts.progress, facts.last_progress, facts.deadline)
        sections.insert(0, _progress(facts, lang))
    footer = "nianbao"
    if sender:
        footer = say("unsubscribe", lang, address=sender)
    named = {
        "lang": lang,
        "subject": subject,
        "greeting": say(f"greeting_{office.wording}", lang),
        "summary": _summary(facts, lang),
        "compared": _compared(facts, lang),
        "tiles": _tiles(facts, lang),
        "sections": sections,
        "closing": _closing(facts, office, lang, ledger),
        "signature": say("signature", lang, office=office.name),
        "date": day_of(local.date(), lang),
        "footer": footer,
    }
    return Composed(subject, _plain(named), _template().render(named), pictures)


PICTURE = "progress@nianbao"


def _progress(facts: DigestFacts, lang: str) -> Section:
    before = ""
    if any(share for _, share in facts.last_progress):
        before = say("progress_before", lang)
    told = say("progress_told", lang, year=facts.year, before=before)
    return Section(say("progress", lang), told=told, picture=PICTURE)


def _is_of_a_unit(facts: DigestFacts) -> bool:
    return facts.scope.startswith("unit:")


@cache
def _template() -> Template:
    loader = PackageLoader("nianbao.monitor.mail", "templates")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return templates.get_template("digest.html")


def _plain(named: Mapping[str, Any]) -> str:
    """The same mail for programs that show no HTML."""
    lines = [named["subject"], "", named["greeting"], named["summary"]]
    if named["compared"]:
        lines.append(named["compared"])
    for section in named["sections"]:
        if section.rows:
            lines += _plain_section(section, named["lang"])
    lines += ["", *named["closing"], "", named["signature"], named["date"], "-- ", named["footer"]]
    return "\n".join(lines) + "\n"


def _plain_section(section: Section, lang: str) -> list[str]:
    count = ""
    if section.count is not None:
        count = in_language(lang, f"（{section.count}）", f" ({section.count})")
    lines = ["", f"【{section.title}{count}】"]
    if section.told:
        lines.append(section.told)
    for row in section.rows:
        texts, links = [], []
        for cell in row:
            if isinstance(cell, Anchor):
                texts.append(cell.text)
                links.append(f"  {cell.href}")
            else:
                texts.append(cell)
        lines += [f"- {'  '.join(texts)}", *links]
    return lines


def issue_of(moment: datetime, year: int) -> int:
    """The number of the week since the year began that the
    reports are due in."""
    local = moment.astimezone(BEIJING).date()
    return max((local - date(year + 1, 1, 1)).days // 7 + 1, 0)


def _subject(facts: DigestFacts, office: Office, lang: str) -> str:
    if _is_of_a_unit(facts) and facts.lines:
        return say("subject_unit", lang, unit=facts.lines[0].name, year=facts.year)
    week = issue_of(facts.now, facts.year)
    return say(f"subject_{office.wording}", lang, year=facts.year, week=week)


def _summary(facts: DigestFacts, lang: str) -> str:
    local = facts.now.astimezone(BEIJING)
    day = day_of(local.date(), lang)
    name = facts.name
    if name:
        name = in_language(lang, name, f" in {name}")
    return say(
        "summary",
        lang,
        at=in_language(lang, f"{day}{local.hour}时", f"{local:%H:%M} on {day}"),
        name=name,
        due=facts.due,
        published=facts.published,
        share=share_of(facts.published, facts.due, 1),
        rest=_rest(facts, local.date(), lang),
    )


def _rest(facts: DigestFacts, today: date, lang: str) -> str:
    """What is still open before the deadline; what is wanting after it."""
    counts, deadline = facts.counts, facts.deadline
    if deadline is not None and deadline >= today:
        named: dict[str, object] = {
            "open": counts.get("awaiting", 0) + counts.get("not_due", 0),
            "deadline": day_of(deadline, lang),
            "days": (deadline - today).days,
        }
        rest = say("rest_before", lang, **named)
    else:
        named = {name: counts.get(name, 0) for name in ("missing", "late", "unknown")}
        named["deadline"] = ""
        if deadline is not None:
            named["deadline"] = day_of(deadline, lang)
        rest = say("rest_after", lang, **named)
    if counts.get("withdrawn"):
        rest += say("rest_withdrawn", lang, count=counts["withdrawn"])
    return rest


def _compared(facts: DigestFacts, lang: str) -> str:
    if not any(facts.before.values()) or _is_of_a_unit(facts):
        return ""
    now, before = facts.counts, facts.before
    names = ("published", "missing", "unknown")
    change = {name: now.get(name, 0) - before.get(name, 0) for name in names}
    return say("compared", lang, **change)


def _tiles(facts: DigestFacts, lang: str) -> list[dict[str, object]]:
    if _is_of_a_unit(facts):
        return []
    counts = dict(facts.counts)
    counts["awaiting"] = counts.get("awaiting", 0) + counts.get("not_due", 0)
    names = {name: say(name, lang) for name, _ in TILES[1:]}
    names["published"] = say("published_count", lang)
    return [
        {"number": counts.get(name, 0), "name": names[name], "colour": colour}
        for name, colour in TILES
    ]


@dataclass(frozen=True)
class _View:
    """A digest's facts as a reader of one language sees them."""

    facts: DigestFacts
    lang: str

    @cached_property
    def several(self) -> bool:
        """Counties, so that each unit is told with its own."""
        return len({line.county for line in self.facts.lines}) > 1

    def say(self, key: str, **named: object) -> str:
        return say(key, self.lang, **named)

    def name(self, county: str, unit: str) -> str:
        return f"{county} {unit}" if self.several else unit

    def who(self, line: UnitLine) -> str:
        return self.name(line.county, line.name)

    def why(self, line: UnitLine) -> str:
        return in_language(self.lang, line.standing.zh, line.standing.en)

    def section(
        self, key: str, heads: Sequence[str], rows: Sequence[Row], told: str = ""
    ) -> Section:
        """The first rows; the heads are keys of words."""
        more = ""
        if len(rows) > MOST:
            more = self.say("more", shown=MOST)
        told = " ".join(filter(None, (told, more)))
        titles = tuple(self.say(head) for head in heads)
        return Section(self.say(key), len(rows), told, titles, tuple(rows[:MOST]))


def _sections(facts: DigestFacts, lang: str) -> list[Section]:
    """Every list of which there is anything to tell."""
    view = _View(facts, lang)
    sections = [section(view) for section in SECTIONS]
    return [section for section in sections if section.rows]


def _missing(view: _View) -> Section:
    rows: list[Row] = []
    for line in view.facts.standing_at("missing"):
        proof = Anchor(f"{view.why(line)} {line.proof[:12]}", line.url)
        rows.append((view.who(line), str(line.standing.days), proof))
    return view.section("missing", ("unit", "days", "evidence"), rows, view.say("missing_told"))


def _awaiting(view: _View) -> Section:
    """Their names alone, in one row."""
    lines = view.facts.standing_at("awaiting", "not_due")
    if not lines:
        return Section(view.say("awaiting"))
    names = in_language(view.lang, "、", ", ").join(view.who(line) for line in lines)
    return Section(view.say("awaiting"), len(lines), rows=((names,),))


def _late(view: _View) -> Section:
    rows: list[Row] = []
    for line in view.facts.standing_at("late"):
        rows.append((view.who(line), str(line.standing.days), Anchor(view.why(line), line.url)))
    return view.section("late", ("unit", "days_late", "evidence"), rows)


def _withdrawn(view: _View) -> Section:
    rows: list[Row] = []
    for line in view.facts.standing_at("withdrawn"):
        rows.append((Anchor(view.who(line), line.url), view.why(line)))
    return view.section("withdrawn", ("unit", "evidence"), rows)


def _new(view: _View) -> Section:
    rows: list[Row] = []
    for line in view.facts.new:
        printed, seen = "—", ""
        if line.printed is not None:
            printed = line.printed.isoformat()
        if line.seen is not None:
            seen = minute_of(line.seen)
        rows.append((Anchor(view.who(line), line.url), printed, seen))
    return view.section("new", ("unit", "published_on", "first_seen"), rows)


def _wrong(view: _View) -> Section:
    return _findings(view, "wrong", view.facts.wrong)


def _doubts(view: _View) -> Section:
    return _findings(view, "doubts", view.facts.doubts)


def _findings(view: _View, key: str, findings: Sequence[FindingFacts]) -> Section:
    rows: list[Row] = []
    for finding in findings:
        unit = Anchor(view.name(finding.county_name, finding.name), finding.url)
        rows.append((unit, finding.content[view.lang], _suggested(finding)))
    return view.section(key, ("unit", "problem", "probable"), rows)


def _suggested(finding: FindingFacts) -> str:
    return "；".join(str(value) for _, value, _ in finding.content["suggestions"][:2]) or "—"


def _changes(view: _View) -> Section:
    rows: list[Row] = []
    for event, unit, county in view.facts.changes:
        rows.append((view.name(county, unit.name), view.say(event.kind), minute_of(event.at)))
    return view.section("changes", ("unit", "what", "first_seen"), rows)


def _unknown(view: _View) -> Section:
    lines = view.facts.standing_at("unknown")
    rows: list[Row] = [(view.who(line), view.why(line)) for line in lines]
    return view.section("unknown", ("unit", "evidence"), rows, view.say("unknown_told"))


def _exempt(view: _View) -> Section:
    lines = view.facts.standing_at("exempt")
    rows: list[Row] = [(view.who(line), view.why(line)) for line in lines]
    return view.section("exempt", ("unit", "reason"), rows)


def _dark(view: _View) -> Section:
    rows: list[Row] = []
    for column in view.facts.dark:
        since = view.say("never")
        if column.whole is not None:
            since = minute_of(column.whole)
        state = in_language(view.lang, *STATES[column.state])
        rows.append((Anchor(column.name, column.url), state, since))
    return view.section("dark", ("column", "state", "since"), rows)


def _ranking(view: _View) -> Section:
    rows: list[Row] = []
    for name, due, published, missing in view.facts.counties:
        rows.append((name, str(due), str(published), share_of(published, due), str(missing)))
    heads = ("county", "due_count", "published_count", "share", "missing")
    return view.section("ranking", heads, rows)


SECTIONS: tuple[Callable[[_View], Section], ...] = (
    _missing,
    _awaiting,
    _late,
    _withdrawn,
    _new,
    _wrong,
    _doubts,
    _changes,
    _unknown,
    _exempt,
    _dark,
    _ranking,
)


def _closing(facts: DigestFacts, office: Office, lang: str, ledger: bool) -> list[str]:
    lines = []
    local = facts.now.astimezone(BEIJING).date()
    if facts.standing_at("awaiting") and facts.deadline is not None and local <= facts.deadline:
        lines.append(say("ask_before", lang, deadline=day_of(facts.deadline, lang)))
    if facts.standing_at("missing"):
        lines.append(say("ask_after", lang))
    if facts.wrong or facts.doubts:
        lines.append(say("ask_correct", lang))
    if not lines and not facts.standing_at("unknown"):
        lines.append(say("all_well", lang))
    if ledger:
        lines.append(say("attached", lang))
    if office.contact:
        lines.append(office.contact)
    return lines
