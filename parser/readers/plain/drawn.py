"""Tables that are drawn with characters: Markdown, and boxes of lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from nianbao.parser.document import Grid
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.plain.grids import Row, grid_of

Lines = list[str]


def parts(lines: Lines) -> Iterator[Lines | Grid]:
    """The grids among the lines, and the lines between them."""
    if not MAY_DRAW.search("\n".join(lines)):
        yield list(lines)
        return
    loose: Lines = []
    run: Lines = []
    for line in chain(lines, ("",)):
        plain = line.translate(UPRIGHT)
        if "|" in plain or _is_rule(plain):
            run.append(plain)
            continue
        yield from _end_of(run, loose)
        run = []
        loose.append(line)
    yield loose[:-1]


def _end_of(run: Lines, loose: Lines) -> Iterator[Lines | Grid]:
    rows = _rows(run)
    grid = grid_of(rows) if len(rows) > 1 else None
    if grid is None:
        loose += [line for line in run if not _is_rule(line) or DRAWN.isdisjoint(line)]
        return
    yield loose[:]
    loose.clear()
    yield grid


def _rows(run: Lines) -> list[Row]:
    """The rows of a table whose lines are drawn; none where they are not."""
    rules = [line for line in run if _is_rule(line)]
    if not rules:
        return []
    if all(MARKDOWN.issuperset(line) or ORG.fullmatch(line) for line in rules):
        lines = [line for line in run if line not in rules]
        framed = all(line.strip().startswith("|") for line in lines)
        return [_cells(line, framed=framed) for line in lines]
    if len(rules) <= 3 < len(run) - len(rules):
        return []  # whether a line is a row or goes on with the one above can't be told
    rows: list[Row] = []
    open_row: list[Row] = []
    for line in chain(run, rules[:1]):
        if not _is_rule(line):
            open_row.append(_cells(line))
        elif open_row:
            if len(set(map(len, open_row))) > 1:
                return []
            rows.append(["\n".join(filter(None, texts)) for texts in zip(*open_row, strict=True)])
            open_row = []
    return rows


def _is_rule(line: str) -> bool:
    """Whether a line only parts the rows of a table."""
    if not RULED.issuperset(line):
        return False
    if any(mark in line for mark in ("---", "===", ":-", "-:")):
        return True
    return not frozenset(LEVEL).isdisjoint(line)


def _cells(line: str, *, framed: bool = True) -> Row:
    bare = line.strip()
    texts = PIPE.split(bare if framed else line)
    if not framed:
        return [text.strip(" \t\xa0\u3000") for text in texts]
    if bare.startswith("|"):
        texts = texts[1:]
    if len(texts) > 1 and bare.endswith("|"):
        texts = texts[:-1]
    return [text.strip(" \t\xa0\u3000") for text in texts]


MAY_DRAW = pattern_of(r"---|===|[|│┃║▏｜¦╎┆┊╽╿─━═┄┈╌]")
UPRIGHT = str.maketrans(dict.fromkeys("│┃║▏｜¦╎┆┊╽╿", "|"))
LEVEL = "─━═┄┈╌"
CORNERS = "┌┬┐├┼┤└┴┘┏┳┓┣╋┫┗┻┛╔╦╗╠╬╣╚╩╝╒╤╕╞╪╡╘╧╛╓╥╖╟╫╢╙╨╜┠┨┯┷┝┥"
DRAWN = frozenset(LEVEL + CORNERS + "+")
RULED = DRAWN | frozenset("|:-= \t\xa0\u3000")
MARKDOWN = frozenset("|:- \t")
ORG = pattern_of(r"\s*\|-+(?:\+-+)+\|\s*")
PIPE = pattern_of(r"(?<!\\)\|")
