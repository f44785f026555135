"""A person's number in an archived page is shown by nobody, and stays in the evidence."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.storage.archive import hashes
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import looking, open_store
from tests.amounts import one_in
from tests.portals.families import Truth
from tests.portals.server import running
from tests.reportkit.drafts import Draft, print_draft
from tests.reportkit.write_docx import write_docx
from tests.worlds.commands import run_here, swept
from tests.worlds.county import county_file, planted, portal_of

ID, MOBILE, MAIL = "11010519491231002X", "13812345678", "zhangsan1949@qq.com"
SECRETS = (ID, MOBILE, MAIL, "zhangsan1949", "19491231", "12345678")
SAID = f"张某（身份证号{ID}，手机{MOBILE}，{MAIL}）反映问题，收到申请806件，见{MAIL}。"
UNIT, YEAR = "柳树镇", "2023"


def telling(plant: tuple[Truth, Draft]) -> tuple[Truth, Draft]:
    truth, draft = plant
    told = draft.with_part("overview", (*draft.overview, SAID))
    return truth, told.with_part("other", (*told.other, f"本年收到{MOBILE}来信，我局将抓好落实。"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county of which a report tells too much of a person, and was edited once; a link, too."""
    made = tmp_path_factory.mktemp("private")
    plants = planted(3)
    other = Truth(
        f"张某{MOBILE}政府信息公开年度报告", "/zwgk/nb/202603/t20260301_1.html", plants[0][0].day
    )
    first = telling(plants[0])
    edited = (first[0], first[1].saying("806", "807"))
    for number, mine in enumerate((first, edited)):
        with running(portal_of([mine, *plants[1:]], [other])) as site:
            if not number:
                url = site.url
                config = county_file(made, url)
            else:
                text = (config / "平安县.yaml").read_text("utf-8")
                (config / "平安县.yaml").write_text(text.replace(url, site.url), encoding="utf-8")
            done = swept(made, config)
            assert done.returncode in (0, 1), done.stderr
    (made / "own.docx").write_bytes(write_docx(print_draft(replace(first[1]))))
    return made


STORED = ("--store", "sqlite:///n.db")
PLACES = (*STORED, "--config", "counties")
LINES = (
    ("show", UNIT, "--year", YEAR, "--evidence", "evidence", *PLACES),
    ("find", "反映问题", *PLACES),
    ("find", "反映问题", "--format", "json", *PLACES),
    ("find", "反映问题", "--format", "csv", *PLACES),
    ("find", MOBILE, *PLACES),
    ("flagged", "--year", YEAR, *PLACES),
    ("flagged", "--year", YEAR, "--format", "json", *PLACES),
    ("history", UNIT, *PLACES),
    ("diff", UNIT, YEAR, "--evidence", "evidence", *PLACES),
    ("check", "own.docx"),
    ("check", "own.docx", "--format", "json"),
    ("check", "own.docx", "--format", "html", "--output", "page.html"),
    ("letter", UNIT, "--year", YEAR, "--output", "letter.docx", *PLACES),
    ("ledger", "ledger.xlsx", "--year", YEAR, *PLACES),
    ("export", "out", *PLACES),
    ("review", *PLACES),
    ("review", "--format", "json", *PLACES),
    ("feed", "feed.xml", *PLACES),
)


@one_in(3)
@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:4]))
def test_nobody_shows_it(
    folder: Path, line: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = set(folder.rglob("*"))
    done = run_here(folder, *line)
    assert "Traceback" not in done.stderr
    shown = done.stdout + done.stderr
    assert done.returncode != 2, shown
    for path in set(folder.rglob("*")) - before:
        if path.is_file():
            shown += text_of(path.read_bytes())
    bare = shown.replace("\n", "")
    told = [secret for secret in SECRETS if secret in bare]
    assert not told, shown


def text_of(data: bytes) -> str:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def test_what_was_found_is_shown_masked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert (
        "*2X，手机138****78，zh****@qq.com" in run_here(folder, "find", "反映问题", *PLACES).stdout
    )
    assert "138****78" in run_here(folder, "check", "own.docx", "--format", "json").stdout


def test_the_evidence_stays_as_it_is(folder: Path) -> None:
    engine = open_store(f"sqlite:///{folder}/n.db")
    with looking(engine) as s:
        bodies = [Evidence(folder / "evidence").read(name) for name in hashes(s)]
    assert any(ID.encode() in body for body in bodies)
    engine.dispose()
