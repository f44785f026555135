"""Checking before publishing: files in, what is to be mended out, and nothing kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive

from nianbao.crawler.reading import Reader
from nianbao.monitor.checking import Draft, File, archived, with_comments
from nianbao.monitor.details import in_chinese
from nianbao.monitor.engine.jobs import BusyError
from nianbao.monitor.ledger.words import SEVERITIES, Lang
from nianbao.monitor.mended import Draft as Judged
from nianbao.monitor.mended import become, same_report
from nianbao.monitor.names_of_then import names_in
from nianbao.monitor.paper.checked_page import checked_page, drawn_of
from nianbao.monitor.paper.marked import Drawn, Said, name_of, place_said, said_of
from nianbao.monitor.paper.marked import say as form_word
from nianbao.monitor.paper.pieces import Pieces, pieces_of
from nianbao.monitor.rules.engine import Assessment
from nianbao.monitor.rules.subject import Context, Subject, stem
from nianbao.monitor.web.asked import LONGEST, AskedWronglyError, year_in
from nianbao.monitor.web.drafts import (
    MOST_BYTES,
    MOST_FILES,
    Asked,
    Checked,
    Earlier,
    Found,
    Held,
    Kept,
)
from nianbao.monitor.web.posting import is_meant
from nianbao.monitor.web.shell import UNTYPED, lang_of, link, query_of, rendered, root_of, site_of
from nianbao.monitor.web.sight import may_see_draft
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import who
from nianbao.monitor.web.words import say
from nianbao.parser.private import masked
from nianbao.parser.report import Report
from nianbao.storage.archive import versions
from nianbao.storage.evidence import EvidenceError
from nianbao.storage.scope import EVERYTHING, Scope
from nianbao.storage.store import looking
from nianbao.storage.units import UnitRef, units_named

MOST_FIELDS = 400
MOST_PREVIOUS = 5
MOST_LIKE = 8  # units that a draft may be of, that are named
MOST_TYPED = 300
DRAINED = 4  # times what may be sent, that is taken in before it is refused
NAME = 120  # letters of a file's name
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


# ---- what is handed over


def _ours(request: Request) -> None:
    """A form of a page of ours, and not of somebody else's."""
    if not is_meant(request):
        raise AskedWronglyError(say("form_foreign", "zh"), say("form_foreign", "en"), 403)


