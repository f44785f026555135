"""How a request is refused: a program is told what is wrong as problem+json (RFC 9457), a person
on a page.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nianbao.monitor.web.problems import problem_of
from nianbao.monitor.web.shell import failed, lang_of, log_of, root_of, told_of

ENDINGS = (".json", ".csv")
CHALLENGE = 'Bearer realm="nianbao"'


def bearer_of(request: Request) -> str | None:
    """The token that a program shows; None where it shows none."""
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    return told.strip() if scheme.lower() == "bearer" else None


def is_program(request: Request) -> bool:
    """Whether a program asks: it shows a token, or its address is one for programs."""
    path = request.scope["path"].removeprefix(root_of(request))
    is_data = path.startswith("/api/") or path.endswith(ENDINGS)
    return is_data or bearer_of(request) is not None


async def refusal(request: Request, error: Exception) -> Response:
    """What is wrong, for whoever asks."""
    log_of(request, error)
    status = told_of(error)[0]
    answer = problem(request, error) if is_program(request) else await failed(request, error)
    if status == HTTPStatus.UNAUTHORIZED:
        wrong = "" if bearer_of(request) is None else ', error="invalid_token"'
        answer.headers["www-authenticate"] = f"{CHALLENGE}{wrong}"
    return answer


def problem(request: Request, error: Exception) -> Response:
    status, zh, en = told_of(error)
    headers = (error.headers if isinstance(error, HTTPException) else None) or {}
    return problem_of(status, zh if lang_of(request) == "zh" else en, headers)
