"""The pages of docs/ say what is so: settings, commands, JSON keys, and every file that they name."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import Engine

from nianbao.monitor.cli.lazy import COMMANDS, fetched, load
from nianbao.monitor.cli.publishing import Made
from nianbao.monitor.demo.season import Outcome
from nianbao.monitor.ledger.scope import Registry, unit_of
from nianbao.monitor.paper.export import CELL, TABLES
from nianbao.monitor.paper.public_pages import TABLE_KEYS
from nianbao.monitor.paper.rows import row_of
from nianbao.monitor.public import STANDING as PUBLIC
from nianbao.monitor.settings import SECRETS, load_settings
from nianbao.monitor.standing import StandingName
from nianbao.monitor.web.unit import unit_page, unit_row
from nianbao.storage.chain import Said, as_told
from nianbao.storage.models import Sighting
from nianbao.storage.outbox import queue
from nianbao.storage.registry import load_counties
from nianbao.storage.store import looking, open_store, session
from scripts.docs import PAGES, keys_of, parameters_of
from tests.crawler.test_discovering import asked_in_chinese, listing, whole
from tests.crawler.test_discovering import portal_of as columns_at
from tests.crawler.test_sweep import ENVIRONMENT, county_file, portal_of, swept
from tests.monitor.test_check import slipped
from tests.portals import families
from tests.portals.families import Truth
from tests.portals.fronts import front_page, menu
from tests.portals.server import running
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.processes import process_of

ROOT = Path(__file__).parents[1]
PROSE = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_the_code_has_it(
    name: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIANBAO_LANG", lang)
    assert (ROOT / "docs" / name).read_text("utf-8") == PAGES[name](), "run `make docs`"


# ---- settings


def example() -> tuple[str, dict[str, str]]:
    """config/nianbao.toml with its # taken away; and each key with its line."""
    text = (ROOT / "config" / "nianbao.toml").read_text("utf-8")
    bare = re.sub(r"(?m)^# (?=\[|\w+ = )", "", text)
    lines, table = {}, ""
    for line in bare.splitlines():
        if match := re.match(r"\[+([\w.]+)\]", line):
            table = match[1]
        elif match := re.match(r"(\w+) = ", line):
            lines[f"{table}.{match[1]}".lstrip(".")] = line
    return bare, lines


def test_the_example_has_every_key_with_its_default(tmp_path: Path) -> None:
    bare, lines = example()
    given = tomllib.loads(bare)
    given["recipients"] = given["recipients"][0]
    for key in keys_of():
        if key.table == "deadlines":
            assert given["deadlines"]
            continue
        path = f"{key.table}.{key.name}".lstrip(".")
        assert path in lines, f"config/nianbao.toml has no {path}"
        value = _table(given, key.table)[key.name]
        if value != key.default:
            assert not key.default, f"{path} is {key.default!r} by default"
            assert "# e.g." in lines[path], f"{path} is no default: say `e.g.`"
    (tmp_path / "nianbao.toml").write_text(bare, "utf-8")
    load_settings(tmp_path / "nianbao.toml")  # a key that is none would be a fault


def _table(given: dict[str, Any], table: str) -> dict[str, Any]:
    for name in filter(None, table.split(".")):
        given = given[name]
    return given


def test_no_secret_is_left_out() -> None:
    for path in (ROOT / "monitor").rglob("*.py"):
        for name in re.findall(r'"(NIANBAO_\w*(?:PASSWORD|SECRET))"', path.read_text("utf-8")):
            assert name in SECRETS, f"{path.name} wants {name}; monitor/settings.py: SECRETS"
    for place in ("docker-compose.yml", "docs/operations.md"):
        untold = [name for name in SECRETS if name not in (ROOT / place).read_text("utf-8")]
        assert not untold, f"{place} names no {untold} of SECRETS in monitor/settings.py"


