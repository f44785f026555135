"""`nianbao digest`, `outbox`, `returned`, `feed`, `calendar`: what is told to people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

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
from nianbao.monitor.cli.standings import AsOf, _now
from nianbao.monitor.cli.tables import Form, Format, Output, show


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
    """The weekly mail. Without options: queue this week's for every recipient who has not got it, and send what waits.

    Exit codes: 0 done, 1 some mail could not be sent (it is tried again later), 2 nothing to tell or wrong settings.
    """
    from nianbao.monitor.mail.outbox import MailError, build, connect, deliver, message_id
    from nianbao.monitor.mail.weekly import draft, queue_digests
    from nianbao.monitor.settings import Recipient
    from nianbao.storage.store import looking, open_store

    told, counties, engine = settings_in(settings), counties_in(config), open_store(store)
    if preview is None and not send_test:
        queued = queue_digests(engine, told, counties, datetime.now(UTC))
        result = deliver(engine, told.mail, told.password, lambda: datetime.now(UTC))
        typer.echo(
            f"新排队 {queued} 封，已发 {result.sent} 封，等待 {result.waiting} 封，被拒 {result.refused} 封"
        )
        if result.waiting or result.refused:
            typer.echo("原因见 nianbao outbox / see `nianbao outbox`", err=True)
            raise typer.Exit(1)
        return
    if lang not in ("zh", "en"):
        typer.echo("--lang 应为 zh 或 en", err=True)
        raise typer.Exit(2)
    now = _now(as_of)
    address = send_test or "preview@nianbao.invalid"
    with looking(engine) as s:
        made = draft(s, Recipient(address, scope, lang), now, told, counties, year or 0)
    if not made.facts.lines:
        typer.echo(
            "还没有可通报的内容，先用 nianbao sweep / nothing is known of that yet", err=True
        )
        raise typer.Exit(2)
    sender = told.mail.sender or "nianbao@nianbao.invalid"
    mark = message_id("test", f"{now.isoformat()} {scope} {lang}", address, sender)
    body = build(made.composed, sender, address, mark, now, made.attachments)
    if preview is not None:
        preview.write_bytes(body)
        typer.echo(f"{preview}：{made.composed.subject}")
        if open_it:
            typer.launch(str(preview))
        return
    try:
        with connect(told.mail, told.password) as server:
            server.sendmail(sender, [address], body)
    except (OSError, MailError) as error:
        typer.echo(f"{told.mail.host}:{told.mail.port}：{error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"已发送至 {address}：{made.composed.subject}")


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
    from sqlalchemy import select

    from nianbao.monitor.standing import BEIJING
    from nianbao.storage.models import Outgoing
    from nianbao.storage.outbox import again
    from nianbao.storage.store import looking, open_store

    chosen = select(Outgoing).order_by(Outgoing.id)
    engine = open_store(store)
    if retry:
        typer.echo(f"重新排队 {again(engine, datetime.now(UTC))} 封", err=True)
    with looking(engine) as s:
        found = list(s.scalars(chosen if everything else chosen.where(Outgoing.state != "sent")))
    names = {
        "waiting": "等待",
        "sending": "发送中",
        "sent": "已发",
        "refused": "被拒",
        "returned": "退回",
    }
    rows = [
        {
            "to": each.recipient,
            "kind": each.kind,
            "subject": each.subject,
            "state": each.state,
            "attempts": each.attempts,
            "next_try": each.next_try.astimezone(BEIJING).isoformat(timespec="minutes"),
            "error": each.error,
            "message_id": each.message_id,
        }
        for each in found
    ]
    shown = [
        (row["to"], row["subject"], names[row["state"]], str(row["attempts"]), row["error"])
        for row in rows
    ]
    columns = ("to", "kind", "subject", "state", "attempts", "next_try", "error", "message_id")
    show(
        rows,
        columns,
        format,
        output,
        heads=("收件人", "标题", "状态", "次数", "原因"),
        shown=shown,
        summary=f"共 {len(rows)} 封",
    )


def returned(
    mail: Annotated[
        Path | None,
        typer.Argument(
            help="A mail that came back, as .eml; - is standard input. Without one: the mailbox that nianbao.toml names."
        ),
    ] = None,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """Mark mail that came back as returned. The daemon does it every hour where nianbao.toml names an inbox.

    Exit codes: 0 done, 1 the mail is none of ours that came back, 2 the mailbox can't be read.
    """
    import sys

    from nianbao.monitor.mail.outbox import MailError
    from nianbao.monitor.mail.returned import collect, record
    from nianbao.monitor.mail.returned import returned as told_by
    from nianbao.storage.store import open_store

    told, engine = settings_in(settings), open_store(store)
    if mail is None and not told.inbox.host:
        typer.echo("nianbao.toml 中没有设置 [inbox] 的 host / no inbox is set", err=True)
        raise typer.Exit(2)
    if mail is None:
        try:
            count = collect(engine, told.inbox, told.inbox_password, lambda: datetime.now(UTC))
        except (OSError, MailError) as error:
            typer.echo(f"{told.inbox.host}：{error}", err=True)
            raise typer.Exit(2) from None
        typer.echo(f"退回 {count} 封 / {count} came back")
        return
    found = told_by(sys.stdin.buffer.read() if str(mail) == "-" else mail.read_bytes())
    if found is None or not record(engine, found):
        typer.echo(
            "不是本系统邮件的退信，或已登记 / not a mail of ours that came back, or known already",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo(f"{found.recipient or found.message_id}：{found.why}")


def feed(
    target: Annotated[Path, typer.Argument(help="The .xml to write.")],
    scope: Annotated[str, typer.Option(help="As for `digest`.")] = "",
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    store: Store = DATABASE,
) -> None:
    """What happened lately as an Atom feed."""
    from nianbao.monitor.mail.feeds import atom
    from nianbao.storage.store import looking, open_store

    with looking(open_store(store)) as s:
        target.write_text(atom(s, datetime.now(UTC), scope, lang), encoding="utf-8")
    typer.echo(str(target))


def calendar(
    target: Annotated[Path, typer.Argument(help="The .ics to write.")],
    year: Annotated[
        int | None,
        typer.Option(min=2008, max=2099, help="The reports' year; this year where none is given."),
    ] = None,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
) -> None:
    """The deadlines as an iCalendar file: hand-in and publication, by county."""
    from nianbao.monitor.mail.feeds import icalendar
    from nianbao.monitor.standing import BEIJING

    now = datetime.now(BEIJING)
    text = icalendar(
        counties_in(config), year or now.year, settings_in(settings).deadlines, now, lang
    )
    target.write_text(text, encoding="utf-8", newline="")
    typer.echo(str(target))
