"""What is begun from a page: by a page of ours alone, once, written down, and shown to its end."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
import requests

from nianbao.monitor.engine.jobs import Kind
from nianbao.monitor.engine.local import Local
from nianbao.monitor.settings import Recipient, Web
from nianbao.monitor.web.posting import is_ours
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import entries
from nianbao.storage.outbox import queue
from nianbao.storage.store import looking, session
from tests.amounts import amount, more
from tests.monitor.test_web import HOSTILE, explained, names_in, section
from tests.worlds import tasks
from tests.worlds.pages import get, lived, living, post, served, site_of
from tests.worlds.recorded import at
from tests.worlds.seasons import CODES

COUNTY = "140999"
NOW = at(2, 12)
DAYS = (date(2027, 1, 29), date(2027, 2, 11))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("acts")
    lived(made, DAYS)
    return made


@pytest.fixture
def site(folder: Path, tmp_path: Path) -> Iterator[Site]:
    """Whose looks end when they are told to."""
    shutil.copytree(folder, tmp_path / "season")
    made = site_of(tmp_path / "season", NOW)
    waits = Kind("look", tasks.looked, apart=False)
    with Local([waits]) as jobs:
        yield replace(made, jobs=jobs)


@pytest.fixture
def pages(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


def ended(address: str, seconds: float = 90.0) -> str:
    """The page of a job, once it has ended."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        page = get(address).text
        if "data-live" not in page:
            return page
        time.sleep(0.05)
    raise AssertionError(page)


ACTS = ("look_again", "job_cancelled", "letter")


def audited(site: Site) -> list[Mapping[str, object]]:
    with looking(site.engine) as s:
        return [entry for entry in entries(s) if entry["action"] in ACTS]


# ---- who may


OURS = {"host": "127.0.0.1:8080"}


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8080"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "http://127.0.0.1:8080"}, True),
        ({"origin": "http://127.0.0.1:9999"}, False),
        ({"origin": "https://ogi.example.gov.cn"}, True),
        ({"origin": "https://ogi.example.gov.cn.evil.example"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://[::1"}, False),
        ({}, False),
    ],
)
def test_only_a_page_of_ours_may_ask_for_anything(said: Mapping[str, str], may: bool) -> None:
    names = ("localhost", "127.0.0.1", "::1", "ogi.example.gov.cn")
    assert is_ours({**OURS, **said}, names) is may


def test_what_another_site_asks_for_is_not_done(pages: str, site: Site) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        done = requests.post(f"{pages}/do/look", {"county": COUNTY}, headers=headers, timeout=60)
        assert done.status_code == 403
        assert "未执行" in done.text
    assert site.jobs.jobs() == []
    assert audited(site) == []


