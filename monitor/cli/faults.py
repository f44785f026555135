"""Faults outside of this program, in words: a database, an archive or a file that can't be used."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from nianbao.monitor.cli.language import reason
from nianbao.storage.evidence import EvidenceError
from nianbao.storage.shelves import AwayError
from nianbao.storage.store import StoreError


def for_people(error: Exception) -> str:
    """What is wrong and where; empty for a fault of our own."""
    if isinstance(error, StoreError | EvidenceError | AwayError):
        return str(error)
    if isinstance(error, ArgumentError):
        return (
            "--store 应为 sqlite:///文件 或 postgresql://用户@主机/库名"
            " / --store is sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
    if isinstance(error, SQLAlchemyError | sqlite3.Error):
        said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        first = said.splitlines()[0]
        zh = f"数据库无法使用（{first}），见 nianbao doctor"
        return f"{zh} / the database can't be used ({first}), see `nianbao doctor`"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {reason(error)}"
    if isinstance(error, OSError) and error.errno:
        return reason(error)
    if isinstance(error, UnicodeEncodeError) and "surrogates" in error.reason:
        zh = "命令中有无法识别的字符，请把终端的编码设为 UTF-8"
        return f"{zh} / a word on the command line is no UTF-8, see the terminal's encoding"
    if isinstance(error, MemoryError):
        return "内存不足 / out of memory"
    return ""
