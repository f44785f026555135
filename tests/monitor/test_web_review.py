"""The review queue on a page: what follows is shown before, each answer is given once, and can be taken back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import docx
import pytest

from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.web.visitor import Visitor
from nianbao.storage.audit import HERE, entries, faults
from nianbao.storage.models import Sighting
from nianbao.storage.scope import of_unit
from nianbao.storage.settling import Said, settle_all
from nianbao.storage.store import looking, session
from tests.amounts import amount, more
from tests.monitor.test_reviewing import NAMELESS, OF_SIX, TITLE, doubtful, number_of
from tests.monitor.test_way_pages import asked
from tests.monitor.test_web import HOSTILE, Counted, at_door, explained, hrefs, section
from tests.worlds.pages import get, post, served, site_of
from tests.worlds.recorded import ALL, WILLOW, World, at, item
from tests.worlds.two import ONE, filled

COUNTY = "140999"


class Served:
    def __init__(self, world: World, address: str) -> None:
        self.world, self.address = world, address

    def number(self, n: int) -> int:
        return number_of(self.world, n)

    def page(self, n: int, **said: str) -> str:
        query = "&".join(f"{key}={quote(value)}" for key, value in said.items())
        return get(f"{self.address}/review/{COUNTY}/{self.number(n)}?{query}").text

    def settle(self, n: int, answer: str, **more: str) -> str:
        said = {"county": COUNTY, "number": self.number(n), "answer": answer, **more}
        return post(f"{self.address}/do/settle", **said).text

    def row(self, n: int) -> Sighting:
        with looking(self.world.engine) as s:
            return s.get_one(Sighting, self.number(n))

    def audited(self) -> list[str]:
        with looking(self.world.engine) as s:
            assert faults(s) == []
            return [entry["action"] for entry in entries(s)]


def serving(folder: Path, text: str = "") -> World:
    world = World(folder, f"sqlite:///{folder}/n.db")
    if text:
        world.file(text)
    (folder / "counties").mkdir()
    shutil.copy(folder / "a.yaml", folder / "counties" / "a.yaml")
    return world


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Served]:
    world = serving(tmp_path)
    doubtful(world)
    refresh(world.engine, world.registry, [world.county], at(2, 3), range(2026, 2027))
    with served(site_of(tmp_path, at(2, 3, 12))) as address:
        yield Served(world, address)
    world.engine.dispose()


# ---- what waits


def test_what_waits_is_told_with_whom_it_holds_up(queue: Served) -> None:
    page = get(f"{queue.address}/review/{COUNTY}").text
    links = section(page, "links")
    assert links.count("看网页并确认") == 4
    for words in (
        "没有认出单位",
        "可能是：柳树镇、石门镇",
        "已列出但打不开：栏目不存在",
        "因此无法核实：",
    ):
        assert words in links
    english = get(f"{queue.address}/review/{COUNTY}?lang=en").text
    assert "holds up:" in english
    assert "nobody" in english
    county = get(f"{queue.address}/c/{COUNTY}/2026?lang=zh").text
    assert f"/review/{COUNTY}?year=2026" in hrefs(county)
    assert get(f"{queue.address}/review", follow=False).headers["location"] == f"/review/{COUNTY}"


def test_what_can_t_be_seen_for_a_link_leads_to_the_queue(queue: Served) -> None:
    county = get(f"{queue.address}/c/{COUNTY}/2026").text
    unknown = section(county, "unknown")
    assert "确认链接" in unknown
    (count,) = re.findall(r'id="unknown">看不到 <b>(\d+)</b>', unknown)
    assert re.search(f"已发布0，看不到{count}<", county)  # beside the share, too
    assert f"已发布0%（{count}个看不到" in section(county, "curve")
    waits = f"/review/{COUNTY}?year=2026#links"
    assert waits in hrefs(unknown)
    for kind in ("u", "p"):
        assert waits in hrefs(get(f"{queue.address}/{kind}/{WILLOW}/2026").text), kind


def test_who_answered_the_like_of_a_link_is_said_in_english(tmp_path: Path) -> None:
    """Nobody signs in: what stands for nobody's name is a Chinese word."""
    world = serving(tmp_path)
    world.sweep(at(2, 2), {"item": item(1, TITLE.format(2026)), **NAMELESS})
    with session(world.engine) as s:
        settle_all(
            s, [number_of(world, 1)], Said(not_a_report=True), who=HERE, why="", now=at(2, 3)
        )
    later = at(2, 2) + timedelta(days=365)
    world.sweep(later, {"item": item(2, TITLE.format(2027)), **NAMELESS})
    with served(site_of(tmp_path, later)) as address:
        page = get(f"{address}/review/{COUNTY}?year=2027&lang=en").text
        assert "this machine said so of" in page
        assert HERE not in page
    world.engine.dispose()