@more
def test_no_form_is_a_fault(pages: str) -> None:
    for said in HOSTILE[:: amount(3, 1)]:
        for key in ("county", "unit", "year", "column", "job"):
            for path in ("/do/look", "/do/cancel", "/do/letter"):
                explained(
                    post(pages + path, **{"county": COUNTY, key: said.encode("utf-8", "replace")})
                )
    for body in (b"\xff=\xff", b"%zz" * 9, b"a=" + b"b" * 300_000, b"&".join([b"a=b"] * 3000)):
        headers = {
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        answer = requests.post(f"{pages}/do/look", body, headers=headers, timeout=60)
        explained(answer)
        assert answer.status_code in (400, 404, 413)
    files = {"county": ("a.txt", b"140999")}
    ours = {"Sec-Fetch-Site": "same-origin"}
    assert (
        requests.post(f"{pages}/do/look", files=files, headers=ours, timeout=60).status_code == 415
    )
    for path in ("/do/look", "/do/cancel"):
        assert get(pages + path).status_code == 405
    for said in HOSTILE:
        explained(get(f"{pages}/jobs/{requests.utils.quote(said, safe='')}"))  # type: ignore[attr-defined]


# ---- looking again


def test_a_look_is_begun_once_and_told_to_its_end(pages: str, site: Site, tmp_path: Path) -> None:
    first = post(f"{pages}/do/look", unit=CODES["丁卯镇"], year=2026)
    again = post(f"{pages}/do/look", unit=CODES["丁卯镇"], year=2026)
    assert first.url == again.url
    assert "进行中" in first.text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in first.text
    assert len(site.jobs.jobs()) == 1
    (entry,) = audited(site)
    assert (entry["who"], entry["about"]) == ("本机", COUNTY)
    Path(tasks.GO.format(site.where.evidence)).touch()
    page = ended(first.url)
    assert "完成" in page
    assert "丁卯镇（140999103）2026年度：首次核查未见" in page
    lately = post(f"{pages}/do/look", unit=CODES["丁卯镇"], year=2026)
    assert lately.url.startswith(first.url)
    assert "两分钟内刚看过" in lately.text  # the portal is not asked twice
    assert len(audited(site)) == 1


def test_a_look_can_be_ended(pages: str, site: Site) -> None:
    first = post(f"{pages}/do/look", county=COUNTY)
    job = first.url.rpartition("/")[2]
    done = post(f"{pages}/do/cancel", job=job)
    assert "已取消" in ended(done.url)
    assert post(f"{pages}/do/cancel", job=job).status_code == 200
    assert [entry["action"] for entry in audited(site)] == ["look_again", "job_cancelled"]


def test_a_job_that_is_no_more_is_told(pages: str) -> None:
    answer = get(f"{pages}/jobs/nix")
    assert answer.status_code == 404
    assert "只在运行期间保留" in answer.text


def test_where_nobody_knows_where_to_look_it_is_told(pages: str, site: Site) -> None:
    assert post(f"{pages}/do/look", county="999999").status_code == 404
    assert post(f"{pages}/do/look", unit="没有镇").status_code == 404
    assert post(f"{pages}/do/look", county=COUNTY, column="99999999999").status_code == 404
    file = next(Path(site.files.folder).glob("*.yaml"))
    file.write_text(file.read_text("utf-8") + '\nhttp: {window: "02:00-03:00"}\n', "utf-8")
    time.sleep(2.1)
    closed = post(f"{pages}/do/look", county=COUNTY)
    assert closed.status_code == 409
    assert "02:00-03:00" in closed.text


def test_the_name_of_the_settings_is_written_down(site: Site) -> None:
    named = replace(site, settings=replace(site.settings, web=Web(who="政务公开办 王芳")))
    with served(named) as address:
        post(f"{address}/do/look", county=COUNTY)
    assert audited(site)[0]["who"] == "政务公开办 王芳"


def test_every_page_has_its_buttons(pages: str) -> None:
    county = get(f"{pages}/c/{COUNTY}").text
    assert "再看一次" in section(county, "unconfirmed")
    assert "再看一次" in section(county, "unknown")
    for path in (f"/u/{CODES['丁卯镇']}/2026", f"/p/{CODES['丁卯镇']}/2026"):
        assert "再看一次" in get(pages + path).text
    for lang in ("zh", "en"):
        page = get(f"{pages}/c/{COUNTY}?lang={lang}").text
        assert len(page.encode()) <= 100_000


# ---- letters


def test_a_letter_is_taken_and_stands_in_what_happened(pages: str, site: Site) -> None:
    unit = CODES["甲戌镇"]
    before = get(f"{pages}/u/{unit}/2026").text
    assert "整改通知书 Word" in before
    assert "必须整改" in section(before, "years")  # in the word of what is listed above
    assert "有问题" not in section(before, "years")
    assert "生成整改通知书" not in section(before, "timeline")
    assert "系统不发送" in before
    for _ in range(2):  # the form is sent again
        letter = post(f"{pages}/do/letter", unit=unit, year=2026)
        assert (letter.status_code, letter.content[:2]) == (200, b"PK")
        assert "%E6%95%B4%E6%94%B9" in letter.headers["content-disposition"]
    after = section(get(f"{pages}/u/{unit}/2026").text, "timeline")
    assert after.count("已生成整改通知书，系统未发送（本机") == 1
    assert (
        "Letter to correct drawn up, not sent by nianbao (this machine"
        in get(f"{pages}/u/{unit}/2026?lang=en").text
    )
    assert [entry["action"] for entry in audited(site)] == ["letter"]


def test_a_unit_s_own_mails_stand_in_what_happened(site: Site) -> None:
    unit, mark = CODES["甲戌镇"], "<reminder.{}@x>"
    told = (
        ("a@x.example", "请于1月31日前发布", NOW),
        ("a@x.example", "请于上年1月31日前发布", NOW.replace(year=NOW.year - 1)),
        ("b@x.example", "周报", NOW),
    )
    with session(site.engine) as s:
        for n, (to, subject, at) in enumerate(told):
            assert queue(s, "reminder", to, mark.format(n), subject, b"x", at)
    own = Recipient("a@x.example", f"unit: {unit}")
    others = Recipient("b@x.example", f"unit:{unit}"), Recipient("b@x.example", "")
    named = replace(site, settings=replace(site.settings, recipients=(own, *others)))
    with served(named) as address:
        happened = section(get(f"{address}/u/{unit}/2026").text, "timeline")
        assert "邮件“请于1月31日前发布”，收件人a@x.example：等待" in happened
        assert "上年" not in happened
        assert "周报" not in happened  # who gets it is told of others, too
        assert "a@x.example" not in get(f"{address}/u/{CODES['丁卯镇']}/2026").text
        assert "Mail “" in get(f"{address}/u/{unit}/2026?lang=en").text


def test_nobody_gets_a_letter_who_is_due_none(pages: str, site: Site) -> None:
    for name in ("壬申镇", "丁卯镇", "甲子镇"):  # can't be seen; one look; well
        page = get(f"{pages}/u/{CODES[name]}/2026").text
        assert "/do/letter" not in page
        told = post(f"{pages}/do/letter", unit=CODES[name], year=2026)
        assert told.status_code == 409
        assert "没有" in told.text or "不足以催办" in told.text
    assert audited(site) == []


def test_a_second_look_confirms_what_the_first_did_not_show(tmp_path: Path) -> None:
    """A crawl in earnest, begun by a click; what may be sent then stands in a field."""
    with living(tmp_path, DAYS) as season:
        season.day = date(2027, 2, 12)
        ahead = season.now() - datetime.now(UTC)
        still = site_of(tmp_path, season.now())
        site = replace(still, clock=lambda: datetime.now(UTC) + ahead)
        with served(site) as address:
            before = get(f"{address}/c/{COUNTY}").text
            assert names_in(section(before, "unconfirmed")) == ["丁卯镇", "庚午镇"]
            job = post(f"{address}/do/look", unit=CODES["丁卯镇"], year=2026)
            page = ended(job.url)
            assert "完成" in page, page
            assert "已读全" in page
            assert "丁卯镇（140999103）2026年度：逾期未发布" in page
            after = get(f"{address}/c/{COUNTY}").text
            assert names_in(section(after, "missing")) == ["丁卯镇", "庚午镇"]
            for path in (f"/c/{COUNTY}", f"/u/{CODES['丁卯镇']}", f"/p/{CODES['丁卯镇']}"):
                page = get(address + path).text
                texts = re.findall(r"<textarea[^>]* readonly[^>]*>([^<]+)</textarea>", page)
                assert unescape(texts[0]).startswith(
                    "【平安县】丁卯镇：2026年度政府信息公开工作年度报告应于2027年1月31日前"
                )
                assert "已逾期" in texts[0]
            assert "<textarea" not in get(f"{address}/u/{CODES['壬申镇']}").text  # nobody can tell
        site.jobs.close()
