"""Each stage from glyphs and rules to paragraphs and tables, alone, on small pages made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nianbao.parser.document import Cell, Grid, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.page.blocks import blocks_of
from nianbao.parser.readers.page.lattices import MOST_PLACES, lattices
from nianbao.parser.readers.page.lines import (
    Field,
    Line,
    fields_of,
    lines_of,
    numbers_apart,
    text_lines,
    upright_glyph,
)
from nianbao.parser.readers.page.page_ends import CUT, drop_running_lines, join_tables
from nianbao.parser.readers.page.shapes import (
    NUMBERING,
    Box,
    Glyph,
    Page,
    in_reading_frame,
    numberlike,
)
from nianbao.parser.readers.page.sheets import single_pages, upright
from nianbao.parser.readers.page.tables import CROSSES, Leaf, Table, lay_out
from nianbao.parser.readers.page.unruled import keep_blanks_in_place

EM = 10.0  # the size of every hand-made glyph; Chinese ones are as wide, digits half as wide


def written(text: str, x: float, top: float) -> list[Glyph]:
    """A run of glyphs; a space in it leaves its room and no glyph."""
    glyphs = []
    for char in text:
        width = EM / 2 if char.isascii() else EM
        if char != " ":
            glyphs.append(Glyph(char, x, top, x + width, top + EM))
        x += width
    return glyphs


def ruled(xs: Sequence[float], ys: Sequence[float]) -> list[Box]:
    """The rules of a table without merged cells."""
    level = [Box(xs[0], y, xs[-1], y) for y in ys]
    return level + [Box(x, ys[0], x, ys[-1]) for x in xs]


def page(
    glyphs: Sequence[Glyph] = (), rules: Sequence[Box] = (), number: int = 1, **more: float
) -> Page:
    return Page(number, more.get("width", 600), more.get("height", 800), glyphs, rules)


def line(*fields: Field | str, top: float = 100, leaf: int = 0, full: bool = False) -> Line:
    """A line whose fields, where only their texts are given, stand 50 points apart."""
    placed = [
        Field(field, 50 * n, 50 * n + 10) if isinstance(field, str) else field
        for n, field in enumerate(fields)
    ]
    return Line(leaf + 1, leaf, top, top + EM, placed, full)


# ---- shapes


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_box_keeps_its_size_in_every_reading_frame(turn: int) -> None:
    seen = in_reading_frame(Box(10, 20, 40, 60), turn)
    sides = (40, 30) if turn in (90, 270) else (30, 40)
    assert (seen.x1 - seen.x0, seen.bottom - seen.top) == sides


def test_turned_writing_is_read_downwards_or_upwards() -> None:
    above, below = Box(10, 0, 20, 10), Box(10, 30, 20, 40)
    assert in_reading_frame(above, 90).x0 < in_reading_frame(below, 90).x0
    assert in_reading_frame(above, 270).x0 > in_reading_frame(below, 270).x0
    assert in_reading_frame(above, 180).top > in_reading_frame(below, 180).top


@pytest.mark.parametrize("text", ["0", " 12 ", "1,024", "3.5", "6件", "－2", "/", "—", "无", "６"])
def test_what_may_be_the_value_of_a_cell(text: str) -> None:
    assert numberlike(text)


@pytest.mark.parametrize("text", ["", "件", "第1页", "2023年", "（一）", "总计", "1a"])
def test_what_is_no_value(text: str) -> None:
    assert not numberlike(text)


@pytest.mark.parametrize("text", ["1.予以公开", "（三）不予公开", "二、主动公开", "第20条"])
def test_numbering(text: str) -> None:
    assert NUMBERING.match(text)


# ---- sheets


def test_an_empty_page_is_upright() -> None:
    empty = page()
    assert upright(empty) is empty
    assert list(single_pages([empty])) == [empty]


def test_a_page_on_its_side_is_turned() -> None:
    """Written downwards along the right edge of a sheet that is wider than high."""
    glyphs = [
        Glyph(char, 700, 50 + 10 * n, 710, 60 + 10 * n, 90) for n, char in enumerate("年度报告")
    ]
    turned = upright(Page(1, 800, 600, glyphs, [Box(690, 40, 690, 200)], [Box(0, 0, 8, 6)]))
    assert (turned.width, turned.height) == (600, 800)
    assert [glyph.turn for glyph in turned.glyphs] == [0, 0, 0, 0]
    (text,) = lines_of(turned.glyphs)
    assert "".join(glyph.text for glyph in text) == "年度报告"
    assert text[0].top == 800 - 710  # what was near the right edge is near the head
    (rule,) = turned.rules
    assert (rule.top, rule.bottom, rule.x1 - rule.x0) == (110, 110, 160)
    for box in (rule, *turned.drawings):
        assert box.x0 >= 0
        assert box.x1 <= 600


def test_a_page_with_some_turned_labels_is_left_as_it_is() -> None:
    labels = [Glyph("合", 10, 10 * n, 20, 10 * n + 10, 90) for n in range(4)]
    mixed = page([*labels, *written("申请人情况", 100, 50)])
    assert upright(mixed) is mixed


def full_lines(x: float, count: int = 5) -> list[Glyph]:
    return [
        g for n in range(count) for g in written("本镇认真贯彻落实条例有关要求", x, 100 + 20 * n)
    ]


def test_two_pages_on_a_sheet_are_taken_apart() -> None:
    sheet = page([*full_lines(100), *full_lines(600)], width=840, height=600, number=3)
    left, right = single_pages([sheet])
    assert (left.number, right.number) == (3, 3)
    assert len(left.glyphs) == len(right.glyphs) == 70
    assert left.width + right.width == 840
    assert max(g.x1 for g in left.glyphs) < left.width
    assert min(g.x0 for g in right.glyphs) == 600 - left.width  # from its own edge


def test_page_numbers_that_follow_each_other_part_a_sheet() -> None:
    """Two pages with little on them."""
    words = [*written("主动公开情况", 100, 100), *written("收到申请情况", 600, 100)] * 4
    numbered = [*words, *written("- 4 -", 200, 560), *written("- 5 -", 700, 560)]
    assert len(list(single_pages([page(numbered, width=840, height=600)]))) == 2
    repeated = [*words, *written("- 4 -", 200, 560), *written("- 4 -", 700, 560)]
    assert len(list(single_pages([page(repeated, width=840, height=600)]))) == 1


def test_a_wide_table_is_one_page() -> None:
    """Rules that go across, or columns of numbers with room between them, are of one table."""
    across = page(
        [*full_lines(100), *full_lines(600)], [Box(100, 90, 740, 90)], width=840, height=600
    )
    assert len(list(single_pages([across]))) == 1
    columns = [g for n in range(20) for g in written("0", 120, 20 * n) + written("0", 700, 20 * n)]
    assert len(list(single_pages([page(columns, width=840, height=600)]))) == 1


def test_a_page_that_is_higher_than_wide_is_never_cut() -> None:
    tall = page([*full_lines(20), *full_lines(320)], width=600, height=800)
    assert list(single_pages([tall])) == [tall]


# ---- lattices


def test_no_rules_make_no_lattice() -> None:
    assert lattices([]) == []
    assert lattices([Box(0, 10, 200, 10)]) == []


def test_a_box_around_one_cell_is_no_table() -> None:
    assert lattices(ruled([0, 100], [0, 50])) == []


def test_rows_and_columns() -> None:
    (lattice,) = lattices(ruled([0, 50, 100], [0, 20, 40]))
    assert (lattice.xs, lattice.ys) == ((0, 50, 100), (0, 20, 40))
    assert [region[:4] for region in lattice.regions] == [
        (0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1),
    ]  # fmt: skip
    assert lattice.box == Box(0, 0, 100, 40)


def test_double_strokes_are_one_rule() -> None:
    """A border drawn twice makes no row or column of its own."""
    once = ruled([0, 50, 100], [0, 20, 40])
    twice = [Box(r.x0 + 1.5, r.top + 1.5, r.x1 + 1.5, r.bottom + 1.5) for r in once]
    (lattice,) = lattices([*once, *twice])
    assert (len(lattice.xs), len(lattice.ys), len(lattice.regions)) == (3, 3, 4)


def test_rules_drawn_cell_by_cell_and_dash_by_dash() -> None:
    dashes = [Box(x, y, x + 4, y) for y in (0, 20, 40) for x in range(0, 100, 6)]
    sides = [Box(x, y, x, y + 20) for x in (0, 50, 100) for y in (0, 20)]
    (lattice,) = lattices([*dashes, *sides])
    assert len(lattice.regions) == 4


def test_merged_cells() -> None:
    """A label over two rows and a head over two columns."""
    rules = [
        Box(0, 0, 150, 0), Box(50, 20, 150, 20), Box(0, 40, 150, 40),
        Box(0, 0, 0, 40), Box(50, 0, 50, 40), Box(100, 20, 100, 40), Box(150, 0, 150, 40),
    ]  # fmt: skip
    (lattice,) = lattices(rules)
    assert {region[:4] for region in lattice.regions} == {
        (0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1),
    }  # fmt: skip
    assert not any(region.doubt for region in lattice.regions)


def test_cells_that_make_no_rectangle_are_doubted() -> None:
    """One inner rule stops halfway: which cells are one can't be told."""
    rules = [
        *ruled([0, 100], [0, 40]), Box(50, 0, 50, 20), Box(0, 20, 50, 20),
    ]  # fmt: skip
    (lattice,) = lattices(rules)
    doubted = [region[:2] for region in lattice.regions if region.doubt]
    assert (0, 0) not in doubted
    assert len(doubted) == 3


