"""Finds the statutory tables in running text, where the grid is lost: labels,
and the numbers that follow them.

Numbers are taken only when their count leaves no choice. Everything else is
unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from nianbao.parser.fill import Sheet, Slot, Where, cell_labels, dispute_keys, request_columns
from nianbao.parser.labels import (
    LONGEST,
    SIMPLIFIED,
    Meaning,
    complete,
    core,
    exact,
    meanings,
    proactive_orders,
    spelt,
    squash,
    vocabulary,
)
from nianbao.parser.numbers import (
    NONE_MARK,
    PLAIN,
    UNIT,
    one_unit,
    read_number,
    stands_for_a_number,
    unit_in,
)
from nianbao.parser.patterns import pattern_of

# place of the last label and number of fields of a line that tabs part
Shape = tuple[int, int]


class Piece(NamedTuple):
    """One cell-like piece of text: what stands between two separators."""

    text: str
    line: int
    field: int
    fields: int  # how many its line has
    parted: bool  # by tabs: then blank fields are blank cells


Spelt = tuple[tuple[Meaning, ...], Piece, str]  # what a piece may mean, and digits run on behind


def read_stream(
    lines: Sequence[tuple[int, str, int]], sheet: Sheet, tables: frozenset[str]
) -> None:
    """Read the tables named in `tables` out of numbered lines (number, text,
    page).
    """
    reader = _Reader(sheet, tables)
    for number, text, page in lines:
        reader.take(number, text, page)
    reader.finish()


@dataclass(slots=True)
class _Row:
    key: str
    slots: list[Slot]
    line: int
    shape: Shape | None
    fused: str = ""  # digits that run on behind the label
    table: str = "requests"
    unit: str = ""  # of money, behind the label

    @property
    def filled(self) -> int:
        return sum(bool(slot.text.strip()) for slot in self.slots)

    @property
    def is_a_cell_a_line(self) -> bool:
        return len({slot.where.line for slot in self.slots}) > 1


@dataclass(slots=True)
class _Reader:
    sheet: Sheet
    tables: frozenset[str]
    table: str = ""
    page: int = 0
    # label pieces since the last number
    texts: list[Piece] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    shape: Shape | None = None
    # how many numbers the last line had, where no tabs part them
    words: int = 0
    mixed: bool = False
    columns: list[str | None] = field(
        default_factory=list
    )  # of the sub-table of proactive disclosure
    column_texts: list[str] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)  # of money, where the header gives one
    unit: str = ""  # given in front of the table
    columns_closed: bool = False
    head_seen: bool = False
    heads: list[list[str]] = field(
        default_factory=list
    )  # header labels of the requests, row by row
    unknown_heads: int = 0
    outcomes: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)  # of the requests
    # of the sub-table of proactive disclosure
    block: list[_Row] = field(default_factory=list)
    in_requests_header: bool = False

    # ---- taking lines apart

    def take(self, number: int, text: str, page: int) -> None:
        self.page = page
        if "元" in text and len(text) <= SHORT_LINE and not exact(text):
            self.unit = unit_in(text) or self.unit
        if _is_prose(text):
            self._close()
            if self.table and not self.in_requests_header:
                self.table = ""
            return
        pieces = _pieces(text, number)
        parted = len(pieces) > 1 and pieces[0].parted
        if parted:
            self._close()
        has_text = any(squash(piece.text) and not _is_slot(piece.text) for piece in pieces)
        if not parted:
            # A cell a line, or a row a line. Where both seem to hold, "1 2"
            # may be one cell's or two.
            words = sum(_is_slot(piece.text) for piece in pieces)
            both = bool(self.slots) and not has_text and words > 0 and (words > 1 or self.words > 1)
            self.mixed, self.words = self.mixed or both, words
        leading, in_row = True, False
        for piece in pieces:
            in_row = in_row and not exact(piece.text)
            if in_row or _is_slot(piece.text):
                if leading and has_text and not piece.text.strip():
                    # the blank cell of a merged label in front of a row
                    continue
                if not piece.parted and not piece.text.strip():
                    continue
                self.slots.append(Slot(piece.text, Where(page, 0, 0, piece.field + 1, number + 1)))
                continue
            leading = False
            if self.slots and not (parted and self._slots_pad_a_header()):
                self._close()
            self.slots = []
            self.texts.append(piece)
            in_row = parted and self._begins_a_row(piece)
            self.shape = (piece.field, piece.fields) if piece.parted else None
        if parted:
            self._close(end_of_row=True)

    def _begins_a_row(self, piece: Piece) -> bool:
        """What stands behind it in its line is a cell, whatever it holds."""
        roles = {hit.role for hit in exact(piece.text)}
        return (roles == {"row"} and bool(self.table)) or (
            "row" in roles and self.table == "requests" and not self.in_requests_header
        )

    def _slots_pad_a_header(self) -> bool:
        """Blank cells between labels that name no row are what merged header
        cells left behind.
        """
        return not any(slot.text.strip() for slot in self.slots) and not _names_a_row(self.texts)

    def _close(self, *, end_of_row: bool = False) -> None:
        """The labels and numbers gathered so far belong together: place them."""
        texts, slots, shape, mixed = self.texts, self.slots, self.shape, self.mixed
        self.mixed = False
        if not texts and not slots:
            return
        filled = any(slot.text.strip() for slot in slots)
        if end_of_row and not filled and texts and not _names_a_row(texts):
            slots = []  # blank cells of a merged header
            if not any(exact(piece.text) for piece in texts) and len(texts) <= 2 and self.table:
                self.texts, self.slots, self.shape = texts[-2:], [], None
                return  # perhaps the first part of a label that goes on below
        self.texts, self.slots, self.shape = [], [], None
        self._place(texts, slots, shape, mixed)

    def finish(self) -> None:
        self._close()
        self._finish_block()
        self._finish_requests()

    # ---- labels

    def _place(
        self, texts: list[Piece], slots: list[Slot], shape: Shape | None, mixed: bool
    ) -> None:
        row: _Row | None = None  # the last row named; the numbers are its own
        header_row: list[str] = []
        odd: list[str] = []  # what stands where numbers of disputes must, and is none
        for hits, piece, fused in _labels(texts, tolerant=bool(self.table)):
            hit = self._choose(hits) if hits else None
            if hit is None:
                if row is not None and self._may_be_its_cell(piece, row):
                    row.fused += piece.text  # what is no plain number
                elif self.table == "disputes" and stands_for_a_number(piece.text):
                    odd.append(piece.text)
                elif squash(piece.text) and not _is_note(piece.text):
                    if self.table == "proactive" and not self.columns_closed and self.head_seen:
                        self._add_column(None, piece.text)
                    if self.in_requests_header and len(squash(piece.text)) <= 6 and not hits:
                        self.unknown_heads += 1
                    self._displace(row)
                    row = None
                continue
            if hit.role == "group" and hit.table == "requests":
                continue
            self._displace(row)
            row = None
            if hit.role == "row":
                if hit.table == "requests":
                    self.table, self.in_requests_header = "requests", False
                else:
                    self.table, self.in_requests_header = "proactive", False
                    self.columns_closed = True
                row = _Row(hit.key, [], piece.line, None, fused, hit.table)
                row.unit = unit_in(piece.text)
            elif hit.table == "proactive":
                self._proactive_head(hit)
                if hit.role == "column":
                    self.units[hit.key] = unit_in(piece.text)
            elif hit.table == "requests":
                if not self.in_requests_header:
                    self.heads, self.unknown_heads = [], 0
                    if not any(row.slots for row in self.rows):
                        # labels in the prose before the table
                        self.rows.clear()
                self.table, self.in_requests_header = "requests", True
                header_row.append(hit.key)
            else:
                if self.table != "disputes":
                    self.outcomes, self.groups = [], []
                self.table, self.in_requests_header = "disputes", False
                if hit.role == "group":
                    self.groups.append(hit.key)
                elif hit.role == "column":
                    self.outcomes.append(hit.key)
        if header_row:
            self.heads.append(header_row)
        mark = " " if mixed else ""
        if row is not None:
            row.slots, row.shape = slots, shape
            row.fused += mark
            self._displace(row)
        elif self.table == "disputes" and (slots or odd) and len(self.outcomes) >= 10:
            self._fill_disputes(slots or [self._nothing(texts)], " ".join(odd) or mark)
        elif self.table and any(slot.text.strip() for slot in slots):
            self.sheet.nameless.add(self.table)

    def _nothing(self, texts: list[Piece]) -> Slot:
        return Slot("", Where(self.page, 0, 0, 0, texts[0].line + 1))

    def _may_be_its_cell(self, piece: Piece, row: _Row) -> bool:
        """Whether what is no label, right behind that of a row, may be printed in its cell."""
        if re.search(r"[0-9０-９]", piece.text) or not squash(piece.text):
            return not MARK.fullmatch(piece.text)
        if _is_note(piece.text) or HEADING.match(piece.text):
            return False
        in_table = row.table == "proactive" or self.heads or any(row.slots for row in self.rows)
        return bool(in_table) and len(piece.text.strip()) <= LONGEST_WORD

    def _displace(self, row: _Row | None) -> None:
        """A row is done when the next label comes,
        whether it got numbers or not.
        """
        if row is None:
            return
        if row.table == "proactive":
            self.block.append(row)
        else:
            self.rows.append(row)

    def _choose(self, hits: tuple[Meaning, ...]) -> Meaning | None:
        """Which meaning of an ambiguous label holds here:
        总计 heads columns and names a row.
        """
        if len(hits) == 1:
            hit = hits[0]
            if self.table != "proactive" and (hit.table, hit.role) == ("proactive", "row"):
                return None
            return hit
        if self.table == "disputes" and (column := _of(hits, "disputes", "column")):
            return column
        if self.in_requests_header and (column := _of(hits, "requests", "column")):
            return column
        if self.table == "requests" and (row := _of(hits, "requests", "row")):
            return row
        tables = {hit.table for hit in hits}
        if tables == {"requests"}:
            return _of(hits, "requests", "row") or hits[0]
        if tables == {"proactive"}:
            return hits[0]
        return None

    def _proactive_head(self, hit: Meaning) -> None:
        self.table, self.in_requests_header = "proactive", False
        if hit.role != "column" or self.columns_closed:
            self._finish_block()
            self.columns, self.column_texts, self.units = [], [], {}
            self.columns_closed = self.head_seen = False
        if hit.role == "column":
            self._add_column(hit.key, "")
        self.head_seen = self.head_seen or hit.role != "clause"

    def _add_column(self, key: str | None, text: str) -> None:
        self.columns.append(key)
        self.column_texts.append(squash(text))

    # ---- numbers

    def _finish_block(self) -> None:
        rows, self.block = self.block, []
        if "proactive" not in self.tables:
            return
        columns = complete(self.columns, self.column_texts, proactive_orders())
        if columns and all(columns):
            self._fill_rows("proactive", rows, [column for column in columns if column])
            return
        for row in rows:
            if row.filled or row.fused:
                prefix = f"proactive.{row.key}."
                every = [
                    key.removeprefix(prefix) for key in cell_labels() if key.startswith(prefix)
                ]
                self._refuse("proactive", row, every, "the header of this table is not understood")

    def _fill_disputes(self, slots: list[Slot], fused: str) -> None:
        if "disputes" not in self.tables:
            return
        filled = any(slot.text.strip() for slot in slots)
        outcomes = [key.rsplit(".", 1)[1] for key in dispute_keys()]
        if self.outcomes != outcomes or self.groups != [
            "review",
            "suit_direct",
            "suit_after_review",
        ]:
            self._refuse(
                "disputes", _Row("", slots, 0, None), dispute_keys(), "the header is not complete"
            )
        elif filled or fused.strip() or len(slots) >= len(outcomes):
            row = _Row("", slots, slots[0].where.line - 1, None, fused)
            self._fill_rows("disputes", [row], list(dispute_keys()))
        self.table, self.outcomes, self.groups = "", [], []

    def _finish_requests(self) -> None:
        if "requests" not in self.tables or not self.rows:
            return
        rows = _without_group_rows(self.rows)
        columns, assumed = self._request_order()
        if not columns:
            for row in rows:
                self._refuse(
                    "requests", row, request_columns(), "the order of the columns can't be told"
                )
            return
        self._fill_rows("requests", rows, columns)
        if assumed:
            self.sheet.sums_must_hold.update(row.key for row in rows)

    def _fill_rows(self, table: str, rows: list[_Row], columns: list[str]) -> None:
        """The rows of one table bear each other out: where one lost cells, an
        empty one may have lost them too.
        """
        count = len(columns)
        offsets = _offsets(rows, count)
        # what stands in front of the numbers is as wide in a row of a group as in another
        of_kin = [
            _offsets([row for row in rows if ("." in row.key) is kin], count)
            for kin in (False, True)
        ]
        if all(len(row.slots) == count for row in rows):
            offsets = {
                row.shape: {0} for row in rows if row.shape is not None
            }  # no row has a cell to spare
            of_kin = []
        any_number = any(row.filled or row.fused for row in rows)
        paged = [row.slots for row in rows if len(row.slots) == count + 1 and row.is_a_cell_a_line]
        for row in rows:
            slots = _unmerged(row.slots) if count == 1 and not row.is_a_cell_a_line else row.slots
            near = of_kin["." in row.key] if of_kin else {}
            found = _sure(slots, count, row.shape, offsets, near)
            if row.fused and not row.filled and count == 1:
                found = [Slot(row.fused, self._where(row))]
            elif row.fused:
                self._refuse(table, row, columns, "labels and numbers have run together")
                continue
            if paged and found and row.is_a_cell_a_line and _may_hold_a_page_number(found, paged):
                self._refuse(table, row, columns, "the number of a page may stand among them")
            elif found is None:
                self._refuse(table, row, columns, f"{row.filled} numbers for {count} columns")
            elif not found and any_number:
                self._refuse(table, row, columns, "no number and no cell stands behind this label")
            else:
                blank = [Slot("", self._where(row))] * count
                for column, slot in zip(columns, found or blank, strict=True):
                    unit = one_unit(self.units.get(column, ""), row.unit) or self.unit
                    told = slot._replace(unit=unit) if unit else slot
                    self.sheet.put(_key(table, row.key, column), told)

    def _refuse(self, table: str, row: _Row, columns: Sequence[str], why: str) -> None:
        raw = " ".join([row.fused, *(slot.text.strip() or "_" for slot in row.slots)]).strip()[:200]
        self.sheet.refuse(
            [_key(table, row.key, column) for column in columns], raw, why, self._where(row)
        )

    def _where(self, row: _Row) -> Where:
        if row.slots:
            return row.slots[0].where
        return Where(self.page, 0, 0, 0, row.line + 1)

    def _request_order(self) -> tuple[list[str], bool]:
        """The columns in the order of the numbers, and whether that had to be
        assumed for want of a header.
        """
        flat = list(chain.from_iterable(self.heads))
        form = list(request_columns())
        if not flat:
            return form, True
        if self.unknown_heads:
            return [], False
        named = [key for key in flat if key in form]
        if len(named) != len(set(named)):
            return [], False
        if set(named) != set(form):
            return [], False
        return _spread(self.heads, form)


def _spread(heads: list[list[str]], form: list[str]) -> tuple[list[str], bool]:
    """The printed order of columns whose header is nested, and whether the
    sums must bear it out.
    """
    people, bodies = squash("申请人情况"), squash("法人或其他组织")
    rows = [row for row in heads if row]
    flat = list(chain.from_iterable(rows))
    level = next((i for i, row in enumerate(rows) if bodies in row), None)
    if level is not None and "natural_person" in rows[level][rows[level].index(bodies) :]:
        return [], False  # it may stand lower in the header, and not to the right
    if level is not None and level + 1 < len(rows):
        # Each head stands over the row below it. 总计 may stand in the first,
        # second or third row.
        order: list[str] = []
        top = rows[level - 1] if level and people in rows[level - 1] else [people]
        for head in top:
            middle = rows[level] if head == people else [head]
            for key in middle:
                order.extend(rows[level + 1] if key == bodies else [key])
        if sorted(order) == sorted(form):
            return order, False
    # Where the rows of the header are lost too, 总计 behind 申请人情况 stands
    # in the first row, over the last column.
    rest = [key for key in flat if key not in (people, bodies, "total")]
    if rest[:1] != ["natural_person"] or (
        flat.index("total") < flat.index("natural_person") and people not in flat
    ):
        return [], False
    return [*rest, "total"], flat.index("total") < flat.index("natural_person")


# ---- which numbers belong to which columns


def _unmerged(slots: list[Slot]) -> list[Slot]:
    """One cell that was merged over the three columns of its table, as converters repeat it."""
    texts = {slot.text.strip() for slot in slots}
    return slots[:1] if len(slots) == 3 and len(texts) == 1 and texts != {""} else slots


def _sure(
    slots: list[Slot],
    count: int,
    shape: Shape | None,
    offsets: dict[Shape, set[int]],
    kin: dict[Shape, set[int]],
) -> list[Slot] | None:
    """The `count` slots of a row, [] if it has no cells, None if it can't be
    told which are its own.
    """
    filled = [i for i, slot in enumerate(slots) if slot.text.strip()]
    if not filled:
        if len(slots) >= count:
            return slots[:count]
        return []
    if len(filled) == count:
        # With blank cells between them the filled ones may belong to other
        # columns.
        if filled[-1] - filled[0] == count - 1:
            return slots[filled[0] : filled[-1] + 1]
        return None
    known = _starts(kin, shape) or _starts(offsets, shape)
    if len(slots) == count and (filled[0] == 0 or shape is None or known == {0}):
        # Else the blanks in front may be a merged label's, and as many may be
        # lost at the end.
        return slots
    starts = offsets.get(shape, set()) if shape is not None else set()
    if len(starts) == 1 and len(slots) != count:
        start = next(iter(starts))
        if start + count <= len(slots) and start <= filled[0] and filled[-1] < start + count:
            return slots[start : start + count]
    return None


def _starts(offsets: dict[Shape, set[int]], shape: Shape | None) -> set[int]:
    """How many blank cells stand before the first number of rows whose label has one place."""
    found = (starts for (place, _), starts in offsets.items() if shape and place == shape[0])
    return set(chain.from_iterable(found))


def _may_hold_a_page_number(slots: list[Slot], known: list[list[Slot]]) -> bool:
    """A small number among cells whose sum is not their last, and that fits the `known` rows:
    those with a number too many, of which one is that of a page. Pages are numbered upwards.
    """
    numbers = [read_number(slot.text).number or 0 for slot in slots]
    if sum(numbers[:-1]) == numbers[-1]:
        return False
    here = slots[0].where.line
    return any(all(_goes_with(n, here, row) for row in known) for n in _pages(slots))


def _goes_with(number: int, line: int, row: list[Slot]) -> bool:
    """Whether a page may have the number, if one of those in another row is a page's too."""
    if row[0].where.line < line:
        return any(other < number for other in _pages(row))
    return any(other > number for other in _pages(row))


