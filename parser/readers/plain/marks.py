"""What is seen of a cell that Markdown or left-over mark-up writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from nianbao.parser.patterns import pattern_of
from nianbao.parser.seen import Look, Run, Seen, seen


def seen_in(text: str) -> Seen:
    """The text of a cell as a person sees it once it is set."""
    if len(text) > LONG_CELL or not MARKED.search(text):
        return Seen(text)
    told = seen(_runs(LINE_END.sub("\n", text)))
    why = told.doubt or ("a picture stands in it" if PICTURE.search(text) else "")
    return Seen(EMPHASIS.sub("", told.text).replace("\\", "").strip(), why)


def shown(text: str) -> str:
    """The same, where a doubt can't be told: what is doubted keeps its marks."""
    told = seen_in(text)
    return text if told.doubt else told.text


def _runs(text: str) -> Iterator[Run]:
    at = 0
    for mark in MARK.finditer(text):
        yield Run(unescape(text[at : mark.start()]))
        look = LOOKS[mark.lastgroup or ""]
        yield Run(unescape(TAG.sub("", mark[mark.lastgroup or 0])), look)
        at = mark.end()
    yield Run(unescape(TAG.sub("", text[at:])))


LONG_CELL = 500  # characters; a cell with more is prose
LOOKS: dict[str, Look] = {
    "struck": "struck",
    "struck_tag": "struck",
    "raised": "raised",
    "raised_tag": "raised",
    "note": "raised",
    "hidden": "hidden",
    "link": "shown",
}
MARK = pattern_of(
    r"~~(?P<struck>.+?)~~"
    r"|<(?:s|del|strike)>(?P<struck_tag>.*?)</(?:s|del|strike)>"
    r"|\^(?P<raised>[^\^\s]{1,8})\^"
    r"|<(?:sup|sub)>(?P<raised_tag>.*?)</(?:sup|sub)>"
    r"|(?P<note>\[\^[^\]]{1,20}\])"
    r"|(?P<hidden><!--.*?-->|!\[[^\]]*\]\([^)]*\))"
    r"|\[(?P<link>[^\]]*)\]\([^)]*\)",
    re.S | re.I,
)
TAG = pattern_of(r"</?[a-z][^<>]{0,200}>", re.I)
MARKED = pattern_of(r"[~^<&\\`\[]|\*\*|__")
LINE_END = pattern_of(r"<br\s*/?>", re.I)
EMPHASIS = pattern_of(r"\*\*|__|`")
PICTURE = pattern_of(r"!\[|<img\b", re.I)
