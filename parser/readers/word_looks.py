"""How a run of Word looks: what it says of itself, then its styles, then the usual of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from nianbao.parser.readers.ink import SYMBOLS, WHITE, Colour, hex_colour, ink
from nianbao.parser.seen import Look, Run

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
Said = Mapping[str, str]  # what properties say of a run; silent on what they leave to others

SWITCHES = ("strike", "dstrike", "vanish")
TOLD = (*SWITCHES, "vertAlign", "position", "sz", "color", "highlight", "w", "spacing")
OFF = ("0", "false", "off")


def said(properties: etree._Element | None) -> dict[str, str]:
    if properties is None:
        return {}
    found = {}
    for name in TOLD:
        element = properties.find(W + name)
        if element is not None:
            found[name] = element.get(f"{W}val", "1")
    colour = properties.find(f"{W}color")
    if colour is not None and _is_of_the_paper(colour):
        found["color"] = "FFFFFF"
    found |= _filled(properties.find(f"{W14}textFill"))
    fonts = properties.find(f"{W}rFonts")
    if fonts is not None and fonts.get(f"{W}ascii"):
        found["font"] = fonts.get(f"{W}ascii", "").lower()
    layout = properties.find(f"{W}eastAsianLayout")
    if layout is not None and layout.get(f"{W}combine", "0") not in OFF:
        found["combine"] = "1"
    if (fill := fill_of(properties)) is not None:
        found["fill"] = fill
    return found


def _filled(fill: etree._Element | None) -> dict[str, str]:
    """What fills the letters, which counts before their colour."""
    if fill is None:
        return {}
    alphas = (alpha.get(f"{W14}val", "") for alpha in fill.iter(f"{W14}alpha"))
    if fill.find(f"{W14}noFill") is not None or any(_whole(a, 0) > CLEAR for a in alphas):
        return {"drawn": "1"}  # an outline may be left
    colour = fill.find(f"{W14}solidFill/*")
    if colour is None:
        return {}
    if colour.tag == f"{W14}srgbClr":
        return {"color": colour.get(f"{W14}val", "")}
    of_the_paper = colour.get(f"{W14}val") in ("bg1", "lt1") and colour.find(f"{W14}lumMod") is None
    return {"color": "FFFFFF"} if of_the_paper else {}


CLEAR = 60_000  # of 100,000


def _is_of_the_paper(colour: etree._Element) -> bool:
    """Named by the theme as its paper's own, which counts before the colour beside it."""
    shaded = colour.get(f"{W}themeShade") or colour.get(f"{W}themeTint")
    return colour.get(f"{W}themeColor") in ("background1", "light1") and not shaded


def fill_of(properties: etree._Element | None) -> str | None:
    """The colour of the ground; None where nothing is said, or that there is none."""
    shade = properties.find(f"{W}shd") if properties is not None else None
    if shade is None:
        return None
    if shade.get(f"{W}val") == "solid":
        return _named(shade.get(f"{W}color"), "000000")
    return _named(shade.get(f"{W}fill"), "")


def _named(colour: str | None, automatic: str) -> str | None:
    return (automatic if colour in (None, "auto") else colour) or None


@dataclass(frozen=True, slots=True)
class Looks:
    """What the styles around a run say, the nearest first: of characters, paragraphs, tables."""

    layers: tuple[Said, ...] = ()
    usual: Said = field(default_factory=dict)
    fill: str = ""  # of the cell or the paragraph
    fill_unknown: bool = False  # a style of the table may colour some of its cells


class Inked(NamedTuple):
    """A run, and what can only be told beside its neighbours."""

    run: Run
    size: float  # in half points
    off: int  # how far above the line, in half points

    @property
    def digits(self) -> bool:
        return any(c.isdigit() for c in self.run.text)


def inked(text: str, own: Said, looks: Looks) -> Inked:
    size = float(_whole(_first("sz", own, looks), USUAL_SIZE))
    off = _whole(_first("position", own, looks), 0)
    return Inked(Run(text, _look(own, looks, size)), size, off)


USUAL_SIZE = 20
LEAST_SIZE = 5  # half points: less is a dot at best
NARROW = 40  # per cent of the width of a letter


