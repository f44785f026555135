"""The command line speaks one language at a time: help, usage errors, and all that commands print."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from nianbao.monitor.cli import app
from nianbao.monitor.cli.help_zh import CHINESE_OF
from nianbao.monitor.cli.language import one_of, taken_from
from nianbao.monitor.cli.lazy import COMMANDS, fetched, load
from nianbao.monitor.details import in_chinese
from tests.amounts import prove
from tests.crawler.test_sweep import county_file, portal_of, swept
from tests.portals.families import Truth
from tests.portals.server import running
from tests.reportkit.drafts import clean
from tests.worlds.commands import ENVIRONMENT, run_here

ROOT = Path(__file__).parents[2]
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
ENGLISH = re.compile(r"[A-Za-z]+(?:'[a-z]+)?(?: [a-z]+(?:'[a-z]+)?){3,}")  # four words in a row
REAL = [name for name, entry in COMMANDS.items() if entry.place]

# ---- help


def paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        if said := " ".join(paragraph.split()):
            yield said


def texts_of_help(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every text that a help may show, and where."""
    monkeypatch.setenv("NIANBAO_LANG", "en")
    texts = {str(app.info.help): "nianbao"}
    shown: list[tuple[str, Any]] = [("nianbao", typer.main.get_command(app))]
    for name, entry in COMMANDS.items():
        texts.setdefault(entry.summary, name)
        if entry.place:
            for said in paragraphs(inspect.getdoc(load(entry.place)) or ""):
                texts.setdefault(said, name)
        if " " not in name:
            group: Any = fetched(name)
            shown.append((name, group))
            for member, command in getattr(group, "commands", {}).items():
                shown.append((f"{name} {member}", command))
    for name, command in shown:
        context = command.make_context(name, ["--help"], resilient_parsing=True)
        for parameter in command.get_params(context):
            if help := getattr(parameter, "help", None):
                texts.setdefault(help, f"{name} {parameter.opts[0]}")
    return texts


def test_every_text_of_the_help_has_its_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = texts_of_help(monkeypatch)
    without = [f"{where}: {text}" for text, where in texts.items() if text not in CHINESE_OF]
    assert not without, "monitor/cli/help_zh.py lacks\n" + "\n".join(without)
    gone = [text for text in CHINESE_OF if text not in texts]
    assert not gone, "monitor/cli/help_zh.py has what is no more\n" + "\n".join(gone)


IN_ENGLISH = (
    "繁峙县",
    "北京市朝阳区",
    "柳树镇人民政府",
    "单位名称",
    "名称",
    "代码",
    "别名",
    "类型",
    "、",
)
IN_CHINESE = ("Frictionless", "Datasette")


def test_a_chinese_text_is_chinese() -> None:
    for english, chinese in CHINESE_OF.items():
        assert CHINESE.search(chinese), english
        assert not ENGLISH.search(chinese), chinese
        for name in IN_ENGLISH:
            english = english.replace(name, "")
        assert not CHINESE.search(english), english


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_a_help_is_in_one_language(name: str, tmp_path: Path) -> None:
    zh = run_here(tmp_path, *name.split(), "--help", NIANBAO_LANG="zh")
    assert zh.returncode == 0
    assert "用法：" in zh.stdout
    assert not ENGLISH.search(zh.stdout)
    en = run_here(tmp_path, *name.split(), "--help", NIANBAO_LANG="en")
    assert "Usage: " in en.stdout
    assert not CHINESE.search(without(en.stdout, *IN_ENGLISH))


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize(("name", "section"), [("web", "[web]"), ("worker", "[engine]")])
def test_a_section_that_a_help_names_is_shown(
    name: str, section: str, spoken: str, tmp_path: Path
) -> None:
    said = run_here(tmp_path, name, "--help", NIANBAO_LANG=spoken).stdout
    assert section in said


def without(text: str, *names: str) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text


# ---- a wrong line

