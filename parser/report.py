"""Bytes -> Report: tables, heading and claims, and what could not be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from nianbao.parser import heading, narrative
from nianbao.parser.claim import CLAIM_FIELDS, Claim
from nianbao.parser.document import Block, Document, Grid, Link, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.fill import Sheet, Value, Where, cell_labels
from nianbao.parser.formats import BY_NAME, IS_ARCHIVE
from nianbao.parser.forms import TABLES, form_of_year, forms, keys_of
from nianbao.parser.labels import squash
from nianbao.parser.layout import Part, read_grids
from nianbao.parser.numbers import unit_in
from nianbao.parser.patterns import pattern_of
from nianbao.parser.sniff import sniff
from nianbao.parser.stream import read_stream
from nianbao.parser.years import of_its_year

MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Report:
    format: str
    title: str
    unit: str
    county: str | None
    year: int | None
    # "2021", "2019", "free" before 2019, None where no table was found
    form: str | None
    # the form of each table; a mixed report has two
    table_forms: Mapping[str, str]
    period: tuple[date, date] | None
    period_raw: str
    signed: date | None
    signed_raw: str
    publication: heading.Publication
    sections: tuple[str, ...]
    cells: Mapping[str, Value]  # by full key: requests.new.total
    claims: tuple[Claim, ...]
    attachments: tuple[Link, ...]
    pictures: int
    notes: tuple[str, ...]
    document: Document

    def number(self, key: str) -> int | Decimal | None:
        value = self.cells.get(key)
        if value is not None:
            return value.number
        return None

    @property
    def doubtful(self) -> frozenset[str]:
        """The tables of which some place could not be read for sure."""
        unread = (key for key, value in self.cells.items() if value.state == "unreadable")
        return frozenset(_tables_in(unread))


class Outcome(NamedTuple):
    """What became of one file."""

    name: str
    report: Report | None
    error: ReadError | None


def read(data: bytes) -> Report:
    """Read one report. Raises ReadError with a sentence for people.

    In this process, without limits of time and memory: what a stranger wrote is better read in a
    child, as `nianbao read` does.
    """
    outcomes = list(read_many([("", data)]))
    reports = [outcome.report for outcome in outcomes if outcome.report is not None]
    if len(reports) == 1:
        return reports[0]
    if reports:
        detail = f"{len(reports)} reports in one archive; read them one by one"
        raise ReadError("empty_archive", detail=detail)
    raise outcomes[0].error or ReadError("not_a_report")


# a file, or why there are no bytes of it
Named = tuple[str, bytes | ReadError]


def read_many(files: Iterable[Named]) -> Iterator[Outcome]:
    """Read named files in their order.

    Old Word files are converted together, archives give an outcome a member.
    """
    batch: list[Sniffed] = []
    for name, data in files:
        batch.extend(_unpacked(name, data))
        size = sum(len(each.data) for each in batch if isinstance(each.data, bytes))
        if size > MOST_BYTES or len(batch) >= BATCH:
            yield from _read_batch(batch)
            batch = []
    yield from _read_batch(batch)


BATCH = 64


class Sniffed(NamedTuple):
    """A file that is no archive, and what it is; nothing where that can't be told."""

    name: str
    data: bytes | ReadError
    kind: str = ""


def _unpacked(name: str, data: bytes | ReadError) -> Iterator[Sniffed]:
    if isinstance(data, ReadError):
        yield Sniffed(name, data)
        return
    try:
        if len(data) > MOST_BYTES:
            raise ReadError("too_large", size=_megabytes(len(data)), limit=_megabytes(MOST_BYTES))
        kind = sniff(data)
        if kind not in IS_ARCHIVE:
            yield Sniffed(name, data, kind)
            return
        members: list[tuple[str, bytes]] = BY_NAME[kind].load()(data)
    except ReadError as error:
        yield Sniffed(name, error)
        return
    if len(members) == 1:
        member, content = members[0]
        yield Sniffed(name or member, content, _kind_of(content))
        return
    for member, content in members:
        yield Sniffed(f"{name}/{member}" if name else member, content, _kind_of(content))


