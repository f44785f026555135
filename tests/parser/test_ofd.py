"""OFD files: what was printed is what is read; what can't be told is said."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nianbao.parser.document import Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.ofd import read_ofd
from nianbao.parser.report import read, read_tables
from tests.amounts import many
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import Style, compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.grids import bare, doubts, printed_grid, printed_grids, read_grids
from tests.reportkit.printed import Table, Text
from tests.reportkit.strategies import figures, styles
from tests.reportkit.tables import tables
from tests.reportkit.write_ofd import pack, write_ofd

REPORT = compose({key: n % 9 for n, key in enumerate(blank_figures())})


@pytest.mark.parametrize("as_rectangles", [False, True])
@pytest.mark.parametrize("templates", [False, True])
@pytest.mark.parametrize("scaled", [False, True])
def test_drawn_in_any_way(as_rectangles: bool, templates: bool, scaled: bool) -> None:
    data = write_ofd(
        REPORT, as_rectangles=as_rectangles, templates=templates, scaled=scaled, blocks=scaled
    )
    document = read_ofd(data)
    assert read_grids(document.blocks) == printed_grids(REPORT)
    assert not doubts(document.blocks)
    assert document.meta["ofd.title"] == "年度报告"


@pytest.mark.parametrize("vertical", ["stacked", "turned"])
def test_vertical_labels(vertical: str) -> None:
    assert read_grids(
        read_ofd(write_ofd(REPORT, vertical_labels=vertical)).blocks
    ) == printed_grids(REPORT)


@many(12, 40)
@given(table=tables())
def test_tables_of_any_shape(table: Table) -> None:
    expected = printed_grid(table)
    assume(len(expected) > 1)
    document = read_ofd(write_ofd((Text("标题"), table, Text("以上。"))))
    assert read_grids(document.blocks) == [expected]


@many(20, 60)
@given(numbers=figures("2021"), style=styles(), height=st.integers(300, 842), ruled=st.booleans())
def test_reports(numbers: Figures, style: Style, height: int, ruled: bool) -> None:
    document = read_ofd(write_ofd(compose(numbers, style=style), page_height=height, ruled=ruled))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=False)


@pytest.mark.parametrize("zero", ["零", "0"])
@pytest.mark.parametrize("height", [300, 420, 842])
def test_a_zero_in_words_on_a_page_without_rules_is_no_blank(zero: str, height: int) -> None:
    keys = [key for key in blank_figures("2021") if key.startswith(("disputes.", "requests."))]
    numbers = blank_figures("2021", 85) | dict.fromkeys(keys[::4], 0)
    printed = compose(numbers, style=Style(zero=zero))
    document = read_ofd(write_ofd(printed, page_height=height, ruled=False))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=False)


def test_a_whole_report_through_the_front_door() -> None:
    report = read(write_ofd(REPORT))
    assert (report.format, report.unit, report.county, report.year) == (
        "ofd",
        "柳树镇人民政府",
        "平安县",
        2023,
    )
    assert report.title == "平安县柳树镇人民政府2023年政府信息公开工作年度报告"


# ---- what is not as it seems


def parts_of(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


SMALL = write_ofd((Text("第12条"), Text("第34条")))


def changed(old: str, new: str, part: str = "Doc_0/Pages/Page_0/Content.xml") -> bytes:
    parts = parts_of(SMALL)
    assert old in parts[part]
    return pack({**parts, part: parts[part].replace(old, new)})


def lines(data: bytes) -> list[tuple[str, str]]:
    return [(bare(b.text), b.doubt) for b in read_ofd(data).blocks if isinstance(b, Paragraph)]


def test_text_that_is_not_seen_is_not_read() -> None:
    assert [text for text, _ in lines(SMALL)][:2] == ["第12条", "第34条"]
    for attribute in ('Visible="false" ', 'Alpha="0" '):
        hidden = changed("<ofd:TextObject ID=", f"<ofd:TextObject {attribute}ID=")
        with pytest.raises(ReadError) as caught:
            read_ofd(hidden)
        assert caught.value.code == "no_text"


def test_white_text_is_not_read() -> None:
    white = changed("<ofd:TextCode", '<ofd:FillColor Value="255 255 255"/><ofd:TextCode')
    with pytest.raises(ReadError):
        read_ofd(white)


def test_characters_without_a_meaning_are_doubted() -> None:
    (text, doubt), *_ = lines(changed("第12条", "第1\ue0002条"))
    assert "\ufffd" in text
    assert doubt
    (_, doubt), *_ = lines(
        changed(
            "<ofd:TextCode",
            '<ofd:CGTransform CodePosition="1" CodeCount="2" GlyphCount="1"/><ofd:TextCode',
        )
    )
    assert doubt


NEST, NEST_END = "<ofd:PageBlock>", "</ofd:PageBlock>"
BROKEN = {
    "no document": (lambda: pack({"OFD.xml": parts_of(SMALL)["OFD.xml"]}), "broken"),
    "no pages listed": (lambda: changed("<ofd:Page ID", "<ofd:Leaf ID", "Doc_0/Document.xml"), "no_text"),
    "a page that is not there": (lambda: changed("Page_0", "Page_9", "Doc_0/Document.xml"), "broken"),
    "a page outside": (
        lambda: changed("Pages/Page_0/Content.xml", "../../../etc/passwd", "Doc_0/Document.xml"),
        "broken",
    ),
    "cut short": (lambda: SMALL[: len(SMALL) // 2], "truncated"),
    "cut XML": (lambda: changed("</ofd:Content></ofd:Page>", ""), "broken"),
    "a document type": (
        lambda: pack({**parts_of(SMALL), "Doc_0/Pages/Page_0/Content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "broken",
    ),
    "blocks in blocks": (
        lambda: changed("<ofd:Layer ID=", f"<ofd:Layer>{NEST * 40}{NEST_END * 40}</ofd:Layer><ofd:Layer ID="),
        "too_complex",
    ),
    "too many pages": (
        lambda: changed("</ofd:Pages>", '<ofd:Page BaseLoc="Pages/Page_0/Content.xml"/>' * 999 + "</ofd:Pages>",
                        "Doc_0/Document.xml"),
        "too_complex",
    ),
    "a bomb": (lambda: changed("<ofd:Layer ID=\"7\">", '<ofd:Layer ID="7">' + " " * 40_000_000), "bomb"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_give_a_sentence(name: str) -> None:
    make, code = BROKEN[name]
    with pytest.raises(ReadError) as caught:
        read(make())
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('Size="', 'Size="nan'),
        ('Boundary="', 'Boundary="1e400 '),
        ('DeltaX="', 'DeltaX="g g g 9 '),
        ("<ofd:TextCode X=", '<ofd:TextCode DeltaY="g" X='),
        ('Font="3"', 'Font="3" CTM="0 0 0 0 0 0"'),
    ],
)
def test_nonsense_numbers_do_no_harm(old: str, new: str) -> None:
    with suppress(ReadError):
        assert sum(len(text) for text, _ in lines(changed(old, new))) <= 12
