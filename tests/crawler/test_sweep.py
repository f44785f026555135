"""Whole sweeps over a real connection, by the command as a person runs it: what is planted is what is known afterwards."""

from __future__ import annotations

import io
import json
import random
import signal
import subprocess
import time
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.crawler.belonging import belongs, page_kind, published_on, units_named
from nianbao.crawler.hours import is_open
from nianbao.crawler.once import look_once
from nianbao.crawler.reading import Found, Reader
from nianbao.crawler.recorder import Recorder
from nianbao.parser import ReadError, read
from nianbao.parser.heading import Publication
from nianbao.storage.dates import BEIJING
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import (
    Base,
    Event,
    Look,
    ReportVersion,
    Unit,
)
from nianbao.storage.registry import CountyEntry, UnitEntry, load_county
from nianbao.storage.store import open_store, session
from tests.amounts import amount, more
from tests.portals import families
from tests.portals.families import FAMILIES, Truth
from tests.portals.server import Portal, Reply, Request, page, running
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.commands import ENVIRONMENT, command, run, run_plain, swept
from tests.worlds.county import TOWNS, county_file, planted, portal_of
from tests.worlds.stores import stored

KILLS = amount(2, 10)


def test_everything_planted_is_known_and_a_second_sweep_adds_nothing(tmp_path: Path) -> None:
    plants = planted()
    with running(portal_of(plants)) as site:
        config = county_file(tmp_path, site.url)
        first = swept(tmp_path, config)
        assert first.returncode == 0, first.stdout + first.stderr
        known = stored(tmp_path)
        codes = {town: f"14099910{n}" for n, town in enumerate(TOWNS)}
        assert {(unit, year, published) for unit, year, _, published, *_ in known["versions"]} == {
            (codes[draft.unit.removesuffix("人民政府")], draft.year, str(truth.day))
            for truth, draft in plants
        }
        for truth, draft in plants:
            cells = read(write_html(print_draft(draft), published=str(truth.day))).cells
            assert {key: value.number for key, value in cells.items()} == draft.figures
        assert known["sweeps"] == [True]
        before = len(site.requests)
        second = swept(tmp_path, config)
        assert second.returncode == 0
        again = stored(tmp_path)
        assert {key: again[key] for key in ("sightings", "versions", "documents", "findings")} == {
            key: known[key] for key in ("sightings", "versions", "documents", "findings")
        }
        assert len([r for r in site.requests[before:] if r.path != "/robots.txt"]) == 1
    assert run(tmp_path, "evidence", "verify").returncode == 0
    replayed = run(tmp_path, "replay")
    assert replayed.returncode == 0
    assert "变化 0 处" in replayed.stdout


def test_an_edit_is_a_new_version_with_its_difference(tmp_path: Path) -> None:
    plants = planted(3)
    with running(portal_of(plants)) as site:
        config = county_file(tmp_path, site.url)
        swept(tmp_path, config)
        first = stored(tmp_path)
        host = site.url
    truth, draft = plants[0]
    edited = draft.with_figures(proactive__licensing__decisions=777)
    moved = (truth._replace(path=truth.path.replace("_7000", "_9000")), edited)
    assert host
    with running(portal_of([moved, *plants[1:]])) as site:
        text = (config / "平安县.yaml").read_text(encoding="utf-8")
        (config / "平安县.yaml").write_text(
            text.replace(host, site.url).replace(
                host.removeprefix("http://"), site.url.removeprefix("http://")
            ),
            encoding="utf-8",
        )
        swept(tmp_path, config)
    second = stored(tmp_path)
    assert len(second["versions"]) == len(first["versions"]) + 1
    shown = run_plain(tmp_path, "diff", "柳树镇", "2023")
    assert "proactive.licensing.decisions" in shown
    assert "777" in shown


