"""A report whose reading or judging ends its child costs itself: its neighbours are judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nianbao.crawler.reading import ChildError, ReadHere
from nianbao.storage.archive import unjudged
from nianbao.storage.store import looking
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.written import at, published, written

NAMES = {"140999101": "柳树镇", "140999102": "石门镇", "140999103": "老镇"}


class Ends(ReadHere):
    """A child that some documents end, each time."""

    def __init__(self, error: Exception, *bodies: bytes) -> None:
        self.error = error
        self.documents = {hashlib.sha256(body).hexdigest() for body in bodies}

    def call(self, function: Callable[..., Any], *arguments: Any, about: str = "") -> Any:
        _, cases = arguments
        told = {document for case in cases for document in (case.document, case.earlier)}
        if told & self.documents:
            raise self.error
        return super().call(function, *arguments, about=about)


def body_of(code: str, seed: int, year: int = 2026) -> bytes:
    draft = clean(seed, unit=f"{NAMES[code]}人民政府", year=year, county="平安县")
    return write_html(print_draft(draft))


@pytest.mark.parametrize("error", [ChildError("timeout", "180"), MemoryError()])
@pytest.mark.parametrize(("hostile", "wait"), [(0, 1), (1, 1), (2, 1), (3, 2)])
def test_its_neighbours_are_judged(
    tmp_path: Path, error: Exception, hostile: int, wait: int
) -> None:
    """Last year's (the fourth) costs its unit this year's, too, which is held against it."""
    world = written(tmp_path)
    found = [(code, 2026, body_of(code, n)) for n, code in enumerate(NAMES)]
    found.append(("140999101", 2025, body_of("140999101", 9, 2025)))
    published(world, at(2, 3), *found, reader=Ends(error, found[hostile][2]))
    with looking(world.engine) as s:
        assert unjudged(s) == wait
    published(world, at(2, 4), *found)
    with looking(world.engine) as s:
        assert unjudged(s) == 0
