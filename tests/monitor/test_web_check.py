"""Checking before publishing: files in, what is to be mended out, and nothing of it is kept."""

from __future__ import annotations

import io
import re
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import docx
import pytest
import requests

from nianbao.monitor.checking import typed_in, with_typed
from nianbao.monitor.rules.subject import Context
from nianbao.monitor.web.drafts import (
    MOST_BYTES,
    MOST_FILES,
    Asked,
    Checked,
    Drafts,
    Held,
    Kept,
)
from nianbao.monitor.web.site import Site
from nianbao.parser.report import read
from tests.amounts import amount, prove
from tests.monitor.test_check import slipped
from tests.monitor.test_web import HOSTILE, explained
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.pages import get, served, site_of
from tests.worlds.written import at, written

WILLOW = "140999101"
WRONG = "requests.granted.natural_person"
NAME = "<img src=x onerror=alert(1)>.docx"
Given = tuple[str, tuple[str, bytes]]


def docx_of(draft: Draft) -> bytes:
    return write_docx(print_draft(draft))


def mended() -> Draft:
    return slipped().with_figures(**{WRONG.replace(".", "__"): 5})


def unread() -> bytes:
    """A web page in which one cell is no number."""
    page = write_html(print_draft(clean(2))).decode()
    return page.replace("<td>规章</td><td>0</td>", "<td>规章</td><td>1O?</td>").encode()


def of_willow(year: int, **figures: int) -> Draft:
    draft = clean(3, unit="柳树镇人民政府", year=year, county="平安县")
    titled = replace(draft, title=f"平安县柳树镇人民政府{year}年政府信息公开工作年度报告")
    return titled.with_figures(**figures)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("checked")
    last = of_willow(2025, requests__carried_out__total=9)
    written(folder, (at(1, 12), ((WILLOW, 2025, write_html(print_draft(last))),)))
    site = site_of(folder, at(2, 4))
    yield site
    site.drafts.close()


