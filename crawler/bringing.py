"""An address that a person brings: fetched and read as any article is, kept where it says what the
person says.

Whose it is and of which year, its page must tell; a person may insist where it does not. An
address of another site is never taken: reports are copied, word for word.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from nianbao.crawler.addresses import split
from nianbao.crawler.answers import Answer, Ask, Task
from nianbao.crawler.belonging import Belonging, belongs, page_kind
from nianbao.crawler.listing.listed import Item, Source, is_own_host
from nianbao.crawler.reading import ReadHere, Reads
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.states import STATES, State
from nianbao.crawler.visit import (
    MOST_DAYS,
    RECHECK_DAYS,
    Article,
    Part,
    Place,
    Wanted,
    documents_of,
    like_a_report,
    page_at,
    read_article,
    reading_of,
)
from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.sniff import sniff
from nianbao.storage.adopting import Bringing, Brought
from nianbao.storage.kinds import LookState
from nianbao.storage.models import Column
from nianbao.storage.registry import CountyEntry, UnitEntry
from nianbao.storage.units import entry_of


@dataclass(frozen=True)
class Outcome:
    """What came of an address, in words."""

    name: Literal["adopted", "known", "refused"]
    zh: str = ""
    en: str = ""


Brings = Generator[Ask | Task, Any, Outcome]


@dataclass(frozen=True)
class Asked:
    """What a person says of an address, and of whom."""

    said: Bringing
    unit: UnitEntry
    insist: bool  # though the page does not say so


def bring(recorder: Recorder, county: CountyEntry, asked: Asked, reader: Reads) -> Brings:
    """Keep the report at an address, or say why not."""
    place, url = _place(recorder, county, reader), asked.said.url
    answer = yield from page_at(url, place.source.url)
    if not answer.error and not _is_ours(answer.url, place):
        return _of_another_site(answer.url, county)
    place = replace(place, called=_called(county, answer))
    item = Item(_title_of(answer), url, None)
    article = yield from read_article(place, item, None, answer)
    if isinstance(article, State):
        return _refused_by(article)
    part, belonging = _chosen(place, article, asked.unit)
    if (problem := _no_report(article, part)) is not None:
        return problem
    wrong = _wrong(belonging, asked)
    if wrong is not None and not asked.insist:
        return wrong
    title = part.found.report.title if part is not None else item.title
    said = asked.said._replace(title=title, insisted=wrong is not None)
    reading = reading_of(
        place,
        article,
        Belonging(asked.unit, said.year),
        part.found if part is not None else None,
        documents_of(article, [part] if part is not None else []),
    )
    is_new = yield Task(lambda: recorder.adopt(said, reading))
    return Outcome("adopted") if is_new else Outcome("known")


def refused_at_once(recorder: Recorder, county: CountyEntry, url: str) -> Outcome | None:
    """Where nothing need be asked for."""
    place = _place(recorder, county, ReadHere())
    return None if _is_ours(url, place) else _of_another_site(url, county)


def look_again(
    recorder: Recorder, county: CountyEntry, brought: Brought, reader: Reads
) -> Generator[Ask | Task, Any, None]:
    """What was brought may be edited or go, as any report."""
    place = _place(recorder, county, reader)
    answer = yield from page_at(brought.url, place.source.url)
    item = Item(brought.title, brought.url, None)
    article = yield from read_article(place, item, None, answer)
    unit = entry_of(county, brought.unit, "")
    if isinstance(article, State) or unit is None:
        gone = isinstance(article, State) and article.name in GONE
        yield Task(lambda: recorder.adopted_missed(brought, gone=gone))
        return
    part, _ = _chosen(place, article, unit)
    if part is None or not like_a_report(part.found.report):
        yield Task(lambda: recorder.adopted_missed(brought, gone=False))
        return
    documents = documents_of(article, [part])
    belonging = Belonging(unit, brought.year)
    reading = reading_of(place, article, belonging, part.found, documents)
    yield Task(lambda: recorder.adopted_again(brought, reading))


GONE = ("column_gone", "soft_404")


def is_due(brought: Brought, county: CountyEntry, recorder: Recorder, wanted: Wanted) -> bool:
    """Whether it is fetched again, as an article of a column would be."""
    now = recorder.now()
    if not wanted.has(brought.year) or brought.at <= now - timedelta(days=MOST_DAYS):
        return False
    days = int(county.http.get("recheck", RECHECK_DAYS))
    return wanted.recheck or brought.checked <= now - timedelta(days=days)


def _place(recorder: Recorder, county: CountyEntry, reader: Reads) -> Place:
    """Where an article stands that is in no column."""
    hosts = [split(column.url).netloc for column in county.columns]
    own = next(filter(None, (county.host, *hosts)), "")
    base = next((column.url for column in county.columns), f"http://{own}/")
    source = Source(base, allow=tuple(filter(None, (county.host, *county.allow, *hosts))))
    column = Column(portal=county.code, url=base, preset="")
    return Place(recorder, county, column, source, None, reader)


def _is_ours(url: str, place: Place) -> bool:
    return is_own_host(split(url).netloc, split(place.source.url).netloc, place.source)


def _of_another_site(url: str, county: CountyEntry) -> Outcome:
    host = split(url).netloc
    return Outcome(
        "refused",
        f"{host} 不是{county.county}的网站（年报常被转载）；确是官方网站的，请写入县配置的 allow",
        f"{host} is not the site of {county.county} (reports are copied): if it is official, "
        "write it into `allow` of the county's file",
    )


def _called(county: CountyEntry, answer: Answer) -> str:
    """The county's name, if the page says it."""
    name = county.county
    stem = name[:-1] if len(name) > 2 else name
    return name if stem in answer.text else ""


