"""`nianbao outbox`, `returned`: mail that is not yet with those whom it is for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from nianbao.monitor.cli.asking import minute, open_to_ask
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import one_of, reason, say
from nianbao.monitor.cli.places import DATABASE, TOML, SettingsFile, Store, settings_in
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.ledger.words import MAIL_STATES
from nianbao.monitor.mail.outbox import MailError
from nianbao.monitor.mail.returned import LARGEST, collect, record, told_by_file
from nianbao.monitor.settings import Settings
from nianbao.storage.outbox import Queued, again, queued
from nianbao.storage.store import looking, open_store

COLUMNS = ("to", "kind", "subject", "state", "attempts", "next_try", "error", "message_id")


def outbox(
    store: Store = DATABASE,
    everything: Annotated[bool, typer.Option("--all", help="Also what was sent.")] = False,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry", help="Put what was refused or came back into the queue again, after a mend."
        ),
    ] = False,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Mail that waits, was refused or came back, and why."""
    engine = open_to_ask(store)
    if retry:
        count = again(engine, datetime.now(UTC), os.environ.get("NIANBAO_WHO", ""))
        tell(f"重新排队 {count} 封", f"{count} queued again")
    with looking(engine) as s:
        rows = [_row(mail) for mail in queued(s, everything=everything)]
    shown = [_shown(row) for row in rows]
    heads = (
        say("收件人", "To"),
        say("标题", "Subject"),
        say("状态", "State"),
        say("次数", "Tries"),
        say("原因", "Why"),
    )
    summary = say(f"共 {len(rows)} 封", f"{len(rows)} mails")
    show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=summary)


def _row(mail: Queued) -> dict[str, Any]:
    return {
        "to": mail.recipient,
        "kind": mail.kind,
        "subject": mail.subject,
        "state": mail.state,
        "attempts": mail.attempts,
        "next_try": minute(mail.next_try),
        "error": mail.error,
        "message_id": mail.message_id,
    }


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    state = say(*MAIL_STATES[row["state"]])
    return row["to"], row["subject"], state, str(row["attempts"]), one_of(row["error"])


def returned(
    mail: Annotated[
        Path | None,
        typer.Argument(
            help=(
                "A mail that came back, as .eml; - is standard input. "
                "Without one: the mailbox that nianbao.toml names."
            )
        ),
    ] = None,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """Mark mail that came back as returned. The daemon does it every hour where nianbao.toml
    names an inbox.
    """
    told, engine = settings_in(settings), open_store(store, known=True)
    if mail is None:
        _collect(engine, told)
        return
    bounce = told_by_file(_content_of(mail))
    if bounce is None or not record(engine, bounce):
        end(
            1,
            "不是本系统邮件的退信，或已登记",
            "not a mail of ours that came back, or known already",
        )
    whose = bounce.recipient or bounce.message_id
    echo(f"{whose}{say('：', ': ')}{one_of(bounce.why)}")


def _content_of(mail: Path) -> bytes:
    if str(mail) == "-":
        return sys.stdin.buffer.read(LARGEST)
    with mail.open("rb") as file:
        return file.read(LARGEST)


def _collect(engine: Engine, told: Settings) -> None:
    """From the mailbox that the settings name."""
    if not told.inbox.host:
        end(2, "nianbao.toml 中没有设置 [inbox] 的 host", "nianbao.toml names no host of [inbox]")
    try:
        count = collect(engine, told.inbox, told.inbox_password, lambda: datetime.now(UTC))
    except (OSError, MailError) as error:
        end(2, f"{told.inbox.host}: {reason(error)}")
    echo(say(f"退回 {count} 封", f"{count} came back"))
