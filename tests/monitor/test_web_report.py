"""The page of a report: the form as on paper, each wrong cell one click from its sum, each end of a contradiction from the other."""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
import requests
import yaml
from PIL import Image

from nianbao.monitor.paper.export import CELL
from nianbao.monitor.paper.form import tables_of
from nianbao.monitor.paper.marked import Said, marks_of, parts_of
from nianbao.monitor.web.report import LastYear, last_year
from nianbao.parser.forms import form_named, forms, keys_of
from nianbao.parser.pictured import pictures_of, spot_of
from nianbao.parser.report import read
from nianbao.storage.archive import Archived
from tests.amounts import amount, more, prove
from tests.monitor.test_rules import long_prose, telling
from tests.monitor.test_web import HOSTILE, Counted, explained, hrefs, section
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.plants import PLANTS
from tests.reportkit.write_html import write_html
from tests.reportkit.write_pdf import write_pdf
from tests.worlds.pages import get, served, site_of
from tests.worlds.written import at, written

WILLOW, STONE = "140999101", "140999102"
WRONG = "requests.new.natural_person"
SCRIPT = "<script>alert(1)</script>"


def draft_of(town: str, year: int) -> Draft:
    draft = telling(clean(41, unit=f"{town}人民政府", year=year, county="平安县"), long_prose(3))
    return replace(draft, title=f"平安县{town}人民政府{year}年政府信息公开工作年度报告")


def page_of(draft: Draft) -> bytes:
    return write_html(print_draft(draft))


def willow() -> Draft:
    """A wrong cell, two totals that differ, a script where a word should be; else as last year."""
    draft = PLANTS["G04"](draft_of("柳树镇", 2026), random.Random(1))
    wrong = draft.with_figures(requests__new__natural_person=99)
    return telling(wrong, f"本年工作{SCRIPT}有序开展。")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    mine = willow()
    edited = mine.with_figures(proactive__coercion__decisions=4321).saying("有序", "稳步")
    before, copied = draft_of("柳树镇", 2025), draft_of("石门镇", 2026)
    written(
        folder,
        (at(1, 12), ((WILLOW, 2025, page_of(before)),)),
        (at(1, 20), ((WILLOW, 2026, page_of(mine)), (STONE, 2026, page_of(copied)))),
        (at(1, 25), ((WILLOW, 2026, page_of(edited)), (STONE, 2026, page_of(copied)))),
    )
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> Iterator[str]:
    site = site_of(folder, at(2, 4))
    with served(site) as address:
        yield address
    site.drafts.close()


def cell_in(page: str, key: str) -> str:
    found = re.search(rf'<td[^>]* id="c-{re.escape(key)}">.*?</td>', page, re.S)
    return found[0] if found else ""


# ---- the year before


def years_of(content: dict[str, object], other: dict[str, object]) -> LastYear:
    def kept(year: int, told: dict[str, object]) -> Archived:
        return Archived(1, WILLOW, "柳树镇", year, 1, at(1, 20), "0" * 64, told, "")

    return last_year(kept(2025, content), kept(2026, other), "zh")


FORMS = {"requests": "2021", "disputes": "2021"}


def test_numbers_are_held_against_those_of_last_year() -> None:
    def told(**cells: object) -> dict[str, object]:
        return {"table_forms": FORMS, "requests": {"new": cells}}

    before = told(natural_person=5, business=None, research=0, total=7, legal_service=3)
    after = told(natural_person=3, business=2, research=None, total=7, other_org=1)
    after["unreadable"] = [{"cell": "requests.new.legal_service", "raw": "3?", "why": "x"}]
    found = years_of(before, after)
    rows = {each.name.partition("·")[2]: each[1:] for each in found.cells}
    assert rows["自然人"] == ("5", "3", "−2")
    assert rows["商业企业"] == ("空白", "2", "")  # blank is not zero
    assert rows["总计"] == ("7", "7", "0")
    assert rows["法律服务机构"] == ("3", "读不准", "")
    assert ("没有这一格", "1", "") in rows.values()
    assert found.zeros == 1


def test_tables_of_other_forms_are_not_compared() -> None:
    before = {"table_forms": {**FORMS, "requests": "2019"}, "requests": {"new": {"total": 5}}}
    after = {"table_forms": FORMS, "requests": {"new": {"total": 6}}}
    found = years_of(before, after)
    assert not found.cells
    assert found.other_forms == ["表三"]


