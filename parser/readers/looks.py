"""How a web page makes its text look: tags, attributes, style attributes and style sheets -> what
is hidden, struck, raised or odd.

A small cascade: the browser's own rules, then those of the page, then those of the element. What is
for paper alone, for narrow screens or for a pointer is not what a person sees.
"""

from __future__ import annotations

import colorsys
import html as entities
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import NamedTuple, cast
from urllib.parse import unquote_to_bytes

from cssselect import HTMLTranslator, SelectorError, parse
from cssselect.parser import Selector
from lxml import etree

from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.seen import DIGIT, Look

Color = tuple[int, int, int]
Declared = Mapping[str, str]  # property -> value, both in small letters


class Style(NamedTuple):
    """How the text right inside an element looks."""

    gone: bool = False  # the element has no box
    hidden: bool = False  # its text takes its place, unseen; what is inside may be seen again
    unseen: bool = False  # hidden with all that is inside
    struck: bool = False
    raised: bool = False
    odd: bool = False
    size: float = 1.0  # 16 px
    opacity: float = 1.0
    color: Color | None = (0, 0, 0)
    background: Color | None = (255, 255, 255)  # None where it is not known

    @property
    def look(self) -> Look:
        hidden = self.hidden or self.unseen or self.size < NO_SIZE or self.opacity < NO_SHADE
        contrast = _contrast(self.color, self.background)
        if hidden or contrast < NO_CONTRAST:
            return "hidden"
        if self.struck:
            return "struck"
        if self.raised:
            return "raised"
        if self.odd or self.opacity < HALF_SHADE or contrast < LITTLE_CONTRAST:
            return "odd"
        return "shown"


NO_SIZE = 0.1
NO_SHADE = 0.1
HALF_SHADE = 0.4
NO_CONTRAST = 9  # of 255
LITTLE_CONTRAST = 48
SMALLER = 0.85  # digits beside larger ones may be a mark
FAR_AWAY = 20.0  # em; further than that from its place nothing is seen
OFF_THE_LINE = 0.18  # em
MOST_LOOKS = 40_000_000  # elements that style sheets are held against


class Looks(NamedTuple):
    """What a page declares of its elements."""

    declared: Mapping[etree._Element, Declared]
    written: frozenset[etree._Element]  # in front of or behind them a style sheet writes text
    first: Style


def looks_of(root: etree._Element, words: Words) -> Looks | None:
    """What a page declares; None where nothing in it could make text look otherwise than text
    does. A word that is not in its source need not be looked for.
    """
    sheet = _sheet(root, words)
    by_tag = next(root.iter(*BROWSER), None) is not None
    if not sheet and not by_tag and not _tells(root, words):
        return None
    declared: dict[etree._Element, dict[str, str]] = {}
    for element in root.iter(*BROWSER):
        if says := _of_the_browser(element):
            declared[element] = dict(says)
    for element in _elements(ATTRIBUTED, root):
        declared.setdefault(element, {}).update(_of_attributes(element))
    written: set[etree._Element] = set()
    matches = _matches(root, sheet)
    inline = [
        (element, declarations(element.get("style", ""))) for element in _elements(STYLED, root)
    ]
    for rule, elements in matches:
        if rule.writes:
            written.update(elements)
        else:
            _declare(declared, elements, rule.usual)
    for element, (usual, _) in inline:
        _declare(declared, (element,), usual)
    for rule, elements in matches:
        _declare(declared, elements, rule.important)
    for element, (_, important) in inline:
        _declare(declared, (element,), important)
    sure = LINKED_SHEET(root) is False
    first = Style() if sure else Style(background=None)
    return Looks(declared, frozenset(written), first)


def _declare(
    declared: dict[etree._Element, dict[str, str]],
    elements: Iterable[etree._Element],
    says: Declared,
) -> None:
    if says:
        for element in elements:
            declared.setdefault(element, {}).update(says)


class Words:
    """The words of a page's source, all small; one with letters in code may hold any word."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        # Nearly all styles of a page stand in it again and again: each is looked at once.
        once = STYLE.join(dict.fromkeys(source.split(STYLE)))
        self.letters = once.lower()
        self.once = once
        self.may_be_any = LETTER_IN_CODE.search(self.letters) is not None

    def may_hold(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether a tag may hold it, outside of its style."""
        return self.may_be_any or pattern.search(self.letters) is not None

    def styles(self, root: etree._Element) -> set[str]:
        """What style attributes say, and perhaps more: what looks like one in a script."""
        found: set[bytes] = set(STYLE_SAID.findall(self.letters))
        if NO_END in found:
            return set(_texts(STYLES, root))
        return {entities.unescape(text.decode("utf-8", "replace")).strip("\"'") for text in found}

    def may_size_digits(self, tables: Sequence[etree._Element]) -> bool:
        """Whether a font's size may be told in a table of data; `tables` are all that there are."""
        tags = list(TABLE_TAG.finditer(self.source))
        ends = sum(bool(tag["ends"]) for tag in tags)
        in_capitals = len(SIZE.findall(self.once)) < len(SIZE.findall(self.letters))
        is_sure = len(tables) == ends == len(tags) - ends and not in_capitals
        if self.may_be_any or not is_sure:
            return True
        is_nested = False
        for tag, after in pairwise(tags):
            if not tag["ends"] and not after["ends"]:
                is_nested = True
            elif not tag["ends"] and SIZE.search(self.source, tag.end(), after.start()):
                return True
        return is_nested and not _lay_out_a_page(tables)


