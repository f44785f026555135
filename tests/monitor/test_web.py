"""The pages: whom to call first, each with its proof; whatever is asked, a page that explains."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
import requests
from openpyxl import load_workbook
from sqlalchemy import Engine, event
from starlette.requests import Request
from starlette.responses import StreamingResponse

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.proof import Proof
from nianbao.crawler.states import State
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.ledger.words import FIRST_LOOK, STANDINGS
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.standing import Standing
from nianbao.monitor.web.county import acts_for, groups_of
from nianbao.monitor.web.door import COOKIE
from nianbao.monitor.web.serving import AT_ONCE, Patient
from nianbao.monitor.web.shell import colours, templates
from nianbao.monitor.web.words import why_of, words
from nianbao.storage.doors import give
from nianbao.storage.people import By
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, session
from tests.amounts import amount, more, prove
from tests.monitor.test_office_ledger import line
from tests.worlds.commands import ENVIRONMENT, run_here
from tests.worlds.pages import engine_of, get, lived, served, site_of
from tests.worlds.recorded import ALL, World, at, item, report
from tests.worlds.seasons import CODES

COUNTY = "140999"


class Lived:
    """A season, and when it is looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = lived(folder)


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return Lived(tmp_path_factory.mktemp("season"))


@pytest.fixture(scope="module")
def pages(season: Lived) -> Iterator[str]:
    with served(site_of(season.folder, season.now)) as address:
        yield address


