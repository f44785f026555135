"""Whoever sits before a browser: by the mouse, or by the keyboard alone. Each page that they come to is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.monitor.test_web_reached import TAGS, told

TABS = 400  # until something must have been reached
TRIES = 20  # of a file input, half a second each
# What is asked of an element: its kind, its name and value, its words, and the words of what it stands in.
IS_MEANT = """(it, {name, value, words, near}) => {
  const around = it.closest('li, tr') || it.closest('fieldset, form, section, main, body') || it;
  const said = it.tagName === 'INPUT' && ['submit', 'button'].includes(it.type) ? it.value : it.textContent;
  const presses = ['A', 'BUTTON', 'SUMMARY'].includes(it.tagName);
  return (name ? it.name === name : presses)
    && (value === null || it.value === value)
    && words.every(each => said.includes(each))
    && (!near || around.textContent.includes(near));
}"""

# The elements that stand out.
WIDE = """[...document.querySelectorAll('main *')].filter(it => it.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 4).map(it => it.outerHTML.slice(0, 160))"""


@dataclass
class Hands:
    """Somebody with a page of a browser, who speaks a language."""

    page: Any
    lang: str
    width: int
    by_keyboard: bool = False
    drawn_into: str = ""  # a folder for pictures
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def press(self, *words: str, near: str = "", leads: bool = True) -> None:
        """A link or a button that says so."""
        found = self._reach(words=words, near=near)
        act = self._enter if self.by_keyboard else found.click
        if not leads:
            act()
            return
        with self.page.expect_navigation():
            act()

    def _enter(self) -> None:
        self.page.keyboard.press("Enter")

    def write(self, name: str, text: str, near: str = "") -> None:
        found = self._reach(name=name, near=near)
        if self.by_keyboard:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text)
        else:
            found.fill(text)

    def choose(self, name: str, value: str) -> None:
        """One of several; Tab comes to the first of them, or to the one that is chosen."""
        if not self.by_keyboard:
            self.page.check(f"input[name={name}][value={value}]")
            return
        self._reach(name=name)
        self.page.keyboard.press("Space")
        for _ in range(9):
            if self.page.evaluate("document.activeElement.value") == value:
                break
            self.page.keyboard.press("ArrowDown")
        assert self.page.is_checked(f"input[name={name}][value={value}]")

    def hand(self, name: str, file: Path, near: str = "") -> None:
        """A file; what the system shows to choose it is no page."""
        chooser: list[Any] = []
        self.page.once("filechooser", lambda one: chooser.append(one))
        for _ in range(TRIES):  # a busy machine may lose a key
            found = self._reach(name=name, near=near)
            if self.by_keyboard:
                self.page.keyboard.press("Space")
            else:
                found.click()
            self.page.wait_for_timeout(500)
            if chooser:
                break
        chooser[0].set_files(str(file))

    def take(self, *words: str) -> Path:
        """What comes as a file."""
        with self.page.expect_download() as taken:
            self.press(*words, leads=False)
        return Path(taken.value.path())

    def _reach(self, *, name: str = "", words: Sequence[str] = (), near: str = "") -> Any:
        meant = {"name": name, "value": None, "words": [*words], "near": near}
        if self.by_keyboard:
            self.page.evaluate("document.activeElement.blur()")
            for _ in range(TABS):
                self.page.keyboard.press("Tab")
                if self.page.evaluate(
                    f"meant => ({IS_MEANT})(document.activeElement, meant)", meant
                ):
                    return None
            raise AssertionError(f"{self.page.url}: {meant} is not reached by Tab")
        all_of = "input, textarea, select" if name else "a, button, summary"
        for each in self.page.query_selector_all(all_of):
            if each.is_visible() and each.evaluate(IS_MEANT, meant):
                return each
        raise AssertionError(
            f"{self.page.url}: there is no {meant}\n{self.page.inner_text('body')}"
        )

    def looks(self, name: str) -> None:
        """Nothing is wider than the screen, axe finds nothing; a picture, where one is asked for."""
        page = self.page
        if self.drawn_into:
            page.screenshot(
                path=f"{self.drawn_into}/{name}-{self.lang}-{self.width}.png", full_page=True
            )
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide = page.evaluate(WIDE)
            self.wrong.append(f"{name}: {page.url} is wider than the screen: {wide}")
        self.wrong += [f"{name}: {each}" for each in violations(page)]
        self.seen.add(name)

    def says(self, *words: str) -> None:
        text = self.page.inner_text("main")
        assert all(each in text for each in words), (self.page.url, words, text)

    def until(self, holds: Callable[[], bool], times: int = 120) -> None:
        """The page is loaded again until it is so."""
        for _ in range(times):
            if holds():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"{self.page.url}: {self.page.inner_text('main')}")


def violations(page: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {"runOnly": {"type": "tag", "values": TAGS}, "iframes": False}
    return told(axe.run(page, options=options).response)
