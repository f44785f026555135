"""Finds the statutory tables in running text, where the grid is lost: labels, and the numbers that follow them.

Numbers are taken only when their count leaves no choice. Everything else is unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from parser.fill import Sheet, Slot, Where, cell_labels, dispute_keys, request_columns
from parser.labels import LONGEST, Meaning, exact, meanings, spelt, squash, vocabulary
from parser.numbers import NONE_MARK, PLAIN, read_number


class Piece(NamedTuple):
    """One cell-like piece of text: what stands between two separators."""

    text: str
    line: int
    field: int
    fields: int  # how many its line has
    parted: bool  # by tabs: then blank fields are blank cells


def read_stream(lines: Sequence[tuple[int, str, int]], sheet: Sheet, tables: frozenset[str]) -> None:
    """Read the tables named in `tables` out of numbered lines (number, text, page)."""
    reader = _Reader(sheet, tables)
    for number, text, page in lines:
        reader.take(number, text, page)
    reader.finish()


@dataclass(slots=True)
class _RequestRow:
    key: str
    slots: list[Slot]
    line: int
    shape: tuple[int, int] | None  # place of the last label and number of fields, where tabs part the row
    fused: str = ""


@dataclass(slots=True)
class _Reader:
    sheet: Sheet
    tables: frozenset[str]
    table: str = ""
    page: int = 0
    texts: list[Piece] = field(default_factory=list)  # label pieces since the last number
    slots: list[Slot] = field(default_factory=list)
    shape: tuple[int, int] | None = None
    columns: list[str] = field(default_factory=list)  # of the sub-table of proactive disclosure
    columns_closed: bool = False
    heads: list[list[str]] = field(default_factory=list)  # header labels of the requests, row by row
    unknown_heads: int = 0
    outcomes: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    rows: list[_RequestRow] = field(default_factory=list)
    in_requests_header: bool = False
    last_row_line: int = 0

    # ---- taking lines apart

    def take(self, number: int, text: str, page: int) -> None:
        self.page = page
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
        leading = True
        for piece in pieces:
            if _is_slot(piece.text):
                if leading and has_text and not piece.text.strip():
                    continue  # the blank cell of a merged label in front of a row
                if not piece.parted and not piece.text.strip():
                    continue
                self.slots.append(Slot(piece.text, Where(page, 0, 0, piece.field + 1, number + 1)))
                continue
            leading = False
            if self.slots and not (parted and self._slots_pad_a_header()):
                self._close()
            self.slots = []
            self.texts.append(piece)
            self.shape = (piece.field, piece.fields) if piece.parted else None
        if parted:
            self._close(end_of_row=True)

    def _slots_pad_a_header(self) -> bool:
        """Blank cells between labels that name no row are what merged header cells left behind."""
        return not any(slot.text.strip() for slot in self.slots) and not _names_a_row(self.texts)

    def _close(self, *, end_of_row: bool = False) -> None:
        """The labels and numbers gathered so far belong together: place them."""
        texts, slots, shape = self.texts, self.slots, self.shape
        if not texts and not slots:
            return
        filled = any(slot.text.strip() for slot in slots)
        if end_of_row and not filled and texts and not _names_a_row(texts):
            slots = []  # blank cells of a merged header
            if not any(exact(piece.text) for piece in texts) and len(texts) <= 2 and self.table:
                self.texts, self.slots, self.shape = texts[-2:], [], None
                return  # perhaps the first part of a label that goes on below
        self.texts, self.slots, self.shape = [], [], None
        self._place(texts, slots, shape)

    def finish(self) -> None:
        self._close()
        self._finish_requests()

    # ---- labels

    def _place(self, texts: list[Piece], slots: list[Slot], shape: tuple[int, int] | None) -> None:
        row: tuple[str, str, str] | None = None  # table, key, digits run on
        header_row: list[str] = []
        for hits, piece, fused in _labels(texts):
            if not hits:
                if self.in_requests_header and self.heads and 1 < len(squash(piece.text)) <= 6:
                    self.unknown_heads += 1
                if row is None or squash(piece.text):
                    row = None if squash(piece.text) and not _is_note(piece.text) else row
                continue
            hit = self._choose(hits)
            if hit is None:
                continue
            if hit.table == "proactive":
                row = self._proactive_label(hit, fused) or row
            elif hit.table == "requests":
                if hit.role == "row":
                    self.table, self.in_requests_header = "requests", False
                    if row is not None and row[0] == "requests":
                        self._add_row(row[1], [], piece.line, None, row[2])
                    row = ("requests", hit.key, fused)
                elif hit.role in ("head", "column"):
                    if not self.in_requests_header:
                        self.heads, self.unknown_heads = [], 0
                    self.table, self.in_requests_header = "requests", True
                    header_row.append(hit.key)
                    row = None
                else:
                    row = None if row is None or row[0] != "requests" else row
            elif hit.table == "disputes":
                if self.table != "disputes":
                    self.outcomes, self.groups = [], []
                self.table, self.in_requests_header = "disputes", False
                if hit.role == "group":
                    self.groups.append(hit.key)
                elif hit.role == "column":
                    self.outcomes.append(hit.key)
                row = None
        if header_row:
            self.heads.append(header_row)
        line = texts[-1].line if texts else 0
        if row is not None and row[0] == "proactive":
            self._fill_proactive(row[1], slots, row[2])
        elif row is not None:
            self._add_row(row[1], slots, line, shape, row[2])
        elif self.table == "disputes" and slots and len(self.outcomes) >= 10:
            self._fill_disputes(slots)

    def _choose(self, hits: tuple[Meaning, ...]) -> Meaning | None:
        """Which meaning of an ambiguous label holds here: 总计 heads columns and names a row."""
        if len(hits) == 1:
            hit = hits[0]
            outside = hit.table == "proactive" and hit.role == "row" and not self.columns
            return None if outside else hit
        if self.table == "disputes" and (hit := _of(hits, "disputes", "column")):
            return hit
        if self.in_requests_header and (hit := _of(hits, "requests", "column")):
            return hit
        if self.table == "requests" and (hit := _of(hits, "requests", "row")):
            return hit
        tables = {hit.table for hit in hits}
        if tables == {"requests"}:
            return _of(hits, "requests", "row") or hits[0]
        if tables == {"proactive"}:
            return hits[0]
        return None

    def _proactive_label(self, hit: Meaning, fused: str) -> tuple[str, str, str] | None:
        self.table, self.in_requests_header = "proactive", False
        if hit.role in ("clause", "head"):
            self.columns, self.columns_closed = [], False
            return None
        if hit.role == "column":
            if self.columns_closed:
                self.columns, self.columns_closed = [], False
            self.columns.append(hit.key)
            return None
        self.columns_closed = True
        return "proactive", hit.key, fused

    # ---- numbers

    def _fill_proactive(self, row: str, slots: list[Slot], fused: str) -> None:
        if "proactive" not in self.tables:
            return
        keys = [f"proactive.{row}.{column}" for column in self.columns]
        keys = [key for key in keys if key in cell_labels()]
        if not keys or len(keys) != len(self.columns):
            return
        self._fill(keys, slots, fused)

    def _fill_disputes(self, slots: list[Slot]) -> None:
        if "disputes" not in self.tables:
            return
        keys = [f"disputes.{key}" for key in dispute_keys()]
        filled = sum(bool(slot.text.strip()) for slot in slots)
        outcomes = [key.rsplit(".", 1)[1] for key in keys]
        if self.outcomes != outcomes or self.groups != ["review", "suit_direct", "suit_after_review"]:
            self.sheet.refuse(keys, _raw(slots), "the header of this table is not complete", slots[0].where)
        elif filled or len(slots) >= len(keys):
            self._fill(keys, slots, "")
        self.table, self.outcomes, self.groups = "", [], []

    def _fill(self, keys: list[str], slots: list[Slot], fused: str) -> None:
        where = slots[0].where if slots else Where(self.page, 0, 0, 0, self.last_row_line + 1)
        if fused:
            if len(keys) == 1 and not any(slot.text.strip() for slot in slots):
                self.sheet.put(keys[0], Slot(fused, where))
            else:
                self.sheet.refuse(keys, fused + " " + _raw(slots), "label and numbers have run together", where)
            return
        chosen = _sure(slots, len(keys))
        if chosen is None:
            count = sum(bool(slot.text.strip()) for slot in slots)
            self.sheet.refuse(keys, _raw(slots), f"{count} numbers for {len(keys)} columns", where)
            return
        for key, slot in zip(keys, chosen or [Slot("", where)] * len(keys), strict=True):
            self.sheet.put(key, slot)

    # ---- the table of requests: judged as a whole, for its rows bear each other out

    def _add_row(self, key: str, slots: list[Slot], line: int, shape: tuple[int, int] | None, fused: str) -> None:
        self.last_row_line = line
        self.rows.append(_RequestRow(key, slots, line, shape, fused))

    def _finish_requests(self) -> None:
        if "requests" not in self.tables or not self.rows:
            return
        rows = _without_group_rows(self.rows)
        columns, assumed = self._request_order()
        count = len(columns) or 7
        offsets = _offsets(rows, count)
        broken = False
        chosen: list[list[Slot] | None] = []
        for row in rows:
            found = _sure(row.slots, count)
            if found is None and row.shape is not None:
                found = _by_shape(row, offsets, count)
            chosen.append(found)
            broken = broken or found is None or bool(row.fused)
        for row, found in zip(rows, chosen, strict=True):
            keys = [f"requests.{row.key}.{column}" for column in columns or request_columns()]
            where = row.slots[0].where if row.slots else Where(self.page, 0, 0, 0, row.line + 1)
            raw = (row.fused + " " + _raw(row.slots)).strip()
            filled = sum(bool(slot.text.strip()) for slot in row.slots)
            if row.fused:
                self.sheet.refuse(keys, raw, "label and numbers have run together", where)
            elif found is None:
                self.sheet.refuse(keys, raw, f"{filled} numbers for {count} columns", where)
            elif not columns:
                self.sheet.refuse(keys, raw, "the order of the columns can't be told from the header", where)
            elif not found and broken:
                why = "no number stands here, and in other rows numbers are lost or merged"
                self.sheet.refuse(keys, raw, why, where)
            else:
                for key, slot in zip(keys, found or [Slot("", where)] * count, strict=True):
                    self.sheet.put(key, slot)
                if assumed:
                    self.sheet.sums_must_hold.add(row.key)

    def _request_order(self) -> tuple[list[str], bool]:
        """The columns in the order of the numbers, and whether that had to be assumed for want of a header."""
        flat = [key for row in self.heads for key in row]
        form = list(request_columns())
        if not flat:
            return form, True
        if self.unknown_heads:
            return [], False
        named = [key for key in flat if key in form]
        if len(named) != len(set(named)):
            return [], False
        if set(named) != set(form):
            # Some labels are lost. What is left must agree with the usual order, and the sums must bear it out.
            rest = [key for key in form if key in named and key != "total"]
            return (form, True) if [key for key in named if key != "total"] == rest else ([], False)
        return _spread(self.heads, form), False


def _spread(heads: list[list[str]], form: list[str]) -> list[str]:
    """The printed order of columns whose header is nested: 总计 may stand in the first, second or third row."""
    people, bodies = squash("申请人情况"), squash("法人或其他组织")
    rows = [row for row in heads if row]
    flat = [key for row in rows for key in row]
    five = [key for key in flat if key in form and key not in ("natural_person", "total")]
    if len(rows) >= 3 and bodies in flat:
        # Each head is replaced by the row below it.
        order: list[str] = []
        for key in rows[0] if people in rows[0] else [people, *rows[0]]:
            if key != people:
                order.append(key)
                continue
            for below in rows[1] if people in rows[0] else []:
                order.extend(rows[2] if below == bodies else [below])
        named = [key for key in order if key in form]
        if sorted(named) == sorted(form):
            return named
    # Where the rows of the header are lost too, only the printed form's own sequence is taken.
    rest = [key for key in flat if key not in (people, "total")]
    if rest in (["natural_person", bodies, *five], ["natural_person", *five]):
        at = flat.index("total")
        first = flat.index("natural_person")
        if at > first or (people in flat and at == flat.index(people) + 1 == first - 0):
            return ["natural_person", *five, "total"]
    return []


# ---- which numbers belong to which columns


def _sure(slots: list[Slot], count: int) -> list[Slot] | None:
    """The `count` slots of a row, [] if nothing was printed, None if it can't be told."""
    filled = [slot for slot in slots if slot.text.strip()]
    if len(filled) == count:
        # With blank cells among them the filled ones must stand together, else a blank one may be theirs.
        first, last = slots.index(filled[0]), len(slots) - slots[::-1].index(filled[-1])
        return filled if last - first == count or len(slots) == count else None
    if not filled:
        return slots[:count] if len(slots) >= count else []
    return slots if len(slots) == count else None


