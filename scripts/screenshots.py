"""Pictures of every page of `nianbao web --demo`: python -m scripts.screenshots [FOLDER]

In both languages, at two widths, light and dark, and as printed. They are to be looked at, not
kept. `--only`: the pages whose names have a word, such as `p` or `setup`.
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
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.walked import kind_of, made_by_forms, pages_of

FOLDER = Path("build/screenshots")
WIDTHS, THEMES = (1280, 390), ("light", "dark", "print")
A4 = 674  # pixels of the paper between its margins
ALSO = ("/setup", "/setup/140924", "/setup?name=140924", "/operations", "/operations/log", "/nix")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    asked.add_argument("--only", default="", help="the pages whose names have this word")
    said = asked.parse_args()
    folder: Path = said.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with demonstrated() as address, opened() as browser:
        made = made_by_forms(address, "990824", "990824106", ("a.html", _draft()))
        addresses = pages_of(address, also=(*ALSO, *made.values()))
        named = [(f"{n:02}-{_name(each)}", each) for n, each in enumerate(addresses)]
        shown = [each for each in named if not said.only or said.only in each[0].split("-")]
        for lang, width, theme in itertools.product(("zh", "en"), WIDTHS, THEMES):
            if theme == "print" and width != WIDTHS[0]:
                continue
            for name, each in shown:
                told = f"{name}-{lang}-{width}-{theme}.png"
                spoken = f"{each}{'&' if '?' in each else '?'}lang={lang}"
                with looked_at(browser, spoken, width, theme) as page:
                    page.screenshot(path=folder / told, full_page=True)
                    _tell_wide(page, told)
    sys.stdout.write(f"{folder}: {len(list(folder.iterdir()))}\n")


def _draft() -> bytes:
    return write_html(print_draft(clean(3).with_figures(requests__granted__natural_person=99)))


@contextlib.contextmanager
def opened() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def looked_at(browser: Browser, address: str, width: int, theme: str) -> Iterator[Page]:
    """A page with all its frames; as printed, it is as wide as the paper."""
    size: Any = {"width": A4 if theme == "print" else width, "height": 844}
    scheme: Any = "dark" if theme == "dark" else "light"
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    if theme == "print":
        page.emulate_media(media="print")
    page.goto(address)
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


def _name(address: str) -> str:
    path, _, keys = kind_of(address).partition("?")
    return re.sub(r"[^a-z]+", "-", path + keys)[:40].strip("-")


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
