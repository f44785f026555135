"""The weekly mail: composed from what was known at a time, by pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from nianbao.crawler.page_state import STATES
from nianbao.monitor.mail.facts import DigestFacts, UnitLine
from nianbao.monitor.mail.picture import progress
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import BEIJING
from nianbao.storage.queries import FindingFacts

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


@dataclass(frozen=True)
class Section:
    title: str
    count: int | None = None
    told: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    picture: str = ""


@cache
def _words() -> dict[str, tuple[str, str]]:
    import yaml

    from nianbao.storage.registry import LOADER

    text = (
        resources.files(__package__ or "nianbao.monitor.mail")
        .joinpath("words.yaml")
        .read_text(encoding="utf-8")
    )
    return {key: (zh, en) for key, (zh, en) in yaml.load(text, LOADER).items()}


def say(key: str, lang: str, **named: object) -> str:
    sentence = _words()[key][0 if lang == "zh" else 1]
    return sentence.format(**named) if named else sentence


def day_of(day: date, lang: str) -> str:
    return f"{day.month}月{day.day}日" if lang == "zh" else day.strftime("%-d %B %Y")


def compose(
    facts: DigestFacts, office: Office, lang: str = "zh", sender: str = "", *, ledger: bool = True
) -> Composed:
    """Headline counts first, then lists, then what is asked and by when; no adjectives about anybody."""
    local = facts.now.astimezone(BEIJING)
    subject = _subject(facts, office, lang)
    pictures = {}
    sections = list(_sections(facts, lang))
    if not facts.scope.startswith("unit:") and len(facts.progress) > 1:
        pictures["progress@nianbao"] = progress(facts.progress, facts.last_progress, facts.deadline)
        before = (
            say("progress_before", lang) if any(share for _, share in facts.last_progress) else ""
        )
        told = say("progress_told", lang, year=facts.year, before=before)
        sections.insert(0, Section(say("progress", lang), told=told, picture="progress@nianbao"))
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
        "footer": say("unsubscribe", lang, address=sender) if sender else "nianbao",
    }
    return Composed(subject, _plain(named), _template().render(named), pictures)


@cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("nianbao.monitor.mail", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
        "digest.html"
    )


def _plain(named: Mapping[str, Any]) -> str:
    """The same mail for programs that show no HTML."""
    lines = [
        named["subject"],
        "",
        named["greeting"],
        named["summary"],
        *([named["compared"]] if named["compared"] else []),
    ]
    for section in (each for each in named["sections"] if each.rows):
        count = (
            ""
            if section.count is None
            else f"（{section.count}）"
            if named["lang"] == "zh"
            else f" ({section.count})"
        )
        lines += ["", f"【{section.title}{count}】", *([section.told] if section.told else [])]
        for row in section.rows:
            shown = "  ".join(cell.text if isinstance(cell, Anchor) else cell for cell in row)
            links = [cell.href for cell in row if isinstance(cell, Anchor)]
            lines += [f"- {shown}", *(f"  {link}" for link in links)]
    lines += ["", *named["closing"], "", named["signature"], named["date"], "-- ", named["footer"]]
    return "\n".join(lines) + "\n"


def issue_of(moment: datetime, year: int) -> int:
    """The number of the week since the year began that the reports are due in."""
    local = moment.astimezone(BEIJING).date()
    return max((local - date(year + 1, 1, 1)).days // 7 + 1, 0)


def _subject(facts: DigestFacts, office: Office, lang: str) -> str:
    if facts.scope.startswith("unit:") and facts.lines:
        return say("subject_unit", lang, unit=facts.lines[0].name, year=facts.year)
    return say(
        f"subject_{office.wording}", lang, year=facts.year, week=issue_of(facts.now, facts.year)
    )


def _summary(facts: DigestFacts, lang: str) -> str:
    local = facts.now.astimezone(BEIJING)
    deadline = facts.deadline
    counts = facts.counts
    days = (deadline - local.date()).days if deadline else 0
    if deadline is not None and days >= 0:
        open_ = counts.get("awaiting", 0) + counts.get("not_due", 0)
        rest = say("rest_before", lang, open=open_, deadline=day_of(deadline, lang), days=days)
    else:
        rest = say(
            "rest_after",
            lang,
            deadline=day_of(deadline, lang) if deadline else "",
            missing=counts.get("missing", 0),
            late=counts.get("late", 0),
            unknown=counts.get("unknown", 0),
        )
    if counts.get("withdrawn"):
        rest += say("rest_withdrawn", lang, count=counts["withdrawn"])
    at = (
        f"{day_of(local.date(), lang)}{local.hour}时"
        if lang == "zh"
        else f"{local:%H:%M} on {day_of(local.date(), lang)}"
    )
    name = facts.name if lang == "zh" else f" in {facts.name}" if facts.name else ""
    share = f"{facts.published / facts.due:.1%}" if facts.due else "—"
    return say(
        "summary",
        lang,
        at=at,
        name=name,
        due=facts.due,
        published=facts.published,
        share=share,
        rest=rest,
    )


def _compared(facts: DigestFacts, lang: str) -> str:
    if not any(facts.before.values()) or facts.scope.startswith("unit:"):
        return ""
    now, before = facts.counts, facts.before
    change = {
        name: now.get(name, 0) - before.get(name, 0) for name in ("published", "missing", "unknown")
    }
    return say("compared", lang, **change)


def _tiles(facts: DigestFacts, lang: str) -> list[dict[str, object]]:
    counts = dict(facts.counts)
    counts["awaiting"] = counts.get("awaiting", 0) + counts.get("not_due", 0)
    names = {
        "published": say("published_count", lang),
        **{name: say(name, lang) for name, _ in TILES[1:]},
    }
    if facts.scope.startswith("unit:"):
        return []
    return [
        {"number": counts.get(name, 0), "name": names[name], "colour": colour}
        for name, colour in TILES
    ]


def _sections(facts: DigestFacts, lang: str) -> Sequence[Section]:
    several = len({line.county for line in facts.lines}) > 1

    def who(line: UnitLine | FindingFacts) -> str:
        county = line.county if isinstance(line, UnitLine) else line.county_name
        return f"{county} {line.name}" if several else line.name

    def why(line: UnitLine) -> str:
        return line.standing.zh if lang == "zh" else line.standing.en

    unit, evidence = say("unit", lang), say("evidence", lang)
    found: list[Section] = []

    def add(
        key: str, heads: tuple[str, ...], rows: Sequence[tuple[Any, ...]], told: str = ""
    ) -> None:
        if rows:
            more = say("more", lang, shown=MOST) if len(rows) > MOST else ""
            found.append(
                Section(
                    say(key, lang),
                    len(rows),
                    " ".join(filter(None, (told, more))),
                    heads,
                    tuple(rows[:MOST]),
                )
            )

    missing = facts.standing_at("missing")
    add(
        "missing",
        (unit, say("days", lang), evidence),
        [
            (who(line), str(line.standing.days), Anchor(f"{why(line)} {line.proof[:12]}", line.url))
            for line in missing
        ],
        say("missing_told", lang),
    )
    add(
        "awaiting",
        (unit,),
        [(_join(facts.standing_at("awaiting", "not_due"), who, lang),)]
        if facts.standing_at("awaiting", "not_due")
        else [],
    )
    if found and found[-1].title == say("awaiting", lang):
        found[-1] = Section(
            found[-1].title, len(facts.standing_at("awaiting", "not_due")), "", (), found[-1].rows
        )
    add(
        "late",
        (unit, say("days_late", lang), evidence),
        [
            (who(line), str(line.standing.days), Anchor(why(line), line.url))
            for line in facts.standing_at("late")
        ],
    )
    add(
        "withdrawn",
        (unit, evidence),
        [(Anchor(who(line), line.url), why(line)) for line in facts.standing_at("withdrawn")],
    )
    add(
        "new",
        (unit, say("published_on", lang), say("first_seen", lang)),
        [
            (
                Anchor(who(line), line.url),
                line.printed.isoformat() if line.printed else "—",
                f"{line.seen.astimezone(BEIJING):%Y-%m-%d %H:%M}" if line.seen else "",
            )
            for line in facts.new
        ],
    )
    for key, listed in (("wrong", facts.wrong), ("doubts", facts.doubts)):
        add(
            key,
            (unit, say("problem", lang), say("probable", lang)),
            [
                (Anchor(who(each), each.url), each.content[lang], _suggested(each))
                for each in listed
            ],
        )
    add(
        "changes",
        (unit, say("what", lang), say("first_seen", lang)),
        [
            (
                f"{region} {changed.name}" if several else changed.name,
                say(event.kind, lang),
                f"{event.at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
            )
            for event, changed, region in facts.changes
        ],
    )
    add(
        "unknown",
        (unit, evidence),
        [(who(line), why(line)) for line in facts.standing_at("unknown")],
        say("unknown_told", lang),
    )
    add(
        "exempt",
        (unit, say("reason", lang)),
        [(who(line), why(line)) for line in facts.standing_at("exempt")],
    )
    add(
        "dark",
        (say("column", lang), say("state", lang), say("since", lang)),
        [
            (
                Anchor(each.name, each.url),
                STATES[each.state][0 if lang == "zh" else 1],
                f"{each.whole.astimezone(BEIJING):%Y-%m-%d %H:%M}"
                if each.whole
                else say("never", lang),
            )
            for each in facts.dark
        ],
    )
    add(
        "ranking",
        (
            say("county", lang),
            say("due_count", lang),
            say("published_count", lang),
            say("share", lang),
            say("missing", lang),
        ),
        [
            (name, str(due), str(out), f"{out / due:.0%}" if due else "—", str(gone))
            for name, due, out, gone in facts.counties
        ],
    )
    return found


def _join(lines: Sequence[UnitLine], who: Any, lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(who(line) for line in lines)


def _suggested(finding: FindingFacts) -> str:
    return "；".join(str(value) for _, value, _ in finding.content["suggestions"][:2]) or "—"


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
