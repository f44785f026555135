"""Pages of a list that a form asks for: only where the page itself tells the whole request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from nianbao.crawler.addresses import split
from nianbao.crawler.answers import Answer, Ask
from nianbao.parser.patterns import pattern_of

Element = Any
PAGE_FIELD = pattern_of(
    r"^(?:\w+\.)?(?:p|pn|page|pages|pageno|page_no|pagenum|page_num|pageindex|page_index|curpage|cur_page"
    r"|currentpage|current_page|currpage|nowpage|pageid|topage|gotopage|pagenumber|pagecurrent)$",
    re.I,
)


class PageForm(NamedTuple):
    """A form with one field for the number of the page."""

    element: Element
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    page: str  # the name of the field

    def ask(self, number: str, pressed: tuple[tuple[str, str], ...] = ()) -> Ask:
        """The request that a browser makes of it."""
        fields = [(name, number if name == self.page else value) for name, value in self.fields]
        query = urlencode([*fields, *pressed])
        if self.method == "POST":
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return Ask(self.action, "POST", query, headers)
        return Ask(f"{self.action.partition('?')[0]}?{query}")

    @property
    def number(self) -> str:
        """The one that it holds."""
        return dict(self.fields)[self.page]


def page_forms(answer: Answer) -> Iterator[PageForm]:
    for form in answer.page.iter("form"):
        fields = tuple(_fields(form))
        pages = [name for name, _ in fields if PAGE_FIELD.match(name)]
        action = answer.joined(form.get("action") or answer.url)
        if len(pages) == 1 and action and split(action).netloc == answer.host:
            method = (form.get("method") or "GET").upper()
            yield PageForm(form, action, method, fields, pages[0])


def _fields(form: Element) -> Iterator[tuple[str, str]]:
    """What a browser sends of it, but for buttons."""
    for field in form.iter("input", "select", "textarea"):
        name, kind = field.get("name") or "", (field.get("type") or "text").lower()
        unsent = kind in ("submit", "button", "image", "reset", "file") or field.get("disabled")
        if not name or unsent or (kind in ("checkbox", "radio") and field.get("checked") is None):
            continue
        yield name, _value(field)


def _value(field: Element) -> str:
    if field.tag == "textarea":
        return field.text or ""
    if field.tag == "input":
        return field.get("value") or ""
    options = [*field.iter("option")]
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return "".join((option.get("value") or option.text or "").strip() for option in chosen[:1])


def asked_by(form: PageForm, button: Element, called: str, script: str) -> Ask | None:
    """What a button that says 下一页 asks for; None where the page does not tell it.

    It sends the form as it stands, sets the number itself, or calls a script of the page that
    sets it and sends.
    """
    name = button.get("name")
    pressed = ((name, button.get("value") or ""),) if name else ()
    if number := re.search(r"\.value\s*=\s*['\"]?(\d+)", called):
        return form.ask(number[1], pressed)
    for call in CALL.finditer(called):
        if _sends(call[1], form, script):
            return form.ask(call[2])
    plain = button.tag in ("input", "button") and form.element in button.iterancestors()
    is_submit = not CALL.search(called) and (button.get("type") or "submit").lower() in (
        "submit",
        "image",
    )
    if plain and is_submit and not button.get("onclick") and form.number.isdigit():
        return form.ask(form.number, pressed)
    return None


CALL = pattern_of(r"\b(\w+)\(\s*['\"]?(\d+)['\"]?\s*\)")


def _sends(name: str, form: PageForm, script: str) -> bool:
    """Whether a function of the page puts its argument into the form's field and sends it."""
    begin = re.search(rf"function\s+{re.escape(name)}\s*\(\s*(\w+)\s*\)\s*\{{", script)
    if begin is None:
        return False
    body = script[begin.end() : begin.end() + LONGEST_FUNCTION]
    body = body.partition("function ")[0]
    field = re.escape(form.page)
    sets = rf"\b{field}\b['\"\]\)]*\s*(?:\.value\s*=|\.val\()\s*{re.escape(begin[1])}\b\s*\)?\s*;"
    return re.search(sets, body) is not None and ".submit(" in body


LONGEST_FUNCTION = 600


def numbers_in(called: Sequence[str]) -> list[int]:
    """The numbers of pages that scripts are called with."""
    return sorted({int(match[2]) for text in called for match in CALL.finditer(text)})