def _pages(slots: list[Slot]) -> list[int]:
    """The numbers that a page may have."""
    numbers = (read_number(slot.text).number for slot in slots)
    return [n for n in numbers if isinstance(n, int) and 0 < n <= MOST_PAGES]


MOST_PAGES = 20


def _offsets(rows: list[_Row], count: int) -> dict[Shape, set[int]]:
    """For each shape of row, how many blank cells stand before its first
    number, learnt from rows without blanks.
    """
    offsets: dict[Shape, set[int]] = {}
    for row in rows:
        filled = [i for i, slot in enumerate(row.slots) if slot.text.strip()]
        if row.shape is not None and len(filled) == count and filled[-1] - filled[0] == count - 1:
            offsets.setdefault(row.shape, set()).add(filled[0])
    return offsets


def _without_group_rows(rows: list[_Row]) -> list[_Row]:
    """（六）其他处理 is a row in one form and only a heading in the other,
    where it has no numbers.
    """
    if not any(row.key.startswith("other.") for row in rows):
        return rows
    return [row for row in rows if row.key != "other" or row.filled or row.fused]


def _key(table: str, row: str, column: str) -> str:
    if row:
        return f"{table}.{row}.{column}"
    return f"{table}.{column}"


# ---- taking text apart


def _pieces(text: str, line: int) -> list[Piece]:
    if "\t" in text:
        cells = text.split("\t")
        return [Piece(cell.strip(" "), line, i, len(cells), True) for i, cell in enumerate(cells)]
    bare = text.strip()
    cells = _part_numbers(bare)
    return [Piece(cell, line, i, len(cells), False) for i, cell in enumerate(cells)]


