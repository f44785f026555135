"""A search for a county's columns, and what it would write into the county's file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from nianbao.crawler.client import Client
from nianbao.crawler.discovering.driving import Kept, drive, forget, keep_ended
from nianbao.crawler.discovering.found import Discovery, Progress
from nianbao.crawler.discovering.proposing import Proposal, file_text, proposed
from nianbao.crawler.discovering.searching import Place, search
from nianbao.crawler.reading import Reader
from nianbao.monitor.counties import Here, write
from nianbao.monitor.standing import BEIJING
from nianbao.storage.registry import county_in, text_of
from nianbao.storage.rewriting import with_units


@dataclass(frozen=True)
class Wish:
    """What a person says beside the address."""

    certain: bool = False  # the host is that county's: somebody looked
    departments: bool = False  # also those that publish there and are not in the file


@dataclass(frozen=True)
class Proposed:
    """What the county's file would be."""

    proposal: Proposal
    text: str
    changed: bool


def searched(
    here: Here,
    url: str,
    client: Client,
    kept: Kept,
    now: datetime,
    wish: Wish,
    progress: Progress,
    changed: Callable[[], None],
) -> Discovery:
    with Reader(children=1) as reader:
        place = Place(
            here.county,
            url,
            now.astimezone(BEIJING).year,
            reader,
            here.others,
            wish.certain,
            progress,
        )
        return drive(search(place), client, kept, changed=changed)


def proposed_of(here: Here, found: Discovery, wish: Wish) -> Proposed:
    proposal = proposed(here.county, found, departments=wish.departments)
    text = file_text(here.text, here.county, found, proposal)
    text, _ = with_units(text, proposal.units) if proposal.units else (text, [])
    county_in(text, here.file)  # what is written can be read
    return Proposed(proposal, text, not here.stands or text != text_of(here.file))


def is_right(found: Discovery, wish: Wish) -> bool:
    """Whether it is known whose portal it is."""
    return wish.certain or (found.host is not None and found.host.verdict == "proven")


def may_be_written(found: Discovery, told: Proposed, wish: Wish) -> bool:
    return told.changed and is_right(found, wish) and not found.said


def written(here: Here, told: Proposed, now: datetime) -> str:
    """Where the copy of the old file is. Raises CountyFileError where a person changed it while
    the search went on.
    """
    return write(here.file, told.text, here.mark, now)


def keep(kept: Kept, found: Discovery, told: Proposed, *, is_written: bool) -> None:
    """What was seen is wanted again where a search was broken off, or may still be written."""
    if found.ended and found.columns and told.changed and not is_written:
        keep_ended(kept)
    elif found.ended:
        forget(kept)
