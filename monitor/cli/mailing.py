"""`nianbao digest`: the weekly mail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from nianbao.monitor.cli.asking import AsOf, moment_of
from nianbao.monitor.cli.exits import end
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
from nianbao.monitor.mail.outbox import MailError, build, connect, deliver, message_id
from nianbao.monitor.mail.weekly import draft, queue_digests
from nianbao.monitor.settings import Recipient, Settings
from nianbao.storage.registry import CountyEntry
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
    told, counties, engine = settings_in(settings), counties_in(config), open_store(store)
    if preview is None and not send_test:
        _send_what_is_due(engine, told, counties)
        return
    if lang not in ("zh", "en"):
        end(2, "--lang 应为 zh 或 en")
    now = moment_of(as_of)
    address = send_test or "preview@nianbao.invalid"
    with looking(engine) as s:
        made = draft(s, Recipient(address, scope, lang), now, told, counties, year or 0)
    if not made.facts.lines:
        end(2, "还没有可通报的内容，先用 nianbao sweep / nothing is known of that yet")
    sender = told.mail.sender or "nianbao@nianbao.invalid"
    mark = message_id("test", f"{now.isoformat()} {scope} {lang}", address, sender)
    body = build(made.composed, sender, address, mark, now, made.attachments)
    if preview is None:
        _send(told, sender, address, body)
        typer.echo(f"已发送至 {address}：{made.composed.subject}")
        return
    preview.write_bytes(body)
    typer.echo(f"{preview}：{made.composed.subject}")
    if open_it:
        typer.launch(str(preview))


def _send_what_is_due(engine: Engine, told: Settings, counties: list[CountyEntry]) -> None:
    queued = queue_digests(engine, told, counties, datetime.now(UTC))
    result = deliver(engine, told.mail, told.password, lambda: datetime.now(UTC))
    left = f"等待 {result.waiting} 封，被拒 {result.refused} 封"
    typer.echo(f"新排队 {queued} 封，已发 {result.sent} 封，{left}")
    if result.waiting or result.refused:
        end(1, "原因见 nianbao outbox / see `nianbao outbox`")


def _send(told: Settings, sender: str, address: str, body: bytes) -> None:
    try:
        with connect(told.mail, told.password) as server:
            server.sendmail(sender, [address], body)
    except (OSError, MailError) as error:
        end(1, f"{told.mail.host}:{told.mail.port}：{error}")
