"""What a web page shows: the mark stands before, between and behind the digits, and alone."""

from __future__ import annotations

import pytest
from PIL import ImageColor

from nianbao.parser.document import Cell, Grid, Paragraph
from nianbao.parser.readers import looks
from nianbao.parser.readers.html import read_html

SHEET = """
@import "data:text/css,.brought{display:none}"; @import url(data:text/css;base64,LnNpeHR5LWZvdXJ7ZGlzcGxheTpub25lfQ==) screen;
@import 'data:text/css,@import "data:text/css,.twice%7Bdisplay:none%7D";'; @import "data:text/css,.printed{display:none}" print;
@container (min-width:1px){.box{display:none}} @scope (td){.scoped{display:none}} @supports not (x:y){.unknown{display:none}}
@container (min-width:1px){.honest{padding:0}}
.cut { text-decoration: line-through } #gone, td .gone { display: none }
table td > .unseen { visibility: hidden } .shown { display: none } b.shown { display: inline !important }
@media print { .paper { display: none } } @media screen { .screen { display: none } }
@media (max-width: 600px) { .narrow { display: none } } .over:hover { display: none }
@media(min-width:800px){.desk{display:none}} @supports(display:block){.known{display:none}} td{& .nested{display:none}}
.written::before { content: "9" } .quote::after { content: "\\201d" }
"""
NOT_SEEN = """
<s>9</s> | <del>9</del> | <strike>9</strike> | <sup>9</sup> | <sub>9</sub> | <ruby><rt>9</rt></ruby>
<span style="text-decoration:underline line-through">9</span> | <b class=cut>9</b> | <i id=gone>9</i> | <i class="a gone">9</i>
<span style="DISPLAY : NONE !important">9</span> | <ins hidden>9</ins> | <a style="display:none">9</a> | <b class=unseen>9</b>
<span style="visibility:hidden">9</span> | <span style="opacity:0">9</span> | <span style="font-size:0">9</span>
<font color=white>9</font> | <span style="color:#fff">9</span> | <span style="background:#000;color:#000">9</span>
<span style="color:transparent">9</span> | <span style="mso-hide:all">9</span> | <i class=screen>9</i> | <p hidden>9</p>
<span style="position:absolute;left:-9999px">9</span> | <span style="display:inline-block;text-indent:-9999px">9</span>
<span style="clip-path:inset(100%)">9</span> | <span style="transform:scale(0)">9</span> | <span style="display:inline-block;width:0;overflow:hidden">9</span>
<script>var n=9</script> | <style>.q{x:9}</style> | <noscript>9</noscript> | <template>9</template> | <datalist><option>9</datalist>
<dialog>9</dialog> | <details><summary></summary>9</details> | <!-- 9 --> | <input type=hidden value=9> | <input type=checkbox value=9>
<span style="vertical-align:super">9</span> | <span style="vertical-align:4pt">9</span> | <span style="position:relative;top:-.6em">9</span>
<span class=MsoFootnoteReference>9</span> | <span style="mso-text-raise:4.0pt">9</span>
<SPAN STYLE="VERTICAL-ALIGN: SUPER">9</SPAN> | <SPAN STYLE="TEXT-DECORATION: LINE-THROUGH">9</SPAN> | <FONT COLOR="#FFFFFF">9</FONT>
<i class=desk>9</i> | <i class=known>9</i> | <i class=nested>9</i> | <span style="d\\69splay:none">9</span> | <span style="font:0/0 a">9</span>
<span style="zoom:.01">9</span> | <span style="display:inline-block;scale:0">9</span> | <span style="display:inline-block;translate:-9999px">9</span>
<span style="float:left;margin:0 0 0 -9999px">9</span> | <span style="display:inline-block;inline-size:0;overflow:hidden visible">9</span>
<span style="color:hsl(0 0% 100%)">9</span> | <span style="color:hsla(0,0%,100%,1)">9</span> | <span style="color:hwb(0 100% 0%)">9</span>
<span style="color:oklch(1 0 0)">9</span> | <span style="color:lab(100% 0 0)">9</span> | <span style="color:color(srgb 1 1 1)">9</span> | <span style="color:Canvas">9</span>
<span style="color:hsl(120deg 50% 40% / 0)">9</span>
<SPAN STYLE="FONT-SIZE: 0PT">9</SPAN> | <SPAN STYLE="MSO-HIDE: ALL">9</SPAN> | <SPAN CLASS=MsoFootnoteReference>9</SPAN> | <B HIDDEN>9</B>
<i class=brought>9</i> | <i class=sixty-four>9</i> | <i class=twice>9</i> | <span style="font-size:calc(0px)">9</span> | <span style="font-size:min(0px, 1em)">9</span>
<span style="font:calc(0px) a">9</span> | <span style="font-size:calc(1em - 16px)">9</span> | <span style="font-size:max(0px, -1px)">9</span> | <span style="opacity:calc(0)">9</span> | <span style="zoom:min(0, 1)">9</span>
<span style="display:inline-block;width:calc(0px);overflow:hidden">9</span> | <span style="display:inline-block;text-indent:calc(-9999px)">9</span>
"""
DOUBTED = """
<small>9</small> | <span style="font-size:7px">9</span> | <a href="#fn1">9</a> | <span style="opacity:.3">9</span> | <font color="#eeeeee">9</font>
<span style="float:right">9</span> | <bdo dir=rtl>9</bdo> | <span style="transform:rotate(90deg)">9</span> | <i class=written></i> | <b style="order:1">9</b>
<img src=a.png> | <svg><text>9</text></svg> | <object>9</object> | <video>9</video> | <progress>9</progress> | <canvas>9</canvas>
<SPAN STYLE="FONT-SIZE: 7PX">9</SPAN> | <Span Style="Font-Size:7Px">9</Span> | <SPAN STYLE="FLOAT: RIGHT">9</SPAN> | <SPAN STYLE="Opacity: .3">9</SPAN>
<SPAN STYLE="FONT: 7PX SIMSUN">9</SPAN> | <span style="font:italic 7px/9px serif">9</span> | <FONT SIZE=1>9</FONT>
<math><mfrac><mn>9</mn><mn>2</mn></mfrac></math> | <math><msup><mn>9</mn><mn>2</mn></msup></math>
<span style="background:url(9.png)"></span> | <i style="background-image:url(9.png)"></i>
<ol start=9><li></ol> | <ol><li value=9>7</ol> | <span style="letter-spacing:-1em">98</span> | <span style="rotate:180deg">9</span>
<span style="display:var(--a)">9</span> | <span style="-webkit-mask:linear-gradient(transparent,transparent)">9</span>
<div><template shadowrootmode=open>9</template></div>
<script>document.write(9)</script> | <select multiple><option>9</select> | <input type=password value=9>
<i class=box>9</i> | <i class=scoped>9</i> | <i class=unknown>9</i> | <span style="font-size:calc(1px * 0)">9</span> | <span style="opacity:calc(1 * 0)">9</span>
<span style="font-size:min(7px, 1em)">9</span> | <span style="font-size:var(--small)">9</span> | <span style="font-size:clamp(1px, calc(2px / 3), 1em)">9</span>
"""
SEEN = """
<b>9</b> | <ins>9</ins> | <u>9</u> | <span style="color:red">9</span> | <del style="text-decoration:none">9</del> | <b class=shown>9</b>
<i class=paper>9</i> | <i class=narrow>9</i> | <i class=over>9</i> | <span aria-hidden=true>9</span> | <input value=9> | <textarea>9</textarea>
<select><option>8<option selected>9</select> | <select><option>9<option>8</select> | <details open><summary></summary>9</details>
<span style="visibility:hidden"><i style="visibility:visible">9</i></span> | <i class=quote>9</i> | <span style="font-size:15px">9</span>
<span style="color:hsl(210 50% 30%)">9</span> | <ol style="list-style:none"><li>9</ol> | <i style="background-image:url(dot.png)">9</i> | <ul><li>9</ul> | <math><mn>9</mn></math>
<select><option label=9>8</select> | <span style="margin:0 -2px">9</span> | <span style="rotate:none;scale:1">9</span>
<span style="position:relative;top:-.5px">9</span> | <dialog open>9</dialog> | <img src=dot.gif height=1>9
<i class=printed>9</i> | <i class=honest>9</i> | <span style="font-size:clamp(14px, 1vw + 14px, 18px)">9</span> | <span style="font-size:calc(14px + .2vw)">9</span> | <span style="opacity:max(1, 0)">9</span> | <span style="font-size:max(0px, 1em)">9</span>
<span style="font-size:clamp(0px, 15px, 20px)">9</span> | <span style="zoom:clamp(0, 1, 2)">9</span>
"""