def test_a_table_without_its_outer_sides_is_closed_by_the_ends_of_its_rules() -> None:
    level = [Box(0, y, 100, y) for y in (0, 20, 40)]
    (lattice,) = lattices([*level, Box(50, 0, 50, 40)])
    assert lattice.xs == (0, 50, 100)
    assert len(lattice.regions) == 4


def test_a_piece_of_a_table_is_open_where_no_rule_closes_it() -> None:
    (lattice,) = lattices([r for r in ruled([0, 50, 100], [0, 20, 40]) if r.bottom != 0])
    assert (lattice.open_top, lattice.open_bottom) == (True, False)
    (lattice,) = lattices([r for r in ruled([0, 50, 100], [0, 20, 40]) if r.top != 40])
    assert (lattice.open_top, lattice.open_bottom) == (False, True)


def test_tables_come_from_top_to_bottom() -> None:
    lower, upper = ruled([0, 50, 100], [300, 320]), ruled([0, 50, 100], [100, 120])
    assert [lattice.ys[0] for lattice in lattices([*lower, *upper])] == [100, 300]


def test_a_page_full_of_lines_is_refused() -> None:
    side = int(MOST_PLACES**0.5) + 2
    marks = [8.0 * n for n in range(side)]
    with pytest.raises(ReadError) as caught:
        lattices(ruled(marks, marks))
    assert caught.value.code == "too_complex"


