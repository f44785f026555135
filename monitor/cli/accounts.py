"""`nianbao user`: who may sign in, as what, and for which counties or which unit."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from nianbao.monitor.cli.asking import meant, registry_in
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.ledger.scope import names_apart
from nianbao.monitor.ledger.words import ROLES
from nianbao.monitor.passwords import LONGEST, hash_of
from nianbao.storage.audit import HERE
from nianbao.storage.kinds import Role
from nianbao.storage.people import (
    By,
    PeopleError,
    add,
    give_token,
    known_as,
    people,
    person_named,
    remove,
    set_password,
    set_role,
    take_tokens,
)
from nianbao.storage.scope import EVERYTHING, Scope
from nianbao.storage.store import looking, open_store, session
from nianbao.storage.units import county_names, unit_names

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")]
As = Annotated[str, typer.Option("--role", help="viewer, unit, supervisor, operator or admin.")]
Of = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        help="Whose: provinces, cities, counties, one unit, or all; as --county of other commands.",
    ),
]
Who = Annotated[str, typer.Option(envvar="NIANBAO_WHO", help="Who does it; kept in the log.")]
EVERYBODY = ("all", "全部")


def add_user(
    name: Name,
    role: As,
    scope: Of = None,
    who: Who = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
) -> None:
    """Make an account. Its password is asked for, or read from standard input; it is never an
    argument.

    The pages ask for it where nianbao.toml says `[web] sign_in = "accounts"`. They show what
    lies in the scope, and nothing else.
    """
    as_what = _role(role)
    engine = open_store(store, known=True)
    registry = registry_in(config, needed=False)
    with _told(), looking(engine) as s:
        known = county_names(s) | registry.names
        whose = EVERYTHING if _is_all(scope) else meant(s, scope, registry, known)
        is_there = person_named(s, name) is not None
    if is_there:
        end(2, f"已有用户 {name}", f"there is a user {name} already")
    with _told():
        kept = hash_of(_password(), name)
        with session(engine) as s:
            add(s, name, as_what, whose, kept, _by(who))
    echo(say(f"已添加：{name}（{_word(as_what)}）", f"added: {name} ({_word(as_what)})"))


def list_users(config: Config = COUNTIES, store: Store = DATABASE) -> None:
    """Everybody who has an account: role, scope, since when, and as whom a provider knows them."""
    registry = registry_in(config, needed=False)
    with looking(open_store(store, asks=True)) as s:
        known = names_apart(county_names(s) | registry.names)
        found = people(s)
        units = unit_names(s, [unit for each in found for unit in each.scope.units])
        bound = known_as(s)
    for each in found:
        place = _place(each.scope, known | units)
        told = (each.name, _word(each.role), place, f"{each.created:%Y-%m-%d}")
        elsewhere = (f"{issuer} {subject}" for issuer, subject in bound.get(each.name, ()))
        echo("\t".join((*told, *elsewhere)))
    if not found:
        tell("还没有用户；用 nianbao user add 添加", "nobody yet: nianbao user add")


def change_role(
    name: Name,
    role: As,
    scope: Of = None,
    who: Who = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
) -> None:
    """Change what somebody may do, and where. They sign in anew."""
    as_what = _role(role)
    registry = registry_in(config, needed=False)
    with _told(), session(open_store(store, known=True)) as s:
        known = county_names(s) | registry.names
        whose = EVERYTHING if _is_all(scope) else meant(s, scope, registry, known)
        set_role(s, name, as_what, whose, _by(who))
    echo(say(f"已更改：{name}（{_word(as_what)}）", f"changed: {name} ({_word(as_what)})"))


def change_password(name: Name, who: Who = "", store: Store = DATABASE) -> None:
    """Give somebody a new password; it is asked for, or read from standard input. They sign in
    anew, and their tokens end.
    """
    engine = open_store(store, known=True)
    with looking(engine) as s:
        is_there = person_named(s, name) is not None
    if not is_there:
        _nobody(name)
    with _told():
        kept = hash_of(_password(), name)
        with session(engine) as s:
            set_password(s, name, kept, _by(who))
    echo(say(f"已更改密码：{name}", f"the password is changed: {name}"))


def remove_user(name: Name, who: Who = "", store: Store = DATABASE) -> None:
    """Remove an account, with its sessions and tokens. What they did stays in the log. The last
    admin stays.
    """
    with _told(), session(open_store(store, known=True)) as s:
        remove(s, name, _by(who))
    echo(say(f"已删除：{name}", f"removed: {name}"))


def token(
    name: Name,
    purpose: Annotated[str, typer.Option("--for", help="What it is for.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="How long it holds.")] = 90,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="End all of their tokens instead.")
    ] = False,
    who: Who = "",
    store: Store = DATABASE,
) -> None:
    """A token with which a program asks in somebody's name. It is shown once: only its hash is
    kept.
    """
    by = _by(who)
    with _told(), session(open_store(store, known=True)) as s:
        if withdraw:
            count = take_tokens(s, name, by)
        else:
            secret = give_token(s, name, purpose, by.now + timedelta(days=days), by)
    if withdraw:
        echo(say(f"{name}：已收回令牌 {count} 个", f"{name}: {count} tokens ended"))
        return
    tell(f"{name}：有效 {days} 天，只显示这一次", f"{name}: holds {days} days, shown this once")
    echo(secret)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except PeopleError as error:
        end(2, error.zh, error.en)


def _by(who: str) -> By:
    return By(who or HERE, datetime.now(UTC))


def _nobody(name: str) -> None:
    end(2, f"没有用户 {name}", f"there is no user {name}")


def _role(said: str) -> Role:
    found = next((role for role in ROLES if role == said), None)
    if found is None:
        there = "、".join(ROLES)
        end(2, f"没有角色“{said}”，可用：{there}", f"no role “{said}”: one of {', '.join(ROLES)}")
    return found


def _is_all(said: list[str] | None) -> bool:
    if not said:
        end(2, "请注明范围 --scope（全部用 all）", "whose? --scope (all for everything)")
    return len(said) == 1 and said[0] in EVERYBODY


def _word(role: Role) -> str:
    return ROLES[role].said(current())


def _place(scope: Scope, names: dict[str, str]) -> str:
    if scope.is_everything:
        return say("全部", "all")
    codes = (*scope.prefixes, *scope.units)
    return " ".join(f"{code} {names.get(code, '')}".strip() for code in codes)


def _password() -> str:
    """From whoever sits there, twice; else the first line of standard input."""
    if sys.stdin is None or not sys.stdin.isatty():
        try:
            return sys.stdin.readline(LONGEST * 4).rstrip("\r\n")
        except (OSError, AttributeError, UnicodeError):
            end(2, "请从标准输入给出密码", "give the password on standard input")
    first = getpass.getpass(say("密码：", "password: "))
    if getpass.getpass(say("再输一次：", "once more: ")) != first:
        end(2, "两次输入不同", "the two are not the same")
    return first
