"""Operations: the same as `status`, `outbox` and `doctor` tell, on a page that waits for nothing."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from nianbao.monitor.daemon import LEASE, Work
from nianbao.monitor.doctor import Check
from nianbao.monitor.settings import Alerts, Mail, Settings
from nianbao.monitor.web.kept import Kept
from nianbao.monitor.web.operations import Found, kind_of, strip_in_words
from nianbao.monitor.web.shell import code
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import entries
from nianbao.storage.lease import take
from nianbao.storage.models import Outgoing
from nianbao.storage.outbox import later, queue, queued
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, session
from nianbao.storage.visits import Visited, last_visits, links_by_county, waiting_links
from tests.amounts import amount, more
from tests.monitor.test_web import Counted, Lived, explained, of_many, section
from tests.worlds.pages import get, served, site_of

WORD = "Tr0ub4dor-9f3c"


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return Lived(tmp_path_factory.mktemp("operations"))


@pytest.fixture
def site(season: Lived, tmp_path: Path) -> Site:
    """Its settings hold a secret in every place that may hold one."""
    alerts = Alerts(
        webhook=f"https://hook.example/{WORD}", wecom=f"https://qyapi.example/?key={WORD}"
    )
    settings = Settings(
        mail=Mail(sender="a@x.example"),
        alerts=alerts,
    )
    return replace(site_of(season.folder, season.now), settings=settings, logs=tmp_path)


@pytest.fixture
def pages(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


def post(address: str, **headers: str) -> requests.Response:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return requests.post(address, headers=named, timeout=60)


# ---- what it tells


def test_it_says_whether_the_daemon_runs_since_when_and_its_last_sign(
    site: Site, pages: str
) -> None:
    assert "没有守护进程在运行" in get(f"{pages}/operations").text
    now = site.clock()
    take(site.engine, "daemon", lambda: now - timedelta(hours=2), LEASE)
    died = get(f"{pages}/operations").text
    assert "没有在运行，且未正常结束，最近一次心跳：今天" in died
    take(site.engine, "daemon", lambda: now - timedelta(seconds=20), LEASE)
    page = get(f"{pages}/operations").text
    assert re.search(r"守护进程正在运行（[^）]+:\d+），自今天\d\d:\d\d起，最近一次心跳：今天", page)
    english = get(f"{pages}/operations?lang=en").text
    assert re.search(r"The daemon runs \([^)]+\), since today \d\d:\d\d, its last sign", english)


def test_visits_are_those_that_status_tells(season: Lived, site: Site, pages: str) -> None:
    work = Work(site.engine, site.settings, season.folder / "counties")
    work.reload()
    (county,) = work.counties
    visit = work.worked_out([county], season.now)[county.code]
    part = section(get(f"{pages}/operations").text, "portals")
    assert "平安县" in part
    assert visit.last is not None
    told = re.findall(r"今天 ?\d\d:\d\d|昨天 ?\d\d:\d\d|明天|现在|\d+月\d+日 ?\d\d:\d\d", part)
    assert len(told) >= 2
    with looking(site.engine) as s:
        visits = last_visits(s, ["140999"])["140999"]
    assert len(re.findall(r'class="step ', part)) == len(visits) == 6
    assert f"近6次：部分 {sum(kind_of(each) == 'part' for each in visits)}" in part
    assert "最近一次未读全：" in part
    assert "需要浏览器验证" in part


def test_each_way_a_visit_ends_has_a_symbol_and_a_word(season: Lived) -> None:
    at = season.now
    visits = [
        Visited(at, at, "", 2, {}),
        Visited(at, at, "", 1, {"blocked_challenge": 1}),
        Visited(at, at, "", 0, {"unreachable": 2}),
        Visited(at, at, "ValueError: 13812345678\nline", 0, {}),
        Visited(at, None, "", 0, {}),
    ]
    assert [kind_of(each) for each in visits] == ["whole", "part", "none", "fault", "open"]
    told = strip_in_words(visits, "zh", at)
    assert told.startswith("近5次：完整 1，部分 1，未读到 1，程序出错 1，进行中 1")
    assert "13812345678" not in told
    assert "unreachable" in strip_in_words(visits[:3], "en", at)


def test_settings_are_told_without_secrets(
    site: Site, pages: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIANBAO_SMTP_PASSWORD", WORD)
    page = get(f"{pages}/operations").text
    assert WORD not in page
    assert "hook.example/…" in page
    assert "a@x.example" in page
    secrets = re.findall(r"<code>(\w+)</code></dt><dd>([^<]+)</dd>", page)
    assert dict(secrets)["NIANBAO_SMTP_PASSWORD"] == "已设置"
    assert dict(secrets)["NIANBAO_DINGTALK_SECRET"] == "未设置"


def test_what_doctor_finds_is_told_with_when(pages: str) -> None:
    ends = time.monotonic() + 60
    while "检查于" not in (page := get(f"{pages}/operations").text):
        assert time.monotonic() < ends
        time.sleep(0.2)
    machine = section(page, "machine")
    assert "联系方式" in machine
    assert "在 nianbao.toml 写 contact" in machine
    assert "SQLite" in machine
    english = section(get(f"{pages}/operations?lang=en").text, "machine")
    assert not re.search("[\u4e00-\u9fff]", english)


def test_a_page_does_not_wait_for_what_takes_long(season: Lived) -> None:
    kept, asked = Kept(), list[int]()

    def slow() -> str:
        asked.append(1)
        time.sleep(0.6)
        return "found"

    def told(fresh: float) -> object:
        return kept.told("x", slow, lambda: season.now, fresh=fresh, patience=0.05)

    begun = time.monotonic()
    assert told(60.0) == (None, None, True)
    assert told(60.0) == (None, None, True)
    assert time.monotonic() - begun < 0.5
    time.sleep(0.9)
    assert told(60.0) == ("found", season.now, False)
    assert told(0.0) == ("found", season.now, True)  # the last, while it is found out anew
    assert len(asked) == 2


def test_what_goes_wrong_is_told_as_not_known(season: Lived) -> None:
    def fails() -> str:
        raise OSError

    told = Kept().told("x", fails, lambda: season.now, fresh=9.0, patience=5.0)
    assert told == (None, season.now, False)


# ---- mail


def refused(site: Site, count: int) -> None:
    now = site.clock()
    with session(site.engine) as s:
        for n in range(count):
            queue(s, "digest", f"r{n}@x.example", f"m{n}-{time.monotonic()}@x", "周报", b"x", now)
    with looking(site.engine) as s:
        numbers = [row.id for row in s.query(Outgoing) if row.state == "waiting"]
    for number in numbers:
        later(site.engine, number, now, "不收 / 550 no <b>such</b> user", give_up=True)


def test_mail_that_was_refused_is_sent_again(site: Site, pages: str) -> None:
    refused(site, 2)
    part = section(get(f"{pages}/operations").text, "mail")
    assert "全部重新发送（" in part
    assert "被拒" in part
    assert "<b>such" not in part
    for _ in range(2):  # twice is once
        done = post(f"{pages}/operations/retry", Origin=pages)
        assert done.status_code == 200
    with looking(site.engine) as s:
        assert {row.state for row in queued(s)} == {"waiting"}
        told = [entry for entry in entries(s) if entry["action"] == "queued_again"]
    assert len(told) == 1
    assert told[0]["who"].startswith("本机")
    assert "全部重新发送" not in section(get(f"{pages}/operations").text, "mail")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_another_site_can_t_press_a_button(site: Site, pages: str, headers: dict[str, str]) -> None:
    refused(site, 1)
    done = post(f"{pages}/operations/retry", **headers)
    explained(done)
    assert done.status_code == 403
    with looking(site.engine) as s:
        assert "refused" in {row.state for row in queued(s)}


def test_a_button_is_pressed_by_a_post_alone(pages: str) -> None:
    for path in ("/operations/retry", "/operations/check"):
        done = get(pages + path)
        explained(done)
        assert done.status_code == 405
    assert post(f"{pages}/operations/check", Origin=pages).status_code == 200


# ---- the log


def test_the_log_s_end_is_told_and_searched(site: Site, pages: str) -> None:
    assert "还没有日志" in get(f"{pages}/operations/log").text
    lines = [
        {"at": "2027-02-12T08:00:00+08:00", "level": "info", "event": "look", "url": "http://a/", "state": "ok"},
        {"at": "2027-02-12T08:01:00+08:00", "level": "error", "event": "fault", "problem": "<script>alert(1)</script>"},
    ]  # fmt: skip
    text = "\n".join(
        [*map(json.dumps, lines), "Traceback of 13812345678", "[" * 5000, "\ufffd\x00"]
    )
    (site.logs / "sweep.log").write_text(text, encoding="utf-8")
    page = get(f"{pages}/operations/log").text
    assert "<script>alert" not in page
    assert "13812345678" not in page
    assert page.index("08:01") < page.index("08:00")
    assert "08:00" not in get(f"{pages}/operations/log?level=error").text
    assert "没有符合条件" in get(f"{pages}/operations/log?q=nix").text


def test_of_a_long_log_the_end_alone_is_read(site: Site, pages: str) -> None:
    with (site.logs / "sweep.log").open("w", encoding="utf-8") as out:
        for n in range(20_000):
            out.write(json.dumps({"at": "", "level": "info", "event": f"look {n}"}) + "\n")
    answer = get(f"{pages}/operations/log")
    assert len(answer.content) <= 100_000
    assert "look 19999<" in answer.text
    assert "只列最近200行" in answer.text


# ---- whatever is asked


HOSTILE = (
    "",
    "x",
    "-1",
    "\x00",
    "a" * 3000,
    "<script>alert(1)</script>",
    "'\"><img src=x>",
    "\ud7ff",
    "🏮",
    "140999",
)


@more
@pytest.mark.parametrize("path", ["/operations", "/operations/log"])
def test_no_parameter_is_a_fault(pages: str, path: str) -> None:
    for key in ("q", "page", "level", "lang", "nix"):
        for said in HOSTILE[:: amount(4, 1)]:
            explained(get(f"{pages}{path}?{key}={quote(said, safe='')}"))


def test_both_languages_are_whole(pages: str) -> None:
    for path in ("/operations", "/operations/log"):
        english = get(f"{pages}{path}?lang=en").text
        body = re.sub(
            r'<a class="language".*?</a>|<table.*?</table>|<code>.*?</code>',
            "",
            english,
            flags=re.S,
        )
        assert not re.search("[\u4e00-\u9fff]", body.replace("政务公开办公室", "")), path


def test_it_asks_as_often_of_many_as_of_few(tmp_path: Path) -> None:
    asked = []
    for count in (6, 60):
        (tmp_path / f"{count}").mkdir()
        folder, now = of_many(tmp_path / f"{count}", count)
        site = site_of(folder, now)
        with served(site) as address:
            get(f"{address}/operations")
            counted = Counted(site.engine)
            assert len(get(f"{address}/operations").content) <= 100_000
            asked.append(counted.count)
    assert asked[0] == asked[1] < 30


def test_it_stands_under_a_path(site: Site) -> None:
    with served(site, "/nianbao") as address:
        page = get(f"{address}/operations").text
        links = re.findall(r'(?:href|action)="(/[^"]*)"', page)
        assert links
        assert all(each.startswith("/nianbao/") for each in links)
        done = requests.post(
            f"{address}/operations/check",
            headers={"Origin": address.removesuffix("/nianbao")},
            timeout=60,
        )
        assert (done.status_code, done.url) == (200, f"{address}/operations#machine")


# ---- what nobody does


def test_where_no_daemon_runs_nobody_will_go(site: Site) -> None:
    then = site.clock() + timedelta(days=1)
    with served(replace(site, clock=lambda: then)) as pages:
        part = section(get(f"{pages}/operations").text, "portals")
        assert "没有守护进程，无人会去" in part
        assert "nobody will go" in get(f"{pages}/operations?lang=en").text


def test_what_waits_for_a_person_is_counted_and_linked(site: Site, pages: str) -> None:
    with looking(site.engine) as s:
        links = len(waiting_links(s, EVERYTHING))
        assert sum(links_by_county(s, EVERYTHING).values()) == links
    part = section(get(f"{pages}/operations").text, "waits")
    if links:
        assert 'href="/review/140999"' in part
        assert f"链接{links}，" in part
    else:
        assert "没有等待人工的" in part or "栏目" in part


def test_mail_that_is_not_set_is_told_beside_what_was_sent(pages: str) -> None:
    assert "未设置邮件" in section(get(f"{pages}/operations").text, "mail")


def test_what_nobody_could_find_out_has_no_tick(site: Site, pages: str) -> None:
    clock = Check("时钟 / clock", True, "无法得知 / no `timedatectl`", is_known=False)
    site.kept.told("checks", lambda: Found([clock], []), site.clock, fresh=0.0, patience=9.0)
    part = section(get(f"{pages}/operations?lang=en").text, "machine")
    assert '<span aria-hidden="true">?</span>' in part
    assert "✓" not in part
    assert "<code>timedatectl</code>" in part


def test_backticks_are_code_and_nothing_else_is() -> None:
    assert code("see `a <b>` & c") == "see <code>a &lt;b&gt;</code> &amp; c"
    assert code("one ` alone <i>") == "one ` alone &lt;i&gt;"
