"""Claims: the numbers that the prose states, with what they count."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from parser.document import Document, Paragraph


class Claim(NamedTuple):
    kind: str
    value: int | Decimal
    sentence: str
    paragraph: int


CLAIM_FIELDS = Claim._fields


def claims(document: Document, year: int | None) -> tuple[Claim, ...]:
    found = []
    for i, block in enumerate(document.blocks):
        if isinstance(block, Paragraph) and "\t" not in block.text:
            for sentence in re.split("(?<=[。；;])", block.text):
                if NO_REQUEST.search(sentence):
                    found.append(Claim("requests.received", 0, sentence, i))
    return tuple(found)


NO_REQUEST = re.compile("(?:未|没有)收到[^。]{0,20}申请")