def test_last_year_stands_beside_a_report_where_it_is_asked_for(pages: str) -> None:
    page = get(f"{pages}/r/{WILLOW}/2026").text
    assert 'id="last"' not in page
    (address,) = (each for each in hrefs(page) if "last=1" in each)
    page = get(f"{pages}{unescape(address)}").text
    part = section(page, "last")
    assert re.search(r"行政强制[^<]*</th><td>[^<]*</td><td>4321</td><td>\+\d+</td>", part)
    assert "格两年都是零或空白" in part
    assert f"/r/{WILLOW}/2025" in hrefs(part)
    english = get(f"{pages}/r/{WILLOW}/2026?last=1&lang=en").text
    assert "Beside the numbers of 2025" in english
    assert (
        "last=1" not in get(f"{pages}/r/{STONE}/2026").text
    )  # nothing of the year before is there


# ---- its numbers


def test_the_numbers_of_a_report_are_data(pages: str) -> None:
    page = requests.get(f"{pages}/r/{WILLOW}/2026", timeout=60).text
    assert f'href="/r/{WILLOW}/2026.csv"' in page
    assert f'href="/r/{WILLOW}/2026.json"' in page
    rows = requests.get(f"{pages}/r/{WILLOW}/2026.json", timeout=60).json()
    cells = {row["cell"]: row for row in rows}
    told = cells["proactive.coercion.decisions"]
    assert (told["state"], told["value"], told["version"]) == ("value", 4321, 2)
    assert (told["code"], told["unit"], told["year"]) == (WILLOW, "柳树镇", 2026)
    assert len(told["evidence"]) == 64
    assert told["name"] != told["cell"]
    assert told["name_en"].isascii() or "·" in told["name_en"]
    assert tuple(told) == CELL
    before = requests.get(f"{pages}/r/{WILLOW}/2026.json?version=1", timeout=60).json()
    old = {row["cell"]: row for row in before}["proactive.coercion.decisions"]
    assert (old["version"], old["value"]) != (2, 4321)
    assert old["evidence"] != told["evidence"]
    text = requests.get(f"{pages}/r/{WILLOW}/2026.csv", timeout=60).content.decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [row["cell"] for row in table] == [row["cell"] for row in rows]
    assert requests.get(f"{pages}/r/{WILLOW}/2019.json", timeout=60).status_code == 404
    assert requests.get(f"{pages}/r/{WILLOW}/2026.xlsx", timeout=60).status_code == 404


def test_the_place_of_each_number_is_in_the_data_once_it_is_known(pages: str) -> None:
    ends = time.monotonic() + 60
    address = f"{pages}/r/{WILLOW}/2026.json?where=1"
    while (answer := requests.get(address, timeout=60)).status_code == 503:
        assert time.monotonic() < ends
        time.sleep(0.2)
    assert any(row["where"] and row["where_en"] for row in answer.json())


# ---- the form


@pytest.mark.parametrize("form", [each.id for each in forms()])
def test_every_cell_of_each_form_has_its_place(form: str) -> None:
    names = {"proactive": form, "requests": form, "disputes": form}
    drawn = [
        box.key
        for table in tables_of(names, None)
        for body in table.bodies
        for row in body
        for box in row
        if box.key
    ]
    assert sorted(drawn) == sorted(keys_of(form))
    assert len(drawn) == len(set(drawn))


@pytest.mark.parametrize("form", [each.id for each in forms()])
def test_the_boxes_of_a_form_fill_its_tables(form: str) -> None:
    """No box reaches into another, and no place is left open."""
    for table in tables_of(dict.fromkeys(("proactive", "requests", "disputes"), form), None):
        for rows in (table.head, *table.bodies):
            taken: set[tuple[int, int]] = set()
            for r, row in enumerate(rows):
                c = 0
                for box in row:
                    while (r, c) in taken:
                        c += 1
                    here = {(r + i, c + j) for i in range(box.rowspan) for j in range(box.colspan)}
                    assert not here & taken, (table.name, box)
                    taken |= here
            width = max((c for _, c in taken), default=-1) + 1
            assert taken == {(r, c) for r in range(len(rows)) for c in range(width)}, table.name


def test_what_the_form_prints_is_printed(pages: str) -> None:
    page = get(f"{pages}/r/{STONE}/2026").text
    form = form_named("2021")
    for label in (
        form.corner,
        "第二十条第（八）项",
        "法人或其他组织",
        "（五）不予处理",
        "未经复议直接起诉",
        "（七）总计",
    ):
        assert label in page, label
    tables = re.findall(r'<table class="form.*?</table>', page, re.S)
    assert "".join(tables).count("<td") == len(keys_of("2021"))
    english = get(f"{pages}/r/{STONE}/2026?lang=en").text
    assert '一、本年新收政府信息公开申请数量 <small lang="en">received this year</small>' in english
    assert '行政许可 <small lang="en">licences</small>' in english
    assert ' title="table 4 reviews · upheld"' in english
    assert "<small lang" not in "".join(tables)