def _lay_out_a_page(tables: Sequence[etree._Element]) -> bool:
    """Whether all tables that hold others hold one of data, and so are none themselves."""
    outer = {each for table in tables for each in table.iterancestors("table")}
    return outer <= {each for table in tables for each in _laid_out_by(table)}


def _laid_out_by(table: etree._Element) -> Iterable[etree._Element]:
    """What stands around a table of data: it lays out the page, whatever else stands in it."""
    if not any(map(_is_wide, table.iter("tr"))) or table.find(".//table") is not None:
        return ()
    around = list(table.iterancestors())
    return [] if any(each.tag not in ROOMS for each in around) else around


def _is_wide(row: etree._Element) -> bool:
    """Whether it holds more than a number in a frame may."""
    return len(row) > MOST_IN_A_FRAME and all(cell.tag in ("td", "th") for cell in row)


MOST_IN_A_FRAME = 4  # cells
ROOM_NAMES = "html body div section article main center form p table tbody tr td th"
ROOMS = frozenset(ROOM_NAMES.split())
LETTER_IN_CODE = pattern_of(rb"&#(?:x0*[4-7]|0*(?:6[5-9]|[7-9][0-9]|1[012][0-9])\b)")
STYLE = b'style="'
# Each begins at its own name, wherever another is said to end; none holds another.
STYLE_SAID = pattern_of(
    rb"style\s*=\s*(?=(\"[^\"<]*\"|'[^\"'<]*'|[^\s\"'<>][^\s\"'<>]{0,999}(?=[\s>])|))"
)
NO_END = b""
TABLE_TAG = pattern_of(rb"<(?P<ends>/?)[tT][aA][bB][lL][eE]")
SIZE = pattern_of(rb"font(?:-size|\s*:)")


def _tells(root: etree._Element, words: Words) -> bool:
    """Whether an attribute may make text look otherwise."""
    styles = words.styles(root)
    if any(map(_style_tells, styles)) and any(map(_style_tells, _texts(STYLES, root))):
        return True
    if next(root.iter("font"), None) is not None:
        return True
    if words.may_hold(HIDDEN) and HAS_HIDDEN(root):
        return True
    if words.may_hold(TO_A_PLACE) and any(
        (link.get("href") or "").startswith("#") for link in root.iter("a")
    ):
        return True
    if not any(map(_size, styles)):
        return False
    tables = list(root.iter("table"))
    if not words.may_size_digits(tables):
        return False
    outermost = [each for each in tables if next(each.iterancestors("table"), None) is None]
    return any(map(_sizes_may_differ, outermost))


def _sizes_may_differ(table: etree._Element) -> bool:
    """Whether there may be digits of two sizes in one cell, of this table or of one inside."""
    sizes = set(map(_size, set(_texts(STYLES_INSIDE, table)))) - {""}
    return _differ(sizes) or (bool(sizes) and _has_fonts_beside_digits(table))


def _has_fonts_beside_digits(table: etree._Element) -> bool:
    return any(map(_stands_beside_digits, _elements(FONTS_BESIDE_TEXT, table)))


def _size(style: str) -> str:
    return declarations(style)[0].get("font-size", "")


def _stands_beside_digits(element: etree._Element) -> bool:
    parent, before = element.getparent(), element.getprevious()
    if before is not None:
        text = before.tail
    else:
        text = parent.text if parent is not None else None
    return DIGIT.search(f"{text or ''} {element.tail or ''}") is not None


def _differ(sizes: set[str]) -> bool:
    known = [_length(size, 1.0) for size in sizes]
    return bool(known) and min(known) < SMALLER * max(known)


def _elements(path: etree.XPath, root: etree._Element) -> list[etree._Element]:
    return cast("list[etree._Element]", path(root))


def _texts(path: etree.XPath, root: etree._Element) -> list[str]:
    return cast("list[str]", path(root))


ATTRIBUTED = etree.XPath(
    "//*[@hidden or @bgcolor or @background or self::font[@color or @size]"
    " or self::a[starts-with(@href,'#')]]"
)
STYLED = etree.XPath("//*[@style]")
SETS = {"set": "http://exslt.org/sets"}
STYLES = etree.XPath("set:distinct(//@style)", namespaces=SETS, smart_strings=False)
STYLES_INSIDE = etree.XPath(".//@style", smart_strings=False)
# those that have text right in front of them or behind
FONTS_BESIDE_TEXT = etree.XPath(
    ".//text()/preceding-sibling::*[1][contains(translate(@style,'FONT','font'),'font')]"
    " | .//text()/following-sibling::*[1][contains(translate(@style,'FONT','font'),'font')]"
)
HIDDEN, REFERENCE = pattern_of(rb"hidden"), pattern_of(rb"reference")
TO_A_PLACE = pattern_of(rb"href\s*=\s*[\"']?(?:#|&)")
HAS_HIDDEN = etree.XPath("boolean(//@hidden)")
LINKED_SHEET = etree.XPath("boolean(//link[contains(@rel,'stylesheet')])")
CLASSES = etree.XPath("//@class", smart_strings=False)
IDS = etree.XPath("//@id", smart_strings=False)