def cases(text: str) -> list[str]:
    return [mark.strip() for line in text.strip().split("\n") for mark in line.split(" | ")]


def shown(inner: str) -> tuple[str, str]:
    """The text and the doubt of a cell; the cells beside it must not feel it."""
    rows = "<tr><td>行政处罚</td><td>1</td><td>2</td></tr>" * 5
    row = f"<tr><td>行政许可</td><td>{inner}</td><td>40</td></tr>"
    page = f"<head><style>{SHEET}</style></head><body><table>{rows}{row}</table></body>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    label, cell, beside = [cell for cell in grid.cells if cell.row == 5]
    assert (label.text, beside) == ("行政许可", Cell("40", 5, 2))
    return cell.text, cell.doubt


@pytest.mark.parametrize("mark", cases(NOT_SEEN))
def test_what_is_not_of_the_number_is_not_in_it(mark: str) -> None:
    assert {shown(text) for text in (f"{mark}12", f"1{mark}2", f"12{mark}")} == {("12", "")}
    text, doubt = shown(mark)
    assert not text or doubt


@pytest.mark.parametrize("mark", cases(DOUBTED))
def test_what_may_be_of_the_number_is_doubted(mark: str) -> None:
    for text in (f"{mark}12", f"1{mark}2", f"12{mark}"):
        assert shown(text)[1], text


