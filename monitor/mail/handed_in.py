"""Drafts that come by mail: of a unit's own address they are handed in for it; all else that brings
files is kept for a person. Nobody's is filed by guess.
"""

from __future__ import annotations

import email
import hashlib
import imaplib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from typing import Literal, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.crawler.bounds import within
from nianbao.crawler.reading import ChildError, Reader, Reads
from nianbao.monitor.handing_in import Answer, comments_name, named
from nianbao.monitor.ledger.scope import Registry, ScopeError, unit_of
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.mail.draft_back import verdict_mail
from nianbao.monitor.mail.outbox import Attachment, MailError, build, message_id
from nianbao.monitor.mail.returned import (
    FROM_A_SERVER,
    MEMORY,
    MONTHS,
    MOST,
    READING,
    RECENT,
    STARTING,
    open_inbox,
)
from nianbao.monitor.mail.returned import text_of as text_in
from nianbao.monitor.settings import Inbox, Recipient, Settings
from nianbao.monitor.standing import due_year
from nianbao.storage.drafts import Handed, Judged, Kept, has_come, keep, nobodys
from nianbao.storage.evidence import Evidence
from nianbao.storage.outbox import queue
from nianbao.storage.store import looking, session
from nianbao.storage.units import UnitRef

MOST_FILES = 20  # of a mail
LARGEST = 45 * 1024 * 1024  # bytes of a mail: files are a third longer in it
PIECE = 1024 * 1024  # bytes that are asked for at a time
MOST_NOBODYS = 500  # mails that are kept for a person; more are left in the inbox
COLLECTING = 600.0  # seconds for an inbox in all

Proof = Literal["proven", "unproven", "refused"]


class File(NamedTuple):
    name: str
    data: bytes


class Letter(NamedTuple):
    """A mail that brings files."""

    sender: str  # its address; empty where it names none, or several
    message_id: str
    subject: str
    proof: Proof  # whether the receiving server found that the sender is who it says
    files: tuple[File, ...]


# ---- reading, in a child


def letter_in(data: bytes, authserv: str) -> Letter | None:
    """None where it brings no file, or a program wrote it."""
    mail = email.message_from_bytes(data, policy=compat32)
    automatic = text_in(mail.get("auto-submitted")).strip().lower()
    if automatic not in ("", "no") or FROM_A_SERVER.search(text_in(mail.get("from"))):
        return None
    files = _files(mail)
    if not files:
        return None
    sender = _sender(mail)
    told = text_in(mail.get("message-id"))[:200], text_in(mail.get("subject"))[:200]
    return Letter(sender, *told, _proof(mail, sender, authserv), files)


def _sender(mail: Message) -> str:
    """One that names several is nobody's."""
    fields = [str(each) for each in mail.get_all("from") or ()]
    if len(fields) != 1:
        return ""
    found = [address for _, address in getaddresses([fields[0][:1000]]) if address]
    return found[0].lower() if len(found) == 1 and found[0].count("@") == 1 else ""


def _files(mail: Message) -> tuple[File, ...]:
    """What is attached; what is in a mail that is passed on only where it brings nothing itself."""
    own: list[File] = []
    inner: list[File] = []
    for part, is_inner in _parts(mail, is_inner=False):
        name = text_in(part.get_filename() or "")
        kind = part.get_content_type()
        if not name or kind.startswith(("image/", "message/")) or NO_DRAFT.search(name):
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data:
            (inner if is_inner else own).append(File(named(name), data))
    return tuple((own or inner)[:MOST_FILES])


NO_DRAFT = re.compile(r"\.(?:p7s|p7m|ics|vcf|asc|sig|png|jpe?g|gif|bmp|eml)$", re.I)
DEEPEST = 10


def _parts(mail: Message, *, is_inner: bool, depth: int = 0) -> Iterator[tuple[Message, bool]]:
    if depth > DEEPEST:
        return
    if not mail.is_multipart():
        yield mail, is_inner
        return
    inside = is_inner or mail.get_content_type() == "message/rfc822"
    for part in mail.get_payload():
        if isinstance(part, Message):
            yield from _parts(part, is_inner=inside, depth=depth + 1)


METHOD = re.compile(r"\s*(spf|dkim|dmarc)(?:\s*/\s*\d+)?\s*=\s*(\w+)(?=\s|$)(.*)", re.I | re.S)
DOMAIN = re.compile(
    r"(?<!\S)(?:header\.(?:d|i|from)|smtp\.mailfrom)\s*=\s*<?(?:[^\s@]*@)?([\w.-]+)>?(?!\S)", re.I
)
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
PLAIN = re.compile(r"[\w.@+-]+")


