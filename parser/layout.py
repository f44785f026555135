"""Finds the statutory tables in grids:
which column and row of the form each cell belongs to.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import chain, pairwise
from operator import itemgetter
from typing import NamedTuple

from nianbao.parser.document import Cell, Grid
from nianbao.parser.errors import ReadError
from nianbao.parser.fill import Sheet, Slot, Where, cell_labels, dispute_keys, request_columns
from nianbao.parser.forms import Label, forms
from nianbao.parser.labels import (
    Meaning,
    complete,
    exact,
    meanings,
    proactive_orders,
    spelt,
    squash,
)
from nianbao.parser.numbers import one_unit, read_number, unit_in
from nianbao.parser.rows import (
    DIGIT,
    LINES_OF_NUMBERS,
    MOST_PIECES,
    SHORTEST_LABEL,
    Named,
    are_pieces,
    column_key,
    column_table,
    digits_behind,
    disputes_in,
    header_table,
    is_a_known_extra,
    is_label,
    lines_for,
    may_be_a_label,
    meanings_of,
    misspelt_outcome,
    named_in,
    of_disputes,
    row_label,
    rows_in,
    run_together,
    tells_of_disputes,
)


@dataclass
class Columns:
    """The columns of a table: their keys in printed order, and the grid
    columns that each one covers.
    """

    order: list[str] = field(default_factory=list)
    printed: list[str] = field(
        default_factory=list
    )  # the same, with "" for a column that is not in the form
    at: dict[str, list[int]] = field(default_factory=dict)
    width: int = 0  # of the grid whose header this was
    # a column with a label that is not understood stands among them
    unclear: bool = False
    # no header at all, so that the form's own order is taken; or one whose spans contradict it
    assumed: bool = False
    units: dict[str, str] = field(default_factory=dict)  # of money, where the header gives one

    def without_places(self) -> Columns:
        return Columns(self.order, self.printed, {}, 0, self.unclear, self.assumed, self.units)

    @cached_property
    def single(self) -> list[int]:
        """The grid columns of the printed ones, if each has one of its own."""
        if len(self.at) != len(self.printed) or any(len(at) > 1 for at in self.at.values()):
            return []
        return [self.at[key][0] for key in self.printed]

    @cached_property
    def missing(self) -> list[str]:
        """Of the requests."""
        return [key for key in request_columns() if key not in self.order]


Row = tuple[
    str, dict[str, Slot]
]  # the key of a row as read; of a row that lost its label, "" and its slots by column


@dataclass(slots=True)
class Progress:
    """Where in the form the reading stands; it outlives a grid, for tables are
    split over several.
    """

    table: str = ""
    in_header: bool = False
    proactive: Columns | None = None
    requests: Columns | None = None
    disputes: Columns | None = None
    request_rows: list[Row] = field(default_factory=list)
    block_rows: list[Row] = field(default_factory=list)
    # cells of rows that can't be placed; another table may have them in their places
    aside: dict[str, tuple[str, str, Where]] = field(default_factory=dict)


class Part(NamedTuple):
    """A grid, its number in the document, and the unit of money given in front of it.

    Grids that follow each other are one; `starts` says at which of its rows each of them begins.
    """

    grid: Grid
    number: int
    unit: str = ""
    starts: tuple[int, ...] = (0,)
    title: str = ""  # the line right above it
    added: tuple[int, int] = (0, 0)  # rows and columns that were put in front


def read_grids(parts: Sequence[Part], sheet: Sheet) -> None:
    """Read every statutory table among numbered grids."""
    progress = Progress()
    for part in map(_with_cut_rows_joined, map(_with_its_title, parts)):
        if any(may_be_a_label(cell.text) for cell in part.grid.cells if len(cell.text) > 1):
            _Reader(part, sheet, progress).read()
    _name_the_nameless(progress.request_rows, _request_orders(), "requests", sheet)
    _finish_block(progress, sheet)
    for key, (raw, why, where) in progress.aside.items():
        if key not in sheet.values:
            sheet.refuse([key], raw, why, where)


def _with_its_title(part: Part) -> Part:
    """A table of one row, or of one group of columns, with the label above it put into it."""
    title = part.title.strip(TITLE_MARKS)
    named = [hit for hit in exact(title) if hit.role in ("row", "group")]
    if not named:
        return part
    hit = named[-1]
    cells = part.grid.cells
    last = max(cell.row for cell in cells)
    heads = {cell.row for cell in cells if column_table(cell.text) == hit.table}
    below = [cell for cell in cells if cell.row == last]
    if heads != set(range(last)) or any(map(meanings_of, (cell.text for cell in below))):
        return part
    if hit.role == "group" and hit.table == "disputes":
        head = Cell(title, 0, 0, 1, max(cell.col + cell.colspan for cell in cells))
        moved = [cell._replace(row=cell.row + 1) for cell in cells]
        return part._replace(grid=part.grid._replace(cells=(head, *moved)), added=(1, 0))
    if hit.role == "group":
        return part
    moved = [cell._replace(col=cell.col + 1) for cell in cells]
    label = len(cells) - len(below)
    beside = (Cell("", 0, 0, last), *moved[:label], Cell(title, last, 0), *moved[label:])
    return part._replace(grid=part.grid._replace(cells=beside), added=(0, 1))


def _with_cut_rows_joined(part: Part) -> Part:
    """A row whose label a page's end cut in two, so that it stands in two rows, as one."""
    if not any(len(cell[0]) >= SHORTEST_CUT and _is_cut(cell[0]) for cell in part.grid.cells):
        return part
    rows: dict[int, list[Cell]] = {}
    for cell in part.grid.cells:
        rows.setdefault(cell.row, []).append(cell)
    changed: dict[Cell, Cell] = {}
    for r, upper in rows.items():
        lower = rows.get(r + 1, [])
        cut = next((cell for cell in upper if _is_cut(cell.text)), None) if lower else None
        rest = next((cell for cell in lower if cut is not None and cell.col == cut.col), None)
        if cut is None or rest is None or exact(rest.text):
            continue
        if any(hit.role == "row" for hit in spelt(cut.text + rest.text)):
            pair = [cell for cell in upper if cell.col > cut.col]
            below = [cell for cell in lower if cell.col > cut.col]
            if [cell.col for cell in pair] == [cell.col for cell in below]:
                changed[cut] = cut._replace(text=cut.text + rest.text)
                changed[rest] = rest._replace(text="")
                for one, other in zip(pair, below, strict=True):
                    changed[one], changed[other] = _joined(one, other)
    if not changed:
        return part
    cells = tuple(changed.get(cell, cell) for cell in part.grid.cells)
    return part._replace(grid=part.grid._replace(cells=cells))


