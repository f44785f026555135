"""Every page has its picture: a route that is neither among those of `make screenshots` nor no page is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.routing import Route

from nianbao.monitor.web.app import made
from tests.worlds.pages import site_of
from tests.worlds.pictured import FOR_PROGRAMS, NOT_PAGES, PAGES, Scene, named, route_of
from tests.worlds.recorded import at


def test_every_route_has_a_picture_or_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "counties").mkdir()
    app: Any = made(site_of(tmp_path, at(2, 4)))
    while not hasattr(app, "routes"):
        app = app.app
    shown = {
        each.path
        for each in app.routes
        if isinstance(each, Route)
        and "GET" in (each.methods or ())
        and not each.path.startswith(FOR_PROGRAMS)
    }
    assert shown == PAGES | NOT_PAGES
    assert not PAGES & NOT_PAGES


def test_an_address_is_of_the_route_that_says_most_of_it() -> None:
    for address, route in (
        ("http://127.0.0.1:5/?year=2026", "/"),
        ("http://127.0.0.1:5/c/140999/2026/faults?each=1", "/c/{place:path}/faults"),
        ("http://127.0.0.1:5/c/140999/2026", "/c/{place:path}"),
        ("http://127.0.0.1:5/door/report", "/door/report"),
        ("http://127.0.0.1:5/door/abc", "/door/{secret}"),
        ("http://127.0.0.1:5/setup?name=140924", "/setup"),
        ("http://127.0.0.1:5/nix", ""),
    ):
        assert route_of(address) == route


def test_a_picture_is_called_as_its_page_is() -> None:
    scenes = [Scene("", "http://127.0.0.1:5/c/140999/2026?year=2026"), Scene("door", "http://a/")]
    assert [each.name for each in named(scenes)] == ["00-c-year", "01-door"]
    public = Scene("", "http://127.0.0.1:5/public/u/140999101/index.html")
    assert public.spoken("en") == "http://127.0.0.1:5/public/en/u/140999101/index.html"
    assert Scene("", "http://a/?x=1").spoken("en") == "http://a/?x=1&lang=en"