# ---- what browsers show without being told

HIDDEN_TAGS = "template datalist dialog audio map noframes rp area"
BROWSER: dict[str, Declared] = {
    **{tag: {"display": "none"} for tag in HIDDEN_TAGS.split()},
    **{tag: {"text-decoration": "line-through"} for tag in ("s", "strike", "del")},
    "sup": {"vertical-align": "super"},
    "sub": {"vertical-align": "sub"},
    "rt": {"vertical-align": "super"},
    "small": {"font-size": "smaller"},
    "big": {"font-size": "larger"},
    "details": {"content-visibility": "auto"},
    "bdo": {"unicode-bidi": "bidi-override"},
}
# the names that Word gives to the marks of notes, with or without a style sheet
NOTE_MARKS = pattern_of(r"Mso(?:Footnote|Endnote|Comment)Reference", re.I)


def _of_the_browser(element: etree._Element) -> Declared:
    if element.tag == "dialog" and element.get("open") is not None:
        return {}
    return BROWSER[element.tag]


def is_folded(element: etree._Element) -> bool:
    """Whether it stands in a closed <details>, and is not its summary."""
    parent = element.getparent()
    if parent is None or parent.tag != "details" or parent.get("open") is not None:
        return False
    return element.tag != "summary"


def _of_attributes(element: etree._Element) -> Declared:
    says: dict[str, str] = {}
    if element.get("hidden") is not None:
        says["display"] = "none"
    if color := element.get("bgcolor"):
        says["background-color"] = color.strip().lower()
    if element.get("background"):
        says["background-color"] = "unknown"
    if element.tag == "a":
        says["font-size"] = "smaller"  # it leads to a note, and may be its mark
    if element.tag == "font":
        if color := element.get("color"):
            says["color"] = color.strip().lower()
        if size := element.get("size"):
            says["font-size"] = FONT_SIZES.get(size.strip(), "1em")
    return says


FONT_SIZES = {
    "1": "x-small", "2": "small", "3": "medium", "4": "large", "5": "x-large", "6": "xx-large",
    "7": "xx-large", "-1": "small", "-2": "x-small", "+1": "large", "+2": "x-large",
}  # fmt: skip


# ---- style sheets


class Rule(NamedTuple):
    selector: Selector
    usual: Declared
    important: Declared
    writes: bool = False  # text in front of or behind the element


def _sheet(root: etree._Element, words: Words) -> list[Rule]:
    """The rules of a page that may hold, the weakest first."""
    texts = [
        text
        for style in root.iter("style", "link")
        if _is_for_a_screen(style.get("media", ""))
        for text in _with_imported(_said_by(style))
    ]
    notes = words.may_hold(REFERENCE) and any(
        NOTE_MARKS.search(text) for text in set(_texts(CLASSES, root))
    )
    bodies = {body for text in texts for body in _bodies(_without_comments(text))}
    if not notes and not any(map(_rule_tells, bodies)):
        return []
    found = [rule for text in texts for rule in _rules(text)]
    if not notes and not any(map(_rule_tells, {body for _, body in found})):
        return []
    names = {name for text in _texts(CLASSES, root) for name in text.split()}
    ids = set(_texts(IDS, root))
    rules: list[Rule] = []
    for text, body in found:
        for selector in _selectors(text):
            written = selector.pseudo_element is not None
            if _may_match(text, names, ids):
                usual, important = declarations(body)
                if written and not _writes(selector, {**usual, **important}):
                    continue
                rules.append(Rule(selector, usual, important, written))
    if notes:
        marks = _selectors(", ".join(f".{n}" for n in names if NOTE_MARKS.fullmatch(n)))
        rules = [*(Rule(mark, {"vertical-align": "super"}, {}) for mark in marks), *rules]
    return sorted(rules, key=lambda rule: rule.selector.specificity())


def _said_by(style: etree._Element) -> str:
    """What an element says of styles itself; a linked sheet only where its address holds it."""
    if style.tag == "style":
        return "".join(map(str, style.itertext()))
    is_sheet = "stylesheet" in style.get("rel", "").lower()
    return _held_in(style.get("href", "").strip()) if is_sheet else ""


