"""How a report's JSON and its words are kept: in UTF-8, compressed where the database does not.

PostgreSQL compresses what is long itself. SQLite gets bytes (zlib, with a dictionary: all reports
have the same rows and columns); text is what was kept before.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import JSON, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine, UserDefinedType

from nianbao.storage.content import Damaged, clean, is_storable


def as_json(value: Any) -> str:
    """With characters as they are; halves of characters, which UTF-8 has not, by their numbers."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        written.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return written


def pack(text: str) -> bytes:
    packing = zlib.compressobj(zdict=_known())
    return packing.compress(text.encode()) + packing.flush()


def unpack(kept: str | bytes) -> str:
    """Raises DamagedError."""
    if isinstance(kept, str):
        return kept
    unpacking = zlib.decompressobj(zdict=_known())
    try:
        text = unpacking.decompress(kept).decode()
    except (zlib.error, ValueError) as error:
        raise DamagedError(str(error)) from None
    if not unpacking.eof:
        raise DamagedError("cut off")
    return text


class DamagedError(ValueError):
    """What is kept is not what was packed."""


class DamagedWords(str):
    """The same of words: none of them is known."""

    kept: str | bytes

    def __new__(cls, kept: str | bytes) -> DamagedWords:
        made = super().__new__(cls, "")
        made.kept = kept
        return made


@cache
def _known() -> bytes:
    """What both sides have: a report of either form. It may never change, for what was packed with
    it is read with it alone.
    """
    return resources.files("nianbao.storage").joinpath("packed_with.txt").read_bytes()


class _Bytes(UserDefinedType[bytes]):
    """Bytes in a column that is declared as it always was: SQLite keeps what it is given."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"


class PackedData(TypeDecorator[Any]):
    """Content from outside, as JSON."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _Bytes() if dialect.name == "sqlite" else JSON()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if isinstance(value, Damaged) and dialect.name == "sqlite":
            return value.kept
        if dialect.name != "sqlite":
            return clean(value)
        written = as_json(value)
        return pack(written if is_storable(written) else as_json(clean(value)))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if not isinstance(value, (str, bytes)):
            return value
        try:
            return json.loads(unpack(value))
        except ValueError:
            return Damaged(value)


class PackedWords(TypeDecorator[str]):
    """Text from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if isinstance(value, DamagedWords) and dialect.name == "sqlite":
            return value.kept
        cleaned = str(clean(value))
        return pack(cleaned) if dialect.name == "sqlite" else cleaned

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        try:
            return None if value is None else unpack(value)
        except DamagedError:
            return DamagedWords(value)
