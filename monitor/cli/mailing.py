"""`nianbao digest`: the weekly mail."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from nianbao.monitor.cli.asking import AsOf, moment_of, open_to_ask, refuse_unknown_day
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import reason, say
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    TOML,
    Config,
    SettingsFile,
    Store,
    counties_in,
    settings_in,
)
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.ledger.scope import Registry, ScopeError
from nianbao.monitor.mail.meant import nobodies, without
from nianbao.monitor.mail.outbox import MailError, deliver
from nianbao.monitor.mail.renewing import renewed
from nianbao.monitor.mail.trial import send, trial
from nianbao.monitor.mail.weekly import queue_digests
from nianbao.monitor.settings import Recipient, Settings
from nianbao.storage.store import looking, open_store


def digest(
    preview: Annotated[
        Path | None,
        typer.Option(
            help="Write the mail as .eml instead of sending it, and open it.", metavar="FILE.eml"
        ),
    ] = None,
    send_test: Annotated[
        str, typer.Option("--send-test", metavar="ADDRESS", help="Send one now, to this address.")
    ] = "",
    scope: Annotated[
        str,
        typer.Option(
            help="county:140924, city:1409, province:14, unit:140924101; everything if empty."
        ),
    ] = "",
    year: Annotated[
        int | None,
        typer.Option(min=2008, max=2099, help="The reports' year; last year where none is given."),
    ] = None,
    as_of: AsOf = "",
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    open_it: Annotated[bool, typer.Option("--open/--no-open", help="Open the preview.")] = True,
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """The weekly mail. Without options: queue this week's for every recipient who has not got
    it, and send what waits.
    """
    told = settings_in(settings)
    registry = Registry(counties_in(config), told.deadlines)
    if preview is None and not send_test:
        _send_what_is_due(open_store(store), told, registry)
        return
    engine = open_to_ask(store)
    if lang not in ("zh", "en"):
        end(2, "--lang 应为 zh 或 en", "--lang is zh or en")
    now = moment_of(as_of)
    address = send_test or "preview@nianbao.invalid"
    with looking(engine) as s:
        refuse_unknown_day(s, as_of, datetime.now(UTC))
        try:
            recipient, asked = Recipient(address, scope, lang), None if as_of else now
            made, body = trial(s, recipient, now, told, registry, year or 0, now=asked)
        except ScopeError as error:
            end(2, error.zh, error.en)
    if not made.year.lines:
        end(
            2,
            "还没有可通报的内容，先用 nianbao sweep",
            "nothing is known of that yet; see `nianbao sweep`",
        )
    if preview is None:
        _send(told, address, body)
        subject = made.composed.subject
        echo(say(f"已发送至 {address}：{subject}", f"sent to {address}: {subject}"))
        return
    write_whole(preview, body)
    echo(f"{preview}{say('：', ': ')}{made.composed.subject}")
    if open_it and can_show(preview):
        typer.launch(str(preview))


def can_show(file: Path) -> bool:
    """Whether there is a screen and a person at it: on a server nothing would come of it."""
    if not sys.stdout.isatty():
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    has_screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return has_screen and file.exists() and shutil.which("xdg-open") is not None


def _send_what_is_due(engine: Engine, told: Settings, registry: Registry) -> None:
    with looking(engine) as s:
        left_out = nobodies(s, told, registry)
    told = without(told, left_out)
    queued = queue_digests(engine, told, registry, datetime.now(UTC))
    clock = lambda: datetime.now(UTC)  # noqa: E731
    anew = renewed(engine, told, registry, clock)
    result = deliver(engine, told.mail, told.password, clock, anew=anew)
    sent, left, refused = result.sent, result.waiting, result.refused
    echo(
        say(
            f"新排队 {queued} 封，已发 {sent} 封，等待 {left} 封，被拒 {refused} 封",
            f"{queued} queued, {sent} sent, {left} waiting, {refused} refused",
        )
    )
    for each in left_out:
        tell(each.zh, each.en)
    if result.waiting or result.refused:
        end(1, "原因见 nianbao outbox", "see `nianbao outbox`")
    if left_out:
        raise typer.Exit(2)


def _send(told: Settings, address: str, body: bytes) -> None:
    try:
        send(told, address, body)
    except (OSError, MailError) as error:
        end(1, f"{told.mail.host}:{told.mail.port}: {reason(error)}")