def _proof(mail: Message, sender: str, authserv: str) -> Proof:
    """What the receiving server found out: what stands further down anybody may have written."""
    results = [
        " ".join(str(each)[:4000].split()) for each in mail.get_all("authentication-results") or ()
    ]
    if any(re.search(r"\bdmarc\s*=\s*fail", each, re.I) for each in results):
        return "refused"
    if not results or not authserv or results[0].partition(";")[0].split()[:1] != [authserv]:
        return "unproven"
    domain = sender.rpartition("@")[2]
    for told in _uncommented(results[0]).split(";")[1:]:
        method = METHOD.fullmatch(told)
        if method is None or method[2].lower() != "pass":
            continue
        if any(_is_of(domain, each.lower()) for each in DOMAIN.findall(method[3])):
            return "proven"
    return "refused"


def _uncommented(results: str) -> str:
    """Without comments, and with nothing in the place of what is quoted and no plain word: both
    hold what a sender chose, as a mailbox's name may be anything between quotes. Pure.
    """
    kept, depth, at = "", 0, 0
    while at < len(results):
        letter = results[at]
        quoted = QUOTED.match(results, at) if letter == '"' and not depth else None
        if letter == '"' and not depth:
            if quoted is None:  # it never ends
                return kept
            is_plain = (
                PLAIN.fullmatch(quoted[1]) and results[quoted.end() : quoted.end() + 1] != "@"
            )
            kept += quoted[1] if is_plain else "?=?"
            at = quoted.end()
            continue
        if letter == "\\":  # of what follows nothing is meant
            kept += "" if depth else "?=?"
            at += 2
            continue
        depth += (letter == "(") - (letter == ")" and depth > 0)
        kept += "" if depth or letter == ")" else letter
        at += 1
    return kept


def _is_of(domain: str, said: str) -> bool:
    """Whether an address's domain is this one, or lies in it; all of .gov.cn is nobody's."""
    is_somebodys = said.count(".") > 1
    return bool(domain) and (domain == said or (is_somebodys and domain.endswith(f".{said}")))


# ---- whose it is


def senders(s: Session, recipients: Sequence[Recipient], registry: Registry) -> dict[str, UnitRef]:
    """The addresses that are one unit's alone, as nianbao.toml has them."""
    found: dict[str, set[UnitRef | None]] = {}
    for each in recipients:
        said = "".join(each.scope.split()).replace("：", ":")
        unit: UnitRef | None = None
        if said.startswith("unit:"):
            try:
                unit = unit_of(s, said.removeprefix("unit:"), registry=registry)
            except ScopeError:
                unit = None
        found.setdefault(each.address.lower(), set()).add(unit)
    only = ((address, next(iter(units))) for address, units in found.items() if len(units) == 1)
    return {address: unit for address, unit in only if unit is not None}


UNKNOWN = "发件地址不是任何单位登记的地址", "the sender is no unit's address"
FORGED = "来信未通过发信服务器验证，可能不是本人所发", "the sender was not proven: it may be forged"


def take_in(
    engine: Engine,
    evidence: Evidence,
    known: Mapping[str, UnitRef],
    letter: Letter,
    raw: bytes,
    now: datetime,
) -> bool:
    """Keep what a mail brings: all of it, or nothing. False where it is left for later. Of what is
    nobody's the mail alone is kept, and of no more of them than a person can see to.
    """
    hashes = [hashlib.sha256(file.data).hexdigest() for file in letter.files]
    mark = _mark(letter, hashes)
    unit = known.get(letter.sender) if letter.proof != "refused" else None
    for file in letter.files if unit is not None else ():
        evidence.keep(file.data)
    of = (now, letter.sender or "?", "mail")
    with session(engine) as s:
        if has_come(s, mark):
            return True
        if unit is None:
            if len(nobodys(s, MOST_NOBODYS)) >= MOST_NOBODYS:
                return False
            why = FORGED if letter.sender in known else UNKNOWN
            name = named(letter.subject)
            keep(s, Handed(due_year(now), name, evidence.keep(raw), *of, mail=mark, why=why))
            return True
        sure = letter.proof == "proven"
        for file, sha256 in zip(letter.files, hashes, strict=True):
            keep(s, Handed(due_year(now), file.name, sha256, *of, unit.id, sure, mark))
    return True


def _mark(letter: Letter, hashes: Sequence[str]) -> str:
    """The same for the same mail, whichever way it came."""
    told = "\x1f".join((letter.sender, letter.message_id, *hashes))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


# ---- what goes back


