"""Reading a column: a pure conversation. It yields what it asks for, is sent the answer, and returns what it read.

The same readers serve `nianbao probe` and the sweep: who fetches is not their business.
"""

from __future__ import annotations

from dataclasses import replace

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.engines.asked_for import (
    as_json,
    fragment_parts,
    json_entries,
    markup_in,
    read_fragment,
    read_json,
)
from nianbao.crawler.listing.engines.document import of_year, read_document
from nianbao.crawler.listing.engines.links import read_links, with_address
from nianbao.crawler.listing.engines.records import read_records
from nianbao.crawler.listing.items import from_markup, items_on
from nianbao.crawler.listing.listed import Item, Listing, Reading, Source, fingerprint_of
from nianbao.crawler.listing.shells import shell_target
from nianbao.crawler.page_state import State, empty_state, transport_state
from nianbao.crawler.presets import Preset, presets, recognised


def read_column(source: Source) -> Reading:
    """The whole column, or its first page where that is as it was. The state says whether it was all."""
    if source.shortcut is not None and source.fingerprint:
        reply = yield source.shortcut
        listed = _listed_by(reply, source)
        if listed and fingerprint_of(listed) == source.fingerprint:
            items = tuple(item for item in listed if item.title)
            return Listing(
                State("unchanged"),
                items,
                fingerprint=source.fingerprint,
                answers=(reply,),
                shortcut=source.shortcut,
            )
    url = of_year(source.url, source.year) if source.year else source.url
    answer = yield Ask(url, headers=source.validators)
    if answer.status == 304 and source.validators and source.fingerprint:
        return Listing(State("unchanged", "HTTP 304"), fingerprint=source.fingerprint)
    answer = replace(answer, asked=answer.asked or url)
    for _ in range(2):
        if (target := shell_target(answer)) is None:
            break
        answer = replace((yield Ask(target)), asked=target)
    if (state := transport_state(answer)) is not None:
        return Listing(state, answers=(answer,))
    preset = presets().get(source.preset) if source.preset else _best(answer)
    if preset is None:
        return Listing(State("expectation_broken", f"no preset {source.preset}"), answers=(answer,))
    if source.expect and source.expect not in answer.text:
        return Listing(
            State("expectation_broken", source.expect), preset=preset.name, answers=(answer,)
        )
    listing = yield from ENGINES[preset.engine](source, preset, answer)
    return replace(listing, preset=preset.name, answers=(answer, *listing.answers))


def _listed_by(reply: Answer, source: Source) -> list[Item]:
    """The entries of an interface's first answer; none where it is no such answer."""
    preset = presets().get(source.preset or "static-auto")
    if preset is None or transport_state(reply) is not None:
        return []
    page = replace(reply, url=source.url)
    if preset.engine == "links" and source.shortcut is not None:
        items = items_on(reply, source, preset)
        known = items or empty_state(reply, source.accept_empty).complete
        return with_address(source.shortcut.url, items) if known else []
    if preset.engine == "json":
        return json_entries(as_json(reply.text), preset, page, source) or []
    return from_markup(fragment_parts(markup_in(reply, preset), preset), page, source, preset)


def _best(answer: Answer) -> Preset:
    ranked = recognised(answer.text, answer.url)
    return presets()[ranked[0][0] if ranked else "static-auto"]


ENGINES = {
    "links": read_links,
    "records": read_records,
    "json": read_json,
    "fragment": read_fragment,
    "document": read_document,
}
