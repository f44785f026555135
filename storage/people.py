"""Who may sign in, as what and for which counties and units: accounts, sessions, tokens.

Of a session and a token only a hash is kept; a password comes as its hash.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from nianbao.storage.audit import note, take_turn
from nianbao.storage.kinds import Role
from nianbao.storage.models import Account, Door, Identity, SignIn, Token, Unit, WebSession
from nianbao.storage.scope import Scope
from nianbao.storage.throttle import COUNTED, REMEMBERED, Try, open_at

IDLE = timedelta(hours=8)  # a session that nobody uses ends
LONGEST = timedelta(days=7)  # so does one that is used
SEEN_EACH = timedelta(minutes=5)  # it is written down that it is used
LONGEST_NAME = 60


class PeopleError(Exception):
    """What can't be done with an account, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


class Person(NamedTuple):
    """Somebody with an account."""

    name: str
    role: Role
    scope: Scope
    created: datetime


def key_of(name: str) -> str:
    """Names that a person takes for one are one."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def people(s: Session) -> list[Person]:
    """Everybody, by their names."""
    chosen = select(Account, Unit.county).outerjoin(Unit, Account.unit == Unit.id)
    return [_person(row, county) for row, county in s.execute(chosen.order_by(Account.key))]


def person_named(s: Session, name: str) -> Person | None:
    row = _account(s, name)
    return _person_of(s, row) if row is not None else None


def password_of(s: Session, name: str) -> str:
    """The hash of somebody's password; empty where there is nobody, or no password."""
    row = _account(s, name)
    return row.password if row is not None else ""


def _account(s: Session, name: str) -> Account | None:
    return s.scalar(select(Account).where(Account.key == key_of(name)))


def _there(s: Session, name: str) -> Account:
    row = _account(s, name)
    if row is None:
        raise PeopleError(f"没有用户 {name}", f"there is no user {name}")
    return row


def _person_of(s: Session, row: Account) -> Person:
    county = s.scalar(select(Unit.county).where(Unit.id == row.unit)) if row.unit else None
    return _person(row, county)


def _person(row: Account, county: str | None) -> Person:
    scope = Scope(tuple(row.places))
    if row.unit is not None and county is not None:
        scope = Scope((), (row.unit,), (county,))
    return Person(row.name, cast(Role, row.role), scope, row.created)


# ---- what is done with accounts: each is written into the log of decisions


class By(NamedTuple):
    """Who does it, and when."""

    who: str
    now: datetime


def add(s: Session, name: str, role: Role, scope: Scope, password: str, by: By) -> None:
    """Somebody new; `password`: its hash."""
    take_turn(s)
    name = unicodedata.normalize("NFKC", name).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise PeopleError(
            f"用户名应为1至{LONGEST_NAME}个可见字符",
            f"a user's name has 1 to {LONGEST_NAME} letters that can be seen",
        )
    if _account(s, name) is not None:
        raise PeopleError(f"已有用户 {name}", f"there is a user {name} already")
    row = Account(name=name, key=key_of(name), password=password, created=by.now)
    _give(row, role, scope)
    s.add(row)
    _tell(s, row, "added", by, _told(row))


def set_role(s: Session, name: str, role: Role, scope: Scope, by: By) -> None:
    """What somebody may do, and where, from now on: they sign in anew."""
    take_turn(s)
    row = _there(s, name)
    if role != "admin":
        _keep_one(s, row)
    before = _told(row)
    _give(row, role, scope)
    _end_all(s, row)
    _tell(s, row, "role", by, {**_told(row), "before": before})


def set_password(s: Session, name: str, password: str, by: By) -> None:
    """`password`: its hash. Who is signed in signs in anew; tokens, which may be in wrong hands
    as well, end.
    """
    take_turn(s)
    row = _there(s, name)
    row.password = password
    _end_all(s, row)
    _end_tokens(s, row)
    _tell(s, row, "password", by, {})


def remove(s: Session, name: str, by: By) -> None:
    take_turn(s)
    row = _there(s, name)
    _keep_one(s, row)
    _end_all(s, row)
    _end_tokens(s, row)
    s.execute(delete(Identity).where(Identity.account == row.id))
    _tell(s, row, "removed", by, _told(row))
    s.delete(row)
    s.flush()


