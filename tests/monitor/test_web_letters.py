"""What is written and sent, seen before: letters, mails, and the sum of a county."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
import requests
from docx import Document
from openpyxl import load_workbook

from nianbao.monitor.deadlines import add_working_days
from nianbao.monitor.paper.as_written import as_written
from nianbao.monitor.paper.county_sum import county_sum
from nianbao.monitor.paper.summed import Known, called_apart
from nianbao.monitor.settings import Mail, Office, Recipient, Web
from nianbao.monitor.standing import day_in_beijing
from nianbao.monitor.web.mailing import TESTING
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.summing import sum_page
from nianbao.parser import read, to_json
from nianbao.storage.audit import HERE, entries
from nianbao.storage.outbox import queued
from nianbao.storage.people import By, add, begin
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, session
from tests.amounts import amount, more
from tests.monitor.test_web import HOSTILE, section
from tests.monitor.test_web_acts import DAYS
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.mailbox import Mailbox, receiving
from tests.worlds.pages import chromium, get, lived, post, served, site_of
from tests.worlds.recorded import at
from tests.worlds.seasons import CODES

COUNTY, NOW = "140999", at(2, 12)
WRONG, MISSING = CODES["甲戌镇"], CODES["丙寅镇"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("letters")
    lived(made, DAYS)
    return made


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with receiving() as made:
        yield made


@pytest.fixture
def site(folder: Path, tmp_path: Path, box: Mailbox) -> Site:
    shutil.copytree(folder, tmp_path / "season")
    made = site_of(tmp_path / "season", NOW)
    mail = Mail(host="127.0.0.1", port=box.port, security="none", sender="ogi@x.example")
    people = (Recipient("boss@x.example", f"county:{COUNTY}"), Recipient("all@x.example"))
    settings = replace(made.settings, mail=mail, recipients=people, office=Office(name="公开办"))
    return replace(made, settings=settings)


@pytest.fixture
def pages(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


def test_a_letter_is_taken_from_its_page_by_who_is_signed_in(site: Site) -> None:
    """The button brings what the page holds for it; the form that only shows it anew does not."""
    with session(site.engine) as s:
        add(s, "王某", "supervisor", EVERYTHING, "", By("李某", NOW))
        secret = begin(s, "王某", "127.0.0.1", NOW)
    told = replace(site.settings, web=Web(sign_in="accounts"))
    with served(replace(site, settings=told)) as pages:
        cookies = {"nianbao_session": secret}
        page = requests.get(f"{pages}/letter/{WRONG}/2026", cookies=cookies, timeout=60).text
        form = page[page.index('<form class="wish"') :].partition("</form>")[0]
        (button,) = re.findall(r"<button formmethod[^>]*>", form)
        named = dict(re.findall(r'(\w+)="([^"]*)"', button))
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
        assert "form_token" not in dict(fields)
        body = {**dict(fields), "chosen": "", named["name"]: named["value"]}
        where = f"{pages}{named['formaction']}"
        ours = {"Sec-Fetch-Site": "same-origin"}
        done = requests.post(where, body, headers=ours, cookies=cookies, timeout=60)
        assert done.status_code == 200
        assert done.content.startswith(b"PK")


def text_of(docx: bytes) -> str:
    document = Document(BytesIO(docx))
    cells = (c.text for table in document.tables for row in table.rows for c in row.cells)
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


def marks_in(page: str) -> list[str]:
    return re.findall(r'name="mark" value="([0-9a-f]+)"', page)


# ---- letters


def test_what_is_seen_is_what_is_taken(pages: str) -> None:
    wish = {"days": "9", "added": "请顺带核对联系电话。\n收到请回复。"}
    marks = marks_in(get(f"{pages}/letter/{WRONG}/2026").text)
    for chosen in ([], marks[:1]):
        told = {**wish, "mark": chosen, **({"chosen": "1"} if chosen else {})}
        query = "&".join(
            f"{key}={value}".replace("\n", "%0A")
            for key, values in told.items()
            for value in ([values] if isinstance(values, str) else values)
        )
        page = unescape(get(f"{pages}/letter/{WRONG}/2026?{query}").text)
        taken = post(f"{pages}/do/letter", unit=WRONG, year=2026, **told).content
        shown = section(page, "looks")
        for passage in as_written(taken):
            for text in (passage.text, *(cell for row in passage.rows for cell in row)):
                assert text in shown
        said = text_of(taken)
        assert "请顺带核对联系电话。\n收到请回复。" in said
        by = add_working_days(day_in_beijing(NOW), 9)
        assert f"{by.year}年{by.month}月{by.day}日前" in said


def test_a_person_chooses_what_goes_in(pages: str) -> None:
    page = get(f"{pages}/letter/{WRONG}/2026").text
    marks = marks_in(page)
    assert marks
    assert page.count(" checked") == len(marks)
    alone = post(f"{pages}/do/letter", unit=WRONG, year=2026, chosen=1, mark=marks[0]).content
    (table,) = Document(BytesIO(alone)).tables
    assert len(table.rows) == 2
    for path in (
        f"{pages}/letter/{WRONG}/2026?chosen=1",
        f"{pages}/letter/{WRONG}?chosen=1&mark=0",
    ):
        refused = get(path)
        assert refused.status_code == 400
        assert "没有选定任何问题" in refused.text


def test_looking_at_a_letter_writes_nothing_down(pages: str, site: Site) -> None:
    before = list(entries_of(site))
    get(f"{pages}/letter/{WRONG}/2026")
    get(f"{pages}/letter/{MISSING}/2026?lang=en")
    assert entries_of(site) == before


def entries_of(site: Site) -> list[str]:
    with looking(site.engine) as s:
        return [str(entry["action"]) for entry in entries(s)]


@pytest.mark.parametrize("days", ["0", "61", "9999999999", "-1", "²", "x"])
def test_days_that_cannot_be_are_refused(pages: str, days: str) -> None:
    told = get(f"{pages}/letter/{WRONG}/2026?days={days}")
    assert (told.status_code, "工作日应为1至60" in told.text) == (400, True)


@more
def test_what_is_added_is_text(pages: str) -> None:
    for text in HOSTILE[:: amount(3, 1)]:
        if "\x00" in text or len(text) > 500:
            continue
        page = get(f"{pages}/letter/{WRONG}/2026", follow=True).text
        told = post(f"{pages}/do/letter", unit=WRONG, year=2026, added=text)
        assert told.status_code in (200, 400)
        assert "<script>alert" not in page
    assert get(f"{pages}/letter/{WRONG}/2026?added={'长' * 501}").status_code == 400


# ---- the sum


def test_the_page_tells_the_sums_of_the_workbook(pages: str) -> None:
    page = unescape(get(f"{pages}/sum/{COUNTY}/2026").text)
    book = load_workbook(BytesIO(get(f"{pages}/sum/{COUNTY}/2026.xlsx").content))
    basis = [row[:2] for row in book["汇总依据"].iter_rows(min_row=2, values_only=True)]
    assert {state for _, state in basis} == {"计入", "未计入"}
    for name, state in basis:
        part = section(page, "inside" if state == "计入" else "outside")
        assert str(name) in part
        assert f'href="/u/{CODES[str(name)]}/2026">{name}</a>' in part  # where its report is
    numbers = [
        str(cell)
        for row in book["汇总表"].iter_rows(min_row=3, min_col=3, values_only=True)
        for cell in row
        if isinstance(cell, int | float)
    ]
    cells = re.findall(r'<td[^>]*id="c-[^"]+"[^>]*>([-0-9.]*)', page)
    assert sorted(filter(None, cells)) == sorted(numbers)
    assert "单位不全，不与县级年报核对" in page or "没有读取到本县自己的年报" in page


def test_who_brought_a_report_is_said_in_english() -> None:
    content = to_json(read(write_html(print_draft(clean(3, unit="甲镇人民政府", year=2023)))))
    total = county_sum({"甲镇": content}, ["甲镇"], "2021")
    known = Known("某县", ["甲镇"], {"甲镇": content}, None, {}, {}, {}, {"甲镇": HERE}, {})
    assert "brought by this machine" in sum_page(known, total, 2023, "en").inside[0].notes
    assert "人工提供：本机" in sum_page(known, total, 2023, "zh").inside[0].notes


def test_a_year_without_a_form_has_no_sum(pages: str) -> None:
    assert get(f"{pages}/sum/{COUNTY}/2009").status_code == 404
    assert get(f"{pages}/sum/999999/2026").status_code == 404


# ---- mails


def test_the_next_mail_is_seen_and_sent_on_trial(pages: str, site: Site, box: Mailbox) -> None:
    listed = get(f"{pages}/mail").text
    assert listed.index("boss@x.example") < listed.index("all@x.example")
    page = get(f"{pages}/mail/preview?to=0").text
    drawn = get(f"{pages}/mail/preview?to=0&form=html")
    assert "sandbox" in drawn.headers["content-security-policy"]
    assert "cid:" not in drawn.text
    assert "data:image/png" in drawn.text
    box.taken.clear()
    told = post(f"{pages}/mail/test", to=0, another="me@x.example")
    assert "测试邮件已交给邮件服务器：me@x.example" in told.text
    (mail,) = box.taken
    assert mail["To"] == "me@x.example"
    assert str(mail["Subject"]) in unescape(page)
    assert entries_of(site)[-1] == "test_mail"
    with looking(site.engine) as s:
        assert "me@x.example" not in {each.recipient for each in queued(s, everything=True)}


def test_a_server_that_refuses_is_told(pages: str, site: Site, box: Mailbox) -> None:
    box.sender_refused = "550 not you"
    try:
        told = post(f"{pages}/mail/test", to=0)
    finally:
        box.sender_refused = ""
    assert (told.status_code, "邮件服务器没有收下" in told.text) == (502, True)
    assert "test_mail" not in entries_of(site)


def test_one_test_at_a_time_and_to_an_address(pages: str) -> None:
    with TESTING:
        assert post(f"{pages}/mail/test", to=0).status_code == 503
    for address in (
        "a b@x.example",
        "x",
        "a@x.example\nBcc: b@x.example",
        "@x",
        "a@",
        "甲@x.example",
    ):
        assert post(f"{pages}/mail/test", to=0, another=address).status_code == 400
    for number in ("9", "x", "-1", ""):
        assert post(f"{pages}/mail/test", to=number).status_code == 404
        assert get(f"{pages}/mail/preview?to={number}").status_code == 404


def test_what_was_sent_is_listed_by_its_state(pages: str, site: Site) -> None:
    everything = get(f"{pages}/mail").text
    with looking(site.engine) as s:
        for each in queued(s, everything=True):
            assert each.recipient in everything
    assert (
        "共0" in get(f"{pages}/mail?state=refused").text
        or "0" in get(f"{pages}/mail?state=refused").text
    )
    assert get(f"{pages}/mail?state=odd").status_code == 400


def test_a_unit_and_an_earlier_one_of_its_name_are_told_apart() -> None:
    told = called_apart([("1", "甲镇"), ("2", "乙镇"), ("3", "甲镇"), ("2", "乙镇")])
    assert told == {"1": "甲镇（1）", "2": "乙镇", "3": "甲镇（3）"}


# ---- on a telephone

# Whether each head of that text has its first so many characters in one line, and there is one.
IN_ONE_LINE = """([text, many]) => {
  const heads = [...document.querySelectorAll('th')].filter(th => th.textContent.startsWith(text))
  return heads.length > 0 && heads.every(th => {
    const range = document.createRange()
    range.setStart(th.firstChild, 0)
    range.setEnd(th.firstChild, many)
    return new Set([...range.getClientRects()].map(each => each.top)).size === 1
  })
}"""
FAINT = """() => {
  const [field, note] = [document.querySelector('[placeholder]'), document.querySelector('.told')]
  return getComputedStyle(field, '::placeholder').color !== getComputedStyle(note).color
}"""


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_nothing_is_cut_or_squeezed_on_a_telephone(pages: str) -> None:
    with chromium() as browser:
        size = {"width": 390, "height": 844}
        page = browser.new_context(viewport=size, color_scheme="dark").new_page()
        page.goto(f"{pages}/mail/preview?to=0&lang=zh", wait_until="networkidle")
        (mail,) = [each for each in page.frames if "form=html" in each.url]
        wide, width = mail.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= width
        page.goto(f"{pages}/letter/{WRONG}/2026")
        assert page.evaluate(IN_ONE_LINE, ["序号", 2])
        page.goto(f"{pages}/sum/{COUNTY}/2026")
        assert page.evaluate(IN_ONE_LINE, ["（三）", 3])
        page.goto(f"{pages}/data")
        assert not page.evaluate(FAINT)