def test_what_is_no_report_or_not_surely_whose_is_never_guessed(tmp_path: Path) -> None:
    plants = planted(3)
    day = date(2024, 1, 20)
    extra = [
        Truth(
            "《柳树镇2023年政府信息公开工作年度报告》解读", "/zwgk/nb/202603/t20260301_1.html", day
        ),
        Truth(
            "关于做好2023年政府信息公开工作年度报告编制的通知",
            "/zwgk/nb/202603/t20260301_2.html",
            day,
        ),
        Truth("2023年政府网站工作年度报表", "/zwgk/nb/202603/t20260301_3.html", day),
        Truth("外地镇2023年政府信息公开工作年度报告", "/zwgk/nb/202603/t20260301_4.html", day),
    ]
    with running(portal_of(plants, extra)) as site:
        swept(tmp_path, county_file(tmp_path, site.url))
    known = stored(tmp_path)
    assert len(known["versions"]) == 3
    kinds = {
        title: (page_, unit, bool(review))
        for _, title, _, unit, _, page_, review in known["sightings"]
    }
    assert kinds["《柳树镇2023年政府信息公开工作年度报告》解读"] == ("interpretation", None, False)
    assert kinds["2023年政府网站工作年度报表"][0] == "website_statement"
    assert kinds["外地镇2023年政府信息公开工作年度报告"] == ("report", None, True)
    assert "外地镇" in run_plain(tmp_path, "review")


def test_an_attachment_is_read_where_the_page_has_no_tables(tmp_path: Path) -> None:
    ((truth, draft),) = planted(1)
    lists = families.trs([truth])

    def portal(request: Request) -> Reply | None:
        if request.path == truth.path:
            return page(
                f"<h1>{truth.title}</h1><p>发布日期：{truth.day}</p><p>全文见附件。</p><a href='./P0202401.docx'>附件</a>"
            )
        if request.path.endswith(".docx"):
            return Reply(
                write_docx(print_draft(draft)), headers={"Content-Type": "application/octet-stream"}
            )
        return lists(request)

    with running(portal) as site:
        swept(tmp_path, county_file(tmp_path, site.url))
    (version,) = stored(tmp_path)["versions"]
    assert version[:4] == ("140999100", 2023, 1, str(truth.day))
    assert "natural_person" in version[4]


@pytest.mark.parametrize("fault", ["challenge", "gone", "reset", "half", "redesigned"])
def test_no_fault_makes_a_sweep_complete(tmp_path: Path, fault: str) -> None:
    replies = {
        "challenge": Reply(b"<script>$_ts={}</script>", 412),
        "gone": None,
        "reset": Reply(reset=True),
        "half": Reply(b"<ul>" + b"x" * 900, cut=300),
        "redesigned": page("<p>栏目调整中，敬请期待。</p>" * 20),
    }
    with running(lambda request: replies[fault]) as site:
        done = swept(tmp_path, county_file(tmp_path, site.url))
    assert done.returncode == 1, done.stderr
    known = stored(tmp_path)
    assert known["sweeps"] == [False]
    assert [complete for _, complete in known["looks"]] == [False]


