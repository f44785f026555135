"""Accounts, sessions, tokens and tries: who may do what, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from nianbao.storage.audit import entries, faults
from nianbao.storage.models import Account, Region, SignIn, Token, Unit, WebSession
from nianbao.storage.people import (
    IDLE,
    LONGEST,
    By,
    PeopleError,
    add,
    begin,
    bind,
    end,
    give_token,
    is_to_be_seen,
    may_try_at,
    password_of,
    people,
    person_known_as,
    person_named,
    remove,
    seen,
    set_password,
    set_role,
    take_tokens,
    tried,
    who_asks,
    who_sits,
)
from nianbao.storage.scope import EVERYTHING, Scope, of_county, of_unit
from nianbao.storage.store import looking, migrate, open_store, session
from nianbao.storage.throttle import REMEMBERED, Try, open_at
from tests.amounts import amount, more
from tests.worlds.stores import emptied

NOW = datetime(2027, 1, 30, 8, tzinfo=UTC)
BY = By("王某", NOW)
HOUR = timedelta(hours=1)


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    opened = open_store(store_url)
    with session(opened) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Unit(id="140999101", county="140999", name="柳树镇", kind="town"))
    yield opened
    emptied(opened)


def test_people_are_kept_with_what_they_may_and_where(engine: Engine) -> None:
    with session(engine) as s:
        add(s, "Admin", "admin", EVERYTHING, "h1", BY)
        add(s, "柳树", "unit", of_unit("140999101", "140999"), "h2", BY)
        add(s, "县办", "supervisor", Scope(("140999", "1408")), "h3", BY)
    with looking(engine) as s:
        told = {each.name: (each.role, each.scope) for each in people(s)}
        assert told == {
            "Admin": ("admin", EVERYTHING),
            "柳树": ("unit", of_unit("140999101", "140999")),
            "县办": ("supervisor", Scope(("140999", "1408"))),
        }
        assert password_of(s, "ａdmin") == "h1"  # the same name to whoever reads it
        assert password_of(s, "nobody") == ""
        assert person_named(s, "nobody") is None


def test_what_can_not_be_is_refused(engine: Engine) -> None:
    wrong = [
        ("a\nb", "viewer", EVERYTHING),
        ("", "viewer", EVERYTHING),
        ("x" * 61, "viewer", EVERYTHING),
        ("ADMIN", "viewer", EVERYTHING),
        ("u", "unit", of_county("140999")),
        ("u", "unit", EVERYTHING),
        ("u", "viewer", Scope()),
        ("u", "viewer", Scope(("14",), ("140999101",), ("140999",))),
    ]
    with session(engine) as s:
        add(s, "admin", "admin", EVERYTHING, "h", BY)
    for name, role, scope in wrong:
        with pytest.raises(PeopleError), session(engine) as s:
            add(s, name, role, scope, "h", BY)  # type: ignore[arg-type]
    with looking(engine) as s:
        assert [each.name for each in people(s)] == ["admin"]


def test_the_last_admin_stays(engine: Engine) -> None:
    with session(engine) as s:
        add(s, "a", "admin", EVERYTHING, "h", BY)
    with pytest.raises(PeopleError), session(engine) as s:
        remove(s, "a", BY)
    with pytest.raises(PeopleError), session(engine) as s:
        set_role(s, "a", "viewer", EVERYTHING, BY)
    with session(engine) as s:
        add(s, "b", "admin", EVERYTHING, "h", BY)
        remove(s, "a", BY)
    with looking(engine) as s:
        assert [each.name for each in people(s)] == ["b"]
    with pytest.raises(PeopleError), session(engine) as s:
        remove(s, "a", BY)


def test_every_act_is_in_the_log(engine: Engine) -> None:
    with session(engine) as s:
        add(s, "a", "admin", EVERYTHING, "secret-hash", BY)
        add(s, "b", "viewer", of_county("140999"), "secret-hash", BY)
        set_role(s, "b", "operator", EVERYTHING, BY)
        set_password(s, "b", "other-hash", BY)
        secret = give_token(s, "b", "接口", NOW + HOUR, BY)
        assert take_tokens(s, "b", BY) == 1
        remove(s, "b", BY)
    with looking(engine) as s:
        told = list(entries(s))
        assert not faults(s)
    did = [(each["who"], each["about"], each["content"]["did"]) for each in told]
    assert did == [
        ("王某", "a", "added"),
        ("王某", "b", "added"),
        ("王某", "b", "role"),
        ("王某", "b", "password"),
        ("王某", "b", "token"),
        ("王某", "b", "tokens ended"),
        ("王某", "b", "removed"),
    ]
    assert "hash" not in str([each["content"] for each in told])
    assert secret not in str(told)


def test_a_session_ends(engine: Engine) -> None:
    with session(engine) as s:
        add(s, "a", "admin", EVERYTHING, "h", BY)
        one, other = (begin(s, "a", "10.0.0.1", NOW) for _ in range(2))
    with session(engine) as s:
        assert one not in {row.digest for row in s.scalars(select(WebSession))}
        assert (found := who_sits(s, one, NOW)) is not None
        assert found.name == "a"
        assert who_sits(s, "x", NOW) is None
        assert who_sits(s, one, NOW + IDLE) is None
        assert who_sits(s, one, NOW - HOUR) is None  # of a clock that was ahead
        assert not is_to_be_seen(s, one, NOW)
        for hours in range(4, 7 * 24, 4):
            assert is_to_be_seen(s, one, NOW + hours * HOUR)
            seen(s, one, NOW + hours * HOUR)
            assert who_sits(s, one, NOW + hours * HOUR) is not None
        assert who_sits(s, one, NOW + LONGEST) is None
        assert who_sits(s, other, NOW) is not None
        end(s, other)
        assert who_sits(s, other, NOW) is None
        begin(s, "a", "", NOW + LONGEST)
        assert len(list(s.scalars(select(WebSession)))) == 1


def test_sessions_end_with_what_they_rest_on(engine: Engine) -> None:
    with session(engine) as s:
        add(s, "a", "admin", EVERYTHING, "h", BY)
        add(s, "b", "viewer", EVERYTHING, "h", BY)
        of_a = begin(s, "a", "", NOW)
        of_b = begin(s, "b", "", NOW)
        set_role(s, "b", "viewer", of_county("140999"), BY)
        assert who_sits(s, of_b, NOW) is None
        of_b = begin(s, "b", "", NOW)
        token = give_token(s, "b", "", NOW + HOUR, BY)
        set_password(s, "b", "h2", BY)
        assert who_sits(s, of_b, NOW) is None
        assert who_asks(s, token, NOW) is None
        begin(s, "b", "", NOW)
        remove(s, "b", BY)
        assert who_sits(s, of_a, NOW) is not None


def test_a_token_ends(engine: Engine) -> None:
    with session(engine) as s:
        add(s, "a", "admin", EVERYTHING, "h", BY)
        secret = give_token(s, "a", "研究", NOW + HOUR, BY)
        assert (found := who_asks(s, secret, NOW)) is not None
        assert found.name == "a"
        assert who_asks(s, secret, NOW + HOUR) is None
        assert who_asks(s, f"{secret}x", NOW) is None
        assert secret not in {row.digest for row in s.scalars(select(Token))}


def test_guesses_cost_time(engine: Engine) -> None:
    at, tries = NOW, 0
    with session(engine) as s:
        while at < NOW + 24 * HOUR:
            tried(s, "Admin", "10.0.0.9", at, succeeded=False)
            tries += 1
            at = max(at, may_try_at(s, "admin", "10.0.0.9", at))
        assert tries < 250
        assert "admin" not in {row.key for row in s.scalars(select(SignIn))}


@more
def test_strangers_lock_nobody_out(engine: Engine) -> None:
    with session(engine) as s:
        tried(s, "a", "10.0.0.1", NOW - 20 * 24 * HOUR, succeeded=True)
        for number in range(amount(600, 3000)):
            tried(s, "a", f"192.0.2.{number}", NOW, succeeded=False)
        assert may_try_at(s, "a", "10.0.0.1", NOW) <= NOW
        assert NOW < may_try_at(s, "a", "10.0.0.2", NOW) <= NOW + timedelta(minutes=1)
        assert may_try_at(s, "b", "10.0.0.2", NOW) <= NOW


def test_a_name_that_nobody_has_waits_as_long() -> None:
    for known in ("a", "nobody"):
        failed = [Try(known, "x", NOW, succeeded=False) for _ in range(8)]
        assert open_at(failed, known, "x", NOW) == NOW + timedelta(seconds=4)


def test_old_tries_are_forgotten(engine: Engine) -> None:
    with session(engine) as s:
        tried(s, "a", "x", NOW - REMEMBERED, succeeded=True)
        tried(s, "a", "x", NOW, succeeded=False)
        assert [row.at for row in s.scalars(select(SignIn))] == [NOW]


def test_an_older_store_has_nobody_yet(engine: Engine) -> None:
    migrate(engine, "0014")
    migrate(engine)
    with session(engine) as s:
        assert s.scalar(select(Unit.name)) == "柳树镇"
        assert people(s) == []
        add(s, "a", "unit", of_unit("140999101", "140999"), "h", BY)
        assert s.scalar(select(Account.unit)) == "140999101"


def test_whom_a_provider_knows_is_one_person(engine: Engine) -> None:
    sso, other = "https://sso.cn", "https://other.cn"
    with session(engine) as s:
        add(s, "a", "admin", EVERYTHING, "", BY)
        add(s, "b", "viewer", EVERYTHING, "", BY)
        bind(s, "b", sso, "17", BY)
        bind(s, "b", other, "17", BY)
        for name, issuer, subject in (("b", sso, "18"), ("a", sso, "17")):
            with pytest.raises(PeopleError, match="另一身份"):
                bind(s, name, issuer, subject, BY)
    with looking(engine) as s:
        assert person_known_as(s, sso, "17") == person_named(s, "b")
        assert person_known_as(s, sso, "18") is None
        assert [each["content"]["did"] for each in entries(s)].count("bound") == 2
    with session(engine) as s:
        remove(s, "b", BY)
        bind(s, "a", sso, "17", BY)  # who is new has the name now
        assert person_known_as(s, sso, "17") == person_named(s, "a")