def _read_batch(batch: list[Sniffed]) -> Iterator[Outcome]:
    old = [data for _, data, kind in batch if kind == "word" and isinstance(data, bytes)]
    converted = _converted(old)
    for name, data, kind in batch:
        try:
            if kind == "word":
                document = replace(_document("docx", _sure(next(converted))), format="doc")
            else:
                content = _sure(data)
                document = _document(kind or sniff(content), content)
            yield Outcome(name, report_of(document), None)
        except ReadError as error:
            yield Outcome(name, None, error)


def _kind_of(data: bytes) -> str:
    """What it is; nothing where that can't be told,
    and why is told when it is read.
    """
    try:
        return sniff(data)
    except ReadError:
        return ""


def _converted(old: list[bytes]) -> Iterator[bytes | ReadError]:
    """Old Word files as docx, by one run of LibreOffice."""
    if not old:
        return iter(())
    # slow to import, seldom needed
    from nianbao.parser.readers.legacy_word import convert

    return iter(convert(old))


def _sure(data: bytes | ReadError) -> bytes:
    if isinstance(data, ReadError):
        raise data
    return data


def _document(kind: str, data: bytes) -> Document:
    """The one place where a broken file's own exceptions become a sentence."""
    try:
        document: Document = _reader(kind)(data)
    except ReadError:
        raise
    except (MemoryError, RecursionError) as error:
        raise ReadError("too_complex", detail=type(error).__name__) from error
    except Exception as error:  # whatever a damaged file makes a library raise
        raise ReadError("broken", kind=kind, detail=type(error).__name__) from error
    return document


def _reader(kind: str) -> Callable[[bytes], Document]:
    if kind == "empty":
        raise ReadError("empty")
    if kind in IS_ARCHIVE:
        raise ReadError("archive_kind", detail=kind)
    if kind not in BY_NAME:
        raise ReadError("unsupported", detail=kind)
    return BY_NAME[kind].load()


# ---- Document -> Report


def report_of(document: Document) -> Report:
    """What a document says, whatever format it had."""
    title = heading.title(document)
    year = heading.year(title, document)
    sheet = read_tables(document, year)
    unit, county = heading.unit(title, document)
    spans = heading.section_spans(document)
    sections = tuple(text for text, _ in spans)
    if not sheet.values and len(sections) < 2 and not REPORT_TITLE.search(title):
        _refuse_other_pages(document)
    period, period_raw = heading.period(document)
    signed, signed_raw = heading.signed(document)
    table_forms = _table_forms(sheet.values, year)
    return Report(
        format=document.format,
        title=title,
        unit=unit,
        county=county,
        year=year,
        form=_form(table_forms, year),
        table_forms=table_forms,
        period=period,
        period_raw=period_raw,
        signed=signed,
        signed_raw=signed_raw,
        publication=heading.publication(document),
        sections=sections,
        cells=_of_their_forms(sheet.values, table_forms),
        claims=narrative.claims(document, year, frozenset(at for _, at in spans)),
        attachments=heading.attachments(document),
        pictures=document.pictures,
        notes=(*document.notes, *sheet.notes, *_mixed(table_forms)),
        document=document,
    )


def read_tables(document: Document, year: int | None = None) -> Sheet:
    """The statutory tables: from grids,
    and from running text where no grid holds them.
    """
    own = of_its_year(document.blocks, year)
    sheet = _read_blocks(document, own)
    lacks = set(TABLES) - _tables_in(sheet.values)
    if lacks and own != list(document.blocks):
        for key, value in _read_blocks(document, document.blocks).values.items():
            if key.partition(".")[0] in lacks:
                why = "it stands under a heading of another year"
                sheet.refuse([key], value.raw, why, value.where)
    return sheet


def _read_blocks(document: Document, blocks: Sequence[Block]) -> Sheet:
    sheet = Sheet()
    read_grids(_parts(blocks), sheet)
    missing = frozenset(TABLES) - _tables_in(sheet.values)
    if missing:
        lines = [
            (i, block.text, block.page)
            for i, block in enumerate(blocks)
            if isinstance(block, Paragraph)
        ]
        read_stream(lines, sheet, missing)
    sheet.check_assumed_order()
    sheet.check_order()
    sheet.doubt_two_tables()
    sheet.doubt_what_loose_numbers_may_fill()
    sheet.doubt_blanks_beside_several()
    _doubt_what_the_layout_hides(document, sheet, missing)
    return sheet


