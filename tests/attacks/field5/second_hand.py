"""What a second attack on field 5 proved and is not mended yet: each fails until it is. Not collected by default:

python -m pytest tests/attacks/field5/second_hand.py
"""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nianbao.crawler.saved import saved_in
from nianbao.storage.backup import BackupError, back_up, look_through
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import open_store

NOW = datetime(2024, 2, 3, tzinfo=UTC)
COUNTY = """county: 平安县
code: "140999"
deadline: "01-31"
columns:
  - {url: http://www.pingan.gov.cn/zwgk/nb/}
units:
  - {name: 柳树镇, code: "140999100"}
  - {name: 小河乡, code: "140999102"}
"""
LIST = "<!DOCTYPE html><html><head><title>年报</title></head><body>{}<ul><li><a href='/a.html'>x</a></li></ul></body></html>"
IN_THE_PAGE = "<!-- Page saved with SingleFile url: http://www.pingan.gov.cn/zwgk/nb/ saved date: Wed Jan 24 2024 08:30:00 GMT+0800 -->"


def test_what_a_browser_wrote_goes_before_what_the_page_says_of_itself() -> None:
    """A: another site's page, brought on two days, made a unit missing; the --url and --when of the
    person were passed over, too."""
    browser = "<!-- saved from url=(0035)http://www.othercounty.cn/zwgk/nb/ -->\n"
    saved = saved_in("a.html", (browser + LIST.format(IN_THE_PAGE)).encode())
    assert saved.url == "http://www.othercounty.cn/zwgk/nb/"
    assert saved.at is None


def test_a_mark_in_the_middle_of_a_page_is_no_mark_of_the_browser() -> None:
    """A: it made a report of March one of January, on time, whatever --when said."""
    saved = saved_in("a.html", LIST.format(f"<p>x</p>{IN_THE_PAGE}").encode())
    assert (saved.url, saved.at) == ("", None)


def test_a_changed_bit_in_a_countys_file_is_told_before_it_is_brought_back(tmp_path: Path) -> None:
    """A: one bit made 01-31 a 01-11, was "brought back and verified", and a unit was late."""
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    file = tmp_path / "b.tar"
    back_up(
        engine, Evidence(tmp_path / "ev"), file, {"counties/平安县.yaml": COUNTY.encode()}, "1", NOW
    )
    look_through(file, tmp_path / "sound")
    body = bytearray(file.read_bytes())
    body[body.index(b'deadline: "01-31"') + len('deadline: "01-')] ^= 2
    file.write_bytes(body)
    with pytest.raises(BackupError):
        look_through(file, tmp_path / "flipped")


def test_an_end_that_nests_without_end_is_no_backup(tmp_path: Path) -> None:
    """C: RecursionError."""
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    file, bad = tmp_path / "b.tar", tmp_path / "deep.tar"
    back_up(engine, Evidence(tmp_path / "ev"), file, {}, "1", NOW)
    end = tmp_path / "end"
    end.write_bytes(b"[" * 200_000)
    with tarfile.open(file) as old, tarfile.open(bad, "w") as new:
        member = old.getmember("nianbao.db.gz")
        new.addfile(member, old.extractfile(member))
        new.add(end, "backup.json")
    with pytest.raises(BackupError):
        look_through(bad, tmp_path / "deep")
