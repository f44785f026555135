"""While the database is away the log has a line for each request, and the whole story once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nianbao.monitor.logs import JsonLines
from nianbao.monitor.web.outages import OVER, Outages
from nianbao.storage.store import open_store
from tests.worlds.pages import get, served, site_of
from tests.worlds.seasons import Season


def test_a_line_for_each_request(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Season(tmp_path).config("http://127.0.0.1:9")
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    site = site_of(tmp_path, datetime(2027, 2, 2, tzinfo=UTC))
    paths = ("/c/140999", "/u/140999100", "/overview.json", "/api/v1/standings", "/c/140999")
    with served(site) as address:
        site.engine.dispose()
        for file in tmp_path.glob("n.db*"):
            file.unlink()
        (tmp_path / "n.db").mkdir()
        with caplog.at_level(logging.WARNING):
            for path in paths:
                assert get(f"{address}{path}").status_code == 503
    told = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert [each.told["path"] for each in told] == list(paths)  # type: ignore[attr-defined]
    assert [bool(each.exc_info) for each in told] == [True, False, False, False, False]
    for each in told:
        said = each.getMessage()
        assert "\n" not in said
        assert "nianbao doctor" in said
        assert "OperationalError: " in said
        assert "数据库无法使用" in said.partition(" / ")[0]
    assert len(JsonLines().format(told[-1])) < 600


def test_an_outage_that_is_over_is_told_whole_again() -> None:
    now = [0.0]
    outages = Outages(lambda: now[0])
    assert outages.begins("OperationalError")
    for _ in range(100):
        now[0] += OVER - 1
        assert not outages.begins("OperationalError")
    assert outages.begins("AwayError")
    now[0] += OVER + 1
    assert outages.begins("OperationalError")
