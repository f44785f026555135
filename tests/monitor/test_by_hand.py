"""人工查看: what a person saved proves what a sweep of the same would, is marked as his, and is never taken for more."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from docx import Document as Letter
from sqlalchemy import select

from nianbao.crawler.answers import Answer
from nianbao.crawler.belied import of_article, refuse_belied
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Hand
from nianbao.crawler.saved import MOST_BYTES, SavedError, place_of, saved_in
from nianbao.monitor.standing import BEIJING
from nianbao.storage.models import AuditEntry, Document, Look
from nianbao.storage.retention import needed
from nianbao.storage.store import looking, open_store
from tests.amounts import one_in
from tests.portals.browsers import single_file, web_archive, whole
from tests.portals.server import Portal, Reply, Request, running
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.commands import run_here, swept
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.recorded import ALL, World, at, item, report
from tests.worlds.stores import a_day_later, emptied, stored

YEAR = ("--year", "2023")
SITE = "http://www.pingan.gov.cn"
COLUMN = "/zwgk/nb/"
STONE, WILLOW = "140999101", "140999100"
Saves = Callable[[str, bytes, datetime], bytes]
WAYS: dict[str, Saves] = {
    "whole": lambda url, page, at: whole(url, page),
    "single file": single_file,
    "web archive": web_archive,
    "web archive in base64": lambda url, page, at: web_archive(url, page, at, "base64"),
}


def without_second() -> list[Any]:
    """All reports but 石门镇's of 2023."""
    return [plant for n, plant in enumerate(planted()) if n != 1]


def paths_of(plants: list[Any]) -> list[str]:
    """The pages of its list, and its articles."""
    return [COLUMN, f"{COLUMN}index_1.html", *(truth.path for truth, _ in plants)]


class Browser:
    """A person who opens pages that no program may, and saves them."""

    def __init__(self, folder: Path, portal: Portal, way: str = "web archive") -> None:
        self.folder, self.portal, self.way = folder, portal, way
        self.now = datetime.now(BEIJING).replace(microsecond=0) - timedelta(minutes=2)
        county_file(folder, SITE, COLUMN)

    def save(self, *paths: str) -> list[str]:
        files = []
        for path in paths:
            reply = self.portal(Request("GET", path, {}, "", {}))
            assert reply is not None, path
            name = f"{len(list(self.folder.glob('*.saved')))}.saved"
            page = WAYS[self.way](f"{SITE}{path}", reply.body, self.now)
            (self.folder / name).write_bytes(page)
            files.append(name)
        return files

    def look(self, *files: str, code: int = 0) -> dict[str, Any]:
        when = ("--when", f"{self.now:%Y-%m-%d %H:%M}") if self.way == "whole" else ()
        done = self.run("look", *files, "--saved", "--who", "李四", "--json", *when)
        assert done.returncode == code, done.stdout + done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def run(self, command: str, *arguments: str) -> Any:
        places: tuple[str, ...] = ("--store", f"sqlite:///{self.folder}/n.db")
        if command not in ("standing", "flagged", "history", "letter", "audit", "coverage"):
            places += ("--evidence", f"{self.folder}/evidence")
        config = () if command == "audit" else ("--config", f"{self.folder}/counties")
        return run_here(self.folder, command, *arguments, *places, *config)

    def told(self, command: str = "standing") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.run(command, *YEAR, "--format", "json").stdout)
        return rows

    def stood(self, unit: str) -> dict[str, Any]:
        (row,) = (row for row in self.told() if row["code"] == unit)
        return row


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """But for what says how it is known, and on which site."""
    how = ("by_hand", "evidence", "why", "url", "proof")
    return [{name: value for name, value in row.items() if name not in how} for row in rows]


# ---- the same as by a sweep