# ---- lines


def texts(glyphs: Sequence[Glyph]) -> list[str]:
    return ["".join(glyph.text for glyph in made) for made in lines_of(glyphs)]


def test_lines_from_top_to_bottom_and_left_to_right() -> None:
    assert lines_of([]) == []
    glyphs = [*written("下行", 0, 130), *written("上行", 0, 100)]
    assert texts(reversed(glyphs)) == ["上行", "下行"]  # type: ignore[arg-type]


def test_a_glyph_a_little_lower_is_still_of_the_line() -> None:
    assert texts([*written("12", 0, 100), *written("3", 10, 103)]) == ["123"]
    assert texts([*written("12", 0, 100), *written("3", 10, 106)]) == ["12", "3"]


def test_a_character_drawn_twice_to_look_bold_counts_once() -> None:
    assert texts([*written("6件", 0, 100), *written("6件", 0.5, 100)]) == ["6件"]
    assert texts(written("66", 0, 100)) == ["66"]  # two digits beside each other are two


def test_different_characters_upon_each_other_are_doubted() -> None:
    (made,) = lines_of([*written("3", 0, 100), *written("8", 0.5, 100)])
    assert all(glyph.doubt for glyph in made)


def test_fields_are_parted_by_room() -> None:
    (made,) = lines_of(written("总计   12 3", 0, 100))
    assert [field.text for field in fields_of(made)] == ["总计", "12 3"]


