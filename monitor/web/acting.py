"""What is begun from a page: looking again, as a job with a page that tells how far it is, and
letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.crawler.hours import is_open
from nianbao.monitor.engine.jobs import BusyError, Job
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.paper.doors import door_for
from nianbao.monitor.paper.letters import NoLetterError, letter_due
from nianbao.monitor.paper.sentences import where_it_stands
from nianbao.monitor.web.asked import AskedWronglyError, year_in, year_or_due
from nianbao.monitor.web.every import Told, asked_of, words_of
from nianbao.monitor.web.posting import Fields, field_in, posting, then, who_of
from nianbao.monitor.web.proof import known_of
from nianbao.monitor.web.shell import lang_of, path_of, query_of, rendered, site_of
from nianbao.monitor.web.unit import KINDS
from nianbao.monitor.web.words import say
from nianbao.storage.audit import note
from nianbao.storage.people import By
from nianbao.storage.queries import addresses_of, reports
from nianbao.storage.scope import of_unit
from nianbao.storage.store import looking, session
from nianbao.storage.ways import New, letter_sent

RESTS = timedelta(minutes=2)  # within which a look that has ended is shown, and no new one begun
MOST_COLUMNS = 500


# ---- looking again


class Meant(NamedTuple):
    """What is to be looked at."""

    county: str
    year: int
    columns: tuple[int, ...]  # none: all of the county
    unit: str  # of which it was asked; empty: of none

    @property
    def lock(self) -> str:
        return f"{self.county} {','.join(map(str, self.columns))}".strip()


def look(request: Request, fields: Fields) -> Response:
    """Begin to look at a county, a unit's columns, or a column; or show the look that runs."""
    site, asked = site_of(request), asked_of(request)
    with looking(site.engine) as s:
        meant = _meant(s, asked, fields)
    _refuse_closed(asked, meant.county)
    lately = _lately(site.jobs.jobs("look"), meant.lock, datetime.now(UTC))
    if lately is not None:
        return then(request, "jobs", lately.id, unit=meant.unit, lately=1)
    arguments = {"county": meant.county, "year": meant.year, "columns": list(meant.columns)}
    known = {job.id for job in site.jobs.jobs("look")}
    try:
        job = site.jobs.submit("look", {"where": site.where, **arguments}, meant.lock)
    except BusyError as error:
        raise AskedWronglyError(error.zh, error.en, 503) from None
    if job.id not in known:
        with session(site.engine) as s:
            note(s, asked.now, who_of(request), "look_again", meant.county, arguments)
    return then(request, "jobs", job.id, unit=meant.unit)


def _meant(s: Session, asked: Told, fields: Fields) -> Meant:
    """Raises AskedWronglyError."""
    year = year_or_due(year_in([field_in(fields, "year")]), asked.now)
    if unit := field_in(fields, "unit"):
        known = known_of(s, asked.registry, unit, year, asked.now)
        columns = () if known.facts is None else tuple(sorted(known.facts.places))
        if not columns:
            raise AskedWronglyError(say("look_nowhere", "zh"), say("look_nowhere", "en"), 409)
        return Meant(known.unit.county, year, columns, known.unit.id)
    county = field_in(fields, "county")
    if asked.registry.county(county) is None:
        raise AskedWronglyError(f"没有县 {county[:60]}", f"there is no county {county[:60]}", 404)
    said = fields.get("column", ())[:MOST_COLUMNS]
    if not all(re.fullmatch(r"[0-9]{1,9}", each) for each in said):
        raise AskedWronglyError("没有这个栏目", "there is no such column", 404)
    return Meant(county, year, tuple(sorted({int(each) for each in said})), "")


def _refuse_closed(asked: Told, code: str) -> None:
    """A portal outside its window is not even queued for."""
    county = asked.registry.county(code)
    if county is None or not county.columns:
        raise AskedWronglyError(say("look_nowhere", "zh"), say("look_nowhere", "en"), 409)
    if not is_open(county, asked.now):
        window = county.http["window"]
        told = (say("look_closed", "zh", window=window), say("look_closed", "en", window=window))
        raise AskedWronglyError(*told, 409)