def _part_numbers(text: str) -> list[str]:
    """A line's label, and each of the numbers and marks for none at its end."""
    words = text.translate(PLAIN).split(" ")
    end = len(words)
    while end and (not words[end - 1] or _is_slot(words[end - 1])):
        end -= 1
    label = " ".join(words[:end])
    return [part for part in (label, *words[end:]) if part]


@lru_cache(maxsize=4096)
def _is_slot(text: str) -> bool:
    bare = text.translate(PLAIN).strip()
    if not bare or NONE_MARK.fullmatch(bare):
        return True
    return (
        read_number(bare, "change").state == "value"
        or re.fullmatch(r"[0-9][0-9 .,]*", bare) is not None
    )


def _is_prose(text: str) -> bool:
    return len(text) > LONGEST or (len(text) > 20 and "。" in text and "\t" not in text)


def _labels(texts: list[Piece], *, tolerant: bool = False) -> list[Spelt]:
    """The labels that a run of pieces spells, the pieces of broken labels
    joined; digits run on behind one apart.
    """
    found: list[Spelt] = []
    cells = {i for i, piece in enumerate(texts) if _is_no_word(piece.text)}
    i = 0
    while i < len(texts):
        for k in range(min(6, len(texts) - i), 0, -1):
            if k > 1 and cells and not cells.isdisjoint(range(i, i + k)):
                continue
            joined = "".join(piece.text for piece in texts[i : i + k])
            hits, behind = _one_label(joined, k == 1, tolerant)
            if hits:
                found.append((hits, texts[i + k - 1], behind))
                i += k
                break
        else:
            found.extend(_several(texts[i], tolerant))
            i += 1
    return found


