"""Pictures of every page: python -m scripts.screenshots [FOLDER]

Of `nianbao web --demo`, with a unit's door and the public pages, and of two counties whose people
sign in; in both languages, at two widths, light and dark, and as printed. They are to be looked
at, not kept. A page of which no picture came about is named, and is a fault.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.worlds.pictured import PAGES, Scene, named, of_season, route_of, signed_in

FOLDER = Path("build/screenshots")
LANGS, WIDTHS, THEMES = ("zh", "en"), ("1280", "390"), ("light", "dark", "print")
A4 = 674  # pixels of the paper between its margins


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    asked.add_argument("--only", default="", help="the pages whose names have one of these words")
    asked.add_argument("--as", dest="ways", default="", help="such as zh-390-dark,en-1280-print")
    said = asked.parse_args()
    folder: Path = said.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with (
        tempfile.TemporaryDirectory() as kept,
        demonstrated() as address,
        signed_in(Path(kept)) as others,
        opened() as browser,
    ):
        scenes = named([*of_season(address), *others])
        words = {*said.only.split(",")} - {""}
        shown = [each for each in scenes if not words or words & {*each.name.split("-")}]
        for lang, width, theme in ways(said.ways):
            for each in shown:
                told = f"{each.name}-{lang}-{width}-{theme}.png"
                with looked_at(browser, each, lang, int(width), theme) as page:
                    page.screenshot(path=folder / told, full_page=True)
                    _tell_wide(page, told)
    missing = sorted(PAGES - {route_of(each.address) for each in scenes})
    sys.stdout.write(f"{folder}: {len(list(folder.iterdir()))}\n")
    sys.exit(f"no picture of {', '.join(missing)}" if missing else 0)


def ways(said: str) -> Sequence[tuple[str, ...]]:
    """Languages, widths and themes: those that were asked for, else all. What is printed is as
    wide as the paper.
    """
    every = itertools.product(LANGS, WIDTHS, THEMES)
    known = [each for each in every if each[2] != "print" or each[1] == WIDTHS[0]]
    meant = {*said.split(",")} - {""}
    if unknown := meant - {"-".join(each) for each in known}:
        sys.exit(f"no such way: {', '.join(sorted(unknown))}; such as zh-390-dark, en-1280-print")
    return [each for each in known if not meant or "-".join(each) in meant]


@contextlib.contextmanager
def opened() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def looked_at(
    browser: Browser, scene: Scene, lang: str, width: int, theme: str, **more: Any
) -> Iterator[Page]:
    """A page with all its frames; as printed, it is as wide as the paper. `more`: a browser's."""
    size: Any = {"width": A4 if theme == "print" else width, "height": 844}
    scheme: Any = "dark" if theme == "dark" else "light"
    context = browser.new_context(viewport=size, color_scheme=scheme, **more)
    address = scene.spoken(lang)
    start = re.sub("(?<=[0-9])/.*", "", address)
    for name, value in scene.cookies.items():
        context.add_cookies([{"name": name, "value": value, "url": start}])
    page = context.new_page()
    if theme == "print":
        page.emulate_media(media="print")
    page.goto(address)
    if scene.presses:
        _press(page, scene.presses)
    frames = page.query_selector_all("iframe")
    if frames:  # what is off the screen is not drawn in them
        high = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": high})
    for each in frames:
        if each.is_visible() and (frame := each.content_frame()) is not None:
            each.scroll_into_view_if_needed()  # it is loaded when it is seen
            frame.wait_for_url(re.compile("^http"), wait_until="load")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def _press(page: Page, button: str) -> None:
    """A button, with what its form must have; it is not there on paper."""
    for field in page.query_selector_all("main form input[required]"):
        field.fill("x")
    with page.expect_navigation():
        page.eval_on_selector(button, "each => each.click()")


def _tell_wide(page: Page, name: str) -> None:
    """A page that is wider than the screen."""
    wide, width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if wide > width:
        sys.stdout.write(f"{name}: {wide} px wide\n")


@contextlib.contextmanager
def demonstrated() -> Iterator[str]:
    command = [sys.executable, "-m", "nianbao.monitor.cli", "web", "--demo", "--port", "0"]
    told = {**os.environ, "NIANBAO_LANG": "en"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=told) as process:
        try:
            assert process.stderr is not None
            said = (re.search(r"http://[^ ]+/", line) for line in process.stderr)
            found = next(filter(None, said))
            Thread(target=process.stderr.read, daemon=True).start()  # who fills it would wait
            yield found[0].rstrip("/")
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