def section(page: str, name: str) -> str:
    """A part of a page, by its heading's id."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', page, re.S)
    return found[0] if found else ""


def names_in(part: str) -> list[str]:
    return re.findall(r'class="name"[^>]*>([^<]+)</a>', part)


def hrefs(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'(?:href|src)="([^"]+)"', page)]


# ---- what they tell


def test_the_county_s_page_begins_with_whom_to_call(pages: str) -> None:
    page = get(f"{pages}/c/{COUNTY}").text
    assert names_in(section(page, "missing")) == ["丁卯镇"]
    assert names_in(section(page, "unknown")) == ["辛未镇", "壬申镇"]
    assert names_in(section(page, "mend"))[0] == "甲戌镇"
    assert page.index('id="missing"') < page.index('id="unknown"') < page.index('id="mend"')
    assert (
        "【平安县】丁卯镇：2026年度政府信息公开工作年度报告应于2027年1月31日前（含当日）发布"
        in page
    )
    assert "复制整改" in section(page, "mend")
    assert "【平安县】甲戌镇：2026年度政府信息公开工作年度报告有" in section(page, "mend")
    assert "必须整改" in section(page, "mend")
    table = f"/r/{CODES['甲戌镇']}/2026"
    assert table in hrefs(section(page, "mend"))  # the wrong cell is a click away
    assert table in hrefs(section(get(f"{pages}/u/{CODES['甲戌镇']}/2026").text, "findings"))
    assert "1月31日，已过12天" in page


def test_each_unit_stands_in_one_group(season: Lived) -> None:
    site = site_of(season.folder, season.now)
    with looking(site.engine) as s:
        year = year_of(s, EVERYTHING, 2026, season.now, site.files.registry())
    told = [line.unit for group in groups_of(year) for line in group]
    assert sorted(told) == sorted(CODES.values())


def test_nobody_is_missing_who_can_t_be_seen(pages: str) -> None:
    for lang in ("zh", "en"):
        page = get(f"{pages}/c/{COUNTY}?lang={lang}").text
        missing = section(page, "missing")
        assert "壬申镇" not in missing
        assert "辛未镇" not in missing


def test_a_click_leads_to_the_place_where_the_entry_would_stand(pages: str) -> None:
    page = get(f"{pages}/c/{COUNTY}").text
    proof = next(each for each in hrefs(section(page, "missing")) if each.startswith("/p/"))
    shown = get(pages + proof).text
    assert "只有一页，没有任何更多迹象" in shown
    assert "，2027-02-12 09:00再取相同" in shown  # and not fetched on another day than it was seen
    frames = re.findall(r'<iframe class="viewer" sandbox=""[^>]* src="([^"]+)"', shown)
    assert len(frames) == 2
    archived = get(pages + unescape(frames[0]))
    said = re.sub("<[^>]+>", "", archived.text)
    assert re.search("丙寅镇2026年.*此处应有：丁卯镇2026年度年报（未见）.*戊辰镇2026年", said, re.S)
    assert "sandbox" in archived.headers["content-security-policy"]


def test_no_page_is_said_to_lack_what_stands_on_it(pages: str) -> None:
    for name, code in CODES.items():
        proof = get(f"{pages}/p/{code}/2026").text
        for frame in re.findall(r'<iframe class="viewer"[^>]* src="([^"]+)"', proof):
            archived = get(pages + unescape(frame).partition("#")[0]).text
            said = re.sub("<[^>]+>", "", archived)
            if f"本页没有{name}" in said or f"此处应有：{name}" in said:
                assert f"{name}2026年政府信息公开" not in said, name


def test_of_who_can_t_be_seen_the_last_answer_is_told(pages: str) -> None:
    page = get(f"{pages}/p/{CODES['壬申镇']}/2026").text
    assert "需要浏览器验证" in page
    assert "HTTP 412" in page
    assert "此处应有" not in page
    assert "证据单" not in page


def test_what_can_t_be_seen_leads_to_what_may_resolve_it(pages: str) -> None:
    saved = f"/setup/{COUNTY}#saved"
    assert saved in hrefs(section(get(f"{pages}/c/{COUNTY}").text, "unknown"))
    for path in (f"/u/{CODES['壬申镇']}/2026", f"/p/{CODES['壬申镇']}/2026"):
        assert saved in hrefs(get(pages + path).text), path
        assert saved not in hrefs(get(pages + path.replace(CODES["壬申镇"], CODES["丁卯镇"])).text)
    assert 'id="saved"' in get(f"{pages}/setup/{COUNTY}").text


UNSEEN = line("县财政局", "unknown")


def test_where_nobody_knows_where_to_look_its_column_is_to_be_found() -> None:
    assert acts_for([UNSEEN], []) == ["look", "saved"]
    assert acts_for([replace(UNSEEN, url="")], []) == ["discover"]
    assert acts_for([UNSEEN], [(UNSEEN.name, UNSEEN.year)]) == ["links"]
    assert acts_for([replace(UNSEEN, asks=frozenset({1}))], []) == ["columns"]


def test_pages_name_no_command_in_a_reason() -> None:
    for zh, en in (
        ("可能已换栏目，请核实（nianbao review column）", "is it still the one in use?"),
        ("时钟与门户网站不一致，待核对（nianbao doctor）", "differed (see `nianbao doctor`)"),
        ("没有完整查看（最近一次：超时（30秒））", "no complete look (the last one: timeout)"),
    ):
        stands = Standing("unknown", zh, en)
        assert "nianbao" not in why_of(stands, "zh") + why_of(stands, "en")
        assert why_of(stands, "zh").count("（") == why_of(stands, "zh").count("）")
    assert why_of(Standing("unknown", *(zh, en)), "zh") == zh


def test_a_unit_s_page_begins_with_a_sentence(pages: str) -> None:
    page = get(f"{pages}/u/{CODES['甲戌镇']}/2026").text
    assert "2026年报：1月12日发布，按时发布；1处需改" in page
    assert "（一、本年新收 99" in page
    assert "监测到发布" in section(page, "timeline")
    missing = get(f"{pages}/u/{CODES['丁卯镇']}/2026").text
    assert "2026年报：逾期未发布（2027-02-11、2027-02-12完整查看栏目未见）" in missing


def test_a_page_and_a_unit_alone_tell_the_same(pages: str) -> None:
    of_county = {row["code"]: row for row in get(f"{pages}/c/{COUNTY}/2026.json").json()}
    for code, row in of_county.items():
        (alone,) = get(f"{pages}/u/{code}/2026.json").json()
        assert {key: alone[key] for key in row} == row


def test_the_overview_says_what_to_do_and_the_worst_first(pages: str) -> None:
    page = get(f"{pages}/?year=2026").text
    assert "今天要处理：1县1个单位未见，1县有2个单位看不到" in page
    assert "2个看不到，1个未见" in page
    (row,) = get(f"{pages}/overview.json?year=2026").json()
    assert (row["published"], row["missing"], row["unknown"], row["exempt"]) == (8, 1, 2, 1)


def test_one_county_s_office_lands_on_its_page(pages: str) -> None:
    landed = get(f"{pages}/", follow=False)
    assert (landed.status_code, landed.headers["location"]) == (307, f"/c/{COUNTY}")


@pytest.mark.parametrize("wanted", ["missing", "unknown", "late"])
def test_what_is_taken_is_what_the_command_line_tells(
    season: Lived, pages: str, wanted: str
) -> None:
    store = f"sqlite:///{season.folder}/n.db"
    told = run_here(
        season.folder, wanted, "--format", "json", "--as-of", "2027-02-12", "--year", "2026",
        "--config", "counties", "--store", store,
    )  # fmt: skip
    taken = get(f"{pages}/c/{COUNTY}/2026.json?standing={wanted}").json()
    key = lambda row: row["code"]  # noqa: E731
    assert sorted(taken, key=key) == sorted(json.loads(told.stdout), key=key)
    csv = get(f"{pages}/c/{COUNTY}/2026.csv?standing={wanted}")
    assert len(csv.text.splitlines()) == 1 + len(taken)
    assert get(f"{pages}/c/{COUNTY}/2026.xlsx").content[:2] == b"PK"


def test_who_published_on_a_day_that_is_doubted_is_not_plainly_in_time(tmp_path: Path) -> None:
    world = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    (tmp_path / "counties").mkdir()
    shutil.copy(tmp_path / "a.yaml", tmp_path / "counties" / "a.yaml")
    dated = {"item": item(2), "unit": "140999102", "reading": report(2, printed=date(2027, 1, 20))}
    world.sweep(at(1, 20), {"item": item(), "reading": report()}, dated)
    assert "A05" in world.rules()
    with served(site_of(tmp_path, at(2, 4))) as address:
        table = section(get(f"{address}/c/140999/2026").text, "table")
        doubted, plain = (
            re.search(rf"<tr><th[^>]*><a[^>]*>{name}</a>.*?</tr>", table, re.S)
            for name in ("柳树镇", "石门镇")
        )
        assert doubted is not None
        assert plain is not None
        assert "按时发布" in doubted[0]
        assert "存疑" in doubted[0]
        assert "存疑" not in plain[0]
        assert "存疑" in section(get(f"{address}/u/140999101/2026").text, "years")
        door = at_door(world, address, "140999101", 2026)  # as its county reads of it
        assert "存疑" in section(door, "years")
        assert "存疑" in door.partition("<section")[0]
        assert "存疑" not in at_door(world, address, "140999102", 2026)
    world.engine.dispose()


def at_door(world: World, address: str, unit: str, year: int) -> str:
    """What a unit reads of itself, by a link that was given to it."""
    now = at(2, 4)
    with session(world.engine) as s:
        secret = give(s, unit, year, now + timedelta(days=9), By("王某", now))
    return requests.get(f"{address}/door", cookies={COOKIE: secret}, timeout=60).text


def test_what_is_written_stands_out_from_its_ground_by_day_by_night_and_on_paper() -> None:
    style = resources.files("nianbao.monitor.web").joinpath("static/style.css").read_text("utf-8")
    grounds = [dict(re.findall(r"--(\w+): (#[0-9a-f]+)", each)) for each in ROOTS.findall(style)]
    assert len(grounds) == 3
    for shades in grounds:
        for name in ("text", "soft", "link", "alarm", "good"):
            assert contrast(shades[name], shades["ground"]) >= 4.5, (name, shades)
    assert "::placeholder { color: var(--soft); opacity: 1; }" in style  # a browser's is fainter
    assert "\n.alarm-line { color: var(--alarm);" in style  # on every page


ROOTS = re.compile(r":root \{[^}]*\}")


def contrast(one: str, other: str) -> float:
    """As WCAG counts it."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_is_printed_says_whole_dates_and_what_it_is_about(pages: str) -> None:
    proof = get(f"{pages}/p/{CODES['丁卯镇']}/2026").text
    assert "丁卯镇2026年度政府信息公开工作年度报告</h1>" in proof
    english = get(f"{pages}/p/{CODES['丁卯镇']}/2026?lang=en").text
    assert re.search("<dd>read, entries: [0-9]", english)
    assert ">Drafts box</dt>" in get(f"{pages}/u/{CODES['丁卯镇']}/2026?lang=en").text
    assert not re.search("今天|昨天", proof)
    assert re.search(r"查看：2027-02-\d\d \d\d:\d\d", proof)
    county = get(f"{pages}/c/{COUNTY}/2026").text
    assert "2026年度政府信息公开工作年度报告</title>" in county
    assert re.search(r'data-exact="2027-0\d-\d\d \d\d:\d\d[^"]*">', county)
    whole = [f"{kind}/2026" for kind in (f"c/{COUNTY}", f"u/{CODES['丁卯镇']}")]
    for path in (*whole, f"r/{CODES['甲戌镇']}/2026", "mail"):
        page = get(f"{pages}/{path}").text
        assert re.search(r"截至2027-02-12 \d\d:\d\d", page)
        assert re.search(r' data-exact="[^"]*20\d\d-\d\d-\d\d \d\d:\d\d', page), path
        bare = re.sub(r"<(\w+)[^>]* data-exact=[^>]*>.*?</\1>", "", page, flags=re.S)
        bare = re.sub(r'class="unseen">[^<]*<', "", bare)
        assert not re.search("今天|昨天", re.sub(r"<textarea.*?</textarea>", "", bare, flags=re.S))


