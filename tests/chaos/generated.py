"""Documents and list pages that were good and are spoilt by chance: each ends in a word of the house."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.columns import read_column
from nianbao.crawler.listing.listed import Listing, Source
from nianbao.crawler.reading import Found, Reader
from nianbao.crawler.states import STATES
from nianbao.parser.errors import ReadError
from tests.portals.dialects import APART, DIALECTS
from tests.portals.drifting import DEADLINE, County, Page
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.samples import SAMPLES

# What LibreOffice opens takes seconds a file; scans are read by a model.
SLOW = {"word", "picture"}
FORMATS = sorted(SAMPLES.keys() - SLOW)
SCRAPS = (b"\0", b"\xff\xfe", b"<", b">", b"<table>" * 400, b"</td>", b"&#xD83D;", b"9" * 5000, b"PK\x03\x04",
          b"<!--", b"]]>", "，".encode(), "\u202e".encode(), b"%PDF-1.7", b"endobj", b"stream\n", b"\r\n\r\n", b"{", b"}")  # fmt: skip
SECONDS = 30.0


def spoilt(body: bytes, chance: Random) -> bytes:
    """As a disk, a line or an attacker spoils it, once or a few times."""
    for _ in range(chance.randint(1, 4)):
        body = chance.choice(WAYS)(body, chance)
    return body


def _cut(body: bytes, chance: Random) -> bytes:
    return body[: chance.randint(0, len(body))]


def _flipped(body: bytes, chance: Random) -> bytes:
    changed = bytearray(body)
    for _ in range(min(len(changed), chance.choice((1, 5, 200)))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _put_in(body: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(body))
    return body[:at] + chance.choice(SCRAPS) + body[at:]


def _again(body: bytes, chance: Random) -> bytes:
    """A piece of it once more, elsewhere; often many times."""
    start, at = chance.randint(0, len(body)), chance.randint(0, len(body))
    piece = body[start : start + chance.choice((10, 300, 5000))]
    return body[:at] + piece * chance.choice((1, 2, 300)) + body[at:]


def _taken_out(body: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(body))
    return body[:at] + body[at + chance.choice((1, 50, 3000)) :]


def _within(body: bytes, chance: Random) -> bytes:
    """One part of a package, packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as old:
            parts = {name: old.read(name) for name in old.namelist()}
    except Exception:
        return _flipped(body, chance)
    if parts:
        name = chance.choice(sorted(parts))
        parts[name] = chance.choice(WAYS[:-1])(parts[name], chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return packed.getvalue()


WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _cut, _flipped, _put_in, _again, _taken_out, _within
)  # fmt: skip


def documents(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    for n in range(count):
        chance = Random(f"{seed} document {n}")
        name = FORMATS[n % len(FORMATS)]
        good = SAMPLES[name](print_draft(clean(chance.randrange(10_000))))
        yield f"{name} {n}", spoilt(good, chance)


def wrong_with_documents(count: int, seed: int, ends: Counter[str]) -> list[str]:
    """Read in children as a sweep does: each ends, as a report or for a reason, in time."""
    wrong = []
    with Reader(SECONDS) as reader:
        for name, body in documents(count, seed):
            began = time.monotonic()
            try:
                outcomes = reader.file(body)
            except Exception as error:
                wrong.append(f"document {name}: {type(error).__name__}: {error}"[:300])
                continue
            for outcome in outcomes:
                ends[end_of(outcome)] += 1
            if time.monotonic() - began > SECONDS:
                wrong.append(f"document {name}: {time.monotonic() - began:.0f} s")
            if not outcomes:
                wrong.append(f"document {name}: nothing is said of it")
    return wrong


def end_of(outcome: Found | ReadError) -> str:
    return outcome.code if isinstance(outcome, ReadError) else "report"


# ---- list pages


class Portal:
    """A county's list as it is, each page of it spoilt by chance when it is asked for."""

    def __init__(self, number: int, seed: int) -> None:
        self.chance = Random(f"{seed} list {number}")
        dialect = sorted(DIALECTS.keys() - APART)[number % len(DIALECTS.keys() - APART)]
        self.name = f"{dialect} {number}"
        county = County(seed, number, dialect=dialect, kinds=())
        day = DEADLINE - timedelta(days=self.chance.randint(0, 30))
        self.there, (self.column, *_) = county.there(day), county.columns
        self.address = county.configured(self.column)
        self.only_cut = self.chance.random() < 0.3

    def answer(self, url: str, *, whole: bool = False) -> Answer:
        page = self.there.get(url)
        if not isinstance(page, Page):
            return Answer(url, 404, HTML, b"<html><body>404</body></html>", "", url)
        body = page.body.encode()
        if not whole:
            body = _cut(body, self.chance) if self.only_cut else spoilt(body, self.chance)
        return Answer(url, 200, HTML, body, "", url)

    def read(self, *, whole: bool = False) -> Listing:
        reading = read_column(Source(self.address, ""))
        try:
            ask = next(reading)
            for _ in range(MOST_ASKED):
                ask = reading.send(self.answer(ask.url, whole=whole))
        except StopIteration as end:
            listing: Listing = end.value
            return listing
        raise AssertionError("it never ends")


HTML = {"content-type": "text/html; charset=utf-8"}
MOST_ASKED = 2000


def wrong_with_lists(count: int, seed: int, ends: Counter[str]) -> list[str]:
    """Each has a state; one whose pages were cut and that shows less is never proven whole."""
    wrong = []
    for number in range(count):
        portal = Portal(number, seed)
        try:
            found = portal.read()
            json.dumps([*found.items], default=str).encode()
        except Exception as error:
            wrong.append(f"list {portal.name}: {type(error).__name__}: {error}"[:300])
            continue
        ends[found.state.name] += 1
        if found.state.name not in STATES:
            wrong.append(f"list {portal.name}: {found.state.name}")
        if portal.only_cut and found.proof.kind:
            less = {item.url for item in portal.read(whole=True).items}
            less -= {item.url for item in found.items}
            if less:
                wrong.append(f"list {portal.name}: proven whole without {sorted(less)[:3]}")
    return wrong