def test_numbers_need_less_room_between_them_than_words() -> None:
    (row,) = lines_of(written("申请   1  2  3", 0, 100))
    assert [field.text for field in numbers_apart(row)] == ["申请", "1", "2", "3"]
    (prose,) = lines_of(written("共 12  34", 0, 100))
    assert len(numbers_apart(prose)) == 1  # one field: these are no cells


def test_the_doubt_of_a_glyph_is_its_field_s() -> None:
    doubtful = [glyph._replace(doubt="faint") for glyph in written("7", 0, 100)]
    (field,) = fields_of([*doubtful, *written("8", 5, 100)])
    assert field.doubt == "faint"
    assert line("a", field).doubt == "faint"


def test_full_lines_and_margins() -> None:
    long = written("本镇认真贯彻落实条例有关要求及时公开信息并依法办理申请", 0, 100)
    short = written("二〇二四年", 60, 120)
    first, second = text_lines([*long, *short], 1, 0, [])
    assert (first.full, first.starts_at_margin) == (True, True)
    assert (second.full, second.starts_at_margin) == (False, False)


def test_turned_text_is_read_in_its_own_direction() -> None:
    glyphs = [
        Glyph(char, 500, 100 + 10 * n, 510, 110 + 10 * n, 90) for n, char in enumerate("附表")
    ]
    assert texts([upright_glyph(glyph) for glyph in glyphs]) == ["附表"]
    (made,) = text_lines(glyphs, 1, 0, [])
    assert made.text == "附表"


# ---- tables


def cells_of(glyphs: Sequence[Glyph], rules: Sequence[Box], **more: Sequence[Box]) -> list[Cell]:
    leaf = lay_out(Page(1, 600, 800, glyphs, rules, more.get("drawings", ())), 0)
    (table,) = [item for item in leaf.items if isinstance(item, Table)]
    return table.cells


ONE_ROW = ruled([0, 100, 130], [0, 40])


def test_an_empty_page_lays_out_nothing() -> None:
    assert lay_out(page(), 0).items == []
    assert lay_out(page([Glyph(" ", 0, 0, 5, 10)]), 0).items == []


def test_glyphs_stand_in_their_cells_and_blank_cells_are_there() -> None:
    rules = ruled([0, 100, 150, 200], [0, 20, 40])
    glyphs = [*written("新收", 5, 5), *written("12", 110, 5), *written("7", 170, 25)]
    assert [cell.text for cell in cells_of(glyphs, rules)] == ["新收", "12", "", "", "", "7"]


def test_what_stands_around_a_table_is_text_in_its_place() -> None:
    around = [*written("前", 0, 50), *written("后", 0, 200)]
    items = lay_out(page(around, ruled([0, 50, 100], [100, 120])), 0).items
    assert [type(item) for item in items] == [Line, Table, Line]


def test_a_label_in_two_lines_keeps_its_lines() -> None:
    glyphs = [*written("予以", 5, 5), *written("公开", 5, 20)]
    assert cells_of(glyphs, ONE_ROW)[0].text == "予以\n公开"


def test_a_number_wrapped_in_its_cell_is_one() -> None:
    """123456 in a column with room for four digits."""
    glyphs = [*written("12345", 102, 5), *written("6", 102, 20)]
    assert cells_of(glyphs, ONE_ROW)[1] == Cell("123456", 0, 1)


def test_a_number_that_may_be_wrapped_is_doubted() -> None:
    """There was room for one digit more: the second line may be a number of its own."""
    wrapped = cells_of([*written("123", 102, 5), *written("4", 102, 20)], ONE_ROW)[1]
    assert (wrapped.text, wrapped.doubt) == ("1234", "the number stands in two lines")


# words that come as near to the rules as the padding of the cells lets them
PADDED = [*written("新收申请件数合", 5, 5), *written("计", 5, 20)]


def test_the_padding_of_a_table_says_whether_a_line_is_full() -> None:
    """The rules leave room for one digit more; 5 points of padding on both sides do not."""
    narrow = ruled([0, 80, 105], [0, 40])
    wrapped = cells_of([*PADDED, *written("123", 85, 5), *written("4", 85, 20)], narrow)[1]
    assert wrapped == Cell("1234", 0, 1)


