"""The sheet of evidence: one page that shows what was seen, and lets no page ask for anything."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from PIL import Image

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Listing
from nianbao.crawler.proof import Proof
from nianbao.crawler.states import State
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.paper.drawn import FIRST_HEIGHT, Browser, drawn, harmless
from nianbao.monitor.paper.evidence import places
from nianbao.monitor.paper.printed import pdf_of
from nianbao.monitor.paper.sheet import MOST_PIXELS, Sheet, Shown, written
from nianbao.storage.evidence import Evidence
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.seen import Listed, LookSeen, Page
from nianbao.storage.store import looking
from tests.amounts import prove
from tests.portals.sites import CASES, case_in, live
from tests.worlds.commands import run_here
from tests.worlds.recorded import ALL, OWN, WITH_OWN, World, at, item
from tests.worlds.stores import known_until

HTML = {"content-type": "text/html; charset=utf-8"}
STYLE = "<style>li{line-height:32px}.hid{display:none}</style>"


def page_of(body: str, url: str = ALL) -> Answer:
    head = f"<head><meta charset='utf-8'><title>年报</title>{STYLE}</head>"
    text = f"<!DOCTYPE html><html>{head}<body>{body}</body></html>"
    return Answer(url, 200, HTML, text.encode())


def list_of(count: int, year: int = 2026) -> str:
    rows = (
        f"<li><a href='/{n}.html'>第{n}镇{year}年政府信息公开工作年度报告</a><i>{year + 1}-01-09</i></li>"
        for n in range(1, count + 1)
    )
    return f"<h1>政府信息公开年报</h1><ul>{''.join(rows)}</ul>"


class Shop(World):
    """A county whose column is a page with a list."""

    def show(self, moment: datetime, body: str, count: int, *, declared: int | None = None) -> None:
        self.now = moment
        portal = self.recorder.register(self.county)
        sweep = self.recorder.begin(portal)
        listed = [item(n, f"第{n}镇2026年政府信息公开工作年度报告") for n in range(1, count + 1)]
        for column in self.recorder.columns(portal):
            for each in listed:
                self.recorder.sighted(column.id, each, kind="report", year=2026, read=True)
            listing = Listing(
                State("ok"), tuple(listed), answers=(page_of(body),), proof=Proof("declared"),
                declared=declared,
            )  # fmt: skip
            self.recorder.look(sweep, column.id, listing)
        self.recorder.end(sweep)
        refresh(self.engine, self.registry, [self.county], self.now)


def shop(folder: Path, body: str = "", count: int = 3) -> Shop:
    made = Shop(folder, f"sqlite:///{folder}/n.db")
    for day in (2, 3):
        made.show(at(2, day), body or list_of(count), count, declared=count)
    return made


def sheet(folder: Path, name: str, *more: str, unit: str = "石门镇", **told: str) -> Any:
    line = ("evidence", "sheet", unit, "-o", name, "--year", "2026", "--as-of", "2027-02-04")
    store = f"sqlite:///{folder}/n.db"
    known_until(store, at(2, 5))
    places = ("--config", ".", "--store", store, "--evidence", "evidence")
    return run_here(folder, *line, *places, *more, **{"NIANBAO_LANG": "zh", **told})


def words_of(file: Path) -> str:
    document = Document(str(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def pictures_of(file: Path) -> list[Image.Image]:
    parts = Document(str(file)).part.package.iter_parts()
    images = (part.blob for part in parts if part.content_type == "image/png")
    return [Image.open(BytesIO(blob)) for blob in images]


# ---- what it tells


def test_it_tells_what_was_seen_where_when_and_why_that_is_all(tmp_path: Path) -> None:
    world = shop(tmp_path)
    done = sheet(tmp_path, "s.docx")
    assert (done.returncode, done.stderr) == (0, "")
    words = words_of(tmp_path / "s.docx")
    with looking(world.engine) as s:
        (line,) = (
            line
            for line in lines_at(s, EVERYTHING, 2026, at(2, 4), world.registry)
            if line.name == "石门镇"
        )
    for said in (
        "平安县 石门镇（140999102）",
        "应于2027-01-31前",
        "逾期未发布：2027-02-02、2027-02-03完整查看栏目未见",
        ALL,
        "2027-02-02 09:00:00 已读取，3条（网站声明3条）：网站声明的条数已全部读到",
        "2027-02-03 09:00:00 已读取，3条",
        f"SHA-256 {line.proof}",
        "首次取得：2027-02-02 09:00:00（北京时间），2027-02-03再取相同",
        "个人信息已遮盖",
    ):
        assert said in words, said
    assert re.search("SM3 [0-9a-f]{64}", words)
    assert len(pictures_of(tmp_path / "s.docx")) == 1


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=prove)])
def test_it_is_one_page_of_a4_in_both_languages(tmp_path: Path, lang: str) -> None:
    shop(tmp_path, count=200)
    assert sheet(tmp_path, f"{lang}.pdf", NIANBAO_LANG=lang).returncode == 0
    pdf = pypdfium2.PdfDocument(tmp_path / f"{lang}.pdf")
    assert len(pdf) == 1
    assert [round(side) for side in pdf[0].get_size()] == [595, 842]


def test_each_look_says_at_which_column_it_was(tmp_path: Path) -> None:
    world = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    world.file(WITH_OWN)
    for day in (2, 3):
        world.sweep(at(2, day))
    assert sheet(tmp_path, "s.docx", unit="柳树镇").returncode == 0
    words = words_of(tmp_path / "s.docx")
    for number, url in enumerate((ALL, OWN), 1):
        assert f"{number}. {url}" in words
        assert f"栏目{number}：2027-02-02" in words
        assert f"栏目{number}：2027-02-03" in words
    assert sheet(tmp_path, "e.docx", unit="柳树镇", NIANBAO_LANG="en").returncode == 0
    assert "column 2: 2027-02-03" in words_of(tmp_path / "e.docx")


def test_looks_that_find_no_room_are_counted(tmp_path: Path) -> None:
    page = Page(ALL, "1" * 64, "", at(2, 2), 200, {})
    looks = [
        LookSeen(ALL, None, at(2, day), "ok", "single", None, 0, (page,), ())
        for day in range(1, 10)
    ]
    shown = Shown(page, "", why=("没有浏览器", "no browser"))
    made = written(Sheet("平安县", line_called("4"), looks, shown, at(2, 9), "0"))
    (tmp_path / "s.docx").write_bytes(made)
    words = words_of(tmp_path / "s.docx")
    assert "栏目1" not in words  # there is one
    assert "另有更早的查看3次" in words


def test_one_look_proves_that_much_and_no_more(tmp_path: Path) -> None:
    made = Shop(tmp_path, f"sqlite:///{tmp_path}/n.db")
    made.show(at(2, 2), list_of(2), 2)
    assert sheet(tmp_path, "s.docx").returncode == 0
    words = words_of(tmp_path / "s.docx")
    assert "首次核查未见" in words
    assert "逾期未发布" not in words


@pytest.mark.parametrize("state", ["unreachable", "blocked_waf"])
def test_there_is_none_of_a_unit_that_is_only_unknown(tmp_path: Path, state: Any) -> None:
    made = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    made.sweep(at(2, 2), states={ALL: state})
    done = sheet(tmp_path, "s.docx")
    assert done.returncode == 1
    assert "没有可以证明的事项" in done.stderr
    assert not (tmp_path / "s.docx").exists()


def test_a_report_that_is_there_is_shown_and_so_is_every_page_of_a_list(tmp_path: Path) -> None:
    case = case_in(CASES / "04-guillemet-pager.yaml")
    lived = live(case, tmp_path)
    store = f"sqlite:///{tmp_path}/store.db"
    known_until(store, at(2, 9))
    told = ("--store", store, "--config", ".", "--as-of", "2027-02-08")
    for name in ("长岭乡", "杨庄镇"):
        line = ("evidence", "sheet", name, "-o", f"{name}.docx", "--year", str(case.year), *told)
        done = run_here(tmp_path, *line, "--evidence", "evidence", NIANBAO_LANG="zh")
        assert (done.returncode, done.stderr) == (0, "")
    words = words_of(tmp_path / "长岭乡.docx")
    assert "9条，3页：已读到最后一页，没有更多迹象" in words
    assert lived.last["长岭乡"].proof[:16] in words
    assert len(re.findall("[0-9a-f]{16}", words.partition("其他页")[2])) == 2
    assert "图：存档网页（上部）" in words_of(tmp_path / "杨庄镇.docx")
    assert "按时发布：页面标注2027-01-19发布" in words_of(tmp_path / "杨庄镇.docx")


def test_a_name_that_says_no_form_is_refused(tmp_path: Path) -> None:
    assert sheet(tmp_path, "s.txt").returncode == 2


def test_bytes_that_are_not_what_they_were_prove_nothing(tmp_path: Path) -> None:
    made = shop(tmp_path)
    for file in (tmp_path / "evidence").rglob("*.gz"):
        file.write_bytes(b"x")
    done = sheet(tmp_path, "s.docx")
    assert (done.returncode, "证据已损坏" in done.stderr) == (1, True)
    made.engine.dispose()


# ---- without a browser, and where a page shows no list


def test_without_a_browser_the_list_stands_there_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(tmp_path, count=60)
    (tmp_path / "bin").mkdir()
    done = sheet(tmp_path, "s.docx", PATH=str(tmp_path / "bin"))
    assert done.returncode == 0
    assert "未安装 Chromium" in done.stderr
    words = words_of(tmp_path / "s.docx")
    assert "未附图（未安装 Chromium）" in words
    assert "共60条，列出24条" in words
    assert "第1镇2026年政府信息公开工作年度报告" in words
    assert pictures_of(tmp_path / "s.docx") == []


def test_a_list_that_scripts_draw_is_told_as_text(tmp_path: Path) -> None:
    shop(tmp_path, body="<h1>年报</h1><div id='list'></div><script>load()</script>")
    done = sheet(tmp_path, "s.docx")
    assert done.returncode == 0
    assert "条目由脚本或接口给出" in words_of(tmp_path / "s.docx")
    assert "第3镇" in words_of(tmp_path / "s.docx")


def test_a_text_sheet_is_one_page_too(tmp_path: Path) -> None:
    shop(tmp_path, body=f"<p>{'x' * 50}</p>", count=300)
    assert sheet(tmp_path, "s.pdf").returncode == 0
    assert len(pypdfium2.PdfDocument(tmp_path / "s.pdf")) == 1


# ---- the part that is shown


def entry(unit: str, year: int = 2026) -> Listed:
    return Listed("", "", date(2027, 1, 9), unit, year)


def line_called(unit: str) -> Any:
    from tests.monitor.test_urging import line

    return line(int(unit), "x")


def test_where_an_entry_would_stand() -> None:
    """Between its neighbours where the list keeps the order of the county's file; else among those of the year."""
    order = [f"140999{100 + n}" for n in range(9)]
    own = line_called("4")
    in_order = {10 + n: entry(order[n]) for n in (0, 1, 2, 3, 5, 6)}
    assert places(in_order, own, order) == [13, 15]
    last = line_called("8")
    assert places(in_order, last, order) == [16]
    shuffled = {10 + n: entry(order[-n]) for n in (1, 2, 3)}
    assert places(shuffled, own, order) == [11, 12, 13]
    earlier = {7: entry(order[1], 2025), 8: entry(order[2], 2024)}
    assert places(earlier, own, order) == [7]
    assert places({}, own, order) == []


