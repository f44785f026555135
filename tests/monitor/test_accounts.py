"""`nianbao user`: accounts from the command line."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nianbao.monitor.passwords import is_right
from nianbao.storage.models import Region, Unit
from nianbao.storage.people import By, bind, password_of, people, person_named, who_asks
from nianbao.storage.scope import EVERYTHING, of_county, of_unit
from nianbao.storage.store import looking, open_store, session
from tests.worlds.commands import run_here

SECRET = "a long password 口令"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a county and a unit; the password is on standard input."""
    with session(open_store(store_in(tmp_path))) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Unit(id="140999101", county="140999", name="柳树镇", kind="town"))
    types(monkeypatch, SECRET)
    return tmp_path


def store_in(folder: Path) -> str:
    return f"sqlite:///{folder}/n.db"


def types(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{said}\n"))


def user(folder: Path, *arguments: str) -> Any:
    return run_here(folder, "user", *arguments, "--store", store_in(folder), NIANBAO_LANG="en")


def test_an_account_from_beginning_to_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(store_in(folder))
    done = user(folder, "add", "王某", "--role", "admin", "--scope", "all", "--who", "installer")
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    types(monkeypatch, SECRET)
    assert user(folder, "add", "镇", "--role", "unit", "--scope", "140999101").returncode == 0
    types(monkeypatch, SECRET)
    assert user(folder, "add", "县", "--role", "viewer", "--scope", "平安县").returncode == 0
    with looking(store) as s:
        told = {each.name: (each.role, each.scope) for each in people(s)}
        assert is_right(password_of(s, "王某"), SECRET)
    assert told == {
        "王某": ("admin", EVERYTHING),
        "镇": ("unit", of_unit("140999101", "140999")),
        "县": ("viewer", of_county("140999")),
    }
    listed = user(folder, "list").stdout
    assert "镇\tunit\t140999101 柳树镇" in listed
    assert "县\tviewer\t140999 平安县" in listed
    assert "argon2" not in listed
    with session(store) as s:
        bind(s, "县", "https://sso.example.cn", "17", By("王某", datetime.now(UTC)))
    listed = user(folder, "list").stdout
    assert re.search(r"县\tviewer\t140999 平安县\t[-0-9]{10}\thttps://sso.example.cn 17\n", listed)
    assert re.search(r"王某\tadmin\tall\t[-0-9]{10}\n", listed)

    assert user(folder, "role", "县", "--role", "operator", "--scope", "14").returncode == 0
    types(monkeypatch, "another password")
    assert user(folder, "password", "县").returncode == 0
    token = user(folder, "token", "县", "--for", "接口", "--days", "2").stdout.strip()
    with looking(store) as s:
        person = person_named(s, "县")
        assert person is not None
        assert who_asks(s, token, person.created) == person
        assert is_right(password_of(s, "县"), "another password")
    assert "1 tokens" in user(folder, "token", "县", "--withdraw").stdout
    assert user(folder, "remove", "县").returncode == 0
    assert user(folder, "remove", "王某").returncode == 2
    assert run_here(folder, "audit", "verify", "--store", store_in(folder)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "a", "--role", "king", "--scope", "all"), "no role"),
        (("add", "a", "--role", "viewer"), "--scope"),
        (("add", "a", "--role", "unit", "--scope", "平安县"), "one unit"),
        (("add", "a", "--role", "viewer", "--scope", "没有县"), "没有县"),
        (("add", SECRET, "--role", "viewer", "--scope", "all"), "guessed"),
        (("role", "nobody", "--role", "viewer", "--scope", "all"), "no user"),
        (("password", "nobody"), "no user"),
        (("remove", "nobody"), "no user"),
        (("token", "nobody"), "no user"),
    ],
)
def test_what_can_not_be_is_told(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    done = user(folder, *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    with looking(open_store(store_in(folder))) as s:
        assert people(s) == []


@pytest.mark.parametrize("typed", ["", "short", "x" * 400])
def test_a_bad_password_makes_no_account(
    folder: Path, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    types(monkeypatch, typed)
    done = user(folder, "add", "a", "--role", "admin", "--scope", "all")
    assert done.returncode == 2
    assert "password" in done.stderr
    assert user(folder, "list").stdout == ""