@one_in(2)
@pytest.mark.parametrize("way", WAYS)
def test_saved_pages_give_what_a_sweep_gives(way: str, tmp_path: Path) -> None:
    by_sweep, by_hand = tmp_path / "sweep", tmp_path / "hand"
    for folder in (by_sweep, by_hand):
        folder.mkdir()
    portal = portal_of(without_second())
    browser = Browser(by_hand, portal, way)
    looked = browser.look(*browser.save(*paths_of(without_second())))
    assert [(look["state"], look["complete"]) for look in looked["looks"]] == [("ok", True)]
    with running(portal) as site:
        assert swept(by_sweep, county_file(by_sweep, site.url)).returncode == 0
    of_sweep = Browser(by_sweep, portal)
    county_file(by_sweep, site.url)
    assert stored(by_hand)["versions"] == stored(by_sweep)["versions"]
    assert stored(by_hand)["looks"] == stored(by_sweep)["looks"]
    for command in ("standing", "flagged"):
        assert bare(browser.told(command)) == bare(of_sweep.told(command))
    assert {row["by_hand"] for row in browser.told()} == {"李四"}
    assert browser.run("evidence", "verify").returncode in (0, 2)


def test_two_days_by_hand_confirm_and_say_so(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    files = browser.save(*paths_of(without_second()))
    browser.look(*files)
    assert browser.run("audit", "verify").returncode == 0
    first = browser.stood(STONE)
    a_day_later(tmp_path)
    again = browser.save(COLUMN, f"{COLUMN}index_1.html")
    browser.look(*again)
    second = browser.stood(STONE)
    assert [(row["standing"], row["confirmed"]) for row in (first, second)] == [
        ("missing", False),
        ("missing", True),
    ]
    assert second["why"].endswith("完整查看栏目未见（人工：李四）")
    letter = browser.run("letter", "石门镇", *YEAR, "--output", "l.docx")
    assert letter.returncode == 0, letter.stderr
    text = "\n".join(each.text for each in Letter(str(tmp_path / "l.docx")).paragraphs)
    assert text.count("（人工查看：李四）") == 2
    sheet = browser.run("evidence", "sheet", "石门镇", *YEAR, "-o", "s.docx")
    assert sheet.returncode == 0, sheet.stderr
    (table, *_) = Letter(str(tmp_path / "s.docx")).tables
    told_of = "\n".join(cell.text for row in table.rows for cell in row.cells)
    assert told_of.count("（人工：李四）") == 3  # the standing, and each look
    assert browser.run("record", "平安县", "out", *YEAR).returncode == 1  # no portal answered
    assert "人工：李四" in browser.run("history", "石门镇").stdout
    assert "（人工：李四）" in browser.run("coverage", *YEAR).stdout
    with looking(open_store(f"sqlite:///{tmp_path}/n.db")) as s:
        told = [(row.who, row.action) for row in s.scalars(select(AuditEntry))]
        looked = [("李四", "look")] * (2 + len(without_second()))
        assert told == [*looked, ("本机", "letter")]
        # The files themselves are kept, beside what stands in them.
        assert set(s.scalars(select(Document.sha256))) == needed(s, datetime.now(UTC))
        assert {sha256((tmp_path / name).read_bytes()).hexdigest() for name in files} <= needed(
            s, datetime.now(UTC)
        )
        assert {look.witness for look in s.scalars(select(Look))} == {"李四"}


def test_the_other_columns_that_must_be_saved_are_named(tmp_path: Path) -> None:
    pages = paths_of(without_second())
    other = f"{SITE}/zwgk/qt/"
    told = {}
    for name in ("screen", "json", "alone"):
        (tmp_path / name).mkdir()
        browser = Browser(tmp_path / name, portal_of(without_second()))
        if name != "alone":
            county_file(tmp_path / name, SITE, COLUMN, "/zwgk/qt/")
        files = browser.save(*pages)
        form = ("--json",) if name != "screen" else ()
        told[name] = browser.run("look", *files, "--saved", "--who", "李四", *form).stdout
    assert f"还须保存栏目 {other}：柳树镇、石门镇、小河乡的年报也可能在那里" in told["screen"]
    units = ["柳树镇", "石门镇", "小河乡"]
    assert json.loads(told["json"])["lacking"] == [{"column": other, "units": units}]
    assert json.loads(told["alone"])["lacking"] == []


def test_a_list_of_which_a_page_is_lacking_proves_nothing(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    looked = browser.look(*browser.save(COLUMN), code=1)
    assert not looked["looks"][0]["complete"]
    assert browser.stood(STONE)["standing"] == "unknown"


@pytest.mark.parametrize(("way", "complete"), [("web archive", False), ("whole", True)])
def test_without_its_scripts_a_page_alone_proves_nothing(
    way: str, complete: bool, tmp_path: Path
) -> None:
    few = planted(3)[:1]
    browser = Browser(tmp_path, portal_of(few), way)
    files = browser.save(COLUMN, few[0][0].path)
    looked = browser.look(*files, code=0 if complete else 1)
    assert [look["complete"] for look in looked["looks"]] == [complete]
    assert browser.stood(STONE)["standing"] == ("missing" if complete else "unknown")
    assert browser.stood(WILLOW)["standing"] == "on_time"


def test_a_report_that_is_listed_and_was_not_saved_holds_up_its_unit(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    looked = browser.look(
        *browser.save(*paths_of(without_second())[:2], *paths_of(planted()[2:])[2:])
    )
    assert looked["looks"][0]["complete"]
    assert browser.stood(WILLOW)["standing"] == "unknown"
    assert "待人工确认" in browser.stood(WILLOW)["why"]
    assert browser.stood(STONE)["standing"] == "missing"
    alone = browser.look(*browser.save(planted()[0][0].path))  # saved by itself, later
    assert alone["looks"] == []
    assert browser.stood(WILLOW)["standing"] == "on_time"
    assert browser.stood(WILLOW)["by_hand"] == "李四"


def test_a_sweep_that_reads_it_later_needs_no_witness(tmp_path: Path) -> None:
    portal = portal_of(without_second())
    with running(portal) as site:
        browser = Browser(tmp_path, portal)
        config = county_file(tmp_path, site.url)
        files: list[str] = []
        for path in paths_of(without_second()):
            reply = portal(Request("GET", path, {}, "", {}))
            assert reply is not None
            name = f"{len(files)}.saved"
            page = web_archive(f"{site.url}{path}", reply.body, browser.now)
            (tmp_path / name).write_bytes(page)
            files.append(name)
        browser.look(*files)
        assert browser.stood(WILLOW)["by_hand"] == "李四"
        done = swept(tmp_path, config)
        assert done.returncode == 0, done.stdout
    versions = [version[:3] for version in stored(tmp_path)["versions"]]
    assert all(number == 1 for _, _, number in versions)


# ---- what is refused


def refused(browser: Browser, *arguments: str) -> str:
    done = browser.run("look", *arguments, "--saved", "--who", "李四")
    assert done.returncode == 1, done.stdout
    assert not (browser.folder / "n.db").exists() or stored(browser.folder)["looks"] == []
    return str(done.stderr)


def test_what_is_no_saved_column_is_refused_in_words(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    list_page = browser.save(COLUMN)[0]
    page = (tmp_path / list_page).read_bytes()

    def put(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return name

    now = browser.now
    url = f"{SITE}{COLUMN}"
    login = "<html><body><p>请先登录</p></body></html>".encode()
    draft = planted()[0][1]
    later = web_archive(url, page, now + timedelta(days=1))
    yesterday = web_archive(f"{url}index_1.html", page, now - timedelta(days=1))
    cases = {
        "不是浏览器保存的网页": [put("a.docx", write_docx(print_draft(draft)))],
        "网页存档中没有网页": [put("b.mhtml", page[:400].replace(b"html", b"text"))],
        "没有写明网址": [put("c.html", b"<html><body>x</body></html>")],
        "没有写明保存时间": [put("d.html", whole(url, b"<html><body>x</body></html>"))],
        "晚于现在": [put("e.mhtml", later)],
        "不是同一天": [list_page, put("f.mhtml", yesterday)],
        "需要登录": [put("g.mhtml", web_archive(url, login, now))],
        "没有一个是县配置中的栏目": [
            put("h.mhtml", web_archive("http://b.gov.cn/", login, now))
        ],
        "打印件看不出列表是否完整": [
            put("i.pdf", b"%PDF-1.4\n%%EOF"), "--url", url, "--when", f"{now:%Y-%m-%d %H:%M}",
        ],
    }  # fmt: skip
    for sentence, arguments in cases.items():
        assert sentence in refused(browser, *arguments), sentence


def test_the_same_twice_and_what_is_older_than_a_look_are_refused(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    files = browser.save(COLUMN, f"{COLUMN}index_1.html")
    browser.look(*files)
    done = browser.run("look", *files, "--saved", "--who", "李四")
    assert done.returncode == 1
    assert "已完整查看过这个栏目" in done.stderr
    assert len(stored(tmp_path)["looks"]) == 1


@pytest.mark.parametrize("is_later_first", [False, True])
def test_one_address_in_two_states_is_refused(is_later_first: bool, tmp_path: Path) -> None:
    """Whichever comes last on the line, or in the alphabet, must not say who is missing."""
    browser = Browser(tmp_path, portal_of(without_second()))
    earlier = browser.save(COLUMN)
    browser.now += timedelta(minutes=1)
    browser.portal = portal_of(planted())
    later = browser.save(*paths_of(planted()))
    files = [*later, *earlier] if is_later_first else [*earlier, *later]
    assert "两次" in refused(browser, *files)
    browser.look(*later)
    assert browser.stood(STONE)["standing"] not in ("missing", "unknown")


def test_the_same_page_in_two_files_is_one(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(planted()))
    files = browser.save(*paths_of(planted()))
    (tmp_path / "again.saved").write_bytes((tmp_path / files[0]).read_bytes())
    browser.look(*files, "again.saved")
    assert browser.stood(STONE)["standing"] != "unknown"


def test_a_file_that_is_none_of_a_column_s_is_told(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    files = browser.save(COLUMN, f"{COLUMN}index_1.html")
    (tmp_path / "else.mhtml").write_bytes(
        web_archive(f"{SITE}/else.html", b"<html><body>x</body></html>", browser.now)
    )
    looked = browser.look(*files, "else.mhtml", code=1)
    assert looked["unused"] == ["else.mhtml"]


@pytest.mark.parametrize(
    "name", ["<!-- saved from url=(0010)javascript:alert(1) -->", "<!-- saved from url=(9)x -->"]
)
def test_an_address_that_is_none_is_not_told(name: str) -> None:
    assert saved_in("a.html", f"{name}<html><body>年报</body></html>".encode()).url == ""


PAGE = "<!DOCTYPE html>{before}<html lang='zh'>{behind}<head><title>年报</title></head><body>{body}</body></html>"
MOMENT = datetime(2027, 2, 1, 9, 30, tzinfo=BEIJING)
A_WHOLE = "<!-- saved from url=(0018)http://a.gov.cn/nb/ -->"
B_WHOLE = A_WHOLE.replace("a.gov", "b.gov")
A_SINGLE = "<!--\n Page saved with SingleFile \n url: http://a.gov.cn/nb/ \n saved date: Mon Feb 01 2027 09:30:00 GMT+0800\n-->"
B_SINGLE = A_SINGLE.replace("a.gov", "b.gov")


def page_with(before: str = "", behind: str = "", body: str = "<p>年报</p>") -> bytes:
    return PAGE.format(before=before, behind=behind, body=body).encode()


MARKED = {
    "whole": (page_with(before=A_WHOLE), None),
    "whole, before the page's type": (A_WHOLE.encode() + page_with(), None),
    "whole, behind a mark of order": (b"\xef\xbb\xbf" + page_with(before=A_WHOLE), None),
    "whole, and the page says another": (page_with(before=A_WHOLE, body=B_SINGLE), None),
    "single file": (page_with(behind=A_SINGLE), MOMENT),
    "single file, and the page says another": (page_with(behind=A_SINGLE, body=B_WHOLE), MOMENT),
    "single file, and it stands in the page": (page_with(behind=A_SINGLE, body=A_SINGLE), MOMENT),
}


@pytest.mark.parametrize("how", MARKED)
def test_what_a_browser_wrote_is_taken(how: str) -> None:
    file, moment = MARKED[how]
    saved = saved_in("a.html", file)
    assert (saved.url, saved.at) == ("http://a.gov.cn/nb/", moment)


NOT_MARKED = {
    "in the body": page_with(body=A_SINGLE),
    "in the body, whole": page_with(body=A_WHOLE),
    "in a word of the page": page_with(before=f"<p>{A_SINGLE}</p>"),
    "in the head": page_with().replace(b"<title>", A_SINGLE.encode() + b"<title>"),
    "in an attribute": page_with().replace(b"lang='zh'", b"x='>" + A_SINGLE.encode() + b"'"),
    "in another comment": page_with(before=f"<!-- x {A_WHOLE}"),
    "behind the end": page_with() + A_WHOLE.encode(),
}


@pytest.mark.parametrize("how", NOT_MARKED)
def test_what_the_page_says_of_itself_is_not_the_browser_s(how: str) -> None:
    saved = saved_in("a.html", NOT_MARKED[how])
    assert (saved.url, saved.at) == ("", None)


def archive_with(*headers: str, url: str = "http://a.gov.cn/nb/") -> bytes:
    head = "".join(f"{header}\r\n" for header in headers)
    return head.encode() + web_archive(url, page_with(), MOMENT)


DIFFERING = {
    "two of one kind": page_with(before=A_WHOLE + B_WHOLE),
    "one of each kind": page_with(before=A_WHOLE, behind=B_SINGLE),
    "one of each kind, of one address": page_with(before=A_WHOLE, behind=A_SINGLE),
    "two times": page_with(behind=A_SINGLE + A_SINGLE.replace("Feb 01", "Jan 01")),
    "two addresses": archive_with("Snapshot-Content-Location: http://b.gov.cn/nb/"),
    "two times of an archive": archive_with("Date: Fri, 01 Jan 2027 09:30:00 +0800"),
}


@pytest.mark.parametrize("how", DIFFERING)
def test_marks_that_differ_are_refused_with_both(how: str) -> None:
    with pytest.raises(SavedError) as refusal:
        saved_in("a.html", DIFFERING[how])
    for told in (refusal.value.zh, refusal.value.en):
        said = {
            word
            for word in ("a.gov.cn", "b.gov.cn", "01 Jan", "01 Feb", "2027-01-01", "2027-02-01")
            if word in told
        }
        assert len(said) >= 2 or "of one address" in how, told


@pytest.mark.parametrize("saves", [whole, lambda url, page: web_archive(url, page, MOMENT)])
def test_a_copy_that_was_saved_again_is_refused(saves: Callable[[str, bytes], bytes]) -> None:
    with pytest.raises(SavedError, match="副本"):
        saved_in("a.html", saves("file:///C:/saved/nb.html", page_with()))


def test_an_archive_without_its_own_page_is_not_read_as_a_frame_s() -> None:
    file = web_archive("http://a.gov.cn/nb/", page_with(), MOMENT)
    with pytest.raises(SavedError, match="没有网页"):
        saved_in(
            "a.mhtml",
            file.replace(
                b"\r\nContent-Location: http://a.gov.cn", b"\r\nContent-Location: http://c.gov.cn"
            ),
        )


def test_a_mark_against_what_is_said_is_refused_with_both(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    (file,) = browser.save(COLUMN)
    other = "http://www.b.gov.cn/nb/"
    of_address = refused(browser, file, "--url", other)
    assert other in of_address
    assert f"{SITE}{COLUMN}" in of_address
    before = browser.now - timedelta(days=40)
    of_time = refused(browser, file, "--when", f"{before:%Y-%m-%d %H:%M}")
    for moment in (before, browser.now):
        assert f"{moment:%Y-%m-%d %H:%M}" in of_time
    browser.look(file, "--url", f"{SITE}{COLUMN}", code=1)  # the same is no contradiction


def dated(page: bytes, day: str) -> bytes:
    """A list whose last entry is of another day."""
    return re.sub(rb"20\d\d-\d\d-\d\d(?=</span>)", day.encode(), page)


def days_before(browser: Browser, days: int) -> str:
    return f"{browser.now - timedelta(days=days):%Y-%m-%d}"


BELYING: dict[str, tuple[int, str, bool]] = {
    # By how many days its clock is behind; what is printed then, days ago; whether it is refused.
    "an entry of the day after": (3, "2", True),
    "an entry of today": (3, "0", True),
    "an entry of that day": (3, "3", False),
    "an entry that is planned": (3, "-400", False),
}


@pytest.mark.parametrize("how", BELYING)
def test_a_list_is_no_older_than_its_entries(how: str, tmp_path: Path) -> None:
    behind, ago, is_refused = BELYING[how]
    browser = Browser(tmp_path, portal_of(without_second()))
    day = days_before(browser, int(ago))
    browser.now -= timedelta(days=behind)
    (file,) = browser.save(COLUMN)
    page = portal_of(without_second())(Request("GET", COLUMN, {}, "", {}))
    assert page is not None
    (tmp_path / file).write_bytes(
        web_archive(f"{SITE}{COLUMN}", dated(page.body, day), browser.now)
    )
    if is_refused:
        assert day in refused(browser, file)
    else:
        browser.look(file, code=1)


def test_nothing_is_older_than_the_reports_that_it_shows(tmp_path: Path) -> None:
    """Those of 2023 were not there in November of it."""
    browser = Browser(tmp_path, portal_of(without_second()))
    browser.now = datetime(2023, 11, 30, 9, tzinfo=BEIJING)
    told = refused(browser, *browser.save(COLUMN))
    assert ("2023-12-01" in told or "2024-01-1" in told, "2023-11-30" in told) == (True, True)
    browser.now = datetime(2010, 1, 1, tzinfo=BEIJING)
    assert "2010-01-01" in refused(browser, *browser.save(*paths_of(without_second())))


def test_an_article_is_no_older_than_it_says(tmp_path: Path) -> None:
    """It was listed before, and could not be read then."""
    browser = Browser(tmp_path, portal_of(without_second()))
    browser.look(*browser.save(*paths_of(without_second())[:2]))
    truth, draft = planted()[0]
    day = truth.day + timedelta(days=30)
    body = write_html(print_draft(draft), published=str(day))
    browser.now = datetime.combine(day, time(9), BEIJING) - timedelta(days=1)
    (tmp_path / "a.mhtml").write_bytes(web_archive(f"{SITE}{truth.path}", body, browser.now))
    done = browser.run("look", "a.mhtml", "--saved", "--who", "李四")
    assert (done.returncode, str(day) in done.stderr) == (1, True), done.stderr
    browser.now += timedelta(days=1)
    (tmp_path / "a.mhtml").write_bytes(web_archive(f"{SITE}{truth.path}", body, browser.now))
    browser.look("a.mhtml")


@pytest.mark.parametrize(("made", "is_refused"), [
    (b"20270203003000+00'00'", True), (b"20270202155959Z", False), (b"20270202160000Z", True), (b"20270101000000", False),
    (b"29990101000000", False), (b"20279999000000", False),
])  # fmt: skip
def test_a_print_is_no_older_than_its_file(made: bytes, is_refused: bool) -> None:
    page = saved_in("a.pdf", b"%PDF-1.4\n1 0 obj <</CreationDate (D:" + made + b")>>")
    witnesses = list(of_article(page, Answer(""), ReadHere()))
    saved, brought = at(2, 2, 9), at(2, 9)
    if not is_refused:
        refuse_belied("a.pdf", witnesses, saved, brought)
        return
    with pytest.raises(SavedError, match="2027-02-03"):
        refuse_belied("a.pdf", witnesses, saved, brought)


def test_what_is_no_address_and_no_year_is_wrong_use(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()), "whole")
    (file,) = browser.save(COLUMN)
    for wrong in (
        ("--url", "x"),
        *(("--when", f"{year}-01-01 00:00") for year in ("0001", "2007", "9999")),
    ):
        done = browser.run("look", file, "--saved", "--who", "李四", *wrong)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
        assert wrong[1] in done.stderr


def test_a_file_without_an_end_is_not_read_to_it(tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    os.mkfifo(tmp_path / "pipe")
    for name in ("/dev/zero", "pipe"):
        assert "不是普通文件" in refused(browser, name)
    with (tmp_path / "large.html").open("wb") as large:
        large.truncate(MOST_BYTES + 1)
    assert "过大" in refused(browser, "large.html")


def test_addresses_are_the_same_in_whatever_way_a_browser_shows_them() -> None:
    shown = ("http://a.gov.cn/nb/", "https://a.gov.cn/nb/index.html", "http://a.gov.cn:80/nb/#top")
    assert len({place_of(url) for url in shown}) == 1
    assert place_of("http://a.gov.cn/nb/index_1.html") != place_of(shown[0])


@pytest.mark.parametrize(
    "broken", [b"", b"\xff\xfe\x00", b"Content-Type: multipart/related\r\n\r\n"]
)
def test_a_broken_file_is_refused(broken: bytes) -> None:
    with pytest.raises(SavedError):
        saved_in("a.mhtml", broken)


# ---- when it was, and when it was known


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    yield made
    emptied(made.engine)


def by_hand(world: World, saved: datetime, brought: datetime, *shown: dict[str, Any]) -> None:
    recorder = world.recorder
    recorder.hand = Hand("李四", saved, {})
    world.sweep(brought, *shown)
    recorder.hand = None


def stood(world: World, month: int, day: int, unit: str = "柳树镇") -> tuple[str, bool, str]:
    (line,) = (line for line in world.told(at(month, day, 22)).lines if line.name == unit)
    return line.standing.name, line.standing.confirmed, line.by_hand


PUBLISHED = {"item": item(), "reading": report()}


def test_what_was_brought_later_is_known_later(world: World) -> None:
    """Saved on the first and second day after the deadline, brought on the fifth."""
    by_hand(world, at(2, 1), at(2, 5, 9))
    by_hand(world, at(2, 2), at(2, 5, 12))
    assert stood(world, 2, 4)[0] == "unknown"
    assert stood(world, 2, 5) == ("missing", True, "李四")


def test_what_was_saved_before_the_deadline_proves_nothing_of_it(world: World) -> None:
    by_hand(world, at(1, 30), at(2, 3))
    assert stood(world, 2, 3)[0] == "unknown"


def test_nobody_is_late_by_the_page_that_shows_his_report(world: World) -> None:
    """A page that was brought a day after it was saved shows a report: it was there then."""
    by_hand(world, at(2, 2), at(2, 3), PUBLISHED)
    by_hand(world, at(2, 4), at(2, 5), PUBLISHED)
    assert stood(world, 2, 5) == ("unknown", False, "李四")


def test_who_was_seen_in_time_was_in_time(world: World) -> None:
    by_hand(world, at(1, 30), at(2, 3), PUBLISHED)
    assert stood(world, 2, 2)[0] == "unknown"
    assert stood(world, 2, 3) == ("on_time", True, "李四")


def test_a_sweep_s_proof_and_a_person_s_together(world: World) -> None:
    world.sweep(at(2, 1))
    assert stood(world, 2, 1) == ("missing", False, "")
    by_hand(world, at(2, 2), at(2, 2, 10))
    assert stood(world, 2, 2) == ("missing", True, "李四")
    by_hand(world, at(2, 3), at(2, 3, 10), PUBLISHED)
    assert stood(world, 2, 3) == ("late", True, "李四")
    assert stood(world, 2, 1) == ("missing", False, "")


def test_what_we_read_ourselves_rests_on_nobody(world: World) -> None:
    by_hand(world, at(1, 20), at(1, 20, 10), PUBLISHED)
    assert stood(world, 1, 20) == ("on_time", True, "李四")
    world.sweep(at(1, 22), PUBLISHED)
    assert stood(world, 1, 22) == ("on_time", True, "")
    assert stood(world, 1, 20) == ("on_time", True, "李四")


def test_it_is_asked_for_all_the_same(world: World) -> None:
    """By us: a person's look is none of ours."""
    from nianbao.storage.visits import needs_fresh_look

    by_hand(world, at(2, 1), at(2, 1, 10))
    with looking(world.engine) as s:
        assert needs_fresh_look(s, "140999", at(2, 1, 0), at(2, 1, 12))
    world.sweep(at(2, 1, 13), states={ALL: "blocked_challenge"})
    assert stood(world, 2, 1)[0] == "unknown"


def test_times_are_read_as_browsers_write_them() -> None:
    moment = datetime(2027, 2, 1, 9, 30, tzinfo=BEIJING)
    page = b"<!DOCTYPE html><html><body>x</body></html>"
    for file in (single_file(SITE, page, moment), web_archive(SITE, page, moment)):
        saved = saved_in("a", file)
        assert saved.at == moment.astimezone(UTC)
        assert saved.url == f"{SITE}/"


@pytest.mark.parametrize(
    ("way", "said"), [("web archive", "版式无法识别"), ("whole", "需要浏览器验证")]
)
def test_a_challenge_is_no_page(way: str, said: str, tmp_path: Path) -> None:
    """Without its scripts nothing is left of it."""
    browser = Browser(tmp_path, lambda _: Reply(b"<html><script>$_ts={}</script></html>"), way)
    when = f"{browser.now:%Y-%m-%d %H:%M}"
    assert said in refused(browser, *browser.save(COLUMN), "--when", when)