@lru_cache(maxsize=4096)
def _is_no_word(text: str) -> bool:
    """Whether no part of a label stands in it, and no mark of one: ①, ？, 3O, (0)."""
    return not squash(text) and MARK.fullmatch(text) is None


MARK = pattern_of(r"[\s:：|、()（）\[\]【】]*")
HEADING = pattern_of(r"[(（]?[一二三四五六七八九十]+[)）、.．,，]|第")
LONGEST_WORD = 6  # characters of what stands in a cell for a number


@lru_cache(maxsize=4096)
def _one_label(text: str, whole: bool, tolerant: bool) -> tuple[tuple[Meaning, ...], str]:
    """What a text names that is one label, in one piece or in several, and what stands behind."""
    if len(text) > LONGEST:
        return (), ""
    hits = exact(text) if whole else spelt(text) or _begun(text, tolerant)
    if not hits or DIGITS_BEHIND.search(NOTES.sub("", text)):
        return (), ""
    return hits, _left_behind(text)


def _begun(text: str, tolerant: bool) -> tuple[Meaning, ...]:
    """The one label that several lines begin to spell, its end being below the numbers."""
    bare = squash(core(text)) if tolerant and len(text) >= LONG_LABEL else ""
    return _only_one_that_begins(bare) if len(bare) >= LONG_LABEL else ()


