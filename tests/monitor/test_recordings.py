"""A portal's answers as a recording: asked again they give the same, and a change is told."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from docx import Document

from nianbao.crawler.answers import Answer
from nianbao.crawler.reading import ReadHere
from nianbao.monitor.recorded.masking import bare, without_persons
from tests.amounts import fuzz, prove
from tests.portals.sites import CASES, Case, case_in, live
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.worlds.commands import run_here

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "recordings"


def lived(folder: Path, case: Case) -> None:
    """A case of simulated sites, lived through; its county's file stands in `config`."""
    live(case, folder)
    (folder / "config").mkdir()
    (folder / "county.yaml").rename(folder / "config" / "county.yaml")


def recorded(folder: Path, case: Case, *more: str) -> Any:
    store = ("--store", f"sqlite:///{folder}/store.db", "--evidence", "evidence")
    line = ("record", str(case.county["county"]), "out", "--year", str(case.year))
    return run_here(folder, *line, *store, "--config", "config", *more, NIANBAO_LANG="zh")


def replayed(folder: Path, place: str = "out", lang: str = "zh") -> Any:
    return run_here(folder, "record", "--replay", place, NIANBAO_LANG=lang)


EXAMPLES = ("02-control-trs-one-page", "12-jpage-post-total-before", "81-report-only-as-attachment")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    case = case_in(CASES / "81-report-only-as-attachment.yaml")
    lived(folder, case)
    assert recorded(folder, case).returncode == 0
    return folder


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_was_told_is_told_again(name: str, tmp_path: Path) -> None:
    case = case_in(CASES / f"{name}.yaml")
    lived(tmp_path, case)
    done = recorded(tmp_path, case)
    assert (done.returncode, done.stderr) == (0, "")
    told = yaml.safe_load((tmp_path / "out" / "case.yaml").read_text("utf-8"))
    assert told["expect"]
    assert not told["not_held"]
    again = replayed(tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert "out：一致" in again.stdout


def copied(made: Path, folder: Path) -> Path:
    shutil.copytree(made / "out", folder / "out")
    return folder / "out"


def test_another_standing_number_and_look_are_told(made: Path, tmp_path: Path) -> None:
    out = copied(made, tmp_path)
    file = out / "case.yaml"
    told = yaml.safe_load(file.read_text("utf-8"))
    unit = next(iter(told["expect"]))
    told["expect"][unit] = {"standing": "withdrawn", "confirmed": True}
    look = next(iter(told["sweeps"][0]["looks"].values()))
    look["read"] += 1
    file.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    reports = json.loads((out / "reports.json").read_text("utf-8"))
    report = next(iter(reports.values()))
    report["disputes"]["review.total"] = 77
    (out / "reports.json").write_text(json.dumps(reports, ensure_ascii=False), "utf-8")
    done = replayed(tmp_path)
    assert done.returncode == 1
    assert "已撤下 →" in done.stderr
    assert "disputes.review.total: 77 →" in done.stderr
    assert done.stderr.count("\n") == 3
    assert "1 个录像，不同 1 个" in done.stdout
    english = replayed(tmp_path, lang="en")
    assert not re.search("[\u3000-\u303f\uff00-\uffef]", english.stdout + english.stderr)


def test_nobody_s_address_and_no_cookie_is_in_it(tmp_path: Path) -> None:
    case = case_in(CASES / "02-control-trs-one-page.yaml")
    lived(tmp_path, case)
    file = tmp_path / "config" / "county.yaml"
    file.write_text(file.read_text("utf-8") + "recipients: [zhang@pingan.gov.cn]\nnotes: [x]\n")
    assert recorded(tmp_path, case).returncode == 0
    text = (tmp_path / "out" / "case.yaml").read_text("utf-8")
    assert "zhang@" not in text
    assert "cookie" not in text


@pytest.mark.parametrize("since", ["", "2030-01-01"])
def test_where_there_is_nothing_to_record(since: str, tmp_path: Path) -> None:
    case = case_in(CASES / "02-control-trs-one-page.yaml")
    lived(tmp_path, case)
    if not since:
        (tmp_path / "store.db").unlink()
    done = recorded(tmp_path, case, *(("--since", since) if since else ()))
    assert done.returncode in (1, 2)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_left_alone(made: Path) -> None:
    case = case_in(CASES / "81-report-only-as-attachment.yaml")
    before = (made / "out" / "case.yaml").read_bytes()
    assert recorded(made, case).returncode == 2
    assert (made / "out" / "case.yaml").read_bytes() == before


BROKEN = {
    "no yaml": lambda text: "a: [",
    "a list": lambda text: "- 1",
    "another format": lambda text: text.replace("format: 1", "format: 9"),
    "a body elsewhere": lambda text: re.sub(
        "body: [0-9a-f]{16}", "body: ../../../etc/passwd", text
    ),
    "no county": lambda text: text.replace("county:", "countyy:"),
    "no sweeps": lambda text: text.replace("sweeps:", "sweepss:"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_no_recording_is_told_so(how: str, made: Path, tmp_path: Path) -> None:
    out = copied(made, tmp_path)
    text = (out / "case.yaml").read_text("utf-8")
    (out / "case.yaml").write_text(BROKEN[how](text), "utf-8")
    done = replayed(tmp_path)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr


def test_a_body_that_is_not_what_its_name_says_is_told(made: Path, tmp_path: Path) -> None:
    out = copied(made, tmp_path)
    for file in sorted((out / "bodies").iterdir()):
        body = file.read_bytes()
        file.write_bytes(body[:-2] + bytes([body[-2] ^ 1]) + body[-1:])
        done = replayed(tmp_path)
        assert (done.returncode, file.name in done.stderr) == (2, True), done.stderr
        file.write_bytes(body)


def test_a_body_without_an_end_is_told(made: Path, tmp_path: Path) -> None:
    out = copied(made, tmp_path)
    file = min((out / "bodies").iterdir())
    file.unlink()
    os.mkfifo(file)
    assert replayed(tmp_path).returncode == 2


# ---- what is of a person

HIDDEN = {
    "<p>手机13835012345</p>": "35012345",
    "<p>手机138<b>3501</b>2345</p>": "3501</b>2345",
    "<p>手机138<wbr>35012345</p>": "35012345",
    "<p>手机<st1:chmetcnv UnitName='个'>138</st1:chmetcnv>35012345</p>": "35012345",
    "<p><label>手机138</label>35012345</p>": "35012345",
    "<td>身份证号11010519491231002X</td>": "19491231",
    "<a href='tel:13835012345'>x</a>": "35012345",
    '<a href="mailto:zhangsan@qq.com">x</a>': "zhangsan",
    "<p>zhangsan&#64;qq.com</p>": "zhangsan",
    "<p>&#49;38&#x33;5012345</p>": "5012345",
    "<a title='张三13835012345' href='/1.html'>x</a>": "35012345",
    '{"phone":"13835012345"}': "35012345",
    "<script>var p='13835012345';</script>": "35012345",
    "<!-- 13835012345 -->": "35012345",
}


@pytest.mark.parametrize("text", HIDDEN)
def test_nothing_of_a_person_is_recorded(text: str) -> None:
    assert HIDDEN[text] in text or "&#" in text
    shown = without_persons(text)
    assert HIDDEN[text] not in shown
    assert "*" in shown


@pytest.mark.parametrize(
    "text",
    [
        "<a href='/art/13835012345.html'>柳树镇</a>",
        "<a href='http://a.gov.cn/2026/13835012345/'>柳树镇</a>",
        '{"url":"/c/13835012345.html"}',
        "<script>load('/c/13835012345/list.json')</script>",
        "<td>138</td><td>35012345</td>",
        "<p>电话：0350-5600123</p>",
        "<a href='t20270113_1383501234.html'>x</a>",
    ],
)
def test_addresses_and_numbers_of_things_stay(text: str) -> None:
    assert without_persons(text) == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_masked_page_keeps_its_encoding(encoding: str) -> None:
    page = "<html><body><p>政府信息公开年度报告，手机13835012345</p></body></html>"
    headers = {"content-type": f"text/html; charset={encoding}"}
    answer = Answer("http://a.cn/", 200, headers, page.encode(encoding))
    made = bare(answer, ReadHere(), "").body.decode(encoding)
    assert "政府信息公开年度报告，手机138******45" in made


def test_a_file_that_holds_a_person_s_number_is_left_out() -> None:
    """It can't be masked; and neither is one passed on in which nobody can look."""
    harmless = write_docx(print_draft(clean(1, unit="柳树镇人民政府", year=2026)))
    assert bare(answered(harmless), ReadHere(), "").body == harmless
    for place in ("text", "foot", "parted"):
        document = Document(BytesIO(harmless))
        paragraph = document.sections[0].footer.paragraphs[0]
        if place != "foot":
            paragraph = document.add_paragraph()
        for part in ("手机138", "35012345") if place == "parted" else ("手机13835012345",):
            paragraph.add_run(part)
        out = BytesIO()
        document.save(out)
        assert "个人信息" in bare(answered(out.getvalue()), ReadHere(), "").why, place
    assert bare(answered(b"%PDF-1.4 broken"), ReadHere(), "").why


def answered(body: bytes) -> Answer:
    return Answer("http://a.cn/a", 200, {}, body)


def test_masking_takes_no_longer_than_it_may() -> None:
    for text in ("<a" * 400_000, "<!--" * 200_000, "<script>" * 100_000, "<p '" * 200_000):
        began = time.monotonic()
        without_persons(text)
        assert time.monotonic() - began < 20


# ---- those that are kept with the code


def kept() -> Iterator[Path]:
    yield from sorted(file.parent for file in KEPT.glob("*/case.yaml"))


def test_there_are_some_and_they_are_small() -> None:
    assert 2 <= len(list(kept())) <= 4
    size = sum(file.stat().st_size for file in KEPT.rglob("*") if file.is_file())
    assert size < 2_000_000


@prove
@pytest.mark.parametrize("place", list(kept()), ids=lambda place: place.name)
def test_what_is_told_of_a_recording_stays(place: Path, tmp_path: Path) -> None:
    done = replayed(tmp_path, str(place))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=fuzz if n % 2 else prove)
        for n, name in enumerate(sorted(file.stem for file in CASES.glob("*.yaml"))[::6])
    ],
)
def test_any_site_can_be_recorded(name: str, tmp_path: Path) -> None:
    """And what the recording alone does not bear out is told in it; of most it bears out all."""
    case = case_in(CASES / f"{name}.yaml")
    lived(tmp_path, case)
    assert recorded(tmp_path, case).returncode == 0
    assert replayed(tmp_path).returncode == 0
