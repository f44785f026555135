"""One list of formats: whatever is left out of it, of the readers or of the kit is named here."""

from __future__ import annotations

import ast
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

import nianbao.parser.readers
from nianbao.parser.errors import ReadError
from nianbao.parser.formats import (
    ARCHIVES,
    BY_NAME,
    FORMATS,
    OPENED,
    Format,
    ends_as_a_file,
    names_a_file,
    names_a_picture,
)
from nianbao.parser.report import read
from nianbao.parser.sniff import MAGICS, OLE_KINDS, OPEN_DOCUMENTS, sniff
from tests.amounts import prove
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.samples import SAMPLES

ALL = [kind.name for kind in (*FORMATS, *ARCHIVES)]
ROOT = Path(__file__).parents[2]
NEVER_READ = {"bzip2", "xz", "cab"}  # what sniff knows only to refuse it by its name


def has_what_it_needs(name: str) -> bool:
    if name == "word":
        return shutil.which("soffice") is not None
    return name != "picture" or find_spec("rapidocr_onnxruntime") is not None


@pytest.mark.parametrize("name", ALL)
def test_its_reader_is_there(name: str) -> None:
    assert callable(BY_NAME[name].load())


def test_a_reader_that_does_not_exist_is_told() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"readers\.scroll"):
        Format("scroll", "scroll", "read_scroll", (".scroll",), "卷", "scrolls").load()
    with pytest.raises(AttributeError, match="read_scroll"):
        Format("scroll", "text", "read_scroll", (".scroll",), "卷", "scrolls").load()


def test_every_reader_is_in_the_list() -> None:
    listed = {f"{kind.module}.{kind.function}" for kind in FORMATS}
    folder = Path(nianbao.parser.readers.__file__).parent
    written = {
        f"{module.stem}.{name}" for module in folder.glob("*.py") for name in readers_in(module)
    }
    assert len(written) >= 8
    assert not written - listed, f"FORMATS in parser/formats.py has no line of {written - listed}"
    unwritten = listed - written
    assert not unwritten, f"parser/readers/ has no {unwritten} that makes a Document of bytes"


def readers_in(module: Path) -> list[str]:
    """Functions that make a Document of bytes."""
    functions = [node for node in ast.parse(module.read_text("utf-8")).body
                 if isinstance(node, ast.FunctionDef)]  # fmt: skip
    return [
        function.name
        for function in functions
        if function.name.startswith("read_")
        and function.returns is not None
        and ast.unparse(function.returns) == "Document"
    ]


def test_every_format_has_a_sample() -> None:
    missing, unknown = set(ALL) - set(SAMPLES), set(SAMPLES) - set(ALL)
    assert not missing, f"tests/reportkit/samples.py writes no {missing}"
    assert not unknown, f"parser/formats.py does not know {unknown}"


@pytest.mark.parametrize("module", sorted({kind.module for kind in FORMATS}))
def test_every_reader_has_tests_of_its_own(module: str) -> None:
    others = [path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    imports = re.compile(rf"readers(?:\.| import ){module}\b")
    tried = any(imports.search(path.read_text("utf-8")) for path in others)
    place = "tests/parser/test_roundtrip.py, nor a test beside it,"
    assert tried, f"neither {place} imports parser/readers/{module}.py"


def test_names_and_endings_are_of_one_format() -> None:
    assert len(set(ALL)) == len(ALL)
    endings = [ending for name in ALL for ending in BY_NAME[name].endings]
    assert len(set(endings)) == len(endings)
    for ending in endings:
        assert ending.startswith(".")
        assert ending == ending.lower()


def test_what_is_sniffed_is_in_the_list() -> None:
    told = {kind for _, kind in (*MAGICS, *OLE_KINDS)} | set(OPEN_DOCUMENTS.values())
    assert told - NEVER_READ <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_its_sample_is_recognised(name: str) -> None:
    if name == "word" and not has_what_it_needs(name):
        pytest.skip("needs LibreOffice")
    kind = sniff(SAMPLES[name](compose(blank_figures())))
    assert kind == name, f"by its line in parser/formats.py or parser/sniff.py it is {kind}"


LONG = ("picture",)


@pytest.mark.parametrize(
    "name", [pytest.param(kind.name, marks=[prove] if kind.name in LONG else []) for kind in OPENED]
)
def test_its_sample_is_read(name: str) -> None:
    if not has_what_it_needs(name):
        pytest.skip(f"what reads {name} is not installed")
    figures: Figures = {key: n % 7 for n, key in enumerate(blank_figures())}
    report = read(SAMPLES[name](compose(figures)))
    wrong = wrong_cells(figures, report.cells, lossless=name not in ("text", "picture"))
    unsure = [line for line in wrong if name == "picture" and "unreadable" in line]
    assert [line for line in wrong if line not in unsure] == []
    assert any(value.state == "value" for value in report.cells.values())


@pytest.mark.parametrize("name", [kind.name for kind in ARCHIVES if kind not in OPENED])
def test_other_archives_say_what_to_do(name: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(SAMPLES[name](compose(blank_figures())))
    assert caught.value.code == "archive_kind"
    assert name in caught.value.zh


def test_the_readme_and_the_errors_tell_the_list() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    unsupported = ReadError("unsupported", detail="PowerPoint")
    for kind in OPENED:
        row = f"| {' '.join(kind.endings)} | {kind.en} |"
        assert row in readme, f"README.md: its table of formats has no {row}"
        for ending in kind.endings:
            assert ending in unsupported.zh
            assert ending in unsupported.en


@pytest.mark.parametrize(
    "ending", [e for name in ALL if name != "html" for e in BY_NAME[name].endings]
)
def test_a_link_with_its_ending_is_a_file(ending: str) -> None:
    for href in (f"/a/b{ending}", f"b{ending.upper()}", f"b{ending}?v=1", f"b{ending}#2"):
        assert ends_as_a_file(href), href
        assert names_a_file(href), href
        assert names_a_picture(href) is (ending in BY_NAME["picture"].endings)
    assert names_a_file(f"/download.jsp?name=b{ending}&key=1")
    assert not ends_as_a_file(f"/download.jsp?name=b{ending}&key=1")


@pytest.mark.parametrize(
    "href",
    ["/index.html", "list.htm?page=2", "/a.shtml", "/zwgk/", "", "http://www.gz.gov.cn/zwgk/",
     "/news.etc", "/t20240101_1.jhtml", "javascript:void(0)", "/docx", "a.jspx?id=1"],
)  # fmt: skip
def test_a_link_to_a_page_is_no_file(href: str) -> None:
    assert not ends_as_a_file(href)
    assert not names_a_file(href)
    assert not names_a_picture(href)