@pytest.mark.parametrize("lines", [("12", "345"), ("12", "3", "45"), ("1", "2")])
def test_a_line_that_is_longer_than_the_first_is_another_number(lines: tuple[str, ...]) -> None:
    glyphs = [glyph for n, text in enumerate(lines) for glyph in written(text, 85, 2 + 12 * n)]
    assert cells_of([*PADDED, *glyphs], ruled([0, 80, 105], [0, 40]))[1].doubt


def test_two_numbers_in_one_cell_are_never_joined() -> None:
    double = cells_of([*written("1", 102, 5), *written("2", 102, 20)], ONE_ROW)[1]
    assert (double.text, double.doubt) == ("1\n2", "numbers in several lines of one cell")


@pytest.mark.parametrize("x", [n / 4 + 35 for n in range(60)])
def test_a_number_over_the_border_is_never_two_numbers(x: float) -> None:
    """Wherever the border goes through 123, no cell shows a part of it as sure."""
    cells = cells_of(written("123", x, 5), ruled([0, 50, 100], [0, 20]))
    for cell in cells:
        assert cell.text in ("", "123") or cell.doubt == CROSSES


def test_digits_that_meet_at_the_border_make_both_cells_doubtful() -> None:
    rules = ruled([0, 50, 100], [0, 20])
    met = cells_of([*written("12", 39.8, 5), *written("34", 50.2, 5)], rules)
    assert [cell.doubt for cell in met] == [CROSSES, CROSSES]
    apart = cells_of([*written("12", 35, 5), *written("34", 55, 5)], rules)
    assert [cell.doubt for cell in apart] == ["", ""]


def test_a_drawing_in_an_empty_cell_may_be_writing() -> None:
    rules = ruled([0, 50, 100], [0, 20])
    first, second = cells_of([], rules, drawings=[Box(10, 5, 20, 15)])
    assert first.doubt == "something is drawn in this cell that is not text"
    assert second.doubt == ""
    seal = cells_of([], rules, drawings=[Box(-100, -100, 180, 120)])
    assert not any(cell.doubt for cell in seal)


def test_vertical_writing_is_read_column_by_column() -> None:
    """法人 and 组织 upright, below each other, two columns from the right to the left."""
    column = [(char, 40.0, 10.0 * n) for n, char in enumerate("法人或其")]
    column += [(char, 15.0, 10.0 * n) for n, char in enumerate("他组织")]
    glyphs = [Glyph(char, x, y + 2, x + EM, y + 2 + EM) for char, x, y in column]
    text = cells_of(glyphs, ruled([0, 60, 120], [0, 60]))[0].text
    assert text.replace("\n", "") == "法人或其他组织"


def test_a_cell_of_a_table_within_a_cell_goes_to_the_smaller_one() -> None:
    rules = [*ruled([0, 200, 400], [0, 100]), *ruled([20, 60, 100], [20, 60])]
    leaf = lay_out(page(written("5", 30, 30), rules), 0)
    outer, inner = [item for item in leaf.items if isinstance(item, Table)]
    assert [cell.text for cell in inner.cells] == ["5", ""]
    assert not any(cell.text for cell in outer.cells)


# ---- page ends


def leaves(*lines_by_page: Sequence[Line]) -> list[Leaf]:
    return [Leaf(n, page(number=n + 1), list(lines), []) for n, lines in enumerate(lines_by_page)]


def kept(pages: list[Leaf]) -> list[list[str]]:
    drop_running_lines(pages)
    return [[item.text for item in leaf.items if isinstance(item, Line)] for leaf in pages]


def test_no_pages_have_no_running_lines() -> None:
    assert kept([]) == []
    assert kept(leaves([])) == [[]]


@pytest.mark.parametrize("number", ["- 1 -", "—1—", "第1页", "第1页 共3页", "1/3", "Page 1 of 3"])
def test_a_page_number_is_no_text(number: str) -> None:
    assert kept(leaves([line("正文"), line(number, top=770)])) == [["正文"]]


def test_bare_numbers_that_count_the_pages_are_page_numbers() -> None:
    assert kept(leaves(*([line("文"), line(str(n), top=770)] for n in (4, 5, 6)))) == [["文"]] * 3
    assert kept(leaves([line("文"), line("7", top=770)])) == [["文", "7"]]  # it may be a value