def _with_imported(css: str, deep: int = 0) -> Iterator[str]:
    """A style sheet behind those that it imports by addresses that hold them."""
    if not IMPORTS_HELD.search(css):
        yield css
        return
    bare = _without_comments(css)
    for found in IMPORTS_HELD.finditer(bare):
        address = found["double"] or found["single"] or found["bare"]
        if deep < MOST_IMPORTED and _is_for_a_screen(LAYERED.sub("", found["media"])):
            yield from _with_imported(_held_in(address), deep + 1)
    yield IMPORTS_HELD.sub("", bare)


IMPORTS_HELD = pattern_of(
    r"@import\s*(?:url\(\s*)?(?:\"(?P<double>data:[^\"]*)\"|'(?P<single>data:[^']*)'"
    r"|(?P<bare>data:[^\s)]*))\s*\)?(?P<media>[^;{}]*)(?:;|$)",
    re.I,
)
LAYERED = pattern_of(r"layer(?:\([^)]*\))?|supports\([^;]*\)", re.I)
MOST_IMPORTED = 3  # one in another


def _held_in(address: str) -> str:
    """The style sheet that a data: address holds; nothing where it is another address."""
    head, comma, text = address.partition(",")
    if not comma or not head.lower().startswith("data:"):
        return ""
    said = unquote_to_bytes(text)
    if head.lower().endswith(";base64"):
        try:
            said = b64decode(b"".join(said.split()) + b"==")
        except ValueError:
            return ""
    return said.decode("utf-8", "replace")


def _rule_tells(body: str) -> bool:
    """Whether what a rule declares may make text look otherwise, or write some."""
    return _style_tells(body) or "content" in declarations(body)[0]


def _writes(selector: Selector, says: Declared) -> bool:
    """Whether a rule for a part of an element changes which digits are seen."""
    if selector.pseudo_element in ("before", "after"):
        text = ESCAPED.sub(_character, says.get("content", ""))
        return CONTENT.search(text) is not None
    return selector.pseudo_element in ("first-letter", "first-line") and _is_telling(says)


def _character(escaped: re.Match[str]) -> str:
    return chr(min(int(escaped[1], 16), 0x10FFFF))


ESCAPED = pattern_of(r"\\([0-9a-f]{1,6})\s?")
CONTENT = pattern_of(r"[0-9０-９]|attr\(|counters?\(|var\(")


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """The selectors of a style sheet and what they declare, as far as it is for a screen; where
    nobody can tell whether it holds, that it is in doubt.
    """
    shown: list[Holds] = [HOLDS]  # whether what stands in each open block is for a screen
    selector = ""
    parts = BRACE.split(_without_comments(css))
    for before, brace in zip(parts[::2], parts[1::2], strict=False):
        if len(shown) - 1 > MOST_NESTED:
            return
        if brace == "{":
            prelude = before.rpartition(";")[2].strip()
            if prelude.startswith("@"):
                shown.append(min(shown[-1], _holds(prelude)))
            else:
                shown.append(shown[-1])
                selector = _inside(selector, prelude)
            continue
        holds = shown.pop() if len(shown) > 1 else HOLDS_NOT
        if holds and selector and (body := before.strip()):
            if holds == HOLDS:
                yield selector, body
            elif _style_tells(body):
                yield selector, IN_DOUBT
        selector = ""


def _inside(outer: str, nested: str) -> str:
    """A nested selector, written so that it can stand alone."""
    if "&" not in nested:
        return nested
    return ",".join(
        part.replace("&", around) for part in nested.split(",") for around in outer.split(",")
    )


MOST_NESTED = 20
COMMENT = pattern_of(r"/\*.*?\*/|<!--|-->", re.S)


def _without_comments(css: str) -> str:
    has_some = "/*" in css or "<!--" in css or "-->" in css
    return COMMENT.sub(" ", css) if has_some else css


BRACE = pattern_of(r"([{}])")


def _bodies(css: str) -> Iterator[str]:
    """What stands in the innermost braces; most rules of a page say the same."""
    *closed, _ = css.split("}")
    return (part.rpartition("{")[2] for part in set(closed) if "{" in part)


Holds = int
HOLDS_NOT, MAY_HOLD, HOLDS = 0, 1, 2
IN_DOUBT = "display: var(--it-may-hold)"


def _holds(prelude: str) -> Holds:
    name = AT_RULE.match(prelude.lower())
    if name is None:
        return HOLDS_NOT
    if name[0] == "@media":
        return HOLDS if _is_for_a_screen(prelude[name.end() :]) else HOLDS_NOT
    if name[0] in ("@container", "@scope") or (name[0] == "@supports" and "not" in prelude.lower()):
        return MAY_HOLD  # it goes by what is drawn, or by what a browser can
    return HOLDS if name[0] in ("@supports", "@layer") else HOLDS_NOT


AT_RULE = pattern_of(r"@[-a-z]+")  # a condition may follow without a blank


@lru_cache(maxsize=256)
def _is_for_a_screen(media: str) -> bool:
    """Whether one of the media named is a screen as wide as those on desks."""
    return not media.strip() or any(map(_is_a_screen, media.lower().split(",")))


