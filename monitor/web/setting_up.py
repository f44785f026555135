"""The addresses of set-up, and what their forms do."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from nianbao.crawler.addresses import as_asked
from nianbao.crawler.saved import MOST_BYTES
from nianbao.crawler.states import STATES
from nianbao.monitor.counties import CountyFileError, Here, mark_of, write
from nianbao.monitor.engine.found import Found
from nianbao.monitor.engine.jobs import BusyError, Job
from nianbao.monitor.ledger.words import KINDS, Lang
from nianbao.monitor.standing import due_year
from nianbao.monitor.web.asked import LONGEST, AskedWronglyError, page_number, year_in
from nianbao.monitor.web.every import words_of
from nianbao.monitor.web.paging import paged
from nianbao.monitor.web.pending import Change
from nianbao.monitor.web.posting import Fields, field_in, is_meant, posting, who_of
from nianbao.monitor.web.setup import (
    NEW_ROWS,
    SIZE,
    as_fields,
    choices,
    columns_found,
    ended_as,
    found_page,
    here_in,
    host_in,
    in_nation,
    looks_of,
    new_file,
    other_units,
    towns_in,
    units_of,
    when_in,
    why_failed,
)
from nianbao.monitor.web.shell import (
    UNTYPED,
    lang_of,
    link,
    path_of,
    query_of,
    rendered,
    root_of,
    site_of,
)
from nianbao.monitor.web.sight import registry_of
from nianbao.monitor.web.visitor import who
from nianbao.monitor.web.words import say
from nianbao.storage.audit import note
from nianbao.storage.registry import HOST, Counties
from nianbao.storage.seen import columns_seen
from nianbao.storage.store import looking, session

MOST_FILES = 60
MOST_SHOWN = 3  # entries of a column, beside it
FEW = 30  # columns; of more, one entry each is shown
FILES_BYTES = MOST_BYTES  # of all of an upload
WHO = 40  # letters


Act = Callable[[Request, Fields], Response]


def _wrong(key: str, status: int = 400, field: str = "", **named: object) -> AskedWronglyError:
    return AskedWronglyError(say(key, "zh", **named), say(key, "en", **named), status, field)


def _to(request: Request, *parts: object, **query: object) -> Response:
    return RedirectResponse(link(root_of(request), "setup", *parts, **query), 303)


def _code(request: Request) -> str:
    """The county of an address. Raises AskedWronglyError."""
    code = str(request.path_params["code"])
    known = re.fullmatch("[0-9]{6}", code) is not None
    is_seen = known and who(request).scope.holds(code)
    if not is_seen or not (_registry(request).county(code) or in_nation(code)):
        told = UNTYPED.sub("", code)[:LONGEST]
        raise AskedWronglyError(f"没有县 {told}", f"there is no county {told}", 404)
    return code


def _registry(request: Request) -> Any:
    """Whole: a code that another county has may not be given twice."""
    return site_of(request).files.registry()


def _file(request: Request, code: str) -> Here:
    return here_in(code, site_of(request).files.folder, who(request).scope)


def _file_to_show(request: Request, code: str) -> Here:
    """The same, beside what the other files said when they were last looked at: to read all of a
    nation's takes longer than the page. Where any has a fault they are read, and it is told.
    """
    files = site_of(request).files
    standing = Counties.of(files.registry().counties)
    county = standing.get(code)
    if files.faults or (county is not None and not Path(county.file).exists()):
        return _file(request, code)
    return here_in(code, files.folder, who(request).scope, standing)


def _here(request: Request) -> Here:
    """The county's file, which must stand."""
    here = _file(request, _code(request))
    if not here.stands:
        raise _wrong("no_file", 409)
    return here


# ---- what is there


def setup(request: Request) -> Response:
    query, registry = query_of(request), registry_of(request)
    named = "".join(query.get("name", ())[-1:]).strip()
    if len(named) > LONGEST:
        raise AskedWronglyError(f"过长（最多{LONGEST}字）", f"over {LONGEST} letters")

    def at(number: int) -> str:
        return link(root_of(request), "setup", name=named, page=number)

    counties = registry.counties
    pages = paged(len(counties), SIZE, page_number(query.get("page", ())), at)
    return rendered(
        request,
        "setup.html",
        named=named,
        choices=choices(named, registry) if named else [],
        counties=counties[pages.first - 1 if pages.first else 0 : pages.last],
        called=registry.called,
        pages=pages,
        **words_of(request, site_of(request).clock()),
    )


