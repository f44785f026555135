"""What everybody may see: never more than is sure, never of a county that is not named, and alike in files and on the service."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
from sqlalchemy import update

from nianbao.monitor.cli import whole_folder
from nianbao.monitor.cli.whole_folder import MARK, NotOursError
from nianbao.monitor.ledger.lines import Line, Proven
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.paper import public_pages
from nianbao.monitor.paper.public_pages import County, Face, county_of, folder_of, shorts_of
from nianbao.monitor.public import Held, certain, is_public, told_of
from nianbao.monitor.settings import Public, Settings, Web, load_settings
from nianbao.monitor.standing import BEIJING, Standing, StandingName
from nianbao.monitor.web.site import Site
from nianbao.storage.archive import Archived
from nianbao.storage.decisions import decide
from nianbao.storage.models import ReportVersion, StandingRow, Unit
from nianbao.storage.registry import ConfigError
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, session
from tests.amounts import fuzz, prove
from tests.worlds.commands import run_here
from tests.worlds.pages import get, lived, served, site_of
from tests.worlds.seasons_by_chance import BEGIN, COUNTIES, END, YEAR, ByChance

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>=1+1'
PHONE = "13912345678"
NOW = datetime(2027, 2, 12, 10, tzinfo=BEIJING)
PUBLIC = Public(counties=("1409",), contact="ogi@example.gov.cn", address="https://a.gov.cn/nb")


class Lived(NamedTuple):
    folder: Path
    now: datetime

    def site(self, told: Public = PUBLIC) -> Site:
        site = site_of(self.folder, self.now)
        return replace(site, settings=replace(site.settings, public=told))


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("public")
    return Lived(folder, lived(folder))


def known(site: Site, code: str = "140999", *, tells: bool = False) -> County:
    with looking(site.engine) as s:
        return county_of(s, site.files.registry(), code, site.clock(), tells_findings=tells)


def files_of(site: Site) -> dict[str, bytes]:
    """All that stands in a folder of the county."""
    county, face = known(site), Face(site.settings, site.clock())
    with looking(site.engine) as s:
        shorts = shorts_of(s, site.files.registry(), [county.code], site.clock())
    paths = [*face.of_county(county)]
    found = {path: face.page_of(path, county) or b"" for path in paths}
    return found | {path: face.page_of_top(path, shorts, paths) for path in face.top()}


# ---- what may be told: pure


def line(name: StandingName, *, confirmed: bool = True, **more: object) -> Line:
    day = datetime(2027, 2, 11, 9, tzinfo=BEIJING)
    stands = Standing(name, "为何（人工：王某）", "why (by hand: 王某)", 3, day, None, confirmed)
    seen = day if name in ("on_time", "late", "withdrawn") else None
    found = Line(
        county="140999", county_name="平安县", unit="140999100", name="甲子镇", kind="town",
        year=2026, standing=stands, quality="clean", deadline=date(2027, 1, 31), source="",
        url="http://a/1", proof="a" * 64, printed=None, seen=seen, sighted=seen, by_hand="王某",
        proofs=(Proven(day, "a" * 64), Proven(day, "b" * 64)), looked=day,
    )  # fmt: skip
    return replace(found, **more)  # type: ignore[arg-type]


NOTHING = Held()


def told(of: Line, held: Held = NOTHING, *, is_there: bool = True) -> str:
    return told_of(of, NOW, held, is_there=is_there).name


def test_only_what_is_sure_is_told() -> None:
    assert [told(line(name)) for name in ("on_time", "late", "missing")] == [
        "on_time", "late", "missing",
    ]  # fmt: skip
    for name in ("on_time", "late", "missing", "withdrawn", "unknown"):
        assert told(line(name, confirmed=False)) == "unknown"
    assert told(line("withdrawn")) == "unknown"
    unit = frozenset(("140999100",))
    assert told(line("late"), Held(waived=unit)) == "unknown"
    assert told(line("late"), Held(doubted=unit)) == "unknown"
    assert told(line("on_time"), Held(doubted=unit)) == "unknown"  # by what its page prints
    in_time = line("on_time", sighted=datetime(2027, 1, 31, 23, tzinfo=BEIJING))
    assert told(in_time, Held(doubted=unit)) == "on_time"  # whichever day it was
    assert told_of(in_time, NOW, Held(doubted=unit), is_there=True).published is None
    old = NOW - timedelta(days=4)
    assert told(line("missing", looked=old)) == "unknown"
    assert told(line("missing", looked=None)) == "unknown"
    assert told(line("missing", proofs=(Proven(NOW, ""),))) == "unknown"
    assert told(line("late", proofs=(), proof="")) == "unknown"


def test_one_look_is_not_hinted_at() -> None:
    zh = "2027-02-11首次核查未见，待另一日复核"
    stands = line("missing", confirmed=False).standing._replace(zh=zh, en="did not show it")
    found = told_of(line("missing", standing=stands), NOW, Held(), is_there=True)
    assert "未见" not in found.zh
    assert "did not" not in found.en
    assert (found.days, found.proofs) == (0, ())


def test_nobody_is_named() -> None:
    for name in ("on_time", "late", "missing", "unknown"):
        found = told_of(line(name), NOW, Held(), is_there=True)
        assert "王某" not in f"{found.zh}{found.en}"
        assert found.is_by_hand
    stands = line("exempt").standing._replace(zh="王某说新设", en="王某说新设")
    found = told_of(line("exempt", standing=stands), NOW, Held(), is_there=True)
    assert "王某" not in f"{found.zh}{found.en}"


def test_what_is_gone_is_not_shown() -> None:
    assert told_of(line("on_time"), NOW, Held(), is_there=True).is_shown
    for found in (
        told_of(line("on_time"), NOW, Held(), is_there=False),
        told_of(line("withdrawn"), NOW, Held(), is_there=True),
    ):
        assert not found.is_shown
        assert not found.address


def test_a_code_means_what_lies_in_it() -> None:
    assert is_public(("140924",), "140924")
    assert is_public(("1409",), "140924")
    assert is_public(("14",), "140924")
    assert not is_public(("140925", "13"), "140924")
    assert not is_public((), "140924")
    assert not is_public(("",), "140924")


@pytest.mark.parametrize(
    "said", ['"140924"', "[140924]", '["1409245"]', '["繁峙县"]', "[[]]", "true", '["14", "x"]']
)
def test_a_setting_that_names_nothing_is_refused(said: str, tmp_path: Path) -> None:
    file = tmp_path / "nianbao.toml"
    file.write_text(f"[public]\ncounties = {said}\n", "utf-8")
    with pytest.raises(ConfigError, match="代码的列表"):
        load_settings(file)


def test_a_setting_is_read(tmp_path: Path) -> None:
    file = tmp_path / "nianbao.toml"
    file.write_text('[public]\ncounties = ["140924", "13"]\nfindings = true\n', "utf-8")
    assert load_settings(file).public == Public(("140924", "13"), findings=True)
    assert Settings().public.counties == ()


def test_a_folder_is_named_as_any_disk_can() -> None:
    assert folder_of("140924101") == "140924101"
    assert folder_of("140924-教育局") == "140924-教育局"
    for key in ("140924-a/../../b", "..", "140924-a\\b", "", "x" * 300, "140924-a:b"):
        folder = folder_of(key)
        assert re.fullmatch(r"[\w-]+", folder)
        assert len(folder) < 100
    assert folder_of("140924-a/b") != folder_of("140924-a:b")


# ---- nobody is accused who is not inside


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=prove if seed < 3 else fuzz) for seed in range(1, 12))]
)
def test_nobody_is_accused_by_chance(seed: int, tmp_path: Path) -> None:
    lives = ByChance(tmp_path, f"sqlite:///{tmp_path}/n.db", Random(9000 + seed))
    lives.live()
    registry, rng = lives.registry, Random(seed)
    accused = 0
    for days in sorted(rng.sample(range((END - BEGIN).days + 30), 3)):
        now = datetime.combine(BEGIN + timedelta(days=days), datetime.min.time(), BEIJING)
        now = max(now, lives.clock())
        with looking(lives.engine) as s:
            inside = {x.unit: x for x in lines_at(s, EVERYTHING, YEAR, now, registry, asked=now)}
            for code in COUNTIES:
                for unit in county_of(s, registry, code, now).units:
                    if YEAR not in unit.years:
                        continue
                    public, report = unit.years[YEAR]
                    stands = inside[unit.key].standing
                    if public.name != stands.name:
                        assert public.name == "unknown", (unit.key, now)
                    if public.name in ("late", "missing"):
                        accused += 1
                        assert stands.confirmed
                        assert public.proofs
                        assert all(len(each.sha256) == 64 for each in public.proofs)
                    assert report is None or public.is_shown
    lives.engine.dispose()
    assert accused


def test_what_a_person_does_not_hold_against_it_is_not_told(season: Lived, tmp_path: Path) -> None:
    copied = copy_of(season, tmp_path)
    site = copied.site()
    late = next(
        unit for unit in known(site).units for pair in unit.years.values() if pair[0].name == "late"
    )
    decide(site.engine, "waived", late.key, 2026, who="李主任", why="门户故障", now=season.now,
           rule="A02")  # fmt: skip
    pair = known(site).by_folder[late.key].years[2026]
    assert pair[0].name == "unknown"
    body = b"".join(files_of(site).values()).decode()
    assert "李主任" not in body
    assert "门户故障" not in body
    site.engine.dispose()


# ---- pages


def copy_of(season: Lived, folder: Path) -> Lived:
    done = subprocess.run(["cp", "-r", f"{season.folder}/.", str(folder)], check=False)
    assert done.returncode == 0
    return Lived(folder, season.now)


def test_both_faces_tell_the_same(season: Lived) -> None:
    site = season.site()
    files = files_of(site)
    with served(site) as url:
        for path, body in files.items():
            found = get(f"{url}/public/{path}")
            assert found.content == body, path
            assert found.headers["cache-control"] == "public, max-age=60"
            again = get(f"{url}/public/{path}", If_None_Match=found.headers["etag"])
            assert (again.status_code, again.content) == (304, b""), path


def test_they_are_the_same_each_time_and_lead_only_to_each_other(season: Lived) -> None:
    site = season.site()
    files = files_of(site)
    assert files == files_of(site)
    for path, body in files.items():
        if not path.endswith(".html"):
            continue
        page = body.decode()
        assert "<script" not in page
        assert "style=" not in page
        for link in re.findall(r'(?:href|src)="([^"#]+)', page):
            if link.startswith(("http://", "mailto:", "data:")):
                continue
            assert not link.startswith("/"), (path, link)
            goes = os.path.normpath(os.path.join(os.path.dirname(path), link))
            assert goes in files, (path, link)
    sitemap = ElementTree.fromstring(files["sitemap.xml"])
    told = {each.text for each in sitemap.iter() if each.text and each.text.strip()}
    assert told == {f"https://a.gov.cn/nb/{path}" for path in files if path.endswith(".html")}
    assert b"Sitemap: https://a.gov.cn/nb/sitemap.xml" in files["robots.txt"]


def test_each_unit_and_year_has_its_numbers(season: Lived) -> None:
    files, county = files_of(season.site()), known(season.site())
    rows = json.loads(files["c/140999/county.json"])
    assert len(rows) == sum(len(unit.years) for unit in county.units)
    for row in rows:
        one = json.loads(files[f"u/{row['code']}/{row['year']}/index.json"])
        assert one == row
        cells = [
            *csv.DictReader(io.StringIO(files[f"u/{row['code']}/{row['year']}/index.csv"].decode("utf-8-sig")))
        ]  # fmt: skip
        assert len(cells) == len(row["tables"]["cells"] if row["tables"] else ())
    table = [*csv.DictReader(io.StringIO(files["c/140999/standings.csv"].decode("utf-8-sig")))]
    assert [row["standing"] for row in table] == [row["standing"] for row in rows]
    counts = known(season.site()).counts(2026)
    page = files["c/140999/index.html"].decode()
    assert f"其中{counts['unknown']}个尚不能核实" in page
    assert re.search(r'<td><span class="small-head">[^<]+ </span>2027-\d\d-\d\d</td>', page)


def test_findings_are_told_only_where_they_are_asked_for_and_certain(season: Lived) -> None:
    found = [
        (report, each)
        for unit in known(season.site(), tells=True).units
        for _, report in unit.years.values()
        if report is not None
        for each in report.findings
    ]
    assert found
    for told, each in found:
        assert each.severity == "error"
        assert each.document == told.sha256
        assert not told.unread
    wrong = [each for _, each in found[:1]]
    version = Archived(1, "", "", 2026, 1, season.now, wrong[0].document, {}, "")
    for unit in known(season.site()).units:
        for _, report in unit.years.values():
            assert report is None or not report.findings
    waived = [each._replace(verdict="waived") for each in wrong]
    assert certain(waived, version) == []
    assert certain(wrong, version) == wrong
    assert certain(wrong, version._replace(document="b" * 64)) == []


def test_whatever_others_wrote_is_shown_as_text(season: Lived, tmp_path: Path) -> None:
    copied = copy_of(season, tmp_path)
    site = copied.site()
    with session(site.engine) as s:
        for row in s.query(ReportVersion):
            content = json.loads(json.dumps(row.content))
            content["title"] = f"{HOSTILE} {PHONE}"
            content["signed"] = HOSTILE
            content["unreadable"] = [
                {"cell": "requests.new.total", "raw": f"{HOSTILE} {PHONE}", "why": HOSTILE}
            ]
            content["table_forms"] = {"requests": "2021", "disputes": "2021", "proactive": "2021"}
            row.content = content
        s.execute(update(Unit).values(name=HOSTILE + Unit.id))
        s.execute(update(StandingRow).values(url=f"javascript:{HOSTILE}", zh=f"{HOSTILE} {PHONE}"))
    files = files_of(site)
    for path, body in files.items():
        text = body.decode("utf-8-sig")
        assert PHONE not in text, path
        if path.endswith(".html"):
            assert "<script" not in text, path
            assert "<img" not in text, path
            assert 'href="javascript:' not in text, path
        if path.endswith(".csv"):
            for cells in csv.reader(io.StringIO(text)):
                assert not any(cell.startswith(("=", "+", "@")) for cell in cells), path
    site.engine.dispose()


def test_other_counties_are_not_there(season: Lived) -> None:
    with served(season.site(Public())) as url:
        for path in ("", "index.html", "c/140999/index.html", "static/style.css", "robots.txt"):
            assert get(f"{url}/public/{path}").status_code == 404, path
    unit = known(season.site()).units[0].folder
    with served(season.site(Public(counties=("140924", "13")))) as url:
        for path in ("c/140999/index.html", f"u/{unit}/2026/index.html", f"u/{unit}/index.html"):
            found = get(f"{url}/public/{path}")
            assert found.status_code == 404, path
            assert "平安县" not in found.text
        assert "平安县" not in get(f"{url}/public/").text


def test_where_nothing_stands_the_way_leads_back(season: Lived) -> None:
    with served(season.site()) as url:
        for path in ("x", "u/1/2/3/4/index.html", "en/u/1/2026/index.html", "en/x", "a/b/"):
            found = get(f"{url}/public/{path}")
            assert found.status_code == 404
            for link in re.findall(r'(?:href|src)="([^"#:]+)"', found.text):
                assert get(urljoin(found.url, link)).status_code == 200, (path, link)


def test_nobody_signs_in_for_them(season: Lived) -> None:
    site = season.site()
    site = replace(site, settings=replace(site.settings, web=Web(sign_in="accounts")))
    unit = known(site).units[0].folder
    with served(site) as url:
        assert get(f"{url}/public/u/{unit}/2026").url == f"{url}/public/u/{unit}/2026/"
        assert get(f"{url}/public", follow=False).headers["location"] == "/public/"
        assert "登录" in get(f"{url}/c/140999").text
        for path in ("%00", "..%2f..%2fsetup", "u/", "u/x/y/z/w", "en/en/index.html", "c/140999/x",
                     f"u/{unit}/26/index.html", "x" * 400, "static/page.js",
                     f"en/u/{unit}/2026/index.json"):  # fmt: skip
            assert get(f"{url}/public/{path}").status_code == 404, path
    with served(site, "/nianbao") as url:
        assert get(f"{url}/public/").status_code == 200


OTHER = """county: 繁峙县
code: "140924"
host: a.gov.cn
columns:
  - {url: "http://a.gov.cn/nb/"}