def _is_a_screen(query: str) -> bool:
    words = query.split()
    if "not" in words[:1]:
        return "print" in words
    if "print" in words or "speech" in words:
        return False
    for side, length in WIDTH.findall(query):
        width = _length(length, 1.0) * 16
        if (side == "min" and width > DESK) or (side == "max" and width < DESK):
            return False
    return "dark" not in query and "orientation:portrait" not in query.replace(" ", "")


WIDTH = pattern_of(r"(min|max)-(?:device-)?width\s*:\s*([0-9.]+[a-z]*)")
DESK = 1440  # px


@lru_cache(maxsize=8192)
def _selectors(text: str) -> tuple[Selector, ...]:
    try:
        return tuple(parse(text)) if text else ()
    except (SelectorError, RecursionError):
        return ()


def _may_match(selector: str, names: set[str], ids: set[str]) -> bool:
    """A quick look: one of the selectors names only classes that the page has."""
    return any(
        all(name in names for name in CLASS.findall(part))
        and all(name in ids for name in ID.findall(part))
        for part in OUTSIDE.sub("", selector).split(",")
    )


CLASS = pattern_of(r"\.(-?[_a-zA-Z\u0080-\uffff][-\w]*)")
ID = pattern_of(r"#(-?[_a-zA-Z\u0080-\uffff][-\w]*)")
OUTSIDE = pattern_of(r":(?:not|is|where|has|matches)\([^()]*\)|\[[^\]]*\]")


def _matches(root: etree._Element, sheet: list[Rule]) -> list[tuple[Rule, list[etree._Element]]]:
    size = sum(1 for _ in root.iter()) if sheet else 0
    if size * len(sheet) > MOST_LOOKS:
        raise ReadError("too_complex", detail=f"{len(sheet)} rules of style")
    found: list[tuple[Rule, list[etree._Element]]] = []
    for rule in sheet:
        if path := _path(rule.selector):
            found.append((rule, _elements(path, root)))
    return found


def _path(selector: Selector) -> etree.XPath | None:
    return _compiled(_xpath(selector))


def _xpath(selector: Selector) -> str:
    try:
        return HTMLTranslator().selector_to_xpath(selector, "//", translate_pseudo_elements=False)
    except (SelectorError, RecursionError):
        return ""


@lru_cache(maxsize=4096)
def _compiled(path: str) -> etree.XPath | None:
    return etree.XPath(path) if path else None


# ---- declarations


@lru_cache(maxsize=8192)
def declarations(text: str) -> tuple[Declared, Declared]:
    """What a style says that may change what is seen: as usual, and as important."""
    usual: dict[str, str] = {}
    important: dict[str, str] = {}
    for part in COMMENT.sub(" ", text).lower().split(";"):
        name, _, value = part.partition(":")
        name, value = ESCAPED.sub(_character, name).strip(), value.strip()
        if name not in WATCHED or not value:
            continue
        bare = IMPORTANT.sub("", value)
        target = usual if bare == value else important
        target.update(_longhand(name, bare))
    return usual, important


IMPORTANT = pattern_of(r"\s*!\s*important$")
WATCHED_NAMES = (
    "display visibility opacity filter font-size font color background background-color "
    "text-decoration text-decoration-line vertical-align mso-text-raise mso-hide position left "
    "right top bottom margin-left margin-top text-indent clip clip-path width height max-width "
    "max-height overflow overflow-x overflow-y transform content content-visibility unicode-bidi "
    "float zoom -webkit-text-fill-color -webkit-text-security flex-direction order scale rotate "
    "translate margin inline-size block-size max-inline-size max-block-size letter-spacing mask "
    "background-image -webkit-mask mask-image -webkit-mask-image list-style list-style-type"
)
WATCHED = frozenset(WATCHED_NAMES.split())


def _longhand(name: str, value: str) -> dict[str, str]:
    if name == "font":
        size = FONT_SIZE.search(value)
        return {"font-size": size[1]} if size else {}
    if name == "background-image":
        return {"background-color": "unknown"} if "url(" in value else {}
    if name == "background":
        return {"background-color": "unknown" if "url(" in value or "gradient" in value else value}
    if name == "text-decoration-line":
        return {"text-decoration": value}
    if name in ("overflow", "overflow-x", "overflow-y"):
        return {"overflow": next((w for w in value.split() if w in ("hidden", "clip")), value)}
    if name in TURNS:
        return {"transform": f"{name}({value})"} if value != "none" else {}
    if name == "margin":
        sides = value.split()
        return {"margin-top": sides[0], "margin-left": sides[-1] if len(sides) != 3 else sides[1]}
    if name in LOGICAL:
        return {LOGICAL[name]: value}
    if "mask" in name:
        return {"mask": value}
    if name == "list-style-type":
        return {"list-style": value}
    if name == "-webkit-text-fill-color":
        return {"color": value}
    if name == "mso-hide":
        return {"display": "none"} if value == "all" else {}
    return {name: value}


