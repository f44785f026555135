"""An archived page as a picture: as a browser draws it, and nobody else is asked for anything.

Three things keep a page from asking: what could ask is taken out of it, its own policy forbids it,
and the browser's one way out is a gate that leads nowhere. The browser's own sandbox is kept.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from lxml import html as lxml_html
from PIL import Image, ImageChops

from nianbao.crawler.answers import Answer
from nianbao.crawler.browser import PROGRAMS, WAYS_OUT
from nianbao.crawler.gate import Gate
from nianbao.parser.private import starred

WIDTH = 1000  # of the window, as such pages are made for
FIRST_HEIGHT, MOST_HEIGHT = 3000, 16000
MOST_BYTES = 5 * 1024 * 1024  # of a page
SECONDS = 60.0
ABOVE = 120  # that is shown above the place, where there is more than goes into the picture
MARK = (254, 0, 254)  # the colour by which a place is found; it is in no picture that is shown


class NotDrawnError(Exception):
    """No picture can be made; the two sentences say why."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


@dataclass(frozen=True)
class Drawn:
    """A picture of a page, or of a part of it."""

    png: bytes
    is_whole: bool


def drawn(page: Answer, places: Collection[int], height: int) -> Drawn:
    """The part of a page, no higher than `height`, where some of its links stand: their numbers
    among its anchors. Raises NotDrawnError.
    """
    if len(page.body) > MOST_BYTES:
        raise NotDrawnError("网页过大", "the page is too large")
    with Browser() as browser:
        shown = browser.picture(harmless(page))
        bottom = _bottom(shown)
        if bottom <= height:
            return Drawn(_png(shown.crop((0, 0, WIDTH, max(bottom, 1)))), is_whole=True)
        marked = browser.picture(harmless(page, places), MOST_HEIGHT) if places else shown
        top = _top(_band(marked), _bottom(marked), height)
        if top + height > shown.height:
            shown = browser.picture(harmless(page), MOST_HEIGHT)
        return Drawn(_png(shown.crop((0, top, WIDTH, top + height))), is_whole=False)


def _bottom(shown: Image.Image) -> int:
    """Below what a page ends."""
    corner = shown.getpixel((shown.width - 1, shown.height - 1))
    empty = Image.new("RGB", shown.size, corner)
    box = ImageChops.difference(shown, empty).getbbox()
    return 0 if box is None else min(box[3] + 12, shown.height)


def _band(marked: Image.Image) -> tuple[int, int] | None:
    """Where the marked places are, from top to bottom."""
    channels = [
        channel.point([255 if value == wanted else 0 for value in range(256)])
        for channel, wanted in zip(marked.split(), MARK, strict=True)
    ]
    box = ImageChops.darker(ImageChops.darker(channels[0], channels[1]), channels[2]).getbbox()
    return None if box is None else (box[1], box[3])


