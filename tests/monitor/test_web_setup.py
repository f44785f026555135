"""Set-up: units edited, columns found and taken, a report brought, pages uploaded; each change shown before it is written."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests

from nianbao.crawler.discovering.found import Tried
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.web.pending import Change, Pending
from nianbao.monitor.web.setup import tried_said
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import entries
from nianbao.storage.nation import counties_named
from nianbao.storage.registry import Former, county_yaml, load_county
from nianbao.storage.store import looking, open_store
from tests.amounts import amount
from tests.crawler.test_discovering import LIU, SHI, asked_in_chinese
from tests.crawler.test_discovering import portal_of as columns_at
from tests.monitor.test_by_hand import COLUMN, Browser, paths_of, without_second
from tests.monitor.test_discover import FILE, PAGES, site_and_file
from tests.monitor.test_web import explained, hrefs, section
from tests.portals.server import running
from tests.worlds.county import portal_of
from tests.worlds.pages import DAYS, get, lived, served, site_of
from tests.worlds.seasons import CODES

NOW = datetime(2027, 2, 12, 1, tzinfo=UTC)
CODE = "140999"


def put(folder: Path, text: str = FILE) -> Path:
    (folder / "counties").mkdir(exist_ok=True)
    file = folder / "counties" / "平安县.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    return put(tmp_path)


@pytest.fixture
def site(tmp_path: Path, file: Path) -> Iterator[Site]:
    made = site_of(tmp_path, NOW)
    yield made
    made.jobs.close()


@pytest.fixture
def pages(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


def ours(address: str) -> dict[str, str]:
    """What a browser says of a page of ours."""
    parts = urlsplit(address)
    return {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}


def post(address: str, **fields: str) -> requests.Response:
    return requests.post(address, fields, headers=ours(address), timeout=60)


def form_in(page: str, action: str) -> dict[str, str]:
    """What a form of a page would send as it is."""
    (form,) = re.findall(rf'<form[^>]*action="[^"]*{action}".*?</form>', page, re.S)
    told = {}
    for tag in re.findall(r"<input[^>]*>", form):
        keys = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if "name" in keys and keys.get("type") not in ("checkbox", "file"):
            told[keys["name"]] = unescape(keys.get("value", ""))
    for name, body in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?', body)
        told[name] = next((value for value, chosen in options if chosen), options[0][0])
    return told


def ended(address: str, seconds: float = 120.0) -> str:
    """The page of a job, once it has ended."""
    ends = time.monotonic() + seconds
    while "data-live" in (page := get(address).text):
        assert time.monotonic() < ends, page
        time.sleep(0.1)
    return page


def audited(site: Site, action: str) -> list[Mapping[str, object]]:
    with looking(site.engine) as s:
        return [entry for entry in entries(s) if entry["action"] == action]


# ---- a county and its units


def test_a_county_is_found_by_its_name_and_made_a_file(site: Site, pages: str) -> None:
    found = get(f"{pages}/setup?name={quote('繁峙县')}").text
    assert "/setup/140924" in found
    page = get(f"{pages}/setup/140924").text
    assert "砂河镇" in page
    shown = post(f"{pages}/setup/140924/create", host="www.fanshi.gov.cn")
    assert "建立县配置文件" in shown.text
    assert "+county: 繁峙县" in shown.text
    target = site.files.folder / "繁峙县.yaml"
    assert not target.exists()
    done = post(shown.url)
    assert done.url == f"{pages}/setup/140924"
    wanted = county_yaml(counties_named("140924")[0], host="www.fanshi.gov.cn")
    assert target.read_text("utf-8") == wanted  # as `init` writes it
    assert "繁峙县" in get(f"{pages}/setup").text
    (entry,) = audited(site, "county_file")
    assert entry["about"] == "140924"
    assert post(shown.url).url == done.url  # twice is once
    assert len(audited(site, "county_file")) == 1
    assert len(list(site.files.folder.glob("繁峙县*"))) == 1


def test_to_show_a_county_reads_no_other_ones_file(site: Site, file: Path, pages: str) -> None:
    """Of thousands, all were read for each page: those that nothing says have changed are not."""
    other = file.with_name("邻县.yaml")
    other.write_text(file.read_text(encoding="utf-8").replace(CODE, "140998"), encoding="utf-8")
    site.files.look_again()
    told = other.stat()
    assert get(f"{pages}/setup/{CODE}").status_code == 200
    other.write_bytes(b"x" * told.st_size)
    os.utime(other, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert get(f"{pages}/setup/{CODE}").status_code == 200
    site.files.look_again()
    os.utime(other)
    assert get(f"{pages}/setup/{CODE}").status_code == 400


def test_units_are_edited_in_a_table_and_shown_before_they_are_written(
    site: Site, file: Path, pages: str
) -> None:
    page = get(f"{pages}/setup/{CODE}").text
    form = form_in(page, "/units")
    assert (form["name.0"], form["name.1"]) == (LIU, SHI)
    form |= {
        "name.0": "兴华镇",
        "renamed.0": "2026-12-31",
        "until.1": "2027-06-30",
        "phone.1": "0350-5522000",
        "name.n0": "黑水街道",
        "kind.n0": "subdistrict",
        "aliases.n0": "黑水、黑水街道办事处",
    }
    shown = post(f"{pages}/setup/{CODE}/units", **form)
    assert re.search(r'class="goes"><span class="unseen">删去：</span>-  - \{name: ', shown.text)
    assert file.read_text("utf-8") == FILE
    post(shown.url)
    first, second, third = load_county(file).units
    assert (first.name, first.former) == ("兴华镇", (Former(LIU, "2026-12-31"),))
    assert (second.until, second.phone) == ("2027-06-30", "0350-5522000")
    assert (third.name, third.kind, third.aliases) == (
        "黑水街道", "subdistrict", ("黑水", "黑水街道办事处"),
    )  # fmt: skip
    text = file.read_text("utf-8")
    assert text.startswith("# of the office\n")
    assert "# none yet" in text
    assert [path.read_text("utf-8") for path in file.parent.glob("*.bak")] == [FILE]


def test_a_form_as_it_is_changes_nothing(file: Path, pages: str) -> None:
    form = form_in(get(f"{pages}/setup/{CODE}").text, "/units")
    done = post(f"{pages}/setup/{CODE}/units", **form)
    assert done.status_code == 409
    assert "没有改动" in done.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name.0": SHI}, {"name.0": ""}, {"code.0": "1"}, {"since.0": "2027-13-01"}, {"kind.0": "x"},
        {"phone.0": "call"}, {"renamed.0": "x", "name.0": "兴华镇"}, {"name.0": "甲" * 50},
        {"name.n0": "a: b\n# x"}, {"name.0": "<script>alert(1)</script>", "code.0": "x"},
    ],
)  # fmt: skip
def test_what_would_be_faulty_is_told(file: Path, pages: str, wrong: dict[str, str]) -> None:
    form = form_in(get(f"{pages}/setup/{CODE}").text, "/units")
    for lang in ("zh", "en"):
        done = post(f"{pages}/setup/{CODE}/units?lang={lang}", **{**form, **wrong})
        explained(done)
        if done.status_code == 200:  # a name that is odd, and sound
            assert "\n# x" not in done.text
            continue
        assert done.status_code in (400, 409)
        if lang == "en":
            assert not re.search(
                "[\u4e00-\u9fff]",
                re.sub("甲+|柳树镇|石门镇|栗园镇|中文", "", section(done.text, "x")),
            )
    assert file.read_text("utf-8") == FILE


def test_what_a_person_wrote_meanwhile_is_never_written_over(
    site: Site, file: Path, pages: str
) -> None:
    form = form_in(get(f"{pages}/setup/{CODE}").text, "/units") | {"name.0": "兴华镇"}
    shown = post(f"{pages}/setup/{CODE}/units", **form)
    file.write_text(FILE + "# mine\n", encoding="utf-8")
    assert "被改动过" in get(shown.url).text
    done = post(shown.url)
    explained(done)
    assert done.status_code == 409
    assert file.read_text("utf-8") == FILE + "# mine\n"
    assert audited(site, "county_file") == []
    late = post(f"{pages}/setup/{CODE}/units", **form)
    assert late.status_code == 409
    assert "被改动过" in late.text


def test_changes_are_few_and_kept_for_a_while() -> None:
    kept = Pending()
    names = [kept.keep(Change("1", Path("x"), "", "", "", "said_new", ())) for _ in range(80)]
    assert kept.change(names[0]) is None
    assert kept.change(names[-1]) is not None
    assert kept.change("nix") is None


# ---- its columns


def test_columns_are_found_shown_and_taken(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    with site_and_file(tmp_path, dict(PAGES)) as (url, config):
        site = site_of(tmp_path, datetime.now(UTC))
        with served(site) as pages:
            begun = post(f"{pages}/setup/{CODE}/discover", url=url)
            page = ended(begun.url)
            assert "未证实" in page
            assert "写入县配置" not in page
            file = config / "平安县.yaml"
            again = form_in(page, "/discover") | {"host_is_right": "1"}
            found = post(f"{pages}/setup/{CODE}/discover", **again)
            page = ended(found.url)
            columns = section(page, "columns")
            assert "/nb/" in columns
            for unit in (LIU, SHI):
                assert re.search(rf"→ {unit} 20\d\d", columns)
            shown = post(found.url)
            assert f"{url}/nb/" in shown.text
            assert file.read_text("utf-8") == FILE
            done = post(shown.url)
            assert done.status_code == 200
            (column,) = load_county(file).columns
            assert (column.url, column.expect) == (f"{url}/nb/", "政府信息公开年报")
            english = get(f"{found.url}?lang=en").text
            assert "a person says it is this county" in english
            actions = {entry["action"] for entry in _all(site)}
            assert {"discover_begun", "county_file"} <= actions
        site.jobs.close()


@pytest.mark.parametrize(("lang", "told"), [("zh", "/a 无；/b 无"), ("en", "/a none; /b none")])
def test_what_was_tried_is_told_in_a_language_s_own_marks(lang: Lang, told: str) -> None:
    tried = [Tried(f"http://x.example/{each}", "无 / none") for each in "ab"]
    assert tried_said(tried, lang) == told


def _all(site: Site) -> list[Mapping[str, object]]:
    with looking(site.engine) as s:
        return list(entries(s))


def test_a_search_of_what_is_no_address_is_refused(pages: str) -> None:
    for url in ("", "x y", "javascript:alert(1)", "http://", "file:///etc/passwd", "a" * 3000):
        done = post(f"{pages}/setup/{CODE}/discover", url=url)
        explained(done)
        assert done.status_code == 400, url


# ---- a report that a person brings, and pages that he saved


@contextmanager
def by_hand(folder: Path) -> Iterator[tuple[Site, str, Browser]]:
    """A county whose portal a person may open, and its pages."""
    browser = Browser(folder, portal_of(without_second()))
    (folder / "counties").mkdir(exist_ok=True)
    for each in [*folder.glob("*.yaml"), *folder.glob("config/counties/*.yaml")]:
        (folder / "counties" / each.name).write_text(each.read_text("utf-8"), encoding="utf-8")
    open_store(f"sqlite:///{folder}/n.db").dispose()
    site = site_of(folder, datetime.now(UTC))
    site = replace(site, clock=lambda: datetime.now(UTC))
    with served(site) as pages:
        yield site, pages, browser
    site.jobs.close()


def upload(address: str, files: list[tuple[str, bytes]], **fields: str) -> requests.Response:
    sent = [("files", file) for file in files]
    return requests.post(address, fields, files=sent, headers=ours(address), timeout=60)


def test_pages_that_a_person_saved_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (laid := tmp_path / "laid").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", f"{laid}")
    with by_hand(tmp_path) as (site, pages, browser):
        code = site.files.registry().counties[0].code
        names = browser.save(*paths_of(without_second()))
        files = [(name, (tmp_path / name).read_bytes()) for name in names]
        begun = upload(f"{pages}/setup/{code}/saved", files, who="王小明")
        assert "/jobs/" in begun.url, begun.text
        page = ended(begun.url)
        assert "已读全" in section(page, "looks"), page
        assert COLUMN in section(page, "looks")
        assert "没有用到" not in page
        (entry,) = audited(site, "saved_begun")
        assert entry["content"]["who"] == "王小明"  # type: ignore[index]
    assert not list(laid.glob("nianbao-saved-*"))


def test_hostile_uploads_are_explained(site: Site, file: Path, pages: str) -> None:
    address = f"{pages}/setup/{CODE}/saved"
    cases: list[list[tuple[str, bytes]]] = [
        [],
        [("a.html", b"")],
        [(f"{n}.html", b"x") for n in range(70)],
        [("<script>alert(1)</script>.html", b"\x00\x01")],
    ]
    for files in cases:
        done = upload(address, files)
        explained(done)
        if "/jobs/" in done.url:
            page = ended(done.url)
            assert "没有完成" in page
            assert "<script>alert(1)" not in page
        else:
            assert done.status_code in (400, 415)
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "text/plain", "x"):
        headers = {"Origin": pages, "Sec-Fetch-Site": "same-origin", "Content-Type": kind}
        done = requests.post(address, b"--x\r\nnix", headers=headers, timeout=60)
        explained(done)
        assert done.status_code in (400, 415), kind
    foreign = requests.post(address, files=[("files", ("a", b"x"))], timeout=60)
    assert foreign.status_code == 403


def test_too_much_is_not_taken(site: Site, pages: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nianbao.monitor.web.setting_up.FILES_BYTES", 1000)
    try:
        done = upload(f"{pages}/setup/{CODE}/saved", [("a.html", b"x" * 3_000_000)])
        assert done.status_code == 413
    except requests.ConnectionError:  # it hung up while more was sent
        pass
    assert not list(site.jobs.jobs("saved"))


def test_a_report_is_brought_by_its_address(tmp_path: Path) -> None:
    text = FILE.replace("host:", "host: {host}")
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    (tmp_path / "counties").mkdir()
    with running(asked_in_chinese(columns_at(dict(PAGES)))) as portal:
        host = portal.url.partition("://")[2]
        put(tmp_path, text.replace("{host}", host))
        site = replace(site_of(tmp_path, NOW), clock=lambda: datetime.now(UTC))
        with served(site) as pages:
            keys = form_in(get(f"{pages}/setup/{CODE}").text, "/bring")
            assert keys["unit"] == f"{CODE}-{LIU}"
            said = {**keys, "year": "2024", "why": "不在栏目中", "who": "王"}
            foreign = post(
                f"{pages}/setup/{CODE}/bring", **{**said, "url": "http://other.example/1.html"}
            )
            assert "没有采用" in ended(foreign.url)
            nothing = post(
                f"{pages}/setup/{CODE}/bring", **{**said, "url": f"{portal.url}/nix.html"}
            )
            page = ended(nothing.url)
            assert "没有采用" in page
            assert "--insist" not in page
            for lacks in (
                {"why": ""},
                {"year": ""},
                {"year": "99"},
                {"unit": "nix"},
                {"url": "x y"},
            ):
                done = post(f"{pages}/setup/{CODE}/bring", **{**said, "url": portal.url, **lacks})
                explained(done)
                assert done.status_code in (400, 404), lacks
        site.jobs.close()


# ---- whatever is asked

HOSTILE = ("", "x", "0", "\x00", "a" * 3000, "<script>alert(1)</script>", "'\"><img src=x>", "../../etc/passwd",
           "%00", "\ud7ff", "🏮", "140999", "000000", "１４０９９９")  # fmt: skip


def test_no_path_is_a_fault(pages: str) -> None:
    for said in HOSTILE[:: amount(2, 1)]:
        value = quote(said, safe="")
        for path in (
            "/setup/{}",
            "/setup?name={}",
            "/setup?page={}",
            "/setup/140999/jobs/{}",
            "/setup/changes/{}",
        ):
            explained(get(pages + path.format(value)))
        for path in (
            "/setup/{}/units",
            "/setup/{}/create",
            "/setup/changes/{}",
            "/setup/140999/jobs/{}",
        ):
            explained(post(pages + path.format(value)))


def test_no_field_is_a_fault(pages: str) -> None:
    form = form_in(get(f"{pages}/setup/{CODE}").text, "/units")
    for key in (
        "name.0",
        "code.0",
        "kind.0",
        "aliases.0",
        "since.0",
        "phone.0",
        "mark",
        "name.n4",
        "nix",
    ):
        for said in HOSTILE[:: amount(4, 1)]:
            explained(post(f"{pages}/setup/{CODE}/units", **{**form, key: said}))


def test_another_site_writes_nothing(site: Site, file: Path, pages: str) -> None:
    form = form_in(get(f"{pages}/setup/{CODE}").text, "/units") | {"name.0": "兴华镇"}
    shown = post(f"{pages}/setup/{CODE}/units", **form)
    for path in (shown.url, f"{pages}/setup/{CODE}/units", f"{pages}/setup/{CODE}/discover"):
        for headers in ({}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            done = requests.post(path, form, headers=headers, timeout=60)
            explained(done)
            assert done.status_code == 403
    assert file.read_text("utf-8") == FILE


def test_both_languages_are_whole(pages: str) -> None:
    form = form_in(get(f"{pages}/setup/{CODE}").text, "/units") | {"name.0": "兴华镇"}
    shown = post(f"{pages}/setup/{CODE}/units", **form)
    for address in (f"{pages}/setup", f"{pages}/setup/{CODE}", f"{pages}/setup/140924", shown.url):
        english = get(f"{address}?lang=en").text
        own = re.sub(
            r'<a class="language".*?</a>|value="[^"]*"|<table class="edit">.*?</table>|<div class="diff".*?</div>'
            r"|<ul class=\"columns\">.*?</ul>|平安县(\.yaml)?|繁峙县|山西省忻州市|柳树镇|石门镇|<option.*?</option>",
            "", english, flags=re.S,
        )  # fmt: skip
        left = re.findall("[^>]*[\u4e00-\u9fff][^<]*", own)
        assert left == [], address


def test_it_stands_under_a_path(site: Site) -> None:
    with served(site, "/nianbao") as address:
        page = get(f"{address}/setup/{CODE}").text
        links = re.findall(r'(?:href|action)="(/[^"]*)"', page)
        assert links
        assert all(each.startswith("/nianbao/") for each in links)
        form = form_in(page, "/units") | {"name.0": "兴华镇"}
        shown = post(f"{address}/setup/{CODE}/units", **form)
        assert shown.url.startswith(f"{address}/setup/changes/")
        assert post(shown.url).url == f"{address}/setup/{CODE}"


def test_a_page_of_many_units_is_small(tmp_path: Path) -> None:
    units = "".join(
        f'  - {{name: 第{n}镇, code: "140999{n}", aliases: [第{n}镇人民政府]}}\n'
        for n in range(100, 200)
    )
    put(tmp_path, FILE[: FILE.index("units:")] + "units:\n" + units)
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    with served(site_of(tmp_path, NOW)) as address:
        answer = get(f"{address}/setup/{CODE}")
        assert answer.status_code == 200
        assert len(answer.content) <= 100_000


def test_a_file_that_is_faulty_is_told(site: Site, file: Path, pages: str) -> None:
    get(f"{pages}/setup")
    file.write_text("county: [", encoding="utf-8")
    done = get(f"{pages}/setup/{CODE}")
    explained(done)
    assert done.status_code == 400


def test_the_telephone_of_the_file_is_the_one_that_is_called(tmp_path: Path) -> None:
    now = lived(tmp_path, DAYS[-2:])
    (file,) = (tmp_path / "counties").glob("*.yaml")
    with served(site_of(tmp_path, now)) as pages:
        form = form_in(get(f"{pages}/setup/{CODE}").text, "/units")
        row = next(key for key, value in form.items() if value == "丁卯镇").partition(".")[2]
        shown = post(f"{pages}/setup/{CODE}/units", **{**form, f"phone.{row}": "0350-5522000"})
        missing = section(get(f"{pages}/c/{CODE}").text, "missing")
        fill_in = f"/setup/{CODE}#phone-{CODES['丁卯镇']}"
        assert fill_in in hrefs(missing)
        assert "未登记电话" in missing
        assert fill_in in hrefs(get(f"{pages}/u/{CODES['丁卯镇']}").text)
        settings = get(f"{pages}/setup/{CODE}").text
        assert re.search(f'id="phone-{CODES["丁卯镇"]}"[^>]* placeholder="联系电话"', settings)
        assert "已保存" in post(shown.url).text
        assert "0350-5522000" in file.read_text("utf-8")
        assert 'href="tel:0350-5522000"' in section(get(f"{pages}/c/{CODE}").text, "missing")
        assert 'href="tel:0350-5522000"' in get(f"{pages}/u/{CODES['丁卯镇']}").text