@lru_cache(maxsize=4096)
def _only_one_that_begins(bare: str) -> tuple[Meaning, ...]:
    begun = {found for spelling, found in vocabulary().items() if spelling.startswith(bare)}
    return begun.pop() if len(begun) == 1 else ()


LONG_LABEL = 16


def _several(piece: Piece, tolerant: bool) -> list[Spelt]:
    """The labels in a piece that is not one label: run together,
    parted by spaces, cut, or none.
    """
    if together := _run_together(piece):
        return together
    words = piece.text.translate(PLAIN).split()
    if len(words) > 1 and any(exact(word) for word in words):
        last = exact(words[-1]) or (_cut(piece._replace(text=words[-1])) if tolerant else ())
        found = [(exact(word), piece._replace(text=word), "") for word in words[:-1]]
        if any(hit.role == "row" for hit in last):
            found = []  # the group that the row is of, whole or cut
        return [*found, (last, piece._replace(text=words[-1]), "")]
    return [(_cut(piece) if tolerant else (), piece, "")]


def _cut(piece: Piece) -> tuple[Meaning, ...]:
    """A label cut at its end or with a slip, in a table:
    never a word of prose.
    """
    if re.search(r"[。；：]|[0-9０-９]\s*$", piece.text) or len(squash(piece.text)) < 5:
        return ()
    return meanings(piece.text)


