"""Every entry of prose.yaml says what it reads, by its own examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fnmatch import filter

import pytest

from nianbao.parser.claim import bare
from nianbao.parser.document import Document, Paragraph
from nianbao.parser.narrative import claims
from nianbao.parser.wording import NEEDS, TOPICS_BEGIN, data, denied, words

SKIPPED = ("none", ".none", ".combined")


def counted() -> Iterator[tuple[str, str]]:
    for topic, entries in data()["counted"].items():
        for entry in entries:
            kind = entry["kind"].replace("{topic}", topic)
            yield from ((kind, said) for said in entry.get("say", ()))
    for entry in data()["always"]:
        yield from ((entry["kind"], said) for said in entry["say"])


@pytest.mark.parametrize(("kind", "said"), list(counted()))
def test_each_example_is_read(kind: str, said: str) -> None:
    sentence, _, number = said.partition(" = ")
    read = claims(Document("text", (Paragraph(sentence),)), 2023)
    values = {Decimal(claim.value) for claim in read if _is_of(claim.kind, kind)}
    if not kind.endswith(SKIPPED):
        assert Decimal(number) in values, [(claim.kind, claim.value) for claim in read]


def _is_of(told: str, kind: str) -> bool:
    """The same figure: of whichever row of the table the example speaks."""
    return (
        told == kind
        or told.rpartition(".")[2]
        == kind.removesuffix(".more").removesuffix(".less").rpartition(".")[2]
    )


@pytest.mark.parametrize(
    ("kind", "said"), [(e["kind"], said) for e in data()["none"] for said in e["say"]]
)
def test_each_none_is_read(kind: str, said: str) -> None:
    read = claims(Document("text", (Paragraph(said),)), 2023)
    none = [claim.kind for claim in read if claim.value == 0]
    assert all(filter(none, each) for each in kind.split("+"))


def test_what_topics_begin_with_is_all_told() -> None:
    for text in data()["topics"].values():
        begins = {found for each in _parts(text) for found in _begins(each)}
        assert begins <= set(TOPICS_BEGIN), begins - set(TOPICS_BEGIN)


def _parts(words: str) -> list[str]:
    """What a pattern may be, its parts in brackets as they are."""
    parts, depth = [""], 0
    for letter in words:
        depth += (letter in "([") - (letter in ")]")
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _begins(part: str) -> Iterator[str]:
    """The letters that a match may begin with."""
    part = re.sub(r"^(?:\(\?<!.*?\))+", "", part)
    if part.startswith("["):
        yield from part[1 : part.index("]")]
    elif part.startswith("(?:"):
        end = part.index(")")
        assert not part.startswith("?", end + 1)
        for each in _parts(part[3:end]):
            yield from _begins(each)
    else:
        assert part[1:2] not in ("?", "*")
        yield part[0]


def test_denials_are_found_where_their_words_begin() -> None:
    told = words(2023)
    lines = [bare(said) for entry in data()["none"] for said in entry["say"]]
    assert any(entry.begins_so for entry in told.nothing)
    for line in [*lines, "".join(lines)]:
        for entry in told.nothing:
            sought = [(e.kinds, m.span()) for e, m in denied(line, 2023) if e.fits is entry.fits]
            found = [(entry.kinds, m.span()) for m in entry.fits.finditer(line)]
            assert sought == found or (not sought and not _may_be_of(entry.family, line))


def _may_be_of(family: str, line: str) -> bool:
    return NEEDS[family].search(line) is not None