TURNS = ("scale", "rotate", "translate")
LOGICAL = {
    "inline-size": "width",
    "block-size": "height",
    "max-inline-size": "max-width",
    "max-block-size": "max-height",
}
FONT_SIZE = pattern_of(
    r"(?:^|\s)((?:calc|min|max|clamp)\([^()]*\)|0|[0-9.]+(?:px|pt|em|rem|%|ex|cm|mm|in))(?:\s*/|\s)"
)


@lru_cache(maxsize=8192)
def _style_tells(text: str) -> bool:
    return any(map(_is_telling, declarations(text)))


def _is_telling(says: Declared) -> bool:
    """Whether text may look otherwise for it, but for its size beside other text."""
    return any(
        pattern.search(says[name]) is not None for name, pattern in TELLING.items() if name in says
    )


TELLING = {
    name: pattern_of(pattern)
    for name, pattern in {
        "display": r"none|table-row|var\(",
        "visibility": r"hidden|collapse|var\(",
        "opacity": r"^[0.]|\(",
        "filter": "opacity|blur",
        "font-size": r"^0|^1px|^\.|^1pt|\(",
        "color": r"#[ef]|white|snow|ivory|transparent|rgba|rgb\(\s*2|hsl|hwb|lab|lch|color\(|canvas"
        r"|gr[ae]y|light|silver",
        "background-color": r"^(?!.*(?:none|transparent|white|#fff)).",
        "text-decoration": "line-through",
        "vertical-align": r"super|sub|[1-9]",
        "mso-text-raise": "[1-9]",
        "position": "absolute|fixed|relative",
        "left": "[0-9]",
        "margin-left": r"-[0-9]{3}",
        "margin-top": r"-[0-9]{3}",
        "text-indent": r"-[0-9]{3}",
        "clip": "rect",
        "clip-path": "inset|circle|polygon",
        "overflow": "hidden|clip",
        "transform": "scale|rotate|translate|matrix|skew",
        "content-visibility": "hidden",
        "unicode-bidi": "override",
        "float": "right",
        "zoom": r"^[0.]|\(",
        "letter-spacing": "^-",
        "mask": r"^(?!none)",
        "-webkit-text-security": "disc|circle|square",
        "flex-direction": "reverse",
        "order": "[1-9]",
    }.items()
}


# ---- the style of an element


def style_in(parent: Style, says: Declared, tag: str, in_cell: bool) -> Style:
    """How the text in an element looks that stands in text of another look."""
    if says.get("display") == "none" or (says.get("visibility") == "collapse" and tag in ROW_PARTS):
        return parent._replace(gone=True)
    hidden = parent.hidden
    if visibility := says.get("visibility"):
        hidden = visibility in ("hidden", "collapse")
    size = _length(says["font-size"], parent.size) if "font-size" in says else parent.size
    size *= _number(says.get("zoom", "1"))
    inline = in_cell and tag in INLINE_TAGS
    color, alpha = _color(says["color"], parent.color) if "color" in says else (parent.color, 1.0)
    moved = tag in ("td", "th") and _is_moved(says, size)
    background = parent.background
    if "background-color" in says:
        background, cover = _color(says["background-color"], parent.background)
        background = parent.background if cover < 0.5 else background
    return Style(
        gone=False,
        hidden=hidden,
        unseen=parent.unseen or (_is_unseen(says, size) and not moved),
        struck=parent.struck or "line-through" in says.get("text-decoration", ""),
        raised=parent.raised or (tag not in CELL_TAGS and _is_raised(says, size, tag)),
        odd=parent.odd
        or moved
        or _is_odd(says, inline)
        or (in_cell and _is_open(says))
        or (in_cell and says.get("order", "0") != "0"),
        size=size,
        opacity=parent.opacity * alpha * _opacity(says),
        color=color,
        background=background,
    )


CELL_TAGS = frozenset(("td", "th", "tr", "table", "tbody", "thead", "tfoot", "col", "img", "input"))
ROW_PARTS = frozenset(("tr", "tbody", "thead", "tfoot", "col", "colgroup"))
INLINE_NAMES = (
    "span font b strong em i u a small big label sup sub ins del s strike code tt var abbr "
    "kbd samp q cite mark bdo bdi"
)
INLINE_TAGS = frozenset(INLINE_NAMES.split())
BLOCK_TAGS = frozenset(("div", "p", "section", "article", "body", "html", "center", "form", "main"))


def _is_unseen(says: Declared, size: float) -> bool:
    """Off the page, cut off, or made too small."""
    far = [_length(says[side], size) for side in ("left", "top", "right", "bottom") if side in says]
    if "position" in says and any(abs(way) > FAR_AWAY * 1.5 for way in far):
        return not any(way > 0 for way in far) or max(map(abs, far)) > FAR_AWAY * 15
    for name in ("margin-left", "margin-top", "text-indent"):
        if name in says and _length(says[name], size) < -FAR_AWAY:
            return True
    if says.get("overflow") in ("hidden", "clip"):
        for name in ("width", "height", "max-width", "max-height"):
            if name in says and _length(says[name], size) < NO_SIZE:
                return True
    if says.get("content-visibility") == "hidden" or says.get("zoom") in ("0", "0%"):
        return True
    return any(
        pattern.search(says[name]) is not None for name, pattern in CUT_OFF.items() if name in says
    )