def test_what_an_answer_would_change_is_shown_before_and_changes_nothing(queue: Served) -> None:
    page = queue.page(2, answer="not_a_report")
    assert f"#{queue.number(2)}：不是年报" in page
    before = queue.row(2)
    assert (before.page, before.settled, bool(before.review)) == ("report", "", True)
    assert queue.audited() == []
    answer = get(f"{queue.address}/review/{COUNTY}/{queue.number(1)}?answer=is_it").text
    assert "没有认定单位" in answer
    assert "确认</button>" not in section(answer, "would")


# ---- answers


@pytest.mark.parametrize(
    ("n", "answer", "told"),
    [
        (1, {"answer": "not_a_report"}, "不是年报"),
        (2, {"answer": "year", "unit": "柳树镇", "for": "2026"}, "柳树镇 2026 年年报"),
        (3, {"answer": "dead"}, "链接失效"),
        (4, {"answer": "year", "for": "2026"}, "2026 年年报"),
    ],
)
def test_an_answer_is_given_once_and_taken_back(
    queue: Served, n: int, answer: dict[str, str], told: str
) -> None:
    was = {name: getattr(queue.row(n), name) for name in ("page", "unit", "year", "review")}
    assert told in queue.page(n, **answer)
    done = queue.settle(n, why="看过网页", **answer)
    assert f"#{queue.number(n)} 已记下" in done
    assert queue.row(n).settled == "本机: 看过网页"
    assert queue.audited() == ["settle"]
    queue.settle(n, **answer)  # the form is sent again
    assert queue.audited() == ["settle"]
    assert "已确认：" in queue.page(n)
    assert "撤销" in section(done, "before")
    queue.settle(n, "undo")
    queue.settle(n, "undo")
    assert queue.audited() == ["settle", "settle"]
    assert {name: getattr(queue.row(n), name) for name in was} == was


def test_a_link_of_another_county_is_not_settled_here(queue: Served) -> None:
    done = post(
        f"{queue.address}/do/settle", county="140998", number=queue.number(1), answer="dead"
    )
    assert done.status_code == 404
    assert queue.audited() == []


def test_an_answer_that_can_t_be_given_is_explained(queue: Served) -> None:
    for n, said in ((1, {"answer": "is_it"}), (2, {"answer": "dead"}), (1, {"answer": "undo"})):
        told = {"county": COUNTY, "number": queue.number(n), **said}
        answer = post(f"{queue.address}/do/settle", **told)
        explained(answer)
    assert queue.audited() == []
    assert (
        post(f"{queue.address}/do/settle", county=COUNTY, number=1, answer="x").status_code == 400
    )


@more
def test_no_answer_is_a_fault(queue: Served) -> None:
    for said in HOSTILE[:: amount(3, 1)]:
        plain = said.encode("utf-8", "replace")
        for key in ("county", "number", "answer", "unit", "for", "why"):
            told = {"county": COUNTY, "number": queue.number(1), "answer": "year", "for": "2026"}
            explained(post(f"{queue.address}/do/settle", **{**told, "unit": "x", key: plain}))
        for key in ("county", "url", "year", "answer"):
            explained(post(f"{queue.address}/do/column", **{"county": COUNTY, key: plain}))
        path = quote(plain, safe="")
        explained(get(f"{queue.address}/review/{path}"))
        explained(get(f"{queue.address}/review/{COUNTY}/{path}"))
        for key in ("answer", "unit", "for", "done", "year"):
            explained(get(f"{queue.address}/review/{COUNTY}/{queue.number(1)}?{key}={path}"))
            explained(get(f"{queue.address}/review/{COUNTY}?{key}={path}"))


# ---- columns


def test_a_column_is_said_to_be_in_use_and_that_is_taken_back(tmp_path: Path) -> None:
    world = serving(tmp_path, OF_SIX)
    world.sweep(at(2, 2))
    world.sweep(at(2, 3))
    refresh(world.engine, world.registry, [world.county], at(2, 3), range(2026, 2027))
    with served(site_of(tmp_path, at(2, 4))) as address:
        county = section(get(f"{address}/c/{COUNTY}/2026").text, "unknown")
        assert "确认栏目" in county
        page = get(f"{address}/review/{COUNTY}?year=2026").text
        assert "是否仍在使用" in section(page, "columns")
        said = {"county": COUNTY, "url": ALL, "year": 2026}
        (shown,) = (each for each in hrefs(section(page, "columns")) if "/column?" in each)
        assert "<form" not in section(page, "columns")  # nothing is said before it is foreseen
        would = section(get(f"{address}{unescape(shown)}").text, "would")
        assert "柳树镇 2026 年由“无法核实”变为“逾期未发布”" in would
        assert would.count("变为") == 6
        assert "晚于时限" not in would
        assert '<button class="chief">确认</button>' in would
        with looking(world.engine) as s:
            assert list(entries(s)) == []
        done = post(f"{address}/do/column", **said).text
        assert "已认定2026年仍在使用" in done
        post(f"{address}/do/column", **said)
        county = get(f"{address}/c/{COUNTY}/2026").text
        assert "已认定1个栏目在2026年仍在使用，可撤销" in county
        (shown,) = (each for each in hrefs(section(done, "columns")) if "/column?" in each)
        would = section(get(f"{address}{unescape(shown)}").text, "would")
        assert "柳树镇 2026 年由“逾期未发布”变为“无法核实”" in would
        after = post(f"{address}/do/column", **said, answer="undo").text
        assert "是否仍在使用" in after
        assert post(f"{address}/do/column", county=COUNTY, url="http://x/").status_code == 404
    with looking(world.engine) as s:
        assert len(list(entries(s))) == 2
    world.engine.dispose()