def _offsets(rows: list[_RequestRow], count: int) -> dict[tuple[int, int], set[int]]:
    """For each shape of row, how many cells stand between its label and its first number, where that is sure."""
    offsets: dict[tuple[int, int], set[int]] = {}
    for row in rows:
        filled = [i for i, slot in enumerate(row.slots) if slot.text.strip()]
        if row.shape is not None and len(filled) == count and filled[-1] - filled[0] == count - 1:
            offsets.setdefault(row.shape, set()).add(filled[0])
    return offsets


def _by_shape(row: _RequestRow, offsets: dict[tuple[int, int], set[int]], count: int) -> list[Slot] | None:
    """A row with blanks takes the place that the full rows of the same shape have."""
    known = offsets.get(row.shape, set()) if row.shape is not None else set()
    if len(known) != 1:
        return None
    start = next(iter(known))
    window = row.slots[start : start + count]
    outside = row.slots[:start] + row.slots[start + count :]
    if len(window) < count or any(slot.text.strip() for slot in outside):
        return None
    return window


def _without_group_rows(rows: list[_RequestRow]) -> list[_RequestRow]:
    """（六）其他处理 is a row in one form and only a heading in the other, where it has no numbers."""
    keys = {row.key for row in rows}
    return [
        row for row in rows if not (row.key == "other" and any(key.startswith("other.") for key in keys) and not _full(row))
    ]


