"""A command in a process of its own that need not import anything: a child of one that has imported
everything and done nothing else.

What a fresh interpreter makes of its surroundings (its encoding, a file that is named like a module
of ours, how long it takes to begin) is seen only where one is started: those tests start one.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from nianbao.monitor.cli import main

CONTEXT = multiprocessing.get_context("forkserver")
# What a command imports first, and what it imports only as it goes; of another release of Scrapy, what is there.
CONTEXT.set_forkserver_preload(
    [
        "nianbao.crawler.spider",
        *(f"nianbao.monitor.cli.{name}" for name in ("archived", "check", "flagged")),
        *(f"nianbao.monitor.cli.{name}" for name in ("standings", "watching")),
        "tests.worlds.mapped",
        *("aiohttp", "chardet", "multiprocessing.popen_spawn_posix", "pydantic", "runpy"),
        *("tldextract", "typer._adapters", "zoneinfo"),
        *("scrapy.core.downloader.contextfactory", "scrapy.core.downloader.handlers.datauri"),
        *("scrapy.core.downloader.handlers.file", "scrapy.core.downloader.handlers.ftp"),
        *("scrapy.core.downloader.handlers.http11", "scrapy.core.downloader.handlers.s3"),
        *("scrapy.downloadermiddlewares.cookies", "scrapy.downloadermiddlewares.httpcompression"),
        *("scrapy.downloadermiddlewares.offsite", "scrapy.downloadermiddlewares.redirect"),
        *("scrapy.downloadermiddlewares.retry", "scrapy.downloadermiddlewares.robotstxt"),
        *("scrapy.downloadermiddlewares.stats", "scrapy.extensions.closespider"),
        *("scrapy.extensions.corestats", "scrapy.extensions.feedexport"),
        *("scrapy.extensions.logstats", "scrapy.extensions.memusage", "scrapy.dupefilters"),
        *("scrapy.logformatter", "scrapy.pqueues", "scrapy.squeues", "scrapy.statscollectors"),
        *("scrapy.spidermiddlewares.httperror", "scrapy.spidermiddlewares.referer"),
    ]
)
ROOT = str(Path(__file__).parents[2])
SECONDS = 600  # no more than that nothing hangs: a busy machine may take four times as long
NOWHERE = Path(os.devnull)


def process_of(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """`nianbao ARGUMENTS`, run in a folder to its end."""
    with tempfile.TemporaryDirectory(prefix="nianbao-said-") as said:
        out, err = Path(said, "out"), Path(said, "err")
        process = begun(arguments, environment, folder, out, err)
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired([*arguments], SECONDS)
        told = [file.read_text("utf-8", "replace") for file in (out, err)]
        return subprocess.CompletedProcess([*arguments], process.exitcode, *told)


def begun(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    out: Path = NOWHERE,
    err: Path = NOWHERE,
) -> BaseProcess:
    """The same, and nobody waits for it."""
    process = CONTEXT.Process(target=_become, args=(arguments, environment, folder, out, err))
    with pytest.MonkeyPatch.context() as patch:  # wherever the test is that is the first
        patch.setenv("PYTHONPATH", ROOT)
        process.start()
    return process


def _become(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, out: Path, err: Path
) -> None:
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["nianbao", *arguments]
    main()
