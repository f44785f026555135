"""The weekly mail: composed from a year as it was known at a time, by pure functions.

First who and what to do, the most urgent first; then the units one by one; then the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.rot import News, Rot, grouped, mending_of, state_of
from nianbao.monitor.ledger.words import EVENTS, FIRST_LOOK, GONE_IN_DOUBT, STANDINGS, Lang, by_hand
from nianbao.monitor.ledger.year import Year
from nianbao.monitor.mail.picture import progress
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import BEIJING, day_in_beijing
from nianbao.storage.queries import FindingFacts, Happened
from nianbao.storage.registry import yaml_loader

MOST = 60  # rows of a list; the ledger has them all
NAMED = 8  # units named in a line of what is to be done
MOST_TO_DO = 5
PICTURE = "progress@nianbao"
NOTHING_NEW = News()
NO_PICTURES: Mapping[str, bytes] = {}
TILES = ("published", "awaiting", "missing", "unconfirmed", "late", "unknown")


class Composed(NamedTuple):
    subject: str
    text: str
    html: str
    pictures: dict[str, bytes]  # by their content id


@dataclass(frozen=True)
class Anchor:
    text: str
    href: str

    @property
    def plain(self) -> str:
        """For programs that show no HTML."""
        return f"{self.text} {self.href}"


Cell = str | Anchor | tuple[str | Anchor, ...]  # several lines, each with its own beginning


@dataclass(frozen=True)
class Section:
    title: str
    count: int | None = None
    told: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    picture: str = ""


@cache
def _words() -> Mapping[str, tuple[str, str]]:
    package = resources.files("nianbao.monitor.mail")
    text = package.joinpath("words.yaml").read_text(encoding="utf-8")
    return {key: (zh, en) for key, (zh, en) in yaml.load(text, yaml_loader()).items()}


def say(key: str, lang: Lang, **named: object) -> str:
    sentence = _words()[key][0 if lang == "zh" else 1]
    return sentence.format(**named) if named else sentence


def day_of(day: date, lang: Lang) -> str:
    return f"{day.month}月{day.day}日" if lang == "zh" else day.strftime("%-d %B %Y")


def compose(
    year: Year,
    office: Office,
    lang: Lang = "zh",
    sender: str = "",
    *,
    unit: bool = False,
    daily: bool = False,
    columns: News = NOTHING_NEW,
    page: str = "",
) -> Composed:
    """`unit`: to a unit about itself. `daily`: of the last week before the deadline. `columns`:
    what is told of them now. `page`: the address that tells the same.
    """
    subject = _subject(year, office, lang, unit=unit, daily=daily)
    pictures = {}
    sections = list(_sections(year, lang, unit=unit))
    if columns:
        sections.append(_rot(year, columns, lang))
    if not unit and len(year.progress) > 1:
        pictures[PICTURE] = progress(year.progress, year.last_progress, year.deadline)
        sections.append(_progress(year, lang))
    named = {
        "lang": lang,
        "subject": subject,
        "to_do": [*to_do(year, lang, unit=unit), *([] if unit else _asked(year, lang))]
        or [say("all_well", lang)],
        "greeting": say(f"greeting_{office.wording}", lang),
        "summary": _summary(year, lang, unit=unit) + _old(year, lang),
        "compared": "" if unit else _compared(year, lang),
        "tiles": [] if unit else _tiles(year, lang),
        "sections": sections,
        "closing": [*_closing(year, office, lang, ledger=not unit), *seen_at(page, lang)],
        "signature": say("signature", lang, office=office.name),
        "date": day_of(day_in_beijing(year.now), lang),
        "footer": say("unsubscribe", lang, address=sender) if sender else "nianbao",
    }
    return rendered(named, pictures)


def rendered(named: Mapping[str, Any], pictures: Mapping[str, bytes] = NO_PICTURES) -> Composed:
    """A mail in both its forms, from its parts."""
    page = _template().render(named)
    return Composed(str(named["subject"]), _plain(named), page, {**pictures})


@cache
def _template() -> Template:
    loader = PackageLoader("nianbao.monitor.mail", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return made.get_template("digest.html")


# ---- the same for programs that show no HTML


def _plain(named: Mapping[str, Any]) -> str:
    lang: Lang = named["lang"]
    lines = [*_numbered(named["to_do"]), "", named["greeting"], named["summary"]]
    if named["compared"]:
        lines.append(named["compared"])
    for section in named["sections"]:
        if section.rows:
            lines += ["", f"【{section.title}{_count(section.count, lang)}】"]
            lines += [section.told] if section.told else []
            lines += _labelled(section, lang)
    closing = [line if isinstance(line, str) else line.plain for line in named["closing"]]
    lines += ["", *closing, "", named["signature"], named["date"]]
    return "\n".join([*lines, "-- ", named["footer"]]) + "\n"


def _numbered(lines: Sequence[str]) -> list[str]:
    return [f"{n}. {line}" for n, line in enumerate(lines, 1)] if len(lines) > 1 else list(lines)


def _count(count: int | None, lang: Lang) -> str:
    if count is None:
        return ""
    return f"（{count}）" if lang == "zh" else f" ({count})"


def _labelled(section: Section, lang: Lang) -> Iterator[str]:
    """Each row as a paragraph of its own: its first cell, then every other one behind its head."""
    colon = "：" if lang == "zh" else ": "
    for n, row in enumerate(section.rows, 1):
        if len(row) == 1 and not section.heads:
            yield "".join(_texts(row[0]))
            continue
        yield f"{n}. {'; '.join(_texts(row[0]))}"
        for head, cell in zip(section.heads[1:], row[1:], strict=True):
            label = "" if isinstance(cell, tuple) else f"{head}{colon}"
            for text in _texts(cell):
                yield f"   {label}{text}"
        for link in _links(row):
            yield f"   {say('url', lang)}{colon}{link}"


def _parts(cell: Cell) -> tuple[str | Anchor, ...]:
    return cell if isinstance(cell, tuple) else (cell,)


def _texts(cell: Cell) -> list[str]:
    texts = [part.text if isinstance(part, Anchor) else part for part in _parts(cell)]
    return [text for text in texts if text]


def _links(row: Sequence[Cell]) -> Iterator[str]:
    for cell in row:
        for part in _parts(cell):
            if isinstance(part, Anchor) and part.href:
                yield part.href


# ---- its parts


def issue_of(moment: datetime, year: int) -> int:
    """The number of the week since the year began that the reports are due in, from 1."""
    days = (day_in_beijing(moment) - date(year + 1, 1, 1)).days
    return max(days // 7 + 1, 1)


def _subject(year: Year, office: Office, lang: Lang, *, unit: bool, daily: bool) -> str:
    if unit and year.lines:
        return say("subject_unit", lang, unit=year.lines[0].name, year=year.year)
    if daily:
        day = day_of(day_in_beijing(year.now), lang)
        return say("subject_daily", lang, year=year.year, day=day)
    week = issue_of(year.now, year.year)
    return say(f"subject_{office.wording}", lang, year=year.year, week=week)


def to_do(year: Year, lang: Lang, *, unit: bool = False) -> list[str]:
    """Who has to do what, the most urgent first; at most five things. A unit is not told what one
    look did not show, but asked.
    """
    told = []
    for key, units in (
        ("missing", year.overdue(confirmed=True)),
        ("unconfirmed", year.overdue(confirmed=False)),
        ("withdrawn", year.owing("withdrawn")),
        ("wrong", _units_with(year, year.wrong)),
        ("awaiting", year.standing_at("awaiting")),
        ("unknown", year.standing_at("unknown")),
        ("doubts", _units_with(year, year.doubts)),
    ):
        lines = []
        for some in _together(key, units):
            until = _until(some[0].deadline, year, lang)
            named = {"count": len(some), "who": _who(year, some, lang, key), **until}
            is_asked = unit and key == "unconfirmed"
            lines.append(_ask(some[0], lang) if is_asked else say(f"todo_{key}", lang, **named))
        told += [lines] if lines else []
    return [line for lines in told[:MOST_TO_DO] for line in lines]


def _together(key: str, lines: Sequence[Line]) -> list[Sequence[Line]]:
    """Who is told in one line; of those who are waited for each is told its own day, the next one
    first.
    """
    if key != "awaiting":
        return [lines] if lines else []
    days = sorted({line.deadline for line in lines})
    return [[line for line in lines if line.deadline == day] for day in days[:SOONEST]]


SOONEST = 2  # deadlines that are told among what is to be done; all units are named below


def _ask(line: Line, lang: Lang) -> str:
    """A unit whose report one look did not show."""
    return say("not_seen_ask", lang, unit=line.name, year=line.year, day=_not_seen(line, lang))


def _not_seen(line: Line, lang: Lang) -> str:
    """The day of the look that did not show its report."""
    return day_of(day_in_beijing(line.standing.evidence), lang) if line.standing.evidence else ""


def _old(year: Year, lang: Lang) -> str:
    """What rests on a look of long ago is said to."""
    old = year.old
    if not old:
        return ""
    latest = max(line.looked for line in old if line.looked is not None)
    day, who = day_of(day_in_beijing(latest), lang), _who(year, old, lang, "old")
    return say("rests_on_old", lang, count=len(old), who=who, day=day)


def _asked(year: Year, lang: Lang) -> list[str]:
    """What waits for a person of the office, if anything does."""
    links, columns = year.links_asked, year.columns_asked
    named = {"links": links, "columns": columns}
    return [say("asked", lang, **named)] if links or columns else []


def _units_with(year: Year, findings: Sequence[FindingFacts]) -> list[Line]:
    units = {finding.unit for finding in findings}
    return [line for line in year.lines if line.unit in units]


def _until(deadline: date | None, year: Year, lang: Lang) -> dict[str, object]:
    if deadline is None:
        return {"deadline": "", "days": 0}
    days = (deadline - day_in_beijing(year.now)).days
    return {"deadline": day_of(deadline, lang), "days": days}


def _who(year: Year, lines: Sequence[Line], lang: Lang, key: str) -> str:
    names = []
    for line in lines[:NAMED]:
        name = year.called(line.county, line.name)
        overdue = say("overdue_by", lang, days=line.standing.days) if key == "missing" else ""
        names.append(f"{name}{overdue}")
    joined = ("、" if lang == "zh" else ", ").join(names)
    return joined + (say("and_others", lang) if len(lines) > NAMED else "")


def _summary(year: Year, lang: Lang, *, unit: bool) -> str:
    local = year.now.astimezone(BEIJING)
    day = day_of(local.date(), lang)
    at = f"{day}{local.hour}时" if lang == "zh" else f"{local:%H:%M} on {day}"
    name = f" in {year.name}" if lang == "en" and year.name else year.name
    return say(
        "summary",
        lang,
        at=at,
        name=name,
        due=year.due,
        published=year.published,
        share=f"{year.published / year.due:.1%}" if year.due else "—",
        rest=_rest(year, lang, unit=unit),
    )


def _rest(year: Year, lang: Lang, *, unit: bool) -> str:
    counts = year.counts
    until = _until(year.deadline, year, lang)
    if year.deadline is not None and day_in_beijing(year.now) <= year.deadline:
        waiting = counts.get("awaiting", 0) + counts.get("not_due", 0)
        rest = say("rest_before", lang, open=waiting, **until)
    else:
        named = {name: counts.get(name, 0) for name in ("late", "unknown")}
        named["missing"] = len(year.overdue(confirmed=True))
        rest = say("rest_after", lang, deadline=until["deadline"], **named)
        if unconfirmed := counts.get("unconfirmed"):
            word = say("not_seen_yet", lang) if unit else FIRST_LOOK.said(lang)
            rest += say("rest_unconfirmed", lang, word=word, count=unconfirmed)
    if waived := len(year.standing_at("late")) - len(year.owing("late")):
        rest += say("rest_waived", lang, count=waived)
    if counts.get("withdrawn"):
        rest += say("rest_withdrawn", lang, count=counts["withdrawn"])
    return rest


def _compared(year: Year, lang: Lang) -> str:
    """Only where there was a last week."""
    if year.before is None:
        return ""
    names = ("published", "missing", "unknown")
    now, before = _told_apart(year.counts), _told_apart(year.before)
    changes = {name: now.get(name, 0) - before.get(name, 0) for name in names}
    return say("compared", lang, **changes)


def _told_apart(counts: Mapping[str, int]) -> Mapping[str, int]:
    """The missing that are confirmed beside those that are not."""
    missing = counts.get("missing", 0) - counts.get("unconfirmed", 0)
    return {**counts, "missing": missing}


def _tiles(year: Year, lang: Lang) -> list[dict[str, object]]:
    counts = {**_told_apart(year.counts)}
    counts["awaiting"] = counts.get("awaiting", 0) + counts.get("not_due", 0)
    words = {**STANDINGS, "published": STANDINGS["on_time"], "unconfirmed": FIRST_LOOK}
    tiles = []
    for name in TILES:
        if name == "unconfirmed" and not counts.get(name):
            continue
        word = words[name]
        told = say("published_count", lang) if name == "published" else word.said(lang)
        tiles.append(
            {"number": counts.get(name, 0), "name": _begun(told), "colour": f"#{word.colour}"}
        )
    return tiles


def _progress(year: Year, lang: Lang) -> Section:
    had_any = any(share for _, share in year.last_progress)
    before = say("progress_before", lang) if had_any else ""
    told = say("progress_told", lang, year=year.year, before=before)
    told += say("progress_unsure", lang, count=year.undated) if year.undated else ""
    return Section(say("progress", lang), told=told, picture=PICTURE)


# ---- its lists


def _sections(year: Year, lang: Lang, *, unit: bool) -> Iterator[Section]:
    if (units := _to_do(year, lang, unit=unit)).rows:
        yield units
    for listed in (_awaiting, _new, _changes, _exempt, _ranking):
        section = listed(year, lang)
        if section.rows:
            yield section


def section_of(
    title: str, lang: Lang, heads: Sequence[str], rows: Sequence[tuple[Cell, ...]]
) -> Section:
    """A list with a title of its own."""
    more = say("more", lang, shown=MOST) if len(rows) > MOST else ""
    heads = tuple(_title(head, lang) for head in heads)
    return Section(title, None, more, heads, tuple(rows[:MOST]))


def _section(
    key: str, lang: Lang, heads: Sequence[str], rows: Sequence[tuple[Cell, ...]], told: str = ""
) -> Section:
    more = say("more", lang, shown=MOST) if len(rows) > MOST else ""
    heads = tuple(_title(head, lang) for head in heads)
    sentences = " ".join(sentence for sentence in (told, more) if sentence)
    return Section(_title(key, lang), len(rows), sentences, heads, tuple(rows[:MOST]))


def _title(key: str, lang: Lang) -> str:
    if key == "unconfirmed":
        return _begun(FIRST_LOOK.said(lang))
    return _begun(STANDINGS[key].said(lang) if key in STANDINGS else say(key, lang))


def _begun(words: str) -> str:
    """As a title begins."""
    return words[:1].upper() + words[1:]


def _to_do(year: Year, lang: Lang, *, unit: bool) -> Section:
    """Each unit once, with all that is asked of it."""
    rows = [_unit_row(year, line, lang, unit=unit) for line in year.to_do()]
    told = say("unknown_told", lang) if year.standing_at("unknown") else ""
    return _section("units", lang, ("unit", "standing", "details"), rows, told)


def _unit_row(year: Year, line: Line, lang: Lang, *, unit: bool) -> tuple[Cell, ...]:
    standing = line.standing
    asked = unit and line.is_unconfirmed
    told = say("not_seen_yet", lang) if asked else line.word.said(lang)
    if standing.name in ("missing", "late") and standing.confirmed:
        told += say(f"{standing.name}_by", lang, days=standing.days)
    if line.unit in year.waived:
        told += say("not_held", lang)
    problems = [_problem(finding, lang) for finding in year.by_unit.get(line.unit, ())]
    if len(problems) > 1:
        problems = _numbered(problems)
    why = standing.zh if lang == "zh" else standing.en
    if asked:
        why = say("not_seen_on", lang, day=_not_seen(line, lang)) + by_hand(line.by_hand, lang)
    mark = say("copy", lang, mark=line.proof[:12]) if line.proof else ""
    evidence = Anchor(say("evidence", lang, why=why, mark=mark), line.url)
    return year.called(line.county, line.name), told, (*problems, evidence)


def _problem(finding: FindingFacts, lang: Lang) -> str:
    asked = say("must" if finding.must_be_corrected else "ask", lang)
    sentence = finding.content[lang]
    values = [str(value) for _, value, _ in finding.content["suggestions"][:2]]
    unsaid = [value for value in values if value not in sentence]
    probably = say("probably", lang, values="；".join(unsaid)) if unsaid else ""
    return f"{asked}{sentence}{probably}"


def _awaiting(year: Year, lang: Lang) -> Section:
    waiting = year.standing_at("awaiting", "not_due")
    names = [year.called(line.county, line.name) for line in waiting]
    if not names:
        return Section(say("not_detected", lang))
    joined = ("、" if lang == "zh" else ", ").join(names)
    return Section(say("not_detected", lang), len(names), rows=((joined,),))


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}" if moment is not None else ""


def _new(year: Year, lang: Lang) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for line in year.new:
        printed = line.printed.isoformat() if line.printed else "—"
        called = year.called(line.county, line.name) + by_hand(line.by_hand, lang)
        who = Anchor(called, line.url)
        rows.append((who, printed, _minute(line.seen)))
    return _section("new", lang, ("unit", "published_on", "first_seen"), rows)


def _changes(year: Year, lang: Lang) -> Section:
    unsure = {line.unit for line in year.standing_at("unknown")}
    rows = [_change(year, event, lang, unsure) for event in year.changes]
    return _section("changes", lang, ("unit", "what", "at"), rows)


def _change(year: Year, event: Happened, lang: Lang, unsure: Collection[str]) -> tuple[Cell, ...]:
    """Of a unit that is unknown, for a link in doubt may be its report, nobody knows whether it
    was taken down.
    """
    in_doubt = event.kind == "withdrawn" and event.unit in unsure
    what = (GONE_IN_DOUBT if in_doubt else EVENTS[event.kind]).said(lang)
    what += by_hand(event.content.get("by_hand", ""), lang)
    if event.kind == "withdrawn" and event.unit in year.waived:
        what += say("not_held", lang)
    return year.called(event.county, event.name), what, _minute(event.at)


MENDS: Mapping[str, str] = {
    "down": "mend_down",
    "moved": "mend_moved",
    "closed": "mend_closed",
    "changed": "mend_changed",
}


def _rot(year: Year, told: News, lang: Lang) -> Section:
    """Which columns fail since when, and what to do; and which do no more."""
    rows = [_failing(year, group, lang) for group in grouped(told.new, year.columns)]
    rows += [_over(year, group, lang) for group in grouped(told.over, year.columns)]
    return _section("rot", lang, ("column", "state", "since", "mend"), rows)


def _failing(year: Year, group: Sequence[Rot], lang: Lang) -> tuple[Cell, ...]:
    rot, column = group[0], group[0].column
    if rot.kind == "fallen":
        counts = {"shown": column.shown, "before": column.last_year}
        state = say("fallen", lang, year=year.year, last=year.year - 1, **counts)
        mend = say("mend_fallen", lang, url=column.url, year=year.year)
        return _place(year, group, lang), state, day_of(day_in_beijing(rot.since), lang), mend
    state = state_of(column)[0 if lang == "zh" else 1]
    whole = say("last_whole", lang, at=_minute(column.whole) or say("never", lang))
    since = day_of(day_in_beijing(min(each.since for each in group)), lang)
    mend = say(MENDS[mending_of(column.state)], lang, url=column.url)
    return _place(year, group, lang), (state, whole), since, mend


def _over(year: Year, group: Sequence[Rot], lang: Lang) -> tuple[Cell, ...]:
    since = day_of(day_in_beijing(min(each.since for each in group)), lang)
    return _place(year, group, lang), say("over", lang), since, say("mend_over", lang)


def _place(year: Year, group: Sequence[Rot], lang: Lang) -> Cell:
    """Its county and portal, and its address to be opened."""
    column = group[0].column
    portal = f"{year.names.get(column.county, column.name)} {column.host}".rstrip()
    if len(group) > 1:
        return say("whole_portal", lang, portal=portal, count=len(group)), _link(column.url)
    return portal, _link(column.url)


def _link(url: str) -> Anchor:
    return Anchor(url, url)


def _exempt(year: Year, lang: Lang) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for line in year.standing_at("exempt"):
        why = line.standing.zh if lang == "zh" else line.standing.en
        rows.append((year.called(line.county, line.name), why))
    return _section("exempt", lang, ("unit", "reason"), rows)


def _ranking(year: Year, lang: Lang) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for county in year.by_county if len(year.names) > 1 else ():
        share = f"{county.published / county.due:.0%}"
        counts = (county.due, county.published, share, county.missing)
        unsure = (county.unconfirmed, county.unknown)
        rows.append((county.name, *map(str, counts), *map(str, unsure)))
    heads = (
        *("county", "due_count", "published_count", "share", "missing"),
        *("unconfirmed", "unknown"),
    )
    return _section("ranking", lang, heads, rows)


def _closing(year: Year, office: Office, lang: Lang, *, ledger: bool) -> list[str]:
    lines = []
    if year.wrong or year.doubts or year.owing("missing", "late", "withdrawn"):
        lines.append(say("ask_correct", lang))
    if ledger:
        lines.append(say("attached", lang))
    if office.contact:
        lines.append(office.contact)
    return lines


def seen_at(page: str, lang: Lang) -> list[Anchor]:
    """Where a page tells the same, each line with its proof."""
    key = "answer_at" if "/door/" in page else "seen_at"
    return [Anchor(say(key, lang), page)] if page else []
