"""What whoever asks may see. Everything else is answered as if it were not there: what is not in
the registry of `registry_of` has no name, no page and no number.
"""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request

from nianbao.monitor.engine.jobs import Job
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.drafts import Kept
from nianbao.monitor.web.shell import site_of
from nianbao.monitor.web.visitor import Visitor, who
from nianbao.storage.registry import CountyEntry
from nianbao.storage.seen import Page, page_of


def registry_of(request: Request) -> Registry:
    """What the files say, cut to the scope of whoever asks."""
    return site_of(request).files.registry().cut(who(request).scope)


def county_in(registry: Registry, code: str) -> CountyEntry:
    """A county that may be seen with all its units. Raises AskedWronglyError."""
    county = registry.county(code)
    if county is None or not registry.may_see(code):
        told = code[:60]
        raise AskedWronglyError(f"没有县 {told}", f"there is no county {told}", 404)
    return county


def page_in(s: Session, registry: Registry, sha256: str) -> Page:
    """An archived answer of somebody who may be seen. Raises AskedWronglyError."""
    found = page_of(s, sha256, registry.scope) if len(sha256) == 64 else None
    if found is None:
        raise AskedWronglyError("没有这份存档", "nothing is archived under this hash", 404)
    return found


def job_in(request: Request, name: str) -> Job:
    """A job that is about what may be seen. Raises AskedWronglyError."""
    jobs = site_of(request).jobs
    job = jobs.job(name)
    if job is None or not may_see_job(who(request), job):
        raise AskedWronglyError(*jobs.gone, 404)
    return job


def may_see_job(visitor: Visitor, job: Job) -> bool:
    """One that is about no county is about all of them."""
    county = job.arguments.get("county")
    return visitor.scope.is_everything or (bool(county) and visitor.scope.holds(str(county)))


def may_see_draft(visitor: Visitor, draft: Kept) -> bool:
    """Of a smaller scope each sees what they handed over themselves."""
    return visitor.scope.is_everything or draft.asked.by == visitor.name