def _parts(blocks: Sequence[Block]) -> list[Part]:
    """The grids of a document; those that follow each other and are as wide are one."""
    parts: list[Part] = []
    unit, number = "", 0
    before: Block | None = None
    for block in blocks:
        if isinstance(block, Paragraph):
            unit = unit_in(block.text) if len(block.text) <= SHORT_LINE else ""
        else:
            number += 1
            if isinstance(before, Grid) and _goes_on(before, block):
                parts[-1] = _joined(parts[-1], block)
            else:
                title = before.text if isinstance(before, Paragraph) else ""
                parts.append(Part(block, number, unit, title=title))
        before = block
    return parts


SHORT_LINE = 40  # characters
FEW_ROWS = 3


def _goes_on(above: Grid, below: Grid) -> bool:
    """Whether two grids are rows of one table that were drawn one by one."""
    return (
        above.page == below.page
        and _width(above) == _width(below)
        and min(_height(above), _height(below)) <= FEW_ROWS
    )


def _joined(part: Part, below: Grid) -> Part:
    start = _height(part.grid)
    cells = (cell._replace(row=cell.row + start) for cell in below.cells)
    grid = part.grid._replace(cells=(*part.grid.cells, *cells))
    return part._replace(grid=grid, starts=(*part.starts, start))


def _width(grid: Grid) -> int:
    return max(cell.col + cell.colspan for cell in grid.cells)


def _height(grid: Grid) -> int:
    return max(cell.row for cell in grid.cells) + 1


def _tables_in(keys: Iterable[str]) -> set[str]:
    met = set(keys)
    return {table for table in TABLES if not met.isdisjoint(every_key(table))}


HIDDEN_CELLS = "hidden rows or columns left out"  # as the reader of workbooks notes it
HIDDEN = "it may stand in a part whose layout is not understood"


def _doubt_what_the_layout_hides(
    document: Document, sheet: Sheet, from_text: frozenset[str]
) -> None:
    """What was printed and could not be placed is unreadable; only what is not
    printed is missing.
    """
    paged = document.format in PAGED
    tables = _tables_in(sheet.values)
    for table in sheet.loose | sheet.nameless:
        _hide(sheet, _missing(table, sheet.values))
    if HIDDEN_CELLS in document.notes:
        for table in tables:
            _hide(sheet, _missing(table, sheet.values), HIDDEN_CELLS)
    if document.format == "text":
        _hide_rows_that_are_printed(document, sheet)
    if not from_text and not paged:
        return
    few = 1 if paged else FEW_NUMBERS
    for table, (begin, end) in _table_sections(document).items():
        span = document.blocks[begin + 1 : end]
        pictured = any(begin < at <= end for at in document.pictures_at)
        if table in tables:
            continue
        if sum(map(_numbers_in, span)) >= few:
            _hide(sheet, _keys_of(table))
        elif hole := next(filter(None, map(_hole, span)), A_PICTURE if pictured else ""):
            _hide(sheet, _keys_of(table), f"{STANDS} {hole}")
    if not paged:
        return
    loose = any(note.startswith(LOOSE_ROWS) for note in sheet.notes)
    for table in tables:
        if table in from_text or table == "disputes" or loose:
            _hide(sheet, [key for key in _keys_of(table) if key not in sheet.values])


def _hide_rows_that_are_printed(document: Document, sheet: Sheet) -> None:
    """A row that was not found, though its label stands beside a number."""
    spans = _table_sections(document)
    for table in _tables_in(sheet.values) & spans.keys():
        if not (missing := _missing(table, sheet.values)):
            continue
        begin, end = spans[table]
        lines = "\n".join(
            squash(block.text)
            for block in document.blocks[begin + 1 : end]
            if isinstance(block, Paragraph) and _numbers_in(block) and "。" not in block.text
        )
        labels = set(map(_label_of, missing)) - {""}
        printed = {label for label in labels if label in lines}
        _hide(sheet, [key for key in missing if _label_of(key) in printed])


@cache
def _labels_of_rows() -> Mapping[str, str]:
    """The label of each row, by table and key."""
    labels: dict[str, str] = {}
    for form in forms():
        for clause in form.proactive:
            labels |= {f"proactive.{row.key}": squash(row.label) for row in clause.rows}
        labels |= {f"requests.{row.key}": squash(row.label) for row in form.request_rows}
    return labels