@lru_cache(maxsize=4096)
def _is_cut(text: str) -> bool:
    return len(text) >= SHORTEST_CUT and bool(meanings(text)) and not exact(text)


def _joined(upper: Cell, lower: Cell) -> tuple[Cell, Cell]:
    """A cell of a row that was cut with what stood in it, and the one below with nothing."""
    empty = lower._replace(text="", doubt="")
    if not (lower.text.strip() or lower.doubt):
        return upper, empty
    if not (upper.text.strip() or upper.doubt):
        return upper._replace(text=lower.text, doubt=lower.doubt, spot=lower.spot), empty
    both = f"{upper.text} | {lower.text}"
    return upper._replace(text=both, doubt="the row is cut, with numbers in both parts"), empty


SHORTEST_CUT = 6  # characters
TITLE_MARKS = "#*_ \u3000"
ROW = itemgetter(Cell._fields.index("row"))


class _Reader:
    """One grid: its cells by place, and the walk over its rows."""

    def __init__(self, part: Part, sheet: Sheet, progress: Progress) -> None:
        self.part, self.sheet, self.progress = part, sheet, progress
        self.grid = grid = part.grid
        height = max(map(ROW, grid.cells)) + 1
        self.width = max([col + colspan for _, _, col, _, colspan, *_ in grid.cells])
        if height * self.width > MOST_PLACES:
            detail = f"a table of {height} rows and {self.width} columns"
            raise ReadError("too_complex", detail=detail)
        self.own: list[list[Cell]] = [[] for _ in range(height)]
        self.at: list[list[Cell | None]] = [[None] * self.width for _ in range(height)]
        own, at = self.own, self.at
        for cell in grid.cells:
            _, row, col, rowspan, colspan, *_ = cell
            own[row].append(cell)
            if rowspan == 1 == colspan:
                at[row][col] = cell
                continue
            for r in range(row, min(row + rowspan, height)):
                at[r][col : col + colspan] = [cell] * colspan
        self.named = list(map(named_in, self.own))
        self.header: list[int] = []
        self.disputes_by_row = False  # a row of this grid was one
        # parts of the proactive table that stand beside each other, and where each begins
        self.sides: list[tuple[int, Columns]] = []
        if progress.requests is not None and progress.requests.width != self.width:
            progress.requests = progress.requests.without_places()

    def read(self) -> None:
        for r, own in enumerate(self.own):
            if r in self.header:
                continue  # it went with the row above
            found = self.named[r]
            if tells_of_disputes(found) and self._take_disputes_by_row(r, own):
                self.progress.table, self.progress.in_header = "disputes", False
                self.disputes_by_row = True
            elif self._take_header(r, own, found):
                if any(read_number(cell.text).state == "value" for cell in own):
                    self.sheet.loose.add(self.progress.table)
            elif not self._goes_on_with_header(r, own, found):
                self._take_row(r, own, found)

    # ---- headers

    def _take_header(self, r: int, own: list[Cell], found: Named) -> bool:
        table = header_table(found)
        progress = self.progress
        if not table and found and progress.in_header and progress.table != "proactive":
            # 总计 or 其他 may stand alone in the last row of a header that
            # lost its merged cells.
            bare = all(read_number(cell.text).state != "value" for cell in own)
            if bare and all(_some(hits, "column", progress.table) for _, hits in found):
                table = progress.table
        if not table:
            return False
        if table == "proactive":
            _finish_block(progress, self.sheet)
            progress.proactive = self._proactive_columns(own, found)
            self.sides = self._sides_of(own, found)
            self.header = []
        else:
            if progress.table != table or not progress.in_header:
                self.header = []
            self.header.append(r)
            if not self._is_header_of(table, r + 1):
                self._set_columns(table, self._header_columns(table, r + 1))
        progress.table, progress.in_header = table, True
        return True

    def _is_header_of(self, table: str, r: int) -> bool:
        return r < len(self.named) and header_table(self.named[r]) == table

    def _goes_on_with_header(self, r: int, own: list[Cell], found: Named) -> bool:
        """Pieces of broken words (商业 / 企业) under a header, which they make whole."""
        table = self.progress.table
        if not self.progress.in_header or not self.header or self.header[-1] != r - 1:
            return False
        if found and table == "requests":
            return False
        rows = [r]
        while rows[-1] + 1 < len(self.own) and are_pieces(self.own[rows[-1] + 1]):
            rows.append(rows[-1] + 1)
        if not are_pieces(own) or len(rows) > MOST_PIECES:
            return False
        before = self._header_columns(table, r)
        self.header += rows
        after = self._header_columns(table, rows[-1] + 1)
        if len(after.order) <= len(before.order):
            del self.header[-len(rows) :]
            return False
        self._set_columns(table, after)
        return True

    def _header_columns(self, table: str, end: int) -> Columns:
        return self._request_columns(end) if table == "requests" else self._dispute_columns()

    def _set_columns(self, table: str, columns: Columns) -> None:
        if table == "requests":
            self.progress.requests = columns
        else:
            self.progress.disputes = columns

    def _proactive_columns(self, own: list[Cell], found: Named) -> Columns:
        head = next((cell for cell, hits in found if _some(hits, "head")), None)
        after = [cell for cell in own if head is None or cell.col > head.col]
        if head is None and after and not column_key(after[0].text, "proactive"):
            after = after[1:]  # the corner, with its label lost
        while after and not after[-1].text.strip():
            after.pop()
        keys = [column_key(cell.text, "proactive") for cell in after]
        keys = complete(keys, [squash(cell.text) for cell in after], proactive_orders())
        columns = Columns(width=self.width)
        for cell, key in zip(after, keys, strict=True):
            columns.printed.append(key or "")
            if key:
                columns.order.append(key)
                columns.units[key] = unit_in(cell.text)
                columns.at.setdefault(key, []).extend(range(cell.col, cell.col + cell.colspan))
            elif cell.text.strip():
                columns.unclear = True
        return columns

    def _sides_of(self, own: list[Cell], found: Named) -> list[tuple[int, Columns]]:
        """The columns of each part, where 信息内容 stands several times in a row."""
        heads = [cell for cell, hits in found if _some(hits, "head", "proactive")]
        if len(heads) < 2:
            return []
        starts = [0, *(cell.col for cell in heads[1:]), self.width]
        sides = []
        for start, end in pairwise(starts):
            part = [cell for cell in own if start <= cell.col < end]
            named = [(cell, hits) for cell, hits in found if start <= cell.col < end]
            sides.append((start, self._proactive_columns(part, named)))
        return sides

    def _take_sides(self, r: int, own: list[Cell]) -> bool:
        """A row of parts that stand beside each other: each on its own; False for any other row."""
        ends = [*(start for start, _ in self.sides[1:]), self.width]
        if any(cell.col < end < cell.col + cell.colspan for cell in own for end in ends):
            return False
        parts = []
        for (start, columns), end in zip(self.sides, ends, strict=True):
            part = [cell for cell in own if start <= cell.col < end]
            label, key, table = row_label(named_in(part), "proactive")
            if label is None or table != "proactive":
                if any(cell.text.strip() or cell.doubt for cell in part):
                    return False
                continue
            parts.append((part, label, key, columns))
        for part, label, key, columns in parts:
            self._fill(r, part, label, f"proactive.{key}.", columns)
        return bool(parts)

    def _request_columns(self, end: int) -> Columns:
        columns = Columns(width=self.width)
        tops: list[
            tuple[int, str | None, str]
        ] = []  # first grid column, key, text; one entry a printed column
        last: Cell | None = None
        for c in range(self.width):
            named, text, cell = self._bottom_label(c, end, "requests")
            if cell is not None and cell is last:
                if tops and tops[-1][1]:
                    columns.at[tops[-1][1]].append(c)
                continue
            last = cell
            if named:
                columns.at.setdefault(named, []).append(c)
            tops.append((c, named, text))
        first = next((i for i, top in enumerate(tops) if top[1]), len(tops))
        tops = tops[first:]
        while tops and not tops[-1][1] and not tops[-1][2]:
            tops.pop()
        keys = complete([t[1] for t in tops], [t[2] for t in tops], [forms()[0].request_columns])
        for (c, named, text), key in zip(tops, keys, strict=True):
            if key and not named:
                columns.at[key] = [c]
            columns.printed.append(key or "")
            if key:
                columns.order.append(key)
            elif text:
                columns.unclear = columns.unclear or not is_a_known_extra(text)
        columns.assumed = not self._spans_agree(columns, end)
        return columns

    def _spans_agree(self, columns: Columns, end: int) -> bool:
        """Whether 法人或其他组织 stands over its own columns, and over all of them."""
        bodies = forms()[0].request_heads[-1]
        for r in range(self.header[0], end):
            for cell in self.own[r]:
                if squash(cell.text) == bodies:
                    under = set(self._reach(cell, r))
                    own = [columns.at.get(key, []) for key in _keys(_under(bodies))]
                    return under.issuperset(chain.from_iterable(own))
        return True

    def _reach(self, head: Cell, r: int) -> range:
        """The grid columns under a label: those that it spans and the blank ones behind it."""
        last = head.col + head.colspan
        while last < self.width:
            cell = self.at[r][last]
            if cell is None or cell.row != r or cell.text.strip():
                break
            last += 1
        return range(head.col, last)

    def _bottom_label(self, c: int, end: int, table: str) -> tuple[str | None, str, Cell | None]:
        """The lowest header label over a grid column: its key,
        its squashed text and its cell.
        """
        unknown: tuple[str, Cell | None] = ("", None)
        below = (
            ""  # what stands under a cell: labels are cut by page ends and over rows (自然 / 人)
        )
        for r in range(end - 1, self.header[0] - 1, -1):
            cell = self.at[r][c]
            if cell is None or not cell.text.strip():
                continue
            hits = meanings(cell.text)
            key = column_key(cell.text, table)
            if not key and below:
                key = column_key(cell.text + below, table)
            if key:
                return key, squash(cell.text + below), cell
            below = cell.text + below
            if not unknown[0] and not any(h.role in ("head", "group") for h in hits):
                unknown = (squash(cell.text), cell)
        return None, *unknown

    def _dispute_columns(self) -> Columns:
        columns = Columns(width=self.width)
        last: str | None = None  # the group to the left, whose label may stand over this column too
        for c in range(self.width):
            group = outcome = None
            suits = False
            cells: list[Cell] = []
            below = ""
            for r in reversed(self.header):
                cell = self.at[r][c]
                if cell is None or not cell.text.strip() or cell in cells:
                    continue
                cells.append(cell)
                hits = of_disputes(cell.text) or of_disputes(cell.text + below)
                below = "" if hits else cell.text + below
                for hit in hits:
                    if hit.role == "head":
                        suits = True
                    elif hit.role == "group" and group is None:
                        group = hit.key
                    elif hit.role == "column" and outcome is None:
                        outcome = hit.key
                if not hits and outcome is None:
                    outcome = misspelt_outcome(cell.text)
            last = group or (last if len(cells) < len(self.header) else None)
            if suits and last == "review":
                last = None  # it ends where 行政诉讼 begins
            if last and outcome:
                key = f"{last}.{outcome}"
                if key not in columns.at:
                    columns.order.append(key)
                    columns.printed.append(key)
                columns.at.setdefault(key, []).append(c)
            elif outcome:
                columns.unclear = True  # of a kind that is not named
        return columns

    # ---- rows of numbers

    def _take_row(self, r: int, own: list[Cell], found: Named) -> None:
        progress = self.progress
        if self.sides and progress.table == "proactive" and self._take_sides(r, own):
            progress.in_header = False
            return
        texts = [cell for cell in own if len(cell.text) >= SHORTEST_LABEL]
        if self._take_lines(r, own, texts) or self._is_turned(own, found):
            return
        if self._take_run_together(texts, found, alone=len(own) == 1):
            return
        label, key, table = row_label(found, progress.table)
        if table == "proactive" and label is not None:
            progress.in_header = False
            self._take_proactive(r, own, label, key)
        elif table == "requests" and label is not None:
            is_first = progress.in_header
            progress.table, progress.in_header = "requests", False
            self._take_request(r, own, label, key, is_first=is_first)
        elif progress.table == "disputes":
            self._take_disputes(r, own)
        elif progress.table and not found:
            self._take_nameless(r, own)

    def _is_turned(self, own: list[Cell], found: Named) -> bool:
        """Several rows of a form beside each other: rows and columns are exchanged, or two tables
        stand side by side. Whose the numbers are can't be told.
        """
        if len(found) < 2:
            return False
        named = [
            (h.table, h.key)
            for _, hits in found
            if len(hits) == 1
            for h in hits
            if h.role == "row" and h.key != "other"
        ]
        if len(set(named)) < 2:
            return False
        tables = {table for table, _ in named}
        for table in tables:
            rows = {key for of, key in named if of == table}
            if table == "requests" and len(rows) > 2:
                rows = {
                    key.split(".", 1)[1].rpartition(".")[0]
                    for key in cell_labels()
                    if key.startswith("requests.")
                }
            keys = [
                key
                for key in cell_labels()
                if key.split(".", 1)[0] == table and key.split(".", 1)[1].rpartition(".")[0] in rows
            ]
            why = "several rows of the form stand beside each other"
            self._put_aside(keys, own, why, own[0])
        return True

    def _put_aside(self, keys: Iterable[str], own: list[Cell], why: str, at: Cell) -> None:
        told = (_raw(own), why, self._where(at))
        self.progress.aside.update(dict.fromkeys(keys, told))

    def _take_lines(self, r: int, own: list[Cell], texts: list[Cell]) -> bool:
        """Several rows in one: a cell holds their labels, a line each, the others their numbers."""
        parted = [cell for cell in texts if "\n" in cell.text]
        label = next((cell for cell in parted if rows_in(cell.text)), None) if parted else None
        if label is None:
            return False
        after = own[own.index(label) + 1 :]
        if not any(DIGIT.search(cell.text) for cell in after):
            return False
        if not all(LINES_OF_NUMBERS.fullmatch(cell.text) for cell in after):
            return False
        rows = rows_in(label.text)
        table = next(row.table for row in rows if row is not None)
        columns = self._columns_of(table)
        self.progress.table, self.progress.in_header = table, False
        lines = [lines_for(cell, rows) for cell in after]
        for i, row in enumerate(rows):
            if row is not None:
                texts_of_row = [line[i] if line is not None else None for line in lines]
                self._put_line(r, label, after, row, texts_of_row, columns)
        return True

    def _columns_of(self, table: str) -> Columns | None:
        return self.progress.proactive if table == "proactive" else self.progress.requests

    def _put_line(
        self,
        r: int,
        label: Cell,
        after: list[Cell],
        row: Meaning,
        texts: list[str | None],
        columns: Columns | None,
    ) -> None:
        prefix = f"{row.table}.{row.key}."
        rows = self.progress.block_rows if row.table == "proactive" else self.progress.request_rows
        rows.append((row.key, {}))
        by_order = self._by_order(after, prefix, columns) if columns is not None else None
        by_place = self._by_place(r, label, prefix, columns) if columns is not None else None
        sure = by_order is not None and not (by_place and _differ(by_place, by_order))
        if columns is None or by_order is None or not sure or None in texts:
            keys = [key for key in cell_labels() if key.startswith(prefix)]
            why = "several rows of the form stand in one"
            self.sheet.refuse(keys, _raw([label, *after]), why, self._where(label))
            return
        if columns.assumed and row.table == "requests":
            self.sheet.sums_must_hold.add(row.key)
        text_of = dict(zip(after, texts, strict=True))
        for key, (cell,) in by_order.items():
            unit = columns.units.get(key.removeprefix(prefix), "") or self.part.unit
            slot = Slot(text_of[cell] or "", self._where(cell), cell.doubt, unit)
            self.sheet.put(key, slot)

    def _take_run_together(self, texts: list[Cell], found: Named, *, alone: bool) -> bool:
        """Cells that hold a label and what belongs to it: 行政许可8875件."""
        taken = False
        named = {id(cell) for cell, _ in found}
        for cell in texts:
            if id(cell) in named:
                continue
            label, rest = run_together(cell.text)
            rows = [hit for hit in meanings(label) if hit.role == "row"] if label else []
            for hit in rows[:1]:
                self._put_run_together(cell, hit, label, rest, alone=alone)
                taken = True
        return taken and not found

    def _put_run_together(
        self, cell: Cell, hit: Meaning, label: str, rest: str, *, alone: bool
    ) -> None:
        columns = self.progress.proactive if hit.table == "proactive" else None
        prefix = f"{hit.table}.{hit.key}."
        if columns is not None and len(columns.order) == 1 and alone:
            key = columns.order[0]
            unit = one_unit(columns.units.get(key, ""), unit_in(label)) or self.part.unit
            slot = Slot(rest, self._where(cell), cell.doubt, unit)
            if read_number(rest, "decimal").state == "value":
                self.progress.block_rows.append((hit.key, {}))
                self.sheet.put(prefix + key, slot)
                return
        keys = [key for key in cell_labels() if key.startswith(prefix)]
        why = "label and number have run together"
        self.sheet.refuse(keys, cell.text.strip()[:200], why, self._where(cell))

    def _take_proactive(self, r: int, own: list[Cell], label: Cell, row: str) -> None:
        columns = self.progress.proactive
        after = own[own.index(label) + 1 :]
        if columns is None or not columns.order:
            if any(cell.text.strip() for cell in after) or digits_behind(label.text):
                prefix = f"proactive.{row}."
                possible = [key for key in cell_labels() if key.startswith(prefix)]
                why = "the header of this table is missing"
                self._put_aside(possible, own, why, label)
            return
        self.progress.block_rows.append((row, {}))
        self._fill(r, own, label, f"proactive.{row}.", columns)

    def _take_request(
        self, r: int, own: list[Cell], label: Cell, row: str, *, is_first: bool
    ) -> None:
        columns = self.progress.requests
        keys = [f"requests.{row}.{column}" for column in request_columns()]
        if (columns is None or not columns.order) and own[-1].col < len(request_columns()):
            self._put_aside(keys, own, "the header of this table is missing", label)
            return
        if self._is_of_own_table(r, label, row, is_first=is_first):
            self._put_aside(keys, own, "a row of this name stands in another table", label)
            return
        if columns is None or not columns.order:
            order = list(request_columns())
            columns = Columns(order=order, printed=list(order), assumed=True)
            self.progress.requests = columns
        if columns.assumed and not columns.width:  # no header at all
            self.sheet.headless.add(row)
        elif row in self.sheet.headless:
            self.sheet.forget_what_adds_up_to_nothing(row)
        if self._is_of_another_group(r, label, row):
            self.progress.request_rows.append(("?", {}))
            keys = [f"requests.{row}.{column}" for column in columns.order]
            why = "a row of this name stands in another group"
            self.sheet.refuse(keys, _raw(own), why, self._where(label))
            return
        self.progress.request_rows.append((row, {}))
        self._fill(r, own, label, f"requests.{row}.", columns)
        if columns.assumed:
            self.sheet.sums_must_hold.add(row)
        missing = columns.missing
        if not missing:
            return
        after = own[own.index(label) + 1 :]
        loose = len(after) > len(columns.printed) and any(cell.text.strip() for cell in after)
        if columns.unclear or loose:
            lost = [f"requests.{row}.{column}" for column in missing]
            why = "the label of this column is not understood"
            self.sheet.refuse(lost, _raw(own), why, self._where(label))

    def _is_of_own_table(self, r: int, label: Cell, row: str, *, is_first: bool) -> bool:
        """Whether 其他 without its number ends rows that are none of the form."""
        bare = row == "other.misc" and squash(label.text) == label.text.strip()
        if not bare or self.at[r][0] is not label:
            return False
        if is_first:  # below the header
            return bool(self.header) and self.header[-1] < r - 1
        rows = self.progress.request_rows
        return bool(rows) and rows[-1][0] == "?"

    def _is_of_another_group(self, r: int, label: Cell, row: str) -> bool:
        """Whether 其他 or 总计, which may be added to any group, stands in another than its own."""
        others = OTHER_GROUPS.get(row)
        if others is None:
            return False
        for c in range(label.col - 1, -1, -1):
            cell = self.at[r][c]
            hits = meanings(cell.text) if cell is not None else ()
            if groups := {hit.key for hit in hits if hit.role == "group"}:
                return not others.isdisjoint(groups)
        before = self.progress.request_rows[-1][0] if self.progress.request_rows else ""
        return row == "other.misc" and before.startswith(
            ("denied.", "unavailable.", "unprocessed.")
        )

    def _take_disputes_by_row(self, r: int, own: list[Cell]) -> bool:
        """A row of a table that has an outcome, or a kind of dispute, to each row."""
        labels = [cell for cell in dict.fromkeys(self.at[r]) if cell and disputes_in(cell.text)]
        numbers = [cell for cell in own if cell not in labels]
        if not labels or not numbers or not (self._tells(r) or self.disputes_by_row):
            return False
        hits = [hit for cell in labels for hit in disputes_in(cell.text)]
        groups = {hit.key for hit in hits if hit.role == "group"}
        outcomes = {hit.key for hit in hits if hit.role == "column"}
        if len(groups) != 1 or numbers[0].col < max(cell.col for cell in labels):
            return False
        group = next(iter(groups))
        if len(outcomes) == 1 and len(numbers) == 1:
            placed = {next(iter(outcomes)): numbers[0]}
        elif not outcomes and len(labels) <= 2:
            placed = self._under_outcomes(numbers)
        else:
            return False
        for outcome, cell in placed.items():
            self.sheet.put(f"disputes.{group}.{outcome}", self._slot(cell))
        return bool(placed)

    def _tells(self, r: int) -> bool:
        """Whether a number stands in a row, or in the one below: the first may be blank."""
        cells = chain.from_iterable(self.own[r : r + 2])
        return any(read_number(cell.text).state == "value" for cell in cells)

    def _under_outcomes(self, numbers: list[Cell]) -> dict[str, Cell]:
        """The cells of a row under the outcomes that the first row of the table names."""
        heads = [(cell, of_disputes(cell.text)) for cell in self.own[0]]
        if any(hit.role == "group" for _, hits in heads for hit in hits):
            return {}
        named = {cell.col: hit.key for cell, hits in heads for hit in hits if hit.role == "column"}
        if len(named) < SEVERAL_OUTCOMES or {cell.col for cell in numbers} != {*named}:
            return {}
        return {named[cell.col]: cell for cell in numbers}

    def _take_disputes(self, r: int, own: list[Cell]) -> None:
        columns = self.progress.disputes
        if columns is None or not own:
            return
        if self._numbers_columns(r, own):
            return
        if not any(cell.text.strip() or cell.doubt for cell in own):
            if self.progress.in_header and r == len(self.own) - 1:
                self._fill(r, own, None, "disputes.", columns)
            return
        if any(len(squash(cell.text)) > 3 for cell in own) and not self._has_a_remark(own, columns):
            return
        taken = not _every_dispute().isdisjoint(self.sheet.values)
        if taken and not self.progress.in_header and len(own) < len(columns.order):
            self.sheet.loose.add("disputes")  # it has its numbers; these are of another table
            return
        self.progress.in_header = False
        first = own[0]
        named = squash(first.text) and read_number(first.text).state == "unreadable"
        label = first if named and not self._is_a_place(first, own, columns) else None
        self._fill(r, own, label, "disputes.", columns)
        if columns.unclear or len(columns.order) < len(dispute_keys()):
            self.sheet.note("the table of reviews and lawsuits lacks columns")
            after = own[1:] if label is not None else own
            if len(after) > len(columns.order):
                self.sheet.loose.add("disputes")

    def _numbers_columns(self, r: int, own: list[Cell]) -> bool:
        """Whether a row between the header and the numbers counts the columns: 1, 2, 3 …"""
        texts = [cell.text.strip() for cell in own]
        counting = [str(n) for n in range(1, len(own) + 1)]
        return len(own) > SEVERAL_OUTCOMES and texts == counting and r + 1 < len(self.own)

    def _has_a_remark(self, own: list[Cell], columns: Columns) -> bool:
        """Whether words in a row of cells are printed behind a number, or beside numbers."""
        if len(own) < len(columns.order) or any(may_be_a_label(cell.text) for cell in own):
            return False
        return any(DIGIT.search(cell.text) for cell in own)

    def _is_a_place(self, first: Cell, own: list[Cell], columns: Columns) -> bool:
        """Whether a row begins with a number's cell, so that its words are no label."""
        return len(own) == len(columns.order) and columns.single[:1] == [first.col]

    def _take_nameless(self, r: int, own: list[Cell]) -> None:
        """A row of numbers whose label is lost or unknown: kept aside until
        the whole table is known.
        """
        progress = self.progress
        if not any(DIGIT.search(c.text) and LINES_OF_NUMBERS.fullmatch(c.text) for c in own):
            return
        columns, rows = progress.proactive, progress.block_rows
        if progress.table == "requests":
            columns, rows = progress.requests, progress.request_rows
            if progress.in_header:
                self.sheet.loose.add("requests")
                return
        if columns is None or not columns.order:
            return
        states = [read_number(cell.text).state for cell in own]
        unreadable = {
            cell for cell, state in zip(own, states, strict=True) if state == "unreadable"
        }
        named = [cell for cell in own if cell in unreadable and squash(cell.text)]
        if named:
            self.sheet.note(f"a row that is not in the form: {named[-1].text.strip()[:40]}")
            self.sheet.loose.add(progress.table)
            rows.append(("?", {}))
            return
        tail = own[-len(columns.order) :]
        slots: dict[str, Slot] = {}
        if len(tail) == len(columns.order) and unreadable.isdisjoint(tail):
            slots = dict(zip(columns.order, map(self._slot, tail), strict=True))
        rows.append(("", slots))
        place = f"table {self.part.number}, row {r + 1}"
        self.sheet.note(f"a row of numbers without a label ({place})")
        self.sheet.nameless.add(progress.table)

    # ---- placing

    def _fill(
        self, r: int, own: list[Cell], label: Cell | None, prefix: str, columns: Columns
    ) -> None:
        after = own[own.index(label) + 1 :] if label is not None else own
        fused = digits_behind(label.text) if label is not None else ""
        if not fused and self._put_plain_row(after, prefix, columns):
            return
        keys = [prefix + column for column in columns.order]
        where = self._where(label or own[0])

        def refuse(why: str) -> None:
            self.sheet.refuse(keys, _raw(own), why, where)

        if label is not None and fused:
            if len(keys) == 1 and not any(cell.text.strip() for cell in after):
                self.sheet.put(keys[0], Slot(fused, where, label.doubt))
            else:
                refuse("label and numbers have run together")
            return
        by_place = self._by_place(r, label, prefix, columns)
        by_order = self._by_order(after, prefix, columns)
        own_unit = unit_in(label.text) if label is not None else ""
        if len(set(keys)) < len(keys) and by_place is None:
            refuse("a column stands twice")
            return
        if by_place is None and by_order is None:
            filled = any(cell.doubt or read_number(cell.text).state != "blank" for cell in after)
            if filled or self._spanned(r, label):
                refuse(f"{len(after)} cells for {len(keys)} columns")
            elif after:
                for key in keys:
                    self.sheet.put(key, self._slot(after[0]))
            else:
                refuse("the row has no cells")
            return
        if by_place and by_order and not _is_one_to_one(by_place):
            if not after[0].text.strip() and [after[0]] not in by_place.values():
                refuse("the blank cell before the numbers may be the label's")
                return
            by_place = None  # header and rows are merged in other ways; their number agrees
        if by_place and by_order and _differ(by_place, by_order):
            refuse("the cells are shifted against their columns")
            return
        chosen = by_place or by_order or {}
        users: dict[Cell, int] = {}
        for cells in chosen.values():
            for cell in cells:
                users[cell] = users.get(cell, 0) + 1
        for key in dict.fromkeys(keys):
            unit = one_unit(columns.units.get(key.removeprefix(prefix), ""), own_unit)
            told = _one_for_all(chosen[key], keys.count(key))
            self._put(key, told, users, label, unit or self.part.unit)

    def _put_plain_row(self, after: list[Cell], prefix: str, columns: Columns) -> bool:
        """The usual row: as many single cells as columns,
        each right under its own header.
        """
        # of "amount" the unit must be looked at
        if not after or columns.width != self.width or "amount" in columns.at:
            return False
        single = [
            (text, col)
            for text, _, col, rowspan, colspan, doubt, _ in after
            if rowspan == 1 == colspan and not doubt
        ]
        if len(single) < len(after) or [col for _, col in single] != columns.single:
            return False
        where = self._where(after[0])
        ahead = where.column - after[0].col
        cells = zip(columns.printed, single, strict=True)
        row = [(column, text, col + ahead) for column, (text, col) in cells]
        self.sheet.put_row(prefix, row, where)
        return True

    def _by_place(
        self, r: int, label: Cell | None, prefix: str, columns: Columns
    ) -> dict[str, list[Cell]] | None:
        """The cells under each column,
        or None if the row does not line up with the header.
        """
        if columns.width != self.width or not columns.at:
            return None
        start = label.col if label is not None else -1
        placed: dict[str, list[Cell]] = {}
        for column in columns.order:
            cells: list[Cell] = []
            for c in columns.at[column]:
                cell = self.at[r][c]
                if cell is None or cell is label:
                    return None
                if cell.row == r and (cell.col < start or (cell.text and is_label(cell.text))):
                    return None
                if cell not in cells:
                    cells.append(cell)
            placed[prefix + column] = cells
        # Numbers outside of every known column, in a row where some column is
        # blank, mean that the row is shifted.
        inside = set(chain.from_iterable(placed.values()))
        outside = [cell for cell in self.own[r] if cell not in inside and cell.col > start]
        loose = [cell for cell in outside if read_number(cell.text).state == "value"]
        if columns.unclear or all(is_a_known_extra(self._header_text(c.col)) for c in loose):
            return placed
        return None

    def _by_order(
        self, after: list[Cell], prefix: str, columns: Columns
    ) -> dict[str, list[Cell]] | None:
        """The cells behind the label in printed order,
        if there are exactly as many as columns.
        """
        if len(set(columns.order)) < len(columns.order):
            return None
        for order in (columns.printed, columns.order):
            if len(after) == len(order):
                pairs = zip(order, after, strict=True)
                return {prefix + column: [cell] for column, cell in pairs if column}
        return None

    def _header_text(self, c: int) -> str:
        if not self.header:
            return ""
        return self._bottom_label(c, self.header[-1] + 1, "requests")[1]

    def _spanned(self, r: int, label: Cell | None) -> bool:
        start = label.col + label.colspan if label is not None else 0
        return any(
            cell is not None
            and cell.row != r
            and read_number(cell.text).state != "blank"
            and not is_label(cell.text)
            for cell in self.at[r][start:]
        )

    def _put(
        self, key: str, cells: list[Cell], users: dict[Cell, int], label: Cell | None, unit: str
    ) -> None:
        filled = [cell for cell in cells if cell.text.strip() or cell.doubt]
        cell = filled[0] if filled else cells[0]
        slot = self._slot(cell)._replace(unit=unit)
        if len(filled) > 1 and len({c.text.strip() for c in filled}) > 1:
            raw = " | ".join(c.text.strip() for c in filled)
            slot = slot._replace(text=raw, doubt="several cells stand under one column")
        elif len(filled) > 1:
            slot = slot._replace(doubt="several cells stand under one column")
        elif filled and users[cell] > 1:
            slot = slot._replace(doubt="one merged cell stands for several columns")
        elif (
            filled
            and cell.rowspan > 1
            and (label is None or label.rowspan != cell.rowspan or label.row != cell.row)
        ):
            slot = slot._replace(doubt="one merged cell stands for several rows")
        if slot.doubt and read_number(slot.text).state == "blank" and not cell.doubt:
            slot = slot._replace(doubt="")
        self.sheet.put(key, slot)

    def _slot(self, cell: Cell) -> Slot:
        return Slot(cell.text, self._where(cell), cell.doubt)

    def _where(self, cell: Cell) -> Where:
        number, start = self.part.number, 0
        if len(self.part.starts) > 1:
            at = bisect_right(self.part.starts, cell.row) - 1
            number, start = number + at, self.part.starts[at]
        rows, columns = self.part.added
        return Where(self.grid.page, number, cell.row - start - rows + 1, cell.col - columns + 1)


