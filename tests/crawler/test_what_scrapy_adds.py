"""What Scrapy does by itself in a sweep, unasked: nothing listens, and a log holds what is ours."""

from __future__ import annotations

import json
from pathlib import Path

from nianbao.monitor.logs import LOG
from tests.portals.server import Reply, Request, running
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.processes import process_of


def test_a_sweep_opens_no_port_and_logs_what_is_ours(tmp_path: Path) -> None:
    portal, opened = portal_of(planted(1)), set[str]()

    def watched(request: Request) -> Reply | None:
        # Where Scrapy writes the port and the key by which whoever reads them runs code in it.
        opened.update(str(file) for file in (tmp_path / "state").rglob("*"))
        return portal(request)

    with running(watched) as site:
        county_file(tmp_path, site.url)
        options = ("--config", "counties", "--store", "sqlite:///n.db", "--evidence", "evidence")
        environment = {**ENVIRONMENT, LOG: "json", "XDG_STATE_HOME": f"{tmp_path}/state"}
        done = process_of(["sweep", *options, "--allow-private", "--pause", "0"], environment, tmp_path)  # fmt: skip
    assert site.paths()
    assert not opened
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert lines
    assert not [line for line in lines if "of" in line]