def _full(row: _RequestRow) -> bool:
    return any(slot.text.strip() for slot in row.slots) or bool(row.fused)


# ---- taking text apart


def _pieces(text: str, line: int) -> list[Piece]:
    if "\t" in text:
        cells = text.split("\t")
        return [Piece(cell.strip(" "), line, i, len(cells), True) for i, cell in enumerate(cells)]
    bare = text.strip()
    if SPACED_NUMBERS.search(bare):
        cells = WIDE_SPACE.split(_part_numbers(bare))
        return [Piece(cell.strip(), line, i, len(cells), False) for i, cell in enumerate(cells) if cell.strip()]
    if WIDE_SPACE.search(bare):
        cells = WIDE_SPACE.split(bare)
        return [Piece(cell, line, i, len(cells), False) for i, cell in enumerate(cells)]
    return [Piece(bare, line, 0, 1, False)]


WIDE_SPACE = re.compile(r"[ \xa0\u3000]{2,}|\t")
# A number between spaces: 规章 0 0 2. Digits inside brackets belong to a label's note (如 -8).
SPACED_NUMBERS = re.compile(r"(?:^|[ \xa0\u3000])[+\-－]?[0-9０-９][0-9０-９.,，]*(?:件|条|元|万元)?(?=[ \xa0\u3000]|$)")