def test_an_archived_page_says_whose_it_is_where_and_when_and_leads_back(pages: str) -> None:
    unit = f"/u/{CODES['丁卯镇']}/2026"
    timeline = section(get(f"{pages}{unit}").text, "timeline")
    kept = next(each for each in hrefs(timeline) if each.startswith("/archived/"))
    page = get(f"{pages}{kept}").text
    assert "丁卯镇" in page
    assert unit in hrefs(page)
    assert re.search(r"2027-02-\d\d \d\d:\d\d的查看取得相同内容", page)
    assert "</a>；" not in page  # a mark behind an address would begin a line
    assert any(each.startswith("/seen/") for each in hrefs(page))
    assert get(f"{pages}/archived/{'0' * 64}").status_code == 404


def test_a_workbook_speaks_the_language_of_its_page(pages: str) -> None:
    def sheet(address: str) -> list[tuple[Any, ...]]:
        book = load_workbook(BytesIO(get(address).content))
        return [*book.worksheets[0].iter_rows(values_only=True)]

    head, *rows = sheet(f"{pages}/c/{COUNTY}/2026.xlsx?lang=zh")
    assert {"单位", "电话", "发布状态", "发布日", "依据时间（北京时间）"} <= {*head}
    told = {row[head.index("单位")]: dict(zip(head, row, strict=True)) for row in rows}
    assert told["丙寅镇"]["发布状态"] == "逾期发布"
    assert re.fullmatch(r"2027-\d\d-\d\d", told["丙寅镇"]["发布日"])
    assert told["丁卯镇"]["发布状态"] == "逾期未发布"
    assert re.fullmatch(r"2027-02-\d\d \d\d:\d\d", told["丁卯镇"]["依据时间（北京时间）"])
    assert "missing" not in {value for row in rows for value in row}
    head, *_ = sheet(f"{pages}/u/{CODES['丁卯镇']}.xlsx?lang=zh")
    assert "单位" in head
    head, *_ = sheet(f"{pages}/c/{COUNTY}/2026.xlsx?lang=en")
    assert head[:3] == ("county", "unit", "code")


