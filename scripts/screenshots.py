"""Pictures of every page of `nianbao web --demo`: python -m scripts.screenshots [FOLDER]

In both languages, at two widths, light and dark. They are to be looked at, not kept.
"""

from __future__ import annotations

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
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from tests.worlds.walked import kind_of, pages_of

FOLDER = Path("build/screenshots")
WIDTHS = (1280, 390)
ALSO = ("/setup", "/setup/140924", "/setup?name=140924", "/operations", "/operations/log", "/nix")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _demonstrated() as address, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        addresses = pages_of(address, also=ALSO)
        for lang, width, theme in itertools.product(("zh", "en"), WIDTHS, ("light", "dark")):
            size = {"width": width, "height": 844}
            looks: dict[str, Any] = {"viewport": size, "color_scheme": theme}
            context = browser.new_context(**looks)
            page = context.new_page()
            for number, each in enumerate(addresses):
                sign = "&" if "?" in each else "?"
                page.goto(f"{each}{sign}lang={lang}")
                name = f"{number:02}-{_name(each)}-{lang}-{width}-{theme}.png"
                page.screenshot(path=folder / name, full_page=True)
                _tell_wide(page, width, name)
            context.close()
        browser.close()
    sys.stdout.write(f"{folder}: {len(list(folder.iterdir()))}\n")


def _name(address: str) -> str:
    return re.sub(r"[^a-z]+", "-", urlsplit(address).path + kind_of(address).partition("?")[2])[
        :40
    ].strip("-")


def _tell_wide(page: Page, width: int, name: str) -> None:
    """A page that is wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        sys.stdout.write(f"{name}: {wide} px wide\n")


@contextlib.contextmanager
def _demonstrated() -> Iterator[str]:
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
