"""`nianbao discover`: the file that stands, whose word is needed, and what is said of any address."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nianbao.monitor.cli import app
from nianbao.monitor.standing import BEIJING
from nianbao.storage.registry import load_county
from tests.crawler.test_discovering import LIU, SHI, XIAO, asked_in_chinese, listing, report, whole
from tests.crawler.test_discovering import portal_of as columns_at
from tests.portals.fronts import front_page, menu
from tests.portals.server import Reply, page, running

FILE = f"""# of the office
county: 平安县
code: "140999"
host:
columns: []  # none yet
deadline: "01-31"
units:
  - {{name: {LIU}}}
  - {{name: {SHI}}}
"""
ENTRIES = [entry for town in (LIU, SHI) for entry in whole(town)]
PAGES = {
    "/": front_page("平安县", menu(("政府信息公开", "/xxgk/"))),
    "/xxgk/": page(menu(("年报", "/nb/"))),
    "/nb/": listing(ENTRIES),
}


@contextmanager
def site_and_file(folder: Path, pages: dict[str, Reply]) -> Iterator[tuple[str, Path]]:
    config = folder / "counties"
    config.mkdir()
    (config / "平安县.yaml").write_text(FILE, encoding="utf-8")
    with running(asked_in_chinese(columns_at(pages))) as site:
        yield site.url, config


def run(config: Path, url: str, *options: str, lang: str = "zh") -> Any:
    arguments = [
        "discover",
        "平安县",
        url,
        "--config",
        str(config),
        "--allow-private",
        "--pause",
        "0",
    ]
    environment = {"COLUMNS": "200", "NIANBAO_LANG": lang}
    return CliRunner().invoke(app, [*arguments, *options], env=environment)


def test_nothing_is_written_without_a_word(tmp_path: Path) -> None:
    with site_and_file(tmp_path, dict(PAGES)) as (url, config):
        unproven = run(config, url)
        assert unproven.exit_code == 3
        assert "--host-is-right" in unproven.stdout
        shown = run(config, url, "--host-is-right")
        assert shown.exit_code == 0, shown.stdout
        assert "--write" in shown.stdout
        assert f"+ {url}/nb/" in shown.stdout
        assert [file.name for file in config.iterdir() if file.is_file()] == ["平安县.yaml"]
        assert (config / "平安县.yaml").read_text("utf-8") == FILE
        assert run(config, url, "--write").exit_code == 3
        assert (config / "平安县.yaml").read_text("utf-8") == FILE


def test_what_is_written_leaves_a_copy_and_a_second_time_nothing(tmp_path: Path) -> None:
    with site_and_file(tmp_path, dict(PAGES)) as (url, config):
        done = run(config, url, "--host-is-right", "--write", "--json")
        told = json.loads(done.stdout)
        assert (told["written"], told["changed"], told["whole"]) == (True, True, True)
        assert Path(told["backup"]).read_text("utf-8") == FILE
        county = load_county(config / "平安县.yaml")
        assert [(c.url, c.preset, c.expect) for c in county.columns] == [
            (f"{url}/nb/", "static-auto", "政府信息公开年报")
        ]
        assert county.host == url.partition("://")[2]
        again = json.loads(run(config, url, "--host-is-right", "--write", "--json").stdout)
        assert (again["written"], again["changed"], again["new"]) == (False, False, [])
        assert len([*config.glob("*.bak")]) == 1
        assert load_county(config / "平安县.yaml") == county


def test_a_county_without_a_file_gets_one(tmp_path: Path) -> None:
    pages = dict(PAGES) | {"/": front_page("繁峙县", menu(("年报", "/nb/")), "140924")}
    pages |= {
        f"/a/砂河镇/{year}.html": report("砂河镇", year, "繁峙县") for year in (2024, 2023, 2022)
    }
    with running(asked_in_chinese(columns_at(pages | {"/nb/": listing(whole("砂河镇"))}))) as site:
        arguments = [
            "discover",
            "繁峙县",
            site.url,
            "--config",
            str(tmp_path / "new"),
            "--host-is-right",
        ]
        done = CliRunner().invoke(app, [*arguments, "--allow-private", "--pause", "0", "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["written"], told["backup"]) == (1, True, None)
    county = load_county(tmp_path / "new" / "繁峙县.yaml")
    assert [column.unit for column in county.columns] == ["砂河镇"]
    assert len(told["without"]) == len(county.units) - 1


def test_what_moved_is_proposed_and_never_silent(tmp_path: Path) -> None:
    pages = dict(PAGES)
    with site_and_file(tmp_path, pages) as (url, config):
        run(config, url, "--host-is-right", "--write")
        stands = (config / "平安县.yaml").read_text("utf-8")
        del pages["/nb/"]
        pages["/xxgk/"], pages["/gk/nb/"] = page(menu(("年报", "/gk/nb/"))), listing(ENTRIES)
        shown = run(config, url, "--host-is-right")
        assert f"栏目不在了：{url}/nb/ → {url}/gk/nb/" in shown.stdout
        assert (config / "平安县.yaml").read_text("utf-8") == stands
        run(config, url, "--host-is-right", "--write")
        assert [column.url for column in load_county(config / "平安县.yaml").columns] == [
            f"{url}/gk/nb/"
        ]
        assert stands in {copy.read_text("utf-8") for copy in config.glob("*.bak")}


def test_departments_are_written_where_a_person_wants_them(tmp_path: Path) -> None:
    entries = [*ENTRIES, *(entry for name in ("财政局", "教育局") for entry in whole(name))]
    with site_and_file(tmp_path, dict(PAGES) | {"/nb/": listing(entries)}) as (url, config):
        told = json.loads(run(config, url, "--host-is-right", "--write", "--json").stdout)
        assert {body["name"] for body in told["bodies"]} == {"财政局", "教育局"}
        assert len(load_county(config / "平安县.yaml").units) == 2
        run(config, url, "--host-is-right", "--write", "--departments")
        units = {unit.name: unit.kind for unit in load_county(config / "平安县.yaml").units}
        assert units["财政局"] == units["教育局"] == "department"


# ---- any address

LOGIN = page("<form>用户登录<input type=password></form>", "统一身份认证")
LOOPS = Reply(b"", 302, {"Location": "/loop"})
BIG = page("<p>" + "平安县新闻" * 350_000 + "</p><a href='/nb/'>年报</a>", "平安县")
FOREIGN = page(
    "<h1>City of Springfield</h1><p>Official records and council minutes</p>" * 20, "Springfield"
)
CHALLENGE = Reply(b"<script>$_ts={}</script>", 412, {"Content-Type": "text/html"})
ADDRESSES: dict[str, tuple[Reply, str, str]] = {
    "a login": (LOGIN, "需要登录", "a login"),
    "a file": (
        Reply(b"%PDF-1.4 x", headers={"Content-Type": "application/pdf"}),
        "是文件",
        "a file",
    ),
    "another country": (FOREIGN, "没有提到平安县", "names neither"),
    "a redirect without end": (LOOPS, "已迁移", "has moved"),
    "a challenge": (CHALLENGE, "需要浏览器验证", "challenge"),
    "nothing there": (Reply(b"gone", 404), "栏目不存在", "gone"),
    "a fault": (Reply(b"oops", 500), "无法访问", "unreachable"),
    "an empty page": (page("", ""), "没有提到平安县", "names neither"),
    "no columns at all": (front_page("平安县", ""), "没有找到年报栏目", "no column was found"),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_any_address_ends_with_a_sentence(tmp_path: Path, name: str) -> None:
    reply, zh, en = ADDRESSES[name]
    with site_and_file(tmp_path, {"/": reply, "/loop": LOOPS}) as (url, config):
        for lang, words in (("zh", zh), ("en", en)):
            done = run(config, url, lang=lang)
            assert done.exit_code == 4, done.stdout
            assert words in done.stdout
            assert "Traceback" not in done.output
        assert json.loads(run(config, url, "--json").stdout)["columns"] == []


def test_a_page_of_five_megabytes_is_looked_through(tmp_path: Path) -> None:
    pages = dict(PAGES) | {"/": BIG}
    with site_and_file(tmp_path, pages) as (url, config):
        done = run(config, url + "/nb/", "--host-is-right")
    assert done.exit_code == 0, done.stdout


def test_a_dead_deep_address_leads_to_the_front_page(tmp_path: Path) -> None:
    with site_and_file(tmp_path, dict(PAGES)) as (url, config):
        assert run(config, url + "/old/nb/", "--host-is-right").exit_code == 0


@pytest.mark.parametrize("url", ["", "http://", "ftp://a.cn/", "http://a.cn:x/", "http://[年报]/"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    (tmp_path / "平安县.yaml").write_text(FILE, encoding="utf-8")
    assert run(tmp_path, url).exit_code == 2


def test_a_county_that_nobody_knows(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["discover", "没有县", "http://a.cn/", "--config", str(tmp_path)]
    )
    assert done.exit_code == 2


def test_robots_and_the_window_are_kept(tmp_path: Path) -> None:
    robots = Reply(b"User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"})
    with site_and_file(tmp_path, dict(PAGES) | {"/robots.txt": robots}) as (url, config):
        done = run(config, url)
        assert done.exit_code == 4
        assert "不允许程序访问" in done.stdout
        hour = (datetime.now(BEIJING).hour + 2) % 24
        window = f'http: {{window: "{hour:02d}:00-{hour:02d}:30"}}'
        text = FILE.replace("host:\n", f"host:\n{window}\n")
        (config / "平安县.yaml").write_text(text, encoding="utf-8")
        assert run(config, url).exit_code == 1


def test_names_of_units_stay_words(tmp_path: Path) -> None:
    """What a page says is never mark-up on a terminal."""
    entries = [(f"{title}", href) for title, href in whole(XIAO)]
    pages = dict(PAGES) | {
        "/nb/": listing(
            [("[red]\x1b[31m柳树镇2023年政府信息公开工作年度报告", f"/a/{LIU}/2023.html"), *entries]
        )
    }
    with site_and_file(tmp_path, pages) as (url, config):
        assert "\x1b" not in run(config, url, "--host-is-right").stdout


def test_hosts_of_a_province_are_looked_at_once(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.txt"
    pages = {"/": front_page("繁峙县", "", "140924")}
    with running(asked_in_chinese(columns_at(pages))) as site:
        host = site.url.partition("://")[2]
        hosts.write_text(
            f"{host}\n{host.replace('127.0.0.1', 'localhost')}  代县\n", encoding="utf-8"
        )
        line = [
            "discover",
            "--province",
            "山西省",
            "--hosts",
            str(hosts),
            "--allow-private",
            "--pause",
            "0",
        ]
        done = CliRunner().invoke(app, [*line, "--json"])
        told = {each["county"]: each for each in json.loads(done.stdout)}
        assert (done.exit_code, told["繁峙县"]["state"], told["代县"]["state"]) == (
            0,
            "known",
            "unknown",
        )
        asked = len(site.requests)
        shown = CliRunner().invoke(app, line, env={"NIANBAO_LANG": "zh"})
        assert "主机已知，未证实 1" in shown.stdout
        assert len(site.requests) == asked, "nothing is asked for again"
        CliRunner().invoke(app, [*line, "--anew"])
        assert len(site.requests) > asked


def test_what_was_shown_is_written_without_asking_again(tmp_path: Path) -> None:
    with site_and_file(tmp_path, dict(PAGES)) as (url, config):
        shown = json.loads(run(config, url, "--host-is-right", "--json").stdout)
        assert shown["requests"] > 0
        done = json.loads(run(config, url, "--host-is-right", "--write", "--json").stdout)
        assert (done["written"], done["requests"]) == (True, 0)
        assert not (config / ".discover").exists()
        assert json.loads(run(config, url, "--host-is-right", "--json").stdout)["requests"] > 0


def test_what_was_shown_long_ago_is_looked_at_again(tmp_path: Path) -> None:
    with site_and_file(tmp_path, dict(PAGES)) as (url, config):
        asked = json.loads(run(config, url, "--host-is-right", "--json").stdout)["requests"]
        (file,) = (config / ".discover").iterdir()
        of_today = file.stat().st_mtime
        os.utime(file, (of_today - 4000, of_today - 4000))
        again = json.loads(run(config, url, "--host-is-right", "--json").stdout)["requests"]
        assert again == asked
        assert run(config, url, "--host-is-right", lang="en").stdout.count("--anew") == 1
        anew = json.loads(run(config, url, "--host-is-right", "--anew", "--json").stdout)
        assert anew["requests"] == asked


def test_what_a_person_writes_while_it_looks_is_not_written_over(tmp_path: Path) -> None:
    config = tmp_path / "counties"
    config.mkdir()
    file = config / "平安县.yaml"
    file.write_text(FILE, encoding="utf-8")
    answer = asked_in_chinese(columns_at(dict(PAGES)))

    def edited(request: Any) -> Reply | None:
        file.write_text(FILE + "# mine\n", encoding="utf-8")
        return answer(request)

    with running(edited) as site:
        done = run(config, site.url, "--host-is-right", "--write")
    assert done.exit_code == 1
    assert "改动过，没有写入" in done.stderr
    assert file.read_text("utf-8") == FILE + "# mine\n"