def county(request: Request) -> Response:
    query_of(request)
    return _county_page(request)


class Wrong(NamedTuple):
    """What is wrong with a form, and what was typed into it."""

    form: str = ""
    field: str = ""
    told: str = ""
    typed: Fields = MappingProxyType({})

    def said(self, form: str, field: str, otherwise: object = "") -> object:
        return field_in(self.typed, field) if self._has(form, field) else otherwise

    def _has(self, form: str, field: str) -> bool:
        return form == self.form and field in self.typed


WELL = Wrong()


def _county_page(request: Request, wrong: Wrong = WELL, status: int = 200) -> Response:
    site, code = site_of(request), _code(request)
    nation = in_nation(code)
    here = _file_to_show(request, code)
    if not here.stands and nation is not None:
        return rendered(
            request,
            "setup_new.html",
            status,
            wrong=wrong,
            county=nation,
            towns=towns_in(code),
            file=here.file.name,
            **words_of(request, site.clock()),
        )
    shown = MOST_SHOWN if len(here.county.columns) <= FEW else 1
    with looking(site.engine) as s:
        seen = columns_seen(s, code, shown)
    return rendered(
        request,
        "setup_county.html",
        status,
        wrong=wrong,
        is_written=any(_is_written(each) for each in site.pending.of(here.file)),
        here=here,
        county=here.county,
        units=list(enumerate(here.county.units)),
        keys=units_of(here.county),
        seen=seen,
        shown=shown,
        states=STATES,
        number=0 if lang_of(request) == "zh" else 1,
        new_rows=range(NEW_ROWS),
        kinds=KINDS,
        jobs=[each for each in _jobs(request, code) if each.kind != "look"][:5],
        year=due_year(site.clock()),
        most=f"{FILES_BYTES // 1024**2} MB",
        **words_of(request, site.clock()),
    )


def _jobs(request: Request, code: str) -> list[Job]:
    return [each for each in site_of(request).jobs.jobs() if each.arguments.get("county") == code]


def staying(form: str, act: Act) -> Act:
    """What was typed stays on the page, with what is wrong beside it."""

    def acted(request: Request, fields: Fields) -> Response:
        try:
            return act(request, fields)
        except AskedWronglyError as error:
            return _stays(request, form, fields, error)

    return acted


def _stays(request: Request, form: str, fields: Fields, error: AskedWronglyError) -> Response:
    if error.status not in (400, 409) or not (_stands(request) or form == "create"):
        raise error
    told = error.zh if lang_of(request) == "zh" else error.en
    return _county_page(request, Wrong(form, error.field, told, fields), error.status)


def _stands(request: Request) -> bool:
    return _file(request, _code(request)).stands


# ---- a change that waits for a word


def change_page(request: Request) -> Response:
    """What would be changed."""
    query_of(request)
    kept = _kept(request)
    return rendered(
        request,
        "setup_change.html",
        change=kept,
        name=path_of(request),
        is_old=mark_of(kept.file) != kept.mark,
        is_written=_is_written(kept),
        **words_of(request, site_of(request).clock()),
    )


def _kept(request: Request) -> Change:
    kept = site_of(request).pending.change(path_of(request))
    if kept is None or not who(request).scope.holds(kept.county):
        raise _wrong("change_gone", 404)
    return kept


def _is_written(kept: Change) -> bool:
    return kept.file.exists() and kept.file.read_bytes() == kept.text.encode()


def write_change(request: Request, fields: Fields) -> Response:
    """The file as it was shown; a second time nothing."""
    kept, site = _kept(request), site_of(request)
    if not _is_written(kept):
        now = site.clock()
        told = {"file": kept.file.name, "was": kept.mark, "lines": list(kept.changes)[:200]}
        try:
            with session(site.engine) as s:  # written down, or not written
                note(s, now, who_of(request), "county_file", kept.county, told)
                write(kept.file, kept.text, kept.mark, now)
        except CountyFileError as error:
            raise AskedWronglyError(error.zh, error.en, 409) from None
        except OSError as error:
            raise _wrong("file_unwritable", 503, why=error.strerror or "") from None
        site.files.look_again()
    return _to(request, kept.county)


def _shown(request: Request, made: Change | None, code: str) -> Response:
    if made is None:
        raise _wrong("nothing_changed", 409)
    return _to(request, "changes", site_of(request).pending.keep(made))