@pytest.mark.parametrize("mark", cases(SEEN))
def test_what_is_seen_is_of_the_number(mark: str) -> None:
    assert shown(mark) == ("9", "")


@pytest.mark.parametrize("mark", ["<s>9</s>", '<b style="display:none">9</b>', "<sup>[9]</sup>"])
def test_prose_and_titles_are_as_they_are_seen(mark: str) -> None:
    page = f"<head><title>年报</title></head><h1>2{mark}023年报告</h1><p>收到1{mark}2件</p>"
    texts = [
        block.text for block in read_html(page.encode()).blocks if isinstance(block, Paragraph)
    ]
    assert texts == ["2023年报告", "收到12件"]


def test_a_hidden_cell_row_or_body_takes_no_place() -> None:
    rows = "<tr><td>行政处罚<td>1<td>2</tr>" * 5
    hidden = '<td style="display:none">9</td>'
    page = (
        f"<table>{rows}<tr><td>行政许可{hidden}<td>3<td>4</tr><tr hidden><td>规章<td>5<td>6</tr>"
        f'<tbody style="visibility:collapse"><tr><td>规章<td>7<td>8</tr></tbody></table>'
    )
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert [cell.text for cell in grid.cells][-3:] == ["行政许可", "3", "4"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("transform:translateX(100%)", "transform:translateX(-100%)"),
        ("position:relative;left:120px", "position:relative;left:-120px"),
        ("translate:9em", "translate:-9em"),
        ("order:2", "order:1"),
    ],
)
def test_cells_that_are_shown_in_each_others_place_are_doubted(first: str, second: str) -> None:
    rows = "<tr><td>行政处罚<td>1<td>2</tr>" * 5
    moved = f'<tr><td>行政许可<td style="{first}">3<td style="{second}">4</tr>'
    page = f"<table>{rows}{moved}</table>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert [cell.text for cell in grid.cells if cell.doubt] == ["3", "4"]


def test_a_cell_that_is_moved_by_a_hair_is_read() -> None:
    rows = "<tr><td>行政处罚<td style='position:relative;top:1px'>1<td>2</tr>" * 6
    page = f"<style>b{{display:none}}</style><table>{rows}</table>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert not any(cell.doubt for cell in grid.cells)


@pytest.mark.parametrize(
    "content", ["'1'", '"2"', "attr(data-v)", "counter(n)", "''", '"\\201c"', "'元'"]
)
@pytest.mark.parametrize("side", [":before", "::after"])
def test_digits_that_the_style_of_a_cell_writes_are_doubted(side: str, content: str) -> None:
    rows = "<tr><td>行政处罚<td class=a data-v=1>2<td>3</tr>" * 6
    page = f"<style>.a{side}{{content:{content}}}</style><table>{rows}</table>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    digits = content not in ("''", '"\\201c"', "'元'")
    assert [bool(cell.doubt) for cell in grid.cells] == [False, digits, False] * 6


def test_the_cells_of_a_hidden_column_are_doubted() -> None:
    rows = "<tr><td>行政处罚<td>1<td>2</tr>" * 6
    page = f"<table><col><col style='display:none'><col>{rows}</table>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert [bool(cell.doubt) for cell in grid.cells] == [False, True, False] * 6


def test_white_text_may_be_seen_where_a_linked_style_sheet_gives_the_background() -> None:
    rows = "<tr><td>行政处罚<td>1<td><font color=white>2</font></tr>" * 6
    page = f"<head><link rel=stylesheet href=a.css></head><table>{rows}</table>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert {(cell.text, bool(cell.doubt)) for cell in grid.cells if cell.col == 2} == {("2", True)}


@pytest.mark.parametrize(
    "opening",
    [
        "<div id=c style='display:none'>",
        "<body style='opacity:0'>",
        "<body style='visibility:hidden'>",
        "<div style='height:0;overflow:hidden'>",
        "<details><summary>附表</summary>",
    ],
)
def test_a_report_that_only_a_script_or_a_click_unfolds_is_read(opening: str) -> None:
    rows = "<tr><td>行政处罚<td>1<td>2<b hidden>9</b></tr>" * 6
    page = f"{opening}<table>{rows}</table><script>show('c')</script>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert [cell.text for cell in grid.cells] == ["行政处罚", "1", "2"] * 6


