"""What the API answers is what it says of itself: whatever schemathesis makes up is answered as described, and nothing is
a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from starlette.types import Receive, Scope, Send

from nianbao.monitor.settings import Web
from nianbao.monitor.web.app import made
from nianbao.monitor.web.site import Site
from tests.amounts import TIMES, amount, more
from tests.monitor.test_web_every import filled

schemathesis = pytest.importorskip("schemathesis")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    filling = filled(tmp_path_factory.mktemp("described") / "few", 6)
    often = replace(filling.settings, web=Web(api_per_minute=1_000_000))
    yield replace(filling, settings=often, names=(*filling.names, "testserver"))
    filling.engine.dispose()


@more
def test_whatever_is_asked_is_answered_as_described(site: Site) -> None:
    pages = made(site)

    async def near(scope: Scope, receive: Receive, send: Send) -> None:
        """As somebody on this machine asks."""
        await pages({**scope, "client": ("127.0.0.1", 1)}, receive, send)

    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", near)
    bounds = settings(
        max_examples=amount(8, 20 if TIMES == 1 else 40),
        deadline=None,
        derandomize=True,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.explicit, Phase.generate],
    )
    operations: list[Any] = [each.ok() for each in schema.get_all_operations()]
    for mode, operation in product(schemathesis.GenerationMode, operations):

        @bounds
        @given(case=operation.as_strategy(generation_mode=mode))
        def answered(case: Any) -> None:
            case.call_and_validate()

        answered()
    # It asks for all but the description itself.
    assert len(operations) == len(schema.raw_schema["paths"]) - 1