def test_numbers_that_do_not_count_the_pages_stay() -> None:
    values = leaves(*([line("文"), line(str(n), top=770)] for n in (4, 4, 9)))
    assert [texts_[-1] for texts_ in kept(values)] == ["4", "4", "9"]


def test_a_page_number_in_the_middle_of_a_page_is_text() -> None:
    assert kept(leaves([line("- 1 -", top=400)])) == [["- 1 -"]]


def test_the_head_of_most_pages_is_no_text() -> None:
    pages = leaves(*([line("砂河镇年度报告", top=20), line(text)] for text in "甲乙丙"))
    assert kept(pages) == [["甲"], ["乙"], ["丙"]]
    two = leaves(*([line("砂河镇年度报告", top=20), line(text)] for text in "甲乙"))
    assert [len(rest) for rest in kept(two)] == [2, 2]


def test_a_row_of_numbers_at_the_foot_of_every_page_stays() -> None:
    pages = leaves(*([line("文"), line("总计", "0", "0", top=770)] for _ in range(3)))
    assert [len(rest) for rest in kept(pages)] == [2, 2, 2]


def table(
    *rows: Sequence[str],
    leaf: int = 0,
    full: Sequence[tuple[int, int]] = (),
    open_top: bool = False,
    open_bottom: bool = False,
) -> Table:
    cells = [Cell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row)]
    xs = [50.0 * n for n in range(len(rows[0]) + 1)]
    return Table(
        leaf + 1, leaf, leaf, 0, 100, xs, len(rows), cells, set(full), open_top, open_bottom
    )


def joined(*pieces: Table | Line) -> list[Table | Line]:
    return join_tables(list(pieces))


def rows_of(item: Table | Line) -> list[list[str]]:
    assert isinstance(item, Table)
    rows: list[list[str]] = [[] for _ in range(item.height)]
    for cell in item.cells:
        rows[cell.row].append(cell.text)
    return rows


HEAD = ["申请人", "自然人", "总计"]


def test_nothing_is_joined_with_nothing() -> None:
    assert join_tables([]) == []


def test_a_table_goes_on_over_the_page_end() -> None:
    (whole,) = joined(table(HEAD, ["（一）甲", "1", "2"]), table(["（二）乙", "3", "4"], leaf=1))
    assert rows_of(whole) == [HEAD, ["（一）甲", "1", "2"], ["（二）乙", "3", "4"]]
    assert isinstance(whole, Table)
    assert not any(cell.doubt for cell in whole.cells)
    assert (whole.leaf, whole.last_leaf) == (0, 1)


def test_a_repeated_header_is_left_out() -> None:
    (whole,) = joined(
        table(HEAD, ["（一）甲", "1", "2"]), table(HEAD, ["（二）乙", "3", "4"], leaf=1)
    )
    assert rows_of(whole) == [HEAD, ["（一）甲", "1", "2"], ["（二）乙", "3", "4"]]


def test_a_row_of_numbers_that_stands_twice_is_no_header() -> None:
    (whole,) = joined(table(["甲", "1"], ["乙", "2"]), table(["甲", "1"], ["丙", "3"], leaf=1))
    assert [row[0] for row in rows_of(whole)] == ["甲", "乙", "甲", "丙"]


def test_a_row_cut_by_the_page_end_is_one_row() -> None:
    """The label goes on over the page end, its numbers stand on the first page."""
    (whole,) = joined(
        table(HEAD, ["1.属于国家", "0", "5"], full=[(1, 0)]), table(["秘密", "", ""], leaf=1)
    )
    assert rows_of(whole) == [HEAD, ["1.属于国家\n秘密", "0", "5"]]


def cut_header(*below: str) -> list[Table]:
    """Five labels of one row, beside a cell that is wider than those below it."""
    xs = [50.0 * n for n in range(6)]
    upper = Table(
        1, 0, 0, 0, 40, xs, 1,
        [Cell("结果维", 0, 0), Cell("结果纠", 0, 1), Cell("总计", 0, 2), Cell("复议后起诉", 0, 3, 1, 2)],
        set(), False, False,
    )  # fmt: skip
    return [upper, table([*below], ["7", "1", "8", "9", "5"], leaf=1)]


