"""What is known, as tables: the words of the design, one class each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from nianbao.storage import search
from nianbao.storage.content import clean, has_unreadable
from nianbao.storage.kinds import (
    ClockState,
    DraftState,
    EventKind,
    LookState,
    OutgoingState,
    PageKind,
    Quality,
    Severity,
    StepKind,
    UnitKind,
    Verdict,
)
from nianbao.storage.packing import PackedData, PackedWords

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A time with its zone.

    SQLite keeps none, so all times are stored as UTC and come back so.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        if value is None:
            return None
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Words(TypeDecorator[str]):
    """Text from outside: what no database keeps is left out at this door."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(clean(value))


class Data(TypeDecorator[Any]):
    """The same for what is kept as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return clean(value)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {
        datetime: Moment,
        dict[str, Any]: Data,
        list[str]: Data,
        list[int]: Data,
        list[list[str]]: Data,
        list[Any]: Data(none_as_null=True),
    }


class Region(Base):
    """A province, city or county, above the units."""

    __tablename__ = "region"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    level: Mapped[str] = mapped_column(String(8))  # province, city, county
    parent: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    # A mark of the deadlines that its standings rest on.
    policy: Mapped[str] = mapped_column(String(64), default="")


class DeadlinesRow(Base):
    """What held for the deadlines of a county, from a time on.

    By its file and the settings, as whoever watched used them.
    """

    __tablename__ = "deadlines"
    id: Mapped[int] = mapped_column(primary_key=True)
    county: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    since: Mapped[datetime]
    rules: Mapped[dict[str, Any]]


class Unit(Base):
    """A body that must publish."""

    __tablename__ = "unit"
    # Its division code, or county code and name.
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    county: Mapped[str] = mapped_column(ForeignKey("region.code"))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[UnitKind] = mapped_column(String(12))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    since: Mapped[date | None]
    until: Mapped[date | None]
    # When the county's file first had it; None: from the beginning.
    added: Mapped[datetime | None]
    dropped: Mapped[datetime | None]  # when it no longer had it
    # In the order in which every list tells them.
    __table_args__ = (
        UniqueConstraint("county", "name"),
        Index("ix_unit_county_id", "county", "id"),
    )


class Portal(Base):
    """One county's website."""

    __tablename__ = "portal"
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    county: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    host: Mapped[str] = mapped_column(String(255))
    columns: Mapped[list[Column]] = relationship(back_populates="on")


class Column(Base):
    """A list page where reports appear."""

    __tablename__ = "column"
    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(ForeignKey("portal.id"))
    url: Mapped[str] = mapped_column(Words)
    preset: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    # Whether the county's file still has it.
    active: Mapped[bool] = mapped_column(default=True)
    added: Mapped[datetime | None]
    dropped: Mapped[datetime | None]
    # Of the list as it was last read completely.
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    etag: Mapped[str | None] = mapped_column(Words)
    modified: Mapped[str | None] = mapped_column(String(60))
    # The interface that held the list, asked first while it is fresh.
    shortcut: Mapped[dict[str, Any] | None]
    # When the list was last read from its page on.
    whole: Mapped[datetime | None]
    # Whether its first page is not all of it.
    paged: Mapped[bool] = mapped_column(default=True)
    # Whom the county's file says it is for, each with since when.
    covers: Mapped[list[Any]] = mapped_column(JSON, default=list)
    on: Mapped[Portal] = relationship(back_populates="columns")
    __table_args__ = (UniqueConstraint("portal", "url"),)


class Sweep(Base):
    """One visit to a portal's columns."""

    __tablename__ = "sweep"
    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(ForeignKey("portal.id"))
    began: Mapped[datetime]
    ended: Mapped[datetime | None]
    complete: Mapped[bool] = mapped_column(default=False)
    # Whether it was to look at some of them alone.
    part: Mapped[bool] = mapped_column(default=False)
    # What went wrong in ourselves.
    problem: Mapped[str] = mapped_column(Words, default="")
    # Seconds by which our clock was ahead of each host's.
    clocks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The newest row of each table that it may write, when it began: what lies above was written
    # since, whatever its moment says.
    newest: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (Index("ix_sweep_portal_began", "portal", "began"),)