def _look(own: Said, looks: Looks, size: float) -> Look:
    hidden = _switch("vanish", own, looks)
    if hidden == "on" or size < LEAST_SIZE:
        return "hidden"
    if "on" in (struck := [_switch(name, own, looks) for name in ("strike", "dstrike")]):
        return "struck"
    shade = _ink(own, looks)
    if shade == "hidden":
        return "hidden"
    if _first("vertAlign", own, looks) in ("superscript", "subscript"):
        return "raised"
    tight = _whole(_first("spacing", own, looks), 0) < -size * TWIPS / 4
    narrow = _whole(_first("w", own, looks).rstrip("%"), 100) < NARROW
    drawn = _first("font", own, looks) in SYMBOLS or "combine" in own
    drawn = drawn or _first("drawn", own, looks) != ""
    if "unsure" in (hidden, *struck) or shade == "odd" or tight or narrow or drawn:
        return "odd"
    return "shown"


TWIPS = 10  # in half a point


def _switch(name: str, own: Said, looks: Looks) -> str:
    """Word turns a switch off again where a second style turns it on; other programs don't."""
    if name in own:
        return "" if own[name] in OFF else "on"
    on = [layer for layer in looks.layers if name in layer and layer[name] not in OFF]
    if len(on) > 1:
        return "unsure"
    if on:
        return "on"
    silent = not any(name in layer for layer in looks.layers)
    return "on" if silent and looks.usual.get(name, "0") not in OFF else ""


def _first(name: str, own: Said, looks: Looks) -> str:
    return next((layer[name] for layer in (own, *looks.layers, looks.usual) if name in layer), "")


def _ink(own: Said, looks: Looks) -> Look:
    colour = hex_colour(_first("color", own, looks))
    marked = _first("highlight", own, looks)
    fill = own.get("fill") or looks.fill or _first("fill", {}, looks)
    ground = HIGHLIGHTS.get(marked) or hex_colour(fill) or WHITE
    if colour is None:
        # Word chooses what can be read, but not for a highlight
        return "odd" if marked == "black" else "shown"
    look = ink(colour, ground)
    if look == "hidden" and looks.fill_unknown and not fill:
        return "odd"
    return look


HIGHLIGHTS = {
    "black": Colour(0, 0, 0),
    "blue": Colour(0, 0, 255),
    "cyan": Colour(0, 255, 255),
    "darkBlue": Colour(0, 0, 128),
    "darkCyan": Colour(0, 128, 128),
    "darkGray": Colour(128, 128, 128),
    "darkGreen": Colour(0, 128, 0),
    "darkMagenta": Colour(128, 0, 128),
    "darkRed": Colour(128, 0, 0),
    "darkYellow": Colour(128, 128, 0),
    "green": Colour(0, 255, 0),
    "lightGray": Colour(192, 192, 192),
    "magenta": Colour(255, 0, 255),
    "red": Colour(255, 0, 0),
    "white": Colour(255, 255, 255),
    "yellow": Colour(255, 255, 0),
}


def beside(runs: Iterable[Inked]) -> list[Run]:
    """The runs of one cell: a digit smaller than the rest, or off their line, is no sure part of
    the number; where it is both, it is a mark.
    """
    told = list(runs)
    shown = [run for run in told if run.run.look in ("shown", "odd") and run.digits]
    if len({(run.size, run.off) for run in shown}) < 2:
        return [run.run for run in told]
    largest = max(run.size for run in shown)
    line = next(run.off for run in shown if run.size == largest)
    return [_beside(run, largest, line) for run in told]


SMALL = 0.8


def _beside(inked: Inked, largest: float, line: int) -> Run:
    run = inked.run
    small, off = inked.size < SMALL * largest, inked.off != line
    if run.look not in ("shown", "odd") or not inked.digits or not (small or off):
        return run
    return run._replace(look="raised" if small and off else "odd")


def _whole(text: str, default: int) -> int:
    bare = text.removesuffix("pt").strip()
    try:
        return int(float(bare)) if bare else default
    except (ValueError, OverflowError):
        return default