@more
def test_killed_at_any_moment_the_next_sweep_ends_the_same(tmp_path: Path) -> None:
    plants = planted(6)
    chance = random.Random(1)
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    with running(portal_of(plants)) as site:
        swept(undisturbed, county_file(undisturbed, site.url))
        expected = stored(undisturbed)
        for n in range(KILLS):
            folder = tmp_path / f"killed{n}"
            folder.mkdir()
            config = county_file(folder, site.url)
            arguments = ["sweep", "--config", str(config), "--allow-private", "--pause", "0"]
            process = subprocess.Popen(
                command(folder, *arguments),
                env=ENVIRONMENT,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(chance.uniform(0.8, 2.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
            swept(folder, config)
            found = stored(folder)
            for key in ("sightings", "versions", "documents", "findings"):
                assert found[key] == expected[key], (n, key)
            assert found["sweeps"][-1] is True


def test_an_archive_of_several_towns_is_a_report_each(tmp_path: Path) -> None:
    plants = planted(3)
    day = date(2024, 1, 20)
    whole = Truth(
        "平安县各乡镇2023年政府信息公开工作年度报告", "/zwgk/nb/202603/t20260301_1.html", day
    )
    lists = families.trs([whole])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n, (_, draft) in enumerate(plants):
            archive.writestr(f"{n}.docx", write_docx(print_draft(draft)))

    def portal(request: Request) -> Reply | None:
        if request.path == whole.path:
            return page(
                f"<h1>{whole.title}</h1><p>发布日期：{day}</p><p>见附件。</p><a href='/files/1.zip'>附件下载</a>"
            )
        if request.path == "/files/1.zip":
            return Reply(packed.getvalue(), headers={"Content-Type": "application/zip"})
        return lists(request)

    with running(portal) as site:
        done = swept(tmp_path, county_file(tmp_path, site.url))
        assert done.returncode == 0, done.stdout + done.stderr
    assert [version[:3] for version in stored(tmp_path)["versions"]] == [
        (f"14099910{n}", 2023, 1) for n in range(3)
    ]


def test_a_report_that_can_t_be_read_is_published_all_the_same(tmp_path: Path) -> None:
    ((truth, _),) = planted(1)
    lists = families.trs([truth])

    def portal(request: Request) -> Reply | None:
        if request.path == truth.path:
            return page(
                f"<p>发布日期：{truth.day}</p><a href='/system/_content/download.jsp?wbfileid=9'>附件</a><img src='a.png'>"
            )
        if request.path.endswith("download.jsp"):
            return page("<form><img src='createimage.jsp'>请输入验证码</form>")
        return lists(request)

    with running(portal) as site:
        swept(tmp_path, county_file(tmp_path, site.url))
    engine = open_store(f"sqlite:///{tmp_path}/n.db", upgrade=False)
    with session(engine) as s:
        (version,) = s.scalars(select(ReportVersion))
        assert (version.unit, version.year, version.content["requests"]) == ("140999100", 2023, {})
        assert version.content["unreadable"][0]["why"] == "attachment_captcha"
    engine.dispose()


def test_articles_that_could_not_be_fetched_are_fetched_next_time(tmp_path: Path) -> None:
    plants = planted(5)
    whole = portal_of(plants)
    down = [True]

    def portal(request: Request) -> Reply | None:
        article = "/t2026" in request.path
        return Reply(b"busy", 500) if article and down[0] else whole(request)

    with running(portal) as site:
        config = county_file(tmp_path, site.url)
        first = swept(tmp_path, config)
        assert first.returncode == 1
        asked = [path for path in site.paths() if "/t2026" in path]
        assert len(set(asked)) == 3  # then the column is left alone
        assert len(asked) == 9  # each tried again twice
        assert stored(tmp_path)["versions"] == []
        down[0] = False
        assert swept(tmp_path, config).returncode == 0
    assert len(stored(tmp_path)["versions"]) == 5


def test_a_reader_that_takes_too_long_is_replaced() -> None:
    body = write_html(print_draft(clean(1)))
    with Reader(seconds=0.0) as reader:
        (error,) = reader.file(body)
        assert isinstance(error, ReadError)
        assert error.code == "timeout"
        reader.seconds = 60.0
        (found,) = reader.file(body)
        assert isinstance(found, Found)
        assert found.report.unit == clean(1).unit
        (broken,) = reader.file(b"")
        assert isinstance(broken, ReadError)


@pytest.mark.parametrize(
    ("window", "hour", "may"),
    [
        ("", 12, True),
        ("22:00-06:00", 23, True),
        ("22:00-06:00", 5, True),
        ("22:00-06:00", 12, False),
        ("08:00-18:00", 12, True),
    ],
)
def test_portals_are_visited_within_their_hours(window: str, hour: int, may: bool) -> None:
    county = CountyEntry("平安县", "140999", http={"window": window} if window else {})
    assert is_open(county, datetime(2027, 1, 5, hour, tzinfo=BEIJING)) is may


def test_only_the_wanted_year_is_read(tmp_path: Path) -> None:
    with running(portal_of(planted())) as site:
        config = county_file(tmp_path, site.url)
        run(
            tmp_path,
            "sweep",
            "--config",
            str(config),
            "--allow-private",
            "--pause",
            "0",
            "--year",
            "2022",
        )
    known = stored(tmp_path)
    assert {year for _, year, *_ in known["versions"]} == {2022}
    assert len(known["sightings"]) == 9


def test_withdrawn_only_after_complete_looks_of_several_days(tmp_path: Path) -> None:
    plants = planted(6)
    clock = [datetime(2024, 2, 1, 8, tzinfo=UTC)]
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    recorder = Recorder(engine, Evidence(tmp_path / "e"), lambda: clock[0])
    whole, without = portal_of(plants), portal_of(plants[1:])
    fronts: list[Portal] = [whole]
    with running(lambda request: fronts[0](request)) as site:
        county = load_county(next(county_file(tmp_path, site.url).glob("*.yaml")))

        def withdrawn() -> list[tuple[str | None, int | None]]:
            with session(engine) as s:
                return [
                    (e.unit, e.year)
                    for e in s.scalars(select(Event).where(Event.kind == "withdrawn"))
                ]

        look_once(recorder, county)
        fronts[0] = without
        for hours in (1, 2, 3, 26, 27):  # many looks, of two days only
            clock[0] = datetime(2024, 2, 1, 8, tzinfo=UTC) + timedelta(hours=hours)
            look_once(recorder, county)
        assert withdrawn() == []
        fronts[0] = lambda request: Reply(b"down", 500)
        clock[0] += timedelta(days=5)
        look_once(recorder, county)
        assert withdrawn() == []
        fronts[0] = without
        clock[0] += timedelta(days=1)
        look_once(recorder, county)
        assert withdrawn() == [("140999100", 2023)]
        clock[0] += timedelta(days=1)
        look_once(recorder, county)
        assert withdrawn() == [("140999100", 2023)]
    engine.dispose()


def reports_of(town: str, path: str) -> list[tuple[Truth, Draft]]:
    found = []
    for n, year in enumerate((2023, 2022, 2021)):
        draft = clean(900 + n + 10 * len(path), unit=f"{town}人民政府", year=year)
        title = f"{town}{year}年政府信息公开工作年度报告"
        draft = replace(
            draft,
            county="平安县",
            title=title,
            signature=(f"平安县{town}人民政府", f"{year + 1}年1月5日"),
        )
        address = path.format(n=5000 + n, ymd="20260301", ym="202603", hex=f"{n + 1:032x}")
        found.append((Truth(title, address, date(year + 1, 1, 12 + n)), draft))
    return found


def with_articles(lists: Portal, plants: list[tuple[Truth, Draft]]) -> Portal:
    bodies = {
        truth.path: write_html(print_draft(draft), published=str(truth.day))
        for truth, draft in plants
    }

    def portal(request: Request) -> Reply | None:
        asked = request.path + (f"?id={request.query['id']}" if "id" in request.query else "")
        return Reply(bodies[asked]) if asked in bodies else lists(request)

    return portal


def test_ten_families_in_one_sweep(tmp_path: Path) -> None:
    towns = [f"{letter}坪镇" for letter in "东南西北上下前后左右内外"]
    planted_everywhere: set[tuple[str, int, str]] = set()
    with ExitStack() as stack:
        lines = ["county: 平安县", 'code: "140999"', "columns:"]
        sites = []
        for n, (family, (entry, path, _, portal)) in enumerate(FAMILIES.items()):
            plants = reports_of(towns[n], path)
            planted_everywhere |= {
                (f"{140999000 + n}", draft.year, str(truth.day)) for truth, draft in plants
            }
            site = stack.enter_context(
                running(with_articles(portal([truth for truth, _ in plants]), plants))
            )
            sites.append(site)
            lines.append(f'  - {{url: "{site.url}{entry}", preset: {family}}}')
        lines += [
            "units:",
            *(f'  - {{name: {town}, code: "{140999000 + n}"}}' for n, town in enumerate(towns)),
        ]
        config = tmp_path / "counties"
        config.mkdir()
        (config / "平安县.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        first = swept(tmp_path, config)
        assert first.returncode == 0, first.stdout + first.stderr
        known = stored(tmp_path)
        assert {
            (unit, year, published) for unit, year, _, published, *_ in known["versions"]
        } == planted_everywhere
        assert {state for state, _ in known["looks"]} == {"ok"}
        before = [len(site.paths()) for site in sites]
        assert swept(tmp_path, config).returncode == 0
        again = stored(tmp_path)
        assert (again["sightings"], again["versions"]) == (known["sightings"], known["versions"])
        # The page; where an interface holds the list, one answer of it too.
        assert all(
            len(site.paths()) - count <= 2 for site, count in zip(sites, before, strict=True)
        )


# ---- whose and which year


UNITS = (
    UnitEntry("柳树镇", "1", ("柳树镇人民政府", "柳树乡")),
    UnitEntry("大柳树镇", "2"),
    UnitEntry("神头镇", "3"),
    UnitEntry("神头街道", "4", ("神头街道办事处",)),
)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("平安县柳树镇人民政府2023年政府信息公开工作年度报告", ["柳树镇"]),
        ("大柳树镇2023年政府信息公开工作年度报告", ["大柳树镇"]),
        ("柳树乡2012年政府信息公开工作年度报告", ["柳树镇"]),
        ("神头街道办事处2023年政府信息公开工作年度报告", ["神头街道"]),
        ("神头2023年政府信息公开工作年度报告", []),
    ],
)
def test_units_by_their_whole_names(title: str, names: list[str]) -> None:
    assert [unit.name for unit in units_named(title, UNITS)] == names


def test_what_disagrees_goes_to_a_person() -> None:
    assert belongs("柳树镇2023年政府信息公开工作年度报告", UNITS).doubt == ""
    assert belongs("柳树镇、神头镇2023年政府信息公开工作年度报告", UNITS).doubt
    assert belongs("神头镇2023年政府信息公开工作年度报告", UNITS, column_unit=UNITS[0]).doubt
    assert belongs("2023年政府信息公开工作年度报告", UNITS).doubt
    assert belongs("2023年政府信息公开工作年度报告", UNITS, column_unit=UNITS[0])[:3] == (
        UNITS[0],
        2023,
        "",
    )
    assert belongs("柳树镇政府信息公开工作年度报告", UNITS).year is None
    other_year = read(write_html(print_draft(clean(1, unit="柳树镇人民政府", year=2022))))
    assert belongs("柳树镇2023年政府信息公开工作年度报告", UNITS, report=other_year).doubt


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("柳树镇2023年政府信息公开工作年度报告", "report"),
        ("黄村镇2014年度信息年度公开报告", "report"),
        ("2009年度柳树镇政府信息公开年度报告", "report"),
        ("2023年柳树镇政府信息公开工作年度报告解读", "interpretation"),
        ("一图读懂2023年政府信息公开年报", "interpretation"),
        ("关于做好2023年政府信息公开工作年度报告的通知", "notice"),
        ("政府信息公开工作年度报告制度", "system"),
        ("柳树镇2023年政府工作报告", "work_report"),
        ("柳树镇2023年法治政府建设年度报告", "rule_of_law"),
        ("2023年政府网站工作年度报表", "website_statement"),
        ("柳树镇2023年部门决算", "budget"),
        ("柳树镇召开植树大会", "other"),
        ("中共柳树镇委员会2026年党务信息公开工作年度报告", "other_openness"),
        ("柳树镇2026年村务公开工作年度报告", "other_openness"),
        ("柳树镇2026年党务政务公开工作年度报告", "report"),
        ("柳树镇村务公开2026年政府信息公开年报", "report"),
        ("柳树镇2026年政府信息公开工作年度报告（按测评意见修改后重新发布）", "report"),
        ("柳树镇2026年政府信息公开工作年度报告【考核整改后】", "report"),
        ("柳树镇2026年政府信息公开工作年度报告（解读）", "interpretation"),
        ("关于政府信息公开年度报告发布情况的通报（未按时发布）", "notice"),
        ("关于未按时发布年度报告的通报（乡镇）", "notice"),
    ],
)
def test_pages_that_are_taken_for_reports(title: str, kind: str) -> None:
    assert page_kind(title) == kind


