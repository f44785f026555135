"""Where commands look when they are not told: in nianbao.toml."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from nianbao.storage.store import open_store
from tests.portals.server import running
from tests.worlds.commands import run_here, swept
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.stores import a_day_later, everything


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    with running(portal_of(planted(3))) as site:
        for _ in range(2):
            a_day_later(folder)
            assert swept(folder, county_file(folder, site.url)).returncode == 0
    shutil.move(folder / "counties", folder / "kantons")
    (folder / "config").mkdir()
    (folder / "config" / "nianbao.toml").write_text(
        f'store = "sqlite:///{folder}/n.db"\nevidence = "{folder}/evidence"\ncounties = "kantons"\n',
        encoding="utf-8",
    )
    return folder


def test_without_options_it_is_the_settings(office: Path) -> None:
    done = run_here(office, "standing", "--year", str(date.today().year - 1), "--format", "json")
    assert done.returncode == 0, done.stderr
    assert {row["county"] for row in json.loads(done.stdout)} == {"平安县"}
    for command in (
        ("coverage",),
        ("evidence", "verify"),
        ("config", "check"),
        ("doctor",),
        ("ledger", "l.xlsx"),
    ):
        done = run_here(office, *command)
        assert "Traceback" not in done.stderr
        assert not (office / "var" / "nianbao.db").exists(), command
    assert (office / "l.xlsx").exists()


def test_options_and_the_environment_come_first(office: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(
        f'store = "sqlite:///{tmp_path}/o.db"\ncounties = "nowhere"\n', "utf-8"
    )
    other = str(tmp_path / "other.toml")
    for done in (
        run_here(office, "missing", NIANBAO_SETTINGS=other),
        run_here(office, "ledger", "x.xlsx", "--settings", other),
        run_here(office, "missing", "--config", "nowhere"),
    ):
        assert done.returncode == 2
        assert "nowhere: 没有县配置文件，先用 nianbao init" in done.stderr
    assert (
        run_here(office, "missing", "--config", "kantons", NIANBAO_SETTINGS=other).returncode == 0
    )


def test_asking_writes_nothing_whatever_the_settings_are(office: Path, tmp_path: Path) -> None:
    """Somebody else's settings, with other deadlines, must not change what the office's daemon has worked out."""

    def known() -> dict[str, list[dict[str, object]]]:
        engine = open_store(f"sqlite:///{office}/n.db")
        try:
            return everything(engine)
        finally:
            engine.dispose()

    year = str(date.today().year - 1)
    before = known()
    (tmp_path / "late.toml").write_text('[deadlines]\ndefault = "12-31"\n', "utf-8")
    place = ("--store", f"sqlite:///{office}/n.db", "--config", str(office / "kantons"))
    own = json.loads(run_here(office, "missing", "--year", year, "--format", "json").stdout)
    late = run_here(
        tmp_path,
        "missing",
        "--year",
        year,
        "--format",
        "json",
        *place,
        NIANBAO_SETTINGS=str(tmp_path / "late.toml"),
    )
    assert len(own) == 3 != len(json.loads(late.stdout))  # by its own deadlines nobody is missing
    nobody = json.loads(run_here(office, "missing", "--year", "2016", "--format", "json").stdout)
    assert len(nobody) == 3  # a year that nobody has asked for before
    assert known() == before
    target = str(tmp_path / "l.docx")
    done = run_here(office, "letter", own[0]["unit"], "--year", year, "-o", target)
    assert done.returncode == 0, done.stderr
    written = known()  # that it was written, and nothing else
    assert [row["action"] for row in written["audit"]] == ["letter"]
    assert [row["kind"] for row in written["step"]] == ["sent"]
    assert {**written, "audit": [], "step": []} == before


def test_no_letter_without_the_county_s_file(office: Path, tmp_path: Path) -> None:
    (tmp_path / "counties").mkdir()
    text = (
        (office / "kantons" / "平安县.yaml").read_text("utf-8")
        if (office / "kantons" / "平安县.yaml").exists()
        else ""
    )
    text = text or next((office / "kantons").glob("*.yaml")).read_text("utf-8")
    (tmp_path / "counties" / "b.yaml").write_text(
        text.replace("平安县", "乐安县").replace('code: "1409', 'code: "1408'), "utf-8"
    )
    unit = json.loads(run_here(office, "missing", "--format", "json").stdout)[0]["code"]
    done = run_here(
        office,
        "letter",
        unit,
        "--config",
        str(tmp_path / "counties"),
        "-o",
        str(tmp_path / "l.docx"),
    )
    assert (done.returncode, "没有配置文件" in done.stderr) == (1, True)
    assert not (tmp_path / "l.docx").exists()


def test_before_anything_was_looked_at_every_command_says_so(tmp_path: Path) -> None:
    assert run_here(tmp_path, "init", "繁峙县").returncode == 0
    for command, code in (
        (("missing",), 0), (("standing",), 0), (("flagged",), 0), (("coverage",), 0), (("status",), 1), (("outbox",), 0),
        (("ledger", "l.xlsx"), 2), (("letter", "砂河镇"), 2), (("sum", "繁峙县"), 2), (("history", "砂河镇"), 2),
        (("digest", "--preview", "d.eml", "--no-open"), 2), (("digest",), 0), (("sweep",), 2), (("find", "公开"), 1),
        (("export", "data"), 0), (("feed", "f.xml"), 0), (("calendar", "c.ics"), 0), (("review",), 0), (("show", "砂河镇"), 2),
    ):  # fmt: skip
        done = run_here(tmp_path, *command)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), (
            command,
            done.stdout,
            done.stderr,
        )


def test_faulty_settings_are_told_by_every_command(office: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text('stor = "x"\n', "utf-8")
    done = run_here(office, "missing", NIANBAO_SETTINGS=str(tmp_path / "wrong.toml"))
    assert (done.returncode, "wrong.toml:1: 未知的键 stor，是否指 store" in done.stderr) == (
        2,
        True,
    )


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "没有设置文件"), ("en", "there is no settings file")]
)
def test_settings_that_were_named_must_be_there(tmp_path: Path, lang: str, said: str) -> None:
    """What is mistyped is not passed over: it would watch and mail nothing of what was meant."""
    done = run_here(tmp_path, "missing", NIANBAO_SETTINGS="nianboa.toml", NIANBAO_LANG=lang)
    assert (done.returncode, said in done.stderr) == (2, True)
    assert "nianboa.toml" in done.stderr