def _title_of(answer: Answer) -> str:
    """What a page calls itself; empty of a file."""
    with suppress(ReadError):
        if sniff(answer.body) != "html":
            return ""
    names = answer.page.xpath(
        "//meta[translate(@name, 'ARTICLE', 'article')='articletitle']/@content"
    )
    headings = (" ".join("".join(each.itertext()).split()) for each in answer.page.iter("h1"))
    return next(filter(None, (*map(str, names), *headings)), "") or BEHIND.split(answer.title)[0]


BEHIND = pattern_of(r"\s*[-_—–|]")


def _chosen(place: Place, article: Article, unit: UnitEntry) -> tuple[Part | None, Belonging]:
    """The part that is the unit's, where there are several; and whose it says it is."""
    told = [(part, _belonging(place, article, part)) for part in article.held.parts]
    mine = [pair for pair in told if pair[1].unit == unit] or told
    if mine:
        return mine[0]
    return None, belongs(article.item.title, place.county.units, county=place.called)


def _belonging(place: Place, article: Article, part: Part) -> Belonging:
    title = article.item.title
    if len(article.held.parts) > 1:
        title = part.label
    return belongs(
        title,
        place.county.units,
        report=part.found.report,
        county=place.called,
        head=part.found.head,
    )


def _no_report(article: Article, part: Part | None) -> Outcome | None:
    """Where it is something else: nobody can insist on that."""
    title = article.item.title or (part.found.report.title if part is not None else "")
    kind = page_kind(title)
    is_one = part is not None and like_a_report(part.found.report)
    if kind == "report" or (kind == "other" and is_one):
        return None
    shown = title or article.item.url
    return Outcome(
        "refused",
        f"不是一份年报：“{shown}”；如是年报栏目，请写入县配置的 columns（nianbao probe）",
        f"no annual report: “{shown}”; a column of reports goes into `columns` of the county's "
        "file (`nianbao probe`)",
    )


def _wrong(belonging: Belonging, asked: Asked) -> Outcome | None:
    """Where the page says another unit or year than the person, or does not say it."""
    said, unit = asked.said, belonging.unit
    if unit is not None and unit != asked.unit:
        zh, en = f"页面是{unit.name}的年报", f"the page is a report of {unit.name}"
    elif unit is None:
        zh, _, en = (belonging.doubt or NOBODY).partition(" / ")
    elif belonging.year is None:
        zh, en = "页面没有写明年度", "the page does not say its year"
    elif belonging.year != said.year:
        zh, en = f"页面是{belonging.year}年度的年报", f"the page is the report for {belonging.year}"
    elif belonging.doubt:
        zh, _, en = belonging.doubt.partition(" / ")
    else:
        return None
    return Outcome(
        "refused",
        f"{zh}，不是{asked.unit.name}{said.year}年度的；确实是它的，请加 --insist",
        f"{en}, not that of {asked.unit.name} for {said.year}: if it is, say --insist",
    )


NOBODY = "页面没有写明单位 / the page does not say whose it is"


def _refused_by(state: State) -> Outcome:
    """A page that could not be read, and what to try."""
    zh, en = STATES[state.name]
    what_zh, what_en = ADVICE.get(state.name, LATER)
    return Outcome(
        "refused",
        f"没有读到：{zh}（{state.detail}）。{what_zh}",
        f"not read: {en} ({state.detail}). {what_en}",
    )


LATER = ("请稍后再试", "Try again later")
ADDRESS = ("请核对网址", "See whether the address is right")
ADVICE: dict[LookState, tuple[str, str]] = {
    "column_gone": ADDRESS,
    "soft_404": ADDRESS,
    "structure_changed": ADDRESS,
    "wrong_site": ADDRESS,
    "column_moved": ("请用它最终打开的网址", "Take the address at which it ends"),
    "login_required": (
        "登录后才能看到的不算公开，请用不登录也能打开的网址",
        "What only a login shows is not public: take an address that opens without one",
    ),
    "robots_disallowed": (
        "网站不允许程序访问这个网址",
        "The site does not allow programs to ask for it",
    ),
}
