"""The figures of docs/impact.md, counted anew."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from nianbao.monitor.cadence import next_visit
from nianbao.monitor.settings import Cadence, Daemon
from nianbao.storage.registry import CountyEntry
from tests.portals.server import running
from tests.worlds.commands import swept
from tests.worlds.county import county_file, planted, portal_of

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [(DOCS / name).read_text("utf-8") for name in ("impact.md", "impact.zh.md")]
EVERY = timedelta(minutes=30)  # the daemon asks more often; a visit is due no earlier


def visits_of_a_year() -> Counter[int]:
    """By month, from December to November, as the daemon asks again and again."""
    county = CountyEntry("平安县", "140999")
    now = last = datetime(2026, 12, 1, tzinfo=UTC)
    found: Counter[int] = Counter()
    while (now := now + EVERY) < datetime(2027, 12, 1, tzinfo=UTC):
        if next_visit(county, Cadence(), last, 0, now, date(2027, 1, 31)) <= now:
            last = now
            found[now.month] += 1
    return found


def test_visits_of_a_year() -> None:
    found = visits_of_a_year()
    others = {count for month, count in found.items() if month > 2}
    assert others == {4, 5}
    for page in PAGES:
        for figure in (found.total(), found[1], found[2]):
            assert f" {figure}" in page, (figure, found)


def test_requests_of_a_visit(tmp_path: Path) -> None:
    counts = []
    with running(portal_of(planted(9))) as site:
        config = county_file(tmp_path, site.url)
        for _ in range(2):
            before = len(site.requests)
            assert swept(tmp_path, config).returncode == 0
            counts.append(len(site.requests) - before)
    assert counts == [13, 2]
    for page in PAGES:
        rows = [line for line in page.splitlines() if "robots.txt" in line]
        assert sum("| 13" in row or "| 2" in row for row in rows) == 2


def test_a_second_between_two_requests() -> None:
    assert Daemon().pause == 1.0
    assert all("| 1 " in page or "至少 1 秒" in page for page in PAGES)
