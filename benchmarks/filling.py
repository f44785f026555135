"""A store full of real-sized reports, by bulk inserts; standings as upkeep works them out."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, func, select, text, update

from benchmarks.texts import NAME, YEARS, Text
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.storage.evidence import Evidence
from nianbao.storage.findings import mark_of
from nianbao.storage.models import (
    Base,
    Column,
    Decision,
    Document,
    Event,
    FindingRow,
    Look,
    Portal,
    Region,
    ReportVersion,
    Sighting,
    StandingRow,
    Sweep,
    Unit,
)
from nianbao.storage.nation import County
from nianbao.storage.packing import PackedData, PackedWords, as_json, pack
from nianbao.storage.registry import CountyEntry, load_counties
from nianbao.storage.search import prepare
from nianbao.storage.store import looking, open_store

MODELS: Sequence[type[Base]] = (
    *(Region, Unit, Portal, Column, Sweep, Document, Look, Sighting),
    *(ReportVersion, FindingRow, Decision, Event),
)
LAST = YEARS[-1]
BEGAN = datetime(LAST + 1, 1, 5, 1, tzinfo=UTC)  # when watching began
SEASON_ENDS = datetime(LAST + 1, 3, 1, 1, tzinfo=UTC)
# One in so many.
WITHOUT, IN_DOUBT, LATE, EDITED, DOWN, WAIVED, ASKED = 50, 3, 16, 10, 60, 10, 80
Row = dict[str, Any]


class Told(str):
    """JSON that is written already."""


class Filled(NamedTuple):
    """What a store holds."""

    units: int
    years: int
    last_year: int
    versions: int
    a_unit: str  # whose report of the last year has two versions

    @classmethod
    def read(cls, folder: Path, url: str) -> Filled:
        return cls(**json.loads(_mark(folder, url).read_text(encoding="utf-8")))


def _mark(folder: Path, url: str) -> Path:
    return folder / f"filled-{hashlib.sha256(url.encode()).hexdigest()[:12]}.json"


def is_filled(folder: Path, url: str) -> bool:
    return _mark(folder, url).exists()


def fill(
    folder: Path,
    url: str,
    counties: Sequence[County],
    texts: Sequence[Text],
    years: Sequence[int] = YEARS,
) -> None:
    """All of it or nothing: what a fill that was broken off left is thrown away."""
    now = datetime.now(UTC)
    evidence = Evidence(folder / "evidence")
    hashes = [evidence.keep(each.page) for each in texts]
    file = folder / "nation.db"
    settings = f'counties = "{(folder / "counties").absolute()}"\n'
    (folder / "nianbao.toml").write_text(settings, encoding="utf-8")
    entries = load_counties(folder / "counties")
    by_code = {entry.code: entry for entry in entries}
    if url.startswith("sqlite"):
        for old in folder.glob("nation.db*"):
            old.unlink()
    engine = open_store(url)
    if engine.dialect.name != "sqlite":
        _empty(engine)
    rows = _Rows(texts, hashes, now, years)
    for n, county in enumerate(counties):
        for model, row in rows.of_county(n, county, by_code[county.code]):
            rows.waiting[model].append(row)
        if len(rows.waiting[ReportVersion]) > 5000:
            _write(engine, file, rows.taken())
    _write(engine, file, rows.taken())
    _tidy(engine)
    refresh(engine, Registry(entries), entries, now, list(years))
    _as_watched(engine)
    _tidy(engine)
    _tell(folder, url, engine, years)


def _as_watched(engine: Engine) -> None:
    """Who is on time has been written down as that since the report was read."""
    on_time = update(StandingRow).where(StandingRow.name == "on_time")
    read = (StandingRow.seen.is_not(None), StandingRow.sighted.is_not(None))
    with engine.begin() as connection:
        connection.execute(on_time.where(*read).values(since=StandingRow.seen))


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


def _tell(folder: Path, url: str, engine: Engine, years: Sequence[int]) -> None:
    with looking(engine) as s:
        edited = select(ReportVersion.unit).where(
            ReportVersion.year == LAST, ReportVersion.number == 2
        )
        told = Filled(
            units=s.scalar(select(func.count()).select_from(Unit)) or 0,
            years=len(years),
            last_year=LAST,
            versions=s.scalar(select(func.count()).select_from(ReportVersion)) or 0,
            a_unit=str(s.scalar(edited.limit(1))),
        )
        stood = select(StandingRow.name, func.count()).where(StandingRow.year == LAST)
        print(dict(s.execute(stood.group_by(StandingRow.name)).all()), flush=True)
    mark = _mark(folder, url)
    beside = mark.with_suffix(".new")
    beside.write_text(json.dumps(told._asdict()), encoding="utf-8")
    beside.rename(mark)
    engine.dispose()


class _Rows:
    """The rows of one county after the other, with their numbers."""

    def __init__(
        self,
        texts: Sequence[Text],
        hashes: Sequence[str],
        now: datetime,
        years: Sequence[int],
    ) -> None:
        self.now, self.years = now, years
        self.by_year: dict[int, list[tuple[Text, str]]] = {year: [] for year in YEARS}
        for each, sha in zip(texts, hashes, strict=True):
            self.by_year[each.year].append((each, sha))
        self.numbers: dict[type[Base], int] = dict.fromkeys(MODELS, 0)
        self.waiting: dict[type[Base], list[Row]] = {model: [] for model in MODELS}

    def taken(self) -> Mapping[type[Base], Sequence[Row]]:
        taken, self.waiting = self.waiting, {model: [] for model in MODELS}
        return taken

    def number(self, model: type[Base]) -> int:
        self.numbers[model] += 1
        return self.numbers[model]

    def of_county(
        self, n: int, county: County, entry: CountyEntry
    ) -> Iterator[tuple[type[Base], Row]]:
        code, url, column = county.code, entry.columns[0].url, self.number(Column)
        yield Region, {"code": code, "name": county.name, "level": "county", "policy": ""}
        yield Portal, {"id": code, "county": code, "host": entry.host}
        yield (
            Column,
            {"id": column, "portal": code, "url": url, "preset": "trs-index", "whole": self.now},
        )
        yield from self._looks(n, code, url, column)
        for m, unit in enumerate(entry.units):
            yield (
                Unit,
                {
                    "id": unit.code,
                    "county": code,
                    "name": unit.name,
                    "kind": unit.kind,
                    "aliases": list(unit.aliases),
                },
            )
            chance = random.Random(f"{code}{m}")
            for year in self.years:
                yield from self._of_year(chance, unit.code, unit.name, url, column, m, year)

    def _looks(self, n: int, code: str, url: str, column: int) -> Iterator[tuple[type[Base], Row]]:
        """Daily in the season, then weekly, the last yesterday; a few portals are down since."""
        document = self.number(Document)
        yield Document, _document(document, url, f"{code:0>64}", BEGAN)
        moments = [BEGAN + timedelta(days=day) for day in range(55)]
        while moments[-1] + timedelta(days=7) < self.now - timedelta(days=1):
            moments.append(moments[-1] + timedelta(days=7))
        moments.append(self.now - timedelta(days=1))
        for moment in moments:
            down = n % DOWN == DOWN - 1 and moment >= SEASON_ENDS - timedelta(days=30)
            sweep = self.number(Sweep)
            yield (
                Sweep,
                {"id": sweep, "portal": code, "began": moment, "ended": moment, "complete": True},
            )
            yield (
                Look,
                {
                    "id": self.number(Look),
                    "sweep": sweep,
                    "column": column,
                    "at": moment,
                    "state": "unreachable" if down else "ok",
                    "complete": not down,
                    "proof": "" if down else "read",
                    "fresh": not down,
                    "read": 100,
                    "document": document,
                },
            )

    def _of_year(
        self, chance: random.Random, unit: str, name: str, url: str, column: int, m: int, year: int
    ) -> Iterator[tuple[type[Base], Row]]:
        draw = chance.random
        missing = draw() < 1 / WITHOUT
        address = f"{url}{year}01/t{year + 1}0115_{m}.html"
        if missing and not (year == LAST and draw() < 1 / IN_DOUBT):
            return
        in_doubt = missing or draw() < 1 / ASKED
        late = draw() < 1 / LATE
        printed = date(year + 1, 2, 10) if late else date(year + 1, 1, 15)
        first = max(BEGAN, datetime(year + 1, printed.month, printed.day + 1, 1, tzinfo=UTC))
        title = f"{name}{year}年政府信息公开工作年度报告"
        link = _link(column, address, title, printed, first, self.now, unit, year)
        if in_doubt and year == LAST:
            doubt = {"review": "标题没有单位 / the title names no unit", "may_be": [unit]}
            other = {"unit": None, "url": f"{address}?doubt", "title": title[len(name) :]}
            yield Sighting, {**link, "id": self.number(Sighting), **other, **doubt}
        if missing:
            return
        yield Sighting, {**link, "id": self.number(Sighting)}
        for number in (1, 2) if draw() < 1 / EDITED else (1,):
            kept, sha = chance.choice(self.by_year[year])
            seen = first + timedelta(days=3 * (number - 1))
            yield from self._version(kept, sha, unit, name, address, year, number, seen, printed)

    def _version(
        self,
        kept: Text,
        sha: str,
        unit: str,
        name: str,
        url: str,
        year: int,
        number: int,
        seen: datetime,
        printed: date,
    ) -> Iterator[tuple[type[Base], Row]]:
        document, version = self.number(Document), self.number(ReportVersion)
        yield Document, _document(document, url if number == 1 else f"{url}?{number}", sha, seen)
        yield (
            ReportVersion,
            {
                "id": version,
                "unit": unit,
                "year": year,
                "number": number,
                "document": document,
                "seen": seen,
                "published": printed,
                "published_source": "meta PubDate",
                "dates": [["meta PubDate", printed.isoformat(), seen.isoformat()]],
                "content": Told(kept.content.replace(NAME, name)),
                "words": kept.words.replace(NAME, name),
                "text": kept.fingerprint,
                "judged": seen,
                "unreadable": kept.unreadable,
            },
        )
        for rule, severity, basis, content in kept.findings:
            mark = mark_of(unit, f"{basis}{year}{number}")
            yield (
                FindingRow,
                {
                    "id": self.number(FindingRow),
                    "report": version,
                    "rule": rule,
                    "severity": severity,
                    "fingerprint": mark,
                    "basis": basis,
                    "content": Told(content.replace(NAME, name)),
                    "since": seen,
                },
            )
            if self.numbers[FindingRow] % WAIVED == 0:
                yield (
                    Decision,
                    {
                        "id": self.number(Decision),
                        "fingerprint": mark,
                        "unit": unit,
                        "year": year,
                        "verdict": "waived",
                        "who": "张三",
                        "why": "已核实",
                        "at": seen,
                    },
                )
        yield (
            Event,
            {
                "id": self.number(Event),
                "at": seen,
                "kind": "published" if number == 1 else "changed",
                "unit": unit,
                "year": year,
                "content": {"number": number},
            },
        )


HEADERS = {"Content-Type": "text/html; charset=utf-8", "Server": "nginx", "ETag": '"5f-61"'}


def _document(number: int, url: str, sha: str, at: datetime) -> Row:
    return {
        "id": number,
        "url": url,
        "sha256": sha,
        "fetched": at,
        "status": 200,
        "headers": HEADERS,
    }


def _link(
    column: int,
    url: str,
    title: str,
    printed: date,
    first: datetime,
    last: datetime,
    unit: str,
    year: int,
) -> Row:
    return {
        "column": column,
        "url": url,
        "title": title,
        "listed": printed,
        "dates": [["list", printed.isoformat(), first.isoformat()]],
        "first_seen": first,
        "last_seen": last,
        "unit": unit,
        "year": year,
        "page": "report",
        "checked": first,
    }


# ---- as each database takes it fastest


def _write(engine: Engine, file: Path, rows: Mapping[type[Base], Sequence[Row]]) -> None:
    if engine.dialect.name == "sqlite":
        _write_sqlite(file, rows)
    else:
        _write_postgresql(engine, rows)


def _write_sqlite(file: Path, rows: Mapping[type[Base], Sequence[Row]]) -> None:
    with sqlite3.connect(file) as connection:
        prepare(connection)
        connection.execute("PRAGMA synchronous=OFF")
        for model, mine in rows.items():
            names = _names(model)
            marks = ", ".join("?" * len(names))
            listed = ", ".join(f'"{name}"' for name in names)
            into = f'INSERT INTO "{model.__tablename__}" ({listed}) VALUES ({marks})'
            connection.executemany(into, _values(model, mine, _for_sqlite))
    connection.close()


def _write_postgresql(engine: Engine, rows: Mapping[type[Base], Sequence[Row]]) -> None:
    with engine.begin() as connection:
        raw: Any = connection.connection.dbapi_connection
        for model, mine in rows.items():
            listed = ", ".join(f'"{name}"' for name in _names(model))
            with raw.cursor().copy(f'COPY "{model.__tablename__}" ({listed}) FROM STDIN') as copy:
                for values in _values(model, mine, _for_postgresql):
                    copy.write_row(values)


def _names(model: type[Base]) -> list[str]:
    return list(model.__table__.columns.keys())


def _values(model: type[Base], rows: Iterable[Row], as_kept: Any) -> Iterator[tuple[Any, ...]]:
    """What a row does not say is what the model says."""
    columns = list(model.__table__.columns)
    defaults: Row = {}
    for row in rows:
        for column in columns:
            if column.name not in row and column.name not in defaults:
                defaults[column.name] = _default_of(column)
        whole = {**defaults, **row}
        yield tuple(as_kept(whole[column.name], column) for column in columns)


def _default_of(column: Any) -> Any:
    default = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _for_sqlite(value: Any, column: Any) -> Any:
    if isinstance(column.type, (PackedData, PackedWords)):
        return pack(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, date) else _for_postgresql(value, column)


def _for_postgresql(value: Any, _: Any) -> Any:
    if isinstance(value, Told):
        return str(value)
    return as_json(value) if isinstance(value, (dict, list, tuple)) else value


def _tidy(engine: Engine) -> None:
    """As its own housekeeping would soon do."""
    if engine.dialect.name == "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in Base.metadata.sorted_tables:
            if isinstance(table.c.get("id", table.c[0]).type.python_type, type) and "id" in table.c:
                _count_on(connection, table.name)
        connection.exec_driver_sql("VACUUM ANALYZE")


def _count_on(connection: Any, table: str) -> None:
    sequence = connection.scalar(text(f"SELECT pg_get_serial_sequence('\"{table}\"', 'id')"))
    if sequence:
        last = f'(SELECT coalesce(max(id), 0) + 1 FROM "{table}")'
        connection.execute(text(f"SELECT setval('{sequence}', {last}, false)"))