PROVEN = "proof <> ''"


_wheres: dict[Index, str] = {}  # as PostgreSQL says it


def _partial(
    name: str, *columns: str, sqlite: str, postgresql: str = "", unique: bool = False
) -> Index:
    """Of the rows for which something holds."""
    index = Index(name, *columns, unique=unique, sqlite_where=text(sqlite))
    _wheres[index] = postgresql or sqlite
    return index


def complete_for_postgresql() -> None:
    """Said only where it is used: to name an option of a database imports all that speaks to it,
    a tenth of what a question takes.
    """
    for index, where in _wheres.items():
        index.dialect_options["postgresql"]["where"] = text(where)


class Look(Base):
    """What one sweep found at one column.

    Only proven looks may ever make a unit missing.
    """

    __tablename__ = "look"
    id: Mapped[int] = mapped_column(primary_key=True)
    sweep: Mapped[int] = mapped_column(ForeignKey("sweep.id"))
    column: Mapped[int] = mapped_column(ForeignKey("column.id"))
    at: Mapped[datetime]
    state: Mapped[LookState] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Words, default="")
    complete: Mapped[bool] = mapped_column(default=False)
    # Why it is complete; empty: it is not; None: nobody asked for a proof yet.
    proof: Mapped[str | None] = mapped_column(String(20))
    # Whether all was asked for anew and answered with content.
    fresh: Mapped[bool] = mapped_column(default=False)
    declared: Mapped[int | None]
    read: Mapped[int] = mapped_column(default=0)
    document: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    # The documents of the list's other pages.
    pages: Mapped[list[int]] = mapped_column(default=list)
    # Why nobody knows when it was; empty where our clock is not in doubt.
    clock: Mapped[ClockState] = mapped_column(String(8), default="")
    # Since when a person says that it was right all the same.
    trusted: Mapped[datetime | None]
    # Who saved the page and brought it; empty where we asked for it.
    witness: Mapped[str] = mapped_column(Words, default="")
    # When that was, by what the person or the file says; `at` is when it was brought.
    saved: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_look_column_at", "column", "at"),
        _partial("ix_look_proven", "column", "at", sqlite=PROVEN),
        _partial(
            "ix_look_fresh",
            *("column", "at"),
            sqlite=f"fresh = 1 AND {PROVEN}",
            postgresql=f"fresh AND {PROVEN}",
        ),
        UniqueConstraint("sweep", "column"),
    )


class Document(Base):
    """Fetched bytes: where they came from, when, with which headers.

    The bytes are evidence, under their hash.
    """

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Words)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    fetched: Mapped[datetime]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The same bytes' other hash; empty where nobody asked for it yet, or OpenSSL has none.
    sm3: Mapped[str] = mapped_column(String(64), default="")
    __table_args__ = (UniqueConstraint("url", "sha256"),)