def create(request: Request, fields: Fields) -> Response:
    code, host = _code(request), field_in(fields, "host")
    nation, here = in_nation(code), _file(request, code)
    if here.stands:
        return _to(request, code)
    host = host_in(host)
    if nation is None or (host and not HOST.fullmatch(host)):
        raise _wrong("host_faulty", field="host")
    return _shown(request, new_file(here, nation, host), code)


def units(request: Request, fields: Fields) -> Response:
    here = _here(request)
    return _shown(
        request, other_units(here, fields, _registry(request), who(request).scope), here.county.code
    )


# ---- jobs


def discover(request: Request, fields: Fields) -> Response:
    code, url = _code(request), _address(field_in(fields, "url"))
    arguments = {
        "county": code,
        "url": url,
        "host_is_right": bool(field_in(fields, "host_is_right")),
        "departments": bool(field_in(fields, "departments")),
    }
    return _begun(request, "discover", code, arguments, code)


def bring(request: Request, fields: Fields) -> Response:
    """它在这里: a report stands at an address."""
    here = _here(request)
    code, unit = here.county.code, field_in(fields, "unit")
    if unit not in dict(units_of(here.county)):
        raise _wrong("unit_none", 404)
    year, why = _year(field_in(fields, "year")), field_in(fields, "why")
    if year is None or not why:
        raise _wrong("bring_lacks", field="why" if year is not None else "year")
    arguments = {
        "county": code,
        "unit": unit,
        "year": year,
        "url": _address(field_in(fields, "url")),
        "who": _who(request, fields),
        "why": why[:400],
        "insist": bool(field_in(fields, "insist")),
    }
    return _begun(request, "adopt", code, arguments, f"{unit} {year} {arguments['url']}")


def _year(said: str) -> int | None:
    try:
        return year_in([said])
    except AskedWronglyError as error:
        raise AskedWronglyError(error.zh, error.en, field="year") from None


def _address(said: str) -> str:
    address = as_asked(said if "://" in said else f"http://{said}") if said else ""
    if not address or len(said) > 2000:
        raise _wrong("url_faulty", field="url")
    return address


def _who(request: Request, fields: Fields) -> str:
    """A person, where the log of what people decided wants one."""
    said = "" if who(request).is_signed_in else field_in(fields, "who")[:WHO]
    return said or who_of(request)


def _begun(
    request: Request, kind: str, code: str, arguments: Mapping[str, Any], lock: str
) -> Response:
    site = site_of(request)
    known = {job.id for job in site.jobs.jobs(kind)}
    try:
        job = site.jobs.submit(kind, {"where": site.where, **arguments}, lock)
    except BusyError as error:
        raise AskedWronglyError(error.zh, error.en, 503) from None
    if job.id not in known and kind != "adopt":  # what is adopted is written down where it is
        told = {key: value for key, value in arguments.items() if key not in ("files", "when")}
        with session(site.engine) as s:
            note(s, site.clock(), who_of(request), f"{kind}_begun", code, told)
    return _to(request, code, "jobs", job.id)


async def saved(request: Request) -> Response:
    """人工查看: pages that a person saved are kept, read and judged."""
    form = await _form(request)
    try:
        return await run_in_threadpool(_saved_or_told, request, form)
    finally:
        await form.close()


def _saved_or_told(request: Request, form: FormData) -> Response:
    try:
        return _saved(request, form)
    except AskedWronglyError as error:
        texts = {key: [value] for key, value in form.items() if isinstance(value, str)}
        return _stays(request, "saved", texts, error)


def _saved(request: Request, form: FormData) -> Response:
    here = _here(request)
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.size]
    if not files:
        raise _wrong("files_none", field="files")
    texts = {key: [value] for key, value in form.items() if isinstance(value, str)}
    if any(UNTYPED.search(value) for values in texts.values() for value in values):
        raise _wrong("form_broken")
    url, when = field_in(texts, "url"), when_in(field_in(texts, "when"))
    said = {"url": _address(url) if url else "", "when": when, "who": _who(request, texts)}
    _clear(request)
    laid = [_laid_down(each) for each in files]
    lock = hashlib.sha256("".join(each.sha256 for each in laid).encode()).hexdigest()
    names = [(each.name, each.path) for each in laid]
    return _begun(
        request,
        "saved",
        here.county.code,
        {"county": here.county.code, "files": names, **said},
        lock,
    )


