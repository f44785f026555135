"""The daemon's child that shows the pages, how it is doing for programs, and links in mails."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from starlette.types import ASGIApp, Message, Scope

from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.linked import page_at
from nianbao.monitor.settings import Office, Settings, Web, load_settings
from nianbao.monitor.showing import Pages
from nianbao.monitor.web.app import made
from nianbao.storage.registry import ConfigError
from nianbao.storage.scope import of_county, of_unit
from tests.worlds.pages import get, served, site_of
from tests.worlds.recorded import World, at

COUNTY = "140999"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    (tmp_path / "counties").mkdir()
    (tmp_path / "counties" / "a.yaml").write_text((tmp_path / "a.yaml").read_text("utf-8"), "utf-8")
    world.sweep(at(2, 2))
    return world


# ---- how it is doing


def test_programs_are_told_how_it_is_doing(world: World) -> None:
    site = site_of(world.folder, at(2, 3))
    for base in ("", "/nianbao"):
        with served(site, base) as address:
            healthy = get(f"{address}/healthz")
            assert healthy.json()["problems"][0].startswith("没有守护进程在运行")
            assert healthy.status_code == 503  # no daemon runs
            assert "nianbao_columns 1.0" in get(f"{address}/metrics").text


def test_another_machine_is_told_that_alone_and_only_where_the_settings_say_so(
    world: World,
) -> None:
    site = site_of(world.folder, at(2, 3))
    open_to = replace(site, settings=replace(site.settings, web=Web(health=True)))
    for each, status in ((site, 403), (open_to, 503)):
        app = made(each)
        assert asked(app, "/healthz", "10.0.0.7")[0] == status
        for path in ("/", f"/c/{COUNTY}", "/static/style.css", "/healthz/x", "/metrics/../c"):
            answer = asked(app, path, "10.0.0.7")
            assert answer[0] == 403, path
            assert "平安县" not in answer[1]
        assert asked(app, "/do/look", "10.0.0.7", "POST")[0] == 403
    assert asked(made(site), f"/c/{COUNTY}", "::ffff:127.0.0.1", host="127.0.0.1")[0] == 200


def asked(
    app: ASGIApp, path: str, client: str, method: str = "GET", host: str = "nianbao:8470"
) -> tuple[int, str]:
    """What is answered to somebody at an address, who calls us by a name."""
    said = list[Message]()
    scope: Scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", host.encode())], "client": (client, 5), "server": ("x", 80),
        "scheme": "http", "root_path": "", "http_version": "1.1",
    }  # fmt: skip

    async def heard() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def told(message: Message) -> None:
        said.append(message)

    asyncio.run(app(scope, heard, told))  # type: ignore[arg-type]
    body = b"".join(message.get("body", b"") for message in said)
    return int(said[0]["status"]), body.decode()


# ---- the child


def free() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answered(address: str, seconds: float = 60.0) -> requests.Response:
    ends = time.monotonic() + seconds
    while True:
        try:
            return requests.get(address, timeout=30)
        except requests.ConnectionError:
            assert time.monotonic() < ends
            time.sleep(0.1)


def test_the_daemon_s_child_is_there_until_the_daemon_is_gone(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file, port = tmp_path / "nianbao.toml", free()
    text = f'store = "sqlite:///{tmp_path}/n.db"\nevidence = "{tmp_path}/evidence"\n'
    file.write_text(f"{text}[web]\non = true\nport = {port}\n", "utf-8")
    monkeypatch.setenv("NIANBAO_SETTINGS", str(file))
    shown = Pages(load_settings(file), tmp_path / "counties")
    shown.keep()
    try:
        assert answered(f"http://127.0.0.1:{port}/c/{COUNTY}").status_code == 200
        process = shown.process
        assert process is not None
        shown.keep()
        assert shown.process is process  # one is enough
        assert process.stdin is not None
        process.stdin.close()  # as when the daemon was killed
        process.wait(30)
        shown.begun = time.monotonic()  # just now, however slow the machine is
        shown.keep()
        assert shown.process is None  # not begun again at once
    finally:
        shown.stop()


def test_it_is_not_begun_where_the_settings_don_t_say_so(tmp_path: Path) -> None:
    shown = Pages(Settings(), tmp_path)
    shown.keep()
    assert shown.process is None
    shown.stop()


# ---- settings, and links in mails


@pytest.mark.parametrize("said", ['public = "ogi"', 'base = "a b"', 'on = "yes"', "prt = 1"])
def test_settings_that_can_t_be_are_told(tmp_path: Path, said: str) -> None:
    file = tmp_path / "nianbao.toml"
    file.write_text(f"[web]\n{said}\n", "utf-8")
    with pytest.raises(ConfigError):
        load_settings(file)


PUBLIC = "https://ogi.example.gov.cn/nianbao/"


def test_a_mail_leads_to_the_page_of_its_scope(world: World) -> None:
    counties = world.registry
    at_county = f"{PUBLIC}c/{COUNTY}/2026"
    assert page_at(PUBLIC, of_county(COUNTY), "county:140999", 2026, counties) == at_county
    unit = of_unit("140999101", COUNTY)
    assert page_at(PUBLIC, unit, "", 2026, counties) == f"{PUBLIC}u/140999101/2026"
    assert page_at("", of_county(COUNTY), "", 2026, counties) == ""
    told = world.told(at(2, 3))
    for lang, words in (("zh", "在页面上查看"), ("en", "See it on a page")):
        mail = compose(told, Office(), lang, page=at_county)  # type: ignore[arg-type]
        assert f"{words}" in mail.text
        assert at_county in mail.text
        assert f'href="{at_county}"' in mail.html
    assert "页面上查看" not in compose(told, Office()).text