WRONG = {
    ("mising",): ("没有命令 mising，是否指 missing？", "Did you mean 'missing'?"),
    ("qqqq",): ("没有命令 qqqq", "No such command 'qqqq'"),
    ("units", "imp"): ("没有命令 imp，是否指 import？", "Did you mean 'import'?"),
    ("missing", "--yeer", "3"): ("没有选项 --yeer，是否指 --year？", "No such option: --yeer"),
    ("missing", "--qq"): ("没有选项 --qq", "No such option: --qq"),
    ("check",): ("缺少参数 FILE...", "Missing argument 'FILE...'"),
    ("units", "import", "x"): ("缺少选项 --county", "Missing option '--county'"),
    ("missing", "a", "b"): ("多余的参数：a b", "unexpected extra argument"),
    ("missing", "--year"): ("选项 --year 后面缺少内容", "Option '--year' requires an argument"),
    ("outbox", "--all=1"): ("选项 --all 后面不带内容", "does not take a value"),
    ("missing", "--year", "x"): ("--year 的值不对：应为整数", "should be a valid integer"),
    ("missing", "--year", "3"): ("--year 的值不对：不应小于 2008", "greater than or equal to 2008"),
    ("missing", "--year", "9999"): ("不应大于 2099", "less than or equal to 2099"),
    ("missing", "--format", "q"): (
        "应为 table, json, csv, csv-raw, md, xlsx 之一",
        "is not one of 'table'",
    ),
    ("sweep", "--pause", "x"): ("--pause 的值不对：应为数", "should be a valid number"),
    ("missing", "--lang", "fr"): (
        "--lang 的值不对：fr 应为 zh, en 之一",
        "is not one of 'zh', 'en'",
    ),
    ("check", "x", "--lang", "fr"): ("fr 应为 zh, en 之一", "is not one of 'zh', 'en'"),
}


@pytest.mark.parametrize("line", WRONG, ids=" ".join)
def test_a_wrong_line_is_told_in_one_language(line: tuple[str, ...], tmp_path: Path) -> None:
    wanted_zh, wanted_en = WRONG[line]
    zh = run_here(tmp_path, *line, NIANBAO_LANG="zh")
    en = run_here(tmp_path, *line, NIANBAO_LANG="en")
    assert (zh.returncode, en.returncode) == (2, 2)
    assert wanted_zh in zh.stderr
    assert not ENGLISH.search(zh.stderr)
    assert not re.search(r"Usage|Error|Try |\[OPTIONS\]|ARGS", zh.stderr)
    assert wanted_en in en.stderr
    assert not CHINESE.search(en.stderr)


# ---- where --lang stands


