"""Every entry of prose.yaml says what it reads, by its own examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fnmatch import filter

import pytest

from nianbao.parser.document import Document, Paragraph
from nianbao.parser.narrative import claims
from nianbao.parser.wording import TOPICS_BEGIN, data

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
    for words in data()["topics"].values():
        begins = {found for each in _parts(words) for found in _begins(each)}
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
