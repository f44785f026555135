"""The menus of a page: its links, by what their words promise (`presets/menus.yaml`).

An address promises nothing; the names of units are those of the county's file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, islice
from typing import Literal, NamedTuple, TypeVar

import yaml
from bs4 import BeautifulSoup, Tag

from nianbao.crawler import presets
from nianbao.crawler.answers import Answer
from nianbao.crawler.belonging import is_another_body, names_of, page_kind
from nianbao.crawler.discovering.trees import Node, nodes_in
from nianbao.parser.patterns import pattern_of
from nianbao.storage.registry import UnitEntry, yaml_loader

Kind = Literal["reports", "section", "bodies", "years", "map", "unit", "body", "tree", "frame"]
FILE = "menus.yaml"
MOST_TEXT = 2_000_000  # characters of a page whose menus are read
MOST_LINKS = 4000
LONGEST = 24  # characters: the name of a column, not of an article


@dataclass(frozen=True)
class Menus:
    """What words promise."""

    words: Mapping[Kind, tuple[str, ...]]
    says: Mapping[Kind, tuple[str, ...]]
    says_not: Mapping[Kind, tuple[str, ...]]
    generic: str
    of_a_unit: str
    address_hints: str
    asked_of_search: str


KINDS: Sequence[Kind] = ("reports", "section", "bodies", "years", "map")


@cache
def menus() -> Menus:
    text = resources.files(presets).joinpath(FILE).read_text(encoding="utf-8")
    raw = yaml.load(text, yaml_loader())
    of = {
        key: {kind: tuple(raw[kind][key]) for kind in KINDS}
        for key in ("words", "says", "says_not")
    }
    return Menus(
        of["words"],
        of["says"],
        of["says_not"],
        raw["generic"],
        raw["of_a_unit"],
        raw["address_hints"],
        raw["asked_of_search"],
    )


class Promise(NamedTuple):
    """What words say that a link leads to, and of which unit, where they name one."""

    kind: Kind | None
    unit: str = ""


@dataclass(frozen=True)
class Names:
    """A county's own name, and its units' by each name that they have."""

    county: str
    units: Mapping[str, str]


def names_in(county: str, units: Sequence[UnitEntry]) -> Names:
    found: dict[str, str] = {}
    for unit in units:
        for name in names_of(unit):
            found.setdefault(name, unit.name)
    return Names(county, found)


class Link(NamedTuple):
    """A link of a menu."""

    words: str
    url: str
    kind: Kind
    unit: str = ""  # whose it is said to be: by its own words, or by what stands over it


def promise(words: str, names: Names) -> Promise:
    """What the words of a link promise; nothing where it is another column or an article."""
    bare = _bare(words)
    if not bare or len(bare) > LONGEST:
        return Promise(None)
    own = bare.removeprefix(names.county)
    unit, rest = _unit_first(own, names)
    if unit:
        rest = re.sub(f"^{menus().of_a_unit}", "", rest)
        kind = _kind(rest)
        if not rest or kind == "section":
            return Promise("unit", unit)
        return Promise("reports" if kind == "reports" else None, unit)
    kind = _kind(own) or _kind(bare)
    if kind is None and is_another_body(own, names.county) and len(own) > 2:
        return Promise("body", re.sub(f"^[本{names.county[-1:]}](?=..)", "", own))
    return Promise(kind)


def _bare(words: str) -> str:
    return re.sub(r"[\s>»›·•◆■★【】\[\]|“”\"]+|[（(]\d+[）)]$", "", words)


def _unit_first(text: str, names: Names) -> tuple[str, str]:
    """The unit whose name begins a text, and what is behind it."""
    first = [name for name in names.units if text.startswith(name)]
    if not first:
        return "", text
    longest = max(first, key=len)
    return names.units[longest], text[len(longest) :]


@cache
def _patterns() -> Mapping[Kind, re.Pattern[str]]:
    joined = {kind: "|".join(f"(?:{word})" for word in menus().words[kind]) for kind in KINDS}
    return {kind: pattern_of(_flagged(words)) for kind, words in joined.items()}


def _flagged(words: str) -> str:
    """A flag inside of a pattern holds for all of it."""
    if "(?i)" in words:
        return "(?i)" + words.replace("(?i)", "")
    return words


def _kind(text: str) -> Kind | None:
    for kind in KINDS:
        if not _patterns()[kind].fullmatch(text):
            continue
        if kind == "reports" and (re.search("20[0-4][0-9]", text) or not _may_hold_reports(text)):
            continue
        return kind
    return None


def _may_hold_reports(text: str) -> bool:
    return page_kind(text) in ("report", "other") and not OTHERS.search(text)


OTHERS = pattern_of("网站|法治|依法|统计|执法|预算|决算|解读|制度|指南|政府工作|党务|村务|监管")


# ---- links


def links_on(answer: Answer, names: Names) -> list[Link]:
    """The links of a page that promise something, in their order, each address once."""
    found: dict[tuple[str, Kind], Link] = {}
    for link in (*_of_menus(answer, names), *_of_trees(answer, names)):
        if link.url.partition("#")[0] != answer.url or "#" in link.url:
            found.setdefault((link.url, link.kind), link)
    return list(found.values())


def soup_of(answer: Answer) -> BeautifulSoup:
    return BeautifulSoup(answer.text[:MOST_TEXT], "lxml")


class _Opened(NamedTuple):
    """Something on a page that leads somewhere, and what its words promise."""

    tag: Tag
    url: str
    words: str
    meant: Promise


def _of_menus(answer: Answer, names: Names) -> Iterator[Link]:
    found = [*_opened(answer, names)]
    strange = _strangers(found)
    for n, (tag, url, words, meant) in enumerate(found):
        if tag.name in FRAMES:
            yield Link("", url, "frame")
        elif n in strange:
            yield Link(words, url, "body", _as_unit(words, meant.unit))
        elif meant.kind in ("reports", "section", "years") and not meant.unit:
            yield Link(words, url, meant.kind, _unit_over(tag, names))
        elif meant.kind is not None:
            yield Link(words, url, meant.kind, meant.unit)


def _opened(answer: Answer, names: Names) -> Iterator[_Opened]:
    for tag in soup_of(answer).find_all(OPENERS, limit=MOST_LINKS):
        url = _address(tag, answer)
        if not url:
            continue
        words = _words(tag)
        if not words or re.fullmatch(menus().generic, _bare(words), re.I):
            words = _over(tag)
        yield _Opened(tag, url, words, promise(words, names))


# ---- directories: units and bodies side by side


def _strangers(found: Sequence[_Opened]) -> set[int]:
    """Links that stand among units' and bodies', and whose words promise nothing.

    A name is misprinted, cut, an old one, or of a body that no file has: what is behind tells.
    """
    around = [[id(above) for above in islice(each.tag.parents, STEPS)] for each in found]
    holds = directories(around, [each.meant.kind in BODIES for each in found])
    return {
        n
        for n, (each, places) in enumerate(zip(found, around, strict=True))
        if each.meant.kind is None and holds & {*places} and _may_name_a_body(each.words)
    }


Place = TypeVar("Place", bound=Hashable)


def directories(around: Sequence[Sequence[Place]], named: Sequence[bool]) -> set[Place]:
    """The places at least half of whose links name units and bodies, and several of them.

    `around`: the places in which each link stands. `named`: whether it names one.
    """
    links = Counter(chain.from_iterable(around))
    of_bodies = (places for places, is_one in zip(around, named, strict=True) if is_one)
    bodies = Counter(chain.from_iterable(of_bodies))
    return {place for place, n in bodies.items() if n >= SEVERAL and n * 2 >= links[place]}


BODIES: Sequence[Kind] = ("unit", "body")
SEVERAL = 2


def _may_name_a_body(words: str) -> bool:
    bare = _bare(words)
    return 1 < len(bare) <= LONGEST and NO_NAME.search(bare) is None


NO_NAME = pattern_of(
    r"^(?:首页|主页|返回.*|上一?页|下一?页|尾页|末页|更多.*)$|[，。！？：:]|^[\W\d]+$"
)


def _as_unit(words: str, unit: str) -> str:
    """The unit with whose name a stranger's words begin; nothing for a body that is called so."""
    return "" if is_another_body(_bare(words)) else unit


