"""Which command is where: the module of a command is imported when it runs or is asked for its
help.

This is the one place in the command line that imports by name. `nianbao read` thus waits for no
database, and `nianbao --help` for nothing at all.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup

from nianbao.monitor.cli.exits import told
from nianbao.monitor.cli.help_zh import CHINESE_OF
from nianbao.monitor.cli.language import current

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter, Parameter

    from nianbao.monitor.ledger.words import Lang

    Base = Command
else:
    Base = object


# click's UsageError, which newer typers hold as their own and older ones have of click.
WRONG_USE = cast(type[Exception], typer.BadParameter.__mro__[1])


class Entry(NamedTuple):
    place: str  # module:function, both in monitor/cli; empty for a group that does nothing itself
    summary: str  # the first line of its help, which a test holds against the function's own


# A table of texts: a first line of help is one line here, however long.
COMMANDS: Mapping[str, Entry] = {
    "read": Entry("read:read", "Read reports and show what they say."),
    "check": Entry(
        "check:check",
        "Check reports before they are published: sums, blanks, prose against tables, title, sections, copying.",
    ),
    "rules": Entry(
        "rules:rules",
        "List the rules, or explain one: what the law or form says, its messages, an example.",
    ),
    "init": Entry(
        "registry:init",
        "Write a county's file with all its townships, their codes and aliases, from the packed national list.",
    ),
    "probe": Entry(
        "probe:probe",
        "Look at a list page: its family, its entries over all its pages with the unit and year that each would be taken for, and the YAML to paste.",
    ),
    "discover": Entry(
        "discovering:discover",
        "Find the columns of annual reports of a county, its towns and departments, and write the county's file.",
    ),
    "sweep": Entry(
        "watching:sweep",
        "Look once at every column, keep and read what is new, and judge it. A second sweep of the same adds nothing.",
    ),
    "look": Entry(
        "looking:look",
        "Look at a unit's columns now: keep, read and judge what is new, and tell where the unit stands after it and what changed.",
    ),
    "adopt": Entry(
        "adopting:adopt",
        "Say where a unit's report stands, where no column shows it: it is fetched, kept, read and judged like any other, and told everywhere to be brought by a person.",
    ),
    "missing": Entry(
        "standings:missing",
        "Who has not published: only units that a proven look after their deadline did not show; confirmed by a second on another day. Unread portals are `unknown`.",
    ),
    "late": Entry(
        "standings:late",
        "Who published after the deadline, by how many days, on which evidence.",
    ),
    "flagged": Entry(
        "flagged:flagged",
        "What is wrong, or should be verified, in the reports of a year: the cell, the numbers, the words, the evidence.",
    ),
    "faults": Entry(
        "ways:faults",
        "How far faults are on their way: found, told to the unit, answered, looked at again, gone by itself, waived with a reason, or still there; with the median times. One row a unit.",
    ),
    "unknown": Entry(
        "standings:unknown",
        "Units of which nothing can be said, and why: no complete look since the deadline.",
    ),
    "standing": Entry(
        "standings:standing",
        "Where every unit stands for a year: not due, awaiting, on time, late, missing, unknown, withdrawn, exempt.",
    ),
    "history": Entry(
        "history:history",
        "Everything that happened to a unit's reports: seen, changed, withdrawn, standings, decisions.",
    ),
    "show": Entry(
        "archived:show_report",
        "A unit's report of a year as it is archived: its tables, and what is wrong in them.",
    ),
    "find": Entry("finding:find", "Search the prose of all archived reports."),
    "compare": Entry(
        "papers:compare_ledger",
        "Hold the office's own ledger of who published when against what was seen: each difference with its proof.",
    ),
    "ledger": Entry(
        "papers:ledger",
        "The ledger as a workbook: standings, findings, columns; with filters, colours and a page to print.",
    ),
    "letter": Entry(
        "letters:letter",
        "The letter to a unit: what to correct in its report, or to publish it, and by when.",
    ),
    "drafts": Entry(
        "drafts:drafts",
        "Where each unit's draft stands: not handed in, returned, passed, published, or published otherwise than it was passed, with each number that differs.",
    ),
    "sum": Entry(
        "sums:sum_up",
        "Add up the tables of all units of a county, with the list of units that the sum rests on.",
    ),
    "export": Entry(
        "papers:export",
        "Everything that was read, for other programs: units, reports, every cell, findings, standings.",
    ),
    "site": Entry(
        "publishing:site",
        "What everybody may see, as plain files: each county, unit and year at its fixed address, with JSON and CSV.",
    ),
    "demo": Entry(
        "demonstrating:demo",
        "A season of an invented county on this machine: twelve townships, three content systems, faults planted.",
    ),
    "web": Entry(
        "serving:web",
        "Pages in a browser: whom to call, why something can't be seen, what to mend, each with its proof.",
    ),
    "daemon": Entry(
        "running:daemon",
        "Watch: visit portals by season, judge, work out standings, mail the weekly digest. Ends within 10 s when asked to.",
    ),
    "worker": Entry(
        "running:worker",
        "Do what the daemon decides is due, on this or any other machine: [engine] of nianbao.toml is procrastinate. Ends within 10 s when asked to.",
    ),
    "status": Entry(
        "running:status",
        "How it is doing: the daemon, last and next visits, portals in trouble, mail, what waits for a person.",
    ),
    "doctor": Entry(
        "running:doctor",
        "Look for what would go wrong: configuration, database, disk, clock, LibreOffice, fonts, mail, portals.",
    ),
    "digest": Entry(
        "mailing:digest",
        "The weekly mail. Without options: queue this week's for every recipient who has not got it, and send what waits.",
    ),
    "outbox": Entry("outbox:outbox", "Mail that waits, was refused or came back, and why."),
    "returned": Entry(
        "outbox:returned",
        "Mark mail that came back as returned. The daemon does it every hour where nianbao.toml names an inbox.",
    ),
    "feed": Entry("feeds:feed", "What happened lately as an Atom feed."),
    "calendar": Entry(
        "feeds:calendar",
        "The deadlines as an iCalendar file: hand-in and publication, by county.",
    ),
    "coverage": Entry(
        "coverage:coverage",
        "What the answers rest on: each column, how its last look ended and what proves that it was whole, when it was last read whole, and whose reports it shows against the year before.",
    ),
    "preflight": Entry(
        "preflight:preflight",
        "Before a season: whether each unit's column can be read and still lists the report of the year before, so that the new one would be seen; why not, and what to do.",
    ),
    "waive": Entry(
        "deciding:waive",
        "Decide that a finding is no problem. It stays in the record, and is not held against the unit.",
    ),
    "accept": Entry("deciding:accept", "Confirm a finding: what was to verify is then a problem."),
    "exempt": Entry(
        "deciding:exempt",
        "Decide that a unit need not publish for a year: newly founded, merged …",
    ),
    "note": Entry("deciding:note", "Keep a remark on a unit or a finding."),
    "replay": Entry(
        "rereading:replay",
        "Read and judge the whole archive again, offline, and show what is read differently.",
    ),
    "diff": Entry(
        "diff:diff",
        "What changed between the versions of a report after it was published: each cell, and the text.",
    ),
    "review": Entry(
        "reviewing:review",
        "What could not be told for sure and waits for a person: links whose unit, year or content is in doubt, and columns that show nobody's report of the year; with the command that answers each.",
    ),
    "review column": Entry(
        "reviewing:column",
        "Say that a column is the one in use, though it shows nobody's report of the year. "
        "Until then its units are unknown: everybody may publish in a new one.",
    ),
    "review settle": Entry(
        "reviewing:settle",
        "Decide what a link is. It is read at the next sweep, and the decision is kept.",
    ),
    "backup": Entry(
        "keeping:backup",
        "Everything in one file, while the daemon works: database, evidence, the counties' files, nianbao.toml. Its every byte is read again before it has its name.",
    ),
    "restore": Entry(
        "keeping:restore",
        "Bring a backup back on a bare machine: into an empty database, SQLite or PostgreSQL, and an empty place for the evidence. It is read through before and held against what was written after.",
    ),
    "evidence": Entry("", "The archived bytes."),
    "evidence verify": Entry(
        "archived:verify",
        "Check every archived piece against its hashes, and that nothing the database names is missing but what was deleted by the settings.",
    ),
    "evidence export": Entry("archived:export", "Write all archived answers as a WARC file."),
    "evidence manifest": Entry(
        "retaining:manifest",
        "List every archived answer: its address, when it was fetched, its SHA-256 and SM3, and whether its bytes are there.",
    ),
    "evidence prune": Entry(
        "retaining:delete",
        "Delete old bytes that nothing rests on. What a standing, a finding or a letter rests on stays, and so does what is the latest of its column.",
    ),
    "evidence sheet": Entry(
        "sheets:sheet",
        "What proves where a unit stands, on one page: the archived list page as a picture, its address, when it was looked at, its hashes, and why that was all of it.",
    ),
    "record": Entry(
        "recording:record",
        "Pack what a county's portal answered, as it is archived, into a folder that can be tried again without a network, with what was told of its units, reports and columns.",
    ),
    "audit": Entry("", "The log of what people decided."),
    "audit verify": Entry(
        "auditing:verify",
        "Check the log of decisions: that no entry was changed, taken out or moved, and that each decision is as it was written down.",
    ),
    "audit export": Entry(
        "auditing:export",
        "Write the log of decisions, each with its hash and that of the one before.",
    ),
    "store": Entry("", "The database."),
    "store copy": Entry(
        "copying:copy_store",
        "Copy everything that is known into another database. Stop the daemon first. Stopped at any moment, the same command goes on where it was.",
    ),
    "units": Entry("", "The units that must publish."),
    "units import": Entry(
        "registry:import_units",
        "Add the units of the supervisor's own list to a county's file. Units that it has stay as they are.",
    ),
    "user": Entry("", "Who may sign in."),
    "user add": Entry(
        "accounts:add_user",
        "Make an account. Its password is asked for, or read from standard input; it is never an argument.",
    ),
    "user list": Entry(
        "accounts:list_users",
        "Everybody who has an account: role, scope, since when, and as whom a provider knows them.",
    ),
    "user role": Entry(
        "accounts:change_role", "Change what somebody may do, and where. They sign in anew."
    ),
    "user password": Entry(
        "accounts:change_password",
        "Give somebody a new password; it is asked for, or read from standard input. They sign in anew, and their tokens end.",
    ),
    "user remove": Entry(
        "accounts:remove_user",
        "Remove an account, with its sessions and tokens. What they did stays in the log. The last admin stays.",
    ),
    "user token": Entry(
        "accounts:token",
        "A token with which a program asks in somebody's name. It is shown once: only its hash is kept.",
    ),
    "config": Entry("", "The configuration."),
    "config check": Entry(
        "registry:check_config",
        "Check the counties' files: each fault with its file, line and what was probably meant.",
    ),
}


def as_spoken(text: str) -> str:
    """A text of the help, paragraph by paragraph."""
    if current() == "en":
        return text
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    return "\n\n".join(CHINESE_OF.get(paragraph, paragraph) for paragraph in paragraphs)


class Speaking(Base):
    """A command, or a group of them, whose help is in the language that is spoken."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.english: dict[str, str] = {}  # the help of each parameter

    def get_params(self, ctx: Context) -> list[Parameter]:
        params = super().get_params(ctx)
        for param in params:
            if help := getattr(param, "help", None):
                english = self.english.setdefault(str(param.name), help)
                param.help = as_spoken(english)  # type: ignore[attr-defined]
        return params

    def get_usage(self, ctx: Context) -> str:
        line: str = load("speaking:usage")(super().get_usage(ctx))
        return line

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        load("speaking:use_headings")()
        super().format_help(ctx, formatter)