def test_of_a_long_list_the_part_is_shown_in_which_the_entry_would_stand() -> None:
    page = page_of(list_of(300))
    made = drawn(page, [199], 400)
    assert not made.is_whole
    shown = Image.open(BytesIO(made.png))
    assert shown.size == (1000, 400)
    with Browser() as browser:
        whole = browser.picture(harmless(page), 9000)
    found, row = whole.tobytes().index(shown.tobytes()), len(shown.tobytes()) // 400
    assert whole.size[0] == 1000
    assert found % row == 0
    top = found // row
    assert top > FIRST_HEIGHT
    middle = 96 + 32 * 199  # of the link, beneath a heading
    assert abs(top + 200 - middle) < 60


# ---- what no page may do


@pytest.mark.parametrize(
    "between",
    [
        *("<wbr>", "<o:p></o:p>", "<img alt=''>", "<!-- -->", "<script>1</script>", "&nbsp;"),
        *("<noscript>x</noscript>", "<svg></svg>", "<label></label>", "</b><code>", "&#8203;"),
    ],
)
def test_nothing_that_is_not_seen_parts_a_person_s_number(between: str) -> None:
    page = page_of(f"<p>手机<b>138{between}35012345，<st1:date>110105</st1:date>19491231002X</p>")
    shown = harmless(page).decode()
    assert "35012345" not in shown
    assert "19491231" not in shown


