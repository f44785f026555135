"""Reading a column: a pure conversation.

It yields what it asks for, is sent the answer, and returns what it read.
The same readers serve `nianbao probe` and the sweep: who fetches is not their business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.engines.asked_for import json_entries, read_fragment, read_json
from nianbao.crawler.listing.engines.document import of_year, read_document
from nianbao.crawler.listing.engines.links import read_links, with_address
from nianbao.crawler.listing.engines.records import read_records
from nianbao.crawler.listing.engines.requests import as_json, fragment_parts, markup_in
from nianbao.crawler.listing.entries import (
    NestedError,
    from_markup,
    headings,
    items_on,
    list_page,
)
from nianbao.crawler.listing.listed import Item, Listing, Reading, Source, fingerprint_of, once
from nianbao.crawler.listing.scripted import items_in_scripts
from nianbao.crawler.listing.shells import goes_on, shell_target, told_of_before
from nianbao.crawler.page_state import NESTED, empty_state, transport_state
from nianbao.crawler.presets import (
    UNRECOGNISED,
    EngineName,
    Preset,
    presets,
    recognised,
)
from nianbao.crawler.proof import NONE, Proof
from nianbao.crawler.states import State


def read_column(source: Source) -> Reading:
    """The whole column, or its first page where that is as it was.

    The state says whether it was all.
    """
    try:
        return (yield from _read(source))
    except NestedError:
        return Listing(State("truncated", NESTED))


def _read(source: Source) -> Reading:
    if source.shortcut is not None and source.fingerprint:
        reply = yield source.shortcut
        if (listing := _as_by_shortcut(reply, source)) is not None:
            return listing
    url = of_year(source.url, source.year)
    answer = yield Ask(url, headers=source.validators)
    if answer.status == 304 and (why := told_of_before([answer])):
        return Listing(State("partial", why), answers=(answer,))
    if answer.status == 304 and source.validators and source.fingerprint:
        state, proof = State("unchanged", "HTTP 304"), Proof("unchanged", "HTTP 304")
        return Listing(state, fingerprint=source.fingerprint, proof=proof)
    answer = replace(answer, asked=answer.asked or url)
    for _ in range(2):
        if (target := shell_target(answer)) is None:
            break
        answer = replace((yield Ask(target)), asked=target)
    if (problem := transport_state(answer)) is not None:
        return Listing(problem, answers=(answer,))
    preset = presets().get(source.preset or _best(answer))
    if preset is None:
        return Listing(State("expectation_broken", f"no preset {source.preset}"), answers=(answer,))
    if source.expect and not is_expected(answer, source.expect):
        state = State("expectation_broken", source.expect)
        return Listing(state, preset=preset.name, answers=(answer,))
    listing = yield from ENGINES[preset.engine](source, preset, answer)
    if not source.preset and not listing.items and not listing.state.complete:
        plain = presets()[UNRECOGNISED]
        told = list_page(answer, source, plain).likely or items_in_scripts(answer, source)
        if preset.engine != plain.engine and told:
            listing, preset = (yield from read_links(source, plain, answer)), plain
    items, answers = tuple(once(listing.items)), (answer, *listing.answers)
    listing = replace(listing, items=items, preset=preset.name, answers=answers)
    why = goes_on(answer) or told_of_before(answers)
    if not why or not listing.state.complete:
        return listing
    return replace(listing, state=State("partial", why), proof=NONE, fingerprint="")


def is_expected(answer: Answer, words: str) -> bool:
    """Whether the page calls itself so, or says it where no menu is: menus hold all words."""
    bare = re.sub(r"\s", "", words)
    if any(bare in heading for heading in headings(answer)):
        return True
    linked = "".join("".join(a.itertext()) for a in answer.page.iter("a"))
    shown = re.sub(r"\s", "", answer.shown)
    return shown.count(bare) > re.sub(r"\s", "", linked).count(bare) or (
        bare in re.sub(r"\s", "", answer.text) and not shown
    )


def _as_by_shortcut(reply: Answer, source: Source) -> Listing | None:
    """The listing of a column whose interface answers as before.

    None where it does not.
    """
    listed = _listed_by(reply, source)
    if told_of_before([reply]):
        return None
    if not listed or fingerprint_of(listed) != source.fingerprint:
        return None
    return Listing(
        State("unchanged"),
        tuple(item for item in listed if item.title),
        fingerprint=source.fingerprint,
        answers=(reply,),
        shortcut=source.shortcut,
        proof=Proof("unchanged"),
    )


def _listed_by(reply: Answer, source: Source) -> list[Item]:
    """The entries of an interface's first answer.

    None where it is no such answer.
    """
    preset = presets().get(source.preset or UNRECOGNISED)
    if preset is None or transport_state(reply) is not None:
        return []
    page = replace(reply, url=source.url)
    if preset.engine == "links" and source.shortcut is not None:
        items = items_on(reply, source, preset)
        if items or empty_state(reply, source.accept_empty).complete:
            return with_address(source.shortcut.url, items)
        return []
    if preset.engine == "json":
        return json_entries(as_json(reply.text), preset, page, source) or []
    parts = fragment_parts(markup_in(reply, preset), preset)
    return from_markup(parts, page, source, preset)


def _best(answer: Answer) -> str:
    for name, _ in recognised(answer.text, answer.url):
        return name
    return UNRECOGNISED


Engine = Callable[[Source, Preset, Answer], Reading]
ENGINES: Mapping[EngineName, Engine] = {
    "links": read_links,
    "records": read_records,
    "json": read_json,
    "fragment": read_fragment,
    "document": read_document,
}
