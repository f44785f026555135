"""`nianbao read`: what stands on standard output, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from nianbao.monitor.cli import app
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["read", *arguments], input=given)


def files(folder: Path) -> list[str]:
    paths = [folder / "a.docx", folder / "b.html", folder / "c.html"]
    paths[0].write_bytes(write_docx(print_draft(clean(1))))
    paths[1].write_bytes(write_html(print_draft(clean(2))))
    paths[2].write_bytes(b"<html><h1>404 Not Found</h1></html>")
    return [str(path) for path in paths]


def test_one_file_is_an_object_and_several_are_a_list(tmp_path: Path) -> None:
    a, b, c = files(tmp_path)
    one = run("--json", a)
    assert one.exit_code == 0
    assert json.loads(one.stdout)["year"] == clean(1).year
    several = run("--json", a, b, c)
    assert several.exit_code == 1
    objects = json.loads(several.stdout)
    assert [each["file"] for each in objects] == [a, b, c]
    assert objects[2]["error"] == "error_page"
    assert "claims" in objects[1]


def test_standard_input(tmp_path: Path) -> None:
    result = run("--json", "-", given=write_html(print_draft(clean(2))))
    assert json.loads(result.stdout)["unit"] == clean(2).unit


def test_tables_are_shown_like_the_form(tmp_path: Path) -> None:
    a, b, _ = files(tmp_path)
    shown = run(a).stdout
    assert "第二十条第（一）项" in shown
    assert "四、结转下年度" in shown
    several = run(a, b).stdout
    assert len(several.strip().splitlines()) == 2
    assert "第二十条第（一）项" in run("--form", a, b).stdout


def test_where(tmp_path: Path) -> None:
    a, *_ = files(tmp_path)
    where = json.loads(run("--json", "--where", a).stdout)["where"]
    assert {"page", "table", "row", "column", "line", "raw"} <= set(where["requests.new.total"])
    assert "requests.new.total" in run("--where", a).stdout


def test_errors_are_sentences(tmp_path: Path) -> None:
    *_, c = files(tmp_path)
    result = run(c)
    assert result.exit_code == 1
    assert "错误页面" in result.stderr
    assert "error page" in run("--lang", "en", c).stderr
    assert run(str(tmp_path / "nowhere.doc")).exit_code == 1
    assert run(str(tmp_path)).exit_code == 1
    assert run().exit_code == 2
