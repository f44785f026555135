"""Evidence in S3-compatible storage: what the store does is never taken for what lies in it."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.storage import shelves
from nianbao.storage.evidence import Deleted, DeletedError, Evidence, EvidenceError
from nianbao.storage.shelves import AwayError
from tests.worlds.object_store import KEYS, Objects, storing

PAGE = "柳树镇2023年政府信息公开工作年度报告".encode() * 100
NAME = hashlib.sha256(PAGE).hexdigest()


@pytest.fixture(scope="module")
def server() -> Iterator[Objects]:
    with storing() as found:
        yield found


@pytest.fixture
def objects(
    server: Objects, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Objects]:
    for key, value in KEYS.items():
        monkeypatch.setenv(key, value)
    server.mood, server.moody = "", lambda method, path: True
    made(server)
    server.asked.clear()
    server.awake.clear()
    yield server
    server.mood = ""
    server.awake.set()


def made(server: Objects) -> None:
    Evidence(server.at("any")).shelf._done("makedirs", "proofs", True)  # type: ignore[attr-defined]


@pytest.fixture
def evidence(objects: Objects, tmp_path: Path) -> Evidence:
    return Evidence(objects.at(tmp_path.name))


def test_one_object_a_body_under_the_names_of_a_folder(evidence: Evidence, tmp_path: Path) -> None:
    assert evidence.is_empty()
    assert evidence.keep(PAGE) == NAME
    near = Evidence(tmp_path)
    near.keep(PAGE)
    assert evidence.packed(NAME) == near.packed(NAME)
    place = f"{NAME[:2]}/{NAME[2:4]}/{NAME}.gz"
    assert [*evidence.shelf.paths("")] == [f"{evidence.root}/{place}"]
    assert list(evidence.verify([NAME])) == []
    assert not evidence.is_empty()


def test_written_twice_it_is_sent_once(evidence: Evidence, objects: Objects) -> None:
    evidence.keep(PAGE)
    objects.asked.clear()
    assert Evidence(evidence.where).keep(PAGE) == NAME
    assert [method for method, _ in objects.asked] == ["HEAD"]
    evidence.put(NAME, gzip.compress(PAGE))
    assert "PUT" not in [method for method, _ in objects.asked]


def test_what_another_process_wrote_is_seen(evidence: Evidence) -> None:
    assert list(evidence.names()) == []
    with pytest.raises(EvidenceError, match="not in the store"):
        evidence.read(NAME)
    evidence.shelf.put(evidence._path(NAME), gzip.compress(PAGE))
    assert evidence.read(NAME) == PAGE
    assert list(evidence.names()) == [NAME]


def test_a_missing_object_is_told_and_a_tombstone_is_too(evidence: Evidence) -> None:
    evidence.keep(PAGE)
    evidence.delete(Deleted(NAME, "", "2027-01-01T00:00:00+00:00", "王", "retention"))
    with pytest.raises(DeletedError, match="2027-01-01"):
        evidence.read(NAME)
    assert list(evidence.verify([NAME])) == []
    assert list(evidence.tombstones()) == [NAME]
    evidence.shelf.remove(evidence._stone(NAME))
    assert [name for name, _ in evidence.verify([NAME])] == [NAME]


def test_damage_is_seen_and_another_content_is(evidence: Evidence) -> None:
    for damaged in (b"", gzip.compress(b"another"), gzip.compress(PAGE)[:-9] + b"x" * 9):
        evidence.shelf.put(evidence._path(NAME), damaged)
        with pytest.raises(EvidenceError, match=r"damaged|does not match"):
            evidence.read(NAME)
        assert [name for name, _ in evidence.verify([NAME])] == [NAME]


@pytest.mark.parametrize("mood", ["403", "503", "cut"])
def test_a_store_that_does_not_answer_says_nothing_of_what_lies_there(
    evidence: Evidence, objects: Objects, mood: str
) -> None:
    evidence.keep(PAGE)
    objects.mood = mood
    asks: list[Callable[[], object]] = [
        lambda: evidence.put(NAME, gzip.compress(PAGE)),
        lambda: evidence.read("0" * 64),
        lambda: list(evidence.verify([NAME])),
        evidence.is_empty,
        evidence.try_writing,
    ]
    few: list[Callable[[], object]] = [lambda: evidence.keep(b"more"), lambda: [*evidence.names()]]
    if mood != "cut":
        for asked in (*few, *(asks if mood == "403" else ())):  # each waits in between
            with pytest.raises(AwayError, match="nianbao doctor"):
                asked()
    with pytest.raises(AwayError, match="nianbao doctor"):
        evidence.read(NAME)
    objects.mood = ""
    assert evidence.read(NAME) == PAGE
    assert list(evidence.names()) == [NAME]


def test_a_body_that_is_cut_short_is_never_taken_for_one(
    evidence: Evidence, objects: Objects
) -> None:
    evidence.keep(PAGE)
    objects.mood, objects.moody = "short", lambda method, path: method == "GET"
    with pytest.raises((EvidenceError, AwayError)):
        evidence.read(NAME)
    turns = iter([True])
    objects.moody = lambda method, path: next(turns, False)
    assert evidence.read(NAME) == PAGE  # asked once more


def test_one_that_stalls_is_not_waited_for(
    evidence: Evidence, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence.keep(PAGE)
    monkeypatch.setattr(shelves, "SECONDS", 2.0)
    objects.mood = "stall"
    begun = time.monotonic()
    with pytest.raises(AwayError):
        evidence.read(NAME)
    with pytest.raises(AwayError):
        evidence.keep(b"more")
    assert time.monotonic() - begun < 10
    objects.mood = ""
    objects.awake.set()
    assert evidence.read(NAME) == PAGE


def test_a_bucket_that_is_not_there_is_no_missing_evidence(objects: Objects) -> None:
    evidence = Evidence(objects.at("any", bucket="nowhere"))
    for asked in (lambda: evidence.read(NAME), lambda: [*evidence.names()], evidence.is_empty):
        with pytest.raises(AwayError):
            asked()


def test_without_keys_it_is_told(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS:
        monkeypatch.delenv(key)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with pytest.raises(AwayError, match="redentials"):
        Evidence(objects.at("without-keys")).keep(PAGE)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("s3://key:s3cret-9f3c@bucket/path", "AWS_SECRET_ACCESS_KEY"),
        ("s3://bucket/path?secret=s3cret-9f3c", "s3://BUCKET/PATH"),
        ("s3://bucket/path?endpoint=oss.example", "s3://BUCKET/PATH"),
        ("nothing://bucket/path", "knows no nothing://"),
    ],
)
def test_an_address_that_is_none(where: str, said: str) -> None:
    with pytest.raises(EvidenceError, match=said) as raised:
        Evidence(where)
    assert "s3cret" not in str(raised.value)
