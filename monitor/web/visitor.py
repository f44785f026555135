"""Who asks. Every page, and whatever else answers, takes it from here."""

from __future__ import annotations

from typing import NamedTuple, cast

from starlette.requests import Request

from nianbao.storage.audit import HERE
from nianbao.storage.kinds import Role
from nianbao.storage.scope import EVERYTHING, Scope

KEY = "nianbao.visitor"  # of a connection


class Visitor(NamedTuple):
    """Who asks: as what, and for which counties and units."""

    name: str
    role: Role
    scope: Scope
    is_signed_in: bool = True
    is_program: bool = False  # it shows a token
    hidden: frozenset[str] = frozenset()  # what addresses begin with that are not for them


# Where the settings name no sign-in: whoever sits at this machine.
ANYBODY = Visitor(HERE, "admin", EVERYTHING, is_signed_in=False)


def who(request: Request) -> Visitor:
    return cast(Visitor, request.scope.get(KEY, ANYBODY))