def test_the_day_of_publication_is_in_every_download(pages: str) -> None:
    late, missing = CODES["丙寅镇"], CODES["丁卯镇"]
    for where in (f"c/{COUNTY}/2026", f"u/{late}"):
        (row,) = (
            each
            for each in get(f"{pages}/{where}.json").json()
            if (each["code"], each["year"]) == (late, 2026)
        )
        assert re.fullmatch(r"2027-\d\d-\d\d", row["published"])
        head, *lines = get(f"{pages}/{where}.csv").content.decode("utf-8-sig").splitlines()
        assert head.endswith(",published,waived")
        assert any(line.endswith(f",{row['published']},") for line in lines)
        book = load_workbook(BytesIO(get(f"{pages}/{where}.xlsx?lang=en").content))
        head_row, *rows = book.worksheets[0].iter_rows(values_only=True)
        assert row["published"] in {each[head_row.index("published")] for each in rows}
    (year,) = get(f"{pages}/u/{late}/2026.json").json()
    assert year["published"] == row["published"]
    assert get(f"{pages}/u/{missing}/2026.json").json()[0]["published"] is None


def test_each_column_of_set_up_has_beside_it_what_was_seen_there(pages: str) -> None:
    table = section(get(f"{pages}/setup/{COUNTY}").text, "columns")
    assert "最近一次看到的" in table
    kept = [each for each in hrefs(table) if each.startswith("/archived/")]
    assert kept
    assert get(f"{pages}{kept[0]}").status_code == 200
    shown = re.findall(r'<ul class="seen-entries">(.*?)</ul>', table, re.S)
    assert any("年度报告" in each or "年报" in each for each in shown)
    assert all(each.count("<li>") <= 4 for each in shown)


def test_filters_are_in_the_address(pages: str) -> None:
    page = get(f"{pages}/c/{COUNTY}?standing=late&sort=days").text
    rows = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', section(page, "table"))
    assert rows == ["丙寅镇", "乙亥镇"]
    assert f"/c/{COUNTY}/2026.csv?standing=late&sort=days" in hrefs(page)


def test_a_sheet_of_evidence_is_taken(pages: str) -> None:
    sheet = get(f"{pages}/p/{CODES['丁卯镇']}/2026/sheet.docx")
    assert (sheet.status_code, sheet.content[:2]) == (200, b"PK")
    none = get(f"{pages}/p/{CODES['壬申镇']}/2026/sheet.docx")
    assert none.status_code == 404
    assert "没有可出具的存证" in none.text


# ---- two languages


def test_the_language_is_kept(pages: str) -> None:
    asking = requests.Session()
    assert 'lang="zh-CN"' in asking.get(f"{pages}/c/{COUNTY}", timeout=60).text[:40]
    first = asking.get(f"{pages}/c/{COUNTY}?lang=en", timeout=60)
    assert "HttpOnly" in first.headers["set-cookie"]
    then = asking.get(f"{pages}/u/{CODES['丁卯镇']}/2026", timeout=60).text
    assert "Report of 2026: missing" in then
    assert 'lang="zh-CN"' in asking.get(f"{pages}/c/{COUNTY}?lang=zh", timeout=60).text[:40]


def test_every_word_of_the_pages_is_said_in_both() -> None:
    folder = Path(__file__).parents[2] / "monitor" / "web"
    files = [*folder.glob("*.py"), *(folder / "templates").glob("*.html")]
    files.append(folder.parent / "openid.py")  # whose faults are words of the pages
    texts = "\n".join(file.read_text("utf-8") for file in files)
    used = set(re.findall(r"""['"]([a-z_0-9]+)['"]""", texts))
    # with what stands behind it
    made = (
        "sort_",
        "month_",
        "job_",
        "job_of_",
        "letter_",
        "part_",
        "review_",
        "said_",
        "verdict_",
        "visit_",
    )
    asked = set(re.findall(r"""\b(?:t|say)\(\s*['"]([a-z_0-9]+)['"]""", texts))
    assert asked - words().keys() - {*made} == set()
    assert {key for key in words() if not key.startswith(made)} - used == set()
    chinese = re.compile("[\u4e00-\u9fff]")
    for key, (zh, en) in words().items():
        assert zh
        assert en
        assert key == "other_language" or not chinese.search(en), key


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_english_pages_have_chinese_only_of_others(pages: str, lang: str) -> None:
    page = get(f"{pages}/nix?lang={lang}").text
    assert ("没有这个网址" in page) == (lang == "zh")


# ---- what is safe