class _Bounded:
    """Takes in a body up to a size; one that is larger is read to its end, so that who sent it is
    told.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        self.receive, self.left, self.drained = receive, most, DRAINED * most

    async def __call__(self) -> Message:
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        while self.left < 0:
            if not message.get("more_body") or self.left < -self.drained:
                raise _too_large()
            message = await self.receive()
            self.left -= len(message.get("body", b""))
            if message["type"] != "http.request":
                raise _too_large()
        return message


def _too_large() -> AskedWronglyError:
    named = {"size": MOST_BYTES // 1024 // 1024}
    return AskedWronglyError(
        say("check_large", "zh", **named), say("check_large", "en", **named), 413
    )


async def form_with_files(request: Request) -> FormData:
    """What a form says, with its files."""
    _ours(request)
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        raise AskedWronglyError(say("form_kind", "zh"), say("form_kind", "en"))
    bounded = Request(request.scope, _Bounded(request.receive, MOST_BYTES + 1024 * 1024))
    files = MOST_FILES + MOST_PREVIOUS + 2  # a browser sends an empty one for each empty field
    try:
        return await bounded.form(max_files=files, max_fields=MOST_FIELDS, max_part_size=65536)
    except AskedWronglyError:
        raise
    except MultiPartException as error:
        raise _wrong_form(error.message) from None
    except Exception as error:  # whatever a form that is none makes its parser raise
        raise _wrong_form(str(error)) from None


def _wrong_form(why: str) -> AskedWronglyError:
    key = "check_many" if "Too many files" in why else "check_broken"
    named = {"count": MOST_FILES}
    return AskedWronglyError(say(key, "zh", **named), say(key, "en", **named))


def _text(form: FormData, key: str) -> str:
    said = form.get(key)
    text = said.strip() if isinstance(said, str) else ""
    if len(text) > LONGEST:
        named = {"count": LONGEST}
        zh, en = say("check_long", "zh", **named), say("check_long", "en", **named)
        raise AskedWronglyError(zh, en)
    return UNTYPED.sub("", text)


def _files(form: FormData, key: str, folder: Path, most: int, mark: str = "") -> tuple[File, ...]:
    """Written down one after the other; `mark`: in the names of their bytes."""
    found: list[File] = []
    uploads = [each for each in form.getlist(key) if isinstance(each, UploadFile)]
    for upload in uploads:
        if not upload.filename and not upload.size:
            continue  # a field that was left empty
        if len(found) >= most:
            raise _wrong_form("Too many files")
        path = folder / f"{key}{mark}-{len(found)}"
        with path.open("wb") as file:
            shutil.copyfileobj(upload.file, file)
        found.append(File(_named(upload.filename or "", found), path))
    return tuple(found)


def _named(said: str, others: Sequence[File]) -> str:
    """A file's own name, without folders and what nobody types; unlike the others'."""
    bare = UNTYPED.sub("", re.split(r"[\\/]", said)[-1]).strip()[-NAME:] or "?"
    taken = {file.name for file in others}
    name, number = bare, 2
    while name in taken:
        name, number = f"{bare} ({number})", number + 1
    return name


# ---- what a draft is held against


def held_by(
    site: Site, reader: Reader, report: Report, before: Sequence[Draft], asked: Asked
) -> Held:
    """A draft with last year's report: the one that was handed over, else the archive's."""
    like = units_like(site, report, asked.unit, asked.seen)
    unit = like[0] if len(like) == 1 else None
    year = asked.year or Subject(report).year
    given = [each for each in before if each.report is not None and _is_earlier(each, report)]
    earlier = [each.report for each in given if each.report is not None]
    told = [Earlier(each.report.year or 0, "", each.name) for each in given if each.report]
    if not earlier and unit is not None and year is not None:
        found, document = _archived(site, reader, unit, year - 1)
        if found is not None:
            earlier, told = [found], [Earlier(year - 1, document, "")]
    context = Context(
        year=asked.year,
        unit=unit.name if unit is not None and asked.unit else asked.unit,
        county=unit.county_name if unit is not None else "",
        earlier=tuple(sorted(earlier, key=lambda each: -(each.year or 0))),
    )
    return Held(context, unit, like if unit is None else (), told)


def _is_earlier(other: Draft, report: Report) -> bool:
    assert other.report is not None
    year, last = Subject(report).year, Subject(other.report).year
    return not year or not last or last < year


def units_like(
    site: Site, report: Report, said: str, seen: Scope = EVERYTHING
) -> Sequence[UnitRef]:
    """The units of the store that a report may be of: as somebody says, or as it says itself."""
    name = stem(said or report.unit)
    if not name:
        return ()
    with looking(site.engine) as s:
        found = _seen_of(units_named(s, said), seen) or _seen_of(units_named(s, name), seen)
    if said or not report.county:
        return tuple(found)
    return tuple(unit for unit in found if _is_of(unit, report.county))


def _seen_of(units: Sequence[UnitRef], seen: Scope) -> list[UnitRef]:
    return [unit for unit in units if seen.holds(unit.county, unit.id)]


def _is_of(unit: UnitRef, county: str) -> bool:
    """Whether a unit may be of the county that a report names: 平安县, 平安, 某市平安县."""
    name = unit.county_name
    return bool(name) and (name in county or county in name)


def _archived(site: Site, reader: Reader, unit: UnitRef, year: int) -> tuple[Report | None, str]:
    """Last year's report of a unit, read again from the archive."""
    with looking(site.engine) as s:
        kept = versions(s, unit.id, year)
    if not kept:
        return None, ""
    names = names_in(site.files.registry().county(unit.county), unit.id, unit.name, year)
    try:
        return archived(reader, site.evidence, kept[-1].document, names), kept[-1].document
    except EvidenceError:
        return None, ""


# ---- pages


def _here(request: Request, *parts: object) -> str:
    return link(root_of(request), "check", *parts)


