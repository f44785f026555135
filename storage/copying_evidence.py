"""All evidence into another place: a folder into a store of objects, or back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from nianbao.storage.evidence import PROBE, DeletedError, Evidence, EvidenceError
from nianbao.storage.store import StoreError

Told = Callable[[str, int], None]


class Moved(NamedTuple):
    pieces: int
    lost: dict[str, str]  # what is not whole where it comes from, and why


def copy_evidence(
    source: Evidence, target: Evidence, wanted: set[str], told: Told = lambda *_: None
) -> Moved:
    """Every piece and every tombstone that is not there yet, then each read again and held
    against its hash. Begun again, it goes on with what is there.

    `wanted` are the hashes that the database names. Raises StoreError where the target holds
    what the source does not, or is not whole at the end.
    """
    pieces, stones = {*source.names()}, {*source.tombstones()}
    kept = {*target.names()}
    if foreign := (kept - pieces - {PROBE_NAME}) | ({*target.tombstones()} - stones):
        raise StoreError(
            f"证据库 {target.root} 中有 {len(foreign)} 件不是源证据库的，请另指一处"
            f" / {len(foreign)} pieces in {target.root} are not of the source, name another place"
        )
    lost: dict[str, str] = {}
    for name in sorted(pieces | stones | wanted):
        if name not in kept and (problem := _carry(source, target, name)):
            lost[name] = problem
        told("evidence", 1)
    whole = sorted(pieces - {*lost})
    if broken := [name for name in whole if not _is_held(source, target, name, told)]:
        raise StoreError(
            f"证据库 {target.root} 中 {len(broken)} 件与源不符：{broken[0]}"
            f" / {len(broken)} pieces in {target.root} are not what they were: {broken[0]}"
        )
    return Moved(len(whole), lost)


PROBE_NAME = hashlib.sha256(PROBE).hexdigest()  # what `doctor` keeps


def _carry(source: Evidence, target: Evidence, name: str) -> str:
    """Why it can't be; empty where it was."""
    try:
        target.put(name, source.packed(name))
    except DeletedError:
        target.put_tombstone(name, source.tombstone(name))
    except EvidenceError as error:
        return str(error)
    return ""


def _is_held(source: Evidence, target: Evidence, name: str, told: Told) -> bool:
    """Whether its bytes are there; what was there and is damaged is put anew, once."""
    told("evidence", 1)
    for _ in range(2):
        try:
            target.read(name)
        except EvidenceError:
            _carry(source, target, name)
        else:
            return True
    return False