@pytest.mark.parametrize(
    ("line", "left", "spoken"),
    [
        ("missing --lang en", "missing", "en"),
        ("--lang=zh missing", "missing", "zh"),
        ("--lang en digest", "digest", "en"),
        ("digest --lang en", "digest --lang en", "en"),
        ("find check --lang en", "find check", "en"),
        ("find -- --lang en", "find -- --lang en", None),
        ("missing --lang fr", "--lang fr missing", None),
        ("missing --lang", "--lang  missing", None),
    ],
)
def test_the_language_is_taken_from_anywhere_on_the_line(
    line: str, left: str, spoken: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIANBAO_LANG", "-")
    assert taken_from(line.split()) == left.split(" ")
    assert os.environ["NIANBAO_LANG"] == (spoken or "-")


@pytest.mark.parametrize(
    ("told", "zh", "en"),
    [
        ("有误 / wrong", "有误", "wrong"),
        ("a.yaml:3: 有误（x）/ wrong (x)", "a.yaml:3: 有误（x）", "a.yaml:3: wrong (x)"),
        ("甲 乙.yaml:3: 有误 / wrong", "甲 乙.yaml:3: 有误", "甲 乙.yaml:3: wrong"),
        ("mx.cn:25：有误 / wrong", "mx.cn:25：有误", "mx.cn:25: wrong"),
        ("单位 甲 有误 / unit 甲 is wrong", "单位 甲 有误", "unit 甲 is wrong"),
        ("一 / one\n二 / two", "一\n二", "one\ntwo"),
        ("/srv/a / b", "/srv/a / b", "/srv/a / b"),
        ("a/b.html 有误", "a/b.html 有误", "a/b.html 有误"),
    ],
)
def test_the_half_of_a_sentence(
    told: str, zh: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIANBAO_LANG", "zh")
    assert one_of(told) == zh
    monkeypatch.setenv("NIANBAO_LANG", "en")
    assert one_of(told) == en


# ---- details that are made in English

IN_BOTH = re.compile("[\u4e00-\u9fff][^/]* / ")
NO_WORDS = re.compile(r"[\d.…()\s]*|HTTP.*|PowerPoint|UOF|Excel 2003 XML|OpenDocument .*|xlsb|rtf")


def words_of(node: ast.expr) -> list[str]:
    """The texts that an expression may be, with 1 for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*words_of(node.body), *words_of(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "1" for part in node.values]
        return ["".join(map(str, parts))]
    return []


def details() -> Iterator[tuple[str, str]]:
    """Each reason that a reader or the crawler gives in English, and the file that gives it."""
    for path in [*(ROOT / "parser").rglob("*.py"), *(ROOT / "crawler").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            given = [word.value for word in node.keywords if word.arg in ("detail", "why")]
            if ast.unparse(node.func) == "State":
                given += node.args[1:]
            if ast.unparse(node.func).endswith((".note", "notes.append")):
                given += node.args
            for expression in given:
                for words in words_of(expression):
                    yield words, path.name


def test_every_detail_has_its_chinese() -> None:
    told = list(details())
    assert len(told) > 60
    without = {
        f"{file}: {words}"
        for words, file in told
        if not NO_WORDS.fullmatch(words)
        and not IN_BOTH.search(words)
        and re.search("[a-z]{3} [a-z]{2}", words)
        and re.search("[a-z]{3} [a-z]{2}", in_chinese(words))
    }
    assert not without, "monitor/details.py lacks\n" + "\n".join(sorted(without))


# ---- what commands print


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three units of 2023: one clean, one with a wrong sum and late, one missing."""
    folder = tmp_path_factory.mktemp("county")
    plants = []
    for n, (town, day) in enumerate((("柳树镇", date(2024, 1, 10)), ("石门镇", date(2024, 2, 9)))):
        title = f"平安县{town}人民政府2023年政府信息公开工作年度报告"
        draft = clean(100 + n, unit=f"{town}人民政府", year=2023)
        signature = (f"平安县{town}人民政府", "2024年1月5日")
        draft = replace(draft, county="平安县", title=title, signature=signature)
        if n == 1:
            draft = draft.with_figures(requests__new__natural_person=9)
        path = f"/zwgk/nb/202603/t20260301_{7000 + n}.html"
        plants.append((Truth(title, path, day), draft))
    with running(portal_of(plants)) as site:
        assert swept(folder, county_file(folder, site.url)).returncode == 0
    (folder / "config").mkdir()
    (folder / "counties").rename(folder / "config" / "counties")
    settings = 'store = "sqlite:///n.db"\nevidence = "evidence"\n'
    (folder / "config" / "nianbao.toml").write_text(settings, "utf-8")
    no_store(folder)
    ledger = "单位名称,发布日期\n柳树镇,2024-01-10\n石门镇,2024-01-20\n青石镇,2024-01-20\n"
    (folder / "office.csv").write_text(ledger, "utf-8")
    return folder


EMPTY_FILES = {"none.html": "<p>nothing</p>", "units.csv": "单位名称\n新安镇\n"}
FAULTY_COUNTY = """county: 平安县
code: "140924"
host: http://x.cn/
hosst: x
http: {delay: x, dealy: 1, window: y}
deadline: x
deadlines: {town: x, grace_day: 1, years: 3, grace_days: x, working_day: q}
cadence: {x: 1}
digest: {x: 1}
recipients: [x]
columns:
  - {url: http://x.cn/a, unit: 柳树乡}
units:
  - {name: 柳树镇, kind: tonw, code: "1", since: x, deadline: x}
  - {name: 柳树镇}
"""
FAULTY_SETTINGS = """storr = "x"
qqqq = 1
store = 1
[mail]
hsot = "x"
security = "q"
[digest]
time = "9"
[[recipients]]
name = "x"
"""


def no_store(folder: Path) -> None:
    for name, content in EMPTY_FILES.items():
        (folder / name).write_text(content, "utf-8")


def faulty_county(folder: Path) -> None:
    no_store(folder)
    (folder / "config" / "counties").mkdir(parents=True)
    (folder / "config" / "counties" / "平安县.yaml").write_text(FAULTY_COUNTY, "utf-8")


def broken_county(folder: Path) -> None:
    no_store(folder)
    (folder / "config" / "counties").mkdir(parents=True)
    (folder / "config" / "counties" / "a.yaml").write_text("county: [", "utf-8")
    (folder / "config" / "counties" / "b.yaml").write_text("- x", "utf-8")


def faulty_settings(folder: Path) -> None:
    no_store(folder)
    (folder / "config").mkdir()
    (folder / "config" / "nianbao.toml").write_text(FAULTY_SETTINGS, "utf-8")


def empty_store(folder: Path) -> None:
    no_store(folder)
    (folder / "config" / "counties").mkdir(parents=True)
    whole = "county: 平安县\ncode: '140924'\nunits:\n  - {name: 柳树镇}\n"
    (folder / "config" / "counties" / "平安县.yaml").write_text(whole, "utf-8")
    assert run_here(folder, "missing", "--year", "2023").returncode == 0


FAULTY = (faulty_county, broken_county, faulty_settings)

YEAR = ("--year", "2023")
LINES: tuple[tuple[str, ...], ...] = (
    ("read", "none.html"),
    ("read", "gone.html", "."),
    ("check", "none.html"),
    ("check", "none.html", "--peers", "gone"),
    ("rules",),
    ("rules", "F01"),
    ("rules", "Z99"),
    ("init", "平安县"),
    ("init", "没有县"),
    ("init", "朝阳区"),
    ("init", "繁峙县", "--folder", "new"),
    ("init", "--settings", "--folder", "server"),
    ("probe", "x"),
    ("probe", "http://127.0.0.1:9/", "--allow-private", "--pause", "0"),
    ("probe", "http://127.0.0.1:9/", "--preset", "x"),
    ("discover",),
    ("discover", "--province", "14"),
    ("discover", "--province", "99", "--hosts", "none.html"),
    ("discover", "--province", "14", "--hosts", "none.html"),
    ("discover", "没有县", "x.cn"),
    ("discover", "繁峙县", "ftp://x"),
    ("discover", "繁峙县", "http://127.0.0.1:9/"),
    ("discover", "繁峙县", "http://127.0.0.1:9/", "--allow-private", "--pause", "0"),
    ("sweep", "--pause", "0"),
    ("look", "没有县"),
    ("look", "柳树镇", "--pause", "0", "--wait", "0"),
    ("look", "none.html", "--saved"),
    ("look", "none.html", "--saved", "--who", "A"),
    ("look", "gone.html", "--saved", "--who", "A"),
    ("look", "units.csv", "--saved", "--who", "A"),
    ("look", "none.html", "--saved", "--who", "A", "--url", "http://a.gov.cn/"),
    ("look", "none.html", "--saved", "--who", "A", "--url", "http://a.gov.cn/", "--when", "x"),
    ("adopt", "x", "--unit", "柳树镇", *YEAR),
    ("adopt", "http://a.gov.cn/1", "--unit", "柳树镇", *YEAR),
    ("adopt", "http://a.gov.cn/1", "--unit", "柳树镇", *YEAR, "--who", "A", "--undo"),
    ("adopt", "http://b.cn/1", "--unit", "柳树镇", *YEAR, "--who", "A", "--why", "B"),
    *((name, *YEAR) for name in ("missing", "late", "flagged", "unknown", "standing", "coverage")),
    ("preflight", *YEAR),
    ("drafts", *YEAR),
    ("drafts", "--format", "json", *YEAR),
    ("missing", "--as-of", "x"),
    ("missing", "--text", *YEAR),
    ("missing", "--text", "--format", "json"),
    ("missing", "--format", "xlsx"),
    ("missing", "--format", "md"),
    ("missing", "--county", "没有县"),
    ("missing", "--store", "x"),
    ("missing", "--store", "sqlite:////proc/none/n.db"),
    ("flagged", "--severity", "x"),
    ("faults", "--state", "x"),
    ("history", "柳树镇"),
    ("history", "石门镇"),
    ("show", "柳树镇", *YEAR),
    ("show", "石门镇", *YEAR),
    ("show", "白云镇", *YEAR),
    ("find", "政府信息"),
    ("compare", "office.csv", *YEAR),
    ("compare", "none.html", *YEAR),
    ("ledger", "l.xlsx", *YEAR),
    ("ledger", "none/l.xlsx", *YEAR),
    ("letter", "柳树镇", *YEAR),
    ("letter", "石门镇", *YEAR, "--output", "l.docx"),
    ("sum", "平安县", *YEAR),
    ("sum", "平安县", "--year", "2010"),
    ("sum", "平安县", *YEAR, "--against", "none.html"),
    ("export", "out"),
    ("export", "out"),
    ("site", "public"),
    ("demo", "--folder", "."),
    ("web", "--host", "0.0.0.0"),
    ("status",),
    ("doctor",),
    ("digest",),
    ("digest", "--preview", "p.eml", "--no-open", *YEAR),
    ("digest", "--scope", "county:999999", "--preview", "p.eml"),
    ("outbox",),
    ("outbox", "--retry"),
    ("returned",),
    ("returned", "none.html"),
    ("feed", "f.xml"),
    ("calendar", "c.ics"),
    ("waive", "ffff", "--who", "A", "--why", "B"),
    ("waive", "石门镇", *YEAR, "--rule", "F01", "--who", "A", "--why", "B"),
    ("accept", "石门镇", *YEAR, "--rule", "F01", "--who", "A", "--why", "B"),
    ("backup", "b.tar"),
    ("backup", "b.tar"),
    ("restore", "b.tar"),
    ("restore", "none.html"),
    ("restore", "gone.tar"),
    ("exempt", "柳树镇", *YEAR),
    ("exempt", "柳树镇", *YEAR, "--who", "A", "--why", "B"),
    ("exempt", "柳树镇", *YEAR, "--who", "A", "--why", "B", "--undo"),
    ("note", "柳树镇", "C", "--who", "A"),
    ("history", "柳树镇"),
    ("flagged", "--waived", *YEAR),
    ("faults", *YEAR),
    ("faults", "--each", *YEAR),
    ("rules", "--rates"),
    ("rules", "F01", "--rates", *YEAR),
    ("replay",),
    ("diff", "柳树镇", "2023"),
    ("diff", "柳树镇", "2019"),
    ("review",),
    ("review", "settle", "99", "--not-a-report", "--who", "A", "--why", "B"),
    ("review", "column", "a.gov.cn/none", "--who", "A", "--why", "B"),
    ("evidence", "verify"),
    ("evidence", "export", "a.warc.gz"),
    ("evidence", "manifest", "m.csv"),
    ("evidence", "prune"),
    ("evidence", "prune", "--months", "6"),
    ("evidence", "prune", "--months", "6", "--dry-run"),
    ("evidence", "prune", "--months", "6", "--who", "A"),
    ("evidence", "sheet", "石门镇", *YEAR, "-o", "s.docx"),
    ("evidence", "sheet", "白云镇", *YEAR, "-o", "s.docx"),
    ("evidence", "sheet", "石门镇", *YEAR, "-o", "s.txt"),
    ("record", "平安县", "recorded", *YEAR),
    ("record", "--replay", "recorded"),
    ("record", "--replay", "."),
    ("record", "平安县"),
    ("record", "平安县", "x", "--since", "y"),
    ("audit", "verify"),
    ("audit", "verify", "--against", "none.html"),
    ("audit", "export", "a.jsonl"),
    ("doctor", "--clock-is-right"),
    ("doctor", "--clock-is-right", "--who", "A"),
    ("store", "copy", "sqlite:///other.db"),
    ("store", "copy", "sqlite:///other.db"),
    ("units", "import", "units.csv", "--county", "config/counties/平安县.yaml"),
    ("units", "import", "none.html", "--county", "none.html"),
    ("units", "import", "gone.csv", "--county", "none.html"),
    ("user", "list"),
    ("user", "add", "A", "--role", "admin", "--scope", "all"),
    ("user", "add", "A", "--role", "king", "--scope", "all"),
    ("user", "add", "A", "--role", "viewer"),
    ("user", "add", "A", "--role", "unit", "--scope", "没有县"),
    ("user", "role", "A", "--role", "viewer", "--scope", "all"),
    ("user", "password", "A"),
    ("user", "remove", "A"),
    ("user", "token", "A"),
    ("user", "token", "A", "--withdraw"),
    ("config", "check"),
)
# Names and texts that are no sentence of the program's: of counties, units, columns of lists,
# and of titles.
DATA = re.compile(
    "繁峙县|平安县|柳树[镇乡]|石门镇|小河乡|白云镇|青石镇|新安镇|没有县|朝阳区|单位名称|名称"
    "|(?:[\u4e00-\u9fff]+[省市])+[\u4e00-\u9fff]+[市县区]|提醒|通报"
    "|2023年度年报汇总|2023年度年报整改通知书|\\d+年度政府信息公开工作年度报告发布情况周报（第\\d+期）"
)
# What is shown of reports, of the law and of the forms stays as it is printed.
OF_REPORTS = {("show", "石门镇"), ("show", "柳树镇"), ("find", "政府信息"), ("rules", "F01")}


def spoken_wrongly(done_zh: str, done_en: str) -> list[str]:
    """The lines that are in two languages, or in the other one."""
    wrong = [
        line for line in done_zh.splitlines() if re.search(r"[\u4e00-\u9fff].* ?/ [a-z]", line)
    ]
    wrong += [line for line in done_zh.splitlines() if ENGLISH.search(line)]
    wrong += [line for line in done_en.splitlines() if CHINESE.search(DATA.sub("", line))]
    return wrong


def told_wrongly(folders: dict[str, Path], lines: Sequence[tuple[str, ...]] = LINES) -> list[str]:
    wrong = []
    for line in lines:
        said = {}
        for lang, folder in folders.items():
            done = run_here(folder, *line, NIANBAO_LANG=lang, COLUMNS="400")
            said[lang] = done.stdout + done.stderr
            assert "Traceback" not in said[lang]
        if line[:2] in OF_REPORTS:
            said["en"] = ""
        for words in spoken_wrongly(said["zh"], said["en"]):
            wrong.append(f"{' '.join(line)}: {words[:250]}")
    return wrong


def both(folder: Path, situation: Callable[[Path], None]) -> dict[str, Path]:
    """The same situation twice, once for each language."""
    folders = {lang: folder / lang for lang in ("zh", "en")}
    for place in folders.values():
        place.mkdir()
        situation(place)
    return folders


@pytest.mark.parametrize("situation", [no_store, empty_store])
def test_a_command_speaks_one_language(situation: Callable[[Path], None], tmp_path: Path) -> None:
    assert not (wrong := told_wrongly(both(tmp_path, situation))), "\n".join(wrong)


@pytest.mark.parametrize("situation", FAULTY)
def test_a_fault_is_told_in_one_language(situation: Callable[[Path], None], tmp_path: Path) -> None:
    lines = {name_in(line): line for line in LINES}
    assert lines.keys() == set(REAL) - {"daemon", "worker"}  # which answer to nobody
    assert not (wrong := told_wrongly(both(tmp_path, situation), list(lines.values()))), wrong


def name_in(line: tuple[str, ...]) -> str:
    """The command of a line."""
    return next(name for name in (" ".join(line[:2]), line[0]) if name in COMMANDS)


@prove
def test_a_command_speaks_one_language_of_a_county(county: Path, tmp_path: Path) -> None:
    folders = {lang: tmp_path / lang for lang in ("zh", "en")}
    for folder in folders.values():
        shutil.copytree(county, folder)
    # These start a reactor, once a process.
    lines = [line for line in LINES if line[:2] not in STARTING and line[0] != "sweep"]
    assert not (wrong := told_wrongly(folders, lines)), "\n".join(wrong)


STARTING = (("look", "柳树镇"), ("adopt", "http://b.cn/1"))
SWEEP = ("sweep", "--allow-private", "--pause", "0", "--retries", "0")


@prove
def test_a_sweep_speaks_one_language(county: Path) -> None:
    """Its portal is gone, so that a trouble is told."""
    said = {}
    for lang in ("zh", "en"):
        done = subprocess.run(
            [sys.executable, "-m", "nianbao.monitor.cli", *SWEEP],
            capture_output=True,
            text=True,
            timeout=120,
            env=ENVIRONMENT | {"NIANBAO_LANG": lang},
            cwd=county,
        )
        said[lang] = done.stdout + done.stderr
    assert "无法访问" in said["zh"]
    assert "unreachable" in said["en"]
    assert not spoken_wrongly(said["zh"], said["en"])