def _name_the_nameless(rows: list[Row], orders: list[list[str]], table: str, sheet: Sheet) -> None:
    """A label may be lost from one row: its place names it, but only where
    every other row of the form is there.
    """
    names = [row for row, _ in rows]
    if "" not in names or not any(names):
        return
    for order in orders:
        if len(order) == len(names) and all(
            not name or name == key for name, key in zip(names, order, strict=True)
        ):
            for (name, slots), key in zip(rows, order, strict=True):
                if not name:
                    for column, slot in slots.items():
                        sheet.put(f"{table}.{key}.{column}", slot)
                    sheet.note(f"the label of a row is lost; its place names it: {table}.{key}")
            sheet.nameless.discard(table)
            return


def _differ(by_place: dict[str, list[Cell]], by_order: dict[str, list[Cell]]) -> bool:
    return any(_text(by_order[key]) != _text(cells) for key, cells in by_place.items())


def _is_one_to_one(placed: dict[str, list[Cell]]) -> bool:
    """Whether each column has one filled cell at most, and each of these one column."""
    filled = [[cell for cell in cells if cell.text.strip()] for cells in placed.values()]
    every = list(chain.from_iterable(filled))
    return max(map(len, filled), default=0) <= 1 and len(set(every)) == len(every)


def _one_for_all(cells: list[Cell], times: int) -> list[Cell]:
    """Of a cell that was merged once, and is now repeated as often as its column's label, one."""
    told = {(cell.text, cell.doubt) for cell in cells}
    return cells[:1] if len(cells) == times > 1 and len(told) == 1 else cells