# ---- commands


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if entry.place])
def test_every_option_of_a_command_is_on_its_page(name: str) -> None:
    first, _, second = name.partition(" ")
    command: Any = fetched(first)
    if second:
        command = command.commands[second]
    real = {name for parameter in command.params for name in (*parameter.opts,)}
    real = {name for name in real if name.startswith("-")} - {"--help", "-h"}
    written = {
        name.partition("/")[0]
        for parameter in parameters_of(load(COMMANDS[name].place))
        if parameter.is_option
        for name in parameter.names.split(", ")
    }
    assert written == real


# ---- JSON

KEY = re.compile(r"`([\w.]+)`")


def documented() -> dict[str, set[str]]:
    """The keys that each section of docs/json.md names: the first column of its table headed `key`."""
    sections: dict[str, set[str]] = {}
    section, in_table = "", False
    for line in (ROOT / "docs" / "json.md").read_text("utf-8").splitlines():
        if line.startswith("##"):
            section = line.lstrip("# ")
        in_table = line.startswith("|") and (in_table or line.startswith("| key |"))
        if in_table:
            sections.setdefault(section, set()).update(KEY.findall(line.split("|")[1]))
    return sections


def keys(objects: object) -> set[str]:
    """All the keys of an object, or of the objects of a list."""
    rows = [objects] if isinstance(objects, dict) else objects
    assert isinstance(rows, list)
    assert rows, "nothing was printed to look at"
    return {key for row in rows for key in row}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three units of 2023: one clean, one with a wrong sum and late, one missing."""
    folder = tmp_path_factory.mktemp("county")
    plants = []
    for n, (town, day) in enumerate((("柳树镇", date(2024, 1, 10)), ("石门镇", date(2024, 2, 9)))):
        title = f"平安县{town}人民政府2023年政府信息公开工作年度报告"
        draft = clean(100 + n, unit=f"{town}人民政府", year=2023)
        draft = replace(
            draft,
            county="平安县",
            title=title,
            signature=(f"平安县{town}人民政府", "2024年1月5日"),
        )
        if n == 1:
            draft = draft.with_figures(requests__new__natural_person=9)
        path = f"/zwgk/nb/202603/t20260301_{7000 + n}.html"
        plants.append((Truth(title, path, day), draft))
    with running(portal_of(plants)) as site:
        assert swept(folder, county_file(folder, site.url)).returncode == 0
    (folder / "nianbao.toml").write_text(
        f'store = "sqlite:///{folder}/n.db"\nevidence = "{folder}/evidence"\ncounties = "counties"\n',
        "utf-8",
    )
    return folder


def printed(folder: Path, *arguments: str) -> Any:
    settings = {"NIANBAO_SETTINGS": str(folder / "nianbao.toml")}
    done = process_of(arguments, ENVIRONMENT | settings, folder)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def merged(reports: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [row for report in reports for row in report[key]]


LINK = '<p><a href="/a.docx">附件：年报.docx</a></p>'


def reading(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """What `read` and `check` print of a clean report, a page with links, one with an unreadable cell, and no report."""
    page = write_html(print_draft(clean(2))).replace(b"</body>", LINK.encode() + b"</body>")
    odd: dict[str, Any] = {
        "requests__new__total": "1 2",
        "proactive__fees__amount": "251000元",
    }
    unsure = clean(3).with_figures(**odd)
    contents = {
        "linked.html": page,
        "slipped.docx": write_docx(print_draft(slipped())),
        "unsure.docx": write_docx(print_draft(unsure)),
        "none.docx": b"",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    names = [str(folder / name) for name in contents]
    *read, unread = printed(folder, "read", "--json", "--where", *names)
    yield "read", keys(read)
    yield "a file that could not be read", keys(unread)
    yield "read claims", keys(merged(read, "claims"))
    yield "read unreadable", keys(merged(read, "unreadable"))
    yield "read publication", keys([report["publication"] for report in read])
    yield "read contact", keys([report["contact"] for report in read])
    dates = merged([report["publication"] for report in read], "dates")
    yield "read publication dates", keys(dates)
    yield "read attachments", keys(merged(read, "attachments"))
    yield "read where", keys([cell for report in read for cell in report["where"].values()])
    *checked, refused = printed(folder, "check", "--format", "json", *names)
    assert keys(refused) == keys(unread)
    yield "check", keys(checked)
    findings = merged(checked, "findings")
    yield "check findings", keys(findings)
    yield "check findings suggestions", keys(merged(findings, "suggestions"))
    yield "check not_assessable", keys(merged(checked, "not_assessable"))


def watching(folder: Path) -> Iterator[tuple[str, set[str]]]:
    of_year = ("--year", "2023", "--format", "json")
    standing = printed(folder, "standing", *of_year)
    for command in ("missing", "late"):
        assert keys(printed(folder, command, *of_year)) == keys(standing)
    past = printed(folder, "unknown", *of_year, "--as-of", "2024-03-01")
    assert keys(past) == keys(standing)
    yield "standing", keys(standing)
    yield "flagged", keys(printed(folder, "flagged", *of_year))
    yield "faults", keys(printed(folder, "faults", *of_year))
    yield "faults each", keys(printed(folder, "faults", "--each", *of_year))
    yield "drafts", keys(printed(folder, "drafts", *of_year))
    yield "rates", keys(printed(folder, "rules", "--rates", "--json"))
    yield "history", keys(printed(folder, "history", "石门镇", "--format", "json"))
    yield "coverage", keys(printed(folder, "coverage", *of_year))
    yield "preflight", keys(printed(folder, "preflight", "--year", "2023", "--json"))
    yield "find", keys(printed(folder, "find", "政府信息", *of_year))
    shown = printed(folder, "show", "石门镇", "--year", "2023", "--json")
    yield "show", keys(shown)
    yield "show findings", keys(shown["findings"])
    registry = Registry(load_counties(folder / "counties"))
    with looking(engine_of(folder)) as s:
        unit = unit_of(s, "柳树镇", registry=registry).id
        page = unit_page(s, registry, unit, 2023, datetime.now(UTC), "zh")
    assert page.line is not None
    yield "cells", set(CELL)
    yield "unit timeline", keys(unit_row(page, page)["timeline"])
    yield "unit", unit_row(page, page).keys() - row_of(page.line, "").keys()
    for name, table in TABLES.items():
        yield f"export {name}", {*table.columns}
    with session(engine_of(folder)) as s:
        link = Sighting(column=1, url="http://a/1", title="某年报", review="没有认出 / nobody")
        link.first_seen = link.last_seen = datetime.now(UTC)
        s.add(link)
    yield "review", keys(printed(folder, "review", "--json"))
    ledger = folder / "office.csv"
    ledger.write_text("单位名称,发布日期\n柳树镇,2024-01-10\n石门镇,2024-01-20\n", "utf-8")
    yield "compare", keys(printed(folder, "compare", str(ledger), *of_year, "--all"))
    yield "rules", keys(printed(folder, "rules", "--json"))
    engine = open_store(f"sqlite:///{folder}/n.db")
    with session(engine) as s:
        queue(s, "digest", "b@example.cn", "<1@example.cn>", "周报", b"", datetime.now(UTC))
    engine.dispose()
    yield "outbox", keys(printed(folder, "outbox", "--format", "json"))


def engine_of(folder: Path) -> Engine:
    return open_store(f"sqlite:///{folder}/n.db")


def now_looking(folder: Path) -> Iterator[tuple[str, set[str]]]:
    again = folder / "again"
    again.mkdir()
    places = ("--store", f"sqlite:///{again}/n.db", "--evidence", f"{again}/evidence")
    with running(portal_of([])) as site:
        asked = ("--config", str(county_file(again, site.url)), "--allow-private", "--pause", "0")
        told = printed(folder, "look", "柳树镇", "--year", "2023", "--json", *asked, *places)
    yield "look", keys(told)
    yield "look looks", keys(told["looks"])
    yield "look changes", keys(told["changes"])


def probing(folder: Path) -> Iterator[tuple[str, set[str]]]:
    title, path = "2023年政府信息公开工作年度报告", "/zwgk/nb/202401/t20240110_1.html"
    items = [Truth(title, path, date(2024, 1, 10))]
    with running(families.trs(items)) as site:
        seen = printed(folder, "probe", f"{site.url}/zwgk/nb/", "--json", "--allow-private")
    yield "probe", keys(seen)
    yield "probe items", keys(seen["items"])


def discovering(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """A county of which one unit has no column, one column is in doubt, and one body is not known."""
    pages = {
        "/": front_page(
            "平安县", menu(("年报", "/nb/"), ("乡镇年报", "/empty/"), ("历年年报", "/old/"))
        ),
        "/nb/": listing([*whole("柳树镇"), *whole("财政局")]),
        "/old/": listing(whole("柳树镇", (2021, 2020))),
        "/empty/": listing([]),
    }
    with running(asked_in_chinese(columns_at(pages))) as site:
        options = ("--json", "--allow-private", "--pause", "0")
        found = printed(folder, "discover", "平安县", site.url, *options)
    yield "discover", keys(found)
    yield "discover host", keys(found["host"])
    with running(asked_in_chinese(columns_at({"/": front_page("繁峙县", "", "140924")}))) as site:
        (folder / "hosts.txt").write_text(site.url, "utf-8")
        of_province = ("--province", "14", "--hosts", str(folder / "hosts.txt"))
        yield "discover province", keys(printed(folder, "discover", *of_province, *options))
    for section in ("columns", "doubtful", "older", "without", "bodies"):
        yield f"discover {section}", keys(found[section])


def test_the_keys_of_all_json_are_those_of_its_page(county: Path) -> None:
    real: Mapping[str, set[str]] = {
        **dict(reading(county)),
        **dict(watching(county)),
        **dict(now_looking(county)),
        **dict(probing(county)),
        **dict(discovering(county)),
        "audit export": {*as_told(1, Said(datetime.now(UTC), "", "", "", {}), ""), "digest"},
        "site": {*Made._fields},
        "public year": {*PUBLIC, "tables"},
        "public year tables": {*TABLE_KEYS},
        "demo": keys(Outcome(off=["a fault"]).as_json()),
    }
    written = documented()
    assert written.keys() == real.keys()
    for section, names in real.items():
        assert written[section] == names, section


def test_the_standings_of_its_page_are_those_that_there_are() -> None:
    page = (ROOT / "docs" / "json.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| `standing` \| (not_due.*?) \|$", page)
    listed = {name for row in rows for name in row.split(", ")}
    names = set(get_args(StandingName))
    assert listed == names, f"the row `standing` of docs/json.md: {listed ^ names}"


# ---- files

OURS = re.compile(r"[\w./*-]+\.(?:py|yaml|yml|toml|md|sh|service|gz)|(?:[\w-]+/)+")
ELSEWHERE = {"var/", "archive.warc.gz"}  # what a running installation writes
PLACEHOLDER = re.compile("[A-Z]{3,}")


def named(text: str) -> Iterator[str]:
    """What stands in backticks and looks like a file or folder of ours; and the pages that are linked."""
    for quoted in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text):
        if OURS.fullmatch(quoted):
            yield quoted


def test_a_file_that_is_named_is_there() -> None:
    gone = []
    for page in PROSE:
        for name in named(page.read_text("utf-8")):
            place = name
            if PLACEHOLDER.search(name) and not name.endswith(".md"):
                place = f"{name.rpartition('/')[0]}/"  # parser/readers/NAME.py: its folder
            if name not in ELSEWHERE and not list(ROOT.glob(place)):
                gone.append(f"{page.relative_to(ROOT)} names {name}")
    assert not gone, "\n".join(gone)


LINK_TO = re.compile(r"\]\(([\w./:-]+)(?:#[^)]*)?\)")


def test_a_page_that_is_linked_is_there() -> None:
    gone = []
    for page in PROSE:
        for target in LINK_TO.findall(page.read_text("utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                gone.append(f"{page.relative_to(ROOT)} links to {target}")
    assert not gone, "\n".join(gone)