class Laid(NamedTuple):
    """A file until it was read."""

    name: str
    path: str
    sha256: str


def _laid_down(file: UploadFile) -> Laid:
    name = UNTYPED.sub("", Path((file.filename or "").replace("\\", "/")).name)[:120] or "?"
    mark = hashlib.sha256()
    with tempfile.NamedTemporaryFile(prefix="nianbao-saved-", delete=False) as out:
        file.file.seek(0)
        while part := file.file.read(1024 * 1024):
            out.write(part)
            mark.update(part)
    return Laid(name, out.name, mark.hexdigest())


def _clear(request: Request) -> None:
    """What jobs left that were ended before they came to it."""
    for job in site_of(request).jobs.jobs("saved"):
        for _, path in job.arguments["files"] if job.has_ended else ():
            Path(path).unlink(missing_ok=True)


async def _form(request: Request) -> FormData:
    """Of files, bounded. Raises AskedWronglyError."""
    if not is_meant(request):
        raise _wrong("form_foreign", 403)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise _wrong("form_kind", 415)
    size, receive = 0, request.receive

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > FILES_BYTES + 1024**2:
            raise _wrong("form_long", 413)
        return message

    bound = Request(request.scope, bounded)
    try:
        return await bound.form(max_files=MOST_FILES, max_fields=20)
    except (MultiPartException, UnicodeDecodeError, ValueError, KeyError):
        raise _wrong("form_broken") from None
    except AskedWronglyError:
        raise
    except Exception as error:
        if getattr(error, "status_code", 0) == 400:
            raise _wrong("form_broken") from None
        raise


def _job(request: Request) -> Job:
    code, site = _code(request), site_of(request)
    job = site.jobs.job(path_of(request))
    if job is None or job.arguments.get("county") != code:
        raise AskedWronglyError(*site.jobs.gone, 404)
    return job


def job_page(request: Request) -> Response:
    """How far it is, and what came of it."""
    query_of(request)
    job, lang, site = _job(request), lang_of(request), site_of(request)
    code = _code(request)
    done = job.state == "done"
    found = job.result if done and isinstance(job.result, Found) else None
    told = found_page(found, lang) if found is not None else None
    outcome = _outcome(job, lang) if done and job.kind == "adopt" else None
    names = dict(units_of(_file(request, code).county))
    return rendered(
        request,
        "setup_job.html",
        job=job,
        code=code,
        name=_registry(request).called.get(code, "") or getattr(in_nation(code), "name", code),
        said=job.progress.zh if lang == "zh" else job.progress.en,
        why=why_failed(job, lang),
        found=told,
        outcome=outcome,
        ended=ended_as(job, told, outcome),
        unit=(str(job.arguments.get("unit", "")), names.get(str(job.arguments.get("unit")), "")),
        looks=looks_of(job.result, lang) if done and job.kind == "saved" else None,
        unused=[each.name for each in job.result.unused] if done and job.kind == "saved" else [],
        lacking=job.result.lacking if done and job.kind == "saved" else [],
        changes=len(job.result.happened) if done and job.kind == "saved" else 0,
        **words_of(request, site.clock()),
    )


def _outcome(job: Job, lang: Lang) -> tuple[str, str]:
    return job.result["outcome"], as_fields(job.result[lang], lang)


def take_columns(request: Request, fields: Fields) -> Response:
    """What a search found, as a change of the file."""
    job, code = _job(request), _code(request)
    found = job.result
    if job.state != "done" or not isinstance(found, Found) or not found.is_right:
        raise _wrong("found_none", 409)
    return _shown(request, columns_found(found, code, _registry(request), who(request).scope), code)


ROUTES = (
    Route("/setup", setup),
    Route("/setup/changes/{place}", change_page),
    Route("/setup/changes/{place}", posting(write_change), methods=["POST"]),
    Route("/setup/{code}", county),
    Route("/setup/{code}/create", posting(staying("create", create)), methods=["POST"]),
    Route("/setup/{code}/units", posting(staying("units", units)), methods=["POST"]),
    Route("/setup/{code}/discover", posting(staying("discover", discover)), methods=["POST"]),
    Route("/setup/{code}/bring", posting(staying("bring", bring)), methods=["POST"]),
    Route("/setup/{code}/saved", saved, methods=["POST"]),
    Route("/setup/{code}/jobs/{place}", job_page),
    Route("/setup/{code}/jobs/{place}", posting(take_columns), methods=["POST"]),
)
