"""The files that a command is given, and the language that it answers in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nianbao.crawler.reading import read_apart
from nianbao.monitor.cli.bars import bar
from nianbao.monitor.cli.language import current, reason, say
from nianbao.monitor.details import in_chinese
from nianbao.parser.errors import ReadError
from nianbao.parser.report import MOST_BYTES, Named, Outcome


class Language(StrEnum):
    zh = "zh"
    en = "en"

    def of(self, zh: str, en: str) -> str:
        """The one of two wordings that is in this language."""
        if self == Language.zh:
            return zh
        return en


Spoken = Annotated[
    Language | None,
    typer.Option(
        "--lang",
        envvar="NIANBAO_LANG",
        show_default=False,
        help="Language of messages; the locale's if not given.",
    ),
]


def spoken(lang: Language | None) -> Language:
    """The language that was asked for, else that of everything else."""
    return lang or Language(current())


def load(files: Sequence[str]) -> Iterator[tuple[str, bytes | ReadError]]:
    """Each file's bytes, or why it can't be read; - is standard input."""
    for name in files:
        try:
            yield name, _bytes_of(name)
        except OSError as error:
            yield name, ReadError("unreadable_file", detail=reason(error))
        except ReadError as error:
            yield name, error


def _bytes_of(name: str) -> bytes:
    if name == "-" and sys.stdin is None:
        closed = say("标准输入已关闭", "standard input is closed")
        raise ReadError("unreadable_file", detail=closed)
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    path = Path(name)
    if path.is_dir():
        raise ReadError(
            "unreadable_file", detail=say("是文件夹，不是文件", "a directory, not a file")
        )
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > MOST_BYTES:
            limit = f"{MOST_BYTES // 1024 // 1024} MB"
            raise ReadError("too_large", size=f"{size / 1024 / 1024:.0f} MB", limit=limit)
        return file.read(MOST_BYTES + 1)


def reading(files: Iterable[Named], count: int) -> Iterator[Outcome]:
    """Read in a child with limits; with a progress bar on standard error, where a person watches
    it.
    """
    if not sys.stderr.isatty():
        yield from read_apart(files)
        return
    with bar() as progress:
        task = progress.add_task(say("读取", "reading"), total=count)

        def show(what: str) -> None:
            progress.update(task, description=what[-40:])

        for outcome in read_apart(files, show):
            progress.update(task, advance=1, description=outcome.name[-40:])
            yield outcome


def why_unread(outcome: Outcome, lang: Language) -> tuple[str, str]:
    """The code and the sentence of a file that could not be read."""
    error = outcome.error or ReadError("not_a_report")
    return error.code, lang.of(in_chinese(error.zh), error.en)