def test_cells_and_lines_are_not_one_number() -> None:
    shown = harmless(page_of("<table><tr><td>138<td>35012345</table><p>138<br>35012345")).decode()
    assert shown.count("35012345") == 2


class Counter:
    """A server that counts who asks for anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter()
    yield made
    made.server.shutdown()
    made.server.server_close()


def asking(url: str) -> str:
    """Every way in which a page asks for something."""
    return f"""
    <link rel=stylesheet href={url}/css><link rel=preload as=image href={url}/preload><link rel=dns-prefetch href={url}>
    <link rel=preconnect href={url}><link rel=icon href={url}/icon><link rel=prefetch href={url}/prefetch>
    <link rel=manifest href={url}/manifest><meta http-equiv=refresh content="0;url={url}/refresh">
    <style>@import url({url}/import);@import "{url}/import2";@font-face{{font-family:x;src:url({url}/font)}}
    body{{background:url({url}/bg);font-family:x;cursor:url({url}/cursor),auto}}
    li{{list-style-image:url({url}/ls)}}p::before{{content:url({url}/content)}}
    div{{background:\\75rl({url}/escaped);border-image:image-set("{url}/set" 1x)}}</style>
    <img src={url}/img srcset="{url}/set2 2x"><picture><source srcset={url}/source><img src={url}/img2></picture>
    <iframe src={url}/iframe></iframe><iframe srcdoc="<img src={url}/srcdoc>"></iframe><object data={url}/object></object>
    <embed src={url}/embed><video src={url}/video poster={url}/poster autoplay></video><audio src={url}/audio autoplay></audio>
    <svg><image href={url}/svg /><use href={url}/use#x /></svg><table background={url}/table><tr><td background={url}/td>x</table>
    <input type=image src={url}/input><body background={url}/body><script src={url}/script></script>
    <script>fetch("{url}/fetch");new Image().src="{url}/js";navigator.sendBeacon("{url}/beacon");new WebSocket("ws"+"{url}".slice(4));
    location="{url}/location"</script><img src=x onerror="fetch('{url}/onerror')"><form action={url}/form><input name=a></form>
    <a href={url}/a ping={url}/ping autofocus onfocus="fetch('{url}/focus')">报告</a><div style="background:url({url}/style)">x</div>
    <svg onload="fetch('{url}/onload')"></svg><base href={url}/base/><img src=relative.png><frameset><frame src={url}/frame></frameset>
    <object data="file:///etc/passwd"></object><iframe src="file:///etc/passwd"></iframe>
    """


@pytest.mark.parametrize("is_cleaned", [True, False])
def test_no_request_leaves(counter: Counter, is_cleaned: bool) -> None:
    """Neither of a page that was made harmless, nor of one that was not: each layer holds alone."""
    page = page_of(asking(counter.url))
    body = harmless(page) if is_cleaned else page.body
    if is_cleaned:
        assert counter.url.encode() not in body
    with Browser() as browser:
        browser.picture(body, 400)
        refused = {place.port for place in browser.gate.refused}
    assert counter.asked == []
    port = counter.server.server_port
    assert (port in refused) == (not is_cleaned)  # the way out was tried, and led nowhere


def test_a_page_s_own_policy_holds_alone(counter: Counter) -> None:
    """What is not taken out is still forbidden: the browser does not even try."""
    body = harmless(page_of("<p>年报</p>"))
    more = re.sub("<meta[^>]*>|<link rel=(?:dns|preconnect)[^>]*>", "", asking(counter.url))
    with_more = body.replace("<p>年报</p>".encode(), more.encode())
    with Browser() as browser:
        browser.picture(with_more, 400)
        tried = {place.port for place in browser.gate.refused}
    assert counter.asked == []
    assert not tried & {counter.server.server_port}


def test_the_browser_keeps_its_sandbox() -> None:
    source = (Path(__file__).parents[2] / "monitor" / "paper" / "drawn.py").read_text("utf-8")
    assert "no-sandbox" not in source


# ---- what is of a person


@pytest.mark.parametrize(
    "body",
    [
        "<p>联系人手机13835012345</p>",
        "<p>联系人手机138<b>3501</b>2345</p>",
        "<p>手机<span>138</span><span>35012345</span></p>",
        "<ul><li><a href='/1.html'>张三13835012345</a></li></ul>",
        "<p>身份证号11010519491231002X</p>",
        "<input value='13835012345'>",
        "<img alt='13835012345'>",
        "<p>手机<!-- x -->13835012345</p>",
        "<p>zhangsan@qq.com</p>",
    ],
)
def test_nothing_of_a_person_is_drawn(body: str) -> None:
    shown = harmless(page_of(body)).decode()
    bare = re.sub("<[^>]*>", "", shown) + "".join(re.findall('(?:value|alt)="([^"]*)"', shown))
    assert "*" in bare
    for number in ("13835012345", "35012345", "11010519491231002X", "zhangsan@"):
        assert number not in bare


def test_what_a_page_hides_stays_hidden_and_what_it_says_stays() -> None:
    shown = harmless(page_of("<p class=hid>x</p><p>电话0350-5600123</p><a href='/1.html'>报告</a>"))
    text = shown.decode()
    assert "0350-5600123" in text
    assert 'href="#"' in text
    assert 'class="hid" hidden' in text


@prove
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("is_drawn", [True, False])
def test_the_longest_is_one_page_still(lang: Any, is_drawn: bool) -> None:
    own = line_called("4")
    stands = own.standing._replace(zh="原因" * 200, en="the reason " * 60)
    line = replace(own, standing=stands, name="长" * 60)
    pages = tuple(
        Page(f"http://www.{'a' * 60}.gov.cn/{'栏目/' * 60}{n}", f"{n}" * 64, "", at(2, 2), 200, {})
        for n in range(9)
    )
    listed = tuple(Listed("年报" * 60, "", date(2027, 1, 9), None, 2026) for _ in range(90))
    looks = [
        LookSeen(f"{pages[0].url}{n}", None, at(2, 2 + n), "ok", "declared", 90, 90, pages, listed)
        for n in range(6)
    ]
    out = BytesIO()
    Image.new("RGB", (1000, MOST_PIXELS), "grey").save(out, "PNG")
    png = out.getvalue() if is_drawn else b""
    shown = Shown(pages[0], "f" * 64, listed, png, False, ("原因" * 20, "a reason " * 20))
    made = written(Sheet("县" * 20, line, looks, shown, at(2, 9), "0.2.0", lang))
    assert len(pypdfium2.PdfDocument(pdf_of(made))) == 1


@prove
def test_any_page_of_the_portals_can_be_drawn() -> None:
    """Broken mark-up, frames, nothing at all."""
    for body in (
        b"",
        b"<",
        b"<html>",
        "<!-- 年报 -->".encode(),
        b"\xff\xfe\x00",
        b"<table>" * 3000,
    ):
        page = Answer(ALL, 200, HTML, body)
        assert drawn(page, (), 700).png


def test_evidence_is_read_only(tmp_path: Path) -> None:
    shop(tmp_path)
    before = sorted(Evidence(tmp_path / "evidence").names())
    assert sheet(tmp_path, "s.docx").returncode == 0
    assert sorted(Evidence(tmp_path / "evidence").names()) == before