def test_a_hidden_version_is_not_read_where_one_is_shown() -> None:
    table = "<table>" + "<tr><td>行政处罚<td>{0}<td>{0}</tr>" * 6 + "</table>"
    page = f"<div hidden>{table.format(1)}</div><div>{table.format(2)}</div>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert {cell.text for cell in grid.cells} == {"行政处罚", "2"}


def test_the_name_of_a_colour_is_known_whoever_asked_for_it_before() -> None:
    looks._names.cache_clear()
    ImageColor.getrgb("white")
    assert looks._color("white", None) == ((255, 255, 255), 1.0)
    assert looks._color("tomato", None) == ((255, 99, 71), 1.0)


@pytest.mark.parametrize(
    "attribute",
    [
        "style='display:none'",
        "style = \n 'display:none'",
        "style=display:none",
        'title="a" style=display:none;color:red',
        "STYLE='font:\"style=\"; display:none'",
        'title=\'style="color:red\' style="display:none"',
        'title="x>y" style="display:none"',
        'title="x<y" style="display:none"',
        'style="x:<; display:none"',
        'style="d&#105;splay:n&#111;ne"',
        'style="font-family:&quot;A&quot;;display:none"',
        f"style=x:{'a' * 1200};display:none",
        f'style="x:{"a" * 5000};display:none"',
    ],
)
def test_a_style_is_known_however_it_is_written(attribute: str) -> None:
    row = f"<tr><td>行政许可</td><td>1<span {attribute}>9</span>2</td></tr>"
    (grid,) = read_html(f"<body><table>{row * 6}</table></body>".encode()).blocks
    assert isinstance(grid, Grid)
    assert {cell.text for cell in grid.cells} == {"行政许可", "12"}


SMALL = '1<span style="font-size:7px">9</span>'
WIDE = "<table><tr>{}</tr></table>".format("<td>0</td>" * 6)
NARROW = "<table><tr><td>0</td></tr></table>"


@pytest.mark.parametrize(
    "inside",
    [
        "{small}",
        "<table><tr><td>{small}</td><td>0</td></tr></table>",
        "{small}</td><td>{narrow}",
        "{narrow}</td><td>{small}",
        "{small}</td><td><noscript>{wide}</noscript>",
        "{small}</td><td><object>{wide}</object>",
        "{small}</td><td><!-- {wide} -->",
        "{small}</td><td><!-- </table> <table> -->",
    ],
)
def test_smaller_digits_are_doubted_in_every_table_of_data(inside: str) -> None:
    cells = inside.format(small=SMALL, narrow=NARROW, wide=WIDE)
    rows = f"<tr><td>{cells}</td></tr>" + "<tr><td>a</td><td>b</td></tr>" * 6
    document = read_html(f"<body><table>{rows}</table></body>".encode())
    grids = [block for block in document.blocks if isinstance(block, Grid)]
    told = [cell for grid in grids for cell in grid.cells if "19" in cell.text]
    assert told, document.blocks
    assert all(cell.doubt for cell in told)


def test_a_table_that_lays_out_the_page_is_no_table_of_data() -> None:
    prose = f"<p>本年收到{SMALL}件。</p>"
    page = f"<body><table><tr><td>{prose}{WIDE}</td></tr><tr><td>a</td></tr></table></body>"
    blocks = read_html(page.encode()).blocks
    assert Paragraph("本年收到19件。") in blocks
    assert any(isinstance(block, Grid) and len(block.cells) == 6 for block in blocks)


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("data:text/css,.h{display:none}", "12"),
        ("DATA:text/css;charset=utf-8,%2Eh%7Bdisplay%3Anone%7D", "12"),
        ("data:text/css;base64,LmgreyR9", "912"),  # no sheet
        ("sheet.css", "912"),  # another file: it is not asked for
    ],
)
def test_a_linked_sheet_that_its_address_holds_is_read(address: str, seen: str) -> None:
    row = "<tr><td>行政许可</td><td><i class=h>9</i>12</td><td>40</td></tr>"
    page = f'<head><link rel="stylesheet" href="{address}"></head><table>{row * 3}</table>'
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert {(each.text, each.doubt) for each in grid.cells if each.col == 1} == {(seen, "")}


def test_a_root_whose_size_goes_by_the_window_takes_no_number_away() -> None:
    sheet = "html{font-size:calc(100vw / 19.2)} body{font-size:calc(1rem * 1)} i{color:#eee}"
    row = "<tr><td>行政许可</td><td>12</td><td>40</td></tr>"
    page = f"<head><style>{sheet}</style></head><body><i>x</i><table>{row * 3}</table></body>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    assert {(each.text, each.doubt) for each in grid.cells if each.col == 1} == {("12", "")}
