"""The words of a report without the page around it: what tells an edit from a
new menu or counter.
"""

from __future__ import annotations

import hashlib
import re

from nianbao.parser.document import Paragraph
from nianbao.parser.heading import section_spans
from nianbao.parser.patterns import pattern_of
from nianbao.parser.report import Report

WHOLE_SENTENCE = pattern_of("[。；！？]|.{40}")


def passages(report: Report) -> tuple[str, ...]:
    """The paragraphs of its sections that hold sentences, without spaces.

    Menus, counters and links are none.
    """
    begins = [at for _, at in section_spans(report.document)]
    first = begins[0] if begins else 0
    texts = [
        re.sub(r"\s", "", block.text)
        for block in report.document.blocks[first:]
        if isinstance(block, Paragraph)
    ]
    return tuple(text for text in texts if WHOLE_SENTENCE.search(text))


def words_of(report: Report) -> tuple[str, str]:
    """The passages, a line each, and a mark that is the same for the same."""
    words = "\n".join(passages(report))
    return words, hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


MOST_HEAD = 40  # blocks before the first section that are looked at


def head_of(report: Report) -> str:
    """Who publishes and compiles it, as the page says before its first section, a line each.

    Menus and news are not among them.
    """
    begins = [at for _, at in section_spans(report.document)]
    first = min([*begins[:1], MOST_HEAD])
    blocks = report.document.blocks[:first]
    texts = [re.sub(r"\s", "", each.text) for each in blocks if isinstance(each, Paragraph)]
    told = [text[:300] for text in texts if OF_THE_REPORT.search(text)]
    return "\n".join((report.publication.publisher, *told))


OF_THE_REPORT = pattern_of("(?:报告|编制|更正|重新发布).*[。；]")