class Sighting(Base):
    """A link seen in a column."""

    __tablename__ = "sighting"
    id: Mapped[int] = mapped_column(primary_key=True)
    column: Mapped[int] = mapped_column(ForeignKey("column.id"))
    url: Mapped[str] = mapped_column(Words)
    title: Mapped[str] = mapped_column(Words)
    listed: Mapped[date | None]  # the date that the list prints
    # Every date that list and page ever printed of it: where, the day, known since when.
    dates: Mapped[list[list[str]]] = mapped_column(default=list)
    first_seen: Mapped[datetime]
    # When a person saved what showed it first; `first_seen` is when that was brought.
    saved: Mapped[datetime | None]
    last_seen: Mapped[datetime]  # on a list; its article may have been read later
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int | None]
    # What kind of page the title tells of.
    page: Mapped[PageKind] = mapped_column(String(20), default="report")
    # Why a person must decide; empty when it is sure.
    review: Mapped[str] = mapped_column(Words, default="")
    # The units whose it may be, where it is in doubt; none: any unit's of its column.
    may_be: Mapped[list[str]] = mapped_column(default=list)
    # Who decided, and why.
    settled: Mapped[str] = mapped_column(Words, default="")
    resolved: Mapped[datetime | None]  # when the doubt about it ended
    # What it was taken for until then: unit, year, why it was in doubt, whose it may have been.
    before: Mapped[list[Any] | None]
    checked: Mapped[datetime | None]  # when its article was last fetched
    gone: Mapped[datetime | None]  # since when the link leads nowhere
    __table_args__ = (
        UniqueConstraint("column", "url"),
        Index("ix_sighting_unit_year", "unit", "year"),
        Index("ix_sighting_checked", "column", "checked"),
        # What waits for a person is few of many; and what did, as of a day.
        _partial("ix_sighting_in_doubt", "column", sqlite="review <> ''"),
        _partial("ix_sighting_resolved", "column", sqlite="resolved IS NOT NULL"),
        # Whose reports of a year a column shows for sure.
        _partial("ix_sighting_shown", "column", "year", "unit", sqlite="review = ''"),
    )


def _is_unreadable(context: DefaultExecutionContext) -> bool:
    """Of rows that are written without their objects."""
    row: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return has_unreadable(row["content"])


class ReportVersion(Base):
    """What was read from a unit's documents for one year.

    An edit by the publisher makes a new version.
    """

    __tablename__ = "report_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    number: Mapped[int]
    document: Mapped[int] = mapped_column(ForeignKey("document.id"))
    seen: Mapped[datetime]
    published: Mapped[date | None]
    published_source: Mapped[str] = mapped_column(String(40), default="")
    # Every date that was printed, with where.
    dates: Mapped[list[list[str]]] = mapped_column(default=list)
    # The JSON of `nianbao read`.
    content: Mapped[dict[str, Any]] = mapped_column(PackedData)
    # Its passages, to be searched.
    words: Mapped[str] = mapped_column(PackedWords, default="", deferred=True)
    # The fingerprint of its passages.
    text: Mapped[str] = mapped_column(String(64), default="")
    judged: Mapped[datetime | None] = mapped_column(index=True)
    # The number of the adoption by which it is known, where a person brought it.
    adoption: Mapped[int | None]
    # Who saved its page, and when; `seen` is when that was brought.
    witness: Mapped[str] = mapped_column(Words, default="")
    saved: Mapped[datetime | None]
    # Since when we have seen in a column what a person brought.
    found: Mapped[datetime | None]
    # Whether some of its cells could not be read: told without loading its content.
    unreadable: Mapped[bool] = mapped_column(default=_is_unreadable)
    __table_args__ = (
        UniqueConstraint("unit", "year", "number"),
        Index("ix_report_version_year_unit", "year", "unit"),
    )

    @validates("content")
    def _mark_unreadable(self, _: str, content: dict[str, Any]) -> dict[str, Any]:
        self.unreadable = has_unreadable(content)
        return content


search.make_with(ReportVersion.metadata.tables["report_version"])


class Adoption(Base):
    """An address that a person brought: the report of a unit and year stands there."""

    __tablename__ = "adoption"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    url: Mapped[str] = mapped_column(Words)
    title: Mapped[str] = mapped_column(Words, default="")
    who: Mapped[str] = mapped_column(Words)
    why: Mapped[str] = mapped_column(Words)
    at: Mapped[datetime]
    # Whether the page does not say so itself, and the person does.
    insisted: Mapped[bool] = mapped_column(default=False)
    checked: Mapped[datetime]  # when it was last fetched
    gone: Mapped[datetime | None]  # since when it leads nowhere
    ended: Mapped[datetime | None]  # when it was taken back
    __table_args__ = (Index("ix_adoption_unit_year", "unit", "year"),)


