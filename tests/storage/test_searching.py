"""A text is found where it stands, of whatever length, on both databases alike."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Engine, MetaData, delete, event, select, text, update
from sqlalchemy.orm import Session

from nianbao.parser import read, to_json
from nianbao.storage import search
from nianbao.storage.copying import copy
from nianbao.storage.models import Document, Region, ReportVersion, Unit
from nianbao.storage.packing import as_json, pack, unpack
from nianbao.storage.queries import passages
from nianbao.storage.scope import EVERYTHING, Scope, of_county
from nianbao.storage.store import looking, migrate, open_store, session
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.stores import emptied

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LETTERS = "政府信息公开，。（）%_'\"\\&|!:*-AaBb09①㎡𠮷é"
COUNTIES = ("140924", "140925")


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    opened = open_store(store_url)
    yield opened
    emptied(opened)


def written(chance: random.Random) -> str:
    lines = ("".join(chance.choices(LETTERS, k=chance.randint(0, 30))) for _ in range(4))
    return "\n".join(lines)


def version(number: int, unit: str, year: int, n: int, words: str) -> dict[str, Any]:
    content = {"title": "", "unreadable": []}
    told = {"content": content, "words": words, "text": "", "dates": [], "published_source": ""}
    return {
        "id": number,
        "unit": unit,
        "year": year,
        "number": n,
        "document": 1,
        "seen": NOW,
        **told,
    }


def units(s: Session) -> list[str]:
    s.add(Document(id=1, url="http://x/", sha256="0" * 64, fetched=NOW, status=200))
    for code in COUNTIES:
        s.add(Region(code=code, name=f"{code}县", level="county"))
    s.flush()
    named = [(f"{code}{n:03}", code) for code in COUNTIES for n in range(6)]
    s.add_all(
        Unit(id=key, county=code, name=f"{key}镇", kind="town", aliases=[]) for key, code in named
    )
    s.flush()
    return [key for key, _ in named]


def filled(engine: Engine, chance: random.Random) -> dict[int, tuple[str, int, str]]:
    """Reports in no order; the words of each latest version."""
    with session(engine) as s:
        keys = units(s)
        places = [(key, year, n) for key in keys for year in (2023, 2024) for n in (1, 2)]
        chance.shuffle(places)
        rows = [version(id, *place, written(chance)) for id, place in enumerate(places, 1)]
        s.add_all(ReportVersion(**row) for row in rows)
    return {
        row["id"]: (row["unit"], row["year"], row["words"]) for row in rows if row["number"] == 2
    }


def asked(chance: random.Random, known: dict[int, tuple[str, int, str]]) -> Iterator[str]:
    """Texts of one, two, three and more characters: such as are there, and such as are not."""
    yield from ("%_", "'", '"', "\\", "&", "公", "开", "。", "没有的", "政\n府", " 信 息 ", "𠮷")
    for _ in range(60):
        words = chance.choice([words for *_, words in known.values() if words.strip()])
        at, size = chance.randrange(len(words)), chance.choice((1, 2, 3, 5, 12))
        yield words[at : at + size]
        yield "".join(chance.choices(LETTERS, k=size))


def found(s: Session, wanted: str, scope: Scope = EVERYTHING) -> list[tuple[str, int]]:
    return [(each.unit.id, each.year) for each in passages(s, scope, wanted)]


def scanned(known: dict[int, tuple[str, int, str]], wanted: str) -> list[tuple[str, int]]:
    bare = "".join(wanted.split())
    return sorted((unit, year) for unit, year, words in known.values() if bare in words)


@pytest.mark.parametrize("most", [0, 1000])
def test_what_is_found_is_what_a_plain_scan_finds(engine: Engine, most: int) -> None:
    chance = random.Random(7)
    known = filled(engine, chance)
    with looking(engine) as s, patch.object(search, "MOST", most):
        for wanted in asked(chance, known):
            assert found(s, wanted) == scanned(known, wanted), repr(wanted)
            one = [each for each in scanned(known, wanted) if each[0].startswith(COUNTIES[0])]
            assert found(s, wanted, of_county(COUNTIES[0])) == one


def test_the_index_holds_what_the_store_holds_whoever_writes(engine: Engine) -> None:
    known = filled(engine, random.Random(8))
    first, second, third = sorted(known)[:3]
    with session(engine) as s:
        s.get_one(ReportVersion, first).words = "甲乙丙丁"
        s.execute(update(ReportVersion).where(ReportVersion.id == second).values(words="丙丁"))
        s.execute(delete(ReportVersion).where(ReportVersion.id == third))
    with looking(engine) as s:
        assert search.candidates(s, "甲乙") == [first]
        assert sorted(search.candidates(s, "丙丁") or ()) == [first, second]
        assert sorted(search.candidates(s, "丙") or ()) == [first, second]
        assert third not in (search.candidates(s, "政") or ())
    with session(engine) as s:
        s.get_one(ReportVersion, first).words = "戊己"
    with looking(engine) as s:
        assert search.candidates(s, "甲乙") == []


def test_what_stands_everywhere_is_not_collected(postgres: str) -> None:
    engine = open_store(postgres)
    filled(engine, random.Random(11))
    with session(engine) as s:
        s.execute(update(ReportVersion).values(words="政府信息公开"))
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    with looking(engine) as s, patch.object(search, "MOST", 10):
        event.listen(engine, "before_cursor_execute", note)
        assert search.candidates(s, "信息") is None
        assert not [each for each in sent if "LIMIT" in each]
        assert s.scalar(text("SHOW enable_seqscan")) == "on"
        assert len(found(s, "信息")) == 24
    emptied(engine)


def test_a_copy_has_the_index_too(engine: Engine, tmp_path: Path) -> None:
    known = filled(engine, random.Random(9))
    target = open_store(f"sqlite:///{tmp_path}/copied.db")
    copy(engine, target, NOW)
    with looking(target) as s:
        for wanted in ("政", "信息", "公开，"):
            assert found(s, wanted) == scanned(known, wanted)
    target.dispose()


@pytest.mark.parametrize("times", [1, 5, 7])
def test_words_of_any_length_are_kept_and_found(engine: Engine, times: int) -> None:
    long = "".join(map(chr, range(0x4E00, 0x9000))) * times + "甲乙"
    with session(engine) as s:
        key = units(s)[0]
        s.add(ReportVersion(**version(1, key, 2024, 1, long)))
    with looking(engine) as s:
        assert found(s, "甲乙") == [(key, 2024)]
        assert found(s, "甲乙丙") == []
        assert found(s, "鼠甲") == []
        assert found(s, long[100:9000]) == [(key, 2024)]
        assert found(s, f"{long[100:9000]}甲") == []


# ---- how it is kept


def test_what_was_packed_is_read_for_ever() -> None:
    """The dictionary is of every store there is: another one would make all of them unreadable."""
    known = resources.files("nianbao.storage").joinpath("packed_with.txt").read_bytes()
    mark = "16f2ea9185f89abdfc699946e89042b23a1dcda33c691a3bc7b1bc1a9175a5ae"
    assert hashlib.sha256(known).hexdigest() == mark
    packed = "78bbe7993a037bbea0e9d9a6cdc0ee3d0020cc065a"
    assert unpack(bytes.fromhex(packed)) == "砂河镇"
    assert unpack("as text") == "as text"


def test_a_report_takes_little() -> None:
    """Of one that is not the dictionary's own."""
    report = read(write_html(print_draft(clean(77, year=2024))))
    content = as_json(to_json(report))
    assert len(pack(content)) < len(content.encode()) / 12
    assert unpack(pack(content)) == content
    odd = "\x01\U0010ffff" * 50_000
    assert unpack(pack(odd)) == odd


