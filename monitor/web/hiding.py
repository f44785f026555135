"""Of a page as it is drawn: what leads where its reader may not go is not there. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import partial


def without(page: str, base: str, hidden: Collection[str]) -> str:
    """`hidden`: what addresses begin with, behind `base`, as expressions. Forms and doors go, with
    what explains them; of a name the word stays, and the other language is had on the first page.
    Our own templates alone write tags: what others say is escaped.
    """
    if not hidden:
        return page
    leads = rf'"{re.escape(base)}/(?:{"|".join(sorted(hidden))})(?=[/?#"])'
    form = re.compile(rf"<form\b[^>]*\baction={leads}[^>]*>.*?</form>", re.S)
    link = re.compile(rf"<a\b([^>]*)\bhref={leads}[^>]*>(.*?)</a>", re.S)
    explained = {told for each in form.findall(page) for told in re.findall(EXPLAINS, each)}
    page = form.sub("", page)
    for told in explained:
        page = re.sub(rf'<small\b[^>]*\bid="{re.escape(told)}"[^>]*>.*?</small>', "", page)
    page = re.sub(DOORS, lambda found: link.sub("", found[0]), page, flags=re.S)
    return link.sub(partial(_left, base), page)


def _left(base: str, found: re.Match[str]) -> str:
    """Of a link that leads nowhere."""
    about = found[1]
    if 'class="language"' in about:
        return re.sub(r'href="[^"?]*', f'href="{base}/', found[0], count=1)
    is_door = 'class="act' in about or 'class="away' in about
    return "" if is_door else f"<span>{found[2]}</span>"


EXPLAINS = r'\baria-describedby="([^"]+)"'
DOORS = r'<footer class="doors">.*?</footer>'