def _top(band: tuple[int, int] | None, bottom: int, height: int) -> int:
    """Where the part begins: with the places in its middle, else with the first of them."""
    if band is None:
        return 0
    first, last = band
    if last - first <= height:
        return max(0, min((first + last - height) // 2, bottom - height))
    return max(0, first - ABOVE)


def _png(shown: Image.Image) -> bytes:
    out = BytesIO()
    shown.save(out, "PNG", optimize=True)
    return out.getvalue()


# ---- a page that asks for nothing

GONE = frozenset(
    (
        *("script", "noscript", "iframe", "frame", "frameset", "object", "embed", "applet"),
        *("link", "meta", "base", "template", "portal", "audio", "video", "svg", "math"),
    )
)
KEPT = frozenset(
    (
        *("class", "id", "style", "align", "valign", "width", "height", "border", "cellpadding"),
        *("cellspacing", "colspan", "rowspan", "bgcolor", "color", "face", "size", "hidden"),
        *("dir", "lang", "type", "start", "value", "nowrap", "alt", "checked", "selected"),
        *("rows", "cols", "disabled", "placeholder", "media"),
    )
)
SAID = ("value", "alt", "placeholder")  # attributes that are shown
ASKING = re.compile(
    r"@import[^;]*;?|(?:url|image-set|src)\s*\([^)]*\)?|(?:(?<![a-z])[a-z]+:)?//[^\s\"'()]+", re.I
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
HEAD = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
BASE = "body{background:#fff;font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif}"


class Gap(NamedTuple):
    """Where an entry would stand and does not, and what is said there."""

    beside: int | None  # a link, by its number among the page's; None: above the page
    is_behind: bool
    told: str


HERE = "here"  # where a gap is, in the page's address
SHADE = "#fff2b3"  # behind links that are pointed to


def harmless(
    page: Answer, places: Collection[int] = (), gap: Gap | None = None, colour: str = f"rgb{MARK}"
) -> bytes:
    """The page with its own styles, and without scripts, addresses and what is of a person;
    some of its links, by their numbers, in the colour of a mark.
    """
    root = deepcopy(page.page)
    anchors = [anchor for anchor in root.iter("a") if anchor.get("href") is not None]
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag.lower() in GONE:
            _drop(element)
    _hide_persons(root)  # what stood between two halves of a number is gone
    for element in root.iter():
        _strip(element)
    for number in places:
        style = anchors[number].get("style", "")
        anchors[number].set("style", f"{style};background:{colour} !important")
    if gap is not None:
        _tell(root, anchors, gap)
    body = lxml_html.tostring(root, encoding="unicode")
    opening, found, rest = body.partition("<head>")
    if not found:
        opening, rest = "<html>", body
    shown = f"<!DOCTYPE html>{opening}<head>{HEAD}<style>{BASE}</style>{rest}"
    return shown.encode("utf-8", "replace")


def _tell(root: Any, anchors: Sequence[Any], gap: Gap) -> None:
    """What is said of a gap, where it is."""
    row = None if gap.beside is None else _row(anchors[gap.beside])
    if row is None or row.getparent() is None:
        body = root.find("body")
        (root if body is None else body).insert(0, _note("div", gap.told))
        return
    note = _note(row.tag if row.tag in ("li", "tr", "dd") else "div", gap.told)
    if gap.is_behind:
        row.addnext(note)
    else:
        row.addprevious(note)


def _row(anchor: Any) -> Any:
    """All that stands around a link and no other."""
    row = anchor
    while (above := row.getparent()) is not None:
        if above.tag in ("ul", "ol", "dl", "tbody", "table", "body", "html"):
            break
        if sum(1 for _ in above.iter("a")) > 1:
            break
        row = above
    return row


def _note(tag: str, told: str) -> Any:
    note = lxml_html.Element(tag, id=HERE)
    said = note
    if tag == "tr":
        said = lxml_html.etree.SubElement(note, "td", colspan="20")
    said.set("style", NOTE)
    said.text = told
    return note


NOTE = (
    "display:block;width:auto;height:auto;float:none;clear:both;margin:6px 0;padding:6px 10px;"
    "border:2px dashed #b3261e;background:#fdecea;color:#7a1a14;font:700 16px/1.5 sans-serif;"
    "list-style:none;text-align:left;white-space:normal"
)


def _drop(element: Any) -> None:
    """What stands behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail, before = element.tail, element.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    element.tail = None
    parent.remove(element)


def _strip(element: Any) -> None:
    is_link = element.tag == "a" and element.get("href") is not None
    picture = element.get("src", "") if element.tag == "img" else ""
    for name in list(element.attrib):
        if name.lower() not in KEPT:
            del element.attrib[name]
    if is_link:
        element.set("href", "#")  # as a link looks
    if re.match(r"data:image/(?:png|jpeg|gif|webp);", picture):
        element.set("src", picture)
    if style := element.get("style"):
        element.set("style", starred(ASKING.sub("none", style)))
    if element.tag == "style":
        element.text = starred(ASKING.sub("none", element.text or ""))


# ---- a person's numbers, also where mark-up parts them

# What begins a line or a cell of its own. All else only styles, whatever it is called: Word's
# smart tags, too.
PARTS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "col"),
        *("dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr"),
        *("html", "legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup", "option"),
        *("p", "plaintext", "pre", "section", "select", "summary", "table", "tbody", "td"),
        *("textarea", "tfoot", "th", "thead", "title", "tr", "ul", "xmp", "style", "script"),
    )
)


def _hide_persons(root: Any) -> None:
    for run in _runs(root):
        text = "".join(getattr(element, place) for element, place in run)
        shown = starred(text)
        if shown == text:
            continue
        begin = 0
        for element, place in run:
            end = begin + len(getattr(element, place))
            setattr(element, place, shown[begin:end])
            begin = end
    for element in root.iter():
        for name in SAID:
            if isinstance(element.tag, str) and (said := element.get(name)):
                element.set(name, starred(said))


Piece = tuple[Any, str]  # an element, and which of its texts


def _runs(root: Any) -> Iterator[list[Piece]]:
    """Texts that stand in one line, with nothing but a style between them."""
    run: list[Piece] = []
    for event, element in lxml_html.etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        is_element = isinstance(element.tag, str)
        if is_element and element.tag.lower() in PARTS:
            yield run
            run = []
        if event == "start" and element.text and element.tag not in ("style", "script"):
            run.append((element, "text"))
        if event != "start" and element.tail:
            run.append((element, "tail"))
    yield run


# ---- the browser

QUIET = (
    "--headless",
    "--hide-scrollbars",
    "--disable-gpu",
    "--no-first-run",
    "--no-pings",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
)


class Browser:
    """The system's Chromium, a run for each picture. It reads its page and writes in one folder."""

    def __init__(self) -> None:
        self.program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        self.gate = Gate(())
        self.folder = Path()

    def __enter__(self) -> Browser:
        if self.program is None:
            raise NotDrawnError("未安装 Chromium", "Chromium is not installed")
        self.folder = Path(tempfile.mkdtemp(prefix="nianbao-picture-"))
        self.folder.chmod(0o755)
        (self.folder / "own").mkdir(0o700)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def picture(self, page: bytes, height: int = FIRST_HEIGHT) -> Image.Image:
        """A page in a window of this height. Raises NotDrawnError."""
        source, target = self.folder / "page.html", self.folder / "own" / "page.png"
        source.write_bytes(page)
        target.unlink(missing_ok=True)
        ways = [way.format(port=self.gate.port) for way in WAYS_OUT]
        command = [str(self.program), *QUIET, *ways, f"--user-data-dir={self.folder}/own/profile"]
        command += [f"--window-size={WIDTH},{height}", f"--screenshot={target}", source.as_uri()]
        _run(command, self.folder / "own")
        try:
            with Image.open(target) as shown:
                return shown.convert("RGB")
        except (OSError, ValueError):
            zh = "浏览器未能绘制（或其沙箱在本机不可用）"
            en = "the browser drew nothing (or has no sandbox on this machine)"
            raise NotDrawnError(zh, en) from None


def _run(command: Sequence[str], folder: Path) -> None:
    """By somebody who owns nothing, where root asks: the browser's sandbox is not for root."""
    who: dict[str, Any] = {}
    if not hasattr(os, "killpg"):
        raise NotDrawnError("此系统不能绘制网页", "this system draws no pages")
    if os.geteuid() == 0:
        import pwd

        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise NotDrawnError("没有用户 nobody", "there is no user nobody") from None
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    surroundings = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder)}
    surroundings |= {"TMPDIR": str(folder), "XDG_RUNTIME_DIR": str(folder), "LANG": "zh_CN.UTF-8"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=surroundings,
        cwd=folder,
        start_new_session=True,
        **who,
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        raise NotDrawnError("绘制超时", "it took too long to draw") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
