"""`nianbao check` as a clerk uses it: from files to marked tables, JSON, a page, and comments in the own .docx."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pdfplumber
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from typer.testing import CliRunner

from nianbao.monitor.cli import app
from nianbao.monitor.paper.comments import Comment, commented
from nianbao.monitor.rules.page import as_markdown
from nianbao.parser.document import Cell, Document, Grid
from nianbao.parser.fill import Value, Where
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.figures import balance
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html

CELL = "requests.granted.natural_person"


def slipped() -> Draft:
    """A clean report but for one cell: 6 where 5 is right."""
    draft = replace(clean(2), figures=balance({**clean(2).figures, CELL: 5}))
    draft = replace(
        draft, overview=(draft.overview[0], "（二）依申请公开情况。依法办理。", *draft.overview[2:])
    )
    return replace(draft, figures={**draft.figures, CELL: 6})


def written(folder: Path, draft: Draft, name: str = "report.docx") -> str:
    path = folder / name
    path.write_bytes(
        write_docx(print_draft(draft)) if name.endswith("docx") else write_html(print_draft(draft))
    )
    return str(path)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["check", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_exit_codes_tell_clean_warnings_and_errors(tmp_path: Path) -> None:
    assert run(written(tmp_path, clean(2)))[0] == 0
    warned = replace(clean(2), title=clean(2).title.replace("工作", ""))
    assert run(written(tmp_path, warned, "b.docx"))[0] == 3
    assert run(written(tmp_path, slipped(), "c.docx"))[0] == 4
    (tmp_path / "d.docx").write_bytes(b"nothing of the kind")
    code, _, errors = run(str(tmp_path / "d.docx"))
    assert code == 1
    assert "d.docx" in errors
    assert "Traceback" not in errors
    assert run(str(tmp_path / "none.docx"))[0] == 1


def test_text_marks_the_wrong_cell_with_its_probable_number(tmp_path: Path) -> None:
    _, shown, _ = run(written(tmp_path, slipped()))
    assert "6→5" in shown
    assert "必须整改" in shown
    assert "must fix" in run(written(tmp_path, slipped()), "--lang", "en")[1]


def test_json_holds_the_contract_and_nothing_else(tmp_path: Path) -> None:
    _, text, _ = run(written(tmp_path, slipped()), "--format", "json")
    result = json.loads(text)
    assert set(result) == {"file", "unit", "year", "findings", "not_assessable"}
    (found,) = [each for each in result["findings"] if each["severity"] == "error"]
    assert {
        "rule",
        "severity",
        "cells",
        "expected",
        "actual",
        "suggestions",
        "zh",
        "en",
        "fingerprint",
    } <= set(found)
    assert (found["rule"], found["cells"], found["expected"], found["actual"]) == (
        "F02",
        [CELL],
        5,
        6,
    )
    assert found["suggestions"] == [{"cell": CELL, "value": 5, "option": 1}]
    (tmp_path / "broken.docx").write_bytes(b"")
    several = json.loads(
        run(written(tmp_path, clean(2)), str(tmp_path / "broken.docx"), "--format", "json")[1]
    )
    assert [set(each) & {"error", "findings"} for each in several] == [{"findings"}, {"error"}]


def test_years_peers_and_what_the_report_must_be(tmp_path: Path) -> None:
    draft = clean(2)
    wrong_year = run(written(tmp_path, draft), "--year", str(draft.year + 1), "--format", "json")[1]
    assert "C03" in {each["rule"] for each in json.loads(wrong_year)["findings"]}
    wrong_unit = run(written(tmp_path, draft), "--unit", "杨木桥镇人民政府", "--format", "json")[1]
    assert "C04" in {each["rule"] for each in json.loads(wrong_unit)["findings"]}
    last = clean(3, unit=draft.unit, year=draft.year - 1).with_figures(
        requests__carried_out__total=9
    )
    before = run(
        written(tmp_path, draft),
        "--previous",
        written(tmp_path, last, "last.docx"),
        "--format",
        "json",
    )[1]
    assert "F07" in {each["rule"] for each in json.loads(before)["findings"]}
    folder = tmp_path / "peers"
    folder.mkdir()
    written(
        folder,
        replace(
            draft,
            unit="杨木桥镇人民政府",
            title=draft.title.replace(draft.unit, "杨木桥镇人民政府"),
        ),
    )
    beside = run(written(tmp_path, draft), "--peers", str(folder), "--format", "json")[1]
    assert "H02" in {each["rule"] for each in json.loads(beside)["findings"]}
    assert run(written(tmp_path, draft), "--peers", str(tmp_path / "nowhere"))[0] == 2


def test_the_clerks_own_docx_gets_comments_at_the_cells(tmp_path: Path) -> None:
    source = Path(written(tmp_path, slipped()))
    code, said, _ = run(str(source), "--format", "docx")
    target = tmp_path / "report.check.docx"
    assert code == 4
    assert str(target) in said
    assert source.read_bytes() != target.read_bytes()
    comments = list(docx.Document(str(target)).comments)
    assert any("F02" in comment.text for comment in comments)
    with zipfile.ZipFile(target) as package:
        body = package.read("word/document.xml").decode()
        assert "word/comments.xml" in package.namelist()
    number = next(str(comment.comment_id) for comment in comments if "F02" in comment.text)
    marked = body.partition(f'<w:commentRangeStart w:id="{number}"/>')[2].partition(
        "<w:commentRangeEnd"
    )[0]
    assert "6" in marked
    assert len(marked) < 2000
    again = run(str(target), "--format", "docx", "-o", str(tmp_path / "twice.docx"))
    assert again[0] == 4
    twice = list(docx.Document(str(tmp_path / "twice.docx")).comments)
    assert [each.text for each in twice] == [each.text for each in comments]


def test_what_the_prose_says_is_commented_at_its_sentence() -> None:
    written = docx.Document()
    paragraph = written.add_paragraph()
    paragraph.add_run("全年公开信息60条。收到申请")
    paragraph.add_run("6件，均已答复。").bold = True
    paragraph.add_run("其他情况正常。")
    data = io.BytesIO()
    written.save(data)
    read = Document("docx", ())
    said = Comment("建议核实 G01 正文写6件", quote="收到申请6件，均已答复。")
    marked = docx.Document(io.BytesIO(commented(data.getvalue(), read, {}, [said])))
    (only,) = marked.paragraphs
    assert only.text == "全年公开信息60条。收到申请6件，均已答复。其他情况正常。"
    assert [run.text for run in only.runs if run.text] == [
        "全年公开信息60条。",
        "收到申请",
        "6件，均已答复。",
        "其他情况正常。",
    ]
    assert [run.bold for run in only.runs if run.text] == [None, None, True, None]
    (comment,) = marked.comments
    assert "“收到申请6件，均已答复。”" in comment.text
    order = [child.tag.rpartition("}")[2] for child in only._p]
    assert order.index("commentRangeStart") == 1


def test_comments_need_a_docx(tmp_path: Path) -> None:
    code, _, errors = run(written(tmp_path, slipped(), "page.html"), "--format", "docx")
    assert code == 2
    assert ".docx" in errors


def repacked(source: Path, target: Path, old: str, new: str) -> Path:
    """A copy of a docx with other words in its parts."""
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(target, "w") as copy:
        for name in package.namelist():
            copy.writestr(name, package.read(name).replace(old.encode(), new.encode()))
    return target


def test_a_docx_with_macros_is_read_but_gets_no_comments(tmp_path: Path) -> None:
    source = Path(written(tmp_path, slipped()))
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macros = "application/vnd.ms-word.document.macroEnabled.main+xml"
    target = repacked(source, tmp_path / "macros.docx", main, macros)
    assert run(str(target))[0] == 4
    code, _, errors = run(str(target), "--format", "docx")
    assert code == 2
    assert "批注只能写入 .docx 文件，请用 --format html" in errors


def test_an_empty_cell_can_be_commented_and_nobody_elses_words_are_touched() -> None:
    written = docx.Document()
    written.add_paragraph("标题")
    table = written.add_table(1, 2)
    table.cell(0, 0).text = "新收"
    written.add_comment(written.paragraphs[0].runs, "先前的", "科长", "科")
    source = io.BytesIO()
    written.save(source)
    grid = Grid((Cell("新收", 0, 0), Cell("", 0, 1)))
    blank = Value("blank", None, "", Where(table=1, row=1, column=2))
    target = commented(
        source.getvalue(),
        Document("docx", (grid,)),
        {"new": blank},
        [Comment("空着\n请填 0", "new")],
    )
    opened = docx.Document(io.BytesIO(target))
    assert [(c.author, c.initials, c.text) for c in opened.comments] == [
        ("科长", "科", "先前的"),
        ("nianbao 年报", "年报", "空着\n请填 0"),
    ]
    cell = opened.tables[0].cell(0, 1)._tc.xml
    assert cell.index("commentRangeStart") < cell.index("commentRangeEnd")
    assert cell.index("commentRangeEnd") < cell.index("commentReference")


def test_what_was_commented_before_is_taken_out_and_answers_stay() -> None:
    written = docx.Document()
    written.add_paragraph("收到申请6件。")
    plain = io.BytesIO()
    written.save(plain)
    read = Document("docx", ())
    first = commented(plain.getvalue(), read, {}, [Comment("旧的", quote="收到申请6件。")])
    answered = docx.Document(io.BytesIO(first))
    answered.add_comment(answered.paragraphs[0].runs, "已改", "科长", "科")
    paragraphs = [each._comment_elm.p_lst[0] for each in answered.comments]
    name = "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
    for number, paragraph in enumerate(paragraphs, 1):
        paragraph.set(name, f"0000000{number}")
    w15 = "http://schemas.microsoft.com/office/word/2012/wordml"
    blob = (
        f'<x:commentsEx xmlns:x="{w15}"><x:commentEx x:paraId="00000001" x:done="0"/>'
        '<x:commentEx x:paraId="00000002" x:paraIdParent="00000001" x:done="0"/></x:commentsEx>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
    place = PackURI("/word/commentsExtended.xml")
    package = answered.part.package
    part = Part(place, kind, blob.encode(), package)
    kept = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
    answered.part.relate_to(part, kept)
    source = io.BytesIO()
    answered.save(source)
    target = commented(source.getvalue(), read, {}, [Comment("新的", quote="收到申请6件。")])
    opened = docx.Document(io.BytesIO(target))
    assert [(c.author, c.text.partition("\n")[0]) for c in opened.comments] == [
        ("科长", "已改"),
        ("nianbao 年报", "新的"),
    ]
    there = {str(each.comment_id) for each in opened.comments}
    body = opened.element.xml
    for mark in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        assert set(re.findall(f'<w:{mark} w:id="([^"]+)"', body)) == there
    assert opened.paragraphs[0].text == "收到申请6件。"
    with zipfile.ZipFile(io.BytesIO(target)) as package_of:
        answers = package_of.read("word/commentsExtended.xml").decode()
    assert "00000001" not in answers
    assert 'paraId="00000002"' in answers


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_commented_docx_opens_in_libreoffice(tmp_path: Path) -> None:
    run(written(tmp_path, slipped()), "--format", "docx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "report.check.docx")], check=True, timeout=120)
    with pdfplumber.open(tmp_path / "report.check.pdf") as printed:
        assert "政府信息公开" in printed.pages[0].extract_text().replace(" ", "")


def test_the_page(tmp_path: Path) -> None:
    code, said, _ = run(
        written(tmp_path, slipped()), "--format", "html", "-o", str(tmp_path / "out.html")
    )
    assert code == 4
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "必须整改" in page
    assert "予以公开·自然人" in page
    cell = re.search(
        r'<td class="wrong v-error" id="c-([^"]+)"><a href="#(f-[0-9]+)">.*?</td>', page
    )
    assert cell is not None
    assert f'id="{cell[2]}"' in page  # the sum is one click away, and the cell from there
    assert f'href="#c-{cell[1]}"' in page
    assert "必须整改" in cell[0]
    assert "→ " in cell[0]
    assert "<h2>正文</h2>" in page
    assert "核对结果：" in page
    assert "out.html" in said


def test_several_pages_go_into_a_folder(tmp_path: Path) -> None:
    one, other = tmp_path / "甲镇.html", tmp_path / "乙镇.html"
    for file in (one, other):
        file.write_bytes(write_html(print_draft(slipped())))
    folder = tmp_path / "out"
    code, _, told = run(str(one), str(other), "--format", "html", "-o", str(folder))
    assert code == 4, told
    assert {file.name for file in folder.iterdir()} == {"甲镇.check.html", "乙镇.check.html"}


def test_the_documents_list_the_rules_as_they_are() -> None:
    written_page = Path(__file__).parents[2] / "docs" / "rules.md"
    assert written_page.read_text(encoding="utf-8") == as_markdown(), (
        "nianbao rules --markdown > docs/rules.md"
    )


@pytest.mark.parametrize(
    "arguments", [["F02"], ["--explain", "f02"], ["--json"], ["F02", "--json"], []]
)
def test_rules_are_explained(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["rules", *arguments])
    assert result.exit_code == 0
    assert "办理结果分项之和与总计不符" in result.stdout


def test_an_unknown_rule() -> None:
    assert CliRunner().invoke(app, ["rules", "Q99"]).exit_code == 2


def test_standard_input() -> None:
    data = write_html(print_draft(slipped()))
    result = CliRunner().invoke(
        app, ["check", "-", "--format", "json"], input=io.BytesIO(data).read()
    )
    assert json.loads(result.stdout)["file"] == "-"