def answering(settings: Settings, registry: Registry, now: datetime) -> Answer | None:
    """The verdict by mail, to the address that the unit has in nianbao.toml."""
    if not settings.mail.sender:
        return None

    def back(s: Session, kept: Kept, unit: UnitRef, told: Judged, comments: bytes) -> None:
        lang = _lang_of(settings, kept.who)
        if senders(s, settings.recipients, registry).get(kept.who) != unit:
            return  # it is the unit's address no more
        composed = verdict_mail(kept, unit, told, settings, now, lang)
        mark = message_id("draft", f"{kept.id}", kept.who, settings.mail.sender)
        files = [Attachment(comments_name(kept.name), comments, DOCX)] if comments else []
        body = build(composed, settings.mail.sender, kept.who, mark, now, files)
        queue(s, "draft", kept.who, mark, composed.subject, body, now)

    return Answer(back)


def tell_decided(
    s: Session, kept: Kept, unit: UnitRef, settings: Settings, registry: Registry, now: datetime
) -> None:
    """That a person passed or returned what came by mail, and why."""
    known = senders(s, settings.recipients, registry).get(kept.who)
    if kept.channel != "mail" or known != unit or not settings.mail.sender:
        return
    told = Judged(kept.state, (kept.reason, kept.reason), kept.findings)
    composed = verdict_mail(kept, unit, told, settings, now, _lang_of(settings, kept.who))
    about = f"{kept.id} {now.isoformat()}"
    mark = message_id("draft", about, kept.who, settings.mail.sender)
    body = build(composed, settings.mail.sender, kept.who, mark, now)
    queue(s, "draft", kept.who, mark, composed.subject, body, now)


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _lang_of(settings: Settings, address: str) -> Lang:
    said = next(
        (each.lang for each in settings.recipients if each.address.lower() == address), "zh"
    )
    return "en" if said == "en" else "zh"


# ---- the inbox


def collect_drafts(
    engine: Engine,
    evidence: Evidence,
    settings: Settings,
    registry: Registry,
    clock: Callable[[], datetime],
) -> int:
    """Take in what came to the inbox. A mail is marked as read once it is kept; none is deleted."""
    inbox = settings.inbox
    with looking(engine) as s:
        known = senders(s, settings.recipients, registry)
    if not known:
        return 0
    count = 0
    with within(COLLECTING) as bounds, Reader(STARTING, MEMORY, children=1) as reader:
        server = open_inbox(inbox, settings.inbox_password)
        bounds.watch(server.sock)
        try:
            for number, raw in _with_files(server, clock() - RECENT):
                letter = read_letter(reader, raw, inbox)
                if letter is not None and take_in(engine, evidence, known, letter, raw, clock()):
                    server.uid("STORE", number, "+FLAGS", r"(\Seen)")
                    count += 1
        except imaplib.IMAP4.error as error:
            raise MailError(f"{inbox.host}：{str(error)[:1000]}") from None
        finally:
            _leave(server)
    return count


def read_letter(reader: Reads, raw: bytes, inbox: Inbox) -> Letter | None:
    """In a child: a hostile mail costs itself alone."""
    if isinstance(reader, Reader):
        reader.seconds = STARTING
    try:
        reader.call(letter_in, b"", "")  # it is there: its start is no mail's time
        if isinstance(reader, Reader):
            reader.seconds = READING
        letter: Letter | None = reader.call(letter_in, raw, inbox.authserv)
    except (ChildError, MemoryError):
        return None
    return letter


HEAD = "(RFC822.SIZE BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE)]<0.4096>)"


def _with_files(server: imaplib.IMAP4, since: datetime) -> Iterator[tuple[str, bytes]]:
    """The newest unread mails of several parts, whole."""
    day = f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"
    _, found = server.uid("SEARCH", "UNSEEN", "SINCE", day)
    for number in (
        b" ".join(each for each in found if isinstance(each, bytes)).decode().split()[-MOST:]
    ):
        head = _bytes(server.uid("FETCH", number, HEAD)[1])
        size = re.search(rb"RFC822\.SIZE (\d{1,12})", head)
        if size is None or int(size[1]) > LARGEST or b"multipart/" not in head.lower():
            continue
        raw = bytearray()
        while len(raw) < LARGEST:
            piece = _literal(server.uid("FETCH", number, f"(BODY.PEEK[]<{len(raw)}.{PIECE}>)")[1])
            raw += piece
            if len(piece) < PIECE:
                break
        yield number, bytes(raw)


def _bytes(parts: Sequence[object]) -> bytes:
    pieces = [each for part in parts for each in (part if isinstance(part, tuple) else (part,))]
    return b"\n".join(each for each in pieces if isinstance(each, bytes))


def _literal(parts: Sequence[object]) -> bytes:
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), b"")


def _leave(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (OSError, imaplib.IMAP4.error):
        server.shutdown()