def _run_together(piece: Piece) -> list[Spelt]:
    """Labels and numbers without any separator:
    信息内容本年制发件数本年废止件数, 规章000行政规范性文件000.
    """
    if len(piece.text) > 2000:
        return []
    plain = SPACES.sub("", piece.text.translate(PLAIN).translate(SIMPLIFIED))
    spelt = KEEP.sub("", NOTES.sub("", plain))
    parts: list[tuple[str, str]] = []
    at = 0
    known = vocabulary()
    while at < len(spelt):
        digits = NUMBER_BEHIND.match(spelt, at)
        if digits:
            if not parts:
                return []
            parts[-1] = (parts[-1][0], parts[-1][1] + digits[0].strip())
            at = digits.end()
            continue
        for size in range(min(40, len(spelt) - at), 1, -1):
            if spelt[at : at + size] in known:
                parts.append((spelt[at : at + size], ""))
                at += size
                break
        else:
            if spelt[at] in "一二三四五六七八九十":
                if parts and not spelt[at:].strip("一二三四五六七八九十百千零"):
                    parts[-1] = (parts[-1][0], parts[-1][1] + spelt[at:])
                    break
                at += 1  # numbering whose brackets went with the punctuation
                continue
            return []
    return [(known[label], piece, digits) for label, digits in parts]


