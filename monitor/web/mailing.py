"""Mails: who gets which, how the next one will look, a test to one address, and what was sent."""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.monitor.halves import half_of
from nianbao.monitor.ledger.words import MAIL_STATES, Lang
from nianbao.monitor.mail.outbox import MailError
from nianbao.monitor.mail.trial import send, trial
from nianbao.monitor.mail.weekly import LANGS, Draft, recipients_of
from nianbao.monitor.mail.weekly import lang_of as lang_for
from nianbao.monitor.settings import Recipient, Settings
from nianbao.monitor.web.asked import AskedWronglyError, page_number
from nianbao.monitor.web.every import Told, asked_of, words_of
from nianbao.monitor.web.operations import say_of
from nianbao.monitor.web.paging import paged
from nianbao.monitor.web.posting import Fields, field_in, posting, then, who_of
from nianbao.monitor.web.shell import SANDBOX, lang_of, link, query_of, rendered, root_of, site_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.words import exact_of, moment_of, say
from nianbao.parser.private import masked
from nianbao.storage.audit import note
from nianbao.storage.outbox import Logged, Mailed, mails_to, newest, states_of_mail
from nianbao.storage.store import looking, session

log = logging.getLogger("nianbao")
SIZE = 50  # mails of a page
MOST_RECIPIENTS = 200
MOST_ADDRESS = 254
ADDRESS = re.compile(
    r"[!#-'*+/-9=?A-Z^-~-]+(\.[!#-'*+/-9=?A-Z^-~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)
TESTING = Lock()  # one test at a time: a slow server holds one thread, not all


class RecipientRow(NamedTuple):
    number: int
    address: str
    scope: str  # in words
    lang: Lang
    last: str  # what was sent last, and when
    exact: str  # the same with its whole date
    fault: str  # why nothing can be written to it


class SentRow(NamedTuple):
    recipient: str
    subject: str
    name: str  # of the state
    state: str
    at: str
    exact: str  # with the whole date
    attempts: int
    why: str


def mails(request: Request) -> Response:
    """Who gets mails, and what was sent."""
    asked, lang, query, site = (
        asked_of(request),
        lang_of(request),
        query_of(request),
        site_of(request),
    )
    wanted = query.get("state", [""])[-1]
    states = _states_in(wanted)
    people = recipients_of(site.settings, asked.registry)
    shown = people[:MOST_RECIPIENTS]

    def at(number: int) -> str:
        return link(root_of(request), "mail", state=wanted, page=number) + "#sent"

    with looking(site.engine) as s:
        last = {each.recipient: each for each in mails_to(s, {each.address for each in shown})}
        rows = [
            _recipient(number, each, last.get(each.address), asked, lang)
            for number, each in enumerate(shown)
        ]
        counts = states_of_mail(s)
        count = sum(counts.get(each, 0) for each in states)
        pages = paged(count, SIZE, page_number(query.get("page", ())), at)
        found = newest(s, states, max(pages.first - 1, 0), SIZE)
    return rendered(
        request,
        "mails.html",
        recipients=rows,
        more=len(people) - len(shown),
        sent=[_sent(each, lang, asked.now) for each in found],
        pages=pages,
        states=[(name, say_of(word, lang)) for name, word in MAIL_STATES.items()],
        wanted=wanted,
        sends=_can_send(site.settings),
        tested=query.get("tested", [""])[-1][:MOST_ADDRESS],
        **words_of(request, asked.now),
    )


def _can_send(settings: Settings) -> bool:
    return bool(settings.mail.host and settings.mail.sender)


def _states_in(said: str) -> tuple[str, ...]:
    if said and said not in MAIL_STATES:
        there = ", ".join(MAIL_STATES)
        raise AskedWronglyError(f"state 可用：{there}", f"state is one of {there}")
    return (said,) if said else tuple(MAIL_STATES)


def _recipient(
    number: int, each: Recipient, last: Mailed | None, asked: Told, lang: Lang
) -> RecipientRow:
    told = exact = ""
    if last is not None:
        what = f"{say_of(MAIL_STATES[last.state], lang)} {masked(last.subject)}"
        told, exact = f"{moment_of(last.at, lang, asked.now)} {what}", f"{exact_of(last.at)} {what}"
    fault = "" if ADDRESS.fullmatch(each.address) else say("mail_odd", lang)
    scope = _scope_said(each.scope, asked, lang)
    return RecipientRow(number, each.address, scope, lang_for(each), told, exact, fault)


def _scope_said(said: str, asked: Told, lang: Lang) -> str:
    """`county:140924` by its name; whatever else as the settings have it."""
    kind, _, code = said.partition(":")
    name = asked.registry.called.get(code, "") if kind == "county" else ""
    return name or said or say("mail_all", lang)


def _sent(each: Logged, lang: Lang, now: datetime) -> SentRow:
    return SentRow(
        each.recipient,
        masked(each.subject),
        each.state,
        say_of(MAIL_STATES[each.state], lang),
        moment_of(each.at, lang, now),
        exact_of(each.at),
        each.attempts,
        half_of(each.error, lang),
    )


# ---- before it is sent


def _meant(said: str, asked: Told, site: Site) -> Recipient:
    """The recipient of a number in the list. Raises AskedWronglyError."""
    people = recipients_of(site.settings, asked.registry)
    if not (said.isascii() and said.isdigit() and len(said) < 7 and int(said) < len(people)):
        raise AskedWronglyError(say("mail_nobody", "zh"), say("mail_nobody", "en"), 404)
    return people[int(said)]


def _on_trial(asked: Told, site: Site, recipient: Recipient) -> tuple[Draft, bytes]:
    """What it would get now. Raises ScopeError, and AskedWronglyError where that is nothing."""
    with looking(site.engine) as s:
        made, body = trial(s, recipient, asked.now, site.settings, asked.registry, now=asked.now)
    if not made.year.lines:
        raise AskedWronglyError(say("mail_nothing", "zh"), say("mail_nothing", "en"), 409)
    return made, body


def preview(request: Request) -> Response:
    """The next mail to a recipient, drawn in a frame of its own."""
    asked, lang, query, site = (
        asked_of(request),
        lang_of(request),
        query_of(request),
        site_of(request),
    )
    number = query.get("to", [""])[-1]
    recipient = _meant(number, asked, site)
    made, body = _on_trial(asked, site, recipient)
    if query.get("form", [""])[-1] == "html":
        headers = {"content-security-policy": SANDBOX, "x-frame-options": "SAMEORIGIN"}
        return Response(_drawn(made), media_type="text/html; charset=utf-8", headers=headers)
    return rendered(
        request,
        "mail.html",
        number=number,
        recipient=recipient,
        scope=_scope_said(recipient.scope, asked, lang),
        subject=made.composed.subject,
        text=made.composed.text,
        files=[(each.name, len(each.data)) for each in made.attachments],
        size=len(body),
        sends=_can_send(site.settings),
        **words_of(request, asked.now),
    )


def _drawn(made: Draft) -> str:
    """Its page, with its pictures in it."""
    page = made.composed.html
    for name, data in made.composed.pictures.items():
        page = page.replace(f"cid:{name}", f"data:image/png;base64,{b64encode(data).decode()}")
    return page


def send_test(request: Request, fields: Fields) -> Response:
    """The next mail to a recipient, sent at once: to it, or to another address."""
    asked, site = asked_of(request), site_of(request)
    recipient = _meant(field_in(fields, "to"), asked, site)
    address = field_in(fields, "another") or recipient.address
    if not ADDRESS.fullmatch(address) or len(address) > MOST_ADDRESS:
        raise AskedWronglyError(say("mail_odd", "zh"), say("mail_odd", "en"), 400, "another")
    if not _can_send(site.settings):
        raise AskedWronglyError(say("mail_unset", "zh"), say("mail_unset", "en"), 409)
    _, body = _on_trial(asked, site, replace(recipient, address=address))
    if not TESTING.acquire(blocking=False):
        raise AskedWronglyError(say("mail_busy", "zh"), say("mail_busy", "en"), 503)
    try:
        send(site.settings, address, body)
    except (OSError, MailError, ValueError) as error:
        log.warning("test mail", extra={"told": {"error": f"{type(error).__name__}: {error}"}})
        why = str(error) or type(error).__name__
        zh, en = (say("mail_failed", each, why=half_of(why, each)) for each in LANGS)
        raise AskedWronglyError(zh, en, 502) from None
    finally:
        TESTING.release()
    with session(site.engine) as s:
        note(s, asked.now, who_of(request), "test_mail", address, {"scope": recipient.scope})
    return then(request, "mail", tested=address)


ROUTES = (
    Route("/mail", mails),
    Route("/mail/preview", preview),
    Route("/mail/test", posting(send_test), methods=["POST"]),
)