def _part_numbers(text: str) -> str:
    """Put wide spaces around the numbers and marks for none at the end of a line."""
    words = text.translate(PLAIN).split(" ")
    end = len(words)
    while end and (not words[end - 1] or _is_slot(words[end - 1])):
        end -= 1
    return "  ".join([" ".join(words[:end]), *[word for word in words[end:] if word]])


def _is_slot(text: str) -> bool:
    bare = text.translate(PLAIN).strip()
    if not bare or NONE_MARK.fullmatch(bare):
        return True
    return read_number(bare, "change").state == "value" or re.fullmatch(r"[0-9][0-9 .,]*", bare) is not None


def _is_prose(text: str) -> bool:
    return len(text) > LONGEST or (len(text) > 20 and "。" in text and "\t" not in text)


def _labels(texts: list[Piece]) -> list[tuple[tuple[Meaning, ...], Piece, str]]:
    """The labels that a run of pieces spells, the pieces of broken labels joined; digits run on behind one apart."""
    found: list[tuple[tuple[Meaning, ...], Piece, str]] = []
    i = 0
    while i < len(texts):
        for k in range(min(6, len(texts) - i), 0, -1):
            joined = "".join(piece.text for piece in texts[i : i + k])
            hits = () if len(joined) > LONGEST else exact(joined) if k == 1 else spelt(joined)
            if hits and not re.search(r"[0-9]$", joined):
                found.append((hits, texts[i + k - 1], ""))
                i += k
                break
        else:
            found.extend(_run_together(texts[i]) or [(_cut(texts[i]), texts[i], "")])
            i += 1
    return found