def test_what_was_first_looked_at_long_after_the_deadline_is_told_so(tmp_path: Path) -> None:
    world = serving(tmp_path, OF_SIX)
    world.sweep(at(2, 2))
    world.sweep(at(2, 3))
    with served(site_of(tmp_path, at(2, 4))) as address:
        page = get(f"{address}/review/{COUNTY}/column?url={quote(ALL)}&year=2024").text
        would = section(page, "would")
        assert "首次完整查看是2027-02-02，晚于时限" in would
        assert "网站只留近年年报的，不要确认" in would
        told = "首次完整查看是2027-02-02，晚于时限732天"
        assert told not in get(f"{address}/p/140999102/2024").text  # nothing is held against it
        said = {"county": COUNTY, "url": ALL, "year": "2024"}
        post(f"{address}/do/column", **said)
        assert "逾期未发布" in get(f"{address}/u/140999102/2024").text
        assert told in get(f"{address}/p/140999102/2024").text
        door = section(at_door(world, address, "140999102", 2024), "years")
        assert '逾期未发布</span> <b class="badge v-warning">首查较晚' in door
        assert "不证明当时没有发布过" in door
        refresh(world.engine, world.registry, [world.county], at(2, 3), range(2024, 2027))
        for path in ("u/140999102", "u/140999102/2024", f"c/{COUNTY}/2024", f"c/{COUNTY}/2026"):
            page = get(f"{address}/{path}").text
            assert "首查较晚" in page, path
            assert "不证明当时没有发布过" in page, path
        assert ' dd">' in page  # in the grid of all years
        assert (
            "* 存疑，或首查较晚" in page
        )  # and not as the sign of a first look that did not show it
        assert 'content: " *"' in get(f"{address}/static/style.css").text
        assert "首查较晚" not in at_door(world, address, "140999102", 2026)  # of one look alone
        assert "不证明当时没有发布过" in page
        sheet = get(f"{address}/p/140999102/2024/sheet.docx").content
        texts = [row.cells[1].text for row in docx.Document(BytesIO(sheet)).tables[0].rows]
        assert any(told in text for text in texts)
        letter = post(f"{address}/do/letter", unit="140999102", year=2024).content
        written = "".join(each.text for each in docx.Document(BytesIO(letter)).paragraphs)
        assert "发布栏目自2027年2月2日起才有完整查看，此前曾否发布不能认定" in written
        assert get(f"{address}/review/{COUNTY}/column?url=http://x/").status_code == 404
        assert get(f"{address}/review/{COUNTY}/column").status_code == 404
    world.engine.dispose()


def test_a_unit_is_told_so_at_its_own_door(tmp_path: Path) -> None:
    site = filled(tmp_path)
    clerk = Visitor("李某", "unit", of_unit(ONE.units[0], ONE.code))
    years = section(asked(site, clerk, "/door")[1], "years")
    assert years.count("逾期未发布</span>") == years.count('v-warning">首查较晚') > 0
    assert "不证明当时没有发布过" in years
    site.jobs.close()
    site.engine.dispose()


def test_the_queue_asks_as_often_of_many_links_as_of_few(queue: Served) -> None:
    counted = Counted(queue.world.engine)
    site = site_of(queue.world.folder, at(2, 3, 12))
    counted = Counted(site.engine)
    with served(site) as address:
        asked = []
        for _ in range(2):
            counted.count = 0
            assert get(f"{address}/review/{COUNTY}").status_code == 200
            asked.append(counted.count)
            doubtful(queue.world)
    assert asked[0] < 60
    assert asked[1] == asked[0]


def test_the_page_of_a_link_stands_beside_it_in_a_frame(queue: Served) -> None:
    page = queue.page(1)
    assert "没有存档的网页" in page
    assert WILLOW not in re.findall(r"<iframe[^>]*>", page)
    assert unescape(page).count("柳树镇")