def _lately(jobs: Sequence[Job], lock: str, now: datetime) -> Job | None:
    """Whoever asks again at once is shown what was just seen: the portal is not asked twice."""
    for job in jobs:
        if job.lock == lock and job.state == "done" and job.ended is not None:
            return job if now - job.ended < RESTS else None
    return None


# ---- how far it is


def job_page(request: Request) -> Response:
    """A page that asks anew by itself until the job has ended."""
    asked, lang, site = asked_of(request), lang_of(request), site_of(request)
    query = query_of(request)
    job = site.jobs.job(path_of(request))
    if job is None:
        raise AskedWronglyError(*site.jobs.gone, 404)
    county, year = str(job.arguments.get("county", "")), job.arguments.get("year")
    columns, unit = job.arguments.get("columns") or (), query.get("unit", [""])[-1]
    known = None
    with looking(site.engine) as s:
        urls = addresses_of(s, columns) if columns else {}
        if unit:
            known = known_of(s, asked.registry, unit, year_or_due(year, asked.now), asked.now)
    stands = known.line if known is not None and job.state == "done" else None
    number = 0 if lang == "zh" else 1
    return rendered(
        request,
        "job.html",
        job=job,
        said=job.progress[2 + number],
        why=job.why[number],
        county=county,
        name=_name_of(asked.registry, county),
        year=year,
        unit=known.unit if known is not None else None,
        stands=where_it_stands(stands)[number] if stands is not None else "",
        urls=sorted(urls.values()),
        result=job.result if job.kind == "look" else None,
        is_lately="lately" in query,
        waits=_waits(site.jobs.jobs(), job, lang),
        **words_of(request, asked.now),
    )


def _name_of(registry: Registry, county: str) -> str:
    return registry.called.get(county, "")


def _waits(jobs: Sequence[Job], job: Job, lang: Lang) -> str:
    """How many stand before one that waits."""
    before = [each for each in jobs if not each.has_ended and each.asked < job.asked]
    return say("job_waits", lang, count=len(before)) if job.state == "waiting" else ""


def cancel(request: Request, fields: Fields) -> Response:
    """End a job. One that has ended stays as it is, and nothing is written down."""
    site = site_of(request)
    job = site.jobs.job(field_in(fields, "job"))
    if job is None:
        raise AskedWronglyError(*site.jobs.gone, 404)
    if not job.has_ended:
        site.jobs.cancel(job.id)
        with session(site.engine) as s:
            note(s, site.clock(), who_of(request), "job_cancelled", job.lock, {"kind": job.kind})
    return then(request, "jobs", job.id, unit=field_in(fields, "unit"))


# ---- letters


def letter(request: Request, fields: Fields) -> Response:
    """The letter that a unit is due, as a file; that it was written is written down."""
    site, asked, lang = site_of(request), asked_of(request), lang_of(request)
    year = year_or_due(year_in([field_in(fields, "year")]), asked.now)
    with looking(site.engine) as s:
        unit = known_of(s, asked.registry, field_in(fields, "unit"), year, asked.now).unit
        scope = of_unit(unit.id, unit.county)
        told = year_of(s, scope, year, asked.now, asked.registry, asked=asked.now)
        report = next(iter(reports(s, scope, year)), None)
    if not told.lines:
        raise AskedWronglyError(say("unit_not_due", "zh"), say("unit_not_due", "en"), 409)
    try:
        due = letter_due(told, site.settings.office, has_report=report is not None)
    except NoLetterError as error:
        raise AskedWronglyError(error.zh, error.en, 409) from None
    with session(site.engine) as s:
        by = By(who_of(request), asked.now)
        last = told.lines[0].deadline
        if (door := door_for(s, site.settings.web, unit.id, year, last, by)) is not None:
            has = report is not None
            due = letter_due(told, site.settings.office, has_report=has, door=door)
        new = New(unit.id, year, "sent", by.who, due.faults, due.words, name=due.kind)
        letter_sent(s, new, due.content, asked.now)
    name = quote(f"{unit.name}{year}-{say(f'letter_{KINDS[due.kind]}', lang)}.docx")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(due.content, media_type=DOCX, headers=headers)


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


ROUTES = (
    Route("/do/letter", posting(letter), methods=["POST"]),
    Route("/do/look", posting(look), methods=["POST"]),
    Route("/do/cancel", posting(cancel), methods=["POST"]),
    Route("/jobs/{place:path}", job_page),
)