# ---- a store of before


def of_before(engine: Engine, count: int) -> dict[int, tuple[str, int, str]]:
    """As the release before left it."""
    migrate(engine, "base")
    migrate(engine, "0010")
    chance = random.Random(10)
    tables = MetaData()
    tables.reflect(engine)
    insert = {name: table.insert() for name, table in tables.tables.items()}
    known = {}
    with engine.begin() as connection:
        region = {"code": "140924", "name": "甲县", "level": "county", "policy": ""}
        unit = {"id": "u", "county": "140924", "name": "砂河镇", "kind": "town", "aliases": []}
        document = {"id": 1, "url": "http://x/", "sha256": "0" * 64, "fetched": NOW}
        connection.execute(insert["region"].values(**region))
        connection.execute(insert["unit"].values(**unit))
        connection.execute(insert["document"].values(**document, status=200, headers={}, sm3=""))
        for number in range(1, count + 1):
            row = version(number, "u", number, 1, written(chance))
            connection.execute(insert["report_version"].values(**row, unreadable=False))
            known[number] = ("u", number, row["words"])
    return known


def contents(engine: Engine) -> Sequence[tuple[Any, ...]]:
    chosen = select(ReportVersion.id, ReportVersion.content, ReportVersion.words)
    with looking(engine) as s:
        return [tuple(row) for row in s.execute(chosen.order_by(ReportVersion.id))]


def test_a_store_of_before_is_searched_as_a_new_one(engine: Engine, store_url: str) -> None:
    known = of_before(engine, 40)
    again = open_store(store_url)
    for n, content, words in contents(again):
        assert words == known[n][2]
        assert content == {"title": "", "unreadable": []}
    with looking(again) as s:
        for wanted in ("政", "信息", "，", known[3][2][:4]):
            assert found(s, wanted) == scanned(known, wanted)
    if again.dialect.name == "sqlite":
        with again.connect() as connection:
            kept = text("SELECT DISTINCT typeof(content), typeof(words) FROM report_version")
            assert connection.execute(kept).all() == [("blob", "blob")]
    migrate(again, "0010")
    tables = MetaData()
    tables.reflect(again, only=["report_version"])
    with again.connect() as connection:
        version = tables.tables["report_version"].c
        old = connection.execute(select(version.content, version.words))
        assert {words for _, words in old.all()} == {words for *_, words in known.values()}
    migrate(again)
    assert [row[2] for row in contents(again)] == [words for *_, words in known.values()]
    again.dispose()


class KilledError(Exception):
    pass


def test_a_crash_while_it_is_packed_loses_no_part(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/n.db"
    engine = open_store(url)
    known = of_before(engine, 30)
    engine.dispose()
    seen: list[int] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement == search.PARTED:
            seen.extend(number for number, _ in parameters)
            if len(seen) in (14, 28):
                raise KilledError

    event.listen(Engine, "before_cursor_execute", note)
    smaller = search.UNPACKED.replace("500", "7")
    try:
        with patch.object(search, "UNPACKED", smaller):
            for _ in range(2):
                with pytest.raises(KilledError):
                    open_store(url)
            engine = open_store(url)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert seen == [*range(1, 15), *range(8, 22), *range(15, 31)]
    with looking(engine) as s:
        for wanted in ("政", "信息", "，"):
            assert found(s, wanted) == scanned(known, wanted)
    engine.dispose()