def _left_behind(text: str) -> str:
    """What stands behind a label and is neither a note nor a mark: letters for digits, say."""
    behind = BEHIND.search(NOTES.sub("", text))
    return behind[0].strip() if behind else ""


BEHIND = pattern_of(
    r"[A-Za-zＡ-Ｚａ-ｚ〇○约近超余多壹贰叁肆伍陆柒捌玖拾?？×✓√][^\u4e00-\u9fff]*[件条个项宗份]?$"
)
SHORT_LINE = 40  # characters
DIGITS_BEHIND = pattern_of(r"[\u4e00-\u9fff][^\u4e00-\u9fff]*[0-9０-９][^\u4e00-\u9fff]*$")
KEEP = pattern_of(r"[^\u4e00-\u9fffA-Za-z~^<>0-9.,+ -]+|(?<![0-9])[.,]")
NOTES = pattern_of(r"[(（][^()（）]*[)）]|(?:^|(?<=[\s;；、]))[0-9]{1,2}[.．、](?![0-9])")
SPACES = pattern_of(r"(?<![0-9]) +| +(?![0-9])")
NUMBER_BEHIND = pattern_of(rf"[+-]?[0-9][0-9., ]*(?:{UNIT})?|[-+ ]+")


def _names_a_row(texts: list[Piece]) -> bool:
    hits = chain.from_iterable(meanings for meanings, _, _ in _labels(texts))
    return any(hit.role == "row" for hit in hits)


def _of(hits: tuple[Meaning, ...], table: str, role: str) -> Meaning | None:
    return next((hit for hit in hits if hit.table == table and hit.role == role), None)


def _is_note(text: str) -> bool:
    """A note in brackets, or the end of one that began on a line above."""
    bare = text.strip()
    return bare.startswith(("(", "（", "[", "【", "#")) or NOTE_END.fullmatch(bare) is not None


NOTE_END = pattern_of(r"[^(（\[【]*[)）\]】]")