def _give(row: Account, role: Role, scope: Scope) -> None:
    is_unit = len(scope.units) == 1 and not scope.prefixes
    if role == "unit" and not is_unit:
        raise PeopleError(
            "角色 unit 只能对应一个单位：--scope unit:代码",
            "the role unit is of one unit: --scope unit:CODE",
        )
    if not scope or (scope.units and not is_unit):
        raise PeopleError(
            "范围应为若干省、市、县，或一个单位",
            "a scope is provinces, cities, counties, or one unit",
        )
    row.role, row.places = role, list(scope.prefixes)
    row.unit = scope.units[0] if is_unit else None


def _keep_one(s: Session, row: Account) -> None:
    """Somebody must be left who can make accounts."""
    admins = select(func.count()).select_from(Account).where(Account.role == "admin")
    if row.role == "admin" and s.scalar(admins) == 1:
        raise PeopleError(
            f"{row.name} 是唯一的管理员，须先设另一名管理员",
            f"{row.name} is the only admin: make another one first",
        )


def _told(row: Account) -> dict[str, Any]:
    return {"role": row.role, "places": list(row.places), "unit": row.unit}


def _tell(s: Session, row: Account, did: str, by: By, content: Mapping[str, Any]) -> None:
    s.flush()
    note(s, by.now, by.who, "account", row.name, {"did": did, **content})


# ---- as whom a provider knows somebody


def person_known_as(s: Session, issuer: str, subject: str) -> Person | None:
    known = Identity.issuer == issuer, Identity.subject == subject
    chosen = select(Account).join(Identity, Identity.account == Account.id).where(*known)
    row = s.scalar(chosen)
    return _person_of(s, row) if row is not None else None


def known_as(s: Session) -> dict[str, list[tuple[str, str]]]:
    """By the names of people as whom providers know them: issuer and its number of them."""
    chosen = select(Account.name, Identity.issuer, Identity.subject)
    chosen = chosen.join(Identity, Identity.account == Account.id).order_by(Identity.bound)
    found: dict[str, list[tuple[str, str]]] = {}
    for name, issuer, subject in s.execute(chosen):
        found.setdefault(name, []).append((issuer, subject))
    return found


def bind(s: Session, name: str, issuer: str, subject: str, by: By) -> None:
    """From now on whom a provider calls so is this person, whatever names change there."""
    take_turn(s)
    row = _there(s, name)
    there = select(Identity).where(Identity.issuer == issuer, Identity.account == row.id)
    if s.scalar(there) is not None or person_known_as(s, issuer, subject) is not None:
        raise PeopleError(
            f"{row.name} 已与统一身份认证中的另一身份对应；换人须先删除再添加这个用户",
            f"{row.name} is known as somebody else at the provider: remove the user, add it anew",
        )
    told = {"issuer": issuer, "subject": subject, "account": row.id, "bound": by.now}
    s.add(Identity(**told))
    _tell(s, row, "bound", by, {"issuer": issuer, "subject": subject})


# ---- sessions and tokens: whoever has the secret is the person


def digest_of(secret: str) -> str:
    """What is kept of a secret that is long and made by chance."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(s: Session, name: str, address: str, now: datetime) -> str:
    """A new session's secret; sessions that have ended are forgotten."""
    row = _there(s, name)
    over = or_(WebSession.seen <= now - IDLE, WebSession.began <= now - LONGEST)
    s.execute(delete(WebSession).where(over))
    secret = secrets.token_urlsafe(32)
    told = {"account": row.id, "began": now, "seen": now, "address": address}
    s.add(WebSession(digest=digest_of(secret), **told))
    s.flush()
    return secret


def who_sits(s: Session, secret: str, now: datetime) -> Person | None:
    """Whose session it is; nobody's where it has ended, or a clock says it is of tomorrow."""
    row = s.get(WebSession, digest_of(secret))
    if row is None or not (row.began - SEEN_EACH <= now < row.began + LONGEST):
        return None
    if now >= row.seen + IDLE:
        return None
    return _person_of(s, s.get_one(Account, row.account))


def is_to_be_seen(s: Session, secret: str, now: datetime) -> bool:
    """Whether it is long ago that a session was written down as used."""
    row = s.get(WebSession, digest_of(secret))
    return row is not None and now >= row.seen + SEEN_EACH


def seen(s: Session, secret: str, now: datetime) -> None:
    """A session is used."""
    row = s.get(WebSession, digest_of(secret))
    if row is not None and row.seen < now:
        row.seen = now