class FindingRow(Base):
    __tablename__ = "finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    report: Mapped[int] = mapped_column(ForeignKey("report_version.id"), index=True)
    rule: Mapped[str] = mapped_column(String(8))
    severity: Mapped[Severity] = mapped_column(String(10))
    fingerprint: Mapped[str] = mapped_column(String(20), index=True)  # of this unit's finding alone
    basis: Mapped[str] = mapped_column(String(20))  # what it is made of, with the unit's key
    content: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    ended: Mapped[datetime | None]  # when it no longer held
    # One that came back is told anew, and is still known for the time before.
    __table_args__ = (
        _partial(
            "uq_finding_that_holds", "report", "fingerprint", sqlite="ended IS NULL", unique=True
        ),
    )


class Decision(Base):
    """What a person decided on a finding or a unit, with who and why.

    The latest on the same thing holds.
    """

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    # Of a finding, as long as it is the same.
    fingerprint: Mapped[str] = mapped_column(String(20), index=True, default="")
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int | None]
    verdict: Mapped[Verdict] = mapped_column(String(12))
    who: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(Words)
    at: Mapped[datetime]
    __table_args__ = (Index("ix_decision_unit_year", "unit", "year"),)


class AuditEntry(Base):
    """One act of a person, in a chain: each entry holds the hash of the one before."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(Words)
    action: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(Words)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class StandingRow(Base):
    """Where a unit stands for a year, as it was last worked out.

    `next_change_at` is when the calendar changes it.
    """

    __tablename__ = "standing"
    unit: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(12))
    confirmed: Mapped[bool] = mapped_column(default=False)
    quality: Mapped[Quality] = mapped_column(String(12), default="")
    zh: Mapped[str] = mapped_column(Words)
    en: Mapped[str] = mapped_column(Words)
    days: Mapped[int] = mapped_column(default=0)  # late
    deadline: Mapped[date]
    since: Mapped[datetime] = mapped_column(index=True)
    evidence_at: Mapped[datetime | None] = mapped_column(index=True)
    evidence: Mapped[str] = mapped_column(String(64), default="")
    url: Mapped[str] = mapped_column(Words, default="")
    next_change_at: Mapped[datetime | None] = mapped_column(index=True)
    printed: Mapped[date | None]  # the earliest day that page or list print
    seen: Mapped[datetime | None]  # when its report was first read
    sighted: Mapped[datetime | None]  # when it was first there, as far as is known
    # By whom it was brought or looked at, where it rests on that.
    by_hand: Mapped[str] = mapped_column(Words, default="")
    __table_args__ = (Index("ix_standing_year_name", "year", "name"),)


class Outgoing(Base):
    """A mail that waits to be sent, or was.

    Its Message-ID is made of what it is, so the same is never queued twice.
    """

    __tablename__ = "outgoing"
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    # Digest, preflight, alert, reminder, test.
    kind: Mapped[str] = mapped_column(String(12))
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(Words)
    body: Mapped[bytes]
    created: Mapped[datetime]
    state: Mapped[OutgoingState] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime] = mapped_column()
    sent: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Words, default="")
    __table_args__ = (Index("ix_outgoing_state_next_try", "state", "next_try"),)


class Lease(Base):
    """Who does a thing that only one may do.

    It lapses unless it is renewed.
    """

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    until: Mapped[datetime]
    since: Mapped[datetime | None]  # when the holder took it
    renewed: Mapped[datetime | None]  # its last sign of life


class Account(Base):
    """Somebody who may sign in, as what, and for which counties or which unit."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Words)
    key: Mapped[str] = mapped_column(String(200), unique=True)  # as it is compared
    role: Mapped[str] = mapped_column(String(12))
    places: Mapped[list[str]]  # what the codes of counties begin with
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    password: Mapped[str] = mapped_column(Words)  # its hash; empty: signs in elsewhere
    created: Mapped[datetime]


class WebSession(Base):
    """Somebody who is signed in, by the hash of what their browser holds."""

    __tablename__ = "session"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    began: Mapped[datetime]
    seen: Mapped[datetime]
    address: Mapped[str] = mapped_column(Words)


class Token(Base):
    """What a program asks with in somebody's name, by its hash."""

    __tablename__ = "token"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(Words)
    created: Mapped[datetime]
    until: Mapped[datetime]