def test_a_table_that_is_not_there_is_told() -> None:
    assert [table.is_there for table in tables_of({"requests": "2021"}, 2023)] == [
        False,
        True,
        False,
    ]
    assert tables_of({}, 2012) == []


# ---- what is wrong


def test_a_wrong_cell_leads_to_its_sum_and_back(pages: str) -> None:
    page = get(f"{pages}/r/{WILLOW}/2026").text
    cell = cell_in(page, WRONG)
    assert "99" in cell
    assert "必须整改" in cell  # the word
    assert "✕" in cell  # the symbol
    assert "v-error" in cell  # the colour
    (number,) = re.findall(r'href="#f-(\d+)"', cell)
    said = re.search(rf'<li class="error" id="f-{number}">.*?</li>', page, re.S)
    assert said is not None
    assert "第一项加第二项为" in said[0]
    assert f'href="#c-{WRONG}"' in said[0]
    assert "可能的更正" in said[0]
    assert re.search(r'class="sum">[^<]*第一项加第二项为', cell)


def test_both_ends_of_a_contradiction_lead_to_each_other(pages: str) -> None:
    page = get(f"{pages}/r/{WILLOW}/2026").text
    (said,) = re.findall(
        r'<li class="warning" id="f-(\d+)"><p>(?:(?!</li>).)*?<b>G04</b>', page, re.S
    )
    here = re.search(
        rf'<span id="q-{said}" class="end">.*?<mark[^>]*>([^<]*)</mark><span class="refs".*?</span>\s*</p>',
        page,
        re.S,
    )
    there = re.search(rf'<span id="o-{said}" class="end">.*?<mark[^>]*>([^<]*)</mark>', page, re.S)
    assert here is not None
    assert there is not None
    assert "全年公开各类信息" in here[1]
    assert here[1] != there[1]
    assert f'href="#o-{said}"' in page
    assert f'href="#q-{said}"' in page


def test_every_anchor_of_a_page_has_its_end(pages: str) -> None:
    for path in (f"/r/{WILLOW}/2026", f"/r/{WILLOW}/2026?with=1", f"/r/{STONE}/2026"):
        page = get(pages + path).text
        ids = set(re.findall(r'\bid="([^"]+)"', page))
        assert len(ids) == len(re.findall(r'\bid="', page)), path  # each once
        for anchor in re.findall(r'href="#([^"]+)"', page):
            assert unescape(anchor) in ids, (path, anchor)


def test_marks_tell_the_gravest_and_every_finding() -> None:
    error = Said("F01", "error", "甲", "a", ("requests.new.total",))
    warning = Said("E06", "warning", "乙", "b", ("requests.new.total",))
    hint = Said("E02", "notice", "丙", "c", ("requests.granted.total",))
    many = Said("E01", "warning", "丁", "d", tuple(f"requests.x{n}.total" for n in range(31)))
    marks = marks_of([error, warning, hint, many])
    assert set(marks) == {"requests.new.total"}
    assert marks["requests.new.total"][::2] == ("error", (1, 2))


@pytest.mark.parametrize(
    "quote",
    [
        "收到申请6件。",
        "收到 申请6件",
        "全年共收到申请6件。另有其他情况若干",
        "若干条，全年共收到申请6件",
    ],
)
def test_a_quote_is_found_in_its_sentence(quote: str) -> None:
    said = Said("G01", "warning", "甲", "a", quote=quote)
    (parts,) = parts_of(["本年公开若干条，全年共收到申请6件。另有其他情况若干。"], [said])
    assert (1,) in [part.numbers for part in parts]


def test_a_quote_over_two_sentences_marks_the_one_that_it_is_about() -> None:
    quote = "（一）主动公开情况。2026年，我乡主动公开政府信息708条"
    said = Said("H03", "warning", "甲", "a", quote=quote)
    (parts,) = parts_of([f"{quote}，其中微信公众号368条。"], [said])
    assert [part.numbers for part in parts] == [(), (1,)]


def test_a_quote_of_nothing_marks_nothing() -> None:
    said = Said("G01", "warning", "甲", "a", quote=" ")
    (parts,) = parts_of(["本年公开若干条。"], [said])
    assert parts[0].numbers == ()