def _label_of(key: str) -> str:
    return _labels_of_rows().get(key.rpartition(".")[0], "")


def _missing(table: str, found: Mapping[str, Value]) -> list[str]:
    """The cells that a table lacks of the forms that it may have."""
    every = every_key(table)
    keys = {key for key in every & found.keys() if found[key].state != "unreadable"}
    misses = {form.id: len(keys - keys_of(form.id)) for form in forms()}
    fewest = min(misses.values())
    fits = [keys_of(form) for form, missed in misses.items() if missed == fewest]
    missing = (every & frozenset().union(*fits)) - found.keys()
    return [key for key in _keys_of(table) if key in missing] if missing else []


def _keys_of(table: str) -> list[str]:
    return [key for key in cell_labels() if key.startswith(f"{table}.")]


@cache
def every_key(table: str) -> frozenset[str]:
    """The cells of a table, over all forms."""
    return frozenset(_keys_of(table))


def _hide(sheet: Sheet, keys: list[str], why: str = HIDDEN) -> None:
    sheet.refuse(keys, "", why, Where(0, 0, 0, 0))


def _hole(block: Block) -> str:
    """What stands in a place and was not read."""
    if isinstance(block, Paragraph) and not block.text.strip():
        return block.doubt
    return ""


STANDS = "where this table should be stands"
A_PICTURE = "a picture that is not read"
LOOSE_ROWS = ("a row of numbers", "a row that is not")
# formats in which a label may be cut or misread
PAGED = frozenset(("pdf", "ofd", "scan"))
FEW_NUMBERS = 5
TABLE_SECTIONS = {"proactive": "主动公开", "requests": "公开申请", "disputes": "行政复议"}


def _table_sections(document: Document) -> dict[str, tuple[int, int]]:
    """Between which blocks each table should stand."""
    spans = [*heading.section_spans(document), ("", len(document.blocks))]
    sections = {}
    for (text, begin), (_, end) in pairwise(spans):
        for table, word in TABLE_SECTIONS.items():
            if word in text:
                sections[table] = (begin, end)
    return sections


def _numbers_in(block: Block) -> int:
    if isinstance(block, Grid):
        texts = [cell.text for cell in block.cells]
    elif "。" in block.text:
        texts = re.split(r"[\t|]| {2,}", block.text)
    else:
        texts = NUMBER.findall(block.text)
    return sum(PART_OF_NUMBER.fullmatch(text) is not None for text in texts)


# neither a date nor the number of a law
NUMBER = pattern_of(r"(?<![0-9０-９.])[0-9０-９]+(?![0-9０-９.]*[0-9０-９年月日号条])")
# a line may hold but a piece of a number: 72,1 and 00
PART_OF_NUMBER = pattern_of(r"\s*[0-9０-９][0-9０-９,，.．]*\s*[件条项个元万]{0,2}\s*")


REPORT_TITLE = pattern_of(
    "(?:信息|政务)公开.*(?:年度|年|工作)报告?|公开.*年报|信息公开工作(?:情况)?的?报告"
)
ERROR_PAGE = pattern_of(
    r"\b(?:40[0-9]|50[0-9])\b|not found|forbidden|bad gateway|Just a moment"
    r"|页面不存在|页面未找到|找不到|无法访问|访问被拒绝|拒绝访问|已被删除|已删除|不存在或"
    r"|出错|错误|安全防护|访问过于频繁|系统维护|验证",
    re.I,
)


def _refuse_other_pages(document: Document) -> None:
    paragraphs = [block for block in document.blocks if isinstance(block, Paragraph)]
    text = " ".join(paragraph.text for paragraph in paragraphs)
    if not text.strip() and len(paragraphs) == len(document.blocks):
        pictures = f"{document.pictures} pictures"
        raise ReadError("no_text", detail=pictures if document.pictures else document.format)
    shown = f"{document.meta.get('title', '')} {text}"
    if len(text) < 2000 and (match := ERROR_PAGE.search(shown)):
        raise ReadError("error_page", detail=match[0])
    raise ReadError("not_a_report")


