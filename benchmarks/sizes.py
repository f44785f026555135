"""What each table and index of a store takes on the disk."""

from __future__ import annotations

from sqlalchemy import text

from nianbao.storage.store import looking, open_store

SQLITE = "SELECT name, sum(pgsize) AS size FROM dbstat GROUP BY name"
# A table with what it keeps apart, and each index.
POSTGRESQL = """
SELECT relname AS name, pg_table_size(oid) AS size FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
UNION ALL
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace
"""
SMALL = 50 * 1024  # what is not told


def sizes_of_store(url: str) -> dict[str, int]:
    """In bytes, the largest first."""
    engine = open_store(url)
    asked = SQLITE if engine.dialect.name == "sqlite" else POSTGRESQL
    with looking(engine) as s:
        found = {str(name): int(size) for name, size in s.execute(text(asked))}
    engine.dispose()
    large = sorted(found.items(), key=lambda each: -each[1])
    return {name: size for name, size in large if size > SMALL}