def _cut(piece: Piece) -> tuple[Meaning, ...]:
    """A label cut at its end or with a slip, in a table: never a word of prose."""
    hits = meanings(piece.text)
    return hits if hits and len(squash(piece.text)) >= 5 else ()


def _run_together(piece: Piece) -> list[tuple[tuple[Meaning, ...], Piece, str]]:
    """Labels and numbers without any separator: 信息内容本年制发件数本年废止件数, 规章000行政规范性文件000."""
    if len(piece.text) > 2000:
        return []
    plain = piece.text.translate(PLAIN).replace(" ", "")
    spelt = KEEP.sub("", NOTES.sub("", plain))
    parts: list[tuple[str, str]] = []
    at = 0
    known = vocabulary()
    while at < len(spelt):
        digits = re.compile(r"[0-9]+").match(spelt, at)
        if digits:
            if not parts:
                return []
            parts[-1] = (parts[-1][0], parts[-1][1] + digits[0])
            at = digits.end()
            continue
        for size in range(min(40, len(spelt) - at), 1, -1):
            if spelt[at : at + size] in known:
                parts.append((spelt[at : at + size], ""))
                at += size
                break
        else:
            if spelt[at] in "一二三四五六七八九十":
                at += 1  # numbering whose brackets went with the punctuation
                continue
            return []
    if len(parts) < 2 and not (parts and parts[0][1]):
        return []
    return [(known[label], piece, digits) for label, digits in parts]


KEEP = re.compile(r"[^\u4e00-\u9fff0-9]+")
NOTES = re.compile(r"[(（][^()（）]*[)）](?=.)|[0-9]+[.．、]")


def _names_a_row(texts: list[Piece]) -> bool:
    return any(any(hit.role == "row" for hit in hits) for hits, _, _ in _labels(texts))


def _of(hits: tuple[Meaning, ...], table: str, role: str) -> Meaning | None:
    return next((hit for hit in hits if hit.table == table and hit.role == role), None)


def _is_note(text: str) -> bool:
    return text.strip().startswith(("(", "（", "[", "【"))


def _raw(slots: list[Slot]) -> str:
    return " ".join(slot.text.strip() or "_" for slot in slots)[:200]