@pytest.fixture(scope="module")
def pages(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


def post(
    address: str,
    files: list[Given] | None = None,
    said: Mapping[str, str] | None = None,
) -> requests.Response:
    origin = re.match("https?://[^/]+", address)
    assert origin is not None
    parts: list[Any] = [
        *(files or []),
        *((key, (None, value)) for key, value in (said or {}).items()),
    ]
    return requests.post(
        address,
        files=parts,
        headers={"Origin": origin[0]},
        timeout=60,
        allow_redirects=False,
    )


def handed(pages: str, *files: tuple[str, bytes], **fields: str) -> str:
    """Files in; the address of what was found."""
    done = post(f"{pages}/check", [("files", file) for file in files], fields)
    assert done.status_code == 303, done.text
    return pages + done.headers["location"]


def found(address: str) -> str:
    """The page, when it is there."""
    for _ in range(900):
        answer = get(address)
        explained(answer)
        if "data-again" not in answer.text:
            return answer.text
        time.sleep(0.1)
    raise AssertionError("it is not done")


@pytest.fixture(scope="module")
def bad(pages: str) -> str:
    """The address of one that was judged."""
    address = handed(pages, (NAME, docx_of(slipped())))
    found(address)
    return address


def test_a_draft_is_judged_and_marked(bad: str) -> None:
    page = found(bad)
    assert "核对结果：必须整改1项" in page
    assert "改正后发布。" in page
    assert page.index('href="#next"') < page.index('id="findings"')
    assert f'id="c-{WRONG}"' in page
    assert "→ 5？" in page
    assert "（一）主动公开情况" in page


@prove
def test_one_that_is_mended_is_fine(pages: str) -> None:
    assert "没有发现问题" in found(handed(pages, ("draft.docx", docx_of(mended()))))


def test_comments_stand_in_the_writer_s_own_file(bad: str) -> None:
    taken = get(f"{bad}/0.docx")
    assert taken.status_code == 200
    assert "filename*=UTF-8''%3Cimg%20src" in taken.headers["content-disposition"]
    comments = [each.text for each in docx.Document(io.BytesIO(taken.content)).comments]
    assert any("必须整改 F02" in text for text in comments)
    page = get(f"{bad}/0.html")
    assert "attachment" in page.headers["content-disposition"]
    assert "<style>" in page.text
    assert get(f"{bad}/0.exe").status_code == 404
    assert get(f"{bad}/7.docx").status_code == 404


def test_last_year_s_report_is_found_in_the_archive(pages: str, site: Site) -> None:
    folder = Path(site.files.folder).parent
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    page = found(handed(pages, ("a.html", write_html(print_draft(of_willow(2026))))))
    assert "已与库中柳树镇2025年度年报比对" in page
    assert "F07" in page
    after = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert after == before  # nothing of it is in the store
    titled = replace(of_willow(2026), title="平安县柳树镇人民政府2025年政府信息公开工作年度报告")
    page = found(handed(pages, ("a.html", write_html(print_draft(titled)))))
    assert "标题年份为2025年，应为2026年" in page
    assert "已与库中柳树镇2025年度年报比对" in page


def test_what_ends_while_it_is_asked_for_is_not_lost(
    pages: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Kept.result

    def late(kept: Kept) -> list[Checked] | None:
        """It was not there, and is before the answer is made."""
        result = look(kept)
        job = site.drafts.jobs.job(kept.job)
        while job is not None and not job.has_ended:
            time.sleep(0.02)
            job = site.drafts.jobs.job(kept.job)
        return result

    address = handed(pages, ("a.docx", docx_of(clean(2))))
    monkeypatch.setattr(Kept, "result", late)
    assert "data-again" in get(address).text
    assert "核对结果" in get(address).text


@prove
def test_last_year_s_report_comes_as_a_file(pages: str) -> None:
    last = write_html(print_draft(clean(2, unit=clean(2).unit, year=clean(2).year - 1)))
    address = handed(pages, ("a.docx", docx_of(clean(2))))
    assert "库中没有这个单位" in found(address)
    again = post(address, [("previous", ("last.html", last))], {"unit": "", "year": ""})
    assert again.status_code == 303
    assert "已与所附last.html" in found(pages + again.headers["location"])


@prove
def test_a_unit_may_be_named(pages: str) -> None:
    page = found(handed(pages, ("a.docx", docx_of(clean(2))), unit="柳树镇", year="2026"))
    assert "C04" in page  # it is another unit's
    assert "已与库中柳树镇2025年度年报比对" in page


@prove
def test_what_could_not_be_read_is_typed_in_and_judged_again(pages: str) -> None:
    address = handed(pages, ("a.html", unread()))
    page = found(address)
    (cell,) = re.findall(r'name="cell:([^"]+)"', page)
    assert "个单元格读不准" in page
    wrong = post(address, said={f"cell:{cell}": "abc"})
    assert "填的不是数字" in found(pages + wrong.headers["location"])
    typed = post(address, said={f"cell:{cell}": "0"})
    page = found(pages + typed.headers["location"])
    assert 'value="0"' in page
    assert "填的不是数字" not in page
    assert re.search(r"规章</th><td>0</td>", page)


@prove
def test_several_files_are_told_each_in_a_line(pages: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("一.docx", docx_of(clean(2)))
        archive.writestr("二.html", write_html(print_draft(clean(4))))
    address = handed(
        pages, ("bad.docx", docx_of(slipped())), ("none.docx", b""), ("all.zip", packed.getvalue())
    )
    page = found(address)
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', page, re.S)
    assert len(rows) == 4
    assert "必须整改" in rows[0]
    assert "文件是空的" in rows[1]
    assert "all.zip/" in rows[2]
    assert "核对结果：必须整改1项" in found(f"{address}/0")
    assert "文件是空的" in found(f"{address}/1")


# ---- the draft before


def test_a_mended_draft_is_held_against_the_one_before(pages: str, site: Site) -> None:
    first = handed(pages, ("年报.docx", docx_of(slipped())))
    page = found(first)
    id = first.rpartition("/")[2]
    assert f'name="before" value="{id}"' in page
    assert 'id="since"' not in page
    second = handed(pages, ("年报改.docx", docx_of(mended())), before=id)
    page = found(second)
    assert "已改好1处，新出现0处，仍在0处。" in page
    assert re.search(r'class="mended">.*?已改好</b> F02', page)
    assert f'href="/check/{id}/0">年报.docx</a> 必须整改 1' in page
    third = handed(pages, ("年报.docx", docx_of(slipped())), before=second.rpartition("/")[2])
    page = found(third)
    assert "已改好0处，新出现1处，仍在0处。" in page
    assert re.search(r'新出现</b> <a href="#f-1">第1项</a>', page)
    assert page.index("年报改.docx</a>") < page.index(f"/check/{id}/0")
    assert "Mended: 0, new: 1, still there: 0." in get(f"{third}?lang=en").text
    kept = [site.drafts.of(each.rpartition("/")[2]) for each in (first, third)]
    assert kept[0] is not None
    assert kept[1] is not None
    assert kept[0].until >= kept[1].until  # it is there as long as what is compared with it
    post(f"{second}/forget")
    assert "没有与上一次比对" in found(third)
    for each in (first, third):
        post(f"{each}/forget")


def test_the_draft_of_another_unit_is_no_draft_before(pages: str) -> None:
    first = handed(pages, ("年报.docx", docx_of(slipped())))
    found(first)
    other = clean(2, unit="柳树镇人民政府")
    page = found(handed(pages, ("年报.docx", docx_of(other)), before=first.rpartition("/")[2]))
    assert "没有与上一次比对" in page
    assert 'id="since"' not in page
    page = found(handed(pages, ("年报.docx", docx_of(other)), before="../../etc"))
    assert "没有与上一次比对" in page


# ---- nothing is kept


def test_it_is_gone_when_asked(pages: str, site: Site) -> None:
    address = handed(pages, ("a.docx", docx_of(clean(2))))
    get(address)
    kept = site.drafts.of(address.rpartition("/")[2])
    assert kept is not None
    assert any(kept.folder.iterdir())
    done = post(f"{address}/forget")
    assert done.headers["location"] == "/check?forgotten=1"
    assert not kept.folder.exists()
    gone = get(address)
    assert gone.status_code == 404
    assert "只保留半小时" in gone.text


def test_one_of_several_is_deleted_alone(pages: str, site: Site) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("三.docx", docx_of(clean(2)))
    address = handed(
        pages,
        ("一.docx", docx_of(slipped())),
        ("二.docx", docx_of(clean(2))),
        ("三.zip", packed.getvalue()),
    )
    found(address)
    id = address.rpartition("/")[2]
    page = found(f"{address}/0")
    assert "只删除这一份" in page
    assert "全部删除（3份）" in page
    assert "全部删除（3份）" in found(address)
    done = post(f"{address}/0/forget")
    assert done.headers["location"] == f"/check/{id}"
    page = found(address)
    assert "一.docx" not in page
    assert "二.docx" in page
    gone = get(f"{address}/0")
    assert gone.status_code == 404
    assert "这一份已删除" in gone.text
    assert get(f"{address}/0.docx").status_code == 404
    assert "二.docx" in found(f"{address}/1")  # the others keep their numbers
    kept = site.drafts.of(id)
    assert kept is not None
    assert not (kept.folder / "files-0").exists()
    assert not any("一.docx".encode() in each.read_bytes() for each in kept.folder.iterdir())
    assert post(f"{address}/2/forget").status_code == 303
    assert not (kept.folder / "files-2").exists()  # nothing is left of the archive either
    assert post(f"{address}/1/forget").headers["location"] == "/check?forgotten=1"
    assert site.drafts.of(id) is None


def test_the_verdict_says_whether_it_may_be_published(pages: str) -> None:
    untitled = replace(clean(2), title=clean(2).title.replace("工作", ""))
    verify = found(handed(pages, ("a.docx", docx_of(untitled))))
    doubtful = found(handed(pages, ("b.html", unread())))
    fine = found(handed(pages, ("c.docx", docx_of(mended()))))
    assert "自行核对后发布。" in doubtful
    assert "建议核实后发布。" in verify
    assert "可以发布" not in verify + doubtful
    assert "没有发现问题。可以发布。" in fine


def test_who_gets_comments_is_told(pages: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("一.docx", docx_of(slipped()))
    web = write_html(print_draft(slipped()))
    assert "另存为 .docx" in found(handed(pages, ("年报.html", web)))
    assert "单独放进来" in found(handed(pages, ("年报.zip", packed.getvalue())))
    assert "带批注的 Word" not in found(handed(pages, ("a.docx", docx_of(mended()))))


def test_it_is_gone_after_its_time_and_where_there_are_too_many(tmp_path: Path) -> None:
    from nianbao.monitor.checking import File

    def begun(drafts: Drafts) -> str:
        folder = drafts.room()
        (folder / "files-0").write_bytes(b"x")
        asked = Asked((File("a.docx", folder / "files-0"),))
        return drafts.begin(folder, asked, lambda *_: Held(Context(), None, (), ())).id

    few = Drafts(most=2)
    ids = [begun(few) for _ in range(3)]
    assert [few.of(id) is not None for id in ids] == [False, True, True]
    short = Drafts(seconds=0.0)
    id = begun(short)
    time.sleep(0.01)
    assert short.of(id) is None
    for drafts in (few, short):
        drafts.close()


def test_its_address_can_t_be_guessed(pages: str) -> None:
    one, other = (handed(pages, ("a.docx", b"")) for _ in range(2))
    assert one != other
    assert len(one.rpartition("/")[2]) >= 32
    for address in (one, other):
        post(f"{address}/forget")


# ---- whatever is handed over


def test_a_form_of_others_is_refused(pages: str) -> None:
    files = [("files", ("a.docx", docx_of(clean(2))))]
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        done = requests.post(f"{pages}/check", files=files, headers=headers, timeout=60)
        explained(done)
        assert done.status_code == 403, headers


@prove
def test_no_upload_is_a_fault(pages: str) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"\0" * 80_000_000)
    hostile = (
        (NAME, docx_of(slipped())),
        ("../../etc/passwd", b"root"),
        ("a.docx", b"%PDF-1.4 no"),
        ("a.pdf", docx_of(clean(2))),
        ("empty.docx", b""),
        ("bomb.zip", bomb.getvalue()),
        ("cut.docx", docx_of(clean(2))[:3000]),
        ("a" * 500 + ".html", b"<script>alert(1)</script>"),
        (".", b"x"),
    )
    address = handed(pages, *hostile)
    page = found(address)
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    for number in range(len(hostile)):
        shown = found(f"{address}/{number}")
        assert "<img src=x" not in shown
        assert "alert(1)<" not in shown
        for ending in ("docx", "html"):
            explained(get(f"{address}/{number}.{ending}"))


def test_no_form_is_a_fault(pages: str) -> None:
    headers = {"Origin": pages}
    for body, kind in (
        (b"", ""),
        (b"{}", "application/json"),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=a"),
        (b"--a\r\n\r\n", "multipart/form-data; boundary=a"),
        (b"--a\r\nContent-Disposition: x\r\n\r\n--a--", "multipart/form-data; boundary=a"),
        (b"%ff=%ff&files=x", "application/x-www-form-urlencoded"),
        (b"files=" + b"a" * 100_000, "application/x-www-form-urlencoded"),
    ):
        done = requests.post(
            f"{pages}/check", data=body, headers={**headers, "Content-Type": kind}, timeout=60
        )
        explained(done)
        assert 400 <= done.status_code < 500, (body[:40], kind)
        assert "<h1>" in done.text
    for fields in ({"year": "20x6"}, {"unit": "a" * 4000}, {"year": "\x00"}):
        done = post(f"{pages}/check", [("files", ("a.docx", b"x"))], fields)
        explained(done)
        assert done.status_code >= 303


@prove
@pytest.mark.parametrize("name", ["\x00\x1b[31m\u202e.docx", "a" * 5000, '"', "\r\nX: y", "\ud7ff"])
def test_no_name_of_a_file_is_a_fault(pages: str, name: str) -> None:
    done = post(f"{pages}/check", [("files", (name, docx_of(clean(2))))])
    explained(done)
    if done.status_code == 303:
        explained(get(pages + done.headers["location"]))


def test_a_thousand_files_are_too_many(pages: str) -> None:
    done = post(f"{pages}/check", [("files", (f"{n}.docx", b"x")) for n in range(1000)])
    explained(done)
    assert done.status_code == 400
    assert f"一次最多{MOST_FILES}个文件" in done.text
    many = post(f"{pages}/check", [("files", (f"{n}.docx", b"x")) for n in range(MOST_FILES + 1)])
    assert f"一次最多{MOST_FILES}个文件" in many.text


def test_what_is_too_large_is_told(pages: str) -> None:
    done = post(f"{pages}/check", [("files", ("a.docx", b"x" * (MOST_BYTES + 2 * 1024**2)))])
    explained(done)
    assert done.status_code == 413
    assert "MB" in done.text


def test_nothing_handed_over_is_told(pages: str) -> None:
    done = post(f"{pages}/check", said={"unit": "x"})
    assert done.status_code == 400
    assert "没有选择文件" in done.text


def test_no_path_is_a_fault(pages: str, bad: str) -> None:
    address = bad
    for said in HOSTILE[:: amount(4, 1)]:
        value = quote(said, safe="")
        for path in (
            f"{pages}/check/{value}",
            f"{address}/{value}",
            f"{address}/0.{value}",
            f"{address}/0/{value}.png",
        ):
            explained(get(path))
        explained(post(f"{pages}/check/{value}", said={"unit": "x"}))
        explained(post(f"{address}/{value}", said={"cell:x": said}))
    assert requests.put(f"{pages}/check", timeout=60).status_code == 405


@prove
def test_they_stand_under_a_path(site: Site) -> None:
    with served(site, "/nianbao") as address:
        done = post(f"{address}/check", [("files", ("a.docx", docx_of(slipped())))])
        assert done.headers["location"].startswith("/nianbao/check/")
        page = found(address.removesuffix("/nianbao") + done.headers["location"])
        assert all(each.startswith("/nianbao/") for each in re.findall(r'action="([^"]+)"', page))


def test_both_languages(pages: str, bad: str) -> None:
    form = get(f"{pages}/check?lang=en").text
    assert "Check before publishing" in form
    assert not re.search("[\u4e00-\u9fff]", re.sub(r'<a class="language".*?</a>|<[^>]+>', "", form))
    english = get(f"{bad}?lang=en").text
    assert "Result: must be corrected 1" in english
    assert "→ 5?" in english
    assert ">Year</label>" in form
    assert ">Year</label>" in english


def test_where_a_result_is_gone_the_files_are_handed_over_again(pages: str) -> None:
    gone = get(f"{pages}/check/none")
    assert (gone.status_code, "没有这份结果" in gone.text) == (404, True)
    assert '<a class="act" href="/check">重新放文件</a>' in gone.text


# ---- what is typed in


@pytest.mark.parametrize(
    ("text", "number"),
    [("6", 6), (" 1,234 ", 1234), ("０", 0), ("x", None), ("", None), ("6.5", None), ("007", None)],
)
def test_only_a_number_is_taken(text: str, number: int | None) -> None:
    reading = typed_in("requests.new.total", text)
    said = reading.number if reading is not None and reading.state == "value" else None
    assert said == number


def test_what_was_read_for_sure_stays() -> None:
    report = read(docx_of(clean(2)))
    assert with_typed(report, {"requests.new.total": "77", "none": "1"}).cells == report.cells
    assert typed_in("none", "6") is None


# ---- a browser


@prove
@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize(
    ("lang", "width", "js"),
    [("zh", 390, True), ("en", 1280, False), ("zh", 1280, False), ("en", 390, True)],
)
def test_a_draft_is_dropped_mended_and_dropped_again(
    pages: str, tmp_path: Path, lang: str, width: int, js: bool
) -> None:
    playing = pytest.importorskip("playwright.sync_api")
    first, second = tmp_path / "年报.docx", tmp_path / "年报改.docx"
    first.write_bytes(docx_of(slipped()))
    second.write_bytes(docx_of(mended()))
    said = {"zh": ("核对", "没有发现问题"), "en": ("Check", "nothing found")}[lang]
    with playing.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": width, "height": 844}, java_script_enabled=js
        )
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda told: wrong.append(told.text))
        page.goto(f"{pages}/check?lang={lang}")
        page.set_input_files("#files", str(first))
        page.get_by_role("button", name=said[0], exact=True).click()
        cell = page.locator(f'[id="c-{WRONG}"] a')
        cell.wait_for(timeout=60_000)
        cell.click()
        assert "13" in page.locator(".said li:target").inner_text()
        page.locator(".said li:target .close").click()
        assert page.locator(".said li:target").count() == 0
        with page.expect_download() as taken:
            page.get_by_role("link", name="Word").first.click()
            if js:
                page.locator("a[data-making][aria-disabled]").wait_for(timeout=2000)
        assert zipfile.is_zipfile(taken.value.path())
        if js:
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.set_input_files("#files", str(second))
        page.get_by_role("button", name=said[0], exact=True).click()
        page.get_by_text(said[1]).first.wait_for(timeout=60_000)
        browser.close()
    assert wrong == []


def test_pages_hold_nothing_but_text_of_others(bad: str) -> None:
    page = found(bad)
    assert unescape(NAME) in unescape(page)
    assert not re.search(
        r"<script(?! type=\"module\" src=)|\sstyle=|\son[a-z]+=[^>]*>",
        page.replace("onerror=alert(1)&gt;", ""),
    )
