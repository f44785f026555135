"""What a search for a county's columns tells whoever began it. Apart from the search, so that who
only shows it loads nothing that searches and sweeps.
"""

from __future__ import annotations

from dataclasses import dataclass

from nianbao.crawler.discovering.found import Discovery
from nianbao.monitor.searching import Proposed


@dataclass(frozen=True)
class Found:
    """What a search found, and what the county's file would be."""

    found: Discovery
    told: Proposed
    before: str  # the file's text
    mark: str  # of the file, of which it was made
    file: str
    requests: int
    is_right: bool  # it is known whose portal it is