class Identity(Base):
    """As whom a provider knows somebody with an account, since they first came from there."""

    __tablename__ = "identity"
    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    bound: Mapped[datetime]
    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class SignIn(Base):
    """A try to sign in, kept for a month; `key` is a hash of the name that was typed."""

    __tablename__ = "sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(index=True)
    succeeded: Mapped[bool]
    __table_args__ = (
        Index("ix_sign_in_key_at", "key", "at"),
        Index("ix_sign_in_address_at", "address", "at"),
    )


class Step(Base):
    """What a person did or said of what was found with a unit's report: only ever added."""

    __tablename__ = "step"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[StepKind] = mapped_column(String(10))
    who: Mapped[str] = mapped_column(Words)
    faults: Mapped[list[str]] = mapped_column(default=list)  # their keys
    words: Mapped[str] = mapped_column(Words, default="")  # what was sent, answered or decided
    # The hash of the letter that was sent, or of the file that came with an answer.
    file: Mapped[str] = mapped_column(String(64), default="")
    name: Mapped[str] = mapped_column(Words, default="")  # what that is called
    about: Mapped[int | None] = mapped_column(index=True)  # the step that it decides or takes back
    __table_args__ = (Index("ix_step_unit_year", "unit", "year"),)


class Door(Base):
    """A link by which a unit answers without an account, by the hash of its secret."""

    __tablename__ = "door"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    who: Mapped[str] = mapped_column(Words)  # made it
    created: Mapped[datetime]
    until: Mapped[datetime]
    opened: Mapped[datetime | None]  # when somebody first came in by it
    revoked: Mapped[datetime | None]
    __table_args__ = (Index("ix_door_unit_year", "unit", "year"),)


class DraftRow(Base):
    """A draft that a unit handed in, its bytes as evidence, and what became of it."""

    __tablename__ = "draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    # Who handed it in, or for whom; None: a mail of which nobody knows whose it is.
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]  # that is asked for
    round: Mapped[int] = mapped_column(default=0)  # of this unit and year; 0: not filed
    state: Mapped[DraftState] = mapped_column(String(10), default="waiting")
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(Words)
    channel: Mapped[str] = mapped_column(String(8))  # page, mail
    sure: Mapped[bool] = mapped_column(default=True)  # whether it is known who sent it
    mail: Mapped[str] = mapped_column(String(64), default="")  # the hash of the mail it came in
    name: Mapped[str] = mapped_column(Words)  # of its file
    sha256: Mapped[str] = mapped_column(String(64))
    commented: Mapped[str] = mapped_column(String(64), default="")  # the hash of what comes back
    why: Mapped[list[str]] = mapped_column(default=list)  # in both languages
    findings: Mapped[list[Any]] = mapped_column(Data, default=list)
    content: Mapped[dict[str, Any]] = mapped_column(PackedData, default=dict)
    words: Mapped[str] = mapped_column(PackedWords, default="", deferred=True)
    # Where a person passed or returned it: who, when, and why.
    decider: Mapped[str] = mapped_column(Words, default="")
    decided: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Words, default="")
    __table_args__ = (
        Index("ix_draft_unit_year", "unit", "year"),
        Index("ix_draft_state", "state"),
        Index("ix_draft_mail", "mail"),
        # The same bytes are the same round, of a unit's of a year.
        UniqueConstraint("unit", "year", "sha256"),
    )


class Event(Base):
    """An append-only record of what changed."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[EventKind] = mapped_column(String(40))
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int | None]
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (
        Index("ix_event_unit_year", "unit", "year"),
        # What people said of links is few of many; and units that another county has.
        _partial("ix_event_settled", "id", sqlite="kind = 'settled'"),
        _partial("ix_event_transferred", "id", sqlite="kind = 'transferred'"),
    )

    if TYPE_CHECKING:  # so that no kind is written down that nobody knows

        def __init__(
            self,
            *,
            at: datetime,
            kind: EventKind,
            unit: str | None = None,
            year: int | None = None,
            content: dict[str, Any] = ...,
        ) -> None: ...