CUT_OFF = {
    "clip": pattern_of(r"rect\(\s*(?:0|1px|auto)[^1-9]*(?:1px[^1-9]*)*\)"),
    "clip-path": pattern_of(r"inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0[a-z]* 0[a-z]*\s*\)"),
    "transform": pattern_of(
        r"scale(?:3d|x|y)?\(\s*0(?:\.0\d*)?\s*[,)]|translate[xy]?\(\s*-\d{3,}(?:px|em|%|vw|pt)"
    ),
}


def _is_raised(says: Declared, size: float, tag: str) -> bool:
    """Off the line of the text, as a mark is."""
    align = says.get("vertical-align", "")
    if align in ("super", "sub"):
        return True
    if align and align[0] in "-.0123456789" and abs(_length(align, size)) >= OFF_THE_LINE * size:
        return True
    if "mso-text-raise" in says:
        return abs(_length(says["mso-text-raise"], size)) >= OFF_THE_LINE * size
    if says.get("position") == "relative" and tag not in BLOCK_TAGS:
        ways = [_length(says[side], size) for side in ("top", "bottom") if side in says]
        return any(OFF_THE_LINE * size <= abs(way) <= FAR_AWAY for way in ways)
    return False


def _is_moved(says: Declared, size: float) -> bool:
    """Whether a cell may be shown in the place of another."""
    if says.get("order", "0") != "0":
        return True
    if says.get("position") == "relative":
        return any(
            STEP < abs(_length(says[side], size)) <= FAR_AWAY * 1.5
            for side in ("left", "right", "top", "bottom")
            if side in says
        )
    return BESIDE.search(says.get("transform", "")) is not None


STEP = 0.7  # em; what is moved by less stays in its cell
BESIDE = pattern_of(r"translate[xy3d]*\([^)]*?-?(?:[1-9]\d?em|\d{2,3}px|\d{2,3}%)")


def _is_odd(says: Declared, inline: bool) -> bool:
    """Whether digits may be seen in another order or place than the file has them in."""
    if "override" in says.get("unicode-bidi", "") or "-webkit-text-security" in says:
        return True
    if inline and (says.get("position") in ("absolute", "fixed") or says.get("float") == "right"):
        return True
    if "reverse" in says.get("flex-direction", ""):
        return True
    if "blur" in says.get("filter", "") or says.get("mask", "none") != "none":
        return True
    if any("var(" in says.get(name, "") for name in ("display", "visibility")):
        return True
    if _length(says.get("letter-spacing", "0"), 1.0) < -LEAST_STEP:
        return True
    turned = TURNED.sub("", says.get("transform", ""))
    return inline and re.search("rotate|scale|matrix|skew", turned) is not None


TURNED = pattern_of(r"scale\(1\)|rotate\(0[a-z]*\)")  # as it was
LEAST_STEP = 0.3  # em; digits that are nearer cover each other


def _is_open(says: Declared) -> bool:
    """Whether how large or how dark text is comes of a sum that is not worked out here."""
    told = [says.get(name, "") for name in ("font-size", "opacity", "zoom")]
    return any(
        "var(" in each or (FUNCTION.match(each) is not None and _worked_out(each, _number) is None)
        for each in told
    )


def _worked_out(text: str, measured: Callable[[str], float]) -> float | None:
    """What a function of numbers or lengths comes to; None where one stands in another, or where
    it multiplies.
    """
    found = FUNCTION.fullmatch(text)
    if found is None or MULTIPLIES.search(found[2]):
        return None
    sums = [
        sum(measured(term) * (-1 if sign == "-" else 1) for sign, term in TERM.findall(part))
        for part in found[2].split(",")
    ]
    if found[1] == "clamp":
        return max(sums[0], min(sums[1:])) if len(sums) == 3 else None
    return min(sums) if found[1] == "min" else max(sums)


FUNCTION = pattern_of(r"(calc|min|max|clamp)\((.*)\)", re.S)
MULTIPLIES = pattern_of(r"[*/(]")
TERM = pattern_of(r"(?:(?:^|\s)([+-])\s+)?([^\s]+)")


def _opacity(says: Declared) -> float:
    shade = 1.0
    if value := says.get("opacity"):
        shade = _number(value)
    if found := re.search(r"opacity\s*[(=]\s*([0-9.]+%?)", says.get("filter", "")):
        amount = _number(found[1])
        shade = min(shade, amount / 100 if "alpha" in says["filter"] else amount)
    return shade


def _number(text: str) -> float:
    if "(" in text:
        told = _worked_out(text, _number)
        return 1.0 if told is None else told
    found = re.match(r"([0-9]*\.?[0-9]+)(%?)", text)
    if found is None:
        return 1.0
    return float(found[1]) / (100 if found[2] else 1)


