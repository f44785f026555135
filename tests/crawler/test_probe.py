"""`nianbao probe`: a page is called what it is, and an entry what it would be taken for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from nianbao.crawler.likeness import SAID
from nianbao.monitor.cli import app
from nianbao.storage.registry import yaml_loader
from tests.portals.server import Reply, Request, page, running
from tests.worlds.county import TOWNS, county_file

PAGES = yaml.load((Path(__file__).parent / "probed.yaml").read_text("utf-8"), yaml_loader())
ROW = "<li><a href='/a/{0}.html'>{1}</a><span>{2}</span></li>"
ROWS = "".join(
    ROW.format(
        n,
        f"{TOWNS[n % 3]}人民政府{2025 - n // 3}年政府信息公开工作年度报告",
        f"202{6 - n // 3}-01-1{n}",
    )
    for n in range(4)
)
NEWS = "".join(
    ROW.format(90 + n, f"关于开展第{n}批农村道路养护检查工作的通知", f"2026-02-0{n + 1}")
    for n in range(5)
)
NAV = "<ul class=nav><li><a href='/'>首页</a></li><li><a href='/zw/'>政务公开</a></li><li><a href='/zw/nb/'>政府信息公开年报</a></li></ul>"


@contextmanager
def probed(told: dict[str, Any], *options: str) -> Iterator[Any]:
    body = told["body"].replace("{rows}", ROWS).replace("{news}", NEWS).replace("{nav}", NAV)
    reply = page(body, told["title"], told.get("head", ""))

    def portal(request: Request) -> Reply | None:
        return reply if request.path == told["at"] else None

    with running(portal) as site:
        arguments = ["probe", site.url + told["at"], "--allow-private", "--pause", "0", *options]
        yield CliRunner().invoke(app, arguments, env={"COLUMNS": "80"})


@pytest.mark.parametrize("told", PAGES, ids=[told["name"] for told in PAGES])
def test_a_page_is_called_what_it_is(told: dict[str, Any]) -> None:
    column = told["is"] in ("reports", "empty")
    with probed(told, "--json") as done:
        found = json.loads(done.stdout)
    assert found["page"] == told["is"], found
    assert bool(found["yaml"]) == column
    assert done.exit_code == (0 if column else 4), found
    advice = " ".join(found["advice"])
    assert told.get("advice", "") in advice
    assert column or advice
    with probed(told, "--lang", "zh") as shown:
        said = SAID[told["is"]].partition(" / ")[0].replace("{}", told.get("said", ""))
        assert said in shown.stdout.replace("\n", "")
        assert ("columns:" in shown.stdout) == column
        assert shown.exit_code == done.exit_code
    assert set(SAID) >= {told["is"]}


def test_every_kind_of_page_is_tried() -> None:
    assert {told["is"] for told in PAGES} == set(SAID)
    assert len(PAGES) > 25


LIST = {
    "at": "/nb/",
    "title": "政府信息公开年报",
    "body": "<ul>{rows}"
    + ROW.format(7, "柳树镇人民政府关于做好2025年政府信息公开年度报告编制工作的通知", "2026-01-02")
    + ROW.format(8, "长岭乡2024年政府信息公开工作年度报告", "2025-01-02")
    + "</ul>",
}


def test_each_entry_is_told_with_what_it_would_be_taken_for(tmp_path: Path) -> None:
    with probed(LIST, "--json") as done:
        items = {item["url"].rpartition("/")[2]: item for item in json.loads(done.stdout)["items"]}
    assert (items["0.html"]["unit"], items["0.html"]["year"]) == ("柳树镇人民政府", 2025)
    assert (items["8.html"]["unit"], items["8.html"]["year"]) == ("长岭乡", 2024)
    assert (items["0.html"]["kind"], items["7.html"]["kind"]) == ("report", "notice")
    config = county_file(tmp_path, "http://127.0.0.1")
    with probed(LIST, "--json", "--config", str(config)) as done:
        items = {item["url"].rpartition("/")[2]: item for item in json.loads(done.stdout)["items"]}
    assert items["0.html"]["unit"] == "柳树镇"
    assert items["8.html"]["unit"] is None
    assert "没有认出单位" in items["8.html"]["doubt"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("柳树镇 2025", "不是年报：通知", "单位不明", "认作")),
        ("en", ("柳树镇 2025", "no report: a notice", "unit unknown", "Taken for")),
    ],
)
def test_it_is_shown_on_eighty_columns(tmp_path: Path, lang: str, words: tuple[str, ...]) -> None:
    config = county_file(tmp_path, "http://127.0.0.1")
    with probed(LIST, "--lang", lang, "--config", str(config)) as shown:
        assert [word for word in words if word not in shown.stdout] == []
        assert "preset: static-auto" in shown.stdout


def test_an_address_with_chinese_characters_is_taken() -> None:
    reply = page(f"<ul>{ROWS}</ul>", "政府信息公开年报")

    def portal(request: Request) -> Reply | None:
        return reply if request.path == "/%E5%B9%B4%E6%8A%A5/" else None

    with running(portal) as site:
        arguments = ["probe", site.url + "/年报/?页=1", "--json", "--allow-private", "--pause", "0"]
        done = CliRunner().invoke(app, arguments)
    found = json.loads(done.stdout)
    assert (done.exit_code, len(found["items"])) == (0, 4)
    assert "/%E5%B9%B4%E6%8A%A5/?%E9%A1%B5=1" in found["yaml"]


@pytest.mark.parametrize(
    "url", ["a.cn/nb", "http://", "http://[年报]/", "ftp://a.cn/", "http://a.cn:x/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    assert CliRunner().invoke(app, ["probe", url]).exit_code == 2
