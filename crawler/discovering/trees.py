"""Trees of columns that scripts draw: what scripts and interfaces say (`presets/trees.yaml`).

Nothing is evaluated: names and addresses are read where they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml

from nianbao.crawler import presets
from nianbao.crawler.addresses import split
from nianbao.crawler.answers import Answer
from nianbao.parser.patterns import pattern_of
from nianbao.storage.registry import yaml_loader

FILE = "trees.yaml"
MOST_TEXT = 1_000_000  # characters of a script
MOST_NODES = 5000
MOST_ASKED = 4  # addresses of trees that a page names


class Node(NamedTuple):
    """A column in a tree, or where a tree is to be had."""

    words: str
    url: str
    above: tuple[str, ...] = ()  # what the nodes above it are called
    asked: bool = False


@dataclass(frozen=True)
class Trees:
    keys: Mapping[str, str]  # what a node calls its things -> name, url, id, parent
    calls: tuple[str, ...]
    asked: tuple[str, ...]
    not_asked: str
    addresses: Mapping[str, Mapping[str, str]]


@cache
def trees() -> Trees:
    text = resources.files(presets).joinpath(FILE).read_text(encoding="utf-8")
    raw = yaml.load(text, yaml_loader())
    keys = {key: meaning for meaning in ("name", "url", "id", "parent") for key in raw[meaning]}
    return Trees(keys, tuple(raw["calls"]), tuple(raw["asked"]), raw["not_asked"], raw["addresses"])


def nodes_in(answer: Answer) -> list[Node]:
    """What the scripts of a page, or an interface's answer, tell of columns."""
    text = script_of(answer)
    found = [*_objects(text, answer), *_calls(text, answer), *_written(text, answer)]
    return [*found[:MOST_NODES], *_asked(text, answer)]


def script_of(answer: Answer) -> str:
    """What a page has in its scripts; all of an answer that is no page."""
    text = answer.text[:MOST_TEXT]
    if is_mark_up(answer):
        parts = re.split(r"<script\b", text, flags=re.I)[1:]
        text = "\n".join(SCRIPT_ENDS.split(part, maxsplit=1)[0] for part in parts)
    return ESCAPED.sub(lambda code: chr(int(code[1], 16)), text).replace("\\/", "/")


SCRIPT_ENDS = pattern_of("</script", re.I)
ESCAPED = pattern_of(r"\\u([0-9a-fA-F]{4})")


def is_mark_up(answer: Answer) -> bool:
    return re.match(r"\s*(?:<\?|<!|<[a-z])", answer.text[:200], re.I) is not None


# ---- objects: {name: …, url: …, children: [{…}]}


@dataclass
class _Open:
    """An object whose end has not come yet."""

    told: dict[str, str] = field(default_factory=dict)


@cache
def _tokens() -> re.Pattern[str]:
    keys = "|".join(sorted(trees().keys, key=len, reverse=True))
    text = r""""(?:[^"\\\n]|\\.){0,2000}"|'(?:[^'\\\n]|\\.){0,2000}'"""
    return pattern_of(
        rf"""(?P<brace>[{{}}])|(?<![\w$])["']?(?P<key>{keys})["']?\s*:\s*(?P<value>{text}|-?\w+)|(?:{text})"""
    )


def _objects(text: str, answer: Answer) -> Iterator[Node]:
    """Each object with a name and an address; over it stand those around it, or its parent."""
    around: list[_Open] = []
    names: dict[str, str] = {}
    for token in _tokens().finditer(text):
        if token["key"] and around:
            meaning = trees().keys[token["key"]]
            around[-1].told.setdefault(meaning, token["value"].strip("\"'"))
        elif token["brace"] == "{":
            around.append(_Open())
        elif token["brace"] == "}" and around:
            told = around.pop().told
            if "id" in told:
                names[told["id"]] = told.get("name", "")
            above = [each.told.get("name", "") for each in around]
            above.append(names.get(told.get("parent", ""), ""))
            url = _url_of(told, answer)
            if told.get("name") and url:
                yield Node(told["name"], url, tuple(filter(None, above)))


def _url_of(told: Mapping[str, str], answer: Answer) -> str:
    """A node's own address, or that which its family makes of its number."""
    own = told.get("url", "")
    if own and not own.startswith(("javascript", "#")) and "null" not in own:
        return answer.joined(own)
    for family in trees().addresses.values():
        parts = split(answer.url)
        before, marker, _ = f"{parts.scheme}://{parts.netloc}{parts.path}".partition(
            family["marker"]
        )
        if marker and told.get("id"):
            return family["address"].format(unit=before, id=told["id"])
    return ""


# ---- calls: d.add(12, 3, '政府信息公开年报', '/nb/')


def _calls(text: str, answer: Answer) -> Iterator[Node]:
    for call in trees().calls:
        for found in re.finditer(call, text):
            texts = re.findall(r"""["']([^"']*)["']""", text[found.end() - 1 : found.end() + 400])
            numbers = re.findall(r"-?\d+", found[0])
            if len(texts) > 1 and numbers:
                url = answer.joined(texts[1])
                if url:
                    yield Node(texts[0], url)


# ---- mark-up that scripts write


def _written(text: str, answer: Answer) -> Iterator[Node]:
    for href, words in WRITTEN.findall(text):
        if url := answer.joined(href):
            yield Node(re.sub("<[^>]*>", "", words), url)


WRITTEN = pattern_of(
    r"""<a\b[^<>]*?href\s*=\s*\\?["']?([^"'\\\s>+]+)\\?["']?[^<>]*>(.{1,60}?)</a""", re.I | re.S
)


# ---- trees that are asked for apart


def _asked(text: str, answer: Answer) -> list[Node]:
    whole = text if not is_mark_up(answer) else answer.text[:MOST_TEXT]
    found: list[str] = []
    for pattern in trees().asked:
        for match in re.finditer(pattern, whole):
            told = match[match.lastindex or 0]
            if not re.search(trees().not_asked, told):
                found.append(answer.joined(told))
    own: Sequence[str] = [url for url in dict.fromkeys(found) if url and url != answer.url]
    return [Node("", url, (), asked=True) for url in own[:MOST_ASKED]]
