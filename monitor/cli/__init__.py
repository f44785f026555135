"""The command line: `nianbao`."""

from __future__ import annotations

import typer

from nianbao import __version__
from nianbao.monitor.cli.check import check
from nianbao.monitor.cli.deciding import accept, exempt, note, waive
from nianbao.monitor.cli.demonstrating import demo
from nianbao.monitor.cli.mailing import calendar, digest, feed, outbox, returned
from nianbao.monitor.cli.papers import export, find, ledger, letter, show_report, sum_up
from nianbao.monitor.cli.probe import probe
from nianbao.monitor.cli.read import read
from nianbao.monitor.cli.registry import config_app, init, units_app
from nianbao.monitor.cli.rules import rules
from nianbao.monitor.cli.running import daemon, doctor, status, store_app
from nianbao.monitor.cli.standings import (
    coverage,
    flagged,
    history,
    late,
    missing,
    standing,
    unknown,
)
from nianbao.monitor.cli.watching import diff, evidence_app, replay, review_app, sweep

app = typer.Typer(
    name="nianbao",
    help="Reads, checks and watches townships' annual open-government-information reports (政府信息公开工作年度报告).",
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command()(read)
app.command()(check)
app.command()(rules)
app.command()(init)
app.command()(probe)
app.command()(sweep)
app.command()(missing)
app.command()(late)
app.command()(flagged)
app.command()(unknown)
app.command()(standing)
app.command()(history)
app.command("show")(show_report)
app.command()(find)
app.command()(ledger)
app.command()(letter)
app.command("sum")(sum_up)
app.command()(export)
for command in (demo, daemon, status, doctor, digest, outbox, returned, feed, calendar):
    app.command()(command)
app.command()(coverage)
for command in (waive, accept, exempt, note):
    app.command()(command)
app.command()(replay)
app.command()(diff)
app.add_typer(review_app, name="review")
app.add_typer(evidence_app, name="evidence")
app.add_typer(store_app, name="store")
app.add_typer(units_app, name="units")
app.add_typer(config_app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nianbao {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version and stop.", is_eager=True, callback=_version
    ),
) -> None:
    pass


def main() -> None:
    try:
        app()
    except Exception as error:
        if not (said := _for_people(error)):
            raise
        typer.echo(said, err=True)
        raise SystemExit(2) from None


def _for_people(error: Exception) -> str:
    """What is wrong outside of this program: a database, an archive or a file that can't be used. Empty for anything else."""
    from sqlalchemy.exc import ArgumentError, DBAPIError

    from nianbao.storage.evidence import EvidenceError
    from nianbao.storage.store import StoreError

    if isinstance(error, StoreError | EvidenceError):
        return str(error)
    if isinstance(error, ArgumentError):
        return "--store 应为 sqlite:///文件 或 postgresql://用户@主机/库名 / not the address of a database"
    if isinstance(error, DBAPIError):
        return f"数据库无法使用：{str(error.orig).strip().splitlines()[0]} / the database can't be used; see `nianbao doctor`"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}：{error.strerror}"
    return ""