def test_labels_of_a_header_that_go_on_beside_others_are_put_together() -> None:
    (whole,) = joined(*cut_header("持", "正", "", "总计", "其他"))
    assert isinstance(whole, Table)
    told = [(cell.text, cell.rowspan) for cell in whole.cells]
    assert told[:3] == [("结果维\n持", 2), ("结果纠\n正", 2), ("总计", 2)]
    assert told[4:6] == [("总计", 1), ("其他", 1)]


@pytest.mark.parametrize("below", [("3", "0", "", "1", "2"), ("甲", "正", "", "总计", "其他")])
def test_what_makes_no_label_is_not_put_together(below: tuple[str, ...]) -> None:
    (whole,) = joined(*cut_header(*below))
    assert isinstance(whole, Table)
    assert [cell.text for cell in whole.cells][:3] == ["结果维", "结果纠", "总计"]


def test_a_row_that_may_be_cut_is_doubted() -> None:
    """A label below without numbering, in a row without numbers: a row of its own, or the rest?"""
    (whole,) = joined(
        table(HEAD, ["属于国家", "0", "5"]), table(["秘密", "", ""], ["乙", "1", "2"], leaf=1)
    )
    assert isinstance(whole, Table)
    doubts = {(cell.row, cell.col) for cell in whole.cells if cell.doubt == CUT}
    assert doubts == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert [cell.text for cell in whole.cells if cell.row == 1] == ["属于国家", "0", "5"]