OPENERS = ["a", "area", "iframe", "frame", "option", "li", "tr", "td", "div", "span"]
FRAMES = ("iframe", "frame")
OPENS = pattern_of(
    r"""['"]((?:https?:)?/[^'"\s]+|[^'"\s]+\.(?:s?html?|jspx?|aspx?|php)[^'"\s]*)['"]"""
)


def _address(tag: Tag, answer: Answer) -> str:
    """Where an element leads; empty where it leads nowhere."""
    href = _attribute(tag, "href") or _attribute(tag, "src")
    if tag.name == "option":
        href = _attribute(tag, "value")
        if "/" not in href and ".htm" not in href:
            return ""
    if not href or href.startswith("#") or href.lower().startswith("javascript:"):
        opened = OPENS.search(f"{href} {_attribute(tag, 'onclick')}")
        if opened is None:
            return ""
        href = opened[1]
    return answer.joined(href)


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name)
    return value.strip() if isinstance(value, str) else ""


def _words(tag: Tag) -> str:
    text = "".join(tag.stripped_strings) if tag.name in ("a", "option", "area") else ""
    if tag.name not in ("a", "option", "area"):
        text = "".join(tag.stripped_strings) if _attribute(tag, "onclick") else ""
    if len(text) > LONGEST * 2:
        return text
    titled = _attribute(tag, "title") or _attribute(tag, "alt")
    if not text:
        for picture in tag.find_all("img", limit=1):
            titled = titled or _attribute(picture, "alt") or _attribute(picture, "title")
    if CUT.search(text) and titled:
        return titled
    return text or titled