def _table_forms(cells: Mapping[str, Value], year: int | None) -> dict[str, str]:
    """Each table's form by the rows and columns found in it.

    The year decides only between forms that are alike.
    """
    usual = form_of_year(year) if year is not None else None
    ranked = sorted(forms(), key=lambda form: form is not usual)
    unread = {key for key, value in cells.items() if value.state == "unreadable"}
    chosen: dict[str, str] = {}
    for table in TABLES:
        keys = cells.keys() & every_key(table)
        if not keys:
            continue
        readable = keys - unread
        wanted = readable or (keys if usual is None else keys & keys_of(usual.id)) or keys
        misses = {form.id: len(wanted - keys_of(form.id)) for form in ranked}
        fewest = min(misses.values())
        fits = [form for form, missed in misses.items() if missed == fewest]
        first = chosen.get("proactive")
        chosen[table] = first if first in fits else fits[0]
    return chosen


def _of_their_forms(cells: Mapping[str, Value], table_forms: Mapping[str, str]) -> dict[str, Value]:
    """Without the cells given up before their form was known,
    and that it does not have.
    """
    if all(value.state != "unreadable" for value in cells.values()):
        return dict(cells)
    known = set().union(*(keys_of(form) & every_key(table) for table, form in table_forms.items()))
    return {
        key: value for key, value in cells.items() if value.state != "unreadable" or key in known
    }


def _form(table_forms: Mapping[str, str], year: int | None) -> str | None:
    for table in ("proactive", "requests", *table_forms):
        if table in table_forms:
            return table_forms[table]
    if year is not None and year < min(form.first_year for form in forms()):
        return "free"
    return None


def _mixed(table_forms: Mapping[str, str]) -> tuple[str, ...]:
    if len(set(table_forms.values())) < 2:
        return ()
    parts = ", ".join(f"{table} {form}" for table, form in table_forms.items())
    return (f"mixed forms: {parts}",)


# ---- Report -> JSON


def to_json(report: Report, *, where: bool = False) -> dict[str, Any]:
    """The contract of `nianbao read --json`."""
    tables, unreadable = _cells(report.cells)
    period = [day.isoformat() for day in report.period or ()]
    result: dict[str, Any] = {
        "title": report.title,
        "unit": report.unit,
        "county": report.county,
        "year": report.year,
        "form": report.form,
        "table_forms": dict(report.table_forms),
        "signed": report.signed.isoformat() if report.signed else None,
        "period": period or None,
        **tables,
        "claims": [_claim(claim) for claim in report.claims],
        "unreadable": unreadable,
        "sections": list(report.sections),
        "publication": _publication(report.publication),
        "contact": heading.contact(report.document),
        "attachments": [link._asdict() for link in report.attachments],
        "pictures": report.pictures,
        "format": report.format,
        "notes": list(report.notes),
    }
    if where:
        result["where"] = {key: _place(value) for key, value in report.cells.items()}
    return result


def _cells(cells: Mapping[str, Value]) -> tuple[dict[str, dict[str, Any]], list[dict[str, str]]]:
    """The tables with their numbers, and what is unreadable in them."""
    tables: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
    unreadable = []
    for key, value in cells.items():
        table, name = key.split(".", 1)
        target = tables[table]
        if table != "disputes":
            row, name = name.rsplit(".", 1)
            target = target.setdefault(row, {})
        if value.state == "unreadable":
            unreadable.append({"cell": key, "raw": value.raw, "why": value.why})
        else:
            target[name] = _as_json(value.number)
    return tables, unreadable


def _place(value: Value) -> dict[str, Any]:
    place = {**value.where._asdict(), "raw": value.raw}
    if value.unit:
        place["unit"] = value.unit
    return place


def _claim(claim: Claim) -> dict[str, Any]:
    fields = {name: getattr(claim, name) for name in CLAIM_FIELDS}
    fields |= {name: _as_json(fields[name]) for name in ("value", "low", "high")}
    fields["readings"] = [round(float(each), 2) for each in claim.readings]
    return fields


def _publication(publication: heading.Publication) -> dict[str, Any]:
    return json.loads(json.dumps(publication.as_dict(), default=str))  # type: ignore[no-any-return]


def _as_json(number: int | Decimal | None) -> int | float | None:
    if isinstance(number, Decimal):
        return float(number)
    return number


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB"
