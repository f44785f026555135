"""Every entry of prose.yaml says what it reads, by its own examples."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fnmatch import filter

import pytest

from nianbao.parser.document import Document, Paragraph
from nianbao.parser.narrative import claims
from nianbao.parser.wording import data

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