def check_form(request: Request) -> Response:
    query = query_of(request)
    said = "".join(query.get("unit", [""])[-1:])[:LONGEST]
    return rendered(
        request,
        "check.html",
        unit=said,
        forgotten="forgotten" in query,
        most=MOST_FILES,
        size=MOST_BYTES // 1024 // 1024,
        minutes=int(site_of(request).drafts.seconds // 60),
    )


async def handed_over(request: Request) -> Response:
    form = await form_with_files(request)
    return await run_in_threadpool(_begun, request, form)


def _begun(request: Request, form: FormData) -> Response:
    site = site_of(request)
    folder = site.drafts.room()
    try:
        asked = _asked(request, form, folder)
        if not asked.files:
            raise AskedWronglyError(say("check_none", "zh"), say("check_none", "en"))
        kept = site.drafts.begin(folder, asked, partial(held_by, site))
    except BusyError as error:
        raise AskedWronglyError(error.zh, error.en, 429) from None
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return RedirectResponse(_here(request, kept.id), 303)


GONE = "-"  # a draft before that is not there, or somebody else's


def _asked(request: Request, form: FormData, folder: Path) -> Asked:
    visitor, before = who(request), _text(form, "before")
    return Asked(
        files=_files(form, "files", folder, MOST_FILES),
        previous=_files(form, "previous", folder, MOST_PREVIOUS),
        unit=_text(form, "unit"),
        year=year_in([_text(form, "year")]),
        before=before if not before or _draft(request, before) is not None else GONE,
        by=visitor.name,
        seen=visitor.scope,
    )


def _draft(request: Request, name: str) -> Kept | None:
    """None where it is not there, or somebody else's."""
    kept = site_of(request).drafts.of(name)
    return kept if kept is not None and may_see_draft(who(request), kept) else None


def _kept(request: Request) -> Kept:
    kept = _draft(request, str(request.path_params["id"]))
    if kept is None:
        raise AskedWronglyError(say("check_gone", "zh"), say("check_gone", "en"), 404)
    return kept


class Listed(NamedTuple):
    """A file of several, in a line."""

    number: int
    name: str
    title: str
    error: str
    counts: Sequence[tuple[str, int]]  # severities
    unread: int


def checked(request: Request) -> Response:
    """How far it is; then what was found: of one file all, of several a line each."""
    kept, lang = _kept(request), lang_of(request)
    query_of(request)
    found = site_of(request).drafts.found(kept)
    result = found.result
    if result is None:
        return _waiting(request, kept, found, lang)
    if len(result) == 1:
        return _one(request, kept, result, 0, lang)
    there = [(n, each) for n, each in enumerate(result) if n not in kept.gone]
    return rendered(
        request,
        "drafts.html",
        kept=kept,
        listed=[_listed(n, each, lang) for n, each in there],
        **_always(request, kept),
    )


def _always(request: Request, kept: Kept) -> dict[str, Any]:
    return {
        "left": len(kept.result() or ()) - len(kept.gone),
        "minutes": int(site_of(request).drafts.seconds // 60),
        "severities": SEVERITIES,
        "id": kept.id,
        "most": MOST_FILES,
        "size": MOST_BYTES // 1024 // 1024,
    }


def _waiting(request: Request, kept: Kept, found: Found, lang: Lang) -> Response:
    job, why = found.job, ""
    if found.is_lost:
        zh, en = job.why if job is not None and job.why[0] else (say("check_lost", "zh"), "")
        why = zh if lang == "zh" else en or say("check_lost", "en")
    progress = job.progress if job is not None else None
    return rendered(
        request,
        "waiting.html",
        id=kept.id,
        why=why,
        progress=progress,
        at=(progress.zh if lang == "zh" else progress.en) if progress else "",
        total=len(kept.asked.files),
        names=[file.name for file in kept.asked.files],
    )


def _listed(number: int, each: Checked, lang: Lang) -> Listed:
    if each.report is None or each.judged is None:
        return Listed(number, each.draft.name, "", _why(each, lang), (), 0)
    counts = _counts(each.judged)
    unread = sum(value.state == "unreadable" for value in each.report.cells.values())
    return Listed(number, each.draft.name, masked(each.report.title), "", counts, unread)


def _why(each: Checked, lang: Lang) -> str:
    error = each.draft.error
    if error is None:
        return say("check_unjudged", lang)
    return in_chinese(error.zh) if lang == "zh" else error.en


def _number_of(request: Request, kept: Kept, result: Sequence[Checked]) -> int:
    return _among(str(request.path_params["number"]), len(result), kept.gone)


def _among(said: str, count: int, gone: Collection[int]) -> int:
    """The number of a draft that an address names."""
    if said.isdecimal() and said in {str(number) for number in gone}:
        raise AskedWronglyError(say("check_one_gone", "zh"), say("check_one_gone", "en"), 404)
    if not re.fullmatch("[0-9]{1,4}", said) or int(said) >= count:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    return int(said)


def one(request: Request) -> Response:
    kept, lang = _kept(request), lang_of(request)
    query_of(request)
    found = site_of(request).drafts.found(kept)
    result = found.result
    if result is None:
        return _waiting(request, kept, found, lang)
    return _one(request, kept, result, _number_of(request, kept, result), lang)


class Unread(NamedTuple):
    """A cell that somebody may type in."""

    cell: str
    name: str
    raw: str
    why: str
    place: str
    picture: str


def _one(
    request: Request, kept: Kept, result: Sequence[Checked], number: int, lang: Lang
) -> Response:
    each = result[number]
    drawn: Drawn | None = None
    pieces: Pieces | None = None
    if each.report is not None and each.judged is not None:
        drawn = drawn_of(each.report, each.judged)
        pieces = pieces_of(drawn, lang)
    typed = {cell: text for (of, cell), text in kept.asked.typed.items() if of == number}
    refused = [cell for cell in typed if not _is_in(each, cell)]
    return rendered(
        request,
        "draft.html",
        kept=kept,
        number=number,
        several=len(result) > 1,
        since=_since(request, kept, each),
        is_after=bool(kept.asked.before),
        each=each,
        drawn=drawn,
        pieces=pieces,
        why="" if drawn else _why(each, lang),
        unread=_unread(root_of(request), kept, number, each, lang),
        typed=typed,
        refused=[name_of(cell, lang) for cell in refused],
        comments=_comments(each),
        legend=f"{form_word('legend_wrong', lang)} {form_word('legend_blank', lang)}",
        form_heading=form_word("form", lang),
        prose_heading=form_word("prose", lang),
        **_always(request, kept),
    )


class Past(NamedTuple):
    """A draft that was handed over before."""

    id: str
    number: int
    name: str
    counts: Sequence[tuple[str, int]]  # severities


class Since(NamedTuple):
    """What has become of the draft before."""

    row: Sequence[Past]  # the latest first
    mended: Sequence[Said]
    unsure: Sequence[Said]
    new: Sequence[int]
    standing: Sequence[int]


def _since(request: Request, kept: Kept, each: Checked) -> Since | None:
    """None where there is none before it, or none of the same unit."""
    now, found, last = _judged(each), [], None
    if now is None:
        return None
    for earlier in site_of(request).drafts.before(kept):
        drafts = [_judged(other) for other in earlier.result() or ()]
        number = same_report(drafts, now)
        before = drafts[number] if number is not None else None
        if number is not None and before is not None:
            last = last or become(before, now)
            found.append(Past(earlier.id, number, before.name, _counts(before.judged)))
    if last is None:
        return None
    mended, unsure = map(said_of, last.mended), map(said_of, last.unsure)
    return Since(found, [*mended], [*unsure], last.new, last.standing)


def _judged(each: Checked) -> Judged | None:
    if each.report is None or each.judged is None:
        return None
    return Judged(each.draft.name, each.report, each.judged)


def _counts(judged: Assessment) -> list[tuple[str, int]]:
    found = [finding.severity for finding in judged.findings]
    return [(severity, found.count(severity)) for severity in dict.fromkeys(found)]


def _comments(each: Checked) -> str:
    """Whether there is a commented Word file, or what it needs; empty where nothing is wrong."""
    if each.judged is None or not each.judged.findings:
        return ""
    name = each.draft.name.lower()
    if each.draft.path is None or name.endswith(".zip"):
        return "alone"
    return "there" if name.endswith(".docx") else "as_docx"


def _is_in(each: Checked, cell: str) -> bool:
    value = each.report.cells.get(cell) if each.report is not None else None
    return value is not None and value.state != "unreadable"


def _unread(base: str, kept: Kept, number: int, each: Checked, lang: Lang) -> list[Unread]:
    if each.draft.report is None:
        return []
    there = dict(enumerate(kept.pictures())).get(number, {})
    return [
        Unread(
            cell=cell,
            name=name_of(cell, lang),
            raw=masked(value.raw.strip()),
            why=in_chinese(value.why) if lang == "zh" else value.why,
            place=place_said(value.where, lang),
            picture=link(base, "check", kept.id, number, f"{cell}.png") if cell in there else "",
        )
        for cell, value in each.draft.report.cells.items()
        if value.state == "unreadable"
    ]


def pictured(request: Request) -> Response:
    """A cell as it stands on its page."""
    kept, said = _kept(request), str(request.path_params["number"])
    of = dict(enumerate(kept.pictures()))
    found = of.get(int(said), {}) if re.fullmatch("[0-9]{1,4}", said) else {}
    body = found.get(str(request.path_params["cell"]))
    if body is None:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    return Response(body, media_type="image/png")


# ---- said of it later


async def said_again(request: Request) -> Response:
    form = await form_with_files(request)
    return await run_in_threadpool(_again, request, form)


def _again(request: Request, form: FormData) -> Response:
    kept, site = _kept(request), site_of(request)
    drafts = kept.drafts()
    if drafts is None:
        return RedirectResponse(_here(request, kept.id), 303)  # it is not read yet
    of = _among(str(request.path_params.get("number", "0")), len(drafts), kept.gone)
    asked = kept.asked
    if "unit" in form:
        asked = replace(asked, unit=_text(form, "unit"), year=year_in([_text(form, "year")]))
        given = _files(form, "previous", kept.folder, MOST_PREVIOUS, f"{kept.round}")
        asked = replace(asked, previous=given or asked.previous)
    asked = replace(asked, typed={**asked.typed, **_typed(form, of)})
    if asked != kept.asked:
        try:
            site.drafts.again(kept, asked, partial(held_by, site))
        except BusyError as error:
            raise AskedWronglyError(error.zh, error.en, 429) from None
    rest = (of,) if len(drafts) > 1 else ()
    return RedirectResponse(_here(request, kept.id, *rest), 303)


def _typed(form: FormData, of: int) -> Mapping[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for key, said in form.multi_items():
        if key.startswith("cell:") and isinstance(said, str) and said.strip():
            found[of, key.removeprefix("cell:")[:LONGEST]] = UNTYPED.sub("", said.strip())[:20]
        if len(found) > MOST_TYPED:
            break
    return found


async def forgotten(request: Request) -> Response:
    _ours(request)
    name = str(request.path_params["id"])
    if _draft(request, name) is not None:
        site_of(request).drafts.forget(name)
    return RedirectResponse(f"{_here(request)}?forgotten=1", 303)


async def one_forgotten(request: Request) -> Response:
    """One of several; the others stay."""
    _ours(request)
    return await run_in_threadpool(_one_forgotten, request)


def _one_forgotten(request: Request) -> Response:
    kept = _kept(request)
    result = kept.result()
    if result is not None:
        number = _number_of(request, kept, result)
        site_of(request).drafts.forget_one(kept.id, number)
        if site_of(request).drafts.of(kept.id) is None:
            return RedirectResponse(f"{_here(request)}?forgotten=1", 303)
    return RedirectResponse(_here(request, kept.id), 303)


# ---- taken along


def taken(request: Request) -> Response:
    """The writer's own file with comments, or a page to pass on."""
    kept, lang = _kept(request), lang_of(request)
    result = kept.result()
    if result is None:
        return RedirectResponse(_here(request, kept.id), 303)
    each = result[_number_of(request, kept, result)]
    if each.report is None or each.judged is None:
        raise AskedWronglyError(say("check_nothing", "zh"), say("check_nothing", "en"), 404)
    name = each.draft.name.rpartition("/")[2].rpartition(".")[0] or each.draft.name
    ending = str(request.path_params["ending"])
    if ending == "html":
        page = checked_page(drawn_of(each.report, each.judged), lang).encode()
        return _file(page, "text/html; charset=utf-8", f"{name}.check.html")
    if ending != "docx":
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    path = each.draft.path
    made = None if path is None else with_comments(path, each.report, each.judged)
    if made is None:
        zh, en = say("check_no_comments", "zh"), say("check_no_comments", "en")
        raise AskedWronglyError(zh, en, 404)
    return _file(made, DOCX, f"{name}.check.docx")


def _file(body: bytes, kind: str, name: str) -> Response:
    named = f"attachment; filename*=UTF-8''{link('', name).lstrip('/')}"
    return Response(body, media_type=kind, headers={"content-disposition": named})


ROUTES = (
    Route("/check", check_form, methods=["GET"]),
    Route("/check", handed_over, methods=["POST"]),
    Route("/check/{id}", checked, methods=["GET"]),
    Route("/check/{id}", said_again, methods=["POST"]),
    Route("/check/{id}/forget", forgotten, methods=["POST"]),
    Route("/check/{id}/{number}/forget", one_forgotten, methods=["POST"]),
    Route("/check/{id}/{number}/{cell}.png", pictured, methods=["GET"]),
    Route("/check/{id}/{number}.{ending}", taken, methods=["GET"]),
    Route("/check/{id}/{number}", one, methods=["GET"]),
    Route("/check/{id}/{number}", said_again, methods=["POST"]),
)