# ---- versions, copies, places


def test_versions_stand_side_by_side(pages: str) -> None:
    page = get(f"{pages}/r/{WILLOW}/2026?with=1").text
    tables = "".join(re.findall(r'<table class="form.*?</table>', page, re.S))
    cells = [cell for cell in re.findall(r"<td[^>]*>.*?</td>", tables, re.S) if "有变化" in cell]
    assert len(cells) == 2  # the same cell of both
    assert ["4321" in cell for cell in cells] == [False, True]
    assert "行政强制" in re.search(r'<table class="changes">.*?</table>', page, re.S)[0]  # type: ignore[index]
    older = get(f"{pages}/r/{WILLOW}/2026?version=1").text
    assert "这是较早的版本" in older
    assert "4321" not in older
    assert "稳步" in get(f"{pages}/r/{WILLOW}/2026").text
    assert get(f"{pages}/r/{WILLOW}/2026?version=9").status_code == 404


def test_copied_text_is_laid_beside_what_it_was_copied_from(pages: str) -> None:
    page = get(f"{pages}/r/{STONE}/2026").text
    copied = re.findall(r'<table class="alike">.*?</table>', page, re.S)
    assert copied
    assert "柳树镇 2026" in copied[0]
    last = get(f"{pages}/r/{WILLOW}/2026").text
    assert "柳树镇2025年度年报相同" in last
    row = re.search(r"<tr><td>(.*?)</td><td>(.*?)</td></tr>", copied[0], re.S)
    assert row is not None
    assert len(row[1]) >= 20


def test_where_each_value_was_read_is_told_when_asked(pages: str) -> None:
    address = f"{pages}/r/{WILLOW}/2026?where=1"
    for _ in range(600):
        page = get(address).text
        if "data-again" not in page:
            break
        time.sleep(0.1)
    assert page.count('<small class="where">') == len(keys_of("2021"))
    assert "表" in re.findall(r'<small class="where">([^<]*)', page)[0]
    assert "p. " not in get(f"{pages}/r/{WILLOW}/2026").text


def test_a_cell_is_pictured_as_it_stands_on_its_page() -> None:
    data = write_pdf(print_draft(clean(2)))
    report = read(data)
    key = "requests.new.total"
    spot = spot_of(report, report.cells[key])
    assert spot is not None
    assert spot.page == report.cells[key].where.page
    pictures = pictures_of(data, report, [key, "requests.none.total"])
    picture = Image.open(io.BytesIO(pictures[key])).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(256) or ()}
    assert (200, 0, 30) in colours  # the frame around it
    assert len(pictures[key]) < 12_000
    other = report.cells[key]._replace(raw="7777")
    assert spot_of(report, other) is None  # no picture of another number
    assert len(pictures) == 1


def test_every_word_of_the_form_is_said_in_both() -> None:
    folder = Path(__file__).parents[2] / "monitor" / "paper"
    own = (file for file in (folder / "templates").glob("*.html") if "public" not in file.name)
    files = [folder / "marked.py", folder / "pieces.py", *own]
    files.append(folder.parent / "web" / "reporting.py")
    files.append(folder.parent / "web" / "check.py")
    texts = "\n".join(file.read_text("utf-8") for file in files)
    known = yaml.safe_load((folder / "form.yaml").read_text("utf-8"))
    asked = set(re.findall(r"""\b(?:t|say)\(\s*['"]([a-z_0-9]+)['"]""", texts))
    ours = set(re.findall(r"""['"]([a-z_0-9]+)['"]""", texts))
    assert known.keys() <= ours
    assert {
        key for key in asked if not key.startswith(("check_", "form_kind", "form_foreign"))
    } <= known.keys()
    for key, (zh, en) in known.items():
        assert re.search("[\u4e00-\u9fff]|^[、：]$|或|→", zh), key
        assert not re.search("[\u4e00-\u9fff]", en), key


# ---- whatever is asked


def test_what_comes_from_outside_is_text(pages: str) -> None:
    for lang in ("zh", "en"):
        page = get(f"{pages}/r/{WILLOW}/2026?lang={lang}")
        explained(page)
        assert SCRIPT not in page.text
        assert "&lt;script&gt;" in page.text
        assert not re.search(r"\sstyle=|\son[a-z]+=", page.text)


