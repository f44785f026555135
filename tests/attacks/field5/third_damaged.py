"""One damaged value in the database, and what goes on beside it; not collected by default."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.crawler.test_transport import looks, sweep
from tests.portals.server import running
from tests.worlds.commands import run
from tests.worlds.county import county_file, planted, portal_of


def damage(folder: Path) -> None:
    with sqlite3.connect(folder / "n.db") as db:
        ((number, body),) = db.execute("SELECT id, content FROM report_version LIMIT 1").fetchall()
        half = len(body) // 2
        turned = body[:half] + bytes([body[half] ^ 0x55]) + body[half + 1 :]
        db.execute("UPDATE report_version SET content = ? WHERE id = ?", (turned, number))


@pytest.mark.parametrize("what", ["sweep", "backup", "replay", "export", "sum"])
def test_the_rest_goes_on(what: str, tmp_path: Path) -> None:
    few = portal_of(planted(3)[:2])
    more = portal_of(planted(3))
    now = {"portal": few}
    with running(lambda request: now["portal"](request)) as site:
        config = county_file(tmp_path, site.url)
        assert sweep(tmp_path, config).returncode == 0
        damage(tmp_path)
        now["portal"] = more
        if what == "sweep":
            done = sweep(tmp_path, config, "--recheck")
            print(done.returncode, done.stdout, done.stderr[-700:])
            assert done.returncode == 0
            assert looks(tmp_path)[-1][0] == "ok"
            return
    asked = {"backup": ["b.tar"], "replay": [], "export": ["out"], "sum": ["平安县"]}[what]
    done = run(tmp_path, what, *asked)
    print(done.returncode, done.stdout[-300:], done.stderr[-600:])
    assert "Traceback" not in done.stderr