units:
  - {name: 繁城镇, code: "140924100"}
"""


def test_a_page_is_drawn_anew_where_its_county_changed(season: Lived, tmp_path: Path) -> None:
    copied = copy_of(season, tmp_path)
    site = copied.site()
    late = next(
        unit.key
        for unit in known(site).units
        for pair in unit.years.values()
        if pair[0].name == "late"
    )
    with served(site) as url:
        address = f"{url}/public/u/{late}/2026/index.json"
        before = get(address)
        assert before.json()["standing"] == "late"
        decide(site.engine, "waived", late, 2026, who="李主任", why="x", now=season.now, rule="A02")
        end = time.monotonic() + 20
        while get(address).json()["standing"] == "late":
            assert time.monotonic() < end
            time.sleep(0.2)
        assert get(address).headers["etag"] != before.headers["etag"]
        for file in (copied.folder / "counties").iterdir():
            file.write_text(OTHER, "utf-8")
        end = time.monotonic() + 20
        while get(address).status_code == 200:  # its file is gone: it is public no more
            assert time.monotonic() < end
            time.sleep(0.2)
    site.engine.dispose()


# ---- the command


@pytest.fixture
def place(season: Lived, tmp_path: Path) -> Path:
    copy_of(season, tmp_path)
    settings(tmp_path, '["140999"]')
    return tmp_path


def settings(folder: Path, counties: str) -> None:
    (folder / "nianbao.toml").write_text(
        f'store = "sqlite:///{folder}/n.db"\nevidence = "{folder}/evidence"\n'
        f'counties = "{folder}/counties"\n[public]\ncounties = {counties}\n',
        "utf-8",
    )


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_here(folder, "site", *arguments, NIANBAO_SETTINGS=str(folder / "nianbao.toml"))


def test_a_folder_is_written_and_written_again(place: Path) -> None:
    done = run(place, "out", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    files = [file for file in (place / "out").rglob("*") if file.is_file()]
    assert made["files"] == len(files) - 1
    assert made["units"] == 12
    (place / "out" / "u").rename(place / "was")  # what is gone is written again
    done = run(place, "out", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    assert not (place / "out" / "en").exists()  # and what is no more is taken away
    assert (place / "out" / "u").is_dir()
    assert [each.name for each in place.glob(".out*")] == []


def test_what_others_wrote_is_left(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "notes.txt").write_text("mine")
    for _ in range(2):
        done = run(place, "out")
        assert done.returncode == 2
        assert "notes.txt" in done.stderr
        assert [each.name for each in (place / "out").iterdir()] == ["notes.txt"]
        (place / "out" / MARK).touch()  # whoever makes our mark owns no more than it names
        (place / "out" / MARK).unlink()
    (place / "out" / "notes.txt").unlink()
    assert run(place, "out").returncode == 0
    assert run(place, "nianbao.toml").returncode == 2
    assert "[public]" in (place / "nianbao.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("counties", "arguments", "said"),
    [
        ("[]", (), "没有公开任何县"),
        ('["110101"]', (), "110101"),
        ('["14"]', ("--county", "没有县"), "没有 没有县"),
    ],
)
def test_what_is_not_public_is_not_written(
    place: Path, counties: str, arguments: Sequence[str], said: str
) -> None:
    settings(place, counties)
    done = run(place, "out", *arguments)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (place / "out").exists()


def test_a_folder_stays_as_it_was_where_it_ends_halfway(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_folder.whole_folder(out) as folder:
        folder.write("a/index.html", b"old")
    with pytest.raises(RuntimeError):
        breaks_off(out)
    assert (out / "a" / "index.html").read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [out]
    link = tmp_path / "link"
    link.symlink_to(out)
    with whole_folder.whole_folder(link) as folder:
        folder.write("b.html", b"new")
    assert link.is_symlink()
    assert sorted(file.name for file in out.iterdir()) == [MARK, "b.html"]
    (out / "d").symlink_to(tmp_path)
    with pytest.raises(NotOursError), whole_folder.whole_folder(out) as folder:
        pass


def breaks_off(out: Path) -> None:
    with whole_folder.whole_folder(out) as folder:
        folder.write("a/index.html", b"new")
        raise RuntimeError


KILLED = """
import sys
from pathlib import Path
from nianbao.monitor.cli.whole_folder import whole_folder
word = sys.argv[2].encode()
while True:
    with whole_folder(Path(sys.argv[1])) as folder:
        for n in range(40):
            folder.write(f"{n}/index.html", word)
    print("done", flush=True)