def end(s: Session, secret: str) -> None:
    """Somebody signs out."""
    s.execute(delete(WebSession).where(WebSession.digest == digest_of(secret)))


def end_sessions(s: Session) -> None:
    """Everybody signs in anew."""
    s.execute(delete(WebSession))


class Alive(NamedTuple):
    """By what people and programs get in."""

    accounts: int
    tokens: int
    doors: int


def alive(s: Session, now: datetime) -> Alive:
    def count(row: type[Account | Token | Door], *which: ColumnElement[bool]) -> int:
        return s.scalar(select(func.count()).select_from(row).where(*which)) or 0

    holds = Door.revoked.is_(None), Door.until > now
    return Alive(count(Account), count(Token, Token.until > now), count(Door, *holds))


def _end_all(s: Session, row: Account) -> None:
    s.execute(delete(WebSession).where(WebSession.account == row.id))


def _end_tokens(s: Session, row: Account) -> None:
    s.execute(delete(Token).where(Token.account == row.id))


def give_token(s: Session, name: str, purpose: str, until: datetime, by: By) -> str:
    """A new token's secret, for a program that asks in somebody's name."""
    take_turn(s)
    row = _there(s, name)
    secret = f"nianbao_{secrets.token_urlsafe(32)}"
    told = {"account": row.id, "purpose": purpose, "created": by.now, "until": until}
    s.add(Token(digest=digest_of(secret), **told))
    _tell(s, row, "token", by, {"purpose": purpose})
    return secret


def take_tokens(s: Session, name: str, by: By) -> int:
    """All of somebody's tokens end; how many there were."""
    take_turn(s)
    row = _there(s, name)
    count = s.scalar(select(func.count()).select_from(Token).where(Token.account == row.id)) or 0
    _end_tokens(s, row)
    _tell(s, row, "tokens ended", by, {"count": count})
    return count


def who_asks(s: Session, secret: str, now: datetime) -> Person | None:
    """Whose token it is; nobody's where it has ended."""
    row = s.get(Token, digest_of(secret))
    if row is None or now >= row.until:
        return None
    return _person_of(s, s.get_one(Account, row.account))


def use_token(s: Session, secret: str, address: str, now: datetime) -> None:
    """A token is used: kept as a sign-in that succeeded is, one row for each address."""
    key, where = digest_of(secret), address[:MOST_OF_ADDRESS]
    own = and_(SignIn.key == key, SignIn.address == where)
    row = s.scalar(select(SignIn).where(own).limit(1))
    if row is None:
        s.add(SignIn(key=key, address=where, at=now, succeeded=True))
    elif row.at < now:
        row.at = now


def token_used(s: Session, secret: str) -> datetime | None:
    """When a token was last used, to some minutes; None where it was not for a month."""
    used: datetime | None = s.scalar(
        select(func.max(SignIn.at)).where(SignIn.key == digest_of(secret))
    )
    return used


# ---- tries


def may_try_at(s: Session, name: str, address: str, now: datetime) -> datetime:
    """When the next try is looked at; `now` or earlier: at once. A name that nobody has is
    answered like any other.
    """
    key, where = _kept_key(name), address[:MOST_OF_ADDRESS]
    own = and_(SignIn.key == key, SignIn.address == where)
    good = select(SignIn).where(own, SignIn.succeeded, SignIn.at > now - REMEMBERED)
    meant = or_(SignIn.key == key, SignIn.address == where)
    failed = select(SignIn).where(meant, ~SignIn.succeeded, SignIn.at > now - COUNTED)
    latest = SignIn.at.desc()
    rows = [
        *s.scalars(good.order_by(latest).limit(1)),
        *s.scalars(failed.order_by(latest).limit(MOST_TRIES)),
    ]
    tries = (Try(row.key, row.address, row.at, row.succeeded) for row in rows)
    return open_at(tries, key, where, now)


MOST_TRIES = 2000
MOST_OF_ADDRESS = 60


def tried(s: Session, name: str, address: str, now: datetime, *, succeeded: bool) -> None:
    """Write a try down; those that count no more are forgotten. One that had to wait is none."""
    s.execute(delete(SignIn).where(SignIn.at <= now - REMEMBERED))
    where = address[:MOST_OF_ADDRESS]
    s.add(SignIn(key=_kept_key(name), address=where, at=now, succeeded=succeeded))
    s.flush()


def _kept_key(name: str) -> str:
    """A hash: people type their password where their name belongs."""
    return digest_of(key_of(name))