def test_the_page_s_own_date_comes_first() -> None:
    told = Publication((("成文日期", date(2024, 1, 5)), ("发布日期", date(2024, 1, 9))))
    assert published_on(date(2024, 1, 12), told) == (date(2024, 1, 9), "发布日期")
    assert published_on(date(2024, 1, 12), Publication()) == (date(2024, 1, 12), "list")
    assert published_on(None, Publication()) == (None, "")


def test_every_table_is_written_or_still_to_come() -> None:
    assert {"unit", "sighting", "report_version", "look", "sweep"} <= set(Base.metadata.tables)
    assert Unit.__tablename__ == "unit"


def test_a_link_in_doubt_keeps_its_county_from_being_accused(tmp_path: Path) -> None:
    plants = [
        (truth, draft)
        for truth, draft in planted()
        if not (draft.unit.startswith("小河乡") and draft.year == 2023)
    ]
    doubtful = Truth(
        "2023年政府信息公开工作年度报告", "/zwgk/nb/202603/t20260301_1.html", date(2024, 1, 20)
    )
    with running(portal_of(plants, [doubtful])) as site:
        config = county_file(tmp_path, site.url)
        swept(tmp_path, config)
        shown = run_plain(
            tmp_path, "missing", "--year", "2023", "--config", str(config), "--format", "json"
        )
        assert json.loads(shown) == []
        shown = run_plain(tmp_path, "unknown", "--year", "2023", "--config", str(config))
        assert "小河乡" in shown


