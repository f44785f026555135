"""What is wrong, as a program is told it (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

PROBLEM = "application/problem+json"
NONE: Mapping[str, str] = {}


def problem_of(status: int, detail: str, headers: Mapping[str, str] = NONE) -> Response:
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    body = json.dumps(told, ensure_ascii=False)
    return Response(body, status, dict(headers), media_type=PROBLEM)