CUT = pattern_of(r"…$|\.\.\.?$")
STEPS = 5  # elements around a link whose words may stand over it
LABEL = 20  # characters of them


def _labels(tag: Tag) -> Iterator[str]:
    """Short texts that stand beside and over a link, the nearest first."""
    here: Tag | None = tag
    for _ in range(STEPS):
        if here is None or here.name in ("body", "html"):
            return
        for before in here.find_previous_siblings(limit=2):
            text = "".join(before.stripped_strings)
            if 0 < len(text) <= LABEL:
                yield text
        here = here.parent
        if here is not None:
            own = next((text.strip() for text in here.find_all(string=True, recursive=False)), "")
            if 0 < len(own) <= LABEL:
                yield own


def _over(tag: Tag) -> str:
    return next(_labels(tag), "")


def _unit_over(tag: Tag, names: Names) -> str:
    """The unit that stands over a link in its menu; empty where none does."""
    for text in _labels(tag):
        meant = promise(text, names)
        if meant.kind in ("unit", "body"):
            return meant.unit
    return ""


# ---- trees that scripts draw


def _of_trees(answer: Answer, names: Names) -> Iterator[Link]:
    nodes = nodes_in(answer)
    meant = [promise(node.words, names) for node in nodes]
    around = [[node.above] for node in nodes]
    holds = directories(around, [each.kind in BODIES for each in meant])
    for node, each in zip(nodes, meant, strict=True):
        if node.asked:
            yield Link("", node.url, "tree", _unit_above(node, names))
        elif each.kind is not None:
            yield Link(node.words, node.url, each.kind, each.unit or _unit_above(node, names))
        elif node.above in holds and _may_name_a_body(node.words):
            yield Link(node.words, node.url, "body", _as_unit(node.words, each.unit))


def _unit_above(node: Node, names: Names) -> str:
    for words in reversed(node.above):
        meant = promise(words, names)
        if meant.kind in ("unit", "body"):
            return meant.unit
    return ""
