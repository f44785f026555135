"""Where a text may stand: the same candidates on both databases, to be held against the words.

SQLite: FTS5 over the characters' numbers, so that a text of any length is a phrase, marks of
punctuation too; without the words themselves. PostgreSQL: GIN over every two characters that
follow each other. Both are kept by the database, whoever writes.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import DDL, Connection, Table, event, text
from sqlalchemy.orm import Session

from nianbao.storage.packing import DamagedError, as_json, pack, unpack

MOST = 20_000  # reports: a text of more is found at once by looking through them


def parted(kept: str | bytes) -> str:
    """Words as they are kept, as the numbers of their characters."""
    try:
        words = unpack(kept)
    except DamagedError:  # they are found again once they are read again
        words = ""
    return words.encode("utf-32-be", "replace").hex(" ", 4)


def prepare(connection: Any) -> None:
    """What a connection to SQLite needs to write reports."""
    connection.create_function("report_words_parted", 1, parted, deterministic=True)


ADDED = "INSERT INTO report_words(rowid, words) VALUES (new.id, report_words_parted(new.words));"
GONE = (
    "INSERT INTO report_words(report_words, rowid, words) "
    "VALUES ('delete', old.id, report_words_parted(old.words));"
)
TABLE = "CREATE VIRTUAL TABLE report_words USING fts5(words, content='', tokenize='ascii')"
TRIGGERS = (
    f"CREATE TRIGGER report_words_added AFTER INSERT ON report_version BEGIN {ADDED} END",
    f"CREATE TRIGGER report_words_gone AFTER DELETE ON report_version BEGIN {GONE} END",
    f"CREATE TRIGGER report_words_changed AFTER UPDATE OF words ON report_version "
    f"WHEN new.words <> old.words BEGIN {GONE} {ADDED} END",
)
# Words that no tsvector holds have one that is no two characters, and are always candidates.
LONGEST, TOO_LONG = 100_000, "\n\n\n"
FUNCTION = f"""
CREATE FUNCTION report_words(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
SELECT CASE WHEN length(words) > {LONGEST} THEN array_to_tsvector(ARRAY[E'\\n\\n\\n'])
ELSE (
  SELECT array_to_tsvector(coalesce(array_agg(a || coalesce(b, '')), '{{}}'))
  FROM unnest(string_to_array(words, NULL), string_to_array(substr(words, 2), NULL)) AS pair(a, b)
) END
$$
"""
GIN = "CREATE INDEX report_words ON report_version USING gin (report_words(words))"
MADE = {"sqlite": (TABLE, *TRIGGERS), "postgresql": (FUNCTION, GIN)}


def make_with(table: Table) -> None:
    """What is made along with the table of reports in a new store."""
    for dialect, statements in MADE.items():
        for statement in statements:
            made: DDL = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made.execute_if(dialect=dialect))


def is_of_models(_: object, name: str | None, *__: object) -> bool:
    """For Alembic's comparison: what is here is made by its own statements."""
    return not (name or "").startswith("report_words")


def candidates(s: Session, words: str) -> list[int] | None:
    """The numbers of the versions that may hold a text without spaces; None where so many do
    that they are found at once by looking through them.
    """
    if s.get_bind().dialect.name == "sqlite":
        return _in_sqlite(s, f'"{parted(words)}"')
    return _in_postgresql(s, pairs_of(words))


def _in_sqlite(s: Session, phrase: str) -> list[int] | None:
    """To count them costs the database a fifth of what it costs us to take them one by one."""
    count: int = s.scalar(text(MANY_IN_SQLITE), {"words": phrase, "most": MOST + 1}) or 0
    return [*s.scalars(text(IN_SQLITE), {"words": phrase})] if count <= MOST else None


IN_SQLITE = "SELECT rowid FROM report_words WHERE report_words MATCH :words"
MANY_IN_SQLITE = f"SELECT count(*) FROM ({IN_SQLITE} LIMIT :most)"
ALL_IN_POSTGRESQL = """
SELECT id FROM report_version WHERE report_words(words) @@ CAST(:words AS tsquery)
"""
IN_POSTGRESQL = f"{ALL_IN_POSTGRESQL} LIMIT :most"
# Never by parting all words anew, nor those of a page whose rows were too many to remember.
BY_INDEX = "SELECT set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)"


def _in_postgresql(s: Session, pairs: str) -> list[int] | None:
    """None where the planner knows of so many that to collect them takes longer than a page."""
    nested = s.begin_nested()
    s.execute(text(BY_INDEX))
    plan: Any = s.scalar(text(f"EXPLAIN (FORMAT JSON) {ALL_IN_POSTGRESQL}"), {"words": pairs})
    found = None
    if plan[0]["Plan"]["Plan Rows"] <= MOST:
        asked = {"words": pairs, "most": MOST + 1}
        found = list(s.scalars(text(IN_POSTGRESQL), asked))
    nested.rollback()  # the settings are as they were
    return found if found is not None and len(found) <= MOST else None


def pairs_of(words: str) -> str:
    """A tsquery for every two characters that follow each other; for one, what begins with it."""
    pairs = dict.fromkeys(words[at : at + 2] for at in range(len(words) - 1))
    lexemes = " & ".join(map(_quoted, pairs)) or f"{_quoted(words)}:*"
    return f"({lexemes}) | {_quoted(TOO_LONG)}"


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


# ---- a store of before


def pack_some(connection: Connection) -> bool:
    """Some of what SQLite kept as text; False where nothing was left. In their order, so that what
    is done is known by the last of them.
    """
    rows = connection.exec_driver_sql(UNPACKED).all()
    if rows:
        packed = [(pack(_told_shorter(content)), pack(words), n) for n, content, words in rows]
        connection.exec_driver_sql(PACKED, packed)
        connection.exec_driver_sql(PARTED, [(n, parted(words)) for n, _, words in rows])
    return bool(rows)


def _told_shorter(content: str) -> str:
    return as_json(json.loads(content))


UNPACKED = """
SELECT id, content, words FROM report_version
WHERE id > (SELECT coalesce(max(id), 0) FROM report_words_docsize) ORDER BY id LIMIT 500
"""
PACKED = "UPDATE report_version SET content = ?, words = ? WHERE id = ?"
PARTED = "INSERT INTO report_words(rowid, words) VALUES (?, ?)"


def unpack_all(connection: Connection) -> None:
    """As it was kept before."""
    last = 0
    while rows := connection.exec_driver_sql(KEPT, (last,)).all():
        last = rows[-1].id
        told = [(unpack(content), unpack(words), n) for n, content, words in rows]
        connection.exec_driver_sql(PACKED, told)


KEPT = "SELECT id, content, words FROM report_version WHERE id > ? ORDER BY id LIMIT 500"