def test_who_is_missing_after_a_sweep(tmp_path: Path) -> None:
    """Asked on a past day nobody had looked yet: unknown, never missing."""
    plants = [
        (truth, draft)
        for truth, draft in planted()
        if not (draft.unit.startswith("小河乡") and draft.year == 2023)
    ]
    with running(portal_of(plants)) as site:
        config = county_file(tmp_path, site.url)
        swept(tmp_path, config)

        def ask(*arguments: str) -> dict[str, str]:
            shown = run_plain(tmp_path, *arguments, "--config", str(config), "--format", "json")
            return {row["unit"]: row["standing"] for row in json.loads(shown)}

        assert ask("missing", "--year", "2023") == {"小河乡": "missing"}
        assert ask("standing", "--year", "2023") == {
            "柳树镇": "on_time",
            "石门镇": "on_time",
            "小河乡": "missing",
        }
        assert ask("missing", "--year", "2023", "--as-of", "2024-03-01") == {}
        assert set(ask("unknown", "--year", "2023", "--as-of", "2024-03-01").values()) == {
            "unknown"
        }
        assert "小河乡" in run_plain(tmp_path, "missing", "--year", "2023", "--config", str(config))
        assert "小河乡,140999102,2023,missing" in run_plain(
            tmp_path, "missing", "--year", "2023", "--config", str(config), "--format", "csv"
        )