HOSTILE = (
    "", "x", "0", "-1", "99999999999999999999", "2026.5", "２０２６", "\x00", "\x1b[31m", "\ud7ff", "a" * 3000,
    "<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "' OR 1=1 --", "../../etc/passwd", "%",
    "%00", "{{7*7}}", "missing\r\nX-A: b", "🏮", "NaN", "null", "[]", "county:", "city:99", "unit:1", "140999103",
)  # fmt: skip
ROUTES = ("/c/{}", "/c/140999/{}", "/u/{}", "/u/140999103/{}", "/p/{}", "/p/140999103/{}", "/p/{}/2026/sheet.docx",
          "/r/{}", "/check/{}", "/seen/{}", "/archived/{}", "/static/{}", "/overview.{}", "/{}")  # fmt: skip
KEYS = (
    "lang",
    "standing",
    "quality",
    "kind",
    "q",
    "sort",
    "page",
    "scope",
    "year",
    "unit",
    "unknown_key",
)


def explained(answer: requests.Response) -> None:
    """No fault of ours, and its headers are there."""
    assert answer.status_code < 500, (answer.url, answer.text[:300])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "alert(1)<" not in answer.text
        assert "<img src=x" not in answer.text
        assert answer.text != "49"


@more
@pytest.mark.parametrize("route", ROUTES)
def test_no_path_is_a_fault(pages: str, route: str) -> None:
    for said in HOSTILE[:: amount(3, 1)]:
        explained(get(pages + route.format(quote(said, safe=""))))


@more
@pytest.mark.parametrize("key", KEYS)
def test_no_parameter_is_a_fault(pages: str, key: str) -> None:
    for path in ("/c/140999", "/", "/u/140999103", "/p/140999103")[: amount(2, 4)]:
        for said in HOSTILE[:: amount(4, 1)]:
            value = quote(said, safe="")
            explained(get(f"{pages}{path}?{key}={value}&{key}={value}"))


def test_no_header_is_a_fault(pages: str) -> None:
    for value in (
        "x",
        "nianbao_lang=fr",
        "nianbao_lang=" + "a" * 2000,
        'nianbao_lang="<script>"; ;=;',
    ):
        answer = get(
            f"{pages}/c/{COUNTY}", Cookie=value, Accept_Language=value, X_Forwarded_Host="e.org"
        )
        explained(answer)
        assert answer.status_code == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
        done = requests.request(method, f"{pages}/c/{COUNTY}", timeout=60)
        explained(done)
        assert done.status_code == 405
    head = requests.head(f"{pages}/c/{COUNTY}", timeout=60)
    assert (head.status_code, head.content) == (200, b"")


def test_who_calls_it_by_another_name_is_not_answered(pages: str, season: Lived) -> None:
    """A page of somebody else's whose name was made to lead here reads nothing."""
    done = get(f"{pages}/c/{COUNTY}", Host="evil.example")
    assert done.status_code == 421
    assert "平安县" not in done.text
    with served(site_of(season.folder, season.now, "zh", "nianbao.example")) as named:
        assert get(f"{named}/c/{COUNTY}", Host="nianbao.example:8443").status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example", "/%2F/evil.example"])