class One(Speaking, TyperCommand):
    """A command."""


class Group(Speaking, TyperGroup):
    """Commands under a name."""


class Commands(Group):
    """The names and first lines of all commands; what stands behind one is fetched when it is asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.said = str(attributes["help"])
        for name in COMMANDS:
            if " " not in name:
                self.add_command(One(name))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        self.help = as_spoken(self.said)
        for name, command in self.commands.items():
            command.help = as_spoken(COMMANDS[name].summary)
        super().format_help(ctx, formatter)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Context | None = None,
        **extra: Any,
    ) -> Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except WRONG_USE as error:
            raise load("speaking:wrong_use")(error) from None

    def invoke(self, ctx: Context) -> Any:
        try:
            return super().invoke(ctx)
        except WRONG_USE as error:
            raise load("speaking:wrong_use")(error) from None

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None:
            command = fetched(name)
        _stays()
        return name, command, rest


def _stays() -> None:
    """What was imported for a command is never looked through for what goes: it stays."""
    if not gc.isenabled():  # as `main` left it
        gc.freeze()
        gc.enable()


def load(place: str) -> Callable[..., Any]:
    """What stands at `module:name` of the command line."""
    module, _, name = place.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"nianbao.monitor.cli.{module}"), name)
    return found


def fetched(name: str) -> Command:
    """A command, or a group with its commands, ready to run."""
    return _fetched(name, current())


@cache
def _fetched(name: str, _: Lang) -> Command:
    """Made once for each language that its help is asked for in."""
    members = [path for path in COMMANDS if path.startswith(f"{name} ")]
    entry = COMMANDS[name]
    own = typer.Typer(name=name, cls=Group, add_completion=False, pretty_exceptions_enable=False)
    if not members:
        own.command(name, cls=One, help=help_of(name))(load(entry.place))
        return typer.main.get_command(own)
    for member in members:
        short = member.removeprefix(f"{name} ")
        own.command(short, cls=One, help=help_of(member))(load(COMMANDS[member].place))
    if entry.place:
        own.callback(invoke_without_command=True, help=help_of(name))(load(entry.place))
    else:
        own.callback(no_args_is_help=True, help=as_spoken(entry.summary))(nothing)
    return typer.main.get_command(own)


def nothing() -> None:
    """A group that only holds its commands."""


def help_of(name: str) -> str:
    """What a command's function says of itself, and how the command ends."""
    said = inspect.getdoc(load(COMMANDS[name].place)) or ""
    return f"{as_spoken(said)}\n\n{told(name)}"