def test_a_report_put_on_a_later_page_is_found_the_next_day(tmp_path: Path) -> None:
    """The first page is as it was, and the report has an earlier date: nobody may be called missing for that."""
    plants = planted(9)
    last = plants.pop()
    clock = [datetime(2024, 1, 31, 10, tzinfo=UTC)]  # 18:00 in Beijing
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    recorder = Recorder(engine, Evidence(tmp_path / "e"), lambda: clock[0])
    fronts: list[Portal] = [portal_of(plants)]
    with running(lambda request: fronts[0](request)) as site:
        county = load_county(next(county_file(tmp_path, site.url).glob("*.yaml")))

        def looked() -> list[str]:
            assert look_once(recorder, county)
            with session(engine) as s:
                return [look.state for look in s.scalars(select(Look).order_by(Look.id))]

        assert looked() == ["ok"]
        fronts[0] = portal_of([*plants, last])  # on page two
        clock[0] += timedelta(hours=5)
        assert looked() == ["ok", "unchanged"]
        clock[0] += timedelta(hours=2)  # past midnight in Beijing
        assert looked() == ["ok", "unchanged", "ok"]
        with session(engine) as s:
            assert len(list(s.scalars(select(ReportVersion)))) == 9
    engine.dispose()


def test_a_title_that_tells_little_is_decided_by_the_text(tmp_path: Path) -> None:
    """In a list for many units: what names a unit and a year is looked at; what is no report is none."""
    plants = planted(3)
    short = plants[0][0]._replace(title="柳树镇2023年年报")
    news = Truth("石门镇2023年防汛工作安排", "/zwgk/nb/202603/t20260301_1.html", date(2023, 6, 1))
    picture = Truth("小河乡2022年材料", "/zwgk/nb/202603/t20260301_2.html", date(2023, 1, 9))
    lists = portal_of([(short, plants[0][1]), *plants[1:2]], [news, picture])

    def portal(request: Request) -> Reply | None:
        if request.path == news.path:
            return page(
                "<h1>石门镇2023年防汛工作安排</h1><p>各村要做好值班值守，及时报告雨情水情，备足物资。</p>"
                * 4
            )
        if request.path == picture.path:
            return Reply(b"\x89PNG\r\n\x1a\n" + b"\0" * 99, headers={"Content-Type": "image/png"})
        return lists(request)

    with running(portal) as site:
        swept(tmp_path, county_file(tmp_path, site.url))
    known = stored(tmp_path)
    assert [(unit, year) for unit, year, *_ in known["versions"]] == [
        ("140999100", 2023),
        ("140999101", 2023),
    ]
    kinds = {title: (kind, bool(review)) for _, title, _, _, _, kind, review in known["sightings"]}
    assert kinds["柳树镇2023年年报"] == ("report", False)
    assert kinds["石门镇2023年防汛工作安排"] == ("other", False)
    assert kinds["小河乡2022年材料"] == ("report", True)