def test_no_address_makes_a_link_to_somebody_else(pages: str, path: str) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(pages).port or 0), 20) as asking:
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        asking.sendall(head.encode())
        told = b"".join(iter(lambda: asking.recv(65536), b"")).decode()
    assert "404" in told.partition("\r\n")[0]
    assert hrefs(told)
    assert {urlsplit(urljoin(pages, each)).netloc for each in hrefs(told)} <= {
        urlsplit(pages).netloc,
        "",  # data:
    }


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: local"])
def test_who_connects_and_asks_nothing_keeps_nobody_out(
    season: Lived, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(Patient, "asking", 1.5)
    with served(site_of(season.folder, season.now)) as address, ExitStack() as held:
        place = ("127.0.0.1", urlsplit(address).port or 0)
        for _ in range(AT_ONCE):
            held.enter_context(socket.create_connection(place, 20)).sendall(said)
        answered = [get(f"{address}/static/style.css").status_code]
        until = time.monotonic() + 15
        while answered[-1] != 200 and time.monotonic() < until:
            time.sleep(0.2)
            answered.append(get(f"{address}/static/style.css").status_code)
        assert answered[-1] == 200, answered


def test_who_hands_over_next_to_nothing_keeps_nobody_out(
    season: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form whose end never comes; one that comes slowly, and comes, is taken."""
    monkeypatch.setattr(Patient, "giving", 1.5)
    monkeypatch.setattr(Patient, "least", 16)
    with served(site_of(season.folder, season.now)) as address, ExitStack() as held:
        place = ("127.0.0.1", urlsplit(address).port or 0)
        ours = f"Host: localhost\r\nOrigin: {address}\r\nSec-Fetch-Site: same-origin\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"

        def begun(size: int) -> socket.socket:
            made = held.enter_context(socket.create_connection(place, 20))
            head = f"POST /do/look HTTP/1.1\r\n{ours}{kind}Content-Length: {size}\r\n\r\n"
            made.sendall(head.encode())
            return made

        honest = begun(200)
        time.sleep(1)  # it is let in before the others stand there
        drips = [begun(1000) for _ in range(AT_ONCE - 2)]
        assert get(f"{address}/static/style.css").status_code == 503
        for _ in range(10):
            time.sleep(0.4)
            with suppress(OSError):
                honest.sendall(b"a" * 20)
            for each in drips:
                with suppress(OSError):
                    each.sendall(b"a")
        assert get(f"{address}/static/style.css").status_code == 200
        assert honest.recv(100).startswith(b"HTTP/1.1 4")  # it says nothing that can be done


def test_who_takes_nothing_of_a_long_answer_keeps_nobody_out(
    season: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer in pieces, too: its next one is not waited for without end."""
    monkeypatch.setattr(Patient, "taking", 1.0)

    async def long(request: Request) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            while True:
                yield bytes(1 << 20)

        return StreamingResponse(pieces())

    monkeypatch.setattr("nianbao.monitor.web.app.static", long)
    with served(site_of(season.folder, season.now)) as address:
        place = ("127.0.0.1", urlsplit(address).port or 0)
        with socket.create_connection(place, 20) as idle:
            idle.sendall(b"GET /static/style.css HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(4)
            came = b"?"
            with suppress(ConnectionResetError):
                for _ in range(64):
                    came = idle.recv(1 << 20)
                    if not came:
                        return
                pytest.fail("it goes on")


def test_every_link_leads_to_a_page(pages: str) -> None:
    waiting, seen = [f"{pages}/c/{COUNTY}", f"{pages}/?year=2026"], set[str]()
    while waiting:
        address = waiting.pop()
        if (
            address in seen
            or len(seen) > amount(45, 400)
            or address.endswith(("sheet.docx", "sheet.pdf"))
        ):
            continue
        seen.add(address)
        answer = get(address)
        explained(answer)
        assert answer.status_code == 200, address
        if not answer.headers["content-type"].startswith("text/html") or "/seen/" in address:
            continue
        assert len(answer.content) <= 100_000
        assert not re.search(
            r"<script(?! type=\"module\" src=)|\sstyle=|\son[a-z]+=|javascript:", answer.text
        )
        ours = (urljoin(address, each).partition("#")[0] for each in hrefs(answer.text))
        waiting += [each for each in ours if each.startswith(pages)]
    assert len(seen) > 30


SCRIPT = "<script>alert(1)</script>"


class Hostile(World):
    """A county whose every word from outside is a script, and whose page is full of them."""

    BODY = f"""<!DOCTYPE html><html><head><title>{SCRIPT}</title><base href="http://evil.example/">
        <style>body{{background:url(http://evil.example/a)}}@import "http://evil.example/b";</style>
        <script>alert(1)</script><meta http-equiv="refresh" content="0;url=http://evil.example/"></head>
        <body onload="alert(1)"><ul><li><a href="javascript:alert(1)" onclick="alert(1)">甲</a></li>
        <li><a href="http://a.gov.cn/1.html">柳树镇2026年{SCRIPT}报告</a></li></ul>
        <iframe src="http://evil.example/"></iframe><img src=x onerror=alert(1)><form action="http://evil.example/">
        </form><svg onload=alert(1)></svg><p>张三 13812345678</p></body></html>"""

    def live(self) -> None:
        for moment in (at(1, 20), at(2, 2), at(2, 3)):
            self.now = moment
            portal = self.recorder.register(self.county)
            sweep = self.recorder.begin(portal)
            listed = (
                Item(f"柳树镇2026年{SCRIPT}报告", "http://a.gov.cn/1.html", None),
                Item(f"'\"><img src=x onerror=alert(1)>{SCRIPT}", "javascript:alert(1)", None),
            )
            for column in self.recorder.columns(portal):
                for each in listed:
                    self.recorder.sighted(column.id, each, kind="report", year=2026, read=True)
                page = Answer(
                    ALL, 200, {"content-type": f"text/html; {SCRIPT}"}, self.BODY.encode()
                )
                self.recorder.look(
                    sweep,
                    column.id,
                    Listing(State("ok"), listed, answers=(page,), proof=Proof("single")),
                )
            self.recorder.end(sweep)
            refresh(self.engine, self.registry, [self.county], self.now)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    world = Hostile(folder, f"sqlite:///{folder}/n.db")
    text = f"""county: 平安县
code: "140999"
host: a.gov.cn
deadlines: [{{on: "01-31", source: "{SCRIPT}"}}]
columns: [{{url: "{ALL}", covers: all}}]
units: [{{name: "{SCRIPT}镇", code: "140999101"}}, {{name: 石门镇, code: "140999102"}}]
"""
    (folder / "counties").mkdir()
    try:
        world.file(text)
    except Exception:  # what a county's file may not say it does not
        text = text.replace(f'deadlines: [{{on: "01-31", source: "{SCRIPT}"}}]\n', "")
        world.file(text)
    (folder / "counties" / "a.yaml").write_text(text, encoding="utf-8")
    world.live()
    with served(site_of(folder, at(2, 4))) as address:
        yield address


def test_what_comes_from_outside_is_shown_as_text(hostile: str) -> None:
    shown = ""
    for path in (
        "/c/140999",
        "/u/140999101/2026",
        "/p/140999101/2026",
        "/p/140999102/2026",
        "/?year=2026",
    ):
        for lang in ("zh", "en"):
            answer = get(f"{hostile}{path}{'&' if '?' in path else '?'}lang={lang}")
            explained(answer)
            assert answer.status_code == 200
            assert SCRIPT not in answer.text
            assert 'href="javascript:' not in answer.text
            shown += answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_an_archived_page_runs_asks_and_leads_nowhere(hostile: str) -> None:
    proof = get(f"{hostile}/p/140999102/2026").text
    frame = next(each for each in hrefs(proof) if each.startswith("/seen/"))
    archived = get(hostile + frame)
    policy = archived.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert archived.headers["x-frame-options"] == "SAMEORIGIN"
    for gone in (
        "alert",
        "evil.example",
        "onload",
        "onerror",
        "onclick",
        "<iframe",
        "<base",
        "refresh",
        "13812345678",
    ):
        assert gone not in archived.text.replace(
            SCRIPT.replace("<", "&lt;").replace(">", "&gt;"), ""
        ), gone
    assert "石门镇2026年度年报" in archived.text


def test_damaged_evidence_is_told(season: Lived, tmp_path: Path) -> None:
    shutil.copytree(season.folder, tmp_path / "season")
    for file in (tmp_path / "season" / "evidence").rglob("*.gz"):
        file.write_bytes(b"no")
    with served(site_of(tmp_path / "season", season.now)) as address:
        proof = get(f"{address}/p/{CODES['丁卯镇']}/2026")
        assert proof.status_code == 200
        frame = next(each for each in hrefs(proof.text) if each.startswith("/seen/"))
        shown = get(address + frame)
        assert shown.status_code == 404
        assert "存档无法读取" in shown.text


def test_a_store_that_is_gone_is_told(tmp_path: Path, season: Lived) -> None:
    shutil.copytree(season.folder, tmp_path / "season")
    site = site_of(tmp_path / "season", season.now)
    with served(site) as address:
        site.engine.dispose()
        for file in (tmp_path / "season").glob("n.db*"):
            file.unlink()
        (tmp_path / "season" / "n.db").mkdir()
        answer = get(f"{address}/c/{COUNTY}")
    assert answer.status_code == 503
    assert "nianbao doctor" in answer.text


# ---- where they stand


@pytest.mark.parametrize("is_cut", [True, False])
def test_they_stand_under_a_path(season: Lived, is_cut: bool) -> None:
    """Whether the proxy before them cuts it off or not."""
    with served(site_of(season.folder, season.now), "/nianbao") as address:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
        asked = origin if is_cut else address
        page = get(f"{asked}/c/{COUNTY}?lang=en")
        assert page.status_code == 200
        assert "Path=/nianbao/" in page.headers["set-cookie"]
        links = [each for each in hrefs(page.text) if each.startswith("/")]
        assert links
        assert all(each.startswith("/nianbao/") for each in links)
        for each in links[:20]:
            path = each.removeprefix("/nianbao") if is_cut else each
            assert get(origin + path).status_code == 200, each
        assert get(f"{asked}/", follow=False).headers["location"] == f"/nianbao/c/{COUNTY}"


# ---- what they cost


class Counted:
    """How many questions a database was asked."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine, "before_cursor_execute", self._asked)

    def _asked(self, *_: object) -> None:
        self.count += 1


def of_many(folder: Path, count: int) -> tuple[Path, datetime]:
    """A county of so many units, of which every other one has published, over six years."""
    world = World(folder, f"sqlite:///{folder}/n.db")
    units = [f'  - {{name: 第{n}镇, code: "140999{n:03}"}}' for n in range(100, 100 + count)]
    head = [
        "county: 平安县",
        'code: "140999"',
        "host: a.gov.cn",
        "columns:",
        f'  - {{url: "{ALL}", covers: all}}',
        "units:",
    ]
    world.file("\n".join([*head, *units]) + "\n")
    (folder / "counties").mkdir()
    shutil.copy(folder / "a.yaml", folder / "counties" / "a.yaml")
    links = [
        {"item": Item(f"第{n}镇2026年年报", f"http://a.gov.cn/{n}.html", None), "unit": f"140999{n:03}"}
        for n in range(100, 100 + count, 2)
    ]  # fmt: skip
    for moment in (at(1, 30), at(2, 2), at(2, 3)):
        world.sweep(moment, *links)
    refresh(world.engine, world.registry, [world.county], at(2, 3, 12), range(2021, 2027))
    return folder, at(2, 4)


def test_a_page_asks_as_often_of_many_units_as_of_few(tmp_path: Path) -> None:
    asked: dict[int, dict[str, int]] = {}
    for count in (6, 92):
        (tmp_path / f"{count}").mkdir()
        folder, now = of_many(tmp_path / f"{count}", count)
        site = site_of(folder, now)
        counted = Counted(site.engine)
        with served(site) as address:
            for path in ("/c/140999/2026", "/u/140999101/2026", "/p/140999101/2026", "/?year=2026"):
                counted.count = 0
                answer = get(address + path)
                assert answer.status_code == 200, answer.text
                assert len(answer.content) <= 100_000, path
                asked.setdefault(count, {})[path] = counted.count
    assert asked[6] == asked[92]
    assert max(asked[92].values()) < 100, asked


def test_states_look_as_the_one_table_says() -> None:
    for name, word in STANDINGS.items():
        assert f".s-{name}{{background:#{word.colour}" in colours()
    assert FIRST_LOOK.colour in colours()
    assert templates().autoescape is True


# ---- the command


def test_it_answers_on_this_machine_alone(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "example.org", "::", ""):
        done = run_here(tmp_path, "web", "--host", host, NIANBAO_LANG="zh")
        assert done.returncode == 2, host
        assert "只在本机回答" in done.stderr
    done = run_here(tmp_path, "web", "--base", "/a/../b", NIANBAO_LANG="en")
    assert (done.returncode, "say a path like /nianbao" in done.stderr) == (2, True)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_until_it_is_asked_to_end(season: Lived, how: signal.Signals) -> None:
    line = [
        *(sys.executable, "-m", "nianbao.monitor.cli", "web", "--port", "0", "--base", "nianbao"),
        *(
            "--config",
            "counties",
            "--store",
            f"sqlite:///{season.folder}/n.db",
            "--evidence",
            "evidence",
        ),
    ]
    told = {**ENVIRONMENT, "NIANBAO_LANG": "en"}
    with subprocess.Popen(
        line, stderr=subprocess.PIPE, text=True, env=told, cwd=season.folder
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        address = re.findall(r"http://[^ ]+/nianbao/", said)
        try:
            page = get(f"{address[0]}c/{COUNTY}")
            process.send_signal(how)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert 'lang="en"' in page.text


def test_a_store_that_nobody_made_is_told(season: Lived) -> None:
    store = ("--store", f"sqlite:///{season.folder}/none.db", "--evidence", "evidence")
    done = run_here(season.folder, "web", "--config", "counties", *store, NIANBAO_LANG="zh")
    assert done.returncode == 2
    assert "nianbao sweep" in done.stderr
    assert not (season.folder / "none.db").exists()


def test_a_first_start_begins_with_set_up(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "nianbao.monitor.cli", "web", "--port", "0"]
    with subprocess.Popen(
        line, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=tmp_path
    ) as process:
        assert process.stderr is not None
        (address,) = re.findall("http://[^ ]+?/", process.stderr.readline())
        try:
            assert get(address).url == f"{address}setup"
            for path in ("overview.json", "operations", "review", "?year=2026"):
                explained(get(address + path))
        finally:
            process.kill()
    wrong = run_here(tmp_path, "web", "--config", "nowhere", NIANBAO_LANG="zh")
    assert (wrong.returncode, "nowhere: 没有县配置文件" in wrong.stderr) == (2, True)


def test_a_port_that_another_has_is_told(season: Lived) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run_here(
            season.folder, "web", "--port", str(taken.getsockname()[1]), "--config", "counties",
            "--store", f"sqlite:///{season.folder}/n.db", "--evidence", "evidence", NIANBAO_LANG="zh",
        )  # fmt: skip
    assert done.returncode == 1
    assert "无法使用" in done.stderr


# ---- a browser


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize(
    ("lang", "width"),
    [
        ("zh", 390),
        pytest.param("en", 1280, marks=prove),
        pytest.param("zh", 1280, marks=prove),
        pytest.param("en", 390, marks=prove),
    ],
)
def test_whom_to_call_and_the_proof_are_two_clicks_away(pages: str, lang: str, width: int) -> None:
    playing = pytest.importorskip("playwright.sync_api")
    said = {
        "zh": ("看依据", "复制催办", "此处应有"),
        "en": ("Proof", "Copy the reminder", "would stand here"),
    }[lang]
    with playing.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            permissions=["clipboard-read", "clipboard-write"],
        )
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda told: wrong.append(told.text))
        page.on("pageerror", lambda told: wrong.append(str(told)))
        page.goto(f"{pages}/?lang={lang}")
        name = page.get_by_role("link", name="丁卯镇").first
        assert name.bounding_box()["y"] < 600  # in the first screen
        page.get_by_text(said[1]).first.click()
        page.wait_for_selector("[role=status]")
        assert "丁卯镇" in page.evaluate("navigator.clipboard.readText()")
        assert page.locator(".text[open] .to-copy").evaluate(
            "field => field.scrollHeight <= field.clientHeight + 1"
        )  # all of it in sight
        to_mend = page.locator(".mends .to-copy").first
        page.locator(".mends .text > summary").first.click()
        assert to_mend.bounding_box()["width"] > 300  # not squeezed beside the name
        page.get_by_role("link", name=said[0]).first.click()
        frame = page.frame_locator("iframe.viewer").first
        assert said[2] in frame.locator("#here").inner_text()
        for path in (
            f"/c/{COUNTY}",
            f"/u/{CODES['甲戌镇']}",
            f"/p/{CODES['丁卯镇']}/2026",
            "/?year=2026",
        ):
            page.goto(pages + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.goto(f"{pages}/c/{COUNTY}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        reached = set()
        for _ in range(80):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.textContent.trim()"))
        assert any(said[0] in text for text in reached)
        browser.close()
    assert wrong == []


def test_the_season_s_store_is_left_as_it_was(season: Lived) -> None:
    """Looking writes nothing."""
    before = (season.folder / "n.db").read_bytes()
    site = site_of(season.folder, season.now)
    with served(site) as address:
        for path in (f"/c/{COUNTY}", f"/u/{CODES['丁卯镇']}", f"/p/{CODES['丁卯镇']}"):
            assert get(address + path).status_code == 200
    site.engine.dispose()
    assert (season.folder / "n.db").read_bytes() == before
    assert engine_of(season.folder)
