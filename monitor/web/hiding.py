"""Of a page as it is drawn: what leads where its reader may not go is not there. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection


def without(page: str, base: str, hidden: Collection[str]) -> str:
    """`hidden`: what addresses begin with, behind `base`; one with a stroke at its end: all behind
    it but drafts. Forms and doors go, with what explains them; of a name the word stays. Our own
    templates alone write tags: what others say is escaped.
    """
    if not hidden:
        return page
    begins = "|".join(
        re.escape(each.rstrip("/")) + (BUT_DRAFTS if each.endswith("/") else "")
        for each in sorted(hidden)
    )
    leads = rf'"{re.escape(base)}/(?:{begins})(?=[/?#"])'
    form = re.compile(rf"<form\b[^>]*\baction={leads}[^>]*>.*?</form>", re.S)
    link = re.compile(rf"<a\b([^>]*)\bhref={leads}[^>]*>(.*?)</a>", re.S)
    explained = {told for each in form.findall(page) for told in re.findall(EXPLAINS, each)}
    page = form.sub("", page)
    for told in explained:
        page = re.sub(rf'<small\b[^>]*\bid="{re.escape(told)}"[^>]*>.*?</small>', "", page)
    page = re.sub(DOORS, lambda found: link.sub("", found[0]), page, flags=re.S)
    return link.sub(lambda found: "" if "act" in found[1] else f"<span>{found[2]}</span>", page)


BUT_DRAFTS = r'(?!/[^/"]+/drafts[.?#"])'
EXPLAINS = r'\baria-describedby="([^"]+)"'
DOORS = r'<footer class="doors">.*?</footer>'