def test_english_is_complete(pages: str) -> None:
    page = get(f"{pages}/r/{WILLOW}/2026?with=1&lang=en").text
    ours = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", page, flags=re.S)
    ours = re.sub(
        r"<table class=\"(?:form|alike|changes).*?</table>|<title>.*?</title>|<nav.*?</nav>",
        "",
        ours,
        flags=re.S,
    )
    ours = re.sub(
        r"<li class=\"(?:error|warning|notice)\".*?</li>|<a class=\"language\".*?</a>",
        "",
        ours,
        flags=re.S,
    )
    named = re.findall("[\u4e00-\u9fff]+", re.sub("<[^>]+>", "", ours))
    assert named == ["柳树镇", "柳树镇", "石门镇", "石门镇"]


@more
@pytest.mark.parametrize("key", ["version", "with", "where", "lang"])
def test_no_parameter_is_a_fault(pages: str, key: str) -> None:
    for said in HOSTILE[:: amount(5, 1)]:
        explained(get(f"{pages}/r/{WILLOW}/2026?{key}={quote(said, safe='')}"))


def test_no_path_is_a_fault(pages: str) -> None:
    for said in HOSTILE[:: amount(4, 1)]:
        for route in ("/r/{}", f"/r/{WILLOW}/{{}}"):
            explained(get(pages + route.format(quote(said, safe=""))))
    assert get(f"{pages}/r/140999103/2026").status_code == 404
    assert "没有读到过" in get(f"{pages}/r/140999103/2026").text


def test_its_links_lead_to_pages(pages: str) -> None:
    page = get(f"{pages}/r/{WILLOW}/2026?with=1").text
    ours = {urljoin(pages, unescape(each)) for each in re.findall(r'(?:href|src)="([^"#]+)', page)}
    for address in sorted(each for each in ours if each.startswith(pages) and "where" not in each):
        assert get(address).status_code == 200, address
    assert f"{pages}/r/{WILLOW}/2026" in {
        urljoin(pages, unescape(each))
        for each in re.findall(r'href="([^"#]+)', get(f"{pages}/u/{WILLOW}/2026").text)
    }


def test_it_asks_as_often_and_is_no_larger_whatever_stands_in_it(folder: Path) -> None:
    site = site_of(folder, at(2, 4))
    counted = Counted(site.engine)
    with served(site) as address:
        answer = get(f"{address}/r/{WILLOW}/2026?with=1")
    assert len(answer.content) <= 100_000
    assert counted.count < 110


# ---- a browser


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize(
    ("lang", "width"),
    [
        pytest.param("zh", 390, marks=prove),
        ("en", 1280),
        pytest.param("zh", 1280, marks=prove),
        pytest.param("en", 390, marks=prove),
    ],
)
def test_a_red_cell_shows_its_sum(pages: str, lang: str, width: int) -> None:
    playing = pytest.importorskip("playwright.sync_api")
    with playing.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": width, "height": 844}, java_script_enabled=True
        )
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda told: wrong.append(told.text))
        page.goto(f"{pages}/r/{WILLOW}/2026?lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cell = page.locator(f'[id="c-{WRONG}"] a')
        cell.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")  # as the keyboard reaches it
        summed = cell.locator(".sum")
        assert summed.bounding_box()["height"] > 15
        cell.evaluate("cell => scrollBy(0, cell.getBoundingClientRect().top - 200)")
        stood, scrolled = cell.bounding_box()["y"], page.evaluate("scrollY")
        cell.click()
        note = page.locator(".said li:target")
        assert note.is_visible()
        assert abs(cell.bounding_box()["y"] - stood) < 2, "nothing moves"
        note.locator(".close").click()
        assert note.count() == 0
        assert page.evaluate("scrollY") == scrolled
        name = cell.locator(".at")
        assert name.bounding_box()["height"] > 15
        assert {"zh": "自然人", "en": "natural"}[lang] in name.inner_text()
        cell.evaluate("cell => scrollBy(0, cell.getBoundingClientRect().top - 780)")
        cell.click()
        page.wait_for_function("document.querySelector('.said li:target')")
        box, there = note.bounding_box(), cell.bounding_box()
        assert box["y"] + box["height"] <= 845  # all of it in sight
        assert there["y"] < box["y"], "the cell is not hidden by its sum"
        assert "99" in note.inner_text()
        note.get_by_role("link").first.click()
        box = name.bounding_box()
        assert box["y"] + box["height"] <= cell.bounding_box()["y"] < 844  # not under its name
        browser.close()
    assert wrong == []


def test_two_sites_share_nothing(pages: str, folder: Path) -> None:
    assert requests.post(f"{pages}/r/{WILLOW}/2026", timeout=60).status_code == 405
