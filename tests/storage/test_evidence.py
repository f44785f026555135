"""Evidence is stored once, whole, and never read without a check."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from nianbao.storage.evidence import Evidence, EvidenceError, Exchange

PAGE = "柳树镇2023年政府信息公开工作年度报告".encode() * 100


@pytest.fixture(params=["folder", "memory"])
def evidence(request: pytest.FixtureRequest, tmp_path: Path) -> Evidence:
    return Evidence(
        tmp_path / "evidence" if request.param == "folder" else f"memory://{tmp_path.name}"
    )


def test_what_is_kept_is_read(evidence: Evidence) -> None:
    name = evidence.keep(PAGE)
    assert name == hashlib.sha256(PAGE).hexdigest()
    assert evidence.read(name) == PAGE
    assert evidence.keep(PAGE) == name
    assert list(evidence.names()) == [name]
    assert list(evidence.verify([name])) == []


def test_what_is_missing_or_named_wrongly(evidence: Evidence) -> None:
    with pytest.raises(EvidenceError, match="not in the store"):
        evidence.read("0" * 64)
    assert [name for name, _ in evidence.verify(["0" * 64])] == ["0" * 64]
    for name in ("../../etc/passwd", "", "G" * 64):
        with pytest.raises(EvidenceError):
            evidence.read(name)


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:-9] + b"x" * 9]
)
def test_damage_is_seen(tmp_path: Path, damage: object) -> None:
    evidence = Evidence(tmp_path)
    name = evidence.keep(PAGE)
    (path,) = tmp_path.rglob("*.gz")
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(EvidenceError):
        evidence.read(name)
    assert [broken for broken, _ in evidence.verify()] == [name]


def test_another_content_under_the_name_is_seen(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    first, second = evidence.keep(b"first"), evidence.keep(b"second")
    paths = {path.name.removesuffix(".gz"): path for path in tmp_path.rglob("*.gz")}
    paths[first].write_bytes(paths[second].read_bytes())
    with pytest.raises(EvidenceError, match="does not match"):
        evidence.read(first)


def test_a_crash_while_writing_leaves_nothing_under_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise OSError("no space left")

    evidence = Evidence(tmp_path)
    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(OSError, match="no space"):
        evidence.keep(PAGE)
    monkeypatch.undo()
    assert list(evidence.names()) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=5000))
def test_any_bytes(data: bytes) -> None:
    evidence = Evidence("memory://any")
    assert evidence.read(evidence.keep(data)) == data


def test_warc(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    name = evidence.keep(PAGE)
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    out = io.BytesIO()
    exchange = Exchange(
        "http://www.pingan.example/nb/1.html", name, datetime(2027, 1, 20, tzinfo=UTC), 200, headers
    )
    assert evidence.export_warc([exchange], out) == 1
    records = [
        (
            record.rec_headers.get_header("WARC-Target-URI"),
            record.http_headers.get_statuscode(),
            record.content_stream().read(),
        )
        for record in ArchiveIterator(io.BytesIO(out.getvalue()))
    ]
    assert records == [(exchange.url, "200", PAGE)]
