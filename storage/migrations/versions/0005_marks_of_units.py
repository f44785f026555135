"""marks of findings are of one unit alone; standings know when the report was seen"""

import hashlib
from collections import defaultdict
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

finding = sa.table(
    "finding", sa.column("id"), sa.column("report"), sa.column("fingerprint"), sa.column("basis")
)
version = sa.table("report_version", sa.column("id"), sa.column("unit"), sa.column("year"))
decision = sa.table(
    "decision", *(sa.column(name) for name in ("id", "fingerprint", "unit", "year", "verdict", "who", "why")),
    sa.column("at", MOMENT),
)  # fmt: skip
event = sa.table(
    "event", sa.column("id"), sa.column("at", MOMENT), sa.column("kind"), sa.column("unit"),
    sa.column("year"), sa.column("content", sa.JSON()),
)  # fmt: skip
standing = sa.table("standing", sa.column("next_change_at", MOMENT))


def mark_of(unit: str, basis: str) -> str:
    return hashlib.sha256(f"{unit}\x1f{basis}".encode()).hexdigest()[:20]


def upgrade() -> None:
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("basis", sa.String(length=20), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_finding_report_fingerprint"), type_="unique")
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("printed", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("seen", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("sighted", MOMENT, nullable=True))
    held_by = _new_marks()
    _carry_decisions(held_by)
    _carry_events(held_by)
    op.execute(
        standing.update().values(next_change_at=LONG_AGO)
    )  # worked out anew before it is told
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.alter_column("basis", existing_type=sa.String(length=20), nullable=False)
    holds = sa.text("ended IS NULL")
    op.create_index(
        "uq_finding_that_holds",
        "finding",
        ["report", "fingerprint"],
        unique=True,
        sqlite_where=holds,
        postgresql_where=holds,
    )


Owner = tuple[str, int]  # a unit and a year


def _new_marks() -> dict[str, set[Owner]]:
    """Every finding under the mark of its unit. Returns whose the old marks were: those of two
    counties of one name had the same.
    """
    connection = op.get_bind()
    chosen = sa.select(finding.c.id, finding.c.fingerprint, version.c.unit, version.c.year).where(
        finding.c.report == version.c.id
    )
    held_by: dict[str, set[Owner]] = defaultdict(set)
    for number, basis, unit, year in connection.execute(chosen).all():
        held_by[basis].add((unit, year))
        mark = mark_of(unit, basis)
        changed = finding.update().where(finding.c.id == number)
        connection.execute(changed.values(basis=basis, fingerprint=mark))
    return held_by


def _carry_decisions(held_by: dict[str, set[Owner]]) -> None:
    """What was decided on an old mark holds for each unit that had it, as it did."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(decision).where(decision.c.fingerprint != "")).all():
        owners = sorted(held_by.get(row.fingerprint, ()))
        owners = [owner for owner in owners if row.unit in (None, owner[0])] or owners
        for n, (unit, year) in enumerate(owners):
            values = {"fingerprint": mark_of(unit, row.fingerprint), "unit": unit, "year": year}
            if n == 0:
                changed = decision.update().where(decision.c.id == row.id)
                connection.execute(changed.values(**values))
            else:
                told = {"verdict": row.verdict, "who": row.who, "why": row.why, "at": row.at}
                connection.execute(decision.insert().values(**values, **told))


def _carry_events(held_by: dict[str, set[Owner]]) -> None:
    """Decisions on a mark belong to the history of its unit."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(event).where(event.c.kind == "decided")).all():
        marks = row.content.get("marks") or []
        owners = sorted({owner for mark in marks for owner in held_by.get(mark, ())})
        owners = [owner for owner in owners if row.unit in (None, owner[0])]
        for n, (unit, year) in enumerate(owners):
            own = [mark_of(unit, mark) for mark in marks if (unit, year) in held_by.get(mark, ())]
            values = {"unit": unit, "year": year, "content": {**row.content, "marks": own}}
            if n == 0:
                connection.execute(event.update().where(event.c.id == row.id).values(**values))
            else:
                connection.execute(event.insert().values(at=row.at, kind=row.kind, **values))


def downgrade() -> None:
    connection = op.get_bind()
    old = sa.select(finding.c.fingerprint, finding.c.basis).distinct()
    for mark, basis in connection.execute(old).all():
        changed = decision.update().where(decision.c.fingerprint == mark)
        connection.execute(changed.values(fingerprint=basis))
    op.drop_index("uq_finding_that_holds", "finding")
    connection.execute(finding.update().values(fingerprint=finding.c.basis))
    last = sa.select(sa.func.max(finding.c.id)).group_by(finding.c.report, finding.c.fingerprint)
    connection.execute(finding.delete().where(finding.c.id.not_in(last)))
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_column("basis")
        batch_op.create_unique_constraint(
            batch_op.f("uq_finding_report_fingerprint"), ["report", "fingerprint"]
        )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        for column in ("sighted", "seen", "printed"):
            batch_op.drop_column(column)