MOST_PLACES = 1_000_000  # rows times columns of one table
# The groups in which rows of the same name may be added that are not the form's.
OTHER_GROUPS = {
    "other.misc": frozenset(("不予公开", "无法提供", "不予处理")),
    "handled_total": frozenset(("不予公开", "无法提供", "不予处理", "其他处理", "其它处理")),
}
SEVERAL_OUTCOMES = 4  # of a dispute


def _keys(labels: Iterable[Label]) -> list[str]:
    return [label.key for label in labels]


@cache
def _every_dispute() -> frozenset[str]:
    return frozenset(key for key in cell_labels() if key.startswith("disputes."))


def _some(hits: Iterable[Meaning], role: str, table: str = "") -> bool:
    """Whether one of the meanings has the role, in the table if one is named."""
    return any(hit.role == role and hit.table in (table or hit.table,) for hit in hits)


def _under(head: str) -> list[Label]:
    return [label for label in forms()[0].request_columns if label.group == head]


def _request_orders() -> list[list[str]]:
    return [_keys(form.request_rows) for form in forms()]


def _finish_block(progress: Progress, sheet: Sheet) -> None:
    if progress.proactive is not None:
        columns = progress.proactive.order
        clauses = chain.from_iterable(form.proactive for form in forms())
        orders = [_keys(clause.rows) for clause in clauses if _keys(clause.columns) == columns]
        _name_the_nameless(progress.block_rows, orders, "proactive", sheet)
    progress.block_rows.clear()


def _text(cells: list[Cell]) -> str:
    return "".join(cell.text.strip() for cell in cells)


def _raw(own: list[Cell]) -> str:
    return " | ".join(cell.text.strip() for cell in own)[:200]