@lru_cache(maxsize=4096)
def _length(text: str, size: float) -> float:
    """A length in units of 16 px; what is not understood is as the text around it."""
    if text in WORDS:
        return WORDS[text]
    if text in ("smaller", "larger"):
        return size * (1.2 if text == "larger" else 0.83)
    if "(" in text:
        told = _worked_out(text, partial(_length, size=size))
        return size if told is None else told
    found = LENGTH.match(text)
    if found is None:
        return size
    unit = found[2]
    if unit in ("em", "%", "ex"):
        return float(found[1]) * size * {"em": 1, "%": 0.01, "ex": 0.5}[unit]
    return float(found[1]) * UNITS.get(unit, 1 / 16)


LENGTH = pattern_of(r"([+-]?(?:[0-9]{1,9}\.?[0-9]{0,9}|\.[0-9]{1,9}))\s*(%|[a-z]*)")
UNITS = {"px": 1 / 16, "pt": 1 / 12, "rem": 1.0, "cm": 2.36, "mm": 0.236, "in": 6.0, "pc": 1.0,
         "vw": 0.9, "vh": 0.5}  # fmt: skip
WORDS = {
    "xx-small": 0.5625, "x-small": 0.625, "small": 0.8125, "medium": 1.0, "large": 1.125,
    "x-large": 1.5, "xx-large": 2.0,
}  # fmt: skip


@lru_cache(maxsize=4096)
def _color(text: str, around: Color | None) -> tuple[Color | None, float]:
    """A colour and how much it covers; None where it is not known."""
    text = text.strip()
    if text in ("transparent", "none"):
        return around, 0.0
    if text in ("inherit", "currentcolor", "initial", "unset", "windowtext"):
        return around, 1.0
    if text in ("unknown",):
        return None, 1.0
    if text in SYSTEM:
        return SYSTEM[text], 1.0
    if found := SPACE.search(text):
        return _from_a_space(found[1], found[2])
    if found := HEX.search(text):
        return _from_hex(found[1])
    if found := RGB.search(text):
        channels = [float(part) * (2.55 if sign else 1) for part, sign in PART.findall(found[1])]
        if len(channels) in (3, 4):
            alpha = channels[3] if len(channels) == 4 else 1.0
            return (int(channels[0]), int(channels[1]), int(channels[2])), alpha
        return None, 1.0
    for word in text.split():
        if word in _names():
            return _from_hex(_names()[word])
    return None, 1.0


SYSTEM: dict[str, Color] = {"canvas": (255, 255, 255), "canvastext": (0, 0, 0)}
SPACE = pattern_of(r"\b(hsla?|hwb|(?:ok)?lab|(?:ok)?lch|color)\(([^)]*)\)")


def _from_a_space(space: str, told: str) -> tuple[Color | None, float]:
    """A colour told in another way than red, green and blue; where its tint takes more than a
    sum to tell, a grey of its lightness: what is near the paper's is what counts.
    """
    parts = [float(part) / (100 if sign else 1) for part, sign in PART.findall(told)]
    if len(parts) not in (3, 4):
        return None, 1.0
    one, two, three = parts[:3]
    if space.startswith("hsl"):
        shades = colorsys.hls_to_rgb(one / 360, _share(three), _share(two))
    elif space == "hwb":
        white, black = _share(two), _share(three)
        most = max(white + black, 1.0)
        shades = colorsys.hsv_to_rgb(
            one / 360, 1 - white / max(most - black, 1e-9), 1 - black / most
        )
    elif space == "color":
        shades = (one, two, three)
    else:
        shades = (_share(one),) * 3
    red, green, blue = (round(255 * min(max(shade, 0.0), 1.0)) for shade in shades)
    return (red, green, blue), parts[3] if len(parts) == 4 else 1.0


def _share(number: float) -> float:
    """Lightness is told up to 1 or up to 100, without a sign in newer pages."""
    return number / 100 if number > 1 else number


HEX = pattern_of(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b")
RGB = pattern_of(r"rgba?\(([^)]*)\)")
PART = pattern_of(r"([0-9]*\.?[0-9]+)(%?)")


def _from_hex(digits: str) -> tuple[Color, float]:
    if len(digits) < 6:
        digits = "".join(2 * digit for digit in digits)
    channels = [int(digits[i : i + 2], 16) for i in range(0, len(digits), 2)]
    alpha = channels[3] / 255 if len(channels) == 4 else 1.0
    return (channels[0], channels[1], channels[2]), alpha


@cache
def _names() -> Mapping[str, str]:
    from PIL.ImageColor import colormap, getrgb

    # The table holds text or numbers, by whoever has asked it before.
    return {name: "{:02x}{:02x}{:02x}".format(*getrgb(name)) for name in [*colormap]}


def _contrast(color: Color | None, background: Color | None) -> int:
    """How far two colours are apart; white on what is not known may be seen or not."""
    if color is None:
        return 255
    if background is None:
        return LITTLE_CONTRAST - 1 if min(color) > 255 - LITTLE_CONTRAST else 255
    return max(abs(one - other) for one, other in zip(color, background, strict=True))