@pytest.mark.parametrize("rest", ["", "秘密"])
def test_numbers_that_the_page_end_cuts_are_doubted(rest: str) -> None:
    """340件 in a narrow column: 34 stands on one page, 0件 on the next."""
    (whole,) = joined(
        table(HEAD, ["1.属于国家", "34", "340"], full=[(1, 0), (1, 1)]),
        table([rest, "0件", ""], ["2.其他", "1", "2"], leaf=1),
    )
    assert isinstance(whole, Table)
    doubts = {(cell.row, cell.col) for cell in whole.cells if cell.doubt == CUT}
    assert doubts == {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_rows_with_numbers_of_their_own_are_never_one() -> None:
    (whole,) = joined(
        table(HEAD, ["甲", "1", "2"], open_bottom=True), table(["乙", "3", "4"], leaf=1)
    )
    assert rows_of(whole)[1:] == [["甲", "1", "2"], ["乙", "3", "4"]]


def test_an_empty_rest_of_a_row_adds_none() -> None:
    (whole,) = joined(table(HEAD, ["甲", "1", "2"]), table(["", "", ""], ["乙", "3", "4"], leaf=1))
    assert rows_of(whole)[1:] == [["甲", "1", "2"], ["乙", "3", "4"]]


def test_tables_of_other_columns_stay_apart() -> None:
    assert len(joined(table(HEAD), table(["甲", "1"], leaf=1))) == 2
    wide = table(HEAD, leaf=1)
    wide.xs = [0, 80, 120, 150]
    assert len(joined(table(HEAD), wide)) == 2


def test_tables_of_one_page_or_with_text_between_stay_apart() -> None:
    assert len(joined(table(HEAD), table(HEAD))) == 2
    assert len(joined(table(HEAD), line("文"), table(HEAD, leaf=1))) == 3


# ---- tables without rules


def placed(label: str, **numbers: str) -> Line:
    """A row: its label at the left, each number in the column a, b or c."""
    at = {"a": 200.0, "b": 250.0, "c": 300.0}
    fields = [Field(label, 0, 100)] if label else []
    return line(*fields, *(Field(n, at[c], at[c] + 10) for c, n in numbers.items()))


def aligned(*rows: Line) -> list[str]:
    keep_blanks_in_place(list(rows))
    return [row.text for row in rows]


def test_nothing_keeps_nothing_in_place() -> None:
    assert keep_blanks_in_place([]) == []


def test_a_blank_among_numbers_keeps_its_place() -> None:
    assert aligned(placed("甲", a="1", b="2", c="3"), placed("乙", a="4", c="6")) == [
        "甲\t1\t2\t3",
        "乙\t4\t\t6",
    ]


def test_blanks_at_both_ends_keep_their_places() -> None:
    assert aligned(placed("甲", a="1", b="2", c="3"), placed("乙", b="5"))[1] == "乙\t\t5\t"


def test_a_label_broken_over_lines_does_not_end_the_run() -> None:
    rows = placed("甲", a="1", b="2"), line("（续）"), placed("乙", b="4")
    assert aligned(*rows)[2] == "乙\t\t4"


def test_one_row_alone_proves_no_columns() -> None:
    assert aligned(placed("甲", a="1", c="3")) == ["甲\t1\t3"]


def test_rows_of_another_page_prove_nothing() -> None:
    below = placed("乙", c="6")
    below.leaf = 1
    assert aligned(placed("甲", a="1", b="2", c="3"), below)[1] == "乙\t6"


def test_prose_ends_a_run() -> None:
    prose = line("本年新收政府信息公开申请六件，均已按期办结", full=True)
    rows = placed("甲", a="1", b="2", c="3"), prose, placed("乙", c="6")
    assert aligned(*rows)[2] == "乙\t6"


def test_numbers_that_stand_under_two_columns_place_none() -> None:
    """A wide number bridges two columns: none of them is told apart."""
    wide = line(Field("丙", 0, 100), Field("123456789", 205, 265), Field("3", 300, 310))
    rows = placed("甲", a="1", b="2", c="3"), wide, placed("乙", c="6")
    assert aligned(*rows)[2] == "乙\t\t6"  # of two columns that are left: the wide one and c
    assert "\t\t" not in aligned(wide)[0]


# ---- blocks


def test_no_pages_make_no_blocks() -> None:
    assert blocks_of([]) == ()
    assert blocks_of([page()]) == ()


def test_a_sentence_over_two_lines_is_one_paragraph() -> None:
    first = written("本镇认真贯彻落实条例有关要求及时公开信息依法办理申", 0, 100)
    second = written("请。", 0, 115)
    (paragraph,) = blocks_of([page([*first, *second])])
    assert paragraph == Paragraph("本镇认真贯彻落实条例有关要求及时公开信息依法办理申请。", 1)


def test_a_sentence_goes_on_over_a_page_end() -> None:
    first = written("本镇认真贯彻落实条例有关要求及时公开信息依法办理申", 0, 700)
    second = written("请的公开内容经过审查之后均已按照规定的期限予以答复", 0, 60)
    (paragraph,) = blocks_of([page(first), page(second, number=2)])
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text.endswith("依法办理申请的公开内容经过审查之后均已按照规定的期限予以答复")


def test_a_numbered_line_begins_a_paragraph() -> None:
    first = written("本镇认真贯彻落实条例有关要求及时公开信息依法办理申", 0, 100)
    second = written("二、主动公开", 0, 115)
    assert len(blocks_of([page([*first, *second])])) == 2


def test_a_line_that_ends_its_sentence_ends_its_paragraph() -> None:
    first = written("本镇认真贯彻落实条例有关要求及时公开信息依法办理。", 0, 100)
    assert len(blocks_of([page([*first, *written("另有", 0, 115)])])) == 2


def test_text_and_tables_in_reading_order() -> None:
    rules = ruled([0, 100, 150], [130, 150, 170])
    inside = [*written("新收", 5, 135), *written("12", 110, 135)]
    text = [*written("一、情况", 0, 100), *written("二、其他", 0, 300)]
    first, grid, last = blocks_of([page([*text, *inside], rules)])
    assert (first, last) == (Paragraph("一、情况", 1), Paragraph("二、其他", 1))
    assert isinstance(grid, Grid)
    assert [cell.text for cell in grid.cells] == ["新收", "12", "", ""]


def test_a_table_over_two_pages_with_page_numbers_is_one_grid() -> None:
    """The number at the foot stands between the two pieces, and must not part them."""
    pages = []
    for n, (label, value) in enumerate([("新收", "1"), ("结转", "2")], 1):
        top = 700 if n == 1 else 60
        glyphs = [*written(label, 5, top + 5), *written(value, 110, top + 5)]
        glyphs += written(f"- {n} -", 280, 770)
        pages.append(page(glyphs, ruled([0, 100, 150], [top, top + 20]), number=n))
    (grid,) = blocks_of(pages)
    assert isinstance(grid, Grid)
    assert [(cell.text, cell.row) for cell in grid.cells] == [
        ("新收", 0), ("1", 0), ("结转", 1), ("2", 1),
    ]  # fmt: skip
    assert grid.page == 1