"""


def test_killed_at_any_moment_it_is_whole(tmp_path: Path) -> None:
    out, rng = tmp_path / "out", Random(7)
    for n in range(6):
        command = [sys.executable, "-c", KILLED, str(out), f"{n}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(rng.random() / 20)
            child.send_signal(signal.SIGKILL)
        pages = [file.read_bytes() for file in out.rglob("*.html")]
        assert len(pages) == 40
        assert len({*pages}) == 1
    with whole_folder.whole_folder(out) as folder:
        folder.write("a.html", b"")
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


# ---- words

TEMPLATES = Path(public_pages.__file__).with_name("templates")


def test_every_word_of_the_pages_is_said_in_both() -> None:
    said = {
        *re.findall(
            r"\bt\('(\w+)'", "".join(x.read_text("utf-8") for x in TEMPLATES.glob("public_*"))
        ),
        *re.findall(r'say\("(\w+)"', Path(public_pages.__file__).read_text("utf-8")),
        "column",
    }
    assert said == {*public_pages.words()}
    for zh, en in public_pages.words().values():
        assert re.search("[\u4e00-\u9fff]", zh) or zh == "English"
        assert en == "中文" or not re.search("[\u3000-\u9fff\uff00-\uffef]", en)
        assert sorted(re.findall(r"\{\w+\}", zh)) == sorted(re.findall(r"\{\w+\}", en))
