"""Pages that stand behind a page, as where a frame holds a list or a table with its own <html>.

A person sees them as one; a tree of one root would leave them out.
"""

from __future__ import annotations

from lxml import etree


def join(root: etree._Element) -> None:
    """What stands behind the root, put at the end of what it shows."""
    body = root.find("body")
    shown = root if body is None else body
    for other in [each for each in root.itersiblings() if isinstance(each.tag, str)]:
        for part in (other, *other.findall("body")):
            part.tag = "div"
        shown.append(other)
